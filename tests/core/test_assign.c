// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Assigned wires: IRS_SPI_VMR and all that has to stay in step with it. */
#include "world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <vgicv5/assign.h>
#include <vgicv5/eoi.h>
#include <vgicv5/state.h>

#define SPIS 192
#define WIRE 70 /* in the second word of the bitmaps; of the second of three IRSs */

static struct world world;
static struct world_vm *vm;
static struct world_vcpu *a, *b;
static unsigned int heard[SPIS];

static void deactivated(struct vgicv5_vm *of, uint32_t spi)
{
	assert_ptr_equal(of, &vm->vm);
	heard[spi]++;
}

static void up_on(const struct world_host *kind)
{
	struct vgicv5_vm_config config = world_vm_config(SPIS);
	unsigned int i;

	config.deactivated = deactivated;
	memset(heard, 0, sizeof(heard));
	world_create(&world, kind, 3);
	vm = world_add_vm(&world, &config, 2, NULL);
	a = &vm->vcpus[0];
	b = &vm->vcpus[1];
	world_load(a, 0);
	guest_boot_irs(a, 14);
	guest_boot_cpu(a);
	for (i = 0; i < SPIS; i += 10)
		guest_set_up(a, SPI(i), 8, 0);
	guest_trigger_mode(a, WIRE, GICV5_HM_LEVEL);
}

static void up(void)
{
	up_on(&world_hosts[0]);
}

static void down(void)
{
	world_destroy(&world);
}

static void wire(uint32_t spi, bool high)
{
	vgicv5_soft_set_spi(world.soft, spi, high);
}

static void pulse(uint32_t spi)
{
	wire(spi, true);
	wire(spi, false);
}

static struct vgicv5_soft_interrupt look(uint32_t of, uint32_t spi)
{
	struct vgicv5_soft_interrupt state = {.pending = false};

	assert_true(vgicv5_soft_inspect(world.soft, of, SPI(spi), &state));
	return state;
}

static bool pending(uint32_t spi)
{
	return look(vm->vm.vm_id, spi).pending;
}

static bool pending_on_host(uint32_t spi)
{
	return look(VGICV5_SOFT_PHYSICAL, spi).pending;
}

static void assign(uint32_t spi)
{
	assert_int_equal(vgicv5_spi_assign(&vm->vm, spi), VGICV5_OK);
	assert_true(vgicv5_spi_is_assigned(&vm->vm, spi));
	assert_false(vgicv5_soft_inspect(world.soft, VGICV5_SOFT_PHYSICAL, SPI(spi),
					 &(struct vgicv5_soft_interrupt){.pending = false}));
}

static void unassign(uint32_t spi)
{
	assert_int_equal(vgicv5_spi_unassign(&vm->vm, spi), VGICV5_OK);
	assert_false(vgicv5_spi_is_assigned(&vm->vm, spi));
}

static void say(uint32_t spi, bool high)
{
	assert_int_equal(vgicv5_inject_spi(&vm->vm, spi, high), VGICV5_OK);
}

static volatile uint8_t *frame_of(uint32_t spi)
{
	return hal_host_machine_irs(world.machine, world.host.irs_count > 1 ? spi / 64 : 0);
}

static bool host_is_level(uint32_t spi)
{
	vgicv5_mmio_write32(frame_of(spi) + GICV5_IRS_SPI_SELR, spi);
	return vgicv5_mmio_read32(frame_of(spi) + GICV5_IRS_SPI_CFGR);
}

static bool host_has(uint32_t spi)
{
	vgicv5_mmio_write32(frame_of(spi) + GICV5_IRS_SPI_SELR, spi);
	return !GICV5_GET(IRS_SPI_VMR_VIRT, vgicv5_mmio_read64(frame_of(spi) + GICV5_IRS_SPI_VMR));
}

/* ---- A wire is a wire ---- */

