/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "load.h"
#include "console.h"
#include "guest.h"
#include "text.h"

static struct bundle bundle;

static unsigned int vm_count(void)
{
	uint64_t count = bundle_number(&bundle, "vms", 1);

	if (count >= 1 && count <= SHELL_MAX_VMS)
		return (unsigned int)count;
	con_printf("bundle: vms=%llu is not 1 to %u: one VM\n", (unsigned long long)count, SHELL_MAX_VMS);
	return 1;
}

uint64_t shell_option(const char *key, uint64_t fallback)
{
	struct bundle options;

	/* Asked for before the bundle has been opened, too; what is wrong with it is said then. */
	if (bundle_open(&options, shell_boot.bundle, shell_boot.bundle_bytes))
		return fallback;
	return bundle_number(&options, key, fallback);
}

const struct bundle *load_bundle(void)
{
	return &bundle;
}

/* From the file that the configuration names, or from the beginning. @return whether it runs. */
static bool start(unsigned int index)
{
	struct shell_vm *vm = guest_vm(index);
	char key[] = "restore.0";
	char file[LOAD_FILE];
	const char *wrong;

	key[8] = (char)('0' + index);
	if (bundle_text(&bundle, key, file, sizeof(file))) {
		wrong = guest_restore(&bundle, index, file);
		con_printf("vm%u: %s %s%s%s\n", index, wrong ? "not restored from" : "restored from", file,
			   wrong ? ": " : "", wrong ? wrong : "");
		return !wrong;
	}
	if (!vm)
		return false;
	con_printf("%s: %u vCPUs, %llu MiB\n", shell_vm_name(vm), shell_vm_vcpu_count(vm),
		   (unsigned long long)(shell_vm_ram_bytes(vm) >> 20));
	return shell_vm_boot(vm) == 0;
}

void shell_load_guests(void)
{
	const char *wrong = bundle_open(&bundle, shell_boot.bundle, shell_boot.bundle_bytes);
	unsigned int i, count, running = 0;
	char mode[8];

	if (wrong) {
		con_printf("bundle (initial ramdisk of the shell): %s; see tools/bundle\n", wrong);
		shell_power_off();
	}
	bundle_text(&bundle, "console", mode, sizeof(mode));
	console_init(!strcmp(mode, "lines"));
	count = vm_count();
	for (i = 0; i < count; i++)
		guest_create(&bundle, i, NULL);
	for (i = 0; i < count; i++)
		running += start(i);
	if (!running) {
		con_printf("no VM runs\n");
		shell_power_off();
	}
	if (strcmp(mode, "lines"))
		con_printf("Ctrl-] opens the monitor.\n");
}
