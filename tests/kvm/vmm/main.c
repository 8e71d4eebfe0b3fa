/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * vmm: options, the loop of each vCPU, and when the VM is saved. See usage.
 */
#include "vmm.h"

#include <devices/board.h>
#include <errno.h>
#include <linux/kvm.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const char usage[] =
	"usage: vmm [-c CPUS] [-m MIB] [-i INITRD] [-a COMMAND-LINE] [-t] [-s FILE [-l LINES] [-d MS]] IMAGE\n"
	"       vmm -r FILE [-s FILE [-l LINES] [-d MS]]\n"
	"\n"
	"Runs an arm64 Image, or a guest that was saved to FILE (-r), as a KVM guest with a GICv5 on the plain board (see\n"
	"doxygen/vmfile.md): RAM at 0x40000000, the IRS at 0x08010000, and a PL011 at 0x09000000 (SPI 1), which is the\n"
	"program's standard input and output. With -s the guest is saved to FILE, and ends here, when the program gets the\n"
	"signal USR1, or -d MS after it has printed LINES. With -t there is an ITS, too, at 0x08080000, and a register at\n"
	"0x0b000000 that sends MSIs; a guest that was saved has these if its file says so.\n"
	"Status: 0 when the guest powers off, 3 when it resets, 4 when it was saved, 5 when a file was refused, 1 for anything\n"
	"else.\n";

static struct {
	const char *restore;
	const char *save;
	const char *initrd;
	unsigned long lines;
	unsigned long delay; /* ms */
} option;

/* The saver's: what it waits for, that the vCPUs shall stop, and how many have. */
static struct {
	sem_t wanted;
	sem_t stopped;
	volatile bool stop;
} saver;

noreturn void die(const char *what)
{
	fprintf(stderr, "vmm: %s: %s\n", what, strerror(errno));
	exit(VMM_STATUS_FAILED);
}

/* Of all vCPUs. What the guest has printed must not be lost. */
static noreturn void finish(struct vmm *vmm, int status)
{
	uart_flush(vmm);
	_exit(status);
}

static noreturn void unexpected(struct vmm_cpu *cpu, const char *what)
{
	fprintf(stderr, "vmm: cpu %u: %s, exit reason %u\n", cpu->index, what, cpu->run->exit_reason);
	finish(cpu->vmm, VMM_STATUS_FAILED);
}

/* ---- Exits ---- */

static void mmio(struct vmm_cpu *cpu)
{
	struct kvm_run *run = cpu->run;
	uint64_t address = run->mmio.phys_addr;
	uint32_t word;

	if (address >= BOARD_UART_BASE && address < BOARD_UART_BASE + PL011_SIZE) {
		uart_access(cpu->vmm, address - BOARD_UART_BASE, run);
		return;
	}
	if (address == VMM_MESSENGER_BASE && cpu->vmm->its && run->mmio.is_write && run->mmio.len == 4) {
		memcpy(&word, run->mmio.data, sizeof(word));
		vmm_message(cpu->vmm, word);
		return;
	}
	fprintf(stderr, "vmm: cpu %u: %s of %u bytes at %#llx\n", cpu->index,
		run->mmio.is_write ? "write" : "read", run->mmio.len, (unsigned long long)address);
	memset(run->mmio.data, 0, sizeof(run->mmio.data));
}

