/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief System registers of the GICv5 CPU interface and their fields.
 *
 * One line X(name, op0, op1, CRn, CRm, op2, access) for each register. Everything that is known of a register
 * comes from these lists: the named accessors of the ports, the names in dumps, the decoding of traps, and the
 * test that holds every encoding against an assembler written by somebody else.
 *
 * ICV registers have no encodings of their own: they are what an ICC name reaches in the virtual domain.
 * ICH_PPI_HVIR0/1_EL2 exist in the architecture, but no source we have gives their encoding: they are left out.
 */
#ifndef VGICV5_ARCH_SYSREG_H
#define VGICV5_ARCH_SYSREG_H

#include <vgicv5/arch/field.h>

/* clang-format off */
/* CPU interface, EL1 names: physical at EL2, virtual (ICV) at EL1 of a guest. */
#define GICV5_SYSREGS_ICC(X) \
	X(ICC_APR_EL1, 3, 1, 12, 0, 0, RW)              \
	X(ICC_CR0_EL1, 3, 1, 12, 0, 1, RW)              \
	X(ICC_PCR_EL1, 3, 1, 12, 0, 2, RW)              \
	X(ICC_HAPR_EL1, 3, 1, 12, 0, 3, RO)             \
	X(ICC_PPI_HMR0_EL1, 3, 0, 12, 10, 0, RO)        \
	X(ICC_PPI_HMR1_EL1, 3, 0, 12, 10, 1, RO)        \
	X(ICC_IDR0_EL1, 3, 0, 12, 10, 2, RO)            \
	X(ICC_HPPIR_EL1, 3, 0, 12, 10, 3, RO)           \
	X(ICC_ICSR_EL1, 3, 0, 12, 10, 4, RW)            \
	X(ICC_IAFFIDR_EL1, 3, 0, 12, 10, 5, RO)         \
	X(ICC_PPI_ENABLER0_EL1, 3, 0, 12, 10, 6, RW)    \
	X(ICC_PPI_ENABLER1_EL1, 3, 0, 12, 10, 7, RW)    \
	X(ICC_PPI_CACTIVER0_EL1, 3, 0, 12, 13, 0, RW)   \
	X(ICC_PPI_CACTIVER1_EL1, 3, 0, 12, 13, 1, RW)   \
	X(ICC_PPI_SACTIVER0_EL1, 3, 0, 12, 13, 2, RW)   \
	X(ICC_PPI_SACTIVER1_EL1, 3, 0, 12, 13, 3, RW)   \
	X(ICC_PPI_CPENDR0_EL1, 3, 0, 12, 13, 4, RW)     \
	X(ICC_PPI_CPENDR1_EL1, 3, 0, 12, 13, 5, RW)     \
	X(ICC_PPI_SPENDR0_EL1, 3, 0, 12, 13, 6, RW)     \
	X(ICC_PPI_SPENDR1_EL1, 3, 0, 12, 13, 7, RW)     \
	X(ICC_PPI_PRIORITYR0_EL1, 3, 0, 12, 14, 0, RW)  \
	X(ICC_PPI_PRIORITYR1_EL1, 3, 0, 12, 14, 1, RW)  \
	X(ICC_PPI_PRIORITYR2_EL1, 3, 0, 12, 14, 2, RW)  \
	X(ICC_PPI_PRIORITYR3_EL1, 3, 0, 12, 14, 3, RW)  \
	X(ICC_PPI_PRIORITYR4_EL1, 3, 0, 12, 14, 4, RW)  \
	X(ICC_PPI_PRIORITYR5_EL1, 3, 0, 12, 14, 5, RW)  \
	X(ICC_PPI_PRIORITYR6_EL1, 3, 0, 12, 14, 6, RW)  \
	X(ICC_PPI_PRIORITYR7_EL1, 3, 0, 12, 14, 7, RW)  \
	X(ICC_PPI_PRIORITYR8_EL1, 3, 0, 12, 15, 0, RW)  \
	X(ICC_PPI_PRIORITYR9_EL1, 3, 0, 12, 15, 1, RW)  \
	X(ICC_PPI_PRIORITYR10_EL1, 3, 0, 12, 15, 2, RW) \
	X(ICC_PPI_PRIORITYR11_EL1, 3, 0, 12, 15, 3, RW) \
	X(ICC_PPI_PRIORITYR12_EL1, 3, 0, 12, 15, 4, RW) \
	X(ICC_PPI_PRIORITYR13_EL1, 3, 0, 12, 15, 5, RW) \
	X(ICC_PPI_PRIORITYR14_EL1, 3, 0, 12, 15, 6, RW) \
	X(ICC_PPI_PRIORITYR15_EL1, 3, 0, 12, 15, 7, RW)

