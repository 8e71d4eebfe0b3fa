/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief What the checker finds, the knobs, software errors, the non-coherent mode.
 */
#include "rule_machine.h"

static void expect(struct machine *m, const char *text)
{
	assert_int_equal(m->violations, 1);
	assert_non_null(strstr(m->text, text));
	m->violations = 0;
}

static struct machine *standard_machine(struct test_vm *vm)
{
	struct machine *m = machine_default(2);

	standard(m, vm);
	assert_int_equal(m->violations, 0);
	return m;
}

static void unmap(struct machine *m)
{
	irs_wr(m, GICV5_IRS_VMAP_VMR, 8, GICV5_MASK(IRS_VMAP_VMR_M) | GICV5_MASK(IRS_VMAP_VMR_U) | 1);
}

static void test_touched_vmte(void **state)
{
	struct test_vm vm;
	struct machine *m = standard_machine(&vm);

	(void)state;
	poke64(m, vm.vmte + 8, peek64(m, vm.vmte + 8) + 64);
	unmap(m);
	expect(m, "changed a valid L2_VMTE");
	assert_string_equal(m->rule, "R_DLKTX");
	machine_delete(m);
}

/* A dword whose IST is not valid is software's, even in a valid VMTE. */
static void test_untouched_vmte(void **state)
{
	struct machine *m = machine_default(1);
	struct test_vm vm;

	(void)state;
	map_vm(m, &vm, vm_table(m), 1, 1);
	poke64(m, vm.vmte + 24, 0x4321000);
	poke64(m, vm.vmte + 16, 0x1234000);
	map_vist(m, &vm, GICV5_TYPE_LPI, 6);
	map_vpe(m, &vm, 0);
	assert_int_equal(m->violations, 0);
	poke64(m, vm.vmte + 16, 0x1234000);
	map_vpe(m, &vm, 1);
	expect(m, "changed a valid L2_VMTE");
	machine_delete(m);
}

static void test_touched_vpete(void **state)
{
	struct test_vm vm;
	struct machine *m = standard_machine(&vm);

	(void)state;
	poke64(m, vm.vpet, 0);
	unmap(m);
	expect(m, "changed a valid VPETE");
	machine_delete(m);
}

static void test_touched_l1_vmte(void **state)
{
	struct machine *m = machine_default(1);
	uint64_t l1 = take(m, 64), l2 = take(m, GICV5_L2_VMT_SIZE);

	(void)state;
	irs_wr(m, GICV5_IRS_VMT_CFGR, 4, GICV5_MASK(IRS_VMT_CFGR_STRUCTURE) | 10);
	irs_wr(m, GICV5_IRS_VMT_BASER, 8, l1 | 1);
	irs_wr(m, GICV5_IRS_VMAP_VMR, 8, GICV5_MASK(IRS_VMAP_VMR_M) | 300);
	expect(m, "L2 VM table is not mapped");
	poke64(m, l1 + 16, l2);
	irs_wr(m, GICV5_IRS_VMAP_L2_VMTR, 8, GICV5_MASK(IRS_VMAP_L2_VMTR_M) | 300);
	assert_int_equal(m->violations, 0);
	vgicv5_soft_check_free(m->gic, l2 + 64, 64);
	expect(m, "still owns");
	poke64(m, l1 + 16, take(m, GICV5_L2_VMT_SIZE) | 1);
	irs_wr(m, GICV5_IRS_VMAP_VMR, 8, GICV5_MASK(IRS_VMAP_VMR_M) | 300);
	assert_true(m->violations > 0);
	assert_string_equal(m->rule, "R_DLKTX");
	machine_delete(m);
}

static void test_touched_descriptors(void **state)
{
	struct test_vm vm;
	struct machine *m = standard_machine(&vm);

	(void)state;
	poke64(m, vm.vmd, 0);
	unmap(m);
	expect(m, "written to a descriptor");
	poke64(m, vm.vmd + 8, 1);
	irs_wr(m, GICV5_IRS_VMAP_VMR, 8, GICV5_MASK(IRS_VMAP_VMR_M) | 1);
	expect(m, "descriptor is not zero");
	machine_delete(m);
}

