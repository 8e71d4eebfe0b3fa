/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Entry of the image. The boot loader enters with the MMU off, at EL2, at any address; x0 is the device tree. The
 * shell moves itself to the top of RAM, because guests' RAM is where it was loaded, and runs at its link address
 * from then on.
 */
#include "layout.h"

	.section .head, "ax"
	.global image_start
image_start:
	b	start
	.long	0
	.quad	0x200000		/* offset from the start of RAM */
	.quad	image_bytes
	.quad	0xa			/* little-endian, 4 KiB pages, anywhere in memory */
	.quad	0, 0, 0
	.ascii	"ARM\x64"
	.long	0

start:
	msr	daifset, #0xf
	mov	x19, x0
	mrs	x0, CurrentEL
	cmp	x0, #(2 << 2)
	b.ne	not_el2
	adrp	x1, boot_stack_top
	add	sp, x1, :lo12:boot_stack_top
	mov	x0, x19
	adrp	x1, image_start
	bl	early_place		/* physical address of the copy */
	mov	x20, x0
	adrp	x1, image_start
	adrp	x2, moved
	add	x2, x2, :lo12:moved
	sub	x2, x2, x1
	add	x2, x2, x20
	br	x2

	/* Now in the copy. */
moved:
	bl	enable_mmu
	ldr	x1, =boot_stack_top
	mov	sp, x1
	mov	x0, x19
	mov	x1, x20
	ldr	x2, =shell_main
	blr	x2
	b	.

not_el2:
	bl	early_not_el2
	b	.

	/* Entry of the other CPUs, from PSCI: x0 is the address of their struct shell_cpu. */
	.global secondary_start
secondary_start:
	msr	daifset, #0xf
	mov	x19, x0
	bl	enable_mmu
	ldr	x1, [x19, #CPU_STACK_TOP]
	mov	sp, x1
	mov	x0, x19
	ldr	x2, =secondary_main
	blr	x2
	b	.

	/* The tables map RAM at its own address too, so the program counter stays good. Clobbers x0 to x2. */
enable_mmu:
	ldr	x0, =MAIR_VALUE
	msr	mair_el2, x0
	ldr	x0, =TCR_VALUE
	mrs	x1, id_aa64mmfr0_el1
	and	x1, x1, #0xf		/* PARange */
	mov	x2, #5			/* 48 bits are enough */
	cmp	x1, x2
	csel	x1, x1, x2, lo
	bfi	x0, x1, #16, #3
	msr	tcr_el2, x0
	adrp	x0, el2_root
	add	x0, x0, :lo12:el2_root
	msr	ttbr0_el2, x0
	tlbi	alle2
	ic	iallu
	dsb	sy
	isb
	ldr	x0, =SCTLR_VALUE
	msr	sctlr_el2, x0
	isb
	ret
	.ltorg

	.section .bss
	.balign	16
boot_stack:
	.space	16384
boot_stack_top:
