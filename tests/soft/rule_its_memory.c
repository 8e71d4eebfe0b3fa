/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Rules of the ITS: what it remembers of its tables, and what each invalidation removes.
 */
#include "rule_its.h"

static void test_remembers_events(void **state)
{
	struct linear_its l;
	struct machine *m = its_linear_up(&l);

	(void)state;
	poke64(m, l.itt + 8, itte(11));
	poke64(m, l.itt + 16, itte(12));
	assert_true(msi_gives(m, DEVICE, 1, 11));
	assert_true(msi_gives(m, DEVICE, 2, 12));
	assert_false(msi_gives(m, DEVICE, 3, 13));
	assert_int_equal(its_error(m), BAD_ITTE);
	/* Old translations, and old holes, until they are invalidated one by one. */
	poke64(m, l.itt + 8, itte(21));
	poke64(m, l.itt + 16, itte(22));
	poke64(m, l.itt + 24, itte(23));
	assert_true(msi_gives(m, DEVICE, 1, 11));
	assert_false(msi_gives(m, DEVICE, 3, 23));
	its_inv_event(m, DEVICE, 3, 0);
	assert_true(msi_gives(m, DEVICE, 3, 23));
	assert_true(msi_gives(m, DEVICE, 1, 11));
	its_inv_event(m, DEVICE + 1, 1, 0);
	assert_true(msi_gives(m, DEVICE, 1, 11));
	its_wr(m, GICV5_ITS_DIDR, 8, DEVICE);
	its_wr(m, GICV5_ITS_INV_EVENTR, 4, 0); /* I = 0: nothing */
	assert_true(msi_gives(m, DEVICE, 1, 11));
	its_wr(m, GICV5_ITS_INV_EVENTR, 4, GICV5_MASK(ITS_INV_EVENTR_I));
	assert_true(msi_gives(m, DEVICE, 1, 21));
	assert_true(msi_gives(m, DEVICE, 2, 12));
	/* The DTE is remembered too. */
	poke64(m, l.dt + 8 * DEVICE, 0);
	its_inv_event(m, DEVICE, 2, 0);
	assert_true(msi_gives(m, DEVICE, 2, 22));
	/* Disabling forgets all. */
	its_wr(m, GICV5_ITS_CR0, 4, 0);
	its_wr(m, GICV5_ITS_CR0, 4, GICV5_MASK(ITS_CR0_ITSEN));
	assert_false(msi_gives(m, DEVICE, 2, 22));
	machine_delete(m);
}

static unsigned int frees(struct machine *m, uint64_t pa, uint64_t bytes)
{
	unsigned int before = m->violations;

	vgicv5_soft_check_free(m->gic, pa, bytes);
	return m->violations - before;
}

/* Tables that the ITS may read are not software's to free, until it has been told to forget them. */
static void test_frees(void **state)
{
	struct linear_its l;
	struct machine *m = its_linear_up(&l);

	(void)state;
	poke64(m, l.itt + 8, itte(11));
	assert_int_equal(frees(m, l.dt, 8), 1);
	assert_int_equal(frees(m, l.dt + 8 * 63, 8), 1);
	assert_int_equal(frees(m, l.dt + 8 * 64, 8), 0);
	assert_int_equal(frees(m, l.dt - 8, 8), 0);
	assert_int_equal(frees(m, l.itt, 128), 0); /* never used */
	assert_true(msi_gives(m, DEVICE, 1, 11));
	assert_int_equal(frees(m, l.itt + 120, 8), 1);
	assert_int_equal(frees(m, l.itt + 128, 8), 0);
	poke64(m, l.dt + 8 * DEVICE, 0);
	its_inv_device(m, DEVICE + 1, 4, false);
	assert_int_equal(frees(m, l.itt, 128), 1);
	its_inv_device(m, DEVICE, 4, false);
	assert_int_equal(frees(m, l.itt, 128), 0);
	its_wr(m, GICV5_ITS_CR0, 4, 0);
	assert_int_equal(frees(m, l.dt, 512), 0);
	machine_delete(m);
}

/* The same of L2 tables, by the span of what leads there; the L1 tables are as large as the IDs need. */
static void test_frees_two_level(void **state)
{
	struct test_vm vm;
	uint64_t l1, l2, itt1, itt2;
	struct machine *m = its_table_up(&vm, 12, GICV5_MASK(ITS_DT_CFGR_STRUCTURE), &l1);

	(void)state;
	/* With room behind them. */
	l2 = take(m, 32 * GICV5_DTE_SIZE);
	itt1 = take(m, 64);
	itt2 = take(m, 64 * GICV5_ITTE_SIZE);
	poke64(m, l1, l1_entry(l2, 4));
	poke64(m, l2 + 8 * DEVICE, dte(itt1, 11) | GICV5_MASK(L2_DTE_ITT_STRUCTURE));
	poke64(m, itt1, l1_entry(itt2, 5));
	poke64(m, itt2 + 8, itte(11));
	assert_true(msi_gives(m, DEVICE, 1, 11));
	assert_int_equal(frees(m, l1 + 56, 8), 1);
	assert_int_equal(frees(m, l1 + 64, 8), 0);
	assert_int_equal(frees(m, l2 + 120, 8), 1);
	assert_int_equal(frees(m, l2 + 128, 8), 0);
	assert_int_equal(frees(m, itt1 + 24, 8), 1);
	assert_int_equal(frees(m, itt1 + 32, 8), 0);
	assert_int_equal(frees(m, itt2 + 248, 8), 1);
	assert_int_equal(frees(m, itt2 + 256, 8), 0);
	its_inv_event(m, DEVICE, 1, GICV5_MASK(ITS_INV_EVENTR_L1));
	assert_int_equal(frees(m, itt2, 256), 0);
	its_inv_device(m, DEVICE, 11, true);
	assert_int_equal(frees(m, itt1, 64) + frees(m, l2, 128), 0);
	machine_delete(m);
}

