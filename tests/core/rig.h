/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A machine with the library on it: what the tests of hosts, VMs and the virtual IRS share.
 */
#ifndef TESTS_CORE_RIG_H
#define TESTS_CORE_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <vgicv5/arch/intid.h>
#include <vgicv5/arch/irs.h>
#include <vgicv5/arch/tables.h>
#include <vgicv5/hyp.h>

#include "vgicv5_host_machine.h"

#define RIG_IRSS 3

/* A kind of host: name and what it changes in the default configuration. */
struct rig_kind {
	const char *name;
	void (*change)(struct vgicv5_soft_config *config);
};

extern const struct rig_kind rig_kinds[];
extern const unsigned int rig_kind_count;

struct rig {
	const struct rig_kind *kind;
	struct vgicv5_soft_config config;
	struct hal_host_machine *machine;
	struct vgicv5_soft *soft;
	struct vgicv5_irs_desc irs[RIG_IRSS];
	struct vgicv5_host_config host_config;
	struct vgicv5_host host;
	struct vgicv5_pcpu pcpu[HAL_HOST_MACHINE_PES];
	size_t outstanding; /* library memory before this rig */
};

/* The machine, bound, this thread being PE 0. Without vgicv5_host_init(). */
void rig_machine(struct rig *rig, const struct rig_kind *kind);

/* The same, and the host made. */
void rig_up(struct rig *rig, const struct rig_kind *kind);

/* Ends the host and the machine. Nothing may be left over, and the checker must have been silent. */
void rig_down(struct rig *rig);

/* Ends the machine whatever the state: for tests that end with memory kept. The checker must have been silent. */
void rig_abandon(struct rig *rig);

/* Bytes that the library holds, host included. */
size_t rig_held(const struct rig *rig);

void rig_check_silent(const struct rig *rig);

/* Reads bypass nothing: what they say of register `offset` of IRS `irs` from now on; 0 reads on. */
void rig_override(struct rig *rig, unsigned int irs, uint32_t offset, uint32_t value);

/* A VM with vCPUs of these VPE IDs, not started. */
#define RIG_VCPUS 8
struct rig_vm {
	struct vgicv5_vm vm;
	struct vgicv5_vcpu vcpu[RIG_VCPUS];
};

struct vgicv5_vm_config rig_vm_config(uint32_t spi_count);
void rig_vm_init(struct rig *rig, struct rig_vm *vm, const struct vgicv5_vm_config *config,
		 const uint32_t *vpe_ids, unsigned int count);

/* One vCPU, VPE ID 0, 32 SPIs, started. */
void rig_vm_up(struct rig *rig, struct rig_vm *vm);

/* State of an interrupt of a VM, or false if it is unreachable. */
bool rig_inspect(struct rig *rig, const struct vgicv5_vm *vm, unsigned int type, uint32_t id,
		 struct vgicv5_soft_interrupt *state);

/* What a VPE's doorbell register holds; fails the test if the VPE is not valid. */
uint64_t rig_doorbell(struct rig *rig, const struct vgicv5_vcpu *vcpu, bool *dps);

/* IRS_VM_DBR of a VM: whose doorbell stands for 1ofN interrupts. */
uint64_t rig_vm_doorbell(struct rig *rig, const struct vgicv5_vm *vm);

#endif
