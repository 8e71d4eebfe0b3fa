/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The tiny model: tables, states, selection, instructions.
 */
#include "tiny_model.h"
#include "tiny_internal.h"

#include <string.h>

#define NONE 32u

/* ---- Memory and tables ---- */

static uint8_t *at(const struct tiny *t, uint64_t pa, uint64_t bytes)
{
	if (pa < t->memory_base || pa - t->memory_base > t->memory_size - bytes)
		return NULL;
	return t->memory + (pa - t->memory_base);
}

uint64_t tiny_read64(const struct tiny *t, uint64_t pa)
{
	uint64_t value = 0;
	const uint8_t *p = at(t, pa, 8);

	if (p)
		memcpy(&value, p, 8);
	return value;
}

void tiny_write64(struct tiny *t, uint64_t pa, uint64_t value)
{
	uint8_t *p = at(t, pa, 8);

	if (p)
		memcpy(p, &value, 8);
}

/* Address of the L2_VMTE; 0: VM table not valid, or no entry for that VM. */
uint64_t tiny_vmte(const struct tiny *t, uint32_t vm)
{
	uint64_t base = GICV5_ADDR(IRS_VMT_BASER_ADDR, t->vmt_baser);
	uint64_t l1;

	if (!(t->vmt_baser & 1) || vm >> GICV5_GET(IRS_VMT_CFGR_VM_ID_BITS, t->vmt_cfgr))
		return 0;
	if (!GICV5_GET(IRS_VMT_CFGR_STRUCTURE, t->vmt_cfgr))
		return base + (uint64_t)GICV5_L2_VMTE_SIZE * vm;
	l1 = tiny_read64(t, base + 8 * (vm >> GICV5_L2_VMT_INDEX_BITS));
	if (!(l1 & 1))
		return 0;
	return GICV5_ADDR(L1_VMTE_L2_ADDR, l1) +
	       (uint64_t)GICV5_L2_VMTE_SIZE * (vm & ((1u << GICV5_L2_VMT_INDEX_BITS) - 1));
}

bool tiny_vm_valid(const struct tiny *t, uint32_t vm)
{
	uint64_t vmte = tiny_vmte(t, vm);

	return vmte && (tiny_read64(t, vmte) & 1);
}

uint64_t tiny_vpete(const struct tiny *t, uint32_t vm, uint32_t vpe)
{
	uint64_t dword;

	if (!tiny_vm_valid(t, vm))
		return 0;
	dword = tiny_read64(t, tiny_vmte(t, vm) + 8);
	if (vpe >> GICV5_GET(L2_VMTE1_VPE_ID_BITS, dword))
		return 0;
	return GICV5_ADDR(L2_VMTE1_VPET_ADDR, dword) + 8 * (uint64_t)vpe;
}

bool tiny_vpe_valid(const struct tiny *t, uint32_t vm, uint32_t vpe)
{
	uint64_t entry = tiny_vpete(t, vm, vpe);

	return entry && (tiny_read64(t, entry) & 1);
}

/* The IST that an INTID names; `valid` says whether there is one. */
struct tiny_ist tiny_find_ist(const struct tiny *t, uint32_t vm, unsigned int type)
{
	struct tiny_ist ist = {0};
	uint64_t d;

	if (vm == TINY_PHYSICAL) {
		ist.valid = type == GICV5_TYPE_LPI && (t->ist_baser & 1);
		ist.base = GICV5_ADDR(IRS_IST_BASER_ADDR, t->ist_baser);
		ist.id_bits = (unsigned int)GICV5_GET(IRS_IST_CFGR_LPI_ID_BITS, t->ist_cfgr);
		ist.istsz = (unsigned int)GICV5_GET(IRS_IST_CFGR_ISTSZ, t->ist_cfgr);
		ist.l2sz = (unsigned int)GICV5_GET(IRS_IST_CFGR_L2SZ, t->ist_cfgr);
		ist.two_level = GICV5_GET(IRS_IST_CFGR_STRUCTURE, t->ist_cfgr);
		return ist;
	}
	if ((type != GICV5_TYPE_LPI && type != GICV5_TYPE_SPI) || !tiny_vm_valid(t, vm))
		return ist;
	d = tiny_read64(t, tiny_vmte(t, vm) + (type == GICV5_TYPE_LPI ? 16 : 24));
	ist.valid = GICV5_GET(L2_VMTE_IST_VALID, d);
	ist.base = GICV5_ADDR(L2_VMTE_IST_ADDR, d);
	ist.id_bits = (unsigned int)GICV5_GET(L2_VMTE_IST_ID_BITS, d);
	ist.istsz = (unsigned int)GICV5_GET(L2_VMTE_IST_ISTSZ, d);
	ist.l2sz = (unsigned int)GICV5_GET(L2_VMTE_IST_L2SZ, d);
	ist.two_level = GICV5_GET(L2_VMTE_IST_STRUCTURE, d);
	return ist;
}

