/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Commands to the IRS: write a register, wait until the status register of its group says IDLE.
 *
 * A write while the group is not idle is CONSTRAINED UNPREDICTABLE. All writers hold the command lock and wait, so
 * only a group in which a wait once failed (host->unsettled) has to be looked at before the next write.
 */
#include "irs_cmd.h"

#include <vgicv5/arch/intid.h>
#include <vgicv5/arch/irs.h>
#include <vgicv5/port.h>

enum irs_group { GROUP_VMT, GROUP_VPE, GROUP_VM, GROUP_SAVE, GROUP_SPI, GROUP_COUNT };

/* IDLE is bit 0 of each of these registers. */
static const uint16_t group_status[GROUP_COUNT] = {
	[GROUP_VMT] = GICV5_IRS_VMT_STATUSR, [GROUP_VPE] = GICV5_IRS_VPE_STATUSR,
	[GROUP_VM] = GICV5_IRS_VM_STATUSR,   [GROUP_SAVE] = GICV5_IRS_SAVE_VM_STATUSR,
	[GROUP_SPI] = GICV5_IRS_SPI_STATUSR,
};

static uint32_t read_status(const struct vgicv5_irs *irs, enum irs_group group)
{
	return vgicv5_mmio_read32(irs->frame + group_status[group]);
}

/* Looks at the clock before it looks at the register: time spent elsewhere in between does not count. */
static int wait_idle(const struct vgicv5_host *host, struct vgicv5_irs *irs, enum irs_group group)
{
	uint64_t start = vgicv5_port_clock_us();

	for (;;) {
		bool late = vgicv5_port_clock_us() - start >= host->timeout_us;

		if (GICV5_GET(IRS_VMT_STATUSR_IDLE, read_status(irs, group))) {
			irs->unsettled &= (uint8_t) ~(1u << group);
			irs->silent &= (uint8_t) ~(1u << group);
			return VGICV5_OK;
		}
		if (late) {
			irs->unsettled |= (uint8_t)(1u << group);
			irs->silent |= (uint8_t)(1u << group);
			return VGICV5_TIMEOUT;
		}
		vgicv5_port_relax();
	}
}

static int ready(const struct vgicv5_host *host, struct vgicv5_irs *irs, enum irs_group group)
{
	vgicv5_assert_locked(&host->command_lock);
	if (!(irs->unsettled & 1u << group))
		return VGICV5_OK;
	return wait_idle(host, irs, group) ? VGICV5_BUSY : VGICV5_OK;
}

/* Tables written before are in memory before the IRS is told of them. */
static int issue64_to(const struct vgicv5_host *host, struct vgicv5_irs *irs, enum irs_group group,
		      uint32_t offset, uint64_t value)
{
	int error = ready(host, irs, group);

	if (error)
		return error;
	vgicv5_dsb_st();
	vgicv5_mmio_write64(irs->frame + offset, value);
	return wait_idle(host, irs, group);
}

static int issue32_to(const struct vgicv5_host *host, struct vgicv5_irs *irs, enum irs_group group,
		      uint32_t offset, uint32_t value)
{
	int error = ready(host, irs, group);

	if (error)
		return error;
	vgicv5_mmio_write32(irs->frame + offset, value);
	return wait_idle(host, irs, group);
}

/* ---- The IRS that carries the VM table ---- */

static int issue64(const struct vgicv5_host *host, enum irs_group group, uint32_t offset, uint64_t value)
{
	return issue64_to(host, host->irs, group, offset, value);
}

static int issue32(const struct vgicv5_host *host, enum irs_group group, uint32_t offset, uint32_t value)
{
	return issue32_to(host, host->irs, group, offset, value);
}

static int vmt_command(struct vgicv5_host *host, uint32_t offset, uint64_t value)
{
	unsigned long flags = vgicv5_lock(&host->command_lock);
	int error = issue64(host, GROUP_VMT, offset, value);

	vgicv5_unlock(&host->command_lock, flags);
	if (error)
		vgicv5_error("IRS command 0x%x (0x%llx): %s", offset, (unsigned long long)value,
			     vgicv5_strerror(error));
	return error;
}

/* ---- VM table ---- */

int vgicv5_irs_settle(struct vgicv5_host *host)
{
	unsigned long flags = vgicv5_lock(&host->command_lock);
	int error = ready(host, host->irs, GROUP_VMT);

	vgicv5_unlock(&host->command_lock, flags);
	return error;
}

