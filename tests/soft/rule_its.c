/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Rules of the ITS: registers, tables, protocol, virtual events, errors.
 */
#include "rule_its.h"

static void test_id_registers(void **state)
{
	struct machine *m = its_machine();

	(void)state;
	m->config.its_count = 2;
	m->config.its[1] = (struct vgicv5_soft_its_config){.device_id_bits = 32, .event_id_bits = 1};
	machine_start(m);
	assert_int_equal(its_rd(m, GICV5_ITS_IDR0, 4), 1 << 8 | 5 << 2 | 1);
	assert_int_equal(its_rd(m, GICV5_ITS_IDR1, 4), 7 << 8 | 1 << 7 | 1 << 6 | 20);
	assert_int_equal(its_rd(m, GICV5_ITS_IDR2, 4), 16);
	assert_int_equal(its_rd(m, GICV5_ITS_AIDR, 4), 1 << 8);
	assert_int_equal(vgicv5_soft_its_read(m->gic, 1, GICV5_ITS_IDR0, 4), 1 << 16 | 5 << 2 | 1);
	assert_int_equal(vgicv5_soft_its_read(m->gic, 1, GICV5_ITS_IDR1, 4), 32);
	assert_int_equal(vgicv5_soft_its_read(m->gic, 1, GICV5_ITS_IDR2, 4), 1);
	assert_int_equal(vgicv5_soft_its_read(m->gic, 2, GICV5_ITS_IDR2, 4), 0);
	vgicv5_soft_its_write(m->gic, 2, GICV5_ITS_CR0, 4, 1);
	vgicv5_soft_msi(m->gic, 2, 0, 0);
	machine_delete(m);
}

static void test_access_widths(void **state)
{
	struct machine *m = its_machine();

	(void)state;
	machine_start(m);
	assert_int_equal(its_rd(m, GICV5_ITS_IDR0, 2), 0);
	assert_int_equal(its_rd(m, GICV5_ITS_IDR0, 8), 0);
	assert_int_equal(its_rd(m, GICV5_ITS_IDR1 + 2, 4), 0);
	its_wr(m, GICV5_ITS_CR1, 4, 0xffffffff);
	assert_int_equal(its_rd(m, GICV5_ITS_CR1, 4), 0xff);
	its_wr(m, GICV5_ITS_CR1, 2, 0);
	assert_int_equal(its_rd(m, GICV5_ITS_CR1, 4), 0xff);
	/* 64-bit registers by halves; the other half stays. */
	its_wr(m, GICV5_ITS_DT_BASER + 4, 4, 0x12);
	its_wr(m, GICV5_ITS_DT_BASER, 4, 0x3456789f);
	assert_int_equal(its_rd(m, GICV5_ITS_DT_BASER, 8), 0x1234567898);
	assert_int_equal(its_rd(m, GICV5_ITS_DT_BASER + 4, 4), 0x12);
	its_wr(m, GICV5_ITS_DT_CFGR, 4, 0xffffffff);
	assert_int_equal(its_rd(m, GICV5_ITS_DT_CFGR, 4), 1 << 16 | 0xff);
	its_wr(m, GICV5_ITS_DIDR, 4, 0x89abcdef);
	its_wr(m, GICV5_ITS_DIDR + 4, 4, 0xffffffff);
	assert_int_equal(its_rd(m, GICV5_ITS_DIDR, 8), 0x89abcdef);
	its_wr(m, GICV5_ITS_EIDR, 4, 77);
	assert_int_equal(its_rd(m, GICV5_ITS_EIDR, 4), 77);
	its_wr(m, GICV5_ITS_GEN_EVENT_DIDR, 8, 3);
	its_wr(m, GICV5_ITS_GEN_EVENT_EIDR, 4, 4);
	assert_int_equal(its_rd(m, GICV5_ITS_GEN_EVENT_DIDR, 8), 3);
	assert_int_equal(its_rd(m, GICV5_ITS_GEN_EVENT_EIDR, 4), 4);
	assert_int_equal(its_rd(m, GICV5_ITS_INV_EVENTR, 4), 0);
	machine_delete(m);
}

