/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief End of interrupt: hearing that a guest has deactivated an SPI.
 *
 * For whoever drives a level line that must be sampled again, as for an assigned device. While a registered SPI is in
 * flight, from its becoming pending until its deactivation, every vCPU of the VM traps GIC CDDI: it may be acknowledged
 * on one and deactivated on another. Interrupts that nobody registered for cost nothing while none of the registered
 * ones is in flight.
 */
#ifndef VGICV5_EOI_H
#define VGICV5_EOI_H

#include <vgicv5/vcpu.h>

/**
 * Registers for an SPI of a started VM: each time the guest deactivates it while it is active,
 * vgicv5_vm_config.deactivated is called, once. If its line is asserted it counts as in flight. Any context.
 *
 * Injection of a registered SPI takes a lock (vgicv5_vm.lock), and when no other was in flight it becomes pending only
 * when every loaded vCPU has been kicked and traps.
 * @return 0; VGICV5_INVALID: no such SPI; VGICV5_BUSY: registered already; VGICV5_UNSUPPORTED: the VM was made without
 *         vgicv5_vm_config.deactivated; VGICV5_STATE: not started; VGICV5_DEAD.
 */
int vgicv5_eoi_register(struct vgicv5_vm *vm, uint32_t spi);

/**
 * Ends that. No call for the SPI begins after this has returned; one that is under way on another CPU may not have
 * ended. The interrupt itself, pending or active, is not touched. Any context.
 * @return 0; VGICV5_INVALID: no such SPI, or not registered; VGICV5_STATE; VGICV5_DEAD.
 */
int vgicv5_eoi_unregister(struct vgicv5_vm *vm, uint32_t spi);

#endif
