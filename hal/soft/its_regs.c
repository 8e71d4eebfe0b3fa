/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The frames of an ITS: registers, their protocol, MSIs.
 */
#include "its.h"

#define REG_ID(name, offset, width, access) VSOFT_##name,
enum its_reg { GICV5_ITS_REGS(REG_ID) VSOFT_ITS_REG_COUNT };

struct its_reg_place {
	uint16_t offset;
	uint8_t bytes;
};

#define REG_PLACE(name, offset, width, access) {(offset), (width) / 8},
static const struct its_reg_place places[VSOFT_ITS_REG_COUNT] = {GICV5_ITS_REGS(REG_PLACE)};

/* ---- what registers read as ---- */

static bool poll(struct vgicv5_soft *gic, struct vsoft_its *its, enum vsoft_its_group group);

static uint64_t idr_read(const struct vgicv5_soft *gic, const struct vsoft_its *its, unsigned int reg)
{
	const struct vgicv5_soft_its_config *config = &gic->config.its[its->number];

	switch (reg) {
	case VSOFT_ITS_IDR0:
		return GICV5_PUT(ITS_IDR0_ITSID, its->number) | GICV5_PUT(ITS_IDR0_SWE, config->swe) |
		       GICV5_PUT(ITS_IDR0_PA_RANGE, gic->config.pa_range) |
		       GICV5_PUT(ITS_IDR0_INT_DOM, GICV5_DOMAIN_NS);
	case VSOFT_ITS_IDR1:
		return GICV5_PUT(ITS_IDR1_L2SZ, config->l2sz) |
		       GICV5_PUT(ITS_IDR1_ITT_LEVELS, config->itt_levels) |
		       GICV5_PUT(ITS_IDR1_DT_LEVELS, config->dt_levels) |
		       GICV5_PUT(ITS_IDR1_DEVICEID_BITS, config->device_id_bits);
	case VSOFT_ITS_IDR2: /* XDMN_EVENTS = 0: one domain */
		return GICV5_PUT(ITS_IDR2_EVENTID_BITS, config->event_id_bits);
	case VSOFT_ITS_IIDR:
		return GICV5_PUT(IRS_IIDR_PRODUCTID, 5);
	default:
		return GICV5_PUT(IRS_AIDR_COMPONENT, GICV5_COMPONENT_ITS);
	}
}

static uint64_t swerr_read(const struct vsoft_its *its, unsigned int reg)
{
	if (reg == VSOFT_ITS_SWERR_STATUSR)
		return its->swerr_status;
	if (reg == VSOFT_ITS_SWERR_SYNDROMER0)
		return GICV5_GET(ITS_SWERR_STATUSR_S0V, its->swerr_status) ? its->swerr_syndrome[0] : 0;
	return GICV5_GET(ITS_SWERR_STATUSR_S1V, its->swerr_status) ? its->swerr_syndrome[1] : 0;
}

