/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief A guest that does what nobody should: random instructions of GICv5 and its neighbours, random accesses to
 * the frames and to where nothing is, random HVCs, SMCs and PSCI calls, on two CPUs at once.
 *
 * Pages of such operations are made from a seed and executed once; what an operation faults on is skipped and
 * counted. The seed and the number of operations are in the reserved fields of the image's header, where whoever
 * starts it puts them.
 */
#include "../../guest/aarch64/platform.h"
#include "code.h"

#ifdef HOSTILE_AS_HVC
#include <vgicv5_soft/word.h>
#endif
#ifdef ITS_BASE
#include "../../guest/its.h"
#include <vgicv5/arch/iwb.h>
#define ADDRESS_KINDS 15u
#else
#define ADDRESS_KINDS 12u
#endif

#define OPERANDS 256u  /* of instructions and stores; then as many addresses, then calls */
#define ADDRESSES 256u /* where frames are accessed */
#define CALLS 64u      /* function numbers in x0 */
#define LAST_WORD (PAGE_WORDS - 9)

#define REG_ADDRESS 16u
#define REG_TABLE 28u

#define IRS_END (IRS_BASE + 0x20000u)
#define ABOVE (PL011_BASE + 0x07000000u) /* from here to the RAM there is PCI, or nothing */
#define ITS_FRAMES 0x08080000u
#define IWB_BASE 0x080c0000u
#define LOOP_BASE 0x09040000u /* a UART behind the IWB, whose output is its input */
#define LOOP_WIRE 4u
#define ECAM_BASE 0x3f000000u
#define RAM_BASE 0x40000000u

#define UART_DR 0x00
#define UART_CR 0x30
#define UART_CR_ALL 0x301 /* itself, both directions */
#define UART_IMSC 0x38
#define UART_INT_RX (1u << 4)

#define PSCI_CPU_SUSPEND 0xc4000001u

#define HEADER_SEED 4 /* quad words of the header of an arm64 Image */
#define HEADER_OPERATIONS 5
#ifndef REPORT
#define REPORT 100000u
#endif
#define FLOOD 40u
#define NOISE 1000u

struct runner {
	uint32_t code[PAGE_WORDS] __attribute__((aligned(PAGE)));
	uint64_t table[OPERANDS + ADDRESSES + CALLS];
	uint64_t random;
	uint32_t wanted;
	uint32_t done;
	uint32_t faults;
	uint32_t interrupts;
	uint32_t burst;
	uint32_t words;
};

extern const uint64_t _start[];

static struct runner runners[CPUS];

static uint64_t next(struct runner *runner)
{
	runner->random ^= runner->random << 13;
	runner->random ^= runner->random >> 7;
	runner->random ^= runner->random << 17;
	return runner->random;
}

static uint32_t below(struct runner *runner, uint32_t limit)
{
	return (uint32_t)(next(runner) >> 33) % limit;
}

/* ---- What is worth trying ---- */

static const uint16_t own[] = {OWN_ENCODINGS};
static const uint16_t known[] = {GICV5_SYSREGS(SYSREG_ENCODING) GICV5_INSNS_OPERAND(INSN_ENCODING)
					 GICV5_INSNS_EOI(INSN_ENCODING) GICV5_INSNS_ACK(INSN_ENCODING)
						 GICV5_INSNS_GSB(GSB_ENCODING)};

/* The vector table is the one register of this space that is not of the interrupt controller. */
#define VECTOR_BASE GICV5_ENC(3, 0, 12, 0, 0)

static unsigned int encoding(struct runner *runner)
{
	unsigned int any = below(runner, 4);

	if (any < 2)
		return own[below(runner, COUNT(own))];
	if (any == 2)
		return known[below(runner, COUNT(known))];
	do {
		any = GICV5_ENC(1 + 2 * below(runner, 2), below(runner, 8), 12u, below(runner, 16),
				below(runner, 8));
	} while (any == VECTOR_BASE);
	return any;
}

