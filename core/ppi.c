/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "ppi.h"

#include <vgicv5/arch/intid.h>
#include <vgicv5/debug.h>
#include <vgicv5/port.h>

#include "priority.h"

#define PPIS_PER_WORD 64
#define PPIS_PER_GROUP 8
#define GROUPS_PER_WORD 8
#define GROUP_BITS 0xffu

/* Bit n: one of PPIs 8n to 8n + 7 is in the bitmap. */
static uint32_t groups_of(const uint64_t ppis[2])
{
	uint32_t groups = 0;
	unsigned int n;

	for (n = 0; n < VGICV5_PPI_GROUPS; n++)
		if (ppis[n / GROUPS_PER_WORD] >> (PPIS_PER_GROUP * (n % GROUPS_PER_WORD)) & GROUP_BITS)
			groups |= 1u << n;
	return groups;
}

void vgicv5_ppi_init(struct vgicv5_vcpu *vcpu)
{
	const struct vgicv5_vm *vm = vcpu->vm;
	const struct vgicv5_caps *caps = &vm->host->caps;
	struct vgicv5_hyp *hyp = &vcpu->hyp;
	unsigned int w;

	for (w = 0; w < 2; w++) {
		hyp->visible[w] = vm->config.ppi_visible[w] & caps->ppi_implemented[w];
		hyp->dvi[w] = vm->config.ppi_dvi[w] & hyp->visible[w];
		hyp->edge[w] = caps->ppi_edge[w] & hyp->visible[w] & ~hyp->dvi[w];
	}
	hyp->groups = groups_of(hyp->visible);
	hyp->hidden_groups = groups_of(caps->ppi_implemented) & ~hyp->groups;
	hyp->word1 = hyp->visible[1] != 0;
	hyp->hidden_word1 = !hyp->word1 && caps->ppi_implemented[1] != 0;
}

/* Single copies, as an injection may look at the state at any time. */
void vgicv5_ppi_reset(struct vgicv5_vcpu *vcpu)
{
	struct vgicv5_hyp *hyp = &vcpu->hyp;
	unsigned int n;

	for (n = 0; n < 2; n++) {
		VGICV5_WRITE_ONCE(hyp->enable[n], 0);
		VGICV5_WRITE_ONCE(hyp->active[n], 0);
		hyp->pend[n] = 0;
		hyp->level[n] = 0;
		hyp->pend_set[n] = 0;
		hyp->pend_clear[n] = 0;
		vgicv5_exchange(&vcpu->latch[n], 0);
	}
	for (n = 0; n < VGICV5_PPI_GROUPS; n++)
		VGICV5_WRITE_ONCE(hyp->priority[n], 0);
	hyp->dirty = 0;
}

/* Edges raised since they were last taken. The look comes first: an atomic access costs more than all else here. */
static inline uint64_t take_latch(struct vgicv5_vcpu *vcpu, unsigned int word)
{
	return VGICV5_READ_ONCE(vcpu->latch[word]) ? vgicv5_exchange(&vcpu->latch[word], 0) : 0;
}

static inline uint64_t level_inputs(const struct vgicv5_vcpu *vcpu, unsigned int word)
{
	return VGICV5_READ_ONCE(vcpu->line[word]) & ~vcpu->hyp.dvi[word];
}

void vgicv5_ppi_collect(struct vgicv5_vcpu *vcpu)
{
	struct vgicv5_hyp *hyp = &vcpu->hyp;
	unsigned int w;

	for (w = 0; w < 2; w++) {
		hyp->level[w] = level_inputs(vcpu, w);
		hyp->pend[w] = take_latch(vcpu, w) | hyp->level[w];
	}
}

void vgicv5_ppi_fold(struct vgicv5_vcpu *vcpu)
{
	unsigned int w;

	/* Added to the latch, as others may be raised at this moment. */
	for (w = 0; w < 2; w++)
		if (vcpu->hyp.pend[w])
			vgicv5_fetch_or(&vcpu->latch[w], vcpu->hyp.pend[w]);
}

static void flush_word(struct vgicv5_vcpu *vcpu, unsigned int w)
{
	struct vgicv5_hyp *hyp = &vcpu->hyp;
	uint64_t level = level_inputs(vcpu, w);
	uint64_t changed = level ^ hyp->level[w];

	hyp->pend_set[w] = take_latch(vcpu, w) | (changed & level);
	hyp->pend_clear[w] = changed & ~level;
	hyp->level[w] = level;
}

static inline uint64_t to_flush(const struct vgicv5_vcpu *vcpu, unsigned int w)
{
	return (level_inputs(vcpu, w) ^ vcpu->hyp.level[w]) | VGICV5_READ_ONCE(vcpu->latch[w]);
}

