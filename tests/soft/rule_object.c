/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The software GICv5 as an object: configurations that it refuses, memory that runs out, cost, threads.
 */
#include "rule_machine.h"

#include <pthread.h>

static void refused(const struct machine *m, const char *field)
{
	struct vgicv5_soft *gic = (void *)m;
	const char *wrong = vgicv5_soft_create(&gic, &m->config);

	assert_null(gic);
	assert_non_null(wrong);
	if (!strstr(wrong, field))
		fail_msg("\"%s\" does not name %s", wrong, field);
	assert_int_equal(m->allocated, 0);
}

/* Sets one field to a value that is nonsense, and back. */
#define REFUSED(m, field, value)                              \
	do {                                                  \
		struct vgicv5_soft_config good = (m)->config; \
		(m)->config.field = (value);                  \
		refused(m, #field);                           \
		(m)->config = good;                           \
	} while (0)

static void test_bad_configurations(void **state)
{
	struct machine *m = machine_new(4);

	(void)state;
	REFUSED(m, pe_count, 0);
	REFUSED(m, pe_count, 513);
	REFUSED(m, irs_count, 0);
	REFUSED(m, irs_count, 9);
	REFUSED(m, spi_range, (1u << 24) + 1);
	REFUSED(m, cpu_id_bits, 2);
	REFUSED(m, pa_range, 8);
	REFUSED(m, pri_bits, 0);
	REFUSED(m, pri_bits, 6);
	REFUSED(m, iaffid_bits, 0);
	REFUSED(m, iaffid_bits, 17);
	REFUSED(m, iaffid_bits, 1);
	REFUSED(m, lpi_id_bits, 0);
	REFUSED(m, lpi_id_bits, 25);
	REFUSED(m, min_lpi_id_bits, 16);
	REFUSED(m, ist_l2sz, 8);
	REFUSED(m, ist_l2sz, 0);
	REFUSED(m, istmd_sz, 32);
	REFUSED(m, vm_id_bits, 0);
	REFUSED(m, vm_id_bits, 17);
	REFUSED(m, vpe_id_bits, 0);
	REFUSED(m, vpe_id_bits, 16);
	REFUSED(m, vmd_sz, 2);
	REFUSED(m, vmd_sz, 13);
	REFUSED(m, vped_sz, 2);
	REFUSED(m, vped_sz, 13);
	REFUSED(m, ops, NULL);
	m->ops.mem_read = NULL;
	refused(m, "mem_read");
	m->ops.mem_read = machine_read;
	m->ops.unlock = (void (*)(void *))abort;
	refused(m, "lock");
	m->ops.unlock = NULL;
	machine_start(m);
	machine_delete(m);
	vgicv5_soft_destroy(NULL);
}

static void test_bad_irss(void **state)
{
	struct machine *m = machine_new(4);

	(void)state;
	m->config.irs[0].first_pe = 1;
	refused(m, "beyond pe_count");
	m->config.irs[0] = (struct vgicv5_soft_irs_config){0, 3, 0, 10};
	refused(m, "no IRS");
	m->config.irs_count = 2;
	m->config.irs[1] = (struct vgicv5_soft_irs_config){2, 2, 10, 10};
	refused(m, "PEs of two IRSs overlap");
	m->config.irs[1] = (struct vgicv5_soft_irs_config){3, 1, 9, 10};
	refused(m, "SPIs of two IRSs overlap");
	m->config.irs[1] = (struct vgicv5_soft_irs_config){3, 1, 250, 7};
	refused(m, "beyond spi_range");
	m->config.irs[1] = (struct vgicv5_soft_irs_config){3, 1, 0xffffffff, 7};
	refused(m, "beyond spi_range");
	m->config.irs[1] = (struct vgicv5_soft_irs_config){3, 1, 250, 6};
	machine_start(m);
	machine_delete(m);
}

/* Creation with the n-th allocation failing: an answer, and nothing left behind. */
static void test_creation_without_memory(void **state)
{
	struct machine *m = machine_new(4);
	unsigned int n;

	(void)state;
	for (n = 0; n < 3; n++) {
		m->allocations_left = (long)n;
		refused(m, "memory");
	}
	m->allocations_left = 3;
	machine_start(m);
	machine_delete(m);
}

struct scene {
	bool created;
	bool pending;
	uint64_t delivered[3];
	uint64_t physical;
};

/* A VM's life with `allocations` left: what became valid must work in full. */
static struct scene play(long allocations)
{
	struct machine *m = machine_default(2);
	struct vgicv5_soft_counters counters;
	struct scene scene = {0};
	struct test_vm vm;
	unsigned int i;

	m->allocations_left = allocations;
	standard(m, &vm);
	open_pe(m, 1);
	configure(m, &HOST, 0, lpi(300), 1, 3);
	pend(m, &HOST, 0, lpi(300));
	scene.physical = ack(m, 1);
	run_vpe(m, 0, &vm, 1);
	scene.created = !(rd(m, 0, GICV5_ICH_CONTEXTR_EL2) & GICV5_MASK(ICH_CONTEXTR_EL2_F));
	if (scene.created) {
		configure(m, &GUEST, 0, lpi(5), 1, 7);
		configure(m, &GUEST, 0, lpi(6), 1, 6);
		configure(m, &GUEST, 0, spi(7), 1, 8);
		vdpend(m, 1, lpi(5), true);
		vdpend(m, 1, lpi(6), true);
		vdpend(m, 1, spi(7), true);
		for (i = 0; i < 3; i++) {
			scene.delivered[i] = ack_as(m, 0, &GUEST);
			done_as(m, 0, &GUEST, scene.delivered[i]);
		}
		vdpend(m, 1, lpi(5), true);
		wr(m, 0, GICV5_ICH_CONTEXTR_EL2, 0);
		irs_wr(m, GICV5_IRS_VMAP_VMR, 8, GICV5_MASK(IRS_VMAP_VMR_M) | GICV5_MASK(IRS_VMAP_VMR_U) | 1);
		scene.pending = peek32(m, vm.lpis + 20) & 1;
	}
	vgicv5_soft_counters(m->gic, &counters);
	if (allocations < 0)
		assert_int_equal(counters.failed_allocations + counters.table_scans, 0);
	machine_delete(m);
	return scene;
}

/* Nothing pending is lost when memory runs out in the middle: tables are searched instead. */
static void test_running_out_of_memory(void **state)
{
	struct scene all = play(-1);
	unsigned int scans = 0;
	long n;

	(void)state;
	assert_true(all.created && all.pending);
	for (n = 0; n < 40; n++) {
		struct scene scene = play(n);

		assert_int_equal(scene.physical, lpi(300));
		if (!scene.created)
			continue;
		scans++;
		assert_int_equal(scene.delivered[0], lpi(6));
		assert_int_equal(scene.delivered[1], lpi(5));
		assert_int_equal(scene.delivered[2], spi(7));
		assert_true(scene.pending);
	}
	assert_true(scans > 10 && scans < 40);
}

struct cost {
	uint64_t enable, priority, pend, acknowledge, deactivate, residency;
};

static uint64_t steps(struct machine *m)
{
	struct vgicv5_soft_counters counters;

	vgicv5_soft_counters(m->gic, &counters);
	vgicv5_soft_clear_counters(m->gic);
	return counters.steps;
}

/* The steps that one LPI takes when 2^bits - 1 others exist and are all pending. */
static struct cost measure(unsigned int bits)
{
	struct machine *m = machine_new(2);
	uint32_t i, id = (1u << bits) / 3;
	struct cost cost = {0};

	m->config.min_lpi_id_bits = 5;
	machine_start(m);
	open_irs(m);
	open_pe(m, 0);
	(void)linear_ist(m, bits);
	for (i = 0; i < 1u << bits; i++) {
		if (i == id)
			continue;
		configure(m, &HOST, 0, lpi(i), 0, 10 + i % 20);
		pend(m, &HOST, 0, lpi(i));
	}
	(void)steps(m);
	wr(m, 0, GICV5_GIC_CDEN, lpi(id));
	cost.enable = steps(m);
	pend(m, &HOST, 0, lpi(id));
	cost.pend = steps(m);
	wr(m, 0, GICV5_GIC_CDPRI, lpi(id) | GICV5_PUT(CDPRI_PRIORITY, 2));
	cost.priority = steps(m);
	wr(m, 0, GICV5_GIC_CDPRI, lpi(id) | GICV5_PUT(CDPRI_PRIORITY, 1));
	(void)steps(m);
	assert_int_equal(ack(m, 0), lpi(id));
	cost.acknowledge = steps(m);
	wr(m, 0, GICV5_GIC_CDDI, lpi(id));
	cost.deactivate = steps(m);
	machine_delete(m);
	return cost;
}

/* The same in a VM, and what it costs to end the residency of its VPE and begin it again. */
static struct cost measure_virtual(unsigned int bits)
{
	struct machine *m = machine_default(1);
	uint32_t i, id = (1u << bits) / 3;
	struct test_vm vm;
	struct cost cost = {0};

	open_irs(m);
	(void)linear_ist(m, 14);
	map_vm(m, &vm, vm_table(m), 1, 8);
	map_vpe(m, &vm, 200);
	map_vist(m, &vm, GICV5_TYPE_LPI, bits);
	run_vpe(m, 0, &vm, 200);
	for (i = 0; i < 1u << bits; i++) {
		if (i == id)
			continue;
		configure(m, &GUEST, 0, lpi(i), 200, 10 + i % 20);
		vdpend(m, 1, lpi(i), true);
	}
	wr(m, 0, GICV5_GIC_VDPRI, lpi(id) | GICV5_PUT(CDPRI_PRIORITY, 1));
	wr(m, 0, GICV5_GIC_VDAFF, lpi(id) | GICV5_PUT(CDAFF_IAFFID, 200));
	(void)steps(m);
	vdpend(m, 1, lpi(id), true);
	cost.pend = steps(m);
	wr(m, 0, GICV5_GIC_VDEN, lpi(id));
	cost.enable = steps(m);
	assert_int_equal(ack_as(m, 0, &GUEST), lpi(id));
	cost.acknowledge = steps(m);
	wr_as(m, 0, &GUEST, GICV5_GIC_CDDI, lpi(id));
	cost.deactivate = steps(m);
	wr(m, 0, GICV5_ICH_CONTEXTR_EL2, 0);
	wr(m, 0, GICV5_ICH_CONTEXTR_EL2, context(&vm, 200));
	cost.residency = steps(m);
	machine_delete(m);
	return cost;
}

static void test_cost(void **state)
{
	static const unsigned int bits[] = {10, 15, 20};
	struct cost first = measure(bits[0]), first_virtual = measure_virtual(bits[0]);
	unsigned int i;

	(void)state;
	for (i = 0; i < 3; i++) {
		struct cost cost = i ? measure(bits[i]) : first;
		struct cost virtual = i ? measure_virtual(bits[i]) : first_virtual;

		print_message(
			"%7u LPIs pending: enable %u, pend %u, priority %u, acknowledge %u, deactivate %u steps; "
			"virtual: enable %u, pend %u, acknowledge %u, deactivate %u, residency off and on %u\n",
			1u << bits[i], (unsigned int)cost.enable, (unsigned int)cost.pend,
			(unsigned int)cost.priority, (unsigned int)cost.acknowledge,
			(unsigned int)cost.deactivate, (unsigned int)virtual.pend,
			(unsigned int)virtual.enable, (unsigned int)virtual.acknowledge,
			(unsigned int)virtual.deactivate, (unsigned int)virtual.residency);
		assert_memory_equal(&cost, &first, sizeof(cost));
		assert_memory_equal(&virtual, &first_virtual, sizeof(virtual));
	}
	assert_true(first.acknowledge < 16);
	assert_true(first_virtual.acknowledge < 16 && first_virtual.residency < 32);
}

/* ---- threads ---- */

#define THREADS 4
#define ROUNDS 3000

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void take_lock(void *ctx)
{
	(void)ctx;
	pthread_mutex_lock(&lock);
}

static void give_lock(void *ctx)
{
	(void)ctx;
	pthread_mutex_unlock(&lock);
}

struct worker {
	struct machine *m;
	unsigned int pe;
	unsigned int taken;
};

static void take_pending(struct worker *w)
{
	uint64_t value;

	while (vgicv5_soft_signals(w->m->gic, w->pe, &HOST)) {
		(void)vgicv5_soft_sys(w->m->gic, w->pe, &HOST, GICV5_GIC_CDIA, true, &value);
		w->taken++;
		(void)vgicv5_soft_sys(w->m->gic, w->pe, &HOST, GICV5_GIC_CDEOI, false, &value);
		(void)vgicv5_soft_sys(w->m->gic, w->pe, &HOST, GICV5_GIC_CDDI, false, &value);
	}
}

/* Each PE sends LPIs to the next one and takes its own. */
static void *work(void *argument)
{
	struct worker *w = argument;
	unsigned int i, next = (w->pe + 1) % THREADS;

	for (i = 0; i < ROUNDS; i++) {
		uint64_t value = lpi(next * 1000 + i % 1000) | GICV5_MASK(CDPEND_PENDING);

		(void)vgicv5_soft_sys(w->m->gic, w->pe, &HOST, GICV5_GIC_CDPEND, false, &value);
		take_pending(w);
	}
	return NULL;
}

/* No LPI may be left active, and each that is pending must show. */
static bool any_pending(struct machine *m, unsigned int pe)
{
	struct vgicv5_soft_interrupt interrupt;
	bool pending = false;
	unsigned int i;

	for (i = 0; i < 1000; i++) {
		assert_true(vgicv5_soft_inspect(m->gic, VGICV5_SOFT_PHYSICAL, (uint32_t)lpi(pe * 1000 + i),
						&interrupt));
		assert_false(interrupt.active);
		pending |= interrupt.pending;
	}
	return pending;
}

static void test_threads(void **state)
{
	struct machine *m = machine_new(THREADS);
	struct worker workers[THREADS];
	pthread_t threads[THREADS];
	unsigned int i;

	(void)state;
	m->ops.lock = take_lock;
	m->ops.unlock = give_lock;
	m->ops.signal = NULL;
	machine_start(m);
	open_irs(m);
	(void)linear_ist(m, 14);
	for (i = 0; i < THREADS * 1000; i++)
		configure(m, &HOST, 0, lpi(i), (uint16_t)(i / 1000), 3 + i % 7);
	for (i = 0; i < THREADS; i++) {
		open_pe(m, i);
		workers[i] = (struct worker){m, i, 0};
	}
	for (i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
	for (i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	for (i = 0; i < THREADS; i++) {
		assert_int_equal(signals(m, i, &HOST) != 0, any_pending(m, i));
		take_pending(&workers[i]);
		assert_false(any_pending(m, i));
		assert_true(workers[i].taken > 0 && workers[i].taken <= ROUNDS);
	}
	assert_int_equal(m->violations, 0);
	machine_delete(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_configurations),
		cmocka_unit_test(test_bad_irss),
		cmocka_unit_test(test_creation_without_memory),
		cmocka_unit_test(test_running_out_of_memory),
		cmocka_unit_test(test_cost),
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
