// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "../machine/machine.h"

#include "guest.h"
#include <vgicv5_soft/word.h>

#define VECTOR_SP_EL0 0x000u
#define VECTOR_SP_ELX 0x200u
#define VECTOR_LOWER 0x400u
#define VECTOR_LOWER_A32 0x600u
#define SCTLR_SPAN BIT(23)
#define MAX_COMPLAINTS 20

void complain(struct shell_vcpu *vcpu, const char *format, ...)
{
	struct shell_vm *vm = vcpu->vm;
	char text[160];
	va_list args;

	if (__atomic_fetch_add(&vm->complaints, 1, __ATOMIC_RELAXED) >= MAX_COMPLAINTS)
		return;
	va_start(args, format);
	shell_vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	con_printf("[shell] %s vcpu%u at %lx: %s%s\n", vm->name, vcpu->index, vcpu->regs.pc, text,
		   vm->complaints == MAX_COMPLAINTS ? " (no more messages for this VM)" : "");
}

void inject_exception(struct shell_vcpu *vcpu, uint64_t esr, uint64_t pc)
{
	uint64_t pstate = vcpu->regs.pstate;
	uint64_t vector = VECTOR_LOWER;

	if (pstate & PSTATE_A32)
		vector = VECTOR_LOWER_A32;
	else if ((pstate & PSTATE_MODE) == PSTATE_EL1H)
		vector = VECTOR_SP_ELX;
	else if ((pstate & PSTATE_MODE) == PSTATE_EL1T)
		vector = VECTOR_SP_EL0;
	WRITE_SYSREG(esr_el1, esr | ESR_IL);
	WRITE_SYSREG(elr_el1, pc);
	WRITE_SYSREG(spsr_el1, pstate);
	vcpu->regs.pc = READ_SYSREG(vbar_el1) + vector;
	vcpu->regs.pstate = PSTATE_DAIF | PSTATE_EL1H;
	if (pstate & PSTATE_PAN || !(READ_SYSREG(sctlr_el1) & SCTLR_SPAN))
		if (bits(READ_SYSREG(id_aa64mmfr1_el1), 23, 20))
			vcpu->regs.pstate |= PSTATE_PAN;
}

void inject_undefined(struct shell_vcpu *vcpu, uint64_t pc)
{
	count(&vcpu->vm->counters.undefined);
	inject_exception(vcpu, (uint64_t)EC_UNKNOWN << 26, pc);
}

/* A GICv5 instruction that the machine would not carry out: the core has to. */
static enum vcpu_next exit_gic_hvc(struct shell_vcpu *vcpu, uint32_t imm)
{
	struct vgicv5_word_access access;
	uint64_t value;

	vgicv5_hvc_access(imm, &access);
	value = get_reg(&vcpu->regs, access.rt);
	count(&vcpu->vm->counters.gic_traps);
	if (vgicv5_vcpu_trap(&vcpu->gic, access.encoding, access.read, &value) != VGICV5_TRAP_DONE) {
		inject_undefined(vcpu, vcpu->regs.pc - 4);
		return NEXT_RUN;
	}
	if (access.read)
		set_reg(&vcpu->regs, access.rt, value);
	return NEXT_RUN;
}

static enum vcpu_next exit_hvc(struct shell_vcpu *vcpu, uint64_t esr)
{
	uint32_t imm = ESR_ISS(esr) & 0xffff;

	count(&vcpu->vm->counters.exits_hvc);
	if (!machine_native && imm & VGICV5_HVC_MARK)
		return exit_gic_hvc(vcpu, imm);
	if (imm == 0)
		return exit_call(vcpu);
	complain(vcpu, "HVC #%x is not for anybody", imm);
	inject_undefined(vcpu, vcpu->regs.pc - 4);
	return NEXT_RUN;
}

static enum vcpu_next exit_smc(struct shell_vcpu *vcpu, uint64_t esr)
{
	count(&vcpu->vm->counters.exits_smc);
	/* A trapped SMC has not been executed. */
	if ((ESR_ISS(esr) & 0xffff) == 0) {
		vcpu->regs.pc += 4;
		return exit_call(vcpu);
	}
	inject_undefined(vcpu, vcpu->regs.pc);
	return NEXT_RUN;
}

static enum vcpu_next exit_wfx(struct shell_vcpu *vcpu, uint64_t esr)
{
	count(&vcpu->vm->counters.exits_wfi);
	vcpu->regs.pc += 4;
	if (ESR_ISS(esr) & ISS_WFX_WFE)
		return NEXT_YIELD;
	/* An interrupt of sufficient priority ends WFI whether it is masked or not. */
	if (GICV5_GET(ICH_HPPIR_EL2_HPPIV, vgicv5_read_ICH_HPPIR_EL2()))
		return NEXT_RUN;
	return NEXT_BLOCK;
}

enum vcpu_next exit_sync(struct shell_vcpu *vcpu)
{
	uint64_t esr = vcpu->regs.esr;

	switch (ESR_EC(esr)) {
	case EC_WFX:
		return exit_wfx(vcpu, esr);
	case EC_HVC64:
		return exit_hvc(vcpu, esr);
	case EC_SMC64:
		return exit_smc(vcpu, esr);
	case EC_SYSREG:
		count(&vcpu->vm->counters.exits_sysreg);
		return exit_sysreg(vcpu, esr);
	case EC_IABT_LOWER:
	case EC_DABT_LOWER:
		return exit_abort(vcpu, esr);
	case EC_STEP_LOWER:
		return exit_step(vcpu);
	default:
		count(&vcpu->vm->counters.exits_other);
		complain(vcpu, "unexpected exception class %x, syndrome %x", ESR_EC(esr), ESR_ISS(esr));
		inject_undefined(vcpu, vcpu->regs.pc);
		return NEXT_RUN;
	}
}
