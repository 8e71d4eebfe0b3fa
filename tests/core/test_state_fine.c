// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Access to single registers and tables, with the expectations that the kernel's own selftest has of KVM's
 * device groups: scenarios IRS_REGS, IST attributes, CPU system registers, and IST save and restore.
 */
#include <stdlib.h>
#include <string.h>

#include "state_guest.h"

#define LPI_BITS 14
#define LPIS ((size_t)1 << LPI_BITS)
#define BUFFER (4 * LPIS)

static struct sg sg;
static uint8_t spis[4 * 64], lpis[BUFFER], spis_again[4 * 64], lpis_again[BUFFER];

static struct world_vm *vm_with(uint32_t spi_count, unsigned int vcpus)
{
	struct vgicv5_vm_config config = world_vm_config(spi_count);

	config.max_lpi_bytes = (size_t)8 << 20;
	return world_add_vm(&sg.world, &config, vcpus, NULL);
}

/* ---- Registers of the IRS ---- */

static unsigned int registers(void)
{
	unsigned int count = 0;
	uint32_t offset;

	for (offset = 0; offset < 0x20000; offset += 4)
		count += vgicv5_state_has_irs(offset) == VGICV5_OK;
	return count;
}

static void get_set_get(struct vgicv5_vm *vm, uint32_t offset)
{
	uint64_t value, again;

	assert_int_equal(vgicv5_state_get_irs(vm, offset, &value), VGICV5_OK);
	assert_int_equal(vgicv5_state_set_irs(vm, offset, value), VGICV5_OK);
	assert_int_equal(vgicv5_state_get_irs(vm, offset, &again), VGICV5_OK);
	assert_int_equal(again, value);
}

static void test_irs_access(void **state)
{
	struct vgicv5_vm *vm;
	uint64_t value;
	uint32_t offset;

	(void)state;
	world_create(&sg.world, &world_hosts[0], 2);
	vm = &vm_with(32, 2)->vm;
	assert_int_equal(registers(), 52);
	for (offset = 0; offset < 0x10000; offset += 4)
		if (!vgicv5_state_has_irs(offset))
			get_set_get(vm, offset);
	assert_int_equal(vgicv5_state_get_irs(vm, 0x10000, &value), VGICV5_UNSUPPORTED);
	assert_int_equal(vgicv5_state_set_irs(vm, 0x10000, 0), VGICV5_UNSUPPORTED);
	assert_int_equal(vgicv5_state_get_irs(vm, GICV5_IRS_IST_BASER + 4, &value), VGICV5_UNSUPPORTED);
	assert_int_equal(vgicv5_state_get_irs(vm, 2, &value), VGICV5_INVALID);
	assert_int_equal(vgicv5_state_set_irs(vm, 0x81, 0), VGICV5_INVALID);
	assert_int_equal(vgicv5_vm_destroy(vm), VGICV5_OK);
	assert_int_equal(vgicv5_state_get_irs(vm, 0, &value), VGICV5_STATE);
	assert_int_equal(vgicv5_state_set_irs(vm, 0, 0), VGICV5_STATE);
	world_destroy(&sg.world);
}

static void expect_set(struct vgicv5_vm *vm, uint32_t offset, uint64_t value, uint64_t expected)
{
	uint64_t now;

	assert_int_equal(vgicv5_state_set_irs(vm, offset, value), VGICV5_OK);
	assert_int_equal(vgicv5_state_get_irs(vm, offset, &now), VGICV5_OK);
	assert_int_equal(now, expected);
}

