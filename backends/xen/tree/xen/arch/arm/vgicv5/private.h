/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the virtual GICv5 share. */
#ifndef __VGIC_V5_PRIVATE_H__
#define __VGIC_V5_PRIVATE_H__

#include <xen/sched.h>
#include <xen/tasklet.h>

#include <asm/atomic.h>
#include <asm/vgic-v5.h>

#include <vgicv5/vcpu.h>

/* Guest addresses of the IRS: config frame, SETLPI frame behind it. */
#define VGIC_V5_IRS_BASE   0x03020000UL

/* More would meet numbers that Xen takes for LPIs (is_lpi()). */
#define VGIC_V5_MAX_SPIS   4096U

#define VGIC_V5_COUNTERS(X) \
    X(exits)                \
    X(instructions)         \
    X(traps)                \
    X(frame_accesses)       \
    X(blocks)               \
    X(kicks)                \
    X(doorbells)            \
    X(moves)                \
    X(ticks)                \
    X(ipis)

struct vgic_v5_counters {
#define VGIC_V5_COUNTER(name) uint64_t name;
    VGIC_V5_COUNTERS(VGIC_V5_COUNTER)
#undef VGIC_V5_COUNTER
};

struct vgic_v5_vcpu {
    struct vgicv5_vcpu core;
    struct vgic_v5_domain *owner;
    struct vcpu *v;             /* NULL until Xen has made it */
    unsigned int doorbell;      /* host LPI + 1, 0: none */
    unsigned int cpu;           /* where it ran last */
    struct vgic_v5_counters counters;
};

struct vgic_v5_domain {
    struct vgicv5_vm core;
    struct domain *d;
    unsigned int references;    /* the domain's own and one for each vCPU */
    unsigned int nr_vcpus;
    struct vgic_v5_vcpu *vcpus;
    struct tasklet died;
};

static inline struct vgic_v5_vcpu *to_vcpu(struct vgicv5_vcpu *core)
{
    return container_of(core, struct vgic_v5_vcpu, core);
}

static inline struct vgic_v5_domain *to_domain(struct vgicv5_vm *core)
{
    return container_of(core, struct vgic_v5_domain, core);
}

/* What all domains together hold: after the last one as at boot. */
struct vgic_v5_in_use {
    atomic_t domains;           /* struct vgic_v5_domain */
    atomic_t pages;             /* the library's tables */
};

extern struct vgic_v5_in_use vgic_v5_in_use;

/* ---- dump.c ---- */

void vgic_v5_dump_in_use(void);

/* ---- host.c ---- */

extern struct vgicv5_host vgic_v5_host;

bool vgic_v5_available(void);

/* An errno for an error of the library. */
int vgic_v5_errno(int error);

/* ---- transport.c or native.c: the GICv5 below ---- */

/* On the boot CPU, before the others are up. Fills in the config frame. */
int vgic_v5_machine_init(struct vgicv5_irs_desc *irs);
/* On each CPU, interrupts off. */
void vgic_v5_machine_cpu_init(void);
/* Before current runs, interrupts off: is a virtual interrupt signalled? */
void vgic_v5_machine_to_guest(struct vcpu *v);
/* Says what it has given out. */
void vgic_v5_machine_dump_in_use(void);

/* ---- timers.c ---- */

/* The lines of current's timers as they are now. Interrupts off. */
void vgic_v5_timers_sync(struct vcpu *v);
/* current goes, and its virtual timer is off. Interrupts off. */
void vgic_v5_timers_leave(void);

/* ---- emulate.c ---- */

void vgic_v5_register_frame(struct domain *d);
/* An instruction of current that the machine did not carry out. */
bool vgic_v5_trap(struct vcpu *v, unsigned int encoding, bool read,
                  uint64_t *value);

#endif

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
