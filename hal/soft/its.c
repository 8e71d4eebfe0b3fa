/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The ITS: from DeviceID and EventID to an LPI, through tables that it may remember.
 *
 * Every entry that was read stays remembered, valid or not, until it is invalidated or another one takes its
 * place: software that forgets an invalidation sees the old translation.
 */
#include "its.h"

/** A device table or an interrupt translation table. */
struct table {
	uint64_t base;
	uint8_t id_bits;
	uint8_t l2_bits; /* index bits of an L2 table */
	bool two_level;
	uint8_t l1_kind;	    /* enum vsoft_its_kind; the entries proper are the next kind */
	enum vsoft_its_error range; /* of an ID that the table does not have */
	enum vsoft_its_error l1;    /* of an L1 entry that leads nowhere */
};

bool vsoft_itss_alloc(struct vgicv5_soft *gic)
{
	if (gic->config.its_count)
		gic->itss = vsoft_alloc(gic, gic->config.its_count * sizeof(*gic->itss));
	return !gic->config.its_count || gic->itss;
}

void vsoft_itss_init(struct vgicv5_soft *gic)
{
	unsigned int i;

	for (i = 0; i < gic->config.its_count; i++) {
		vsoft_zero(&gic->itss[i], sizeof(gic->itss[i]));
		gic->itss[i].number = (uint8_t)i;
	}
}

/* ---- what it remembers ---- */

static struct vsoft_its_line *line_for(struct vsoft_its *its, unsigned int kind, uint32_t device,
				       uint32_t event)
{
	uint32_t hash = (device * 4u + kind) * 0x9e3779b1u + event * 0x85ebca6bu;

	return &its->lines[hash >> (32 - VSOFT_ITS_LINE_BITS)];
}

/* Reads one entry, or remembers it. False: there is no memory. */
static bool fetch(struct vgicv5_soft *gic, struct vsoft_its *its, const struct vsoft_its_line *key,
		  uint64_t pa, uint64_t *value)
{
	struct vsoft_its_line *line = line_for(its, key->kind, key->device, key->event);

	if (line->used && line->kind == key->kind && line->device == key->device &&
	    line->event == key->event) {
		*value = line->value;
		return true;
	}
	gic->counters.its_table_reads++;
	if (!vsoft_read64(gic, pa, value))
		return false;
	*line = *key;
	line->used = true;
	line->value = *value;
	return true;
}

void vsoft_its_forget_all(struct vsoft_its *its)
{
	vsoft_zero(its->lines, sizeof(its->lines));
}

/* ---- the tables ---- */

static uint64_t entry_at(struct vgicv5_soft *gic, uint64_t base, unsigned int index_bits, uint32_t index)
{
	uint64_t size = (uint64_t)GICV5_DTE_SIZE << index_bits;

	if (base & (size - 1))
		vsoft_violation(gic, "", "a table of the ITS is not aligned to its size");
	return (base & ~(size - 1)) + (uint64_t)index * GICV5_DTE_SIZE;
}

static uint32_t low_bits(uint32_t value, unsigned int bits)
{
	return (uint32_t)(value & (((uint64_t)1 << bits) - 1));
}

/* The L2 table for an ID: an L1_DTE, or an L1_ITTE, which looks the same. */
static enum vsoft_its_error l2_table(struct vgicv5_soft *gic, struct vsoft_its *its,
				     struct vsoft_its_walk *walk, const struct table *table,
				     struct vsoft_its_line *key, uint32_t id, uint64_t *entry)
{
	unsigned int l1_bits = table->id_bits > table->l2_bits ? table->id_bits - table->l2_bits : 0;

	walk->at = entry_at(gic, table->base, l1_bits, id >> table->l2_bits);
	if (!fetch(gic, its, key, walk->at, entry))
		return VSOFT_ITS_NO_MEMORY;
	if (!GICV5_GET(L1_DTE_VALID, *entry))
		return table->l1;
	if (GICV5_GET(L1_DTE_SPAN, *entry) > table->l2_bits) {
		vsoft_violation(gic, "", "SPAN of an L1 entry is more than an L2 table can have");
		return table->l1;
	}
	/* An ID beyond the span is not mapped. */
	if (low_bits(id, table->l2_bits) >> GICV5_GET(L1_DTE_SPAN, *entry))
		return table->l1;
	return VSOFT_ITS_OK;
}

