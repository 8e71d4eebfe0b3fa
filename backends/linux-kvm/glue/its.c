// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_DEV_TYPE_ARM_VGIC_V5_ITS: a device for each virtual ITS, made before the VGIC's CTRL_INIT, which makes the ITSs
 * themselves; their frames go onto the MMIO bus at the first run. config_lock protects the devices.
 */
#include "glue.h"

#include <linux/slab.h>
#include <linux/uaccess.h>

#include <vgicv5/state.h>

#define MAX_ITSS 32
#define ITS_ALIGN SZ_64K
#define MAX_DEVICE_ID_BITS 32
#define MAX_EVENT_ID_BITS 16
#define DEFAULT_ID_BITS 16

/* The frames of the IRS and of an ITS are equally large, and that is all there is on the bus. */
static_assert(KVM_VGIC_V5_ITS_SIZE == VGICV5_VITS_SIZE && KVM_VGIC_V5_IRS_SIZE == KVM_VGIC_V5_ITS_SIZE);

/** What userspace has asked for. */
struct vgicv5_kvm_its_device {
	struct vgicv5_kvm_its_device *next; /* in vgic_v5_vm.itss */
	u64 base;			    /* VGIC_ADDR_UNDEF: not set */
	unsigned int id;
	u32 device_id_bits;
	u32 event_id_bits;
};

static struct vgicv5_kvm_its_device **first_of(struct kvm *kvm)
{
	return &kvm->arch.vgic.gicv5_vm.itss;
}

/* ---- ITSs ---- */

static int make_one(struct vgicv5_kvm *lib, const struct vgicv5_kvm_its_device *device)
{
	const struct vgicv5_vits_config config = {
		.base = device->base,
		.device_id_bits = device->device_id_bits,
		.event_id_bits = device->event_id_bits,
		.its_id = device->id,
	};
	int ret;

	if (IS_VGIC_ADDR_UNDEF(device->base))
		return -ENXIO;
	ret = vgicv5_kvm_errno(vgicv5_vits_init(&lib->itss[lib->nr_itss].vits, &lib->vm, &config));
	if (!ret)
		lib->nr_itss++;
	return ret;
}

int vgicv5_kvm_make_itss(struct vgicv5_kvm *lib)
{
	const struct vgicv5_kvm_its_device *device = *first_of(lib->kvm);
	int ret = 0;

	if (!device)
		return 0;
	/* They are numbered, and the last comes first. */
	lib->itss = kvcalloc(device->id + 1, sizeof(*lib->itss), GFP_KERNEL_ACCOUNT);
	if (!lib->itss)
		return -ENOMEM;
	for (; device && !ret; device = device->next)
		ret = make_one(lib, device);
	return ret;
}

bool vgicv5_kvm_its_overlaps(struct kvm *kvm, u64 base)
{
	const struct vgicv5_kvm_its_device *device;

	for (device = *first_of(kvm); device; device = device->next)
		if (!IS_VGIC_ADDR_UNDEF(device->base) && vgicv5_kvm_regions_overlap(device->base, base))
			return true;
	return false;
}

/* ---- Frames ---- */

static struct vgicv5_vits *of_iodev(struct kvm_io_device *iodev)
{
	return &container_of(iodev, struct vgicv5_kvm_its, iodev)->vits;
}

static int its_read(struct kvm_vcpu *vcpu, struct kvm_io_device *iodev, gpa_t addr, int len, void *val)
{
	struct vgicv5_vits *vits = of_iodev(iodev);

	vgicv5_kvm_to_bus(val, len, vgicv5_vits_read(vits, (uint32_t)(addr - vits->config.base), len));
	return 0;
}

static int its_write(struct kvm_vcpu *vcpu, struct kvm_io_device *iodev, gpa_t addr, int len, const void *val)
{
	struct vgicv5_vits *vits = of_iodev(iodev);

	vgicv5_vits_write(vits, (uint32_t)(addr - vits->config.base), len, vgicv5_kvm_from_bus(val, len));
	return 0;
}

static const struct kvm_io_device_ops its_ops = {
	.read = its_read,
	.write = its_write,
};

