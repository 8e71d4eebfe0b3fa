/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The object as a whole: configuration, creation, reset, the frame of every call, looking inside.
 */
#include "its.h"

void *vsoft_alloc(struct vgicv5_soft *gic, size_t bytes)
{
	void *memory = gic->ops.alloc(gic->config.ctx, bytes);

	if (!memory)
		gic->counters.failed_allocations++;
	return memory;
}

void vsoft_free(struct vgicv5_soft *gic, void *memory, size_t bytes)
{
	if (memory)
		gic->ops.free(gic->config.ctx, memory, bytes);
}

void vsoft_enter(struct vgicv5_soft *gic)
{
	if (gic->ops.lock)
		gic->ops.lock(gic->config.ctx);
}

static void ring_doorbells(struct vgicv5_soft *gic)
{
	unsigned int i;

	/* R_KDQNS: a doorbell is a SET_EDGE event on a physical LPI, which rings no further ones. */
	for (i = 0; i < gic->bell_count; i++) {
		if (!vsoft_event(gic, &gic->ist[VSOFT_LPIS], gic->bells[i], VSOFT_SET_EDGE))
			vsoft_violation(gic, "R_KDQNS", "a doorbell is lost: its LPI is unreachable");
	}
	gic->bell_count = 0;
}

static void signal_all(struct vgicv5_soft *gic, unsigned int word, uint32_t changed)
{
	for (; changed; changed &= changed - 1)
		gic->ops.signal(gic->config.ctx, 32 * word + (unsigned int)__builtin_ctz(changed));
}

void vsoft_leave(struct vgicv5_soft *gic)
{
	uint32_t signalled[VGICV5_SOFT_MAX_PES / 32];
	unsigned int words = (gic->config.pe_count + 31) / 32;
	unsigned int i;

	ring_doorbells(gic);
	for (i = 0; i < words; i++) {
		signalled[i] = gic->signalled[i];
		gic->signalled[i] = 0;
	}
	if (gic->ops.unlock)
		gic->ops.unlock(gic->config.ctx);
	for (i = 0; gic->ops.signal && i < words; i++)
		signal_all(gic, i, signalled[i]);
}

void vgicv5_soft_default_config(struct vgicv5_soft_config *config, unsigned int pe_count)
{
	vsoft_zero(config, sizeof(*config));
	config->pe_count = pe_count;
	config->irs_count = 1;
	config->irs[0].pe_count = (uint16_t)pe_count;
	config->irs[0].spi_count = 256;
	config->spi_range = 256;
	config->ppi_implemented[0] = ~(uint64_t)0;
	config->cpu_id_bits = 1;
	config->pa_range = 5;
	config->pri_bits = 5;
	config->iaffid_bits = 16;
	config->lpi = true;
	config->lpi_id_bits = 24;
	config->min_lpi_id_bits = 14;
	config->ist_levels = true;
	config->ist_l2sz = 7;
	config->one_n = true;
	config->setlpi = true;
	config->swe = true;
	config->virt = true;
	config->virt_one_n = true;
	config->vmd = true;
	config->vmd_sz = 6;
	config->vped_sz = 6;
	config->vmt_levels = true;
	config->vm_id_bits = 16;
	config->vpe_id_bits = 15;
	config->coherent = true;
}

static const char *check_ops(const struct vgicv5_soft_ops *ops)
{
	if (!ops)
		return "ops is NULL";
	if (!ops->alloc || !ops->free || !ops->mem_read || !ops->mem_write)
		return "ops needs alloc, free, mem_read and mem_write";
	if (!ops->lock != !ops->unlock)
		return "ops needs both of lock and unlock or neither";
	return NULL;
}

static const char *check_irss(const struct vgicv5_soft_config *config)
{
	unsigned int i, j;
	unsigned int pes = 0;

	for (i = 0; i < config->irs_count; i++) {
		const struct vgicv5_soft_irs_config *a = &config->irs[i];

		if (a->first_pe > config->pe_count || a->pe_count > config->pe_count - a->first_pe)
			return "irs: a run of PEs goes beyond pe_count";
		if (a->spi_base > config->spi_range || a->spi_count > config->spi_range - a->spi_base)
			return "irs: a run of SPIs goes beyond spi_range";
		pes += a->pe_count;
		for (j = 0; j < i; j++) {
			const struct vgicv5_soft_irs_config *b = &config->irs[j];

			if (a->first_pe < b->first_pe + b->pe_count &&
			    b->first_pe < a->first_pe + a->pe_count)
				return "irs: the runs of PEs of two IRSs overlap";
			if (a->spi_base < b->spi_base + b->spi_count &&
			    b->spi_base < a->spi_base + a->spi_count)
				return "irs: the runs of SPIs of two IRSs overlap";
		}
	}
	return pes == config->pe_count ? NULL : "irs: a PE belongs to no IRS";
}

