/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The protocol of commands and IDLE, and the frames of an IRS as seen from the bus: widths, halves.
 */
#include "its.h"

/* The fault that hits this command, if any. */
static enum vgicv5_soft_fault take_fault(struct vgicv5_soft *gic)
{
	if (gic->fault == VGICV5_SOFT_FAULT_NONE || gic->fault == VGICV5_SOFT_FAULT_RESIDENCY ||
	    !gic->fault_in)
		return VGICV5_SOFT_FAULT_NONE;
	return --gic->fault_in ? VGICV5_SOFT_FAULT_NONE : gic->fault;
}

void vsoft_command_begin(struct vgicv5_soft *gic, struct vsoft_command *command, unsigned int reg,
			 uint64_t value, bool *due)
{
	enum vgicv5_soft_fault fault;

	*due = false;
	if (command->busy) {
		vsoft_violation(gic, "", "a register is written while its group does not report IDLE");
		return;
	}
	gic->counters.commands++;
	fault = take_fault(gic);
	command->reg = (uint16_t)reg;
	command->value = value;
	command->polls = gic->delay;
	command->dropped = fault == VGICV5_SOFT_FAULT_DROP || fault == VGICV5_SOFT_FAULT_STALL;
	command->stuck = fault == VGICV5_SOFT_FAULT_STALL || fault == VGICV5_SOFT_FAULT_LATE;
	command->busy = command->stuck || command->polls;
	*due = (fault == VGICV5_SOFT_FAULT_LATE || !command->busy) && !command->dropped;
}

bool vsoft_command_step(struct vsoft_command *command, bool *due)
{
	*due = false;
	if (!command->busy)
		return true;
	if (command->stuck)
		return false;
	if (command->polls) {
		command->polls--;
		return false;
	}
	command->busy = false;
	*due = !command->dropped;
	return true;
}

static void command_unstick(struct vsoft_command *commands, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (commands[i].stuck)
			commands[i].busy = false;
		commands[i].stuck = false;
	}
}

void vsoft_command_start(struct vgicv5_soft *gic, struct vsoft_irs *irs, enum vsoft_group group,
			 unsigned int reg, uint64_t value)
{
	bool due;

	vsoft_command_begin(gic, &irs->command[group], reg, value, &due);
	if (due)
		vsoft_irs_regs[reg].write(gic, irs, value);
}

bool vsoft_command_poll(struct vgicv5_soft *gic, struct vsoft_irs *irs, enum vsoft_group group)
{
	struct vsoft_command *command = &irs->command[group];
	bool due;
	bool idle = vsoft_command_step(command, &due);

	if (due)
		vsoft_irs_regs[command->reg].write(gic, irs, command->value);
	return idle;
}

static void unstick_all(struct vgicv5_soft *gic)
{
	unsigned int i;

	for (i = 0; i < gic->config.irs_count; i++)
		command_unstick(gic->irs[i].command, VSOFT_GROUPS);
	for (i = 0; i < gic->config.its_count; i++)
		command_unstick(gic->itss[i].command, VSOFT_ITS_GROUPS);
	for (i = 0; i < gic->config.iwb_count; i++)
		command_unstick(gic->iwbs[i].command, VSOFT_IWB_GROUPS);
}

void vgicv5_soft_arm_fault(struct vgicv5_soft *gic, enum vgicv5_soft_fault fault, unsigned int nth)
{
	vsoft_enter(gic);
	gic->fault = nth ? fault : VGICV5_SOFT_FAULT_NONE;
	gic->fault_in = nth;
	if (fault == VGICV5_SOFT_FAULT_NONE)
		unstick_all(gic);
	vsoft_leave(gic);
}

void vgicv5_soft_set_delay(struct vgicv5_soft *gic, unsigned int polls)
{
	vsoft_enter(gic);
	gic->delay = polls;
	vsoft_leave(gic);
}

#define REG_CASE(name, offset, width, access) \
	case offset:                          \
		return VSOFT_##name;

static unsigned int find_reg(uint32_t offset)
{
	switch (offset) {
		GICV5_IRS_REGS(REG_CASE)
	default:
		return VSOFT_IRS_REG_COUNT;
	}
}

