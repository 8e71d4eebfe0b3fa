/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Life cycle of VMs: what only the restore of a state needs. */
#ifndef VGICV5_CORE_VM_H
#define VGICV5_CORE_VM_H

#include <vgicv5/vm.h>

/*
 * Takes a started VM back from the IRS, lets `fill` write the tables of its interrupts, which the IRS must not own when
 * they are written, makes it valid again with its VPEs as they were at the start, and has `finish` do the rest. An LPI
 * table that has been made but not been valid becomes valid, too. Nothing may be loaded, and nothing be injected. May
 * sleep; the VM's mutex is held.
 * VGICV5_REFUSED, VGICV5_TIMEOUT: the VM is as after vgicv5_vm_destroy(), successful or not.
 */
int vgicv5_vm_refill(struct vgicv5_vm *vm, void (*fill)(void *ctx), int (*finish)(void *ctx), void *ctx);

#endif
