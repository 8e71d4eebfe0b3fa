// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Life cycle of VMs on every kind of host: what the IRS holds afterwards, states and refusals, and what is left when
 * the n-th allocation, port call or IRS command fails.
 */
#include "rig.h"

#include <stdio.h>

static const uint32_t sparse[] = {5, 3, 0};
#define SPARSE 3

/* ---- What start makes ---- */

static void check_vpe(struct rig *rig, struct vgicv5_vcpu *vcpu)
{
	bool dps;
	uint64_t dbr = rig_doorbell(rig, vcpu, &dps);
	uint16_t vm, vpe;

	assert_true(GICV5_GET(IRS_VPE_DBR_DBV, dbr));
	assert_int_equal(GICV5_GET(IRS_VPE_DBR_INTID, dbr), vcpu->doorbell_lpi);
	assert_false(GICV5_GET(IRS_VPE_DBR_REQ_DB, dbr));
	/* Without 1ofN interrupts DPS means nothing, and the library does not insist on it. */
	if (rig->config.virt_one_n)
		assert_false(dps);
	assert_int_equal(vgicv5_vcpu_load(vcpu), VGICV5_OK);
	assert_true(vgicv5_soft_resident(rig->soft, 0, &vm, &vpe));
	assert_int_equal(vm, vcpu->vm->vm_id);
	assert_int_equal(vpe, vcpu->vpe_id);
	vgicv5_vcpu_put(vcpu, VGICV5_PUT_PREEMPTED);
}

static void check_up(struct rig *rig, struct rig_vm *vm, uint32_t spis)
{
	unsigned int i;

	for (i = 0; i < SPARSE; i++)
		check_vpe(rig, &vm->vcpu[i]);
	if (rig->config.virt_one_n)
		assert_int_equal(rig_vm_doorbell(rig, &vm->vm),
				 GICV5_MASK(IRS_VM_DBR_EN) | vm->vm.vcpus->vpe_id);
	assert_true(rig_inspect(rig, &vm->vm, GICV5_TYPE_SPI, spis - 1, NULL));
	assert_true(rig_inspect(rig, &vm->vm, GICV5_TYPE_SPI, 0, NULL));
	assert_false(rig_inspect(rig, &vm->vm, GICV5_TYPE_SPI, spis * 2, NULL));
	assert_false(rig_inspect(rig, &vm->vm, GICV5_TYPE_LPI, 0, NULL));
	assert_int_equal(hal_host_machine_lpis(rig->machine), SPARSE);
}

static void start_and_destroy(const struct rig_kind *kind)
{
	struct vgicv5_vm_config config = rig_vm_config(100);
	struct rig rig;
	struct rig_vm vm;
	size_t held;

	rig_up(&rig, kind);
	held = rig_held(&rig);
	rig_vm_init(&rig, &vm, &config, sparse, SPARSE);
	assert_int_equal(rig_held(&rig), held);
	assert_int_equal(vgicv5_vm_start(&vm.vm), VGICV5_OK);
	check_up(&rig, &vm, 100);
	assert_int_equal(vgicv5_vm_destroy(&vm.vm), VGICV5_OK);
	assert_false(rig_inspect(&rig, &vm.vm, GICV5_TYPE_SPI, 0, NULL));
	assert_int_equal(hal_host_machine_lpis(rig.machine), 0);
	/* An L2 VM table stays. */
	assert_in_range(rig_held(&rig), held, held + GICV5_L2_VMT_SIZE);
	assert_int_equal(vgicv5_vm_destroy(&vm.vm), VGICV5_OK);
	assert_int_equal(vgicv5_vm_start(&vm.vm), VGICV5_OK);
	check_up(&rig, &vm, 100);
	assert_int_equal(vgicv5_vm_destroy(&vm.vm), VGICV5_OK);
	rig_down(&rig);
}

static void test_start_and_destroy(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < rig_kind_count; i++)
		start_and_destroy(&rig_kinds[i]);
}

