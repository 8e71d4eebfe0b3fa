// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * MSIs and wires from several threads, while the guest moves events from LPI to LPI, invalidates in every form, and
 * turns its ITS off and on; some of the events are injected directly by a host ITS as long as they are mapped there.
 *
 * After invalidation and sync no event may reach its old LPI, and each must reach the new one: what the guest's tables
 * say when they are walked afresh. At the end each level wire's LPI is what its line is.
 */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "its_guest.h"

#define SENDERS 2
#define EVENTS 4
#define EDGES 4 /* wires 0 to 3, level wires after them */
#define WIRES 8
#define NOISY 1u /* word of wires that the other vCPU plays with */
#define SOURCES (SENDERS * EVENTS + WIRES)
#define FIRST_WIRE (SENDERS * EVENTS)
#define MOVES 150

/* Where events come from: (device, event), or a wire. */
struct source {
	uint32_t device;
	uint32_t event;
	uint32_t lpi;	 /* what the guest's tables say */
	uint32_t direct; /* under host_mutex: LPI that the host sends, or 0 */
	uint64_t sent;	 /* events that have begun and ended */
	bool line;	 /* of a wire, by its thread */
};

static struct its_guest g;
static struct source sources[SOURCES];
static pthread_mutex_t host_mutex = PTHREAD_MUTEX_INITIALIZER;
static uint64_t failed, mapped;
static bool stop;

static bool stopped(void)
{
	return __atomic_load_n(&stop, __ATOMIC_SEQ_CST);
}

/* ---- The host ---- */

static int host_map(void *ctx, struct vgicv5_vm *vm, uint32_t device, uint32_t event, uint32_t lpi)
{
	struct source *source = &sources[device * EVENTS + event];

	(void)ctx;
	(void)vm;
	/* Odd events are not the host's. */
	if (event % 2)
		return VGICV5_UNSUPPORTED;
	pthread_mutex_lock(&host_mutex);
	source->direct = lpi;
	mapped++;
	pthread_mutex_unlock(&host_mutex);
	return VGICV5_OK;
}

static void host_unmap(void *ctx, struct vgicv5_vm *vm, const struct vgicv5_vits_scope *scope)
{
	unsigned int i;

	(void)ctx;
	(void)vm;
	pthread_mutex_lock(&host_mutex);
	for (i = 0; i < SOURCES; i++)
		if (sources[i].device >= scope->first_device && sources[i].device <= scope->last_device &&
		    sources[i].event >= scope->first_event && sources[i].event <= scope->last_event)
			sources[i].direct = 0;
	pthread_mutex_unlock(&host_mutex);
}

static const struct vgicv5_vits_direct_ops host_ops = {.map = host_map, .unmap = host_unmap};

/* As the hardware would, without software. */
static bool sent_by_host(const struct source *source)
{
	bool direct;

	pthread_mutex_lock(&host_mutex);
	direct = source->direct != 0;
	if (direct)
		(void)vgicv5_inject_lpi(&g.vm->vm, source->direct);
	pthread_mutex_unlock(&host_mutex);
	return direct;
}

/* ---- Senders ---- */

static void *send_msis(void *arg)
{
	unsigned int first = (unsigned int)(uintptr_t)arg * EVENTS;
	unsigned int i = 0;
	int error;

	hal_host_set_pe(2, NULL);
	while (!stopped()) {
		struct source *source = &sources[first + i++ % EVENTS];

		error = sent_by_host(source) ? VGICV5_OK
					     : vgicv5_inject_msi(&g.vits, source->device, source->event);
		/* VGICV5_STATE: the ITS was off. */
		if (error && error != VGICV5_STATE)
			__atomic_fetch_add(&failed, 1, __ATOMIC_SEQ_CST);
		__atomic_fetch_add(&source->sent, 1, __ATOMIC_SEQ_CST);
	}
	return NULL;
}

static void *send_wires(void *arg)
{
	unsigned int random = 1;
	int error;

	(void)arg;
	hal_host_set_pe(2, NULL);
	while (!stopped()) {
		struct source *source = &sources[FIRST_WIRE + (unsigned int)rand_r(&random) % WIRES];

		source->line = !source->line;
		error = vgicv5_viwb_set_wire(&g.viwb, source->event, source->line);
		if (!error)
			error = vgicv5_viwb_set_wire(&g.viwb, 32 * NOISY + (unsigned int)rand_r(&random) % 32,
						     rand_r(&random) & 1);
		if (error)
			__atomic_fetch_add(&failed, 1, __ATOMIC_SEQ_CST);
		if (source->line)
			__atomic_fetch_add(&source->sent, 1, __ATOMIC_SEQ_CST);
	}
	return NULL;
}

/* The guest's other vCPU, on a PE of its own: enters, so that handling modes are set, and plays with other wires. */
static void *other_vcpu(void *arg)
{
	struct world_vcpu *v = &g.vm->vcpus[1];
	unsigned int random = 2;

	(void)arg;
	hal_host_set_pe(1, &g.world.pcpus[1]);
	assert_int_equal(vgicv5_vcpu_load(&v->vcpu), VGICV5_OK);
	v->pe = 1;
	while (!stopped()) {
		(void)guest_irq(v);
		its_iwb_write(&g, 0x2000 + 4 * NOISY, (uint32_t)rand_r(&random));
		its_iwb_write(&g, 0x4000 + 4 * NOISY, (uint32_t)rand_r(&random));
		its_iwb_write(&g, 0xc8, 32 * NOISY + (uint32_t)rand_r(&random) % 32);
		(void)its_read(&g, 0x240);
	}
	its_iwb_write(&g, 0x2000 + 4 * NOISY, 0);
	vgicv5_vcpu_put(&v->vcpu, VGICV5_PUT_PREEMPTED);
	v->pe = WORLD_NO_PE;
	return NULL;
}

