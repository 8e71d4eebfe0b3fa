/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Guests that take PPIs, SPIs, LPIs, awake and asleep. Nobody waits for a time: whoever waits, waits for an interrupt.
 */
#include <sys/eventfd.h>

#include "guest.h"
#include "host.h"

/* What guests say with GUEST_SYNC. */
enum { ASK_RAISE = 1, ASK_LOWER, ASK_PULSE };

#define ROUNDS 200u

/* Which SPI the scenario is about. */
static volatile uint32_t the_spi;

/* ---- Sparse ids ---- */

static bool is_pe(uint32_t iaffid)
{
	irs_write(GICV5_IRS_PE_SELR, iaffid);
	return irs_read(GICV5_IRS_PE_STATUSR) & GICV5_MASK(IRS_PE_STATUSR_V);
}

static void guest_id(void)
{
	guest_cpu_open();
	GUEST_ASSERT_EQ(vgicv5_read_ICC_IAFFIDR_EL1(), guest_get_vcpuid());
	/* The selection is one for all vCPUs. */
	if (guest_get_vcpuid() == 3) {
		GUEST_ASSERT(is_pe(3));
		GUEST_ASSERT(is_pe(17));
		GUEST_ASSERT(!is_pe(4));
	}
	GUEST_DONE();
}

static void sparse_ids(void)
{
	static const uint32_t ids[] = {17, 3};
	struct machine m;

	machine_make(&m, 2, ids, guest_id, 0);
	machine_start(&m);
	machine_join(&m);
	machine_free(&m);
}

/* ---- PPIs ---- */

/* An edge that is lowered has nothing to take back, and it was only one. */
static void lower_edge(uint32_t intid)
{
	GUEST_ASSERT_EQ(intid, PPI(GICV5_PPI_SW));
	GUEST_SYNC(ASK_LOWER);
}

static void guest_sw_ppi(void)
{
	volatile struct taken *mine = &taken[guest_get_vcpuid()];
	uint32_t i;

	guest_cpu_open();
	guest_ppi_enable(GICV5_PPI_SW);
	for (i = 1; i <= 2; i++) {
		GUEST_SYNC(ASK_RAISE);
		/* It is pending: there is nothing to sleep for. */
		wfi();
		guest_sleep_until(&mine->ppi[GICV5_PPI_SW], i);
		GUEST_ASSERT_EQ(mine->ppi[GICV5_PPI_SW], i);
	}
	GUEST_ASSERT_EQ(vgicv5_read_ICC_APR_EL1(), 0);
	GUEST_ASSERT_EQ(vgicv5_read_ICC_PPI_SACTIVER0_EL1(), 0);
	GUEST_DONE();
}

static void sw_ppi(void)
{
	struct machine m;
	uint64_t asked;

	machine_make(&m, 1, NULL, guest_sw_ppi, 0);
	*SHARED(&m, guest_hook) = lower_edge;
	while ((asked = machine_sync(&m, 0)))
		sw_ppi_line(&m, 0, asked == ASK_RAISE);
	machine_free(&m);
}

static void guest_timer(void)
{
	volatile struct taken *mine = &taken[guest_get_vcpuid()];
	uint32_t i;

	guest_cpu_open();
	guest_ppi_enable(GICV5_PPI_CNTV);
	for (i = 1; i <= 20; i++) {
		write_sysreg(read_sysreg(cntfrq_el0) / 1000, cntv_tval_el0);
		write_sysreg(1, cntv_ctl_el0);
		isb();
		guest_sleep_until(&mine->ppi[GICV5_PPI_CNTV], i);
		GUEST_ASSERT_EQ(mine->ppi[GICV5_PPI_CNTV], i);
	}
	GUEST_DONE();
}

/* Level: off before it is deactivated. */
static void timer_off(uint32_t intid)
{
	GUEST_ASSERT_EQ(intid, PPI(GICV5_PPI_CNTV));
	write_sysreg(0, cntv_ctl_el0);
	isb();
}

static void timer(void)
{
	struct machine m;

	machine_make(&m, 2, NULL, guest_timer, 0);
	*SHARED(&m, guest_hook) = timer_off;
	machine_start(&m);
	machine_join(&m);
	machine_free(&m);
}

