/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Domains that go on from a file: those with the property "xen,saved". The
 * file is their module "multiboot,kernel". Nothing in it is believed; all of
 * it is checked before the domain is made.
 */
#include <xen/device_tree.h>
#include <xen/domain_page.h>
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/sched.h>
#include <xen/softirq.h>
#include <xen/vmap.h>
#include <xen/xmalloc.h>

#include <asm/p2m.h>
#include <asm/time.h>
#include <asm/vgic.h>
#include <asm/vpl011.h>

#include "saved.h"

/* What the memory of domains is allocated by. */
#define BLOCK       (1UL << (PAGE_SHIFT + BLOCK_ORDER))
#define BLOCK_ORDER 9

struct saved_file {
    const struct vmfile_front *front;
    uint64_t bytes;
};

/* ---- Where it is ---- */

bool __init vgic_v5_is_saved(const struct dt_device_node *node)
{
    return dt_property_read_bool(node, "xen,saved");
}

static const struct dt_device_node *__init
find_module(const struct dt_device_node *domain)
{
    const struct dt_device_node *node;

    dt_for_each_child_node ( domain, node )
        if ( dt_device_is_compatible(node, "multiboot,kernel") )
            return node;

    return NULL;
}

static const char *__init map_file(const struct dt_device_node *domain,
                                   struct saved_file *file)
{
    const struct dt_device_node *node = find_module(domain);
    const __be32 *reg = node ? dt_get_property(node, "reg", NULL) : NULL;
    uint64_t address;

    if ( !reg )
        return "there is no module multiboot,kernel with the file";

    dt_get_range(&reg, node, &address, &file->bytes);
    if ( file->bytes < sizeof(*file->front) )
        return "the file ends too early";

    file->front = ioremap_cache(address, file->bytes);

    return file->front ? NULL : "the file cannot be mapped";
}

static void __init unmap_file(const struct saved_file *file)
{
    iounmap((void *)file->front);
}

/* ---- What is in it ---- */

/* Of a front that has been checked: the section is there. */
static const void *__init content(const struct saved_file *file,
                                  const char *kind, unsigned int index)
{
    return (const char *)file->front +
           vmfile_find(file->front, kind, index)->offset;
}

/* For each run of the memory; stops at what is wrong. */
typedef void (*run_fn)(void *ctx, const struct vmfile_run *run,
                       const void *data);

static const char *__init for_each_run(const struct saved_file *file,
                                       run_fn fn, void *ctx)
{
    const struct vmfile_section *section = vmfile_find(file->front, VMFILE_RAM,
                                                       0);
    const char *at = content(file, VMFILE_RAM, 0), *end = at + section->bytes;
    uint64_t bytes = file->front->header.ram_bytes, next = 0;
    const char *wrong = "a piece of memory lies where there is none";

    if ( end - at >= sizeof(struct vmfile_memory) )
        wrong = vmfile_check_memory((const void *)at, bytes);
    at += sizeof(struct vmfile_memory);

    while ( !wrong && at < end )
    {
        const struct vmfile_run *run = (const void *)at;

        at += sizeof(*run);
        if ( at > end )
            return "the file ends too early";

        wrong = vmfile_check_run(run, bytes, next, end - at);
        if ( wrong )
            break;

        if ( fn )
            fn(ctx, run, at);
        next = run->offset + run->bytes;
        at += run->bytes;
        process_pending_softirqs();
    }

    return wrong;
}

static const char *__init check_sums(const struct saved_file *file)
{
    const struct vmfile_section *section = file->front->sections;
    const char *data = (const char *)file->front;
    unsigned int i;

    for ( i = 0; i < file->front->header.sections; i++, section++ )
    {
        process_pending_softirqs();
        if ( vmfile_checksum(0, data + section->offset, section->bytes) !=
             section->checksum )
            return "the file is damaged: a checksum is wrong";
    }

    return NULL;
}

