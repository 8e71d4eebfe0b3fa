/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * SPIs of the virtual IRS. Trigger modes are kept here: they decide what a change of a line does (virs has no
 * wires of its own). Priorities, targets and enables are the hardware's, in the virtual SPI table.
 */
#include <vgicv5/arch/intid.h>
#include <vgicv5/arch/irs.h>
#include <vgicv5/hyp.h>
#include <vgicv5/port.h>

#include "assign.h"
#include "bitmap.h"
#include "eoi.h"
#include "inject.h"
#include "virs.h"

static bool exists(const struct vgicv5_vm *vm, uint32_t spi)
{
	return spi < vm->config.spi_count;
}

static uint64_t read_cfgr(const struct vgicv5_vm *vm, uint32_t spi)
{
	return exists(vm, spi) ? GICV5_PUT(IRS_SPI_CFGR_TM, vgicv5_bitmap_test(vm->spi_level, spi)) : 0;
}

uint64_t vgicv5_virs_read_spi(struct vgicv5_vcpu *vcpu, uint32_t offset)
{
	const struct vgicv5_vm *vm = vcpu->vm;
	uint32_t spi = VGICV5_READ_ONCE(vm->virs.spi_selr);

	switch (offset) {
	case GICV5_IRS_SPI_SELR:
		return spi;
	case GICV5_IRS_SPI_STATUSR:
		return GICV5_PUT(IRS_SPI_STATUSR_V, exists(vm, spi)) | GICV5_MASK(IRS_SPI_STATUSR_IDLE);
	default:
		return read_cfgr(vm, spi);
	}
}

/*
 * An event sets the handling mode of an interrupt (R_HHKMN), GIC VDPEND does not: so the mode goes with the trigger
 * mode. GIC VDHM acts on the VM that is resident on this CPU, which is the vCPU's own while it handles its trap.
 */
void vgicv5_virs_set_mode(struct vgicv5_vcpu *vcpu, uint32_t intid, bool level)
{
	unsigned long flags = vgicv5_lock(&vcpu->vm->lock);
	const struct vgicv5_pcpu *pcpu = vgicv5_this_pcpu();

	if (pcpu && pcpu->loaded == vcpu)
		vgicv5_gic_VDHM(intid | GICV5_PUT(CDHM_HM, level));
	vgicv5_unlock(&vcpu->vm->lock, flags);
}

static void follow_line(struct vgicv5_vm *vm, uint32_t spi)
{
	if (vgicv5_eoi_registered(vm, spi))
		vgicv5_eoi_refresh(vm, spi);
	else
		vgicv5_spi_follow_line(vm, spi);
}

/* R_KBPXL: to level, pending follows the line; to edge, what a line that is high had made pending goes. */
static void set_trigger_mode(struct vgicv5_vcpu *vcpu, uint32_t spi, bool level)
{
	struct vgicv5_vm *vm = vcpu->vm;

	if (vgicv5_bitmap_test(vm->spi_level, spi) == level)
		return;
	/* The wire's own mode decides what its events are (R_QBXXV): the two do not part. */
	if (vgicv5_assigned(vm, spi) && vgicv5_assign_set_mode(vm, spi, level))
		return;
	vgicv5_virs_set_mode(vcpu, GICV5_INTID(GICV5_TYPE_SPI, spi), level);
	if (level) {
		vgicv5_bitmap_change(vm->spi_level, spi, true);
		follow_line(vm, spi);
		return;
	}
	vgicv5_bitmap_change(vm->spi_level, spi, false);
	if (vgicv5_bitmap_test(vm->spi_line, spi) && !vgicv5_assigned(vm, spi))
		vgicv5_hyp_pend(vm->vm_id, GICV5_INTID(GICV5_TYPE_SPI, spi), false);
	if (vgicv5_eoi_registered(vm, spi))
		vgicv5_eoi_refresh(vm, spi);
}

/* R_DMTFM */
static void resample(struct vgicv5_vm *vm, uint32_t spi)
{
	if (exists(vm, spi) && vgicv5_bitmap_test(vm->spi_level, spi))
		follow_line(vm, spi);
}

void vgicv5_virs_write_spi(struct vgicv5_vcpu *vcpu, uint32_t offset, uint64_t value)
{
	struct vgicv5_vm *vm = vcpu->vm;

	switch (offset) {
	case GICV5_IRS_SPI_SELR:
		VGICV5_WRITE_ONCE(vm->virs.spi_selr, (uint32_t)GICV5_GET(IRS_SPI_SELR_ID, value));
		break;
	case GICV5_IRS_SPI_RESAMPLER:
		resample(vm, (uint32_t)GICV5_GET(IRS_SPI_RESAMPLER_SPI_ID, value));
		break;
	default:
		if (exists(vm, vm->virs.spi_selr))
			set_trigger_mode(vcpu, vm->virs.spi_selr, GICV5_GET(IRS_SPI_CFGR_TM, value));
		break;
	}
}
