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
#include <vgicv5/vits.h>

#include "vgic/vgic.h"

#define VGICV5_KVM_DEFAULT_SPIS 32
#define VGICV5_KVM_MIN_SPIS 32
#define VGICV5_KVM_MAX_SPIS 1024

struct kvm_device_ops;
struct seq_file;

/** A virtual ITS, from CTRL_INIT until the VM goes. */
struct vgicv5_kvm_its {
	struct vgicv5_vits vits;
	struct kvm_io_device iodev;
};

/** The GICv5 of a VM, from CTRL_INIT until the VM goes. */
struct vgicv5_kvm {
	struct vgicv5_vm vm;
	struct kvm *kvm;
	struct kvm_io_device iodev; /* the virtual IRS */
	bool default_spis;	    /* their number is CTRL_INIT's choice, not userspace's */
	unsigned int nr_vcpus;
	struct vgicv5_kvm_vcpu **vcpus; /* by vcpu_idx */
	unsigned int nr_itss;
	struct vgicv5_kvm_its *itss;
	struct mutex notifiers;			       /* for `notified`; may be taken under irq_lock */
	DECLARE_BITMAP(notified, VGICV5_KVM_MAX_SPIS); /* SPIs registered for end of interrupt */
	/* The doorbell domain; NULL and 0 where there is none yet. */
	struct fwnode_handle *fwnode;
	struct irq_domain *domain;
	unsigned int nr_doorbells;
};

/** One per vCPU. */
struct vgicv5_kvm_vcpu {
	struct vgicv5_vcpu vcpu;
	struct kvm_vcpu *kvm_vcpu;
	unsigned long deactivations; /* that trapped: for debugfs */
	unsigned int doorbell;	     /* Linux's number of the interrupt; 0: none */
	bool doorbell_requested;
	char doorbell_name[24];
};

static inline struct vgicv5_kvm *vgicv5_kvm_of(const struct kvm *kvm)
{
	return kvm->arch.vgic.gicv5_vm.lib;
}

/** After CTRL_INIT has succeeded, otherwise NULL: then it exists until the VM ends. Any context. */
static inline struct vgicv5_kvm *vgicv5_kvm_initialized(const struct kvm *kvm)
{
	if (!vgic_initialized(kvm))
		return NULL;
	/* Between the stores to the two, KVM has set the routes and waited for SRCU. */
	smp_rmb();
	return vgicv5_kvm_of(kvm);
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

/* ---- MMIO: the bus hands over bytes of a little-endian register ---- */

static inline void vgicv5_kvm_to_bus(void *val, int len, u64 value)
{
	__le64 bytes = cpu_to_le64(value);

	memcpy(val, &bytes, min_t(size_t, len, sizeof(bytes)));
}

static inline u64 vgicv5_kvm_from_bus(const void *val, int len)
{
	__le64 bytes = 0;

	memcpy(&bytes, val, min_t(size_t, len, sizeof(bytes)));
	return le64_to_cpu(bytes);
}

/** Whether frames (of an IRS, or an ITS) at two addresses have bytes in common. */
static inline bool vgicv5_kvm_regions_overlap(u64 a, u64 b)
{
	return a - b < KVM_VGIC_V5_IRS_SIZE || b - a < KVM_VGIC_V5_IRS_SIZE;
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

/** Offers the devices of the VGIC and of ITSs to userspace: both, or an errno and none. May sleep. */
int vgicv5_kvm_register_devices(void);

/** The errno for an error of the library. */
int vgicv5_kvm_errno(int error);

/* ---- device.c ---- */

extern struct kvm_device_ops vgicv5_kvm_device_ops;

/* ---- its.c ---- */

extern const struct kvm_device_ops vgicv5_kvm_its_device_ops;

/** Makes the ITSs that userspace has asked for, before the VM is started. config_lock held. 0 or an errno. */
int vgicv5_kvm_make_itss(struct vgicv5_kvm *lib);

/** Puts their frames onto the MMIO bus. slots_lock held, config_lock not. */
int vgicv5_kvm_register_itss(struct vgicv5_kvm *lib);

/** Whether frames at `base` would overlap those of an ITS. config_lock held. */
bool vgicv5_kvm_its_overlaps(struct kvm *kvm, u64 base);

/* ---- irqfd.c ---- */

/** Registers for the end of those SPIs that KVM's notifiers are for, and of no others. May sleep. */
void vgicv5_kvm_update_notifiers(struct kvm *kvm);

/** The same after a state has been restored, whose registrations have taken the place of the VM's. May sleep. */
void vgicv5_kvm_renew_notifiers(struct vgicv5_kvm *lib);

/** vgicv5_vm_config.deactivated */
void vgicv5_kvm_deactivated(struct vgicv5_vm *vm, uint32_t spi);

/** vgicv5_vcpu_trap(), counted. Preemption off. */
enum vgicv5_trap_result vgicv5_kvm_trap(struct vgicv5_kvm_vcpu *vcpu, unsigned int encoding, bool read,
					uint64_t *value);

/* ---- state.c ---- */

/** Attributes of the groups for save and restore. -ENXIO: any other. */
int vgicv5_kvm_state_access(struct kvm_device *dev, struct kvm_device_attr *attr, bool write);
int vgicv5_kvm_state_has(struct kvm_device *dev, struct kvm_device_attr *attr);

/**
 * All vCPUs and the configuration are the caller's until vgicv5_kvm_resume(). -EBUSY: a vCPU is in an ioctl, or there
 * was no CTRL_INIT yet. May sleep, no lock held.
 */
int vgicv5_kvm_stop(struct kvm *kvm);
void vgicv5_kvm_resume(struct kvm *kvm);

/** vgicv5_kvm_errno() of a register: -ENXIO for one that userspace can name and that does not exist. */
int vgicv5_kvm_state_errno(int error);

/* ---- port.c ---- */

/** Memory that the library has for tables: of the host and of all VMs. Any context. */
long vgicv5_kvm_table_bytes(void);

/* ---- timer.c ---- */

/** What the timers of the running vCPU say now goes to its PPIs. */
void vgicv5_kvm_sample_timers(struct kvm_vcpu *vcpu);

/** After the guest, interrupts off: the same, and the host's interrupt follows, where timers are not wired. */
void vgicv5_kvm_sync_timers(struct kvm_vcpu *vcpu);

/* ---- debugfs.c ---- */

/** Makes the VM's file of dumps, if there is none yet. */
void vgicv5_kvm_debugfs_init(struct kvm *kvm);

/* ---- probe.c ---- */

#ifdef CONFIG_KVM_VGICV5_NATIVE
/** What is trapped may have changed with vgicv5_vcpu_enter(). Interrupts off. */
void vgicv5_kvm_refresh_traps(struct kvm_vcpu *vcpu);
#else
static inline void vgicv5_kvm_refresh_traps(struct kvm_vcpu *vcpu)
{
}
#endif

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

/** A line of the dump about the software GICv5. */
void vgicv5_transport_dump(struct seq_file *file);
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

static inline void vgicv5_transport_dump(struct seq_file *file)
{
}
#endif

#endif
