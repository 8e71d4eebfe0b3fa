/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The state of a VM's GICv5 through its device: the groups CPU_SYSREGS, IRS_REGS and IST, and STATE.
 */
#ifndef GICSTATE_H
#define GICSTATE_H

#include "guest.h"
#include "host.h"

#define GRP_SYSREGS KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS
#define GRP_IRS KVM_DEV_ARM_VGIC_GRP_IRS_REGS
#define GRP_IST KVM_DEV_ARM_VGIC_GRP_IST
#define GRP_STATE KVM_DEV_ARM_VGIC_GRP_STATE

/** Offsets of all registers of the IRS's config frame; of some the device knows nothing. */
extern const uint32_t irs_frame[];
extern const unsigned int irs_frame_count;

#define SYSREGS 26
extern const uint32_t sysregs[SYSREGS];

uint64_t sysreg_attr(unsigned int vcpu, uint32_t encoding);
uint64_t get_irs(struct machine *m, uint32_t offset);
uint64_t get_sysreg(struct machine *m, unsigned int vcpu, uint32_t encoding);

/** 0 or an errno, as of all that may be refused. */
int set_irs(struct machine *m, uint32_t offset, uint64_t value);
int set_sysreg(struct machine *m, unsigned int vcpu, uint32_t encoding, uint64_t value);

/** Writes values that differ in each vCPU and register; whether they are what is read. */
void set_distinct(struct machine *m);
void check_distinct(struct machine *m);

/** The library's state. */
struct whole {
	uint64_t *data;
	uint64_t bytes;
};

struct whole take_whole(struct machine *m);
int give_whole(struct machine *m, const void *data, uint64_t bytes);

/** Frees both. */
bool is_same(struct whole a, struct whole b);

/** A call that must be refused, and changes nothing. */
#define REFUSED(m, call, error)                                                           \
	do {                                                                              \
		struct whole before_ = take_whole(m);                                     \
                                                                                          \
		EXPECT(call, error);                                                      \
		TEST_ASSERT(is_same(before_, take_whole(m)), #call " changes something"); \
	} while (0)

/** Buffers for the interrupts' tables. */
struct tables {
	uint32_t *spi;
	uint32_t *lpi;
	struct kvm_vgic_v5_ist ist;
};

struct tables make_tables(uint64_t spis, uint64_t lpis);
void free_tables(struct tables *tables);
int get_ist(struct machine *m, const struct kvm_vgic_v5_ist *ist);
int set_ist(struct machine *m, const struct kvm_vgic_v5_ist *ist);

#endif
