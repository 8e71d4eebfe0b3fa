/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Wires of assigned devices: the host's SPI drives the VM's without software (IRS_SPI_VMR).
 *
 * The architecture gives no choice of the number: the wire of host SPI n becomes that of the VM's SPI n. Where the host
 * cannot, software goes on: the handler of the physical interrupt calls vgicv5_inject_spi(). An embedder that wants
 * both begins with software and tries to assign.
 */
#ifndef VGICV5_ASSIGN_H
#define VGICV5_ASSIGN_H

#include <vgicv5/vm.h>

/**
 * Gives the wire of the host's SPI `spi` to the VM's SPI of the same number. From then on the guest's trigger mode is
 * that of the wire, its IRS_SPI_RESAMPLER that of the host's IRS, and vgicv5_inject_spi() of a level line only has
 * the wire sampled; edges that it injects are added to those of the wire. vCPUs may run. May sleep.
 *
 * The caller owns the physical interrupt: its handler is not running and will not run again. Nothing is lost or
 * doubled: a level is what the wire is; an edge that the host has not acknowledged yet is made pending in the VM. Only
 * an edge that comes between the look at the physical pending state and the command after it is kept by the physical
 * SPI until the wire is given back, as that state is unreachable meanwhile: let a device with an edge line be quiet.
 *
 * If the SPI is registered for its end of interrupt, GIC CDDI traps for as long as it is both: when the wire rises
 * is not known to software.
 * @return 0; VGICV5_INVALID: no such SPI in the VM or on the host; VGICV5_BUSY: it is assigned already, here or
 *         elsewhere, or the host has acknowledged it and not deactivated it, or it is registered and a loaded vCPU does
 *         not trap yet: software goes on, and it may be tried again; if not, vgicv5_spi_unassign() ends those traps;
 *         VGICV5_REFUSED: the IRS did not do it, or the SPI is not of this domain; VGICV5_NO_MEMORY; VGICV5_STATE;
 *         VGICV5_DEAD. In all of these cases software goes on. VGICV5_TIMEOUT: the IRS did not answer; if
 *         vgicv5_spi_is_assigned() it may have the command, and vgicv5_spi_unassign() or vgicv5_vm_destroy() are to be
 *         repeated until they succeed.
 */
int vgicv5_spi_assign(struct vgicv5_vm *vm, uint32_t spi);

/**
 * Gives the wire back to the host, with the trigger mode that it had there. Pending edges stay pending in the VM. A
 * level line counts as low until vgicv5_inject_spi() says otherwise, and the host's IRS samples the wire: if it is high
 * the physical SPI is pending. The handler may run and inject before this returns. May sleep. vgicv5_vm_destroy() does
 * it for all.
 * @return 0; VGICV5_INVALID: no such SPI, or not assigned; VGICV5_TIMEOUT, VGICV5_REFUSED: it still counts as
 *         assigned, and the call is to be repeated;
 *         VGICV5_STATE. A VM that is dead may still give back.
 */
int vgicv5_spi_unassign(struct vgicv5_vm *vm, uint32_t spi);

/** Whether the IRS has the wire drive the VM's SPI, as far as is known. Any context. */
bool vgicv5_spi_is_assigned(const struct vgicv5_vm *vm, uint32_t spi);

#endif
