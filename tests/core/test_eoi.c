// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* End of interrupt: who hears what, which vCPUs trap when, and what it costs. */
#include "world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include <vgicv5/eoi.h>

#define SPIS 96
#define LINE 70 /* in the second word of the bitmaps */

static struct world world;
static struct world_vm *vm;
static struct world_vcpu *a, *b;
static unsigned int heard[SPIS];
static bool lower, again;

/* As an assigned device: the line is sampled anew. */
static void deactivated(struct vgicv5_vm *of, uint32_t spi)
{
	assert_ptr_equal(of, &vm->vm);
	heard[spi]++;
	if (lower)
		assert_int_equal(vgicv5_inject_spi(of, spi, false), VGICV5_OK);
	if (again)
		assert_int_equal(vgicv5_inject_spi(of, spi, true), VGICV5_OK);
}

static void up(unsigned int vcpus)
{
	struct vgicv5_vm_config config = world_vm_config(SPIS);

	config.deactivated = deactivated;
	memset(heard, 0, sizeof(heard));
	lower = true;
	again = false;
	world_create(&world, &world_hosts[0], 3);
	vm = world_add_vm(&world, &config, vcpus, NULL);
	a = &vm->vcpus[0];
	b = &vm->vcpus[1];
	world_load(a, 0);
	guest_boot_irs(a, 14);
	guest_boot_cpu(a);
	guest_trigger_mode(a, LINE, GICV5_HM_LEVEL);
	guest_set_up(a, SPI(LINE), 8, 0);
	if (vcpus == 1)
		return;
	world_load(b, 1);
	guest_boot_cpu(b);
	assert_int_equal(vgicv5_eoi_register(&vm->vm, LINE), VGICV5_OK);
}

static bool traps(struct world_vcpu *v)
{
	struct vgicv5_traps now;

	vgicv5_vcpu_traps(&v->vcpu, &now);
	return !GICV5_GET(ICH_HFGITR_EL2_GICCDDI, now.hfgitr);
}

/* The guest goes on for a moment. */
static void run(struct world_vcpu *v)
{
	(void)guest_irq(v);
}

static void assert_line(bool high)
{
	assert_int_equal(vgicv5_inject_spi(&vm->vm, LINE, high), VGICV5_OK);
}

static bool pending(uint32_t spi)
{
	struct vgicv5_soft_interrupt state;

	assert_true(vgicv5_soft_inspect(world.soft, vm->vm.vm_id, SPI(spi), &state));
	return state.pending;
}

static void acknowledge(struct world_vcpu *v, uint32_t spi)
{
	assert_int_equal((uint32_t)guest_cdia(v), SPI(spi));
	guest_gic(v, GICV5_GIC_CDEOI, 0);
}

static void nothing_in_flight(void)
{
	assert_int_equal(vm->vm.eoi.count, 0);
	assert_int_equal(vm->vm.eoi.awaited, 0);
	if (a->pe != WORLD_NO_PE)
		run(a);
	if (b->vm && b->pe != WORLD_NO_PE)
		run(b);
	assert_false(traps(a));
	assert_false(traps(b));
}

/* ---- Who pays ---- */

static void unregistered_costs_nothing(void **state)
{
	(void)state;
	up(1);
	assert_line(true);
	acknowledge(a, LINE);
	assert_line(false);
	guest_gic(a, GICV5_GIC_CDDI, SPI(LINE));
	assert_int_equal(a->traps, 0);
	assert_false(traps(a));
	assert_int_equal(heard[LINE], 0);
	world_destroy(&world);
}

static void one_exit(void **state)
{
	unsigned int turn;

	(void)state;
	up(2);
	for (turn = 1; turn < 4; turn++) {
		assert_line(true);
		run(a);
		run(b);
		acknowledge(a, LINE);
		assert_int_equal(a->traps, turn - 1);
		guest_gic(a, GICV5_GIC_CDDI, SPI(LINE));
		assert_int_equal(a->traps, turn);
		assert_int_equal(heard[LINE], turn);
		nothing_in_flight();
		assert_int_equal(guest_take(a), 0);
	}
	assert_int_equal(b->traps, 0);
	world_destroy(&world);
}

/* ---- Nobody runs on untrapped ---- */