static const char *check_lpis(const struct vgicv5_soft_config *config)
{
	if (config->lpi_id_bits < 1 || config->lpi_id_bits > 24)
		return "lpi_id_bits is not 1 to 24";
	if (config->min_lpi_id_bits > config->lpi_id_bits || config->min_lpi_id_bits > 15)
		return "min_lpi_id_bits is above lpi_id_bits or above 15";
	if (config->ist_l2sz > 7 || (config->ist_levels && !config->ist_l2sz))
		return "ist_l2sz is not a mask of 1, 2 and 4, or is empty although ist_levels is set";
	if (config->istmd_sz > 31)
		return "istmd_sz is above 31";
	return NULL;
}

static const char *check_virtualization(const struct vgicv5_soft_config *config)
{
	if (!config->virt)
		return NULL;
	if (config->vm_id_bits < 1 || config->vm_id_bits > 16)
		return "vm_id_bits is not 1 to 16";
	if (config->vpe_id_bits < 1 || config->vpe_id_bits > 15)
		return "vpe_id_bits is not 1 to 15";
	if (config->vmd && (config->vmd_sz < 3 || config->vmd_sz > 12))
		return "vmd_sz is not 3 to 12 (8 to 4096 bytes)";
	if (config->vped_sz < 3 || config->vped_sz > 12)
		return "vped_sz is not 3 to 12 (8 to 4096 bytes)";
	return NULL;
}

static const char *check_itss(const struct vgicv5_soft_config *config)
{
	unsigned int i;

	if (config->its_count > VGICV5_SOFT_MAX_ITSS)
		return "its_count is above 8";
	if (config->its_count && !config->lpi)
		return "its: there are no LPIs";
	for (i = 0; i < config->its_count; i++) {
		const struct vgicv5_soft_its_config *its = &config->its[i];

		if (its->irs >= config->irs_count)
			return "its: irs is not below irs_count";
		if (its->device_id_bits > 32)
			return "its: device_id_bits is above 32";
		if (its->event_id_bits < 1 || its->event_id_bits > 16)
			return "its: event_id_bits is not 1 to 16";
		if (its->l2sz > 7 || ((its->dt_levels || its->itt_levels) && !its->l2sz))
			return "its: l2sz is not a mask of 1, 2 and 4, or is empty although there are two "
			       "levels";
	}
	return NULL;
}

static const char *check_iwbs(const struct vgicv5_soft_config *config)
{
	unsigned int i;

	if (config->iwb_count > VGICV5_SOFT_MAX_IWBS)
		return "iwb_count is above 8";
	for (i = 0; i < config->iwb_count; i++) {
		const struct vgicv5_soft_iwb_config *iwb = &config->iwb[i];

		if (iwb->its >= config->its_count)
			return "iwb: its is not below its_count";
		if (iwb->iw_range > 2047)
			return "iwb: iw_range is above 2047";
		if ((uint64_t)iwb->device_id >> config->its[iwb->its].device_id_bits)
			return "iwb: device_id has more bits than its ITS";
	}
	return NULL;
}

static const char *check_config(const struct vgicv5_soft_config *config)
{
	const char *wrong = check_ops(config->ops);

	if (wrong)
		return wrong;
	if (config->pe_count < 1 || config->pe_count > VGICV5_SOFT_MAX_PES)
		return "pe_count is not 1 to 512";
	if (config->irs_count < 1 || config->irs_count > VGICV5_SOFT_MAX_IRSS)
		return "irs_count is not 1 to 8";
	if (config->spi_range > 1u << 24)
		return "spi_range is above 2^24";
	if (!config->cpu_id_bits && config->spi_range > 1u << 16)
		return "spi_range is above 2^16 although cpu_id_bits says 16 bits";
	if (config->cpu_id_bits > 1)
		return "cpu_id_bits is not 0 or 1";
	if (config->pa_range > 7)
		return "pa_range is above 7";
	if (config->pri_bits < 1 || config->pri_bits > 5)
		return "pri_bits is not 1 to 5";
	if (config->iaffid_bits < 1 || config->iaffid_bits > 16 ||
	    (config->pe_count - 1) >> config->iaffid_bits)
		return "iaffid_bits is not 1 to 16, or too few for pe_count";
	wrong = check_irss(config);
	if (!wrong)
		wrong = check_lpis(config);
	if (!wrong)
		wrong = check_itss(config);
	if (!wrong)
		wrong = check_iwbs(config);
	return wrong ? wrong : check_virtualization(config);
}

