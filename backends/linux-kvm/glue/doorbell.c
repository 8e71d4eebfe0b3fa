// SPDX-License-Identifier: GPL-2.0-only
/*
 * Doorbells: a domain per VM under the host's LPI domain, with one entry per vCPU (by vcpu_idx). The host's domain gives
 * each entry an LPI; the entry's chip passes everything on to it.
 */
#include "glue.h"

#include <linux/interrupt.h>
#include <linux/irq.h>

#include <vgicv5/port.h>

static struct irq_chip doorbell_chip = {
	.name = "GICv5-doorbell",
	.irq_mask = irq_chip_mask_parent,
	.irq_unmask = irq_chip_unmask_parent,
	.irq_eoi = irq_chip_eoi_parent,
	.irq_set_affinity = irq_chip_set_affinity_parent,
	.irq_retrigger = irq_chip_retrigger_hierarchy,
	.irq_get_irqchip_state = irq_chip_get_parent_state,
	.irq_set_irqchip_state = irq_chip_set_parent_state,
	.flags = IRQCHIP_SKIP_SET_WAKE | IRQCHIP_MASK_ON_SUSPEND,
};

/* `arg` is the number of the first entry. */
static int doorbell_domain_alloc(struct irq_domain *domain, unsigned int virq, unsigned int count, void *arg)
{
	irq_hw_number_t first = *(const unsigned int *)arg;
	unsigned int i;
	int ret = irq_domain_alloc_irqs_parent(domain, virq, count, NULL);

	if (ret)
		return ret;
	for (i = 0; i < count; i++)
		irq_domain_set_hwirq_and_chip(domain, virq + i, first + i, &doorbell_chip, NULL);
	return 0;
}

static void doorbell_domain_free(struct irq_domain *domain, unsigned int virq, unsigned int count)
{
	irq_domain_free_irqs_common(domain, virq, count);
}

static const struct irq_domain_ops doorbell_domain_ops = {
	.alloc = doorbell_domain_alloc,
	.free = doorbell_domain_free,
};

int vgicv5_port_doorbells_create(struct vgicv5_vm *vm, unsigned int count)
{
	struct vgicv5_kvm *lib = vgicv5_kvm_of_vm(vm);

	lib->fwnode = irq_domain_alloc_named_id_fwnode("GICv5-doorbells", vm->vm_id);
	if (!lib->fwnode)
		return VGICV5_NO_MEMORY;
	lib->domain = irq_domain_create_hierarchy(vgicv5_kvm_lpi_domain, 0, count, lib->fwnode,
						  &doorbell_domain_ops, lib);
	if (!lib->domain) {
		irq_domain_free_fwnode(lib->fwnode);
		lib->fwnode = NULL;
		return VGICV5_NO_MEMORY;
	}
	lib->nr_doorbells = count;
	return VGICV5_OK;
}

static void free_doorbell(struct vgicv5_kvm_vcpu *vcpu)
{
	if (vcpu->doorbell_requested)
		free_irq(vcpu->doorbell, &vcpu->vcpu);
	vcpu->doorbell_requested = false;
	if (vcpu->doorbell)
		irq_domain_free_irqs(vcpu->doorbell, 1);
	vcpu->doorbell = 0;
}

void vgicv5_port_doorbells_destroy(struct vgicv5_vm *vm)
{
	struct vgicv5_kvm *lib = vgicv5_kvm_of_vm(vm);
	unsigned int i;

	for (i = 0; i < lib->nr_vcpus; i++)
		if (lib->vcpus[i])
			free_doorbell(lib->vcpus[i]);
	if (lib->domain)
		irq_domain_remove(lib->domain);
	if (lib->fwnode)
		irq_domain_free_fwnode(lib->fwnode);
	lib->domain = NULL;
	lib->fwnode = NULL;
	lib->nr_doorbells = 0;
}

static irqreturn_t doorbell_handler(int irq, void *vcpu)
{
	vgicv5_doorbell_fired(vcpu);
	return IRQ_HANDLED;
}

/* The LPI that the host's domain, the root of the hierarchy, has given to an entry. */
static uint32_t lpi_of(unsigned int virq)
{
	return (uint32_t)irq_domain_get_irq_data(vgicv5_kvm_lpi_domain, virq)->hwirq;
}

int vgicv5_port_doorbell_request(struct vgicv5_vm *vm, unsigned int index, struct vgicv5_vcpu *vcpu,
				 uint32_t *lpi)
{
	struct vgicv5_kvm_vcpu *entry = vgicv5_kvm_of_vcpu(vcpu);
	int virq = irq_domain_alloc_irqs(vgicv5_kvm_of_vm(vm)->domain, 1, NUMA_NO_NODE, &index);

	if (virq < 0)
		return virq == -ENOMEM ? VGICV5_NO_MEMORY : VGICV5_NO_ID;
	entry->doorbell = virq;
	irq_set_status_flags(virq, IRQ_NOPROBE);
	snprintf(entry->doorbell_name, sizeof(entry->doorbell_name), "vgicv5-%u-%u", vm->vm_id, vcpu->vpe_id);
	if (request_irq(virq, doorbell_handler, IRQF_NO_THREAD, entry->doorbell_name, vcpu))
		return VGICV5_NO_MEMORY;
	entry->doorbell_requested = true;
	*lpi = lpi_of(virq);
	return VGICV5_OK;
}

void vgicv5_port_doorbell_steer(struct vgicv5_vm *vm, unsigned int index)
{
	struct vgicv5_kvm *lib = vgicv5_kvm_of_vm(vm);
	unsigned int virq = lib->vcpus[index]->doorbell;
	unsigned int cpu = smp_processor_id();

	if (cpumask_test_cpu(cpu, irq_data_get_effective_affinity_mask(irq_get_irq_data(virq))))
		return;
	if (irq_set_affinity(virq, cpumask_of(cpu)))
		kvm_debug("GICv5: doorbell %u stays where it is\n", virq);
}
