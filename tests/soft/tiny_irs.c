/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The tiny model: the registers of an IRS. Every command is done when its write returns.
 */
#include "tiny_internal.h"

/* ---- Commands on the tables of VMs ---- */

/* The VM table entry's dword of a virtual IST. */
static uint64_t ist_dword(const struct tiny *t, uint32_t vm, uint64_t type)
{
	return tiny_vmte(t, vm) + (type == GICV5_TYPE_LPI ? 16 : 24);
}

static void set_valid(struct tiny *t, uint64_t pa, bool valid)
{
	uint64_t value = tiny_read64(t, pa);

	tiny_write64(t, pa, valid ? value | 1 : value & ~(uint64_t)1);
}

/* The VM is about to become invalid: with it its VPEs, their residency, and what is selected. */
static void drop_vm(struct tiny *t, uint32_t vm)
{
	unsigned int i;
	uint32_t v;

	for (v = 0; v < TINY_VPES; v++) {
		if (tiny_vpete(t, vm, v))
			set_valid(t, tiny_vpete(t, vm, v), false);
	}
	for (i = 0; i < t->pe_count; i++) {
		if (t->pe[i].vm == vm)
			t->pe[i].resident = false;
	}
	for (i = 0; i < t->irs_count; i++) {
		if (GICV5_GET(IRS_VPE_SELR_VM_ID, t->irs[i].vpe_sel) == vm)
			t->irs[i].vpe_ok = false;
		if (t->irs[i].vm_sel == vm)
			t->irs[i].vm_ok = false;
	}
	t->vm[vm] = (struct tiny_vm){0};
	set_valid(t, ist_dword(t, vm, GICV5_TYPE_LPI), false);
	set_valid(t, ist_dword(t, vm, GICV5_TYPE_SPI), false);
	set_valid(t, tiny_vmte(t, vm), false);
}

static void write_vmt_baser(struct tiny *t, uint64_t value)
{
	uint32_t vm;

	if (!(t->vmt_baser & 1)) {
		t->vmt_baser = GICV5_ADDR(IRS_VMT_BASER_ADDR, value) | (value & 1);
		return;
	}
	if (value & 1)
		return;
	for (vm = 0; vm < TINY_VMS; vm++) {
		if (tiny_vm_valid(t, vm))
			drop_vm(t, vm);
	}
	t->vmt_baser &= ~(uint64_t)1;
}

static void map_l2_vmt(struct tiny *t, uint32_t vm)
{
	if (!(t->vmt_baser & 1) || !GICV5_GET(IRS_VMT_CFGR_STRUCTURE, t->vmt_cfgr) ||
	    vm >> GICV5_GET(IRS_VMT_CFGR_VM_ID_BITS, t->vmt_cfgr))
		return;
	set_valid(t, GICV5_ADDR(IRS_VMT_BASER_ADDR, t->vmt_baser) + 8 * (vm >> GICV5_L2_VMT_INDEX_BITS),
		  true);
}

static void map_vm(struct tiny *t, uint64_t value)
{
	uint32_t vm = (uint32_t)GICV5_GET(IRS_VMAP_VMR_VM_ID, value);

	if (GICV5_GET(IRS_VMAP_VMR_U, value)) {
		if (tiny_vm_valid(t, vm))
			drop_vm(t, vm);
	} else if (tiny_vmte(t, vm)) {
		set_valid(t, tiny_vmte(t, vm), true);
	}
}

static void map_vist(struct tiny *t, uint64_t value)
{
	uint32_t vm = (uint32_t)GICV5_GET(IRS_VMAP_VISTR_VM_ID, value);
	uint64_t type = GICV5_GET(IRS_VMAP_VISTR_TYPE, value);

	if (tiny_vm_valid(t, vm) && (type == GICV5_TYPE_LPI || type == GICV5_TYPE_SPI))
		set_valid(t, ist_dword(t, vm, type), !GICV5_GET(IRS_VMAP_VISTR_U, value));
}

static void map_l2_ist(struct tiny *t, uint32_t vm, unsigned int type, uint32_t id)
{
	struct tiny_ist ist = tiny_find_ist(t, vm, type);

	if (ist.valid && ist.two_level && !(id >> ist.id_bits))
		set_valid(t, tiny_l1_iste(&ist, id), true);
}

