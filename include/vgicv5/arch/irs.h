/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Memory-mapped registers of the Interrupt Routing Service.
 *
 * One CONFIG frame of 64 KiB per implemented domain, and one SETLPI frame where IRS_IDR0.SETLPI is 1. 64-bit
 * registers accept one 64-bit access or two 32-bit halves, the low half at the lower address.
 */
#ifndef VGICV5_ARCH_IRS_H
#define VGICV5_ARCH_IRS_H

#include <vgicv5/arch/field.h>

/* clang-format off */
/* X(name, offset, width in bits, access). */
#define GICV5_IRS_REGS(X) \
	X(IRS_IDR0, 0x0000, 32, RO)             \
	X(IRS_IDR1, 0x0004, 32, RO)             \
	X(IRS_IDR2, 0x0008, 32, RO)             \
	X(IRS_IDR3, 0x000c, 32, RO)             \
	X(IRS_IDR4, 0x0010, 32, RO)             \
	X(IRS_IDR5, 0x0014, 32, RO)             \
	X(IRS_IDR6, 0x0018, 32, RO)             \
	X(IRS_IDR7, 0x001c, 32, RO)             \
	X(IRS_IIDR, 0x0040, 32, RO)             \
	X(IRS_AIDR, 0x0044, 32, RO)             \
	X(IRS_CR0, 0x0080, 32, RW)              \
	X(IRS_CR1, 0x0084, 32, RW)              \
	X(IRS_SYNCR, 0x00c0, 32, WO)            \
	X(IRS_SYNC_STATUSR, 0x00c4, 32, RO)     \
	X(IRS_SPI_VMR, 0x0100, 64, RW)          \
	X(IRS_SPI_SELR, 0x0108, 32, RW)         \
	X(IRS_SPI_DOMAINR, 0x010c, 32, RW)      \
	X(IRS_SPI_RESAMPLER, 0x0110, 32, WO)    \
	X(IRS_SPI_CFGR, 0x0114, 32, RW)         \
	X(IRS_SPI_STATUSR, 0x0118, 32, RO)      \
	X(IRS_PE_SELR, 0x0140, 32, RW)          \
	X(IRS_PE_STATUSR, 0x0144, 32, RO)       \
	X(IRS_PE_CR0, 0x0148, 32, RW)           \
	X(IRS_IST_BASER, 0x0180, 64, RW)        \
	X(IRS_IST_CFGR, 0x0190, 32, RW)         \
	X(IRS_IST_STATUSR, 0x0194, 32, RO)      \
	X(IRS_MAP_L2_ISTR, 0x01c0, 32, WO)      \
	X(IRS_VMT_BASER, 0x0200, 64, RW)        \
	X(IRS_VMT_CFGR, 0x0210, 32, RW)         \
	X(IRS_VMT_STATUSR, 0x0214, 32, RO)      \
	X(IRS_VPE_SELR, 0x0240, 64, RW)         \
	X(IRS_VPE_DBR, 0x0248, 64, RW)          \
	X(IRS_VPE_HPPIR, 0x0250, 64, RO)        \
	X(IRS_VPE_CR0, 0x0258, 32, RW)          \
	X(IRS_VPE_STATUSR, 0x025c, 32, RO)      \
	X(IRS_VM_DBR, 0x0280, 64, RW)           \
	X(IRS_VM_SELR, 0x0288, 32, RW)          \
	X(IRS_VM_STATUSR, 0x028c, 32, RO)       \
	X(IRS_VMAP_L2_VMTR, 0x02c0, 64, WO)     \
	X(IRS_VMAP_VMR, 0x02c8, 64, WO)         \
	X(IRS_VMAP_VISTR, 0x02d0, 64, WO)       \
	X(IRS_VMAP_L2_VISTR, 0x02d8, 64, WO)    \
	X(IRS_VMAP_VPER, 0x02e0, 64, WO)        \
	X(IRS_SAVE_VMR, 0x0300, 64, RW)         \
	X(IRS_SAVE_VM_STATUSR, 0x0308, 32, RO)  \
	X(IRS_MEC_IDR, 0x0340, 32, RO)          \
	X(IRS_MEC_MECID_R, 0x0344, 32, RW)      \
	X(IRS_MPAM_IDR, 0x0380, 32, RO)         \
	X(IRS_MPAM_PARTID_R, 0x0384, 32, RW)    \
	X(IRS_SWERR_STATUSR, 0x03c0, 64, RW)    \
	X(IRS_SWERR_SYNDROMER0, 0x03c8, 64, RO) \
	X(IRS_SWERR_SYNDROMER1, 0x03d0, 64, RO) \
	X(IRS_DEVARCH, 0xffbc, 32, RO)          \
	X(IRS_PIDR4, 0xffd0, 32, RO)            \
	X(IRS_PIDR5, 0xffd4, 32, RO)            \
	X(IRS_PIDR6, 0xffd8, 32, RO)            \
	X(IRS_PIDR7, 0xffdc, 32, RO)            \
	X(IRS_PIDR0, 0xffe0, 32, RO)            \
	X(IRS_PIDR1, 0xffe4, 32, RO)            \
	X(IRS_PIDR2, 0xffe8, 32, RO)            \
	X(IRS_PIDR3, 0xffec, 32, RO)            \
	X(IRS_CIDR0, 0xfff0, 32, RO)            \
	X(IRS_CIDR1, 0xfff4, 32, RO)            \
	X(IRS_CIDR2, 0xfff8, 32, RO)            \
	X(IRS_CIDR3, 0xfffc, 32, RO)

