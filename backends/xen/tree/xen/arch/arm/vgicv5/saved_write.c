/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A domain to a file: debug key 7. The domain is paused meanwhile. All is
 * done in one go, by a tasklet of the idle vCPU: between two pieces of at
 * most a page softirqs are handled, but this CPU runs no vCPU until the end.
 */
#include <xen/domain_page.h>
#include <xen/init.h>
#include <xen/keyhandler.h>
#include <xen/lib.h>
#include <xen/param.h>
#include <xen/rcupdate.h>
#include <xen/sched.h>
#include <xen/softirq.h>
#include <xen/xmalloc.h>

#include <asm/p2m.h>
#include <asm/time.h>

#include "saved.h"

#include <writer.h>

/* Interrupts of other domains' making may arrive meanwhile. */
#define ATTEMPTS 100

/* Files are this with ".d<domain>" behind it. */
static char __read_mostly prefix[128];
string_param("vgicv5_save", prefix);

struct saver {
    struct vmfile_writer writer;
    struct domain *d;
    uint64_t ram_bytes;
    uint64_t handle;
    struct page_info *page;     /* of the domain, got */
};

static bool write_piece(void *ctx, const void *data, size_t bytes)
{
    struct saver *s = ctx;

    process_pending_softirqs();

    return vgic_v5_file_write(s->handle, data, bytes);
}

/* ---- Memory ---- */

static const uint64_t zeroes[PAGE_SIZE / sizeof(uint64_t)];

/*
 * The domain is paused, and nobody else changes its p2m in such a machine.
 * Pages that it has given back read as zeroes.
 */
static const void *ram_page(void *ctx, uint64_t offset)
{
    struct saver *s = ctx;

    if ( s->page )
        put_page(s->page);

    s->page = get_page_from_gfn(s->d, paddr_to_pfn(GUEST_RAM0_BASE + offset),
                                NULL, P2M_ALLOC);

    return s->page ? page_to_virt(s->page) : zeroes;
}

/* It may have written with its caches off. */
static void clean_ram(struct saver *s)
{
    uint64_t at;

    for ( at = 0; at < s->ram_bytes; at += PAGE_SIZE )
        clean_and_invalidate_dcache_va_range(ram_page(s, at), PAGE_SIZE);
}

static void add_ram(struct saver *s)
{
    clean_ram(s);
    vmfile_add_memory(&s->writer, VMFILE_RAM, 0, s->ram_bytes, ram_page, s);
    if ( s->page )
        put_page(s->page);
}

/* ---- The rest ---- */

static void add_section(struct saver *s, const char *kind, uint32_t index,
                        const void *data, size_t bytes)
{
    vmfile_begin(&s->writer, kind, index);
    vmfile_add(&s->writer, data, bytes);
}

static int take_gic(struct saver *s)
{
    size_t bytes;
    void *state;
    int rc = vgic_v5_state_size(s->d, &bytes);

    if ( rc )
        return rc;

    state = xmalloc_bytes(bytes);
    if ( !state )
        return -ENOMEM;

    rc = vgic_v5_state_save(s->d, state, bytes, NULL);
    if ( !rc )
        add_section(s, VMFILE_GIC, 0, state, bytes);
    xfree(state);

    return rc;
}

static void add_gic(struct saver *s)
{
    unsigned int attempt = 0;
    int rc;

    do
        rc = take_gic(s);
    while ( (rc == -EBUSY || rc == -ENOSPC) && ++attempt < ATTEMPTS );

    if ( rc )
        s->writer.wrong = "its interrupt controller is not saved";
}

static void add_machine(struct saver *s)
{
    uint64_t now = get_cycles();
    const struct vmfile_machine machine = {
        .cpu = s->d->arch.vgic.v5->shown,
        .virtual_count = now - s->d->arch.virt_timer_base.offset,
        .physical_count = now,
    };

    add_section(s, VMFILE_MACHINE, 0, &machine, sizeof(machine));
}

static void add_vcpus(struct saver *s)
{
    struct vmfile_vcpu *vcpu = xmalloc(struct vmfile_vcpu);
    const struct vcpu *v;

    if ( !vcpu )
    {
        s->writer.wrong = "no memory";
        return;
    }

    for_each_vcpu ( s->d, v )
    {
        vgic_v5_vcpu_to_file(v, vcpu);
        add_section(s, VMFILE_VCPU, v->vcpu_id, vcpu, sizeof(*vcpu));
    }
    xfree(vcpu);
}

