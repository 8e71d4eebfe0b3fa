/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <vgicv5/debug.h>
#include <vgicv5/hyp.h>
#include <vgicv5/port.h>

#include "doorbell.h"
#include "eoi.h"
#include "ppi.h"
#include "viwb.h"

/* By VPE ID: the order in which a state has them. */
static void insert(struct vgicv5_vm *vm, struct vgicv5_vcpu *vcpu)
{
	struct vgicv5_vcpu **at = &vm->vcpus;

	while (*at && (*at)->vpe_id < vcpu->vpe_id)
		at = &(*at)->next;
	vcpu->next = *at;
	*at = vcpu;
	vcpu->index = (uint16_t)vm->vcpu_count++;
	if (vm->vpe_limit <= vcpu->vpe_id)
		vm->vpe_limit = vcpu->vpe_id + 1u;
}

int vgicv5_vcpu_init(struct vgicv5_vcpu *vcpu, struct vgicv5_vm *vm, uint32_t vpe_id)
{
	if (vm->state != VGICV5_VM_EMPTY)
		return VGICV5_STATE;
	if (vpe_id >= VGICV5_MAX_VPES || vpe_id >= vm->host->caps.max_vpes)
		return VGICV5_INVALID;
	if (vgicv5_vm_vcpu(vm, vpe_id))
		return VGICV5_BUSY;
	*vcpu = (struct vgicv5_vcpu){.vm = vm, .vpe_id = (uint16_t)vpe_id};
	insert(vm, vcpu);
	vgicv5_ppi_init(vcpu);
	vgicv5_vcpu_reset(vcpu);
	return VGICV5_OK;
}

void vgicv5_vcpu_reset(struct vgicv5_vcpu *vcpu)
{
	VGICV5_WRITE_ONCE(vcpu->hyp.vmcr, 0);
	VGICV5_WRITE_ONCE(vcpu->hyp.apr, 0);
	vcpu->hyp.icsr = 0;
	vgicv5_ppi_reset(vcpu);
}

static uint64_t resident_contextr(const struct vgicv5_vcpu *vcpu)
{
	const struct vgicv5_vm *vm = vcpu->vm;

	return GICV5_PUT(ICH_CONTEXTR_EL2_V, 1) |
	       GICV5_PUT(ICH_CONTEXTR_EL2_IRICHPPIDIS, !VGICV5_READ_ONCE(vm->virs.irsen)) |
	       GICV5_PUT(ICH_CONTEXTR_EL2_VPE, vcpu->vpe_id) | GICV5_PUT(ICH_CONTEXTR_EL2_VM, vm->vm_id);
}

/* IRSEN is read after `reload` has been taken: a change later than this look sets `reload` again. */
static uint64_t take_reload(struct vgicv5_vcpu *vcpu)
{
	uint64_t taken = 0;

	if (VGICV5_READ_ONCE(vcpu->reload))
		taken = vgicv5_exchange(&vcpu->reload, 0);
	vcpu->hyp.contextr = resident_contextr(vcpu);
	return taken;
}

static void residency_fault(struct vgicv5_vcpu *vcpu, struct vgicv5_pcpu *pcpu)
{
	VGICV5_TRACE(residency_fault, vcpu->vm->vm_id, vcpu->vpe_id, vcpu->hyp.contextr);
	pcpu->loaded = NULL;
	VGICV5_STORE_RELEASE(&vcpu->resident, 0);
	if (VGICV5_READ_ONCE(vcpu->vm->eoi.used))
		vgicv5_eoi_left(vcpu);
	vgicv5_vm_kill(vcpu->vm, "the IRS refused to make a VPE resident");
}

int vgicv5_vcpu_load(struct vgicv5_vcpu *vcpu)
{
	struct vgicv5_pcpu *pcpu = vgicv5_this_pcpu();
	struct vgicv5_vm *vm = vcpu->vm;

	if (pcpu->loaded == vcpu)
		return VGICV5_OK;
	if (pcpu->loaded || vm->state != VGICV5_VM_STARTED)
		return VGICV5_STATE;
	if (VGICV5_READ_ONCE(vm->dead))
		return VGICV5_DEAD;
	/* From here on injections kick; those before are seen by vgicv5_ppi_collect(). */
	if (vgicv5_exchange(&vcpu->resident, 1))
		return VGICV5_STATE;
	pcpu->loaded = vcpu;
	/* Handling modes can be set when the VPE is resident: before the entry. */
	if (take_reload(vcpu) & VGICV5_RELOAD_MODES)
		vgicv5_fetch_or(&vcpu->reload, VGICV5_RELOAD_MODES);
	if (VGICV5_READ_ONCE(vm->eoi.used) | pcpu->trap_deactivation)
		vgicv5_eoi_loaded(vcpu);
	vgicv5_ppi_collect(vcpu);
	vcpu->hyp.dirty = pcpu->vm_serial == vm->serial ? 0 : VGICV5_DIRTY_SCRUB;
	pcpu->vm_serial = vm->serial;
	pcpu->residency_changes++;
	if (!vgicv5_hyp_load(&vcpu->hyp)) {
		residency_fault(vcpu, pcpu);
		return VGICV5_REFUSED;
	}
	vcpu->hyp.dirty = 0;
	VGICV5_TRACE(load, vm->vm_id, vcpu->vpe_id, vcpu->hyp.contextr);
	return VGICV5_OK;
}

