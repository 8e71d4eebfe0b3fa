// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The guest's LPI table: every shape on every kind of host, bounds, and what is left when something fails.
 */
#include "rig.h"

#include <stdlib.h>
#include <string.h>

#define GUEST_BASE 0x40000000ull
#define GUEST_BYTES ((size_t)2 << 20)

struct guest {
	struct rig rig;
	struct rig_vm vm;
	uint8_t *memory;
};

static uint32_t read32(struct guest *guest, uint32_t offset)
{
	return (uint32_t)vgicv5_virs_read(&guest->vm.vcpu[0], offset, 4);
}

static void write32(struct guest *guest, uint32_t offset, uint32_t value)
{
	vgicv5_virs_write(&guest->vm.vcpu[0], offset, 4, value);
}

static uint64_t read_baser(struct guest *guest)
{
	return vgicv5_virs_read(&guest->vm.vcpu[0], GICV5_IRS_IST_BASER, 8);
}

static void write_baser(struct guest *guest, uint64_t value)
{
	vgicv5_virs_write(&guest->vm.vcpu[0], GICV5_IRS_IST_BASER, 8, value);
}

static bool table_valid(struct guest *guest)
{
	return GICV5_GET(IRS_IST_BASER_VALID, read_baser(guest));
}

static uint64_t *l1(struct guest *guest)
{
	return (uint64_t *)guest->memory;
}

static void guest_up(struct guest *guest, const struct rig_kind *kind, size_t max_lpi_bytes)
{
	struct vgicv5_vm_config config = rig_vm_config(32);
	const uint32_t vpe_id = 0;

	rig_up(&guest->rig, kind);
	guest->memory = calloc(1, GUEST_BYTES);
	assert_non_null(guest->memory);
	config.max_lpi_bytes = max_lpi_bytes;
	rig_vm_init(&guest->rig, &guest->vm, &config, &vpe_id, 1);
	hal_host_guest_memory_add(&guest->vm.vm, GUEST_BASE, guest->memory, GUEST_BYTES);
	assert_int_equal(vgicv5_vm_start(&guest->vm.vm), VGICV5_OK);
}

static void guest_down(struct guest *guest)
{
	assert_int_equal(vgicv5_vm_destroy(&guest->vm.vm), VGICV5_OK);
	hal_host_guest_memory_clear();
	free(guest->memory);
	rig_down(&guest->rig);
}

/* ---- Shapes ---- */

struct shape {
	uint32_t id_bits;
	uint32_t istsz;
	uint32_t l2sz;
	bool two_level;
};

static unsigned int index_bits(const struct shape *shape)
{
	return 10 - (shape->istsz > 2 ? 0 : shape->istsz) + 2 * shape->l2sz;
}

static uint32_t cfgr_of(const struct shape *shape)
{
	return (uint32_t)(GICV5_PUT(IRS_IST_CFGR_LPI_ID_BITS, shape->id_bits) |
			  GICV5_PUT(IRS_IST_CFGR_ISTSZ, shape->istsz) |
			  GICV5_PUT(IRS_IST_CFGR_L2SZ, shape->l2sz) |
			  GICV5_PUT(IRS_IST_CFGR_STRUCTURE, shape->two_level));
}

static void install(struct guest *guest, const struct shape *shape)
{
	write32(guest, GICV5_IRS_IST_CFGR, cfgr_of(shape));
	assert_int_equal(read32(guest, GICV5_IRS_IST_CFGR), cfgr_of(shape));
	write_baser(guest, GUEST_BASE | GICV5_MASK(IRS_IST_BASER_VALID));
}

static bool reachable(struct guest *guest, uint32_t lpi)
{
	return rig_inspect(&guest->rig, &guest->vm.vm, GICV5_TYPE_LPI, lpi, NULL);
}

/* Pends an LPI through the library, and takes it back. */
static void use(struct guest *guest, uint32_t lpi)
{
	struct vgicv5_soft_interrupt now;

	assert_int_equal(vgicv5_inject_lpi(&guest->vm.vm, lpi), VGICV5_OK);
	assert_true(rig_inspect(&guest->rig, &guest->vm.vm, GICV5_TYPE_LPI, lpi, &now));
	assert_true(now.pending);
	assert_false(now.active || now.enabled);
	vgicv5_hyp_pend(guest->vm.vm.vm_id, GICV5_INTID(GICV5_TYPE_LPI, lpi), false);
}

static void remove_table(struct guest *guest, size_t held)
{
	write_baser(guest, GUEST_BASE);
	assert_false(table_valid(guest));
	assert_false(reachable(guest, 0));
	assert_int_equal(vgicv5_inject_lpi(&guest->vm.vm, 0), VGICV5_INVALID);
	assert_int_equal(rig_held(&guest->rig), held);
}

static void check_linear(struct guest *guest, uint32_t id_bits)
{
	const struct shape shape = {.id_bits = id_bits};
	size_t held = rig_held(&guest->rig);

	install(guest, &shape);
	assert_true(table_valid(guest));
	assert_true(vgicv5_virs_read(&guest->vm.vcpu[0], GICV5_IRS_IST_BASER, 8) ==
		    (GUEST_BASE | GICV5_MASK(IRS_IST_BASER_VALID)));
	use(guest, 0);
	use(guest, (1u << id_bits) - 1);
	use(guest, 1u << (id_bits - 1));
	assert_int_equal(vgicv5_inject_lpi(&guest->vm.vm, 1u << id_bits), VGICV5_INVALID);
	/* The memory of the guest stays the guest's. */
	assert_false(hal_host_guest_dirty(&guest->vm.vm, GUEST_BASE));
	remove_table(guest, held);
}

static void test_linear(void **state)
{
	struct guest guest;
	unsigned int i;
	uint32_t bits;

	(void)state;
	for (i = 0; i < rig_kind_count; i++) {
		guest_up(&guest, &rig_kinds[i], (size_t)8 << 20);
		for (bits = guest.rig.host.caps.min_lpi_id_bits; bits <= 17; bits++)
			if (bits <= guest.rig.host.caps.lpi_id_bits)
				check_linear(&guest, bits);
		guest_down(&guest);
	}
}

/* Each L2 table exists from when the guest maps it, and only that. */
static void check_two_level(struct guest *guest, const struct shape *shape)
{
	uint32_t span = 1u << index_bits(shape);
	uint32_t last = (1u << shape->id_bits) - 1;
	size_t held = rig_held(&guest->rig), small;

	memset(guest->memory, 0, GUEST_BYTES);
	l1(guest)[0] = GUEST_BASE + 0x100000;
	l1(guest)[last >> index_bits(shape)] = GUEST_BASE + 0x110000;
	install(guest, shape);
	assert_true(table_valid(guest));
	small = rig_held(&guest->rig);
	assert_false(reachable(guest, 0));
	assert_false(reachable(guest, last));
	write32(guest, GICV5_IRS_MAP_L2_ISTR, last);
	assert_int_equal(l1(guest)[last >> index_bits(shape)],
			 (GUEST_BASE + 0x110000) | GICV5_MASK(L1_ISTE_VALID));
	assert_true(hal_host_guest_dirty(&guest->vm.vm, GUEST_BASE + 8 * (last >> index_bits(shape))));
	use(guest, last);
	if (last >= span) {
		use(guest, last - span + 1);
		assert_false(reachable(guest, last - span));
		assert_false(reachable(guest, 0));
		assert_int_equal(l1(guest)[0], GUEST_BASE + 0x100000);
	}
	held = rig_held(&guest->rig) > small ? held : 0;
	small = rig_held(&guest->rig);
	write32(guest, GICV5_IRS_MAP_L2_ISTR, last);
	assert_int_equal(rig_held(&guest->rig), small);
	remove_table(guest, held);
}

