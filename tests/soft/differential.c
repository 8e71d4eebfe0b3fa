/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Random differential test of the software GICv5 against the tiny model.
 *
 * Usage: test_soft_differential [--seed N] [--steps N] [--seeds N]. Each seed chooses a machine and a sequence of
 * operations; after each, everything that software can see is compared.
 */
#include "differential.h"
#include "heap.h"
#include "seeds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

const uint32_t lpi_pool[] = {0, 2, 3, 255, 256, 300, 513, 1000, 1023, 1024};
const unsigned int lpi_pool_size = sizeof(lpi_pool) / sizeof(lpi_pool[0]);

static struct seeds options = {1, 64, 2000};

uint64_t random64(struct pair *p)
{
	/* xorshift64* */
	p->random ^= p->random >> 12;
	p->random ^= p->random << 25;
	p->random ^= p->random >> 27;
	return p->random * 0x2545f4914f6cdd1du;
}

uint32_t below(struct pair *p, uint32_t limit)
{
	return (uint32_t)((random64(p) >> 32) % limit);
}

uint32_t random_priority(struct pair *p)
{
	static const uint8_t few[] = {0, 8, 8, 16, 16, 16, 17, 24, 31};

	return below(p, 16) ? few[below(p, sizeof(few))] : below(p, 32);
}

uint32_t random_target(struct pair *p)
{
	return below(p, 12) ? below(p, below(p, 3) ? 2 : TINY_PES) : below(p, 0x10000);
}

uint32_t random_vm(struct pair *p)
{
	return below(p, 3) ? below(p, 2) : below(p, TINY_VMS);
}

uint32_t random_vpe(struct pair *p)
{
	return below(p, 3) ? below(p, 2) : below(p, TINY_VPES);
}

void differ(struct pair *p, const char *name, uint64_t soft, uint64_t tiny)
{
	if (p->failed)
		return;
	p->failed = true;
	print_error("seed %llu step %u: %s\n  %s: software GICv5 %llx, tiny model %llx\n",
		    (unsigned long long)p->seed, p->step, p->what, name, (unsigned long long)soft,
		    (unsigned long long)tiny);
}

void same(struct pair *p, const char *name, unsigned int n, uint64_t soft, uint64_t tiny)
{
	char text[100];

	if (soft == tiny)
		return;
	snprintf(text, sizeof(text), "%s [%u]", name, n);
	differ(p, text, soft, tiny);
}

/* ---- What the software GICv5 needs ---- */

static uint8_t *memory_at(uint8_t *memory, uint64_t pa, size_t bytes)
{
	if (pa < MEMORY_BASE || pa - MEMORY_BASE > MEMORY_SIZE - bytes)
		return NULL;
	return memory + (pa - MEMORY_BASE);
}

static bool op_mem_read(void *ctx, uint64_t pa, void *to, size_t bytes)
{
	struct pair *p = ctx;
	const uint8_t *from = memory_at(p->memory, pa, bytes);

	if (from)
		memcpy(to, from, bytes);
	return from;
}

static bool op_mem_write(void *ctx, uint64_t pa, const void *from, size_t bytes)
{
	struct pair *p = ctx;
	uint8_t *to = memory_at(p->memory, pa, bytes);

	if (to)
		memcpy(to, from, bytes);
	return to;
}

static const struct vgicv5_soft_ops ops = {
	.alloc = heap_alloc,
	.free = heap_free,
	.mem_read = op_mem_read,
	.mem_write = op_mem_write,
};

/* ---- Both models ---- */

static const char *name_of(unsigned int encoding)
{
	switch (encoding) {
#define NAME(name, op0, op1, crn, crm, op2, access) \
	case GICV5_##name:                          \
		return #name;
		GICV5_SYSREGS_ICC(NAME)
		GICV5_SYSREGS_ICH(NAME)
#define INSN(name, op1, crm, op2) \
	case GICV5_GIC_##name:    \
		return #name;
		GICV5_INSNS_OPERAND(INSN)
		GICV5_INSNS_EOI(INSN)
		GICV5_INSNS_ACK(INSN)
	default:
		return "?";
	}
}

