/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The state of one VM put into another, by the groups and as a whole: every register and interrupt is its own, and what is
 * pending goes along.
 */
#include "gicstate.h"

#include <vgicv5/arch/irs.h>
#include <vgicv5/arch/tables.h>

static void guest_done(void)
{
	GUEST_DONE();
}

/* ---- From one VM to another ---- */

static void copy_irs(struct machine *from, struct machine *to)
{
	unsigned int i;

	for (i = 0; i < irs_frame_count; i++)
		if (!__kvm_has_device_attr(from->gic, GRP_IRS, irs_frame[i]))
			EXPECT(set_irs(to, irs_frame[i], get_irs(from, irs_frame[i])), 0);
}

static void copy_sysregs(struct machine *from, struct machine *to)
{
	unsigned int vcpu, i;

	for (vcpu = 0; vcpu < from->vcpus; vcpu++)
		for (i = 0; i < SYSREGS; i++)
			EXPECT(set_sysreg(to, vcpu, sysregs[i], get_sysreg(from, vcpu, sysregs[i])), 0);
}

/* Different in each interrupt, of `vcpus` vCPUs. SPIs have no pending state here: their lines are low. */
static uint32_t entry(unsigned int id, unsigned int vcpus, bool spi)
{
	return (uint32_t)(GICV5_PUT(L2_ISTE_IAFFID, id % vcpus) | GICV5_PUT(L2_ISTE_PRIORITY, id * 7 % 32) |
			  GICV5_PUT(L2_ISTE_ENABLE, id / 3 % 2) | GICV5_PUT(L2_ISTE_HM, spi && id % 5 == 1) |
			  GICV5_PUT(L2_ISTE_ACTIVE, id % 11 == 4) | GICV5_PUT(L2_ISTE_PENDING, id % 13 == 6));
}

#define LPI_BITS 14

static void give_distinct(struct machine *m, struct tables *t, unsigned int spis)
{
	unsigned int i;

	for (i = 0; i < spis; i++)
		t->spi[i] = entry(i, m->vcpus, true);
	for (i = 0; i < 1u << LPI_BITS; i++)
		t->lpi[i] = entry(i, m->vcpus, false);
	EXPECT(set_irs(m, GICV5_IRS_IST_CFGR, GICV5_PUT(IRS_IST_CFGR_LPI_ID_BITS, LPI_BITS)), 0);
	EXPECT(set_irs(m, GICV5_IRS_IST_BASER, 0x80000 | GICV5_MASK(IRS_IST_BASER_VALID)), 0);
	EXPECT(set_ist(m, &t->ist), 0);
	set_distinct(m);
}

static void check_tables(struct machine *m, struct tables *wanted, unsigned int spis)
{
	struct tables t = make_tables(spis, 1 << LPI_BITS);
	unsigned int i;

	EXPECT(get_ist(m, &t.ist), 0);
	for (i = 0; i < spis; i++)
		TEST_ASSERT(t.spi[i] == wanted->spi[i], "SPI %u: %x, not %x", i, t.spi[i], wanted->spi[i]);
	for (i = 0; i < 1u << LPI_BITS; i++)
		TEST_ASSERT(t.lpi[i] == wanted->lpi[i], "LPI %u: %x, not %x", i, t.lpi[i], wanted->lpi[i]);
	free_tables(&t);
}

