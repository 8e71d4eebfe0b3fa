// SPDX-License-Identifier: GPL-2.0-only
/*
 * Save and restore by userspace: the groups CPU_SYSREGS, IRS_REGS and IST of Linux 7.4, and STATE, the whole in the
 * library's own format. Userspace's memory is read and written with no lock held.
 */
#include "glue.h"

#include <linux/slab.h>
#include <linux/uaccess.h>

#include <vgicv5/state.h>

#define MAX_LPI_BYTES (4u << 16)
#define MAX_STATE_BYTES (16u << 20)

static void __user *user_pointer(const struct kvm_device_attr *attr)
{
	return (void __user *)(unsigned long)attr->addr;
}

/* What the library calls unsupported is a register that userspace can name and that does not exist. */
int vgicv5_kvm_state_errno(int error)
{
	return error == VGICV5_UNSUPPORTED ? -ENXIO : vgicv5_kvm_errno(error);
}

/* ---- With the VM stopped ---- */

int vgicv5_kvm_stop(struct kvm *kvm)
{
	mutex_lock(&kvm->lock);
	if (kvm_trylock_all_vcpus(kvm)) {
		mutex_unlock(&kvm->lock);
		return -EBUSY;
	}
	mutex_lock(&kvm->arch.config_lock);
	if (vgic_initialized(kvm))
		return 0;
	mutex_unlock(&kvm->arch.config_lock);
	kvm_unlock_all_vcpus(kvm);
	mutex_unlock(&kvm->lock);
	return -EBUSY;
}

void vgicv5_kvm_resume(struct kvm *kvm)
{
	mutex_unlock(&kvm->arch.config_lock);
	kvm_unlock_all_vcpus(kvm);
	mutex_unlock(&kvm->lock);
}

/* ---- Registers ---- */

static int access_sysreg(struct kvm_device *dev, struct kvm_device_attr *attr, bool write, u64 *value)
{
	unsigned int encoding = attr->attr & KVM_DEV_ARM_VGIC_SYSREG_INSTR_MASK;
	struct vgic_reg_attr reg;
	struct vgicv5_vcpu *vcpu;
	int error;

	if (vgic_v3_parse_attr(dev, attr, &reg))
		return -EINVAL;
	vcpu = &vgicv5_kvm_vcpu_of(reg.vcpu)->vcpu;
	error = write ? vgicv5_state_set_sysreg(vcpu, encoding, *value)
		      : vgicv5_state_get_sysreg(vcpu, encoding, value);
	return error == VGICV5_UNSUPPORTED ? -ENOENT : vgicv5_kvm_errno(error);
}

static int access_irs(struct kvm *kvm, struct kvm_device_attr *attr, bool write, u64 *value)
{
	struct vgicv5_vm *vm = &vgicv5_kvm_of(kvm)->vm;

	if (attr->attr > U32_MAX)
		return -ENXIO;
	return vgicv5_kvm_state_errno(write ? vgicv5_state_set_irs(vm, attr->attr, *value)
					    : vgicv5_state_get_irs(vm, attr->attr, value));
}

static int access_register(struct kvm_device *dev, struct kvm_device_attr *attr, bool write)
{
	u64 __user *user = user_pointer(attr);
	u64 value = 0;
	int ret;

	if (write && get_user(value, user))
		return -EFAULT;
	ret = vgicv5_kvm_stop(dev->kvm);
	if (ret)
		return ret;
	if (attr->group == KVM_DEV_ARM_VGIC_GRP_IRS_REGS)
		ret = access_irs(dev->kvm, attr, write, &value);
	else
		ret = access_sysreg(dev, attr, write, &value);
	vgicv5_kvm_resume(dev->kvm);
	if (!ret && !write)
		ret = put_user(value, user);
	return ret;
}

/* ---- Tables ---- */

static bool is_buffer(u64 address, u64 bytes, u64 most)
{
	return !bytes == !address && bytes <= most;
}

