/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Save and restore of a VM's GICv5 state.
 *
 *     source:       vCPUs put, injectors stopped -> vgicv5_state_save() -> vgicv5_vm_destroy()
 *     destination:  vgicv5_vm_init() ... vgicv5_vm_start() -> vgicv5_state_restore() -> lines driven -> vCPUs run
 *
 * The format is the library's own, the same on every host and hypervisor, and described to the bit on the page
 * @ref state, with the order of operations. Beside it there is access to single registers and tables in the
 * layout of KVM's device groups, for a VMM that has a format of its own. A state that is being restored may
 * come from anybody: nothing in it is believed before it has been checked.
 *
 * Common to all, unless said otherwise: may sleep; no lock held; not together with vgicv5_vm_start() or
 * vgicv5_vm_destroy() of the same VM. No vCPU of the VM may be loaded, otherwise VGICV5_BUSY. A VM that is
 * not started has no state: VGICV5_STATE; neither has one that died: VGICV5_DEAD.
 */
#ifndef VGICV5_STATE_H
#define VGICV5_STATE_H

#include <vgicv5/vcpu.h>
#include <vgicv5/vits.h>

#define VGICV5_STATE_VERSION 1
#define VGICV5_STATE_MAGIC "vgicv5\x1a\n" /**< the first eight bytes of a state */

/* Sizes in bytes; all else is on the page @ref state. */
#define VGICV5_STATE_HEADER_BYTES 32
#define VGICV5_STATE_SECTION_BYTES 16

/** Types of sections. Known ones come in this order. */
enum vgicv5_state_section {
	VGICV5_STATE_VM = 1,	 /**< what the guest was shown: widths, PPIs, numbers of SPIs and vCPUs */
	VGICV5_STATE_VIRS = 2,	 /**< registers of the virtual IRS */
	VGICV5_STATE_VCPU = 3,	 /**< one for each vCPU, by VPE ID */
	VGICV5_STATE_ITS = 4,	 /**< one for each virtual ITS, by address */
	VGICV5_STATE_IWB = 5,	 /**< one for each virtual IWB, by address of its ITS and DeviceID */
	VGICV5_STATE_SPI = 6,	 /**< trigger modes, lines, end of interrupt, entries; if there are SPIs */
	VGICV5_STATE_LPI_L2 = 7, /**< L2 tables that the guest has made valid; if its LPI table has them */
	VGICV5_STATE_LPI = 8,	 /**< entries; if the guest has an LPI table */
	VGICV5_STATE_END = 255,	 /**< checksum of everything before */
};

#define VGICV5_STATE_REQUIRED 1 /**< section flag: who does not know the type must refuse the state */

/**
 * Takes the next part of a state, in order. In the context of vgicv5_state_stream(): may sleep, must not
 * call the library for this VM but to inject.
 * @return 0, or an error that ends the saving and becomes its result.
 */
typedef int (*vgicv5_state_write_fn)(void *ctx, const void *data, size_t bytes);

/**
 * How many bytes vgicv5_state_save() will write if nothing changes until then. The IRS writes back what it
 * caches.
 * @return 0; VGICV5_BUSY: also if an interrupt arrived meanwhile; VGICV5_STATE: also if an LPI table was
 *         announced by vgicv5_state_set_irs() and its entries have not come; VGICV5_TIMEOUT: the IRS did
 *         not answer.
 */
int vgicv5_state_size(struct vgicv5_vm *vm, size_t *bytes);

/**
 * A size that no state of this VM exceeds until its guest makes or extends its LPI table. Asks no hardware:
 * for a VM that runs, vCPUs may be loaded. Any context.
 */
size_t vgicv5_state_bound(const struct vgicv5_vm *vm);

/**
 * Saves the state. The VM stays as it is: it can be saved again, with the same bytes, run on, or be
 * destroyed. Memory is not allocated. What has been written when there is an error is no state.
 *
 * An interrupt that arrives while this runs is not lost: it is in the VM, and either in what is being saved
 * or the result is VGICV5_BUSY and the call can be repeated. One that arrives later is not in the saved
 * state.
 * @param size of `state`, which needs no alignment.
 * @param bytes how many were written; may be NULL.
 * @return 0; VGICV5_LIMIT: `state` is too small; otherwise as vgicv5_state_size().
 */
