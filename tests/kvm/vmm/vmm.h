/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief A small VMM on KVM for one kind of machine: a part of QEMU's virt board with a GICv5.
 *
 * All functions end the program with a message when KVM refuses what it must accept.
 */
#ifndef VMM_H
#define VMM_H

#include <devices/pl011.h>
#include <pthread.h>
#include <stdnoreturn.h>
#include <vgicv5_types.h>

#define VMM_MAX_CPUS 8

/** Beside an ITS: a word that the guest writes there is an MSI, DeviceID in bits 31:16, EventID in 15:0. */
#define VMM_MESSENGER_BASE 0x0b000000u

/** What the program returns: the guest has powered off, or resets; it was saved; a file was refused. */
enum vmm_status {
	VMM_STATUS_OFF,
	VMM_STATUS_FAILED,
	VMM_STATUS_USAGE,
	VMM_STATUS_RESET,
	VMM_STATUS_SAVED,
	VMM_STATUS_REFUSED
};

struct kvm_run;
struct vmm;

/** A register of a vCPU that the file of a saved VM has no place for, and its value after reset. */
struct vmm_register {
	uint64_t id;
	uint64_t value;
};

struct vmm_cpu {
	struct vmm *vmm;
	unsigned int index;
	int fd;
	struct kvm_run *run;
	pthread_t thread;
	struct vmm_register *other;
	size_t others;
};

struct vmm {
	int kvm;
	int fd;
	int gic;
	unsigned int cpus;
	uint32_t spis;
	bool its;     /* the guest has an ITS, and the messenger behind it */
	uint8_t *ram; /* at BOARD_RAM_BASE */
	uint64_t ram_size;
	const char *append;
	struct vmm_cpu cpu[VMM_MAX_CPUS];
	pthread_mutex_t uart_lock;
	struct pl011 uart;
	struct vmfile_line line; /* what is not shown yet */
	unsigned long lines;	 /* how many have been shown */
};

noreturn void die(const char *what);

/** VM, RAM, GICv5, vCPUs: the first one is on. Its guest sees what any other hypervisor can show it, too. */
void vmm_create(struct vmm *vmm);

/** Initialises the GIC. */
void vmm_ready(struct vmm *vmm);

/** Level of an SPI. */
void vmm_wire(struct vmm *vmm, unsigned int spi, bool level);

/** An MSI of the messenger's. One that the guest's ITS does not take ends the program. */
void vmm_message(struct vmm *vmm, uint32_t word);

/** Places kernel, ramdisk (or NULL) and device tree in RAM; the first vCPU will start there, the others by PSCI. */
void vmm_load(struct vmm *vmm, const char *kernel, const char *initrd);

/** The UART: whole lines to standard output, from standard input. After uart_init() or uart_restore(). */
void uart_init(struct vmm *vmm);
void uart_start(struct vmm *vmm);
void uart_access(struct vmm *vmm, uint64_t offset, struct kvm_run *run);

/** Shows what there is of a line. */
void uart_flush(struct vmm *vmm);

/** The guest has sent a line feed. Under the UART's lock. */
void vmm_line_shown(struct vmm *vmm);

/* ---- Saving: no vCPU is in KVM ---- */

void vmm_save(struct vmm *vmm, const char *name);

/** In the place of vmm_create(), vmm_load() and vmm_ready(). A file that is no good ends the program. */
void vmm_restore(struct vmm *vmm, const char *name);

/** The library's state, to be freed. */
void *vmm_gic_state(struct vmm *vmm, size_t *bytes);

/** @return NULL or why it was refused. */
const char *vmm_set_gic_state(struct vmm *vmm, const void *data, size_t bytes);

void uart_save(struct vmm *vmm, struct vmfile_uart *uart, struct vmfile_line *line);
void uart_restore(struct vmm *vmm, const struct vmfile_uart *uart, const struct vmfile_line *line);

/* ---- registers.c ---- */

void registers_start(const struct vmm_cpu *cpu, uint64_t pc, uint64_t x0);
void registers_take(const struct vmm_cpu *cpu, struct vmfile_vcpu *to);

/** `later`: how far the physical counter has gone on since. */
void registers_give(const struct vmm_cpu *cpu, const struct vmfile_vcpu *from, uint64_t later);

/** What the registers without a place in the file are now, and the ID of one that is not so any more, or 0. */
void registers_remember(struct vmm_cpu *cpu);
uint64_t registers_changed(const struct vmm_cpu *cpu);

void registers_clocks(const struct vmm_cpu *cpu, uint64_t *virtual_count, uint64_t *physical_count);
void registers_set_clock(const struct vmm_cpu *cpu, uint64_t virtual_count);

/** What the guest sees of the CPU, as far as it counts; what a guest may see that is to be moved; another one for it to see. */
void registers_model(const struct vmm_cpu *cpu, struct vmfile_cpu *model);
void registers_portable(const struct vmm_cpu *cpu, struct vmfile_cpu *model);
void registers_show(const struct vmm_cpu *cpu, const struct vmfile_cpu *model);

/** No other services of the firmware than PSCI. Of all vCPUs. */
void registers_firmware(const struct vmm_cpu *cpu);

#endif
