// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A vCPU that is not loaded, as its section holds it. */
#include "../lib/string.h"
#include "saved.h"

void saved_vcpu_take(struct vmfile_vcpu *to, const struct shell_vcpu *vcpu)
{
	memset(to, 0, sizeof(*to));
	to->on = vcpu->state != VCPU_OFF;
	memcpy(to->x, vcpu->regs.x, sizeof(to->x));
	to->pc = vcpu->regs.pc;
	to->pstate = vcpu->regs.pstate;
	to->sys = vcpu->sys;
	memcpy(to->timers, vcpu->timers, sizeof(to->timers));
	to->fp = vcpu->fp;
}

void saved_vcpu_give(struct shell_vcpu *vcpu, const struct vmfile_vcpu *from, uint64_t later)
{
	uint64_t mpidr = vcpu->sys.vmpidr_el2;

	memcpy(vcpu->regs.x, from->x, sizeof(from->x));
	vcpu->regs.pc = from->pc;
	vcpu->regs.pstate = from->pstate;
	vcpu->sys = from->sys;
	/* Of EL2's registers that no guest can write. */
	vcpu->sys.vmpidr_el2 = mpidr;
	memcpy(vcpu->timers, from->timers, sizeof(from->timers));
	/* The physical counter cannot be moved: its timer fires when as much time has passed. */
	vcpu->timers[VMFILE_CNTP].cval += later;
	vcpu->fp = from->fp;
	vcpu->stepping = false;
}
