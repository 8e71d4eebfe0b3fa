/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief A small machine around the software GICv5 for the rule tests: flat memory, allocation that can fail.
 */
#ifndef VGICV5_TESTS_SOFT_RULE_MACHINE_H
#define VGICV5_TESTS_SOFT_RULE_MACHINE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <vgicv5/arch/insn.h>
#include <vgicv5/arch/intid.h>
#include <vgicv5/arch/irs.h>
#include <vgicv5/arch/sysreg.h>
#include <vgicv5/arch/tables.h>
#include <vgicv5_soft/soft.h>

#define MEMORY_BASE 0x40000000u
#ifndef MEMORY_SIZE
#define MEMORY_SIZE (64u << 20)
#endif

struct machine {
	struct vgicv5_soft_ops ops;
	struct vgicv5_soft_config config;
	struct vgicv5_soft *gic;
	uint8_t *memory;
	uint64_t next; /* of the memory not handed out yet */
	unsigned int violations;
	const char *rule; /* of the last violation */
	const char *text;
	unsigned int signalled[VGICV5_SOFT_MAX_PES];
	size_t allocated;
	long allocations_left; /* < 0: without end */
	bool print;
};

static inline void *machine_alloc(void *ctx, size_t bytes)
{
	struct machine *m = ctx;
	void *memory;

	if (m->allocations_left == 0)
		return NULL;
	if (m->allocations_left > 0)
		m->allocations_left--;
	memory = calloc(1, bytes);
	if (memory)
		m->allocated += bytes;
	return memory;
}

static inline void machine_free(void *ctx, void *memory, size_t bytes)
{
	struct machine *m = ctx;

	assert_true(m->allocated >= bytes);
	m->allocated -= bytes;
	free(memory);
}

static inline bool machine_in_memory(uint64_t pa, size_t bytes)
{
	return pa >= MEMORY_BASE && pa - MEMORY_BASE <= MEMORY_SIZE - bytes;
}

static inline bool machine_read(void *ctx, uint64_t pa, void *to, size_t bytes)
{
	struct machine *m = ctx;

	if (!machine_in_memory(pa, bytes))
		return false;
	memcpy(to, m->memory + (pa - MEMORY_BASE), bytes);
	return true;
}

static inline bool machine_write(void *ctx, uint64_t pa, const void *from, size_t bytes)
{
	struct machine *m = ctx;

	if (!machine_in_memory(pa, bytes))
		return false;
	memcpy(m->memory + (pa - MEMORY_BASE), from, bytes);
	return true;
}

static inline void machine_signal(void *ctx, unsigned int pe)
{
	((struct machine *)ctx)->signalled[pe]++;
}

static inline void machine_violation(void *ctx, const char *rule, const char *text)
{
	struct machine *m = ctx;

	m->violations++;
	m->rule = rule;
	m->text = text;
	if (m->print)
		print_message("violation %s: %s\n", rule, text);
}

static inline struct machine *machine_new(unsigned int pes)
{
	struct machine *m = calloc(1, sizeof(*m));

	assert_non_null(m);
	m->memory = calloc(1, MEMORY_SIZE);
	assert_non_null(m->memory);
	m->next = MEMORY_BASE;
	m->allocations_left = -1;
	m->ops = (struct vgicv5_soft_ops){.alloc = machine_alloc,
					  .free = machine_free,
					  .mem_read = machine_read,
					  .mem_write = machine_write,
					  .signal = machine_signal,
					  .violation = machine_violation};
	vgicv5_soft_default_config(&m->config, pes);
	m->config.ops = &m->ops;
	m->config.ctx = m;
	return m;
}

static inline void machine_start(struct machine *m)
{
	const char *wrong = vgicv5_soft_create(&m->gic, &m->config);

	if (wrong)
		fail_msg("%s", wrong);
}

static inline struct machine *machine_default(unsigned int pes)
{
	struct machine *m = machine_new(pes);

	machine_start(m);
	return m;
}

