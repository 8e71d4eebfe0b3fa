// SPDX-License-Identifier: GPL-2.0-only
/* The virtual IRS on KVM's MMIO bus, and SPIs. */
#include "glue.h"

static struct vgicv5_kvm *of_iodev(struct kvm_io_device *iodev)
{
	return container_of(iodev, struct vgicv5_kvm, iodev);
}

static uint32_t offset_of(const struct vgicv5_kvm *lib, gpa_t addr)
{
	return (uint32_t)(addr - lib->kvm->arch.vgic.vgic_dist_base);
}

/* The bus hands over bytes of a little-endian register. */
static int irs_read(struct kvm_vcpu *vcpu, struct kvm_io_device *iodev, gpa_t addr, int len, void *val)
{
	uint32_t offset = offset_of(of_iodev(iodev), addr);
	__le64 value = cpu_to_le64(vgicv5_virs_read(&vgicv5_kvm_vcpu_of(vcpu)->vcpu, offset, len));

	memcpy(val, &value, min_t(size_t, len, sizeof(value)));
	return 0;
}

static int irs_write(struct kvm_vcpu *vcpu, struct kvm_io_device *iodev, gpa_t addr, int len, const void *val)
{
	uint32_t offset = offset_of(of_iodev(iodev), addr);
	__le64 value = 0;

	memcpy(&value, val, min_t(size_t, len, sizeof(value)));
	vgicv5_virs_write(&vgicv5_kvm_vcpu_of(vcpu)->vcpu, offset, len, le64_to_cpu(value));
	return 0;
}

static const struct kvm_io_device_ops irs_ops = {
	.read = irs_read,
	.write = irs_write,
};

int kvm_vgicv5_register_iodev(struct kvm *kvm)
{
	struct vgicv5_kvm *lib = vgicv5_kvm_of(kvm);

	if (!vgic_is_v5(kvm) || IS_VGIC_ADDR_UNDEF(kvm->arch.vgic.vgic_dist_base))
		return 0;
	kvm_iodevice_init(&lib->iodev, &irs_ops);
	return kvm_io_bus_register_dev(kvm, KVM_MMIO_BUS, kvm->arch.vgic.vgic_dist_base, KVM_VGIC_V5_IRS_SIZE,
				       &lib->iodev);
}

int kvm_vgicv5_inject_spi(struct kvm *kvm, unsigned int intid, bool level)
{
	struct vgicv5_kvm *lib = READ_ONCE(kvm->arch.vgic.gicv5_vm.lib);

	if (!lib || !irq_is_spi(kvm, intid))
		return -EINVAL;
	return vgicv5_kvm_errno(vgicv5_inject_spi(&lib->vm, vgic_v5_get_hwirq_id(intid), level));
}