static void test_msi(void **state)
{
	struct linear_its l;
	struct machine *m = its_linear_up(&l);

	(void)state;
	poke64(m, l.itt + 8 * 3, itte(100));
	assert_true(msi_gives(m, DEVICE, 3, 100));
	/* An MSI is SET_EDGE, whatever the LPI was. */
	wr(m, 0, GICV5_GIC_CDHM, lpi(100) | GICV5_MASK(CDHM_HM));
	vgicv5_soft_its_translate(m->gic, 0, DEVICE, GICV5_ITS_TRANSLATER, 4, 3);
	assert_false(inspect(m, VGICV5_SOFT_PHYSICAL, 100).level);
	assert_true(got(m, 100));
	/* There is no Realm domain; other accesses are none. */
	vgicv5_soft_its_translate(m->gic, 0, DEVICE, GICV5_ITS_RL_TRANSLATER, 4, 3);
	vgicv5_soft_its_translate(m->gic, 0, DEVICE, GICV5_ITS_TRANSLATER, 2, 3);
	vgicv5_soft_its_translate(m->gic, 0, DEVICE, 4, 4, 3);
	assert_false(got(m, 100));
	assert_int_equal(its_error(m), 0);
	/* Delivered to the PE like any other LPI. */
	open_pe(m, 1);
	configure(m, &HOST, 0, lpi(100), 1, 4);
	vgicv5_soft_msi(m->gic, 0, DEVICE, 3);
	assert_int_equal(ack(m, 1), lpi(100));
	its_wr(m, GICV5_ITS_CR0, 4, 0);
	assert_false(msi_gives(m, DEVICE, 3, 100));
	assert_int_equal(its_error(m), 0);
	assert_int_equal(m->violations, 0);
	machine_delete(m);
}

/* Device table and ITT in two levels, of each size, with a SPAN shorter than the L2 table. */
static void two_levels(unsigned int l2sz)
{
	unsigned int bits = 9 + 2 * l2sz;
	uint32_t device = (3u << bits) + 9, event = (5u << bits) % 65536 + 6;
	uint64_t dt, l2_dt, itt, l2_itt;
	struct test_vm vm;
	struct machine *m = its_table_up(
		&vm, bits + 4, GICV5_MASK(ITS_DT_CFGR_STRUCTURE) | GICV5_PUT(ITS_DT_CFGR_L2SZ, l2sz), &dt);

	l2_dt = take(m, 16 * GICV5_DTE_SIZE);
	itt = take(m, (uint64_t)GICV5_ITTE_SIZE << (16 - bits));
	l2_itt = take(m, 8 * GICV5_ITTE_SIZE);
	poke64(m, dt + 8 * 3, l1_entry(l2_dt, 4));
	poke64(m, l2_dt + 8 * 9,
	       dte(itt, 16) | GICV5_MASK(L2_DTE_ITT_STRUCTURE) | GICV5_PUT(L2_DTE_ITT_L2SZ, l2sz));
	poke64(m, itt + 8 * (event >> bits), l1_entry(l2_itt, 3));
	poke64(m, l2_itt + 8 * 6, itte(700 + l2sz));
	assert_true(msi_gives(m, device, event, 700 + l2sz));
	assert_int_equal(its_error(m), 0);
	vgicv5_soft_msi(m->gic, 0, device, event + 2); /* beyond the span */
	assert_int_equal(its_error(m), BAD_L1_ITTE);
	vgicv5_soft_msi(m->gic, 0, device, event - 1);
	assert_int_equal(its_error(m), BAD_ITTE);
	vgicv5_soft_msi(m->gic, 0, device, event ^ 1u << bits);
	assert_int_equal(its_error(m), BAD_L1_ITTE);
	vgicv5_soft_msi(m->gic, 0, device + 7, event);
	assert_int_equal(its_error(m), BAD_L1_DTE);
	vgicv5_soft_msi(m->gic, 0, device - 1, event);
	assert_int_equal(its_error(m), BAD_DTE);
	vgicv5_soft_msi(m->gic, 0, device ^ 1u << bits, event);
	assert_int_equal(its_error(m), BAD_L1_DTE);
	vgicv5_soft_msi(m->gic, 0, 1u << (bits + 4), event);
	assert_int_equal(its_error(m), DEVICE_RANGE);
	vgicv5_soft_msi(m->gic, 0, device, 65536);
	assert_int_equal(its_error(m), EVENT_RANGE);
	assert_int_equal(m->violations, 0);
	machine_delete(m);
}

