/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief One interrupt: its entry in memory, its node, and the queue it belongs to.
 */
#include "model.h"

static bool l1_entry(struct vgicv5_soft *gic, struct vsoft_ist *ist, uint32_t id, uint64_t *entry)
{
	uint32_t index = id >> ist->l2_shift;
	uint64_t pa = ist->base + (uint64_t)index * GICV5_L1_ISTE_SIZE;
	uint64_t now;

	if (ist->l1) {
		*entry = ist->l1[index];
		if (vsoft_checking(gic) && GICV5_GET(L1_ISTE_VALID, *entry) && vsoft_read64(gic, pa, &now) &&
		    now != *entry) {
			vsoft_violation(gic, "", "software has changed a valid L1 ISTE");
			ist->l1[index] = now;
		}
		return true;
	}
	if (vsoft_read64(gic, pa, entry))
		return true;
	vsoft_ist_error(gic, VSOFT_ERROR_L1_ISTE_READ, ist, id, pa);
	return false;
}

bool vsoft_iste_address(struct vgicv5_soft *gic, struct vsoft_ist *ist, uint32_t id, uint64_t *pa)
{
	uint64_t entry, l2_size;

	if (!ist->valid || id >> ist->id_bits)
		return false;
	if (!ist->two_level) {
		*pa = ist->base + ((uint64_t)id << (2 + ist->istsz));
		return true;
	}
	if (!l1_entry(gic, ist, id, &entry) || !GICV5_GET(L1_ISTE_VALID, entry))
		return false;
	l2_size = (uint64_t)1 << (12 + 2 * ist->l2sz);
	*pa = GICV5_ADDR(L1_ISTE_L2_ADDR, entry) & ~(l2_size - 1);
	*pa += ((uint64_t)id << (2 + ist->istsz)) & (l2_size - 1);
	return true;
}

static bool one_n(const struct vgicv5_soft *gic, const struct vsoft_ist *ist)
{
	return ist->vm ? gic->config.virt_one_n : gic->config.one_n;
}

static bool spi_load(struct vgicv5_soft *gic, uint32_t id, uint32_t *iste)
{
	if (id >= gic->config.spi_range || !gic->spis[id].exists || gic->spis[id].to_vm)
		return false;
	*iste = gic->spis[id].iste;
	return true;
}

bool vsoft_iste_load(struct vgicv5_soft *gic, struct vsoft_ist *ist, uint32_t id, uint32_t *iste)
{
	struct vsoft_node *node;
	uint64_t pa;

	if (ist->internal)
		return spi_load(gic, id, iste);
	if (!vsoft_iste_address(gic, ist, id, &pa))
		return false;
	if (!vsoft_read32(gic, pa, iste)) {
		vsoft_ist_error(gic, VSOFT_ERROR_L2_ISTE, ist, id, pa);
		return false;
	}
	node = vsoft_node_find(gic, ist, id, false);
	if (node && node->seen_valid && node->seen != *iste) {
		vsoft_violation(gic, "", "software has changed an ISTE of a valid IST");
		node->seen = *iste;
	}
	if (node && node->pending)
		*iste |= (uint32_t)GICV5_MASK(L2_ISTE_PENDING);
	if (!one_n(gic, ist))
		*iste &= (uint32_t)~GICV5_MASK(L2_ISTE_IRM);
	return true;
}

static struct vsoft_queue *route(struct vgicv5_soft *gic, struct vsoft_ist *ist, uint32_t iste)
{
	uint32_t iaffid = (uint32_t)GICV5_GET(L2_ISTE_IAFFID, iste);
	struct vsoft_vpe *vpe;

	if (!ist->vm) {
		if (GICV5_GET(L2_ISTE_IRM, iste))
			return &gic->one_n;
		return iaffid < gic->config.pe_count ? &gic->pes[iaffid].queue : &gic->nobody;
	}
	if (GICV5_GET(L2_ISTE_IRM, iste))
		return &ist->vm->one_n;
	vpe = vsoft_vpe(ist->vm, iaffid);
	return vpe ? &vpe->queue : &ist->vm->nobody;
}

