/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The machine of rule_machine.h with ITSs: registers, tables and what became of events.
 */
#ifndef VGICV5_TESTS_SOFT_RULE_ITS_H
#define VGICV5_TESTS_SOFT_RULE_ITS_H

#define MEMORY_SIZE (4u << 20)
#include "rule_machine.h"

#include <vgicv5/arch/its.h>
#include <vgicv5/arch/iwb.h>

#define DEVICE 5u

/* IMP_EC of the model. */
enum { DEVICE_RANGE = 0x80, BAD_L1_DTE, BAD_DTE, EVENT_RANGE, BAD_L1_ITTE, BAD_ITTE, BAD_TARGET, NO_MEMORY };

static inline uint64_t its_rd(struct machine *m, uint32_t offset, unsigned int bytes)
{
	return vgicv5_soft_its_read(m->gic, 0, offset, bytes);
}

static inline void its_wr(struct machine *m, uint32_t offset, unsigned int bytes, uint64_t value)
{
	vgicv5_soft_its_write(m->gic, 0, offset, bytes, value);
}

static inline struct machine *its_machine(void)
{
	struct machine *m = machine_new(2);

	m->config.its_count = 1;
	m->config.its[0] = (struct vgicv5_soft_its_config){.device_id_bits = 20,
							   .event_id_bits = 16,
							   .dt_levels = true,
							   .itt_levels = true,
							   .l2sz = 7,
							   .swe = true};
	return m;
}

/* A device table of 2^bits devices, linear or with the given L1 table. */
static inline uint64_t its_enable(struct machine *m, unsigned int bits, uint64_t cfgr)
{
	uint64_t pa = take(m, (uint64_t)GICV5_DTE_SIZE << bits);

	its_wr(m, GICV5_ITS_DT_CFGR, 4, cfgr | GICV5_PUT(ITS_DT_CFGR_DEVICEID_BITS, bits));
	its_wr(m, GICV5_ITS_DT_BASER, 8, pa);
	its_wr(m, GICV5_ITS_CR0, 4, GICV5_MASK(ITS_CR0_ITSEN));
	return pa;
}

static inline void its_inv_event(struct machine *m, uint32_t device, uint32_t event, uint64_t fields)
{
	its_wr(m, GICV5_ITS_DIDR, 8, device);
	its_wr(m, GICV5_ITS_EIDR, 4, event);
	its_wr(m, GICV5_ITS_INV_EVENTR, 4, GICV5_MASK(ITS_INV_EVENTR_I) | fields);
}

static inline void its_inv_device(struct machine *m, uint32_t device, unsigned int bits, bool l1)
{
	its_wr(m, GICV5_ITS_DIDR, 8, device);
	its_wr(m, GICV5_ITS_INV_DEVICER, 4,
	       GICV5_MASK(ITS_INV_DEVICER_I) | GICV5_PUT(ITS_INV_DEVICER_EVENTID_BITS, bits) |
		       GICV5_PUT(ITS_INV_DEVICER_L1, l1));
}

static inline uint64_t itte(uint32_t id)
{
	return GICV5_MASK(L2_ITTE_VALID) | id;
}

static inline uint64_t virtual_itte(uint16_t vm, uint32_t id)
{
	return itte(id) | GICV5_MASK(L2_ITTE_VIRTUAL) | GICV5_PUT(L2_ITTE_VM_ID, vm);
}

static inline uint64_t dte(uint64_t itt, unsigned int bits)
{
	return itt | GICV5_PUT(L2_DTE_EVENT_ID_BITS, bits) | GICV5_MASK(L2_DTE_VALID);
}

static inline uint64_t l1_entry(uint64_t l2, unsigned int span)
{
	return l2 | GICV5_PUT(L1_DTE_SPAN, span) | GICV5_MASK(L1_DTE_VALID);
}

/* Machine and ITS, running, with such a device table. */
static inline struct machine *its_table_up(struct test_vm *vm, unsigned int bits, uint64_t cfgr, uint64_t *dt)
{
	struct machine *m = its_machine();

	machine_start(m);
	standard(m, vm);
	*dt = its_enable(m, bits, cfgr);
	return m;
}

/* IRS, IST of 2^14 LPIs, VM 1; DEVICE with a linear ITT of 16 events in a linear device table of 64. */
struct linear_its {
	struct test_vm vm;
	uint64_t dt;
	uint64_t itt;
};

static inline void its_linear(struct machine *m, struct linear_its *l)
{
	standard(m, &l->vm);
	l->dt = its_enable(m, 6, 0);
	l->itt = take(m, 16 * GICV5_ITTE_SIZE);
	poke64(m, l->dt + 8 * DEVICE, dte(l->itt, 4));
}

/* Machine and ITS, running. */
static inline struct machine *its_linear_up(struct linear_its *l)
{
	struct machine *m = its_machine();

	machine_start(m);
	its_linear(m, l);
	return m;
}

static inline struct vgicv5_soft_interrupt inspect(struct machine *m, uint32_t vm, uint32_t id)
{
	struct vgicv5_soft_interrupt found;

	assert_true(vgicv5_soft_inspect(m->gic, vm, (uint32_t)lpi(id), &found));
	return found;
}

static inline void unpend(struct machine *m, uint32_t vm, uint32_t id)
{
	if (vm == VGICV5_SOFT_PHYSICAL)
		wr(m, 0, GICV5_GIC_CDPEND, lpi(id));
	else
		vdpend(m, (uint16_t)vm, lpi(id), false);
}

/* Is the LPI pending? Afterwards it is not. */
static inline bool got_in(struct machine *m, uint32_t vm, uint32_t id)
{
	bool pending = inspect(m, vm, id).pending;

	unpend(m, vm, id);
	return pending;
}

static inline bool got(struct machine *m, uint32_t id)
{
	return got_in(m, VGICV5_SOFT_PHYSICAL, id);
}

static inline bool msi_gives(struct machine *m, uint32_t device, uint32_t event, uint32_t id)
{
	vgicv5_soft_msi(m->gic, 0, device, event);
	return got(m, id);
}

/* The software error that is recorded, as IMP_EC, or 0; afterwards there is none. */
static inline unsigned int its_error(struct machine *m)
{
	uint64_t status = its_rd(m, GICV5_ITS_SWERR_STATUSR, 8);

	its_wr(m, GICV5_ITS_SWERR_STATUSR, 8,
	       GICV5_MASK(ITS_SWERR_STATUSR_V) | GICV5_MASK(ITS_SWERR_STATUSR_OF));
	assert_int_equal(its_rd(m, GICV5_ITS_SWERR_STATUSR, 8), 0);
	if (!GICV5_GET(ITS_SWERR_STATUSR_V, status))
		return 0;
	assert_int_equal(GICV5_GET(ITS_SWERR_STATUSR_EC, status), 0xff);
	return (unsigned int)GICV5_GET(ITS_SWERR_STATUSR_IMP_EC, status);
}

#endif
