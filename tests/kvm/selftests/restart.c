/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A vCPU that is reset, by another's PSCI CPU_ON or by KVM_ARM_VCPU_INIT, finds its CPU interface as after a cold reset,
 * and interrupts that were not its own as they were.
 */
#include <linux/psci.h>

#include "guest.h"
#include "host.h"

enum { ASK_RAISE = 1, READY };

/* Of the second vCPU; another part of the program is entered after the reset. */
static volatile uint32_t was_reset;

/* ---- Guest ---- */

/* Everything that a reset must take back: masks, PPIs, one interrupt active and another edge of it pending. */
static void guest_dirty(void)
{
	uint64_t ia;

	guest_cpu_open();
	guest_ppi_enable(GICV5_PPI_SW);
	guest_ppi_enable(GICV5_PPI_CNTV);
	vgicv5_write_ICC_PPI_PRIORITYR3_EL1(0x0102030405060708);
	GUEST_SYNC(ASK_RAISE);
	ia = vgicv5_gicr_CDIA();
	vgicv5_gsb_ACK();
	GUEST_ASSERT_EQ(GICV5_GET(CDIA_VALID, ia), 1);
	GUEST_ASSERT_EQ(vgicv5_read_ICC_APR_EL1(), BIT_ULL(GUEST_PRIORITY));
	GUEST_ASSERT_EQ(vgicv5_read_ICC_PPI_SACTIVER0_EL1(), BIT_ULL(GICV5_PPI_SW));
	GUEST_SYNC(ASK_RAISE);
	GUEST_ASSERT_EQ(vgicv5_read_ICC_PPI_SPENDR0_EL1(), BIT_ULL(GICV5_PPI_SW));
	vgicv5_gic_CDRCFG(LPI(1));
	vgicv5_isb();
	GUEST_ASSERT(vgicv5_read_ICC_ICSR_EL1() & GICV5_MASK(ICC_ICSR_EL1_ENABLED));
	GUEST_SYNC(READY);
	GUEST_FAIL("the vCPU was not reset");
}

static void guest_look(void)
{
	GUEST_ASSERT_EQ(vgicv5_read_ICC_PCR_EL1(), 0);
	GUEST_ASSERT_EQ(vgicv5_read_ICC_CR0_EL1() & GICV5_MASK(ICC_CR0_EL1_EN), 0);
	GUEST_ASSERT_EQ(vgicv5_read_ICC_APR_EL1(), 0);
	GUEST_ASSERT_EQ(vgicv5_read_ICC_ICSR_EL1(), 0);
	GUEST_ASSERT_EQ(vgicv5_read_ICC_PPI_ENABLER0_EL1(), 0);
	GUEST_ASSERT_EQ(vgicv5_read_ICC_PPI_SACTIVER0_EL1(), 0);
	GUEST_ASSERT_EQ(vgicv5_read_ICC_PPI_SPENDR0_EL1(), 0);
	GUEST_ASSERT_EQ(vgicv5_read_ICC_PPI_PRIORITYR0_EL1(), 0);
	GUEST_ASSERT_EQ(vgicv5_read_ICC_PPI_PRIORITYR3_EL1(), 0);
}

/* PPIs work again; the LPI still has its priority, affinity and enable. */
static void guest_again(void)
{
	guest_cpu_open();
	guest_ppi_enable(GICV5_PPI_SW);
	GUEST_SYNC(ASK_RAISE);
	guest_sleep_until(&taken[1].ppi[GICV5_PPI_SW], 1);
	guest_pend(LPI(1));
	guest_sleep_until(&taken[1].lpi[1], 1);
	GUEST_ASSERT_EQ(taken[1].ppi[GICV5_PPI_SW], 1);
	GUEST_DONE();
}

static void guest_second(void)
{
	if (!was_reset)
		guest_dirty();
	guest_look();
	guest_again();
}

static uint64_t cpu_on(uint64_t target)
{
	struct arm_smccc_res res;

	/* Where it begins is changed by the host, as the MMU is off there. */
	do_smccc(PSCI_0_2_FN64_CPU_ON, target, 0x1000, 0, 0, 0, 0, 0, &res);
	return res.a0;
}

