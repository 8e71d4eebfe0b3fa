/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Injection of SPIs and LPIs.
 */
#ifndef VGICV5_CORE_INJECT_H
#define VGICV5_CORE_INJECT_H

#include <vgicv5/debug.h>
#include <vgicv5/hyp.h>
#include <vgicv5/vm.h>

/* Whether the frames of the VM's interrupt controller are there. What was stored before the start is seen. */
static inline bool vgicv5_vm_is_started(const struct vgicv5_vm *vm)
{
	return VGICV5_LOAD_ACQUIRE(&vm->state) == VGICV5_VM_STARTED;
}

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
	int error;

	/* The table may be going away at this moment: then the IRS finds the LPI unreachable and nothing happens. */
	if (lpi < VGICV5_READ_ONCE(vm->lpi_count))
		return VGICV5_OK;
	error = vgicv5_injectable(vm);
	return error ? error : VGICV5_INVALID;
}

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
