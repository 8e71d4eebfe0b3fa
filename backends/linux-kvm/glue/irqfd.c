// SPDX-License-Identifier: GPL-2.0-only
/* MSIs of userspace and of irqfds, and notifiers of the end of SPIs (resamplefds). */
#include "glue.h"

#include <linux/bitmap.h>
#include <linux/srcu.h>

#include <vgicv5/arch/insn.h>
#include <vgicv5/eoi.h>

/* ---- MSIs ---- */

static u64 address_of(const struct kvm_kernel_irq_routing_entry *entry)
{
	return (u64)entry->msi.address_hi << 32 | entry->msi.address_lo;
}

/* @return the ITS that a message is for, or an errno. It exists until the VM ends. */
static struct vgicv5_vits *its_of(struct kvm *kvm, const struct kvm_kernel_irq_routing_entry *entry)
{
	struct vgicv5_kvm *lib = vgicv5_kvm_initialized(kvm);
	struct vgicv5_vits *vits;

	if (!kvm->arch.vgic.msis_require_devid)
		return ERR_PTR(-ENODEV);
	if (!lib)
		return ERR_PTR(-EBUSY);
	if (!(entry->msi.flags & KVM_MSI_VALID_DEVID))
		return ERR_PTR(-EINVAL);
	vits = vgicv5_vits_at(&lib->vm, address_of(entry));
	return vits ?: ERR_PTR(-EINVAL);
}

int kvm_vgicv5_set_msi(struct kvm *kvm, const struct kvm_kernel_irq_routing_entry *entry, int level)
{
	struct vgicv5_vits *vits = its_of(kvm, entry);

	if (IS_ERR(vits))
		return PTR_ERR(vits);
	if (!level)
		return -1;
	switch (vgicv5_inject_msi(vits, entry->msi.devid, entry->msi.data)) {
	case VGICV5_OK:
		return 1;
	case VGICV5_DEAD:
		return -EIO;
	default:
		/* The guest's doing: its ITS is off, or its tables have no LPI for the event. */
		return 0;
	}
}

int kvm_vgicv5_set_msi_inatomic(struct kvm *kvm, const struct kvm_kernel_irq_routing_entry *entry)
{
	struct vgicv5_vits *vits = its_of(kvm, entry);

	if (IS_ERR(vits))
		return PTR_ERR(vits);
	/* The guest's tables may have to be read, or not even be in memory. */
	if (vgicv5_inject_msi_cached(vits, entry->msi.devid, entry->msi.data) == VGICV5_BUSY)
		return -EWOULDBLOCK;
	return 0;
}

/* ---- End of interrupt ---- */

/* SPIs that somebody wants to hear of, by the routes as they are now. */
static void wanted_spis(struct kvm *kvm, unsigned int nr_spis, unsigned long *spis)
{
	struct kvm_kernel_irq_routing_entry routes[KVM_NR_IRQCHIPS];
	const struct kvm_irq_ack_notifier *notifier;
	int idx = srcu_read_lock(&kvm->irq_srcu);

	hlist_for_each_entry_srcu(notifier, &kvm->irq_ack_notifier_list, link,
				  srcu_read_lock_held(&kvm->irq_srcu))
	{
		int n = kvm_irq_map_gsi(kvm, routes, notifier->gsi);

		while (n--)
			if (routes[n].type == KVM_IRQ_ROUTING_IRQCHIP && routes[n].irqchip.pin < nr_spis)
				__set_bit(routes[n].irqchip.pin, spis);
	}
	srcu_read_unlock(&kvm->irq_srcu, idx);
}

static void change_registration(struct vgicv5_kvm *lib, unsigned int spi, bool wanted)
{
	int error = wanted ? vgicv5_eoi_register(&lib->vm, spi) : vgicv5_eoi_unregister(&lib->vm, spi);

	/* A dead VM deactivates nothing any more; a restored state has brought registrations of its own. */
	if (!WARN_ON_ONCE(error && error != VGICV5_DEAD && error != VGICV5_BUSY))
		__change_bit(spi, lib->notified);
}

/* The last one that comes here sees all changes before it. */
void vgicv5_kvm_update_notifiers(struct kvm *kvm)
{
	DECLARE_BITMAP(wanted, VGICV5_KVM_MAX_SPIS) = {};
	DECLARE_BITMAP(changed, VGICV5_KVM_MAX_SPIS);
	struct vgicv5_kvm *lib = vgicv5_kvm_initialized(kvm);
	unsigned int spi;

	/* What there is before CTRL_INIT is found at the first run. */
	if (!vgic_is_v5(kvm) || !lib)
		return;
	guard(mutex)(&lib->notifiers);
	wanted_spis(kvm, lib->vm.config.spi_count, wanted);
	bitmap_xor(changed, wanted, lib->notified, VGICV5_KVM_MAX_SPIS);
	for_each_set_bit(spi, changed, VGICV5_KVM_MAX_SPIS)
		change_registration(lib, spi, test_bit(spi, wanted));
}

void vgicv5_kvm_renew_notifiers(struct vgicv5_kvm *lib)
{
	unsigned int spi;

	guard(mutex)(&lib->notifiers);
	/* Those that are there already are refused. */
	for_each_set_bit(spi, lib->notified, VGICV5_KVM_MAX_SPIS)(void) vgicv5_eoi_register(&lib->vm, spi);
}

/* kvm_register_irq_ack_notifier() or kvm_unregister_irq_ack_notifier() */
void kvm_arch_post_irq_ack_notifier_list_update(struct kvm *kvm)
{
	vgicv5_kvm_update_notifiers(kvm);
}

/* irq_lock is held. */
void kvm_arch_irq_routing_update(struct kvm *kvm)
{
	vgicv5_kvm_update_notifiers(kvm);
}

void vgicv5_kvm_deactivated(struct vgicv5_vm *vm, uint32_t spi)
{
	kvm_notify_acked_irq(vgicv5_kvm_of_vm(vm)->kvm, 0, spi);
}

enum vgicv5_trap_result vgicv5_kvm_trap(struct vgicv5_kvm_vcpu *vcpu, unsigned int encoding, bool read,
					uint64_t *value)
{
	if (encoding == GICV5_GIC_CDDI)
		vcpu->deactivations++;
	return vgicv5_vcpu_trap(&vcpu->vcpu, encoding, read, value);
}
