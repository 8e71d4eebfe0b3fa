/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Walks of the guest's device table and interrupt translation tables. A guest may change them at any moment: each
 * entry is read once, whole, and judged by that copy alone.
 */
#include <vgicv5/arch/its.h>
#include <vgicv5/arch/tables.h>
#include <vgicv5/port.h>

#include "vits.h"

/*
 * Where a walk is. Its step is named after the error of an entry that cannot be read; the error of one that leads
 * nowhere is the next, and the step of the L2 table the one after that.
 */
struct place {
	enum vgicv5_vits_swerr step;
	uint64_t base;	    /* of the table */
	uint32_t id;	    /* what is left of the ID */
	unsigned int shift; /* bits of it that are for the L2 table; 0 in a linear or L2 table */
};

_Static_assert(VGICV5_VITS_L1_DTE == VGICV5_VITS_L1_DTE_READ + 1 &&
		       VGICV5_VITS_L2_DTE_READ == VGICV5_VITS_L1_DTE_READ + 2 &&
		       VGICV5_VITS_L1_ITTE == VGICV5_VITS_L1_ITTE_READ + 1 &&
		       VGICV5_VITS_L2_ITTE_READ == VGICV5_VITS_L1_ITTE_READ + 2,
	       "errors of the tables");

static bool read_entry(const struct vgicv5_vits *vits, const struct place *place, struct vits_walk *walk,
		       uint64_t *entry)
{
	walk->address = place->base + (uint64_t)(place->id >> place->shift) * GICV5_DTE_SIZE;
	return !vgicv5_port_guest_read(vits->vm, walk->address, entry, sizeof(*entry));
}

static bool beyond(uint32_t id, unsigned int bits, unsigned int implemented)
{
	if (bits > implemented)
		bits = implemented;
	return bits < 32 && id >> bits;
}

static enum vgicv5_vits_swerr enter_devices(const struct vgicv5_vits *vits, uint32_t device_id,
					    struct place *place)
{
	uint32_t cfgr = VGICV5_READ_ONCE(vits->regs.dt_cfgr);
	uint64_t l2sz = GICV5_GET(ITS_DT_CFGR_L2SZ, cfgr);

	if (beyond(device_id, (unsigned int)GICV5_GET(ITS_DT_CFGR_DEVICEID_BITS, cfgr),
		   vits->config.device_id_bits))
		return VGICV5_VITS_DEVICE_RANGE;
	place->base = VGICV5_READ_ONCE(vits->regs.dt_baser);
	place->id = device_id;
	place->step = VGICV5_VITS_L2_DTE_READ;
	place->shift = 0;
	if (GICV5_GET(ITS_DT_CFGR_STRUCTURE, cfgr) == GICV5_TWO_LEVEL) {
		if (l2sz > GICV5_L2SZ_64K)
			return VGICV5_VITS_DT_CONFIG;
		place->step = VGICV5_VITS_L1_DTE_READ;
		place->shift = vits_l2_index_bits(l2sz);
	}
	return VGICV5_VITS_OK;
}

/* From a device's entry to its table of events. */
static enum vgicv5_vits_swerr enter_events(const struct vgicv5_vits *vits, uint64_t dte, uint32_t event_id,
					   struct place *place)
{
	uint64_t l2sz = GICV5_GET(L2_DTE_ITT_L2SZ, dte);

	if (beyond(event_id, (unsigned int)GICV5_GET(L2_DTE_EVENT_ID_BITS, dte), vits->config.event_id_bits))
		return VGICV5_VITS_EVENT_RANGE;
	place->base = GICV5_ADDR(L2_DTE_ITT_ADDR, dte);
	place->id = event_id;
	place->step = VGICV5_VITS_L2_ITTE_READ;
	if (GICV5_GET(L2_DTE_ITT_STRUCTURE, dte) == GICV5_TWO_LEVEL) {
		if (l2sz > GICV5_L2SZ_64K)
			return VGICV5_VITS_ITT_CONFIG;
		place->step = VGICV5_VITS_L1_ITTE_READ;
		place->shift = vits_l2_index_bits(l2sz);
	}
	return VGICV5_VITS_OK;
}

/* L1_DTE and L1_ITTE have the same fields. */
_Static_assert(GICV5_MASK(L1_DTE_L2_ADDR) == GICV5_MASK(L1_ITTE_L2_ADDR) &&
		       GICV5_MASK(L1_DTE_SPAN) == GICV5_MASK(L1_ITTE_SPAN) &&
		       GICV5_MASK(L1_DTE_VALID) == GICV5_MASK(L1_ITTE_VALID),
	       "one function for both");

/* From an L1 entry to its L2 table. An ID beyond the span is not mapped. */
static enum vgicv5_vits_swerr descend(uint64_t l1, struct place *place)
{
	place->id &= ((uint32_t)1 << place->shift) - 1;
	if (!GICV5_GET(L1_DTE_VALID, l1) || place->id >> GICV5_GET(L1_DTE_SPAN, l1))
		return place->step + 1;
	place->base = GICV5_ADDR(L1_DTE_L2_ADDR, l1);
	place->shift = 0;
	place->step += 2;
	return VGICV5_VITS_OK;
}

/*
 * A guest has no VMs of its own (IRS_IDR0.VIRT = 0), so a VIRTUAL event is one for a VM that is not valid. DAC is for
 * events of another domain, of which there is none (ITS_IDR2.XDMN_EVENTS = 0).
 */
static enum vgicv5_vits_swerr judge(uint64_t itte)
{
	if (!GICV5_GET(L2_ITTE_VALID, itte))
		return VGICV5_VITS_L2_ITTE;
	if (GICV5_GET(L2_ITTE_VIRTUAL, itte) || GICV5_GET(L2_ITTE_DAC, itte))
		return VGICV5_VITS_L2_ITTE_FIELD;
	return VGICV5_VITS_OK;
}

enum vgicv5_vits_swerr vgicv5_vits_walk(const struct vgicv5_vits *vits, uint32_t device_id, uint32_t event_id,
					struct vits_walk *walk)
{
	struct place place;
	enum vgicv5_vits_swerr error = enter_devices(vits, device_id, &place);
	uint64_t entry;

	*walk = (struct vits_walk){.itte = 0};
	while (!error) {
		if (!read_entry(vits, &place, walk, &entry))
			return place.step;
		if (place.step == VGICV5_VITS_L2_ITTE_READ)
			break;
		if (place.step != VGICV5_VITS_L2_DTE_READ) {
			error = descend(entry, &place);
			continue;
		}
		if (!GICV5_GET(L2_DTE_VALID, entry))
			return VGICV5_VITS_L2_DTE;
		walk->quiet = GICV5_GET(L2_DTE_DSWE, entry);
		error = enter_events(vits, entry, event_id, &place);
	}
	if (error)
		return error;
	walk->itte = entry;
	return judge(entry);
}
