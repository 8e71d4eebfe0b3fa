/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The cache of translations.
 *
 * Time is a counter: every walk of the tables and every invalidation takes a number of its own. An entry carries the
 * number of its walk and is good as long as that is later than the last invalidation of its group of devices. So an
 * invalidation is one store, or one for each of the few groups, and a walk that was overtaken by one does no harm,
 * whenever it gets to write its entry. Too much is forgotten at times, never too little.
 *
 * Readers do not wait. As no number is given twice, an entry whose number is the same before and after was not
 * written in between. A guest's store to its tables precedes its invalidation, and that the numbers after it.
 */
#include <vgicv5/arch/tables.h>

#include "vits.h"
#include "vits_cache.h"

#define BUSY 1 /* as a stamp: somebody writes the entry */

uint64_t vgicv5_vits_now(struct vgicv5_vits *vits)
{
	return vgicv5_fetch_add(&vits->time, 1) + 1;
}

bool vgicv5_vits_holds(const struct vgicv5_vits *vits, uint32_t device_id, uint64_t stamp)
{
	return vits_holds(vits, device_id, stamp);
}

/* Who finds the entry being written, or written by a later walk, leaves it: it is a cache. */
void vgicv5_vits_keep(struct vgicv5_vits *vits, uint32_t device_id, uint32_t event_id, uint32_t lpi,
		      uint64_t stamp)
{
	struct vgicv5_vits_entry *entry = &vits->cache[vits_slot(device_id, event_id)];
	uint64_t old = VGICV5_READ_ONCE(entry->stamp);

	if (old == BUSY || old > stamp || !vgicv5_compare_exchange(&entry->stamp, old, BUSY))
		return;
	VGICV5_STORE_RELEASE(&entry->translation, vits_tag(device_id, event_id) << VITS_LPI_BITS | lpi);
	VGICV5_STORE_RELEASE(&entry->stamp, stamp);
}

/* ---- Forgetting: the ITS's mutex is held, so that times only grow ---- */

/* While the ITS is disabled all is forgotten, before it happens. */
static uint64_t now_or_never(struct vgicv5_vits *vits)
{
	return vits->regs.itsen ? vgicv5_vits_now(vits) : VITS_NEVER;
}

void vgicv5_vits_forget_device(struct vgicv5_vits *vits, uint32_t device_id)
{
	VGICV5_STORE_RELEASE(&vits->changed[vits_group(device_id)], now_or_never(vits));
}

_Static_assert(VGICV5_VITS_GROUPS == 4, "vgicv5_vits_forget_all() writes them one by one");

void vgicv5_vits_forget_all(struct vgicv5_vits *vits)
{
	uint64_t now = now_or_never(vits);

	VGICV5_STORE_RELEASE(&vits->changed[0], now);
	VGICV5_STORE_RELEASE(&vits->changed[1], now);
	VGICV5_STORE_RELEASE(&vits->changed[2], now);
	VGICV5_STORE_RELEASE(&vits->changed[3], now);
}

/* ---- Events under way ---- */

/*
 * Events count themselves in one of two counters; new ones in the current one. Each counter is seen to be empty
 * once, the one that new events do not use first, so that they cannot keep it from becoming so. An event that looked
 * which is current and counts itself late is one that reads the cache and the tables after that.
 */
void vgicv5_vits_settle(struct vgicv5_vits *vits)
{
	vits->sync_rounds = 2;
}

bool vgicv5_vits_settled(struct vgicv5_vits *vits)
{
	while (vits->sync_rounds) {
		uint64_t *other = &vits->in_flight[vits->counting == &vits->in_flight[0]];

		if (VGICV5_LOAD_ACQUIRE(other))
			return false;
		vits->sync_rounds--;
		if (vits->sync_rounds)
			VGICV5_STORE_RELEASE(&vits->counting, other);
	}
	return true;
}
