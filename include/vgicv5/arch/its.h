/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Memory-mapped registers of the Interrupt Translation Service.
 *
 * One CONFIG frame of 64 KiB per domain and one or more translate frames.
 */
#ifndef VGICV5_ARCH_ITS_H
#define VGICV5_ARCH_ITS_H

#include <vgicv5/arch/field.h>

/* clang-format off */
/* X(name, offset, width in bits, access). */
#define GICV5_ITS_REGS(X) \
	X(ITS_IDR0, 0x0000, 32, RO)              \
	X(ITS_IDR1, 0x0004, 32, RO)              \
	X(ITS_IDR2, 0x0008, 32, RO)              \
	X(ITS_IIDR, 0x0040, 32, RO)              \
	X(ITS_AIDR, 0x0044, 32, RO)              \
	X(ITS_CR0, 0x0080, 32, RW)               \
	X(ITS_CR1, 0x0084, 32, RW)               \
	X(ITS_DT_BASER, 0x00c0, 64, RW)          \
	X(ITS_DT_CFGR, 0x00d0, 32, RW)           \
	X(ITS_DIDR, 0x0100, 64, RW)              \
	X(ITS_EIDR, 0x0108, 32, RW)              \
	X(ITS_INV_EVENTR, 0x010c, 32, WO)        \
	X(ITS_INV_DEVICER, 0x0110, 32, WO)       \
	X(ITS_READ_EVENTR, 0x0114, 32, WO)       \
	X(ITS_READ_EVENT_DATAR, 0x0118, 64, RO)  \
	X(ITS_STATUSR, 0x0120, 32, RO)           \
	X(ITS_SYNCR, 0x0140, 64, WO)             \
	X(ITS_SYNC_STATUSR, 0x0148, 32, RO)      \
	X(ITS_GEN_EVENT_DIDR, 0x0180, 64, RW)    \
	X(ITS_GEN_EVENT_EIDR, 0x0188, 32, RW)    \
	X(ITS_GEN_EVENTR, 0x018c, 32, WO)        \
	X(ITS_GEN_EVENT_STATUSR, 0x0190, 32, RO) \
	X(ITS_MEC_IDR, 0x01c0, 32, RO)           \
	X(ITS_MEC_MECID_R, 0x01c4, 32, RW)       \
	X(ITS_MPAM_IDR, 0x0200, 32, RO)          \
	X(ITS_MPAM_PARTID_R, 0x0204, 32, RW)     \
	X(ITS_SWERR_STATUSR, 0x0240, 64, RW)     \
	X(ITS_SWERR_SYNDROMER0, 0x0248, 64, RO)  \
	X(ITS_SWERR_SYNDROMER1, 0x0250, 64, RO)

