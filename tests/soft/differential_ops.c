/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The random differential test: one random operation of each kind.
 */
#include "differential.h"

#include <stdio.h>

#define COUNT(array) ((unsigned int)(sizeof(array) / sizeof((array)[0])))

static const unsigned int ppi_pool[] = {GICV5_PPI_SW,
					GICV5_PPI_PMU,
					GICV5_PPI_CTI,
					GICV5_PPI_CNTV,
					GICV5_PPI_CNTP,
					GICV5_PPI_CNTHV,
					64,
					100,
					127,
					5};

static unsigned int random_pe(struct pair *p)
{
	return below(p, p->config.pe_count);
}

static unsigned int random_irs(struct pair *p)
{
	return below(p, p->config.irs_count);
}

static uint64_t ppi_bits(struct pair *p, unsigned int word)
{
	uint64_t bits = 0;
	unsigned int i;

	for (i = 0; i < COUNT(ppi_pool); i++) {
		if (ppi_pool[i] / 64 == word && below(p, 2))
			bits |= (uint64_t)1 << ppi_pool[i] % 64;
	}
	return below(p, 16) ? bits : random64(p);
}

/* Mostly an LPI or SPI of the few that are used, now and then anything. */
static uint32_t random_intid(struct pair *p)
{
	uint32_t n = below(p, 40);

	if (n == 0)
		return GICV5_INTID(below(p, 8), random64(p));
	if (n == 1)
		return GICV5_INTID(GICV5_TYPE_LPI, 0x10000u + below(p, 2));
	if (n < 4)
		return GICV5_INTID(GICV5_TYPE_PPI, ppi_pool[below(p, COUNT(ppi_pool))]);
	if (n < 20)
		return GICV5_INTID(GICV5_TYPE_SPI, below(p, 8) ? below(p, 4) : below(p, 10));
	return GICV5_INTID(GICV5_TYPE_LPI, lpi_pool[below(p, lpi_pool_size)]);
}

static uint64_t random_operand(struct pair *p, unsigned int cd)
{
	uint64_t operand = random_intid(p);

	switch (cd) {
	case GICV5_GIC_CDAFF:
		operand |= GICV5_PUT(CDAFF_IAFFID, random_target(p));
		return operand | GICV5_PUT(CDAFF_IRM, below(p, 3) == 0);
	case GICV5_GIC_CDPEND:
		return operand | GICV5_PUT(CDPEND_PENDING, below(p, 4) != 0);
	case GICV5_GIC_CDPRI:
		return operand | GICV5_PUT(CDPRI_PRIORITY, random_priority(p));
	case GICV5_GIC_CDHM:
		return operand | GICV5_PUT(CDHM_HM, below(p, 2));
	default:
		return operand;
	}
}

static void op_instruction(struct pair *p)
{
	static const unsigned int cd[] = {
		GICV5_GIC_CDEN,	  GICV5_GIC_CDEN,   GICV5_GIC_CDEN,  GICV5_GIC_CDDIS,  GICV5_GIC_CDPRI,
		GICV5_GIC_CDPRI,  GICV5_GIC_CDAFF,  GICV5_GIC_CDAFF, GICV5_GIC_CDPEND, GICV5_GIC_CDPEND,
		GICV5_GIC_CDPEND, GICV5_GIC_CDRCFG, GICV5_GIC_CDDI,  GICV5_GIC_CDDI,   GICV5_GIC_CDHM};
	unsigned int encoding = cd[below(p, COUNT(cd))];
	uint64_t operand = random_operand(p, encoding);
	unsigned int el = 1 + below(p, 2);
	unsigned int family = below(p, 12);

	if (family == 0)
		encoding |= 6u << 11; /* LD: undefined below EL3 */
	else if (family < 5)
		encoding |= 4u << 11;
	if (encoding == GICV5_GIC_VDPEND)
		operand = (operand & 0xe0ffffff) | GICV5_PUT(VDPEND_PENDING, below(p, 4) != 0) |
			  GICV5_PUT(VDPEND_VM, below(p, 12) ? random_vm(p) : TINY_VMS);
	if (family >= 1 && family < 5 && below(p, 8))
		el = 2;
	both_sys(p, random_pe(p), el, below(p, 4), below(p, 8) == 0, false, encoding, false, operand);
}

