// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The host OS of a machine: boots the physical GICv5, gives LPIs to doorbells, and takes interrupts.
 *
 * It goes to the software GICv5 directly, so that its accesses are not counted as the library's.
 */
#include <stdlib.h>
#include <string.h>

#include <vgicv5/arch/insn.h>
#include <vgicv5/arch/intid.h>
#include <vgicv5/arch/irs.h>
#include <vgicv5/arch/sysreg.h>

#include "host_internal.h"
#include "machine.h"

#define LPI_ID_BITS 16
#define DOORBELL_PRIORITY 16
#define POLLS 100000

static const struct vgicv5_soft_access at_el2 = {.el = 2, .imo = true};

static uint64_t sys(struct hal_host_machine *machine, unsigned int pe, unsigned int encoding, bool read,
		    uint64_t value)
{
	if (vgicv5_soft_sys(machine->soft, pe, &at_el2, encoding, read, &value) != VGICV5_SOFT_DONE)
		hal_host_die("machine: encoding 0x%x faults at EL2", encoding);
	return value;
}

static void gic(struct hal_host_machine *machine, unsigned int pe, unsigned int encoding, uint64_t operand)
{
	sys(machine, pe, encoding, false, operand);
}

static uint32_t irs_read(struct hal_host_machine *machine, unsigned int irs, uint32_t offset)
{
	return (uint32_t)vgicv5_soft_mmio_read(machine->soft, irs, VGICV5_SOFT_CONFIG_FRAME, offset, 4);
}

static void irs_write(struct hal_host_machine *machine, unsigned int irs, uint32_t offset, unsigned int bytes,
		      uint64_t value)
{
	vgicv5_soft_mmio_write(machine->soft, irs, VGICV5_SOFT_CONFIG_FRAME, offset, bytes, value);
}

static bool irs_idle(struct hal_host_machine *machine, unsigned int irs, uint32_t offset, uint32_t idle)
{
	unsigned int i;

	for (i = 0; i < POLLS; i++)
		if (irs_read(machine, irs, offset) & idle)
			return true;
	return false;
}

/* ---- Boot ---- */

/* The ISTSZ that the IRS requires for that many ID bits: 4-byte entries, or 8 or 16 with metadata. */
static unsigned int required_istsz(uint32_t idr2, unsigned int id_bits)
{
	if (!GICV5_GET(IRS_IDR2_ISTMD, idr2))
		return 0;
	return id_bits < GICV5_GET(IRS_IDR2_ISTMD_SZ, idr2) ? 1 : 2;
}

static unsigned int choose_id_bits(uint32_t idr2)
{
	unsigned int bits = (unsigned int)GICV5_GET(IRS_IDR2_ID_BITS, idr2);
	unsigned int min = (unsigned int)GICV5_GET(IRS_IDR2_MIN_LPI_ID_BITS, idr2);

	if (bits > LPI_ID_BITS)
		bits = LPI_ID_BITS;
	return bits < min ? min : bits;
}

static const char *boot_lpis(struct hal_host_machine *machine)
{
	uint32_t idr2 = irs_read(machine, 0, GICV5_IRS_IDR2);
	unsigned int id_bits = choose_id_bits(idr2);
	unsigned int istsz = required_istsz(idr2, id_bits);
	unsigned int n = id_bits + 1 + istsz;
	size_t bytes = (size_t)2 << (n < 5 ? 5 : n);
	void *ist;

	if (!GICV5_GET(IRS_IDR2_LPI, idr2))
		return NULL; /* no doorbells either: vgicv5_host_init() says so */
	ist = arena_alloc(&machine->arena, bytes, bytes);
	machine->lpi_taken = calloc((size_t)1 << id_bits, sizeof(*machine->lpi_taken));
	if (!ist || !machine->lpi_taken)
		return "memory_bytes is too small for the physical LPIs";
	memset(ist, 0, bytes);
	vgicv5_soft_cache_maintained(machine->soft, arena_pa(&machine->arena, ist), bytes);
	irs_write(machine, 0, GICV5_IRS_IST_CFGR, 4,
		  GICV5_PUT(IRS_IST_CFGR_ISTSZ, istsz) | GICV5_PUT(IRS_IST_CFGR_LPI_ID_BITS, id_bits));
	irs_write(machine, 0, GICV5_IRS_IST_BASER, 8,
		  GICV5_ADDR(IRS_IST_BASER_ADDR, arena_pa(&machine->arena, ist)) |
			  GICV5_MASK(IRS_IST_BASER_VALID));
	if (!irs_idle(machine, 0, GICV5_IRS_IST_STATUSR, GICV5_MASK(IRS_IST_STATUSR_IDLE)))
		return "the IRS does not take the physical LPIs";
	machine->lpi_count = 1u << id_bits;
	return NULL;
}

