// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Real threads, one per PE, that run vCPUs of several VMs, while others inject, doorbells ring on any PE, guests
 * send each other IPIs, switch their IRS off and on, sleep and wander between PEs.
 *
 * Every interrupt is a message with a number: a sender first writes the number, then injects; the guest reads it
 * when it takes the interrupt. At the end every last number must have been read: one wake-up lost and a sender
 * waits for ever, which is seen by nothing going on.
 *
 * The devices of the first VM have wires at the host, which are assigned to the VM and given back all the time.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include <vgicv5/assign.h>

#include "world.h"

#define PES 3
#define VMS 2
#define VCPUS 3 /* of each VM: more than there are PEs */
#define LPI_ID_BITS 14
#define ROUNDS 3000 /* messages on every channel */
#define SLICE 12    /* things a guest does before it is preempted */
#define STUCK_SECONDS 60

enum status { READY, RUNNING, BLOCKED };

/* A message line into a guest: edge LPI, or level SPI that the guest's handler lowers. */
struct channel {
	struct runner *to;
	uint32_t intid;
	uint64_t sent; /* number of the last message */
	uint64_t seen; /* number that the guest read last */
};

/* LPI n of a VM is the host's message to vCPU n, LPI VCPUS + n its IPI from the vCPU before it, SPI n its device. */
struct runner {
	struct world_vcpu *v;
	struct channel msi;
	struct channel ipi;
	struct channel device;
	enum status status; /* under queue_mutex */
	unsigned int random;
};

static struct world world;
static struct runner runners[VMS * VCPUS];
static pthread_mutex_t queue_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t queue_cond = PTHREAD_COND_INITIALIZER;
static unsigned int next_runner;
static bool stop;
static uint64_t progress;
static uint64_t doorbells;
static bool wires[VCPUS]; /* of the first VM's devices */
static uint64_t assigned;

static unsigned int pick(unsigned int *random, unsigned int below)
{
	*random = *random * 1103515245u + 12345u;
	return (*random >> 16) % below;
}

/* ---- Scheduler ---- */

static struct runner *runner_of(const struct vgicv5_vcpu *vcpu)
{
	unsigned int i;

	for (i = 0; i < VMS * VCPUS; i++)
		if (&runners[i].v->vcpu == vcpu)
			return &runners[i];
	return NULL;
}

static void on_kick(void *ctx, struct vgicv5_vcpu *vcpu)
{
	struct runner *r = runner_of(vcpu);

	(void)ctx;
	if (!r)
		return;
	pthread_mutex_lock(&queue_mutex);
	if (r->status == BLOCKED) {
		r->status = READY;
		pthread_cond_broadcast(&queue_cond);
	}
	pthread_mutex_unlock(&queue_mutex);
}

static struct runner *take_ready(void)
{
	unsigned int i;

	for (i = 0; i < VMS * VCPUS; i++) {
		struct runner *r = &runners[next_runner++ % (VMS * VCPUS)];

		if (r->status == READY)
			return r;
	}
	return NULL;
}

static struct runner *next_ready(void)
{
	struct runner *r;

	pthread_mutex_lock(&queue_mutex);
	for (r = take_ready(); !r && !stop; r = take_ready())
		pthread_cond_wait(&queue_cond, &queue_mutex);
	if (stop)
		r = NULL;
	if (r)
		r->status = RUNNING;
	pthread_mutex_unlock(&queue_mutex);
	return r;
}

/* A kick that comes before the vCPU is BLOCKED does nothing: it is for vgicv5_vcpu_runnable() to know of its cause. */
static void give_back(struct runner *r, enum vgicv5_put_reason reason)
{
	r->v->pe = WORLD_NO_PE;
	vgicv5_vcpu_put(&r->v->vcpu, reason);
	pthread_mutex_lock(&queue_mutex);
	if (reason == VGICV5_PUT_IDLE && !vgicv5_vcpu_runnable(&r->v->vcpu))
		r->status = BLOCKED;
	else
		r->status = READY;
	pthread_cond_broadcast(&queue_cond);
	pthread_mutex_unlock(&queue_mutex);
}

/* ---- Devices ---- */

/* Software says what the line is, too: it counts while the wire is not the VM's. */
static void drive(const struct runner *r, bool high)
{
	uint32_t spi = (uint32_t)GICV5_GET(INTID_ID, r->device.intid);

	if (r < &runners[VCPUS]) {
		__atomic_store_n(&wires[spi], high, __ATOMIC_SEQ_CST);
		vgicv5_soft_set_spi(world.soft, spi, high);
	}
	vgicv5_inject_spi(&r->v->vm->vm, spi, high);
}

/* The handler of the physical interrupt: looks again, as the device may have moved meanwhile. */
static void sample(struct vgicv5_vm *vm, uint32_t spi)
{
	bool high;

	do {
		high = __atomic_load_n(&wires[spi], __ATOMIC_SEQ_CST);
		vgicv5_inject_spi(vm, spi, high);
	} while (__atomic_load_n(&wires[spi], __ATOMIC_SEQ_CST) != high);
}

