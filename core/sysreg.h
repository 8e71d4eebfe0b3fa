/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a guest is shown in system registers that trap. */
#ifndef VGICV5_CORE_SYSREG_H
#define VGICV5_CORE_SYSREG_H

#include <vgicv5/vcpu.h>

/* ICC_IDR0_EL1. On a CPU with a GICv5 CPU interface. */
uint64_t vgicv5_sysreg_idr0(const struct vgicv5_vm *vm);

#endif
