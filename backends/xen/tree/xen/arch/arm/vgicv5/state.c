/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Saving and restoring a domain's virtual GICv5, in the library's own format.
 *
 * Functions and no records of a save context: HVM_REGISTER_SAVE_RESTORE and
 * what calls it are x86's, and the headers of an Arm domain's context are
 * empty (public/arch-arm/hvm/save.h). A record would hold these bytes.
 */
#include <xen/lib.h>
#include <xen/sched.h>
#include <xen/xmalloc.h>

#include <asm/vgic.h>

#include "private.h"

#include <vgicv5/state.h>

/* Its vCPUs are off all CPUs, as domain_pause() leaves them. */
static bool is_still(struct domain *d)
{
    const struct vcpu *v;

    for_each_vcpu ( d, v )
        if ( v == current || v->is_running )
            return false;

    return true;
}

int vgic_v5_state_size(struct domain *d, size_t *bytes)
{
    if ( !is_still(d) )
        return -EBUSY;

    return vgic_v5_errno(vgicv5_state_size(&d->arch.vgic.v5->core, bytes));
}

int vgic_v5_state_save(struct domain *d, void *state, size_t size,
                       size_t *bytes)
{
    if ( !is_still(d) )
        return -EBUSY;

    return vgic_v5_errno(vgicv5_state_save(&d->arch.vgic.v5->core, state, size,
                                           bytes));
}

/*
 * A VM like the domain's, for the look only: the vCPUs of a VM are the
 * library's, so no struct domain and no struct vcpu is needed.
 */
int vgic_v5_state_check(unsigned int nr_vcpus, unsigned int nr_spis,
                        const void *state, size_t bytes)
{
    struct vgic_v5_domain *vd = xzalloc(struct vgic_v5_domain);
    int rc = -ENOMEM, error;

    if ( !vd )
        return rc;

    vd->nr_vcpus = nr_vcpus;
    vd->vcpus = xzalloc_array(struct vgic_v5_vcpu, nr_vcpus);
    if ( vd->vcpus )
    {
        rc = vgic_v5_make_vm(vd, nr_spis);
        if ( !rc )
            rc = vgic_v5_errno(vgicv5_state_check(&vd->core, state, bytes));

        error = vgicv5_vm_destroy(&vd->core);
        if ( error )
        {
            /* The IRS may still use its tables: they stay. */
            printk(XENLOG_ERR "vGICv5: a VM is not freed: %s\n",
                   vgicv5_strerror(error));
            return vgic_v5_errno(error);
        }
    }

    xfree(vd->vcpus);
    xfree(vd);

    return rc;
}

int vgic_v5_state_restore(struct domain *d, const void *state, size_t bytes)
{
    if ( !is_still(d) )
        return -EBUSY;

    return vgic_v5_errno(vgicv5_state_restore(&d->arch.vgic.v5->core, state,
                                              bytes));
}

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
