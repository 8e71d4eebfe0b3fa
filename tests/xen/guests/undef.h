/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Vectors that write down where and why an instruction was taken as undefined, and skip it.
 */
#ifndef UNDEF_H
#define UNDEF_H

#include <vgicv5_types.h>

/** The last exception, and how many there were. */
struct undef_seen {
	uint64_t elr;
	uint64_t esr;
	uint64_t count;
};

extern struct undef_seen undef_seen;

/** For VBAR_EL1; synchronous exceptions only, of one CPU at a time. */
extern const uint32_t undef_vectors[];

#endif
