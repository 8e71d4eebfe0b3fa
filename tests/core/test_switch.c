// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The world switch: what moves when, in which order, and that nothing is lost or leaks on the way. */
#include "recorder.h"

static struct vgicv5_vcpu *const a = &rec.vcpu[0][0];
static struct vgicv5_vcpu *const b = &rec.vcpu[0][1];
static struct vgicv5_vcpu *const wide = &rec.vcpu[1][0];

static void load_writes_the_state_then_asks_for_residency(void **state)
{
	const struct access *contextr;

	(void)state;
	a->hyp.vmcr = vmcr(true, 20);
	a->hyp.apr = 0x100;
	a->hyp.active[0] = PPI_BIT(30);
	a->hyp.enable[0] = PPI_BIT(30) | PPI_BIT(3);
	saved_priority(a, 30, 8);
	assert_int_equal(vgicv5_vcpu_load(a), 0);
	assert_int_equal(reg(GICV5_ICH_VMCR_EL2), vmcr(true, 20));
	assert_int_equal(reg(GICV5_ICH_APR_EL2), 0x100);
	assert_int_equal(reg(GICV5_ICH_PPI_ACTIVER0_EL2), PPI_BIT(30));
	assert_int_equal(reg(GICV5_ICH_PPI_ENABLER0_EL2), PPI_BIT(30) | PPI_BIT(3));
	assert_int_equal(reg(GICV5_ICH_PPI_DVIR0_EL2), PPI_BIT(27));
	assert_int_equal(reg(GICV5_ICH_PPI_PRIORITYR3_EL2), 8ull << 48);
	/* CONTEXTR write, ISB, CONTEXTR read end the log. */
	contextr = &rec.log[rec.log_count - 3];
	assert_int_equal(contextr->encoding, GICV5_ICH_CONTEXTR_EL2);
	assert_int_equal(contextr->value, GICV5_PUT(ICH_CONTEXTR_EL2_V, 1) |
						  GICV5_PUT(ICH_CONTEXTR_EL2_VPE, 3) |
						  GICV5_PUT(ICH_CONTEXTR_EL2_VM, 5));
	assert_int_equal(contextr[1].encoding, 0);
	assert_int_equal(contextr[2].encoding, GICV5_ICH_CONTEXTR_EL2);
	assert_true(contextr[2].read);
}

static void put_saves_what_the_guest_did(void **state)
{
	(void)state;
	assert_int_equal(vgicv5_vcpu_load(a), 0);
	set_reg(GICV5_ICH_VMCR_EL2, vmcr(true, 7));
	set_reg(GICV5_ICH_APR_EL2, 0x10);
	set_reg(GICV5_ICH_PPI_ACTIVER0_EL2, PPI_BIT(23));
	set_reg(GICV5_ICH_PPI_PRIORITYR2_EL2, 9ull << 56);
	set_reg(GICV5_ICH_PPI_PENDR0_EL2, PPI_BIT(3));
	vgicv5_vcpu_put(a, VGICV5_PUT_PREEMPTED);
	assert_int_equal(a->hyp.vmcr, vmcr(true, 7));
	assert_int_equal(a->hyp.apr, 0x10);
	assert_int_equal(a->hyp.active[0], PPI_BIT(23));
	assert_int_equal(a->hyp.priority[2], 9ull << 56);
	assert_int_equal(a->latch[0], PPI_BIT(3));
	assert_int_equal(a->resident, 0);
	assert_null(rec.pcpu[0].loaded);
}

static void state_moves_with_the_vcpu_to_another_pe(void **state)
{
	(void)state;
	assert_int_equal(vgicv5_vcpu_load(a), 0);
	set_reg(GICV5_ICH_PPI_PENDR0_EL2, PPI_BIT(3));
	set_reg(GICV5_ICH_PPI_ACTIVER0_EL2, PPI_BIT(30));
	set_reg(GICV5_ICC_ICSR_EL1, 0x1234000000000806);
	vgicv5_vcpu_exit(a);
	vgicv5_vcpu_put(a, VGICV5_PUT_PREEMPTED);
	on_pe(1);
	assert_int_equal(vgicv5_vcpu_load(a), 0);
	assert_int_equal(vgicv5_vcpu_enter(a), 0);
	assert_int_equal(reg(GICV5_ICH_PPI_PENDR0_EL2), PPI_BIT(3));
	assert_int_equal(reg(GICV5_ICH_PPI_ACTIVER0_EL2), PPI_BIT(30));
	assert_int_equal(reg(GICV5_ICC_ICSR_EL1), 0x1234000000000806);
}

