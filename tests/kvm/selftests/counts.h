/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief What VMs take of the kernel and must give back, counted by the kernel itself.
 */
#ifndef COUNTS_H
#define COUNTS_H

#include "traces.h"

/** Writes to a file that is the kernel's. */
void kernel_put(const char *path, const char *text);

struct counts {
	long interrupts; /* of Linux, used or not */
	long domains;	 /* of interrupts */
};

/**
 * This process and those that it makes from now on are in a group that their memory is charged to, as on a host: that may
 * fail, too.
 */
void counts_join(void);

void counts_take(struct counts *counts);

/**
 * Waits, as memory and interrupts of a process that has gone may go later; fails with what there is too much of. `what`
 * says after what.
 */
void counts_must_be(const struct counts *expected, const struct traces *memory, const char *what);

#endif
