/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Virtual Interrupt Wire Bridge: wires that become events of a virtual ITS.
 *
 *     vgicv5_vm_init() -> vgicv5_vits_init() -> vgicv5_viwb_init() for each IWB -> vgicv5_vm_start() ->
 *     vgicv5_viwb_set_wire() ...
 *
 * The event of wire n is (ITS, DeviceID of the IWB, EventID n). The guest maps it as any other. A wire whose trigger
 * mode is edge makes SET_EDGE when it rises; one whose mode is level makes SET_LEVEL and CLEAR.
 */
#ifndef VGICV5_VIWB_H
#define VGICV5_VIWB_H

#include <vgicv5/vits.h>

#define VGICV5_VIWB_SIZE 0x10000
#define VGICV5_VIWB_MAX_WIRES 65536

/** What the embedder chooses for an IWB. */
struct vgicv5_viwb_config {
	struct vgicv5_vits *vits; /**< the one ITS it is attached to, of the same VM */
	uint32_t device_id;	  /**< its DeviceID there */
	uint32_t wire_count;	  /**< a multiple of 32, at most VGICV5_VIWB_MAX_WIRES */
	bool iwben; /**< IWB_CR0.IWBEN at vgicv5_vm_start(), as firmware leaves it: Linux asks for true */
};

/** 32 wires; bit n of each is wire n of these. */
struct vgicv5_viwb_wires {
	uint32_t enabled; /* IWB_WENABLERn */
	uint32_t level;	  /* IWB_WTMRn */
	uint32_t line;
	uint32_t mode_due; /* in the list of first_due */
};

/** The LPI of a wire's last event. */
struct vgicv5_viwb_lpi {
	uint64_t stamp; /* when the walk of the tables began (vgicv5_vits_entry); 0: unknown */
	uint32_t lpi;
	uint32_t next_due; /* wire, or all ones */
};

/** One virtual IWB, in memory of the embedder. Members are the library's. */
struct vgicv5_viwb {
	struct vgicv5_viwb *next; /* in vgicv5_vm.viwbs */
	struct vgicv5_viwb_config config;
	vgicv5_lock_t lock;		 /* leaf: all below */
	struct vgicv5_viwb_wires *wires; /* wire_count / 32 of them; NULL unless the VM is started */
	struct vgicv5_viwb_lpi *lpis;	 /* wire_count of them, in the same memory */
	uint32_t first_due; /* list of wires whose LPI's handling mode a vCPU that enters is to set */
	bool iwben;
};

/**
 * Adds an IWB to a VM that has not been started, one at a time. Its state begins anew at every vgicv5_vm_start(), which
 * also takes the memory for it: 16 bytes for each wire and 16 for each 32 wires. Any context.
 * @return 0; VGICV5_INVALID: number of wires, no ITS, a DeviceID that another IWB of that ITS has, or DeviceID or
 *         wires beyond the ITS's widths; VGICV5_STATE: the VM has been started.
 */
int vgicv5_viwb_init(struct vgicv5_viwb *viwb, const struct vgicv5_viwb_config *config);

/**
 * A CPU's access to the frame. `offset` is below VGICV5_VIWB_SIZE, `bytes` 1, 2, 4 or 8. What the architecture does
 * not define reads as zero and writes nothing. A write may sleep: wires that it enables may become events, for which
 * the guest's tables are read. Preemption on, no lock held.
 */
uint64_t vgicv5_viwb_read(struct vgicv5_viwb *viwb, uint32_t offset, unsigned int bytes);
void vgicv5_viwb_write(struct vgicv5_viwb *viwb, uint32_t offset, unsigned int bytes, uint64_t value);

/**
 * A wire changed. Takes a leaf lock (vgicv5_viwb.lock) for a bounded time. The LPI of an event that has been sent
 * before is known, until the guest invalidates it: any context. Otherwise the guest's tables are read, two to four
 * entries: any context in which vgicv5_port_guest_read() may be called. Nothing is allocated.
 *
 * What the guest has not mapped is lost, and ITS_SWERR_STATUSR says why. The first event after a wire was enabled or
 * mapped kicks the vCPUs that are loaded: one of them sets the LPI's handling mode (R_HHKMN) when it enters.
 * @return 0; VGICV5_INVALID: no such wire; VGICV5_STATE: not started; VGICV5_DEAD.
 */
int vgicv5_viwb_set_wire(struct vgicv5_viwb *viwb, uint32_t wire, bool asserted);

/**
 * The same for a caller that must not read guest memory: VGICV5_BUSY if it would have to be read, and then nothing was
 * done. Any context.
 */
int vgicv5_viwb_set_wire_cached(struct vgicv5_viwb *viwb, uint32_t wire, bool asserted);

#endif
