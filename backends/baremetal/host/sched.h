/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Which vCPU runs where. One run queue for all CPUs, first come first served, in slices of time.
 */
#ifndef SHELL_SCHED_H
#define SHELL_SCHED_H

#include <vgicv5_types.h>

struct shell_vcpu;
struct shell_vm;

enum vcpu_state {
	VCPU_OFF,     /* its guest has not turned it on */
	VCPU_READY,   /* in the run queue, or held back while its VM is paused */
	VCPU_RUNNING, /* on a CPU */
	VCPU_BLOCKED, /* waits for an interrupt */
};

/** Why a vCPU leaves its CPU. */
enum vcpu_leave { LEAVE_PREEMPTED, LEAVE_BLOCKED, LEAVE_OFF };

/** The loop of a CPU: never returns. */
void sched_loop(void) __attribute__((noreturn));

/** From off to ready, with the state after reset and that entry. @return false: it is not off. */
bool sched_turn_on_at(struct shell_vcpu *vcpu, uint64_t pc, uint64_t x0);

/** See vgicv5_port_kick(). */
void sched_kick(struct shell_vcpu *vcpu);

/** On the CPU of a running vCPU, before it enters the guest: whether it has to leave, and the timer is set. */
bool sched_must_leave(struct shell_vcpu *vcpu);

/** Whether a vCPU waits for a CPU. Any context. */
bool sched_others_wait(void);

/** Its state has been saved. With LEAVE_BLOCKED it may become ready at once. */
void sched_leave(struct shell_vcpu *vcpu, enum vcpu_leave why);

/** What waits on this CPU by shell_defer(). */
void sched_run_job(void);

/**
 * Of a VM that is paused and quiet: no vCPU waits for a time or a doorbell any more, those that did are ready. WFI may
 * end at any time.
 */
void sched_wake_all(struct shell_vm *vm);

/** Of a VM that is paused, with its registers set: from off to ready. */
void sched_turn_on_held(struct shell_vcpu *vcpu);

/** This CPU's timer fired. */
void sched_timer(void);

/** Takes a VM's vCPUs off the run queue, and those that run off their CPUs, for good or until sched_release(). */
void sched_stop(struct shell_vm *vm);
void sched_hold(struct shell_vm *vm);
void sched_release(struct shell_vm *vm);

/** Whether no vCPU of it runs. */
bool sched_is_quiet(struct shell_vm *vm);

/** Waits for it, on a CPU with no vCPU loaded, of a VM that is held. @return false: one does not leave. */
bool sched_wait_quiet(struct shell_vm *vm);

#endif