/* An interrupt that may exist, with whatever in the other fields; a table; small numbers; noise. */
static uint64_t operand(struct runner *runner)
{
	uint64_t any = next(runner);
	uint64_t pa;

	(void)platform_tables(&pa);
	switch (below(runner, 9)) {
	case 0:
		return any;
	case 1:
		return any % 16;
	case 2: /* a table somewhere in a megabyte, with or without VALID */
		return pa + (any % TABLES_SIZE & ~0xfffu) + (any >> 40) % 2;
	case 3:
		return (uint64_t)1 << any % 64;
	case 4: /* for a BAR */
		return ABOVE + (any % 2 << 15);
	default:
		return (any & ~(uint64_t)0xffffffff) |
		       GICV5_INTID((any >> 8) % 4 + 1, any % (any >> 16 & 1 ? 32u : 70000u));
	}
}

/* Configuration of one of the first four functions, or where a BAR may have been put. */
static uint64_t pci_address(uint64_t any)
{
	if (any >> 63)
		return ECAM_BASE + ((any >> 32) % 4 << 15) + any % 0x100;
	return ABOVE + any % 0x8000;
}

/* Mostly registers of the virtual IRS; else anything in its frames, or of other devices; else where nothing is. */
static uint64_t address(struct runner *runner)
{
	uint64_t any = next(runner);

	switch (below(runner, ADDRESS_KINDS)) {
	case 0: /* up to the frames, and behind them up to the UART */
		return any % IRS_BASE;
	case 1:
		return any >> 63 ? IRS_END + any % (PL011_BASE - IRS_END) : ABOVE + any % (RAM_BASE - ABOVE);
	case 2: /* far above RAM, to where there are no addresses any more */
		return ((uint64_t)1 << 34) + (any >> 12 & 0xfffffffffffu);
	case 3:
		return IRS_BASE + any % (2 * 0x10000u);
	case 4:
		return ITS_FRAMES + (any % 0x258 & ~3u);
	case 5:
		return ITS_FRAMES + any % (2 * 0x10000u);
	case 6:
	case 7:
		return pci_address(any);
	case 12: /* registers of the IWB, and the beginnings of its arrays */
		return IWB_BASE + (any >> 32) % 5 * 0x2000 + (any % 0xd0 & ~3u);
	case 13:
		return IWB_BASE + any % 0x10000u;
	case 14:
		return LOOP_BASE + (any % 0x4c & ~3u);
	default:
		return IRS_BASE + (any % 0x240 & ~3u);
	}
}

static uint64_t call(struct runner *runner)
{
	/* Not: CPU_SUSPEND, CPU_OFF (that of PSCI 0.1 is function 1), SYSTEM_OFF and SYSTEM_RESET, which would end
	 * the test when they work. */
	static const uint32_t functions[] = {0x84000000u, 0x84000003u, 0xc4000003u, 0x84000004u, 0xc4000004u,
					     0x84000005u, 0x84000006u, 0xc4000007u, 0x8400000au, 0x8400000bu,
					     0x84000012u, 0xc4000014u, 0x80000000u, 0x80000001u, 0x80008000u,
					     0x80003fffu, 0xc600ff01u, 0x8600ff03u, 0xbf00ff01u, 0x00000003u};

	return functions[below(runner, COUNT(functions))] | (next(runner) & ((uint64_t)0xff << 32));
}

/* ---- Making a page ---- */

static void emit(struct runner *runner, uint32_t word)
{
	runner->code[runner->words++] = word;
}

static void emit_operand(struct runner *runner, unsigned int rt)
{
	emit(runner, word_load(rt, REG_TABLE, below(runner, OPERANDS)));
}

/* Where nobody rewrites what is made at run time, it is made rewritten. */
static uint32_t for_this_hypervisor(uint32_t word)
{
#ifdef HOSTILE_AS_HVC
	if (vgicv5_word(word))
		return vgicv5_word_to_hvc(word);
#endif
	return word;
}

static void emit_instruction(struct runner *runner)
{
	unsigned int rt = below(runner, 5) ? below(runner, REG_ADDRESS) : 31;

	if (rt != 31)
		emit_operand(runner, rt);
	emit(runner, for_this_hypervisor(word_access(encoding(runner), below(runner, 2), rt)));
}

