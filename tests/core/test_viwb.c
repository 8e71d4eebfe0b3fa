// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The virtual IWB: registers, wires of both trigger modes, handling modes, what is known of the ITS's tables. */
#include "its_guest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <vgicv5/hyp.h>

#define WIRE 37u
#define N (WIRE / 32)
#define BIT (1u << WIRE % 32)
#define WIRE_LPI 0x777u

/* Offsets and numbers are written down here, not taken from the library's definitions. */
#define IDR0 0x0u
#define AIDR 0x44u
#define CR0 0x80u
#define WENABLE_STATUSR 0xc0u
#define WDOMAIN_STATUSR 0xc4u
#define WRESAMPLER 0xc8u
#define WENABLER(n) (0x2000u + 4 * (n))
#define WTMR(n) (0x4000u + 4 * (n))
#define WDOMAINR(n) (0x8000u + 4 * (n))

static struct its_guest guest;

static uint32_t rd(uint32_t offset)
{
	return its_iwb_read(&guest, offset);
}

static void wr(uint32_t offset, uint32_t value)
{
	its_iwb_write(&guest, offset, value);
}

static void wire(bool asserted)
{
	assert_int_equal(vgicv5_viwb_set_wire(&guest.viwb, WIRE, asserted), VGICV5_OK);
}

static void up(void)
{
	its_up(&guest, &its_shapes[3], NULL);
	guest_boot_cpu(&guest.vm->vcpus[0]);
}

static void map_wire(uint32_t n, uint32_t lpi)
{
	its_map(&guest, ITS_IWB_DEVICE, n, lpi);
	guest_set_up(&guest.vm->vcpus[0], LPI(lpi), 8, 0);
}

/* IWB on, WIRE enabled and mapped. */
static void up_with_wire(bool level)
{
	up();
	map_wire(WIRE, WIRE_LPI);
	wr(CR0, 1);
	wr(WTMR(N), level ? BIT : 0);
	wr(WENABLER(N), BIT);
}

static struct vgicv5_soft_interrupt state_of(uint32_t lpi)
{
	struct vgicv5_soft_interrupt state;

	assert_true(vgicv5_soft_inspect(guest.world.soft, guest.vm->vm.vm_id, LPI(lpi), &state));
	return state;
}

static bool pending(void)
{
	return state_of(WIRE_LPI).pending;
}

static bool is_level(uint32_t lpi)
{
	return state_of(lpi).level;
}

/* Enters and exits once. */
static void run(void)
{
	(void)guest_irq(&guest.vm->vcpus[0]);
}

static uint32_t take_one(void)
{
	return guest_take(&guest.vm->vcpus[0]);
}

/* ---- Registers ---- */

static void identification(void **state)
{
	(void)state;
	up();
	assert_int_equal(rd(IDR0), 2u << 11 | (ITS_WIRES / 32 - 1));
	assert_int_equal(rd(0x40), 0);
	assert_int_equal(rd(AIDR), 0x200);
	assert_int_equal(rd(CR0), 2);
	assert_int_equal(rd(WENABLE_STATUSR), 1);
	assert_int_equal(rd(WDOMAIN_STATUSR), 1);
	wr(IDR0, ~0u);
	wr(AIDR, ~0u);
	assert_int_equal(rd(IDR0), 2u << 11 | (ITS_WIRES / 32 - 1));
	assert_int_equal(rd(AIDR), 0x200);
	wr(CR0, ~0u);
	assert_int_equal(rd(CR0), 3);
	wr(CR0, 0);
	assert_int_equal(rd(CR0), 2);
	its_down(&guest);
}

/* Each register has its own bits; there are no wires beyond IW_RANGE. */
static void files(void **state)
{
	uint32_t n;

	(void)state;
	up();
	for (n = 0; n < ITS_WIRES / 32; n++) {
		wr(WTMR(n), 0x80000001u + n);
		wr(WENABLER(n), 0x40000010u + n);
	}
	for (n = 0; n < ITS_WIRES / 32; n++) {
		assert_int_equal(rd(WTMR(n)), 0x80000001u + n);
		assert_int_equal(rd(WENABLER(n)), 0x40000010u + n);
	}
	for (n = 0; n < 2 * ITS_WIRES / 32; n++) {
		wr(WDOMAINR(n), 0);
		assert_int_equal(rd(WDOMAINR(n)), 0x55555555);
	}
	its_down(&guest);
}

static bool is_register(uint32_t offset)
{
	return offset == IDR0 || offset == AIDR || offset == CR0 || offset == WENABLE_STATUSR ||
	       offset == WDOMAIN_STATUSR || (offset >= WENABLER(0) && offset < WENABLER(ITS_WIRES / 32)) ||
	       (offset >= WTMR(0) && offset < WTMR(ITS_WIRES / 32)) ||
	       (offset >= WDOMAINR(0) && offset < WDOMAINR(2 * ITS_WIRES / 32));
}