/* Large SPI spaces: more than one L2 table where the host has two levels. */
static void test_all_spis(void **state)
{
	struct vgicv5_vm_config config = rig_vm_config(65536);
	static const uint32_t ids[] = {0, 255, 256, 1023, 1024, 4095, 16384, 32767, 65535};
	unsigned int i, j;
	struct rig_vm vm;
	struct rig rig;

	(void)state;
	for (i = 0; i < rig_kind_count; i++) {
		rig_up(&rig, &rig_kinds[i]);
		if (rig.config.lpi_id_bits < 16) {
			assert_int_equal(vgicv5_vm_init(&vm.vm, &rig.host, &config), VGICV5_INVALID);
			rig_down(&rig);
			continue;
		}
		rig_vm_init(&rig, &vm, &config, sparse, 1);
		assert_int_equal(vgicv5_vm_start(&vm.vm), VGICV5_OK);
		for (j = 0; j < sizeof(ids) / sizeof(ids[0]); j++)
			assert_true(rig_inspect(&rig, &vm.vm, GICV5_TYPE_SPI, ids[j], NULL));
		assert_int_equal(vgicv5_vm_destroy(&vm.vm), VGICV5_OK);
		rig_down(&rig);
	}
}

static void test_no_spis(void **state)
{
	struct vgicv5_vm_config config = rig_vm_config(0);
	struct rig_vm vm;
	struct rig rig;

	(void)state;
	rig_up(&rig, &rig_kinds[0]);
	rig_vm_init(&rig, &vm, &config, sparse, 1);
	assert_int_equal(vgicv5_vm_start(&vm.vm), VGICV5_OK);
	assert_false(rig_inspect(&rig, &vm.vm, GICV5_TYPE_SPI, 0, NULL));
	assert_int_equal(vgicv5_inject_spi(&vm.vm, 0, true), VGICV5_INVALID);
	assert_int_equal(vgicv5_vm_destroy(&vm.vm), VGICV5_OK);
	rig_down(&rig);
}

/* ---- States ---- */

static void test_states(void **state)
{
	struct vgicv5_vm_config config = rig_vm_config(32);
	struct vgicv5_vcpu late;
	struct rig_vm vm;
	struct rig rig;

	(void)state;
	rig_up(&rig, &rig_kinds[0]);
	rig_vm_init(&rig, &vm, &config, NULL, 0);
	assert_int_equal(vgicv5_vm_start(&vm.vm), VGICV5_STATE);
	assert_int_equal(vgicv5_vm_destroy(&vm.vm), VGICV5_OK);
	assert_int_equal(vgicv5_inject_spi(&vm.vm, 0, true), VGICV5_STATE);
	rig_vm_up(&rig, &vm);
	assert_int_equal(vgicv5_vm_start(&vm.vm), VGICV5_STATE);
	assert_int_equal(vgicv5_vcpu_init(&late, &vm.vm, 1), VGICV5_STATE);
	assert_ptr_equal(vgicv5_vm_vcpu(&vm.vm, 0), &vm.vcpu[0]);
	assert_null(vgicv5_vm_vcpu(&vm.vm, 1));
	assert_int_equal(vgicv5_vcpu_load(&vm.vcpu[0]), VGICV5_OK);
	assert_int_equal(vgicv5_vm_destroy(&vm.vm), VGICV5_BUSY);
	assert_true(rig_inspect(&rig, &vm.vm, GICV5_TYPE_SPI, 0, NULL));
	vgicv5_vcpu_put(&vm.vcpu[0], VGICV5_PUT_PREEMPTED);
	assert_int_equal(vgicv5_vm_destroy(&vm.vm), VGICV5_OK);
	rig_down(&rig);
}

static void test_bad_configs(void **state)
{
	struct vgicv5_vm_config config = rig_vm_config(65537);
	struct vgicv5_vm vm;
	struct rig rig;

	(void)state;
	rig_up(&rig, &rig_kinds[2]);
	assert_int_equal(vgicv5_vm_init(&vm, &rig.host, &config), VGICV5_INVALID);
	config = rig_vm_config(0);
	config.ppi_dvi[0] |= (uint64_t)1 << GICV5_PPI_CNTP; /* not visible */
	assert_int_equal(vgicv5_vm_init(&vm, &rig.host, &config), VGICV5_INVALID);
	config = rig_vm_config(0);
	config.ppi_visible[1] = config.ppi_dvi[1] = 1; /* does not exist */
	assert_int_equal(vgicv5_vm_init(&vm, &rig.host, &config), VGICV5_INVALID);
	config = rig_vm_config(0);
	config.ppi_visible[1] = 1;
	assert_int_equal(vgicv5_vm_init(&vm, &rig.host, &config), VGICV5_OK);
	assert_int_equal(vm.config.ppi_visible[1], 0);
	config = rig_vm_config(0);
	config.max_lpi_id_bits = (uint8_t)(rig.config.min_lpi_id_bits - 1);
	assert_int_equal(vgicv5_vm_init(&vm, &rig.host, &config), VGICV5_INVALID);
	rig_down(&rig);
}

