/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The machine's GICv2, used as a bundle of wires: INTIDs 0 to 15 SGIs, 16 to 31 PPIs, SPI n is 32 + n.
 *
 * An interrupt that was acknowledged has dropped its priority and stays active, hence silent, until
 * gicv2_deactivate().
 */
#ifndef SHELL_GICV2_H
#define SHELL_GICV2_H

#include <vgicv5_types.h>

#define GICV2_NONE 0xffffffffu
#define GICV2_INTID(iar) ((iar)&0x3ffu)
#define GICV2_SPI 32u

void gicv2_init(void);
void gicv2_cpu_init(unsigned int cpu);

/** Acknowledges. @return what gicv2_deactivate() takes, or GICV2_NONE. */
uint32_t gicv2_acknowledge(void);

/** Of an SGI or PPI on the CPU that acknowledged it, of an SPI on any. */
void gicv2_deactivate(uint32_t iar);

/** The level of a level SPI's wire. */
bool gicv2_line(unsigned int intid);

void gicv2_enable(unsigned int intid, bool level);

/** SGI 0 to another CPU. */
void gicv2_signal(unsigned int cpu);

#endif
