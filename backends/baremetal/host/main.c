// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The shell starts. */
#include "../arch/early.h"
#include "../guest/guest.h"
#include "../lib/region.h"
#include "../lib/string.h"
#include "../machine/machine.h"
#include "gic.h"

#include <libfdt.h>

#define HEAP_MAX ((uint64_t)64 << 20)
#define MIN_RAM ((uint64_t)256 << 20)

struct shell_boot shell_boot;

/* Takes the highest bytes of what is left of RAM below *top. */
static void *take_top(uint64_t *top, uint64_t bytes)
{
	*top = (*top - bytes) & ~(uint64_t)(BLOCK_BYTES - 1);
	return (void *)(uintptr_t)*top;
}

static uint64_t fdt_cell_value(const void *fdt, int node, const char *name)
{
	int length;
	const void *value = fdt_getprop(fdt, node, name, &length);

	if (!value)
		return 0;
	return length == 8 ? fdt64_ld(value) : fdt32_ld(value);
}

static void find_cpus(const void *fdt)
{
	int node = -1;

	while ((node = fdt_node_offset_by_prop_value(fdt, node, "device_type", "cpu", 4)) >= 0 &&
	       shell_boot.cpu_count < SHELL_MAX_CPUS)
		shell_boot.mpidr[shell_boot.cpu_count++] = fdt_cell_value(fdt, node, "reg");
}

/* Guests' RAM may be where the boot loader has put these things: they move to the top, below the image. */
static uint64_t save_boot_data(const void *fdt, uint64_t top)
{
	int chosen = fdt_path_offset(fdt, "/chosen");
	uint64_t start = 0, end = 0;
	void *to;

	if (chosen >= 0) {
		start = fdt_cell_value(fdt, chosen, "linux,initrd-start");
		end = fdt_cell_value(fdt, chosen, "linux,initrd-end");
	}
	if (end > start) {
		to = take_top(&top, end - start);
		memmove(to, (const void *)(uintptr_t)start, (size_t)(end - start));
		shell_boot.bundle = to;
		shell_boot.bundle_bytes = (size_t)(end - start);
	}
	return top;
}

static void find_memory(const void *fdt, uint64_t image_pa)
{
	uint64_t top, heap;
	size_t fdt_bytes = fdt_totalsize(fdt);
	void *copy;

	if (!early_memory(fdt, &shell_boot.ram_base, &shell_boot.ram_bytes) || shell_boot.ram_bytes < MIN_RAM)
		shell_panic("the machine has less than %lu MiB of RAM", MIN_RAM >> 20);
	top = save_boot_data(fdt, image_pa);
	heap = (uintptr_t)take_top(&top, HEAP_MAX);
	region_add(&shell_heap, heap, HEAP_MAX);
	copy = shell_alloc(fdt_bytes, 8);
	memcpy(copy, fdt, fdt_bytes);
	shell_boot.fdt = copy;
	region_add(&shell_pool, shell_boot.ram_base, top - shell_boot.ram_base);
}

static void start_gic(void)
{
	static struct vgicv5_irs_desc irs;
	struct vgicv5_host_config config = {.irs = &irs, .irs_count = 1, .coherent = true};
	int error;

	machine_init();
	machine_cpu_init();
	gic_init();
	gic_cpu_init();
	irs.config_frame = (volatile void *)machine_irs();
	error = vgicv5_host_init(&shell_host, &config);
	if (error)
		shell_panic("GICv5: %s", vgicv5_strerror(error));
	vgicv5_pcpu_init(&shell_host, &this_cpu()->gic);
}

void shell_main(const void *fdt, uint64_t image_pa) __attribute__((noreturn));
void shell_main(const void *fdt, uint64_t image_pa)
{
	unsigned int i;

	for (i = 0; i < SHELL_MAX_CPUS; i++)
		shell_cpus[i].index = i;
	cpu_setup(&shell_cpus[0]);
	con_init();
	con_puts("\n[shell] libvgicv5 EL2 shell\n");
	find_memory(fdt, image_pa);
	find_cpus(shell_boot.fdt);
	con_printf("[shell] %u CPUs, %lu MiB of RAM, image at %lx\n", shell_boot.cpu_count,
		   shell_boot.ram_bytes >> 20, image_pa);
	start_gic();
	shell_cpus[0].online = 1;
	cpus_start(image_pa);
	shell_load_guests();
	sched_loop();
}
