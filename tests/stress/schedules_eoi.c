// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Ends of interrupts, and a PPI that meets a vCPU which goes to sleep. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <vgicv5/eoi.h>

#include "schedule_guest.h"

#define LINE 4

/* ---- End of interrupt ---- */

static unsigned int heard, ended;
static bool acknowledged;

static void deactivated(struct vgicv5_vm *vm, uint32_t spi)
{
	(void)vm;
	schedule_expect(spi == LINE, "another SPI is heard of");
	heard++;
}

static void up_eoi(void)
{
	struct vgicv5_vm_config config = world_vm_config(32);
	struct world_vcpu *v;

	heard = 0;
	ended = 0;
	config.deactivated = deactivated;
	memset(&g, 0, sizeof(g));
	world_create(&g.world, &world_hosts[0], 3);
	g.vm = world_add_vm(&g.world, &config, 2, NULL);
	v = &g.vm->vcpus[1];
	world_load(v, 1);
	guest_boot_cpu(v);
	v = &g.vm->vcpus[0];
	world_load(v, 0);
	guest_boot_irs(v, 0);
	guest_boot_cpu(v);
	guest_set_up(v, SPI(LINE), 8, 0);
	(void)vgicv5_eoi_register(&g.vm->vm, LINE);
}

static void down_eoi(void)
{
	on_pe(0);
	world_destroy(&g.world);
}

/* The guest's part of an interrupt, by the instruction; a trap is handled at once. @return false: dead */
static uint64_t guest_op(unsigned int n, unsigned int encoding, uint64_t value)
{
	struct world_vcpu *v = &g.vm->vcpus[n];
	bool read = encoding == GICV5_GIC_CDIA;

	schedule_expect(vgicv5_vcpu_enter(&v->vcpu) == VGICV5_OK, "not entered");
	vgicv5_soft_context_sync(g.world.soft, n);
	schedule_point();
	if (hal_host_machine_guest(g.world.machine, n, encoding, read, &value) == VGICV5_SOFT_TRAPPED) {
		vgicv5_vcpu_exit(&v->vcpu);
		(void)vgicv5_vcpu_trap(&v->vcpu, encoding, read, &value);
		return value;
	}
	schedule_point();
	vgicv5_vcpu_exit(&v->vcpu);
	return value;
}

/* A guest that stays in for several instructions before it is kicked out. */
static void take_and_end(void)
{
	struct world_vcpu *v = &g.vm->vcpus[0];
	uint64_t intid = 0, zero = 0;

	on_pe(0);
	schedule_expect(vgicv5_vcpu_enter(&v->vcpu) == VGICV5_OK, "not entered");
	vgicv5_soft_context_sync(g.world.soft, 0);
	schedule_point();
	(void)hal_host_machine_guest(g.world.machine, 0, GICV5_GIC_CDIA, true, &intid);
	if (intid) {
		(void)hal_host_machine_guest(g.world.machine, 0, GICV5_GIC_CDEOI, false, &zero);
		schedule_point();
		if (hal_host_machine_guest(g.world.machine, 0, GICV5_GIC_CDDI, false, &intid) ==
		    VGICV5_SOFT_TRAPPED) {
			vgicv5_vcpu_exit(&v->vcpu);
			(void)vgicv5_vcpu_trap(&v->vcpu, GICV5_GIC_CDDI, false, &intid);
			ended++;
			return;
		}
		ended++;
	}
	vgicv5_vcpu_exit(&v->vcpu);
}

static void edge_of_line(void)
{
	on_pe(2);
	(void)vgicv5_inject_spi(&g.vm->vm, LINE, true);
}

static void enter_other(void)
{
	on_pe(1);
	(void)guest_op(1, GICV5_GIC_CDEOI, 0);
}

static void put_and_load_other(void)
{
	on_pe(1);
	vgicv5_vcpu_put(&g.vm->vcpus[1].vcpu, VGICV5_PUT_PREEMPTED);
	(void)vgicv5_vcpu_load(&g.vm->vcpus[1].vcpu);
}

static void take_two(void)
{
	take_and_end();
	take_and_end();
}

/* One vCPU takes it, and another ends it that was not loaded before. */
static void up_other_put(void)
{
	up_eoi();
	acknowledged = false;
	on_pe(1);
	vgicv5_vcpu_put(&g.vm->vcpus[1].vcpu, VGICV5_PUT_PREEMPTED);
	on_pe(0);
}

static void take_only(void)
{
	on_pe(0);
	while (!guest_op(0, GICV5_GIC_CDIA, 0))
		schedule_yield();
	acknowledged = true;
	(void)guest_op(0, GICV5_GIC_CDEOI, 0);
}

static void load_and_end(void)
{
	on_pe(1);
	schedule_expect(vgicv5_vcpu_load(&g.vm->vcpus[1].vcpu) == VGICV5_OK, "not loaded");
	/* What it would run untrapped is awaited. */
	while (!acknowledged) {
		(void)guest_op(1, GICV5_GIC_CDEOI, 0);
		schedule_yield();
	}
	(void)guest_op(1, GICV5_GIC_CDDI, SPI(LINE));
	ended++;
}