static void test_two_levels(void **state)
{
	unsigned int l2sz;

	(void)state;
	for (l2sz = 0; l2sz <= GICV5_L2SZ_64K; l2sz++)
		two_levels(l2sz);
}

static void test_span_too_large(void **state)
{
	struct test_vm vm;
	uint64_t dt;
	struct machine *m = its_table_up(&vm, 12, GICV5_MASK(ITS_DT_CFGR_STRUCTURE), &dt);

	(void)state;
	poke64(m, dt, l1_entry(take(m, 8192), 10)); /* at most 9 for 4 KiB */
	vgicv5_soft_msi(m->gic, 0, 0, 0);
	assert_int_equal(its_error(m), BAD_L1_DTE);
	assert_int_equal(m->violations, 1);
	machine_delete(m);
}

static void test_enable_protocol(void **state)
{
	struct machine *m = its_machine();
	struct linear_its l;

	(void)state;
	machine_start(m);
	assert_int_equal(its_rd(m, GICV5_ITS_CR0, 4), 2);
	its_linear(m, &l);
	assert_int_equal(its_rd(m, GICV5_ITS_CR0, 4), 3);
	its_wr(m, GICV5_ITS_DT_BASER, 8, 0);
	assert_int_equal(m->violations, 1);
	its_wr(m, GICV5_ITS_DT_CFGR, 4, 0);
	assert_int_equal(m->violations, 2);
	assert_int_equal(its_rd(m, GICV5_ITS_DT_BASER, 8), l.dt);
	assert_int_equal(its_rd(m, GICV5_ITS_DT_CFGR, 4), 6);
	vgicv5_soft_set_delay(m->gic, 2);
	its_wr(m, GICV5_ITS_CR0, 4, 0);
	assert_int_equal(its_rd(m, GICV5_ITS_CR0, 4), 1);
	/* ITSEN reads 0 only together with IDLE. */
	its_wr(m, GICV5_ITS_DT_CFGR, 4, 0);
	assert_int_equal(m->violations, 3);
	assert_int_equal(its_rd(m, GICV5_ITS_CR0, 4), 1);
	assert_int_equal(its_rd(m, GICV5_ITS_CR0, 4), 2);
	its_wr(m, GICV5_ITS_DT_CFGR, 4, 0);
	assert_int_equal(its_rd(m, GICV5_ITS_DT_CFGR, 4), 0);
	assert_int_equal(m->violations, 3);
	machine_delete(m);
}