static inline void machine_delete(struct machine *m)
{
	vgicv5_soft_destroy(m->gic);
	assert_int_equal(m->allocated, 0);
	free(m->memory);
	free(m);
}

/* Zeroed table memory, aligned to its size. */
static inline uint64_t take(struct machine *m, uint64_t bytes)
{
	uint64_t size = 64, pa;

	while (size < bytes)
		size *= 2;
	pa = (m->next + size - 1) & ~(size - 1);
	m->next = pa + size;
	assert_true(m->next <= MEMORY_BASE + (uint64_t)MEMORY_SIZE);
	return pa;
}

static inline uint64_t peek64(struct machine *m, uint64_t pa)
{
	uint64_t value = 0;

	assert_true(machine_read(m, pa, &value, sizeof(value)));
	return value;
}

static inline uint32_t peek32(struct machine *m, uint64_t pa)
{
	uint32_t value = 0;

	assert_true(machine_read(m, pa, &value, sizeof(value)));
	return value;
}

static inline void poke64(struct machine *m, uint64_t pa, uint64_t value)
{
	assert_true(machine_write(m, pa, &value, sizeof(value)));
}

static inline void poke32(struct machine *m, uint64_t pa, uint32_t value)
{
	assert_true(machine_write(m, pa, &value, sizeof(value)));
}

static const struct vgicv5_soft_access HOST = {.el = 2};
static const struct vgicv5_soft_access GUEST = {.el = 1, .imo = true};
static const struct vgicv5_soft_access BARE = {.el = 1};

static inline uint64_t rd_as(struct machine *m, unsigned int pe, const struct vgicv5_soft_access *who,
			     unsigned int reg)
{
	uint64_t value = 0xdeadbeef;

	assert_int_equal(vgicv5_soft_sys(m->gic, pe, who, reg, true, &value), VGICV5_SOFT_DONE);
	return value;
}

static inline void wr_as(struct machine *m, unsigned int pe, const struct vgicv5_soft_access *who,
			 unsigned int reg, uint64_t value)
{
	assert_int_equal(vgicv5_soft_sys(m->gic, pe, who, reg, false, &value), VGICV5_SOFT_DONE);
}

static inline uint64_t rd(struct machine *m, unsigned int pe, unsigned int reg)
{
	return rd_as(m, pe, &HOST, reg);
}

static inline void wr(struct machine *m, unsigned int pe, unsigned int reg, uint64_t value)
{
	wr_as(m, pe, &HOST, reg, value);
}

static inline uint64_t irs_rd(struct machine *m, uint32_t offset, unsigned int bytes)
{
	return vgicv5_soft_mmio_read(m->gic, 0, VGICV5_SOFT_CONFIG_FRAME, offset, bytes);
}

static inline void irs_wr(struct machine *m, uint32_t offset, unsigned int bytes, uint64_t value)
{
	vgicv5_soft_mmio_write(m->gic, 0, VGICV5_SOFT_CONFIG_FRAME, offset, bytes, value);
}

/* ---- interrupts ---- */

static inline uint64_t lpi(uint32_t id)
{
	return GICV5_INTID(GICV5_TYPE_LPI, id);
}

static inline uint64_t spi(uint32_t id)
{
	return GICV5_INTID(GICV5_TYPE_SPI, id);
}

static inline uint64_t ppi(uint32_t id)
{
	return GICV5_INTID(GICV5_TYPE_PPI, id);
}

/* Enables the CPU interface with an open mask. */
static inline void open_pe(struct machine *m, unsigned int pe)
{
	wr(m, pe, GICV5_ICC_CR0_EL1, GICV5_MASK(ICC_CR0_EL1_EN));
	wr(m, pe, GICV5_ICC_PCR_EL1, 31);
}

static inline void open_irs(struct machine *m)
{
	irs_wr(m, GICV5_IRS_CR0, 4, GICV5_MASK(IRS_CR0_IRSEN));
}

