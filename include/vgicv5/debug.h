/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Dumps and traces.
 */
#ifndef VGICV5_DEBUG_H
#define VGICV5_DEBUG_H

#include <vgicv5/vcpu.h>

/** Where a dump goes: one call per line, without newline. `line` lives until the function returns. */
typedef void (*vgicv5_print_fn)(void *ctx, const char *line);

/**
 * Dumps; may be called at any time, what moves meanwhile may look inconsistent. Never sleep, never allocate. That of a
 * vCPU: interrupts or preemption off, as it tells whether the vCPU is loaded on this CPU.
 */
void vgicv5_dump_host(const struct vgicv5_host *host, vgicv5_print_fn print, void *ctx);
void vgicv5_dump_vm(const struct vgicv5_vm *vm, vgicv5_print_fn print, void *ctx);
void vgicv5_dump_vcpu(const struct vgicv5_vcpu *vcpu, vgicv5_print_fn print, void *ctx);

/**
 * One interrupt of a VM. A PPI needs `vcpu`; for LPIs and SPIs the state is asked of the IRS with GIC VDRCFG, for
 * which a vCPU of that VM must be loaded on this CPU and interrupts off; otherwise only what memory knows is shown.
 */
void vgicv5_dump_interrupt(struct vgicv5_vm *vm, struct vgicv5_vcpu *vcpu, uint32_t intid,
			   vgicv5_print_fn print, void *ctx);

/* clang-format off */
/** X(name, meaning of a, meaning of b): the fixed set of trace points. */
#define VGICV5_TRACES(X)                                                \
	X(inject, "intid", "level")                                     \
	X(doorbell_requested, "vpe", "dbpm")                            \
	X(doorbell_fired, "vpe", "lpi")                                 \
	X(load, "vpe", "contextr")                                      \
	X(put, "vpe", "reason")                                         \
	X(entry, "vpe", "dirty")                                        \
	X(exit, "vpe", "icsr")                                          \
	X(residency_fault, "vpe", "contextr")                           \
	X(mmio_read, "offset", "value")                                 \
	X(mmio_write, "offset", "value")
/* clang-format on */

#define VGICV5_TRACE_CONSTANT(name, a, b) VGICV5_TRACE_##name,
enum vgicv5_trace { VGICV5_TRACES(VGICV5_TRACE_CONSTANT) VGICV5_TRACE_COUNT };

/*
 * A port that wants traces defines VGICV5_TRACE(point, vm_id, a, b) in vgicv5_port.h; where it is not defined the
 * trace points are no code at all.
 */
#ifndef VGICV5_TRACE
#define VGICV5_TRACE(point, vm_id, a, b) ((void)0)
#endif

#endif