/* By the groups, then as a whole: every register and interrupt is its own. */
static void all_distinct(void)
{
	struct tables t = make_tables(96, 1 << LPI_BITS);
	struct machine a, b;
	struct whole whole;

	machine_make(&a, 4, NULL, guest_done, 96);
	give_distinct(&a, &t, 96);
	check_tables(&a, &t, 96);
	check_distinct(&a);

	machine_make(&b, 4, NULL, guest_done, 96);
	copy_irs(&a, &b);
	copy_sysregs(&a, &b);
	EXPECT(set_ist(&b, &t.ist), 0);
	check_tables(&b, &t, 96);
	check_distinct(&b);
	TEST_ASSERT(is_same(take_whole(&a), take_whole(&b)), "the groups leave something out");
	machine_free(&b);

	machine_make(&b, 4, NULL, guest_done, 96);
	whole = take_whole(&a);
	EXPECT(give_whole(&b, whole.data, whole.bytes), 0);
	check_tables(&b, &t, 96);
	check_distinct(&b);
	TEST_ASSERT(is_same(whole, take_whole(&b)), "saved again it is another state");
	machine_free(&b);
	machine_free(&a);
	free_tables(&t);
}

/* ---- Pending interrupts go along (scenario 11) ---- */

enum { ASK_SAVE = 1, ASK_SPI3, ASK_RAISE, ASK_LOWER };

#define MASKS_SPI1 0x0cu /* as a priority mask: SPI 0 passes, SPI 1 does not */

static void priority(uint32_t intid, unsigned int value)
{
	vgicv5_gic_CDPRI(intid | GICV5_PUT(CDPRI_PRIORITY, value));
	vgicv5_gsb_SYS();
}

static void set_up_spis(void)
{
	unsigned int i;

	for (i = 0; i < 4; i++)
		GUEST_ASSERT(guest_spi(i, false, 0));
	priority(SPI(0), 0x08);
	priority(SPI(1), 0x10);
	guest_spi_disable(2);
	for (i = 0; i < 3; i++)
		guest_pend(SPI(i));
}

static void set_up_lpis(void)
{
	uint32_t least = (uint32_t)GICV5_GET(IRS_IDR2_MIN_LPI_ID_BITS, irs_read(GICV5_IRS_IDR2));

	guest_lpis(least > 5 ? least : 5, 0x80000);
	guest_lpi(0, 1);
	guest_lpi(1, 1);
	guest_pend(LPI(0));
}

static void guest_before(void)
{
	guest_cpu_open();
	if (!guest_get_vcpuid()) {
		irs_enable();
		set_up_spis();
		set_up_lpis();
		vgicv5_write_ICC_PCR_EL1(GICV5_PUT(ICC_PCR_EL1_PRIORITY, MASKS_SPI1));
		vgicv5_isb();
	}
	GUEST_SYNC(ASK_SAVE);
	GUEST_FAIL("the source runs on");
}

static void spis_after(volatile struct taken *mine)
{
	guest_sleep_until(&mine->spi[0], 1);
	GUEST_ASSERT_EQ(mine->spi[1], 0);
	vgicv5_write_ICC_PCR_EL1(GICV5_MASK(ICC_PCR_EL1_PRIORITY));
	vgicv5_isb();
	guest_sleep_until(&mine->spi[1], 1);
	GUEST_ASSERT_EQ(mine->spi[2], 0);
	vgicv5_gic_CDEN(SPI(2));
	vgicv5_gsb_SYS();
	guest_sleep_until(&mine->spi[2], 1);
	GUEST_ASSERT_EQ(mine->spi[3], 0);
	GUEST_SYNC(ASK_SPI3);
	guest_sleep_until(&mine->spi[3], 1);
	GUEST_ASSERT_EQ(mine->spi[0] + mine->spi[1] + mine->spi[2] + mine->spi[3], 4);
}

/* Nothing is set up here: all comes from what was saved. */
static void guest_after(void)
{
	volatile struct taken *mine = &taken[guest_get_vcpuid()];

	if (!guest_get_vcpuid()) {
		spis_after(mine);
	} else {
		guest_sleep_until(&mine->lpi[0], 1);
		guest_pend(LPI(1));
		guest_sleep_until(&mine->lpi[1], 1);
		GUEST_ASSERT_EQ(mine->lpi[0], 1);
	}
	GUEST_DONE();
}