static enum vsoft_its_error look_up(struct vgicv5_soft *gic, struct vsoft_its *its,
				    struct vsoft_its_walk *walk, const struct table *table, uint64_t *value)
{
	bool itt = table->l1_kind == VSOFT_L1_ITTE;
	uint32_t id = itt ? walk->event : walk->device;
	struct vsoft_its_line key;
	unsigned int bits = table->id_bits;
	uint64_t base = table->base;
	uint64_t entry = 0;

	vsoft_zero(&key, sizeof(key));
	key.kind = table->l1_kind;
	key.device = walk->device;
	walk->at = 0;
	if ((uint64_t)id >> table->id_bits)
		return table->range;
	if (table->two_level) {
		enum vsoft_its_error error;

		*(itt ? &key.event : &key.device) = id - low_bits(id, table->l2_bits);
		error = l2_table(gic, its, walk, table, &key, id, &entry);
		if (error)
			return error;
		base = GICV5_ADDR(L1_DTE_L2_ADDR, entry);
		bits = (unsigned int)GICV5_GET(L1_DTE_SPAN, entry);
	}
	key.kind = (uint8_t)(table->l1_kind + 1);
	*(itt ? &key.event : &key.device) = id;
	walk->at = entry_at(gic, base, bits, low_bits(id, bits));
	return fetch(gic, its, &key, walk->at, value) ? VSOFT_ITS_OK : VSOFT_ITS_NO_MEMORY;
}

static bool l2sz_supported(const struct vgicv5_soft_its_config *config, uint64_t l2sz)
{
	return l2sz <= GICV5_L2SZ_64K && config->l2sz >> l2sz & 1;
}

static uint8_t l2_index_bits(uint64_t l2sz)
{
	return (uint8_t)(9 + 2 * l2sz);
}

static void device_table(const struct vgicv5_soft *gic, const struct vsoft_its *its, struct table *table)
{
	const struct vgicv5_soft_its_config *config = &gic->config.its[its->number];
	uint64_t bits = GICV5_GET(ITS_DT_CFGR_DEVICEID_BITS, its->dt_cfgr);
	uint64_t l2sz = GICV5_GET(ITS_DT_CFGR_L2SZ, its->dt_cfgr);

	table->base = GICV5_ADDR(ITS_DT_BASER_ADDR, its->dt_baser);
	table->id_bits = (uint8_t)(bits < config->device_id_bits ? bits : config->device_id_bits);
	table->two_level = GICV5_GET(ITS_DT_CFGR_STRUCTURE, its->dt_cfgr) && config->dt_levels;
	/* An L2 size that is not supported acts as the smallest that is. */
	if (table->two_level && !l2sz_supported(config, l2sz))
		l2sz = (uint64_t)__builtin_ctz(config->l2sz);
	table->l2_bits = l2_index_bits(l2sz);
	table->l1_kind = VSOFT_L1_DTE;
	table->range = VSOFT_ITS_DEVICE_RANGE;
	table->l1 = VSOFT_ITS_L1_DTE;
}

/* Only a DTE that the ITS can work with has an ITT. */
static bool dte_good(const struct vgicv5_soft_its_config *config, uint64_t dte)
{
	if (!GICV5_GET(L2_DTE_VALID, dte) || GICV5_GET(L2_DTE_EVENT_ID_BITS, dte) > config->event_id_bits)
		return false;
	return !GICV5_GET(L2_DTE_ITT_STRUCTURE, dte) ||
	       (config->itt_levels && l2sz_supported(config, GICV5_GET(L2_DTE_ITT_L2SZ, dte)));
}