static void pending_when_all_trap(void **state)
{
	(void)state;
	up(2);
	(void)hal_host_take_kick(&a->vcpu);
	(void)hal_host_take_kick(&b->vcpu);
	assert_line(true);
	assert_true(hal_host_take_kick(&a->vcpu));
	assert_true(hal_host_take_kick(&b->vcpu));
	assert_false(pending(LINE));
	run(a);
	assert_true(traps(a));
	assert_false(pending(LINE));
	run(b);
	assert_true(traps(b));
	assert_true(pending(LINE));
	acknowledge(a, LINE);
	guest_gic(a, GICV5_GIC_CDDI, SPI(LINE));
	nothing_in_flight();
	world_destroy(&world);
}

static void leaving_counts_as_trapping(void **state)
{
	(void)state;
	up(2);
	assert_line(true);
	run(a);
	world_preempt(b);
	assert_true(pending(LINE));
	assert_false(vgicv5_vcpu_runnable(&b->vcpu));
	/* Loaded again while it is in flight: it traps from the start, on whatever CPU. */
	world_load(b, 2);
	assert_true(traps(b));
	acknowledge(a, LINE);
	guest_gic(b, GICV5_GIC_CDDI, SPI(LINE));
	assert_int_equal(heard[LINE], 1);
	nothing_in_flight();
	world_destroy(&world);
}

/* A CPU whose last guest trapped must not trap the next one's, of another VM or after the end. */
static void traps_are_of_the_vm(void **state)
{
	struct vgicv5_vm_config config = world_vm_config(32);
	struct world_vm *other;
	struct world_vcpu *o;

	(void)state;
	up(2);
	assert_line(true);
	run(a);
	run(b);
	world_preempt(a);
	other = world_add_vm(&world, &config, 1, NULL);
	o = &other->vcpus[0];
	world_load(o, 0);
	guest_boot_irs(o, 0);
	guest_boot_cpu(o);
	guest_set_up(o, SPI(3), 8, 0);
	assert_int_equal(vgicv5_inject_spi(&other->vm, 3, true), VGICV5_OK);
	assert_int_equal(guest_take(o), SPI(3));
	assert_int_equal(o->traps, 0);
	world_preempt(o);
	world_load(a, 0);
	acknowledge(a, LINE);
	guest_gic(a, GICV5_GIC_CDDI, SPI(LINE));
	assert_int_equal(heard[LINE], 1);
	world_destroy(&world);
}

/* ---- Where and in which order ---- */

static void other_vcpu_deactivates(void **state)
{
	(void)state;
	up(2);
	assert_line(true);
	run(a);
	run(b);
	acknowledge(a, LINE);
	world_preempt(a);
	guest_gic(b, GICV5_GIC_CDDI, SPI(LINE));
	assert_int_equal(heard[LINE], 1);
	nothing_in_flight();
	guest_gic(b, GICV5_GIC_CDDI, SPI(LINE));
	assert_int_equal(heard[LINE], 1);
	world_destroy(&world);
}

/* The vCPU that will take it sleeps: the doorbell wakes it. */
static void asleep(void **state)
{
	(void)state;
	up(2);
	assert_true(world_wfi(a));
	assert_line(true);
	run(b);
	assert_true(pending(LINE));
	assert_int_equal(world_take_interrupts(&world), 1);
	assert_true(world_woken(a));
	world_load(a, 2);
	acknowledge(a, LINE);
	world_preempt(a);
	world_load(a, 0);
	guest_gic(a, GICV5_GIC_CDDI, SPI(LINE));
	assert_int_equal(heard[LINE], 1);
	nothing_in_flight();
	world_destroy(&world);
}

static void never_acknowledged(void **state)
{
	(void)state;
	up(2);
	assert_line(true);
	run(a);
	run(b);
	guest_gic(a, GICV5_GIC_CDDI, SPI(LINE));
	assert_int_equal(heard[LINE], 0);
	assert_int_equal(vm->vm.eoi.count, 1);
	acknowledge(a, LINE);
	guest_gic(a, GICV5_GIC_CDDI, SPI(LINE));
	assert_int_equal(heard[LINE], 1);
	nothing_in_flight();
	world_destroy(&world);
}

