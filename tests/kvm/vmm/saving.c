/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The VM into a file (doxygen/vmfile.md). All vCPUs have come out of KVM and stay outside.
 */
#include "vmm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct saver {
	FILE *file;
	struct vmfile_front *front;
	uint64_t at;
};

static void put(struct saver *s, const void *data, size_t bytes)
{
	struct vmfile_section *section = &s->front->sections[s->front->header.sections - 1];

	if (fwrite(data, 1, bytes, s->file) != bytes)
		die("the file cannot be written");
	section->bytes += bytes;
	section->checksum = vmfile_checksum(section->checksum, data, bytes);
	s->at += bytes;
}

static void begin(struct saver *s, const char *kind, uint32_t index)
{
	struct vmfile_section *section = &s->front->sections[s->front->header.sections++];

	snprintf(section->kind, sizeof(section->kind), "%s", kind);
	section->index = index;
	section->offset = s->at;
}

static void add(struct saver *s, const char *kind, uint32_t index, const void *data, size_t bytes)
{
	begin(s, kind, index);
	put(s, data, bytes);
}

/* ---- Sections ---- */

static void add_gic(struct saver *s, struct vmm *vmm)
{
	size_t bytes;
	void *state = vmm_gic_state(vmm, &bytes);

	add(s, VMFILE_GIC, 0, state, bytes);
	free(state);
}

static void add_machine(struct saver *s, const struct vmm *vmm)
{
	struct vmfile_machine machine;

	registers_model(&vmm->cpu[0], &machine.cpu);
	registers_clocks(&vmm->cpu[0], &machine.virtual_count, &machine.physical_count);
	add(s, VMFILE_MACHINE, 0, &machine, sizeof(machine));
}

static void add_vcpus(struct saver *s, const struct vmm *vmm)
{
	struct vmfile_vcpu vcpu;
	uint64_t changed;
	unsigned int i;

	for (i = 0; i < vmm->cpus; i++) {
		changed = registers_changed(&vmm->cpu[i]);
		if (changed) {
			fprintf(stderr,
				"vmm: not saved: the guest has changed register %#llx of vCPU %u, and the file has "
				"no place for it\n",
				(unsigned long long)changed, i);
			exit(1);
		}
		registers_take(&vmm->cpu[i], &vcpu);
		add(s, VMFILE_VCPU, i, &vcpu, sizeof(vcpu));
	}
}

static void add_uart(struct saver *s, struct vmm *vmm)
{
	struct vmfile_uart uart = {0};
	struct vmfile_line line = {0};

	uart_save(vmm, &uart, &line);
	add(s, VMFILE_UART, 0, &uart, sizeof(uart));
	add(s, VMFILE_LINE, 0, &line, sizeof(line));
}

static bool is_zero(const uint8_t *page)
{
	static const uint8_t zeroes[VMFILE_PAGE];

	return !memcmp(page, zeroes, sizeof(zeroes));
}

static void add_ram(struct saver *s, const struct vmm *vmm)
{
	const struct vmfile_memory head = {.bytes = vmm->ram_size};
	struct vmfile_run run = {0};

	begin(s, VMFILE_RAM, 0);
	put(s, &head, sizeof(head));
	while (run.offset < vmm->ram_size) {
		if (is_zero(vmm->ram + run.offset)) {
			run.offset += VMFILE_PAGE;
			continue;
		}
		for (run.bytes = 0;
		     run.offset + run.bytes < vmm->ram_size && !is_zero(vmm->ram + run.offset + run.bytes);)
			run.bytes += VMFILE_PAGE;
		put(s, &run, sizeof(run));
		put(s, vmm->ram + run.offset, run.bytes);
		run.offset += run.bytes;
	}
}

void vmm_save(struct vmm *vmm, const char *name)
{
	static struct vmfile_front front;
	struct saver s = {.file = fopen(name, "wb"), .front = &front, .at = sizeof(front)};
	struct vmfile_header *header = &front.header;

	if (!s.file || fwrite(&front, sizeof(front), 1, s.file) != 1)
		die(name);
	add_gic(&s, vmm);
	add_machine(&s, vmm);
	add_vcpus(&s, vmm);
	add_uart(&s, vmm);
	add_ram(&s, vmm);
	memcpy(header->magic, VMFILE_MAGIC, sizeof(header->magic));
	header->version = VMFILE_VERSION;
	header->file_bytes = s.at;
	snprintf(header->name, sizeof(header->name), "vm0");
	header->vcpus = vmm->cpus;
	header->ram_bytes = vmm->ram_size;
	header->checksum = vmfile_front_checksum(&front);
	rewind(s.file);
	if (fwrite(&front, sizeof(front), 1, s.file) != 1 || fclose(s.file))
		die(name);
}
