// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Writes states of many VMs to a folder for the reader that was written from their page alone, and beside each what
 * the guest itself was told of its interrupts (GIC CDRCFG), in the reader's words.
 */
#include "shapes.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#define SEEDS 4
#define MOST_BYTES ((size_t)1 << 20)
#define MOST_LPIS 3100u

static const char *folder;
static unsigned char state[MOST_BYTES];
static struct state_vm vm;

static FILE *create(const char *name, const char *end)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s.%s", folder, name, end);
	file = fopen(path, "wb");
	if (!file)
		fail_msg("%s: %s", path, strerror(errno));
	return file;
}

static uint32_t field(uint64_t icsr, uint64_t mask)
{
	return (uint32_t)((icsr & mask) / (mask & -mask));
}

/* One line per interrupt that is not as after a reset. */
static void describe(FILE *file, const char *type, uint32_t number, uint64_t icsr)
{
	if (!(icsr & ~GICV5_MASK(ICC_ICSR_EL1_F)) || GICV5_GET(ICC_ICSR_EL1_F, icsr))
		return;
	fprintf(file, "%s %u: priority %u, %s%s%s%s, ", type, number,
		field(icsr, GICV5_MASK(ICC_ICSR_EL1_PRIORITY)),
		GICV5_GET(ICC_ICSR_EL1_PENDING, icsr) ? "pending, " : "",
		GICV5_GET(ICC_ICSR_EL1_ACTIVE, icsr) ? "active, " : "",
		GICV5_GET(ICC_ICSR_EL1_ENABLED, icsr) ? "enabled, " : "",
		GICV5_GET(ICC_ICSR_EL1_HM, icsr) ? "Level" : "Edge");
	if (GICV5_GET(ICC_ICSR_EL1_IRM, icsr))
		fprintf(file, "1ofN\n");
	else
		fprintf(file, "to VPE %u\n", field(icsr, GICV5_MASK(ICC_ICSR_EL1_IAFFID)));
}

static void describe_all(FILE *file)
{
	struct world_vcpu *v = &vm.vm->vcpus[0];
	uint32_t i;

	world_load(v, 0);
	for (i = 0; i < vm.vm->vm.config.spi_count; i++)
		describe(file, "SPI", i, guest_config(v, SPI(i)));
	for (i = 0; vm.vm->vm.lpi_count && i < MOST_LPIS; i++)
		describe(file, "LPI", i, guest_config(v, LPI(i)));
	world_preempt(v);
}

static void write_one(unsigned int kind, unsigned int shape, unsigned int seed)
{
	char name[64];
	size_t bytes;
	FILE *file;

	snprintf(name, sizeof(name), "host%u-shape%u-seed%u", kind, shape, seed);
	state_up(&vm, kind, shape);
	if (seed)
		state_use(&vm, seed);
	assert_int_equal(vgicv5_state_save(&vm.vm->vm, state, sizeof(state), &bytes), VGICV5_OK);
	file = create(name, "state");
	assert_int_equal(fwrite(state, 1, bytes, file), bytes);
	assert_int_equal(fclose(file), 0);
	file = create(name, "text");
	describe_all(file);
	assert_int_equal(fclose(file), 0);
	state_down(&vm);
}

static void write_all(void **unused)
{
	unsigned int kind, shape, seed;

	(void)unused;
	for (kind = 0; kind < world_host_count; kind++)
		for (shape = 0; shape < STATE_SHAPES; shape++)
			for (seed = 0; seed < SEEDS; seed++)
				write_one(kind, shape, seed);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(write_all)};

	folder = argc > 1 ? argv[1] : ".";
	if (mkdir(folder, 0777) && errno != EEXIST) {
		fprintf(stderr, "%s: %s\n", folder, strerror(errno));
		return 1;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
