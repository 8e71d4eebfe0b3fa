/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Registers of EL2 for a host at EL1 (nVHE).
 *
 * The core uses some of them outside of core/hyp, all on cold paths. With VHE, and in the nVHE object itself, each of
 * these is the plain access, decided by a static branch.
 */
#ifndef VGICV5_FAR_H
#define VGICV5_FAR_H

/* clang-format off */
/** X(name): what the core, outside of core/hyp, accesses of EL2. */
#define VGICV5_FAR_REGISTERS(X) \
	X(ICH_CONTEXTR_EL2)     \
	X(ICH_VMCR_EL2)         \
	X(ICH_VCTLR_EL2)        \
	X(ICH_HFGRTR_EL2)       \
	X(ICH_HFGWTR_EL2)       \
	X(ICH_HFGITR_EL2)       \
	X(ICH_PPI_ENABLER0_EL2) \
	X(ICH_PPI_ENABLER1_EL2) \
	X(ICH_PPI_ACTIVER0_EL2) \
	X(ICH_PPI_ACTIVER1_EL2)

/** X(name): instructions of EL2, likewise. */
#define VGICV5_FAR_INSNS(X) X(VDPEND) X(VDDI) X(VDHM) X(VDRCFG)
/* clang-format on */

#ifndef __KVM_NVHE_HYPERVISOR__
#include <asm/virt.h>

uint64_t vgicv5_kvm_far_read(unsigned int encoding);
void vgicv5_kvm_far_write(unsigned int encoding, uint64_t value);

#define VGICV5_FAR_ACCESS(name)                                    \
	static inline uint64_t vgicv5_far_read_##name(void)        \
	{                                                          \
		if (has_vhe())                                     \
			return vgicv5_read_##name();               \
		return vgicv5_kvm_far_read(GICV5_##name);          \
	}                                                          \
	static inline void vgicv5_far_write_##name(uint64_t value) \
	{                                                          \
		if (has_vhe())                                     \
			vgicv5_write_##name(value);                \
		else                                               \
			vgicv5_kvm_far_write(GICV5_##name, value); \
	}
VGICV5_FAR_REGISTERS(VGICV5_FAR_ACCESS)

#define VGICV5_FAR_INSN(name)                                            \
	static inline void vgicv5_far_gic_##name(uint64_t operand)       \
	{                                                                \
		if (has_vhe())                                           \
			vgicv5_gic_##name(operand);                      \
		else                                                     \
			vgicv5_kvm_far_write(GICV5_GIC_##name, operand); \
	}
VGICV5_FAR_INSNS(VGICV5_FAR_INSN)

/* core/hyp in the kernel proper is for VHE only: there the accesses are direct. */
#ifndef VGICV5_NEAR
#define vgicv5_write_ICH_CONTEXTR_EL2 vgicv5_far_write_ICH_CONTEXTR_EL2
#define vgicv5_write_ICH_VMCR_EL2 vgicv5_far_write_ICH_VMCR_EL2
#define vgicv5_write_ICH_VCTLR_EL2 vgicv5_far_write_ICH_VCTLR_EL2
#define vgicv5_write_ICH_HFGRTR_EL2 vgicv5_far_write_ICH_HFGRTR_EL2
#define vgicv5_write_ICH_HFGWTR_EL2 vgicv5_far_write_ICH_HFGWTR_EL2
#define vgicv5_write_ICH_HFGITR_EL2 vgicv5_far_write_ICH_HFGITR_EL2
#define vgicv5_read_ICH_PPI_ENABLER0_EL2 vgicv5_far_read_ICH_PPI_ENABLER0_EL2
#define vgicv5_read_ICH_PPI_ENABLER1_EL2 vgicv5_far_read_ICH_PPI_ENABLER1_EL2
#define vgicv5_write_ICH_PPI_ENABLER0_EL2 vgicv5_far_write_ICH_PPI_ENABLER0_EL2
#define vgicv5_write_ICH_PPI_ENABLER1_EL2 vgicv5_far_write_ICH_PPI_ENABLER1_EL2
#define vgicv5_read_ICH_PPI_ACTIVER0_EL2 vgicv5_far_read_ICH_PPI_ACTIVER0_EL2
#define vgicv5_read_ICH_PPI_ACTIVER1_EL2 vgicv5_far_read_ICH_PPI_ACTIVER1_EL2
#define vgicv5_write_ICH_PPI_ACTIVER0_EL2 vgicv5_far_write_ICH_PPI_ACTIVER0_EL2
#define vgicv5_write_ICH_PPI_ACTIVER1_EL2 vgicv5_far_write_ICH_PPI_ACTIVER1_EL2
#define vgicv5_gic_VDDI vgicv5_far_gic_VDDI
#define vgicv5_gic_VDHM vgicv5_far_gic_VDHM
#define vgicv5_gic_VDRCFG vgicv5_far_gic_VDRCFG
#endif
#endif

#endif
