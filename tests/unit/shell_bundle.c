/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The shell's loader: bundles whole and broken, and where a guest's parts are placed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bundle.h"
#include "guest_fdt.h"
#include "layout.h"

#define MIB 0x100000u

/* As tools/bundle writes it; 8-byte aligned as the loader's memory is. */
static uint64_t memory[0x400];
static struct bundle bundle;

static uint8_t *at(size_t offset)
{
	return (uint8_t *)memory + offset;
}

static void record(unsigned int i, const char *kind, uint64_t offset, uint64_t bytes)
{
	uint8_t *to = at(16 + 32 * i);

	memset(to, 0, 16);
	memcpy(to, kind, strlen(kind));
	memcpy(to + 16, &offset, 8);
	memcpy(to + 24, &bytes, 8);
}

static void make(uint32_t count, const char *config)
{
	memset(memory, 0, sizeof(memory));
	memcpy(memory, "VGICV5B1", 8);
	memcpy(at(8), &count, 4);
	record(0, "config", 0x1000, strlen(config));
	memcpy(at(0x1000), config, strlen(config));
	record(1, "kernel", 0x1800, 5);
	memcpy(at(0x1800), "Image", 5);
}

static int setup(void **state)
{
	(void)state;
	make(2, "vms=3\ncpus=04\nappend.1=x\nappend=console=ttyAMA0 a=b\nbad=12x\nlast=7");
	assert_null(bundle_open(&bundle, memory, sizeof(memory)));
	return 0;
}

static void payloads_are_found(void **state)
{
	size_t bytes;

	(void)state;
	assert_ptr_equal(bundle_find(&bundle, "kernel", &bytes), at(0x1800));
	assert_int_equal(bytes, 5);
	assert_null(bundle_find(&bundle, "initrd", &bytes));
	assert_int_equal(bytes, 0);
	assert_null(bundle_find(&bundle, "kerne", &bytes));
	assert_null(bundle_find(&bundle, "kernels", &bytes));
}

static void configuration_is_read(void **state)
{
	char value[32], few[8];

	(void)state;
	assert_true(bundle_text(&bundle, "append", value, sizeof(value)));
	assert_string_equal(value, "console=ttyAMA0 a=b");
	assert_true(bundle_text(&bundle, "append", few, sizeof(few)));
	assert_string_equal(few, "console");
	assert_false(bundle_text(&bundle, "console", value, sizeof(value)));
	assert_string_equal(value, "");
	assert_int_equal(bundle_number(&bundle, "vms", 1), 3);
	assert_int_equal(bundle_number(&bundle, "cpus", 1), 4);
	assert_int_equal(bundle_number(&bundle, "last", 1), 7);
	assert_int_equal(bundle_number(&bundle, "bad", 9), 9);
	assert_int_equal(bundle_number(&bundle, "mem", 512), 512);
}

static void without_configuration_all_is_default(void **state)
{
	char value[8];

	(void)state;
	record(0, "other", 0, 0);
	assert_false(bundle_text(&bundle, "vms", value, sizeof(value)));
	assert_int_equal(bundle_number(&bundle, "vms", 1), 1);
}

static void broken_bundles_are_refused(void **state)
{
	static const struct {
		uint64_t offset, bytes;
	} outside[] = {{sizeof(memory), 1}, {0x1000, sizeof(memory)}, {UINT64_MAX, 2}, {8, UINT64_MAX - 4}};
	struct bundle other;
	unsigned int i;

	(void)state;
	assert_non_null(bundle_open(&other, NULL, 0));
	assert_non_null(bundle_open(&other, memory, 15));
	assert_non_null(bundle_open(&other, memory, 16 + 32));
	for (i = 0; i < 4; i++) {
		record(1, "kernel", outside[i].offset, outside[i].bytes);
		assert_non_null(bundle_open(&other, memory, sizeof(memory)));
	}
	record(1, "kernel", sizeof(memory), 0);
	assert_null(bundle_open(&other, memory, sizeof(memory)));
	make(BUNDLE_MAX_PAYLOADS + 1, "");
	assert_non_null(bundle_open(&other, memory, sizeof(memory)));
	make(2, "");
	*at(7) = '2';
	assert_non_null(bundle_open(&other, memory, sizeof(memory)));
}