static void level_is_the_wire(void **state)
{
	struct hal_host_counts before, after;

	(void)state;
	up();
	hal_host_counts(&before);
	assign(WIRE);
	hal_host_counts(&after);
	/* Selected, mode, VM; and sampled, as nothing says that the change of domain is an event. */
	assert_int_equal(after.mmio_writes - before.mmio_writes, 4);
	assert_false(pending(WIRE));
	wire(WIRE, true);
	assert_true(pending(WIRE));
	assert_true(look(vm->vm.vm_id, WIRE).level);
	say(WIRE, false);
	say(WIRE, true);
	say(WIRE, false);
	assert_true(pending(WIRE));
	assert_int_equal(guest_take(a), SPI(WIRE));
	assert_int_equal(guest_take(a), SPI(WIRE));
	wire(WIRE, false);
	assert_false(pending(WIRE));
	say(WIRE, true);
	assert_false(pending(WIRE));
	unassign(WIRE);
	down();
}

static void edge_is_the_wire(void **state)
{
	(void)state;
	up();
	assign(10);
	pulse(10);
	assert_int_equal(guest_take(a), SPI(10));
	assert_int_equal(guest_take(a), 0);
	/* One that the host's handler had begun with. */
	say(10, true);
	assert_int_equal(guest_take(a), SPI(10));
	pulse(10);
	unassign(10);
	assert_int_equal(guest_take(a), SPI(10));
	pulse(10);
	assert_false(pending(10));
	assert_true(pending_on_host(10));
	down();
}

/* Each IRS has its own registers. */
static void several_irss(void **state)
{
	static const uint32_t spis[] = {0, 70, 130, 190};
	unsigned int i;

	(void)state;
	up_on(&world_hosts[world_host_count - 1]);
	assert_int_equal(world.host.irs_count, 3);
	for (i = 0; i < 4; i++)
		assign(spis[i]);
	for (i = 0; i < 4; i++) {
		assert_false(host_has(spis[i]));
		wire(spis[i], true);
		assert_true(pending(spis[i]));
	}
	unassign(130);
	assert_true(host_has(130));
	assert_false(host_has(190));
	down();
}

/* ---- Change-over ---- */

static void level_is_taken_over(void **state)
{
	unsigned int said, is;

	(void)state;
	for (said = 0; said < 2; said++)
		for (is = 0; is < 2; is++) {
			up();
			say(WIRE, said);
			wire(WIRE, is);
			assign(WIRE);
			assert_int_equal(pending(WIRE), is);
			unassign(WIRE);
			/* Low until the handler of the physical interrupt says otherwise. */
			assert_false(pending(WIRE));
			say(WIRE, is);
			assert_int_equal(pending(WIRE), is);
			assert_int_equal(vm->vm.spi_line[1] >> (WIRE - 64) & 1, is);
			down();
		}
}

static void edge_is_taken_over(void **state)
{
	(void)state;
	up();
	pulse(10);
	assert_true(pending_on_host(10));
	assign(10);
	assert_int_equal(guest_take(a), SPI(10));
	assert_int_equal(guest_take(a), 0);
	unassign(10);
	assert_false(pending_on_host(10));
	assert_int_equal(guest_take(a), 0);
	/* What software has sent stays. */
	say(10, true);
	assign(10);
	assert_int_equal(guest_take(a), SPI(10));
	assert_int_equal(guest_take(a), 0);
	down();
}

static unsigned int locks, unlocks;
static bool tell; /* the handler injects */

static void lock_spis(void *ctx, unsigned int irs)
{
	(void)ctx;
	assert_int_equal(irs, 0);
	assert_int_equal(locks++, unlocks);
}

/* The wire is the host's again, and its handler runs at once. */
static void unlock_spis(void *ctx, unsigned int irs)
{
	(void)ctx;
	assert_int_equal(irs, 0);
	assert_int_equal(++unlocks, locks);
	if (tell)
		say(WIRE, true);
}

static void handler_runs_at_once(void **state)
{
	(void)state;
	up();
	world.host.lock_spis = lock_spis;
	world.host.unlock_spis = unlock_spis;
	assign(WIRE);
	wire(WIRE, true);
	tell = true;
	unassign(WIRE);
	tell = false;
	assert_true(pending(WIRE));
	assert_int_equal(locks, 2);
	assert_int_equal(unlocks, 2);
	say(WIRE, false);
	assert_false(pending(WIRE));
	down();
}

