/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Virtual interrupt state tables.
 *
 * The memory is the host's. A table that is not valid yet may be written freely, VALID bits of its L1 entries
 * included; in a valid one software only fills in addresses of L1 entries that are not VALID, and the IRS sets VALID
 * on IRS_VMAP_L2_VISTR.
 */
#include "ist.h"

#include <vgicv5/arch/intid.h>

#include "irs_cmd.h"
#include "table.h"
#include "vmt.h"

#define MIN_SIZE_EXPONENT 5 /* of the size formulas: a table is never smaller than 2^(5 + 1) bytes */

/* ---- Sizes ---- */

unsigned int vgicv5_ist_index_bits(unsigned int istsz, unsigned int l2sz)
{
	return 10 - istsz + 2 * l2sz;
}

static size_t l2_bytes(unsigned int l2sz)
{
	return (size_t)1 << (12 + 2 * l2sz);
}

static unsigned int l1_bits(const struct vgicv5_ist *ist)
{
	unsigned int index = vgicv5_ist_index_bits(ist->istsz, ist->l2sz);

	return ist->id_bits > index ? ist->id_bits - index : 0;
}

static size_t table_bytes(const struct vgicv5_ist *ist)
{
	unsigned int exponent = ist->two_level ? l1_bits(ist) + 2 : ist->id_bits + 1u + ist->istsz;

	return (size_t)2 << (exponent > MIN_SIZE_EXPONENT ? exponent : MIN_SIZE_EXPONENT);
}

/* Entries carry metadata of the IRS where it has any. */
static uint8_t required_istsz(const struct vgicv5_caps *caps, unsigned int id_bits)
{
	if (!caps->istmd)
		return 0;
	return id_bits < caps->istmd_sz ? 1 : 2;
}

void vgicv5_ist_flat_shape(const struct vgicv5_caps *caps, unsigned int id_bits,
			   struct vgicv5_ist_shape *shape)
{
	shape->id_bits = (uint8_t)id_bits;
	shape->istsz = required_istsz(caps, id_bits);
	shape->l2sz = caps->ist_l2sz;
	/* Beyond one L2 table, two levels: a linear table needs ever larger contiguous memory. */
	shape->two_level = caps->ist_levels && id_bits > vgicv5_ist_index_bits(shape->istsz, shape->l2sz);
}

/* ---- Memory ---- */

static bool account(struct vgicv5_ist *ist, size_t bytes, size_t limit)
{
	if (bytes > limit || ist->total > limit - bytes)
		return false;
	ist->total += bytes;
	return true;
}

static int alloc_table(struct vgicv5_vm *vm, struct vgicv5_ist *ist, size_t limit)
{
	size_t pointers = ist->two_level ? ist->l2_count * sizeof(*ist->l2) : 0;

	if (!account(ist, ist->bytes + pointers, limit))
		return VGICV5_LIMIT;
	ist->table = vgicv5_table_alloc(vm->host, ist->bytes);
	if (ist->two_level)
		ist->l2 = vgicv5_port_alloc(pointers, VGICV5_TABLE_ALIGN);
	return ist->table && (ist->l2 || !ist->two_level) ? VGICV5_OK : VGICV5_NO_MEMORY;
}

int vgicv5_ist_create(struct vgicv5_vm *vm, struct vgicv5_ist *ist, const struct vgicv5_ist_shape *shape,
		      size_t limit)
{
	uint8_t required = required_istsz(&vm->host->caps, shape->id_bits);
	int error;

	ist->id_bits = shape->id_bits;
	ist->guest_bits = shape->id_bits;
	ist->istsz = shape->istsz > required ? shape->istsz : required;
	ist->l2sz = shape->l2sz;
	ist->two_level = shape->two_level;
	ist->bytes = table_bytes(ist);
	ist->l2_bytes = ist->two_level ? l2_bytes(ist->l2sz) : 0;
	ist->l2_count = ist->two_level ? 1u << l1_bits(ist) : 0;
	ist->total = 0;
	error = alloc_table(vm, ist, limit);
	if (error)
		vgicv5_ist_free(ist);
	return error;
}

void vgicv5_ist_free(struct vgicv5_ist *ist)
{
	uint32_t i;

	for (i = 0; ist->l2 && i < ist->l2_count; i++)
		vgicv5_port_free(ist->l2[i], ist->l2_bytes);
	vgicv5_port_free(ist->l2, ist->l2_count * sizeof(*ist->l2));
	vgicv5_port_free(ist->table, ist->bytes);
	ist->table = NULL;
	ist->l2 = NULL;
	ist->l2_count = 0;
	ist->total = 0;
}

/* ---- L2 tables ---- */

static int alloc_l2(struct vgicv5_vm *vm, struct vgicv5_ist *ist, uint32_t block, size_t limit)
{
	uint64_t *l1 = ist->table;
	uint64_t entry;

	if (!account(ist, ist->l2_bytes, limit))
		return VGICV5_LIMIT;
	ist->l2[block] = vgicv5_table_alloc(vm->host, ist->l2_bytes);
	if (!ist->l2[block]) {
		ist->total -= ist->l2_bytes;
		return VGICV5_NO_MEMORY;
	}
	entry = GICV5_ADDR(L1_ISTE_L2_ADDR, vgicv5_port_phys(ist->l2[block]));
	if (!ist->valid)
		entry |= GICV5_MASK(L1_ISTE_VALID);
	vgicv5_table_write(vm->host, &l1[block], entry);
	return VGICV5_OK;
}

static void free_l2(struct vgicv5_vm *vm, struct vgicv5_ist *ist, uint32_t block)
{
	uint64_t *l1 = ist->table;

	vgicv5_table_write(vm->host, &l1[block], 0);
	vgicv5_port_free(ist->l2[block], ist->l2_bytes);
	ist->l2[block] = NULL;
	ist->total -= ist->l2_bytes;
}

static int map_block(struct vgicv5_vm *vm, struct vgicv5_ist *ist, unsigned int type, uint32_t block,
		     size_t limit)
{
	uint32_t id = block << vgicv5_ist_index_bits(ist->istsz, ist->l2sz);
	const uint64_t *l1 = ist->table;
	int error;

	if (ist->l2[block])
		return VGICV5_OK;
	error = alloc_l2(vm, ist, block, limit);
	if (error || !ist->valid)
		return error;
	error = vgicv5_irs_map_l2_vist(vm->host, vm->vm_id, type, id);
	if (error == VGICV5_TIMEOUT)
		return error;
	if (!error && GICV5_GET(L1_ISTE_VALID, vgicv5_table_read(vm->host, &l1[block])))
		return VGICV5_OK;
	free_l2(vm, ist, block);
	return error ? error : VGICV5_REFUSED;
}

int vgicv5_ist_map_range(struct vgicv5_vm *vm, struct vgicv5_ist *ist, unsigned int type, uint32_t id,
			 uint32_t count, size_t limit)
{
	unsigned int index;
	uint32_t block, last;
	int error = VGICV5_OK;

	if (!ist->two_level)
		return VGICV5_OK;
	index = vgicv5_ist_index_bits(ist->istsz, ist->l2sz);
	block = id >> index;
	last = (id + count - 1) >> index;
	for (; !error && block <= last && block < ist->l2_count; block++)
		error = map_block(vm, ist, type, block, limit);
	return error;
}

int vgicv5_ist_map(struct vgicv5_vm *vm, struct vgicv5_ist *ist, unsigned int type, uint32_t id,
		   unsigned int bits, size_t limit)
{
	return vgicv5_ist_map_range(vm, ist, type, id, (uint32_t)1 << bits, limit);
}

/* ---- The IRS's view ---- */

static unsigned int dword_of(unsigned int type)
{
	return type == GICV5_TYPE_LPI ? GICV5_VMTE_LPI : GICV5_VMTE_SPI;
}

static uint64_t descriptor(const struct vgicv5_ist *ist)
{
	return GICV5_PUT(L2_VMTE_IST_ID_BITS, ist->id_bits) |
	       GICV5_PUT(L2_VMTE_IST_STRUCTURE, ist->two_level ? GICV5_TWO_LEVEL : GICV5_LINEAR) |
	       GICV5_PUT(L2_VMTE_IST_ISTSZ, ist->istsz) |
	       GICV5_ADDR(L2_VMTE_IST_ADDR, vgicv5_port_phys(ist->table)) |
	       GICV5_PUT(L2_VMTE_IST_L2SZ, ist->l2sz);
}

static bool irs_holds(struct vgicv5_vm *vm, unsigned int type)
{
	return GICV5_GET(L2_VMTE_IST_VALID, vgicv5_vmte_read(vm, dword_of(type)));
}

int vgicv5_ist_make_valid(struct vgicv5_vm *vm, struct vgicv5_ist *ist, unsigned int type)
{
	int error;

	vgicv5_vmte_write(vm, dword_of(type), descriptor(ist));
	error = vgicv5_irs_map_vist(vm->host, vm->vm_id, type, true);
	if (error == VGICV5_TIMEOUT)
		return error;
	if (!error && !irs_holds(vm, type))
		error = VGICV5_REFUSED;
	if (error)
		vgicv5_vmte_write(vm, dword_of(type), 0);
	else
		VGICV5_STORE_RELEASE(&ist->valid, true);
	if (!error && type == GICV5_TYPE_LPI && !vgicv5_vm_is_dead(vm))
		VGICV5_STORE_RELEASE(&vm->lpi_count, (uint32_t)1 << ist->guest_bits);
	return error;
}

int vgicv5_ist_make_invalid(struct vgicv5_vm *vm, struct vgicv5_ist *ist, unsigned int type)
{
	int error;

	if (type == GICV5_TYPE_LPI)
		VGICV5_WRITE_ONCE(vm->lpi_count, 0);
	error = vgicv5_irs_map_vist(vm->host, vm->vm_id, type, false);

	if (!error && irs_holds(vm, type))
		error = VGICV5_REFUSED;
	if (error && type == GICV5_TYPE_LPI && !vgicv5_vm_is_dead(vm))
		VGICV5_WRITE_ONCE(vm->lpi_count, (uint32_t)1 << ist->guest_bits);
	if (error)
		return error;
	VGICV5_WRITE_ONCE(ist->valid, false);
	vgicv5_vmte_write(vm, dword_of(type), 0);
	return VGICV5_OK;
}
