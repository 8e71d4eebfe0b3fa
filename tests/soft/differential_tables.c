/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The random differential test: what software does with tables in memory.
 */
#include "differential.h"

#include <stdio.h>

/* LPIs of one L2 table of 4 KiB. */
static unsigned int l2_bits(const struct shape *shape)
{
	return 10 - shape->istsz;
}

static struct shape random_shape(struct pair *p)
{
	struct shape shape;

	shape.two_level = p->config.ist_levels && below(p, 2);
	shape.istsz = below(p, 3);
	return shape;
}

static uint32_t random_iste(struct pair *p, bool one_n)
{
	return (uint32_t)(GICV5_PUT(L2_ISTE_ENABLE, below(p, 4) != 0) |
			  GICV5_PUT(L2_ISTE_HM, below(p, 3) == 0) |
			  GICV5_PUT(L2_ISTE_ACTIVE, below(p, 8) == 0) |
			  GICV5_PUT(L2_ISTE_PENDING, below(p, 8) == 0) |
			  GICV5_PUT(L2_ISTE_IRM, one_n && below(p, 4) == 0) |
			  GICV5_PUT(L2_ISTE_PRIORITY, random_priority(p)) |
			  GICV5_PUT(L2_ISTE_IAFFID, random_target(p)));
}

/* An image as after a restore; Pending in it is honoured, which is the implementation's choice. Entries of `istsz` lie one behind the other. */
static void fill_entries(struct pair *p, uint64_t base, unsigned int istsz, bool one_n)
{
	unsigned int i;

	for (i = 0; i < 4; i++)
		both_iste(p, base + ((uint64_t)i << (2 + istsz)), random_iste(p, one_n));
	for (i = 0; i < lpi_pool_size; i++) {
		if (!(lpi_pool[i] >> LPI_BITS))
			both_iste(p, base + ((uint64_t)lpi_pool[i] << (2 + istsz)), random_iste(p, one_n));
	}
}

/* A level 1 table whose level 2 tables are partly mapped beforehand. */
static void build_l1(struct pair *p, const struct shape *shape, uint64_t l1, uint64_t l2)
{
	unsigned int i;

	for (i = 0; i < 1u << (LPI_BITS - l2_bits(shape)); i++) {
		both_memory(p, l1 + 8 * i,
			    GICV5_ADDR(L1_ISTE_L2_ADDR, l2 + 4096 * i) |
				    GICV5_PUT(L1_ISTE_VALID, below(p, 2)));
	}
}

static void compare_lpis(struct pair *p, const struct shape *shape, uint64_t l1, uint64_t l2)
{
	unsigned int i;

	for (i = 0; i < lpi_pool_size; i++) {
		if (lpi_pool[i] >> LPI_BITS)
			continue;
		/* Level 2 tables lie one behind the other, so that both shapes have the same arithmetic. */
		compare_entry(p,
			      (shape->two_level ? l2 : l1) + ((uint64_t)lpi_pool[i] << (2 + shape->istsz)));
	}
}

static void build_lpis(struct pair *p, const struct shape *shape, uint64_t l1, uint64_t l2, bool one_n)
{
	both_clear(p, l1, 0x4000);
	both_clear(p, l2, 0x4000);
	if (below(p, 4))
		fill_entries(p, shape->two_level ? l2 : l1, shape->istsz, one_n);
	if (shape->two_level)
		build_l1(p, shape, l1, l2);
}

/* A 64-bit register by one access or by its halves, the high one first because the low one has VALID. */
static void write_baser(struct pair *p, unsigned int irs, uint32_t offset, uint64_t value)
{
	if (below(p, 2)) {
		both_irs_write(p, irs, offset, 8, value);
	} else {
		both_irs_write(p, irs, offset + 4, 4, value >> 32);
		both_irs_write(p, irs, offset, 4, value & 0xffffffff);
	}
}

