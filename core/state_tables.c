/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The interrupt state tables of a stopped VM as KVM's device group IST has them: every entry, in order of
 * ID.
 */
#include <vgicv5/arch/intid.h>
#include <vgicv5/arch/irs.h>

#include "state.h"
#include "virs.h"

static bool has_lpis(const struct vgicv5_vm *vm)
{
	return GICV5_GET(IRS_IST_BASER_VALID, vm->virs.ist_baser);
}

static void shape_of(const struct vgicv5_vm *vm, struct vgicv5_ist_shape *shape)
{
	vgicv5_virs_guest_shape(vm->virs.ist_cfgr, vm->virs.idr[2], shape);
}

static void sizes(const struct vgicv5_vm *vm, struct vgicv5_state_ists *ists)
{
	struct vgicv5_ist_shape shape;

	shape_of(vm, &shape);
	ists->spi_bytes = 4 * (size_t)vm->config.spi_count;
	ists->lpi_bytes = has_lpis(vm) ? (size_t)4 << shape.id_bits : 0;
}

int vgicv5_state_ist_sizes(struct vgicv5_vm *vm, struct vgicv5_state_ists *ists)
{
	int error;

	vgicv5_mutex_lock(&vm->mutex);
	error = vgicv5_state_stopped(vm);
	if (!error)
		sizes(vm, ists);
	vgicv5_mutex_unlock(&vm->mutex);
	return error;
}

static int check_sizes(const struct vgicv5_vm *vm, const struct vgicv5_state_ists *ists)
{
	struct vgicv5_state_ists wanted;

	sizes(vm, &wanted);
	if (ists->spi_bytes != wanted.spi_bytes || ists->lpi_bytes != wanted.lpi_bytes ||
	    !ists->spi != !wanted.spi_bytes || !ists->lpi != !wanted.lpi_bytes)
		return VGICV5_INVALID;
	return VGICV5_OK;
}

/* ---- Out ---- */

static int copy(struct vgicv5_vm *vm, const struct vgicv5_ist *ist, void *to, size_t bytes)
{
	if (bytes) {
		vgicv5_state_acquire(vm->host, ist);
		vgicv5_state_copy_entries(ist, (uint32_t)(bytes / 4), to);
	}
	return vgicv5_state_quiesce(vm, false);
}

static int get_ists(struct vgicv5_vm *vm, const struct vgicv5_state_ists *ists)
{
	int error = vgicv5_state_stopped(vm);

	if (!error)
		error = check_sizes(vm, ists);
	if (!error && vgicv5_state_ready(vm))
		error = VGICV5_UNSUPPORTED;
	if (!error)
		error = vgicv5_state_quiesce(vm, true);
	if (!error)
		error = copy(vm, &vm->spi_ist, ists->spi, ists->spi_bytes);
	if (!error)
		error = copy(vm, &vm->lpi_ist, ists->lpi, ists->lpi_bytes);
	return error;
}

int vgicv5_state_get_ists(struct vgicv5_vm *vm, const struct vgicv5_state_ists *ists)
{
	int error;

	vgicv5_mutex_lock(&vm->mutex);
	error = get_ists(vm, ists);
	vgicv5_mutex_unlock(&vm->mutex);
	return error;
}

/* ---- In ---- */

static int check_entries(const struct vgicv5_vm *vm, const struct state_tables *tables)
{
	struct state_rules rules = {.one_n = GICV5_GET(IRS_IDR0_ONE_N, vm->virs.idr[0])};
	int error;

	rules.count = tables->spi.flat_count;
	error = vgicv5_state_check_runs(vm, &rules, tables->spi);
	if (error)
		return vgicv5_state_refuse(vm, "SPIs", error);
	rules.count = tables->lpi.flat_count;
	error = vgicv5_state_check_runs(vm, &rules, tables->lpi);
	return error ? vgicv5_state_refuse(vm, "LPIs", error) : VGICV5_OK;
}

/* Of two levels nothing is said here: all of it becomes valid. */
static int make_lpis(struct vgicv5_vm *vm, const struct state_tables *tables)
{
	struct vgicv5_ist_shape shape;
	int error = VGICV5_OK;
	uint32_t i;

	if (!has_lpis(vm))
		return VGICV5_OK;
	shape_of(vm, &shape);
	if (!vgicv5_virs_shape_offered(vm->virs.idr[2], &shape))
		return VGICV5_INVALID;
	error = vgicv5_state_make_lpis(vm, &shape, tables->lpi);
	if (error)
		return error;
	for (i = 0; !error && shape.two_level && i < vm->virs.l2_count; i++)
		error = vgicv5_virs_map_l2(vm, &shape, i);
	if (error)
		vgicv5_virs_free_ist(vm);
	return error;
}

/* There is no place for trigger modes and lines but these. */
static int set_modes(struct vgicv5_vm *vm, const void *ctx)
{
	const struct state_tables *tables = ctx;
	uint32_t i;

	for (i = 0; i < tables->spi.flat_count; i++) {
		uint32_t iste = state_get32(tables->spi.flat + 4 * (size_t)i);
		bool level = GICV5_GET(L2_ISTE_HM, iste) == GICV5_HM_LEVEL;

		vgicv5_bitmap_change(vm->spi_level, i, level);
		vgicv5_bitmap_change(vm->spi_line, i, level && GICV5_GET(L2_ISTE_PENDING, iste));
	}
	return VGICV5_OK;
}

static int set_ists(struct vgicv5_vm *vm, const struct vgicv5_state_ists *ists)
{
	struct state_tables tables = {.vm = vm, .finish = set_modes, .ctx = &tables};
	int error = vgicv5_state_replaceable(vm);

	if (!error)
		error = check_sizes(vm, ists);
	if (error)
		return error;
	tables.spi = vgicv5_state_flat(ists->spi, (uint32_t)(ists->spi_bytes / 4));
	tables.lpi = vgicv5_state_flat(ists->lpi, (uint32_t)(ists->lpi_bytes / 4));
	error = check_entries(vm, &tables);
	if (!error)
		error = make_lpis(vm, &tables);
	return error ? error : vgicv5_state_refill(&tables);
}

int vgicv5_state_set_ists(struct vgicv5_vm *vm, const struct vgicv5_state_ists *ists)
{
	int error;

	vgicv5_mutex_lock(&vm->mutex);
	error = set_ists(vm, ists);
	vgicv5_mutex_unlock(&vm->mutex);
	return error;
}