static void nothing_else(void **state)
{
	uint32_t offset;

	(void)state;
	up();
	for (offset = 0; offset < VGICV5_VIWB_SIZE; offset += 4) {
		if (is_register(offset))
			continue;
		wr(offset, ~0u);
		assert_int_equal(rd(offset), 0);
	}
	assert_int_equal(rd(CR0), 2);
	assert_int_equal(rd(WENABLER(ITS_WIRES / 32 - 1)), 0);
	/* 32-bit accesses only. */
	vgicv5_viwb_write(&guest.viwb, CR0, 8, 1);
	vgicv5_viwb_write(&guest.viwb, CR0, 1, 1);
	vgicv5_viwb_write(&guest.viwb, CR0 + 2, 4, ~0u);
	vgicv5_viwb_write(&guest.viwb, WENABLER(0) + 1, 4, ~0u);
	assert_int_equal(rd(CR0), 2);
	assert_int_equal(rd(WENABLER(0)), 0);
	assert_int_equal(vgicv5_viwb_read(&guest.viwb, IDR0, 8), 0);
	assert_int_equal(vgicv5_viwb_read(&guest.viwb, IDR0, 2), 0);
	assert_int_equal(vgicv5_viwb_read(&guest.viwb, AIDR - 2, 4), 0);
	its_down(&guest);
}

/* The trigger mode of an enabled wire stays, those of its neighbours change. */
static void mode_of_enabled_wire(void **state)
{
	(void)state;
	up_with_wire(true);
	wr(WTMR(N), 0);
	assert_int_equal(rd(WTMR(N)), BIT);
	wr(WTMR(N), ~BIT);
	assert_int_equal(rd(WTMR(N)), ~0u);
	wr(WENABLER(N), 0);
	wr(WTMR(N), 0);
	assert_int_equal(rd(WTMR(N)), 0);
	wr(WENABLER(N), BIT);
	wr(WTMR(N), BIT);
	assert_int_equal(rd(WTMR(N)), 0);
	its_down(&guest);
}

/* ---- Wires ---- */

static void edges(void **state)
{
	(void)state;
	up_with_wire(false);
	assert_false(pending());
	wire(true);
	assert_true(its_take(&guest, WIRE_LPI));
	wire(true);
	assert_false(pending());
	wr(WRESAMPLER, WIRE);
	assert_false(pending());
	wire(false);
	assert_false(pending());
	wire(true);
	wire(false);
	assert_int_equal(take_one(), LPI(WIRE_LPI));
	assert_int_equal(take_one(), 0);
	/* What rises while it is disabled is lost, also when it is still up. */
	wr(WENABLER(N), 0);
	wire(true);
	wr(WENABLER(N), BIT);
	assert_false(pending());
	wire(false);
	wr(CR0, 0);
	wire(true);
	wr(CR0, 1);
	assert_false(pending());
	assert_int_equal(its_read(&guest, 0x240), 0);
	its_down(&guest);
}

/* Each wire by itself. */
static void neighbours(void **state)
{
	uint32_t n;

	(void)state;
	up();
	for (n = 0; n < ITS_WIRES; n++)
		map_wire(n, 100 + n);
	wr(CR0, 1);
	for (n = 0; n < ITS_WIRES / 32; n++)
		wr(WENABLER(n), ~0u);
	for (n = 0; n < ITS_WIRES; n++) {
		assert_int_equal(vgicv5_viwb_set_wire(&guest.viwb, n, true), VGICV5_OK);
		assert_int_equal(take_one(), LPI(100 + n));
		assert_int_equal(take_one(), 0);
	}
	its_down(&guest);
}

static void levels(void **state)
{
	(void)state;
	up_with_wire(true);
	wire(true);
	assert_true(pending());
	wire(false);
	assert_false(pending());
	assert_int_equal(take_one(), 0);
	wire(true);
	/* As long as it is up the guest takes it again and again. */
	assert_int_equal(take_one(), LPI(WIRE_LPI));
	assert_int_equal(take_one(), LPI(WIRE_LPI));
	wire(false);
	assert_int_equal(take_one(), 0);
	/* A line that is up when its wire is enabled, or the IWB, is not lost. */
	wr(WENABLER(N), 0);
	wire(true);
	assert_false(pending());
	wr(WENABLER(N), BIT);
	assert_int_equal(take_one(), LPI(WIRE_LPI));
	wr(CR0, 0);
	(void)its_take(&guest, WIRE_LPI);
	wr(CR0, 1);
	assert_int_equal(take_one(), LPI(WIRE_LPI));
	its_down(&guest);
}

/* Resampling makes pending what the line says, of a wire that is there, enabled, level. */
static void resample(void **state)
{
	(void)state;
	up_with_wire(true);
	wire(true);
	assert_true(its_take(&guest, WIRE_LPI));
	wr(WRESAMPLER, WIRE ^ 1);
	wr(WRESAMPLER, ITS_WIRES);
	wr(WRESAMPLER, 0xffff);
	assert_false(pending());
	wr(WRESAMPLER, WIRE);
	assert_true(pending());
	wire(false);
	guest_pend(&guest.vm->vcpus[0], LPI(WIRE_LPI), true);
	assert_true(pending());
	wr(WRESAMPLER, WIRE);
	assert_false(pending());
	wr(WENABLER(N), 0);
	wire(true);
	wr(WRESAMPLER, WIRE);
	assert_false(pending());
	its_down(&guest);
}

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