static void test_touched_iste(void **state)
{
	struct machine *m = machine_default(1);
	uint64_t ist = linear_ist(m, 14);

	(void)state;
	wr(m, 0, GICV5_GIC_CDEN, lpi(3));
	poke32(m, ist + 12, 0);
	wr(m, 0, GICV5_GIC_CDRCFG, lpi(3));
	expect(m, "changed an ISTE");
	machine_delete(m);
}

static void test_touched_l1_iste(void **state)
{
	struct machine *m = machine_default(1);
	uint64_t l1 = take(m, 128), l2 = take(m, 4096);

	(void)state;
	irs_wr(m, GICV5_IRS_IST_CFGR, 4, GICV5_MASK(IRS_IST_CFGR_STRUCTURE) | 14);
	poke64(m, l1, l2 | 1); /* allowed before the table is valid */
	irs_wr(m, GICV5_IRS_IST_BASER, 8, l1 | 1);
	wr(m, 0, GICV5_GIC_CDEN, lpi(3));
	assert_int_equal(peek32(m, l2 + 12), 8);
	assert_int_equal(m->violations, 0);
	irs_wr(m, GICV5_IRS_MAP_L2_ISTR, 4, 3);
	expect(m, "valid already");
	poke64(m, l1, take(m, 4096) | 1);
	wr(m, 0, GICV5_GIC_CDEN, lpi(3));
	expect(m, "changed a valid L1 ISTE");
	machine_delete(m);
}

static void test_bad_images(void **state)
{
	struct machine *m = machine_default(1);
	uint64_t ist = take(m, 8u << 14);

	(void)state;
	open_pe(m, 0);
	open_irs(m);
	irs_wr(m, GICV5_IRS_IST_CFGR, 4, 1 << 7 | 14);
	poke32(m, ist + 8 * 5, 3 << 11 | 8 | 1);
	irs_wr(m, GICV5_IRS_IST_BASER, 8, ist | 1);
	expect(m, "Pending bits");
	assert_int_equal(ack(m, 0), lpi(5)); /* this model loses nothing */
	irs_wr(m, GICV5_IRS_IST_BASER, 8, 0);
	poke32(m, ist + 8 * 5, 1 << 9);
	irs_wr(m, GICV5_IRS_IST_BASER, 8, ist | 1);
	expect(m, "HWU");
	irs_wr(m, GICV5_IRS_IST_BASER, 8, 0);
	poke32(m, ist + 8 * 5, 0);
	poke32(m, ist + 8 * 6 + 4, 1);
	irs_wr(m, GICV5_IRS_IST_BASER, 8, ist | 1);
	expect(m, "metadata");
	irs_wr(m, GICV5_IRS_IST_BASER, 8, 0);
	poke32(m, ist + 8 * 6 + 4, 0);
	irs_wr(m, GICV5_IRS_IST_BASER, 8, (ist + 64) | 1);
	expect(m, "not aligned");
	machine_delete(m);
}