static void retargeted(void **state)
{
	(void)state;
	up(2);
	assert_line(true);
	run(a);
	run(b);
	guest_gic(a, GICV5_GIC_CDAFF, SPI(LINE) | GICV5_PUT(CDAFF_IAFFID, 1));
	assert_int_equal(guest_take(a), 0);
	acknowledge(b, LINE);
	guest_gic(b, GICV5_GIC_CDAFF, SPI(LINE));
	guest_gic(a, GICV5_GIC_CDDI, SPI(LINE));
	assert_int_equal(heard[LINE], 1);
	nothing_in_flight();
	world_destroy(&world);
}

/* The line stays asserted: each deactivation is heard, and it is pending again. */
static void still_asserted(void **state)
{
	unsigned int turn;

	(void)state;
	up(2);
	lower = false;
	assert_line(true);
	run(a);
	run(b);
	for (turn = 1; turn < 4; turn++) {
		acknowledge(a, LINE);
		guest_gic(a, GICV5_GIC_CDDI, SPI(LINE));
		assert_int_equal(heard[LINE], turn);
		run(a);
		run(b);
		assert_true(traps(a) && traps(b));
	}
	assert_line(false);
	/* Any trapped deactivation finds out that it is over. */
	guest_gic(b, GICV5_GIC_CDDI, SPI(1));
	assert_int_equal(heard[LINE], 3);
	nothing_in_flight();
	world_destroy(&world);
}

/* Lowered before the guest took it, and while it is active. */
static void withdrawn(void **state)
{
	(void)state;
	up(2);
	assert_line(true);
	assert_line(false);
	run(a);
	run(b);
	assert_false(pending(LINE));
	guest_gic(b, GICV5_GIC_CDDI, SPI(1));
	nothing_in_flight();
	assert_int_equal(heard[LINE], 0);
	assert_line(true);
	run(a);
	run(b);
	acknowledge(a, LINE);
	assert_line(false);
	guest_gic(b, GICV5_GIC_CDDI, SPI(1));
	assert_int_equal(vm->vm.eoi.count, 1);
	guest_gic(b, GICV5_GIC_CDDI, SPI(LINE));
	assert_int_equal(heard[LINE], 1);
	nothing_in_flight();
	world_destroy(&world);
}

/* The device asserts it anew from within the notice. */
static void raised_in_the_notice(void **state)
{
	(void)state;
	up(2);
	again = true;
	assert_line(true);
	run(a);
	run(b);
	acknowledge(a, LINE);
	guest_gic(a, GICV5_GIC_CDDI, SPI(LINE));
	again = false;
	run(a);
	run(b);
	assert_true(traps(a) && traps(b));
	acknowledge(a, LINE);
	guest_gic(b, GICV5_GIC_CDDI, SPI(LINE));
	assert_int_equal(heard[LINE], 2);
	nothing_in_flight();
	world_destroy(&world);
}

/* An edge that comes while the one before it is active is an interrupt of its own. */
static void edges(void **state)
{
	(void)state;
	up(2);
	lower = false;
	guest_set_up(a, SPI(2), 8, 0);
	assert_int_equal(vgicv5_eoi_register(&vm->vm, 2), VGICV5_OK);
	assert_int_equal(vgicv5_inject_spi(&vm->vm, 2, true), VGICV5_OK);
	run(a);
	run(b);
	acknowledge(a, 2);
	assert_int_equal(vgicv5_inject_spi(&vm->vm, 2, true), VGICV5_OK);
	guest_gic(a, GICV5_GIC_CDDI, SPI(2));
	assert_int_equal(heard[2], 1);
	assert_int_equal(vm->vm.eoi.count, 1);
	acknowledge(a, 2);
	guest_gic(b, GICV5_GIC_CDDI, SPI(2));
	assert_int_equal(heard[2], 2);
	nothing_in_flight();
	world_destroy(&world);
}

