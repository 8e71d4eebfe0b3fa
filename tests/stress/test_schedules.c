// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Races of MSIs, wires, lines and ends of interrupts, each as short as it can be and in every order (schedule.h). What
 * the threads of the other tests meet by luck is met here for certain.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <vgicv5/assign.h>
#include <vgicv5/eoi.h>

#include "its_guest.h"
#include "schedule.h"

#define DEVICE 5
#define EVENT 3
#define OLD 10 /* LPIs */
#define NEW 11
#define OTHER_EVENT (EVENT + 256) /* has the same place in the cache */
#define OTHER 12

static struct its_guest g;

static void on_pe(unsigned int pe)
{
	hal_host_set_pe(pe, &g.world.pcpus[pe]);
}

static bool pending(uint32_t intid)
{
	struct vgicv5_soft_interrupt state;

	return vgicv5_soft_inspect(g.world.soft, g.vm->vm.vm_id, intid, &state) && state.pending;
}

static void down(void)
{
	on_pe(0);
	its_down(&g);
}

/* ---- A guest moves an event while it comes in ---- */

static bool mapped;
static uint32_t mapped_lpi;

static int map(void *ctx, struct vgicv5_vm *vm, uint32_t device, uint32_t event, uint32_t lpi)
{
	(void)ctx;
	(void)vm;
	if (device != DEVICE || event != EVENT)
		return VGICV5_UNSUPPORTED;
	schedule_point();
	mapped = true;
	mapped_lpi = lpi;
	return VGICV5_OK;
}

static void unmap(void *ctx, struct vgicv5_vm *vm, const struct vgicv5_vits_scope *scope)
{
	(void)ctx;
	(void)vm;
	schedule_point();
	if (scope->first_device <= DEVICE && scope->last_device >= DEVICE && scope->first_event <= EVENT &&
	    scope->last_event >= EVENT)
		mapped = false;
}

static const struct vgicv5_vits_direct_ops direct = {map, unmap};

static void up_its(void)
{
	mapped = false;
	its_up(&g, &its_shapes[0], &direct);
	its_map(&g, DEVICE, EVENT, OLD);
	its_map(&g, DEVICE, OTHER_EVENT, OTHER);
}

static void up_cached(void)
{
	up_its();
	(void)vgicv5_inject_msi(&g.vits, DEVICE, EVENT);
	(void)its_take(&g, OLD);
}

/* The other event has the place in the cache. */
static void up_crowded(void)
{
	up_cached();
	(void)vgicv5_inject_msi(&g.vits, DEVICE, OTHER_EVENT);
	(void)its_take(&g, OTHER);
}

static void send(uint32_t event)
{
	schedule_expect(vgicv5_inject_msi(&g.vits, DEVICE, event) == VGICV5_OK, "an event is lost");
}

static void send_one(void)
{
	on_pe(1);
	send(EVENT);
}

static void send_two(void)
{
	on_pe(1);
	send(EVENT);
	send(EVENT);
}

static void send_other(void)
{
	on_pe(2);
	send(OTHER_EVENT);
}

static void sync_its(uint32_t device)
{
	its_write(&g, 0x140, 1ull << 63 | device);
	while (!(its_read(&g, 0x148) & 1))
		schedule_yield();
}

/* After this no event may reach the old LPI. */
static void settle_and_drain(void)
{
	sync_its(DEVICE);
	schedule_expect(!mapped || mapped_lpi == NEW, "the host still sends to the old LPI");
	(void)its_take(&g, OLD);
}

static void move_event(void)
{
	on_pe(0);
	its_map(&g, DEVICE, EVENT, NEW);
	schedule_point();
	its_invalidate_event(&g, DEVICE, EVENT, 0);
	settle_and_drain();
}

static void move_device(void)
{
	on_pe(0);
	its_map(&g, DEVICE, EVENT, NEW);
	schedule_point();
	its_invalidate_device(&g, DEVICE, 0);
	settle_and_drain();
}

static void move_all(void)
{
	on_pe(0);
	its_map(&g, DEVICE, EVENT, NEW);
	schedule_point();
	its_invalidate_device(&g, DEVICE, 1);
	settle_and_drain();
}

static void move_while_off(void)
{
	on_pe(0);
	its_write(&g, 0x80, 0);
	while (!(its_read(&g, 0x80) & 2))
		schedule_yield();
	its_map(&g, DEVICE, EVENT, NEW);
	schedule_point();
	its_write(&g, 0x80, 1);
	settle_and_drain();
}

