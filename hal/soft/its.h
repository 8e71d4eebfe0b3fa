/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief ITSs and IWBs inside the software GICv5. All functions are called with the lock held.
 */
#ifndef VGICV5_SOFT_ITS_H
#define VGICV5_SOFT_ITS_H

#include "model.h"

#include <vgicv5/arch/its.h>
#include <vgicv5/arch/iwb.h>

/** Table entries that an ITS can remember, valid or not. */
enum vsoft_its_kind { VSOFT_L1_DTE, VSOFT_L2_DTE, VSOFT_L1_ITTE, VSOFT_L2_ITTE };

/** One remembered entry. For L1 entries `device` or `event` is the first ID that the entry covers. */
struct vsoft_its_line {
	bool used;
	uint8_t kind;
	uint32_t device;
	uint32_t event; /* 0 for DTEs */
	uint64_t value;
};

#define VSOFT_ITS_LINE_BITS 7
#define VSOFT_ITS_LINES (1u << VSOFT_ITS_LINE_BITS)

enum vsoft_its_group {
	VSOFT_ITS_GROUP_CR0,
	VSOFT_ITS_GROUP_STATUS,
	VSOFT_ITS_GROUP_SYNC,
	VSOFT_ITS_GROUP_GEN,
	VSOFT_ITS_GROUPS,
	VSOFT_ITS_GROUP_NONE = VSOFT_ITS_GROUPS,
};

struct vsoft_its {
	uint8_t number;
	bool enabled;
	uint32_t cr1;
	uint32_t dt_cfgr;
	uint64_t dt_baser;
	uint32_t device; /* ITS_DIDR, ITS_EIDR */
	uint32_t event;
	uint32_t gen_device;
	uint32_t gen_event;
	uint64_t event_data;
	uint64_t swerr_status;
	uint64_t swerr_syndrome[2];
	struct vsoft_command command[VSOFT_ITS_GROUPS];
	struct vsoft_its_line lines[VSOFT_ITS_LINES];
};

/** How a translation can fail: ITS_SWERR_STATUSR.IMP_EC, for the architecture's codes are not known. */
enum vsoft_its_error {
	VSOFT_ITS_OK = 0,
	VSOFT_ITS_DEVICE_RANGE = 0x80,
	VSOFT_ITS_L1_DTE,
	VSOFT_ITS_L2_DTE,
	VSOFT_ITS_EVENT_RANGE,
	VSOFT_ITS_L1_ITTE,
	VSOFT_ITS_L2_ITTE,
	VSOFT_ITS_TARGET,
	VSOFT_ITS_NO_MEMORY,
};

/** A translation, as far as it came. */
struct vsoft_its_walk {
	uint32_t device;
	uint32_t event;
	uint64_t dte; /* 0 until it is known to be good */
	uint64_t itte;
	uint64_t at; /* address of the entry looked at last; 0: none */
};

enum vsoft_iwb_group { VSOFT_IWB_GROUP_CR0, VSOFT_IWB_GROUP_WENABLE, VSOFT_IWB_GROUPS };

/** 32 wires. */
struct vsoft_wires {
	uint32_t enabled;
	uint32_t level; /* trigger mode */
	uint32_t line;
};

struct vsoft_iwb {
	uint8_t number;
	bool enabled;
	struct vsoft_command command[VSOFT_IWB_GROUPS];
	struct vsoft_wires *wires;
};

/* ---- its.c: translation ---- */
bool vsoft_itss_alloc(struct vgicv5_soft *gic);
void vsoft_itss_init(struct vgicv5_soft *gic);
/** Translates walk->device and walk->event, through what the ITS remembers of the tables. */
enum vsoft_its_error vsoft_its_translate(struct vgicv5_soft *gic, struct vsoft_its *its,
					 struct vsoft_its_walk *walk);
/** An event at the ITS; lost, perhaps with a software error, if it has no translation. */
void vsoft_its_event(struct vgicv5_soft *gic, struct vsoft_its *its, uint32_t device, uint32_t event,
		     enum vsoft_event kind);
void vsoft_its_forget_all(struct vsoft_its *its);
void vsoft_its_inv_event(struct vgicv5_soft *gic, struct vsoft_its *its, uint64_t value);
void vsoft_its_inv_device(struct vgicv5_soft *gic, struct vsoft_its *its, uint64_t value);
/** Whether the memory is of the device table of an enabled ITS, or of a table that it remembers the way to. */
bool vsoft_itss_use(struct vgicv5_soft *gic, uint64_t pa, uint64_t bytes);

/* ---- iwb.c ---- */
bool vsoft_iwbs_alloc(struct vgicv5_soft *gic);
void vsoft_iwbs_free(struct vgicv5_soft *gic);
void vsoft_iwbs_init(struct vgicv5_soft *gic);

#endif
