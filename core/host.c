/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The GICv5 system: what it can do, and its VM table. */
#include <vgicv5/host.h>

#include <vgicv5/arch/irs.h>
#include <vgicv5/port.h>

#include "irs_cmd.h"
#include "table.h"
#include "vmt.h"

#define MAX_VM_ID_BITS 16
#define MAX_LPI_ID_BITS 24
#define NARROW_ID_BITS 16
#define MAX_DESCRIPTOR_BYTES 4096
#define MIN_DESCRIPTOR_BYTES 8

static const uint8_t pa_range_bits[] = {GICV5_PA_RANGE_BITS};

static uint32_t reg(const volatile uint8_t *frame, uint32_t offset)
{
	return vgicv5_mmio_read32(frame + offset);
}

static uint8_t min8(unsigned int a, unsigned int b)
{
	return (uint8_t)(a < b ? a : b);
}

static uint8_t max8(unsigned int a, unsigned int b)
{
	return (uint8_t)(a > b ? a : b);
}

/* ---- Probing: each IRS narrows what the ones before it allow ---- */

static const struct vgicv5_caps everything = {
	.pa_bits = 56,
	.pri_bits = 5,
	.lpi_id_bits = MAX_LPI_ID_BITS,
	.ist_l2sz_mask = 7,
	.istmd_sz = 31,
	.vm_id_bits = MAX_VM_ID_BITS,
	.vpe_id_bits = 16,
	.ist_levels = true,
	.vmt_levels = true,
	.virt_one_n = true,
	.setlpi = true,
};

static bool is_irs(const volatile uint8_t *frame)
{
	uint32_t devarch, aidr;

	if (!frame)
		return false;
	devarch = reg(frame, GICV5_IRS_DEVARCH);
	aidr = reg(frame, GICV5_IRS_AIDR);
	return GICV5_GET(IRS_DEVARCH_ARCHID, devarch) == GICV5_DEVARCH_ARCHID_IRS &&
	       GICV5_GET(IRS_AIDR_COMPONENT, aidr) == GICV5_COMPONENT_IRS &&
	       GICV5_GET(IRS_AIDR_ARCHMAJORREV, aidr) == 0;
}

static int probe_system(struct vgicv5_caps *caps, const volatile uint8_t *frame)
{
	uint32_t idr0 = reg(frame, GICV5_IRS_IDR0);
	uint32_t idr1 = reg(frame, GICV5_IRS_IDR1);
	uint32_t pa_range = (uint32_t)GICV5_GET(IRS_IDR0_PA_RANGE, idr0);

	if (!GICV5_GET(IRS_IDR0_VIRT, idr0)) {
		vgicv5_error("an IRS without virtualization");
		return VGICV5_UNSUPPORTED;
	}
	if (pa_range >= sizeof(pa_range_bits))
		return VGICV5_UNSUPPORTED;
	caps->pa_bits = min8(caps->pa_bits, pa_range_bits[pa_range]);
	caps->pri_bits = min8(caps->pri_bits, (unsigned int)GICV5_GET(IRS_IDR1_PRI_BITS, idr1) + 1);
	caps->virt_one_n &= (bool)GICV5_GET(IRS_IDR0_VIRT_ONE_N, idr0);
	caps->setlpi &= (bool)GICV5_GET(IRS_IDR0_SETLPI, idr0);
	return VGICV5_OK;
}

static int probe_ist(struct vgicv5_caps *caps, const volatile uint8_t *frame)
{
	uint32_t idr2 = reg(frame, GICV5_IRS_IDR2);

	if (!GICV5_GET(IRS_IDR2_LPI, idr2)) {
		vgicv5_error("an IRS without physical LPIs: there would be no doorbells");
		return VGICV5_UNSUPPORTED;
	}
	caps->lpi_id_bits = min8(caps->lpi_id_bits, (unsigned int)GICV5_GET(IRS_IDR2_ID_BITS, idr2));
	caps->min_lpi_id_bits =
		max8(caps->min_lpi_id_bits, (unsigned int)GICV5_GET(IRS_IDR2_MIN_LPI_ID_BITS, idr2));
	caps->ist_l2sz_mask &= (uint8_t)GICV5_GET(IRS_IDR2_IST_L2SZ, idr2);
	caps->ist_levels &= GICV5_GET(IRS_IDR2_IST_LEVELS, idr2) && caps->ist_l2sz_mask;
	if (GICV5_GET(IRS_IDR2_ISTMD, idr2)) {
		caps->istmd = true;
		caps->istmd_sz = min8(caps->istmd_sz, (unsigned int)GICV5_GET(IRS_IDR2_ISTMD_SZ, idr2));
	}
	return VGICV5_OK;
}

