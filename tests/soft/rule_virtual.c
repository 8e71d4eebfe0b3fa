/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Rules of the virtual domain: VM tables, residency, virtual interrupts, doorbells.
 */
#include "rule_machine.h"

static void test_virtual_lpi(void **state)
{
	struct machine *m = machine_default(2);
	struct test_vm vm;

	(void)state;
	m->print = true;
	standard(m, &vm);
	assert_int_equal(m->violations, 0);
	assert_true(peek64(m, vm.vmte) & 1);
	assert_true(peek64(m, vm.vpet) & 1);
	assert_true(peek64(m, vm.vmte + 16) & 1);
	run_vpe(m, 0, &vm, 1);
	assert_int_equal(rd(m, 0, GICV5_ICH_CONTEXTR_EL2), context(&vm, 1));
	configure(m, &GUEST, 0, lpi(5), 1, 3);
	vdpend(m, 1, lpi(5), true);
	assert_int_equal(signals(m, 0, &GUEST), VGICV5_SOFT_VIRQ);
	assert_int_equal(ack_as(m, 0, &GUEST), lpi(5));
	assert_int_equal(signals(m, 0, &GUEST), 0);
	assert_int_equal(rd_as(m, 0, &GUEST, GICV5_ICC_HAPR_EL1), 3);
	done_as(m, 0, &GUEST, lpi(5));
	assert_int_equal(rd(m, 0, GICV5_ICH_APR_EL2), 0);
	machine_delete(m);
}

static void test_doorbell(void **state)
{
	struct machine *m = machine_default(2);
	struct test_vm vm;

	(void)state;
	m->print = true;
	standard(m, &vm);
	open_pe(m, 1);
	configure(m, &HOST, 0, lpi(100), 1, 4);
	irs_wr(m, GICV5_IRS_VPE_SELR, 8, GICV5_MASK(IRS_VPE_SELR_S) | vm.id);
	assert_int_equal(irs_rd(m, GICV5_IRS_VPE_STATUSR, 4), 3);
	irs_wr(m, GICV5_IRS_VPE_DBR, 8, GICV5_MASK(IRS_VPE_DBR_DBV) | 100);
	run_vpe(m, 0, &vm, 0);
	configure(m, &GUEST, 0, spi(7), 0, 5);
	wr(m, 0, GICV5_ICH_CONTEXTR_EL2,
	   GICV5_MASK(ICH_CONTEXTR_EL2_DB) | GICV5_PUT(ICH_CONTEXTR_EL2_DBPM, 5));
	assert_int_equal(signals(m, 1, &HOST), 0);
	vdpend(m, 1, spi(7), true);
	assert_int_equal(signals(m, 1, &HOST), VGICV5_SOFT_IRQ);
	assert_int_equal(ack(m, 1), lpi(100));
	assert_int_equal(m->violations, 0);
	machine_delete(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_virtual_lpi),
		cmocka_unit_test(test_doorbell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
