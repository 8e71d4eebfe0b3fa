/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Priorities of the virtual CPU interface.
 */
#ifndef VGICV5_CORE_PRIORITY_H
#define VGICV5_CORE_PRIORITY_H

#include <vgicv5/arch/sysreg.h>

/*
 * The lowest priority value that cannot be signalled: an interrupt gets through iff its priority is below. 0 if the
 * guest's EN is 0: nothing gets through. The mask admits priorities equal to VPMR, the running priority only those
 * strictly below it (D_MSQKF).
 */
static inline unsigned int vgicv5_priority_mask(uint64_t vmcr, uint64_t apr)
{
	unsigned int running;
	unsigned int masked;

	if (!GICV5_GET(ICH_VMCR_EL2_EN, vmcr))
		return 0;
	/* The bit above the field stands for the idle priority (D_XMBQZ). */
	running = (unsigned int)__builtin_ctzll(apr | 1ull << GICV5_PRIORITY_LEVELS);
	masked = (unsigned int)GICV5_GET(ICH_VMCR_EL2_VPMR, vmcr) + 1;
	return running < masked ? running : masked;
}

/* Whether every priority gets through, which is how most guests wait: mask open, nothing active. */
static inline bool vgicv5_priority_lets_all(uint64_t vmcr, uint64_t apr)
{
	const uint64_t open = GICV5_MASK(ICH_VMCR_EL2_EN) | GICV5_MASK(ICH_VMCR_EL2_VPMR);

	return !apr && (vmcr & open) == open;
}

/*
 * Whether one of 128 PPIs has a priority below `mask`. `priorities` are their ICH_PPI_PRIORITYRn_EL2, a bit of `low`
 * (PPIs 0 to 63) or `high` says that the PPI counts.
 */
bool vgicv5_priority_lets_any(const uint64_t *priorities, uint64_t low, uint64_t high, unsigned int mask);

#endif