static bool deliverable(uint32_t iste)
{
	return GICV5_GET(L2_ISTE_PENDING, iste) && GICV5_GET(L2_ISTE_ENABLE, iste) &&
	       !GICV5_GET(L2_ISTE_ACTIVE, iste);
}

void vsoft_iste_requeue(struct vgicv5_soft *gic, struct vsoft_ist *ist, struct vsoft_node *node,
			uint32_t iste)
{
	struct vsoft_queue *before = node->home;
	struct vsoft_queue *after = deliverable(iste) ? route(gic, ist, iste) : NULL;

	if (before)
		vsoft_queue_remove(ist->list, node);
	if (after)
		vsoft_queue_add(after, ist->list, node, (uint8_t)GICV5_GET(L2_ISTE_PRIORITY, iste));
	if (before && before != after)
		vsoft_queue_changed(gic, before);
	if (after)
		vsoft_queue_changed(gic, after);
}

void vsoft_ist_targets_changed(struct vgicv5_soft *gic, const struct vsoft_ist *ist)
{
	uint32_t i;

	for (i = 0; !ist->vm && i < gic->config.pe_count; i++)
		vsoft_pe_update(gic, &gic->pes[i]);
	for (i = 0; ist->vm && i < 1u << ist->vm->vpe_id_bits; i++) {
		vsoft_step(gic);
		if (ist->vm->vpes[i])
			vsoft_vpe_changed(gic, ist->vm->vpes[i]);
	}
}

static void write_entry(struct vgicv5_soft *gic, struct vsoft_ist *ist, uint32_t id, struct vsoft_node *node,
			uint32_t iste)
{
	uint64_t pa;

	if (node && node->seen_valid && node->seen == iste)
		return;
	if (!vsoft_iste_address(gic, ist, id, &pa))
		return;
	if (!vsoft_write32(gic, pa, iste))
		vsoft_ist_error(gic, VSOFT_ERROR_L2_ISTE, ist, id, pa);
	if (node) {
		node->seen = iste;
		node->seen_valid = true;
	}
}

void vsoft_iste_store(struct vgicv5_soft *gic, struct vsoft_ist *ist, uint32_t id, uint32_t iste)
{
	uint32_t pending = iste & (uint32_t)GICV5_MASK(L2_ISTE_PENDING);
	struct vsoft_node *node = vsoft_node_find(gic, ist, id, pending || vsoft_checking(gic));

	if (ist->vm)
		ist->vm->changes++;
	if (ist->internal) {
		gic->spis[id].iste = iste;
	} else if (node) {
		node->pending = pending != 0;
		write_entry(gic, ist, id, node, iste & ~pending);
	} else {
		ist->scan |= pending != 0;
		write_entry(gic, ist, id, NULL, iste);
	}
	if (node)
		vsoft_iste_requeue(gic, ist, node, iste);
	if (ist->scan)
		vsoft_ist_targets_changed(gic, ist);
}

void vsoft_ist_scan(struct vgicv5_soft *gic, struct vsoft_ist *ist, const struct vsoft_queue *queue,
		    struct vsoft_hppi *best)
{
	unsigned int type = ist->list == VSOFT_LPIS ? GICV5_TYPE_LPI : GICV5_TYPE_SPI;
	uint32_t id, iste;
	uint64_t pa;

	gic->counters.table_scans++;
	for (id = 0; id < 1u << ist->id_bits; id++) {
		vsoft_step(gic);
		if (!vsoft_iste_address(gic, ist, id, &pa) || !vsoft_read32(gic, pa, &iste))
			continue;
		if (!one_n(gic, ist))
			iste &= (uint32_t)~GICV5_MASK(L2_ISTE_IRM);
		if (deliverable(iste) && route(gic, ist, iste) == queue)
			vsoft_better(best, GICV5_INTID(type, id), (uint8_t)GICV5_GET(L2_ISTE_PRIORITY, iste));
	}
}