static bool descriptor_size(unsigned int exponent, uint16_t *bytes)
{
	uint32_t size = exponent < 16 ? 1u << exponent : 0;

	if (size < MIN_DESCRIPTOR_BYTES || size > MAX_DESCRIPTOR_BYTES)
		return false;
	if (size > *bytes)
		*bytes = (uint16_t)size;
	return true;
}

static int probe_virt(struct vgicv5_caps *caps, const volatile uint8_t *frame)
{
	uint32_t idr3 = reg(frame, GICV5_IRS_IDR3);
	uint32_t idr4 = reg(frame, GICV5_IRS_IDR4);

	caps->vm_id_bits = min8(caps->vm_id_bits, (unsigned int)GICV5_GET(IRS_IDR3_VM_ID_BITS, idr3));
	caps->vpe_id_bits = min8(caps->vpe_id_bits, (unsigned int)GICV5_GET(IRS_IDR4_VPE_ID_BITS, idr4));
	caps->vmt_levels &= (bool)GICV5_GET(IRS_IDR3_VMT_LEVELS, idr3);
	if (!caps->vm_id_bits || !caps->vpe_id_bits)
		return VGICV5_UNSUPPORTED;
	if (GICV5_GET(IRS_IDR3_VMD, idr3) &&
	    !descriptor_size((unsigned int)GICV5_GET(IRS_IDR3_VMD_SZ, idr3), &caps->vmd_bytes))
		return VGICV5_UNSUPPORTED;
	if (!descriptor_size((unsigned int)GICV5_GET(IRS_IDR4_VPED_SZ, idr4), &caps->vped_bytes))
		return VGICV5_UNSUPPORTED;
	return VGICV5_OK;
}

static int probe_irs(struct vgicv5_caps *caps, const volatile uint8_t *frame)
{
	int error;

	if (!is_irs(frame)) {
		vgicv5_error("a frame that is not of an IRS");
		return VGICV5_INVALID;
	}
	error = probe_system(caps, frame);
	if (!error)
		error = probe_ist(caps, frame);
	if (!error)
		error = probe_virt(caps, frame);
	return error;
}

/* Virtual PPIs that exist keep a one in ICH_PPI_ENABLERn_EL2. */
static void probe_ppis(struct vgicv5_caps *caps)
{
	uint64_t enabler0 = vgicv5_read_ICH_PPI_ENABLER0_EL2();
	uint64_t enabler1 = vgicv5_read_ICH_PPI_ENABLER1_EL2();

	vgicv5_write_ICH_PPI_ENABLER0_EL2(~(uint64_t)0);
	vgicv5_write_ICH_PPI_ENABLER1_EL2(~(uint64_t)0);
	vgicv5_isb();
	caps->ppi_implemented[0] = vgicv5_read_ICH_PPI_ENABLER0_EL2();
	caps->ppi_implemented[1] = vgicv5_read_ICH_PPI_ENABLER1_EL2();
	vgicv5_write_ICH_PPI_ENABLER0_EL2(enabler0);
	vgicv5_write_ICH_PPI_ENABLER1_EL2(enabler1);
	vgicv5_isb();
	caps->ppi_edge[0] = caps->ppi_implemented[0] & ~vgicv5_read_ICC_PPI_HMR0_EL1();
	caps->ppi_edge[1] = caps->ppi_implemented[1] & ~vgicv5_read_ICC_PPI_HMR1_EL1();
}

/* A CPU interface with 16-bit IDs could not name more LPIs. */
static void probe_id_width(struct vgicv5_caps *caps)
{
	if (!GICV5_GET(ICC_IDR0_EL1_ID_BITS, vgicv5_read_ICC_IDR0_EL1()))
		caps->lpi_id_bits = min8(caps->lpi_id_bits, NARROW_ID_BITS);
}