static void pe_init(struct vgicv5_soft *gic, unsigned int number)
{
	struct vsoft_pe *pe = &gic->pes[number];
	unsigned int i;

	vsoft_zero(pe, sizeof(*pe));
	pe->number = (uint16_t)number;
	for (i = 0; i < gic->config.irs_count; i++) {
		if (number >= gic->config.irs[i].first_pe &&
		    number < (unsigned int)gic->config.irs[i].first_pe + gic->config.irs[i].pe_count)
			pe->irs = (uint8_t)i;
	}
	pe->hfg[0] = GICV5_MASK(ICH_HFGRTR_EL2_RES1);
	vsoft_queue_init(&pe->queue, VSOFT_OWNER_PE);
	pe->queue.pe = pe->number;
}

static void spis_init(struct vgicv5_soft *gic)
{
	unsigned int i;
	uint32_t j;

	if (!gic->spis)
		return;
	vsoft_zero(gic->spis, gic->config.spi_range * sizeof(*gic->spis));
	for (j = 0; j < gic->config.spi_range; j++)
		gic->spis[j].node.id = j;
	for (i = 0; i < gic->config.irs_count; i++) {
		for (j = 0; j < gic->config.irs[i].spi_count; j++)
			gic->spis[gic->config.irs[i].spi_base + j].exists = true;
	}
}

/* Everything as after a reset; no table is valid and no memory but that of creation is held. */
static void init_state(struct vgicv5_soft *gic)
{
	unsigned int i;

	for (i = 0; i < gic->config.pe_count; i++)
		pe_init(gic, i);
	spis_init(gic);
	for (i = 0; i < gic->config.irs_count; i++) {
		vsoft_zero(&gic->irs[i], sizeof(gic->irs[i]));
		gic->irs[i].number = (uint8_t)i;
	}
	vsoft_zero(gic->ist, sizeof(gic->ist));
	gic->ist[VSOFT_LPIS].list = VSOFT_LPIS;
	gic->ist[VSOFT_SPIS].list = VSOFT_SPIS;
	gic->ist[VSOFT_SPIS].internal = true;
	gic->ist[VSOFT_SPIS].valid = true;
	gic->ist[VSOFT_SPIS].id_bits = 24;
	vsoft_queue_init(&gic->one_n, VSOFT_OWNER_ONE_N);
	vsoft_queue_init(&gic->nobody, VSOFT_OWNER_NOBODY);
	gic->one_n_pe = NULL;
	gic->ist_baser = 0;
	gic->ist_cfgr = 0;
	gic->vmt_baser = 0;
	gic->vmt_cfgr = 0;
	gic->bell_count = 0;
	vsoft_itss_init(gic);
	vsoft_iwbs_init(gic);
}

const char *vgicv5_soft_create(struct vgicv5_soft **gic, const struct vgicv5_soft_config *config)
{
	const char *wrong = check_config(config);
	struct vgicv5_soft *made;

	*gic = NULL;
	if (wrong)
		return wrong;
	made = config->ops->alloc(config->ctx, sizeof(*made));
	if (!made)
		return "out of memory";
	vsoft_copy(&made->config, config, sizeof(*config));
	vsoft_copy(&made->ops, config->ops, sizeof(*config->ops));
	made->config.ops = &made->ops;
	made->pes = vsoft_alloc(made, config->pe_count * sizeof(*made->pes));
	if (config->spi_range)
		made->spis = vsoft_alloc(made, config->spi_range * sizeof(*made->spis));
	if (!made->pes || (config->spi_range && !made->spis) || !vsoft_itss_alloc(made) ||
	    !vsoft_iwbs_alloc(made)) {
		vgicv5_soft_destroy(made);
		return "out of memory";
	}
	init_state(made);
	*gic = made;
	return NULL;
}

static void forget_tables(struct vgicv5_soft *gic)
{
	vsoft_ist_forget(gic, &gic->ist[VSOFT_LPIS]);
	vsoft_vmt_drop(gic, false);
}

