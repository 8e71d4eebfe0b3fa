// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* SPIs and LPIs: one VDPEND each, edge and level, errors, and the race of two changes of one line. */
#include "recorder.h"

static struct vgicv5_vm *const vm = &rec.vm[0];

static uint64_t vdpend(uint32_t intid, bool pending)
{
	return GICV5_PUT(VDPEND_PENDING, pending) | GICV5_PUT(VDPEND_VM, 5) | intid;
}

static void expect_vdpends(unsigned int count)
{
	struct hal_host_counts counts;

	hal_host_counts(&counts);
	assert_int_equal(counts.insns[HAL_HOST_GIC_VDPEND], count);
	assert_int_equal(counts.locks + counts.mutexes + counts.allocs + counts.kicks, 0);
	/* What was stored before is visible before the interrupt. */
	assert_true(counts.dsb_sts >= count);
}

static void edge_spi_pends_on_each_rise(void **state)
{
	(void)state;
	assert_int_equal(vgicv5_inject_spi(vm, 77, true), 0);
	assert_int_equal(last(GICV5_GIC_VDPEND, false)->value, vdpend(GICV5_INTID(GICV5_TYPE_SPI, 77), true));
	assert_int_equal(vgicv5_inject_spi(vm, 77, false), 0);
	expect_vdpends(1);
	assert_int_equal(vgicv5_inject_spi(vm, 77, true), 0);
	/* Who sends edges need not lower the line. */
	assert_int_equal(vgicv5_inject_spi(vm, 77, true), 0);
	expect_vdpends(3);
}

static void level_spi_follows_its_line(void **state)
{
	(void)state;
	rec.spi_level[0][1] = 1ull << (77 - 64);
	assert_int_equal(vgicv5_inject_spi(vm, 77, true), 0);
	assert_int_equal(last(GICV5_GIC_VDPEND, false)->value, vdpend(GICV5_INTID(GICV5_TYPE_SPI, 77), true));
	assert_int_equal(vgicv5_inject_spi(vm, 77, true), 0);
	expect_vdpends(1);
	assert_int_equal(vgicv5_inject_spi(vm, 77, false), 0);
	assert_int_equal(last(GICV5_GIC_VDPEND, false)->value,
			 vdpend(GICV5_INTID(GICV5_TYPE_SPI, 77), false));
	assert_int_equal(vgicv5_inject_spi(vm, 77, false), 0);
	expect_vdpends(2);
	assert_int_equal(rec.spi_line[0][0] | rec.spi_line[0][1], 0);
}

/* Another CPU lowers the line while this one's VDPEND(1) is on its way, and its own VDPEND(0) gets there first. */
static void other_cpu_lowers(uint64_t operand)
{
	rec.on_vdpend = NULL;
	assert_true(GICV5_GET(VDPEND_PENDING, operand));
	vgicv5_fetch_andnot(&rec.spi_line[0][0], 2);
}

static void race_of_two_changes_ends_in_the_right_state(void **state)
{
	(void)state;
	rec.spi_level[0][0] = 2;
	rec.on_vdpend = other_cpu_lowers;
	assert_int_equal(vgicv5_inject_spi(vm, 1, true), 0);
	assert_int_equal(last(GICV5_GIC_VDPEND, false)->value, vdpend(GICV5_INTID(GICV5_TYPE_SPI, 1), false));
	expect_vdpends(2);
}

static void level_spi_waits_for_its_effect(void **state)
{
	(void)state;
	rec.spi_level[0][0] = 2;
	assert_int_equal(vgicv5_inject_spi(vm, 1, true), 0);
	assert_int_equal(rec.log[rec.log_count - 2].encoding, GICV5_GIC_VDPEND);
	assert_int_equal(rec.log[rec.log_count - 1].encoding, GICV5_GSB_SYS);
}

static void lpi_is_one_vdpend(void **state)
{
	(void)state;
	vm->lpi_ist.valid = true;
	vm->lpi_count = 1u << 14;
	vm->lpi_ist.id_bits = 14;
	assert_int_equal(vgicv5_inject_lpi(vm, 16383), 0);
	assert_int_equal(last(GICV5_GIC_VDPEND, false)->value,
			 vdpend(GICV5_INTID(GICV5_TYPE_LPI, 16383), true));
	assert_int_equal(rec.log_count, 1);
	expect_vdpends(1);
}

static void wrong_injections_are_errors(void **state)
{
	(void)state;
	assert_int_equal(vgicv5_inject_lpi(vm, 0), VGICV5_INVALID);
	vm->lpi_ist.valid = true;
	vm->lpi_count = 1u << 14;
	vm->lpi_ist.id_bits = 14;
	assert_int_equal(vgicv5_inject_lpi(vm, 16384), VGICV5_INVALID);
	assert_int_equal(vgicv5_inject_lpi(vm, 0xffffffff), VGICV5_INVALID);
	assert_int_equal(vgicv5_inject_spi(vm, SPIS, true), VGICV5_INVALID);
	assert_int_equal(vgicv5_inject_spi(vm, 0xffffffff, true), VGICV5_INVALID);
	vm->state = VGICV5_VM_EMPTY;
	vm->lpi_count = 0;
	assert_int_equal(vgicv5_inject_spi(vm, 0, true), VGICV5_STATE);
	assert_int_equal(vgicv5_inject_lpi(vm, 0), VGICV5_STATE);
	vm->state = VGICV5_VM_STARTED;
	vm->lpi_count = 1u << 14;
	vgicv5_vm_kill(vm, "test");
	assert_int_equal(vgicv5_inject_spi(vm, 0, true), VGICV5_DEAD);
	assert_int_equal(vgicv5_inject_lpi(vm, 0), VGICV5_DEAD);
	expect_vdpends(0);
	assert_int_equal(rec.spi_line[0][0] | rec.spi_line[0][1], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(edge_spi_pends_on_each_rise, recorder_setup),
		cmocka_unit_test_setup(level_spi_follows_its_line, recorder_setup),
		cmocka_unit_test_setup(race_of_two_changes_ends_in_the_right_state, recorder_setup),
		cmocka_unit_test_setup(level_spi_waits_for_its_effect, recorder_setup),
		cmocka_unit_test_setup(lpi_is_one_vdpend, recorder_setup),
		cmocka_unit_test_setup(wrong_injections_are_errors, recorder_setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
