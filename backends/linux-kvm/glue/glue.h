/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The glue between KVM and libvgicv5: its objects, and what its files know of each other.
 */
#ifndef VGICV5_KVM_GLUE_H
#define VGICV5_KVM_GLUE_H

#include <linux/irqdomain.h>
#include <linux/kvm_host.h>

#include <kvm/arm_vgic.h>
#include <kvm/iodev.h>

#include <vgicv5/vcpu.h>

#include "vgic/vgic.h"

#define VGICV5_KVM_DEFAULT_SPIS 32
#define VGICV5_KVM_MIN_SPIS 32
#define VGICV5_KVM_MAX_SPIS 1024

struct kvm_device_ops;

/** The GICv5 of a VM, from CTRL_INIT until the VM goes. */
struct vgicv5_kvm {
	struct vgicv5_vm vm;
	struct kvm *kvm;
	struct kvm_io_device iodev; /* the virtual IRS */
	unsigned int nr_vcpus;
	struct vgicv5_kvm_vcpu **vcpus; /* by vcpu_idx */
	/* The doorbell domain; NULL and 0 where there is none yet. */
	struct fwnode_handle *fwnode;
	struct irq_domain *domain;
	unsigned int nr_doorbells;
};

/** One per vCPU. */
struct vgicv5_kvm_vcpu {
	struct vgicv5_vcpu vcpu;
	struct kvm_vcpu *kvm_vcpu;
	unsigned int doorbell; /* Linux's number of the interrupt; 0: none */
	bool doorbell_requested;
	char doorbell_name[24];
};

static inline struct vgicv5_kvm *vgicv5_kvm_of(const struct kvm *kvm)
{
	return kvm->arch.vgic.gicv5_vm.lib;
}

static inline struct vgicv5_kvm_vcpu *vgicv5_kvm_vcpu_of(const struct kvm_vcpu *vcpu)
{
	return vcpu->arch.vgic_cpu.vgicv5;
}

static inline struct vgicv5_kvm *vgicv5_kvm_of_vm(struct vgicv5_vm *vm)
{
	return container_of(vm, struct vgicv5_kvm, vm);
}

static inline struct vgicv5_kvm_vcpu *vgicv5_kvm_of_vcpu(struct vgicv5_vcpu *vcpu)
{
	return container_of(vcpu, struct vgicv5_kvm_vcpu, vcpu);
}

/* ---- host.c ---- */

extern struct vgicv5_host vgicv5_kvm_host;

/** Where doorbells come from. */
extern struct irq_domain *vgicv5_kvm_lpi_domain;

/**
 * Starts the library on an IRS frame, prepares each CPU, and offers the device to userspace. May sleep.
 * @return 0 or an errno; then nothing is left behind but what the IRS may still use.
 */
int vgicv5_kvm_host_start(volatile void *irs, bool coherent, struct irq_domain *lpi_domain);

/** The errno for an error of the library. */
int vgicv5_kvm_errno(int error);

/* ---- device.c ---- */

extern struct kvm_device_ops vgicv5_kvm_device_ops;

/* ---- state.c ---- */

/** Attributes of the groups for save and restore. -ENXIO: any other. */
int vgicv5_kvm_state_access(struct kvm_device *dev, struct kvm_device_attr *attr, bool write);
int vgicv5_kvm_state_has(struct kvm_device *dev, struct kvm_device_attr *attr);

/* ---- timer.c ---- */

/** What the timers of the running vCPU say now goes to its PPIs. */
void vgicv5_kvm_sample_timers(struct kvm_vcpu *vcpu);

/** After the guest, interrupts off: the same, and the host's interrupt follows, where timers are not wired. */
void vgicv5_kvm_sync_timers(struct kvm_vcpu *vcpu);

/* ---- debugfs.c ---- */

/** Makes the VM's file of dumps, if there is none yet. */
void vgicv5_kvm_debugfs_init(struct kvm *kvm);

/* ---- transport ---- */

#ifdef CONFIG_KVM_VGICV5_TRANSPORT
/** Before and after the guest: HCR_EL2.VI as the software GICv5 says. Interrupts off. */
void vgicv5_transport_enter(struct kvm_vcpu *vcpu);
void vgicv5_transport_exit(struct kvm_vcpu *vcpu);

/** A vCPU is loaded or put: its guest sees no GICv3 CPU interface. Interrupts off. */
void vgicv5_transport_load(struct kvm_vcpu *vcpu);
void vgicv5_transport_put(struct kvm_vcpu *vcpu);
void vgicv5_transport_reset(struct kvm_vcpu *vcpu);

/** The physical side of this CPU's PE. Interrupts off, on that CPU. */
void vgicv5_transport_init_cpu(void);
#else
static inline void vgicv5_transport_enter(struct kvm_vcpu *vcpu)
{
}

static inline void vgicv5_transport_exit(struct kvm_vcpu *vcpu)
{
}

static inline void vgicv5_transport_load(struct kvm_vcpu *vcpu)
{
}

static inline void vgicv5_transport_put(struct kvm_vcpu *vcpu)
{
}

static inline void vgicv5_transport_reset(struct kvm_vcpu *vcpu)
{
}

static inline void vgicv5_transport_init_cpu(void)
{
}
#endif

#endif
