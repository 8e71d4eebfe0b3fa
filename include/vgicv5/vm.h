/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Virtual machines: tables, virtual IRS, life cycle.
 *
 *     vgicv5_vm_init() -> vgicv5_vcpu_init() for each vCPU -> vgicv5_vm_start() -> ... -> vgicv5_vm_destroy()
 *
 * The first two touch no hardware. vgicv5_vm_start() makes everything valid, or unwinds and leaves the VM as it was.
 * vgicv5_vm_destroy() may be called in every state and more than once.
 */
#ifndef VGICV5_VM_H
#define VGICV5_VM_H

#include <vgicv5/host.h>

struct vgicv5_vm;

/** What the embedder chooses for a VM. */
struct vgicv5_vm_config {
	uint32_t spi_count;	 /**< 0 to 65536; 0: none. Numbers 0 to spi_count - 1 exist */
	uint64_t ppi_visible[2]; /**< PPIs the guest shall see; those the host lacks are dropped */
	uint64_t ppi_dvi[2];	 /**< of these, PPIs whose hardware line belongs to the running vCPU */
	uint8_t max_lpi_id_bits; /**< widest LPI space the guest may choose; 0: as the host */
	size_t max_lpi_bytes;	 /**< bound of the memory a guest's LPI table may take; 0: 1 MiB */
	/**
	 * The guest has deactivated an SPI that is registered (vgicv5_eoi_register()). In the context of
	 * vgicv5_vcpu_trap(), without a lock; may inject. NULL: nobody will register.
	 */
	void (*deactivated)(struct vgicv5_vm *vm, uint32_t spi);
};

/** A virtual interrupt state table in host memory. */
struct vgicv5_ist {
	void *table;	 /* linear table, or L1 table */
	size_t bytes;	 /* of `table` */
	void **l2;	 /* two-level: CPU addresses of the L2 tables */
	size_t l2_bytes; /* of each L2 table */
	uint32_t l2_count;
	size_t total; /* bytes of all of it */
	uint8_t id_bits;
	uint8_t guest_bits; /* of an LPI table: what the guest asked for, not more than id_bits */
	uint8_t istsz;
	uint8_t l2sz;
	bool two_level;
	bool valid; /* the IRS owns the memory */
};

/** The virtual IRS's registers that are more than a constant. */
struct vgicv5_virs {
	uint64_t ist_baser;
	uint64_t *l2_valid; /* bitmap: L2 tables made valid by the guest; NULL: its table is linear */
	uint32_t l2_count;  /* bits in it */
	uint32_t idr[3];    /* IRS_IDR0 to 2: what this host has, or what the guest was shown on another */
	uint32_t icc_idr0;  /* ICC_IDR0_EL1 in the latter case; 0: as this CPU's */
	uint32_t ist_cfgr;
	uint32_t cr1;
	uint32_t spi_selr;
	uint32_t pe_selr;
	bool irsen;
};

/** SPIs whose deactivation somebody wants to hear of (vgicv5/eoi.h). All but `used` under vgicv5_vm.lock. */
struct vgicv5_eoi {
	uint64_t *registered; /* bitmaps, one allocation; NULL: none can be registered */
	uint64_t *in_flight;
	uint64_t *waiting;   /* to become pending when all vCPUs trap */
	uint64_t *withdrawn; /* in flight, and the line fell */
	uint64_t used;	     /* an SPI has been registered since the VM was started */
	uint32_t count;	     /* in flight */
	uint32_t awaited;    /* loaded vCPUs that do not trap yet */
};

/** SPIs whose wire is the host's (vgicv5/assign.h). Bitmaps, one allocation; NULL: none was asked for. */
struct vgicv5_assign {
	uint64_t *assigned;   /* the IRS has been told, and not yet let go */
	uint64_t *claimed;    /* ... or is about to be told */
	uint64_t *host_level; /* trigger mode before */
};

enum vgicv5_vm_state {
	VGICV5_VM_EMPTY, /* after vgicv5_vm_init() and vgicv5_vm_destroy() */
	VGICV5_VM_STARTED,
	VGICV5_VM_POISONED, /* the IRS would not let go: memory and VM ID are kept until a destroy succeeds */
};

/** One per VM, in memory of the embedder. Members are the library's. */
struct vgicv5_vm {
	struct vgicv5_host *host;
	struct vgicv5_vm_config config;
	struct vgicv5_vcpu *vcpus; /* list by VPE ID, fixed once started */
	uint32_t vcpu_count;
	uint32_t vpe_limit; /* 1 + highest VPE ID */
	enum vgicv5_vm_state state;
	uint64_t dead;	 /* set once, read without lock */
	uint64_t serial; /* never used twice on a host, unlike the VM ID; from vgicv5_vm_start() */
	uint16_t vm_id;
	uint8_t vpe_id_bits;
	bool mapped;	/* the VM table entry has been handed to the IRS */
	bool doorbells; /* the doorbell domain exists, perhaps half made */
	uint64_t *vmte;
	void *vmd;
	uint64_t *vpet;
	size_t vpet_bytes;
	struct vgicv5_vcpu *one_n; /* whose doorbell stands for 1ofN interrupts, where the host has them */
	struct vgicv5_ist spi_ist;
	struct vgicv5_ist lpi_ist;
	uint32_t lpi_count;   /* LPIs that can be injected now; 0: none, or look for the reason */
	uint64_t *spi_level;  /* bitmap: trigger mode level */
	uint64_t *spi_line;   /* bitmap: line asserted */
	vgicv5_mutex_t mutex; /* configuration: virtual IRS writes, start, destroy */
	vgicv5_lock_t lock;   /* leaf: what must be done on the CPU on which a vCPU is loaded */
	struct vgicv5_virs virs;
	struct vgicv5_eoi eoi;
	struct vgicv5_assign assign; /* changed under the mutex */
	struct vgicv5_vits *vits;    /* lists, fixed once started */
	struct vgicv5_viwb *viwbs;
};