/* Withdraws the physical IST, or gives a new one. */
void op_ist(struct pair *p)
{
	unsigned int irs = below(p, p->config.irs_count);

	if (p->tiny.ist_baser & 1) {
		snprintf(p->what, sizeof(p->what), "withdraw the IST through IRS %u", irs);
		both_irs_write(p, irs, GICV5_IRS_IST_BASER, below(p, 2) ? 8 : 4, 0);
		compare_lpis(p, &p->ist, IST_L1, IST_L2);
		return;
	}
	p->ist = random_shape(p);
	snprintf(p->what, sizeof(p->what), "new IST two_level=%d istsz=%u through IRS %u", p->ist.two_level,
		 p->ist.istsz, irs);
	build_lpis(p, &p->ist, IST_L1, IST_L2, p->config.one_n);
	both_irs_write(p, irs, GICV5_IRS_IST_CFGR, 4,
		       GICV5_PUT(IRS_IST_CFGR_STRUCTURE, p->ist.two_level) |
			       GICV5_PUT(IRS_IST_CFGR_ISTSZ, p->ist.istsz) |
			       GICV5_PUT(IRS_IST_CFGR_LPI_ID_BITS, LPI_BITS));
	write_baser(p, irs, GICV5_IRS_IST_BASER, IST_L1 | 1);
}

void op_map_l2(struct pair *p)
{
	uint32_t id = lpi_pool[below(p, lpi_pool_size)];
	unsigned int irs = below(p, p->config.irs_count);
	uint64_t vm = below(p, 3) ? random_vm(p) : TINY_VMS;

	snprintf(p->what, sizeof(p->what), "map L2 of LPI %u, VM %u, IRS %u", id, (unsigned int)vm, irs);
	if (vm == TINY_VMS)
		both_irs_write(p, irs, GICV5_IRS_MAP_L2_ISTR, 4, id);
	else
		both_irs_write(p, irs, GICV5_IRS_VMAP_L2_VISTR, 8,
			       GICV5_MASK(IRS_VMAP_L2_VISTR_M) | GICV5_PUT(IRS_VMAP_L2_VISTR_VM_ID, vm) |
				       GICV5_PUT(IRS_VMAP_L2_VISTR_TYPE, 2 + below(p, 2)) |
				       GICV5_PUT(IRS_VMAP_L2_VISTR_ID, id));
}

/* ---- VMs ---- */

static uint64_t vmte_pa(const struct pair *p, uint32_t vm)
{
	bool two_level = GICV5_GET(IRS_VMT_CFGR_STRUCTURE, p->tiny.vmt_cfgr);

	return (two_level ? VMT_L2 : VMT) + GICV5_L2_VMTE_SIZE * vm;
}

static uint64_t lpi_dword(const struct pair *p, uint32_t vm, bool valid)
{
	return GICV5_PUT(L2_VMTE_IST_ID_BITS, LPI_BITS) |
	       GICV5_PUT(L2_VMTE_IST_STRUCTURE, p->lpi_ist[vm].two_level) |
	       GICV5_PUT(L2_VMTE_IST_ISTSZ, p->lpi_ist[vm].istsz) |
	       GICV5_ADDR(L2_VMTE_IST_ADDR, VM_AREA(vm) + VM_LPI_L1) | GICV5_PUT(L2_VMTE_IST_VALID, valid);
}

static uint64_t spi_dword(uint32_t vm, bool valid)
{
	return GICV5_PUT(L2_VMTE_IST_ID_BITS, SPI_BITS) |
	       GICV5_ADDR(L2_VMTE_IST_ADDR, VM_AREA(vm) + VM_SPI_IST) | GICV5_PUT(L2_VMTE_IST_VALID, valid);
}

static void write_lpi_dword(struct pair *p, uint32_t vm, bool valid)
{
	p->lpi_ist[vm] = random_shape(p);
	build_lpis(p, &p->lpi_ist[vm], VM_AREA(vm) + VM_LPI_L1, VM_AREA(vm) + VM_LPI_L2,
		   p->config.virt_one_n);
	both_memory(p, vmte_pa(p, vm) + 16, lpi_dword(p, vm, valid));
}

