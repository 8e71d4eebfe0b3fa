/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The VM into a file (doxygen/vmfile.md). All vCPUs have come out of KVM and stay outside.
 */
#include "vmm.h"

#include "../../../backends/vmfile/writer.h"

#include <stdio.h>
#include <stdlib.h>

static bool write_on(void *ctx, const void *data, size_t bytes)
{
	return fwrite(data, 1, bytes, ctx) == bytes;
}

/* ---- Sections ---- */

static void add_gic(struct vmfile_writer *writer, struct vmm *vmm)
{
	size_t bytes;
	void *state = vmm_gic_state(vmm, &bytes);

	vmfile_add_section(writer, VMFILE_GIC, 0, state, bytes);
	free(state);
}

static void add_machine(struct vmfile_writer *writer, const struct vmm *vmm)
{
	struct vmfile_machine machine;

	registers_model(&vmm->cpu[0], &machine.cpu);
	registers_clocks(&vmm->cpu[0], &machine.virtual_count, &machine.physical_count);
	vmfile_add_section(writer, VMFILE_MACHINE, 0, &machine, sizeof(machine));
}

static void add_vcpus(struct vmfile_writer *writer, const struct vmm *vmm)
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
		vmfile_add_section(writer, VMFILE_VCPU, i, &vcpu, sizeof(vcpu));
	}
}

static void add_uart(struct vmfile_writer *writer, struct vmm *vmm)
{
	struct vmfile_uart uart = {0};
	struct vmfile_line line = {0};

	uart_save(vmm, &uart, &line);
	vmfile_add_section(writer, VMFILE_UART, 0, &uart, sizeof(uart));
	vmfile_add_section(writer, VMFILE_LINE, 0, &line, sizeof(line));
}

void vmm_save(struct vmm *vmm, const char *name)
{
	static struct vmfile_front front;
	FILE *file = fopen(name, "wb");
	struct vmfile_writer writer = {.write = write_on, .ctx = file, .front = &front};
	const char *wrong;

	if (!file || fwrite(&front, sizeof(front), 1, file) != 1)
		die(name);
	add_gic(&writer, vmm);
	add_machine(&writer, vmm);
	add_vcpus(&writer, vmm);
	add_uart(&writer, vmm);
	vmfile_add_memory(&writer, VMFILE_RAM, 0, vmm->ram_size, NULL, vmm->ram);
	wrong = vmfile_finish(&writer, "vm0", vmm->cpus, vmm->ram_size);
	if (wrong)
		die(wrong);
	rewind(file);
	if (fwrite(&front, sizeof(front), 1, file) != 1 || fclose(file))
		die(name);
}
