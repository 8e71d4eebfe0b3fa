/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief A guest that checks what its GICv5 gets from Xen and from nobody else: exceptions at the right address, timers
 * and event channels on their PPIs, and that whatever comes wakes a vCPU that sleeps, or interrupts one that is busy.
 */
#include "../../guest/aarch64/platform.h"
#include "undef.h"

#define PRIORITY 1u
#define ROUNDS 40u
#define MOST_DELAY 60000u
#define PATIENCE 2000000u
#define IPI 1u /* an LPI */
#define HEADER_CLOSE \
	4 /* quad word of the header of an arm64 Image: whether to close the event channel at the end */

extern const uint64_t _start[];

struct undef_seen undef_seen;

static unsigned int failures;

static void check(const char *what, bool good)
{
	failures += !good;
	log_line("checks: %s %s on cpu%u", good ? "PASS" : "FAIL", what, platform_cpu());
}

/* ---- Undefined instructions ---- */

/* What became of one: it lies at `at`, and the one behind it sets `behind`. */
struct attempt {
	uint64_t at;
	uint64_t behind;
};

#define ATTEMPT(name, instruction)                                                             \
	static void name(struct attempt *attempt)                                              \
	{                                                                                      \
		__asm__ volatile("mov %1, #0\n\tadr %0, 1f\n1:\t" instruction "\n\tmov %1, #1" \
				 : "=&r"(attempt->at), "=&r"(attempt->behind)                  \
				 :                                                             \
				 : "memory", "x0");                                            \
	}

/* The HVCs that stand for accesses that are none of GICv5's (vgicv5_soft/word.h), all with x0. */
ATTEMPT(read_nothing, "hvc #0x87e0")
ATTEMPT(write_nothing, "hvc #0xa7e0")
ATTEMPT(write_read_only, "hvc #0xaa40")
ATTEMPT(execute_nothing, "hvc #0xc9e0")
ATTEMPT(fetch_nothing, "hvc #0xe9e0")
/* Of a GICv3: SGI1R, IAR0, IAR1, PMR. */
ATTEMPT(write_sgi1r, "msr S3_0_C12_C11_5, x0")
ATTEMPT(read_iar0, "mrs x0, S3_0_C12_C8_0")
ATTEMPT(read_iar1, "mrs x0, S3_0_C12_C12_0")
ATTEMPT(read_pmr, "mrs x0, S3_0_C4_C6_0")

#define ESR_UNDEFINED 0x02000000u /* EC 0, an instruction of four bytes */

static void check_attempt(const char *what, void (*function)(struct attempt *))
{
	const volatile struct undef_seen *seen = &undef_seen;
	struct attempt attempt;
	uint64_t before = seen->count;
	bool good;

	function(&attempt);
	good = seen->count == before + 1 && seen->elr == attempt.at && seen->esr == ESR_UNDEFINED &&
	       attempt.behind == 1;
	if (!good)
		log_line(
			"checks: %llx: %u exceptions, the last at %llx with %llx, the next instruction was %s",
			(unsigned long long)attempt.at, (unsigned int)(seen->count - before),
			(unsigned long long)seen->elr, (unsigned long long)seen->esr,
			attempt.behind ? "executed" : "not executed");
	check(what, good);
}

static void test_undefined(void *unused)
{
	uint64_t vectors;

	(void)unused;
	__asm__ volatile("mrs %0, vbar_el1\n\tmsr vbar_el1, %1\n\tisb" : "=&r"(vectors) : "r"(undef_vectors));
	check_attempt("reading a register that is none", read_nothing);
	check_attempt("writing a register that is none", write_nothing);
	check_attempt("writing a read-only register", write_read_only);
	check_attempt("an instruction that is none", execute_nothing);
	check_attempt("an instruction with a result that is none", fetch_nothing);
	check_attempt("writing SGI1R of a GICv3", write_sgi1r);
	check_attempt("reading IAR0 of a GICv3", read_iar0);
	check_attempt("reading IAR1 of a GICv3", read_iar1);
	check_attempt("reading PMR of a GICv3", read_pmr);
	__asm__ volatile("msr vbar_el1, %0\n\tisb" : : "r"(vectors));
}

/* ---- Event channels ---- */

#define HYPERCALL_MEMORY 12u
#define HYPERCALL_EVENT_CHANNEL 32u
#define ADD_TO_PHYSMAP 7u
#define BIND_IPI 7u
#define CLOSE 3u
#define SEND 4u
#define SELF 0x7ff0u
#define SHARED_INFO 0x38000000u /* where a domain has no memory */
#define PENDING_WORDS 64u

