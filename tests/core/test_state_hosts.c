// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Save and restore between hosts that offer different things: widths, least sizes of tables, levels, numbers of PPIs.
 */
#include <string.h>

#include "state_guest.h"

static struct sg sg;
static struct sg_saved first;
static struct sg_saved second;
static struct sg_view before;
static struct sg_view after;

static void restore(const struct sg_saved *saved)
{
	assert_int_equal(vgicv5_state_restore(&sg.vm->vm, saved->bytes, saved->size), VGICV5_OK);
}

static void narrow(struct vgicv5_soft_config *config)
{
	config->cpu_id_bits = 0;
	config->lpi_id_bits = SG_MAX_LPI_BITS;
}

static void small(struct vgicv5_soft_config *config)
{
	config->min_lpi_id_bits = 5;
	config->ist_levels = false;
	config->coherent = false;
}

static void large(struct vgicv5_soft_config *config)
{
	config->min_lpi_id_bits = 15;
	config->ist_l2sz = 4;
	config->istmd = true;
	config->istmd_sz = 15;
}

/* A table smaller than what the other host has at least: it stays as small for the guest. */
static void test_least_tables(void **state)
{
	static const struct world_host small_host = {"small tables", small};
	static const struct world_host large_host = {"large tables", large};
	struct world_vcpu *v;
	unsigned int i;

	(void)state;
	sg_up(&sg, &small_host);
	v = &sg.vm->vcpus[0];
	world_load(v, 0);
	guest_boot_irs(v, 6);
	guest_set_up(v, LPI(63), 12, sg_vpe_ids[0]);
	guest_set_up(v, LPI(64), 12, sg_vpe_ids[0]);
	world_preempt(v);
	sg_save(&sg, &first);
	sg_down(&sg);
	for (i = 0; i < 3; i++) {
		sg_up(&sg, i == 1 ? &small_host : &large_host);
		restore(&first);
		sg_save(&sg, &second);
		sg_same_bytes(&first, &second);
		assert_int_equal(vgicv5_inject_lpi(&sg.vm->vm, 63), VGICV5_OK);
		assert_int_equal(vgicv5_inject_lpi(&sg.vm->vm, 64), VGICV5_INVALID);
		assert_int_equal(sg.vm->vm.lpi_ist.id_bits, i == 1 ? 6 : 15);
		v = &sg.vm->vcpus[0];
		world_load(v, 0);
		/* It makes one anew. */
		guest_mmio_write(v, GICV5_IRS_IST_BASER, 8, 0);
		guest_make_lpis(v, 5);
		guest_set_up(v, LPI(31), 7, sg_vpe_ids[0]);
		guest_boot_cpu(v);
		assert_int_equal(vgicv5_inject_lpi(&sg.vm->vm, 32), VGICV5_INVALID);
		assert_int_equal(vgicv5_inject_lpi(&sg.vm->vm, 31), VGICV5_OK);
		assert_int_equal(guest_take(v), LPI(31));
		world_preempt(v);
		sg_down(&sg);
	}
}

static void small_levels(struct vgicv5_soft_config *config)
{
	config->min_lpi_id_bits = 5;
	config->ist_l2sz = 1;
}

/* The same of a table with two levels of which the first half is valid. */
static void test_least_tables_of_two_levels(void **state)
{
	static const struct world_host small_host = {"small tables of two levels", small_levels};
	static const struct world_host large_host = {"large tables", large};
	struct world_vcpu *v;
	uint64_t cfgr = GICV5_MASK(IRS_IST_CFGR_STRUCTURE) | GICV5_PUT(IRS_IST_CFGR_LPI_ID_BITS, 11);

	(void)state;
	sg_up(&sg, &small_host);
	v = &sg.vm->vcpus[0];
	world_load(v, 0);
	guest_make_lpis(v, 5); /* which also clears its memory */
	guest_mmio_write(v, GICV5_IRS_IST_BASER, 8, 0);
	guest_mmio_write(v, GICV5_IRS_IST_CFGR, 4, cfgr);
	guest_mmio_write(v, GICV5_IRS_IST_BASER, 8, WORLD_GUEST_IST | 1);
	guest_mmio_write(v, GICV5_IRS_MAP_L2_ISTR, 4, 0);
	guest_set_up(v, LPI(1000), 12, sg_vpe_ids[0]);
	world_preempt(v);
	sg_save(&sg, &first);
	sg_down(&sg);
	sg_up(&sg, &large_host);
	restore(&first);
	sg_save(&sg, &second);
	sg_same_bytes(&first, &second);
	assert_int_equal(sg.vm->vm.lpi_ist.id_bits, 15);
	v = &sg.vm->vcpus[0];
	world_load(v, 0);
	guest_mmio_write(v, GICV5_IRS_MAP_L2_ISTR, 4, 1024);
	guest_set_up(v, LPI(2047), 9, sg_vpe_ids[0]);
	world_preempt(v);
	sg_save(&sg, &second);
	sg_down(&sg);
	sg_up(&sg, &small_host);
	restore(&second);
	v = &sg.vm->vcpus[0];
	world_load(v, 0);
	assert_int_equal(GICV5_GET(ICC_ICSR_EL1_PRIORITY, guest_config(v, LPI(1000))), 12);
	assert_int_equal(GICV5_GET(ICC_ICSR_EL1_PRIORITY, guest_config(v, LPI(2047))), 9);
	world_preempt(v);
	sg_down(&sg);
}

