/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Entry of the payload on AArch64: the header of an arm64 Image, the entries of both CPUs at EL1 with the MMU
 * off, and the vectors. The image runs wherever it is loaded.
 */
	.section .head, "ax"
	.globl _start
_start:
	b	primary
	.long	0
	.quad	0			/* offset from a 2 MiB boundary */
	.quad	_end - _start		/* size with .bss */
	.quad	0xa			/* little-endian, 4 KiB pages, anywhere */
	.quad	0, 0, 0
	.ascii	"ARM\x64"
	.long	0

	.text
primary:
	/* Relocate: every entry of .rela.dyn is R_AARCH64_RELATIVE. */
	adrp	x0, _rela_start
	add	x0, x0, :lo12:_rela_start
	adrp	x1, _rela_end
	add	x1, x1, :lo12:_rela_end
	adr	x2, _start
1:	cmp	x0, x1
	b.hs	2f
	ldp	x3, x4, [x0], #16
	ldr	x5, [x0], #8
	add	x5, x5, x2
	str	x5, [x2, x3]
	b	1b
2:	adrp	x0, _bss_start
	add	x0, x0, :lo12:_bss_start
	adrp	x1, _end
	add	x1, x1, :lo12:_end
3:	cmp	x0, x1
	b.hs	4f
	str	xzr, [x0], #8
	b	3b
4:	adrp	x0, stack0_top
	add	x0, x0, :lo12:stack0_top
	mov	sp, x0
	mov	x0, #0
	bl	start_cpu
	bl	platform_main
	b	.

	.globl secondary
secondary:
	adrp	x0, stack1_top
	add	x0, x0, :lo12:stack1_top
	mov	sp, x0
	mov	x0, #1
	bl	start_cpu
	bl	platform_secondary
	b	.

/* x0: CPU number, kept in TPIDR_EL1. */
start_cpu:
	msr	tpidr_el1, x0
	msr	daifset, #0xf
	adrp	x1, vectors
	add	x1, x1, :lo12:vectors
	msr	vbar_el1, x1
	isb
	ret

	.macro	vector target
	.balign	0x80
	b	\target
	.endm

	.balign	0x800
vectors:
	.rept	4
	vector	unexpected
	.endr
	vector	skip
	vector	irq
	vector	unexpected
	vector	unexpected
	.rept	8
	vector	unexpected
	.endr

/* A faulting access is skipped and counted; nothing else may fault. */
skip:
	stp	x0, x1, [sp, #-32]!
	stp	x2, x3, [sp, #16]
	mrs	x0, esr_el1
	lsr	x1, x0, #26
	cbz	x1, 1f			/* undefined */
	cmp	x1, #0x25		/* data abort */
	b.eq	1f
	cmp	x1, #0x18		/* system register */
	b.ne	unexpected
1:	mrs	x0, elr_el1
	add	x0, x0, #4
	msr	elr_el1, x0
	mrs	x0, tpidr_el1
	adrp	x1, platform_faults
	add	x1, x1, :lo12:platform_faults
	ldr	w2, [x1, x0, lsl #2]
	add	w2, w2, #1
	str	w2, [x1, x0, lsl #2]
	ldp	x2, x3, [sp, #16]
	ldp	x0, x1, [sp], #32
	eret

irq:
	sub	sp, sp, #192
	stp	x0, x1, [sp]
	stp	x2, x3, [sp, #16]
	stp	x4, x5, [sp, #32]
	stp	x6, x7, [sp, #48]
	stp	x8, x9, [sp, #64]
	stp	x10, x11, [sp, #80]
	stp	x12, x13, [sp, #96]
	stp	x14, x15, [sp, #112]
	stp	x16, x17, [sp, #128]
	stp	x18, x30, [sp, #144]
	mrs	x0, elr_el1
	mrs	x1, spsr_el1
	stp	x0, x1, [sp, #160]
	bl	platform_irq
	ldp	x0, x1, [sp, #160]
	msr	elr_el1, x0
	msr	spsr_el1, x1
	ldp	x18, x30, [sp, #144]
	ldp	x16, x17, [sp, #128]
	ldp	x14, x15, [sp, #112]
	ldp	x12, x13, [sp, #96]
	ldp	x10, x11, [sp, #80]
	ldp	x8, x9, [sp, #64]
	ldp	x6, x7, [sp, #48]
	ldp	x4, x5, [sp, #32]
	ldp	x2, x3, [sp, #16]
	ldp	x0, x1, [sp]
	add	sp, sp, #192
	eret

unexpected:
	mrs	x0, esr_el1
	mrs	x1, elr_el1
	mrs	x2, far_el1
	bl	platform_unexpected
	b	.

	.bss
	.balign	16
	.space	8192
stack0_top:
	.space	8192
stack1_top:
