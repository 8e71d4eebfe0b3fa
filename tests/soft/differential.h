/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The random differential test: two models, two memories, one sequence of operations.
 */
#ifndef DIFFERENTIAL_H
#define DIFFERENTIAL_H

#include "tiny_model.h"

#include <vgicv5/arch/insn.h>
#include <vgicv5/arch/intid.h>
#include <vgicv5/arch/irs.h>
#include <vgicv5/arch/sysreg.h>
#include <vgicv5/arch/tables.h>
#include <vgicv5_soft/soft.h>

/* Above 4 GiB, so that both halves of an address matter. */
#define MEMORY_BASE 0x880000000u
#define MEMORY_SIZE 0x100000u

/* Where software puts the tables. */
#define IST_L1 (MEMORY_BASE + 0x00000u)
#define IST_L2 (MEMORY_BASE + 0x10000u)
#define VMT (MEMORY_BASE + 0x20000u)
#define VMT_L2 (MEMORY_BASE + 0x30000u)
#define VM_AREA(vm) (MEMORY_BASE + 0x40000u + (vm)*VM_AREA_SIZE)
#define VM_AREA_SIZE 0x20000u
#define VM_VPET 0x0000u
#define VM_VPED 0x1000u
#define VM_VMD 0x2000u
#define VM_SPI_IST 0x4000u
#define VM_LPI_L1 0x8000u
#define VM_LPI_L2 0x10000u

#define LPI_BITS 10
#define SPI_BITS 5
#define VPE_BITS 2

/** A table shape as it is in an IST now, for the comparison of memory. */
struct shape {
	bool two_level;
	unsigned int istsz;
};

struct pair {
	struct vgicv5_soft *soft;
	struct vgicv5_soft_config config;
	struct tiny tiny;
	uint8_t memory[MEMORY_SIZE]; /* the software GICv5's */
	uint8_t tiny_memory[MEMORY_SIZE];
	uint64_t random;
	uint64_t seed;
	unsigned int step;
	uint64_t value; /* what the last access read */
	char what[200]; /* the operation under way */
	struct shape ist;
	struct shape lpi_ist[TINY_VMS];
	bool failed;
};

/* ---- differential.c ---- */

uint32_t below(struct pair *p, uint32_t limit);
uint64_t random64(struct pair *p);
/** Few values, so that priorities, masks and running priorities meet. */
uint32_t random_priority(struct pair *p);
/** An IAFFID or VPE ID, mostly of one that exists. */
uint32_t random_target(struct pair *p);
/** A VM or VPE, mostly of the first two. */
uint32_t random_vm(struct pair *p);
uint32_t random_vpe(struct pair *p);
/** Says what differs, once for each step. */
void differ(struct pair *p, const char *name, uint64_t soft, uint64_t tiny);
void same(struct pair *p, const char *name, unsigned int n, uint64_t soft, uint64_t tiny);

/** A register access or instruction on both models; results and values are compared. */
void both_sys(struct pair *p, unsigned int pe, unsigned int el, bool imo, bool nv, bool nmi,
	      unsigned int encoding, bool read, uint64_t value);
void both_irs_write(struct pair *p, unsigned int irs, uint32_t offset, unsigned int bytes, uint64_t value);
void both_irs_read(struct pair *p, unsigned int irs, uint32_t offset, unsigned int bytes, const char *name);
/** What software writes into table memory. */
void both_memory(struct pair *p, uint64_t pa, uint64_t value);
void both_iste(struct pair *p, uint64_t pa, uint32_t iste);
void both_clear(struct pair *p, uint64_t pa, uint64_t bytes);
/** The entry of an interrupt in both memories, after its table was withdrawn. */
void compare_entry(struct pair *p, uint64_t pa);

extern const uint32_t lpi_pool[];
extern const unsigned int lpi_pool_size;

/* ---- differential_ops.c ---- */

/** One random operation. */
void operate(struct pair *p);
/** Makes interrupts of a VM pending, from EL2. */
void pend_some(struct pair *p, uint32_t vm, unsigned int count);
/** Enables everything, so that the random operations have something to work on. */
void prepare(struct pair *p);

/* ---- differential_tables.c ---- */

void op_ist(struct pair *p);
void op_map_l2(struct pair *p);
void op_vm_build(struct pair *p);
void op_vm_drop(struct pair *p);
void op_save(struct pair *p);
void op_vist(struct pair *p);
void op_vpe(struct pair *p);
void op_vmt(struct pair *p);

#endif