/* What cannot be done, is not done, and is reported as a software error. */
static void test_preconditions(void **state)
{
	struct machine *m = machine_default(1);
	struct test_vm vm;
	uint64_t vmt;
	uint64_t vist = GICV5_MASK(IRS_VMAP_VISTR_M) | GICV5_PUT(IRS_VMAP_VISTR_VM_ID, 1) |
			GICV5_PUT(IRS_VMAP_VISTR_TYPE, GICV5_TYPE_LPI);

	(void)state;
	irs_wr(m, GICV5_IRS_VMAP_VMR, 8, GICV5_MASK(IRS_VMAP_VMR_M) | 1); /* no VM table */
	expect(m, "does not have");
	assert_int_equal(irs_rd(m, GICV5_IRS_SWERR_STATUSR, 8) & 3, 3);
	irs_wr(m, GICV5_IRS_SWERR_STATUSR, 4, 1);
	assert_int_equal(irs_rd(m, GICV5_IRS_SWERR_STATUSR, 8), 0);
	vmt = vm_table(m);
	irs_wr(m, GICV5_IRS_VMAP_VMR, 8, GICV5_MASK(IRS_VMAP_VMR_M) | 32);
	expect(m, "does not have");
	irs_wr(m, GICV5_IRS_VMAP_VISTR, 8, vist);
	expect(m, "not valid");
	assert_int_equal(irs_rd(m, GICV5_IRS_SWERR_STATUSR, 8) & 0xf, 0xb); /* and one was lost */
	map_vm(m, &vm, vmt, 1, 1);
	irs_wr(m, GICV5_IRS_VMAP_VMR, 8, GICV5_MASK(IRS_VMAP_VMR_M) | 1);
	expect(m, "valid already");
	poke64(m, vmt + 64 + 8, GICV5_PUT(L2_VMTE1_VPE_ID_BITS, 16));
	irs_wr(m, GICV5_IRS_VMAP_VMR, 8, GICV5_MASK(IRS_VMAP_VMR_M) | 2);
	expect(m, "VPE_ID_BITS");
	assert_int_equal(peek64(m, vmt + 64) & 1, 0);
	irs_wr(m, GICV5_IRS_VMAP_VPER, 8,
	       GICV5_MASK(IRS_VMAP_VPER_M) | GICV5_PUT(IRS_VMAP_VPER_VM_ID, 1) | 2);
	expect(m, "does not exist");
	poke64(m, vmt + 32 + 16, GICV5_PUT(L2_VMTE_IST_ID_BITS, 25));
	irs_wr(m, GICV5_IRS_VMAP_VISTR, 8, vist);
	expect(m, "does not support");
	assert_int_equal(peek64(m, vmt + 32 + 16) & 1, 0);
	irs_wr(m, GICV5_IRS_VMAP_L2_VMTR, 8, GICV5_MASK(IRS_VMAP_L2_VMTR_M) | 1);
	expect(m, "linear VM table");
	irs_wr(m, GICV5_IRS_MAP_L2_ISTR, 4, 1);
	expect(m, "where there is none");
	irs_wr(m, GICV5_IRS_SAVE_VMR, 8, GICV5_MASK(IRS_SAVE_VMR_S) | 7);
	expect(m, "not valid");
	irs_wr(m, GICV5_IRS_VMAP_VMR, 8, GICV5_MASK(IRS_VMAP_VMR_M) | GICV5_MASK(IRS_VMAP_VMR_U) | 9);
	expect(m, "not valid");
	irs_wr(m, GICV5_IRS_VMT_CFGR, 4, 4);
	expect(m, "while the VM table is valid");
	irs_wr(m, GICV5_IRS_VMT_BASER, 8, vmt | 1);
	expect(m, "while it is valid");
	machine_delete(m);
}

/* Tables where there is no memory: software errors with the address, and unreachable interrupts. */
static void test_no_memory_there(void **state)
{
	struct machine *m = machine_default(1);
	uint64_t far = (uint64_t)1 << 47;

	(void)state;
	irs_wr(m, GICV5_IRS_IST_CFGR, 4, 14);
	irs_wr(m, GICV5_IRS_IST_BASER, 8, far | 1);
	assert_int_equal(irs_rd(m, GICV5_IRS_SWERR_STATUSR, 8), 2 << 16 | 7);
	assert_int_equal(irs_rd(m, GICV5_IRS_SWERR_SYNDROMER0, 8), (uint64_t)GICV5_TYPE_LPI << 60);
	assert_int_equal(irs_rd(m, GICV5_IRS_SWERR_SYNDROMER1, 8), far);
	wr(m, 0, GICV5_GIC_CDEN, lpi(3));
	wr(m, 0, GICV5_GIC_CDRCFG, lpi(3));
	assert_int_equal(rd(m, 0, GICV5_ICC_ICSR_EL1), 1);
	irs_wr(m, GICV5_IRS_IST_BASER, 8, 0);
	irs_wr(m, GICV5_IRS_SWERR_STATUSR, 8, 9);
	irs_wr(m, GICV5_IRS_IST_CFGR, 4, GICV5_MASK(IRS_IST_CFGR_STRUCTURE) | 14);
	irs_wr(m, GICV5_IRS_IST_BASER, 8, far | 1);
	assert_int_equal(GICV5_GET(IRS_SWERR_STATUSR_EC, irs_rd(m, GICV5_IRS_SWERR_STATUSR, 8)), 1);
	irs_wr(m, GICV5_IRS_VMT_CFGR, 4, 5);
	irs_wr(m, GICV5_IRS_VMT_BASER, 8, ((uint64_t)1 << 50) | 1);
	irs_wr(m, GICV5_IRS_VMAP_VMR, 8, GICV5_MASK(IRS_VMAP_VMR_M) | 1);
	wr(m, 0, GICV5_ICH_CONTEXTR_EL2, GICV5_MASK(ICH_CONTEXTR_EL2_V) | 1);
	assert_true(rd(m, 0, GICV5_ICH_CONTEXTR_EL2) & GICV5_MASK(ICH_CONTEXTR_EL2_F));
	machine_delete(m);
}

