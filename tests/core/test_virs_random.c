// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Guests that write anything anywhere in their IRS, alone and from two vCPUs at once: the host's memory stays bounded,
 * the software GICv5's checker silent, another VM untouched, and everything goes away at the end.
 */
#include "rig.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define STEPS 4000
#define LIMIT ((size_t)128 << 10)
#define GUEST_BASE 0x40000000ull
#define GUEST_BYTES ((size_t)1 << 20)

#define REG_OFFSET(name, offset, width, access) offset,
static const uint16_t offsets[] = {GICV5_IRS_REGS(REG_OFFSET)};

static uint64_t next(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* Mostly registers that do something, at widths that they have. */
static uint32_t some_offset(uint64_t *seed)
{
	static const uint32_t busy[] = {GICV5_IRS_CR0,		 GICV5_IRS_IST_BASER, GICV5_IRS_IST_CFGR,
					GICV5_IRS_MAP_L2_ISTR,	 GICV5_IRS_SPI_SELR,  GICV5_IRS_SPI_CFGR,
					GICV5_IRS_SPI_RESAMPLER, GICV5_IRS_PE_SELR,   GICV5_IRS_PE_CR0,
					GICV5_FRAME_SIZE};
	uint64_t dice = next(seed);

	switch (dice % 8) {
	case 0:
		return (uint32_t)(dice >> 8) % VGICV5_VIRS_SIZE;
	case 1:
		return offsets[(dice >> 8) % (sizeof(offsets) / sizeof(offsets[0]))];
	default:
		return busy[(dice >> 8) % (sizeof(busy) / sizeof(busy[0]))];
	}
}

static uint64_t some_value(uint64_t *seed, uint32_t offset)
{
	uint64_t dice = next(seed);

	if (offset == GICV5_IRS_IST_BASER)
		return GUEST_BASE | (dice & 0xff00) | (dice >> 32 & 1);
	if (offset == GICV5_IRS_IST_CFGR)
		return GICV5_PUT(IRS_IST_CFGR_STRUCTURE, dice) | GICV5_PUT(IRS_IST_CFGR_ISTSZ, dice >> 1) |
		       GICV5_PUT(IRS_IST_CFGR_L2SZ, dice >> 3) |
		       GICV5_PUT(IRS_IST_CFGR_LPI_ID_BITS, dice >> 5);
	return dice >> (dice & 1 ? 0 : 60);
}

static unsigned int some_bytes(uint64_t *seed, uint32_t offset)
{
	static const unsigned int widths[] = {1, 2, 4, 8};
	uint64_t dice = next(seed);

	if (dice % 8 == 0)
		return widths[dice >> 8 & 3];
	return offset == GICV5_IRS_IST_BASER && dice % 4 ? 8 : 4;
}

static void step(struct vgicv5_vcpu *vcpu, uint64_t *seed)
{
	uint32_t offset = some_offset(seed);
	unsigned int bytes = some_bytes(seed, offset);

	if (next(seed) % 8 == 0)
		(void)vgicv5_virs_read(vcpu, offset, bytes);
	else
		vgicv5_virs_write(vcpu, offset, bytes, some_value(seed, offset));
	if (next(seed) % 8 == 0)
		(void)vgicv5_inject_spi(vcpu->vm, (uint32_t)next(seed) % 40, next(seed) & 1);
	if (next(seed) % 8 == 0)
		(void)vgicv5_inject_lpi(vcpu->vm, (uint32_t)next(seed) % 0x8000);
}

struct pair {
	struct rig rig;
	struct rig_vm wild;
	struct rig_vm tame;
	uint8_t *memory;
	size_t held;
};

static void up(struct pair *pair, const struct rig_kind *kind, uint64_t *seed)
{
	static const uint32_t ids[] = {0, 1};
	struct vgicv5_vm_config config = rig_vm_config(32);
	size_t i;

	config.max_lpi_bytes = LIMIT;
	rig_up(&pair->rig, kind);
	rig_vm_up(&pair->rig, &pair->tame);
	rig_vm_init(&pair->rig, &pair->wild, &config, ids, 2);
	pair->memory = malloc(GUEST_BYTES);
	assert_non_null(pair->memory);
	for (i = 0; i < GUEST_BYTES; i += 8)
		*(uint64_t *)(pair->memory + i) = next(seed) % 16 ? 0 : next(seed);
	hal_host_guest_memory_add(&pair->wild.vm, GUEST_BASE, pair->memory, GUEST_BYTES);
	assert_int_equal(vgicv5_vm_start(&pair->wild.vm), VGICV5_OK);
	pair->held = rig_held(&pair->rig);
}

static void check(struct pair *pair, uint64_t seed)
{
	struct vgicv5_soft_interrupt now;

	if (rig_held(&pair->rig) - pair->held > LIMIT)
		fail_msg("seed %llu: a guest took %zu bytes", (unsigned long long)seed,
			 rig_held(&pair->rig) - pair->held);
	if (hal_host_machine_violations(pair->rig.machine))
		fail_msg("seed %llu, %s: %s", (unsigned long long)seed, pair->rig.kind->name,
			 hal_host_machine_last_violation(pair->rig.machine));
	assert_false(vgicv5_vm_is_dead(&pair->wild.vm));
	assert_true(rig_inspect(&pair->rig, &pair->tame.vm, GICV5_TYPE_SPI, 7, &now));
	assert_false(now.pending || now.level);
}

static void down(struct pair *pair)
{
	assert_int_equal(vgicv5_vm_destroy(&pair->wild.vm), VGICV5_OK);
	assert_int_equal(vgicv5_vm_destroy(&pair->tame.vm), VGICV5_OK);
	hal_host_guest_memory_clear();
	free(pair->memory);
	rig_down(&pair->rig);
}

static void test_alone(void **state)
{
	static struct pair pair;
	uint64_t seed;
	unsigned int i, k;

	(void)state;
	for (k = 0; k < rig_kind_count; k++) {
		uint64_t first = 0x9e3779b97f4a7c15 + k;

		seed = first;
		up(&pair, &rig_kinds[k], &seed);
		assert_int_equal(vgicv5_vcpu_load(&pair.wild.vcpu[0]), VGICV5_OK);
		for (i = 0; i < STEPS; i++) {
			step(&pair.wild.vcpu[0], &seed);
			check(&pair, first);
		}
		vgicv5_vcpu_put(&pair.wild.vcpu[0], VGICV5_PUT_PREEMPTED);
		down(&pair);
	}
}

struct worker {
	struct pair *pair;
	unsigned int index;
	uint64_t seed;
	pthread_t thread;
};

static void *run(void *arg)
{
	struct worker *worker = arg;
	struct pair *pair = worker->pair;
	struct vgicv5_vcpu *vcpu = &pair->wild.vcpu[worker->index];
	unsigned int i;

	hal_host_set_pe(worker->index, &pair->rig.pcpu[worker->index]);
	vgicv5_pcpu_init(&pair->rig.host, &pair->rig.pcpu[worker->index]);
	for (i = 0; i < STEPS / 4; i++) {
		if (i % 16 == 0)
			(void)vgicv5_vcpu_load(vcpu);
		step(vcpu, &worker->seed);
		if (i % 16 == 7 && vgicv5_vcpu_enter(vcpu) == VGICV5_OK)
			vgicv5_vcpu_exit(vcpu);
		if (i % 16 == 15)
			vgicv5_vcpu_put(vcpu, VGICV5_PUT_IDLE);
	}
	vgicv5_vcpu_put(vcpu, VGICV5_PUT_PREEMPTED);
	hal_host_set_pe(0, NULL);
	return NULL;
}

static void test_two_at_once(void **state)
{
	static struct pair pair;
	struct worker workers[2];
	unsigned int i, k;

	(void)state;
	for (k = 0; k < rig_kind_count; k++) {
		uint64_t seed = 0xd1b54a32d192ed03 + k;

		up(&pair, &rig_kinds[k], &seed);
		for (i = 0; i < 2; i++) {
			workers[i] = (struct worker){.pair = &pair, .index = i, .seed = seed + i};
			assert_int_equal(pthread_create(&workers[i].thread, NULL, run, &workers[i]), 0);
		}
		for (i = 0; i < 2; i++)
			pthread_join(workers[i].thread, NULL);
		hal_host_set_pe(0, &pair.rig.pcpu[0]);
		check(&pair, seed);
		down(&pair);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alone),
		cmocka_unit_test(test_two_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
