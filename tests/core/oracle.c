// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "oracle.h"

#include <string.h>

#define LEVELS 32

const unsigned int oracle_ppi_numbers[ORACLE_PPIS] = {GICV5_PPI_SW, GICV5_PPI_PMU, GICV5_PPI_CNTV,
						      GICV5_PPI_CNTP};

void oracle_reset(struct oracle_vm *vm)
{
	uint32_t lpi_ids[ORACLE_LPIS];
	unsigned int v;
	unsigned int i;

	memcpy(lpi_ids, vm->lpi_ids, sizeof(lpi_ids));
	memset(vm, 0, sizeof(*vm));
	memcpy(vm->lpi_ids, lpi_ids, sizeof(lpi_ids));
	for (v = 0; v < ORACLE_VCPUS; v++)
		for (i = 0; i < ORACLE_PPIS; i++)
			vm->vcpus[v].ppis[i].level = i != ORACLE_SW; /* R_CFSKX */
}

void oracle_drop_lpis(struct oracle_vm *vm)
{
	memset(vm->lpis, 0, sizeof(vm->lpis));
	vm->has_lpis = false;
}

static struct oracle_interrupt *find_lpi(struct oracle_vm *vm, uint32_t id)
{
	unsigned int i;

	for (i = 0; vm->has_lpis && i < ORACLE_LPIS; i++)
		if (vm->lpi_ids[i] == id)
			return &vm->lpis[i];
	return NULL;
}

static struct oracle_interrupt *find_ppi(struct oracle_vcpu *vcpu, uint32_t id)
{
	unsigned int i;

	for (i = 0; i < ORACLE_PPIS; i++)
		if (oracle_ppi_numbers[i] == id)
			return &vcpu->ppis[i];
	return NULL;
}

struct oracle_interrupt *oracle_find(struct oracle_vm *vm, unsigned int v, uint32_t intid)
{
	uint32_t id = (uint32_t)GICV5_GET(INTID_ID, intid);

	switch (GICV5_GET(INTID_TYPE, intid)) {
	case GICV5_TYPE_PPI:
		return find_ppi(&vm->vcpus[v], id);
	case GICV5_TYPE_LPI:
		return find_lpi(vm, id);
	default:
		return id < ORACLE_SPIS ? &vm->spis[id] : NULL;
	}
}

static bool offered(const struct oracle_interrupt *i)
{
	return i->enabled && i->pending && !i->active;
}

bool oracle_candidate(struct oracle_vm *vm, unsigned int v, uint32_t intid)
{
	const struct oracle_interrupt *i = oracle_find(vm, v, intid);

	if (!i || !offered(i))
		return false;
	return GICV5_GET(INTID_TYPE, intid) == GICV5_TYPE_PPI || (vm->irsen && i->iaffid == v);
}

static unsigned int best(unsigned int so_far, const struct oracle_interrupt *i, bool reaches)
{
	return reaches && offered(i) && i->priority < so_far ? i->priority : so_far;
}

unsigned int oracle_takes(struct oracle_vm *vm, unsigned int v)
{
	const struct oracle_vcpu *vcpu = &vm->vcpus[v];
	unsigned int priority = ORACLE_NOTHING;
	unsigned int i;

	for (i = 0; i < ORACLE_PPIS; i++)
		priority = best(priority, &vcpu->ppis[i], true);
	for (i = 0; i < ORACLE_SPIS; i++)
		priority = best(priority, &vm->spis[i], vm->irsen && vm->spis[i].iaffid == v);
	for (i = 0; i < ORACLE_LPIS; i++)
		priority = best(priority, &vm->lpis[i], vm->irsen && vm->has_lpis && vm->lpis[i].iaffid == v);
	/* D_MSQKF: not masked, and strictly above what is active. */
	if (!vcpu->en || priority > vcpu->pcr)
		return ORACLE_NOTHING;
	for (i = 0; i < LEVELS; i++)
		if (vcpu->apr >> i & 1)
			return priority < i ? priority : ORACLE_NOTHING;
	return priority;
}

void oracle_acknowledge(struct oracle_vm *vm, unsigned int v, uint32_t intid)
{
	struct oracle_interrupt *i = oracle_find(vm, v, intid);

	i->active = true;
	if (!i->level)
		i->pending = false;
	vm->vcpus[v].apr |= 1u << i->priority;
}

void oracle_drop(struct oracle_vm *vm, unsigned int v)
{
	vm->vcpus[v].apr &= vm->vcpus[v].apr - 1;
}

void oracle_trigger_mode(struct oracle_vm *vm, unsigned int spi, bool level)
{
	struct oracle_interrupt *i = &vm->spis[spi];

	/* R_KBPXL, and the guest keeps the handling mode in step. */
	if (level != i->level)
		i->pending = level ? vm->line[spi] : i->pending && !vm->line[spi];
	i->level = level;
}

void oracle_spi_line(struct oracle_vm *vm, unsigned int spi, bool asserted)
{
	struct oracle_interrupt *i = &vm->spis[spi];

	if (!i->level && asserted)
		i->pending = true;
	if (i->level && vm->line[spi] != asserted)
		i->pending = asserted;
	vm->line[spi] = asserted;
}