/**
 * Prepares a VM. Any context.
 * @return 0; VGICV5_INVALID: too many SPIs (for the hardware's widest table, too), DVI for a PPI that is not visible
 *         or does not exist, or an LPI space smaller than the least that the hardware allows.
 */
int vgicv5_vm_init(struct vgicv5_vm *vm, struct vgicv5_host *host, const struct vgicv5_vm_config *config);

/**
 * Takes a VM ID, makes tables, doorbells and VPEs, and hands all to the IRS. May sleep.
 * After an error everything is as before the call and it may be tried again, unless the IRS could not be made to let
 * go: then the VM is poisoned, as after a failed vgicv5_vm_destroy().
 * @return 0; VGICV5_STATE: started already, poisoned, or no vCPU; VGICV5_NO_MEMORY; VGICV5_NO_ID; VGICV5_DEAD;
 *         VGICV5_REFUSED: the IRS did not make the VM, a table or a VPE valid; VGICV5_TIMEOUT.
 */
int vgicv5_vm_start(struct vgicv5_vm *vm);

/**
 * Makes the VM invalid and frees everything. No vCPU may be loaded, no injection may be under way. May sleep.
 * Works on every state, does nothing on an empty one. Afterwards the VM, with the vCPUs it has, may be started anew.
 * @return 0; VGICV5_BUSY: a vCPU is loaded, nothing is changed; VGICV5_TIMEOUT, VGICV5_REFUSED: the IRS did not let
 *         go of the VM. Doorbells are gone, memory and VM ID are kept; the call may be repeated as long as the VM and
 *         its vCPUs exist, otherwise they are kept for ever.
 */
int vgicv5_vm_destroy(struct vgicv5_vm *vm);

/** Marks the VM dead: entries fail from now on. Any context. */
void vgicv5_vm_kill(struct vgicv5_vm *vm, const char *why);

/** Whether the VM has died. Any context. */
bool vgicv5_vm_is_dead(const struct vgicv5_vm *vm);

/** The vCPU with that VPE ID, or NULL. Any context. */
struct vgicv5_vcpu *vgicv5_vm_vcpu(const struct vgicv5_vm *vm, uint32_t vpe_id);

/* ---- The guest's IRS: two frames, config at 0 and SETLPI at GICV5_FRAME_SIZE ---- */

#define VGICV5_VIRS_SIZE 0x20000

/**
 * A guest's access to its IRS. `offset` is below VGICV5_VIRS_SIZE, `bytes` 1, 2, 4 or 8. What the architecture does
 * not define reads as zero and writes nothing: a guest cannot cause an error. A write may sleep (it can make or
 * drop the LPI table); preemption on, no lock held. `vcpu` is the one whose guest made the access: if it is loaded on
 * this CPU, as between exit and enter, a change of an SPI's trigger mode and a write to the SETLPI frame also set the
 * handling mode (R_HHKMN).
 */
uint64_t vgicv5_virs_read(struct vgicv5_vcpu *vcpu, uint32_t offset, unsigned int bytes);
void vgicv5_virs_write(struct vgicv5_vcpu *vcpu, uint32_t offset, unsigned int bytes, uint64_t value);

/* ---- Injection: any context, no lock, no allocation ---- */

/**
 * The line of an SPI changed. For an SPI that the guest configured as edge, a rise makes it pending and a fall does
 * nothing; for level the pending state follows.
 * @return 0; VGICV5_INVALID: no such SPI; VGICV5_STATE: not started; VGICV5_DEAD.
 */
int vgicv5_inject_spi(struct vgicv5_vm *vm, uint32_t spi, bool asserted);

/**
 * Makes an LPI pending: the end of an MSI.
 * @return 0; VGICV5_INVALID: outside the guest's LPI table, or it has none; VGICV5_STATE; VGICV5_DEAD.
 */
int vgicv5_inject_lpi(struct vgicv5_vm *vm, uint32_t lpi);

/**
 * A device's 32-bit write of `value` to IRS_SETLPIR, the register at the beginning of the SETLPI frame. A CPU's write
 * goes to vgicv5_virs_write().
 * @return as vgicv5_inject_lpi().
 */
int vgicv5_inject_setlpi(struct vgicv5_vm *vm, uint32_t value);

#endif
