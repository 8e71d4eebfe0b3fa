/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The LPI table of a guest. The guest believes that its IRS uses the memory it gives; the hardware uses a table of
 * the same shape in host memory. Of the guest's memory only L1 entries are looked at, to learn which L2 tables it
 * has made valid, and VALID is written back for it when it maps one. All sizes are bounded by the VM's configuration.
 */
#include <vgicv5/arch/intid.h>
#include <vgicv5/arch/irs.h>
#include <vgicv5/arch/tables.h>
#include <vgicv5/port.h>

#include "bitmap.h"
#include "ist.h"
#include "table.h"
#include "virs.h"

#define L1_CHUNK 64 /* L1 entries read from the guest at once */

static bool is_valid(const struct vgicv5_vm *vm)
{
	return GICV5_GET(IRS_IST_BASER_VALID, vm->virs.ist_baser);
}

uint64_t vgicv5_virs_read_ist(struct vgicv5_vcpu *vcpu, uint32_t offset)
{
	const struct vgicv5_virs *virs = &vcpu->vm->virs;

	if (offset == GICV5_IRS_IST_CFGR)
		return VGICV5_READ_ONCE(virs->ist_cfgr);
	return VGICV5_READ_ONCE(virs->ist_baser);
}

/* ---- Shape ---- */

/* LPI_ID_BITS is clamped, a reserved ISTSZ acts as the least: entries of a guest have no metadata, so 4 bytes. */
void vgicv5_virs_guest_shape(uint32_t cfgr, uint32_t idr2, struct vgicv5_ist_shape *shape)
{
	uint8_t bits = (uint8_t)GICV5_GET(IRS_IST_CFGR_LPI_ID_BITS, cfgr);
	uint8_t istsz = (uint8_t)GICV5_GET(IRS_IST_CFGR_ISTSZ, cfgr);
	uint8_t least = (uint8_t)GICV5_GET(IRS_IDR2_MIN_LPI_ID_BITS, idr2);
	uint8_t most = (uint8_t)GICV5_GET(IRS_IDR2_ID_BITS, idr2);

	if (bits < least)
		bits = least;
	if (bits > most)
		bits = most;
	shape->id_bits = bits;
	shape->istsz = istsz > 2 ? 0 : istsz;
	shape->l2sz = (uint8_t)GICV5_GET(IRS_IST_CFGR_L2SZ, cfgr);
	shape->two_level = GICV5_GET(IRS_IST_CFGR_STRUCTURE, cfgr) == GICV5_TWO_LEVEL;
}

static void guest_shape(const struct vgicv5_vm *vm, struct vgicv5_ist_shape *shape)
{
	vgicv5_virs_guest_shape(vm->virs.ist_cfgr, vm->virs.idr[2], shape);
}

bool vgicv5_virs_shape_offered(uint32_t idr2, const struct vgicv5_ist_shape *shape)
{
	return !shape->two_level || (GICV5_GET(IRS_IDR2_IST_LEVELS, idr2) &&
				     GICV5_GET(IRS_IDR2_IST_L2SZ, idr2) >> shape->l2sz & 1);
}

/*
 * The guest's tables and the host's need not be of one kind: a guest from another host may use what this one does
 * not offer, or a table smaller than this one's least. Then the host's table reaches further than the guest knows.
 */
static void host_shape(const struct vgicv5_caps *caps, const struct vgicv5_ist_shape *guest,
		       struct vgicv5_ist_shape *shape)
{
	uint8_t id_bits = guest->id_bits > caps->min_lpi_id_bits ? guest->id_bits : caps->min_lpi_id_bits;

	if (!guest->two_level || !caps->ist_levels) {
		vgicv5_ist_flat_shape(caps, id_bits, shape);
		return;
	}
	*shape = *guest;
	shape->id_bits = id_bits;
	if (!(caps->ist_l2sz_mask >> shape->l2sz & 1))
		shape->l2sz = caps->ist_l2sz;
}

uint32_t vgicv5_virs_l2_count(const struct vgicv5_ist_shape *shape)
{
	unsigned int index = vgicv5_ist_index_bits(shape->istsz, shape->l2sz);

	return shape->id_bits > index ? 1u << (shape->id_bits - index) : 1;
}

