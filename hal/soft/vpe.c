/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief VPEs: residency and doorbells.
 */
#include "model.h"

struct vsoft_vpe *vsoft_vpe(const struct vsoft_vm *vm, uint32_t vpe)
{
	return (vpe >> vm->vpe_id_bits) ? NULL : vm->vpes[vpe];
}

/* The best interrupt that the IRI has for a VPE. */
void vsoft_vpe_best(struct vgicv5_soft *gic, const struct vsoft_vpe *vpe, struct vsoft_hppi *best)
{
	struct vsoft_vm *vm = vpe->vm;
	bool one_n = vm->one_n_vpe == vpe;
	unsigned int list;

	vsoft_queue_best(gic, &vpe->queue, best);
	if (one_n)
		vsoft_queue_best(gic, &vm->one_n, best);
	for (list = 0; list < VSOFT_LISTS; list++) {
		if (vm->ist[list].scan)
			vsoft_ist_scan(gic, &vm->ist[list], &vpe->queue, best);
		if (vm->ist[list].scan && one_n)
			vsoft_ist_scan(gic, &vm->ist[list], &vm->one_n, best);
	}
}

/* 1ofN interrupts that no resident VPE takes ring the doorbell that IRS_VM_DBR names. */
static void best_for_doorbell(struct vgicv5_soft *gic, const struct vsoft_vpe *vpe, struct vsoft_hppi *best)
{
	struct vsoft_vm *vm = vpe->vm;
	unsigned int list;

	vsoft_vpe_best(gic, vpe, best);
	if (vm->one_n_vpe || !vm->doorbell_enabled || vm->doorbell_vpe != vpe->id)
		return;
	vsoft_queue_best(gic, &vm->one_n, best);
	for (list = 0; list < VSOFT_LISTS; list++) {
		if (vm->ist[list].scan)
			vsoft_ist_scan(gic, &vm->ist[list], &vm->one_n, best);
	}
}

/* R_CWZMW */
void vsoft_doorbell_check(struct vgicv5_soft *gic, struct vsoft_vpe *vpe)
{
	struct vsoft_hppi best;

	if (vpe->pe || !vpe->doorbell_valid || !vpe->doorbell_requested)
		return;
	best.intid = 0;
	best.priority = 0;
	best_for_doorbell(gic, vpe, &best);
	if (!best.intid || best.priority > vpe->doorbell_mask || gic->bell_count == VSOFT_BELLS)
		return;
	vpe->doorbell_requested = false;
	gic->counters.doorbells_rung++;
	gic->bells[gic->bell_count++] = vpe->doorbell_lpi;
}

void vsoft_vpe_changed(struct vgicv5_soft *gic, struct vsoft_vpe *vpe)
{
	if (vpe->pe)
		vsoft_pe_update(gic, vpe->pe);
	else
		vsoft_doorbell_check(gic, vpe);
}

/* 1ofN interrupts of a VM all go to the first of its resident VPEs that take part. */
static struct vsoft_vpe *first_participant(struct vgicv5_soft *gic, const struct vsoft_vm *vm)
{
	struct vsoft_vpe *first = NULL, *vpe;

	for (vpe = vm->residents; vpe && gic->config.virt_one_n; vpe = vpe->next_resident) {
		vsoft_step(gic);
		if (!vpe->dps && (!first || vpe->id < first->id))
			first = vpe;
	}
	return first;
}

void vsoft_vm_one_n_update(struct vgicv5_soft *gic, struct vsoft_vm *vm)
{
	struct vsoft_vpe *before = vm->one_n_vpe;
	struct vsoft_vpe *doorbell;

	vm->one_n_vpe = first_participant(gic, vm);
	if (before && before != vm->one_n_vpe)
		vsoft_vpe_changed(gic, before);
	if (vm->one_n_vpe && vm->one_n_vpe != before)
		vsoft_vpe_changed(gic, vm->one_n_vpe);
	doorbell = vm->doorbell_enabled ? vsoft_vpe(vm, vm->doorbell_vpe) : NULL;
	if (!vm->one_n_vpe && doorbell)
		vsoft_doorbell_check(gic, doorbell);
}

static void enter_residency(struct vgicv5_soft *gic, struct vsoft_vpe *vpe, struct vsoft_pe *pe)
{
	gic->counters.residency_changes++;
	vpe->pe = pe;
	pe->resident = vpe;
	vpe->next_resident = vpe->vm->residents;
	vpe->vm->residents = vpe;
	vsoft_vm_one_n_update(gic, vpe->vm);
}