static unsigned int deaths;

static void count_death(void *ctx, struct vgicv5_vm *vm, const char *why)
{
	assert_ptr_equal(ctx, vm);
	assert_non_null(why);
	deaths++;
}

static void test_kill(void **state)
{
	struct rig_vm vm;
	struct rig rig;

	(void)state;
	deaths = 0;
	rig_up(&rig, &rig_kinds[0]);
	rig_vm_up(&rig, &vm);
	hal_host_on_vm_dead(count_death, &vm.vm);
	assert_false(vgicv5_vm_is_dead(&vm.vm));
	vgicv5_vm_kill(&vm.vm, "for a test");
	vgicv5_vm_kill(&vm.vm, "for a test, again");
	assert_true(vgicv5_vm_is_dead(&vm.vm));
	assert_int_equal(deaths, 1);
	assert_int_equal(vgicv5_vcpu_load(&vm.vcpu[0]), VGICV5_DEAD);
	assert_int_equal(vgicv5_inject_spi(&vm.vm, 0, true), VGICV5_DEAD);
	assert_int_equal(vgicv5_vm_destroy(&vm.vm), VGICV5_OK);
	hal_host_on_vm_dead(NULL, NULL);
	/* What was destroyed starts afresh; what was killed before its start has to be destroyed first. */
	vgicv5_vm_kill(&vm.vm, "for a test");
	assert_int_equal(vgicv5_vm_start(&vm.vm), VGICV5_DEAD);
	assert_int_equal(vgicv5_vm_destroy(&vm.vm), VGICV5_OK);
	assert_int_equal(vgicv5_vm_start(&vm.vm), VGICV5_OK);
	assert_int_equal(vgicv5_vcpu_load(&vm.vcpu[0]), VGICV5_OK);
	vgicv5_vcpu_put(&vm.vcpu[0], VGICV5_PUT_PREEMPTED);
	assert_int_equal(vgicv5_vm_destroy(&vm.vm), VGICV5_OK);
	rig_down(&rig);
}

/* ---- VM IDs ---- */

#define MANY 6

static void vm_ids(const struct rig_kind *kind)
{
	static struct rig_vm vms[MANY];
	unsigned int i, j;
	struct rig rig;

	rig_machine(&rig, kind);
	rig.host_config.max_vms = MANY - 1;
	assert_int_equal(vgicv5_host_init(&rig.host, &rig.host_config), VGICV5_OK);
	vgicv5_pcpu_init(&rig.host, &rig.pcpu[0]);
	for (i = 0; i < MANY - 1; i++) {
		rig_vm_up(&rig, &vms[i]);
		for (j = 0; j < i; j++)
			assert_int_not_equal(vms[i].vm.vm_id, vms[j].vm.vm_id);
	}
	assert_int_equal(vgicv5_vm_init(&vms[i].vm, &rig.host, &vms[0].vm.config), VGICV5_OK);
	assert_int_equal(vgicv5_vcpu_init(&vms[i].vcpu[0], &vms[i].vm, 0), VGICV5_OK);
	assert_int_equal(vgicv5_vm_start(&vms[i].vm), VGICV5_NO_ID);
	assert_int_equal(hal_host_machine_lpis(rig.machine), MANY - 1);
	assert_int_equal(vgicv5_host_fini(&rig.host), VGICV5_BUSY);
	assert_int_equal(vgicv5_vm_destroy(&vms[2].vm), VGICV5_OK);
	assert_int_equal(vgicv5_vm_start(&vms[i].vm), VGICV5_OK);
	/* A neighbour in the same VM table is not disturbed by all that. */
	assert_int_equal(vgicv5_vcpu_load(&vms[1].vcpu[0]), VGICV5_OK);
	vgicv5_vcpu_put(&vms[1].vcpu[0], VGICV5_PUT_PREEMPTED);
	for (i = 0; i < MANY; i++)
		assert_int_equal(vgicv5_vm_destroy(&vms[i].vm), VGICV5_OK);
	rig_down(&rig);
}

