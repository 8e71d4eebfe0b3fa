/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The file that a VM is saved to, and what every hypervisor that reads or writes one has to know.
 *
 * The page @ref vmfile describes the format to the bit. Nothing here depends on a hypervisor or allocates memory; all
 * functions: any context. Whoever reads a file checks, in this order: vmfile_check_front(), the checksum of each
 * section, vmfile_check_cpu(), vmfile_check_vcpu() of each vCPU, vmfile_check_uart(), vmfile_check_line(),
 * vmfile_check_memory() and vmfile_check_run() for the memory; the section "gic" is vgicv5_state_restore()'s to judge.
 * All check functions answer NULL, or what is wrong, as a clause for a message.
 */
#ifndef VGICV5_VMFILE_H
#define VGICV5_VMFILE_H

#include <vgicv5_types.h>

#define VMFILE_MAGIC "VGICV5VM"
#define VMFILE_VERSION 1u
#define VMFILE_SECTIONS 84
#define VMFILE_PAGE 4096u
#define VMFILE_RAM_UNIT 0x200000u /**< what the size of a VM's memory is a multiple of */

/** What a section holds; those of other devices than UART and line have the name of the device. */
#define VMFILE_GIC "gic"	 /* the library's own format (vgicv5/state.h) */
#define VMFILE_MACHINE "machine" /* struct vmfile_machine */
#define VMFILE_VCPU "vcpu"	 /* struct vmfile_vcpu; index: which */
#define VMFILE_UART "uart"	 /* struct vmfile_uart */
#define VMFILE_LINE "line"	 /* struct vmfile_line */
#define VMFILE_RAM "ram"	 /* struct vmfile_memory, runs */

/** Index of a device's section. */
enum vmfile_device { VMFILE_STATE, VMFILE_CONTENTS };

struct vmfile_section {
	char kind[16];
	uint32_t index;
	uint32_t zero;
	uint64_t offset; /**< in the file; each begins where the one before ends */
	uint64_t bytes;	 /**< a multiple of 8 */
	uint64_t checksum;
};

struct vmfile_header {
	char magic[8];
	uint32_t version;
	uint32_t sections;
	uint64_t file_bytes;
	uint64_t checksum; /**< of header and table with this field 0 */
	char name[16];
	uint32_t vcpus;
	uint32_t zero;
	uint64_t ram_bytes;
};

/** The beginning of a file. Written last: a file that was not finished has none. */
struct vmfile_front {
	struct vmfile_header header;
	struct vmfile_section sections[VMFILE_SECTIONS];
};

/* ---- CPU ---- */

/** ID registers that a guest sees: PFR0, PFR1, PFR2, DFR0, ISAR0, ISAR1, ISAR2, MMFR0, MMFR1, MMFR2 of AArch64. */
#define VMFILE_IDREGS 10

/** Which fields of an ID register guests are shown as the CPU has them, and what of the others. */
struct vmfile_idreg {
	uint16_t encoding; /**< GICV5_ENC() form */
	uint64_t keep;
	uint64_t set;
};

extern const struct vmfile_idreg vmfile_idregs[VMFILE_IDREGS];

/** What of the CPU a guest finds out once and relies on for ever. */
struct vmfile_cpu {
	uint64_t midr;
	uint64_t ctr;
	uint64_t dczid;
	uint64_t frequency;
	uint64_t idregs[VMFILE_IDREGS]; /**< in the order of the table */
};

struct vmfile_machine {
	struct vmfile_cpu cpu;
	uint64_t virtual_count; /**< CNTVCT_EL0 when it was saved */
	uint64_t physical_count;
};

/** EL1 and EL0 registers of a vCPU, in the order of the file. */
#define VMFILE_SYSREGS(X) \
	X(sctlr_el1)      \
	X(cpacr_el1)      \
	X(ttbr0_el1)      \
	X(ttbr1_el1)      \
	X(tcr_el1)        \
	X(mair_el1)       \
	X(amair_el1)      \
	X(esr_el1)        \
	X(far_el1)        \
	X(afsr0_el1)      \
	X(afsr1_el1)      \
	X(par_el1)        \
	X(vbar_el1)       \
	X(elr_el1)        \
	X(spsr_el1)       \
	X(sp_el0)         \
	X(sp_el1)         \
	X(tpidr_el0)      \
	X(tpidrro_el0)    \
	X(tpidr_el1)      \
	X(contextidr_el1) \
	X(cntkctl_el1)    \
	X(csselr_el1)     \
	X(vmpidr_el2)

