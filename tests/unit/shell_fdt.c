/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Device tree of the shell's guests: read back what a kernel would look for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <libfdt.h>

#include "guest_fdt.h"

static uint64_t blob[GUEST_FDT_SIZE / 8];

static const struct guest_fdt machine = {
	.cpus = 3,
	.ram_base = 0x40000000,
	.ram_size = 0x180000000,
	.bootargs = "console=ttyAMA0 demo=batch",
	.initrd_start = 0x48000000,
	.initrd_end = 0x48123456,
	.virtio = 0x80000001,
};

static int make(void **state)
{
	(void)state;
	return guest_fdt_make(blob, sizeof(blob), &machine);
}

static int node(const char *path)
{
	int offset = fdt_path_offset(blob, path);

	assert_true(offset >= 0);
	return offset;
}

static uint32_t cell(int offset, const char *name, int index)
{
	int length;
	const fdt32_t *value = fdt_getprop(blob, offset, name, &length);

	assert_non_null(value);
	assert_true(length >= 4 * (index + 1));
	return fdt32_to_cpu(value[index]);
}

static void assert_cells(const char *path, const char *name, const uint32_t *expected, int count)
{
	int offset = node(path);
	int i, length;

	assert_non_null(fdt_getprop(blob, offset, name, &length));
	assert_int_equal(length, 4 * count);
	for (i = 0; i < count; i++)
		assert_int_equal(cell(offset, name, i), expected[i]);
}

static void assert_text(const char *path, const char *name, const char *expected, int length)
{
	int found;
	const char *value = fdt_getprop(blob, node(path), name, &found);

	assert_int_equal(found, length);
	assert_memory_equal(value, expected, (size_t)length);
}

#define ASSERT_TEXT(path, name, expected) assert_text(path, name, expected, sizeof(expected))

static void the_blob_is_whole(void **state)
{
	(void)state;
	assert_int_equal(fdt_check_header(blob), 0);
	ASSERT_TEXT("/", "compatible", "linux,dummy-virt");
	assert_int_equal(cell(node("/"), "interrupt-parent", 0), fdt_get_phandle(blob, node("/intc")));
}

static void interrupt_controller(void **state)
{
	static const uint32_t irs_reg[] = {0, 0x08010000, 0, 0x10000, 0, 0x08020000, 0, 0x10000};
	const uint8_t *iaffids;
	int length, irs = node("/intc/irs@8010000");
	char cpu[] = "/cpus/cpu@0";

	(void)state;
	ASSERT_TEXT("/intc", "compatible", "arm,gic-v5");
	assert_int_equal(cell(node("/intc"), "#interrupt-cells", 0), 3);
	assert_non_null(fdt_getprop(blob, node("/intc"), "interrupt-controller", NULL));
	assert_null(fdt_getprop(blob, node("/intc"), "reg", NULL));
	ASSERT_TEXT("/intc/irs@8010000", "compatible", "arm,gic-v5-irs");
	ASSERT_TEXT("/intc/irs@8010000", "reg-names", "ns-config\0ns-setlpi");
	assert_cells("/intc/irs@8010000", "reg", irs_reg, 8);
	iaffids = fdt_getprop(blob, irs, "arm,iaffids", &length);
	assert_int_equal(length, 6);
	assert_memory_equal(iaffids, ((const uint8_t[]){0, 0, 0, 1, 0, 2}), 6);
	for (; cpu[10] < '3'; cpu[10]++)
		assert_int_equal(cell(irs, "cpus", cpu[10] - '0'), fdt_get_phandle(blob, node(cpu)));
}

static void translation_service(void **state)
{
	static const uint32_t config[] = {0, 0x08080000, 0, 0x10000},
			      translate[] = {0, 0x08090000, 0, 0x10000};
	const char *its = "/intc/irs@8010000/its@8080000";
	const char *frame = "/intc/irs@8010000/its@8080000/msi-controller@8090000";

	(void)state;
	ASSERT_TEXT(its, "compatible", "arm,gic-v5-its");
	ASSERT_TEXT(its, "reg-names", "ns-config");
	assert_cells(its, "reg", config, 4);
	ASSERT_TEXT(frame, "reg-names", "ns-translate");
	assert_cells(frame, "reg", translate, 4);
	assert_int_equal(cell(node(frame), "#msi-cells", 0), 1);
	assert_non_null(fdt_getprop(blob, node(frame), "msi-controller", NULL));
}