static void test_irs_values(void **state)
{
	struct vgicv5_vm *vm;

	(void)state;
	world_create(&sg.world, &world_hosts[0], 2);
	vm = &vm_with(32, 2)->vm;
	expect_set(vm, GICV5_IRS_CR0, 0xffffffff00000001, 3);
	expect_set(vm, GICV5_IRS_CR0, 0, 2);
	expect_set(vm, GICV5_IRS_CR1, 0xaaaaaaaa5555, 0x5555);
	expect_set(vm, GICV5_IRS_SPI_SELR, 0xff000007, 7);
	expect_set(vm, GICV5_IRS_PE_SELR, 0x30001, 1);
	expect_set(vm, GICV5_IRS_PE_CR0, 1, 1);
	expect_set(vm, GICV5_IRS_PE_CR0, 0, 0);
	expect_set(vm, GICV5_IRS_IST_CFGR, 0xffffffff00000000 | LPI_BITS, LPI_BITS);
	expect_set(vm, GICV5_IRS_IST_BASER, ~0ull, 0x00ffffffffffffc1);
	expect_set(vm, GICV5_IRS_IST_BASER, 0, 0);
	/* No state, or not to be written. */
	expect_set(vm, GICV5_IRS_SYNC_STATUSR, 0, 1);
	expect_set(vm, GICV5_IRS_IST_STATUSR, 0, 1);
	expect_set(vm, GICV5_IRS_SPI_STATUSR, 0, 3);
	expect_set(vm, GICV5_IRS_SPI_CFGR, 1, 0);
	expect_set(vm, GICV5_IRS_VMT_BASER, ~0ull, 0);
	expect_set(vm, GICV5_IRS_SWERR_STATUSR, ~0ull, 0);
	world_destroy(&sg.world);
}

/* What KVM shows its guests is fine everywhere; what this host cannot do is refused and changes nothing. */
static void test_irs_identification(void **state)
{
	static const struct {
		uint32_t offset;
		uint64_t flip;
	} bad[] = {
		{GICV5_IRS_IDR0, 1 << 0},  {GICV5_IRS_IDR0, 1 << 6},  {GICV5_IRS_IDR0, 1 << 8},
		{GICV5_IRS_IDR0, 1 << 10}, {GICV5_IRS_IDR0, 1 << 11}, {GICV5_IRS_IDR0, 1 << 12},
		{GICV5_IRS_IDR0, 15 << 2}, {GICV5_IRS_IDR0, 1 << 16}, {GICV5_IRS_IDR1, 1 << 16},
		{GICV5_IRS_IDR1, 1 << 23}, {GICV5_IRS_IDR1, 1 << 20}, {GICV5_IRS_IDR2, 1 << 5},
		{GICV5_IRS_IDR2, 1 << 14}, {GICV5_IRS_IDR2, 1 << 15}, {GICV5_IRS_IDR2, 7},
		{GICV5_IRS_IDR2, 1 << 7},  {GICV5_IRS_IDR2, 1 << 20}, {GICV5_IRS_IDR5, 32},
		{GICV5_IRS_IDR6, 1},	   {GICV5_IRS_IDR7, 1},
	};
	struct vgicv5_vm *vm;
	unsigned int i;
	uint64_t value, now;

	(void)state;
	world_create(&sg.world, &world_hosts[0], 2);
	vm = &vm_with(32, 2)->vm;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(vgicv5_state_get_irs(vm, bad[i].offset, &value), VGICV5_OK);
		if (vgicv5_state_set_irs(vm, bad[i].offset, value ^ bad[i].flip) != VGICV5_INVALID)
			fail_msg("0x%x: 0x%llx taken", bad[i].offset,
				 (unsigned long long)(value ^ bad[i].flip));
		assert_int_equal(vgicv5_state_get_irs(vm, bad[i].offset, &now), VGICV5_OK);
		assert_int_equal(now, value);
	}
	/*
	 * Linear tables of 4-byte entries, 16 bits, no 1ofN interrupts, no SETLPI; the number of PEs is
	 * ignored.
	 */
	expect_set(vm, GICV5_IRS_IDR0, 5 << 2 | 1, 5 << 2 | 1);
	expect_set(vm, GICV5_IRS_IDR1, 4 << 20 | 77, 4 << 20 | 2);
	expect_set(vm, GICV5_IRS_IDR2, 14 << 6 | 1 << 5 | 16, 14 << 6 | 1 << 5 | 16);
	world_destroy(&sg.world);
}

/* ---- CPU system registers ---- */

