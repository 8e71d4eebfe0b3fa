/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Sections of a state, as they are written.
 *
 * What software holds comes first, from the header to the bitmaps of SPIs, then what the IRS wrote to
 * memory. The first part is written once more into nothing when all is done: its checksum tells whether
 * something has changed, as the IRS tells of its own.
 */
#include "state_save.h"

#include <vgicv5/arch/intid.h>
#include <vgicv5/arch/irs.h>
#include <vgicv5/arch/its.h>
#include <vgicv5/arch/iwb.h>

#include "sysreg.h"
#include "virs.h"
#include "viwb.h"

/* ---- Layout ---- */

static bool is_stray(const void *ctx, uint32_t iste)
{
	const struct vgicv5_vm *vm = ctx;
	uint32_t target = (uint32_t)GICV5_GET(L2_ISTE_IAFFID, iste);

	return target && !GICV5_GET(L2_ISTE_IRM, iste) && !vgicv5_vm_vcpu(vm, target);
}

/*
 * Each bit that is set somewhere is in an existing VPE ID of a VM whose IDs are 0 to 2^n - 1: then none is
 * stray.
 */
static uint32_t flags_of(const struct vgicv5_vm *vm, const struct vgicv5_ist *ist,
			 const struct state_layout *layout)
{
	bool all = vm->vpe_limit == vm->vcpu_count && !(vm->vpe_limit & (vm->vpe_limit - 1));

	if (all && layout->targets < vm->vpe_limit)
		return 0;
	return vgicv5_state_any(ist, layout->limit, is_stray, vm) ? STATE_STRAY : 0;
}

/* Without padding */
static uint64_t entries_bytes(const struct state_layout *layout)
{
	return 8ull * layout->runs + 4ull * layout->configured;
}

static uint32_t spi_head_bytes(const struct vgicv5_vm *vm)
{
	return STATE_ENTRIES_REST + STATE_SPI_BITMAPS * 8 * state_words(vm->config.spi_count);
}

static uint64_t section_bytes(uint64_t body)
{
	return VGICV5_STATE_SECTION_BYTES + body;
}

static bool has_l2(const struct vgicv5_vm *vm)
{
	return vm->lpi_ist.table && vm->virs.l2_valid;
}

static bool l2_bit(const struct vgicv5_virs *virs, uint32_t n)
{
	return n < virs->l2_count && vgicv5_bitmap_test(virs->l2_valid, n);
}

/* From `n` on, the next run of L2 tables that the guest has made valid. @return false: none */
static bool next_l2_run(const struct vgicv5_virs *virs, uint32_t n, uint32_t *first, uint32_t *count)
{
	while (n < virs->l2_count && !l2_bit(virs, n))
		n++;
	*first = n;
	while (l2_bit(virs, n))
		n++;
	*count = n - *first;
	return *count != 0;
}

static uint64_t l2_bytes(const struct vgicv5_virs *virs)
{
	uint32_t first = 0, count = 0;
	uint64_t bytes = 0;

	while (next_l2_run(virs, first + count, &first, &count))
		bytes += 8;
	return bytes;
}

/* `most`: as if all handling modes were due. */
static uint64_t viwb_bytes(struct vgicv5_viwb *viwb, bool most)
{
	uint64_t due = 0;
	uint32_t wire, lpi;

	for (wire = 0; wire < viwb->config.wire_count; wire++)
		due += most || vgicv5_viwb_mode_due(viwb, wire, &lpi);
	return state_round8(STATE_IWB_WORDS + viwb->config.wire_count / 2 + 4 * due);
}

static uint64_t total_bytes(const struct vgicv5_vm *vm, const struct state_plan *plan)
{
	uint64_t total = VGICV5_STATE_HEADER_BYTES + section_bytes(STATE_VM_BYTES) +
			 section_bytes(STATE_VIRS_BYTES) + section_bytes(STATE_END_BYTES) +
			 vm->vcpu_count * section_bytes(STATE_VCPU_BYTES);
	const struct vgicv5_vits *vits;
	struct vgicv5_viwb *viwb;

	for (vits = vm->vits; vits; vits = vits->next)
		total += section_bytes(STATE_ITS_BYTES);
	for (viwb = vm->viwbs; viwb; viwb = viwb->next)
		total += section_bytes(viwb_bytes(viwb, plan->most));
	if (vm->config.spi_count)
		total += section_bytes(plan->spi_bytes);
	if (has_l2(vm))
		total += section_bytes(plan->l2_bytes);
	if (vm->lpi_ist.table)
		total += section_bytes(plan->lpi_bytes);
	return total;
}

