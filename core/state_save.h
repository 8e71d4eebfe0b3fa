/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sections of a state, as they are written: what state.c and state_save.c share. */
#ifndef VGICV5_CORE_STATE_SAVE_H
#define VGICV5_CORE_STATE_SAVE_H

#include <vgicv5/viwb.h>

#include "state.h"

/* How large everything will be. Memory is exact meanwhile. */
struct state_plan {
	struct state_layout spi;
	struct state_layout lpi;
	uint32_t spi_flags;
	uint32_t lpi_flags;
	uint64_t spi_bytes; /* of the bodies of sections */
	uint64_t l2_bytes;
	uint64_t lpi_bytes;
	uint64_t total;
	bool most; /* what there could be counts */
};

void vgicv5_state_plan(const struct vgicv5_vm *vm, struct state_plan *plan);

/* The largest total that there can be with the tables that there are. */
uint64_t vgicv5_state_plan_most(const struct vgicv5_vm *vm);

/* The parts in order: what software holds, then entries, then the checksum. */
void vgicv5_state_put_software(struct state_out *out, struct vgicv5_vm *vm, const struct state_plan *plan);
void vgicv5_state_put_spis(struct state_out *out, const struct vgicv5_vm *vm, const struct state_plan *plan);
void vgicv5_state_put_lpis(struct state_out *out, const struct vgicv5_vm *vm, const struct state_plan *plan);
void vgicv5_state_put_end(struct state_out *out);

#endif
