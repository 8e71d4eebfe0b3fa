// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Restore and save when the n-th allocation or IRS command fails. A restore that fails leaves a VM that can
 * be restored again at once, or destroyed and then restored; a save that fails leaves it as it was.
 */
#include <string.h>

#include "rig.h"
#include "state_guest.h"

static struct sg sg;
static struct sg_saved good;
static struct sg_saved again;

struct sweep {
	const char *name;
	bool alloc;
	enum vgicv5_soft_fault command;
};

static const struct sweep sweeps[] = {
	{"alloc", true, VGICV5_SOFT_FAULT_NONE},
	{"drop", false, VGICV5_SOFT_FAULT_DROP},
	{"stall", false, VGICV5_SOFT_FAULT_STALL},
	{"late", false, VGICV5_SOFT_FAULT_LATE},
};

static uint64_t commands(void)
{
	struct vgicv5_soft_counters counters;

	vgicv5_soft_counters(sg.world.soft, &counters);
	return counters.commands;
}

static void arm(const struct sweep *sweep, unsigned int nth)
{
	if (sweep->alloc)
		hal_host_fail(HAL_HOST_FAULT_ALLOC, nth);
	else
		vgicv5_soft_arm_fault(sg.world.soft, nth ? sweep->command : VGICV5_SOFT_FAULT_NONE, nth);
}

static bool struck(const struct sweep *sweep, unsigned int nth, uint64_t before)
{
	return sweep->alloc ? hal_host_failed(HAL_HOST_FAULT_ALLOC) : commands() - before >= nth;
}

static void restore_and_compare(void)
{
	assert_int_equal(vgicv5_state_restore(&sg.vm->vm, good.bytes, good.size), VGICV5_OK);
	sg_save(&sg, &again);
	sg_same_bytes(&good, &again);
}

static void start_anew(void)
{
	assert_int_equal(vgicv5_vm_destroy(&sg.vm->vm), VGICV5_OK);
	assert_int_equal(hal_host_machine_lpis(sg.world.machine), 0);
	assert_int_equal(vgicv5_vm_start(&sg.vm->vm), VGICV5_OK);
	restore_and_compare();
}

/* What the error says of the VM is so. */
static void check_failure(const struct sweep *sweep, int error, size_t held)
{
	struct vgicv5_vm *vm = &sg.vm->vm;

	if (sweep->alloc) {
		assert_int_equal(error, VGICV5_NO_MEMORY);
		assert_int_equal(vm->state, VGICV5_VM_STARTED);
		assert_int_equal(hal_host_outstanding(), held);
		return;
	}
	assert_int_equal(error, sweep->command == VGICV5_SOFT_FAULT_DROP ? VGICV5_REFUSED : VGICV5_TIMEOUT);
	assert_int_not_equal(vm->state, VGICV5_VM_STARTED);
	assert_int_equal(vgicv5_inject_spi(vm, 1, true), VGICV5_STATE);
	/* A group of registers that is stuck need not be the one that lets go of the VM. */
	if (sweep->command == VGICV5_SOFT_FAULT_DROP)
		assert_int_equal(vm->state, VGICV5_VM_EMPTY);
	else
		assert_int_equal(vgicv5_vm_destroy(vm),
				 vm->state == VGICV5_VM_POISONED ? VGICV5_TIMEOUT : VGICV5_OK);
}

static bool sweep_restore(const struct world_host *to, const struct sweep *sweep, unsigned int nth)
{
	uint64_t before;
	size_t held;
	bool hit;
	int error;

	sg_up(&sg, to);
	held = hal_host_outstanding();
	before = commands();
	arm(sweep, nth);
	error = vgicv5_state_restore(&sg.vm->vm, good.bytes, good.size);
	hit = struck(sweep, nth, before);
	if (hit && sweep->alloc)
		assert_int_equal(error, VGICV5_NO_MEMORY);
	if (error)
		check_failure(sweep, error, held);
	arm(sweep, 0);
	if (error && sweep->alloc)
		restore_and_compare();
	start_anew();
	sg_down(&sg);
	return hit;
}

static void test_restore(void **state)
{
	unsigned int to, i, nth;

	(void)state;
	sg_make(&sg, &world_hosts[0], &good);
	for (to = 0; to < world_host_count; to++)
		for (i = 0; i < sizeof(sweeps) / sizeof(sweeps[0]); i++) {
			for (nth = 1; sweep_restore(&world_hosts[to], &sweeps[i], nth); nth++)
				;
			assert_true(nth > 1);
		}
}