/* ---- The guest ---- */

static void sync_its(uint32_t device)
{
	its_write(&g, 0x140, 1ull << 63 | device);
	while (!its_read(&g, 0x148))
		sched_yield();
}

static void off_and_on(void)
{
	its_write(&g, 0x80, 0);
	while (its_read(&g, 0x80) != 2)
		sched_yield();
	its_write(&g, 0x80, 1);
}

static void invalidate(unsigned int *random, const struct source *source)
{
	switch (rand_r(random) % 6) {
	case 0:
	case 1:
		its_invalidate_event(&g, source->device, source->event, 0);
		break;
	case 2:
		its_invalidate_event(&g, source->device, source->event, 1);
		break;
	case 3:
		its_invalidate_device(&g, source->device, 11u << 1);
		break;
	case 4:
		its_invalidate_device(&g, source->device, 1);
		break;
	default:
		off_and_on();
		break;
	}
	sync_its(source->device);
}

static void wait_sent(const struct source *source)
{
	uint64_t from = __atomic_load_n(&source->sent, __ATOMIC_SEQ_CST);

	while (__atomic_load_n(&source->sent, __ATOMIC_SEQ_CST) < from + 2)
		sched_yield();
}

static bool is_level(const struct source *source)
{
	return source->device == ITS_IWB_DEVICE && source->event >= EDGES;
}

static void move(unsigned int *random, struct source *source, uint32_t lpi)
{
	uint32_t old = source->lpi;

	source->lpi = lpi;
	its_map(&g, source->device, source->event, lpi);
	invalidate(random, source);
	(void)its_take(&g, old);
	if (is_level(source)) {
		/* Its present level, which the new LPI has not seen. */
		its_iwb_write(&g, 0xc8, source->event);
		return;
	}
	wait_sent(source);
	if (its_take(&g, old))
		fail_msg("device %x, event %x: misdirected to LPI %u", source->device, source->event, old);
	if (!its_take(&g, lpi))
		fail_msg("device %x, event %x: lost on the way to LPI %u", source->device, source->event,
			 lpi);
}

/* Much happens between two reads of a walk. */
static void on_read(void *ctx, struct vgicv5_vm *vm, uint64_t gpa)
{
	(void)ctx;
	(void)vm;
	(void)gpa;
	sched_yield();
}

static void set_up(void)
{
	unsigned int i;

	its_up(&g, &its_shapes[3], &host_ops);
	memset(sources, 0, sizeof(sources));
	failed = 0;
	mapped = 0;
	hal_host_on_guest_read(on_read, NULL);
	for (i = 0; i < SOURCES; i++) {
		struct source *source = &sources[i];

		source->device = i < FIRST_WIRE ? i / EVENTS : ITS_IWB_DEVICE;
		source->event = i < FIRST_WIRE ? i % EVENTS : i - FIRST_WIRE;
		source->lpi = 1 + i;
		its_map(&g, source->device, source->event, source->lpi);
	}
	/* Those of the noise have an LPI, too. */
	for (i = 0; i < 32; i++)
		its_map(&g, ITS_IWB_DEVICE, 32 * NOISY + i, 100 + i);
	its_iwb_write(&g, 0x80, 1);
	its_iwb_write(&g, 0x4000, ((1u << WIRES) - 1) & ~((1u << EDGES) - 1));
	its_iwb_write(&g, 0x2000, (1u << WIRES) - 1);
}

static void check_levels(void)
{
	struct vgicv5_soft_interrupt state;
	unsigned int i;

	for (i = FIRST_WIRE + EDGES; i < SOURCES; i++) {
		its_iwb_write(&g, 0xc8, sources[i].event);
		(void)guest_irq(&g.vm->vcpus[0]);
		assert_true(vgicv5_soft_inspect(g.world.soft, g.vm->vm.vm_id, LPI(sources[i].lpi), &state));
		assert_int_equal(state.pending, sources[i].line);
		assert_true(state.level || !state.pending);
	}
}

static void msis_and_wires(void **state)
{
	static void *(*const bodies[])(void *) = {send_msis, send_msis, send_wires, other_vcpu};
	pthread_t threads[4];
	unsigned int random = (unsigned int)time(NULL), seed = random;
	uint32_t turn;
	uintptr_t i;

	(void)state;
	print_message("seed %u\n", seed);
	set_up();
	__atomic_store_n(&stop, false, __ATOMIC_SEQ_CST);
	for (i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, bodies[i], (void *)i), 0);
	for (turn = 0; turn < MOVES; turn++) {
		move(&random, &sources[(unsigned int)rand_r(&random) % SOURCES], 1000 + turn);
		(void)guest_irq(&g.vm->vcpus[0]);
	}
	__atomic_store_n(&stop, true, __ATOMIC_SEQ_CST);
	for (i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	check_levels();
	assert_int_equal(failed, 0);
	assert_int_equal(its_read(&g, 0x240), 0);
	assert_true(mapped > 0);
	its_down(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(msis_and_wires)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
