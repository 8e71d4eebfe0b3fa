/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The POSIX port as tests see it: what it is bound to, what it counted, what it shall break.
 *
 * The port itself keeps no hardware. Accesses go to the bus that is bound: a machine with a software GICv5 inside
 * (vgicv5_host_machine.h), a bus of the test's own, or none; then registers are plain variables of each thread,
 * frames are memory and nothing ever interrupts, which is what a measurement of instructions wants.
 *
 * Misuse of the port by the library prints a sentence and aborts: a second lock or a mutex taken under a lock,
 * something that may sleep called in atomic context, an unlock by somebody else, a free with another size.
 */
#ifndef VGICV5_HOST_PORT_H
#define VGICV5_HOST_PORT_H

#include <vgicv5/vcpu.h>

/* ---- Binding ---- */

/** Where accesses go. All members are needed. May be called from several threads at once. */
struct hal_host_bus {
	/** System register (op0 = 3) or GIC instruction (op0 = 1) of `encoding`; returns what is read. */
	uint64_t (*sys)(void *ctx, unsigned int pe, unsigned int encoding, bool read, uint64_t value);
	void (*isb)(void *ctx, unsigned int pe);
	uint64_t (*mmio_read)(void *ctx, const volatile void *address, unsigned int bytes);
	void (*mmio_write)(void *ctx, volatile void *address, unsigned int bytes, uint64_t value);
	/** Zeroed memory; `bytes` and `align` are multiples of HAL_HOST_CACHE_LINE. */
	void *(*alloc)(void *ctx, size_t bytes, size_t align);
	void (*free)(void *ctx, void *memory, size_t bytes);
	uint64_t (*phys)(void *ctx, const void *memory);
	void (*cache_maintained)(void *ctx, const void *start, size_t bytes);
	/** Takes a host LPI, enabled and routed to `pe`; false: none is left. */
	bool (*lpi_take)(void *ctx, unsigned int pe, uint32_t *lpi);
	void (*lpi_release)(void *ctx, uint32_t lpi);
	void (*lpi_steer)(void *ctx, uint32_t lpi, unsigned int pe);
};

#define HAL_HOST_CACHE_LINE 64

/** Binds all threads to a bus; NULL: to none. No access may be under way. */
void hal_host_bind(const struct hal_host_bus *bus, void *ctx);

/** The calling thread is PE `pe` from now on, whose object is `pcpu`. A new thread is PE 0 without an object. */
void hal_host_set_pe(unsigned int pe, struct vgicv5_pcpu *pcpu);
unsigned int hal_host_pe(void);

/** Says that the calling thread has interrupts off: what may sleep aborts from now on. Returns the old state. */
bool hal_host_set_atomic(bool atomic);

/* ---- Counting ---- */

/* clang-format off */
/** X(name): events of the port. Barriers GSB are instructions. */
#define HAL_HOST_COUNTERS(X) \
	X(sysreg_reads)      \
	X(sysreg_writes)     \
	X(instructions)      \
	X(isbs)              \
	X(dsb_sts)           \
	X(dsb_sys)           \
	X(mmio_reads)        \
	X(mmio_writes)       \
	X(locks)             \
	X(mutexes)           \
	X(cache_maintains)   \
	X(allocs)            \
	X(frees)             \
	X(guest_reads)       \
	X(guest_writes)      \
	X(clock_reads)       \
	X(relaxes)           \
	X(kicks)             \
	X(doorbell_requests) \
	X(doorbell_steers)   \
	X(vm_deaths)         \
	X(errors)            \
	X(infos)
/* clang-format on */

#define HAL_HOST_COUNTER_MEMBER(name) uint64_t name;
struct hal_host_counts {
	HAL_HOST_COUNTERS(HAL_HOST_COUNTER_MEMBER)
	uint64_t reads[HAL_HOST_REG_COUNT]; /**< by register: reads[HAL_HOST_ICH_APR_EL2] */
	uint64_t writes[HAL_HOST_REG_COUNT];
	uint64_t insns[HAL_HOST_INSN_COUNT]; /**< by instruction: insns[HAL_HOST_GIC_VDPEND] */
};

