// SPDX-License-Identifier: GPL-2.0-only
/* A VM's GICv5: made by CTRL_INIT, ended with the VM. config_lock is held. */
#include "glue.h"

#include <linux/init.h>
#include <linux/slab.h>

#include <vgicv5/arch/intid.h>
#include <vgicv5/state.h>

/* ---- Which PPIs a guest sees ---- */

static uint64_t visible_ppis(const struct kvm *kvm)
{
	uint64_t ppis = BIT_ULL(GICV5_PPI_SW) | BIT_ULL(GICV5_PPI_CNTV) | BIT_ULL(GICV5_PPI_CNTP);

	if (test_bit(KVM_ARM_VCPU_PMU_V3, kvm->arch.vcpu_features))
		ppis |= BIT_ULL(GICV5_PPI_PMU);
	return ppis;
}

/* Timers that the guest drives in hardware: an nVHE host emulates the physical one. */
static uint64_t wired_ppis(void)
{
	if (kvm_vgicv5_transport())
		return 0;
	return BIT_ULL(GICV5_PPI_CNTV) | (has_vhe() ? BIT_ULL(GICV5_PPI_CNTP) : 0);
}

/* ---- Objects ---- */

static void free_objects(struct vgicv5_kvm *lib)
{
	unsigned int i;

	for (i = 0; i < lib->nr_vcpus; i++) {
		if (!lib->vcpus[i])
			continue;
		kvm_unshare_hyp(lib->vcpus[i], lib->vcpus[i] + 1);
		kfree(lib->vcpus[i]);
	}
	kfree(lib->vcpus);
	kvfree(lib->itss);
	kfree(lib);
}

static struct vgicv5_kvm *alloc_objects(struct kvm *kvm)
{
	struct vgicv5_kvm *lib = kzalloc(sizeof(*lib), GFP_KERNEL_ACCOUNT);

	if (!lib)
		return NULL;
	lib->kvm = kvm;
	mutex_init(&lib->notifiers);
	lib->vcpus = kcalloc(atomic_read(&kvm->online_vcpus), sizeof(*lib->vcpus), GFP_KERNEL_ACCOUNT);
	if (!lib->vcpus) {
		kfree(lib);
		return NULL;
	}
	lib->nr_vcpus = atomic_read(&kvm->online_vcpus);
	return lib;
}

static int make_vcpu(struct vgicv5_kvm *lib, struct kvm_vcpu *kvm_vcpu)
{
	struct vgicv5_kvm_vcpu *vcpu = kzalloc(sizeof(*vcpu), GFP_KERNEL_ACCOUNT);
	int ret;

	if (!vcpu)
		return -ENOMEM;
	/* The nVHE object reads and writes the state of the CPU interface. */
	ret = kvm_share_hyp(vcpu, vcpu + 1);
	if (ret) {
		kfree(vcpu);
		return ret;
	}
	vcpu->kvm_vcpu = kvm_vcpu;
	lib->vcpus[kvm_vcpu->vcpu_idx] = vcpu;
	return vgicv5_kvm_errno(vgicv5_vcpu_init(&vcpu->vcpu, &lib->vm, kvm_vcpu->vcpu_id));
}

static int make(struct vgicv5_kvm *lib, unsigned int nr_spis)
{
	struct vgicv5_vm_config config = {
		.spi_count = nr_spis,
		.ppi_visible = {visible_ppis(lib->kvm)},
		.ppi_dvi = {wired_ppis()},
		.max_lpi_id_bits = 16,
		.deactivated = vgicv5_kvm_deactivated,
	};
	struct kvm_vcpu *vcpu;
	unsigned long i;
	int ret = vgicv5_kvm_errno(vgicv5_vm_init(&lib->vm, &vgicv5_kvm_host, &config));

	if (ret)
		return ret;
	kvm_for_each_vcpu(i, vcpu, lib->kvm)
	{
		ret = make_vcpu(lib, vcpu);
		if (ret)
			return ret;
	}
	ret = vgicv5_kvm_make_itss(lib);
	return ret ?: vgicv5_kvm_errno(vgicv5_vm_start(&lib->vm));
}

/* ---- Life cycle ---- */

/* Memory that the IRS may still use is never given back; the vCPUs go with it, as they are in the library's lists. */
static void end(struct vgicv5_kvm *lib)
{
	int error = vgicv5_vm_destroy(&lib->vm);

	if (error)
		kvm_err("GICv5: VM %u cannot be ended, its memory is lost: %s\n", lib->vm.vm_id,
			vgicv5_strerror(error));
	else
		free_objects(lib);
}

