/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Rules of the CPU interface: PPIs, priorities, masks, acknowledge, traps, who may access what.
 */
#include "rule_machine.h"

#define SW ((uint64_t)1 << GICV5_PPI_SW)
#define CNTV ((uint64_t)1 << GICV5_PPI_CNTV)

static const struct vgicv5_soft_access NMI_HOST = {.el = 2, .nmi = true};

static void set_ppi_priority(struct machine *m, unsigned int n, unsigned int priority)
{
	unsigned int reg = GICV5_ICC_PPI_PRIORITYR0_EL1 + n / 8;
	uint64_t value = rd(m, 0, reg);

	value &= ~((uint64_t)0xff << 8 * (n % 8));
	wr(m, 0, reg, value | (uint64_t)priority << 8 * (n % 8));
}

static void test_reset_values(void **state)
{
	struct machine *m = machine_default(3);

	(void)state;
	assert_int_equal(rd(m, 0, GICV5_ICC_CR0_EL1), 6);
	assert_int_equal(rd(m, 0, GICV5_ICC_PCR_EL1), 0);
	assert_int_equal(rd(m, 0, GICV5_ICC_APR_EL1), 0);
	assert_int_equal(rd(m, 0, GICV5_ICC_HAPR_EL1), GICV5_PRIORITY_IDLE);
	assert_int_equal(rd(m, 0, GICV5_ICC_IDR0_EL1), 0x41);
	assert_int_equal(rd(m, 2, GICV5_ICC_IAFFIDR_EL1), 2);
	assert_int_equal(rd(m, 0, GICV5_ICC_PPI_HMR0_EL1), ~SW);
	assert_int_equal(rd(m, 0, GICV5_ICC_PPI_HMR1_EL1), 0);
	assert_int_equal(rd(m, 0, GICV5_ICC_HPPIR_EL1), 0);
	assert_int_equal(rd(m, 0, GICV5_GIC_CDIA), 0);
	machine_delete(m);
}

/* Every register keeps what its fields can hold and nothing else. */
static void test_register_masks(void **state)
{
	struct machine *m = machine_new(1);

	(void)state;
	m->config.ppi_implemented[0] = 0x00000000ffff000f;
	m->config.ppi_implemented[1] = 0x5;
	machine_start(m);
	wr(m, 0, GICV5_ICC_PCR_EL1, ~(uint64_t)0);
	assert_int_equal(rd(m, 0, GICV5_ICC_PCR_EL1), 31);
	wr(m, 0, GICV5_ICC_CR0_EL1, ~(uint64_t)0);
	assert_int_equal(rd(m, 0, GICV5_ICC_CR0_EL1), 7);
	wr(m, 0, GICV5_ICC_APR_EL1, ~(uint64_t)0);
	assert_int_equal(rd(m, 0, GICV5_ICC_APR_EL1), 0xffffffff);
	wr(m, 0, GICV5_ICC_ICSR_EL1, ~(uint64_t)0);
	assert_int_equal(rd(m, 0, GICV5_ICC_ICSR_EL1), 0xffff0000f83f);
	wr(m, 0, GICV5_ICC_PPI_ENABLER0_EL1, ~(uint64_t)0);
	assert_int_equal(rd(m, 0, GICV5_ICC_PPI_ENABLER0_EL1), 0xffff000f);
	wr(m, 0, GICV5_ICC_PPI_ENABLER1_EL1, ~(uint64_t)0);
	assert_int_equal(rd(m, 0, GICV5_ICC_PPI_ENABLER1_EL1), 5);
	wr(m, 0, GICV5_ICC_PPI_PRIORITYR8_EL1, ~(uint64_t)0);
	assert_int_equal(rd(m, 0, GICV5_ICC_PPI_PRIORITYR8_EL1), 0x1f001f);
	assert_int_equal(rd(m, 0, GICV5_ICC_PPI_HMR1_EL1), 5);
	wr(m, 0, GICV5_ICH_PPI_ENABLER0_EL2, ~(uint64_t)0);
	assert_int_equal(rd(m, 0, GICV5_ICH_PPI_ENABLER0_EL2), 0xffff000f);
	wr(m, 0, GICV5_ICH_VMCR_EL2, ~(uint64_t)0);
	assert_int_equal(rd(m, 0, GICV5_ICH_VMCR_EL2), 0xf8000001);
	wr(m, 0, GICV5_ICH_VCTLR_EL2, ~(uint64_t)0);
	assert_int_equal(rd(m, 0, GICV5_ICH_VCTLR_EL2), 1); /* no legacy: V3 is RES0 */
	wr(m, 0, GICV5_ICH_HFGRTR_EL2, ~(uint64_t)0);
	assert_int_equal(rd(m, 0, GICV5_ICH_HFGRTR_EL2), GICV5_HFGRTR_ALL);
	wr(m, 0, GICV5_ICH_HFGITR_EL2, ~(uint64_t)0);
	assert_int_equal(rd(m, 0, GICV5_ICH_HFGITR_EL2), GICV5_HFGITR_ALL);
	machine_delete(m);
}

