// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Slips that the prototype of another virtual ITS is known to make, one test for each. More of every subject is in
 * test_vits*.c; here it is the slip itself.
 */
#include "its_guest.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define DEVICE 0x2a7
#define EVENT 0x315
#define ID 0x1234u

static struct its_guest g;

static int up(void **state)
{
	(void)state;
	its_up(&g, &its_shapes[3], NULL);
	its_map(&g, DEVICE, EVENT, ID);
	return 0;
}

static int down(void **state)
{
	(void)state;
	its_down(&g);
	return 0;
}

static int send(uint32_t event)
{
	return vgicv5_inject_msi(&g.vits, DEVICE, event);
}

static void expect(uint32_t lpi)
{
	assert_int_equal(send(EVENT), VGICV5_OK);
	assert_true(its_take(&g, lpi));
}

/* After a change the guest need not invalidate anything that an ITS which was off meanwhile could have kept. */
static void off_and_on(void)
{
	its_write(&g, 0x80, 0);
	assert_int_equal(its_read(&g, 0x80), 2);
	its_write(&g, 0x80, 1);
}

static void cache_without_bound(void **state)
{
	uint32_t event;
	size_t before = hal_host_outstanding();

	(void)state;
	for (event = 0; event < 1u << ITS_EVENT_BITS; event++) {
		its_map(&g, DEVICE, event, event);
		assert_int_equal(send(event), VGICV5_OK);
		assert_true(its_take(&g, event));
	}
	assert_int_equal(hal_host_outstanding(), before);
}

static void result_of_itte_read_not_looked_at(void **state)
{
	uint64_t dte = its_dte(&g, DEVICE);

	(void)state;
	/* A linear table that ends with memory: all of it but the entry of this event cannot be read. */
	its_store(dte, 11ull << 59 | (ITS_GPA + ITS_MEMORY - 8 * EVENT) | 1);
	assert_int_equal(send(EVENT), VGICV5_FAULT);
	assert_int_equal(its_read(&g, 0x240) >> 24, VGICV5_VITS_L2_ITTE_READ);
	assert_int_equal(its_read(&g, 0x250), ITS_GPA + ITS_MEMORY);
}

/* Bytes in memory, not words of this machine. */
static void tables_in_host_byte_order(void **state)
{
	static const unsigned char entry[8] = {0x56, 0x04, 0, 0x80, 0, 0, 0, 0};

	(void)state;
	memcpy(its_memory + (its_itte(&g, DEVICE, EVENT) - ITS_GPA), entry, sizeof(entry));
	expect(0x456);
}

static void idr2_loses_fields(void **state)
{
	(void)state;
	assert_int_equal(its_read(&g, 0x8) & 0x1f, ITS_EVENT_BITS + 1);
	assert_int_equal(its_read(&g, 0x8) >> 5 & 3, 0);
	assert_int_equal(its_read(&g, 0x4) & 0x3f, ITS_DEVICE_BITS + 2);
	assert_int_equal(its_read(&g, 0x4) >> 6 & 3, 3);
}

static void *send_elsewhere(void *arg)
{
	hal_host_set_pe(2, &g.world.pcpus[2]);
	*(int *)arg = send(EVENT);
	return NULL;
}

static void wrong_address_space(void **state)
{
	pthread_t thread;
	int result = -1;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, send_elsewhere, &result), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(result, VGICV5_OK);
	assert_true(its_take(&g, ID));
}

static void reserved_l2sz_of_devices(void **state)
{
	(void)state;
	its_write(&g, 0x80, 0);
	its_write(&g, 0xd0, 1u << 16 | 3u << 6 | ITS_DEVICE_BITS);
	its_write(&g, 0x80, 1);
	assert_int_equal(send(EVENT), VGICV5_INVALID);
	its_invalidate_device(&g, DEVICE, 1);
	assert_int_equal(send(EVENT), VGICV5_INVALID);
}

static void reserved_l2sz_of_events(void **state)
{
	uint64_t dte = its_dte(&g, DEVICE);

	(void)state;
	its_store(dte, its_load(dte) | 3ull << 1);
	assert_int_equal(send(EVENT), VGICV5_INVALID);
	its_invalidate_event(&g, DEVICE, EVENT, 3u << 1 | 1);
	assert_int_equal(send(EVENT), VGICV5_INVALID);
}