/* ---- In step with the guest's registers ---- */

static void trigger_mode(void **state)
{
	(void)state;
	up();
	assert_false(host_is_level(WIRE));
	assign(WIRE);
	assert_true(host_is_level(WIRE));
	wire(WIRE, true);
	/* R_KBPXL */
	guest_trigger_mode(a, WIRE, GICV5_HM_EDGE);
	assert_false(host_is_level(WIRE));
	assert_false(pending(WIRE));
	wire(WIRE, false);
	wire(WIRE, true);
	assert_true(pending(WIRE));
	assert_int_equal(guest_take(a), SPI(WIRE));
	assert_int_equal(guest_take(a), 0);
	guest_trigger_mode(a, WIRE, GICV5_HM_LEVEL);
	assert_true(host_is_level(WIRE));
	assert_true(pending(WIRE));
	unassign(WIRE);
	assert_false(host_is_level(WIRE));
	assert_true(vm->vm.spi_level[1] >> (WIRE - 64) & 1);
	down();
}

/* R_DMTFM */
static void resampler(void **state)
{
	(void)state;
	up();
	assign(WIRE);
	wire(WIRE, true);
	guest_pend(a, SPI(WIRE), false);
	assert_false(pending(WIRE));
	guest_mmio_write(a, GICV5_IRS_SPI_RESAMPLER, 4, WIRE);
	assert_true(pending(WIRE));
	down();
}

/* The guest's register says what the wire does, also if the IRS does not obey. */
static void mode_refused(void **state)
{
	unsigned int nth;

	(void)state;
	for (nth = 1; nth <= 2; nth++) {
		up();
		assign(WIRE);
		vgicv5_soft_arm_fault(world.soft, VGICV5_SOFT_FAULT_DROP, nth);
		if (nth == 1)
			/* So that the dropped selection is not that of the wire already. */
			vgicv5_mmio_write32(frame_of(1) + GICV5_IRS_SPI_SELR, 1);
		guest_trigger_mode(a, WIRE, GICV5_HM_EDGE);
		vgicv5_soft_arm_fault(world.soft, VGICV5_SOFT_FAULT_NONE, 0);
		assert_int_equal(host_is_level(WIRE), vm->vm.spi_level[1] >> (WIRE - 64) & 1);
		down();
	}
}

/* ---- The host says no ---- */

static void acknowledge_on_host(uint32_t spi)
{
	vgicv5_gic_CDPRI(SPI(spi));
	vgicv5_gic_CDAFF(SPI(spi));
	vgicv5_gic_CDEN(SPI(spi));
	wire(spi, true);
	assert_int_equal((uint32_t)vgicv5_gicr_CDIA(), SPI(spi));
	vgicv5_gsb_ACK();
	vgicv5_isb();
	vgicv5_gic_CDEOI();
}

static void refused(void **state)
{
	struct vgicv5_vm_config config = world_vm_config(SPIS + 1);
	struct world_vm *other;

	(void)state;
	up_on(&world_hosts[world_host_count - 1]);
	other = world_add_vm(&world, &config, 1, NULL);
	assert_int_equal(vgicv5_spi_assign(&vm->vm, SPIS), VGICV5_INVALID);
	assert_int_equal(vgicv5_spi_assign(&other->vm, SPIS), VGICV5_INVALID); /* of no IRS */
	assert_int_equal(vgicv5_spi_unassign(&vm->vm, WIRE), VGICV5_INVALID);
	assert_int_equal(vgicv5_spi_unassign(&vm->vm, SPIS), VGICV5_INVALID);
	assert_false(vgicv5_spi_is_assigned(&vm->vm, SPIS));
	assign(WIRE);
	assert_int_equal(vgicv5_spi_assign(&vm->vm, WIRE), VGICV5_BUSY);
	assert_int_equal(vgicv5_spi_assign(&other->vm, WIRE), VGICV5_BUSY);
	assert_int_equal(vgicv5_spi_unassign(&other->vm, WIRE), VGICV5_INVALID);
	assert_false(host_has(WIRE));
	acknowledge_on_host(10);
	assert_int_equal(vgicv5_spi_assign(&vm->vm, 10), VGICV5_BUSY);
	say(10, true);
	assert_true(pending(10));
	vgicv5_gic_CDDI(SPI(10));
	assign(10);
	hal_host_fail(HAL_HOST_FAULT_ALLOC, 1);
	world_preempt(a);
	assert_int_equal(vgicv5_vm_destroy(&other->vm), VGICV5_OK);
	assert_int_equal(vgicv5_spi_assign(&other->vm, 1), VGICV5_STATE);
	assert_int_equal(vgicv5_spi_unassign(&other->vm, 1), VGICV5_STATE);
	hal_host_fail(HAL_HOST_FAULT_ALLOC, 0);
	down();
}