void vgicv5_ppi_flush(struct vgicv5_vcpu *vcpu)
{
	if (!(to_flush(vcpu, 0) | to_flush(vcpu, 1)))
		return;
	flush_word(vcpu, 0);
	flush_word(vcpu, 1);
	vcpu->hyp.dirty |= VGICV5_DIRTY_PEND;
}

static inline uint64_t pending(const struct vgicv5_vcpu *vcpu, unsigned int w)
{
	return VGICV5_READ_ONCE(vcpu->latch[w]) | VGICV5_READ_ONCE(vcpu->line[w]);
}

static inline uint64_t open_to(const struct vgicv5_vcpu *vcpu, unsigned int w)
{
	return VGICV5_READ_ONCE(vcpu->hyp.enable[w]) & ~VGICV5_READ_ONCE(vcpu->hyp.active[w]);
}

bool vgicv5_ppi_runnable(const struct vgicv5_vcpu *vcpu)
{
	uint64_t low = pending(vcpu, 0);
	uint64_t high = pending(vcpu, 1);
	unsigned int mask;
	uint64_t vmcr;
	uint64_t apr;

	if (!(low | high))
		return false;
	low &= open_to(vcpu, 0);
	high &= open_to(vcpu, 1);
	if (!(low | high))
		return false;
	vmcr = VGICV5_READ_ONCE(vcpu->hyp.vmcr);
	apr = VGICV5_READ_ONCE(vcpu->hyp.apr);
	if (vgicv5_priority_lets_all(vmcr, apr))
		return true;
	mask = vgicv5_priority_mask(vmcr, apr);
	/* Also what keeps a guest that waits with EN = 0 from being woken again and again. */
	return mask != 0 && vgicv5_priority_lets_any(vcpu->hyp.priority, low, high, mask);
}

void vgicv5_ppi_write_enable(struct vgicv5_vcpu *vcpu, unsigned int word, uint64_t value)
{
	VGICV5_WRITE_ONCE(vcpu->hyp.enable[word], value & vcpu->hyp.visible[word]);
	vcpu->hyp.dirty |= VGICV5_DIRTY_ENABLE;
}

uint64_t vgicv5_ppi_handling_mode(const struct vgicv5_vcpu *vcpu, unsigned int word)
{
	return vcpu->hyp.visible[word] & ~vcpu->vm->host->caps.ppi_edge[word];
}

/* @return whether the input or latch changed. */
static bool raise_or_lower(struct vgicv5_vcpu *vcpu, unsigned int word, uint64_t bit, bool asserted)
{
	if (vcpu->hyp.edge[word] & bit)
		return asserted && !(vgicv5_fetch_or(&vcpu->latch[word], bit) & bit);
	if (asserted)
		return !(vgicv5_fetch_or(&vcpu->line[word], bit) & bit);
	return vgicv5_fetch_andnot(&vcpu->line[word], bit) & bit;
}

/*
 * A vCPU that is loaded has to look again, but for direct injection, where the hardware looks. One that is not is
 * woken only if it could take the interrupt. The atomic access above is ordered before the look at `resident`; load
 * sets `resident` by an atomic access before it looks at latch and line; put clears it behind a barrier before its
 * caller looks at vgicv5_vcpu_runnable(). So either this sees the vCPU as it will be or the vCPU sees the PPI.
 */
static bool must_look(const struct vgicv5_vcpu *vcpu, unsigned int word, uint64_t bit, bool asserted)
{
	if (VGICV5_LOAD_ACQUIRE(&vcpu->resident))
		return !(vcpu->hyp.dvi[word] & bit);
	return asserted && vgicv5_ppi_runnable(vcpu);
}

int vgicv5_inject_ppi(struct vgicv5_vcpu *vcpu, unsigned int ppi, bool asserted)
{
	unsigned int word = ppi / PPIS_PER_WORD;
	uint64_t bit = 1ull << (ppi % PPIS_PER_WORD);

	if (ppi >= GICV5_PPI_COUNT || !(vcpu->hyp.visible[word] & bit))
		return VGICV5_INVALID;
	if (VGICV5_READ_ONCE(vcpu->vm->dead))
		return VGICV5_DEAD;
	VGICV5_TRACE(inject, vcpu->vm->vm_id, GICV5_INTID(GICV5_TYPE_PPI, ppi), asserted);
	if (raise_or_lower(vcpu, word, bit, asserted) && must_look(vcpu, word, bit, asserted))
		vgicv5_port_kick(vcpu);
	return VGICV5_OK;
}
