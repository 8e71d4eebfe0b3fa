/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Virtual PPIs of a vCPU.
 *
 * Where a PPI's pending state comes from: an Edge PPI is latched when it is raised and handed to the hardware once,
 * a Level PPI follows its input, and one with direct injection follows the hardware's line while the vCPU is loaded.
 */
#ifndef VGICV5_CORE_PPI_H
#define VGICV5_CORE_PPI_H

#include <vgicv5/vcpu.h>

/* Works out what the vCPU sees, from the VM's configuration and the host. */
void vgicv5_ppi_init(struct vgicv5_vcpu *vcpu);

/* As after a cold reset; inputs stay as they are. */
void vgicv5_ppi_reset(struct vgicv5_vcpu *vcpu);

/* Puts together hyp.pend for load: latches and inputs. */
void vgicv5_ppi_collect(struct vgicv5_vcpu *vcpu);

/* Takes back from hyp.pend, as saved, the edges that the guest has not acknowledged. */
void vgicv5_ppi_fold(struct vgicv5_vcpu *vcpu);

/* Puts what changed since the last entry into hyp.pend_set and pend_clear. */
void vgicv5_ppi_flush(struct vgicv5_vcpu *vcpu);

/* Whether a PPI would interrupt the guest, judged by the saved state. */
bool vgicv5_ppi_runnable(const struct vgicv5_vcpu *vcpu);

/* The guest writes ICC_PPI_ENABLERn_EL1. */
void vgicv5_ppi_write_enable(struct vgicv5_vcpu *vcpu, unsigned int word, uint64_t value);

/* ICC_PPI_HMRn_EL1 as the guest sees it. */
uint64_t vgicv5_ppi_handling_mode(const struct vgicv5_vcpu *vcpu, unsigned int word);

#endif
