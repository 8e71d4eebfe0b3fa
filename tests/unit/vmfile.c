/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The file of a saved VM: what is taken for one, and what is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "vmfile.h"

#include <vgicv5/arch/sysreg.h>

#define RAM ((uint64_t)128 << 20)

static struct vmfile_front front;

static void add(const char *kind, uint32_t index, uint64_t bytes)
{
	struct vmfile_section *section = &front.sections[front.header.sections++];

	memset(section, 0, sizeof(*section));
	strcpy(section->kind, kind);
	section->index = index;
	section->offset = front.header.file_bytes;
	section->bytes = bytes;
	front.header.file_bytes += bytes;
}

static void seal(void)
{
	front.header.checksum = vmfile_front_checksum(&front);
}

/* A plain board with two vCPUs. */
static int setup(void **state)
{
	(void)state;
	memset(&front, 0, sizeof(front));
	memcpy(front.header.magic, VMFILE_MAGIC, 8);
	front.header.version = 1;
	front.header.file_bytes = sizeof(front);
	strcpy(front.header.name, "vm0");
	front.header.vcpus = 2;
	front.header.ram_bytes = RAM;
	add(VMFILE_GIC, 0, 512);
	add(VMFILE_MACHINE, 0, sizeof(struct vmfile_machine));
	add(VMFILE_VCPU, 0, sizeof(struct vmfile_vcpu));
	add(VMFILE_VCPU, 1, sizeof(struct vmfile_vcpu));
	add(VMFILE_UART, 0, sizeof(struct vmfile_uart));
	add(VMFILE_LINE, 0, sizeof(struct vmfile_line));
	add(VMFILE_RAM, 0, 16);
	seal();
	return 0;
}

static const char *check(void)
{
	return vmfile_check_front(&front, front.header.file_bytes);
}

static void refused(const char *reason)
{
	const char *wrong;

	seal();
	wrong = check();
	assert_non_null(wrong);
	assert_non_null(strstr(wrong, reason));
	setup(NULL);
}

static void good_front_is_taken(void **state)
{
	(void)state;
	assert_null(check());
	assert_null(vmfile_check_plain(&front));
}

static void checksum_is_as_described(void **state)
{
	const uint64_t words[] = {1, 0};
	uint64_t s = 0x9e3779b97f4a7c15u;

	(void)state;
	s ^= s >> 32;
	assert_int_equal(vmfile_checksum(0, words, 8), s);
	s *= 0x9e3779b97f4a7c15u;
	s ^= s >> 32;
	assert_int_equal(vmfile_checksum(0, words, 16), s);
}

static void damage_is_seen(void **state)
{
	unsigned char *bytes = (unsigned char *)&front;
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(front); i++) {
		bytes[i] ^= 1;
		assert_non_null(check());
		bytes[i] ^= 1;
	}
	assert_null(check());
	assert_non_null(vmfile_check_front(&front, front.header.file_bytes - 8));
}

static void odd_headers_are_refused(void **state)
{
	(void)state;
	front.header.version = 2;
	refused("version");
	front.header.zero = 1;
	refused("cannot be");
	front.header.vcpus = 0;
	refused("cannot be");
	front.header.vcpus = 85;
	refused("cannot be");
	front.header.sections = 85;
	refused("cannot be");
	front.header.ram_bytes = 0;
	refused("cannot be");
	front.header.ram_bytes += 4096;
	refused("cannot be");
	front.header.name[15] = 'x';
	refused("cannot be");
	front.header.file_bytes = 4088;
	refused("shorter");
}

static void odd_sections_are_refused(void **state)
{
	(void)state;
	front.sections[1].offset += 8;
	refused("not where");
	front.sections[2].offset -= 8;
	refused("not where");
	front.sections[6].bytes += 8;
	refused("not where");
	front.sections[6].bytes -= 8;
	refused("longer");
	front.sections[0].bytes = ~(uint64_t)7;
	refused("not where");
	front.sections[3].kind[15] = 'x';
	refused("not where");
	front.sections[3].zero = 1;
	refused("not where");
}

static void plain_board_has_all_and_no_more(void **state)
{
	(void)state;
	add("disk0", 0, 8);
	assert_non_null(vmfile_check_plain(&front));
	front.header.sections--;
	front.sections[3].index = 0;
	assert_non_null(vmfile_check_plain(&front));
	front.sections[3].index = 1;
	front.sections[4].bytes -= 8;
	assert_non_null(vmfile_check_plain(&front));
	front.sections[4].bytes += 8;
	front.header.vcpus = 3;
	assert_non_null(vmfile_check_plain(&front));
	front.header.vcpus = 2;
	assert_null(vmfile_check_plain(&front));
	assert_true(vmfile_is_memory(&front.sections[6]));
	assert_false(vmfile_is_memory(&front.sections[3]));
	assert_false(vmfile_is_memory(&front.sections[0]));
}