struct add_to_physmap {
	uint16_t domain;
	uint16_t size;
	uint32_t space; /* 0: the page of shared_info */
	uint64_t index;
	uint64_t frame;
};

struct bind_ipi {
	uint32_t vcpu;
	uint32_t port;
};

/* The beginning of struct shared_info, with that of its one vcpu_info. */
struct shared_info {
	uint8_t upcall_pending;
	uint8_t unused[7];
	uint64_t pending_selector;
	uint64_t time[4];
	uint64_t pending[PENDING_WORDS];
};

static volatile struct shared_info *const shared = (volatile struct shared_info *)SHARED_INFO;

static int64_t hypercall(uint64_t number, uint64_t operation, void *argument)
{
	register uint64_t x0 __asm__("x0") = operation;
	register uint64_t x1 __asm__("x1") = (uint64_t)(uintptr_t)argument;
	register uint64_t x16 __asm__("x16") = number;

	__asm__ volatile("hvc #0xea1" : "+r"(x0), "+r"(x1), "+r"(x16) : : "memory", "x2", "x3", "x4", "x5");
	return (int64_t)x0;
}

/* An event channel of CPU 0; 0: none. */
static uint32_t event_port;

static bool prepare_events(void)
{
	static struct add_to_physmap map = {.domain = SELF, .frame = SHARED_INFO >> 12};
	static struct bind_ipi bind;

	if (hypercall(HYPERCALL_MEMORY, ADD_TO_PHYSMAP, &map) ||
	    hypercall(HYPERCALL_EVENT_CHANNEL, BIND_IPI, &bind))
		return false;
	event_port = bind.port;
	return true;
}

static void send_event(void)
{
	uint32_t port = event_port;

	(void)hypercall(HYPERCALL_EVENT_CHANNEL, SEND, &port);
}

/* The upcall first: what is set behind it brings another one. */
static void take_events(void)
{
	shared->upcall_pending = 0;
	__asm__ volatile("dsb sy" : : : "memory");
	shared->pending_selector = 0;
	shared->pending[event_port / 64] = 0;
	__asm__ volatile("dsb sy" : : : "memory");
}

/* ---- Interrupts ---- */

enum source { EVENT, CNTV, CNTP, LPI_, NOTHING_ELSE, SOURCES };

static volatile uint32_t arrived[CPUS][SOURCES];

static enum source source_of(uint64_t intid)
{
	switch ((uint32_t)intid) {
	case PPI(GICV5_PPI_SW):
		return EVENT;
	case PPI(GICV5_PPI_CNTV):
		return CNTV;
	case PPI(GICV5_PPI_CNTP):
		return CNTP;
	case LPI(IPI):
		return LPI_;
	default:
		return NOTHING_ELSE;
	}
}

static void handler(void)
{
	uint64_t intid = gic_acknowledge();
	enum source source = source_of(intid);

	if (!GICV5_GET(CDIA_VALID, intid))
		return;
	if (source == EVENT)
		take_events();
	else if (source == CNTV)
		__asm__ volatile("msr cntv_ctl_el0, xzr\n\tisb");
	else if (source == CNTP)
		__asm__ volatile("msr cntp_ctl_el0, xzr\n\tisb");
	arrived[platform_cpu()][source]++;
	gic_eoi();
	gic_deactivate((uint32_t)intid);
}

static uint32_t all_arrived(void)
{
	uint32_t sum = 0;
	unsigned int i;

	for (i = 0; i < SOURCES; i++)
		sum += arrived[platform_cpu()][i];
	return sum;
}

/* Exactly one more, and of this source: awake. */
static bool arrives(enum source source, uint32_t before, uint32_t all)
{
	uint32_t patience = PATIENCE;

	while (arrived[platform_cpu()][source] == before && --patience)
		platform_take_irq(handler, false);
	platform_take_irq(handler, false);
	return arrived[platform_cpu()][source] == before + 1 && all_arrived() == all + 1;
}

static void arm(enum source source, uint64_t ticks)
{
	if (source == CNTV)
		__asm__ volatile("msr cntv_tval_el0, %0\n\tmsr cntv_ctl_el0, %1\n\tisb"
				 :
				 : "r"(ticks), "r"(1ull));
	else
		__asm__ volatile("msr cntp_tval_el0, %0\n\tmsr cntp_ctl_el0, %1\n\tisb"
				 :
				 : "r"(ticks), "r"(1ull));
}

