/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The shell's disks: what a driver sees of them, and what a hostile one can do to them.
 *
 * usage: test_shell-virtio [SEED]
 */
#include "virtio_driver.h"

#include <stdio.h>
#include <stdlib.h>

static uint64_t first_seed = 1;

static bool broken(void)
{
	return get(COMMON + STATUS, 1) & NEEDS_RESET;
}

/* ---- Registers ---- */

static void reset_values(void **unused)
{
	(void)unused;
	assert_int_equal(get(COMMON + STATUS, 1), 0);
	assert_int_equal(get(COMMON + QUEUE_COUNT, 2), QUEUES);
	assert_int_equal(get(COMMON + CONFIG_VECTOR, 2), 0xffff);
	assert_int_equal(get(COMMON + QUEUE_SIZE, 2), VIRTQ_MAX_SIZE);
	assert_int_equal(get(COMMON + QUEUE_VECTOR, 2), 0xffff);
	assert_int_equal(get(COMMON + QUEUE_ENABLE, 2), 0);
	put(COMMON + QUEUE_SELECT, 2, QUEUES);
	assert_int_equal(get(COMMON + QUEUE_SIZE, 2), 0);
	assert_int_equal(get(DEVICE, 8), DISK_BYTES / 512);
	assert_int_equal(get(DEVICE + 34, 2), QUEUES);
	assert_int_equal(get(DEVICE + 32, 8), (uint64_t)QUEUES << 16);
	assert_int_equal(get(DEVICE + 36, 4), 0);
}

static void choose_features(uint32_t low, uint32_t high)
{
	put(COMMON + STATUS, 1, 0);
	put(COMMON + STATUS, 1, ACKNOWLEDGE | DRIVER);
	put(COMMON + DRIVER_SELECT, 4, 0);
	put(COMMON + DRIVER_FEATURE, 4, low);
	put(COMMON + DRIVER_SELECT, 4, 1);
	put(COMMON + DRIVER_FEATURE, 4, high);
	put(COMMON + DRIVER_SELECT, 4, 2);
	put(COMMON + DRIVER_FEATURE, 4, 0xffffffff);
	put(COMMON + STATUS, 1, ACKNOWLEDGE | DRIVER | FEATURES_OK);
}

static void features_are_negotiated(void **unused)
{
	uint32_t low;

	(void)unused;
	low = (uint32_t)get(COMMON + FEATURE, 4);
	put(COMMON + FEATURE_SELECT, 4, 1);
	assert_int_equal(get(COMMON + FEATURE, 4), 1);
	put(COMMON + FEATURE_SELECT, 4, 2);
	assert_int_equal(get(COMMON + FEATURE, 4), 0);
	choose_features(low, 1);
	assert_int_equal(get(COMMON + STATUS, 1), ACKNOWLEDGE | DRIVER | FEATURES_OK);
	choose_features(0, 1);
	assert_true(get(COMMON + STATUS, 1) & FEATURES_OK);
	/* Not without VERSION_1, not with what was not offered; then there is no DRIVER_OK either. */
	choose_features(low, 0);
	assert_false(get(COMMON + STATUS, 1) & FEATURES_OK);
	choose_features(low | 1u << 28, 1);
	assert_false(get(COMMON + STATUS, 1) & FEATURES_OK);
	put(COMMON + STATUS, 1, ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);
	assert_false(get(COMMON + STATUS, 1) & DRIVER_OK);
	assert_false(broken());
}

static void features_stay_after_the_negotiation(void **unused)
{
	(void)unused;
	put(COMMON + DRIVER_SELECT, 4, 0);
	put(COMMON + DRIVER_FEATURE, 4, 0xffffffff);
	assert_int_equal(get(COMMON + DRIVER_FEATURE, 4), 0);
}