/* R_HHKMN: an MSI is SET_EDGE, whatever mode the LPI had. */
static void test_msi_is_edge(void **state)
{
	struct linear_its l;
	struct machine *m = its_linear_up(&l);

	(void)state;
	poke64(m, l.itt + 8, itte(11));
	poke64(m, l.itt + 16, virtual_itte(1, 12));
	wr(m, 0, GICV5_GIC_CDHM, lpi(11) | GICV5_MASK(CDHM_HM));
	run_vpe(m, 1, &l.vm, 0);
	wr(m, 1, GICV5_GIC_VDHM, lpi(12) | GICV5_MASK(CDHM_HM));
	assert_true(inspect(m, VGICV5_SOFT_PHYSICAL, 11).level && inspect(m, 1, 12).level);
	vgicv5_soft_msi(m->gic, 0, DEVICE, 1);
	vgicv5_soft_msi(m->gic, 0, DEVICE, 2);
	assert_true(inspect(m, VGICV5_SOFT_PHYSICAL, 11).pending && inspect(m, 1, 12).pending);
	assert_false(inspect(m, VGICV5_SOFT_PHYSICAL, 11).level || inspect(m, 1, 12).level);
	machine_delete(m);
}

/* A device with a two-level ITT: two L2 tables of two events each, for events 0, 1 and 512, 513. */
static void test_inv_l1_event(void **state)
{
	struct linear_its l;
	struct machine *m = its_linear_up(&l);
	uint64_t itt, l2[3];
	unsigned int i;

	(void)state;
	itt = take(m, 64);
	for (i = 0; i < 3; i++)
		l2[i] = take(m, 64);
	poke64(m, l.dt + 8 * DEVICE, dte(itt, 10) | GICV5_MASK(L2_DTE_ITT_STRUCTURE));
	for (i = 0; i < 2; i++) {
		poke64(m, itt + 8 * i, l1_entry(l2[i], 1));
		poke64(m, l2[i], itte(10 + 2 * i));
		poke64(m, l2[i] + 8, itte(11 + 2 * i));
		assert_true(msi_gives(m, DEVICE, 512 * i, 10 + 2 * i));
		assert_true(msi_gives(m, DEVICE, 512 * i + 1, 11 + 2 * i));
	}
	poke64(m, l2[2], itte(30));
	poke64(m, l2[2] + 8, itte(31));
	poke64(m, itt, l1_entry(l2[2], 1));
	poke64(m, itt + 8, l1_entry(l2[2], 1));
	its_inv_event(m, DEVICE, 0, 0); /* the L1_ITTE stays */
	assert_true(msi_gives(m, DEVICE, 0, 10));
	its_inv_event(m, DEVICE, 511, GICV5_MASK(ITS_INV_EVENTR_L1));
	assert_true(msi_gives(m, DEVICE, 0, 30));
	assert_true(msi_gives(m, DEVICE, 1, 31));
	assert_true(msi_gives(m, DEVICE, 512, 12)); /* another L1_ITTE */
	its_inv_event(m, DEVICE, 0, GICV5_MASK(ITS_INV_EVENTR_L1) | GICV5_PUT(ITS_INV_EVENTR_ITT_L2SZ, 1));
	assert_true(msi_gives(m, DEVICE, 512, 30)); /* 2^11 events */
	machine_delete(m);
}

static void test_inv_device(void **state)
{
	struct linear_its l;
	struct machine *m = its_linear_up(&l);
	uint64_t other;

	(void)state;
	other = take(m, 16 * GICV5_ITTE_SIZE);
	poke64(m, l.itt + 8 * 1, itte(1));
	poke64(m, l.itt + 8 * 9, itte(9));
	poke64(m, other + 8 * 1, itte(101));
	poke64(m, other + 8 * 9, itte(109));
	assert_true(msi_gives(m, DEVICE, 1, 1));
	assert_true(msi_gives(m, DEVICE, 9, 9));
	poke64(m, l.dt + 8 * DEVICE, dte(other, 4));
	assert_true(msi_gives(m, DEVICE, 1, 1));
	its_inv_device(m, DEVICE - 1, 4, false);
	assert_true(msi_gives(m, DEVICE, 1, 1));
	its_wr(m, GICV5_ITS_DIDR, 8, DEVICE);
	its_wr(m, GICV5_ITS_INV_DEVICER, 4, GICV5_PUT(ITS_INV_DEVICER_EVENTID_BITS, 4)); /* I = 0 */
	assert_true(msi_gives(m, DEVICE, 1, 1));
	/* Only the EventIDs that software says the device has. */
	its_inv_device(m, DEVICE, 3, false);
	assert_true(msi_gives(m, DEVICE, 1, 101));
	assert_true(msi_gives(m, DEVICE, 9, 9));
	its_inv_device(m, DEVICE, 4, false);
	assert_true(msi_gives(m, DEVICE, 9, 109));
	machine_delete(m);
}