static uint64_t ppi_mask(uint64_t visible, unsigned int group)
{
	uint64_t mask = 0;
	unsigned int i;

	for (i = 0; i < 8; i++)
		if (visible >> (8 * group + i) & 1)
			mask |= 0x1full << 8 * i;
	return mask;
}

static void test_sysregs(void **state)
{
	const uint64_t edge = 1ull << GICV5_PPI_SW;
	const struct {
		unsigned int encoding;
		uint64_t mask, ones;
	} regs[] = {
		{GICV5_ICC_ICSR_EL1, 0xffff0000f83f, 0},
		{GICV5_ICC_PPI_ENABLER0_EL1, WORLD_PPIS, 0},
		{GICV5_ICC_PPI_ENABLER1_EL1, 0, 0},
		{GICV5_ICC_PPI_SACTIVER0_EL1, WORLD_PPIS, 0},
		{GICV5_ICC_PPI_SACTIVER1_EL1, 0, 0},
		{GICV5_ICC_PPI_SPENDR0_EL1, WORLD_PPIS, 0},
		{GICV5_ICC_PPI_SPENDR1_EL1, 0, 0},
		{GICV5_ICC_APR_EL1, 0xffffffff, 0},
		{GICV5_ICC_CR0_EL1, 1, 6},
		{GICV5_ICC_PCR_EL1, 0x1f, 0},
	};
	uint64_t different[2][10], value;
	struct vgicv5_vcpu *vcpu[2];
	unsigned int i, v, encoding, count = 0;

	(void)state;
	world_create(&sg.world, &world_hosts[0], 2);
	vm_with(32, 2);
	vcpu[0] = &sg.world.vms[0].vcpus[0].vcpu;
	vcpu[1] = &sg.world.vms[0].vcpus[1].vcpu;
	for (i = 0; i < 10; i++)
		for (v = 0; v < 2; v++) {
			different[v][i] = (0x9e3779b97f4a7c15ull * (2 * i + v + 1)) ^ (v ? 0 : ~0ull);
			assert_int_equal(vgicv5_state_set_sysreg(vcpu[v], regs[i].encoding, different[v][i]),
					 VGICV5_OK);
		}
	for (i = 0; i < 10; i++)
		for (v = 0; v < 2; v++) {
			assert_int_equal(vgicv5_state_get_sysreg(vcpu[v], regs[i].encoding, &value),
					 VGICV5_OK);
			assert_int_equal(value, (different[v][i] & regs[i].mask) | regs[i].ones);
		}
	for (i = 0; i < 16; i++) {
		encoding = (unsigned int)GICV5_ICC_PPI_PRIORITYR0_EL1 + i;
		assert_int_equal(vgicv5_state_set_sysreg(vcpu[0], encoding, ~0ull), VGICV5_OK);
		assert_int_equal(vgicv5_state_get_sysreg(vcpu[0], encoding, &value), VGICV5_OK);
		assert_int_equal(value, i < 8 ? ppi_mask(WORLD_PPIS, i) : 0);
	}
	/* Not an OR: what is not set is cleared; the edge is latched, the rest are lines. */
	assert_int_equal(
		vgicv5_state_set_sysreg(vcpu[0], GICV5_ICC_PPI_SPENDR0_EL1, edge | 1ull << GICV5_PPI_PMU),
		VGICV5_OK);
	assert_int_equal(vcpu[0]->latch[0], edge);
	assert_int_equal(vcpu[0]->line[0], 1ull << GICV5_PPI_PMU);
	assert_int_equal(vgicv5_state_set_sysreg(vcpu[0], GICV5_ICC_PPI_SPENDR0_EL1, 0), VGICV5_OK);
	assert_int_equal(vcpu[0]->latch[0] | vcpu[0]->line[0], 0);
	for (encoding = 0; encoding < 0x10000; encoding++)
		count += !vgicv5_state_get_sysreg(vcpu[1], encoding, &value);
	assert_int_equal(count, 26);
	assert_int_equal(vgicv5_state_set_sysreg(vcpu[0], GICV5_ICC_HAPR_EL1, 0), VGICV5_UNSUPPORTED);
	assert_int_equal(vgicv5_state_set_sysreg(vcpu[0], GICV5_ICC_PPI_CPENDR0_EL1, 0), VGICV5_UNSUPPORTED);
	assert_int_equal(vgicv5_state_set_sysreg(vcpu[0], GICV5_ICC_PPI_CACTIVER1_EL1, 0),
			 VGICV5_UNSUPPORTED);
	world_destroy(&sg.world);
}

