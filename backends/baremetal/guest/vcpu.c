// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "../host/gic.h"
#include "../host/timer.h"
#include "../machine/machine.h"
#include "guest.h"

#include <vgicv5/arch/intid.h>

#define HCR_GUEST                                                                                      \
	(HCR_VM | HCR_SWIO | HCR_FMO | HCR_IMO | HCR_AMO | HCR_FB | HCR_BSU_ISH | HCR_TWI | HCR_TID3 | \
	 HCR_TSC | HCR_TIDCP | HCR_TACR | HCR_RW)
#define SCTLR_EL1_RESET 0x30d00800u /* RES1 bits: MMU and caches off */
#define MPIDR_RES1 BIT(31)

#define TIMER_ENABLED 1u
#define TIMER_CTL_MASK 3u /* ENABLE, IMASK */

static const unsigned int timer_ppi[VMFILE_TIMERS] = {
	[VMFILE_CNTV] = GICV5_PPI_CNTV,
	[VMFILE_CNTP] = GICV5_PPI_CNTP,
};

void vcpu_reset(struct shell_vcpu *vcpu, uint64_t pc, uint64_t x0)
{
	unsigned int i;

	vcpu->regs = (struct guest_regs){.pc = pc, .pstate = PSTATE_DAIF | PSTATE_EL1H};
	vcpu->regs.x[0] = x0;
	vcpu->fp = (struct vmfile_fp){.fpsr = 0};
	vcpu->sys =
		(struct vmfile_sysregs){.sctlr_el1 = SCTLR_EL1_RESET, .vmpidr_el2 = MPIDR_RES1 | vcpu->index};
	for (i = 0; i < VMFILE_TIMERS; i++)
		vcpu->timers[i] = (struct vmfile_timer){0, 0};
	vcpu->stepping = false;
	vgicv5_vcpu_reset(&vcpu->gic);
}

/* ---- Timers ---- */

static void timers_save(struct shell_vcpu *vcpu)
{
	vcpu->timers[VMFILE_CNTV].ctl = READ_SYSREG(cntv_ctl_el0) & TIMER_CTL_MASK;
	vcpu->timers[VMFILE_CNTV].cval = READ_SYSREG(cntv_cval_el0);
	vcpu->timers[VMFILE_CNTP].ctl = READ_SYSREG(cntp_ctl_el0) & TIMER_CTL_MASK;
	vcpu->timers[VMFILE_CNTP].cval = READ_SYSREG(cntp_cval_el0);
	WRITE_SYSREG(cntv_ctl_el0, 0);
	WRITE_SYSREG(cntp_ctl_el0, 0);
	isb();
}

static void timers_restore(const struct shell_vcpu *vcpu)
{
	WRITE_SYSREG(cntvoff_el2, vcpu->vm->cntvoff);
	WRITE_SYSREG(cntv_cval_el0, vcpu->timers[VMFILE_CNTV].cval);
	WRITE_SYSREG(cntp_cval_el0, vcpu->timers[VMFILE_CNTP].cval);
	isb();
	WRITE_SYSREG(cntv_ctl_el0, vcpu->timers[VMFILE_CNTV].ctl);
	WRITE_SYSREG(cntp_ctl_el0, vcpu->timers[VMFILE_CNTP].ctl);
}

uint64_t vcpu_timers_wake(struct shell_vcpu *vcpu)
{
	uint64_t now = timer_now();
	uint64_t next = TIMER_NEVER;
	unsigned int i;

	for (i = 0; i < VMFILE_TIMERS; i++) {
		uint64_t at = vcpu->timers[i].cval + (i == VMFILE_CNTV ? vcpu->vm->cntvoff : 0);
		bool armed = vcpu->timers[i].ctl == TIMER_ENABLED;

		vgicv5_inject_ppi(&vcpu->gic, timer_ppi[i], armed && at <= now);
		if (armed && at > now && at < next)
			next = at;
	}
	return next;
}

/* ---- Loading ---- */

