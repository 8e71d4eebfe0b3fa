/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Registers of the virtual ITS.
 *
 * Left out, so that they read as zero and ignore writes: IIDR, MEC and MPAM, which IDR0 says are not there. What a
 * guest starts is finished before its write returns, but for ITS_SYNCR and the disabling of the ITS: events that are
 * being translated on other CPUs are waited for, by a guest that polls IDLE.
 */
#include <vgicv5/arch/intid.h>
#include <vgicv5/arch/irs.h>
#include <vgicv5/arch/its.h>
#include <vgicv5/arch/tables.h>

#include "frame.h"
#include "vits.h"

#define ALL_L2SZ 7 /* ITS_IDR1.L2SZ: 4, 16 and 64 KiB */

/* ---- Identification ---- */

static uint64_t read_idr(struct vgicv5_vits *vits, uint32_t offset)
{
	switch (offset) {
	case GICV5_ITS_IDR0:
		return GICV5_PUT(ITS_IDR0_ITSID, vits->config.its_id) | GICV5_MASK(ITS_IDR0_SWE) |
		       GICV5_PUT(ITS_IDR0_PA_RANGE, vgicv5_pa_range(vits->vm->host->caps.pa_bits)) |
		       GICV5_PUT(ITS_IDR0_INT_DOM, GICV5_DOMAIN_NS);
	case GICV5_ITS_IDR1:
		return GICV5_PUT(ITS_IDR1_L2SZ, ALL_L2SZ) | GICV5_MASK(ITS_IDR1_ITT_LEVELS) |
		       GICV5_MASK(ITS_IDR1_DT_LEVELS) |
		       GICV5_PUT(ITS_IDR1_DEVICEID_BITS, vits->config.device_id_bits);
	default:
		return GICV5_PUT(ITS_IDR2_EVENTID_BITS, vits->config.event_id_bits);
	}
}

/* ---- Control ---- */

static uint64_t read_cr(struct vgicv5_vits *vits, uint32_t offset)
{
	if (offset == GICV5_ITS_CR1)
		return vits->regs.cr1;
	return GICV5_PUT(ITS_CR0_IDLE, vgicv5_vits_settled(vits)) |
	       GICV5_PUT(ITS_CR0_ITSEN, vits->regs.itsen);
}

/* A disabled ITS holds no translations. Its tables are the guest's again when no walk is under way any more. */
static void enable_its(struct vgicv5_vits *vits, bool enable)
{
	static const struct vgicv5_vits_scope all = {0, ~0u, 0, ~0u};

	VGICV5_WRITE_ONCE(vits->regs.itsen, enable);
	vgicv5_vits_forget_all(vits);
	if (enable)
		return;
	vgicv5_vits_unmap(vits, &all);
	vgicv5_vits_settle(vits);
}

static void write_cr(struct vgicv5_vits *vits, uint32_t offset, uint64_t value)
{
	bool enable = GICV5_GET(ITS_CR0_ITSEN, value);

	if (offset == GICV5_ITS_CR1)
		vits->regs.cr1 = (uint32_t)value & VITS_CR1_MASK;
	else if (enable != vits->regs.itsen)
		enable_its(vits, enable);
}

static uint64_t read_dt(struct vgicv5_vits *vits, uint32_t offset)
{
	return offset == GICV5_ITS_DT_CFGR ? vits->regs.dt_cfgr : vits->regs.dt_baser;
}

/* May be changed only with ITSEN = 0 and IDLE = 1; otherwise ignored. */
static void write_dt(struct vgicv5_vits *vits, uint32_t offset, uint64_t value)
{
	if (vits->regs.itsen || !vgicv5_vits_settled(vits))
		return;
	if (offset == GICV5_ITS_DT_CFGR)
		VGICV5_WRITE_ONCE(vits->regs.dt_cfgr, (uint32_t)(value & VITS_DT_CFGR_MASK));
	else
		VGICV5_WRITE_ONCE(vits->regs.dt_baser, GICV5_ADDR(ITS_DT_BASER_ADDR, value));
}

/* ---- Operands ---- */

static uint32_t *operand(struct vgicv5_vits *vits, uint32_t offset)
{
	switch (offset) {
	case GICV5_ITS_DIDR:
		return &vits->regs.did;
	case GICV5_ITS_EIDR:
		return &vits->regs.eid;
	case GICV5_ITS_GEN_EVENT_DIDR:
		return &vits->regs.gen_did;
	default:
		return &vits->regs.gen_eid;
	}
}

static uint64_t read_operand(struct vgicv5_vits *vits, uint32_t offset)
{
	return *operand(vits, offset);
}

