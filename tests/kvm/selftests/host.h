/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Host side of the tests: a VM with a GICv5, its attributes and lines.
 */
#ifndef HOST_H
#define HOST_H

#include <kvm_util.h>
#include <linux/sizes.h>
#include <processor.h>
#include <pthread.h>

#define MAX_VCPUS 8

struct machine {
	struct kvm_vm *vm;
	int gic;
	unsigned int vcpus;
	struct kvm_vcpu *vcpu[MAX_VCPUS];
	pthread_t thread[MAX_VCPUS];
};

/** A VM with the device and vCPUs 0 to `vcpus` - 1 that begin at `code`, not initialised, nothing set. */
void machine_bare(struct machine *m, unsigned int vcpus, void *code);

/** The same with given vCPU ids, and everything set and initialised; `spis` 0: the default. */
void machine_make(struct machine *m, unsigned int vcpus, const uint32_t *ids, void *code, uint32_t spis);

/** machine_bare(), and what initialises it. */
void machine_init(struct machine *m, uint32_t spis);
void machine_free(struct machine *m);

/** Runs all vCPUs until each has said that it is done; a failed assertion of the guest ends the program. */
void machine_start(struct machine *m);
void machine_join(struct machine *m);

/** One vCPU until its next call; what it says, or UCALL_DONE as 0. */
uint64_t machine_sync(struct machine *m, unsigned int vcpu);

/** 0 or an errno of an access of the device; `data` may be any pointer. */
int attr_set(struct machine *m, uint32_t group, uint64_t attr, const void *data);
int attr_get(struct machine *m, uint32_t group, uint64_t attr, void *data);

/** 0 or an errno of KVM_IRQ_LINE. */
int line(struct machine *m, unsigned int type, unsigned int vcpu, unsigned int number, bool level);
void spi_line(struct machine *m, unsigned int spi, bool level);
void sw_ppi_line(struct machine *m, unsigned int vcpu, bool level);

/** What the VM's file in debugfs says, to be freed; and the first line in it that begins with `start`, or NULL. */
char *machine_dump(struct machine *m);
const char *dump_line(const char *dump, const char *start);

/** Lets the host read and write a variable that guests use, too. */
#define SHARED(m, variable) ((typeof(&(variable)))addr_gva2hva((m)->vm, (gva_t) & (variable)))

#define EXPECT(call, expected)                                                                            \
	do {                                                                                              \
		int result_ = (call);                                                                     \
                                                                                                          \
		TEST_ASSERT(result_ == (expected), #call " gives %d and not %d (" #expected ")", result_, \
			    (expected));                                                                  \
	} while (0)

#endif
