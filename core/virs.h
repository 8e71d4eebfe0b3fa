/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The virtual IRS: the table of its registers, shared between virs.c and the files that hold their behaviour. */
#ifndef VGICV5_CORE_VIRS_H
#define VGICV5_CORE_VIRS_H

#include <vgicv5/arch/irs.h>
#include <vgicv5/vcpu.h>

#include "ist.h"

/* One register of the config frame. Registers that are not in the table read as zero and ignore writes. */
struct virs_reg {
	uint16_t offset;
	uint8_t bytes;	/* 4 or 8 */
	uint32_t value; /* what it reads as, where there is no read function */
	uint64_t (*read)(struct vgicv5_vcpu *vcpu, uint32_t offset);
	void (*write)(struct vgicv5_vcpu *vcpu, uint32_t offset, uint64_t value); /* VM's mutex held */
};

extern const struct virs_reg vgicv5_virs_regs[];
extern const unsigned int vgicv5_virs_reg_count;

/* Bits that are kept of what is written. */
#define VIRS_CR1_MASK ((uint32_t)GICV5_BITS(GICV5_IRS_CR1_VPED_WA_HI, GICV5_IRS_CR1_SH_LO))
#define VIRS_CFGR_MASK                                                         \
	(GICV5_MASK(IRS_IST_CFGR_STRUCTURE) | GICV5_MASK(IRS_IST_CFGR_ISTSZ) | \
	 GICV5_MASK(IRS_IST_CFGR_L2SZ) | GICV5_MASK(IRS_IST_CFGR_LPI_ID_BITS))
#define VIRS_BASER_MASK (GICV5_MASK(IRS_IST_BASER_ADDR) | GICV5_MASK(IRS_IST_BASER_VALID))

/* State of the frame as after a reset. */
void vgicv5_virs_reset(struct vgicv5_vm *vm);

/* virs_spi.c */
void vgicv5_virs_set_mode(struct vgicv5_vcpu *vcpu, uint32_t intid, bool level);
uint64_t vgicv5_virs_read_spi(struct vgicv5_vcpu *vcpu, uint32_t offset);
void vgicv5_virs_write_spi(struct vgicv5_vcpu *vcpu, uint32_t offset, uint64_t value);

/* virs_ist.c */
uint64_t vgicv5_virs_read_ist(struct vgicv5_vcpu *vcpu, uint32_t offset);
void vgicv5_virs_write_ist(struct vgicv5_vcpu *vcpu, uint32_t offset, uint64_t value);

/* The table that IRS_IST_CFGR asks of an IRS with that IRS_IDR2, and whether the IRS offers it. */
void vgicv5_virs_guest_shape(uint32_t cfgr, uint32_t idr2, struct vgicv5_ist_shape *shape);
bool vgicv5_virs_shape_offered(uint32_t idr2, const struct vgicv5_ist_shape *shape);

/* L2 tables that it has, if it is of two levels. */
uint32_t vgicv5_virs_l2_count(const struct vgicv5_ist_shape *shape);

/*
 * Makes the host's table for a guest's of that shape: all LPIs of a linear one, none of one with two levels. VM's mutex
 * held. VGICV5_NO_MEMORY, VGICV5_LIMIT: nothing is left. As for vgicv5_ist_map(), which adds one L2 table of the guest.
 */
int vgicv5_virs_create_ist(struct vgicv5_vm *vm, const struct vgicv5_ist_shape *shape);
int vgicv5_virs_map_l2(struct vgicv5_vm *vm, const struct vgicv5_ist_shape *shape, uint32_t entry);

/* Frees it; the IRS must not own it. */
void vgicv5_virs_free_ist(struct vgicv5_vm *vm);

#endif