static void write_operand(struct vgicv5_vits *vits, uint32_t offset, uint64_t value)
{
	*operand(vits, offset) = (uint32_t)value;
}

/* ---- Invalidation: first the cache, then direct injection, whose mappings look at the cache's time ---- */

/* First and last of the IDs that share an entry of `bits` index bits with `id`. */
static void block_of(uint32_t id, unsigned int bits, uint32_t *first, uint32_t *last)
{
	uint32_t rest = ((uint32_t)1 << bits) - 1;

	*first = id & ~rest;
	*last = id | rest;
}

static void unmap_event(struct vgicv5_vits *vits, uint64_t value)
{
	const struct vgicv5_vits_regs *regs = &vits->regs;
	struct vgicv5_vits_scope scope = {regs->did, regs->did, regs->eid, regs->eid};

	if (GICV5_GET(ITS_INV_EVENTR_L1, value))
		block_of(regs->eid, vits_l2_index_bits(GICV5_GET(ITS_INV_EVENTR_ITT_L2SZ, value)),
			 &scope.first_event, &scope.last_event);
	vgicv5_vits_unmap(vits, &scope);
}

/* The cache forgets the whole device, with L1 or without. */
static void invalidate_event(struct vgicv5_vits *vits, uint32_t offset, uint64_t value)
{
	(void)offset;
	if (!GICV5_GET(ITS_INV_EVENTR_I, value))
		return;
	vgicv5_vits_forget_device(vits, vits->regs.did);
	if (vits->config.direct)
		unmap_event(vits, value);
}

static void unmap_device(struct vgicv5_vits *vits, uint64_t value)
{
	const struct vgicv5_vits_regs *regs = &vits->regs;
	struct vgicv5_vits_scope scope = {regs->did, regs->did, 0, ~0u};

	if (GICV5_GET(ITS_INV_DEVICER_L1, value))
		block_of(regs->did, vits_l2_index_bits(GICV5_GET(ITS_DT_CFGR_L2SZ, regs->dt_cfgr)),
			 &scope.first_device, &scope.last_device);
	vgicv5_vits_unmap(vits, &scope);
}

/* EVENTID_BITS says what the caller knows to be mapped; more may be forgotten. */
static void invalidate_device(struct vgicv5_vits *vits, uint32_t offset, uint64_t value)
{
	(void)offset;
	if (!GICV5_GET(ITS_INV_DEVICER_I, value))
		return;
	if (GICV5_GET(ITS_INV_DEVICER_L1, value))
		vgicv5_vits_forget_all(vits);
	else
		vgicv5_vits_forget_device(vits, vits->regs.did);
	if (vits->config.direct)
		unmap_device(vits, value);
}

/* Everything is forgotten by its device already: only events that are under way are waited for. */
static void sync(struct vgicv5_vits *vits, uint32_t offset, uint64_t value)
{
	(void)offset;
	if (GICV5_GET(ITS_SYNCR_SYNC, value))
		vgicv5_vits_settle(vits);
}

static uint64_t read_sync_status(struct vgicv5_vits *vits, uint32_t offset)
{
	(void)offset;
	return GICV5_PUT(ITS_SYNC_STATUSR_IDLE, vgicv5_vits_settled(vits));
}

/* ---- Events ---- */

static uint64_t read_event_data(struct vgicv5_vits *vits, uint32_t offset)
{
	(void)offset;
	return vits->regs.read_event_data;
}

/* What the entry says, also where its event would be lost. Nothing is recorded. */
static void read_event(struct vgicv5_vits *vits, uint32_t offset, uint64_t value)
{
	struct vits_walk walk = {.itte = 0};

	(void)offset;
	if (!GICV5_GET(ITS_READ_EVENTR_R, value))
		return;
	if (vits->regs.itsen)
		(void)vgicv5_vits_walk(vits, vits->regs.did, vits->regs.eid, &walk);
	vits->regs.read_event_data = 0;
	if (GICV5_GET(L2_ITTE_VALID, walk.itte))
		vits->regs.read_event_data =
			GICV5_PUT(ITS_READ_EVENT_DATAR_VIRT, GICV5_GET(L2_ITTE_VIRTUAL, walk.itte)) |
			GICV5_PUT(ITS_READ_EVENT_DATAR_VM_ID, GICV5_GET(L2_ITTE_VM_ID, walk.itte)) |
			GICV5_MASK(ITS_READ_EVENT_DATAR_VALID) |
			GICV5_PUT(ITS_READ_EVENT_DATAR_LPI_ID, GICV5_GET(L2_ITTE_LPI_ID, walk.itte));
}

