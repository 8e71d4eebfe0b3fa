/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The VPE table of a VM: making VPEs valid, and the descriptors of VMs and VPEs.
 */
#include "model.h"

/*
 * Descriptors are the IRS's own. This model needs none, but leaves a mark in the first doubleword, to see whether
 * software gives it zeroed memory and leaves it alone afterwards.
 */
#define VPED_MARK(vm, vpe) ((uint64_t)0x5650 << 48 | (uint64_t)(vm) << 16 | (vpe))

bool vsoft_descriptor_claim(struct vgicv5_soft *gic, uint64_t pa, uint8_t size_bits, uint64_t mark)
{
	uint64_t at, value, found = 0;

	if (pa & (((uint64_t)1 << size_bits) - 1))
		vsoft_violation(gic, "", "a VM or VPE descriptor is not aligned to its size");
	for (at = 0; at < (uint64_t)1 << size_bits; at += 8) {
		if (!vsoft_read64(gic, pa + at, &value))
			return false;
		found |= at == 0 && value == mark ? 0 : value;
	}
	if (found)
		vsoft_violation(gic, "", "a VM or VPE descriptor is not zero when it is given to the IRS");
	return vsoft_write64(gic, pa, mark);
}

void vsoft_descriptor_compare(struct vgicv5_soft *gic, uint64_t pa, uint64_t mark)
{
	uint64_t value;

	if (vsoft_checking(gic) && vsoft_read64(gic, pa, &value) && value != mark)
		vsoft_violation(gic, "R_DLKTX", "software has written to a descriptor that the IRS owns");
}

/* What becomes of the entry and descriptor of a VPE in memory. */
static void release_vpe(struct vgicv5_soft *gic, const struct vsoft_vpe *vpe)
{
	uint64_t pa = GICV5_ADDR(L2_VMTE1_VPET_ADDR, vpe->vm->entry[GICV5_VMTE_VPET]) +
		      (uint64_t)vpe->id * GICV5_VPETE_SIZE;
	uint64_t now;

	if (vpe->pe)
		vsoft_violation(gic, "", "a VM becomes invalid while a VPE of it is resident");
	if (vsoft_checking(gic) && vsoft_read64(gic, pa, &now) && now != vpe->entry)
		vsoft_violation(gic, "R_DLKTX", "software has changed a valid VPETE");
	vsoft_descriptor_compare(gic, GICV5_ADDR(VPETE_VPED_ADDR, vpe->entry),
				 VPED_MARK(vpe->vm->id, vpe->id));
	if (!vsoft_write64(gic, pa, vpe->entry & ~GICV5_MASK(VPETE_VALID)))
		vsoft_vm_error(gic, VSOFT_ERROR_VM_TABLE, vpe->vm->id, pa);
}

void vsoft_vpes_drop(struct vgicv5_soft *gic, struct vsoft_vm *vm, bool write_back)
{
	uint32_t i;

	for (i = 0; i < 1u << vm->vpe_id_bits; i++) {
		struct vsoft_vpe *vpe = vm->vpes[i];

		vsoft_step(gic);
		if (!vpe)
			continue;
		if (write_back)
			release_vpe(gic, vpe);
		vm->vpes[i] = NULL;
		vsoft_vpe_free(gic, vpe);
	}
}

/* Interrupts that waited for this VPE to exist. */
static void adopt_waiting(struct vgicv5_soft *gic, struct vsoft_vm *vm, enum vsoft_list list,
			  unsigned int priority, const struct vsoft_vpe *vpe)
{
	struct vsoft_node *node = vm->nobody.head[list][priority];
	uint32_t count = 0, iste;

	if (!node)
		return;
	do {
		count++;
		vsoft_step(gic);
		node = node->next;
	} while (node != vm->nobody.head[list][priority]);
	while (count--) {
		struct vsoft_node *next = node->next;

		if (vsoft_iste_load(gic, &vm->ist[list], node->id, &iste) &&
		    GICV5_GET(L2_ISTE_IAFFID, iste) == vpe->id)
			vsoft_iste_requeue(gic, &vm->ist[list], node, iste);
		node = next;
	}
}

static struct vsoft_vpe *vpe_alloc(struct vgicv5_soft *gic, struct vsoft_vm *vm, uint32_t id, uint64_t entry)
{
	struct vsoft_vpe *vpe = vsoft_alloc(gic, sizeof(*vpe));

	if (!vpe) {
		vsoft_vm_error(gic, VSOFT_ERROR_NO_MEMORY, vm->id, 0);
		return NULL;
	}
	vpe->vm = vm;
	vpe->id = (uint16_t)id;
	vpe->entry = entry | GICV5_MASK(VPETE_VALID);
	vsoft_queue_init(&vpe->queue, VSOFT_OWNER_VPE);
	vpe->queue.vpe = vpe;
	vm->vpes[id] = vpe;
	return vpe;
}

static void map_vpe(struct vgicv5_soft *gic, struct vsoft_vm *vm, uint32_t id)
{
	uint64_t pa =
		GICV5_ADDR(L2_VMTE1_VPET_ADDR, vm->entry[GICV5_VMTE_VPET]) + (uint64_t)id * GICV5_VPETE_SIZE;
	struct vsoft_vpe *vpe;
	uint64_t entry;
	unsigned int i;

	if (!vsoft_read64(gic, pa, &entry) ||
	    !vsoft_descriptor_claim(gic, GICV5_ADDR(VPETE_VPED_ADDR, entry), gic->config.vped_sz,
				    VPED_MARK(vm->id, id))) {
		vsoft_vm_error(gic, VSOFT_ERROR_VM_TABLE, vm->id, pa);
		return;
	}
	if (GICV5_GET(VPETE_VALID, entry))
		vsoft_violation(gic, "", "software has set VALID of a VPETE itself");
	vpe = vpe_alloc(gic, vm, id, entry);
	if (!vpe)
		return;
	if (!vsoft_write64(gic, pa, vpe->entry))
		vsoft_vm_error(gic, VSOFT_ERROR_VM_TABLE, vm->id, pa);
	for (i = 0; i < VSOFT_PRIORITIES; i++) {
		adopt_waiting(gic, vm, VSOFT_LPIS, i, vpe);
		adopt_waiting(gic, vm, VSOFT_SPIS, i, vpe);
	}
}

void vsoft_vmap_vpe(struct vgicv5_soft *gic, struct vsoft_irs *irs, uint64_t value)
{
	uint32_t vm_id = (uint32_t)GICV5_GET(IRS_VMAP_VPER_VM_ID, value);
	uint32_t id = (uint32_t)GICV5_GET(IRS_VMAP_VPER_VPE_ID, value);
	struct vsoft_vm *vm = vsoft_vm(gic, vm_id);

	(void)irs;
	if (!vm || id >> vm->vpe_id_bits || vm->vpes[id]) {
		vsoft_refuse(gic, vm_id,
			     "IRS_VMAP_VPER names a VM or VPE that does not exist, or a VPE that is valid");
		return;
	}
	vsoft_vmte_compare(gic, vm);
	map_vpe(gic, vm, id);
}
