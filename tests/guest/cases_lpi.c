/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Cases on LPIs with every shape of table: reachability, life, and the entries in memory afterwards.
 */
#include "payload.h"

#define LIMIT (1u << LPI_ID_BITS)

static const uint32_t lpis[] = {0, 1, 2, 1023, 1024, 4095, 4096, LIMIT - 1};
#define LPIS (sizeof(lpis) / sizeof(lpis[0]))

static void acknowledge(const char *what)
{
	log_line("%s: ack=%llx", what, (unsigned long long)gic_acknowledge());
}

static void map_all(const struct ist_shape *shape)
{
	unsigned int i;

	show("lpi: before mapping", LPI(LIMIT));
	for (i = 0; i < LPIS; i++)
		ist_map(shape, lpis[i]);
}

static void configure_all(void)
{
	unsigned int i;

	for (i = 0; i < LPIS; i++) {
		show("lpi: zeroed", LPI(lpis[i]));
		gic_priority(LPI(lpis[i]), 31 - 3 * i);
		gic_route(LPI(lpis[i]), 0);
		gic_mode(LPI(lpis[i]), i % 3 ? GICV5_HM_EDGE : GICV5_HM_LEVEL);
		if (i != 5)
			gic_enable(LPI(lpis[i]));
		show("lpi: configured", LPI(lpis[i]));
	}
	show("lpi: beyond", LPI(LIMIT));
	gic_setup(LPI(LIMIT), 1);
	gic_pend(LPI(LIMIT), true);
	show("lpi: beyond", LPI(LIMIT));
}

/* Pending in order of number, taken in order of priority, deactivated in the order they were made pending. */
static void life(void)
{
	unsigned int i;

	cpu_open(31);
	for (i = 0; i < LPIS; i++) {
		gic_pend(LPI(lpis[i]), true);
		show_cpu("lpi: pending");
	}
	for (i = 0; i < LPIS; i++) {
		acknowledge("lpi");
		gic_eoi();
	}
	for (i = 0; i < LPIS; i++)
		show("lpi: acknowledged", LPI(lpis[i]));
	for (i = 0; i < LPIS; i += 2) {
		gic_deactivate(LPI(lpis[i]));
		show_cpu("lpi: deactivated");
	}
	cpu_close();
}

/* The IRS writes its state back when the table is withdrawn; CDRCFG then fails. */
static void image(const struct ist_shape *shape)
{
	unsigned int i;

	gic_pend(LPI(lpis[1]), true);
	gic_pend(LPI(lpis[4]), true);
	ist_remove();
	for (i = 0; i < LPIS; i++) {
		show("lpi: withdrawn", LPI(lpis[i]));
		log_line("lpi: entry %u is %x", lpis[i], ist_entry(shape, lpis[i]));
	}
}

/* A table in use does not change its shape or place. */
static void locked(const struct ist_shape *shape)
{
	uint64_t baser = platform_mmio_read(IRS_BASE + GICV5_IRS_IST_BASER, 8);
	uint32_t cfgr = irs_read(GICV5_IRS_IST_CFGR);

	log_line("lpi: cfgr=%x baser valid=%u", cfgr, (unsigned int)GICV5_GET(IRS_IST_BASER_VALID, baser));
	irs_write(GICV5_IRS_IST_CFGR, cfgr ^ (uint32_t)GICV5_MASK(IRS_IST_CFGR_STRUCTURE));
	log_line("lpi: cfgr while valid=%x", irs_read(GICV5_IRS_IST_CFGR));
	platform_mmio_write(IRS_BASE + GICV5_IRS_IST_BASER, 8, baser + 0x100000);
	log_line("lpi: baser kept=%u", platform_mmio_read(IRS_BASE + GICV5_IRS_IST_BASER, 8) == baser);
	show("lpi: still there", LPI(lpis[shape->l2sz]));
}

static void one_shape(const struct ist_shape *shape)
{
	log_block("lpi, shape", shape->structure * 100 + shape->istsz * 10 + shape->l2sz);
	show("lpi: no table", LPI(1));
	if (!ist_install(shape)) {
		log_line("id: not offered: IST with structure=%u istsz=%u l2sz=%u", shape->structure,
			 shape->istsz, shape->l2sz);
		return;
	}
	log_line("lpi: structure=%u istsz=%u l2sz=%u", shape->structure, shape->istsz, shape->l2sz);
	if (shape->structure == GICV5_TWO_LEVEL) {
		show("lpi: level 2 not mapped", LPI(1));
		gic_setup(LPI(1), 4);
		gic_pend(LPI(1), true);
		show("lpi: level 2 not mapped", LPI(1));
	}
	map_all(shape);
	configure_all();
	locked(shape);
	life();
	image(shape);
}

void cases_lpi(void)
{
	struct ist_shape shape;

	shape.l2sz = 0;
	for (shape.istsz = 0; shape.istsz < 3; shape.istsz++) {
		shape.structure = GICV5_LINEAR;
		one_shape(&shape);
	}
	shape.structure = GICV5_TWO_LEVEL;
	for (shape.istsz = 0; shape.istsz < 3; shape.istsz++)
		for (shape.l2sz = 0; shape.l2sz < 3; shape.l2sz++)
			one_shape(&shape);
}