static uint64_t reg_read(struct vgicv5_soft *gic, struct vsoft_its *its, unsigned int reg)
{
	bool idle;

	switch (reg) {
	case VSOFT_ITS_IDR0:
	case VSOFT_ITS_IDR1:
	case VSOFT_ITS_IDR2:
	case VSOFT_ITS_IIDR:
	case VSOFT_ITS_AIDR:
		return idr_read(gic, its, reg);
	case VSOFT_ITS_CR0:
		idle = poll(gic, its, VSOFT_ITS_GROUP_CR0); /* first: it may change ITSEN */
		return GICV5_PUT(ITS_CR0_IDLE, idle) | GICV5_PUT(ITS_CR0_ITSEN, its->enabled);
	case VSOFT_ITS_CR1:
		return its->cr1;
	case VSOFT_ITS_DT_BASER:
		return its->dt_baser;
	case VSOFT_ITS_DT_CFGR:
		return its->dt_cfgr;
	case VSOFT_ITS_DIDR:
		return its->device;
	case VSOFT_ITS_EIDR:
		return its->event;
	case VSOFT_ITS_READ_EVENT_DATAR:
		return its->event_data;
	case VSOFT_ITS_STATUSR:
		return GICV5_PUT(ITS_STATUSR_IDLE, poll(gic, its, VSOFT_ITS_GROUP_STATUS));
	case VSOFT_ITS_SYNC_STATUSR:
		return GICV5_PUT(ITS_SYNC_STATUSR_IDLE, poll(gic, its, VSOFT_ITS_GROUP_SYNC));
	case VSOFT_ITS_GEN_EVENT_DIDR:
		return its->gen_device;
	case VSOFT_ITS_GEN_EVENT_EIDR:
		return its->gen_event;
	case VSOFT_ITS_GEN_EVENT_STATUSR:
		return GICV5_PUT(ITS_GEN_EVENT_STATUSR_IDLE, poll(gic, its, VSOFT_ITS_GROUP_GEN));
	case VSOFT_ITS_SWERR_STATUSR:
	case VSOFT_ITS_SWERR_SYNDROMER0:
	case VSOFT_ITS_SWERR_SYNDROMER1:
		return swerr_read(its, reg);
	default:
		return 0; /* write-only, or of MEC and MPAM, which are not there */
	}
}

/* ---- what commands do ---- */

/* The translation that an event would take now, through what is remembered. It reports no errors. */
static void read_event(struct vgicv5_soft *gic, struct vsoft_its *its)
{
	struct vsoft_its_walk walk;

	its->event_data = 0;
	walk.device = its->device;
	walk.event = its->event;
	if (!its->enabled || vsoft_its_translate(gic, its, &walk))
		return;
	its->event_data = GICV5_MASK(ITS_READ_EVENT_DATAR_VALID) |
			  GICV5_PUT(ITS_READ_EVENT_DATAR_LPI_ID, GICV5_GET(L2_ITTE_LPI_ID, walk.itte));
	if (GICV5_GET(L2_ITTE_VIRTUAL, walk.itte))
		its->event_data |= GICV5_MASK(ITS_READ_EVENT_DATAR_VIRT) |
				   GICV5_PUT(ITS_READ_EVENT_DATAR_VM_ID, GICV5_GET(L2_ITTE_VM_ID, walk.itte));
}

static void execute(struct vgicv5_soft *gic, struct vsoft_its *its, unsigned int reg, uint64_t value)
{
	switch (reg) {
	case VSOFT_ITS_CR0:
		its->enabled = GICV5_GET(ITS_CR0_ITSEN, value);
		if (!its->enabled)
			vsoft_its_forget_all(its);
		break;
	case VSOFT_ITS_INV_EVENTR:
		vsoft_its_inv_event(gic, its, value);
		break;
	case VSOFT_ITS_INV_DEVICER:
		vsoft_its_inv_device(gic, its, value);
		break;
	case VSOFT_ITS_READ_EVENTR:
		read_event(gic, its);
		break;
	case VSOFT_ITS_GEN_EVENTR:
		if (GICV5_GET(ITS_GEN_EVENTR_TARGET_DOMAIN, value) == GICV5_DOMAIN_NS)
			vsoft_its_event(gic, its, its->gen_device, its->gen_event, VSOFT_SET_EDGE);
		break;
	default:
		break; /* SYNCR: events take effect at once, there is never one on its way */
	}
}

static bool poll(struct vgicv5_soft *gic, struct vsoft_its *its, enum vsoft_its_group group)
{
	struct vsoft_command *command = &its->command[group];
	bool due;
	bool idle = vsoft_command_step(command, &due);

	if (due)
		execute(gic, its, command->reg, command->value);
	return idle;
}

