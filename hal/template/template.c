// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Tier 1 of the smallest port that compiles: the extern functions of vgicv5/port.h, whose contracts say what each
 * must do. Fill in each TODO. A function that you leave out is an undefined symbol at the link.
 */
#include <vgicv5/port.h>
#include <vgicv5/vcpu.h>

/* TODO: pages of your host, zeroed. NULL makes the creation of a VM fail cleanly with VGICV5_NO_MEMORY. */
void *vgicv5_port_alloc(size_t bytes, size_t align)
{
	(void)bytes;
	(void)align;
	return NULL;
}

void vgicv5_port_free(void *memory, size_t bytes)
{
	(void)memory;
	(void)bytes;
}

/* TODO: what the IRS must put on the bus. Where EL2 runs with an identity map this is all. */
uint64_t vgicv5_port_phys(const void *memory)
{
	return (uintptr_t)memory;
}

/* TODO: CNTPCT_EL0 scaled by CNTFRQ_EL0. A clock that stands still would make a dead IRS hang the host. */
uint64_t vgicv5_port_clock_us(void)
{
	static uint64_t calls;

	return vgicv5_fetch_add(&calls, 1);
}

/* TODO: YIELD, or your cpu_relax(). */
void vgicv5_port_relax(void)
{
}

/* TODO: wake the thread of the vCPU, or send an IPI to the CPU on which it runs. */
void vgicv5_port_kick(struct vgicv5_vcpu *vcpu)
{
	(void)vcpu;
}

/*
 * TODO: doorbells. Your driver of the physical GICv5 reserves `count` LPIs, gives one to each vCPU, and its handler
 * calls vgicv5_doorbell_fired(). Configure each as edge, enabled, with a priority that interrupts guests.
 */
int vgicv5_port_doorbells_create(struct vgicv5_vm *vm, unsigned int count)
{
	(void)vm;
	(void)count;
	return VGICV5_NO_ID;
}

void vgicv5_port_doorbells_destroy(struct vgicv5_vm *vm)
{
	(void)vm;
}

int vgicv5_port_doorbell_request(struct vgicv5_vm *vm, unsigned int index, struct vgicv5_vcpu *vcpu,
				 uint32_t *lpi)
{
	(void)vm;
	(void)index;
	(void)vcpu;
	(void)lpi;
	return VGICV5_NO_ID;
}

/* TODO, for speed only: GIC CDAFF of the doorbell to this CPU. */
void vgicv5_port_doorbell_steer(struct vgicv5_vm *vm, unsigned int index)
{
	(void)vm;
	(void)index;
}

/* TODO: through your stage 2 tables; `bytes` may cross pages. Check every page before you touch it. */
int vgicv5_port_guest_read(struct vgicv5_vm *vm, uint64_t gpa, void *to, size_t bytes)
{
	(void)vm;
	(void)gpa;
	(void)to;
	(void)bytes;
	return VGICV5_FAULT;
}

int vgicv5_port_guest_write(struct vgicv5_vm *vm, uint64_t gpa, const void *from, size_t bytes)
{
	(void)vm;
	(void)gpa;
	(void)from;
	(void)bytes;
	return VGICV5_FAULT;
}

/* TODO: stop the VM as your host stops one that it cannot go on with. */
void vgicv5_port_vm_dead(struct vgicv5_vm *vm, const char *why)
{
	(void)vm;
	(void)why;
}
