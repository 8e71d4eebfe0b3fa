/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Test transport: the software GICv5 stands in for the hardware.
 *
 * A guest's GICv5 instructions arrive as HVCs, see vgicv5_soft/word.h. Its
 * interrupts are signalled by HCR_EL2.VI, which can be set for the running
 * vCPU only: when the software GICv5 has something for another CPU, a softirq
 * there makes it leave its guest.
 */
#include <xen/cpumask.h>
#include <xen/errno.h>
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/tasklet.h>
#include <xen/xmalloc.h>

#include <asm/mmio.h>
#include <asm/processor.h>
#include <asm/regs.h>
#include <asm/traps.h>

#include "private.h"
#include "transport.h"

#include <vgicv5/arch/intid.h>
#include <vgicv5/arch/irs.h>
#include <vgicv5_soft/word.h>

/* Never accessed: an address that no frame access can be confused with. */
#define FRAME_BASE      0x10000000UL

#define LPI_ID_BITS     16
#define VM_ID_BITS      8
#define VPE_ID_BITS     8

static struct vgicv5_soft *soft;
static DEFINE_SPINLOCK(soft_lock);
static unsigned long soft_flags; /* of who holds soft_lock */
static struct tasklet *tasklets; /* one for each CPU */

static const struct vgicv5_soft_access at_el2 = { .el = 2, .imo = true };
static const struct vgicv5_soft_access at_el1 = { .el = 1, .imo = true };

/* ---- What the software GICv5 asks for ---- */

static void *soft_alloc(void *ctx, size_t bytes)
{
    return vgic_v5_pool_alloc(bytes);
}

static void soft_free(void *ctx, void *memory, size_t bytes)
{
    vgic_v5_pool_free(memory, bytes);
}

/* Tables are Xen's own memory; guest memory is never reached. */
static bool is_ours(uint64_t pa, size_t bytes)
{
    return bytes && pa + bytes > pa &&
           is_xen_heap_mfn(maddr_to_mfn(pa)) &&
           is_xen_heap_mfn(maddr_to_mfn(pa + bytes - 1));
}

static bool soft_mem_read(void *ctx, uint64_t pa, void *to, size_t bytes)
{
    if ( !is_ours(pa, bytes) )
        return false;

    memcpy(to, maddr_to_virt(pa), bytes);

    return true;
}

static bool soft_mem_write(void *ctx, uint64_t pa, const void *from,
                           size_t bytes)
{
    if ( !is_ours(pa, bytes) )
        return false;

    memcpy(maddr_to_virt(pa), from, bytes);

    return true;
}

static void soft_take_lock(void *ctx)
{
    unsigned long flags;

    spin_lock_irqsave(&soft_lock, flags);
    soft_flags = flags;
}

static void soft_release_lock(void *ctx)
{
    unsigned long flags = soft_flags;

    spin_unlock_irqrestore(&soft_lock, flags);
}

/* This CPU looks at VI before it enters a guest. */
static void soft_signal(void *ctx, unsigned int pe)
{
    if ( !cpu_online(pe) )
        return;

    if ( pe == smp_processor_id() &&
         !(vgicv5_soft_signals(soft, pe, &at_el2) & VGICV5_SOFT_IRQ) )
        return;

    tasklet_schedule_on_cpu(&tasklets[pe], pe);
}

/* Guests can cause them: rate limited. */
static void soft_violation(void *ctx, const char *rule, const char *text)
{
    printk(XENLOG_G_WARNING "vGICv5 checker: %s %s\n", rule, text);
}

static const struct vgicv5_soft_ops soft_ops = {
    .alloc = soft_alloc,
    .free = soft_free,
    .mem_read = soft_mem_read,
    .mem_write = soft_mem_write,
    .lock = soft_take_lock,
    .unlock = soft_release_lock,
    .signal = soft_signal,
    .violation = soft_violation,
};

/* ---- The hypervisor's own accesses: tier 0 of the port ---- */

static void access_here(unsigned int encoding, bool read, uint64_t *value)
{
    enum vgicv5_soft_result result;

    result = vgicv5_soft_sys(soft, smp_processor_id(), &at_el2, encoding,
                             read, value);
    ASSERT(result == VGICV5_SOFT_DONE);
    (void)result;
}

uint64_t vgicv5_soft_here_read(unsigned int encoding)
{
    uint64_t value = 0;

    access_here(encoding, true, &value);

    return value;
}

void vgicv5_soft_here_write(unsigned int encoding, uint64_t value)
{
    access_here(encoding, false, &value);
}

static uint32_t frame_offset(const volatile void *address)
{
    return (unsigned long)address - FRAME_BASE;
}

uint64_t vgicv5_soft_here_mmio_read(const volatile void *address,
                                    unsigned int bytes)
{
    return vgicv5_soft_mmio_read(soft, 0, VGICV5_SOFT_CONFIG_FRAME,
                                 frame_offset(address), bytes);
}

void vgicv5_soft_here_mmio_write(volatile void *address, unsigned int bytes,
                                 uint64_t value)
{
    vgicv5_soft_mmio_write(soft, 0, VGICV5_SOFT_CONFIG_FRAME,
                           frame_offset(address), bytes, value);
}

