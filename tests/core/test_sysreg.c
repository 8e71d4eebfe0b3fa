// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Traps: what traps is emulated, and only that. */
#include "recorder.h"

static struct vgicv5_vcpu *const a = &rec.vcpu[0][0];
static struct vgicv5_vcpu *const b = &rec.vcpu[0][1];
static struct vgicv5_vcpu *const wide = &rec.vcpu[1][0];

static uint64_t trapped_read(struct vgicv5_vcpu *vcpu, unsigned int encoding)
{
	uint64_t value = 0xbad;

	assert_int_equal(vgicv5_vcpu_trap(vcpu, encoding, true, &value), VGICV5_TRAP_DONE);
	return value;
}

static void trapped_write(struct vgicv5_vcpu *vcpu, unsigned int encoding, uint64_t value)
{
	assert_int_equal(vgicv5_vcpu_trap(vcpu, encoding, false, &value), VGICV5_TRAP_DONE);
}

static void identity(void **state)
{
	uint64_t idr0 = GICV5_PUT(ICC_IDR0_EL1_GCIE_LEGACY, 1) | GICV5_PUT(ICC_IDR0_EL1_PRI_BITS, 4);

	(void)state;
	assert_int_equal(vgicv5_vcpu_load(a), 0);
	set_reg(GICV5_ICC_IDR0_EL1, idr0 | GICV5_PUT(ICC_IDR0_EL1_ID_BITS, 1));
	assert_int_equal(trapped_read(a, GICV5_ICC_IDR0_EL1), 0x41);
	set_reg(GICV5_ICC_IDR0_EL1, idr0);
	assert_int_equal(trapped_read(a, GICV5_ICC_IDR0_EL1), 0x40);
	assert_int_equal(trapped_read(a, GICV5_ICC_IAFFIDR_EL1), 3);
	assert_int_equal(trapped_read(b, GICV5_ICC_IAFFIDR_EL1), 17);
}

static void handling_modes_of_visible_ppis(void **state)
{
	(void)state;
	assert_int_equal(trapped_read(a, GICV5_ICC_PPI_HMR0_EL1), PPI_BIT(23) | PPI_BIT(27) | PPI_BIT(30));
	assert_int_equal(trapped_read(a, GICV5_ICC_PPI_HMR1_EL1), 0);
	assert_int_equal(trapped_read(wide, GICV5_ICC_PPI_HMR1_EL1), PPI_BIT(PPI_HIGH_LEVEL));
}

static void enables_are_cut_to_visible_ppis_and_take_effect_at_entry(void **state)
{
	(void)state;
	assert_int_equal(vgicv5_vcpu_load(a), 0);
	forget();
	trapped_write(a, GICV5_ICC_PPI_ENABLER0_EL1, ~0ull);
	trapped_write(a, GICV5_ICC_PPI_ENABLER1_EL1, ~0ull);
	assert_int_equal(vgicv5_vcpu_enter(a), 0);
	assert_int_equal(reg(GICV5_ICH_PPI_ENABLER0_EL2), a->hyp.visible[0]);
	assert_int_equal(logged(GICV5_ICH_PPI_ENABLER1_EL2, false), 0);
	assert_int_equal(trapped_read(a, GICV5_ICC_PPI_ENABLER0_EL1), a->hyp.visible[0]);
	assert_int_equal(trapped_read(a, GICV5_ICC_PPI_ENABLER1_EL1), 0);
	vgicv5_vcpu_exit(a);
	trapped_write(a, GICV5_ICC_PPI_ENABLER0_EL1, PPI_BIT(27));
	assert_int_equal(vgicv5_vcpu_enter(a), 0);
	assert_int_equal(reg(GICV5_ICH_PPI_ENABLER0_EL2), PPI_BIT(27));
	vgicv5_vcpu_exit(a);
	forget();
	assert_int_equal(vgicv5_vcpu_enter(a), 0);
	assert_int_equal(logged(GICV5_ICH_PPI_ENABLER0_EL2, false), 0);
	vgicv5_vcpu_put(a, VGICV5_PUT_PREEMPTED);
	assert_int_equal(vgicv5_vcpu_load(wide), 0);
	trapped_write(wide, GICV5_ICC_PPI_ENABLER1_EL1, ~0ull);
	assert_int_equal(vgicv5_vcpu_enter(wide), 0);
	assert_int_equal(reg(GICV5_ICH_PPI_ENABLER1_EL2), PPIS_HIGH);
}