static void test_ppi_edge(void **state)
{
	struct machine *m = machine_default(1);

	(void)state;
	open_pe(m, 0);
	wr(m, 0, GICV5_ICC_PPI_ENABLER0_EL1, SW);
	set_ppi_priority(m, GICV5_PPI_SW, 7);
	wr(m, 0, GICV5_ICC_PPI_SPENDR0_EL1, SW);
	assert_int_equal(rd(m, 0, GICV5_ICC_PPI_CPENDR0_EL1), SW);
	assert_int_equal(signals(m, 0, &HOST), VGICV5_SOFT_IRQ);
	assert_int_equal(rd(m, 0, GICV5_ICC_HPPIR_EL1), GICV5_MASK(ICC_HPPIR_EL1_HPPIV) | ppi(GICV5_PPI_SW));
	assert_int_equal(ack(m, 0), ppi(GICV5_PPI_SW));
	assert_int_equal(rd(m, 0, GICV5_ICC_PPI_SPENDR0_EL1), 0); /* the edge is consumed */
	assert_int_equal(rd(m, 0, GICV5_ICC_PPI_CACTIVER0_EL1), SW);
	assert_int_equal(rd(m, 0, GICV5_ICC_APR_EL1), 1 << 7);
	/* Pending again while active: not presented before deactivation. */
	wr(m, 0, GICV5_GIC_CDEOI, 0);
	wr(m, 0, GICV5_ICC_PPI_SPENDR0_EL1, SW);
	assert_int_equal(signals(m, 0, &HOST), 0);
	wr(m, 0, GICV5_GIC_CDDI, ppi(GICV5_PPI_SW));
	assert_int_equal(ack(m, 0), ppi(GICV5_PPI_SW));
	wr(m, 0, GICV5_ICC_PPI_CACTIVER0_EL1, SW);
	assert_int_equal(rd(m, 0, GICV5_ICC_PPI_SACTIVER0_EL1), 0);
	/* A wire: only the rising edge counts. */
	vgicv5_soft_set_ppi(m->gic, 0, GICV5_PPI_SW, true);
	assert_int_equal(rd(m, 0, GICV5_ICC_PPI_SPENDR0_EL1), SW);
	wr(m, 0, GICV5_ICC_PPI_CPENDR0_EL1, SW);
	vgicv5_soft_set_ppi(m->gic, 0, GICV5_PPI_SW, true);
	vgicv5_soft_set_ppi(m->gic, 0, GICV5_PPI_SW, false);
	assert_int_equal(rd(m, 0, GICV5_ICC_PPI_SPENDR0_EL1), 0);
	machine_delete(m);
}

static void test_ppi_level(void **state)
{
	struct machine *m = machine_default(1);

	(void)state;
	open_pe(m, 0);
	wr(m, 0, GICV5_ICC_PPI_ENABLER0_EL1, CNTV);
	set_ppi_priority(m, GICV5_PPI_CNTV, 9);
	wr(m, 0, GICV5_ICC_PPI_SPENDR0_EL1, CNTV); /* ignored: the input decides */
	assert_int_equal(rd(m, 0, GICV5_ICC_PPI_SPENDR0_EL1), 0);
	vgicv5_soft_set_ppi(m->gic, 0, GICV5_PPI_CNTV, true);
	wr(m, 0, GICV5_ICC_PPI_CPENDR0_EL1, CNTV);
	assert_int_equal(rd(m, 0, GICV5_ICC_PPI_SPENDR0_EL1), CNTV);
	assert_int_equal(ack(m, 0), ppi(GICV5_PPI_CNTV));
	assert_int_equal(rd(m, 0, GICV5_ICC_PPI_SPENDR0_EL1), CNTV); /* still follows the source */
	done_as(m, 0, &HOST, ppi(GICV5_PPI_CNTV));
	assert_int_equal(signals(m, 0, &HOST), VGICV5_SOFT_IRQ); /* and is presented again */
	vgicv5_soft_set_ppi(m->gic, 0, GICV5_PPI_CNTV, false);
	assert_int_equal(signals(m, 0, &HOST), 0);
	assert_int_equal(m->signalled[0], 4);
	machine_delete(m);
}