/* Buffers of the kernel for what userspace asks for. */
static int alloc_ists(const struct kvm_vgic_v5_ist *asked, struct vgicv5_state_ists *ists)
{
	if (!is_buffer(asked->spi_ist_addr, asked->spi_ist_size, 4 * VGICV5_KVM_MAX_SPIS) ||
	    !is_buffer(asked->lpi_ist_addr, asked->lpi_ist_size, MAX_LPI_BYTES) || !asked->spi_ist_size)
		return -EINVAL;
	ists->spi_bytes = asked->spi_ist_size;
	ists->lpi_bytes = asked->lpi_ist_size;
	ists->spi = kvzalloc(ists->spi_bytes, GFP_KERNEL_ACCOUNT);
	ists->lpi = ists->lpi_bytes ? kvzalloc(ists->lpi_bytes, GFP_KERNEL_ACCOUNT) : NULL;
	return ists->spi && (ists->lpi || !ists->lpi_bytes) ? 0 : -ENOMEM;
}

static int copy_ists(const struct kvm_vgic_v5_ist *asked, const struct vgicv5_state_ists *ists, bool write)
{
	void __user *spi = (void __user *)(unsigned long)asked->spi_ist_addr;
	void __user *lpi = (void __user *)(unsigned long)asked->lpi_ist_addr;

	if (write)
		return copy_from_user(ists->spi, spi, ists->spi_bytes) ||
				       copy_from_user(ists->lpi, lpi, ists->lpi_bytes)
			       ? -EFAULT
			       : 0;
	return copy_to_user(spi, ists->spi, ists->spi_bytes) || copy_to_user(lpi, ists->lpi, ists->lpi_bytes)
		       ? -EFAULT
		       : 0;
}

static int transfer_ists(struct kvm *kvm, const struct vgicv5_state_ists *ists, bool write)
{
	struct vgicv5_vm *vm;
	int ret = vgicv5_kvm_stop(kvm);

	if (ret)
		return ret;
	vm = &vgicv5_kvm_of(kvm)->vm;
	ret = vgicv5_kvm_state_errno(write ? vgicv5_state_set_ists(vm, ists)
					   : vgicv5_state_get_ists(vm, ists));
	vgicv5_kvm_resume(kvm);
	return ret;
}

static int access_ists(struct kvm *kvm, struct kvm_device_attr *attr, bool write)
{
	struct vgicv5_state_ists ists = {};
	struct kvm_vgic_v5_ist asked;
	int ret;

	if (!vgic_initialized(kvm))
		return -EBUSY;
	if (!attr->addr)
		return -EINVAL;
	if (copy_from_user(&asked, user_pointer(attr), sizeof(asked)))
		return -EFAULT;
	ret = alloc_ists(&asked, &ists);
	if (!ret && write)
		ret = copy_ists(&asked, &ists, true);
	if (!ret)
		ret = transfer_ists(kvm, &ists, write);
	if (!ret && !write)
		ret = copy_ists(&asked, &ists, false);
	kvfree(ists.spi);
	kvfree(ists.lpi);
	return ret;
}

/* ---- The whole ---- */

/* With the VM stopped. @return the number of bytes in *state, which the caller frees, or an errno. */
static ssize_t save_state(struct vgicv5_vm *vm, void **state)
{
	size_t bytes;
	int error = vgicv5_state_size(vm, &bytes);

	if (error)
		return vgicv5_kvm_errno(error);
	*state = kvzalloc(bytes, GFP_KERNEL_ACCOUNT);
	if (!*state)
		return -ENOMEM;
	/* What devices inject meanwhile may need more room: then userspace tries again. */
	error = vgicv5_state_save(vm, *state, bytes, &bytes);
	if (error)
		return error == VGICV5_LIMIT ? -EBUSY : vgicv5_kvm_errno(error);
	return bytes;
}

static int get_state(struct kvm *kvm, struct kvm_vgic_v5_state *asked)
{
	void *state = NULL;
	ssize_t bytes = vgicv5_kvm_stop(kvm);
	int ret = 0;

	if (bytes)
		return bytes;
	bytes = save_state(&vgicv5_kvm_of(kvm)->vm, &state);
	vgicv5_kvm_resume(kvm);
	if (bytes < 0)
		ret = bytes;
	else if (asked->addr && asked->size < bytes)
		ret = -ENOSPC;
	else if (asked->addr && copy_to_user((void __user *)(unsigned long)asked->addr, state, bytes))
		ret = -EFAULT;
	asked->size = bytes;
	kvfree(state);
	return ret;
}

