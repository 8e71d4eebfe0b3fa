/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief VMs: making them and their ISTs valid and invalid, IRS_SAVE_VMR.
 */
#include "model.h"

/* The mark that the IRS leaves in a VM descriptor. */
#define VMD_MARK(vm) ((uint64_t)0x564d << 48 | (uint64_t)(vm) << 16)

static bool read_entry(struct vgicv5_soft *gic, uint32_t vm, uint64_t pa, uint64_t entry[4])
{
	unsigned int i;

	for (i = 0; i < 4; i++) {
		if (!vsoft_read64(gic, pa + 8 * i, &entry[i])) {
			vsoft_vm_error(gic, VSOFT_ERROR_VM_TABLE, vm, pa + 8 * i);
			return false;
		}
	}
	return true;
}

/* Has software changed what the IRS holds valid? A dword whose own IST is not valid is still software's. */
void vsoft_vmte_compare(struct vgicv5_soft *gic, struct vsoft_vm *vm)
{
	uint64_t now[4];
	bool same;

	if (!vsoft_checking(gic) || !read_entry(gic, vm->id, vm->entry_pa, now))
		return;
	same = now[0] == vm->entry[0] && now[1] == vm->entry[1];
	if (vm->ist[VSOFT_LPIS].valid)
		same &= now[GICV5_VMTE_LPI] == vm->entry[GICV5_VMTE_LPI];
	if (vm->ist[VSOFT_SPIS].valid)
		same &= now[GICV5_VMTE_SPI] == vm->entry[GICV5_VMTE_SPI];
	if (!same)
		vsoft_violation(gic, "R_DLKTX", "software has changed a valid L2_VMTE");
}

static unsigned int list_dword(enum vsoft_list list)
{
	return list == VSOFT_LPIS ? GICV5_VMTE_LPI : GICV5_VMTE_SPI;
}

/* Sets up a virtual IST from the dword in vm->entry, and writes its VALID. */
static void ist_from_entry(struct vgicv5_soft *gic, struct vsoft_vm *vm, enum vsoft_list list)
{
	unsigned int dword = list_dword(list);
	uint64_t entry = vm->entry[dword];
	struct vsoft_ist_layout layout = {
		.base = GICV5_ADDR(L2_VMTE_IST_ADDR, entry),
		.id_bits = (uint8_t)GICV5_GET(L2_VMTE_IST_ID_BITS, entry),
		.istsz = (uint8_t)GICV5_GET(L2_VMTE_IST_ISTSZ, entry),
		.l2sz = (uint8_t)GICV5_GET(L2_VMTE_IST_L2SZ, entry),
		.two_level = GICV5_GET(L2_VMTE_IST_STRUCTURE, entry),
	};

	if (!vsoft_ist_make_valid(gic, &vm->ist[list], &layout)) {
		vsoft_refuse(gic, vm->id,
			     "a virtual IST is described in a way that the IRS does not support");
		return;
	}
	vm->changes++;
	vm->entry[dword] = entry | GICV5_MASK(L2_VMTE_IST_VALID);
	if (!vsoft_write64(gic, vm->entry_pa + 8 * dword, vm->entry[dword]))
		vsoft_vm_error(gic, VSOFT_ERROR_VM_TABLE, vm->id, vm->entry_pa + 8 * dword);
}

static void ist_out_of_entry(struct vgicv5_soft *gic, struct vsoft_vm *vm, enum vsoft_list list)
{
	unsigned int dword = list_dword(list);

	if (!vm->ist[list].valid)
		return;
	vsoft_ist_make_invalid(gic, &vm->ist[list]);
	vm->changes++;
	vm->entry[dword] &= ~GICV5_MASK(L2_VMTE_IST_VALID);
	if (!vsoft_write64(gic, vm->entry_pa + 8 * dword, vm->entry[dword]))
		vsoft_vm_error(gic, VSOFT_ERROR_VM_TABLE, vm->id, vm->entry_pa + 8 * dword);
}

static void deselect(struct vgicv5_soft *gic, const struct vsoft_vm *vm)
{
	unsigned int i;

	for (i = 0; i < gic->config.irs_count; i++) {
		struct vsoft_irs *irs = &gic->irs[i];

		if (GICV5_GET(IRS_VPE_SELR_VM_ID, irs->vpe_sel) == vm->id)
			irs->vpe_selected = false;
		if (irs->vm_sel == vm->id)
			irs->vm_selected = false;
	}
}

static void vm_free(struct vgicv5_soft *gic, struct vsoft_vm *vm)
{
	vsoft_free(gic, vm->vpes, sizeof(*vm->vpes) << vm->vpe_id_bits);
	vsoft_free(gic, vm, sizeof(*vm));
}

