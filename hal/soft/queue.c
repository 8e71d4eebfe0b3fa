/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Queues of deliverable interrupts: one list for each priority and type, and a mask of the lists in use.
 */
#include "model.h"

void vsoft_queue_init(struct vsoft_queue *queue, enum vsoft_owner owner)
{
	vsoft_zero(queue, sizeof(*queue));
	queue->owner = (uint8_t)owner;
}

void vsoft_queue_add(struct vsoft_queue *queue, enum vsoft_list list, struct vsoft_node *node,
		     uint8_t priority)
{
	struct vsoft_node **head = &queue->head[list][priority];

	node->home = queue;
	node->priority = priority;
	if (*head) {
		node->next = *head;
		node->prev = (*head)->prev;
		node->prev->next = node;
		node->next->prev = node;
	} else {
		node->next = node;
		node->prev = node;
		*head = node;
		queue->filled[list] |= 1u << priority;
	}
}

void vsoft_queue_remove(enum vsoft_list list, struct vsoft_node *node)
{
	struct vsoft_queue *queue = node->home;
	struct vsoft_node **head = &queue->head[list][node->priority];

	if (node->next == node) {
		*head = NULL;
		queue->filled[list] &= ~(1u << node->priority);
	} else {
		node->prev->next = node->next;
		node->next->prev = node->prev;
		if (*head == node)
			*head = node->next;
	}
	node->next = NULL;
	node->prev = NULL;
	node->home = NULL;
}

void vsoft_better(struct vsoft_hppi *best, uint32_t intid, uint8_t priority)
{
	/* Lower value = higher priority (R_XBQTT); at equal priority who came first stays (R_VVBPS). */
	if (best->intid && best->priority <= priority)
		return;
	best->intid = intid;
	best->priority = priority;
}

/* Among SPIs of equal priority the lowest number wins. */
static uint32_t lowest(struct vgicv5_soft *gic, const struct vsoft_node *head)
{
	const struct vsoft_node *node;
	uint32_t id = head->id;

	for (node = head->next; node != head; node = node->next) {
		vsoft_step(gic);
		if (node->id < id)
			id = node->id;
	}
	return id;
}

void vsoft_queue_best(struct vgicv5_soft *gic, const struct vsoft_queue *queue, struct vsoft_hppi *best)
{
	unsigned int priority;

	vsoft_step(gic);
	if (queue->filled[VSOFT_LPIS]) {
		priority = (unsigned int)__builtin_ctz(queue->filled[VSOFT_LPIS]);
		vsoft_better(best, GICV5_INTID(GICV5_TYPE_LPI, queue->head[VSOFT_LPIS][priority]->id),
			     (uint8_t)priority);
	}
	if (queue->filled[VSOFT_SPIS]) {
		priority = (unsigned int)__builtin_ctz(queue->filled[VSOFT_SPIS]);
		if (best->intid && best->priority <= priority)
			return;
		vsoft_better(best,
			     GICV5_INTID(GICV5_TYPE_SPI, lowest(gic, queue->head[VSOFT_SPIS][priority])),
			     (uint8_t)priority);
	}
}

void vsoft_queue_changed(struct vgicv5_soft *gic, struct vsoft_queue *queue)
{
	switch (queue->owner) {
	case VSOFT_OWNER_PE:
		vsoft_pe_update(gic, &gic->pes[queue->pe]);
		break;
	case VSOFT_OWNER_ONE_N:
		if (gic->one_n_pe)
			vsoft_pe_update(gic, gic->one_n_pe);
		break;
	case VSOFT_OWNER_VPE:
		vsoft_vpe_changed(gic, queue->vpe);
		break;
	case VSOFT_OWNER_VM_ONE_N:
		if (queue->vm->one_n_vpe)
			vsoft_vpe_changed(gic, queue->vm->one_n_vpe);
		else if (queue->vm->doorbell_enabled && vsoft_vpe(queue->vm, queue->vm->doorbell_vpe))
			vsoft_vpe_changed(gic, vsoft_vpe(queue->vm, queue->vm->doorbell_vpe));
		break;
	default:
		break;
	}
}