/* What was set is what the guest finds. */
static void test_sysregs_reach_the_guest(void **state)
{
	struct world_vcpu *v;

	(void)state;
	world_create(&sg.world, &world_hosts[0], 2);
	v = &vm_with(32, 2)->vcpus[1];
	vgicv5_state_set_sysreg(&v->vcpu, GICV5_ICC_PCR_EL1, 0x13);
	vgicv5_state_set_sysreg(&v->vcpu, GICV5_ICC_CR0_EL1, 1);
	vgicv5_state_set_sysreg(&v->vcpu, GICV5_ICC_APR_EL1, 1 << 9);
	vgicv5_state_set_sysreg(&v->vcpu, GICV5_ICC_PPI_ENABLER0_EL1, 1ull << GICV5_PPI_SW);
	vgicv5_state_set_sysreg(&v->vcpu, GICV5_ICC_PPI_SPENDR0_EL1, 1ull << GICV5_PPI_SW);
	vgicv5_state_set_sysreg(&v->vcpu, GICV5_ICC_PPI_PRIORITYR0_EL1, 8ull << 8 * GICV5_PPI_SW);
	assert_true(vgicv5_vcpu_runnable(&v->vcpu));
	world_load(v, 0);
	assert_int_equal(guest_read(v, GICV5_ICC_PCR_EL1), 0x13);
	assert_int_equal(guest_read(v, GICV5_ICC_HAPR_EL1), 9);
	assert_int_equal(guest_take(v), PPI(GICV5_PPI_SW));
	/* It has run: nothing is set any more. */
	world_preempt(v);
	assert_int_equal(vgicv5_state_set_sysreg(&v->vcpu, GICV5_ICC_PCR_EL1, 0), VGICV5_BUSY);
	assert_int_equal(vgicv5_state_set_irs(&v->vm->vm, GICV5_IRS_CR1, 0), VGICV5_BUSY);
	world_destroy(&sg.world);
}

static void copy_register(struct vgicv5_vm *to, uint32_t offset, uint64_t value)
{
	assert_int_equal(vgicv5_state_set_irs(to, offset, value), VGICV5_OK);
}

/* ---- Tables ---- */

static struct vgicv5_state_ists ists(void *spi, size_t spi_bytes, void *lpi, size_t lpi_bytes)
{
	return (struct vgicv5_state_ists){spi, spi_bytes, lpi, lpi_bytes};
}

static int set(struct vgicv5_vm *vm, struct vgicv5_state_ists from)
{
	return vgicv5_state_set_ists(vm, &from);
}

static int get(struct vgicv5_vm *vm, struct vgicv5_state_ists to)
{
	return vgicv5_state_get_ists(vm, &to);
}