void pend_some(struct pair *p, uint32_t vm, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		both_sys(p, random_pe(p), 2, false, false, false, GICV5_GIC_VDPEND, false,
			 (random_intid(p) & 0xe0ffffff) | GICV5_MASK(VDPEND_PENDING) |
				 GICV5_PUT(VDPEND_VM, vm));
}

/* Something to do: an interrupt of the physical domain or of a VM. */
static void op_pend(struct pair *p)
{
	uint64_t intid = random_intid(p) & 0xe0ffffff;

	if (below(p, 2))
		pend_some(p, random_vm(p), 1);
	else
		both_sys(p, random_pe(p), 2, false, false, false, GICV5_GIC_CDPEND, false,
			 intid | GICV5_MASK(CDPEND_PENDING));
}

static void op_acknowledge(struct pair *p)
{
	unsigned int encoding = below(p, 8) ? GICV5_GIC_CDIA : GICV5_GIC_CDNMIA;

	both_sys(p, random_pe(p), 1 + below(p, 2), below(p, 4), false, below(p, 4) == 0, encoding, true, 0);
}

static void op_eoi(struct pair *p)
{
	both_sys(p, random_pe(p), 1 + below(p, 2), below(p, 4), false, false, GICV5_GIC_CDEOI, false, 0);
}

/* A value that leaves the CPU interface usable most of the time. */
static uint64_t register_value(struct pair *p, unsigned int encoding)
{
	switch (encoding) {
	case GICV5_ICC_CR0_EL1:
		return below(p, 12) ? 3 : 2;
	case GICV5_ICC_PCR_EL1:
		return below(p, 3) ? 31 : random_priority(p);
	case GICV5_ICC_APR_EL1:
	case GICV5_ICH_APR_EL2:
		return below(p, 4) ? 0 : 1u << random_priority(p);
	case GICV5_ICH_VCTLR_EL2:
		return below(p, 12) ? 1 : 0;
	case GICV5_ICH_VMCR_EL2:
		return (below(p, 12) != 0) |
		       GICV5_PUT(ICH_VMCR_EL2_VPMR, below(p, 3) ? 31 : random_priority(p));
	case GICV5_ICH_HFGRTR_EL2:
	case GICV5_ICH_HFGWTR_EL2:
	case GICV5_ICH_HFGITR_EL2:
		return below(p, 3) ? ~(uint64_t)0 : random64(p) | random64(p) | random64(p) | random64(p);
	case GICV5_ICC_ICSR_EL1:
		return random64(p);
	default:
		break;
	}
	if ((encoding >= GICV5_ICC_PPI_PRIORITYR0_EL1 && encoding <= GICV5_ICC_PPI_PRIORITYR15_EL1) ||
	    (encoding >= GICV5_ICH_PPI_PRIORITYR0_EL2 && encoding <= GICV5_ICH_PPI_PRIORITYR15_EL2))
		return below(p, 2) ? 0x1f1f1f1f1f1f1f1fu : random64(p);
	return ppi_bits(p, encoding & 1);
}

static void op_residency(struct pair *p)
{
	uint64_t vm = random_vm(p);
	uint64_t vpe = random_vpe(p);
	uint64_t value = GICV5_PUT(ICH_CONTEXTR_EL2_VM, vm) | GICV5_PUT(ICH_CONTEXTR_EL2_VPE, vpe);

	if (below(p, 3))
		value |= GICV5_MASK(ICH_CONTEXTR_EL2_V) |
			 GICV5_PUT(ICH_CONTEXTR_EL2_IRICHPPIDIS, below(p, 8) == 0);
	else
		value |= GICV5_PUT(ICH_CONTEXTR_EL2_DB, below(p, 3) != 0) |
			 GICV5_PUT(ICH_CONTEXTR_EL2_DBPM, below(p, 2) ? 31 : random_priority(p));
	if (below(p, 20) == 0)
		value |= GICV5_PUT(ICH_CONTEXTR_EL2_VM, random64(p)) | GICV5_MASK(ICH_CONTEXTR_EL2_F);
	both_sys(p, random_pe(p), 2, false, false, false, GICV5_ICH_CONTEXTR_EL2, false, value);
}

#define ENCODING(name, op0, op1, crn, crm, op2, access) GICV5_##name,
static const unsigned int registers[] = {GICV5_SYSREGS_ICC(ENCODING) GICV5_SYSREGS_ICH(ENCODING)};

