/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Virtual CPUs: world switch, PPIs, doorbells, traps.
 *
 * While a vCPU is loaded the hardware holds the truth about its CPU interface; after put, struct vgicv5_hyp does.
 */
#ifndef VGICV5_VCPU_H
#define VGICV5_VCPU_H

#include <vgicv5/vm.h>

/** Priority registers: eight PPIs each. */
#define VGICV5_PPI_GROUPS 16

/** What vgicv5_hyp_enter() has to move. */
enum vgicv5_hyp_dirty {
	VGICV5_DIRTY_PEND = 1,	 /* pend_set or pend_clear is not empty */
	VGICV5_DIRTY_ENABLE = 2, /* the guest's enables changed by a trap */
	VGICV5_DIRTY_SCRUB = 4, /* another VM ran here last: load zeroes PPIs that are hidden from this one */
};

/**
 * Everything that core/hyp reads and writes: no pointers, so that it can be shared with an isolated EL2. PPI bitmaps
 * hold visible PPIs only.
 */
struct vgicv5_hyp {
	uint64_t contextr; /* ICH_CONTEXTR_EL2 to load: V, VM, VPE, IRICHPPIDIS */
	uint64_t vmcr;
	uint64_t apr;
	uint64_t icsr;
	uint64_t visible[2];
	uint64_t enable[2]; /* always the truth: writes trap */
	uint64_t active[2];
	uint64_t pend[2]; /* to load: all; saved: edges that were not acknowledged */
	uint64_t dvi[2];
	uint64_t edge[2];     /* visible, handling mode Edge, not DVI */
	uint64_t level[2];    /* level part of ICH_PPI_PENDRn as last handed over */
	uint64_t pend_set[2]; /* to be applied to ICH_PPI_PENDRn at the next entry */
	uint64_t pend_clear[2];
	uint64_t priority[VGICV5_PPI_GROUPS];
	uint32_t groups;	/* bit n: ICH_PPI_PRIORITYRn holds a visible PPI */
	uint32_t hidden_groups; /* ... holds PPIs that the host implements, and none visible */
	uint32_t dirty;		/* enum vgicv5_hyp_dirty */
	bool word1;		/* a PPI from 64 up is visible */
	bool hidden_word1;	/* none is, but the host implements some */
};

/** Why a vCPU stops being loaded. */
enum vgicv5_put_reason {
	VGICV5_PUT_PREEMPTED, /**< it will run again by itself: no doorbell */
	VGICV5_PUT_IDLE,      /**< it waits for an interrupt: a doorbell, if one could wake it */
};

/** One per vCPU, in memory of the embedder. Members are the library's. */
struct vgicv5_vcpu {
	struct vgicv5_hyp hyp;
	struct vgicv5_vm *vm;
	struct vgicv5_vcpu *next; /* in vgicv5_vm.vcpus */
	void *vped;
	/* Written from any context, read by enter and by the pending check. */
	uint64_t line[2];  /* level PPIs: input; DVI PPIs: input as last told */
	uint64_t latch[2]; /* edge PPIs: raised, and the hardware does not hold it */
	uint64_t resident;
	uint64_t doorbell_fired;
	uint64_t reload;			 /* bits: what changed and is to be taken over before entry */
	const struct vgicv5_pcpu *doorbell_pcpu; /* where the doorbell was last steered to */
	uint32_t doorbell_lpi;
	uint16_t vpe_id;
	uint16_t index;		/* dense: doorbell number */
	bool trap_deactivation; /* GIC CDDI of this vCPU traps while it is loaded */
	bool trap_awaited;	/* it is loaded and does not trap yet */
	bool dps;		/* the guest keeps it out of the selection for 1ofN interrupts */
	uint64_t doorbells_requested;
	uint64_t doorbells_received;
};

/**
 * Adds a vCPU to a VM that has not been started, to one VM one at a time. VPE IDs may be sparse. Any context.
 * @return 0; VGICV5_INVALID: VPE ID beyond the host's or VGICV5_MAX_VPES; VGICV5_BUSY: the ID is taken;
 *         VGICV5_STATE: the VM has been started.
 */