bool vgicv5_irs_has_vmt(struct vgicv5_host *host)
{
	return GICV5_GET(IRS_VMT_BASER_VALID, vgicv5_mmio_read64(host->irs->frame + GICV5_IRS_VMT_BASER));
}

int vgicv5_irs_set_vmt(struct vgicv5_host *host, uint32_t cfgr, uint64_t baser)
{
	unsigned long flags = vgicv5_lock(&host->command_lock);
	int error = ready(host, host->irs, GROUP_VMT);

	if (!error) {
		vgicv5_mmio_write32(host->irs->frame + GICV5_IRS_VMT_CFGR, cfgr);
		error = issue64(host, GROUP_VMT, GICV5_IRS_VMT_BASER, baser);
	}
	vgicv5_unlock(&host->command_lock, flags);
	if (!error && !vgicv5_irs_has_vmt(host))
		error = VGICV5_REFUSED;
	return error;
}

int vgicv5_irs_clear_vmt(struct vgicv5_host *host)
{
	int error = vmt_command(host, GICV5_IRS_VMT_BASER, 0);

	if (!error && vgicv5_irs_has_vmt(host))
		error = VGICV5_REFUSED;
	return error;
}

int vgicv5_irs_map_l2_vmt(struct vgicv5_host *host, uint16_t vm_id)
{
	return vmt_command(host, GICV5_IRS_VMAP_L2_VMTR,
			   GICV5_MASK(IRS_VMAP_L2_VMTR_M) | GICV5_PUT(IRS_VMAP_L2_VMTR_VM_ID, vm_id));
}

int vgicv5_irs_map_vm(struct vgicv5_host *host, uint16_t vm_id, bool valid)
{
	return vmt_command(host, GICV5_IRS_VMAP_VMR,
			   GICV5_MASK(IRS_VMAP_VMR_M) | GICV5_PUT(IRS_VMAP_VMR_U, !valid) |
				   GICV5_PUT(IRS_VMAP_VMR_VM_ID, vm_id));
}

int vgicv5_irs_map_vist(struct vgicv5_host *host, uint16_t vm_id, unsigned int type, bool valid)
{
	return vmt_command(host, GICV5_IRS_VMAP_VISTR,
			   GICV5_MASK(IRS_VMAP_VISTR_M) | GICV5_PUT(IRS_VMAP_VISTR_U, !valid) |
				   GICV5_PUT(IRS_VMAP_VISTR_VM_ID, vm_id) |
				   GICV5_PUT(IRS_VMAP_VISTR_TYPE, type));
}

int vgicv5_irs_map_l2_vist(struct vgicv5_host *host, uint16_t vm_id, unsigned int type, uint32_t id)
{
	return vmt_command(host, GICV5_IRS_VMAP_L2_VISTR,
			   GICV5_MASK(IRS_VMAP_L2_VISTR_M) | GICV5_PUT(IRS_VMAP_L2_VISTR_VM_ID, vm_id) |
				   GICV5_PUT(IRS_VMAP_L2_VISTR_TYPE, type) |
				   GICV5_PUT(IRS_VMAP_L2_VISTR_ID, id));
}

int vgicv5_irs_map_vpe(struct vgicv5_host *host, uint16_t vm_id, uint16_t vpe_id)
{
	return vmt_command(host, GICV5_IRS_VMAP_VPER,
			   GICV5_MASK(IRS_VMAP_VPER_M) | GICV5_PUT(IRS_VMAP_VPER_VM_ID, vm_id) |
				   GICV5_PUT(IRS_VMAP_VPER_VPE_ID, vpe_id));
}

/* ---- One VPE: selected, then looked at or changed, without the lock being dropped in between ---- */

/*
 * V = 1 may be of an earlier selection if this one was not obeyed, so the register is read back. That it can be read
 * is certain for IRS_PE_SELR only: zero tells nothing.
 */
static bool selected(uint64_t selr, uint64_t wanted)
{
	return selr == wanted || !selr;
}

