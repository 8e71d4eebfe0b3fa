// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "timer.h"

#include "cpu.h"
#include "sched.h"

#define CTL_ENABLE 1u

uint64_t timer_now(void)
{
	isb();
	return READ_SYSREG(cntpct_el0);
}

uint64_t timer_from_us(uint64_t us)
{
	return us * (READ_SYSREG(cntfrq_el0) / 1000) / 1000;
}

uint64_t shell_clock_us(void)
{
	uint64_t now = timer_now();
	uint64_t hz = READ_SYSREG(cntfrq_el0);

	return now / hz * 1000000 + now % hz * 1000000 / hz;
}

void timer_set(uint64_t when)
{
	struct shell_cpu *cpu = this_cpu();

	if (cpu->timer_set == when)
		return;
	cpu->timer_set = when;
	if (when == TIMER_NEVER) {
		WRITE_SYSREG(cnthp_ctl_el2, 0);
	} else {
		WRITE_SYSREG(cnthp_cval_el2, when);
		WRITE_SYSREG(cnthp_ctl_el2, CTL_ENABLE);
	}
	isb();
}

void timer_expired(void)
{
	timer_set(TIMER_NEVER);
	sched_timer();
}
