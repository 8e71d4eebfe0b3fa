/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "doorbell.h"

#include <vgicv5/debug.h>
#include <vgicv5/port.h>

#include "priority.h"

/* The port moves it only if its affinity does not fit; not even asking is cheaper still. */
static void steer(struct vgicv5_vcpu *vcpu, const struct vgicv5_pcpu *pcpu)
{
	if (vcpu->doorbell_pcpu == pcpu)
		return;
	vgicv5_port_doorbell_steer(vcpu->vm, vcpu->index);
	vcpu->doorbell_pcpu = pcpu;
}

uint64_t vgicv5_doorbell_contextr(struct vgicv5_vcpu *vcpu, const struct vgicv5_pcpu *pcpu)
{
	unsigned int mask = vgicv5_priority_mask(vcpu->hyp.vmcr, vcpu->hyp.apr);

	/* Doorbells are for LPIs and SPIs: a disabled IRS offers none. Enabling it wakes the vCPU by `reload`. */
	if (!VGICV5_READ_ONCE(vcpu->vm->virs.irsen))
		mask = 0;
	/* Request a doorbell, unless the mask is 0: then nothing could wake the vCPU. */
	if (mask == 0)
		return 0;
	steer(vcpu, pcpu);
	vcpu->doorbells_requested++;
	VGICV5_TRACE(doorbell_requested, vcpu->vm->vm_id, vcpu->vpe_id, mask - 1);
	/* DBPM admits equal priorities (R_CWZMW), the mask does not. */
	return GICV5_PUT(ICH_CONTEXTR_EL2_DB, 1) | GICV5_PUT(ICH_CONTEXTR_EL2_DBPM, mask - 1);
}

void vgicv5_doorbell_fired(struct vgicv5_vcpu *vcpu)
{
	VGICV5_TRACE(doorbell_fired, vcpu->vm->vm_id, vcpu->vpe_id, vcpu->doorbell_lpi);
	VGICV5_WRITE_ONCE(vcpu->doorbells_received, VGICV5_READ_ONCE(vcpu->doorbells_received) + 1);
	VGICV5_STORE_RELEASE(&vcpu->doorbell_fired, 1);
	vgicv5_port_kick(vcpu);
}