static void didr_in_halves(void **state)
{
	(void)state;
	its_map(&g, DEVICE, EVENT, ID + 1);
	vgicv5_vits_write(&g.vits, 0x100, 4, DEVICE);
	vgicv5_vits_write(&g.vits, 0x104, 4, 0);
	assert_int_equal(vgicv5_vits_read(&g.vits, 0x100, 8), DEVICE);
	its_write(&g, 0x108, EVENT);
	its_write(&g, 0x10c, 1u << 31);
	expect(ID + 1);
}

/* The span of an L1 entry against the index in its L2 table: not its number of bits, not the whole ID. */
static void modulus_of_span(void **state)
{
	uint64_t itt = its_load(its_dte(&g, DEVICE)) & 0xfffffffffffff8u;
	uint64_t l1 = itt + 8 * (EVENT / 512);
	uint64_t full = its_load(l1);

	(void)state;
	/* EVENT % 512 is 0x115: within 2^9, beyond 2^8. */
	its_store(l1, (full & ~(15ull << 60)) | 8ull << 60);
	assert_int_equal(send(EVENT), VGICV5_INVALID);
	its_store(l1, full);
	expect(ID);
}

static void locks_kept_on_misaligned_base(void **state)
{
	struct vgicv5_vits_config config = {.base = ITS_BASE + 0x20000 + 0x1000};
	static struct vgicv5_vits other;

	(void)state;
	world_preempt(&g.vm->vcpus[0]);
	assert_int_equal(vgicv5_vm_destroy(&g.vm->vm), VGICV5_OK);
	assert_int_equal(vgicv5_vits_init(&other, &g.vm->vm, &config), VGICV5_INVALID);
	config.base -= 0x1000;
	assert_int_equal(vgicv5_vits_init(&other, &g.vm->vm, &config), VGICV5_OK);
	assert_int_equal(vgicv5_vm_start(&g.vm->vm), VGICV5_OK);
}

static void cache_survives_disabling(void **state)
{
	(void)state;
	expect(ID);
	its_map(&g, DEVICE, EVENT, ID + 1);
	off_and_on();
	expect(ID + 1);
}

static void cache_survives_new_tables(void **state)
{
	uint64_t itte = its_itte(&g, DEVICE, EVENT);

	(void)state;
	expect(ID);
	its_write(&g, 0x80, 0);
	/* Linear tables: the old ones' entries as they lie. */
	its_store(ITS_GPA + 0x200000 + 8 * DEVICE, 11ull << 59 | (itte - 8 * EVENT) | 1);
	its_store(itte, its_entry(ID + 2));
	its_write(&g, 0xc0, ITS_GPA + 0x200000);
	its_write(&g, 0xd0, ITS_DEVICE_BITS);
	its_write(&g, 0x80, 1);
	expect(ID + 2);
}

static void fields_of_itte_ignored(void **state)
{
	uint64_t itte = its_itte(&g, DEVICE, EVENT);

	(void)state;
	its_store(itte, its_entry(ID) | 1ull << 30 | 1ull << 32);
	assert_int_equal(send(EVENT), VGICV5_INVALID);
	its_store(itte, its_entry(ID) | 2ull << 28);
	assert_int_equal(send(EVENT), VGICV5_INVALID);
	assert_false(its_take(&g, ID));
}

static void device_bits_beyond_those_implemented(void **state)
{
	(void)state;
	its_write(&g, 0x80, 0);
	its_write(&g, 0xd0, 1u << 16 | 63);
	its_write(&g, 0x80, 1);
	assert_int_equal(vgicv5_inject_msi(&g.vits, 1u << (ITS_DEVICE_BITS + 2) | DEVICE, EVENT),
			 VGICV5_INVALID);
	assert_int_equal(its_read(&g, 0x240) >> 24, VGICV5_VITS_DEVICE_RANGE);
	expect(ID);
}