void vgicv5_state_plan(const struct vgicv5_vm *vm, struct state_plan *plan)
{
	*plan = (struct state_plan){.total = 0};
	if (vm->config.spi_count) {
		vgicv5_state_acquire(vm->host, &vm->spi_ist);
		vgicv5_state_lay_out(&vm->spi_ist, vm->config.spi_count, &plan->spi);
		plan->spi_flags = flags_of(vm, &vm->spi_ist, &plan->spi);
		plan->spi_bytes = state_round8(spi_head_bytes(vm) + entries_bytes(&plan->spi));
	}
	if (vm->lpi_ist.table) {
		vgicv5_state_acquire(vm->host, &vm->lpi_ist);
		vgicv5_state_lay_out(&vm->lpi_ist, (uint32_t)1 << vm->lpi_ist.guest_bits, &plan->lpi);
		plan->lpi_flags = flags_of(vm, &vm->lpi_ist, &plan->lpi);
		plan->lpi_bytes = state_round8(STATE_ENTRIES_REST + entries_bytes(&plan->lpi));
	}
	if (has_l2(vm))
		plan->l2_bytes = l2_bytes(&vm->virs);
	plan->total = total_bytes(vm, plan);
}

/* Every other ID configured makes the most runs. */
uint64_t vgicv5_state_plan_most(const struct vgicv5_vm *vm)
{
	struct state_plan plan = {
		.most = true,
		.spi_bytes = spi_head_bytes(vm) + 8ull + 6ull * vm->config.spi_count,
		.lpi_bytes = STATE_ENTRIES_REST + 8,
		.l2_bytes = 4ull * vm->virs.l2_count + 8,
	};

	if (vm->lpi_ist.table)
		plan.lpi_bytes += 6ull << vm->lpi_ist.guest_bits;
	return state_round8(total_bytes(vm, &plan));
}

/* ---- What the guest was shown ---- */

static void put_header(struct state_out *out, const struct state_plan *plan)
{
	static const char magic[] = VGICV5_STATE_MAGIC;

	vgicv5_state_put64(out, state_get64((const uint8_t *)magic));
	vgicv5_state_put32(out, VGICV5_STATE_VERSION);
	vgicv5_state_put32(out, VGICV5_STATE_HEADER_BYTES);
	vgicv5_state_put64(out, plan->total);
	vgicv5_state_put64(out, 0);
}

static void put_pair(struct state_out *out, uint64_t low, uint64_t high)
{
	vgicv5_state_put64(out, low);
	vgicv5_state_put64(out, high);
}

static void put_vm(struct state_out *out, const struct vgicv5_vm *vm)
{
	const struct vgicv5_caps *caps = &vm->host->caps;
	const uint64_t *visible = vm->config.ppi_visible;

	vgicv5_state_put_section(out, VGICV5_STATE_VM, STATE_VM_BYTES);
	vgicv5_state_put32(out, vm->virs.idr[0]);
	vgicv5_state_put32(out, vm->virs.idr[1]);
	vgicv5_state_put32(out, vm->virs.idr[2]);
	vgicv5_state_put32(out, (uint32_t)vgicv5_sysreg_idr0(vm));
	vgicv5_state_put32(out, vm->config.spi_count);
	vgicv5_state_put32(out, vm->vcpu_count);
	put_pair(out, visible[0], visible[1]);
	put_pair(out, caps->ppi_edge[0] & visible[0], caps->ppi_edge[1] & visible[1]);
}

static void put_virs(struct state_out *out, const struct vgicv5_virs *virs)
{
	vgicv5_state_put_section(out, VGICV5_STATE_VIRS, STATE_VIRS_BYTES);
	vgicv5_state_put64(out, virs->ist_baser);
	vgicv5_state_put32(out, virs->ist_cfgr);
	vgicv5_state_put32(out, (uint32_t)GICV5_PUT(IRS_CR0_IRSEN, virs->irsen));
	vgicv5_state_put32(out, virs->cr1);
	vgicv5_state_put32(out, virs->spi_selr);
	vgicv5_state_put32(out, virs->pe_selr);
	vgicv5_state_put32(out, 0);
}

