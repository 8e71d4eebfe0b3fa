/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The shell's PCI functions: configuration space, capabilities, MSI-X.
 */
#include "virtio_driver.h"

static uint32_t config(unsigned int offset, unsigned int bytes)
{
	return virtio_pci_config_read(&virtio, offset, bytes);
}

static void set_config(unsigned int offset, unsigned int bytes, uint32_t value)
{
	virtio_pci_config_write(&virtio, offset, bytes, value);
}

static void identity(void **unused)
{
	(void)unused;
	assert_int_equal(config(0, 4), 0x10421af4);
	assert_int_equal(config(PCI_STATUS, 2), PCI_STATUS_CAPABILITIES);
	assert_int_equal(config(PCI_REVISION, 4), 0x01800001);
	assert_int_equal(config(0x0e, 1), 0);
	assert_int_equal(config(0x3d, 1), 0);
	assert_int_equal(config(PCI_COMMAND, 2), 0);
}

static void bar_tells_its_size_and_moves(void **unused)
{
	uint64_t base;

	(void)unused;
	set_config(PCI_BAR0, 4, 0xffffffff);
	assert_int_equal(config(PCI_BAR0, 4), 0xffff8000);
	set_config(PCI_BAR0, 4, 0x10008000);
	assert_false(virtio_pci_bar(&virtio, &base));
	set_config(PCI_COMMAND, 1, PCI_COMMAND_MEMORY);
	assert_true(virtio_pci_bar(&virtio, &base));
	assert_int_equal(base, 0x10008000);
	set_config(PCI_BAR0 + 4, 4, 0xffffffff);
	assert_int_equal(config(PCI_BAR0 + 4, 4), 0);
}

/* What a guest writes changes nothing but what it may change. */
static void the_rest_is_read_only(void **unused)
{
	uint8_t before[PCI_CONFIG_SIZE], after[PCI_CONFIG_SIZE];
	unsigned int i, changed = 0;

	(void)unused;
	memcpy(before, state.config, sizeof(before));
	for (i = 0; i < PCI_CONFIG_SIZE; i++)
		set_config(i, 1, 0xff);
	memcpy(after, state.config, sizeof(after));
	for (i = 0; i < PCI_CONFIG_SIZE; i++)
		changed += before[i] != after[i];
	/* Command 2, cache line 1, BAR 3 of 4 bytes, interrupt line 1, the window's 9, MSI-X control 1. */
	assert_int_equal(changed, 2 + 1 + 3 + 1 + 9 + 1);
	assert_int_equal(pci_get(after, PCI_COMMAND, 2), 0x406);
	assert_int_equal(pci_get(after, 0, 4), 0x10421af4);
	assert_int_equal(pci_get(after, virtio.msix_at + 2u, 2), 0xc000 | (VECTORS - 1));
}

/* Each kind once, in the BAR, no two of them at the same place. */
static void capabilities_are_found(void **unused)
{
	uint32_t at_offset, kinds = 0, pages = 0;
	uint8_t cap;

	(void)unused;
	for (cap = (uint8_t)config(PCI_CAPABILITIES, 1); cap; cap = (uint8_t)config(cap + 1u, 1)) {
		assert_int_equal(cap % 4, 0);
		if (config(cap, 1) == 0x11) {
			assert_int_equal(config(cap + 4u, 4), TABLE);
			assert_int_equal(config(cap + 8u, 4), PENDING);
			continue;
		}
		assert_int_equal(config(cap, 1), 9);
		kinds |= 1u << config(cap + 3u, 1);
		if (config(cap + 3u, 1) == 5)
			continue;
		at_offset = config(cap + 8u, 4);
		assert_true(at_offset + config(cap + 12u, 4) <= VIRTIO_BAR_BYTES);
		assert_false(pages >> at_offset / 0x1000 & 1);
		pages |= 1u << at_offset / 0x1000;
	}
	assert_int_equal(kinds, 0x3e);
}

static void window_into_the_bar(void **unused)
{
	unsigned int cap = virtio.access_at;

	(void)unused;
	set_config(cap + 8, 4, COMMON + QUEUE_COUNT);
	set_config(cap + 12, 4, 2);
	assert_int_equal(config(cap + 16, 4), QUEUES);
	set_config(cap + 8, 4, COMMON + QUEUE_SELECT);
	set_config(cap + 16, 4, 3);
	assert_int_equal(get(COMMON + QUEUE_SELECT, 2), 3);
	/* Another BAR, a width that there is not, an address beyond: nothing happens. */
	set_config(cap + 4, 1, 1);
	set_config(cap + 16, 4, 1);
	set_config(cap + 4, 1, 0);
	set_config(cap + 12, 4, 3);
	set_config(cap + 16, 4, 1);
	set_config(cap + 12, 4, 0);
	set_config(cap + 16, 4, 1);
	set_config(cap + 12, 4, 4);
	set_config(cap + 8, 4, 0xfffffffc);
	set_config(cap + 16, 4, 1);
	set_config(cap + 8, 4, VIRTIO_BAR_BYTES);
	assert_int_not_equal(config(cap + 16, 4), 3);
	assert_int_equal(get(COMMON + QUEUE_SELECT, 2), 3);
}

/* ---- MSI-X ---- */

static void all_vectors_begin_masked(void **unused)
{
	unsigned int i;

	(void)unused;
	for (i = 0; i < VECTORS; i++) {
		assert_int_equal(get(TABLE + 16 * i, 8), 0);
		assert_int_equal(get(TABLE + 16 * i + 8, 8), (uint64_t)1 << 32);
	}
}

