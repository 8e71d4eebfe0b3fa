/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief IRS_VPE_* and IRS_VM_*: selecting a VPE or VM, its doorbell and 1ofN settings.
 */
#include "model.h"

struct vsoft_vpe *vsoft_selected_vpe(const struct vgicv5_soft *gic, const struct vsoft_irs *irs)
{
	struct vsoft_vm *vm = vsoft_vm(gic, (uint32_t)GICV5_GET(IRS_VPE_SELR_VM_ID, irs->vpe_sel));

	if (!irs->vpe_selected || !vm)
		return NULL;
	return vsoft_vpe(vm, (uint32_t)GICV5_GET(IRS_VPE_SELR_VPE_ID, irs->vpe_sel));
}

struct vsoft_vm *vsoft_selected_vm(const struct vgicv5_soft *gic, const struct vsoft_irs *irs)
{
	return irs->vm_selected ? vsoft_vm(gic, irs->vm_sel) : NULL;
}

void vsoft_vpe_select(struct vgicv5_soft *gic, struct vsoft_irs *irs, uint64_t value)
{
	const struct vsoft_vpe *vpe;

	irs->vpe_sel = value & (GICV5_MASK(IRS_VPE_SELR_S) | GICV5_MASK(IRS_VPE_SELR_VPE_ID) |
				GICV5_MASK(IRS_VPE_SELR_VM_ID));
	irs->vpe_selected = true;
	vpe = vsoft_selected_vpe(gic, irs);
	irs->vpe_selected = vpe != NULL;
	irs->vpe_dbr = 0;
	if (!vpe)
		return;
	irs->vpe_dbr = GICV5_PUT(IRS_VPE_DBR_DBV, vpe->doorbell_valid) |
		       GICV5_PUT(IRS_VPE_DBR_REQ_DB, vpe->doorbell_requested) |
		       GICV5_PUT(IRS_VPE_DBR_DBPM, vpe->doorbell_mask) |
		       GICV5_PUT(IRS_VPE_DBR_INTID, vpe->doorbell_lpi);
}

/* R_DHHRM: a doorbell LPI belongs to one VPE. */
static void claim_doorbell(struct vgicv5_soft *gic, const struct vsoft_vpe *vpe)
{
	uint32_t owner = 1 + ((uint32_t)vpe->vm->id << 16 | vpe->id);
	struct vsoft_ist *ist = &gic->ist[VSOFT_LPIS];
	struct vsoft_node *node;
	struct vsoft_vm *vm;
	const struct vsoft_vpe *other = NULL;

	if (!vpe->doorbell_valid || !ist->valid || vpe->doorbell_lpi >> ist->id_bits)
		return;
	node = vsoft_node_find(gic, ist, vpe->doorbell_lpi, true);
	if (!node)
		return;
	vm = node->bell ? vsoft_vm(gic, (node->bell - 1) >> 16) : NULL;
	if (vm)
		other = vsoft_vpe(vm, (node->bell - 1) & 0xffff);
	if (other && other != vpe && other->doorbell_valid && other->doorbell_lpi == vpe->doorbell_lpi)
		vsoft_violation(gic, "R_DHHRM", "two VPEs have the same doorbell LPI");
	node->bell = owner;
}

void vsoft_vpe_dbr_write(struct vgicv5_soft *gic, struct vsoft_irs *irs, uint64_t value)
{
	struct vsoft_vpe *vpe = vsoft_selected_vpe(gic, irs);

	if (!vpe) {
		irs->vpe_selected = false;
		return;
	}
	irs->vpe_dbr = value & (GICV5_MASK(IRS_VPE_DBR_DBV) | GICV5_MASK(IRS_VPE_DBR_REQ_DB) |
				GICV5_MASK(IRS_VPE_DBR_DBPM) | GICV5_MASK(IRS_VPE_DBR_INTID));
	vpe->doorbell_valid = GICV5_GET(IRS_VPE_DBR_DBV, value);
	vpe->doorbell_requested = GICV5_GET(IRS_VPE_DBR_REQ_DB, value);
	vpe->doorbell_mask = (uint8_t)GICV5_GET(IRS_VPE_DBR_DBPM, value);
	vpe->doorbell_lpi = (uint32_t)GICV5_GET(IRS_VPE_DBR_INTID, value);
	if (vpe->doorbell_requested)
		gic->counters.doorbells_requested++;
	claim_doorbell(gic, vpe);
	vsoft_doorbell_check(gic, vpe);
}

void vsoft_vpe_cr0_write(struct vgicv5_soft *gic, struct vsoft_irs *irs, uint64_t value)
{
	struct vsoft_vpe *vpe = vsoft_selected_vpe(gic, irs);

	if (!vpe) {
		irs->vpe_selected = false;
		return;
	}
	vpe->dps = GICV5_GET(IRS_VPE_CR0_DPS, value);
	vsoft_vm_one_n_update(gic, vpe->vm);
}

void vsoft_vm_select(struct vgicv5_soft *gic, struct vsoft_irs *irs, uint64_t value)
{
	irs->vm_sel = (uint16_t)GICV5_GET(IRS_VM_SELR_VM_ID, value);
	irs->vm_selected = vsoft_vm(gic, irs->vm_sel) != NULL;
}

void vsoft_vm_dbr_write(struct vgicv5_soft *gic, struct vsoft_irs *irs, uint64_t value)
{
	struct vsoft_vm *vm = vsoft_selected_vm(gic, irs);
	struct vsoft_vpe *vpe;

	if (!vm)
		return;
	vm->doorbell_enabled = GICV5_GET(IRS_VM_DBR_EN, value);
	vm->doorbell_vpe = (uint16_t)GICV5_GET(IRS_VM_DBR_VPE_ID, value);
	vpe = vsoft_vpe(vm, vm->doorbell_vpe);
	if (vpe)
		vsoft_doorbell_check(gic, vpe);
}

uint64_t vsoft_vpe_dbr_read(struct vgicv5_soft *gic, struct vsoft_irs *irs)
{
	return vsoft_selected_vpe(gic, irs) ? irs->vpe_dbr : 0;
}

uint64_t vsoft_vpe_hppir_read(struct vgicv5_soft *gic, struct vsoft_irs *irs)
{
	const struct vsoft_vpe *vpe = vsoft_selected_vpe(gic, irs);
	struct vsoft_hppi best;

	if (!vpe)
		return 0;
	best.intid = 0;
	best.priority = 0;
	vsoft_vpe_best(gic, vpe, &best);
	return best.intid ? GICV5_MASK(IRS_VPE_HPPIR_HPPIV) | best.intid : 0;
}

uint64_t vsoft_vpe_cr0_read(struct vgicv5_soft *gic, struct vsoft_irs *irs)
{
	const struct vsoft_vpe *vpe = vsoft_selected_vpe(gic, irs);

	return vpe ? GICV5_PUT(IRS_VPE_CR0_DPS, vpe->dps) : 0;
}

uint64_t vsoft_vm_dbr_read(struct vgicv5_soft *gic, struct vsoft_irs *irs)
{
	const struct vsoft_vm *vm = vsoft_selected_vm(gic, irs);

	if (!vm)
		return 0;
	return GICV5_PUT(IRS_VM_DBR_EN, vm->doorbell_enabled) |
	       GICV5_PUT(IRS_VM_DBR_VPE_ID, vm->doorbell_vpe);
}
