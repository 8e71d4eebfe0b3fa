// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Configuration from several threads at once: VMs that come and go side by side, and SPIs whose trigger mode changes
 * while their line does. For the thread sanitizer, and for what only happens when two of them meet.
 */
#include "rig.h"

#include <pthread.h>

#define THREADS 4
#define ROUNDS 20

struct worker {
	struct rig *rig;
	struct rig_vm vm;
	unsigned int pe;
	unsigned int round;
	pthread_t thread;
	const char *wrong;
};

#define CHECK(worker, cond) ((cond) ? (void)0 : (void)((worker)->wrong = #cond))

static void write32(struct rig_vm *vm, uint32_t offset, uint32_t value)
{
	vgicv5_virs_write(&vm->vcpu[0], offset, 4, value);
}

static void one_life(struct worker *worker)
{
	struct vgicv5_vm_config config = rig_vm_config(64);
	struct rig_vm *vm = &worker->vm;
	uint32_t lpi = 16 * worker->pe + worker->round % 16;
	struct vgicv5_soft_interrupt now;

	CHECK(worker, vgicv5_vm_init(&vm->vm, &worker->rig->host, &config) == VGICV5_OK);
	CHECK(worker, vgicv5_vcpu_init(&vm->vcpu[0], &vm->vm, worker->pe) == VGICV5_OK);
	CHECK(worker, vgicv5_vm_start(&vm->vm) == VGICV5_OK);
	write32(vm, GICV5_IRS_IST_CFGR, (uint32_t)GICV5_PUT(IRS_IST_CFGR_LPI_ID_BITS, 14));
	vgicv5_virs_write(&vm->vcpu[0], GICV5_IRS_IST_BASER, 8, GICV5_MASK(IRS_IST_BASER_VALID));
	write32(vm, GICV5_IRS_CR0, 1);
	CHECK(worker, vgicv5_inject_lpi(&vm->vm, lpi) == VGICV5_OK);
	CHECK(worker, rig_inspect(worker->rig, &vm->vm, GICV5_TYPE_LPI, lpi, &now) && now.pending);
	CHECK(worker, rig_inspect(worker->rig, &vm->vm, GICV5_TYPE_LPI, lpi ^ 64, &now) && !now.pending);
	CHECK(worker, vgicv5_vcpu_load(&vm->vcpu[0]) == VGICV5_OK);
	vgicv5_vcpu_put(&vm->vcpu[0], VGICV5_PUT_IDLE);
	CHECK(worker, vgicv5_vm_destroy(&vm->vm) == VGICV5_OK);
}

static void *lives(void *arg)
{
	struct worker *worker = arg;

	hal_host_set_pe(worker->pe, &worker->rig->pcpu[worker->pe]);
	vgicv5_pcpu_init(&worker->rig->host, &worker->rig->pcpu[worker->pe]);
	for (worker->round = 0; worker->round < ROUNDS && !worker->wrong; worker->round++)
		one_life(worker);
	hal_host_set_pe(0, NULL);
	return NULL;
}

static void test_lives_side_by_side(void **state)
{
	static struct worker workers[THREADS];
	struct rig rig;
	unsigned int i, k;

	(void)state;
	for (k = 0; k < rig_kind_count; k++) {
		rig_up(&rig, &rig_kinds[k]);
		for (i = 0; i < THREADS; i++) {
			workers[i] = (struct worker){.rig = &rig, .pe = i};
			assert_int_equal(pthread_create(&workers[i].thread, NULL, lives, &workers[i]), 0);
		}
		for (i = 0; i < THREADS; i++)
			pthread_join(workers[i].thread, NULL);
		for (i = 0; i < THREADS; i++)
			if (workers[i].wrong)
				fail_msg("%s: thread %u, round %u: %s", rig.kind->name, i, workers[i].round,
					 workers[i].wrong);
		hal_host_set_pe(0, &rig.pcpu[0]);
		rig_down(&rig);
	}
}

/* ---- Trigger mode against line ---- */

#define FLIPS 500

static void *flip_line(void *arg)
{
	struct worker *worker = arg;
	unsigned int i;

	hal_host_set_pe(1, &worker->rig->pcpu[1]);
	for (i = 0; i < FLIPS; i++)
		CHECK(worker, vgicv5_inject_spi(&worker->vm.vm, 7, i % 3 == 0) == VGICV5_OK);
	hal_host_set_pe(0, NULL);
	return NULL;
}

static void *flip_mode(void *arg)
{
	struct worker *worker = arg;
	unsigned int i;

	hal_host_set_pe(2, &worker->rig->pcpu[2]);
	for (i = 0; i < FLIPS; i++) {
		write32(&worker->vm, GICV5_IRS_SPI_CFGR, i % 2);
		write32(&worker->vm, GICV5_IRS_SPI_RESAMPLER, 7);
	}
	hal_host_set_pe(0, NULL);
	return NULL;
}

/* Whatever the order, a level SPI ends up as its line is. */
static void test_line_against_mode(void **state)
{
	static struct worker worker;
	struct vgicv5_soft_interrupt now;
	pthread_t line, mode;
	unsigned int i;
	struct rig rig;

	(void)state;
	rig_up(&rig, &rig_kinds[0]);
	worker = (struct worker){.rig = &rig};
	rig_vm_up(&rig, &worker.vm);
	write32(&worker.vm, GICV5_IRS_SPI_SELR, 7);
	for (i = 0; i < 10; i++) {
		assert_int_equal(pthread_create(&line, NULL, flip_line, &worker), 0);
		assert_int_equal(pthread_create(&mode, NULL, flip_mode, &worker), 0);
		pthread_join(line, NULL);
		pthread_join(mode, NULL);
		assert_null(worker.wrong);
		/* The last change of mode was to level. */
		assert_true(rig_inspect(&rig, &worker.vm.vm, GICV5_TYPE_SPI, 7, &now));
		assert_int_equal(now.pending, worker.vm.vm.spi_line[0] >> 7 & 1);
	}
	assert_int_equal(vgicv5_vm_destroy(&worker.vm.vm), VGICV5_OK);
	rig_down(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lives_side_by_side),
		cmocka_unit_test(test_line_against_mode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
