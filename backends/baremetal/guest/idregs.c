// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Trapped system registers: the ID registers, so that the guest sees GICv5, no other interrupt controller and no
 * feature whose state is not switched between vCPUs; debug and performance registers read as zero.
 */
#include "guest.h"

#include <vgicv5/arch/sysreg.h>

#define FIELD(lo) ((uint64_t)0xf << (lo))

/* One ID register: which fields pass through, and what is set besides. */
struct idreg {
	unsigned int encoding;
	uint64_t keep;
	uint64_t set;
};

#define IDREG(crm, op2) GICV5_ENC(3, 0, 0, crm, op2)

static const struct idreg idregs[GUEST_IDREGS] = {
	/* PFR0: AArch64 only, no EL2; FP, AdvSIMD, DIT, CSV3 as they are. AArch32 code is not looked at. */
	{IDREG(4, 0), FIELD(16) | FIELD(20) | FIELD(48) | FIELD(60), 0x11},
	/* PFR1: BT, SSBS. */
	{IDREG(4, 1), FIELD(0) | FIELD(4), 0},
	/* PFR2: GCIE. */
	{IDREG(4, 2), 0, (uint64_t)1 << GICV5_ID_AA64PFR2_GCIE_LO},
	/* DFR0: version 6 of debug, two breakpoints, two watchpoints; no PMU, no trace. */
	{IDREG(5, 0), 0, 0x101006},
	/* ISAR0: all but TME. */
	{IDREG(6, 0), ~FIELD(24), 0},
	/* ISAR1: without pointer authentication, LS64 and XS. */
	{IDREG(6, 1), ~(FIELD(4) | FIELD(8) | FIELD(24) | FIELD(28) | FIELD(56) | FIELD(60)), 0},
	/* ISAR2: RPRES, BC, CSSC. */
	{IDREG(6, 2), FIELD(4) | FIELD(20) | FIELD(52), 0},
	/* MMFR0: 36 bits of address; ASIDs, endianness, granules of stage 1. */
	{IDREG(7, 0), FIELD(4) | FIELD(8) | FIELD(12) | FIELD(16) | FIELD(20) | FIELD(24) | FIELD(28), 1},
	/* MMFR1: HAFDBS, HPDS, PAN, ETS, nTLBPA. */
	{IDREG(7, 1), FIELD(0) | FIELD(12) | FIELD(20) | FIELD(36) | FIELD(48), 0},
	/* MMFR2: CnP, UAO, LSM, VARange, CCIDX, ST, AT, TTL, BBM, E0PD. */
	{IDREG(7, 2),
	 FIELD(0) | FIELD(4) | FIELD(8) | FIELD(16) | FIELD(20) | FIELD(28) | FIELD(32) | FIELD(48) |
		 FIELD(52) | FIELD(60),
	 0},
};

static uint64_t real_idreg(unsigned int encoding)
{
	switch (encoding) {
	case IDREG(4, 0):
		return READ_SYSREG(id_aa64pfr0_el1);
	case IDREG(4, 1):
		return READ_SYSREG(id_aa64pfr1_el1);
	case IDREG(6, 0):
		return READ_SYSREG(id_aa64isar0_el1);
	case IDREG(6, 1):
		return READ_SYSREG(id_aa64isar1_el1);
	case IDREG(6, 2):
		return READ_SYSREG(S3_0_C0_C6_2);
	case IDREG(7, 0):
		return READ_SYSREG(id_aa64mmfr0_el1);
	case IDREG(7, 1):
		return READ_SYSREG(id_aa64mmfr1_el1);
	case IDREG(7, 2):
		return READ_SYSREG(S3_0_C0_C7_2);
	default:
		return 0;
	}
}

/* Whatever is not in the list is a feature we do not know: it is not there. */
static uint64_t read_idreg(const struct shell_vm *vm, unsigned int encoding)
{
	unsigned int i;

	for (i = 0; i < GUEST_IDREGS; i++)
		if (idregs[i].encoding == encoding)
			return vm->model.idregs[i];
	return 0;
}

/* ---- Machines compared ---- */

void cpu_model_of_host(struct guest_cpu_model *model)
{
	unsigned int i;

	model->midr = READ_SYSREG(midr_el1);
	model->ctr = READ_SYSREG(ctr_el0);
	model->dczid = READ_SYSREG(dczid_el0);
	model->frequency = READ_SYSREG(cntfrq_el0);
	for (i = 0; i < GUEST_IDREGS; i++)
		model->idregs[i] = (real_idreg(idregs[i].encoding) & idregs[i].keep) | idregs[i].set;
}