static void test_ist_arguments(void **state)
{
	struct vgicv5_state_ists sizes = {.spi = spis};
	struct world_vm *world_vm;
	struct vgicv5_vm *vm;

	(void)state;
	world_create(&sg.world, &world_hosts[0], 2);
	world_vm = vm_with(32, 2);
	vm = &world_vm->vm;
	memset(spis, 0, sizeof(spis));
	memset(lpis, 0, sizeof(lpis));
	assert_int_equal(vgicv5_state_ist_sizes(vm, &sizes), VGICV5_OK);
	assert_int_equal(sizes.spi_bytes, 4 * 32);
	assert_int_equal(sizes.lpi_bytes, 0);
	assert_ptr_equal(sizes.spi, spis);
	assert_int_equal(get(vm, ists(NULL, 128, NULL, 0)), VGICV5_INVALID);
	assert_int_equal(get(vm, ists(spis, 124, NULL, 0)), VGICV5_INVALID);
	assert_int_equal(get(vm, ists(spis, 0, NULL, 0)), VGICV5_INVALID);
	assert_int_equal(get(vm, ists(spis, 128, lpis, BUFFER)), VGICV5_INVALID);
	assert_int_equal(get(vm, ists(spis, 128, lpis, 0)), VGICV5_INVALID);
	assert_int_equal(get(vm, ists(spis, 128, NULL, 0)), VGICV5_OK);
	assert_int_equal(set(vm, ists(NULL, 128, NULL, 0)), VGICV5_INVALID);
	assert_int_equal(set(vm, ists(spis, 132, NULL, 0)), VGICV5_INVALID);
	/* Before the registers of the IRS no LPIs are expected. */
	assert_int_equal(set(vm, ists(spis, 128, lpis, BUFFER)), VGICV5_INVALID);
	assert_int_equal(set(vm, ists(spis, 128, NULL, 0)), VGICV5_OK);
	/* Announced: wanted, and the VM is not ready. */
	assert_int_equal(vgicv5_state_set_irs(vm, GICV5_IRS_IST_CFGR, LPI_BITS), VGICV5_OK);
	assert_int_equal(vgicv5_state_ready(vm), VGICV5_OK);
	assert_int_equal(vgicv5_state_set_irs(vm, GICV5_IRS_IST_BASER, WORLD_GUEST_IST | 1), VGICV5_OK);
	assert_int_equal(vgicv5_state_ready(vm), VGICV5_STATE);
	assert_int_equal(get(vm, ists(spis, 128, lpis, BUFFER)), VGICV5_UNSUPPORTED);
	assert_int_equal(set(vm, ists(spis, 128, NULL, 0)), VGICV5_INVALID);
	assert_int_equal(set(vm, ists(spis, 128, lpis, BUFFER / 2)), VGICV5_INVALID);
	assert_int_equal(set(vm, ists(spis, 128, lpis, BUFFER)), VGICV5_OK);
	assert_int_equal(vgicv5_state_ready(vm), VGICV5_OK);
	assert_int_equal(set(vm, ists(spis, 128, lpis, BUFFER)), VGICV5_BUSY);
	world_load(&world_vm->vcpus[0], 0);
	assert_int_equal(get(vm, ists(spis, 128, lpis, BUFFER)), VGICV5_BUSY);
	world_preempt(&world_vm->vcpus[0]);
	assert_int_equal(set(vm, ists(spis, 128, lpis, BUFFER)), VGICV5_BUSY);
	world_destroy(&sg.world);
}

static void store(uint8_t *table, uint32_t id, uint32_t iste)
{
	table[4 * id] = (uint8_t)iste;
	table[4 * id + 1] = (uint8_t)(iste >> 8);
	table[4 * id + 2] = (uint8_t)(iste >> 16);
	table[4 * id + 3] = (uint8_t)(iste >> 24);
}

/* Of a table with two levels all becomes valid; one that the guest was not offered is none. */
static void test_two_levels(void **state)
{
	struct world_vm *vm;
	struct world_vcpu *v;
	unsigned int i;

	(void)state;
	memset(spis, 0, sizeof(spis));
	memset(lpis, 0, sizeof(lpis));
	store(lpis, 9000, 7u << 11 | 8);
	for (i = 0; i < world_host_count; i++) {
		world_create(&sg.world, &world_hosts[i], 2);
		vm = vm_with(32, 2);
		copy_register(&vm->vm, GICV5_IRS_IST_CFGR, 1 << 16 | 3 << 5 | LPI_BITS);
		copy_register(&vm->vm, GICV5_IRS_IST_BASER, WORLD_GUEST_IST | 1);
		assert_int_equal(set(&vm->vm, ists(spis, 128, lpis, BUFFER)), VGICV5_INVALID);
		copy_register(&vm->vm, GICV5_IRS_IST_BASER, 0);
		copy_register(&vm->vm, GICV5_IRS_IDR2, 14 << 6 | 1 << 5 | 16 | 1 << 10 | 1 << 11);
		copy_register(&vm->vm, GICV5_IRS_IST_CFGR, 1 << 16 | LPI_BITS);
		copy_register(&vm->vm, GICV5_IRS_IST_BASER, WORLD_GUEST_IST | 1);
		assert_int_equal(set(&vm->vm, ists(spis, 128, lpis, BUFFER)), VGICV5_OK);
		assert_int_equal(get(&vm->vm, ists(spis_again, 128, lpis_again, BUFFER)), VGICV5_OK);
		assert_memory_equal(lpis, lpis_again, BUFFER);
		v = &vm->vcpus[0];
		world_load(v, 0);
		guest_set_up(v, LPI(LPIS - 1), 3, 0);
		assert_int_equal(GICV5_GET(ICC_ICSR_EL1_PRIORITY, guest_config(v, LPI(LPIS - 1))), 3);
		assert_int_equal(GICV5_GET(ICC_ICSR_EL1_PRIORITY, guest_config(v, LPI(9000))), 7);
		world_preempt(v);
		world_destroy(&sg.world);
	}
}

