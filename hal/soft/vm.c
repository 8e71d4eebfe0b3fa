/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief VM table and VMs: IRS_VMT_BASER, the VMAP commands, IRS_SAVE_VMR.
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

static void refuse(struct vgicv5_soft *gic, uint32_t vm, const char *text)
{
	struct vsoft_error_info where = {.vm = vm};

	vsoft_violation(gic, "", text);
	vsoft_error(gic, VSOFT_ERROR_PRECONDITION, &where);
}

static void table_error(struct vgicv5_soft *gic, uint32_t vm, uint64_t address)
{
	struct vsoft_error_info where = {.vm = vm, .address = address};

	vsoft_error(gic, VSOFT_ERROR_VM_TABLE, &where);
}

static void memory_error(struct vgicv5_soft *gic, uint32_t vm)
{
	struct vsoft_error_info where = {.vm = vm};

	vsoft_error(gic, VSOFT_ERROR_NO_MEMORY, &where);
}

static struct vsoft_vm_block *get_block(struct vgicv5_soft *gic, uint32_t vm)
{
	struct vsoft_vm_block **block = &gic->vm_blocks[vm >> VSOFT_VM_BLOCK_BITS];

	if (!*block)
		*block = vsoft_alloc(gic, sizeof(**block));
	if (!*block)
		memory_error(gic, vm);
	return *block;
}

static uint64_t l1_address(const struct vgicv5_soft *gic, uint32_t vm)
{
	return GICV5_ADDR(IRS_VMT_BASER_ADDR, gic->vmt_baser) +
	       (uint64_t)(vm >> GICV5_L2_VMT_INDEX_BITS) * GICV5_L1_VMTE_SIZE;
}

/* Where the L2_VMTE of a VM is; false: nowhere. */
static bool entry_address(struct vgicv5_soft *gic, struct vsoft_vm_block *block, uint32_t vm, uint64_t *pa)
{
	uint64_t now;

	if (!gic->vmt_two_level) {
		*pa = GICV5_ADDR(IRS_VMT_BASER_ADDR, gic->vmt_baser) + (uint64_t)vm * GICV5_L2_VMTE_SIZE;
		return true;
	}
	if (!vsoft_read64(gic, l1_address(gic, vm), &now)) {
		table_error(gic, vm, l1_address(gic, vm));
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

static bool read_entry(struct vgicv5_soft *gic, uint32_t vm, uint64_t pa, uint64_t entry[4])
{
	unsigned int i;

	for (i = 0; i < 4; i++) {
		if (!vsoft_read64(gic, pa + 8 * i, &entry[i])) {
			table_error(gic, vm, pa + 8 * i);
			return false;
		}
	}
	return true;
}

/*
 * Descriptors are the IRS's own. This model needs none, but leaves a mark in the first doubleword, to see whether
 * software gives it zeroed memory and leaves it alone afterwards.
 */
#define VMD_MARK(vm) ((uint64_t)0x564d << 48 | (uint64_t)(vm) << 16)
#define VPED_MARK(vm, vpe) ((uint64_t)0x5650 << 48 | (uint64_t)(vm) << 16 | (vpe))

static bool claim_descriptor(struct vgicv5_soft *gic, uint64_t pa, uint8_t size_bits, uint64_t mark)
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

static void compare_descriptor(struct vgicv5_soft *gic, uint64_t pa, uint64_t mark)
{
	uint64_t value;

	if (vsoft_checking(gic) && vsoft_read64(gic, pa, &value) && value != mark)
		vsoft_violation(gic, "R_DLKTX", "software has written to a descriptor that the IRS owns");
}

/* Has software changed what the IRS holds valid? A dword whose own IST is not valid is still software's. */
static void compare_entry(struct vgicv5_soft *gic, struct vsoft_vm *vm)
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
		refuse(gic, vm->id, "a virtual IST is described in a way that the IRS does not support");
		return;
	}
	vm->changes++;
	vm->entry[dword] = entry | GICV5_MASK(L2_VMTE_IST_VALID);
	if (!vsoft_write64(gic, vm->entry_pa + 8 * dword, vm->entry[dword]))
		table_error(gic, vm->id, vm->entry_pa + 8 * dword);
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
		table_error(gic, vm->id, vm->entry_pa + 8 * dword);
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
	compare_descriptor(gic, GICV5_ADDR(VPETE_VPED_ADDR, vpe->entry), VPED_MARK(vpe->vm->id, vpe->id));
	if (!vsoft_write64(gic, pa, vpe->entry & ~GICV5_MASK(VPETE_VALID)))
		table_error(gic, vpe->vm->id, pa);
}

static void drop_vpes(struct vgicv5_soft *gic, struct vsoft_vm *vm, bool write_back)
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