static bool read_zero(void *ctx, uint64_t pa, void *to, size_t bytes)
{
	(void)ctx;
	(void)pa;
	memset(to, 0, bytes);
	return true;
}

/* Beyond IRS_IDR0.PA_RANGE there is nothing, whatever memory would say. */
static void test_physical_address_range(void **state)
{
	struct machine *m = machine_new(1);

	(void)state;
	m->config.pa_range = 1; /* 36 bits */
	m->ops.mem_read = read_zero;
	machine_start(m);
	irs_wr(m, GICV5_IRS_IST_CFGR, 4, 14);
	irs_wr(m, GICV5_IRS_IST_BASER, 8, (uint64_t)15 << 32 | 1);
	assert_int_equal(irs_rd(m, GICV5_IRS_SWERR_STATUSR, 8), 0);
	irs_wr(m, GICV5_IRS_IST_BASER, 8, 0);
	irs_wr(m, GICV5_IRS_IST_BASER, 8, (uint64_t)16 << 32 | 1);
	assert_int_equal(irs_rd(m, GICV5_IRS_SWERR_STATUSR, 8) & 1, 1);
	wr(m, 0, GICV5_GIC_CDRCFG, lpi(3));
	assert_int_equal(rd(m, 0, GICV5_ICC_ICSR_EL1), 1);
	machine_delete(m);
}

static void owned(struct machine *m, uint64_t pa, bool is_owned)
{
	vgicv5_soft_check_free(m->gic, pa, 8);
	assert_int_equal(m->violations, is_owned);
	m->violations = 0;
}

static void test_check_free(void **state)
{
	struct test_vm vm;
	struct machine *m = standard_machine(&vm);
	uint64_t vped = peek64(m, vm.vpet) & ~(uint64_t)1;
	uint64_t free_page = take(m, 4096);

	(void)state;
	owned(m, free_page, false);
	owned(m, vm.vmte, true);
	owned(m, vm.vmd, true);
	owned(m, vm.vmd + 56, true);
	owned(m, vm.vmd + 64, vm.vmd + 64 == vm.vpet);
	owned(m, vm.vpet, true);
	owned(m, vped, true);
	owned(m, vm.lpis + 252, true);
	owned(m, vm.spis, true);
	owned(m, irs_rd(m, GICV5_IRS_IST_BASER, 8) & ~(uint64_t)1, true);
	unmap(m);
	assert_int_equal(m->violations, 0);
	owned(m, vm.vmd, false);
	owned(m, vped, false);
	owned(m, vm.lpis, false);
	owned(m, vm.vmte, true); /* the VM table is still there */
	vgicv5_soft_check_free(m->gic, 0, ~(uint64_t)0);
	assert_int_equal(m->violations, 1);
	m->violations = 0;
	/* A command that may still be at work owns whatever it leads to, and nothing else. */
	vgicv5_soft_arm_fault(m->gic, VGICV5_SOFT_FAULT_STALL, 1);
	irs_wr(m, GICV5_IRS_VMAP_VMR, 8, GICV5_MASK(IRS_VMAP_VMR_M) | 1);
	owned(m, vm.vmd, true);
	owned(m, vm.vpet, true);
	owned(m, vped, true);
	owned(m, vm.lpis + 252, true);
	owned(m, vm.spis + 124, true);
	owned(m, free_page, false);
	poke64(m, vm.vmte + 8, peek64(m, vm.vmte + 8) | GICV5_PUT(L2_VMTE1_VPE_ID_BITS, 31)); /* refused */
	owned(m, free_page, false);
	machine_delete(m);
}

