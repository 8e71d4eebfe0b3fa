/* SPDX-License-Identifier: GPL-2.0-only */
/* Debug keys. */
#include <xen/event.h>
#include <xen/init.h>
#include <xen/keyhandler.h>
#include <xen/lib.h>
#include <xen/rcupdate.h>
#include <xen/softirq.h>

#include <asm/current.h>

#include "private.h"

#include <vgicv5/debug.h>

struct vgic_v5_in_use vgic_v5_in_use;

void vgic_v5_dump_in_use(void)
{
    printk("vGICv5 in use: domains %d pages %d\n",
           atomic_read(&vgic_v5_in_use.domains),
           atomic_read(&vgic_v5_in_use.pages));
    vgic_v5_machine_dump_in_use();
}

static void print_line(void *ctx, const char *line)
{
    printk("%s\n", line);
}

/* One line of "name value" pairs. */
static void print_counters(const struct vgic_v5_vcpu *vv)
{
    const struct vgic_v5_counters *counters = &vv->counters;

    printk("vGICv5 counters d%dv%u", vv->owner->d->domain_id,
           vv->core.vpe_id);
#define PRINT(name) printk(" " #name " %"PRIu64, counters->name);
    VGIC_V5_COUNTERS(PRINT)
#undef PRINT
    printk("\n");
}

void vgic_v5_dump_vcpu(struct vcpu *v)
{
    struct vgic_v5_vcpu *vv = v->arch.vgic.v5;

    if ( !vv )
        return;

    vgicv5_dump_vcpu(&vv->core, print_line, NULL);
    print_counters(vv);
}

static void dump_all(unsigned char key)
{
    struct domain *d;
    struct vcpu *v;

    printk("'%c' pressed -> dumping virtual GICv5s\n", key);
    if ( !vgic_v5_available() )
    {
        printk("no GICv5\n");
        return;
    }

    vgicv5_dump_host(&vgic_v5_host, print_line, NULL);
    vgic_v5_dump_in_use();

    rcu_read_lock(&domlist_read_lock);
    for_each_domain ( d )
    {
        if ( !vgic_is_v5(d) || !d->arch.vgic.v5 )
            continue;

        printk("%pd\n", d);
        vgicv5_dump_vm(&d->arch.vgic.v5->core, print_line, NULL);
        for_each_vcpu ( d, v )
        {
            process_pending_softirqs();
            vgic_v5_dump_vcpu(v);
        }
    }
    rcu_read_unlock(&domlist_read_lock);
    printk("vGICv5 dump done\n");
}

#ifdef CONFIG_VGIC_V5_TEST_TRANSPORT
/*
 * Without a toolstack nothing ever destroys a domain, so the tests have a key
 * for it.
 */
static struct domain *first_domain(void)
{
    struct domain *d;

    rcu_read_lock(&domlist_read_lock);
    for_each_domain ( d )
        if ( vgic_is_v5(d) && get_domain(d) )
            break;
    rcu_read_unlock(&domlist_read_lock);

    return d;
}

static void destroy_first(unsigned char key)
{
    struct domain *d = first_domain();
    domid_t id;
    int rc;

    if ( !d )
    {
        printk("vGICv5: no domain to destroy\n");
        return;
    }

    id = d->domain_id;
    printk("vGICv5: destroying d%d\n", id);

    /*
     * This is the idle vCPU, and domain_kill() asks whether interrupts of the
     * current vCPU call for preemption: a vCPU without vGIC had better mask
     * them. It never goes to a guest.
     */
    guest_cpu_user_regs()->cpsr |= PSR_IRQ_MASK;
    do {
        process_pending_softirqs();
        /* domctl_lock would be held, but nobody here could make a domctl. */
        rc = domain_kill(d);
    } while ( rc == -ERESTART );
    put_domain(d);
    rcu_barrier(); /* the rest is done after a grace period */
    printk("vGICv5: destroyed d%d (%d)\n", id, rc);
}
#endif

static int __init register_keys(void)
{
    register_keyhandler('5', dump_all, "dump virtual GICv5s", true);
#ifdef CONFIG_VGIC_V5_TEST_TRANSPORT
    register_keyhandler('6', destroy_first,
                        "destroy the first domain with a GICv5", false);
#endif

    return 0;
}
__initcall(register_keys);

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
