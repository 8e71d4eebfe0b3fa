/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Every encoding of the X-macro lists against an assembler written by somebody else.
 *
 * The names of the lists are written into an assembly file, the AArch64 assembler of tools/fetch turns them into
 * instruction words, and each word is compared with the one that arch/names.h makes out of our op0, op1, CRn, CRm and
 * op2. The assembler's opinion on which registers can be written is compared with the lists' access column. What the
 * assembler does not know, or gets wrong, must stand in exceptions[], with a reason, and nothing else may stand there.
 */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include <vgicv5/arch/names.h>

#define ACCESS_RO 1
#define ACCESS_RW 3
#define MAX_LINES 512

struct exception {
	const char *start; /* of the lines concerned */
	uint32_t differs;  /* bits of the word in which the assembler is wrong; 0: it refuses the line */
};

/*
 * Where the assembler is not followed. An entry that does not apply fails the test.
 *
 * GICR: binutils (2.47 seen) leaves bit 21 clear, which makes it a SYS that writes nothing, and disassembles the right
 * word as a bare SYSL. The architecture defines GICR as an alias of SYSL (bit 21 set), the assembler's own
 * "sysl x0, #0, c12, c3, #0" (checked below) agrees, and so does the kernel: Debian's arm64 Image has 0xd528c301.
 */
static const struct exception exceptions[] = {
	{"gicr", GICV5_A64_L},
};

/* One instruction of the generated file. Its line number is its index + 2: the file begins with .arch. */
struct line {
	char text[64];
	struct gicv5_a64 insn;
	bool write_to_ro; /* the assembler must warn here, and only here */
	bool refused;
	bool warned;
};

static struct line lines[MAX_LINES];
static size_t line_count;
static char tools[512];

/* A different register for each line, so that Rt is compared too. */
static unsigned int next_rt(void)
{
	return (unsigned int)line_count % 31;
}

__attribute__((format(printf, 3, 4))) static void add_line(uint32_t encoding, bool read, const char *format,
							   ...)
{
	struct line *line = &lines[line_count];
	va_list args;
	size_t i;

	line->insn = (struct gicv5_a64){.encoding = encoding, .read = read, .rt = next_rt()};
	assert_true(++line_count < MAX_LINES);
	va_start(args, format);
	vsnprintf(line->text, sizeof(line->text), format, args);
	va_end(args);
	for (i = 0; line->text[i]; i++)
		line->text[i] = (char)tolower((unsigned char)line->text[i]);
}

/* GSB and CDEOI have no operand. */
static void last_line_has_xzr(void)
{
	lines[line_count - 1].insn.rt = 31;
}

static void add_sysreg(const char *name, uint32_t encoding, unsigned int access)
{
	add_line(encoding, true, "mrs x%u, %s", next_rt(), name);
	add_line(encoding, false, "msr %s, x%u", name, next_rt());
	lines[line_count - 1].write_to_ro = access == ACCESS_RO;
}