/* What an access covers of a register. */
struct span {
	unsigned int reg;
	unsigned int shift; /* of the access's lowest bit in the register */
	uint64_t mask;	    /* the bits of the register that it touches */
};

static bool find_span(const struct vgicv5_soft *gic, uint32_t offset, unsigned int bytes, struct span *span)
{
	bool virtual = offset >= GICV5_IRS_VMT_BASER && offset < GICV5_IRS_MEC_IDR;

	if ((bytes != 4 && bytes != 8) || (virtual && !gic->config.virt))
		return false;
	span->reg = find_reg(offset);
	span->shift = 0;
	if (span->reg == VSOFT_IRS_REG_COUNT && bytes == 4 && offset % 8 == 4) {
		span->reg = find_reg(offset - 4);
		if (span->reg == VSOFT_IRS_REG_COUNT || vsoft_irs_regs[span->reg].width != 64)
			return false;
		span->shift = 32;
	}
	if (span->reg == VSOFT_IRS_REG_COUNT || bytes * 8 > vsoft_irs_regs[span->reg].width)
		return false;
	span->mask = (bytes == 8 ? ~(uint64_t)0 : 0xffffffffu) << span->shift;
	return true;
}

uint64_t vgicv5_soft_mmio_read(struct vgicv5_soft *gic, unsigned int irs, enum vgicv5_soft_frame frame,
			       uint32_t offset, unsigned int bytes)
{
	struct span span;
	uint64_t value = 0;

	if (irs >= gic->config.irs_count)
		return 0;
	vsoft_enter(gic);
	gic->current_irs = irs;
	gic->counters.mmio_reads++;
	if (frame == VGICV5_SOFT_CONFIG_FRAME && find_span(gic, offset, bytes, &span) &&
	    vsoft_irs_regs[span.reg].read)
		value = (vsoft_irs_regs[span.reg].read(gic, &gic->irs[irs]) & span.mask) >> span.shift;
	vsoft_leave(gic);
	return value;
}

static void config_write(struct vgicv5_soft *gic, struct vsoft_irs *irs, const struct span *span,
			 uint64_t value)
{
	const struct vsoft_irs_reg_info *info = &vsoft_irs_regs[span->reg];
	uint64_t merged = (value << span->shift) & span->mask;

	if (!info->write)
		return;
	if (info->base == VSOFT_BASE_LATCH)
		merged |= irs->latch[span->reg] & ~span->mask;
	else if (info->base == VSOFT_BASE_READ)
		merged |= info->read(gic, irs) & ~span->mask;
	if (info->base == VSOFT_BASE_LATCH)
		irs->latch[span->reg] = merged;
	if (info->start && !(merged & span->mask & info->start))
		return;
	if (info->group == VSOFT_GROUP_NONE)
		info->write(gic, irs, merged);
	else
		vsoft_command_start(gic, irs, (enum vsoft_group)info->group, span->reg, merged);
}

static void setlpi_write(struct vgicv5_soft *gic, uint32_t offset, unsigned int bytes, uint64_t value)
{
	if (!gic->config.setlpi || offset != GICV5_IRS_SETLPIR || bytes != 4)
		return;
	(void)vsoft_event(gic, &gic->ist[VSOFT_LPIS], (uint32_t)GICV5_GET(IRS_SETLPIR_ID, value),
			  VSOFT_SET_EDGE);
}

void vgicv5_soft_mmio_write(struct vgicv5_soft *gic, unsigned int irs, enum vgicv5_soft_frame frame,
			    uint32_t offset, unsigned int bytes, uint64_t value)
{
	struct span span;

	if (irs >= gic->config.irs_count)
		return;
	vsoft_enter(gic);
	gic->current_irs = irs;
	gic->counters.mmio_writes++;
	if (frame == VGICV5_SOFT_SETLPI_FRAME)
		setlpi_write(gic, offset, bytes, value);
	else if (find_span(gic, offset, bytes, &span))
		config_write(gic, &gic->irs[irs], &span, value);
	vsoft_leave(gic);
}
