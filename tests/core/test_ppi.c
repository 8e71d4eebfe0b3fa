// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* PPIs: no edge lost, levels followed, direct injection left alone, pending judged as the CPU would. */
#include "recorder.h"

#include <stdlib.h>

#include "priority.h"

static struct vgicv5_vcpu *const a = &rec.vcpu[0][0];
static struct vgicv5_vcpu *const wide = &rec.vcpu[1][0];

#define SW PPI_BIT(3)
#define PMU PPI_BIT(23)
#define CNTV PPI_BIT(27)
#define CNTP PPI_BIT(30)

static uint64_t pendr(void)
{
	return reg(GICV5_ICH_PPI_PENDR0_EL2);
}

static void round_trip(struct vgicv5_vcpu *vcpu)
{
	assert_int_equal(vgicv5_vcpu_enter(vcpu), 0);
	vgicv5_vcpu_exit(vcpu);
}

static void edge_reaches_the_guest_once(void **state)
{
	(void)state;
	assert_int_equal(vgicv5_vcpu_load(a), 0);
	assert_int_equal(vgicv5_inject_ppi(a, 3, true), 0);
	round_trip(a);
	assert_int_equal(pendr(), SW);
	set_reg(GICV5_ICH_PPI_PENDR0_EL2, 0); /* acknowledged */
	round_trip(a);
	assert_int_equal(pendr(), 0);
	vgicv5_vcpu_put(a, VGICV5_PUT_PREEMPTED);
	assert_int_equal(vgicv5_vcpu_load(a), 0);
	assert_int_equal(pendr(), 0);
}

static void edges_wait_out_a_put(void **state)
{
	(void)state;
	/* One not acknowledged, and on another PPI one raised while the vCPU was away. */
	assert_int_equal(vgicv5_inject_ppi(wide, 3, true), 0);
	assert_int_equal(vgicv5_vcpu_load(wide), 0);
	round_trip(wide);
	vgicv5_vcpu_put(wide, VGICV5_PUT_PREEMPTED);
	assert_int_equal(vgicv5_inject_ppi(wide, PPI_HIGH_EDGE, true), 0);
	assert_int_equal(vgicv5_vcpu_load(wide), 0);
	assert_int_equal(pendr(), SW);
	assert_int_equal(reg(GICV5_ICH_PPI_PENDR1_EL2), PPI_BIT(PPI_HIGH_EDGE));
}

static void edge_raised_between_exit_and_put_is_kept(void **state)
{
	(void)state;
	assert_int_equal(vgicv5_vcpu_load(a), 0);
	round_trip(a);
	assert_int_equal(vgicv5_inject_ppi(a, 3, true), 0);
	vgicv5_vcpu_put(a, VGICV5_PUT_IDLE);
	assert_int_equal(a->latch[0], SW);
	assert_int_equal(vgicv5_vcpu_load(a), 0);
	assert_int_equal(pendr(), SW);
	assert_int_equal(a->latch[0], 0);
}

static void edge_not_acknowledged_wakes_after_put(void **state)
{
	(void)state;
	assert_int_equal(vgicv5_vcpu_load(a), 0);
	guest_opens(31, SW);
	set_reg(GICV5_ICH_PPI_PENDR0_EL2, SW);
	vgicv5_vcpu_put(a, VGICV5_PUT_IDLE);
	assert_true(vgicv5_vcpu_runnable(a));
	/* Merged with a second event, not lost by it. */
	assert_int_equal(vgicv5_inject_ppi(a, 3, true), 0);
	assert_int_equal(vgicv5_vcpu_load(a), 0);
	assert_int_equal(pendr(), SW);
	assert_int_equal(a->latch[0], 0);
}

static void edges_held_and_edges_latched_meet_at_put(void **state)
{
	(void)state;
	assert_int_equal(vgicv5_inject_ppi(wide, PPI_HIGH_EDGE, true), 0);
	assert_int_equal(vgicv5_vcpu_load(wide), 0);
	round_trip(wide);
	assert_int_equal(vgicv5_inject_ppi(wide, PPI_HIGH_EDGE2, true), 0);
	vgicv5_vcpu_put(wide, VGICV5_PUT_PREEMPTED);
	assert_int_equal(vgicv5_vcpu_load(wide), 0);
	assert_int_equal(reg(GICV5_ICH_PPI_PENDR1_EL2), PPI_BIT(PPI_HIGH_EDGE) | PPI_BIT(PPI_HIGH_EDGE2));
}