static void table_holds_what_is_written(void **unused)
{
	(void)unused;
	put(TABLE + 16, 4, 0x12345677);
	put(TABLE + 20, 4, 0x9abcdef0);
	put(TABLE + 24, 4, 0x55aa55aa);
	put(TABLE + 28, 4, 0xfffffffe);
	assert_int_equal(get(TABLE + 16, 8), 0x9abcdef012345674);
	assert_int_equal(get(TABLE + 24, 8), 0x55aa55aa);
	/* Not at these widths, and not beyond the last vector. */
	put(TABLE + 16, 1, 0xff);
	put(TABLE + 18, 2, 0xffff);
	put(TABLE + 20, 8, ~(uint64_t)0);
	assert_int_equal(get(TABLE + 16, 8), 0x9abcdef012345674);
	put(TABLE + 16 * VECTORS, 4, 0xfffffffc);
	assert_int_equal(get(TABLE + 16 * VECTORS, 4), 0);
	assert_int_equal(state.msix.entry[VECTORS].address, 0);
}

static void an_interrupt_is_its_vectors_message(void **unused)
{
	(void)unused;
	assert_int_equal(request(4, 0, 0), 0);
	assert_int_equal(seen.messages, 1);
	assert_int_equal(seen.address, 0x8100);
	assert_int_equal(seen.data, 1);
	assert_int_equal(get(PENDING, 8), 0);
}

/* Closed in one of three ways the message waits, is seen in the pending bits, and comes once when it is opened. */
static void closed_and_opened(void (*close)(void), void (*open)(void))
{
	close();
	request(4, 0, 0);
	request(4, 0, 0);
	assert_int_equal(used_count(), 2);
	assert_int_equal(seen.messages, 0);
	assert_int_equal(get(PENDING, 8), 2);
	open();
	assert_int_equal(seen.messages, 1);
	assert_int_equal(seen.data, 1);
	assert_int_equal(get(PENDING, 8), 0);
}

static void mask_vector(void)
{
	put(TABLE + 16 + 12, 4, 1);
}

static void unmask_vector(void)
{
	put(TABLE + 16 + 12, 4, 0);
}

static void a_masked_vector_is_pending(void **unused)
{
	(void)unused;
	closed_and_opened(mask_vector, unmask_vector);
}

static void mask_function(void)
{
	set_config(virtio.msix_at + 2u, 2, 0xc000);
}

static void unmask_function(void)
{
	set_config(virtio.msix_at + 2u, 2, 0x8000);
}

static void so_it_is_under_the_functions_mask(void **unused)
{
	(void)unused;
	closed_and_opened(mask_function, unmask_function);
}

static void a_reset_forgets_what_is_pending(void **unused)
{
	(void)unused;
	mask_vector();
	request(4, 0, 0);
	put(COMMON + STATUS, 1, 0);
	unmask_vector();
	assert_int_equal(seen.messages, 0);
}

static void without_msix_there_is_the_isr(void **unused)
{
	(void)unused;
	set_config(virtio.msix_at + 2u, 2, 0);
	request(4, 0, 0);
	assert_int_equal(seen.messages, 0);
	assert_int_equal(get(PENDING, 8), 0);
	assert_int_equal(get(ISR, 1), 1);
	assert_int_equal(get(ISR, 1), 0);
	unmask_function();
	assert_int_equal(seen.messages, 0);
}

static void without_bus_mastering_nothing_is_done(void **unused)
{
	(void)unused;
	set_config(PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
	assert_int_equal(request(4, 0, 0), 0xff);
	assert_int_equal(used_count(), 0);
	set_config(PCI_COMMAND, 2, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	notify();
	assert_int_equal(status(), 0);
	assert_int_equal(seen.messages, 1);
}

/* ---- Saved states ---- */

static void a_state_of_another_device_is_refused(void **unused)
{
	struct virtio_pci_state other = state;

	(void)unused;
	assert_true(virtio_pci_state_is_good(&virtio, &other));
	other.config[PCI_DEVICE_ID]++;
	assert_false(virtio_pci_state_is_good(&virtio, &other));
	other = state;
	other.queue[3].size = 3;
	assert_false(virtio_pci_state_is_good(&virtio, &other));
	other = state;
	other.queue[0].vector = VECTORS;
	assert_false(virtio_pci_state_is_good(&virtio, &other));
	other = state;
	other.config_vector = VECTORS;
	assert_false(virtio_pci_state_is_good(&virtio, &other));
	other = state;
	other.msix.pending = 1u << VECTORS;
	assert_false(virtio_pci_state_is_good(&virtio, &other));
	other = state;
	other.msix.entry[0].control = 2;
	assert_false(virtio_pci_state_is_good(&virtio, &other));
}

#define FRESH(test) cmocka_unit_test_setup_teardown(test, power_up, power_down)
#define READY(test) cmocka_unit_test_setup_teardown(test, ready, power_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FRESH(identity),
		FRESH(bar_tells_its_size_and_moves),
		FRESH(the_rest_is_read_only),
		FRESH(capabilities_are_found),
		FRESH(window_into_the_bar),
		FRESH(all_vectors_begin_masked),
		FRESH(table_holds_what_is_written),
		READY(an_interrupt_is_its_vectors_message),
		READY(a_masked_vector_is_pending),
		READY(so_it_is_under_the_functions_mask),
		READY(a_reset_forgets_what_is_pending),
		READY(without_msix_there_is_the_isr),
		READY(without_bus_mastering_nothing_is_done),
		READY(a_state_of_another_device_is_refused),
	};

	return cmocka_run_group_tests_name("pci", tests, NULL, NULL);
}