static void no_memory(void **state)
{
	(void)state;
	up();
	hal_host_fail(HAL_HOST_FAULT_ALLOC, 1);
	assert_int_equal(vgicv5_spi_assign(&vm->vm, WIRE), VGICV5_NO_MEMORY);
	assert_true(host_has(WIRE));
	say(WIRE, true);
	assert_true(pending(WIRE));
	assign(WIRE);
	assert_false(pending(WIRE));
	down();
}

/* ---- The n-th command fails ---- */

enum doing { ASSIGN, UNASSIGN, DESTROY, DOINGS };

static int carry_out(enum doing what)
{
	if (what == ASSIGN)
		return vgicv5_spi_assign(&vm->vm, WIRE);
	return what == UNASSIGN ? vgicv5_spi_unassign(&vm->vm, WIRE) : vgicv5_vm_destroy(&vm->vm);
}

static uint64_t commands(void)
{
	struct vgicv5_soft_counters counters;

	vgicv5_soft_counters(world.soft, &counters);
	return counters.commands;
}

/* Who drives it is who the library says it is, as far as the IRS answers. */
static void check_driver(bool obeys)
{
	bool assigned = vgicv5_spi_is_assigned(&vm->vm, WIRE);

	wire(WIRE, false);
	wire(WIRE, true);
	if (!assigned) {
		say(WIRE, false);
		assert_false(pending(WIRE));
		say(WIRE, true);
		assert_true(pending(WIRE));
	} else if (obeys) {
		assert_true(pending(WIRE));
	}
	wire(WIRE, false);
	say(WIRE, false);
}

static bool sweep(enum doing what, enum vgicv5_soft_fault fault, unsigned int nth)
{
	uint64_t before;
	bool hit;
	int error;

	up();
	if (what != ASSIGN)
		assign(WIRE);
	/* What was selected before. */
	vgicv5_mmio_write32(frame_of(1) + GICV5_IRS_SPI_SELR, 1);
	if (what == DESTROY)
		world_preempt(a);
	before = commands();
	vgicv5_soft_arm_fault(world.soft, fault, nth);
	error = carry_out(what);
	hit = commands() - before >= nth;
	if (hit)
		assert_int_equal(error, fault == VGICV5_SOFT_FAULT_DROP ? VGICV5_REFUSED : VGICV5_TIMEOUT);
	if (vm->vm.state == VGICV5_VM_STARTED && what != DESTROY)
		check_driver(!error);
	vgicv5_soft_arm_fault(world.soft, VGICV5_SOFT_FAULT_NONE, 0);
	if (error && what != ASSIGN)
		assert_int_equal(carry_out(what), VGICV5_OK);
	if (a->pe != WORLD_NO_PE)
		world_preempt(a);
	assert_int_equal(vgicv5_vm_destroy(&vm->vm), VGICV5_OK);
	assert_true(host_has(WIRE));
	assert_false(host_is_level(WIRE));
	down();
	return hit;
}