/* Each is refused, whichever table it is in, and leaves a VM that takes the next. */
static void test_ist_entries(void **state)
{
	static const uint32_t bad[] = {1u << 5,	     1u << 6,	    1u << 7,   1u << 8,
				       2u << 16 | 8, 0xffffu << 16, 512u << 16};
	unsigned int i, kind;

	(void)state;
	for (kind = 0; kind < 2; kind++) {
		struct vgicv5_vm *vm;

		world_create(&sg.world, &world_hosts[kind ? 5 : 0], 2);
		vm = &vm_with(32, 2)->vm;
		assert_int_equal(vgicv5_state_set_irs(vm, GICV5_IRS_IST_CFGR, LPI_BITS), VGICV5_OK);
		assert_int_equal(vgicv5_state_set_irs(vm, GICV5_IRS_IST_BASER, WORLD_GUEST_IST | 1),
				 VGICV5_OK);
		for (i = 0; i < 2 * sizeof(bad) / sizeof(bad[0]); i++) {
			memset(spis, 0, sizeof(spis));
			memset(lpis, 0, sizeof(lpis));
			store(i % 2 ? spis : lpis, i % 2 ? 31 : (uint32_t)LPIS - 1, bad[i / 2]);
			assert_int_equal(set(vm, ists(spis, 128, lpis, BUFFER)), VGICV5_INVALID);
			assert_null(vm->lpi_ist.table);
			assert_int_equal(vgicv5_state_ready(vm), VGICV5_STATE);
		}
		/* 1ofN if the guest has it; HWU is the hardware's. */
		memset(spis, 0, sizeof(spis));
		memset(lpis, 0, sizeof(lpis));
		store(spis, 3, 7u << 16 | 1u << 4 | 3u << 9 | 8);
		store(lpis, 4, 3u << 9);
		if (kind)
			assert_int_equal(vgicv5_state_set_irs(vm, GICV5_IRS_IDR0, 5 << 2 | 1), VGICV5_OK);
		assert_int_equal(set(vm, ists(spis, 128, lpis, BUFFER)), kind ? VGICV5_INVALID : VGICV5_OK);
		if (!kind) {
			assert_int_equal(get(vm, ists(spis_again, 128, lpis_again, BUFFER)), VGICV5_OK);
			store(spis, 3, 7u << 16 | 1u << 4 | 8);
			store(lpis, 4, 0);
			assert_memory_equal(spis, spis_again, 128);
			assert_memory_equal(lpis, lpis_again, BUFFER);
		}
		world_destroy(&sg.world);
	}
}

/* ---- Scenario 11 ---- */

static void pend_and_configure(struct world_vcpu *v, uint32_t intid, unsigned int priority, uint32_t vpe,
			       bool enabled, bool pending)
{
	guest_gic(v, GICV5_GIC_CDPRI, intid | GICV5_PUT(CDPRI_PRIORITY, priority));
	guest_gic(v, GICV5_GIC_CDAFF, intid | GICV5_PUT(CDAFF_IAFFID, vpe));
	if (enabled)
		guest_gic(v, GICV5_GIC_CDEN, intid);
	if (pending)
		guest_pend(v, intid, true);
}

