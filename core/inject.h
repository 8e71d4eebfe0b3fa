/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Injection of SPIs and LPIs.
 */
#ifndef VGICV5_CORE_INJECT_H
#define VGICV5_CORE_INJECT_H

#include <vgicv5/vm.h>

/* Whether anything can be injected: VGICV5_DEAD, VGICV5_STATE. Any context. */
static inline int vgicv5_injectable(const struct vgicv5_vm *vm)
{
	if (VGICV5_READ_ONCE(vm->dead))
		return VGICV5_DEAD;
	return VGICV5_READ_ONCE(vm->state) == VGICV5_VM_STARTED ? VGICV5_OK : VGICV5_STATE;
}

/* The same of one LPI; VGICV5_INVALID: outside the guest's table, or it has none. */
static inline int vgicv5_lpi_reachable(const struct vgicv5_vm *vm, uint32_t lpi)
{
	int error = vgicv5_injectable(vm);

	if (error)
		return error;
	/* The table may be going away at this moment: then the IRS finds the LPI unreachable and nothing happens. */
	if (!VGICV5_READ_ONCE(vm->lpi_ist.valid) || lpi >> VGICV5_READ_ONCE(vm->lpi_ist.id_bits))
		return VGICV5_INVALID;
	return VGICV5_OK;
}

/*
 * Makes the pending state of a level SPI that of its line; for an SPI below spi_count of a started VM. Any context,
 * no lock, also several at once for the same SPI.
 */
void vgicv5_spi_follow_line(struct vgicv5_vm *vm, uint32_t spi);

#endif