static void second_load_and_put_do_nothing(void **state)
{
	(void)state;
	assert_int_equal(vgicv5_vcpu_load(a), 0);
	forget();
	assert_int_equal(vgicv5_vcpu_load(a), 0);
	assert_int_equal(rec.log_count, 0);
	set_reg(GICV5_ICH_VMCR_EL2, vmcr(true, 31));
	vgicv5_vcpu_put(a, VGICV5_PUT_IDLE);
	set_reg(GICV5_ICH_VMCR_EL2, 0);
	forget();
	vgicv5_vcpu_put(a, VGICV5_PUT_IDLE);
	assert_int_equal(rec.log_count, 0);
	assert_int_equal(a->hyp.vmcr, vmcr(true, 31));
}

static void load_refuses_what_cannot_be(void **state)
{
	(void)state;
	assert_int_equal(vgicv5_vcpu_load(a), 0);
	assert_int_equal(vgicv5_vcpu_load(b), VGICV5_STATE);
	on_pe(1);
	forget();
	assert_int_equal(vgicv5_vcpu_load(a), VGICV5_STATE);
	assert_null(rec.pcpu[1].loaded);
	rec.vm[0].state = VGICV5_VM_EMPTY;
	assert_int_equal(vgicv5_vcpu_load(b), VGICV5_STATE);
	rec.vm[0].state = VGICV5_VM_STARTED;
	vgicv5_vm_kill(&rec.vm[0], "test");
	assert_int_equal(vgicv5_vcpu_load(b), VGICV5_DEAD);
	assert_int_equal(rec.log_count, 0);
	assert_int_equal(b->resident, 0);
	on_pe(0);
	assert_int_equal(vgicv5_vcpu_enter(a), VGICV5_DEAD);
	assert_int_equal(rec.log_count, 0);
	vgicv5_vcpu_put(a, VGICV5_PUT_PREEMPTED);
	assert_null(rec.pcpu[0].loaded);
}

static void residency_fault_kills_the_vm_and_not_more(void **state)
{
	struct hal_host_counts counts;

	(void)state;
	rec.refuse = true;
	assert_int_equal(vgicv5_vcpu_load(a), VGICV5_REFUSED);
	assert_true(vgicv5_vm_is_dead(&rec.vm[0]));
	assert_null(rec.pcpu[0].loaded);
	assert_int_equal(a->resident, 0);
	hal_host_counts(&counts);
	assert_int_equal(counts.vm_deaths, 1);
	assert_int_equal(vgicv5_vcpu_load(a), VGICV5_DEAD);
	rec.refuse = false;
	assert_int_equal(vgicv5_vcpu_load(wide), 0);
}

static void unchanged_round_trip_moves_icsr_only(void **state)
{
	struct hal_host_counts counts;

	(void)state;
	assert_int_equal(vgicv5_vcpu_load(a), 0);
	assert_int_equal(vgicv5_vcpu_enter(a), 0);
	set_reg(GICV5_ICC_ICSR_EL1, 0x806);
	vgicv5_vcpu_exit(a);
	forget();
	set_reg(GICV5_ICC_ICSR_EL1, 0xbad); /* a CDRCFG of the host */
	assert_int_equal(vgicv5_vcpu_enter(a), 0);
	assert_int_equal(reg(GICV5_ICC_ICSR_EL1), 0x806);
	vgicv5_vcpu_exit(a);
	hal_host_counts(&counts);
	assert_int_equal(counts.sysreg_reads + counts.sysreg_writes, 2);
	assert_int_equal(counts.isbs + counts.dsb_sts + counts.dsb_sys + counts.instructions, 0);
	assert_int_equal(counts.locks + counts.mutexes, 0);
}

static void pcpu_without_ppis_of_word_1_never_touches_it(void **state)
{
	(void)state;
	assert_int_equal(vgicv5_vcpu_load(a), 0);
	vgicv5_vcpu_put(a, VGICV5_PUT_PREEMPTED);
	forget();
	assert_int_equal(vgicv5_vcpu_load(b), 0);
	assert_int_equal(logged(GICV5_ICH_PPI_PENDR1_EL2, false), 0);
	assert_int_equal(logged(GICV5_ICH_PPI_PRIORITYR0_EL2, false), 1);
	assert_int_equal(logged(GICV5_ICH_PPI_PRIORITYR1_EL2, false), 0);
	assert_int_equal(logged(GICV5_ICH_PPI_PRIORITYR8_EL2, false), 0);
}

