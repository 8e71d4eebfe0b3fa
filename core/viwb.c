/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Virtual IWBs.
 *
 * A wire keeps the LPI of its last event, with the number that the walk of the tables had (vits_cache.c): it stays
 * known until the guest invalidates it at the ITS or enables the wire anew.
 *
 * An event also sets the handling mode of its interrupt (R_HHKMN), which GIC VDPEND does not, and GIC VDHM acts on the
 * VM that is resident on the CPU that executes it. So the first event that finds its LPI is delivered at once, and the
 * mode is left to the next vCPU that enters. If the guest took the interrupt as one of the other mode meanwhile, a
 * line that is still asserted makes it pending again.
 *
 * What a wire's state means for its LPI is decided and carried out under viwb->lock, and its effect is waited for:
 * whoever is last has seen all changes before. The guest's tables are read without it.
 */
#include "viwb.h"

#include <vgicv5/arch/intid.h>
#include <vgicv5/arch/irs.h>
#include <vgicv5/arch/iwb.h>
#include <vgicv5/debug.h>
#include <vgicv5/port.h>

#include "eoi.h"
#include "frame.h"
#include "inject.h"
#include "table.h"
#include "vits.h"
#include "vits_cache.h"

#define WIRES_PER_WORD 32
#define NO_WIRE (~(uint32_t)0)
#define MODES_PER_ENTRY 16
#define ALL_DOMAINS_NS 0x55555555u /* IWB_WDOMAINRn: two bits for each wire */

_Static_assert(GICV5_DOMAIN_NS == 1, "in each of the two bits of IWB_WDOMAINRn");

static uint32_t bit_of(uint32_t wire)
{
	return (uint32_t)1 << wire % WIRES_PER_WORD;
}

static struct vgicv5_viwb_wires *wires_of(const struct vgicv5_viwb *viwb, uint32_t wire)
{
	return &viwb->wires[wire / WIRES_PER_WORD];
}

static struct vgicv5_vm *vm_of(const struct vgicv5_viwb *viwb)
{
	return viwb->config.vits->vm;
}

/* ---- Life ---- */

static bool width_fits(uint32_t last_id, unsigned int bits)
{
	return bits >= 32 || !(last_id >> bits);
}

static bool config_is_good(const struct vgicv5_viwb_config *config)
{
	const struct vgicv5_vits_config *its = &config->vits->config;
	const struct vgicv5_viwb *other;

	for (other = config->vits->vm->viwbs; other; other = other->next)
		if (other->config.vits == config->vits && other->config.device_id == config->device_id)
			return false;
	return config->wire_count && config->wire_count % WIRES_PER_WORD == 0 &&
	       config->wire_count <= VGICV5_VIWB_MAX_WIRES &&
	       width_fits(config->device_id, its->device_id_bits) &&
	       width_fits(config->wire_count - 1, its->event_id_bits);
}

int vgicv5_viwb_init(struct vgicv5_viwb *viwb, const struct vgicv5_viwb_config *config)
{
	struct vgicv5_vm *vm;

	if (!config->vits)
		return VGICV5_INVALID;
	vm = config->vits->vm;
	if (vm->state != VGICV5_VM_EMPTY)
		return VGICV5_STATE;
	if (!config_is_good(config))
		return VGICV5_INVALID;
	*viwb = (struct vgicv5_viwb){.config = *config, .next = vm->viwbs};
	vgicv5_lock_init(&viwb->lock);
	vm->viwbs = viwb;
	return VGICV5_OK;
}

static size_t words_bytes(const struct vgicv5_viwb *viwb)
{
	return viwb->config.wire_count / WIRES_PER_WORD * sizeof(struct vgicv5_viwb_wires);
}

static size_t memory_bytes(const struct vgicv5_viwb *viwb)
{
	return words_bytes(viwb) + viwb->config.wire_count * sizeof(struct vgicv5_viwb_lpi);
}

static int start_one(struct vgicv5_viwb *viwb)
{
	struct vgicv5_viwb_wires *wires = vgicv5_port_alloc(memory_bytes(viwb), VGICV5_TABLE_ALIGN);

	if (!wires)
		return VGICV5_NO_MEMORY;
	viwb->lpis = (struct vgicv5_viwb_lpi *)(wires + viwb->config.wire_count / WIRES_PER_WORD);
	viwb->iwben = viwb->config.iwben;
	viwb->first_due = NO_WIRE;
	viwb->wires = wires;
	return VGICV5_OK;
}

