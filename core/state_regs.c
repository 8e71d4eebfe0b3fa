/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Registers of a stopped VM one by one, as KVM's device groups CPU_SYSREGS and IRS_REGS have them. */
#include <vgicv5/arch/irs.h>
#include <vgicv5/port.h>

#include "state.h"
#include "virs.h"
#include "vpe.h"

/* ---- vCPU ---- */

static uint64_t cr0_of(uint64_t vmcr)
{
	return GICV5_MASK(ICC_CR0_EL1_LINK_IDLE) | GICV5_MASK(ICC_CR0_EL1_LINK) |
	       GICV5_PUT(ICC_CR0_EL1_EN, GICV5_GET(ICH_VMCR_EL2_EN, vmcr));
}

/* The number of a priority register, or VGICV5_PPI_GROUPS. */
static unsigned int group_of(unsigned int encoding)
{
	unsigned int n = encoding - (unsigned int)GICV5_ICC_PPI_PRIORITYR0_EL1;

	return n < VGICV5_PPI_GROUPS ? n : VGICV5_PPI_GROUPS;
}

_Static_assert(GICV5_ICC_PPI_PRIORITYR15_EL1 - GICV5_ICC_PPI_PRIORITYR0_EL1 == VGICV5_PPI_GROUPS - 1,
	       "priority registers follow one another");

static int get_ppi_reg(const struct vgicv5_vcpu *vcpu, unsigned int encoding, uint64_t *value)
{
	const struct vgicv5_hyp *hyp = &vcpu->hyp;
	unsigned int n = group_of(encoding);

	if (n < VGICV5_PPI_GROUPS) {
		*value = hyp->priority[n] & vgicv5_state_priority_mask(hyp->visible[n / 8], n);
		return VGICV5_OK;
	}
	/* The second of each pair has the next encoding. */
	n = encoding & 1;
	switch (encoding & ~1u) {
	case GICV5_ICC_PPI_ENABLER0_EL1:
		*value = hyp->enable[n];
		return VGICV5_OK;
	case GICV5_ICC_PPI_SACTIVER0_EL1:
		*value = hyp->active[n];
		return VGICV5_OK;
	case GICV5_ICC_PPI_SPENDR0_EL1:
		*value = VGICV5_READ_ONCE(vcpu->latch[n]) | VGICV5_READ_ONCE(vcpu->line[n]);
		return VGICV5_OK;
	default:
		return VGICV5_UNSUPPORTED;
	}
}

static int get_sysreg(const struct vgicv5_vcpu *vcpu, unsigned int encoding, uint64_t *value)
{
	switch (encoding) {
	case GICV5_ICC_APR_EL1:
		*value = vcpu->hyp.apr;
		return VGICV5_OK;
	case GICV5_ICC_CR0_EL1:
		*value = cr0_of(vcpu->hyp.vmcr);
		return VGICV5_OK;
	case GICV5_ICC_PCR_EL1:
		*value = GICV5_PUT(ICC_PCR_EL1_PRIORITY, GICV5_GET(ICH_VMCR_EL2_VPMR, vcpu->hyp.vmcr));
		return VGICV5_OK;
	case GICV5_ICC_ICSR_EL1:
		*value = vcpu->hyp.icsr;
		return VGICV5_OK;
	default:
		return get_ppi_reg(vcpu, encoding, value);
	}
}

int vgicv5_state_get_sysreg(struct vgicv5_vcpu *vcpu, unsigned int encoding, uint64_t *value)
{
	int error;

	vgicv5_mutex_lock(&vcpu->vm->mutex);
	error = vgicv5_state_stopped(vcpu->vm);
	if (!error)
		error = get_sysreg(vcpu, encoding, value);
	vgicv5_mutex_unlock(&vcpu->vm->mutex);
	return error;
}

/* Pending: an edge is latched, anything else is a line that is asserted. */
static void set_pending(struct vgicv5_vcpu *vcpu, unsigned int n, uint64_t value)
{
	vgicv5_exchange(&vcpu->latch[n], value & vcpu->hyp.edge[n]);
	vgicv5_exchange(&vcpu->line[n], value & vcpu->hyp.visible[n] & ~vcpu->hyp.edge[n]);
}