/* PPIs of the second word: everything that they have, on each vCPU another. */
static void test_high_ppis(void **state)
{
	uint64_t edge[2];
	unsigned int i;

	(void)state;
	sg.all_ppis = true;
	sg_up(&sg, &world_hosts[5]);
	edge[1] = sg.vm->vcpus[0].vcpu.hyp.edge[1];
	for (i = 0; i < SG_VCPUS; i++) {
		struct vgicv5_vcpu *vcpu = &sg.vm->vcpus[i].vcpu;

		vgicv5_state_set_sysreg(vcpu, GICV5_ICC_PPI_ENABLER1_EL1, 1ull << 2 * i);
		vgicv5_state_set_sysreg(vcpu, GICV5_ICC_PPI_SACTIVER1_EL1, 4ull << i);
		vgicv5_state_set_sysreg(vcpu, GICV5_ICC_PPI_SPENDR1_EL1, i == 1 ? ~0ull : 1ull << 63);
		vgicv5_state_set_sysreg(vcpu, GICV5_ICC_PPI_PRIORITYR8_EL1, (0x0203010b07ull + i) << 8);
		vgicv5_state_set_sysreg(vcpu, GICV5_ICC_PPI_PRIORITYR15_EL1, (0x11ull + i) << 56);
	}
	sg_save(&sg, &first);
	sg_down(&sg);
	sg_up(&sg, &world_hosts[5]);
	restore(&first);
	sg_save(&sg, &second);
	sg_same_bytes(&first, &second);
	for (i = 0; i < SG_VCPUS; i++) {
		struct world_vcpu *v = &sg.vm->vcpus[i];
		uint64_t pending = i == 1 ? SG_HIGH_PPIS : 1ull << 63;

		world_load(v, 0);
		assert_int_equal(guest_read(v, GICV5_ICC_PPI_ENABLER1_EL1), 1ull << 2 * i & SG_HIGH_PPIS);
		assert_int_equal(guest_read(v, GICV5_ICC_PPI_SACTIVER1_EL1), 4ull << i & SG_HIGH_PPIS);
		assert_int_equal(guest_read(v, GICV5_ICC_PPI_SPENDR1_EL1), pending);
		assert_int_equal(guest_read(v, GICV5_ICC_PPI_PRIORITYR15_EL1) >> 56, 0x11 + i);
		world_preempt(v);
	}
	assert_int_equal(sg.vm->vcpus[1].vcpu.hyp.edge[1], edge[1]);
	sg_down(&sg);
	/* Not on a host that has 64. */
	sg.all_ppis = false;
	sg_up(&sg, &world_hosts[0]);
	assert_int_equal(vgicv5_state_restore(&sg.vm->vm, first.bytes, first.size), VGICV5_UNSUPPORTED);
	sg_down(&sg);
}

/* A guest goes on to see the widths that it saw; a host that has less cannot take it. */
static void test_widths_stay(void **state)
{
	static const struct world_host narrow_host = {"INTIDs of 16 bits", narrow};

	(void)state;
	sg_up(&sg, &narrow_host);
	sg_fill(&sg);
	sg_save(&sg, &first);
	sg_look(&sg, &before);
	sg_down(&sg);
	sg_up(&sg, &world_hosts[0]);
	sg_save(&sg, &second);
	restore(&first);
	sg_look(&sg, &after);
	sg_same(&before, &after);
	sg_save(&sg, &first);
	sg_down(&sg);
	sg_up(&sg, &narrow_host);
	restore(&first);
	sg_down(&sg);
	sg_up(&sg, &narrow_host);
	assert_int_equal(vgicv5_state_restore(&sg.vm->vm, second.bytes, second.size), VGICV5_UNSUPPORTED);
	sg_down(&sg);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_least_tables),
		cmocka_unit_test(test_least_tables_of_two_levels),
		cmocka_unit_test(test_high_ppis),
		cmocka_unit_test(test_widths_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
