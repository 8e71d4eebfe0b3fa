/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Bit fields of registers and table entries.
 *
 * Each field of the architecture has two integer constants, made from the X-macro lists of this folder:
 * `GICV5_<REGISTER>_<FIELD>_HI` and `_LO`, the numbers of its highest and lowest bit. The macros below turn
 * them into masks, extract and insert. They take the name without prefix and suffix and are constant
 * expressions when their argument is one:
 *
 *     GICV5_GET(ICH_VMCR_EL2_VPMR, vmcr)      the field, shifted down
 *     GICV5_PUT(ICH_VMCR_EL2_VPMR, 31)        the value, shifted into place and cut to the field
 *     GICV5_ADDR(IRS_VMT_BASER_ADDR, baser)   the field left in place: addresses are stored so
 *     GICV5_MASK(IRS_CR0_IDLE)                the mask
 *
 * No argument is expanded as a macro before its name is formed, so host headers that define the same
 * register names as macros do no harm.
 */
#ifndef VGICV5_ARCH_FIELD_H
#define VGICV5_ARCH_FIELD_H

#include <vgicv5_types.h>

#define GICV5_BITS(hi, lo) ((~(uint64_t)0 >> (63 - (hi))) & (~(uint64_t)0 << (lo)))

#define GICV5_MASK(f) GICV5_BITS(GICV5_##f##_HI, GICV5_##f##_LO)
#define GICV5_GET(f, v) (((uint64_t)(v)&GICV5_BITS(GICV5_##f##_HI, GICV5_##f##_LO)) >> GICV5_##f##_LO)
#define GICV5_PUT(f, v) (((uint64_t)(v) << GICV5_##f##_LO) & GICV5_BITS(GICV5_##f##_HI, GICV5_##f##_LO))
#define GICV5_ADDR(f, v) ((uint64_t)(v)&GICV5_BITS(GICV5_##f##_HI, GICV5_##f##_LO))

/* Makes the two constants of one line X(register, field, hi, lo) of a list of fields. */
#define GICV5_FIELD_CONSTANTS(reg, field, hi, lo) \
	GICV5_##reg##_##field##_HI = (hi), GICV5_##reg##_##field##_LO = (lo),

/** One field, for dumps. */
struct gicv5_field {
	const char *reg;
	const char *name;
	uint8_t hi;
	uint8_t lo;
};

#endif
