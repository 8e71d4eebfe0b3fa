/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Save and restore: what the state*.c files share. The format is described in doxygen/state.md. */
#ifndef VGICV5_CORE_STATE_H
#define VGICV5_CORE_STATE_H

#include <vgicv5/arch/tables.h>
#include <vgicv5/state.h>
#include <vgicv5/viwb.h>

#include "bitmap.h"
#include "ist.h"

/* Bits of an L2_ISTE that are the interrupt's. */
#define STATE_ISTE_MASK                                                                                   \
	((uint32_t)(GICV5_MASK(L2_ISTE_IAFFID) | GICV5_MASK(L2_ISTE_PRIORITY) | GICV5_MASK(L2_ISTE_IRM) | \
		    GICV5_MASK(L2_ISTE_ENABLE) | GICV5_MASK(L2_ISTE_HM) | GICV5_MASK(L2_ISTE_ACTIVE) |    \
		    GICV5_MASK(L2_ISTE_PENDING)))

/* Bits that these registers have. */
#define STATE_ICSR_MASK                                                                                      \
	(GICV5_MASK(ICC_ICSR_EL1_IAFFID) | GICV5_MASK(ICC_ICSR_EL1_PRIORITY) | GICV5_MASK(ICC_ICSR_EL1_HM) | \
	 GICV5_MASK(ICC_ICSR_EL1_ACTIVE) | GICV5_MASK(ICC_ICSR_EL1_IRM) | GICV5_MASK(ICC_ICSR_EL1_PENDING) | \
	 GICV5_MASK(ICC_ICSR_EL1_ENABLED) | GICV5_MASK(ICC_ICSR_EL1_F))
#define STATE_VMCR_MASK (GICV5_MASK(ICH_VMCR_EL2_VPMR) | GICV5_MASK(ICH_VMCR_EL2_EN))

#define STATE_STRAY 1 /* flag of SPI and LPI: entries are routed to VPEs that do not exist */
#define STATE_SPI_BITMAPS 5

/* Where fields are, in the header and in the bodies of sections. */
enum {
	STATE_HEADER_VERSION = 8,
	STATE_HEADER_BYTES = 12,
	STATE_HEADER_TOTAL = 16,
	STATE_HEADER_RESERVED = 24,
	STATE_VM_IDR = 0,
	STATE_VM_ICC_IDR0 = 12,
	STATE_VM_SPIS = 16,
	STATE_VM_VCPUS = 20,
	STATE_VM_VISIBLE = 24,
	STATE_VM_EDGE = 40,
	STATE_VM_BYTES = 56,
	STATE_VIRS_BASER = 0,
	STATE_VIRS_CFGR = 8,
	STATE_VIRS_CR0 = 12,
	STATE_VIRS_CR1 = 16,
	STATE_VIRS_SPI_SELR = 20,
	STATE_VIRS_PE_SELR = 24,
	STATE_VIRS_RESERVED = 28,
	STATE_VIRS_BYTES = 32,
	STATE_VCPU_ID = 0,
	STATE_VCPU_FLAGS = 4,
	STATE_VCPU_VMCR = 8,
	STATE_VCPU_APR = 16,
	STATE_VCPU_ICSR = 24,
	STATE_VCPU_ENABLE = 32,
	STATE_VCPU_ACTIVE = 48,
	STATE_VCPU_LATCH = 64,
	STATE_VCPU_LINE = 80,
	STATE_VCPU_PRIORITY = 96,
	STATE_VCPU_BYTES = 224,
	STATE_ITS_BASE = 0,
	STATE_ITS_ID = 8,
	STATE_ITS_WIDTHS = 12,
	STATE_ITS_DT_BASER = 16,
	STATE_ITS_DT_CFGR = 24,
	STATE_ITS_CR0 = 28,
	STATE_ITS_CR1 = 32,
	STATE_ITS_DID = 36,
	STATE_ITS_EID = 40,
	STATE_ITS_GEN_DID = 44,
	STATE_ITS_GEN_EID = 48,
	STATE_ITS_RESERVED = 52,
	STATE_ITS_READ_DATA = 56,
	STATE_ITS_SWERR_STATUS = 64,
	STATE_ITS_SYNDROME = 72,
	STATE_ITS_BYTES = 88,
	STATE_IWB_ITS = 0,
	STATE_IWB_DEVICE = 8,
	STATE_IWB_WIRES = 12,
	STATE_IWB_CR0 = 16,
	STATE_IWB_RESERVED = 20,
	STATE_IWB_WORDS = 24,
	STATE_ENTRIES_NUMBER = 0, /* SPI: how many; LPI: ID bits */
	STATE_ENTRIES_FLAGS = 4,
	STATE_ENTRIES_REST = 8,
	STATE_END_BYTES = 8,
};