/* D_MSQKF, D_XMBQZ, and that CDEOI drops the highest active priority. */
static void test_priorities(void **state)
{
	struct machine *m = machine_default(1);

	(void)state;
	open_pe(m, 0);
	wr(m, 0, GICV5_ICC_PPI_ENABLER0_EL1, SW | CNTV);
	set_ppi_priority(m, GICV5_PPI_CNTV, 8);
	set_ppi_priority(m, GICV5_PPI_SW, 8);
	vgicv5_soft_set_ppi(m->gic, 0, GICV5_PPI_CNTV, true);
	wr(m, 0, GICV5_ICC_PCR_EL1, 7);
	assert_int_equal(rd(m, 0, GICV5_ICC_HPPIR_EL1), 0);
	assert_int_equal(ack(m, 0), 0);
	wr(m, 0, GICV5_ICC_PCR_EL1, 8); /* equal to the mask passes */
	assert_int_equal(ack(m, 0), ppi(GICV5_PPI_CNTV));
	wr(m, 0, GICV5_ICC_PPI_SPENDR0_EL1, SW); /* equal to the running priority does not */
	assert_int_equal(ack(m, 0), 0);
	set_ppi_priority(m, GICV5_PPI_SW, 3);
	assert_int_equal(ack(m, 0), ppi(GICV5_PPI_SW));
	assert_int_equal(rd(m, 0, GICV5_ICC_APR_EL1), 1 << 8 | 1 << 3);
	assert_int_equal(rd(m, 0, GICV5_ICC_HAPR_EL1), 3);
	wr(m, 0, GICV5_GIC_CDEOI, 0);
	assert_int_equal(rd(m, 0, GICV5_ICC_HAPR_EL1), 8);
	wr(m, 0, GICV5_GIC_CDEOI, 0);
	wr(m, 0, GICV5_GIC_CDEOI, 0); /* no effect on an empty APR */
	assert_int_equal(rd(m, 0, GICV5_ICC_HAPR_EL1), GICV5_PRIORITY_IDLE);
	assert_int_equal(rd(m, 0, GICV5_ICC_PPI_SACTIVER0_EL1), SW | CNTV);
	machine_delete(m);
}

/* Only ICC_CR0.EN lets anything through, and PPIs need no IRS. */
static void test_enable(void **state)
{
	struct machine *m = machine_default(1);

	(void)state;
	wr(m, 0, GICV5_ICC_PCR_EL1, 31);
	wr(m, 0, GICV5_ICC_PPI_ENABLER0_EL1, SW);
	wr(m, 0, GICV5_ICC_PPI_SPENDR0_EL1, SW);
	assert_int_equal(rd(m, 0, GICV5_ICC_HPPIR_EL1), 0);
	wr(m, 0, GICV5_ICC_CR0_EL1, 1);
	assert_int_equal(signals(m, 0, &HOST), VGICV5_SOFT_IRQ);
	wr(m, 0, GICV5_ICC_PPI_ENABLER0_EL1, 0);
	assert_int_equal(signals(m, 0, &HOST), 0);
	machine_delete(m);
}

/* R_CSBDX: priority 0 with NMI set is acknowledged by CDNMIA only. */
static void test_superpriority(void **state)
{
	struct machine *m = machine_default(1);

	(void)state;
	open_pe(m, 0);
	wr(m, 0, GICV5_ICC_PPI_ENABLER0_EL1, SW);
	wr(m, 0, GICV5_ICC_PPI_SPENDR0_EL1, SW);
	assert_int_equal(signals(m, 0, &HOST), VGICV5_SOFT_IRQ);
	assert_int_equal(signals(m, 0, &NMI_HOST), VGICV5_SOFT_IRQ | VGICV5_SOFT_IRQ_NMI);
	assert_int_equal(rd(m, 0, GICV5_GIC_CDNMIA), 0);
	assert_int_equal(ack_as(m, 0, &NMI_HOST), 0);
	assert_int_equal(rd_as(m, 0, &NMI_HOST, GICV5_GIC_CDNMIA),
			 GICV5_MASK(CDIA_VALID) | ppi(GICV5_PPI_SW));
	assert_int_equal(rd(m, 0, GICV5_ICC_APR_EL1), 1);
	done_as(m, 0, &HOST, ppi(GICV5_PPI_SW));
	wr(m, 0, GICV5_ICC_PPI_SPENDR0_EL1, SW);
	assert_int_equal(ack(m, 0), ppi(GICV5_PPI_SW)); /* without NMI an ordinary interrupt */
	done_as(m, 0, &HOST, ppi(GICV5_PPI_SW));
	set_ppi_priority(m, GICV5_PPI_SW, 1);
	wr(m, 0, GICV5_ICC_PPI_SPENDR0_EL1, SW);
	assert_int_equal(rd_as(m, 0, &NMI_HOST, GICV5_GIC_CDNMIA), 0);
	assert_int_equal(ack_as(m, 0, &NMI_HOST), ppi(GICV5_PPI_SW));
	machine_delete(m);
}

