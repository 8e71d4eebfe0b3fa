// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Restoring a VM from a file. Everything that the file says is checked before the VM is touched; nothing that it says
 * is believed. What is not memory is read once.
 */
#include "../host/semihost.h"
#include "../host/timer.h"
#include "../lib/string.h"
#include "saved.h"

#define BUFFER_BYTES ((size_t)1 << 20)
#define LARGEST_STATE ((uint64_t)16 << 20) /* of a section that is no memory */

#define ENDS_EARLY "the file ends too early, or cannot be read"
#define DAMAGED "the file is damaged: a checksum is wrong"

struct restorer {
	struct shell_file file;
	struct vmfile_front *front;
	struct shell_vm *vm;
	char *buffer;
	void *states[VMFILE_SECTIONS]; /* contents of those sections that are no memory */
};

/* ---- The front ---- */

static const char *check_front(const struct vmfile_front *front, uint64_t file_bytes)
{
	const char *wrong = vmfile_check_front(front, file_bytes);

	return !wrong && front->header.vcpus > SHELL_MAX_VCPUS ? "it has more vCPUs than a VM here can have"
							       : wrong;
}

static const char *read_front(struct shell_file *file, struct vmfile_front *front)
{
	uint64_t bytes;

	if (!file_bytes(file, &bytes) || !file_read(file, front, sizeof(*front)))
		return ENDS_EARLY;
	return check_front(front, bytes);
}

const char *shell_saved_look(const char *name, struct shell_saved *saved)
{
	struct vmfile_front *front = shell_alloc(sizeof(*front), 16);
	struct shell_file file;
	const char *wrong = front ? file_open(&file, name) : "no memory";

	if (!wrong) {
		wrong = read_front(&file, front);
		file_close(&file);
	}
	if (!wrong)
		*saved = (struct shell_saved){.vcpus = front->header.vcpus,
					      .ram_bytes = front->header.ram_bytes,
					      .plain = !vmfile_check_plain(front)};
	shell_free(front, sizeof(*front));
	return wrong;
}

/* ---- Which section is which ---- */

/* The only section of that kind and index, or NULL. */
static const struct vmfile_section *find(const struct restorer *r, const char *kind, uint32_t index)
{
	return vmfile_find(r->front, kind, index);
}

static void *state_of(const struct restorer *r, const char *kind, uint32_t index)
{
	return r->states[find(r, kind, index) - r->front->sections];
}

static bool is_there(const struct restorer *r, const char *kind, uint32_t index, uint64_t bytes)
{
	const struct vmfile_section *section = find(r, kind, index);

	return section && (!bytes || section->bytes == bytes);
}

static const char *check_devices(const struct restorer *r, unsigned int *count)
{
	const struct shell_saved_device *device;
	unsigned int i;

	for (i = 0; i < r->vm->device_count; i++) {
		device = &r->vm->devices[i];
		if (!is_there(r, device->name, VMFILE_STATE, device->bytes) ||
		    (device->memory && !is_there(r, device->name, VMFILE_CONTENTS, 0)))
			return "a device that this VM has is not in the file";
		*count += device->memory ? 2 : 1;
	}
	return NULL;
}

/* As many sections as there must be, and each of those that must be there: so none is there twice, none unknown. */
static const char *check_kinds(const struct restorer *r)
{
	const struct vmfile_header *header = &r->front->header;
	unsigned int count = 3 + header->vcpus;
	const char *wrong;
	unsigned int i;

	if (header->vcpus != r->vm->config.vcpus || header->ram_bytes != r->vm->config.ram_bytes)
		return "this VM has another number of vCPUs or another size of memory";
	for (i = 0; i < header->vcpus; i++)
		if (!is_there(r, VMFILE_VCPU, i, sizeof(struct vmfile_vcpu)))
			return "a vCPU is missing";
	if (!is_there(r, VMFILE_MACHINE, 0, sizeof(struct vmfile_machine)) ||
	    !is_there(r, VMFILE_GIC, 0, 0) || !is_there(r, VMFILE_RAM, 0, 0))
		return "a section is missing";
	wrong = check_devices(r, &count);
	if (!wrong && count != header->sections)
		wrong = "it has a device that this VM has not";
	return wrong;
}

