/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The EL2 shell: services for everything in it.
 *
 * The shell runs at EL2 with interrupts masked, on every CPU, and is not preempted: what a function says of its
 * context is only whether it may be called with locks held. Interrupts are taken between two runs of a guest and in
 * the idle loop.
 */
#ifndef SHELL_SHELL_H
#define SHELL_SHELL_H

#include <stdarg.h>
#include <vgicv5_types.h>

#define SHELL_MAX_CPUS 8

/* ---- Locks: busy waiting, not recursive ---- */

typedef struct {
	uint32_t held;
} shell_lock_t;

void shell_lock(shell_lock_t *lock);
void shell_unlock(shell_lock_t *lock);

/* ---- Memory ---- */

/** Zeroed, physically contiguous, address = physical address; `align` is a power of two. NULL: there is none. */
void *shell_alloc(size_t bytes, size_t align);

/** Gives back what shell_alloc() returned for the same `bytes`. `memory` may be NULL. */
void shell_free(void *memory, size_t bytes);

/** Bytes in use: of the shell's heap and of the pool that guests' RAM comes from. */
size_t shell_heap_used(void);
size_t shell_pool_used(void);

/* ---- Console: the machine's PL011, polled for output ---- */

void con_init(void);
void con_putc(char c);
void con_puts(const char *text);

/** %s %c %d %u %x %p with widths, 0 and -, l, ll and z. One call's output is not torn apart by another CPU's. */
void con_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
void con_vprintf(const char *format, va_list args);

/** Next character that was typed, or -1. */
int con_getc(void);

/** As printf into a buffer, always terminated. @return the characters that a large enough buffer would hold. */
int shell_snprintf(char *to, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
int shell_vsnprintf(char *to, size_t size, const char *format, va_list args);

/** Says why, dumps what is known and stops this CPU for ever; the others go on. */
void shell_panic(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/* ---- Boot ---- */

/** What the shell found when it started. All addresses are physical and readable. */
struct shell_boot {
	const void *fdt;    /**< the machine's device tree */
	const void *bundle; /**< what the boot loader calls the initial ramdisk; NULL: none. Stays for ever */
	size_t bundle_bytes;
	uint64_t ram_base;
	uint64_t ram_bytes;
	unsigned int cpu_count;
	uint64_t mpidr[SHELL_MAX_CPUS];
};

extern struct shell_boot shell_boot;

/**
 * Called once on CPU 0 when everything is up, before the scheduler runs: reads the bundle, creates and starts VMs.
 * Devices' part of the shell supplies it.
 */
void shell_load_guests(void);

/** A number of the bundle's configuration. From the beginning on. */
uint64_t shell_option(const char *key, uint64_t fallback);

/** Powers the machine off. */
void shell_power_off(void) __attribute__((noreturn));

/* ---- Time ---- */

uint64_t shell_clock_us(void);

/* ---- CPUs ---- */

unsigned int shell_this_cpu(void);

typedef void (*shell_job_fn)(void *ctx);

/**
 * Has `job` called on this CPU soon, when no vCPU is loaded on it. From an interrupt handler.
 * @return false: another one waits on this CPU.
 */
bool shell_defer(shell_job_fn job, void *ctx);

/* ---- Interrupts of the machine ---- */

typedef void (*shell_irq_fn)(void *ctx, unsigned int spi);

/**
 * Takes an SPI of the machine (QEMU virt numbering from 0: PL011 is 1, virtio-mmio 16 to 47). The handler runs on
 * any CPU, one at a time for an SPI; of a level interrupt it must make the device drop its line.
 * @return 0; VGICV5_INVALID: no such SPI; VGICV5_BUSY: somebody has it.
 */
int shell_host_spi_claim(unsigned int spi, bool level, shell_irq_fn handler, void *ctx);

/**
 * Likewise a level SPI that stays active, hence silent, when the handler has returned, until shell_host_spi_end(): then
 * its wire is sampled anew. To end what is not active does nothing. Any context, on any CPU.
 */
int shell_host_spi_hold(unsigned int spi, shell_irq_fn handler, void *ctx);
void shell_host_spi_end(unsigned int spi);

#endif