/* A trap of GIC CDDI and handling modes are taken over, too. @return whether residency is to be made anew. */
static bool take_changes(struct vgicv5_vcpu *vcpu)
{
	uint64_t old = vcpu->hyp.contextr;
	uint64_t taken = take_reload(vcpu);

	if (taken & VGICV5_RELOAD_TRAP)
		vgicv5_eoi_loaded(vcpu);
	if (taken & VGICV5_RELOAD_MODES)
		vgicv5_viwb_set_modes(vcpu);
	return vcpu->hyp.contextr != old;
}

/* IRICHPPIDIS of a resident VPE is not known to change by a second write, so residency is ended and begun anew. */
static bool renew_residency(struct vgicv5_vcpu *vcpu)
{
	if (!take_changes(vcpu))
		return true;
	vgicv5_hyp_leave(0);
	if (vgicv5_hyp_resume(vcpu->hyp.contextr))
		return true;
	residency_fault(vcpu, vgicv5_this_pcpu());
	return false;
}

int vgicv5_vcpu_enter(struct vgicv5_vcpu *vcpu)
{
	if (VGICV5_READ_ONCE(vcpu->vm->dead))
		return VGICV5_DEAD;
	if (VGICV5_READ_ONCE(vcpu->reload) && !renew_residency(vcpu))
		return VGICV5_REFUSED;
	vgicv5_ppi_flush(vcpu);
	VGICV5_TRACE(entry, vcpu->vm->vm_id, vcpu->vpe_id, vcpu->hyp.dirty);
	vgicv5_hyp_enter(&vcpu->hyp);
	return VGICV5_OK;
}

void vgicv5_vcpu_exit(struct vgicv5_vcpu *vcpu)
{
	vgicv5_hyp_exit(&vcpu->hyp);
	VGICV5_TRACE(exit, vcpu->vm->vm_id, vcpu->vpe_id, vcpu->hyp.icsr);
}

void vgicv5_vcpu_put(struct vgicv5_vcpu *vcpu, enum vgicv5_put_reason reason)
{
	struct vgicv5_pcpu *pcpu = vgicv5_this_pcpu();
	uint64_t contextr = 0;

	/* Not loaded: saving again would overwrite good state with that of nobody. */
	if (pcpu->loaded != vcpu)
		return;
	vgicv5_hyp_save(&vcpu->hyp);
	vgicv5_ppi_fold(vcpu);
	if (reason == VGICV5_PUT_IDLE)
		contextr = vgicv5_doorbell_contextr(vcpu, pcpu);
	pcpu->loaded = NULL;
	VGICV5_WRITE_ONCE(vcpu->doorbell_fired, 0);
	VGICV5_STORE_RELEASE(&vcpu->resident, 0);
	if (VGICV5_READ_ONCE(vcpu->vm->eoi.used))
		vgicv5_eoi_left(vcpu);
	/*
	 * A doorbell may ring on another CPU as soon as CONTEXTR is written, and system register writes are not
	 * ordered behind stores. Without the barrier the 0 above could overwrite the handler's 1: a wake-up lost
	 * (tests/stress/residency.pml).
	 */
	vgicv5_dsb_st();
	vgicv5_hyp_leave(contextr);
	VGICV5_TRACE(put, vcpu->vm->vm_id, vcpu->vpe_id, reason);
}

bool vgicv5_vcpu_runnable(const struct vgicv5_vcpu *vcpu)
{
	/* IRSEN: with IRSEN = 0 no doorbell was asked for; now there may be LPIs and SPIs to take. */
	if (VGICV5_READ_ONCE(vcpu->doorbell_fired) | (VGICV5_READ_ONCE(vcpu->reload) & VGICV5_RELOAD_IRSEN))
		return true;
	return vgicv5_ppi_runnable(vcpu);
}