int vgicv5_kvm_register_itss(struct vgicv5_kvm *lib)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < lib->nr_itss && !ret; i++) {
		struct vgicv5_kvm_its *its = &lib->itss[i];

		kvm_iodevice_init(&its->iodev, &its_ops);
		ret = kvm_io_bus_register_dev(lib->kvm, KVM_MMIO_BUS, its->vits.config.base,
					      KVM_VGIC_V5_ITS_SIZE, &its->iodev);
	}
	return ret;
}

/* ---- Device ---- */

static int its_create(struct kvm_device *dev, u32 type)
{
	struct kvm *kvm = dev->kvm;
	struct vgicv5_kvm_its_device *device;

	device = kzalloc(sizeof(*device), GFP_KERNEL_ACCOUNT);
	if (!device)
		return -ENOMEM;
	device->base = VGIC_ADDR_UNDEF;
	device->device_id_bits = DEFAULT_ID_BITS;
	device->event_id_bits = DEFAULT_ID_BITS;
	scoped_guard(mutex, &kvm->arch.config_lock)
	{
		int ret = vgic_is_v5(kvm) ? 0 : -ENODEV;

		if (!ret && vgic_initialized(kvm))
			ret = -EBUSY;
		device->next = *first_of(kvm);
		device->id = device->next ? device->next->id + 1 : 0;
		if (!ret && device->id == MAX_ITSS)
			ret = -ENOSPC;
		if (ret) {
			kfree(device);
			return ret;
		}
		*first_of(kvm) = device;
		kvm->arch.vgic.msis_require_devid = true;
	}
	dev->private = device;
	return 0;
}

/* At the VM's end, or at once if there is no file descriptor for it: then CTRL_INIT may have made the ITS, and it stays. */
static void its_destroy(struct kvm_device *dev)
{
	struct vgicv5_kvm_its_device *device = dev->private, **at;

	scoped_guard(mutex, &dev->kvm->arch.config_lock)
	{
		at = first_of(dev->kvm);
		while (*at != device)
			at = &(*at)->next;
		*at = device->next;
	}
	kfree(device);
	kfree(dev);
}

/* ---- Address, widths ---- */

static int set_address(struct kvm *kvm, struct vgicv5_kvm_its_device *device, u64 __user *from)
{
	u64 base, irs;
	int ret;

	if (get_user(base, from))
		return -EFAULT;
	guard(mutex)(&kvm->arch.config_lock);
	irs = kvm->arch.vgic.vgic_dist_base;
	ret = vgic_check_iorange(kvm, device->base, base, ITS_ALIGN, KVM_VGIC_V5_ITS_SIZE);
	if (ret)
		return ret;
	if (vgicv5_kvm_its_overlaps(kvm, base) ||
	    (!IS_VGIC_ADDR_UNDEF(irs) && vgicv5_kvm_regions_overlap(irs, base)))
		return -EINVAL;
	device->base = base;
	return 0;
}

/* Where the width of an attribute is; `*most` is its limit. NULL: no such attribute. */
static u32 *width_of(struct vgicv5_kvm_its_device *device, u64 attr, u32 *most)
{
	*most = attr == KVM_VGIC_V5_ITS_DEVICEID_BITS ? MAX_DEVICE_ID_BITS : MAX_EVENT_ID_BITS;
	switch (attr) {
	case KVM_VGIC_V5_ITS_DEVICEID_BITS:
		return &device->device_id_bits;
	case KVM_VGIC_V5_ITS_EVENTID_BITS:
		return &device->event_id_bits;
	default:
		return NULL;
	}
}

static int set_width(struct kvm *kvm, struct vgicv5_kvm_its_device *device, u64 attr, u32 __user *from)
{
	u32 bits, most;
	u32 *width = width_of(device, attr, &most);

	if (!width)
		return -ENXIO;
	if (get_user(bits, from))
		return -EFAULT;
	if (!bits || bits > most)
		return -EINVAL;
	guard(mutex)(&kvm->arch.config_lock);
	if (vgic_initialized(kvm))
		return -EBUSY;
	*width = bits;
	return 0;
}

