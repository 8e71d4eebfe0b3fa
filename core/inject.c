/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "inject.h"

#include <vgicv5/arch/intid.h>

#include "eoi.h"

#define SPIS_PER_WORD 64

/* @return whether that changed the line. If it did not, this call counts as made before any that changes it now. */
static bool set_line(uint64_t *line, uint64_t bit, bool asserted)
{
	if (((VGICV5_READ_ONCE(*line) & bit) != 0) == asserted)
		return false;
	if (asserted)
		vgicv5_fetch_or(line, bit);
	else
		vgicv5_fetch_andnot(line, bit);
	return true;
}

int vgicv5_inject_spi(struct vgicv5_vm *vm, uint32_t spi, bool asserted)
{
	unsigned int word = spi / SPIS_PER_WORD;
	uint64_t bit = 1ull << (spi % SPIS_PER_WORD);
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
	changed = set_line(&vm->spi_line[word], bit, asserted);
	if (VGICV5_READ_ONCE(vm->spi_level[word]) & bit) {
		if (changed)
			vgicv5_spi_follow_line(vm, spi);
	} else if (asserted) {
		/* Not only on a change: who sends edges need not lower the line between them. */
		vgicv5_inject_pend(vm, GICV5_INTID(GICV5_TYPE_SPI, spi), true);
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
