/* SPDX-License-Identifier: GPL-2.0-only */
/* A guest's accesses that trap: IRS frames, registers and instructions. */
#ifdef CONFIG_ARM64_SVE
#include <asm/arm64/sve.h>
#endif
#include <asm/cpufeature.h>
#include <asm/mmio.h>
#include <asm/regs.h>
#include <asm/traps.h>

#include "private.h"

#define ID_AA64PFR0_EL1 GICV5_ENC(3, 0, 0, 4, 0)
#define PFR0_GIC_MASK   (0xfUL << 24)
#define PFR2_GCIE       (1UL << GICV5_ID_AA64PFR2_GCIE_LO)

/* All of the GICv5 is in CRn 12, which has VBAR_EL1 and RMR_EL1 as well. */
#define CRN_GIC 12

/* ---- Frames ---- */

static int frame_read(struct vcpu *v, mmio_info_t *info, register_t *r,
                      void *priv)
{
    struct vgic_v5_vcpu *vv = v->arch.vgic.v5;

    vv->counters.frame_accesses++;
    *r = vgicv5_virs_read(&vv->core, info->gpa - VGIC_V5_IRS_BASE,
                          1U << info->dabt.size);

    return 1;
}

static int frame_write(struct vcpu *v, mmio_info_t *info, register_t r,
                       void *priv)
{
    struct vgic_v5_vcpu *vv = v->arch.vgic.v5;

    vv->counters.frame_accesses++;
    vgicv5_virs_write(&vv->core, info->gpa - VGIC_V5_IRS_BASE,
                      1U << info->dabt.size, r);

    return 1;
}

static const struct mmio_handler_ops frame_ops = {
    .read = frame_read,
    .write = frame_write,
};

void vgic_v5_register_frame(struct domain *d)
{
    register_mmio_handler(d, &frame_ops, VGIC_V5_IRS_BASE, VGICV5_VIRS_SIZE,
                          NULL);
}

/* ---- Registers and instructions ---- */

bool vgic_v5_trap(struct vcpu *v, unsigned int encoding, bool read,
                  uint64_t *value)
{
    struct vgic_v5_vcpu *vv = v->arch.vgic.v5;

    vv->counters.traps++;

    return vgicv5_vcpu_trap(&vv->core, encoding, read, value) ==
           VGICV5_TRAP_DONE;
}

/* A GICv5 CPU interface and no other; else what Xen shows to any domain. */
static bool read_id(const struct vcpu *v, unsigned int encoding, uint64_t pfr0,
                    uint64_t *value)
{
    if ( vgic_v5_shown_id(v->domain, encoding, value) )
        return true;

    switch ( encoding )
    {
    case ID_AA64PFR0_EL1:
        *value = pfr0 & ~PFR0_GIC_MASK;
#ifdef CONFIG_ARM64_SVE
        if ( is_sve_domain(v->domain) )
            *value |= system_cpuinfo.pfr64.bits[0] &
                      (0xfUL << ID_AA64PFR0_SVE_SHIFT);
#endif
        return true;

    case GICV5_ID_AA64PFR2_EL1:
        *value = PFR2_GCIE;
        return true;

    default:
        return false;
    }
}

static unsigned int encoding_of(const union hsr hsr)
{
    return GICV5_ENC(hsr.sysreg.op0, hsr.sysreg.op1, hsr.sysreg.crn,
                     hsr.sysreg.crm, hsr.sysreg.op2);
}

bool vgic_v5_trap_sysreg(struct cpu_user_regs *regs, const union hsr hsr,
                         register_t pfr0)
{
    struct vcpu *v = current;
    unsigned int encoding = encoding_of(hsr);
    uint64_t value = get_user_reg(regs, hsr.sysreg.reg);

    if ( regs_mode_is_user(regs) )
        return false;

    if ( hsr.sysreg.crn == CRN_GIC )
    {
        if ( !vgic_v5_trap(v, encoding, hsr.sysreg.read, &value) )
        {
            inject_undef_exception(regs, hsr);
            return true;
        }
    }
    else if ( !hsr.sysreg.read || !read_id(v, encoding, pfr0, &value) )
        return false;

    if ( hsr.sysreg.read )
        set_user_reg(regs, hsr.sysreg.reg, value);
    advance_pc(regs, hsr);

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