void op_vm_build(struct pair *p)
{
	uint32_t vm = random_vm(p);
	unsigned int irs = below(p, p->config.irs_count);
	uint32_t v;

	if (tiny_vm_valid(&p->tiny, vm) || !(p->tiny.vmt_baser & 1))
		return;
	snprintf(p->what, sizeof(p->what), "build VM %u through IRS %u", (unsigned int)vm, irs);
	both_clear(p, VM_AREA(vm), VM_AREA_SIZE);
	both_clear(p, vmte_pa(p, vm), GICV5_L2_VMTE_SIZE);
	both_memory(p, vmte_pa(p, vm), GICV5_ADDR(L2_VMTE0_VMD_ADDR, VM_AREA(vm) + VM_VMD));
	both_memory(p, vmte_pa(p, vm) + 8,
		    GICV5_PUT(L2_VMTE1_VPE_ID_BITS, VPE_BITS) |
			    GICV5_ADDR(L2_VMTE1_VPET_ADDR, VM_AREA(vm) + VM_VPET));
	for (v = 0; v < TINY_VPES; v++)
		both_memory(p, VM_AREA(vm) + VM_VPET + 8 * v,
			    GICV5_ADDR(VPETE_VPED_ADDR, VM_AREA(vm) + VM_VPED + 0x400 * v));
	for (v = 0; v < 8; v++)
		both_iste(p, VM_AREA(vm) + VM_SPI_IST + 4 * v, random_iste(p, p->config.virt_one_n));
	write_lpi_dword(p, vm, below(p, 2));
	both_memory(p, vmte_pa(p, vm) + 24, spi_dword(vm, below(p, 4) != 0));
	if (GICV5_GET(IRS_VMT_CFGR_STRUCTURE, p->tiny.vmt_cfgr) && below(p, 2))
		both_irs_write(p, irs, GICV5_IRS_VMAP_L2_VMTR, 8, GICV5_MASK(IRS_VMAP_L2_VMTR_M) | vm);
	both_irs_write(p, irs, GICV5_IRS_VMAP_VMR, 8, GICV5_MASK(IRS_VMAP_VMR_M) | vm);
	/* Pending before their VPEs exist. */
	pend_some(p, vm, below(p, 8));
}

static void compare_vm(struct pair *p, uint32_t vm)
{
	unsigned int i;

	compare_lpis(p, &p->lpi_ist[vm], VM_AREA(vm) + VM_LPI_L1, VM_AREA(vm) + VM_LPI_L2);
	for (i = 0; i < 1u << SPI_BITS; i++)
		compare_entry(p, VM_AREA(vm) + VM_SPI_IST + 4 * i);
}

static void check_quiesced(struct pair *p, unsigned int irs, uint32_t vm, uint64_t command, bool quiesced)
{
	uint64_t expected = GICV5_MASK(IRS_SAVE_VM_STATUSR_IDLE) | GICV5_PUT(IRS_SAVE_VM_STATUSR_Q, quiesced);

	both_irs_write(p, irs, GICV5_IRS_SAVE_VMR, 8, command | vm);
	same(p, "IRS_SAVE_VM_STATUSR", irs,
	     vgicv5_soft_mmio_read(p->soft, irs, VGICV5_SOFT_CONFIG_FRAME, GICV5_IRS_SAVE_VM_STATUSR, 4),
	     p->config.virt ? expected : 0);
}

/* After a save memory holds the whole state, and Q says so until something changes. */
void op_save(struct pair *p)
{
	uint32_t vm = random_vm(p);
	unsigned int irs = below(p, p->config.irs_count);
	uint32_t iste;

	snprintf(p->what, sizeof(p->what), "save VM %u through IRS %u", (unsigned int)vm, irs);
	check_quiesced(p, irs, vm, GICV5_MASK(IRS_SAVE_VMR_S), tiny_vm_valid(&p->tiny, vm));
	check_quiesced(p, irs, vm, GICV5_MASK(IRS_SAVE_VMR_Q), tiny_vm_valid(&p->tiny, vm));
	compare_vm(p, vm);
	if (!tiny_load(&p->tiny, vm, GICV5_INTID(GICV5_TYPE_SPI, 1), &iste))
		return;
	both_sys(p, 0, 2, false, false, false, GICV5_GIC_VDPEND, false,
		 GICV5_INTID(GICV5_TYPE_SPI, 1) | GICV5_PUT(VDPEND_VM, vm) |
			 GICV5_PUT(VDPEND_PENDING, !GICV5_GET(L2_ISTE_PENDING, iste)));
	check_quiesced(p, irs, vm, GICV5_MASK(IRS_SAVE_VMR_Q), false);
}

/* Software ends residency before it makes a VM invalid; what happens if it does not is defined too. */
void op_vm_drop(struct pair *p)
{
	uint32_t vm = random_vm(p);
	unsigned int irs = below(p, p->config.irs_count);
	bool orderly = below(p, 4);
	unsigned int pe;

	snprintf(p->what, sizeof(p->what), "drop VM %u through IRS %u, orderly=%d", (unsigned int)vm, irs,
		 orderly);
	for (pe = 0; pe < p->config.pe_count && orderly; pe++) {
		if (p->tiny.pe[pe].resident && p->tiny.pe[pe].vm == vm)
			both_sys(p, pe, 2, false, false, false, GICV5_ICH_CONTEXTR_EL2, false, 0);
	}
	both_irs_write(p, irs, GICV5_IRS_VMAP_VMR, 8,
		       GICV5_MASK(IRS_VMAP_VMR_M) | GICV5_MASK(IRS_VMAP_VMR_U) | vm);
	compare_vm(p, vm);
}