static void translation_table(uint64_t dte, struct table *table)
{
	table->base = GICV5_ADDR(L2_DTE_ITT_ADDR, dte);
	table->id_bits = (uint8_t)GICV5_GET(L2_DTE_EVENT_ID_BITS, dte);
	table->two_level = GICV5_GET(L2_DTE_ITT_STRUCTURE, dte);
	table->l2_bits = l2_index_bits(GICV5_GET(L2_DTE_ITT_L2SZ, dte));
	table->l1_kind = VSOFT_L1_ITTE;
	table->range = VSOFT_ITS_EVENT_RANGE;
	table->l1 = VSOFT_ITS_L1_ITTE;
}

enum vsoft_its_error vsoft_its_translate(struct vgicv5_soft *gic, struct vsoft_its *its,
					 struct vsoft_its_walk *walk)
{
	enum vsoft_its_error error;
	struct table table;
	uint64_t dte;

	device_table(gic, its, &table);
	walk->dte = 0;
	walk->itte = 0;
	error = look_up(gic, its, walk, &table, &dte);
	if (error)
		return error;
	if (!dte_good(&gic->config.its[its->number], dte))
		return VSOFT_ITS_L2_DTE;
	walk->dte = dte;
	translation_table(dte, &table);
	error = look_up(gic, its, walk, &table, &walk->itte);
	if (error)
		return error;
	return GICV5_GET(L2_ITTE_VALID, walk->itte) ? VSOFT_ITS_OK : VSOFT_ITS_L2_ITTE;
}

/* ---- events ---- */

static bool deliver(struct vgicv5_soft *gic, uint64_t itte, enum vsoft_event kind)
{
	struct vsoft_ist *ist = &gic->ist[VSOFT_LPIS];

	/* R_SXLJQ, R_NTTVJ: the event is one of the virtual LPI of that VM, resident or not. */
	if (GICV5_GET(L2_ITTE_VIRTUAL, itte)) {
		struct vsoft_vm *vm = vsoft_vm(gic, (uint32_t)GICV5_GET(L2_ITTE_VM_ID, itte));

		if (!vm)
			return false;
		ist = &vm->ist[VSOFT_LPIS];
	}
	return vsoft_event(gic, ist, (uint32_t)GICV5_GET(L2_ITTE_LPI_ID, itte), kind);
}

static void record(struct vgicv5_soft *gic, struct vsoft_its *its, enum vsoft_its_error error,
		   const struct vsoft_its_walk *walk)
{
	uint64_t status = GICV5_MASK(ITS_SWERR_STATUSR_V) | GICV5_MASK(ITS_SWERR_STATUSR_S0V) |
			  GICV5_PUT(ITS_SWERR_STATUSR_EC, 0xff) | GICV5_PUT(ITS_SWERR_STATUSR_IMP_EC, error);

	/* DSWE: nobody wants to hear of this device. A device without a good DTE cannot say so. */
	if (!gic->config.its[its->number].swe || GICV5_GET(L2_DTE_DSWE, walk->dte))
		return;
	if (GICV5_GET(ITS_SWERR_STATUSR_V, its->swerr_status)) {
		its->swerr_status |= GICV5_MASK(ITS_SWERR_STATUSR_OF);
		return;
	}
	its->swerr_status = status | GICV5_PUT(ITS_SWERR_STATUSR_S1V, walk->at != 0);
	its->swerr_syndrome[0] = GICV5_PUT(ITS_SWERR_SYNDROMER0_DEVICE_ID, walk->device) |
				 GICV5_PUT(ITS_SWERR_SYNDROMER0_EVENT_ID, walk->event);
	its->swerr_syndrome[1] = GICV5_ADDR(ITS_SWERR_SYNDROMER1_ADDR, walk->at);
}

void vsoft_its_event(struct vgicv5_soft *gic, struct vsoft_its *its, uint32_t device, uint32_t event,
		     enum vsoft_event kind)
{
	struct vsoft_its_walk walk;
	enum vsoft_its_error error;

	gic->counters.its_events++;
	gic->current_irs = gic->config.its[its->number].irs;
	if (!its->enabled)
		return;
	walk.device = device;
	walk.event = event;
	error = vsoft_its_translate(gic, its, &walk);
	if (!error && !deliver(gic, walk.itte, kind))
		error = VSOFT_ITS_TARGET;
	if (error)
		record(gic, its, error, &walk);
}

