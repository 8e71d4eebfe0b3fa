/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The registers of the CONFIG frame: what they read as and what a write does.
 */
#include "model.h"

/* ---- identification ---- */

static uint64_t idr0_read(struct vgicv5_soft *gic, struct vsoft_irs *irs)
{
	const struct vgicv5_soft_config *config = &gic->config;

	return GICV5_PUT(IRS_IDR0_IRSID, irs->number) | GICV5_PUT(IRS_IDR0_SWE, config->swe) |
	       GICV5_PUT(IRS_IDR0_SETLPI, config->setlpi) |
	       GICV5_PUT(IRS_IDR0_VIRT_ONE_N, config->virt && config->virt_one_n) |
	       GICV5_PUT(IRS_IDR0_ONE_N, config->one_n) | GICV5_PUT(IRS_IDR0_VIRT, config->virt) |
	       GICV5_PUT(IRS_IDR0_PA_RANGE, config->pa_range) | GICV5_PUT(IRS_IDR0_INT_DOM, GICV5_DOMAIN_NS);
}

static uint64_t idr1_read(struct vgicv5_soft *gic, struct vsoft_irs *irs)
{
	return GICV5_PUT(IRS_IDR1_PRI_BITS, gic->config.pri_bits - 1) |
	       GICV5_PUT(IRS_IDR1_IAFFID_BITS, gic->config.iaffid_bits - 1) |
	       GICV5_PUT(IRS_IDR1_PE_CNT, gic->config.irs[irs->number].pe_count);
}

static uint64_t idr2_read(struct vgicv5_soft *gic, struct vsoft_irs *irs)
{
	const struct vgicv5_soft_config *config = &gic->config;

	(void)irs;
	return GICV5_PUT(IRS_IDR2_ISTMD_SZ, config->istmd ? config->istmd_sz : 0) |
	       GICV5_PUT(IRS_IDR2_ISTMD, config->istmd) | GICV5_PUT(IRS_IDR2_IST_L2SZ, config->ist_l2sz) |
	       GICV5_PUT(IRS_IDR2_IST_LEVELS, config->ist_levels) |
	       GICV5_PUT(IRS_IDR2_MIN_LPI_ID_BITS, config->min_lpi_id_bits) |
	       GICV5_PUT(IRS_IDR2_LPI, config->lpi) | GICV5_PUT(IRS_IDR2_ID_BITS, config->lpi_id_bits);
}

static uint64_t idr3_read(struct vgicv5_soft *gic, struct vsoft_irs *irs)
{
	const struct vgicv5_soft_config *config = &gic->config;

	(void)irs;
	if (!config->virt)
		return 0;
	return GICV5_PUT(IRS_IDR3_VMT_LEVELS, config->vmt_levels) |
	       GICV5_PUT(IRS_IDR3_VM_ID_BITS, config->vm_id_bits) | GICV5_PUT(IRS_IDR3_VMD, config->vmd) |
	       GICV5_PUT(IRS_IDR3_VMD_SZ, config->vmd ? config->vmd_sz : 0);
}

static uint64_t idr4_read(struct vgicv5_soft *gic, struct vsoft_irs *irs)
{
	(void)irs;
	if (!gic->config.virt)
		return 0;
	return GICV5_PUT(IRS_IDR4_VPE_ID_BITS, gic->config.vpe_id_bits) |
	       GICV5_PUT(IRS_IDR4_VPED_SZ, gic->config.vped_sz);
}

static uint64_t idr5_read(struct vgicv5_soft *gic, struct vsoft_irs *irs)
{
	(void)irs;
	return GICV5_PUT(IRS_IDR5_SPI_RANGE, gic->config.spi_range);
}

static uint64_t idr6_read(struct vgicv5_soft *gic, struct vsoft_irs *irs)
{
	return GICV5_PUT(IRS_IDR6_SPI_IRS_RANGE, gic->config.irs[irs->number].spi_count);
}

static uint64_t idr7_read(struct vgicv5_soft *gic, struct vsoft_irs *irs)
{
	return GICV5_PUT(IRS_IDR7_SPI_BASE, gic->config.irs[irs->number].spi_base);
}

