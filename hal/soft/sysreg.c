/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief System registers of the CPU interface: who may access them, which domain they reach, what they do.
 */
#include "model.h"

#define REG_ID(name, op0, op1, crn, crm, op2, access) REG_##name,
enum reg_id { GICV5_SYSREGS(REG_ID) REG_COUNT };

enum reg_rights { RO = 1, RW = 3 };

#define NO_TRAP 0xff

typedef uint64_t reg_read(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int n);
typedef void reg_write(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int n,
		       uint64_t value);

struct reg {
	reg_read *read; /* NULL: the register does not exist */
	reg_write *write;
	uint8_t n;    /* which of a row of registers */
	uint8_t trap; /* bit of ICH_HFGRTR_EL2 and ICH_HFGWTR_EL2 */
};

static struct vsoft_cpuif *cpuif(struct vsoft_pe *pe, bool virtual)
{
	return virtual ? &pe->virtual : &pe->physical;
}

static uint64_t apr_read(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int n)
{
	(void)gic;
	(void)n;
	return cpuif(pe, virtual)->apr;
}

static void apr_write(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int n,
		      uint64_t value)
{
	(void)gic;
	(void)n;
	cpuif(pe, virtual)->apr = (uint32_t)value;
}

static uint64_t cr0_read(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int n)
{
	(void)gic;
	(void)n;
	/* The link is always up, and has nothing to manage. */
	return GICV5_PUT(ICC_CR0_EL1_EN, cpuif(pe, virtual)->enabled) | GICV5_MASK(ICC_CR0_EL1_LINK) |
	       GICV5_MASK(ICC_CR0_EL1_LINK_IDLE);
}

static void cr0_write(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int n,
		      uint64_t value)
{
	(void)gic;
	(void)n;
	cpuif(pe, virtual)->enabled = GICV5_GET(ICC_CR0_EL1_EN, value);
}

static uint64_t pcr_read(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int n)
{
	(void)gic;
	(void)n;
	return GICV5_PUT(ICC_PCR_EL1_PRIORITY, cpuif(pe, virtual)->pcr);
}

static void pcr_write(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int n,
		      uint64_t value)
{
	(void)gic;
	(void)n;
	cpuif(pe, virtual)->pcr = (uint8_t)GICV5_GET(ICC_PCR_EL1_PRIORITY, value);
}

static uint64_t hapr_read(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int n)
{
	(void)gic;
	(void)n;
	return GICV5_PUT(ICC_HAPR_EL1_PRIORITY, vsoft_running_priority(cpuif(pe, virtual)->apr));
}

static uint64_t hppir_read(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int n)
{
	uint32_t intid = cpuif(pe, virtual)->hppi.intid;

	(void)gic;
	(void)n;
	return intid ? GICV5_MASK(ICC_HPPIR_EL1_HPPIV) | intid : 0;
}

static uint64_t hmr_read(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int n)
{
	(void)pe;
	(void)virtual;
	return vsoft_ppi_handling(gic, n);
}

static uint64_t idr0_read(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int n)
{
	(void)pe;
	(void)virtual;
	(void)n;
	return GICV5_PUT(ICC_IDR0_EL1_ID_BITS, gic->config.cpu_id_bits) | GICV5_PUT(ICC_IDR0_EL1_PRI_BITS, 4);
}

static uint64_t icsr_read(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int n)
{
	(void)virtual;
	(void)n;
	if (pe->icsr_unsynced && gic->sync_seen)
		vsoft_violation(gic, "", "ICC_ICSR_EL1 is read without an ISB after GIC CDRCFG or VDRCFG");
	pe->icsr_unsynced = false;
	return pe->icsr;
}