/* ---- Making it valid ---- */

int vgicv5_virs_map_l2(struct vgicv5_vm *vm, const struct vgicv5_ist_shape *shape, uint32_t entry)
{
	unsigned int index = vgicv5_ist_index_bits(shape->istsz, shape->l2sz);
	int error = vgicv5_ist_map(vm, &vm->lpi_ist, GICV5_TYPE_LPI, entry << index, index,
				   vm->config.max_lpi_bytes);

	if (!error)
		vm->virs.l2_valid[entry / 64] |= vgicv5_bitmap_bit(entry);
	return error;
}

static int map_chunk(struct vgicv5_vm *vm, const struct vgicv5_ist_shape *shape, uint32_t first,
		     uint32_t count)
{
	uint64_t base = GICV5_ADDR(IRS_IST_BASER_ADDR, vm->virs.ist_baser);
	uint64_t l1[L1_CHUNK];
	uint32_t i;
	int error = vgicv5_port_guest_read(vm, base + (uint64_t)first * GICV5_L1_ISTE_SIZE, l1,
					   count * GICV5_L1_ISTE_SIZE);

	for (i = 0; i < count && !error; i++)
		if (GICV5_GET(L1_ISTE_VALID, l1[i]))
			error = vgicv5_virs_map_l2(vm, shape, first + i);
	return error;
}

/* A guest may set VALID in L1 entries itself as long as its table is not valid. Each entry is read once. */
static int map_preset(struct vgicv5_vm *vm, const struct vgicv5_ist_shape *shape)
{
	uint32_t count = vgicv5_virs_l2_count(shape);
	uint32_t first;
	int error = VGICV5_OK;

	for (first = 0; first < count && !error; first += L1_CHUNK)
		error = map_chunk(vm, shape, first, count - first < L1_CHUNK ? count - first : L1_CHUNK);
	return error;
}

void vgicv5_virs_free_ist(struct vgicv5_vm *vm)
{
	vgicv5_ist_free(&vm->lpi_ist);
	vgicv5_port_free(vm->virs.l2_valid, vgicv5_bitmap_bytes(vm->virs.l2_count));
	vm->virs.l2_valid = NULL;
	vm->virs.l2_count = 0;
}

static int alloc_l2_bitmap(struct vgicv5_vm *vm, const struct vgicv5_ist_shape *shape)
{
	size_t bytes;

	vm->virs.l2_count = vgicv5_virs_l2_count(shape);
	bytes = vgicv5_bitmap_bytes(vm->virs.l2_count);
	if (bytes > vm->config.max_lpi_bytes - vm->lpi_ist.total)
		return VGICV5_LIMIT;
	vm->virs.l2_valid = vgicv5_port_alloc(bytes, VGICV5_TABLE_ALIGN);
	vm->lpi_ist.total += bytes;
	return vm->virs.l2_valid ? VGICV5_OK : VGICV5_NO_MEMORY;
}

int vgicv5_virs_create_ist(struct vgicv5_vm *vm, const struct vgicv5_ist_shape *shape)
{
	struct vgicv5_ist_shape host;
	int error;

	host_shape(&vm->host->caps, shape, &host);
	error = vgicv5_ist_create(vm, &vm->lpi_ist, &host, vm->config.max_lpi_bytes);
	vm->lpi_ist.guest_bits = shape->id_bits;
	if (!error && shape->two_level)
		error = alloc_l2_bitmap(vm, shape);
	else if (!error)
		error = vgicv5_ist_map(vm, &vm->lpi_ist, GICV5_TYPE_LPI, 0, shape->id_bits,
				       vm->config.max_lpi_bytes);
	if (error)
		vgicv5_virs_free_ist(vm);
	return error;
}

static int create_shadow(struct vgicv5_vm *vm)
{
	struct vgicv5_ist_shape shape;
	int error;

	guest_shape(vm, &shape);
	if (!vgicv5_virs_shape_offered(vm->virs.idr[2], &shape))
		return VGICV5_INVALID;
	error = vgicv5_virs_create_ist(vm, &shape);
	if (!error && shape.two_level)
		error = map_preset(vm, &shape);
	return error;
}

