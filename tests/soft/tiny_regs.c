/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The tiny model: system registers, residency, and the registers of an IRS.
 */
#include "tiny_internal.h"

/* ---- System registers ---- */

/* Bit of ICH_HFGRTR_EL2 and ICH_HFGWTR_EL2 that covers a register; -1: none. */
static int trap_bit(unsigned int encoding)
{
	switch (encoding) {
	case GICV5_ICC_APR_EL1:
		return 0;
	case GICV5_ICC_IDR0_EL1:
		return 1;
	case GICV5_ICC_CR0_EL1:
		return 2;
	case GICV5_ICC_HPPIR_EL1:
		return 4;
	case GICV5_ICC_PCR_EL1:
		return 5;
	case GICV5_ICC_ICSR_EL1:
		return 6;
	case GICV5_ICC_IAFFIDR_EL1:
		return 7;
	case GICV5_ICC_PPI_HMR0_EL1:
	case GICV5_ICC_PPI_HMR1_EL1:
		return 16;
	case GICV5_ICC_PPI_ENABLER0_EL1:
	case GICV5_ICC_PPI_ENABLER1_EL1:
		return 17;
	case GICV5_ICC_PPI_CPENDR0_EL1:
	case GICV5_ICC_PPI_CPENDR1_EL1:
	case GICV5_ICC_PPI_SPENDR0_EL1:
	case GICV5_ICC_PPI_SPENDR1_EL1:
		return 18;
	case GICV5_ICC_PPI_CACTIVER0_EL1:
	case GICV5_ICC_PPI_CACTIVER1_EL1:
	case GICV5_ICC_PPI_SACTIVER0_EL1:
	case GICV5_ICC_PPI_SACTIVER1_EL1:
		return 20;
	default:
		return (encoding >= GICV5_ICC_PPI_PRIORITYR0_EL1 && encoding <= GICV5_ICC_PPI_PRIORITYR15_EL1)
			       ? 19
			       : -1;
	}
}

static bool read_only(unsigned int encoding)
{
	return encoding == GICV5_ICC_HAPR_EL1 || encoding == GICV5_ICC_IDR0_EL1 ||
	       encoding == GICV5_ICC_HPPIR_EL1 || encoding == GICV5_ICC_IAFFIDR_EL1 ||
	       encoding == GICV5_ICC_PPI_HMR0_EL1 || encoding == GICV5_ICC_PPI_HMR1_EL1 ||
	       encoding == GICV5_ICH_HPPIR_EL2;
}

static uint64_t priorities(const struct tiny_cpuif *c, unsigned int n)
{
	uint64_t value = 0;
	unsigned int i;

	for (i = 0; i < 8; i++)
		value |= (uint64_t)c->priority[8 * n + i] << 8 * i;
	return value;
}

static void set_priorities(const struct tiny *t, struct tiny_cpuif *c, unsigned int n, uint64_t value)
{
	unsigned int i;

	for (i = 0; i < 8; i++) {
		if (t->implemented[n / 8] >> (8 * n + i) % 64 & 1)
			c->priority[8 * n + i] = value >> 8 * i & 31;
	}
}

static uint64_t running_priority(uint32_t apr)
{
	unsigned int p;

	for (p = 0; p < 32; p++) {
		if (apr >> p & 1)
			return p;
	}
	return GICV5_PRIORITY_IDLE;
}

