/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The seam: what a hypervisor supplies.
 *
 * Tier 0 is the header `vgicv5_port.h`, found by include path, with static inlines only. Hot code may use nothing
 * else. It supplies:
 *
 * | what | names |
 * | --- | --- |
 * | integer types | `vgicv5_types.h`: uint8_t to uint64_t, bool, size_t, NULL |
 * | registers | `uint64_t vgicv5_read_<REG>(void)`, `void vgicv5_write_<REG>(uint64_t)` for GICV5_SYSREGS_ICC and _ICH |
 * | instructions | `void vgicv5_gic_<OP>(uint64_t)`; `vgicv5_gic_CDEOI(void)` with a literal xzr; `uint64_t vgicv5_gicr_CDIA(void)`; `vgicv5_gsb_SYS(void)`, `vgicv5_gsb_ACK(void)` |
 * | barriers | `vgicv5_isb()`; `vgicv5_dsb_st()`: earlier stores are visible to all CPUs and the IRS before anything later, system register writes included; `vgicv5_dsb_sy()`: the same for all accesses |
 * | IRS frames | `vgicv5_mmio_read32/read64(const volatile void *)`, `vgicv5_mmio_write32/write64(volatile void *, value)`: device accesses, in program order among themselves; no barrier against memory |
 * | single copies | `VGICV5_READ_ONCE(x)`, `VGICV5_WRITE_ONCE(x, v)`, `VGICV5_LOAD_ACQUIRE(p)`, `VGICV5_STORE_RELEASE(p, v)` on any scalar |
 * | atomics | on uint64_t, fully ordered, returning the old value: `vgicv5_fetch_or(p, v)`, `vgicv5_fetch_andnot(p, v)`, `vgicv5_exchange(p, v)`, `vgicv5_fetch_add(p, v)`, `bool vgicv5_compare_exchange(p, expected, new)` |
 * | locks | `vgicv5_lock_t`, `vgicv5_lock_init(l)`, `unsigned long vgicv5_lock(l)` (interrupts off, leaf), `vgicv5_unlock(l, flags)`, `vgicv5_assert_locked(l)`; `vgicv5_mutex_t`, `vgicv5_mutex_init/lock/unlock/assert`: for configuration, may sleep where the host can |
 * | this CPU | `struct vgicv5_pcpu *vgicv5_this_pcpu(void)`: interrupts or preemption off |
 * | caches | `vgicv5_cache_maintain(const void *, size_t)`: clean and invalidate to the point of coherency |
 * | messages | `vgicv5_error(fmt, ...)`, `vgicv5_info(fmt, ...)`; formats: %s %d %u %x %lx %lu %llx %llu |
 * | assertions | `VGICV5_ASSERT(cond)`: for mistakes of the library only, never reachable by a guest |
 *
 * Tier 1 are the functions below, each implemented once by a backend. A missing one fails the link. None is called
 * from enter, exit or injection but vgicv5_port_kick().
 */
#ifndef VGICV5_PORT_CONTRACT_H
#define VGICV5_PORT_CONTRACT_H

#include <vgicv5_types.h>

struct vgicv5_vm;
struct vgicv5_vcpu;

/**
 * Memory for a table or descriptor: zeroed, physically contiguous, aligned to `align` (a power of two, at least the
 * cache line), in cache lines shared with nothing else. May sleep; mutexes of the library may be held.
 * @return NULL if there is none.
 */
void *vgicv5_port_alloc(size_t bytes, size_t align);

/** Gives back what vgicv5_port_alloc() returned for the same `bytes`. `memory` may be NULL. Same context. */
void vgicv5_port_free(void *memory, size_t bytes);

/** Physical address, as the IRS sees it, of memory from vgicv5_port_alloc(). Any context. */
uint64_t vgicv5_port_phys(const void *memory);

/** A clock that only goes forward, in microseconds: the bound of waits for the IRS. Any context. */
uint64_t vgicv5_port_clock_us(void);

/** Called between two looks at a busy IRS. Any context, a lock may be held; must not sleep. */
void vgicv5_port_relax(void);

/**
 * Makes a vCPU look at its interrupts again: if it is blocked it becomes runnable, if it is between
 * vgicv5_vcpu_enter() and vgicv5_vcpu_exit() it exits and re-enters, otherwise nothing happens. Any context,
 * interrupts on or off; must not sleep or call the library.
 *
 * It orders: who blocks a vCPU says so first, then looks at vgicv5_vcpu_runnable(), with a full barrier in between,
 * and this call looks whether the vCPU is blocked after all earlier stores of the caller are visible. Then no wake-up
 * is lost (tests/stress/residency.pml).
 */
void vgicv5_port_kick(struct vgicv5_vcpu *vcpu);

/**
 * Makes the doorbell domain of a VM: `count` host LPIs under the host's LPI domain. May sleep.
 * @return 0; VGICV5_NO_MEMORY; VGICV5_NO_ID.
 */
int vgicv5_port_doorbells_create(struct vgicv5_vm *vm, unsigned int count);

/** Removes it with all its interrupts. No doorbell handler runs afterwards. Works on a domain half made. */
void vgicv5_port_doorbells_destroy(struct vgicv5_vm *vm);

/**
 * Requests entry `index` for a vCPU: from now on the interrupt's handler calls vgicv5_doorbell_fired(vcpu), in
 * interrupt context, on any CPU. `*lpi` is the ID of the host LPI, without type. May sleep.
 * @return 0; VGICV5_NO_ID; VGICV5_NO_MEMORY.
 */
int vgicv5_port_doorbell_request(struct vgicv5_vm *vm, unsigned int index, struct vgicv5_vcpu *vcpu,
				 uint32_t *lpi);

/**
 * Moves doorbell `index` to this CPU, unless its effective affinity already includes it. Interrupts off; must not
 * sleep. Failure costs speed only and is not reported.
 */
void vgicv5_port_doorbell_steer(struct vgicv5_vm *vm, unsigned int index);

/**
 * Reads or writes guest physical memory. The write marks the pages dirty. May sleep.
 * @return 0; VGICV5_FAULT, and then an unspecified part has been transferred.
 */
int vgicv5_port_guest_read(struct vgicv5_vm *vm, uint64_t gpa, void *to, size_t bytes);
int vgicv5_port_guest_write(struct vgicv5_vm *vm, uint64_t gpa, const void *from, size_t bytes);

/** The VM has been marked dead: no vCPU of it can be entered any more. Any context; must not call the library. */
void vgicv5_port_vm_dead(struct vgicv5_vm *vm, const char *why);

#endif