static void new_edge_leaves_others_pending(void **state)
{
	(void)state;
	assert_int_equal(vgicv5_vcpu_load(a), 0);
	assert_int_equal(vgicv5_inject_ppi(a, 3, true), 0);
	round_trip(a);
	assert_int_equal(vgicv5_inject_ppi(a, 23, true), 0);
	round_trip(a);
	assert_int_equal(pendr(), SW | PMU);
	assert_int_equal(vgicv5_inject_ppi(a, 23, false), 0);
	round_trip(a);
	assert_int_equal(pendr(), SW);
}

static void lowering_an_edge_does_nothing(void **state)
{
	(void)state;
	assert_int_equal(vgicv5_vcpu_load(a), 0);
	assert_int_equal(vgicv5_inject_ppi(a, 3, false), 0);
	round_trip(a);
	assert_int_equal(pendr(), 0);
	assert_int_equal(vgicv5_inject_ppi(a, 3, true), 0);
	assert_int_equal(vgicv5_inject_ppi(a, 3, false), 0);
	round_trip(a);
	assert_int_equal(pendr(), SW);
}

static void level_that_came_and_went_costs_nothing(void **state)
{
	(void)state;
	assert_int_equal(vgicv5_vcpu_load(a), 0);
	assert_int_equal(vgicv5_inject_ppi(a, 23, true), 0);
	assert_int_equal(vgicv5_inject_ppi(a, 23, false), 0);
	forget();
	round_trip(a);
	assert_int_equal(logged(GICV5_ICH_PPI_PENDR0_EL2, true), 0);
	assert_int_equal(logged(GICV5_ICH_PPI_PENDR0_EL2, false), 0);
}

static void level_changes_while_away(void **state)
{
	(void)state;
	assert_int_equal(vgicv5_inject_ppi(a, 23, true), 0);
	assert_int_equal(vgicv5_vcpu_load(a), 0);
	assert_int_equal(pendr(), PMU);
	vgicv5_vcpu_put(a, VGICV5_PUT_PREEMPTED);
	assert_int_equal(vgicv5_inject_ppi(a, 23, false), 0);
	assert_int_equal(vgicv5_vcpu_load(a), 0);
	assert_int_equal(pendr(), 0);
}

static void one_edge_costs_two_accesses(void **state)
{
	struct hal_host_counts counts;

	(void)state;
	assert_int_equal(vgicv5_vcpu_load(a), 0);
	round_trip(a);
	assert_int_equal(vgicv5_inject_ppi(a, 3, true), 0);
	forget();
	round_trip(a);
	hal_host_counts(&counts);
	assert_int_equal(counts.sysreg_reads + counts.sysreg_writes, 4);
	assert_int_equal(counts.isbs + counts.dsb_sts + counts.dsb_sys, 0);
}

static void direct_injection_is_not_written(void **state)
{
	(void)state;
	assert_int_equal(vgicv5_vcpu_load(a), 0);
	forget();
	assert_int_equal(vgicv5_inject_ppi(a, 27, true), 0);
	assert_false(hal_host_take_kick(a));
	round_trip(a);
	assert_int_equal(pendr(), 0);
	assert_int_equal(reg(GICV5_ICH_PPI_DVIR0_EL2), CNTV);
	set_reg(GICV5_ICH_PPI_PENDR0_EL2, CNTV); /* means nothing under direct injection */
	guest_opens(31, CNTV);
	assert_int_equal(vgicv5_inject_ppi(a, 27, false), 0);
	vgicv5_vcpu_put(a, VGICV5_PUT_IDLE);
	assert_false(vgicv5_vcpu_runnable(a));
	assert_int_equal(vgicv5_inject_ppi(a, 27, true), 0);
	assert_true(hal_host_take_kick(a));
	assert_true(vgicv5_vcpu_runnable(a));
}

static void ppis_that_are_not_there_are_errors(void **state)
{
	(void)state;
	assert_int_equal(vgicv5_inject_ppi(a, 26, true), VGICV5_INVALID);
	assert_int_equal(vgicv5_inject_ppi(a, PPI_HIGH_EDGE, true), VGICV5_INVALID);
	assert_int_equal(vgicv5_inject_ppi(a, 67, true), VGICV5_INVALID);
	assert_int_equal(vgicv5_inject_ppi(a, 128, true), VGICV5_INVALID);
	assert_int_equal(vgicv5_inject_ppi(a, 0xffffffff, true), VGICV5_INVALID);
	assert_int_equal(vgicv5_inject_ppi(wide, 5, true), VGICV5_INVALID);
	vgicv5_vm_kill(&rec.vm[0], "test");
	assert_int_equal(vgicv5_inject_ppi(a, 3, true), VGICV5_DEAD);
	assert_int_equal(a->latch[0] | a->line[0], 0);
}