static void all_else_is_undefined(void **state)
{
	static const unsigned int read_only[] = {GICV5_ICC_IDR0_EL1, GICV5_ICC_IAFFIDR_EL1,
						 GICV5_ICC_PPI_HMR0_EL1, GICV5_ICC_PPI_HMR1_EL1};
	unsigned int encoding;
	unsigned int defined = 0;
	uint64_t value = 0;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(read_only) / sizeof(read_only[0]); i++)
		assert_int_equal(vgicv5_vcpu_trap(a, read_only[i], false, &value), VGICV5_TRAP_UNDEFINED);
	for (encoding = 0; encoding < 1 << 16; encoding++) {
		defined += vgicv5_vcpu_trap(a, encoding, true, &value) == VGICV5_TRAP_DONE;
		defined += vgicv5_vcpu_trap(a, encoding, false, &value) == VGICV5_TRAP_DONE;
	}
	/* Reads, writes, and GIC CDDI. */
	assert_int_equal(defined, 6 + 2 + 1);
}

static void trap_bits_match_what_is_emulated(void **state)
{
	struct vgicv5_traps traps;

	(void)state;
	vgicv5_vcpu_traps(a, &traps);
	/* 0 traps. */
	assert_int_equal(traps.hfgrtr ^ GICV5_HFGRTR_ALL, 1u << 1 | 1u << 7 | 1u << 16);
	assert_int_equal(traps.hfgwtr ^ GICV5_HFGWTR_ALL, 1u << 17);
	assert_int_equal(traps.hfgitr, GICV5_HFGITR_ALL);
	assert_int_equal(reg(GICV5_ICH_HFGRTR_EL2), traps.hfgrtr);
	assert_int_equal(reg(GICV5_ICH_HFGWTR_EL2), traps.hfgwtr);
	assert_int_equal(reg(GICV5_ICH_HFGITR_EL2), traps.hfgitr);
}

static void a_new_pcpu_signals_nothing(void **state)
{
	(void)state;
	on_pe(1);
	set_reg(GICV5_ICH_VMCR_EL2, vmcr(true, 31));
	set_reg(GICV5_ICH_PPI_ENABLER0_EL2, ~0ull);
	set_reg(GICV5_ICH_PPI_ENABLER1_EL2, ~0ull);
	set_reg(GICV5_ICH_CONTEXTR_EL2, ~0ull);
	vgicv5_pcpu_init(&rec.host, &rec.pcpu[1]);
	assert_int_equal(reg(GICV5_ICH_VMCR_EL2), 0);
	assert_int_equal(reg(GICV5_ICH_PPI_ENABLER0_EL2) | reg(GICV5_ICH_PPI_ENABLER1_EL2), 0);
	assert_int_equal(reg(GICV5_ICH_CONTEXTR_EL2), 0);
	assert_int_equal(reg(GICV5_ICH_VCTLR_EL2), 1);
	assert_null(rec.pcpu[1].loaded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(identity, recorder_setup),
		cmocka_unit_test_setup(handling_modes_of_visible_ppis, recorder_setup),
		cmocka_unit_test_setup(enables_are_cut_to_visible_ppis_and_take_effect_at_entry,
				       recorder_setup),
		cmocka_unit_test_setup(all_else_is_undefined, recorder_setup),
		cmocka_unit_test_setup(trap_bits_match_what_is_emulated, recorder_setup),
		cmocka_unit_test_setup(a_new_pcpu_signals_nothing, recorder_setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
