/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief General registers, of a guest or of the shell itself when it took an exception.
 */
#ifndef SHELL_REGS_H
#define SHELL_REGS_H

#include "../arch/layout.h"

#include <vgicv5_types.h>

struct guest_regs {
	uint64_t x[31];
	uint64_t pc;
	uint64_t pstate;
	/* Syndrome of the last exit: an emulated GICv5 access of the shell overwrites the registers. */
	uint64_t esr;
	uint64_t far;
	uint64_t hpfar;
};

_Static_assert(__builtin_offsetof(struct guest_regs, pc) == REGS_PC, "layout.h");
_Static_assert(__builtin_offsetof(struct guest_regs, pstate) == REGS_PSTATE, "layout.h");
_Static_assert(sizeof(struct guest_regs) == REGS_BYTES, "layout.h");

/** Register 31 is the zero register. */
static inline uint64_t get_reg(const struct guest_regs *regs, unsigned int n)
{
	return n < 31 ? regs->x[n] : 0;
}

static inline void set_reg(struct guest_regs *regs, unsigned int n, uint64_t value)
{
	if (n < 31)
		regs->x[n] = value;
}

/** Enters the guest; returns how it was left (layout.h). */
unsigned int guest_enter(struct guest_regs *regs);

#endif
