/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Interrupt State Tables in memory: layout, making them valid and invalid, second levels.
 *
 * Configuration and Active go straight to memory. Pending lives in the nodes while the table is valid, and is
 * written to memory by a save or when the table becomes invalid.
 */
#include "model.h"

uint8_t vsoft_ist_min_istsz(const struct vgicv5_soft *gic, uint8_t id_bits)
{
	if (!gic->config.istmd)
		return 0;
	return id_bits < gic->config.istmd_sz ? 1 : 2;
}

/* log2 of the bytes of the linear table or of the L1 table, which is also its alignment. */
uint8_t vsoft_ist_size_bits(const struct vsoft_ist *ist)
{
	int n = ist->id_bits + 1 + ist->istsz;

	if (ist->two_level)
		n = ist->id_bits - ist->l2_shift + 2;
	return (uint8_t)((n < 5 ? 5 : n) + 1);
}

static uint32_t l1_count(const struct vsoft_ist *ist)
{
	return ist->id_bits > ist->l2_shift ? 1u << (ist->id_bits - ist->l2_shift) : 1u;
}

static uint32_t l2_count(const struct vsoft_ist *ist)
{
	return ist->id_bits > ist->l2_shift ? 1u << ist->l2_shift : 1u << ist->id_bits;
}

static bool layout_possible(const struct vgicv5_soft *gic, const struct vsoft_ist_layout *layout)
{
	if (layout->id_bits > gic->config.lpi_id_bits)
		return false;
	if (!layout->two_level)
		return true;
	return gic->config.ist_levels && layout->l2sz <= GICV5_L2SZ_64K &&
	       gic->config.ist_l2sz >> layout->l2sz & 1;
}

static void set_layout(struct vgicv5_soft *gic, struct vsoft_ist *ist, const struct vsoft_ist_layout *layout)
{
	uint8_t least = vsoft_ist_min_istsz(gic, layout->id_bits);
	uint64_t size;

	ist->id_bits = layout->id_bits;
	ist->istsz = layout->istsz < least || layout->istsz > 2 ? least : layout->istsz;
	ist->two_level = layout->two_level;
	ist->l2sz = layout->l2sz;
	ist->l2_shift = (uint8_t)(10 - ist->istsz + 2 * ist->l2sz);
	ist->scan = false;
	size = (uint64_t)1 << vsoft_ist_size_bits(ist);
	if (layout->base & (size - 1))
		vsoft_violation(gic, "", "an IST is not aligned to its size");
	ist->base = layout->base & ~(size - 1);
}

static void adopt_pending(struct vgicv5_soft *gic, struct vsoft_ist *ist, uint32_t id, uint32_t iste)
{
	struct vsoft_node *node = vsoft_node_find(gic, ist, id, true);

	vsoft_violation(gic, "", "an IST is made valid with Pending bits set");
	if (!node) {
		ist->scan = true;
		return;
	}
	node->pending = true;
	node->seen = iste;
	node->seen_valid = true;
	vsoft_iste_requeue(gic, ist, node, iste);
}

static bool all_zero(const uint8_t *bytes, size_t from, size_t to)
{
	while (from < to) {
		if (bytes[from++])
			return false;
	}
	return true;
}

static void scan_entry(struct vgicv5_soft *gic, struct vsoft_ist *ist, uint32_t id, const uint8_t *entry)
{
	uint32_t iste =
		entry[0] | (uint32_t)entry[1] << 8 | (uint32_t)entry[2] << 16 | (uint32_t)entry[3] << 24;

	if (iste & GICV5_MASK(L2_ISTE_HWU))
		vsoft_violation(gic, "", "an ISTE is made valid with HWU set");
	if (!all_zero(entry, 4, 4u << ist->istsz))
		vsoft_violation(gic, "", "an ISTE is made valid with metadata that is not zero");
	if (iste & GICV5_MASK(L2_ISTE_PENDING))
		adopt_pending(gic, ist, id, iste);
}

