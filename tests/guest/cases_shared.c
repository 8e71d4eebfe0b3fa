/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Cases that SPIs and LPIs share: configuration, life, recall, routing, nesting; and INTIDs out of reach.
 *
 * QEMU 11.1 enables an SPI when told to disable it, and makes it pending when told to clear it. Those two are
 * tried on one SPI that nothing else uses (spi_clear()), and on LPIs everywhere.
 */
#include "payload.h"

/* Three interrupts of one type. */
struct trio {
	const char *name;
	uint32_t a;
	uint32_t b;
	uint32_t c;
	bool clears; /* CDDIS and CDPEND{0} may be used */
};

static const struct trio spis = {"shared, SPIs", SPI(10), SPI(11), SPI(12), false};
static const struct trio lpis = {"shared, LPIs", LPI(20), LPI(21), LPI(22), true};
static const struct trio *t;

static void acknowledge(const char *what)
{
	log_line("%s: ack=%llx", what, (unsigned long long)gic_acknowledge());
}

static void quiet(void)
{
	cpu_close();
	platform_write(GICV5_ICC_APR_EL1, 0);
	gic_quiet(t->a);
	gic_quiet(t->b);
	gic_quiet(t->c);
}

static void configuration(void)
{
	unsigned int i;

	show("at start", t->a);
	for (i = 0; i < 32; i++) {
		gic_priority(t->a, i);
		gic_route(t->a, i * 5);
		gic_mode(t->a, i & 1 ? GICV5_HM_LEVEL : GICV5_HM_EDGE);
		if (i & 2)
			gic_enable(t->a);
		else if (t->clears)
			gic_disable(t->a);
		show("configured", t->a);
	}
	gic_pend(t->a, true);
	show("pending", t->a);
	gic_pend(t->a, true);
	show("pending twice", t->a);
	if (t->clears)
		gic_pend(t->a, false);
	show("cleared", t->a);
	gic_deactivate(t->a);
	show("deactivated for nothing", t->a);
	quiet();
	show("quiet", t->a);
}

static void life(enum gicv5_hm mode)
{
	gic_setup(t->a, 9);
	gic_mode(t->a, mode);
	cpu_open(31);
	gic_pend(t->a, true);
	show_cpu("pending");
	acknowledge("life");
	show("acknowledged", t->a);
	show_cpu("acknowledged");
	gic_pend(t->a, true);
	show("pending while active", t->a);
	gic_eoi();
	show_cpu("after eoi");
	gic_deactivate(t->a);
	show_cpu("deactivated");
	acknowledge("life, again");
	gic_deactivate(t->a);
	gic_eoi();
	show("over", t->a);
	show_cpu("over");
	quiet();
}

/* The IRS withdraws what it had forwarded. */
static void recall(void)
{
	gic_setup(t->a, 9);
	gic_setup(t->b, 12);
	cpu_open(31);
	gic_pend(t->a, true);
	gic_pend(t->b, true);
	show_cpu("recall: two pending");
	gic_priority(t->a, 15);
	show_cpu("recall: lowered");
	gic_priority(t->b, 20);
	show_cpu("recall: both lowered");
	irs_enable(false);
	show_cpu("recall: irs off");
	acknowledge("recall: irs off");
	show("recall: irs off", t->b);
	irs_enable(true);
	show_cpu("recall: irs on");
	cpu_open(14);
	show_cpu("recall: masked");
	cpu_open(15);
	show_cpu("recall: at the mask");
	if (t->clears) {
		cpu_open(31);
		gic_disable(t->a);
		show_cpu("recall: best disabled");
		gic_enable(t->a);
		show_cpu("recall: enabled");
		gic_pend(t->a, false);
		show_cpu("recall: cleared");
	}
	quiet();
}

static void show_here(void *what)
{
	show_cpu(what);
}

static void show_both(char *what)
{
	show_cpu(what);
	platform_on_cpu(1, show_here, what);
}

static void open_this(void *unused)
{
	(void)unused;
	cpu_open(31);
}

