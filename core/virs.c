/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Accesses of a guest to its IRS. */
#include "virs.h"

#include <vgicv5/arch/intid.h>
#include <vgicv5/debug.h>
#include <vgicv5/port.h>

#include "frame.h"
#include "inject.h"

static const struct virs_reg *find(uint32_t offset)
{
	unsigned int i;

	for (i = 0; i < vgicv5_virs_reg_count; i++)
		if (offset - vgicv5_virs_regs[i].offset < vgicv5_virs_regs[i].bytes)
			return &vgicv5_virs_regs[i];
	return NULL;
}

/* The register that an access is for, and how far the access is shifted in it. */
static const struct virs_reg *decode(uint32_t offset, unsigned int bytes, unsigned int *shift)
{
	const struct virs_reg *reg;

	if (!vgicv5_frame_aligned(offset, bytes))
		return NULL;
	reg = find(offset);
	if (!reg || bytes > reg->bytes)
		return NULL;
	*shift = 8 * (offset - reg->offset);
	return reg;
}

static uint64_t read_reg(struct vgicv5_vcpu *vcpu, const struct virs_reg *reg)
{
	return reg->read ? reg->read(vcpu, reg->offset) : reg->value;
}

uint64_t vgicv5_virs_read(struct vgicv5_vcpu *vcpu, uint32_t offset, unsigned int bytes)
{
	const struct virs_reg *reg;
	unsigned int shift;
	uint64_t value = 0;

	reg = offset < GICV5_FRAME_SIZE ? decode(offset, bytes, &shift) : NULL;
	if (reg && vgicv5_vm_is_started(vcpu->vm))
		value = vgicv5_frame_part(read_reg(vcpu, reg), shift, bytes);
	VGICV5_TRACE(mmio_read, vcpu->vm->vm_id, offset, value);
	return value;
}

static void write_config(struct vgicv5_vcpu *vcpu, const struct virs_reg *reg, unsigned int shift,
			 unsigned int bytes, uint64_t value)
{
	vgicv5_mutex_lock(&vcpu->vm->mutex);
	if (vgicv5_vm_is_started(vcpu->vm)) {
		uint64_t old = bytes < reg->bytes ? read_reg(vcpu, reg) : 0;

		reg->write(vcpu, reg->offset, vgicv5_frame_merge(old, value, shift, bytes));
	}
	vgicv5_mutex_unlock(&vcpu->vm->mutex);
}

int vgicv5_inject_setlpi(struct vgicv5_vm *vm, uint32_t value)
{
	return vgicv5_inject_lpi(vm, (uint32_t)GICV5_GET(IRS_SETLPIR_ID, value));
}

/* SET_EDGE of an LPI. One that cannot be injected is one that the guest does not have: ignored, as the IRS does. */
static void write_setlpi(struct vgicv5_vcpu *vcpu, uint32_t offset, unsigned int bytes, uint64_t value)
{
	uint32_t lpi = (uint32_t)GICV5_GET(IRS_SETLPIR_ID, value);

	if (offset != GICV5_IRS_SETLPIR || bytes != 4 || vgicv5_lpi_reachable(vcpu->vm, lpi))
		return;
	vgicv5_virs_set_mode(vcpu, GICV5_INTID(GICV5_TYPE_LPI, lpi), false);
	vgicv5_gsb_SYS();
	(void)vgicv5_inject_lpi(vcpu->vm, lpi);
}

void vgicv5_virs_write(struct vgicv5_vcpu *vcpu, uint32_t offset, unsigned int bytes, uint64_t value)
{
	const struct virs_reg *reg;
	unsigned int shift;

	VGICV5_TRACE(mmio_write, vcpu->vm->vm_id, offset, value);
	if (offset >= GICV5_FRAME_SIZE) {
		write_setlpi(vcpu, offset - GICV5_FRAME_SIZE, bytes, value);
		return;
	}
	reg = decode(offset, bytes, &shift);
	if (reg && reg->write)
		write_config(vcpu, reg, shift, bytes, value);
}