/* Address of the L1_ISTE that covers an ID. */
uint64_t tiny_l1_iste(const struct tiny_ist *ist, uint32_t id)
{
	return ist->base + 8 * (uint64_t)(id >> (10 - ist->istsz + 2 * ist->l2sz));
}

static uint8_t *find_iste(const struct tiny *t, uint32_t vm, uint32_t intid)
{
	struct tiny_ist ist = tiny_find_ist(t, vm, intid >> 29);
	unsigned int bits = 10 - ist.istsz + 2 * ist.l2sz;
	uint32_t id = intid & 0xffffff;
	uint64_t l1;

	if (!ist.valid || id >> ist.id_bits)
		return NULL;
	if (!ist.two_level)
		return at(t, ist.base + ((uint64_t)id << (2 + ist.istsz)), 4);
	l1 = tiny_read64(t, tiny_l1_iste(&ist, id));
	if (!(l1 & 1))
		return NULL;
	id &= (1u << bits) - 1;
	return at(t, GICV5_ADDR(L1_ISTE_L2_ADDR, l1) + ((uint64_t)id << (2 + ist.istsz)), 4);
}

static bool spi_reachable(const struct tiny *t, uint32_t id)
{
	unsigned int i;

	for (i = 0; i < t->irs_count; i++) {
		if (id >= t->irs[i].first_spi && id - t->irs[i].first_spi < t->irs[i].spi_count)
			return !t->spi[id].to_vm;
	}
	return false;
}

bool tiny_load(const struct tiny *t, uint32_t vm, uint32_t intid, uint32_t *iste)
{
	uint32_t id = intid & 0xffffff;
	const uint8_t *p;

	if (vm == TINY_PHYSICAL && intid >> 29 == GICV5_TYPE_SPI) {
		if (!spi_reachable(t, id))
			return false;
		*iste = t->spi[id].iste;
		return true;
	}
	p = find_iste(t, vm, intid);
	if (p)
		memcpy(iste, p, 4);
	return p;
}

void tiny_watch(struct tiny *t, uint32_t vm, uint32_t intid)
{
	unsigned int i;

	for (i = 0; i < t->seen_count; i++) {
		if (t->seen[i].vm == vm && t->seen[i].intid == intid)
			return;
	}
	if (t->seen_count < TINY_SEEN) {
		t->seen[t->seen_count].vm = vm;
		t->seen[t->seen_count++].intid = intid;
	}
}

static void store(struct tiny *t, uint32_t vm, uint32_t intid, uint32_t iste)
{
	uint8_t *p;

	intid &= 0xe0ffffff;
	if (iste & GICV5_MASK(L2_ISTE_PENDING))
		tiny_watch(t, vm, intid);
	if (vm == TINY_PHYSICAL && intid >> 29 == GICV5_TYPE_SPI) {
		t->spi[intid & 0xffffff].iste = iste;
		return;
	}
	p = find_iste(t, vm, intid);
	if (p)
		memcpy(p, &iste, 4);
}

static uint32_t with(uint32_t iste, uint64_t mask, uint64_t bits)
{
	return (uint32_t)((iste & ~mask) | bits);
}

/* ---- Selection ---- */

/* The PE that physical 1ofN interrupts go to: the first that takes part. */
static bool takes_one_n(const struct tiny *t, unsigned int pe)
{
	unsigned int i;

	for (i = 0; i < t->pe_count; i++) {
		if (!t->pe[i].dps && t->irs[t->pe[i].irs].en)
			return i == pe;
	}
	return false;
}

static bool resident_anywhere(const struct tiny *t, uint32_t vm, uint32_t vpe)
{
	unsigned int i;

	for (i = 0; i < t->pe_count; i++) {
		if (t->pe[i].resident && t->pe[i].vm == vm && t->pe[i].vpe == vpe)
			return true;
	}
	return false;
}

/* The first resident VPE that takes part in 1ofN; TINY_VPES: none. */
static unsigned int one_n_vpe(const struct tiny *t, uint32_t vm)
{
	unsigned int v;

	for (v = 0; v < TINY_VPES; v++) {
		if (resident_anywhere(t, vm, v) && !t->vm[vm].vpe[v].dps)
			return v;
	}
	return TINY_VPES;
}