static void scan_block(struct vgicv5_soft *gic, struct vsoft_ist *ist, uint32_t id, const uint8_t *block,
		       size_t bytes)
{
	size_t at;

	if (all_zero(block, 0, bytes))
		return;
	for (at = 0; at < bytes; at += (size_t)4 << ist->istsz)
		scan_entry(gic, ist, id++, block + at);
}

/* Reads what software has prepared: `count` entries at `pa`, the first of them for `id`. */
static void scan_table(struct vgicv5_soft *gic, struct vsoft_ist *ist, uint32_t id, uint64_t pa,
		       uint32_t count)
{
	uint8_t block[256];
	uint32_t per_block = sizeof(block) >> (2 + ist->istsz);

	while (count) {
		uint32_t n = count < per_block ? count : per_block;
		size_t bytes = (size_t)n << (2 + ist->istsz);

		if (!vsoft_read(gic, pa, block, bytes)) {
			vsoft_ist_error(gic, VSOFT_ERROR_L2_ISTE, ist, id, pa);
			return;
		}
		scan_block(gic, ist, id, block, bytes);
		id += n;
		pa += bytes;
		count -= n;
	}
}

static uint64_t l2_address(struct vgicv5_soft *gic, const struct vsoft_ist *ist, uint64_t entry)
{
	uint64_t size = (uint64_t)1 << (12 + 2 * ist->l2sz);

	if (GICV5_ADDR(L1_ISTE_L2_ADDR, entry) & (size - 1))
		vsoft_violation(gic, "", "an L2 IST is not aligned to its size");
	return GICV5_ADDR(L1_ISTE_L2_ADDR, entry) & ~(size - 1);
}

static void scan_l2(struct vgicv5_soft *gic, struct vsoft_ist *ist, uint32_t index, uint64_t entry)
{
	scan_table(gic, ist, index << ist->l2_shift, l2_address(gic, ist, entry), l2_count(ist));
}

static void adopt_l1(struct vgicv5_soft *gic, struct vsoft_ist *ist)
{
	uint64_t entry;
	uint32_t i;

	ist->l1 = vsoft_alloc(gic, l1_count(ist) * sizeof(*ist->l1));
	for (i = 0; i < l1_count(ist); i++) {
		uint64_t pa = ist->base + (uint64_t)i * GICV5_L1_ISTE_SIZE;

		if (!vsoft_read64(gic, pa, &entry)) {
			vsoft_ist_error(gic, VSOFT_ERROR_L1_ISTE_READ, ist, i << ist->l2_shift, pa);
			return;
		}
		if (!GICV5_GET(L1_ISTE_VALID, entry))
			continue;
		if (ist->l1)
			ist->l1[i] = entry;
		scan_l2(gic, ist, i, entry);
	}
}

bool vsoft_ist_make_valid(struct vgicv5_soft *gic, struct vsoft_ist *ist,
			  const struct vsoft_ist_layout *layout)
{
	if (!layout_possible(gic, layout))
		return false;
	set_layout(gic, ist, layout);
	ist->valid = true;
	if (ist->two_level)
		adopt_l1(gic, ist);
	else
		scan_table(gic, ist, 0, ist->base, 1u << ist->id_bits);
	if (ist->scan)
		vsoft_ist_targets_changed(gic, ist);
	return true;
}

static void save_node(struct vgicv5_soft *gic, struct vsoft_ist *ist, struct vsoft_node *node)
{
	uint32_t iste;
	uint64_t pa;

	if (!node->pending || !vsoft_iste_load(gic, ist, node->id, &iste))
		return;
	if (!vsoft_iste_address(gic, ist, node->id, &pa))
		return;
	if (!vsoft_write32(gic, pa, iste)) {
		vsoft_ist_error(gic, VSOFT_ERROR_L2_ISTE, ist, node->id, pa);
		return;
	}
	node->seen = iste;
	node->seen_valid = true;
}