static void test_two_level(void **state)
{
	struct guest guest;
	struct shape shape = {.two_level = true};
	unsigned int i;

	(void)state;
	for (i = 0; i < rig_kind_count; i++) {
		guest_up(&guest, &rig_kinds[i], (size_t)4 << 20);
		for (shape.l2sz = 0; shape.l2sz < 3; shape.l2sz++) {
			for (shape.istsz = 0; shape.istsz < 4; shape.istsz++) {
				if (!guest.rig.config.ist_levels ||
				    !(guest.rig.config.ist_l2sz >> shape.l2sz & 1))
					continue;
				shape.id_bits = guest.rig.host.caps.min_lpi_id_bits;
				check_two_level(&guest, &shape);
				shape.id_bits = 18;
				check_two_level(&guest, &shape);
			}
		}
		guest_down(&guest);
	}
}

/* L1 entries that the guest has made valid itself, before its table was, count. */
static void test_preset(void **state)
{
	const struct shape shape = {.id_bits = 18, .two_level = true};
	struct guest guest;
	size_t held;
	uint32_t i;

	(void)state;
	guest_up(&guest, &rig_kinds[3], 0);
	held = rig_held(&guest.rig);
	l1(&guest)[1] = (GUEST_BASE + 0x100000) | GICV5_MASK(L1_ISTE_VALID);
	l1(&guest)[255] = (GUEST_BASE + 0x101000) | GICV5_MASK(L1_ISTE_VALID);
	l1(&guest)[256] = (GUEST_BASE + 0x102000) | GICV5_MASK(L1_ISTE_VALID); /* beyond the table */
	install(&guest, &shape);
	assert_true(table_valid(&guest));
	for (i = 0; i < 256; i++) {
		assert_int_equal(reachable(&guest, i << 10), i == 1 || i == 255);
		assert_int_equal(reachable(&guest, (i << 10) + 1023), i == 1 || i == 255);
	}
	assert_false(hal_host_guest_dirty(&guest.vm.vm, GUEST_BASE));
	remove_table(&guest, held);
	guest_down(&guest);
}

/* ---- What is not a table ---- */

static void refused(struct guest *guest, const struct shape *shape)
{
	size_t held = rig_held(&guest->rig);

	install(guest, shape);
	assert_int_equal(read_baser(guest), GUEST_BASE);
	assert_false(reachable(guest, 0));
	assert_int_equal(rig_held(&guest->rig), held);
}

static void test_illegal(void **state)
{
	struct guest guest;
	struct shape shape = {.id_bits = 14, .two_level = true};
	unsigned int i;

	(void)state;
	for (i = 0; i < rig_kind_count; i++) {
		guest_up(&guest, &rig_kinds[i], 0);
		for (shape.l2sz = 0; shape.l2sz < 4; shape.l2sz++)
			if (!guest.rig.config.ist_levels || !(guest.rig.config.ist_l2sz >> shape.l2sz & 1))
				refused(&guest, &shape);
		guest_down(&guest);
	}
}

/* LPI_ID_BITS is clamped to what the ID registers offer. */
static void test_clamped(void **state)
{
	struct shape shape = {.id_bits = 0};
	struct guest guest;

	(void)state;
	guest_up(&guest, &rig_kinds[2], 0);
	install(&guest, &shape);
	assert_true(table_valid(&guest));
	use(&guest, (1u << guest.rig.config.min_lpi_id_bits) - 1);
	assert_false(reachable(&guest, 1u << guest.rig.config.min_lpi_id_bits));
	write_baser(&guest, 0);
	shape.id_bits = 31;
	install(&guest, &shape);
	assert_true(table_valid(&guest));
	use(&guest, (1u << guest.rig.host.caps.lpi_id_bits) - 1);
	assert_int_equal(vgicv5_inject_lpi(&guest.vm.vm, 1u << guest.rig.host.caps.lpi_id_bits),
			 VGICV5_INVALID);
	guest_down(&guest);
}

