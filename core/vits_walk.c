/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Walks of the guest's device table and interrupt translation tables. A guest may change them at any moment: each
 * entry is read once, whole, and judged by that copy alone.
 */
#include <vgicv5/arch/its.h>
#include <vgicv5/arch/tables.h>
#include <vgicv5/port.h>

#include "vits.h"

#define L2_INDEX_BITS(l2sz) (9 + 2 * (l2sz)) /* of a table of 8-byte entries */

/* A table of 8-byte entries, and which errors to report of it. */
struct table {
	uint64_t base;
	unsigned int l2sz;
	bool two_level;
	unsigned int errors; /* VGICV5_VITS_DT_CONFIG or VGICV5_VITS_ITT_CONFIG; the others follow it */
};

/* The same steps, and the same order of errors, for both tables. */
enum step { BAD_CONFIG, L1_READ, L1_BAD, L2_READ };

_Static_assert(VGICV5_VITS_L1_DTE_READ == VGICV5_VITS_DT_CONFIG + L1_READ &&
		       VGICV5_VITS_L1_DTE == VGICV5_VITS_DT_CONFIG + L1_BAD &&
		       VGICV5_VITS_L2_DTE_READ == VGICV5_VITS_DT_CONFIG + L2_READ,
	       "errors of the device table");
_Static_assert(VGICV5_VITS_L1_ITTE_READ == VGICV5_VITS_ITT_CONFIG + L1_READ &&
		       VGICV5_VITS_L1_ITTE == VGICV5_VITS_ITT_CONFIG + L1_BAD &&
		       VGICV5_VITS_L2_ITTE_READ == VGICV5_VITS_ITT_CONFIG + L2_READ,
	       "errors of the interrupt translation tables");

static enum vgicv5_vits_swerr error_of(const struct table *table, enum step step)
{
	return (enum vgicv5_vits_swerr)(table->errors + step);
}

/* Little-endian, whatever this machine is. */
static bool read_entry(const struct vgicv5_vits *vits, struct vits_walk *walk, uint64_t address,
		       uint64_t *entry)
{
	uint8_t bytes[8];

	walk->address = address;
	if (vgicv5_port_guest_read(vits->vm, address, bytes, sizeof(bytes)))
		return false;
	*entry = (uint64_t)bytes[0] | (uint64_t)bytes[1] << 8 | (uint64_t)bytes[2] << 16 |
		 (uint64_t)bytes[3] << 24 | (uint64_t)bytes[4] << 32 | (uint64_t)bytes[5] << 40 |
		 (uint64_t)bytes[6] << 48 | (uint64_t)bytes[7] << 56;
	return true;
}

/* L1_DTE and L1_ITTE have the same fields. An ID beyond the span is not mapped. */
_Static_assert(GICV5_MASK(L1_DTE_L2_ADDR) == GICV5_MASK(L1_ITTE_L2_ADDR) &&
		       GICV5_MASK(L1_DTE_SPAN) == GICV5_MASK(L1_ITTE_SPAN) &&
		       GICV5_MASK(L1_DTE_VALID) == GICV5_MASK(L1_ITTE_VALID),
	       "one function for both");

static enum vgicv5_vits_swerr find_l2(const struct vgicv5_vits *vits, struct vits_walk *walk,
				      const struct table *table, uint32_t *id, uint64_t *l2)
{
	unsigned int bits = L2_INDEX_BITS(table->l2sz);
	uint32_t l1_index = *id >> bits;
	uint64_t entry;

	if (table->l2sz > GICV5_L2SZ_64K)
		return error_of(table, BAD_CONFIG);
	if (!read_entry(vits, walk, table->base + (uint64_t)l1_index * GICV5_DTE_SIZE, &entry))
		return error_of(table, L1_READ);
	*id &= ((uint32_t)1 << bits) - 1;
	if (!GICV5_GET(L1_DTE_VALID, entry) || *id >> GICV5_GET(L1_DTE_SPAN, entry))
		return error_of(table, L1_BAD);
	*l2 = GICV5_ADDR(L1_DTE_L2_ADDR, entry);
	return VGICV5_VITS_OK;
}

static enum vgicv5_vits_swerr find(const struct vgicv5_vits *vits, struct vits_walk *walk,
				   const struct table *table, uint32_t id, uint64_t *entry)
{
	enum vgicv5_vits_swerr error = VGICV5_VITS_OK;
	uint64_t base = table->base;

	if (table->two_level)
		error = find_l2(vits, walk, table, &id, &base);
	if (error)
		return error;
	if (!read_entry(vits, walk, base + (uint64_t)id * GICV5_DTE_SIZE, entry))
		return error_of(table, L2_READ);
	return VGICV5_VITS_OK;
}

static bool beyond(uint32_t id, unsigned int bits, unsigned int implemented)
{
	if (bits > implemented)
		bits = implemented;
	return bits < 32 && id >> bits;
}

static enum vgicv5_vits_swerr find_device(const struct vgicv5_vits *vits, uint32_t device_id,
					  struct vits_walk *walk, uint64_t *dte)
{
	uint32_t cfgr = VGICV5_READ_ONCE(vits->regs.dt_cfgr);
	const struct table table = {
		.base = VGICV5_READ_ONCE(vits->regs.dt_baser),
		.l2sz = (unsigned int)GICV5_GET(ITS_DT_CFGR_L2SZ, cfgr),
		.two_level = GICV5_GET(ITS_DT_CFGR_STRUCTURE, cfgr) == GICV5_TWO_LEVEL,
		.errors = VGICV5_VITS_DT_CONFIG,
	};
	enum vgicv5_vits_swerr error;

	if (beyond(device_id, (unsigned int)GICV5_GET(ITS_DT_CFGR_DEVICEID_BITS, cfgr),
		   vits->config.device_id_bits))
		return VGICV5_VITS_DEVICE_RANGE;
	error = find(vits, walk, &table, device_id, dte);
	if (!error && !GICV5_GET(L2_DTE_VALID, *dte))
		error = VGICV5_VITS_L2_DTE;
	return error;
}

static enum vgicv5_vits_swerr find_event(const struct vgicv5_vits *vits, uint64_t dte, uint32_t event_id,
					 struct vits_walk *walk, uint64_t *itte)
{
	const struct table table = {
		.base = GICV5_ADDR(L2_DTE_ITT_ADDR, dte),
		.l2sz = (unsigned int)GICV5_GET(L2_DTE_ITT_L2SZ, dte),
		.two_level = GICV5_GET(L2_DTE_ITT_STRUCTURE, dte) == GICV5_TWO_LEVEL,
		.errors = VGICV5_VITS_ITT_CONFIG,
	};

	if (beyond(event_id, (unsigned int)GICV5_GET(L2_DTE_EVENT_ID_BITS, dte), vits->config.event_id_bits))
		return VGICV5_VITS_EVENT_RANGE;
	return find(vits, walk, &table, event_id, itte);
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
	enum vgicv5_vits_swerr error;
	uint64_t dte, itte = 0;

	*walk = (struct vits_walk){.itte = 0};
	error = find_device(vits, device_id, walk, &dte);
	if (error)
		return error;
	walk->quiet = GICV5_GET(L2_DTE_DSWE, dte);
	error = find_event(vits, dte, event_id, walk, &itte);
	if (error)
		return error;
	walk->itte = itte;
	return judge(itte);
}
