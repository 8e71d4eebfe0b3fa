/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief VMs of a few shapes, and guests that leave something in every part of their state.
 */
#ifndef TESTS_STATE_SHAPES_H
#define TESTS_STATE_SHAPES_H

#include <vgicv5/eoi.h>
#include <vgicv5/state.h>
#include <vgicv5/viwb.h>

#include "world.h"

#define STATE_SHAPES 4
#define STATE_PES 3

struct state_vm {
	struct world world;
	struct world_vm *vm;
	struct vgicv5_vits vits;
	struct vgicv5_viwb viwb;
	unsigned int shape;
	uint64_t random;
};

/* A fresh VM on host `kind` of world_hosts. */
void state_up(struct state_vm *s, unsigned int kind, unsigned int shape);
void state_down(struct state_vm *s);

/* Its guest works for a while; then no vCPU is loaded. What it does follows from the seed. */
void state_use(struct state_vm *s, uint64_t seed);

#endif
