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
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(front.header.magic); i++) {
		front.header.magic[i] ^= 0x20;
		refused("no saved VM");
	}
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
	front.header.checksum ^= 1;
	assert_string_equal(check(), "the file is damaged: a checksum is wrong");
}

/* The most sections and vCPUs that a header can have. */
static void full_table_is_taken(void **state)
{
	(void)state;
	while (front.header.sections < VMFILE_SECTIONS)
		add("disk0", front.header.sections, 8);
	front.header.vcpus = VMFILE_SECTIONS;
	seal();
	assert_null(check());
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
	front.sections[6].bytes += 4;
	front.header.file_bytes += 4;
	refused("not where");
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
	assert_string_equal(vmfile_check_plain(&front), "it has a device that the plain board has not");
	front.header.sections--;
	add(VMFILE_GIC, 0, 512);
	assert_string_equal(vmfile_check_plain(&front), "it has a device that the plain board has not");
	front.header.sections--;
	front.header.vcpus = 3;
	assert_string_equal(vmfile_check_plain(&front), "a vCPU is missing");
}

static void each_section_of_the_plain_board_is_missed(void **state)
{
	struct vmfile_section *section = front.sections;
	const char *reason;
	unsigned int i;

	(void)state;
	for (i = 0; i < front.header.sections; i++, section++) {
		reason = i == 2 || i == 3 ? "a vCPU is missing" : "a section is missing";
		section->kind[0] ^= 1;
		assert_string_equal(vmfile_check_plain(&front), reason);
		section->kind[0] ^= 1;
		section->index += 2;
		assert_string_equal(vmfile_check_plain(&front), reason);
		section->index -= 2;
		section->bytes -= 8;
		/* The library's state and memory are as long as they are. */
		if (i == 0 || i == 6)
			assert_null(vmfile_check_plain(&front));
		else
			assert_string_equal(vmfile_check_plain(&front), reason);
		section->bytes += 8;
	}
	assert_null(vmfile_check_plain(&front));
}

static void sections_are_found_by_their_whole_name(void **state)
{
	(void)state;
	assert_ptr_equal(vmfile_find(&front, VMFILE_GIC, 0), &front.sections[0]);
	assert_ptr_equal(vmfile_find(&front, VMFILE_VCPU, 1), &front.sections[3]);
	assert_null(vmfile_find(&front, VMFILE_VCPU, 2));
	assert_null(vmfile_find(&front, "gi", 0));
	assert_null(vmfile_find(&front, "gicv5", 0));
}

static void memory_is_told_from_states(void **state)
{
	(void)state;
	add("disk0", VMFILE_STATE, 8);
	add("disk0", VMFILE_CONTENTS, 16);
	add("disk0", 2, 16);
	assert_false(vmfile_is_memory(&front.sections[0]));
	assert_false(vmfile_is_memory(&front.sections[3]));
	assert_true(vmfile_is_memory(&front.sections[6]));
	assert_false(vmfile_is_memory(&front.sections[7]));
	assert_true(vmfile_is_memory(&front.sections[8]));
	assert_false(vmfile_is_memory(&front.sections[9]));
}

static void vcpus_stay_below_el2(void **state)
{
	/* EL1h, EL1t, EL0t; all flags that there are. */
	static const uint64_t good[] = {0x3c5, 0x3c4, 0, 0xf3d01fc5};
	/* EL2h, EL2t, EL3h, a mode that is none, AArch32, SS, and a bit above the register. */
	static const uint64_t bad[] = {0x3c9, 0x3c8, 0x3cd, 0x3c1, 0x10, 0x3c5 | 1 << 21, (uint64_t)1 << 40};
	struct vmfile_vcpu vcpu = {.on = 1};
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		vcpu.pstate = good[i];
		assert_null(vmfile_check_vcpu(&vcpu));
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		vcpu.pstate = bad[i];
		assert_string_equal(vmfile_check_vcpu(&vcpu), "a vCPU is in a state that no guest can be in");
	}
	/* What is off has no state. */
	vcpu.on = 0;
	assert_null(vmfile_check_vcpu(&vcpu));
	vcpu.on = 2;
	assert_string_equal(vmfile_check_vcpu(&vcpu), "a vCPU is neither on nor off");
}

