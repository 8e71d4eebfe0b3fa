/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Virtual machines of the EL2 shell, for its devices, its loader and its monitor.
 *
 *     shell_vm_create() -> shell_mmio_register() ... -> shell_vm_boot() -> ... -> shell_vm_stop()
 *
 * A VM that stops (by itself or by shell_vm_stop()) keeps its memory and devices; shell_vm_boot() starts it anew and
 * shell_vm_destroy() gives everything back.
 */
#ifndef SHELL_VM_H
#define SHELL_VM_H

#include <vgicv5/vcpu.h>

#include "shell.h"

#define SHELL_MAX_VMS 8
#define SHELL_MAX_VCPUS 8 /* of one VM */
#define SHELL_GUEST_RAM 0x40000000u

struct shell_vm;
struct shell_vcpu;

/** A region of emulated registers. Called on the CPU of the vCPU, without lock; `bytes` is 1, 2, 4 or 8. */
struct shell_mmio_ops {
	uint64_t (*read)(void *ctx, uint32_t offset, unsigned int bytes);
	void (*write)(void *ctx, uint32_t offset, unsigned int bytes, uint64_t value);
};

#define SHELL_MMIO_REGIONS 40

struct shell_mmio_region {
	uint64_t ipa;
	uint64_t bytes;
	const struct shell_mmio_ops *ops;
	void *ctx;
};

/* Counters of a VM. X(name): exits by cause and what was done. */
#define SHELL_VM_COUNTERS(X) \
	X(exits)             \
	X(exits_irq)         \
	X(exits_wfi)         \
	X(exits_hvc)         \
	X(exits_smc)         \
	X(exits_sysreg)      \
	X(exits_mmio)        \
	X(exits_fetch)       \
	X(exits_write)       \
	X(exits_step)        \
	X(exits_wire)        \
	X(exits_other)       \
	X(gic_traps)         \
	X(gic_emulated)      \
	X(pages_rewritten)   \
	X(words_rewritten)   \
	X(injected_spi)      \
	X(injected_wire)     \
	X(injected_msi)      \
	X(line_ends)         \
	X(undefined)         \
	X(wakeups)           \
	X(migrations)        \
	X(residencies)       \
	X(doorbells_spurious)

#define SHELL_COUNTER_MEMBER(name) uint64_t name;
struct shell_counters {
	SHELL_VM_COUNTERS(SHELL_COUNTER_MEMBER)
};

/** What to make. */
struct shell_vm_config {
	const char *name; /**< at most 15 characters are kept */
	unsigned int vcpus;
	uint64_t ram_bytes; /**< a multiple of 2 MiB */
	bool identity;	    /**< RAM at its own physical address: for a VM with DMA. One VM only */
	bool plain;	    /**< without ITS and IWB */
	/**
	 * Puts kernel, initial ramdisk and device tree into the VM's memory (zeroed, nothing runs), and returns 0
	 * with the registers of the first vCPU in *pc and *x0, or a negative number to give up. Called for every
	 * (re)start, without lock.
	 */
	int (*load)(struct shell_vm *vm, void *ctx, uint64_t *pc, uint64_t *x0);
	/** Devices back to their state after reset; before `load`. May be NULL. */
	void (*reset)(struct shell_vm *vm, void *ctx);
	void *ctx;
};

enum shell_vm_state {
	SHELL_VM_OFF, /* created, or has stopped */
	SHELL_VM_RUNNING,
	SHELL_VM_STOPPING, /* waits until its vCPUs have left the CPUs */
};

/** Creates a VM, off. @return NULL: no memory, no VM free; the reason is on the console. */
struct shell_vm *shell_vm_create(const struct shell_vm_config *config);

/** Loads and starts a VM that is off. @return 0 or an error of vgicv5/error.h. */
int shell_vm_boot(struct shell_vm *vm);

/** What happens when a VM has stopped. */
enum shell_vm_after { SHELL_AFTER_OFF, SHELL_AFTER_REBOOT, SHELL_AFTER_DESTROY };

/**
 * Asks a VM to stop; returns at once. When its vCPUs have left the CPUs, `after` happens; any context. The machine
 * is powered off when no VM runs any more, unless shell_keep_running is set.
 */
void shell_vm_stop(struct shell_vm *vm, enum shell_vm_after after);

/** Gives everything back of a VM that is off. @return 0; VGICV5_BUSY. */
int shell_vm_destroy(struct shell_vm *vm);

/** Lets no vCPU of it run, or lets them run again. Any context. */
void shell_vm_pause(struct shell_vm *vm, bool pause);

extern bool shell_keep_running;

/* ---- Saving to a file of the development host ---- */

/**
 * Saves a running VM, which is paused meanwhile and goes on afterwards. No vCPU is loaded on this CPU (shell_defer()).
 * @return NULL, or why it could not be done; then there is no file.
 */
const char *shell_vm_save(struct shell_vm *vm, const char *name);

/** What a VM must be like that a file is restored into. */
struct shell_saved {
	unsigned int vcpus;
	uint64_t ram_bytes;
	bool plain; /**< the plain board, whatever else is in the file */
};

