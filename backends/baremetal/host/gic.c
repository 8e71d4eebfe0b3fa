// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "gic.h"

#include "../lib/region.h"
#include "../machine/machine.h"
#include "timer.h"
#include "trace.h"

#include <vgicv5/arch/intid.h>
#include <vgicv5/arch/irs.h>

#define LPI_COUNT 1024u /* handlers; the table may have more entries */
#define GIC_PRIORITY 16u
#define NO_LPI 0xffffffffu
#define TIMEOUT_US 100000u

struct vgicv5_host shell_host;

struct lpi {
	gic_lpi_fn handler;
	void *ctx;
};

struct spi_claim {
	shell_irq_fn handler;
	void *ctx;
	bool held; /* active until shell_host_spi_end() */
};

static struct lpi lpis[LPI_COUNT];
static shell_lock_t lpi_lock;
static unsigned int lpis_used;
static int kick_lpi[SHELL_MAX_CPUS];
static struct spi_claim spis[256];
static shell_lock_t spi_lock;

static volatile uint8_t *irs(unsigned int offset)
{
	return (volatile uint8_t *)machine_irs() + offset;
}

/* All IDLE fields that are waited for here are bit 0, but for that of IRS_CR0. */
static void wait_idle(unsigned int offset, uint64_t idle)
{
	uint64_t end = shell_clock_us() + TIMEOUT_US;

	while (!(vgicv5_mmio_read32(irs(offset)) & idle))
		if (shell_clock_us() > end)
			shell_panic("IRS register %x does not become idle", offset);
}

static void make_lpi_table(void)
{
	uint32_t idr2 = vgicv5_mmio_read32(irs(GICV5_IRS_IDR2));
	uint64_t id_bits = GICV5_GET(IRS_IDR2_MIN_LPI_ID_BITS, idr2);
	uint64_t istsz = 0;
	size_t bytes;
	void *table;

	while ((1u << id_bits) < LPI_COUNT)
		id_bits++;
	if (GICV5_GET(IRS_IDR2_ISTMD, idr2))
		istsz = id_bits < GICV5_GET(IRS_IDR2_ISTMD_SZ, idr2) ? 1 : 2;
	bytes = (size_t)4 << (id_bits + istsz);
	if (bytes < 64)
		bytes = 64;
	table = shell_alloc(bytes, bytes);
	if (!table)
		shell_panic("no memory for the LPI table");
	vgicv5_cache_maintain(table, bytes);
	vgicv5_mmio_write32(irs(GICV5_IRS_IST_CFGR),
			    (uint32_t)(GICV5_PUT(IRS_IST_CFGR_ISTSZ, istsz) |
				       GICV5_PUT(IRS_IST_CFGR_LPI_ID_BITS, id_bits)));
	vgicv5_mmio_write64(irs(GICV5_IRS_IST_BASER), (uintptr_t)table | GICV5_PUT(IRS_IST_BASER_VALID, 1));
	wait_idle(GICV5_IRS_IST_STATUSR, GICV5_MASK(IRS_IST_STATUSR_IDLE));
}

void gic_init(void)
{
	vgicv5_mmio_write32(
		irs(GICV5_IRS_CR1),
		(uint32_t)(GICV5_PUT(IRS_CR1_SH, 3) | GICV5_PUT(IRS_CR1_IC, 1) | GICV5_PUT(IRS_CR1_OC, 1)));
	make_lpi_table();
	vgicv5_mmio_write32(irs(GICV5_IRS_CR0), (uint32_t)GICV5_PUT(IRS_CR0_IRSEN, 1));
	wait_idle(GICV5_IRS_CR0, GICV5_MASK(IRS_CR0_IDLE));
}