/* A machine with 128 PPIs uses the second word everywhere. */
static void test_128_ppis(void **state)
{
	struct machine *m = machine_new(1);

	(void)state;
	m->config.ppi_implemented[1] = ~(uint64_t)0;
	machine_start(m);
	open_pe(m, 0);
	wr(m, 0, GICV5_ICC_PPI_ENABLER1_EL1, (uint64_t)1 << 63);
	set_ppi_priority(m, 127, 2);
	assert_int_equal(rd(m, 0, GICV5_ICC_PPI_PRIORITYR15_EL1), (uint64_t)2 << 56);
	vgicv5_soft_set_ppi(m->gic, 0, 127, true);
	assert_int_equal(ack(m, 0), ppi(127));
	assert_int_equal(rd(m, 0, GICV5_ICC_PPI_SACTIVER1_EL1), (uint64_t)1 << 63);
	done_as(m, 0, &HOST, ppi(127));
	assert_int_equal(rd(m, 0, GICV5_ICC_PPI_SACTIVER1_EL1), 0);
	machine_delete(m);
}

/* The condition D_NSTKG: EL1 with IMO reaches the virtual interface, everything else the physical one. */
static void test_redirection(void **state)
{
	struct machine *m = machine_default(1);
	static const struct vgicv5_soft_access host_imo = {.el = 2, .imo = true};

	(void)state;
	wr(m, 0, GICV5_ICH_HFGRTR_EL2, ~(uint64_t)0);
	wr(m, 0, GICV5_ICH_HFGWTR_EL2, ~(uint64_t)0);
	wr_as(m, 0, &GUEST, GICV5_ICC_PCR_EL1, 5);
	wr_as(m, 0, &GUEST, GICV5_ICC_CR0_EL1, 1);
	wr_as(m, 0, &GUEST, GICV5_ICC_APR_EL1, 0x10);
	assert_int_equal(rd_as(m, 0, &BARE, GICV5_ICC_PCR_EL1), 0);
	assert_int_equal(rd_as(m, 0, &host_imo, GICV5_ICC_PCR_EL1), 0);
	assert_int_equal(rd(m, 0, GICV5_ICH_VMCR_EL2), (uint64_t)5 << 27 | 1);
	assert_int_equal(rd(m, 0, GICV5_ICH_APR_EL2), 0x10);
	assert_int_equal(rd_as(m, 0, &GUEST, GICV5_ICC_HAPR_EL1), 4);
	wr(m, 0, GICV5_ICH_PPI_PRIORITYR3_EL2, 0x1122334455667788 & 0x1f1f1f1f1f1f1f1f);
	assert_int_equal(rd_as(m, 0, &GUEST, GICV5_ICC_PPI_PRIORITYR3_EL1), 0x1102130415061708);
	wr(m, 0, GICV5_ICH_PPI_ENABLER0_EL2, 0xf0f0);
	assert_int_equal(rd_as(m, 0, &GUEST, GICV5_ICC_PPI_ENABLER0_EL1), 0xf0f0);
	wr(m, 0, GICV5_ICH_PPI_ACTIVER0_EL2, 0xff);
	wr_as(m, 0, &GUEST, GICV5_ICC_PPI_CACTIVER0_EL1, 0x0f);
	wr_as(m, 0, &GUEST, GICV5_ICC_PPI_SACTIVER0_EL1, 0x100);
	assert_int_equal(rd(m, 0, GICV5_ICH_PPI_ACTIVER0_EL2), 0x1f0);
	wr_as(m, 0, &BARE, GICV5_ICC_PCR_EL1, 9);
	assert_int_equal(rd(m, 0, GICV5_ICC_PCR_EL1), 9);
	machine_delete(m);
}

struct trap_case {
	unsigned int encoding;
	unsigned int bit;
	unsigned int trap_reg;
	bool read;
};