/* The registers that exist for both domains, by the ICC name. */
static uint64_t read_icc(const struct tiny *t, unsigned int number, bool virtual, unsigned int encoding,
			 uint64_t other)
{
	const struct tiny_pe *pe = &t->pe[number];
	const struct tiny_cpuif *c = &pe->cpuif[virtual];

	switch (encoding) {
	case GICV5_ICC_APR_EL1:
		return c->apr;
	case GICV5_ICC_CR0_EL1: /* link: the implementation's own */
		return (other & ~GICV5_MASK(ICC_CR0_EL1_EN)) | c->en;
	case GICV5_ICC_PCR_EL1:
		return c->pcr;
	case GICV5_ICC_HAPR_EL1:
		return running_priority(c->apr);
	case GICV5_ICC_HPPIR_EL1:
		return tiny_hppi_legal(t, number, virtual, other) ? other : ~other;
	case GICV5_ICC_ICSR_EL1:
		return pe->icsr;
	case GICV5_ICC_IAFFIDR_EL1:
		return number;
	case GICV5_ICC_IDR0_EL1:
		return GICV5_PUT(ICC_IDR0_EL1_PRI_BITS, 4) | t->cpu_id_bits;
	case GICV5_ICC_PPI_HMR0_EL1:
	case GICV5_ICC_PPI_HMR1_EL1:
		return t->level[encoding & 1];
	case GICV5_ICC_PPI_ENABLER0_EL1:
	case GICV5_ICC_PPI_ENABLER1_EL1:
		return c->enabled[encoding & 1];
	case GICV5_ICC_PPI_CPENDR0_EL1:
	case GICV5_ICC_PPI_CPENDR1_EL1:
	case GICV5_ICC_PPI_SPENDR0_EL1:
	case GICV5_ICC_PPI_SPENDR1_EL1:
		return tiny_ppi_pending(pe, virtual, encoding & 1);
	case GICV5_ICC_PPI_CACTIVER0_EL1:
	case GICV5_ICC_PPI_CACTIVER1_EL1:
	case GICV5_ICC_PPI_SACTIVER0_EL1:
	case GICV5_ICC_PPI_SACTIVER1_EL1:
		return c->active[encoding & 1];
	default:
		return priorities(c, encoding - GICV5_ICC_PPI_PRIORITYR0_EL1);
	}
}

/* SPENDR and CPENDR: edge PPIs only; with DVI the state is the physical PPI's. */
static void write_pend(struct tiny *t, struct tiny_pe *pe, bool virtual, unsigned int w, uint64_t bits,
		       bool set)
{
	unsigned int i;

	bits &= t->implemented[w] & ~t->level[w];
	for (i = 0; i < 64; i++) {
		uint64_t bit = bits & (uint64_t)1 << i;
		struct tiny_cpuif *c = &pe->cpuif[virtual && !(pe->dvi[w] & bit)];

		c->pending[w] = set ? c->pending[w] | bit : c->pending[w] & ~bit;
	}
}

static void write_icc(struct tiny *t, unsigned int number, bool virtual, unsigned int encoding,
		      uint64_t value)
{
	struct tiny_pe *pe = &t->pe[number];
	struct tiny_cpuif *c = &pe->cpuif[virtual];
	unsigned int w = encoding & 1;

	switch (encoding) {
	case GICV5_ICC_APR_EL1:
		c->apr = (uint32_t)value;
		break;
	case GICV5_ICC_CR0_EL1:
		c->en = value & 1;
		break;
	case GICV5_ICC_PCR_EL1:
		c->pcr = value & 31;
		break;
	case GICV5_ICC_ICSR_EL1:
		pe->icsr = value & 0xffff0000f83fu;
		break;
	case GICV5_ICC_PPI_ENABLER0_EL1:
	case GICV5_ICC_PPI_ENABLER1_EL1:
		c->enabled[w] = value & t->implemented[w];
		break;
	case GICV5_ICC_PPI_CPENDR0_EL1:
	case GICV5_ICC_PPI_CPENDR1_EL1:
	case GICV5_ICC_PPI_SPENDR0_EL1:
	case GICV5_ICC_PPI_SPENDR1_EL1:
		write_pend(t, pe, virtual, w, value, encoding >= GICV5_ICC_PPI_SPENDR0_EL1);
		break;
	case GICV5_ICC_PPI_CACTIVER0_EL1:
	case GICV5_ICC_PPI_CACTIVER1_EL1:
		c->active[w] &= ~value;
		break;
	case GICV5_ICC_PPI_SACTIVER0_EL1:
	case GICV5_ICC_PPI_SACTIVER1_EL1:
		c->active[w] |= value & t->implemented[w];
		break;
	default:
		set_priorities(t, c, encoding - GICV5_ICC_PPI_PRIORITYR0_EL1, value);
		break;
	}
}