static int select_vpe(struct vgicv5_host *host, uint16_t vm_id, uint16_t vpe_id)
{
	uint64_t ids = GICV5_PUT(IRS_VPE_SELR_VPE_ID, vpe_id) | GICV5_PUT(IRS_VPE_SELR_VM_ID, vm_id);
	int error = issue64(host, GROUP_VPE, GICV5_IRS_VPE_SELR, GICV5_MASK(IRS_VPE_SELR_S) | ids);
	uint64_t selr;

	if (error)
		return error;
	selr = vgicv5_mmio_read64(host->irs->frame + GICV5_IRS_VPE_SELR) & ~GICV5_MASK(IRS_VPE_SELR_S);
	if (!GICV5_GET(IRS_VPE_STATUSR_V, read_status(host->irs, GROUP_VPE)) || !selected(selr, ids))
		return VGICV5_REFUSED;
	return VGICV5_OK;
}

/*
 * That of a VPE which has just become valid is not: one that is belongs to an earlier selection, where IRS_VPE_SELR
 * could not tell.
 */
static bool doorbell_is_set(struct vgicv5_host *host)
{
	return GICV5_GET(IRS_VPE_DBR_DBV, vgicv5_mmio_read64(host->irs->frame + GICV5_IRS_VPE_DBR));
}

/* A write after the VPE became invalid is dropped: what counts is what the register holds afterwards. */
static int write_doorbell(struct vgicv5_host *host, uint64_t dbr)
{
	uint64_t kept = GICV5_MASK(IRS_VPE_DBR_DBV) | GICV5_MASK(IRS_VPE_DBR_INTID);
	int error = issue64(host, GROUP_VPE, GICV5_IRS_VPE_DBR, dbr);

	if (!error && (vgicv5_mmio_read64(host->irs->frame + GICV5_IRS_VPE_DBR) & kept) != (dbr & kept))
		error = VGICV5_REFUSED;
	return error;
}

static int write_dps(struct vgicv5_host *host, bool dps)
{
	uint32_t cr0 = (uint32_t)GICV5_PUT(IRS_VPE_CR0_DPS, dps);
	int error = issue32(host, GROUP_VPE, GICV5_IRS_VPE_CR0, cr0);

	/* Without 1ofN interrupts nothing depends on DPS, and it may not be there. */
	if (!error && host->caps.virt_one_n &&
	    vgicv5_mmio_read32(host->irs->frame + GICV5_IRS_VPE_CR0) != cr0)
		error = VGICV5_REFUSED;
	return error;
}

int vgicv5_irs_setup_vpe(struct vgicv5_host *host, uint16_t vm_id, uint16_t vpe_id, bool dps, uint64_t dbr)
{
	unsigned long flags = vgicv5_lock(&host->command_lock);
	int error = select_vpe(host, vm_id, vpe_id);

	if (!error && doorbell_is_set(host))
		error = VGICV5_REFUSED;
	if (!error)
		error = write_dps(host, dps);
	if (!error)
		error = write_doorbell(host, dbr);
	vgicv5_unlock(&host->command_lock, flags);
	return error;
}

int vgicv5_irs_clear_doorbell(struct vgicv5_host *host, uint16_t vm_id, uint16_t vpe_id)
{
	unsigned long flags = vgicv5_lock(&host->command_lock);
	int error = select_vpe(host, vm_id, vpe_id);

	if (!error)
		error = issue64(host, GROUP_VPE, GICV5_IRS_VPE_DBR, 0);
	vgicv5_unlock(&host->command_lock, flags);
	return error;
}

int vgicv5_irs_set_dps(struct vgicv5_host *host, uint16_t vm_id, uint16_t vpe_id, bool dps)
{
	unsigned long flags = vgicv5_lock(&host->command_lock);
	int error = select_vpe(host, vm_id, vpe_id);

	if (!error)
		error = write_dps(host, dps);
	vgicv5_unlock(&host->command_lock, flags);
	return error;
}

/* ---- One VM ---- */

static int select_vm(struct vgicv5_host *host, uint16_t vm_id)
{
	uint32_t id = (uint32_t)GICV5_PUT(IRS_VM_SELR_VM_ID, vm_id);
	int error = issue32(host, GROUP_VM, GICV5_IRS_VM_SELR, id);

	if (error)
		return error;
	if (!GICV5_GET(IRS_VM_STATUSR_V, read_status(host->irs, GROUP_VM)) ||
	    !selected(vgicv5_mmio_read32(host->irs->frame + GICV5_IRS_VM_SELR), id))
		return VGICV5_REFUSED;
	return VGICV5_OK;
}