static void hidden_ppis_of_another_vm_do_not_leak(void **state)
{
	(void)state;
	assert_int_equal(vgicv5_vcpu_load(wide), 0);
	guest_opens(31, PPI_BIT(26));
	set_reg(GICV5_ICH_PPI_ENABLER1_EL2, PPIS_HIGH);
	set_reg(GICV5_ICH_PPI_PENDR1_EL2, PPIS_HIGH);
	set_reg(GICV5_ICH_PPI_ACTIVER1_EL2, PPIS_HIGH);
	set_reg(GICV5_ICH_PPI_PENDR0_EL2, PPI_BIT(26) | PPI_BIT(28));
	set_reg(GICV5_ICH_PPI_PRIORITYR8_EL2, 5);
	vgicv5_vcpu_put(wide, VGICV5_PUT_PREEMPTED);
	assert_int_equal(vgicv5_vcpu_load(a), 0);
	assert_int_equal(reg(GICV5_ICH_PPI_ENABLER0_EL2), 0);
	assert_int_equal(reg(GICV5_ICH_PPI_PENDR0_EL2), 0);
	assert_int_equal(reg(GICV5_ICH_PPI_ENABLER1_EL2), 0);
	assert_int_equal(reg(GICV5_ICH_PPI_PENDR1_EL2), 0);
	assert_int_equal(reg(GICV5_ICH_PPI_ACTIVER1_EL2), 0);
	assert_int_equal(reg(GICV5_ICH_PPI_PRIORITYR8_EL2), 0);
	/* And what a guest writes into PPIs that it does not see stays out of its own saved state. */
	set_reg(GICV5_ICH_PPI_ACTIVER0_EL2, PPI_BIT(26));
	vgicv5_vcpu_put(a, VGICV5_PUT_PREEMPTED);
	assert_int_equal(a->hyp.active[0], 0);
}

static void word_1_is_moved_where_it_is_visible(void **state)
{
	(void)state;
	wide->hyp.enable[1] = PPIS_HIGH;
	wide->hyp.active[1] = PPI_BIT(PPI_HIGH_LEVEL);
	saved_priority(wide, PPI_HIGH_EDGE, 4);
	assert_int_equal(vgicv5_inject_ppi(wide, PPI_HIGH_EDGE, true), 0);
	assert_int_equal(vgicv5_inject_ppi(wide, PPI_HIGH_LEVEL, true), 0);
	assert_int_equal(vgicv5_vcpu_load(wide), 0);
	assert_int_equal(reg(GICV5_ICH_PPI_ENABLER1_EL2), PPIS_HIGH);
	assert_int_equal(reg(GICV5_ICH_PPI_ACTIVER1_EL2), PPI_BIT(PPI_HIGH_LEVEL));
	assert_int_equal(reg(GICV5_ICH_PPI_PENDR1_EL2), PPI_BIT(PPI_HIGH_EDGE) | PPI_BIT(PPI_HIGH_LEVEL));
	assert_int_equal(reg(GICV5_ICH_PPI_PRIORITYR8_EL2), 4ull << 56);
	assert_int_equal(vgicv5_inject_ppi(wide, PPI_HIGH_LEVEL, false), 0);
	assert_int_equal(vgicv5_vcpu_enter(wide), 0);
	assert_int_equal(reg(GICV5_ICH_PPI_PENDR1_EL2), PPI_BIT(PPI_HIGH_EDGE));
	vgicv5_vcpu_exit(wide);
	set_reg(GICV5_ICH_PPI_PRIORITYR8_EL2, 6ull << 56);
	vgicv5_vcpu_put(wide, VGICV5_PUT_PREEMPTED);
	assert_int_equal(wide->latch[1], PPI_BIT(PPI_HIGH_EDGE));
	assert_int_equal(wide->hyp.active[1], PPI_BIT(PPI_HIGH_LEVEL));
	assert_int_equal(wide->hyp.priority[8], 6ull << 56);
}

