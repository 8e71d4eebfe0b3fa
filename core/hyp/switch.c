/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The world switch proper. Tier 0 only: no call, no pointer but the one given, no indirect branch, so that the
 * object can be linked into an EL2 that lives apart from the host.
 *
 * What stays in the registers while the vCPU is loaded, also while the host runs in between:
 * - ICH_PPI_*, ICH_APR_EL2, ICH_VMCR_EL2: state of the virtual domain. EL2 takes no virtual interrupt, and the host's
 *   own interrupts are in the physical domain, of which these registers are no part.
 * - ICH_PPI_DVIRn_EL2: direct injection only says where the virtual pending state comes from (D_QNZMN). Physical
 *   enable and active state are not touched, so a host that leaves the physical PPI disabled, as it must anyway
 *   while a guest owns the line, sees no difference.
 * ICC_ICSR_EL1 is the exception: it has no virtual form, and a GIC CDRCFG of the host overwrites it.
 */
#include <vgicv5/hyp.h>

/* clang-format off */
#define LOW_GROUPS(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7)
#define HIGH_GROUPS(X) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15)
/* clang-format on */

#define LOW_GROUPS_MASK 0x00ffu
#define HIGH_GROUPS_MASK 0xff00u

#define LOAD_GROUP(n)                  \
	if (hyp->groups & (1u << (n))) \
		vgicv5_write_ICH_PPI_PRIORITYR##n##_EL2(hyp->priority[n]);

#define CLEAR_GROUP(n)                        \
	if (hyp->hidden_groups & (1u << (n))) \
		vgicv5_write_ICH_PPI_PRIORITYR##n##_EL2(0);

