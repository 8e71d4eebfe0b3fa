/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Virtual ITSs: life, accesses to the config frame, and the way of an event to its LPI. */
#include "vits.h"

#include <vgicv5/arch/intid.h>
#include <vgicv5/arch/irs.h>
#include <vgicv5/arch/its.h>
#include <vgicv5/debug.h>

#include "frame.h"
#include "inject.h"
#include "vits_cache.h"

#define DEFAULT_ID_BITS 16

/* ---- Life ---- */

static bool overlap(const struct vgicv5_vm *vm, uint64_t base)
{
	const struct vgicv5_vits *other;

	for (other = vm->vits; other; other = other->next)
		if (base - other->config.base < VGICV5_VITS_SIZE ||
		    other->config.base - base < VGICV5_VITS_SIZE)
			return true;
	return false;
}

int vgicv5_vits_init(struct vgicv5_vits *vits, struct vgicv5_vm *vm, const struct vgicv5_vits_config *config)
{
	if (vm->state != VGICV5_VM_EMPTY)
		return VGICV5_STATE;
	if (config->device_id_bits > 32 || config->event_id_bits > VITS_EVENT_BITS ||
	    config->base % GICV5_FRAME_SIZE || overlap(vm, config->base))
		return VGICV5_INVALID;
	*vits = (struct vgicv5_vits){.vm = vm, .config = *config, .time = 1};
	vits->counting = &vits->in_flight[0];
	if (!config->device_id_bits)
		vits->config.device_id_bits = DEFAULT_ID_BITS;
	if (!config->event_id_bits)
		vits->config.event_id_bits = DEFAULT_ID_BITS;
	vgicv5_mutex_init(&vits->mutex);
	vgicv5_vits_forget_all(vits);
	vits->next = vm->vits;
	vm->vits = vits;
	return VGICV5_OK;
}

/* Time goes on: what an earlier life of the VM has left in the cache stays forgotten. */
void vgicv5_vits_start(struct vgicv5_vm *vm)
{
	struct vgicv5_vits *vits;

	for (vits = vm->vits; vits; vits = vits->next) {
		vits->regs = (struct vgicv5_vits_regs){.itsen = 0};
		vgicv5_vits_forget_all(vits);
	}
}

void vgicv5_vits_stop(struct vgicv5_vm *vm)
{
	static const struct vgicv5_vits_scope all = {0, ~0u, 0, ~0u};
	struct vgicv5_vits *vits;

	for (vits = vm->vits; vits; vits = vits->next) {
		vgicv5_mutex_lock(&vits->mutex);
		VGICV5_WRITE_ONCE(vits->regs.itsen, 0);
		vgicv5_vits_forget_all(vits);
		vgicv5_vits_unmap(vits, &all);
		vgicv5_mutex_unlock(&vits->mutex);
	}
}

/* ---- Accesses ---- */

/* The register that an access is for, where it begins, and how far the access is shifted in it. */
static const struct vits_reg *decode(uint32_t *offset, unsigned int bytes, unsigned int *shift)
{
	uint32_t index = *offset / 4;

	if (index >= VITS_REGS || !vgicv5_frame_aligned(*offset, bytes))
		return NULL;
	*shift = 0;
	if (index && vgicv5_vits_regs[index - 1].bytes == 8) {
		index--;
		*shift = 32;
	}
	*offset = 4 * index;
	return bytes <= vgicv5_vits_regs[index].bytes ? &vgicv5_vits_regs[index] : NULL;
}

static uint64_t read_reg(struct vgicv5_vits *vits, const struct vits_reg *reg, uint32_t offset)
{
	return reg->read ? reg->read(vits, offset) : reg->value;
}

uint64_t vgicv5_vits_read(struct vgicv5_vits *vits, uint32_t offset, unsigned int bytes)
{
	uint32_t start = offset;
	unsigned int shift;
	const struct vits_reg *reg = decode(&start, bytes, &shift);
	uint64_t value = 0;

	vgicv5_mutex_lock(&vits->mutex);
	if (reg && vgicv5_vm_is_started(vits->vm))
		value = vgicv5_frame_part(read_reg(vits, reg, start), shift, bytes);
	vgicv5_mutex_unlock(&vits->mutex);
	VGICV5_TRACE(mmio_read, vits->vm->vm_id, offset, value);
	return value;
}