/* Each bit of the trap registers traps exactly its own accesses, with negative polarity (section 2.4). */
static void test_traps(void **state)
{
	static const struct trap_case cases[] = {
		{GICV5_ICC_APR_EL1, 0, GICV5_ICH_HFGRTR_EL2, true},
		{GICV5_ICC_IDR0_EL1, 1, GICV5_ICH_HFGRTR_EL2, true},
		{GICV5_ICC_CR0_EL1, 2, GICV5_ICH_HFGRTR_EL2, true},
		{GICV5_ICC_HPPIR_EL1, 4, GICV5_ICH_HFGRTR_EL2, true},
		{GICV5_ICC_PCR_EL1, 5, GICV5_ICH_HFGRTR_EL2, true},
		{GICV5_ICC_ICSR_EL1, 6, GICV5_ICH_HFGRTR_EL2, true},
		{GICV5_ICC_IAFFIDR_EL1, 7, GICV5_ICH_HFGRTR_EL2, true},
		{GICV5_ICC_PPI_HMR1_EL1, 16, GICV5_ICH_HFGRTR_EL2, true},
		{GICV5_ICC_PPI_ENABLER0_EL1, 17, GICV5_ICH_HFGRTR_EL2, true},
		{GICV5_ICC_PPI_SPENDR1_EL1, 18, GICV5_ICH_HFGRTR_EL2, true},
		{GICV5_ICC_PPI_CPENDR0_EL1, 18, GICV5_ICH_HFGRTR_EL2, true},
		{GICV5_ICC_PPI_PRIORITYR13_EL1, 19, GICV5_ICH_HFGRTR_EL2, true},
		{GICV5_ICC_PPI_CACTIVER0_EL1, 20, GICV5_ICH_HFGRTR_EL2, true},
		{GICV5_ICC_PPI_SACTIVER1_EL1, 20, GICV5_ICH_HFGRTR_EL2, true},
		{GICV5_ICC_APR_EL1, 0, GICV5_ICH_HFGWTR_EL2, false},
		{GICV5_ICC_CR0_EL1, 2, GICV5_ICH_HFGWTR_EL2, false},
		{GICV5_ICC_PCR_EL1, 5, GICV5_ICH_HFGWTR_EL2, false},
		{GICV5_ICC_ICSR_EL1, 6, GICV5_ICH_HFGWTR_EL2, false},
		{GICV5_ICC_PPI_ENABLER1_EL1, 17, GICV5_ICH_HFGWTR_EL2, false},
		{GICV5_ICC_PPI_SPENDR0_EL1, 18, GICV5_ICH_HFGWTR_EL2, false},
		{GICV5_ICC_PPI_PRIORITYR0_EL1, 19, GICV5_ICH_HFGWTR_EL2, false},
		{GICV5_ICC_PPI_SACTIVER0_EL1, 20, GICV5_ICH_HFGWTR_EL2, false},
		{GICV5_GIC_CDEN, 0, GICV5_ICH_HFGITR_EL2, false},
		{GICV5_GIC_CDDIS, 1, GICV5_ICH_HFGITR_EL2, false},
		{GICV5_GIC_CDPRI, 2, GICV5_ICH_HFGITR_EL2, false},
		{GICV5_GIC_CDAFF, 3, GICV5_ICH_HFGITR_EL2, false},
		{GICV5_GIC_CDPEND, 4, GICV5_ICH_HFGITR_EL2, false},
		{GICV5_GIC_CDRCFG, 5, GICV5_ICH_HFGITR_EL2, false},
		{GICV5_GIC_CDHM, 6, GICV5_ICH_HFGITR_EL2, false},
		{GICV5_GIC_CDEOI, 7, GICV5_ICH_HFGITR_EL2, false},
		{GICV5_GIC_CDDI, 8, GICV5_ICH_HFGITR_EL2, false},
		{GICV5_GIC_CDIA, 9, GICV5_ICH_HFGITR_EL2, true},
		{GICV5_GIC_CDNMIA, 10, GICV5_ICH_HFGITR_EL2, true},
	};
	static const unsigned int trap_regs[] = {GICV5_ICH_HFGRTR_EL2, GICV5_ICH_HFGWTR_EL2,
						 GICV5_ICH_HFGITR_EL2};
	struct machine *m = machine_default(1);
	unsigned int i, bit, r;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (r = 0; r < 3; r++) {
			for (bit = 0; bit <= 20; bit++) {
				bool own = trap_regs[r] == cases[i].trap_reg && bit == cases[i].bit;
				uint64_t value = 0;
				unsigned int j;

				for (j = 0; j < 3; j++)
					wr(m, 0, trap_regs[j], ~(uint64_t)0);
				wr(m, 0, trap_regs[r], ~((uint64_t)1 << bit));
				assert_int_equal(vgicv5_soft_sys(m->gic, 0, &GUEST, cases[i].encoding,
								 cases[i].read, &value),
						 own ? VGICV5_SOFT_TRAPPED : VGICV5_SOFT_DONE);
				assert_int_equal(vgicv5_soft_sys(m->gic, 0, &BARE, cases[i].encoding,
								 cases[i].read, &value),
						 own ? VGICV5_SOFT_TRAPPED : VGICV5_SOFT_DONE);
				assert_int_equal(vgicv5_soft_sys(m->gic, 0, &HOST, cases[i].encoding,
								 cases[i].read, &value),
						 VGICV5_SOFT_DONE);
			}
		}
	}
	/* ICC_HAPR_EL1 cannot be trapped; its old bit is RES1. */
	wr(m, 0, GICV5_ICH_HFGRTR_EL2, 0);
	assert_int_equal(rd(m, 0, GICV5_ICH_HFGRTR_EL2), 8);
	assert_int_equal(rd_as(m, 0, &GUEST, GICV5_ICC_HAPR_EL1), GICV5_PRIORITY_IDLE);
	machine_delete(m);
}

