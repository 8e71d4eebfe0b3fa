/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief What VMs take of the kernel and must give back, counted by the kernel itself.
 */
#ifndef COUNTS_H
#define COUNTS_H

/** Memory that nobody is waiting for: parts of pages that a CPU keeps at hand for a group. */
#define COUNTS_SLACK (32 * 1024L)

struct counts {
	long interrupts; /* of Linux, used or not */
	long domains;	 /* of interrupts */
	long memory;	 /* bytes of the kernel's that the group's processes have caused */
};

/** This process and those that it makes from now on are in the group. It is made if it is not there. */
void counts_join(void);

/** Anything that the kernel could give up is given up first. */
void counts_take(struct counts *counts);

/**
 * Waits, as memory and interrupts of a process that has gone may go later; fails with what there is too much of. `what`
 * says after what.
 */
void counts_must_be(const struct counts *expected, const char *what);

#endif
