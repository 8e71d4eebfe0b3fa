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

#include "ist.h"
#include "virs.h"

#define L1_CHUNK 64 /* L1 entries read from the guest at once */

#define CFGR_MASK                                                              \
	(GICV5_MASK(IRS_IST_CFGR_STRUCTURE) | GICV5_MASK(IRS_IST_CFGR_ISTSZ) | \
	 GICV5_MASK(IRS_IST_CFGR_L2SZ) | GICV5_MASK(IRS_IST_CFGR_LPI_ID_BITS))

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
static void guest_shape(const struct vgicv5_vm *vm, struct vgicv5_ist_shape *shape)
{
	uint32_t cfgr = vm->virs.ist_cfgr;
	uint8_t bits = (uint8_t)GICV5_GET(IRS_IST_CFGR_LPI_ID_BITS, cfgr);
	uint8_t istsz = (uint8_t)GICV5_GET(IRS_IST_CFGR_ISTSZ, cfgr);

	if (bits < vm->host->caps.min_lpi_id_bits)
		bits = vm->host->caps.min_lpi_id_bits;
	if (bits > vm->config.max_lpi_id_bits)
		bits = vm->config.max_lpi_id_bits;
	shape->id_bits = bits;
	shape->istsz = istsz > 2 ? 0 : istsz;
	shape->l2sz = (uint8_t)GICV5_GET(IRS_IST_CFGR_L2SZ, cfgr);
	shape->two_level = GICV5_GET(IRS_IST_CFGR_STRUCTURE, cfgr) == GICV5_TWO_LEVEL;
}

/* What IRS_IDR2 does not offer makes no table. */
static bool offered(const struct vgicv5_caps *caps, const struct vgicv5_ist_shape *shape)
{
	return !shape->two_level || (caps->ist_levels && caps->ist_l2sz_mask >> shape->l2sz & 1);
}

static uint32_t guest_l1_count(const struct vgicv5_ist_shape *shape)
{
	unsigned int index = vgicv5_ist_index_bits(shape->istsz, shape->l2sz);

	return shape->id_bits > index ? 1u << (shape->id_bits - index) : 1;
}

/* ---- Making it valid ---- */

static int map_entry(struct vgicv5_vm *vm, const struct vgicv5_ist_shape *shape, uint32_t entry)
{
	unsigned int index = vgicv5_ist_index_bits(shape->istsz, shape->l2sz);

	return vgicv5_ist_map(vm, &vm->lpi_ist, GICV5_TYPE_LPI, entry << index, index,
			      vm->config.max_lpi_bytes);
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
			error = map_entry(vm, shape, first + i);
	return error;
}

/* A guest may set VALID in L1 entries itself as long as its table is not valid. Each entry is read once. */
static int map_preset(struct vgicv5_vm *vm, const struct vgicv5_ist_shape *shape)
{
	uint32_t count = guest_l1_count(shape);
	uint32_t first;
	int error = VGICV5_OK;

	for (first = 0; first < count && !error; first += L1_CHUNK)
		error = map_chunk(vm, shape, first, count - first < L1_CHUNK ? count - first : L1_CHUNK);
	return error;
}

static int create_shadow(struct vgicv5_vm *vm)
{
	struct vgicv5_ist_shape shape, host_shape;
	int error;

	guest_shape(vm, &shape);
	if (!offered(&vm->host->caps, &shape))
		return VGICV5_INVALID;
	if (shape.two_level)
		host_shape = shape;
	else
		vgicv5_ist_flat_shape(&vm->host->caps, shape.id_bits, &host_shape);
	error = vgicv5_ist_create(vm, &vm->lpi_ist, &host_shape, vm->config.max_lpi_bytes);
	if (error)
		return error;
	if (shape.two_level)
		return map_preset(vm, &shape);
	return vgicv5_ist_map(vm, &vm->lpi_ist, GICV5_TYPE_LPI, 0, shape.id_bits, vm->config.max_lpi_bytes);
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
		vgicv5_ist_free(&vm->lpi_ist);
}

static void make_invalid(struct vgicv5_vm *vm, uint64_t baser)
{
	int error = vgicv5_ist_make_invalid(vm, &vm->lpi_ist, GICV5_TYPE_LPI);

	if (error == VGICV5_TIMEOUT)
		give_up(vm);
	if (error)
		return;
	vgicv5_ist_free(&vm->lpi_ist);
	VGICV5_WRITE_ONCE(vm->virs.ist_baser, baser);
}

static void write_baser(struct vgicv5_vm *vm, uint64_t value)
{
	uint64_t baser = value & (GICV5_MASK(IRS_IST_BASER_ADDR) | GICV5_MASK(IRS_IST_BASER_VALID));
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
		error = map_entry(vm, &shape, index);
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
			VGICV5_WRITE_ONCE(vm->virs.ist_cfgr, (uint32_t)(value & CFGR_MASK));
		break;
	case GICV5_IRS_MAP_L2_ISTR:
		map_l2(vm, (uint32_t)GICV5_GET(IRS_MAP_L2_ISTR_ID, value));
		break;
	default:
		write_baser(vm, value);
		break;
	}
}