static void enable_ppi(unsigned int ppi)
{
	uint64_t shift = ppi % 8 * 8;
	uint64_t priorities = vgicv5_read_ICC_PPI_PRIORITYR3_EL1();

	/* All PPIs the shell uses are in 24 to 31. */
	priorities = (priorities & ~((uint64_t)0xff << shift)) | (uint64_t)GIC_PRIORITY << shift;
	vgicv5_write_ICC_PPI_PRIORITYR3_EL1(priorities);
	vgicv5_write_ICC_PPI_ENABLER0_EL1(vgicv5_read_ICC_PPI_ENABLER0_EL1() | BIT(ppi));
	vgicv5_isb();
}

static void kicked(void *ctx)
{
	(void)ctx;
}

void gic_cpu_init(void)
{
	struct shell_cpu *cpu = this_cpu();

	cpu->running_lpi = NO_LPI;
	cpu->iaffid = (uint16_t)GICV5_GET(ICC_IAFFIDR_EL1_IAFFID, vgicv5_read_ICC_IAFFIDR_EL1());
	vgicv5_write_ICC_PCR_EL1(GICV5_PRIORITY_LOWEST);
	vgicv5_write_ICC_CR0_EL1(vgicv5_read_ICC_CR0_EL1() | GICV5_PUT(ICC_CR0_EL1_EN, 1));
	vgicv5_isb();
	enable_ppi(GICV5_PPI_CNTHP);
	kick_lpi[cpu->index] = gic_lpi_request(kicked, NULL, cpu->index);
}

/* @return whether it is over. */
static bool run_spi(unsigned int spi)
{
	struct spi_claim claim = {NULL, NULL, false};

	shell_lock(&spi_lock);
	if (spi < sizeof(spis) / sizeof(spis[0]))
		claim = spis[spi];
	shell_unlock(&spi_lock);
	if (claim.handler)
		claim.handler(claim.ctx, spi);
	return !claim.held;
}

static void run_lpi(unsigned int id)
{
	struct lpi lpi = {NULL, NULL};

	shell_lock(&lpi_lock);
	if (id < LPI_COUNT)
		lpi = lpis[id];
	this_cpu()->running_lpi = id;
	shell_unlock(&lpi_lock);
	if (lpi.handler)
		lpi.handler(lpi.ctx);
	__atomic_store_n(&this_cpu()->running_lpi, NO_LPI, __ATOMIC_RELEASE);
}

/* A handler that was found before its LPI was released may still run, on another CPU. */
static void wait_for_handlers(unsigned int lpi)
{
	unsigned int i;

	for (i = 0; i < shell_boot.cpu_count; i++)
		while (i != this_cpu()->index &&
		       __atomic_load_n(&shell_cpus[i].running_lpi, __ATOMIC_ACQUIRE) == lpi)
			;
}

void gic_irqs(void)
{
	uint64_t intid;
	unsigned int id;
	bool over;

	while (machine_irq_pending()) {
		intid = vgicv5_gicr_CDIA();
		if (!GICV5_GET(CDIA_VALID, intid))
			continue;
		SHELL_TRACE(host_acknowledge, SHELL_TRACE_NO_VM, (uint32_t)intid, this_cpu()->iaffid);
		vgicv5_gsb_ACK();
		vgicv5_isb();
		vgicv5_gic_CDEOI();
		id = (unsigned int)GICV5_GET(CDIA_ID, intid);
		over = true;
		switch (GICV5_GET(CDIA_TYPE, intid)) {
		case GICV5_TYPE_PPI:
			if (id == GICV5_PPI_CNTHP)
				timer_expired();
			break;
		case GICV5_TYPE_LPI:
			run_lpi(id);
			break;
		case GICV5_TYPE_SPI:
			over = run_spi(id);
			break;
		}
		if (over)
			vgicv5_gic_CDDI(intid);
	}
}

/* ---- LPIs ---- */

static uint64_t lpi_operand(unsigned int lpi)
{
	return GICV5_INTID(GICV5_TYPE_LPI, lpi);
}

void gic_lpi_route(unsigned int lpi, unsigned int cpu)
{
	vgicv5_gic_CDAFF(lpi_operand(lpi) | GICV5_PUT(CDAFF_IAFFID, shell_cpus[cpu].iaffid));
}

