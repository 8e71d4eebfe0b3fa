// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Stage-2 aborts: emulated registers, pages that become code or data, and mistakes of the guest. */
#include "../machine/machine.h"
#include "guest.h"

#include "../devices/board.h"

#define PAR_F BIT(0)
#define PAR_ADDRESS 0x000ffffffffff000u
#define MDCR_TDE BIT(8)
#define MDSCR_SS BIT(0)
#define STORE_BLOCK 64u

/* HPFAR_EL2 is not valid for permission faults of the access itself: then stage 1 is walked again. */
static bool fault_ipa(const struct guest_regs *regs, uint64_t iss, uint64_t *ipa)
{
	uint64_t far = regs->far;
	uint64_t par, saved;

	*ipa = bits(regs->hpfar, 43, 4) << 12;
	if (ISS_FSC_TYPE(iss) == FSC_PERMISSION && !(iss & ISS_S1PTW)) {
		saved = READ_SYSREG(par_el1);
		__asm__ volatile("at s1e1r, %0\n\tisb" : : "r"(far) : "memory");
		par = READ_SYSREG(par_el1);
		WRITE_SYSREG(par_el1, saved);
		if (par & PAR_F)
			return false;
		*ipa = par & PAR_ADDRESS;
	}
	*ipa |= far & (PAGE_BYTES - 1);
	return true;
}

/* ---- Emulated registers ---- */

static struct shell_mmio_region *find_region(struct shell_vm *vm, uint64_t ipa)
{
	unsigned int i;

	for (i = 0; i < vm->region_count; i++)
		if (ipa - vm->regions[i].ipa < vm->regions[i].bytes)
			return &vm->regions[i];
	return NULL;
}

static bool mmio_read(struct shell_vcpu *vcpu, uint64_t ipa, unsigned int bytes, uint64_t *value)
{
	struct shell_mmio_region *region;

	if (ipa - BOARD_IRS_BASE < VGICV5_VIRS_SIZE) {
		*value = vgicv5_virs_read(&vcpu->gic, (uint32_t)(ipa - BOARD_IRS_BASE), bytes);
		return true;
	}
	if (!vcpu->vm->config.plain && ipa - BOARD_ITS_BASE < VGICV5_VITS_SIZE) {
		*value = vgicv5_vits_read(&vcpu->vm->its, (uint32_t)(ipa - BOARD_ITS_BASE), bytes);
		return true;
	}
	region = find_region(vcpu->vm, ipa);
	if (region)
		*value = region->ops->read(region->ctx, (uint32_t)(ipa - region->ipa), bytes);
	return region;
}

static bool mmio_write(struct shell_vcpu *vcpu, uint64_t ipa, unsigned int bytes, uint64_t value)
{
	struct shell_mmio_region *region;

	if (ipa - BOARD_IRS_BASE < VGICV5_VIRS_SIZE) {
		vgicv5_virs_write(&vcpu->gic, (uint32_t)(ipa - BOARD_IRS_BASE), bytes, value);
		return true;
	}
	if (!vcpu->vm->config.plain && ipa - BOARD_ITS_BASE < VGICV5_VITS_SIZE) {
		vgicv5_vits_write(&vcpu->vm->its, (uint32_t)(ipa - BOARD_ITS_BASE), bytes, value);
		return true;
	}
	region = find_region(vcpu->vm, ipa);
	if (region)
		region->ops->write(region->ctx, (uint32_t)(ipa - region->ipa), bytes, value);
	return region;
}

static uint64_t truncated(uint64_t value, unsigned int bytes)
{
	return bytes == 8 ? value : bits(value, 8 * bytes - 1, 0);
}

/* What a load puts into its register. */
static uint64_t extended(uint64_t value, unsigned int bytes, uint64_t iss)
{
	uint64_t sign = BIT(8 * bytes - 1);

	value = truncated(value, bytes);
	if (iss & ISS_SSE)
		value = (value ^ sign) - sign;
	return iss & ISS_SF ? value : truncated(value, 4);
}

static void inject_abort(struct shell_vcpu *vcpu, uint64_t esr)
{
	bool from_el1 = (vcpu->regs.pstate & (PSTATE_MODE | PSTATE_A32)) != PSTATE_EL0T;
	uint64_t ec = ESR_EC(esr) + (from_el1 ? 1u : 0u);

	WRITE_SYSREG(far_el1, vcpu->regs.far);
	inject_exception(vcpu, ec << 26 | (ESR_ISS(esr) & ISS_WNR) | ISS_EXTERNAL_ABORT, vcpu->regs.pc);
}

static enum vcpu_next exit_mmio(struct shell_vcpu *vcpu, uint64_t esr, uint64_t ipa)
{
	uint64_t iss = ESR_ISS(esr);
	unsigned int bytes = 1u << bits(iss, 23, 22);
	unsigned int rt = (unsigned int)bits(iss, 20, 16);
	bool write = iss & ISS_WNR;
	uint64_t value = 0;
	bool known = false;

	count(&vcpu->vm->counters.exits_mmio);
	if (iss & ISS_ISV) {
		if (write)
			known = mmio_write(vcpu, ipa, bytes, truncated(get_reg(&vcpu->regs, rt), bytes));
		else
			known = mmio_read(vcpu, ipa, bytes, &value);
	}
	if (!known) {
		complain(vcpu, "%s of %lx: %s", write ? "write" : "read", ipa,
			 iss & ISS_ISV ? "nothing is there" : "not a plain load or store");
		inject_abort(vcpu, esr);
		return NEXT_RUN;
	}
	if (!write)
		set_reg(&vcpu->regs, rt, extended(value, bytes, iss));
	vcpu->regs.pc += 4;
	return NEXT_RUN;
}

