/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The IWB: wires that become events of an ITS.
 */
#include "its.h"

#define ALL_DOMAINS_NS 0x55555555u /* IWB_WDOMAINR: two bits for each wire */

static size_t words(const struct vgicv5_soft *gic, unsigned int iwb)
{
	return (size_t)gic->config.iwb[iwb].iw_range + 1;
}

bool vsoft_iwbs_alloc(struct vgicv5_soft *gic)
{
	unsigned int i;

	if (!gic->config.iwb_count)
		return true;
	gic->iwbs = vsoft_alloc(gic, gic->config.iwb_count * sizeof(*gic->iwbs));
	for (i = 0; gic->iwbs && i < gic->config.iwb_count; i++) {
		gic->iwbs[i].wires = vsoft_alloc(gic, words(gic, i) * sizeof(*gic->iwbs[i].wires));
		if (!gic->iwbs[i].wires)
			return false;
	}
	return gic->iwbs != NULL;
}

void vsoft_iwbs_free(struct vgicv5_soft *gic)
{
	unsigned int i;

	for (i = 0; gic->iwbs && i < gic->config.iwb_count; i++)
		vsoft_free(gic, gic->iwbs[i].wires, words(gic, i) * sizeof(*gic->iwbs[i].wires));
	vsoft_free(gic, gic->iwbs, gic->config.iwb_count * sizeof(*gic->iwbs));
}

void vsoft_iwbs_init(struct vgicv5_soft *gic)
{
	unsigned int i;

	for (i = 0; i < gic->config.iwb_count; i++) {
		struct vsoft_iwb *iwb = &gic->iwbs[i];

		iwb->number = (uint8_t)i;
		iwb->enabled = false;
		vsoft_zero(iwb->command, sizeof(iwb->command));
		vsoft_zero(iwb->wires, words(gic, i) * sizeof(*iwb->wires));
	}
}

/* ---- wires ---- */

static void event(struct vgicv5_soft *gic, const struct vsoft_iwb *iwb, uint32_t wire, enum vsoft_event kind)
{
	const struct vgicv5_soft_iwb_config *config = &gic->config.iwb[iwb->number];

	vsoft_its_event(gic, &gic->itss[config->its], config->device_id, wire, kind);
}

static bool listens(const struct vsoft_iwb *iwb, uint32_t wire)
{
	return iwb->enabled && iwb->wires[wire / 32].enabled >> wire % 32 & 1;
}

/* The event that the present level of a level wire implies. */
static void resample(struct vgicv5_soft *gic, const struct vsoft_iwb *iwb, uint32_t wire)
{
	const struct vsoft_wires *wires = &iwb->wires[wire / 32];

	if (listens(iwb, wire) && wires->level >> wire % 32 & 1)
		event(gic, iwb, wire, wires->line >> wire % 32 & 1 ? VSOFT_SET_LEVEL : VSOFT_CLEAR);
}

static void resample_word(struct vgicv5_soft *gic, const struct vsoft_iwb *iwb, uint32_t n, uint32_t which)
{
	for (; which; which &= which - 1) {
		vsoft_step(gic);
		resample(gic, iwb, 32 * n + (uint32_t)__builtin_ctz(which));
	}
}

void vgicv5_soft_set_wire(struct vgicv5_soft *gic, unsigned int iwb, unsigned int wire, bool asserted)
{
	uint32_t bit = (uint32_t)1 << wire % 32;
	struct vsoft_iwb *found;
	struct vsoft_wires *wires;

	if (iwb >= gic->config.iwb_count || wire / 32 >= words(gic, iwb))
		return;
	vsoft_enter(gic);
	found = &gic->iwbs[iwb];
	wires = &found->wires[wire / 32];
	if (asserted != !!(wires->line & bit)) {
		wires->line ^= bit;
		if (wires->level & bit)
			resample(gic, found, wire);
		else if (asserted && listens(found, wire))
			event(gic, found, wire, VSOFT_SET_EDGE);
	}
	vsoft_leave(gic);
}

/* ---- registers ---- */

static void enable_iwb(struct vgicv5_soft *gic, struct vsoft_iwb *iwb, uint64_t value)
{
	bool before = iwb->enabled;
	uint32_t n;

	iwb->enabled = GICV5_GET(IWB_CR0_IWBEN, value);
	for (n = 0; !before && iwb->enabled && n < words(gic, iwb->number); n++)
		resample_word(gic, iwb, n, iwb->wires[n].enabled);
}

/* Commands are known by the offset of their register. */
static void execute(struct vgicv5_soft *gic, struct vsoft_iwb *iwb, const struct vsoft_command *command)
{
	uint32_t before, n;

	if (command->reg == GICV5_IWB_CR0) {
		enable_iwb(gic, iwb, command->value);
		return;
	}
	n = (uint32_t)(command->reg - GICV5_IWB_WENABLER) / 4;
	before = iwb->wires[n].enabled;
	iwb->wires[n].enabled = (uint32_t)command->value;
	/* A line that rose while the wire was disabled is not lost if it is still up. */
	resample_word(gic, iwb, n, iwb->wires[n].enabled & ~before);
}

