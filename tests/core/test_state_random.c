// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Migration at random moments: all VMs of a random system are saved, the machine ends, and they go on, on a
 * host of another kind. The oracles must not notice; and a second saving gives the same bytes.
 *
 *     test_core_state_random [first seed [count [steps]]]
 */
#include <stdlib.h>
#include <string.h>

#include <vgicv5/state.h>

#include "random_wires.h"

#define EVERY 150 /* steps between migrations, on average */
#define MOST ((size_t)1 << 20)

static struct random_range range = {.first = 1, .count = 64, .steps = 2500};
static unsigned int migrations;
static unsigned int pairs[16][16]; /* from and to what kind of host */

struct saved {
	uint8_t bytes[MOST];
	size_t size;
};

static struct saved first[RANDOM_VMS];
static struct saved second;

struct collector {
	struct saved *saved;
	size_t largest;
};

static int collect(void *ctx, const void *data, size_t bytes)
{
	struct collector *c = ctx;

	assert_true(bytes <= MOST - c->saved->size);
	memcpy(c->saved->bytes + c->saved->size, data, bytes);
	c->saved->size += bytes;
	if (bytes > c->largest)
		c->largest = bytes;
	return VGICV5_OK;
}

static void save(struct vgicv5_vm *vm, struct saved *saved)
{
	size_t size = 0;

	REQUIRE(vgicv5_state_size(vm, &size) == VGICV5_OK && size <= MOST, "no size\n");
	REQUIRE(size <= vgicv5_state_bound(vm), "%zu bytes, more than bound\n", size);
	REQUIRE(vgicv5_state_save(vm, saved->bytes, size - 1, NULL) == VGICV5_LIMIT, "fits too well\n");
	REQUIRE(vgicv5_state_save(vm, saved->bytes, size, &saved->size) == VGICV5_OK, "cannot be saved\n");
	REQUIRE(saved->size == size, "%zu bytes, %zu were announced\n", saved->size, size);
}

static void same(const struct saved *a, const struct saved *b, const char *what)
{
	size_t i;

	REQUIRE(a->size == b->size, "%s: %zu bytes and %zu\n", what, a->size, b->size);
	for (i = 0; i < a->size; i++)
		REQUIRE(a->bytes[i] == b->bytes[i], "%s: byte %zu is 0x%02x and 0x%02x\n", what, i,
			a->bytes[i], b->bytes[i]);
}

static void save_all(void)
{
	struct collector c = {.saved = &second};
	unsigned int vm;

	for (vm = 0; vm < RANDOM_VMS; vm++) {
		save(&run.world.vms[vm].vm, &first[vm]);
		second.size = 0;
		REQUIRE(vgicv5_state_stream(&run.world.vms[vm].vm, collect, &c) == VGICV5_OK, "no stream\n");
		REQUIRE(c.largest <= 1024, "part of %zu bytes\n", c.largest);
		same(&first[vm], &second, "a stream of the same");
	}
}

static void restore_all(void)
{
	unsigned int vm;
	unsigned int v;

	for (vm = 0; vm < RANDOM_VMS; vm++) {
		struct vgicv5_vm *to = &run.world.vms[vm].vm;
		int error = vgicv5_state_restore(to, first[vm].bytes, first[vm].size);

		REQUIRE(!error, "VM %u is not restored: %s\n", vm, vgicv5_strerror(error));
		for (v = 0; v < run.world.vms[vm].vcpu_count; v++)
			REQUIRE(vgicv5_vcpu_runnable(&run.world.vms[vm].vcpus[v].vcpu), "vCPU %u sleeps on\n",
				v);
		save(to, &second);
		same(&first[vm], &second, "saved again");
	}
}

static void migrate(void)
{
	static unsigned int kind;
	unsigned int next = random_pick(world_host_count);

	run.doing = "migration";
	if (!run.step)
		kind = run.seed % world_host_count;
	random_stop();
	save_all();
	/* What is injected now is in the VM and not in the state; nothing is. */
	world_destroy(&run.world);
	random_create(&world_hosts[next]);
	restore_all();
	random_wires_moved();
	random_check_all();
	pairs[kind][next]++;
	kind = next;
	migrations++;
}

static void maybe_migrate(void)
{
	if (!random_pick(EVERY) || !run.step)
		migrate();
}

static void random_migrations(void **state)
{
	unsigned int from, to;

	(void)state;
	random_seeds(&range, maybe_migrate);
	print_message("%u migrations\n", migrations);
	if (migrations < 15 * world_host_count * world_host_count)
		return;
	for (from = 0; from < world_host_count; from++)
		for (to = 0; to < world_host_count; to++)
			if (!pairs[from][to])
				fail_msg("never from %s to %s", world_hosts[from].name, world_hosts[to].name);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(random_migrations)};

	random_arguments(&range, argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