/* There is no other domain to generate events for. An event that is lost has been recorded. */
static void generate_event(struct vgicv5_vits *vits, uint32_t offset, uint64_t value)
{
	(void)offset;
	if (GICV5_GET(ITS_GEN_EVENTR_R, value) &&
	    GICV5_GET(ITS_GEN_EVENTR_TARGET_DOMAIN, value) == GICV5_DOMAIN_NS)
		(void)vgicv5_inject_msi(vits, vits->regs.gen_did, vits->regs.gen_eid);
}

/* ---- Software errors ---- */

static uint64_t read_swerr(struct vgicv5_vits *vits, uint32_t offset)
{
	switch (offset) {
	case GICV5_ITS_SWERR_STATUSR:
		return VGICV5_LOAD_ACQUIRE(&vits->regs.swerr_status);
	case GICV5_ITS_SWERR_SYNDROMER0:
		return VGICV5_READ_ONCE(vits->regs.swerr_syndrome[0]);
	default:
		return VGICV5_READ_ONCE(vits->regs.swerr_syndrome[1]);
	}
}

/* Bits 3:0 are written 1 to clear. Without V there is nothing recorded, and the next error may be. */
static void write_swerr(struct vgicv5_vits *vits, uint32_t offset, uint64_t value)
{
	struct vgicv5_vits_regs *regs = &vits->regs;
	uint64_t clear = value & (GICV5_MASK(ITS_SWERR_STATUSR_OF) | GICV5_MASK(ITS_SWERR_STATUSR_S1V) |
				  GICV5_MASK(ITS_SWERR_STATUSR_S0V));

	(void)offset;
	if (!GICV5_GET(ITS_SWERR_STATUSR_V, value & VGICV5_LOAD_ACQUIRE(&regs->swerr_status))) {
		vgicv5_fetch_andnot(&regs->swerr_status, clear);
		return;
	}
	vgicv5_fetch_andnot(&regs->swerr_status, clear | ~GICV5_MASK(ITS_SWERR_STATUSR_OF));
	VGICV5_WRITE_ONCE(regs->swerr_syndrome[0], 0);
	VGICV5_WRITE_ONCE(regs->swerr_syndrome[1], 0);
	vgicv5_exchange(&regs->swerr_claim, 0);
}

/* ---- The table ---- */

#define REG(name) [GICV5_ITS_##name / 4]
#define IDLE(name) GICV5_MASK(ITS_##name##_IDLE)

/* clang-format off */
const struct vits_reg vgicv5_vits_regs[VITS_REGS] = {
	REG(IDR0) = { 4, 0, read_idr, NULL },
	REG(IDR1) = { 4, 0, read_idr, NULL },
	REG(IDR2) = { 4, 0, read_idr, NULL },
	REG(AIDR) = { 4, GICV5_PUT(IRS_AIDR_COMPONENT, GICV5_COMPONENT_ITS), NULL, NULL },
	REG(CR0) = { 4, 0, read_cr, write_cr },
	REG(CR1) = { 4, 0, read_cr, write_cr },
	REG(DT_BASER) = { 8, 0, read_dt, write_dt },
	REG(DT_CFGR) = { 4, 0, read_dt, write_dt },
	REG(DIDR) = { 8, 0, read_operand, write_operand },
	REG(EIDR) = { 4, 0, read_operand, write_operand },
	REG(INV_EVENTR) = { 4, 0, NULL, invalidate_event },
	REG(INV_DEVICER) = { 4, 0, NULL, invalidate_device },
	REG(READ_EVENTR) = { 4, 0, NULL, read_event },
	REG(READ_EVENT_DATAR) = { 8, 0, read_event_data, NULL },
	REG(STATUSR) = { 4, IDLE(STATUSR), NULL, NULL },
	REG(SYNCR) = { 8, 0, NULL, sync },
	REG(SYNC_STATUSR) = { 4, 0, read_sync_status, NULL },
	REG(GEN_EVENT_DIDR) = { 8, 0, read_operand, write_operand },
	REG(GEN_EVENT_EIDR) = { 4, 0, read_operand, write_operand },
	REG(GEN_EVENTR) = { 4, 0, NULL, generate_event },
	REG(GEN_EVENT_STATUSR) = { 4, IDLE(GEN_EVENT_STATUSR), NULL, NULL },
	REG(SWERR_STATUSR) = { 8, 0, read_swerr, write_swerr },
	REG(SWERR_SYNDROMER0) = { 8, 0, read_swerr, NULL },
	REG(SWERR_SYNDROMER1) = { 8, 0, read_swerr, NULL },
};
/* clang-format on */