/* CPU interface, EL3. */
#define GICV5_SYSREGS_EL3(X) \
	X(ICC_APR_EL3, 3, 6, 12, 8, 0, RW)          \
	X(ICC_PCR_EL3, 3, 6, 12, 8, 1, RW)          \
	X(ICC_DOMHPPIR_EL3, 3, 6, 12, 8, 2, RO)     \
	X(ICC_PPI_DOMAINR0_EL3, 3, 6, 12, 8, 4, RW) \
	X(ICC_PPI_DOMAINR1_EL3, 3, 6, 12, 8, 5, RW) \
	X(ICC_PPI_DOMAINR2_EL3, 3, 6, 12, 8, 6, RW) \
	X(ICC_PPI_DOMAINR3_EL3, 3, 6, 12, 8, 7, RW) \
	X(ICC_CR0_EL3, 3, 6, 12, 9, 0, RW)          \
	X(ICC_HPPIR_EL3, 3, 6, 12, 9, 1, RO)

/* The hypervisor's view of the virtual CPU interface. */
#define GICV5_SYSREGS_ICH(X) \
	X(ICH_APR_EL2, 3, 4, 12, 8, 4, RW)              \
	X(ICH_HPPIR_EL2, 3, 4, 12, 8, 5, RO)            \
	X(ICH_HFGRTR_EL2, 3, 4, 12, 9, 4, RW)           \
	X(ICH_HFGWTR_EL2, 3, 4, 12, 9, 6, RW)           \
	X(ICH_HFGITR_EL2, 3, 4, 12, 9, 7, RW)           \
	X(ICH_PPI_DVIR0_EL2, 3, 4, 12, 10, 0, RW)       \
	X(ICH_PPI_DVIR1_EL2, 3, 4, 12, 10, 1, RW)       \
	X(ICH_PPI_ENABLER0_EL2, 3, 4, 12, 10, 2, RW)    \
	X(ICH_PPI_ENABLER1_EL2, 3, 4, 12, 10, 3, RW)    \
	X(ICH_PPI_PENDR0_EL2, 3, 4, 12, 10, 4, RW)      \
	X(ICH_PPI_PENDR1_EL2, 3, 4, 12, 10, 5, RW)      \
	X(ICH_PPI_ACTIVER0_EL2, 3, 4, 12, 10, 6, RW)    \
	X(ICH_PPI_ACTIVER1_EL2, 3, 4, 12, 10, 7, RW)    \
	X(ICH_PPI_PRIORITYR0_EL2, 3, 4, 12, 14, 0, RW)  \
	X(ICH_PPI_PRIORITYR1_EL2, 3, 4, 12, 14, 1, RW)  \
	X(ICH_PPI_PRIORITYR2_EL2, 3, 4, 12, 14, 2, RW)  \
	X(ICH_PPI_PRIORITYR3_EL2, 3, 4, 12, 14, 3, RW)  \
	X(ICH_PPI_PRIORITYR4_EL2, 3, 4, 12, 14, 4, RW)  \
	X(ICH_PPI_PRIORITYR5_EL2, 3, 4, 12, 14, 5, RW)  \
	X(ICH_PPI_PRIORITYR6_EL2, 3, 4, 12, 14, 6, RW)  \
	X(ICH_PPI_PRIORITYR7_EL2, 3, 4, 12, 14, 7, RW)  \
	X(ICH_PPI_PRIORITYR8_EL2, 3, 4, 12, 15, 0, RW)  \
	X(ICH_PPI_PRIORITYR9_EL2, 3, 4, 12, 15, 1, RW)  \
	X(ICH_PPI_PRIORITYR10_EL2, 3, 4, 12, 15, 2, RW) \
	X(ICH_PPI_PRIORITYR11_EL2, 3, 4, 12, 15, 3, RW) \
	X(ICH_PPI_PRIORITYR12_EL2, 3, 4, 12, 15, 4, RW) \
	X(ICH_PPI_PRIORITYR13_EL2, 3, 4, 12, 15, 5, RW) \
	X(ICH_PPI_PRIORITYR14_EL2, 3, 4, 12, 15, 6, RW) \
	X(ICH_PPI_PRIORITYR15_EL2, 3, 4, 12, 15, 7, RW) \
	X(ICH_VCTLR_EL2, 3, 4, 12, 11, 4, RW)           \
	X(ICH_CONTEXTR_EL2, 3, 4, 12, 11, 6, RW)        \
	X(ICH_VMCR_EL2, 3, 4, 12, 11, 7, RW)