/* PPIs, LPIs and other SPIs are deactivated by the trap as by the hardware, and nobody hears of them. */
static void other_interrupts(void **state)
{
	(void)state;
	up(2);
	guest_set_up(a, SPI(4), 4, 0);
	guest_set_up(a, LPI(9), 3, 0);
	guest_write(a, GICV5_ICC_PPI_ENABLER0_EL1, 1ull << GICV5_PPI_SW);
	assert_line(true);
	run(a);
	run(b);
	assert_int_equal(vgicv5_inject_spi(&vm->vm, 4, true), VGICV5_OK);
	assert_int_equal(vgicv5_inject_lpi(&vm->vm, 9), VGICV5_OK);
	assert_int_equal(vgicv5_inject_ppi(&a->vcpu, GICV5_PPI_SW, true), VGICV5_OK);
	assert_int_equal(guest_take(a), PPI(GICV5_PPI_SW));
	assert_int_equal(guest_read(a, GICV5_ICC_PPI_SACTIVER0_EL1), 0);
	assert_int_equal(guest_take(a), LPI(9));
	assert_false(GICV5_GET(ICC_ICSR_EL1_ACTIVE, guest_config(a, LPI(9))));
	assert_int_equal(guest_take(a), SPI(4));
	assert_false(GICV5_GET(ICC_ICSR_EL1_ACTIVE, guest_config(a, SPI(4))));
	assert_int_equal(heard[4], 0);
	guest_gic(a, GICV5_GIC_CDDI, SPI(SPIS + 4));
	guest_gic(a, GICV5_GIC_CDDI, PPI(127));
	guest_gic(a, GICV5_GIC_CDDI, ~0u);
	acknowledge(a, LINE);
	/* The guest's ICSR is its own, whatever the trap asked for. */
	(void)guest_config(a, SPI(4));
	guest_gic(a, GICV5_GIC_CDRCFG, SPI(4));
	guest_gic(a, GICV5_GIC_CDDI, SPI(LINE));
	assert_int_equal(GICV5_GET(ICC_ICSR_EL1_PRIORITY, guest_read(a, GICV5_ICC_ICSR_EL1)), 4);
	assert_int_equal(heard[LINE], 1);
	nothing_in_flight();
	world_destroy(&world);
}

/* ---- Registration and life ---- */

static void registration(void **state)
{
	struct vgicv5_vm_config config = world_vm_config(32);
	struct world_vm *other;

	(void)state;
	up(2);
	assert_int_equal(vgicv5_eoi_register(&vm->vm, LINE), VGICV5_BUSY);
	assert_int_equal(vgicv5_eoi_register(&vm->vm, SPIS), VGICV5_INVALID);
	assert_int_equal(vgicv5_eoi_unregister(&vm->vm, 3), VGICV5_INVALID);
	other = world_add_vm(&world, &config, 1, NULL);
	assert_int_equal(vgicv5_eoi_register(&other->vm, 3), VGICV5_UNSUPPORTED);
	assert_int_equal(vgicv5_eoi_unregister(&other->vm, 3), VGICV5_INVALID);
	world_destroy(&world);
}

/* In every stage: waiting, pending, active. It goes on as an interrupt, unheard. */
static void unregister_in_flight(void **state)
{
	unsigned int stage;

	(void)state;
	for (stage = 0; stage < 3; stage++) {
		up(2);
		assert_line(true);
		if (stage) {
			run(a);
			run(b);
		}
		if (stage > 1)
			acknowledge(a, LINE);
		assert_int_equal(vgicv5_eoi_unregister(&vm->vm, LINE), VGICV5_OK);
		assert_int_equal(vm->vm.eoi.count, 0);
		assert_true(pending(LINE));
		if (stage < 2)
			acknowledge(a, LINE);
		assert_line(false);
		guest_gic(b, GICV5_GIC_CDDI, SPI(LINE));
		assert_int_equal(b->traps + a->traps, 0);
		assert_int_equal(heard[LINE], 0);
		nothing_in_flight();
		world_destroy(&world);
	}
}

static void register_asserted(void **state)
{
	(void)state;
	up(2);
	assert_int_equal(vgicv5_eoi_unregister(&vm->vm, LINE), VGICV5_OK);
	assert_line(true);
	acknowledge(a, LINE);
	assert_int_equal(vgicv5_eoi_register(&vm->vm, LINE), VGICV5_OK);
	run(a);
	run(b);
	guest_gic(b, GICV5_GIC_CDDI, SPI(LINE));
	assert_int_equal(heard[LINE], 1);
	nothing_in_flight();
	world_destroy(&world);
}