/* It does not come back. */
static void put_other(void)
{
	on_pe(1);
	vgicv5_vcpu_put(&g.vm->vcpus[1].vcpu, VGICV5_PUT_PREEMPTED);
}

static void register_again(void)
{
	on_pe(1);
	(void)vgicv5_eoi_unregister(&g.vm->vm, LINE);
	(void)vgicv5_eoi_register(&g.vm->vm, LINE);
}

static void enter_both(void)
{
	on_pe(1);
	if (g.vm->vcpus[1].vcpu.resident)
		(void)guest_op(1, GICV5_GIC_CDEOI, 0);
	on_pe(0);
	(void)guest_op(0, GICV5_GIC_CDEOI, 0);
}

/* One is pending, and another edge comes while it is being handled. */
static void up_one_pending(void)
{
	up_eoi();
	edge_of_line();
	enter_both();
}

/* Both enter, then what is there is taken: it must be there, and its end heard. */
static void every_end_is_heard(void)
{
	enter_both();
	if (!ended)
		take_and_end();
	schedule_expect(ended == 1, "an interrupt is lost");
	schedule_expect(heard == ended, "an end is not heard, or twice");
	schedule_expect(!g.vm->vm.eoi.count, "something stays in flight");
	schedule_expect(!g.vm->vm.eoi.awaited, "somebody is awaited for ever");
}

/* Two edges are one interrupt or two. */
static void all_ends_are_heard(void)
{
	enter_both();
	take_and_end();
	enter_both();
	take_and_end();
	schedule_expect(ended == 1 || ended == 2, "an interrupt is lost");
	schedule_expect(heard == ended, "an end is not heard, or twice");
	schedule_expect(!g.vm->vm.eoi.count, "something stays in flight");
}

/* Registered anew in flight: what became pending before need not be heard of, but nothing may hang. */
static void no_end_hangs(void)
{
	enter_both();
	if (!ended)
		take_and_end();
	schedule_expect(ended == 1, "an interrupt is lost");
	schedule_expect(heard <= ended, "an end is heard twice");
	schedule_expect(!g.vm->vm.eoi.awaited, "somebody is awaited for ever");
}

/* ---- A PPI and a vCPU that goes to sleep ---- */

static bool taken, asleep;

static void up_ppi(void)
{
	struct world_vcpu *v;

	up_eoi();
	taken = false;
	asleep = false;
	v = &g.vm->vcpus[0];
	guest_write(v, GICV5_ICC_PPI_ENABLER0_EL1, 1u << GICV5_PPI_SW);
	hal_host_take_kick(&v->vcpu);
}

static void send_ppi(void)
{
	on_pe(2);
	(void)vgicv5_inject_ppi(&g.vm->vcpus[0].vcpu, GICV5_PPI_SW, true);
}

static void run_and_sleep(void)
{
	struct world_vcpu *v = &g.vm->vcpus[0];
	uint64_t intid;

	on_pe(0);
	intid = guest_op(0, GICV5_GIC_CDIA, 0);
	taken = GICV5_GET(CDIA_VALID, intid);
	vgicv5_vcpu_put(&v->vcpu, VGICV5_PUT_IDLE);
	/* What a kick from now on is for. */
	asleep = !vgicv5_vcpu_runnable(&v->vcpu);
}

static void is_woken(void)
{
	struct world_vcpu *v = &g.vm->vcpus[0];

	on_pe(0);
	schedule_expect(taken || !asleep || hal_host_take_kick(&v->vcpu), "a vCPU sleeps over a PPI");
	schedule_expect(taken || vgicv5_vcpu_runnable(&v->vcpu), "a PPI is lost");
	schedule_expect(!taken || !vgicv5_vcpu_runnable(&v->vcpu), "a PPI is there twice");
	v->pe = WORLD_NO_PE;
	g.world.on_pe[0] = NULL;
}

/* clang-format off */
const struct scenario eoi_scenarios[] = {
	{"end of interrupt", 2, up_eoi, {take_and_end, enter_other, edge_of_line}, every_end_is_heard, down_eoi},
	{"end and preemption", 1, up_eoi, {take_and_end, put_and_load_other, edge_of_line}, every_end_is_heard, down_eoi},
	{"end and a vCPU that leaves", 2, up_eoi, {take_and_end, put_other, edge_of_line}, every_end_is_heard, down_eoi},
	{"end and another edge", 2, up_one_pending, {take_two, edge_of_line}, all_ends_are_heard, down_eoi},
	{"end by another that is loaded", 1, up_other_put, {take_only, load_and_end, edge_of_line}, every_end_is_heard,
	 down_eoi},
	{"end and registration", 1, up_eoi, {take_and_end, register_again, edge_of_line}, no_end_hangs, down_eoi},
	{"PPI and sleep", 3, up_ppi, {run_and_sleep, send_ppi}, is_woken, down_eoi},
	{.name = NULL},
};
/* clang-format on */