static const unsigned int priorityr[VGICV5_PPI_GROUPS] = {
	GICV5_ICH_PPI_PRIORITYR0_EL2,  GICV5_ICH_PPI_PRIORITYR1_EL2,  GICV5_ICH_PPI_PRIORITYR2_EL2,
	GICV5_ICH_PPI_PRIORITYR3_EL2,  GICV5_ICH_PPI_PRIORITYR4_EL2,  GICV5_ICH_PPI_PRIORITYR5_EL2,
	GICV5_ICH_PPI_PRIORITYR6_EL2,  GICV5_ICH_PPI_PRIORITYR7_EL2,  GICV5_ICH_PPI_PRIORITYR8_EL2,
	GICV5_ICH_PPI_PRIORITYR9_EL2,  GICV5_ICH_PPI_PRIORITYR10_EL2, GICV5_ICH_PPI_PRIORITYR11_EL2,
	GICV5_ICH_PPI_PRIORITYR12_EL2, GICV5_ICH_PPI_PRIORITYR13_EL2, GICV5_ICH_PPI_PRIORITYR14_EL2,
	GICV5_ICH_PPI_PRIORITYR15_EL2,
};

/* A VM on a host that implements all PPIs. Neither is started. */
static void init_on_full_host(struct vgicv5_vm *vm, struct vgicv5_vcpu *vcpu, uint64_t visible)
{
	const struct vgicv5_vm_config config = {.ppi_visible = {visible, visible}};

	rec.host.caps.ppi_implemented[0] = ~0ull;
	rec.host.caps.ppi_implemented[1] = ~0ull;
	assert_int_equal(vgicv5_vm_init(vm, &rec.host, &config), 0);
	assert_int_equal(vgicv5_vcpu_init(vcpu, vm, 0), 0);
}

static void every_priority_register_is_moved_to_its_own_place(void **state)
{
	struct vgicv5_vm vm;
	struct vgicv5_vcpu vcpu;
	unsigned int n;

	(void)state;
	init_on_full_host(&vm, &vcpu, ~0ull);
	for (n = 0; n < VGICV5_PPI_GROUPS; n++)
		vcpu.hyp.priority[n] = 100 + n;
	assert_true(vgicv5_hyp_load(&vcpu.hyp));
	for (n = 0; n < VGICV5_PPI_GROUPS; n++) {
		assert_int_equal(reg(priorityr[n]), 100 + n);
		set_reg(priorityr[n], 200 + n);
	}
	vgicv5_hyp_save(&vcpu.hyp);
	for (n = 0; n < VGICV5_PPI_GROUPS; n++)
		assert_int_equal(vcpu.hyp.priority[n], 200 + n);
}

static void every_hidden_priority_register_is_cleared(void **state)
{
	struct vgicv5_vm vm;
	struct vgicv5_vcpu vcpu;
	unsigned int n;

	(void)state;
	init_on_full_host(&vm, &vcpu, 0);
	for (n = 0; n < VGICV5_PPI_GROUPS; n++)
		set_reg(priorityr[n], 100 + n);
	assert_true(vgicv5_hyp_load(&vcpu.hyp));
	for (n = 0; n < VGICV5_PPI_GROUPS; n++)
		assert_int_equal(reg(priorityr[n]), 100 + n);
	vcpu.hyp.dirty = VGICV5_DIRTY_SCRUB;
	assert_true(vgicv5_hyp_load(&vcpu.hyp));
	for (n = 0; n < VGICV5_PPI_GROUPS; n++)
		assert_int_equal(reg(priorityr[n]), 0);
}

static void irsen_change_renews_residency_before_entry(void **state)
{
	(void)state;
	assert_int_equal(vgicv5_vcpu_load(a), 0);
	rec.vm[0].virs.irsen = false;
	a->reload = 1;
	forget();
	assert_int_equal(vgicv5_vcpu_enter(a), 0);
	assert_int_equal(logged(GICV5_ICH_CONTEXTR_EL2, false), 2);
	assert_true(GICV5_GET(ICH_CONTEXTR_EL2_IRICHPPIDIS, reg(GICV5_ICH_CONTEXTR_EL2)));
	assert_true(GICV5_GET(ICH_CONTEXTR_EL2_V, reg(GICV5_ICH_CONTEXTR_EL2)));
	assert_int_equal(a->reload, 0);
	/* Back and forth between two entries: nothing to do. */
	a->reload = 1;
	forget();
	assert_int_equal(vgicv5_vcpu_enter(a), 0);
	assert_int_equal(logged(GICV5_ICH_CONTEXTR_EL2, false), 0);
	rec.vm[0].virs.irsen = true;
	a->reload = 1;
	rec.refuse = true;
	assert_int_equal(vgicv5_vcpu_enter(a), VGICV5_REFUSED);
	assert_true(vgicv5_vm_is_dead(&rec.vm[0]));
	assert_null(rec.pcpu[0].loaded);
}