void vsoft_vm_drop(struct vgicv5_soft *gic, struct vsoft_vm *vm, bool write_back)
{
	struct vsoft_vm_block *block = gic->vm_blocks[vm->id >> VSOFT_VM_BLOCK_BITS];

	if (write_back) {
		vsoft_vmte_compare(gic, vm);
		if (gic->config.vmd)
			vsoft_descriptor_compare(gic, GICV5_ADDR(L2_VMTE0_VMD_ADDR, vm->entry[0]),
						 VMD_MARK(vm->id));
		ist_out_of_entry(gic, vm, VSOFT_LPIS);
		ist_out_of_entry(gic, vm, VSOFT_SPIS);
		vm->entry[0] &= ~GICV5_MASK(L2_VMTE0_VALID);
		if (!vsoft_write64(gic, vm->entry_pa, vm->entry[0]))
			vsoft_vm_error(gic, VSOFT_ERROR_VM_TABLE, vm->id, vm->entry_pa);
	}
	vsoft_ist_forget(gic, &vm->ist[VSOFT_LPIS]);
	vsoft_ist_forget(gic, &vm->ist[VSOFT_SPIS]);
	deselect(gic, vm);
	vsoft_vpes_drop(gic, vm, write_back);
	block->vms[vm->id % (1u << VSOFT_VM_BLOCK_BITS)] = NULL;
	vm_free(gic, vm);
}

static struct vsoft_vm *vm_alloc(struct vgicv5_soft *gic, uint32_t id, uint8_t vpe_id_bits)
{
	struct vsoft_vm *vm = vsoft_alloc(gic, sizeof(*vm));

	if (!vm)
		return NULL;
	vm->vpes = vsoft_alloc(gic, sizeof(*vm->vpes) << vpe_id_bits);
	if (!vm->vpes) {
		vsoft_free(gic, vm, sizeof(*vm));
		return NULL;
	}
	vm->id = (uint16_t)id;
	vm->vpe_id_bits = vpe_id_bits;
	vm->ist[VSOFT_LPIS].vm = vm;
	vm->ist[VSOFT_LPIS].list = VSOFT_LPIS;
	vm->ist[VSOFT_SPIS].vm = vm;
	vm->ist[VSOFT_SPIS].list = VSOFT_SPIS;
	vsoft_queue_init(&vm->one_n, VSOFT_OWNER_VM_ONE_N);
	vm->one_n.vm = vm;
	vsoft_queue_init(&vm->nobody, VSOFT_OWNER_NOBODY);
	return vm;
}

static void check_new_entry(struct vgicv5_soft *gic, const uint64_t entry[4], uint8_t vpe_id_bits)
{
	uint64_t vpet_size = (uint64_t)GICV5_VPETE_SIZE << vpe_id_bits;

	if (GICV5_GET(L2_VMTE0_VALID, entry[0]))
		vsoft_violation(gic, "", "software has set VALID of an L2_VMTE itself");
	if (GICV5_ADDR(L2_VMTE1_VPET_ADDR, entry[1]) & (vpet_size - 1))
		vsoft_violation(gic, "", "a VPE table is not aligned to its size");
}

/* Reads a new L2_VMTE and takes the VM descriptor; false: the VM cannot become valid. */
static bool adopt_entry(struct vgicv5_soft *gic, uint32_t id, uint64_t pa, uint64_t entry[4])
{
	uint64_t vmd, vpe_id_bits;

	if (!read_entry(gic, id, pa, entry))
		return false;
	vpe_id_bits = GICV5_GET(L2_VMTE1_VPE_ID_BITS, entry[1]);
	if (vpe_id_bits > gic->config.vpe_id_bits) {
		vsoft_refuse(gic, id, "an L2_VMTE has more VPE_ID_BITS than the IRS supports");
		return false;
	}
	check_new_entry(gic, entry, (uint8_t)vpe_id_bits);
	vmd = GICV5_ADDR(L2_VMTE0_VMD_ADDR, entry[0]);
	if (gic->config.vmd && !vsoft_descriptor_claim(gic, vmd, gic->config.vmd_sz, VMD_MARK(id))) {
		vsoft_vm_error(gic, VSOFT_ERROR_VM_TABLE, id, vmd);
		return false;
	}
	return true;
}

static void map_vm(struct vgicv5_soft *gic, uint32_t id)
{
	struct vsoft_vm_block *block = vsoft_vm_block_get(gic, id);
	uint64_t entry[4], pa;
	struct vsoft_vm *vm;
	unsigned int i;

	if (!block)
		return;
	if (!vsoft_vmte_address(gic, block, id, &pa)) {
		vsoft_refuse(gic, id, "IRS_VMAP_VMR names a VM whose L2 VM table is not mapped");
		return;
	}
	if (!adopt_entry(gic, id, pa, entry))
		return;
	vm = vm_alloc(gic, id, (uint8_t)GICV5_GET(L2_VMTE1_VPE_ID_BITS, entry[1]));
	if (!vm) {
		vsoft_vm_error(gic, VSOFT_ERROR_NO_MEMORY, id, 0);
		return;
	}
	vm->entry_pa = pa;
	for (i = 0; i < 4; i++)
		vm->entry[i] = entry[i];
	vm->entry[0] |= GICV5_MASK(L2_VMTE0_VALID);
	if (!vsoft_write64(gic, pa, vm->entry[0])) {
		vsoft_vm_error(gic, VSOFT_ERROR_VM_TABLE, id, pa);
		vm_free(gic, vm);
		return;
	}
	block->vms[id % (1u << VSOFT_VM_BLOCK_BITS)] = vm;
	/* ISTs that software has marked valid beforehand become valid with the VM. */
	if (GICV5_GET(L2_VMTE_IST_VALID, entry[GICV5_VMTE_LPI]))
		ist_from_entry(gic, vm, VSOFT_LPIS);
	if (GICV5_GET(L2_VMTE_IST_VALID, entry[GICV5_VMTE_SPI]))
		ist_from_entry(gic, vm, VSOFT_SPIS);
}