static void test_shared_doorbell(void **state)
{
	struct test_vm vm;
	struct machine *m = standard_machine(&vm);
	uint64_t dbr = GICV5_MASK(IRS_VPE_DBR_DBV) | 100;
	uint64_t select = GICV5_MASK(IRS_VPE_SELR_S) | 1;

	(void)state;
	irs_wr(m, GICV5_IRS_VPE_SELR, 8, select);
	irs_wr(m, GICV5_IRS_VPE_DBR, 8, dbr);
	irs_wr(m, GICV5_IRS_VPE_DBR, 8, dbr);
	assert_int_equal(m->violations, 0);
	irs_wr(m, GICV5_IRS_VPE_SELR, 8, select | GICV5_PUT(IRS_VPE_SELR_VPE_ID, 1));
	irs_wr(m, GICV5_IRS_VPE_DBR, 8, dbr);
	expect(m, "same doorbell");
	assert_string_equal(m->rule, "R_DHHRM");
	irs_wr(m, GICV5_IRS_VPE_DBR, 8, 0);
	irs_wr(m, GICV5_IRS_VPE_DBR, 8, dbr + 1);
	assert_int_equal(m->violations, 0);
	machine_delete(m);
}

/* Reading results of indirect writes needs a context synchronization, once the embedder reports them. */
static void test_context_sync(void **state)
{
	struct machine *m = machine_default(1);

	(void)state;
	wr(m, 0, GICV5_GIC_CDRCFG, spi(1));
	(void)rd(m, 0, GICV5_ICC_ICSR_EL1);
	assert_int_equal(m->violations, 0);
	vgicv5_soft_context_sync(m->gic, 0);
	wr(m, 0, GICV5_GIC_CDRCFG, spi(1));
	vgicv5_soft_context_sync(m->gic, 0);
	(void)rd(m, 0, GICV5_ICC_ICSR_EL1);
	assert_int_equal(m->violations, 0);
	wr(m, 0, GICV5_GIC_CDRCFG, spi(1));
	(void)rd(m, 0, GICV5_ICC_ICSR_EL1);
	expect(m, "without an ISB");
	wr(m, 0, GICV5_ICH_CONTEXTR_EL2, GICV5_MASK(ICH_CONTEXTR_EL2_V));
	(void)rd(m, 0, GICV5_ICH_CONTEXTR_EL2);
	expect(m, "without an ISB");
	machine_delete(m);
}

static void test_delay(void **state)
{
	struct machine *m = machine_default(1);

	(void)state;
	vgicv5_soft_set_delay(m->gic, 2);
	open_irs(m);
	irs_wr(m, GICV5_IRS_SPI_SELR, 4, 9); /* another group */
	assert_int_equal(irs_rd(m, GICV5_IRS_CR0, 4), 0);
	irs_wr(m, GICV5_IRS_CR0, 4, 0); /* ignored: busy */
	expect(m, "does not report IDLE");
	assert_int_equal(irs_rd(m, GICV5_IRS_CR0, 4), 0);
	assert_int_equal(irs_rd(m, GICV5_IRS_CR0, 4), 3);
	assert_int_equal(irs_rd(m, GICV5_IRS_SPI_SELR, 4), 0);
	assert_int_equal(irs_rd(m, GICV5_IRS_SPI_STATUSR, 4) & 1, 0);
	assert_int_equal(irs_rd(m, GICV5_IRS_SPI_STATUSR, 4) & 1, 0);
	assert_int_equal(irs_rd(m, GICV5_IRS_SPI_STATUSR, 4), 3);
	assert_int_equal(irs_rd(m, GICV5_IRS_SPI_SELR, 4), 9);
	assert_int_equal(m->violations, 0);
	machine_delete(m);
}

static bool irsen(struct machine *m)
{
	return irs_rd(m, GICV5_IRS_CR0, 4) & 1;
}

static bool idle(struct machine *m)
{
	return irs_rd(m, GICV5_IRS_CR0, 4) >> 1 & 1;
}