/* Nothing that a guest or its devices do makes the host say something. */
static void messages_without_limit(void **state)
{
	char text[80];
	uint32_t offset;

	(void)state;
	for (offset = 0; offset < VGICV5_VITS_SIZE; offset += 4)
		vgicv5_vits_write(&g.vits, offset, 4, ~0u);
	(void)send(EVENT);
	(void)send(0xffff);
	hal_host_last_error(text, sizeof(text));
	assert_string_equal(text, "");
}

static void syncr_ignored(void **state)
{
	uint64_t *in_flight = g.vits.counting;

	(void)state;
	/* An event that has begun and has not ended. */
	++*in_flight;
	its_write(&g, 0x140, 1ull << 63 | DEVICE);
	assert_int_equal(its_read(&g, 0x148), 0);
	--*in_flight;
	assert_int_equal(its_read(&g, 0x148), 1);
}

static void event_is_not_read_back(void **state)
{
	(void)state;
	its_write(&g, 0x100, DEVICE);
	its_write(&g, 0x108, EVENT);
	its_write(&g, 0x114, 1u << 31);
	assert_int_equal(its_read(&g, 0x118), 1u << 31 | ID);
}

static void event_is_not_generated(void **state)
{
	(void)state;
	its_write(&g, 0x180, DEVICE);
	its_write(&g, 0x188, EVENT);
	its_write(&g, 0x18c, 1u << 31 | 1);
	assert_true(its_take(&g, ID));
}

static void errors_are_not_recorded(void **state)
{
	(void)state;
	assert_true(its_read(&g, 0) & 1u << 8);
	assert_int_equal(send(EVENT ^ 1), VGICV5_INVALID);
	assert_int_equal(its_read(&g, 0x240) & 7, 3);
	assert_int_equal(its_read(&g, 0x248), (uint64_t)DEVICE << 32 | (EVENT ^ 1));
}

static void any_address_is_a_doorbell(void **state)
{
	uint32_t offset;

	(void)state;
	for (offset = 0; offset < VGICV5_VITS_SIZE; offset += 4)
		assert_int_equal(vgicv5_inject_msi_at(&g.vm->vm, ITS_BASE + offset, DEVICE, EVENT),
				 offset == 0x10000 ? VGICV5_OK : VGICV5_INVALID);
}

static void event_cut_to_16_bits(void **state)
{
	(void)state;
	assert_int_equal(vgicv5_inject_msi_at(&g.vm->vm, ITS_BASE + 0x10000, DEVICE, 0x10000 | EVENT),
			 VGICV5_INVALID);
	expect(ID);
	assert_int_equal(send(0x10000 | EVENT), VGICV5_INVALID);
}

static void lpi_beyond_the_table(void **state)
{
	(void)state;
	its_map(&g, DEVICE, EVENT, 1u << ITS_LPI_BITS);
	assert_int_equal(send(EVENT), VGICV5_INVALID);
	its_map(&g, DEVICE, EVENT, ID);
	guest_mmio_write(&g.vm->vcpus[0], GICV5_IRS_IST_BASER, 8, 0);
	assert_int_equal(send(EVENT), VGICV5_INVALID);
}

#define SLIP(name) cmocka_unit_test_setup_teardown(name, up, down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SLIP(cache_without_bound),	 SLIP(result_of_itte_read_not_looked_at),
		SLIP(tables_in_host_byte_order), SLIP(idr2_loses_fields),
		SLIP(wrong_address_space),	 SLIP(reserved_l2sz_of_devices),
		SLIP(reserved_l2sz_of_events),	 SLIP(didr_in_halves),
		SLIP(modulus_of_span),		 SLIP(locks_kept_on_misaligned_base),
		SLIP(cache_survives_disabling),	 SLIP(cache_survives_new_tables),
		SLIP(fields_of_itte_ignored),	 SLIP(device_bits_beyond_those_implemented),
		SLIP(messages_without_limit),	 SLIP(syncr_ignored),
		SLIP(event_is_not_read_back),	 SLIP(event_is_not_generated),
		SLIP(errors_are_not_recorded),	 SLIP(any_address_is_a_doorbell),
		SLIP(event_cut_to_16_bits),	 SLIP(lpi_beyond_the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
