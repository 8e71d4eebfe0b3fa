/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * msi [NAME]: MSIs to virtual ITSs: what KVM refuses; by ioctl and by irqfd, from threads and another process, while the
 * guest maps, moves and invalidates their events: each is taken once, on the vCPU and as the LPI that the guest's
 * tables said. The end of VMs with MSIs under way.
 */
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/wait.h>

#include <vgicv5/arch/its.h>

#include "gicstate.h"
#include "its.h"

#define SEED 1u
#define BAD_POINTER ((void *)8)

static void never_run(void)
{
	GUEST_FAIL("runs");
}

/* ---- Guests that take LPIs ---- */

static volatile uint32_t opened, finish;

/* Event `event` of a device of an ITS is this LPI; odd ones are vCPU 1's. */
#define LPI_OF(its, device, event) ((its)*32 + (device)*4 + (event))
#define MAPPED_DEVICES 4u
#define MAPPED_EVENTS 4u

static void map_all(void)
{
	uint32_t its, device, event;

	for (its = 0; its < ITSS; its++)
		for (device = 0; device < MAPPED_DEVICES; device++)
			for (event = 0; event < MAPPED_EVENTS; event++) {
				uint32_t lpi = LPI_OF(its, device, event);

				guest_lpi(lpi, lpi % 2);
				its_set_event(its, device, event, lpi);
			}
}

static void guest_taker(void)
{
	guest_cpu_open();
	guest_ppi_enable(GICV5_PPI_SW);
	if (!guest_get_vcpuid()) {
		its_open_all();
		map_all();
		opened = 1;
	}
	guest_take_until(&finish);
	GUEST_DONE();
}

static void start_takers(struct machine *m)
{
	machine_with_itss(m, 2, guest_taker);
	EXPECT(signal_event(m, 0, 0, 0), 0);
	machine_start(m);
	wait_for(SHARED(m, opened), 1, "the guest's ITSs");
}

static void stop_takers(struct machine *m)
{
	unsigned int i;

	*SHARED(m, finish) = 1;
	for (i = 0; i < m->vcpus; i++)
		sw_ppi_line(m, i, true);
	machine_join(m);
}

static volatile uint32_t *taken_of(struct machine *m, unsigned int vcpu, uint32_t lpi)
{
	return &(*SHARED(m, lpis_taken))[vcpu][lpi];
}

/* Each LPI that events are mapped to was taken `count` times on its vCPU, and nothing else was. */
static void expect_counts(struct machine *m, uint32_t count)
{
	uint32_t vcpu, lpi;

	for (vcpu = 0; vcpu < ARRAY_SIZE(lpis_taken); vcpu++)
		for (lpi = 0; lpi < LPIS; lpi++) {
			bool mapped = lpi % 32 < MAPPED_DEVICES * MAPPED_EVENTS && lpi % 2 == vcpu;
			uint32_t got = *taken_of(m, vcpu, lpi);

			TEST_ASSERT(got == (mapped ? count : 0), "vCPU %u, LPI %u: %u times", vcpu, lpi, got);
		}
}

/* ---- What KVM_SIGNAL_MSI refuses, and what the guest blocks ---- */

static void refused_messages(struct machine *m)
{
	struct kvm_msi msi = {.address_lo = ITS_TRANSLATER_AT(0)};

	EXPECT(signal_raw(m, &msi), -EINVAL);
	msi.flags = ~0u;
	EXPECT(signal_raw(m, &msi), -EINVAL);
	msi.flags = KVM_MSI_VALID_DEVID | 2;
	EXPECT(signal_raw(m, &msi), -EINVAL);
	EXPECT(signal_raw(m, BAD_POINTER), -EFAULT);
	EXPECT(signal_msi(m, ITS_BASE(0), 0, 0), -EINVAL);
	EXPECT(signal_msi(m, ITS_TRANSLATER_AT(0) + 4, 0, 0), -EINVAL);
	EXPECT(signal_msi(m, ITS_TRANSLATER_AT(ITSS), 0, 0), -EINVAL);
	EXPECT(signal_msi(m, ITS_TRANSLATER_AT(0) | (uint64_t)1 << 32, 0, 0), -EINVAL);
	EXPECT(signal_msi(m, IRS_BASE + SZ_64K, 0, 0), -EINVAL);
	EXPECT(signal_msi(m, 0, 0, 0), -EINVAL);
}

