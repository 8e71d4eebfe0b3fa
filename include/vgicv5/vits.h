/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Virtual Interrupt Translation Services: MSIs.
 *
 *     vgicv5_vm_init() -> vgicv5_vits_init() for each ITS -> vgicv5_vm_start() -> vgicv5_inject_msi() ...
 *
 * An MSI is (ITS, DeviceID, EventID). The guest's device table and interrupt translation tables say which LPI it
 * is; translations that were used are kept in a cache of fixed size. The guest's tables are only ever read.
 */
#ifndef VGICV5_VITS_H
#define VGICV5_VITS_H

#include <vgicv5/vm.h>

/** Two frames: config at 0, translate at GICV5_FRAME_SIZE. */
#define VGICV5_VITS_SIZE 0x20000

#define VGICV5_VITS_CACHE_BITS 8 /* at least 8: as many bits of the EventID are told by an entry's place */
#define VGICV5_VITS_CACHE_SIZE (1u << VGICV5_VITS_CACHE_BITS)

/** Invalidations are remembered for this many groups of devices. */
#define VGICV5_VITS_GROUPS 4

/**
 * Why an event was lost: ITS_SWERR_STATUSR.IMP_EC. The architecture's own list of codes is not established, so EC
 * stays 0. For a guest read that failed SYNDROMER1 has the address.
 */
enum vgicv5_vits_swerr {
	VGICV5_VITS_OK,
	VGICV5_VITS_DEVICE_RANGE,  /**< DeviceID beyond ITS_DT_CFGR.DEVICEID_BITS */
	VGICV5_VITS_DT_CONFIG,	   /**< reserved ITS_DT_CFGR.L2SZ */
	VGICV5_VITS_L1_DTE_READ,   /**< guest memory could not be read */
	VGICV5_VITS_L1_DTE,	   /**< not valid, or the DeviceID is beyond its span */
	VGICV5_VITS_L2_DTE_READ,   /**< guest memory could not be read */
	VGICV5_VITS_L2_DTE,	   /**< not valid */
	VGICV5_VITS_EVENT_RANGE,   /**< EventID beyond the device's EVENT_ID_BITS, or the ITS's */
	VGICV5_VITS_ITT_CONFIG,	   /**< reserved ITT_L2SZ */
	VGICV5_VITS_L1_ITTE_READ,  /**< guest memory could not be read */
	VGICV5_VITS_L1_ITTE,	   /**< not valid, or the EventID is beyond its span */
	VGICV5_VITS_L2_ITTE_READ,  /**< guest memory could not be read */
	VGICV5_VITS_L2_ITTE,	   /**< not valid */
	VGICV5_VITS_L2_ITTE_FIELD, /**< VIRTUAL in a guest that has no VMs, or another domain (DAC) */
	VGICV5_VITS_LPI,	   /**< outside the guest's LPI table, or it has none */
};

/** Events first_event to last_event of devices first_device to last_device. */
struct vgicv5_vits_scope {
	uint32_t first_device;
	uint32_t last_device;
	uint32_t first_event;
	uint32_t last_event;
};

/**
 * Direct injection, for devices behind a host ITS: their events can become the VM's LPIs without software. Both
 * sides are kept in step: an event is mapped when the guest's entry is first used and unmapped when the guest
 * invalidates it. While it is not mapped, the host's own interrupt of the event calls vgicv5_inject_msi().
 */
struct vgicv5_vits_direct_ops {
	/**
	 * From now on the host event behind (device_id, event_id) is LPI `lpi` of the VM, whatever it was before. In
	 * the context of vgicv5_inject_msi() or vgicv5_vits_map_direct().
	 * @return 0; any error: not mapped, software goes on. VGICV5_BUSY for "not in this context".
	 */
	int (*map)(void *ctx, struct vgicv5_vm *vm, uint32_t device_id, uint32_t event_id, uint32_t lpi);
	/**
	 * When this returns, none of the scope's host events reaches the VM but through vgicv5_inject_msi(), those
	 * that were under way included. What is not mapped is left alone. May be called more than once. In the
	 * context of vgicv5_vits_write(), and in that of map() to take back a mapping that came too late.
	 */
	void (*unmap)(void *ctx, struct vgicv5_vm *vm, const struct vgicv5_vits_scope *scope);
};

/** What the embedder chooses for an ITS. */
struct vgicv5_vits_config {
	uint64_t base;		/**< guest-physical address of the config frame, for vgicv5_inject_msi_at() */
	uint8_t device_id_bits; /**< 1 to 32; 0: 16 */
	uint8_t event_id_bits;	/**< 1 to 16; 0: 16 */
	uint16_t its_id;	/**< ITS_IDR0.ITSID */
	const struct vgicv5_vits_direct_ops *direct; /**< NULL: software only */
	void *direct_ctx;
};