static void map_vpe(struct tiny *t, uint64_t value)
{
	uint32_t vm = (uint32_t)GICV5_GET(IRS_VMAP_VPER_VM_ID, value);
	uint32_t vpe = (uint32_t)GICV5_GET(IRS_VMAP_VPER_VPE_ID, value);

	if (tiny_vpete(t, vm, vpe) && !tiny_vpe_valid(t, vm, vpe))
		set_valid(t, tiny_vpete(t, vm, vpe), true);
}

/* ---- SPIs and PEs ---- */

static struct tiny_spi *selected_spi(struct tiny *t, const struct tiny_irs *irs)
{
	if (irs->spi_sel < irs->first_spi || irs->spi_sel - irs->first_spi >= irs->spi_count)
		return NULL;
	return &t->spi[irs->spi_sel];
}

/* R_KBPXL */
static void write_spi_cfgr(struct tiny *t, struct tiny_irs *irs, uint64_t value)
{
	struct tiny_spi *spi = selected_spi(t, irs);

	if (!spi || spi->level_trigger == (value & 1))
		return;
	spi->level_trigger = value & 1;
	if (spi->level_trigger && spi->line)
		tiny_spi_event(t, irs->spi_sel, TINY_SET_LEVEL);
	else if (spi->level_trigger || spi->line)
		tiny_spi_event(t, irs->spi_sel, TINY_CLEAR);
}

/* R_DMTFM */
static void resample(struct tiny *t, const struct tiny_irs *irs, uint64_t id)
{
	if (id < irs->first_spi || id - irs->first_spi >= irs->spi_count || !t->spi[id].level_trigger)
		return;
	tiny_spi_event(t, (uint32_t)id, t->spi[id].line ? TINY_SET_LEVEL : TINY_CLEAR);
}

static void write_spi_vmr(struct tiny *t, struct tiny_irs *irs, uint64_t value)
{
	struct tiny_spi *spi = selected_spi(t, irs);

	if (!spi)
		return;
	spi->to_vm = GICV5_GET(IRS_SPI_VMR_VIRT, value);
	spi->vm = (uint16_t)GICV5_GET(IRS_SPI_VMR_VM_ID, value);
	/* The wire is sampled for its new owner. */
	resample(t, irs, irs->spi_sel);
}

static struct tiny_pe *selected_pe(struct tiny *t, unsigned int number)
{
	uint32_t pe = t->irs[number].pe_sel;

	return pe < t->pe_count && t->pe[pe].irs == number ? &t->pe[pe] : NULL;
}

/* ---- VPEs ---- */

static struct tiny_vpe *selected_vpe(struct tiny *t, const struct tiny_irs *irs)
{
	uint32_t vm = (uint32_t)GICV5_GET(IRS_VPE_SELR_VM_ID, irs->vpe_sel);
	uint32_t vpe = (uint32_t)GICV5_GET(IRS_VPE_SELR_VPE_ID, irs->vpe_sel);

	return irs->vpe_ok && tiny_vpe_valid(t, vm, vpe) ? &t->vm[vm].vpe[vpe] : NULL;
}

static void write_vpe_dbr(struct tiny_vpe *vpe, uint64_t value)
{
	vpe->bell_valid = GICV5_GET(IRS_VPE_DBR_DBV, value);
	vpe->bell_requested = GICV5_GET(IRS_VPE_DBR_REQ_DB, value);
	vpe->bell_mask = (uint8_t)GICV5_GET(IRS_VPE_DBR_DBPM, value);
	vpe->bell = (uint32_t)GICV5_GET(IRS_VPE_DBR_INTID, value);
}

static struct tiny_vm *selected_vm(struct tiny *t, const struct tiny_irs *irs)
{
	return irs->vm_ok && tiny_vm_valid(t, irs->vm_sel) ? &t->vm[irs->vm_sel] : NULL;
}