static void blocked_messages(struct machine *m)
{
	EXPECT(signal_event(m, 0, ITS_DEVICES, 0), 0);
	EXPECT(signal_event(m, 0, ~0u, 0), 0);
	EXPECT(signal_event(m, 0, 0, ITS_EVENTS), 0);
	EXPECT(signal_event(m, 0, 0, ~0u), 0);
	/* 16 bits are enough for any event: what is above them must not be cut off. */
	EXPECT(signal_event(m, 0, 0, 1u << 16), 0);
	EXPECT(signal_event(m, 0, 0, MAPPED_EVENTS), 0);
	EXPECT(signal_event(m, 0, MAPPED_DEVICES, 0), 0);
	EXPECT(signal_event(m, ITSS - 1, 0, ITS_EVENTS - 1), 0);
}

static void refused_routes(struct machine *m)
{
	struct kvm_irq_routing_entry route = msi_route(1, 0, 0, 0);

	route.flags = 2;
	EXPECT(set_routes(m, &route, 1), EINVAL);
	route = msi_route(4096, 0, 0, 0);
	EXPECT(set_routes(m, &route, 1), EINVAL);
	route = pin_route(1, 1024);
	EXPECT(set_routes(m, &route, 1), EINVAL);
	route.type = KVM_IRQ_ROUTING_S390_ADAPTER;
	EXPECT(set_routes(m, &route, 1), EINVAL);
}

static void refusals(void)
{
	struct machine m;

	machine_bare(&m, 1, never_run);
	EXPECT(signal_event(&m, 0, 0, 0), -ENODEV);
	TEST_ASSERT(its_create(&m) >= 0, "no ITS");
	EXPECT(signal_event(&m, 0, 0, 0), -EBUSY);
	machine_free(&m);

	start_takers(&m);
	refused_messages(&m);
	blocked_messages(&m);
	refused_routes(&m);
	expect_counts(&m, 0);
	stop_takers(&m);
	expect_counts(&m, 0);
	machine_free(&m);
}

/* ---- Each event is its own LPI ---- */

#define MESSAGES 5u

static void by_ioctl(void)
{
	uint32_t its, device, event, i;
	struct machine m;

	start_takers(&m);
	for (i = 1; i <= MESSAGES; i++)
		for (its = 0; its < ITSS; its++)
			for (device = 0; device < MAPPED_DEVICES; device++)
				for (event = 0; event < MAPPED_EVENTS; event++) {
					uint32_t lpi = LPI_OF(its, device, event);

					EXPECT(signal_event(&m, its, device, event), 1);
					wait_for(taken_of(&m, lpi % 2, lpi), i, "MSIs by ioctl");
				}
	stop_takers(&m);
	expect_counts(&m, MESSAGES);
	machine_free(&m);
}

/* ---- In another VM ---- */

/* The whole state has the ITSs in it; it is for a VM that has the same ones. */
static void saved(void)
{
	struct machine from, to, without;
	struct whole state;

	start_takers(&from);
	EXPECT(signal_event(&from, 0, 0, 0), 1);
	EXPECT(signal_event(&from, 0, ITS_DEVICES, 0), 0);
	stop_takers(&from);
	state = take_whole(&from);

	machine_with_itss(&to, 2, never_run);
	EXPECT(give_whole(&to, state.data, state.bytes), 0);
	TEST_ASSERT(is_same(take_whole(&from), take_whole(&to)), "the state is another one");
	machine_free(&to);
	machine_make(&without, 2, NULL, never_run, 0);
	EXPECT(give_whole(&without, state.data, state.bytes), EINVAL);
	machine_free(&without);
	free(state.data);
	machine_free(&from);
}

/* ---- By irqfds; half of them are written by another process, which has other memory ---- */

#define IRQFDS (ITSS * MAPPED_DEVICES * MAPPED_EVENTS)

struct writer {
	int event[IRQFDS];
	int orders;
	pid_t child;
};