/* ---- vCPUs ---- */

/* Five bits for each of the eight PPIs of a group that the guest sees. */
uint64_t vgicv5_state_priority_mask(uint64_t visible, unsigned int group)
{
	uint64_t mask = 0;
	unsigned int i;

	for (i = 0; i < 8; i++)
		if (visible >> (8 * (group % 8) + i) & 1)
			mask |= GICV5_BITS(4, 0) << 8 * i;
	return mask;
}

static void put_vcpu(struct state_out *out, const struct vgicv5_vcpu *vcpu)
{
	const uint64_t *edge = vcpu->vm->host->caps.ppi_edge;
	const struct vgicv5_hyp *hyp = &vcpu->hyp;
	unsigned int i;

	vgicv5_state_put_section(out, VGICV5_STATE_VCPU, STATE_VCPU_BYTES);
	vgicv5_state_put32(out, vcpu->vpe_id);
	vgicv5_state_put32(out, vcpu->dps);
	vgicv5_state_put64(out, hyp->vmcr);
	vgicv5_state_put64(out, hyp->apr);
	vgicv5_state_put64(out, hyp->icsr);
	put_pair(out, hyp->enable[0], hyp->enable[1]);
	put_pair(out, hyp->active[0], hyp->active[1]);
	put_pair(out, VGICV5_READ_ONCE(vcpu->latch[0]), VGICV5_READ_ONCE(vcpu->latch[1]));
	put_pair(out, VGICV5_READ_ONCE(vcpu->line[0]) & ~edge[0], VGICV5_READ_ONCE(vcpu->line[1]) & ~edge[1]);
	for (i = 0; i < VGICV5_PPI_GROUPS; i++)
		vgicv5_state_put64(out,
				   hyp->priority[i] & vgicv5_state_priority_mask(hyp->visible[i / 8], i));
}

static void put_vcpus(struct state_out *out, const struct vgicv5_vm *vm)
{
	const struct vgicv5_vcpu *vcpu;

	for (vcpu = vm->vcpus; vcpu; vcpu = vcpu->next)
		put_vcpu(out, vcpu);
}

/* ---- ITSs and IWBs ---- */

static const struct vgicv5_vits *next_vits(const struct vgicv5_vm *vm, const struct vgicv5_vits *after)
{
	const struct vgicv5_vits *vits, *best = NULL;

	for (vits = vm->vits; vits; vits = vits->next)
		if ((!after || vits->config.base > after->config.base) &&
		    (!best || vits->config.base < best->config.base))
			best = vits;
	return best;
}

static void put_vits(struct state_out *out, const struct vgicv5_vits *vits)
{
	const struct vgicv5_vits_regs *regs = &vits->regs;

	vgicv5_state_put_section(out, VGICV5_STATE_ITS, STATE_ITS_BYTES);
	vgicv5_state_put64(out, vits->config.base);
	vgicv5_state_put32(out, vits->config.its_id);
	vgicv5_state_put32(out, vits->config.device_id_bits | (uint32_t)vits->config.event_id_bits << 8);
	vgicv5_state_put64(out, regs->dt_baser);
	vgicv5_state_put32(out, regs->dt_cfgr);
	vgicv5_state_put32(out, (uint32_t)GICV5_PUT(ITS_CR0_ITSEN, regs->itsen));
	vgicv5_state_put32(out, regs->cr1);
	vgicv5_state_put32(out, regs->did);
	vgicv5_state_put32(out, regs->eid);
	vgicv5_state_put32(out, regs->gen_did);
	vgicv5_state_put32(out, regs->gen_eid);
	vgicv5_state_put32(out, 0);
	vgicv5_state_put64(out, regs->read_event_data);
	vgicv5_state_put64(out, VGICV5_READ_ONCE(regs->swerr_status));
	vgicv5_state_put64(out, VGICV5_READ_ONCE(regs->swerr_syndrome[0]));
	vgicv5_state_put64(out, VGICV5_READ_ONCE(regs->swerr_syndrome[1]));
}

static bool viwb_before(const struct vgicv5_viwb *a, const struct vgicv5_viwb *b)
{
	if (a->config.vits != b->config.vits)
		return a->config.vits->config.base < b->config.vits->config.base;
	return a->config.device_id < b->config.device_id;
}

