/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * End of interrupt.
 *
 * Registered SPIs are counted while in flight. When the count leaves 0, every loaded vCPU is kicked; until each of them
 * has entered anew with the trap, or is no more loaded, registered SPIs do not become pending: a guest that ran on
 * untrapped could take one and deactivate it unheard. When the count is 0 again the traps go, each at its vCPU's next
 * entry, without a kick.
 *
 * All of this is under vm->lock, which also orders it with the state of the interrupts themselves: GIC VDPEND and GIC
 * VDDI of a registered SPI are executed, and waited for, under the lock. Others never come here.
 */
#include "eoi.h"

#include <vgicv5/arch/intid.h>
#include <vgicv5/hyp.h>
#include <vgicv5/port.h>

#include "assign.h"
#include "bitmap.h"
#include "inject.h"
#include "table.h"

#define SPI_WORD(spi) ((spi) / 64)
#define SPI_BIT(spi) vgicv5_bitmap_bit(spi)

/* ---- Memory ---- */

#define BITMAPS 4

static size_t memory_bytes(const struct vgicv5_vm *vm)
{
	return BITMAPS * vgicv5_bitmap_bytes(vm->config.spi_count);
}

int vgicv5_eoi_alloc(struct vgicv5_vm *vm)
{
	struct vgicv5_eoi *eoi = &vm->eoi;
	size_t words = VGICV5_BITMAP_WORDS(vm->config.spi_count);

	*eoi = (struct vgicv5_eoi){.count = 0};
	if (!vm->config.deactivated)
		return VGICV5_OK;
	eoi->registered = vgicv5_port_alloc(memory_bytes(vm), VGICV5_TABLE_ALIGN);
	if (!eoi->registered)
		return VGICV5_NO_MEMORY;
	eoi->in_flight = eoi->registered + words;
	eoi->waiting = eoi->registered + 2 * words;
	eoi->withdrawn = eoi->registered + 3 * words;
	return VGICV5_OK;
}

void vgicv5_eoi_release(struct vgicv5_vm *vm)
{
	vgicv5_port_free(vm->eoi.registered, memory_bytes(vm));
	vm->eoi = (struct vgicv5_eoi){.count = 0};
}

/* ---- Traps ---- */

uint64_t vgicv5_eoi_hfgitr(bool trap)
{
	return trap ? GICV5_HFGITR_ALL & ~GICV5_MASK(ICH_HFGITR_EL2_GICCDDI) : GICV5_HFGITR_ALL;
}

static void set_trap(struct vgicv5_vcpu *vcpu, bool trap)
{
	struct vgicv5_pcpu *pcpu = vgicv5_this_pcpu();

	VGICV5_WRITE_ONCE(vcpu->trap_deactivation, trap);
	if (pcpu->trap_deactivation == trap)
		return;
	pcpu->trap_deactivation = trap;
	vgicv5_write_ICH_HFGITR_EL2(vgicv5_eoi_hfgitr(trap));
}

/* Level: what the line says. The effect is waited for, so that a query finds it. */
static void pend(struct vgicv5_vm *vm, uint32_t spi)
{
	if (vm->spi_level[SPI_WORD(spi)] & SPI_BIT(spi)) {
		vgicv5_spi_follow_line(vm, spi);
		return;
	}
	vgicv5_inject_pend(vm, GICV5_INTID(GICV5_TYPE_SPI, spi), true);
	vgicv5_gsb_SYS();
}

/* All vCPUs trap: what has been waiting for that becomes pending. */
static void pend_waiting(struct vgicv5_vm *vm)
{
	uint32_t spi;

	for (spi = 0; spi < vm->config.spi_count; spi++) {
		if (!vm->eoi.waiting[SPI_WORD(spi)]) {
			spi |= 63;
			continue;
		}
		if (!(vm->eoi.waiting[SPI_WORD(spi)] & SPI_BIT(spi)))
			continue;
		vm->eoi.waiting[SPI_WORD(spi)] &= ~SPI_BIT(spi);
		pend(vm, spi);
	}
}

/* This vCPU does not run untrapped any more. */
static void stop_awaiting(struct vgicv5_vcpu *vcpu)
{
	struct vgicv5_vm *vm = vcpu->vm;

	if (!vcpu->trap_awaited)
		return;
	vcpu->trap_awaited = false;
	vm->eoi.awaited--;
	if (!vm->eoi.awaited)
		pend_waiting(vm);
}

