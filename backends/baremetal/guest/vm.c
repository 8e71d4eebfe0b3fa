// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Life of a VM. */
#include "../devices/board.h"
#include "../host/gic.h"
#include "../host/psci_host.h"
#include "../host/timer.h"
#include "../lib/region.h"
#include "../lib/string.h"
#include "../machine/machine.h"
#include "guest.h"

#include <vgicv5/arch/intid.h>

#define GUEST_PPIS (BIT(GICV5_PPI_SW) | BIT(GICV5_PPI_CNTV) | BIT(GICV5_PPI_CNTP))
#define GUEST_DVI (BIT(GICV5_PPI_CNTV) | BIT(GICV5_PPI_CNTP))

struct shell_vm shell_vms[SHELL_MAX_VMS];
bool shell_keep_running;

static shell_lock_t vms_lock;

/* ---- Creation ---- */

static bool take_ram(struct shell_vm *vm)
{
	size_t bytes = (size_t)vm->config.ram_bytes;
	void *ram;

	if (vm->config.identity) {
		vm->ram_pa = region_take_at(&shell_pool, SHELL_GUEST_RAM, bytes) ? SHELL_GUEST_RAM : 0;
	} else {
		ram = region_take(&shell_pool, bytes, BLOCK_BYTES);
		vm->ram_pa = (uintptr_t)ram;
	}
	return vm->ram_pa;
}

static bool make_vcpus(struct shell_vm *vm)
{
	struct shell_vcpu *vcpu;
	unsigned int i;

	for (i = 0; i < vm->config.vcpus; i++) {
		vcpu = shell_alloc(sizeof(*vcpu), 64);
		if (!vcpu)
			return false;
		vcpu->vm = vm;
		vcpu->index = i;
		vcpu->cpu = vcpu->last_cpu = vcpu->sleeper_cpu = vcpu->doorbell = -1;
		vm->vcpus[i] = vcpu;
		if (vgicv5_vcpu_init(&vcpu->gic, &vm->gic, i))
			return false;
	}
	return true;
}

static int make(struct shell_vm *vm)
{
	struct vgicv5_vm_config gic = {
		.spi_count = BOARD_SPI_COUNT,
		.ppi_visible = {GUEST_PPIS, 0},
		.ppi_dvi = {GUEST_DVI, 0},
		.deactivated = vm_deactivated,
	};
	const struct vgicv5_vits_config its = {.base = BOARD_ITS_BASE};
	int error = vgicv5_vm_init(&vm->gic, &shell_host, &gic);

	if (!error && !vm->config.plain)
		error = vgicv5_vits_init(&vm->its, &vm->gic, &its);
	if (!error && !vm->config.plain)
		error = vm_add_iwb(vm);
	if (error)
		return error;
	if (!make_vcpus(vm) || !take_ram(vm) || !stage2_init(&vm->stage2, (uint16_t)(vm->index + 1)))
		return VGICV5_NO_MEMORY;
	if (!stage2_map(&vm->stage2, SHELL_GUEST_RAM, vm->ram_pa, vm->config.ram_bytes,
			machine_native ? STAGE2_ALL : STAGE2_DATA))
		return VGICV5_NO_MEMORY;
	return 0;
}

static void unmake(struct shell_vm *vm)
{
	unsigned int i;

	rewrite_reset(vm);
	stage2_fini(&vm->stage2);
	if (vm->ram_pa) {
		/* What a guest leaves is nobody else's business. */
		if (vm->used_before)
			memset((void *)(uintptr_t)vm->ram_pa, 0, (size_t)vm->config.ram_bytes);
		region_give(&shell_pool, (void *)(uintptr_t)vm->ram_pa, (size_t)vm->config.ram_bytes);
	}
	for (i = 0; i < SHELL_MAX_VCPUS; i++)
		shell_free(vm->vcpus[i], sizeof(struct shell_vcpu));
	memset(vm, 0, sizeof(*vm));
}

static bool config_is_good(const struct shell_vm_config *config)
{
	return config->vcpus >= 1 && config->vcpus <= SHELL_MAX_VCPUS && config->ram_bytes &&
	       !(config->ram_bytes % BLOCK_BYTES) && config->load;
}

struct shell_vm *shell_vm_create(const struct shell_vm_config *config)
{
	struct shell_vm *vm = NULL;
	unsigned int i;
	int error = VGICV5_INVALID;

	shell_lock(&vms_lock);
	for (i = 0; i < SHELL_MAX_VMS && shell_vms[i].used; i++)
		;
	if (i < SHELL_MAX_VMS && config_is_good(config)) {
		vm = &shell_vms[i];
		vm->config = *config;
		vm->index = i;
		shell_snprintf(vm->name, sizeof(vm->name), "%s", config->name);
		error = make(vm);
		vm->used = !error;
		if (error)
			unmake(vm);
	}
	shell_unlock(&vms_lock);
	if (!error)
		return vm;
	con_printf("[shell] VM %s cannot be made: %s\n", config->name, vgicv5_strerror(error));
	return NULL;
}

int shell_vm_destroy(struct shell_vm *vm)
{
	/* A VM that the IRS has not let go of keeps its memory. */
	if (vm->state != SHELL_VM_OFF || vgicv5_vm_destroy(&vm->gic))
		return VGICV5_BUSY;
	shell_lock(&vms_lock);
	unmake(vm);
	shell_unlock(&vms_lock);
	return 0;
}