static void test_inv_l1_device(void **state)
{
	struct test_vm vm;
	uint64_t dt, l2, itt, other;
	struct machine *m = its_table_up(&vm, 10, GICV5_MASK(ITS_DT_CFGR_STRUCTURE), &dt);

	(void)state;
	l2 = take(m, 4096);
	itt = take(m, 64);
	other = take(m, 64);
	poke64(m, itt, itte(1));
	poke64(m, other, itte(2));
	poke64(m, dt, l1_entry(l2, 9));
	poke64(m, dt + 8, l1_entry(l2, 9));
	poke64(m, l2 + 8 * 7, dte(itt, 3));
	poke64(m, l2 + 8 * 8, dte(itt, 3));
	assert_true(msi_gives(m, 7, 0, 1));
	assert_true(msi_gives(m, 8, 0, 1));
	assert_true(msi_gives(m, 512 + 7, 0, 1));
	poke64(m, l2 + 8 * 7, dte(other, 3));
	poke64(m, l2 + 8 * 8, dte(other, 3));
	its_inv_device(m, 300, 3, false);
	assert_true(msi_gives(m, 7, 0, 1));
	its_inv_device(m, 300, 3, true);
	assert_true(msi_gives(m, 7, 0, 2));
	assert_true(msi_gives(m, 8, 0, 2));
	assert_true(msi_gives(m, 512 + 7, 0, 1));
	/* The L1_DTE itself: only L1 = 1 reaches it. */
	poke64(m, dt, 0);
	its_inv_device(m, 7, 3, false);
	assert_true(msi_gives(m, 7, 0, 2));
	its_inv_device(m, 7, 3, true);
	assert_false(msi_gives(m, 7, 0, 2));
	assert_int_equal(its_error(m), BAD_L1_DTE);
	machine_delete(m);
}

static void test_memory_is_bounded(void **state)
{
	struct vgicv5_soft_counters counters;
	struct linear_its l;
	struct machine *m = its_linear_up(&l);
	uint32_t i, round;
	size_t allocated;
	uint64_t itt;

	(void)state;
	itt = take(m, 1024 * GICV5_ITTE_SIZE);
	poke64(m, l.dt + 8 * 6, dte(itt, 10));
	for (i = 0; i < 1024; i++)
		poke64(m, itt + 8 * i, itte(i));
	for (i = 0; i < 1024; i++)
		pend(m, &HOST, 0, lpi(i)); /* so that all nodes are there */
	for (i = 0; i < 1024; i++)
		unpend(m, VGICV5_SOFT_PHYSICAL, i);
	allocated = m->allocated;
	for (round = 0; round < 2; round++)
		for (i = 0; i < 1024; i++)
			assert_true(msi_gives(m, 6, i, i));
	assert_int_equal(m->allocated, allocated);
	/* A hit reads no table. */
	assert_true(msi_gives(m, 6, 5, 5));
	vgicv5_soft_clear_counters(m->gic);
	assert_true(msi_gives(m, 6, 5, 5));
	vgicv5_soft_counters(m->gic, &counters);
	assert_int_equal(counters.its_events, 1);
	assert_int_equal(counters.its_table_reads, 0);
	machine_delete(m);
}

/* More devices than the ITS remembers, all with the same event. */
static void test_many_devices(void **state)
{
	struct test_vm vm;
	uint32_t i, round;
	uint64_t dt;
	struct machine *m = its_table_up(&vm, 10, 0, &dt);

	(void)state;
	for (i = 0; i < 1024; i++) {
		uint64_t itt = take(m, 64);

		poke64(m, dt + 8 * i, dte(itt, 1));
		poke64(m, itt, itte(i));
	}
	for (round = 0; round < 2; round++)
		for (i = 0; i < 1024; i++)
			assert_true(msi_gives(m, i, 0, i));
	machine_delete(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_remembers_events), cmocka_unit_test(test_frees),
		cmocka_unit_test(test_frees_two_level),	 cmocka_unit_test(test_msi_is_edge),
		cmocka_unit_test(test_inv_l1_event),	 cmocka_unit_test(test_inv_device),
		cmocka_unit_test(test_inv_l1_device),	 cmocka_unit_test(test_memory_is_bounded),
		cmocka_unit_test(test_many_devices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
