/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief PPIs: state inside the CPU interface, physical and virtual, and direct virtual injection.
 */
#include "model.h"

uint64_t vsoft_ppi_handling(const struct vgicv5_soft *gic, unsigned int word)
{
	uint64_t edge = word == 0 ? (uint64_t)1 << GICV5_PPI_SW : 0; /* R_CFSKX; CTIIRQ is Level here */

	return gic->config.ppi_implemented[word] & ~edge;
}

uint64_t vsoft_ppi_pending(const struct vsoft_pe *pe, bool virtual, unsigned int word)
{
	if (!virtual)
		return pe->physical.ppis.pending[word];
	/* D_QNZMN: with DVI the virtual pending state is that of the physical PPI. */
	return (pe->physical.ppis.pending[word] & pe->dvi[word]) |
	       (pe->virtual.ppis.pending[word] & ~pe->dvi[word]);
}

void vsoft_ppi_write_pending(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int word,
			     uint64_t bits, bool set)
{
	uint64_t edge = gic->config.ppi_implemented[word] & ~vsoft_ppi_handling(gic, word);
	uint64_t shared = virtual ? pe->dvi[word] : ~(uint64_t)0;

	bits &= edge;
	if (set) {
		pe->physical.ppis.pending[word] |= bits & shared;
		pe->virtual.ppis.pending[word] |= bits & ~shared;
	} else {
		pe->physical.ppis.pending[word] &= ~(bits & shared);
		pe->virtual.ppis.pending[word] &= ~(bits & ~shared);
	}
}

void vsoft_ppi_acknowledge(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int ppi)
{
	struct vsoft_cpuif *cpuif = virtual ? &pe->virtual : &pe->physical;
	uint64_t bit = (uint64_t)1 << ppi % 64;

	cpuif->ppis.active[ppi / 64] |= bit;
	vsoft_ppi_write_pending(gic, pe, virtual, ppi / 64, bit, false);
}

void vsoft_ppi_deactivate(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int ppi)
{
	struct vsoft_cpuif *cpuif = virtual ? &pe->virtual : &pe->physical;

	if (ppi >= GICV5_PPI_COUNT)
		return;
	cpuif->ppis.active[ppi / 64] &= ~((uint64_t)1 << ppi % 64);
	vsoft_pe_update(gic, pe);
}

void vsoft_ppi_best(struct vgicv5_soft *gic, const struct vsoft_pe *pe, bool virtual, struct vsoft_hppi *best)
{
	const struct vsoft_ppis *ppis = virtual ? &pe->virtual.ppis : &pe->physical.ppis;
	unsigned int word;

	for (word = 0; word < VSOFT_PPI_WORDS; word++) {
		uint64_t left =
			ppis->enabled[word] & ~ppis->active[word] & vsoft_ppi_pending(pe, virtual, word);

		for (; left; left &= left - 1) {
			unsigned int ppi = 64 * word + (unsigned int)__builtin_ctzll(left);

			vsoft_step(gic);
			vsoft_better(best, GICV5_INTID(GICV5_TYPE_PPI, ppi), ppis->priority[ppi]);
		}
	}
}

void vgicv5_soft_set_ppi(struct vgicv5_soft *gic, unsigned int pe_number, unsigned int ppi, bool asserted)
{
	uint64_t bit = (uint64_t)1 << ppi % 64;
	unsigned int word = ppi / 64;
	struct vsoft_pe *pe;
	uint64_t rising;

	if (pe_number >= gic->config.pe_count || ppi >= GICV5_PPI_COUNT)
		return;
	if (!(gic->config.ppi_implemented[word] & bit))
		return;
	vsoft_enter(gic);
	pe = &gic->pes[pe_number];
	rising = asserted ? bit & ~pe->line[word] : 0;
	pe->line[word] = asserted ? pe->line[word] | bit : pe->line[word] & ~bit;
	if (!(vsoft_ppi_handling(gic, word) & bit))
		pe->physical.ppis.pending[word] |= rising;
	else if (asserted)
		pe->physical.ppis.pending[word] |= bit;
	else
		pe->physical.ppis.pending[word] &= ~bit;
	vsoft_pe_update(gic, pe);
	vsoft_leave(gic);
}
