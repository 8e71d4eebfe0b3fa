// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The virtual ITS: registers, walks of the guest's tables in every shape, what goes wrong in them, the cache. */
#include "its_guest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define DEVICE 0x7a5
#define EVENT 0x5c3
#define LPI_NUMBER 0x1234

static struct its_guest guest;

static const struct its_shape *shape_of(void **state)
{
	return *state ? *state : &its_shapes[0];
}

static void up(void **state)
{
	its_up(&guest, shape_of(state), NULL);
	its_map(&guest, DEVICE, EVENT, LPI_NUMBER);
}

static int inject(uint32_t device, uint32_t event)
{
	return vgicv5_inject_msi(&guest.vits, device, event);
}

static void expect_lpi(uint32_t device, uint32_t event, uint32_t lpi)
{
	assert_int_equal(inject(device, event), VGICV5_OK);
	assert_true(its_take(&guest, lpi));
}

/* The event is lost, nothing is pending, and the guest can read why. Clears the record. */
static void expect_lost(uint32_t device, uint32_t event, enum vgicv5_vits_swerr why)
{
	bool memory = why == VGICV5_VITS_L1_DTE_READ || why == VGICV5_VITS_L2_DTE_READ ||
		      why == VGICV5_VITS_L1_ITTE_READ || why == VGICV5_VITS_L2_ITTE_READ;

	assert_int_equal(inject(device, event), memory ? VGICV5_FAULT : VGICV5_INVALID);
	assert_false(its_take(&guest, LPI_NUMBER));
	assert_int_equal(its_read(&guest, 0x240), (uint32_t)why << 24 | (memory ? 7 : 3));
	assert_int_equal(its_read(&guest, 0x248), (uint64_t)device << 32 | event);
	its_write(&guest, 0x240, 1);
	assert_int_equal(its_read(&guest, 0x240), 0);
}

/* ---- Walks ---- */

static void translates(void **state)
{
	up(state);
	(void)its_guest_reads();
	expect_lpi(DEVICE, EVENT, LPI_NUMBER);
	assert_int_equal(its_guest_reads(), guest.shape->reads);
	(void)its_locks();
	assert_int_equal(inject(DEVICE, EVENT), VGICV5_OK);
	assert_int_equal(its_guest_reads(), 0);
	assert_int_equal(its_locks(), 0);
	assert_true(its_take(&guest, LPI_NUMBER));
	/* Neighbours in every bit are other events. */
	expect_lost(DEVICE, EVENT ^ 1, VGICV5_VITS_L2_ITTE);
	expect_lost(DEVICE ^ 1, EVENT, VGICV5_VITS_L2_DTE);
	assert_int_equal(its_read(&guest, 0x240), 0);
	its_down(&guest);
}

/* A hit is allowed where nothing may sleep; so is a cached-only look-up that finds nothing. */
static void hit_in_atomic_context(void **state)
{
	bool atomic;

	up(state);
	atomic = hal_host_set_atomic(true);
	assert_int_equal(vgicv5_inject_msi_cached(&guest.vits, DEVICE, EVENT), VGICV5_BUSY);
	hal_host_set_atomic(atomic);
	expect_lpi(DEVICE, EVENT, LPI_NUMBER);
	hal_host_set_atomic(true);
	assert_int_equal(vgicv5_inject_msi_cached(&guest.vits, DEVICE, EVENT), VGICV5_OK);
	assert_int_equal(inject(DEVICE, EVENT), VGICV5_OK);
	hal_host_set_atomic(atomic);
	assert_true(its_take(&guest, LPI_NUMBER));
	its_down(&guest);
}