/* ---- whose memory ---- */

static uint64_t top_size(const struct table *table)
{
	unsigned int bits = table->id_bits;

	if (table->two_level)
		bits = bits > table->l2_bits ? bits - table->l2_bits : 0;
	return (uint64_t)GICV5_DTE_SIZE << bits;
}

/* The table that a remembered entry leads to. */
static bool leads_into(const struct vgicv5_soft_its_config *config, const struct vsoft_its_line *line,
		       uint64_t pa, uint64_t bytes)
{
	struct table table;

	switch (line->kind) {
	case VSOFT_L1_DTE:
	case VSOFT_L1_ITTE:
		return GICV5_GET(L1_DTE_VALID, line->value) &&
		       vsoft_overlap(pa, bytes, GICV5_ADDR(L1_DTE_L2_ADDR, line->value),
				     (uint64_t)GICV5_DTE_SIZE << GICV5_GET(L1_DTE_SPAN, line->value));
	case VSOFT_L2_DTE:
		if (!dte_good(config, line->value))
			return false;
		translation_table(line->value, &table);
		return vsoft_overlap(pa, bytes, table.base, top_size(&table));
	default:
		return false;
	}
}

static bool its_uses(struct vgicv5_soft *gic, const struct vsoft_its *its, uint64_t pa, uint64_t bytes)
{
	struct table table;
	unsigned int i;

	device_table(gic, its, &table);
	if (vsoft_overlap(pa, bytes, table.base, top_size(&table)))
		return true;
	for (i = 0; i < VSOFT_ITS_LINES; i++)
		if (its->lines[i].used &&
		    leads_into(&gic->config.its[its->number], &its->lines[i], pa, bytes))
			return true;
	return false;
}

bool vsoft_itss_use(struct vgicv5_soft *gic, uint64_t pa, uint64_t bytes)
{
	unsigned int i;

	for (i = 0; i < gic->config.its_count; i++)
		if (gic->itss[i].enabled && its_uses(gic, &gic->itss[i], pa, bytes))
			return true;
	return false;
}

/* ---- invalidation ---- */

/* IDs with the same upper bits; `bits` may be 32 or more: all of them. */
static bool same_range(uint32_t a, uint32_t b, unsigned int bits)
{
	return bits >= 32 || a >> bits == b >> bits;
}

void vsoft_its_inv_event(struct vgicv5_soft *gic, struct vsoft_its *its, uint64_t value)
{
	bool l1 = GICV5_GET(ITS_INV_EVENTR_L1, value);
	unsigned int bits = l1 ? l2_index_bits(GICV5_GET(ITS_INV_EVENTR_ITT_L2SZ, value)) : 0;
	unsigned int i;

	for (i = 0; i < VSOFT_ITS_LINES; i++) {
		struct vsoft_its_line *line = &its->lines[i];

		vsoft_step(gic);
		/* L1 = 1: the L1_ITTE and all that is reached through it; otherwise one L2_ITTE. */
		if (line->device == its->device && same_range(line->event, its->event, bits) &&
		    (line->kind == VSOFT_L2_ITTE || (l1 && line->kind == VSOFT_L1_ITTE)))
			line->used = false;
	}
}

void vsoft_its_inv_device(struct vgicv5_soft *gic, struct vsoft_its *its, uint64_t value)
{
	struct table table;
	bool l1 = GICV5_GET(ITS_INV_DEVICER_L1, value);
	unsigned int events = (unsigned int)GICV5_GET(ITS_INV_DEVICER_EVENTID_BITS, value);
	unsigned int bits, i;

	device_table(gic, its, &table);
	bits = l1 && table.two_level ? table.l2_bits : 0;
	for (i = 0; i < VSOFT_ITS_LINES; i++) {
		struct vsoft_its_line *line = &its->lines[i];

		vsoft_step(gic);
		if (!same_range(line->device, its->device, bits) || (line->kind == VSOFT_L1_DTE && !l1))
			continue;
		/* The ITTEs of the one device are those of the EventIDs that software says it has. */
		if (!l1 && (uint64_t)line->event >> events)
			continue;
		line->used = false;
	}
}