/* Memory of a command that timed out stays until the VM is gone, and so does the VM's use. */
static void give_up(struct vgicv5_vm *vm)
{
	vgicv5_vm_kill(vm, "the IRS did not answer to a change of the LPI table");
}

static void make_valid(struct vgicv5_vm *vm, uint64_t baser)
{
	int error;

	if (vm->lpi_ist.table)
		return;
	VGICV5_WRITE_ONCE(vm->virs.ist_baser, baser & ~GICV5_MASK(IRS_IST_BASER_VALID));
	error = create_shadow(vm);
	if (!error)
		error = vgicv5_ist_make_valid(vm, &vm->lpi_ist, GICV5_TYPE_LPI);
	if (!error) {
		VGICV5_WRITE_ONCE(vm->virs.ist_baser, baser);
		return;
	}
	vgicv5_info("VM %u: no LPI table: %s", vm->vm_id, vgicv5_strerror(error));
	if (error == VGICV5_TIMEOUT)
		give_up(vm);
	else
		vgicv5_virs_free_ist(vm);
}

static void make_invalid(struct vgicv5_vm *vm, uint64_t baser)
{
	int error = vgicv5_ist_make_invalid(vm, &vm->lpi_ist, GICV5_TYPE_LPI);

	if (error == VGICV5_TIMEOUT)
		give_up(vm);
	if (error)
		return;
	vgicv5_virs_free_ist(vm);
	VGICV5_WRITE_ONCE(vm->virs.ist_baser, baser);
}

static void write_baser(struct vgicv5_vm *vm, uint64_t value)
{
	uint64_t baser = value & VIRS_BASER_MASK;
	bool valid = GICV5_GET(IRS_IST_BASER_VALID, value);

	if (!is_valid(vm)) {
		if (valid)
			make_valid(vm, baser);
		else
			VGICV5_WRITE_ONCE(vm->virs.ist_baser, baser);
	} else if (!valid) {
		make_invalid(vm, GICV5_ADDR(IRS_IST_BASER_ADDR, vm->virs.ist_baser));
	}
}

/* ---- L2 tables ---- */

/* The IRS sets VALID of the L1 entry. Where the entry cannot be written, nothing is mapped. */
static void map_l2(struct vgicv5_vm *vm, uint32_t id)
{
	struct vgicv5_ist_shape shape;
	uint64_t gpa, entry;
	uint32_t index;
	int error;

	guest_shape(vm, &shape);
	if (!is_valid(vm) || !shape.two_level || id >> shape.id_bits)
		return;
	index = id >> vgicv5_ist_index_bits(shape.istsz, shape.l2sz);
	gpa = GICV5_ADDR(IRS_IST_BASER_ADDR, vm->virs.ist_baser) + (uint64_t)index * GICV5_L1_ISTE_SIZE;
	error = vgicv5_port_guest_read(vm, gpa, &entry, sizeof(entry));
	if (!error)
		error = vgicv5_virs_map_l2(vm, &shape, index);
	entry |= GICV5_MASK(L1_ISTE_VALID);
	if (!error)
		error = vgicv5_port_guest_write(vm, gpa, &entry, sizeof(entry));
	if (error == VGICV5_TIMEOUT)
		give_up(vm);
	else if (error)
		vgicv5_info("VM %u: no L2 table for LPI %u: %s", vm->vm_id, id, vgicv5_strerror(error));
}

void vgicv5_virs_write_ist(struct vgicv5_vcpu *vcpu, uint32_t offset, uint64_t value)
{
	struct vgicv5_vm *vm = vcpu->vm;

	switch (offset) {
	case GICV5_IRS_IST_CFGR:
		if (!is_valid(vm))
			VGICV5_WRITE_ONCE(vm->virs.ist_cfgr, (uint32_t)(value & VIRS_CFGR_MASK));
		break;
	case GICV5_IRS_MAP_L2_ISTR:
		map_l2(vm, (uint32_t)GICV5_GET(IRS_MAP_L2_ISTR_ID, value));
		break;
	default:
		write_baser(vm, value);
		break;
	}
}