/* The register starts a command if one of these bits is set; the group is that of its IDLE bit. */
static enum vsoft_its_group command_of(unsigned int reg, uint64_t *start)
{
	switch (reg) {
	case VSOFT_ITS_CR0:
		*start = ~(uint64_t)0;
		return VSOFT_ITS_GROUP_CR0;
	case VSOFT_ITS_INV_EVENTR:
		*start = GICV5_MASK(ITS_INV_EVENTR_I);
		return VSOFT_ITS_GROUP_STATUS;
	case VSOFT_ITS_INV_DEVICER:
		*start = GICV5_MASK(ITS_INV_DEVICER_I);
		return VSOFT_ITS_GROUP_STATUS;
	case VSOFT_ITS_READ_EVENTR:
		*start = GICV5_MASK(ITS_READ_EVENTR_R);
		return VSOFT_ITS_GROUP_STATUS;
	case VSOFT_ITS_SYNCR:
		*start = GICV5_MASK(ITS_SYNCR_SYNC);
		return VSOFT_ITS_GROUP_SYNC;
	case VSOFT_ITS_GEN_EVENTR:
		*start = GICV5_MASK(ITS_GEN_EVENTR_R);
		return VSOFT_ITS_GROUP_GEN;
	default:
		return VSOFT_ITS_GROUP_NONE;
	}
}

/* ---- plain writes ---- */

static bool refused(struct vgicv5_soft *gic, bool wrong, const char *text)
{
	if (wrong)
		vsoft_violation(gic, "", text);
	return wrong;
}

static void table_write(struct vgicv5_soft *gic, struct vsoft_its *its, unsigned int reg, uint64_t value)
{
	if (refused(gic, its->enabled || its->command[VSOFT_ITS_GROUP_CR0].busy,
		    "ITS_DT_BASER or ITS_DT_CFGR is written while ITSEN is not 0 and IDLE"))
		return;
	if (reg == VSOFT_ITS_DT_BASER)
		its->dt_baser = GICV5_ADDR(ITS_DT_BASER_ADDR, value);
	else
		its->dt_cfgr =
			(uint32_t)(value & (GICV5_MASK(ITS_DT_CFGR_STRUCTURE) | GICV5_MASK(ITS_DT_CFGR_L2SZ) |
					    GICV5_MASK(ITS_DT_CFGR_DEVICEID_BITS)));
}

static void swerr_write(struct vsoft_its *its, uint64_t value)
{
	if (GICV5_GET(ITS_SWERR_STATUSR_OF, value))
		its->swerr_status &= ~GICV5_MASK(ITS_SWERR_STATUSR_OF);
	if (GICV5_GET(ITS_SWERR_STATUSR_V, value))
		its->swerr_status &= GICV5_MASK(ITS_SWERR_STATUSR_OF);
}

/* The operands of a command under way are the command's. */
static void operand_write(struct vgicv5_soft *gic, struct vsoft_its *its, uint32_t *operand,
			  enum vsoft_its_group group, uint64_t value)
{
	if (!refused(gic, its->command[group].busy,
		     "an operand of an ITS command is written while its group does not report IDLE"))
		*operand = (uint32_t)value;
}

static void plain_write(struct vgicv5_soft *gic, struct vsoft_its *its, unsigned int reg, uint64_t value)
{
	switch (reg) {
	case VSOFT_ITS_CR1:
		its->cr1 = (uint32_t)(value & GICV5_BITS(GICV5_ITS_CR1_ITT_RA_HI, GICV5_ITS_CR1_SH_LO));
		break;
	case VSOFT_ITS_DT_BASER:
	case VSOFT_ITS_DT_CFGR:
		table_write(gic, its, reg, value);
		break;
	case VSOFT_ITS_DIDR:
		operand_write(gic, its, &its->device, VSOFT_ITS_GROUP_STATUS, value);
		break;
	case VSOFT_ITS_EIDR:
		operand_write(gic, its, &its->event, VSOFT_ITS_GROUP_STATUS, value);
		break;
	case VSOFT_ITS_GEN_EVENT_DIDR:
		operand_write(gic, its, &its->gen_device, VSOFT_ITS_GROUP_GEN, value);
		break;
	case VSOFT_ITS_GEN_EVENT_EIDR:
		operand_write(gic, its, &its->gen_event, VSOFT_ITS_GROUP_GEN, value);
		break;
	case VSOFT_ITS_SWERR_STATUSR:
		swerr_write(its, value);
		break;
	default:
		break; /* read-only, or not there */
	}
}

