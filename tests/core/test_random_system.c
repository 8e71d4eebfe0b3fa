// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The whole system at random (random_system.h).
 *
 *     test_core_random_system [first seed [count [steps]]]
 */
#include "random_system.h"

static struct random_range range = {.first = 1, .count = 256, .steps = 4000};

static void random_system(void **state)
{
	(void)state;
	random_seeds(&range, NULL);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(random_system)};

	random_arguments(&range, argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
