// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* MSIs and wires of an IWB, while the guest moves them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "schedule_guest.h"

#define DEVICE 5
#define EVENT 3
#define OLD 10 /* LPIs */
#define NEW 11
#define OTHER_EVENT (EVENT + 256) /* has the same place in the cache */
#define OTHER 12

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
	uint32_t event = (uint32_t)its_read(&g, 0x248);

	on_pe(0);
	schedule_expect(!(its_read(&g, 0x240) & 1) || event == 1 || event == 2,
			"an error without its syndrome");
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

/* clang-format off */
const struct scenario msi_scenarios[] = {
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
	{.name = NULL},
};
/* clang-format on */
