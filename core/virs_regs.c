/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Registers of the virtual IRS, and the behaviour of those that are neither SPIs nor the LPI table.
 *
 * Left out, so that they read as zero and ignore writes: IDR3, IDR4 and all that VIRT = 0 makes reserved, SPI_VMR and
 * SPI_DOMAINR, MEC, MPAM and software errors, which IDR0 says are not there. Everything that a guest starts is
 * finished before its write returns: IDLE always reads 1, and SYNCR has nothing to do. (What other CPUs have injected
 * takes effect in finite time, R_XCLJC: no register here could wait for their instructions.)
 */
#include <vgicv5/arch/intid.h>
#include <vgicv5/arch/irs.h>
#include <vgicv5/port.h>

#include "eoi.h"
#include "frame.h"
#include "virs.h"
#include "vpe.h"

/* ---- Identification: a guest goes on to see what it saw when it started, wherever it is restored ---- */

static uint64_t make_idr0(const struct vgicv5_caps *caps)
{
	return GICV5_MASK(IRS_IDR0_SETLPI) | GICV5_PUT(IRS_IDR0_ONE_N, caps->virt_one_n) |
	       GICV5_PUT(IRS_IDR0_PA_RANGE, vgicv5_pa_range(caps->pa_bits)) |
	       GICV5_PUT(IRS_IDR0_INT_DOM, GICV5_DOMAIN_NS);
}

static uint64_t make_idr1(const struct vgicv5_vm *vm)
{
	return GICV5_PUT(IRS_IDR1_PRI_BITS, vm->host->caps.pri_bits - 1) |
	       GICV5_PUT(IRS_IDR1_IAFFID_BITS, vm->vpe_id_bits - 1) |
	       GICV5_PUT(IRS_IDR1_PE_CNT, vm->vcpu_count);
}

/* No metadata: what a guest's entries look like is not the hardware's business. */
static uint64_t make_idr2(const struct vgicv5_vm *vm)
{
	const struct vgicv5_caps *caps = &vm->host->caps;
	uint64_t levels = 0;

	if (caps->ist_levels)
		levels = GICV5_MASK(IRS_IDR2_IST_LEVELS) | GICV5_PUT(IRS_IDR2_IST_L2SZ, caps->ist_l2sz_mask);
	return levels | GICV5_PUT(IRS_IDR2_MIN_LPI_ID_BITS, caps->min_lpi_id_bits) |
	       GICV5_MASK(IRS_IDR2_LPI) | GICV5_PUT(IRS_IDR2_ID_BITS, vm->config.max_lpi_id_bits);
}

void vgicv5_virs_reset(struct vgicv5_vm *vm)
{
	vm->virs = (struct vgicv5_virs){.irsen = false};
	vm->virs.idr[0] = (uint32_t)make_idr0(&vm->host->caps);
	vm->virs.idr[1] = (uint32_t)make_idr1(vm);
	vm->virs.idr[2] = (uint32_t)make_idr2(vm);
}

static uint64_t read_idr(struct vgicv5_vcpu *vcpu, uint32_t offset)
{
	return vcpu->vm->virs.idr[(offset - GICV5_IRS_IDR0) / 4];
}

/* IDR5 and IDR6: the one IRS has all SPIs, from 0 (IDR7). */
static uint64_t read_spi_count(struct vgicv5_vcpu *vcpu, uint32_t offset)
{
	(void)offset;
	return vcpu->vm->config.spi_count;
}

/* ---- Control ---- */

static uint64_t read_cr(struct vgicv5_vcpu *vcpu, uint32_t offset)
{
	const struct vgicv5_virs *virs = &vcpu->vm->virs;

	if (offset == GICV5_IRS_CR1)
		return VGICV5_READ_ONCE(virs->cr1);
	return GICV5_MASK(IRS_CR0_IDLE) | GICV5_PUT(IRS_CR0_IRSEN, VGICV5_READ_ONCE(virs->irsen));
}

/*
 * A disabled IRS forwards nothing: what the hardware's IRS has for the VPE is kept out of the selection. A vCPU that
 * runs learns it at its next entry, which the kick makes happen.
 */
static void enable_irs(struct vgicv5_vm *vm, bool enable)
{
	struct vgicv5_vcpu *vcpu;

	VGICV5_WRITE_ONCE(vm->virs.irsen, enable);
	for (vcpu = vm->vcpus; vcpu; vcpu = vcpu->next) {
		vgicv5_fetch_or(&vcpu->reload, VGICV5_RELOAD_IRSEN);
		vgicv5_port_kick(vcpu);
	}
}

static void write_cr(struct vgicv5_vcpu *vcpu, uint32_t offset, uint64_t value)
{
	struct vgicv5_virs *virs = &vcpu->vm->virs;
	bool enable = GICV5_GET(IRS_CR0_IRSEN, value);

	if (offset == GICV5_IRS_CR1) {
		VGICV5_WRITE_ONCE(virs->cr1, (uint32_t)value & VIRS_CR1_MASK);
		return;
	}
	if (enable != virs->irsen)
		enable_irs(vcpu->vm, enable);
}

/* ---- PEs: VPE IDs are the guest's IAFFIDs ---- */

static struct vgicv5_vcpu *selected_pe(const struct vgicv5_vm *vm)
{
	return vgicv5_vm_vcpu(vm, VGICV5_READ_ONCE(vm->virs.pe_selr));
}

