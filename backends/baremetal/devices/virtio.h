/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The machine's virtio-mmio transports, handed through to one VM.
 *
 * Their DMA goes to the addresses that the guest names: the VM's RAM must be at its own physical address.
 */
#ifndef SHELL_VIRTIO_H
#define SHELL_VIRTIO_H

#include "../vm.h"

/**
 * Maps the transports that have a device behind them into the VM, and forwards their interrupts. Transports share
 * pages, so the VM can reach all of them. Called once.
 * @return a bit for each transport that the VM got.
 */
uint32_t virtio_pass_through(struct shell_vm *vm);

/** Resets the devices, at each start and end of the VM: none of them accesses memory afterwards. Any context. */
void virtio_reset(struct shell_vm *vm, uint32_t transports);

#endif