static void make_writer(struct writer *writer)
{
	unsigned int i;
	int ends[2];
	uint8_t order;

	for (i = 0; i < IRQFDS; i++)
		writer->event[i] = kvm_new_eventfd();
	TEST_ASSERT(!pipe(ends), "pipe");
	writer->child = fork();
	TEST_ASSERT(writer->child >= 0, "fork");
	if (!writer->child) {
		close(ends[1]);
		while (read(ends[0], &order, 1) == 1)
			if (eventfd_write(writer->event[order], 1))
				_exit(1);
		_exit(0);
	}
	close(ends[0]);
	writer->orders = ends[1];
}

static void write_event(const struct writer *writer, unsigned int i, bool other_process)
{
	uint8_t order = (uint8_t)i;

	if (other_process)
		TEST_ASSERT(write(writer->orders, &order, 1) == 1, "pipe");
	else
		TEST_ASSERT(!eventfd_write(writer->event[i], 1), "eventfd");
}

static void free_writer(struct writer *writer)
{
	unsigned int i;
	int status;

	close(writer->orders);
	TEST_ASSERT(waitpid(writer->child, &status, 0) == writer->child && !status, "the other process");
	for (i = 0; i < IRQFDS; i++)
		close(writer->event[i]);
}

/* Event `i` of all. */
static uint32_t lpi_of_irqfd(unsigned int i)
{
	unsigned int per_its = MAPPED_DEVICES * MAPPED_EVENTS;

	return LPI_OF(i / per_its, i % per_its / MAPPED_EVENTS, i % MAPPED_EVENTS);
}

static void set_msi_routes(struct machine *m)
{
	struct kvm_irq_routing_entry routes[IRQFDS];
	unsigned int i, per_its = MAPPED_DEVICES * MAPPED_EVENTS;

	for (i = 0; i < IRQFDS; i++)
		routes[i] = msi_route(64 + i, i / per_its, i % per_its / MAPPED_EVENTS, i % MAPPED_EVENTS);
	EXPECT(set_routes(m, routes, IRQFDS), 0);
}

/* The first message of each event finds no translation kept: it is looked up by a worker. */
static void by_irqfd(void)
{
	struct writer writer;
	struct machine m;
	unsigned int i, n;

	make_writer(&writer);
	start_takers(&m);
	set_msi_routes(&m);
	for (i = 0; i < IRQFDS; i++)
		kvm_assign_irqfd(m.vm, 64 + i, writer.event[i]);
	for (n = 1; n <= MESSAGES; n++)
		for (i = 0; i < IRQFDS; i++) {
			uint32_t lpi = lpi_of_irqfd(i);

			write_event(&writer, i, (i + n) % 2);
			wait_for(taken_of(&m, lpi % 2, lpi), n, "MSIs by irqfd");
		}
	stop_takers(&m);
	expect_counts(&m, MESSAGES);
	machine_free(&m);
	free_writer(&writer);
}

/* ---- While the guest moves them ---- */

/*
 * Each event is LPI e, of vCPU 1, or LPI 16 + e, of vCPU 2, or mapped to nothing. `moved` is odd while it is being
 * changed; otherwise what it is.
 */
#define MOVED_EVENTS 8u
#define MOVED_BY_IOCTL \
	4u /* the others are sent by irqfds: they are never mapped to nothing, as nobody could tell */
#define MOVED_ROUNDS 400u
#define WHERE_FIRST 0u
#define WHERE_SECOND 1u
#define WHERE_NONE 2u

static volatile uint32_t moved[MOVED_EVENTS];
static volatile uint32_t where[MOVED_EVENTS];
static volatile uint32_t moves;

static void move(uint32_t e)
{
	static const uint32_t lpi[] = {[WHERE_FIRST] = 0, [WHERE_SECOND] = 16, [WHERE_NONE] = LPIS};
	uint32_t its = e % ITSS, device = e % MAPPED_DEVICES, event = e;
	uint32_t next = (where[e] + 1) % (e < MOVED_BY_IOCTL ? 3 : 2);

	moved[e]++;
	vgicv5_dsb_sy();
	its_set_event(its, device, event, lpi[next] + e);
	if (moves % 2)
		its_invalidate_event(its, device, event);
	else
		its_invalidate_device(its, device);
	where[e] = next;
	vgicv5_dsb_sy();
	moved[e]++;
	moves++;
}