static void op_register(struct pair *p)
{
	unsigned int encoding = registers[below(p, COUNT(registers))];
	unsigned int el = (encoding >> 11 & 7) == 4 && below(p, 8) ? 2 : 1 + below(p, 2);
	bool read = below(p, 6) == 0;

	if (encoding == GICV5_ICH_CONTEXTR_EL2) {
		op_residency(p);
		return;
	}
	both_sys(p, random_pe(p), el, below(p, 4), below(p, 8) == 0, false, encoding, read,
		 read ? 0 : register_value(p, encoding));
}

/* Enables and priorities that matter, so that PPIs compete with the rest. */
static void op_ppi_setup(struct pair *p)
{
	static const unsigned int some[] = {GICV5_ICC_PPI_ENABLER0_EL1, GICV5_ICH_PPI_ENABLER0_EL2,
					    GICV5_ICC_PPI_SPENDR0_EL1,	GICV5_ICH_PPI_PENDR0_EL2,
					    GICV5_ICH_PPI_DVIR0_EL2,	GICV5_ICC_PPI_CACTIVER0_EL1,
					    GICV5_ICH_PPI_ACTIVER0_EL2};
	unsigned int encoding = some[below(p, COUNT(some))] + (below(p, 4) == 0);

	both_sys(p, random_pe(p), 2, false, false, false, encoding, false, ppi_bits(p, encoding & 1));
}

static void op_ppi_wire(struct pair *p)
{
	unsigned int pe = random_pe(p);
	unsigned int ppi = ppi_pool[below(p, COUNT(ppi_pool))];
	bool asserted = below(p, 2);

	snprintf(p->what, sizeof(p->what), "wire of PPI %u of PE %u = %d", ppi, pe, asserted);
	vgicv5_soft_set_ppi(p->soft, pe, ppi, asserted);
	tiny_set_ppi(&p->tiny, pe, ppi, asserted);
}

static void op_spi_wire(struct pair *p)
{
	uint32_t spi = below(p, 12) ? below(p, 10) : below(p, TINY_SPIS + 2);
	bool asserted = below(p, 2);

	snprintf(p->what, sizeof(p->what), "wire of SPI %u = %d", (unsigned int)spi, asserted);
	vgicv5_soft_set_spi(p->soft, spi, asserted);
	tiny_set_spi(&p->tiny, spi, asserted);
}

static void op_setlpi(struct pair *p)
{
	uint32_t id = lpi_pool[below(p, lpi_pool_size)];

	snprintf(p->what, sizeof(p->what), "SETLPI %u", (unsigned int)id);
	vgicv5_soft_mmio_write(p->soft, random_irs(p), VGICV5_SOFT_SETLPI_FRAME, GICV5_IRS_SETLPIR, 4, id);
	if (p->config.setlpi)
		tiny_setlpi(&p->tiny, id);
}

static void op_spi_registers(struct pair *p)
{
	unsigned int irs = random_irs(p);

	both_irs_write(p, irs, GICV5_IRS_SPI_SELR, 4, below(p, 12) ? below(p, 10) : below(p, TINY_SPIS + 2));
	switch (below(p, 4)) {
	case 0:
		both_irs_write(p, irs, GICV5_IRS_SPI_RESAMPLER, 4, below(p, 10));
		break;
	case 1:
		both_irs_write(p, irs, GICV5_IRS_SPI_VMR, 8,
			       GICV5_PUT(IRS_SPI_VMR_VIRT, below(p, 2)) | below(p, TINY_VMS + 1));
		break;
	default:
		both_irs_write(p, irs, GICV5_IRS_SPI_CFGR, 4, below(p, 2));
		break;
	}
}

static void op_irs_registers(struct pair *p)
{
	unsigned int irs = random_irs(p);

	switch (below(p, 4)) {
	case 0:
		both_irs_write(p, irs, GICV5_IRS_CR0, 4, below(p, 3) != 0);
		break;
	case 1:
		both_irs_write(p, irs, GICV5_IRS_CR1, 4, random64(p));
		break;
	default:
		both_irs_write(p, irs, GICV5_IRS_PE_SELR, 4, below(p, TINY_PES + 2));
		both_irs_write(p, irs, GICV5_IRS_PE_CR0, 4, below(p, 3) == 0);
		break;
	}
}

