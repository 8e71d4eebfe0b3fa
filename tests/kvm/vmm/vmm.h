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

struct kvm_run;
struct vmm;

struct vmm_cpu {
	struct vmm *vmm;
	unsigned int index;
	int fd;
	struct kvm_run *run;
	pthread_t thread;
};

struct vmm {
	int kvm;
	int fd;
	int gic;
	unsigned int cpus;
	uint8_t *ram; /* at BOARD_RAM_BASE */
	uint64_t ram_size;
	uint64_t entry;
	uint64_t fdt;
	const char *append;
	struct vmm_cpu cpu[VMM_MAX_CPUS];
	pthread_mutex_t uart_lock;
	struct pl011 uart;
};

noreturn void die(const char *what);

/** VM, RAM, GICv5, vCPUs. The first one starts at `entry` with `fdt` in x0, the others by PSCI. */
void vmm_create(struct vmm *vmm);

/** Initialises the GIC and sets the registers of the first vCPU. */
void vmm_ready(struct vmm *vmm);

/** Level of an SPI. */
void vmm_wire(struct vmm *vmm, unsigned int spi, bool level);

/** Places kernel, ramdisk (or NULL) and device tree in RAM. */
void vmm_load(struct vmm *vmm, const char *kernel, const char *initrd);

/** The UART: to standard output, from standard input. */
void uart_start(struct vmm *vmm);
void uart_access(struct vmm *vmm, uint64_t offset, struct kvm_run *run);

#endif
