/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The payload's platform on AArch64 at EL1: instructions, devices, a second CPU by PSCI.
 */
#include "platform.h"

#define PSCI_CPU_ON 0xc4000003u
#define PSCI_SYSTEM_OFF 0x84000008u

#define UART_DR 0x00
#define UART_FR 0x18
#define UART_FR_TXFF (1u << 5)
#define UART_LCR_H 0x2c
#define UART_CR 0x30

#define ISR_EL1_IS (1u << 10)
#define ISR_EL1_I (1u << 7)
#define SCTLR_EL1_NMI ((uint64_t)1 << 61)

#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)

/* How long an expected interrupt may take on a loaded machine, and how long one is waited for that must not be. */
#define WAIT_EXPECTED 2000000000u
#define WAIT_UNEXPECTED 1000u

/* Work for the other CPU. */
struct mailbox {
	void (*function)(void *);
	void *argument;
	uint32_t asked;
	uint32_t done;
};

uint32_t platform_faults[CPUS];
void platform_main(void);
void platform_secondary(void);
void platform_irq(void);
void platform_unexpected(uint64_t esr, uint64_t elr, uint64_t far);
void secondary(void);
void *memset(void *to, int value, size_t bytes);
void *memcpy(void *to, const void *from, size_t bytes);

static volatile struct mailbox mailbox;
static void (*volatile handlers[CPUS])(void);
static volatile uint32_t taken[CPUS];
static uint8_t tables[TABLES_SIZE] __attribute__((aligned(TABLES_SIZE)));

/* The compiler may call these. */
void *memset(void *to, int value, size_t bytes)
{
	volatile uint8_t *p = to;

	while (bytes--)
		*p++ = (uint8_t)value;
	return to;
}

void *memcpy(void *to, const void *from, size_t bytes)
{
	volatile uint8_t *p = to;
	const uint8_t *q = from;

	while (bytes--)
		*p++ = *q++;
	return to;
}

uint64_t platform_hvc(uint64_t function, uint64_t a, uint64_t b, uint64_t c)
{
	register uint64_t x0 __asm__("x0") = function;
	register uint64_t x1 __asm__("x1") = a;
	register uint64_t x2 __asm__("x2") = b;
	register uint64_t x3 __asm__("x3") = c;

	__asm__ volatile("hvc #0"
			 : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)
			 :
			 : "memory", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14",
			   "x15", "x16", "x17");
	return x0;
}

void platform_isb(void)
{
	__asm__ volatile("isb" : : : "memory");
}

static void barrier(void)
{
	__asm__ volatile("dsb sy" : : : "memory");
}

unsigned int platform_cpu(void)
{
	uint64_t cpu;

	__asm__("mrs %0, tpidr_el1" : "=r"(cpu));
	return (unsigned int)cpu;
}

/* ---- Registers and instructions ---- */

#define READ_CASE(name, op0, op1, crn, crm, op2, access)                                                \
	case GICV5_##name:                                                                              \
		__asm__ volatile(                                                                       \
			"mrs %0, S" TEXT(op0) "_" TEXT(op1) "_C" TEXT(crn) "_C" TEXT(crm) "_" TEXT(op2) \
			: "+r"(value));                                                                 \
		break;

#define WRITE_CASE(name, op0, op1, crn, crm, op2, access)                                                  \
	case GICV5_##name:                                                                                 \
		__asm__ volatile(                                                                          \
			"msr S" TEXT(op0) "_" TEXT(op1) "_C" TEXT(crn) "_C" TEXT(crm) "_" TEXT(op2) ", %0" \
			:                                                                                  \
			: "r"(value)                                                                       \
			: "memory");                                                                       \
		break;

#define OPERAND_CASE(name, op1, crm, op2)                                                      \
	case GICV5_GIC_##name:                                                                 \
		__asm__ volatile("sys #" TEXT(op1) ", C12, C" TEXT(crm) ", #" TEXT(op2) ", %0" \
				 :                                                             \
				 : "r"(operand)                                                \
				 : "memory");                                                  \
		break;

