/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Commands to the IRS that carries the VM table.
 *
 * Each function takes the command lock for one command, or one group of commands that belong together, and waits for
 * a bounded time. Common results:
 *
 *   0               the IRS reported that it is done; whether it did what was asked is for the caller to verify
 *   VGICV5_BUSY     an earlier command has never ended, this one has not been issued: nothing is shared with the IRS
 *   VGICV5_TIMEOUT  issued, and not seen to end: the IRS may use what the command names at any later time
 */
#ifndef VGICV5_CORE_IRS_CMD_H
#define VGICV5_CORE_IRS_CMD_H

#include <vgicv5/host.h>

/*
 * Waits for VM table commands that timed out before. After 0 the IRS has nothing left to do: what tables say now is
 * so. Otherwise VGICV5_BUSY.
 */
int vgicv5_irs_settle(struct vgicv5_host *host);

/* Makes a VM table the IRS's. VGICV5_REFUSED: it did not take it. */
int vgicv5_irs_set_vmt(struct vgicv5_host *host, uint32_t cfgr, uint64_t baser);
int vgicv5_irs_clear_vmt(struct vgicv5_host *host);
bool vgicv5_irs_has_vmt(struct vgicv5_host *host);

int vgicv5_irs_map_l2_vmt(struct vgicv5_host *host, uint16_t vm_id);
int vgicv5_irs_map_vm(struct vgicv5_host *host, uint16_t vm_id, bool valid);
int vgicv5_irs_map_vist(struct vgicv5_host *host, uint16_t vm_id, unsigned int type, bool valid);
int vgicv5_irs_map_l2_vist(struct vgicv5_host *host, uint16_t vm_id, unsigned int type, uint32_t id);
int vgicv5_irs_map_vpe(struct vgicv5_host *host, uint16_t vm_id, uint16_t vpe_id);

/*
 * Sets the doorbell (`dbr`: IRS_VPE_DBR) and IRS_VPE_CR0 of a VPE that has none. VGICV5_REFUSED: the VPE is not valid,
 * or has one, or the IRS does not hold what was written.
 */
int vgicv5_irs_setup_vpe(struct vgicv5_host *host, uint16_t vm_id, uint16_t vpe_id, bool dps, uint64_t dbr);

/* Takes the doorbell of a VPE away. VGICV5_REFUSED: the VPE is not valid. */
int vgicv5_irs_clear_doorbell(struct vgicv5_host *host, uint16_t vm_id, uint16_t vpe_id);

/* IRS_VPE_CR0.DPS of a VPE. VGICV5_REFUSED: the VPE is not valid. */
int vgicv5_irs_set_dps(struct vgicv5_host *host, uint16_t vm_id, uint16_t vpe_id, bool dps);

/* Names the VPE whose doorbell is used for 1ofN interrupts. VGICV5_REFUSED: the VM is not valid. */
int vgicv5_irs_set_vm_doorbell(struct vgicv5_host *host, uint16_t vm_id, uint16_t vpe_id);

/* ---- SPIs: of the IRS that has them. Results are those of the library's callers ---- */

/* NULL: no IRS has it. */
struct vgicv5_irs *vgicv5_irs_of_spi(const struct vgicv5_host *host, uint32_t spi);

/* What a physical SPI was when it was assigned. */
struct vgicv5_spi_before {
	bool level;   /* its trigger mode */
	bool pending; /* an edge that nobody has taken; it is not pending there any more */
	bool unknown; /* the IRS may have a command, and may not: to be taken back */
};

/*
 * Gives its wire to the VM, with that trigger mode. VGICV5_BUSY: a VM has it, or it is active; VGICV5_REFUSED;
 * VGICV5_TIMEOUT.
 */
int vgicv5_irs_assign_spi(struct vgicv5_host *host, uint32_t spi, uint16_t vm_id, bool level,
			  struct vgicv5_spi_before *before);

/* Takes it back, and then its trigger mode. May be repeated. */
int vgicv5_irs_return_spi(struct vgicv5_host *host, uint32_t spi, bool level);

int vgicv5_irs_set_spi_mode(struct vgicv5_host *host, uint32_t spi, bool level);

/* Has a level wire sampled, in whatever domain it is (R_DMTFM). Any context, no lock. */
void vgicv5_irs_resample_spi(const struct vgicv5_host *host, uint32_t spi);

/*
 * Has the IRS write the interrupts of a VM to memory (`save`), and asks whether memory is exact: nothing has changed
 * since they were last written.
 */
int vgicv5_irs_save_vm(struct vgicv5_host *host, uint16_t vm_id, bool save, bool *quiesced);

/* What a caller of the library is told of a result of a command. */
static inline int vgicv5_irs_public_error(int error)
{
	return error == VGICV5_BUSY ? VGICV5_TIMEOUT : error;
}

#endif
