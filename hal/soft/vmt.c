/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The VM table: IRS_VMT_BASER, second levels, finding VMs.
 */
#include "model.h"

struct vsoft_vm *vsoft_vm(const struct vgicv5_soft *gic, uint32_t vm)
{
	const struct vsoft_vm_block *block;

	if (vm >> 16)
		return NULL;
	block = gic->vm_blocks[vm >> VSOFT_VM_BLOCK_BITS];
	return block ? block->vms[vm % (1u << VSOFT_VM_BLOCK_BITS)] : NULL;
}

static bool vmt_valid(const struct vgicv5_soft *gic)
{
	return GICV5_GET(IRS_VMT_BASER_VALID, gic->vmt_baser);
}

struct vsoft_vm_block *vsoft_vm_block_get(struct vgicv5_soft *gic, uint32_t vm)
{
	struct vsoft_vm_block **block = &gic->vm_blocks[vm >> VSOFT_VM_BLOCK_BITS];

	if (!*block)
		*block = vsoft_alloc(gic, sizeof(**block));
	if (!*block)
		vsoft_vm_error(gic, VSOFT_ERROR_NO_MEMORY, vm, 0);
	return *block;
}

static uint64_t l1_address(const struct vgicv5_soft *gic, uint32_t vm)
{
	return GICV5_ADDR(IRS_VMT_BASER_ADDR, gic->vmt_baser) +
	       (uint64_t)(vm >> GICV5_L2_VMT_INDEX_BITS) * GICV5_L1_VMTE_SIZE;
}

/* Where the L2_VMTE of a VM is; false: nowhere. */
bool vsoft_vmte_address(struct vgicv5_soft *gic, struct vsoft_vm_block *block, uint32_t vm, uint64_t *pa)
{
	uint64_t now;

	if (!gic->vmt_two_level) {
		*pa = GICV5_ADDR(IRS_VMT_BASER_ADDR, gic->vmt_baser) + (uint64_t)vm * GICV5_L2_VMTE_SIZE;
		return true;
	}
	if (!vsoft_read64(gic, l1_address(gic, vm), &now)) {
		vsoft_vm_error(gic, VSOFT_ERROR_VM_TABLE, vm, l1_address(gic, vm));
		return false;
	}
	if (GICV5_GET(L1_VMTE_VALID, block->entry) && now != block->entry)
		vsoft_violation(gic, "R_DLKTX", "software has changed a valid L1_VMTE");
	if (!GICV5_GET(L1_VMTE_VALID, now))
		return false;
	block->entry = now;
	*pa = GICV5_ADDR(L1_VMTE_L2_ADDR, now) +
	      (uint64_t)(vm % (1u << GICV5_L2_VMT_INDEX_BITS)) * GICV5_L2_VMTE_SIZE;
	return true;
}

void vsoft_vmt_drop(struct vgicv5_soft *gic, bool write_back)
{
	unsigned int i, j;

	for (i = 0; i < VSOFT_VM_BLOCKS; i++) {
		struct vsoft_vm_block *block = gic->vm_blocks[i];

		for (j = 0; block && j < 1u << VSOFT_VM_BLOCK_BITS; j++) {
			if (block->vms[j])
				vsoft_vm_drop(gic, block->vms[j], write_back);
		}
		vsoft_free(gic, block, sizeof(*block));
		gic->vm_blocks[i] = NULL;
	}
}

uint8_t vsoft_vmt_size_bits(bool two_level, uint8_t vm_id_bits)
{
	if (!two_level)
		return (uint8_t)(vm_id_bits + 5);
	return (uint8_t)(vm_id_bits > GICV5_L2_VMT_INDEX_BITS ? vm_id_bits - GICV5_L2_VMT_INDEX_BITS + 3 : 3);
}

void vsoft_vmt_baser(struct vgicv5_soft *gic, struct vsoft_irs *irs, uint64_t value)
{
	bool two_level = GICV5_GET(IRS_VMT_CFGR_STRUCTURE, gic->vmt_cfgr) && gic->config.vmt_levels;
	uint8_t bits = (uint8_t)GICV5_GET(IRS_VMT_CFGR_VM_ID_BITS, gic->vmt_cfgr);
	uint64_t size;

	(void)irs;
	if (!GICV5_GET(IRS_VMT_BASER_VALID, value)) {
		vsoft_vmt_drop(gic, true);
		gic->vmt_baser = vmt_valid(gic) ? gic->vmt_baser & ~GICV5_MASK(IRS_VMT_BASER_VALID)
						: GICV5_ADDR(IRS_VMT_BASER_ADDR, value);
		return;
	}
	if (vmt_valid(gic)) {
		vsoft_violation(gic, "", "IRS_VMT_BASER is written with VALID = 1 while it is valid");
		return;
	}
	gic->vmt_two_level = two_level;
	gic->vmt_id_bits = bits < gic->config.vm_id_bits ? bits : gic->config.vm_id_bits;
	size = (uint64_t)1 << vsoft_vmt_size_bits(two_level, gic->vmt_id_bits);
	if (GICV5_ADDR(IRS_VMT_BASER_ADDR, value) & (size - 1))
		vsoft_violation(gic, "", "the VM table is not aligned to its size");
	gic->vmt_baser = value & (GICV5_MASK(IRS_VMT_BASER_ADDR) | GICV5_MASK(IRS_VMT_BASER_VALID));
}

bool vsoft_vm_possible(struct vgicv5_soft *gic, uint32_t vm)
{
	if (vmt_valid(gic) && !(vm >> gic->vmt_id_bits))
		return true;
	vsoft_refuse(gic, vm, "a VMAP command names a VM that the VM table does not have");
	return false;
}

void vsoft_vmap_l2_vmt(struct vgicv5_soft *gic, struct vsoft_irs *irs, uint64_t value)
{
	uint32_t vm = (uint32_t)GICV5_GET(IRS_VMAP_L2_VMTR_VM_ID, value);
	struct vsoft_vm_block *block;
	uint64_t entry;

	(void)irs;
	if (!vsoft_vm_possible(gic, vm))
		return;
	if (!gic->vmt_two_level) {
		vsoft_refuse(gic, vm, "IRS_VMAP_L2_VMTR is used with a linear VM table");
		return;
	}
	block = vsoft_vm_block_get(gic, vm);
	if (!block)
		return;
	if (!vsoft_read64(gic, l1_address(gic, vm), &entry)) {
		vsoft_vm_error(gic, VSOFT_ERROR_VM_TABLE, vm, l1_address(gic, vm));
		return;
	}
	if (GICV5_GET(L1_VMTE_VALID, entry))
		vsoft_violation(gic, "", "an L2 VM table is mapped whose L1_VMTE is valid already");
	if (GICV5_GET(L1_VMTE_VALID, block->entry))
		return;
	entry |= GICV5_MASK(L1_VMTE_VALID);
	block->entry = entry;
	if (!vsoft_write64(gic, l1_address(gic, vm), entry))
		vsoft_vm_error(gic, VSOFT_ERROR_VM_TABLE, vm, l1_address(gic, vm));
}