static void emit_access(struct runner *runner)
{
	/* STR and LDR of four widths with sign extension, pairs, write-back, exclusives, acquire and release. */
	static const uint32_t forms[] = {0x39000000u, 0x79000000u, 0xb9000000u, 0xf9000000u, 0x39400000u,
					 0x79400000u, 0xb9400000u, 0xf9400000u, 0xb9400000u, 0xb9000000u,
					 0x39c00000u, 0x79800000u, 0xb9800000u, 0xa9400000u, 0xa9000000u,
					 0xf8408400u, 0xb8004c00u, 0xc85f7c00u, 0x88dffc00u, 0xc89ffc00u};
	unsigned int rt = below(runner, REG_ADDRESS - 1);

	emit_operand(runner, rt);
	emit(runner, word_load(REG_ADDRESS, REG_TABLE, OPERANDS + below(runner, ADDRESSES)));
	emit(runner, forms[below(runner, COUNT(forms))] | REG_ADDRESS << 5 | rt);
}

static void emit_call(struct runner *runner)
{
	unsigned int immediate = below(runner, 3) ? below(runner, 0x10000) : 0;
	unsigned int i;

	/* One that the shell takes for an instruction of its own may change the register that it names. */
	if ((immediate & 0x1f) >= REG_ADDRESS)
		immediate &= ~0x1fu;
	emit(runner, word_load(0, REG_TABLE, OPERANDS + ADDRESSES + below(runner, CALLS)));
	for (i = 1; i < 4; i++)
		emit_operand(runner, i);
	emit(runner, below(runner, 4) ? word_hvc(immediate) : word_smc(immediate));
	/* A hypervisor may say that an unknown HVC faulted behind itself; what faults is skipped. */
	emit(runner, WORD_NOP);
}

/* @return how many operations. */
static uint32_t make_page(struct runner *runner, uint32_t most)
{
	uint32_t n, i;

	for (i = 0; i < OPERANDS; i++)
		runner->table[i] = operand(runner);
	for (; i < OPERANDS + ADDRESSES; i++)
		runner->table[i] = address(runner);
	for (; i < OPERANDS + ADDRESSES + CALLS; i++)
		runner->table[i] = call(runner);
	runner->words = 0;
	for (n = 0; n < most && runner->words < LAST_WORD; n++) {
		uint32_t kind = below(runner, 16);

		if (kind < 8)
			emit_instruction(runner);
		else if (kind < 13)
			emit_access(runner);
		else
			emit_call(runner);
	}
	emit(runner, WORD_RET);
	code_sync(runner->code, PAGE);
	return n;
}

/* ---- Running it ---- */

static void run_page(const struct runner *runner)
{
	/* Of what is changed only the stack pointer and the frame must stay. */
	__asm__ volatile("mov x28, %0\n\tblr %1"
			 :
			 : "r"(runner->table), "r"(runner->code)
			 : "memory", "cc", "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10",
			   "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18", "x28", "x30");
}

/* Acknowledged, and mostly also deactivated; who is flooded closes the CPU interface. */
static void taken(void)
{
	struct runner *runner = &runners[platform_cpu()];
	uint64_t intid = platform_gicr(GICV5_GIC_CDIA);

	runner->interrupts++;
	if (GICV5_GET(CDIA_VALID, intid)) {
		platform_gic(GICV5_GIC_CDEOI, 0);
		if (below(runner, 4))
			platform_gic(GICV5_GIC_CDDI, intid);
	}
	if (++runner->burst > FLOOD)
		platform_write(GICV5_ICC_CR0_EL1, 0);
}

static void report(const struct runner *runner, uint32_t n)
{
	if (runner == &runners[0] && runner->done / REPORT != (runner->done + n) / REPORT)
		log_line("hostile: cpu0 at %u operations, %u refused, %u interrupts",
			 (runner->done + n) / REPORT * REPORT, runner->faults, runner->interrupts);
}