/* Priority of an LPI or SPI for a target, NONE if it is not deliverable there. */
static unsigned int iri_priority(const struct tiny *t, uint32_t vm, uint32_t intid, unsigned int target,
				 bool one_n_too)
{
	uint32_t iste;

	if (!tiny_load(t, vm, intid, &iste))
		return NONE;
	if (!GICV5_GET(L2_ISTE_PENDING, iste) || !GICV5_GET(L2_ISTE_ENABLE, iste) ||
	    GICV5_GET(L2_ISTE_ACTIVE, iste))
		return NONE;
	if (GICV5_GET(L2_ISTE_IRM, iste) ? !one_n_too : GICV5_GET(L2_ISTE_IAFFID, iste) != target)
		return NONE;
	return (unsigned int)GICV5_GET(L2_ISTE_PRIORITY, iste);
}

static unsigned int iri_best(const struct tiny *t, uint32_t vm, unsigned int target, bool one_n_too)
{
	unsigned int best = NONE;
	unsigned int i;

	for (i = 0; i < t->seen_count; i++) {
		unsigned int p;

		if (t->seen[i].vm != vm)
			continue;
		p = iri_priority(t, vm, t->seen[i].intid, target, one_n_too);
		if (p < best)
			best = p;
	}
	return best;
}

uint64_t tiny_ppi_pending(const struct tiny_pe *pe, bool virtual, unsigned int word)
{
	if (!virtual)
		return pe->cpuif[0].pending[word];
	return (pe->cpuif[0].pending[word] & pe->dvi[word]) | (pe->cpuif[1].pending[word] & ~pe->dvi[word]);
}

/* Priority of one interrupt as a candidate of a domain of a PE. */
static unsigned int candidate(const struct tiny *t, unsigned int number, bool virtual, uint32_t intid)
{
	const struct tiny_pe *pe = &t->pe[number];
	const struct tiny_cpuif *c = &pe->cpuif[virtual];
	uint32_t id = intid & 0xffffff;

	if (intid >> 29 == GICV5_TYPE_PPI) {
		uint64_t on =
			c->enabled[id / 64] & ~c->active[id / 64] & tiny_ppi_pending(pe, virtual, id / 64);

		return on >> id % 64 & 1 ? c->priority[id] : NONE;
	}
	if (!t->irs[pe->irs].en)
		return NONE;
	if (!virtual)
		return iri_priority(t, TINY_PHYSICAL, intid, number, takes_one_n(t, number));
	if (!pe->resident || GICV5_GET(ICH_CONTEXTR_EL2_IRICHPPIDIS, pe->contextr))
		return NONE;
	return iri_priority(t, pe->vm, intid, pe->vpe, one_n_vpe(t, pe->vm) == pe->vpe);
}

static unsigned int running(uint32_t apr)
{
	unsigned int p = 0;

	while (p < 32 && !(apr >> p & 1))
		p++;
	return p;
}

unsigned int tiny_best(const struct tiny *t, unsigned int number, bool virtual)
{
	const struct tiny_pe *pe = &t->pe[number];
	const struct tiny_cpuif *c = &pe->cpuif[virtual];
	unsigned int best = NONE;
	unsigned int i;

	if (!c->en || (virtual && !pe->vctlr_en))
		return NONE;
	for (i = 0; i < 128; i++) {
		unsigned int p = candidate(t, number, virtual, GICV5_INTID(GICV5_TYPE_PPI, i));

		if (p < best)
			best = p;
	}
	for (i = 0; i < t->seen_count; i++) {
		unsigned int p;

		if (t->seen[i].vm != (virtual ? pe->vm : TINY_PHYSICAL))
			continue;
		p = candidate(t, number, virtual, t->seen[i].intid);
		if (p < best)
			best = p;
	}
	/* D_MSQKF */
	return best <= c->pcr && best < running(c->apr) ? best : NONE;
}

/* Is `hppi` (VALID, type and ID) a legal answer? */
bool tiny_hppi_legal(const struct tiny *t, unsigned int pe, bool virtual, uint64_t hppi)
{
	unsigned int best = tiny_best(t, pe, virtual);

	if (best == NONE)
		return hppi == 0;
	return hppi >> 32 == 1 && candidate(t, pe, virtual, (uint32_t)hppi) == best;
}

/* ---- Doorbells (R_CWZMW) ---- */

