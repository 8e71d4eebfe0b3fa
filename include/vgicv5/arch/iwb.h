/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Memory-mapped registers of the Interrupt Wire Bridge.
 *
 * One CONFIG frame, in the most privileged physical address space.
 */
#ifndef VGICV5_ARCH_IWB_H
#define VGICV5_ARCH_IWB_H

#include <vgicv5/arch/field.h>

/* clang-format off */
/* X(name, offset, width in bits, access). */
#define GICV5_IWB_REGS(X) \
	X(IWB_IDR0, 0x0000, 32, RO)            \
	X(IWB_IIDR, 0x0040, 32, RO)            \
	X(IWB_AIDR, 0x0044, 32, RO)            \
	X(IWB_CR0, 0x0080, 32, RW)             \
	X(IWB_WENABLE_STATUSR, 0x00c0, 32, RO) \
	X(IWB_WDOMAIN_STATUSR, 0x00c4, 32, RO) \
	X(IWB_WRESAMPLER, 0x00c8, 32, WO)

/* X(register, field, highest bit, lowest bit). */
#define GICV5_IWB_FIELDS(X) \
	X(IWB_IDR0, INT_DOMS, 14, 11)      \
	X(IWB_IDR0, IW_RANGE, 10, 0)       \
	X(IWB_CR0, IDLE, 1, 1)             \
	X(IWB_CR0, IWBEN, 0, 0)            \
	X(IWB_WENABLE_STATUSR, IDLE, 0, 0) \
	X(IWB_WDOMAIN_STATUSR, IDLE, 0, 0) \
	X(IWB_WRESAMPLER, IWI, 15, 0)
/* clang-format on */

#define GICV5_IWB_REG_CONSTANT(name, offset, width, access) GICV5_##name = (offset),

/** `GICV5_<register>`: the offset of each register in its frame. */
enum gicv5_iwb_reg { GICV5_IWB_REGS(GICV5_IWB_REG_CONSTANT) };

enum { GICV5_IWB_FIELDS(GICV5_FIELD_CONSTANTS) };

/** Register files of the IWB: first offset, and how many registers of 32 bits. */
#define GICV5_IWB_WENABLER 0x2000 /* one bit per wire */
#define GICV5_IWB_WENABLER_COUNT 2048
#define GICV5_IWB_WTMR 0x4000 /* one bit per wire: 0 edge, 1 level */
#define GICV5_IWB_WTMR_COUNT 2048
#define GICV5_IWB_WDOMAINR 0x8000 /* two bits per wire */
#define GICV5_IWB_WDOMAINR_COUNT 4096

#endif
