/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief A guest that logs what its ITS does, by events that it makes itself: the same lines on each hypervisor.
 */
#include "../../guest/aarch64/platform.h"
#include "../../guest/its.h"

#define LPIS 8u
#define STEPS 600u

static void show_register(const char *what, uint32_t offset, unsigned int bytes)
{
	log_line("its: %s %x=%llx", what, offset, (unsigned long long)its_read(offset, bytes));
}

static void show_registers(const char *what)
{
	static const struct {
		uint32_t offset;
		unsigned int bytes;
	} registers[] = {
		{GICV5_ITS_IDR1, 4},
		{GICV5_ITS_IDR2, 4},
		{GICV5_ITS_AIDR, 4},
		{GICV5_ITS_CR0, 4},
		{GICV5_ITS_CR1, 4},
		{GICV5_ITS_DT_CFGR, 4},
		{GICV5_ITS_DIDR, 8},
		{GICV5_ITS_EIDR, 4},
		{GICV5_ITS_READ_EVENT_DATAR, 8},
		{GICV5_ITS_STATUSR, 4},
		{GICV5_ITS_SYNCR, 8},
		{GICV5_ITS_SYNC_STATUSR, 4},
		{GICV5_ITS_GEN_EVENT_STATUSR, 4},
		{0x1c0, 4},
		{0x200, 4},
	};
	unsigned int i;

	for (i = 0; i < sizeof(registers) / sizeof(registers[0]); i++)
		show_register(what, registers[i].offset, registers[i].bytes);
}

static void generate(uint32_t device, uint32_t event)
{
	its_write(GICV5_ITS_GEN_EVENT_DIDR, 8, device);
	its_write(GICV5_ITS_GEN_EVENT_EIDR, 4, event);
	its_write(GICV5_ITS_GEN_EVENTR, 4,
		  GICV5_MASK(ITS_GEN_EVENTR_R) | GICV5_PUT(ITS_GEN_EVENTR_TARGET_DOMAIN, GICV5_DOMAIN_NS));
	while (!(its_read(GICV5_ITS_GEN_EVENT_STATUSR, 4) & GICV5_MASK(ITS_GEN_EVENT_STATUSR_IDLE)))
		;
}

/* The address of a failed read is the guest's own business. */
static void show_error(void)
{
	uint64_t status = its_read(GICV5_ITS_SWERR_STATUSR, 8);

	if (!GICV5_GET(ITS_SWERR_STATUSR_V, status))
		return;
	log_line("its: error %llx of %llx", (unsigned long long)status,
		 (unsigned long long)its_read(GICV5_ITS_SWERR_SYNDROMER0, 8));
	its_write(GICV5_ITS_SWERR_STATUSR, 8, status);
}

static void read_back(uint32_t device, uint32_t event)
{
	its_write(GICV5_ITS_DIDR, 8, device);
	its_write(GICV5_ITS_EIDR, 4, event);
	its_write(GICV5_ITS_READ_EVENTR, 4, GICV5_MASK(ITS_READ_EVENTR_R));
	while (!(its_read(GICV5_ITS_STATUSR, 4) & GICV5_MASK(ITS_STATUSR_IDLE)))
		;
	show_register("event", GICV5_ITS_READ_EVENT_DATAR, 8);
}

/* Takes all that is pending, and says what it is. */
static void take_all(void)
{
	uint64_t intid = gic_acknowledge();

	while (GICV5_GET(CDIA_VALID, intid)) {
		log_line("its: taken %llx", (unsigned long long)intid);
		gic_eoi();
		gic_deactivate((uint32_t)GICV5_GET(CDIA_ID, intid) | LPI(0));
		intid = gic_acknowledge();
	}
}

static void one_event(uint32_t device, uint32_t event)
{
	log_line("its: device %u event %u", device, event);
	generate(device, event);
	take_all();
	show_error();
	read_back(device, event);
}

/* ---- Blocks ---- */

static void disabled(void)
{
	log_block("its, disabled", 0);
	log_line("id: its %x", (unsigned int)ITS_BASE);
	show_registers("reset");
	its_write(GICV5_ITS_CR1, 4, ~0u);
	its_write(GICV5_ITS_DT_CFGR, 4, ~0u);
	show_registers("all ones");
	one_event(ITS_DEVICE, 0);
}

/* Events inside and outside of every width, entries of every kind. */
static void entries(void)
{
	static const uint64_t kinds[] = {0,
					 GICV5_MASK(L2_ITTE_VALID),
					 GICV5_MASK(L2_ITTE_VALID) | 3,
					 GICV5_MASK(L2_ITTE_VALID) | GICV5_MASK(L2_ITTE_VIRTUAL),
					 GICV5_MASK(L2_ITTE_VALID) | GICV5_MASK(L2_ITTE_DAC),
					 GICV5_MASK(L2_ITTE_VALID) | GICV5_MASK(L2_ITTE_LPI_ID),
					 GICV5_MASK(L2_ITTE_VALID) | GICV5_MASK(L2_ITTE_VM_ID) | 5};
	uint32_t i;

	log_block("its, entries", 0);
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		its_store_event(i, kinds[i]);
		its_invalidate_event(i);
		one_event(ITS_DEVICE, i);
	}
	one_event(ITS_DEVICE, (1u << ITS_EVENT_BITS) - 1);
	one_event(ITS_DEVICE, 1u << ITS_EVENT_BITS);
	one_event(ITS_DEVICE, 0x10001);
	one_event(ITS_DEVICE + 1, 1);
	one_event(1u << ITS_DEVICE_BITS, 1);
	one_event(~0u, 1);
	platform_mmio_write(ITS_TRANSLATE_FRAME + GICV5_ITS_TRANSLATER, 4, 1);
	take_all();
}

/* What is stored counts from its invalidation on; what was not used before, from its first use on. */
static void random_operations(unsigned int seed)
{
	uint32_t event;
	uint32_t i;

	random_seed(seed);
	log_block("its, random, seed", seed);
	its_invalidate_device();
	for (i = 0; i < STEPS; i++) {
		event = random_below(LPIS);
		switch (random_below(8)) {
		case 0:
			its_map(event, random_below(LPIS));
			break;
		case 1:
			its_unmap(event);
			break;
		case 2:
			its_invalidate_device();
			break;
		case 3:
			its_store_device(ITS_DEVICE, random_below(4) ? its_device_entry() : 0);
			its_invalidate_device();
			break;
		case 4:
			its_enable(random_below(4) != 0);
			its_invalidate_event_l1(event);
			break;
		default:
			one_event(ITS_DEVICE, event);
			break;
		}
	}
	its_store_device(ITS_DEVICE, its_device_entry());
	its_invalidate_device();
	its_enable(true);
}

void payload_main(void)
{
	uint32_t lpi;

	log_line("payload: begin");
	ist_install_any();
	irs_enable(true);
	cpu_open(GICV5_PRIORITY_LOWEST);
	for (lpi = 0; lpi < LPIS; lpi++)
		gic_setup(LPI(lpi), 8);
	disabled();
	its_prepare();
	entries();
	random_operations(1);
	random_operations(2);
	log_line("payload: end after %u lines", log_lines());
}
