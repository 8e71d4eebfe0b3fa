/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief libFuzzer target: the whole surface of the software GICv5, fed by whoever writes registers and memory.
 *
 * The input is a machine, then a sequence of calls. Nothing in it may crash the model, make it leak, or make its
 * signals disagree with what the CPU interface reports.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vgicv5/arch/insn.h>
#include <vgicv5/arch/intid.h>
#include <vgicv5/arch/irs.h>
#include <vgicv5/arch/its.h>
#include <vgicv5/arch/iwb.h>
#include <vgicv5/arch/sysreg.h>
#include <vgicv5/arch/tables.h>
#include <vgicv5_soft/soft.h>

#define MEMORY_SIZE 0x40000u
#define COUNT(array) ((unsigned int)(sizeof(array) / sizeof((array)[0])))

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t memory[MEMORY_SIZE];
static unsigned int allocations_left;
static size_t allocated;

/* ---- The input ---- */

struct input {
	const uint8_t *data;
	size_t left;
};

static uint64_t take(struct input *in, unsigned int bytes)
{
	uint64_t value = 0;
	unsigned int i;

	for (i = 0; i < bytes && in->left; i++, in->left--)
		value |= (uint64_t)*in->data++ << 8 * i;
	return value;
}

/* A value whose interesting bits are not only the low ones: some bytes, and where they go. */
static uint64_t take_value(struct input *in)
{
	unsigned int how = (unsigned int)take(in, 1);
	uint64_t value = take(in, how & 8 ? 4 : 1);

	switch (how & 7) {
	case 0:
		return value;
	case 1:
		return value << 32;
	case 2:
		return (uint64_t)1 << 63 | value;
	case 3:
		return (uint64_t)3 << 62 | value;
	case 4:
		return value << 29 | take(in, 1);
	case 5:
		return value << 12 | take(in, 1);
	case 6:
		return take(in, 8);
	default:
		return ~value;
	}
}

/* ---- What the model needs ---- */

static void *op_alloc(void *ctx, size_t bytes)
{
	(void)ctx;
	if (!allocations_left || bytes > 64u << 20)
		return NULL;
	allocations_left--;
	allocated += bytes;
	return calloc(1, bytes);
}

static void op_free(void *ctx, void *freed, size_t bytes)
{
	(void)ctx;
	allocated -= bytes;
	free(freed);
}

static bool op_mem_read(void *ctx, uint64_t pa, void *to, size_t bytes)
{
	(void)ctx;
	if (pa > MEMORY_SIZE - bytes)
		return false;
	memcpy(to, memory + pa, bytes);
	return true;
}

static bool op_mem_write(void *ctx, uint64_t pa, const void *from, size_t bytes)
{
	(void)ctx;
	if (pa > MEMORY_SIZE - bytes)
		return false;
	memcpy(memory + pa, from, bytes);
	return true;
}

static void op_violation(void *ctx, const char *rule, const char *text)
{
	(void)ctx;
	if (!rule || !text)
		abort();
}

static const struct vgicv5_soft_ops ops = {
	.alloc = op_alloc,
	.free = op_free,
	.mem_read = op_mem_read,
	.mem_write = op_mem_write,
	.violation = op_violation,
};

/* ---- The machine ---- */

static void choose_features(struct input *in, struct vgicv5_soft_config *c)
{
	uint64_t bits = take(in, 2);

	c->lpi = !(bits & 1);
	c->ist_levels = !(bits & 2);
	c->istmd = bits & 4;
	c->one_n = !(bits & 8);
	c->setlpi = !(bits & 0x10);
	c->swe = !(bits & 0x20);
	c->virt = !(bits & 0x40);
	c->virt_one_n = !(bits & 0x80);
	c->vmd = bits & 0x100;
	c->vmt_levels = !(bits & 0x200);
	c->coherent = !(bits & 0x400);
	c->cpu_id_bits = !(bits & 0x800);
	c->ppi_implemented[1] = bits & 0x1000 ? ~(uint64_t)0 : 0;
}