/* ---- Life ---- */

static void arguments(void **state)
{
	struct vgicv5_viwb_config config = {.device_id = 1, .wire_count = 32};
	struct vgicv5_viwb other;

	(void)state;
	up();
	assert_int_equal(vgicv5_viwb_init(&other, &config), VGICV5_INVALID);
	config.vits = &guest.vits;
	assert_int_equal(vgicv5_viwb_init(&other, &config), VGICV5_STATE);
	world_preempt(&guest.vm->vcpus[0]);
	assert_int_equal(vgicv5_viwb_set_wire(&guest.viwb, ITS_WIRES, true), VGICV5_INVALID);
	assert_int_equal(vgicv5_viwb_set_wire(&guest.viwb, ~0u, true), VGICV5_INVALID);
	assert_int_equal(vgicv5_vm_destroy(&guest.vm->vm), VGICV5_OK);
	assert_int_equal(vgicv5_viwb_set_wire(&guest.viwb, 0, true), VGICV5_STATE);
	assert_int_equal(vgicv5_viwb_set_wire_cached(&guest.viwb, 0, true), VGICV5_STATE);
	assert_int_equal(rd(IDR0), 0);
	wr(CR0, 1);
	wr(WENABLER(0), ~0u);
	wr(WTMR(0), ~0u);
	wr(WRESAMPLER, 0);
	config.device_id = ITS_IWB_DEVICE;
	assert_int_equal(vgicv5_viwb_init(&other, &config), VGICV5_INVALID);
	config.device_id = 1u << (ITS_DEVICE_BITS + 2);
	assert_int_equal(vgicv5_viwb_init(&other, &config), VGICV5_INVALID);
	config.device_id--;
	config.wire_count = 0;
	assert_int_equal(vgicv5_viwb_init(&other, &config), VGICV5_INVALID);
	config.wire_count = 33;
	assert_int_equal(vgicv5_viwb_init(&other, &config), VGICV5_INVALID);
	config.wire_count = (1u << (ITS_EVENT_BITS + 1)) + 32;
	assert_int_equal(vgicv5_viwb_init(&other, &config), VGICV5_INVALID);
	config.wire_count -= 32;
	config.iwben = true;
	assert_int_equal(vgicv5_viwb_init(&other, &config), VGICV5_OK);
	assert_int_equal(vgicv5_vm_start(&guest.vm->vm), VGICV5_OK);
	assert_int_equal(vgicv5_viwb_read(&other, CR0, 4), 3);
	assert_int_equal(vgicv5_viwb_read(&other, IDR0, 4), 2u << 11 | (config.wire_count / 32 - 1));
	assert_int_equal(vgicv5_viwb_set_wire(&other, config.wire_count - 1, true), VGICV5_OK);
	vgicv5_vm_kill(&guest.vm->vm, "test");
	assert_int_equal(vgicv5_viwb_set_wire(&other, 0, true), VGICV5_DEAD);
	its_down(&guest);
}

/* Every life begins with lines down and all disabled. */
static void anew(void **state)
{
	(void)state;
	up_with_wire(true);
	wire(true);
	world_preempt(&guest.vm->vcpus[0]);
	assert_int_equal(vgicv5_vm_destroy(&guest.vm->vm), VGICV5_OK);
	assert_int_equal(vgicv5_vm_start(&guest.vm->vm), VGICV5_OK);
	assert_int_equal(rd(CR0), 2);
	assert_int_equal(rd(WTMR(N)), 0);
	assert_int_equal(rd(WENABLER(N)), 0);
	assert_int_equal(guest.viwb.wires[N].line, 0);
	assert_int_equal(guest.viwb.lpis[WIRE].stamp, 0);
	its_down(&guest);
}

/* No memory, at any of the allocations: nothing stays behind. */
static void no_memory(void **state)
{
	unsigned int nth = 0;
	int error;

	(void)state;
	up();
	world_preempt(&guest.vm->vcpus[0]);
	assert_int_equal(vgicv5_vm_destroy(&guest.vm->vm), VGICV5_OK);
	do {
		hal_host_fail(HAL_HOST_FAULT_ALLOC, ++nth);
		error = vgicv5_vm_start(&guest.vm->vm);
		hal_host_fail(HAL_HOST_FAULT_ALLOC, 0);
		if (error) {
			assert_int_equal(error, VGICV5_NO_MEMORY);
			assert_null(guest.viwb.wires);
		}
	} while (error);
	assert_in_range(nth, 3, 50);
	assert_non_null(guest.viwb.wires);
	its_down(&guest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(identification),
		cmocka_unit_test(files),
		cmocka_unit_test(nothing_else),
		cmocka_unit_test(mode_of_enabled_wire),
		cmocka_unit_test(edges),
		cmocka_unit_test(neighbours),
		cmocka_unit_test(levels),
		cmocka_unit_test(resample),
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
		cmocka_unit_test(arguments),
		cmocka_unit_test(anew),
		cmocka_unit_test(no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
