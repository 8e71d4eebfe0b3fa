// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The POSIX port by itself: counters, faults, guest memory, kicks, and what it aborts on. No software GICv5.
 */
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <vgicv5/debug.h>
#include <vgicv5/port.h>
#include <vgicv5_host_port.h>

#define THREADS 4
#define ROUNDS 1000

static struct vgicv5_vm vm;
static struct vgicv5_vcpu vcpus[2];
static unsigned int fired;

void vgicv5_doorbell_fired(struct vgicv5_vcpu *vcpu)
{
	(void)vcpu;
	fired++;
}

static int reset(void **state)
{
	(void)state;
	hal_host_reset();
	fired = 0;
	return 0;
}

/* ---- Counters ---- */

static void counts_by_name(void **state)
{
	struct hal_host_counts counts;
	uint32_t frame[2] = {0};

	(void)state;
	vgicv5_write_ICH_APR_EL2(5);
	assert_int_equal(vgicv5_read_ICH_APR_EL2(), 5);
	vgicv5_read_ICH_VMCR_EL2();
	vgicv5_gic_VDPEND(1);
	vgicv5_gic_CDEOI();
	vgicv5_gicr_CDIA();
	vgicv5_gsb_ACK();
	vgicv5_isb();
	vgicv5_dsb_st();
	vgicv5_dsb_sy();
	vgicv5_mmio_write32(&frame[1], 7);
	assert_int_equal(vgicv5_mmio_read32(&frame[1]), 7);
	hal_host_thread_counts(&counts);
	assert_int_equal(counts.sysreg_reads, 2);
	assert_int_equal(counts.sysreg_writes, 1);
	assert_int_equal(counts.reads[HAL_HOST_ICH_APR_EL2], 1);
	assert_int_equal(counts.reads[HAL_HOST_ICH_VMCR_EL2], 1);
	assert_int_equal(counts.writes[HAL_HOST_ICH_APR_EL2], 1);
	assert_int_equal(counts.instructions, 4);
	assert_int_equal(counts.insns[HAL_HOST_GIC_VDPEND], 1);
	assert_int_equal(counts.insns[HAL_HOST_GIC_CDEOI], 1);
	assert_int_equal(counts.insns[HAL_HOST_GIC_CDIA], 1);
	assert_int_equal(counts.insns[HAL_HOST_GSB_ACK], 1);
	assert_int_equal(counts.isbs, 1);
	assert_int_equal(counts.dsb_sts, 1);
	assert_int_equal(counts.dsb_sys, 1);
	assert_int_equal(counts.mmio_reads, 1);
	assert_int_equal(counts.mmio_writes, 1);
	hal_host_counts_clear();
	hal_host_counts(&counts);
	assert_int_equal(counts.sysreg_reads, 0);
	assert_int_equal(counts.insns[HAL_HOST_GIC_CDIA], 0);
}

static void mmio_widths(void **state)
{
	uint64_t frame[2] = {0, ~(uint64_t)0};

	(void)state;
	vgicv5_mmio_write64(&frame[0], 0x1122334455667788);
	assert_true(vgicv5_mmio_read64(&frame[0]) == 0x1122334455667788);
	vgicv5_mmio_write32(&frame[1], 0);
	assert_true(frame[1] == 0xffffffff00000000);
}

static void collect_line(void *ctx, const char *line)
{
	char *text = ctx;

	strcat(text, line);
	strcat(text, ";");
}

static void counts_print_names(void **state)
{
	struct hal_host_counts counts;
	char text[512] = "";

	(void)state;
	vgicv5_read_ICH_APR_EL2();
	vgicv5_write_ICH_PPI_PRIORITYR15_EL2(0);
	vgicv5_gicr_CDNMIA();
	vgicv5_gsb_SYS();
	hal_host_counts(&counts);
	hal_host_counts_print(&counts, collect_line, text);
	assert_string_equal(text, "sysreg_reads 1;sysreg_writes 1;instructions 2;MRS ICH_APR_EL2 1;"
				  "MSR ICH_PPI_PRIORITYR15_EL2 1;GICR CDNMIA 1;GSB SYS 1;");
}

struct shared {
	vgicv5_lock_t lock;
	uint64_t value;
};

static void *count_up(void *ctx)
{
	struct shared *shared = ctx;
	unsigned long flags;
	uint64_t value;
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		vgicv5_isb();
		flags = vgicv5_lock(&shared->lock);
		value = shared->value;
		sched_yield(); /* the others try now, also on one CPU */
		shared->value = value + 1;
		vgicv5_unlock(&shared->lock, flags);
	}
	return NULL;
}