static const char *__init check_cpu(const struct vmfile_cpu *shown)
{
    struct vmfile_cpu here;

    vgic_v5_cpu_here(&here);

    return shown->midr == here.midr
           ? vmfile_check_cpu(&here, shown)
           : "its CPU is another model, and Xen shows each domain its own";
}

static const char *__init check_contents(const struct saved_file *file)
{
    const struct vmfile_machine *machine = content(file, VMFILE_MACHINE, 0);
    const char *wrong = check_cpu(&machine->cpu);
    unsigned int i;

    for ( i = 0; !wrong && i < file->front->header.vcpus; i++ )
        wrong = vmfile_check_vcpu(content(file, VMFILE_VCPU, i));

    if ( !wrong )
        wrong = vgic_v5_uart_check(content(file, VMFILE_UART, 0),
                                   content(file, VMFILE_LINE, 0));

    return wrong ?: for_each_run(file, NULL, NULL);
}

static const char *__init check_gic(const struct saved_file *file,
                                    unsigned int nr_spis)
{
    const struct vmfile_header *header = &file->front->header;

    switch ( vgic_v5_state_check(header->vcpus, nr_spis,
                                 content(file, VMFILE_GIC, 0),
                                 vmfile_find(file->front, VMFILE_GIC,
                                             0)->bytes) )
    {
    case 0:
        return NULL;
    case -EINVAL:
        return "its interrupt controller's state is damaged, or of a VM of another shape";
    case -EOPNOTSUPP:
        return "this host cannot do what its guest was shown";
    default:
        return "no memory";
    }
}

/* As the node describes the domain. */
static const char *__init check_shape(const struct vmfile_header *header,
                                      const struct dt_device_node *node,
                                      unsigned int nr_vcpus)
{
    uint64_t kib;

    if ( header->vcpus != nr_vcpus )
        return "it has another number of vCPUs than cpus says";
    if ( !dt_property_read_u64(node, "memory", &kib) ||
         header->ram_bytes != kib << 10 || header->ram_bytes % BLOCK )
        return "it has another size of memory than memory says";
    if ( !dt_property_read_bool(node, "vpl011") )
        return "it has a UART, and there is no vpl011";

    return NULL;
}

static const char *__init check_all(const struct saved_file *file,
                                    const struct dt_device_node *node,
                                    unsigned int nr_vcpus,
                                    unsigned int nr_spis)
{
    const char *wrong = vmfile_check_front(file->front, file->bytes);

    if ( !wrong )
        wrong = check_shape(&file->front->header, node, nr_vcpus);
    if ( !wrong )
        wrong = vmfile_check_plain(file->front);
    if ( !wrong )
        wrong = check_sums(file);
    if ( !wrong )
        wrong = check_contents(file);

    return wrong ?: check_gic(file, nr_spis);
}

bool __init vgic_v5_saved_check(const struct dt_device_node *node,
                                unsigned int nr_vcpus, unsigned int nr_spis)
{
    struct saved_file file;
    const char *wrong = map_file(node, &file);

    if ( !wrong )
    {
        wrong = check_all(&file, node, nr_vcpus, nr_spis);
        unmap_file(&file);
    }
    if ( wrong )
        printk(XENLOG_ERR "%s: xen,saved: %s\n", dt_node_name(node), wrong);

    return !wrong;
}

/* ---- The domain ---- */

static int __init make_vcpus(struct domain *d)
{
    unsigned int i;

    d->arch.type = DOMAIN_64BIT;
    for ( i = 0; i < d->max_vcpus; i++ )
    {
        if ( !vcpu_create(d, i) )
            return -ENOMEM;

        vcpu_switch_to_aarch64_mode(d->vcpu[i]);
    }
    domain_update_node_affinity(d);

    return 0;
}

/* As much for its stage 2 as any other domain gets. */
static int __init make_p2m_pool(struct domain *d, uint64_t ram_bytes)
{
    unsigned long pages = 256 * d->max_vcpus + (ram_bytes >> 20) + 128;
    int rc;

    spin_lock(&d->arch.paging.lock);
    rc = p2m_set_allocation(d, pages, NULL);
    spin_unlock(&d->arch.paging.lock);

    return rc;
}