/* ---- Residency ---- */

static void leave(struct tiny *t, struct tiny_pe *pe)
{
	(void)t;
	pe->resident = false;
}

static bool resident_elsewhere(const struct tiny *t, const struct tiny_pe *self, uint32_t vm, uint32_t vpe)
{
	unsigned int i;

	for (i = 0; i < t->pe_count; i++) {
		if (&t->pe[i] != self && t->pe[i].resident && t->pe[i].vm == vm && t->pe[i].vpe == vpe)
			return true;
	}
	return false;
}

static void write_contextr(struct tiny *t, struct tiny_pe *pe, uint64_t value)
{
	uint16_t vm = (uint16_t)GICV5_GET(ICH_CONTEXTR_EL2_VM, value);
	uint16_t vpe = (uint16_t)GICV5_GET(ICH_CONTEXTR_EL2_VPE, value);

	value &= ~(GICV5_MASK(ICH_CONTEXTR_EL2_F) | GICV5_BITS(54, 48) | GICV5_BITS(31, 16));
	pe->contextr = value;
	if (!GICV5_GET(ICH_CONTEXTR_EL2_V, value)) {
		if (pe->resident && GICV5_GET(ICH_CONTEXTR_EL2_DB, value)) {
			t->vm[pe->vm].vpe[pe->vpe].bell_requested = true;
			t->vm[pe->vm].vpe[pe->vpe].bell_mask =
				(uint8_t)GICV5_GET(ICH_CONTEXTR_EL2_DBPM, value);
		}
		leave(t, pe);
		return;
	}
	/* A VPE that is resident on another PE: refused, as one that does not exist. */
	if (!tiny_vpe_valid(t, vm, vpe) || resident_elsewhere(t, pe, vm, vpe)) {
		pe->contextr |= GICV5_MASK(ICH_CONTEXTR_EL2_F);
		leave(t, pe);
		return;
	}
	/* Written again for the VPE that is resident, it changes IRICHPPIDIS only. */
	if (!pe->resident || pe->vm != vm || pe->vpe != vpe)
		t->vm[vm].vpe[vpe].bell_requested = false;
	pe->resident = true;
	pe->vm = vm;
	pe->vpe = vpe;
}

/* ---- EL2's registers ---- */

/* The ICC register with the same storage, for the virtual domain; 0: none. */
static unsigned int icc_twin(unsigned int encoding)
{
	switch (encoding) {
	case GICV5_ICH_APR_EL2:
		return GICV5_ICC_APR_EL1;
	case GICV5_ICH_HPPIR_EL2:
		return GICV5_ICC_HPPIR_EL1;
	case GICV5_ICH_PPI_ENABLER0_EL2:
		return GICV5_ICC_PPI_ENABLER0_EL1;
	case GICV5_ICH_PPI_ENABLER1_EL2:
		return GICV5_ICC_PPI_ENABLER1_EL1;
	default:
		if (encoding < GICV5_ICH_PPI_PRIORITYR0_EL2 || encoding > GICV5_ICH_PPI_PRIORITYR15_EL2)
			return 0;
		return encoding - GICV5_ICH_PPI_PRIORITYR0_EL2 + GICV5_ICC_PPI_PRIORITYR0_EL1;
	}
}