#define EOI_CASE(name, op1, crm, op2)                                                           \
	case GICV5_GIC_##name:                                                                  \
		__asm__ volatile("sys #" TEXT(op1) ", C12, C" TEXT(crm) ", #" TEXT(op2) ", xzr" \
				 :                                                              \
				 :                                                              \
				 : "memory");                                                   \
		break;

#define GSB_CASE(name, op1, crm, op2)                                                           \
	case GICV5_GSB_##name:                                                                  \
		__asm__ volatile("sys #" TEXT(op1) ", C12, C" TEXT(crm) ", #" TEXT(op2) ", xzr" \
				 :                                                              \
				 :                                                              \
				 : "memory");                                                   \
		break;

#define ACK_CASE(name, op1, crm, op2)                                                        \
	case GICV5_GIC_##name:                                                               \
		__asm__ volatile("sysl %0, #" TEXT(op1) ", C12, C" TEXT(crm) ", #" TEXT(op2) \
				 : "+r"(value)                                               \
				 :                                                           \
				 : "memory");                                                \
		break;

uint64_t platform_read(unsigned int encoding)
{
	uint64_t value = 0;

	switch (encoding) {
		GICV5_SYSREGS(READ_CASE)
	default:
		break;
	}
	return value;
}

void platform_write(unsigned int encoding, uint64_t value)
{
	switch (encoding) {
		GICV5_SYSREGS(WRITE_CASE)
	default:
		break;
	}
	platform_isb();
}

void platform_gic(unsigned int encoding, uint64_t operand)
{
	switch (encoding) {
		GICV5_INSNS_OPERAND(OPERAND_CASE)
		GICV5_INSNS_EOI(EOI_CASE)
		GICV5_INSNS_GSB(GSB_CASE)
	default:
		break;
	}
}

uint64_t platform_gicr(unsigned int encoding)
{
	uint64_t value = 0;

	switch (encoding) {
		GICV5_INSNS_ACK(ACK_CASE)
	default:
		break;
	}
	return value;
}

bool platform_faulted(void)
{
	volatile uint32_t *count = &platform_faults[platform_cpu()];
	bool any = *count != 0;

	*count = 0;
	return any;
}

/* ---- Devices and memory ---- */

uint64_t platform_mmio_read(uint64_t pa, unsigned int bytes)
{
	uint64_t value = 0;

	if (bytes == 8)
		__asm__ volatile("ldr %0, [%1]" : "+r"(value) : "r"(pa) : "memory");
	else if (bytes == 4)
		__asm__ volatile("ldr %w0, [%1]" : "+r"(value) : "r"(pa) : "memory");
	else if (bytes == 2)
		__asm__ volatile("ldrh %w0, [%1]" : "+r"(value) : "r"(pa) : "memory");
	else
		__asm__ volatile("ldrb %w0, [%1]" : "+r"(value) : "r"(pa) : "memory");
	return value;
}

void platform_mmio_write(uint64_t pa, unsigned int bytes, uint64_t value)
{
	barrier();
	if (bytes == 8)
		__asm__ volatile("str %0, [%1]" : : "r"(value), "r"(pa) : "memory");
	else if (bytes == 4)
		__asm__ volatile("str %w0, [%1]" : : "r"(value), "r"(pa) : "memory");
	else if (bytes == 2)
		__asm__ volatile("strh %w0, [%1]" : : "r"(value), "r"(pa) : "memory");
	else
		__asm__ volatile("strb %w0, [%1]" : : "r"(value), "r"(pa) : "memory");
	barrier();
}

void *platform_tables(uint64_t *pa)
{
	*pa = (uint64_t)(uintptr_t)tables;
	return tables;
}

void platform_put(char c)
{
	while (platform_mmio_read(PL011_BASE + UART_FR, 4) & UART_FR_TXFF)
		;
	platform_mmio_write(PL011_BASE + UART_DR, 4, (uint8_t)c);
}

/* ---- Interrupts ---- */

void platform_timer(bool asserted)
{
	/* A compare value in the past, enabled: ISTATUS is 1 at once. */
	__asm__ volatile("msr cntv_cval_el0, xzr\n\tmsr cntv_ctl_el0, %0\n\tisb" : : "r"((uint64_t)asserted));
}