static void op_vpe_registers(struct pair *p)
{
	unsigned int irs = random_irs(p);
	uint64_t vm = random_vm(p);

	both_irs_write(p, irs, GICV5_IRS_VPE_SELR, 8,
		       GICV5_MASK(IRS_VPE_SELR_S) | GICV5_PUT(IRS_VPE_SELR_VM_ID, vm) |
			       GICV5_PUT(IRS_VPE_SELR_VPE_ID, below(p, 12) ? random_vpe(p) : TINY_VPES));
	both_irs_read(p, irs, GICV5_IRS_VPE_DBR, 8, "IRS_VPE_DBR after selection");
	if (below(p, 3) == 0)
		both_irs_write(p, irs, GICV5_IRS_VPE_CR0, 4, below(p, 2));
	else
		both_irs_write(p, irs, GICV5_IRS_VPE_DBR, 8,
			       GICV5_PUT(IRS_VPE_DBR_DBV, below(p, 8) != 0) |
				       GICV5_PUT(IRS_VPE_DBR_REQ_DB, below(p, 2)) |
				       GICV5_PUT(IRS_VPE_DBR_DBPM, below(p, 2) ? 31 : random_priority(p)) |
				       GICV5_PUT(IRS_VPE_DBR_INTID, lpi_pool[below(p, lpi_pool_size)]));
}

static void write_vm_doorbell(struct pair *p, unsigned int irs, uint32_t vm)
{
	both_irs_write(p, irs, GICV5_IRS_VM_SELR, 4, vm);
	both_irs_write(p, irs, GICV5_IRS_VM_DBR, 8,
		       GICV5_PUT(IRS_VM_DBR_EN, below(p, 4) != 0) |
			       GICV5_PUT(IRS_VM_DBR_VPE_ID, below(p, 12) ? random_vpe(p) : TINY_VPES));
}

static void op_vm_registers(struct pair *p)
{
	unsigned int irs = random_irs(p);

	if (below(p, 2))
		both_irs_write(p, irs, GICV5_IRS_VM_SELR, 4, below(p, 12) ? random_vm(p) : TINY_VMS);
	else
		write_vm_doorbell(p, irs, random_vm(p));
}

/* A VM whose VPEs all sleep, doorbells requested for two of them, then interrupts arrive. */
static void op_sleep(struct pair *p)
{
	unsigned int irs = random_irs(p);
	uint32_t vm = random_vm(p);
	unsigned int i;

	for (i = 0; i < p->config.pe_count; i++) {
		if (p->tiny.pe[i].resident && p->tiny.pe[i].vm == vm)
			both_sys(p, i, 2, false, false, false, GICV5_ICH_CONTEXTR_EL2, false,
				 GICV5_PUT(ICH_CONTEXTR_EL2_DB, below(p, 2)) |
					 GICV5_PUT(ICH_CONTEXTR_EL2_DBPM, random_priority(p)));
	}
	write_vm_doorbell(p, irs, vm);
	for (i = 0; i < 2; i++) {
		both_irs_write(p, irs, GICV5_IRS_VPE_SELR, 8,
			       GICV5_MASK(IRS_VPE_SELR_S) | GICV5_PUT(IRS_VPE_SELR_VM_ID, vm) |
				       GICV5_PUT(IRS_VPE_SELR_VPE_ID, i));
		both_irs_write(p, irs, GICV5_IRS_VPE_DBR, 8,
			       GICV5_MASK(IRS_VPE_DBR_DBV) | GICV5_MASK(IRS_VPE_DBR_REQ_DB) |
				       GICV5_PUT(IRS_VPE_DBR_DBPM, random_priority(p)) |
				       GICV5_PUT(IRS_VPE_DBR_INTID, lpi_pool[below(p, lpi_pool_size)]));
	}
	pend_some(p, vm, below(p, 4));
}

/* One kind of access is trapped, and then something is tried at EL1. */
static void op_trap(struct pair *p)
{
	static const unsigned int hfg[] = {GICV5_ICH_HFGRTR_EL2, GICV5_ICH_HFGWTR_EL2, GICV5_ICH_HFGITR_EL2};
	unsigned int which = below(p, COUNT(hfg));
	unsigned int pe = random_pe(p);
	unsigned int i;

	both_sys(p, pe, 2, false, false, false, hfg[which], false, below(p, 3) ? random64(p) : ~(uint64_t)0);
	for (i = 0; i < 8; i++) {
		unsigned int encoding = registers[below(p, COUNT(registers))];

		both_sys(p, pe, 1, below(p, 2), below(p, 8) == 0, false, encoding, which == 0,
			 which == 0 ? 0 : register_value(p, encoding));
		op_instruction(p);
	}
	both_sys(p, pe, 2, false, false, false, hfg[which], false, ~(uint64_t)0);
}

