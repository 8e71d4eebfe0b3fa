// SPDX-License-Identifier: GPL-2.0-only
/* KVM_DEV_TYPE_ARM_VGIC_V5: the userspace interface, as in Linux 7.4. */
#include "glue.h"

#include <linux/slab.h>
#include <linux/uaccess.h>

#define IRS_ALIGN SZ_64K

static void __user *user_pointer(const struct kvm_device_attr *attr)
{
	return (void __user *)(unsigned long)attr->addr;
}

/* ---- Creation ---- */

/* VPE IDs are vcpu_ids: all must be below what the IRS can do. */
static int check_ids(struct kvm *kvm)
{
	struct kvm_vcpu *vcpu;
	unsigned long i;

	kvm_for_each_vcpu(i, vcpu, kvm) if (vcpu->vcpu_id >= vgicv5_kvm_host.caps.max_vpes) return -E2BIG;
	return 0;
}

static int vgic_create(struct kvm_device *dev, u32 type)
{
	struct kvm *kvm = dev->kvm;
	int ret = irqchip_in_kernel(kvm) ? -EEXIST : check_ids(kvm);

	if (!ret)
		ret = kvm_vgic_create(kvm, type);
	if (!ret)
		kvm->max_vcpus = min_t(int, kvm->max_vcpus, vgicv5_kvm_host.caps.max_vpes);
	return ret;
}

static void vgic_destroy(struct kvm_device *dev)
{
	kfree(dev);
}

/* ---- ADDR ---- */

static int set_address(struct kvm *kvm, u64 __user *from)
{
	struct vgic_dist *dist = &kvm->arch.vgic;
	u64 base;
	int ret;

	if (get_user(base, from))
		return -EFAULT;
	guard(mutex)(&kvm->arch.config_lock);
	ret = vgic_check_iorange(kvm, dist->vgic_dist_base, base, IRS_ALIGN, KVM_VGIC_V5_IRS_SIZE);
	if (!ret && vgicv5_kvm_its_overlaps(kvm, base))
		ret = -EINVAL;
	if (!ret)
		dist->vgic_dist_base = base;
	return ret;
}

static int get_address(struct kvm *kvm, u64 __user *to)
{
	u64 base;

	scoped_guard(mutex, &kvm->arch.config_lock) base = kvm->arch.vgic.vgic_dist_base;
	return put_user(base, to);
}

/* ---- NR_IRQS ---- */

static int set_nr_spis(struct kvm *kvm, u32 __user *from)
{
	u32 count;

	if (get_user(count, from))
		return -EFAULT;
	if (count < VGICV5_KVM_MIN_SPIS || count > VGICV5_KVM_MAX_SPIS || count % 32)
		return -EINVAL;
	guard(mutex)(&kvm->arch.config_lock);
	/* Chosen before, or by CTRL_INIT. */
	if (kvm->arch.vgic.nr_spis)
		return -EBUSY;
	kvm->arch.vgic.nr_spis = count;
	return 0;
}

static int get_nr_spis(struct kvm *kvm, u32 __user *to)
{
	u32 count;

	scoped_guard(mutex, &kvm->arch.config_lock) count = kvm->arch.vgic.nr_spis;
	return put_user(count, to);
}

/* ---- CTRL ---- */

static int ctrl_init(struct kvm *kvm)
{
	guard(mutex)(&kvm->arch.config_lock);
	return vgic_init(kvm);
}

static int get_userspace_ppis(struct kvm *kvm, u64 __user *to)
{
	u64 ppis[2] = {};

	scoped_guard(mutex, &kvm->arch.config_lock)
		bitmap_to_arr64(ppis, kvm->arch.vgic.gicv5_vm.userspace_ppis, VGIC_V5_NR_PRIVATE_IRQS);
	return copy_to_user(to, ppis, sizeof(ppis)) ? -EFAULT : 0;
}

/* ---- Attributes ---- */

/* A group and an attribute in one number: both are small. */
#define ATTR(group, attr) ((u64)(group) << 32 | (attr))
#define ATTR_ADDR ATTR(KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V5_ADDR_TYPE_IRS)
#define ATTR_NR_IRQS ATTR(KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0)
#define ATTR_INIT ATTR(KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT)
#define ATTR_PPIS ATTR(KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_USERSPACE_PPIS)

static u64 attr_of(const struct kvm_device_attr *attr)
{
	return attr->attr > U32_MAX ? U64_MAX : ATTR(attr->group, attr->attr);
}

static int vgic_set_attr(struct kvm_device *dev, struct kvm_device_attr *attr)
{
	switch (attr_of(attr)) {
	case ATTR_ADDR:
		return set_address(dev->kvm, user_pointer(attr));
	case ATTR_NR_IRQS:
		return set_nr_spis(dev->kvm, user_pointer(attr));
	case ATTR_INIT:
		return ctrl_init(dev->kvm);
	default:
		return vgicv5_kvm_state_access(dev, attr, true);
	}
}

static int vgic_get_attr(struct kvm_device *dev, struct kvm_device_attr *attr)
{
	switch (attr_of(attr)) {
	case ATTR_ADDR:
		return get_address(dev->kvm, user_pointer(attr));
	case ATTR_NR_IRQS:
		return get_nr_spis(dev->kvm, user_pointer(attr));
	case ATTR_PPIS:
		return get_userspace_ppis(dev->kvm, user_pointer(attr));
	default:
		return vgicv5_kvm_state_access(dev, attr, false);
	}
}

static int vgic_has_attr(struct kvm_device *dev, struct kvm_device_attr *attr)
{
	switch (attr_of(attr)) {
	case ATTR_ADDR:
	case ATTR_NR_IRQS:
	case ATTR_INIT:
	case ATTR_PPIS:
		return 0;
	default:
		return vgicv5_kvm_state_has(dev, attr);
	}
}

struct kvm_device_ops vgicv5_kvm_device_ops = {
	.name = "kvm-arm-vgic-v5",
	.create = vgic_create,
	.destroy = vgic_destroy,
	.set_attr = vgic_set_attr,
	.get_attr = vgic_get_attr,
	.has_attr = vgic_has_attr,
};
