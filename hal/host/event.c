// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What the library tells its host, and the clock: kicks, deaths of VMs, messages, traces.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vgicv5/port.h>

#include "host_internal.h"

#define CLOCK_STEP_US 10

/* ---- Clock ---- */

static uint64_t clock_us;
static uint64_t clock_step = CLOCK_STEP_US;

void hal_host_set_clock_step(uint64_t microseconds)
{
	VGICV5_WRITE_ONCE(clock_step, microseconds);
}

uint64_t vgicv5_port_clock_us(void)
{
	HAL_HOST_COUNT(hal_host_self(), clock_reads);
	return vgicv5_fetch_add(&clock_us, VGICV5_READ_ONCE(clock_step));
}

void vgicv5_port_relax(void)
{
	HAL_HOST_COUNT(hal_host_self(), relaxes);
}

/* ---- Kicks: a flag for each vCPU that was ever kicked or waited for, found by hash ---- */

#define KICK_BUCKETS 256

struct kick {
	struct kick *next;
	const struct vgicv5_vcpu *vcpu;
	bool kicked;
};

static pthread_mutex_t kick_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t kick_cond = PTHREAD_COND_INITIALIZER;
static struct kick *kicks[KICK_BUCKETS];
static void (*kick_fn)(void *ctx, struct vgicv5_vcpu *vcpu);
static void *kick_ctx;

/* Under kick_mutex. */
static struct kick *find_kick(const struct vgicv5_vcpu *vcpu)
{
	struct kick **bucket = &kicks[(uintptr_t)vcpu / HAL_HOST_CACHE_LINE % KICK_BUCKETS];
	struct kick *kick;

	for (kick = *bucket; kick; kick = kick->next)
		if (kick->vcpu == vcpu)
			return kick;
	kick = calloc(1, sizeof(*kick));
	if (!kick)
		hal_host_die("no memory for a kick");
	kick->vcpu = vcpu;
	kick->next = *bucket;
	*bucket = kick;
	return kick;
}

void hal_host_on_kick(void (*fn)(void *ctx, struct vgicv5_vcpu *vcpu), void *ctx)
{
	pthread_mutex_lock(&kick_mutex);
	kick_fn = fn;
	kick_ctx = ctx;
	pthread_mutex_unlock(&kick_mutex);
}

void vgicv5_port_kick(struct vgicv5_vcpu *vcpu)
{
	void (*fn)(void *ctx, struct vgicv5_vcpu *vcpu);
	void *ctx;

	HAL_HOST_COUNT(hal_host_self(), kicks);
	pthread_mutex_lock(&kick_mutex);
	find_kick(vcpu)->kicked = true;
	fn = kick_fn;
	ctx = kick_ctx;
	pthread_cond_broadcast(&kick_cond);
	pthread_mutex_unlock(&kick_mutex);
	if (fn)
		fn(ctx, vcpu);
}

bool hal_host_take_kick(struct vgicv5_vcpu *vcpu)
{
	struct kick *kick;
	bool kicked;

	pthread_mutex_lock(&kick_mutex);
	kick = find_kick(vcpu);
	kicked = kick->kicked;
	kick->kicked = false;
	pthread_mutex_unlock(&kick_mutex);
	return kicked;
}

void hal_host_wait_kick(struct vgicv5_vcpu *vcpu)
{
	struct kick *kick;

	pthread_mutex_lock(&kick_mutex);
	kick = find_kick(vcpu);
	while (!kick->kicked)
		pthread_cond_wait(&kick_cond, &kick_mutex);
	kick->kicked = false;
	pthread_mutex_unlock(&kick_mutex);
}

static void forget_kicks(void)
{
	struct kick *kick;
	unsigned int i;

	for (i = 0; i < KICK_BUCKETS; i++) {
		while ((kick = kicks[i])) {
			kicks[i] = kick->next;
			free(kick);
		}
	}
}

/* ---- Deaths, traces ---- */

static void (*dead_fn)(void *ctx, struct vgicv5_vm *vm, const char *why);
static void *dead_ctx;
static void (*trace_fn)(void *ctx, unsigned int point, uint32_t vm, uint64_t a, uint64_t b);
static void *trace_ctx;

void hal_host_on_vm_dead(void (*fn)(void *ctx, struct vgicv5_vm *vm, const char *why), void *ctx)
{
	dead_ctx = ctx;
	dead_fn = fn;
}

void vgicv5_port_vm_dead(struct vgicv5_vm *vm, const char *why)
{
	HAL_HOST_COUNT(hal_host_self(), vm_deaths);
	if (dead_fn)
		dead_fn(dead_ctx, vm, why);
}

void hal_host_on_trace(void (*fn)(void *ctx, unsigned int point, uint32_t vm, uint64_t a, uint64_t b),
		       void *ctx)
{
	trace_ctx = ctx;
	trace_fn = fn;
}

void hal_host_trace(unsigned int point, uint32_t vm, uint64_t a, uint64_t b)
{
	if (trace_fn)
		trace_fn(trace_ctx, point, vm, a, b);
}

/* ---- Messages ---- */

static pthread_mutex_t message_mutex = PTHREAD_MUTEX_INITIALIZER;
static char last_error[256];

static void to_stderr(const char *format, va_list args)
{
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
}

void vgicv5_error(const char *format, ...)
{
	va_list args;

	HAL_HOST_COUNT(hal_host_self(), errors);
	va_start(args, format);
	pthread_mutex_lock(&message_mutex);
	vsnprintf(last_error, sizeof(last_error), format, args);
	pthread_mutex_unlock(&message_mutex);
	va_end(args);
	if (!getenv("VGICV5_VERBOSE"))
		return;
	va_start(args, format);
	to_stderr(format, args);
	va_end(args);
}

void vgicv5_info(const char *format, ...)
{
	va_list args;

	HAL_HOST_COUNT(hal_host_self(), infos);
	if (!getenv("VGICV5_VERBOSE"))
		return;
	va_start(args, format);
	to_stderr(format, args);
	va_end(args);
}

void hal_host_last_error(char *to, size_t bytes)
{
	pthread_mutex_lock(&message_mutex);
	snprintf(to, bytes, "%s", last_error);
	pthread_mutex_unlock(&message_mutex);
}

void hal_host_assert_failed(const char *expression, const char *file, int line)
{
	hal_host_die("%s:%d: assertion failed: %s", file, line, expression);
}

/* ---- Reset ---- */

void hal_host_reset_events(void)
{
	hal_host_on_kick(NULL, NULL);
	hal_host_on_guest_read(NULL, NULL);
	hal_host_on_vm_dead(NULL, NULL);
	hal_host_on_trace(NULL, NULL);
	forget_kicks();
	hal_host_set_clock_step(CLOCK_STEP_US);
	last_error[0] = '\0';
}

void hal_host_reset(void)
{
	unsigned int fault;

	hal_host_bind(NULL, NULL);
	for (fault = 0; fault < HAL_HOST_FAULT_COUNT; fault++)
		hal_host_fail((enum hal_host_fault)fault, 0);
	hal_host_guest_memory_clear();
	hal_host_reset_doorbells();
	hal_host_reset_events();
	hal_host_reset_threads();
}