/* The same access to both, results compared; `name`: for the message. */
static void access_both(struct pair *p, const char *name, unsigned int pe,
			const struct vgicv5_soft_access *access, unsigned int encoding, bool read,
			uint64_t value)
{
	uint64_t soft = value;
	uint64_t tiny;
	enum vgicv5_soft_result soft_result;
	enum tiny_result tiny_result;

	soft_result = vgicv5_soft_sys(p->soft, pe, access, encoding, read, &soft);
	p->value = soft;
	tiny = read ? soft : value;
	tiny_result = tiny_sys(&p->tiny, pe, access->el, access->imo, access->nv, access->nmi, encoding, read,
			       &tiny);
	if ((unsigned int)soft_result != (unsigned int)tiny_result)
		differ(p, "result of the access", soft_result, tiny_result);
	else if (read && soft_result == VGICV5_SOFT_DONE)
		same(p, name, pe, soft, tiny);
}

void both_sys(struct pair *p, unsigned int pe, unsigned int el, bool imo, bool nv, bool nmi,
	      unsigned int encoding, bool read, uint64_t value)
{
	struct vgicv5_soft_access access = {.el = (uint8_t)el, .imo = imo, .nv = nv, .nmi = nmi};

	snprintf(p->what, sizeof(p->what), "PE %u EL%u imo=%d nv=%d nmi=%d %s %s %llx", pe, el, imo, nv, nmi,
		 read ? "read" : "write", name_of(encoding), (unsigned long long)value);
	access_both(p, name_of(encoding), pe, &access, encoding, read, value);
}

static bool is_baser(uint32_t offset)
{
	return (offset & ~4u) == GICV5_IRS_IST_BASER || (offset & ~4u) == GICV5_IRS_VMT_BASER;
}

/* The tiny model knows whole registers only. */
void both_irs_write(struct pair *p, unsigned int irs, uint32_t offset, unsigned int bytes, uint64_t value)
{
	size_t used = strlen(p->what);

	snprintf(p->what + used, sizeof(p->what) - used, "; IRS %u [%x] = %llx", irs, offset,
		 (unsigned long long)value);
	vgicv5_soft_mmio_write(p->soft, irs, VGICV5_SOFT_CONFIG_FRAME, offset, bytes, value);
	if (bytes == 4 && is_baser(offset)) {
		uint64_t old = tiny_irs_read(&p->tiny, irs, offset & ~4u, 0);

		value = offset & 4 ? (old & 0xffffffff) | value << 32 : (old & ~(uint64_t)0xffffffff) | value;
		offset &= ~4u;
	}
	tiny_irs_write(&p->tiny, irs, offset, value);
}

void both_irs_read(struct pair *p, unsigned int irs, uint32_t offset, unsigned int bytes, const char *name)
{
	uint64_t soft = vgicv5_soft_mmio_read(p->soft, irs, VGICV5_SOFT_CONFIG_FRAME, offset, bytes);

	same(p, name, irs, soft, tiny_irs_read(&p->tiny, irs, offset, soft));
}

void both_memory(struct pair *p, uint64_t pa, uint64_t value)
{
	memcpy(memory_at(p->memory, pa, 8), &value, 8);
	memcpy(memory_at(p->tiny_memory, pa, 8), &value, 8);
}

void both_iste(struct pair *p, uint64_t pa, uint32_t iste)
{
	memcpy(memory_at(p->memory, pa, 4), &iste, 4);
	memcpy(memory_at(p->tiny_memory, pa, 4), &iste, 4);
}

void both_clear(struct pair *p, uint64_t pa, uint64_t bytes)
{
	memset(memory_at(p->memory, pa, bytes), 0, bytes);
	memset(memory_at(p->tiny_memory, pa, bytes), 0, bytes);
}

void compare_entry(struct pair *p, uint64_t pa)
{
	uint32_t soft;
	uint32_t tiny;

	memcpy(&soft, memory_at(p->memory, pa, 4), 4);
	memcpy(&tiny, memory_at(p->tiny_memory, pa, 4), 4);
	same(p, "L2_ISTE in memory", (unsigned int)(pa - MEMORY_BASE), soft & ~GICV5_MASK(L2_ISTE_HWU),
	     tiny & ~GICV5_MASK(L2_ISTE_HWU));
}