static void guest_mover(void)
{
	uint32_t e;

	guest_cpu_open();
	guest_ppi_enable(GICV5_PPI_SW);
	if (guest_get_vcpuid()) {
		guest_take_until(&finish);
		GUEST_DONE();
	}
	its_open_all();
	for (e = 0; e < MOVED_EVENTS; e++) {
		guest_lpi(e, 1);
		guest_lpi(16 + e, 2);
		move(e);
	}
	opened = 1;
	while (!finish)
		for (e = 0; e < MOVED_EVENTS; e++)
			move(e);
	GUEST_DONE();
}

struct sender {
	struct machine *m;
	bool by_irqfd;
	uint32_t sent[MOVED_EVENTS];
	uint32_t steady; /* events that were sent and taken between two moves */
	pthread_t thread;
};

static uint32_t all_of(struct machine *m, uint32_t e)
{
	return *taken_of(m, 1, e) + *taken_of(m, 2, 16 + e);
}

/* Whether it is under way. */
static bool send_moved(struct sender *sender, uint32_t e, int event)
{
	int result;

	if (sender->by_irqfd) {
		TEST_ASSERT(!eventfd_write(event, 1), "eventfd");
		return true;
	}
	result = signal_event(sender->m, e % ITSS, e % MAPPED_DEVICES, e);
	TEST_ASSERT(result == 0 || result == 1, "KVM_SIGNAL_MSI gives %d", result);
	return result;
}

static void wait_for_all(struct machine *m, uint32_t e, uint32_t count)
{
	time_t end = time(NULL) + 240;

	while (all_of(m, e) < count) {
		TEST_ASSERT(time(NULL) < end, "event %u is lost: %u of %u", e, all_of(m, e), count);
		sched_yield();
	}
}

static void send_one(struct sender *sender, uint32_t e, int event)
{
	struct machine *m = sender->m;
	volatile uint32_t *generation = &(*SHARED(m, moved))[e];
	uint32_t before = __atomic_load_n(generation, __ATOMIC_SEQ_CST), place = (*SHARED(m, where))[e];
	uint32_t first = *taken_of(m, 1, e), second = *taken_of(m, 2, 16 + e);
	bool under_way;

	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	TEST_ASSERT(first + second == sender->sent[e], "event %u was taken twice", e);
	under_way = send_moved(sender, e, event);
	sender->sent[e] += under_way;
	wait_for_all(m, e, sender->sent[e]);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (before % 2 || *generation != before)
		return;
	sender->steady++;
	TEST_ASSERT(under_way == (place != WHERE_NONE), "event %u: mapped to %u, delivered %d", e, place,
		    under_way);
	if (under_way)
		TEST_ASSERT((place == WHERE_FIRST) == (*taken_of(m, 1, e) != first),
			    "event %u of place %u was taken as the other LPI", e, place);
}

static void *send_all(void *argument)
{
	struct sender *sender = argument;
	uint32_t first = sender->by_irqfd ? MOVED_BY_IOCTL : 0, i, e;
	int events[MOVED_EVENTS];

	for (e = first; sender->by_irqfd && e < MOVED_EVENTS; e++) {
		events[e] = kvm_new_eventfd();
		kvm_assign_irqfd(sender->m->vm, 64 + e, events[e]);
	}
	for (i = 0; i < MOVED_ROUNDS; i++) {
		e = first + (uint32_t)random() % (MOVED_EVENTS / 2);
		send_one(sender, e, sender->by_irqfd ? events[e] : -1);
	}
	for (e = first; sender->by_irqfd && e < MOVED_EVENTS; e++) {
		kvm_deassign_irqfd(sender->m->vm, 64 + e, events[e]);
		close(events[e]);
	}
	return NULL;
}

