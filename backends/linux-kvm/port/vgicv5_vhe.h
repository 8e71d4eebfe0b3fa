/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief core/hyp as the kernel at EL2 calls it (VHE), beside glue/hyp.c that chooses between VHE and nVHE.
 */
#ifndef VGICV5_VHE_H
#define VGICV5_VHE_H

#define vgicv5_hyp_load vgicv5_vhe_load
#define vgicv5_hyp_save vgicv5_vhe_save
#define vgicv5_hyp_leave vgicv5_vhe_leave
#define vgicv5_hyp_resume vgicv5_vhe_resume
#define vgicv5_hyp_enter vgicv5_vhe_enter
#define vgicv5_hyp_exit vgicv5_vhe_exit
#define vgicv5_hyp_pend vgicv5_vhe_pend

#endif