static struct vgicv5_viwb *next_viwb(const struct vgicv5_vm *vm, const struct vgicv5_viwb *after)
{
	struct vgicv5_viwb *viwb, *best = NULL;

	for (viwb = vm->viwbs; viwb; viwb = viwb->next)
		if ((!after || viwb_before(after, viwb)) && (!best || viwb_before(viwb, best)))
			best = viwb;
	return best;
}

static void put_due(struct state_out *out, struct vgicv5_viwb *viwb)
{
	uint32_t i, lpi;

	for (i = 0; i < viwb->config.wire_count; i++)
		if (vgicv5_viwb_mode_due(viwb, i, &lpi))
			vgicv5_state_put32(out, lpi);
}

static uint32_t due_word(struct vgicv5_viwb *viwb, uint32_t n)
{
	uint32_t word = 0, i, lpi;

	for (i = 0; i < 32; i++)
		if (vgicv5_viwb_mode_due(viwb, 32 * n + i, &lpi))
			word |= (uint32_t)1 << i;
	return word;
}

static struct vgicv5_viwb_wires wires_of(struct vgicv5_viwb *viwb, uint32_t n)
{
	unsigned long flags = vgicv5_lock(&viwb->lock);
	struct vgicv5_viwb_wires wires = viwb->wires[n];

	vgicv5_unlock(&viwb->lock, flags);
	return wires;
}

static void put_wires(struct state_out *out, struct vgicv5_viwb *viwb, uint32_t words)
{
	uint32_t i;

	for (i = 0; i < words; i++)
		vgicv5_state_put32(out, wires_of(viwb, i).enabled);
	for (i = 0; i < words; i++)
		vgicv5_state_put32(out, wires_of(viwb, i).level);
	for (i = 0; i < words; i++)
		vgicv5_state_put32(out, wires_of(viwb, i).line);
	for (i = 0; i < words; i++)
		vgicv5_state_put32(out, due_word(viwb, i));
}

static void put_padding(struct state_out *out)
{
	if (vgicv5_state_written(out) % 8)
		vgicv5_state_put32(out, 0);
}

static void put_viwb(struct state_out *out, struct vgicv5_viwb *viwb)
{
	vgicv5_state_put_section(out, VGICV5_STATE_IWB, viwb_bytes(viwb, false));
	vgicv5_state_put64(out, viwb->config.vits->config.base);
	vgicv5_state_put32(out, viwb->config.device_id);
	vgicv5_state_put32(out, viwb->config.wire_count);
	vgicv5_state_put32(out, (uint32_t)GICV5_PUT(IWB_CR0_IWBEN, viwb->iwben));
	vgicv5_state_put32(out, 0);
	put_wires(out, viwb, viwb->config.wire_count / 32);
	put_due(out, viwb);
	put_padding(out);
}

static void put_bridges(struct state_out *out, const struct vgicv5_vm *vm)
{
	const struct vgicv5_vits *vits;
	struct vgicv5_viwb *viwb;

	for (vits = next_vits(vm, NULL); vits; vits = next_vits(vm, vits))
		put_vits(out, vits);
	for (viwb = next_viwb(vm, NULL); viwb; viwb = next_viwb(vm, viwb))
		put_viwb(out, viwb);
}

/* ---- SPIs and LPIs ---- */

static void put_bitmap(struct state_out *out, const uint64_t *bitmap, uint32_t words)
{
	uint32_t i;

	for (i = 0; i < words; i++)
		vgicv5_state_put64(out, VGICV5_READ_ONCE(bitmap[i]));
}

static uint64_t claimed_of(const struct vgicv5_vm *vm, uint32_t word)
{
	return vm->assign.claimed ? VGICV5_READ_ONCE(vm->assign.claimed[word]) : 0;
}

/* Of an assigned wire only the IRS knows the level. Pending follows it, and that is what a reader believes. */
static uint64_t line_word(const struct vgicv5_vm *vm, uint32_t word)
{
	uint64_t level = claimed_of(vm, word) & VGICV5_READ_ONCE(vm->spi_level[word]);
	uint64_t line = VGICV5_READ_ONCE(vm->spi_line[word]) & ~claimed_of(vm, word);
	uint32_t i;

	for (i = 0; level && i < 64; i++)
		if (level >> i & 1 &&
		    GICV5_GET(L2_ISTE_PENDING, vgicv5_state_entry(&vm->spi_ist, 64 * word + i)))
			line |= (uint64_t)1 << i;
	return line;
}

