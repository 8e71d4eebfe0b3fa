// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Saving a VM to a file. */
#include "../host/semihost.h"
#include "../host/timer.h"
#include "../lib/string.h"
#include "saved.h"

#define LONGEST_RUN ((uint64_t)4 << 20)

struct saver {
	struct shell_file file;
	struct vmfile_front *front;
	uint64_t at;
	const char *wrong;
};

/* ---- Sections ---- */

static struct vmfile_section *section(struct saver *s)
{
	return &s->front->sections[s->front->header.sections - 1];
}

static void begin(struct saver *s, const char *kind, uint32_t index)
{
	struct vmfile_section *new;

	if (s->front->header.sections == VMFILE_SECTIONS) {
		s->wrong = "it has too many devices";
		return;
	}
	s->front->header.sections++;
	new = section(s);
	shell_snprintf(new->kind, sizeof(new->kind), "%s", kind);
	new->index = index;
	new->offset = s->at;
}

static void add(struct saver *s, const void *data, size_t bytes)
{
	if (s->wrong)
		return;
	if (!file_write(&s->file, data, bytes))
		s->wrong = "the file cannot be written";
	section(s)->bytes += bytes;
	section(s)->checksum = vmfile_checksum(section(s)->checksum, data, bytes);
	s->at += bytes;
}

static void add_section(struct saver *s, const char *kind, uint32_t index, const void *data, size_t bytes)
{
	begin(s, kind, index);
	add(s, data, bytes);
}

/* ---- Memory ---- */

static bool is_zero(const uint64_t *page)
{
	uint64_t any = 0;
	unsigned int i;

	for (i = 0; i < PAGE_BYTES / 8 && !any; i += 8)
		any = page[i] | page[i + 1] | page[i + 2] | page[i + 3] | page[i + 4] | page[i + 5] |
		      page[i + 6] | page[i + 7];
	return !any;
}

/* Bytes from `at` on whose pages are all zeroes, or all not. */
static uint64_t alike(const char *memory, uint64_t at, uint64_t bytes, bool zero)
{
	uint64_t end = at;

	while (end < bytes && end - at < LONGEST_RUN &&
	       is_zero((const uint64_t *)(const void *)(memory + end)) == zero)
		end += PAGE_BYTES;
	return end - at;
}

static void add_memory(struct saver *s, const char *kind, uint32_t index, const char *memory, uint64_t bytes)
{
	const struct vmfile_memory head = {bytes, 0};
	struct vmfile_run run = {0, 0};

	begin(s, kind, index);
	add(s, &head, sizeof(head));
	while (run.offset < bytes && !s->wrong) {
		run.offset += alike(memory, run.offset, bytes, true);
		run.bytes = alike(memory, run.offset, bytes, false);
		if (run.bytes) {
			add(s, &run, sizeof(run));
			add(s, memory + run.offset, (size_t)run.bytes);
		}
		run.offset += run.bytes;
	}
}

static void add_ram(struct saver *s, struct shell_vm *vm)
{
	char *ram = (char *)(uintptr_t)vm->ram_pa;

	/* A guest may have written with its caches off. */
	vgicv5_cache_maintain(ram, (size_t)vm->config.ram_bytes);
	rewrite_hide(vm);
	add_memory(s, VMFILE_RAM, 0, ram, vm->config.ram_bytes);
	rewrite_show(vm);
}

/* ---- The rest ---- */

static void add_machine(struct saver *s, const struct shell_vm *vm)
{
	uint64_t now = timer_now();
	const struct vmfile_machine machine = {vm->model, now - vm->cntvoff, now};

	add_section(s, VMFILE_MACHINE, 0, &machine, sizeof(machine));
}

static void add_vcpus(struct saver *s, const struct shell_vm *vm)
{
	struct vmfile_vcpu saved;
	unsigned int i;

	for (i = 0; i < vm->config.vcpus; i++) {
		saved_vcpu_take(&saved, vm->vcpus[i]);
		add_section(s, VMFILE_VCPU, i, &saved, sizeof(saved));
	}
}

static void add_gic(struct saver *s, struct shell_vm *vm)
{
	size_t bytes;
	const char *wrong;
	void *state = saved_gic_take(vm, &bytes, &wrong);

	if (state)
		add_section(s, VMFILE_GIC, 0, state, bytes);
	else
		s->wrong = wrong;
	shell_free(state, bytes);
}

static void add_device(struct saver *s, const struct shell_saved_device *device)
{
	void *state = shell_alloc(device->bytes, 16);

	if (!state) {
		s->wrong = "no memory for the state of a device";
		return;
	}
	device->save(device->ctx, state);
	add_section(s, device->name, VMFILE_STATE, state, device->bytes);
	shell_free(state, device->bytes);
	if (device->memory)
		add_memory(s, device->name, VMFILE_CONTENTS, device->memory, device->memory_bytes);
}

static void add_all(struct saver *s, struct shell_vm *vm)
{
	unsigned int i;

	add_gic(s, vm);
	add_machine(s, vm);
	add_vcpus(s, vm);
	for (i = 0; i < vm->device_count; i++)
		add_device(s, &vm->devices[i]);
	add_ram(s, vm);
}

static void write_front(struct saver *s, const struct shell_vm *vm)
{
	struct vmfile_header *header = &s->front->header;

	memcpy(header->magic, VMFILE_MAGIC, sizeof(header->magic));
	header->version = VMFILE_VERSION;
	header->file_bytes = s->at;
	memcpy(header->name, vm->name, sizeof(header->name));
	header->vcpus = vm->config.vcpus;
	header->ram_bytes = vm->config.ram_bytes;
	header->checksum = vmfile_front_checksum(s->front);
	if (!s->wrong && (!file_seek(&s->file, 0) || !file_write(&s->file, s->front, sizeof(*s->front))))
		s->wrong = "the file cannot be written";
}

static const char *write_file(struct shell_vm *vm, const char *name)
{
	struct saver s = {.at = sizeof(*s.front)};

	s.front = shell_alloc(sizeof(*s.front), 16);
	s.wrong = s.front ? file_create(&s.file, name) : "no memory";
	if (!s.wrong) {
		/* Room for the front. */
		if (!file_write(&s.file, s.front, sizeof(*s.front)))
			s.wrong = "the file cannot be written";
		else
			add_all(&s, vm);
		write_front(&s, vm);
		if (!file_close(&s.file) && !s.wrong)
			s.wrong = "the file cannot be closed";
		if (s.wrong)
			file_remove(name);
	}
	shell_free(s.front, sizeof(*s.front));
	return s.wrong;
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
		wrong = write_file(vm, name);
		let_go(vm);
	}
	if (!was_paused)
		shell_vm_pause(vm, false);
	return wrong;
}