/* ---- Start and stop ---- */

/* No translation of an earlier start, or of an earlier VM of that number, may be left. */
static void forget_translations(struct shell_vm *vm)
{
	uint64_t loaded = READ_SYSREG(vttbr_el2);

	WRITE_SYSREG(vttbr_el2, stage2_vttbr(&vm->stage2));
	isb();
	__asm__ volatile("dsb ishst\n\ttlbi vmalls12e1is\n\tdsb ish\n\tic ialluis\n\tdsb ish" : : : "memory");
	WRITE_SYSREG(vttbr_el2, loaded);
	isb();
}

/* A VM that is off holds as much memory as before its first start. */
static void forget_code(struct shell_vm *vm)
{
	uint64_t *tables;

	rewrite_reset(vm);
	tables = stage2_reset(&vm->stage2, SHELL_GUEST_RAM, vm->ram_pa, vm->config.ram_bytes,
			      machine_native ? STAGE2_ALL : STAGE2_DATA);
	forget_translations(vm);
	stage2_free_tables(&vm->stage2, tables);
}

int vm_prepare(struct shell_vm *vm)
{
	int error;

	if (vm->used_before)
		memset((void *)(uintptr_t)vm->ram_pa, 0, (size_t)vm->config.ram_bytes);
	forget_translations(vm);
	error = vgicv5_vm_start(&vm->gic);
	if (error) {
		con_printf("[shell] %s: GICv5: %s\n", vm->name, vgicv5_strerror(error));
		return error;
	}
	vm->used_before = true;
	vm->complaints = 0;
	vm->cntvoff = timer_now();
	cpu_model_of_host(&vm->model);
	vm->state = SHELL_VM_RUNNING;
	if (vm->config.reset)
		vm->config.reset(vm, vm->config.ctx);
	return 0;
}

void vm_abandon(struct shell_vm *vm)
{
	vm->state = SHELL_VM_OFF;
	vgicv5_vm_destroy(&vm->gic);
}

int shell_vm_boot(struct shell_vm *vm)
{
	uint64_t pc, x0;
	int error;

	if (vm->state != SHELL_VM_OFF)
		return VGICV5_STATE;
	error = vm_prepare(vm);
	if (error)
		return error;
	if (vm->config.load(vm, vm->config.ctx, &pc, &x0)) {
		vm_abandon(vm);
		return VGICV5_INVALID;
	}
	sched_turn_on_at(vm->vcpus[0], pc, x0);
	return 0;
}

void shell_vm_stop(struct shell_vm *vm, enum shell_vm_after after)
{
	enum shell_vm_state running = SHELL_VM_RUNNING;

	if (__atomic_compare_exchange_n(&vm->state, &running, SHELL_VM_STOPPING, false, __ATOMIC_SEQ_CST,
					__ATOMIC_SEQ_CST)) {
		vm->after = after;
		sched_stop(vm);
	} else if (running == SHELL_VM_STOPPING && after > vm->after) {
		vm->after = after;
	}
}

static bool any_runs(void)
{
	unsigned int i;

	for (i = 0; i < SHELL_MAX_VMS; i++)
		if (shell_vms[i].used && shell_vms[i].state != SHELL_VM_OFF)
			return true;
	return false;
}

static void finish_stop(struct shell_vm *vm)
{
	enum shell_vm_after after = vm->after;
	int error;

	while (__atomic_load_n(&vm->injecting, __ATOMIC_ACQUIRE))
		;
	error = vgicv5_vm_destroy(&vm->gic);
	if (error)
		con_printf("[shell] %s: GICv5: %s\n", vm->name, vgicv5_strerror(error));
	forget_code(vm);
	if (vm->config.reset)
		vm->config.reset(vm, vm->config.ctx);
	if (vm->paused)
		sched_release(vm);
	vm->state = SHELL_VM_OFF;
	__atomic_store_n(&vm->finishing, false, __ATOMIC_SEQ_CST);
	if (after == SHELL_AFTER_REBOOT)
		shell_vm_boot(vm);
	else if (after == SHELL_AFTER_DESTROY)
		shell_vm_destroy(vm);
	if (!shell_keep_running && !any_runs())
		shell_power_off();
}

static bool is_to_finish(struct shell_vm *vm)
{
	return vm->used && vm->state == SHELL_VM_STOPPING && sched_is_quiet(vm);
}

void vm_finish_stops(void)
{
	struct shell_vm *vm;

	for (vm = shell_vms; vm < shell_vms + SHELL_MAX_VMS; vm++) {
		if (!is_to_finish(vm) || __atomic_exchange_n(&vm->finishing, true, __ATOMIC_SEQ_CST))
			continue;
		/* Another CPU may have finished it since we looked, and it may run again. */
		if (is_to_finish(vm))
			finish_stop(vm);
		else
			__atomic_store_n(&vm->finishing, false, __ATOMIC_SEQ_CST);
	}
}

void shell_vm_pause(struct shell_vm *vm, bool pause)
{
	if (pause)
		sched_hold(vm);
	else
		sched_release(vm);
}

void shell_power_off(void)
{
	con_printf("[shell] power off\n");
	psci_call(PSCI_SYSTEM_OFF, 0, 0, 0);
	for (;;)
		__asm__ volatile("wfi");
}
