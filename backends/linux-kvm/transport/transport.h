/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The test transport: a software GICv5 in the kernel, for hosts without one.
 *
 * A PE for each possible CPU. What the model signals on the physical side, doorbells, is taken by an irq_work of that
 * CPU; what it signals on the virtual side makes the CPU leave its guest, by the same irq_work, and enter it anew with
 * HCR_EL2.VI.
 */
#ifndef VGICV5_TRANSPORT_H
#define VGICV5_TRANSPORT_H

#include <linux/irqdomain.h>

#include <vgicv5_soft/soft.h>

/* ---- model.c ---- */

extern struct vgicv5_soft *vgicv5_transport_soft;
extern const struct vgicv5_soft_access vgicv5_transport_el1;

/** Makes the software GICv5. 0 or an errno. */
int vgicv5_transport_make(void);
void vgicv5_transport_unmake(void);

/** What stands for the address of its IRS's config frame. Not memory. */
volatile void *vgicv5_transport_irs(void);

/** Whether the model signals a physical interrupt to this CPU. Preemption off. */
bool vgicv5_transport_irq_pending(void);

/** Bytes of its pool in use: for tests. */
size_t vgicv5_transport_memory(void);

/* ---- lpi.c ---- */

/** The host's LPI domain, with the table of physical LPIs, the IRS enabled. NULL: no memory. */
struct irq_domain *vgicv5_transport_lpi_domain(void);

/** Takes the physical interrupts of this CPU. Hard interrupt context. */
void vgicv5_transport_take_irqs(void);

#endif