static void boot_pe(struct hal_host_machine *machine, unsigned int pe)
{
	sys(machine, pe, GICV5_ICC_PCR_EL1, false, GICV5_PUT(ICC_PCR_EL1_PRIORITY, GICV5_PRIORITY_LOWEST));
	sys(machine, pe, GICV5_ICC_CR0_EL1, false, GICV5_MASK(ICC_CR0_EL1_LINK) | GICV5_MASK(ICC_CR0_EL1_EN));
	vgicv5_soft_context_sync(machine->soft, pe);
}

const char *machine_boot(struct hal_host_machine *machine)
{
	const char *wrong = boot_lpis(machine);
	unsigned int i;

	if (wrong)
		return wrong;
	for (i = 0; i < machine->config.irs_count; i++) {
		irs_write(machine, i, GICV5_IRS_CR0, 4, GICV5_MASK(IRS_CR0_IRSEN));
		if (!irs_idle(machine, i, GICV5_IRS_CR0, GICV5_MASK(IRS_CR0_IDLE)))
			return "an IRS does not go on";
	}
	for (i = 0; i < machine->config.pe_count; i++)
		boot_pe(machine, i);
	vgicv5_soft_clear_counters(machine->soft);
	return NULL;
}

/* ---- Doorbell LPIs ---- */

/* Round robin, so that a released LPI is not soon somebody else's. Under signal_mutex. */
static bool find_lpi(struct hal_host_machine *machine, uint32_t *lpi)
{
	unsigned int i;

	for (i = 0; i < machine->lpi_count; i++) {
		*lpi = machine->lpi_next++ % machine->lpi_count;
		if (!machine->lpi_taken[*lpi])
			return true;
	}
	return false;
}

bool machine_lpi_take(void *ctx, unsigned int pe, uint32_t *lpi)
{
	struct hal_host_machine *machine = ctx;
	uint64_t intid;
	bool found;

	pthread_mutex_lock(&machine->signal_mutex);
	found = find_lpi(machine, lpi);
	if (found) {
		machine->lpi_taken[*lpi] = true;
		machine->lpis_in_use++;
	}
	pthread_mutex_unlock(&machine->signal_mutex);
	if (!found)
		return false;
	intid = GICV5_INTID(GICV5_TYPE_LPI, *lpi);
	gic(machine, pe, GICV5_GIC_CDHM, intid | GICV5_PUT(CDHM_HM, GICV5_HM_EDGE));
	gic(machine, pe, GICV5_GIC_CDPRI, intid | GICV5_PUT(CDPRI_PRIORITY, DOORBELL_PRIORITY));
	gic(machine, pe, GICV5_GIC_CDAFF, intid | GICV5_PUT(CDAFF_IAFFID, pe));
	gic(machine, pe, GICV5_GIC_CDEN, intid);
	gic(machine, pe, GICV5_GSB_SYS, 0);
	return true;
}

void machine_lpi_release(void *ctx, uint32_t lpi)
{
	struct hal_host_machine *machine = ctx;
	uint64_t intid = GICV5_INTID(GICV5_TYPE_LPI, lpi);

	gic(machine, 0, GICV5_GIC_CDDIS, intid);
	gic(machine, 0, GICV5_GIC_CDPEND, intid);
	gic(machine, 0, GICV5_GSB_SYS, 0);
	pthread_mutex_lock(&machine->signal_mutex);
	machine->lpi_taken[lpi] = false;
	machine->lpis_in_use--;
	pthread_mutex_unlock(&machine->signal_mutex);
}

void machine_lpi_steer(void *ctx, uint32_t lpi, unsigned int pe)
{
	gic(ctx, pe, GICV5_GIC_CDAFF, GICV5_INTID(GICV5_TYPE_LPI, lpi) | GICV5_PUT(CDAFF_IAFFID, pe));
}

