/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Addresses and register values that assembler and C share.
 *
 * EL2 has 39 bits of virtual address. RAM is mapped at its own physical address, the first GiB as device memory, and
 * the image at its link address. The frames of the software IRS are a hole: accesses to it are emulated.
 */
#ifndef SHELL_LAYOUT_H
#define SHELL_LAYOUT_H

#define IMAGE_VA 0x7fc0000000
#define IMAGE_SPAN 0x400000 /* what is kept for the image at the top of RAM */
#define IRS_HOLE_VA 0x7f80000000

/* Attribute 0: normal memory, write-back. Attribute 1: device nGnRE. */
#define MAIR_VALUE 0x04ff
/* T0SZ = 25, write-back walks, inner shareable, 4 KiB; PS is filled in. */
#define TCR_VALUE (0x80800000 | (3 << 12) | (1 << 10) | (1 << 8) | 25)
/* RES1 bits, I, C, M. */
#define SCTLR_VALUE 0x30c51835

/* struct shell_cpu */
#define CPU_STACK_TOP 0

/* struct guest_regs */
#define REGS_PC 248
#define REGS_PSTATE 256
#define REGS_BYTES 288

/* What the vectors say to the C code. */
#define EXIT_SYNC 0
#define EXIT_IRQ 1
#define EXIT_FIQ 2
#define EXIT_SERROR 3

#endif
