// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "gicv2.h"

#include "../shell.h"

#define DIST 0x08000000u
#define CPUIF 0x08010000u

#define GICD_CTLR 0x000
#define GICD_ISENABLER 0x100
#define GICD_ISPENDR 0x200
#define GICD_ICACTIVER 0x380
#define GICD_IPRIORITYR 0x400
#define GICD_ITARGETSR 0x800
#define GICD_ICFGR 0xc00
#define GICD_SGIR 0xf00
#define GICC_CTLR 0x0000
#define GICC_PMR 0x0004
#define GICC_IAR 0x000c
#define GICC_EOIR 0x0010
#define GICC_DIR 0x1000

#define GICC_CTLR_ENABLE 1u
#define GICC_CTLR_EOIMODE (1u << 9)
#define SGIR_TARGETS_LO 16
#define SPURIOUS 1020u
#define PRIORITY 0x80u

static uint8_t cpu_mask[SHELL_MAX_CPUS]; /* the GICv2's own number of each CPU, as a mask */
static shell_lock_t config_lock;

static volatile uint32_t *reg(uint32_t frame, uint32_t offset)
{
	return (volatile uint32_t *)(uintptr_t)(frame + offset);
}

static volatile uint8_t *byte(uint32_t offset)
{
	return (volatile uint8_t *)(uintptr_t)(DIST + offset);
}

void gicv2_init(void)
{
	*reg(DIST, GICD_CTLR) = 1;
}

void gicv2_cpu_init(unsigned int cpu)
{
	unsigned int i;

	cpu_mask[cpu] = *byte(GICD_ITARGETSR);
	if (!cpu_mask[cpu]) /* a machine with one CPU */
		cpu_mask[cpu] = 1;
	for (i = 0; i < GICV2_SPI; i++)
		*byte(GICD_IPRIORITYR + i) = PRIORITY;
	*reg(DIST, GICD_ISENABLER) = 0x0000ffff;
	*reg(CPUIF, GICC_PMR) = 0xff;
	*reg(CPUIF, GICC_CTLR) = GICC_CTLR_ENABLE | GICC_CTLR_EOIMODE;
}

uint32_t gicv2_acknowledge(void)
{
	uint32_t iar = *reg(CPUIF, GICC_IAR);

	if (GICV2_INTID(iar) >= SPURIOUS)
		return GICV2_NONE;
	*reg(CPUIF, GICC_EOIR) = iar;
	return iar;
}

void gicv2_deactivate(uint32_t iar)
{
	unsigned int intid = GICV2_INTID(iar);

	/* GICC_DIR is for the CPU that acknowledged; an SPI may come to its end on another one. */
	if (intid >= GICV2_SPI)
		*reg(DIST, GICD_ICACTIVER + intid / 32 * 4) = 1u << (intid % 32);
	else
		*reg(CPUIF, GICC_DIR) = iar;
}

bool gicv2_line(unsigned int intid)
{
	return *reg(DIST, GICD_ISPENDR + intid / 32 * 4) >> (intid % 32) & 1;
}

void gicv2_enable(unsigned int intid, bool level)
{
	volatile uint32_t *config = reg(DIST, GICD_ICFGR + intid / 16 * 4);
	uint32_t edge = 2u << (intid % 16 * 2);

	shell_lock(&config_lock);
	if (intid >= GICV2_SPI) {
		*config = level ? *config & ~edge : *config | edge;
		*byte(GICD_IPRIORITYR + intid) = PRIORITY;
		*byte(GICD_ITARGETSR + intid) = cpu_mask[0];
	}
	*reg(DIST, GICD_ISENABLER + intid / 32 * 4) = 1u << (intid % 32);
	shell_unlock(&config_lock);
}

void gicv2_signal(unsigned int cpu)
{
	__asm__ volatile("dsb ish" : : : "memory");
	*reg(DIST, GICD_SGIR) = (uint32_t)cpu_mask[cpu] << SGIR_TARGETS_LO;
}