/* ---- the frames ---- */

/* What an access covers of a register. */
struct span {
	unsigned int reg;
	unsigned int shift; /* of the access's lowest bit in the register */
	uint64_t mask;	    /* the bits of the register that it touches */
};

static bool find_span(uint32_t offset, unsigned int bytes, struct span *span)
{
	unsigned int i;

	if ((bytes != 4 && bytes != 8) || offset % bytes)
		return false;
	for (i = 0; i < VSOFT_ITS_REG_COUNT; i++) {
		if (offset < places[i].offset ||
		    offset + bytes > (uint32_t)places[i].offset + places[i].bytes)
			continue;
		span->reg = i;
		span->shift = 8 * (offset - places[i].offset);
		span->mask = (bytes == 8 ? ~(uint64_t)0 : 0xffffffffu) << span->shift;
		return true;
	}
	return false;
}

static struct vsoft_its *enter(struct vgicv5_soft *gic, unsigned int its)
{
	vsoft_enter(gic);
	gic->current_irs = gic->config.its[its].irs;
	return &gic->itss[its];
}

uint64_t vgicv5_soft_its_read(struct vgicv5_soft *gic, unsigned int its, uint32_t offset, unsigned int bytes)
{
	struct vsoft_its *found;
	struct span span;
	uint64_t value = 0;

	if (its >= gic->config.its_count)
		return 0;
	found = enter(gic, its);
	gic->counters.mmio_reads++;
	if (find_span(offset, bytes, &span))
		value = (reg_read(gic, found, span.reg) & span.mask) >> span.shift;
	vsoft_leave(gic);
	return value;
}

static void config_write(struct vgicv5_soft *gic, struct vsoft_its *its, const struct span *span,
			 uint64_t value)
{
	enum vsoft_its_group group;
	uint64_t start = 0;
	bool due;

	value = (value << span->shift) & span->mask;
	group = command_of(span->reg, &start);
	if (group == VSOFT_ITS_GROUP_NONE) {
		/* Only the tables and operands have two halves that can be written; the other one stays. */
		if (places[span->reg].bytes == 8 && span->reg != VSOFT_ITS_SWERR_STATUSR)
			value |= reg_read(gic, its, span->reg) & ~span->mask;
		plain_write(gic, its, span->reg, value);
	} else if (span->mask & start && (value & start || span->reg == VSOFT_ITS_CR0)) {
		vsoft_command_begin(gic, &its->command[group], span->reg, value, &due);
		if (due)
			execute(gic, its, span->reg, value);
	}
}

void vgicv5_soft_its_write(struct vgicv5_soft *gic, unsigned int its, uint32_t offset, unsigned int bytes,
			   uint64_t value)
{
	struct vsoft_its *found;
	struct span span;

	if (its >= gic->config.its_count)
		return;
	found = enter(gic, its);
	gic->counters.mmio_writes++;
	if (find_span(offset, bytes, &span))
		config_write(gic, found, &span, value);
	vsoft_leave(gic);
}

void vgicv5_soft_its_translate(struct vgicv5_soft *gic, unsigned int its, uint32_t device_id, uint32_t offset,
			       unsigned int bytes, uint64_t value)
{
	if (offset == GICV5_ITS_TRANSLATER && bytes == 4)
		vgicv5_soft_msi(gic, its, device_id, (uint32_t)GICV5_GET(ITS_TRANSLATER_EVENT_ID, value));
}

void vgicv5_soft_msi(struct vgicv5_soft *gic, unsigned int its, uint32_t device_id, uint32_t event_id)
{
	if (its >= gic->config.its_count)
		return;
	vsoft_its_event(gic, enter(gic, its), device_id, event_id, VSOFT_SET_EDGE);
	vsoft_leave(gic);
}
