// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Instructions: each measurement is one call under callgrind, which leaves a dump named after it.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>

#include <valgrind/callgrind.h>

#include <vgicv5/arch/irs.h>
#include <vgicv5/arch/its.h>

#include "irs_cmd.h"

struct bench_op {
	const char *name;
	/* Brings about what the operation shall find. May be NULL. */
	void (*prepare)(struct bench *bench, struct vgicv5_vcpu *vcpu);
	void (*run)(struct bench *bench, struct vgicv5_vcpu *vcpu);
};

/* ---- Operations ---- */

static void bench_load(struct bench *bench, struct vgicv5_vcpu *vcpu)
{
	(void)bench;
	bench_check(vgicv5_vcpu_load(vcpu), "vgicv5_vcpu_load");
}

static void bench_enter(struct bench *bench, struct vgicv5_vcpu *vcpu)
{
	(void)bench;
	bench_check(vgicv5_vcpu_enter(vcpu), "vgicv5_vcpu_enter");
}

static void bench_round_trip(struct bench *bench, struct vgicv5_vcpu *vcpu)
{
	bench_enter(bench, vcpu);
	vgicv5_vcpu_exit(vcpu);
}

static void bench_put_idle(struct bench *bench, struct vgicv5_vcpu *vcpu)
{
	(void)bench;
	vgicv5_vcpu_put(vcpu, VGICV5_PUT_IDLE);
}

static void bench_switch(struct bench *bench, struct vgicv5_vcpu *vcpu)
{
	bench_put_idle(bench, vcpu);
	bench_load(bench, vcpu);
}

static void bench_other_vm(struct bench *bench, struct vgicv5_vcpu *vcpu)
{
	bench_put_idle(bench, vcpu);
	bench_load(bench, &bench->vm[1].vcpus[0]);
	bench_put_idle(bench, &bench->vm[1].vcpus[0]);
}

static void bench_pending(struct bench *bench, struct vgicv5_vcpu *vcpu)
{
	(void)bench;
	(void)vgicv5_vcpu_runnable(vcpu);
}

static void bench_inject_lpi(struct bench *bench, struct vgicv5_vcpu *vcpu)
{
	(void)vcpu;
	bench_check(vgicv5_inject_lpi(&bench->vm[0].vm, 7), "vgicv5_inject_lpi");
}

static void bench_inject_spi(struct bench *bench, struct vgicv5_vcpu *vcpu)
{
	(void)vcpu;
	bench_check(vgicv5_inject_spi(&bench->vm[0].vm, 31, true), "vgicv5_inject_spi");
}

static void bench_inject_ppi(struct bench *bench, struct vgicv5_vcpu *vcpu)
{
	(void)bench;
	bench_check(vgicv5_inject_ppi(vcpu, GICV5_PPI_PMU, true), "vgicv5_inject_ppi");
}

static void bench_doorbell(struct bench *bench, struct vgicv5_vcpu *vcpu)
{
	(void)bench;
	vgicv5_doorbell_fired(vcpu);
}

static void bench_trap(struct bench *bench, struct vgicv5_vcpu *vcpu)
{
	uint64_t value = ~0ull;

	(void)bench;
	(void)vgicv5_vcpu_trap(vcpu, GICV5_ICC_PPI_ENABLER1_EL1, false, &value);
}

static void bench_msi(struct bench *bench, struct vgicv5_vcpu *vcpu)
{
	(void)vcpu;
	bench_check(vgicv5_inject_msi(&bench->vits, BENCH_DEVICE, BENCH_EVENT), "vgicv5_inject_msi");
}

static void bench_its_event(struct bench *bench, struct vgicv5_vcpu *vcpu)
{
	(void)vcpu;
	vgicv5_vits_write(&bench->vits, GICV5_ITS_INV_EVENTR, 4, GICV5_MASK(ITS_INV_EVENTR_I));
}

static void bench_its_device(struct bench *bench, struct vgicv5_vcpu *vcpu)
{
	(void)vcpu;
	vgicv5_vits_write(&bench->vits, GICV5_ITS_INV_DEVICER, 4, GICV5_MASK(ITS_INV_DEVICER_I));
}

static void bench_its_all(struct bench *bench, struct vgicv5_vcpu *vcpu)
{
	(void)vcpu;
	vgicv5_vits_write(&bench->vits, GICV5_ITS_INV_DEVICER, 4,
			  GICV5_MASK(ITS_INV_DEVICER_I) | GICV5_MASK(ITS_INV_DEVICER_L1));
}

