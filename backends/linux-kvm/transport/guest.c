// SPDX-License-Identifier: GPL-2.0-only
/* Guests on the software GICv5: their HVCs, HCR_EL2.VI, and no GICv3 CPU interface in sight. */
#include "transport.h"

#include <linux/seq_file.h>

#include <asm/kvm_emulate.h>
#include <asm/kvm_hyp.h>

#include <vgicv5_soft/word.h>

#include "glue/glue.h"

/* ---- Delivery ---- */

void vgicv5_transport_enter(struct kvm_vcpu *vcpu)
{
	unsigned int signals =
		vgicv5_soft_signals(vgicv5_transport_soft, smp_processor_id(), &vgicv5_transport_el1);

	if (signals & VGICV5_SOFT_VIRQ)
		*vcpu_hcr(vcpu) |= HCR_VI;
}

/* KVM takes a vCPU with HCR_EL2.VI for one that need not sleep. */
void vgicv5_transport_exit(struct kvm_vcpu *vcpu)
{
	*vcpu_hcr(vcpu) &= ~HCR_VI;
}

/* ---- The host's GICv3: the guest sees none of it, as if it had no interrupt controller ---- */

void vgicv5_transport_reset(struct kvm_vcpu *vcpu)
{
	vcpu->arch.vgic_cpu.vgic_v3 = (struct vgic_v3_cpu_if){
		.vgic_hcr = ICH_HCR_EL2_TALL0 | ICH_HCR_EL2_TALL1 | ICH_HCR_EL2_TC,
	};
}

void vgicv5_transport_load(struct kvm_vcpu *vcpu)
{
	if (has_vhe())
		__vgic_v3_activate_traps(&vcpu->arch.vgic_cpu.vgic_v3);
}

void vgicv5_transport_put(struct kvm_vcpu *vcpu)
{
	if (has_vhe())
		__vgic_v3_deactivate_traps(&vcpu->arch.vgic_cpu.vgic_v3);
}

/* With VHE these two are called around the guest; without, the nVHE object does the same. */
void vgic_v5_restore_state(struct kvm_vcpu *vcpu)
{
	__vgic_v3_restore_state(&vcpu->arch.vgic_cpu.vgic_v3);
}

void vgic_v5_save_state(struct kvm_vcpu *vcpu)
{
	__vgic_v3_save_state(&vcpu->arch.vgic_cpu.vgic_v3);
}

/* ---- Instructions ---- */

/*
 * The instruction is part of the guest's run, so it lies between enter and exit, and interrupts stay off: the VPE must
 * be resident on this CPU.
 * @return false: UNDEFINED.
 */
static bool execute(struct kvm_vcpu *vcpu, const struct vgicv5_word_access *access, uint64_t *value)
{
	struct vgicv5_kvm_vcpu *glue = vgicv5_kvm_vcpu_of(vcpu);
	struct vgicv5_vcpu *lib = &glue->vcpu;
	enum vgicv5_soft_result result = VGICV5_SOFT_DONE;
	bool done = true;
	unsigned long flags;

	local_irq_save(flags);
	/* If the VM is dead, the run loop ends before the guest could find out. */
	if (!vgicv5_vcpu_enter(lib)) {
		result = vgicv5_soft_sys(vgicv5_transport_soft, smp_processor_id(), &vgicv5_transport_el1,
					 access->encoding, access->read, value);
		vgicv5_vcpu_exit(lib);
	}
	if (result == VGICV5_SOFT_TRAPPED)
		done = vgicv5_kvm_trap(glue, access->encoding, access->read, value) == VGICV5_TRAP_DONE;
	else
		done = result == VGICV5_SOFT_DONE;
	local_irq_restore(flags);
	return done;
}

bool kvm_vgicv5_handle_hvc(struct kvm_vcpu *vcpu)
{
	u32 imm = kvm_vcpu_hvc_get_imm(vcpu);
	struct vgicv5_word_access access;
	uint64_t value;

	if (!(imm & VGICV5_HVC_MARK))
		return false;
	vgicv5_hvc_access(imm, &access);
	value = vcpu_get_reg(vcpu, access.rt);
	/* A guest without GICv5 has none of its instructions. */
	if (!vgicv5_kvm_vcpu_of(vcpu) || !execute(vcpu, &access, &value)) {
		/* The HVC has been stepped over; the instruction that it stands for would not have been. */
		*vcpu_pc(vcpu) -= 4;
		kvm_inject_undefined(vcpu);
	} else if (access.read) {
		vcpu_set_reg(vcpu, access.rt, value);
	}
	return true;
}

/* ---- Dump ---- */

void vgicv5_transport_dump(struct seq_file *file)
{
	seq_printf(file, "  software GICv5: %zu bytes of its own\n", vgicv5_transport_memory());
}

/* ---- Start ---- */

void kvm_vgicv5_transport_init(void)
{
	struct irq_domain *domain;
	int ret;

	if (is_protected_kvm_enabled()) {
		kvm_info("software GICv5: not with protected guests\n");
		return;
	}
	ret = vgicv5_transport_make();
	if (!ret) {
		domain = vgicv5_transport_lpi_domain();
		ret = vgicv5_kvm_host_start(vgicv5_transport_irs(), true, domain);
	}
	if (ret)
		kvm_err("software GICv5 cannot be used: %d\n", ret);
}
