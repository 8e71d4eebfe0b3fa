/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Floating-point and SIMD registers: void fp_save(struct vmfile_fp *), void fp_restore(const struct vmfile_fp *). */
	.arch_extension fp
	.arch_extension simd

	.macro	fp_pairs op
	\op	q0, q1, [x0]
	\op	q2, q3, [x0, #32]
	\op	q4, q5, [x0, #64]
	\op	q6, q7, [x0, #96]
	\op	q8, q9, [x0, #128]
	\op	q10, q11, [x0, #160]
	\op	q12, q13, [x0, #192]
	\op	q14, q15, [x0, #224]
	\op	q16, q17, [x0, #256]
	\op	q18, q19, [x0, #288]
	\op	q20, q21, [x0, #320]
	\op	q22, q23, [x0, #352]
	\op	q24, q25, [x0, #384]
	\op	q26, q27, [x0, #416]
	\op	q28, q29, [x0, #448]
	\op	q30, q31, [x0, #480]
	.endm

	.section .text
	.global	fp_save
fp_save:
	fp_pairs stp
	mrs	x1, fpsr
	mrs	x2, fpcr
	str	x1, [x0, #512]
	str	x2, [x0, #520]
	ret

	.global	fp_restore
fp_restore:
	fp_pairs ldp
	ldr	x1, [x0, #512]
	ldr	x2, [x0, #520]
	msr	fpsr, x1
	msr	fpcr, x2
	ret
