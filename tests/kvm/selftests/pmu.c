/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The PMU's PPI: a counter that overflows interrupts its vCPU, awake or about to sleep; a level, it goes with its cause.
 */
#include "guest.h"
#include "host.h"

#define ROUNDS 20u
#define CYCLES BIT(31) /* in registers with a bit for each counter: that of PMCCNTR_EL0 */
#define PMCR_E BIT(0)
#define PMCR_LC BIT(6) /* it overflows at 64 bits */

/* ---- Guest ---- */

static void count_up(void)
{
	write_sysreg(-10000ul, pmccntr_el0);
	write_sysreg(CYCLES, pmovsclr_el0);
	write_sysreg(CYCLES, pmcntenset_el0);
	write_sysreg(CYCLES, pmintenset_el1);
	write_sysreg(PMCR_E | PMCR_LC, pmcr_el0);
	isb();
}

/* Active, but not yet deactivated: then it must not be there again. */
static void stop(uint32_t intid)
{
	GUEST_ASSERT_EQ(intid, PPI(GICV5_PPI_PMU));
	GUEST_ASSERT(read_sysreg(pmovsset_el0) & CYCLES);
	write_sysreg(0, pmcr_el0);
	write_sysreg(CYCLES, pmovsclr_el0);
	isb();
}

static void guest(void)
{
	volatile uint32_t *count = &taken[guest_get_vcpuid()].ppi[GICV5_PPI_PMU];
	uint32_t i;

	guest_cpu_open();
	guest_ppi_enable(GICV5_PPI_PMU);
	for (i = 1; i <= ROUNDS; i++) {
		count_up();
		/* Taken while it counts, or, every second time, out of a WFI that finds it pending. */
		if (i & 1) {
			local_irq_enable();
			while (*count < i)
				cpu_relax();
			local_irq_disable();
		} else {
			while (!(read_sysreg(pmovsset_el0) & CYCLES))
				cpu_relax();
			guest_sleep_until(count, i);
		}
		GUEST_ASSERT_EQ(*count, i);
		GUEST_ASSERT_EQ(vgicv5_read_ICC_PPI_SPENDR0_EL1() & BIT_ULL(GICV5_PPI_PMU), 0);
	}
	GUEST_DONE();
}

/* ---- Host ---- */

static void vcpu_attr(struct kvm_vcpu *vcpu, uint64_t attribute)
{
	struct kvm_device_attr attr = {.group = KVM_ARM_VCPU_PMU_V3_CTRL, .attr = attribute};

	vcpu_ioctl(vcpu, KVM_SET_DEVICE_ATTR, &attr);
}

int main(void)
{
	struct kvm_vcpu_init init;
	struct machine m;
	unsigned int i;

	test_disable_default_vgic();
	machine_bare(&m, 0, NULL);
	m.vcpus = 2;
	kvm_get_default_vcpu_target(m.vm, &init);
	init.features[0] |= BIT(KVM_ARM_VCPU_PMU_V3);
	for (i = 0; i < m.vcpus; i++)
		m.vcpu[i] = aarch64_vcpu_add(m.vm, i, &init, guest);
	machine_init(&m, 0);
	*SHARED(&m, guest_hook) = stop;
	/* Its PPI is the architecture's; KVM has to know no other. */
	for (i = 0; i < m.vcpus; i++)
		vcpu_attr(m.vcpu[i], KVM_ARM_VCPU_PMU_V3_INIT);
	machine_start(&m);
	machine_join(&m);
	machine_free(&m);
	printf("pmu: passed\n");
	return 0;
}