int vgicv5_state_save(struct vgicv5_vm *vm, void *state, size_t size, size_t *bytes);

/** The same in parts of at most 1 KiB. @return as vgicv5_state_save(), or what `write` returned. */
int vgicv5_state_stream(struct vgicv5_vm *vm, vgicv5_state_write_fn write, void *ctx);

/**
 * Whether a state can be restored into this VM: all that vgicv5_state_restore() checks before it changes
 * anything. The VM must have been configured as the source was: the same VPE IDs, number of SPIs, visible
 * PPIs, ITSs and IWBs. The reason of a refusal is logged. The bytes must not change during the call.
 * @return 0; VGICV5_INVALID: not a state, damaged, cut off, contradictory, or of a VM of another shape;
 *         VGICV5_UNSUPPORTED: of another version, with a required section of unknown type, or this host
 *         lacks what the guest was shown: ID or priority bits, PPIs or their handling mode, 1ofN
 *         interrupts; or SPIs are registered for end of interrupt and the VM has no
 *         vgicv5_vm_config.deactivated; VGICV5_BUSY: also for a VM that is not fresh: a vCPU was loaded
 *         since vgicv5_vm_start(), or it has an LPI table, or SPIs are assigned (vgicv5_spi_assign()).
 */
int vgicv5_state_check(struct vgicv5_vm *vm, const void *state, size_t bytes);

/**
 * Makes a fresh VM (started, no vCPU loaded since) continue where the saved one was. No injection may be
 * under way until this returns; one that comes meanwhile gets VGICV5_STATE, or is in the VM. Every vCPU
 * then counts as runnable once, as what it waits for may be there.
 *
 * Lines are as they were when they were saved; whoever drives them now drives them again: nothing happens
 * to those that have not changed. Registrations for end of interrupt are restored: who registers again gets
 * VGICV5_BUSY.
 * @return as vgicv5_state_check(), VGICV5_NO_MEMORY, VGICV5_LIMIT (the LPI table takes more than
 *         vgicv5_vm_config.max_lpi_bytes): nothing was changed, the call may be repeated; VGICV5_REFUSED,
 *         VGICV5_TIMEOUT: the VM is as after vgicv5_vm_destroy(), or poisoned as after one that failed.
 */
int vgicv5_state_restore(struct vgicv5_vm *vm, const void *state, size_t bytes);

/* ---- Single registers and tables, as in KVM's device groups CPU_SYSREGS, IRS_REGS and IST ---- */

/**
 * A register of a vCPU. `encoding` is in GICV5_ENC() form, of one of 26: ICC_ICSR_EL1, ICC_PPI_ENABLER0/1,
 * ICC_PPI_SACTIVER0/1 (the active state), ICC_PPI_SPENDR0/1 (the pending state, latches and lines),
 * ICC_PPI_PRIORITYR0 to 15, ICC_APR, ICC_CR0 (EN; LINK and LINK_IDLE read 1) and ICC_PCR.
 * @return 0; VGICV5_UNSUPPORTED: no such register.
 */
int vgicv5_state_get_sysreg(struct vgicv5_vcpu *vcpu, unsigned int encoding, uint64_t *value);

/**
 * Sets it, as it reads and not as a guest's write would: all bits, also those that are 0. Bits of PPIs that
 * the VM does not see, and reserved ones, are dropped.
 * @return as vgicv5_state_get_sysreg(); VGICV5_BUSY: also if a vCPU of the VM was loaded since
 *         vgicv5_vm_start().
 */
int vgicv5_state_set_sysreg(struct vgicv5_vcpu *vcpu, unsigned int encoding, uint64_t value);

/**
 * A register of the virtual IRS's config frame by its offset: 52, those of the architecture but for the
 * identification of the component from 0xFFBC. Always 64 bits: those of 32 bits read with zeros above, and
 * the upper half of a value to be set is ignored. Registers that the virtual IRS does not have read as
 * zero.
 * @return 0; VGICV5_INVALID: offset not a multiple of 4; VGICV5_UNSUPPORTED: no register begins there.
 */
int vgicv5_state_get_irs(struct vgicv5_vm *vm, uint32_t offset, uint64_t *value);

