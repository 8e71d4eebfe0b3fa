/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* VPE table and descriptors. May sleep; the VM's mutex is held. */
#ifndef VGICV5_CORE_VPE_H
#define VGICV5_CORE_VPE_H

#include <vgicv5/vcpu.h>

/* Makes the VPE table of a VM, with its VM descriptor and the descriptors of all its VPEs. VGICV5_NO_MEMORY. */
int vgicv5_vpe_alloc_tables(struct vgicv5_vm *vm);

/* Frees what vgicv5_vpe_alloc_tables() made, part of it too. The IRS must not own it. */
void vgicv5_vpe_free_tables(struct vgicv5_vm *vm);

/* As they were after that: for a VM that has become invalid, and shall be valid again. */
void vgicv5_vpe_clear_tables(struct vgicv5_vm *vm);

/* Makes a VPE of a valid VM valid, with its doorbell. As for commands (irs_cmd.h), VGICV5_REFUSED. */
int vgicv5_vpe_make_valid(struct vgicv5_vcpu *vcpu);

/*
 * Keeps a VPE out of the selection for 1ofN interrupts, or lets it in, on a host that has them. As for commands,
 * VGICV5_REFUSED.
 */
int vgicv5_vpe_set_dps(struct vgicv5_vcpu *vcpu, bool dps);

/*
 * A 1ofN interrupt for which no VPE is resident rings the doorbell of one VPE of the VM. It must be one that can be
 * given the interrupt: else it would wake, find nothing, and sleep again, over and over.
 */
int vgicv5_vpe_choose_one_n(struct vgicv5_vm *vm);

#endif
