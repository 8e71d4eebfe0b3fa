/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* VPE table and descriptors. May sleep; the VM's mutex is held. */
#ifndef VGICV5_CORE_VPE_H
#define VGICV5_CORE_VPE_H

#include <vgicv5/vcpu.h>

/* Makes the VPE table of a VM, with its VM descriptor and the descriptors of all its VPEs. VGICV5_NO_MEMORY. */
int vgicv5_vpe_alloc_tables(struct vgicv5_vm *vm);

/* Frees what vgicv5_vpe_alloc_tables() made, part of it too. The IRS must not own it. */
void vgicv5_vpe_free_tables(struct vgicv5_vm *vm);

/* Makes a VPE of a valid VM valid, with its doorbell. As for commands (irs_cmd.h), VGICV5_REFUSED. */
int vgicv5_vpe_make_valid(struct vgicv5_vcpu *vcpu);

#endif