static void load_shows_irsen(void **state)
{
	(void)state;
	rec.vm[0].virs.irsen = false;
	a->reload = 1;
	assert_int_equal(vgicv5_vcpu_load(a), 0);
	assert_true(GICV5_GET(ICH_CONTEXTR_EL2_IRICHPPIDIS, reg(GICV5_ICH_CONTEXTR_EL2)));
	assert_int_equal(a->reload, 0);
}

static void init_checks_the_vpe_id(void **state)
{
	struct vgicv5_vm_config config = {.spi_count = 0};
	struct vgicv5_vm vm;
	struct vgicv5_vcpu first;
	struct vgicv5_vcpu second;

	(void)state;
	rec.host.caps.max_vpes = 64;
	assert_int_equal(vgicv5_vm_init(&vm, &rec.host, &config), 0);
	assert_int_equal(vgicv5_vcpu_init(&first, &vm, 64), VGICV5_INVALID);
	assert_int_equal(vgicv5_vcpu_init(&first, &vm, 63), 0);
	assert_int_equal(vgicv5_vcpu_init(&second, &vm, 63), VGICV5_BUSY);
	assert_int_equal(vgicv5_vcpu_init(&second, &vm, 17), 0);
	assert_int_equal(first.index, 0);
	assert_int_equal(second.index, 1);
	assert_int_equal(vm.vcpu_count, 2);
	assert_int_equal(vm.vpe_limit, 64);
	assert_ptr_equal(vgicv5_vm_vcpu(&vm, 17), &second);
	vm.state = VGICV5_VM_STARTED;
	assert_int_equal(vgicv5_vcpu_init(&second, &vm, 5), VGICV5_STATE);
}

static void reset_clears_the_interface_and_keeps_inputs(void **state)
{
	(void)state;
	assert_int_equal(vgicv5_inject_ppi(a, 23, true), 0);
	assert_int_equal(vgicv5_inject_ppi(a, 3, true), 0);
	assert_int_equal(vgicv5_vcpu_load(a), 0);
	guest_opens(31, PPI_BIT(23));
	set_reg(GICV5_ICH_APR_EL2, 4);
	vgicv5_vcpu_put(a, VGICV5_PUT_PREEMPTED);
	vgicv5_vcpu_reset(a);
	assert_int_equal(vgicv5_vcpu_load(a), 0);
	assert_int_equal(reg(GICV5_ICH_VMCR_EL2), 0);
	assert_int_equal(reg(GICV5_ICH_APR_EL2), 0);
	assert_int_equal(reg(GICV5_ICH_PPI_ENABLER0_EL2), 0);
	assert_int_equal(reg(GICV5_ICH_PPI_PENDR0_EL2), PPI_BIT(23));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(load_writes_the_state_then_asks_for_residency, recorder_setup),
		cmocka_unit_test_setup(put_saves_what_the_guest_did, recorder_setup),
		cmocka_unit_test_setup(state_moves_with_the_vcpu_to_another_pe, recorder_setup),
		cmocka_unit_test_setup(second_load_and_put_do_nothing, recorder_setup),
		cmocka_unit_test_setup(load_refuses_what_cannot_be, recorder_setup),
		cmocka_unit_test_setup(residency_fault_kills_the_vm_and_not_more, recorder_setup),
		cmocka_unit_test_setup(unchanged_round_trip_moves_icsr_only, recorder_setup),
		cmocka_unit_test_setup(pcpu_without_ppis_of_word_1_never_touches_it, recorder_setup),
		cmocka_unit_test_setup(hidden_ppis_of_another_vm_do_not_leak, recorder_setup),
		cmocka_unit_test_setup(word_1_is_moved_where_it_is_visible, recorder_setup),
		cmocka_unit_test_setup(every_priority_register_is_moved_to_its_own_place, recorder_setup),
		cmocka_unit_test_setup(every_hidden_priority_register_is_cleared, recorder_setup),
		cmocka_unit_test_setup(irsen_change_renews_residency_before_entry, recorder_setup),
		cmocka_unit_test_setup(load_shows_irsen, recorder_setup),
		cmocka_unit_test_setup(init_checks_the_vpe_id, recorder_setup),
		cmocka_unit_test_setup(reset_clears_the_interface_and_keeps_inputs, recorder_setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