static enum vgicv5_soft_result try(struct machine *m, unsigned int el, bool nv, unsigned int encoding,
				   bool read)
{
	struct vgicv5_soft_access access = {.el = (uint8_t)el, .nv = nv, .imo = true};
	uint64_t value = 0;

	return vgicv5_soft_sys(m->gic, 0, &access, encoding, read, &value);
}

static void test_exception_levels(void **state)
{
	struct machine *m = machine_default(1);

	(void)state;
	wr(m, 0, GICV5_ICH_HFGRTR_EL2, ~(uint64_t)0);
	wr(m, 0, GICV5_ICH_HFGITR_EL2, ~(uint64_t)0);
	assert_int_equal(try(m, 0, false, GICV5_ICC_PCR_EL1, true), VGICV5_SOFT_UNDEFINED);
	assert_int_equal(try(m, 0, false, GICV5_GIC_CDIA, true), VGICV5_SOFT_UNDEFINED);
	assert_int_equal(try(m, 0, false, GICV5_GSB_SYS, false), VGICV5_SOFT_UNDEFINED);
	assert_int_equal(try(m, 1, false, GICV5_GSB_SYS, false), VGICV5_SOFT_DONE);
	assert_int_equal(try(m, 1, false, GICV5_GSB_ACK, false), VGICV5_SOFT_DONE);
	assert_int_equal(try(m, 1, false, GICV5_ICH_VMCR_EL2, true), VGICV5_SOFT_UNDEFINED);
	assert_int_equal(try(m, 1, true, GICV5_ICH_VMCR_EL2, true), VGICV5_SOFT_TRAPPED);
	assert_int_equal(try(m, 1, true, GICV5_ICH_HPPIR_EL2, false), VGICV5_SOFT_UNDEFINED);
	assert_int_equal(try(m, 1, false, GICV5_GIC_VDEN, false), VGICV5_SOFT_UNDEFINED);
	assert_int_equal(try(m, 1, true, GICV5_GIC_VDEN, false), VGICV5_SOFT_TRAPPED);
	assert_int_equal(try(m, 2, false, GICV5_GIC_VDEN, false), VGICV5_SOFT_DONE);
	assert_int_equal(try(m, 2, true, GICV5_GIC_LDEN, false), VGICV5_SOFT_UNDEFINED);
	assert_int_equal(try(m, 3, false, GICV5_GIC_LDEN, false), VGICV5_SOFT_DONE);
	assert_int_equal(try(m, 2, true, GICV5_ICC_CR0_EL3, true), VGICV5_SOFT_UNDEFINED);
	assert_int_equal(try(m, 3, false, GICV5_ICC_PPI_DOMAINR0_EL3, true), VGICV5_SOFT_DONE);
	assert_int_equal(try(m, 2, false, GICV5_ICC_HPPIR_EL1, false), VGICV5_SOFT_UNDEFINED);
	assert_int_equal(try(m, 2, false, GICV5_ICC_SRE_EL1, true), VGICV5_SOFT_UNDEFINED);
	assert_int_equal(try(m, 2, false, GICV5_ICH_VTR_EL2, true), VGICV5_SOFT_UNDEFINED);
	/* The wrong direction, and encodings that nobody has. */
	assert_int_equal(try(m, 2, false, GICV5_GIC_CDEN, true), VGICV5_SOFT_UNDEFINED);
	assert_int_equal(try(m, 2, false, GICV5_GIC_CDIA, false), VGICV5_SOFT_UNDEFINED);
	assert_int_equal(try(m, 2, false, GICV5_ENC(1, 4, 12, 1, 7), false), VGICV5_SOFT_UNDEFINED);
	assert_int_equal(try(m, 2, false, GICV5_ENC(1, 5, 12, 1, 1), false), VGICV5_SOFT_UNDEFINED);
	assert_int_equal(try(m, 2, false, GICV5_ENC(1, 4, 12, 3, 0), true), VGICV5_SOFT_UNDEFINED);
	assert_int_equal(try(m, 2, false, GICV5_ENC(3, 0, 12, 11, 0), true), VGICV5_SOFT_UNDEFINED);
	assert_int_equal(try(m, 2, false, 0xffff, true), VGICV5_SOFT_UNDEFINED);
	machine_delete(m);
}