/* Acknowledge: the INTID or 0. */
static inline uint64_t ack_as(struct machine *m, unsigned int pe, const struct vgicv5_soft_access *who)
{
	uint64_t value = rd_as(m, pe, who, GICV5_GIC_CDIA);

	if (value)
		assert_true(GICV5_GET(CDIA_VALID, value));
	return value & 0xffffffffu;
}

static inline uint64_t ack(struct machine *m, unsigned int pe)
{
	return ack_as(m, pe, &HOST);
}

/* Priority drop and deactivation. */
static inline void done_as(struct machine *m, unsigned int pe, const struct vgicv5_soft_access *who,
			   uint64_t intid)
{
	wr_as(m, pe, who, GICV5_GIC_CDEOI, 0);
	wr_as(m, pe, who, GICV5_GIC_CDDI, intid);
}

static inline void configure(struct machine *m, const struct vgicv5_soft_access *who, unsigned int pe,
			     uint64_t intid, uint16_t iaffid, unsigned int priority)
{
	wr_as(m, pe, who, GICV5_GIC_CDAFF, intid | GICV5_PUT(CDAFF_IAFFID, iaffid));
	wr_as(m, pe, who, GICV5_GIC_CDPRI, intid | GICV5_PUT(CDPRI_PRIORITY, priority));
	wr_as(m, pe, who, GICV5_GIC_CDEN, intid);
}

static inline void pend(struct machine *m, const struct vgicv5_soft_access *who, unsigned int pe,
			uint64_t intid)
{
	wr_as(m, pe, who, GICV5_GIC_CDPEND, intid | GICV5_MASK(CDPEND_PENDING));
}

static inline void vdpend(struct machine *m, uint16_t vm, uint64_t intid, bool pending)
{
	wr(m, 0, GICV5_GIC_VDPEND, intid | GICV5_PUT(VDPEND_VM, vm) | GICV5_PUT(VDPEND_PENDING, pending));
}

static inline unsigned int signals(struct machine *m, unsigned int pe, const struct vgicv5_soft_access *who)
{
	return vgicv5_soft_signals(m->gic, pe, who);
}

/* ---- tables ---- */

static inline uint64_t linear_ist(struct machine *m, unsigned int id_bits)
{
	uint64_t pa = take(m, (uint64_t)4 << id_bits);

	irs_wr(m, GICV5_IRS_IST_CFGR, 4, GICV5_PUT(IRS_IST_CFGR_LPI_ID_BITS, id_bits));
	irs_wr(m, GICV5_IRS_IST_BASER, 8, pa | GICV5_MASK(IRS_IST_BASER_VALID));
	assert_true(irs_rd(m, GICV5_IRS_IST_BASER, 8) & GICV5_MASK(IRS_IST_BASER_VALID));
	return pa;
}

/* A VM with a linear VM table of 32 VMs. */
struct test_vm {
	uint16_t id;
	uint64_t vmte;
	uint64_t vmd;
	uint64_t vpet;
	uint64_t lpis;
	uint64_t spis;
};

static inline uint64_t vm_table(struct machine *m)
{
	uint64_t pa = take(m, 32 * GICV5_L2_VMTE_SIZE);

	irs_wr(m, GICV5_IRS_VMT_CFGR, 4, GICV5_PUT(IRS_VMT_CFGR_VM_ID_BITS, 5));
	irs_wr(m, GICV5_IRS_VMT_BASER, 8, pa | GICV5_MASK(IRS_VMT_BASER_VALID));
	return pa;
}

static inline uint64_t ist_dword(uint64_t pa, unsigned int id_bits)
{
	return pa | GICV5_PUT(L2_VMTE_IST_ID_BITS, id_bits);
}