static void test_busy(void **state)
{
	struct linear_its l;
	struct machine *m = its_linear_up(&l);

	(void)state;
	poke64(m, l.itt + 8, itte(1));
	assert_true(msi_gives(m, DEVICE, 1, 1));
	poke64(m, l.itt + 8, itte(2));
	vgicv5_soft_set_delay(m->gic, 1);
	its_inv_event(m, DEVICE, 1, 0);
	assert_true(msi_gives(m, DEVICE, 1, 1)); /* not yet */
	its_wr(m, GICV5_ITS_EIDR, 4, 9);	 /* not while busy */
	its_wr(m, GICV5_ITS_READ_EVENTR, 4, GICV5_MASK(ITS_READ_EVENTR_R));
	assert_int_equal(m->violations, 2);
	assert_int_equal(its_rd(m, GICV5_ITS_STATUSR, 4), 0);
	assert_int_equal(its_rd(m, GICV5_ITS_STATUSR, 4), 1);
	assert_true(msi_gives(m, DEVICE, 1, 2));
	its_wr(m, GICV5_ITS_SYNCR, 8, GICV5_MASK(ITS_SYNCR_SYNC) | DEVICE);
	assert_int_equal(its_rd(m, GICV5_ITS_SYNC_STATUSR, 4), 0);
	assert_int_equal(its_rd(m, GICV5_ITS_SYNC_STATUSR, 4), 1);
	its_wr(m, GICV5_ITS_SYNCR, 8, GICV5_MASK(ITS_SYNCR_SYNC) | GICV5_MASK(ITS_SYNCR_SYNCALL));
	assert_int_equal(its_rd(m, GICV5_ITS_SYNC_STATUSR, 4), 0);
	assert_int_equal(its_rd(m, GICV5_ITS_SYNC_STATUSR, 4), 1);
	its_wr(m, GICV5_ITS_SYNCR, 8, GICV5_MASK(ITS_SYNCR_SYNCALL)); /* SYNC = 0 */
	assert_int_equal(its_rd(m, GICV5_ITS_SYNC_STATUSR, 4), 1);
	/* Faults: dropped with IDLE, or stuck until disarmed. */
	vgicv5_soft_set_delay(m->gic, 0);
	poke64(m, l.itt + 8, itte(3));
	vgicv5_soft_arm_fault(m->gic, VGICV5_SOFT_FAULT_DROP, 1);
	its_inv_event(m, DEVICE, 1, 0);
	assert_int_equal(its_rd(m, GICV5_ITS_STATUSR, 4), 1);
	assert_true(msi_gives(m, DEVICE, 1, 2));
	vgicv5_soft_arm_fault(m->gic, VGICV5_SOFT_FAULT_LATE, 1);
	its_inv_event(m, DEVICE, 1, 0);
	assert_int_equal(its_rd(m, GICV5_ITS_STATUSR, 4), 0);
	assert_true(msi_gives(m, DEVICE, 1, 3));
	vgicv5_soft_arm_fault(m->gic, VGICV5_SOFT_FAULT_NONE, 0);
	assert_int_equal(its_rd(m, GICV5_ITS_STATUSR, 4), 1);
	machine_delete(m);
}

static uint64_t read_event(struct machine *m, uint32_t event)
{
	its_wr(m, GICV5_ITS_DIDR, 8, DEVICE);
	its_wr(m, GICV5_ITS_EIDR, 4, event);
	its_wr(m, GICV5_ITS_READ_EVENTR, 4, GICV5_MASK(ITS_READ_EVENTR_R));
	return its_rd(m, GICV5_ITS_READ_EVENT_DATAR, 8);
}

static void gen_event(struct machine *m, uint32_t event, enum gicv5_domain domain)
{
	its_wr(m, GICV5_ITS_GEN_EVENT_DIDR, 8, DEVICE);
	its_wr(m, GICV5_ITS_GEN_EVENT_EIDR, 4, event);
	its_wr(m, GICV5_ITS_GEN_EVENTR, 4,
	       GICV5_MASK(ITS_GEN_EVENTR_R) | GICV5_PUT(ITS_GEN_EVENTR_TARGET_DOMAIN, domain));
	assert_int_equal(its_rd(m, GICV5_ITS_GEN_EVENT_STATUSR, 4), 1);
}

static void test_read_and_generate(void **state)
{
	struct linear_its l;
	struct machine *m = its_linear_up(&l);

	(void)state;
	poke64(m, l.itt + 8, itte(0xabc));
	poke64(m, l.itt + 16, virtual_itte(0x1234, 0xfedcba));
	assert_int_equal(read_event(m, 1), 0x80000abc);
	assert_true(read_event(m, 2) == 0x8000123480fedcba);
	assert_int_equal(read_event(m, 3), 0);
	assert_int_equal(read_event(m, 99), 0);
	assert_int_equal(its_error(m), 0); /* reading reports nothing */
	gen_event(m, 1, GICV5_DOMAIN_NS);
	assert_true(got(m, 0xabc));
	gen_event(m, 1, GICV5_DOMAIN_RL); /* XDMN_EVENTS = 0 */
	gen_event(m, 1, GICV5_DOMAIN_S);
	assert_false(got(m, 0xabc));
	its_wr(m, GICV5_ITS_GEN_EVENTR, 4, GICV5_PUT(ITS_GEN_EVENTR_TARGET_DOMAIN, GICV5_DOMAIN_NS));
	assert_false(got(m, 0xabc)); /* R = 0 */
	its_wr(m, GICV5_ITS_CR0, 4, 0);
	assert_int_equal(read_event(m, 1), 0);
	machine_delete(m);
}