static uint64_t iidr_read(struct vgicv5_soft *gic, struct vsoft_irs *irs)
{
	(void)gic;
	(void)irs;
	return GICV5_PUT(IRS_IIDR_PRODUCTID, 5); /* no implementer: this is no product of a JEDEC member */
}

static uint64_t devarch_read(struct vgicv5_soft *gic, struct vsoft_irs *irs)
{
	(void)gic;
	(void)irs;
	return GICV5_PUT(IRS_DEVARCH_ARCHITECT, GICV5_DEVARCH_ARCHITECT_ARM) |
	       GICV5_MASK(IRS_DEVARCH_PRESENT) | GICV5_PUT(IRS_DEVARCH_ARCHID, GICV5_DEVARCH_ARCHID_IRS);
}

/* The fixed preamble of a CoreSight component. */
static uint64_t cidr0_read(struct vgicv5_soft *gic, struct vsoft_irs *irs)
{
	(void)gic;
	(void)irs;
	return 0x0d;
}

static uint64_t cidr1_read(struct vgicv5_soft *gic, struct vsoft_irs *irs)
{
	(void)gic;
	(void)irs;
	return 0xf0;
}

static uint64_t cidr2_read(struct vgicv5_soft *gic, struct vsoft_irs *irs)
{
	(void)gic;
	(void)irs;
	return 0x05;
}

static uint64_t cidr3_read(struct vgicv5_soft *gic, struct vsoft_irs *irs)
{
	(void)gic;
	(void)irs;
	return 0xb1;
}

/* ---- enable, attributes, synchronization ---- */

static uint64_t cr0_read(struct vgicv5_soft *gic, struct vsoft_irs *irs)
{
	bool idle = vsoft_command_poll(gic, irs, VSOFT_GROUP_CR0);

	return GICV5_PUT(IRS_CR0_IDLE, idle) | GICV5_PUT(IRS_CR0_IRSEN, irs->enabled);
}

static void cr0_write(struct vgicv5_soft *gic, struct vsoft_irs *irs, uint64_t value)
{
	const struct vgicv5_soft_irs_config *config = &gic->config.irs[irs->number];
	unsigned int i;

	irs->enabled = GICV5_GET(IRS_CR0_IRSEN, value);
	vsoft_one_n_update(gic);
	for (i = 0; i < config->pe_count; i++)
		vsoft_pe_update(gic, &gic->pes[config->first_pe + i]);
}

static uint64_t cr1_read(struct vgicv5_soft *gic, struct vsoft_irs *irs)
{
	(void)gic;
	return irs->cr1;
}

static void cr1_write(struct vgicv5_soft *gic, struct vsoft_irs *irs, uint64_t value)
{
	(void)gic;
	irs->cr1 = (uint32_t)(value & GICV5_BITS(GICV5_IRS_CR1_VPED_WA_HI, GICV5_IRS_CR1_SH_LO));
}

static void sync_write(struct vgicv5_soft *gic, struct vsoft_irs *irs, uint64_t value)
{
	(void)gic; /* events take effect at once: there is never one on its way */
	(void)irs;
	(void)value;
}

static uint64_t sync_status_read(struct vgicv5_soft *gic, struct vsoft_irs *irs)
{
	return GICV5_PUT(IRS_SYNC_STATUSR_IDLE, vsoft_command_poll(gic, irs, VSOFT_GROUP_SYNC));
}

/* ---- SPIs and PEs ---- */

static uint64_t spi_sel_read(struct vgicv5_soft *gic, struct vsoft_irs *irs)
{
	(void)gic;
	return irs->spi_sel;
}

static void spi_sel_write(struct vgicv5_soft *gic, struct vsoft_irs *irs, uint64_t value)
{
	(void)gic;
	irs->spi_sel = (uint32_t)GICV5_GET(IRS_SPI_SELR_ID, value);
}