#define ADD_SYSREG(name, op0, op1, crn, crm, op2, access) \
	add_sysreg(#name, GICV5_ENC(op0, op1, crn, crm, op2), ACCESS_##access);
#define ADD_GIC(name, op1, crm, op2) add_line(GICV5_GIC_##name, false, "gic %s, x%u", #name, next_rt());
#define ADD_GICR(name, op1, crm, op2) add_line(GICV5_GIC_##name, true, "gicr x%u, %s", next_rt(), #name);
#define ADD_SYSL(name, op1, crm, op2) \
	add_line(GICV5_GIC_##name, true, "sysl x%u, #%d, c12, c%d, #%d", next_rt(), op1, crm, op2);
#define ADD_EOI(name, op1, crm, op2)                             \
	add_line(GICV5_GIC_##name, false, "gic %s, xzr", #name); \
	last_line_has_xzr();
#define ADD_GSB(name, op1, crm, op2)                        \
	add_line(GICV5_GSB_##name, false, "gsb %s", #name); \
	last_line_has_xzr();

static void add_everything(void)
{
	/* clang-format off */
	GICV5_SYSREGS(ADD_SYSREG)
	GICV5_INSNS_OPERAND(ADD_GIC)
	GICV5_INSNS_EOI(ADD_EOI)
	GICV5_INSNS_ACK(ADD_GICR)
	GICV5_INSNS_GSB(ADD_GSB)
	/* The same by number: see exceptions[]. */
	GICV5_INSNS_ACK(ADD_SYSL)
	/* clang-format on */
}

/* Writes the assembly file; refused lines become comments, so that line numbers stay. */
static void write_assembly(void)
{
	FILE *f = fopen("encodings.s", "w");
	size_t i;

	assert_non_null(f);
	fputs(".arch armv9.4-a+gcie\n", f);
	for (i = 0; i < line_count; i++)
		fprintf(f, "%s%s\n", lines[i].refused ? "// " : "", lines[i].text);
	assert_int_equal(fclose(f), 0);
}

/* Runs the assembler, marks the lines it refuses or warns of, and returns the number of refused ones. */
static size_t assemble(void)
{
	char command[2 * sizeof(tools) + 128], message[512];
	size_t refused = 0, number;
	char *rest;
	FILE *f;

	snprintf(command, sizeof(command),
		 "'%s/as' -o encodings.o encodings.s 2>&1 && '%s/objcopy' -O binary -j .text "
		 "encodings.o encodings.bin",
		 tools, tools);
	f = popen(command, "r");
	assert_non_null(f);
	while (fgets(message, sizeof(message), f)) {
		if (strncmp(message, "encodings.s:", 12))
			continue;
		number = strtoul(message + 12, &rest, 10);
		if (number < 2 || number - 2 >= line_count)
			continue;
		if (strstr(rest, "Error:")) {
			lines[number - 2].refused = true;
			refused++;
		} else if (strstr(rest, "Warning:")) {
			lines[number - 2].warned = true;
		}
	}
	if (pclose(f) && !refused)
		fail_msg("the assembler failed");
	return refused;
}

static const struct exception *exception_of(const struct line *line)
{
	size_t i;

	for (i = 0; i < sizeof(exceptions) / sizeof(exceptions[0]); i++) {
		if (!strncmp(exceptions[i].start, line->text, strlen(exceptions[i].start)))
			return &exceptions[i];
	}
	return NULL;
}

/* The bits in which the assembler's word has to differ from ours. */
static uint32_t expected_difference(const struct line *line)
{
	const struct exception *exception = exception_of(line);

	return exception ? exception->differs : 0;
}

static void refused_lines_are_the_listed_ones(void **state)
{
	const struct exception *exception;
	size_t i;

	(void)state;
	for (i = 0; i < line_count; i++) {
		exception = exception_of(&lines[i]);
		if (lines[i].refused != (exception && !exception->differs))
			fail_msg("%s: the assembler %s it", lines[i].text,
				 lines[i].refused ? "refuses" : "knows");
	}
}

static void encodings_are_the_assemblers(void **state)
{
	uint8_t bytes[4];
	uint32_t word, ours;
	size_t i, compared = 0;
	FILE *f;

	(void)state;
	f = fopen("encodings.bin", "rb");
	assert_non_null(f);
	for (i = 0; i < line_count; i++) {
		if (lines[i].refused)
			continue;
		assert_int_equal(fread(bytes, 1, 4, f), 4);
		word = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
		       (uint32_t)bytes[3] << 24;
		ours = gicv5_a64_encode(&lines[i].insn) ^ expected_difference(&lines[i]);
		if (word != ours)
			fail_msg("%s: expected %#x, the assembler has %#x", lines[i].text, ours, word);
		compared++;
	}
	assert_int_equal(fread(bytes, 1, 1, f), 0);
	fclose(f);
	print_message("%zu encodings compared\n", compared);
	assert_true(compared > 180);
}

static void read_only_registers_are_the_assemblers(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < line_count; i++) {
		if (lines[i].refused || lines[i].warned == lines[i].write_to_ro)
			continue;
		fail_msg("%s: the assembler %s of it, the list says %s", lines[i].text,
			 lines[i].warned ? "warns" : "does not warn", lines[i].write_to_ro ? "RO" : "RW");
	}
}

static int assemble_all(void **state)
{
	(void)state;
	add_everything();
	write_assembly();
	if (assemble()) {
		write_assembly();
		assert_int_equal(assemble(), 0);
	}
	return 0;
}

/* The folder of the assembler. Returns false when it cannot be had for want of a network. */
static bool find_tools(void)
{
	FILE *f = popen(VGICV5_FETCH " binutils", "r");
	bool got = f && fgets(tools, sizeof(tools), f);
	int status = f ? pclose(f) : -1;

	tools[strcspn(tools, "\n")] = '\0';
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		return false;
	if (!got || status) {
		fprintf(stderr, "tools/fetch binutils failed\n");
		exit(1);
	}
	return true;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refused_lines_are_the_listed_ones),
		cmocka_unit_test(encodings_are_the_assemblers),
		cmocka_unit_test(read_only_registers_are_the_assemblers),
	};

	if (!find_tools()) {
		printf("SKIPPED: no network: no assembler that knows +gcie in the cache\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, assemble_all, NULL);
}