static int get_width(struct kvm *kvm, struct vgicv5_kvm_its_device *device, u64 attr, u32 __user *to)
{
	u32 bits, most;
	const u32 *width = width_of(device, attr, &most);

	if (!width)
		return -ENXIO;
	scoped_guard(mutex, &kvm->arch.config_lock) bits = *width;
	return put_user(bits, to);
}

/* ---- Registers, with the VM stopped ---- */

static struct vgicv5_vits *of_device(struct vgicv5_kvm *lib, const struct vgicv5_kvm_its_device *device)
{
	unsigned int i = 0;

	while (lib->itss[i].vits.config.its_id != device->id)
		i++;
	return &lib->itss[i].vits;
}

static int access_register(struct kvm_device *dev, const struct kvm_device_attr *attr, bool write)
{
	u64 __user *user = (u64 __user *)(unsigned long)attr->addr;
	struct vgicv5_vits *vits;
	u64 value = 0;
	int ret;

	if (attr->attr > U32_MAX)
		return -ENXIO;
	if (write && get_user(value, user))
		return -EFAULT;
	ret = vgicv5_kvm_stop(dev->kvm);
	if (ret)
		return ret;
	vits = of_device(vgicv5_kvm_of(dev->kvm), dev->private);
	ret = vgicv5_kvm_state_errno(write ? vgicv5_state_set_its(vits, attr->attr, value)
					   : vgicv5_state_get_its(vits, attr->attr, &value));
	vgicv5_kvm_resume(dev->kvm);
	if (!ret && !write)
		ret = put_user(value, user);
	return ret;
}

/* ---- Attributes ---- */

static bool is_address(const struct kvm_device_attr *attr)
{
	return attr->group == KVM_DEV_ARM_VGIC_GRP_ADDR && attr->attr == KVM_VGIC_V5_ADDR_TYPE_ITS;
}

static int its_set_attr(struct kvm_device *dev, struct kvm_device_attr *attr)
{
	void __user *user = (void __user *)(unsigned long)attr->addr;

	if (is_address(attr))
		return set_address(dev->kvm, dev->private, user);
	if (attr->group == KVM_DEV_ARM_VGIC_GRP_ITS_WIDTHS)
		return set_width(dev->kvm, dev->private, attr->attr, user);
	if (attr->group == KVM_DEV_ARM_VGIC_GRP_ITS_REGS)
		return access_register(dev, attr, true);
	return -ENXIO;
}

static int its_get_attr(struct kvm_device *dev, struct kvm_device_attr *attr)
{
	struct vgicv5_kvm_its_device *device = dev->private;
	void __user *user = (void __user *)(unsigned long)attr->addr;
	u64 base;

	if (attr->group == KVM_DEV_ARM_VGIC_GRP_ITS_WIDTHS)
		return get_width(dev->kvm, device, attr->attr, user);
	if (attr->group == KVM_DEV_ARM_VGIC_GRP_ITS_REGS)
		return access_register(dev, attr, false);
	if (!is_address(attr))
		return -ENXIO;
	scoped_guard(mutex, &dev->kvm->arch.config_lock) base = device->base;
	return put_user(base, (u64 __user *)user);
}

static int its_has_attr(struct kvm_device *dev, struct kvm_device_attr *attr)
{
	u32 most;

	if (is_address(attr))
		return 0;
	if (attr->group == KVM_DEV_ARM_VGIC_GRP_ITS_REGS)
		return attr->attr > U32_MAX ? -ENXIO
					    : vgicv5_kvm_state_errno(vgicv5_state_has_its(attr->attr));
	return attr->group == KVM_DEV_ARM_VGIC_GRP_ITS_WIDTHS && width_of(dev->private, attr->attr, &most)
		       ? 0
		       : -ENXIO;
}

const struct kvm_device_ops vgicv5_kvm_its_device_ops = {
	.name = "kvm-arm-vgic-v5-its",
	.create = its_create,
	.destroy = its_destroy,
	.set_attr = its_set_attr,
	.get_attr = its_get_attr,
	.has_attr = its_has_attr,
};
