// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What devices, loader and monitor ask of a VM, its memory and its registers. */
#include "../lib/string.h"
#include "guest.h"

struct shell_vm *shell_vm_get(unsigned int index)
{
	return index < SHELL_MAX_VMS && shell_vms[index].used ? &shell_vms[index] : NULL;
}

unsigned int shell_vm_index(const struct shell_vm *vm)
{
	return vm->index;
}

const char *shell_vm_name(const struct shell_vm *vm)
{
	return vm->name;
}

enum shell_vm_state shell_vm_state(const struct shell_vm *vm)
{
	return vm->state;
}

bool shell_vm_paused(const struct shell_vm *vm)
{
	return vm->paused;
}

uint64_t shell_vm_ram_bytes(const struct shell_vm *vm)
{
	return vm->config.ram_bytes;
}

struct vgicv5_vm *shell_vm_gic(struct shell_vm *vm)
{
	return &vm->gic;
}

const struct shell_counters *shell_vm_counters(const struct shell_vm *vm)
{
	return &vm->counters;
}

unsigned int shell_vm_vcpu_count(const struct shell_vm *vm)
{
	return vm->config.vcpus;
}

struct shell_vcpu *shell_vm_vcpu(struct shell_vm *vm, unsigned int index)
{
	return index < vm->config.vcpus ? vm->vcpus[index] : NULL;
}

struct vgicv5_vcpu *shell_vcpu_gic(struct shell_vcpu *vcpu)
{
	return &vcpu->gic;
}

const char *shell_vcpu_state_name(const struct shell_vcpu *vcpu)
{
	static const char *const names[] = {
		[VCPU_OFF] = "off",
		[VCPU_READY] = "runnable",
		[VCPU_RUNNING] = "running",
		[VCPU_BLOCKED] = "blocked",
	};

	return names[vcpu->state];
}

int shell_vcpu_cpu(const struct shell_vcpu *vcpu)
{
	return vcpu->state == VCPU_RUNNING ? vcpu->cpu : -1;
}

uint64_t shell_vcpu_pc(const struct shell_vcpu *vcpu)
{
	return vcpu->regs.pc;
}

/* ---- Devices ---- */

static bool overlaps(uint64_t a, uint64_t a_bytes, uint64_t b, uint64_t b_bytes)
{
	return a < b + b_bytes && b < a + a_bytes;
}

int shell_mmio_register(struct shell_vm *vm, uint64_t ipa, uint64_t bytes, const struct shell_mmio_ops *ops,
			void *ctx)
{
	unsigned int i;

	if (!bytes || ipa + bytes < ipa || overlaps(ipa, bytes, SHELL_GUEST_RAM, vm->config.ram_bytes))
		return VGICV5_INVALID;
	for (i = 0; i < vm->region_count; i++)
		if (overlaps(ipa, bytes, vm->regions[i].ipa, vm->regions[i].bytes))
			return VGICV5_INVALID;
	if (vm->region_count == SHELL_MMIO_REGIONS)
		return VGICV5_NO_MEMORY;
	vm->regions[vm->region_count++] = (struct shell_mmio_region){ipa, bytes, ops, ctx};
	return 0;
}

int shell_mmio_pass_through(struct shell_vm *vm, uint64_t pa, uint64_t bytes)
{
	vm->passed_through = true;
	return stage2_map(&vm->stage2, pa, pa, bytes, STAGE2_REGISTERS) ? 0 : VGICV5_NO_MEMORY;
}

int shell_saved_device_register(struct shell_vm *vm, const struct shell_saved_device *device)
{
	if (vm->device_count == SHELL_SAVED_DEVICES)
		return VGICV5_NO_MEMORY;
	vm->devices[vm->device_count++] = *device;
	return 0;
}

/* ---- Memory ---- */

void *shell_guest_pointer(struct shell_vm *vm, uint64_t ipa, size_t bytes)
{
	uint64_t offset = ipa - SHELL_GUEST_RAM;

	if (offset > vm->config.ram_bytes || bytes > vm->config.ram_bytes - offset)
		return NULL;
	return (void *)(uintptr_t)(vm->ram_pa + offset);
}

int shell_guest_read(struct shell_vm *vm, uint64_t ipa, void *to, size_t bytes)
{
	const void *from = shell_guest_pointer(vm, ipa, bytes);

	if (!from)
		return VGICV5_FAULT;
	memcpy(to, from, bytes);
	return 0;
}

int shell_guest_write(struct shell_vm *vm, uint64_t ipa, const void *from, size_t bytes)
{
	void *to = shell_guest_pointer(vm, ipa, bytes);

	if (!to)
		return VGICV5_FAULT;
	memcpy(to, from, bytes);
	/* The guest starts with its caches off. */
	vgicv5_cache_maintain(to, bytes);
	return 0;
}
