/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Virtual IWBs: what the life of a VM and the entry of a vCPU have to do for them. */
#ifndef VGICV5_CORE_VIWB_H
#define VGICV5_CORE_VIWB_H

#include <vgicv5/viwb.h>

/* At the start and the end of a VM, whose mutex is held. May sleep. @return 0; VGICV5_NO_MEMORY. */
int vgicv5_viwb_start(struct vgicv5_vm *vm);
void vgicv5_viwb_stop(struct vgicv5_vm *vm);

/*
 * Handling modes that are due. The vCPU is loaded here and about to enter with VGICV5_RELOAD_MODES: interrupts off.
 * Bounded; with more to do it sets VGICV5_RELOAD_MODES again.
 */
void vgicv5_viwb_set_modes(struct vgicv5_vcpu *vcpu);

/*
 * Whether the handling mode of a wire's LPI is still to be set, and which LPI that is; and the same in a VM that
 * is restored, after its ITS has been, while nothing is injected. No vCPU is loaded.
 */
bool vgicv5_viwb_mode_due(struct vgicv5_viwb *viwb, uint32_t wire, uint32_t *lpi);
void vgicv5_viwb_restore_mode_due(struct vgicv5_viwb *viwb, uint32_t wire, uint32_t lpi);

#endif
