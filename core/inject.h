/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Injection of SPIs and LPIs.
 */
#ifndef VGICV5_CORE_INJECT_H
#define VGICV5_CORE_INJECT_H

#include <vgicv5/debug.h>
#include <vgicv5/hyp.h>

/* What was stored before the injection is there when the guest takes the interrupt. */
static inline void vgicv5_inject_pend(const struct vgicv5_vm *vm, uint32_t intid, bool pending)
{
	VGICV5_TRACE(inject, vm->vm_id, intid, pending);
	vgicv5_dsb_st();
	vgicv5_hyp_pend(vm->vm_id, intid, pending);
}

/*
 * Makes the pending state of a level SPI that of its line; for an SPI below spi_count of a started VM. Any context,
 * no lock, also several at once for the same SPI.
 */
void vgicv5_spi_follow_line(struct vgicv5_vm *vm, uint32_t spi);

#endif
