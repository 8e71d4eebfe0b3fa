/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Life cycle of VMs.
 *
 * vgicv5_vm_start() builds in one direction; when a step fails, take_down() undoes whatever there is, as
 * vgicv5_vm_destroy() does. Memory goes only after the IRS has been seen to let go of the VM; otherwise all of it,
 * and the VM ID, stay as they are and the VM is poisoned.
 */
#include <vgicv5/vm.h>

#include <vgicv5/arch/intid.h>
#include <vgicv5/arch/irs.h>
#include <vgicv5/vcpu.h>

#include "assign.h"
#include "bitmap.h"
#include "eoi.h"
#include "irs_cmd.h"
#include "ist.h"
#include "table.h"
#include "virs.h"
#include "vits.h"
#include "viwb.h"
#include "vm.h"
#include "vmt.h"
#include "vpe.h"

#define MAX_SPIS 65536
#define NO_LIMIT (~(size_t)0)
#define DEFAULT_LPI_BYTES ((size_t)1 << 20)

_Static_assert(sizeof(struct vgicv5_vm) <= 2048, "a VM takes at most 2 KiB beside its tables");
_Static_assert(sizeof(struct vgicv5_vcpu) <= 512, "a vCPU takes at most 512 bytes beside its tables");

/* ---- Init ---- */

static int check_config(const struct vgicv5_host *host, const struct vgicv5_vm_config *config)
{
	unsigned int i;

	if (config->spi_count > MAX_SPIS || vgicv5_log2_up(config->spi_count) > host->caps.lpi_id_bits)
		return VGICV5_INVALID;
	if (config->max_lpi_id_bits && config->max_lpi_id_bits < host->caps.min_lpi_id_bits)
		return VGICV5_INVALID;
	for (i = 0; i < 2; i++)
		if (config->ppi_dvi[i] & ~(config->ppi_visible[i] & host->caps.ppi_implemented[i]))
			return VGICV5_INVALID;
	return VGICV5_OK;
}

/* Turns "0: default" into values. */
static void settle_config(const struct vgicv5_host *host, struct vgicv5_vm_config *config)
{
	unsigned int i;

	for (i = 0; i < 2; i++)
		config->ppi_visible[i] &= host->caps.ppi_implemented[i];
	if (!config->max_lpi_id_bits || config->max_lpi_id_bits > host->caps.lpi_id_bits)
		config->max_lpi_id_bits = host->caps.lpi_id_bits;
	if (!config->max_lpi_bytes)
		config->max_lpi_bytes = DEFAULT_LPI_BYTES;
}

int vgicv5_vm_init(struct vgicv5_vm *vm, struct vgicv5_host *host, const struct vgicv5_vm_config *config)
{
	int error = check_config(host, config);

	if (error)
		return error;
	*vm = (struct vgicv5_vm){.host = host, .config = *config, .state = VGICV5_VM_EMPTY};
	settle_config(host, &vm->config);
	vgicv5_mutex_init(&vm->mutex);
	vgicv5_lock_init(&vm->lock);
	return VGICV5_OK;
}

/* ---- Down ---- */

static bool irs_owns(struct vgicv5_vm *vm)
{
	return GICV5_GET(L2_VMTE0_VALID, vgicv5_vmte_read(vm, GICV5_VMTE_VMD));
}

/*
 * After this has succeeded the memory of the VM is software's again. The entry may be invalid already: a command that
 * timed out was dropped, or was obeyed too late.
 */
static int make_invalid(struct vgicv5_vm *vm)
{
	int error;

	if (!vm->mapped)
		return VGICV5_OK;
	error = vgicv5_irs_settle(vm->host);
	if (!error && irs_owns(vm))
		error = vgicv5_irs_map_vm(vm->host, vm->vm_id, false);
	if (!error && irs_owns(vm))
		error = VGICV5_REFUSED;
	if (!error)
		vm->mapped = false;
	return vgicv5_irs_public_error(error);
}

/* The VPEs stay valid with the IRS, so that their doorbell LPIs must not be rung for whoever gets them next. */
static void silence_doorbells(struct vgicv5_vm *vm)
{
	struct vgicv5_vcpu *vcpu;

	for (vcpu = vm->vcpus; vcpu && vm->doorbells; vcpu = vcpu->next)
		if (vgicv5_irs_clear_doorbell(vm->host, vm->vm_id, vcpu->vpe_id) == VGICV5_TIMEOUT)
			return;
}

