// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "cpu.h"

#include "../lib/region.h"
#include "../machine/machine.h"
#include "gic.h"
#include "psci_host.h"
#include "sched.h"
#include "timer.h"

#define STACK_BYTES 32768
#define CPTR_NO_TRAPS_BUT_SVE 0x33ffu
#define CNTHCTL_GUEST_ACCESS 3u
#define MDCR_TRAPS (BIT(11) | BIT(10) | BIT(9) | BIT(6) | BIT(5))
#define MDCR_HPMN 0x1fu

struct shell_cpu shell_cpus[SHELL_MAX_CPUS];

extern char image_start[], secondary_start[], el2_vectors[];

unsigned int shell_this_cpu(void)
{
	return this_cpu()->index;
}

struct vgicv5_pcpu *shell_this_pcpu(void)
{
	return &this_cpu()->gic;
}

void cpu_setup(struct shell_cpu *cpu)
{
	WRITE_SYSREG(tpidr_el2, (uintptr_t)cpu);
	WRITE_SYSREG(vbar_el2, (uintptr_t)el2_vectors);
	/* Interrupts come to EL2 also while no guest runs: WFI wakes up. */
	WRITE_SYSREG(hcr_el2, HCR_RW | HCR_IMO | HCR_FMO | HCR_AMO);
	WRITE_SYSREG(cptr_el2, CPTR_NO_TRAPS_BUT_SVE);
	WRITE_SYSREG(hstr_el2, 0);
	WRITE_SYSREG(cnthctl_el2, CNTHCTL_GUEST_ACCESS);
	WRITE_SYSREG(mdcr_el2, MDCR_TRAPS | (READ_SYSREG(mdcr_el2) & MDCR_HPMN));
	WRITE_SYSREG(vpidr_el2, READ_SYSREG(midr_el1));
	WRITE_SYSREG(cntv_ctl_el0, 0);
	WRITE_SYSREG(cntp_ctl_el0, 0);
	cpu->timer_set = 0;
	timer_set(TIMER_NEVER);
	isb();
}

void secondary_main(struct shell_cpu *cpu);
void secondary_main(struct shell_cpu *cpu)
{
	cpu_setup(cpu);
	machine_cpu_init();
	gic_cpu_init();
	vgicv5_pcpu_init(&shell_host, &cpu->gic);
	__atomic_store_n(&cpu->online, 1, __ATOMIC_SEQ_CST);
	sched_loop();
}

/* Only ends a wait for ever: a CPU that is emulated on a busy machine may be long in coming. */
#define START_US 60000000u

static bool start_cpu(struct shell_cpu *cpu, uint64_t image_pa)
{
	void *stack = shell_alloc(STACK_BYTES, 4096);
	uint64_t end = shell_clock_us() + START_US;
	uint64_t pa = (uint64_t)((char *)cpu - image_start) + image_pa;
	uint64_t entry = (uint64_t)(secondary_start - image_start) + image_pa;

	if (!stack)
		return false;
	cpu->stack_top = (uintptr_t)stack + STACK_BYTES;
	/* The CPU reads it with its caches off. */
	vgicv5_cache_maintain(cpu, sizeof(*cpu));
	if (psci_cpu_on(shell_boot.mpidr[cpu->index], entry, pa))
		return false;
	while (!__atomic_load_n(&cpu->online, __ATOMIC_ACQUIRE))
		if (shell_clock_us() > end)
			return false;
	return true;
}

void cpus_start(uint64_t image_pa)
{
	unsigned int i;

	for (i = 1; i < shell_boot.cpu_count; i++)
		if (!start_cpu(&shell_cpus[i], image_pa))
			shell_panic("CPU %u does not start", i);
}