static void put_lines(struct state_out *out, const struct vgicv5_vm *vm, uint32_t words)
{
	uint32_t i;

	for (i = 0; i < words; i++)
		vgicv5_state_put64(out, line_word(vm, i));
}

/* What counts as in flight because it is assigned is not known to be: where it is not, the next trap finds out. */
static void put_withdrawn(struct state_out *out, struct vgicv5_vm *vm, uint32_t words)
{
	uint32_t i;

	for (i = 0; i < words; i++) {
		unsigned long flags = vgicv5_lock(&vm->lock);
		uint64_t word = 0;

		if (vm->eoi.withdrawn)
			word = vm->eoi.withdrawn[i] |
			       (vm->eoi.in_flight[i] & claimed_of(vm, i) & ~line_word(vm, i));
		vgicv5_unlock(&vm->lock, flags);
		vgicv5_state_put64(out, word);
	}
}

/* The lock is not held while something is written. */
static void put_eoi(struct state_out *out, struct vgicv5_vm *vm, const uint64_t *bitmap, uint32_t words)
{
	uint32_t i;

	for (i = 0; i < words; i++) {
		unsigned long flags = vgicv5_lock(&vm->lock);
		uint64_t word = bitmap ? bitmap[i] : 0;

		vgicv5_unlock(&vm->lock, flags);
		vgicv5_state_put64(out, word);
	}
}

static void put_spi_head(struct state_out *out, struct vgicv5_vm *vm, const struct state_plan *plan)
{
	uint32_t words = state_words(vm->config.spi_count);

	if (!vm->config.spi_count)
		return;
	vgicv5_state_put_section(out, VGICV5_STATE_SPI, plan->spi_bytes);
	vgicv5_state_put32(out, vm->config.spi_count);
	vgicv5_state_put32(out, plan->spi_flags);
	put_bitmap(out, vm->spi_level, words);
	put_lines(out, vm, words);
	put_eoi(out, vm, vm->eoi.registered, words);
	put_eoi(out, vm, vm->eoi.in_flight, words);
	put_withdrawn(out, vm, words);
}

void vgicv5_state_put_software(struct state_out *out, struct vgicv5_vm *vm, const struct state_plan *plan)
{
	put_header(out, plan);
	put_vm(out, vm);
	put_virs(out, &vm->virs);
	put_vcpus(out, vm);
	put_bridges(out, vm);
	put_spi_head(out, vm, plan);
}

void vgicv5_state_put_spis(struct state_out *out, const struct vgicv5_vm *vm, const struct state_plan *plan)
{
	if (!vm->config.spi_count)
		return;
	vgicv5_state_put_runs(out, &vm->spi_ist, &plan->spi);
	put_padding(out);
}

static void put_l2(struct state_out *out, const struct vgicv5_vm *vm, const struct state_plan *plan)
{
	uint32_t first = 0, count = 0;

	vgicv5_state_put_section(out, VGICV5_STATE_LPI_L2, plan->l2_bytes);
	while (next_l2_run(&vm->virs, first + count, &first, &count)) {
		vgicv5_state_put32(out, first);
		vgicv5_state_put32(out, count);
	}
}

void vgicv5_state_put_lpis(struct state_out *out, const struct vgicv5_vm *vm, const struct state_plan *plan)
{
	if (has_l2(vm))
		put_l2(out, vm, plan);
	if (!vm->lpi_ist.table)
		return;
	vgicv5_state_put_section(out, VGICV5_STATE_LPI, plan->lpi_bytes);
	vgicv5_state_put32(out, vm->lpi_ist.guest_bits);
	vgicv5_state_put32(out, plan->lpi_flags);
	vgicv5_state_put_runs(out, &vm->lpi_ist, &plan->lpi);
	put_padding(out);
}

void vgicv5_state_put_end(struct state_out *out)
{
	uint32_t a, b;

	vgicv5_state_put_section(out, VGICV5_STATE_END, STATE_END_BYTES);
	a = out->a;
	b = out->b;
	vgicv5_state_put32(out, a);
	vgicv5_state_put32(out, b);
	vgicv5_state_flush(out);
}