/* X(register, field, highest bit, lowest bit). */
#define GICV5_IRS_FIELDS(X) \
	X(IRS_IDR0, IRSID, 31, 16)               \
	X(IRS_IDR0, MPAM2, 13, 13)               \
	X(IRS_IDR0, SWE, 12, 12)                 \
	X(IRS_IDR0, MPAM, 11, 11)                \
	X(IRS_IDR0, MEC, 10, 10)                 \
	X(IRS_IDR0, SETLPI, 9, 9)                \
	X(IRS_IDR0, VIRT_ONE_N, 8, 8)            \
	X(IRS_IDR0, ONE_N, 7, 7)                 \
	X(IRS_IDR0, VIRT, 6, 6)                  \
	X(IRS_IDR0, PA_RANGE, 5, 2)              \
	X(IRS_IDR0, INT_DOM, 1, 0)               \
	X(IRS_IDR1, PRI_BITS, 22, 20)            \
	X(IRS_IDR1, IAFFID_BITS, 19, 16)         \
	X(IRS_IDR1, PE_CNT, 15, 0)               \
	X(IRS_IDR2, ISTMD_SZ, 19, 15)            \
	X(IRS_IDR2, ISTMD, 14, 14)               \
	X(IRS_IDR2, IST_L2SZ, 13, 11)            \
	X(IRS_IDR2, IST_LEVELS, 10, 10)          \
	X(IRS_IDR2, MIN_LPI_ID_BITS, 9, 6)       \
	X(IRS_IDR2, LPI, 5, 5)                   \
	X(IRS_IDR2, ID_BITS, 4, 0)               \
	X(IRS_IDR3, VMT_LEVELS, 10, 10)          \
	X(IRS_IDR3, VM_ID_BITS, 9, 5)            \
	X(IRS_IDR3, VMD_SZ, 4, 1)                \
	X(IRS_IDR3, VMD, 0, 0)                   \
	X(IRS_IDR4, VPE_ID_BITS, 9, 6)           \
	X(IRS_IDR4, VPED_SZ, 5, 0)               \
	X(IRS_IDR5, SPI_RANGE, 24, 0)            \
	X(IRS_IDR6, SPI_IRS_RANGE, 24, 0)        \
	X(IRS_IDR7, SPI_BASE, 23, 0)             \
	X(IRS_IIDR, PRODUCTID, 31, 20)           \
	X(IRS_IIDR, VARIANT, 19, 16)             \
	X(IRS_IIDR, REVISION, 15, 12)            \
	X(IRS_IIDR, IMPLEMENTER, 11, 0)          \
	X(IRS_AIDR, COMPONENT, 11, 8)            \
	X(IRS_AIDR, ARCHMAJORREV, 7, 4)          \
	X(IRS_AIDR, ARCHMINORREV, 3, 0)          \
	X(IRS_CR0, IDLE, 1, 1)                   \
	X(IRS_CR0, IRSEN, 0, 0)                  \
	X(IRS_CR1, VPED_WA, 15, 15)              \
	X(IRS_CR1, VPED_RA, 14, 14)              \
	X(IRS_CR1, VMD_WA, 13, 13)               \
	X(IRS_CR1, VMD_RA, 12, 12)               \
	X(IRS_CR1, VPET_WA, 11, 11)              \
	X(IRS_CR1, VPET_RA, 10, 10)              \
	X(IRS_CR1, VMT_WA, 9, 9)                 \
	X(IRS_CR1, VMT_RA, 8, 8)                 \
	X(IRS_CR1, IST_WA, 7, 7)                 \
	X(IRS_CR1, IST_RA, 6, 6)                 \
	X(IRS_CR1, IC, 5, 4)                     \
	X(IRS_CR1, OC, 3, 2)                     \
	X(IRS_CR1, SH, 1, 0)                     \
	X(IRS_SYNCR, SYNC, 31, 31)               \
	X(IRS_SYNC_STATUSR, IDLE, 0, 0)          \
	X(IRS_SPI_VMR, VIRT, 63, 63)             \
	X(IRS_SPI_VMR, VM_ID, 15, 0)             \
	X(IRS_SPI_SELR, ID, 23, 0)               \
	X(IRS_SPI_DOMAINR, DOMAIN, 1, 0)         \
	X(IRS_SPI_RESAMPLER, SPI_ID, 23, 0)      \
	X(IRS_SPI_CFGR, TM, 0, 0)                \
	X(IRS_SPI_STATUSR, V, 1, 1)              \
	X(IRS_SPI_STATUSR, IDLE, 0, 0)           \
	X(IRS_PE_SELR, IAFFID, 15, 0)            \
	X(IRS_PE_STATUSR, ONLINE, 2, 2)          \
	X(IRS_PE_STATUSR, V, 1, 1)               \
	X(IRS_PE_STATUSR, IDLE, 0, 0)            \
	X(IRS_PE_CR0, DPS, 0, 0)                 \
	X(IRS_IST_BASER, ADDR, 55, 6)            \
	X(IRS_IST_BASER, VALID, 0, 0)            \
	X(IRS_IST_CFGR, STRUCTURE, 16, 16)       \
	X(IRS_IST_CFGR, ISTSZ, 8, 7)             \
	X(IRS_IST_CFGR, L2SZ, 6, 5)              \
	X(IRS_IST_CFGR, LPI_ID_BITS, 4, 0)       \
	X(IRS_IST_STATUSR, IDLE, 0, 0)           \
	X(IRS_MAP_L2_ISTR, ID, 23, 0)            \
	X(IRS_VMT_BASER, ADDR, 55, 3)            \
	X(IRS_VMT_BASER, VALID, 0, 0)            \
	X(IRS_VMT_CFGR, STRUCTURE, 16, 16)       \
	X(IRS_VMT_CFGR, VM_ID_BITS, 4, 0)        \
	X(IRS_VMT_STATUSR, IDLE, 0, 0)           \
	X(IRS_VPE_SELR, S, 63, 63)               \
	X(IRS_VPE_SELR, VPE_ID, 47, 32)          \
	X(IRS_VPE_SELR, VM_ID, 15, 0)            \
	X(IRS_VPE_DBR, DBV, 63, 63)              \
	X(IRS_VPE_DBR, REQ_DB, 62, 62)           \
	X(IRS_VPE_DBR, DBPM, 36, 32)             \
	X(IRS_VPE_DBR, INTID, 23, 0)             \
	X(IRS_VPE_HPPIR, HPPIV, 32, 32)          \
	X(IRS_VPE_HPPIR, TYPE, 31, 29)           \
	X(IRS_VPE_HPPIR, ID, 23, 0)              \
	X(IRS_VPE_CR0, DPS, 0, 0)                \
	X(IRS_VPE_STATUSR, V, 1, 1)              \
	X(IRS_VPE_STATUSR, IDLE, 0, 0)           \
	X(IRS_VM_DBR, EN, 63, 63)                \
	X(IRS_VM_DBR, VPE_ID, 15, 0)             \
	X(IRS_VM_SELR, VM_ID, 15, 0)             \
	X(IRS_VM_STATUSR, V, 1, 1)               \
	X(IRS_VM_STATUSR, IDLE, 0, 0)            \
	X(IRS_VMAP_L2_VMTR, M, 63, 63)           \
	X(IRS_VMAP_L2_VMTR, VM_ID, 15, 0)        \
	X(IRS_VMAP_VMR, M, 63, 63)               \
	X(IRS_VMAP_VMR, U, 62, 62)               \
	X(IRS_VMAP_VMR, VM_ID, 15, 0)            \
	X(IRS_VMAP_VISTR, M, 63, 63)             \
	X(IRS_VMAP_VISTR, U, 62, 62)             \
	X(IRS_VMAP_VISTR, VM_ID, 47, 32)         \
	X(IRS_VMAP_VISTR, TYPE, 31, 29)          \
	X(IRS_VMAP_L2_VISTR, M, 63, 63)          \
	X(IRS_VMAP_L2_VISTR, VM_ID, 47, 32)      \
	X(IRS_VMAP_L2_VISTR, TYPE, 31, 29)       \
	X(IRS_VMAP_L2_VISTR, ID, 23, 0)          \
	X(IRS_VMAP_VPER, M, 63, 63)              \
	X(IRS_VMAP_VPER, VM_ID, 47, 32)          \
	X(IRS_VMAP_VPER, VPE_ID, 15, 0)          \
	X(IRS_SAVE_VMR, S, 63, 63)               \
	X(IRS_SAVE_VMR, Q, 62, 62)               \
	X(IRS_SAVE_VMR, VM_ID, 15, 0)            \
	X(IRS_SAVE_VM_STATUSR, Q, 1, 1)          \
	X(IRS_SAVE_VM_STATUSR, IDLE, 0, 0)       \
	X(IRS_MEC_IDR, MECIDSIZE, 3, 0)          \
	X(IRS_MEC_MECID_R, MECID, 15, 0)         \
	X(IRS_MPAM_IDR, HAS_MPAM_SP, 24, 24)     \
	X(IRS_MPAM_IDR, PMG_MAX, 23, 16)         \
	X(IRS_MPAM_IDR, PARTID_MAX, 15, 0)       \
	X(IRS_MPAM_PARTID_R, IDLE, 31, 31)       \
	X(IRS_MPAM_PARTID_R, MPAM_SP, 25, 24)    \
	X(IRS_MPAM_PARTID_R, PMG, 23, 16)        \
	X(IRS_MPAM_PARTID_R, PARTID, 15, 0)      \
	X(IRS_SWERR_STATUSR, IMP_EC, 31, 24)     \
	X(IRS_SWERR_STATUSR, EC, 23, 16)         \
	X(IRS_SWERR_STATUSR, OF, 3, 3)           \
	X(IRS_SWERR_STATUSR, S1V, 2, 2)          \
	X(IRS_SWERR_STATUSR, S0V, 1, 1)          \
	X(IRS_SWERR_STATUSR, V, 0, 0)            \
	X(IRS_SWERR_SYNDROMER0, VIRTUAL, 63, 63) \
	X(IRS_SWERR_SYNDROMER0, TYPE, 62, 60)    \
	X(IRS_SWERR_SYNDROMER0, ID, 55, 32)      \
	X(IRS_SWERR_SYNDROMER0, VM_ID, 15, 0)    \
	X(IRS_SWERR_SYNDROMER1, ADDR, 55, 3)     \
	X(IRS_DEVARCH, ARCHITECT, 31, 21)        \
	X(IRS_DEVARCH, PRESENT, 20, 20)          \
	X(IRS_DEVARCH, REVISION, 19, 16)         \
	X(IRS_DEVARCH, ARCHID, 15, 0)            \
	X(IRS_SETLPIR, ID, 23, 0)
