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
unsigned int vgicv5_priority_mask(uint64_t vmcr, uint64_t apr);

/*
 * Whether one of eight PPIs has a priority below `mask`. `priorities` is their ICH_PPI_PRIORITYRn_EL2, bit n of
 * `which` says that PPI n counts. Takes the same time whatever is set.
 */
bool vgicv5_priority_any_below(uint64_t priorities, unsigned int which, unsigned int mask);

#endif