static inline void map_vm(struct machine *m, struct test_vm *vm, uint64_t vmt, uint16_t id,
			  unsigned int vpe_id_bits)
{
	vm->id = id;
	vm->vmte = vmt + (uint64_t)id * GICV5_L2_VMTE_SIZE;
	vm->vmd = take(m, (uint64_t)1 << m->config.vmd_sz);
	vm->vpet = take(m, (uint64_t)GICV5_VPETE_SIZE << vpe_id_bits);
	poke64(m, vm->vmte, vm->vmd);
	poke64(m, vm->vmte + 8, vm->vpet | GICV5_PUT(L2_VMTE1_VPE_ID_BITS, vpe_id_bits));
	irs_wr(m, GICV5_IRS_VMAP_VMR, 8, GICV5_MASK(IRS_VMAP_VMR_M) | id);
}

static inline void map_vpe(struct machine *m, const struct test_vm *vm, uint16_t vpe)
{
	poke64(m, vm->vpet + 8u * vpe, take(m, (uint64_t)1 << m->config.vped_sz));
	irs_wr(m, GICV5_IRS_VMAP_VPER, 8,
	       GICV5_MASK(IRS_VMAP_VPER_M) | GICV5_PUT(IRS_VMAP_VPER_VM_ID, vm->id) | vpe);
}

static inline void map_vist(struct machine *m, struct test_vm *vm, unsigned int type, unsigned int id_bits)
{
	uint64_t pa = take(m, (uint64_t)4 << id_bits);

	if (type == GICV5_TYPE_LPI)
		vm->lpis = pa;
	else
		vm->spis = pa;
	poke64(m, vm->vmte + (type == GICV5_TYPE_LPI ? 16 : 24), ist_dword(pa, id_bits));
	irs_wr(m, GICV5_IRS_VMAP_VISTR, 8,
	       GICV5_MASK(IRS_VMAP_VISTR_M) | GICV5_PUT(IRS_VMAP_VISTR_VM_ID, vm->id) |
		       GICV5_PUT(IRS_VMAP_VISTR_TYPE, type));
}

static inline uint64_t context(const struct test_vm *vm, uint16_t vpe)
{
	return GICV5_MASK(ICH_CONTEXTR_EL2_V) | GICV5_PUT(ICH_CONTEXTR_EL2_VPE, vpe) | vm->id;
}

/* Makes a VPE resident on an open virtual CPU interface. */
static inline void run_vpe(struct machine *m, unsigned int pe, const struct test_vm *vm, uint16_t vpe)
{
	wr(m, pe, GICV5_ICH_HFGRTR_EL2, ~(uint64_t)0);
	wr(m, pe, GICV5_ICH_HFGWTR_EL2, ~(uint64_t)0);
	wr(m, pe, GICV5_ICH_HFGITR_EL2, ~(uint64_t)0);
	wr(m, pe, GICV5_ICH_VCTLR_EL2, GICV5_MASK(ICH_VCTLR_EL2_EN));
	wr(m, pe, GICV5_ICH_VMCR_EL2, GICV5_PUT(ICH_VMCR_EL2_VPMR, 31) | GICV5_MASK(ICH_VMCR_EL2_EN));
	wr(m, pe, GICV5_ICH_CONTEXTR_EL2, context(vm, vpe));
}

/* The usual: IRS on, physical IST of 2^14 LPIs, VM 1 with two VPEs, 64 LPIs and 32 SPIs. */
static inline void standard(struct machine *m, struct test_vm *vm)
{
	uint64_t vmt;

	open_irs(m);
	(void)linear_ist(m, 14);
	vmt = vm_table(m);
	map_vm(m, vm, vmt, 1, 1);
	map_vpe(m, vm, 0);
	map_vpe(m, vm, 1);
	map_vist(m, vm, GICV5_TYPE_LPI, 6);
	map_vist(m, vm, GICV5_TYPE_SPI, 5);
}

static inline struct machine *machine_standard(unsigned int pes, struct test_vm *vm)
{
	struct machine *m = machine_default(pes);

	standard(m, vm);
	return m;
}

#endif