static int check_vcpus(struct kvm *kvm)
{
	struct kvm_vcpu *vcpu;
	unsigned long i;

	if (!atomic_read(&kvm->online_vcpus))
		return -ENODEV;
	kvm_for_each_vcpu(i, vcpu, kvm)
	{
		if (vcpu_has_nv(vcpu))
			return -EINVAL;
		if (vcpu->vcpu_id >= vgicv5_kvm_host.caps.max_vpes)
			return -E2BIG;
	}
	return 0;
}

static void publish(struct vgicv5_kvm *lib)
{
	struct kvm *kvm = lib->kvm;
	struct kvm_vcpu *vcpu;
	unsigned long i;

	/* Whoever finds the objects without a lock finds them whole. */
	kvm_for_each_vcpu(i, vcpu, kvm) smp_store_release(&vcpu->arch.vgic_cpu.vgicv5, lib->vcpus[i]);
	smp_store_release(&kvm->arch.vgic.gicv5_vm.lib, lib);
}

int vgic_v5_init(struct kvm *kvm)
{
	struct vgic_dist *dist = &kvm->arch.vgic;
	unsigned int nr_spis = dist->nr_spis ?: VGICV5_KVM_DEFAULT_SPIS;
	struct vgicv5_kvm *lib;
	int ret;

	if (vgic_initialized(kvm))
		return 0;
	ret = check_vcpus(kvm);
	if (ret)
		return ret;
	lib = alloc_objects(kvm);
	if (!lib)
		return -ENOMEM;
	ret = make(lib, nr_spis);
	if (ret) {
		end(lib);
		return ret;
	}
	bitmap_zero(dist->gicv5_vm.userspace_ppis, VGIC_V5_NR_PRIVATE_IRQS);
	__set_bit(GICV5_PPI_SW, dist->gicv5_vm.userspace_ppis);
	bitmap_from_arr64(dist->gicv5_vm.vgic_ppi_mask, lib->vm.config.ppi_visible, VGIC_V5_NR_PRIVATE_IRQS);
	lib->default_spis = !dist->nr_spis;
	dist->nr_spis = nr_spis;
	publish(lib);
	vgicv5_kvm_debugfs_init(kvm);
	return 0;
}

void kvm_vgicv5_destroy(struct kvm *kvm)
{
	struct vgicv5_kvm *lib = vgicv5_kvm_of(kvm);
	struct kvm_vcpu *vcpu;
	unsigned long i;

	if (!vgic_is_v5(kvm) || !lib)
		return;
	WRITE_ONCE(kvm->arch.vgic.gicv5_vm.lib, NULL);
	kvm_for_each_vcpu(i, vcpu, kvm) WRITE_ONCE(vcpu->arch.vgic_cpu.vgicv5, NULL);
	/* A CTRL_INIT that fails after this step has not chosen a number of SPIs. */
	if (lib->default_spis)
		kvm->arch.vgic.nr_spis = 0;
	end(lib);
}

/*
 * Linux 7.3 has no virtual IRS, so a VMM written for it gives no address: "kvm-arm.vgicv5_irs=optional" lets its VMs
 * run, with PPIs only.
 */
static bool irs_is_optional;

static int __init parse_irs(char *value)
{
	if (value && !strcmp(value, "optional"))
		irs_is_optional = true;
	else if (!value || strcmp(value, "required"))
		return -EINVAL;
	return 0;
}
early_param("kvm-arm.vgicv5_irs", parse_irs);

/* First run. KVM has taken care that no vCPU has run, and marks the VM dead if this fails. */
int vgic_v5_map_resources(struct kvm *kvm)
{
	if (!vgic_initialized(kvm))
		return -EBUSY;
	/* An LPI table has been announced by IRS_REGS, and its entries have not come by IST. */
	if (vgicv5_state_ready(&vgicv5_kvm_of(kvm)->vm))
		return -EINVAL;
	if (IS_VGIC_ADDR_UNDEF(kvm->arch.vgic.vgic_dist_base) && !irs_is_optional)
		return -ENXIO;
	return 0;
}

/* Which PPIs there are has been decided at CTRL_INIT. */
int vgic_v5_finalize_ppi_state(struct kvm *kvm)
{
	return 0;
}