static void test_errors(void **state)
{
	struct linear_its l;
	struct machine *m = its_linear_up(&l);

	(void)state;
	vgicv5_soft_msi(m->gic, 0, DEVICE, 7);
	assert_int_equal(its_rd(m, GICV5_ITS_SWERR_STATUSR, 8), 0x85ff0007);
	assert_true(its_rd(m, GICV5_ITS_SWERR_SYNDROMER0, 8) == ((uint64_t)DEVICE << 32 | 7));
	assert_int_equal(its_rd(m, GICV5_ITS_SWERR_SYNDROMER1, 8), l.itt + 56);
	/* The first error stays until it is cleared; further ones leave OF. */
	vgicv5_soft_msi(m->gic, 0, 64, 1);
	assert_int_equal(its_rd(m, GICV5_ITS_SWERR_STATUSR, 8), 0x85ff000f);
	its_wr(m, GICV5_ITS_SWERR_STATUSR, 8, GICV5_MASK(ITS_SWERR_STATUSR_V));
	assert_int_equal(its_rd(m, GICV5_ITS_SWERR_STATUSR, 8), 8);
	assert_int_equal(its_rd(m, GICV5_ITS_SWERR_SYNDROMER0, 8), 0);
	its_wr(m, GICV5_ITS_SWERR_STATUSR, 8, GICV5_MASK(ITS_SWERR_STATUSR_OF));
	vgicv5_soft_msi(m->gic, 0, 64, 1);
	assert_int_equal(its_rd(m, GICV5_ITS_SWERR_STATUSR, 8), 0x80ff0003); /* no address */
	assert_int_equal(its_error(m), DEVICE_RANGE);
	/* DSWE: this device's errors are nobody's business. */
	poke64(m, l.dt + 8 * DEVICE, dte(l.itt, 4) | GICV5_MASK(L2_DTE_DSWE));
	its_inv_device(m, DEVICE, 4, false);
	vgicv5_soft_msi(m->gic, 0, DEVICE, 7);
	vgicv5_soft_msi(m->gic, 0, DEVICE, 16);
	assert_int_equal(its_error(m), 0);
	/* A DTE that is not valid has no say. */
	poke64(m, l.dt + 8 * 6, GICV5_MASK(L2_DTE_DSWE));
	vgicv5_soft_msi(m->gic, 0, 6, 0);
	assert_int_equal(its_error(m), BAD_DTE);
	poke64(m, l.dt + 8 * 7, dte(0x1000, 4)); /* nothing there */
	vgicv5_soft_msi(m->gic, 0, 7, 0);
	assert_int_equal(its_error(m), NO_MEMORY);
	machine_delete(m);
	m = its_machine();
	m->config.its[0].swe = false;
	machine_start(m);
	its_linear(m, &l);
	vgicv5_soft_msi(m->gic, 0, DEVICE, 7);
	assert_int_equal(its_error(m), 0);
	machine_delete(m);
}