static int set_ppi_reg(struct vgicv5_vcpu *vcpu, unsigned int encoding, uint64_t value)
{
	struct vgicv5_hyp *hyp = &vcpu->hyp;
	unsigned int n = group_of(encoding);

	if (n < VGICV5_PPI_GROUPS) {
		VGICV5_WRITE_ONCE(hyp->priority[n],
				  value & vgicv5_state_priority_mask(hyp->visible[n / 8], n));
		return VGICV5_OK;
	}
	n = encoding & 1;
	switch (encoding & ~1u) {
	case GICV5_ICC_PPI_ENABLER0_EL1:
		VGICV5_WRITE_ONCE(hyp->enable[n], value & hyp->visible[n]);
		return VGICV5_OK;
	case GICV5_ICC_PPI_SACTIVER0_EL1:
		VGICV5_WRITE_ONCE(hyp->active[n], value & hyp->visible[n]);
		return VGICV5_OK;
	case GICV5_ICC_PPI_SPENDR0_EL1:
		set_pending(vcpu, n, value);
		return VGICV5_OK;
	default:
		return VGICV5_UNSUPPORTED;
	}
}

static void set_vmcr(struct vgicv5_vcpu *vcpu, uint64_t clear, uint64_t set)
{
	VGICV5_WRITE_ONCE(vcpu->hyp.vmcr, (vcpu->hyp.vmcr & ~clear) | set);
}

static int set_sysreg(struct vgicv5_vcpu *vcpu, unsigned int encoding, uint64_t value)
{
	switch (encoding) {
	case GICV5_ICC_APR_EL1:
		VGICV5_WRITE_ONCE(vcpu->hyp.apr, value & GICV5_BITS(GICV5_PRIORITY_LEVELS - 1, 0));
		return VGICV5_OK;
	case GICV5_ICC_CR0_EL1:
		set_vmcr(vcpu, GICV5_MASK(ICH_VMCR_EL2_EN),
			 GICV5_PUT(ICH_VMCR_EL2_EN, GICV5_GET(ICC_CR0_EL1_EN, value)));
		return VGICV5_OK;
	case GICV5_ICC_PCR_EL1:
		set_vmcr(vcpu, GICV5_MASK(ICH_VMCR_EL2_VPMR),
			 GICV5_PUT(ICH_VMCR_EL2_VPMR, GICV5_GET(ICC_PCR_EL1_PRIORITY, value)));
		return VGICV5_OK;
	case GICV5_ICC_ICSR_EL1:
		vcpu->hyp.icsr = value & STATE_ICSR_MASK;
		return VGICV5_OK;
	default:
		return set_ppi_reg(vcpu, encoding, value);
	}
}

int vgicv5_state_set_sysreg(struct vgicv5_vcpu *vcpu, unsigned int encoding, uint64_t value)
{
	int error;

	vgicv5_mutex_lock(&vcpu->vm->mutex);
	error = vgicv5_state_fresh(vcpu->vm);
	if (!error)
		error = set_sysreg(vcpu, encoding, value);
	vgicv5_mutex_unlock(&vcpu->vm->mutex);
	return error;
}

/* ---- Virtual IRS ---- */

#define REGISTER(name, offset, width, access) {(offset), (width)},

/* All of the config frame, those that identify the component included. */
static const struct {
	uint16_t offset;
	uint8_t width;
} registers[] = {GICV5_IRS_REGS(REGISTER)};

/* 0: none begins there, or one that is not for this */
static unsigned int width_of(uint32_t offset)
{
	unsigned int i;

	for (i = 0; i < sizeof(registers) / sizeof(registers[0]); i++)
		if (registers[i].offset == offset && offset < GICV5_IRS_DEVARCH)
			return registers[i].width;
	return 0;
}

int vgicv5_state_has_irs(uint32_t offset)
{
	if (offset % 4)
		return VGICV5_INVALID;
	return width_of(offset) ? VGICV5_OK : VGICV5_UNSUPPORTED;
}

int vgicv5_state_get_irs(struct vgicv5_vm *vm, uint32_t offset, uint64_t *value)
{
	int error = vgicv5_state_has_irs(offset);

	if (error)
		return error;
	vgicv5_mutex_lock(&vm->mutex);
	error = vgicv5_state_stopped(vm);
	if (!error)
		*value = vgicv5_virs_read(vm->vcpus, offset, width_of(offset) / 8);
	vgicv5_mutex_unlock(&vm->mutex);
	return error;
}