/* With a coherent IRS and with one for which entries of several VMs share a cache line. */
static void test_vm_ids(void **state)
{
	(void)state;
	vm_ids(&rig_kinds[0]);
	vm_ids(&rig_kinds[1]);
}

/* More VMs than a word of IDs and than one L2 VM table hold; an L2 table comes with the first VM of its range. */
#define CROWD 130

static void test_many_vms(void **state)
{
	static struct rig_vm vms[CROWD];
	size_t one, held;
	struct rig rig;
	unsigned int i;

	(void)state;
	rig_up(&rig, &rig_kinds[6]);
	rig_vm_up(&rig, &vms[0]);
	held = rig_held(&rig);
	rig_vm_up(&rig, &vms[1]);
	one = rig_held(&rig) - held;
	for (i = 2; i < CROWD; i++) {
		held = rig_held(&rig);
		rig_vm_up(&rig, &vms[i]);
		assert_int_equal(vms[i].vm.vm_id, i);
		assert_int_equal(rig_held(&rig) - held, i == 128 ? one + GICV5_L2_VMT_SIZE : one);
	}
	for (i = 0; i < CROWD; i++) {
		assert_int_equal(vgicv5_vcpu_load(&vms[i].vcpu[0]), VGICV5_OK);
		vgicv5_vcpu_put(&vms[i].vcpu[0], VGICV5_PUT_PREEMPTED);
	}
	for (i = 0; i < CROWD; i++)
		assert_int_equal(vgicv5_vm_destroy(&vms[i].vm), VGICV5_OK);
	rig_down(&rig);
}

/* ---- Fault sweeps ---- */

/* Arms the n-th of something; returns false after the sweep, when the fault no longer struck. */
struct sweep {
	const char *name;
	int port_fault; /* enum hal_host_fault, or -1 */
	enum vgicv5_soft_fault command_fault;
};

static const struct sweep sweeps[] = {
	{"alloc", HAL_HOST_FAULT_ALLOC, VGICV5_SOFT_FAULT_NONE},
	{"doorbells_create", HAL_HOST_FAULT_DOORBELLS_CREATE, VGICV5_SOFT_FAULT_NONE},
	{"doorbell_request", HAL_HOST_FAULT_DOORBELL_REQUEST, VGICV5_SOFT_FAULT_NONE},
	{"drop", -1, VGICV5_SOFT_FAULT_DROP},
	{"stall", -1, VGICV5_SOFT_FAULT_STALL},
	{"late", -1, VGICV5_SOFT_FAULT_LATE},
};

static uint64_t commands(struct rig *rig)
{
	struct vgicv5_soft_counters counters;

	vgicv5_soft_counters(rig->soft, &counters);
	return counters.commands;
}

static void arm(struct rig *rig, const struct sweep *sweep, unsigned int nth)
{
	if (sweep->port_fault >= 0)
		hal_host_fail((enum hal_host_fault)sweep->port_fault, nth);
	else
		vgicv5_soft_arm_fault(rig->soft, sweep->command_fault, nth);
}

static bool struck(struct rig *rig, const struct sweep *sweep, unsigned int nth, uint64_t before)
{
	if (sweep->port_fault >= 0)
		return hal_host_failed((enum hal_host_fault)sweep->port_fault);
	return commands(rig) - before >= nth;
}

static void disarm(struct rig *rig, const struct sweep *sweep)
{
	if (sweep->port_fault >= 0)
		hal_host_fail((enum hal_host_fault)sweep->port_fault, 0);
	else
		vgicv5_soft_arm_fault(rig->soft, VGICV5_SOFT_FAULT_NONE, 0);
}

/* Sends whatever is kept back, and shows that a VM can be had afterwards. */
static void recover(struct rig *rig, struct rig_vm *vm)
{
	assert_int_equal(vgicv5_vm_destroy(&vm->vm), VGICV5_OK);
	assert_int_equal(hal_host_machine_lpis(rig->machine), 0);
	assert_int_equal(vgicv5_vm_start(&vm->vm), VGICV5_OK);
	check_up(rig, vm, 100);
	assert_int_equal(vgicv5_vm_destroy(&vm->vm), VGICV5_OK);
	rig_down(rig);
}