/* The most that is done under the command lock, with an IRS that answers at the first look. */
static void bench_irs_commands(struct bench *bench, struct vgicv5_vcpu *vcpu)
{
	uint64_t dbr = GICV5_MASK(IRS_VPE_DBR_DBV) | GICV5_PUT(IRS_VPE_DBR_INTID, vcpu->doorbell_lpi);

	bench_check(vgicv5_irs_setup_vpe(&bench->host, vcpu->vm->vm_id, vcpu->vpe_id, false, dbr),
		    "vgicv5_irs_setup_vpe");
}

/* ---- What they find ---- */

static void bench_two_levels(struct bench *bench, struct vgicv5_vcpu *vcpu)
{
	(void)vcpu;
	bench_guest_its(bench, true);
}

static void bench_cached(struct bench *bench, struct vgicv5_vcpu *vcpu)
{
	bench_two_levels(bench, vcpu);
	bench_msi(bench, vcpu);
}

static void bench_lower_ppi(struct bench *bench, struct vgicv5_vcpu *vcpu)
{
	bench_check(vgicv5_inject_ppi(vcpu, GICV5_PPI_PMU, false), "vgicv5_inject_ppi");
	bench_round_trip(bench, vcpu);
}

static void bench_idle(struct bench *bench, struct vgicv5_vcpu *vcpu)
{
	(void)bench;
	bench_lower_ppi(bench, vcpu);
	bench_put_idle(bench, vcpu);
}

static void bench_idle_one(struct bench *bench, struct vgicv5_vcpu *vcpu)
{
	bench_idle(bench, vcpu);
	bench_inject_ppi(bench, vcpu);
}

/* A PPI that the mask keeps out: the check has to look at its priority and to find nothing. */
static void bench_idle_masked(struct bench *bench, struct vgicv5_vcpu *vcpu)
{
	bench_idle(bench, vcpu);
	vcpu->hyp.apr = 1;
	bench_inject_ppi(bench, vcpu);
	vcpu->hyp.apr = 2;
	vcpu->hyp.priority[GICV5_PPI_PMU / 8] = ~0ull;
}

/* The most there can be: everything pending, nothing let through. */
static void bench_idle_flooded(struct bench *bench, struct vgicv5_vcpu *vcpu)
{
	unsigned int i;

	bench_idle_masked(bench, vcpu);
	for (i = 0; i < VGICV5_PPI_GROUPS; i++)
		vcpu->hyp.priority[i] = ~0ull;
	for (i = 0; i < 2; i++)
		vcpu->line[i] = vcpu->hyp.visible[i];
}

static void bench_lower_spi(struct bench *bench, struct vgicv5_vcpu *vcpu)
{
	(void)vcpu;
	bench_check(vgicv5_inject_spi(&bench->vm[0].vm, 31, false), "vgicv5_inject_spi");
}

static void bench_level_spi(struct bench *bench, struct vgicv5_vcpu *vcpu)
{
	(void)vcpu;
	bench->vm[0].vm.spi_level[0] |= 1ull << 31;
	bench->vm[0].vm.spi_line[0] &= ~(1ull << 31);
}

static void bench_no_doorbell(struct bench *bench, struct vgicv5_vcpu *vcpu)
{
	bench_check(vgicv5_irs_clear_doorbell(&bench->host, vcpu->vm->vm_id, vcpu->vpe_id),
		    "vgicv5_irs_clear_doorbell");
}

static void bench_everything_changed(struct bench *bench, struct vgicv5_vcpu *vcpu)
{
	uint64_t value = ~0ull;
	unsigned int i;

	bench_lower_ppi(bench, vcpu);
	for (i = 0; i < 2; i++) {
		vcpu->line[i] ^= vcpu->hyp.visible[i] & ~vcpu->hyp.edge[i];
		vcpu->latch[i] = vcpu->hyp.edge[i];
	}
	bench_check((int)vgicv5_vcpu_trap(vcpu, GICV5_ICC_PPI_ENABLER0_EL1, false, &value),
		    "vgicv5_vcpu_trap");
	bench->vm[0].vm.virs.irsen = !bench->vm[0].vm.virs.irsen;
	vcpu->reload = 1;
}

/* ---- Measuring ---- */

