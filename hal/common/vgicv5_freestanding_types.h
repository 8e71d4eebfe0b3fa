/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Integer types out of what GCC and Clang predefine: for ports built with -nostdinc.
 *
 * The types are those that the compiler's own <stdint.h> would give, so that objects and formats agree with code
 * that does include it.
 */
#ifndef VGICV5_FREESTANDING_TYPES_H
#define VGICV5_FREESTANDING_TYPES_H

typedef __UINT8_TYPE__ uint8_t;
typedef __UINT16_TYPE__ uint16_t;
typedef __UINT32_TYPE__ uint32_t;
typedef __UINT64_TYPE__ uint64_t;
typedef __INT32_TYPE__ int32_t;
typedef __INT64_TYPE__ int64_t;
typedef __UINTPTR_TYPE__ uintptr_t;
typedef __SIZE_TYPE__ size_t;

#ifndef __cplusplus
#define bool _Bool
#define true 1
#define false 0
#endif

#ifndef NULL
#define NULL ((void *)0)
#endif

#endif
