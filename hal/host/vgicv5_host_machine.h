/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief A whole machine for tests: PEs and IRSs of a software GICv5, memory, and a small host OS's GIC driver.
 *
 *     struct hal_host_machine *machine;
 *
 *     assert_null(hal_host_machine_create(&machine, NULL, 0));
 *     hal_host_machine_bind(machine);
 *     hal_host_set_pe(0, &pcpu[0]);
 *     ... vgicv5_host_init() with hal_host_machine_irs(machine, 0) ...
 *     hal_host_machine_destroy(machine);
 *
 * After creation the physical side is as an operating system leaves it: every PE's CPU interface enabled with the
 * lowest priority mask, a linear IST for LPIs (16 ID bits, or what the IRS can), IRSs enabled. Doorbells are LPIs
 * of that IST, programmed with GIC CDxx.
 *
 * Nothing interrupts a thread by itself. A test takes interrupts where it wants them, with
 * hal_host_machine_interrupts(), or lets a thread of the machine take them as they come.
 */
#ifndef VGICV5_HOST_MACHINE_H
#define VGICV5_HOST_MACHINE_H

#include <vgicv5_soft/soft.h>

#include "vgicv5_host_port.h"

struct hal_host_machine;

#define HAL_HOST_MACHINE_PES 4
#define HAL_HOST_MACHINE_MEMORY ((size_t)64 << 20)

/**
 * Makes a machine.
 * @param config of the software GICv5; `ops` and `ctx` are the machine's own. NULL: the default with
 *               HAL_HOST_MACHINE_PES PEs.
 * @param memory_bytes of physical memory, a multiple of 64 KiB; 0: HAL_HOST_MACHINE_MEMORY.
 * @return NULL, or what is wrong, and then there is no machine.
 */
const char *hal_host_machine_create(struct hal_host_machine **machine,
				    const struct vgicv5_soft_config *config, size_t memory_bytes);

/** Ends it, unbinds it if it is bound. All threads must be out of it. NULL is fine. */
void hal_host_machine_destroy(struct hal_host_machine *machine);

/** Binds the port to it. */
void hal_host_machine_bind(struct hal_host_machine *machine);

/** The software GICv5 inside, for knobs, counters and inspection. */
struct vgicv5_soft *hal_host_machine_soft(struct hal_host_machine *machine);

/**
 * "Mapped" config frame of an IRS. Only the accessors of the port can touch it, a plain access faults. The SETLPI
 * frame follows at GICV5_FRAME_SIZE.
 */
volatile void *hal_host_machine_irs(struct hal_host_machine *machine, unsigned int irs);

/** The byte of physical memory at `pa`; NULL: none there. Not for memory that the library has not allocated. */
void *hal_host_machine_memory(struct hal_host_machine *machine, uint64_t pa);

/** Host LPIs that doorbells have taken and not given back. */
unsigned int hal_host_machine_lpis(struct hal_host_machine *machine);

/** Whether `pe` has a physical interrupt for EL2, and takes all that it has. Returns how many were doorbells. */
bool hal_host_machine_interrupted(struct hal_host_machine *machine, unsigned int pe);
unsigned int hal_host_machine_interrupts(struct hal_host_machine *machine, unsigned int pe);

/** Starts and ends a thread that takes the interrupts of all PEs as they come. */
void hal_host_machine_start_interrupts(struct hal_host_machine *machine);
void hal_host_machine_stop_interrupts(struct hal_host_machine *machine);

/**
 * What a guest running on `pe` does: a register access or GIC instruction at EL1 with HCR_EL2.IMO = 1. Arguments
 * and result as for vgicv5_soft_sys().
 */
enum vgicv5_soft_result hal_host_machine_guest(struct hal_host_machine *machine, unsigned int pe,
					       unsigned int encoding, bool read, uint64_t *value);

/** Whether the guest running on `pe` sees an IRQ. */
bool hal_host_machine_guest_irq(struct hal_host_machine *machine, unsigned int pe);

/** What the checker of the software GICv5 found: how often, and the last of it, "rule: text". */
unsigned int hal_host_machine_violations(struct hal_host_machine *machine);
const char *hal_host_machine_last_violation(struct hal_host_machine *machine);

#endif