/* IDs at the edges of the spaces; the caps of the ITS hold whatever the guest asks for. */
static void ranges(void **state)
{
	uint64_t dte;
	const uint32_t last_device = (1u << ITS_DEVICE_BITS) - 1, last_event = (1u << ITS_EVENT_BITS) - 1;

	up(state);
	its_map(&guest, last_device, last_event, 7);
	its_map(&guest, 0, 0, 8);
	expect_lpi(last_device, last_event, 7);
	expect_lpi(0, 0, 8);
	expect_lost(last_device + 1, 0, VGICV5_VITS_DEVICE_RANGE);
	expect_lost(~0u, 0, VGICV5_VITS_DEVICE_RANGE);
	expect_lost(last_device, last_event + 1, VGICV5_VITS_EVENT_RANGE);
	expect_lost(0, 0x10000, VGICV5_VITS_EVENT_RANGE);
	expect_lost(0, ~0u, VGICV5_VITS_EVENT_RANGE);
	dte = its_dte(&guest, 0);
	its_store(dte, its_load(dte) | 31ull << 59);
	its_invalidate_device(&guest, 0, 0);
	expect_lost(0, 1u << (ITS_EVENT_BITS + 1), VGICV5_VITS_EVENT_RANGE);
	its_write(&guest, 0x80, 0);
	its_write(&guest, 0xd0, its_read(&guest, 0xd0) | 0x3f);
	its_write(&guest, 0x80, 1);
	expect_lost(1u << (ITS_DEVICE_BITS + 2), 0, VGICV5_VITS_DEVICE_RANGE);
	its_down(&guest);
}

/* Changes an entry on the way, and sees what becomes of the event. */
static void broken(uint64_t gpa, uint64_t entry, enum vgicv5_vits_swerr why)
{
	uint64_t good = its_load(gpa);

	its_store(gpa, entry);
	its_invalidate_device(&guest, DEVICE, 1);
	expect_lost(DEVICE, EVENT, why);
	its_store(gpa, good);
	its_invalidate_device(&guest, DEVICE, 1);
	expect_lpi(DEVICE, EVENT, LPI_NUMBER);
}

/* An L1 entry and the L2 entry below it. */
static void broken_table(uint64_t l1, uint64_t l2, bool two_level, const enum vgicv5_vits_swerr why[4])
{
	unsigned int index = 9 + 2 * guest.shape->l2sz;
	uint64_t slot, entry;

	broken(l2, its_load(l2) & ~1ull & ~(1ull << 31), why[3]);
	if (!two_level)
		return;
	slot = l1 + 8ull * (uint32_t)((l1 == guest.vits.regs.dt_baser ? DEVICE : EVENT) >> index);
	entry = its_load(slot);
	broken(slot, entry & ~1ull, why[1]);
	broken(slot, (entry & ~(15ull << 60)) | 1ull << 60, why[1]);
	broken(slot, (entry & ~0xfffffffffffff8ull) | 0xfffffffffff000ull, why[2]);
}

/* Slips of the only other virtual ITS: results of reads not looked at, spans, reserved sizes that end in a panic. */
static void broken_tables(void **state)
{
	static const enum vgicv5_vits_swerr dt[] = {VGICV5_VITS_L1_DTE_READ, VGICV5_VITS_L1_DTE,
						    VGICV5_VITS_L2_DTE_READ, VGICV5_VITS_L2_DTE};
	static const enum vgicv5_vits_swerr itt[] = {VGICV5_VITS_L1_ITTE_READ, VGICV5_VITS_L1_ITTE,
						     VGICV5_VITS_L2_ITTE_READ, VGICV5_VITS_L2_ITTE};
	uint64_t dte, itte;

	up(state);
	dte = its_dte(&guest, DEVICE);
	itte = its_itte(&guest, DEVICE, EVENT);
	broken_table(guest.vits.regs.dt_baser, dte, guest.shape->dt_two_level, dt);
	broken_table(its_load(dte) & 0xfffffffffffff8u, itte, guest.shape->itt_two_level, itt);
	broken(dte, (its_load(dte) & ~0xfffffffffffff8ull) | 0xfffffffffff000ull,
	       guest.shape->itt_two_level ? VGICV5_VITS_L1_ITTE_READ : VGICV5_VITS_L2_ITTE_READ);
	assert_int_equal(its_read(&guest, 0x250), 0);
	if (guest.shape->itt_two_level)
		broken(dte, its_load(dte) | 3ull << 1, VGICV5_VITS_ITT_CONFIG);
	its_down(&guest);
}