#define SAVE_GROUP(n)                  \
	if (hyp->groups & (1u << (n))) \
		VGICV5_WRITE_ONCE(hyp->priority[n], vgicv5_read_ICH_PPI_PRIORITYR##n##_EL2());

static void load_ppis(const struct vgicv5_hyp *hyp)
{
	vgicv5_write_ICH_PPI_DVIR0_EL2(hyp->dvi[0]);
	vgicv5_write_ICH_PPI_ACTIVER0_EL2(hyp->active[0]);
	vgicv5_write_ICH_PPI_ENABLER0_EL2(hyp->enable[0]);
	vgicv5_write_ICH_PPI_PENDR0_EL2(hyp->pend[0]);
	LOW_GROUPS(LOAD_GROUP)
	if (!hyp->word1)
		return;
	vgicv5_write_ICH_PPI_DVIR1_EL2(hyp->dvi[1]);
	vgicv5_write_ICH_PPI_ACTIVER1_EL2(hyp->active[1]);
	vgicv5_write_ICH_PPI_ENABLER1_EL2(hyp->enable[1]);
	vgicv5_write_ICH_PPI_PENDR1_EL2(hyp->pend[1]);
	HIGH_GROUPS(LOAD_GROUP)
}

/*
 * PPIs that this VM does not see: the last VM may have had them pending and enabled, and even a guest to which they
 * are not shown can write their pending, active and priority fields, as ICH_HFGWTR_EL2 does not tell PPIs apart.
 */
static void scrub(const struct vgicv5_hyp *hyp)
{
	if (hyp->hidden_word1) {
		vgicv5_write_ICH_PPI_DVIR1_EL2(0);
		vgicv5_write_ICH_PPI_ACTIVER1_EL2(0);
		vgicv5_write_ICH_PPI_ENABLER1_EL2(0);
		vgicv5_write_ICH_PPI_PENDR1_EL2(0);
	}
	if (hyp->hidden_groups & LOW_GROUPS_MASK) {
		LOW_GROUPS(CLEAR_GROUP)
	}
	if (hyp->hidden_groups & HIGH_GROUPS_MASK) {
		HIGH_GROUPS(CLEAR_GROUP)
	}
}

bool vgicv5_hyp_resume(uint64_t contextr)
{
	vgicv5_write_ICH_CONTEXTR_EL2(contextr);
	/* F is readable after a context synchronisation only. */
	vgicv5_isb();
	return !GICV5_GET(ICH_CONTEXTR_EL2_F, vgicv5_read_ICH_CONTEXTR_EL2());
}

bool vgicv5_hyp_load(const struct vgicv5_hyp *hyp)
{
	vgicv5_write_ICH_VMCR_EL2(hyp->vmcr);
	vgicv5_write_ICH_APR_EL2(hyp->apr);
	load_ppis(hyp);
	if (hyp->dirty & VGICV5_DIRTY_SCRUB)
		scrub(hyp);
	return vgicv5_hyp_resume(hyp->contextr);
}

/*
 * Others look at the saved state when they inject (vgicv5_inject_ppi()), hence the single copies. Of the pending
 * word only edges are kept: levels follow their inputs, and a bit under direct injection means nothing (I_VRZWD).
 */
static void save_ppis(struct vgicv5_hyp *hyp)
{
	VGICV5_WRITE_ONCE(hyp->active[0], vgicv5_read_ICH_PPI_ACTIVER0_EL2() & hyp->visible[0]);
	hyp->pend[0] = vgicv5_read_ICH_PPI_PENDR0_EL2() & hyp->edge[0];
	LOW_GROUPS(SAVE_GROUP)
	if (!hyp->word1)
		return;
	VGICV5_WRITE_ONCE(hyp->active[1], vgicv5_read_ICH_PPI_ACTIVER1_EL2() & hyp->visible[1]);
	hyp->pend[1] = vgicv5_read_ICH_PPI_PENDR1_EL2() & hyp->edge[1];
	HIGH_GROUPS(SAVE_GROUP)
}

void vgicv5_hyp_save(struct vgicv5_hyp *hyp)
{
	VGICV5_WRITE_ONCE(hyp->vmcr, vgicv5_read_ICH_VMCR_EL2());
	VGICV5_WRITE_ONCE(hyp->apr, vgicv5_read_ICH_APR_EL2());
	save_ppis(hyp);
}

void vgicv5_hyp_leave(uint64_t contextr)
{
	vgicv5_write_ICH_CONTEXTR_EL2(contextr);
	/* Until then the IRS may still take the VPE for resident here, and another PE must not load it. */
	vgicv5_isb();
}

/*
 * The guest does not run, so nothing but this changes ICH_PPI_PENDRn_EL2: a read and a write keep the edges that the
 * guest has not acknowledged yet.
 */
static void move_pending(struct vgicv5_hyp *hyp)
{
	uint64_t pendr;

	if (hyp->pend_set[0] | hyp->pend_clear[0]) {
		pendr = vgicv5_read_ICH_PPI_PENDR0_EL2();
		vgicv5_write_ICH_PPI_PENDR0_EL2((pendr & ~hyp->pend_clear[0]) | hyp->pend_set[0]);
		hyp->pend_set[0] = 0;
		hyp->pend_clear[0] = 0;
	}
	if (hyp->pend_set[1] | hyp->pend_clear[1]) {
		pendr = vgicv5_read_ICH_PPI_PENDR1_EL2();
		vgicv5_write_ICH_PPI_PENDR1_EL2((pendr & ~hyp->pend_clear[1]) | hyp->pend_set[1]);
		hyp->pend_set[1] = 0;
		hyp->pend_clear[1] = 0;
	}
}

static void move_dirty(struct vgicv5_hyp *hyp)
{
	if (hyp->dirty & VGICV5_DIRTY_PEND)
		move_pending(hyp);
	if (hyp->dirty & VGICV5_DIRTY_ENABLE) {
		vgicv5_write_ICH_PPI_ENABLER0_EL2(hyp->enable[0]);
		if (hyp->word1)
			vgicv5_write_ICH_PPI_ENABLER1_EL2(hyp->enable[1]);
	}
	hyp->dirty = 0;
}

void vgicv5_hyp_enter(struct vgicv5_hyp *hyp)
{
	if (hyp->dirty)
		move_dirty(hyp);
	/* No ISB for any of this: the exception return into the guest synchronises (R_YRGMH). */
	vgicv5_write_ICC_ICSR_EL1(hyp->icsr);
}

void vgicv5_hyp_exit(struct vgicv5_hyp *hyp)
{
	hyp->icsr = vgicv5_read_ICC_ICSR_EL1();
}

void vgicv5_hyp_pend(uint16_t vm_id, uint32_t intid, bool pending)
{
	vgicv5_gic_VDPEND(GICV5_PUT(VDPEND_PENDING, pending) | GICV5_PUT(VDPEND_VM, vm_id) | intid);
}
