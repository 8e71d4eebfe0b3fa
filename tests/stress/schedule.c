// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "schedule.h"

#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <vgicv5_host_machine.h>

#include "host_internal.h"

#define MAX_DECISIONS 20000
#define NOBODY SCHEDULE_THREADS

struct thread {
	pthread_t pthread;
	sem_t go;
	void (*body)(void);
	bool unfinished;
	const struct hal_host_mutex *wants;
	bool (*until)(void);
	bool yields; /* until another has come to a point */
};

/* Who could go on at a point, the one who was running first, and who did. */
struct decision {
	unsigned char options[SCHEDULE_THREADS];
	unsigned char count;
	unsigned char taken;
};

static struct thread threads[SCHEDULE_THREADS];
static struct decision decisions[MAX_DECISIONS];
static unsigned int known;  /* decisions that are given */
static unsigned int now;    /* decisions made in this run */
static unsigned int budget; /* preemptions left */
static unsigned int current = NOBODY;
static bool looking; /* at what somebody waits for: no points */
static sem_t ended;
static const char *wrong;

/* ---- Decisions ---- */

static bool can_run(const struct thread *t)
{
	bool can;

	if (!t->unfinished)
		return false;
	if (t->yields)
		return false;
	if (t->wants)
		return !t->wants->owner;
	if (!t->until)
		return true;
	looking = true;
	can = t->until();
	looking = false;
	return can;
}

static unsigned int options(struct decision *d)
{
	unsigned int i, next;

	d->count = 0;
	if (current < NOBODY && can_run(&threads[current]))
		d->options[d->count++] = (unsigned char)current;
	if (d->count && !budget)
		return d->count;
	/* In turn, so that two who poll do not keep out the third. */
	for (i = 1; i <= SCHEDULE_THREADS; i++) {
		next = (current + i) % SCHEDULE_THREADS;
		if (next != current && can_run(&threads[next]))
			d->options[d->count++] = (unsigned char)next;
	}
	/* A choice here would be one of how long to poll. */
	if (d->count && current < NOBODY && threads[current].yields)
		d->count = 1;
	return d->count;
}

static unsigned int decide(void)
{
	struct decision *d = &decisions[now];
	bool goes_on = current < NOBODY && can_run(&threads[current]);

	if (now == MAX_DECISIONS) {
		fprintf(stderr, "a run without end, or a scenario that is too long\n");
		abort();
	}
	if (!options(d))
		return NOBODY;
	if (now >= known)
		d->taken = 0;
	now++;
	if (goes_on && d->taken)
		budget--;
	return d->options[d->taken];
}

/* @return false: all has been tried. */
static bool next_schedule(void)
{
	for (known = now; known; known--)
		if (decisions[known - 1].taken + 1u < decisions[known - 1].count) {
			decisions[known - 1].taken++;
			return true;
		}
	return false;
}

/* ---- Threads ---- */

static bool any_unfinished(void)
{
	unsigned int i;

	for (i = 0; i < SCHEDULE_THREADS; i++)
		if (threads[i].unfinished)
			return true;
	return false;
}

static void end_yielding(unsigned int except)
{
	unsigned int i;

	for (i = 0; i < SCHEDULE_THREADS; i++)
		if (i != except)
			threads[i].yields = false;
}

/* Hands on to whoever is chosen. */
static void pass(unsigned int self)
{
	unsigned int next;
	bool goes_on;

	end_yielding(self);
	if (!any_unfinished()) {
		current = NOBODY;
		sem_post(&ended);
		return;
	}
	next = decide();
	if (next == NOBODY) {
		end_yielding(NOBODY);
		next = decide();
	}
	if (next == NOBODY) {
		fprintf(stderr, "all threads wait for each other\n");
		abort();
	}
	current = next;
	if (next == self)
		return;
	/* As soon as another goes on this run may end, and the next begin. */
	goes_on = self < NOBODY && threads[self].unfinished;
	sem_post(&threads[next].go);
	if (goes_on)
		sem_wait(&threads[self].go);
}

