/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Which memory a table command that has not ended may still come to use.
 *
 * All that the tables lead to from what the command names, as they are in memory now and whatever their VALID bits
 * say. Memory that no table names was never shown to the IRS.
 */
#include "model.h"

struct range {
	uint64_t pa;
	uint64_t bytes;
};

static bool meets(const struct range *range, uint64_t pa, uint64_t bytes)
{
	return pa && bytes && range->pa < pa + bytes && pa < range->pa + range->bytes;
}

/* Straight from memory: this is the checker looking, not the IRS. */
static uint64_t look(struct vgicv5_soft *gic, uint64_t pa)
{
	uint64_t value;

	return gic->ops.mem_read(gic->config.ctx, pa, &value, sizeof(value)) ? value : 0;
}

static uint64_t vmt_base(const struct vgicv5_soft *gic)
{
	return GICV5_ADDR(IRS_VMT_BASER_ADDR, gic->vmt_baser);
}

static uint64_t l2_vmt(struct vgicv5_soft *gic, uint32_t vm)
{
	uint64_t l1 = vmt_base(gic) + (uint64_t)(vm >> GICV5_L2_VMT_INDEX_BITS) * GICV5_L1_VMTE_SIZE;

	return GICV5_ADDR(L1_VMTE_L2_ADDR, look(gic, l1));
}

static uint64_t vmte(struct vgicv5_soft *gic, uint32_t vm)
{
	if (!gic->vmt_two_level)
		return vmt_base(gic) + (uint64_t)vm * GICV5_L2_VMTE_SIZE;
	return l2_vmt(gic, vm) + (uint64_t)(vm % (1u << GICV5_L2_VMT_INDEX_BITS)) * GICV5_L2_VMTE_SIZE;
}

static bool reaches_vpes(struct vgicv5_soft *gic, uint64_t dword, const struct range *range)
{
	uint64_t vpet = GICV5_ADDR(L2_VMTE1_VPET_ADDR, dword);
	uint32_t count = 1u << GICV5_GET(L2_VMTE1_VPE_ID_BITS, dword);
	uint32_t i;

	if (GICV5_GET(L2_VMTE1_VPE_ID_BITS, dword) > gic->config.vpe_id_bits)
		return false;
	if (meets(range, vpet, (uint64_t)count * GICV5_VPETE_SIZE))
		return true;
	for (i = 0; vpet && i < count; i++) {
		uint64_t vpete = look(gic, vpet + (uint64_t)i * GICV5_VPETE_SIZE);

		if (meets(range, GICV5_ADDR(VPETE_VPED_ADDR, vpete), (uint64_t)1 << gic->config.vped_sz))
			return true;
	}
	return false;
}

static bool reaches_ist(struct vgicv5_soft *gic, uint64_t dword, const struct range *range)
{
	struct vsoft_ist ist;
	uint64_t bytes, at;

	/* An IST that the IRS would refuse leads nowhere; this bounds the search, too. */
	ist.id_bits = (uint8_t)GICV5_GET(L2_VMTE_IST_ID_BITS, dword);
	if (ist.id_bits > gic->config.lpi_id_bits)
		return false;
	ist.istsz = (uint8_t)GICV5_GET(L2_VMTE_IST_ISTSZ, dword);
	ist.l2sz = (uint8_t)GICV5_GET(L2_VMTE_IST_L2SZ, dword);
	ist.two_level = GICV5_GET(L2_VMTE_IST_STRUCTURE, dword);
	ist.base = GICV5_ADDR(L2_VMTE_IST_ADDR, dword);
	ist.l2_shift = (uint8_t)(10 - ist.istsz + 2 * ist.l2sz);
	bytes = (uint64_t)1 << vsoft_ist_size_bits(&ist);
	if (meets(range, ist.base, bytes))
		return true;
	for (at = 0; ist.base && ist.two_level && at < bytes; at += GICV5_L1_ISTE_SIZE)
		if (meets(range, GICV5_ADDR(L1_ISTE_L2_ADDR, look(gic, ist.base + at)),
			  (uint64_t)1 << (12 + 2 * ist.l2sz)))
			return true;
	return false;
}

static bool reaches_vm(struct vgicv5_soft *gic, uint32_t vm, const struct range *range)
{
	uint64_t entry = vmte(gic, vm);

	if (gic->config.vmd &&
	    meets(range, GICV5_ADDR(L2_VMTE0_VMD_ADDR, look(gic, entry)), (uint64_t)1 << gic->config.vmd_sz))
		return true;
	return reaches_vpes(gic, look(gic, entry + 8 * GICV5_VMTE_VPET), range) ||
	       reaches_ist(gic, look(gic, entry + 8 * GICV5_VMTE_LPI), range) ||
	       reaches_ist(gic, look(gic, entry + 8 * GICV5_VMTE_SPI), range);
}

/* A table that is being taken away is the IRS's as long as it is valid, and no longer a matter of the command. */
static bool reaches_vmt(const struct vgicv5_soft *gic, uint64_t baser, const struct range *range)
{
	uint8_t bits = (uint8_t)GICV5_GET(IRS_VMT_CFGR_VM_ID_BITS, gic->vmt_cfgr);
	bool two_level = GICV5_GET(IRS_VMT_CFGR_STRUCTURE, gic->vmt_cfgr) && gic->config.vmt_levels;

	return GICV5_GET(IRS_VMT_BASER_VALID, baser) &&
	       meets(range, GICV5_ADDR(IRS_VMT_BASER_ADDR, baser),
		     (uint64_t)1 << vsoft_vmt_size_bits(two_level, bits));
}

bool vsoft_command_reaches(struct vgicv5_soft *gic, const struct vsoft_command *command, uint64_t pa,
			   uint64_t bytes)
{
	struct range range = {pa, bytes};

	if (!command->busy)
		return false;
	switch (command->reg) {
	case VSOFT_IRS_VMAP_L2_VMTR:
		return meets(&range, l2_vmt(gic, (uint32_t)GICV5_GET(IRS_VMAP_L2_VMTR_VM_ID, command->value)),
			     GICV5_L2_VMT_SIZE);
	case VSOFT_IRS_VMAP_VMR:
		return reaches_vm(gic, (uint32_t)GICV5_GET(IRS_VMAP_VMR_VM_ID, command->value), &range);
	case VSOFT_IRS_VMAP_VISTR:
	case VSOFT_IRS_VMAP_L2_VISTR:
	case VSOFT_IRS_VMAP_VPER: /* all have the VM ID in the same place */
		return reaches_vm(gic, (uint32_t)GICV5_GET(IRS_VMAP_VISTR_VM_ID, command->value), &range);
	case VSOFT_IRS_VMT_BASER:
		return reaches_vmt(gic, command->value, &range);
	default:
		return bytes != 0;
	}
}
