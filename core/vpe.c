/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * VPEs as the IRS sees them: VPE table, descriptors, making them valid. A VPE becomes invalid only with its VM.
 */
#include "vpe.h"

#include <vgicv5/arch/irs.h>

#include "irs_cmd.h"
#include "table.h"

/* Entries are written before the VM is valid and left alone from then on: VALID is the IRS's to set. */
static int alloc_vped(struct vgicv5_vcpu *vcpu)
{
	struct vgicv5_vm *vm = vcpu->vm;

	vcpu->vped = vgicv5_table_alloc(vm->host, vm->host->caps.vped_bytes);
	if (!vcpu->vped)
		return VGICV5_NO_MEMORY;
	/* Where the guest has no 1ofN interrupts, its VPEs stay out of their selection. */
	vcpu->dps = !vm->host->caps.virt_one_n;
	vm->vpet[vcpu->vpe_id] = GICV5_ADDR(VPETE_VPED_ADDR, vgicv5_port_phys(vcpu->vped));
	return VGICV5_OK;
}

static void zero(const struct vgicv5_host *host, void *memory, size_t bytes)
{
	uint64_t *word = memory;
	size_t i;

	vgicv5_table_acquire(host, memory, bytes);
	for (i = 0; i < bytes / sizeof(*word); i++)
		word[i] = 0;
	vgicv5_table_publish(host, memory, bytes);
}

void vgicv5_vpe_clear_tables(struct vgicv5_vm *vm)
{
	struct vgicv5_vcpu *vcpu;

	if (vm->vmd)
		zero(vm->host, vm->vmd, vm->host->caps.vmd_bytes);
	for (vcpu = vm->vcpus; vcpu; vcpu = vcpu->next) {
		zero(vm->host, vcpu->vped, vm->host->caps.vped_bytes);
		vgicv5_table_write(vm->host, &vm->vpet[vcpu->vpe_id],
				   GICV5_ADDR(VPETE_VPED_ADDR, vgicv5_port_phys(vcpu->vped)));
	}
}

/* A guest's IRS_IDR1.IAFFID_BITS holds the width minus 1, so that it is at least 1. */
static uint8_t table_id_bits(const struct vgicv5_vm *vm)
{
	unsigned int bits = vgicv5_log2_up(vm->vpe_limit);

	return (uint8_t)(bits ? bits : 1);
}

int vgicv5_vpe_alloc_tables(struct vgicv5_vm *vm)
{
	struct vgicv5_vcpu *vcpu;

	vm->vpe_id_bits = table_id_bits(vm);
	vm->vpet_bytes = (size_t)GICV5_VPETE_SIZE << vm->vpe_id_bits;
	vm->vpet = vgicv5_table_alloc(vm->host, vm->vpet_bytes);
	if (!vm->vpet)
		return VGICV5_NO_MEMORY;
	if (vm->host->caps.vmd_bytes) {
		vm->vmd = vgicv5_table_alloc(vm->host, vm->host->caps.vmd_bytes);
		if (!vm->vmd)
			return VGICV5_NO_MEMORY;
	}
	for (vcpu = vm->vcpus; vcpu; vcpu = vcpu->next)
		if (alloc_vped(vcpu))
			return VGICV5_NO_MEMORY;
	vgicv5_table_publish(vm->host, vm->vpet, vm->vpet_bytes);
	return VGICV5_OK;
}

void vgicv5_vpe_free_tables(struct vgicv5_vm *vm)
{
	struct vgicv5_vcpu *vcpu;

	for (vcpu = vm->vcpus; vcpu; vcpu = vcpu->next) {
		vgicv5_port_free(vcpu->vped, vm->host->caps.vped_bytes);
		vcpu->vped = NULL;
	}
	vgicv5_port_free(vm->vmd, vm->host->caps.vmd_bytes);
	vgicv5_port_free(vm->vpet, vm->vpet_bytes);
	vm->vmd = NULL;
	vm->vpet = NULL;
}

int vgicv5_vpe_make_valid(struct vgicv5_vcpu *vcpu)
{
	struct vgicv5_host *host = vcpu->vm->host;
	uint64_t dbr = GICV5_MASK(IRS_VPE_DBR_DBV) | GICV5_PUT(IRS_VPE_DBR_INTID, vcpu->doorbell_lpi);
	int error = vgicv5_irs_map_vpe(host, vcpu->vm->vm_id, vcpu->vpe_id);

	vcpu->hyp.contextr = 0; /* it has not been loaded */
	if (!error)
		error = vgicv5_irs_setup_vpe(host, vcpu->vm->vm_id, vcpu->vpe_id, vcpu->dps, dbr);
	if (error)
		vgicv5_error("VM %u: VPE %u cannot be made valid: %s", vcpu->vm->vm_id, vcpu->vpe_id,
			     vgicv5_strerror(error));
	return error;
}

int vgicv5_vpe_choose_one_n(struct vgicv5_vm *vm)
{
	struct vgicv5_vcpu *vcpu = vm->vcpus;
	int error;

	if (vm->one_n && !vm->one_n->dps)
		return VGICV5_OK;
	while (vcpu && vcpu->dps)
		vcpu = vcpu->next;
	if (!vcpu)
		return VGICV5_OK;
	error = vgicv5_irs_set_vm_doorbell(vm->host, vm->vm_id, vcpu->vpe_id);
	if (!error)
		vm->one_n = vcpu;
	return error;
}

int vgicv5_vpe_set_dps(struct vgicv5_vcpu *vcpu, bool dps)
{
	struct vgicv5_vm *vm = vcpu->vm;
	int error = vgicv5_irs_set_dps(vm->host, vm->vm_id, vcpu->vpe_id, dps);

	if (error)
		return error;
	VGICV5_WRITE_ONCE(vcpu->dps, dps);
	return vgicv5_vpe_choose_one_n(vm);
}
