/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief What only the AArch64 platform of the payload can do, for other bare-metal guests.
 */
#ifndef PLATFORM_H
#define PLATFORM_H

#include "../payload.h"

/** Accesses of each CPU that ended in an exception, until platform_faulted() asks. */
extern uint32_t platform_faults[CPUS];

/** Lets the other CPU run something while this one goes on, and waits until it has come to its end. */
void platform_begin_on_other_cpu(void (*function)(void *), void *argument);
void platform_end_on_other_cpu(void);

/** A call of the hypervisor with up to three arguments; the result. */
uint64_t platform_hvc(uint64_t function, uint64_t a, uint64_t b, uint64_t c);

#endif