/* Any byte of the configuration may be nonsense: then there must be an error and no object. */
static void choose_nonsense(struct input *in, struct vgicv5_soft_config *c)
{
	unsigned int count = (unsigned int)take(in, 1) & 7;
	size_t first = offsetof(struct vgicv5_soft_config, pe_count);
	unsigned int i;

	for (i = 0; i < count; i++) {
		size_t at = first + take(in, 2) % (offsetof(struct vgicv5_soft_config, lpi) - first);

		((uint8_t *)c)[at] = (uint8_t)take(in, 1);
	}
	/* A bool that is neither true nor false is nobody's to check. */
	for (i = 0; i < VGICV5_SOFT_MAX_ITSS; i++) {
		c->its[i].dt_levels = ((const uint8_t *)&c->its[i].dt_levels)[0] & 1;
		c->its[i].itt_levels = ((const uint8_t *)&c->its[i].itt_levels)[0] & 1;
		c->its[i].swe = ((const uint8_t *)&c->its[i].swe)[0] & 1;
	}
	c->ist_l2sz = (uint8_t)take(in, 1);
	c->vmd_sz = (uint8_t)take(in, 1);
	c->vped_sz = (uint8_t)take(in, 1);
	c->vm_id_bits = (uint8_t)take(in, 1);
	c->vpe_id_bits = (uint8_t)take(in, 1);
	c->min_lpi_id_bits = (uint8_t)take(in, 1);
}

/* A full ITS and one that can do the least, each with an IWB. */
static void choose_itss(struct vgicv5_soft_config *c)
{
	c->its_count = 2;
	c->its[0] = (struct vgicv5_soft_its_config){.device_id_bits = 20,
						    .event_id_bits = 16,
						    .dt_levels = true,
						    .itt_levels = true,
						    .l2sz = 7,
						    .swe = true};
	c->its[1] = (struct vgicv5_soft_its_config){
		.irs = (uint8_t)(c->irs_count - 1), .device_id_bits = 4, .event_id_bits = 6, .l2sz = 2};
	c->iwb_count = 2;
	c->iwb[0] = (struct vgicv5_soft_iwb_config){.its = 0, .iw_range = 1, .device_id = 3};
	c->iwb[1] = (struct vgicv5_soft_iwb_config){.its = 1, .iw_range = 0, .device_id = 4};
}

static void choose_machine(struct input *in, struct vgicv5_soft_config *c)
{
	unsigned int kind = (unsigned int)take(in, 1);

	vgicv5_soft_default_config(c, 1 + (kind & 3));
	c->ops = &ops;
	c->min_lpi_id_bits = 6;
	c->lpi_id_bits = (uint8_t)(6 + take(in, 1) % 19);
	c->istmd_sz = (uint8_t)(take(in, 1) & 31);
	choose_features(in, c);
	if (kind & 4 && c->pe_count > 1) {
		c->irs_count = 2;
		c->irs[0] = (struct vgicv5_soft_irs_config){0, 1, 0, 8};
		c->irs[1] = (struct vgicv5_soft_irs_config){1, (uint16_t)(c->pe_count - 1), 8, 8};
	}
	if (kind & 16)
		choose_itss(c);
	if (kind & 8)
		choose_nonsense(in, c);
}

/* ---- Calls ---- */

struct machine {
	struct vgicv5_soft *gic;
	struct vgicv5_soft_config config;
};

#define ENCODING(name, op0, op1, crn, crm, op2, access) GICV5_##name,
#define INSN(name, op1, crm, op2) GICV5_GIC_##name,
static const unsigned int encodings[] = {GICV5_SYSREGS(ENCODING) GICV5_INSNS_OPERAND(INSN)
						 GICV5_INSNS_EOI(INSN) GICV5_INSNS_ACK(INSN) GICV5_GSB_SYS,
					 GICV5_GSB_ACK};

#define OFFSET(name, offset, width, access) (offset),
static const uint32_t offsets[] = {GICV5_IRS_REGS(OFFSET)};
static const uint32_t its_offsets[] = {GICV5_ITS_REGS(OFFSET)};
static const uint32_t iwb_offsets[] = {GICV5_IWB_REGS(OFFSET) GICV5_IWB_WENABLER, GICV5_IWB_WENABLER + 4,
				       GICV5_IWB_WTMR, GICV5_IWB_WTMR + 4, GICV5_IWB_WDOMAINR};