/**
 * Sets it. Identification registers are taken as what the guest was shown, if this VM can show it.
 * IRS_IST_BASER and IRS_IST_CFGR are stored; while BASER is valid and vgicv5_state_set_ists() has not come
 * the VM is not ready (vgicv5_state_ready()), afterwards only the same values are taken. Where
 * IRS_IDR0.ONE_N is shown, IRS_PE_CR0 acts on the PE that IRS_PE_SELR selects. What is read-only or has no
 * state is ignored, IRS_SPI_CFGR included.
 * @return as vgicv5_state_get_irs(); VGICV5_INVALID: also an identification that this VM cannot have, or a
 *         change of the LPI table; VGICV5_BUSY: also if a vCPU was loaded since vgicv5_vm_start(); of
 *         IRS_PE_CR0 VGICV5_REFUSED, VGICV5_TIMEOUT.
 */
int vgicv5_state_set_irs(struct vgicv5_vm *vm, uint32_t offset, uint64_t value);

/** Whether an offset is that of a register: 0, VGICV5_UNSUPPORTED, VGICV5_INVALID as above. Any context. */
int vgicv5_state_has_irs(uint32_t offset);

/**
 * A register of an ITS's config frame by its offset: 29, those of the architecture but for the identification of the
 * component. Always 64 bits, as those of the IRS.
 * @return as vgicv5_state_get_irs().
 */
int vgicv5_state_get_its(struct vgicv5_vits *vits, uint32_t offset, uint64_t *value);

/**
 * Sets it. Identification registers must be what they are, but for ITS_IDR0.PA_RANGE. ITS_CR0 comes last: while ITSEN
 * is 1 ITS_DT_BASER and ITS_DT_CFGR take only the value that they have. ITS_SWERR_STATUSR, its syndromes and
 * ITS_READ_EVENT_DATAR are set to what they are to read as. What is read-only otherwise, or only starts something, is
 * ignored. Translations are not state: they are looked up anew.
 * @return as vgicv5_state_get_irs(); VGICV5_INVALID: also what is said above; VGICV5_BUSY: also if a vCPU was loaded
 *         since vgicv5_vm_start().
 */
int vgicv5_state_set_its(struct vgicv5_vits *vits, uint32_t offset, uint64_t value);

/** Whether an offset is that of a register, as vgicv5_state_has_irs(). Any context. */
int vgicv5_state_has_its(uint32_t offset);

/**
 * The interrupt state tables: little-endian 32-bit L2_ISTEs in order of ID, without gaps. SPIs: spi_count
 * of them; LPIs: 2^LPI_ID_BITS, none (NULL, 0) without a valid LPI table.
 */
struct vgicv5_state_ists {
	void *spi;
	size_t spi_bytes;
	void *lpi;
	size_t lpi_bytes;
};

/** Fills in the sizes that the VM's tables have now. Pointers are left alone. @return 0. */
int vgicv5_state_ist_sizes(struct vgicv5_vm *vm, struct vgicv5_state_ists *ists);

/**
 * Copies the tables out. HWU is zero. If an interrupt arrives meanwhile it is VGICV5_BUSY, and can be
 * repeated.
 * @return 0; VGICV5_INVALID: a size that is not that of vgicv5_state_ist_sizes(), or a buffer that is
 *         missing; VGICV5_UNSUPPORTED: an LPI table has been announced and its entries have not come;
 *         VGICV5_TIMEOUT.
 */
int vgicv5_state_get_ists(struct vgicv5_vm *vm, const struct vgicv5_state_ists *ists);

/**
 * Takes the tables of a fresh VM from buffers, after the registers of the IRS. Entries are checked; HWU is
 * dropped; pending interrupts are replayed. An SPI's trigger mode becomes its handling mode, and the line
 * of one that is level what its pending state is, until it is driven. Of a guest's LPI table with two
 * levels all becomes valid.
 * @return as vgicv5_state_restore(); VGICV5_INVALID: sizes, buffers, IST_CFGR, reserved bits, IRM where
 *         there are no 1ofN interrupts, or an IAFFID other than 0 that is no vCPU's.
 */
int vgicv5_state_set_ists(struct vgicv5_vm *vm, const struct vgicv5_state_ists *ists);

/**
 * Whether the VM may run: VGICV5_STATE while vgicv5_state_set_irs() has announced an LPI table whose
 * entries have not come. To be asked before the first vgicv5_vcpu_load(). Any context.
 */
int vgicv5_state_ready(const struct vgicv5_vm *vm);

#endif