static void send_while_off(void)
{
	int error;

	on_pe(1);
	error = vgicv5_inject_msi(&g.vits, DEVICE, EVENT);
	schedule_expect(!error || error == VGICV5_STATE, "an event is lost");
}

static void moved(void)
{
	on_pe(0);
	schedule_expect(!pending(LPI(OLD)), "misdirected to the old LPI after the sync");
	schedule_expect(!mapped || mapped_lpi == NEW, "the host sends to the old LPI in the end");
	(void)its_take(&g, NEW);
	(void)vgicv5_inject_msi(&g.vits, DEVICE, EVENT);
	schedule_expect(its_take(&g, NEW), "a later event does not reach the new LPI");
	schedule_expect(!its_take(&g, OLD), "a later event reaches the old LPI");
	(void)vgicv5_inject_msi(&g.vits, DEVICE, OTHER_EVENT);
	schedule_expect(its_take(&g, OTHER), "the neighbour is lost");
}

static bool invalidated;

static void up_to_be_invalidated(void)
{
	up_its();
	invalidated = false;
}

/* Without a sync: what has begun before may still reach the old LPI, what begins later may not. */
static void invalidate_and_crowd(void)
{
	on_pe(0);
	its_map(&g, DEVICE, EVENT, NEW);
	schedule_point();
	its_invalidate_event(&g, DEVICE, EVENT, 0);
	invalidated = true;
	send(OTHER_EVENT);
}

static bool is_invalidated(void)
{
	return invalidated;
}

static void send_later(void)
{
	on_pe(2);
	schedule_until(is_invalidated);
	send(EVENT);
}

static void later_one_is_new(void)
{
	on_pe(0);
	schedule_expect(pending(LPI(NEW)), "an event that came after the invalidation is misdirected");
}

/* Nothing moves: each event has its LPI, whoever has the place in the cache. */
static void crowded(void)
{
	on_pe(0);
	schedule_expect(pending(LPI(OLD)), "an event is lost");
	schedule_expect(pending(LPI(OTHER)), "the neighbour's event is lost");
}

/* ---- An error is recorded while the guest clears one ---- */

static void up_unmapped(void)
{
	its_up(&g, &its_shapes[0], NULL);
}

static void lose(uint32_t event)
{
	schedule_expect(vgicv5_inject_msi(&g.vits, DEVICE, event) == VGICV5_INVALID, "it is not lost");
}

static void lose_one(void)
{
	on_pe(1);
	lose(1);
}

static void lose_another(void)
{
	on_pe(2);
	lose(2);
}

static void clear_errors(void)
{
	uint64_t status;

	on_pe(0);
	status = its_read(&g, 0x240);
	if (!(status & 1))
		return;
	schedule_expect((uint32_t)its_read(&g, 0x248) == 1 || (uint32_t)its_read(&g, 0x248) == 2,
			"an error is shown before its syndrome");
	its_write(&g, 0x240, 0xf);
}

static void errors_go_on(void)
{
	on_pe(0);
	its_write(&g, 0x240, 0xf);
	lose(7);
	schedule_expect(its_read(&g, 0x240) & 1, "errors are not recorded any more");
	schedule_expect((uint32_t)its_read(&g, 0x248) == 7, "syndrome of another error");
}

/* ---- A level wire of an IWB ---- */

static void up_wire(void)
{
	its_up(&g, &its_shapes[0], NULL);
	its_map(&g, ITS_IWB_DEVICE, 0, OLD);
	its_iwb_write(&g, 0x80, 1);
	its_iwb_write(&g, 0x4000, 1);
	its_iwb_write(&g, 0x2000, 1);
}

static void up_wire_known(void)
{
	up_wire();
	(void)vgicv5_viwb_set_wire(&g.viwb, 0, true);
	(void)guest_irq(&g.vm->vcpus[0]);
	(void)vgicv5_viwb_set_wire(&g.viwb, 0, false);
}

static void raise_wire(void)
{
	on_pe(1);
	(void)vgicv5_viwb_set_wire(&g.viwb, 0, true);
}

static void wire_up_down_up(void)
{
	on_pe(1);
	(void)vgicv5_viwb_set_wire(&g.viwb, 0, true);
	(void)vgicv5_viwb_set_wire(&g.viwb, 0, false);
	(void)vgicv5_viwb_set_wire(&g.viwb, 0, true);
}

