// SPDX-License-Identifier: GPL-2.0-only
/* The GICv5 of the machine, and its traps. */
#include "glue.h"

#include <linux/irqchip/arm-gic-v5.h>
#include <linux/irqchip/arm-vgic-info.h>

#include <asm/kvm_emulate.h>

#include "sys_regs.h"

#ifdef CONFIG_KVM_VGICV5_NATIVE
static int probe_v5(void)
{
	volatile void *irs;
	bool coherent = false;
	int ret;

	if (is_protected_kvm_enabled()) {
		kvm_info("GICv5 guests are not supported with protected KVM\n");
		return -ENODEV;
	}
	irs = (volatile void __force *)gicv5_irs_first(&coherent);
	ret = vgicv5_kvm_host_start(irs, coherent, gicv5_global_data.lpi_domain);
	if (ret)
		kvm_err("GICv5 guests are not possible: %d\n", ret);
	else
		kvm_vgic_global_state.max_gic_vcpus = vgicv5_kvm_host.caps.max_vpes;
	return ret;
}

/* Guests with GICv3, on a GICv5 that can (FEAT_GCIE_LEGACY). */
static int probe_v3(void)
{
	int ret;

	if (!cpus_have_final_cap(ARM64_HAS_GICV5_LEGACY))
		return -ENODEV;
	kvm_vgic_global_state.has_gcie_v3_compat = true;
	/* Bit 4 of ListRegs would say more than the architecture's 16. */
	kvm_vgic_global_state.nr_lr = (vgic_ich_vtr() & 0xf) + 1;
	ret = kvm_register_vgic_device(KVM_DEV_TYPE_ARM_VGIC_V3);
	if (ret)
		return ret;
	static_branch_enable(&kvm_vgic_global_state.gicv3_cpuif);
	vgic_v3_enable_cpuif_traps();
	return 0;
}

int vgic_v5_probe(const struct gic_kvm_info *info)
{
	int v5, v3;

	kvm_vgic_global_state.type = VGIC_V5;
	kvm_vgic_global_state.vcpu_base = 0;
	kvm_vgic_global_state.vctrl_base = NULL;
	kvm_vgic_global_state.can_emulate_gicv2 = false;
	kvm_vgic_global_state.has_gicv4 = false;
	kvm_vgic_global_state.has_gicv4_1 = false;
	kvm_vgic_global_state.max_gic_vcpus = VGIC_V3_MAX_CPUS;
	v5 = probe_v5();
	v3 = probe_v3();
	/* Either is enough, but GICv3 guests that should work and do not are an error. */
	return v3 == -ENODEV ? v5 : v3;
}

/* ---- Traps ---- */

bool kvm_vgicv5_access_sysreg(struct kvm_vcpu *vcpu, struct sys_reg_params *params,
			      const struct sys_reg_desc *desc)
{
	struct vgicv5_kvm_vcpu *lib = vgicv5_kvm_vcpu_of(vcpu);
	enum vgicv5_trap_result result = VGICV5_TRAP_UNDEFINED;
	unsigned int encoding = GICV5_ENC(params->Op0, params->Op1, params->CRn, params->CRm, params->Op2);
	uint64_t value = params->regval;

	/* On the CPU on which it is loaded. */
	preempt_disable();
	if (lib)
		result = vgicv5_kvm_trap(lib, encoding, !params->is_write, &value);
	preempt_enable();
	if (result != VGICV5_TRAP_DONE) {
		kvm_inject_undefined(vcpu);
		return false;
	}
	params->regval = value;
	return true;
}

/* Bits are 0 to trap; KVM's own choice may trap more. */
void kvm_vgicv5_compute_fgt(struct kvm_vcpu *vcpu)
{
	struct vgicv5_kvm_vcpu *lib = vgicv5_kvm_vcpu_of(vcpu);
	struct vgicv5_traps traps;

	if (!lib)
		return;
	vgicv5_vcpu_traps(&lib->vcpu, &traps);
	*vcpu_fgt(vcpu, ICH_HFGRTR_EL2) &= traps.hfgrtr;
	*vcpu_fgt(vcpu, ICH_HFGWTR_EL2) &= traps.hfgwtr;
	*vcpu_fgt(vcpu, ICH_HFGITR_EL2) &= traps.hfgitr;
}

/* KVM writes the register at each entry, from what was computed when the vCPU was loaded. */
void vgicv5_kvm_refresh_traps(struct kvm_vcpu *vcpu)
{
	u64 cddi = GICV5_MASK(ICH_HFGITR_EL2_GICCDDI);
	struct vgicv5_traps traps;

	vgicv5_vcpu_traps(&vgicv5_kvm_vcpu_of(vcpu)->vcpu, &traps);
	*vcpu_fgt(vcpu, ICH_HFGITR_EL2) = (*vcpu_fgt(vcpu, ICH_HFGITR_EL2) & ~cddi) | (traps.hfgitr & cddi);
}

/* ---- Around the guest: kvm_vgicv5_enter() and the nVHE object do it ---- */

void vgic_v5_restore_state(struct kvm_vcpu *vcpu)
{
}

void vgic_v5_save_state(struct kvm_vcpu *vcpu)
{
}
#else
/* The software GICv5 would take its place, but nobody has tried that beside a real one. */
int vgic_v5_probe(const struct gic_kvm_info *info)
{
	kvm_err("built with the test transport of libvgicv5: not for a host with GICv5\n");
	return -ENODEV;
}
#endif