static void close_this(void *unused)
{
	(void)unused;
	platform_write(GICV5_ICC_APR_EL1, 0);
	cpu_close();
}

static void acknowledge_here(void *unused)
{
	(void)unused;
	acknowledge("route: other cpu");
}

static void routing(void)
{
	cpu_open(31);
	platform_on_cpu(1, open_this, 0);
	gic_setup(t->a, 9);
	gic_pend(t->a, true);
	show_both("route: to 0");
	gic_route(t->a, 1);
	show_both("route: to 1");
	gic_route(t->a, 77);
	show_both("route: to nobody");
	show("route: to nobody", t->a);
	gic_route(t->a, 1);
	platform_on_cpu(1, acknowledge_here, 0);
	show_both("route: active on 1");
	gic_route(t->a, 0);
	gic_pend(t->a, true);
	show_both("route: active, back to 0");
	gic_deactivate(t->a);
	show_both("route: deactivated by 0");
	acknowledge("route: cpu 0");
	gic_deactivate(t->a);
	gic_eoi();
	platform_on_cpu(1, close_this, 0);
	quiet();
}

static void nesting(void)
{
	gic_setup(t->a, 20);
	gic_setup(t->b, 14);
	gic_setup(t->c, 8);
	cpu_open(31);
	gic_pend(t->a, true);
	acknowledge("nest: 1");
	gic_pend(t->b, true);
	acknowledge("nest: 2");
	gic_pend(t->c, true);
	acknowledge("nest: 3");
	gic_pend(t->a, true);
	show_cpu("nest: first pending again");
	gic_deactivate(t->a);
	show_cpu("nest: first deactivated first");
	gic_eoi();
	show_cpu("nest: eoi 1");
	gic_eoi();
	show_cpu("nest: eoi 2");
	gic_eoi();
	show_cpu("nest: eoi 3");
	gic_deactivate(t->c);
	gic_deactivate(t->b);
	acknowledge("nest: first again");
	gic_eoi();
	quiet();
	show("nest: over", t->a);
	show("nest: over", t->b);
	show("nest: over", t->c);
}

/* Nothing happens to an INTID that does not exist, and CDRCFG says so. */
static void unreachable(void)
{
	static const uint32_t intids[] = {GICV5_INTID(0, 10), GICV5_INTID(4, 10),      GICV5_INTID(5, 10),
					  GICV5_INTID(6, 10), GICV5_INTID(7, 10),      SPI(0xffffff),
					  SPI(0x10000),	      GICV5_INTID(0, 0xffffff)};
	unsigned int i;

	cpu_open(31);
	for (i = 0; i < sizeof(intids) / sizeof(intids[0]); i++) {
		gic_setup(intids[i], 5);
		gic_pend(intids[i], true);
		gic_mode(intids[i], GICV5_HM_LEVEL);
		gic_deactivate(intids[i]);
		show("unreachable", intids[i]);
		show_cpu("unreachable");
	}
	show("unreachable: the real one", SPI(10));
	cpu_close();
}

/* Disabling an SPI and clearing its pending state: see the top of this file. */
static void spi_clear(void)
{
	gic_route(SPI(13), 77);
	gic_disable(SPI(13));
	show("spi-clear: disabled", SPI(13));
	gic_pend(SPI(13), false);
	show("spi-clear: not pending", SPI(13));
	gic_enable(SPI(13));
	gic_pend(SPI(13), true);
	show("spi-clear: enabled, pending", SPI(13));
	gic_disable(SPI(13));
	gic_pend(SPI(13), false);
	show("spi-clear: disabled, not pending", SPI(13));
}

static void all_cases(const struct trio *of)
{
	t = of;
	log_block(t->name, 0);
	configuration();
	life(GICV5_HM_EDGE);
	life(GICV5_HM_LEVEL);
	recall();
	routing();
	nesting();
}

void cases_shared(void)
{
	ist_install_any();
	all_cases(&spis);
	all_cases(&lpis);
	log_block("unreachable", 0);
	unreachable();
	spi_clear();
	ist_remove();
}