unsigned int hal_host_machine_lpis(struct hal_host_machine *machine)
{
	unsigned int count;

	pthread_mutex_lock(&machine->signal_mutex);
	count = machine->lpis_in_use;
	pthread_mutex_unlock(&machine->signal_mutex);
	return count;
}

/* ---- Interrupts ---- */

bool hal_host_machine_interrupted(struct hal_host_machine *machine, unsigned int pe)
{
	unsigned int signals = vgicv5_soft_signals(machine->soft, pe, &at_el2);

	return signals & (VGICV5_SOFT_IRQ | VGICV5_SOFT_IRQ_NMI);
}

/* The standard handler: acknowledge, GSB ACK, ISB, drop the priority, handle, deactivate. */
unsigned int hal_host_machine_interrupts(struct hal_host_machine *machine, unsigned int pe)
{
	unsigned int doorbells = 0;

	while (hal_host_machine_interrupted(machine, pe)) {
		uint64_t intid = sys(machine, pe, GICV5_GIC_CDIA, true, 0);
		if (!GICV5_GET(CDIA_VALID, intid))
			break; /* recalled meanwhile */
		gic(machine, pe, GICV5_GSB_ACK, 0);
		vgicv5_soft_context_sync(machine->soft, pe);
		gic(machine, pe, GICV5_GIC_CDEOI, 0);
		if (GICV5_GET(CDIA_TYPE, intid) == GICV5_TYPE_LPI)
			doorbells += hal_host_doorbell((uint32_t)GICV5_GET(CDIA_ID, intid));
		gic(machine, pe, GICV5_GIC_CDDI, intid);
	}
	return doorbells;
}

void machine_signal(void *ctx, unsigned int pe)
{
	struct hal_host_machine *machine = ctx;

	pthread_mutex_lock(&machine->signal_mutex);
	if (machine->taker_runs) {
		machine->signalled[pe / 64] |= (uint64_t)1 << pe % 64;
		pthread_cond_signal(&machine->signal_cond);
	}
	pthread_mutex_unlock(&machine->signal_mutex);
}

/* Takes one PE off the list; false: it is empty. Under signal_mutex. */
static bool next_signalled(struct hal_host_machine *machine, unsigned int *pe)
{
	unsigned int word;

	for (word = 0; word < VGICV5_SOFT_MAX_PES / 64; word++) {
		if (!machine->signalled[word])
			continue;
		*pe = word * 64 + (unsigned int)__builtin_ctzll(machine->signalled[word]);
		machine->signalled[word] &= machine->signalled[word] - 1;
		return true;
	}
	return false;
}

static void *take_interrupts(void *ctx)
{
	struct hal_host_machine *machine = ctx;
	unsigned int pe;

	pthread_mutex_lock(&machine->signal_mutex);
	for (;;) {
		if (next_signalled(machine, &pe)) {
			pthread_mutex_unlock(&machine->signal_mutex);
			hal_host_set_pe(pe, NULL);
			hal_host_machine_interrupts(machine, pe);
			pthread_mutex_lock(&machine->signal_mutex);
		} else if (machine->taker_stops) {
			break;
		} else {
			pthread_cond_wait(&machine->signal_cond, &machine->signal_mutex);
		}
	}
	pthread_mutex_unlock(&machine->signal_mutex);
	return NULL;
}

void hal_host_machine_start_interrupts(struct hal_host_machine *machine)
{
	unsigned int pe;

	pthread_mutex_lock(&machine->signal_mutex);
	for (pe = 0; pe < machine->config.pe_count; pe++)
		machine->signalled[pe / 64] |= (uint64_t)1 << pe % 64;
	machine->taker_stops = false;
	machine->taker_runs = true;
	pthread_mutex_unlock(&machine->signal_mutex);
	if (pthread_create(&machine->taker, NULL, take_interrupts, machine))
		hal_host_die("no thread for interrupts");
}

void hal_host_machine_stop_interrupts(struct hal_host_machine *machine)
{
	bool runs;

	pthread_mutex_lock(&machine->signal_mutex);
	runs = machine->taker_runs;
	machine->taker_stops = true;
	pthread_cond_signal(&machine->signal_cond);
	pthread_mutex_unlock(&machine->signal_mutex);
	if (!runs)
		return;
	pthread_join(machine->taker, NULL);
	pthread_mutex_lock(&machine->signal_mutex);
	machine->taker_runs = false;
	pthread_mutex_unlock(&machine->signal_mutex);
}
