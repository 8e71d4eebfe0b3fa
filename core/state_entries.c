/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Entries of SPIs and LPIs in a state that is read. */
#include "state.h"

#define RESERVED (~(STATE_ISTE_MASK | (uint32_t)GICV5_MASK(L2_ISTE_HWU)))
#define VPE_WORDS VGICV5_BITMAP_WORDS(VGICV5_MAX_VPES)

struct state_runs vgicv5_state_runs_in(const struct vgicv5_vm *vm, const struct state_section *section)
{
	size_t head = STATE_ENTRIES_REST;

	if (!section->body)
		return (struct state_runs){.at = NULL};
	if (section->type == VGICV5_STATE_SPI)
		head += 8 * STATE_SPI_BITMAPS * state_words(vm->config.spi_count);
	return (struct state_runs){.at = section->body + head, .end = section->body + section->bytes};
}

struct state_runs vgicv5_state_flat(const void *entries, uint32_t count)
{
	return (struct state_runs){.flat = entries, .flat_count = count};
}

bool vgicv5_state_read_run(struct state_runs *runs, struct state_run *run)
{
	if (runs->flat_count) {
		*run = (struct state_run){0, runs->flat_count, runs->flat};
		runs->flat_count = 0;
		return true;
	}
	if (runs->end - runs->at < 8)
		return false;
	run->first = state_get32(runs->at);
	run->count = state_get32(runs->at + 4);
	run->entries = runs->at + 8;
	if (run->count > (size_t)(runs->end - run->entries) / 4)
		return false;
	runs->at = run->entries + 4 * (size_t)run->count;
	return true;
}

static void mark_vpes(const struct vgicv5_vm *vm, uint64_t *vpes)
{
	const struct vgicv5_vcpu *vcpu;

	for (vcpu = vm->vcpus; vcpu; vcpu = vcpu->next)
		vpes[vcpu->vpe_id / 64] |= vgicv5_bitmap_bit(vcpu->vpe_id);
	/* What has never been routed has 0, whoever exists. */
	vpes[0] |= 1;
}

static bool is_good(const struct state_rules *rules, const uint64_t *vpes, uint32_t iste)
{
	uint32_t target = (uint32_t)GICV5_GET(L2_ISTE_IAFFID, iste);

	if (iste & RESERVED)
		return false;
	if (GICV5_GET(L2_ISTE_IRM, iste))
		return rules->one_n;
	return rules->stray || (target < VGICV5_MAX_VPES && vgicv5_bitmap_test(vpes, target));
}

/* What is left of the section is its padding. */
static bool ends_well(const struct state_runs *runs)
{
	size_t left = (size_t)(runs->end - runs->at);

	return !left || (left == 4 && !state_get32(runs->at));
}

int vgicv5_state_check_runs(const struct vgicv5_vm *vm, const struct state_rules *rules,
			    struct state_runs runs)
{
	uint64_t vpes[VPE_WORDS] = {0};
	struct state_run run;
	uint64_t end = 0;
	uint32_t i;

	mark_vpes(vm, vpes);
	while (vgicv5_state_read_run(&runs, &run)) {
		if (!run.count || run.first < end || (uint64_t)run.first + run.count > rules->count)
			return VGICV5_INVALID;
		end = (uint64_t)run.first + run.count;
		for (i = 0; i < run.count; i++)
			if (!is_good(rules, vpes, state_get32(run.entries + 4 * (size_t)i)))
				return VGICV5_INVALID;
	}
	return ends_well(&runs) ? VGICV5_OK : VGICV5_INVALID;
}
