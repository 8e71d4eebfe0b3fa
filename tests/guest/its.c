/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "its.h"

static volatile uint64_t devices[1 << ITS_DEVICE_BITS] __attribute__((aligned(8 << ITS_DEVICE_BITS)));
static volatile uint64_t events[1 << ITS_EVENT_BITS] __attribute__((aligned(8 << ITS_EVENT_BITS)));

uint64_t its_read(uint32_t offset, unsigned int bytes)
{
	return platform_mmio_read(ITS_BASE + offset, bytes);
}

void its_write(uint32_t offset, unsigned int bytes, uint64_t value)
{
	platform_mmio_write(ITS_BASE + offset, bytes, value);
}

static void wait_for(uint32_t offset, uint64_t idle)
{
	while (!(its_read(offset, 4) & idle))
		;
}

void its_enable(bool on)
{
	its_write(GICV5_ITS_CR0, 4, GICV5_PUT(ITS_CR0_ITSEN, on));
	wait_for(GICV5_ITS_CR0, GICV5_MASK(ITS_CR0_IDLE));
}

static void synchronise(void)
{
	wait_for(GICV5_ITS_STATUSR, GICV5_MASK(ITS_STATUSR_IDLE));
	its_write(GICV5_ITS_SYNCR, 8,
		  GICV5_MASK(ITS_SYNCR_SYNC) | GICV5_PUT(ITS_SYNCR_DEVICE_ID, ITS_DEVICE));
	wait_for(GICV5_ITS_SYNC_STATUSR, GICV5_MASK(ITS_SYNC_STATUSR_IDLE));
}

static void invalidate_event(uint32_t event, uint64_t how)
{
	its_write(GICV5_ITS_DIDR, 8, ITS_DEVICE);
	its_write(GICV5_ITS_EIDR, 4, event);
	its_write(GICV5_ITS_INV_EVENTR, 4, GICV5_MASK(ITS_INV_EVENTR_I) | how);
	synchronise();
}

void its_invalidate_event(uint32_t event)
{
	invalidate_event(event, 0);
}

void its_invalidate_event_l1(uint32_t event)
{
	invalidate_event(event, GICV5_MASK(ITS_INV_EVENTR_L1));
}

void its_invalidate_device(void)
{
	its_write(GICV5_ITS_DIDR, 8, ITS_DEVICE);
	its_write(GICV5_ITS_INV_DEVICER, 4,
		  GICV5_MASK(ITS_INV_DEVICER_I) | GICV5_PUT(ITS_INV_DEVICER_EVENTID_BITS, ITS_EVENT_BITS));
	synchronise();
}

static void store(volatile uint64_t *entry, uint64_t value)
{
	*entry = value;
	__asm__ volatile("dsb sy" : : : "memory");
}

void its_store_event(uint32_t event, uint64_t entry)
{
	store(&events[event], entry);
}

void its_store_device(uint32_t device, uint64_t entry)
{
	store(&devices[device], entry);
}

uint64_t its_device_entry(void)
{
	return GICV5_MASK(L2_DTE_VALID) | GICV5_PUT(L2_DTE_EVENT_ID_BITS, ITS_EVENT_BITS) |
	       GICV5_ADDR(L2_DTE_ITT_ADDR, (uintptr_t)events);
}

void its_map(uint32_t event, uint32_t lpi)
{
	its_store_event(event, GICV5_MASK(L2_ITTE_VALID) | GICV5_PUT(L2_ITTE_LPI_ID, lpi));
	its_invalidate_event(event);
}

void its_unmap(uint32_t event)
{
	its_store_event(event, 0);
	its_invalidate_event(event);
}

void its_prepare(void)
{
	its_store_device(ITS_DEVICE, its_device_entry());
	/* Inner shareable, write-back: what an operating system would write. */
	its_write(GICV5_ITS_CR1, 4,
		  GICV5_PUT(ITS_CR1_SH, 3) | GICV5_PUT(ITS_CR1_IC, 1) | GICV5_PUT(ITS_CR1_OC, 1));
	its_write(GICV5_ITS_DT_CFGR, 4, GICV5_PUT(ITS_DT_CFGR_DEVICEID_BITS, ITS_DEVICE_BITS));
	its_write(GICV5_ITS_DT_BASER, 8, GICV5_ADDR(ITS_DT_BASER_ADDR, (uintptr_t)devices));
	its_enable(true);
}