int vgicv5_viwb_start(struct vgicv5_vm *vm)
{
	struct vgicv5_viwb *viwb;
	int error = VGICV5_OK;

	for (viwb = vm->viwbs; viwb && !error; viwb = viwb->next)
		error = start_one(viwb);
	return error;
}

void vgicv5_viwb_stop(struct vgicv5_vm *vm)
{
	struct vgicv5_viwb *viwb;

	for (viwb = vm->viwbs; viwb; viwb = viwb->next) {
		unsigned long flags = vgicv5_lock(&viwb->lock);
		struct vgicv5_viwb_wires *wires = viwb->wires;

		viwb->wires = NULL;
		vgicv5_unlock(&viwb->lock, flags);
		vgicv5_port_free(wires, memory_bytes(viwb));
	}
}

/* ---- Handling modes ---- */

static void make_mode_due(struct vgicv5_viwb *viwb, uint32_t wire)
{
	struct vgicv5_viwb_wires *wires = wires_of(viwb, wire);

	if (wires->mode_due & bit_of(wire))
		return;
	wires->mode_due |= bit_of(wire);
	viwb->lpis[wire].next_due = viwb->first_due;
	VGICV5_WRITE_ONCE(viwb->first_due, wire);
}

static uint32_t take_due(struct vgicv5_viwb *viwb)
{
	uint32_t wire = viwb->first_due;

	if (wire == NO_WIRE)
		return wire;
	VGICV5_WRITE_ONCE(viwb->first_due, viwb->lpis[wire].next_due);
	wires_of(viwb, wire)->mode_due &= ~bit_of(wire);
	return wire;
}

/* Whoever is loaded enters anew; whoever is loaded later finds the bit. */
static void ask_for_modes(struct vgicv5_vm *vm)
{
	struct vgicv5_vcpu *vcpu;

	for (vcpu = vm->vcpus; vcpu; vcpu = vcpu->next) {
		vgicv5_fetch_or(&vcpu->reload, VGICV5_RELOAD_MODES);
		if (VGICV5_READ_ONCE(vcpu->resident))
			vgicv5_port_kick(vcpu);
	}
}

/* ---- Events: viwb->lock is held, unless said otherwise ---- */

enum event { NO_EVENT, SET_EDGE, SET_LEVEL, CLEAR };

static enum event event_of(const struct vgicv5_viwb *viwb, uint32_t wire, bool rose)
{
	const struct vgicv5_viwb_wires *wires = wires_of(viwb, wire);

	if (!viwb->iwben || !(wires->enabled & bit_of(wire)))
		return NO_EVENT;
	if (wires->level & bit_of(wire))
		return (wires->line & bit_of(wire)) ? SET_LEVEL : CLEAR;
	return rose ? SET_EDGE : NO_EVENT;
}

static bool lpi_is_known(const struct vgicv5_viwb *viwb, uint32_t wire)
{
	const struct vgicv5_viwb_lpi *known = &viwb->lpis[wire];

	return vits_holds(viwb->config.vits, viwb->config.device_id, known->stamp) &&
	       known->lpi < VGICV5_READ_ONCE(vm_of(viwb)->lpi_count);
}

static void deliver(const struct vgicv5_viwb *viwb, uint32_t lpi, enum event event)
{
	vgicv5_inject_pend(vm_of(viwb), GICV5_INTID(GICV5_TYPE_LPI, lpi), event != CLEAR);
	vgicv5_gsb_SYS();
}

/* VGICV5_BUSY: the guest's tables have to be read. */
static int send(const struct vgicv5_viwb *viwb, uint32_t wire, bool rose)
{
	enum event event = event_of(viwb, wire, rose);

	if (event == NO_EVENT)
		return VGICV5_OK;
	if (!lpi_is_known(viwb, wire))
		return VGICV5_BUSY;
	deliver(viwb, viwb->lpis[wire].lpi, event);
	return VGICV5_OK;
}

/* CLEAR leaves the handling mode as it is. A walk that was overtaken by a later one is not kept. */
static bool keep(struct vgicv5_viwb *viwb, uint32_t wire, enum event event, uint32_t lpi, uint64_t stamp)
{
	struct vgicv5_viwb_lpi *known = &viwb->lpis[wire];

	if (event == CLEAR || known->stamp > stamp)
		return false;
	known->stamp = stamp;
	known->lpi = lpi;
	make_mode_due(viwb, wire);
	return true;
}