/* GICv3 registers that exist with FEAT_GCIE_LEGACY only. */
#define GICV5_SYSREGS_LEGACY(X) \
	X(ICC_SRE_EL1, 3, 0, 12, 12, 5, RW)  \
	X(ICH_HCR_EL2, 3, 4, 12, 11, 0, RW)  \
	X(ICH_VTR_EL2, 3, 4, 12, 11, 1, RO)  \
	X(ICH_MISR_EL2, 3, 4, 12, 11, 2, RO)

#define GICV5_SYSREGS(X) \
	GICV5_SYSREGS_ICC(X) GICV5_SYSREGS_ICH(X) GICV5_SYSREGS_EL3(X) GICV5_SYSREGS_LEGACY(X)

/* X(register, field, highest bit, lowest bit). The 64-bit PPI bitmaps have one bit per PPI and no fields. */
#define GICV5_SYSREG_FIELDS(X) \
	X(ICC_APR_EL1, P, 31, 0)                      \
	X(ICC_CR0_EL1, PID, 38, 38)                   \
	X(ICC_CR0_EL1, IPPT, 37, 32)                  \
	X(ICC_CR0_EL1, LINK_IDLE, 2, 2)               \
	X(ICC_CR0_EL1, LINK, 1, 1)                    \
	X(ICC_CR0_EL1, EN, 0, 0)                      \
	X(ICC_PCR_EL1, PRIORITY, 4, 0)                \
	X(ICC_HAPR_EL1, PRIORITY, 7, 0)               \
	X(ICC_IDR0_EL1, GCIE_LEGACY, 11, 8)           \
	X(ICC_IDR0_EL1, PRI_BITS, 7, 4)               \
	X(ICC_IDR0_EL1, ID_BITS, 3, 0)                \
	X(ICC_HPPIR_EL1, HPPIV, 32, 32)               \
	X(ICC_HPPIR_EL1, TYPE, 31, 29)                \
	X(ICC_HPPIR_EL1, ID, 23, 0)                   \
	X(ICC_ICSR_EL1, IAFFID, 47, 32)               \
	X(ICC_ICSR_EL1, PRIORITY, 15, 11)             \
	X(ICC_ICSR_EL1, HM, 5, 5)                     \
	X(ICC_ICSR_EL1, ACTIVE, 4, 4)                 \
	X(ICC_ICSR_EL1, IRM, 3, 3)                    \
	X(ICC_ICSR_EL1, PENDING, 2, 2)                \
	X(ICC_ICSR_EL1, ENABLED, 1, 1)                \
	X(ICC_ICSR_EL1, F, 0, 0)                      \
	X(ICC_IAFFIDR_EL1, IAFFID, 15, 0)             \
	X(ICC_APR_EL3, P, 31, 0)                      \
	X(ICC_PCR_EL3, PRIORITY, 4, 0)                \
	X(ICC_DOMHPPIR_EL3, P_HPPI, 3, 3)             \
	X(ICC_DOMHPPIR_EL3, RL_HPPI, 2, 2)            \
	X(ICC_DOMHPPIR_EL3, S_HPPI, 1, 1)             \
	X(ICC_DOMHPPIR_EL3, NS_HPPI, 0, 0)            \
	X(ICC_CR0_EL3, PID, 33, 32)                   \
	X(ICC_CR0_EL3, LINK_IDLE, 2, 2)               \
	X(ICC_CR0_EL3, LINK, 1, 1)                    \
	X(ICC_CR0_EL3, EN, 0, 0)                      \
	X(ICC_HPPIR_EL3, HPPIV, 32, 32)               \
	X(ICC_HPPIR_EL3, TYPE, 31, 29)                \
	X(ICC_HPPIR_EL3, ID, 23, 0)                   \
	X(ICH_APR_EL2, P, 31, 0)                      \
	X(ICH_HPPIR_EL2, HPPIV, 32, 32)               \
	X(ICH_HPPIR_EL2, TYPE, 31, 29)                \
	X(ICH_HPPIR_EL2, ID, 23, 0)                   \
	X(ICH_HFGRTR_EL2, ICC_PPI_ACTIVERn, 20, 20)   \
	X(ICH_HFGRTR_EL2, ICC_PPI_PRIORITYRn, 19, 19) \
	X(ICH_HFGRTR_EL2, ICC_PPI_PENDRn, 18, 18)     \
	X(ICH_HFGRTR_EL2, ICC_PPI_ENABLERn, 17, 17)   \
	X(ICH_HFGRTR_EL2, ICC_PPI_HMRn, 16, 16)       \
	X(ICH_HFGRTR_EL2, ICC_IAFFIDR, 7, 7)          \
	X(ICH_HFGRTR_EL2, ICC_ICSR, 6, 6)             \
	X(ICH_HFGRTR_EL2, ICC_PCR, 5, 5)              \
	X(ICH_HFGRTR_EL2, ICC_HPPIR, 4, 4)            \
	X(ICH_HFGRTR_EL2, RES1, 3, 3)                 \
	X(ICH_HFGRTR_EL2, ICC_CR0, 2, 2)              \
	X(ICH_HFGRTR_EL2, ICC_IDRn, 1, 1)             \
	X(ICH_HFGRTR_EL2, ICC_APR, 0, 0)              \
	X(ICH_HFGWTR_EL2, ICC_PPI_ACTIVERn, 20, 20)   \
	X(ICH_HFGWTR_EL2, ICC_PPI_PRIORITYRn, 19, 19) \
	X(ICH_HFGWTR_EL2, ICC_PPI_PENDRn, 18, 18)     \
	X(ICH_HFGWTR_EL2, ICC_PPI_ENABLERn, 17, 17)   \
	X(ICH_HFGWTR_EL2, ICC_ICSR, 6, 6)             \
	X(ICH_HFGWTR_EL2, ICC_PCR, 5, 5)              \
	X(ICH_HFGWTR_EL2, ICC_CR0, 2, 2)              \
	X(ICH_HFGWTR_EL2, ICC_APR, 0, 0)              \
	X(ICH_HFGITR_EL2, GICRCDNMIA, 10, 10)         \
	X(ICH_HFGITR_EL2, GICRCDIA, 9, 9)             \
	X(ICH_HFGITR_EL2, GICCDDI, 8, 8)              \
	X(ICH_HFGITR_EL2, GICCDEOI, 7, 7)             \
	X(ICH_HFGITR_EL2, GICCDHM, 6, 6)              \
	X(ICH_HFGITR_EL2, GICCDRCFG, 5, 5)            \
	X(ICH_HFGITR_EL2, GICCDPEND, 4, 4)            \
	X(ICH_HFGITR_EL2, GICCDAFF, 3, 3)             \
	X(ICH_HFGITR_EL2, GICCDPRI, 2, 2)             \
	X(ICH_HFGITR_EL2, GICCDDIS, 1, 1)             \
	X(ICH_HFGITR_EL2, GICCDEN, 0, 0)              \
	X(ICH_VCTLR_EL2, V3, 1, 1)                    \
	X(ICH_VCTLR_EL2, EN, 0, 0)                    \
	X(ICH_CONTEXTR_EL2, V, 63, 63)                \
	X(ICH_CONTEXTR_EL2, F, 62, 62)                \
	X(ICH_CONTEXTR_EL2, IRICHPPIDIS, 61, 61)      \
	X(ICH_CONTEXTR_EL2, DB, 60, 60)               \
	X(ICH_CONTEXTR_EL2, DBPM, 59, 55)             \
	X(ICH_CONTEXTR_EL2, VPE, 47, 32)              \
	X(ICH_CONTEXTR_EL2, VM, 15, 0)                \
	X(ICH_VMCR_EL2, VPMR, 31, 27)                 \
	X(ICH_VMCR_EL2, EN, 0, 0)