int vgicv5_irs_set_vm_doorbell(struct vgicv5_host *host, uint16_t vm_id, uint16_t vpe_id)
{
	uint64_t dbr = GICV5_MASK(IRS_VM_DBR_EN) | GICV5_PUT(IRS_VM_DBR_VPE_ID, vpe_id);
	unsigned long flags = vgicv5_lock(&host->command_lock);
	int error = select_vm(host, vm_id);

	if (!error)
		error = issue64(host, GROUP_VM, GICV5_IRS_VM_DBR, dbr);
	if (!error && vgicv5_mmio_read64(host->irs->frame + GICV5_IRS_VM_DBR) != dbr)
		error = VGICV5_REFUSED;
	vgicv5_unlock(&host->command_lock, flags);
	return error;
}

/* Which of several IRSs hold something back is not established: all are asked (I_DSRQY speaks of a single one). */
int vgicv5_irs_save_vm(struct vgicv5_host *host, uint16_t vm_id, bool save, bool *quiesced)
{
	uint64_t vmr = GICV5_PUT(IRS_SAVE_VMR_S, save) | GICV5_MASK(IRS_SAVE_VMR_Q) |
		       GICV5_PUT(IRS_SAVE_VMR_VM_ID, vm_id);
	int error = VGICV5_OK;
	unsigned int i;

	*quiesced = true;
	for (i = 0; i < host->irs_count && !error; i++) {
		struct vgicv5_irs *irs = &host->irs[i];
		unsigned long flags = vgicv5_lock(&host->command_lock);

		error = issue64_to(host, irs, GROUP_SAVE, GICV5_IRS_SAVE_VMR, vmr);
		if (error || !GICV5_GET(IRS_SAVE_VM_STATUSR_Q, read_status(irs, GROUP_SAVE)))
			*quiesced = false;
		vgicv5_unlock(&host->command_lock, flags);
	}
	return error;
}

/* ---- SPIs ---- */

struct vgicv5_irs *vgicv5_irs_of_spi(const struct vgicv5_host *host, uint32_t spi)
{
	unsigned int i;

	for (i = 0; i < host->irs_count; i++)
		if (spi - host->irs[i].spi_base < host->irs[i].spi_count)
			return &host->irs[i];
	return NULL;
}

/* The host's own driver selects SPIs, too. */
static unsigned long lock_spis(struct vgicv5_host *host, const struct vgicv5_irs *irs)
{
	if (host->lock_spis)
		host->lock_spis(host->ctx, (unsigned int)(irs - host->irs));
	return vgicv5_lock(&host->command_lock);
}

static void unlock_spis(struct vgicv5_host *host, const struct vgicv5_irs *irs, unsigned long flags)
{
	vgicv5_unlock(&host->command_lock, flags);
	if (host->unlock_spis)
		host->unlock_spis(host->ctx, (unsigned int)(irs - host->irs));
}

static int select_spi(const struct vgicv5_host *host, struct vgicv5_irs *irs, uint32_t spi)
{
	int error = issue32_to(host, irs, GROUP_SPI, GICV5_IRS_SPI_SELR, spi);

	if (!error && (!GICV5_GET(IRS_SPI_STATUSR_V, read_status(irs, GROUP_SPI)) ||
		       !selected(vgicv5_mmio_read32(irs->frame + GICV5_IRS_SPI_SELR), spi)))
		error = VGICV5_REFUSED;
	return error;
}

static bool is_level(const struct vgicv5_irs *irs)
{
	return GICV5_GET(IRS_SPI_CFGR_TM, vgicv5_mmio_read32(irs->frame + GICV5_IRS_SPI_CFGR));
}

static int write_mode(const struct vgicv5_host *host, struct vgicv5_irs *irs, bool level)
{
	int error;

	if (is_level(irs) == level)
		return VGICV5_OK;
	error = issue32_to(host, irs, GROUP_SPI, GICV5_IRS_SPI_CFGR,
			   (uint32_t)GICV5_PUT(IRS_SPI_CFGR_TM, level));
	return !error && is_level(irs) != level ? VGICV5_REFUSED : error;
}

static int write_vmr(const struct vgicv5_host *host, struct vgicv5_irs *irs, uint64_t vmr)
{
	uint64_t kept = GICV5_MASK(IRS_SPI_VMR_VIRT) | (vmr ? GICV5_MASK(IRS_SPI_VMR_VM_ID) : 0);
	int error = issue64_to(host, irs, GROUP_SPI, GICV5_IRS_SPI_VMR, vmr);

	return !error && (vgicv5_mmio_read64(irs->frame + GICV5_IRS_SPI_VMR) & kept) != vmr ? VGICV5_REFUSED
											    : error;
}