static void icsr_write(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int n,
		       uint64_t value)
{
	(void)gic;
	(void)virtual;
	(void)n;
	pe->icsr = value & (GICV5_MASK(ICC_ICSR_EL1_IAFFID) | GICV5_MASK(ICC_ICSR_EL1_PRIORITY) |
			    GICV5_MASK(ICC_ICSR_EL1_HM) | GICV5_MASK(ICC_ICSR_EL1_ACTIVE) |
			    GICV5_MASK(ICC_ICSR_EL1_IRM) | GICV5_MASK(ICC_ICSR_EL1_PENDING) |
			    GICV5_MASK(ICC_ICSR_EL1_ENABLED) | GICV5_MASK(ICC_ICSR_EL1_F));
	pe->icsr_unsynced = false;
}

static uint64_t iaffidr_read(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int n)
{
	(void)gic;
	(void)virtual;
	(void)n;
	return pe->number;
}

static uint64_t enabler_read(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int n)
{
	(void)gic;
	return cpuif(pe, virtual)->ppis.enabled[n];
}

static void enabler_write(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int n,
			  uint64_t value)
{
	cpuif(pe, virtual)->ppis.enabled[n] = value & gic->config.ppi_implemented[n];
}

static uint64_t activer_read(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int n)
{
	(void)gic;
	return cpuif(pe, virtual)->ppis.active[n];
}

static void cactiver_write(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int n,
			   uint64_t value)
{
	(void)gic;
	cpuif(pe, virtual)->ppis.active[n] &= ~value;
}

static void sactiver_write(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int n,
			   uint64_t value)
{
	cpuif(pe, virtual)->ppis.active[n] |= value & gic->config.ppi_implemented[n];
}

static void activer_write(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int n,
			  uint64_t value)
{
	cpuif(pe, virtual)->ppis.active[n] = value & gic->config.ppi_implemented[n];
}

static uint64_t pendr_read(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int n)
{
	(void)gic;
	return vsoft_ppi_pending(pe, virtual, n);
}

static void cpendr_write(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int n,
			 uint64_t value)
{
	vsoft_ppi_write_pending(gic, pe, virtual, n, value, false);
}

static void spendr_write(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int n,
			 uint64_t value)
{
	vsoft_ppi_write_pending(gic, pe, virtual, n, value, true);
}

/* ICH_PPI_PENDRn: the stored bits, whatever DVI says, in both handling modes. */
static uint64_t stored_pendr_read(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int n)
{
	(void)gic;
	return cpuif(pe, virtual)->ppis.pending[n];
}

static void stored_pendr_write(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int n,
			       uint64_t value)
{
	cpuif(pe, virtual)->ppis.pending[n] = value & gic->config.ppi_implemented[n];
}

static uint64_t priorityr_read(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int n)
{
	const uint8_t *priority = &cpuif(pe, virtual)->ppis.priority[8 * n];
	uint64_t value = 0;
	unsigned int i;

	(void)gic;
	for (i = 0; i < 8; i++)
		value |= (uint64_t)priority[i] << 8 * i;
	return value;
}

static void priorityr_write(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int n,
			    uint64_t value)
{
	uint8_t *priority = &cpuif(pe, virtual)->ppis.priority[8 * n];
	unsigned int i;

	for (i = 0; i < 8; i++) {
		if (gic->config.ppi_implemented[n / 8] >> (8 * (n % 8) + i) & 1)
			priority[i] = (uint8_t)(value >> 8 * i & GICV5_PRIORITY_LOWEST);
	}
}

static uint64_t hfg_read(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int n)
{
	(void)gic;
	(void)virtual;
	return pe->hfg[n];
}

static void hfg_write(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int n,
		      uint64_t value)
{
	static const uint64_t mask[3] = {GICV5_HFGRTR_ALL, GICV5_HFGWTR_ALL, GICV5_HFGITR_ALL};

	(void)gic;
	(void)virtual;
	pe->hfg[n] = value & mask[n];
	if (n == 0)
		pe->hfg[n] |= GICV5_MASK(ICH_HFGRTR_EL2_RES1);
}

static uint64_t dvir_read(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int n)
{
	(void)gic;
	(void)virtual;
	return pe->dvi[n];
}