/* The first have limits at every size; after insn.worst only the largest of all counts. */
static const struct bench_op ops[] = {
	{"insn.roundtrip", bench_lower_ppi, bench_round_trip},
	{"insn.pending", bench_idle, bench_pending},
	{"insn.pending.one", bench_idle_one, bench_pending},
	{"insn.pending.masked", bench_idle_masked, bench_pending},
	{"insn.inject_lpi", NULL, bench_inject_lpi},
	{"insn.inject_spi", bench_lower_spi, bench_inject_spi},
	{"insn.worst.inject_spi_level", bench_level_spi, bench_inject_spi},
	{"insn.msi_hit", bench_cached, bench_msi},
	{"insn.msi_miss", bench_two_levels, bench_msi},
	{"insn.its_invalidate", bench_cached, bench_its_event},
	{"insn.its_invalidate.device", bench_cached, bench_its_device},
	{"insn.its_invalidate.l1", bench_cached, bench_its_all},
	{"insn.inject_ppi", bench_lower_ppi, bench_inject_ppi},
	{"insn.inject_ppi.idle", bench_idle, bench_inject_ppi},
	{"insn.worst.switch", bench_lower_ppi, bench_switch},
	{"insn.worst.put", bench_lower_ppi, bench_put_idle},
	{"insn.worst.load_after_other_vm", bench_other_vm, bench_load},
	{"insn.worst.enter", bench_everything_changed, bench_enter},
	{"insn.worst.pending", bench_idle_flooded, bench_pending},
	{"insn.worst.doorbell", bench_idle, bench_doorbell},
	{"insn.worst.trap", NULL, bench_trap},
	{"insn.worst.irs_commands", bench_no_doorbell, bench_irs_commands},
};

static const struct bench_size sizes[] = {
	{.ppis = 4, .vcpus = 1, .lpi_id_bits = 10},	{.ppis = 64, .vcpus = 1, .lpi_id_bits = 10},
	{.ppis = 4, .vcpus = 64, .lpi_id_bits = 10},	{.ppis = 4, .vcpus = 512, .lpi_id_bits = 20},
	{.ppis = 128, .vcpus = 512, .lpi_id_bits = 20},
};

/* From a known start: loaded, guest open, nothing pending. */
static void bench_reset(struct bench *bench, struct vgicv5_vcpu *vcpu)
{
	bench_put_idle(bench, vcpu);
	vgicv5_vcpu_reset(vcpu);
	vcpu->line[0] = 0;
	vcpu->line[1] = 0;
	bench_load(bench, vcpu);
	bench_guest_cpu(vcpu);
	bench_round_trip(bench, vcpu);
}

static void bench_measure(struct bench *bench, const struct bench_op *op, struct vgicv5_vcpu *vcpu)
{
	char name[96];
	unsigned int turn;

	/* The first time warms up: threads make their counters, caches of callgrind their entries. */
	for (turn = 0; turn < 2; turn++) {
		bench_reset(bench, vcpu);
		if (op->prepare)
			op->prepare(bench, vcpu);
		CALLGRIND_START_INSTRUMENTATION;
		CALLGRIND_ZERO_STATS;
		op->run(bench, vcpu);
		CALLGRIND_STOP_INSTRUMENTATION;
		snprintf(name, sizeof(name), "%s@ppis=%u,vcpus=%u,lpi_bits=%u", op->name, bench->size.ppis,
			 bench->size.vcpus, bench->size.lpi_id_bits);
		if (turn)
			CALLGRIND_DUMP_STATS_AT(name);
	}
}

#define SAVED_LPI_BITS 20

/* A million LPIs, into a buffer. */
static void bench_measure_save(void)
{
	const struct bench_size size = {.ppis = 4, .vcpus = 1};
	struct bench bench;
	char name[96];
	size_t bytes;
	void *state;

	bench_up(&bench, &size);
	bench_configure_lpis(&bench, SAVED_LPI_BITS);
	bytes = bench_state_bytes(&bench);
	state = malloc(bytes);
	if (!state)
		exit(2);
	(void)bench_save(&bench, state, bytes);
	CALLGRIND_START_INSTRUMENTATION;
	CALLGRIND_ZERO_STATS;
	(void)bench_save(&bench, state, bytes);
	CALLGRIND_STOP_INSTRUMENTATION;
	snprintf(name, sizeof(name), "save@lpi_bits=%u", SAVED_LPI_BITS);
	CALLGRIND_DUMP_STATS_AT(name);
	free(state);
	bench_down(&bench);
}

void bench_insns(void)
{
	struct bench bench;
	size_t size;
	size_t op;

	for (size = 0; size < sizeof(sizes) / sizeof(sizes[0]); size++) {
		bench_up(&bench, &sizes[size]);
		/* The last vCPU: whoever searches a list has to go all the way. */
		for (op = 0; op < sizeof(ops) / sizeof(ops[0]); op++)
			bench_measure(&bench, &ops[op], &bench.vm[0].vcpus[sizes[size].vcpus - 1]);
		bench_put_idle(&bench, &bench.vm[0].vcpus[sizes[size].vcpus - 1]);
		bench_down(&bench);
	}
	bench_measure_save();
}
