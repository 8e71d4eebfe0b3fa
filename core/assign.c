/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Wires of assigned devices.
 *
 * `assigned` is set before the IRS is told and cleared after it has let go. Who follows a line in between
 * (vgicv5_spi_follow_line()) has the IRS sample the wire instead, which is right in either domain; and as that looks
 * again after its own effect, the last who makes an SPI what its line is knows who drives it.
 */
#include "assign.h"

#include <vgicv5/arch/intid.h>
#include <vgicv5/port.h>

#include "bitmap.h"
#include "eoi.h"
#include "inject.h"
#include "irs_cmd.h"
#include "table.h"

#define BITMAPS 3

static size_t memory_bytes(const struct vgicv5_vm *vm)
{
	return BITMAPS * vgicv5_bitmap_bytes(vm->config.spi_count);
}

/* Taken when it is first needed, and kept until the VM ends: lookers take no lock. */
static int make_bitmaps(struct vgicv5_vm *vm)
{
	size_t words = VGICV5_BITMAP_WORDS(vm->config.spi_count);
	uint64_t *bitmaps;

	if (vm->assign.assigned)
		return VGICV5_OK;
	bitmaps = vgicv5_port_alloc(memory_bytes(vm), VGICV5_TABLE_ALIGN);
	if (!bitmaps)
		return VGICV5_NO_MEMORY;
	vm->assign.host_level = bitmaps + 2 * words;
	VGICV5_STORE_RELEASE(&vm->assign.claimed, bitmaps + words);
	VGICV5_STORE_RELEASE(&vm->assign.assigned, bitmaps);
	return VGICV5_OK;
}

void vgicv5_assign_release(struct vgicv5_vm *vm)
{
	vgicv5_port_free(vm->assign.assigned, memory_bytes(vm));
	vm->assign = (struct vgicv5_assign){.assigned = NULL};
}

bool vgicv5_assign_any(const struct vgicv5_vm *vm)
{
	size_t i;

	for (i = 0; vm->assign.assigned && i < VGICV5_BITMAP_WORDS(vm->config.spi_count); i++)
		if (VGICV5_READ_ONCE(vm->assign.assigned[i]))
			return true;
	return false;
}

static bool is_level(const struct vgicv5_vm *vm, uint32_t spi)
{
	return vgicv5_assign_test(vm->spi_level, spi);
}

/* ---- Assign ---- */

static int check(const struct vgicv5_vm *vm, uint32_t spi)
{
	int error = vgicv5_injectable(vm);

	if (error)
		return error;
	if (spi >= vm->config.spi_count || !vgicv5_irs_of_spi(vm->host, spi))
		return VGICV5_INVALID;
	return vgicv5_assigned(vm, spi) ? VGICV5_BUSY : VGICV5_OK;
}

/* From now on neither a trap nor a falling line ends its being in flight. */
static int claim(struct vgicv5_vm *vm, uint32_t spi)
{
	vgicv5_bitmap_change(vm->assign.claimed, spi, true);
	return vgicv5_eoi_claim(vm, spi);
}

static void disclaim(struct vgicv5_vm *vm, uint32_t spi)
{
	vgicv5_bitmap_change(vm->assign.claimed, spi, false);
	vgicv5_eoi_disclaim(vm, spi);
}

static void follow(struct vgicv5_vm *vm, uint32_t spi)
{
	if (is_level(vm, spi))
		vgicv5_spi_follow_line(vm, spi);
}

/* Software drives it again. */
static void give_up(struct vgicv5_vm *vm, uint32_t spi)
{
	vgicv5_bitmap_change(vm->assign.assigned, spi, false);
	follow(vm, spi);
	disclaim(vm, spi);
}

/* What came before the wire was the VM's, whether it has become so or not. */
static void take_over(struct vgicv5_vm *vm, uint32_t spi)
{
	if (vgicv5_eoi_registered(vm, spi))
		vgicv5_eoi_edge(vm, spi);
	else
		vgicv5_inject_pend(vm, GICV5_INTID(GICV5_TYPE_SPI, spi), true);
}

static int hand_over(struct vgicv5_vm *vm, uint32_t spi)
{
	struct vgicv5_spi_before before = {.level = false};
	int error;

	vgicv5_bitmap_change(vm->assign.assigned, spi, true);
	error = vgicv5_irs_assign_spi(vm->host, spi, vm->vm_id, is_level(vm, spi), &before);
	vgicv5_bitmap_change(vm->assign.host_level, spi, before.level);
	if (before.pending)
		take_over(vm, spi);
	if (!error)
		follow(vm, spi);
	else if (!before.unknown)
		give_up(vm, spi);
	return error;
}

static int assign(struct vgicv5_vm *vm, uint32_t spi)
{
	int error = check(vm, spi);

	if (!error)
		error = make_bitmaps(vm);
	if (!error)
		error = claim(vm, spi);
	return error ? error : hand_over(vm, spi);
}

int vgicv5_spi_assign(struct vgicv5_vm *vm, uint32_t spi)
{
	int error;

	vgicv5_mutex_lock(&vm->mutex);
	error = assign(vm, spi);
	vgicv5_mutex_unlock(&vm->mutex);
	return error;
}

/* ---- Give back ---- */

static int give_back(struct vgicv5_vm *vm, uint32_t spi)
{
	return vgicv5_irs_return_spi(vm->host, spi, vgicv5_assign_test(vm->assign.host_level, spi));
}

/* What the handler of the physical interrupt says of the line from now on counts. */
static int unassign(struct vgicv5_vm *vm, uint32_t spi)
{
	int error;

	if (vm->state == VGICV5_VM_EMPTY)
		return VGICV5_STATE;
	if (spi >= vm->config.spi_count || !vgicv5_assign_claimed(vm, spi))
		return VGICV5_INVALID;
	if (!vgicv5_assigned(vm, spi)) {
		disclaim(vm, spi);
		return VGICV5_OK;
	}
	vgicv5_bitmap_change(vm->spi_line, spi, false);
	error = give_back(vm, spi);
	if (!error)
		give_up(vm, spi);
	return error;
}

int vgicv5_spi_unassign(struct vgicv5_vm *vm, uint32_t spi)
{
	int error;

	vgicv5_mutex_lock(&vm->mutex);
	error = unassign(vm, spi);
	vgicv5_mutex_unlock(&vm->mutex);
	return error;
}

int vgicv5_assign_return_all(struct vgicv5_vm *vm)
{
	int error = VGICV5_OK;
	uint32_t spi;

	for (spi = 0; vgicv5_assign_any(vm) && !error && spi < vm->config.spi_count; spi++) {
		if (!vgicv5_assigned(vm, spi))
			continue;
		error = give_back(vm, spi);
		if (!error)
			vgicv5_bitmap_change(vm->assign.assigned, spi, false);
	}
	return error;
}

/* ---- Small things ---- */

int vgicv5_assign_set_mode(struct vgicv5_vm *vm, uint32_t spi, bool level)
{
	vgicv5_mutex_assert(&vm->mutex);
	return vgicv5_irs_set_spi_mode(vm->host, spi, level);
}

bool vgicv5_spi_is_assigned(const struct vgicv5_vm *vm, uint32_t spi)
{
	return spi < vm->config.spi_count && vgicv5_assigned(vm, spi);
}
