/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Which interrupts must a guest be able to take? A second opinion, made of what the guest and its devices did.
 *
 * It knows no tables, no residency, no doorbells: only interrupts with their state, and CPUs with masks.
 */
#ifndef TESTS_CORE_ORACLE_H
#define TESTS_CORE_ORACLE_H

#include <vgicv5/arch/intid.h>
#include <vgicv5_types.h>

#define ORACLE_SPIS 12
#define ORACLE_LPIS 12
#define ORACLE_VCPUS 8
#define ORACLE_NOTHING 0xffu /* no priority */

struct oracle_interrupt {
	bool enabled;
	bool pending;
	bool active;
	bool level;
	uint8_t priority;
	uint16_t iaffid;
};

/* The PPIs that a guest of the test sees. */
enum oracle_ppi { ORACLE_SW, ORACLE_PMU, ORACLE_CNTV, ORACLE_CNTP, ORACLE_PPIS };
extern const unsigned int oracle_ppi_numbers[ORACLE_PPIS];

struct oracle_vcpu {
	struct oracle_interrupt ppis[ORACLE_PPIS];
	uint32_t apr;
	uint8_t pcr;
	bool en;
};

struct oracle_vm {
	struct oracle_vcpu vcpus[ORACLE_VCPUS];
	struct oracle_interrupt spis[ORACLE_SPIS];
	struct oracle_interrupt lpis[ORACLE_LPIS];
	uint32_t lpi_ids[ORACLE_LPIS]; /* number in the table of each LPI that the test uses */
	bool line[ORACLE_SPIS];
	bool irsen;
	bool has_lpis;
};

/* As after reset; `lpi_ids` is kept. */
void oracle_reset(struct oracle_vm *vm);

/* The interrupt of that INTID as vCPU `v` sees it; NULL: unreachable. */
struct oracle_interrupt *oracle_find(struct oracle_vm *vm, unsigned int v, uint32_t intid);

/* Priority of the best interrupt that `v` must be able to take now, or ORACLE_NOTHING. */
unsigned int oracle_takes(struct oracle_vm *vm, unsigned int v);

/* Whether that INTID is one that could be presented to `v`, masks aside. */
bool oracle_candidate(struct oracle_vm *vm, unsigned int v, uint32_t intid);

/* What the guest and its devices do. */
void oracle_acknowledge(struct oracle_vm *vm, unsigned int v, uint32_t intid);
void oracle_drop(struct oracle_vm *vm, unsigned int v);
void oracle_trigger_mode(struct oracle_vm *vm, unsigned int spi, bool level);
void oracle_spi_line(struct oracle_vm *vm, unsigned int spi, bool asserted);
void oracle_drop_lpis(struct oracle_vm *vm);

#endif