/* Without the lock. What the wire is by now counts: disabled meanwhile, it sends nothing any more. */
static void send_by_tables(struct vgicv5_viwb *viwb, uint32_t wire, bool rose)
{
	struct vgicv5_vits *vits = viwb->config.vits;
	bool kept = false;
	unsigned long flags;
	enum event event;
	uint64_t stamp;
	uint32_t lpi;

	if (vgicv5_vits_translate(vits, viwb->config.device_id, wire, &lpi, &stamp))
		return;
	flags = vgicv5_lock(&viwb->lock);
	event = viwb->wires ? event_of(viwb, wire, rose) : NO_EVENT;
	if (event != NO_EVENT) {
		kept = keep(viwb, wire, event, lpi, stamp);
		deliver(viwb, lpi, event);
	}
	vgicv5_unlock(&viwb->lock, flags);
	if (kept)
		ask_for_modes(vits->vm);
}

/* ---- Wires ---- */

static int change_line(struct vgicv5_viwb *viwb, uint32_t wire, bool asserted, bool cached_only)
{
	struct vgicv5_viwb_wires *wires = wires_of(viwb, wire);
	int error;

	if (((wires->line & bit_of(wire)) != 0) == asserted)
		return VGICV5_OK;
	wires->line ^= bit_of(wire);
	error = send(viwb, wire, asserted);
	if (error && cached_only)
		wires->line ^= bit_of(wire);
	return error;
}

static int set_wire(struct vgicv5_viwb *viwb, uint32_t wire, bool asserted, bool cached_only)
{
	int error = vgicv5_injectable(vm_of(viwb));
	unsigned long flags;
	uint64_t *in_flight;

	if (error)
		return error;
	if (wire >= viwb->config.wire_count)
		return VGICV5_INVALID;
	in_flight = vits_begin(viwb->config.vits);
	flags = vgicv5_lock(&viwb->lock);
	error = viwb->wires ? change_line(viwb, wire, asserted, cached_only) : VGICV5_STATE;
	vgicv5_unlock(&viwb->lock, flags);
	if (error == VGICV5_BUSY && !cached_only) {
		send_by_tables(viwb, wire, asserted);
		error = VGICV5_OK;
	}
	vits_end(in_flight);
	return error;
}

int vgicv5_viwb_set_wire(struct vgicv5_viwb *viwb, uint32_t wire, bool asserted)
{
	return set_wire(viwb, wire, asserted, false);
}

int vgicv5_viwb_set_wire_cached(struct vgicv5_viwb *viwb, uint32_t wire, bool asserted)
{
	return set_wire(viwb, wire, asserted, true);
}

/* The event that the line of a level wire implies (R_DMTFM is the same of an SPI). Without the lock. */
static void resample(struct vgicv5_viwb *viwb, uint32_t wire)
{
	uint64_t *in_flight = vits_begin(viwb->config.vits);
	unsigned long flags = vgicv5_lock(&viwb->lock);
	int error = viwb->wires ? send(viwb, wire, false) : VGICV5_STATE;

	vgicv5_unlock(&viwb->lock, flags);
	if (error == VGICV5_BUSY)
		send_by_tables(viwb, wire, false);
	vits_end(in_flight);
}

static void resample_word(struct vgicv5_viwb *viwb, uint32_t n, uint32_t which)
{
	uint32_t i;

	for (i = 0; i < WIRES_PER_WORD; i++)
		if (which >> i & 1)
			resample(viwb, WIRES_PER_WORD * n + i);
}

/* ---- Entry of a vCPU ---- */

/* The LPI may have been re-routed or re-mapped since: then the next event knows. */
static void set_mode(const struct vgicv5_viwb *viwb, uint32_t wire)
{
	const struct vgicv5_viwb_wires *wires = wires_of(viwb, wire);
	bool level = wires->level & bit_of(wire);
	enum event event = event_of(viwb, wire, true);
	uint32_t lpi = viwb->lpis[wire].lpi;

	if (event == NO_EVENT || !lpi_is_known(viwb, wire))
		return;
	vgicv5_gic_VDHM(GICV5_INTID(GICV5_TYPE_LPI, lpi) | GICV5_PUT(CDHM_HM, level));
	vgicv5_gsb_SYS();
	if (event == SET_LEVEL)
		deliver(viwb, lpi, event);
}

