/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Restoring: check everything, make memory, give the tables to the IRS anew, then set what software holds.
 * Only the third step can fail once something has changed.
 */
#include <vgicv5/arch/irs.h>
#include <vgicv5/arch/its.h>
#include <vgicv5/arch/iwb.h>

#include "state.h"
#include "virs.h"
#include "vits.h"
#include "viwb.h"
#include "vpe.h"

/* ---- Registers ---- */

static void set_virs(struct vgicv5_vm *vm, const struct state_in *in)
{
	const uint8_t *shown = in->only[VGICV5_STATE_VM].body;
	const uint8_t *body = in->only[VGICV5_STATE_VIRS].body;
	struct vgicv5_virs *virs = &vm->virs;
	unsigned int n;

	for (n = 0; n < 3; n++)
		virs->idr[n] = state_get32(shown + STATE_VM_IDR + 4 * n);
	virs->icc_idr0 = state_get32(shown + STATE_VM_ICC_IDR0);
	virs->ist_baser = state_get64(body + STATE_VIRS_BASER);
	virs->ist_cfgr = state_get32(body + STATE_VIRS_CFGR);
	virs->irsen = state_get32(body + STATE_VIRS_CR0);
	virs->cr1 = state_get32(body + STATE_VIRS_CR1);
	virs->spi_selr = state_get32(body + STATE_VIRS_SPI_SELR);
	virs->pe_selr = state_get32(body + STATE_VIRS_PE_SELR);
}

static void set_pair(uint64_t *to, const uint8_t *from)
{
	VGICV5_WRITE_ONCE(to[0], state_get64(from));
	VGICV5_WRITE_ONCE(to[1], state_get64(from + 8));
}

static void set_vcpu(struct vgicv5_vcpu *vcpu, const uint8_t *body)
{
	struct vgicv5_hyp *hyp = &vcpu->hyp;
	unsigned int i;

	vgicv5_vcpu_reset(vcpu);
	VGICV5_WRITE_ONCE(hyp->vmcr, state_get64(body + STATE_VCPU_VMCR));
	VGICV5_WRITE_ONCE(hyp->apr, state_get64(body + STATE_VCPU_APR));
	hyp->icsr = state_get64(body + STATE_VCPU_ICSR);
	set_pair(hyp->enable, body + STATE_VCPU_ENABLE);
	set_pair(hyp->active, body + STATE_VCPU_ACTIVE);
	set_pair(vcpu->latch, body + STATE_VCPU_LATCH);
	set_pair(vcpu->line, body + STATE_VCPU_LINE);
	for (i = 0; i < VGICV5_PPI_GROUPS; i++)
		VGICV5_WRITE_ONCE(hyp->priority[i], state_get64(body + STATE_VCPU_PRIORITY + 8 * i));
}

static int set_vcpus(struct vgicv5_vm *vm, const struct state_in *in)
{
	struct vgicv5_vcpu *vcpu = vm->vcpus;
	struct state_section section;
	int error = VGICV5_OK;
	size_t at = 0;

	for (; !error && vgicv5_state_next_of(in, VGICV5_STATE_VCPU, &at, &section); vcpu = vcpu->next) {
		bool dps = state_get32(section.body + STATE_VCPU_FLAGS) & 1;

		set_vcpu(vcpu, section.body);
		if (vcpu->dps != dps)
			error = vgicv5_vpe_set_dps(vcpu, dps);
	}
	return error;
}

/* Translations are forgotten: the time of the cache goes on. */
static void set_its(struct vgicv5_vits *vits, const uint8_t *body)
{
	struct vgicv5_vits_regs *regs = &vits->regs;

	vgicv5_mutex_lock(&vits->mutex);
	*regs = (struct vgicv5_vits_regs){
		.dt_baser = state_get64(body + STATE_ITS_DT_BASER),
		.dt_cfgr = state_get32(body + STATE_ITS_DT_CFGR),
		.cr1 = state_get32(body + STATE_ITS_CR1),
		.did = state_get32(body + STATE_ITS_DID),
		.eid = state_get32(body + STATE_ITS_EID),
		.gen_did = state_get32(body + STATE_ITS_GEN_DID),
		.gen_eid = state_get32(body + STATE_ITS_GEN_EID),
		.read_event_data = state_get64(body + STATE_ITS_READ_DATA),
		.swerr_status = state_get64(body + STATE_ITS_SWERR_STATUS),
		.swerr_syndrome = {state_get64(body + STATE_ITS_SYNDROME),
				   state_get64(body + STATE_ITS_SYNDROME + 8)},
	};
	regs->swerr_claim = GICV5_GET(ITS_SWERR_STATUSR_V, regs->swerr_status);
	VGICV5_WRITE_ONCE(regs->itsen, state_get32(body + STATE_ITS_CR0));
	vgicv5_vits_forget_all(vits);
	vgicv5_mutex_unlock(&vits->mutex);
}

static void set_iwb(struct vgicv5_viwb *viwb, const uint8_t *body)
{
	uint32_t words = viwb->config.wire_count / 32, i;
	const uint8_t *word = body + STATE_IWB_WORDS;
	const uint8_t *lpi = word + 16 * (size_t)words;

	viwb->iwben = state_get32(body + STATE_IWB_CR0);
	for (i = 0; i < words; i++) {
		viwb->wires[i].enabled = state_get32(word + 4 * i);
		viwb->wires[i].level = state_get32(word + 4 * (words + i));
		viwb->wires[i].line = state_get32(word + 4 * (2 * words + i));
	}
	for (i = 0; i < viwb->config.wire_count; i++) {
		if (!(state_get32(word + 4 * (3 * words + i / 32)) >> i % 32 & 1))
			continue;
		vgicv5_viwb_restore_mode_due(viwb, i, state_get32(lpi));
		lpi += 4;
	}
}

