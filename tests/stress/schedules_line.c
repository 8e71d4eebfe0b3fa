// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Lines of SPIs: driven by two, configured by the guest, assigned. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <vgicv5/assign.h>

#include "schedule_guest.h"

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

static void up_edge_high(void)
{
	up_edge();
	raise_line();
	on_pe(0);
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

/* clang-format off */
const struct scenario line_scenarios[] = {
	{"line up and down", 3, up_line, {raise_line, lower_line}, line_is_followed, down},
	{"line up, to level", 2, up_edge, {make_level, raise_line}, line_is_followed, down},
	{"line down, to level", 2, up_edge_high, {make_level, lower_line}, line_is_followed, down},
	{"line and wire", 2, up_line, {assign_line, raise_line, wire_rises}, line_is_followed, down},
	{"line and a wire that is low", 2, up_line, {assign_line, raise_line}, line_is_followed, down},
	{"wire given back", 2, up_assigned, {unassign_line, handler}, returned_line_is_high, down},
	{"mode of an assigned wire", 2, up_assigned, {guest_makes_edge_and_level, wire_falls}, line_is_followed, down},
	{.name = NULL},
};
/* clang-format on */
