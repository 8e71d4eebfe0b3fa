/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The file that a VM is saved to (doxygen/shell.md describes it). All little-endian.
 */
#ifndef SHELL_SAVED_H
#define SHELL_SAVED_H

#include "guest.h"

#define SAVED_MAGIC "VGICV5VM"
#define SAVED_VERSION 1u
#define SAVED_SECTIONS 84

/** What a section holds; devices' have the name of the device. */
#define SAVED_KIND_MACHINE "machine" /* struct saved_machine */
#define SAVED_KIND_VCPU "vcpu"	     /* struct saved_vcpu; index: which */
#define SAVED_KIND_GIC "gic"	     /* the library's own format */
#define SAVED_KIND_RAM "ram"	     /* runs */

/** Index of a device's section. */
enum saved_device { SAVED_DEVICE_STATE, SAVED_DEVICE_MEMORY };

struct saved_section {
	char kind[16];
	uint32_t index;
	uint32_t zero;
	uint64_t offset; /* in the file; each begins where the one before ends */
	uint64_t bytes;	 /* a multiple of 8 */
	uint64_t checksum;
};

struct saved_header {
	char magic[8];
	uint32_t version;
	uint32_t sections;
	uint64_t file_bytes;
	uint64_t checksum; /* of header and table with this field 0 */
	char name[16];
	uint32_t vcpus;
	uint32_t zero;
	uint64_t ram_bytes;
};

/** The beginning of a file. Written last: a file that was not finished has none. */
struct saved_front {
	struct saved_header header;
	struct saved_section sections[SAVED_SECTIONS];
};

struct saved_machine {
	struct guest_cpu_model model;
	uint64_t virtual_count; /* CNTVCT_EL0 when it was saved */
	uint64_t physical_count;
};

struct saved_vcpu {
	uint64_t on; /* 1, or 0: off, as PSCI says */
	uint64_t x[31];
	uint64_t pc;
	uint64_t pstate;
	struct guest_sysregs sys;
	struct guest_timer timers[GUEST_TIMERS];
	struct guest_fp fp;
};

/** Memory, of the VM or of a device, begins with its size. */
struct saved_memory {
	uint64_t bytes;
	uint64_t zero;
};

/** Before each piece of memory that is not all zeroes. */
struct saved_run {
	uint64_t offset; /* in the memory; both multiples of a page */
	uint64_t bytes;
};

_Static_assert(sizeof(struct saved_front) == PAGE_BYTES, "described format");
_Static_assert(sizeof(struct saved_vcpu) == 1024, "described format");
_Static_assert(sizeof(struct saved_machine) == 128, "described format");

/** Continues a checksum that began as 0; `bytes` is a multiple of 8. */
uint64_t saved_checksum(uint64_t sum, const void *data, size_t bytes);

/** Of the front as it stands in the file. */
uint64_t saved_front_checksum(const struct saved_front *front);

/* ---- saved_vcpu.c ---- */

void saved_vcpu_take(struct saved_vcpu *to, const struct shell_vcpu *vcpu);

/** @return NULL, or what a guest may not have. */
const char *saved_vcpu_check(const struct saved_vcpu *from);

/** `later`: how far the physical counter has gone on since. The vCPU stays off. */
void saved_vcpu_give(struct shell_vcpu *vcpu, const struct saved_vcpu *from, uint64_t later);

/* ---- saved_gic.c: the library's state of the interrupt controller ---- */

/**
 * Memory from shell_alloc() with the state of a VM none of whose vCPUs is loaded.
 * @return NULL: not done, and why is in *wrong.
 */
void *saved_gic_take(struct shell_vm *vm, size_t *bytes, const char **wrong);

/** @return NULL, or why the VM, which has been started and not run, cannot take it over. */
const char *saved_gic_give(struct shell_vm *vm, const void *state, size_t bytes);

#endif