static void vcpus_stay_below_el2(void **state)
{
	static const uint64_t good[] = {0x3c5, 0x3c4, 0, 0x600003c5};
	static const uint64_t bad[] = {0x3c9, 0x3c8, 0x10, 0x3c5 | 1 << 21, 0x3cd, (uint64_t)1 << 40};
	struct vmfile_vcpu vcpu = {.on = 1};
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		vcpu.pstate = good[i];
		assert_null(vmfile_check_vcpu(&vcpu));
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		vcpu.pstate = bad[i];
		assert_non_null(vmfile_check_vcpu(&vcpu));
	}
	vcpu.pstate = 0;
	vcpu.timers[VMFILE_CNTP].ctl = 4;
	assert_non_null(vmfile_check_vcpu(&vcpu));
	vcpu.on = 0;
	assert_null(vmfile_check_vcpu(&vcpu));
	vcpu.on = 2;
	assert_non_null(vmfile_check_vcpu(&vcpu));
}

/* Index in the table. */
static unsigned int idreg(unsigned int crm, unsigned int op2)
{
	unsigned int i = 0;

	while (vmfile_idregs[i].encoding != GICV5_ENC(3, 0, 0, crm, op2))
		i++;
	return i;
}

static void cpu_must_offer_what_was_shown(void **state)
{
	unsigned int pfr0 = idreg(4, 0), isar0 = idreg(6, 0), i;
	struct vmfile_cpu here = {.ctr = 0x84448004, .frequency = 1000}, shown;

	(void)state;
	for (i = 0; i < VMFILE_IDREGS; i++)
		here.idregs[i] = 0x2222222222222222u;
	vmfile_cpu_filter(&here);
	assert_int_equal(here.idregs[pfr0], 0x2002000000220011u);
	shown = here;
	assert_null(vmfile_check_cpu(&here, &shown));
	shown.idregs[isar0] -= 0x10;
	assert_null(vmfile_check_cpu(&here, &shown));
	shown.idregs[isar0] += 0x20;
	assert_non_null(vmfile_check_cpu(&here, &shown));
	/* FP is signed: 0xf is none. */
	shown = here;
	shown.idregs[pfr0] |= 0xf0000;
	assert_null(vmfile_check_cpu(&here, &shown));
	here.idregs[pfr0] |= 0xf0000;
	shown.idregs[pfr0] &= ~(uint64_t)0xf0000;
	assert_non_null(vmfile_check_cpu(&here, &shown));
	shown = here;
	shown.midr = 1;
	assert_null(vmfile_check_cpu(&here, &shown));
	shown.ctr += 1;
	assert_non_null(vmfile_check_cpu(&here, &shown));
	shown.ctr -= 2;
	assert_null(vmfile_check_cpu(&here, &shown));
	shown.ctr |= 1 << 28;
	assert_non_null(vmfile_check_cpu(&here, &shown));
	shown = here;
	shown.frequency++;
	assert_non_null(vmfile_check_cpu(&here, &shown));
	shown = here;
	shown.dczid++;
	assert_non_null(vmfile_check_cpu(&here, &shown));
}

static void memory_lies_where_it_can(void **state)
{
	struct vmfile_memory head = {RAM, 0};
	struct vmfile_run run = {4096, 8192};

	(void)state;
	assert_null(vmfile_check_memory(&head, RAM));
	assert_non_null(vmfile_check_memory(&head, RAM + 4096));
	assert_null(vmfile_check_run(&run, RAM, 4096, 8192));
	assert_non_null(vmfile_check_run(&run, RAM, 8192, 8192));
	assert_non_null(vmfile_check_run(&run, RAM, 0, 8191));
	assert_non_null(vmfile_check_run(&run, 8192, 0, 8192));
	run.bytes = 0;
	assert_non_null(vmfile_check_run(&run, RAM, 0, 8192));
	run = (struct vmfile_run){~(uint64_t)4095, 8192};
	assert_non_null(vmfile_check_run(&run, RAM, 0, 8192));
	run = (struct vmfile_run){8, 4096};
	assert_non_null(vmfile_check_run(&run, RAM, 0, 8192));
}

static void lines_have_an_end(void **state)
{
	struct vmfile_line line = {.length = VMFILE_LINE_BYTES - 1};

	(void)state;
	assert_null(vmfile_check_line(&line));
	line.length++;
	assert_non_null(vmfile_check_line(&line));
	line = (struct vmfile_line){.zero = 1};
	assert_non_null(vmfile_check_line(&line));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(good_front_is_taken, setup),
		cmocka_unit_test_setup(checksum_is_as_described, setup),
		cmocka_unit_test_setup(damage_is_seen, setup),
		cmocka_unit_test_setup(odd_headers_are_refused, setup),
		cmocka_unit_test_setup(odd_sections_are_refused, setup),
		cmocka_unit_test_setup(plain_board_has_all_and_no_more, setup),
		cmocka_unit_test_setup(vcpus_stay_below_el2, setup),
		cmocka_unit_test_setup(cpu_must_offer_what_was_shown, setup),
		cmocka_unit_test_setup(memory_lies_where_it_can, setup),
		cmocka_unit_test_setup(lines_have_an_end, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
