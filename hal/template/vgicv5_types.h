/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Integer types of a freestanding environment.
 */
#ifndef VGICV5_TYPES_H
#define VGICV5_TYPES_H

#include "../common/vgicv5_freestanding_types.h"

#endif