static bool rings(const struct tiny *t, uint32_t vm, uint32_t v)
{
	const struct tiny_vpe *vpe = &t->vm[vm].vpe[v];
	bool one_n = t->vm[vm].bell_en && t->vm[vm].bell_vpe == v && one_n_vpe(t, vm) == TINY_VPES;

	if (!tiny_vpe_valid(t, vm, v) || resident_anywhere(t, vm, v) || !vpe->bell_valid ||
	    !vpe->bell_requested)
		return false;
	return iri_best(t, vm, v, one_n) <= vpe->bell_mask;
}

void tiny_doorbells(struct tiny *t)
{
	uint32_t vm;
	uint32_t v;

	for (vm = 0; vm < TINY_VMS; vm++) {
		for (v = 0; v < TINY_VPES; v++) {
			if (!rings(t, vm, v))
				continue;
			t->vm[vm].vpe[v].bell_requested = false;
			tiny_event(t, TINY_PHYSICAL, GICV5_INTID(GICV5_TYPE_LPI, t->vm[vm].vpe[v].bell),
				   TINY_SET_EDGE);
		}
	}
}

/* IRS_VPE_HPPIR: the IRI's best for a VPE, resident or not. */
bool tiny_vpe_hppi_legal(const struct tiny *t, uint32_t vm, uint32_t vpe, uint64_t hppi)
{
	bool one_n = one_n_vpe(t, vm) == vpe;
	unsigned int best = iri_best(t, vm, vpe, one_n);

	if (best == NONE)
		return hppi == 0;
	return hppi >> 32 == 1 && iri_priority(t, vm, (uint32_t)hppi, vpe, one_n) == best;
}

/* ---- Events and instructions ---- */

void tiny_event(struct tiny *t, uint32_t vm, uint32_t intid, enum tiny_event event)
{
	uint32_t iste;

	if (!tiny_load(t, vm, intid, &iste))
		return;
	if (event != TINY_CLEAR)
		iste = with(iste, GICV5_MASK(L2_ISTE_HM), GICV5_PUT(L2_ISTE_HM, event == TINY_SET_LEVEL));
	iste = with(iste, GICV5_MASK(L2_ISTE_PENDING), event != TINY_CLEAR);
	store(t, vm, intid, iste);
}

static uint64_t icsr(uint32_t iste)
{
	return GICV5_PUT(ICC_ICSR_EL1_IAFFID, GICV5_GET(L2_ISTE_IAFFID, iste)) |
	       GICV5_PUT(ICC_ICSR_EL1_PRIORITY, GICV5_GET(L2_ISTE_PRIORITY, iste)) |
	       GICV5_PUT(ICC_ICSR_EL1_HM, GICV5_GET(L2_ISTE_HM, iste)) |
	       GICV5_PUT(ICC_ICSR_EL1_ACTIVE, GICV5_GET(L2_ISTE_ACTIVE, iste)) |
	       GICV5_PUT(ICC_ICSR_EL1_IRM, GICV5_GET(L2_ISTE_IRM, iste)) |
	       GICV5_PUT(ICC_ICSR_EL1_PENDING, GICV5_GET(L2_ISTE_PENDING, iste)) |
	       GICV5_PUT(ICC_ICSR_EL1_ENABLED, GICV5_GET(L2_ISTE_ENABLE, iste));
}

/* The new state of an interrupt; `cd`: the instruction's CD form. */
static uint32_t changed(const struct tiny *t, bool virtual, unsigned int cd, uint32_t iste, uint64_t op)
{
	unsigned int shift = 5u - t->pri_bits;
	uint64_t priority = GICV5_GET(CDPRI_PRIORITY, op) >> shift << shift;

	switch (cd) {
	case GICV5_GIC_CDEN:
	case GICV5_GIC_CDDIS:
		return with(iste, GICV5_MASK(L2_ISTE_ENABLE),
			    GICV5_PUT(L2_ISTE_ENABLE, cd == GICV5_GIC_CDEN));
	case GICV5_GIC_CDPRI:
		return with(iste, GICV5_MASK(L2_ISTE_PRIORITY), GICV5_PUT(L2_ISTE_PRIORITY, priority));
	case GICV5_GIC_CDAFF:
		/* Asking for 1ofN where there is none: the whole instruction is ignored. */
		if (GICV5_GET(CDAFF_IRM, op) && !(virtual ? t->virt_one_n : t->one_n))
			return iste;
		iste = with(iste, GICV5_MASK(L2_ISTE_IRM), GICV5_PUT(L2_ISTE_IRM, GICV5_GET(CDAFF_IRM, op)));
		return with(iste, GICV5_MASK(L2_ISTE_IAFFID),
			    GICV5_PUT(L2_ISTE_IAFFID, GICV5_GET(CDAFF_IAFFID, op)));
	case GICV5_GIC_CDPEND:
		return with(iste, GICV5_MASK(L2_ISTE_PENDING), GICV5_GET(CDPEND_PENDING, op));
	case GICV5_GIC_CDHM:
		return with(iste, GICV5_MASK(L2_ISTE_HM), GICV5_PUT(L2_ISTE_HM, GICV5_GET(CDHM_HM, op)));
	default: /* CDDI */
		return with(iste, GICV5_MASK(L2_ISTE_ACTIVE), 0);
	}
}

