/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * VM table. Two-level where the IRS can and there are more VM IDs than one L2 table holds; L2 tables are made when
 * the first VM ID of their range is taken, and stay until the whole table goes: there is no command to unmap one.
 */
#include "vmt.h"

#include <vgicv5/arch/irs.h>

#include "bitmap.h"
#include "irs_cmd.h"
#include "table.h"

#define IDS_PER_L2 (1u << GICV5_L2_VMT_INDEX_BITS)
#define VMTE_DWORDS (GICV5_L2_VMTE_SIZE / sizeof(uint64_t))

static size_t l2_count(const struct vgicv5_host *host)
{
	unsigned int bits = host->vmt_id_bits;

	return bits > GICV5_L2_VMT_INDEX_BITS ? (size_t)1 << (bits - GICV5_L2_VMT_INDEX_BITS) : 1;
}

static size_t id_map_bytes(const struct vgicv5_host *host)
{
	return vgicv5_bitmap_bytes(host->caps.max_vms);
}

/* ---- The table as a whole ---- */

static void free_table(struct vgicv5_host *host)
{
	if (host->vmt_l2) {
		size_t i;

		for (i = 0; i < l2_count(host); i++)
			vgicv5_port_free(host->vmt_l2[i], GICV5_L2_VMT_SIZE);
		vgicv5_port_free(host->vmt_l2, l2_count(host) * sizeof(*host->vmt_l2));
	}
	vgicv5_port_free(host->vmt, host->vmt_bytes);
	vgicv5_port_free(host->vm_ids, id_map_bytes(host));
	host->vmt_l2 = NULL;
	host->vmt = NULL;
	host->vm_ids = NULL;
}

static int alloc_table(struct vgicv5_host *host, bool two_level)
{
	bool complete = true;

	host->vm_ids = vgicv5_port_alloc(id_map_bytes(host), VGICV5_TABLE_ALIGN);
	if (two_level) {
		host->vmt_bytes = l2_count(host) * GICV5_L1_VMTE_SIZE;
		host->vmt_l2 = vgicv5_port_alloc(l2_count(host) * sizeof(*host->vmt_l2), VGICV5_TABLE_ALIGN);
		complete = host->vmt_l2;
	} else {
		host->vmt_bytes = (size_t)GICV5_L2_VMTE_SIZE << host->vmt_id_bits;
	}
	host->vmt = vgicv5_table_alloc(host, host->vmt_bytes);
	if (complete && host->vm_ids && host->vmt)
		return VGICV5_OK;
	free_table(host);
	return VGICV5_NO_MEMORY;
}

int vgicv5_vmt_destroy(struct vgicv5_host *host)
{
	int error = vgicv5_irs_settle(host);

	if (!error && vgicv5_irs_has_vmt(host))
		error = vgicv5_irs_clear_vmt(host);
	if (!error)
		free_table(host);
	return error;
}

int vgicv5_vmt_create(struct vgicv5_host *host, uint32_t max_vms)
{
	unsigned int bits = vgicv5_log2_up(max_vms);
	bool two_level;
	int error;

	host->vmt_id_bits = (uint8_t)(bits ? bits : 1);
	two_level = host->caps.vmt_levels && host->vmt_id_bits > GICV5_L2_VMT_INDEX_BITS;
	host->caps.max_vms = max_vms;
	error = alloc_table(host, two_level);
	if (error)
		return error;
	error = vgicv5_irs_set_vmt(host,
				   (uint32_t)(GICV5_PUT(IRS_VMT_CFGR_STRUCTURE, two_level) |
					      GICV5_PUT(IRS_VMT_CFGR_VM_ID_BITS, host->vmt_id_bits)),
				   vgicv5_port_phys(host->vmt) | GICV5_MASK(IRS_VMT_BASER_VALID));
	/* The IRS may still take the table: only if it can be made to let go is the memory ours again. */
	if (error == VGICV5_TIMEOUT && vgicv5_vmt_destroy(host))
		return error;
	if (error)
		free_table(host);
	return error;
}

/* ---- VM IDs ---- */

bool vgicv5_vmt_in_use(struct vgicv5_host *host)
{
	bool used = false;
	size_t i;

	vgicv5_mutex_lock(&host->vmt_mutex);
	for (i = 0; i < id_map_bytes(host) / sizeof(uint64_t); i++)
		used |= host->vm_ids[i] != 0;
	vgicv5_mutex_unlock(&host->vmt_mutex);
	return used;
}

static int take_id(struct vgicv5_host *host, uint16_t *vm_id)
{
	uint32_t id;

	vgicv5_mutex_assert(&host->vmt_mutex);
	for (id = 0; id < host->caps.max_vms; id++) {
		if (host->vm_ids[id / 64] == ~(uint64_t)0) {
			id |= 63;
			continue;
		}
		if (vgicv5_bitmap_test(host->vm_ids, id))
			continue;
		host->vm_ids[id / 64] |= vgicv5_bitmap_bit(id);
		*vm_id = (uint16_t)id;
		return VGICV5_OK;
	}
	return VGICV5_NO_ID;
}

