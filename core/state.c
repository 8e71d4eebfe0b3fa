/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Saving.
 *
 * The IRS writes back what it caches and says whether anything has changed since (I_DSRQY); it is asked
 * again after each part that was copied. What software holds is compared by its checksum (state_save.c).
 */
#include <vgicv5/arch/irs.h>

#include "assign.h"
#include "irs_cmd.h"
#include "state_save.h"

/* ---- Quiescence ---- */

int vgicv5_state_stopped(const struct vgicv5_vm *vm)
{
	const struct vgicv5_vcpu *vcpu;

	vgicv5_mutex_assert(&vm->mutex);
	if (vm->state != VGICV5_VM_STARTED)
		return VGICV5_STATE;
	if (vgicv5_vm_is_dead(vm))
		return VGICV5_DEAD;
	for (vcpu = vm->vcpus; vcpu; vcpu = vcpu->next)
		if (VGICV5_READ_ONCE(vcpu->resident))
			return VGICV5_BUSY;
	return VGICV5_OK;
}

/* The first load leaves its ICH_CONTEXTR_EL2 behind. */
int vgicv5_state_fresh(const struct vgicv5_vm *vm)
{
	const struct vgicv5_vcpu *vcpu;
	int error = vgicv5_state_stopped(vm);

	for (vcpu = vm->vcpus; vcpu && !error; vcpu = vcpu->next)
		if (vcpu->hyp.contextr)
			error = VGICV5_BUSY;
	return error;
}

/* The tables are taken from the IRS: a wire that drives them would speak to nobody. */
int vgicv5_state_replaceable(const struct vgicv5_vm *vm)
{
	int error = vgicv5_state_fresh(vm);

	if (!error && (vm->lpi_ist.table || vgicv5_assign_any(vm)))
		error = VGICV5_BUSY;
	return error;
}

int vgicv5_state_quiesce(struct vgicv5_vm *vm, bool save)
{
	bool quiesced;
	int error = vgicv5_irs_save_vm(vm->host, vm->vm_id, save, &quiesced);

	if (error)
		return vgicv5_irs_public_error(error);
	return quiesced ? VGICV5_OK : VGICV5_BUSY;
}

int vgicv5_state_ready(const struct vgicv5_vm *vm)
{
	bool announced = GICV5_GET(IRS_IST_BASER_VALID, vm->virs.ist_baser);

	return announced && !vm->lpi_ist.table ? VGICV5_STATE : VGICV5_OK;
}

/* ---- Saving ---- */

/* After this memory is exact, and stays so unless the IRS says otherwise. */
static int begin(struct vgicv5_vm *vm, struct state_plan *plan)
{
	int error = vgicv5_state_stopped(vm);

	if (!error)
		error = vgicv5_state_ready(vm);
	if (!error)
		error = vgicv5_state_quiesce(vm, true);
	if (!error)
		vgicv5_state_plan(vm, plan);
	return error;
}

/* Writes what software holds once more, to nowhere. */
static int compare(struct vgicv5_vm *vm, const struct state_plan *plan, uint32_t a, uint32_t b)
{
	struct state_out again;

	vgicv5_state_to_stream(&again, NULL, NULL);
	vgicv5_state_put_software(&again, vm, plan);
	return again.a == a && again.b == b ? VGICV5_OK : VGICV5_BUSY;
}

static int recheck(struct vgicv5_vm *vm, const struct state_out *out)
{
	return out->error ? out->error : vgicv5_state_quiesce(vm, false);
}

static int write_state(struct vgicv5_vm *vm, struct state_out *out, const struct state_plan *plan)
{
	uint32_t a, b;
	int error;

	vgicv5_state_put_software(out, vm, plan);
	a = out->a;
	b = out->b;
	vgicv5_state_put_spis(out, vm, plan);
	error = recheck(vm, out);
	if (error)
		return error;
	vgicv5_state_put_lpis(out, vm, plan);
	error = recheck(vm, out);
	if (!error)
		error = compare(vm, plan, a, b);
	if (!error && vgicv5_state_written(out) + VGICV5_STATE_SECTION_BYTES + STATE_END_BYTES != plan->total)
		error = VGICV5_BUSY;
	if (error)
		return error;
	vgicv5_state_put_end(out);
	return out->error;
}

static int size_locked(struct vgicv5_vm *vm, size_t *bytes)
{
	struct state_plan plan;
	int error = begin(vm, &plan);

	if (!error)
		error = vgicv5_state_quiesce(vm, false);
	if (!error)
		*bytes = (size_t)plan.total;
	return error;
}

int vgicv5_state_size(struct vgicv5_vm *vm, size_t *bytes)
{
	int error;

	vgicv5_mutex_lock(&vm->mutex);
	error = size_locked(vm, bytes);
	vgicv5_mutex_unlock(&vm->mutex);
	return error;
}

size_t vgicv5_state_bound(const struct vgicv5_vm *vm)
{
	return (size_t)vgicv5_state_plan_most(vm);
}

static int save_locked(struct vgicv5_vm *vm, void *state, size_t size, size_t *bytes)
{
	struct state_plan plan;
	struct state_out out;
	int error = begin(vm, &plan);

	if (error)
		return error;
	if (size < plan.total)
		return VGICV5_LIMIT;
	vgicv5_state_to_buffer(&out, state, size);
	error = write_state(vm, &out, &plan);
	if (!error && bytes)
		*bytes = (size_t)plan.total;
	return error;
}

int vgicv5_state_save(struct vgicv5_vm *vm, void *state, size_t size, size_t *bytes)
{
	int error;

	vgicv5_mutex_lock(&vm->mutex);
	error = save_locked(vm, state, size, bytes);
	vgicv5_mutex_unlock(&vm->mutex);
	return error;
}

static int stream_locked(struct vgicv5_vm *vm, vgicv5_state_write_fn write, void *ctx)
{
	struct state_plan plan;
	struct state_out out;
	int error = begin(vm, &plan);

	if (error)
		return error;
	vgicv5_state_to_stream(&out, write, ctx);
	return write_state(vm, &out, &plan);
}

int vgicv5_state_stream(struct vgicv5_vm *vm, vgicv5_state_write_fn write, void *ctx)
{
	int error;

	vgicv5_mutex_lock(&vm->mutex);
	error = stream_locked(vm, write, ctx);
	vgicv5_mutex_unlock(&vm->mutex);
	return error;
}