static void test_bad_dtes(void **state)
{
	struct machine *m = its_machine();
	struct linear_its l;
	uint64_t bad[3];
	unsigned int i;

	(void)state;
	m->config.its[0].event_id_bits = 8;
	m->config.its[0].l2sz = 5;
	machine_start(m);
	its_linear(m, &l);
	poke64(m, l.itt, itte(1));
	bad[0] = dte(l.itt, 9);
	bad[1] = dte(l.itt, 8) | GICV5_MASK(L2_DTE_ITT_STRUCTURE) | GICV5_PUT(L2_DTE_ITT_L2SZ, 1);
	bad[2] = dte(l.itt, 8) | GICV5_MASK(L2_DTE_ITT_STRUCTURE) | GICV5_PUT(L2_DTE_ITT_L2SZ, 3);
	for (i = 0; i < 3; i++) {
		poke64(m, l.dt + 8 * i, bad[i]);
		vgicv5_soft_msi(m->gic, 0, i, 0);
		assert_int_equal(its_error(m), BAD_DTE);
	}
	poke64(m, l.itt, itte(1 << 14)); /* beyond the IST */
	vgicv5_soft_msi(m->gic, 0, DEVICE, 0);
	assert_int_equal(its_error(m), BAD_TARGET);
	machine_delete(m);
	m = its_machine();
	m->config.its[0].itt_levels = false;
	m->config.its[0].dt_levels = false; /* STRUCTURE is then ignored */
	machine_start(m);
	its_linear(m, &l);
	its_wr(m, GICV5_ITS_CR0, 4, 0);
	its_wr(m, GICV5_ITS_DT_CFGR, 4, GICV5_MASK(ITS_DT_CFGR_STRUCTURE) | 6);
	its_wr(m, GICV5_ITS_CR0, 4, 1);
	poke64(m, l.itt, itte(1));
	assert_true(msi_gives(m, DEVICE, 0, 1));
	poke64(m, l.dt, dte(l.itt, 8) | GICV5_MASK(L2_DTE_ITT_STRUCTURE));
	vgicv5_soft_msi(m->gic, 0, 0, 0);
	assert_int_equal(its_error(m), BAD_DTE);
	machine_delete(m);
}

/* R_SXLJQ, R_NTTVJ */
static void test_virtual(void **state)
{
	struct linear_its l;
	struct machine *m = its_linear_up(&l);

	(void)state;
	poke64(m, l.itt, virtual_itte(1, 20));
	poke64(m, l.itt + 8, virtual_itte(2, 20));
	poke64(m, l.itt + 16, virtual_itte(1, 64));
	poke64(m, l.itt + 24, itte(20)); /* one device may feed several */
	/* No VPE is resident. */
	vgicv5_soft_msi(m->gic, 0, DEVICE, 0);
	assert_false(inspect(m, VGICV5_SOFT_PHYSICAL, 20).pending);
	assert_true(got_in(m, 1, 20));
	vgicv5_soft_msi(m->gic, 0, DEVICE, 1);
	assert_int_equal(its_error(m), BAD_TARGET); /* VM 2 is not valid */
	vgicv5_soft_msi(m->gic, 0, DEVICE, 2);
	assert_int_equal(its_error(m), BAD_TARGET); /* 64 LPIs */
	vgicv5_soft_msi(m->gic, 0, DEVICE, 3);
	assert_false(got_in(m, 1, 20));
	assert_true(got(m, 20));
	/* Straight into a running VPE. */
	run_vpe(m, 0, &l.vm, 1);
	configure(m, &GUEST, 0, lpi(20), 1, 3);
	assert_int_equal(signals(m, 0, &GUEST), 0);
	vgicv5_soft_msi(m->gic, 0, DEVICE, 0);
	assert_int_equal(signals(m, 0, &GUEST), VGICV5_SOFT_VIRQ);
	assert_int_equal(ack_as(m, 0, &GUEST), lpi(20));
	assert_int_equal(its_error(m), 0);
	machine_delete(m);
}

static void test_two_itss(void **state)
{
	struct machine *m = its_machine();
	struct linear_its l;
	uint64_t dt;

	(void)state;
	m->config.irs_count = 2;
	m->config.irs[0] = (struct vgicv5_soft_irs_config){0, 1, 0, 64};
	m->config.irs[1] = (struct vgicv5_soft_irs_config){1, 1, 64, 32};
	m->config.its_count = 2;
	m->config.its[1] = m->config.its[0];
	m->config.its[1].irs = 1;
	machine_start(m);
	its_linear(m, &l);
	dt = take(m, 8 * 64);
	vgicv5_soft_its_write(m->gic, 1, GICV5_ITS_DT_CFGR, 4, 6);
	vgicv5_soft_its_write(m->gic, 1, GICV5_ITS_DT_BASER, 8, dt);
	poke64(m, l.itt, itte(1));
	vgicv5_soft_msi(m->gic, 1, DEVICE, 0); /* not enabled */
	vgicv5_soft_its_write(m->gic, 1, GICV5_ITS_CR0, 4, 1);
	vgicv5_soft_msi(m->gic, 1, DEVICE, 0);
	assert_false(got(m, 1));
	assert_int_equal(its_error(m), 0);
	assert_int_equal(vgicv5_soft_its_read(m->gic, 1, GICV5_ITS_SWERR_STATUSR, 8), 0x82ff0007);
	assert_true(msi_gives(m, DEVICE, 0, 1));
	vgicv5_soft_reset(m->gic);
	assert_int_equal(its_rd(m, GICV5_ITS_CR0, 4), 2);
	assert_int_equal(its_rd(m, GICV5_ITS_DT_BASER, 8), 0);
	assert_int_equal(vgicv5_soft_its_read(m->gic, 1, GICV5_ITS_SWERR_STATUSR, 8), 0);
	machine_delete(m);
}