static bool sweep_start(const struct rig_kind *kind, const struct sweep *sweep, unsigned int nth)
{
	struct vgicv5_vm_config config = rig_vm_config(100);
	struct rig_vm vm;
	uint64_t before;
	size_t held;
	struct rig rig;
	bool hit;
	int error;

	rig_up(&rig, kind);
	held = rig_held(&rig);
	rig_vm_init(&rig, &vm, &config, sparse, SPARSE);
	before = commands(&rig);
	arm(&rig, sweep, nth);
	error = vgicv5_vm_start(&vm.vm);
	hit = struck(&rig, sweep, nth, before);
	if (vm.vm.state == VGICV5_VM_POISONED) {
		assert_int_equal(error, VGICV5_TIMEOUT);
		assert_int_equal(vgicv5_vcpu_load(&vm.vcpu[0]), VGICV5_STATE);
		assert_int_equal(vgicv5_vm_start(&vm.vm), VGICV5_STATE);
		assert_int_equal(vgicv5_vm_destroy(&vm.vm), VGICV5_TIMEOUT);
		assert_int_equal(vgicv5_host_fini(&rig.host), VGICV5_BUSY);
		assert_int_equal(hal_host_machine_lpis(rig.machine), 0);
	} else if (error) {
		assert_int_equal(vm.vm.state, VGICV5_VM_EMPTY);
		assert_in_range(rig_held(&rig), held, held + GICV5_L2_VMT_SIZE);
		assert_int_equal(hal_host_machine_lpis(rig.machine), 0);
	}
	if (hit && sweep->port_fault >= 0)
		assert_int_not_equal(error, VGICV5_OK);
	if (hit && (sweep->command_fault == VGICV5_SOFT_FAULT_STALL ||
		    sweep->command_fault == VGICV5_SOFT_FAULT_LATE))
		assert_int_equal(error, VGICV5_TIMEOUT);
	/* A command that is lost is noticed, unless it would have changed nothing. */
	if (hit && sweep->command_fault == VGICV5_SOFT_FAULT_DROP && error)
		assert_int_equal(error, VGICV5_REFUSED);
	disarm(&rig, sweep);
	if (!error)
		check_up(&rig, &vm, 100);
	recover(&rig, &vm);
	return hit;
}

static void test_sweep_start(void **state)
{
	unsigned int i, j, nth;

	(void)state;
	for (i = 0; i < rig_kind_count; i++) {
		for (j = 0; j < sizeof(sweeps) / sizeof(sweeps[0]); j++) {
			for (nth = 1; sweep_start(&rig_kinds[i], &sweeps[j], nth); nth++)
				;
			assert_true(nth > 1);
		}
	}
}

static bool sweep_destroy(const struct rig_kind *kind, const struct sweep *sweep, unsigned int nth)
{
	struct vgicv5_vm_config config = rig_vm_config(100);
	uint64_t before;
	struct rig_vm vm;
	struct rig rig;
	bool hit;
	int error;

	rig_up(&rig, kind);
	rig_vm_init(&rig, &vm, &config, sparse, SPARSE);
	assert_int_equal(vgicv5_vm_start(&vm.vm), VGICV5_OK);
	before = commands(&rig);
	arm(&rig, sweep, nth);
	error = vgicv5_vm_destroy(&vm.vm);
	hit = struck(&rig, sweep, nth, before);
	if (hit && nth == 1) {
		assert_int_equal(error, sweep->command_fault == VGICV5_SOFT_FAULT_DROP ? VGICV5_REFUSED
										       : VGICV5_TIMEOUT);
		assert_int_equal(vm.vm.state, VGICV5_VM_POISONED);
		assert_int_equal(vgicv5_host_fini(&rig.host), VGICV5_BUSY);
		assert_int_equal(hal_host_machine_lpis(rig.machine), 0);
	}
	disarm(&rig, sweep);
	recover(&rig, &vm);
	return hit;
}

static void test_sweep_destroy(void **state)
{
	unsigned int i, j, nth;

	(void)state;
	for (i = 0; i < rig_kind_count; i++) {
		for (j = 3; j < sizeof(sweeps) / sizeof(sweeps[0]); j++) {
			for (nth = 1; sweep_destroy(&rig_kinds[i], &sweeps[j], nth); nth++)
				;
			assert_true(nth > 1);
		}
	}
}

