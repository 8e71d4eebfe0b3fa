// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The virtual IWB beside the IWB of the software GICv5, whose wires make physical LPIs of the same numbers: after each
 * random step every LPI is in the same state in both, handling mode included.
 *
 *     test_core_viwb_random [SEED]
 */
#include "../soft/rule_its.h"
#include "its_guest.h"

#define SEEDS 64
#define STEPS 800
#define REFERENCE_DEVICE 9u
#define WORDS (ITS_WIRES / 32)
#define FIRST_LPI 100u
#define LPIS 128u /* of which each wire has at most one, and no two wires the same */
#define NONE 0u

struct pair {
	struct its_guest guest;
	struct machine *reference;
	uint64_t itt;
	uint64_t random;
	uint32_t lpi_of[ITS_WIRES];
	bool used[LPIS];
	uint32_t active; /* LPI that was acknowledged in both, or NONE */
};

static struct pair pair;

static uint32_t dice(uint32_t sides)
{
	pair.random ^= pair.random << 13;
	pair.random ^= pair.random >> 7;
	pair.random ^= pair.random << 17;
	return (uint32_t)(pair.random >> 20) % sides;
}

/* Mostly one of a few, so that more than one thing happens to it. */
static uint32_t some_wire(void)
{
	return dice(8) ? dice(8) * 11 : dice(ITS_WIRES);
}

static uint32_t word(void)
{
	return dice(0x10000) << 16 | dice(0x10000);
}

/* ---- Both ---- */

static void iwb_write(uint32_t offset, uint32_t value)
{
	its_iwb_write(&pair.guest, offset, value);
	vgicv5_soft_iwb_write(pair.reference->gic, 0, offset, 4, value);
}

static void both_gic(unsigned int encoding, uint64_t operand)
{
	guest_gic(&pair.guest.vm->vcpus[0], encoding, operand);
	wr(pair.reference, 0, encoding, operand);
}

static void create(void)
{
	struct machine *m = its_machine();
	struct test_vm vm;
	uint64_t dt;
	uint32_t id;

	its_up(&pair.guest, &its_shapes[dice(its_shape_count)], NULL);
	m->config.iwb_count = 1;
	m->config.iwb[0] =
		(struct vgicv5_soft_iwb_config){.iw_range = WORDS - 1, .device_id = REFERENCE_DEVICE};
	machine_start(m);
	pair.reference = m;
	standard(m, &vm);
	dt = its_enable(m, 6, 0);
	pair.itt = take(m, 128 * GICV5_ITTE_SIZE);
	poke64(m, dt + 8 * REFERENCE_DEVICE, dte(pair.itt, 7));
	(void)its_itte(&pair.guest, ITS_IWB_DEVICE, 0);
	open_pe(m, 0);
	guest_boot_cpu(&pair.guest.vm->vcpus[0]);
	for (id = FIRST_LPI; id < FIRST_LPI + LPIS; id++) {
		both_gic(GICV5_GIC_CDPRI, LPI(id) | GICV5_PUT(CDPRI_PRIORITY, 8));
		both_gic(GICV5_GIC_CDAFF, LPI(id));
	}
}

/* ---- Steps ---- */

static void step_wire(void)
{
	uint32_t wire = some_wire();
	bool asserted = dice(2);

	assert_int_equal(vgicv5_viwb_set_wire(&pair.guest.viwb, wire, asserted), VGICV5_OK);
	vgicv5_soft_set_wire(pair.reference->gic, 0, wire, asserted);
}

/* As a caller that must not read guest memory, and asks again where it may. */
static void step_wire_cached(void)
{
	uint32_t wire = some_wire();
	bool asserted = dice(2);
	bool atomic = hal_host_set_atomic(true);
	int error = vgicv5_viwb_set_wire_cached(&pair.guest.viwb, wire, asserted);

	hal_host_set_atomic(atomic);
	if (error == VGICV5_BUSY)
		error = vgicv5_viwb_set_wire(&pair.guest.viwb, wire, asserted);
	assert_int_equal(error, VGICV5_OK);
	vgicv5_soft_set_wire(pair.reference->gic, 0, wire, asserted);
}

static void step_enable(void)
{
	uint32_t wire = some_wire();
	uint32_t offset = GICV5_IWB_WENABLER + wire / 32 * 4;
	uint32_t bits = its_iwb_read(&pair.guest, offset);

	iwb_write(offset, dice(8) ? bits ^ 1u << wire % 32 : bits | word());
}

static void step_mode(void)
{
	iwb_write(GICV5_IWB_WTMR + 4 * dice(WORDS), word());
}

static void step_iwben(void)
{
	iwb_write(GICV5_IWB_CR0, dice(8) != 0);
}

static void step_resample(void)
{
	iwb_write(GICV5_IWB_WRESAMPLER, dice(4) ? some_wire() : dice(ITS_WIRES + 8));
}