static void run_after(struct machine *m)
{
	TEST_ASSERT(machine_sync(m, 0) == ASK_SPI3, "the guest does not ask");
	spi_line(m, 3, true);
	spi_line(m, 3, false);
	TEST_ASSERT(!machine_sync(m, 0), "vCPU 0 is not done");
	TEST_ASSERT(!machine_sync(m, 1), "vCPU 1 is not done");
}

static unsigned int lpi_bits(struct machine *m)
{
	return (unsigned int)GICV5_GET(IRS_IST_CFGR_LPI_ID_BITS, get_irs(m, GICV5_IRS_IST_CFGR));
}

static void bad_lpi_sizes(struct machine *m, const struct tables *t,
			  int (*access)(struct machine *m, const struct kvm_vgic_v5_ist *ist))
{
	struct kvm_vgic_v5_ist bad = t->ist;

	bad.lpi_ist_addr = 0;
	bad.lpi_ist_size = 0;
	EXPECT(access(m, &bad), EINVAL);
	bad = t->ist;
	bad.lpi_ist_size -= 4;
	EXPECT(access(m, &bad), EINVAL);
	bad.lpi_ist_addr = 0;
	EXPECT(access(m, &bad), EINVAL);
}

/* Before the tables come the registers may still be changed. */
static void move_ist(struct machine *from, struct machine *to, struct tables *t)
{
	uint64_t baser = get_irs(from, GICV5_IRS_IST_BASER), cfgr = get_irs(from, GICV5_IRS_IST_CFGR);

	EXPECT(set_ist(to, &t->ist), EINVAL);
	copy_irs(from, to);
	EXPECT(set_irs(to, GICV5_IRS_IST_BASER, baser + 0x100000), 0);
	EXPECT(set_irs(to, GICV5_IRS_IST_CFGR, GICV5_PUT(IRS_IST_CFGR_LPI_ID_BITS, lpi_bits(from) + 1)), 0);
	EXPECT(set_irs(to, GICV5_IRS_IST_CFGR, cfgr), 0);
	EXPECT(set_irs(to, GICV5_IRS_IST_BASER, baser), 0);
	copy_sysregs(from, to);
	bad_lpi_sizes(to, t, set_ist);
	EXPECT(set_ist(to, &t->ist), 0);
	REFUSED(to, set_irs(to, GICV5_IRS_IST_BASER, baser + 0x100000), EINVAL);
	REFUSED(to, set_irs(to, GICV5_IRS_IST_BASER, 0), EINVAL);
	REFUSED(to, set_irs(to, GICV5_IRS_IST_CFGR, cfgr + 1), EINVAL);
	REFUSED(to, set_ist(to, &t->ist), EBUSY);
	EXPECT(set_irs(to, GICV5_IRS_IST_BASER, baser), 0);
	EXPECT(set_irs(to, GICV5_IRS_IST_CFGR, cfgr), 0);
}

static void make_source(struct machine *m)
{
	machine_make(m, 2, NULL, guest_before, 0);
	TEST_ASSERT(machine_sync(m, 1) == ASK_SAVE, "vCPU 1 does not ask");
	TEST_ASSERT(machine_sync(m, 0) == ASK_SAVE, "vCPU 0 does not ask");
}

static void pending_by_groups(void)
{
	struct machine a, b;
	struct tables t, again;
	uint64_t lpis;

	make_source(&a);
	lpis = (uint64_t)1 << lpi_bits(&a);
	t = make_tables(32, lpis);
	again = make_tables(32, lpis);
	bad_lpi_sizes(&a, &t, get_ist);
	EXPECT(get_ist(&a, &t.ist), 0);
	machine_make(&b, 2, NULL, guest_after, 0);
	move_ist(&a, &b, &t);
	EXPECT(get_ist(&b, &again.ist), 0);
	TEST_ASSERT(!memcmp(t.spi, again.spi, 4 * 32) && !memcmp(t.lpi, again.lpi, 4 * lpis),
		    "saved again the tables are others");
	machine_free(&a);
	run_after(&b);
	machine_free(&b);
	free_tables(&t);
	free_tables(&again);
}