/* A poisoned VM rings nobody's LPI: its doorbells are taken back although the VM stays valid. */
static void test_poisoned_is_silent(void **state)
{
	struct rig_vm vm;
	struct rig rig;

	(void)state;
	rig_up(&rig, &rig_kinds[0]);
	rig_vm_up(&rig, &vm);
	vgicv5_soft_arm_fault(rig.soft, VGICV5_SOFT_FAULT_STALL, 1);
	assert_int_equal(vgicv5_vm_destroy(&vm.vm), VGICV5_TIMEOUT);
	assert_false(GICV5_GET(IRS_VPE_DBR_DBV, rig_doorbell(&rig, &vm.vcpu[0], NULL)));
	vgicv5_soft_arm_fault(rig.soft, VGICV5_SOFT_FAULT_NONE, 0);
	assert_int_equal(vgicv5_vm_destroy(&vm.vm), VGICV5_OK);
	rig_down(&rig);
}

static struct vgicv5_soft_counters cost(unsigned int vcpus, uint64_t *barriers)
{
	struct vgicv5_vm_config config = rig_vm_config(32);
	struct vgicv5_soft_counters counters;
	struct hal_host_counts before, after;
	struct rig_vm vm;
	struct rig rig;

	rig_up(&rig, &rig_kinds[0]);
	rig_vm_init(&rig, &vm, &config, sparse, vcpus);
	vgicv5_soft_clear_counters(rig.soft);
	hal_host_counts(&before);
	assert_int_equal(vgicv5_vm_start(&vm.vm), VGICV5_OK);
	hal_host_counts(&after);
	*barriers = after.dsb_sts - before.dsb_sts;
	vgicv5_soft_counters(rig.soft, &counters);
	assert_int_equal(vgicv5_vm_destroy(&vm.vm), VGICV5_OK);
	rig_down(&rig);
	return counters;
}

/*
 * What a vCPU costs: four commands, each with one look at IDLE; V, whether it has a doorbell, and three registers
 * read back. A store barrier before each command that may lead the IRS to memory: only IRS_VPE_CR0 does not.
 */
static void test_cost_of_a_vcpu(void **state)
{
	uint64_t barriers_of_one, barriers_of_three;
	struct vgicv5_soft_counters one = cost(1, &barriers_of_one);
	struct vgicv5_soft_counters three = cost(3, &barriers_of_three);

	(void)state;
	assert_int_equal(barriers_of_three - barriers_of_one, 2 * 3);
	assert_int_equal(three.commands - one.commands, 2 * 4);
	assert_int_equal(three.mmio_writes - one.mmio_writes, 2 * 4);
	assert_int_equal(three.mmio_reads - one.mmio_reads, 2 * (4 + 1 + 1 + 3));
}

/* Slow is not late: commands that take a while are waited for, and not for longer than was asked. */
static void test_slow_irs(void **state)
{
	struct hal_host_counts before, after;
	struct rig_vm vm;
	struct rig rig;

	(void)state;
	rig_up(&rig, &rig_kinds[1]);
	vgicv5_soft_set_delay(rig.soft, 50);
	rig_vm_up(&rig, &vm);
	vgicv5_soft_arm_fault(rig.soft, VGICV5_SOFT_FAULT_STALL, 1);
	hal_host_counts(&before);
	assert_int_equal(vgicv5_vm_destroy(&vm.vm), VGICV5_TIMEOUT);
	hal_host_counts(&after);
	/* The clock goes on by 10 us with each look. */
	assert_in_range(after.clock_reads - before.clock_reads, VGICV5_COMMAND_TIMEOUT_US / 10,
			2 * VGICV5_COMMAND_TIMEOUT_US / 10 + 200);
	vgicv5_soft_arm_fault(rig.soft, VGICV5_SOFT_FAULT_NONE, 0);
	assert_int_equal(vgicv5_vm_destroy(&vm.vm), VGICV5_OK);
	rig_down(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_start_and_destroy),
		cmocka_unit_test(test_all_spis),
		cmocka_unit_test(test_no_spis),
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_bad_configs),
		cmocka_unit_test(test_kill),
		cmocka_unit_test(test_vm_ids),
		cmocka_unit_test(test_many_vms),
		cmocka_unit_test(test_sweep_start),
		cmocka_unit_test(test_sweep_destroy),
		cmocka_unit_test(test_poisoned_is_silent),
		cmocka_unit_test(test_slow_irs),
		cmocka_unit_test(test_cost_of_a_vcpu),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
