// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Events of the virtual IWB: handling modes, what is known of the tables, what overtakes an event. */
#include "iwb_guest.h"

/* ---- Handling modes (R_HHKMN) ---- */

static void mode_follows_trigger(void **state)
{
	(void)state;
	up_with_wire(true);
	assert_false(is_level(WIRE_LPI));
	wire(true);
	run();
	assert_true(is_level(WIRE_LPI));
	wire(false);
	/* An OS that gives the LPI to somebody else, and back. */
	wr(WENABLER(N), 0);
	guest_gic(&guest.vm->vcpus[0], GICV5_GIC_CDHM, LPI(WIRE_LPI));
	assert_false(is_level(WIRE_LPI));
	wr(WENABLER(N), BIT);
	wire(true);
	run();
	assert_true(is_level(WIRE_LPI));
	wire(false);
	wr(CR0, 0);
	guest_gic(&guest.vm->vcpus[0], GICV5_GIC_CDHM, LPI(WIRE_LPI));
	wr(CR0, 1);
	wire(true);
	run();
	assert_true(is_level(WIRE_LPI));
	wire(false);
	wr(WENABLER(N), 0);
	wr(WTMR(N), 0);
	wr(WENABLER(N), BIT);
	wire(true);
	run();
	assert_false(is_level(WIRE_LPI));
	assert_int_equal(take_one(), LPI(WIRE_LPI));
	assert_int_equal(take_one(), 0);
	its_down(&guest);
}

/* The guest takes it before any vCPU has entered: as an edge. The line is still up, so it must come again. */
static void taken_before_entry(void **state)
{
	struct world_vcpu *v;
	uint64_t intid = 0;

	(void)state;
	up_with_wire(true);
	v = &guest.vm->vcpus[0];
	wire(true);
	vgicv5_soft_context_sync(guest.world.soft, v->pe);
	assert_int_equal(hal_host_machine_guest(guest.world.machine, v->pe, GICV5_GIC_CDIA, true, &intid),
			 VGICV5_SOFT_DONE);
	assert_int_equal((uint32_t)intid, LPI(WIRE_LPI));
	assert_false(pending());
	run();
	assert_true(pending());
	guest_gic(v, GICV5_GIC_CDEOI, 0);
	guest_gic(v, GICV5_GIC_CDDI, intid);
	assert_int_equal(take_one(), LPI(WIRE_LPI));
	wire(false);
	assert_int_equal(take_one(), 0);
	its_down(&guest);
}

/* Nobody is loaded: whoever is next finds it. The other way round: who is loaded is kicked, once. */
static void kicks(void **state)
{
	struct world_vcpu *v;

	(void)state;
	up_with_wire(true);
	v = &guest.vm->vcpus[0];
	(void)hal_host_take_kick(&v->vcpu);
	(void)hal_host_take_kick(&guest.vm->vcpus[1].vcpu);
	wire(true);
	assert_true(hal_host_take_kick(&v->vcpu));
	assert_false(hal_host_take_kick(&guest.vm->vcpus[1].vcpu));
	run();
	wire(false);
	wire(true);
	assert_false(hal_host_take_kick(&v->vcpu));
	its_invalidate_event(&guest, ITS_IWB_DEVICE, WIRE, 0);
	wire(false);
	guest_gic(v, GICV5_GIC_CDHM, LPI(WIRE_LPI));
	world_preempt(v);
	wire(true);
	assert_false(hal_host_take_kick(&v->vcpu));
	assert_false(is_level(WIRE_LPI));
	world_load(&guest.vm->vcpus[1], 2);
	(void)guest_irq(&guest.vm->vcpus[1]);
	assert_true(is_level(WIRE_LPI));
	world_load(v, 0);
	its_down(&guest);
}

