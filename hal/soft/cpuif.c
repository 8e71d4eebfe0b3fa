/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The CPU interface of a PE: which interrupt is the HPPI, what is signalled, acknowledge, priority drop.
 */
#include "model.h"

uint8_t vsoft_running_priority(uint32_t apr)
{
	return apr ? (uint8_t)__builtin_ctz(apr) : GICV5_PRIORITY_IDLE; /* D_XMBQZ */
}

/* D_MSQKF: at or above the mask, strictly above the running priority. */
static void keep_if_sufficient(const struct vsoft_cpuif *cpuif, struct vsoft_hppi *hppi)
{
	if (hppi->intid && hppi->priority <= cpuif->pcr &&
	    hppi->priority < vsoft_running_priority(cpuif->apr))
		return;
	hppi->intid = 0;
	hppi->priority = 0;
}

static void physical_hppi(struct vgicv5_soft *gic, struct vsoft_pe *pe)
{
	struct vsoft_hppi *best = &pe->physical.hppi;

	best->intid = 0;
	if (pe->physical.enabled) {
		vsoft_ppi_best(gic, pe, false, best);
		if (gic->irs[pe->irs].enabled) {
			vsoft_queue_best(gic, &pe->queue, best);
			if (gic->one_n_pe == pe)
				vsoft_queue_best(gic, &gic->one_n, best);
			if (gic->ist[VSOFT_LPIS].scan)
				vsoft_ist_scan(gic, &gic->ist[VSOFT_LPIS], &pe->queue, best);
			if (gic->ist[VSOFT_LPIS].scan && gic->one_n_pe == pe)
				vsoft_ist_scan(gic, &gic->ist[VSOFT_LPIS], &gic->one_n, best);
		}
	}
	keep_if_sufficient(&pe->physical, best);
}

static void virtual_hppi(struct vgicv5_soft *gic, struct vsoft_pe *pe)
{
	struct vsoft_hppi *best = &pe->virtual.hppi;

	best->intid = 0;
	if (pe->virtual_enabled && pe->virtual.enabled) {
		vsoft_ppi_best(gic, pe, true, best);
		if (pe->resident && gic->irs[pe->irs].enabled &&
		    !GICV5_GET(ICH_CONTEXTR_EL2_IRICHPPIDIS, pe->contextr))
			vsoft_vpe_best(gic, pe->resident, best);
	}
	keep_if_sufficient(&pe->virtual, best);
}

static uint32_t signals_of(const struct vsoft_hppi *hppi, uint32_t plain, uint32_t super)
{
	if (!hppi->intid)
		return 0;
	return plain | (hppi->priority == 0 ? super : 0); /* R_CSBDX */
}

void vsoft_pe_update(struct vgicv5_soft *gic, struct vsoft_pe *pe)
{
	uint32_t signals;

	vsoft_step(gic);
	physical_hppi(gic, pe);
	virtual_hppi(gic, pe);
	signals = signals_of(&pe->physical.hppi, VSOFT_SIGNAL_PHYSICAL, VSOFT_SIGNAL_PHYSICAL_SUPER) |
		  signals_of(&pe->virtual.hppi, VSOFT_SIGNAL_VIRTUAL, VSOFT_SIGNAL_VIRTUAL_SUPER);
	if (signals == pe->signals)
		return;
	__atomic_store_n(&pe->signals, signals, __ATOMIC_RELEASE);
	gic->signalled[pe->number / 32] |= 1u << pe->number % 32;
}

/* 1ofN interrupts all go to the first PE that takes part: it may change with DPS and IRSEN. */
void vsoft_one_n_update(struct vgicv5_soft *gic)
{
	struct vsoft_pe *before = gic->one_n_pe;
	unsigned int i;

	gic->one_n_pe = NULL;
	for (i = 0; gic->config.one_n && i < gic->config.pe_count && !gic->one_n_pe; i++) {
		vsoft_step(gic);
		if (!gic->pes[i].dps && gic->irs[gic->pes[i].irs].enabled)
			gic->one_n_pe = &gic->pes[i];
	}
	if (before == gic->one_n_pe)
		return;
	if (before)
		vsoft_pe_update(gic, before);
	if (gic->one_n_pe)
		vsoft_pe_update(gic, gic->one_n_pe);
}

static void acknowledge_iri(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, uint32_t intid)
{
	enum vsoft_list list = GICV5_GET(INTID_TYPE, intid) == GICV5_TYPE_LPI ? VSOFT_LPIS : VSOFT_SPIS;
	struct vsoft_ist *ist = virtual ? &pe->resident->vm->ist[list] : &gic->ist[list];
	uint32_t id = (uint32_t)GICV5_GET(INTID_ID, intid);
	uint32_t iste;

	if (!vsoft_iste_load(gic, ist, id, &iste))
		return;
	iste |= (uint32_t)GICV5_MASK(L2_ISTE_ACTIVE);
	if (GICV5_GET(L2_ISTE_HM, iste) == GICV5_HM_EDGE)
		iste &= (uint32_t)~GICV5_MASK(L2_ISTE_PENDING);
	vsoft_iste_store(gic, ist, id, iste);
}

uint64_t vsoft_acknowledge(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, bool nmi,
			   bool nmi_enabled)
{
	struct vsoft_cpuif *cpuif = virtual ? &pe->virtual : &pe->physical;
	struct vsoft_hppi hppi = cpuif->hppi;
	bool is_nmi = nmi_enabled && hppi.priority == 0;

	if (!hppi.intid || is_nmi != nmi)
		return 0;
	gic->counters.acknowledges++;
	cpuif->apr |= 1u << hppi.priority;
	if (GICV5_GET(INTID_TYPE, hppi.intid) == GICV5_TYPE_PPI)
		vsoft_ppi_acknowledge(gic, pe, virtual, (unsigned int)GICV5_GET(INTID_ID, hppi.intid));
	else
		acknowledge_iri(gic, pe, virtual, hppi.intid);
	vsoft_pe_update(gic, pe);
	return GICV5_MASK(CDIA_VALID) | hppi.intid;
}

void vsoft_priority_drop(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual)
{
	struct vsoft_cpuif *cpuif = virtual ? &pe->virtual : &pe->physical;

	cpuif->apr &= cpuif->apr - 1;
	vsoft_pe_update(gic, pe);
}

unsigned int vgicv5_soft_signals(const struct vgicv5_soft *gic, unsigned int pe,
				 const struct vgicv5_soft_access *access)
{
	unsigned int result = 0;
	uint32_t signals;

	if (pe >= gic->config.pe_count)
		return 0;
	signals = __atomic_load_n(&gic->pes[pe].signals, __ATOMIC_ACQUIRE);
	if (signals & VSOFT_SIGNAL_PHYSICAL)
		result |= VGICV5_SOFT_IRQ; /* R_QLGBG: never FIQ, there is one domain */
	if (signals & VSOFT_SIGNAL_PHYSICAL_SUPER && access->nmi)
		result |= VGICV5_SOFT_IRQ_NMI;
	if (signals & VSOFT_SIGNAL_VIRTUAL && access->imo)
		result |= VGICV5_SOFT_VIRQ;
	if (signals & VSOFT_SIGNAL_VIRTUAL_SUPER && access->imo && access->nmi)
		result |= VGICV5_SOFT_VIRQ_NMI;
	return result;
}