/* ---- Contents ---- */

/* The checksum of a section in the file. */
static const char *verify(struct restorer *r, const struct vmfile_section *section)
{
	uint64_t left = section->bytes;
	uint64_t sum = 0;
	size_t part;

	if (!file_seek(&r->file, section->offset))
		return ENDS_EARLY;
	for (; left; left -= part) {
		part = left < BUFFER_BYTES ? (size_t)left : BUFFER_BYTES;
		if (!file_read(&r->file, r->buffer, part))
			return ENDS_EARLY;
		sum = vmfile_checksum(sum, r->buffer, part);
	}
	return sum == section->checksum ? NULL : DAMAGED;
}

/* Reads a section that is no memory. */
static const char *fetch(struct restorer *r, const struct vmfile_section *section)
{
	size_t bytes = (size_t)section->bytes;
	void *state = bytes && section->bytes <= LARGEST_STATE ? shell_alloc(bytes, 16) : NULL;

	if (!state)
		return "no memory for a section of the file";
	r->states[section - r->front->sections] = state;
	if (!file_seek(&r->file, section->offset) || !file_read(&r->file, state, bytes))
		return ENDS_EARLY;
	return vmfile_checksum(0, state, bytes) == section->checksum ? NULL : DAMAGED;
}

/* Reads a struct of a section of memory and goes on behind it. */
static bool read_at(struct restorer *r, uint64_t *at, uint64_t end, void *to, size_t bytes)
{
	if (end - *at < bytes || !file_seek(&r->file, *at) || !file_read(&r->file, to, bytes))
		return false;
	*at += bytes;
	return true;
}

/* Goes through a section of memory; with `memory` its pieces are read to where they belong. */
static const char *runs(struct restorer *r, const struct vmfile_section *section, char *memory,
			uint64_t bytes)
{
	uint64_t at = section->offset;
	uint64_t end = at + section->bytes;
	struct vmfile_memory head;
	struct vmfile_run run;
	const char *wrong;
	uint64_t next = 0;

	if (!read_at(r, &at, end, &head, sizeof(head)))
		return ENDS_EARLY;
	wrong = vmfile_check_memory(&head, bytes);
	if (wrong)
		return wrong;
	for (; at < end; at += run.bytes) {
		if (!read_at(r, &at, end, &run, sizeof(run)))
			return ENDS_EARLY;
		wrong = vmfile_check_run(&run, bytes, next, end - at);
		if (wrong)
			return wrong;
		if (memory && !file_read(&r->file, memory + run.offset, (size_t)run.bytes))
			return ENDS_EARLY;
		next = run.offset + run.bytes;
	}
	return NULL;
}

static const char *fetch_all(struct restorer *r)
{
	const struct vmfile_section *section = r->front->sections;
	const char *wrong = NULL;
	unsigned int i;

	for (i = 0; i < r->front->header.sections && !wrong; i++, section++)
		wrong = vmfile_is_memory(section) ? verify(r, section) : fetch(r, section);
	return wrong;
}

static const char *check_device_states(struct restorer *r)
{
	const struct shell_saved_device *device = r->vm->devices;
	const char *wrong = NULL;
	unsigned int i;

	for (i = 0; i < r->vm->device_count && !wrong; i++, device++) {
		wrong = device->check(device->ctx, state_of(r, device->name, VMFILE_STATE));
		if (!wrong && device->memory)
			wrong = runs(r, find(r, device->name, VMFILE_CONTENTS), NULL, device->memory_bytes);
	}
	return wrong;
}

static const char *check_contents(struct restorer *r)
{
	const struct vmfile_machine *machine = state_of(r, VMFILE_MACHINE, 0);
	const char *wrong = cpu_model_check(&machine->cpu);
	unsigned int i;

	for (i = 0; i < r->vm->config.vcpus && !wrong; i++)
		wrong = vmfile_check_vcpu(state_of(r, VMFILE_VCPU, i));
	if (!wrong)
		wrong = check_device_states(r);
	if (!wrong)
		wrong = runs(r, find(r, VMFILE_RAM, 0), NULL, r->vm->config.ram_bytes);
	return wrong;
}