static noreturn void system_event(struct vmm_cpu *cpu)
{
	if (cpu->run->system_event.type == KVM_SYSTEM_EVENT_SHUTDOWN)
		finish(cpu->vmm, VMM_STATUS_OFF);
	if (cpu->run->system_event.type == KVM_SYSTEM_EVENT_RESET)
		finish(cpu->vmm, VMM_STATUS_RESET);
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

/* Outside of KVM for good. */
static noreturn void stop_here(void)
{
	sem_post(&saver.stopped);
	for (;;)
		pause();
}

static void *run_cpu(void *argument)
{
	struct vmm_cpu *cpu = argument;
	int result;

	do {
		/* An exit that was handled is completed by the next KVM_RUN: only one that was interrupted has left nothing. */
		result = ioctl(cpu->fd, KVM_RUN, 0);
		if (!result)
			handle(cpu);
		else if (errno == EINTR && saver.stop)
			stop_here();
	} while (!result || errno == EINTR || errno == EAGAIN);
	unexpected(cpu, strerror(errno));
}

/* ---- Saving ---- */

static void on_save(int signal)
{
	(void)signal;
	sem_post(&saver.wanted);
}

static void on_stop(int signal)
{
	(void)signal;
}

void vmm_line_shown(struct vmm *vmm)
{
	if (++vmm->lines == option.lines)
		sem_post(&saver.wanted);
}

static void stop_cpus(struct vmm *vmm)
{
	unsigned int i;

	saver.stop = true;
	for (i = 0; i < vmm->cpus; i++) {
		/* For those that are on the way into KVM. */
		vmm->cpu[i].run->immediate_exit = 1;
		pthread_kill(vmm->cpu[i].thread, SIGUSR2);
	}
	for (i = 0; i < vmm->cpus; i++)
		while (sem_wait(&saver.stopped))
			;
}

static void *save_when_wanted(void *argument)
{
	struct vmm *vmm = argument;

	while (sem_wait(&saver.wanted))
		;
	usleep((useconds_t)option.delay * 1000);
	stop_cpus(vmm);
	vmm_save(vmm, option.save);
	fprintf(stderr, "vmm: saved\n");
	_exit(VMM_STATUS_SAVED);
}

static void prepare_saving(void)
{
	struct sigaction save = {.sa_handler = on_save}, stop = {.sa_handler = on_stop};

	sem_init(&saver.wanted, 0, 0);
	sem_init(&saver.stopped, 0, 0);
	if (sigaction(SIGUSR1, &save, NULL) || sigaction(SIGUSR2, &stop, NULL))
		die("signals");
}

/* All threads of vCPUs are known. */
static void start_saver(struct vmm *vmm)
{
	pthread_t thread;

	if (option.save && pthread_create(&thread, NULL, save_when_wanted, vmm))
		die("thread that saves");
}

/* ---- Start ---- */

static unsigned long number(const char *text, unsigned long low, unsigned long high)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (!*text || *end || value < low || value > high) {
		fprintf(stderr, "vmm: '%s' is not a number from %lu to %lu\n%s", text, low, high, usage);
		exit(VMM_STATUS_USAGE);
	}
	return value;
}

static void set_option(struct vmm *vmm, int name)
{
	/* clang-format off */
	switch (name) {
	case 'c': vmm->cpus = (unsigned int)number(optarg, 1, VMM_MAX_CPUS); break;
	case 'm': vmm->ram_size = number(optarg, 16, 4096) << 20; break;
	case 't': vmm->its = true; break;
	case 'i': option.initrd = optarg; break;
	case 'a': vmm->append = optarg; break;
	case 'r': option.restore = optarg; break;
	case 's': option.save = optarg; break;
	case 'l': option.lines = number(optarg, 1, 1000000); break;
	case 'd': option.delay = number(optarg, 0, 1000000); break;
	default: optind = -1;
	}
	/* clang-format on */
}

static void options(struct vmm *vmm, int argc, char **argv)
{
	int name;

	vmm->cpus = 2;
	vmm->ram_size = 256u << 20;
	vmm->spis = BOARD_SPI_COUNT;
	while (optind > 0 && (name = getopt(argc, argv, "c:m:ti:a:r:s:l:d:")) >= 0)
		set_option(vmm, name);
	if (optind != argc - !option.restore || (vmm->its && option.restore)) {
		fputs(usage, stderr);
		exit(VMM_STATUS_USAGE);
	}
}

int main(int argc, char **argv)
{
	static struct vmm vmm;
	unsigned int i;

	options(&vmm, argc, argv);
	if (option.restore) {
		vmm_restore(&vmm, option.restore);
	} else {
		vmm_create(&vmm);
		vmm_load(&vmm, argv[optind], option.initrd);
		vmm_ready(&vmm);
		uart_init(&vmm);
	}
	prepare_saving();
	uart_start(&vmm);
	for (i = 1; i < vmm.cpus; i++)
		if (pthread_create(&vmm.cpu[i].thread, NULL, run_cpu, &vmm.cpu[i]))
			die("thread of a vCPU");
	vmm.cpu[0].thread = pthread_self();
	start_saver(&vmm);
	run_cpu(&vmm.cpu[0]);
	return VMM_STATUS_FAILED;
}