/*
 * The IRS does not answer while the state is being saved: an error, and the VM can be saved when it does
 * again.
 */
static bool sweep_save(const struct sweep *sweep, unsigned int nth)
{
	uint64_t before;
	bool hit;
	int error;

	sg_up(&sg, &world_hosts[4]);
	sg_fill(&sg);
	before = commands();
	arm(sweep, nth);
	error = vgicv5_state_save(&sg.vm->vm, again.bytes, SG_MOST, &again.size);
	hit = struck(sweep, nth, before);
	arm(sweep, 0);
	if (hit)
		assert_int_equal(error, VGICV5_TIMEOUT);
	else
		assert_int_equal(error, VGICV5_OK);
	sg_save(&sg, &again);
	sg_same_bytes(&good, &again);
	sg_down(&sg);
	return hit;
}

static void test_save(void **state)
{
	unsigned int i, nth;

	(void)state;
	sg_up(&sg, &world_hosts[4]);
	sg_fill(&sg);
	/* Saving takes no memory. */
	hal_host_fail(HAL_HOST_FAULT_ALLOC, 1);
	sg_save(&sg, &good);
	assert_false(hal_host_failed(HAL_HOST_FAULT_ALLOC));
	hal_host_fail(HAL_HOST_FAULT_ALLOC, 0);
	sg_down(&sg);
	for (i = 2; i < sizeof(sweeps) / sizeof(sweeps[0]); i++) {
		for (nth = 1; sweep_save(&sweeps[i], nth); nth++)
			;
		/* One that writes back, two that look. */
		assert_int_equal(nth, 4);
	}
}

/* The same for tables alone. */
static void test_tables(void **state)
{
	static uint8_t spis[4 * SG_SPIS], lpis[4 << SG_LPI_BITS];
	const struct vgicv5_state_ists ists = {spis, sizeof(spis), lpis, sizeof(lpis)};
	unsigned int i, nth;
	bool hit;

	(void)state;
	for (i = 0; i < sizeof(sweeps) / sizeof(sweeps[0]); i++) {
		nth = 0;
		do {
			struct vgicv5_vm *vm;
			uint64_t before;
			size_t held;
			int error;

			nth++;
			sg_up(&sg, &world_hosts[0]);
			vm = &sg.vm->vm;
			assert_int_equal(vgicv5_state_set_irs(vm, GICV5_IRS_IST_CFGR, SG_LPI_BITS),
					 VGICV5_OK);
			assert_int_equal(vgicv5_state_set_irs(vm, GICV5_IRS_IST_BASER, 0x40000001),
					 VGICV5_OK);
			held = hal_host_outstanding();
			before = commands();
			arm(&sweeps[i], nth);
			error = vgicv5_state_set_ists(vm, &ists);
			hit = struck(&sweeps[i], nth, before);
			if (error)
				check_failure(&sweeps[i], error, held);
			arm(&sweeps[i], 0);
			if (error && sweeps[i].alloc)
				assert_int_equal(vgicv5_state_set_ists(vm, &ists), VGICV5_OK);
			sg_down(&sg);
		} while (hit);
		assert_true(nth > 1);
	}
}

/* Any of several IRSs may hold something back: what one of them says is not exact is not. */
static void test_every_irs_is_asked(void **state)
{
	static const uint32_t says[] = {GICV5_MASK(IRS_SAVE_VM_STATUSR_IDLE), 0};
	static const int expected[] = {VGICV5_BUSY, VGICV5_TIMEOUT};
	unsigned int irs, i;
	struct rig_vm vm;
	struct rig rig;
	size_t bytes;

	(void)state;
	for (irs = 0; irs < 3; irs++)
		for (i = 0; i < 2; i++) {
			rig_up(&rig, &rig_kinds[5]);
			assert_int_equal(rig.host.irs_count, 3);
			rig_vm_up(&rig, &vm);
			assert_int_equal(vgicv5_state_save(&vm.vm, good.bytes, sizeof(good.bytes), &bytes),
					 VGICV5_OK);
			rig_override(&rig, irs, GICV5_IRS_SAVE_VM_STATUSR, says[i]);
			assert_int_equal(vgicv5_state_save(&vm.vm, good.bytes, sizeof(good.bytes), &bytes),
					 expected[i]);
			assert_int_equal(vgicv5_vm_destroy(&vm.vm), VGICV5_OK);
			rig_down(&rig);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_irs_is_asked),
		cmocka_unit_test(test_restore),
		cmocka_unit_test(test_save),
		cmocka_unit_test(test_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