static void commands_fail(void **state)
{
	static const enum vgicv5_soft_fault faults[] = {VGICV5_SOFT_FAULT_DROP, VGICV5_SOFT_FAULT_STALL,
							VGICV5_SOFT_FAULT_LATE};
	unsigned int what, i, nth;

	(void)state;
	for (what = 0; what < DOINGS; what++)
		for (i = 0; i < 3; i++) {
			for (nth = 1; sweep((enum doing)what, faults[i], nth); nth++)
				;
			assert_true(nth > 3);
		}
}

/* ---- Life and death ---- */

/* The VM ID is given away again: the wire must not go with it. */
static void returned_at_the_end(void **state)
{
	uint16_t vm_id;

	(void)state;
	up();
	assign(WIRE);
	assign(10);
	vgicv5_vm_kill(&vm->vm, "test");
	assert_int_equal(vgicv5_spi_assign(&vm->vm, 20), VGICV5_DEAD);
	unassign(10);
	world_preempt(a);
	vm_id = vm->vm.vm_id;
	assert_int_equal(vgicv5_vm_destroy(&vm->vm), VGICV5_OK);
	assert_true(host_has(WIRE));
	assert_int_equal(vgicv5_vm_start(&vm->vm), VGICV5_OK);
	assert_int_equal(vm->vm.vm_id, vm_id);
	assert_false(vgicv5_spi_is_assigned(&vm->vm, WIRE));
	wire(WIRE, true);
	assert_false(pending(WIRE));
	assert_true(pending_on_host(WIRE));
	down();
}

/* ---- End of interrupt ---- */

static bool traps(struct world_vcpu *v)
{
	struct vgicv5_traps now;

	(void)guest_irq(v);
	vgicv5_vcpu_traps(&v->vcpu, &now);
	return !GICV5_GET(ICH_HFGITR_EL2_GICCDDI, now.hfgitr);
}

/* An edge that was the host's is heard of, too. */
static void take_over_registered(uint32_t spi)
{
	assert_int_equal(vgicv5_eoi_register(&vm->vm, spi), VGICV5_OK);
	pulse(spi);
	assert_int_equal(vgicv5_spi_assign(&vm->vm, spi), VGICV5_BUSY);
	assert_true(traps(a));
	assign(spi);
	assert_int_equal(guest_take(a), SPI(spi));
	assert_int_equal(heard[spi], 1);
	assert_int_equal(guest_take(a), 0);
}

static void registered_first(void **state)
{
	(void)state;
	up();
	assert_int_equal(vgicv5_eoi_register(&vm->vm, WIRE), VGICV5_OK);
	/* A vCPU that runs could end the interrupt unheard. */
	assert_int_equal(vgicv5_spi_assign(&vm->vm, WIRE), VGICV5_BUSY);
	assert_false(vgicv5_spi_is_assigned(&vm->vm, WIRE));
	assert_true(traps(a));
	assign(WIRE);
	wire(WIRE, true);
	assert_int_equal(guest_take(a), SPI(WIRE));
	assert_int_equal(heard[WIRE], 1);
	assert_int_equal(guest_take(a), SPI(WIRE));
	assert_int_equal(heard[WIRE], 2);
	wire(WIRE, false);
	/* Low, and next time it is heard of, too. */
	assert_true(traps(a));
	guest_gic(a, GICV5_GIC_CDDI, SPI(WIRE));
	wire(WIRE, true);
	assert_int_equal(guest_take(a), SPI(WIRE));
	assert_int_equal(heard[WIRE], 3);
	wire(WIRE, false);
	/* Nor does software's word of the line end it, nor an end when the wire is low. */
	say(WIRE, true);
	say(WIRE, false);
	guest_gic(a, GICV5_GIC_CDDI, SPI(0));
	assert_true(traps(a));
	wire(WIRE, true);
	assert_int_equal((uint32_t)guest_cdia(a), SPI(WIRE));
	wire(WIRE, false);
	guest_gic(a, GICV5_GIC_CDEOI, 0);
	guest_gic(a, GICV5_GIC_CDDI, SPI(WIRE));
	assert_int_equal(heard[WIRE], 4);
	assert_true(traps(a));
	unassign(WIRE);
	guest_gic(a, GICV5_GIC_CDDI, SPI(WIRE));
	assert_false(traps(a));
	assert_int_equal(heard[WIRE], 4);
	down();
}