static void kick_only_if_something_changed(void **state)
{
	(void)state;
	assert_int_equal(vgicv5_vcpu_load(a), 0);
	assert_int_equal(vgicv5_inject_ppi(a, 23, true), 0);
	assert_true(hal_host_take_kick(a));
	assert_int_equal(vgicv5_inject_ppi(a, 23, true), 0);
	assert_false(hal_host_take_kick(a));
	assert_int_equal(vgicv5_inject_ppi(a, 23, false), 0);
	assert_true(hal_host_take_kick(a));
	assert_int_equal(vgicv5_inject_ppi(a, 3, true), 0);
	assert_true(hal_host_take_kick(a));
	assert_int_equal(vgicv5_inject_ppi(a, 3, true), 0);
	assert_false(hal_host_take_kick(a));
}

static void idle_vcpu_is_woken_only_for_what_it_can_take(void **state)
{
	(void)state;
	assert_int_equal(vgicv5_vcpu_load(a), 0);
	guest_opens(15, PMU | SW);
	set_reg(GICV5_ICH_PPI_PRIORITYR0_EL2, 16ull << 24); /* SW: behind the mask */
	vgicv5_vcpu_put(a, VGICV5_PUT_IDLE);
	assert_int_equal(vgicv5_inject_ppi(a, 30, true), 0); /* not enabled */
	assert_false(hal_host_take_kick(a));
	assert_int_equal(vgicv5_inject_ppi(a, 3, true), 0);
	assert_false(hal_host_take_kick(a));
	assert_int_equal(vgicv5_inject_ppi(a, 23, true), 0);
	assert_true(hal_host_take_kick(a));
	assert_int_equal(vgicv5_inject_ppi(a, 23, false), 0);
	assert_false(hal_host_take_kick(a));
}

struct pending_case {
	const char *what;
	bool en;
	unsigned int vpmr;
	uint64_t apr;
	uint64_t enable;
	uint64_t active;
	unsigned int priority; /* of PMU, which is asserted */
	bool runnable;
};

static const struct pending_case pending_cases[] = {
	{"nothing in the way", true, 31, 0, PMU, 0, 31, true},
	{"EN = 0", false, 31, 0, PMU, 0, 0, false},
	{"disabled", true, 31, 0, SW, 0, 0, false},
	{"active", true, 31, 0, PMU, PMU, 0, false},
	{"mask admits an equal priority", true, 8, 0, PMU, 0, 8, true},
	{"mask keeps out the next", true, 8, 0, PMU, 0, 9, false},
	{"mask 0 admits priority 0", true, 0, 0, PMU, 0, 0, true},
	{"running priority keeps out an equal one", true, 31, 1u << 8, PMU, 0, 8, false},
	{"running priority lets the next better through", true, 31, 1u << 8, PMU, 0, 7, true},
	{"the highest of several active ones counts", true, 31, 1u << 20 | 1u << 4, PMU, 0, 10, false},
	{"active priority 0 keeps out all", true, 31, 1, PMU, 0, 0, false},
	{"active priority 31", true, 31, 1u << 31, PMU, 0, 30, true},
	{"active priority 31, equal", true, 31, 1u << 31, PMU, 0, 31, false},
	{"the mask is the stricter", true, 5, 1u << 20, PMU, 0, 6, false},
};

static void pending_is_judged_by_priority_mask_and_active_priorities(void **state)
{
	const struct pending_case *c;
	size_t i;

	(void)state;
	assert_int_equal(vgicv5_inject_ppi(a, 23, true), 0);
	for (i = 0; i < sizeof(pending_cases) / sizeof(pending_cases[0]); i++) {
		c = &pending_cases[i];
		a->hyp.vmcr = vmcr(c->en, c->vpmr);
		a->hyp.apr = c->apr;
		a->hyp.enable[0] = c->enable;
		a->hyp.active[0] = c->active;
		saved_priority(a, 23, c->priority);
		if (vgicv5_vcpu_runnable(a) != c->runnable)
			fail_msg("%s: runnable should be %d", c->what, c->runnable);
	}
}

static void every_source_counts_as_pending(void **state)
{
	(void)state;
	a->hyp.vmcr = vmcr(true, 31);
	a->hyp.enable[0] = SW | PMU | CNTV | CNTP;
	assert_false(vgicv5_vcpu_runnable(a));
	a->latch[0] = SW;
	assert_true(vgicv5_vcpu_runnable(a));
	a->latch[0] = 0;
	a->line[0] = CNTP;
	assert_true(vgicv5_vcpu_runnable(a));
	a->line[0] = CNTV;
	assert_true(vgicv5_vcpu_runnable(a));
	a->line[0] = 0;
	wide->hyp.vmcr = vmcr(true, 31);
	wide->hyp.enable[1] = PPI_BIT(PPI_HIGH_LEVEL);
	wide->line[1] = PPI_BIT(PPI_HIGH_LEVEL);
	assert_true(vgicv5_vcpu_runnable(wide));
}

