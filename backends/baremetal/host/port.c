// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Tier 1 of the port: what the core asks of its hypervisor. */
#include "../guest/guest.h"
#include "../lib/region.h"
#include "gic.h"

#include <vgicv5/port.h>

void *vgicv5_port_alloc(size_t bytes, size_t align)
{
	return shell_alloc(bytes, align);
}

void vgicv5_port_free(void *memory, size_t bytes)
{
	shell_free(memory, bytes);
}

/* The heap is mapped at its physical address. */
uint64_t vgicv5_port_phys(const void *memory)
{
	return (uintptr_t)memory;
}

uint64_t vgicv5_port_clock_us(void)
{
	return shell_clock_us();
}

void vgicv5_port_relax(void)
{
	__asm__ volatile("yield" : : : "memory");
}

void vgicv5_port_kick(struct vgicv5_vcpu *vcpu)
{
	sched_kick(vcpu_of_gic(vcpu));
}

/* Something else woke the vCPU first: the doorbell was on its way. */
static void count_spurious(struct vgicv5_vcpu *vcpu)
{
	if (VGICV5_READ_ONCE(vcpu->resident))
		count(&vm_of_gic(vcpu->vm)->counters.doorbells_spurious);
}

static void doorbell(void *ctx)
{
	count_spurious(ctx);
	vgicv5_doorbell_fired(ctx);
}

/* Each doorbell is an LPI of its own, so there is nothing to be made for the VM as a whole. */
int vgicv5_port_doorbells_create(struct vgicv5_vm *vm, unsigned int count)
{
	(void)vm;
	(void)count;
	return 0;
}

void vgicv5_port_doorbells_destroy(struct vgicv5_vm *vm)
{
	struct shell_vm *owner = vm_of_gic(vm);
	unsigned int i;

	for (i = 0; i < owner->config.vcpus; i++) {
		if (owner->vcpus[i]->doorbell < 0)
			continue;
		gic_lpi_release((unsigned int)owner->vcpus[i]->doorbell);
		owner->vcpus[i]->doorbell = -1;
	}
}

int vgicv5_port_doorbell_request(struct vgicv5_vm *vm, unsigned int index, struct vgicv5_vcpu *vcpu,
				 uint32_t *lpi)
{
	int id = gic_lpi_request(doorbell, vcpu, shell_this_cpu());

	(void)vm;
	(void)index;
	if (id < 0)
		return VGICV5_NO_ID;
	vcpu_of_gic(vcpu)->doorbell = id;
	vcpu_of_gic(vcpu)->doorbell_cpu = shell_this_cpu();
	*lpi = (uint32_t)id;
	return 0;
}

void vgicv5_port_doorbell_steer(struct vgicv5_vm *vm, unsigned int index)
{
	struct shell_vm *owner = vm_of_gic(vm);
	struct shell_vcpu *vcpu = owner->vcpus[index];

	if (vcpu->doorbell_cpu == shell_this_cpu())
		return;
	vcpu->doorbell_cpu = shell_this_cpu();
	gic_lpi_route((unsigned int)vcpu->doorbell, vcpu->doorbell_cpu);
}

int vgicv5_port_guest_read(struct vgicv5_vm *vm, uint64_t gpa, void *to, size_t bytes)
{
	return shell_guest_read(vm_of_gic(vm), gpa, to, bytes);
}

int vgicv5_port_guest_write(struct vgicv5_vm *vm, uint64_t gpa, const void *from, size_t bytes)
{
	return shell_guest_write(vm_of_gic(vm), gpa, from, bytes);
}

void vgicv5_port_vm_dead(struct vgicv5_vm *vm, const char *why)
{
	con_printf("[shell] %s is dead: %s\n", vm_of_gic(vm)->name, why);
}

/* What guests do wrong is said as "info": not for ever, or one of them could fill the terminal. */
#define MAX_INFOS 100u

void shell_gic_message(const char *prefix, const char *format, ...)
{
	static uint32_t infos;
	bool info = prefix[0] == 'i';
	uint32_t number = info ? __atomic_add_fetch(&infos, 1, __ATOMIC_RELAXED) : 0;
	char text[192];
	va_list args;

	if (number > MAX_INFOS) {
		__atomic_store_n(&infos, MAX_INFOS + 1, __ATOMIC_RELAXED);
		return;
	}
	va_start(args, format);
	shell_vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	con_printf("[vgicv5] %s: %s%s\n", prefix, text, number == MAX_INFOS ? " (no more of these)" : "");
}
