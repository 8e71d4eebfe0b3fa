/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Hypercalls of an nVHE host to core/hyp in the nVHE object. Part of hyp-main.c.
 *
 * The host may be trusted: with protected KVM there is no virtual GICv5, and hyp-main.c refuses these.
 */
#ifndef VGICV5_NVHE_HYPERCALLS_H
#define VGICV5_NVHE_HYPERCALLS_H

#ifdef CONFIG_KVM_VGICV5_NATIVE
#include <vgicv5/hyp.h>

static void handle___vgicv5_load(struct kvm_cpu_context *host_ctxt)
{
	DECLARE_REG(struct vgicv5_hyp *, hyp, host_ctxt, 1);

	cpu_reg(host_ctxt, 1) = vgicv5_hyp_load(kern_hyp_va(hyp));
}

static void handle___vgicv5_save(struct kvm_cpu_context *host_ctxt)
{
	DECLARE_REG(struct vgicv5_hyp *, hyp, host_ctxt, 1);

	vgicv5_hyp_save(kern_hyp_va(hyp));
}

static void handle___vgicv5_leave(struct kvm_cpu_context *host_ctxt)
{
	DECLARE_REG(u64, contextr, host_ctxt, 1);

	vgicv5_hyp_leave(contextr);
}

static void handle___vgicv5_resume(struct kvm_cpu_context *host_ctxt)
{
	DECLARE_REG(u64, contextr, host_ctxt, 1);

	cpu_reg(host_ctxt, 1) = vgicv5_hyp_resume(contextr);
}

#define VGICV5_CASE_READ(name)        \
	if (encoding == GICV5_##name) \
		cpu_reg(host_ctxt, 1) = vgicv5_read_##name();

static void handle___vgicv5_read(struct kvm_cpu_context *host_ctxt)
{
	DECLARE_REG(u64, encoding, host_ctxt, 1);

	cpu_reg(host_ctxt, 1) = 0;
	VGICV5_FAR_REGISTERS(VGICV5_CASE_READ)
}

#define VGICV5_CASE_WRITE(name)       \
	if (encoding == GICV5_##name) \
		vgicv5_write_##name(value);
#define VGICV5_CASE_INSN(name)            \
	if (encoding == GICV5_GIC_##name) \
		vgicv5_gic_##name(value);

static void handle___vgicv5_write(struct kvm_cpu_context *host_ctxt)
{
	DECLARE_REG(u64, encoding, host_ctxt, 1);
	DECLARE_REG(u64, value, host_ctxt, 2);

	VGICV5_FAR_REGISTERS(VGICV5_CASE_WRITE)
	VGICV5_FAR_INSNS(VGICV5_CASE_INSN)
}

#define KVM_VGICV5_HYPERCALLS(X)                                                                     \
	X(__vgicv5_load), X(__vgicv5_save), X(__vgicv5_leave), X(__vgicv5_resume), X(__vgicv5_read), \
		X(__vgicv5_write),
#else
#define KVM_VGICV5_HYPERCALLS(X)
#endif

#endif