static void test_faults(void **state)
{
	struct test_vm vm;
	struct machine *m = machine_default(1);

	(void)state;
	vgicv5_soft_arm_fault(m->gic, VGICV5_SOFT_FAULT_DROP, 2);
	open_irs(m);
	assert_true(irsen(m));
	irs_wr(m, GICV5_IRS_CR0, 4, 0);
	assert_true(irsen(m) && idle(m));
	irs_wr(m, GICV5_IRS_CR0, 4, 0);
	assert_false(irsen(m));
	vgicv5_soft_arm_fault(m->gic, VGICV5_SOFT_FAULT_STALL, 1);
	open_irs(m);
	assert_false(irsen(m) || idle(m));
	irs_wr(m, GICV5_IRS_PE_SELR, 4, 0); /* other groups go on */
	assert_int_equal(irs_rd(m, GICV5_IRS_PE_STATUSR, 4), 7);
	vgicv5_soft_arm_fault(m->gic, VGICV5_SOFT_FAULT_NONE, 0);
	assert_true(idle(m));
	vgicv5_soft_arm_fault(m->gic, VGICV5_SOFT_FAULT_LATE, 1);
	open_irs(m);
	assert_true(irsen(m));
	assert_false(idle(m));
	vgicv5_soft_arm_fault(m->gic, VGICV5_SOFT_FAULT_NONE, 0);
	standard(m, &vm);
	vgicv5_soft_arm_fault(m->gic, VGICV5_SOFT_FAULT_RESIDENCY, 2);
	wr(m, 0, GICV5_ICH_CONTEXTR_EL2, context(&vm, 0));
	assert_int_equal(rd(m, 0, GICV5_ICH_CONTEXTR_EL2), context(&vm, 0));
	wr(m, 0, GICV5_ICH_CONTEXTR_EL2, context(&vm, 0));
	assert_true(rd(m, 0, GICV5_ICH_CONTEXTR_EL2) & GICV5_MASK(ICH_CONTEXTR_EL2_F));
	wr(m, 0, GICV5_ICH_CONTEXTR_EL2, context(&vm, 0));
	assert_int_equal(rd(m, 0, GICV5_ICH_CONTEXTR_EL2), context(&vm, 0));
	machine_delete(m);
}

/* Without coherence the IRS sees memory as of its last maintenance, and software sees the IRS's writes after it. */
static void test_non_coherent(void **state)
{
	struct machine *m = machine_new(1);
	uint64_t l1, l2;

	(void)state;
	m->config.coherent = false;
	machine_start(m);
	l1 = take(m, 128);
	l2 = take(m, 4096);
	vgicv5_soft_cache_maintained(m->gic, l1, 128);
	irs_wr(m, GICV5_IRS_IST_CFGR, 4, GICV5_MASK(IRS_IST_CFGR_STRUCTURE) | 14);
	irs_wr(m, GICV5_IRS_IST_BASER, 8, l1 | 1);
	assert_int_equal(m->violations, 0);
	poke64(m, l1, l2);
	vgicv5_soft_cache_maintained(m->gic, l1, 8);
	vgicv5_soft_cache_maintained(m->gic, l2, 4096);
	irs_wr(m, GICV5_IRS_MAP_L2_ISTR, 4, 0);
	assert_int_equal(peek64(m, l1), l2); /* not seen before invalidation */
	vgicv5_soft_cache_maintained(m->gic, l1, 8);
	assert_int_equal(peek64(m, l1), l2 | 1);
	wr(m, 0, GICV5_GIC_CDEN, lpi(5));
	assert_int_equal(peek32(m, l2 + 20), 0);
	irs_wr(m, GICV5_IRS_IST_BASER, 8, 0);
	vgicv5_soft_cache_maintained(m->gic, l2, 4096);
	assert_int_equal(peek32(m, l2 + 20), 8);
	assert_int_equal(m->violations, 0);
	/* What was not cleaned is not seen. */
	poke64(m, l1, 0);
	irs_wr(m, GICV5_IRS_IST_BASER, 8, l1 | 1);
	wr(m, 0, GICV5_GIC_CDRCFG, lpi(5));
	assert_int_equal(rd(m, 0, GICV5_ICC_ICSR_EL1), 2);
	/* A dirty line that is written back over what the IRS has written. */
	wr(m, 0, GICV5_GIC_CDEN, lpi(6));
	poke32(m, l2, 1);
	m->violations = 0;
	vgicv5_soft_cache_maintained(m->gic, l2, 64);
	expect(m, "overwrites");
	machine_delete(m);
}