static void registers_of_a_queue(void **unused)
{
	(void)unused;
	put(COMMON + QUEUE_SELECT, 2, 2);
	put(COMMON + QUEUE_SIZE, 2, 3);
	assert_int_equal(get(COMMON + QUEUE_SIZE, 2), VIRTQ_MAX_SIZE);
	put(COMMON + QUEUE_SIZE, 2, 2 * VIRTQ_MAX_SIZE);
	put(COMMON + QUEUE_SIZE, 2, 0);
	assert_int_equal(get(COMMON + QUEUE_SIZE, 2), VIRTQ_MAX_SIZE);
	put(COMMON + QUEUE_VECTOR, 2, VECTORS);
	assert_int_equal(get(COMMON + QUEUE_VECTOR, 2), 0xffff);
	put(COMMON + QUEUE_VECTOR, 2, VECTORS - 1);
	assert_int_equal(get(COMMON + QUEUE_VECTOR, 2), VECTORS - 1);
	put(COMMON + QUEUE_DESC, 4, 0x89abcdef);
	put(COMMON + QUEUE_DESC + 4, 4, 0x01234567);
	assert_int_equal(get(COMMON + QUEUE_DESC, 8), 0x0123456789abcdef);
	put(COMMON + QUEUE_ENABLE, 2, 2);
	assert_int_equal(get(COMMON + QUEUE_ENABLE, 2), 0);
	put(COMMON + QUEUE_ENABLE, 2, 1);
	put(COMMON + QUEUE_ENABLE, 2, 0);
	put(COMMON + QUEUE_DESC, 8, 0);
	put(COMMON + QUEUE_SIZE, 2, 4);
	assert_int_equal(get(COMMON + QUEUE_ENABLE, 2), 1);
	assert_int_equal(get(COMMON + QUEUE_DESC, 8), 0x0123456789abcdef);
	assert_int_equal(get(COMMON + QUEUE_SIZE, 2), VIRTQ_MAX_SIZE);
	/* The others have not changed. */
	put(COMMON + QUEUE_SELECT, 2, 1);
	assert_int_equal(get(COMMON + QUEUE_DESC, 8), 0);
}

static void other_offsets_do_nothing(void **unused)
{
	struct virtio_pci_state before = state;
	uint32_t offset;
	unsigned int bytes;

	(void)unused;
	for (offset = 0x38; offset < VIRTIO_BAR_BYTES; offset++) {
		if (offset >= TABLE && offset < TABLE + 16 * VECTORS)
			continue;
		for (bytes = 1; bytes <= 8; bytes *= 2) {
			put(offset, bytes, ~(uint64_t)0);
			get(offset, bytes);
		}
	}
	assert_memory_equal(&state, &before, sizeof(before));
	assert_int_equal(seen.messages, 0);
}

static void a_reset_forgets_the_queues_and_not_the_function(void **unused)
{
	uint32_t command;

	(void)unused;
	request(4, 0, 0);
	command = virtio_pci_config_read(&virtio, PCI_COMMAND, 2);
	put(COMMON + STATUS, 1, 0);
	assert_int_equal(get(COMMON + STATUS, 1), 0);
	assert_int_equal(get(COMMON + QUEUE_ENABLE, 2), 0);
	assert_int_equal(get(COMMON + QUEUE_DESC, 8), 0);
	assert_int_equal(get(COMMON + CONFIG_VECTOR, 2), 0xffff);
	assert_int_equal(virtio_pci_config_read(&virtio, PCI_COMMAND, 2), command);
	assert_int_equal(get(TABLE + 16, 8), 0x8100);
}

/* ---- Requests ---- */

static void reads_and_writes(void **unused)
{
	uint8_t *data = at(DATA + 0x100);
	uint32_t i;

	(void)unused;
	assert_int_equal(request(0, 5, 1024), 0);
	assert_int_equal(used_bytes(0), 1025);
	for (i = 0; i < 1024; i++)
		assert_int_equal(data[i], pattern(5 * 512 + i));
	memset(data, 0xa5, 512);
	assert_int_equal(request(1, 127, 512), 0);
	assert_int_equal(used_bytes(1), 1);
	assert_int_equal(disk[127 * 512], 0xa5);
	assert_int_equal(disk[127 * 512 + 511], 0xa5);
	assert_int_equal(disk[127 * 512 - 1], pattern(127 * 512 - 1));
	assert_int_equal(request(4, 0, 0), 0);
	assert_int_equal(request(99, 0, 0), 2);
	assert_int_equal(seen.messages, 4);
}

static void serial_number(void **unused)
{
	(void)unused;
	assert_int_equal(request(8, 0, 20), 0);
	assert_memory_equal(at(DATA + 0x100), "a serial number that is too long", 20);
	assert_int_equal(used_bytes(0), 21);
	memset(at(DATA + 0x100), 0, 64);
	assert_int_equal(request(8, 0, 4), 0);
	assert_memory_equal(at(DATA + 0x100), "a se\0", 5);
	assert_int_equal(request(8, 0, 40), 0);
	assert_int_equal(used_bytes(2), 20);
}