static void lower_wire(void)
{
	on_pe(2);
	(void)vgicv5_viwb_set_wire(&g.viwb, 0, false);
}

/* Takes it as an edge if it comes before the mode is set. */
static void take_lpi(void)
{
	struct world_vcpu *v = &g.vm->vcpus[0];
	struct vgicv5_soft_interrupt state;

	on_pe(0);
	(void)guest_irq(v);
	if (vgicv5_soft_inspect(g.world.soft, g.vm->vm.vm_id, LPI(OLD), &state) && !state.level)
		(void)its_take(&g, OLD);
	(void)guest_irq(v);
}

static void resample_wire(void)
{
	on_pe(0);
	its_iwb_write(&g, 0xc8, 0);
}

static void move_wire(void)
{
	on_pe(0);
	its_map(&g, ITS_IWB_DEVICE, 0, NEW);
	schedule_point();
	its_invalidate_event(&g, ITS_IWB_DEVICE, 0, 0);
	sync_its(ITS_IWB_DEVICE);
	(void)its_take(&g, OLD);
	its_iwb_write(&g, 0xc8, 0);
}

static void set_mode(void)
{
	on_pe(0);
	(void)guest_irq(&g.vm->vcpus[0]);
}

static bool wire_is_high(void)
{
	return g.viwb.wires[0].line & 1;
}

static void wire_is_followed(void)
{
	set_mode();
	schedule_expect(pending(LPI(OLD)) == wire_is_high(), "the LPI is not what the wire is");
}

static void moved_wire_is_followed(void)
{
	set_mode();
	schedule_expect(!pending(LPI(OLD)), "the wire still drives the old LPI");
	schedule_expect(pending(LPI(NEW)) == wire_is_high(), "the new LPI is not what the wire is");
}

/* ---- The line of a level SPI, driven by two, configured by the guest, assigned ---- */

#define LINE 4

static bool wire_level;

static void up_line(void)
{
	wire_level = false;
	its_up(&g, &its_shapes[0], NULL);
	guest_trigger_mode(&g.vm->vcpus[0], LINE, GICV5_HM_LEVEL);
}

static void up_edge(void)
{
	wire_level = false;
	its_up(&g, &its_shapes[0], NULL);
}

static void raise_line(void)
{
	on_pe(1);
	(void)vgicv5_inject_spi(&g.vm->vm, LINE, true);
}

static void lower_line(void)
{
	on_pe(2);
	(void)vgicv5_inject_spi(&g.vm->vm, LINE, false);
}

static void make_level(void)
{
	guest_mmio_write(&g.vm->vcpus[0], GICV5_IRS_SPI_SELR, 4, LINE);
	guest_mmio_write(&g.vm->vcpus[0], GICV5_IRS_SPI_CFGR, 4, 1);
}

static void line_is_followed(void)
{
	bool line = vgicv5_spi_is_assigned(&g.vm->vm, LINE) ? wire_level : g.vm->vm.spi_line[0] >> LINE & 1;

	on_pe(0);
	schedule_expect(pending(SPI(LINE)) == line, "the SPI is not what its line is");
}

static void set_wire(bool high)
{
	schedule_point();
	wire_level = high;
	vgicv5_soft_set_spi(g.world.soft, LINE, high);
}

static void assign_line(void)
{
	on_pe(0);
	schedule_expect(vgicv5_spi_assign(&g.vm->vm, LINE) == VGICV5_OK, "not assigned");
}

static void up_assigned(void)
{
	up_line();
	assign_line();
	set_wire(true);
}

static void unassign_line(void)
{
	on_pe(0);
	schedule_expect(vgicv5_spi_unassign(&g.vm->vm, LINE) == VGICV5_OK, "not given back");
}

static bool is_on_host(void)
{
	struct vgicv5_soft_interrupt state;

	return vgicv5_soft_inspect(g.world.soft, VGICV5_SOFT_PHYSICAL, SPI(LINE), &state);
}

/* The handler of the physical interrupt runs as soon as there is one. */
static void handler(void)
{
	on_pe(1);
	schedule_until(is_on_host);
	(void)vgicv5_inject_spi(&g.vm->vm, LINE, wire_level);
}

static void wire_falls(void)
{
	on_pe(2);
	set_wire(false);
}

static void wire_rises(void)
{
	on_pe(2);
	set_wire(true);
}