static void death_in_flight(void **state)
{
	(void)state;
	up(2);
	assert_line(true);
	run(a);
	vgicv5_vm_kill(&vm->vm, "test");
	assert_int_equal(vgicv5_inject_spi(&vm->vm, LINE, false), VGICV5_DEAD);
	assert_int_equal(vgicv5_eoi_unregister(&vm->vm, LINE), VGICV5_DEAD);
	world_preempt(a);
	world_preempt(b);
	assert_int_equal(vgicv5_vm_destroy(&vm->vm), VGICV5_OK);
	assert_int_equal(vgicv5_eoi_register(&vm->vm, LINE), VGICV5_STATE);
	/* A new life begins with nothing registered and nobody trapping. */
	assert_int_equal(vgicv5_vm_start(&vm->vm), VGICV5_OK);
	world_load(a, 0);
	assert_false(traps(a));
	assert_int_equal(vgicv5_eoi_register(&vm->vm, LINE), VGICV5_OK);
	nothing_in_flight();
	world_destroy(&world);
}

/* ---- Random ---- */

#define STEPS 4000
#define LINES 4

static void random_step(unsigned int *seed, bool *active, unsigned int *expected)
{
	struct world_vcpu *v = rand_r(seed) & 1 ? a : b;
	uint32_t line = LINE + (uint32_t)rand_r(seed) % LINES;
	uint32_t taken;

	switch (rand_r(seed) % 8) {
	case 0:
		assert_int_equal(vgicv5_inject_spi(&vm->vm, line, true), VGICV5_OK);
		break;
	case 1:
		assert_int_equal(vgicv5_inject_spi(&vm->vm, line, false), VGICV5_OK);
		break;
	case 2:
	case 3:
		taken = (uint32_t)guest_cdia(v);
		if (!taken)
			break;
		guest_gic(v, GICV5_GIC_CDEOI, 0);
		active[taken - SPI(LINE)] = true;
		break;
	case 4:
	case 5:
		expected[line - LINE] += active[line - LINE];
		active[line - LINE] = false;
		guest_gic(v, GICV5_GIC_CDDI, SPI(line));
		break;
	case 6:
		guest_gic(v, GICV5_GIC_CDAFF,
			  SPI(line) | GICV5_PUT(CDAFF_IAFFID, (unsigned int)rand_r(seed) & 1));
		break;
	default:
		world_preempt(v);
		world_load(v, v == a ? 0 : 1);
		break;
	}
}

/* Every deactivation of something active is heard, once, and nothing else. */
static void random_lines(void **state)
{
	unsigned int seed = (unsigned int)time(NULL), first = seed, i, step;
	unsigned int expected[LINES] = {0};
	bool active[LINES] = {false};

	(void)state;
	print_message("seed %u\n", seed);
	up(2);
	lower = false;
	for (i = 1; i < LINES; i++) {
		guest_trigger_mode(a, LINE + i, GICV5_HM_LEVEL);
		guest_set_up(a, SPI(LINE + i), 8, 0);
		assert_int_equal(vgicv5_eoi_register(&vm->vm, LINE + i), VGICV5_OK);
	}
	for (step = 0; step < STEPS; step++) {
		random_step(&seed, active, expected);
		for (i = 0; i < LINES; i++)
			if (heard[LINE + i] != expected[i])
				fail_msg("seed %u, step %u: line %u heard %u times, not %u", first, step, i,
					 heard[LINE + i], expected[i]);
	}
	for (i = 0; i < LINES; i++) {
		assert_int_equal(vgicv5_inject_spi(&vm->vm, LINE + i, false), VGICV5_OK);
		guest_gic(a, GICV5_GIC_CDDI, SPI(LINE + i));
		guest_gic(a, GICV5_GIC_CDDI, SPI(LINE + i));
	}
	nothing_in_flight();
	world_destroy(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unregistered_costs_nothing),
		cmocka_unit_test(one_exit),
		cmocka_unit_test(pending_when_all_trap),
		cmocka_unit_test(leaving_counts_as_trapping),
		cmocka_unit_test(traps_are_of_the_vm),
		cmocka_unit_test(other_vcpu_deactivates),
		cmocka_unit_test(asleep),
		cmocka_unit_test(never_acknowledged),
		cmocka_unit_test(retargeted),
		cmocka_unit_test(still_asserted),
		cmocka_unit_test(withdrawn),
		cmocka_unit_test(raised_in_the_notice),
		cmocka_unit_test(edges),
		cmocka_unit_test(other_interrupts),
		cmocka_unit_test(registration),
		cmocka_unit_test(unregister_in_flight),
		cmocka_unit_test(register_asserted),
		cmocka_unit_test(death_in_flight),
		cmocka_unit_test(random_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
