// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Races of MSIs, wires, lines and ends of interrupts, each as short as it can be and in every order (schedule.h). What
 * the threads of the other tests meet by luck is met here for certain.
 *
 *     test_stress_schedules [name of a scenario]
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "schedule_guest.h"

#define MOST 64

struct its_guest g;

void on_pe(unsigned int pe)
{
	hal_host_set_pe(pe, &g.world.pcpus[pe]);
}

bool pending(uint32_t intid)
{
	struct vgicv5_soft_interrupt state;

	return vgicv5_soft_inspect(g.world.soft, g.vm->vm.vm_id, intid, &state) && state.pending;
}

void down(void)
{
	on_pe(0);
	its_down(&g);
}

static void explore(void **state)
{
	schedule_explore(*state);
}

static struct CMUnitTest tests[MOST];
static size_t test_count;

static void add(const struct scenario *s, const char *only)
{
	for (; s->name; s++) {
		if (only && strcmp(only, s->name) != 0)
			continue;
		assert_true(test_count < MOST);
		tests[test_count++] = (struct CMUnitTest){
			.name = s->name, .test_func = explore, .initial_state = (void *)(uintptr_t)s};
	}
}

int main(int argc, char **argv)
{
	const char *only = argc > 1 ? argv[1] : NULL;

	add(msi_scenarios, only);
	add(line_scenarios, only);
	add(eoi_scenarios, only);
	return _cmocka_run_group_tests("schedules", tests, test_count, NULL, NULL);
}