/* A look at every entry that the IRS remembers: has software touched it? */
static void compare_node(struct vgicv5_soft *gic, struct vsoft_ist *ist, struct vsoft_node *node)
{
	uint32_t iste;

	if (node->seen_valid && !node->pending)
		(void)vsoft_iste_load(gic, ist, node->id, &iste);
}

void vsoft_ist_save(struct vgicv5_soft *gic, struct vsoft_ist *ist)
{
	if (!ist->valid)
		return;
	vsoft_nodes_visit(gic, ist, save_node);
	if (vsoft_checking(gic))
		vsoft_nodes_visit(gic, ist, compare_node);
}

static void unqueue_node(struct vgicv5_soft *gic, struct vsoft_ist *ist, struct vsoft_node *node)
{
	(void)gic;
	if (node->home)
		vsoft_queue_remove(ist->list, node);
}

void vsoft_ist_forget(struct vgicv5_soft *gic, struct vsoft_ist *ist)
{
	vsoft_nodes_visit(gic, ist, unqueue_node);
	vsoft_nodes_free(gic, ist);
	if (ist->l1)
		vsoft_free(gic, ist->l1, l1_count(ist) * sizeof(*ist->l1));
	ist->l1 = NULL;
	ist->valid = false;
	ist->scan = false;
}

void vsoft_ist_make_invalid(struct vgicv5_soft *gic, struct vsoft_ist *ist)
{
	if (!ist->valid)
		return;
	vsoft_ist_save(gic, ist);
	vsoft_ist_forget(gic, ist);
	vsoft_ist_targets_changed(gic, ist);
}

void vsoft_ist_map_l2(struct vgicv5_soft *gic, struct vsoft_irs *irs, struct vsoft_ist *ist, uint32_t id)
{
	uint64_t entry, pa;
	uint32_t index;

	(void)irs;
	if (!ist->valid || !ist->two_level || id >> ist->id_bits) {
		vsoft_violation(gic, "", "a command maps an L2 IST where there is none");
		return;
	}
	index = id >> ist->l2_shift;
	pa = ist->base + (uint64_t)index * GICV5_L1_ISTE_SIZE;
	if (!vsoft_read64(gic, pa, &entry)) {
		vsoft_ist_error(gic, VSOFT_ERROR_L1_ISTE_READ, ist, id, pa);
		return;
	}
	if (GICV5_GET(L1_ISTE_VALID, entry)) {
		vsoft_violation(gic, "", "an L2 IST is mapped whose L1 entry is valid already");
		if (!ist->l1 || GICV5_GET(L1_ISTE_VALID, ist->l1[index]))
			return;
	}
	entry |= GICV5_MASK(L1_ISTE_VALID);
	if (!vsoft_write64(gic, pa, entry)) {
		vsoft_ist_error(gic, VSOFT_ERROR_L1_ISTE_UPDATE, ist, id, pa);
		return;
	}
	if (ist->l1)
		ist->l1[index] = entry;
	scan_l2(gic, ist, index, entry);
	if (ist->scan)
		vsoft_ist_targets_changed(gic, ist);
}

bool vsoft_ist_owns(struct vgicv5_soft *gic, const struct vsoft_ist *ist, uint64_t pa, uint64_t bytes)
{
	uint64_t entry;
	uint32_t i;

	if (!ist->valid)
		return false;
	if (vsoft_overlap(pa, bytes, ist->base, (uint64_t)1 << vsoft_ist_size_bits(ist)))
		return true;
	for (i = 0; ist->two_level && i < l1_count(ist); i++) {
		if (ist->l1)
			entry = ist->l1[i];
		else if (!vsoft_read64(gic, ist->base + (uint64_t)i * GICV5_L1_ISTE_SIZE, &entry))
			return false;
		if (GICV5_GET(L1_ISTE_VALID, entry) &&
		    vsoft_overlap(pa, bytes, GICV5_ADDR(L1_ISTE_L2_ADDR, entry),
				  (uint64_t)1 << (12 + 2 * ist->l2sz)))
			return true;
	}
	return false;
}
