// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * End of interrupt with real threads: an SPI is acknowledged on one vCPU and deactivated on another, while vCPUs are
 * preempted, lines re-targeted, one of them registered and unregistered all the time, and at last the VM killed.
 *
 * A device raises its line and waits until it is heard that the guest has deactivated: a notice that is lost stops it
 * for ever. At the end every deactivation of something active was heard exactly once.
 */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include <vgicv5/eoi.h>

#include "world.h"

#define VCPUS 3 /* one on each PE */
#define LINES 4
#define TOGGLED (LINES - 1) /* the line that is registered at times only */
#define ROUNDS 2000	    /* raises of each line */
#define STUCK_SECONDS 60

struct line {
	uint64_t raised;
	uint64_t heard;
	uint64_t deactivated; /* by the guest, while it was active */
};

static struct world world;
static struct world_vm *vm;
static struct line lines[LINES];
static uint64_t mailbox[VCPUS]; /* bits: lines that this vCPU is asked to deactivate */
static bool stop;

static uint64_t get(const uint64_t *value)
{
	return __atomic_load_n(value, __ATOMIC_SEQ_CST);
}

static bool stopped(void)
{
	return __atomic_load_n(&stop, __ATOMIC_SEQ_CST);
}

static unsigned int pick(unsigned int *random, unsigned int below)
{
	*random = *random * 1103515245u + 12345u;
	return (*random >> 16) % below;
}

/* ---- Devices ---- */

/*
 * The line is sampled anew: the device has nothing more to say until it raises it again. That of the toggled line does
 * not wait for this and may have raised it already.
 */
static void deactivated(struct vgicv5_vm *of, uint32_t spi)
{
	if (spi != TOGGLED)
		(void)vgicv5_inject_spi(of, spi, false);
	__atomic_fetch_add(&lines[spi].heard, 1, __ATOMIC_SEQ_CST);
}

/* What ends a round: a notice, or where nobody may be registered the guest's deactivation itself. */
static uint64_t rounds_ended(uint32_t spi)
{
	return get(spi == TOGGLED ? &lines[spi].deactivated : &lines[spi].heard);
}

static void *be_a_device(void *arg)
{
	uint32_t spi = (uint32_t)(uintptr_t)arg;
	struct line *line = &lines[spi];
	uint64_t before;

	hal_host_set_pe(0, NULL);
	while (!stopped() && get(&line->raised) < ROUNDS) {
		before = rounds_ended(spi);
		if (vgicv5_inject_spi(&vm->vm, spi, true))
			break;
		__atomic_fetch_add(&line->raised, 1, __ATOMIC_SEQ_CST);
		while (!stopped() && rounds_ended(spi) == before)
			sched_yield();
	}
	return NULL;
}

static void *toggle(void *arg)
{
	int error = VGICV5_OK;

	(void)arg;
	hal_host_set_pe(0, NULL);
	while (!stopped() && error != VGICV5_DEAD) {
		error = vgicv5_eoi_register(&vm->vm, TOGGLED);
		sched_yield();
		if (!error)
			error = vgicv5_eoi_unregister(&vm->vm, TOGGLED);
		sched_yield();
	}
	return NULL;
}

/* ---- The guest ---- */

/* @return false: the VM is dead. */
static bool op(struct world_vcpu *v, unsigned int encoding, uint64_t *value)
{
	enum vgicv5_soft_result result;
	bool read = encoding == GICV5_GIC_CDIA;

	if (vgicv5_vcpu_enter(&v->vcpu))
		return false;
	vgicv5_soft_context_sync(world.soft, v->pe);
	result = hal_host_machine_guest(world.machine, v->pe, encoding, read, value);
	vgicv5_soft_context_sync(world.soft, v->pe);
	vgicv5_vcpu_exit(&v->vcpu);
	if (result == VGICV5_SOFT_TRAPPED)
		assert_int_equal(vgicv5_vcpu_trap(&v->vcpu, encoding, read, value), VGICV5_TRAP_DONE);
	return true;
}

