/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The X-macro lists of include/vgicv5/arch/ agree with themselves: fields lie within their register and do not
 * overlap, registers of a frame do not overlap, every field belongs to something that exists.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <vgicv5/arch/names.h>

struct reg {
	const char *name;
	uint32_t offset;
	unsigned int width;
};

#define SYSREG(name, op0, op1, crn, crm, op2, access) {#name, GICV5_##name, 64},
#define FRAME_REG(name, offset, width, access) {#name, (offset), (width)},

static const struct reg sysregs[] = {GICV5_SYSREGS(SYSREG)};
static const struct reg irs_regs[] = {GICV5_IRS_REGS(FRAME_REG)};
static const struct reg its_regs[] = {GICV5_ITS_REGS(FRAME_REG)};
static const struct reg iwb_regs[] = {GICV5_IWB_REGS(FRAME_REG)};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const struct reg *regs;
	size_t count;
} frames[] = {
	{irs_regs, COUNT(irs_regs)},
	{its_regs, COUNT(its_regs)},
	{iwb_regs, COUNT(iwb_regs)},
};

static const struct reg *find_in(const struct reg *regs, size_t count, const char *name)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (!strcmp(regs[i].name, name))
			return &regs[i];
	}
	return NULL;
}

static unsigned int width_of(const char *name)
{
	const struct reg *reg = find_in(sysregs, COUNT(sysregs), name);
	size_t i;

	for (i = 0; !reg && i < COUNT(frames); i++)
		reg = find_in(frames[i].regs, frames[i].count, name);
	return reg ? reg->width : 64;
}

static bool is_register_name(const char *name)
{
	return !strncmp(name, "IC", 2) || !strncmp(name, "IRS_", 4) || !strncmp(name, "ITS_", 4) ||
	       !strncmp(name, "IWB_", 4);
}

static bool is_known_register(const char *name)
{
	size_t i;

	/* Registers of frames of their own, and arrays. */
	if (!strcmp(name, "IRS_SETLPIR") || !strcmp(name, "ITS_TRANSLATER"))
		return true;
	if (find_in(sysregs, COUNT(sysregs), name))
		return true;
	for (i = 0; i < COUNT(frames); i++) {
		if (find_in(frames[i].regs, frames[i].count, name))
			return true;
	}
	return false;
}

static void fields_lie_within_their_register(void **state)
{
	const struct gicv5_field *field;
	size_t i;

	(void)state;
	for (i = 0; (field = gicv5_field_at(i)); i++) {
		if (field->hi >= field->lo && field->hi < width_of(field->reg))
			continue;
		fail_msg("%s.%s [%u:%u] of %u bits", field->reg, field->name, field->hi, field->lo,
			 width_of(field->reg));
	}
	assert_true(i > 200);
}

static void fields_of_a_register_do_not_overlap(void **state)
{
	const struct gicv5_field *a, *b;
	size_t i, j;

	(void)state;
	for (i = 0; (a = gicv5_field_at(i)); i++) {
		for (j = i + 1; (b = gicv5_field_at(j)); j++) {
			if (strcmp(a->reg, b->reg) || a->lo > b->hi || b->lo > a->hi)
				continue;
			fail_msg("%s: %s and %s overlap", a->reg, a->name, b->name);
		}
	}
}

static void fields_belong_to_registers_that_exist(void **state)
{
	const struct gicv5_field *field;
	size_t i;

	(void)state;
	for (i = 0; (field = gicv5_field_at(i)); i++) {
		if (is_register_name(field->reg) && !is_known_register(field->reg))
			fail_msg("field %s of an unknown register %s", field->name, field->reg);
	}
}

static void check_frame(const struct reg *regs, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (regs[i].offset % (regs[i].width / 8))
			fail_msg("%s is not aligned to its width", regs[i].name);
		if (regs[i].offset + regs[i].width / 8 > GICV5_FRAME_SIZE)
			fail_msg("%s is outside the frame", regs[i].name);
		if (i && regs[i].offset < regs[i - 1].offset + regs[i - 1].width / 8)
			fail_msg("%s overlaps what is before it, or is out of order", regs[i].name);
	}
}

static void registers_of_a_frame_do_not_overlap(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(frames); i++)
		check_frame(frames[i].regs, frames[i].count);
}

static uint64_t all_fields(const char *reg)
{
	const struct gicv5_field *field;
	uint64_t mask = 0;
	size_t i;

	for (i = 0; (field = gicv5_field_at(i)); i++) {
		if (!strcmp(field->reg, reg))
			mask |= GICV5_BITS(field->hi, field->lo);
	}
	return mask;
}

static void trap_masks_are_the_fields(void **state)
{
	(void)state;
	assert_int_equal(GICV5_HFGRTR_ALL, all_fields("ICH_HFGRTR_EL2"));
	assert_int_equal(GICV5_HFGWTR_ALL, all_fields("ICH_HFGWTR_EL2"));
	assert_int_equal(GICV5_HFGITR_ALL, all_fields("ICH_HFGITR_EL2"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_lie_within_their_register),
		cmocka_unit_test(fields_of_a_register_do_not_overlap),
		cmocka_unit_test(fields_belong_to_registers_that_exist),
		cmocka_unit_test(registers_of_a_frame_do_not_overlap),
		cmocka_unit_test(trap_masks_are_the_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