static void broken_fields(void **state)
{
	uint64_t itte;

	up(state);
	itte = its_itte(&guest, DEVICE, EVENT);
	broken(itte, its_load(itte) | 1ull << 30, VGICV5_VITS_L2_ITTE_FIELD);
	broken(itte, its_load(itte) | 1ull << 28, VGICV5_VITS_L2_ITTE_FIELD);
	broken(itte, its_load(itte) | 1ull << 29, VGICV5_VITS_L2_ITTE_FIELD);
	broken(itte, its_entry(1u << ITS_LPI_BITS), VGICV5_VITS_LPI);
	broken(itte, its_entry(0xffffff), VGICV5_VITS_LPI);
	/* VM_ID means nothing for a physical LPI. */
	its_store(itte, its_load(itte) | 0xffffull << 32);
	its_invalidate_event(&guest, DEVICE, EVENT, 0);
	expect_lpi(DEVICE, EVENT, LPI_NUMBER);
	its_down(&guest);
}

static void reserved_device_table(void **state)
{
	up(state);
	its_write(&guest, 0x80, 0);
	its_write(&guest, 0xd0, 1u << 16 | 3u << 6 | ITS_DEVICE_BITS);
	its_write(&guest, 0x80, 1);
	expect_lost(DEVICE, EVENT, VGICV5_VITS_DT_CONFIG);
	its_write(&guest, 0x80, 0);
	its_write(&guest, 0xd0, ITS_DEVICE_BITS);
	its_write(&guest, 0xc0, 0xfffffffff00000);
	its_write(&guest, 0x80, 1);
	assert_int_equal(inject(DEVICE, EVENT), VGICV5_FAULT);
	assert_int_equal(its_read(&guest, 0x250), 0xfffffffff00000 + 8 * DEVICE);
	its_down(&guest);
}

/* An LPI table that went away, or came back smaller, while the translation was cached. */
static void lpi_table_changes(void **state)
{
	struct world_vcpu *v;

	up(state);
	v = &guest.vm->vcpus[0];
	expect_lpi(DEVICE, EVENT, LPI_NUMBER);
	guest_mmio_write(v, GICV5_IRS_IST_BASER, 8, 0);
	expect_lost(DEVICE, EVENT, VGICV5_VITS_LPI);
	guest_make_lpis(v, ITS_LPI_BITS);
	expect_lpi(DEVICE, EVENT, LPI_NUMBER);
	its_down(&guest);
}

/* ---- Errors ---- */

static void errors_are_kept(void **state)
{
	uint64_t dte;

	up(state);
	assert_int_equal(inject(DEVICE, 1), VGICV5_INVALID);
	assert_int_equal(inject(DEVICE, 2), VGICV5_INVALID);
	assert_int_equal(its_read(&guest, 0x240), (uint32_t)VGICV5_VITS_L2_ITTE << 24 | 0xb);
	assert_int_equal(its_read(&guest, 0x248), (uint64_t)DEVICE << 32 | 1);
	its_write(&guest, 0x240, 8);
	assert_int_equal(its_read(&guest, 0x240), (uint32_t)VGICV5_VITS_L2_ITTE << 24 | 3);
	its_write(&guest, 0x240, 1);
	assert_int_equal(inject(DEVICE, 3), VGICV5_INVALID);
	assert_int_equal(its_read(&guest, 0x248), (uint64_t)DEVICE << 32 | 3);
	its_write(&guest, 0x240, 9);
	assert_int_equal(its_read(&guest, 0x240), 0);
	/* DSWE: no reports for this device. */
	dte = its_dte(&guest, DEVICE);
	its_store(dte, its_load(dte) | 1ull << 57);
	its_invalidate_device(&guest, DEVICE, 0);
	assert_int_equal(inject(DEVICE, 1), VGICV5_INVALID);
	assert_int_equal(its_read(&guest, 0x240), 0);
	expect_lpi(DEVICE, EVENT, LPI_NUMBER);
	its_down(&guest);
}

/* ---- Registers ---- */

static void identification(void **state)
{
	up(state);
	assert_int_equal(its_read(&guest, 0) & 0xffff03c3, 0x00050101);
	assert_int_equal(its_read(&guest, 4), 7u << 8 | 3u << 6 | (ITS_DEVICE_BITS + 2));
	assert_int_equal(its_read(&guest, 8), ITS_EVENT_BITS + 1);
	assert_int_equal(its_read(&guest, 0x44), 0x100);
	its_write(&guest, 0x84, ~0u);
	assert_int_equal(its_read(&guest, 0x84), 0xff);
	assert_int_equal(its_read(&guest, 0x148), 1);
	assert_int_equal(its_read(&guest, 0x190), 1);
	its_down(&guest);
}