static void registered_later(void **state)
{
	(void)state;
	up();
	assign(WIRE);
	assert_int_equal(vgicv5_eoi_register(&vm->vm, WIRE), VGICV5_OK);
	assert_true(traps(a));
	wire(WIRE, true);
	assert_int_equal(guest_take(a), SPI(WIRE));
	assert_int_equal(heard[WIRE], 1);
	assert_int_equal(vgicv5_eoi_unregister(&vm->vm, WIRE), VGICV5_OK);
	assert_false(traps(a));
	assert_int_equal(guest_take(a), SPI(WIRE));
	assert_int_equal(heard[WIRE], 1);
	wire(WIRE, false);
	take_over_registered(10);
	down();
}

/* Given up before it was ready: nothing goes on trapping. */
static void given_up(void **state)
{
	(void)state;
	up();
	assert_int_equal(vgicv5_eoi_register(&vm->vm, WIRE), VGICV5_OK);
	assert_int_equal(vgicv5_spi_assign(&vm->vm, WIRE), VGICV5_BUSY);
	unassign(WIRE);
	assert_true(host_has(WIRE));
	assert_true(traps(a));
	guest_gic(a, GICV5_GIC_CDDI, SPI(WIRE));
	assert_false(traps(a));
	say(WIRE, true);
	assert_true(traps(a));
	assert_int_equal(guest_take(a), SPI(WIRE));
	assert_int_equal(heard[WIRE], 1);
	down();
}

/* ---- Save and restore ---- */

static uint8_t saved[65536];

static size_t save(void)
{
	size_t bytes;

	assert_int_equal(vgicv5_state_save(&vm->vm, saved, sizeof(saved), &bytes), VGICV5_OK);
	return bytes;
}

/* Into the same VM, begun anew. */
static void restore(size_t bytes)
{
	assert_int_equal(vgicv5_vm_destroy(&vm->vm), VGICV5_OK);
	assert_int_equal(vgicv5_vm_start(&vm->vm), VGICV5_OK);
	assign(20);
	assert_int_equal(vgicv5_state_restore(&vm->vm, saved, bytes), VGICV5_BUSY);
	unassign(20);
	assert_int_equal(vgicv5_state_restore(&vm->vm, saved, bytes), VGICV5_OK);
}

static void saved_and_restored(void **state)
{
	unsigned int was, is;
	size_t bytes;

	(void)state;
	for (was = 0; was < 2; was++)
		for (is = 0; is < 2; is++) {
			up();
			assert_int_equal(vgicv5_eoi_register(&vm->vm, WIRE), VGICV5_OK);
			(void)guest_irq(a);
			world_preempt(a);
			assign(WIRE);
			assign(10);
			wire(WIRE, was);
			pulse(10);
			bytes = save();
			wire(WIRE, is);
			restore(bytes);
			/* What its owner says counts, as for any line. */
			assert_int_equal(pending(WIRE), was);
			assert_true(pending(10));
			say(WIRE, is);
			assert_int_equal(pending(WIRE), is);
			assign(WIRE);
			assert_int_equal(pending(WIRE), is);
			assign(10);
			world_load(a, 0);
			assert_true(traps(a));
			assert_int_equal(guest_take(a), SPI(10));
			down();
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(level_is_the_wire),   cmocka_unit_test(edge_is_the_wire),
		cmocka_unit_test(several_irss),	       cmocka_unit_test(level_is_taken_over),
		cmocka_unit_test(edge_is_taken_over),  cmocka_unit_test(handler_runs_at_once),
		cmocka_unit_test(trigger_mode),	       cmocka_unit_test(resampler),
		cmocka_unit_test(mode_refused),	       cmocka_unit_test(refused),
		cmocka_unit_test(no_memory),	       cmocka_unit_test(commands_fail),
		cmocka_unit_test(returned_at_the_end), cmocka_unit_test(registered_first),
		cmocka_unit_test(registered_later),    cmocka_unit_test(given_up),
		cmocka_unit_test(saved_and_restored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
