/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Memory that the kernel has given to the GICv5 of VMs, by SLUB's records of who asked for which object.
 *
 * No estimate: each object is counted that was asked for below a function of the GICv5's, whoever has it now. Tables above
 * a page are not from there: the dump in debugfs tells their bytes.
 */
#ifndef TRACES_H
#define TRACES_H

#include <stdbool.h>

/** Objects that were asked for in the same way. */
struct trace {
	char *stack;
	long count;
};

struct traces {
	struct trace *trace;
	unsigned int count;
};

/** What there is now. */
void traces_take(struct traces *traces);
void traces_free(struct traces *traces);

/** How many objects there are more, the sum over all stacks; `print`: these stacks. */
long traces_more(const struct traces *before, const struct traces *after, bool print);

#endif