/* Takes what there is, as a handler does, but forgets a step now and then. */
static void op_handle(struct pair *p)
{
	unsigned int pe = random_pe(p);
	bool virtual = below(p, 2);
	unsigned int el = virtual ? 1 : 2;
	unsigned int i;

	for (i = 0; i < 3; i++) {
		uint64_t intid;

		both_sys(p, pe, el, virtual, false, false, GICV5_GIC_CDIA, true, 0);
		intid = p->value;
		if (!GICV5_GET(CDIA_VALID, intid))
			return;
		if (below(p, 4))
			both_sys(p, pe, el, virtual, false, false, GICV5_GIC_CDEOI, false, 0);
		if (below(p, 8))
			both_sys(p, pe, el, virtual, false, false, GICV5_GIC_CDDI, false, intid);
	}
}

/* Everything open, nothing active. */
static void repair(struct pair *p, unsigned int pe)
{
	both_sys(p, pe, 2, false, false, false, GICV5_ICC_CR0_EL1, false, 3);
	both_sys(p, pe, 2, false, false, false, GICV5_ICC_PCR_EL1, false, 31);
	both_sys(p, pe, 2, false, false, false, GICV5_ICC_APR_EL1, false, 0);
	both_sys(p, pe, 2, false, false, false, GICV5_ICH_APR_EL2, false, 0);
	both_sys(p, pe, 2, false, false, false, GICV5_ICH_VCTLR_EL2, false, 1);
	both_sys(p, pe, 2, false, false, false, GICV5_ICH_VMCR_EL2, false, ~(uint64_t)0);
	both_sys(p, pe, 2, false, false, false, GICV5_ICH_HFGRTR_EL2, false, ~(uint64_t)0);
	both_sys(p, pe, 2, false, false, false, GICV5_ICH_HFGWTR_EL2, false, ~(uint64_t)0);
	both_sys(p, pe, 2, false, false, false, GICV5_ICH_HFGITR_EL2, false, ~(uint64_t)0);
}

static void op_repair(struct pair *p)
{
	both_irs_write(p, random_irs(p), GICV5_IRS_CR0, 4, 1);
	repair(p, random_pe(p));
}

/* Operations by how often they are drawn. */
/* clang-format off */
static const struct {
	void (*run)(struct pair *p);
	unsigned int weight;
} operations[] = {
	{ op_instruction, 50 },
	{ op_pend, 25 },
	{ op_handle, 20 },
	{ op_acknowledge, 8 },
	{ op_eoi, 6 },
	{ op_register, 12 },
	{ op_ppi_setup, 8 },
	{ op_ppi_wire, 6 },
	{ op_spi_wire, 6 },
	{ op_setlpi, 4 },
	{ op_residency, 12 },
	{ op_spi_registers, 4 },
	{ op_irs_registers, 3 },
	{ op_vpe_registers, 6 },
	{ op_vm_registers, 4 },
	{ op_map_l2, 4 },
	{ op_vm_build, 6 },
	{ op_vm_drop, 2 },
	{ op_save, 2 },
	{ op_vist, 3 },
	{ op_vpe, 4 },
	{ op_sleep, 3 },
	{ op_trap, 2 },
	{ op_repair, 3 },
};
/* clang-format on */

void operate(struct pair *p)
{
	unsigned int total = 0;
	unsigned int i;
	uint32_t n;

	/* Rare, because it ends all VMs; without a table nothing virtual happens. */
	if (below(p, p->tiny.vmt_baser & 1 ? 400 : 10) == 0) {
		op_vmt(p);
		return;
	}
	if (below(p, p->tiny.ist_baser & 1 ? 200 : 10) == 0) {
		op_ist(p);
		return;
	}
	for (i = 0; i < COUNT(operations); i++)
		total += operations[i].weight;
	n = below(p, total);
	for (i = 0; n >= operations[i].weight; i++)
		n -= operations[i].weight;
	operations[i].run(p);
}

void prepare(struct pair *p)
{
	unsigned int i;

	for (i = 0; i < p->config.irs_count; i++)
		both_irs_write(p, i, GICV5_IRS_CR0, 4, 1);
	for (i = 0; i < p->config.pe_count; i++)
		repair(p, i);
	op_ist(p);
	op_vmt(p);
	for (i = 0; i < 2 * TINY_VMS; i++)
		op_vm_build(p);
	for (i = 0; i < 2 * TINY_VPES; i++)
		op_vpe(p);
}
