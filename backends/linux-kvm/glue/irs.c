// SPDX-License-Identifier: GPL-2.0-only
/* The MMIO bus: the virtual IRS. SPIs. */
#include "glue.h"

static struct vgicv5_kvm *of_iodev(struct kvm_io_device *iodev)
{
	return container_of(iodev, struct vgicv5_kvm, iodev);
}

static uint32_t offset_of(const struct vgicv5_kvm *lib, gpa_t addr)
{
	return (uint32_t)(addr - lib->kvm->arch.vgic.vgic_dist_base);
}

static int irs_read(struct kvm_vcpu *vcpu, struct kvm_io_device *iodev, gpa_t addr, int len, void *val)
{
	uint32_t offset = offset_of(of_iodev(iodev), addr);

	vgicv5_kvm_to_bus(val, len, vgicv5_virs_read(&vgicv5_kvm_vcpu_of(vcpu)->vcpu, offset, len));
	return 0;
}

static int irs_write(struct kvm_vcpu *vcpu, struct kvm_io_device *iodev, gpa_t addr, int len, const void *val)
{
	uint32_t offset = offset_of(of_iodev(iodev), addr);

	vgicv5_virs_write(&vgicv5_kvm_vcpu_of(vcpu)->vcpu, offset, len, vgicv5_kvm_from_bus(val, len));
	return 0;
}

static const struct kvm_io_device_ops irs_ops = {
	.read = irs_read,
	.write = irs_write,
};

int kvm_vgicv5_register_iodev(struct kvm *kvm)
{
	struct vgicv5_kvm *lib = vgicv5_kvm_of(kvm);
	int ret = 0;

	if (!vgic_is_v5(kvm))
		return 0;
	vgicv5_kvm_update_notifiers(kvm);
	if (!IS_VGIC_ADDR_UNDEF(kvm->arch.vgic.vgic_dist_base)) {
		kvm_iodevice_init(&lib->iodev, &irs_ops);
		ret = kvm_io_bus_register_dev(kvm, KVM_MMIO_BUS, kvm->arch.vgic.vgic_dist_base,
					      KVM_VGIC_V5_IRS_SIZE, &lib->iodev);
	}
	return ret ?: vgicv5_kvm_register_itss(lib);
}

int kvm_vgicv5_inject_spi(struct kvm *kvm, unsigned int intid, bool level)
{
	struct vgicv5_kvm *lib = READ_ONCE(kvm->arch.vgic.gicv5_vm.lib);

	if (!lib || !irq_is_spi(kvm, intid))
		return -EINVAL;
	return vgicv5_kvm_errno(vgicv5_inject_spi(&lib->vm, vgic_v5_get_hwirq_id(intid), level));
}
