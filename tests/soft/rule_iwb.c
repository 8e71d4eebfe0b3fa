/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Rules of the IWB: registers, wires of both trigger modes, their way through the ITS.
 */
#include "rule_its.h"

#define PHYSICAL VGICV5_SOFT_PHYSICAL
#define WORD 1u /* the wires of the tests are in this word */
#define WIRE (32 * WORD + 3)

static uint64_t iwb_rd(struct machine *m, uint32_t offset)
{
	return vgicv5_soft_iwb_read(m->gic, 0, offset, 4);
}

static void iwb_wr(struct machine *m, uint32_t offset, uint32_t value)
{
	vgicv5_soft_iwb_write(m->gic, 0, offset, 4, value);
}

static void wire(struct machine *m, bool asserted)
{
	vgicv5_soft_set_wire(m->gic, 0, WIRE, asserted);
}

static void enable(struct machine *m, bool on)
{
	iwb_wr(m, GICV5_IWB_WENABLER + 4 * WORD, on ? 1u << WIRE % 32 : 0);
}

static struct machine *iwb_machine(void)
{
	struct machine *m = its_machine();

	m->config.iwb_count = 1;
	m->config.iwb[0] = (struct vgicv5_soft_iwb_config){.iw_range = 1, .device_id = DEVICE};
	machine_start(m);
	return m;
}

/* 64 wires, of which WIRE is LPI 40. */
static void iwb_linear(struct machine *m, struct linear_its *l)
{
	its_linear(m, l);
	l->itt = take(m, 64 * GICV5_ITTE_SIZE);
	poke64(m, l->dt + 8 * DEVICE, dte(l->itt, 6));
	poke64(m, l->itt + 8 * WIRE, itte(40));
	iwb_wr(m, GICV5_IWB_CR0, 1);
}

static bool pending(struct machine *m)
{
	return inspect(m, PHYSICAL, 40).pending;
}

static void test_registers(void **state)
{
	struct machine *m = iwb_machine();

	(void)state;
	assert_int_equal(iwb_rd(m, GICV5_IWB_IDR0), 2 << 11 | 1);
	assert_int_equal(iwb_rd(m, GICV5_IWB_AIDR), 2 << 8);
	assert_int_equal(iwb_rd(m, GICV5_IWB_CR0), 2);
	iwb_wr(m, GICV5_IWB_CR0, 1);
	assert_int_equal(iwb_rd(m, GICV5_IWB_CR0), 3);
	iwb_wr(m, GICV5_IWB_WTMR + 4, 0xf0f0f0f0);
	iwb_wr(m, GICV5_IWB_WENABLER + 4, 0x12345678);
	iwb_wr(m, GICV5_IWB_WDOMAINR, 0);
	assert_int_equal(iwb_rd(m, GICV5_IWB_WTMR), 0);
	assert_int_equal(iwb_rd(m, GICV5_IWB_WTMR + 4), 0xf0f0f0f0);
	assert_int_equal(iwb_rd(m, GICV5_IWB_WENABLER + 4), 0x12345678);
	assert_int_equal(iwb_rd(m, GICV5_IWB_WENABLE_STATUSR), 1);
	assert_int_equal(iwb_rd(m, GICV5_IWB_WDOMAIN_STATUSR), 1);
	/* One domain: every wire is Non-secure. */
	assert_int_equal(iwb_rd(m, GICV5_IWB_WDOMAINR), 0x55555555);
	assert_int_equal(iwb_rd(m, GICV5_IWB_WDOMAINR + 12), 0x55555555);
	/* No wires beyond IW_RANGE, no other widths. */
	iwb_wr(m, GICV5_IWB_WTMR + 8, ~0u);
	iwb_wr(m, GICV5_IWB_WENABLER + 8, ~0u);
	assert_int_equal(iwb_rd(m, GICV5_IWB_WTMR + 8), 0);
	assert_int_equal(iwb_rd(m, GICV5_IWB_WENABLER + 8), 0);
	assert_int_equal(iwb_rd(m, GICV5_IWB_WDOMAINR + 16), 0);
	vgicv5_soft_set_wire(m->gic, 0, 64, true);
	vgicv5_soft_set_wire(m->gic, 1, 0, true);
	iwb_wr(m, GICV5_IWB_WRESAMPLER, 64);
	assert_int_equal(vgicv5_soft_iwb_read(m->gic, 0, GICV5_IWB_IDR0, 8), 0);
	assert_int_equal(vgicv5_soft_iwb_read(m->gic, 0, GICV5_IWB_IDR0 + 2, 4), 0);
	assert_int_equal(vgicv5_soft_iwb_read(m->gic, 1, GICV5_IWB_IDR0, 4), 0);
	assert_int_equal(m->violations, 0);
	vgicv5_soft_reset(m->gic);
	assert_int_equal(iwb_rd(m, GICV5_IWB_CR0), 2);
	assert_int_equal(iwb_rd(m, GICV5_IWB_WTMR + 4), 0);
	assert_int_equal(iwb_rd(m, GICV5_IWB_WENABLER + 4), 0);
	machine_delete(m);
}

