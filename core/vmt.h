/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* VM table: VM IDs and VM table entries. May sleep, but for vgicv5_vmte_*(). */
#ifndef VGICV5_CORE_VMT_H
#define VGICV5_CORE_VMT_H

#include <vgicv5/vm.h>

/* Makes the table for `max_vms` VMs and gives it to the IRS. Errors as vgicv5_host_init(). */
int vgicv5_vmt_create(struct vgicv5_host *host, uint32_t max_vms);

/* Takes the table from the IRS and frees it. VGICV5_TIMEOUT, VGICV5_REFUSED: everything is kept. */
int vgicv5_vmt_destroy(struct vgicv5_host *host);

/* Whether a VM ID is taken. */
bool vgicv5_vmt_in_use(struct vgicv5_host *host);

/*
 * Takes a VM ID, sets vm->vm_id and vm->vmte; the entry is invalid and zero.
 * Errors: VGICV5_NO_ID, VGICV5_NO_MEMORY, and as for commands (irs_cmd.h), VGICV5_REFUSED.
 */
int vgicv5_vmt_claim(struct vgicv5_vm *vm);

/* Zeroes the entry, which must not be valid, and gives the VM ID back. Does nothing without an entry. */
void vgicv5_vmt_release(struct vgicv5_vm *vm);

/* A doubleword of the entry, enum gicv5_vmte_dword. Software never writes VALID of a valid VMTE (R_DLKTX). */
void vgicv5_vmte_write(struct vgicv5_vm *vm, unsigned int dword, uint64_t value);
uint64_t vgicv5_vmte_read(struct vgicv5_vm *vm, unsigned int dword);

#endif