static uint64_t spi_status_read(struct vgicv5_soft *gic, struct vsoft_irs *irs)
{
	bool idle = vsoft_command_poll(gic, irs, VSOFT_GROUP_SPI);

	return GICV5_PUT(IRS_SPI_STATUSR_IDLE, idle) |
	       GICV5_PUT(IRS_SPI_STATUSR_V, vsoft_selected_spi(gic, irs) != NULL);
}

static struct vsoft_pe *selected_pe(struct vgicv5_soft *gic, const struct vsoft_irs *irs)
{
	if (irs->pe_sel >= gic->config.pe_count || gic->pes[irs->pe_sel].irs != irs->number)
		return NULL;
	return &gic->pes[irs->pe_sel];
}

static uint64_t pe_sel_read(struct vgicv5_soft *gic, struct vsoft_irs *irs)
{
	(void)gic;
	return irs->pe_sel;
}

static void pe_sel_write(struct vgicv5_soft *gic, struct vsoft_irs *irs, uint64_t value)
{
	(void)gic;
	irs->pe_sel = (uint16_t)GICV5_GET(IRS_PE_SELR_IAFFID, value);
}

static uint64_t pe_status_read(struct vgicv5_soft *gic, struct vsoft_irs *irs)
{
	bool idle = vsoft_command_poll(gic, irs, VSOFT_GROUP_PE);
	bool valid = selected_pe(gic, irs) != NULL;

	return GICV5_PUT(IRS_PE_STATUSR_IDLE, idle) | GICV5_PUT(IRS_PE_STATUSR_V, valid) |
	       GICV5_PUT(IRS_PE_STATUSR_ONLINE, valid);
}

static uint64_t pe_cr0_read(struct vgicv5_soft *gic, struct vsoft_irs *irs)
{
	const struct vsoft_pe *pe = selected_pe(gic, irs);

	return pe ? GICV5_PUT(IRS_PE_CR0_DPS, pe->dps) : 0;
}

static void pe_cr0_write(struct vgicv5_soft *gic, struct vsoft_irs *irs, uint64_t value)
{
	struct vsoft_pe *pe = selected_pe(gic, irs);

	if (!pe || !gic->config.one_n)
		return;
	pe->dps = GICV5_GET(IRS_PE_CR0_DPS, value);
	vsoft_one_n_update(gic);
}

/* ---- physical IST: one for the system, seen through every IRS ---- */

static uint64_t ist_baser_read(struct vgicv5_soft *gic, struct vsoft_irs *irs)
{
	(void)irs;
	return gic->ist_baser;
}

static void ist_enable(struct vgicv5_soft *gic, uint64_t value)
{
	uint8_t bits = (uint8_t)GICV5_GET(IRS_IST_CFGR_LPI_ID_BITS, gic->ist_cfgr);
	struct vsoft_ist_layout layout = {
		.base = GICV5_ADDR(IRS_IST_BASER_ADDR, value),
		.id_bits = bits,
		.istsz = (uint8_t)GICV5_GET(IRS_IST_CFGR_ISTSZ, gic->ist_cfgr),
		.l2sz = (uint8_t)GICV5_GET(IRS_IST_CFGR_L2SZ, gic->ist_cfgr),
		.two_level = GICV5_GET(IRS_IST_CFGR_STRUCTURE, gic->ist_cfgr) && gic->config.ist_levels,
	};

	if (bits < gic->config.min_lpi_id_bits)
		layout.id_bits = gic->config.min_lpi_id_bits;
	if (bits > gic->config.lpi_id_bits)
		layout.id_bits = gic->config.lpi_id_bits;
	/* An L2 size that is not supported acts as the smallest that is. */
	if (layout.l2sz > GICV5_L2SZ_64K || !(gic->config.ist_l2sz >> layout.l2sz & 1))
		layout.l2sz = gic->config.ist_l2sz ? (uint8_t)__builtin_ctz(gic->config.ist_l2sz) : 0;
	(void)vsoft_ist_make_valid(gic, &gic->ist[VSOFT_LPIS], &layout);
}

