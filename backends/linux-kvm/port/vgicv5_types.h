/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Integer types of the kernel.
 */
#ifndef VGICV5_TYPES_H
#define VGICV5_TYPES_H

#include <linux/stddef.h>
#include <linux/types.h>

#endif
