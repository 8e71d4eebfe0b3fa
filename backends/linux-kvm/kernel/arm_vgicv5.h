/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What KVM calls of the glue of libvgicv5, beside the functions that stand in for KVM's own vgic-v5.c.
 */
#ifndef __KVM_ARM_VGICV5_H
#define __KVM_ARM_VGICV5_H

struct kvm;
struct kvm_kernel_irq_routing_entry;
struct kvm_vcpu;

struct sys_reg_desc;
struct sys_reg_params;

#ifdef CONFIG_KVM_VGICV5
/** Ends the VM's GICv5, in whatever state it is. config_lock held; no vCPU runs. */
void kvm_vgicv5_destroy(struct kvm *kvm);

/** Puts the virtual IRS onto the MMIO bus. slots_lock held, config_lock not. 0 for other models. */
int kvm_vgicv5_register_iodev(struct kvm *kvm);

/** The line of an SPI (in GICv5's format of INTIDs) changed. Any context. -EINVAL: there is none. */
int kvm_vgicv5_inject_spi(struct kvm *kvm, unsigned int intid, bool level);

/**
 * An MSI, of a route or of userspace. May sleep. 1: delivered. 0: the guest has blocked it. -ENODEV: no ITS; -EBUSY:
 * before CTRL_INIT; -EINVAL: no DeviceID, or not the address of an ITS_TRANSLATER; -EIO: the VM has died; -1: `level`
 * is 0.
 */
int kvm_vgicv5_set_msi(struct kvm *kvm, const struct kvm_kernel_irq_routing_entry *entry, int level);

/** The same in any context. -EWOULDBLOCK: nothing was done, it must be kvm_vgicv5_set_msi(). */
int kvm_vgicv5_set_msi_inatomic(struct kvm *kvm, const struct kvm_kernel_irq_routing_entry *entry);

/**
 * Last step before the guest, interrupts off: hands over what was injected. False: the VM has died meanwhile, do not
 * enter; the request that ends the run loop is set. True for other models.
 */
bool kvm_vgicv5_enter(struct kvm_vcpu *vcpu);

/** KVM has brought this CPU up. Preemption off. */
void kvm_vgicv5_init_cpu(void);

/** The CPU interface as after a cold reset. The vCPU is not loaded. Nothing before CTRL_INIT, nor for other models. */
void kvm_vgicv5_reset(struct kvm_vcpu *vcpu);
#else
static inline void kvm_vgicv5_destroy(struct kvm *kvm)
{
}

static inline int kvm_vgicv5_register_iodev(struct kvm *kvm)
{
	return 0;
}

static inline int kvm_vgicv5_inject_spi(struct kvm *kvm, unsigned int intid, bool level)
{
	return -EINVAL;
}

static inline int kvm_vgicv5_set_msi(struct kvm *kvm, const struct kvm_kernel_irq_routing_entry *entry,
				     int level)
{
	return -ENODEV;
}

static inline int kvm_vgicv5_set_msi_inatomic(struct kvm *kvm,
					      const struct kvm_kernel_irq_routing_entry *entry)
{
	return -EWOULDBLOCK;
}

static inline bool kvm_vgicv5_enter(struct kvm_vcpu *vcpu)
{
	return true;
}

static inline void kvm_vgicv5_init_cpu(void)
{
}

static inline void kvm_vgicv5_reset(struct kvm_vcpu *vcpu)
{
}
#endif

#ifdef CONFIG_KVM_VGICV5_NATIVE
/** A trapped GICv5 register. As the handlers of sys_regs.c. */
bool kvm_vgicv5_access_sysreg(struct kvm_vcpu *vcpu, struct sys_reg_params *params,
			      const struct sys_reg_desc *desc);

/** What the library wants to trap, on top of what KVM does. */
void kvm_vgicv5_compute_fgt(struct kvm_vcpu *vcpu);

#define kvm_vgicv5_access(theirs) (1 ? kvm_vgicv5_access_sysreg : (theirs))
#else
static inline void kvm_vgicv5_compute_fgt(struct kvm_vcpu *vcpu)
{
}

#define kvm_vgicv5_access(theirs) (theirs)
#endif

#ifdef CONFIG_KVM_VGICV5_TRANSPORT
/** Starts the software GICv5 and offers the device. Failure is logged and leaves KVM as it was. */
void kvm_vgicv5_transport_init(void);

/** An HVC that stands for a GICv5 instruction: carries it out. False: it is another one. */
bool kvm_vgicv5_handle_hvc(struct kvm_vcpu *vcpu);

#define kvm_vgicv5_transport() true
#else
static inline void kvm_vgicv5_transport_init(void)
{
}

static inline bool kvm_vgicv5_handle_hvc(struct kvm_vcpu *vcpu)
{
	return false;
}

#define kvm_vgicv5_transport() false
#endif

/* Whether a VM's timers are wired to its PPIs in hardware. A macro: nVHE code calls no function of the kernel. */
#define kvm_vgicv5_dvi(kvm) (!kvm_vgicv5_transport() && vgic_is_v5(kvm))

#endif
