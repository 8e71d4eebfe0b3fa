/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For tests: a guest asks by an HVC for an MSI, as if a device had written it,
 * and says from which context of Xen it shall come.
 */
#include <xen/bitmap.h>
#include <xen/cpumask.h>
#include <xen/errno.h>
#include <xen/init.h>
#include <xen/sched.h>
#include <xen/smp.h>
#include <xen/tasklet.h>
#include <xen/timer.h>

#include <asm/processor.h>
#include <asm/regs.h>

#include "private.h"
#include "transport.h"

#define REQUESTS 32U
#define DELAY    MICROSECS(50)

/* x2 of the HVC. */
enum context { HERE, HARD_IRQ, SOFTIRQ, TIMER, CONTEXTS };

struct request {
    struct tasklet tasklet;
    struct timer timer;
    struct domain *d; /* with a reference: it may be destroyed meanwhile */
    paddr_t address;
    uint32_t device_id;
    uint32_t event_id;
    int result;
};

static struct request requests[REQUESTS];
static DECLARE_BITMAP(used, REQUESTS);

static void inject(struct request *request)
{
    request->result = vgic_v5_inject_msi(request->d, request->address,
                                         request->device_id,
                                         request->event_id);
}

static void release(struct request *request)
{
    put_domain(request->d);
    smp_mb();
    clear_bit(request - requests, used);
}

static void in_irq_of_another(void *data)
{
    struct request *request = data;

    ASSERT(in_irq());
    inject(request);
}

static void in_softirq(void *data)
{
    struct request *request = data;

    inject(request);
    if ( request->result == -EBUSY ) /* must not be lost: that is counted */
        tasklet_schedule(&request->tasklet);
    else
        release(request);
}

static void in_timer(void *data)
{
    struct request *request = data;

    inject(request);
    if ( request->result == -EBUSY )
        set_timer(&request->timer, NOW() + DELAY);
    else
        release(request);
}

static struct request *take(struct domain *d)
{
    unsigned int i;

    if ( !get_domain(d) )
        return NULL;

    for ( i = 0; i < REQUESTS; i++ )
        if ( !test_and_set_bit(i, used) )
        {
            requests[i].d = d;
            return &requests[i];
        }

    put_domain(d);

    return NULL;
}

/* The results of the later ones are nobody's. */
static int carry_out(struct request *request, enum context context)
{
    int rc = 0;

    switch ( context )
    {
    case SOFTIRQ:
        tasklet_schedule(&request->tasklet);
        return 0;

    case TIMER:
        set_timer(&request->timer, NOW() + DELAY);
        return 0;

    case HARD_IRQ:
        on_selected_cpus(cpumask_of(cpumask_cycle(smp_processor_id(),
                                                  &cpu_online_map)),
                         in_irq_of_another, request, 1);
        rc = request->result;
        break;

    case HERE:
        inject(request);
        rc = request->result;
        break;

    default:
        rc = -EINVAL;
        break;
    }
    release(request);

    return rc;
}

/* x0: DeviceID, x1: EventID, x2: context, x3: address. x0 is the result. */
bool vgic_v5_ask_for_msi(struct cpu_user_regs *regs, unsigned int imm)
{
    struct request *request;

    if ( imm != VGIC_V5_HVC_MSI )
        return false;

    request = take(current->domain);
    if ( !request )
    {
        set_user_reg(regs, 0, -EAGAIN);
        return true;
    }

    request->device_id = get_user_reg(regs, 0);
    request->event_id = get_user_reg(regs, 1);
    request->address = get_user_reg(regs, 3);
    set_user_reg(regs, 0, carry_out(request, get_user_reg(regs, 2)));

    return true;
}

static int __init init_requests(void)
{
    unsigned int i;

    for ( i = 0; i < REQUESTS; i++ )
    {
        softirq_tasklet_init(&requests[i].tasklet, in_softirq, &requests[i]);
        init_timer(&requests[i].timer, in_timer, &requests[i],
                   i % num_online_cpus());
    }

    return 0;
}
__initcall(init_requests);

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