static void add_uart(struct saver *s)
{
    struct vmfile_uart *uart = xmalloc(struct vmfile_uart);
    struct vmfile_line *line = xmalloc(struct vmfile_line);

    if ( uart && line )
    {
        vgic_v5_uart_to_file(s->d, uart, line);
        add_section(s, VMFILE_UART, 0, uart, sizeof(*uart));
        add_section(s, VMFILE_LINE, 0, line, sizeof(*line));
    }
    else
        s->writer.wrong = "no memory";
    xfree(uart);
    xfree(line);
}

static void write_front(struct saver *s)
{
    if ( !vmfile_finish(&s->writer, "domain", s->d->max_vcpus, s->ram_bytes) &&
         (!vgic_v5_file_rewind(s->handle) ||
          !vgic_v5_file_write(s->handle, s->writer.front,
                              sizeof(*s->writer.front))) )
        s->writer.wrong = "the file cannot be written";
}

static void write_all(struct saver *s)
{
    /* Room for the front, which is written last. */
    if ( !vgic_v5_file_write(s->handle, s->writer.front,
                             sizeof(*s->writer.front)) )
    {
        s->writer.wrong = "the file cannot be written";
        return;
    }

    add_gic(s);
    add_machine(s);
    add_vcpus(s);
    add_uart(s);
    add_ram(s);
    write_front(s);
}

/* NULL: all that it is can be in a file. */
static const char *cannot_be_saved(const struct domain *d)
{
    if ( !d->arch.vpl011.backend.xen )
        return "it has no vpl011";
    if ( d->arch.vgic.v5->its )
        return "it has an ITS";
    if ( read_atomic(&d->active_evtchns) )
        return "it has event channels";
    if ( !gfn_eq(page_get_xenheap_gfn(virt_to_page(d->shared_info)),
                 INVALID_GFN) )
        return "it has mapped Xen's shared page";

    return NULL;
}

static const char *save(struct domain *d, const char *name)
{
    struct saver s = {
        .d = d,
        .ram_bytes = (uint64_t)d->max_pages << PAGE_SHIFT,
        .writer.write = write_piece,
    };
    const char *wrong = cannot_be_saved(d);

    if ( wrong )
        return wrong;

    s.writer.ctx = &s;
    s.writer.front = xzalloc(struct vmfile_front);
    if ( !s.writer.front )
        return "no memory";

    s.writer.wrong = vgic_v5_file_create(&s.handle, name);
    if ( !s.writer.wrong )
    {
        write_all(&s);
        if ( !vgic_v5_file_close(s.handle) && !s.writer.wrong )
            s.writer.wrong = "the file cannot be closed";
    }
    xfree(s.writer.front);

    return s.writer.wrong;
}

/* ---- The key ---- */

static struct domain *first_domain(void)
{
    struct domain *d;

    rcu_read_lock(&domlist_read_lock);
    for_each_domain ( d )
        if ( vgic_is_v5(d) && !d->is_dying && get_domain(d) )
            break;
    rcu_read_unlock(&domlist_read_lock);

    return d;
}

static void save_first(unsigned char key)
{
    char name[sizeof(prefix) + 16];
    struct domain *d = first_domain();
    const char *wrong;

    if ( !d || !prefix[0] )
        printk("vGICv5: not saved: %s\n",
               d ? "no vgicv5_save=PREFIX on the command line" : "no domain");
    else
    {
        snprintf(name, sizeof(name), "%s.d%d", prefix, d->domain_id);
        domain_pause(d);
        wrong = save(d, name);
        /* What the domain says after this line is not in the file. */
        if ( wrong )
            printk("vGICv5: d%d not saved: %s\n", d->domain_id, wrong);
        else
            printk("vGICv5: d%d saved\n", d->domain_id);
        domain_unpause(d);
    }
    if ( d )
        put_domain(d);
}

static int __init register_key(void)
{
    register_keyhandler('7', save_first,
                        "save the first domain with a GICv5 to a file", false);

    return 0;
}
__initcall(register_key);

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
