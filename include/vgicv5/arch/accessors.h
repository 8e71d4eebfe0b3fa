/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The named accessors of tier 0, for a vgicv5_port.h to which each access is a call.
 *
 * Such are ports on a software GICv5; on hardware the register's number is in the instruction (hal/aarch64). The port
 * defines six macros before it includes this:
 *
 *     VGICV5_CALL_READ(name)         VGICV5_CALL_WRITE(name, value)    a system register: ICH_VMCR_EL2, ...
 *     VGICV5_CALL_GICR(name)         VGICV5_CALL_GIC(name, operand)    an instruction: GIC_CDIA, GIC_CDEOI, GSB_SYS, ...
 *     VGICV5_CALL_MMIO_READ(address, bytes)                            of an IRS frame
 *     VGICV5_CALL_MMIO_WRITE(address, bytes, value)
 */
#ifndef VGICV5_ARCH_ACCESSORS_H
#define VGICV5_ARCH_ACCESSORS_H

#include <vgicv5/arch/insn.h>
#include <vgicv5/arch/sysreg.h>
#include <vgicv5_types.h>

#define VGICV5_PORT_ACCESS_RO(name)                     \
	static inline uint64_t vgicv5_read_##name(void) \
	{                                               \
		return VGICV5_CALL_READ(name);          \
	}
#define VGICV5_PORT_ACCESS_RW(name)                            \
	VGICV5_PORT_ACCESS_RO(name)                            \
	static inline void vgicv5_write_##name(uint64_t value) \
	{                                                      \
		VGICV5_CALL_WRITE(name, value);                \
	}
#define VGICV5_PORT_SYSREG(name, op0, op1, crn, crm, op2, access) VGICV5_PORT_ACCESS_##access(name)

GICV5_SYSREGS_ICC(VGICV5_PORT_SYSREG)
GICV5_SYSREGS_ICH(VGICV5_PORT_SYSREG)

#define VGICV5_PORT_GIC(name, op1, crm, op2)                   \
	static inline void vgicv5_gic_##name(uint64_t operand) \
	{                                                      \
		VGICV5_CALL_GIC(GIC_##name, operand);          \
	}
#define VGICV5_PORT_GIC_XZR(name, op1, crm, op2)   \
	static inline void vgicv5_gic_##name(void) \
	{                                          \
		VGICV5_CALL_GIC(GIC_##name, 0);    \
	}
#define VGICV5_PORT_GICR(name, op1, crm, op2)           \
	static inline uint64_t vgicv5_gicr_##name(void) \
	{                                               \
		return VGICV5_CALL_GICR(GIC_##name);    \
	}
#define VGICV5_PORT_GSB(name, op1, crm, op2)       \
	static inline void vgicv5_gsb_##name(void) \
	{                                          \
		VGICV5_CALL_GIC(GSB_##name, 0);    \
	}

GICV5_INSNS_CD(VGICV5_PORT_GIC)
GICV5_INSNS_VD(VGICV5_PORT_GIC)
GICV5_INSNS_EOI(VGICV5_PORT_GIC_XZR)
GICV5_INSNS_ACK(VGICV5_PORT_GICR)
GICV5_INSNS_GSB(VGICV5_PORT_GSB)

static inline uint32_t vgicv5_mmio_read32(const volatile void *address)
{
	return (uint32_t)VGICV5_CALL_MMIO_READ(address, 4);
}

static inline uint64_t vgicv5_mmio_read64(const volatile void *address)
{
	return VGICV5_CALL_MMIO_READ(address, 8);
}

static inline void vgicv5_mmio_write32(volatile void *address, uint32_t value)
{
	VGICV5_CALL_MMIO_WRITE(address, 4, value);
}

static inline void vgicv5_mmio_write64(volatile void *address, uint64_t value)
{
	VGICV5_CALL_MMIO_WRITE(address, 8, value);
}

#endif
