/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tier 1 of the library's port. Doorbells are those of the GICv5 below:
 * transport.c or native.c.
 */
#include <xen/compile.h>
#include <xen/mm.h>
#include <xen/sched.h>
#include <xen/time.h>

#include <asm/event.h>
#include <asm/guest_access.h>

#include "private.h"

#include <vgicv5/port.h>

/* Whole pages: zeroed, contiguous, mapped, and no cache line shared. */
void *vgicv5_port_alloc(size_t bytes, size_t align)
{
    unsigned int order = get_order_from_bytes(max(bytes, align));
    void *memory = alloc_xenheap_pages(order, 0);

    if ( !memory )
        return NULL;

    atomic_add(1U << order, &vgic_v5_in_use.pages);

    return memset(memory, 0, PAGE_SIZE << order);
}

/* The library aligns to no more than its sizes rounded up. */
void vgicv5_port_free(void *memory, size_t bytes)
{
    unsigned int order = get_order_from_bytes(bytes);

    if ( !memory )
        return;

    atomic_sub(1U << order, &vgic_v5_in_use.pages);
    free_xenheap_pages(memory, order);
}

uint64_t vgicv5_port_phys(const void *memory)
{
    return virt_to_maddr(memory);
}

uint64_t vgicv5_port_clock_us(void)
{
    return NOW() / 1000;
}

void vgicv5_port_relax(void)
{
    cpu_relax();
}

void vgicv5_port_kick(struct vgicv5_vcpu *vcpu)
{
    struct vgic_v5_vcpu *vv = to_vcpu(vcpu);
    struct vcpu *v = read_atomic(&vv->v);

    if ( !v || v->domain->is_dying )
        return;

    vv->counters.kicks++;
    smp_mb();
    vcpu_kick(v);
}

#if XEN_VERSION == 4 && XEN_SUBVERSION < 18
#define access_guest_memory_by_gpa access_guest_memory_by_ipa
#endif

static int guest_access(struct vgicv5_vm *vm, uint64_t gpa, void *buffer,
                        size_t bytes, bool write)
{
    return access_guest_memory_by_gpa(to_domain(vm)->d, gpa, buffer, bytes,
                                      write) ? VGICV5_FAULT : VGICV5_OK;
}

int vgicv5_port_guest_read(struct vgicv5_vm *vm, uint64_t gpa, void *to,
                           size_t bytes)
{
    return guest_access(vm, gpa, to, bytes, false);
}

int vgicv5_port_guest_write(struct vgicv5_vm *vm, uint64_t gpa,
                            const void *from, size_t bytes)
{
    return guest_access(vm, gpa, (void *)from, bytes, true);
}

/* Any context: the domain is crashed by a tasklet. */
void vgicv5_port_vm_dead(struct vgicv5_vm *vm, const char *why)
{
    struct vgic_v5_domain *vd = to_domain(vm);

    printk(XENLOG_G_ERR "%pd: virtual GICv5 is dead: %s\n", vd->d, why);
    tasklet_schedule(&vd->died);
}

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