/* ---- Numbers in a state: no alignment; little-endian, as all machines that the library is for (table.h) ---- */

static inline uint32_t state_get32(const uint8_t *p)
{
	uint32_t value;

	__builtin_memcpy(&value, p, sizeof(value));
	return value;
}

static inline uint64_t state_get64(const uint8_t *p)
{
	return state_get32(p) | (uint64_t)state_get32(p + 4) << 32;
}

static inline void state_set32(uint8_t *p, uint32_t value)
{
	__builtin_memcpy(p, &value, sizeof(value));
}

static inline uint64_t state_round8(uint64_t bytes)
{
	return (bytes + 7) & ~(uint64_t)7;
}

static inline uint32_t state_words(uint32_t bits)
{
	return (uint32_t)VGICV5_BITMAP_WORDS(bits);
}

/* ---- Writing: state_out.c ---- */

#define STATE_WINDOW 512

/*
 * Where a state goes: the caller's buffer, or a window that is emptied by `write` when it is full. Nowhere,
 * if neither is wanted: then only size and checksum are of interest.
 */
struct state_out {
	uint8_t *at;
	uint8_t *start; /* of the buffer or window */
	uint8_t *end;
	uint64_t flushed; /* bytes that were before `start` */
	uint32_t a, b;	  /* the checksum so far */
	int error;	  /* the first; nothing is written after it */
	bool stream;
	vgicv5_state_write_fn write; /* NULL: nowhere */
	void *ctx;
	uint8_t window[STATE_WINDOW];
};

void vgicv5_state_to_buffer(struct state_out *out, void *buffer, size_t bytes);
void vgicv5_state_to_stream(struct state_out *out, vgicv5_state_write_fn write, void *ctx);
void vgicv5_state_put32(struct state_out *out, uint32_t value);
void vgicv5_state_put64(struct state_out *out, uint64_t value);
void vgicv5_state_put_section(struct state_out *out, uint32_t type, uint64_t bytes);
uint64_t vgicv5_state_written(const struct state_out *out);

/* Hands over what is in the window. */
void vgicv5_state_flush(struct state_out *out);

/* Room for at least one number, of 4 bytes. @return for how many there is; 0: there is an error. */
size_t vgicv5_state_room(struct state_out *out);

/* ---- Entries of a table in memory: state_ist.c. The IRS has written back, or does not own it. ---- */

struct state_run {
	uint32_t first;
	uint32_t count;
	const uint8_t *entries; /* of a state that is read: 4 bytes each */
};

#define STATE_RUNS_KEPT 8

/* The configured entries of a table, in runs; the first of these need not be looked for again. */
struct state_layout {
	uint32_t limit; /* IDs below it */
	uint32_t runs;
	uint32_t configured;
	uint32_t targets; /* all bits that are set in one IAFFID or more */
	struct state_run kept[STATE_RUNS_KEPT];
};

void vgicv5_state_lay_out(const struct vgicv5_ist *ist, uint32_t limit, struct state_layout *layout);
void vgicv5_state_put_runs(struct state_out *out, const struct vgicv5_ist *ist,
			   const struct state_layout *layout);

/* Copies entries 0 to count - 1, those included that have no memory, which are zero. */
uint32_t vgicv5_state_entry(const struct vgicv5_ist *ist, uint32_t id);
void vgicv5_state_copy_entries(const struct vgicv5_ist *ist, uint32_t count, uint8_t *to);

/* Whether one of the entries below `limit` is so. */
bool vgicv5_state_any(const struct vgicv5_ist *ist, uint32_t limit,
		      bool (*is)(const void *ctx, uint32_t iste), const void *ctx);

/* Makes the CPU see what the IRS has written. */
void vgicv5_state_acquire(const struct vgicv5_host *host, const struct vgicv5_ist *ist);

/*
 * Makes the table, which the IRS does not own, zero, metadata included; and lets the IRS see what is in it.
 */
void vgicv5_state_clear_entries(const struct vgicv5_ist *ist);
void vgicv5_state_publish(const struct vgicv5_host *host, const struct vgicv5_ist *ist);

/* Writes one entry, without HWU and pending. Its memory is there. */
void vgicv5_state_set_entry(const struct vgicv5_ist *ist, uint32_t id, uint32_t iste);

/* ---- Quiescence: state.c ---- */

/*
 * Whether the VM's state can be looked at now; VGICV5_STATE, VGICV5_DEAD, VGICV5_BUSY. The VM's mutex is
 * held.
 */