/* ICC_ICSR_EL1 of a physical SPI. Interrupts are off; that of a vCPU that is loaded here has been saved. */
static uint64_t query_spi(uint32_t spi)
{
	vgicv5_gic_CDRCFG(GICV5_INTID(GICV5_TYPE_SPI, spi));
	vgicv5_isb();
	return vgicv5_read_ICC_ICSR_EL1();
}

/* One that is assigned is unreachable, too: who has it is asked first. */
static int check_free(const struct vgicv5_irs *irs, uint32_t spi)
{
	uint64_t icsr;

	if (GICV5_GET(IRS_SPI_VMR_VIRT, vgicv5_mmio_read64(irs->frame + GICV5_IRS_SPI_VMR)))
		return VGICV5_BUSY;
	icsr = query_spi(spi);
	if (GICV5_GET(ICC_ICSR_EL1_F, icsr))
		return VGICV5_REFUSED;
	return GICV5_GET(ICC_ICSR_EL1_ACTIVE, icsr) ? VGICV5_BUSY : VGICV5_OK;
}

/* As late as possible: what comes after the look stays with the physical SPI. */
static bool take_pending(uint32_t spi)
{
	if (!GICV5_GET(ICC_ICSR_EL1_PENDING, query_spi(spi)))
		return false;
	vgicv5_gic_CDPEND(GICV5_INTID(GICV5_TYPE_SPI, spi));
	vgicv5_gsb_SYS();
	return true;
}

static int assign_selected(const struct vgicv5_host *host, struct vgicv5_irs *irs, uint32_t spi, uint64_t vmr,
			   bool level, struct vgicv5_spi_before *before)
{
	int error = vgicv5_irs_public_error(write_mode(host, irs, level));

	if (error)
		return error;
	before->pending = !level && take_pending(spi);
	error = write_vmr(host, irs, vmr);
	before->unknown = error == VGICV5_TIMEOUT;
	return vgicv5_irs_public_error(error);
}

int vgicv5_irs_assign_spi(struct vgicv5_host *host, uint32_t spi, uint16_t vm_id, bool level,
			  struct vgicv5_spi_before *before)
{
	uint64_t vmr = GICV5_MASK(IRS_SPI_VMR_VIRT) | GICV5_PUT(IRS_SPI_VMR_VM_ID, vm_id);
	struct vgicv5_irs *irs = vgicv5_irs_of_spi(host, spi);
	unsigned long flags = lock_spis(host, irs);
	int error = vgicv5_irs_public_error(select_spi(host, irs, spi));

	if (!error)
		error = check_free(irs, spi);
	if (!error) {
		before->level = is_level(irs);
		error = assign_selected(host, irs, spi, vmr, level, before);
		if (error && !before->unknown)
			before->unknown = write_mode(host, irs, before->level) != VGICV5_OK;
	}
	unlock_spis(host, irs, flags);
	return error;
}

int vgicv5_irs_return_spi(struct vgicv5_host *host, uint32_t spi, bool level)
{
	struct vgicv5_irs *irs = vgicv5_irs_of_spi(host, spi);
	unsigned long flags = lock_spis(host, irs);
	int error = select_spi(host, irs, spi);

	if (!error)
		error = write_vmr(host, irs, 0);
	if (!error)
		error = write_mode(host, irs, level);
	unlock_spis(host, irs, flags);
	if (!error)
		vgicv5_irs_resample_spi(host, spi);
	return vgicv5_irs_public_error(error);
}

int vgicv5_irs_set_spi_mode(struct vgicv5_host *host, uint32_t spi, bool level)
{
	struct vgicv5_irs *irs = vgicv5_irs_of_spi(host, spi);
	unsigned long flags = lock_spis(host, irs);
	int error = select_spi(host, irs, spi);

	if (!error)
		error = write_mode(host, irs, level);
	unlock_spis(host, irs, flags);
	return vgicv5_irs_public_error(error);
}

void vgicv5_irs_resample_spi(const struct vgicv5_host *host, uint32_t spi)
{
	const struct vgicv5_irs *irs = vgicv5_irs_of_spi(host, spi);

	vgicv5_mmio_write32(irs->frame + GICV5_IRS_SPI_RESAMPLER,
			    (uint32_t)GICV5_PUT(IRS_SPI_RESAMPLER_SPI_ID, spi));
}
