/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief A physical CPU. TPIDR_EL2 holds its address.
 */
#ifndef SHELL_CPU_H
#define SHELL_CPU_H

#include <vgicv5/vcpu.h>

#include "../arch/layout.h"
#include "../arch/sysreg.h"
#include "../shell.h"

struct shell_cpu {
	uint64_t stack_top; /* CPU_STACK_TOP */
	unsigned int index;
	uint16_t iaffid;
	uint32_t running_lpi;
	struct vgicv5_pcpu gic;
	struct shell_vcpu *current;  /* loaded here */
	struct shell_vcpu *sleepers; /* blocked until a time; under the scheduler's lock */
	uint64_t slice_end;
	bool grace; /* the slice has been made longer */
	uint64_t online;
	uint64_t idle;	    /* waits for work; under the scheduler's lock */
	uint64_t resched;   /* leave the current vCPU */
	uint64_t timer_set; /* what CNTHP_CVAL holds; all ones: off */
	shell_job_fn job;   /* to be run when no vCPU is loaded here; NULL: none */
	void *job_ctx;
};

extern struct shell_cpu shell_cpus[SHELL_MAX_CPUS];

static inline struct shell_cpu *this_cpu(void)
{
	uint64_t cpu;

	__asm__("mrs %0, tpidr_el2" : "=r"(cpu));
	return (struct shell_cpu *)(uintptr_t)cpu;
}

/** Starts all CPUs but the calling one, and waits for them. */
void cpus_start(uint64_t image_pa);

/** What every CPU sets up for itself. */
void cpu_setup(struct shell_cpu *cpu);

#endif
