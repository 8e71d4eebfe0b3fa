// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Registers of an ITS one by one: what was read from one VM and set in another is what the guest reads there; what
 * would change what the guest was shown, comes too late or in the wrong order is refused and changes nothing.
 */
#include "state_guest.h"

#include <string.h>

#include <vgicv5/arch/its.h>

#define REGISTERS 29
#define END 0x10000u

static struct sg sg;

static struct {
	uint32_t offset;
	uint64_t value;
} saved[SG_ITSS][REGISTERS];

static unsigned int save_one(struct vgicv5_vits *vits, unsigned int n)
{
	unsigned int count = 0;
	uint32_t offset;

	for (offset = 0; offset < END; offset += 4) {
		if (vgicv5_state_has_its(offset))
			continue;
		assert_true(count < REGISTERS);
		saved[n][count].offset = offset;
		assert_int_equal(vgicv5_state_get_its(vits, offset, &saved[n][count].value), VGICV5_OK);
		count++;
	}
	return count;
}

static void set_one(struct vgicv5_vits *vits, unsigned int n, bool control)
{
	unsigned int i;

	for (i = 0; i < REGISTERS; i++)
		if ((saved[n][i].offset == GICV5_ITS_CR0) == control)
			assert_int_equal(vgicv5_state_set_its(vits, saved[n][i].offset, saved[n][i].value),
					 VGICV5_OK);
}

static void expect_saved(struct vgicv5_vits *vits, unsigned int n)
{
	unsigned int i;
	uint64_t now;

	for (i = 0; i < REGISTERS; i++) {
		assert_int_equal(vgicv5_state_get_its(vits, saved[n][i].offset, &now), VGICV5_OK);
		if (now != saved[n][i].value)
			fail_msg("ITS %u, 0x%x: 0x%llx, was 0x%llx", n, saved[n][i].offset,
				 (unsigned long long)now, (unsigned long long)saved[n][i].value);
	}
}

/* The guest has filled all registers with different values; one ITS is enabled, and has recorded an error. */
static void test_round_trip(void **state)
{
	struct sg_view before, after;
	unsigned int n;

	(void)state;
	sg_up(&sg, &world_hosts[0]);
	sg_fill(&sg);
	for (n = 0; n < SG_ITSS; n++)
		assert_int_equal(save_one(&sg.vits[n], n), REGISTERS);
	sg_look(&sg, &before);
	sg_down(&sg);

	sg_up(&sg, &world_hosts[0]);
	for (n = 0; n < SG_ITSS; n++) {
		set_one(&sg.vits[n], n, false);
		set_one(&sg.vits[n], n, true);
		/* What is there already may come again, in any order. */
		set_one(&sg.vits[n], n, false);
		expect_saved(&sg.vits[n], n);
	}
	sg_look(&sg, &after);
	assert_int_equal(before.count, after.count);
	for (n = 0; n < before.count; n++)
		if (!strncmp(before.items[n].name, "ITS", 3))
			assert_true(before.items[n].value == after.items[n].value);
	sg_down(&sg);
}

static void refused(struct vgicv5_vits *vits, uint32_t offset, uint64_t flip)
{
	uint64_t value, now;

	assert_int_equal(vgicv5_state_get_its(vits, offset, &value), VGICV5_OK);
	if (vgicv5_state_set_its(vits, offset, value ^ flip) != VGICV5_INVALID)
		fail_msg("0x%x: flip 0x%llx taken", offset, (unsigned long long)flip);
	assert_int_equal(vgicv5_state_get_its(vits, offset, &now), VGICV5_OK);
	assert_true(now == value);
}

static void test_refusals(void **state)
{
	struct vgicv5_vits *vits = &sg.vits[0];
	uint64_t value;

	(void)state;
	sg_up(&sg, &world_hosts[0]);
	assert_int_equal(vgicv5_state_get_its(vits, 2, &value), VGICV5_INVALID);
	assert_int_equal(vgicv5_state_get_its(vits, 0xc, &value), VGICV5_UNSUPPORTED);
	assert_int_equal(vgicv5_state_set_its(vits, GICV5_ITS_DT_BASER + 4, 0), VGICV5_UNSUPPORTED);
	assert_int_equal(vgicv5_state_set_its(vits, END, 0), VGICV5_UNSUPPORTED);
	refused(vits, GICV5_ITS_IDR0, 1u << 16);
	refused(vits, GICV5_ITS_IDR0, 1u << 9);
	refused(vits, GICV5_ITS_IDR1, 1);
	refused(vits, GICV5_ITS_IDR1, 1u << 6);
	refused(vits, GICV5_ITS_IDR2, 2);
	assert_int_equal(vgicv5_state_get_its(vits, GICV5_ITS_IDR0, &value), VGICV5_OK);
	assert_int_equal(vgicv5_state_set_its(vits, GICV5_ITS_IDR0, value ^ (1u << 2)), VGICV5_OK);
	/* Under an enabled ITS the tables stay. */
	assert_int_equal(vgicv5_state_set_its(vits, GICV5_ITS_DT_CFGR, 8), VGICV5_OK);
	assert_int_equal(vgicv5_state_set_its(vits, GICV5_ITS_CR0, 1), VGICV5_OK);
	refused(vits, GICV5_ITS_DT_CFGR, 1);
	refused(vits, GICV5_ITS_DT_BASER, 1u << 16);
	world_load(&sg.vm->vcpus[0], 0);
	assert_int_equal(vgicv5_state_get_its(vits, GICV5_ITS_CR0, &value), VGICV5_BUSY);
	world_preempt(&sg.vm->vcpus[0]);
	assert_int_equal(vgicv5_state_get_its(vits, GICV5_ITS_CR0, &value), VGICV5_OK);
	assert_int_equal(value, 3);
	assert_int_equal(vgicv5_state_set_its(vits, GICV5_ITS_CR0, 0), VGICV5_BUSY);
	assert_int_equal(vgicv5_vm_destroy(&sg.vm->vm), VGICV5_OK);
	assert_int_equal(vgicv5_state_get_its(vits, GICV5_ITS_CR0, &value), VGICV5_STATE);
	assert_int_equal(vgicv5_state_set_its(vits, GICV5_ITS_CR0, 0), VGICV5_STATE);
	sg_down(&sg);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
