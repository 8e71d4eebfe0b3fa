/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The world switch proper: core/hyp, callable in an isolated EL2 object.
 *
 * Straight-line code on one struct vgicv5_hyp. No pointer leads out of it, nothing is called but tier 0. All run
 * with interrupts off on the CPU that runs the guest. The functions of vcpu.h call them; only a backend whose EL2
 * code is apart from the host (nVHE) calls them itself, behind vgicv5_vcpu_*()'s host halves.
 */
#ifndef VGICV5_HYP_H
#define VGICV5_HYP_H

#include <vgicv5/vcpu.h>

/**
 * Writes the whole visible state and makes the VPE resident. With VGICV5_DIRTY_SCRUB also clears what the VM that
 * ran here before may have left in PPIs that this one does not see.
 * @return true; false: residency fault (F = 1), nothing is resident.
 */
bool vgicv5_hyp_load(const struct vgicv5_hyp *hyp);

/** Reads the whole visible state. */
void vgicv5_hyp_save(struct vgicv5_hyp *hyp);

/** Writes `contextr` (V = 0, with or without a doorbell request) and waits until the IRS has let go of the VPE. */
void vgicv5_hyp_leave(uint64_t contextr);

/** Makes a VPE resident whose state is live. @return as vgicv5_hyp_load(). */
bool vgicv5_hyp_resume(uint64_t contextr);

/** Moves what is dirty, and the guest's ICSR, before and after the guest. */
void vgicv5_hyp_enter(struct vgicv5_hyp *hyp);
void vgicv5_hyp_exit(struct vgicv5_hyp *hyp);

/** Makes a virtual interrupt of any VM pending or not: one GIC VDPEND. */
void vgicv5_hyp_pend(uint16_t vm_id, uint32_t intid, bool pending);

#endif
