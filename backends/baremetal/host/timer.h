/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The hypervisor's timer of a CPU (CNTHP): end of a time slice, and wake-ups of blocked vCPUs.
 */
#ifndef SHELL_TIMER_H
#define SHELL_TIMER_H

#include <vgicv5_types.h>

#define TIMER_NEVER (~(uint64_t)0)

/** Counter ticks. */
uint64_t timer_now(void);
uint64_t timer_from_us(uint64_t us);

/** Fires on this CPU when the counter reaches `when`; replaces what was set. */
void timer_set(uint64_t when);

/** The timer's interrupt. */
void timer_expired(void);

#endif
