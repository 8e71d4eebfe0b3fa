/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Registers, GIC instructions and IRS frames of tier 0 on a software GICv5 in the same image.
 *
 * For the vgicv5_port.h of a hypervisor that runs on a host without GICv5 (a test transport), in place of
 * hal/aarch64/vgicv5_aarch64.h; barriers and cache maintenance are the hypervisor's own. It supplies the four functions
 * below, which call vgicv5_soft_sys(), vgicv5_soft_mmio_read() and vgicv5_soft_mmio_write() for the PE it is on, at EL2.
 */
#ifndef VGICV5_SOFT_PORT_ACCESS_H
#define VGICV5_SOFT_PORT_ACCESS_H

#include <vgicv5/arch/insn.h>
#include <vgicv5/arch/sysreg.h>
#include <vgicv5_types.h>

/** A system register access or GIC instruction of the hypervisor. `encoding` is in GICV5_ENC() form. */
uint64_t vgicv5_soft_here_read(unsigned int encoding);
void vgicv5_soft_here_write(unsigned int encoding, uint64_t value);

/** An access to an IRS frame. `address` is in what vgicv5_irs_desc.config_frame points to. */
uint64_t vgicv5_soft_here_mmio_read(const volatile void *address, unsigned int bytes);
void vgicv5_soft_here_mmio_write(volatile void *address, unsigned int bytes, uint64_t value);

#define VGICV5_PORT_ACCESS_RO(name)                         \
	static inline uint64_t vgicv5_read_##name(void)     \
	{                                                   \
		return vgicv5_soft_here_read(GICV5_##name); \
	}
#define VGICV5_PORT_ACCESS_RW(name)                        \
	VGICV5_PORT_ACCESS_RO(name)                        \
	static inline void vgicv5_write_##name(uint64_t v) \
	{                                                  \
		vgicv5_soft_here_write(GICV5_##name, v);   \
	}
#define VGICV5_PORT_SYSREG(name, op0, op1, crn, crm, op2, access) VGICV5_PORT_ACCESS_##access(name)

GICV5_SYSREGS_ICC(VGICV5_PORT_SYSREG)
GICV5_SYSREGS_ICH(VGICV5_PORT_SYSREG)

#define VGICV5_PORT_GIC(name, op1, crm, op2)                       \
	static inline void vgicv5_gic_##name(uint64_t operand)     \
	{                                                          \
		vgicv5_soft_here_write(GICV5_GIC_##name, operand); \
	}
#define VGICV5_PORT_GIC_XZR(name, op1, crm, op2)             \
	static inline void vgicv5_gic_##name(void)           \
	{                                                    \
		vgicv5_soft_here_write(GICV5_GIC_##name, 0); \
	}
#define VGICV5_PORT_GICR(name, op1, crm, op2)                   \
	static inline uint64_t vgicv5_gicr_##name(void)         \
	{                                                       \
		return vgicv5_soft_here_read(GICV5_GIC_##name); \
	}
#define VGICV5_PORT_GSB(name, op1, crm, op2)                 \
	static inline void vgicv5_gsb_##name(void)           \
	{                                                    \
		vgicv5_soft_here_write(GICV5_GSB_##name, 0); \
	}

GICV5_INSNS_CD(VGICV5_PORT_GIC)
GICV5_INSNS_VD(VGICV5_PORT_GIC)
GICV5_INSNS_EOI(VGICV5_PORT_GIC_XZR)
GICV5_INSNS_ACK(VGICV5_PORT_GICR)
GICV5_INSNS_GSB(VGICV5_PORT_GSB)

static inline uint32_t vgicv5_mmio_read32(const volatile void *address)
{
	return (uint32_t)vgicv5_soft_here_mmio_read(address, 4);
}

static inline uint64_t vgicv5_mmio_read64(const volatile void *address)
{
	return vgicv5_soft_here_mmio_read(address, 8);
}

static inline void vgicv5_mmio_write32(volatile void *address, uint32_t value)
{
	vgicv5_soft_here_mmio_write(address, 4, value);
}

static inline void vgicv5_mmio_write64(volatile void *address, uint64_t value)
{
	vgicv5_soft_here_mmio_write(address, 8, value);
}

#endif