static void guest_first(void)
{
	guest_cpu_open();
	guest_ppi_enable(GICV5_PPI_SW);
	irs_enable();
	guest_lpis((uint32_t)GICV5_GET(IRS_IDR2_MIN_LPI_ID_BITS, irs_read(GICV5_IRS_IDR2)), 0x80000);
	guest_lpi(1, 1);
	GUEST_SYNC(READY);
	GUEST_ASSERT_EQ(cpu_on(1), PSCI_RET_SUCCESS);
	/* This one was not meant. */
	GUEST_ASSERT_EQ(vgicv5_read_ICC_PCR_EL1(), GICV5_MASK(ICC_PCR_EL1_PRIORITY));
	GUEST_ASSERT_EQ(vgicv5_read_ICC_PPI_ENABLER0_EL1(), BIT_ULL(GICV5_PPI_SW));
	GUEST_DONE();
}

/* ---- Host ---- */

/* What a guest of the selftests' library needs to run, and a reset takes away. */
static const uint64_t kept[] = {
	KVM_ARM64_SYS_REG(SYS_SCTLR_EL1), KVM_ARM64_SYS_REG(SYS_CPACR_EL1), KVM_ARM64_SYS_REG(SYS_TCR_EL1),
	KVM_ARM64_SYS_REG(SYS_MAIR_EL1),  KVM_ARM64_SYS_REG(SYS_TTBR0_EL1), KVM_ARM64_SYS_REG(SYS_TPIDR_EL1),
	KVM_ARM64_SYS_REG(SYS_VBAR_EL1),  ARM64_CORE_REG(sp_el1),
};

static void make(struct machine *m)
{
	struct kvm_vcpu_init init;

	machine_bare(m, 0, NULL);
	m->vcpus = 2;
	kvm_get_default_vcpu_target(m->vm, &init);
	init.features[0] |= BIT(KVM_ARM_VCPU_PSCI_0_2);
	m->vcpu[0] = aarch64_vcpu_add(m->vm, 0, &init, guest_first);
	m->vcpu[1] = aarch64_vcpu_add(m->vm, 1, &init, guest_second);
	machine_init(m, 0);
}

static void raise_when_asked(struct machine *m)
{
	EXPECT((int)machine_sync(m, 1), ASK_RAISE);
	sw_ppi_line(m, 1, true);
}

/* The second vCPU's pending exit is completed, and it is at the beginning of its code again. */
static void reset_with(struct machine *m, void (*how)(struct machine *))
{
	struct kvm_vcpu *vcpu = m->vcpu[1];
	uint64_t values[ARRAY_SIZE(kept)];
	unsigned int i;

	vcpu_run_complete_io(vcpu);
	for (i = 0; i < ARRAY_SIZE(kept); i++)
		values[i] = vcpu_get_reg(vcpu, kept[i]);
	how(m);
	TEST_ASSERT(!(vcpu_get_reg(vcpu, kept[0]) & SCTLR_ELx_M), "the vCPU was not reset");
	for (i = 0; i < ARRAY_SIZE(kept); i++)
		vcpu_set_reg(vcpu, kept[i], values[i]);
	vcpu_set_reg(vcpu, ARM64_CORE_REG(regs.pc), (uint64_t)(uintptr_t)guest_second);
}

static void by_psci(struct machine *m)
{
	struct kvm_mp_state off = {.mp_state = KVM_MP_STATE_STOPPED};

	vcpu_mp_state_set(m->vcpu[1], &off);
	EXPECT((int)machine_sync(m, 0), 0);
}

static void by_init(struct machine *m)
{
	vcpu_ioctl(m->vcpu[1], KVM_ARM_VCPU_INIT, &m->vcpu[1]->init);
}

static void check(void (*how)(struct machine *))
{
	struct machine m;

	make(&m);
	EXPECT((int)machine_sync(&m, 0), READY);
	raise_when_asked(&m);
	raise_when_asked(&m);
	EXPECT((int)machine_sync(&m, 1), READY);
	reset_with(&m, how);
	*SHARED(&m, was_reset) = 1;
	raise_when_asked(&m);
	EXPECT((int)machine_sync(&m, 1), 0);
	machine_free(&m);
}

int main(void)
{
	test_disable_default_vgic();
	printf("restart: by PSCI\n");
	check(by_psci);
	printf("restart: by KVM_ARM_VCPU_INIT\n");
	check(by_init);
	printf("restart: all passed\n");
	return 0;
}
