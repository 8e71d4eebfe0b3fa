// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A vCPU that is not loaded, as its section holds it; and the checksums. */
#include "../lib/string.h"
#include "saved.h"

/* A multiplier without structure: the golden ratio. Each step is a bijection, so no single change is lost. */
#define CHECKSUM_FACTOR 0x9e3779b97f4a7c15u

/* PSTATE that EL0 and EL1 can have: NZCV, TCO, DIT, UAO, PAN, IL, SSBS, BTYPE, DAIF. */
#define PSTATE_FLAGS (0xf0000000u | BIT(25) | BIT(24) | BIT(23) | BIT(22) | BIT(20) | 0x1c00u | PSTATE_DAIF)

#define TIMER_CONTROL 3u

uint64_t saved_checksum(uint64_t sum, const void *data, size_t bytes)
{
	const uint64_t *word = data;

	for (; bytes >= 8; bytes -= 8) {
		sum = (sum ^ *word++) * CHECKSUM_FACTOR;
		sum ^= sum >> 32;
	}
	return sum;
}

uint64_t saved_front_checksum(const struct saved_front *front)
{
	struct saved_header header = front->header;
	uint64_t sum;

	header.checksum = 0;
	sum = saved_checksum(0, &header, sizeof(header));
	return saved_checksum(sum, front->sections, sizeof(front->sections));
}

void saved_vcpu_take(struct saved_vcpu *to, const struct shell_vcpu *vcpu)
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

const char *saved_vcpu_check(const struct saved_vcpu *from)
{
	uint64_t mode = from->pstate & (PSTATE_MODE | PSTATE_A32);
	unsigned int i;

	if (from->on > 1)
		return "a vCPU is neither on nor off";
	if (!from->on)
		return NULL;
	/* Whoever wrote the file must not get into EL2. */
	if ((mode != PSTATE_EL0T && mode != PSTATE_EL1T && mode != PSTATE_EL1H) ||
	    from->pstate & ~(PSTATE_FLAGS | PSTATE_MODE | PSTATE_A32))
		return "a vCPU is in a state that no guest can be in";
	for (i = 0; i < GUEST_TIMERS; i++)
		if (from->timers[i].ctl & ~(uint64_t)TIMER_CONTROL)
			return "the control register of a timer has bits that it does not have";
	return NULL;
}

void saved_vcpu_give(struct shell_vcpu *vcpu, const struct saved_vcpu *from, uint64_t later)
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
	vcpu->timers[GUEST_CNTP].cval += later;
	vcpu->fp = from->fp;
	vcpu->stepping = false;
}