static void ist_baser_write(struct vgicv5_soft *gic, struct vsoft_irs *irs, uint64_t value)
{
	bool valid = GICV5_GET(IRS_IST_BASER_VALID, gic->ist_baser);

	(void)irs;
	if (!gic->config.lpi)
		return;
	if (!GICV5_GET(IRS_IST_BASER_VALID, value)) {
		vsoft_ist_make_invalid(gic, &gic->ist[VSOFT_LPIS]);
		gic->ist_baser = valid ? gic->ist_baser & ~GICV5_MASK(IRS_IST_BASER_VALID)
				       : GICV5_ADDR(IRS_IST_BASER_ADDR, value);
		return;
	}
	if (valid) {
		vsoft_violation(gic, "", "IRS_IST_BASER is written with VALID = 1 while it is valid");
		return;
	}
	gic->ist_baser = value & (GICV5_MASK(IRS_IST_BASER_ADDR) | GICV5_MASK(IRS_IST_BASER_VALID));
	ist_enable(gic, value);
}

static uint64_t ist_cfgr_read(struct vgicv5_soft *gic, struct vsoft_irs *irs)
{
	(void)irs;
	return gic->ist_cfgr;
}

static void ist_cfgr_write(struct vgicv5_soft *gic, struct vsoft_irs *irs, uint64_t value)
{
	(void)irs;
	if (!gic->config.lpi)
		return;
	if (GICV5_GET(IRS_IST_BASER_VALID, gic->ist_baser)) {
		vsoft_violation(gic, "", "IRS_IST_CFGR is written while the IST is valid");
		return;
	}
	gic->ist_cfgr =
		(uint32_t)(value & (GICV5_MASK(IRS_IST_CFGR_STRUCTURE) | GICV5_MASK(IRS_IST_CFGR_ISTSZ) |
				    GICV5_MASK(IRS_IST_CFGR_L2SZ) | GICV5_MASK(IRS_IST_CFGR_LPI_ID_BITS)));
}

static uint64_t ist_status_read(struct vgicv5_soft *gic, struct vsoft_irs *irs)
{
	return GICV5_PUT(IRS_IST_STATUSR_IDLE, vsoft_command_poll(gic, irs, VSOFT_GROUP_IST));
}

static void map_l2_ist_write(struct vgicv5_soft *gic, struct vsoft_irs *irs, uint64_t value)
{
	vsoft_ist_map_l2(gic, irs, &gic->ist[VSOFT_LPIS], (uint32_t)GICV5_GET(IRS_MAP_L2_ISTR_ID, value));
}

/* ---- VM table, VPEs, VMs ---- */

static uint64_t vmt_baser_read(struct vgicv5_soft *gic, struct vsoft_irs *irs)
{
	(void)irs;
	return gic->vmt_baser;
}

static uint64_t vmt_cfgr_read(struct vgicv5_soft *gic, struct vsoft_irs *irs)
{
	(void)irs;
	return gic->vmt_cfgr;
}

static void vmt_cfgr_write(struct vgicv5_soft *gic, struct vsoft_irs *irs, uint64_t value)
{
	(void)irs;
	if (GICV5_GET(IRS_VMT_BASER_VALID, gic->vmt_baser)) {
		vsoft_violation(gic, "", "IRS_VMT_CFGR is written while the VM table is valid");
		return;
	}
	gic->vmt_cfgr = (uint32_t)(value & (GICV5_MASK(IRS_VMT_CFGR_STRUCTURE) |
					    GICV5_MASK(IRS_VMT_CFGR_VM_ID_BITS)));
}

static uint64_t vmt_status_read(struct vgicv5_soft *gic, struct vsoft_irs *irs)
{
	return GICV5_PUT(IRS_VMT_STATUSR_IDLE, vsoft_command_poll(gic, irs, VSOFT_GROUP_VMT));
}

static uint64_t vpe_sel_read(struct vgicv5_soft *gic, struct vsoft_irs *irs)
{
	(void)gic;
	return irs->vpe_sel;
}