static void beyond_the_disk_is_an_error(void **unused)
{
	static const uint64_t sectors[] = {127, 128, 129, 1ull << 55, (1ull << 55) + 1, ~0ull, ~0ull - 1};
	uint8_t before[DISK_BYTES];
	unsigned int i;

	(void)unused;
	memcpy(before, disk, sizeof(before));
	for (i = 0; i < sizeof(sectors) / sizeof(sectors[0]); i++) {
		assert_int_equal(request(0, sectors[i], 1024), 1);
		assert_int_equal(used_bytes((uint16_t)(2 * i)), 0);
		assert_int_equal(request(1, sectors[i], 1024), 1);
	}
	assert_int_equal(request(0, 0, 511), 1);
	assert_int_equal(request(1, 0, 513), 1);
	assert_int_equal(request(0, 0, BLK_MAX_BYTES + 512), 1);
	assert_memory_equal(disk, before, sizeof(before));
	assert_false(broken());
}

/* A request in pieces of any size, empty ones too, with data that begins and ends anywhere in them. */
static unsigned int cut(uint64_t *seed, unsigned int index, unsigned int pieces, uint64_t address,
			uint32_t bytes, uint16_t flags)
{
	while (pieces--) {
		uint32_t part = pieces ? (uint32_t)(next_random(seed) % (bytes + 1)) : bytes;

		describe(index, address, part, (uint16_t)(flags | NEXT), (uint16_t)(index + 1));
		address += part;
		bytes -= part;
		index++;
	}
	return index;
}

static void how_a_request_is_cut_does_not_matter(void **unused)
{
	uint64_t seed = first_seed;
	unsigned int round, n, i;

	(void)unused;
	for (round = 0; round < 500; round++) {
		unsigned int out = 1 + (unsigned int)(next_random(&seed) % 3);
		uint64_t sector = next_random(&seed) % 120;
		bool write = next_random(&seed) & 1;
		uint8_t *data = at(DATA + 0x100);
		uint64_t words[2] = {write, sector};

		/* Header and what is written lie together, and so do what is read and the status. */
		memcpy(at(DATA + 0x100 - 16), words, 16);
		for (i = 0; i < 1024; i++)
			data[i] = write ? (uint8_t)next_random(&seed) : 0;
		data[1024] = 0xff;
		n = cut(&seed, 0, out, DATA + 0x100 - 16, write ? 16 + 1024 : 16, 0);
		n = cut(&seed, n, RING_SIZE - n, write ? DATA + 0x100 + 1024 : DATA + 0x100, write ? 1 : 1025,
			WRITE);
		describe(n - 1, ((struct desc *)at(DESC))[n - 1].address,
			 ((struct desc *)at(DESC))[n - 1].bytes, WRITE, 0);
		offer(0);
		notify();
		assert_false(broken());
		assert_int_equal(data[1024], 0);
		assert_memory_equal(data, disk + sector * 512, 1024);
	}
}

static void a_full_queue_is_one_notification(void **unused)
{
	unsigned int i;

	(void)unused;
	header(4, 0);
	for (i = 0; i < 4; i++) {
		describe(2 * i, DATA, 16, NEXT, (uint16_t)(2 * i + 1));
		describe(2 * i + 1, DATA + 0xf0, 1, WRITE, 0);
	}
	for (i = 0; i < RING_SIZE; i++)
		offer((uint16_t)(2 * i % RING_SIZE));
	notify();
	assert_int_equal(used_count(), RING_SIZE);
	assert_int_equal(seen.messages, 1);
	notify();
	assert_int_equal(seen.messages, 1);
}

static void a_driver_that_polls_is_not_interrupted(void **unused)
{
	(void)unused;
	*(uint16_t *)at(AVAIL) = 1;
	assert_int_equal(request(4, 0, 0), 0);
	assert_int_equal(used_count(), 1);
	assert_int_equal(seen.messages, 0);
}

static void indices_wrap(void **unused)
{
	unsigned int i;

	(void)unused;
	for (i = 0; i < 0x10000 + 10; i++)
		assert_int_equal(request(4, 0, 0), 0);
	assert_int_equal(used_count(), 10);
	assert_false(broken());
}

static void nothing_happens_before_driver_ok(void **unused)
{
	(void)unused;
	state.status &= (uint8_t)~DRIVER_OK;
	assert_int_equal(request(4, 0, 0), 0xff);
	put(NOTIFY + 4 * 1, 2, 1);
	put(NOTIFY + 4 * QUEUES, 2, QUEUES);
	put(NOTIFY + 0xffc, 4, 0);
	assert_int_equal(used_count(), 0);
}

/* ---- Hostile drivers ---- */

/* One good request of two descriptors first: what is done to it makes it bad. */
static void good_chain(void)
{
	header(4, 0);
	describe(0, DATA, 16, NEXT, 1);
	describe(1, DATA + 0xf0, 1, WRITE, 0);
	offer(0);
}

