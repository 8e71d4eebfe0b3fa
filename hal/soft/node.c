/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Nodes of the interrupts of an IST: a radix tree of three levels, grown on demand.
 */
#include "model.h"

#define LEAF_SIZE (1u << VSOFT_LEAF_BITS)
#define BRANCH_SIZE (1u << VSOFT_BRANCH_BITS)

static unsigned int root_size(const struct vsoft_ist *ist)
{
	unsigned int covered = VSOFT_LEAF_BITS + VSOFT_BRANCH_BITS;

	return ist->id_bits > covered ? 1u << (ist->id_bits - covered) : 1u;
}

/* The slot of the leaf for an ID; NULL: the levels above are not there. */
static struct vsoft_leaf **leaf_slot(struct vgicv5_soft *gic, struct vsoft_ist *ist, uint32_t id, bool create)
{
	uint32_t leaf = id >> VSOFT_LEAF_BITS;
	struct vsoft_branch **branch;

	vsoft_step(gic);
	if (!ist->root && create)
		ist->root = vsoft_alloc(gic, root_size(ist) * sizeof(*ist->root));
	if (!ist->root)
		return NULL;
	branch = &ist->root[leaf >> VSOFT_BRANCH_BITS];
	if (!*branch && create)
		*branch = vsoft_alloc(gic, sizeof(**branch));
	return *branch ? &(*branch)->leaves[leaf % BRANCH_SIZE] : NULL;
}

static void leaf_init(struct vsoft_leaf *leaf, uint32_t first)
{
	uint32_t i;

	for (i = 0; i < LEAF_SIZE; i++)
		leaf->nodes[i].id = first + i;
}

struct vsoft_node *vsoft_node_find(struct vgicv5_soft *gic, struct vsoft_ist *ist, uint32_t id, bool create)
{
	struct vsoft_leaf **slot;

	if (ist->internal)
		return &gic->spis[id].node;
	slot = leaf_slot(gic, ist, id, create);
	if (!slot)
		return NULL;
	if (!*slot && create) {
		*slot = vsoft_alloc(gic, sizeof(**slot));
		if (*slot)
			leaf_init(*slot, id & ~(LEAF_SIZE - 1));
	}
	return *slot ? &(*slot)->nodes[id % LEAF_SIZE] : NULL;
}

static void branch_visit(struct vgicv5_soft *gic, struct vsoft_ist *ist, struct vsoft_branch *branch,
			 void (*visit)(struct vgicv5_soft *, struct vsoft_ist *, struct vsoft_node *))
{
	unsigned int i, j;

	for (i = 0; i < BRANCH_SIZE; i++) {
		for (j = 0; branch->leaves[i] && j < LEAF_SIZE; j++)
			visit(gic, ist, &branch->leaves[i]->nodes[j]);
	}
}

void vsoft_nodes_visit(struct vgicv5_soft *gic, struct vsoft_ist *ist,
		       void (*visit)(struct vgicv5_soft *gic, struct vsoft_ist *ist, struct vsoft_node *node))
{
	unsigned int i;

	for (i = 0; ist->root && i < root_size(ist); i++) {
		if (ist->root[i])
			branch_visit(gic, ist, ist->root[i], visit);
	}
}

static void branch_free(struct vgicv5_soft *gic, struct vsoft_branch *branch)
{
	unsigned int i;

	for (i = 0; i < BRANCH_SIZE; i++)
		vsoft_free(gic, branch->leaves[i], sizeof(*branch->leaves[i]));
	vsoft_free(gic, branch, sizeof(*branch));
}

void vsoft_nodes_free(struct vgicv5_soft *gic, struct vsoft_ist *ist)
{
	unsigned int i;

	if (!ist->root)
		return;
	for (i = 0; i < root_size(ist); i++) {
		if (ist->root[i])
			branch_free(gic, ist->root[i]);
	}
	vsoft_free(gic, ist->root, root_size(ist) * sizeof(*ist->root));
	ist->root = NULL;
}
