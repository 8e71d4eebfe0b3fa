/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The world switch in the nVHE object: what kvm_vgicv5_enter() and its counterpart leave to it.
 */
#ifndef VGICV5_NVHE_SWITCH_H
#define VGICV5_NVHE_SWITCH_H

#ifdef CONFIG_KVM_VGICV5_NATIVE
#include <vgicv5/hyp.h>

/* struct vgicv5_kvm_vcpu begins with the library's vCPU, and that with the state (glue/hyp.c asserts it). */
static inline struct vgicv5_hyp *kvm_vgicv5_nvhe_state(struct kvm_vcpu *vcpu)
{
	void *lib = vcpu->arch.vgic_cpu.vgicv5;

	return lib && vgic_is_v5(kern_hyp_va(vcpu->kvm)) ? kern_hyp_va(lib) : NULL;
}

/* Before the guest. @return whether it was a guest of the library. */
static inline bool kvm_vgicv5_nvhe_enter(struct kvm_vcpu *vcpu)
{
	struct vgicv5_hyp *hyp = kvm_vgicv5_nvhe_state(vcpu);

	if (hyp)
		vgicv5_hyp_enter(hyp);
	return hyp;
}

/* After the guest. Likewise. */
static inline bool kvm_vgicv5_nvhe_exit(struct kvm_vcpu *vcpu)
{
	struct vgicv5_hyp *hyp = kvm_vgicv5_nvhe_state(vcpu);

	if (hyp)
		vgicv5_hyp_exit(hyp);
	return hyp;
}
#else
#define kvm_vgicv5_nvhe_enter(vcpu) false
#define kvm_vgicv5_nvhe_exit(vcpu) false
#endif

#endif
