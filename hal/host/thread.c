// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Threads of the POSIX port: which PE each of them is, and what each of them did.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host_internal.h"

static pthread_mutex_t threads_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct hal_host_thread *threads;
static _Thread_local struct hal_host_thread *this_thread;

void hal_host_die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("hal/host: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	abort();
}

struct hal_host_thread *hal_host_self(void)
{
	struct hal_host_thread *self = this_thread;

	if (self)
		return self;
	self = calloc(1, sizeof(*self));
	if (!self)
		hal_host_die("no memory for a thread");
	pthread_mutex_lock(&threads_mutex);
	self->next = threads;
	threads = self;
	pthread_mutex_unlock(&threads_mutex);
	this_thread = self;
	return self;
}

void hal_host_set_pe(unsigned int pe, struct vgicv5_pcpu *pcpu)
{
	struct hal_host_thread *self = hal_host_self();

	self->pe = pe;
	self->pcpu = pcpu;
}

unsigned int hal_host_pe(void)
{
	return hal_host_self()->pe;
}

struct vgicv5_pcpu *hal_host_this_pcpu(void)
{
	struct vgicv5_pcpu *pcpu = hal_host_self()->pcpu;

	if (!pcpu)
		hal_host_die("vgicv5_this_pcpu() on a thread without hal_host_set_pe()");
	return pcpu;
}

bool hal_host_set_atomic(bool atomic)
{
	struct hal_host_thread *self = hal_host_self();
	bool old = self->atomic;

	self->atomic = atomic;
	return old;
}

void hal_host_may_sleep(const struct hal_host_thread *self, const char *what)
{
	if (self->locks)
		hal_host_die("%s may sleep, but was called under a lock", what);
	if (self->atomic)
		hal_host_die("%s may sleep, but was called with interrupts off", what);
}

/* ---- Counters: struct hal_host_counts is an array of uint64_t with names ---- */

#define COUNTERS (sizeof(struct hal_host_counts) / sizeof(uint64_t))

static void add_counts(struct hal_host_counts *sum, const struct hal_host_thread *thread)
{
	const uint64_t *from = (const uint64_t *)&thread->counts;
	uint64_t *to = (uint64_t *)sum;
	size_t i;

	for (i = 0; i < COUNTERS; i++)
		to[i] += __atomic_load_n(&from[i], __ATOMIC_RELAXED);
}

void hal_host_thread_counts(struct hal_host_counts *counts)
{
	memset(counts, 0, sizeof(*counts));
	add_counts(counts, hal_host_self());
}

void hal_host_counts(struct hal_host_counts *counts)
{
	const struct hal_host_thread *thread;

	memset(counts, 0, sizeof(*counts));
	pthread_mutex_lock(&threads_mutex);
	for (thread = threads; thread; thread = thread->next)
		add_counts(counts, thread);
	pthread_mutex_unlock(&threads_mutex);
}

void hal_host_counts_clear(void)
{
	struct hal_host_thread *thread;
	uint64_t *counter;
	size_t i;

	pthread_mutex_lock(&threads_mutex);
	for (thread = threads; thread; thread = thread->next) {
		counter = (uint64_t *)&thread->counts;
		for (i = 0; i < COUNTERS; i++)
			__atomic_store_n(&counter[i], 0, __ATOMIC_RELAXED);
	}
	pthread_mutex_unlock(&threads_mutex);
}

void hal_host_reset_threads(void)
{
	struct hal_host_thread *self = hal_host_self();

	hal_host_counts_clear();
	self->pe = 0;
	self->pcpu = NULL;
	self->atomic = false;
	memset(self->regs, 0, sizeof(self->regs));
}

/* ---- Names ---- */

#define REG_NAME(name, op0, op1, crn, crm, op2, access) #name,
#define GIC_NAME(name, op1, crm, op2) "GIC " #name,
#define GICR_NAME(name, op1, crm, op2) "GICR " #name,
#define GSB_NAME(name, op1, crm, op2) "GSB " #name,
#define REG_ENCODING(name, op0, op1, crn, crm, op2, access) GICV5_##name,
#define GIC_ENCODING(name, op1, crm, op2) GICV5_GIC_##name,
#define GSB_ENCODING(name, op1, crm, op2) GICV5_GSB_##name,

static const char *const reg_names[] = {GICV5_SYSREGS_ICC(REG_NAME) GICV5_SYSREGS_ICH(REG_NAME)};
static const char *const insn_names[] = {GICV5_INSNS_CD(GIC_NAME) GICV5_INSNS_VD(GIC_NAME) GICV5_INSNS_EOI(
	GIC_NAME) GICV5_INSNS_ACK(GICR_NAME) GICV5_INSNS_GSB(GSB_NAME)};
static const uint16_t reg_encodings[] = {GICV5_SYSREGS_ICC(REG_ENCODING) GICV5_SYSREGS_ICH(REG_ENCODING)};
static const uint16_t insn_encodings[] = {GICV5_INSNS_CD(GIC_ENCODING) GICV5_INSNS_VD(GIC_ENCODING)
						  GICV5_INSNS_EOI(GIC_ENCODING) GICV5_INSNS_ACK(GIC_ENCODING)
							  GICV5_INSNS_GSB(GSB_ENCODING)};

unsigned int hal_host_reg_encoding(enum hal_host_reg reg)
{
	return reg_encodings[reg];
}

unsigned int hal_host_insn_encoding(enum hal_host_insn insn)
{
	return insn_encodings[insn];
}

#define COUNTER_NAME(name) #name,
static const char *const counter_names[] = {HAL_HOST_COUNTERS(COUNTER_NAME)};

struct printer {
	void (*print)(void *ctx, const char *line);
	void *ctx;
};

static void print_counters(const struct printer *out, const char *prefix, const char *const *names,
			   const uint64_t *values, size_t count)
{
	char line[96];
	size_t i;

	for (i = 0; i < count; i++) {
		if (!values[i])
			continue;
		snprintf(line, sizeof(line), "%s%s %" PRIu64, prefix, names[i], values[i]);
		out->print(out->ctx, line);
	}
}

void hal_host_counts_print(const struct hal_host_counts *counts, void (*print)(void *ctx, const char *line),
			   void *ctx)
{
	const struct printer out = {print, ctx};

	print_counters(&out, "", counter_names, (const uint64_t *)counts,
		       sizeof(counter_names) / sizeof(*counter_names));
	print_counters(&out, "MRS ", reg_names, counts->reads, HAL_HOST_REG_COUNT);
	print_counters(&out, "MSR ", reg_names, counts->writes, HAL_HOST_REG_COUNT);
	print_counters(&out, "", insn_names, counts->insns, HAL_HOST_INSN_COUNT);
}
