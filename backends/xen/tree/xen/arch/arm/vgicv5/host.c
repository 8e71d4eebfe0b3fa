/* SPDX-License-Identifier: GPL-2.0-only */
/* The library's host and CPUs. */
#include <xen/cpu.h>
#include <xen/errno.h>
#include <xen/init.h>
#include <xen/notifier.h>
#include <xen/percpu.h>

#include "private.h"

struct vgicv5_host vgic_v5_host;

static bool __read_mostly available;
static DEFINE_PER_CPU(struct vgicv5_pcpu, pcpu);

bool vgic_v5_available(void)
{
    return available;
}

struct vgicv5_pcpu *vgic_v5_this_pcpu(void)
{
    return &this_cpu(pcpu);
}

int vgic_v5_errno(int error)
{
    switch ( error )
    {
    case VGICV5_OK:
        return 0;
    case VGICV5_NO_MEMORY:
        return -ENOMEM;
    case VGICV5_NO_ID:
    case VGICV5_LIMIT:
        return -ENOSPC;
    case VGICV5_UNSUPPORTED:
        return -EOPNOTSUPP;
    case VGICV5_BUSY:
    case VGICV5_STATE:
        return -EBUSY;
    case VGICV5_FAULT:
        return -EFAULT;
    case VGICV5_TIMEOUT:
    case VGICV5_REFUSED:
    case VGICV5_DEAD:
        return -EIO;
    default:
        return -EINVAL;
    }
}

static void prepare_cpu(void)
{
    unsigned long flags;

    local_irq_save(flags);
    vgic_v5_machine_cpu_init();
    vgicv5_pcpu_init(&vgic_v5_host, vgic_v5_this_pcpu());
    local_irq_restore(flags);
}

/* On the new CPU, interrupts off. */
static int cpu_callback(struct notifier_block *nfb, unsigned long action,
                        void *hcpu)
{
    if ( action == CPU_STARTING )
        prepare_cpu();

    return NOTIFY_DONE;
}

static struct notifier_block cpu_nfb = {
    .notifier_call = cpu_callback,
};

static int __init host_init(void)
{
    struct vgicv5_irs_desc irs = {};
    const struct vgicv5_host_config config = {
        .irs = &irs,
        .irs_count = 1,
        .coherent = true, /* as long as the test transport's is the only one */
    };
    int error, rc;

    rc = vgic_v5_machine_init(&irs);
    if ( rc )
    {
        printk(XENLOG_INFO "vGICv5: no GICv5 on this host: no domain can have one\n");
        return 0;
    }

    error = vgicv5_host_init(&vgic_v5_host, &config);
    if ( error )
    {
        printk(XENLOG_ERR "vGICv5: host: %s\n", vgicv5_strerror(error));
        return vgic_v5_errno(error);
    }

    prepare_cpu();
    register_cpu_notifier(&cpu_nfb);
    available = true;
    printk(XENLOG_INFO "vGICv5: ready, at most %u vCPUs in a domain\n",
           vgic_v5_max_vcpus());
    vgic_v5_dump_in_use();

    return 0;
}
/* Before the other CPUs come up: the notifier prepares each of them. */
presmp_initcall(host_init);

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
