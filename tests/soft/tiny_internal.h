/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief What the two files of the tiny model know of each other.
 */
#ifndef TINY_INTERNAL_H
#define TINY_INTERNAL_H

#include "tiny_model.h"

#include <vgicv5/arch/insn.h>
#include <vgicv5/arch/intid.h>
#include <vgicv5/arch/irs.h>
#include <vgicv5/arch/sysreg.h>
#include <vgicv5/arch/tables.h>

enum tiny_event { TINY_SET_EDGE, TINY_SET_LEVEL, TINY_CLEAR };

struct tiny_ist {
	bool valid;
	bool two_level;
	unsigned int id_bits;
	unsigned int istsz;
	unsigned int l2sz;
	uint64_t base;
};

uint64_t tiny_read64(const struct tiny *t, uint64_t pa);
void tiny_write64(struct tiny *t, uint64_t pa, uint64_t value);
/** Address of a VM table entry; 0: there is none. */
uint64_t tiny_vmte(const struct tiny *t, uint32_t vm);
/** Address of a VPE table entry; 0: there is none. */
uint64_t tiny_vpete(const struct tiny *t, uint32_t vm, uint32_t vpe);
struct tiny_ist tiny_find_ist(const struct tiny *t, uint32_t vm, unsigned int type);
uint64_t tiny_l1_iste(const struct tiny_ist *ist, uint32_t id);

uint64_t tiny_ppi_pending(const struct tiny_pe *pe, bool virtual, unsigned int word);
bool tiny_hppi_legal(const struct tiny *t, unsigned int pe, bool virtual, uint64_t hppi);
bool tiny_vpe_hppi_legal(const struct tiny *t, uint32_t vm, uint32_t vpe, uint64_t hppi);
void tiny_acknowledged(struct tiny *t, unsigned int pe, bool virtual, uint32_t intid);
void tiny_operate(struct tiny *t, unsigned int pe, bool virtual, uint32_t vm, bool none, unsigned int cd,
		  uint64_t operand);
void tiny_event(struct tiny *t, uint32_t vm, uint32_t intid, enum tiny_event event);
void tiny_spi_event(struct tiny *t, uint32_t spi, enum tiny_event event);
/** Rings every doorbell whose conditions hold. */
void tiny_doorbells(struct tiny *t);

#endif