/* Another LPI for a wire, or none; the old one is free when no event of it can come any more. */
static void step_map(void)
{
	uint32_t wire = some_wire();
	uint32_t index = dice(8) ? dice(LPIS) : LPIS;
	uint64_t gpa = its_itte(&pair.guest, ITS_IWB_DEVICE, wire);

	if (index < LPIS && pair.used[index])
		index = LPIS;
	its_store(gpa, index < LPIS ? its_entry(FIRST_LPI + index) : 0);
	poke64(pair.reference, pair.itt + 8 * wire, index < LPIS ? itte(FIRST_LPI + index) : 0);
	if (dice(2))
		its_invalidate_event(&pair.guest, ITS_IWB_DEVICE, wire, dice(2));
	else
		its_invalidate_device(&pair.guest, ITS_IWB_DEVICE, dice(2));
	its_inv_event(pair.reference, REFERENCE_DEVICE, wire, 0);
	if (pair.lpi_of[wire] != NONE)
		pair.used[pair.lpi_of[wire] - FIRST_LPI] = false;
	pair.lpi_of[wire] = index < LPIS ? FIRST_LPI + index : NONE;
	if (index < LPIS)
		pair.used[index] = true;
}

/* Events that an ITS without translation loses; one that is enabled later takes nothing of it back. */
static void step_its(void)
{
	uint32_t enable = dice(8) != 0;

	its_write(&pair.guest, GICV5_ITS_CR0, enable);
	its_wr(pair.reference, GICV5_ITS_CR0, 4, enable);
}

/* One of them at a time is enabled, so that both sides take the same. */
static void step_take(void)
{
	uint32_t wire = some_wire();
	uint32_t id = pair.lpi_of[wire] != NONE ? pair.lpi_of[wire] : FIRST_LPI;
	uint64_t here, there;

	if (pair.active != NONE) {
		both_gic(GICV5_GIC_CDDI, LPI(pair.active));
		pair.active = NONE;
		return;
	}
	both_gic(GICV5_GIC_CDEN, LPI(id));
	here = guest_cdia(&pair.guest.vm->vcpus[0]);
	there = rd(pair.reference, 0, GICV5_GIC_CDIA);
	assert_int_equal(here, there);
	if (here) {
		both_gic(GICV5_GIC_CDEOI, 0);
		pair.active = id;
	}
	both_gic(GICV5_GIC_CDDIS, LPI(id));
}

static void step(void)
{
	static void (*const steps[])(void) = {
		step_wire,   step_wire, step_wire,     step_wire_cached, step_enable, step_enable,
		step_enable, step_mode, step_resample, step_map,	 step_map,    step_take,
		step_take,   step_its,	step_wire,     step_iwben,
	};

	steps[dice(sizeof(steps) / sizeof(steps[0]))]();
}

/* ---- Comparison ---- */

/* Handling modes are taken over at entries, some at a time. */
static void enter(void)
{
	struct world_vcpu *v = &pair.guest.vm->vcpus[0];

	do
		(void)guest_irq(v);
	while (v->vcpu.reload);
}

static void compare_lpi(uint64_t seed, unsigned int turn, uint32_t id)
{
	struct vgicv5_soft_interrupt here, there = inspect(pair.reference, VGICV5_SOFT_PHYSICAL, id);

	assert_true(vgicv5_soft_inspect(pair.guest.world.soft, pair.guest.vm->vm.vm_id, LPI(id), &here));
	if (here.pending != there.pending || here.active != there.active || here.level != there.level)
		fail_msg("seed %llu, step %u, LPI %u: pending %d active %d level %d, should be %d %d %d",
			 (unsigned long long)seed, turn, id, here.pending, here.active, here.level,
			 there.pending, there.active, there.level);
}

static void compare(uint64_t seed, unsigned int turn)
{
	uint32_t n;

	for (n = FIRST_LPI; n < FIRST_LPI + LPIS; n++)
		compare_lpi(seed, turn, n);
	for (n = 0; n < 2 * WORDS; n++) {
		uint32_t offset = (n & 1 ? GICV5_IWB_WTMR : GICV5_IWB_WENABLER) + n / 2 * 4;

		if (its_iwb_read(&pair.guest, offset) !=
		    vgicv5_soft_iwb_read(pair.reference->gic, 0, offset, 4))
			fail_msg("seed %llu, step %u: register %x", (unsigned long long)seed, turn, offset);
	}
}

static void run_seed(uint64_t seed)
{
	unsigned int turn;

	memset(&pair, 0, sizeof(pair));
	pair.random = seed * 0x9e3779b97f4a7c15ull + 1;
	create();
	for (turn = 0; turn < STEPS; turn++) {
		step();
		enter();
		compare(seed, turn);
	}
	machine_delete(pair.reference);
	its_down(&pair.guest);
}

static void differential(void **state)
{
	const char *one = *state;
	uint64_t seed;

	if (one) {
		run_seed(strtoull(one, NULL, 0));
		return;
	}
	for (seed = 1; seed <= SEEDS; seed++)
		run_seed(seed);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(differential, argc > 1 ? argv[1] : NULL),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
