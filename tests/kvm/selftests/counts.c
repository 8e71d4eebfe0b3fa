/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "counts.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>
#include <test_util.h>

/* Only for what never comes back. */
#define LOOKS 120
#define STEP_MS 500

#define GROUP "/sys/fs/cgroup/vms"

void kernel_put(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	TEST_ASSERT(file && fputs(text, file) >= 0 && !fclose(file), "%s cannot be written to %s", text,
		    path);
}

void counts_join(void)
{
	TEST_ASSERT(!mkdir(GROUP, 0755) || errno == EEXIST, "%s cannot be made", GROUP);
	kernel_put(GROUP "/cgroup.procs", "0\n");
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

void counts_take(struct counts *counts)
{
	counts->interrupts = entries("/sys/kernel/irq");
	counts->domains = entries("/sys/kernel/debug/irq/domains");
}

void counts_must_be(const struct counts *expected, const struct traces *memory, const char *what)
{
	struct counts now = {0};
	unsigned int look;
	long more = -1;

	for (look = 1; look <= LOOKS; look++) {
		struct traces traces;

		counts_take(&now);
		traces_take(&traces);
		more = traces_more(memory, &traces, look == LOOKS);
		traces_free(&traces);
		if (now.interrupts == expected->interrupts && now.domains == expected->domains && !more)
			break;
		usleep(STEP_MS * 1000);
	}
	printf("counts: %s: %ld interrupts, %ld domains, %ld objects more, at look %u\n", what,
	       now.interrupts, now.domains, more, look);
	TEST_ASSERT(look <= LOOKS,
		    "%s something is not given back: before there were %ld interrupts, %ld domains", what,
		    expected->interrupts, expected->domains);
}