static void vm_free(struct vgicv5_soft *gic, struct vsoft_vm *vm)
{
	vsoft_free(gic, vm->vpes, sizeof(*vm->vpes) << vm->vpe_id_bits);
	vsoft_free(gic, vm, sizeof(*vm));
}

static void vm_drop(struct vgicv5_soft *gic, struct vsoft_vm *vm, bool write_back)
{
	struct vsoft_vm_block *block = gic->vm_blocks[vm->id >> VSOFT_VM_BLOCK_BITS];

	if (write_back) {
		compare_entry(gic, vm);
		if (gic->config.vmd)
			compare_descriptor(gic, GICV5_ADDR(L2_VMTE0_VMD_ADDR, vm->entry[0]),
					   VMD_MARK(vm->id));
		ist_out_of_entry(gic, vm, VSOFT_LPIS);
		ist_out_of_entry(gic, vm, VSOFT_SPIS);
		vm->entry[0] &= ~GICV5_MASK(L2_VMTE0_VALID);
		if (!vsoft_write64(gic, vm->entry_pa, vm->entry[0]))
			table_error(gic, vm->id, vm->entry_pa);
	}
	vsoft_ist_forget(gic, &vm->ist[VSOFT_LPIS]);
	vsoft_ist_forget(gic, &vm->ist[VSOFT_SPIS]);
	deselect(gic, vm);
	drop_vpes(gic, vm, write_back);
	block->vms[vm->id % (1u << VSOFT_VM_BLOCK_BITS)] = NULL;
	vm_free(gic, vm);
}

void vsoft_vmt_drop(struct vgicv5_soft *gic, bool write_back)
{
	unsigned int i, j;

	for (i = 0; i < VSOFT_VM_BLOCKS; i++) {
		struct vsoft_vm_block *block = gic->vm_blocks[i];

		for (j = 0; block && j < 1u << VSOFT_VM_BLOCK_BITS; j++) {
			if (block->vms[j])
				vm_drop(gic, block->vms[j], write_back);
		}
		vsoft_free(gic, block, sizeof(*block));
		gic->vm_blocks[i] = NULL;
	}
}

/* log2 of the bytes of the linear VM table or of its L1 table. */
static uint8_t vmt_size_bits(bool two_level, uint8_t vm_id_bits)
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
		gic->vmt_baser &= ~GICV5_MASK(IRS_VMT_BASER_VALID);
		return;
	}
	if (vmt_valid(gic)) {
		vsoft_violation(gic, "", "IRS_VMT_BASER is written with VALID = 1 while it is valid");
		return;
	}
	gic->vmt_two_level = two_level;
	gic->vmt_id_bits = bits < gic->config.vm_id_bits ? bits : gic->config.vm_id_bits;
	size = (uint64_t)1 << vmt_size_bits(two_level, gic->vmt_id_bits);
	if (GICV5_ADDR(IRS_VMT_BASER_ADDR, value) & (size - 1))
		vsoft_violation(gic, "", "the VM table is not aligned to its size");
	gic->vmt_baser = value & (GICV5_MASK(IRS_VMT_BASER_ADDR) | GICV5_MASK(IRS_VMT_BASER_VALID));
}

static bool vm_possible(struct vgicv5_soft *gic, uint32_t vm)
{
	if (vmt_valid(gic) && !(vm >> gic->vmt_id_bits))
		return true;
	refuse(gic, vm, "a VMAP command names a VM that the VM table does not have");
	return false;
}

void vsoft_vmap_l2_vmt(struct vgicv5_soft *gic, struct vsoft_irs *irs, uint64_t value)
{
	uint32_t vm = (uint32_t)GICV5_GET(IRS_VMAP_L2_VMTR_VM_ID, value);
	struct vsoft_vm_block *block;
	uint64_t entry;

	(void)irs;
	if (!vm_possible(gic, vm))
		return;
	if (!gic->vmt_two_level) {
		refuse(gic, vm, "IRS_VMAP_L2_VMTR is used with a linear VM table");
		return;
	}
	block = get_block(gic, vm);
	if (!block)
		return;
	if (!vsoft_read64(gic, l1_address(gic, vm), &entry)) {
		table_error(gic, vm, l1_address(gic, vm));
		return;
	}
	if (GICV5_GET(L1_VMTE_VALID, entry))
		vsoft_violation(gic, "", "an L2 VM table is mapped whose L1_VMTE is valid already");
	if (GICV5_GET(L1_VMTE_VALID, block->entry))
		return;
	entry |= GICV5_MASK(L1_VMTE_VALID);
	block->entry = entry;
	if (!vsoft_write64(gic, l1_address(gic, vm), entry))
		table_error(gic, vm, l1_address(gic, vm));
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
		refuse(gic, id, "an L2_VMTE has more VPE_ID_BITS than the IRS supports");
		return false;
	}
	check_new_entry(gic, entry, (uint8_t)vpe_id_bits);
	vmd = GICV5_ADDR(L2_VMTE0_VMD_ADDR, entry[0]);
	if (gic->config.vmd && !claim_descriptor(gic, vmd, gic->config.vmd_sz, VMD_MARK(id))) {
		table_error(gic, id, vmd);
		return false;
	}
	return true;
}

