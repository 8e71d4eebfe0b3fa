/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief What the files of the POSIX port know of each other.
 */
#ifndef HAL_HOST_INTERNAL_H
#define HAL_HOST_INTERNAL_H

#include "vgicv5_host_port.h"

/** One per thread that ever called the port; kept after the thread's end, for the sums. */
struct hal_host_thread {
	struct hal_host_thread *next;
	struct hal_host_counts counts;
	uint64_t regs[HAL_HOST_REG_COUNT]; /* of the bus that is none */
	unsigned int pe;
	struct vgicv5_pcpu *pcpu;
	unsigned int locks;
	bool atomic;
};

struct hal_host_thread *hal_host_self(void);

/* Relaxed atomics: hal_host_counts() of another thread may look at any time. */
#define HAL_HOST_COUNT(self, member) \
	__atomic_store_n(&(self)->counts.member, (self)->counts.member + 1, __ATOMIC_RELAXED)

const struct hal_host_bus *hal_host_bus(void **ctx);

extern const struct hal_host_bus hal_host_no_bus;

void hal_host_die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/** Aborts if the thread must not sleep now. */
void hal_host_may_sleep(const struct hal_host_thread *self, const char *what);

bool hal_host_strikes(enum hal_host_fault fault);

typedef void (*hal_host_fired_fn)(struct vgicv5_vcpu *vcpu);

int hal_host_doorbell_request(struct vgicv5_vm *vm, unsigned int index, struct vgicv5_vcpu *vcpu,
			      hal_host_fired_fn fired, uint32_t *lpi);

void hal_host_reset_threads(void);
void hal_host_reset_events(void);
void hal_host_reset_doorbells(void);

unsigned int hal_host_reg_encoding(enum hal_host_reg reg);
unsigned int hal_host_insn_encoding(enum hal_host_insn insn);

#endif
