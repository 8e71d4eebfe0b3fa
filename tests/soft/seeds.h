/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Options of the random differentials: `--seed N` for one seed, `--seeds N`, `--steps N`.
 */
#ifndef VGICV5_TESTS_SOFT_SEEDS_H
#define VGICV5_TESTS_SOFT_SEEDS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct seeds {
	uint64_t first_seed;
	uint64_t seeds;
	unsigned int steps;
};

static inline void seeds_parse(struct seeds *options, int argc, char **argv)
{
	int i;

	for (i = 1; i + 1 < argc; i += 2) {
		uint64_t n = strtoull(argv[i + 1], NULL, 0);

		if (!strcmp(argv[i], "--seed")) {
			options->first_seed = n;
			options->seeds = 1;
		} else if (!strcmp(argv[i], "--seeds")) {
			options->seeds = n;
		} else if (!strcmp(argv[i], "--steps")) {
			options->steps = (unsigned int)n;
		}
	}
}

/* The verdict: how many of them failed. */
static inline void seeds_judge(const struct seeds *options, unsigned int bad)
{
	if (bad)
		fail_msg("%u of %llu seeds differ; rerun one with --seed N", bad,
			 (unsigned long long)options->seeds);
}

#endif
