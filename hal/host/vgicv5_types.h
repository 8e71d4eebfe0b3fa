/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Integer types of a hosted C11 environment.
 */
#ifndef VGICV5_TYPES_H
#define VGICV5_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#endif
