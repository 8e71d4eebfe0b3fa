// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Doorbells: asked for when and only when something could wake the vCPU, and never lost. */
#include "recorder.h"

static struct vgicv5_vcpu *const a = &rec.vcpu[0][0];

/* Loads, lets the guest set mask and active priorities, puts. @return what was written to CONTEXTR. */
static uint64_t idle(enum vgicv5_put_reason reason, uint64_t vmcr_value, uint64_t apr)
{
	assert_int_equal(vgicv5_vcpu_load(a), 0);
	set_reg(GICV5_ICH_VMCR_EL2, vmcr_value);
	set_reg(GICV5_ICH_APR_EL2, apr);
	forget();
	vgicv5_vcpu_put(a, reason);
	return last(GICV5_ICH_CONTEXTR_EL2, false)->value;
}

static uint64_t with_dbpm(unsigned int dbpm)
{
	return GICV5_PUT(ICH_CONTEXTR_EL2_DB, 1) | GICV5_PUT(ICH_CONTEXTR_EL2_DBPM, dbpm);
}

static void idle_asks_with_the_priority_that_could_wake(void **state)
{
	(void)state;
	assert_int_equal(idle(VGICV5_PUT_IDLE, vmcr(true, 31), 0), with_dbpm(31));
	assert_int_equal(idle(VGICV5_PUT_IDLE, vmcr(true, 12), 0), with_dbpm(12));
	assert_int_equal(idle(VGICV5_PUT_IDLE, vmcr(true, 0), 0), with_dbpm(0));
	assert_int_equal(idle(VGICV5_PUT_IDLE, vmcr(true, 31), 1u << 9 | 1u << 14), with_dbpm(8));
	assert_int_equal(idle(VGICV5_PUT_IDLE, vmcr(true, 4), 1u << 9), with_dbpm(4));
	assert_int_equal(idle(VGICV5_PUT_IDLE, vmcr(true, 31), 1u << 31), with_dbpm(30));
	assert_int_equal(a->doorbells_requested, 6);
}

static void nothing_could_wake_it(void **state)
{
	(void)state;
	assert_int_equal(idle(VGICV5_PUT_IDLE, vmcr(false, 31), 0), 0);
	assert_int_equal(idle(VGICV5_PUT_IDLE, vmcr(true, 31), 1), 0);
	rec.vm[0].virs.irsen = false;
	assert_int_equal(idle(VGICV5_PUT_IDLE, vmcr(true, 31), 0), 0);
	assert_int_equal(a->doorbells_requested, 0);
}

static void preempted_asks_for_none(void **state)
{
	(void)state;
	assert_int_equal(idle(VGICV5_PUT_PREEMPTED, vmcr(true, 31), 0), 0);
	assert_int_equal(a->doorbells_requested, 0);
}

static void steered_when_needed_only(void **state)
{
	struct hal_host_counts counts;

	(void)state;
	idle(VGICV5_PUT_IDLE, vmcr(true, 31), 0);
	hal_host_counts(&counts);
	assert_int_equal(counts.doorbell_steers, 1);
	idle(VGICV5_PUT_IDLE, vmcr(true, 31), 0);
	hal_host_counts(&counts);
	assert_int_equal(counts.doorbell_steers, 0);
	on_pe(1);
	idle(VGICV5_PUT_PREEMPTED, vmcr(true, 31), 0);
	idle(VGICV5_PUT_IDLE, vmcr(false, 31), 0);
	hal_host_counts(&counts);
	assert_int_equal(counts.doorbell_steers, 0);
	idle(VGICV5_PUT_IDLE, vmcr(true, 31), 0);
	hal_host_counts(&counts);
	assert_int_equal(counts.doorbell_steers, 1);
}

static void ring(void)
{
	assert_true(hal_host_doorbell(a->doorbell_lpi));
}

/* The worst moment: the doorbell is handled while the CONTEXTR write that asked for it executes. */
static void ringing_at_once_is_not_lost(void **state)
{
	(void)state;
	assert_int_equal(vgicv5_vcpu_load(a), 0);
	guest_opens(31, 0);
	rec.on_leave = ring;
	vgicv5_vcpu_put(a, VGICV5_PUT_IDLE);
	assert_true(vgicv5_vcpu_runnable(a));
	assert_true(hal_host_take_kick(a));
	assert_int_equal(a->doorbells_received, 1);
}

static void see_flags_cleared(void)
{
	assert_int_equal(a->doorbell_fired, 0);
	assert_int_equal(a->resident, 0);
	assert_null(rec.pcpu[0].loaded);
}

static void flags_are_cleared_behind_a_barrier_before_residency_ends(void **state)
{
	(void)state;
	assert_int_equal(vgicv5_vcpu_load(a), 0);
	guest_opens(31, 0);
	vgicv5_doorbell_fired(a); /* a late one */
	forget();
	rec.on_leave = see_flags_cleared;
	vgicv5_vcpu_put(a, VGICV5_PUT_IDLE);
	assert_int_equal(last(GICV5_ICH_CONTEXTR_EL2, false)->dsb_sts, 1);
	/* The IRS has let go when put returns. */
	assert_int_equal(rec.log[rec.log_count - 1].encoding, 0);
	assert_false(vgicv5_vcpu_runnable(a));
}

static void doorbell_lasts_until_the_next_put(void **state)
{
	(void)state;
	idle(VGICV5_PUT_IDLE, vmcr(true, 31), 0);
	assert_false(vgicv5_vcpu_runnable(a));
	ring();
	assert_true(vgicv5_vcpu_runnable(a));
	assert_int_equal(vgicv5_vcpu_load(a), 0);
	vgicv5_vcpu_put(a, VGICV5_PUT_IDLE);
	assert_false(vgicv5_vcpu_runnable(a));
}

static void enabling_the_irs_wakes(void **state)
{
	(void)state;
	rec.vm[0].virs.irsen = false;
	idle(VGICV5_PUT_IDLE, vmcr(true, 31), 0);
	assert_false(vgicv5_vcpu_runnable(a));
	rec.vm[0].virs.irsen = true;
	a->reload = 1;
	assert_true(vgicv5_vcpu_runnable(a));
	assert_int_equal(idle(VGICV5_PUT_IDLE, vmcr(true, 31), 0), with_dbpm(31));
	assert_false(vgicv5_vcpu_runnable(a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(idle_asks_with_the_priority_that_could_wake, recorder_setup),
		cmocka_unit_test_setup(nothing_could_wake_it, recorder_setup),
		cmocka_unit_test_setup(preempted_asks_for_none, recorder_setup),
		cmocka_unit_test_setup(steered_when_needed_only, recorder_setup),
		cmocka_unit_test_setup(ringing_at_once_is_not_lost, recorder_setup),
		cmocka_unit_test_setup(flags_are_cleared_behind_a_barrier_before_residency_ends,
				       recorder_setup),
		cmocka_unit_test_setup(doorbell_lasts_until_the_next_put, recorder_setup),
		cmocka_unit_test_setup(enabling_the_irs_wakes, recorder_setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
