/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Vectors that write down where and why an instruction was taken as undefined, and skip it: see undef.h. */
	.text
	.globl undef_vectors
	.balign	0x800
undef_vectors:
	.space	0x200
	/* Synchronous, at EL1 with its own stack. */
	stp	x0, x1, [sp, #-32]!
	stp	x2, x3, [sp, #16]
	adrp	x2, undef_seen
	add	x2, x2, :lo12:undef_seen
	mrs	x0, elr_el1
	mrs	x1, esr_el1
	stp	x0, x1, [x2]
	add	x0, x0, #4
	msr	elr_el1, x0
	ldr	x3, [x2, #16]
	add	x3, x3, #1
	str	x3, [x2, #16]
	ldp	x2, x3, [sp, #16]
	ldp	x0, x1, [sp], #32
	eret
