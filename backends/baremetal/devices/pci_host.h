/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief PCIe host bridge of a VM: one bus by ECAM, with two disks in memory behind it.
 *
 * MSIs go to the VM's ITS; a function's DeviceID is its requester ID. The disks are alike but for their interrupts:
 * 00:01.0 has an MSI-X vector for each of its queues, 00:02.0 one for all of them.
 */
#ifndef SHELL_PCI_HOST_H
#define SHELL_PCI_HOST_H

#include "../vm.h"
#include "virtio_blk.h"

#define PCI_HOST_SLOTS 2u

struct pci_host;

/** One device. */
struct pci_slot {
	struct pci_host *host;
	uint16_t requester;
	struct virtio_pci virtio;
	struct virtio_blk blk;
	size_t allocated;
};

/** One bridge. Its state is `state` and the disks. */
struct pci_host {
	struct shell_vm *vm;
	shell_lock_t lock; /* everything below */
	struct virtio_pci_state state[PCI_HOST_SLOTS];
	struct pci_slot slot[PCI_HOST_SLOTS];
};

/**
 * Gives the VM its bridge. The first disk holds a copy of `content`, padded to whole sectors, or zeros if there is
 * none; the other one zeros. Zeroed before the first call; what an earlier VM had there is given back.
 * @return 0; VGICV5_NO_MEMORY; VGICV5_INVALID: the content is larger than PCI_HOST_MAX_DISK.
 */
int pci_host_create(struct pci_host *host, struct shell_vm *vm, const void *content, size_t bytes);

#define PCI_HOST_DISK_BYTES 0x200000u /**< of the first disk without content */
#define PCI_HOST_SECOND_BYTES 0x80000u
#define PCI_HOST_MAX_DISK 0x800000u

/** All devices back to their state after power-up; the disks keep their content. Any context. */
void pci_host_reset(struct pci_host *host);

#endif