static void timers_have_two_control_bits(void **state)
{
	struct vmfile_vcpu vcpu = {.on = 1};
	unsigned int i;

	(void)state;
	for (i = 0; i < VMFILE_TIMERS; i++) {
		vcpu.timers[i].ctl = 3;
		assert_null(vmfile_check_vcpu(&vcpu));
		vcpu.timers[i].ctl = 4;
		assert_non_null(vmfile_check_vcpu(&vcpu));
		vcpu.timers[i].ctl = 0;
	}
}

/* Index in the table. */
static unsigned int idreg(unsigned int crm, unsigned int op2)
{
	unsigned int i = 0;

	while (vmfile_idregs[i].encoding != GICV5_ENC(3, 0, 0, crm, op2))
		i++;
	return i;
}

static struct vmfile_cpu here, shown;

/* Two CPUs that are the same, with 2 in each field. */
static int setup_cpus(void **state)
{
	unsigned int i;

	(void)state;
	here = (struct vmfile_cpu){.ctr = 0x84448004, .frequency = 1000};
	for (i = 0; i < VMFILE_IDREGS; i++)
		here.idregs[i] = 0x2222222222222222u;
	vmfile_cpu_filter(&here);
	shown = here;
	return 0;
}

static void moves(void)
{
	assert_null(vmfile_check_cpu(&here, &shown));
	setup_cpus(NULL);
}

static void stays(const char *reason)
{
	const char *wrong = vmfile_check_cpu(&here, &shown);

	assert_non_null(wrong);
	assert_non_null(strstr(wrong, reason));
	setup_cpus(NULL);
}

/* PFR0 to MMFR2 of a CPU with 2 in each field: a field too many, and guests see what is not in the file. */
static void filter_shows_what_is_kept(void **state)
{
	static const uint64_t filtered[VMFILE_IDREGS] = {
		0x2002000000220011,
		0x22,
		0x1000,
		0x101006,
		0x2222222220222222,
		0x0022222200222002,
		0x0020000000200020,
		0x0000000022222221,
		0x0002002000202002,
		0x2022000220220222,
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < VMFILE_IDREGS; i++)
		assert_int_equal(here.idregs[i], filtered[i]);
}

static void cpu_must_have_each_feature(void **state)
{
	unsigned int i, lo;

	(void)state;
	moves();
	for (i = 0; i < VMFILE_IDREGS; i++)
		for (lo = 0; lo < 64; lo += 4) {
			here.idregs[i] += (uint64_t)1 << lo;
			moves();
			shown.idregs[i] += (uint64_t)1 << lo;
			stays("features");
		}
	shown.midr = 1;
	moves();
}

/* FP and AdvSIMD, TGran4 and TGran64: 0xf is none, 0 the least that there is. */
static void signed_features_begin_at_minus_one(void **state)
{
	static const unsigned int fields[][3] = {{4, 0, 16}, {4, 0, 20}, {7, 0, 24}, {7, 0, 28}};
	unsigned int i, reg;
	uint64_t none;

	(void)state;
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		reg = idreg(fields[i][0], fields[i][1]);
		none = (uint64_t)0xf << fields[i][2];
		shown.idregs[reg] |= none;
		moves();
		shown.idregs[reg] &= ~none;
		here.idregs[reg] |= none;
		stays("features");
	}
}

static void caches_keep_what_was_promised(void **state)
{
	static const unsigned int line_fields[] = {0, 16};
	static const unsigned int promises[] = {28, 29};
	unsigned int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		shown.ctr += (uint64_t)1 << line_fields[i];
		stays("CTR_EL0");
		shown.ctr -= (uint64_t)1 << line_fields[i];
		moves();
		shown.ctr |= (uint64_t)1 << promises[i];
		stays("CTR_EL0");
		here.ctr |= (uint64_t)1 << promises[i];
		shown.ctr = here.ctr;
		moves();
	}
	shown.frequency++;
	stays("frequency");
	shown.dczid++;
	stays("DC ZVA");
}

