/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * resample [NAME]: irqfds with a resamplefd. Each deactivation by the guest is heard of once, by those that have asked
 * for it and as long as they do; deactivations that nobody has asked for do not trap.
 */
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/wait.h>

#include "gicstate.h"
#include "its.h"

#define CYCLES 100u
#define UNREGISTERED 10
#define HANG_MS 240000

/* The SPIs of these tests. */
#define LEVEL_SPI 5u
#define EDGE_SPI 6u
#define OTHER_SPI 7u

#define BAD_FD 1000

/* ---- Guests ---- */

static volatile uint32_t ready, finish;

static void guest_taker(void)
{
	guest_cpu_open();
	guest_ppi_enable(GICV5_PPI_SW);
	if (!guest_get_vcpuid()) {
		irs_enable();
		GUEST_ASSERT(guest_spi(LEVEL_SPI, true, 0));
		GUEST_ASSERT(guest_spi(EDGE_SPI, false, 0));
		GUEST_ASSERT(guest_spi(OTHER_SPI, false, 0));
		ready = 1;
	}
	guest_take_until(&finish);
	GUEST_DONE();
}

/* In the middle of an interrupt, acknowledged and not deactivated. */
static void say(uint32_t intid)
{
	if (GICV5_GET(INTID_TYPE, intid) == GICV5_TYPE_SPI)
		GUEST_SYNC(1 + GICV5_GET(INTID_ID, intid));
}

/* Deactivated on the vCPU that did not acknowledge it. */
static volatile uint32_t to_deactivate, deactivated;

static void guest_two(void)
{
	uint32_t me = guest_get_vcpuid(), i;

	guest_cpu_open();
	if (!me) {
		irs_enable();
		GUEST_ASSERT(guest_spi(LEVEL_SPI, true, 0));
		ready = 1;
	}
	for (i = 1; i <= CYCLES; i++) {
		if (me) {
			while (to_deactivate != i)
				cpu_relax();
			vgicv5_gic_CDDI(SPI(LEVEL_SPI));
			deactivated = i;
			continue;
		}
		while (!GICV5_GET(CDIA_VALID, vgicv5_gicr_CDIA()))
			wfi();
		vgicv5_gsb_ACK();
		vgicv5_isb();
		vgicv5_gic_CDEOI();
		to_deactivate = i;
		while (deactivated != i)
			cpu_relax();
	}
	GUEST_DONE();
}

/* ---- Host ---- */

static int assign(struct machine *m, uint32_t gsi, int event, int resample)
{
	struct kvm_irqfd irqfd = {
		.fd = (uint32_t)event,
		.gsi = gsi,
		.flags = KVM_IRQFD_FLAG_RESAMPLE,
		.resamplefd = (uint32_t)resample,
	};

	return __vm_ioctl(m->vm, KVM_IRQFD, &irqfd) ? errno : 0;
}

/* Events of a resamplefd since the last look; waits for the first if there must be one. */
static uint64_t resampled(int resample, bool wait)
{
	struct pollfd look = {.fd = resample, .events = POLLIN};
	eventfd_t count;

	if (poll(&look, 1, wait ? HANG_MS : 0) == 0) {
		TEST_ASSERT(!wait, "the end of an interrupt is not heard of");
		return 0;
	}
	TEST_ASSERT(!eventfd_read(resample, &count), "eventfd");
	return count;
}

static void raise_it(int event)
{
	TEST_ASSERT(!eventfd_write(event, 1), "eventfd");
}

/* Deactivations that trapped, of all vCPUs. */
static unsigned long traps(struct machine *m)
{
	char line_[256];
	unsigned long sum = 0, n;
	FILE *file;

	snprintf(line_, sizeof(line_), "/sys/kernel/debug/kvm/%d-%d/vgicv5", getpid(), m->vm->fd);
	file = fopen(line_, "r");
	TEST_ASSERT(file, "%s: %s", line_, strerror(errno));
	while (fgets(line_, sizeof(line_), file))
		if (sscanf(line_, " trapped deactivations: %lu", &n) == 1)
			sum += n;
	fclose(file);
	return sum;
}