static unsigned int set_modes(struct vgicv5_viwb *viwb, unsigned int budget)
{
	unsigned long flags;

	if (VGICV5_READ_ONCE(viwb->first_due) == NO_WIRE)
		return budget;
	flags = vgicv5_lock(&viwb->lock);
	for (; budget; budget--) {
		uint32_t wire = take_due(viwb);

		if (wire == NO_WIRE)
			break;
		set_mode(viwb, wire);
	}
	vgicv5_unlock(&viwb->lock, flags);
	return budget;
}

void vgicv5_viwb_set_modes(struct vgicv5_vcpu *vcpu)
{
	unsigned int budget = MODES_PER_ENTRY;
	struct vgicv5_viwb *viwb;

	for (viwb = vcpu->vm->viwbs; viwb && budget; viwb = viwb->next)
		budget = set_modes(viwb, budget);
	if (!budget)
		vgicv5_fetch_or(&vcpu->reload, VGICV5_RELOAD_MODES);
}

/* ---- Save and restore ---- */

bool vgicv5_viwb_mode_due(struct vgicv5_viwb *viwb, uint32_t wire, uint32_t *lpi)
{
	unsigned long flags = vgicv5_lock(&viwb->lock);
	bool due = wires_of(viwb, wire)->mode_due & bit_of(wire) && lpi_is_known(viwb, wire);

	*lpi = viwb->lpis[wire].lpi;
	vgicv5_unlock(&viwb->lock, flags);
	return due;
}

void vgicv5_viwb_restore_mode_due(struct vgicv5_viwb *viwb, uint32_t wire, uint32_t lpi)
{
	unsigned long flags = vgicv5_lock(&viwb->lock);

	viwb->lpis[wire].stamp = vgicv5_vits_now(viwb->config.vits);
	viwb->lpis[wire].lpi = lpi;
	make_mode_due(viwb, wire);
	vgicv5_unlock(&viwb->lock, flags);
	ask_for_modes(vm_of(viwb));
}

/* ---- Registers: a guest's write is finished before it returns, so that all IDLE read 1 ---- */

/* Index of a register in a file that begins at `first`. */
static bool in_file(uint32_t offset, uint32_t first, uint32_t count, uint32_t *n)
{
	*n = (offset - first) / 4;
	return offset >= first && *n < count;
}

static uint32_t words(const struct vgicv5_viwb *viwb)
{
	return viwb->config.wire_count / WIRES_PER_WORD;
}

static uint32_t read_file(const struct vgicv5_viwb *viwb, uint32_t offset)
{
	uint32_t n;

	if (in_file(offset, GICV5_IWB_WENABLER, words(viwb), &n))
		return viwb->wires[n].enabled;
	if (in_file(offset, GICV5_IWB_WTMR, words(viwb), &n))
		return viwb->wires[n].level;
	return in_file(offset, GICV5_IWB_WDOMAINR, 2 * words(viwb), &n) ? ALL_DOMAINS_NS : 0;
}

/* IIDR, which names no implementer, reads as zero. */
static uint64_t read_reg(const struct vgicv5_viwb *viwb, uint32_t offset)
{
	switch (offset) {
	case GICV5_IWB_IDR0:
		return GICV5_PUT(IWB_IDR0_INT_DOMS, 1u << GICV5_DOMAIN_NS) |
		       GICV5_PUT(IWB_IDR0_IW_RANGE, words(viwb) - 1);
	case GICV5_IWB_AIDR:
		return GICV5_PUT(IRS_AIDR_COMPONENT, GICV5_COMPONENT_IWB);
	case GICV5_IWB_CR0:
		return GICV5_MASK(IWB_CR0_IDLE) | GICV5_PUT(IWB_CR0_IWBEN, viwb->iwben);
	case GICV5_IWB_WENABLE_STATUSR:
		return GICV5_MASK(IWB_WENABLE_STATUSR_IDLE);
	case GICV5_IWB_WDOMAIN_STATUSR:
		return GICV5_MASK(IWB_WDOMAIN_STATUSR_IDLE);
	default:
		return read_file(viwb, offset);
	}
}