/* At equal priority a PPI is better than an interrupt of the IRI, and the PPI with the lowest number first. */
static void test_equal_priority(void **state)
{
	struct machine *m = machine_default(1);

	(void)state;
	open_pe(m, 0);
	open_irs(m);
	configure(m, &HOST, 0, spi(3), 0, 6);
	pend(m, &HOST, 0, spi(3));
	wr(m, 0, GICV5_ICC_PPI_ENABLER0_EL1, SW | CNTV);
	set_ppi_priority(m, GICV5_PPI_CNTV, 6);
	set_ppi_priority(m, GICV5_PPI_SW, 6);
	vgicv5_soft_set_ppi(m->gic, 0, GICV5_PPI_CNTV, true);
	assert_int_equal(rd(m, 0, GICV5_ICC_HPPIR_EL1) & 0xffffffff, ppi(GICV5_PPI_CNTV));
	wr(m, 0, GICV5_ICC_PPI_SPENDR0_EL1, SW);
	assert_int_equal(rd(m, 0, GICV5_ICC_HPPIR_EL1) & 0xffffffff, ppi(GICV5_PPI_SW));
	set_ppi_priority(m, GICV5_PPI_CNTV, 7);
	set_ppi_priority(m, GICV5_PPI_SW, 7);
	assert_int_equal(rd(m, 0, GICV5_ICC_HPPIR_EL1) & 0xffffffff, spi(3));
	machine_delete(m);
}

/* Virtual PPIs: separate from the physical ones, deliverable without a resident VPE. */
static void test_virtual_ppi(void **state)
{
	struct machine *m = machine_default(1);

	(void)state;
	wr(m, 0, GICV5_ICH_HFGITR_EL2, ~(uint64_t)0);
	wr(m, 0, GICV5_ICH_HFGRTR_EL2, ~(uint64_t)0);
	wr(m, 0, GICV5_ICH_HFGWTR_EL2, ~(uint64_t)0);
	wr(m, 0, GICV5_ICH_VMCR_EL2, GICV5_PUT(ICH_VMCR_EL2_VPMR, 31) | 1);
	wr(m, 0, GICV5_ICH_PPI_ENABLER0_EL2, SW | CNTV);
	wr(m, 0, GICV5_ICH_PPI_PRIORITYR0_EL2, (uint64_t)4 << 24);
	wr(m, 0, GICV5_ICH_PPI_PENDR0_EL2, CNTV); /* EL2 can write it in both handling modes */
	assert_int_equal(signals(m, 0, &GUEST), 0);
	wr(m, 0, GICV5_ICH_VCTLR_EL2, 1);
	assert_int_equal(signals(m, 0, &GUEST), VGICV5_SOFT_VIRQ);
	assert_int_equal(signals(m, 0, &HOST), 0); /* IMO = 0 */
	assert_int_equal(rd(m, 0, GICV5_ICH_HPPIR_EL2) & 0xffffffff, ppi(GICV5_PPI_CNTV));
	assert_int_equal(ack_as(m, 0, &GUEST), ppi(GICV5_PPI_CNTV));
	assert_int_equal(rd(m, 0, GICV5_ICH_PPI_PENDR0_EL2), CNTV); /* Level: stays */
	assert_int_equal(rd(m, 0, GICV5_ICH_PPI_ACTIVER0_EL2), CNTV);
	assert_int_equal(rd(m, 0, GICV5_ICC_PPI_SACTIVER0_EL1), 0);
	wr_as(m, 0, &GUEST, GICV5_ICC_PPI_CPENDR0_EL1, CNTV); /* the guest cannot */
	assert_int_equal(rd_as(m, 0, &GUEST, GICV5_ICC_PPI_SPENDR0_EL1), CNTV);
	wr(m, 0, GICV5_ICH_PPI_PENDR0_EL2, 0);
	done_as(m, 0, &GUEST, ppi(GICV5_PPI_CNTV));
	wr_as(m, 0, &GUEST, GICV5_ICC_PPI_SPENDR0_EL1, SW);
	assert_int_equal(rd(m, 0, GICV5_ICH_PPI_PENDR0_EL2), SW);
	assert_int_equal(rd(m, 0, GICV5_ICC_PPI_SPENDR0_EL1), 0);
	assert_int_equal(ack_as(m, 0, &GUEST), ppi(GICV5_PPI_SW));
	assert_int_equal(rd(m, 0, GICV5_ICH_PPI_PENDR0_EL2), 0);
	machine_delete(m);
}

