/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Events at the IRS: wires, MSIs, SETLPI, doorbells.
 */
#include "model.h"

bool vsoft_event(struct vgicv5_soft *gic, struct vsoft_ist *ist, uint32_t id, enum vsoft_event event)
{
	uint32_t iste;

	gic->counters.events++;
	if (!vsoft_iste_load(gic, ist, id, &iste))
		return false;
	iste &= (uint32_t)~GICV5_MASK(L2_ISTE_PENDING);
	if (event != VSOFT_CLEAR) {
		/* The event decides the handling mode (R_HHKMN). */
		iste &= (uint32_t)~GICV5_MASK(L2_ISTE_HM);
		iste |= (uint32_t)GICV5_PUT(L2_ISTE_HM, event == VSOFT_SET_LEVEL);
		iste |= (uint32_t)GICV5_MASK(L2_ISTE_PENDING);
	}
	vsoft_iste_store(gic, ist, id, iste);
	return true;
}
