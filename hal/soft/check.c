/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The checker's voice, software errors, and who owns a piece of memory.
 */
#include "its.h"

void vsoft_violation(struct vgicv5_soft *gic, const char *rule, const char *text)
{
	gic->counters.violations++;
	if (gic->ops.violation)
		gic->ops.violation(gic->config.ctx, rule, text);
}

static void record(struct vgicv5_soft *gic, enum vsoft_error error, uint64_t syndrome, uint64_t address)
{
	struct vsoft_irs *irs = &gic->irs[gic->current_irs];
	uint64_t status = GICV5_MASK(IRS_SWERR_STATUSR_V) | GICV5_MASK(IRS_SWERR_STATUSR_S0V);

	if (!gic->config.swe)
		return;
	if (GICV5_GET(IRS_SWERR_STATUSR_V, irs->swerr_status)) {
		irs->swerr_status |= GICV5_MASK(IRS_SWERR_STATUSR_OF);
		return;
	}
	if (error >= VSOFT_ERROR_OWN) {
		status |= GICV5_PUT(IRS_SWERR_STATUSR_EC, 0xff);
		status |= GICV5_PUT(IRS_SWERR_STATUSR_IMP_EC, error);
	} else {
		status |= GICV5_PUT(IRS_SWERR_STATUSR_EC, error);
	}
	if (address)
		status |= GICV5_MASK(IRS_SWERR_STATUSR_S1V);
	irs->swerr_status = status;
	irs->swerr_syndrome[0] = syndrome;
	irs->swerr_syndrome[1] = GICV5_ADDR(IRS_SWERR_SYNDROMER1_ADDR, address);
}

void vsoft_ist_error(struct vgicv5_soft *gic, enum vsoft_error error, const struct vsoft_ist *ist,
		     uint32_t id, uint64_t address)
{
	unsigned int type = ist->list == VSOFT_LPIS ? GICV5_TYPE_LPI : GICV5_TYPE_SPI;

	record(gic, error,
	       GICV5_PUT(IRS_SWERR_SYNDROMER0_VIRTUAL, ist->vm != NULL) |
		       GICV5_PUT(IRS_SWERR_SYNDROMER0_VM_ID, ist->vm ? ist->vm->id : 0) |
		       GICV5_PUT(IRS_SWERR_SYNDROMER0_TYPE, type) | GICV5_PUT(IRS_SWERR_SYNDROMER0_ID, id),
	       address);
}

void vsoft_vm_error(struct vgicv5_soft *gic, enum vsoft_error error, uint32_t vm, uint64_t address)
{
	record(gic, error,
	       GICV5_MASK(IRS_SWERR_SYNDROMER0_VIRTUAL) | GICV5_PUT(IRS_SWERR_SYNDROMER0_VM_ID, vm), address);
}

void vsoft_refuse(struct vgicv5_soft *gic, uint32_t vm, const char *text)
{
	vsoft_violation(gic, "", text);
	vsoft_vm_error(gic, VSOFT_ERROR_PRECONDITION, vm, 0);
}

static bool vm_owns(struct vgicv5_soft *gic, const struct vsoft_vm *vm, uint64_t pa, uint64_t bytes)
{
	uint64_t vpet = GICV5_ADDR(L2_VMTE1_VPET_ADDR, vm->entry[GICV5_VMTE_VPET]);
	uint32_t i;

	if (gic->config.vmd &&
	    vsoft_overlap(pa, bytes, GICV5_ADDR(L2_VMTE0_VMD_ADDR, vm->entry[GICV5_VMTE_VMD]),
			  (uint64_t)1 << gic->config.vmd_sz))
		return true;
	if (vsoft_overlap(pa, bytes, vpet, (uint64_t)GICV5_VPETE_SIZE << vm->vpe_id_bits))
		return true;
	if (vsoft_ist_owns(gic, &vm->ist[VSOFT_LPIS], pa, bytes) ||
	    vsoft_ist_owns(gic, &vm->ist[VSOFT_SPIS], pa, bytes))
		return true;
	for (i = 0; i < 1u << vm->vpe_id_bits; i++) {
		if (vm->vpes[i] && vsoft_overlap(pa, bytes, GICV5_ADDR(VPETE_VPED_ADDR, vm->vpes[i]->entry),
						 (uint64_t)1 << gic->config.vped_sz))
			return true;
	}
	return false;
}

static bool block_owns(struct vgicv5_soft *gic, const struct vsoft_vm_block *block, uint64_t pa,
		       uint64_t bytes)
{
	unsigned int i;

	if (GICV5_GET(L1_VMTE_VALID, block->entry) &&
	    vsoft_overlap(pa, bytes, GICV5_ADDR(L1_VMTE_L2_ADDR, block->entry), GICV5_L2_VMT_SIZE))
		return true;
	for (i = 0; i < 1u << VSOFT_VM_BLOCK_BITS; i++) {
		if (block->vms[i] && vm_owns(gic, block->vms[i], pa, bytes))
			return true;
	}
	return false;
}

static bool owned(struct vgicv5_soft *gic, uint64_t pa, uint64_t bytes)
{
	unsigned int i;

	if (vsoft_ist_owns(gic, &gic->ist[VSOFT_LPIS], pa, bytes))
		return true;
	if (!GICV5_GET(IRS_VMT_BASER_VALID, gic->vmt_baser))
		return false;
	if (vsoft_overlap(pa, bytes, GICV5_ADDR(IRS_VMT_BASER_ADDR, gic->vmt_baser),
			  (uint64_t)1 << vsoft_vmt_size_bits(gic->vmt_two_level, gic->vmt_id_bits)))
		return true;
	for (i = 0; i < VSOFT_VM_BLOCKS; i++) {
		if (gic->vm_blocks[i] && block_owns(gic, gic->vm_blocks[i], pa, bytes))
			return true;
	}
	return false;
}

void vgicv5_soft_check_free(struct vgicv5_soft *gic, uint64_t pa, uint64_t bytes)
{
	unsigned int i;
	bool busy = false;

	vsoft_enter(gic);
	for (i = 0; i < gic->config.irs_count; i++)
		busy |= gic->irs[i].command[VSOFT_GROUP_IST].busy ||
			vsoft_command_reaches(gic, &gic->irs[i].command[VSOFT_GROUP_VMT], pa, bytes);
	if (bytes && owned(gic, pa, bytes))
		vsoft_violation(gic, "I_YWLWM", "software frees memory that the IRS still owns");
	else if (bytes && vsoft_itss_use(gic, pa, bytes))
		vsoft_violation(gic, "", "software frees a table that an ITS still uses");
	else if (bytes && busy)
		vsoft_violation(gic, "", "software frees memory while a table command may still use it");
	vsoft_leave(gic);
}
