/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Driver of the ITS for bare-metal guests whose build says where it is: ITS_BASE. ITS_DEVICE and
 * ITS_DEVICE_BITS are the device that it serves, if that is another one.
 *
 * One device with one interrupt translation table, both tables linear unless said otherwise. Each operation is
 * complete when it returns.
 */
#ifndef GUEST_ITS_H
#define GUEST_ITS_H

#include "payload.h"

#include <vgicv5/arch/its.h>

#ifndef ITS_DEVICE
#define ITS_DEVICE 5u
#define ITS_DEVICE_BITS 4u
#endif
#define ITS_EVENT_BITS 6u
#define ITS_TRANSLATE_FRAME (ITS_BASE + 0x10000u)

/** Registers of the config frame. */
uint64_t its_read(uint32_t offset, unsigned int bytes);
void its_write(uint32_t offset, unsigned int bytes, uint64_t value);

/** Gives the ITS empty tables and enables it. */
void its_prepare(void);
void its_enable(bool on);

/** An entry of the device's table: stored, not invalidated. */
void its_store_event(uint32_t event, uint64_t entry);
/** An entry of the device table: stored, not invalidated. 0: no device. */
void its_store_device(uint32_t device, uint64_t entry);
/** The entry of the device table that its_prepare() makes. */
uint64_t its_device_entry(void);

/** Invalidates and synchronises. */
void its_invalidate_event(uint32_t event);
void its_invalidate_device(void);
/** The same without naming an event or a device: all that the entry of level 1 covers. */
void its_invalidate_event_l1(uint32_t event);

void its_map(uint32_t event, uint32_t lpi);
void its_unmap(uint32_t event);

#endif