static void write_whole(struct vgicv5_vits *vits, const struct vits_reg *reg, uint32_t offset, uint64_t value)
{
	if (!reg->write)
		return;
	vgicv5_mutex_lock(&vits->mutex);
	if (vgicv5_vm_is_started(vits->vm))
		reg->write(vits, offset, value);
	vgicv5_mutex_unlock(&vits->mutex);
}

static void write_part(struct vgicv5_vits *vits, uint32_t offset, unsigned int bytes, uint64_t value)
{
	unsigned int shift;
	const struct vits_reg *reg = decode(&offset, bytes, &shift);

	if (!reg || !reg->write)
		return;
	vgicv5_mutex_lock(&vits->mutex);
	if (vgicv5_vm_is_started(vits->vm))
		reg->write(vits, offset,
			   vgicv5_frame_merge(read_reg(vits, reg, offset), value, shift, bytes));
	vgicv5_mutex_unlock(&vits->mutex);
}

/* The register that such an access is to the whole of, or NULL. */
static const struct vits_reg *whole_reg(uint32_t offset, unsigned int bytes)
{
	const struct vits_reg *reg;

	if (offset >= 4 * VITS_REGS || offset & 3)
		return NULL;
	reg = &vgicv5_vits_regs[offset / 4];
	return reg->bytes == bytes ? reg : NULL;
}

void vgicv5_vits_write(struct vgicv5_vits *vits, uint32_t offset, unsigned int bytes, uint64_t value)
{
	const struct vits_reg *reg = whole_reg(offset, bytes);

	VGICV5_TRACE(mmio_write, vits->vm->vm_id, offset, value);
	if (reg)
		write_whole(vits, reg, offset, bytes == 4 ? (uint32_t)value : value);
	else
		write_part(vits, offset, bytes, value);
}

/* ---- Software errors ---- */

static bool is_read_error(enum vgicv5_vits_swerr error)
{
	return error == VGICV5_VITS_L1_DTE_READ || error == VGICV5_VITS_L2_DTE_READ ||
	       error == VGICV5_VITS_L1_ITTE_READ || error == VGICV5_VITS_L2_ITTE_READ;
}

/* The first one is recorded until the guest clears V; of others it is only known that there were some. No lock. */
static void record(struct vgicv5_vits *vits, enum vgicv5_vits_swerr error, uint32_t device_id,
		   uint32_t event_id, uint64_t address)
{
	struct vgicv5_vits_regs *regs = &vits->regs;
	bool addressed = is_read_error(error);

	if (vgicv5_exchange(&regs->swerr_claim, 1)) {
		vgicv5_fetch_or(&regs->swerr_status, GICV5_MASK(ITS_SWERR_STATUSR_OF));
		return;
	}
	VGICV5_WRITE_ONCE(regs->swerr_syndrome[0],
			  GICV5_PUT(ITS_SWERR_SYNDROMER0_DEVICE_ID, device_id) |
				  GICV5_PUT(ITS_SWERR_SYNDROMER0_EVENT_ID, event_id));
	VGICV5_WRITE_ONCE(regs->swerr_syndrome[1],
			  addressed ? GICV5_ADDR(ITS_SWERR_SYNDROMER1_ADDR, address) : 0);
	vgicv5_fetch_or(&regs->swerr_status, GICV5_PUT(ITS_SWERR_STATUSR_IMP_EC, error) |
						     GICV5_PUT(ITS_SWERR_STATUSR_S1V, addressed) |
						     GICV5_MASK(ITS_SWERR_STATUSR_S0V) |
						     GICV5_MASK(ITS_SWERR_STATUSR_V));
}

/* ---- Direct injection ---- */

void vgicv5_vits_unmap(struct vgicv5_vits *vits, const struct vgicv5_vits_scope *scope)
{
	if (vits->config.direct)
		vits->config.direct->unmap(vits->config.direct_ctx, vits->vm, scope);
}

/*
 * An invalidation first changes the time, then unmaps. If that was over before the mapping came, it is seen here, and
 * the mapping is taken back; otherwise the invalidation does it.
 */
