// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The file of a saved VM: what can be said of it without a hypervisor. Nothing in it is believed. */
#include "vmfile.h"

#include <vgicv5/arch/sysreg.h>

/* A multiplier without structure: the golden ratio. Each step is a bijection, so no single change is lost. */
#define CHECKSUM_FACTOR 0x9e3779b97f4a7c15u

#define FLAG_BIT(n) ((uint64_t)1 << (n))

/* ---- Front ---- */

uint64_t vmfile_checksum(uint64_t sum, const void *data, size_t bytes)
{
	const uint64_t *word = data;

	for (; bytes >= 8; bytes -= 8) {
		sum = (sum ^ *word++) * CHECKSUM_FACTOR;
		sum ^= sum >> 32;
	}
	return sum;
}

uint64_t vmfile_front_checksum(const struct vmfile_front *front)
{
	struct vmfile_header header = front->header;
	uint64_t sum;

	header.checksum = 0;
	sum = vmfile_checksum(0, &header, sizeof(header));
	return vmfile_checksum(sum, front->sections, sizeof(front->sections));
}

static const char *check_sections(const struct vmfile_front *front)
{
	const struct vmfile_section *section = front->sections;
	uint64_t at = sizeof(*front);
	unsigned int i;

	for (i = 0; i < front->header.sections; i++, section++) {
		if (section->zero || section->offset != at || section->bytes % 8 ||
		    section->bytes > front->header.file_bytes - at || section->kind[15])
			return "a section is not where it can be";
		at += section->bytes;
	}
	return at == front->header.file_bytes ? NULL : "the file is longer than its sections";
}

static bool is_magic(const char *magic)
{
	static const char wanted[] = VMFILE_MAGIC;
	unsigned int i = 0;

	while (i < 8 && magic[i] == wanted[i])
		i++;
	return i == 8;
}

const char *vmfile_check_front(const struct vmfile_front *front, uint64_t file_bytes)
{
	const struct vmfile_header *header = &front->header;

	if (!is_magic(header->magic))
		return "it is no saved VM, or its saving was not finished";
	if (header->version != VMFILE_VERSION)
		return "it was saved in another version of the format";
	if (header->checksum != vmfile_front_checksum(front))
		return "the file is damaged: a checksum is wrong";
	if (header->file_bytes != file_bytes || file_bytes < sizeof(*front))
		return "the file is shorter or longer than it says";
	if (header->sections > VMFILE_SECTIONS || header->zero || header->name[15] || header->vcpus < 1 ||
	    header->vcpus > VMFILE_SECTIONS || !header->ram_bytes || header->ram_bytes % VMFILE_RAM_UNIT)
		return "its header says what cannot be";
	return check_sections(front);
}

/* ---- Sections ---- */

