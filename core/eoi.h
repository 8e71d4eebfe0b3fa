/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* End of interrupt: what injection, the world switch and traps have to do for registered SPIs. */
#ifndef VGICV5_CORE_EOI_H
#define VGICV5_CORE_EOI_H

#include <vgicv5/eoi.h>

#include "bitmap.h"

/* Bits of vgicv5_vcpu.reload. */
enum vgicv5_reload {
	VGICV5_RELOAD_IRSEN = 1, /* make resident anew */
	VGICV5_RELOAD_TRAP = 2,	 /* whether to trap GIC CDDI may have changed; on loaded vCPUs only */
	VGICV5_RELOAD_MODES = 4, /* handling modes of LPIs of an IWB are to be set */
};

static inline bool vgicv5_eoi_registered(const struct vgicv5_vm *vm, uint32_t spi)
{
	return VGICV5_READ_ONCE(vm->eoi.used) && vgicv5_bitmap_test(vm->eoi.registered, spi);
}

/* The line of a registered SPI; takes vm->lock, as all below. Any context. */
void vgicv5_eoi_line(struct vgicv5_vm *vm, uint32_t spi, bool asserted);

/* After a change of its trigger mode, or on a resample: pending is made what the line says, if it is level. */
void vgicv5_eoi_refresh(struct vgicv5_vm *vm, uint32_t spi);

/*
 * The vCPU has become loaded here, is about to enter with VGICV5_RELOAD_TRAP, or is no more loaded: interrupts off.
 * The first two set this PE's trap.
 */
void vgicv5_eoi_loaded(struct vgicv5_vcpu *vcpu);
void vgicv5_eoi_left(struct vgicv5_vcpu *vcpu);

/* The guest executed GIC CDDI, which trapped. Context as vgicv5_vcpu_trap(). */
void vgicv5_eoi_deactivate(struct vgicv5_vcpu *vcpu, uint64_t operand);

/*
 * An SPI is about to be assigned, or is no more (assign.h): while it is both registered and claimed it is in flight.
 * VGICV5_BUSY: a loaded vCPU does not trap yet. Any context, also for SPIs that are not registered.
 */
int vgicv5_eoi_claim(struct vgicv5_vm *vm, uint32_t spi);
void vgicv5_eoi_disclaim(struct vgicv5_vm *vm, uint32_t spi);

/* An edge of a registered SPI, whatever its line is. */
void vgicv5_eoi_edge(struct vgicv5_vm *vm, uint32_t spi);

/* ICH_HFGITR_EL2 with and without the trap. */
uint64_t vgicv5_eoi_hfgitr(bool trap);

int vgicv5_eoi_alloc(struct vgicv5_vm *vm);
void vgicv5_eoi_release(struct vgicv5_vm *vm);

#endif