/* The count has left 0. A vCPU that is loaded later looks at the count; those that trap still need nothing. */
static void trap_all(struct vgicv5_vm *vm)
{
	struct vgicv5_vcpu *vcpu;

	for (vcpu = vm->vcpus; vcpu; vcpu = vcpu->next) {
		if (!VGICV5_READ_ONCE(vcpu->resident) || vcpu->trap_deactivation || vcpu->trap_awaited)
			continue;
		vcpu->trap_awaited = true;
		vm->eoi.awaited++;
		vgicv5_fetch_or(&vcpu->reload, VGICV5_RELOAD_TRAP);
		vgicv5_port_kick(vcpu);
	}
}

static void trap_none(struct vgicv5_vm *vm)
{
	struct vgicv5_vcpu *vcpu;

	for (vcpu = vm->vcpus; vcpu; vcpu = vcpu->next)
		if (VGICV5_READ_ONCE(vcpu->resident))
			vgicv5_fetch_or(&vcpu->reload, VGICV5_RELOAD_TRAP);
}

void vgicv5_eoi_loaded(struct vgicv5_vcpu *vcpu)
{
	struct vgicv5_vm *vm = vcpu->vm;
	unsigned long flags = vgicv5_lock(&vm->lock);

	set_trap(vcpu, vm->eoi.count != 0);
	stop_awaiting(vcpu);
	vgicv5_unlock(&vm->lock, flags);
}

void vgicv5_eoi_left(struct vgicv5_vcpu *vcpu)
{
	struct vgicv5_vm *vm = vcpu->vm;
	unsigned long flags = vgicv5_lock(&vm->lock);

	VGICV5_WRITE_ONCE(vcpu->trap_deactivation, false);
	vgicv5_fetch_andnot(&vcpu->reload, VGICV5_RELOAD_TRAP);
	stop_awaiting(vcpu);
	vgicv5_unlock(&vm->lock, flags);
}

/* ---- Counting ---- */

static void take_off(struct vgicv5_vm *vm, uint32_t spi)
{
	if (vm->eoi.in_flight[SPI_WORD(spi)] & SPI_BIT(spi))
		return;
	vm->eoi.in_flight[SPI_WORD(spi)] |= SPI_BIT(spi);
	VGICV5_WRITE_ONCE(vm->eoi.count, vm->eoi.count + 1);
	if (vm->eoi.count == 1)
		trap_all(vm);
}

static void land(struct vgicv5_vm *vm, uint32_t spi)
{
	if (!(vm->eoi.in_flight[SPI_WORD(spi)] & SPI_BIT(spi)))
		return;
	vm->eoi.in_flight[SPI_WORD(spi)] &= ~SPI_BIT(spi);
	vm->eoi.withdrawn[SPI_WORD(spi)] &= ~SPI_BIT(spi);
	VGICV5_WRITE_ONCE(vm->eoi.count, vm->eoi.count - 1);
	if (!vm->eoi.count)
		trap_none(vm);
}

static void make_pending(struct vgicv5_vm *vm, uint32_t spi)
{
	take_off(vm, spi);
	if (vm->eoi.awaited)
		vm->eoi.waiting[SPI_WORD(spi)] |= SPI_BIT(spi);
	else
		pend(vm, spi);
}

/* It may never be acknowledged now. The next trap finds out. */
static void withdraw(struct vgicv5_vm *vm, uint32_t spi)
{
	vm->eoi.waiting[SPI_WORD(spi)] &= ~SPI_BIT(spi);
	if (vm->eoi.in_flight[SPI_WORD(spi)] & SPI_BIT(spi) && !vgicv5_assign_claimed(vm, spi))
		vm->eoi.withdrawn[SPI_WORD(spi)] |= SPI_BIT(spi);
}

/* ---- Lines ---- */

static void refresh(struct vgicv5_vm *vm, uint32_t spi)
{
	bool level = vm->spi_level[SPI_WORD(spi)] & SPI_BIT(spi);
	bool asserted = VGICV5_READ_ONCE(vm->spi_line[SPI_WORD(spi)]) & SPI_BIT(spi);

	if (level && asserted) {
		make_pending(vm, spi);
		return;
	}
	if (level)
		vgicv5_spi_follow_line(vm, spi);
	withdraw(vm, spi);
}

