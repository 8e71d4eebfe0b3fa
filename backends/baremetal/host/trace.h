/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Trace: what happened to interrupts, in rings, one for each CPU.
 *
 * The points are those of the core (vgicv5/debug.h) and the shell's own below. While the trace is off a point costs a
 * load and a branch.
 */
#ifndef SHELL_TRACE_H
#define SHELL_TRACE_H

#include <vgicv5/debug.h>

/* clang-format off */
/** X(name, meaning of a, meaning of b). An "intid" is shown with its type. */
#define SHELL_TRACES(X)                         \
	X(wire, "intid", "level")               \
	X(host_acknowledge, "intid", "iaffid")  \
	X(virq, "intid", "vcpu")                \
	X(guest_acknowledge, "intid", "vcpu")   \
	X(guest_drop, "apr", "vcpu")            \
	X(guest_deactivate, "intid", "vcpu")    \
	X(guest_pend, "intid", "vcpu")          \
	X(wake, "vcpu", "cpu")
/* clang-format on */

#define SHELL_TRACE_CONSTANT(name, a, b) SHELL_TRACE_##name,
enum shell_trace_point {
	SHELL_TRACE_FIRST = VGICV5_TRACE_COUNT - 1,
	SHELL_TRACES(SHELL_TRACE_CONSTANT) SHELL_TRACE_COUNT
};

#define SHELL_TRACE(point, vm_id, a, b)                                      \
	do {                                                                 \
		if (shell_trace_on)                                          \
			shell_trace(SHELL_TRACE_##point, (vm_id), (a), (b)); \
	} while (0)

/** "No VM" as the VM of an event. */
#define SHELL_TRACE_NO_VM 0xffffu

/** Prints the last events of all CPUs, oldest first, at most `count`. */
void shell_trace_show(unsigned int count);

#endif