static void return_id(struct vgicv5_host *host, uint16_t vm_id)
{
	vgicv5_mutex_assert(&host->vmt_mutex);
	host->vm_ids[vm_id / 64] &= ~vgicv5_bitmap_bit(vm_id);
}

/* ---- L2 tables ---- */

static void write_l1(struct vgicv5_host *host, size_t block, uint64_t value)
{
	unsigned long flags = vgicv5_lock(&host->command_lock);

	vgicv5_table_write(host, &host->vmt[block], value);
	vgicv5_unlock(&host->command_lock, flags);
}

static bool l1_valid(struct vgicv5_host *host, size_t block)
{
	return GICV5_GET(L1_VMTE_VALID, vgicv5_table_read(host, &host->vmt[block]));
}

static int alloc_l2(struct vgicv5_host *host, size_t block)
{
	uint64_t *table = vgicv5_table_alloc(host, GICV5_L2_VMT_SIZE);

	if (!table)
		return VGICV5_NO_MEMORY;
	host->vmt_l2[block] = table;
	write_l1(host, block, GICV5_ADDR(L1_VMTE_L2_ADDR, vgicv5_port_phys(table)));
	return VGICV5_OK;
}

static void free_l2(struct vgicv5_host *host, size_t block)
{
	write_l1(host, block, 0);
	vgicv5_port_free(host->vmt_l2[block], GICV5_L2_VMT_SIZE);
	host->vmt_l2[block] = NULL;
}

/*
 * An L2 table whose command timed out stays in its L1 entry: the IRS may make it valid at any time. The next claim
 * in the same range finds it valid, or asks once more.
 */
static int need_l2(struct vgicv5_host *host, uint16_t vm_id)
{
	size_t block = vm_id / IDS_PER_L2;
	bool fresh = !host->vmt_l2[block];
	int error;

	if (!fresh && l1_valid(host, block))
		return VGICV5_OK;
	if (fresh) {
		error = alloc_l2(host, block);
		if (error)
			return error;
	}
	error = vgicv5_irs_map_l2_vmt(host, vm_id);
	if (!error && l1_valid(host, block))
		return VGICV5_OK;
	if (!error || (fresh && error == VGICV5_BUSY))
		free_l2(host, block);
	return error ? error : VGICV5_REFUSED;
}

/* ---- Entries ---- */

static uint64_t *entry_of(struct vgicv5_host *host, uint16_t vm_id)
{
	if (!host->vmt_l2)
		return host->vmt + vm_id * VMTE_DWORDS;
	return host->vmt_l2[vm_id / IDS_PER_L2] + vm_id % IDS_PER_L2 * VMTE_DWORDS;
}

static int claim_locked(struct vgicv5_vm *vm)
{
	struct vgicv5_host *host = vm->host;
	int error = take_id(host, &vm->vm_id);

	if (!error && host->vmt_l2) {
		error = need_l2(host, vm->vm_id);
		if (error)
			return_id(host, vm->vm_id);
	}
	if (!error)
		vm->vmte = entry_of(host, vm->vm_id);
	return error;
}

int vgicv5_vmt_claim(struct vgicv5_vm *vm)
{
	int error;

	vgicv5_mutex_lock(&vm->host->vmt_mutex);
	error = claim_locked(vm);
	vgicv5_mutex_unlock(&vm->host->vmt_mutex);
	return error;
}

void vgicv5_vmt_release(struct vgicv5_vm *vm)
{
	unsigned int i;

	if (!vm->vmte)
		return;
	for (i = 0; i < VMTE_DWORDS; i++)
		vgicv5_vmte_write(vm, i, 0);
	vm->vmte = NULL;
	vgicv5_mutex_lock(&vm->host->vmt_mutex);
	return_id(vm->host, vm->vm_id);
	vgicv5_mutex_unlock(&vm->host->vmt_mutex);
}

void vgicv5_vmte_write(struct vgicv5_vm *vm, unsigned int dword, uint64_t value)
{
	unsigned long flags = vgicv5_lock(&vm->host->command_lock);

	vgicv5_table_write(vm->host, &vm->vmte[dword], value);
	vgicv5_unlock(&vm->host->command_lock, flags);
}

uint64_t vgicv5_vmte_read(struct vgicv5_vm *vm, unsigned int dword)
{
	unsigned long flags = vgicv5_lock(&vm->host->command_lock);
	uint64_t value = vgicv5_table_read(vm->host, &vm->vmte[dword]);

	vgicv5_unlock(&vm->host->command_lock, flags);
	return value;
}