static uint64_t vpe_status_read(struct vgicv5_soft *gic, struct vsoft_irs *irs)
{
	bool idle = vsoft_command_poll(gic, irs, VSOFT_GROUP_VPE);

	return GICV5_PUT(IRS_VPE_STATUSR_IDLE, idle) |
	       GICV5_PUT(IRS_VPE_STATUSR_V, vsoft_selected_vpe(gic, irs) != NULL);
}

static uint64_t vm_sel_read(struct vgicv5_soft *gic, struct vsoft_irs *irs)
{
	(void)gic;
	return irs->vm_sel;
}

static uint64_t vm_status_read(struct vgicv5_soft *gic, struct vsoft_irs *irs)
{
	bool idle = vsoft_command_poll(gic, irs, VSOFT_GROUP_VM);

	return GICV5_PUT(IRS_VM_STATUSR_IDLE, idle) |
	       GICV5_PUT(IRS_VM_STATUSR_V, vsoft_selected_vm(gic, irs) != NULL);
}

static uint64_t save_read(struct vgicv5_soft *gic, struct vsoft_irs *irs)
{
	(void)gic;
	return irs->save;
}

static void save_write(struct vgicv5_soft *gic, struct vsoft_irs *irs, uint64_t value)
{
	irs->save = value & (GICV5_MASK(IRS_SAVE_VMR_S) | GICV5_MASK(IRS_SAVE_VMR_Q) |
			     GICV5_MASK(IRS_SAVE_VMR_VM_ID));
	vsoft_save_vm(gic, irs, value);
}

static uint64_t save_status_read(struct vgicv5_soft *gic, struct vsoft_irs *irs)
{
	bool idle = vsoft_command_poll(gic, irs, VSOFT_GROUP_SAVE);

	return GICV5_PUT(IRS_SAVE_VM_STATUSR_IDLE, idle) |
	       GICV5_PUT(IRS_SAVE_VM_STATUSR_Q, irs->save_quiesced);
}

/* ---- software errors ---- */

static uint64_t swerr_status_read(struct vgicv5_soft *gic, struct vsoft_irs *irs)
{
	(void)gic;
	return irs->swerr_status;
}

static void swerr_status_write(struct vgicv5_soft *gic, struct vsoft_irs *irs, uint64_t value)
{
	(void)gic;
	if (GICV5_GET(IRS_SWERR_STATUSR_OF, value))
		irs->swerr_status &= ~GICV5_MASK(IRS_SWERR_STATUSR_OF);
	if (GICV5_GET(IRS_SWERR_STATUSR_V, value))
		irs->swerr_status &= GICV5_MASK(IRS_SWERR_STATUSR_OF);
}

static uint64_t swerr_syndrome0_read(struct vgicv5_soft *gic, struct vsoft_irs *irs)
{
	(void)gic;
	return GICV5_GET(IRS_SWERR_STATUSR_S0V, irs->swerr_status) ? irs->swerr_syndrome[0] : 0;
}

static uint64_t swerr_syndrome1_read(struct vgicv5_soft *gic, struct vsoft_irs *irs)
{
	(void)gic;
	return GICV5_GET(IRS_SWERR_STATUSR_S1V, irs->swerr_status) ? irs->swerr_syndrome[1] : 0;
}

#define GROUP(g) VSOFT_GROUP_##g
#define BASE(b) VSOFT_BASE_##b