static void prepare_cpu(void *unused)
{
	static const uint8_t ppis[] = {GICV5_PPI_SW, GICV5_PPI_CNTV, GICV5_PPI_CNTP};
	unsigned int i;

	(void)unused;
	for (i = 0; i < sizeof(ppis); i++) {
		ppi_priority(ppis[i], PRIORITY);
		ppi_enable(ppis[i], true);
	}
	cpu_open(GICV5_PRIORITY_LOWEST);
}

static void prepare(void)
{
	ist_install_any();
	irs_enable(true);
	gic_setup(LPI(IPI), PRIORITY); /* for CPU 0, which this is */
	prepare_cpu(0);
	platform_on_cpu(1, prepare_cpu, 0);
	check("an event channel", prepare_events());
}

/* ---- To one that is awake ---- */

static void test_timers(void *unused)
{
	unsigned int i;
	bool good = true;

	(void)unused;
	for (i = 0; i < ROUNDS; i++) {
		enum source source = i % 2 ? CNTV : CNTP;
		uint32_t before = arrived[platform_cpu()][source];
		uint32_t all = all_arrived();

		arm(source, i * 100);
		good &= arrives(source, before, all);
	}
	check("timers", good);
}

static void test_own_events(void)
{
	unsigned int i;
	bool good = true;

	for (i = 0; i < ROUNDS; i++) {
		uint32_t before = arrived[0][EVENT];
		uint32_t all = all_arrived();

		send_event();
		good &= arrives(EVENT, before, all);
	}
	check("events of its own", good);
}

/* ---- From the other CPU ---- */

static volatile uint32_t ready; /* rounds that CPU 0 has begun */
static volatile enum source from_other;

/* On CPU 1: something for CPU 0 in each round, not always at the same moment of it. */
static void send_all(void *unused)
{
	uint32_t round;

	(void)unused;
	for (round = 1; round <= ROUNDS; round++) {
		volatile uint32_t delay = round % 2 ? round * 7 : random_below(MOST_DELAY);

		while (ready < round)
			;
		while (delay)
			delay--;
		if (from_other == EVENT)
			send_event();
		else
			gic_pend(LPI(IPI), true);
	}
}

static void begin_sending(enum source source)
{
	ready = 0;
	from_other = source;
	platform_begin_on_other_cpu(send_all, 0);
}

/* CPU 0 executes instructions that no hypervisor sees. */
static void test_busy(const char *what, enum source source)
{
	bool good = true;
	uint32_t i;

	begin_sending(source);
	for (i = 0; i < ROUNDS; i++) {
		uint32_t before = arrived[0][source];
		uint32_t all = all_arrived();

		ready++;
		good &= arrives(source, before, all);
	}
	platform_end_on_other_cpu();
	check(what, good);
}

/* Until it has arrived; nothing else ever wakes this CPU. */
static void sleep_until(enum source source, uint32_t count)
{
	while (arrived[0][source] != count) {
		__asm__ volatile("dsb sy\n\twfi" : : : "memory");
		platform_take_irq(handler, false);
	}
}

static void test_asleep(const char *what, enum source source)
{
	uint32_t all = all_arrived();
	uint32_t i;

	log_line("checks: %s: it sleeps", what);
	if (source == EVENT || source == LPI_)
		begin_sending(source);
	for (i = 0; i < ROUNDS; i++) {
		uint32_t before = arrived[0][source];

		ready++;
		if (source == CNTV || source == CNTP)
			arm(source, i % 2 ? i * 10 : random_below(MOST_DELAY));
		sleep_until(source, before + 1);
	}
	if (source == EVENT || source == LPI_)
		platform_end_on_other_cpu();
	check(what, all_arrived() == all + ROUNDS);
}

void payload_main(void)
{
	random_seed(1);
	test_undefined(0);
	platform_on_cpu(1, test_undefined, 0);
	prepare();
	test_timers(0);
	platform_on_cpu(1, test_timers, 0);
	test_own_events();
	test_busy("events of another CPU", EVENT);
	test_busy("IPIs", LPI_);
	test_asleep("the virtual timer wakes", CNTV);
	test_asleep("the physical timer wakes", CNTP);
	test_asleep("events of another CPU wake", EVENT);
	test_asleep("IPIs wake", LPI_);
	check("nothing else arrived", !arrived[0][NOTHING_ELSE] && !arrived[1][NOTHING_ELSE]);
	if (_start[HEADER_CLOSE])
		(void)hypercall(HYPERCALL_EVENT_CHANNEL, CLOSE, &event_port);
	log_line("checks: end, %u failed", failures);
}
