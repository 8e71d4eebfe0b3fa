/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief From the GICv2 to the wires of the software GICv5.
 */
#ifndef SHELL_WIRES_H
#define SHELL_WIRES_H

#include <vgicv5_soft/soft.h>

void wires_init(struct vgicv5_soft *gic);
void wires_cpu_init(void);

/** Takes what the GICv2 signals to this CPU and raises the wires. @return whether another CPU's SGI was among it. */
bool wires_poll(void);

/** Looks again at the timers' lines of this CPU that were high, and lowers those that have fallen. */
void wires_resample_ppis(void);

/** Likewise for a level SPI. */
void wires_resample_spi(unsigned int spi);

void wires_enable(unsigned int spi, bool level);

#endif
