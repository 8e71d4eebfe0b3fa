// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Direct injection, and events that are overtaken: the host's map() is called in the middle of an event, so a test can
 * do there what a guest on another CPU would. Then the same with threads.
 */
#include "its_guest.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define DEVICE 0x123
#define EVENT 0x45
#define MAPPINGS 16

static struct its_guest guest;

/* ---- A host ITS: events that it sends into the VM by itself ---- */

static struct {
	struct vgicv5_vits_scope at;
	uint32_t lpi;
	bool valid;
} mappings[MAPPINGS];
static int map_says;
static void (*in_map)(void);

static int map(void *ctx, struct vgicv5_vm *vm, uint32_t device, uint32_t event, uint32_t lpi)
{
	void (*act)(void) = in_map;
	unsigned int i = 0;

	assert_ptr_equal(ctx, &guest);
	assert_ptr_equal(vm, &guest.vm->vm);
	in_map = NULL;
	if (act)
		act();
	if (map_says)
		return map_says;
	while (mappings[i].valid && mappings[i].at.first_event != event)
		assert_true(++i < MAPPINGS);
	mappings[i].at = (struct vgicv5_vits_scope){device, device, event, event};
	mappings[i].lpi = lpi;
	mappings[i].valid = true;
	return VGICV5_OK;
}

static void unmap(void *ctx, struct vgicv5_vm *vm, const struct vgicv5_vits_scope *scope)
{
	unsigned int i;

	(void)ctx;
	(void)vm;
	for (i = 0; i < MAPPINGS; i++)
		if (mappings[i].at.first_device >= scope->first_device &&
		    mappings[i].at.first_device <= scope->last_device &&
		    mappings[i].at.first_event >= scope->first_event &&
		    mappings[i].at.first_event <= scope->last_event)
			mappings[i].valid = false;
}

static const struct vgicv5_vits_direct_ops direct = {map, unmap};

/* The LPI that the host ITS sends an event to, or ~0. */
static uint32_t direct_lpi(uint32_t event)
{
	unsigned int i;

	for (i = 0; i < MAPPINGS; i++)
		if (mappings[i].valid && mappings[i].at.first_event == event)
			return mappings[i].lpi;
	return ~0u;
}

static void up(const struct vgicv5_vits_direct_ops *ops)
{
	memset(mappings, 0, sizeof(mappings));
	map_says = VGICV5_OK;
	in_map = NULL;
	its_up(&guest, &its_shapes[3], ops);
	its_map(&guest, DEVICE, EVENT, 1);
}

static void expect_lpi(uint32_t event, uint32_t lpi)
{
	assert_int_equal(vgicv5_inject_msi(&guest.vits, DEVICE, event), VGICV5_OK);
	assert_true(its_take(&guest, lpi));
}

static void map_on_first_use(void **state)
{
	(void)state;
	up(&direct);
	assert_int_equal(direct_lpi(EVENT), ~0u);
	expect_lpi(EVENT, 1);
	assert_int_equal(direct_lpi(EVENT), 1);
	its_map(&guest, DEVICE, EVENT, 2);
	its_invalidate_event(&guest, DEVICE, EVENT + 1, 0);
	assert_int_equal(direct_lpi(EVENT), 1);
	its_invalidate_event(&guest, DEVICE, EVENT, 0);
	assert_int_equal(direct_lpi(EVENT), ~0u);
	expect_lpi(EVENT, 2);
	assert_int_equal(direct_lpi(EVENT), 2);
	its_down(&guest);
	assert_int_equal(direct_lpi(EVENT), ~0u);
}

/* Every form of invalidation reaches what it covers, and no neighbour beyond its block. */
static void unmap_scopes(void **state)
{
	(void)state;
	up(&direct);
	its_map(&guest, DEVICE, EVENT + 512, 3);
	expect_lpi(EVENT, 1);
	expect_lpi(EVENT + 512, 3);
	its_invalidate_event(&guest, DEVICE, 511, 1);
	assert_int_equal(direct_lpi(EVENT), ~0u);
	assert_int_equal(direct_lpi(EVENT + 512), 3);
	expect_lpi(EVENT, 1);
	its_invalidate_device(&guest, DEVICE + 1, 0);
	assert_int_equal(direct_lpi(EVENT), 1);
	its_invalidate_device(&guest, DEVICE, 0);
	assert_int_equal(direct_lpi(EVENT), ~0u);
	expect_lpi(EVENT, 1);
	its_invalidate_device(&guest, DEVICE ^ 0x200, 1);
	assert_int_equal(direct_lpi(EVENT), 1);
	its_invalidate_device(&guest, DEVICE ^ 0x1ff, 1);
	assert_int_equal(direct_lpi(EVENT), ~0u);
	expect_lpi(EVENT, 1);
	its_write(&guest, 0x80, 0);
	assert_int_equal(direct_lpi(EVENT), ~0u);
	its_down(&guest);
}