static void widths(void **state)
{
	static const uint32_t wide[] = {0x100, 0x180};
	unsigned int i;

	up(state);
	for (i = 0; i < 2; i++) {
		its_write(&guest, wide[i], 0x1122334455667788);
		assert_int_equal(its_read(&guest, wide[i]), 0x55667788);
		vgicv5_vits_write(&guest.vits, wide[i], 4, 0x99aabbcc);
		vgicv5_vits_write(&guest.vits, wide[i] + 4, 4, 1);
		assert_int_equal(vgicv5_vits_read(&guest.vits, wide[i], 4), 0x99aabbcc);
		assert_int_equal(vgicv5_vits_read(&guest.vits, wide[i] + 4, 4), 0);
		vgicv5_vits_write(&guest.vits, wide[i], 2, 0);
		vgicv5_vits_write(&guest.vits, wide[i] + 2, 4, 0);
		vgicv5_vits_write(&guest.vits, wide[i] + 4, 8, 0);
		assert_int_equal(its_read(&guest, wide[i]), 0x99aabbcc);
	}
	its_write(&guest, 0x80, 0);
	vgicv5_vits_write(&guest.vits, 0xc4, 4, 0x123456);
	vgicv5_vits_write(&guest.vits, 0xc0, 4, 0xabcdefff);
	assert_int_equal(its_read(&guest, 0xc0), 0x123456abcdeff8);
	assert_int_equal(vgicv5_vits_read(&guest.vits, 0x80, 8), 0);
	its_down(&guest);
}

/* Nothing else is there, and a CPU's write to the translate frame has no DeviceID. */
static void nothing_else(void **state)
{
	uint32_t offset;
	struct vgicv5_vits_regs before;

	up(state);
	expect_lpi(DEVICE, EVENT, LPI_NUMBER);
	memcpy(&before, &guest.vits.regs, sizeof(before));
	for (offset = 0x258; offset < VGICV5_VITS_SIZE; offset += 4) {
		vgicv5_vits_write(&guest.vits, offset, 4, EVENT);
		assert_int_equal(vgicv5_vits_read(&guest.vits, offset, 4), 0);
	}
	for (offset = 0x1c0; offset < 0x240; offset += 4) {
		vgicv5_vits_write(&guest.vits, offset, 4, ~0u);
		assert_int_equal(vgicv5_vits_read(&guest.vits, offset, 4), 0);
	}
	assert_memory_equal(&before, &guest.vits.regs, sizeof(before));
	assert_false(its_take(&guest, LPI_NUMBER));
	its_down(&guest);
}

static void tables_while_enabled(void **state)
{
	uint64_t baser, cfgr;

	up(state);
	baser = its_read(&guest, 0xc0);
	cfgr = its_read(&guest, 0xd0);
	its_write(&guest, 0xc0, 0);
	its_write(&guest, 0xd0, 0);
	assert_int_equal(its_read(&guest, 0xc0), baser);
	assert_int_equal(its_read(&guest, 0xd0), cfgr);
	its_down(&guest);
}

static void read_event(void **state)
{
	up(state);
	its_write(&guest, 0x100, DEVICE);
	its_write(&guest, 0x108, EVENT);
	its_write(&guest, 0x114, 0);
	assert_int_equal(its_read(&guest, 0x118), 0);
	its_write(&guest, 0x114, 1u << 31);
	assert_int_equal(its_read(&guest, 0x118), 1u << 31 | LPI_NUMBER);
	its_store(its_itte(&guest, DEVICE, EVENT), its_entry(5) | 1ull << 30 | 0x12ull << 32);
	its_write(&guest, 0x114, 1u << 31);
	assert_int_equal(its_read(&guest, 0x118), 1ull << 63 | 0x12ull << 32 | 1ull << 31 | 5);
	its_write(&guest, 0x108, EVENT + 1);
	its_write(&guest, 0x114, 1u << 31);
	assert_int_equal(its_read(&guest, 0x118), 0);
	assert_int_equal(its_read(&guest, 0x240), 0);
	its_down(&guest);
}