/* HPPIR and the signals must say the same. */
static void check_signals(struct machine *m, unsigned int pe)
{
	struct vgicv5_soft_access access = {.el = 2, .imo = true, .nmi = true};
	unsigned int signals = vgicv5_soft_signals(m->gic, pe, &access);
	uint64_t physical = 0;
	uint64_t virtual = 0;

	if (pe >= m->config.pe_count)
		return;
	vgicv5_soft_sys(m->gic, pe, &access, GICV5_ICC_HPPIR_EL1, true, &physical);
	vgicv5_soft_sys(m->gic, pe, &access, GICV5_ICH_HPPIR_EL2, true, &virtual);
	if (!(signals & VGICV5_SOFT_IRQ) != !physical || !(signals & VGICV5_SOFT_VIRQ) != !virtual)
		abort();
}

static void call_sys(struct machine *m, struct input *in)
{
	unsigned int flags = (unsigned int)take(in, 1);
	unsigned int index = (unsigned int)take(in, 1);
	struct vgicv5_soft_access access = {.el = flags & 8 ? (uint8_t)(flags >> 4 & 3) : 2,
					    .imo = flags & 0x40,
					    .nv = flags & 0x80,
					    .nmi = index & 1};
	unsigned int encoding = index < COUNT(encodings) ? encodings[index] : (unsigned int)take(in, 2);
	uint64_t value = flags & 4 ? 0 : take_value(in);
	unsigned int pe = flags & 3;

	vgicv5_soft_sys(m->gic, pe, &access, encoding, flags & 4, &value);
	check_signals(m, pe);
}

static void call_mmio(struct machine *m, struct input *in, bool write)
{
	unsigned int how = (unsigned int)take(in, 1);
	unsigned int index = (unsigned int)take(in, 1);
	uint32_t offset = index < COUNT(offsets) ? offsets[index] : (uint32_t)take(in, 2);
	enum vgicv5_soft_frame frame = how & 8 ? VGICV5_SOFT_SETLPI_FRAME : VGICV5_SOFT_CONFIG_FRAME;
	unsigned int bytes = how & 4 ? 1u << (how >> 4 & 3) : offset % 8 ? 4 : 8;

	if (how & 0x80)
		offset = (offset + 4) & 0xffff;
	if (write)
		vgicv5_soft_mmio_write(m->gic, how & 3, frame, offset, bytes, take_value(in));
	else
		vgicv5_soft_mmio_read(m->gic, how & 3, frame, offset, bytes);
	check_signals(m, how & 3);
}

static void call_wire(struct machine *m, struct input *in)
{
	unsigned int what = (unsigned int)take(in, 1);

	if (what & 4)
		vgicv5_soft_set_ppi(m->gic, what & 3, (unsigned int)take(in, 1), what & 8);
	else
		vgicv5_soft_set_spi(m->gic, (uint32_t)take(in, what & 16 ? 4 : 1), what & 8);
	check_signals(m, what & 3);
}

static void call_memory(struct input *in)
{
	size_t at = take(in, 2) * 8 % MEMORY_SIZE;
	uint64_t value = take_value(in);

	memcpy(memory + at, &value, 8);
}

static void call_look(struct machine *m, struct input *in)
{
	struct vgicv5_soft_interrupt state;
	struct vgicv5_soft_counters counters;
	unsigned int pe = (unsigned int)take(in, 1) & 3;
	uint32_t vm = (uint32_t)take(in, 1) - 1;
	uint16_t resident_vm;
	uint16_t resident_vpe;

	vgicv5_soft_inspect(m->gic, vm, (uint32_t)take_value(in), &state);
	vgicv5_soft_resident(m->gic, pe, &resident_vm, &resident_vpe);
	vgicv5_soft_context_sync(m->gic, pe);
	vgicv5_soft_counters(m->gic, &counters);
}

static void call_knob(struct machine *m, struct input *in)
{
	uint64_t what = take(in, 1);

	switch (what & 7) {
	case 0:
		vgicv5_soft_reset(m->gic);
		break;
	case 1:
		vgicv5_soft_arm_fault(m->gic, (enum vgicv5_soft_fault)(what >> 3 & 7),
				      1 + (unsigned int)(what >> 6));
		break;
	case 2:
		vgicv5_soft_set_delay(m->gic, (unsigned int)(what >> 3 & 3));
		break;
	case 3:
		vgicv5_soft_check_free(m->gic, take_value(in), take_value(in));
		break;
	case 4:
		vgicv5_soft_cache_maintained(m->gic, take_value(in), take(in, 2));
		break;
	case 5:
		allocations_left = (unsigned int)(what >> 3 & 3);
		break;
	default:
		allocations_left = 100000;
		break;
	}
}

