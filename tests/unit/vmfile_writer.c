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

#define RAM_BYTES ((uint64_t)4 * VMFILE_RAM_UNIT)
#define FILE_BYTES ((size_t)10 << 20)

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

static void start_file(void)
{
	memset(file, 0, sizeof(file));
	writer = (struct vmfile_writer){
		.write = write_file, .ctx = file, .front = (struct vmfile_front *)(void *)file};
	room = FILE_BYTES;
}

static int setup(void **state)
{
	(void)state;
	memset(ram, 0, sizeof(ram));
	start_file();
	return 0;
}

static void add_section(const char *kind, uint32_t index, size_t bytes)
{
	static const uint64_t content[256] = {1, 2, 3};

	vmfile_begin(&writer, kind, index);
	vmfile_add(&writer, content, 8);
	vmfile_add(&writer, content + 1, bytes - 8);
}

static void add_ram_by_page(void)
{
	vmfile_add_memory(&writer, VMFILE_RAM, 0, RAM_BYTES, ram_page, ram);
}

static void add_ram_in_one_piece(void)
{
	vmfile_add_memory(&writer, VMFILE_RAM, 0, RAM_BYTES, NULL, ram);
}

static const char *write_plain(void (*add_ram)(void))
{
	add_section(VMFILE_GIC, 0, 64);
	add_section(VMFILE_MACHINE, 0, sizeof(struct vmfile_machine));
	add_section(VMFILE_VCPU, 0, sizeof(struct vmfile_vcpu));
	add_section(VMFILE_VCPU, 1, sizeof(struct vmfile_vcpu));
	add_section(VMFILE_UART, 0, sizeof(struct vmfile_uart));
	add_section(VMFILE_LINE, 0, sizeof(struct vmfile_line));
	add_ram();
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
	assert_null(write_plain(add_ram_by_page));
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
	assert_null(write_plain(add_ram_by_page));
	assert_true(vmfile_find(writer.front, VMFILE_RAM, 0)->bytes == sizeof(struct vmfile_memory));
}

/* Long memory comes in runs of at most 4 MiB; page by page or not, the file is the same. */
static void memory_in_one_piece_is_the_same_file(void **state)
{
	static uint64_t by_page[FILE_BYTES / 8], copy[RAM_BYTES / 8];
	uint64_t page, bytes;

	(void)state;
	for (page = 1; page < RAM_BYTES / VMFILE_PAGE; page++)
		set_page(page);
	assert_null(write_plain(add_ram_by_page));
	bytes = writer.front->header.file_bytes;
	assert_int_equal(read_runs(vmfile_find(writer.front, VMFILE_RAM, 0), copy), 2);
	memcpy(by_page, file, sizeof(file));
	start_file();
	assert_null(write_plain(add_ram_in_one_piece));
	assert_int_equal(writer.front->header.file_bytes, bytes);
	assert_memory_equal(file, by_page, sizeof(file));
}

static void failures_are_told(void **state)
{
	unsigned int i;

	(void)state;
	set_page(1);
	room = sizeof(struct vmfile_front) + 4096;
	assert_string_equal(write_plain(add_ram_by_page), "the file cannot be written");
	start_file();
	for (i = 0; i < VMFILE_SECTIONS; i++)
		add_section("thing", i, 16);
	assert_null(writer.wrong);
	add_section("thing", i, 16);
	assert_string_equal(vmfile_finish(&writer, "", 1, RAM_BYTES), "it has too many devices");
}

/* Also what the caller calls one. */
static void nothing_is_written_after_a_failure(void **state)
{
	uint64_t bytes;

	(void)state;
	set_page(1);
	add_section(VMFILE_GIC, 0, 64);
	bytes = writer.bytes;
	writer.wrong = "no memory";
	assert_string_equal(write_plain(add_ram_in_one_piece), "no memory");
	assert_true(writer.bytes == bytes);
	assert_true(!file[(sizeof(struct vmfile_front) + bytes) / 8]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_is_written_is_read, setup),
		cmocka_unit_test_setup(memory_without_content_is_short, setup),
		cmocka_unit_test_setup(memory_in_one_piece_is_the_same_file, setup),
		cmocka_unit_test_setup(failures_are_told, setup),
		cmocka_unit_test_setup(nothing_is_written_after_a_failure, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