static void free_tables(struct vgicv5_vm *vm)
{
	size_t bitmap = vgicv5_bitmap_bytes(vm->config.spi_count);

	vm->lpi_ist.valid = false;
	vm->lpi_count = 0;
	vm->spi_ist.valid = false;
	vgicv5_virs_free_ist(vm);
	vgicv5_ist_free(&vm->spi_ist);
	vgicv5_vpe_free_tables(vm);
	vgicv5_eoi_release(vm);
	vgicv5_assign_release(vm);
	vgicv5_viwb_stop(vm);
	vgicv5_port_free(vm->spi_level, bitmap);
	vgicv5_port_free(vm->spi_line, bitmap);
	vm->one_n = NULL;
	vm->spi_level = NULL;
	vm->spi_line = NULL;
}

static int take_down(struct vgicv5_vm *vm)
{
	int error;

	VGICV5_WRITE_ONCE(vm->lpi_count, 0);
	vgicv5_vits_stop(vm);
	error = vgicv5_assign_return_all(vm);
	if (!error)
		error = make_invalid(vm);
	if (error)
		silence_doorbells(vm);
	if (vm->doorbells)
		vgicv5_port_doorbells_destroy(vm);
	vm->doorbells = false;
	if (error) {
		vgicv5_error("VM %u: the IRS does not let go: %s; memory and VM ID are kept", vm->vm_id,
			     vgicv5_strerror(error));
		VGICV5_WRITE_ONCE(vm->state, VGICV5_VM_POISONED);
		return error;
	}
	vgicv5_vmt_release(vm);
	free_tables(vm);
	VGICV5_WRITE_ONCE(vm->state, VGICV5_VM_EMPTY);
	return VGICV5_OK;
}

static bool any_loaded(const struct vgicv5_vm *vm)
{
	const struct vgicv5_vcpu *vcpu;

	for (vcpu = vm->vcpus; vcpu; vcpu = vcpu->next)
		if (VGICV5_READ_ONCE(vcpu->resident))
			return true;
	return false;
}

int vgicv5_vm_destroy(struct vgicv5_vm *vm)
{
	int error = VGICV5_OK;

	vgicv5_mutex_lock(&vm->mutex);
	if (any_loaded(vm))
		error = VGICV5_BUSY;
	else if (vm->state != VGICV5_VM_EMPTY)
		error = take_down(vm);
	if (!error)
		VGICV5_WRITE_ONCE(vm->dead, 0);
	vgicv5_mutex_unlock(&vm->mutex);
	return error;
}

/* ---- Up ---- */

static int alloc_spis(struct vgicv5_vm *vm)
{
	size_t bitmap = vgicv5_bitmap_bytes(vm->config.spi_count);
	struct vgicv5_ist_shape shape;
	int error;

	if (!vm->config.spi_count)
		return VGICV5_OK;
	vm->spi_level = vgicv5_port_alloc(bitmap, VGICV5_TABLE_ALIGN);
	vm->spi_line = vgicv5_port_alloc(bitmap, VGICV5_TABLE_ALIGN);
	if (!vm->spi_level || !vm->spi_line || vgicv5_eoi_alloc(vm))
		return VGICV5_NO_MEMORY;
	vgicv5_ist_flat_shape(&vm->host->caps, vgicv5_log2_up(vm->config.spi_count), &shape);
	error = vgicv5_ist_create(vm, &vm->spi_ist, &shape, NO_LIMIT);
	if (!error)
		error = vgicv5_ist_map(vm, &vm->spi_ist, GICV5_TYPE_SPI, 0, shape.id_bits, NO_LIMIT);
	return error;
}

/* Before the VM becomes valid: the LPI of each VPE must be known when the VPE does. */
static int make_doorbells(struct vgicv5_vm *vm)
{
	struct vgicv5_vcpu *vcpu;
	int error = vgicv5_port_doorbells_create(vm, vm->vcpu_count);

	if (error)
		return error;
	vm->doorbells = true;
	for (vcpu = vm->vcpus; vcpu && !error; vcpu = vcpu->next)
		error = vgicv5_port_doorbell_request(vm, vcpu->index, vcpu, &vcpu->doorbell_lpi);
	return error;
}

static int make_vm_valid(struct vgicv5_vm *vm)
{
	uint64_t vmd = vm->vmd ? vgicv5_port_phys(vm->vmd) : 0;
	int error;

	vgicv5_vmte_write(vm, GICV5_VMTE_VMD, GICV5_ADDR(L2_VMTE0_VMD_ADDR, vmd));
	vgicv5_vmte_write(vm, GICV5_VMTE_VPET,
			  GICV5_PUT(L2_VMTE1_VPE_ID_BITS, vm->vpe_id_bits) |
				  GICV5_ADDR(L2_VMTE1_VPET_ADDR, vgicv5_port_phys(vm->vpet)));
	error = vgicv5_irs_map_vm(vm->host, vm->vm_id, true);
	/* A command that timed out may still take effect. */
	vm->mapped = error != VGICV5_BUSY;
	if (!error && !irs_owns(vm)) {
		vm->mapped = false;
		error = VGICV5_REFUSED;
	}
	return error;
}

