/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The GICv5 below, for a Xen that has no driver of a physical GICv5: there is
 * none. A driver would probe the IRS in vgic_v5_machine_init() and give
 * doorbells out of its LPIs.
 */
#include <xen/errno.h>
#include <xen/lib.h>

#include "private.h"

#include <vgicv5/port.h>

int vgic_v5_machine_init(struct vgicv5_irs_desc *irs)
{
    return -ENODEV;
}

void vgic_v5_machine_cpu_init(void)
{
}

/* The virtual CPU interface signals by itself. */
void vgic_v5_machine_to_guest(struct vcpu *v)
{
}

void vgic_v5_machine_dump_in_use(void)
{
}

int vgicv5_port_doorbells_create(struct vgicv5_vm *vm, unsigned int count)
{
    return VGICV5_NO_ID;
}

void vgicv5_port_doorbells_destroy(struct vgicv5_vm *vm)
{
}

int vgicv5_port_doorbell_request(struct vgicv5_vm *vm, unsigned int index,
                                 struct vgicv5_vcpu *vcpu, uint32_t *lpi)
{
    return VGICV5_NO_ID;
}

void vgicv5_port_doorbell_steer(struct vgicv5_vm *vm, unsigned int index)
{
}

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