/* ---- SPIs ---- */

static void guest_one_spi(void)
{
	volatile struct taken *mine = &taken[guest_get_vcpuid()];
	uint32_t spi = the_spi;

	guest_cpu_open();
	irs_enable();
	GUEST_ASSERT(guest_spi(spi, false, guest_get_vcpuid()));
	GUEST_ASSERT(!guest_spi(irs_read(GICV5_IRS_IDR5), false, 0));
	mine->last_spi = ~0u;
	GUEST_SYNC(ASK_PULSE);
	while (mine->last_spi == ~0u) {
		wfi();
		local_irq_enable();
		isb();
		local_irq_disable();
	}
	GUEST_ASSERT_EQ(mine->last_spi, spi);
	GUEST_DONE();
}

/* Raised and lowered before it can be delivered: an edge stays. */
static void one_spi(uint32_t spi, uint32_t spis)
{
	struct machine m;

	machine_make(&m, 1, NULL, guest_one_spi, spis);
	*SHARED(&m, the_spi) = spi;
	EXPECT(line(&m, KVM_ARM_IRQ_TYPE_SPI, 0, spis ? spis : 32, true), EINVAL);
	TEST_ASSERT(machine_sync(&m, 0) == ASK_PULSE, "the guest does not ask");
	spi_line(&m, spi, true);
	spi_line(&m, spi, false);
	TEST_ASSERT(!machine_sync(&m, 0), "the guest is not done");
	machine_free(&m);
}

static void spis(void)
{
	one_spi(0, 0);
	one_spi(1, 0);
	one_spi(31, 32);
	one_spi(1023, 1024);
}

static void lower_level(uint32_t intid)
{
	GUEST_ASSERT_EQ(intid, SPI(2));
	if (taken[guest_get_vcpuid()].spi[2] % 2)
		GUEST_SYNC(ASK_LOWER);
}

/* As long as the line is high it comes again; a line that was high and is low again leaves nothing. */
static void guest_level(void)
{
	volatile struct taken *mine = &taken[guest_get_vcpuid()];
	uint32_t i;

	guest_cpu_open();
	irs_enable();
	GUEST_ASSERT(guest_spi(2, true, guest_get_vcpuid()));
	for (i = 1; i <= 10; i++) {
		GUEST_SYNC(ASK_PULSE);
		local_irq_enable();
		isb();
		local_irq_disable();
		GUEST_ASSERT_EQ(mine->spi[2], 2 * (i - 1));
		GUEST_SYNC(ASK_RAISE);
		guest_sleep_until(&mine->spi[2], 2 * i);
		GUEST_ASSERT_EQ(mine->spi[2], 2 * i);
	}
	GUEST_DONE();
}

static void level_spi(void)
{
	struct machine m;
	uint64_t asked;

	machine_make(&m, 1, NULL, guest_level, 0);
	*SHARED(&m, guest_hook) = lower_level;
	while ((asked = machine_sync(&m, 0))) {
		if (asked != ASK_LOWER)
			spi_line(&m, 2, true);
		if (asked != ASK_RAISE)
			spi_line(&m, 2, false);
	}
	machine_free(&m);
}

/* ---- Doorbells: the other thread injects when it sees that the guest is about to sleep ---- */

static volatile uint32_t asleep;

static void guest_sleeper(void)
{
	volatile struct taken *mine = &taken[guest_get_vcpuid()];
	uint32_t i;

	guest_cpu_open();
	guest_ppi_enable(GICV5_PPI_SW);
	irs_enable();
	GUEST_ASSERT(guest_spi(3, false, guest_get_vcpuid()));
	for (i = 1; i <= ROUNDS; i++) {
		asleep = i;
		if (i % 4)
			guest_sleep_until(&mine->spi[3], i - i / 4);
		else
			guest_sleep_until(&mine->ppi[GICV5_PPI_SW], i / 4);
	}
	GUEST_DONE();
}