static void generate_event(void **state)
{
	up(state);
	its_write(&guest, 0x180, DEVICE);
	its_write(&guest, 0x188, EVENT);
	its_write(&guest, 0x18c, 1);
	its_write(&guest, 0x18c, 1u << 31 | 3);
	its_write(&guest, 0x18c, 1u << 31);
	assert_false(its_take(&guest, LPI_NUMBER));
	its_write(&guest, 0x18c, 1u << 31 | 1);
	assert_true(its_take(&guest, LPI_NUMBER));
	its_down(&guest);
}

/* ---- The cache ---- */

static bool is_cached(uint32_t device, uint32_t event)
{
	(void)its_guest_reads();
	assert_int_equal(inject(device, event), VGICV5_OK);
	return !its_guest_reads();
}

/* What is not invalidated may be served from the cache, and is; what is invalidated must not. */
static void invalidations(void **state)
{
	unsigned int way;

	up(state);
	its_map(&guest, 2, 1, 1);
	for (way = 0; way < 6; way++) {
		its_map(&guest, DEVICE, EVENT, LPI_NUMBER + way);
		expect_lpi(2, 1, 1);
		if (way)
			expect_lpi(DEVICE, EVENT, LPI_NUMBER + way - 1);
		switch (way) {
		case 0:
		case 1:
			its_invalidate_event(&guest, DEVICE, EVENT, 0);
			assert_true(!way || is_cached(2, 1));
			break;
		case 2:
			its_invalidate_event(&guest, DEVICE, EVENT ^ 7, 1);
			assert_true(is_cached(2, 1));
			break;
		case 3:
			its_invalidate_device(&guest, DEVICE, 0);
			assert_true(is_cached(2, 1));
			break;
		case 4:
			its_invalidate_device(&guest, DEVICE ^ 7, 1);
			break;
		default:
			its_write(&guest, 0x80, 0);
			assert_int_equal(inject(DEVICE, EVENT), VGICV5_STATE);
			its_write(&guest, 0x80, 1);
			break;
		}
		expect_lpi(DEVICE, EVENT, LPI_NUMBER + way);
	}
	/* Without I nothing happens. */
	its_map(&guest, DEVICE, EVENT, 2);
	its_write(&guest, 0x10c, 1);
	its_write(&guest, 0x110, 1);
	expect_lpi(DEVICE, EVENT, LPI_NUMBER + 5);
	its_down(&guest);
}

/* What was not there is asked for again each time: a driver that maps an event need not hurry. */
static void failures_are_not_cached(void **state)
{
	up(state);
	expect_lost(DEVICE, 9, VGICV5_VITS_L2_ITTE);
	its_map(&guest, DEVICE, 9, 9);
	expect_lpi(DEVICE, 9, 9);
	its_down(&guest);
}

/* Many more events than entries: none is taken for another. */
static void cache_is_bounded(void **state)
{
	uint32_t turn, device, event;

	up(state);
	for (device = 0; device < 16; device++)
		for (event = 0; event < 128; event++)
			its_map(&guest, device * 0x35, event * 3, device << 7 | event);
	for (turn = 0; turn < 2; turn++)
		for (device = 0; device < 16; device++)
			for (event = 0; event < 128; event++)
				expect_lpi(device * 0x35, event * 3, device << 7 | event);
	its_down(&guest);
}

/* Events of one device that are neighbours do not drive each other out. */
static void neighbours_fit(void **state)
{
	uint32_t event;

	up(state);
	for (event = 0; event < VGICV5_VITS_CACHE_SIZE; event++) {
		its_map(&guest, DEVICE, event, event);
		expect_lpi(DEVICE, event, event);
	}
	for (event = 0; event < VGICV5_VITS_CACHE_SIZE; event++)
		assert_true(is_cached(DEVICE, event));
	its_down(&guest);
}

/* ---- Life ---- */