static void source(struct world_vm *vm)
{
	struct world_vcpu *v = &vm->vcpus[0];

	world_load(v, 0);
	guest_boot_irs(v, LPI_BITS);
	pend_and_configure(v, LPI(0), 3, 1, true, true);
	pend_and_configure(v, LPI(1), 3, 1, true, false);
	pend_and_configure(v, SPI(0), 0x08, 0, true, true);
	pend_and_configure(v, SPI(1), 0x10, 0, true, true);
	pend_and_configure(v, SPI(2), 0x10, 0, false, true);
	pend_and_configure(v, SPI(3), 0x10, 0, true, false);
	guest_write(v, GICV5_ICC_PCR_EL1, 0x08);
	guest_write(v, GICV5_ICC_CR0_EL1, 1);
	world_preempt(v);
	assert_int_equal(get(&vm->vm, ists(spis, 4 * 32, lpis, BUFFER)), VGICV5_OK);
}

static void expectations(struct world_vm *vm)
{
	struct world_vcpu *v = &vm->vcpus[0];

	world_load(v, 0);
	assert_int_equal(guest_take(v), SPI(0));
	assert_int_equal(guest_take(v), 0);
	guest_write(v, GICV5_ICC_PCR_EL1, 0x10);
	assert_int_equal(guest_take(v), SPI(1));
	assert_int_equal(guest_take(v), 0);
	guest_gic(v, GICV5_GIC_CDEN, SPI(2));
	assert_int_equal(guest_take(v), SPI(2));
	assert_int_equal(guest_take(v), 0);
	assert_int_equal(vgicv5_inject_spi(&vm->vm, 3, true), VGICV5_OK);
	assert_int_equal(guest_take(v), SPI(3));
	assert_int_equal(guest_take(v), 0);
	world_preempt(v);
	v = &vm->vcpus[1];
	world_load(v, 1);
	guest_boot_cpu(v);
	assert_int_equal(guest_take(v), LPI(0));
	guest_pend(v, LPI(1), true);
	assert_int_equal(guest_take(v), LPI(1));
	assert_int_equal(guest_take(v), 0);
	world_preempt(v);
}

static void scenario(const struct world_host *from, const struct world_host *to)
{
	uint64_t irs[0x400 / 4], sysreg[2];
	struct world_vm *vm;
	uint32_t offset;

	world_create(&sg.world, from, 2);
	vm = vm_with(32, 2);
	source(vm);
	for (offset = 0; offset < 0x400; offset += 4)
		if (!vgicv5_state_has_irs(offset))
			assert_int_equal(vgicv5_state_get_irs(&vm->vm, offset, &irs[offset / 4]), VGICV5_OK);
	vgicv5_state_get_sysreg(&vm->vcpus[0].vcpu, GICV5_ICC_PCR_EL1, &sysreg[0]);
	vgicv5_state_get_sysreg(&vm->vcpus[0].vcpu, GICV5_ICC_CR0_EL1, &sysreg[1]);
	world_destroy(&sg.world);
	world_create(&sg.world, to, 2);
	vm = vm_with(32, 2);
	assert_int_equal(set(&vm->vm, ists(spis, 128, lpis, BUFFER)), VGICV5_INVALID);
	for (offset = 0; offset < 0x400; offset += 4)
		if (!vgicv5_state_has_irs(offset))
			copy_register(&vm->vm, offset, irs[offset / 4]);
	/* They can still be changed. */
	copy_register(&vm->vm, GICV5_IRS_IST_BASER, 0);
	copy_register(&vm->vm, GICV5_IRS_IST_CFGR, LPI_BITS + 1);
	copy_register(&vm->vm, GICV5_IRS_IST_CFGR, irs[GICV5_IRS_IST_CFGR / 4]);
	copy_register(&vm->vm, GICV5_IRS_IST_BASER, irs[GICV5_IRS_IST_BASER / 4]);
	vgicv5_state_set_sysreg(&vm->vcpus[0].vcpu, GICV5_ICC_PCR_EL1, sysreg[0]);
	vgicv5_state_set_sysreg(&vm->vcpus[0].vcpu, GICV5_ICC_CR0_EL1, sysreg[1]);
	assert_int_equal(set(&vm->vm, ists(spis, 128, NULL, 0)), VGICV5_INVALID);
	assert_int_equal(set(&vm->vm, ists(spis, 128, lpis, BUFFER)), VGICV5_OK);
	/* Now only as they are. */
	copy_register(&vm->vm, GICV5_IRS_IST_CFGR, irs[GICV5_IRS_IST_CFGR / 4]);
	copy_register(&vm->vm, GICV5_IRS_IST_BASER, irs[GICV5_IRS_IST_BASER / 4]);
	assert_int_equal(vgicv5_state_set_irs(&vm->vm, GICV5_IRS_IST_CFGR, LPI_BITS + 1), VGICV5_INVALID);
	assert_int_equal(vgicv5_state_set_irs(&vm->vm, GICV5_IRS_IST_BASER, 0), VGICV5_INVALID);
	assert_int_equal(get(&vm->vm, ists(spis_again, 128, NULL, 0)), VGICV5_INVALID);
	assert_int_equal(get(&vm->vm, ists(spis_again, 128, lpis_again, BUFFER)), VGICV5_OK);
	assert_memory_equal(spis, spis_again, 128);
	assert_memory_equal(lpis, lpis_again, BUFFER);
	expectations(vm);
	world_destroy(&sg.world);
}

