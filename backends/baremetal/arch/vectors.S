/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Exception vectors of EL2, and the way into a guest and out of it. */
#include "layout.h"

	/* `op` stp: x2 to x29 into a struct of registers at `base`, ldp: from it. */
	.macro	move_x2_to_x29 op, base
	\op	x2, x3, [\base, #16]
	\op	x4, x5, [\base, #32]
	\op	x6, x7, [\base, #48]
	\op	x8, x9, [\base, #64]
	\op	x10, x11, [\base, #80]
	\op	x12, x13, [\base, #96]
	\op	x14, x15, [\base, #112]
	\op	x16, x17, [\base, #128]
	\op	x18, x19, [\base, #144]
	\op	x20, x21, [\base, #160]
	\op	x22, x23, [\base, #176]
	\op	x24, x25, [\base, #192]
	\op	x26, x27, [\base, #208]
	\op	x28, x29, [\base, #224]
	.endm

	.macro	el2_vector kind
	.balign	0x80
	sub	sp, sp, #REGS_BYTES
	stp	x0, x1, [sp]
	mov	x0, #\kind
	b	el2_save
	.endm

	.macro	guest_vector kind
	.balign	0x80
	stp	x0, x1, [sp, #-16]!
	mov	x0, #\kind
	b	guest_leave
	.endm

	.section .text
	.balign	0x800
	.global	el2_vectors
el2_vectors:
	el2_vector EXIT_SYNC		/* SP_EL0: not used */
	el2_vector EXIT_IRQ
	el2_vector EXIT_FIQ
	el2_vector EXIT_SERROR
	el2_vector EXIT_SYNC
	el2_vector EXIT_IRQ
	el2_vector EXIT_FIQ
	el2_vector EXIT_SERROR
	guest_vector EXIT_SYNC		/* AArch64 */
	guest_vector EXIT_IRQ
	guest_vector EXIT_FIQ
	guest_vector EXIT_SERROR
	guest_vector EXIT_SYNC		/* AArch32 */
	guest_vector EXIT_IRQ
	guest_vector EXIT_FIQ
	guest_vector EXIT_SERROR

	/* An exception of the shell itself: el2_exception(kind, registers). */
el2_save:
	move_x2_to_x29 stp, sp
	mrs	x2, elr_el2
	stp	x30, x2, [sp, #240]
	mrs	x3, spsr_el2
	str	x3, [sp, #REGS_PSTATE]
	mov	x1, sp
	bl	el2_exception
	ldp	x2, x3, [sp, #REGS_PC]
	msr	elr_el2, x2
	msr	spsr_el2, x3
	ldp	x0, x1, [sp]
	move_x2_to_x29 ldp, sp
	ldr	x30, [sp, #240]
	add	sp, sp, #REGS_BYTES
	eret

	/* unsigned int guest_enter(struct guest_regs *): returns how the guest was left. */
	.global	guest_enter
guest_enter:
	stp	x29, x30, [sp, #-16]!
	stp	x27, x28, [sp, #-16]!
	stp	x25, x26, [sp, #-16]!
	stp	x23, x24, [sp, #-16]!
	stp	x21, x22, [sp, #-16]!
	stp	x19, x20, [sp, #-16]!
	stp	x0, x18, [sp, #-16]!
	ldp	x1, x2, [x0, #REGS_PC]
	msr	elr_el2, x1
	msr	spsr_el2, x2
	move_x2_to_x29 ldp, x0
	ldr	x30, [x0, #240]
	ldp	x0, x1, [x0]
	eret
	dsb	nsh			/* no speculation past the return */
	isb

	/* The stack holds x0 and x1 of the guest, then what guest_enter put there. */
guest_leave:
	ldr	x1, [sp, #16]
	move_x2_to_x29 stp, x1
	mrs	x2, elr_el2
	stp	x30, x2, [x1, #240]
	mrs	x3, spsr_el2
	str	x3, [x1, #REGS_PSTATE]
	ldp	x2, x3, [sp], #16
	stp	x2, x3, [x1]
	ldp	x1, x18, [sp], #16
	ldp	x19, x20, [sp], #16
	ldp	x21, x22, [sp], #16
	ldp	x23, x24, [sp], #16
	ldp	x25, x26, [sp], #16
	ldp	x27, x28, [sp], #16
	ldp	x29, x30, [sp], #16
	ret