#define VMFILE_SYSREG_MEMBER(name) uint64_t name;
struct vmfile_sysregs {
	VMFILE_SYSREGS(VMFILE_SYSREG_MEMBER)
};

enum { VMFILE_CNTV, VMFILE_CNTP, VMFILE_TIMERS };

struct vmfile_timer {
	uint64_t ctl; /**< ENABLE and IMASK */
	uint64_t cval;
};

struct vmfile_fp {
	uint64_t v[64];
	uint64_t fpsr;
	uint64_t fpcr;
} __attribute__((aligned(16)));

struct vmfile_vcpu {
	uint64_t on; /**< 1, or 0: off, as PSCI says */
	uint64_t x[31];
	uint64_t pc;
	uint64_t pstate;
	struct vmfile_sysregs sys;
	struct vmfile_timer timers[VMFILE_TIMERS];
	struct vmfile_fp fp;
};

/* ---- Devices ---- */

/** Registers of a PL011 that are more than a constant. */
struct vmfile_uart_regs {
	uint32_t ibrd;
	uint32_t fbrd;
	uint32_t ilpr;
	uint32_t lcr_h;
	uint32_t cr;
	uint32_t ifls;
	uint32_t imsc;
	uint32_t ris;
	uint32_t dmacr;
};

#define VMFILE_UART_QUEUE 1024

struct vmfile_uart {
	struct vmfile_uart_regs regs;
	uint32_t queued; /**< characters that the guest has not read, at the beginning of `queue` */
	uint8_t queue[VMFILE_UART_QUEUE];
};

#define VMFILE_LINE_BYTES 240

/** What the guest has sent since its last line feed and nobody has shown yet. */
struct vmfile_line {
	uint32_t length; /**< less than VMFILE_LINE_BYTES */
	uint32_t zero;
	char text[VMFILE_LINE_BYTES];
};

/* ---- Memory ---- */

/** Memory, of the VM or of a device, begins with its size. */
struct vmfile_memory {
	uint64_t bytes;
	uint64_t zero;
};

/** Before each piece of memory that is not all zeroes. */
struct vmfile_run {
	uint64_t offset; /**< in the memory; both multiples of a page */
	uint64_t bytes;
};

_Static_assert(sizeof(struct vmfile_front) == VMFILE_PAGE, "described format");
_Static_assert(sizeof(struct vmfile_vcpu) == 1024, "described format");
_Static_assert(sizeof(struct vmfile_machine) == 128, "described format");
_Static_assert(sizeof(struct vmfile_uart) == 1064, "described format");
_Static_assert(sizeof(struct vmfile_line) == 248, "described format");

/* ---- Functions ---- */

/** Continues a checksum that began as 0; `bytes` is a multiple of 8, `data` aligned to 8. */
uint64_t vmfile_checksum(uint64_t sum, const void *data, size_t bytes);

/** Of the front as it stands in the file. */
uint64_t vmfile_front_checksum(const struct vmfile_front *front);

/** Header and table, for a file of that size: sections lie where they can, none beyond the end. */
const char *vmfile_check_front(const struct vmfile_front *front, uint64_t file_bytes);

/** The only section of that kind and index, or NULL. Of a front that has been checked. */
const struct vmfile_section *vmfile_find(const struct vmfile_front *front, const char *kind, uint32_t index);

/** Whether it holds memory, which may be large; otherwise a state. */
bool vmfile_is_memory(const struct vmfile_section *section);

/**
 * Whether the sections are those of a VM with the plain board, each once and of its size: gic, machine, vcpu of each
 * vCPU, uart, line, ram.
 */
const char *vmfile_check_plain(const struct vmfile_front *front);

/** What of a CPU's registers guests are shown: fields that count stay, others are what the table says. */
void vmfile_cpu_filter(struct vmfile_cpu *cpu);

/** Whether a guest that was shown `shown` can go on where `here` would be shown. */
const char *vmfile_check_cpu(const struct vmfile_cpu *here, const struct vmfile_cpu *shown);

const char *vmfile_check_vcpu(const struct vmfile_vcpu *vcpu);
const char *vmfile_check_uart(const struct vmfile_uart *uart);
const char *vmfile_check_line(const struct vmfile_line *line);

/** The head of a section of memory that is to be `bytes` long. */
const char *vmfile_check_memory(const struct vmfile_memory *head, uint64_t bytes);

/** A run of such a memory, of which all before `next` has come; `left` bytes of the section follow its header. */
const char *vmfile_check_run(const struct vmfile_run *run, uint64_t bytes, uint64_t next, uint64_t left);

#endif
