/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "traces.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <test_util.h>

#define SLABS "/sys/kernel/debug/slab"

/* A record as it is being read: its frames, one per line. */
struct record {
	long count;
	char stack[4096];
};

static bool has_one_of(const char *stack, const char *const *words)
{
	while (*words && !strstr(stack, *words))
		words++;
	return *words;
}

static bool is_ours(const char *stack)
{
	static const char *const ours[] = {"vgic", "kvm_ioctl_create_device", NULL};
	/* What Linux keeps: slabs' and its debugging's; nodes of its trees, each for many numbers, which may stay. */
	static const char *const theirs[] = {"slab", "debug_object", "stack_depot", "kmemleak",
					     "mas_", "xas_",	     "radix_tree_", NULL};

	return has_one_of(stack, ours) && !has_one_of(stack, theirs);
}

static struct trace *find(const struct traces *traces, const char *stack)
{
	unsigned int i;

	for (i = 0; i < traces->count; i++)
		if (!strcmp(traces->trace[i].stack, stack))
			return &traces->trace[i];
	return NULL;
}

static void add(struct traces *traces, const char *stack, long count)
{
	struct trace *trace = find(traces, stack);

	if (!trace) {
		traces->trace = realloc(traces->trace, (traces->count + 1) * sizeof(*trace));
		TEST_ASSERT(traces->trace, "realloc");
		trace = &traces->trace[traces->count++];
		*trace = (struct trace){.stack = strdup(stack)};
		TEST_ASSERT(trace->stack, "strdup");
	}
	trace->count += count;
}

static void finish(struct traces *traces, struct record *record)
{
	if (record->count && is_ours(record->stack))
		add(traces, record->stack, record->count);
	*record = (struct record){0};
}

/* Of each record the first line begins with the count; then come the frames. */
static void take_line(struct traces *traces, struct record *record, const char *line)
{
	long count;
	char next;

	if (sscanf(line, " %ld%c", &count, &next) == 2 && next == ' ') {
		finish(traces, record);
		record->count = count;
	} else {
		strncat(record->stack, line, sizeof(record->stack) - strlen(record->stack) - 1);
	}
}

static void take_file(struct traces *traces, const char *path)
{
	struct record record = {0};
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t room = 0;

	TEST_ASSERT(file, "%s cannot be read", path);
	while (getline(&line, &room, file) > 0)
		if (*line != '\n')
			take_line(traces, &record, line);
	finish(traces, &record);
	free(line);
	fclose(file);
}

void traces_take(struct traces *traces)
{
	DIR *folder = opendir(SLABS);
	struct dirent *entry;
	char path[384];

	TEST_ASSERT(folder, SLABS " cannot be read");
	*traces = (struct traces){0};
	while ((entry = readdir(folder))) {
		snprintf(path, sizeof(path), SLABS "/%s/alloc_traces", entry->d_name);
		if (*entry->d_name != '.')
			take_file(traces, path);
	}
	closedir(folder);
}

void traces_free(struct traces *traces)
{
	while (traces->count--)
		free(traces->trace[traces->count].stack);
	free(traces->trace);
	*traces = (struct traces){0};
}

long traces_more(const struct traces *before, const struct traces *after, bool print)
{
	long sum = 0, more;
	unsigned int i;

	for (i = 0; i < after->count; i++) {
		const struct trace *trace = &after->trace[i], *old = find(before, trace->stack);

		more = trace->count - (old ? old->count : 0);
		if (more <= 0)
			continue;
		sum += more;
		if (print)
			printf("traces: %ld more by\n%s", more, trace->stack);
	}
	return sum;
}
