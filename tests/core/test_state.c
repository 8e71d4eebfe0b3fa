// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Save and restore of a VM in which everything differs from everything else, between all kinds of hosts;
 * what may not be done when; and interrupts that arrive while a VM is being saved.
 */
#include <string.h>

#include <vgicv5/port.h>

#include "host_internal.h"
#include "state_guest.h"

static struct sg sg;
static struct sg_saved first;
static struct sg_saved second;
static struct sg_view before;
static struct sg_view after;
static struct sg_view taken_before;
static struct sg_view taken_after;

/* ---- Round trips ---- */

static void saved_twice(void)
{
	sg_save(&sg, &first);
	sg_save(&sg, &second);
	sg_same_bytes(&first, &second);
}

static void restore(const struct sg_saved *saved)
{
	assert_int_equal(vgicv5_state_check(&sg.vm->vm, saved->bytes, saved->size), VGICV5_OK);
	assert_int_equal(vgicv5_state_restore(&sg.vm->vm, saved->bytes, saved->size), VGICV5_OK);
}

/* The VM goes on there. */
static void move(const struct world_host *to, struct sg_saved *by)
{
	sg_save(&sg, by);
	sg_down(&sg);
	sg_up(&sg, to);
	restore(by);
}

/* A VM whose n-th vCPU is loaded and has enabled IRS and CPU interface. */
static struct world_vcpu *boot(unsigned int n)
{
	struct world_vcpu *v;

	sg_up(&sg, &world_hosts[0]);
	v = &sg.vm->vcpus[n];
	world_load(v, n);
	guest_boot_irs(v, 0);
	guest_boot_cpu(v);
	return v;
}

static void test_round_trips(void **state)
{
	unsigned int from, to;

	(void)state;
	for (from = 0; from < world_host_count; from++) {
		sg_up(&sg, &world_hosts[from]);
		sg_fill(&sg);
		saved_twice();
		sg_look(&sg, &before);
		sg_drain(&sg, &taken_before);
		sg_down(&sg);
		for (to = 0; to < world_host_count; to++) {
			sg_up(&sg, &world_hosts[to]);
			restore(&first);
			sg_save(&sg, &second);
			sg_same_bytes(&first, &second);
			sg_look(&sg, &after);
			sg_same(&before, &after);
			sg_drain(&sg, &taken_after);
			sg_same(&taken_before, &taken_after);
			sg_down(&sg);
		}
	}
}

/* A VM that has nothing but what it is started with. */
static void test_empty(void **state)
{
	(void)state;
	sg_up(&sg, &world_hosts[0]);
	saved_twice();
	sg_down(&sg);
	sg_up(&sg, &world_hosts[1]);
	restore(&first);
	sg_save(&sg, &second);
	sg_same_bytes(&first, &second);
	sg_fill(&sg);
	sg_down(&sg);
}

/* One without SPIs, ITS or IWB. */
static void test_least_vm(void **state)
{
	struct vgicv5_vm_config config = world_vm_config(0);
	size_t bytes, again;
	unsigned int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct vgicv5_vm *vm;

		world_create(&sg.world, &world_hosts[i], 1);
		vm = &world_add_vm(&sg.world, &config, 1, NULL)->vm;
		if (!i) {
			assert_int_equal(vgicv5_state_save(vm, first.bytes, SG_MOST, &bytes), VGICV5_OK);
		} else {
			assert_int_equal(vgicv5_state_restore(vm, first.bytes, bytes), VGICV5_OK);
			assert_int_equal(vgicv5_state_save(vm, second.bytes, SG_MOST, &again), VGICV5_OK);
			assert_int_equal(again, bytes);
			assert_memory_equal(first.bytes, second.bytes, bytes);
		}
		world_destroy(&sg.world);
	}
}