/* clang-format off */
const struct vsoft_irs_reg_info vsoft_irs_regs[VSOFT_IRS_REG_COUNT] = {
	[VSOFT_IRS_IDR0] = { idr0_read, NULL, 32, GROUP(NONE), BASE(ZERO), 0 },
	[VSOFT_IRS_IDR1] = { idr1_read, NULL, 32, GROUP(NONE), BASE(ZERO), 0 },
	[VSOFT_IRS_IDR2] = { idr2_read, NULL, 32, GROUP(NONE), BASE(ZERO), 0 },
	[VSOFT_IRS_IDR3] = { idr3_read, NULL, 32, GROUP(NONE), BASE(ZERO), 0 },
	[VSOFT_IRS_IDR4] = { idr4_read, NULL, 32, GROUP(NONE), BASE(ZERO), 0 },
	[VSOFT_IRS_IDR5] = { idr5_read, NULL, 32, GROUP(NONE), BASE(ZERO), 0 },
	[VSOFT_IRS_IDR6] = { idr6_read, NULL, 32, GROUP(NONE), BASE(ZERO), 0 },
	[VSOFT_IRS_IDR7] = { idr7_read, NULL, 32, GROUP(NONE), BASE(ZERO), 0 },
	[VSOFT_IRS_IIDR] = { iidr_read, NULL, 32, GROUP(NONE), BASE(ZERO), 0 },
	[VSOFT_IRS_CR0] = { cr0_read, cr0_write, 32, GROUP(CR0), BASE(ZERO), 0 },
	[VSOFT_IRS_CR1] = { cr1_read, cr1_write, 32, GROUP(NONE), BASE(ZERO), 0 },
	[VSOFT_IRS_SYNCR] = { NULL, sync_write, 32, GROUP(SYNC), BASE(ZERO), GICV5_MASK(IRS_SYNCR_SYNC) },
	[VSOFT_IRS_SYNC_STATUSR] = { sync_status_read, NULL, 32, GROUP(NONE), BASE(ZERO), 0 },
	[VSOFT_IRS_SPI_VMR] = { vsoft_spi_vmr_read, vsoft_spi_vmr_write, 64, GROUP(SPI), BASE(READ), 0 },
	[VSOFT_IRS_SPI_SELR] = { spi_sel_read, spi_sel_write, 32, GROUP(SPI), BASE(ZERO), 0 },
	[VSOFT_IRS_SPI_RESAMPLER] = { NULL, vsoft_spi_resample, 32, GROUP(NONE), BASE(ZERO), 0 },
	[VSOFT_IRS_SPI_CFGR] = { vsoft_spi_cfgr_read, vsoft_spi_cfgr_write, 32, GROUP(SPI), BASE(ZERO), 0 },
	[VSOFT_IRS_SPI_STATUSR] = { spi_status_read, NULL, 32, GROUP(NONE), BASE(ZERO), 0 },
	[VSOFT_IRS_PE_SELR] = { pe_sel_read, pe_sel_write, 32, GROUP(PE), BASE(ZERO), 0 },
	[VSOFT_IRS_PE_STATUSR] = { pe_status_read, NULL, 32, GROUP(NONE), BASE(ZERO), 0 },
	[VSOFT_IRS_PE_CR0] = { pe_cr0_read, pe_cr0_write, 32, GROUP(PE), BASE(ZERO), 0 },
	[VSOFT_IRS_IST_BASER] = { ist_baser_read, ist_baser_write, 64, GROUP(IST), BASE(READ), 0 },
	[VSOFT_IRS_IST_CFGR] = { ist_cfgr_read, ist_cfgr_write, 32, GROUP(NONE), BASE(ZERO), 0 },
	[VSOFT_IRS_IST_STATUSR] = { ist_status_read, NULL, 32, GROUP(NONE), BASE(ZERO), 0 },
	[VSOFT_IRS_MAP_L2_ISTR] = { NULL, map_l2_ist_write, 32, GROUP(IST), BASE(ZERO), 0 },
	[VSOFT_IRS_VMT_BASER] = { vmt_baser_read, vsoft_vmt_baser, 64, GROUP(VMT), BASE(READ), 0 },
	[VSOFT_IRS_VMT_CFGR] = { vmt_cfgr_read, vmt_cfgr_write, 32, GROUP(NONE), BASE(ZERO), 0 },
	[VSOFT_IRS_VMT_STATUSR] = { vmt_status_read, NULL, 32, GROUP(NONE), BASE(ZERO), 0 },
	[VSOFT_IRS_VPE_SELR] = { vpe_sel_read, vsoft_vpe_select, 64, GROUP(VPE), BASE(LATCH),
				 GICV5_MASK(IRS_VPE_SELR_S) },
	[VSOFT_IRS_VPE_DBR] = { vsoft_vpe_dbr_read, vsoft_vpe_dbr_write, 64, GROUP(VPE), BASE(READ), 0 },
	[VSOFT_IRS_VPE_HPPIR] = { vsoft_vpe_hppir_read, NULL, 64, GROUP(NONE), BASE(ZERO), 0 },
	[VSOFT_IRS_VPE_CR0] = { vsoft_vpe_cr0_read, vsoft_vpe_cr0_write, 32, GROUP(VPE), BASE(ZERO), 0 },
	[VSOFT_IRS_VPE_STATUSR] = { vpe_status_read, NULL, 32, GROUP(NONE), BASE(ZERO), 0 },
	[VSOFT_IRS_VM_DBR] = { vsoft_vm_dbr_read, vsoft_vm_dbr_write, 64, GROUP(VM), BASE(READ), 0 },
	[VSOFT_IRS_VM_SELR] = { vm_sel_read, vsoft_vm_select, 32, GROUP(VM), BASE(ZERO), 0 },
	[VSOFT_IRS_VM_STATUSR] = { vm_status_read, NULL, 32, GROUP(NONE), BASE(ZERO), 0 },
	[VSOFT_IRS_VMAP_L2_VMTR] = { NULL, vsoft_vmap_l2_vmt, 64, GROUP(VMT), BASE(LATCH),
				     GICV5_MASK(IRS_VMAP_L2_VMTR_M) },
	[VSOFT_IRS_VMAP_VMR] = { NULL, vsoft_vmap_vm, 64, GROUP(VMT), BASE(LATCH), GICV5_MASK(IRS_VMAP_VMR_M) },
	[VSOFT_IRS_VMAP_VISTR] = { NULL, vsoft_vmap_vist, 64, GROUP(VMT), BASE(LATCH),
				   GICV5_MASK(IRS_VMAP_VISTR_M) },
	[VSOFT_IRS_VMAP_L2_VISTR] = { NULL, vsoft_vmap_l2_vist, 64, GROUP(VMT), BASE(LATCH),
				      GICV5_MASK(IRS_VMAP_L2_VISTR_M) },
	[VSOFT_IRS_VMAP_VPER] = { NULL, vsoft_vmap_vpe, 64, GROUP(VMT), BASE(LATCH),
				  GICV5_MASK(IRS_VMAP_VPER_M) },
	[VSOFT_IRS_SAVE_VMR] = { save_read, save_write, 64, GROUP(SAVE), BASE(LATCH),
				 GICV5_MASK(IRS_SAVE_VMR_S) | GICV5_MASK(IRS_SAVE_VMR_Q) },
	[VSOFT_IRS_SAVE_VM_STATUSR] = { save_status_read, NULL, 32, GROUP(NONE), BASE(ZERO), 0 },
	[VSOFT_IRS_SWERR_STATUSR] = { swerr_status_read, swerr_status_write, 64, GROUP(NONE), BASE(ZERO), 0 },
	[VSOFT_IRS_SWERR_SYNDROMER0] = { swerr_syndrome0_read, NULL, 64, GROUP(NONE), BASE(ZERO), 0 },
	[VSOFT_IRS_SWERR_SYNDROMER1] = { swerr_syndrome1_read, NULL, 64, GROUP(NONE), BASE(ZERO), 0 },
	[VSOFT_IRS_DEVARCH] = { devarch_read, NULL, 32, GROUP(NONE), BASE(ZERO), 0 },
	[VSOFT_IRS_CIDR0] = { cidr0_read, NULL, 32, GROUP(NONE), BASE(ZERO), 0 },
	[VSOFT_IRS_CIDR1] = { cidr1_read, NULL, 32, GROUP(NONE), BASE(ZERO), 0 },
	[VSOFT_IRS_CIDR2] = { cidr2_read, NULL, 32, GROUP(NONE), BASE(ZERO), 0 },
	[VSOFT_IRS_CIDR3] = { cidr3_read, NULL, 32, GROUP(NONE), BASE(ZERO), 0 },
	/* All others read as zero and ignore writes: AIDR (GICv5 IRS), SPI_DOMAINR, MEC, MPAM, PIDR. */
};
/* clang-format on */