static uint64_t read_ich(const struct tiny *t, unsigned int number, unsigned int encoding, uint64_t other)
{
	const struct tiny_pe *pe = &t->pe[number];
	const struct tiny_cpuif *c = &pe->cpuif[1];

	switch (encoding) {
	case GICV5_ICH_HFGRTR_EL2: /* bit 3 is RES1 in one issue of the architecture */
		return pe->hfg[0] | (other & GICV5_MASK(ICH_HFGRTR_EL2_RES1));
	case GICV5_ICH_HFGWTR_EL2:
		return pe->hfg[1];
	case GICV5_ICH_HFGITR_EL2:
		return pe->hfg[2];
	case GICV5_ICH_PPI_DVIR0_EL2:
	case GICV5_ICH_PPI_DVIR1_EL2:
		return pe->dvi[encoding & 1];
	case GICV5_ICH_PPI_PENDR0_EL2:
	case GICV5_ICH_PPI_PENDR1_EL2:
		return c->pending[encoding & 1];
	case GICV5_ICH_PPI_ACTIVER0_EL2:
	case GICV5_ICH_PPI_ACTIVER1_EL2:
		return c->active[encoding & 1];
	case GICV5_ICH_VCTLR_EL2:
		return pe->vctlr_en;
	case GICV5_ICH_CONTEXTR_EL2:
		return pe->contextr;
	case GICV5_ICH_VMCR_EL2:
		return GICV5_PUT(ICH_VMCR_EL2_VPMR, c->pcr) | c->en;
	default:
		return read_icc(t, number, true, icc_twin(encoding), other);
	}
}

static void write_ich(struct tiny *t, unsigned int number, unsigned int encoding, uint64_t value)
{
	struct tiny_pe *pe = &t->pe[number];
	struct tiny_cpuif *c = &pe->cpuif[1];
	unsigned int w = encoding & 1;

	switch (encoding) {
	case GICV5_ICH_HFGRTR_EL2:
		pe->hfg[0] = value & GICV5_HFGRTR_ALL;
		break;
	case GICV5_ICH_HFGWTR_EL2:
		pe->hfg[1] = value & GICV5_HFGWTR_ALL;
		break;
	case GICV5_ICH_HFGITR_EL2:
		pe->hfg[2] = value & GICV5_HFGITR_ALL;
		break;
	case GICV5_ICH_PPI_DVIR0_EL2:
	case GICV5_ICH_PPI_DVIR1_EL2:
		pe->dvi[w] = value & t->implemented[w];
		break;
	case GICV5_ICH_PPI_PENDR0_EL2:
	case GICV5_ICH_PPI_PENDR1_EL2:
		c->pending[w] = value & t->implemented[w];
		break;
	case GICV5_ICH_PPI_ACTIVER0_EL2:
	case GICV5_ICH_PPI_ACTIVER1_EL2:
		c->active[w] = value & t->implemented[w];
		break;
	case GICV5_ICH_VCTLR_EL2:
		pe->vctlr_en = value & 1;
		break;
	case GICV5_ICH_CONTEXTR_EL2:
		write_contextr(t, pe, value);
		break;
	case GICV5_ICH_VMCR_EL2:
		c->pcr = (uint8_t)GICV5_GET(ICH_VMCR_EL2_VPMR, value);
		c->en = value & 1;
		break;
	default:
		write_icc(t, number, true, icc_twin(encoding), value);
		break;
	}
}

/* ---- Instructions ---- */

static int instruction_trap(unsigned int cd)
{
	static const unsigned int order[] = {GICV5_GIC_CDEN,  GICV5_GIC_CDDIS,	GICV5_GIC_CDPRI,
					     GICV5_GIC_CDAFF, GICV5_GIC_CDPEND, GICV5_GIC_CDRCFG,
					     GICV5_GIC_CDHM,  GICV5_GIC_CDEOI,	GICV5_GIC_CDDI,
					     GICV5_GIC_CDIA,  GICV5_GIC_CDNMIA};
	int i;

	for (i = 0; i < (int)(sizeof(order) / sizeof(order[0])); i++) {
		if (order[i] == cd)
			return i;
	}
	return -1;
}

static uint64_t acknowledge(struct tiny *t, unsigned int number, bool virtual, bool nmi_insn, bool nmi,
			    uint64_t other)
{
	unsigned int best = tiny_best(t, number, virtual);

	/* R_CSBDX: with NMI, priority 0 is for CDNMIA, all others for CDIA. */
	if (best == 32 || (nmi && best == 0) != nmi_insn)
		return 0;
	if (!tiny_hppi_legal(t, number, virtual, other))
		return ~other;
	tiny_acknowledged(t, number, virtual, (uint32_t)other);
	return other;
}

