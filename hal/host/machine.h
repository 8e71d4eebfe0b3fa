/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Inside of a machine, and its host OS's part.
 */
#ifndef HAL_HOST_MACHINE_INTERNAL_H
#define HAL_HOST_MACHINE_INTERNAL_H

#include "arena.h"
#include "vgicv5_host_machine.h"

struct hal_host_machine {
	struct vgicv5_soft_config config;
	struct vgicv5_soft *soft;
	struct arena arena;
	volatile uint8_t *frames;
	size_t frame_bytes;
	pthread_mutex_t soft_mutex;

	/* LPIs, from machine_boot() on. */
	unsigned int lpi_count;
	uint32_t lpi_next;
	unsigned int lpis_in_use;
	bool *lpi_taken;

	/* The thread that takes interrupts. */
	pthread_mutex_t signal_mutex; /* the members below */
	pthread_cond_t signal_cond;
	pthread_t taker;
	bool taker_runs;
	bool taker_stops;
	uint64_t signalled[VGICV5_SOFT_MAX_PES / 64]; /* PEs to look at */

	unsigned int violations;
	char violation[256];
};

/* The host OS. */
const char *machine_boot(struct hal_host_machine *machine);
bool machine_lpi_take(void *ctx, unsigned int pe, uint32_t *lpi);
void machine_lpi_release(void *ctx, uint32_t lpi);
void machine_lpi_steer(void *ctx, uint32_t lpi, unsigned int pe);
void machine_signal(void *ctx, unsigned int pe);

#endif
