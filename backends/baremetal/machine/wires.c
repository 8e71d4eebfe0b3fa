// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The line of a level interrupt cannot be followed in a GICv2: it says that the line is high, once, and then keeps
 * silent until the interrupt is deactivated. So the wire goes up when the interrupt is taken, and whoever may have
 * made the line fall (a guest that ran, a handler that is about to deactivate) has it looked at again. When it is
 * low the wire goes down and the interrupt is deactivated, to be taken anew when the line rises.
 */
#include "wires.h"

#include "../arch/sysreg.h"
#include "../host/cpu.h"
#include "../host/trace.h"
#include "gicv2.h"

#include <vgicv5/arch/intid.h>

#define TIMER_FIRES 5u /* ENABLE, not IMASK, ISTATUS */
#define TIMER_BITS 7u
#define TIMER_PPIS (BIT(GICV5_PPI_CNTHP) | BIT(GICV5_PPI_CNTV) | BIT(GICV5_PPI_CNTP))
#define MAX_SPIS 256u

static struct vgicv5_soft *soft;
static uint32_t ppis_taken[SHELL_MAX_CPUS]; /* by the CPU itself */
static uint64_t spis_taken[MAX_SPIS / 64];
static uint64_t spis_level[MAX_SPIS / 64];

void wires_init(struct vgicv5_soft *gic)
{
	soft = gic;
	gicv2_init();
}

void wires_cpu_init(void)
{
	gicv2_cpu_init(this_cpu()->index);
	gicv2_enable(GICV5_PPI_CNTHP, true);
	gicv2_enable(GICV5_PPI_CNTV, true);
	gicv2_enable(GICV5_PPI_CNTP, true);
}

static bool timer_line(unsigned int ppi)
{
	uint64_t control;

	isb();
	if (ppi == GICV5_PPI_CNTHP)
		control = READ_SYSREG(cnthp_ctl_el2);
	else if (ppi == GICV5_PPI_CNTV)
		control = READ_SYSREG(cntv_ctl_el0);
	else
		control = READ_SYSREG(cntp_ctl_el0);
	return (control & TIMER_BITS) == TIMER_FIRES;
}

void wires_resample_ppis(void)
{
	unsigned int cpu = this_cpu()->index;
	uint32_t taken = ppis_taken[cpu];
	unsigned int ppi;

	for (; taken; taken &= taken - 1) {
		ppi = (unsigned int)__builtin_ctz(taken);
		if (timer_line(ppi))
			continue;
		SHELL_TRACE(wire, SHELL_TRACE_NO_VM, GICV5_INTID(GICV5_TYPE_PPI, ppi), 0);
		ppis_taken[cpu] &= ~(uint32_t)BIT(ppi);
		vgicv5_soft_set_ppi(soft, cpu, ppi, false);
		gicv2_deactivate(ppi);
	}
}

void wires_resample_spi(unsigned int spi)
{
	uint64_t bit = BIT(spi % 64);

	if (spi >= MAX_SPIS || !(__atomic_load_n(&spis_taken[spi / 64], __ATOMIC_RELAXED) & bit))
		return;
	if (gicv2_line(GICV2_SPI + spi))
		return;
	__atomic_fetch_and(&spis_taken[spi / 64], ~bit, __ATOMIC_SEQ_CST);
	SHELL_TRACE(wire, SHELL_TRACE_NO_VM, GICV5_INTID(GICV5_TYPE_SPI, spi), 0);
	vgicv5_soft_set_spi(soft, spi, false);
	gicv2_deactivate(GICV2_SPI + spi);
}

static void take_spi(unsigned int spi)
{
	uint64_t bit = BIT(spi % 64);

	SHELL_TRACE(wire, SHELL_TRACE_NO_VM, GICV5_INTID(GICV5_TYPE_SPI, spi), 1);
	if (spis_level[spi / 64] & bit) {
		__atomic_fetch_or(&spis_taken[spi / 64], bit, __ATOMIC_SEQ_CST);
		vgicv5_soft_set_spi(soft, spi, true);
		return;
	}
	vgicv5_soft_set_spi(soft, spi, true);
	vgicv5_soft_set_spi(soft, spi, false);
	gicv2_deactivate(GICV2_SPI + spi);
}

bool wires_poll(void)
{
	bool sgi = false;
	unsigned int cpu = this_cpu()->index;
	unsigned int intid;
	uint32_t iar;

	while ((iar = gicv2_acknowledge()) != GICV2_NONE) {
		intid = GICV2_INTID(iar);
		if (intid >= GICV2_SPI && intid - GICV2_SPI < MAX_SPIS) {
			take_spi(intid - GICV2_SPI);
		} else if (intid < GICV2_SPI && BIT(intid) & TIMER_PPIS) {
			SHELL_TRACE(wire, SHELL_TRACE_NO_VM, GICV5_INTID(GICV5_TYPE_PPI, intid), 1);
			ppis_taken[cpu] |= (uint32_t)BIT(intid);
			vgicv5_soft_set_ppi(soft, cpu, intid, true);
		} else {
			sgi = true;
			gicv2_deactivate(iar);
		}
	}
	return sgi;
}

void wires_enable(unsigned int spi, bool level)
{
	uint64_t bit = BIT(spi % 64);

	if (spi >= MAX_SPIS)
		return;
	if (level)
		__atomic_fetch_or(&spis_level[spi / 64], bit, __ATOMIC_SEQ_CST);
	else
		__atomic_fetch_and(&spis_level[spi / 64], ~bit, __ATOMIC_SEQ_CST);
	gicv2_enable(GICV2_SPI + spi, level);
}
