/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The hypervisor's own driver of its GICv5.
 */
#ifndef SHELL_GIC_H
#define SHELL_GIC_H

#include <vgicv5/host.h>

/** Called when an LPI was acknowledged, with its number. */
typedef void (*gic_lpi_fn)(void *ctx);

/** The IRS and its LPI table, once; then the CPU interface, on every CPU. */
void gic_init(void);
void gic_cpu_init(void);

/** Handles everything that is signalled to this CPU. */
void gic_irqs(void);

/**
 * Takes an LPI and gives it a handler, enabled and routed to a CPU.
 * @return the number, or -1: none is free.
 */
int gic_lpi_request(gic_lpi_fn handler, void *ctx, unsigned int cpu);
void gic_lpi_release(unsigned int lpi);
void gic_lpi_route(unsigned int lpi, unsigned int cpu);

/** LPIs in use. */
unsigned int gic_lpis_used(void);

/** Makes another CPU come into the shell. */
void gic_kick(unsigned int cpu);

extern struct vgicv5_host shell_host;

#endif