/* Counts of threads that have ended stay in the sum, and the lock locks. */
static void threads_are_summed(void **state)
{
	struct shared shared = {.value = 0};
	struct hal_host_counts counts;
	pthread_t threads[THREADS];
	unsigned int i;

	(void)state;
	vgicv5_lock_init(&shared.lock);
	for (i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, count_up, &shared), 0);
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	hal_host_counts(&counts);
	assert_int_equal(shared.value, THREADS * ROUNDS);
	assert_int_equal(counts.isbs, THREADS * ROUNDS);
	assert_int_equal(counts.locks, THREADS * ROUNDS);
	hal_host_thread_counts(&counts);
	assert_int_equal(counts.isbs, 0);
}

/* ---- Atomics ---- */

static void atomics_return_old(void **state)
{
	uint64_t word = 0xf0;

	(void)state;
	assert_int_equal(vgicv5_fetch_or(&word, 0x0f), 0xf0);
	assert_int_equal(vgicv5_fetch_andnot(&word, 0xf0), 0xff);
	assert_int_equal(vgicv5_exchange(&word, 3), 0x0f);
	assert_int_equal(vgicv5_fetch_add(&word, 2), 3);
	assert_false(vgicv5_compare_exchange(&word, 4, 9));
	assert_int_equal(word, 5);
	assert_true(vgicv5_compare_exchange(&word, 5, 9));
	assert_int_equal(word, 9);
}

/* ---- Memory ---- */

static void memory_is_accounted(void **state)
{
	struct hal_host_counts counts;
	uint8_t *memory = vgicv5_port_alloc(100, 4096);
	unsigned int i;

	(void)state;
	assert_non_null(memory);
	assert_int_equal((uintptr_t)memory % 4096, 0);
	for (i = 0; i < 100; i++)
		assert_int_equal(memory[i], 0);
	assert_int_equal(hal_host_outstanding(), 100);
	vgicv5_port_free(memory, 100);
	vgicv5_port_free(NULL, 100);
	assert_int_equal(hal_host_outstanding(), 0);
	hal_host_counts(&counts);
	assert_int_equal(counts.allocs, 1);
	assert_int_equal(counts.frees, 2);
}

static void nth_allocation_fails(void **state)
{
	void *memory[3];
	unsigned int i;

	(void)state;
	hal_host_fail(HAL_HOST_FAULT_ALLOC, 2);
	memory[0] = vgicv5_port_alloc(64, 64);
	assert_false(hal_host_failed(HAL_HOST_FAULT_ALLOC));
	for (i = 1; i < 3; i++)
		memory[i] = vgicv5_port_alloc(64, 64);
	assert_non_null(memory[0]);
	assert_null(memory[1]);
	assert_non_null(memory[2]);
	assert_true(hal_host_failed(HAL_HOST_FAULT_ALLOC));
	assert_false(hal_host_failed(HAL_HOST_FAULT_GUEST_ACCESS));
	for (i = 0; i < 3; i++)
		vgicv5_port_free(memory[i], 64);
	hal_host_fail(HAL_HOST_FAULT_ALLOC, 1);
	hal_host_fail(HAL_HOST_FAULT_ALLOC, 0);
	assert_false(hal_host_failed(HAL_HOST_FAULT_ALLOC));
	memory[0] = vgicv5_port_alloc(64, 64);
	assert_non_null(memory[0]);
	vgicv5_port_free(memory[0], 64);
}

static void guest_memory(void **state)
{
	struct vgicv5_vm other;
	uint8_t pages[3 * 4096] = {0};
	uint8_t back[8] = {0};

	(void)state;
	hal_host_guest_memory_add(&vm, 0x40001000, pages, sizeof(pages));
	assert_int_equal(vgicv5_port_guest_write(&vm, 0x40001ffc, "abcdefg", 8), 0);
	assert_string_equal((char *)pages + 0xffc, "abcdefg");
	assert_int_equal(vgicv5_port_guest_read(&vm, 0x40001ffc, back, 8), 0);
	assert_string_equal((char *)back, "abcdefg");
	assert_true(hal_host_guest_dirty(&vm, 0x40001000));
	assert_true(hal_host_guest_dirty(&vm, 0x40002fff));
	assert_false(hal_host_guest_dirty(&vm, 0x40003000));
	assert_int_equal(vgicv5_port_guest_read(&vm, 0x40000fff, back, 8), VGICV5_FAULT);
	assert_int_equal(vgicv5_port_guest_read(&vm, 0x40003ffc, back, 8), VGICV5_FAULT);
	assert_int_equal(vgicv5_port_guest_read(&vm, ~(uint64_t)3, back, 8), VGICV5_FAULT);
	assert_int_equal(vgicv5_port_guest_read(&other, 0x40001000, back, 8), VGICV5_FAULT);
	hal_host_fail(HAL_HOST_FAULT_GUEST_ACCESS, 1);
	assert_int_equal(vgicv5_port_guest_read(&vm, 0x40001000, back, 8), VGICV5_FAULT);
	assert_int_equal(vgicv5_port_guest_read(&vm, 0x40001000, back, 8), 0);
}

