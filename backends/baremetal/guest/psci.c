// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* PSCI 1.1 and SMCCC 1.1 for guests, by HVC #0 or SMC #0. */
#include "../host/psci_host.h"
#include "guest.h"

#define PSCI_VERSION_1_1 0x10001u
#define SMCCC_VERSION_1_1 0x10001u
#define MIGRATE_NOT_NEEDED 2
#define AFFINITY_ON 0
#define AFFINITY_OFF 1
#define MPIDR_AFFINITY 0xff00ffffffu
#define SUSPEND_POWERDOWN BIT(16)

static struct shell_vcpu *vcpu_of_mpidr(const struct shell_vm *vm, uint64_t mpidr)
{
	/* MPIDR of vCPU n is n. */
	return mpidr < vm->config.vcpus ? vm->vcpus[mpidr] : NULL;
}

static int64_t cpu_on(struct shell_vcpu *caller, uint64_t mpidr, uint64_t entry, uint64_t context)
{
	struct shell_vcpu *vcpu = vcpu_of_mpidr(caller->vm, mpidr);

	if (!vcpu)
		return PSCI_INVALID_PARAMETERS;
	if (entry - SHELL_GUEST_RAM >= caller->vm->config.ram_bytes || entry & 3)
		return PSCI_INVALID_ADDRESS;
	return sched_turn_on_at(vcpu, entry, context) ? PSCI_SUCCESS : PSCI_ALREADY_ON;
}

static int64_t affinity_info(struct shell_vcpu *caller, uint64_t mpidr, uint64_t level)
{
	struct shell_vcpu *vcpu = vcpu_of_mpidr(caller->vm, mpidr);

	if (!vcpu || level != 0)
		return PSCI_INVALID_PARAMETERS;
	return vcpu->state == VCPU_OFF ? AFFINITY_OFF : AFFINITY_ON;
}

static int64_t features(uint64_t function)
{
	switch (function & ~(uint64_t)PSCI_64) {
	case PSCI_VERSION:
	case PSCI_CPU_SUSPEND:
	case PSCI_CPU_OFF:
	case PSCI_CPU_ON:
	case PSCI_AFFINITY_INFO:
	case PSCI_MIGRATE_INFO_TYPE:
	case PSCI_SYSTEM_OFF:
	case PSCI_SYSTEM_RESET:
	case PSCI_FEATURES:
	case SMCCC_VERSION:
		return PSCI_SUCCESS;
	default:
		return PSCI_NOT_SUPPORTED;
	}
}

/* Only retention: the CPU wakes up where it went to sleep. */
static enum vcpu_next suspend(struct shell_vcpu *vcpu, uint64_t state)
{
	vcpu->regs.x[0] = (uint64_t)(state & SUSPEND_POWERDOWN ? PSCI_INVALID_PARAMETERS : PSCI_SUCCESS);
	return state & SUSPEND_POWERDOWN ? NEXT_RUN : NEXT_BLOCK;
}

static enum vcpu_next system_call(struct shell_vcpu *vcpu, bool reset)
{
	con_printf("[shell] %s: %s\n", vcpu->vm->name, reset ? "restarts" : "powers off");
	shell_vm_stop(vcpu->vm, reset ? SHELL_AFTER_REBOOT : SHELL_AFTER_OFF);
	return NEXT_OFF;
}

enum vcpu_next exit_call(struct shell_vcpu *vcpu)
{
	uint64_t *x = vcpu->regs.x;
	uint64_t function = (uint32_t)x[0];
	uint64_t mask = function & PSCI_64 ? ~(uint64_t)0 : 0xffffffffu;
	int64_t result = PSCI_NOT_SUPPORTED;

	switch (function) {
	case SMCCC_VERSION:
		result = SMCCC_VERSION_1_1;
		break;
	case PSCI_VERSION:
		result = PSCI_VERSION_1_1;
		break;
	case PSCI_FEATURES:
		result = features((uint32_t)x[1]);
		break;
	case PSCI_MIGRATE_INFO_TYPE:
		result = MIGRATE_NOT_NEEDED;
		break;
	case PSCI_CPU_ON:
	case PSCI_CPU_ON | PSCI_64:
		result = cpu_on(vcpu, x[1] & mask & MPIDR_AFFINITY, x[2] & mask, x[3] & mask);
		break;
	case PSCI_AFFINITY_INFO:
	case PSCI_AFFINITY_INFO | PSCI_64:
		result = affinity_info(vcpu, x[1] & mask & MPIDR_AFFINITY, x[2]);
		break;
	case PSCI_CPU_SUSPEND:
	case PSCI_CPU_SUSPEND | PSCI_64:
		return suspend(vcpu, x[1]);
	case PSCI_CPU_OFF:
		return NEXT_OFF;
	case PSCI_SYSTEM_OFF:
		return system_call(vcpu, false);
	case PSCI_SYSTEM_RESET:
		return system_call(vcpu, true);
	}
	x[0] = (uint64_t)result;
	return NEXT_RUN;
}
