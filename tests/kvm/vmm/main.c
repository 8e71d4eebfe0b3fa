/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * vmm: options, and the loop of each vCPU. See usage.
 */
#include "vmm.h"

#include <devices/board.h>
#include <errno.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const char usage[] =
	"usage: vmm [-c CPUS] [-m MIB] [-i INITRD] [-a COMMAND-LINE] IMAGE\n"
	"\n"
	"Runs an arm64 Image as a KVM guest with a GICv5: the device tree, addresses and SPIs are those of QEMU's virt\n"
	"board, of which there are RAM at 0x40000000, the IRS at 0x08010000, and a PL011 at 0x09000000 (SPI 1), which is\n"
	"the program's standard input and output. Status: 0 when the guest powers off, 3 when it resets, 1 for anything else.\n";

noreturn void die(const char *what)
{
	fprintf(stderr, "vmm: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* Of all vCPUs. What the guest has printed must not be lost. */
static noreturn void finish(int status)
{
	fflush(stdout);
	_exit(status);
}

static noreturn void unexpected(struct vmm_cpu *cpu, const char *what)
{
	fprintf(stderr, "vmm: cpu %u: %s, exit reason %u\n", cpu->index, what, cpu->run->exit_reason);
	finish(1);
}

static void mmio(struct vmm_cpu *cpu)
{
	struct kvm_run *run = cpu->run;
	uint64_t address = run->mmio.phys_addr;

	if (address >= BOARD_UART_BASE && address < BOARD_UART_BASE + BOARD_UART_SIZE) {
		uart_access(cpu->vmm, address - BOARD_UART_BASE, run);
		return;
	}
	fprintf(stderr, "vmm: cpu %u: %s of %u bytes at %#llx\n", cpu->index,
		run->mmio.is_write ? "write" : "read", run->mmio.len, (unsigned long long)address);
	memset(run->mmio.data, 0, sizeof(run->mmio.data));
}

static noreturn void system_event(struct vmm_cpu *cpu)
{
	if (cpu->run->system_event.type == KVM_SYSTEM_EVENT_SHUTDOWN)
		finish(0);
	if (cpu->run->system_event.type == KVM_SYSTEM_EVENT_RESET)
		finish(3);
	unexpected(cpu, "system event");
}

static void handle(struct vmm_cpu *cpu)
{
	if (cpu->run->exit_reason == KVM_EXIT_MMIO)
		mmio(cpu);
	else if (cpu->run->exit_reason == KVM_EXIT_SYSTEM_EVENT)
		system_event(cpu);
	else
		unexpected(cpu, "unexpected");
}

static void *run_cpu(void *argument)
{
	struct vmm_cpu *cpu = argument;
	int result;

	do {
		result = ioctl(cpu->fd, KVM_RUN, 0);
		if (!result)
			handle(cpu);
	} while (!result || errno == EINTR || errno == EAGAIN);
	unexpected(cpu, strerror(errno));
}

static unsigned long number(const char *text, unsigned long low, unsigned long high)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (!*text || *end || value < low || value > high) {
		fprintf(stderr, "vmm: '%s' is not a number from %lu to %lu\n%s", text, low, high, usage);
		exit(2);
	}
	return value;
}

/* @return the initial ramdisk */
static const char *options(struct vmm *vmm, int argc, char **argv)
{
	const char *initrd = NULL;
	int option;

	vmm->cpus = 2;
	vmm->ram_size = 256u << 20;
	while ((option = getopt(argc, argv, "c:m:i:a:")) >= 0) {
		if (option == 'c')
			vmm->cpus = (unsigned int)number(optarg, 1, VMM_MAX_CPUS);
		else if (option == 'm')
			vmm->ram_size = number(optarg, 16, 4096) << 20;
		else if (option == 'i')
			initrd = optarg;
		else if (option == 'a')
			vmm->append = optarg;
		else
			optind = argc;
	}
	if (optind != argc - 1) {
		fputs(usage, stderr);
		exit(2);
	}
	return initrd;
}

int main(int argc, char **argv)
{
	static struct vmm vmm;
	const char *initrd = options(&vmm, argc, argv);
	unsigned int i;

	vmm_create(&vmm);
	vmm_load(&vmm, argv[optind], initrd);
	vmm_ready(&vmm);
	uart_start(&vmm);
	for (i = 1; i < vmm.cpus; i++)
		if (pthread_create(&vmm.cpu[i].thread, NULL, run_cpu, &vmm.cpu[i]))
			die("thread of a vCPU");
	run_cpu(&vmm.cpu[0]);
	return 1;
}
