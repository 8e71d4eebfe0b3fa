/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Tables in memory: IST, VM table, VPE table, device and interrupt translation tables.
 *
 * All are little-endian. The lists give the fields of one entry or doubleword of an entry.
 */
#ifndef VGICV5_ARCH_TABLES_H
#define VGICV5_ARCH_TABLES_H

#include <vgicv5/arch/field.h>

/* clang-format off */
/* X(entry, field, highest bit, lowest bit). L2_VMTE_IST: doublewords 2 (LPIs) and 3 (SPIs) of an L2_VMTE. */
#define GICV5_TABLE_FIELDS(X) \
	X(L1_ISTE, L2_ADDR, 55, 12)       \
	X(L1_ISTE, VALID, 0, 0)           \
	X(L2_ISTE, IAFFID, 31, 16)        \
	X(L2_ISTE, PRIORITY, 15, 11)      \
	X(L2_ISTE, HWU, 10, 9)            \
	X(L2_ISTE, IRM, 4, 4)             \
	X(L2_ISTE, ENABLE, 3, 3)          \
	X(L2_ISTE, HM, 2, 2)              \
	X(L2_ISTE, ACTIVE, 1, 1)          \
	X(L2_ISTE, PENDING, 0, 0)         \
	X(L1_VMTE, L2_ADDR, 55, 12)       \
	X(L1_VMTE, VALID, 0, 0)           \
	X(L2_VMTE0, VMD_ADDR, 55, 3)      \
	X(L2_VMTE0, VALID, 0, 0)          \
	X(L2_VMTE1, VPE_ID_BITS, 63, 59)  \
	X(L2_VMTE1, VPET_ADDR, 55, 3)     \
	X(L2_VMTE_IST, ID_BITS, 63, 59)   \
	X(L2_VMTE_IST, STRUCTURE, 58, 58) \
	X(L2_VMTE_IST, ISTSZ, 57, 56)     \
	X(L2_VMTE_IST, ADDR, 55, 6)       \
	X(L2_VMTE_IST, L2SZ, 2, 1)        \
	X(L2_VMTE_IST, VALID, 0, 0)       \
	X(VPETE, VPED_ADDR, 55, 3)        \
	X(VPETE, VALID, 0, 0)             \
	X(L1_DTE, SPAN, 63, 60)           \
	X(L1_DTE, L2_ADDR, 55, 3)         \
	X(L1_DTE, VALID, 0, 0)            \
	X(L2_DTE, EVENT_ID_BITS, 63, 59)  \
	X(L2_DTE, ITT_STRUCTURE, 58, 58)  \
	X(L2_DTE, DSWE, 57, 57)           \
	X(L2_DTE, ITT_ADDR, 55, 3)        \
	X(L2_DTE, ITT_L2SZ, 2, 1)         \
	X(L2_DTE, VALID, 0, 0)            \
	X(L1_ITTE, SPAN, 63, 60)          \
	X(L1_ITTE, L2_ADDR, 55, 3)        \
	X(L1_ITTE, VALID, 0, 0)           \
	X(L2_ITTE, VM_ID, 47, 32)         \
	X(L2_ITTE, VALID, 31, 31)         \
	X(L2_ITTE, VIRTUAL, 30, 30)       \
	X(L2_ITTE, DAC, 29, 28)           \
	X(L2_ITTE, LPI_ID, 23, 0)
/* clang-format on */

enum { GICV5_TABLE_FIELDS(GICV5_FIELD_CONSTANTS) };

#define GICV5_L1_ISTE_SIZE 8
#define GICV5_L1_VMTE_SIZE 8
#define GICV5_L2_VMTE_SIZE 32
#define GICV5_L2_VMT_SIZE 4096	  /* D_LSPBK */
#define GICV5_L2_VMT_INDEX_BITS 7 /* 128 entries of 32 bytes */
#define GICV5_VPETE_SIZE 8
#define GICV5_DTE_SIZE 8
#define GICV5_ITTE_SIZE 8

/** STRUCTURE fields of all tables. */
enum gicv5_structure { GICV5_LINEAR = 0, GICV5_TWO_LEVEL = 1 };

/** L2SZ fields of all tables: 4, 16 and 64 KiB; 3 is reserved. */
enum gicv5_l2sz { GICV5_L2SZ_4K = 0, GICV5_L2SZ_16K = 1, GICV5_L2SZ_64K = 2 };

/** Doublewords of an L2_VMTE. */
enum gicv5_vmte_dword { GICV5_VMTE_VMD = 0, GICV5_VMTE_VPET = 1, GICV5_VMTE_LPI = 2, GICV5_VMTE_SPI = 3 };

#endif