/* Both end within 16 characters. */
static bool is_kind(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

const struct vmfile_section *vmfile_find(const struct vmfile_front *front, const char *kind, uint32_t index)
{
	const struct vmfile_section *section = front->sections;
	unsigned int i;

	for (i = 0; i < front->header.sections; i++, section++)
		if (section->index == index && is_kind(section->kind, kind))
			return section;
	return NULL;
}

bool vmfile_is_memory(const struct vmfile_section *section)
{
	return section->index ? section->index == VMFILE_CONTENTS && !is_kind(section->kind, VMFILE_VCPU)
			      : is_kind(section->kind, VMFILE_RAM);
}

static bool is_there(const struct vmfile_front *front, const char *kind, uint32_t index, size_t bytes)
{
	const struct vmfile_section *section = vmfile_find(front, kind, index);

	return section && (!bytes || section->bytes == bytes);
}

/* As many as there must be, and each of those that must be there: so none is there twice, none unknown. */
const char *vmfile_check_plain(const struct vmfile_front *front)
{
	unsigned int i;

	for (i = 0; i < front->header.vcpus; i++)
		if (!is_there(front, VMFILE_VCPU, i, sizeof(struct vmfile_vcpu)))
			return "a vCPU is missing";
	if (!is_there(front, VMFILE_GIC, 0, 0) || !is_there(front, VMFILE_RAM, 0, 0) ||
	    !is_there(front, VMFILE_MACHINE, 0, sizeof(struct vmfile_machine)) ||
	    !is_there(front, VMFILE_UART, 0, sizeof(struct vmfile_uart)) ||
	    !is_there(front, VMFILE_LINE, 0, sizeof(struct vmfile_line)))
		return "a section is missing";
	return front->header.sections == front->header.vcpus + 5
		       ? NULL
		       : "it has a device that the plain board has not";
}

/* ---- CPU ---- */

#define FIELD(lo) ((uint64_t)0xf << (lo))
#define IDREG(crm, op2) ((uint16_t)GICV5_ENC(3, 0, 0, crm, op2))

/* Whatever is not kept is a feature whose state is not in the file. */
const struct vmfile_idreg vmfile_idregs[VMFILE_IDREGS] = {
	/* PFR0: AArch64 only, no EL2; FP, AdvSIMD, DIT, CSV3 as they are. */
	{IDREG(4, 0), FIELD(16) | FIELD(20) | FIELD(48) | FIELD(60), 0x11},
	/* PFR1: BT, SSBS. */
	{IDREG(4, 1), FIELD(0) | FIELD(4), 0},
	/* PFR2: GCIE. */
	{IDREG(4, 2), 0, (uint64_t)1 << GICV5_ID_AA64PFR2_GCIE_LO},
	/* DFR0: version 6 of debug, two breakpoints, two watchpoints; no PMU, no trace. */
	{IDREG(5, 0), 0, 0x101006},
	/* ISAR0: all but TME. */
	{IDREG(6, 0), ~FIELD(24), 0},
	/* ISAR1: without pointer authentication, LS64 and XS. */
	{IDREG(6, 1), ~(FIELD(4) | FIELD(8) | FIELD(24) | FIELD(28) | FIELD(56) | FIELD(60)), 0},
	/* ISAR2: RPRES, BC, CSSC. */
	{IDREG(6, 2), FIELD(4) | FIELD(20) | FIELD(52), 0},
	/* MMFR0: 36 bits of address; ASIDs, endianness, granules of stage 1. */
	{IDREG(7, 0), FIELD(4) | FIELD(8) | FIELD(12) | FIELD(16) | FIELD(20) | FIELD(24) | FIELD(28), 1},
	/* MMFR1: HAFDBS, HPDS, PAN, ETS, nTLBPA. */
	{IDREG(7, 1), FIELD(0) | FIELD(12) | FIELD(20) | FIELD(36) | FIELD(48), 0},
	/* MMFR2: CnP, UAO, LSM, VARange, CCIDX, ST, AT, TTL, BBM, E0PD. */
	{IDREG(7, 2),
	 FIELD(0) | FIELD(4) | FIELD(8) | FIELD(16) | FIELD(20) | FIELD(28) | FIELD(32) | FIELD(48) |
		 FIELD(52) | FIELD(60),
	 0},
};

void vmfile_cpu_filter(struct vmfile_cpu *cpu)
{
	unsigned int i;

	for (i = 0; i < VMFILE_IDREGS; i++)
		cpu->idregs[i] = (cpu->idregs[i] & vmfile_idregs[i].keep) | vmfile_idregs[i].set;
}

/* FP and AdvSIMD of PFR0, TGran4 and TGran64 of MMFR0: 0xf is the least value. */
static uint64_t signed_fields(unsigned int encoding)
{
	if (encoding == IDREG(4, 0))
		return FIELD(16) | FIELD(20);
	return encoding == IDREG(7, 0) ? FIELD(24) | FIELD(28) : 0;
}

/* Each field at least as large. */
static bool offers(unsigned int encoding, uint64_t here, uint64_t there)
{
	uint64_t is_signed = signed_fields(encoding);
	unsigned int lo;

	for (lo = 0; lo < 64; lo += 4) {
		unsigned int bias = is_signed & FIELD(lo) ? 1 : 0;

		if ((((here >> lo) + bias) & 0xf) < (((there >> lo) + bias) & 0xf))
			return false;
	}
	return true;
}

#define CTR_LINE 0xfu /* log2 of the words of the smallest line */
#define CTR_DMIN_LO 16
#define CTR_IDC FLAG_BIT(28)
#define CTR_DIC FLAG_BIT(29)

/* Maintenance by steps of its lines reaches all of ours, and what it leaves out is not needed here either. */
static bool lines_are_good(uint64_t here, uint64_t there)
{
	return (there & CTR_LINE) <= (here & CTR_LINE) &&
	       (there >> CTR_DMIN_LO & CTR_LINE) <= (here >> CTR_DMIN_LO & CTR_LINE) &&
	       !(there & ~here & (CTR_IDC | CTR_DIC));
}

const char *vmfile_check_cpu(const struct vmfile_cpu *here, const struct vmfile_cpu *shown)
{
	unsigned int i;

	if (shown->frequency != here->frequency)
		return "its counters have another frequency than this machine's";
	if (shown->dczid != here->dczid)
		return "DC ZVA of its CPU writes another number of bytes than this machine's";
	if (!lines_are_good(here->ctr, shown->ctr))
		return "this machine's caches do not keep what those of its CPU promised (CTR_EL0)";
	for (i = 0; i < VMFILE_IDREGS; i++)
		if (!offers(vmfile_idregs[i].encoding, here->idregs[i], shown->idregs[i]))
			return "its CPU has features that this machine's lacks";
	return NULL;
}

#define PSTATE_MODE 0xfu
#define PSTATE_EL0T 0x0u
#define PSTATE_EL1T 0x4u
#define PSTATE_EL1H 0x5u
#define PSTATE_A32 0x10u
/* What EL0 and EL1 can have: NZCV, TCO, DIT, UAO, PAN, IL, SSBS, BTYPE, DAIF. */
#define PSTATE_FLAGS                                                                                        \
	(0xf0000000u | FLAG_BIT(25) | FLAG_BIT(24) | FLAG_BIT(23) | FLAG_BIT(22) | FLAG_BIT(20) | 0x1c00u | \
	 0x3c0u)
#define TIMER_CONTROL 3u

const char *vmfile_check_vcpu(const struct vmfile_vcpu *vcpu)
{
	uint64_t mode = vcpu->pstate & (PSTATE_MODE | PSTATE_A32);
	unsigned int i;

	if (vcpu->on > 1)
		return "a vCPU is neither on nor off";
	if (!vcpu->on)
		return NULL;
	/* Whoever wrote the file must not get into EL2. */
	if ((mode != PSTATE_EL0T && mode != PSTATE_EL1T && mode != PSTATE_EL1H) ||
	    vcpu->pstate & ~(PSTATE_FLAGS | PSTATE_MODE | PSTATE_A32))
		return "a vCPU is in a state that no guest can be in";
	for (i = 0; i < VMFILE_TIMERS; i++)
		if (vcpu->timers[i].ctl & ~(uint64_t)TIMER_CONTROL)
			return "the control register of a timer has bits that it does not have";
	return NULL;
}

/* ---- Devices and memory ---- */

/* X(register, bits that it has) */
#define UART_REGS(X)    \
	X(ilpr, 0xff)   \
	X(ibrd, 0xffff) \
	X(fbrd, 0x3f)   \
	X(lcr_h, 0xff)  \
	X(cr, 0xff87)   \
	X(ifls, 0x3f)   \
	X(imsc, 0x7ff)  \
	X(ris, 0x7ff)   \
	X(dmacr, 7)

const char *vmfile_check_uart(const struct vmfile_uart *uart)
{
	uint32_t odd = 0;

#define ODD(name, mask) odd |= uart->regs.name & ~(uint32_t)(mask);
	UART_REGS(ODD)
#undef ODD
	return !odd && uart->queued <= VMFILE_UART_QUEUE ? NULL : "its UART is in a state that there is not";
}

const char *vmfile_check_line(const struct vmfile_line *line)
{
	return line->length < VMFILE_LINE_BYTES && !line->zero ? NULL : "the line that it prints is too long";
}

const char *vmfile_check_memory(const struct vmfile_memory *head, uint64_t bytes)
{
	return head->bytes == bytes && !head->zero ? NULL : "its disk or memory has another size";
}

const char *vmfile_check_run(const struct vmfile_run *run, uint64_t bytes, uint64_t next, uint64_t left)
{
	if ((run->offset | run->bytes) % VMFILE_PAGE || !run->bytes || run->offset < next ||
	    run->offset > bytes || run->bytes > bytes - run->offset || run->bytes > left)
		return "a piece of memory lies where there is none";
	return NULL;
}
