// SPDX-License-Identifier: GPL-2.0-only
/* The host: the library's objects of the machine and of each CPU, errors. */
#include "glue.h"

#include <linux/percpu.h>
#include <linux/smp.h>

struct vgicv5_host vgicv5_kvm_host;
struct irq_domain *vgicv5_kvm_lpi_domain;

static DEFINE_PER_CPU(struct vgicv5_pcpu, vgicv5_pcpus);

struct vgicv5_pcpu *vgicv5_kvm_this_pcpu(void)
{
	return this_cpu_ptr(&vgicv5_pcpus);
}

int vgicv5_kvm_errno(int error)
{
	switch (error) {
	case VGICV5_OK:
		return 0;
	case VGICV5_INVALID:
		return -EINVAL;
	case VGICV5_NO_MEMORY:
	case VGICV5_LIMIT:
		return -ENOMEM;
	case VGICV5_NO_ID:
		return -ENOSPC;
	case VGICV5_UNSUPPORTED:
		return -ENODEV;
	case VGICV5_BUSY:
	case VGICV5_STATE:
		return -EBUSY;
	case VGICV5_TIMEOUT:
		return -ETIMEDOUT;
	case VGICV5_FAULT:
		return -EFAULT;
	default:
		return -EIO;
	}
}

static bool started;

/* No vCPU is loaded: KVM calls this before the first VM, when a CPU comes back, and after it has slept. */
void kvm_vgicv5_init_cpu(void)
{
	unsigned long flags;

	if (!started)
		return;
	local_irq_save(flags);
	vgicv5_transport_init_cpu();
	vgicv5_pcpu_init(&vgicv5_kvm_host, vgicv5_kvm_this_pcpu());
	local_irq_restore(flags);
}

static void init_cpu(void *unused)
{
	kvm_vgicv5_init_cpu();
}

int vgicv5_kvm_register_devices(void)
{
	int ret = kvm_register_device_ops(&vgicv5_kvm_device_ops, KVM_DEV_TYPE_ARM_VGIC_V5);

	if (ret)
		return ret;
	ret = kvm_register_device_ops(&vgicv5_kvm_its_device_ops, KVM_DEV_TYPE_ARM_VGIC_V5_ITS);
	if (ret)
		kvm_unregister_device_ops(KVM_DEV_TYPE_ARM_VGIC_V5);
	return ret;
}

int vgicv5_kvm_host_start(volatile void *irs, bool coherent, struct irq_domain *lpi_domain)
{
	const struct vgicv5_irs_desc desc = {.config_frame = irs};
	const struct vgicv5_host_config config = {.irs = &desc, .irs_count = 1, .coherent = coherent};
	int ret;

	if (!lpi_domain)
		return -ENODEV;
	ret = vgicv5_kvm_errno(vgicv5_host_init(&vgicv5_kvm_host, &config));
	if (ret)
		return ret;
	vgicv5_kvm_lpi_domain = lpi_domain;
	ret = vgicv5_kvm_register_devices();
	if (ret) {
		vgicv5_host_fini(&vgicv5_kvm_host);
		return ret;
	}
	started = true;
	on_each_cpu(init_cpu, NULL, true);
	kvm_info("GICv5 of libvgicv5: %u VMs of %u vCPUs\n", vgicv5_kvm_host.caps.max_vms,
		 vgicv5_kvm_host.caps.max_vpes);
	return 0;
}