/* ---- Start ---- */

static void handle_interrupts(void *data)
{
    unsigned long flags;
    unsigned int cpu = smp_processor_id();

    local_irq_save(flags);
    if ( vgicv5_soft_signals(soft, cpu, &at_el2) & VGICV5_SOFT_IRQ )
        vgic_v5_lpis_handle();
    if ( vgicv5_soft_signals(soft, cpu, &at_el2) & VGICV5_SOFT_IRQ )
        tasklet_schedule(&tasklets[cpu]);
    local_irq_restore(flags);
}

static int make_soft(void)
{
    struct vgicv5_soft_config config;
    const char *error;

    vgicv5_soft_default_config(&config, nr_cpu_ids);
    config.ops = &soft_ops;
    config.lpi_id_bits = LPI_ID_BITS;
    config.vm_id_bits = VM_ID_BITS;
    config.vpe_id_bits = VPE_ID_BITS;
    error = vgicv5_soft_create(&soft, &config);
    if ( error )
    {
        printk(XENLOG_ERR "vGICv5: software GICv5: %s\n", error);
        return -EINVAL;
    }

    return 0;
}

int vgic_v5_machine_init(struct vgicv5_irs_desc *irs)
{
    unsigned int i;
    int rc;

    tasklets = xzalloc_array(struct tasklet, nr_cpu_ids);
    rc = tasklets ? vgic_v5_pool_init() : -ENOMEM;
    if ( rc )
        return rc;

    for ( i = 0; i < nr_cpu_ids; i++ )
        softirq_tasklet_init(&tasklets[i], handle_interrupts, NULL);

    rc = make_soft();
    if ( rc )
        return rc;

    printk(XENLOG_WARNING
           "vGICv5: test transport: a software GICv5 stands in for hardware\n");
    irs->config_frame = (volatile void *)FRAME_BASE;

    return vgic_v5_lpis_init(irs->config_frame);
}

void vgic_v5_machine_cpu_init(void)
{
    vgic_v5_lpis_cpu_init();
}

void vgic_v5_machine_dump_in_use(void)
{
    printk("vGICv5 in use below: doorbells %u bytes %zu\n",
           vgic_v5_lpis_in_use(), vgic_v5_pool_in_use());
}

/* ---- The guest ---- */

void vgic_v5_machine_to_guest(struct vcpu *v)
{
    bool pending = vgicv5_soft_signals(soft, smp_processor_id(), &at_el1) &
                   VGICV5_SOFT_VIRQ;

    if ( pending == !!(v->arch.hcr_el2 & HCR_VI) )
        return;

    if ( pending )
        vcpu_hcr_set_flags(v, HCR_VI);
    else
        vcpu_hcr_clear_flags(v, HCR_VI);
}

static void count_access(struct vgic_v5_vcpu *vv, unsigned int encoding,
                         uint64_t value)
{
    vv->counters.instructions++;
    if ( encoding == GICV5_GIC_CDPEND )
        vv->counters.ipis++;
    else if ( encoding == GICV5_GIC_CDIA &&
              GICV5_GET(CDIA_VALID, value) &&
              GICV5_GET(CDIA_TYPE, value) == GICV5_TYPE_PPI &&
              GICV5_GET(CDIA_ID, value) == GICV5_PPI_CNTV )
        vv->counters.ticks++;
}

/* The guest executes one instruction. False: it traps. */
static bool execute(struct vcpu *v, const struct vgicv5_word_access *access,
                    uint64_t *value)
{
    struct vgic_v5_vcpu *vv = v->arch.vgic.v5;
    enum vgicv5_soft_result result;

    vgic_v5_timers_sync(v);

    /* Dead: nothing that it reads matters any more. */
    if ( vgicv5_vcpu_enter(&vv->core) )
        return true;

    result = vgicv5_soft_sys(soft, smp_processor_id(), &at_el1,
                             access->encoding, access->read, value);
    vgicv5_vcpu_exit(&vv->core);
    if ( result != VGICV5_SOFT_DONE )
        return false;

    count_access(vv, access->encoding, *value);

    return true;
}

bool vgic_v5_trap_hvc(struct cpu_user_regs *regs, const union hsr hsr)
{
    struct vcpu *v = current;
    struct vgicv5_word_access access;
    unsigned long flags;
    uint64_t value;
    bool done;

    if ( !(hsr.iss & VGICV5_HVC_MARK) )
        return vgic_v5_ask_for_msi(regs, hsr.iss & 0xffff);

    vgicv5_hvc_access(hsr.iss & 0xffff, &access);
    value = get_user_reg(regs, access.rt);

    local_irq_save(flags);
    done = execute(v, &access, &value);
    local_irq_restore(flags);

    if ( !done && !vgic_v5_trap(v, access.encoding, access.read, &value) )
    {
        /* As of the instruction that the HVC stands for, not behind it. */
        regs->pc -= 4;
        inject_undef_exception(regs, hsr);
    }
    else if ( access.read )
        set_user_reg(regs, access.rt, value);

    return true;
}

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