/** What the calling thread did since it began, or since the last clear. */
void hal_host_thread_counts(struct hal_host_counts *counts);

/** The sum over all threads, those that ended included. Exact when no other thread is in the port. */
void hal_host_counts(struct hal_host_counts *counts);

/** Zeroes the counters of all threads. No other thread may be in the port. */
void hal_host_counts_clear(void);

/** Prints every counter that is not zero, one `name value` per line: registers and instructions by name. */
void hal_host_counts_print(const struct hal_host_counts *counts, void (*print)(void *ctx, const char *line),
			   void *ctx);

/** Bytes that the library has allocated through the port and not freed. */
size_t hal_host_outstanding(void);

/* ---- Breaking things ---- */

enum hal_host_fault {
	HAL_HOST_FAULT_ALLOC,		 /**< vgicv5_port_alloc() returns NULL */
	HAL_HOST_FAULT_DOORBELLS_CREATE, /**< VGICV5_NO_MEMORY */
	HAL_HOST_FAULT_DOORBELL_REQUEST, /**< VGICV5_NO_ID */
	HAL_HOST_FAULT_GUEST_ACCESS,	 /**< VGICV5_FAULT */
	HAL_HOST_FAULT_COUNT
};

/** The `nth` call from now on fails, and only that; 1 is the next, 0 disarms. Calls of all threads count. */
void hal_host_fail(enum hal_host_fault fault, unsigned int nth);

/** Whether the armed fault has struck since hal_host_fail(). */
bool hal_host_failed(enum hal_host_fault fault);

/** Every look at the clock makes it go on by that much; at first 10. Nothing ever waits for real time. */
void hal_host_set_clock_step(uint64_t microseconds);

/* ---- Guest memory ---- */

/** Memory of a guest: `host` is `bytes` of it from `gpa` on. NULL as `vm` stands for every VM. Not copied. */
void hal_host_guest_memory_add(struct vgicv5_vm *vm, uint64_t gpa, void *host, size_t bytes);

/** Forgets all guest memory and what is dirty. */
void hal_host_guest_memory_clear(void);

/** Called before each vgicv5_port_guest_read(), on its thread; NULL: nothing. For what a guest does meanwhile. */
void hal_host_on_guest_read(void (*fn)(void *ctx, struct vgicv5_vm *vm, uint64_t gpa), void *ctx);

/** Whether the 4 KiB page at `gpa` was written through the port since it was added. */
bool hal_host_guest_dirty(struct vgicv5_vm *vm, uint64_t gpa);

/* ---- What the library tells the host ---- */

/** Whether vgicv5_port_kick() was called for the vCPU since the last time this returned true. */
bool hal_host_take_kick(struct vgicv5_vcpu *vcpu);

/** Sleeps until that is so. */
void hal_host_wait_kick(struct vgicv5_vcpu *vcpu);

/** Called in addition at each kick, and at the death of a VM; NULL: nothing. For tests with rules of their own. */
void hal_host_on_kick(void (*fn)(void *ctx, struct vgicv5_vcpu *vcpu), void *ctx);
void hal_host_on_vm_dead(void (*fn)(void *ctx, struct vgicv5_vm *vm, const char *why), void *ctx);
void hal_host_on_trace(void (*fn)(void *ctx, unsigned int point, uint32_t vm, uint64_t a, uint64_t b),
		       void *ctx);

/**
 * The last vgicv5_error() of any thread, copied; "" if there was none. Messages also go to stderr if the
 * environment has VGICV5_VERBOSE.
 */
void hal_host_last_error(char *to, size_t bytes);

/** The handler of a doorbell: calls vgicv5_doorbell_fired() if `lpi` is one. @return whether it was. */
bool hal_host_doorbell(uint32_t lpi);

/** Back to the start: no bus, no faults, counters, kicks, guest memory, callbacks. No other thread in the port. */
void hal_host_reset(void);

#endif