static int __init make_ram(struct domain *d, uint64_t ram_bytes)
{
    struct page_info *pg;
    uint64_t at;
    int rc = make_p2m_pool(d, ram_bytes);

    d->max_pages = ram_bytes >> PAGE_SHIFT;
    for ( at = 0; !rc && at < ram_bytes; at += BLOCK )
    {
        process_pending_softirqs();
        pg = alloc_domheap_pages(d, BLOCK_ORDER, 0);
        if ( !pg )
            return -ENOMEM;

        memset(page_to_virt(pg), 0, BLOCK);
        clean_and_invalidate_dcache_va_range(page_to_virt(pg), BLOCK);
        rc = guest_physmap_add_page(d, gaddr_to_gfn(GUEST_RAM0_BASE + at),
                                    page_to_mfn(pg), BLOCK_ORDER);
    }

    return rc;
}

/* A vCPU may go on with its caches off. */
static void __init fill_run(void *ctx, const struct vmfile_run *run,
                            const void *data)
{
    struct domain *d = ctx;
    struct page_info *pg;
    uint64_t done, gpa;

    for ( done = 0; done < run->bytes; done += PAGE_SIZE )
    {
        gpa = GUEST_RAM0_BASE + run->offset + done;
        pg = get_page_from_gfn(d, paddr_to_pfn(gpa), NULL, P2M_ALLOC);
        BUG_ON(!pg);
        memcpy(page_to_virt(pg), (const char *)data + done, PAGE_SIZE);
        clean_and_invalidate_dcache_va_range(page_to_virt(pg), PAGE_SIZE);
        put_page(pg);
    }
}

/* Its virtual count goes on where it was. */
static void __init set_clock(struct domain *d, uint64_t virtual_count)
{
    uint64_t offset = get_cycles() - virtual_count;

    d->arch.virt_timer_base.offset = offset;
    /* It may have run for longer than this host. */
    d->arch.virt_timer_base.nanoseconds =
        (int64_t)(offset - boot_count) < 0 ? -ticks_to_ns(boot_count - offset)
                                           : ticks_to_ns(offset - boot_count);
}

static int __init take_over(struct domain *d, const struct saved_file *file)
{
    const struct vmfile_machine *machine = content(file, VMFILE_MACHINE, 0);
    uint64_t later = get_cycles() - machine->physical_count;
    struct vcpu *v;
    int rc = vgic_v5_state_restore(d, content(file, VMFILE_GIC, 0),
                                   vmfile_find(file->front, VMFILE_GIC,
                                               0)->bytes);

    if ( rc )
        return rc;

    for_each_run(file, fill_run, d);
    d->arch.vgic.v5->shown = machine->cpu;
    set_clock(d, machine->virtual_count);
    vgic_v5_uart_from_file(d, content(file, VMFILE_UART, 0),
                           content(file, VMFILE_LINE, 0));
    for_each_vcpu ( d, v )
        vgic_v5_vcpu_from_file(v, content(file, VMFILE_VCPU, v->vcpu_id),
                               later);

    return 0;
}

/*
 * The caller stops Xen after an error, as for any other domain. Memory alone
 * can be missing: the file has been checked.
 */
int __init vgic_v5_construct_saved(struct domain *d,
                                   const struct dt_device_node *node)
{
    struct saved_file file;
    int rc = map_file(node, &file) ? -EINVAL : 0;

    if ( rc )
        return rc;

    printk("*** RESTORING DOMU cpus=%u ***\n", d->max_vcpus);
    rc = make_vcpus(d);
    if ( !rc )
        rc = make_ram(d, file.front->header.ram_bytes);
    if ( !rc )
        rc = domain_vpl011_init(d, NULL);
    if ( !rc )
        rc = take_over(d, &file);
    unmap_file(&file);

    return rc;
}

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