/* clang-format on */

#define GICV5_IRS_REG_CONSTANT(name, offset, width, access) GICV5_##name = (offset),

/** `GICV5_<register>`: the offset of each register in its frame. */
enum gicv5_irs_reg { GICV5_IRS_REGS(GICV5_IRS_REG_CONSTANT) };

enum { GICV5_IRS_FIELDS(GICV5_FIELD_CONSTANTS) };

/** Size of every frame of an IRS, ITS or IWB. */
#define GICV5_FRAME_SIZE 0x10000

/** The one register of the SETLPI frame; its offset is not given by every source and taken as 0. */
#define GICV5_IRS_SETLPIR 0x0000

/** Values of IRS_IDR0.PA_RANGE are indexes into this list of address widths. */
#define GICV5_PA_RANGE_BITS 32, 36, 40, 42, 44, 48, 52, 56

/** IRS_AIDR.COMPONENT. */
enum gicv5_component { GICV5_COMPONENT_IRS = 0, GICV5_COMPONENT_ITS = 1, GICV5_COMPONENT_IWB = 2 };

/** IRS_DEVARCH: architect Arm, GICv5 IRS. */
#define GICV5_DEVARCH_ARCHITECT_ARM 0x23b
#define GICV5_DEVARCH_ARCHID_IRS 0x5a19

#endif
