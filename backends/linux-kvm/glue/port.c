// SPDX-License-Identifier: GPL-2.0-only
/* Tier 1 of the port: memory, clock, kick, guest memory, death. Doorbells are in doorbell.c. */
#include "glue.h"

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/ktime.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include <vgicv5/port.h>

/* ---- Memory ---- */

/* A power of two of kmalloc() is aligned to itself and shares no cache line; above a page it comes from the pages. */
static size_t block_size(size_t bytes)
{
	return max_t(size_t, roundup_pow_of_two(bytes), dma_get_cache_alignment());
}

static bool from_slab(size_t bytes)
{
	return block_size(bytes) <= PAGE_SIZE;
}

static atomic_long_t table_bytes;

long vgicv5_kvm_table_bytes(void)
{
	return atomic_long_read(&table_bytes);
}

void *vgicv5_port_alloc(size_t bytes, size_t align)
{
	void *memory;

	if (!bytes || WARN_ON_ONCE(align > block_size(bytes)))
		return NULL;
	if (from_slab(bytes))
		memory = kzalloc(block_size(bytes), GFP_KERNEL_ACCOUNT);
	else
		memory = alloc_pages_exact(bytes, GFP_KERNEL_ACCOUNT | __GFP_ZERO | __GFP_NOWARN);
	if (memory)
		atomic_long_add(bytes, &table_bytes);
	return memory;
}

void vgicv5_port_free(void *memory, size_t bytes)
{
	if (!memory)
		return;
	atomic_long_sub(bytes, &table_bytes);
	if (from_slab(bytes))
		kfree(memory);
	else
		free_pages_exact(memory, bytes);
}

uint64_t vgicv5_port_phys(const void *memory)
{
	return virt_to_phys(memory);
}

/* ---- Time ---- */

uint64_t vgicv5_port_clock_us(void)
{
	return ktime_get_mono_fast_ns() / NSEC_PER_USEC;
}

void vgicv5_port_relax(void)
{
	cpu_relax();
}

/* ---- vCPUs ---- */

void vgicv5_port_kick(struct vgicv5_vcpu *vcpu)
{
	struct kvm_vcpu *kvm_vcpu = vgicv5_kvm_of_vcpu(vcpu)->kvm_vcpu;

	kvm_make_request(KVM_REQ_IRQ_PENDING, kvm_vcpu);
	kvm_vcpu_kick(kvm_vcpu);
}

/* Not kvm_vm_dead(): that waits for the other CPUs, and interrupts may be off here. */
void vgicv5_port_vm_dead(struct vgicv5_vm *vm, const char *why)
{
	struct kvm *kvm = vgicv5_kvm_of_vm(vm)->kvm;
	struct kvm_vcpu *vcpu;
	unsigned long i;

	kvm_err("GICv5: VM %u is dead: %s\n", vm->vm_id, why);
	kvm->vm_dead = true;
	kvm_for_each_vcpu(i, vcpu, kvm)
	{
		kvm_make_request(KVM_REQ_VM_DEAD, vcpu);
		kvm_vcpu_kick(vcpu);
	}
}

/* ---- Guest memory ---- */

/* By a worker, as of an irqfd, which has no memory of a user or not this one's. */
static int read_from_afar(struct kvm *kvm, gpa_t gpa, void *to, size_t bytes)
{
	size_t done, part;
	int ret = 0;

	if (!mmget_not_zero(kvm->mm))
		return -EFAULT;
	for (done = 0; done < bytes && !ret; done += part) {
		unsigned long hva = gfn_to_hva(kvm, gpa_to_gfn(gpa + done));

		part = min_t(size_t, bytes - done, PAGE_SIZE - offset_in_page(gpa + done));
		if (kvm_is_error_hva(hva) ||
		    access_remote_vm(kvm->mm, hva + offset_in_page(gpa + done), to + done, part, 0) != part)
			ret = -EFAULT;
	}
	/* Not mmput(): the end of that memory is not for here, under kvm->srcu. */
	mmput_async(kvm->mm);
	return ret;
}

int vgicv5_port_guest_read(struct vgicv5_vm *vm, uint64_t gpa, void *to, size_t bytes)
{
	struct kvm *kvm = vgicv5_kvm_of_vm(vm)->kvm;
	int idx = srcu_read_lock(&kvm->srcu);
	int ret;

	if (current->mm == kvm->mm)
		ret = kvm_read_guest(kvm, gpa, to, bytes);
	else
		ret = read_from_afar(kvm, gpa, to, bytes);
	srcu_read_unlock(&kvm->srcu, idx);
	return ret ? VGICV5_FAULT : VGICV5_OK;
}

int vgicv5_port_guest_write(struct vgicv5_vm *vm, uint64_t gpa, const void *from, size_t bytes)
{
	struct kvm *kvm = vgicv5_kvm_of_vm(vm)->kvm;
	int idx = srcu_read_lock(&kvm->srcu);
	int ret = kvm_write_guest(kvm, gpa, from, bytes);

	srcu_read_unlock(&kvm->srcu, idx);
	return ret ? VGICV5_FAULT : VGICV5_OK;
}
