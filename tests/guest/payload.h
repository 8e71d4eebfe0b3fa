/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The guest payload: what its cases share, and what a platform must give them.
 *
 * The payload is one program, compiled for two platforms: AArch64 at EL1, where an access is an instruction, and
 * the host, where it is a call of the software GICv5. It logs every result; two platforms that agree on the
 * architecture print the same lines. Nothing may depend on time, on addresses, or on a choice that the
 * architecture leaves open.
 */
#ifndef PAYLOAD_H
#define PAYLOAD_H

#include <vgicv5/arch/insn.h>
#include <vgicv5/arch/intid.h>
#include <vgicv5/arch/irs.h>
#include <vgicv5/arch/sysreg.h>
#include <vgicv5/arch/tables.h>
#include <vgicv5_types.h>

/* ---- The machine: a part of QEMU's virt board, unless the build says where its devices are ---- */

#ifndef IRS_BASE
#define IRS_BASE 0x08010000u
#define PL011_BASE 0x09000000u
#define PL011_SPI 1
#endif
#define CPUS 2
#define NOBODY 77 /* no CPU has this IAFFID */
#define TABLES_SIZE (1u << 20)

/* ---- What a platform gives ---- */

enum { SIGNAL_IRQ = 1, SIGNAL_NMI = 2 };

/** MRS and MSR of a system register of the list in sysreg.h, with an ISB after a write. */
uint64_t platform_read(unsigned int encoding);
void platform_write(unsigned int encoding, uint64_t value);

/** A GIC instruction or barrier with an operand, and one with a result. */
void platform_gic(unsigned int encoding, uint64_t operand);
uint64_t platform_gicr(unsigned int encoding);
void platform_isb(void);

/** Whether an access of this CPU since the last call ended in an exception; the access then had no effect. */
bool platform_faulted(void);

/** Device accesses; `bytes` is 1, 2, 4 or 8. */
uint64_t platform_mmio_read(uint64_t pa, unsigned int bytes);
void platform_mmio_write(uint64_t pa, unsigned int bytes, uint64_t value);

/** TABLES_SIZE bytes for ISTs, aligned to that size; `*pa` is where the IRS finds them. */
void *platform_tables(uint64_t *pa);

/** Drives the input of the virtual timer's PPI of this CPU. */
void platform_timer(bool asserted);

/** Interrupt signals at this CPU's input, masked or not. */
unsigned int platform_signals(void);

/**
 * Opens this CPU's IRQ mask and calls `handler` as often as an IRQ exception is taken; waits for one if
 * `expected`. Returns whether there was any.
 */
bool platform_take_irq(void (*handler)(void), bool expected);

/** SCTLR_EL1.NMI, with PSTATE.ALLINT keeping the exceptions off. False: the CPU has no FEAT_NMI. */
bool platform_nmi(bool on);

/** This CPU's number, and running something on another one to its end. */
unsigned int platform_cpu(void);
void platform_on_cpu(unsigned int cpu, void (*function)(void *), void *argument);

void platform_put(char c);

/* ---- Log ---- */

/** One line. Understands %u, %x, %llx and %s; lines with "id:" describe the machine and may differ. */
void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));
unsigned int log_lines(void);
/**
 * Begins a block. Blocks do not depend on each other; one whose machine lacks something says so in a line
 * "id: not offered" and ends.
 */
void log_block(const char *name, unsigned int number);

/** Pseudo-random numbers, the same on every platform. */
void random_seed(uint64_t seed);
uint32_t random_below(uint32_t limit);

/* ---- Operations on the GIC, with the barriers they need ---- */

#define PPI(n) GICV5_INTID(GICV5_TYPE_PPI, n)
#define LPI(n) GICV5_INTID(GICV5_TYPE_LPI, n)
#define SPI(n) GICV5_INTID(GICV5_TYPE_SPI, n)

void gic_enable(uint32_t intid);
void gic_disable(uint32_t intid);
void gic_priority(uint32_t intid, unsigned int priority);
void gic_route(uint32_t intid, unsigned int iaffid);
void gic_pend(uint32_t intid, bool pending);
void gic_mode(uint32_t intid, enum gicv5_hm mode);
void gic_deactivate(uint32_t intid);
void gic_eoi(void);
uint64_t gic_acknowledge(void);
uint64_t gic_acknowledge_nmi(void);
uint64_t gic_hppi(void);
/** CDRCFG and ICC_ICSR_EL1. */
uint64_t gic_config(uint32_t intid);
/** Enabled, targeted at this CPU, with a priority. */
void gic_setup(uint32_t intid, unsigned int priority);
/** Not pending, not active, edge, lowest priority, routed to nobody; an LPI also disabled, an SPI enabled. */
void gic_quiet(uint32_t intid);

void ppi_priority(unsigned int ppi, unsigned int priority);
unsigned int ppi_read_priority(unsigned int ppi);
void ppi_enable(unsigned int ppi, bool on);
void ppi_pend(unsigned int ppi, bool pending);

/** ICC_CR0_EL1.EN and the priority mask of this CPU. */
void cpu_open(unsigned int mask);
void cpu_close(void);

uint32_t irs_read(uint32_t offset);
void irs_write(uint32_t offset, uint32_t value);
/** Polls an IDLE bit. */
void irs_wait(uint32_t offset, uint32_t idle);
void irs_enable(bool on);

/** Shape of an IST, in the encoding of IRS_IST_CFGR. */
struct ist_shape {
	unsigned int structure;
	unsigned int istsz;
	unsigned int l2sz;
};

#define LPI_ID_BITS 14u

/** Zeroes the tables and gives the IRS an IST of that shape; false: it offers no such shape. */
bool ist_install(const struct ist_shape *shape);
/** Maps the level 2 table that holds an LPI. */
void ist_map(const struct ist_shape *shape, uint32_t lpi);
/** Installs a two-level IST if there are two levels, else a linear one, and maps everything the cases use. */
void ist_install_any(void);
void ist_remove(void);
/** The entry of an LPI in memory, without the hardware's bits; only after ist_remove(). */
uint32_t ist_entry(const struct ist_shape *shape, uint32_t lpi);

/** Logs what CDRCFG says of an interrupt, and what this CPU would be given. */
void show(const char *what, uint32_t intid);
void show_cpu(const char *what);

/* ---- The cases ---- */

void cases_cpu(void);
void cases_ppi(void);
void cases_shared(void);
void cases_wire(void);
void cases_lpi(void);
void cases_ipi(void);
void cases_irs(void);
void cases_random(void);

/** The whole program, on CPU 0. */
void payload_main(void);

#endif