static void dvir_write(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int n,
		       uint64_t value)
{
	(void)virtual;
	pe->dvi[n] = value & gic->config.ppi_implemented[n];
}

static uint64_t vctlr_read(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int n)
{
	(void)gic;
	(void)virtual;
	(void)n;
	return GICV5_PUT(ICH_VCTLR_EL2_EN, pe->virtual_enabled);
}

static void vctlr_write(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int n,
			uint64_t value)
{
	(void)gic;
	(void)virtual;
	(void)n;
	pe->virtual_enabled = GICV5_GET(ICH_VCTLR_EL2_EN, value); /* V3 is RES0 without FEAT_GCIE_LEGACY */
}

static uint64_t contextr_read(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int n)
{
	(void)virtual;
	(void)n;
	if (pe->contextr_unsynced && gic->sync_seen)
		vsoft_violation(gic, "", "ICH_CONTEXTR_EL2 is read back without an ISB after it was written");
	pe->contextr_unsynced = false;
	return pe->contextr;
}

static void contextr_write(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int n,
			   uint64_t value)
{
	(void)virtual;
	(void)n;
	pe->contextr_unsynced = true;
	vsoft_contextr_write(gic, pe, value);
}

static uint64_t vmcr_read(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int n)
{
	(void)gic;
	(void)virtual;
	(void)n;
	return GICV5_PUT(ICH_VMCR_EL2_VPMR, pe->virtual.pcr) |
	       GICV5_PUT(ICH_VMCR_EL2_EN, pe->virtual.enabled);
}

static void vmcr_write(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int n,
		       uint64_t value)
{
	(void)gic;
	(void)virtual;
	(void)n;
	pe->virtual.pcr = (uint8_t)GICV5_GET(ICH_VMCR_EL2_VPMR, value);
	pe->virtual.enabled = GICV5_GET(ICH_VMCR_EL2_EN, value);
}

/* EL3: there is one domain, Non-secure, and no EL3 domain: nothing of its own to hold. */
static uint64_t el3_read(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int n)
{
	(void)gic;
	(void)pe;
	(void)virtual;
	(void)n;
	return 0;
}

static void el3_write(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int n,
		      uint64_t value)
{
	(void)gic;
	(void)pe;
	(void)virtual;
	(void)n;
	(void)value;
}

static uint64_t domhppir_read(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int n)
{
	(void)gic;
	(void)virtual;
	(void)n;
	return GICV5_PUT(ICC_DOMHPPIR_EL3_NS_HPPI, pe->physical.hppi.intid != 0);
}

static uint64_t domainr_read(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int n)
{
	uint64_t value = 0;
	unsigned int i;

	(void)pe;
	(void)virtual;
	for (i = 0; i < 32; i++) {
		if (gic->config.ppi_implemented[n / 2] >> (32 * (n % 2) + i) & 1)
			value |= (uint64_t)GICV5_DOMAIN_NS << 2 * i;
	}
	return value;
}

#define TRAP(bit) GICV5_ICH_HFGRTR_EL2_##bit##_LO

#define ICC_ROW(name, n, read, write, trap) [REG_ICC_PPI_##name##n##_EL1] = {read, write, n, TRAP(trap)}
#define ICH_ROW(name, n, read, write) [REG_ICH_PPI_##name##n##_EL2] = {read, write, n, NO_TRAP}
#define ICC_PRIORITY(n) ICC_ROW(PRIORITYR, n, priorityr_read, priorityr_write, ICC_PPI_PRIORITYRn)
#define ICH_PRIORITY(n) ICH_ROW(PRIORITYR, n, priorityr_read, priorityr_write)
#define DOMAINR(n) [REG_ICC_PPI_DOMAINR##n##_EL3] = {domainr_read, el3_write, n, NO_TRAP}