/* ---- The whole visible state ---- */

#define ENCODING(name, op0, op1, crn, crm, op2, access) GICV5_##name,

static void compare_registers(struct pair *p, unsigned int pe)
{
	static const unsigned int el2[] = {GICV5_SYSREGS_ICC(ENCODING) GICV5_SYSREGS_ICH(ENCODING)};
	static const unsigned int el1[] = {GICV5_ICC_HPPIR_EL1,	      GICV5_ICC_CR0_EL1,
					   GICV5_ICC_PCR_EL1,	      GICV5_ICC_HAPR_EL1,
					   GICV5_ICC_PPI_SPENDR0_EL1, GICV5_ICC_PPI_CPENDR1_EL1};
	struct vgicv5_soft_access access = {.el = 2};
	unsigned int i;

	for (i = 0; i < sizeof(el2) / sizeof(el2[0]); i++)
		access_both(p, name_of(el2[i]), pe, &access, el2[i], true, 0);
	access.el = 1;
	access.imo = true;
	for (i = 0; i < sizeof(el1) / sizeof(el1[0]); i++)
		access_both(p, name_of(el1[i]), pe, &access, el1[i], true, 0);
}

static void compare_signals(struct pair *p, unsigned int pe)
{
	struct vgicv5_soft_access access = {.el = 1, .imo = p->step & 1, .nmi = p->step & 2};
	unsigned int physical = tiny_best(&p->tiny, pe, false);
	unsigned int virtual = tiny_best(&p->tiny, pe, true);
	unsigned int expected = 0;
	uint16_t vm = 0, vpe = 0;
	bool resident = vgicv5_soft_resident(p->soft, pe, &vm, &vpe);

	if (physical < 32)
		expected |= VGICV5_SOFT_IRQ | (physical == 0 && access.nmi ? VGICV5_SOFT_IRQ_NMI : 0);
	if (virtual < 32 && access.imo)
		expected |= VGICV5_SOFT_VIRQ | (virtual == 0 && access.nmi ? VGICV5_SOFT_VIRQ_NMI : 0);
	same(p, "signals", pe, vgicv5_soft_signals(p->soft, pe, &access), expected);
	same(p, "resident", pe, resident, p->tiny.pe[pe].resident);
	if (resident && p->tiny.pe[pe].resident)
		same(p, "resident VM and VPE", pe, (uint32_t)vm << 16 | vpe,
		     (uint32_t)p->tiny.pe[pe].vm << 16 | p->tiny.pe[pe].vpe);
}

static uint32_t inspect(struct pair *p, uint32_t vm, uint32_t intid)
{
	struct vgicv5_soft_interrupt s;

	if (!vgicv5_soft_inspect(p->soft, vm, intid, &s))
		return ~(uint32_t)0;
	return (uint32_t)(GICV5_PUT(L2_ISTE_IAFFID, s.iaffid) | GICV5_PUT(L2_ISTE_PRIORITY, s.priority) |
			  GICV5_PUT(L2_ISTE_IRM, s.irm) | GICV5_PUT(L2_ISTE_ENABLE, s.enabled) |
			  GICV5_PUT(L2_ISTE_HM, s.level) | GICV5_PUT(L2_ISTE_ACTIVE, s.active) |
			  GICV5_PUT(L2_ISTE_PENDING, s.pending));
}

static void compare_interrupt(struct pair *p, uint32_t vm, uint32_t intid)
{
	uint32_t tiny;
	char name[60];

	if (!tiny_load(&p->tiny, vm, intid, &tiny))
		tiny = ~(uint32_t)0;
	snprintf(name, sizeof(name), "VM %x, interrupt (ffffffff: unreachable)", vm);
	same(p, name, intid, inspect(p, vm, intid), tiny);
}

