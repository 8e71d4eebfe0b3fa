/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The virtual ITS: registers, walk of the guest's tables, cache, shared between the vits*.c files. */
#ifndef VGICV5_CORE_VITS_H
#define VGICV5_CORE_VITS_H

#include <vgicv5/arch/its.h>
#include <vgicv5/vits.h>

/* Bits that are kept of what is written. */
#define VITS_CR1_MASK ((uint32_t)GICV5_BITS(GICV5_ITS_CR1_ITT_RA_HI, GICV5_ITS_CR1_SH_LO))
#define VITS_DT_CFGR_MASK                                                   \
	(GICV5_MASK(ITS_DT_CFGR_STRUCTURE) | GICV5_MASK(ITS_DT_CFGR_L2SZ) | \
	 GICV5_MASK(ITS_DT_CFGR_DEVICEID_BITS))

#define VITS_SWERR_MASK                                                            \
	(GICV5_MASK(ITS_SWERR_STATUSR_IMP_EC) | GICV5_MASK(ITS_SWERR_STATUSR_EC) | \
	 GICV5_MASK(ITS_SWERR_STATUSR_OF) | GICV5_MASK(ITS_SWERR_STATUSR_S1V) |    \
	 GICV5_MASK(ITS_SWERR_STATUSR_S0V) | GICV5_MASK(ITS_SWERR_STATUSR_V))

/* Bits of an ID that are for the L2 table, of 8-byte entries. */
static inline unsigned int vits_l2_index_bits(uint64_t l2sz)
{
	return 9 + 2 * (unsigned int)l2sz;
}

/* ---- vits_regs.c ---- */

/* One register of the config frame. Registers that are not in the table read as zero and ignore writes. */
struct vits_reg {
	uint8_t bytes;	/* 4 or 8; 0: no register begins here */
	uint32_t value; /* what it reads as, where there is no read function */
	uint64_t (*read)(struct vgicv5_vits *vits, uint32_t offset);
	void (*write)(struct vgicv5_vits *vits, uint32_t offset, uint64_t value);
};

/* By offset / 4. The functions are called with the ITS's mutex held. */
#define VITS_REGS (0x258 / 4)
extern const struct vits_reg vgicv5_vits_regs[VITS_REGS];

/* ---- vits_walk.c: context as vgicv5_port_guest_read() ---- */

struct vits_walk {
	uint64_t itte;	  /* the L2_ITTE; 0 unless it was reached */
	uint64_t address; /* of the last entry that was read, or should have been */
	bool quiet;	  /* DSWE: errors of this device are not to be recorded */
};

/* Walks the tables. VGICV5_VITS_OK: `walk->itte` is valid and names a physical LPI of the guest. */
enum vgicv5_vits_swerr vgicv5_vits_walk(const struct vgicv5_vits *vits, uint32_t device_id, uint32_t event_id,
					struct vits_walk *walk);

/* ---- vits_cache.c: any context, unless said otherwise ---- */

/* A moment before a walk, and whether what the walk found still holds: no invalidation came meanwhile. */
uint64_t vgicv5_vits_now(struct vgicv5_vits *vits);
bool vgicv5_vits_holds(const struct vgicv5_vits *vits, uint32_t device_id, uint64_t stamp);

/* Keeps what a walk that began at `stamp` found. */
void vgicv5_vits_keep(struct vgicv5_vits *vits, uint32_t device_id, uint32_t event_id, uint32_t lpi,
		      uint64_t stamp);

/* Forgets a device and others with it, or all; in constant time. The ITS's mutex is held. */
void vgicv5_vits_forget_device(struct vgicv5_vits *vits, uint32_t device_id);
void vgicv5_vits_forget_all(struct vgicv5_vits *vits);

/*
 * Events that are under way. After vgicv5_vits_settle() those of then are gone when vgicv5_vits_settled() says so;
 * neither waits. Both with the ITS's mutex held.
 */
void vgicv5_vits_settle(struct vgicv5_vits *vits);
bool vgicv5_vits_settled(struct vgicv5_vits *vits);

/* ---- vits.c ---- */

/* The rest of vgicv5_inject_msi(), for an event that counts itself in `in_flight`. */
int vgicv5_vits_miss(struct vgicv5_vits *vits, uint32_t device_id, uint32_t event_id, uint64_t *in_flight);

/*
 * The LPI of an event, by the tables as they are now, and the number that the walk had; for an event that counts itself
 * in `in_flight`. The result is one of vgicv5_inject_msi(). Context as vgicv5_port_guest_read().
 */
int vgicv5_vits_translate(struct vgicv5_vits *vits, uint32_t device_id, uint32_t event_id, uint32_t *lpi,
			  uint64_t *stamp);

/* Host events of the scope reach the VM through software only. The ITS's mutex is held. */
void vgicv5_vits_unmap(struct vgicv5_vits *vits, const struct vgicv5_vits_scope *scope);

/* At the start and the end of a VM, whose mutex is held. */
void vgicv5_vits_start(struct vgicv5_vm *vm);
void vgicv5_vits_stop(struct vgicv5_vm *vm);

#endif