static int make_vpes_valid(struct vgicv5_vm *vm)
{
	struct vgicv5_vcpu *vcpu;
	int error = VGICV5_OK;

	for (vcpu = vm->vcpus; vcpu && !error; vcpu = vcpu->next)
		error = vgicv5_vpe_make_valid(vcpu);
	if (!error && vm->host->caps.virt_one_n)
		error = vgicv5_vpe_choose_one_n(vm);
	return error;
}

/* Hands everything to the IRS: VM, tables, VPEs with their doorbells. */
static int hand_over(struct vgicv5_vm *vm)
{
	int error = make_vm_valid(vm);

	if (!error && vm->config.spi_count)
		error = vgicv5_ist_make_valid(vm, &vm->spi_ist, GICV5_TYPE_SPI);
	if (!error && vm->lpi_ist.table)
		error = vgicv5_ist_make_valid(vm, &vm->lpi_ist, GICV5_TYPE_LPI);
	if (!error)
		error = make_vpes_valid(vm);
	return error;
}

static int bring_up(struct vgicv5_vm *vm)
{
	int error = vgicv5_vpe_alloc_tables(vm);

	if (!error)
		error = alloc_spis(vm);
	if (!error)
		error = vgicv5_viwb_start(vm);
	if (!error)
		error = make_doorbells(vm);
	if (!error)
		error = vgicv5_vmt_claim(vm);
	if (error)
		return error;
	vgicv5_virs_reset(vm);
	vgicv5_vits_start(vm);
	vm->serial = vgicv5_fetch_add(&vm->host->serials, 1) + 1;
	return hand_over(vm);
}

static int finish_start(struct vgicv5_vm *vm, int error)
{
	if (!error) {
		VGICV5_STORE_RELEASE(&vm->state, VGICV5_VM_STARTED);
		return VGICV5_OK;
	}
	if (take_down(vm))
		error = VGICV5_TIMEOUT;
	return vgicv5_irs_public_error(error);
}

int vgicv5_vm_refill(struct vgicv5_vm *vm, void (*fill)(void *ctx), int (*finish)(void *ctx), void *ctx)
{
	int error;

	vgicv5_mutex_assert(&vm->mutex);
	/* So that injections are refused and not lost. */
	VGICV5_WRITE_ONCE(vm->state, VGICV5_VM_EMPTY);
	VGICV5_WRITE_ONCE(vm->lpi_count, 0);
	error = make_invalid(vm);
	if (!error) {
		vm->spi_ist.valid = false;
		vm->one_n = NULL;
		vgicv5_vmte_write(vm, GICV5_VMTE_LPI, 0);
		vgicv5_vmte_write(vm, GICV5_VMTE_SPI, 0);
		vgicv5_vpe_clear_tables(vm);
		fill(ctx);
		error = hand_over(vm);
	}
	if (!error)
		error = finish(ctx);
	return finish_start(vm, error);
}

static int start_locked(struct vgicv5_vm *vm)
{
	if (vm->state != VGICV5_VM_EMPTY || !vm->vcpus)
		return VGICV5_STATE;
	if (vgicv5_vm_is_dead(vm))
		return VGICV5_DEAD;
	return finish_start(vm, bring_up(vm));
}

int vgicv5_vm_start(struct vgicv5_vm *vm)
{
	int error;

	vgicv5_mutex_lock(&vm->mutex);
	error = start_locked(vm);
	vgicv5_mutex_unlock(&vm->mutex);
	return error;
}

/* ---- Small things ---- */

void vgicv5_vm_kill(struct vgicv5_vm *vm, const char *why)
{
	if (vgicv5_exchange(&vm->dead, 1))
		return;
	VGICV5_WRITE_ONCE(vm->lpi_count, 0);
	vgicv5_error("VM %u is dead: %s", vm->vm_id, why);
	vgicv5_port_vm_dead(vm, why);
}

bool vgicv5_vm_is_dead(const struct vgicv5_vm *vm)
{
	return VGICV5_READ_ONCE(vm->dead);
}

struct vgicv5_vcpu *vgicv5_vm_vcpu(const struct vgicv5_vm *vm, uint32_t vpe_id)
{
	struct vgicv5_vcpu *vcpu;

	for (vcpu = vm->vcpus; vcpu; vcpu = vcpu->next)
		if (vcpu->vpe_id == vpe_id)
			return vcpu;
	return NULL;
}