/* On a PE of its own, as it looks at the state of physical SPIs there. */
static void *assign_and_return(void *arg)
{
	struct vgicv5_vm *vm = &world.vms[0].vm;
	uint32_t spi;

	(void)arg;
	hal_host_set_pe(PES, &world.pcpus[PES]);
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED))
		for (spi = 0; spi < VCPUS; spi++) {
			if (vgicv5_spi_assign(vm, spi) == VGICV5_OK)
				assigned++;
			sched_yield();
			(void)vgicv5_spi_unassign(vm, spi);
			sample(vm, spi);
		}
	return NULL;
}

/* ---- Guests ---- */

static void receive(struct channel *channel)
{
	uint64_t sent = __atomic_load_n(&channel->sent, __ATOMIC_ACQUIRE);

	__atomic_store_n(&channel->seen, sent, __ATOMIC_RELEASE);
	__atomic_fetch_add(&progress, 1, __ATOMIC_RELAXED);
}

/* A token goes round the vCPUs of a VM: who gets it passes it on. */
static void pass_token(struct runner *from)
{
	struct runner *to = &runners[(from - runners) / VCPUS * VCPUS + (from - runners + 1) % VCPUS];

	if (to->ipi.sent == ROUNDS)
		return;
	__atomic_store_n(&to->ipi.sent, to->ipi.sent + 1, __ATOMIC_RELEASE);
	guest_pend(from->v, to->ipi.intid, true);
}

/* @return false: there was nothing to take. */
static bool handle_one(struct runner *r)
{
	uint64_t intid = guest_cdia(r->v);

	if (!GICV5_GET(CDIA_VALID, intid))
		return false;
	guest_gic(r->v, GICV5_GIC_CDEOI, 0);
	if ((uint32_t)intid == r->msi.intid)
		receive(&r->msi);
	if ((uint32_t)intid == r->ipi.intid) {
		receive(&r->ipi);
		pass_token(r);
	}
	if ((uint32_t)intid == r->device.intid) {
		drive(r, false);
		receive(&r->device);
	}
	guest_gic(r->v, GICV5_GIC_CDDI, intid);
	return true;
}

static void blink_irs(struct runner *r)
{
	guest_mmio_write(r->v, GICV5_IRS_CR0, 4, 0);
	guest_mmio_write(r->v, GICV5_IRS_CR0, 4, GICV5_MASK(IRS_CR0_IRSEN));
}

/* @return false: the guest waits for an interrupt. */
static bool guest_step(struct runner *r)
{
	switch (pick(&r->random, 40)) {
	case 0:
		blink_irs(r);
		return true;
	case 1:
		return guest_irq(r->v);
	default:
		return handle_one(r);
	}
}

static void run_for_a_while(struct runner *r, unsigned int pe)
{
	enum vgicv5_put_reason reason = VGICV5_PUT_PREEMPTED;
	unsigned int i;

	if (vgicv5_vcpu_load(&r->v->vcpu) != VGICV5_OK)
		fail_msg("load failed");
	r->v->pe = pe;
	for (i = 0; i < SLICE && reason == VGICV5_PUT_PREEMPTED; i++)
		if (!guest_step(r))
			reason = VGICV5_PUT_IDLE;
	give_back(r, reason);
}

static void *be_a_pe(void *arg)
{
	unsigned int pe = (unsigned int)(uintptr_t)arg;
	struct runner *r;

	hal_host_set_pe(pe, &world.pcpus[pe]);
	while ((r = next_ready()))
		run_for_a_while(r, pe);
	return NULL;
}

/* ---- Senders outside: MSIs and devices ---- */

static bool finished(const struct channel *channel)
{
	return __atomic_load_n(&channel->seen, __ATOMIC_ACQUIRE) == ROUNDS;
}

static bool all_finished(void)
{
	unsigned int i;

	for (i = 0; i < VMS * VCPUS; i++)
		if (!finished(&runners[i].msi) || !finished(&runners[i].device) || !finished(&runners[i].ipi))
			return false;
	return true;
}

static bool may_send(struct channel *channel)
{
	if (channel->sent == ROUNDS || __atomic_load_n(&channel->seen, __ATOMIC_ACQUIRE) != channel->sent)
		return false;
	__atomic_store_n(&channel->sent, channel->sent + 1, __ATOMIC_RELEASE);
	return true;
}

static void *send(void *arg)
{
	unsigned int msis = arg != NULL;
	unsigned int i;

	hal_host_set_pe(0, NULL);
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		for (i = 0; i < VMS * VCPUS; i++) {
			struct vgicv5_vm *vm = &runners[i].v->vm->vm;

			if (msis && may_send(&runners[i].msi))
				vgicv5_inject_lpi(vm, (uint32_t)GICV5_GET(INTID_ID, runners[i].msi.intid));
			else if (!msis && may_send(&runners[i].device))
				drive(&runners[i], true);
		}
		sched_yield();
	}
	return NULL;
}