/* An instruction with an operand, in its CD form, on a VM or on the physical domain; `none`: no such VM. */
void tiny_operate(struct tiny *t, unsigned int number, bool virtual, uint32_t vm, bool none, unsigned int cd,
		  uint64_t op)
{
	uint32_t intid = (uint32_t)op & 0xe0ffffff;
	uint32_t iste = 0;
	bool reachable = !none && (t->cpu_id_bits || !(intid & 0xff0000)) && tiny_load(t, vm, intid, &iste);

	if (cd == GICV5_GIC_CDRCFG)
		t->pe[number].icsr = reachable ? icsr(iste) : GICV5_MASK(ICC_ICSR_EL1_F);
	else if (reachable)
		store(t, vm, intid, changed(t, virtual, cd, iste, op));
}

void tiny_acknowledged(struct tiny *t, unsigned int number, bool virtual, uint32_t intid)
{
	struct tiny_pe *pe = &t->pe[number];
	uint32_t vm = virtual ? pe->vm : TINY_PHYSICAL;
	uint32_t id = intid & 0xffffff;
	uint32_t iste;

	pe->cpuif[virtual].apr |= 1u << candidate(t, number, virtual, intid);
	if (intid >> 29 == GICV5_TYPE_PPI) {
		uint64_t bit = (uint64_t)1 << id % 64;

		pe->cpuif[virtual].active[id / 64] |= bit;
		/* With DVI an edge PPI's pending state is the physical one, shared (D_QNZMN). */
		if (!(t->level[id / 64] & bit))
			pe->cpuif[virtual && !(pe->dvi[id / 64] & bit)].pending[id / 64] &= ~bit;
		return;
	}
	if (!tiny_load(t, vm, intid, &iste))
		return;
	iste |= (uint32_t)GICV5_MASK(L2_ISTE_ACTIVE);
	if (!GICV5_GET(L2_ISTE_HM, iste))
		iste &= ~(uint32_t)GICV5_MASK(L2_ISTE_PENDING);
	store(t, vm, intid, iste);
}

/* ---- Wires ---- */

void tiny_set_ppi(struct tiny *t, unsigned int number, unsigned int ppi, bool asserted)
{
	struct tiny_pe *pe = &t->pe[number];
	uint64_t bit = (uint64_t)1 << ppi % 64;
	unsigned int w = ppi / 64;

	if (!(t->implemented[w] & bit))
		return;
	if (t->level[w] & bit)
		pe->cpuif[0].pending[w] =
			asserted ? pe->cpuif[0].pending[w] | bit : pe->cpuif[0].pending[w] & ~bit;
	else if (asserted && !(pe->line[w] & bit))
		pe->cpuif[0].pending[w] |= bit;
	pe->line[w] = asserted ? pe->line[w] | bit : pe->line[w] & ~bit;
}

/* The event of a wire that is (or is taken to be) at a level, in the SPI's trigger mode. */
void tiny_spi_event(struct tiny *t, uint32_t spi, enum tiny_event event)
{
	tiny_event(t, t->spi[spi].to_vm ? t->spi[spi].vm : TINY_PHYSICAL, GICV5_INTID(GICV5_TYPE_SPI, spi),
		   event);
}

/* R_QBXXV */
void tiny_set_spi(struct tiny *t, uint32_t spi, bool asserted)
{
	bool before;

	if (spi >= t->spi_range)
		return;
	before = t->spi[spi].line;
	t->spi[spi].line = asserted;
	if (before == asserted)
		return;
	if (t->spi[spi].level_trigger)
		tiny_spi_event(t, spi, asserted ? TINY_SET_LEVEL : TINY_CLEAR);
	else if (asserted)
		tiny_spi_event(t, spi, TINY_SET_EDGE);
	tiny_doorbells(t);
}

void tiny_setlpi(struct tiny *t, uint32_t lpi)
{
	tiny_event(t, TINY_PHYSICAL, GICV5_INTID(GICV5_TYPE_LPI, lpi), TINY_SET_EDGE);
}
