/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief INTIDs, interrupt types and the architected PPIs (R_TJPHS, R_GYVWB, R_XDVCM).
 */
#ifndef VGICV5_ARCH_INTID_H
#define VGICV5_ARCH_INTID_H

#include <vgicv5/arch/field.h>

enum { GICV5_INTID_TYPE_HI = 31, GICV5_INTID_TYPE_LO = 29, GICV5_INTID_ID_HI = 23, GICV5_INTID_ID_LO = 0 };

/** Interrupt types; the other values of the field are reserved (R_GYVWB). */
enum gicv5_type { GICV5_TYPE_PPI = 1, GICV5_TYPE_LPI = 2, GICV5_TYPE_SPI = 3 };

/** Builds an INTID of a type and a number. */
#define GICV5_INTID(type, id) \
	((uint32_t)((uint32_t)(type) << GICV5_INTID_TYPE_LO | ((uint32_t)(id)&0xffffffu)))

/** Physical interrupt domains, as in IRS_IDR0.INT_DOM. */
enum gicv5_domain { GICV5_DOMAIN_S = 0, GICV5_DOMAIN_NS = 1, GICV5_DOMAIN_EL3 = 2, GICV5_DOMAIN_RL = 3 };

/** Handling modes, as in ISTE.HM and the operand of CDHM. */
enum gicv5_hm { GICV5_HM_EDGE = 0, GICV5_HM_LEVEL = 1 };

/* clang-format off */
/* Architected PPIs (R_XDVCM): X(name, number). */
#define GICV5_PPIS(X) \
	X(S_DB, 0)    \
	X(RL_DB, 1)   \
	X(NS_DB, 2)   \
	X(SW, 3)      \
	X(HACDBS, 15) \
	X(CNTHVS, 19) \
	X(CNTHPS, 20) \
	X(PMB, 21)    \
	X(COMM, 22)   \
	X(PMU, 23)    \
	X(CTI, 24)    \
	X(GICMNT, 25) \
	X(CNTHP, 26)  \
	X(CNTV, 27)   \
	X(CNTHV, 28)  \
	X(CNTPS, 29)  \
	X(CNTP, 30)   \
	X(TRB, 31)
/* clang-format on */

#define GICV5_PPI_CONSTANT(name, number) GICV5_PPI_##name = (number),
enum gicv5_ppi { GICV5_PPIS(GICV5_PPI_CONSTANT) };

#endif
