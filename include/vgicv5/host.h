/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief One GICv5 system and its CPUs.
 */
#ifndef VGICV5_HOST_H
#define VGICV5_HOST_H

#include <vgicv5/arch/sysreg.h>
#include <vgicv5/error.h>
#include <vgicv5_port.h>

#define VGICV5_MAX_VPES 512 /* vCPUs of one VM, whatever the hardware offers */
#define VGICV5_COMMAND_TIMEOUT_US 10000

/** What the IRS's ID registers offer, decoded. Fixed after vgicv5_host_init(). */
struct vgicv5_caps {
	uint64_t ppi_implemented[2];
	uint64_t ppi_edge[2]; /**< handling mode Edge, from ICC_PPI_HMRn_EL1 */
	uint32_t max_vms;
	uint32_t max_vpes; /**< per VM */
	uint8_t pa_bits;
	uint8_t pri_bits;    /**< of the IRS */
	uint8_t lpi_id_bits; /**< largest legal virtual LPI space */
	uint8_t min_lpi_id_bits;
	uint8_t ist_l2sz;      /**< enum gicv5_l2sz: the largest offered */
	uint8_t ist_l2sz_mask; /**< sizes offered, as in IRS_IDR2.IST_L2SZ */
	uint8_t istmd_sz;
	uint8_t vm_id_bits;
	uint8_t vpe_id_bits;
	uint16_t vmd_bytes; /**< 0: no VM descriptors needed */
	uint16_t vped_bytes;
	bool ist_levels;
	bool istmd;
	bool vmt_levels;
	bool virt_one_n;
	bool setlpi;
};

/** One IRS, as firmware described it. */
struct vgicv5_irs_desc {
	volatile void *config_frame; /**< NS config frame, mapped as device memory */
};

/** One IRS, as it was probed. Members are the library's. */
struct vgicv5_irs {
	volatile uint8_t *frame;
	uint32_t spi_base;
	uint32_t spi_count;
	uint8_t unsettled; /* groups of registers to be looked at before they are written */
	uint8_t silent;	   /* ... whose last command did not report IDLE in time */
};

/** What the embedder says of the host. */
struct vgicv5_host_config {
	const struct vgicv5_irs_desc *irs; /**< at least one; the first carries the VM table commands */
	unsigned int irs_count;
	bool coherent;		     /**< false: IRS accesses to tables do not snoop the caches */
	uint32_t max_vms;	     /**< 0: as many as the hardware can */
	uint32_t command_timeout_us; /**< 0: VGICV5_COMMAND_TIMEOUT_US */
	/**
	 * Around the library's use of IRS_SPI_SELR and the registers that act on the SPI it selects
	 * (vgicv5_spi_assign()), for a host whose own driver uses them, too; `irs` is the index of the IRS. The library's
	 * mutex of a VM is held; in between it takes a leaf lock and waits for a bounded time. Both NULL: nobody else uses
	 * them.
	 */
	void (*lock_spis)(void *ctx, unsigned int irs);
	void (*unlock_spis)(void *ctx, unsigned int irs);
	void *ctx;
};

/** One per machine, in memory of the embedder. Members are the library's. */
struct vgicv5_host {
	struct vgicv5_caps caps;
	struct vgicv5_irs *irs; /* the first carries the VM table commands; NULL: no host */
	uint32_t irs_count;
	void (*lock_spis)(void *ctx, unsigned int irs); /* from the configuration */
	void (*unlock_spis)(void *ctx, unsigned int irs);
	void *ctx;
	uint32_t timeout_us;
	bool coherent;
	uint8_t vmt_id_bits;	    /* as in IRS_VMT_CFGR */
	vgicv5_lock_t command_lock; /* leaf: IRS command registers and VM table entries */
	vgicv5_mutex_t vmt_mutex;   /* VM IDs and L2 VM tables */
	uint64_t *vmt;		    /* linear table of L2_VMTEs, or L1 table */
	size_t vmt_bytes;
	uint64_t **vmt_l2; /* two-level: CPU addresses of the L2 tables */
	uint64_t *vm_ids;  /* bitmap of VM IDs taken */
	uint64_t serials;  /* VMs started so far */
};

/** One per physical CPU, in memory of the embedder; vgicv5_this_pcpu() finds it. */
struct vgicv5_pcpu {
	struct vgicv5_vcpu *loaded; /* whose state is live in this PE's ICH registers */
	uint64_t vm_serial; /* of the VM that was loaded last: what hidden PPIs may hold is that VM's */
	uint64_t residency_changes;
	bool trap_deactivation; /* what this PE's ICH_HFGITR_EL2 says of GIC CDDI */
};

/**
 * Probes the GICv5 and makes the VM table. Called once, on a CPU with a GICv5 CPU interface, may sleep.
 * On failure nothing is changed, but after VGICV5_TIMEOUT the table's memory is kept if the IRS may still take it.
 * @return 0; VGICV5_INVALID: no IRS given, or frames that are not of an IRS; VGICV5_UNSUPPORTED: no
 *         virtualization in the IRS, no physical LPIs (doorbells need them), or sizes outside the architecture;
 *         VGICV5_BUSY: the IRS already has a VM table; VGICV5_NO_MEMORY; VGICV5_TIMEOUT; VGICV5_REFUSED: the IRS
 *         did not take the table.
 */
int vgicv5_host_init(struct vgicv5_host *host, const struct vgicv5_host_config *config);

/**
 * Takes the VM table away and frees it. All VMs must have been destroyed. May sleep. Does nothing the second time.
 * @return 0; VGICV5_BUSY: there are VMs, poisoned ones included; VGICV5_TIMEOUT, VGICV5_REFUSED: the table's memory
 *         is kept, and the call may be repeated.
 */
int vgicv5_host_fini(struct vgicv5_host *host);

/**
 * Prepares the calling CPU: virtual HPPI selection on, fine-grained traps as guests need them, nothing resident.
 * Interrupts off. After vgicv5_host_init(), which may have run on another CPU.
 */
void vgicv5_pcpu_init(struct vgicv5_host *host, struct vgicv5_pcpu *pcpu);

#endif