void schedule_point(void)
{
	if (current < NOBODY && !looking)
		pass(current);
}

void schedule_acquire(const struct hal_host_mutex *m)
{
	unsigned int self = current;

	if (self == NOBODY || looking)
		return;
	threads[self].wants = m;
	pass(self);
	threads[self].wants = NULL;
}

void schedule_until(bool (*so)(void))
{
	unsigned int self = current;

	threads[self].until = so;
	pass(self);
	threads[self].until = NULL;
}

void schedule_yield(void)
{
	threads[current].yields = true;
	pass(current);
}

void schedule_expect(bool so, const char *what)
{
	if (!so && !wrong)
		wrong = what;
}

static void *be_thread(void *arg)
{
	struct thread *t = arg;

	for (;;) {
		sem_wait(&t->go);
		t->body();
		t->unfinished = false;
		pass((unsigned int)(t - threads));
	}
	return NULL;
}

static void make_threads(void)
{
	unsigned int i;

	if (threads[0].body)
		return;
	sem_init(&ended, 0, 0);
	for (i = 0; i < SCHEDULE_THREADS; i++) {
		sem_init(&threads[i].go, 0, 0);
		assert_int_equal(pthread_create(&threads[i].pthread, NULL, be_thread, &threads[i]), 0);
	}
}

/* ---- Points of the bus and of the guest's memory ---- */

static const struct hal_host_bus *below;
static struct hal_host_bus bus;

static uint64_t point_sys(void *ctx, unsigned int pe, unsigned int encoding, bool read, uint64_t value)
{
	schedule_point();
	return below->sys(ctx, pe, encoding, read, value);
}

static uint64_t point_mmio_read(void *ctx, const volatile void *address, unsigned int bytes)
{
	schedule_point();
	return below->mmio_read(ctx, address, bytes);
}

static void point_mmio_write(void *ctx, volatile void *address, unsigned int bytes, uint64_t value)
{
	schedule_point();
	below->mmio_write(ctx, address, bytes, value);
}

static void point_guest_read(void *ctx, struct vgicv5_vm *vm, uint64_t gpa)
{
	(void)ctx;
	(void)vm;
	(void)gpa;
	schedule_point();
}

static void put_points(void)
{
	void *ctx;

	below = hal_host_bus(&ctx);
	bus = *below;
	bus.sys = point_sys;
	bus.mmio_read = point_mmio_read;
	bus.mmio_write = point_mmio_write;
	hal_host_bind(&bus, ctx);
	hal_host_on_guest_read(point_guest_read, NULL);
}

/* ---- Runs ---- */

static void run(const struct scenario *s)
{
	unsigned int i;
	void *ctx;

	s->up();
	put_points();
	now = 0;
	budget = s->preemptions;
	wrong = NULL;
	for (i = 0; i < SCHEDULE_THREADS; i++) {
		threads[i].body = s->threads[i];
		threads[i].unfinished = s->threads[i] != NULL;
	}
	pass(NOBODY);
	sem_wait(&ended);
	(void)hal_host_bus(&ctx);
	hal_host_bind(below, ctx);
	hal_host_on_guest_read(NULL, NULL);
	s->check();
}

/* Where it was not the one who was running that went on. */
static void print_schedule(void)
{
	unsigned int i;

	for (i = 0; i < now; i++)
		if (decisions[i].taken ||
		    (i && decisions[i].options[0] != decisions[i - 1].options[decisions[i - 1].taken]))
			print_error("at point %u thread %u goes on\n", i,
				    decisions[i].options[decisions[i].taken]);
}

void schedule_explore(const struct scenario *s)
{
	unsigned long runs = 0;

	make_threads();
	known = 0;
	do {
		run(s);
		runs++;
		if (wrong) {
			print_schedule();
			fail_msg("%s, schedule %lu: %s", s->name, runs, wrong);
		}
		s->down();
	} while (next_schedule());
	print_message("%s: %lu schedules, %u points in the last\n", s->name, runs, now);
}
