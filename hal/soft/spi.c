/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief SPIs: wires, trigger modes, assignment to a VM.
 */
#include "model.h"

static bool owned_by(const struct vgicv5_soft *gic, const struct vsoft_irs *irs, uint32_t id)
{
	const struct vgicv5_soft_irs_config *config = &gic->config.irs[irs->number];

	return id >= config->spi_base && id - config->spi_base < config->spi_count;
}

struct vsoft_spi *vsoft_selected_spi(struct vgicv5_soft *gic, const struct vsoft_irs *irs)
{
	return owned_by(gic, irs, irs->spi_sel) ? &gic->spis[irs->spi_sel] : NULL;
}

/* The wire of an SPI that is assigned to a VM drives the virtual SPI with the same number. */
static void spi_event(struct vgicv5_soft *gic, uint32_t id, enum vsoft_event event)
{
	const struct vsoft_spi *spi = &gic->spis[id];
	struct vsoft_ist *ist = &gic->ist[VSOFT_SPIS];

	if (spi->to_vm) {
		struct vsoft_vm *vm = vsoft_vm(gic, spi->vm);

		if (!vm)
			return;
		ist = &vm->ist[VSOFT_SPIS];
	}
	(void)vsoft_event(gic, ist, id, event);
}

void vgicv5_soft_set_spi(struct vgicv5_soft *gic, uint32_t spi, bool asserted)
{
	struct vsoft_spi *wire;

	if (spi >= gic->config.spi_range)
		return;
	vsoft_enter(gic);
	wire = &gic->spis[spi];
	if (wire->exists && wire->line != asserted) {
		wire->line = asserted;
		/* R_QBXXV */
		if (wire->level_trigger)
			spi_event(gic, spi, asserted ? VSOFT_SET_LEVEL : VSOFT_CLEAR);
		else if (asserted)
			spi_event(gic, spi, VSOFT_SET_EDGE);
	}
	vsoft_leave(gic);
}

void vsoft_spi_cfgr_write(struct vgicv5_soft *gic, struct vsoft_irs *irs, uint64_t value)
{
	struct vsoft_spi *spi = vsoft_selected_spi(gic, irs);
	bool level = GICV5_GET(IRS_SPI_CFGR_TM, value);

	if (!spi || spi->level_trigger == level)
		return;
	spi->level_trigger = level;
	/* R_KBPXL */
	if (level)
		spi_event(gic, irs->spi_sel, spi->line ? VSOFT_SET_LEVEL : VSOFT_CLEAR);
	else if (spi->line)
		spi_event(gic, irs->spi_sel, VSOFT_CLEAR);
}

/* R_DMTFM: the event that the present level of a level SPI implies. */
static void resample(struct vgicv5_soft *gic, uint32_t id)
{
	const struct vsoft_spi *spi = &gic->spis[id];

	if (spi->level_trigger)
		spi_event(gic, id, spi->line ? VSOFT_SET_LEVEL : VSOFT_CLEAR);
}

void vsoft_spi_resample(struct vgicv5_soft *gic, struct vsoft_irs *irs, uint64_t value)
{
	uint32_t id = (uint32_t)GICV5_GET(IRS_SPI_RESAMPLER_SPI_ID, value);

	if (owned_by(gic, irs, id))
		resample(gic, id);
}

void vsoft_spi_vmr_write(struct vgicv5_soft *gic, struct vsoft_irs *irs, uint64_t value)
{
	struct vsoft_spi *spi = vsoft_selected_spi(gic, irs);
	struct vsoft_queue *queue;

	if (!spi || !gic->config.virt)
		return;
	spi->to_vm = GICV5_GET(IRS_SPI_VMR_VIRT, value);
	spi->vm = (uint16_t)GICV5_GET(IRS_SPI_VMR_VM_ID, value);
	/* The physical SPI keeps its state, but is unreachable while a VM has it. */
	queue = spi->node.home;
	if (queue && spi->to_vm) {
		vsoft_queue_remove(VSOFT_SPIS, &spi->node);
		vsoft_queue_changed(gic, queue);
	} else if (!spi->to_vm) {
		vsoft_iste_requeue(gic, &gic->ist[VSOFT_SPIS], &spi->node, spi->iste);
	}
	resample(gic, irs->spi_sel);
}

uint64_t vsoft_spi_vmr_read(struct vgicv5_soft *gic, struct vsoft_irs *irs)
{
	const struct vsoft_spi *spi = vsoft_selected_spi(gic, irs);

	if (!spi || !gic->config.virt)
		return 0;
	return GICV5_PUT(IRS_SPI_VMR_VIRT, spi->to_vm) | GICV5_PUT(IRS_SPI_VMR_VM_ID, spi->vm);
}

uint64_t vsoft_spi_cfgr_read(struct vgicv5_soft *gic, struct vsoft_irs *irs)
{
	const struct vsoft_spi *spi = vsoft_selected_spi(gic, irs);

	return spi ? GICV5_PUT(IRS_SPI_CFGR_TM, spi->level_trigger) : 0;
}
