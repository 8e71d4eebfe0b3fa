/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Several VMs with several vCPUs each on fewer PEs, doing random things; after every step an oracle says
 * for every vCPU which interrupt it must be able to take. Nothing may be lost, doubled, or seen by another
 * VM; a sleeping vCPU is woken if and only if it has something to take.
 */
#ifndef TESTS_CORE_RANDOM_SYSTEM_H
#define TESTS_CORE_RANDOM_SYSTEM_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "oracle.h"
#include "world.h"

#define RANDOM_PES 3
#define RANDOM_VMS 3

struct random_run {
	struct world world;
	struct oracle_vm oracles[RANDOM_VMS];
	uint64_t random;
	unsigned int seed;
	unsigned int step;
	const char *doing;
	bool irsen_moved; /* in this step: who sleeps may be woken for nothing */
};

extern struct random_run run;

#define REQUIRE(cond, ...)                                                                              \
	do {                                                                                            \
		if (!(cond)) {                                                                          \
			print_error("seed %u, step %u, after \"%s\": ", run.seed, run.step, run.doing); \
			print_error(__VA_ARGS__);                                                       \
			fail_msg("run again with: %u 1 %u", run.seed, run.step + 1);                    \
		}                                                                                       \
	} while (0)

uint32_t random_pick(uint32_t below);

/* World and VMs, not booted; oracles are left alone. */
void random_create(const struct world_host *kind);

/* No vCPU is loaded any more; those that sleep go on to sleep. */
void random_stop(void);

/* Everything that the oracles know, of VMs whose vCPUs are not loaded and do not sleep. */
void random_check_all(void);

void random_step(void);
void random_check(void);

/* Seeds and steps, from the command line: [first seed [count [steps]]]. */
struct random_range {
	unsigned int first;
	unsigned int count;
	unsigned int steps;
};

void random_arguments(struct random_range *range, int argc, char **argv);

/* Runs them; `before_step` may be NULL. */
void random_seeds(const struct random_range *range, void (*before_step)(void));

#endif