/* clang-format off */
static const struct reg regs[REG_COUNT] = {
	[REG_ICC_APR_EL1] = { apr_read, apr_write, 0, TRAP(ICC_APR) },
	[REG_ICC_CR0_EL1] = { cr0_read, cr0_write, 0, TRAP(ICC_CR0) },
	[REG_ICC_PCR_EL1] = { pcr_read, pcr_write, 0, TRAP(ICC_PCR) },
	[REG_ICC_HAPR_EL1] = { hapr_read, NULL, 0, NO_TRAP },
	[REG_ICC_IDR0_EL1] = { idr0_read, NULL, 0, TRAP(ICC_IDRn) },
	[REG_ICC_HPPIR_EL1] = { hppir_read, NULL, 0, TRAP(ICC_HPPIR) },
	[REG_ICC_ICSR_EL1] = { icsr_read, icsr_write, 0, TRAP(ICC_ICSR) },
	[REG_ICC_IAFFIDR_EL1] = { iaffidr_read, NULL, 0, TRAP(ICC_IAFFIDR) },
	ICC_ROW(HMR, 0, hmr_read, NULL, ICC_PPI_HMRn),
	ICC_ROW(HMR, 1, hmr_read, NULL, ICC_PPI_HMRn),
	ICC_ROW(ENABLER, 0, enabler_read, enabler_write, ICC_PPI_ENABLERn),
	ICC_ROW(ENABLER, 1, enabler_read, enabler_write, ICC_PPI_ENABLERn),
	ICC_ROW(CACTIVER, 0, activer_read, cactiver_write, ICC_PPI_ACTIVERn),
	ICC_ROW(CACTIVER, 1, activer_read, cactiver_write, ICC_PPI_ACTIVERn),
	ICC_ROW(SACTIVER, 0, activer_read, sactiver_write, ICC_PPI_ACTIVERn),
	ICC_ROW(SACTIVER, 1, activer_read, sactiver_write, ICC_PPI_ACTIVERn),
	ICC_ROW(CPENDR, 0, pendr_read, cpendr_write, ICC_PPI_PENDRn),
	ICC_ROW(CPENDR, 1, pendr_read, cpendr_write, ICC_PPI_PENDRn),
	ICC_ROW(SPENDR, 0, pendr_read, spendr_write, ICC_PPI_PENDRn),
	ICC_ROW(SPENDR, 1, pendr_read, spendr_write, ICC_PPI_PENDRn),
	ICC_PRIORITY(0), ICC_PRIORITY(1), ICC_PRIORITY(2), ICC_PRIORITY(3),
	ICC_PRIORITY(4), ICC_PRIORITY(5), ICC_PRIORITY(6), ICC_PRIORITY(7),
	ICC_PRIORITY(8), ICC_PRIORITY(9), ICC_PRIORITY(10), ICC_PRIORITY(11),
	ICC_PRIORITY(12), ICC_PRIORITY(13), ICC_PRIORITY(14), ICC_PRIORITY(15),

	[REG_ICH_APR_EL2] = { apr_read, apr_write, 0, NO_TRAP },
	[REG_ICH_HPPIR_EL2] = { hppir_read, NULL, 0, NO_TRAP },
	[REG_ICH_HFGRTR_EL2] = { hfg_read, hfg_write, 0, NO_TRAP },
	[REG_ICH_HFGWTR_EL2] = { hfg_read, hfg_write, 1, NO_TRAP },
	[REG_ICH_HFGITR_EL2] = { hfg_read, hfg_write, 2, NO_TRAP },
	[REG_ICH_VCTLR_EL2] = { vctlr_read, vctlr_write, 0, NO_TRAP },
	[REG_ICH_CONTEXTR_EL2] = { contextr_read, contextr_write, 0, NO_TRAP },
	[REG_ICH_VMCR_EL2] = { vmcr_read, vmcr_write, 0, NO_TRAP },
	ICH_ROW(DVIR, 0, dvir_read, dvir_write),
	ICH_ROW(DVIR, 1, dvir_read, dvir_write),
	ICH_ROW(ENABLER, 0, enabler_read, enabler_write),
	ICH_ROW(ENABLER, 1, enabler_read, enabler_write),
	ICH_ROW(PENDR, 0, stored_pendr_read, stored_pendr_write),
	ICH_ROW(PENDR, 1, stored_pendr_read, stored_pendr_write),
	ICH_ROW(ACTIVER, 0, activer_read, activer_write),
	ICH_ROW(ACTIVER, 1, activer_read, activer_write),
	ICH_PRIORITY(0), ICH_PRIORITY(1), ICH_PRIORITY(2), ICH_PRIORITY(3),
	ICH_PRIORITY(4), ICH_PRIORITY(5), ICH_PRIORITY(6), ICH_PRIORITY(7),
	ICH_PRIORITY(8), ICH_PRIORITY(9), ICH_PRIORITY(10), ICH_PRIORITY(11),
	ICH_PRIORITY(12), ICH_PRIORITY(13), ICH_PRIORITY(14), ICH_PRIORITY(15),

	[REG_ICC_APR_EL3] = { el3_read, el3_write, 0, NO_TRAP },
	[REG_ICC_PCR_EL3] = { el3_read, el3_write, 0, NO_TRAP },
	[REG_ICC_DOMHPPIR_EL3] = { domhppir_read, NULL, 0, NO_TRAP },
	[REG_ICC_CR0_EL3] = { el3_read, el3_write, 0, NO_TRAP },
	[REG_ICC_HPPIR_EL3] = { el3_read, NULL, 0, NO_TRAP },
	DOMAINR(0), DOMAINR(1), DOMAINR(2), DOMAINR(3),
	/* The registers of FEAT_GCIE_LEGACY do not exist. */
};
/* clang-format on */