static void start(struct machine *m, unsigned int vcpus, void *code)
{
	machine_make(m, vcpus, NULL, code, 0);
	machine_start(m);
	wait_for(SHARED(m, ready), 1, "the guest's SPIs");
}

static void stop(struct machine *m)
{
	unsigned int i;

	*SHARED(m, finish) = 1;
	for (i = 0; i < m->vcpus; i++)
		sw_ppi_line(m, i, true);
	machine_join(m);
}

static uint32_t taken_spis(struct machine *m, uint32_t spi)
{
	return (*SHARED(m, taken))[0].spi[spi];
}

static volatile uint32_t *spi_counter(struct machine *m, uint32_t spi)
{
	return &(*SHARED(m, taken))[0].spi[spi];
}

/* ---- Tests ---- */

static void refusals(void)
{
	int event = kvm_new_eventfd(), resample = kvm_new_eventfd(), other = kvm_new_eventfd();
	struct machine m;

	machine_bare(&m, 1, guest_taker);
	EXPECT(assign(&m, LEVEL_SPI, event, resample), EAGAIN);
	machine_init(&m, 0);
	EXPECT(assign(&m, LEVEL_SPI, event, BAD_FD), EBADF);
	EXPECT(assign(&m, LEVEL_SPI, event, m.vm->fd), EINVAL);
	EXPECT(assign(&m, LEVEL_SPI, BAD_FD, resample), EBADF);
	EXPECT(assign(&m, LEVEL_SPI, event, resample), 0);
	/* One irqfd for an eventfd; those that failed must not have left anything behind. */
	EXPECT(assign(&m, LEVEL_SPI, event, other), EBUSY);
	EXPECT(assign(&m, EDGE_SPI, other, resample), 0);
	machine_free(&m);
	close(event);
	close(resample);
	close(other);
}

/* One cycle is one interrupt, one event and one trap; then other SPIs, without any. */
static void cycles(void)
{
	int event = kvm_new_eventfd(), resample = kvm_new_eventfd(), plain = kvm_new_eventfd();
	struct machine m;
	uint32_t i;

	start(&m, 1, guest_taker);
	EXPECT(assign(&m, LEVEL_SPI, event, resample), 0);
	kvm_assign_irqfd(m.vm, OTHER_SPI, plain);
	for (i = 1; i <= CYCLES; i++) {
		raise_it(event);
		EXPECT((int)resampled(resample, true), 1);
		wait_for(spi_counter(&m, LEVEL_SPI), i, "level interrupts");
	}
	EXPECT((int)traps(&m), (int)CYCLES);
	for (i = 1; i <= CYCLES; i++) {
		raise_it(plain);
		wait_for(spi_counter(&m, OTHER_SPI), i, "edge interrupts");
	}
	EXPECT((int)traps(&m), (int)CYCLES);
	stop(&m);
	EXPECT((int)resampled(resample, false), 0);
	EXPECT((int)taken_spis(&m, LEVEL_SPI), (int)CYCLES);
	EXPECT((int)taken_spis(&m, OTHER_SPI), (int)CYCLES);
	machine_free(&m);
	close(event);
	close(resample);
	close(plain);
}

