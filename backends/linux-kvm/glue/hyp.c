// SPDX-License-Identifier: GPL-2.0-only
/*
 * core/hyp from the host: called with VHE, a hypercall away without. The world switch proper is in the nVHE object
 * then (nvhe/switch.h), so that an entry into the guest costs no hypercall more.
 */
#include "glue.h"

#ifdef CONFIG_KVM_VGICV5_NATIVE
#include <asm/kvm_asm.h>

#include <vgicv5/arch/insn.h>
#include <vgicv5/hyp.h>

static_assert(!offsetof(struct vgicv5_kvm_vcpu, vcpu) && !offsetof(struct vgicv5_vcpu, hyp));

bool vgicv5_vhe_load(const struct vgicv5_hyp *hyp);
void vgicv5_vhe_save(struct vgicv5_hyp *hyp);
void vgicv5_vhe_leave(uint64_t contextr);
bool vgicv5_vhe_resume(uint64_t contextr);
void vgicv5_vhe_enter(struct vgicv5_hyp *hyp);
void vgicv5_vhe_exit(struct vgicv5_hyp *hyp);
void vgicv5_vhe_pend(uint16_t vm_id, uint32_t intid, bool pending);

bool vgicv5_hyp_load(const struct vgicv5_hyp *hyp)
{
	return has_vhe() ? vgicv5_vhe_load(hyp) : kvm_call_hyp_nvhe(__vgicv5_load, hyp);
}

void vgicv5_hyp_save(struct vgicv5_hyp *hyp)
{
	if (has_vhe())
		vgicv5_vhe_save(hyp);
	else
		kvm_call_hyp_nvhe(__vgicv5_save, hyp);
}

void vgicv5_hyp_leave(uint64_t contextr)
{
	if (has_vhe())
		vgicv5_vhe_leave(contextr);
	else
		kvm_call_hyp_nvhe(__vgicv5_leave, contextr);
}

bool vgicv5_hyp_resume(uint64_t contextr)
{
	return has_vhe() ? vgicv5_vhe_resume(contextr) : kvm_call_hyp_nvhe(__vgicv5_resume, contextr);
}

void vgicv5_hyp_enter(struct vgicv5_hyp *hyp)
{
	if (has_vhe())
		vgicv5_vhe_enter(hyp);
}

void vgicv5_hyp_exit(struct vgicv5_hyp *hyp)
{
	if (has_vhe())
		vgicv5_vhe_exit(hyp);
}

void vgicv5_hyp_pend(uint16_t vm_id, uint32_t intid, bool pending)
{
	if (has_vhe())
		vgicv5_vhe_pend(vm_id, intid, pending);
	else
		vgicv5_kvm_far_write(GICV5_GIC_VDPEND, GICV5_PUT(VDPEND_PENDING, pending) |
							       GICV5_PUT(VDPEND_VM, vm_id) | intid);
}

uint64_t vgicv5_kvm_far_read(unsigned int encoding)
{
	return kvm_call_hyp_nvhe(__vgicv5_read, (u64)encoding);
}

void vgicv5_kvm_far_write(unsigned int encoding, uint64_t value)
{
	kvm_call_hyp_nvhe(__vgicv5_write, (u64)encoding, value);
}
#endif
