// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The SETLPI frame of the virtual IRS: writes of the guest's CPUs and of its devices. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <vgicv5/hyp.h>

#include "world.h"

#define SETLPI 0x10000u
#define LPI_BITS 14
#define ID 0x5a5u

static struct world world;
static struct world_vm *vm;
static struct world_vcpu *cpu;

static int up(void **state)
{
	struct vgicv5_vm_config config = world_vm_config(32);

	(void)state;
	world_create(&world, &world_hosts[0], 2);
	vm = world_add_vm(&world, &config, 1, NULL);
	cpu = &vm->vcpus[0];
	world_load(cpu, 0);
	guest_boot_irs(cpu, LPI_BITS);
	guest_boot_cpu(cpu);
	guest_set_up(cpu, LPI(ID), 8, 0);
	return 0;
}

static int down(void **state)
{
	(void)state;
	world_destroy(&world);
	return 0;
}

static struct vgicv5_soft_interrupt state_of(uint32_t id)
{
	struct vgicv5_soft_interrupt state;

	assert_true(vgicv5_soft_inspect(world.soft, vm->vm.vm_id, LPI(id), &state));
	return state;
}

static void by_cpu(void **state)
{
	(void)state;
	assert_true(guest_mmio_read(cpu, 0, 4) & 1u << 9);
	guest_mmio_write(cpu, SETLPI, 4, ID);
	assert_int_equal(guest_take(cpu), LPI(ID));
	assert_int_equal(guest_take(cpu), 0);
	/* 23:0 are the ID; the register cannot be read. */
	guest_mmio_write(cpu, SETLPI, 4, 0xff000000u | ID);
	assert_int_equal(guest_take(cpu), LPI(ID));
	assert_int_equal(guest_mmio_read(cpu, SETLPI, 4), 0);
}

/* SET_EDGE (R_HHKMN): what was Level before does not stay pending. */
static void becomes_edge(void **state)
{
	(void)state;
	guest_gic(cpu, GICV5_GIC_CDHM, LPI(ID) | GICV5_PUT(CDHM_HM, GICV5_HM_LEVEL));
	assert_true(state_of(ID).level);
	guest_mmio_write(cpu, SETLPI, 4, ID);
	assert_false(state_of(ID).level);
	assert_int_equal(guest_take(cpu), LPI(ID));
	assert_int_equal(guest_take(cpu), 0);
}

static void nothing_else(void **state)
{
	uint32_t offset;

	(void)state;
	for (offset = 4; offset < 0x10000; offset += 4) {
		guest_mmio_write(cpu, SETLPI + offset, 4, ID);
		assert_int_equal(guest_mmio_read(cpu, SETLPI + offset, 4), 0);
	}
	guest_mmio_write(cpu, SETLPI, 8, ID);
	guest_mmio_write(cpu, SETLPI, 2, ID);
	guest_mmio_write(cpu, SETLPI, 1, ID & 0xff);
	assert_false(state_of(ID).pending);
	assert_false(state_of(ID & 0xff).pending);
}

static void by_device(void **state)
{
	bool atomic = hal_host_set_atomic(true);

	(void)state;
	assert_int_equal(vgicv5_inject_setlpi(&vm->vm, ID), VGICV5_OK);
	assert_int_equal(vgicv5_inject_setlpi(&vm->vm, 0x55000000u | ID), VGICV5_OK);
	hal_host_set_atomic(atomic);
	assert_int_equal(guest_take(cpu), LPI(ID));
	assert_int_equal(guest_take(cpu), 0);
}

/* LPIs that the guest does not have. */
static void bounds(void **state)
{
	const uint32_t last = (1u << LPI_BITS) - 1;

	(void)state;
	guest_set_up(cpu, LPI(last), 8, 0);
	assert_int_equal(vgicv5_inject_setlpi(&vm->vm, last), VGICV5_OK);
	assert_int_equal(guest_take(cpu), LPI(last));
	assert_int_equal(vgicv5_inject_setlpi(&vm->vm, last + 1), VGICV5_INVALID);
	assert_int_equal(vgicv5_inject_setlpi(&vm->vm, ~0u), VGICV5_INVALID);
	guest_mmio_write(cpu, SETLPI, 4, last + 1);
	guest_mmio_write(cpu, SETLPI, 4, ~0u);
	assert_int_equal(guest_take(cpu), 0);
	guest_mmio_write(cpu, GICV5_IRS_IST_BASER, 8, 0);
	assert_int_equal(vgicv5_inject_setlpi(&vm->vm, ID), VGICV5_INVALID);
	guest_mmio_write(cpu, SETLPI, 4, ID);
	assert_int_equal(guest_take(cpu), 0);
	vgicv5_vm_kill(&vm->vm, "test");
	assert_int_equal(vgicv5_inject_setlpi(&vm->vm, ID), VGICV5_DEAD);
	guest_mmio_write(cpu, SETLPI, 4, ID);
	world_preempt(cpu);
	assert_int_equal(vgicv5_vm_destroy(&vm->vm), VGICV5_OK);
	assert_int_equal(vgicv5_inject_setlpi(&vm->vm, ID), VGICV5_STATE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(by_cpu, up, down),
		cmocka_unit_test_setup_teardown(becomes_edge, up, down),
		cmocka_unit_test_setup_teardown(nothing_else, up, down),
		cmocka_unit_test_setup_teardown(by_device, up, down),
		cmocka_unit_test_setup_teardown(bounds, up, down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