/* X(register, field, highest bit, lowest bit). */
#define GICV5_ITS_FIELDS(X) \
	X(ITS_IDR0, ITSID, 31, 16)                 \
	X(ITS_IDR0, MPAM2, 9, 9)                   \
	X(ITS_IDR0, SWE, 8, 8)                     \
	X(ITS_IDR0, MPAM, 7, 7)                    \
	X(ITS_IDR0, MEC, 6, 6)                     \
	X(ITS_IDR0, PA_RANGE, 5, 2)                \
	X(ITS_IDR0, INT_DOM, 1, 0)                 \
	X(ITS_IDR1, L2SZ, 10, 8)                   \
	X(ITS_IDR1, ITT_LEVELS, 7, 7)              \
	X(ITS_IDR1, DT_LEVELS, 6, 6)               \
	X(ITS_IDR1, DEVICEID_BITS, 5, 0)           \
	X(ITS_IDR2, XDMN_EVENTS, 6, 5)             \
	X(ITS_IDR2, EVENTID_BITS, 4, 0)            \
	X(ITS_CR0, IDLE, 1, 1)                     \
	X(ITS_CR0, ITSEN, 0, 0)                    \
	X(ITS_CR1, ITT_RA, 7, 7)                   \
	X(ITS_CR1, DT_RA, 6, 6)                    \
	X(ITS_CR1, IC, 5, 4)                       \
	X(ITS_CR1, OC, 3, 2)                       \
	X(ITS_CR1, SH, 1, 0)                       \
	X(ITS_DT_BASER, ADDR, 55, 3)               \
	X(ITS_DT_CFGR, STRUCTURE, 16, 16)          \
	X(ITS_DT_CFGR, L2SZ, 7, 6)                 \
	X(ITS_DT_CFGR, DEVICEID_BITS, 5, 0)        \
	X(ITS_DIDR, DEVICE_ID, 31, 0)              \
	X(ITS_EIDR, EVENT_ID, 31, 0)               \
	X(ITS_INV_EVENTR, I, 31, 31)               \
	X(ITS_INV_EVENTR, ITT_L2SZ, 2, 1)          \
	X(ITS_INV_EVENTR, L1, 0, 0)                \
	X(ITS_INV_DEVICER, I, 31, 31)              \
	X(ITS_INV_DEVICER, EVENTID_BITS, 5, 1)     \
	X(ITS_INV_DEVICER, L1, 0, 0)               \
	X(ITS_READ_EVENTR, R, 31, 31)              \
	X(ITS_READ_EVENT_DATAR, VIRT, 63, 63)      \
	X(ITS_READ_EVENT_DATAR, VM_ID, 47, 32)     \
	X(ITS_READ_EVENT_DATAR, VALID, 31, 31)     \
	X(ITS_READ_EVENT_DATAR, LPI_ID, 23, 0)     \
	X(ITS_STATUSR, IDLE, 0, 0)                 \
	X(ITS_SYNCR, SYNC, 63, 63)                 \
	X(ITS_SYNCR, SYNCALL, 32, 32)              \
	X(ITS_SYNCR, DEVICE_ID, 31, 0)             \
	X(ITS_SYNC_STATUSR, IDLE, 0, 0)            \
	X(ITS_GEN_EVENT_DIDR, DEVICE_ID, 31, 0)    \
	X(ITS_GEN_EVENT_EIDR, EVENT_ID, 31, 0)     \
	X(ITS_GEN_EVENTR, R, 31, 31)               \
	X(ITS_GEN_EVENTR, TARGET_DOMAIN, 1, 0)     \
	X(ITS_GEN_EVENT_STATUSR, IDLE, 0, 0)       \
	X(ITS_MEC_IDR, MECIDSIZE, 3, 0)            \
	X(ITS_MEC_MECID_R, MECID, 15, 0)           \
	X(ITS_SWERR_STATUSR, IMP_EC, 31, 24)       \
	X(ITS_SWERR_STATUSR, EC, 23, 16)           \
	X(ITS_SWERR_STATUSR, OF, 3, 3)             \
	X(ITS_SWERR_STATUSR, S1V, 2, 2)            \
	X(ITS_SWERR_STATUSR, S0V, 1, 1)            \
	X(ITS_SWERR_STATUSR, V, 0, 0)              \
	X(ITS_SWERR_SYNDROMER0, DEVICE_ID, 63, 32) \
	X(ITS_SWERR_SYNDROMER0, EVENT_ID, 31, 0)   \
	X(ITS_SWERR_SYNDROMER1, ADDR, 55, 3)       \
	X(ITS_TRANSLATER, EVENT_ID, 31, 0)
/* clang-format on */

#define GICV5_ITS_REG_CONSTANT(name, offset, width, access) GICV5_##name = (offset),

/** `GICV5_<register>`: the offset of each register in its frame. */
enum gicv5_its_reg { GICV5_ITS_REGS(GICV5_ITS_REG_CONSTANT) };

enum { GICV5_ITS_FIELDS(GICV5_FIELD_CONSTANTS) };

/** Registers of the translate frame: a write is an MSI, its DeviceID comes from the bus. */
#define GICV5_ITS_TRANSLATER 0x0000
#define GICV5_ITS_RL_TRANSLATER 0x0008

#endif
