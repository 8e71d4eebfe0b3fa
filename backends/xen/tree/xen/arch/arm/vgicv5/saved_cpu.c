/* SPDX-License-Identifier: GPL-2.0-only */
/* A vCPU that is off all CPUs, in the form of the file; the CPU's model. */
#include <xen/lib.h>
#include <xen/sched.h>
#include <xen/time.h>

#include <asm/regs.h>
#include <asm/time.h>

#include "saved.h"

#include <vgicv5/arch/sysreg.h>

#define TIMER_CONTROL (CNTx_CTL_ENABLE | CNTx_CTL_MASK)

/* ---- The model ---- */

void vgic_v5_cpu_here(struct vmfile_cpu *cpu)
{
    *cpu = (struct vmfile_cpu){
        .midr = READ_SYSREG(MIDR_EL1),
        .ctr = READ_SYSREG(CTR_EL0),
        .dczid = READ_SYSREG(DCZID_EL0),
        .frequency = READ_SYSREG(CNTFRQ_EL0),
        .idregs = {
            READ_SYSREG(ID_AA64PFR0_EL1),
            READ_SYSREG(ID_AA64PFR1_EL1),
            0, /* PFR2, DFR0: all of them is the table's */
            0,
            READ_SYSREG(ID_AA64ISAR0_EL1),
            READ_SYSREG(ID_AA64ISAR1_EL1),
            READ_SYSREG(S3_0_C0_C6_2), /* ISAR2 */
            READ_SYSREG(ID_AA64MMFR0_EL1),
            READ_SYSREG(ID_AA64MMFR1_EL1),
            READ_SYSREG(S3_0_C0_C7_2), /* MMFR2 */
        },
    };
    vmfile_cpu_filter(cpu);
}

void vgic_v5_shown_init(struct vgic_v5_domain *vd)
{
    vgic_v5_cpu_here(&vd->shown);
    vgic_v5_uart_regs_init(&vd->uart);
}

bool vgic_v5_shown_id(const struct domain *d, unsigned int encoding,
                      uint64_t *value)
{
    unsigned int i;

    for ( i = 0; i < VMFILE_IDREGS; i++ )
        if ( vmfile_idregs[i].encoding == encoding )
        {
            *value = d->arch.vgic.v5->shown.idregs[i];
            return true;
        }

    return false;
}

/* ---- Registers ---- */

/* X(of the file, of struct arch_vcpu) */
#define ARCH_REGS(X)              \
    X(sctlr_el1, sctlr)           \
    X(cpacr_el1, cpacr)           \
    X(ttbr0_el1, ttbr0)           \
    X(ttbr1_el1, ttbr1)           \
    X(tcr_el1, ttbcr)             \
    X(mair_el1, mair)             \
    X(amair_el1, amair)           \
    X(esr_el1, esr)               \
    X(far_el1, far)               \
    X(afsr0_el1, afsr0)           \
    X(afsr1_el1, afsr1)           \
    X(par_el1, par)               \
    X(vbar_el1, vbar)             \
    X(tpidr_el0, tpidr_el0)       \
    X(tpidrro_el0, tpidrro_el0)   \
    X(tpidr_el1, tpidr_el1)       \
    X(contextidr_el1, contextidr) \
    X(cntkctl_el1, cntkctl)       \
    X(csselr_el1, csselr)

/* X(of the file and of struct cpu_user_regs) */
#define USER_REGS(X)  \
    X(elr_el1)        \
    X(spsr_el1)       \
    X(sp_el0)         \
    X(sp_el1)

static struct cpu_user_regs *user_regs(const struct vcpu *v)
{
    return &v->arch.cpu_info->guest_cpu_user_regs;
}

static void timer_to_file(const struct vtimer *timer, struct vmfile_timer *to)
{
    to->ctl = timer->ctl & TIMER_CONTROL;
    to->cval = timer->cval;
}

void vgic_v5_vcpu_to_file(const struct vcpu *v, struct vmfile_vcpu *to)
{
    const struct cpu_user_regs *regs = user_regs(v);

    BUILD_BUG_ON(offsetof(struct cpu_user_regs, lr) !=
                 30 * sizeof(register_t)); /* x0 to x30 lie in a row */
    memset(to, 0, sizeof(*to));
    to->on = !test_bit(_VPF_down, &v->pause_flags);
    memcpy(to->x, regs, sizeof(to->x));
    to->pc = regs->pc;
    to->pstate = regs->cpsr;
#define TO_FILE(name, own) to->sys.name = v->arch.own;
    ARCH_REGS(TO_FILE)
#undef TO_FILE
#define TO_FILE(name) to->sys.name = regs->name;
    USER_REGS(TO_FILE)
#undef TO_FILE
    to->sys.vmpidr_el2 = v->arch.vmpidr;
    timer_to_file(&v->arch.virt_timer, &to->timers[VMFILE_CNTV]);
    timer_to_file(&v->arch.phys_timer, &to->timers[VMFILE_CNTP]);
    memcpy(to->fp.v, v->arch.vfp.fpregs, sizeof(to->fp.v));
    to->fp.fpsr = v->arch.vfp.fpsr;
    to->fp.fpcr = v->arch.vfp.fpcr;
}

static void registers_from_file(struct vcpu *v, const struct vmfile_vcpu *from)
{
    struct cpu_user_regs *regs = user_regs(v);

    memset(regs, 0, sizeof(*regs));
    memcpy(regs, from->x, sizeof(from->x));
    regs->pc = from->pc;
    regs->cpsr = from->pstate;
#define FROM_FILE(name, own) v->arch.own = from->sys.name;
    ARCH_REGS(FROM_FILE)
#undef FROM_FILE
#define FROM_FILE(name) regs->name = from->sys.name;
    USER_REGS(FROM_FILE)
#undef FROM_FILE
    memcpy(v->arch.vfp.fpregs, from->fp.v, sizeof(from->fp.v));
    v->arch.vfp.fpsr = from->fp.fpsr;
    v->arch.vfp.fpcr = from->fp.fpcr;
}

/* The virtual one is armed when the vCPU is loaded; Xen emulates this one. */
static void phys_timer_from_file(struct vtimer *timer, uint64_t count)
{
    if ( !(timer->ctl & CNTx_CTL_ENABLE) )
        return;

    if ( timer->cval <= count )
        timer->ctl |= CNTx_CTL_PENDING;
    else
        set_timer(&timer->timer, NOW() + ticks_to_ns(timer->cval - count));
}

void vgic_v5_vcpu_from_file(struct vcpu *v, const struct vmfile_vcpu *from,
                            uint64_t later)
{
    if ( !from->on )
        return;

    registers_from_file(v, from);
    v->arch.virt_timer.ctl = from->timers[VMFILE_CNTV].ctl;
    v->arch.virt_timer.cval = from->timers[VMFILE_CNTV].cval;
    /* The physical count cannot be moved, what is left to wait can. */
    v->arch.phys_timer.ctl = from->timers[VMFILE_CNTP].ctl;
    v->arch.phys_timer.cval = from->timers[VMFILE_CNTP].cval + later;
    phys_timer_from_file(&v->arch.phys_timer, get_cycles());
    vgic_v5_timers_redrive(v);

    v->is_initialised = 1;
    clear_bit(_VPF_down, &v->pause_flags);
}

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
