// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Wires of the random system: each SPI of the host has one, which is given to a VM at times and taken back. While it is
 * the host's, software says what the line is, as the handler of the physical interrupt would.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <vgicv5/assign.h>

#include "random_wires.h"

static struct wire {
	struct world_vm *owner;
	bool high;
} wires[ORACLE_SPIS];
static unsigned int assignments;

static struct oracle_vm *oracle_of(const struct world_vm *vm)
{
	return &run.oracles[vm - run.world.vms];
}

bool random_wire_is_of(const struct world_vm *vm, unsigned int spi)
{
	return wires[spi].owner == vm;
}

unsigned int random_wire_assignments(void)
{
	return assignments;
}

/* What the wire says of an SPI: edges are changes, here. */
static void oracle_wire(struct oracle_vm *o, unsigned int spi, bool high)
{
	struct oracle_interrupt *i = &o->spis[spi];

	if (i->level)
		i->pending = high;
	else
		i->pending |= high && !o->line[spi];
	o->line[spi] = high;
}

static void change(unsigned int spi)
{
	struct wire *wire = &wires[spi];

	run.doing = "wire";
	wire->high = !wire->high;
	vgicv5_soft_set_spi(run.world.soft, spi, wire->high);
	if (wire->owner)
		oracle_wire(oracle_of(wire->owner), spi, wire->high);
}

static void assign(struct world_vm *vm, unsigned int spi)
{
	struct oracle_interrupt *i = &oracle_of(vm)->spis[spi];
	struct vgicv5_soft_interrupt before;

	run.doing = "assign";
	REQUIRE(vgicv5_soft_inspect(run.world.soft, VGICV5_SOFT_PHYSICAL, SPI(spi), &before),
		"SPI %u is not the host's\n", spi);
	REQUIRE(vgicv5_spi_assign(&vm->vm, spi) == VGICV5_OK, "SPI %u cannot be assigned\n", spi);
	if (i->level)
		i->pending = wires[spi].high;
	else
		i->pending |= before.pending;
	oracle_of(vm)->line[spi] = wires[spi].high;
	wires[spi].owner = vm;
	assignments++;
}

/* The handler of the physical interrupt, where the line is level. */
static void by_software(struct world_vm *vm, unsigned int spi)
{
	struct oracle_vm *o = oracle_of(vm);

	wires[spi].owner = NULL;
	o->line[spi] = false;
	if (!o->spis[spi].level)
		return;
	REQUIRE(vgicv5_inject_spi(&vm->vm, spi, wires[spi].high) == VGICV5_OK, "refused\n");
	o->spis[spi].pending = wires[spi].high;
	o->line[spi] = wires[spi].high;
}

static void unassign(struct world_vm *vm, unsigned int spi)
{
	run.doing = "unassign";
	REQUIRE(vgicv5_spi_unassign(&vm->vm, spi) == VGICV5_OK, "SPI %u cannot be given back\n", spi);
	by_software(vm, spi);
}

/* Edges are added to those of the wire; if it is level, what software says may have it sampled. */
void random_wire_and_software(struct world_vm *vm, unsigned int spi, bool asserted)
{
	struct oracle_interrupt *i = &oracle_of(vm)->spis[spi];
	bool said = vm->vm.spi_line[0] >> spi & 1;

	REQUIRE(vgicv5_inject_spi(&vm->vm, spi, asserted) == VGICV5_OK, "refused\n");
	if (!i->level)
		i->pending |= asserted;
	else if (said != asserted)
		i->pending = wires[spi].high;
}

/* It has been tried; a level is followed anew. */
static void refused(struct world_vm *vm, unsigned int spi)
{
	struct oracle_interrupt *i = &oracle_of(vm)->spis[spi];

	run.doing = "assign what another VM has";
	REQUIRE(vgicv5_spi_assign(&vm->vm, spi) == VGICV5_BUSY, "SPI %u is assigned twice\n", spi);
	if (i->level)
		i->pending = oracle_of(vm)->line[spi];
}

void random_wire_step(struct world_vm *vm)
{
	unsigned int spi = random_pick(ORACLE_SPIS);
	const struct wire *wire = &wires[spi];

	if (random_pick(2))
		change(spi);
	else if (!wire->owner)
		assign(vm, spi);
	else if (wire->owner == vm)
		unassign(vm, spi);
	else
		refused(vm, spi);
}

void random_wires_returned(const struct world_vm *vm)
{
	unsigned int spi;

	for (spi = 0; spi < ORACLE_SPIS; spi++)
		if (wires[spi].owner == vm)
			wires[spi].owner = NULL;
}

void random_wires_forget(void)
{
	memset(wires, 0, sizeof(wires));
}

void random_wires_moved(void)
{
	unsigned int spi;

	for (spi = 0; spi < ORACLE_SPIS; spi++) {
		vgicv5_soft_set_spi(run.world.soft, spi, wires[spi].high);
		if (wires[spi].owner)
			by_software(wires[spi].owner, spi);
	}
}