/* The wire of the UART becomes an LPI, and there is something to receive. */
static void behave_with_wires(void)
{
#ifdef ITS_BASE
	its_prepare();
	its_map(LOOP_WIRE, LOOP_WIRE);
	gic_setup(LPI(LOOP_WIRE), 2);
	platform_mmio_write(IWB_BASE + GICV5_IWB_CR0, 4, GICV5_MASK(IWB_CR0_IWBEN));
	platform_mmio_write(IWB_BASE + GICV5_IWB_WTMR, 4, 1u << LOOP_WIRE);
	platform_mmio_write(IWB_BASE + GICV5_IWB_WENABLER, 4, 1u << LOOP_WIRE);
	platform_mmio_write(LOOP_BASE + UART_CR, 4, UART_CR_ALL);
	platform_mmio_write(LOOP_BASE + UART_IMSC, 4, UART_INT_RX);
	platform_mmio_write(LOOP_BASE + UART_DR, 4, 0);
#endif
}

/* What a good guest does, so that the next page finds tables, and interrupts that can be taken. */
static void behave(void)
{
	unsigned int i;

	ist_install_any();
	irs_enable(true);
	for (i = 0; i < FLOOD; i++)
		platform_gic(GICV5_GIC_CDEOI, 0);
	platform_write(GICV5_ICC_PPI_CACTIVER0_EL1, ~(uint64_t)0);
	ppi_priority(GICV5_PPI_CNTV, 1);
	ppi_enable(GICV5_PPI_CNTV, true);
	gic_setup(SPI(PL011_SPI), 2);
	gic_pend(SPI(PL011_SPI), true);
	behave_with_wires();
	cpu_open(GICV5_PRIORITY_LOWEST);
	platform_timer(true);
}

/* Until the virtual timer fires soon: the shell has to wake this CPU, whatever the other one does meanwhile. */
static void sleep(struct runner *runner)
{
	__asm__ volatile("msr cntv_tval_el0, %0\n\tisb" : : "r"((uint64_t)below(runner, 20000)));
	if (below(runner, 2))
		__asm__ volatile("wfi" : : : "memory");
	else
		platform_hvc(PSCI_CPU_SUSPEND, 0, 0, 0);
}

static void run(void *argument)
{
	struct runner *runner = argument;
	uint32_t n;

	while (runner->done < runner->wanted) {
		n = make_page(runner, runner->wanted - runner->done);
		platform_timer(below(runner, 2));
		run_page(runner);
		runner->faults += platform_faults[platform_cpu()];
		platform_faults[platform_cpu()] = 0;
		runner->burst = 0;
		if (!below(runner, 4)) {
			behave();
			sleep(runner);
		}
		(void)platform_take_irq(taken, false);
		report(runner, n);
		runner->done += n;
	}
}

/* Mistakes of which the hypervisor says something, again and again. */
static void be_noisy(void)
{
	unsigned int i;

	for (i = 0; i < NOISE; i++) {
		ist_remove();
		platform_mmio_write(IRS_BASE + GICV5_IRS_IST_BASER, 8, GICV5_MASK(IRS_IST_BASER_VALID));
	}
}

void payload_main(void)
{
	uint64_t seed = _start[HEADER_SEED];
	uint32_t operations = (uint32_t)_start[HEADER_OPERATIONS];
	unsigned int i;

	log_line("hostile: seed %llx, %u operations", (unsigned long long)seed, operations);
	for (i = 0; i < CPUS; i++) {
		runners[i].random = (seed * 2 + i + 1) * 0x9e3779b97f4a7c15u;
		runners[i].wanted = operations / CPUS;
	}
	platform_begin_on_other_cpu(run, &runners[1]);
	run(&runners[0]);
	platform_end_on_other_cpu();
	be_noisy();
	log_line("hostile: end after %u operations, %u refused, %u interrupts",
		 runners[0].done + runners[1].done, runners[0].faults + runners[1].faults,
		 runners[0].interrupts + runners[1].interrupts);
	/* Until somebody ends it. */
	for (;;)
		__asm__ volatile("wfi");
}
