/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The guest of the scenarios. */
#ifndef TESTS_STRESS_SCHEDULE_GUEST_H
#define TESTS_STRESS_SCHEDULE_GUEST_H

#include "its_guest.h"
#include "schedule.h"

extern struct its_guest g;

/* The calling thread is that PE from now on. */
void on_pe(unsigned int pe);

/* State of an interrupt of the guest. */
bool pending(uint32_t intid);

/* Ends what its_up() began. */
void down(void);

/* The scenarios, up to one without a name. */
extern const struct scenario msi_scenarios[];
extern const struct scenario line_scenarios[];
extern const struct scenario eoi_scenarios[];

#endif