static void map_vm(struct vgicv5_soft *gic, uint32_t id)
{
	struct vsoft_vm_block *block = get_block(gic, id);
	uint64_t entry[4], pa;
	struct vsoft_vm *vm;
	unsigned int i;

	if (!block)
		return;
	if (!entry_address(gic, block, id, &pa)) {
		refuse(gic, id, "IRS_VMAP_VMR names a VM whose L2 VM table is not mapped");
		return;
	}
	if (!adopt_entry(gic, id, pa, entry))
		return;
	vm = vm_alloc(gic, id, (uint8_t)GICV5_GET(L2_VMTE1_VPE_ID_BITS, entry[1]));
	if (!vm) {
		memory_error(gic, id);
		return;
	}
	vm->entry_pa = pa;
	for (i = 0; i < 4; i++)
		vm->entry[i] = entry[i];
	vm->entry[0] |= GICV5_MASK(L2_VMTE0_VALID);
	if (!vsoft_write64(gic, pa, vm->entry[0])) {
		table_error(gic, id, pa);
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
	if (!vm_possible(gic, id))
		return;
	if (GICV5_GET(IRS_VMAP_VMR_U, value)) {
		if (vm)
			vm_drop(gic, vm, true);
		else
			refuse(gic, id, "IRS_VMAP_VMR makes a VM invalid that is not valid");
	} else if (vm) {
		refuse(gic, id, "IRS_VMAP_VMR maps a VM that is valid already");
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
		refuse(gic, id, "IRS_VMAP_VISTR names a VM that is not valid, or no type of its interrupts");
		return;
	}
	compare_entry(gic, vm);
	if (GICV5_GET(IRS_VMAP_VISTR_U, value)) {
		ist_out_of_entry(gic, vm, list);
		return;
	}
	dword = list_dword(list);
	if (vm->ist[list].valid) {
		refuse(gic, id, "IRS_VMAP_VISTR maps an IST that is valid already");
		return;
	}
	if (!vsoft_read64(gic, vm->entry_pa + 8 * dword, &vm->entry[dword])) {
		table_error(gic, id, vm->entry_pa + 8 * dword);
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
		refuse(gic, id,
		       "IRS_VMAP_L2_VISTR names a VM that is not valid, or no type of its interrupts");
		return;
	}
	vm->changes++;
	vsoft_ist_map_l2(gic, irs, &vm->ist[list], (uint32_t)GICV5_GET(IRS_VMAP_L2_VISTR_ID, value));
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
		memory_error(gic, vm->id);
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

	if (!vsoft_read64(gic, pa, &entry) || !claim_descriptor(gic, GICV5_ADDR(VPETE_VPED_ADDR, entry),
								gic->config.vped_sz, VPED_MARK(vm->id, id))) {
		table_error(gic, vm->id, pa);
		return;
	}
	if (GICV5_GET(VPETE_VALID, entry))
		vsoft_violation(gic, "", "software has set VALID of a VPETE itself");
	vpe = vpe_alloc(gic, vm, id, entry);
	if (!vpe)
		return;
	if (!vsoft_write64(gic, pa, vpe->entry))
		table_error(gic, vm->id, pa);
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
		refuse(gic, vm_id,
		       "IRS_VMAP_VPER names a VM or VPE that does not exist, or a VPE that is valid");
		return;
	}
	compare_entry(gic, vm);
	map_vpe(gic, vm, id);
}

void vsoft_save_vm(struct vgicv5_soft *gic, struct vsoft_irs *irs, uint64_t value)
{
	struct vsoft_vm *vm = vsoft_vm(gic, (uint32_t)GICV5_GET(IRS_SAVE_VMR_VM_ID, value));

	irs->save_quiesced = false;
	if (!vm) {
		refuse(gic, (uint32_t)GICV5_GET(IRS_SAVE_VMR_VM_ID, value),
		       "IRS_SAVE_VMR names a VM that is not valid");
		return;
	}
	if (GICV5_GET(IRS_SAVE_VMR_S, value)) {
		compare_entry(gic, vm);
		vsoft_ist_save(gic, &vm->ist[VSOFT_LPIS]);
		vsoft_ist_save(gic, &vm->ist[VSOFT_SPIS]);
		vm->saved = vm->changes + 1;
	}
	irs->save_quiesced = vm->saved == vm->changes + 1;
}