/* The guest goes on to extend its table where it is now, whatever tables this host has. */
static void test_table_is_extended(void **state)
{
	unsigned int to;

	(void)state;
	sg_make(&sg, &world_hosts[0], &first);
	for (to = 0; to < world_host_count; to++) {
		struct world_vcpu *v;
		uint64_t l1[16];

		sg_up(&sg, &world_hosts[to]);
		restore(&first);
		v = &sg.vm->vcpus[0];
		world_load(v, 0);
		guest_mmio_write(v, GICV5_IRS_MAP_L2_ISTR, 4, 7u << 10);
		assert_int_equal(vgicv5_port_guest_read(&v->vm->vm, WORLD_GUEST_IST, l1, sizeof(l1)),
				 VGICV5_OK);
		assert_true(l1[7] & 1);
		assert_true(hal_host_guest_dirty(&v->vm->vm, WORLD_GUEST_IST));
		guest_set_up(v, LPI(7u << 10 | 5), 11, sg_vpe_ids[1]);
		world_preempt(v);
		move(&world_hosts[(to + 3) % world_host_count], &second);
		world_load(&sg.vm->vcpus[0], 0);
		assert_int_equal(
			GICV5_GET(ICC_ICSR_EL1_PRIORITY, guest_config(&sg.vm->vcpus[0], LPI(7u << 10 | 5))),
			11);
		world_preempt(&sg.vm->vcpus[0]);
		sg_down(&sg);
	}
}

/*
 * The lines of a level SPI and of a PPI are driven again by their owners: no change is no event, a change
 * is one.
 */
static void test_lines_are_driven_again(void **state)
{
	struct world_vcpu *v;

	(void)state;
	v = boot(0);
	guest_trigger_mode(v, 5, GICV5_HM_LEVEL);
	guest_trigger_mode(v, 6, GICV5_HM_LEVEL);
	guest_set_up(v, SPI(5), 4, sg_vpe_ids[0]);
	guest_set_up(v, SPI(6), 5, sg_vpe_ids[0]);
	vgicv5_inject_spi(&sg.vm->vm, 5, true);
	vgicv5_inject_spi(&sg.vm->vm, 6, true);
	assert_int_equal(guest_cdia(v), SPI(5) | 1ull << 32);
	world_preempt(v);
	move(&world_hosts[3], &first);
	v = &sg.vm->vcpus[0];
	vgicv5_inject_spi(&sg.vm->vm, 5, true);
	vgicv5_inject_spi(&sg.vm->vm, 6, false);
	world_load(v, 0);
	guest_gic(v, GICV5_GIC_CDEOI, 0);
	assert_int_equal(guest_take(v), 0);
	guest_gic(v, GICV5_GIC_CDDI, SPI(5));
	/* Still asserted, so that it comes again. */
	assert_int_equal(guest_take(v), SPI(5));
	vgicv5_inject_spi(&sg.vm->vm, 5, false);
	assert_int_equal(guest_take(v), 0);
	world_preempt(v);
	sg_down(&sg);
}

/* Registrations go on: who is in flight is heard of, once, and the trap goes. */
static void test_end_of_interrupt(void **state)
{
	struct world_vcpu *v;

	(void)state;
	v = boot(0);
	guest_trigger_mode(v, 5, GICV5_HM_LEVEL);
	guest_set_up(v, SPI(5), 4, sg_vpe_ids[0]);
	assert_int_equal(vgicv5_eoi_register(&sg.vm->vm, 5), VGICV5_OK);
	assert_int_equal(vgicv5_inject_spi(&sg.vm->vm, 5, true), VGICV5_OK);
	world_preempt(v);
	move(&world_hosts[4], &first);
	v = &sg.vm->vcpus[0];
	world_load(v, 0);
	sg_deactivations = 0;
	assert_int_equal(guest_cdia(v), SPI(5) | 1ull << 32);
	assert_int_equal(vgicv5_inject_spi(&sg.vm->vm, 5, false), VGICV5_OK);
	guest_gic(v, GICV5_GIC_CDEOI, 0);
	guest_gic(v, GICV5_GIC_CDDI, SPI(5));
	assert_int_equal(sg_deactivations, 1);
	assert_int_equal(sg.vm->vm.eoi.count, 0);
	v->traps = 0;
	guest_gic(v, GICV5_GIC_CDDI, SPI(5));
	assert_int_equal(v->traps, 0);
	world_preempt(v);
	assert_int_equal(vgicv5_eoi_register(&sg.vm->vm, 5), VGICV5_BUSY);
	assert_int_equal(vgicv5_eoi_unregister(&sg.vm->vm, 5), VGICV5_OK);
	sg_down(&sg);
}