/* clang-format on */

enum { GICV5_SYSREG_FIELDS(GICV5_FIELD_CONSTANTS) };

/** Packs an encoding as op0[15:14] op1[13:11] CRn[10:7] CRm[6:3] op2[2:0]: the order of the instruction word. */
#define GICV5_ENC(op0, op1, crn, crm, op2) ((op0) << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | (op2))

#define GICV5_SYSREG_CONSTANT(name, op0, op1, crn, crm, op2, access) \
	GICV5_##name = GICV5_ENC(op0, op1, crn, crm, op2),

/** `GICV5_<register>`: the packed encoding of each system register. */
enum gicv5_sysreg { GICV5_SYSREGS(GICV5_SYSREG_CONSTANT) };

/** Masks of the bits of ICH_HFG*R_EL2 that exist; all ones means that nothing is trapped. */
#define GICV5_HFGRTR_ALL ((uint64_t)0x1f00ff)
#define GICV5_HFGWTR_ALL ((uint64_t)0x1e0065)
#define GICV5_HFGITR_ALL ((uint64_t)0x7ff)

#define GICV5_PPI_COUNT 128
#define GICV5_PRIORITY_LEVELS 32
#define GICV5_PRIORITY_LOWEST 31
#define GICV5_PRIORITY_IDLE 0xff /* ICC_HAPR_EL1 when nothing is active (D_XMBQZ) */

/** ID_AA64PFR2_EL1.GCIE and ID_AA64PFR0_EL1.GIC: the fields that say which GIC the CPU has. */
#define GICV5_ID_AA64PFR2_EL1 GICV5_ENC(3, 0, 0, 4, 2)
#define GICV5_ID_AA64PFR2_GCIE_LO 12
#define GICV5_ID_AA64PFR0_GIC_LO 24

#endif