static void compare_interrupts(struct pair *p)
{
	uint32_t vm;
	uint32_t i;

	for (i = 0; i < TINY_SPIS; i++)
		compare_interrupt(p, TINY_PHYSICAL, GICV5_INTID(GICV5_TYPE_SPI, i));
	for (i = 0; i < lpi_pool_size; i++)
		compare_interrupt(p, TINY_PHYSICAL, GICV5_INTID(GICV5_TYPE_LPI, lpi_pool[i]));
	for (vm = 0; vm < TINY_VMS; vm++) {
		for (i = 0; i < 10; i++)
			compare_interrupt(p, vm, GICV5_INTID(GICV5_TYPE_SPI, i));
		for (i = 0; i < lpi_pool_size; i++)
			compare_interrupt(p, vm, GICV5_INTID(GICV5_TYPE_LPI, lpi_pool[i]));
	}
}

static void compare_irs(struct pair *p, unsigned int irs)
{
	static const struct {
		uint32_t offset;
		unsigned int bytes;
		const char *name;
	} registers[] = {
#define REG(name, bytes) {GICV5_##name, bytes, #name}
		REG(IRS_CR0, 4),	 REG(IRS_CR1, 4),	  REG(IRS_SYNC_STATUSR, 4),
		REG(IRS_SPI_VMR, 8),	 REG(IRS_SPI_SELR, 4),	  REG(IRS_SPI_CFGR, 4),
		REG(IRS_SPI_STATUSR, 4), REG(IRS_PE_SELR, 4),	  REG(IRS_PE_STATUSR, 4),
		REG(IRS_PE_CR0, 4),	 REG(IRS_IST_BASER, 8),	  REG(IRS_IST_CFGR, 4),
		REG(IRS_IST_STATUSR, 4), REG(IRS_VMT_BASER, 8),	  REG(IRS_VMT_CFGR, 4),
		REG(IRS_VMT_STATUSR, 4), REG(IRS_VPE_SELR, 8),	  REG(IRS_VPE_HPPIR, 8),
		REG(IRS_VPE_CR0, 4),	 REG(IRS_VPE_STATUSR, 4), REG(IRS_VM_DBR, 8),
		REG(IRS_VM_SELR, 4),	 REG(IRS_VM_STATUSR, 4),
	};
	unsigned int i;

	for (i = 0; i < sizeof(registers) / sizeof(registers[0]); i++)
		both_irs_read(p, irs, registers[i].offset, registers[i].bytes, registers[i].name);
}

static void compare(struct pair *p)
{
	unsigned int i;

	for (i = 0; i < p->config.pe_count; i++) {
		compare_registers(p, i);
		compare_signals(p, i);
	}
	for (i = 0; i < p->config.irs_count; i++)
		compare_irs(p, i);
	compare_interrupts(p);
}

/* ---- Machines ---- */

static void one_irs(struct pair *p)
{
	p->config.irs_count = 1;
	p->config.irs[0].pe_count = (uint16_t)p->config.pe_count;
	p->config.irs[0].spi_count = TINY_SPIS;
}

/* The second has no PE, and between the SPIs of the first and the last is a gap. */
static void three_irss(struct pair *p)
{
	p->config.irs_count = 3;
	p->config.irs[0] = (struct vgicv5_soft_irs_config){0, 1, 0, 4};
	p->config.irs[1] = (struct vgicv5_soft_irs_config){1, 0, 6, 2};
	p->config.irs[2] = (struct vgicv5_soft_irs_config){1, (uint16_t)(p->config.pe_count - 1), 8, 12};
}

static void choose_machine(struct pair *p)
{
	struct vgicv5_soft_config *c = &p->config;

	vgicv5_soft_default_config(c, 1 + below(p, TINY_PES));
	c->ops = &ops;
	c->ctx = p;
	c->spi_range = TINY_SPIS;
	if (below(p, 2))
		three_irss(p);
	else
		one_irs(p);
	c->ppi_implemented[1] = below(p, 2) ? ~(uint64_t)0 : 0;
	c->cpu_id_bits = (uint8_t)below(p, 2);
	c->pri_bits = (uint8_t)(1 + below(p, 5));
	c->lpi_id_bits = (uint8_t)(LPI_BITS + below(p, 6));
	c->min_lpi_id_bits = (uint8_t)(LPI_BITS - below(p, 3));
	c->ist_levels = below(p, 4) != 0;
	c->ist_l2sz = 1;
	c->virt = below(p, 10) != 0;
	c->one_n = below(p, 2);
	c->virt_one_n = below(p, 2);
	c->setlpi = below(p, 2);
	c->swe = false;
	c->vmd = below(p, 2);
	c->vmt_levels = below(p, 2);
	c->vm_id_bits = 8;
	c->vpe_id_bits = 3;
}