#define REG_CASE(name, op0, op1, crn, crm, op2, access) \
	case GICV5_##name:                              \
		return REG_##name;

static enum reg_id find_reg(unsigned int encoding)
{
	switch (encoding) {
		GICV5_SYSREGS(REG_CASE)
	default:
		return REG_COUNT;
	}
}

/* The EL a register belongs to is in op1 of its encoding. */
static unsigned int minimum_el(unsigned int encoding)
{
	switch (encoding >> 11 & 7) {
	case 4:
		return 2;
	case 6:
		return 3;
	default:
		return 1;
	}
}

static enum vgicv5_soft_result check_access(const struct vsoft_pe *pe,
					    const struct vgicv5_soft_access *access, const struct reg *reg,
					    unsigned int encoding, bool read)
{
	unsigned int el = minimum_el(encoding);

	if (access->el == 0 || (!read && !reg->write))
		return VGICV5_SOFT_UNDEFINED;
	if (access->el < el) {
		/* HCR_EL2.NV: the registers of EL2 trap from EL1. */
		return el == 2 && access->nv ? VGICV5_SOFT_TRAPPED : VGICV5_SOFT_UNDEFINED;
	}
	if (access->el == 1 && reg->trap != NO_TRAP && !(pe->hfg[read ? 0 : 1] >> reg->trap & 1))
		return VGICV5_SOFT_TRAPPED;
	return VGICV5_SOFT_DONE;
}

enum vgicv5_soft_result vsoft_sysreg(struct vgicv5_soft *gic, struct vsoft_pe *pe,
				     const struct vgicv5_soft_access *access, unsigned int encoding,
				     bool read, uint64_t *value)
{
	enum reg_id id = find_reg(encoding);
	enum vgicv5_soft_result result;
	bool virtual;

	if (id == REG_COUNT || !regs[id].read)
		return VGICV5_SOFT_UNDEFINED;
	result = check_access(pe, access, &regs[id], encoding, read);
	if (result != VGICV5_SOFT_DONE)
		return result;
	virtual = minimum_el(encoding) == 2 || (minimum_el(encoding) == 1 && vsoft_is_virtual(access));
	if (read) {
		*value = regs[id].read(gic, pe, virtual, regs[id].n);
	} else {
		regs[id].write(gic, pe, virtual, regs[id].n, *value);
		vsoft_pe_update(gic, pe);
	}
	return VGICV5_SOFT_DONE;
}