/* Two that drive one line, and one that drives an edge. */
static void shared_line(void)
{
	int event[3], resample[3];
	struct machine m;
	uint32_t i, n;

	start(&m, 2, guest_taker);
	for (n = 0; n < 3; n++) {
		event[n] = kvm_new_eventfd();
		resample[n] = kvm_new_eventfd();
		EXPECT(assign(&m, n < 2 ? LEVEL_SPI : EDGE_SPI, event[n], resample[n]), 0);
	}
	for (i = 1; i <= CYCLES; i++) {
		raise_it(event[i % 2]);
		EXPECT((int)resampled(resample[0], true), 1);
		EXPECT((int)resampled(resample[1], true), 1);
		raise_it(event[2]);
		EXPECT((int)resampled(resample[2], true), 1);
	}
	stop(&m);
	EXPECT((int)taken_spis(&m, LEVEL_SPI), (int)CYCLES);
	EXPECT((int)taken_spis(&m, EDGE_SPI), (int)CYCLES);
	for (n = 0; n < 3; n++)
		EXPECT((int)resampled(resample[n], false), 0);
	machine_free(&m);
	for (n = 0; n < 3; n++) {
		close(event[n]);
		close(resample[n]);
	}
}

/* Acknowledged on one vCPU, deactivated on another. */
static void other_vcpu(void)
{
	int event = kvm_new_eventfd(), resample = kvm_new_eventfd();
	struct machine m;
	uint32_t i;

	start(&m, 2, guest_two);
	EXPECT(assign(&m, LEVEL_SPI, event, resample), 0);
	for (i = 1; i <= CYCLES; i++) {
		raise_it(event);
		EXPECT((int)resampled(resample, true), 1);
	}
	machine_join(&m);
	EXPECT((int)resampled(resample, false), 0);
	EXPECT((int)traps(&m), (int)CYCLES);
	machine_free(&m);
	close(event);
	close(resample);
}

/* The guest is in the middle of the interrupt when nobody wants to hear of its end any more; later somebody does. */
static void unregistered_in_flight(void)
{
	int event = kvm_new_eventfd(), resample = kvm_new_eventfd();
	struct machine m;
	unsigned long before = 0;
	int i;

	machine_make(&m, 1, NULL, guest_taker, 0);
	*SHARED(&m, guest_hook) = say;
	for (i = 0; i < UNREGISTERED; i++) {
		EXPECT(assign(&m, LEVEL_SPI, event, resample), 0);
		raise_it(event);
		EXPECT((int)machine_sync(&m, 0), 1 + LEVEL_SPI);
		kvm_deassign_irqfd(m.vm, LEVEL_SPI, event);
		before = traps(&m);
		/* What the guest does next tells that it has gone on. */
		spi_line(&m, OTHER_SPI, true);
		spi_line(&m, OTHER_SPI, false);
		EXPECT((int)machine_sync(&m, 0), 1 + OTHER_SPI);
		EXPECT((int)resampled(resample, false), 0);
		EXPECT((int)traps(&m), (int)before);
	}
	/* That of the other SPI, while the next one was in flight. */
	EXPECT((int)before, UNREGISTERED - 1);
	machine_free(&m);
	close(event);
	close(resample);
}

/* The route of the GSI leads to another SPI, then to none. */
static void rerouted(void)
{
	struct kvm_irq_routing_entry route = pin_route(64, LEVEL_SPI);
	int event = kvm_new_eventfd(), resample = kvm_new_eventfd();
	struct machine m;
	uint32_t i;

	start(&m, 1, guest_taker);
	EXPECT(assign(&m, 64, event, resample), 0);
	for (i = 1; i <= CYCLES; i++) {
		route = pin_route(64, i % 2 ? LEVEL_SPI : EDGE_SPI);
		EXPECT(set_routes(&m, &route, 1), 0);
		raise_it(event);
		EXPECT((int)resampled(resample, true), 1);
	}
	wait_for(spi_counter(&m, LEVEL_SPI), CYCLES / 2, "level interrupts");
	wait_for(spi_counter(&m, EDGE_SPI), CYCLES / 2, "edge interrupts");
	EXPECT((int)traps(&m), (int)CYCLES);
	EXPECT(set_routes(&m, &route, 0), 0);
	spi_line(&m, EDGE_SPI, true);
	spi_line(&m, EDGE_SPI, false);
	wait_for(spi_counter(&m, EDGE_SPI), CYCLES / 2 + 1, "an edge");
	stop(&m);
	EXPECT((int)resampled(resample, false), 0);
	EXPECT((int)taken_spis(&m, LEVEL_SPI), (int)CYCLES / 2);
	EXPECT((int)taken_spis(&m, EDGE_SPI), (int)CYCLES / 2 + 1);
	EXPECT((int)traps(&m), (int)CYCLES);
	machine_free(&m);
	close(event);
	close(resample);
}