static int set_state(struct kvm *kvm, const struct kvm_vgic_v5_state *asked)
{
	void *state;
	int ret;

	if (!asked->addr || !asked->size || asked->size > MAX_STATE_BYTES)
		return -EINVAL;
	state = vmemdup_user((void __user *)(unsigned long)asked->addr, asked->size);
	if (IS_ERR(state))
		return PTR_ERR(state);
	ret = vgicv5_kvm_stop(kvm);
	if (!ret) {
		ret = vgicv5_state_restore(&vgicv5_kvm_of(kvm)->vm, state, asked->size);
		if (!ret)
			vgicv5_kvm_renew_notifiers(vgicv5_kvm_of(kvm));
		ret = ret == VGICV5_UNSUPPORTED ? -EOPNOTSUPP : vgicv5_kvm_errno(ret);
		vgicv5_kvm_resume(kvm);
	}
	kvfree(state);
	return ret;
}

static int access_state(struct kvm *kvm, struct kvm_device_attr *attr, bool write)
{
	struct kvm_vgic_v5_state asked;
	int ret;

	if (copy_from_user(&asked, user_pointer(attr), sizeof(asked)))
		return -EFAULT;
	if (write)
		return set_state(kvm, &asked);
	ret = get_state(kvm, &asked);
	if (ret && ret != -ENOSPC)
		return ret;
	return copy_to_user(user_pointer(attr), &asked, sizeof(asked)) ? -EFAULT : ret;
}

/* ---- Attributes ---- */

static bool has_sysreg(unsigned int encoding)
{
	switch (encoding) {
	case GICV5_ICC_PPI_PRIORITYR0_EL1 ... GICV5_ICC_PPI_PRIORITYR15_EL1:
	case GICV5_ICC_PPI_ENABLER0_EL1:
	case GICV5_ICC_PPI_ENABLER1_EL1:
	case GICV5_ICC_PPI_SACTIVER0_EL1:
	case GICV5_ICC_PPI_SACTIVER1_EL1:
	case GICV5_ICC_PPI_SPENDR0_EL1:
	case GICV5_ICC_PPI_SPENDR1_EL1:
	case GICV5_ICC_APR_EL1:
	case GICV5_ICC_CR0_EL1:
	case GICV5_ICC_ICSR_EL1:
	case GICV5_ICC_PCR_EL1:
		return true;
	default:
		return false;
	}
}

int vgicv5_kvm_state_access(struct kvm_device *dev, struct kvm_device_attr *attr, bool write)
{
	switch (attr->group) {
	case KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS:
	case KVM_DEV_ARM_VGIC_GRP_IRS_REGS:
		return access_register(dev, attr, write);
	case KVM_DEV_ARM_VGIC_GRP_IST:
		return attr->attr ? -ENXIO : access_ists(dev->kvm, attr, write);
	case KVM_DEV_ARM_VGIC_GRP_STATE:
		return attr->attr ? -ENXIO : access_state(dev->kvm, attr, write);
	default:
		return -ENXIO;
	}
}

int vgicv5_kvm_state_has(struct kvm_device *dev, struct kvm_device_attr *attr)
{
	switch (attr->group) {
	case KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS:
		return has_sysreg(attr->attr & KVM_DEV_ARM_VGIC_SYSREG_INSTR_MASK) ? 0 : -ENXIO;
	case KVM_DEV_ARM_VGIC_GRP_IRS_REGS:
		return attr->attr > U32_MAX ? -ENXIO
					    : vgicv5_kvm_state_errno(vgicv5_state_has_irs(attr->attr));
	case KVM_DEV_ARM_VGIC_GRP_IST:
	case KVM_DEV_ARM_VGIC_GRP_STATE:
		return attr->attr ? -ENXIO : 0;
	default:
		return -ENXIO;
	}
}