/* A write that enables many: so many at each entry, until all are done. */
static void many_modes(void **state)
{
	unsigned int entries, n, level;

	(void)state;
	up();
	for (n = 0; n < ITS_WIRES; n++) {
		map_wire(n, 100 + n);
		assert_int_equal(vgicv5_viwb_set_wire(&guest.viwb, n, true), VGICV5_OK);
	}
	for (n = 0; n < ITS_WIRES / 32; n++) {
		wr(WTMR(n), ~0u);
		wr(WENABLER(n), ~0u);
	}
	assert_false(state_of(100).pending);
	wr(CR0, 1);
	for (entries = 0, level = 0; level < ITS_WIRES; entries++) {
		assert_in_range(entries, 0, ITS_WIRES);
		run();
		for (n = 0, level = 0; n < ITS_WIRES; n++)
			level += is_level(100 + n);
	}
	assert_in_range(entries, 2, ITS_WIRES / 8);
	run();
	assert_int_equal(guest.vm->vcpus[0].vcpu.reload, 0);
	its_down(&guest);
}

/* Disabled, or mapped to nothing, before the entry: that LPI is nobody's. */
static void mode_too_late(void **state)
{
	(void)state;
	up_with_wire(true);
	wire(true);
	wr(WENABLER(N), 0);
	run();
	assert_false(is_level(WIRE_LPI));
	wr(WENABLER(N), BIT);
	its_invalidate_device(&guest, ITS_IWB_DEVICE, 0);
	run();
	assert_false(is_level(WIRE_LPI));
	its_down(&guest);
}

/* ---- Tables ---- */

static void moved(void **state)
{
	(void)state;
	up_with_wire(true);
	wire(true);
	run();
	wire(false);
	map_wire(WIRE, WIRE_LPI + 1);
	/* Not yet: the guest has not said so. */
	wire(true);
	assert_true(its_take(&guest, WIRE_LPI));
	wire(false);
	its_invalidate_event(&guest, ITS_IWB_DEVICE, WIRE, 0);
	wire(true);
	assert_false(pending());
	assert_int_equal(take_one(), LPI(WIRE_LPI + 1));
	assert_int_equal(take_one(), LPI(WIRE_LPI + 1));
	assert_true(is_level(WIRE_LPI + 1));
	wire(false);
	assert_int_equal(take_one(), 0);
	its_down(&guest);
}

static void known_lpis(void **state)
{
	bool atomic;

	(void)state;
	up_with_wire(true);
	(void)its_guest_reads();
	assert_int_equal(vgicv5_viwb_set_wire_cached(&guest.viwb, WIRE, true), VGICV5_BUSY);
	assert_int_equal(its_guest_reads(), 0);
	assert_int_equal(guest.viwb.wires[N].line, 0);
	assert_false(pending());
	wire(true);
	assert_int_equal(its_guest_reads(), 4);
	assert_true(pending());
	atomic = hal_host_set_atomic(true);
	assert_int_equal(vgicv5_viwb_set_wire_cached(&guest.viwb, WIRE, false), VGICV5_OK);
	assert_false(pending());
	wire(true);
	assert_true(pending());
	hal_host_set_atomic(atomic);
	assert_int_equal(its_guest_reads(), 0);
	/* A wire that sends nothing needs no tables. */
	assert_int_equal(vgicv5_viwb_set_wire_cached(&guest.viwb, WIRE + 1, true), VGICV5_OK);
	assert_int_equal(guest.viwb.wires[N].line, 3 * BIT);
	its_invalidate_device(&guest, ITS_IWB_DEVICE, 0);
	assert_int_equal(vgicv5_viwb_set_wire_cached(&guest.viwb, WIRE, false), VGICV5_BUSY);
	assert_int_equal(guest.viwb.wires[N].line, 3 * BIT);
	assert_true(pending());
	its_down(&guest);
}

/* An LPI table that went away takes the LPI with it. */
static void lpi_table_goes(void **state)
{
	struct world_vcpu *v;

	(void)state;
	up_with_wire(true);
	v = &guest.vm->vcpus[0];
	wire(true);
	guest_mmio_write(v, GICV5_IRS_IST_BASER, 8, 0);
	run();
	assert_int_equal(vgicv5_viwb_set_wire_cached(&guest.viwb, WIRE, false), VGICV5_BUSY);
	wire(false);
	assert_int_equal(its_read(&guest, 0x240) >> 24, VGICV5_VITS_LPI);
	its_write(&guest, 0x240, 9);
	guest_make_lpis(v, ITS_LPI_BITS);
	guest_set_up(v, LPI(WIRE_LPI), 8, 0);
	wire(true);
	assert_int_equal(take_one(), LPI(WIRE_LPI));
	its_down(&guest);
}