/* While it is valid a table keeps its shape and place. */
static void test_locked(void **state)
{
	const struct shape shape = {.id_bits = 14};
	struct guest guest;

	(void)state;
	guest_up(&guest, &rig_kinds[0], 0);
	install(&guest, &shape);
	write32(&guest, GICV5_IRS_IST_CFGR, 0x101ff);
	assert_int_equal(read32(&guest, GICV5_IRS_IST_CFGR), cfgr_of(&shape));
	write_baser(&guest, 0x12340000 | GICV5_MASK(IRS_IST_BASER_VALID));
	assert_int_equal(read_baser(&guest), GUEST_BASE | GICV5_MASK(IRS_IST_BASER_VALID));
	write32(&guest, GICV5_IRS_IST_BASER + 4, 0x12);
	assert_int_equal(read_baser(&guest), GUEST_BASE | GICV5_MASK(IRS_IST_BASER_VALID));
	use(&guest, 5);
	/* VALID is in the low half. */
	write32(&guest, GICV5_IRS_IST_BASER, 0);
	assert_false(table_valid(&guest));
	write32(&guest, GICV5_IRS_IST_BASER + 4, (uint32_t)(GUEST_BASE >> 32));
	write32(&guest, GICV5_IRS_IST_BASER, (uint32_t)GUEST_BASE | 1);
	assert_int_equal(read_baser(&guest), GUEST_BASE | 1);
	use(&guest, 5);
	guest_down(&guest);
}

/* What was pending or configured in one table is not in the next. */
static void test_fresh(void **state)
{
	const struct shape shape = {.id_bits = 14};
	struct vgicv5_soft_interrupt now;
	struct guest guest;

	(void)state;
	guest_up(&guest, &rig_kinds[1], 0);
	install(&guest, &shape);
	assert_int_equal(vgicv5_inject_lpi(&guest.vm.vm, 77), VGICV5_OK);
	write_baser(&guest, GUEST_BASE);
	install(&guest, &shape);
	assert_true(rig_inspect(&guest.rig, &guest.vm.vm, GICV5_TYPE_LPI, 77, &now));
	assert_false(now.pending);
	guest_down(&guest);
}

static void test_map_l2_of_nothing(void **state)
{
	struct shape shape = {.id_bits = 14};
	struct guest guest;
	size_t held;

	(void)state;
	guest_up(&guest, &rig_kinds[0], 0);
	held = rig_held(&guest.rig);
	write32(&guest, GICV5_IRS_MAP_L2_ISTR, 0);
	assert_int_equal(rig_held(&guest.rig), held);
	install(&guest, &shape);
	held = rig_held(&guest.rig);
	write32(&guest, GICV5_IRS_MAP_L2_ISTR, 0); /* linear */
	assert_int_equal(rig_held(&guest.rig), held);
	assert_int_equal(l1(&guest)[0], 0);
	write_baser(&guest, 0);
	shape.two_level = true;
	install(&guest, &shape);
	held = rig_held(&guest.rig);
	write32(&guest, GICV5_IRS_MAP_L2_ISTR, 1u << 14);
	write32(&guest, GICV5_IRS_MAP_L2_ISTR, 0xffffff);
	assert_int_equal(rig_held(&guest.rig), held);
	assert_false(hal_host_guest_dirty(&guest.vm.vm, GUEST_BASE));
	guest_down(&guest);
}

/* SETLPI makes an LPI pending. */
static void test_setlpi(void **state)
{
	const struct shape shape = {.id_bits = 14};
	struct vgicv5_soft_interrupt now;
	struct guest guest;

	(void)state;
	guest_up(&guest, &rig_kinds[0], 0);
	write32(&guest, GICV5_FRAME_SIZE + GICV5_IRS_SETLPIR, 9);
	install(&guest, &shape);
	assert_true(rig_inspect(&guest.rig, &guest.vm.vm, GICV5_TYPE_LPI, 9, &now));
	assert_false(now.pending);
	vgicv5_virs_write(&guest.vm.vcpu[0], GICV5_FRAME_SIZE + GICV5_IRS_SETLPIR, 8, 9);
	write32(&guest, GICV5_FRAME_SIZE + GICV5_IRS_SETLPIR + 4, 9);
	write32(&guest, GICV5_FRAME_SIZE + GICV5_IRS_SETLPIR, 1u << 14 | 9);
	assert_true(rig_inspect(&guest.rig, &guest.vm.vm, GICV5_TYPE_LPI, 9, &now));
	assert_false(now.pending);
	write32(&guest, GICV5_FRAME_SIZE + GICV5_IRS_SETLPIR, 9);
	assert_true(rig_inspect(&guest.rig, &guest.vm.vm, GICV5_TYPE_LPI, 9, &now));
	assert_true(now.pending);
	assert_int_equal(read32(&guest, GICV5_FRAME_SIZE + GICV5_IRS_SETLPIR), 0);
	guest_down(&guest);
}

