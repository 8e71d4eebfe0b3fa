/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "counts.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <test_util.h>

#define GROUP "/sys/fs/cgroup/vms"
#define HANG_MS 30000
#define STEP_MS 100

static void put(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	TEST_ASSERT(file && fputs(text, file) >= 0 && !fclose(file), "%s cannot be written to %s", text,
		    path);
}

void counts_join(void)
{
	TEST_ASSERT(!mkdir(GROUP, 0755) || errno == EEXIST, "%s cannot be made", GROUP);
	put(GROUP "/cgroup.procs", "0\n");
}

static long entries(const char *path)
{
	DIR *folder = opendir(path);
	long count = 0;

	TEST_ASSERT(folder, "%s cannot be read", path);
	while (readdir(folder))
		count++;
	closedir(folder);
	return count;
}

/* 0 if there is no group yet. */
static long memory(void)
{
	FILE *file = fopen(GROUP "/memory.stat", "r");
	char name[64];
	long value, found = 0;

	while (file && fscanf(file, "%63s %ld", name, &value) == 2)
		if (!strcmp(name, "kernel"))
			found = value;
	if (file)
		fclose(file);
	return found;
}

void counts_take(struct counts *counts)
{
	put("/proc/sys/vm/drop_caches", "3\n");
	counts->interrupts = entries("/sys/kernel/irq");
	counts->domains = entries("/sys/kernel/debug/irq/domains");
	counts->memory = memory();
}

void counts_must_be(const struct counts *expected, const char *what)
{
	struct counts now;
	unsigned int ms;

	for (ms = 0; ms < HANG_MS; ms += STEP_MS) {
		counts_take(&now);
		if (now.interrupts == expected->interrupts && now.domains == expected->domains &&
		    now.memory <= expected->memory + COUNTS_SLACK)
			break;
		usleep(STEP_MS * 1000);
	}
	printf("counts: %s: %ld interrupts, %ld domains, %ld bytes, after %u ms\n", what, now.interrupts,
	       now.domains, now.memory, ms);
	TEST_ASSERT(
		ms < HANG_MS,
		"%s something is not given back: before there were %ld interrupts, %ld domains, %ld bytes",
		what, expected->interrupts, expected->domains, expected->memory);
}