static void jumping_index(void)
{
	*(uint16_t *)at(AVAIL + 2) = RING_SIZE + 1;
}

/* What lies behind the table would be a good descriptor. */
static void head_beyond_the_queue(void)
{
	describe(RING_SIZE, DATA, 16, NEXT, 1);
	*(uint16_t *)at(AVAIL + 4) = RING_SIZE;
}

static void next_beyond_the_queue(void)
{
	describe(RING_SIZE, DATA + 0xf0, 1, WRITE, 0);
	describe(0, DATA, 16, NEXT, RING_SIZE);
}

static void loop(void)
{
	describe(1, DATA + 0xf0, 1, WRITE | NEXT, 1);
}

static void loop_of_two(void)
{
	describe(1, DATA + 0xf0, 1, NEXT, 0);
}

static void descriptor_outside(void)
{
	describe(1, RAM_BASE + RAM_BYTES, 1, WRITE, 0);
}

static void descriptor_over_the_end(void)
{
	describe(1, RAM_BASE + RAM_BYTES - 1, 2, WRITE, 0);
}

/* Of a request that does not come to use it. */
static void data_outside(void)
{
	describe(0, DATA, 16, NEXT, 2);
	describe(2, RAM_BASE - 0x1000, 512, WRITE | NEXT, 1);
}

static void descriptor_wraps(void)
{
	describe(1, ~0ull - 10, 0x1000, WRITE, 0);
}

static void indirect(void)
{
	describe(0, DATA, 16, INDIRECT | NEXT, 1);
}

static void readable_after_writable(void)
{
	describe(0, DATA + 0xf0, 1, WRITE | NEXT, 1);
	describe(1, DATA, 16, 0, 0);
}

static void readable_after_empty_writable(void)
{
	describe(0, DATA, 16, NEXT, 2);
	describe(2, DATA, 0, WRITE | NEXT, 3);
	describe(3, DATA, 16, NEXT, 1);
}

static void short_header(void)
{
	describe(0, DATA, 15, NEXT, 1);
}

static void no_status(void)
{
	describe(0, DATA, 16, 0, 0);
}

static void empty_status(void)
{
	describe(1, DATA + 0xf0, 0, WRITE, 0);
}

static void avail_outside(void)
{
	state.queue[0].avail = RAM_BASE + RAM_BYTES - 2;
}

static void avail_odd(void)
{
	state.queue[0].avail = AVAIL + 1;
}

static void used_outside(void)
{
	state.queue[0].used = RAM_BASE - 4;
}

static void used_odd(void)
{
	state.queue[0].used = USED + 2;
}

static void desc_outside(void)
{
	state.queue[0].desc = ~0ull << 4;
}

static void desc_odd(void)
{
	memmove(at(DESC + 8), at(DESC), 0x100);
	state.queue[0].desc = DESC + 8;
}

static void (*const breakages[])(void) = {
	jumping_index,
	head_beyond_the_queue,
	next_beyond_the_queue,
	loop,
	loop_of_two,
	descriptor_outside,
	descriptor_over_the_end,
	data_outside,
	descriptor_wraps,
	indirect,
	readable_after_writable,
	readable_after_empty_writable,
	short_header,
	no_status,
	empty_status,
	avail_outside,
	avail_odd,
	used_outside,
	used_odd,
	desc_outside,
	desc_odd,
};

/* 2.1.2: the device says so, once, and does nothing more until it is reset. */
static void nonsense_needs_a_reset(void **unused)
{
	unsigned int i;

	for (i = 0; i < sizeof(breakages) / sizeof(breakages[0]); i++) {
		power_down(unused);
		ready(unused);
		good_chain();
		breakages[i]();
		notify();
		assert_true(broken());
		assert_int_equal(used_count(), 0);
		assert_int_equal(seen.messages, 1);
		assert_int_equal(seen.data, 0);
		assert_int_equal(get(ISR, 1), 2);
		notify();
		put(COMMON + STATUS, 1, 0xbf);
		assert_true(broken());
		assert_int_equal(seen.messages, 1);
		put(COMMON + STATUS, 1, 0);
		assert_false(broken());
	}
}

static void what_came_before_is_done(void **unused)
{
	(void)unused;
	good_chain();
	offer(RING_SIZE);
	notify();
	assert_true(broken());
	assert_int_equal(used_count(), 1);
	assert_int_equal(status(), 0);
	assert_int_equal(seen.messages, 2);
}

/* ---- Random drivers: whatever they do, nothing outside is touched (sanitizers), and a reset heals ---- */