/* ---- Taking it over ---- */

static const char *give_memory(struct restorer *r)
{
	const struct shell_saved_device *device = r->vm->devices;
	char *ram = (char *)(uintptr_t)r->vm->ram_pa;
	size_t bytes = (size_t)r->vm->config.ram_bytes;
	const char *wrong;
	unsigned int i;

	/* It is all zeroes now. */
	wrong = runs(r, find(r, VMFILE_RAM, 0), ram, bytes);
	/* A vCPU may go on with its caches off. */
	vgicv5_cache_maintain(ram, bytes);
	for (i = 0; i < r->vm->device_count && !wrong; i++, device++) {
		if (!device->memory)
			continue;
		memset(device->memory, 0, device->memory_bytes);
		wrong = runs(r, find(r, device->name, VMFILE_CONTENTS), device->memory, device->memory_bytes);
	}
	return wrong;
}

/* The lines of devices are driven anew: the interrupt controller was saved without them. */
static void give_devices(struct restorer *r)
{
	const struct shell_saved_device *device = r->vm->devices;
	unsigned int i;

	for (i = 0; i < r->vm->device_count; i++, device++)
		device->restore(device->ctx, state_of(r, device->name, VMFILE_STATE));
}

static void give_vcpus(struct restorer *r)
{
	const struct vmfile_machine *machine = state_of(r, VMFILE_MACHINE, 0);
	const struct vmfile_vcpu *saved;
	struct shell_vm *vm = r->vm;
	uint64_t now = timer_now();
	unsigned int i;

	vm->model = machine->cpu;
	vm->cntvoff = now - machine->virtual_count;
	for (i = 0; i < vm->config.vcpus; i++) {
		saved = state_of(r, VMFILE_VCPU, i);
		if (!saved->on)
			continue;
		saved_vcpu_give(vm->vcpus[i], saved, now - machine->physical_count);
		sched_turn_on_held(vm->vcpus[i]);
	}
}

static const char *take_over(struct restorer *r)
{
	const struct vmfile_section *gic = find(r, VMFILE_GIC, 0);
	const char *wrong;
	unsigned int i;

	if (vm_prepare(r->vm))
		return "its interrupt controller cannot be started";
	r->vm->paused = true;
	for (i = 0; i < r->vm->config.vcpus; i++)
		vcpu_reset(r->vm->vcpus[i], 0, 0);
	wrong = saved_gic_give(r->vm, state_of(r, VMFILE_GIC, 0), (size_t)gic->bytes);
	if (!wrong)
		wrong = give_memory(r);
	if (wrong) {
		r->vm->paused = false;
		vm_abandon(r->vm);
		return wrong;
	}
	give_devices(r);
	give_vcpus(r);
	shell_vm_pause(r->vm, false);
	return NULL;
}

static const char *restore(struct restorer *r)
{
	const char *wrong = read_front(&r->file, r->front);

	if (!wrong)
		wrong = check_kinds(r);
	if (!wrong)
		wrong = fetch_all(r);
	if (!wrong)
		wrong = check_contents(r);
	return wrong ? wrong : take_over(r);
}

const char *shell_vm_restore(struct shell_vm *vm, const char *name)
{
	struct restorer r = {.vm = vm};
	const char *wrong;
	unsigned int i;

	if (vm->state != SHELL_VM_OFF)
		return "it is not off";
	if (vm->passed_through)
		return "it has devices of the machine, which no saved VM has";
	r.front = shell_alloc(sizeof(*r.front), 16);
	r.buffer = shell_alloc(BUFFER_BYTES, 16);
	wrong = r.front && r.buffer ? file_open(&r.file, name) : "no memory";
	if (!wrong) {
		wrong = restore(&r);
		file_close(&r.file);
		for (i = 0; i < r.front->header.sections && i < VMFILE_SECTIONS; i++)
			shell_free(r.states[i], (size_t)r.front->sections[i].bytes);
	}
	shell_free(r.front, sizeof(*r.front));
	shell_free(r.buffer, BUFFER_BYTES);
	return wrong;
}
