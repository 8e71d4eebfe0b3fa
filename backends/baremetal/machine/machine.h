/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The machine below the hypervisor proper: a CPU with GICv5, or one without and the software GICv5.
 *
 * What lies above uses GICv5 registers, instructions and frames only. Without the hardware these trap into here:
 * undefined instructions at EL2, data aborts on the hole where the IRS's frames are, and the HVCs that stand for a
 * guest's GICv5 instructions. The machine's GICv2 feeds the wires of the software GICv5 and is seen by nobody else.
 */
#ifndef SHELL_MACHINE_H
#define SHELL_MACHINE_H

#include "../host/cpu.h"

struct guest_regs;
struct shell_counters;

/** Whether the CPU has FEAT_GCIE. Fixed from machine_init() on. */
extern bool machine_native;

/** On the first CPU, once; then on every CPU, the first included. */
void machine_init(void);
void machine_cpu_init(void);

/** The NS config frame of the IRS. */
volatile void *machine_irs(void);

/** Whether the GICv5 signals an interrupt to this CPU now. Takes what the GICv2 has. */
bool machine_irq_pending(void);

/** Runs the guest until something has to be done for it. @return EXIT_SYNC (see regs->esr) or EXIT_IRQ. */
unsigned int machine_run(struct guest_regs *regs, uint64_t hcr, struct shell_counters *counters);

/** Waits until machine_irq_pending() may say something else. */
void machine_wait(void);

/** Lets the wire of an SPI through. `level`: what the device does with it. */
void machine_wire(unsigned int spi, bool level);

/** An exception of the shell itself. @return true: it was an access to the GICv5, and is done. */
bool machine_exception(struct guest_regs *regs, uint64_t esr);

#endif
