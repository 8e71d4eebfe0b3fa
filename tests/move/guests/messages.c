/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief A guest with an ITS that is moved with MSIs under way: it has a device send them (tests/kvm/vmm), and counts that each
 * arrives once, as its LPI, on its CPU. It says when all events are pending, and waits there until something is typed; then it
 * sends more, each event's next message when the one before has been taken.
 */
#include "../../guest/aarch64/platform.h"
#include "../../guest/its.h"

#define MESSENGER 0x0b000000u /* a word written here is an MSI: DeviceID in bits 31:16, EventID in 15:0 */
#define UART_DR 0x00
#define UART_FR 0x18
#define UART_FR_RXFE (1u << 4)

#define EVENTS 24u
#define PRIORITY 8u
#define ROUNDS 24u
#define MESSAGES 40u /* of a round */
#define SEED 5u
#define LATE 200000u

static volatile uint32_t arrived[CPUS][EVENTS], others;
static uint32_t sent[EVENTS];
static volatile bool stop;

static void handler(void)
{
	uint64_t intid = gic_acknowledge();
	uint32_t lpi = (uint32_t)GICV5_GET(CDIA_ID, intid);

	if (!GICV5_GET(CDIA_VALID, intid))
		return;
	if (GICV5_GET(CDIA_TYPE, intid) == GICV5_TYPE_LPI && lpi < EVENTS)
		arrived[platform_cpu()][lpi]++;
	else
		others++;
	gic_eoi();
	platform_gic(GICV5_GIC_CDDI, LPI(lpi));
}

static unsigned int cpu_of(uint32_t event)
{
	return event % CPUS;
}

static void take(void *unused)
{
	(void)unused;
	while (!stop)
		platform_take_irq(handler, false);
}

static void send(uint32_t event)
{
	sent[event]++;
	platform_mmio_write(MESSENGER, 4, ITS_DEVICE << 16 | event);
}

/* Until an event's messages have arrived; CPU 1 takes its own. A message too many shows in the end. */
static void wait_for(uint32_t event)
{
	uint32_t looks;

	for (looks = 0; arrived[cpu_of(event)][event] < sent[event]; looks++) {
		platform_take_irq(handler, false);
		if (looks % LATE == LATE - 1)
			log_line("messages: event %u is late, %x", event, (uint32_t)gic_config(LPI(event)));
	}
}

static void wait_for_all(void)
{
	uint32_t event;

	for (event = 0; event < EVENTS; event++)
		wait_for(event);
}

static void hold(void)
{
	uint32_t event;

	for (event = 0; event < EVENTS; event++)
		send(event);
	log_line("messages: %u pending", EVENTS);
	while (platform_mmio_read(PL011_BASE + UART_FR, 4) & UART_FR_RXFE)
		;
	(void)platform_mmio_read(PL011_BASE + UART_DR, 4);
}

static void round_of_messages(unsigned int number)
{
	unsigned int i;

	for (i = 0; i < MESSAGES; i++) {
		uint32_t event = random_below(EVENTS);

		wait_for(event);
		send(event);
	}
	log_line("messages: round %u", number);
}

static unsigned int wrong(void)
{
	unsigned int event, cpu, count = others;

	for (event = 0; event < EVENTS; event++)
		for (cpu = 0; cpu < CPUS; cpu++)
			count += arrived[cpu][event] != (cpu == cpu_of(event) ? sent[event] : 0);
	return count;
}

static void prepare_cpu(void *unused)
{
	(void)unused;
	cpu_open(GICV5_PRIORITY_LOWEST);
}

static void prepare(void)
{
	uint32_t event;

	ist_install_any();
	irs_enable(true);
	its_prepare();
	for (event = 0; event < EVENTS; event++) {
		gic_setup(LPI(event), PRIORITY);
		gic_route(LPI(event), cpu_of(event));
		its_map(event, event);
	}
	prepare_cpu(NULL);
	platform_on_cpu(1, prepare_cpu, NULL);
}

void payload_main(void)
{
	unsigned int round;

	log_line("messages: begin");
	random_seed(SEED);
	prepare();
	hold();
	platform_begin_on_other_cpu(take, NULL);
	wait_for_all();
	for (round = 1; round <= ROUNDS; round++)
		round_of_messages(round);
	wait_for_all();
	stop = true;
	platform_end_on_other_cpu();
	log_line("messages: end, %u messages, %u wrong", EVENTS + ROUNDS * MESSAGES, wrong());
}