/* The host says no: software goes on. */
static void refused(void **state)
{
	(void)state;
	up(&direct);
	map_says = VGICV5_BUSY;
	expect_lpi(EVENT, 1);
	expect_lpi(EVENT, 1);
	assert_int_equal(direct_lpi(EVENT), ~0u);
	assert_int_equal(vgicv5_vits_map_direct(&guest.vits, DEVICE, EVENT), VGICV5_BUSY);
	map_says = VGICV5_OK;
	assert_int_equal(vgicv5_vits_map_direct(&guest.vits, DEVICE, EVENT), VGICV5_OK);
	assert_int_equal(direct_lpi(EVENT), 1);
	assert_false(its_take(&guest, 1));
	assert_int_equal(vgicv5_vits_map_direct(&guest.vits, DEVICE, EVENT + 1), VGICV5_INVALID);
	its_down(&guest);
	up(NULL);
	assert_int_equal(vgicv5_vits_map_direct(&guest.vits, DEVICE, EVENT), VGICV5_UNSUPPORTED);
	its_down(&guest);
}

/* ---- Overtaken ---- */

static void move_event(void)
{
	its_map(&guest, DEVICE, EVENT, 2);
	its_invalidate_event(&guest, DEVICE, EVENT, 0);
}

static void move_device(void)
{
	its_map(&guest, DEVICE, EVENT, 2);
	its_invalidate_device(&guest, DEVICE, 0);
}

static void move_and_enable(void)
{
	its_write(&guest, 0x80, 0);
	its_map(&guest, DEVICE, EVENT, 2);
	its_write(&guest, 0x80, 1);
}

/* Another event of the same place in the cache is kept meanwhile: an entry that came back as it was. */
static void move_and_refill(void)
{
	move_event();
	map_says = VGICV5_BUSY;
	assert_int_equal(vgicv5_inject_msi(&guest.vits, DEVICE, EVENT), VGICV5_OK);
	map_says = VGICV5_OK;
}

/* A walk is finished before an invalidation, its results are used after it: neither kept nor mapped. */
static void overtaken(void **state)
{
	static void (*const acts[])(void) = {move_event, move_device, move_and_enable, move_and_refill};
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
		up(&direct);
		in_map = acts[i];
		assert_int_equal(vgicv5_inject_msi(&guest.vits, DEVICE, EVENT), VGICV5_OK);
		assert_true(its_take(&guest, 1));
		assert_int_equal(direct_lpi(EVENT), ~0u);
		(void)its_take(&guest, 2);
		expect_lpi(EVENT, 2);
		assert_false(its_take(&guest, 1));
		its_down(&guest);
	}
}

static void sync_meanwhile(void)
{
	its_write(&guest, 0x140, DEVICE);
	assert_int_equal(its_read(&guest, 0x148), 1);
	its_write(&guest, 0x140, 1ull << 63 | DEVICE);
	assert_int_equal(its_read(&guest, 0x148), 0);
	/* Later events do not hold it up; this one does. */
	assert_int_equal(vgicv5_inject_msi(&guest.vits, DEVICE, EVENT), VGICV5_OK);
	assert_int_equal(its_read(&guest, 0x148), 0);
}

static void disable_meanwhile(void)
{
	uint64_t baser = its_read(&guest, 0xc0);

	its_write(&guest, 0x80, 0);
	assert_int_equal(its_read(&guest, 0x80), 0);
	its_write(&guest, 0xc0, 0);
	assert_int_equal(its_read(&guest, 0xc0), baser);
}

/* IDLE says that no event is under way with what was there before. */
static void under_way(void **state)
{
	(void)state;
	up(&direct);
	in_map = sync_meanwhile;
	expect_lpi(EVENT, 1);
	assert_int_equal(its_read(&guest, 0x148), 1);
	its_invalidate_event(&guest, DEVICE, EVENT, 0);
	in_map = disable_meanwhile;
	expect_lpi(EVENT, 1);
	assert_int_equal(its_read(&guest, 0x80), 2);
	its_write(&guest, 0xc0, 0x1000);
	assert_int_equal(its_read(&guest, 0xc0), 0x1000);
	its_down(&guest);
}

