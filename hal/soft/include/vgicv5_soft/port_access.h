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

#include <vgicv5_types.h>

/** A system register access or GIC instruction of the hypervisor. `encoding` is in GICV5_ENC() form. */
uint64_t vgicv5_soft_here_read(unsigned int encoding);
void vgicv5_soft_here_write(unsigned int encoding, uint64_t value);

/** An access to an IRS frame. `address` is in what vgicv5_irs_desc.config_frame points to. */
uint64_t vgicv5_soft_here_mmio_read(const volatile void *address, unsigned int bytes);
void vgicv5_soft_here_mmio_write(volatile void *address, unsigned int bytes, uint64_t value);

#define VGICV5_CALL_READ(name) vgicv5_soft_here_read(GICV5_##name)
#define VGICV5_CALL_WRITE(name, value) vgicv5_soft_here_write(GICV5_##name, value)
#define VGICV5_CALL_GIC(name, operand) vgicv5_soft_here_write(GICV5_##name, operand)
#define VGICV5_CALL_GICR(name) vgicv5_soft_here_read(GICV5_##name)
#define VGICV5_CALL_MMIO_READ(address, bytes) vgicv5_soft_here_mmio_read(address, bytes)
#define VGICV5_CALL_MMIO_WRITE(address, bytes, value) vgicv5_soft_here_mmio_write(address, bytes, value)

#include <vgicv5/arch/accessors.h>

#endif
