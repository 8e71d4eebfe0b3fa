/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A VM from a file (doxygen/vmfile.md). Everything is checked before there is a VM, but for what only KVM can judge.
 */
#include <vgicv5/state.h>

#include "vmm.h"

#include <devices/board.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of the interrupt controller's state (doxygen/state.md). */
#define GIC_SPIS 16	  /* offset in the body of the section VM */
#define GIC_ITS_ADDRESS 0 /* and of ITS */

struct restorer {
	struct vmm *vmm;
	const uint8_t *file;
	uint64_t bytes;
	const struct vmfile_front *front;
};

static void refuse(const char *why)
{
	if (!why)
		return;
	fprintf(stderr, "vmm: not restored: %s\n", why);
	exit(VMM_STATUS_REFUSED);
}

/* ---- The file ---- */

static void map_file(struct restorer *r, const char *name)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	struct stat stat;

	if (fd < 0 || fstat(fd, &stat))
		die(name);
	r->bytes = (uint64_t)stat.st_size;
	if (r->bytes < sizeof(*r->front))
		refuse("the file ends too early");
	r->file = mmap(NULL, r->bytes, PROT_READ, MAP_PRIVATE, fd, 0);
	if (r->file == MAP_FAILED)
		die(name);
	close(fd);
	r->front = (const struct vmfile_front *)(const void *)r->file;
}

static const void *contents(const struct restorer *r, const char *kind, uint32_t index)
{
	return r->file + vmfile_find(r->front, kind, index)->offset;
}

/* Goes through the memory; with `ram` its pieces go to where they belong. */
static const char *runs(const struct restorer *r, uint8_t *ram)
{
	const struct vmfile_section *section = vmfile_find(r->front, VMFILE_RAM, 0);
	uint64_t at = section->offset + sizeof(struct vmfile_memory);
	uint64_t end = section->offset + section->bytes;
	const struct vmfile_run *run;
	const char *wrong;
	uint64_t next = 0;

	if (at > end)
		return "the file ends too early";
	wrong = vmfile_check_memory(contents(r, VMFILE_RAM, 0), r->front->header.ram_bytes);
	while (!wrong && at < end) {
		if (end - at < sizeof(*run))
			return "the file ends too early";
		run = (const struct vmfile_run *)(const void *)(r->file + at);
		at += sizeof(*run);
		wrong = vmfile_check_run(run, r->front->header.ram_bytes, next, end - at);
		if (wrong)
			break;
		if (ram)
			memcpy(ram + run->offset, r->file + at, run->bytes);
		next = run->offset + run->bytes;
		at += run->bytes;
	}
	return wrong;
}

static const char *check_checksums(const struct restorer *r)
{
	const struct vmfile_section *section = r->front->sections;
	unsigned int i;

	for (i = 0; i < r->front->header.sections; i++, section++)
		if (vmfile_checksum(0, r->file + section->offset, section->bytes) != section->checksum)
			return "the file is damaged: a checksum is wrong";
	return NULL;
}

static const char *check(const struct restorer *r)
{
	const char *wrong = vmfile_check_front(r->front, r->bytes);
	unsigned int i;

	if (!wrong)
		wrong = vmfile_check_plain(r->front);
	if (!wrong && r->front->header.vcpus > VMM_MAX_CPUS)
		wrong = "it has more vCPUs than a VM here can have";
	if (!wrong)
		wrong = check_checksums(r);
	for (i = 0; !wrong && i < r->front->header.vcpus; i++)
		wrong = vmfile_check_vcpu(contents(r, VMFILE_VCPU, i));
	if (!wrong)
		wrong = vmfile_check_uart(contents(r, VMFILE_UART, 0));
	if (!wrong)
		wrong = vmfile_check_line(contents(r, VMFILE_LINE, 0));
	return wrong ? wrong : runs(r, NULL);
}

/* ---- The VM ---- */

