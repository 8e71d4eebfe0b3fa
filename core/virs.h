/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The virtual IRS: the table of its registers, shared between virs.c and the files that hold their behaviour. */
#ifndef VGICV5_CORE_VIRS_H
#define VGICV5_CORE_VIRS_H

#include <vgicv5/vcpu.h>

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

/* State of the frame as after a reset. */
void vgicv5_virs_reset(struct vgicv5_vm *vm);

/* virs_spi.c */
uint64_t vgicv5_virs_read_spi(struct vgicv5_vcpu *vcpu, uint32_t offset);
void vgicv5_virs_write_spi(struct vgicv5_vcpu *vcpu, uint32_t offset, uint64_t value);

/* virs_ist.c */
uint64_t vgicv5_virs_read_ist(struct vgicv5_vcpu *vcpu, uint32_t offset);
void vgicv5_virs_write_ist(struct vgicv5_vcpu *vcpu, uint32_t offset, uint64_t value);

#endif