static void start(struct vgicv5_soft *gic, struct vsoft_iwb *iwb, enum vsoft_iwb_group group, uint32_t offset,
		  uint64_t value)
{
	bool due;

	vsoft_command_begin(gic, &iwb->command[group], offset, value, &due);
	if (due)
		execute(gic, iwb, &iwb->command[group]);
}

static bool poll(struct vgicv5_soft *gic, struct vsoft_iwb *iwb, enum vsoft_iwb_group group)
{
	bool due;
	bool idle = vsoft_command_step(&iwb->command[group], &due);

	if (due)
		execute(gic, iwb, &iwb->command[group]);
	return idle;
}

static void trigger_write(struct vgicv5_soft *gic, struct vsoft_wires *wires, uint32_t value)
{
	uint32_t fixed = wires->enabled & (wires->level ^ value);

	if (fixed)
		vsoft_violation(gic, "", "IWB_WTMR is written while the wire is enabled");
	wires->level = value ^ fixed;
}

/* Index of a register in a register file of which the IWB has `have`. */
static bool in_file(uint32_t offset, uint32_t first, size_t have, uint32_t *n)
{
	*n = (offset - first) / 4;
	return offset >= first && *n < have;
}

static uint64_t reg_read(struct vgicv5_soft *gic, struct vsoft_iwb *iwb, uint32_t offset)
{
	size_t have = words(gic, iwb->number);
	bool idle;
	uint32_t n;

	switch (offset) {
	case GICV5_IWB_IDR0:
		return GICV5_PUT(IWB_IDR0_INT_DOMS, 1u << GICV5_DOMAIN_NS) |
		       GICV5_PUT(IWB_IDR0_IW_RANGE, gic->config.iwb[iwb->number].iw_range);
	case GICV5_IWB_IIDR:
		return GICV5_PUT(IRS_IIDR_PRODUCTID, 5);
	case GICV5_IWB_AIDR:
		return GICV5_PUT(IRS_AIDR_COMPONENT, GICV5_COMPONENT_IWB);
	case GICV5_IWB_CR0:
		idle = poll(gic, iwb, VSOFT_IWB_GROUP_CR0); /* first: it may change IWBEN */
		return GICV5_PUT(IWB_CR0_IDLE, idle) | GICV5_PUT(IWB_CR0_IWBEN, iwb->enabled);
	case GICV5_IWB_WENABLE_STATUSR:
		return GICV5_PUT(IWB_WENABLE_STATUSR_IDLE, poll(gic, iwb, VSOFT_IWB_GROUP_WENABLE));
	case GICV5_IWB_WDOMAIN_STATUSR:
		return GICV5_MASK(IWB_WDOMAIN_STATUSR_IDLE);
	default:
		break;
	}
	if (in_file(offset, GICV5_IWB_WENABLER, have, &n))
		return iwb->wires[n].enabled;
	if (in_file(offset, GICV5_IWB_WTMR, have, &n))
		return iwb->wires[n].level;
	return in_file(offset, GICV5_IWB_WDOMAINR, 2 * have, &n) ? ALL_DOMAINS_NS : 0;
}

static void reg_write(struct vgicv5_soft *gic, struct vsoft_iwb *iwb, uint32_t offset, uint32_t value)
{
	size_t have = words(gic, iwb->number);
	uint32_t wire = (uint32_t)GICV5_GET(IWB_WRESAMPLER_IWI, value);
	uint32_t n;

	if (offset == GICV5_IWB_CR0)
		start(gic, iwb, VSOFT_IWB_GROUP_CR0, offset, value);
	else if (offset == GICV5_IWB_WRESAMPLER && wire / 32 < have)
		resample(gic, iwb, wire);
	else if (in_file(offset, GICV5_IWB_WENABLER, have, &n))
		start(gic, iwb, VSOFT_IWB_GROUP_WENABLE, offset, value);
	else if (in_file(offset, GICV5_IWB_WTMR, have, &n))
		trigger_write(gic, &iwb->wires[n], value);
	/* All others are read-only; IWB_WDOMAINR too, with the one domain there is. */
}

uint64_t vgicv5_soft_iwb_read(struct vgicv5_soft *gic, unsigned int iwb, uint32_t offset, unsigned int bytes)
{
	uint64_t value;

	if (iwb >= gic->config.iwb_count || bytes != 4 || offset % 4)
		return 0;
	vsoft_enter(gic);
	gic->counters.mmio_reads++;
	value = reg_read(gic, &gic->iwbs[iwb], offset);
	vsoft_leave(gic);
	return value;
}

void vgicv5_soft_iwb_write(struct vgicv5_soft *gic, unsigned int iwb, uint32_t offset, unsigned int bytes,
			   uint64_t value)
{
	if (iwb >= gic->config.iwb_count || bytes != 4 || offset % 4)
		return;
	vsoft_enter(gic);
	gic->counters.mmio_writes++;
	reg_write(gic, &gic->iwbs[iwb], offset, (uint32_t)value);
	vsoft_leave(gic);
}