static void by_address(void **state)
{
	struct vgicv5_vm *vm;
	struct vgicv5_vits other;
	struct vgicv5_vits_config config = {.base = ITS_BASE + 0x10000};

	up(state);
	vm = &guest.vm->vm;
	assert_int_equal(vgicv5_inject_msi_at(vm, ITS_BASE + 0x10000, DEVICE, EVENT), VGICV5_OK);
	assert_true(its_take(&guest, LPI_NUMBER));
	assert_int_equal(vgicv5_inject_msi_at(vm, ITS_BASE, DEVICE, EVENT), VGICV5_INVALID);
	assert_int_equal(vgicv5_inject_msi_at(vm, ITS_BASE + 0x10004, DEVICE, EVENT), VGICV5_INVALID);
	assert_int_equal(vgicv5_inject_msi_at(vm, ITS_BASE + 0x10008, DEVICE, EVENT), VGICV5_INVALID);
	assert_false(its_take(&guest, LPI_NUMBER));
	world_preempt(&guest.vm->vcpus[0]);
	assert_int_equal(vgicv5_vm_destroy(vm), VGICV5_OK);
	assert_int_equal(vgicv5_vits_init(&other, vm, &config), VGICV5_INVALID);
	config.base = ITS_BASE - 0x10000;
	assert_int_equal(vgicv5_vits_init(&other, vm, &config), VGICV5_INVALID);
	config.base = ITS_BASE + VGICV5_VITS_SIZE + 0x1000;
	assert_int_equal(vgicv5_vits_init(&other, vm, &config), VGICV5_INVALID);
	config.base = ITS_BASE + VGICV5_VITS_SIZE;
	config.event_id_bits = 17;
	assert_int_equal(vgicv5_vits_init(&other, vm, &config), VGICV5_INVALID);
	config.event_id_bits = 16;
	assert_int_equal(vgicv5_vits_init(&other, vm, &config), VGICV5_OK);
	its_down(&guest);
}

static void life(void **state)
{
	struct vgicv5_vm *vm;

	up(state);
	vm = &guest.vm->vm;
	expect_lpi(DEVICE, EVENT, LPI_NUMBER);
	vgicv5_vm_kill(vm, "test");
	assert_int_equal(inject(DEVICE, EVENT), VGICV5_DEAD);
	assert_int_equal(inject(DEVICE, EVENT + 1), VGICV5_DEAD);
	world_preempt(&guest.vm->vcpus[0]);
	assert_int_equal(vgicv5_vm_destroy(vm), VGICV5_OK);
	assert_int_equal(inject(DEVICE, EVENT), VGICV5_STATE);
	assert_int_equal(its_read(&guest, 0), 0);
	assert_int_equal(vgicv5_vm_start(vm), VGICV5_OK);
	assert_int_equal(its_read(&guest, 0x80), 2);
	assert_int_equal(its_read(&guest, 0xc0), 0);
	assert_int_equal(inject(DEVICE, EVENT), VGICV5_STATE);
	its_write(&guest, 0x80, 1);
	assert_int_not_equal(inject(DEVICE, EVENT), VGICV5_OK);
	its_down(&guest);
}

int main(void)
{
	struct CMUnitTest shaped[] = {cmocka_unit_test(translates),    cmocka_unit_test(ranges),
				      cmocka_unit_test(broken_tables), cmocka_unit_test(broken_fields),
				      cmocka_unit_test(invalidations), cmocka_unit_test(cache_is_bounded)};
	const struct CMUnitTest once[] = {
		cmocka_unit_test(hit_in_atomic_context),
		cmocka_unit_test(reserved_device_table),
		cmocka_unit_test(lpi_table_changes),
		cmocka_unit_test(errors_are_kept),
		cmocka_unit_test(identification),
		cmocka_unit_test(widths),
		cmocka_unit_test(nothing_else),
		cmocka_unit_test(tables_while_enabled),
		cmocka_unit_test(read_event),
		cmocka_unit_test(generate_event),
		cmocka_unit_test(failures_are_not_cached),
		cmocka_unit_test(neighbours_fit),
		cmocka_unit_test(by_address),
		cmocka_unit_test(life),
	};
	unsigned int i, j;
	int failed = cmocka_run_group_tests_name("once", once, NULL, NULL);

	for (i = 0; i < its_shape_count; i++) {
		for (j = 0; j < sizeof(shaped) / sizeof(shaped[0]); j++)
			shaped[j].initial_state = (void *)(uintptr_t)&its_shapes[i];
		failed += cmocka_run_group_tests_name(its_shapes[i].name, shaped, NULL, NULL);
	}
	return failed;
}