void vgicv5_eoi_refresh(struct vgicv5_vm *vm, uint32_t spi)
{
	unsigned long flags = vgicv5_lock(&vm->lock);

	refresh(vm, spi);
	vgicv5_unlock(&vm->lock, flags);
}

void vgicv5_eoi_line(struct vgicv5_vm *vm, uint32_t spi, bool asserted)
{
	unsigned long flags = vgicv5_lock(&vm->lock);
	bool changed = vgicv5_bitmap_change(vm->spi_line, spi, asserted) != asserted;

	if (vm->spi_level[SPI_WORD(spi)] & SPI_BIT(spi)) {
		if (changed)
			refresh(vm, spi);
	} else if (asserted) {
		make_pending(vm, spi);
	}
	vgicv5_unlock(&vm->lock, flags);
}

/* ---- Assigned wires ---- */

int vgicv5_eoi_claim(struct vgicv5_vm *vm, uint32_t spi)
{
	int error = VGICV5_OK;
	unsigned long flags;

	if (!vgicv5_eoi_registered(vm, spi))
		return VGICV5_OK;
	flags = vgicv5_lock(&vm->lock);
	if (vgicv5_eoi_registered(vm, spi)) {
		vm->eoi.withdrawn[SPI_WORD(spi)] &= ~SPI_BIT(spi);
		take_off(vm, spi);
		error = vm->eoi.awaited ? VGICV5_BUSY : VGICV5_OK;
	}
	vgicv5_unlock(&vm->lock, flags);
	return error;
}

void vgicv5_eoi_disclaim(struct vgicv5_vm *vm, uint32_t spi)
{
	if (vgicv5_eoi_registered(vm, spi))
		vgicv5_eoi_refresh(vm, spi);
}

void vgicv5_eoi_edge(struct vgicv5_vm *vm, uint32_t spi)
{
	unsigned long flags = vgicv5_lock(&vm->lock);

	make_pending(vm, spi);
	vgicv5_unlock(&vm->lock, flags);
}

/* ---- Deactivation: the vCPU is loaded here, and vm->lock held ---- */

/* ICC_ICSR_EL1 of an SPI; nothing pending or active if it is unreachable. The guest's ICSR is in vcpu->hyp. */
static uint64_t query(uint32_t spi)
{
	uint64_t icsr;

	vgicv5_gic_VDRCFG(GICV5_INTID(GICV5_TYPE_SPI, spi));
	vgicv5_isb();
	icsr = vgicv5_read_ICC_ICSR_EL1();
	return GICV5_GET(ICC_ICSR_EL1_F, icsr) ? 0 : icsr;
}

static bool idle(uint32_t spi)
{
	uint64_t icsr = query(spi);

	return !GICV5_GET(ICC_ICSR_EL1_ACTIVE, icsr) && !GICV5_GET(ICC_ICSR_EL1_PENDING, icsr);
}

/* Lines that fell while in flight: those that the guest does not handle will not be deactivated. */
static void land_withdrawn(struct vgicv5_vm *vm)
{
	uint32_t spi;

	for (spi = 0; vm->eoi.count && spi < vm->config.spi_count; spi++) {
		if (!vm->eoi.withdrawn[SPI_WORD(spi)])
			spi |= 63;
		else if (vm->eoi.withdrawn[SPI_WORD(spi)] & SPI_BIT(spi) && idle(spi))
			land(vm, spi);
	}
}

/*
 * Whether somebody must be told. Still pending, be it that the line is asserted or that another edge came, it stays in
 * flight. What is not active was not acknowledged, and its deactivation is none.
 */
static bool deactivate(struct vgicv5_vm *vm, uint32_t spi)
{
	bool tell = false;

	if (spi < vm->config.spi_count && vm->eoi.in_flight[SPI_WORD(spi)] & SPI_BIT(spi))
		tell = GICV5_GET(ICC_ICSR_EL1_ACTIVE, query(spi));
	vgicv5_gic_VDDI(GICV5_INTID(GICV5_TYPE_SPI, spi));
	vgicv5_gsb_SYS();
	if (tell && !vgicv5_assign_claimed(vm, spi) && idle(spi) &&
	    !(vm->eoi.waiting[SPI_WORD(spi)] & SPI_BIT(spi)))
		land(vm, spi);
	return tell;
}

