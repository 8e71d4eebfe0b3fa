/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Doorbells: the host LPI that says that a VPE which is not resident has an interrupt.
 */
#ifndef VGICV5_CORE_DOORBELL_H
#define VGICV5_CORE_DOORBELL_H

#include <vgicv5/vcpu.h>

/*
 * The value of ICH_CONTEXTR_EL2 that ends the residency of a vCPU which goes idle: V = 0, and DB with DBPM unless
 * nothing could wake it. Steers the doorbell to this CPU if it asks for one. hyp has been saved.
 */
uint64_t vgicv5_doorbell_contextr(struct vgicv5_vcpu *vcpu, const struct vgicv5_pcpu *pcpu);

#endif