/*
 * The number of PEs is that of this VM, whatever another was told. A least table smaller than the host's could be
 * shown; KVM refuses it, and so does this.
 */
static int set_idr(struct vgicv5_vm *vm, uint32_t offset, uint32_t value)
{
	unsigned int n = (offset - GICV5_IRS_IDR0) / 4;

	if (offset == GICV5_IRS_IDR1)
		value = (uint32_t)((value & ~GICV5_MASK(IRS_IDR1_PE_CNT)) |
				   GICV5_PUT(IRS_IDR1_PE_CNT, vm->vcpu_count));
	if (vgicv5_state_check_idr(vm, n, value) ||
	    (n == 2 && GICV5_GET(IRS_IDR2_MIN_LPI_ID_BITS, value) < vm->host->caps.min_lpi_id_bits))
		return VGICV5_INVALID;
	vm->virs.idr[n] = value;
	return VGICV5_OK;
}

static int set_ist(struct vgicv5_vm *vm, uint32_t offset, uint64_t value)
{
	struct vgicv5_virs *virs = &vm->virs;

	if (offset == GICV5_IRS_IST_CFGR)
		value &= VIRS_CFGR_MASK;
	else
		value &= VIRS_BASER_MASK;
	if (vm->lpi_ist.table)
		return value == (offset == GICV5_IRS_IST_CFGR ? virs->ist_cfgr : virs->ist_baser)
			       ? VGICV5_OK
			       : VGICV5_INVALID;
	if (offset == GICV5_IRS_IST_CFGR)
		virs->ist_cfgr = (uint32_t)value;
	else
		virs->ist_baser = value;
	return VGICV5_OK;
}

static int set_pe_cr0(struct vgicv5_vm *vm, uint32_t value)
{
	struct vgicv5_vcpu *vcpu = vgicv5_vm_vcpu(vm, vm->virs.pe_selr);
	bool dps = GICV5_GET(IRS_PE_CR0_DPS, value);

	if (!vcpu || !GICV5_GET(IRS_IDR0_ONE_N, vm->virs.idr[0]) || vcpu->dps == dps)
		return VGICV5_OK;
	return vgicv5_vpe_set_dps(vcpu, dps);
}

static int set_irs(struct vgicv5_vm *vm, uint32_t offset, uint64_t value)
{
	struct vgicv5_virs *virs = &vm->virs;
	uint32_t low = (uint32_t)value;

	switch (offset) {
	case GICV5_IRS_IDR0:
	case GICV5_IRS_IDR1:
	case GICV5_IRS_IDR2:
		return set_idr(vm, offset, low);
	case GICV5_IRS_IDR5:
	case GICV5_IRS_IDR6:
		return low == vm->config.spi_count ? VGICV5_OK : VGICV5_INVALID;
	case GICV5_IRS_IDR7:
		return low ? VGICV5_INVALID : VGICV5_OK;
	case GICV5_IRS_IST_BASER:
	case GICV5_IRS_IST_CFGR:
		return set_ist(vm, offset, value);
	case GICV5_IRS_PE_CR0:
		return set_pe_cr0(vm, low);
	case GICV5_IRS_CR0:
		virs->irsen = GICV5_GET(IRS_CR0_IRSEN, low);
		return VGICV5_OK;
	case GICV5_IRS_CR1:
		virs->cr1 = low & VIRS_CR1_MASK;
		return VGICV5_OK;
	case GICV5_IRS_SPI_SELR:
		virs->spi_selr = (uint32_t)GICV5_GET(IRS_SPI_SELR_ID, low);
		return VGICV5_OK;
	case GICV5_IRS_PE_SELR:
		virs->pe_selr = (uint32_t)GICV5_GET(IRS_PE_SELR_IAFFID, low);
		return VGICV5_OK;
	default:
		return VGICV5_OK;
	}
}

int vgicv5_state_set_irs(struct vgicv5_vm *vm, uint32_t offset, uint64_t value)
{
	int error = vgicv5_state_has_irs(offset);

	if (error)
		return error;
	vgicv5_mutex_lock(&vm->mutex);
	error = vgicv5_state_fresh(vm);
	if (!error)
		error = set_irs(vm, offset, value);
	vgicv5_mutex_unlock(&vm->mutex);
	return error;
}