/* The state of a VM in which nobody has asked takes the place of this one's, whose notifiers stay. */
static void restored(void)
{
	int event = kvm_new_eventfd(), resample = kvm_new_eventfd();
	struct machine from, to;
	struct whole state;
	uint32_t i;

	machine_make(&from, 1, NULL, guest_taker, 0);
	state = take_whole(&from);
	machine_free(&from);
	machine_make(&to, 1, NULL, guest_taker, 0);
	EXPECT(assign(&to, LEVEL_SPI, event, resample), 0);
	EXPECT(give_whole(&to, state.data, state.bytes), 0);
	machine_start(&to);
	wait_for(SHARED(&to, ready), 1, "the guest's SPIs");
	for (i = 1; i <= CYCLES; i++) {
		raise_it(event);
		EXPECT((int)resampled(resample, true), 1);
	}
	stop(&to);
	EXPECT((int)taken_spis(&to, LEVEL_SPI), (int)CYCLES);
	EXPECT((int)traps(&to), (int)CYCLES);
	machine_free(&to);
	free(state.data);
	close(event);
	close(resample);
}

/* ---- The end of a VM in the middle of an interrupt ---- */

static void victim(int event, int resample, int told)
{
	struct machine m;

	machine_make(&m, 1, NULL, guest_taker, 0);
	*SHARED(&m, guest_hook) = say;
	EXPECT(assign(&m, LEVEL_SPI, event, resample), 0);
	raise_it(event);
	EXPECT((int)machine_sync(&m, 0), 1 + LEVEL_SPI);
	TEST_ASSERT(write(told, "", 1) == 1, "pipe");
	machine_sync(&m, 0);
	for (;;)
		pause();
}

static void killed(void)
{
	int event = kvm_new_eventfd(), resample = kvm_new_eventfd(), ends[2], status;
	unsigned int i;
	uint8_t byte;
	pid_t child;

	for (i = 0; i < 10; i++) {
		TEST_ASSERT(!pipe(ends), "pipe");
		child = fork();
		if (!child)
			victim(event, resample, ends[1]);
		close(ends[1]);
		TEST_ASSERT(child > 0 && read(ends[0], &byte, 1) == 1, "the VM does not start");
		if (i % 2)
			raise_it(event);
		kill(child, SIGKILL);
		TEST_ASSERT(waitpid(child, &status, 0) == child && WIFSIGNALED(status),
			    "the VM ended by itself");
		raise_it(event);
		TEST_ASSERT(resampled(event, true) >= 1, "the eventfd is still an irqfd");
		close(ends[0]);
	}
	close(event);
	close(resample);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*test)(void);
	} tests[] = {
		{"refusals", refusals},
		{"cycles", cycles},
		{"shared-line", shared_line},
		{"other-vcpu", other_vcpu},
		{"unregistered-in-flight", unregistered_in_flight},
		{"rerouted", rerouted},
		{"restored", restored},
		{"killed", killed},
	};
	unsigned int i, run = 0;

	test_disable_default_vgic();
	for (i = 0; i < ARRAY_SIZE(tests); i++) {
		if (argc > 1 && strcmp(argv[1], tests[i].name))
			continue;
		printf("resample: %s\n", tests[i].name);
		fflush(stdout);
		tests[i].test();
		run++;
	}
	printf("resample: all %u passed\n", run);
	return !run;
}
