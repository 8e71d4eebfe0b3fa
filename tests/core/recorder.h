/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A machine of registers that hold what is written, and nothing else: it records the order of accesses, and can
 * refuse residency. Two PEs, one host, two VMs of two vCPUs, started without an IRS.
 */
#ifndef TESTS_CORE_RECORDER_H
#define TESTS_CORE_RECORDER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <vgicv5/arch/intid.h>
#include <vgicv5/hyp.h>
#include <vgicv5/port.h>
#include <vgicv5_host_port.h>

#define PES 2
#define VMS 2
#define VPES 2
#define SPIS 96

struct access {
	unsigned int encoding; /* 0: ISB */
	bool read;
	uint64_t value;
	uint64_t dsb_sts; /* barriers executed before, by this thread */
};

extern struct recorder {
	uint64_t regs[PES][1 << 16];
	struct access log[256];
	unsigned int log_count;
	bool refuse; /* F = 1 from now on */
	/* Called at each access to ICH_CONTEXTR_EL2 that ends a residency, and at each GIC VDPEND. */
	void (*on_leave)(void);
	void (*on_vdpend)(uint64_t operand);

	struct vgicv5_host host;
	struct vgicv5_pcpu pcpu[PES];
	struct vgicv5_vm vm[VMS];
	struct vgicv5_vcpu vcpu[VMS][VPES];
	uint64_t spi_level[VMS][2];
	uint64_t spi_line[VMS][2];
} rec;

/* PPIs of the tests' host: SW, PMU, timers; from 64 up 70 (level), 71 and 72 (edge), which only VM 1 sees. */
#define PPIS_LOW (1ull << 3 | 1ull << 23 | 1ull << 26 | 1ull << 27 | 1ull << 28 | 1ull << 30)
#define PPI_HIGH_LEVEL 70
#define PPI_HIGH_EDGE 71
#define PPI_HIGH_EDGE2 72
#define PPIS_HIGH (7ull << (PPI_HIGH_LEVEL - 64))

#define PPI_BIT(ppi) (1ull << ((ppi) % 64))

/* cmocka set-up: VM 0 sees SW, PMU, CNTV (direct injection), CNTP; VM 1 sees all. This thread is PE 0. */
int recorder_setup(void **state);

/* The calling thread is that PE. */
void on_pe(unsigned int pe);

/* A register of this PE, without a trace in the log. */
uint64_t reg(unsigned int encoding);
void set_reg(unsigned int encoding, uint64_t value);

/* Forgets log and counters, and kicks not looked at. */
void forget(void);

/* Accesses in the log to a register or instruction, reads or writes. */
unsigned int logged(unsigned int encoding, bool read);

/* The last such access; fails the test if there is none. */
const struct access *last(unsigned int encoding, bool read);

/* The guest enables interrupts with that mask, and PPIs; not through traps. The vCPU is loaded. */
void guest_opens(unsigned int pcr, uint64_t enable0);

/* ICH_VMCR_EL2 out of its fields. */
uint64_t vmcr(bool en, unsigned int vpmr);

/* ICH_PPI_PRIORITYRn_EL2 value with `priority` for one PPI, OR'ed into a vCPU's saved state. */
void saved_priority(struct vgicv5_vcpu *vcpu, unsigned int ppi, unsigned int priority);

#endif
