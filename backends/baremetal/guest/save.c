// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Saving a VM to a file. */
#include "../../vmfile/writer.h"
#include "../host/semihost.h"
#include "../host/timer.h"
#include "saved.h"

static bool write_on(void *ctx, const void *data, size_t bytes)
{
	return file_write(ctx, data, bytes);
}

static void add_ram(struct vmfile_writer *writer, struct shell_vm *vm)
{
	char *ram = (char *)(uintptr_t)vm->ram_pa;

	/* A guest may have written with its caches off. */
	vgicv5_cache_maintain(ram, (size_t)vm->config.ram_bytes);
	rewrite_hide(vm);
	vmfile_add_memory(writer, VMFILE_RAM, 0, vm->config.ram_bytes, NULL, ram);
	rewrite_show(vm);
}

static void add_machine(struct vmfile_writer *writer, const struct shell_vm *vm)
{
	uint64_t now = timer_now();
	const struct vmfile_machine machine = {vm->model, now - vm->cntvoff, now};

	vmfile_add_section(writer, VMFILE_MACHINE, 0, &machine, sizeof(machine));
}

static void add_vcpus(struct vmfile_writer *writer, const struct shell_vm *vm)
{
	struct vmfile_vcpu saved;
	unsigned int i;

	for (i = 0; i < vm->config.vcpus; i++) {
		saved_vcpu_take(&saved, vm->vcpus[i]);
		vmfile_add_section(writer, VMFILE_VCPU, i, &saved, sizeof(saved));
	}
}

static void add_gic(struct vmfile_writer *writer, struct shell_vm *vm)
{
	size_t bytes;
	const char *wrong;
	void *state = saved_gic_take(vm, &bytes, &wrong);

	if (state)
		vmfile_add_section(writer, VMFILE_GIC, 0, state, bytes);
	else
		writer->wrong = wrong;
	shell_free(state, bytes);
}

static void add_device(struct vmfile_writer *writer, const struct shell_saved_device *device)
{
	void *state = shell_alloc(device->bytes, 16);

	if (!state) {
		writer->wrong = "no memory for the state of a device";
		return;
	}
	device->save(device->ctx, state);
	vmfile_add_section(writer, device->name, VMFILE_STATE, state, device->bytes);
	shell_free(state, device->bytes);
	if (device->memory)
		vmfile_add_memory(writer, device->name, VMFILE_CONTENTS, device->memory_bytes, NULL,
				  device->memory);
}

static void add_all(struct vmfile_writer *writer, struct shell_vm *vm)
{
	unsigned int i;

	add_gic(writer, vm);
	add_machine(writer, vm);
	add_vcpus(writer, vm);
	for (i = 0; i < vm->device_count; i++)
		add_device(writer, &vm->devices[i]);
	add_ram(writer, vm);
}

static const char *write_all(struct vmfile_writer *writer, struct shell_vm *vm)
{
	/* Room for the front. */
	if (!file_write(writer->ctx, writer->front, sizeof(*writer->front)))
		return "the file cannot be written";
	add_all(writer, vm);
	if (!vmfile_finish(writer, vm->name, vm->config.vcpus, vm->config.ram_bytes) &&
	    (!file_seek(writer->ctx, 0) || !file_write(writer->ctx, writer->front, sizeof(*writer->front))))
		writer->wrong = "the file cannot be written";
	return writer->wrong;
}

static const char *write_file(struct vmfile_writer *writer, struct shell_vm *vm, const char *name)
{
	const char *wrong = file_create(writer->ctx, name);

	if (wrong)
		return wrong;
	wrong = write_all(writer, vm);
	if (!file_close(writer->ctx) && !wrong)
		wrong = "the file cannot be closed";
	if (wrong)
		file_remove(name);
	return wrong;
}

static const char *save(struct shell_vm *vm, const char *name)
{
	struct shell_file file = {0};
	struct vmfile_writer writer = {.write = write_on, .ctx = &file};
	const char *wrong = "no memory";

	writer.front = shell_alloc(sizeof(*writer.front), 16);
	if (writer.front)
		wrong = write_file(&writer, vm, name);
	shell_free(writer.front, sizeof(*writer.front));
	return wrong;
}

/* Nobody changes the VM from here to let_go(), but for what devices inject. */
static const char *hold(struct shell_vm *vm)
{
	if (!sched_wait_quiet(vm))
		return "a vCPU does not leave its CPU";
	/* Its last vCPU may have turned it off: then another CPU takes it apart. */
	if (__atomic_exchange_n(&vm->finishing, true, __ATOMIC_SEQ_CST))
		return "it stops";
	if (vm->state == SHELL_VM_RUNNING)
		return NULL;
	__atomic_store_n(&vm->finishing, false, __ATOMIC_SEQ_CST);
	return "it stops";
}

static void let_go(struct shell_vm *vm)
{
	__atomic_store_n(&vm->finishing, false, __ATOMIC_SEQ_CST);
}

const char *shell_vm_save(struct shell_vm *vm, const char *name)
{
	bool was_paused = vm->paused;
	const char *wrong;

	if (vm->state != SHELL_VM_RUNNING)
		return "it does not run";
	if (vm->passed_through)
		return "it has devices of the machine, whose state the shell cannot save";
	shell_vm_pause(vm, true);
	wrong = hold(vm);
	if (!wrong) {
		sched_wake_all(vm);
		wrong = save(vm, name);
		let_go(vm);
	}
	if (!was_paused)
		shell_vm_pause(vm, false);
	return wrong;
}