/* ---- Bounds ---- */

/* A guest takes at most what the embedder lets it, whatever it does. */
static void test_limit(void **state)
{
	struct shape shape = {.id_bits = 24};
	size_t limit = (size_t)256 << 10;
	struct guest guest;
	unsigned int i;
	size_t held;
	uint32_t id;

	(void)state;
	for (i = 0; i < rig_kind_count; i++) {
		guest_up(&guest, &rig_kinds[i], limit);
		held = rig_held(&guest.rig);
		for (shape.id_bits = 14; shape.id_bits <= 24; shape.id_bits++) {
			shape.two_level = false;
			install(&guest, &shape);
			assert_true(rig_held(&guest.rig) - held <= limit);
			write_baser(&guest, GUEST_BASE);
			assert_int_equal(rig_held(&guest.rig), held);
			shape.two_level = true;
			install(&guest, &shape);
			for (id = 0; table_valid(&guest) && id < 1u << 24; id += 512)
				write32(&guest, GICV5_IRS_MAP_L2_ISTR, id);
			assert_true(rig_held(&guest.rig) - held <= limit);
			write_baser(&guest, GUEST_BASE);
			assert_int_equal(rig_held(&guest.rig), held);
		}
		guest_down(&guest);
	}
}

/* An L1 table full of valid entries is read in small pieces, and makes no table beyond the limit. */
static void test_preset_limit(void **state)
{
	struct shape shape = {.id_bits = 24, .two_level = true};
	struct hal_host_counts before, after;
	struct guest guest;
	size_t held;

	(void)state;
	guest_up(&guest, &rig_kinds[0], (size_t)512 << 10);
	held = rig_held(&guest.rig);
	memset(guest.memory, 0xff, GUEST_BYTES);
	hal_host_counts(&before);
	refused(&guest, &shape);
	hal_host_counts(&after);
	assert_in_range(after.guest_reads - before.guest_reads, 1, 8);
	assert_int_equal(rig_held(&guest.rig), held);
	guest_down(&guest);
}

/* ---- Failures ---- */

enum step { STEP_VALID, STEP_MAP, STEP_INVALID, STEPS };

static uint64_t commands(struct guest *guest)
{
	struct vgicv5_soft_counters counters;

	vgicv5_soft_counters(guest->rig.soft, &counters);
	return counters.commands;
}

static void take_step(struct guest *guest, enum step step)
{
	const struct shape shape = {.id_bits = 16, .two_level = true};

	if (step == STEP_VALID)
		install(guest, &shape);
	else if (step == STEP_MAP)
		write32(guest, GICV5_IRS_MAP_L2_ISTR, 0x8000);
	else
		write_baser(guest, GUEST_BASE);
}

/* What the guest sees of a step that failed: nothing happened. */
static void check_step_failed(struct guest *guest, enum step step)
{
	assert_int_equal(table_valid(guest), step != STEP_VALID);
	if (step == STEP_MAP)
		assert_false(GICV5_GET(L1_ISTE_VALID, l1(guest)[0x8000 >> 10]));
	if (step == STEP_INVALID)
		assert_true(reachable(guest, 0x8000) || vgicv5_vm_is_dead(&guest->vm.vm));
}

