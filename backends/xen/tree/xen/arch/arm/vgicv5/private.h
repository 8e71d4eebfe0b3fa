/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the virtual GICv5 share. */
#ifndef __VGIC_V5_PRIVATE_H__
#define __VGIC_V5_PRIVATE_H__

#include <xen/sched.h>
#include <xen/tasklet.h>

#include <asm/atomic.h>
#include <asm/vgic-v5.h>

#include <vgicv5/vcpu.h>

#ifdef CONFIG_VGIC_V5_TEST_SAVE
#include <vmfile.h>
#endif

/* Guest addresses of the IRS: config frame, SETLPI frame behind it. */
#ifdef CONFIG_VGIC_V5_TEST_SAVE
#define VGIC_V5_IRS_BASE   0x08010000UL /* where saved VMs have it */
#else
#define VGIC_V5_IRS_BASE   0x03020000UL
#endif
/* ITS: config frame, translate frame; then the IWB. */
#define VGIC_V5_ITS_BASE   0x03040000UL
#define VGIC_V5_ITS_TRANSLATER (VGIC_V5_ITS_BASE + 0x10000UL)
#define VGIC_V5_IWB_BASE   0x03060000UL

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
    struct vgic_v5_its *its;    /* NULL: none */
    struct vgic_v5_iwb *iwb;    /* NULL: none */
    struct tasklet died;
#ifdef CONFIG_VGIC_V5_TEST_SAVE
    struct vmfile_cpu shown;    /* the CPU as the domain sees it */
    struct vmfile_uart_regs uart; /* those that vpl011 has not */
#endif
};

static inline struct vgic_v5_vcpu *to_vcpu(struct vgicv5_vcpu *core)
{
    return container_of(core, struct vgic_v5_vcpu, core);
}

static inline struct vgic_v5_domain *to_domain(struct vgicv5_vm *core)
{
    return container_of(core, struct vgic_v5_domain, core);
}

/* ---- vgic-v5.c ---- */

/*
 * The library's VM and its vCPUs, started. After a failure
 * vgicv5_vm_destroy() takes back what there is.
 */
int vgic_v5_make_vm(struct vgic_v5_domain *vd, unsigned int nr_spis);

/* What all domains together hold: after the last one as at boot. */
struct vgic_v5_in_use {
    atomic_t domains;           /* struct vgic_v5_domain */
    atomic_t pages;             /* the library's tables */
};

extern struct vgic_v5_in_use vgic_v5_in_use;

/* ---- dump.c ---- */

void vgic_v5_dump_in_use(void);

/* A VM that is made for a look only has no domain, and neither of the two. */
static inline bool vgic_v5_asks_for(const struct vgic_v5_domain *vd,
                                    unsigned int cdf_flag)
{
    return vd->d && (vd->d->cdf & cdf_flag);
}

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
/* A vCPU that is off all CPUs: the lines as its registers have the timers. */
void vgic_v5_timers_redrive(struct vcpu *v);

/* ---- emulate.c ---- */

void vgic_v5_register_frame(struct domain *d);
/* An instruction of current that the machine did not carry out. */
bool vgic_v5_trap(struct vcpu *v, unsigned int encoding, bool read,
                  uint64_t *value);

/* ---- saved_cpu.c, saved_uart.c ---- */

#ifdef CONFIG_VGIC_V5_TEST_SAVE
void vgic_v5_shown_init(struct vgic_v5_domain *vd);
/* What a domain finds in an ID register. False: what Xen shows to any. */
bool vgic_v5_shown_id(const struct domain *d, unsigned int encoding,
                      uint64_t *value);
#else
static inline void vgic_v5_shown_init(struct vgic_v5_domain *vd)
{
}

static inline bool vgic_v5_shown_id(const struct domain *d,
                                    unsigned int encoding, uint64_t *value)
{
    return false;
}
#endif

#endif

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
