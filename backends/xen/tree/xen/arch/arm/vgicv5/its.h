/* SPDX-License-Identifier: GPL-2.0-only */
/* ITS and IWB of a domain, as the rest of the virtual GICv5 sees them. */
#ifndef __VGIC_V5_ITS_H__
#define __VGIC_V5_ITS_H__

#include <vgicv5/viwb.h>

#include <vgicv5/arch/irs.h>

struct vgic_v5_domain;

/*
 * DeviceID of the IWB: the last function of the last PCI bus, which no device
 * will want.
 */
#define VGIC_V5_IWB_DEVICE 0xffffU

/* ---- its.c: nothing is done in a domain without ITS ---- */

/* Of the life cycle, in this order. init() returns an error of the library. */
int vgic_v5_its_init(struct vgic_v5_domain *vd);
void vgic_v5_its_register_frames(struct vgic_v5_domain *vd);
void vgic_v5_its_stop(struct vgic_v5_domain *vd);
void vgic_v5_its_free(struct vgic_v5_domain *vd);

/* NULL if there is none. */
struct vgicv5_vits *vgic_v5_its_core(const struct vgic_v5_domain *vd);

/* ---- iwb.c: the same for the IWB, which comes after the ITS ---- */

int vgic_v5_iwb_init(struct vgic_v5_domain *vd, unsigned int nr_spis);
void vgic_v5_iwb_register_frame(struct vgic_v5_domain *vd);
void vgic_v5_iwb_stop(struct vgic_v5_domain *vd);
void vgic_v5_iwb_free(struct vgic_v5_domain *vd);

/* A wire as it is now. Any context; only for a domain that has an IWB. */
void vgic_v5_iwb_set_wire(struct vgic_v5_domain *vd, unsigned int wire,
                          bool level);

#endif

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