int gic_lpi_request(gic_lpi_fn handler, void *ctx, unsigned int cpu)
{
	unsigned int lpi;

	shell_lock(&lpi_lock);
	for (lpi = 0; lpi < LPI_COUNT && lpis[lpi].handler; lpi++)
		;
	if (lpi < LPI_COUNT) {
		lpis[lpi].handler = handler;
		lpis[lpi].ctx = ctx;
		lpis_used++;
	}
	shell_unlock(&lpi_lock);
	if (lpi == LPI_COUNT)
		return -1;
	vgicv5_gic_CDPRI(lpi_operand(lpi) | GICV5_PUT(CDPRI_PRIORITY, GIC_PRIORITY));
	vgicv5_gic_CDHM(lpi_operand(lpi) | GICV5_PUT(CDHM_HM, GICV5_HM_EDGE));
	gic_lpi_route(lpi, cpu);
	vgicv5_gic_CDEN(lpi_operand(lpi));
	vgicv5_gsb_SYS();
	return (int)lpi;
}

void gic_lpi_release(unsigned int lpi)
{
	vgicv5_gic_CDDIS(lpi_operand(lpi));
	vgicv5_gic_CDPEND(lpi_operand(lpi) | GICV5_PUT(CDPEND_PENDING, 0));
	vgicv5_gsb_SYS();
	shell_lock(&lpi_lock);
	lpis[lpi].handler = NULL;
	lpis_used--;
	shell_unlock(&lpi_lock);
	wait_for_handlers(lpi);
}

unsigned int gic_lpis_used(void)
{
	return lpis_used;
}

void gic_kick(unsigned int cpu)
{
	vgicv5_dsb_st();
	vgicv5_gic_CDPEND(lpi_operand((unsigned int)kick_lpi[cpu]) | GICV5_PUT(CDPEND_PENDING, 1));
}

/* ---- SPIs ---- */

static void configure_spi(unsigned int spi, bool level)
{
	uint64_t operand = GICV5_INTID(GICV5_TYPE_SPI, spi);

	vgicv5_mmio_write32(irs(GICV5_IRS_SPI_SELR), spi);
	wait_idle(GICV5_IRS_SPI_STATUSR, GICV5_MASK(IRS_SPI_STATUSR_IDLE));
	vgicv5_mmio_write32(irs(GICV5_IRS_SPI_CFGR), (uint32_t)GICV5_PUT(IRS_SPI_CFGR_TM, level));
	wait_idle(GICV5_IRS_SPI_STATUSR, GICV5_MASK(IRS_SPI_STATUSR_IDLE));
	vgicv5_gic_CDPRI(operand | GICV5_PUT(CDPRI_PRIORITY, GIC_PRIORITY));
	vgicv5_gic_CDAFF(operand | GICV5_PUT(CDAFF_IAFFID, shell_cpus[0].iaffid));
	vgicv5_gic_CDEN(operand);
	vgicv5_gsb_SYS();
}

static int claim_spi(unsigned int spi, bool level, const struct spi_claim *claim)
{
	int error = 0;

	if (spi >= sizeof(spis) / sizeof(spis[0]))
		return VGICV5_INVALID;
	shell_lock(&spi_lock);
	if (spis[spi].handler) {
		error = VGICV5_BUSY;
	} else {
		spis[spi] = *claim;
		configure_spi(spi, level);
		machine_wire(spi, level);
	}
	shell_unlock(&spi_lock);
	return error;
}

int shell_host_spi_claim(unsigned int spi, bool level, shell_irq_fn handler, void *ctx)
{
	return claim_spi(spi, level, &(struct spi_claim){handler, ctx, false});
}

int shell_host_spi_hold(unsigned int spi, shell_irq_fn handler, void *ctx)
{
	return claim_spi(spi, true, &(struct spi_claim){handler, ctx, true});
}

void shell_host_spi_end(unsigned int spi)
{
	vgicv5_gic_CDDI(GICV5_INTID(GICV5_TYPE_SPI, spi));
}