/* Takes one, and leaves its end to any of the vCPUs. */
static bool take_one(struct world_vcpu *v, unsigned int *random)
{
	uint64_t intid = 0;
	uint64_t zero = 0;
	uint32_t spi;

	if (!op(v, GICV5_GIC_CDIA, &intid))
		return false;
	if (!GICV5_GET(CDIA_VALID, intid))
		return true;
	spi = (uint32_t)GICV5_GET(INTID_ID, intid);
	if (!op(v, GICV5_GIC_CDEOI, &zero))
		return false;
	/* The handler has served the device, which lowers its line now or when it hears of the end. */
	if (spi % 2 == TOGGLED % 2 && vgicv5_inject_spi(&vm->vm, spi, false))
		return false;
	__atomic_fetch_or(&mailbox[pick(random, VCPUS)], 1u << spi, __ATOMIC_SEQ_CST);
	return true;
}

/* Counted before: as soon as it is deactivated another vCPU may take it again. */
static bool end_those_asked_for(struct world_vcpu *v, unsigned int n)
{
	uint64_t asked = __atomic_exchange_n(&mailbox[n], 0, __ATOMIC_SEQ_CST);
	uint64_t intid;
	uint32_t spi;

	for (spi = 0; spi < LINES; spi++) {
		if (!(asked >> spi & 1))
			continue;
		intid = SPI(spi);
		__atomic_fetch_add(&lines[spi].deactivated, 1, __ATOMIC_SEQ_CST);
		if (!op(v, GICV5_GIC_CDDI, &intid))
			return false;
	}
	return true;
}

static bool guest_step(struct world_vcpu *v, unsigned int n, unsigned int *random)
{
	uint64_t operand = SPI(pick(random, LINES)) | GICV5_PUT(CDAFF_IAFFID, pick(random, VCPUS));

	switch (pick(random, 32)) {
	case 0:
		return op(v, GICV5_GIC_CDAFF, &operand);
	case 1:
		vgicv5_vcpu_put(&v->vcpu, VGICV5_PUT_PREEMPTED);
		sched_yield();
		return vgicv5_vcpu_load(&v->vcpu) == VGICV5_OK;
	default:
		return take_one(v, random) && end_those_asked_for(v, n);
	}
}

static void *be_a_vcpu(void *arg)
{
	unsigned int n = (unsigned int)(uintptr_t)arg;
	struct world_vcpu *v = &vm->vcpus[n];
	unsigned int random = n + 1;

	hal_host_set_pe(n, &world.pcpus[n]);
	if (vgicv5_vcpu_load(&v->vcpu) == VGICV5_OK) {
		v->pe = n;
		while (!stopped() && guest_step(v, n, &random))
			;
	}
	vgicv5_vcpu_put(&v->vcpu, VGICV5_PUT_PREEMPTED);
	v->pe = WORLD_NO_PE;
	return NULL;
}

/* ---- Runs ---- */

static void set_up(void)
{
	struct vgicv5_vm_config config = world_vm_config(32);
	struct world_vcpu *v;
	uint32_t n;

	config.deactivated = deactivated;
	memset(lines, 0, sizeof(lines));
	memset(mailbox, 0, sizeof(mailbox));
	stop = false;
	world_create(&world, &world_hosts[0], VCPUS);
	vm = world_add_vm(&world, &config, VCPUS, NULL);
	for (n = VCPUS; n-- > 0;) {
		v = &vm->vcpus[n];
		world_load(v, 0);
		guest_boot_cpu(v);
		if (n)
			world_preempt(v);
	}
	guest_boot_irs(v, 0);
	for (n = 0; n < LINES; n++) {
		guest_trigger_mode(v, n, GICV5_HM_LEVEL);
		guest_set_up(v, SPI(n), 8, n % VCPUS);
		if (n != TOGGLED)
			assert_int_equal(vgicv5_eoi_register(&vm->vm, n), VGICV5_OK);
	}
	world_preempt(v);
}

