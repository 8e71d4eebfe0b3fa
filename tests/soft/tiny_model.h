/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief A second model of GICv5, as small and as slow as can be, to hold the software GICv5 against.
 *
 * The state of LPIs and of virtual interrupts is nowhere but in the tables in memory; every question is answered
 * by looking at all interrupts that were ever pending. It was written from the architecture's rules, not from
 * hal/soft, and shares with it nothing but the definitions. Where the architecture leaves a choice, a read takes
 * what the other model answered, says whether it was legal, and goes on with that.
 *
 * Left out, and not to be asked for: software errors, more than one command at a time, commands that are constrained
 * unpredictable.
 */
#ifndef TINY_MODEL_H
#define TINY_MODEL_H

#include <vgicv5_types.h>

#define TINY_PES 4
#define TINY_IRSS 3
#define TINY_SPIS 24
#define TINY_VMS 4
#define TINY_VPES 4
#define TINY_SEEN 512
#define TINY_PHYSICAL 0xffffffffu

enum tiny_result { TINY_DONE, TINY_UNDEFINED, TINY_TRAPPED };

struct tiny_cpuif {
	uint64_t enabled[2];
	uint64_t pending[2];
	uint64_t active[2];
	uint8_t priority[128];
	uint32_t apr;
	uint8_t pcr;
	bool en;
};

struct tiny_pe {
	struct tiny_cpuif cpuif[2]; /* physical, virtual */
	uint64_t line[2];
	uint64_t dvi[2];
	uint64_t hfg[3]; /* HFGRTR, HFGWTR, HFGITR */
	uint64_t icsr;
	uint64_t contextr;
	bool vctlr_en;
	bool dps;
	bool resident;
	uint16_t vm;
	uint16_t vpe;
	unsigned int irs;
};

struct tiny_irs {
	bool en;
	uint32_t first_spi;
	uint32_t spi_count;
	uint32_t cr1;
	uint32_t spi_sel;
	uint32_t pe_sel;
	uint64_t vpe_sel;
	bool vpe_ok;
	uint32_t vm_sel;
	bool vm_ok;
};

struct tiny_spi {
	uint32_t iste;
	bool level_trigger;
	bool line;
	bool to_vm;
	uint16_t vm;
};

/** Settings of a VPE that no table holds. */
struct tiny_vpe {
	bool dps;
	bool bell_valid;
	bool bell_requested;
	uint8_t bell_mask;
	uint32_t bell;
};

struct tiny_vm {
	struct tiny_vpe vpe[TINY_VPES];
	bool bell_en;
	uint16_t bell_vpe;
};

struct tiny {
	unsigned int pe_count;
	unsigned int irs_count;
	uint32_t spi_range;
	uint64_t implemented[2];
	uint64_t level[2]; /* handling modes, as the other model's ICC_PPI_HMRn says */
	uint8_t cpu_id_bits;
	uint8_t pri_bits;
	bool virt; /* IRS_IDR0.VIRT */
	bool one_n;
	bool virt_one_n;
	uint8_t *memory;
	uint64_t memory_base;
	uint64_t memory_size;
	struct tiny_pe pe[TINY_PES];
	struct tiny_irs irs[TINY_IRSS];
	struct tiny_spi spi[TINY_SPIS];
	struct tiny_vm vm[TINY_VMS];
	uint64_t ist_baser;
	uint32_t ist_cfgr;
	uint64_t vmt_baser;
	uint32_t vmt_cfgr;
	/* Interrupts that were pending at some time: only they can be candidates. */
	struct {
		uint32_t vm;
		uint32_t intid;
	} seen[TINY_SEEN];
	unsigned int seen_count;
};

/** `*value`: operand; for reads, what the other model gave, replaced if that is not legal. */
enum tiny_result tiny_sys(struct tiny *t, unsigned int pe, unsigned int el, bool imo, bool nv, bool nmi,
			  unsigned int encoding, bool read, uint64_t *value);

/** A whole register of the CONFIG frame, of its own width. */
void tiny_irs_write(struct tiny *t, unsigned int irs, uint32_t offset, uint64_t value);
/** `other`: what the other model gave, returned if it is legal. */
uint64_t tiny_irs_read(struct tiny *t, unsigned int irs, uint32_t offset, uint64_t other);

void tiny_setlpi(struct tiny *t, uint32_t lpi);
void tiny_set_ppi(struct tiny *t, unsigned int pe, unsigned int ppi, bool asserted);
void tiny_set_spi(struct tiny *t, uint32_t spi, bool asserted);

/** An interrupt that may be pending in a table before any operation made it so. */
void tiny_watch(struct tiny *t, uint32_t vm, uint32_t intid);

/** The state of an LPI or SPI as an L2_ISTE; false: unreachable. */
bool tiny_load(const struct tiny *t, uint32_t vm, uint32_t intid, uint32_t *iste);

/** Best deliverable priority of a domain of a PE, 32: none. */
unsigned int tiny_best(const struct tiny *t, unsigned int pe, bool virtual);

bool tiny_vm_valid(const struct tiny *t, uint32_t vm);
bool tiny_vpe_valid(const struct tiny *t, uint32_t vm, uint32_t vpe);

#endif
