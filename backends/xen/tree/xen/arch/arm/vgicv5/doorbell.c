/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Doorbells: LPIs of the software GICv5, each of one vCPU. What a driver of a
 * physical GICv5 would do, in small.
 */
#include <xen/bitmap.h>
#include <xen/errno.h>
#include <xen/lib.h>
#include <xen/spinlock.h>

#include "private.h"
#include "transport.h"

#include <vgicv5/arch/intid.h>
#include <vgicv5/arch/irs.h>
#include <vgicv5/port.h>

#define LPI_COUNT   4096U
#define PRIORITY    16U
#define AT_ONCE     64U    /* interrupts before softirqs get a turn */
#define TIMEOUT_US  100000U

static DEFINE_SPINLOCK(lock);
static DECLARE_BITMAP(taken, LPI_COUNT);
static struct vgicv5_vcpu *targets[LPI_COUNT];
static DEFINE_PER_CPU(unsigned int, handled); /* LPI + 1, 0: none */

static volatile uint8_t *irs;

static int wait_for(unsigned int offset, uint64_t idle)
{
    uint64_t end = vgicv5_port_clock_us() + TIMEOUT_US;

    while ( !(vgicv5_mmio_read32(irs + offset) & idle) )
        if ( vgicv5_port_clock_us() > end )
            return -EIO;

    return 0;
}

static int make_lpi_table(void)
{
    uint32_t idr2 = vgicv5_mmio_read32(irs + GICV5_IRS_IDR2);
    unsigned int id_bits = GICV5_GET(IRS_IDR2_MIN_LPI_ID_BITS, idr2);
    size_t bytes;
    void *table;

    while ( (1U << id_bits) < LPI_COUNT )
        id_bits++;

    bytes = sizeof(uint32_t) << id_bits;
    table = vgicv5_port_alloc(bytes, bytes);
    if ( !table )
        return -ENOMEM;

    vgicv5_mmio_write32(irs + GICV5_IRS_IST_CFGR,
                        GICV5_PUT(IRS_IST_CFGR_LPI_ID_BITS, id_bits));
    vgicv5_mmio_write64(irs + GICV5_IRS_IST_BASER,
                        vgicv5_port_phys(table) |
                        GICV5_PUT(IRS_IST_BASER_VALID, 1));

    return wait_for(GICV5_IRS_IST_STATUSR, GICV5_MASK(IRS_IST_STATUSR_IDLE));
}

int vgic_v5_lpis_init(volatile void *frame)
{
    int rc;

    irs = frame;
    vgicv5_mmio_write32(irs + GICV5_IRS_CR1,
                        GICV5_PUT(IRS_CR1_SH, 3) | GICV5_PUT(IRS_CR1_IC, 1) |
                        GICV5_PUT(IRS_CR1_OC, 1));
    rc = make_lpi_table();
    if ( rc )
        return rc;

    vgicv5_mmio_write32(irs + GICV5_IRS_CR0, GICV5_PUT(IRS_CR0_IRSEN, 1));

    return wait_for(GICV5_IRS_CR0, GICV5_MASK(IRS_CR0_IDLE));
}

void vgic_v5_lpis_cpu_init(void)
{
    vgicv5_write_ICC_PCR_EL1(GICV5_PRIORITY_LOWEST);
    vgicv5_write_ICC_CR0_EL1(vgicv5_read_ICC_CR0_EL1() |
                             GICV5_PUT(ICC_CR0_EL1_EN, 1));
    vgicv5_isb();
}

static void ring(unsigned int lpi)
{
    struct vgicv5_vcpu *vcpu;
    unsigned long flags;

    if ( lpi >= LPI_COUNT )
        return;

    spin_lock_irqsave(&lock, flags);
    vcpu = targets[lpi];
    if ( vcpu )
        this_cpu(handled) = lpi + 1;
    spin_unlock_irqrestore(&lock, flags);

    if ( !vcpu )
        return;

    to_vcpu(vcpu)->counters.doorbells++;
    vgicv5_doorbell_fired(vcpu);
    smp_mb();
    write_atomic(&this_cpu(handled), 0U);
}