void vgicv5_soft_destroy(struct vgicv5_soft *gic)
{
	if (!gic)
		return;
	forget_tables(gic);
	vsoft_forget_memory(gic);
	vsoft_iwbs_free(gic);
	vsoft_free(gic, gic->itss, gic->config.its_count * sizeof(*gic->itss));
	vsoft_free(gic, gic->pes, gic->config.pe_count * sizeof(*gic->pes));
	vsoft_free(gic, gic->spis, gic->config.spi_range * sizeof(*gic->spis));
	gic->ops.free(gic->config.ctx, gic, sizeof(*gic));
}

void vgicv5_soft_reset(struct vgicv5_soft *gic)
{
	unsigned int i;

	vsoft_enter(gic);
	forget_tables(gic);
	for (i = 0; i < gic->config.pe_count; i++) {
		if (gic->pes[i].signals)
			gic->signalled[i / 32] |= 1u << i % 32;
	}
	init_state(gic);
	vsoft_leave(gic);
}

enum vgicv5_soft_result vgicv5_soft_sys(struct vgicv5_soft *gic, unsigned int pe,
					const struct vgicv5_soft_access *access, unsigned int encoding,
					bool read, uint64_t *value)
{
	bool insn = encoding >> 14 == 1;
	enum vgicv5_soft_result result;

	if (pe >= gic->config.pe_count)
		return VGICV5_SOFT_UNDEFINED;
	vsoft_enter(gic);
	gic->current_irs = gic->pes[pe].irs;
	if (insn) {
		gic->counters.instructions++;
		result = vsoft_insn(gic, &gic->pes[pe], access, encoding, read, value);
	} else {
		gic->counters.sysreg_reads += read;
		gic->counters.sysreg_writes += !read;
		result = vsoft_sysreg(gic, &gic->pes[pe], access, encoding, read, value);
	}
	vsoft_leave(gic);
	return result;
}

void vgicv5_soft_context_sync(struct vgicv5_soft *gic, unsigned int pe)
{
	if (pe >= gic->config.pe_count)
		return;
	vsoft_enter(gic);
	gic->sync_seen = true;
	gic->pes[pe].icsr_unsynced = false;
	gic->pes[pe].contextr_unsynced = false;
	vsoft_leave(gic);
}

bool vgicv5_soft_inspect(struct vgicv5_soft *gic, uint32_t vm, uint32_t intid,
			 struct vgicv5_soft_interrupt *state)
{
	struct vsoft_ist *ists = gic->ist;
	uint64_t type = GICV5_GET(INTID_TYPE, intid);
	struct vsoft_vm *owner;
	bool found = false;
	uint32_t iste;

	if (type != GICV5_TYPE_LPI && type != GICV5_TYPE_SPI)
		return false;
	vsoft_enter(gic);
	owner = vm == VGICV5_SOFT_PHYSICAL ? NULL : vsoft_vm(gic, vm);
	if (owner)
		ists = owner->ist;
	if (owner || vm == VGICV5_SOFT_PHYSICAL)
		found = vsoft_iste_load(gic, &ists[type == GICV5_TYPE_LPI ? VSOFT_LPIS : VSOFT_SPIS],
					(uint32_t)GICV5_GET(INTID_ID, intid), &iste);
	if (found) {
		state->iaffid = (uint16_t)GICV5_GET(L2_ISTE_IAFFID, iste);
		state->priority = (uint8_t)GICV5_GET(L2_ISTE_PRIORITY, iste);
		state->irm = GICV5_GET(L2_ISTE_IRM, iste);
		state->enabled = GICV5_GET(L2_ISTE_ENABLE, iste);
		state->level = GICV5_GET(L2_ISTE_HM, iste);
		state->active = GICV5_GET(L2_ISTE_ACTIVE, iste);
		state->pending = GICV5_GET(L2_ISTE_PENDING, iste);
	}
	vsoft_leave(gic);
	return found;
}

void vgicv5_soft_counters(struct vgicv5_soft *gic, struct vgicv5_soft_counters *counters)
{
	vsoft_enter(gic);
	vsoft_copy(counters, &gic->counters, sizeof(*counters));
	vsoft_leave(gic);
}

void vgicv5_soft_clear_counters(struct vgicv5_soft *gic)
{
	vsoft_enter(gic);
	vsoft_zero(&gic->counters, sizeof(gic->counters));
	vsoft_leave(gic);
}
