/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Before the MMU is on.
 */
#ifndef SHELL_EARLY_H
#define SHELL_EARLY_H

#include <vgicv5_types.h>

/** The machine's RAM, from its device tree. */
bool early_memory(const void *fdt, uint64_t *base, uint64_t *bytes);

/** Copies the image from `here` to the top of RAM and makes the tables there. @return its physical address. */
uint64_t early_place(const void *fdt, const char *here);

/** Says that the boot loader chose the wrong exception level. */
void early_not_el2(void);

/** Root of EL2's tables. */
extern uint64_t el2_root[];

#endif