static void tiny_machine(struct pair *p)
{
	const struct vgicv5_soft_config *c = &p->config;
	struct tiny *t = &p->tiny;
	unsigned int i, j;

	t->pe_count = c->pe_count;
	t->irs_count = c->irs_count;
	t->spi_range = c->spi_range;
	t->implemented[0] = c->ppi_implemented[0];
	t->implemented[1] = c->ppi_implemented[1];
	t->cpu_id_bits = c->cpu_id_bits;
	t->pri_bits = c->pri_bits;
	t->virt = c->virt;
	t->one_n = c->one_n;
	t->virt_one_n = c->virt_one_n;
	t->memory = p->tiny_memory;
	t->memory_base = MEMORY_BASE;
	t->memory_size = MEMORY_SIZE;
	for (i = 0; i < c->irs_count; i++) {
		t->irs[i].first_spi = c->irs[i].spi_base;
		t->irs[i].spi_count = c->irs[i].spi_count;
		for (j = 0; j < c->irs[i].pe_count; j++)
			t->pe[c->irs[i].first_pe + j].irs = i;
	}
}

/* Tables may come with pending interrupts in them. */
static void watch(struct pair *p)
{
	uint32_t vm;
	uint32_t i;

	for (i = 0; i < lpi_pool_size; i++)
		tiny_watch(&p->tiny, TINY_PHYSICAL, GICV5_INTID(GICV5_TYPE_LPI, lpi_pool[i]));
	tiny_watch(&p->tiny, TINY_PHYSICAL, GICV5_INTID(GICV5_TYPE_LPI, 1));
	for (vm = 0; vm < TINY_VMS; vm++) {
		for (i = 0; i < lpi_pool_size; i++)
			tiny_watch(&p->tiny, vm, GICV5_INTID(GICV5_TYPE_LPI, lpi_pool[i]));
		tiny_watch(&p->tiny, vm, GICV5_INTID(GICV5_TYPE_LPI, 1));
		for (i = 0; i < 8; i++)
			tiny_watch(&p->tiny, vm, GICV5_INTID(GICV5_TYPE_SPI, i));
	}
}

/* The handling modes of PPIs are the implementation's, but for the software PPI. */
static void learn_modes(struct pair *p)
{
	struct vgicv5_soft_access access = {.el = 2};

	vgicv5_soft_sys(p->soft, 0, &access, GICV5_ICC_PPI_HMR0_EL1, true, &p->tiny.level[0]);
	vgicv5_soft_sys(p->soft, 0, &access, GICV5_ICC_PPI_HMR1_EL1, true, &p->tiny.level[1]);
	assert_false(p->tiny.level[0] >> GICV5_PPI_SW & 1);
}

/* Runs one seed; false: the models differ. */
static bool run_seed(uint64_t seed)
{
	struct pair *p = calloc(1, sizeof(*p));
	const char *error;
	bool ok;

	assert_non_null(p);
	p->seed = seed;
	p->random = seed * 0x9e3779b97f4a7c15u + 1;
	choose_machine(p);
	error = vgicv5_soft_create(&p->soft, &p->config);
	if (error)
		fail_msg("seed %llu: %s", (unsigned long long)seed, error);
	tiny_machine(p);
	learn_modes(p);
	watch(p);
	prepare(p);
	compare(p);
	for (p->step = 1; p->step <= options.steps && !p->failed; p->step++) {
		p->what[0] = 0;
		operate(p);
		compare(p);
	}
	ok = !p->failed;
	vgicv5_soft_destroy(p->soft);
	free(p);
	return ok;
}

static void models_agree(void **state)
{
	unsigned int bad = 0;
	uint64_t seed;

	(void)state;
	for (seed = options.first_seed; seed < options.first_seed + options.seeds; seed++)
		bad += !run_seed(seed);
	seeds_judge(&options, bad);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(models_agree)};

	seeds_parse(&options, argc, argv);
	return cmocka_run_group_tests_name("soft_differential", tests, NULL, NULL);
}
