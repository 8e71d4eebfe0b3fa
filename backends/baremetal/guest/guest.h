/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Virtual machines and vCPUs, as the hypervisor's own files see them.
 */
#ifndef SHELL_GUEST_GUEST_H
#define SHELL_GUEST_GUEST_H

#include <vgicv5/viwb.h>

#include "../../vmfile/vmfile.h"
#include "../host/cpu.h"
#include "../host/sched.h"
#include "../vm.h"
#include "regs.h"
#include "rewrite.h"
#include "stage2.h"

void fp_save(struct vmfile_fp *fp);
void fp_restore(const struct vmfile_fp *fp);

struct shell_vcpu {
	struct guest_regs regs;
	struct vmfile_fp fp;
	struct vmfile_sysregs sys;
	struct vmfile_timer timers[VMFILE_TIMERS];
	struct vgicv5_vcpu gic;
	struct shell_vm *vm;
	unsigned int index;
	int doorbell; /* host LPI, or -1 */
	unsigned int doorbell_cpu;

	/* A store to the page that it runs in: one step with the page writable. */
	bool stepping;
	uint64_t step_page;

	/* The scheduler's, under its lock. */
	enum vcpu_state state;
	bool queued;
	bool held; /* ready, but its VM is paused */
	struct shell_vcpu *next;
	struct shell_vcpu *next_sleeper;
	int sleeper_cpu;
	uint64_t wake_at;
	int cpu;
	int last_cpu;
	bool kicked;
	bool spinning; /* as it seemed at the end of its last slice */
	uint64_t slice_pc;
};

struct shell_vm {
	struct vgicv5_vm gic;
	char name[16];
	struct shell_vm_config config;
	unsigned int index;
	bool used;
	enum shell_vm_state state;
	bool finishing;
	bool paused;
	bool used_before; /* RAM holds what an earlier start left */
	enum shell_vm_after after;
	struct shell_vcpu *vcpus[SHELL_MAX_VCPUS];
	struct stage2 stage2;
	uint64_t ram_pa;
	struct shell_mmio_region regions[SHELL_MMIO_REGIONS];
	unsigned int region_count;
	unsigned int complaints;
	uint64_t cntvoff;
	struct vmfile_cpu model; /* CPU of the host where it was started first */
	struct shell_saved_device devices[SHELL_SAVED_DEVICES];
	unsigned int device_count;
	bool passed_through; /* it has registers of the machine's devices */
	uint32_t injecting;  /* calls of the core from devices that are under way */
	const struct shell_vcpu *last_vcpu[SHELL_MAX_CPUS]; /* whose translations a CPU may have */
	struct shell_counters counters;
	struct vgicv5_vits its;
	struct vgicv5_viwb iwb;
};

static inline void count(uint64_t *counter)
{
	__atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

extern struct shell_vm shell_vms[SHELL_MAX_VMS];

/* ---- vcpu.c ---- */

/** State after reset: entered at `pc` with `x0`. The vCPU is off. */
void vcpu_reset(struct shell_vcpu *vcpu, uint64_t pc, uint64_t x0);

/** Runs it on this CPU until it has to leave. */
void vcpu_run(struct shell_vcpu *vcpu);

/** The timers of a blocked vCPU: tells the core which fire. @return when the next one will. */
uint64_t vcpu_timers_wake(struct shell_vcpu *vcpu);

/* ---- exit.c ---- */

/** What the guest did. @return whether it goes on, and how it leaves otherwise. */
enum vcpu_next { NEXT_RUN, NEXT_YIELD, NEXT_BLOCK, NEXT_OFF };
enum vcpu_next exit_sync(struct shell_vcpu *vcpu);

/** The vCPU takes an exception at EL1 with that syndrome; `pc` is what it returns to. */
void inject_exception(struct shell_vcpu *vcpu, uint64_t esr, uint64_t pc);
void inject_undefined(struct shell_vcpu *vcpu, uint64_t pc);

/** A message about a guest that misbehaves; after some of them it is cut short. */
void complain(struct shell_vcpu *vcpu, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ---- abort.c ---- */
enum vcpu_next exit_abort(struct shell_vcpu *vcpu, uint64_t esr);
enum vcpu_next exit_step(struct shell_vcpu *vcpu);

/** Ends a step that is under way: the vCPU leaves this CPU, or has made its step. */
enum rewrite_result step_end(struct shell_vcpu *vcpu);

/* ---- idregs.c ---- */
enum vcpu_next exit_sysreg(struct shell_vcpu *vcpu, uint64_t esr);

/** What guests see on this machine. */
void cpu_model_of_host(struct vmfile_cpu *model);

/** Whether a guest that knows another machine can go on here. @return NULL, or what is in its way. */
const char *cpu_model_check(const struct vmfile_cpu *model);

/* ---- psci.c ---- */
enum vcpu_next exit_call(struct shell_vcpu *vcpu);

/* ---- inject.c ---- */

/** Gives a VM that is being made its IWB. @return 0 or an error of vgicv5/error.h. */
int vm_add_iwb(struct shell_vm *vm);

/* ---- line.c ---- */

/** See vgicv5_vm_config.deactivated. */
void vm_deactivated(struct vgicv5_vm *gic, uint32_t spi);

/* ---- vm.c ---- */

/**
 * Makes a VM that is off running, with zeroed memory, its GICv5 started and its devices reset; all vCPUs are off.
 * @return 0 or an error of vgicv5/error.h.
 */
int vm_prepare(struct shell_vm *vm);

/** Takes it back: no vCPU has been turned on. */
void vm_abandon(struct shell_vm *vm);

/** Ends the stop of VMs that are quiet. No vCPU is loaded on this CPU. */
void vm_finish_stops(void);

static inline struct shell_vcpu *vcpu_of_gic(struct vgicv5_vcpu *gic)
{
	return (struct shell_vcpu *)(void *)((char *)gic - __builtin_offsetof(struct shell_vcpu, gic));
}

static inline struct shell_vm *vm_of_gic(struct vgicv5_vm *gic)
{
	return (struct shell_vm *)(void *)((char *)gic - __builtin_offsetof(struct shell_vm, gic));
}

#endif