/* The tables of the ITS are seen as those of the IRS are. */
static void test_not_coherent(void **state)
{
	struct machine *m = its_machine();
	struct linear_its l;

	(void)state;
	m->config.coherent = false;
	machine_start(m);
	vgicv5_soft_cache_maintained(m->gic, MEMORY_BASE, 1 << 20);
	its_linear(m, &l);
	vgicv5_soft_cache_maintained(m->gic, l.vm.vmte, 1 << 18);
	vgicv5_soft_cache_maintained(m->gic, l.dt, 512);
	poke64(m, l.itt, itte(1));
	vgicv5_soft_msi(m->gic, 0, DEVICE, 0);
	assert_int_equal(its_error(m), BAD_ITTE);
	vgicv5_soft_cache_maintained(m->gic, l.itt, 8);
	its_inv_event(m, DEVICE, 0, 0);
	assert_true(msi_gives(m, DEVICE, 0, 1));
	machine_delete(m);
}

static void refused(struct machine *m, const char *field)
{
	const char *wrong = vgicv5_soft_create(&m->gic, &m->config);

	assert_non_null(wrong);
	if (!strstr(wrong, field))
		fail_msg("%s: no word of %s", wrong, field);
	assert_null(m->gic);
	machine_delete(m);
}

static void test_refused(void **state)
{
	struct machine *m;
	long left;

	(void)state;
	m = its_machine();
	m->config.its_count = 9;
	refused(m, "its_count");
	m = its_machine();
	m->config.lpi = false;
	refused(m, "LPI");
	m = its_machine();
	m->config.its[0].irs = 1;
	refused(m, "irs");
	m = its_machine();
	m->config.its[0].device_id_bits = 33;
	refused(m, "device_id_bits");
	m = its_machine();
	m->config.its[0].event_id_bits = 17;
	refused(m, "event_id_bits");
	m = its_machine();
	m->config.its[0].l2sz = 0;
	refused(m, "l2sz");
	m = its_machine();
	m->config.iwb_count = 9;
	refused(m, "iwb_count");
	m = its_machine();
	m->config.iwb_count = 1;
	m->config.iwb[0].its = 1;
	refused(m, "its");
	m = its_machine();
	m->config.iwb_count = 1;
	m->config.iwb[0].iw_range = 2048;
	refused(m, "iw_range");
	m = its_machine();
	m->config.iwb_count = 1;
	m->config.iwb[0].device_id = 1 << 20;
	refused(m, "device_id");
	/* Object, PEs, SPIs, ITSs, IWBs, wires of the first and of the second. */
	for (left = 0; left < 7; left++) {
		m = its_machine();
		m->config.iwb_count = 2;
		m->allocations_left = left;
		refused(m, "memory");
	}
	m = its_machine();
	m->config.iwb_count = 2;
	m->allocations_left = left;
	machine_start(m);
	machine_delete(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_id_registers),
		cmocka_unit_test(test_access_widths),
		cmocka_unit_test(test_msi),
		cmocka_unit_test(test_two_levels),
		cmocka_unit_test(test_span_too_large),
		cmocka_unit_test(test_enable_protocol),
		cmocka_unit_test(test_busy),
		cmocka_unit_test(test_read_and_generate),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_bad_dtes),
		cmocka_unit_test(test_virtual),
		cmocka_unit_test(test_two_itss),
		cmocka_unit_test(test_not_coherent),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