/* A sleeper asks for a doorbell again. */
static void test_sleepers_wake_once(void **state)
{
	struct world_vcpu *v;

	(void)state;
	v = boot(1);
	guest_set_up(v, SPI(5), 4, sg_vpe_ids[1]);
	assert_true(world_wfi(v));
	move(&world_hosts[2], &first);
	v = &sg.vm->vcpus[1];
	assert_true(vgicv5_vcpu_runnable(&v->vcpu));
	world_load(v, 1);
	assert_true(world_wfi(v));
	vgicv5_inject_spi(&sg.vm->vm, 5, true);
	assert_int_equal(world_take_interrupts(&sg.world), 1);
	assert_true(world_woken(v));
	world_load(v, 1);
	assert_int_equal(guest_take(v), SPI(5));
	world_preempt(v);
	sg_down(&sg);
}

/* The IRS knows which VPEs take no part in 1ofN selection. */
static void test_one_n(void **state)
{
	volatile uint8_t *frame;
	unsigned int i;

	(void)state;
	sg_make(&sg, &world_hosts[0], &first);
	sg_up(&sg, &world_hosts[5]);
	restore(&first);
	frame = hal_host_machine_irs(sg.world.machine, 0);
	for (i = 0; i < SG_VCPUS; i++) {
		vgicv5_mmio_write64(frame + GICV5_IRS_VPE_SELR,
				    GICV5_MASK(IRS_VPE_SELR_S) |
					    GICV5_PUT(IRS_VPE_SELR_VM_ID, sg.vm->vm.vm_id) |
					    GICV5_PUT(IRS_VPE_SELR_VPE_ID, sg_vpe_ids[i]));
		assert_int_equal(vgicv5_mmio_read32(frame + GICV5_IRS_VPE_CR0), i == 1);
	}
	sg_down(&sg);
}

/* Of a state that was restored before, nothing is left when another one is. */
static void test_restored_over(void **state)
{
	struct world_vcpu *v;
	unsigned int i;

	(void)state;
	sg_up(&sg, &world_hosts[0]);
	sg_save(&sg, &second);
	v = &sg.vm->vcpus[0];
	world_load(v, 0);
	guest_boot_irs(v, 0);
	for (i = 0; i < SG_SPIS; i++) {
		guest_trigger_mode(v, i, i % 2);
		guest_set_up(v, SPI(i), 1 + i % 8, sg_vpe_ids[i % 3]);
		vgicv5_inject_spi(&sg.vm->vm, i, i % 3);
	}
	world_preempt(v);
	sg_save(&sg, &first);
	sg_down(&sg);
	for (i = 0; i < world_host_count; i++) {
		struct sg_saved now;

		sg_up(&sg, &world_hosts[i]);
		restore(&first);
		restore(&second);
		sg_save(&sg, &now);
		sg_same_bytes(&second, &now);
		sg_down(&sg);
	}
}

/* ---- When ---- */

static int restore_error(void)
{
	int error = vgicv5_state_check(&sg.vm->vm, first.bytes, first.size);

	assert_int_equal(vgicv5_state_restore(&sg.vm->vm, first.bytes, first.size), error);
	return error;
}

static int save_error(void)
{
	size_t size;
	int error = vgicv5_state_size(&sg.vm->vm, &size);

	assert_int_equal(vgicv5_state_save(&sg.vm->vm, second.bytes, SG_MOST, &size), error);
	assert_int_equal(vgicv5_state_stream(&sg.vm->vm, NULL, NULL), error);
	return error;
}