void vsoft_vmap_vm(struct vgicv5_soft *gic, struct vsoft_irs *irs, uint64_t value)
{
	uint32_t id = (uint32_t)GICV5_GET(IRS_VMAP_VMR_VM_ID, value);
	struct vsoft_vm *vm = vsoft_vm(gic, id);

	(void)irs;
	if (!vsoft_vm_possible(gic, id))
		return;
	if (GICV5_GET(IRS_VMAP_VMR_U, value)) {
		if (vm)
			vsoft_vm_drop(gic, vm, true);
		else
			vsoft_refuse(gic, id, "IRS_VMAP_VMR makes a VM invalid that is not valid");
	} else if (vm) {
		vsoft_refuse(gic, id, "IRS_VMAP_VMR maps a VM that is valid already");
	} else {
		map_vm(gic, id);
	}
}

static bool type_list(uint64_t type, enum vsoft_list *list)
{
	*list = type == GICV5_TYPE_LPI ? VSOFT_LPIS : VSOFT_SPIS;
	return type == GICV5_TYPE_LPI || type == GICV5_TYPE_SPI;
}

void vsoft_vmap_vist(struct vgicv5_soft *gic, struct vsoft_irs *irs, uint64_t value)
{
	uint32_t id = (uint32_t)GICV5_GET(IRS_VMAP_VISTR_VM_ID, value);
	struct vsoft_vm *vm = vsoft_vm(gic, id);
	enum vsoft_list list;
	unsigned int dword;

	(void)irs;
	if (!vm || !type_list(GICV5_GET(IRS_VMAP_VISTR_TYPE, value), &list)) {
		vsoft_refuse(gic, id,
			     "IRS_VMAP_VISTR names a VM that is not valid, or no type of its interrupts");
		return;
	}
	vsoft_vmte_compare(gic, vm);
	if (GICV5_GET(IRS_VMAP_VISTR_U, value)) {
		ist_out_of_entry(gic, vm, list);
		return;
	}
	dword = list_dword(list);
	if (vm->ist[list].valid) {
		vsoft_refuse(gic, id, "IRS_VMAP_VISTR maps an IST that is valid already");
		return;
	}
	if (!vsoft_read64(gic, vm->entry_pa + 8 * dword, &vm->entry[dword])) {
		vsoft_vm_error(gic, VSOFT_ERROR_VM_TABLE, id, vm->entry_pa + 8 * dword);
		return;
	}
	if (GICV5_GET(L2_VMTE_IST_VALID, vm->entry[dword]))
		vsoft_violation(gic, "", "software has set VALID of a virtual IST itself in a valid L2_VMTE");
	ist_from_entry(gic, vm, list);
}

void vsoft_vmap_l2_vist(struct vgicv5_soft *gic, struct vsoft_irs *irs, uint64_t value)
{
	uint32_t id = (uint32_t)GICV5_GET(IRS_VMAP_L2_VISTR_VM_ID, value);
	struct vsoft_vm *vm = vsoft_vm(gic, id);
	enum vsoft_list list;

	if (!vm || !type_list(GICV5_GET(IRS_VMAP_L2_VISTR_TYPE, value), &list)) {
		vsoft_refuse(gic, id,
			     "IRS_VMAP_L2_VISTR names a VM that is not valid, or no type of its interrupts");
		return;
	}
	vm->changes++;
	vsoft_ist_map_l2(gic, irs, &vm->ist[list], (uint32_t)GICV5_GET(IRS_VMAP_L2_VISTR_ID, value));
}

void vsoft_save_vm(struct vgicv5_soft *gic, struct vsoft_irs *irs, uint64_t value)
{
	struct vsoft_vm *vm = vsoft_vm(gic, (uint32_t)GICV5_GET(IRS_SAVE_VMR_VM_ID, value));

	irs->save_quiesced = false;
	if (!vm) {
		vsoft_refuse(gic, (uint32_t)GICV5_GET(IRS_SAVE_VMR_VM_ID, value),
			     "IRS_SAVE_VMR names a VM that is not valid");
		return;
	}
	if (GICV5_GET(IRS_SAVE_VMR_S, value)) {
		vsoft_vmte_compare(gic, vm);
		vsoft_ist_save(gic, &vm->ist[VSOFT_LPIS]);
		vsoft_ist_save(gic, &vm->ist[VSOFT_SPIS]);
		vm->saved = vm->changes + 1;
	}
	irs->save_quiesced = vm->saved == vm->changes + 1;
}