unsigned int platform_signals(void)
{
	uint64_t isr;
	uint64_t sctlr;

	__asm__ volatile("mrs %0, isr_el1" : "=r"(isr) : : "memory");
	__asm__ volatile("mrs %0, sctlr_el1" : "=r"(sctlr));
	/* Superpriority means nothing without NMIs. */
	return (isr & ISR_EL1_I ? SIGNAL_IRQ : 0) |
	       ((isr & ISR_EL1_IS) && (sctlr & SCTLR_EL1_NMI) ? SIGNAL_NMI : 0);
}

void platform_irq(void)
{
	unsigned int cpu = platform_cpu();

	taken[cpu]++;
	handlers[cpu]();
}

bool platform_take_irq(void (*handler)(void), bool expected)
{
	unsigned int cpu = platform_cpu();
	void (*before)(void) = handlers[cpu];
	uint32_t count = taken[cpu];
	uint32_t patience = expected ? WAIT_EXPECTED : WAIT_UNEXPECTED;

	handlers[cpu] = handler;
	__asm__ volatile("msr daifclr, #2\n\tisb" : : : "memory");
	while (taken[cpu] == count && --patience)
		__asm__ volatile("yield" : : : "memory");
	__asm__ volatile("msr daifset, #2\n\tisb" : : : "memory");
	handlers[cpu] = before;
	return taken[cpu] != count;
}

bool platform_nmi(bool on)
{
	uint64_t sctlr;

	(void)platform_faulted();
	if (on) /* ALLINT */
		__asm__ volatile("msr S3_0_C4_C3_0, %0\n\tisb" : : "r"((uint64_t)1 << 13) : "memory");
	if (platform_faulted())
		return false;
	__asm__ volatile("mrs %0, sctlr_el1" : "=r"(sctlr));
	sctlr = on ? sctlr | SCTLR_EL1_NMI : sctlr & ~SCTLR_EL1_NMI;
	__asm__ volatile("msr sctlr_el1, %0\n\tisb" : : "r"(sctlr) : "memory");
	__asm__ volatile("mrs %0, sctlr_el1" : "=r"(sctlr));
	if (!on)
		__asm__ volatile("msr S3_0_C4_C3_0, xzr\n\tisb" : : : "memory");
	return on == !!(sctlr & SCTLR_EL1_NMI);
}

/* ---- Two CPUs ---- */

void platform_begin_on_other_cpu(void (*function)(void *), void *argument)
{
	mailbox.function = function;
	mailbox.argument = argument;
	barrier();
	mailbox.asked++;
}

void platform_end_on_other_cpu(void)
{
	while (mailbox.done != mailbox.asked)
		__asm__ volatile("yield" : : : "memory");
	barrier();
}

void platform_on_cpu(unsigned int cpu, void (*function)(void *), void *argument)
{
	if (cpu == platform_cpu()) {
		function(argument);
		return;
	}
	platform_begin_on_other_cpu(function, argument);
	platform_end_on_other_cpu();
}

void platform_secondary(void)
{
	for (;;) {
		while (mailbox.done == mailbox.asked)
			__asm__ volatile("yield" : : : "memory");
		barrier();
		mailbox.function(mailbox.argument);
		barrier();
		mailbox.done++;
	}
}

void platform_unexpected(uint64_t esr, uint64_t elr, uint64_t far)
{
	log_line("payload: unexpected exception on cpu%u esr=%llx elr=%llx far=%llx", platform_cpu(),
		 (unsigned long long)esr, (unsigned long long)elr, (unsigned long long)far);
	platform_hvc(PSCI_SYSTEM_OFF, 0, 0, 0);
}

void platform_main(void)
{
	platform_mmio_write(PL011_BASE + UART_CR, 4, 0);
	platform_mmio_write(PL011_BASE + UART_LCR_H, 4,
			    0x60); /* 8 bits, no FIFO: each character is an event */
	platform_mmio_write(PL011_BASE + UART_CR, 4, 0x301);
	if (platform_hvc(PSCI_CPU_ON, 1, (uint64_t)(uintptr_t)secondary, 0))
		log_line("payload: CPU 1 does not start");
	else
		payload_main();
	platform_hvc(PSCI_SYSTEM_OFF, 0, 0, 0);
}