/** Looks at the beginning of a file. @return NULL, or what is wrong with it. */
const char *shell_saved_look(const char *name, struct shell_saved *saved);

/**
 * Restores a file into a VM that is off and sets it running. No vCPU is loaded on this CPU.
 * @return NULL, or why it could not be done; then the VM is off, and can be started, restored into or destroyed.
 */
const char *shell_vm_restore(struct shell_vm *vm, const char *name);

/** VM number 0 to SHELL_MAX_VMS - 1, or NULL. */
struct shell_vm *shell_vm_get(unsigned int index);

/* ---- Looking at a VM ---- */

unsigned int shell_vm_index(const struct shell_vm *vm);
const char *shell_vm_name(const struct shell_vm *vm);
enum shell_vm_state shell_vm_state(const struct shell_vm *vm);
bool shell_vm_paused(const struct shell_vm *vm);
uint64_t shell_vm_ram_bytes(const struct shell_vm *vm);
struct vgicv5_vm *shell_vm_gic(struct shell_vm *vm);
const struct shell_counters *shell_vm_counters(const struct shell_vm *vm);
unsigned int shell_vm_vcpu_count(const struct shell_vm *vm);
struct shell_vcpu *shell_vm_vcpu(struct shell_vm *vm, unsigned int index);

struct vgicv5_vcpu *shell_vcpu_gic(struct shell_vcpu *vcpu);

/** "off", "runnable", "running", "blocked". */
const char *shell_vcpu_state_name(const struct shell_vcpu *vcpu);
int shell_vcpu_cpu(const struct shell_vcpu *vcpu); /**< the CPU it runs on, or -1 */
uint64_t shell_vcpu_pc(const struct shell_vcpu *vcpu);

/* ---- Devices ---- */

/** Adds emulated registers. @return 0; VGICV5_NO_MEMORY: too many; VGICV5_INVALID: overlaps RAM or another. */
int shell_mmio_register(struct shell_vm *vm, uint64_t ipa, uint64_t bytes, const struct shell_mmio_ops *ops,
			void *ctx);

/** Maps a page of the machine's registers into the guest, at its own address. @return 0; VGICV5_NO_MEMORY. */
int shell_mmio_pass_through(struct shell_vm *vm, uint64_t pa, uint64_t bytes);

/** What of a device is saved with its VM. The functions are called while no vCPU runs, without lock. */
struct shell_saved_device {
	const char *
		name; /**< at most 15 characters; no other device of the VM has it, nor vcpu, gic, ram, machine */
	size_t bytes;			      /**< of `state`, a multiple of 8 */
	void (*save)(void *ctx, void *state); /**< `state` is zeroed */
	/** Whether a state can be taken over. Nobody has vouched for it. @return NULL, or what is wrong with it. */
	const char *(*check)(void *ctx, const void *state);
	/** Takes a state over that has been checked, after a reset, and drives the device's interrupt line anew. */
	void (*restore)(void *ctx, const void *state);
	void *memory;	     /**< contents that are saved as well, such as a disk's; or NULL */
	size_t memory_bytes; /**< a multiple of 4096 */
	void *ctx;
};

#define SHELL_SAVED_DEVICES 8

/** Adds one; what it points at stays. @return 0; VGICV5_NO_MEMORY: too many. */
int shell_saved_device_register(struct shell_vm *vm, const struct shell_saved_device *device);

/** The level of an SPI's wire. Any context. A VM that is off ignores it. */
void shell_inject_spi(struct shell_vm *vm, unsigned int spi, bool asserted);

/** The level of a wire of the VM's IWB; likewise. */
void shell_inject_wire(struct shell_vm *vm, unsigned int wire, bool asserted);

/**
 * Gives the VM a level SPI of the machine, as its own SPI of that number. When the guest deactivates it the machine's wire
 * is sampled anew. shell_line_reset() at each start of the VM, with the device's line low.
 * @return as shell_host_spi_claim().
 */
int shell_line_assign(struct shell_vm *vm, unsigned int spi);
void shell_line_reset(struct shell_vm *vm, unsigned int spi);

/** An MSI: a device's write of `data` to a guest-physical address, of an ITS or the SETLPI frame; likewise. */
void shell_inject_msi(struct shell_vm *vm, uint64_t address, uint32_t device_id, uint32_t data);

/**
 * Guest memory for a device: where `bytes` bytes of it can be accessed, or NULL if not all of them are RAM. With `write`
 * code pages among them become data; call it for each write. On a CPU that has loaded one of the VM's vCPUs.
 */
void *shell_dma_pointer(struct shell_vm *vm, uint64_t ipa, uint64_t bytes, bool write);

/**
 * Guest memory. Reads and writes stay below the end of RAM; writes are visible to a guest with its caches off.
 * shell_guest_pointer() is for the loader, before the guest runs.
 * @return 0; VGICV5_FAULT.
 */
int shell_guest_read(struct shell_vm *vm, uint64_t ipa, void *to, size_t bytes);
int shell_guest_write(struct shell_vm *vm, uint64_t ipa, const void *from, size_t bytes);
void *shell_guest_pointer(struct shell_vm *vm, uint64_t ipa, size_t bytes);

#endif