static void write_vm_group(struct tiny *t, struct tiny_irs *irs, uint32_t offset, uint64_t value)
{
	struct tiny_vpe *vpe = selected_vpe(t, irs);
	struct tiny_vm *vm = selected_vm(t, irs);

	switch (offset) {
	case GICV5_IRS_VPE_SELR:
		irs->vpe_sel = value & ~(GICV5_BITS(62, 48) | GICV5_BITS(31, 16));
		irs->vpe_ok = true;
		irs->vpe_ok = selected_vpe(t, irs);
		break;
	case GICV5_IRS_VPE_DBR:
		if (vpe)
			write_vpe_dbr(vpe, value);
		break;
	case GICV5_IRS_VPE_CR0:
		if (vpe)
			vpe->dps = value & 1;
		break;
	case GICV5_IRS_VM_SELR:
		irs->vm_sel = value & 0xffff;
		irs->vm_ok = tiny_vm_valid(t, irs->vm_sel);
		break;
	case GICV5_IRS_VM_DBR:
		if (vm) {
			vm->bell_en = GICV5_GET(IRS_VM_DBR_EN, value);
			vm->bell_vpe = (uint16_t)GICV5_GET(IRS_VM_DBR_VPE_ID, value);
		}
		break;
	default:
		break;
	}
}

/* Commands that begin with M. */
static void vmap(struct tiny *t, uint32_t offset, uint64_t value)
{
	if (!(value >> 63))
		return;
	switch (offset) {
	case GICV5_IRS_VMAP_L2_VMTR:
		map_l2_vmt(t, value & 0xffff);
		break;
	case GICV5_IRS_VMAP_VMR:
		map_vm(t, value);
		break;
	case GICV5_IRS_VMAP_VISTR:
		map_vist(t, value);
		break;
	case GICV5_IRS_VMAP_L2_VISTR:
		map_l2_ist(t, (uint32_t)GICV5_GET(IRS_VMAP_L2_VISTR_VM_ID, value),
			   (unsigned int)GICV5_GET(IRS_VMAP_L2_VISTR_TYPE, value),
			   (uint32_t)GICV5_GET(IRS_VMAP_L2_VISTR_ID, value));
		break;
	default:
		map_vpe(t, value);
		break;
	}
}

static void write_ist_baser(struct tiny *t, uint64_t value)
{
	if (!(t->ist_baser & 1))
		t->ist_baser = GICV5_ADDR(IRS_IST_BASER_ADDR, value) | (value & 1);
	else if (!(value & 1))
		t->ist_baser &= ~(uint64_t)1;
}

static void write_tables(struct tiny *t, struct tiny_irs *irs, uint32_t offset, uint64_t value)
{
	switch (offset) {
	case GICV5_IRS_IST_CFGR:
		if (!(t->ist_baser & 1))
			t->ist_cfgr = value & 0x101ff;
		break;
	case GICV5_IRS_IST_BASER:
		write_ist_baser(t, value);
		break;
	case GICV5_IRS_MAP_L2_ISTR:
		map_l2_ist(t, TINY_PHYSICAL, GICV5_TYPE_LPI, value & 0xffffff);
		break;
	case GICV5_IRS_VMT_CFGR:
		if (!(t->vmt_baser & 1))
			t->vmt_cfgr = value & 0x1001f;
		break;
	case GICV5_IRS_VMT_BASER:
		write_vmt_baser(t, value);
		break;
	default:
		if (offset >= GICV5_IRS_VMAP_L2_VMTR && offset <= GICV5_IRS_VMAP_VPER)
			vmap(t, offset, value);
		else
			write_vm_group(t, irs, offset, value);
		break;
	}
}

/* Registers that are RES0 where IRS_IDR0.VIRT is 0. */
static bool needs_virt(uint32_t offset)
{
	return offset == GICV5_IRS_SPI_VMR ||
	       (offset >= GICV5_IRS_VMT_BASER && offset <= GICV5_IRS_SAVE_VM_STATUSR);
}

void tiny_irs_write(struct tiny *t, unsigned int number, uint32_t offset, uint64_t value)
{
	struct tiny_irs *irs = &t->irs[number];

	if (!t->virt && needs_virt(offset))
		return;
	switch (offset) {
	case GICV5_IRS_CR0:
		irs->en = value & 1;
		break;
	case GICV5_IRS_CR1:
		irs->cr1 = value & 0xffff;
		break;
	case GICV5_IRS_SPI_SELR:
		irs->spi_sel = value & 0xffffff;
		break;
	case GICV5_IRS_SPI_CFGR:
		write_spi_cfgr(t, irs, value);
		break;
	case GICV5_IRS_SPI_VMR:
		write_spi_vmr(t, irs, value);
		break;
	case GICV5_IRS_SPI_RESAMPLER:
		resample(t, irs, value & 0xffffff);
		break;
	case GICV5_IRS_PE_SELR:
		irs->pe_sel = value & 0xffff;
		break;
	case GICV5_IRS_PE_CR0:
		if (t->one_n && selected_pe(t, number))
			selected_pe(t, number)->dps = value & 1;
		break;
	default:
		write_tables(t, irs, offset, value);
		break;
	}
	tiny_doorbells(t);
}