void vgic_v5_lpis_handle(void)
{
    uint64_t intid;
    unsigned int i;

    for ( i = 0; i < AT_ONCE; i++ )
    {
        intid = vgicv5_gicr_CDIA();
        if ( !GICV5_GET(CDIA_VALID, intid) )
            return;

        vgicv5_gsb_ACK();
        vgicv5_isb();
        vgicv5_gic_CDEOI();
        if ( GICV5_GET(CDIA_TYPE, intid) == GICV5_TYPE_LPI )
            ring(GICV5_GET(CDIA_ID, intid));
        vgicv5_gic_CDDI(intid);
    }
}

unsigned int vgic_v5_lpis_in_use(void)
{
    return bitmap_weight(taken, LPI_COUNT);
}

/* ---- The library's doorbells ---- */

static uint64_t operand(unsigned int lpi)
{
    return GICV5_INTID(GICV5_TYPE_LPI, lpi);
}

/* An IAFFID of the software GICv5 is the number of the CPU. */
static void route_here(unsigned int lpi)
{
    vgicv5_gic_CDAFF(operand(lpi) |
                     GICV5_PUT(CDAFF_IAFFID, smp_processor_id()));
}

/* Each is taken by itself. */
int vgicv5_port_doorbells_create(struct vgicv5_vm *vm, unsigned int count)
{
    return VGICV5_OK;
}

int vgicv5_port_doorbell_request(struct vgicv5_vm *vm, unsigned int index,
                                 struct vgicv5_vcpu *vcpu, uint32_t *lpi)
{
    unsigned long flags;
    unsigned int id;

    spin_lock_irqsave(&lock, flags);
    id = find_first_zero_bit(taken, LPI_COUNT);
    if ( id < LPI_COUNT )
    {
        __set_bit(id, taken);
        targets[id] = vcpu;
    }
    spin_unlock_irqrestore(&lock, flags);

    if ( id >= LPI_COUNT )
        return VGICV5_NO_ID;

    vgicv5_gic_CDPRI(operand(id) | GICV5_PUT(CDPRI_PRIORITY, PRIORITY));
    vgicv5_gic_CDHM(operand(id) | GICV5_PUT(CDHM_HM, GICV5_HM_EDGE));
    route_here(id);
    vgicv5_gic_CDEN(operand(id));
    vgicv5_gsb_SYS();
    to_vcpu(vcpu)->doorbell = id + 1;
    *lpi = id;

    return VGICV5_OK;
}

/* Interrupts off, as any other software GICv5 access of the put. */
void vgicv5_port_doorbell_steer(struct vgicv5_vm *vm, unsigned int index)
{
    route_here(to_domain(vm)->vcpus[index].doorbell - 1);
}

static void release(unsigned int lpi)
{
    unsigned long flags;
    unsigned int cpu;

    vgicv5_gic_CDDIS(operand(lpi));
    vgicv5_gic_CDPEND(operand(lpi) | GICV5_PUT(CDPEND_PENDING, 0));
    vgicv5_gsb_SYS();

    spin_lock_irqsave(&lock, flags);
    targets[lpi] = NULL;
    spin_unlock_irqrestore(&lock, flags);

    /* A handler that has found the vCPU may still run. */
    for_each_online_cpu ( cpu )
        while ( read_atomic(&per_cpu(handled, cpu)) == lpi + 1 )
            cpu_relax();

    clear_bit(lpi, taken);
}

void vgicv5_port_doorbells_destroy(struct vgicv5_vm *vm)
{
    struct vgic_v5_domain *vd = to_domain(vm);
    unsigned int i;

    for ( i = 0; i < vd->nr_vcpus; i++ )
    {
        if ( vd->vcpus[i].doorbell )
            release(vd->vcpus[i].doorbell - 1);
        vd->vcpus[i].doorbell = 0;
    }
}

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
