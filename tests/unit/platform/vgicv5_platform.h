/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief What an embedder gives to hal/aarch64, at its least: for objects that are only looked at.
 */
#ifndef VGICV5_PLATFORM_H
#define VGICV5_PLATFORM_H

#define VGICV5_CACHE_LINE 64
#define vgicv5_error(...) ((void)0)
#define vgicv5_info(...) ((void)0)

static inline struct vgicv5_pcpu *vgicv5_this_pcpu(void)
{
	struct vgicv5_pcpu *pcpu;

	__asm__("mrs %0, tpidr_el2" : "=r"(pcpu));
	return pcpu;
}

#endif
