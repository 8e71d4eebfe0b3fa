// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "saving.h"

#include "guest.h"
#include "load.h"
#include "monitor.h"

#include <string.h>

/* One at a time: the monitor waits for it. */
static struct {
	enum saving_what what;
	unsigned int index;
	char file[LOAD_FILE];
} saving;

static void run(void *ctx)
{
	struct shell_vm *vm = guest_vm(saving.index);
	bool save = saving.what == SAVING_SAVE;
	uint64_t start = shell_clock_us();
	const char *wrong;

	(void)ctx;
	if (!save)
		wrong = guest_restore(load_bundle(), saving.index, saving.file);
	else
		wrong = vm ? shell_vm_save(vm, saving.file) : "there is no such VM";
	if (wrong)
		con_printf("  vm%u not %s: %s\n", saving.index, save ? "saved" : "restored", wrong);
	else
		con_printf("  vm%u %s in %llu ms\n", saving.index, save ? "saved" : "restored",
			   (unsigned long long)(shell_clock_us() - start) / 1000);
	monitor_done();
}

bool saving_start(enum saving_what what, unsigned int index, const char *file)
{
	if (strlen(file) >= sizeof(saving.file)) {
		con_printf("  the name is too long\n");
		return false;
	}
	saving.what = what;
	saving.index = index;
	memcpy(saving.file, file, strlen(file) + 1);
	if (shell_defer(run, NULL))
		return true;
	con_printf("  this CPU is busy\n");
	return false;
}
