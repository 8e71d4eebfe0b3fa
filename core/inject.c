/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "inject.h"

#include <vgicv5/arch/intid.h>

#include "bitmap.h"
#include "eoi.h"

/* @return whether that changed the line. If it did not, this call counts as made before any that changes it now. */
static bool set_line(uint64_t *lines, uint32_t spi, bool asserted)
{
	if (vgicv5_bitmap_test(lines, spi) == asserted)
		return false;
	vgicv5_bitmap_change(lines, spi, asserted);
	return true;
}

int vgicv5_inject_spi(struct vgicv5_vm *vm, uint32_t spi, bool asserted)
{
	int error = vgicv5_injectable(vm);
	bool changed;

	if (error)
		return error;
	if (spi >= vm->config.spi_count)
		return VGICV5_INVALID;
	if (vgicv5_eoi_registered(vm, spi)) {
		vgicv5_eoi_line(vm, spi, asserted);
		return VGICV5_OK;
	}
	/* The line first, then the mode: who changes the mode does it the other way round, so one sees the other. */
	changed = set_line(vm->spi_line, spi, asserted);
	if (!vgicv5_bitmap_test(vm->spi_level, spi)) {
		/* Not only on a change: who sends edges need not lower the line between them. */
		if (asserted)
			vgicv5_inject_pend(vm, GICV5_INTID(GICV5_TYPE_SPI, spi), true);
	} else if (changed) {
		vgicv5_spi_follow_line(vm, spi);
	}
	return VGICV5_OK;
}

int vgicv5_inject_lpi(struct vgicv5_vm *vm, uint32_t lpi)
{
	int error = vgicv5_lpi_reachable(vm, lpi);

	if (error)
		return error;
	vgicv5_inject_pend(vm, GICV5_INTID(GICV5_TYPE_LPI, lpi), true);
	return VGICV5_OK;
}
