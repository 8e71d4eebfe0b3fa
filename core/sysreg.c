/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Traps. All that has a virtual form runs in hardware. Trapped are
 * - reads of ICC_IDR0_EL1 and ICC_IAFFIDR_EL1, which have none: they would show the physical CPU;
 * - reads of ICC_PPI_HMRn_EL1: they would show PPIs that the guest does not see;
 * - writes of ICC_PPI_ENABLERn_EL1: a PPI that the guest does not see must not become enabled. That also makes
 *   hyp.enable the truth at all times;
 * - GIC CDDI, while somebody wants to hear of one (eoi.c).
 */
#include <vgicv5/debug.h>
#include <vgicv5/host.h>

#include "eoi.h"
#include "ppi.h"
#include "sysreg.h"

/* Bits are 0 to trap (negative polarity). */
static const struct vgicv5_traps guest_traps = {
	.hfgrtr = GICV5_HFGRTR_ALL &
		  ~(GICV5_MASK(ICH_HFGRTR_EL2_ICC_IDRn) | GICV5_MASK(ICH_HFGRTR_EL2_ICC_IAFFIDR) |
		    GICV5_MASK(ICH_HFGRTR_EL2_ICC_PPI_HMRn)),
	.hfgwtr = GICV5_HFGWTR_ALL & ~GICV5_MASK(ICH_HFGWTR_EL2_ICC_PPI_ENABLERn),
	.hfgitr = GICV5_HFGITR_ALL,
};

void vgicv5_vcpu_traps(const struct vgicv5_vcpu *vcpu, struct vgicv5_traps *traps)
{
	*traps = guest_traps;
	traps->hfgitr = vgicv5_eoi_hfgitr(VGICV5_READ_ONCE(vcpu->trap_deactivation));
}

#define IDR0_PRI_BITS_5 4

/* Five priority bits, no GICv3 interface; INTIDs as wide as this CPU's, or as they were where the guest started. */
uint64_t vgicv5_sysreg_idr0(const struct vgicv5_vm *vm)
{
	if (vm->virs.icc_idr0)
		return vm->virs.icc_idr0;
	return GICV5_PUT(ICC_IDR0_EL1_PRI_BITS, IDR0_PRI_BITS_5) |
	       GICV5_ADDR(ICC_IDR0_EL1_ID_BITS, vgicv5_read_ICC_IDR0_EL1());
}

static bool trap_read(const struct vgicv5_vcpu *vcpu, unsigned int encoding, uint64_t *value)
{
	switch (encoding) {
	case GICV5_ICC_IDR0_EL1:
		*value = vgicv5_sysreg_idr0(vcpu->vm);
		return true;
	case GICV5_ICC_IAFFIDR_EL1:
		*value = vcpu->vpe_id;
		return true;
	case GICV5_ICC_PPI_HMR0_EL1:
		*value = vgicv5_ppi_handling_mode(vcpu, 0);
		return true;
	case GICV5_ICC_PPI_HMR1_EL1:
		*value = vgicv5_ppi_handling_mode(vcpu, 1);
		return true;
	case GICV5_ICC_PPI_ENABLER0_EL1:
		*value = vcpu->hyp.enable[0];
		return true;
	case GICV5_ICC_PPI_ENABLER1_EL1:
		*value = vcpu->hyp.enable[1];
		return true;
	default:
		return false;
	}
}

static bool trap_write(struct vgicv5_vcpu *vcpu, unsigned int encoding, uint64_t value)
{
	switch (encoding) {
	case GICV5_ICC_PPI_ENABLER0_EL1:
		vgicv5_ppi_write_enable(vcpu, 0, value);
		return true;
	case GICV5_ICC_PPI_ENABLER1_EL1:
		vgicv5_ppi_write_enable(vcpu, 1, value);
		return true;
	case GICV5_GIC_CDDI:
		vgicv5_eoi_deactivate(vcpu, value);
		return true;
	default:
		return false;
	}
}

enum vgicv5_trap_result vgicv5_vcpu_trap(struct vgicv5_vcpu *vcpu, unsigned int encoding, bool read,
					 uint64_t *value)
{
	bool done = read ? trap_read(vcpu, encoding, value) : trap_write(vcpu, encoding, *value);

	return done ? VGICV5_TRAP_DONE : VGICV5_TRAP_UNDEFINED;
}

void vgicv5_pcpu_init(struct vgicv5_host *host, struct vgicv5_pcpu *pcpu)
{
	*pcpu = (struct vgicv5_pcpu){.loaded = NULL};
	vgicv5_write_ICH_HFGRTR_EL2(guest_traps.hfgrtr);
	vgicv5_write_ICH_HFGWTR_EL2(guest_traps.hfgwtr);
	vgicv5_write_ICH_HFGITR_EL2(guest_traps.hfgitr);
	vgicv5_write_ICH_CONTEXTR_EL2(0);
	/* Reset values are not architected: nothing must be signalled before the first load. */
	vgicv5_write_ICH_VMCR_EL2(0);
	vgicv5_write_ICH_PPI_ENABLER0_EL2(0);
	if (host->caps.ppi_implemented[1])
		vgicv5_write_ICH_PPI_ENABLER1_EL2(0);
	/* Can stay on: delivery is still up to HCR_EL2.IMO and the guest's own EN. V3 = 0. */
	vgicv5_write_ICH_VCTLR_EL2(GICV5_PUT(ICH_VCTLR_EL2_EN, 1));
	vgicv5_isb();
}