static void moving(void)
{
	struct machine m;
	struct sender senders[2] = {{.m = &m}, {.m = &m, .by_irqfd = true}};
	struct kvm_irq_routing_entry routes[MOVED_EVENTS];
	uint32_t e, i;

	machine_with_itss(&m, 3, guest_mover);
	for (e = 0; e < MOVED_EVENTS; e++)
		routes[e] = msi_route(64 + e, e % ITSS, e % MAPPED_DEVICES, e);
	EXPECT(set_routes(&m, routes, MOVED_EVENTS), 0);
	machine_start(&m);
	wait_for(SHARED(&m, opened), 1, "the guest's ITSs");
	for (i = 0; i < 2; i++)
		TEST_ASSERT(!pthread_create(&senders[i].thread, NULL, send_all, &senders[i]),
			    "pthread_create");
	for (i = 0; i < 2; i++)
		pthread_join(senders[i].thread, NULL);
	stop_takers(&m);
	for (e = 0; e < MOVED_EVENTS; e++)
		TEST_ASSERT(all_of(&m, e) == senders[e >= MOVED_BY_IOCTL].sent[e], "event %u: %u of %u", e,
			    all_of(&m, e), senders[e >= MOVED_BY_IOCTL].sent[e]);
	printf("msi: %u moves, %u and %u of %u messages between them\n", *SHARED(&m, moves),
	       senders[0].steady, senders[1].steady, MOVED_ROUNDS);
	TEST_ASSERT(senders[0].steady && senders[1].steady, "no message came between two moves");
	machine_free(&m);
}

/* ---- The end of a VM ---- */

#define VICTIMS 12u

static void *signal_for_ever(void *argument)
{
	uint32_t i;

	for (i = 0;; i++)
		(void)signal_event(argument, i % ITSS, i / ITSS % MAPPED_DEVICES, i / 8 % MAPPED_EVENTS);
	return NULL;
}

/* A process with a VM, until it is killed. It says when its guest is ready. */
static void victim(const int *events, int ready)
{
	struct machine m;
	pthread_t thread;
	unsigned int i;

	start_takers(&m);
	set_msi_routes(&m);
	for (i = 0; i < IRQFDS; i++)
		kvm_assign_irqfd(m.vm, 64 + i, events[i]);
	TEST_ASSERT(!pthread_create(&thread, NULL, signal_for_ever, &m), "pthread_create");
	TEST_ASSERT(write(ready, "", 1) == 1, "pipe");
	for (;;)
		pause();
}

/* MSIs arrive from here while the VM, and the memory that its tables are in, go away. */
static void kill_one(const int *events, unsigned int after)
{
	unsigned int i;
	int ends[2], status;
	uint8_t byte;
	pid_t child;

	TEST_ASSERT(!pipe(ends), "pipe");
	child = fork();
	if (!child)
		victim(events, ends[1]);
	close(ends[1]);
	TEST_ASSERT(child > 0 && read(ends[0], &byte, 1) == 1, "the VM does not start");
	for (i = 0; waitpid(child, &status, WNOHANG) != child; i++) {
		TEST_ASSERT(!eventfd_write(events[i % IRQFDS], 1), "eventfd");
		if (i == after)
			kill(child, SIGKILL);
	}
	TEST_ASSERT(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "the VM ended by itself: %x", status);
	for (i = 0; i < IRQFDS; i++)
		TEST_ASSERT(!eventfd_write(events[i], 1), "eventfd");
	close(ends[0]);
}

static void killed(void)
{
	int events[IRQFDS];
	unsigned int i;

	for (i = 0; i < IRQFDS; i++)
		events[i] = kvm_new_eventfd();
	for (i = 0; i < VICTIMS; i++)
		kill_one(events, (unsigned int)random() % 2000);
	for (i = 0; i < IRQFDS; i++)
		close(events[i]);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*test)(void);
	} tests[] = {
		{"refusals", refusals}, {"ioctl", by_ioctl}, {"saved", saved},
		{"irqfd", by_irqfd},	{"moving", moving},  {"killed", killed},
	};
	unsigned int i, run = 0;

	test_disable_default_vgic();
	srandom(SEED);
	printf("msi: seed %u\n", SEED);
	for (i = 0; i < ARRAY_SIZE(tests); i++) {
		if (argc > 1 && strcmp(argv[1], tests[i].name))
			continue;
		printf("msi: %s\n", tests[i].name);
		fflush(stdout);
		tests[i].test();
		run++;
	}
	printf("msi: all %u passed\n", run);
	return !run;
}