static void deactivate_spi(struct vgicv5_vcpu *vcpu, uint32_t spi)
{
	struct vgicv5_vm *vm = vcpu->vm;
	unsigned long flags = vgicv5_lock(&vm->lock);
	bool tell = deactivate(vm, spi);

	if (!tell)
		land_withdrawn(vm);
	vgicv5_unlock(&vm->lock, flags);
	if (!tell)
		return;
	vm->config.deactivated(vm, spi);
	flags = vgicv5_lock(&vm->lock);
	land_withdrawn(vm);
	vgicv5_unlock(&vm->lock, flags);
}

/* The state of PPIs is in the registers while the vCPU is loaded. */
static void deactivate_ppi(const struct vgicv5_vcpu *vcpu, uint32_t ppi)
{
	uint64_t bit = SPI_BIT(ppi);

	if (ppi >= GICV5_PPI_COUNT || !(vcpu->hyp.visible[SPI_WORD(ppi)] & bit))
		return;
	if (SPI_WORD(ppi))
		vgicv5_write_ICH_PPI_ACTIVER1_EL2(vgicv5_read_ICH_PPI_ACTIVER1_EL2() & ~bit);
	else
		vgicv5_write_ICH_PPI_ACTIVER0_EL2(vgicv5_read_ICH_PPI_ACTIVER0_EL2() & ~bit);
}

void vgicv5_eoi_deactivate(struct vgicv5_vcpu *vcpu, uint64_t operand)
{
	uint32_t id = (uint32_t)GICV5_GET(INTID_ID, operand);

	switch (GICV5_GET(INTID_TYPE, operand)) {
	case GICV5_TYPE_PPI:
		deactivate_ppi(vcpu, id);
		break;
	case GICV5_TYPE_LPI:
		vgicv5_gic_VDDI(GICV5_INTID(GICV5_TYPE_LPI, id));
		break;
	case GICV5_TYPE_SPI:
		if (vgicv5_this_pcpu()->loaded == vcpu && vcpu->vm->eoi.registered)
			deactivate_spi(vcpu, id);
		else
			vgicv5_gic_VDDI(GICV5_INTID(GICV5_TYPE_SPI, id));
		break;
	default:
		break;
	}
}

/* ---- Registration ---- */

static int change(struct vgicv5_vm *vm, uint32_t spi, bool to)
{
	uint64_t *word = &vm->eoi.registered[SPI_WORD(spi)];

	if (((*word & SPI_BIT(spi)) != 0) == to)
		return to ? VGICV5_BUSY : VGICV5_INVALID;
	VGICV5_WRITE_ONCE(*word, *word ^ SPI_BIT(spi));
	return VGICV5_OK;
}

static int check(const struct vgicv5_vm *vm, uint32_t spi)
{
	int error = vgicv5_injectable(vm);

	if (error)
		return error;
	if (spi >= vm->config.spi_count)
		return VGICV5_INVALID;
	return vm->eoi.registered ? VGICV5_OK : VGICV5_UNSUPPORTED;
}

/* `used` is set before any SPI is in flight: who is loaded later sees it, who was before is seen by trap_all(). */
int vgicv5_eoi_register(struct vgicv5_vm *vm, uint32_t spi)
{
	int error = check(vm, spi);
	unsigned long flags;

	if (error)
		return error;
	flags = vgicv5_lock(&vm->lock);
	vgicv5_exchange(&vm->eoi.used, 1);
	error = change(vm, spi, true);
	if (!error &&
	    (vgicv5_assign_claimed(vm, spi) ||
	     vm->spi_level[SPI_WORD(spi)] & VGICV5_READ_ONCE(vm->spi_line[SPI_WORD(spi)]) & SPI_BIT(spi)))
		take_off(vm, spi);
	vgicv5_unlock(&vm->lock, flags);
	return error;
}

int vgicv5_eoi_unregister(struct vgicv5_vm *vm, uint32_t spi)
{
	int error = check(vm, spi);
	unsigned long flags;

	if (error)
		return error == VGICV5_UNSUPPORTED ? VGICV5_INVALID : error;
	flags = vgicv5_lock(&vm->lock);
	error = change(vm, spi, false);
	if (!error) {
		if (vm->eoi.waiting[SPI_WORD(spi)] & SPI_BIT(spi))
			pend(vm, spi);
		vm->eoi.waiting[SPI_WORD(spi)] &= ~SPI_BIT(spi);
		land(vm, spi);
	}
	vgicv5_unlock(&vm->lock, flags);
	return error;
}