static bool fail_port(const struct rig_kind *kind, enum hal_host_fault fault, enum step step,
		      unsigned int nth)
{
	struct guest guest;
	size_t held, empty;
	enum step i;
	bool struck;

	guest_up(&guest, kind, 0);
	empty = rig_held(&guest.rig);
	l1(&guest)[0] = GICV5_MASK(L1_ISTE_VALID);
	for (i = STEP_VALID; i < step; i++)
		take_step(&guest, i);
	held = rig_held(&guest.rig);
	hal_host_fail(fault, nth);
	take_step(&guest, step);
	struck = hal_host_failed(fault);
	hal_host_fail(fault, 0);
	if (struck) {
		check_step_failed(&guest, step);
		if (fault == HAL_HOST_FAULT_ALLOC && step == STEP_VALID)
			assert_int_equal(rig_held(&guest.rig), held);
	}
	/* It works when it is tried again. */
	take_step(&guest, step);
	if (step == STEP_MAP)
		assert_true(reachable(&guest, 0x8000));
	/* What failed is not counted against the guest. */
	assert_int_equal(guest.vm.vm.lpi_ist.total, rig_held(&guest.rig) - empty);
	assert_false(vgicv5_vm_is_dead(&guest.vm.vm));
	guest_down(&guest);
	return struck;
}

static bool fail_command(const struct rig_kind *kind, enum vgicv5_soft_fault fault, enum step step,
			 unsigned int nth)
{
	struct guest guest;
	uint64_t before;
	enum step i;
	bool struck;

	guest_up(&guest, kind, 0);
	for (i = STEP_VALID; i < step; i++)
		take_step(&guest, i);
	before = commands(&guest);
	vgicv5_soft_arm_fault(guest.rig.soft, fault, nth);
	take_step(&guest, step);
	struck = commands(&guest) - before >= nth;
	if (struck) {
		check_step_failed(&guest, step);
		assert_int_equal(vgicv5_vm_is_dead(&guest.vm.vm), fault != VGICV5_SOFT_FAULT_DROP);
	}
	if (struck && fault != VGICV5_SOFT_FAULT_DROP) {
		/* The memory is kept, whatever the guest tries, and goes with the VM when the IRS has come to. */
		take_step(&guest, step);
		assert_int_equal(vgicv5_vcpu_load(&guest.vm.vcpu[0]), VGICV5_DEAD);
		assert_int_equal(vgicv5_vm_destroy(&guest.vm.vm), VGICV5_TIMEOUT);
	}
	vgicv5_soft_arm_fault(guest.rig.soft, VGICV5_SOFT_FAULT_NONE, 0);
	guest_down(&guest);
	return struck;
}

static void test_sweeps(void **state)
{
	static const enum vgicv5_soft_fault faults[] = {VGICV5_SOFT_FAULT_DROP, VGICV5_SOFT_FAULT_STALL,
							VGICV5_SOFT_FAULT_LATE};
	static const unsigned int kinds[] = {0, 1, 3};
	unsigned int i, j, nth;
	enum step step;

	(void)state;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		for (step = STEP_VALID; step < STEPS; step++) {
			for (j = 0; j < sizeof(faults) / sizeof(faults[0]); j++) {
				for (nth = 1; fail_command(&rig_kinds[kinds[i]], faults[j], step, nth); nth++)
					;
				assert_true(nth > 1);
			}
			for (nth = 1; fail_port(&rig_kinds[kinds[i]], HAL_HOST_FAULT_ALLOC, step, nth); nth++)
				;
			assert_true(nth > 1 || step == STEP_INVALID);
			for (nth = 1; fail_port(&rig_kinds[kinds[i]], HAL_HOST_FAULT_GUEST_ACCESS, step, nth);
			     nth++)
				;
			assert_true(nth > 1 || step == STEP_INVALID);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_linear),	     cmocka_unit_test(test_two_level),
		cmocka_unit_test(test_preset),	     cmocka_unit_test(test_illegal),
		cmocka_unit_test(test_clamped),	     cmocka_unit_test(test_locked),
		cmocka_unit_test(test_fresh),	     cmocka_unit_test(test_map_l2_of_nothing),
		cmocka_unit_test(test_setlpi),	     cmocka_unit_test(test_limit),
		cmocka_unit_test(test_preset_limit), cmocka_unit_test(test_sweeps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
