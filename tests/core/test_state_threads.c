// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Saving while other threads inject. A state that is saved without an error is one that the VM was in; what was injected
 * is in it, or in the VM, whichever threads meet. For the thread sanitizer, too.
 */
#include <pthread.h>
#include <string.h>

#include "state_guest.h"

#define THREADS 3
#define ROUNDS 6
#define BUSY_ENOUGH 5 /* in one round; or so many attempts: */
#define ATTEMPTS 200

struct injector {
	pthread_t thread;
	unsigned int number;
	const char *wrong;
};

static struct sg sg;
static struct sg_saved first;
static struct sg_saved second;
static struct sg_saved during; /* the last one that was saved while others injected */
static struct injector injectors[THREADS];
static unsigned int busy, saved;
static bool enough; /* injectors end */

#define CHECK(injector, cond) ((cond) ? (void)0 : (void)((injector)->wrong = #cond))

/* Each of its own LPIs, lines, PPIs and wires. */
static void inject(struct injector *injector, unsigned int n)
{
	struct vgicv5_vm *vm = &sg.vm->vm;
	struct vgicv5_vcpu *vcpu = &sg.vm->vcpus[injector->number].vcpu;
	uint32_t own = injector->number + THREADS * (n % 7);

	switch (n % 5) {
	case 0:
		CHECK(injector, !vgicv5_inject_lpi(vm, sg_lpi(own)));
		break;
	case 1:
		CHECK(injector, !vgicv5_inject_spi(vm, own, n % 2));
		break;
	case 2:
		CHECK(injector, !vgicv5_inject_ppi(vcpu, GICV5_PPI_SW, true));
		break;
	case 3:
		CHECK(injector, !vgicv5_inject_ppi(vcpu, GICV5_PPI_PMU, n % 2));
		break;
	default:
		/* 30, 32 and 34 are registered for end of interrupt. */
		CHECK(injector, !vgicv5_inject_spi(vm, 30 + 2 * injector->number, n % 2));
		CHECK(injector, !vgicv5_viwb_set_wire(&sg.viwb, own, n % 3 == 0));
		break;
	}
}

static void *injecting(void *arg)
{
	struct injector *injector = arg;
	unsigned int n;

	hal_host_set_pe(injector->number, &sg.world.pcpus[injector->number]);
	for (n = 0; !__atomic_load_n(&enough, __ATOMIC_ACQUIRE); n++)
		inject(injector, n);
	hal_host_set_pe(0, NULL);
	return NULL;
}

static void save_meanwhile(void)
{
	unsigned int attempts, before = busy;

	for (attempts = 0; attempts < ATTEMPTS && busy - before < BUSY_ENOUGH; attempts++) {
		int error = vgicv5_state_save(&sg.vm->vm, first.bytes, SG_MOST, &first.size);

		if (error != VGICV5_BUSY)
			assert_int_equal(error, VGICV5_OK);
		busy += error == VGICV5_BUSY;
		saved += !error;
		if (!error)
			during = first;
	}
}

/* Another VM takes it, and is the same. */
static void restores(const struct sg_saved *state)
{
	sg_up(&sg, &world_hosts[0]);
	assert_int_equal(vgicv5_state_restore(&sg.vm->vm, state->bytes, state->size), VGICV5_OK);
	sg_save(&sg, &second);
	sg_same_bytes(state, &second);
	sg_down(&sg);
}

static void one_round(void)
{
	static struct sg_view view, after;
	unsigned int i;

	sg_up(&sg, &world_hosts[0]);
	sg_fill(&sg);
	enough = false;
	for (i = 0; i < THREADS; i++) {
		injectors[i] = (struct injector){.number = i};
		assert_int_equal(pthread_create(&injectors[i].thread, NULL, injecting, &injectors[i]), 0);
	}
	save_meanwhile();
	__atomic_store_n(&enough, true, __ATOMIC_RELEASE);
	for (i = 0; i < THREADS; i++) {
		pthread_join(injectors[i].thread, NULL);
		assert_null(injectors[i].wrong);
	}
	hal_host_set_pe(0, &sg.world.pcpus[0]);
	/* Nobody injects any more: what is saved now is all there is. */
	sg_save(&sg, &first);
	sg_look(&sg, &view);
	sg_down(&sg);
	sg_up(&sg, &world_hosts[0]);
	assert_int_equal(vgicv5_state_restore(&sg.vm->vm, first.bytes, first.size), VGICV5_OK);
	sg_look(&sg, &after);
	sg_same(&view, &after);
	sg_down(&sg);
	restores(&first);
	if (during.size)
		restores(&during);
}

static void test_threads(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < ROUNDS; i++)
		one_round();
	print_message("%u saved while others injected, %u busy\n", saved, busy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_threads)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
