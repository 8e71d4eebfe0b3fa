/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * void hold(struct held *held, uint64_t spins): puts all of *held into the registers, lets time pass, and stores what the
 * registers are then.
 */
#define HELD_V 256
#define HELD_FPSR 768
#define HELD_FPCR 776
#define HELD_NZCV 784

	.arch_extension fp
	.arch_extension simd

	.macro	vectors op
	\op	q0, q1, [x0, #HELD_V]
	\op	q2, q3, [x0, #HELD_V + 32]
	\op	q4, q5, [x0, #HELD_V + 64]
	\op	q6, q7, [x0, #HELD_V + 96]
	\op	q8, q9, [x0, #HELD_V + 128]
	\op	q10, q11, [x0, #HELD_V + 160]
	\op	q12, q13, [x0, #HELD_V + 192]
	\op	q14, q15, [x0, #HELD_V + 224]
	\op	q16, q17, [x0, #HELD_V + 256]
	\op	q18, q19, [x0, #HELD_V + 288]
	\op	q20, q21, [x0, #HELD_V + 320]
	\op	q22, q23, [x0, #HELD_V + 352]
	\op	q24, q25, [x0, #HELD_V + 384]
	\op	q26, q27, [x0, #HELD_V + 416]
	\op	q28, q29, [x0, #HELD_V + 448]
	\op	q30, q31, [x0, #HELD_V + 480]
	.endm

	/* x1 to x28; x29 and x30 follow apart, for one of them may be the base. */
	.macro	numbers op, base
	\op	x1, x2, [\base]
	\op	x3, x4, [\base, #16]
	\op	x5, x6, [\base, #32]
	\op	x7, x8, [\base, #48]
	\op	x9, x10, [\base, #64]
	\op	x11, x12, [\base, #80]
	\op	x13, x14, [\base, #96]
	\op	x15, x16, [\base, #112]
	\op	x17, x18, [\base, #128]
	\op	x19, x20, [\base, #144]
	\op	x21, x22, [\base, #160]
	\op	x23, x24, [\base, #176]
	\op	x25, x26, [\base, #192]
	\op	x27, x28, [\base, #208]
	.endm

	.section .text
	.global	hold
hold:
	stp	x29, x30, [sp, #-112]!
	stp	x19, x20, [sp, #16]
	stp	x21, x22, [sp, #32]
	stp	x23, x24, [sp, #48]
	stp	x25, x26, [sp, #64]
	stp	x27, x28, [sp, #80]
	str	x0, [sp, #96]
	vectors	ldp
	ldr	x2, [x0, #HELD_FPSR]
	msr	fpsr, x2
	ldr	x2, [x0, #HELD_FPCR]
	msr	fpcr, x2
	ldr	x2, [x0, #HELD_NZCV]
	msr	nzcv, x2
	mov	x30, x0
	mov	x0, x1
	numbers	ldp, x30
	ldp	x29, x30, [x30, #224]
1:	sub	x0, x0, #1
	cbnz	x0, 1b
	ldr	x0, [sp, #96]
	numbers	stp, x0
	stp	x29, x30, [x0, #224]
	mrs	x1, nzcv
	str	x1, [x0, #HELD_NZCV]
	mrs	x1, fpsr
	str	x1, [x0, #HELD_FPSR]
	mrs	x1, fpcr
	str	x1, [x0, #HELD_FPCR]
	vectors	stp
	ldp	x19, x20, [sp, #16]
	ldp	x21, x22, [sp, #32]
	ldp	x23, x24, [sp, #48]
	ldp	x25, x26, [sp, #64]
	ldp	x27, x28, [sp, #80]
	ldp	x29, x30, [sp], #112
	ret