static void test_states_of_the_vm(void **state)
{
	struct vgicv5_vm *vm;

	(void)state;
	sg_up(&sg, &world_hosts[0]);
	vm = &sg.vm->vm;
	sg_save(&sg, &first);
	/* Loaded: busy. It has run: fit to be saved, not to be restored into. */
	world_load(&sg.vm->vcpus[2], 1);
	assert_int_equal(save_error(), VGICV5_BUSY);
	assert_int_equal(restore_error(), VGICV5_BUSY);
	world_preempt(&sg.vm->vcpus[2]);
	assert_int_equal(save_error(), VGICV5_OK);
	assert_int_equal(restore_error(), VGICV5_BUSY);
	assert_int_equal(vgicv5_vm_destroy(vm), VGICV5_OK);
	assert_int_equal(save_error(), VGICV5_STATE);
	assert_int_equal(restore_error(), VGICV5_STATE);
	/* Started anew it is fresh. */
	assert_int_equal(vgicv5_vm_start(vm), VGICV5_OK);
	assert_int_equal(restore_error(), VGICV5_OK);
	vgicv5_vm_kill(vm, "a test");
	assert_int_equal(save_error(), VGICV5_DEAD);
	assert_int_equal(restore_error(), VGICV5_DEAD);
	sg_down(&sg);
}

static void test_restored_twice(void **state)
{
	(void)state;
	sg_make(&sg, &world_hosts[0], &first);
	sg_up(&sg, &world_hosts[0]);
	restore(&first);
	/* Its LPI table is there now. */
	assert_int_equal(restore_error(), VGICV5_BUSY);
	sg_save(&sg, &second);
	sg_same_bytes(&first, &second);
	sg_down(&sg);
}

/* ---- Interrupts that arrive while a VM is being saved ---- */

enum { SPI_EDGE, SPI_LINE, AN_LPI, PPI_EDGE, PPI_LINE, WIRE, KINDS };

static struct {
	unsigned int at; /* which part of the state is being written */
	unsigned int kind;
	unsigned int parts;
} race;

static void inject(unsigned int kind)
{
	struct vgicv5_vm *vm = &sg.vm->vm;
	struct vgicv5_vcpu *vcpu = &sg.vm->vcpus[1].vcpu;

	switch (kind) {
	case SPI_EDGE:
		assert_int_equal(vgicv5_inject_spi(vm, 1, true), VGICV5_OK);
		break;
	case SPI_LINE:
		/* An edge SPI's falling line: only software knows. */
		assert_int_equal(vgicv5_inject_spi(vm, 16, false), VGICV5_OK);
		break;
	case AN_LPI:
		assert_int_equal(vgicv5_inject_lpi(vm, sg_lpi(2)), VGICV5_OK);
		break;
	case PPI_EDGE:
		assert_int_equal(vgicv5_inject_ppi(vcpu, GICV5_PPI_SW, true), VGICV5_OK);
		break;
	case PPI_LINE:
		assert_int_equal(vgicv5_inject_ppi(vcpu, GICV5_PPI_PMU, false), VGICV5_OK);
		break;
	default:
		/* Not enabled: no event, but its line is in the state. */
		assert_int_equal(vgicv5_viwb_set_wire(&sg.viwb, 31, true), VGICV5_OK);
		break;
	}
}

static struct sg_saved streamed;

static int racing_write(void *ctx, const void *data, size_t bytes)
{
	(void)ctx;
	memcpy(streamed.bytes + streamed.size, data, bytes);
	streamed.size += bytes;
	if (race.parts++ == race.at)
		inject(race.kind);
	return VGICV5_OK;
}

/*
 * In whatever part it arrives: busy, or it is in what was being saved, and in any case in what is saved
 * next. What comes after the last look, as END is written, is in the VM only.
 */
static void one_race(unsigned int kind, unsigned int at, unsigned int *parts)
{
	bool changed;
	int error;

	sg_up(&sg, &world_hosts[0]);
	sg_fill(&sg);
	sg_save(&sg, &first);
	*parts = (unsigned int)(first.size + 511) / 512;
	race.kind = kind;
	race.at = at;
	race.parts = 0;
	streamed.size = 0;
	error = vgicv5_state_stream(&sg.vm->vm, racing_write, NULL);
	sg_save(&sg, &second);
	changed = first.size != second.size || memcmp(first.bytes, second.bytes, first.size);
	if (!changed)
		fail_msg("interrupt of kind %u in part %u is lost", kind, at);
	if (error != VGICV5_BUSY && at + 1 < *parts) {
		assert_int_equal(error, VGICV5_OK);
		if (kind == SPI_EDGE || kind == AN_LPI)
			fail_msg("interrupt of kind %u in part %u is not noticed", kind, at);
		sg_same_bytes(&second, &streamed);
	}
	sg_down(&sg);
}

