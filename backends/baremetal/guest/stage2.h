/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Stage 2 translation of one VM, and what its pages may be used for.
 *
 * 39 bits of intermediate physical address, 4 KiB granule, three levels. Where the GICv5 is emulated a page of RAM is
 * either data (read, write, not executable) or code (read, execute, not writable, its GICv5 instructions replaced).
 */
#ifndef SHELL_STAGE2_H
#define SHELL_STAGE2_H

#include "../shell.h"

#define PAGE_BYTES 4096u
#define BLOCK_BYTES 0x200000u

enum stage2_use {
	STAGE2_DATA,	  /* RW, not executable */
	STAGE2_CODE,	  /* RX */
	STAGE2_READ,	  /* read only, while a page changes from code to data */
	STAGE2_ALL,	  /* RWX */
	STAGE2_REGISTERS, /* device memory, RW */
};

struct stage2 {
	uint64_t *root;
	uint16_t vmid;
	size_t table_bytes; /* taken from the heap */
	shell_lock_t lock;
	struct rewritten *rewritten; /* rewrite.c: pages with replaced words */
};

/** @return false: no memory. */
bool stage2_init(struct stage2 *s2, uint16_t vmid);

/** Gives the tables back; no CPU uses them any more. */
void stage2_fini(struct stage2 *s2);

/** Maps a range that was not mapped; both addresses multiples of a page. @return false: no memory. */
bool stage2_map(struct stage2 *s2, uint64_t ipa, uint64_t pa, uint64_t bytes, enum stage2_use use);

/** VTTBR_EL2 and VTCR_EL2. */
uint64_t stage2_vttbr(const struct stage2 *s2);
uint64_t stage2_vtcr(void);

/* ---- Under the lock, with the VM's VTTBR_EL2 loaded ---- */

/** How a page is mapped. @return false: it is not. */
bool stage2_look(const struct stage2 *s2, uint64_t ipa, uint64_t *pa, enum stage2_use *use);

/** Changes the use of one page that is mapped, splitting a block if need be. @return false: no memory. */
bool stage2_change(struct stage2 *s2, uint64_t ipa, enum stage2_use use);

/**
 * As stage2_change() where permissions are only added, of a page and not of a block: a CPU that has not heard of it
 * takes one more abort, upon which stage2_forget() is called.
 */
void stage2_relax(struct stage2 *s2, uint64_t ipa, enum stage2_use use);
void stage2_forget(uint64_t ipa);

/**
 * RAM that stage2_map() mapped in blocks back to blocks of one use. No CPU runs the VM.
 * @return the tables that are needed no more, for stage2_free_tables() when no CPU can have them cached any more.
 */
uint64_t *stage2_reset(struct stage2 *s2, uint64_t ipa, uint64_t pa, uint64_t bytes, enum stage2_use use);
void stage2_free_tables(struct stage2 *s2, uint64_t *chain);

#endif
