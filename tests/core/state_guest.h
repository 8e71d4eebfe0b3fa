/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief A VM with something different in every register, every interrupt and every vCPU, for tests of save
 *         and restore.
 *
 * What a guest and its devices can see of it is written down as a list of numbers with names: two VMs are
 * the same if the lists are. The lists are made through registers, as a guest would, and know nothing of
 * the format.
 */
#ifndef TESTS_CORE_STATE_GUEST_H
#define TESTS_CORE_STATE_GUEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <vgicv5/eoi.h>
#include <vgicv5/state.h>
#include <vgicv5/viwb.h>

#include "world.h"

#define SG_VCPUS 3
#define SG_SPIS 70
#define SG_LPIS 24
#define SG_LPI_BITS 14
#define SG_MAX_LPI_BITS 16
#define SG_HIGH_PPIS 0x8000000000000105ull /* 64, 66, 72, 127; for a host that has them */
#define SG_ITSS 2
#define SG_WIRES 64
#define SG_TABLES 0x80000000u /* guest-physical, of the ITSs */
#define SG_MOST ((size_t)1 << 18)
#define SG_VIEW 2048

struct sg {
	struct world world;
	struct world_vm *vm;
	struct vgicv5_vits vits[SG_ITSS];
	struct vgicv5_viwb viwb;      /* wires with every state */
	struct vgicv5_viwb others[2]; /* at the same ITS, and at the other one */
	bool all_ppis;		      /* SG_HIGH_PPIS are seen, too */
};

struct sg_view {
	unsigned int count;
	struct {
		const char *name;
		uint32_t number;
		uint64_t value;
	} items[SG_VIEW];
};

struct sg_saved {
	uint8_t bytes[SG_MOST];
	size_t size;
};

/* Machine, host, and a started VM as every one of these is configured; nothing in it. */
void sg_up(struct sg *sg, const struct world_host *kind);
void sg_down(struct sg *sg);

/* The VM alone, added to the world, started if `start`. */
void sg_configure(struct sg *sg);
void sg_start(struct sg *sg);

/* The numbers of its vCPUs and of LPIs in use. */
extern const uint32_t sg_vpe_ids[SG_VCPUS];
uint32_t sg_lpi(unsigned int i);

/* What a guest does until everything differs from everything else. No vCPU is loaded before or after. */
void sg_fill(struct sg *sg);

/* What can be seen, in one order; and all interrupts that each vCPU takes, which ends the VM's usefulness. */
void sg_look(struct sg *sg, struct sg_view *view);
void sg_drain(struct sg *sg, struct sg_view *view);
void sg_same(const struct sg_view *a, const struct sg_view *b);

void sg_save(struct sg *sg, struct sg_saved *saved);
/* The state of a VM that was filled on such a host; nothing is left of it. */
void sg_make(struct sg *sg, const struct world_host *kind, struct sg_saved *saved);
void sg_same_bytes(const struct sg_saved *a, const struct sg_saved *b);

/* Calls of vgicv5_vm_config.deactivated so far. */
extern unsigned int sg_deactivations;

#endif