static void random_register(uint64_t *seed)
{
	unsigned int bytes = 1u << next_random(seed) % 4;
	uint32_t offset = (uint32_t)(next_random(seed) % VIRTIO_BAR_BYTES);
	uint64_t value = next_random(seed) >> next_random(seed) % 48;

	if (next_random(seed) & 1)
		offset %= 0x40;
	offset &= ~(bytes - 1);
	if (offset == STATUS && next_random(seed) % 8)
		value = DRIVER_OK | FEATURES_OK;
	put(offset, bytes, value);
	get(offset, bytes);
}

static void random_config(uint64_t *seed)
{
	unsigned int bytes = 1u << next_random(seed) % 3;
	unsigned int offset = (unsigned int)(next_random(seed) % PCI_CONFIG_SIZE) & ~(bytes - 1);

	virtio_pci_config_write(&virtio, offset, bytes, (uint32_t)next_random(seed));
	virtio_pci_config_read(&virtio, offset, bytes);
}

/* Mostly plausible: otherwise all ends at the first check. */
static void random_memory(uint64_t *seed)
{
	uint64_t address =
		next_random(seed) % 8 ? DATA - 0x100 + next_random(seed) % 0x1000 : next_random(seed) << 20;
	uint32_t bytes = (uint32_t)(next_random(seed) % 8 ? next_random(seed) % 600 : next_random(seed));

	describe((unsigned int)(next_random(seed) % RING_SIZE), address, bytes,
		 (uint16_t)(next_random(seed) % 16 ? next_random(seed) % 4 : next_random(seed)),
		 (uint16_t)(next_random(seed) % (RING_SIZE + 1)));
	if (next_random(seed) % 4)
		header((uint32_t)(next_random(seed) % 10), next_random(seed) % 140);
	if (next_random(seed) % 16)
		offer((uint16_t)(next_random(seed) % RING_SIZE));
	else
		*(uint16_t *)at(AVAIL + 2) = (uint16_t)next_random(seed);
}

static void random_step(uint64_t *seed)
{
	switch (next_random(seed) % 8) {
	case 0:
		random_register(seed);
		break;
	case 1:
		random_config(seed);
		break;
	case 2:
		random_memory(seed);
		notify();
		break;
	default:
		request((uint32_t)(next_random(seed) % 10), next_random(seed) % 140,
			(uint32_t)(next_random(seed) % 5 * 512));
		break;
	}
}

static void random_drivers(void **unused)
{
	uint64_t seed = first_seed;
	unsigned int life, step, done = 0, needs_reset = 0;

	for (life = 0; life < 400; life++) {
		power_down(unused);
		ready(unused);
		for (step = 0; step < 100 && !broken(); step++)
			random_step(&seed);
		needs_reset += broken();
		done += used_count();
		put(COMMON + STATUS, 1, 0);
		assert_int_equal(get(COMMON + STATUS, 1), 0);
	}
	/* Both ends are reached, or this shows nothing. */
	assert_in_range(needs_reset, 40, 400);
	assert_true(done > 400);
}

/* A saved state that nobody has checked: wrong contents, but no harm. */
static void random_states(void **unused)
{
	uint64_t seed = first_seed;
	unsigned int life, step;
	size_t i;

	for (life = 0; life < 400; life++) {
		power_down(unused);
		ready(unused);
		for (step = 0; step < 20; step++) {
			i = next_random(&seed) % sizeof(state);
			((uint8_t *)&state)[i] = (uint8_t)next_random(&seed);
		}
		for (step = 0; step < 20; step++)
			random_step(&seed);
	}
}

#define FRESH(test) cmocka_unit_test_setup_teardown(test, power_up, power_down)
#define READY(test) cmocka_unit_test_setup_teardown(test, ready, power_down)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		FRESH(reset_values),
		FRESH(features_are_negotiated),
		READY(features_stay_after_the_negotiation),
		FRESH(registers_of_a_queue),
		READY(other_offsets_do_nothing),
		READY(a_reset_forgets_the_queues_and_not_the_function),
		READY(reads_and_writes),
		READY(serial_number),
		READY(beyond_the_disk_is_an_error),
		READY(how_a_request_is_cut_does_not_matter),
		READY(a_full_queue_is_one_notification),
		READY(a_driver_that_polls_is_not_interrupted),
		READY(indices_wrap),
		READY(nothing_happens_before_driver_ok),
		READY(nonsense_needs_a_reset),
		READY(what_came_before_is_done),
		READY(random_drivers),
		READY(random_states),
	};

	if (argc > 1)
		first_seed = strtoull(argv[1], NULL, 0);
	printf("seed %llu\n", (unsigned long long)first_seed);
	return cmocka_run_group_tests_name("virtio", tests, NULL, NULL);
}