static void test_races(void **state)
{
	unsigned int kind, at, parts;

	(void)state;
	for (kind = 0; kind < KINDS; kind++) {
		at = 0;
		do
			one_race(kind, at, &parts);
		while (++at < parts);
		assert_true(parts > 3);
	}
}

/* ---- Interrupts that arrive while a VM is being restored ---- */

static const struct hal_host_bus *machine_bus;
static struct hal_host_bus injecting_bus;
static unsigned int refused;
static bool taken;

static void injecting_write(void *ctx, volatile void *address, unsigned int bytes, uint64_t value)
{
	refused += vgicv5_inject_spi(&sg.vm->vm, 5, true) == VGICV5_STATE;
	taken |= vgicv5_inject_lpi(&sg.vm->vm, 3) == VGICV5_OK;
	refused += vgicv5_viwb_set_wire(&sg.viwb, 3, true) == VGICV5_STATE;
	machine_bus->mmio_write(ctx, address, bytes, value);
}

/* At every command: refused, or taken and there. */
static void test_injection_into_a_restore(void **state)
{
	struct vgicv5_soft_interrupt state_of;
	struct vgicv5_soft_counters counters;
	uint64_t commands;
	void *ctx;

	(void)state;
	sg_make(&sg, &world_hosts[0], &first);
	sg_up(&sg, &world_hosts[0]);
	refused = 0;
	vgicv5_soft_counters(sg.world.soft, &counters);
	commands = counters.commands;
	machine_bus = hal_host_bus(&ctx);
	injecting_bus = *machine_bus;
	injecting_bus.mmio_write = injecting_write;
	hal_host_bind(&injecting_bus, ctx);
	restore(&first);
	hal_host_bind(machine_bus, ctx);
	vgicv5_soft_counters(sg.world.soft, &counters);
	assert_int_equal(refused, 2 * (counters.commands - commands));
	assert_true(refused > 20);
	assert_true(vgicv5_soft_inspect(sg.world.soft, sg.vm->vm.vm_id, SPI(5), &state_of));
	assert_false(state_of.pending);
	assert_true(vgicv5_soft_inspect(sg.world.soft, sg.vm->vm.vm_id, LPI(3), &state_of));
	assert_true(state_of.pending == taken);
	sg_down(&sg);
}

static int failing_write(void *ctx, const void *data, size_t bytes)
{
	(void)data;
	(void)bytes;
	return --*(int *)ctx ? VGICV5_OK : VGICV5_FAULT;
}

static void test_writer_fails(void **state)
{
	int nth, left;

	(void)state;
	sg_up(&sg, &world_hosts[0]);
	sg_fill(&sg);
	sg_save(&sg, &first);
	for (nth = 1; nth <= (int)((first.size + 511) / 512); nth++) {
		left = nth;
		assert_int_equal(vgicv5_state_stream(&sg.vm->vm, failing_write, &left), VGICV5_FAULT);
		assert_int_equal(left, 0);
	}
	sg_save(&sg, &second);
	sg_same_bytes(&first, &second);
	sg_down(&sg);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trips),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_least_vm),
		cmocka_unit_test(test_table_is_extended),
		cmocka_unit_test(test_lines_are_driven_again),
		cmocka_unit_test(test_end_of_interrupt),
		cmocka_unit_test(test_sleepers_wake_once),
		cmocka_unit_test(test_one_n),
		cmocka_unit_test(test_restored_over),
		cmocka_unit_test(test_states_of_the_vm),
		cmocka_unit_test(test_restored_twice),
		cmocka_unit_test(test_races),
		cmocka_unit_test(test_injection_into_a_restore),
		cmocka_unit_test(test_writer_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