static void processors(void **state)
{
	(void)state;
	assert_int_equal(cell(node("/cpus/cpu@2"), "reg", 0), 2);
	ASSERT_TEXT("/cpus/cpu@2", "enable-method", "psci");
	assert_true(fdt_path_offset(blob, "/cpus/cpu@3") < 0);
	ASSERT_TEXT("/psci", "method", "hvc");
}

static void timers(void **state)
{
	static const uint32_t ppis[] = {1, 29, 4, 1, 30, 4, 1, 27, 4, 1, 26, 4, 1, 28, 4};

	(void)state;
	assert_cells("/timer", "interrupts", ppis, 15);
}

static void uart(void **state)
{
	static const uint32_t interrupts[] = {3, 1, 4};
	static const uint32_t reg[] = {0, 0x09000000, 0, 0x1000};

	(void)state;
	assert_cells("/pl011@9000000", "interrupts", interrupts, 3);
	assert_cells("/pl011@9000000", "reg", reg, 4);
	ASSERT_TEXT("/pl011@9000000", "clock-names", "uartclk\0apb_pclk");
	assert_int_equal(cell(node("/pl011@9000000"), "clocks", 1), fdt_get_phandle(blob, node("/apb-pclk")));
}

/* Its wires are events of a device that no function of the PCI bus is; the second UART has one of them. */
static void wire_bridge(void **state)
{
	static const uint32_t reg[] = {0, 0x080c0000, 0, 0x10000};
	const char *frame = "/intc/irs@8010000/its@8080000/msi-controller@8090000";
	const char *iwb = "/iwb@80c0000";
	int loop = node("/pl011@9040000");

	(void)state;
	ASSERT_TEXT(iwb, "compatible", "arm,gic-v5-iwb");
	assert_cells(iwb, "reg", reg, 4);
	assert_non_null(fdt_getprop(blob, node(iwb), "interrupt-controller", NULL));
	assert_int_equal(cell(node(iwb), "#interrupt-cells", 0), 2);
	assert_int_equal(cell(node(iwb), "#address-cells", 0), 0);
	assert_int_equal(cell(node(iwb), "msi-parent", 0), fdt_get_phandle(blob, node(frame)));
	assert_true(cell(node(iwb), "msi-parent", 1) >= cell(node("/pcie@3f000000"), "msi-map", 3));
	assert_int_equal(cell(loop, "interrupts-extended", 0), fdt_get_phandle(blob, node(iwb)));
	assert_int_equal(cell(loop, "interrupts-extended", 2), 4);
	assert_int_equal(cell(loop, "reg", 1), 0x09040000);
}

static void transports(void **state)
{
	static const uint32_t first[] = {3, 16, 4}, last[] = {3, 47, 4};

	(void)state;
	assert_cells("/virtio_mmio@a000000", "interrupts", first, 3);
	assert_cells("/virtio_mmio@a003e00", "interrupts", last, 3);
	assert_true(fdt_path_offset(blob, "/virtio_mmio@a000200") < 0);
}

static void pci_host_bridge(void **state)
{
	static const uint32_t reg[] = {0, 0x3f000000, 0, 0x100000};
	static const uint32_t ranges[] = {0x02000000, 0, 0x10000000, 0, 0x10000000, 0, 0x2eff0000};
	const char *frame = "/intc/irs@8010000/its@8080000/msi-controller@8090000";
	int bridge = node("/pcie@3f000000");

	(void)state;
	ASSERT_TEXT("/pcie@3f000000", "compatible", "pci-host-ecam-generic");
	assert_cells("/pcie@3f000000", "reg", reg, 4);
	assert_cells("/pcie@3f000000", "ranges", ranges, 7);
	assert_int_equal(cell(bridge, "#address-cells", 0), 3);
	assert_int_equal(cell(bridge, "bus-range", 1), 0);
	/* Requester IDs from 0 on are DeviceIDs from 0 on, and their MSIs go to the translate frame. */
	assert_int_equal(cell(bridge, "msi-map", 0), 0);
	assert_int_equal(cell(bridge, "msi-map", 1), fdt_get_phandle(blob, node(frame)));
	assert_int_equal(cell(bridge, "msi-map", 2), 0);
	assert_int_equal(cell(bridge, "msi-map", 3), 0x100);
}