/* ---- Code and data ---- */

static enum vcpu_next after_rewrite(struct shell_vcpu *vcpu, enum rewrite_result result, uint64_t esr,
				    uint64_t ipa)
{
	if (result == REWRITE_DONE)
		return NEXT_RUN;
	if (result == REWRITE_NO_MEMORY) {
		complain(vcpu, "no memory to track its code; stopped");
		shell_vm_stop(vcpu->vm, SHELL_AFTER_OFF);
		return NEXT_OFF;
	}
	complain(vcpu, "%s of %lx is not possible", ESR_EC(esr) == EC_IABT_LOWER ? "execution" : "write",
		 ipa);
	inject_abort(vcpu, esr);
	return NEXT_RUN;
}

/* The page of the program counter, where a store into it would go on for ever between code and data. */
static bool in_page_of_pc(const struct shell_vcpu *vcpu, uint64_t ipa)
{
	uint64_t saved = READ_SYSREG(par_el1);
	uint64_t par;

	__asm__ volatile("at s1e1r, %0\n\tisb" : : "r"(vcpu->regs.pc) : "memory");
	par = READ_SYSREG(par_el1);
	WRITE_SYSREG(par_el1, saved);
	return !(par & PAR_F) && !(((par & PAR_ADDRESS) ^ ipa) & ~(uint64_t)(PAGE_BYTES - 1));
}

static enum vcpu_next step_over(struct shell_vcpu *vcpu, uint64_t esr, uint64_t ipa)
{
	enum rewrite_result result = step_end(vcpu);
	uint64_t iss = ESR_ISS(esr);

	/* How much a store writes is not said of pairs, vectors and DC ZVA: no more than two of its blocks. */
	if (result == REWRITE_DONE && iss & ISS_ISV)
		result = rewrite_step_begin(vcpu->vm, ipa, 1u << bits(iss, 23, 22));
	else if (result == REWRITE_DONE)
		result = rewrite_step_begin(vcpu->vm, ipa & ~(uint64_t)(STORE_BLOCK - 1), 2 * STORE_BLOCK);
	if (result != REWRITE_DONE)
		return after_rewrite(vcpu, result, esr, ipa);
	vcpu->stepping = true;
	vcpu->step_page = ipa;
	vcpu->regs.pstate |= PSTATE_SS;
	WRITE_SYSREG(mdcr_el2, READ_SYSREG(mdcr_el2) | MDCR_TDE);
	WRITE_SYSREG(mdscr_el1, MDSCR_SS);
	return NEXT_RUN;
}

enum rewrite_result step_end(struct shell_vcpu *vcpu)
{
	if (!vcpu->stepping)
		return REWRITE_DONE;
	WRITE_SYSREG(mdscr_el1, 0);
	WRITE_SYSREG(mdcr_el2, READ_SYSREG(mdcr_el2) & ~MDCR_TDE);
	vcpu->regs.pstate &= ~PSTATE_SS;
	vcpu->stepping = false;
	return rewrite_step_end(vcpu->vm, vcpu->step_page);
}

enum vcpu_next exit_step(struct shell_vcpu *vcpu)
{
	count(&vcpu->vm->counters.exits_step);
	return after_rewrite(vcpu, step_end(vcpu), 0, vcpu->step_page);
}

/* Another CPU splits a block: its entry was invalid for a moment (break before make). */
static bool is_mapped_now(struct shell_vm *vm, uint64_t iss, uint64_t ipa)
{
	enum stage2_use use;
	uint64_t pa;
	bool mapped;

	if (ISS_FSC_TYPE(iss) != FSC_TRANSLATION || ipa - SHELL_GUEST_RAM >= vm->config.ram_bytes)
		return false;
	shell_lock(&vm->stage2.lock);
	mapped = stage2_look(&vm->stage2, ipa, &pa, &use);
	shell_unlock(&vm->stage2.lock);
	return mapped;
}

enum vcpu_next exit_abort(struct shell_vcpu *vcpu, uint64_t esr)
{
	uint64_t iss = ESR_ISS(esr);
	bool fetch = ESR_EC(esr) == EC_IABT_LOWER;
	uint64_t ipa;

	if (!fault_ipa(&vcpu->regs, iss, &ipa) || is_mapped_now(vcpu->vm, iss, ipa))
		return NEXT_RUN;
	if (ISS_FSC_TYPE(iss) == FSC_TRANSLATION && !fetch && !(iss & ISS_S1PTW))
		return exit_mmio(vcpu, esr, ipa);
	if (ISS_FSC_TYPE(iss) != FSC_PERMISSION) {
		complain(vcpu, "%s of %lx: nothing is there", fetch ? "execution" : "table walk", ipa);
		inject_abort(vcpu, esr);
		return NEXT_RUN;
	}
	if (fetch && !(iss & ISS_S1PTW)) {
		count(&vcpu->vm->counters.exits_fetch);
		return after_rewrite(vcpu, rewrite_for_fetch(vcpu->vm, ipa), esr, ipa);
	}
	count(&vcpu->vm->counters.exits_write);
	if (!(iss & ISS_S1PTW) && in_page_of_pc(vcpu, ipa))
		return step_over(vcpu, esr, ipa);
	return after_rewrite(vcpu, rewrite_for_store(vcpu->vm, ipa), esr, ipa);
}