int vgicv5_state_stopped(const struct vgicv5_vm *vm);

/* The same of a VM to be restored into: VGICV5_BUSY also if it has been loaded. */
int vgicv5_state_fresh(const struct vgicv5_vm *vm);

/* The same, and its tables may be replaced: VGICV5_BUSY also with an LPI table or assigned SPIs. */
int vgicv5_state_replaceable(const struct vgicv5_vm *vm);

/*
 * Has the IRS write back (`save`) and sees whether memory is exact. VGICV5_BUSY: it is not, something has
 * changed.
 */
int vgicv5_state_quiesce(struct vgicv5_vm *vm, bool save);

/* The bits of ICH_PPI_PRIORITYRn_EL2, n being `group`, for PPIs that are visible. */
uint64_t vgicv5_state_priority_mask(uint64_t visible, unsigned int group);

/* ---- Reading: state_check.c ---- */

/* Runs, one after the other, in a state; or entries without gaps. */
struct state_runs {
	const uint8_t *at;
	const uint8_t *end;
	const uint8_t *flat; /* entries without gaps, `flat_count` of them */
	uint32_t flat_count;
};

/* The next one; nothing is checked but that it fits. @return false: none */
bool vgicv5_state_read_run(struct state_runs *runs, struct state_run *run);

struct state_section {
	uint32_t type;
	uint32_t flags;
	const uint8_t *body;
	size_t bytes;
};

/* A state whose frame is sound. Sections that there is one of, or none: no body. */
struct state_in {
	const uint8_t *state;
	size_t bytes;
	struct state_section only[VGICV5_STATE_LPI + 1];
};

/* Frame, order and checksum: state_frame.c. Errors as vgicv5_state_check(). */
int vgicv5_state_open(const void *state, size_t bytes, struct state_in *in);

/* Sections one after the other: `*at` is where the next begins, 0 at first. @return false: that was END. */
bool vgicv5_state_next_section(const struct state_in *in, size_t *at, struct state_section *section);

/* The same of one type. */
bool vgicv5_state_next_of(const struct state_in *in, uint32_t type, size_t *at,
			  struct state_section *section);

/* Everything in it. */
int vgicv5_state_check_all(const struct vgicv5_vm *vm, const struct state_in *in);

/* Says why and returns `error`. */
int vgicv5_state_refuse(const struct vgicv5_vm *vm, const char *why, int error);

/* Whom a section is for; NULL: nobody. */
struct vgicv5_vits *vgicv5_state_vits_of(const struct vgicv5_vm *vm, const uint8_t *body);
struct vgicv5_viwb *vgicv5_state_viwb_of(const struct vgicv5_vm *vm, const uint8_t *body);

/* Where the entries of SPIs or LPIs are in their section, or entries without gaps. */
struct state_runs vgicv5_state_runs_in(const struct vgicv5_vm *vm, const struct state_section *section);
struct state_runs vgicv5_state_flat(const void *entries, uint32_t count);

/* What entries of SPIs or LPIs have to be. */
struct state_rules {
	uint32_t count; /* IDs below it */
	bool one_n;	/* 1ofN interrupts are there */
	bool stray;	/* IAFFIDs need not be of VPEs that exist */
};

int vgicv5_state_check_runs(const struct vgicv5_vm *vm, const struct state_rules *rules,
			    struct state_runs runs);

/* Identification registers IRS_IDR0 to IRS_IDR2 that this VM can show: VGICV5_INVALID, VGICV5_UNSUPPORTED. */
int vgicv5_state_check_idr(const struct vgicv5_vm *vm, unsigned int n, uint32_t value);

/* ---- Restoring: state_refill.c ---- */

/* What goes into the tables of a VM, and what is to be done when it is the IRS's again. */
struct state_tables {
	struct vgicv5_vm *vm;
	struct state_runs spi;
	struct state_runs lpi;
	int (*finish)(struct vgicv5_vm *vm, const void *ctx); /* may be NULL */
	const void *ctx;
};

/*
 * Gives a fresh VM these entries. Its LPI table, if any, has been made (vgicv5_state_make_lpis()). Pending
 * interrupts are replayed. Errors as vgicv5_vm_refill().
 */
int vgicv5_state_refill(struct state_tables *tables);

/*
 * Makes the host's LPI table for a guest's of that shape, with all L2 tables that have entries. As
 * vgicv5_ist_map().
 */
int vgicv5_state_make_lpis(struct vgicv5_vm *vm, const struct vgicv5_ist_shape *shape,
			   struct state_runs runs);

#endif