static void test_edge(void **state)
{
	struct machine *m = iwb_machine();
	struct linear_its l;

	(void)state;
	iwb_linear(m, &l);
	wire(m, true);
	wire(m, false);
	assert_false(pending(m)); /* not enabled */
	enable(m, true);
	assert_false(pending(m));
	wire(m, true);
	assert_false(inspect(m, PHYSICAL, 40).level);
	assert_true(got(m, 40));
	wire(m, true); /* no edge */
	iwb_wr(m, GICV5_IWB_WRESAMPLER, WIRE);
	assert_false(pending(m));
	wire(m, false);
	assert_false(pending(m));
	wire(m, true);
	wire(m, false);
	assert_true(got(m, 40)); /* the falling edge takes nothing back */
	iwb_wr(m, GICV5_IWB_CR0, 0);
	wire(m, true);
	assert_false(pending(m));
	assert_int_equal(its_error(m), 0);
	machine_delete(m);
}

static void test_level(void **state)
{
	struct machine *m = iwb_machine();
	struct linear_its l;

	(void)state;
	iwb_linear(m, &l);
	iwb_wr(m, GICV5_IWB_WTMR + 4 * WORD, 1u << WIRE % 32);
	wire(m, true);
	assert_false(pending(m));
	enable(m, true); /* up when it is enabled */
	assert_true(pending(m));
	assert_true(inspect(m, PHYSICAL, 40).level);
	wire(m, false);
	assert_false(pending(m));
	wire(m, true);
	assert_true(pending(m));
	/* A disabled wire, or IWB, changes nothing. */
	enable(m, false);
	wire(m, false);
	assert_true(pending(m));
	enable(m, true);
	assert_false(pending(m));
	iwb_wr(m, GICV5_IWB_CR0, 0);
	wire(m, true);
	assert_false(pending(m));
	iwb_wr(m, GICV5_IWB_CR0, 1);
	assert_true(pending(m));
	/* Resampling, as R_DMTFM for SPIs: what was lost on the way comes again. */
	unpend(m, PHYSICAL, 40);
	iwb_wr(m, GICV5_IWB_WRESAMPLER, WIRE);
	assert_true(pending(m));
	/* The trigger mode stays while the wire is enabled. */
	assert_int_equal(m->violations, 0);
	iwb_wr(m, GICV5_IWB_WTMR + 4 * WORD, 1);
	assert_int_equal(m->violations, 1);
	assert_int_equal(iwb_rd(m, GICV5_IWB_WTMR + 4 * WORD), 1 | 1u << WIRE % 32);
	machine_delete(m);
}

static void test_acknowledged_level(void **state)
{
	struct machine *m = iwb_machine();
	struct linear_its l;

	(void)state;
	iwb_linear(m, &l);
	open_pe(m, 0);
	configure(m, &HOST, 0, lpi(40), 0, 1);
	iwb_wr(m, GICV5_IWB_WTMR + 4 * WORD, 1u << WIRE % 32);
	enable(m, true);
	wire(m, true);
	assert_int_equal(ack(m, 0), lpi(40));
	assert_true(pending(m)); /* level: pending as long as the wire is up */
	done_as(m, 0, &HOST, lpi(40));
	assert_int_equal(ack(m, 0), lpi(40));
	wire(m, false);
	done_as(m, 0, &HOST, lpi(40));
	assert_int_equal(ack(m, 0), 0);
	machine_delete(m);
}

static void test_virtual_wire(void **state)
{
	struct machine *m = iwb_machine();
	struct linear_its l;

	(void)state;
	iwb_linear(m, &l);
	poke64(m, l.itt + 8 * WIRE, virtual_itte(1, 9));
	iwb_wr(m, GICV5_IWB_WTMR + 4 * WORD, 1u << WIRE % 32);
	enable(m, true); /* the line is down: CLEAR */
	wire(m, true);
	assert_true(inspect(m, 1, 9).pending);
	assert_true(inspect(m, 1, 9).level);
	wire(m, false);
	assert_false(inspect(m, 1, 9).pending);
	assert_false(pending(m));
	machine_delete(m);
}

static void test_busy(void **state)
{
	struct machine *m = iwb_machine();
	struct linear_its l;

	(void)state;
	iwb_linear(m, &l);
	vgicv5_soft_set_delay(m->gic, 1);
	enable(m, true);
	wire(m, true);
	assert_false(pending(m)); /* not enabled yet */
	wire(m, false);
	enable(m, false);
	assert_int_equal(m->violations, 1);
	assert_int_equal(iwb_rd(m, GICV5_IWB_WENABLE_STATUSR), 0);
	assert_int_equal(iwb_rd(m, GICV5_IWB_WENABLE_STATUSR), 1);
	wire(m, true);
	assert_true(got(m, 40));
	iwb_wr(m, GICV5_IWB_CR0, 0);
	assert_int_equal(iwb_rd(m, GICV5_IWB_CR0), 1);
	assert_int_equal(iwb_rd(m, GICV5_IWB_CR0), 2);
	vgicv5_soft_set_delay(m->gic, 0);
	vgicv5_soft_arm_fault(m->gic, VGICV5_SOFT_FAULT_STALL, 1);
	iwb_wr(m, GICV5_IWB_CR0, 1);
	assert_int_equal(iwb_rd(m, GICV5_IWB_CR0), 0);
	vgicv5_soft_arm_fault(m->gic, VGICV5_SOFT_FAULT_NONE, 0);
	assert_int_equal(iwb_rd(m, GICV5_IWB_CR0), 2);
	machine_delete(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_registers),    cmocka_unit_test(test_edge),
		cmocka_unit_test(test_level),	     cmocka_unit_test(test_acknowledged_level),
		cmocka_unit_test(test_virtual_wire), cmocka_unit_test(test_busy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
