/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief A guest with an IWB, and one wire of it that tests look at.
 *
 * Offsets and numbers are written down here, not taken from the library's definitions.
 */
#ifndef TESTS_CORE_IWB_GUEST_H
#define TESTS_CORE_IWB_GUEST_H

#include "its_guest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define WIRE 37u
#define N (WIRE / 32)
#define BIT (1u << WIRE % 32)
#define WIRE_LPI 0x777u

#define IDR0 0x0u
#define AIDR 0x44u
#define CR0 0x80u
#define WENABLE_STATUSR 0xc0u
#define WDOMAIN_STATUSR 0xc4u
#define WRESAMPLER 0xc8u
#define WENABLER(n) (0x2000u + 4 * (n))
#define WTMR(n) (0x4000u + 4 * (n))
#define WDOMAINR(n) (0x8000u + 4 * (n))

static struct its_guest guest;

static inline uint32_t rd(uint32_t offset)
{
	return its_iwb_read(&guest, offset);
}

static inline void wr(uint32_t offset, uint32_t value)
{
	its_iwb_write(&guest, offset, value);
}

static inline void wire(bool asserted)
{
	assert_int_equal(vgicv5_viwb_set_wire(&guest.viwb, WIRE, asserted), VGICV5_OK);
}

static inline void up(void)
{
	its_up(&guest, &its_shapes[3], NULL);
	guest_boot_cpu(&guest.vm->vcpus[0]);
}

static inline void map_wire(uint32_t n, uint32_t lpi)
{
	its_map(&guest, ITS_IWB_DEVICE, n, lpi);
	guest_set_up(&guest.vm->vcpus[0], LPI(lpi), 8, 0);
}

/* IWB on, WIRE enabled and mapped. */
static inline void up_with_wire(bool level)
{
	up();
	map_wire(WIRE, WIRE_LPI);
	wr(CR0, 1);
	wr(WTMR(N), level ? BIT : 0);
	wr(WENABLER(N), BIT);
}

static inline struct vgicv5_soft_interrupt state_of(uint32_t lpi)
{
	struct vgicv5_soft_interrupt state;

	assert_true(vgicv5_soft_inspect(guest.world.soft, guest.vm->vm.vm_id, LPI(lpi), &state));
	return state;
}

static inline bool pending(void)
{
	return state_of(WIRE_LPI).pending;
}

static inline bool is_level(uint32_t lpi)
{
	return state_of(lpi).level;
}

/* Enters and exits once. */
static inline void run(void)
{
	(void)guest_irq(&guest.vm->vcpus[0]);
}

static inline uint32_t take_one(void)
{
	return guest_take(&guest.vm->vcpus[0]);
}

#endif