/* ---- ITSs and IWBs ---- */

static void call_its(struct machine *m, struct input *in, unsigned int its)
{
	unsigned int how = (unsigned int)take(in, 1);
	unsigned int index = (unsigned int)take(in, 1);
	uint32_t offset = index < COUNT(its_offsets) ? its_offsets[index] : (uint32_t)take(in, 2);
	unsigned int bytes = how & 4 ? 1u << (how >> 4 & 3) : offset % 8 ? 4 : 8;

	if (how & 1)
		vgicv5_soft_its_write(m->gic, its, offset, bytes, take_value(in));
	else
		vgicv5_soft_its_read(m->gic, its, offset, bytes);
}

static void call_iwb(struct machine *m, struct input *in, unsigned int iwb)
{
	unsigned int how = (unsigned int)take(in, 1);
	unsigned int index = (unsigned int)take(in, 1);
	uint32_t offset = index < COUNT(iwb_offsets) ? iwb_offsets[index] : (uint32_t)take(in, 2);
	unsigned int bytes = how & 4 ? 1u << (how >> 4 & 3) : 4;

	if (how & 1)
		vgicv5_soft_iwb_write(m->gic, iwb, offset, bytes, take_value(in));
	else
		vgicv5_soft_iwb_read(m->gic, iwb, offset, bytes);
}

static void call_msi(struct machine *m, struct input *in, unsigned int its)
{
	unsigned int how = (unsigned int)take(in, 1);
	uint32_t device = (uint32_t)take(in, how & 4 ? 4 : 1);
	uint32_t event = (uint32_t)take(in, how & 8 ? 4 : 1);

	if (how & 1)
		vgicv5_soft_msi(m->gic, its, device, event);
	else
		vgicv5_soft_its_translate(m->gic, its, device, how >> 3 & 12, 1u << (how >> 1 & 3), event);
}

/* The lowest bit of `what` says which of them; there may be fewer, or none. */
static void call_msis(struct machine *m, struct input *in, unsigned int what)
{
	unsigned int number = what & 1;
	unsigned int wire;

	switch (what >> 1 & 7) {
	case 0:
	case 1:
	case 2:
		call_its(m, in, number);
		break;
	case 3:
	case 4:
		call_iwb(m, in, number);
		break;
	case 5:
		wire = (unsigned int)take(in, 1);
		vgicv5_soft_set_wire(m->gic, number, wire & 0x7f, wire & 0x80);
		break;
	default:
		call_msi(m, in, number);
		break;
	}
	check_signals(m, 0);
}

/* ---- A machine in order, so that the fuzzer need not find the way there ---- */

static void irs_write(struct machine *m, uint32_t offset, unsigned int bytes, uint64_t value)
{
	vgicv5_soft_mmio_write(m->gic, 0, VGICV5_SOFT_CONFIG_FRAME, offset, bytes, value);
}

static void put(size_t at, uint64_t value)
{
	memcpy(memory + at, &value, 8);
}

static void el2_write(struct machine *m, unsigned int encoding, uint64_t value)
{
	struct vgicv5_soft_access access = {.el = 2};

	vgicv5_soft_sys(m->gic, 0, &access, encoding, false, &value);
}

static void set_up_host(struct machine *m)
{
	irs_write(m, GICV5_IRS_CR0, 4, 1);
	irs_write(m, GICV5_IRS_IST_CFGR, 4, 0x108); /* 256 LPIs, 16 bytes */
	irs_write(m, GICV5_IRS_IST_BASER, 8, 0x10001);
	el2_write(m, GICV5_ICC_CR0_EL1, 1);
	el2_write(m, GICV5_ICC_PCR_EL1, 31);
	el2_write(m, GICV5_ICH_VCTLR_EL2, 1);
	el2_write(m, GICV5_ICH_VMCR_EL2, ~(uint64_t)0);
	el2_write(m, GICV5_ICH_HFGRTR_EL2, ~(uint64_t)0);
	el2_write(m, GICV5_ICH_HFGWTR_EL2, ~(uint64_t)0);
	el2_write(m, GICV5_ICH_HFGITR_EL2, ~(uint64_t)0);
}