/* ---- Events ---- */

static void clock_goes_on(void **state)
{
	uint64_t first = vgicv5_port_clock_us();

	(void)state;
	assert_true(vgicv5_port_clock_us() > first);
	hal_host_set_clock_step(5000);
	first = vgicv5_port_clock_us();
	assert_int_equal(vgicv5_port_clock_us() - first, 5000);
}

static void count_kick(void *ctx, struct vgicv5_vcpu *vcpu)
{
	(void)vcpu;
	(*(unsigned int *)ctx)++;
}

static void kick_is_per_vcpu(void **state)
{
	unsigned int called = 0;

	(void)state;
	hal_host_on_kick(count_kick, &called);
	vgicv5_port_kick(&vcpus[1]);
	assert_int_equal(called, 1);
	assert_false(hal_host_take_kick(&vcpus[0]));
	assert_true(hal_host_take_kick(&vcpus[1]));
	assert_false(hal_host_take_kick(&vcpus[1]));
}

static void *kick_other(void *ctx)
{
	vgicv5_port_kick(ctx);
	return NULL;
}

static void kick_wakes(void **state)
{
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, kick_other, &vcpus[0]), 0);
	hal_host_wait_kick(&vcpus[0]);
	assert_false(hal_host_take_kick(&vcpus[0]));
	pthread_join(thread, NULL);
}

static void remember_why(void *ctx, struct vgicv5_vm *dead, const char *why)
{
	assert_ptr_equal(dead, &vm);
	*(const char **)ctx = why;
}

static void remember_trace(void *ctx, unsigned int point, uint32_t vm_id, uint64_t a, uint64_t b)
{
	uint64_t *seen = ctx;

	seen[0] = point;
	seen[1] = vm_id;
	seen[2] = a;
	seen[3] = b;
}

static void messages_arrive(void **state)
{
	const char *why = NULL;
	uint64_t trace[4];
	char text[64];

	(void)state;
	vgicv5_error("seven is %u", 7);
	hal_host_last_error(text, sizeof(text));
	assert_string_equal(text, "seven is 7");
	hal_host_on_vm_dead(remember_why, &why);
	vgicv5_port_vm_dead(&vm, "tired");
	assert_string_equal(why, "tired");
	hal_host_on_trace(remember_trace, trace);
	VGICV5_TRACE(put, 3, 4, 5);
	assert_int_equal(trace[0], VGICV5_TRACE_put);
	assert_int_equal(trace[1], 3);
	assert_int_equal(trace[2], 4);
	assert_int_equal(trace[3], 5);
}

/* ---- Doorbell domains ---- */

static void doorbell_reaches_vcpu(void **state)
{
	uint32_t lpi[2];

	(void)state;
	assert_int_equal(vgicv5_port_doorbells_create(&vm, 2), 0);
	assert_int_equal(vgicv5_port_doorbell_request(&vm, 0, &vcpus[0], &lpi[0]), 0);
	assert_int_equal(vgicv5_port_doorbell_request(&vm, 1, &vcpus[1], &lpi[1]), 0);
	assert_int_not_equal(lpi[0], lpi[1]);
	assert_true(hal_host_doorbell(lpi[1]));
	assert_int_equal(fired, 1);
	vgicv5_port_doorbells_destroy(&vm);
	assert_false(hal_host_doorbell(lpi[1]));
	assert_int_equal(fired, 1);
	vgicv5_port_doorbells_destroy(&vm);
}

static void doorbells_fail_when_told(void **state)
{
	uint32_t lpi;

	(void)state;
	hal_host_fail(HAL_HOST_FAULT_DOORBELLS_CREATE, 1);
	assert_int_equal(vgicv5_port_doorbells_create(&vm, 2), VGICV5_NO_MEMORY);
	assert_int_equal(vgicv5_port_doorbells_create(&vm, 2), 0);
	hal_host_fail(HAL_HOST_FAULT_DOORBELL_REQUEST, 2);
	assert_int_equal(vgicv5_port_doorbell_request(&vm, 0, &vcpus[0], &lpi), 0);
	assert_int_equal(vgicv5_port_doorbell_request(&vm, 1, &vcpus[1], &lpi), VGICV5_NO_ID);
	vgicv5_port_doorbells_destroy(&vm);
}

/* ---- What the port aborts on ---- */

static vgicv5_lock_t lock_a, lock_b;
static vgicv5_mutex_t mutex;

static void lock_under_lock(void)
{
	vgicv5_lock(&lock_a);
	vgicv5_lock(&lock_b);
}

