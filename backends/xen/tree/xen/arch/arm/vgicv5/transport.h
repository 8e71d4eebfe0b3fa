/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the test transport share. */
#ifndef __VGIC_V5_TRANSPORT_H__
#define __VGIC_V5_TRANSPORT_H__

#include <vgicv5_soft/soft.h>

/* ---- pool.c: the software GICv5's memory ---- */

int vgic_v5_pool_init(void);
/* Zeroed, or NULL. Any context; the software GICv5's lock serialises. */
void *vgic_v5_pool_alloc(size_t bytes);
void vgic_v5_pool_free(void *memory, size_t bytes);
size_t vgic_v5_pool_in_use(void);

/* ---- doorbell.c: the software GICv5's physical side ---- */

/* IRS registers and LPI table. */
int vgic_v5_lpis_init(volatile void *frame);
void vgic_v5_lpis_cpu_init(void);
/* Takes this CPU's physical interrupts. Interrupts off. */
void vgic_v5_lpis_handle(void);
/* How many are doorbells. */
unsigned int vgic_v5_lpis_in_use(void);

/* ---- ask.c: MSIs that a guest asks for ---- */

struct cpu_user_regs;

/* Of the HVCs; not one of Xen's, and without VGICV5_HVC_MARK. */
#define VGIC_V5_HVC_MSI 0x4d51U

/* An HVC of current. False: not this one. */
bool vgic_v5_ask_for_msi(struct cpu_user_regs *regs, unsigned int imm);

#endif

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