/* Takes a guest's LPI table away, or gives it one. */
void op_vist(struct pair *p)
{
	uint32_t vm = random_vm(p);
	unsigned int irs = below(p, p->config.irs_count);
	uint32_t iste;
	uint64_t command = GICV5_MASK(IRS_VMAP_VISTR_M) | GICV5_PUT(IRS_VMAP_VISTR_VM_ID, vm);

	if (!tiny_vm_valid(&p->tiny, vm))
		return;
	if (!tiny_load(&p->tiny, vm, GICV5_INTID(GICV5_TYPE_SPI, 0), &iste)) {
		snprintf(p->what, sizeof(p->what), "SPI IST for VM %u", (unsigned int)vm);
		both_memory(p, vmte_pa(p, vm) + 24, spi_dword(vm, false));
		both_irs_write(p, irs, GICV5_IRS_VMAP_VISTR, 8,
			       command | GICV5_PUT(IRS_VMAP_VISTR_TYPE, GICV5_TYPE_SPI));
		return;
	}
	command |= GICV5_PUT(IRS_VMAP_VISTR_TYPE, GICV5_TYPE_LPI);
	if (p->tiny.memory[vmte_pa(p, vm) + 16 - MEMORY_BASE] & 1) {
		if (below(p, 4))
			return;
		snprintf(p->what, sizeof(p->what), "take the LPI IST of VM %u", (unsigned int)vm);
		both_irs_write(p, irs, GICV5_IRS_VMAP_VISTR, 8, command | GICV5_MASK(IRS_VMAP_VISTR_U));
		compare_lpis(p, &p->lpi_ist[vm], VM_AREA(vm) + VM_LPI_L1, VM_AREA(vm) + VM_LPI_L2);
		return;
	}
	snprintf(p->what, sizeof(p->what), "LPI IST for VM %u", (unsigned int)vm);
	write_lpi_dword(p, vm, false);
	both_irs_write(p, irs, GICV5_IRS_VMAP_VISTR, 8, command);
}

void op_vpe(struct pair *p)
{
	uint64_t vm = below(p, 10) ? random_vm(p) : TINY_VMS;
	uint64_t vpe = below(p, 10) ? random_vpe(p) : below(p, TINY_VPES + 1);

	snprintf(p->what, sizeof(p->what), "map VPE %u of VM %u", (unsigned int)vpe, (unsigned int)vm);
	both_irs_write(p, below(p, p->config.irs_count), GICV5_IRS_VMAP_VPER, 8,
		       GICV5_MASK(IRS_VMAP_VPER_M) | GICV5_PUT(IRS_VMAP_VPER_VM_ID, vm) |
			       GICV5_PUT(IRS_VMAP_VPER_VPE_ID, vpe));
}

void op_vmt(struct pair *p)
{
	unsigned int irs = below(p, p->config.irs_count);
	bool two_level = p->config.vmt_levels && below(p, 2);
	uint32_t vm;

	if (p->tiny.vmt_baser & 1) {
		snprintf(p->what, sizeof(p->what), "withdraw the VM table through IRS %u", irs);
		both_irs_write(p, irs, GICV5_IRS_VMT_BASER, 8, 0);
		for (vm = 0; vm < TINY_VMS; vm++)
			compare_vm(p, vm);
		return;
	}
	snprintf(p->what, sizeof(p->what), "new VM table, two_level=%d, through IRS %u", two_level, irs);
	both_clear(p, VMT, 0x2000);
	both_clear(p, VMT_L2, 0x1000);
	if (two_level)
		both_memory(p, VMT, GICV5_ADDR(L1_VMTE_L2_ADDR, VMT_L2) | below(p, 2));
	both_irs_write(p, irs, GICV5_IRS_VMT_CFGR, 4,
		       GICV5_PUT(IRS_VMT_CFGR_STRUCTURE, two_level) | GICV5_PUT(IRS_VMT_CFGR_VM_ID_BITS, 8));
	write_baser(p, irs, GICV5_IRS_VMT_BASER, VMT | 1);
}