static uint64_t number_at(const uint8_t *bytes, size_t size)
{
	uint64_t value = 0;

	memcpy(&value, bytes, size);
	return value;
}

/* The body of the first section of a type of the interrupt controller's state, of that size at least, or NULL. */
static const uint8_t *gic_section(const struct restorer *r, uint32_t type, uint64_t least)
{
	const struct vmfile_section *gic = vmfile_find(r->front, VMFILE_GIC, 0);
	const uint8_t *at = r->file + gic->offset + VGICV5_STATE_HEADER_BYTES;
	uint64_t left = gic->bytes < VGICV5_STATE_HEADER_BYTES ? 0 : gic->bytes - VGICV5_STATE_HEADER_BYTES;
	uint64_t body;

	while (left >= VGICV5_STATE_SECTION_BYTES) {
		body = number_at(at + 8, 8);
		left -= VGICV5_STATE_SECTION_BYTES;
		if (body > left)
			break;
		at += VGICV5_STATE_SECTION_BYTES;
		if (number_at(at - VGICV5_STATE_SECTION_BYTES, 4) == type && body >= least)
			return at;
		at += body;
		left -= body;
	}
	return NULL;
}

/* The VM must be made with as many SPIs as it had, and an ITS if it had one. What else is in that state KVM judges. */
static void shape(const struct restorer *r)
{
	const uint8_t *vm = gic_section(r, VGICV5_STATE_VM, GIC_SPIS + 4);
	const uint8_t *its = gic_section(r, VGICV5_STATE_ITS, GIC_ITS_ADDRESS + 8);

	if (!vm)
		refuse("its interrupt controller's state is damaged, or of a VM of another shape");
	if (its && number_at(its + GIC_ITS_ADDRESS, 8) != BOARD_ITS_BASE)
		refuse("its interrupt controller's state is damaged, or of a VM of another shape");
	r->vmm->spis = (uint32_t)number_at(vm + GIC_SPIS, 4);
	r->vmm->its = its != NULL;
}

static void give_vcpus(const struct restorer *r)
{
	const struct vmfile_machine *machine = contents(r, VMFILE_MACHINE, 0);
	struct vmm *vmm = r->vmm;
	uint64_t virtual_count, physical_count;
	unsigned int i;

	registers_clocks(&vmm->cpu[0], &virtual_count, &physical_count);
	for (i = 0; i < vmm->cpus; i++)
		registers_give(&vmm->cpu[i], contents(r, VMFILE_VCPU, i),
			       physical_count - machine->physical_count);
	registers_set_clock(&vmm->cpu[0], machine->virtual_count);
}

static void check_and_show_cpu(const struct restorer *r)
{
	const struct vmfile_machine *machine = contents(r, VMFILE_MACHINE, 0);
	struct vmfile_cpu here;
	unsigned int i;

	registers_model(&r->vmm->cpu[0], &here);
	refuse(vmfile_check_cpu(&here, &machine->cpu));
	for (i = 0; i < r->vmm->cpus; i++)
		registers_show(&r->vmm->cpu[i], &machine->cpu);
}

void vmm_restore(struct vmm *vmm, const char *name)
{
	struct restorer r = {.vmm = vmm};
	const struct vmfile_section *gic;

	map_file(&r, name);
	refuse(check(&r));
	vmm->cpus = r.front->header.vcpus;
	vmm->ram_size = r.front->header.ram_bytes;
	shape(&r);
	vmm_create(vmm);
	check_and_show_cpu(&r);
	vmm_ready(vmm);
	gic = vmfile_find(r.front, VMFILE_GIC, 0);
	refuse(vmm_set_gic_state(vmm, r.file + gic->offset, gic->bytes));
	runs(&r, vmm->ram);
	give_vcpus(&r);
	uart_restore(vmm, contents(&r, VMFILE_UART, 0), contents(&r, VMFILE_LINE, 0));
	munmap((void *)(uintptr_t)r.file, r.bytes);
}
