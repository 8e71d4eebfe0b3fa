/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* MSIs whose translation is known: wait-free, no lock, nothing of the guest's memory. */
#include <vgicv5/arch/intid.h>

#include "inject.h"
#include "vits.h"
#include "vits_cache.h"

/* An LPI beyond the table may be one that was there when the translation was kept: the tables are walked anew. */
int vgicv5_inject_msi(struct vgicv5_vits *vits, uint32_t device_id, uint32_t event_id)
{
	uint64_t *in_flight = vits_begin(vits);
	const struct vgicv5_vm *vm = vits->vm;
	uint32_t lpi;

	if (!vits_cached(vits, device_id, event_id, &lpi) || lpi >= VGICV5_READ_ONCE(vm->lpi_count))
		return vgicv5_vits_miss(vits, device_id, event_id, in_flight);
	vgicv5_inject_pend(vm, GICV5_INTID(GICV5_TYPE_LPI, lpi), true);
	vits_end(in_flight);
	return VGICV5_OK;
}

int vgicv5_inject_msi_cached(struct vgicv5_vits *vits, uint32_t device_id, uint32_t event_id)
{
	uint64_t *in_flight = vits_begin(vits);
	int error = VGICV5_BUSY;
	uint32_t lpi;

	if (vits_cached(vits, device_id, event_id, &lpi))
		error = vgicv5_inject_lpi(vits->vm, lpi);
	vits_end(in_flight);
	return error == VGICV5_INVALID ? VGICV5_BUSY : error;
}
