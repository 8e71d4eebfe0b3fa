// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The virtual IWB: registers, wires of both trigger modes, life. */
#include "iwb_guest.h"

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
		cmocka_unit_test(identification), cmocka_unit_test(files),
		cmocka_unit_test(nothing_else),	  cmocka_unit_test(mode_of_enabled_wire),
		cmocka_unit_test(edges),	  cmocka_unit_test(neighbours),
		cmocka_unit_test(levels),	  cmocka_unit_test(resample),
		cmocka_unit_test(arguments),	  cmocka_unit_test(anew),
		cmocka_unit_test(no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
