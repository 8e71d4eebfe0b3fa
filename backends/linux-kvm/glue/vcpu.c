// SPDX-License-Identifier: GPL-2.0-only
/* A vCPU's way through KVM: load, enter, exit, put; what wakes it; its PPIs. */
#include "glue.h"

#include <vgicv5/arch/intid.h>

/* ---- Running ---- */

void vgic_v5_load(struct kvm_vcpu *vcpu)
{
	struct vgicv5_kvm_vcpu *lib = vgicv5_kvm_vcpu_of(vcpu);
	unsigned long flags;
	int error;

	/*
	 * A thread that sleeps in WFI and is scheduled only looks whether to go on: resident, the vCPU would have its PPIs
	 * in the hardware, where that look does not find them. kvm_vcpu_wfi() clears the flag before its own load.
	 */
	if (!lib || vcpu_get_flag(vcpu, IN_WFI))
		return;
	local_irq_save(flags);
	vgicv5_transport_load(vcpu);
	/* Loaded for an ioctl before its first run: the state may still be restored, so it stays in memory. */
	if (!vcpu_has_run_once(vcpu))
		goto out;
	/* A guest with GICv3 may have run here last. */
	if (kvm_vgic_global_state.has_gcie_v3_compat) {
		vgicv5_write_ICH_VCTLR_EL2(GICV5_PUT(ICH_VCTLR_EL2_EN, 1));
		vgicv5_isb();
	}
	error = vgicv5_vcpu_load(&lib->vcpu);
	/* A dead VM, or one that has just died of this, never gets as far as the guest. */
	WARN_ON_ONCE(error && !vgicv5_vm_is_dead(lib->vcpu.vm));
out:
	local_irq_restore(flags);
}

void vgic_v5_put(struct kvm_vcpu *vcpu)
{
	struct vgicv5_kvm_vcpu *lib = vgicv5_kvm_vcpu_of(vcpu);
	bool idle = vcpu_get_flag(vcpu, IN_WFI);
	unsigned long flags;

	if (!lib)
		return;
	local_irq_save(flags);
	vgicv5_vcpu_put(&lib->vcpu, idle ? VGICV5_PUT_IDLE : VGICV5_PUT_PREEMPTED);
	vgicv5_transport_put(vcpu);
	local_irq_restore(flags);
}

static void request_death(struct kvm_vcpu *vcpu)
{
	vcpu->kvm->vm_dead = true;
	kvm_make_request(KVM_REQ_VM_DEAD, vcpu);
}

bool kvm_vgicv5_enter(struct kvm_vcpu *vcpu)
{
	struct vgicv5_kvm_vcpu *lib = vgicv5_kvm_vcpu_of(vcpu);

	if (!vgic_is_v5(vcpu->kvm) || !lib)
		return true;
	if (vgicv5_vcpu_enter(&lib->vcpu)) {
		request_death(vcpu);
		return false;
	}
	vgicv5_kvm_refresh_traps(vcpu);
	vgicv5_transport_enter(vcpu);
	return true;
}

/* kvm_vgicv5_enter() has done it. */
void vgic_v5_flush_ppi_state(struct kvm_vcpu *vcpu)
{
}

void vgic_v5_fold_ppi_state(struct kvm_vcpu *vcpu)
{
	struct vgicv5_kvm_vcpu *lib = vgicv5_kvm_vcpu_of(vcpu);

	if (!lib)
		return;
	vgicv5_transport_exit(vcpu);
	vgicv5_vcpu_exit(&lib->vcpu);
	if (kvm_vgicv5_transport())
		vgicv5_kvm_sync_timers(vcpu);
}

bool vgic_v5_has_pending_ppi(struct kvm_vcpu *vcpu)
{
	struct vgicv5_kvm_vcpu *lib = vgicv5_kvm_vcpu_of(vcpu);

	if (!lib)
		return false;
	/* A vCPU of a dead VM must come out of its sleep to find that out. */
	if (vgicv5_vm_is_dead(lib->vcpu.vm))
		return true;
	if (vcpu == kvm_get_running_vcpu())
		vgicv5_kvm_sample_timers(vcpu);
	return vgicv5_vcpu_runnable(&lib->vcpu);
}

void vgic_v5_reset(struct kvm_vcpu *vcpu)
{
	vcpu->arch.vgic_cpu.num_id_bits = ICC_IDR0_EL1_ID_BITS_16BITS;
	vcpu->arch.vgic_cpu.num_pri_bits = 5;
	vgicv5_transport_reset(vcpu);
}

/*
 * PSCI CPU_ON, and KVM_ARM_VCPU_INIT of a vCPU that was there before: EN, PRIORITY mask and all of the PPIs go back to what
 * they were at CTRL_INIT. Lines that are high stay so, and are pending again with the next load.
 */
void kvm_vgicv5_reset(struct kvm_vcpu *vcpu)
{
	struct vgicv5_kvm_vcpu *lib = vgicv5_kvm_vcpu_of(vcpu);

	if (lib)
		vgicv5_vcpu_reset(&lib->vcpu);
}

/* ---- PPIs ---- */

/* With irq_lock held to the end, so that the last of two changes is also the last that the library hears of. */
bool vgic_v5_ppi_queue_irq_unlock(struct kvm *kvm, struct vgic_irq *irq, unsigned long flags)
	__releases(&irq->irq_lock)
{
	struct vgicv5_kvm_vcpu *lib = vgicv5_kvm_vcpu_of(irq->target_vcpu);

	lockdep_assert_held(&irq->irq_lock);
	if (lib)
		vgicv5_inject_ppi(&lib->vcpu, vgic_v5_get_hwirq_id(irq->intid), irq_is_pending(irq));
	/* An edge is the library's from now on. */
	irq->pending_latch = false;
	raw_spin_unlock_irqrestore(&irq->irq_lock, flags);
	return true;
}

/* Decided at CTRL_INIT, by the same rule. */
void vgic_v5_set_ppi_dvi(struct kvm_vcpu *vcpu, struct vgic_irq *irq, bool dvi)
{
}

static const struct irq_ops ppi_ops = {
	.queue_irq_unlock = vgic_v5_ppi_queue_irq_unlock,
	.set_direct_injection = vgic_v5_set_ppi_dvi,
};

void vgic_v5_set_ppi_ops(struct kvm_vcpu *vcpu, u32 vintid)
{
	kvm_vgic_set_irq_ops(vcpu, vintid, &ppi_ops);
}

/* ---- The rest of what KVM's own vgic-v5.c offers ---- */

void vgic_v5_get_vmcr(struct kvm_vcpu *vcpu, struct vgic_vmcr *vmcr)
{
	struct vgicv5_kvm_vcpu *lib = vgicv5_kvm_vcpu_of(vcpu);
	uint64_t value = lib ? READ_ONCE(lib->vcpu.hyp.vmcr) : 0;

	vmcr->en = GICV5_GET(ICH_VMCR_EL2_EN, value);
	vmcr->pmr = GICV5_GET(ICH_VMCR_EL2_VPMR, value);
}

/* For a GICv2's and GICv3's userspace only. */
void vgic_v5_set_vmcr(struct kvm_vcpu *vcpu, struct vgic_vmcr *vmcr)
{
}
