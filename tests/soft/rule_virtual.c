/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Rules of the virtual domain: VM tables, residency, virtual interrupts, doorbells.
 */
#include "rule_machine.h"

static void test_virtual_lpi(void **state)
{
	struct test_vm vm;
	struct machine *m = machine_standard(2, &vm);

	(void)state;
	m->print = true;
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
	struct test_vm vm;
	struct machine *m = machine_standard(2, &vm);

	(void)state;
	m->print = true;
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

static struct vgicv5_soft_interrupt look(struct machine *m, uint32_t vm, uint64_t intid)
{
	struct vgicv5_soft_interrupt i;

	assert_true(vgicv5_soft_inspect(m->gic, vm, (uint32_t)intid, &i));
	return i;
}

static bool reachable(struct machine *m, uint32_t vm, uint64_t intid)
{
	struct vgicv5_soft_interrupt i;

	return vgicv5_soft_inspect(m->gic, vm, (uint32_t)intid, &i);
}

static void select_vpe(struct machine *m, const struct test_vm *vm, uint16_t vpe)
{
	irs_wr(m, GICV5_IRS_VPE_SELR, 8,
	       GICV5_MASK(IRS_VPE_SELR_S) | GICV5_PUT(IRS_VPE_SELR_VPE_ID, vpe) | vm->id);
	assert_int_equal(irs_rd(m, GICV5_IRS_VPE_STATUSR, 4), 3);
}

static void set_doorbell(struct machine *m, const struct test_vm *vm, uint16_t vpe, uint32_t id)
{
	configure(m, &HOST, 0, lpi(id), 1, 4);
	select_vpe(m, vm, vpe);
	irs_wr(m, GICV5_IRS_VPE_DBR, 8, GICV5_MASK(IRS_VPE_DBR_DBV) | id);
}

static void leave_with_doorbell(struct machine *m, unsigned int pe, unsigned int mask)
{
	wr(m, pe, GICV5_ICH_CONTEXTR_EL2,
	   GICV5_MASK(ICH_CONTEXTR_EL2_DB) | GICV5_PUT(ICH_CONTEXTR_EL2_DBPM, mask));
}

static bool rung(struct machine *m, uint32_t id)
{
	bool pending = look(m, VGICV5_SOFT_PHYSICAL, lpi(id)).pending;

	wr(m, 0, GICV5_GIC_CDPEND, lpi(id));
	return pending;
}

/* Residency: F for what does not exist, one PE at a time, the last write wins on one PE. */
static void test_residency(void **state)
{
	struct test_vm vm;
	struct machine *m = machine_standard(2, &vm);
	uint16_t id, vpe;

	(void)state;
	wr(m, 0, GICV5_ICH_CONTEXTR_EL2, context(&vm, 2));
	assert_true(rd(m, 0, GICV5_ICH_CONTEXTR_EL2) & GICV5_MASK(ICH_CONTEXTR_EL2_F));
	wr(m, 0, GICV5_ICH_CONTEXTR_EL2, context(&vm, 0) + 1); /* VM 2 */
	assert_true(rd(m, 0, GICV5_ICH_CONTEXTR_EL2) & GICV5_MASK(ICH_CONTEXTR_EL2_F));
	assert_false(vgicv5_soft_resident(m->gic, 0, &id, &vpe));
	wr(m, 0, GICV5_ICH_CONTEXTR_EL2, context(&vm, 0) | GICV5_MASK(ICH_CONTEXTR_EL2_F));
	assert_int_equal(rd(m, 0, GICV5_ICH_CONTEXTR_EL2), context(&vm, 0));
	assert_int_equal(m->violations, 0);
	wr(m, 1, GICV5_ICH_CONTEXTR_EL2, context(&vm, 0)); /* on two PEs at once */
	assert_true(rd(m, 1, GICV5_ICH_CONTEXTR_EL2) & GICV5_MASK(ICH_CONTEXTR_EL2_F));
	assert_int_equal(m->violations, 1);
	assert_true(vgicv5_soft_resident(m->gic, 0, &id, &vpe));
	assert_int_equal(id, 1);
	assert_int_equal(vpe, 0);
	wr(m, 0, GICV5_ICH_CONTEXTR_EL2, context(&vm, 1));
	assert_true(vgicv5_soft_resident(m->gic, 0, &id, &vpe));
	assert_int_equal(vpe, 1);
	wr(m, 1, GICV5_ICH_CONTEXTR_EL2, context(&vm, 0));
	assert_true(vgicv5_soft_resident(m->gic, 1, &id, &vpe));
	wr(m, 1, GICV5_ICH_CONTEXTR_EL2, 0);
	assert_false(vgicv5_soft_resident(m->gic, 1, &id, &vpe));
	assert_int_equal(m->violations, 1);
	machine_delete(m);
}

/* What decides about the virtual HPPI: residency, IRICHPPIDIS, VCTLR.EN, VMCR, and the VPE named by IAFFID. */
static void test_virtual_hppi(void **state)
{
	struct test_vm vm;
	struct machine *m = machine_standard(2, &vm);
	uint64_t hppi = GICV5_MASK(ICH_HPPIR_EL2_HPPIV) | spi(3);

	(void)state;
	run_vpe(m, 0, &vm, 0);
	run_vpe(m, 1, &vm, 1);
	configure(m, &GUEST, 1, spi(3), 0, 8);
	vdpend(m, 1, spi(3), true);
	assert_int_equal(rd(m, 0, GICV5_ICH_HPPIR_EL2), hppi);
	assert_int_equal(rd(m, 1, GICV5_ICH_HPPIR_EL2), 0);
	assert_int_equal(rd_as(m, 0, &GUEST, GICV5_ICC_HPPIR_EL1), hppi);
	assert_int_equal(rd_as(m, 0, &BARE, GICV5_ICC_HPPIR_EL1), 0);
	wr(m, 0, GICV5_ICH_CONTEXTR_EL2, context(&vm, 0) | GICV5_MASK(ICH_CONTEXTR_EL2_IRICHPPIDIS));
	assert_int_equal(rd(m, 0, GICV5_ICH_HPPIR_EL2), 0);
	wr(m, 0, GICV5_ICH_CONTEXTR_EL2, context(&vm, 0));
	wr(m, 0, GICV5_ICH_VCTLR_EL2, 0);
	assert_int_equal(rd(m, 0, GICV5_ICH_HPPIR_EL2), 0);
	wr(m, 0, GICV5_ICH_VCTLR_EL2, 1);
	wr(m, 0, GICV5_ICH_VMCR_EL2, GICV5_PUT(ICH_VMCR_EL2_VPMR, 31));
	assert_int_equal(rd(m, 0, GICV5_ICH_HPPIR_EL2), 0);
	wr(m, 0, GICV5_ICH_VMCR_EL2, GICV5_PUT(ICH_VMCR_EL2_VPMR, 7) | 1);
	assert_int_equal(rd(m, 0, GICV5_ICH_HPPIR_EL2), 0);
	wr(m, 0, GICV5_ICH_VMCR_EL2, GICV5_PUT(ICH_VMCR_EL2_VPMR, 8) | 1);
	assert_int_equal(rd(m, 0, GICV5_ICH_HPPIR_EL2), hppi);
	wr(m, 0, GICV5_ICH_APR_EL2, 1 << 8);
	assert_int_equal(rd(m, 0, GICV5_ICH_HPPIR_EL2), 0);
	wr(m, 0, GICV5_ICH_APR_EL2, 0);
	wr(m, 0, GICV5_ICH_CONTEXTR_EL2, 0); /* recalled */
	assert_int_equal(rd(m, 0, GICV5_ICH_HPPIR_EL2), 0);
	assert_int_equal(signals(m, 0, &GUEST), 0);
	select_vpe(m, &vm, 0);
	assert_int_equal(irs_rd(m, GICV5_IRS_VPE_HPPIR, 8), hppi);
	vdpend(m, 1, spi(3), false);
	assert_int_equal(irs_rd(m, GICV5_IRS_VPE_HPPIR, 8), 0);
	machine_delete(m);
}

/* Which VM an instruction acts on. */
static void test_domains_of_instructions(void **state)
{
	struct machine *m = machine_default(2);
	struct test_vm a, b;
	uint64_t vmt;

	(void)state;
	open_irs(m);
	(void)linear_ist(m, 14);
	vmt = vm_table(m);
	map_vm(m, &a, vmt, 3, 1);
	map_vm(m, &b, vmt, 4, 1);
	map_vpe(m, &a, 0);
	map_vpe(m, &b, 0);
	map_vist(m, &a, GICV5_TYPE_LPI, 6);
	map_vist(m, &b, GICV5_TYPE_LPI, 6);
	wr(m, 0, GICV5_GIC_VDEN, lpi(9)); /* nothing resident: no effect */
	wr(m, 0, GICV5_GIC_VDRCFG, lpi(9));
	assert_int_equal(rd(m, 0, GICV5_ICC_ICSR_EL1), 1);
	run_vpe(m, 0, &a, 0);
	run_vpe(m, 1, &b, 0);
	wr(m, 0, GICV5_GIC_VDEN, lpi(9));
	wr(m, 0, GICV5_GIC_VDPRI, lpi(9) | GICV5_PUT(CDPRI_PRIORITY, 5));
	wr(m, 1, GICV5_GIC_VDAFF, lpi(9) | GICV5_PUT(CDAFF_IAFFID, 1));
	wr(m, 1, GICV5_GIC_VDHM, lpi(9) | GICV5_MASK(CDHM_HM));
	assert_true(look(m, 3, lpi(9)).enabled);
	assert_int_equal(look(m, 3, lpi(9)).priority, 5);
	assert_int_equal(look(m, 4, lpi(9)).iaffid, 1);
	assert_true(look(m, 4, lpi(9)).level);
	assert_false(look(m, 4, lpi(9)).enabled);
	assert_false(look(m, VGICV5_SOFT_PHYSICAL, lpi(9)).enabled);
	vdpend(m, 4, lpi(9), true); /* names its VM, from any PE */
	assert_true(look(m, 4, lpi(9)).pending);
	assert_false(look(m, 3, lpi(9)).pending);
	vdpend(m, 5, lpi(9), true);
	wr_as(m, 0, &GUEST, GICV5_GIC_CDRCFG, lpi(9));
	assert_int_equal(rd(m, 0, GICV5_ICC_ICSR_EL1), 5 << 11 | 2);
	wr_as(m, 0, &GUEST, GICV5_GIC_CDRCFG, spi(9)); /* no SPI IST */
	assert_int_equal(rd(m, 0, GICV5_ICC_ICSR_EL1), 1);
	wr(m, 0, GICV5_GIC_VDDIS, lpi(9));
	assert_false(look(m, 3, lpi(9)).enabled);
	machine_delete(m);
}

/* R_CWZMW, condition by condition. */
static void test_doorbell_conditions(void **state)
{
	struct test_vm vm;
	struct machine *m = machine_standard(2, &vm);

	(void)state;
	set_doorbell(m, &vm, 0, 100);
	run_vpe(m, 0, &vm, 0);
	configure(m, &GUEST, 0, lpi(7), 0, 6);
	/* Not without a request. */
	wr(m, 0, GICV5_ICH_CONTEXTR_EL2, 0);
	vdpend(m, 1, lpi(7), true);
	assert_false(rung(m, 100));
	/* A request rings for what is there already, once. */
	run_vpe(m, 0, &vm, 0);
	leave_with_doorbell(m, 0, 6);
	assert_true(rung(m, 100));
	vdpend(m, 1, lpi(7), false);
	vdpend(m, 1, lpi(7), true);
	assert_false(rung(m, 100));
	/* The mask: priority 6 does not pass 5, but 5 does. */
	run_vpe(m, 0, &vm, 0);
	leave_with_doorbell(m, 0, 5);
	assert_false(rung(m, 100));
	configure(m, &GUEST, 0, lpi(8), 0, 5); /* EL1 with nothing resident: no effect */
	assert_false(rung(m, 100));
	run_vpe(m, 0, &vm, 0);
	configure(m, &GUEST, 0, lpi(8), 0, 5);
	leave_with_doorbell(m, 0, 5);
	vdpend(m, 1, lpi(8), true);
	assert_true(rung(m, 100));
	/* Residency cancels the request. */
	vdpend(m, 1, lpi(8), false);
	run_vpe(m, 0, &vm, 0);
	leave_with_doorbell(m, 0, 5);
	run_vpe(m, 0, &vm, 0);
	wr(m, 0, GICV5_ICH_CONTEXTR_EL2, 0);
	vdpend(m, 1, lpi(8), true);
	assert_false(rung(m, 100));
	/* A request through the IRS; not while the settings are invalid. */
	select_vpe(m, &vm, 0);
	irs_wr(m, GICV5_IRS_VPE_DBR, 8,
	       GICV5_MASK(IRS_VPE_DBR_REQ_DB) | GICV5_PUT(IRS_VPE_DBR_DBPM, 31) | 100);
	assert_false(rung(m, 100));
	irs_wr(m, GICV5_IRS_VPE_DBR, 8,
	       GICV5_MASK(IRS_VPE_DBR_DBV) | GICV5_MASK(IRS_VPE_DBR_REQ_DB) |
		       GICV5_PUT(IRS_VPE_DBR_DBPM, 31) | 100);
	assert_true(rung(m, 100));
	select_vpe(m, &vm, 0);
	assert_int_equal(irs_rd(m, GICV5_IRS_VPE_DBR, 8),
			 GICV5_MASK(IRS_VPE_DBR_DBV) | (uint64_t)31 << 32 | 100);
	/* Not for interrupts of another VPE, disabled or active ones. */
	select_vpe(m, &vm, 1);
	set_doorbell(m, &vm, 1, 101);
	irs_wr(m, GICV5_IRS_VPE_DBR, 8,
	       GICV5_MASK(IRS_VPE_DBR_DBV) | GICV5_MASK(IRS_VPE_DBR_REQ_DB) |
		       GICV5_PUT(IRS_VPE_DBR_DBPM, 31) | 101);
	assert_false(rung(m, 101));
	assert_int_equal(m->violations, 0);
	machine_delete(m);
}

static void set_vpe_dps(struct machine *m, const struct test_vm *vm, uint16_t vpe, unsigned int dps)
{
	select_vpe(m, vm, vpe);
	irs_wr(m, GICV5_IRS_VPE_CR0, 4, dps);
	assert_int_equal(irs_rd(m, GICV5_IRS_VPE_CR0, 4), dps);
}

/* Virtual 1ofN: a resident VPE that takes part, otherwise the doorbell of the VM. */
static void test_virtual_one_of_n(void **state)
{
	struct test_vm vm;
	struct machine *m = machine_standard(2, &vm);

	(void)state;
	set_vpe_dps(m, &vm, 0, 1);
	run_vpe(m, 0, &vm, 0);
	wr(m, 0, GICV5_GIC_VDAFF, spi(4) | GICV5_MASK(CDAFF_IRM));
	wr(m, 0, GICV5_GIC_VDPRI, spi(4) | GICV5_PUT(CDPRI_PRIORITY, 3));
	wr(m, 0, GICV5_GIC_VDEN, spi(4));
	vdpend(m, 1, spi(4), true);
	assert_int_equal(signals(m, 0, &GUEST), 0);
	run_vpe(m, 1, &vm, 1);
	assert_int_equal(signals(m, 1, &GUEST), VGICV5_SOFT_VIRQ);
	set_vpe_dps(m, &vm, 1, 1);
	assert_int_equal(signals(m, 1, &GUEST), 0);
	set_vpe_dps(m, &vm, 0, 0);
	assert_int_equal(signals(m, 0, &GUEST), VGICV5_SOFT_VIRQ);
	set_vpe_dps(m, &vm, 1, 0); /* not to both of them */
	assert_int_equal(signals(m, 1, &GUEST), 0);
	assert_int_equal(signals(m, 0, &GUEST), VGICV5_SOFT_VIRQ);
	set_vpe_dps(m, &vm, 1, 1);
	/* The doorbell of the VM. */
	set_doorbell(m, &vm, 1, 101);
	irs_wr(m, GICV5_IRS_VM_SELR, 4, 1);
	assert_int_equal(irs_rd(m, GICV5_IRS_VM_STATUSR, 4), 3);
	irs_wr(m, GICV5_IRS_VM_DBR, 8, GICV5_MASK(IRS_VM_DBR_EN) | 1);
	assert_int_equal(irs_rd(m, GICV5_IRS_VM_DBR, 8), GICV5_MASK(IRS_VM_DBR_EN) | 1);
	leave_with_doorbell(m, 1, 3);
	assert_false(rung(m, 101)); /* VPE 0 is resident and has it */
	wr(m, 0, GICV5_ICH_CONTEXTR_EL2, 0);
	assert_true(rung(m, 101));
	irs_wr(m, GICV5_IRS_VM_SELR, 4, 9);
	assert_int_equal(irs_rd(m, GICV5_IRS_VM_STATUSR, 4), 1);
	assert_int_equal(irs_rd(m, GICV5_IRS_VM_DBR, 8), 0);
	machine_delete(m);
}

/* A two-level VM table and two-level virtual ISTs, and a VPE that becomes valid after its interrupt is pending. */
static void test_two_levels(void **state)
{
	struct machine *m = machine_default(1);
	uint64_t l1, l2, vmte, vpet, ist, table;
	const uint16_t id = 0x1234;
	struct test_vm vm = {.id = id};

	(void)state;
	open_irs(m);
	l1 = take(m, 8u << 9);
	irs_wr(m, GICV5_IRS_VMT_CFGR, 4, GICV5_MASK(IRS_VMT_CFGR_STRUCTURE) | 16);
	irs_wr(m, GICV5_IRS_VMT_BASER, 8, l1 | 1);
	l2 = take(m, GICV5_L2_VMT_SIZE);
	poke64(m, l1 + 8 * (id >> 7), l2);
	irs_wr(m, GICV5_IRS_VMAP_L2_VMTR, 8, GICV5_MASK(IRS_VMAP_L2_VMTR_M) | id);
	assert_int_equal(peek64(m, l1 + 8 * (id >> 7)), l2 | 1);
	vmte = l2 + 32 * (id & 127);
	vpet = take(m, 64);
	poke64(m, vmte, take(m, 64));
	poke64(m, vmte + 8, vpet | GICV5_PUT(L2_VMTE1_VPE_ID_BITS, 2));
	irs_wr(m, GICV5_IRS_VMAP_VMR, 8, GICV5_MASK(IRS_VMAP_VMR_M) | id);
	assert_int_equal(peek64(m, vmte) & 1, 1);
	ist = take(m, 8u << (14 - 10));
	poke64(m, vmte + 16, ist_dword(ist, 14) | GICV5_MASK(L2_VMTE_IST_STRUCTURE));
	irs_wr(m, GICV5_IRS_VMAP_VISTR, 8,
	       GICV5_MASK(IRS_VMAP_VISTR_M) | GICV5_PUT(IRS_VMAP_VISTR_VM_ID, id) |
		       GICV5_PUT(IRS_VMAP_VISTR_TYPE, GICV5_TYPE_LPI));
	assert_false(reachable(m, id, lpi(5000)));
	table = take(m, 4096);
	poke64(m, ist + 8 * (5000 >> 10), table);
	/* Prepared: enabled, for VPE 3, priority 9. */
	poke32(m, table + 4 * (5000 & 1023), 3 << 16 | 9 << 11 | 8);
	irs_wr(m, GICV5_IRS_VMAP_L2_VISTR, 8,
	       GICV5_MASK(IRS_VMAP_L2_VISTR_M) | GICV5_PUT(IRS_VMAP_L2_VISTR_VM_ID, id) |
		       GICV5_PUT(IRS_VMAP_L2_VISTR_TYPE, GICV5_TYPE_LPI) | 5000);
	assert_int_equal(peek64(m, ist + 8 * (5000 >> 10)), table | 1);
	vdpend(m, id, lpi(5000), true);
	vm.vpet = vpet;
	map_vpe(m, &vm, 3);
	run_vpe(m, 0, &vm, 3);
	assert_int_equal(ack_as(m, 0, &GUEST), lpi(5000));
	assert_int_equal(m->violations, 0);
	machine_delete(m);
}

/* Making a VM invalid: all state in memory, VALID bits cleared, residency lost, nothing reachable. */
static void test_unmap(void **state)
{
	struct test_vm vm;
	struct machine *m = machine_standard(1, &vm);
	uint16_t id, vpe;

	(void)state;
	run_vpe(m, 0, &vm, 1);
	configure(m, &GUEST, 0, lpi(60), 1, 3);
	configure(m, &GUEST, 0, spi(31), 1, 4);
	vdpend(m, 1, lpi(60), true);
	vdpend(m, 1, spi(31), true);
	assert_int_equal(ack_as(m, 0, &GUEST), lpi(60));
	vdpend(m, 1, lpi(60), true);
	select_vpe(m, &vm, 1);
	irs_wr(m, GICV5_IRS_VMAP_VMR, 8, GICV5_MASK(IRS_VMAP_VMR_M) | GICV5_MASK(IRS_VMAP_VMR_U) | 1);
	assert_int_equal(m->violations, 1); /* a VPE was resident */
	assert_false(vgicv5_soft_resident(m->gic, 0, &id, &vpe));
	assert_int_equal(signals(m, 0, &GUEST), 0);
	assert_int_equal(irs_rd(m, GICV5_IRS_VPE_STATUSR, 4), 1);
	assert_false(reachable(m, 1, lpi(60)));
	assert_int_equal(peek32(m, vm.lpis + 4 * 60), 1 << 16 | 3 << 11 | 8 | 2 | 1);
	assert_int_equal(peek32(m, vm.spis + 4 * 31), 1 << 16 | 4 << 11 | 8 | 1);
	assert_int_equal(peek64(m, vm.vmte) & 1, 0);
	assert_int_equal(peek64(m, vm.vmte + 16) & 1, 0);
	assert_int_equal(peek64(m, vm.vpet + 8) & 1, 0);
	wr(m, 0, GICV5_ICH_CONTEXTR_EL2, context(&vm, 1));
	assert_true(rd(m, 0, GICV5_ICH_CONTEXTR_EL2) & GICV5_MASK(ICH_CONTEXTR_EL2_F));
	/* Restore: ISTs that are marked valid beforehand become valid with the VM. */
	poke32(m, vm.lpis + 4 * 60, 1 << 16 | 3 << 11 | 8 | 2);
	poke32(m, vm.spis + 4 * 31, 1 << 16 | 4 << 11 | 8);
	poke64(m, vm.vmte + 16, peek64(m, vm.vmte + 16) | 1);
	irs_wr(m, GICV5_IRS_VMAP_VMR, 8, GICV5_MASK(IRS_VMAP_VMR_M) | 1);
	assert_true(look(m, 1, lpi(60)).active);
	assert_false(look(m, 1, lpi(60)).pending);
	assert_false(reachable(m, 1, spi(31)));
	/* A selection does not outlive its VPE. */
	irs_wr(m, GICV5_IRS_VMAP_VPER, 8,
	       GICV5_MASK(IRS_VMAP_VPER_M) | GICV5_PUT(IRS_VMAP_VPER_VM_ID, 1) | 1);
	assert_int_equal(irs_rd(m, GICV5_IRS_VPE_STATUSR, 4), 1);
	select_vpe(m, &vm, 1);
	assert_int_equal(m->violations, 1);
	machine_delete(m);
}

/* One IST replaced while the VM lives, and the whole VM table withdrawn. */
static void test_vist_and_vmt_withdrawn(void **state)
{
	struct test_vm vm;
	struct machine *m = machine_standard(1, &vm);

	(void)state;
	run_vpe(m, 0, &vm, 0);
	configure(m, &GUEST, 0, lpi(6), 0, 3);
	vdpend(m, 1, lpi(6), true);
	irs_wr(m, GICV5_IRS_VMAP_VISTR, 8,
	       GICV5_MASK(IRS_VMAP_VISTR_M) | GICV5_MASK(IRS_VMAP_VISTR_U) |
		       GICV5_PUT(IRS_VMAP_VISTR_VM_ID, 1) | GICV5_PUT(IRS_VMAP_VISTR_TYPE, GICV5_TYPE_LPI));
	assert_int_equal(signals(m, 0, &GUEST), 0);
	assert_int_equal(peek32(m, vm.lpis + 24), 3 << 11 | 8 | 1);
	assert_int_equal(peek64(m, vm.vmte + 16) & 1, 0);
	map_vist(m, &vm, GICV5_TYPE_LPI, 8);
	configure(m, &GUEST, 0, lpi(255), 0, 3);
	vdpend(m, 1, lpi(255), true);
	assert_int_equal(ack_as(m, 0, &GUEST), lpi(255));
	wr(m, 0, GICV5_ICH_CONTEXTR_EL2, 0);
	irs_wr(m, GICV5_IRS_VMT_BASER, 8, 0);
	assert_int_equal(irs_rd(m, GICV5_IRS_VMT_BASER, 8) & 1, 0);
	assert_int_equal(peek32(m, vm.lpis + 4 * 255), 3 << 11 | 8 | 2);
	assert_int_equal(peek64(m, vm.vmte) & 1, 0);
	wr(m, 0, GICV5_ICH_CONTEXTR_EL2, context(&vm, 0));
	assert_true(rd(m, 0, GICV5_ICH_CONTEXTR_EL2) & GICV5_MASK(ICH_CONTEXTR_EL2_F));
	assert_int_equal(m->violations, 0);
	machine_delete(m);
}

static void save(struct machine *m, bool s)
{
	irs_wr(m, GICV5_IRS_SAVE_VMR, 8, (s ? GICV5_MASK(IRS_SAVE_VMR_S) : GICV5_MASK(IRS_SAVE_VMR_Q)) | 1);
}

/* IRS_SAVE_VMR: the image is exact, Q tells whether it still is, and later changes are not lost. */
static void test_save(void **state)
{
	struct test_vm vm;
	struct machine *m = machine_standard(1, &vm);

	(void)state;
	run_vpe(m, 0, &vm, 0);
	configure(m, &GUEST, 0, lpi(6), 0, 3);
	configure(m, &GUEST, 0, spi(6), 0, 4);
	wr(m, 0, GICV5_ICH_CONTEXTR_EL2, 0);
	vdpend(m, 1, lpi(6), true);
	vdpend(m, 1, spi(6), true);
	assert_int_equal(peek32(m, vm.lpis + 24) & 1, 0);
	save(m, false);
	assert_int_equal(irs_rd(m, GICV5_IRS_SAVE_VM_STATUSR, 4), 1);
	save(m, true);
	assert_int_equal(peek32(m, vm.lpis + 24), 3 << 11 | 8 | 1);
	assert_int_equal(peek32(m, vm.spis + 24), 4 << 11 | 8 | 1);
	save(m, false);
	assert_int_equal(irs_rd(m, GICV5_IRS_SAVE_VM_STATUSR, 4), 3);
	vdpend(m, 1, lpi(7), true);
	save(m, false);
	assert_int_equal(irs_rd(m, GICV5_IRS_SAVE_VM_STATUSR, 4), 1);
	/* Pending cleared after a save is cleared in the next image too. */
	vdpend(m, 1, lpi(6), false);
	assert_false(look(m, 1, lpi(6)).pending);
	save(m, true);
	assert_int_equal(peek32(m, vm.lpis + 24), 3 << 11 | 8);
	assert_int_equal(peek32(m, vm.lpis + 28), 1);
	assert_int_equal(m->violations, 0);
	machine_delete(m);
}

/* IRS_SPI_VMR: the wire drives the virtual SPI, and the physical one is unreachable meanwhile. */
static void test_assigned_spi(void **state)
{
	struct test_vm vm;
	struct machine *m = machine_standard(2, &vm);

	(void)state;
	open_pe(m, 1);
	configure(m, &HOST, 0, spi(20), 1, 2);
	vgicv5_soft_set_spi(m->gic, 20, true);
	assert_int_equal(signals(m, 1, &HOST), VGICV5_SOFT_IRQ);
	run_vpe(m, 0, &vm, 0);
	configure(m, &GUEST, 0, spi(20), 0, 2);
	irs_wr(m, GICV5_IRS_SPI_SELR, 4, 20);
	irs_wr(m, GICV5_IRS_SPI_VMR, 8, GICV5_MASK(IRS_SPI_VMR_VIRT) | 1);
	assert_int_equal(irs_rd(m, GICV5_IRS_SPI_VMR, 8), GICV5_MASK(IRS_SPI_VMR_VIRT) | 1);
	assert_int_equal(signals(m, 1, &HOST), 0);
	assert_int_equal(ack(m, 1), 0);
	wr(m, 0, GICV5_GIC_CDRCFG, spi(20));
	assert_int_equal(rd(m, 0, GICV5_ICC_ICSR_EL1), 1);
	assert_false(look(m, 1, spi(20)).pending);
	vgicv5_soft_set_spi(m->gic, 20, false);
	vgicv5_soft_set_spi(m->gic, 20, true);
	assert_int_equal(ack_as(m, 0, &GUEST), spi(20));
	irs_wr(m, GICV5_IRS_SPI_CFGR, 4, 1); /* level, asserted */
	assert_true(look(m, 1, spi(20)).pending);
	irs_wr(m, GICV5_IRS_SPI_VMR, 8, 0);
	assert_int_equal(signals(m, 1, &HOST), VGICV5_SOFT_IRQ);
	assert_int_equal(m->violations, 0);
	machine_delete(m);
}

/* Where 1ofN is missing for VMs only. */
static void test_no_virtual_one_of_n(void **state)
{
	struct machine *m = machine_new(1);
	struct test_vm vm;

	(void)state;
	m->config.virt_one_n = false;
	m->config.vmd = false;
	machine_start(m);
	assert_int_equal(irs_rd(m, GICV5_IRS_IDR3, 4) & 0x1f, 0);
	standard(m, &vm);
	assert_int_equal(peek64(m, vm.vmd), 0); /* no descriptor, nobody touches it */
	run_vpe(m, 0, &vm, 0);
	wr_as(m, 0, &GUEST, GICV5_GIC_CDAFF, lpi(1) | GICV5_PUT(CDAFF_IAFFID, 1) | GICV5_MASK(CDAFF_IRM));
	assert_int_equal(look(m, 1, lpi(1)).iaffid, 0);
	wr(m, 0, GICV5_GIC_CDAFF, lpi(1) | GICV5_MASK(CDAFF_IRM));
	assert_true(look(m, VGICV5_SOFT_PHYSICAL, lpi(1)).irm);
	machine_delete(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_virtual_lpi),
		cmocka_unit_test(test_doorbell),
		cmocka_unit_test(test_residency),
		cmocka_unit_test(test_virtual_hppi),
		cmocka_unit_test(test_domains_of_instructions),
		cmocka_unit_test(test_doorbell_conditions),
		cmocka_unit_test(test_virtual_one_of_n),
		cmocka_unit_test(test_two_levels),
		cmocka_unit_test(test_unmap),
		cmocka_unit_test(test_vist_and_vmt_withdrawn),
		cmocka_unit_test(test_save),
		cmocka_unit_test(test_assigned_spi),
		cmocka_unit_test(test_no_virtual_one_of_n),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