/* ---- Reads ---- */

static uint64_t read_vpe_hppir(struct tiny *t, const struct tiny_irs *irs, uint64_t other)
{
	uint32_t vm = (uint32_t)GICV5_GET(IRS_VPE_SELR_VM_ID, irs->vpe_sel);
	uint32_t vpe = (uint32_t)GICV5_GET(IRS_VPE_SELR_VPE_ID, irs->vpe_sel);

	if (!selected_vpe(t, irs))
		return 0;
	return tiny_vpe_hppi_legal(t, vm, vpe, other) ? other : ~other;
}

static uint64_t read_vm_group(struct tiny *t, const struct tiny_irs *irs, uint32_t offset, uint64_t other)
{
	const struct tiny_vpe *vpe = selected_vpe(t, irs);
	const struct tiny_vm *vm = selected_vm(t, irs);

	switch (offset) {
	case GICV5_IRS_VPE_SELR:
		return irs->vpe_sel;
	case GICV5_IRS_VPE_STATUSR:
		return (vpe ? 2 : 0) | 1;
	case GICV5_IRS_VPE_CR0:
		return vpe && vpe->dps;
	case GICV5_IRS_VPE_HPPIR:
		return read_vpe_hppir(t, irs, other);
	case GICV5_IRS_VPE_DBR:
		return vpe ? GICV5_PUT(IRS_VPE_DBR_DBV, vpe->bell_valid) |
				       GICV5_PUT(IRS_VPE_DBR_REQ_DB, vpe->bell_requested) |
				       GICV5_PUT(IRS_VPE_DBR_DBPM, vpe->bell_mask) |
				       GICV5_PUT(IRS_VPE_DBR_INTID, vpe->bell)
			   : 0;
	case GICV5_IRS_VM_SELR:
		return irs->vm_sel;
	case GICV5_IRS_VM_STATUSR:
		return (vm ? 2 : 0) | 1;
	case GICV5_IRS_VM_DBR:
		return vm ? GICV5_PUT(IRS_VM_DBR_EN, vm->bell_en) | GICV5_PUT(IRS_VM_DBR_VPE_ID, vm->bell_vpe)
			  : 0;
	default:
		return other;
	}
}

uint64_t tiny_irs_read(struct tiny *t, unsigned int number, uint32_t offset, uint64_t other)
{
	struct tiny_irs *irs = &t->irs[number];
	const struct tiny_spi *spi = selected_spi(t, irs);
	const struct tiny_pe *pe = selected_pe(t, number);

	if (!t->virt && needs_virt(offset))
		return 0;
	switch (offset) {
	case GICV5_IRS_CR0:
		return 2 | irs->en;
	case GICV5_IRS_CR1:
		return irs->cr1;
	case GICV5_IRS_SPI_SELR:
		return irs->spi_sel;
	case GICV5_IRS_SPI_STATUSR:
		return (spi ? 2 : 0) | 1;
	case GICV5_IRS_SPI_CFGR:
		return spi && spi->level_trigger;
	case GICV5_IRS_SPI_VMR:
		return spi ? GICV5_PUT(IRS_SPI_VMR_VIRT, spi->to_vm) | GICV5_PUT(IRS_SPI_VMR_VM_ID, spi->vm)
			   : 0;
	case GICV5_IRS_PE_SELR:
		return irs->pe_sel;
	case GICV5_IRS_PE_STATUSR:
		return (pe ? 6 : 0) | 1;
	case GICV5_IRS_PE_CR0:
		return pe && pe->dps;
	case GICV5_IRS_IST_BASER:
		return t->ist_baser;
	case GICV5_IRS_IST_CFGR:
		return t->ist_cfgr;
	case GICV5_IRS_IST_STATUSR:
	case GICV5_IRS_VMT_STATUSR:
	case GICV5_IRS_SYNC_STATUSR:
		return 1;
	case GICV5_IRS_VMT_BASER:
		return t->vmt_baser;
	case GICV5_IRS_VMT_CFGR:
		return t->vmt_cfgr;
	default:
		return read_vm_group(t, irs, offset, other);
	}
}