int vgicv5_vcpu_init(struct vgicv5_vcpu *vcpu, struct vgicv5_vm *vm, uint32_t vpe_id);

/** CPU interface and PPIs as after a cold reset; tables are not touched. The vCPU is not loaded. Any context. */
void vgicv5_vcpu_reset(struct vgicv5_vcpu *vcpu);

/**
 * Makes the vCPU's VPE resident on this CPU and its state live. Does nothing if it is. Interrupts off.
 * @return 0; VGICV5_STATE: not started, or another vCPU is loaded here, or this one elsewhere;
 *         VGICV5_REFUSED: residency fault (F = 1), the VM is dead from now on; VGICV5_DEAD.
 */
int vgicv5_vcpu_load(struct vgicv5_vcpu *vcpu);

/**
 * Last step before the guest runs: hands over what was injected since. Interrupts off, loaded. The caller
 * synchronises the context (an exception return does). No lock, no allocation.
 * @return 0; VGICV5_DEAD; VGICV5_REFUSED as for load, where residency had to be renewed.
 */
int vgicv5_vcpu_enter(struct vgicv5_vcpu *vcpu);

/** First step after the guest ran. Interrupts off, loaded. */
void vgicv5_vcpu_exit(struct vgicv5_vcpu *vcpu);

/**
 * Saves the state and ends residency. Does nothing if the vCPU is not loaded on this CPU. Interrupts off. With
 * VGICV5_PUT_IDLE the caller then looks at vgicv5_vcpu_runnable() before it lets the vCPU sleep.
 */
void vgicv5_vcpu_put(struct vgicv5_vcpu *vcpu, enum vgicv5_put_reason reason);

/**
 * Whether a vCPU that is not loaded has a reason to run: its doorbell rang, or a PPI is pending that its enables,
 * priorities, mask and active priorities let through. Any context.
 */
bool vgicv5_vcpu_runnable(const struct vgicv5_vcpu *vcpu);

/** The doorbell LPI of this vCPU was acknowledged. Interrupt context, any CPU. Kicks the vCPU. */
void vgicv5_doorbell_fired(struct vgicv5_vcpu *vcpu);

/**
 * The input of a PPI changed. Edge PPIs (SW_PPI): `asserted` latches one event, otherwise nothing. Level PPIs: the
 * pending state follows. A PPI with direct injection: the level counts for vgicv5_vcpu_runnable() only; the
 * hardware's own line counts while the vCPU is loaded. Any context, no lock. Kicks the vCPU if it has to look.
 * @return 0; VGICV5_INVALID: not visible in this VM; VGICV5_DEAD.
 */
int vgicv5_inject_ppi(struct vgicv5_vcpu *vcpu, unsigned int ppi, bool asserted);

/** What became of a trapped access. */
enum vgicv5_trap_result {
	VGICV5_TRAP_DONE,      /**< emulated: skip the instruction */
	VGICV5_TRAP_UNDEFINED, /**< inject an UNDEFINED exception into the guest */
};

/**
 * A guest's system register access or GIC instruction that trapped to EL2 (EC 0x18). `encoding` is in GICV5_ENC()
 * form, `read` is the direction, `*value` the register. Interrupts off or on, loaded on this CPU, between exit and
 * enter.
 */
enum vgicv5_trap_result vgicv5_vcpu_trap(struct vgicv5_vcpu *vcpu, unsigned int encoding, bool read,
					 uint64_t *value);

/** ICH_HFGRTR, HFGWTR and HFGITR for guests; an embedder that runs its host at EL1 switches them itself. */
struct vgicv5_traps {
	uint64_t hfgrtr;
	uint64_t hfgwtr;
	uint64_t hfgitr;
};

/**
 * What the three registers hold while this vCPU runs. Of them only ICH_HFGITR_EL2 changes: GIC CDDI traps while a
 * registered SPI is in flight (vgicv5/eoi.h). To be asked between vgicv5_vcpu_enter() and the guest. Any context.
 */
void vgicv5_vcpu_traps(const struct vgicv5_vcpu *vcpu, struct vgicv5_traps *traps);

#endif