/* VM 0 with two VPEs; an LPI table of two levels, an SPI table of one. */
static void set_up_vm(struct machine *m)
{
	memset(memory + 0x20000, 0, 0x20000);
	irs_write(m, GICV5_IRS_VMT_CFGR, 4, 4);
	irs_write(m, GICV5_IRS_VMT_BASER, 8, 0x20001);
	put(0x20000, 0x21000);
	put(0x20008, GICV5_PUT(L2_VMTE1_VPE_ID_BITS, 1) | 0x22000);
	put(0x20010, GICV5_PUT(L2_VMTE_IST_ID_BITS, 10) | GICV5_MASK(L2_VMTE_IST_STRUCTURE) |
			     GICV5_PUT(L2_VMTE_IST_ISTSZ, 2) | 0x24001);
	put(0x20018, GICV5_PUT(L2_VMTE_IST_ID_BITS, 6) | GICV5_PUT(L2_VMTE_IST_ISTSZ, 2) | 0x28001);
	put(0x22000, 0x23000);
	put(0x22008, 0x23800);
	put(0x24000, 0x30001);
	put(0x24008, 0x31000);
	irs_write(m, GICV5_IRS_VMAP_VMR, 8, GICV5_MASK(IRS_VMAP_VMR_M));
	irs_write(m, GICV5_IRS_VMAP_VPER, 8, GICV5_MASK(IRS_VMAP_VPER_M));
	irs_write(m, GICV5_IRS_VMAP_VPER, 8, GICV5_MASK(IRS_VMAP_VPER_M) | 1);
	el2_write(m, GICV5_ICH_CONTEXTR_EL2, GICV5_MASK(ICH_CONTEXTR_EL2_V));
}

/* Device 3 with 64 events in linear tables, all of them LPIs of the host but for one of the VM; wires enabled. */
static void set_up_its(struct machine *m)
{
	unsigned int event;

	put(0x38000 + 8 * 3, 0x39000 | GICV5_PUT(L2_DTE_EVENT_ID_BITS, 6) | GICV5_MASK(L2_DTE_VALID));
	for (event = 0; event < 64; event++)
		put(0x39000 + 8 * event, GICV5_MASK(L2_ITTE_VALID) | event);
	put(0x39000, GICV5_MASK(L2_ITTE_VALID) | GICV5_MASK(L2_ITTE_VIRTUAL) | 5);
	vgicv5_soft_its_write(m->gic, 0, GICV5_ITS_DT_CFGR, 4, 4);
	vgicv5_soft_its_write(m->gic, 0, GICV5_ITS_DT_BASER, 8, 0x38000);
	vgicv5_soft_its_write(m->gic, 0, GICV5_ITS_CR0, 4, 1);
	vgicv5_soft_iwb_write(m->gic, 0, GICV5_IWB_WTMR, 4, 0xaaaaaaaa);
	vgicv5_soft_iwb_write(m->gic, 0, GICV5_IWB_WENABLER, 4, 0x0fffffff);
	vgicv5_soft_iwb_write(m->gic, 0, GICV5_IWB_CR0, 4, 1);
}

static void call(struct machine *m, struct input *in)
{
	unsigned int what = (unsigned int)take(in, 1);

	if (what >= 240) {
		call_msis(m, in, what);
		return;
	}
	switch (what % 10) {
	case 0:
	case 1:
	case 2:
		call_sys(m, in);
		break;
	case 3:
	case 4:
		call_mmio(m, in, true);
		break;
	case 5:
		call_mmio(m, in, false);
		break;
	case 6:
		call_wire(m, in);
		break;
	case 7:
		call_memory(in);
		break;
	case 8:
		call_look(m, in);
		break;
	default:
		call_knob(m, in);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	struct machine m = {0};
	unsigned int prepared;

	memset(memory, 0, sizeof(memory));
	allocations_left = 100000;
	allocated = 0;
	choose_machine(&in, &m.config);
	if (vgicv5_soft_create(&m.gic, &m.config)) {
		if (allocated)
			abort();
		return 0;
	}
	prepared = (unsigned int)take(&in, 1);
	if (prepared & 1)
		set_up_host(&m);
	if (prepared & 2)
		set_up_vm(&m);
	if (prepared & 4)
		set_up_its(&m);
	while (in.left)
		call(&m, &in);
	vgicv5_soft_destroy(m.gic);
	/* What was taken was given back, and with the size it was taken with. */
	if (allocated)
		abort();
	return 0;
}