static void a_masked_ppi_does_not_hide_another(void **state)
{
	(void)state;
	wide->hyp.vmcr = vmcr(true, 10);
	wide->hyp.enable[0] = PPIS_LOW;
	wide->hyp.enable[1] = PPIS_HIGH;
	wide->line[0] = PMU | PPI_BIT(26) | PPI_BIT(28);
	wide->line[1] = PPI_BIT(PPI_HIGH_LEVEL);
	saved_priority(wide, 23, 20);
	saved_priority(wide, 26, 20);
	saved_priority(wide, 28, 20);
	saved_priority(wide, PPI_HIGH_LEVEL, 20);
	assert_false(vgicv5_vcpu_runnable(wide));
	saved_priority(wide, 28, 10);
	assert_true(vgicv5_vcpu_runnable(wide));
	saved_priority(wide, 28, 11);
	saved_priority(wide, PPI_HIGH_LEVEL, 3);
	assert_true(vgicv5_vcpu_runnable(wide));
}

static bool any_below_one_by_one(const uint64_t *priorities, const uint64_t which[2], unsigned int mask)
{
	unsigned int n;

	for (n = 0; n < GICV5_PPI_COUNT; n++)
		if ((which[n / 64] >> (n % 64) & 1) && (priorities[n / 8] >> (8 * (n % 8)) & 0x1f) < mask)
			return true;
	return false;
}

static uint64_t random_bits(void)
{
	return (uint64_t)rand() << 42 ^ (uint64_t)rand() << 21 ^ (uint64_t)rand();
}

/* Few: of many PPIs one is always below. */
static uint64_t few_random_bits(void)
{
	return random_bits() & random_bits() & random_bits() & random_bits() & random_bits();
}

/* The comparison of eight priorities at once against one by one, on random registers. */
static void eight_priorities_at_once(void **state)
{
	const unsigned int seed = 20261121;
	uint64_t priorities[VGICV5_PPI_GROUPS];
	uint64_t which[2];
	unsigned int mask;
	unsigned int i;
	unsigned int n;

	(void)state;
	srand(seed);
	for (i = 0; i < 200000; i++) {
		for (n = 0; n < VGICV5_PPI_GROUPS; n++)
			priorities[n] = random_bits();
		which[0] = few_random_bits();
		which[1] = few_random_bits();
		mask = (unsigned int)rand() % 33;
		if (vgicv5_priority_lets_any(priorities, which[0], which[1], mask) !=
		    any_below_one_by_one(priorities, which, mask))
			fail_msg("seed %u, turn %u: mask %u", seed, i, mask);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(edge_reaches_the_guest_once, recorder_setup),
		cmocka_unit_test_setup(edges_wait_out_a_put, recorder_setup),
		cmocka_unit_test_setup(edge_raised_between_exit_and_put_is_kept, recorder_setup),
		cmocka_unit_test_setup(edge_not_acknowledged_wakes_after_put, recorder_setup),
		cmocka_unit_test_setup(edges_held_and_edges_latched_meet_at_put, recorder_setup),
		cmocka_unit_test_setup(new_edge_leaves_others_pending, recorder_setup),
		cmocka_unit_test_setup(lowering_an_edge_does_nothing, recorder_setup),
		cmocka_unit_test_setup(level_that_came_and_went_costs_nothing, recorder_setup),
		cmocka_unit_test_setup(level_changes_while_away, recorder_setup),
		cmocka_unit_test_setup(one_edge_costs_two_accesses, recorder_setup),
		cmocka_unit_test_setup(direct_injection_is_not_written, recorder_setup),
		cmocka_unit_test_setup(ppis_that_are_not_there_are_errors, recorder_setup),
		cmocka_unit_test_setup(kick_only_if_something_changed, recorder_setup),
		cmocka_unit_test_setup(idle_vcpu_is_woken_only_for_what_it_can_take, recorder_setup),
		cmocka_unit_test_setup(pending_is_judged_by_priority_mask_and_active_priorities,
				       recorder_setup),
		cmocka_unit_test_setup(every_source_counts_as_pending, recorder_setup),
		cmocka_unit_test_setup(a_masked_ppi_does_not_hide_another, recorder_setup),
		cmocka_unit_test_setup(eight_priorities_at_once, recorder_setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