/* ---- Threads ---- */

#define SENDERS 3
#define EVENTS 4
#define MOVES 120
#define LPIS 4096

static bool stop;
static uint64_t sent[SENDERS][EVENTS];
static uint64_t failed;

static void *send(void *arg)
{
	uint32_t device = (uint32_t)(uintptr_t)arg;
	unsigned int event = 0;

	hal_host_set_pe(1 + device % 2, &guest.world.pcpus[1 + device % 2]);
	while (!__atomic_load_n(&stop, __ATOMIC_SEQ_CST)) {
		event = (event + 1) % EVENTS;
		if (vgicv5_inject_msi(&guest.vits, device, event))
			__atomic_fetch_add(&failed, 1, __ATOMIC_SEQ_CST);
		__atomic_fetch_add(&sent[device][event], 1, __ATOMIC_SEQ_CST);
	}
	return NULL;
}

/* At least one injection has begun and ended after this was called. */
static void wait_sent(uint32_t device, uint32_t event)
{
	uint64_t from = __atomic_load_n(&sent[device][event], __ATOMIC_SEQ_CST);
	const struct timespec pause = {0, 20000};

	while (__atomic_load_n(&sent[device][event], __ATOMIC_SEQ_CST) < from + 2)
		nanosleep(&pause, NULL);
}

static void sync_its(uint32_t device)
{
	its_write(&guest, 0x140, 1ull << 63 | device);
	while (!its_read(&guest, 0x148))
		;
}

static void invalidate(unsigned int *random, uint32_t device, uint32_t event)
{
	switch (rand_r(random) % 4) {
	case 0:
		its_invalidate_event(&guest, device, event, 0);
		break;
	case 1:
		its_invalidate_event(&guest, device, event, 1);
		break;
	default:
		its_invalidate_device(&guest, device, rand_r(random) & 1);
		break;
	}
}

/*
 * The guest moves events from LPI to LPI while they come in. After invalidation and sync none may reach the old LPI,
 * each must reach the new one: what the tables say when they are walked afresh.
 */
static void threads(void **state)
{
	static uint32_t lpi_of[SENDERS][EVENTS];
	unsigned int random = (unsigned int)time(NULL), seed = random;
	pthread_t threads[SENDERS];
	uint32_t device, event, old, now = 1, move;

	(void)state;
	up(NULL);
	print_message("seed %u\n", seed);
	__atomic_store_n(&stop, false, __ATOMIC_SEQ_CST);
	__atomic_store_n(&failed, 0, __ATOMIC_SEQ_CST);
	for (device = 0; device < SENDERS; device++)
		for (event = 0; event < EVENTS; event++) {
			lpi_of[device][event] = now;
			its_map(&guest, device, event, now++);
		}
	for (device = 0; device < SENDERS; device++)
		assert_int_equal(pthread_create(&threads[device], NULL, send, (void *)(uintptr_t)device), 0);
	for (move = 0; move < MOVES; move++) {
		device = (uint32_t)rand_r(&random) % SENDERS;
		event = (uint32_t)rand_r(&random) % EVENTS;
		old = lpi_of[device][event];
		lpi_of[device][event] = now;
		its_map(&guest, device, event, now);
		invalidate(&random, device, event);
		sync_its(device);
		(void)its_take(&guest, old);
		wait_sent(device, event);
		if (its_take(&guest, old))
			fail_msg("seed %u, move %u: misdirected", seed, move);
		if (!its_take(&guest, now))
			fail_msg("seed %u, move %u: lost", seed, move);
		now++;
	}
	__atomic_store_n(&stop, true, __ATOMIC_SEQ_CST);
	for (device = 0; device < SENDERS; device++)
		pthread_join(threads[device], NULL);
	assert_true(now < LPIS);
	assert_int_equal(failed, 0);
	assert_int_equal(its_read(&guest, 0x240), 0);
	its_down(&guest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(map_on_first_use), cmocka_unit_test(unmap_scopes), cmocka_unit_test(refused),
		cmocka_unit_test(overtaken),	    cmocka_unit_test(under_way),    cmocka_unit_test(threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