static void sysregs_save(struct vmfile_sysregs *sys)
{
#define SAVE(name) sys->name = READ_SYSREG(name);
	VMFILE_SYSREGS(SAVE)
#undef SAVE
}

static void sysregs_restore(const struct vmfile_sysregs *sys)
{
#define RESTORE(name) WRITE_SYSREG(name, sys->name);
	VMFILE_SYSREGS(RESTORE)
#undef RESTORE
}

/*
 * vCPUs of a VM share its VMID, but a guest may use an ASID for different things on different CPUs. Its own
 * invalidations reach all CPUs (HCR_EL2.FB).
 */
static void drop_translations_of_others(struct shell_vcpu *vcpu)
{
	const struct shell_vcpu **last = &vcpu->vm->last_vcpu[this_cpu()->index];

	if (*last == vcpu)
		return;
	*last = vcpu;
	__asm__ volatile("tlbi vmalle1\n\tic iallu\n\tdsb nsh\n\tisb" : : : "memory");
}

static void load(struct shell_vcpu *vcpu)
{
	WRITE_SYSREG(vtcr_el2, stage2_vtcr());
	WRITE_SYSREG(vttbr_el2, stage2_vttbr(&vcpu->vm->stage2));
	WRITE_SYSREG(vpidr_el2, vcpu->vm->model.midr);
	isb();
	drop_translations_of_others(vcpu);
	sysregs_restore(&vcpu->sys);
	fp_restore(&vcpu->fp);
	timers_restore(vcpu);
	isb();
}

static void save(struct shell_vcpu *vcpu)
{
	timers_save(vcpu);
	fp_save(&vcpu->fp);
	sysregs_save(&vcpu->sys);
}

/* ---- Running ---- */

static enum vcpu_leave leave_for(enum vcpu_next next)
{
	if (next == NEXT_YIELD)
		return LEAVE_PREEMPTED;
	return next == NEXT_BLOCK ? LEAVE_BLOCKED : LEAVE_OFF;
}

static enum vcpu_leave run(struct shell_vcpu *vcpu)
{
	struct shell_counters *counters = &vcpu->vm->counters;
	enum vcpu_next next;
	unsigned int kind;

	for (;;) {
		gic_irqs();
		if (sched_must_leave(vcpu))
			return LEAVE_PREEMPTED;
		if (vgicv5_vcpu_enter(&vcpu->gic)) {
			shell_vm_stop(vcpu->vm, SHELL_AFTER_OFF);
			return LEAVE_OFF;
		}
		/* A guest that waits for an event, of a lock mostly, lets others run. */
		kind = machine_run(&vcpu->regs, HCR_GUEST | (sched_others_wait() ? HCR_TWE : 0), counters);
		vgicv5_vcpu_exit(&vcpu->gic);
		count(&counters->exits);
		if (kind != EXIT_SYNC) {
			count(kind == EXIT_IRQ ? &counters->exits_irq : &counters->exits_other);
			if (kind == EXIT_SERROR)
				complain(vcpu, "SError, syndrome %lx", vcpu->regs.esr);
			continue;
		}
		next = exit_sync(vcpu);
		if (next != NEXT_RUN)
			return leave_for(next);
	}
}

void vcpu_run(struct shell_vcpu *vcpu)
{
	enum vcpu_leave why;

	if (vgicv5_vcpu_load(&vcpu->gic)) {
		shell_vm_stop(vcpu->vm, SHELL_AFTER_OFF);
		sched_leave(vcpu, LEAVE_OFF);
		return;
	}
	count(&vcpu->vm->counters.residencies);
	this_cpu()->current = vcpu;
	load(vcpu);
	why = run(vcpu);
	step_end(vcpu);
	save(vcpu);
	this_cpu()->current = NULL;
	vgicv5_vcpu_put(&vcpu->gic, why == LEAVE_BLOCKED ? VGICV5_PUT_IDLE : VGICV5_PUT_PREEMPTED);
	if (why == LEAVE_BLOCKED)
		vcpu->wake_at = vcpu_timers_wake(vcpu);
	sched_leave(vcpu, why);
}