static void not_mapped(void **state)
{
	(void)state;
	up();
	wr(CR0, 1);
	wr(WTMR(N), BIT);
	wr(WENABLER(N), BIT);
	its_write(&guest, 0x240, 0xf);
	wire(true);
	assert_int_equal(its_read(&guest, 0x240), (uint32_t)VGICV5_VITS_L1_DTE << 24 | 3);
	assert_int_equal(its_read(&guest, 0x248), (uint64_t)ITS_IWB_DEVICE << 32 | WIRE);
	map_wire(WIRE, WIRE_LPI);
	wr(WRESAMPLER, WIRE);
	assert_int_equal(take_one(), LPI(WIRE_LPI));
	/* Events at an ITS that is disabled are none. */
	its_write(&guest, 0x240, 9);
	its_write(&guest, 0x80, 0);
	wire(false);
	wire(true);
	assert_int_equal(its_read(&guest, 0x240), 0);
	its_down(&guest);
}

/* ---- What happens while the tables are read ---- */

static void (*in_read)(void);

static void on_read(void *ctx, struct vgicv5_vm *vm, uint64_t gpa)
{
	void (*act)(void) = in_read;

	(void)ctx;
	(void)vm;
	(void)gpa;
	in_read = NULL;
	if (act)
		act();
}

static void disable_wire(void)
{
	wr(WENABLER(N), 0);
}

static void lower_wire(void)
{
	wire(false);
}

static void move_wire(void)
{
	its_map(&guest, ITS_IWB_DEVICE, WIRE, WIRE_LPI + 1);
	its_invalidate_event(&guest, ITS_IWB_DEVICE, WIRE, 0);
}

static void sync_its(void)
{
	its_write(&guest, 0x140, 1ull << 63 | ITS_IWB_DEVICE);
	assert_int_equal(its_read(&guest, 0x148), 0);
}

static void disable_iwb_and_its(void)
{
	wr(CR0, 0);
	its_write(&guest, 0x80, 0);
	assert_int_equal(its_read(&guest, 0x80), 0);
}

static void raise_meanwhile(void (*act)(void))
{
	hal_host_on_guest_read(on_read, NULL);
	in_read = act;
	wire(true);
	assert_null(in_read);
	hal_host_on_guest_read(NULL, NULL);
}

static void overtaken(void **state)
{
	(void)state;
	/* A wire that has been disabled sends nothing any more. */
	up_with_wire(false);
	raise_meanwhile(disable_wire);
	assert_false(pending());
	its_down(&guest);
	/* The lower line counts, whoever comes last. */
	up_with_wire(true);
	raise_meanwhile(lower_wire);
	assert_false(pending());
	its_down(&guest);
	/* It was under way when the guest moved it; the next one is not. */
	up_with_wire(false);
	raise_meanwhile(move_wire);
	(void)its_take(&guest, WIRE_LPI);
	(void)its_take(&guest, WIRE_LPI + 1);
	wire(false);
	wire(true);
	assert_false(pending());
	assert_true(its_take(&guest, WIRE_LPI + 1));
	its_down(&guest);
	up_with_wire(true);
	raise_meanwhile(sync_its);
	assert_int_equal(its_read(&guest, 0x148), 1);
	assert_true(pending());
	its_down(&guest);
	up_with_wire(true);
	raise_meanwhile(disable_iwb_and_its);
	assert_int_equal(its_read(&guest, 0x80), 2);
	assert_false(pending());
	its_down(&guest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mode_follows_trigger),
		cmocka_unit_test(taken_before_entry),
		cmocka_unit_test(kicks),
		cmocka_unit_test(many_modes),
		cmocka_unit_test(mode_too_late),
		cmocka_unit_test(moved),
		cmocka_unit_test(known_lpis),
		cmocka_unit_test(lpi_table_goes),
		cmocka_unit_test(not_mapped),
		cmocka_unit_test(overtaken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