static void leave_residency(struct vgicv5_soft *gic, struct vsoft_vpe *vpe)
{
	struct vsoft_vpe **link = &vpe->vm->residents;
	struct vsoft_pe *pe = vpe->pe;

	while (*link != vpe) {
		vsoft_step(gic);
		link = &(*link)->next_resident;
	}
	*link = vpe->next_resident;
	gic->counters.residency_changes++;
	vpe->pe = NULL;
	pe->resident = NULL;
	vsoft_vm_one_n_update(gic, vpe->vm);
	vsoft_pe_update(gic, pe);
}

void vsoft_vpe_free(struct vgicv5_soft *gic, struct vsoft_vpe *vpe)
{
	if (vpe->pe)
		leave_residency(gic, vpe);
	vsoft_free(gic, vpe, sizeof(*vpe));
}

static bool residency_fault(struct vgicv5_soft *gic)
{
	if (gic->fault != VGICV5_SOFT_FAULT_RESIDENCY || --gic->fault_in)
		return false;
	gic->fault = VGICV5_SOFT_FAULT_NONE;
	return true;
}

static struct vsoft_vpe *find_requested(struct vgicv5_soft *gic, const struct vsoft_pe *pe, uint64_t value)
{
	struct vsoft_vm *vm = vsoft_vm(gic, (uint32_t)GICV5_GET(ICH_CONTEXTR_EL2_VM, value));
	struct vsoft_vpe *vpe;

	if (!vm || residency_fault(gic))
		return NULL;
	vpe = vsoft_vpe(vm, (uint32_t)GICV5_GET(ICH_CONTEXTR_EL2_VPE, value));
	if (vpe && vpe->pe && vpe->pe != pe) {
		vsoft_violation(gic, "", "a VPE is made resident while it is resident on another PE");
		return NULL;
	}
	return vpe;
}

static void make_resident(struct vgicv5_soft *gic, struct vsoft_pe *pe, struct vsoft_vpe *vpe)
{
	struct vsoft_vpe *before = pe->resident;

	if (before == vpe)
		return;
	if (before) {
		leave_residency(gic, before);
		vsoft_doorbell_check(gic, before);
	}
	if (!vpe)
		return;
	vpe->doorbell_requested = false;
	enter_residency(gic, vpe, pe);
}

static void end_residency(struct vgicv5_soft *gic, struct vsoft_pe *pe, uint64_t value)
{
	struct vsoft_vpe *vpe = pe->resident;

	if (!vpe)
		return;
	if (GICV5_GET(ICH_CONTEXTR_EL2_DB, value)) {
		gic->counters.doorbells_requested++;
		vpe->doorbell_requested = true;
		vpe->doorbell_mask = (uint8_t)GICV5_GET(ICH_CONTEXTR_EL2_DBPM, value);
	}
	leave_residency(gic, vpe);
	vsoft_doorbell_check(gic, vpe);
}

void vsoft_contextr_write(struct vgicv5_soft *gic, struct vsoft_pe *pe, uint64_t value)
{
	struct vsoft_vpe *vpe;

	value &= GICV5_MASK(ICH_CONTEXTR_EL2_V) | GICV5_MASK(ICH_CONTEXTR_EL2_IRICHPPIDIS) |
		 GICV5_MASK(ICH_CONTEXTR_EL2_DB) | GICV5_MASK(ICH_CONTEXTR_EL2_DBPM) |
		 GICV5_MASK(ICH_CONTEXTR_EL2_VPE) | GICV5_MASK(ICH_CONTEXTR_EL2_VM);
	pe->contextr = value;
	if (!GICV5_GET(ICH_CONTEXTR_EL2_V, value)) {
		end_residency(gic, pe, value);
		return;
	}
	vpe = find_requested(gic, pe, value);
	if (!vpe)
		pe->contextr |= GICV5_MASK(ICH_CONTEXTR_EL2_F);
	make_resident(gic, pe, vpe);
}

bool vgicv5_soft_resident(struct vgicv5_soft *gic, unsigned int pe, uint16_t *vm, uint16_t *vpe)
{
	const struct vsoft_vpe *resident;

	if (pe >= gic->config.pe_count)
		return false;
	vsoft_enter(gic);
	resident = gic->pes[pe].resident;
	if (resident) {
		*vm = resident->vm->id;
		*vpe = resident->id;
	}
	vsoft_leave(gic);
	return resident != NULL;
}