static void guest_makes_edge_and_level(void)
{
	on_pe(0);
	guest_mmio_write(&g.vm->vcpus[0], GICV5_IRS_SPI_SELR, 4, LINE);
	guest_mmio_write(&g.vm->vcpus[0], GICV5_IRS_SPI_CFGR, 4, 0);
	guest_mmio_write(&g.vm->vcpus[0], GICV5_IRS_SPI_CFGR, 4, 1);
}

/* The handler said what the wire was when it was given back. */
static void returned_line_is_high(void)
{
	on_pe(0);
	schedule_expect(pending(SPI(LINE)), "what the handler said is lost");
}

/* ---- End of interrupt ---- */

static unsigned int heard, ended;

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
	asleep = true;
	schedule_point();
}

static void is_woken(void)
{
	struct world_vcpu *v = &g.vm->vcpus[0];

	on_pe(0);
	schedule_expect(taken || vgicv5_vcpu_runnable(&v->vcpu), "a PPI is lost");
	schedule_expect(!taken || !vgicv5_vcpu_runnable(&v->vcpu), "a PPI is there twice");
	v->pe = WORLD_NO_PE;
	g.world.on_pe[0] = NULL;
}

/* clang-format off */
static const struct scenario scenarios[] = {
	{"move of an event, first use", 2, up_its, {send_one, move_event}, moved, down},
	{"move of an event, cached", 2, up_cached, {send_two, move_event}, moved, down},
	{"move of a device", 2, up_its, {send_one, move_device}, moved, down},
	{"move with everything", 2, up_its, {send_one, move_all}, moved, down},
	{"move while the ITS is off", 2, up_its, {send_while_off, move_while_off}, moved, down},
	{"move beside a neighbour", 1, up_crowded, {send_one, move_event, send_other}, moved, down},
	{"two events of one place", 2, up_crowded, {send_one, send_other}, crowded, down},
	{"event after an invalidation", 2, up_to_be_invalidated, {send_one, invalidate_and_crowd, send_later},
	 later_one_is_new, down},
	{"errors", 2, up_unmapped, {lose_one, clear_errors, lose_another}, errors_go_on, down},
	{"wire, first use, and its mode", 2, up_wire, {raise_wire, take_lpi}, wire_is_followed, down},
	{"wire up and down", 1, up_wire, {raise_wire, set_mode, lower_wire}, wire_is_followed, down},
	{"wire up, down, up", 2, up_wire_known, {wire_up_down_up, resample_wire}, wire_is_followed, down},
	{"move of a wire, first use", 2, up_wire, {raise_wire, move_wire}, moved_wire_is_followed, down},
	{"move of a wire", 2, up_wire_known, {raise_wire, move_wire}, moved_wire_is_followed, down},
	{"line up and down", 3, up_line, {raise_line, lower_line}, line_is_followed, down},
	{"line up, to level", 2, up_edge, {make_level, raise_line}, line_is_followed, down},
	{"line and wire", 2, up_line, {assign_line, raise_line, wire_rises}, line_is_followed, down},
	{"wire given back", 2, up_assigned, {unassign_line, handler}, returned_line_is_high, down},
	{"mode of an assigned wire", 2, up_assigned, {guest_makes_edge_and_level, wire_falls}, line_is_followed, down},
	{"end of interrupt", 2, up_eoi, {take_and_end, enter_other, edge_of_line}, every_end_is_heard, down_eoi},
	{"end and preemption", 1, up_eoi, {take_and_end, put_and_load_other, edge_of_line}, every_end_is_heard, down_eoi},
	{"end and a vCPU that leaves", 2, up_eoi, {take_and_end, put_other, edge_of_line}, every_end_is_heard, down_eoi},
	{"end and registration", 1, up_eoi, {take_and_end, register_again, edge_of_line}, no_end_hangs, down_eoi},
	{"PPI and sleep", 3, up_ppi, {run_and_sleep, send_ppi}, is_woken, down_eoi},
};
/* clang-format on */

static void explore(void **state)
{
	schedule_explore(*state);
}

int main(int argc, char **argv)
{
	struct CMUnitTest tests[sizeof(scenarios) / sizeof(scenarios[0])];
	size_t i, count = 0;

	for (i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++)
		if (argc < 2 || !strcmp(argv[1], scenarios[i].name))
			tests[count++] =
				(struct CMUnitTest){.name = scenarios[i].name,
						    .test_func = explore,
						    .initial_state = (void *)(uintptr_t)&scenarios[i]};
	return _cmocka_run_group_tests("schedules", tests, count, NULL, NULL);
}