static bool all_raised(unsigned int rounds)
{
	uint32_t spi;

	for (spi = 0; spi < LINES; spi++)
		if (get(&lines[spi].raised) < rounds)
			return false;
	return true;
}

static void wait_for(unsigned int rounds)
{
	const struct timespec pause = {.tv_nsec = 1000000};
	unsigned int quiet = 0;
	uint64_t last = 0;
	uint64_t now;
	uint32_t spi;

	while (!all_raised(rounds)) {
		nanosleep(&pause, NULL);
		for (spi = 0, now = 0; spi < LINES; spi++)
			now += get(&lines[spi].raised);
		quiet = now == last ? quiet + 1 : 0;
		last = now;
		if (quiet > STUCK_SECONDS * 1000)
			fail_msg("nothing goes on: the end of an interrupt was not heard");
	}
}

static void start(pthread_t *threads)
{
	uintptr_t i;

	for (i = 0; i < VCPUS; i++)
		assert_int_equal(pthread_create(threads++, NULL, be_a_vcpu, (void *)i), 0);
	for (i = 0; i < LINES; i++)
		assert_int_equal(pthread_create(threads++, NULL, be_a_device, (void *)i), 0);
	assert_int_equal(pthread_create(threads, NULL, toggle, NULL), 0);
}

#define THREADS (VCPUS + LINES + 1)

static void join(const pthread_t *threads)
{
	unsigned int i;

	__atomic_store_n(&stop, true, __ATOMIC_SEQ_CST);
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	hal_host_set_pe(0, &world.pcpus[0]);
}

/* Lowers every line and ends what the guest left active. */
static void finish(struct world_vcpu *v)
{
	uint32_t n, spi;

	for (spi = 0; spi < LINES; spi++)
		assert_int_equal(vgicv5_inject_spi(&vm->vm, spi, false), VGICV5_OK);
	for (n = 0; n < VCPUS; n++)
		assert_true(end_those_asked_for(v, n));
	/* One that was withdrawn is found out by the next trap. */
	for (spi = 0; spi < LINES; spi++)
		guest_gic(v, GICV5_GIC_CDDI, SPI(spi));
}

static void notices(void **state)
{
	struct world_vcpu *v;
	pthread_t threads[THREADS];
	struct vgicv5_traps traps;
	uint32_t spi;

	(void)state;
	set_up();
	start(threads);
	wait_for(ROUNDS);
	join(threads);
	v = &vm->vcpus[0];
	world_load(v, 0);
	finish(v);
	(void)guest_irq(v);
	for (spi = 0; spi < LINES; spi++) {
		print_message("line %u: raised %lu, deactivated %lu, heard %lu\n", spi,
			      (unsigned long)lines[spi].raised, (unsigned long)lines[spi].deactivated,
			      (unsigned long)lines[spi].heard);
		if (spi == TOGGLED)
			assert_true(lines[spi].heard <= lines[spi].deactivated);
		else
			assert_int_equal(lines[spi].heard, lines[spi].deactivated);
	}
	assert_int_equal(vm->vm.eoi.count, 0);
	assert_int_equal(vm->vm.eoi.awaited, 0);
	vgicv5_vcpu_traps(&v->vcpu, &traps);
	assert_true(GICV5_GET(ICH_HFGITR_EL2_GICCDDI, traps.hfgitr));
	world_destroy(&world);
}

static void death_in_flight(void **state)
{
	pthread_t threads[THREADS];
	unsigned int life;

	(void)state;
	for (life = 0; life < 5; life++) {
		set_up();
		start(threads);
		wait_for(3 + 5 * life);
		vgicv5_vm_kill(&vm->vm, "test");
		join(threads);
		assert_int_equal(vgicv5_vm_destroy(&vm->vm), VGICV5_OK);
		assert_int_equal(vgicv5_vm_start(&vm->vm), VGICV5_OK);
		assert_int_equal(vm->vm.eoi.count, 0);
		world_load(&vm->vcpus[0], 0);
		world_destroy(&world);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(notices), cmocka_unit_test(death_in_flight)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