static void wait_for_the_end(void)
{
	struct timespec pause = {.tv_nsec = 2000000};
	uint64_t last = 0;
	unsigned int quiet = 0;

	while (!all_finished()) {
		nanosleep(&pause, NULL);
		if (__atomic_load_n(&progress, __ATOMIC_RELAXED) != last)
			quiet = 0;
		last = __atomic_load_n(&progress, __ATOMIC_RELAXED);
		/* Only a wake-up that was lost comes here; a slow machine still makes progress. */
		if (++quiet > STUCK_SECONDS * 500)
			fail_msg("nothing goes on: a wake-up was lost");
	}
}

/* ---- Set-up ---- */

static void boot(struct world_vm *vm, struct runner *r, unsigned int n)
{
	struct world_vcpu *v = &vm->vcpus[n];

	*r = (struct runner){.v = v, .random = n + 1};
	r->msi.intid = LPI(n);
	r->ipi.intid = LPI(VCPUS + n);
	r->device.intid = SPI(n);
	world_load(v, 0);
	if (n == 0)
		guest_boot_irs(v, LPI_ID_BITS);
	guest_boot_cpu(v);
	guest_set_up(v, r->msi.intid, 8, n);
	guest_set_up(v, r->ipi.intid, 9, n);
	guest_set_up(v, r->device.intid, 10, n);
	guest_trigger_mode(v, n, GICV5_HM_LEVEL);
	if (n == VCPUS - 1)
		pass_token(r);
	world_preempt(v);
}

static void set_up(const struct world_host *kind)
{
	struct vgicv5_vm_config config = world_vm_config(32);
	unsigned int i;
	unsigned int n;

	world_create(&world, kind, PES + 1);
	memset(wires, 0, sizeof(wires));
	assigned = 0;
	stop = false;
	progress = 0;
	for (i = 0; i < VMS; i++) {
		struct world_vm *vm = world_add_vm(&world, &config, VCPUS, NULL);

		for (n = 0; n < VCPUS; n++)
			boot(vm, &runners[i * VCPUS + n], n);
	}
}

static void threads(void **state)
{
	pthread_t pes[PES];
	pthread_t senders[2], assigner;
	unsigned int i;

	set_up(*state);
	hal_host_on_kick(on_kick, NULL);
	hal_host_machine_start_interrupts(world.machine);
	for (i = 0; i < PES; i++)
		assert_int_equal(pthread_create(&pes[i], NULL, be_a_pe, (void *)(uintptr_t)i), 0);
	for (i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&senders[i], NULL, send, (void *)(uintptr_t)i), 0);
	assert_int_equal(pthread_create(&assigner, NULL, assign_and_return, NULL), 0);
	wait_for_the_end();
	pthread_mutex_lock(&queue_mutex);
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	pthread_cond_broadcast(&queue_cond);
	pthread_mutex_unlock(&queue_mutex);
	for (i = 0; i < PES; i++)
		pthread_join(pes[i], NULL);
	for (i = 0; i < 2; i++)
		pthread_join(senders[i], NULL);
	pthread_join(assigner, NULL);
	hal_host_machine_stop_interrupts(world.machine);
	hal_host_on_kick(NULL, NULL);
	for (i = 0, doorbells = 0; i < VMS * VCPUS; i++)
		doorbells += runners[i].v->vcpu.doorbells_received;
	print_message("%lu interrupts, %lu doorbells, wires assigned %lu times\n", (unsigned long)progress,
		      (unsigned long)doorbells, (unsigned long)assigned);
	assert_true(assigned > 0);
	assert_true(doorbells > 0);
	world_destroy(&world);
}

/* Injection goes on while the VM is killed; destruction comes after the senders are told, as its contract asks. */
static void kill_under_injection(void **state)
{
	pthread_t senders[2];
	unsigned int i;

	set_up(*state);
	for (i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&senders[i], NULL, send, (void *)(uintptr_t)i), 0);
	for (i = 0; i < VMS; i++)
		vgicv5_vm_kill(&world.vms[i].vm, "test");
	assert_int_equal(vgicv5_inject_lpi(&world.vms[0].vm, 0), VGICV5_DEAD);
	hal_host_set_pe(0, &world.pcpus[0]);
	assert_int_equal(vgicv5_vcpu_load(&runners[0].v->vcpu), VGICV5_DEAD);
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	for (i = 0; i < 2; i++)
		pthread_join(senders[i], NULL);
	world_destroy(&world);
}

int main(void)
{
	struct CMUnitTest tests[] = {cmocka_unit_test(threads), cmocka_unit_test(kill_under_injection)};
	unsigned int i;
	int failed = 0;

	/* The first and the last host of the matrix: one IRS and three. */
	for (i = 0; i < world_host_count; i += world_host_count - 1) {
		tests[0].initial_state = (void *)(uintptr_t)&world_hosts[i];
		tests[1].initial_state = (void *)(uintptr_t)&world_hosts[i];
		failed += cmocka_run_group_tests_name(world_hosts[i].name, tests, NULL, NULL);
	}
	return failed;
}