static void memory_and_choice(void **state)
{
	static const uint32_t reg[] = {0, 0x40000000, 1, 0x80000000};
	static const uint32_t start[] = {0, 0x48000000}, end[] = {0, 0x48123456};

	(void)state;
	assert_cells("/memory@40000000", "reg", reg, 4);
	assert_cells("/chosen", "linux,initrd-start", start, 2);
	assert_cells("/chosen", "linux,initrd-end", end, 2);
	ASSERT_TEXT("/chosen", "bootargs", "console=ttyAMA0 demo=batch");
	ASSERT_TEXT("/chosen", "stdout-path", "/pl011@9000000");
	assert_null(fdt_getprop(blob, node("/chosen"), "kaslr-seed", NULL));
}

static void seeds_differ_and_repeat(void **state)
{
	struct guest_fdt seeded = machine;
	uint8_t first[40];

	(void)state;
	seeded.seed = 1;
	assert_int_equal(guest_fdt_make(blob, sizeof(blob), &seeded), 0);
	memcpy(first, fdt_getprop(blob, node("/chosen"), "kaslr-seed", NULL), 8);
	memcpy(first + 8, fdt_getprop(blob, node("/chosen"), "rng-seed", NULL), 32);
	assert_memory_not_equal(first, first + 8, 8);
	seeded.seed = 2;
	assert_int_equal(guest_fdt_make(blob, sizeof(blob), &seeded), 0);
	assert_memory_not_equal(first, fdt_getprop(blob, node("/chosen"), "kaslr-seed", NULL), 8);
	seeded.seed = 1;
	assert_int_equal(guest_fdt_make(blob, sizeof(blob), &seeded), 0);
	assert_memory_equal(first, fdt_getprop(blob, node("/chosen"), "kaslr-seed", NULL), 8);
	assert_memory_equal(first + 8, fdt_getprop(blob, node("/chosen"), "rng-seed", NULL), 32);
}

static void the_plain_board_has_the_least(void **state)
{
	static const char *const missing[] = {"/iwb@80c0000", "/pl011@9040000", "/pcie@3f000000",
					      "/intc/irs@8010000/its@8080000"};
	struct guest_fdt plain = machine;
	unsigned int i;

	(void)state;
	plain.plain = true;
	assert_int_equal(guest_fdt_make(blob, sizeof(blob), &plain), 0);
	ASSERT_TEXT("/intc/irs@8010000", "reg-names", "ns-config");
	assert_true(fdt_path_offset(blob, "/pl011@9000000") >= 0);
	for (i = 0; i < sizeof(missing) / sizeof(missing[0]); i++)
		assert_true(fdt_path_offset(blob, missing[i]) < 0);
}

static void the_largest_machine_fits(void **state)
{
	struct guest_fdt large = machine;

	(void)state;
	large.cpus = 128;
	large.virtio = 0xffffffff;
	assert_int_equal(guest_fdt_make(blob, sizeof(blob), &large), 0);
	assert_int_equal(cell(node("/cpus/cpu@7f"), "reg", 0), 127);
}

static void too_little_room_is_an_error_at_every_size(void **state)
{
	uint32_t size, whole;

	(void)state;
	whole = fdt_totalsize(blob);
	for (size = 0; size < whole; size += 4) {
		memset(blob, 0x5a, sizeof(blob));
		assert_true(guest_fdt_make(blob, size, &machine) < 0);
		assert_int_equal(blob[(size + 7) / 8], 0x5a5a5a5a5a5a5a5a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_blob_is_whole, make),
		cmocka_unit_test_setup(interrupt_controller, make),
		cmocka_unit_test_setup(translation_service, make),
		cmocka_unit_test_setup(processors, make),
		cmocka_unit_test_setup(timers, make),
		cmocka_unit_test_setup(uart, make),
		cmocka_unit_test_setup(wire_bridge, make),
		cmocka_unit_test_setup(transports, make),
		cmocka_unit_test_setup(pci_host_bridge, make),
		cmocka_unit_test_setup(memory_and_choice, make),
		cmocka_unit_test_setup(seeds_differ_and_repeat, make),
		cmocka_unit_test(the_plain_board_has_the_least),
		cmocka_unit_test_setup(the_largest_machine_fits, make),
		cmocka_unit_test_setup(too_little_room_is_an_error_at_every_size, make),
	};

	return cmocka_run_group_tests_name("guest device tree", tests, NULL, NULL);
}