static void test_ist_save_and_restore(void **state)
{
	unsigned int from, to;

	(void)state;
	for (from = 0; from < world_host_count; from++)
		for (to = 0; to < world_host_count; to++)
			scenario(&world_hosts[from], &world_hosts[to]);
}

/* A level SPI's mode and line come from its entry. */
static void test_level_spis(void **state)
{
	struct world_vm *vm;
	struct world_vcpu *v;

	(void)state;
	world_create(&sg.world, &world_hosts[0], 2);
	vm = vm_with(32, 2);
	v = &vm->vcpus[0];
	memset(spis, 0, sizeof(spis));
	store(spis, 4, 5u << 11 | 0xd); /* level, enabled, pending */
	store(spis, 5, 5u << 11 | 0xc); /* level, enabled */
	store(spis, 6, 6u << 11 | 0x9); /* edge, enabled, pending */
	store(spis, 7, 4u << 11 | 0xd); /* as 4 */
	copy_register(&vm->vm, GICV5_IRS_CR0, 1);
	assert_int_equal(set(&vm->vm, ists(spis, 128, NULL, 0)), VGICV5_OK);
	/* Driven again: as it was, and the other has fallen meanwhile. */
	assert_int_equal(vgicv5_inject_spi(&vm->vm, 4, true), VGICV5_OK);
	assert_int_equal(vgicv5_inject_spi(&vm->vm, 7, false), VGICV5_OK);
	world_load(v, 0);
	guest_boot_cpu(v);
	assert_int_equal(guest_take(v), SPI(4));
	assert_int_equal(guest_take(v), SPI(4));
	assert_int_equal(vgicv5_inject_spi(&vm->vm, 4, false), VGICV5_OK);
	assert_int_equal(guest_take(v), SPI(6));
	assert_int_equal(guest_take(v), 0);
	assert_int_equal(vgicv5_inject_spi(&vm->vm, 5, true), VGICV5_OK);
	assert_int_equal(guest_take(v), SPI(5));
	assert_int_equal(vgicv5_inject_spi(&vm->vm, 5, false), VGICV5_OK);
	assert_int_equal(guest_take(v), 0);
	world_preempt(v);
	world_destroy(&sg.world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_irs_access),
		cmocka_unit_test(test_irs_values),
		cmocka_unit_test(test_irs_identification),
		cmocka_unit_test(test_sysregs),
		cmocka_unit_test(test_sysregs_reach_the_guest),
		cmocka_unit_test(test_ist_arguments),
		cmocka_unit_test(test_two_levels),
		cmocka_unit_test(test_ist_entries),
		cmocka_unit_test(test_ist_save_and_restore),
		cmocka_unit_test(test_level_spis),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