/* D_QNZMN: with DVI the virtual PPI's pending state is the physical one, everything else stays apart. */
static void test_dvi(void **state)
{
	struct machine *m = machine_default(1);

	(void)state;
	wr(m, 0, GICV5_ICH_HFGITR_EL2, ~(uint64_t)0);
	wr(m, 0, GICV5_ICH_HFGRTR_EL2, ~(uint64_t)0);
	wr(m, 0, GICV5_ICH_HFGWTR_EL2, ~(uint64_t)0);
	wr(m, 0, GICV5_ICH_VCTLR_EL2, 1);
	wr(m, 0, GICV5_ICH_VMCR_EL2, GICV5_PUT(ICH_VMCR_EL2_VPMR, 31) | 1);
	wr(m, 0, GICV5_ICH_PPI_ENABLER0_EL2, SW | CNTV);
	wr(m, 0, GICV5_ICH_PPI_DVIR0_EL2, SW | CNTV);
	wr(m, 0, GICV5_ICH_PPI_PENDR0_EL2, CNTV); /* stored, but no source */
	assert_int_equal(rd(m, 0, GICV5_ICH_PPI_PENDR0_EL2), CNTV);
	assert_int_equal(signals(m, 0, &GUEST), 0);
	vgicv5_soft_set_ppi(m->gic, 0, GICV5_PPI_CNTV, true);
	assert_int_equal(ack_as(m, 0, &GUEST), ppi(GICV5_PPI_CNTV));
	assert_int_equal(rd(m, 0, GICV5_ICC_PPI_SACTIVER0_EL1), 0);
	vgicv5_soft_set_ppi(m->gic, 0, GICV5_PPI_CNTV, false);
	assert_int_equal(rd_as(m, 0, &GUEST, GICV5_ICC_PPI_SPENDR0_EL1), 0);
	done_as(m, 0, &GUEST, ppi(GICV5_PPI_CNTV));
	/* An edge: the acknowledge clears the shared bit. */
	wr(m, 0, GICV5_ICC_PPI_SPENDR0_EL1, SW);
	assert_int_equal(ack_as(m, 0, &GUEST), ppi(GICV5_PPI_SW));
	assert_int_equal(rd(m, 0, GICV5_ICC_PPI_SPENDR0_EL1), 0);
	wr_as(m, 0, &GUEST, GICV5_ICC_PPI_SPENDR0_EL1, SW);
	assert_int_equal(rd(m, 0, GICV5_ICC_PPI_SPENDR0_EL1), SW);
	wr(m, 0, GICV5_ICH_PPI_DVIR0_EL2, 0);
	assert_int_equal(rd_as(m, 0, &GUEST, GICV5_ICC_PPI_SPENDR0_EL1), CNTV);
	machine_delete(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reset_values),	 cmocka_unit_test(test_register_masks),
		cmocka_unit_test(test_ppi_edge),	 cmocka_unit_test(test_ppi_level),
		cmocka_unit_test(test_priorities),	 cmocka_unit_test(test_enable),
		cmocka_unit_test(test_superpriority),	 cmocka_unit_test(test_128_ppis),
		cmocka_unit_test(test_redirection),	 cmocka_unit_test(test_traps),
		cmocka_unit_test(test_exception_levels), cmocka_unit_test(test_equal_priority),
		cmocka_unit_test(test_virtual_ppi),	 cmocka_unit_test(test_dvi),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
