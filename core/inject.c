/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "inject.h"

#include <vgicv5/arch/intid.h>

#include "eoi.h"

#define SPIS_PER_WORD 64

/*
 * Two CPUs may change one line at the same time, and their VDPENDs may then take effect in the other order than
 * their changes of the bitmap: an instruction's effect comes in finite time, no more (R_XCLJC). So each waits for its
 * own effect and looks again. Whichever effect is last, its CPU looked at the line after it, and put right what
 * it saw. A turn more means that another call has changed the line meanwhile: lock-free, and with nobody else
 * there it is one turn.
 */
void vgicv5_spi_follow_line(struct vgicv5_vm *vm, uint32_t spi)
{
	const uint64_t *line = &vm->spi_line[spi / SPIS_PER_WORD];
	uint64_t bit = 1ull << (spi % SPIS_PER_WORD);
	uint64_t asserted;

	do {
		asserted = VGICV5_READ_ONCE(*line) & bit;
		vgicv5_pend(vm, GICV5_INTID(GICV5_TYPE_SPI, spi), asserted != 0);
		vgicv5_gsb_SYS();
	} while ((VGICV5_READ_ONCE(*line) & bit) != asserted);
}

int vgicv5_inject_spi(struct vgicv5_vm *vm, uint32_t spi, bool asserted)
{
	unsigned int word = spi / SPIS_PER_WORD;
	uint64_t bit = 1ull << (spi % SPIS_PER_WORD);
	int error = vgicv5_injectable(vm);
	uint64_t old;

	if (error)
		return error;
	if (spi >= vm->config.spi_count)
		return VGICV5_INVALID;
	if (vgicv5_eoi_registered(vm, spi)) {
		vgicv5_eoi_line(vm, spi, asserted);
		return VGICV5_OK;
	}
	old = asserted ? vgicv5_fetch_or(&vm->spi_line[word], bit)
		       : vgicv5_fetch_andnot(&vm->spi_line[word], bit);
	if (VGICV5_READ_ONCE(vm->spi_level[word]) & bit) {
		if (((old & bit) != 0) != asserted)
			vgicv5_spi_follow_line(vm, spi);
	} else if (asserted) {
		/* Not only on a change: who sends edges need not lower the line between them. */
		vgicv5_pend(vm, GICV5_INTID(GICV5_TYPE_SPI, spi), true);
	}
	return VGICV5_OK;
}

int vgicv5_inject_lpi(struct vgicv5_vm *vm, uint32_t lpi)
{
	int error = vgicv5_lpi_reachable(vm, lpi);

	if (error)
		return error;
	vgicv5_pend(vm, GICV5_INTID(GICV5_TYPE_LPI, lpi), true);
	return VGICV5_OK;
}