uint64_t vgicv5_viwb_read(struct vgicv5_viwb *viwb, uint32_t offset, unsigned int bytes)
{
	unsigned long flags = vgicv5_lock(&viwb->lock);
	uint64_t value = 0;

	if (viwb->wires && bytes == 4 && offset % 4 == 0)
		value = read_reg(viwb, offset);
	vgicv5_unlock(&viwb->lock, flags);
	VGICV5_TRACE(mmio_read, vm_of(viwb)->vm_id, offset, value);
	return value;
}

/* The guest may have set the handling modes of their LPIs while the wires were disabled. */
static void forget(const struct vgicv5_viwb *viwb, uint32_t n, uint32_t which)
{
	uint32_t i;

	for (i = 0; i < WIRES_PER_WORD; i++)
		if (which >> i & 1)
			viwb->lpis[WIRES_PER_WORD * n + i].stamp = 0;
}

/* A level line that rose while its wire was disabled, and is still up, is not lost. */
static void write_wenabler(struct vgicv5_viwb *viwb, uint32_t n, uint32_t value)
{
	unsigned long flags = vgicv5_lock(&viwb->lock);
	uint32_t fresh = 0;

	if (viwb->wires) {
		fresh = value & ~viwb->wires[n].enabled;
		viwb->wires[n].enabled = value;
		forget(viwb, n, fresh);
	}
	vgicv5_unlock(&viwb->lock, flags);
	resample_word(viwb, n, fresh);
}

/* Only while the wire is disabled. */
static void write_wtmr(struct vgicv5_viwb *viwb, uint32_t n, uint32_t value)
{
	unsigned long flags = vgicv5_lock(&viwb->lock);
	struct vgicv5_viwb_wires *wires = viwb->wires ? &viwb->wires[n] : NULL;

	if (wires)
		wires->level = (wires->level & wires->enabled) | (value & ~wires->enabled);
	vgicv5_unlock(&viwb->lock, flags);
}

/* Of 32 wires at a time, for the sake of the lock. */
static uint32_t enabled_wires(struct vgicv5_viwb *viwb, uint32_t n, bool forget_them)
{
	unsigned long flags = vgicv5_lock(&viwb->lock);
	uint32_t enabled = viwb->wires ? viwb->wires[n].enabled : 0;

	if (forget_them)
		forget(viwb, n, enabled);
	vgicv5_unlock(&viwb->lock, flags);
	return enabled;
}

static bool set_iwben(struct vgicv5_viwb *viwb, bool iwben)
{
	unsigned long flags = vgicv5_lock(&viwb->lock);
	bool changed = viwb->iwben != iwben;

	VGICV5_WRITE_ONCE(viwb->iwben, iwben);
	vgicv5_unlock(&viwb->lock, flags);
	return changed;
}

static void write_cr0(struct vgicv5_viwb *viwb, bool iwben)
{
	uint32_t n;

	for (n = 0; iwben && !VGICV5_READ_ONCE(viwb->iwben) && n < words(viwb); n++)
		(void)enabled_wires(viwb, n, true);
	if (!set_iwben(viwb, iwben) || !iwben)
		return;
	for (n = 0; n < words(viwb); n++)
		resample_word(viwb, n, enabled_wires(viwb, n, false));
}

/* IWB_WDOMAINRn cannot be written: there is one domain. */
static void write_reg(struct vgicv5_viwb *viwb, uint32_t offset, uint32_t value)
{
	uint32_t wire = (uint32_t)GICV5_GET(IWB_WRESAMPLER_IWI, value);
	uint32_t n;

	if (offset == GICV5_IWB_CR0)
		write_cr0(viwb, GICV5_GET(IWB_CR0_IWBEN, value));
	else if (offset == GICV5_IWB_WRESAMPLER && wire < viwb->config.wire_count)
		resample(viwb, wire);
	else if (in_file(offset, GICV5_IWB_WENABLER, words(viwb), &n))
		write_wenabler(viwb, n, value);
	else if (in_file(offset, GICV5_IWB_WTMR, words(viwb), &n))
		write_wtmr(viwb, n, value);
}

void vgicv5_viwb_write(struct vgicv5_viwb *viwb, uint32_t offset, unsigned int bytes, uint64_t value)
{
	VGICV5_TRACE(mmio_write, vm_of(viwb)->vm_id, offset, value);
	if (bytes == 4 && offset % 4 == 0)
		write_reg(viwb, offset, (uint32_t)value);
}
