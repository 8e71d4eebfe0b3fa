/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Files of saved VMs: what the writer writes passes the reader's checks, holds what was given and nothing of what is
 * zero; failures are told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "writer.h"

#define RAM_BYTES ((uint64_t)2 * VMFILE_RAM_UNIT)
#define FILE_BYTES ((size_t)6 << 20)

static uint64_t file[FILE_BYTES / 8];
static uint64_t ram[RAM_BYTES / 8];
static struct vmfile_writer writer;
static size_t room;

static bool write_file(void *ctx, const void *data, size_t bytes)
{
	size_t at = sizeof(struct vmfile_front) + (size_t)writer.bytes;

	assert_ptr_equal(ctx, file);
	if (at + bytes > room)
		return false;
	memcpy((char *)file + at, data, bytes);
	return true;
}

static const void *ram_page(void *ctx, uint64_t offset)
{
	assert_ptr_equal(ctx, ram);
	assert_true(offset < RAM_BYTES && !(offset % VMFILE_PAGE));
	return (const char *)ram + offset;
}

static void set_page(uint64_t page)
{
	/* One word that is not the first: it is enough. */
	ram[page * VMFILE_PAGE / 8 + page % 512] = page + 1;
}

static int setup(void **state)
{
	(void)state;
	memset(file, 0, sizeof(file));
	memset(ram, 0, sizeof(ram));
	writer = (struct vmfile_writer){
		.write = write_file, .ctx = file, .front = (struct vmfile_front *)(void *)file};
	room = FILE_BYTES;
	return 0;
}

static void add_section(const char *kind, uint32_t index, size_t bytes)
{
	static const uint64_t content[256] = {1, 2, 3};

	vmfile_begin(&writer, kind, index);
	vmfile_add(&writer, content, 8);
	vmfile_add(&writer, content + 1, bytes - 8);
}

static const char *write_plain(void)
{
	add_section(VMFILE_GIC, 0, 64);
	add_section(VMFILE_MACHINE, 0, sizeof(struct vmfile_machine));
	add_section(VMFILE_VCPU, 0, sizeof(struct vmfile_vcpu));
	add_section(VMFILE_VCPU, 1, sizeof(struct vmfile_vcpu));
	add_section(VMFILE_UART, 0, sizeof(struct vmfile_uart));
	add_section(VMFILE_LINE, 0, sizeof(struct vmfile_line));
	vmfile_add_memory(&writer, VMFILE_RAM, 0, RAM_BYTES, ram_page, ram);
	return vmfile_finish(&writer, "a name that is too long", 2, RAM_BYTES);
}

/* Fills `copy` from the runs; how many there are. */
static unsigned int read_runs(const struct vmfile_section *section, uint64_t *copy)
{
	const char *at = (const char *)file + section->offset;
	const char *end = at + section->bytes;
	struct vmfile_run run;
	unsigned int runs = 0;
	uint64_t next = 0;

	assert_null(vmfile_check_memory((const void *)at, RAM_BYTES));
	for (at += sizeof(struct vmfile_memory); at < end; at += run.bytes, runs++) {
		memcpy(&run, at, sizeof(run));
		at += sizeof(run);
		assert_null(vmfile_check_run(&run, RAM_BYTES, next, (uint64_t)(end - at)));
		memcpy((char *)copy + run.offset, at, (size_t)run.bytes);
		next = run.offset + run.bytes;
	}
	return runs;
}

static void what_is_written_is_read(void **state)
{
	static uint64_t copy[RAM_BYTES / 8];
	const struct vmfile_front *front = writer.front;
	const struct vmfile_section *section;
	unsigned int i;

	(void)state;
	set_page(0);
	set_page(7);
	set_page(8);
	set_page(RAM_BYTES / VMFILE_PAGE - 1);
	assert_null(write_plain());
	assert_null(vmfile_check_front(front, front->header.file_bytes));
	assert_null(vmfile_check_plain(front));
	assert_string_equal(front->header.name, "a name that is ");
	for (i = 0; i < front->header.sections; i++) {
		section = &front->sections[i];
		assert_int_equal(vmfile_checksum(0, (char *)file + section->offset, (size_t)section->bytes),
				 section->checksum);
	}
	memset(copy, 0, sizeof(copy));
	assert_int_equal(read_runs(vmfile_find(front, VMFILE_RAM, 0), copy), 3);
	assert_memory_equal(copy, ram, sizeof(ram));
	/* Four pages and no more. */
	assert_true(vmfile_find(front, VMFILE_RAM, 0)->bytes == 16 + 3 * 16 + 4 * VMFILE_PAGE);
}

static void memory_without_content_is_short(void **state)
{
	(void)state;
	assert_null(write_plain());
	assert_true(vmfile_find(writer.front, VMFILE_RAM, 0)->bytes == sizeof(struct vmfile_memory));
}

static void failures_are_told(void **state)
{
	unsigned int i;

	(void)state;
	set_page(1);
	room = sizeof(struct vmfile_front) + 4096;
	assert_string_equal(write_plain(), "the file cannot be written");
	setup(NULL);
	for (i = 0; i <= VMFILE_SECTIONS; i++)
		add_section("thing", i, 16);
	assert_non_null(vmfile_finish(&writer, "", 1, RAM_BYTES));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_is_written_is_read, setup),
		cmocka_unit_test_setup(memory_without_content_is_short, setup),
		cmocka_unit_test_setup(failures_are_told, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
