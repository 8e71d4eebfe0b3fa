/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Registers of an ITS of a stopped VM one by one, as those of the IRS in state_regs.c. */
#include <vgicv5/arch/irs.h>
#include <vgicv5/arch/its.h>

#include "state.h"
#include "vits.h"

#define REGISTER(name, offset, width, access) {(offset), (width)},

static const struct {
	uint16_t offset;
	uint8_t width;
} registers[] = {GICV5_ITS_REGS(REGISTER)};

/* 0: none begins there */
static unsigned int width_of(uint32_t offset)
{
	unsigned int i;

	for (i = 0; i < sizeof(registers) / sizeof(registers[0]); i++)
		if (registers[i].offset == offset)
			return registers[i].width;
	return 0;
}

int vgicv5_state_has_its(uint32_t offset)
{
	if (offset % 4)
		return VGICV5_INVALID;
	return width_of(offset) ? VGICV5_OK : VGICV5_UNSUPPORTED;
}

static uint64_t get_its(struct vgicv5_vits *vits, uint32_t offset)
{
	return vgicv5_vits_read(vits, offset, width_of(offset) / 8);
}

int vgicv5_state_get_its(struct vgicv5_vits *vits, uint32_t offset, uint64_t *value)
{
	int error = vgicv5_state_has_its(offset);

	if (error)
		return error;
	vgicv5_mutex_lock(&vits->vm->mutex);
	error = vgicv5_state_stopped(vits->vm);
	if (!error)
		*value = get_its(vits, offset);
	vgicv5_mutex_unlock(&vits->vm->mutex);
	return error;
}

/* What the guest was shown is what it is shown here. The tables' addresses are the guest's own affair. */
static int check_idr(struct vgicv5_vits *vits, uint32_t offset, uint32_t value)
{
	uint32_t differs = value ^ (uint32_t)get_its(vits, offset);

	if (offset == GICV5_ITS_IDR0)
		differs &= ~(uint32_t)GICV5_MASK(ITS_IDR0_PA_RANGE);
	return differs ? VGICV5_INVALID : VGICV5_OK;
}

/* As a guest's write, which is ignored while the ITS is enabled. */
static int set_table(struct vgicv5_vits *vits, uint32_t offset, uint64_t value)
{
	if (vits->regs.itsen && value != get_its(vits, offset))
		return VGICV5_INVALID;
	vgicv5_vits_write(vits, offset, width_of(offset) / 8, value);
	return VGICV5_OK;
}

static void set_control(struct vgicv5_vits *vits, uint32_t value)
{
	VGICV5_WRITE_ONCE(vits->regs.itsen, (uint32_t)GICV5_GET(ITS_CR0_ITSEN, value));
	vgicv5_vits_forget_all(vits);
}

/* Registers that no write of a guest sets to what they read as. */
static void set_directly(struct vgicv5_vits *vits, uint32_t offset, uint64_t value)
{
	struct vgicv5_vits_regs *regs = &vits->regs;

	vgicv5_mutex_lock(&vits->mutex);
	switch (offset) {
	case GICV5_ITS_CR0:
		set_control(vits, (uint32_t)value);
		break;
	case GICV5_ITS_READ_EVENT_DATAR:
		regs->read_event_data = value;
		break;
	case GICV5_ITS_SWERR_STATUSR:
		VGICV5_WRITE_ONCE(regs->swerr_status, value & VITS_SWERR_MASK);
		VGICV5_WRITE_ONCE(regs->swerr_claim, GICV5_GET(ITS_SWERR_STATUSR_V, value));
		break;
	case GICV5_ITS_SWERR_SYNDROMER0:
		VGICV5_WRITE_ONCE(regs->swerr_syndrome[0], value);
		break;
	default:
		VGICV5_WRITE_ONCE(regs->swerr_syndrome[1], value);
		break;
	}
	vgicv5_mutex_unlock(&vits->mutex);
}

static int set_its(struct vgicv5_vits *vits, uint32_t offset, uint64_t value)
{
	switch (offset) {
	case GICV5_ITS_IDR0:
	case GICV5_ITS_IDR1:
	case GICV5_ITS_IDR2:
		return check_idr(vits, offset, (uint32_t)value);
	case GICV5_ITS_DT_BASER:
	case GICV5_ITS_DT_CFGR:
		return set_table(vits, offset, value);
	case GICV5_ITS_CR1:
	case GICV5_ITS_DIDR:
	case GICV5_ITS_EIDR:
	case GICV5_ITS_GEN_EVENT_DIDR:
	case GICV5_ITS_GEN_EVENT_EIDR:
		vgicv5_vits_write(vits, offset, width_of(offset) / 8, value);
		return VGICV5_OK;
	case GICV5_ITS_CR0:
	case GICV5_ITS_READ_EVENT_DATAR:
	case GICV5_ITS_SWERR_STATUSR:
	case GICV5_ITS_SWERR_SYNDROMER0:
	case GICV5_ITS_SWERR_SYNDROMER1:
		set_directly(vits, offset, value);
		return VGICV5_OK;
	default:
		return VGICV5_OK;
	}
}

int vgicv5_state_set_its(struct vgicv5_vits *vits, uint32_t offset, uint64_t value)
{
	int error = vgicv5_state_has_its(offset);

	if (error)
		return error;
	vgicv5_mutex_lock(&vits->vm->mutex);
	error = vgicv5_state_fresh(vits->vm);
	if (!error)
		error = set_its(vits, offset, value);
	vgicv5_mutex_unlock(&vits->vm->mutex);
	return error;
}
