// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Trapped system registers: the ID registers, so that the guest sees GICv5, no other interrupt controller and no
 * feature whose state is not switched between vCPUs; debug and performance registers read as zero.
 */
#include "guest.h"

#include <vgicv5/arch/sysreg.h>

#define IDREG(crm, op2) GICV5_ENC(3, 0, 0, crm, op2)

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

	for (i = 0; i < VMFILE_IDREGS; i++)
		if (vmfile_idregs[i].encoding == encoding)
			return vm->model.idregs[i];
	return 0;
}

/* ---- Machines compared ---- */

void cpu_model_of_host(struct vmfile_cpu *model)
{
	unsigned int i;

	model->midr = READ_SYSREG(midr_el1);
	model->ctr = READ_SYSREG(ctr_el0);
	model->dczid = READ_SYSREG(dczid_el0);
	model->frequency = READ_SYSREG(cntfrq_el0);
	for (i = 0; i < VMFILE_IDREGS; i++)
		model->idregs[i] = real_idreg(vmfile_idregs[i].encoding);
	vmfile_cpu_filter(model);
}

const char *cpu_model_check(const struct vmfile_cpu *model)
{
	struct vmfile_cpu host;

	cpu_model_of_host(&host);
	return vmfile_check_cpu(&host, model);
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