static int map_direct(struct vgicv5_vits *vits, uint32_t device_id, uint32_t event_id, uint32_t lpi,
		      uint64_t stamp)
{
	const struct vgicv5_vits_config *config = &vits->config;
	const struct vgicv5_vits_scope scope = {device_id, device_id, event_id, event_id};
	int error;

	if (!config->direct)
		return VGICV5_UNSUPPORTED;
	error = config->direct->map(config->direct_ctx, vits->vm, device_id, event_id, lpi);
	if (!error && !vgicv5_vits_holds(vits, device_id, stamp)) {
		vgicv5_vits_unmap(vits, &scope);
		error = VGICV5_BUSY;
	}
	return error;
}

/* ---- Events ---- */

/* What the tables say now. The result is one of vgicv5_inject_msi(). */
static int walk(struct vgicv5_vits *vits, uint32_t device_id, uint32_t event_id, uint32_t *lpi)
{
	enum vgicv5_vits_swerr error;
	struct vits_walk walk;

	if (!VGICV5_READ_ONCE(vits->regs.itsen))
		return VGICV5_STATE;
	error = vgicv5_vits_walk(vits, device_id, event_id, &walk);
	*lpi = (uint32_t)GICV5_GET(L2_ITTE_LPI_ID, walk.itte);
	if (!error) {
		int result = vgicv5_lpi_reachable(vits->vm, *lpi);

		if (result != VGICV5_INVALID)
			return result;
		error = VGICV5_VITS_LPI;
	}
	if (!walk.quiet)
		record(vits, error, device_id, event_id, walk.address);
	return is_read_error(error) ? VGICV5_FAULT : VGICV5_INVALID;
}

int vgicv5_vits_translate(struct vgicv5_vits *vits, uint32_t device_id, uint32_t event_id, uint32_t *lpi,
			  uint64_t *stamp)
{
	int error = vgicv5_injectable(vits->vm);

	*stamp = vgicv5_vits_now(vits);
	return error ? error : walk(vits, device_id, event_id, lpi);
}

static int miss(struct vgicv5_vits *vits, uint32_t device_id, uint32_t event_id)
{
	uint64_t stamp;
	uint32_t lpi;
	int error;

	error = vgicv5_vits_translate(vits, device_id, event_id, &lpi, &stamp);
	if (error)
		return error;
	vgicv5_inject_pend(vits->vm, GICV5_INTID(GICV5_TYPE_LPI, lpi), true);
	/* Not mapped is no error: the event has been delivered, and the next ones will be. */
	(void)map_direct(vits, device_id, event_id, lpi, stamp);
	vgicv5_vits_keep(vits, device_id, event_id, lpi, stamp);
	return VGICV5_OK;
}

int vgicv5_vits_miss(struct vgicv5_vits *vits, uint32_t device_id, uint32_t event_id, uint64_t *in_flight)
{
	int error = miss(vits, device_id, event_id);

	vits_end(in_flight);
	return error;
}

int vgicv5_vits_map_direct(struct vgicv5_vits *vits, uint32_t device_id, uint32_t event_id)
{
	uint64_t *in_flight = vits_begin(vits);
	uint64_t stamp;
	uint32_t lpi;
	int error;

	error = vgicv5_vits_translate(vits, device_id, event_id, &lpi, &stamp);
	if (!error)
		error = map_direct(vits, device_id, event_id, lpi, stamp);
	vits_end(in_flight);
	return error;
}

struct vgicv5_vits *vgicv5_vits_at(const struct vgicv5_vm *vm, uint64_t address)
{
	struct vgicv5_vits *vits = vm->vits;

	while (vits && address != vits->config.base + GICV5_FRAME_SIZE + GICV5_ITS_TRANSLATER)
		vits = vits->next;
	return vits;
}

int vgicv5_inject_msi_at(struct vgicv5_vm *vm, uint64_t address, uint32_t device_id, uint32_t data)
{
	struct vgicv5_vits *vits = vgicv5_vits_at(vm, address);

	return vits ? vgicv5_inject_msi(vits, device_id, data) : VGICV5_INVALID;
}
