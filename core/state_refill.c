/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Filling the tables of a VM. The IRS must not own them meanwhile, and it must not find Pending set when it
 * gets them back: what is pending is replayed as commands, so that the IRS accounts for it.
 */
#include <vgicv5/arch/intid.h>

#include "eoi.h"
#include "inject.h"
#include "state.h"
#include "virs.h"
#include "vm.h"

int vgicv5_state_make_lpis(struct vgicv5_vm *vm, const struct vgicv5_ist_shape *shape, struct state_runs runs)
{
	size_t limit = vm->config.max_lpi_bytes;
	int error = vgicv5_virs_create_ist(vm, shape);
	struct state_run run;

	while (!error && vgicv5_state_read_run(&runs, &run))
		error = vgicv5_ist_map_range(vm, &vm->lpi_ist, GICV5_TYPE_LPI, run.first, run.count, limit);
	if (error)
		vgicv5_virs_free_ist(vm);
	return error;
}

static void fill(const struct vgicv5_vm *vm, const struct vgicv5_ist *ist, struct state_runs runs)
{
	struct state_run run;
	uint32_t i;

	vgicv5_state_acquire(vm->host, ist);
	vgicv5_state_clear_entries(ist);
	while (vgicv5_state_read_run(&runs, &run))
		for (i = 0; i < run.count; i++)
			vgicv5_state_set_entry(ist, run.first + i, state_get32(run.entries + 4 * (size_t)i));
	vgicv5_state_publish(vm->host, ist);
}

static void fill_tables(void *ctx)
{
	const struct state_tables *tables = ctx;
	const struct vgicv5_vm *vm = tables->vm;

	if (vm->config.spi_count)
		fill(vm, &vm->spi_ist, tables->spi);
	if (vm->lpi_ist.table)
		fill(vm, &vm->lpi_ist, tables->lpi);
}

static void replay(const struct vgicv5_vm *vm, unsigned int type, struct state_runs runs)
{
	struct state_run run;
	uint32_t i;

	while (vgicv5_state_read_run(&runs, &run))
		for (i = 0; i < run.count; i++)
			if (GICV5_GET(L2_ISTE_PENDING, state_get32(run.entries + 4 * (size_t)i)))
				vgicv5_inject_pend(vm, GICV5_INTID(type, run.first + i), true);
}

/* Who slept has no doorbell any more: it has to look, and ask for one again. */
static void wake_all(struct vgicv5_vm *vm)
{
	struct vgicv5_vcpu *vcpu;

	for (vcpu = vm->vcpus; vcpu; vcpu = vcpu->next)
		vgicv5_fetch_or(&vcpu->reload, VGICV5_RELOAD_IRSEN);
}

static int finish(void *ctx)
{
	const struct state_tables *tables = ctx;
	int error = tables->finish ? tables->finish(tables->vm, tables->ctx) : VGICV5_OK;

	if (error)
		return error;
	wake_all(tables->vm);
	replay(tables->vm, GICV5_TYPE_SPI, tables->spi);
	replay(tables->vm, GICV5_TYPE_LPI, tables->lpi);
	vgicv5_gsb_SYS();
	return VGICV5_OK;
}

int vgicv5_state_refill(struct state_tables *tables)
{
	return vgicv5_vm_refill(tables->vm, fill_tables, finish, tables);
}