static void set_bridges(struct vgicv5_vm *vm, const struct state_in *in)
{
	struct state_section section;
	size_t at = 0;

	while (vgicv5_state_next_of(in, VGICV5_STATE_ITS, &at, &section))
		set_its(vgicv5_state_vits_of(vm, section.body), section.body);
	at = 0;
	while (vgicv5_state_next_of(in, VGICV5_STATE_IWB, &at, &section))
		set_iwb(vgicv5_state_viwb_of(vm, section.body), section.body);
}

/* ---- SPIs and LPIs ---- */

static void set_bitmap(uint64_t *to, const uint8_t *from, uint32_t words)
{
	uint32_t i;

	for (i = 0; i < words; i++)
		VGICV5_WRITE_ONCE(to[i], state_get64(from + 8 * i));
}

static uint32_t count_bits(const uint64_t *bitmap, uint32_t words)
{
	uint32_t count = 0, i;

	for (i = 0; i < 64 * words; i++)
		if (vgicv5_bitmap_test(bitmap, i))
			count++;
	return count;
}

static void set_eoi(struct vgicv5_vm *vm, const uint8_t *bitmaps, uint32_t words)
{
	unsigned long flags = vgicv5_lock(&vm->lock);

	set_bitmap(vm->eoi.registered, bitmaps, words);
	set_bitmap(vm->eoi.in_flight, bitmaps + 8 * words, words);
	set_bitmap(vm->eoi.withdrawn, bitmaps + 16 * words, words);
	vm->eoi.count = count_bits(vm->eoi.in_flight, words);
	if (count_bits(vm->eoi.registered, words))
		vgicv5_exchange(&vm->eoi.used, 1);
	vgicv5_unlock(&vm->lock, flags);
}

static void set_spis(struct vgicv5_vm *vm, const struct state_in *in)
{
	uint32_t words = state_words(vm->config.spi_count);
	const uint8_t *bitmaps;

	if (!words)
		return;
	bitmaps = in->only[VGICV5_STATE_SPI].body + STATE_ENTRIES_REST;
	set_bitmap(vm->spi_level, bitmaps, words);
	set_bitmap(vm->spi_line, bitmaps + 8 * words, words);
	if (vm->eoi.registered)
		set_eoi(vm, bitmaps + 16 * words, words);
}

static int map_l2(struct vgicv5_vm *vm, const struct state_in *in, const struct vgicv5_ist_shape *shape)
{
	const struct state_section *section = &in->only[VGICV5_STATE_LPI_L2];
	int error = VGICV5_OK;
	size_t at;
	uint32_t i;

	for (at = 0; section->body && at < section->bytes; at += 8) {
		uint32_t first = state_get32(section->body + at);

		for (i = first; i < first + state_get32(section->body + at + 4) && !error; i++)
			error = vgicv5_virs_map_l2(vm, shape, i);
	}
	return error;
}

static int make_lpis(struct vgicv5_vm *vm, const struct state_in *in, const struct state_tables *tables)
{
	struct vgicv5_ist_shape shape;
	int error;

	if (!in->only[VGICV5_STATE_LPI].body)
		return VGICV5_OK;
	vgicv5_virs_guest_shape(state_get32(in->only[VGICV5_STATE_VIRS].body + STATE_VIRS_CFGR),
				state_get32(in->only[VGICV5_STATE_VM].body + STATE_VM_IDR + 8), &shape);
	error = vgicv5_state_make_lpis(vm, &shape, tables->lpi);
	if (error)
		return error;
	error = map_l2(vm, in, &shape);
	if (error)
		vgicv5_virs_free_ist(vm);
	return error;
}

/* ---- The whole ---- */

static int set_software(struct vgicv5_vm *vm, const void *ctx)
{
	const struct state_in *in = ctx;

	set_virs(vm, in);
	set_spis(vm, in);
	set_bridges(vm, in);
	return set_vcpus(vm, in);
}

static int check_locked(const struct vgicv5_vm *vm, const void *state, size_t bytes, struct state_in *in)
{
	int error = vgicv5_state_replaceable(vm);

	if (error)
		return error;
	error = vgicv5_state_open(state, bytes, in);
	if (error)
		return vgicv5_state_refuse(vm, "frame", error);
	return vgicv5_state_check_all(vm, in);
}

int vgicv5_state_check(struct vgicv5_vm *vm, const void *state, size_t bytes)
{
	struct state_in in;
	int error;

	vgicv5_mutex_lock(&vm->mutex);
	error = check_locked(vm, state, bytes, &in);
	vgicv5_mutex_unlock(&vm->mutex);
	return error;
}

static int restore_locked(struct vgicv5_vm *vm, const void *state, size_t bytes)
{
	struct state_in in;
	struct state_tables tables = {.vm = vm, .finish = set_software, .ctx = &in};
	int error = check_locked(vm, state, bytes, &in);

	if (error)
		return error;
	tables.spi = vgicv5_state_runs_in(vm, &in.only[VGICV5_STATE_SPI]);
	tables.lpi = vgicv5_state_runs_in(vm, &in.only[VGICV5_STATE_LPI]);
	error = make_lpis(vm, &in, &tables);
	if (error)
		return vgicv5_state_refuse(vm, "memory for LPIs", error);
	return vgicv5_state_refill(&tables);
}

int vgicv5_state_restore(struct vgicv5_vm *vm, const void *state, size_t bytes)
{
	int error;

	vgicv5_mutex_lock(&vm->mutex);
	error = restore_locked(vm, state, bytes);
	vgicv5_mutex_unlock(&vm->mutex);
	return error;
}