static void test_never_cleaned(void **state)
{
	struct machine *m = machine_new(1);
	uint64_t vmt;

	(void)state;
	m->config.coherent = false;
	machine_start(m);
	vmt = take(m, 1024);
	irs_wr(m, GICV5_IRS_VMT_CFGR, 4, 5);
	irs_wr(m, GICV5_IRS_VMT_BASER, 8, vmt | 1);
	irs_wr(m, GICV5_IRS_VMAP_VMR, 8, GICV5_MASK(IRS_VMAP_VMR_M) | 1);
	assert_true(m->violations > 0);
	wr(m, 0, GICV5_ICH_CONTEXTR_EL2, GICV5_MASK(ICH_CONTEXTR_EL2_V) | 1);
	assert_true(rd(m, 0, GICV5_ICH_CONTEXTR_EL2) & GICV5_MASK(ICH_CONTEXTR_EL2_F));
	machine_delete(m);
}

/* The same VM life as elsewhere, with all the maintenance that it takes: no complaint. */
static void test_non_coherent_vm(void **state)
{
	struct machine *m = machine_new(1);
	struct test_vm vm;

	(void)state;
	m->config.coherent = false;
	machine_start(m);
	m->print = true;
	vgicv5_soft_cache_maintained(m->gic, MEMORY_BASE, 1 << 20);
	open_irs(m);
	vm.vmte = vm_table(m) + 32;
	vm.id = 1;
	vm.vpet = take(m, 64);
	poke64(m, vm.vmte, take(m, 64));
	poke64(m, vm.vmte + 8, vm.vpet | GICV5_PUT(L2_VMTE1_VPE_ID_BITS, 1));
	vgicv5_soft_cache_maintained(m->gic, vm.vmte, 32);
	irs_wr(m, GICV5_IRS_VMAP_VMR, 8, GICV5_MASK(IRS_VMAP_VMR_M) | 1);
	vgicv5_soft_cache_maintained(m->gic, vm.vmte, 32);
	assert_int_equal(peek64(m, vm.vmte) & 1, 1);
	poke64(m, vm.vpet, take(m, 64));
	vgicv5_soft_cache_maintained(m->gic, vm.vpet, 8);
	irs_wr(m, GICV5_IRS_VMAP_VPER, 8, GICV5_MASK(IRS_VMAP_VPER_M) | GICV5_PUT(IRS_VMAP_VPER_VM_ID, 1));
	wr(m, 0, GICV5_ICH_CONTEXTR_EL2, context(&vm, 0));
	assert_int_equal(rd(m, 0, GICV5_ICH_CONTEXTR_EL2), context(&vm, 0));
	wr(m, 0, GICV5_ICH_CONTEXTR_EL2, 0);
	unmap(m);
	assert_int_equal(m->violations, 0);
	machine_delete(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_touched_vmte),
		cmocka_unit_test(test_untouched_vmte),
		cmocka_unit_test(test_touched_vpete),
		cmocka_unit_test(test_touched_l1_vmte),
		cmocka_unit_test(test_touched_descriptors),
		cmocka_unit_test(test_touched_iste),
		cmocka_unit_test(test_touched_l1_iste),
		cmocka_unit_test(test_bad_images),
		cmocka_unit_test(test_preconditions),
		cmocka_unit_test(test_no_memory_there),
		cmocka_unit_test(test_check_free),
		cmocka_unit_test(test_physical_address_range),
		cmocka_unit_test(test_shared_doorbell),
		cmocka_unit_test(test_context_sync),
		cmocka_unit_test(test_delay),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_non_coherent),
		cmocka_unit_test(test_never_cleaned),
		cmocka_unit_test(test_non_coherent_vm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