static void pending_as_a_whole(void)
{
	struct machine a, b;
	struct whole whole;

	make_source(&a);
	whole = take_whole(&a);
	machine_make(&b, 2, NULL, guest_after, 0);
	EXPECT(give_whole(&b, whole.data, whole.bytes), 0);
	TEST_ASSERT(is_same(whole, take_whole(&b)), "saved again it is another state");
	machine_free(&a);
	run_after(&b);
	machine_free(&b);
}

/* ---- Lines are their owner's, who drives them again ---- */

static void guest_level_before(void)
{
	guest_cpu_open();
	irs_enable();
	GUEST_ASSERT(guest_spi(4, true, 0));
	GUEST_ASSERT(guest_spi(5, false, 0));
	/* The edge comes after the level, if there is one. */
	priority(SPI(5), 0x18);
	GUEST_SYNC(ASK_RAISE);
	GUEST_SYNC(ASK_SAVE);
	GUEST_FAIL("the source runs on");
}

static void lower(uint32_t intid)
{
	if (intid == SPI(4))
		GUEST_SYNC(ASK_LOWER);
}

static void guest_level_after(void)
{
	volatile struct taken *mine = &taken[guest_get_vcpuid()];

	guest_sleep_until(&mine->spi[5], 1);
	GUEST_SYNC(ASK_SAVE + mine->spi[4]);
	GUEST_DONE();
}

static void give(struct machine *from, struct machine *to, bool whole)
{
	struct tables t = make_tables(32, 0);
	struct whole state = take_whole(from);

	if (whole) {
		EXPECT(give_whole(to, state.data, state.bytes), 0);
	} else {
		EXPECT(get_ist(from, &t.ist), 0);
		copy_irs(from, to);
		copy_sysregs(from, to);
		EXPECT(set_ist(to, &t.ist), 0);
	}
	free(state.data);
	free_tables(&t);
}

/* High when it was saved, and driven again as `high`: the interrupt is there, once, or is not. */
static void level_line(bool whole, bool high)
{
	struct machine a, b;
	unsigned int lowered = 0;
	uint64_t asked;

	machine_make(&a, 1, NULL, guest_level_before, 0);
	TEST_ASSERT(machine_sync(&a, 0) == ASK_RAISE, "the guest does not ask");
	spi_line(&a, 4, true);
	TEST_ASSERT(machine_sync(&a, 0) == ASK_SAVE, "the guest does not ask");
	machine_make(&b, 1, NULL, guest_level_after, 0);
	*SHARED(&b, guest_hook) = lower;
	give(&a, &b, whole);
	machine_free(&a);
	spi_line(&b, 4, high);
	spi_line(&b, 5, true);
	spi_line(&b, 5, false);
	for (asked = machine_sync(&b, 0); asked == ASK_LOWER && lowered++ < 2; asked = machine_sync(&b, 0))
		spi_line(&b, 4, false);
	TEST_ASSERT(asked == ASK_SAVE + (high ? 1 : 0), "the level came %d times", (int)asked - ASK_SAVE);
	TEST_ASSERT(!machine_sync(&b, 0), "the guest is not done");
	machine_free(&b);
}

static void level_lines(void)
{
	unsigned int i;

	for (i = 0; i < 4; i++)
		level_line(i & 1, i & 2);
}

int main(void)
{
	static const struct {
		const char *name;
		void (*test)(void);
	} tests[] = {
		{"all distinct", all_distinct},
		{"pending, by groups", pending_by_groups},
		{"pending, as a whole", pending_as_a_whole},
		{"level lines", level_lines},
	};
	unsigned int i;

	test_disable_default_vgic();
	for (i = 0; i < ARRAY_SIZE(tests); i++) {
		printf("moved: %s\n", tests[i].name);
		fflush(stdout);
		tests[i].test();
	}
	printf("moved: all %u passed\n", i);
	return 0;
}
