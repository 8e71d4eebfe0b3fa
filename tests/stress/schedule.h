/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * All interleavings of a few short threads, as far as they take no more than so many preemptions.
 *
 * One thread runs at a time. At every point (points/vgicv5_port.h, and the bus) it may be preempted; where it blocks or
 * ends, another goes on for nothing. A scenario is run once for each such schedule, in depth-first order, always the
 * same: there is no luck in it. Stores and loads are taken for sequentially consistent.
 */
#ifndef TESTS_STRESS_SCHEDULE_H
#define TESTS_STRESS_SCHEDULE_H

#include <stdbool.h>

#define SCHEDULE_THREADS 3

struct scenario {
	const char *name;
	unsigned int preemptions;
	void (*up)(void);
	void (*threads[SCHEDULE_THREADS])(void); /* NULL: none */
	void (*check)(void);			 /* what must be so in the end */
	void (*down)(void);
};

/* Runs all. Fails the test at the first schedule after which something is not as it must be. */
void schedule_explore(const struct scenario *scenario);

/* In a thread of a scenario, or its check. */
void schedule_expect(bool so, const char *what);

/* In a thread: the guest or host does something of its own here. */
void schedule_point(void);

/* In a thread: others go on until that is so; it is looked at often, takes no lock, and changes nothing. */
void schedule_until(bool (*so)(void));

/* In a thread that polls: others go on first, if any can. */
void schedule_yield(void);

#endif