static void mutex_under_lock(void)
{
	vgicv5_lock(&lock_a);
	vgicv5_mutex_lock(&mutex);
}

static void mutex_twice(void)
{
	vgicv5_mutex_lock(&mutex);
	vgicv5_mutex_lock(&mutex);
}

static void unlock_not_held(void)
{
	vgicv5_unlock(&lock_a, 0);
}

static void assert_not_held(void)
{
	vgicv5_assert_locked(&lock_a);
}

static void alloc_under_lock(void)
{
	vgicv5_lock(&lock_a);
	vgicv5_port_alloc(64, 64);
}

static void alloc_when_atomic(void)
{
	hal_host_set_atomic(true);
	vgicv5_port_alloc(64, 64);
}

static void doorbell_when_atomic(void)
{
	hal_host_set_atomic(true);
	vgicv5_port_doorbells_create(&vm, 1);
}

static void guest_read_when_atomic(void)
{
	uint8_t byte;

	hal_host_set_atomic(true);
	vgicv5_port_guest_read(&vm, 0, &byte, 1);
}

static void no_pcpu(void)
{
	vgicv5_this_pcpu();
}

static void odd_alignment(void)
{
	vgicv5_port_alloc(64, 96);
}

static void assertion(void)
{
	VGICV5_ASSERT(lock_a.m.owner == 1);
}

static const struct death {
	const char *name;
	void (*fn)(void);
} deaths[] = {
	{"a lock under a lock", lock_under_lock},
	{"a mutex under a lock", mutex_under_lock},
	{"a mutex taken twice", mutex_twice},
	{"unlock of what is not held", unlock_not_held},
	{"assertion that a lock is held", assert_not_held},
	{"allocation under a lock", alloc_under_lock},
	{"allocation with interrupts off", alloc_when_atomic},
	{"doorbells with interrupts off", doorbell_when_atomic},
	{"guest memory with interrupts off", guest_read_when_atomic},
	{"no current pcpu", no_pcpu},
	{"alignment that is none", odd_alignment},
	{"VGICV5_ASSERT", assertion},
};

/* In a child: whether the function ends it with SIGABRT. */
static bool aborts(void (*fn)(void))
{
	int status = 0;
	pid_t child = fork();

	assert_true(child >= 0);
	if (!child) {
		signal(SIGABRT, SIG_DFL);
		if (!freopen("/dev/null", "w", stderr))
			_exit(2);
		fn();
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void misuse_aborts(void **state)
{
	unsigned int i;

	(void)state;
	vgicv5_lock_init(&lock_a);
	vgicv5_lock_init(&lock_b);
	vgicv5_mutex_init(&mutex);
	for (i = 0; i < sizeof(deaths) / sizeof(*deaths); i++)
		if (!aborts(deaths[i].fn))
			fail_msg("%s: no abort", deaths[i].name);
}

/* The order that the library has: one mutex, another, then a lock. */
static void right_order_is_fine(void **state)
{
	vgicv5_mutex_t inner;
	unsigned long flags;

	(void)state;
	vgicv5_lock_init(&lock_a);
	vgicv5_mutex_init(&mutex);
	vgicv5_mutex_init(&inner);
	vgicv5_mutex_lock(&mutex);
	vgicv5_mutex_lock(&inner);
	flags = vgicv5_lock(&lock_a);
	vgicv5_assert_locked(&lock_a);
	vgicv5_mutex_assert(&inner);
	vgicv5_unlock(&lock_a, flags);
	vgicv5_mutex_unlock(&inner);
	vgicv5_mutex_unlock(&mutex);
	vgicv5_port_free(vgicv5_port_alloc(64, 64), 64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(counts_by_name, reset),
		cmocka_unit_test_setup(mmio_widths, reset),
		cmocka_unit_test_setup(counts_print_names, reset),
		cmocka_unit_test_setup(threads_are_summed, reset),
		cmocka_unit_test_setup(atomics_return_old, reset),
		cmocka_unit_test_setup(memory_is_accounted, reset),
		cmocka_unit_test_setup(nth_allocation_fails, reset),
		cmocka_unit_test_setup(guest_memory, reset),
		cmocka_unit_test_setup(clock_goes_on, reset),
		cmocka_unit_test_setup(kick_is_per_vcpu, reset),
		cmocka_unit_test_setup(kick_wakes, reset),
		cmocka_unit_test_setup(messages_arrive, reset),
		cmocka_unit_test_setup(doorbell_reaches_vcpu, reset),
		cmocka_unit_test_setup(doorbells_fail_when_told, reset),
		cmocka_unit_test_setup(misuse_aborts, reset),
		cmocka_unit_test_setup(right_order_is_fine, reset),
	};
	int result = cmocka_run_group_tests(tests, NULL, NULL);

	hal_host_reset();
	return result;
}