/* FP and AdvSIMD of PFR0, TGran4 and TGran64 of MMFR0: 0xf is the least value. */
static uint64_t signed_fields(unsigned int encoding)
{
	if (encoding == IDREG(4, 0))
		return FIELD(16) | FIELD(20);
	return encoding == IDREG(7, 0) ? FIELD(24) | FIELD(28) : 0;
}

/* Each field at least as large. */
static bool offers(unsigned int encoding, uint64_t here, uint64_t there)
{
	uint64_t is_signed = signed_fields(encoding);
	unsigned int lo;

	for (lo = 0; lo < 64; lo += 4) {
		unsigned int bias = is_signed & FIELD(lo) ? 1 : 0;

		if (((bits(here, lo + 3, lo) + bias) & 0xf) < ((bits(there, lo + 3, lo) + bias) & 0xf))
			return false;
	}
	return true;
}

#define CTR_LINE 0xfu /* log2 of the words of the smallest line */
#define CTR_DMIN_LO 16
#define CTR_IDC BIT(28)
#define CTR_DIC BIT(29)

/* Maintenance by steps of its lines reaches all of ours, and what it leaves out is not needed here either. */
static bool lines_are_good(uint64_t here, uint64_t there)
{
	return (there & CTR_LINE) <= (here & CTR_LINE) &&
	       (there >> CTR_DMIN_LO & CTR_LINE) <= (here >> CTR_DMIN_LO & CTR_LINE) &&
	       !(there & ~here & (CTR_IDC | CTR_DIC));
}

const char *cpu_model_check(const struct guest_cpu_model *model)
{
	struct guest_cpu_model host;
	unsigned int i;

	cpu_model_of_host(&host);
	if (model->frequency != host.frequency)
		return "its counters have another frequency than this machine's";
	if (model->dczid != host.dczid)
		return "DC ZVA of its CPU writes another number of bytes than this machine's";
	if (!lines_are_good(host.ctr, model->ctr))
		return "this machine's caches do not keep what those of its CPU promised (CTR_EL0)";
	for (i = 0; i < GUEST_IDREGS; i++)
		if (!offers(idregs[i].encoding, host.idregs[i], model->idregs[i]))
			return "its CPU has features that this machine's lacks";
	return NULL;
}

/* EC 0x18: 21:20 op0, 19:17 op2, 16:14 op1, 13:10 CRn, 9:5 Rt, 4:1 CRm, 0 direction. */
static unsigned int syndrome_encoding(uint64_t iss)
{
	return GICV5_ENC((unsigned int)bits(iss, 21, 20), (unsigned int)bits(iss, 16, 14),
			 (unsigned int)bits(iss, 13, 10), (unsigned int)bits(iss, 4, 1),
			 (unsigned int)bits(iss, 19, 17));
}

/* Debug (op0 = 2), performance monitors, ACTLR_EL1. */
static bool reads_as_zero(unsigned int encoding)
{
	unsigned int op0 = (unsigned int)bits(encoding, 15, 14);
	unsigned int crn = (unsigned int)bits(encoding, 10, 7);
	unsigned int crm = (unsigned int)bits(encoding, 6, 3);

	if (op0 == 2)
		return true;
	if (op0 != 3)
		return false;
	return (crn == 9 && crm >= 12) || (crn == 14 && crm >= 8) || encoding == GICV5_ENC(3, 0, 1, 0, 1);
}

enum vcpu_next exit_sysreg(struct shell_vcpu *vcpu, uint64_t esr)
{
	uint64_t iss = ESR_ISS(esr);
	unsigned int encoding = syndrome_encoding(iss);
	unsigned int rt = (unsigned int)bits(iss, 9, 5);
	bool read = iss & 1;
	uint64_t value = get_reg(&vcpu->regs, rt);
	bool gic = bits(encoding, 10, 7) == 12;

	if (gic && vgicv5_vcpu_trap(&vcpu->gic, encoding, read, &value) == VGICV5_TRAP_DONE) {
		count(&vcpu->vm->counters.gic_traps);
	} else if (read && !gic && (encoding & ~0x7fu) == (unsigned int)GICV5_ENC(3, 0, 0, 0, 0)) {
		value = read_idreg(vcpu->vm, encoding);
	} else if (reads_as_zero(encoding)) {
		value = 0;
	} else {
		complain(vcpu, "%s of system register s%u_%u_c%u_c%u_%u", read ? "read" : "write",
			 encoding >> 14, encoding >> 11 & 7, encoding >> 7 & 15, encoding >> 3 & 15,
			 encoding & 7);
		inject_undefined(vcpu, vcpu->regs.pc);
		return NEXT_RUN;
	}
	if (read)
		set_reg(&vcpu->regs, rt, value);
	vcpu->regs.pc += 4;
	return NEXT_RUN;
}