static void derive(struct vgicv5_caps *caps)
{
	uint32_t vpes = 1u << caps->vpe_id_bits;

	caps->max_vpes = vpes < VGICV5_MAX_VPES ? vpes : VGICV5_MAX_VPES;
	caps->max_vms = 1u << caps->vm_id_bits;
	if (caps->ist_l2sz_mask & 1u << GICV5_L2SZ_64K)
		caps->ist_l2sz = GICV5_L2SZ_64K;
	else if (caps->ist_l2sz_mask & 1u << GICV5_L2SZ_16K)
		caps->ist_l2sz = GICV5_L2SZ_16K;
	else
		caps->ist_l2sz = GICV5_L2SZ_4K;
}

static int probe(struct vgicv5_caps *caps, const struct vgicv5_host_config *config)
{
	unsigned int i;

	*caps = everything;
	for (i = 0; i < config->irs_count; i++) {
		int error = probe_irs(caps, config->irs[i].config_frame);
		if (error) {
			vgicv5_error("IRS %u: %s", i, vgicv5_strerror(error));
			return error;
		}
	}
	probe_id_width(caps);
	if (caps->min_lpi_id_bits > caps->lpi_id_bits)
		return VGICV5_UNSUPPORTED;
	derive(caps);
	probe_ppis(caps);
	return VGICV5_OK;
}

/* ---- The host ---- */

static int make_irss(struct vgicv5_host *host, const struct vgicv5_host_config *config)
{
	uint32_t i;

	host->irs = vgicv5_port_alloc(config->irs_count * sizeof(*host->irs), VGICV5_TABLE_ALIGN);
	if (!host->irs)
		return VGICV5_NO_MEMORY;
	host->irs_count = config->irs_count;
	for (i = 0; i < config->irs_count; i++) {
		struct vgicv5_irs *irs = &host->irs[i];

		irs->frame = config->irs[i].config_frame;
		irs->spi_base = (uint32_t)GICV5_GET(IRS_IDR7_SPI_BASE, reg(irs->frame, GICV5_IRS_IDR7));
		irs->spi_count = (uint32_t)GICV5_GET(IRS_IDR6_SPI_IRS_RANGE, reg(irs->frame, GICV5_IRS_IDR6));
		irs->unsettled = 0xff; /* who used the IRS before may have left a command running */
	}
	return VGICV5_OK;
}

static void free_irss(struct vgicv5_host *host)
{
	vgicv5_port_free(host->irs, host->irs_count * sizeof(*host->irs));
	host->irs = NULL;
	host->irs_count = 0;
}

static int make_vmt(struct vgicv5_host *host, uint32_t max_vms)
{
	if (vgicv5_irs_has_vmt(host)) {
		vgicv5_error("the IRS already has a VM table");
		return VGICV5_BUSY;
	}
	if (!max_vms || max_vms > host->caps.max_vms)
		max_vms = host->caps.max_vms;
	return vgicv5_irs_public_error(vgicv5_vmt_create(host, max_vms));
}

int vgicv5_host_init(struct vgicv5_host *host, const struct vgicv5_host_config *config)
{
	int error;

	*host = (struct vgicv5_host){
		.coherent = config->coherent,
		.lock_spis = config->lock_spis,
		.unlock_spis = config->unlock_spis,
		.ctx = config->ctx,
	};
	if (!config->irs || !config->irs_count)
		return VGICV5_INVALID;
	error = probe(&host->caps, config);
	if (!error)
		error = make_irss(host, config);
	if (error)
		return error;
	host->timeout_us =
		config->command_timeout_us ? config->command_timeout_us : VGICV5_COMMAND_TIMEOUT_US;
	vgicv5_lock_init(&host->command_lock);
	vgicv5_mutex_init(&host->vmt_mutex);
	error = make_vmt(host, config->max_vms);
	if (error && !host->vmt)
		free_irss(host);
	return error;
}

int vgicv5_host_fini(struct vgicv5_host *host)
{
	int error;

	if (!host->vmt)
		return VGICV5_OK;
	if (vgicv5_vmt_in_use(host))
		return VGICV5_BUSY;
	error = vgicv5_vmt_destroy(host);
	if (!error)
		free_irss(host);
	return vgicv5_irs_public_error(error);
}