static void memory_has_its_size(void **state)
{
	struct vmfile_memory head = {RAM, 0};

	(void)state;
	assert_null(vmfile_check_memory(&head, RAM));
	assert_non_null(vmfile_check_memory(&head, RAM + 4096));
	head.zero = 1;
	assert_non_null(vmfile_check_memory(&head, RAM));
}

/* A run that could be the last of 1 MiB, and what makes it impossible. */
static void memory_lies_where_it_can(void **state)
{
	const uint64_t bytes = 0x100000;
	static const struct {
		struct vmfile_run run;
		uint64_t next, left;
		bool taken;
	} cases[] = {
		{{0xfe000, 0x2000}, 0xfe000, 0x2000, true},  {{0xfe000, 0x2000}, 0, 0x3000, true},
		{{0xfe000, 0x2000}, 0xff000, 0x2000, false}, {{0xfe000, 0x2000}, 0, 0x1ff8, false},
		{{0xff000, 0x2000}, 0, 0x2000, false},	     {{0xfe000, 0}, 0, 0x2000, false},
		{{0xfd008, 0x2000}, 0, 0x2000, false},	     {{0xfd000, 0x1ff8}, 0, 0x2000, false},
		{{0x101000, 0x1000}, 0, 0x1000, false},	     {{~(uint64_t)4095, 0x2000}, 0, 0x2000, false},
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (!vmfile_check_run(&cases[i].run, bytes, cases[i].next, cases[i].left) != cases[i].taken)
			fail_msg("case %u", i);
}

/* The widest value of each register, and one bit more. */
static void uart_has_the_bits_of_a_pl011(void **state)
{
	static const struct vmfile_uart_regs widest = {
		.ibrd = 0xffff,
		.fbrd = 0x3f,
		.ilpr = 0xff,
		.lcr_h = 0xff,
		.cr = 0xff87,
		.ifls = 0x3f,
		.imsc = 0x7ff,
		.ris = 0x7ff,
		.dmacr = 7,
	};
	struct vmfile_uart uart = {.regs = widest, .queued = VMFILE_UART_QUEUE};
	uint32_t *reg = &uart.regs.ibrd;
	unsigned int i;

	(void)state;
	assert_null(vmfile_check_uart(&uart));
	for (i = 0; i < sizeof(widest) / sizeof(*reg); i++) {
		reg[i] += 1;
		assert_non_null(vmfile_check_uart(&uart));
		reg[i] -= 1;
	}
	uart.regs.cr = 8;
	assert_non_null(vmfile_check_uart(&uart));
	uart.regs.cr = 0;
	uart.queued++;
	assert_non_null(vmfile_check_uart(&uart));
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
		cmocka_unit_test_setup(full_table_is_taken, setup),
		cmocka_unit_test_setup(plain_board_has_all_and_no_more, setup),
		cmocka_unit_test_setup(each_section_of_the_plain_board_is_missed, setup),
		cmocka_unit_test_setup(sections_are_found_by_their_whole_name, setup),
		cmocka_unit_test_setup(memory_is_told_from_states, setup),
		cmocka_unit_test(vcpus_stay_below_el2),
		cmocka_unit_test(timers_have_two_control_bits),
		cmocka_unit_test_setup(filter_shows_what_is_kept, setup_cpus),
		cmocka_unit_test_setup(cpu_must_have_each_feature, setup_cpus),
		cmocka_unit_test_setup(signed_features_begin_at_minus_one, setup_cpus),
		cmocka_unit_test_setup(caches_keep_what_was_promised, setup_cpus),
		cmocka_unit_test(memory_has_its_size),
		cmocka_unit_test(memory_lies_where_it_can),
		cmocka_unit_test(uart_has_the_bits_of_a_pl011),
		cmocka_unit_test(lines_have_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
