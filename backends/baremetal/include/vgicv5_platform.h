/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief What hal/aarch64 wants to know of the EL2 shell.
 */
#ifndef VGICV5_PLATFORM_H
#define VGICV5_PLATFORM_H

#include <vgicv5_types.h>

struct vgicv5_pcpu;

struct vgicv5_pcpu *shell_this_pcpu(void);
void shell_panic(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
void shell_gic_message(const char *prefix, const char *format, ...) __attribute__((format(printf, 2, 3)));

static inline struct vgicv5_pcpu *vgicv5_this_pcpu(void)
{
	return shell_this_pcpu();
}

/* The trace (host/trace.h). */
extern uint32_t shell_trace_on;
void shell_trace(unsigned int point, unsigned int vm, uint64_t a, uint64_t b);

#define VGICV5_TRACE(point, vm_id, a, b)                                      \
	do {                                                                  \
		if (shell_trace_on)                                           \
			shell_trace(VGICV5_TRACE_##point, (vm_id), (a), (b)); \
	} while (0)

#define vgicv5_error(...) shell_gic_message("error", __VA_ARGS__)
#define vgicv5_info(...) shell_gic_message("info", __VA_ARGS__)
#define VGICV5_ASSERT(cond)                                                            \
	do {                                                                           \
		if (!(cond))                                                           \
			shell_panic("assertion %s:%d: %s", __FILE__, __LINE__, #cond); \
	} while (0)

#endif