static void doorbells(bool irqfd)
{
	int event = kvm_new_eventfd();
	struct machine m;
	volatile uint32_t *ready;
	uint32_t i;

	machine_make(&m, 1, NULL, guest_sleeper, 0);
	if (irqfd)
		kvm_assign_irqfd(m.vm, 3, event);
	ready = SHARED(&m, asleep);
	*ready = 0;
	machine_start(&m);
	for (i = 1; i <= ROUNDS; i++) {
		while (*ready != i)
			sched_yield();
		if (i % 4 == 0) {
			sw_ppi_line(&m, 0, true);
			sw_ppi_line(&m, 0, false);
		} else if (irqfd) {
			TEST_ASSERT(!eventfd_write(event, 1), "eventfd");
		} else {
			spi_line(&m, 3, true);
			spi_line(&m, 3, false);
		}
	}
	machine_join(&m);
	machine_free(&m);
	close(event);
}

static void doorbells_by_line(void)
{
	doorbells(false);
}

static void doorbells_by_irqfd(void)
{
	doorbells(true);
}

/* ---- LPIs ---- */

#define IST_ADDRESS 0x80000u

static volatile uint32_t lpis_ready;

static void give_lpis(void)
{
	uint32_t least = (uint32_t)GICV5_GET(IRS_IDR2_MIN_LPI_ID_BITS, irs_read(GICV5_IRS_IDR2));
	volatile void *baser = (volatile void *)(uintptr_t)(IRS_BASE + GICV5_IRS_IST_BASER);
	uint64_t value = IST_ADDRESS | GICV5_MASK(IRS_IST_BASER_VALID);

	irs_enable();
	guest_lpis(least > 5 ? least : 5, IST_ADDRESS);
	GUEST_ASSERT_EQ(vgicv5_mmio_read64(baser), value);
	/* It stays where it is while it is valid. */
	vgicv5_mmio_write64(baser, value + IST_ADDRESS);
	GUEST_ASSERT_EQ(vgicv5_mmio_read64(baser), value);
	guest_lpi(0, 1);
	guest_lpi(1, 0);
}

/* vCPU 0 sends LPI 0 to vCPU 1, which answers with LPI 1. */
static void guest_ping_pong(void)
{
	uint32_t me = guest_get_vcpuid();
	uint32_t i;

	guest_cpu_open();
	if (!me) {
		give_lpis();
		lpis_ready = 1;
	}
	while (!lpis_ready)
		cpu_relax();
	for (i = 1; i <= ROUNDS; i++) {
		if (!me)
			guest_pend(LPI(0));
		guest_sleep_until(&taken[me].lpi[!me], i);
		if (me)
			guest_pend(LPI(1));
	}
	GUEST_ASSERT_EQ(taken[me].lpi[!me], ROUNDS);
	GUEST_ASSERT_EQ(taken[me].lpi[me], 0);
	GUEST_DONE();
}

static void lpis(void)
{
	struct machine m;

	machine_make(&m, 2, NULL, guest_ping_pong, 0);
	machine_start(&m);
	machine_join(&m);
	machine_free(&m);
}

/* ---- Several VMs at once ---- */

static void side_by_side(void)
{
	struct machine m[4];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(m); i++)
		machine_make(&m[i], 2, NULL, guest_ping_pong, 0);
	for (i = 0; i < ARRAY_SIZE(m); i++)
		machine_start(&m[i]);
	for (i = 0; i < ARRAY_SIZE(m); i++)
		machine_join(&m[i]);
	for (i = 0; i < ARRAY_SIZE(m); i++)
		machine_free(&m[i]);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*test)(void);
	} tests[] = {
		{"sparse-ids", sparse_ids},
		{"sw-ppi", sw_ppi},
		{"timer", timer},
		{"spis", spis},
		{"level-spi", level_spi},
		{"doorbells", doorbells_by_line},
		{"irqfd", doorbells_by_irqfd},
		{"lpis", lpis},
		{"side-by-side", side_by_side},
	};
	unsigned int i, run = 0;

	test_disable_default_vgic();
	for (i = 0; i < ARRAY_SIZE(tests); i++) {
		if (argc > 1 && strcmp(argv[1], tests[i].name))
			continue;
		printf("interrupts: %s\n", tests[i].name);
		fflush(stdout);
		tests[i].test();
		run++;
	}
	printf("interrupts: all %u passed\n", run);
	return !run;
}