/** One translation. The two words belong together if `stamp` is the same before and after. */
struct vgicv5_vits_entry {
	uint64_t stamp;	      /* when the walk of the tables began; 0: empty, or being written */
	uint64_t translation; /* DeviceID, upper bits of the EventID, LPI */
};

/** The registers that are more than a constant. */
struct vgicv5_vits_regs {
	uint64_t dt_baser;
	uint64_t read_event_data;
	uint64_t swerr_status;
	uint64_t swerr_claim; /* somebody writes the syndromes, or they wait for the guest */
	uint64_t swerr_syndrome[2];
	uint32_t dt_cfgr;
	uint32_t cr1;
	uint32_t did;
	uint32_t eid;
	uint32_t gen_did;
	uint32_t gen_eid;
	uint32_t itsen;
};

/** One virtual ITS, in memory of the embedder. Members are the library's. */
struct vgicv5_vits {
	struct vgicv5_vits_entry cache[VGICV5_VITS_CACHE_SIZE]; /* first: addressed without an offset */
	struct vgicv5_vm *vm;
	struct vgicv5_vits *next; /* in vgicv5_vm.vits */
	struct vgicv5_vits_config config;
	vgicv5_mutex_t mutex; /* its registers; leaf among mutexes */
	struct vgicv5_vits_regs regs;
	uint64_t time;			      /* a count of walks and invalidations */
	uint64_t changed[VGICV5_VITS_GROUPS]; /* what is older is forgotten; all ones while it is disabled */
	uint64_t in_flight[2];		      /* events being translated, in one of two counters */
	uint64_t *counting;		      /* the one in which new events count themselves */
	uint32_t sync_rounds;		      /* that an ITS_SYNCR still has to see end */
};

/**
 * Adds an ITS to a VM that has not been started, one at a time. Its state begins anew at every vgicv5_vm_start(). Any
 * context.
 * @return 0; VGICV5_INVALID: widths, or frames that are not aligned to GICV5_FRAME_SIZE or overlap those of another
 *         ITS; VGICV5_STATE: the VM has been started.
 */
int vgicv5_vits_init(struct vgicv5_vits *vits, struct vgicv5_vm *vm, const struct vgicv5_vits_config *config);

/**
 * A CPU's access to the frames. `offset` is below VGICV5_VITS_SIZE, `bytes` 1, 2, 4 or 8. What the architecture does
 * not define reads as zero and writes nothing; so does the translate frame, as a CPU's write has no DeviceID. May
 * sleep; preemption on, no lock held.
 */
uint64_t vgicv5_vits_read(struct vgicv5_vits *vits, uint32_t offset, unsigned int bytes);
void vgicv5_vits_write(struct vgicv5_vits *vits, uint32_t offset, unsigned int bytes, uint64_t value);

/**
 * An event of a device. If its translation is in the cache: any context, wait-free, no lock, no read of guest
 * memory. Otherwise the guest's tables are read, two to four entries, each once, and nothing is allocated: any
 * context in which vgicv5_port_guest_read() and vgicv5_vits_direct_ops.map() may be called.
 * @return 0; VGICV5_INVALID: the guest's tables have no LPI for it, the event is lost and ITS_SWERR_STATUSR says why;
 *         VGICV5_FAULT: the same, for guest memory that could not be read; VGICV5_STATE: ITS disabled or VM not
 *         started; VGICV5_DEAD.
 */
int vgicv5_inject_msi(struct vgicv5_vits *vits, uint32_t device_id, uint32_t event_id);

/**
 * The same if it is in the cache, for a caller that must not read guest memory: VGICV5_BUSY if it is not, and then
 * nothing was done. Any context, wait-free.
 */
int vgicv5_inject_msi_cached(struct vgicv5_vits *vits, uint32_t device_id, uint32_t event_id);

/** The ITS whose ITS_TRANSLATER is at a guest-physical address, or NULL. The VM has been started. Any context. */
struct vgicv5_vits *vgicv5_vits_at(const struct vgicv5_vm *vm, uint64_t address);

/**
 * A device's 32-bit write of `data` to a guest-physical address. As vgicv5_inject_msi() of the ITS whose
 * ITS_TRANSLATER is there.
 * @return as vgicv5_inject_msi(); VGICV5_INVALID also if there is none.
 */
int vgicv5_inject_msi_at(struct vgicv5_vm *vm, uint64_t address, uint32_t device_id, uint32_t data);

/**
 * Maps an event for direct injection if it can be, without making it pending: for a host whose map() cannot be called
 * from where MSIs arrive. May sleep.
 * @return as vgicv5_inject_msi(); what map() said; VGICV5_UNSUPPORTED: software only.
 */
int vgicv5_vits_map_direct(struct vgicv5_vits *vits, uint32_t device_id, uint32_t event_id);

#endif