/* Header of an arm64 Image. */
static uint64_t image[8];

static int image_setup(void **state)
{
	(void)state;
	memset(image, 0, sizeof(image));
	image[2] = 48 * MIB + 1;
	image[3] = 0xa;
	memcpy((uint8_t *)image + 56, "ARM\x64", 4);
	return 0;
}

static const char *place(struct guest_layout *layout, size_t initrd, uint64_t ram)
{
	return guest_layout_make(layout, image, sizeof(image), initrd, 0x40000000, ram);
}

static void parts_do_not_overlap(void **state)
{
	struct guest_layout layout;

	(void)state;
	assert_null(place(&layout, 3 * MIB, 256 * MIB));
	assert_int_equal(layout.kernel, 0x40000000);
	assert_int_equal(layout.initrd, 0x40000000 + 50 * MIB);
	assert_int_equal(layout.initrd_end, layout.initrd + 3 * MIB);
	assert_int_equal(layout.fdt, 0x40000000 + 54 * MIB);
	image[1] = 0x80000;
	assert_null(place(&layout, 0, 256 * MIB));
	assert_int_equal(layout.kernel, 0x40080000);
	assert_int_equal(layout.initrd, layout.initrd_end);
}

static void a_header_may_understate_the_size(void **state)
{
	static uint8_t large[3 * MIB];
	struct guest_layout layout;

	(void)state;
	memcpy(large, image, sizeof(image));
	memset(large + 16, 0, 8);
	assert_null(guest_layout_make(&layout, large, sizeof(large), 1, 0x40000000, 256 * MIB));
	assert_int_equal(layout.initrd, 0x40000000 + 4 * MIB);
}

static void what_does_not_fit_is_refused(void **state)
{
	struct guest_layout layout;

	(void)state;
	assert_null(place(&layout, 0, 50 * MIB + GUEST_FDT_SIZE));
	assert_non_null(place(&layout, 0, 50 * MIB + GUEST_FDT_SIZE - 1));
	assert_non_null(place(&layout, SIZE_MAX - 100, 256 * MIB));
	image[2] = UINT64_MAX - 100;
	assert_non_null(place(&layout, 0, 256 * MIB));
}

static void other_files_are_refused(void **state)
{
	struct guest_layout layout;

	(void)state;
	assert_non_null(guest_layout_make(&layout, NULL, 0, 0, 0x40000000, 256 * MIB));
	assert_non_null(guest_layout_make(&layout, image, 63, 0, 0x40000000, 256 * MIB));
	image[3] = 0xb;
	assert_non_null(place(&layout, 0, 256 * MIB));
	image_setup(NULL);
	image[1] = 2 * MIB;
	assert_non_null(place(&layout, 0, 256 * MIB));
	image_setup(NULL);
	image[7] = 0;
	assert_non_null(place(&layout, 0, 256 * MIB));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(payloads_are_found, setup),
		cmocka_unit_test_setup(configuration_is_read, setup),
		cmocka_unit_test_setup(without_configuration_all_is_default, setup),
		cmocka_unit_test_setup(broken_bundles_are_refused, setup),
		cmocka_unit_test_setup(parts_do_not_overlap, image_setup),
		cmocka_unit_test_setup(a_header_may_understate_the_size, image_setup),
		cmocka_unit_test_setup(what_does_not_fit_is_refused, image_setup),
		cmocka_unit_test_setup(other_files_are_refused, image_setup),
	};

	return cmocka_run_group_tests_name("bundle and layout", tests, NULL, NULL);
}