/* A guest without 1ofN interrupts finds all its PEs out of their selection. */
static uint64_t read_pe_cr0(const struct vgicv5_vm *vm)
{
	const struct vgicv5_vcpu *pe = selected_pe(vm);

	return pe ? GICV5_PUT(IRS_PE_CR0_DPS, VGICV5_READ_ONCE(pe->dps)) : 0;
}

static uint64_t read_pe(struct vgicv5_vcpu *vcpu, uint32_t offset)
{
	switch (offset) {
	case GICV5_IRS_PE_SELR:
		return VGICV5_READ_ONCE(vcpu->vm->virs.pe_selr);
	case GICV5_IRS_PE_STATUSR:
		if (!selected_pe(vcpu->vm))
			return GICV5_MASK(IRS_PE_STATUSR_IDLE);
		return GICV5_MASK(IRS_PE_STATUSR_ONLINE) | GICV5_MASK(IRS_PE_STATUSR_V) |
		       GICV5_MASK(IRS_PE_STATUSR_IDLE);
	default:
		return read_pe_cr0(vcpu->vm);
	}
}

static void write_pe_cr0(struct vgicv5_vm *vm, bool dps)
{
	struct vgicv5_vcpu *pe = selected_pe(vm);

	if (!pe || !GICV5_GET(IRS_IDR0_ONE_N, vm->virs.idr[0]) || pe->dps == dps)
		return;
	if (vgicv5_vpe_set_dps(pe, dps))
		vgicv5_error("VM %u: DPS of VPE %u cannot be set", vm->vm_id, pe->vpe_id);
}

static void write_pe(struct vgicv5_vcpu *vcpu, uint32_t offset, uint64_t value)
{
	if (offset == GICV5_IRS_PE_SELR)
		VGICV5_WRITE_ONCE(vcpu->vm->virs.pe_selr, (uint32_t)GICV5_GET(IRS_PE_SELR_IAFFID, value));
	else
		write_pe_cr0(vcpu->vm, GICV5_GET(IRS_PE_CR0_DPS, value));
}

/* ---- The table ---- */

#define DEVARCH_VALUE                                                               \
	((uint32_t)(GICV5_PUT(IRS_DEVARCH_ARCHITECT, GICV5_DEVARCH_ARCHITECT_ARM) | \
		    GICV5_MASK(IRS_DEVARCH_PRESENT) |                               \
		    GICV5_PUT(IRS_DEVARCH_ARCHID, GICV5_DEVARCH_ARCHID_IRS)))

/* clang-format off */
const struct virs_reg vgicv5_virs_regs[] = {
	{ GICV5_IRS_IDR0, 4, 0, read_idr, NULL },
	{ GICV5_IRS_IDR1, 4, 0, read_idr, NULL },
	{ GICV5_IRS_IDR2, 4, 0, read_idr, NULL },
	{ GICV5_IRS_IDR5, 4, 0, read_spi_count, NULL },
	{ GICV5_IRS_IDR6, 4, 0, read_spi_count, NULL },
	{ GICV5_IRS_CR0, 4, 0, read_cr, write_cr },
	{ GICV5_IRS_CR1, 4, 0, read_cr, write_cr },
	{ GICV5_IRS_SYNC_STATUSR, 4, GICV5_MASK(IRS_SYNC_STATUSR_IDLE), NULL, NULL },
	{ GICV5_IRS_SPI_SELR, 4, 0, vgicv5_virs_read_spi, vgicv5_virs_write_spi },
	{ GICV5_IRS_SPI_RESAMPLER, 4, 0, NULL, vgicv5_virs_write_spi },
	{ GICV5_IRS_SPI_CFGR, 4, 0, vgicv5_virs_read_spi, vgicv5_virs_write_spi },
	{ GICV5_IRS_SPI_STATUSR, 4, 0, vgicv5_virs_read_spi, NULL },
	{ GICV5_IRS_PE_SELR, 4, 0, read_pe, write_pe },
	{ GICV5_IRS_PE_STATUSR, 4, 0, read_pe, NULL },
	{ GICV5_IRS_PE_CR0, 4, 0, read_pe, write_pe },
	{ GICV5_IRS_IST_BASER, 8, 0, vgicv5_virs_read_ist, vgicv5_virs_write_ist },
	{ GICV5_IRS_IST_CFGR, 4, 0, vgicv5_virs_read_ist, vgicv5_virs_write_ist },
	{ GICV5_IRS_IST_STATUSR, 4, GICV5_MASK(IRS_IST_STATUSR_IDLE), NULL, NULL },
	{ GICV5_IRS_MAP_L2_ISTR, 4, 0, NULL, vgicv5_virs_write_ist },
	{ GICV5_IRS_DEVARCH, 4, DEVARCH_VALUE, NULL, NULL },
	/* CoreSight component class; designer and part (PIDRn) are not given. */
	{ GICV5_IRS_CIDR0, 4, 0x0d, NULL, NULL },
	{ GICV5_IRS_CIDR1, 4, 0xf0, NULL, NULL },
	{ GICV5_IRS_CIDR2, 4, 0x05, NULL, NULL },
	{ GICV5_IRS_CIDR3, 4, 0xb1, NULL, NULL },
};
/* clang-format on */

const unsigned int vgicv5_virs_reg_count = sizeof(vgicv5_virs_regs) / sizeof(vgicv5_virs_regs[0]);