/* CD instructions. */
static void execute_cd(struct tiny *t, unsigned int number, bool virtual, bool nmi, unsigned int cd,
		       uint64_t *value)
{
	struct tiny_pe *pe = &t->pe[number];
	uint32_t id = (uint32_t)GICV5_GET(INSN_ID, *value);

	if (cd == GICV5_GIC_CDIA || cd == GICV5_GIC_CDNMIA) {
		*value = acknowledge(t, number, virtual, cd == GICV5_GIC_CDNMIA, nmi, *value);
	} else if (cd == GICV5_GIC_CDEOI) {
		pe->cpuif[virtual].apr &= pe->cpuif[virtual].apr - 1;
	} else if (cd == GICV5_GIC_CDDI && GICV5_GET(INSN_TYPE, *value) == GICV5_TYPE_PPI) {
		if (id < 128)
			pe->cpuif[virtual].active[id / 64] &= ~((uint64_t)1 << id % 64);
	} else {
		tiny_operate(t, number, virtual, virtual ? pe->vm : TINY_PHYSICAL, virtual && !pe->resident,
			     cd, *value);
	}
}

static void execute_vd(struct tiny *t, unsigned int number, unsigned int cd, uint64_t value)
{
	const struct tiny_pe *pe = &t->pe[number];
	uint32_t vm = pe->vm;
	bool none = !pe->resident;

	if (cd == GICV5_GIC_CDPEND) {
		vm = (uint32_t)GICV5_GET(VDPEND_VM, value);
		none = false;
		value = (value & 0xe0ffffff) | GICV5_PUT(CDPEND_PENDING, GICV5_GET(VDPEND_PENDING, value));
	}
	tiny_operate(t, number, true, vm, none, cd, value);
}

static enum tiny_result instruction(struct tiny *t, unsigned int number, unsigned int el, bool virtual,
				    bool nv, bool nmi, unsigned int encoding, uint64_t *value)
{
	unsigned int op1 = encoding >> 11 & 7;
	unsigned int cd = encoding & ~(7u << 11);

	if (encoding == GICV5_GSB_SYS || encoding == GICV5_GSB_ACK)
		return TINY_DONE;
	if (op1 == 0) {
		if (el == 1 && !(t->pe[number].hfg[2] >> instruction_trap(cd) & 1))
			return TINY_TRAPPED;
		execute_cd(t, number, virtual, nmi, cd, value);
		return TINY_DONE;
	}
	if (el == 1 && op1 == 4 && nv)
		return TINY_TRAPPED;
	if (el == 1 || op1 != 4)
		return TINY_UNDEFINED;
	execute_vd(t, number, cd, *value);
	return TINY_DONE;
}

enum tiny_result tiny_sys(struct tiny *t, unsigned int number, unsigned int el, bool imo, bool nv, bool nmi,
			  unsigned int encoding, bool read, uint64_t *value)
{
	bool el2_register = (encoding >> 11 & 7) == 4;
	bool virtual = el == 1 && imo; /* D_NSTKG */
	enum tiny_result result = TINY_DONE;
	int trap = trap_bit(encoding);

	if (encoding >> 14 == 1) {
		result = instruction(t, number, el, virtual, nv, nmi, encoding, value);
	} else if (!read && read_only(encoding)) {
		return TINY_UNDEFINED;
	} else if (el == 1 && el2_register) {
		return nv ? TINY_TRAPPED : TINY_UNDEFINED;
	} else if (el == 1 && trap >= 0 && !(t->pe[number].hfg[read ? 0 : 1] >> trap & 1)) {
		return TINY_TRAPPED;
	} else if (read) {
		*value = el2_register ? read_ich(t, number, encoding, *value)
				      : read_icc(t, number, virtual, encoding, *value);
	} else if (el2_register) {
		write_ich(t, number, encoding, *value);
	} else {
		write_icc(t, number, virtual, encoding, *value);
	}
	tiny_doorbells(t);
	return result;
}
