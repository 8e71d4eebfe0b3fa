// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The guest's IRS: every register at every width and split, and what registers do. The LPI table is test_ist.c's.
 */
#include "rig.h"

#include <string.h>

static uint32_t read32(struct rig_vm *vm, uint32_t offset)
{
	return (uint32_t)vgicv5_virs_read(&vm->vcpu[0], offset, 4);
}

static void write32(struct rig_vm *vm, uint32_t offset, uint32_t value)
{
	vgicv5_virs_write(&vm->vcpu[0], offset, 4, value);
}

/* ---- Every register, every width ---- */

enum access { NOTHING, RO_ACCESS, WO_ACCESS, RW_ACCESS };

struct expected {
	uint32_t offset;
	enum access access;
	uint64_t mask; /* RW: bits that keep what is written */
};

/* Of registers that are neither nothing nor read-only. */
static const struct expected expectations[] = {
	{GICV5_IRS_CR0, RW_ACCESS, GICV5_MASK(IRS_CR0_IRSEN)},
	{GICV5_IRS_CR1, RW_ACCESS, 0xffff},
	{GICV5_IRS_SYNCR, WO_ACCESS, 0},
	{GICV5_IRS_SPI_SELR, RW_ACCESS, 0xffffff},
	{GICV5_IRS_SPI_RESAMPLER, WO_ACCESS, 0},
	{GICV5_IRS_SPI_CFGR, RW_ACCESS, 1},
	{GICV5_IRS_PE_SELR, RW_ACCESS, 0xffff},
	{GICV5_IRS_PE_CR0, RW_ACCESS, 1},
	{GICV5_IRS_IST_BASER, RW_ACCESS, 0x00ffffffffffffc0},
	{GICV5_IRS_IST_CFGR, RW_ACCESS, 0x101ff},
	{GICV5_IRS_MAP_L2_ISTR, WO_ACCESS, 0},
};

struct reg {
	const char *name;
	uint32_t offset;
	unsigned int bytes;
};

#define REG(name, offset, width, access) {#name, offset, width / 8},
static const struct reg regs[] = {GICV5_IRS_REGS(REG)};
#define REGS (sizeof(regs) / sizeof(regs[0]))

static const struct expected *expected_of(uint32_t offset)
{
	unsigned int i;

	for (i = 0; i < sizeof(expectations) / sizeof(expectations[0]); i++)
		if (expectations[i].offset == offset)
			return &expectations[i];
	return NULL;
}

/* SPI 1 and VPE 0 selected, so that what is selected can be written. */
static void select_something(struct rig_vm *vm)
{
	write32(vm, GICV5_IRS_SPI_SELR, 1);
	write32(vm, GICV5_IRS_PE_SELR, 0);
}

static uint64_t writable(struct rig *rig, const struct reg *reg)
{
	const struct expected *expected = expected_of(reg->offset);

	if (!expected || expected->access != RW_ACCESS)
		return 0;
	/* Without 1ofN interrupts DPS is fixed. */
	return reg->offset == GICV5_IRS_PE_CR0 && !rig->config.virt_one_n ? 0 : expected->mask;
}

static uint64_t read_reg(struct rig_vm *vm, const struct reg *reg)
{
	return vgicv5_virs_read(&vm->vcpu[0], reg->offset, reg->bytes);
}

static void write_reg(struct rig_vm *vm, const struct reg *reg, uint64_t value)
{
	vgicv5_virs_write(&vm->vcpu[0], reg->offset, reg->bytes, value);
}

/* Bits outside the mask never change, bits inside are what was written; VALID stays out of it. */
static void check_whole(struct rig *rig, struct rig_vm *vm, const struct reg *reg)
{
	uint64_t mask = writable(rig, reg);
	uint64_t fixed = read_reg(vm, reg) & ~mask;
	static const uint64_t patterns[] = {0x5a5a5a5a5a5a5a5a & ~1ull, 0xa5a5a5a5a5a5a5a4, ~1ull, 0, 1};
	unsigned int i;

	for (i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		uint64_t value = patterns[i] & (reg->bytes == 8 ? ~1ull : 0xffffffff);

		write_reg(vm, reg, value);
		if (read_reg(vm, reg) != (fixed | (value & mask)))
			fail_msg("%s: %s: wrote %llx, reads %llx", rig->kind->name, reg->name,
				 (unsigned long long)value, (unsigned long long)read_reg(vm, reg));
		select_something(vm);
	}
}

static void check_halves(struct rig *rig, struct rig_vm *vm, const struct reg *reg)
{
	uint64_t mask = writable(rig, reg);
	uint64_t old, wide;

	if (reg->bytes != 8)
		return;
	write_reg(vm, reg, 0x0011223344556640);
	old = read_reg(vm, reg);
	assert_int_equal(read32(vm, reg->offset), old & 0xffffffff);
	assert_int_equal(read32(vm, reg->offset + 4), old >> 32);
	write32(vm, reg->offset + 4, 0x00a5a5a5);
	wide = read_reg(vm, reg);
	assert_int_equal(wide, (old & 0xffffffff) | (0x00a5a5a500000000 & mask));
	write32(vm, reg->offset, 0xfedcba80);
	assert_int_equal(read_reg(vm, reg), (wide & ~0xffffffffull) | (0xfedcba80 & mask));
	write_reg(vm, reg, 0);
}

/* Accesses that the architecture does not define read as zero and change nothing. */
static void check_undefined(struct rig_vm *vm, const struct reg *reg)
{
	uint64_t before = read_reg(vm, reg);
	uint32_t i;

	for (i = 0; i < reg->bytes; i++) {
		assert_int_equal(vgicv5_virs_read(&vm->vcpu[0], reg->offset + i, 1), 0);
		vgicv5_virs_write(&vm->vcpu[0], reg->offset + i, 1, 0xff);
		assert_int_equal(vgicv5_virs_read(&vm->vcpu[0], reg->offset + i, 2), 0);
		vgicv5_virs_write(&vm->vcpu[0], reg->offset + i, 2, 0xffff);
		if (!(i % 4))
			continue;
		assert_int_equal(vgicv5_virs_read(&vm->vcpu[0], reg->offset + i, 4), 0);
		vgicv5_virs_write(&vm->vcpu[0], reg->offset + i, 4, 0xffffffff);
		assert_int_equal(vgicv5_virs_read(&vm->vcpu[0], reg->offset + i, 8), 0);
		vgicv5_virs_write(&vm->vcpu[0], reg->offset + i, 8, ~0ull);
	}
	if (reg->bytes == 4) {
		assert_int_equal(vgicv5_virs_read(&vm->vcpu[0], reg->offset, 8), 0);
		vgicv5_virs_write(&vm->vcpu[0], reg->offset, 8, ~0ull);
	}
	if (read_reg(vm, reg) != before)
		fail_msg("%s: changed by an undefined access", reg->name);
}

static void test_every_register(void **state)
{
	struct rig_vm vm;
	unsigned int i, k;
	struct rig rig;

	(void)state;
	for (k = 0; k < rig_kind_count; k++) {
		rig_up(&rig, &rig_kinds[k]);
		rig_vm_up(&rig, &vm);
		for (i = 0; i < REGS; i++) {
			select_something(&vm);
			check_whole(&rig, &vm, &regs[i]);
			check_halves(&rig, &vm, &regs[i]);
			select_something(&vm);
			check_undefined(&vm, &regs[i]);
		}
		assert_int_equal(vgicv5_vm_destroy(&vm.vm), VGICV5_OK);
		rig_down(&rig);
	}
}

static bool is_register(uint32_t offset)
{
	unsigned int i;

	for (i = 0; i < REGS; i++)
		if (offset - regs[i].offset < regs[i].bytes)
			return true;
	return false;
}

/* Everywhere else, and in the frame of SETLPI, there is nothing. */
static void test_nothing_elsewhere(void **state)
{
	struct rig_vm vm;
	struct rig rig;
	uint32_t offset;

	(void)state;
	rig_up(&rig, &rig_kinds[0]);
	rig_vm_up(&rig, &vm);
	for (offset = 0; offset < VGICV5_VIRS_SIZE; offset += 4) {
		if (offset < GICV5_FRAME_SIZE && is_register(offset))
			continue;
		write32(&vm, offset, 0xffffffff);
		if (read32(&vm, offset))
			fail_msg("0x%x reads as %x", offset, read32(&vm, offset));
	}
	assert_int_equal(vgicv5_vm_destroy(&vm.vm), VGICV5_OK);
	rig_down(&rig);
}

/* Before and after its life a VM has no IRS. */
static void test_not_started(void **state)
{
	struct rig_vm vm;
	struct rig rig;

	(void)state;
	rig_up(&rig, &rig_kinds[0]);
	rig_vm_up(&rig, &vm);
	assert_int_not_equal(read32(&vm, GICV5_IRS_DEVARCH), 0);
	assert_int_equal(vgicv5_vm_destroy(&vm.vm), VGICV5_OK);
	assert_int_equal(read32(&vm, GICV5_IRS_DEVARCH), 0);
	assert_int_equal(read32(&vm, GICV5_IRS_SPI_CFGR), 0);
	write32(&vm, GICV5_IRS_CR0, 1);
	write32(&vm, GICV5_IRS_SPI_SELR, 1);
	write32(&vm, GICV5_IRS_SPI_CFGR, 1);
	assert_int_equal(vgicv5_vm_start(&vm.vm), VGICV5_OK);
	assert_int_equal(GICV5_GET(IRS_CR0_IRSEN, read32(&vm, GICV5_IRS_CR0)), 0);
	assert_int_equal(vgicv5_vm_destroy(&vm.vm), VGICV5_OK);
	rig_down(&rig);
}

/* ---- Identification ---- */

static void check_ids(struct rig *rig, struct rig_vm *vm)
{
	uint32_t idr0 = read32(vm, GICV5_IRS_IDR0), idr1 = read32(vm, GICV5_IRS_IDR1);
	uint32_t idr2 = read32(vm, GICV5_IRS_IDR2), devarch = read32(vm, GICV5_IRS_DEVARCH);

	assert_int_equal(GICV5_GET(IRS_IDR0_INT_DOM, idr0), GICV5_DOMAIN_NS);
	assert_int_equal(GICV5_GET(IRS_IDR0_PA_RANGE, idr0), rig->config.pa_range);
	assert_int_equal(GICV5_GET(IRS_IDR0_SETLPI, idr0), 1);
	assert_int_equal(GICV5_GET(IRS_IDR0_ONE_N, idr0), rig->config.virt_one_n);
	/* No IRSID, virtualization, encryption contexts, partitioning or software errors. */
	assert_false(idr0 & ~(uint32_t)(GICV5_MASK(IRS_IDR0_INT_DOM) | GICV5_MASK(IRS_IDR0_PA_RANGE) |
					GICV5_MASK(IRS_IDR0_SETLPI) | GICV5_MASK(IRS_IDR0_ONE_N)));
	assert_int_equal(GICV5_GET(IRS_IDR1_PE_CNT, idr1), 3);
	assert_int_equal(GICV5_GET(IRS_IDR1_IAFFID_BITS, idr1), 2); /* VPE IDs up to 5 */
	assert_int_equal(GICV5_GET(IRS_IDR1_PRI_BITS, idr1), rig->config.pri_bits - 1);
	assert_int_equal(GICV5_GET(IRS_IDR2_LPI, idr2), 1);
	assert_int_equal(GICV5_GET(IRS_IDR2_ID_BITS, idr2), rig->host.caps.lpi_id_bits);
	assert_int_equal(GICV5_GET(IRS_IDR2_MIN_LPI_ID_BITS, idr2), rig->config.min_lpi_id_bits);
	assert_int_equal(GICV5_GET(IRS_IDR2_IST_LEVELS, idr2), rig->config.ist_levels);
	assert_int_equal(GICV5_GET(IRS_IDR2_IST_L2SZ, idr2),
			 rig->config.ist_levels ? rig->config.ist_l2sz : 0);
	assert_int_equal(GICV5_GET(IRS_IDR2_ISTMD, idr2), 0);
	assert_int_equal(read32(vm, GICV5_IRS_IDR5), 100);
	assert_int_equal(read32(vm, GICV5_IRS_IDR6), 100);
	assert_int_equal(read32(vm, GICV5_IRS_IDR7), 0);
	assert_int_equal(devarch, 0x47705a19);
	assert_int_equal(read32(vm, GICV5_IRS_CIDR0) | read32(vm, GICV5_IRS_CIDR1) << 8 |
				 read32(vm, GICV5_IRS_CIDR2) << 16 | read32(vm, GICV5_IRS_CIDR3) << 24,
			 0xb105f00d);
}

static void test_identification(void **state)
{
	static const uint32_t ids[] = {5, 3, 0};
	struct vgicv5_vm_config config = rig_vm_config(100);
	struct rig_vm vm;
	unsigned int i;
	struct rig rig;

	(void)state;
	for (i = 0; i < rig_kind_count; i++) {
		rig_up(&rig, &rig_kinds[i]);
		rig_vm_init(&rig, &vm, &config, ids, 3);
		assert_int_equal(vgicv5_vm_start(&vm.vm), VGICV5_OK);
		check_ids(&rig, &vm);
		assert_int_equal(vgicv5_vm_destroy(&vm.vm), VGICV5_OK);
		/* Less than the host can. */
		config.max_lpi_id_bits = rig.config.min_lpi_id_bits;
		rig_vm_init(&rig, &vm, &config, ids, 3);
		assert_int_equal(vgicv5_vm_start(&vm.vm), VGICV5_OK);
		assert_int_equal(GICV5_GET(IRS_IDR2_ID_BITS, read32(&vm, GICV5_IRS_IDR2)),
				 rig.config.min_lpi_id_bits);
		assert_int_equal(vgicv5_vm_destroy(&vm.vm), VGICV5_OK);
		config.max_lpi_id_bits = 0;
		rig_down(&rig);
	}
}

static void test_status(void **state)
{
	struct rig_vm vm;
	struct rig rig;

	(void)state;
	rig_up(&rig, &rig_kinds[0]);
	rig_vm_up(&rig, &vm);
	assert_int_equal(read32(&vm, GICV5_IRS_SYNC_STATUSR), 1);
	assert_int_equal(read32(&vm, GICV5_IRS_IST_STATUSR), 1);
	assert_int_equal(read32(&vm, GICV5_IRS_CR0), GICV5_MASK(IRS_CR0_IDLE));
	assert_int_equal(read32(&vm, GICV5_IRS_SPI_STATUSR), 3); /* number 0 is selected */
	assert_int_equal(read32(&vm, GICV5_IRS_PE_STATUSR), 7);
	write32(&vm, GICV5_IRS_SPI_SELR, 31);
	assert_int_equal(read32(&vm, GICV5_IRS_SPI_STATUSR), 3);
	write32(&vm, GICV5_IRS_SPI_SELR, 32);
	assert_int_equal(read32(&vm, GICV5_IRS_SPI_STATUSR), 1);
	write32(&vm, GICV5_IRS_SPI_CFGR, 1);
	assert_int_equal(read32(&vm, GICV5_IRS_SPI_CFGR), 0);
	write32(&vm, GICV5_IRS_SPI_SELR, 0xffffff);
	assert_int_equal(read32(&vm, GICV5_IRS_SPI_STATUSR), 1);
	assert_int_equal(vgicv5_vm_destroy(&vm.vm), VGICV5_OK);
	rig_down(&rig);
}

/* ---- PEs ---- */

static void set_dps(struct rig_vm *vm, uint32_t vpe, bool dps)
{
	write32(vm, GICV5_IRS_PE_SELR, vpe);
	write32(vm, GICV5_IRS_PE_CR0, dps);
}

static void test_pes(void **state)
{
	static const uint32_t ids[] = {5, 3, 0};
	struct vgicv5_vm_config config = rig_vm_config(32);
	struct rig_vm vm;
	unsigned int i, k;
	struct rig rig;
	bool dps;

	(void)state;
	for (k = 0; k < rig_kind_count; k++) {
		rig_up(&rig, &rig_kinds[k]);
		rig_vm_init(&rig, &vm, &config, ids, 3);
		assert_int_equal(vgicv5_vm_start(&vm.vm), VGICV5_OK);
		for (i = 0; i < 8; i++) {
			bool there = i == 0 || i == 3 || i == 5;

			set_dps(&vm, i, true);
			assert_int_equal(read32(&vm, GICV5_IRS_PE_STATUSR), there ? 7 : 1);
			assert_int_equal(read32(&vm, GICV5_IRS_PE_CR0), there);
			set_dps(&vm, i, false);
			assert_int_equal(read32(&vm, GICV5_IRS_PE_CR0), there && !rig.config.virt_one_n);
		}
		if (rig.config.virt_one_n) {
			set_dps(&vm, 3, true);
			(void)rig_doorbell(&rig, &vm.vcpu[1], &dps);
			assert_true(dps);
			(void)rig_doorbell(&rig, &vm.vcpu[0], &dps);
			assert_false(dps);
		}
		assert_int_equal(vgicv5_vm_destroy(&vm.vm), VGICV5_OK);
		rig_down(&rig);
	}
}

/* The doorbell for 1ofN interrupts is always that of a VPE that takes part, as long as there is one. */
static void test_one_n_doorbell(void **state)
{
	static const uint32_t ids[] = {5, 3, 0};
	struct vgicv5_vm_config config = rig_vm_config(32);
	struct rig_vm vm;
	struct rig rig;

	(void)state;
	rig_up(&rig, &rig_kinds[0]);
	assert_true(rig.config.virt_one_n);
	rig_vm_init(&rig, &vm, &config, ids, 3);
	assert_int_equal(vgicv5_vm_start(&vm.vm), VGICV5_OK);
	assert_int_equal(rig_vm_doorbell(&rig, &vm.vm), GICV5_MASK(IRS_VM_DBR_EN) | 0);
	set_dps(&vm, 3, true);
	assert_int_equal(rig_vm_doorbell(&rig, &vm.vm), GICV5_MASK(IRS_VM_DBR_EN) | 0);
	set_dps(&vm, 0, true);
	assert_int_equal(rig_vm_doorbell(&rig, &vm.vm), GICV5_MASK(IRS_VM_DBR_EN) | 5);
	set_dps(&vm, 5, true);
	assert_int_equal(rig_vm_doorbell(&rig, &vm.vm), GICV5_MASK(IRS_VM_DBR_EN) | 5);
	set_dps(&vm, 3, false);
	assert_int_equal(rig_vm_doorbell(&rig, &vm.vm), GICV5_MASK(IRS_VM_DBR_EN) | 3);
	assert_int_equal(vgicv5_vm_destroy(&vm.vm), VGICV5_OK);
	rig_down(&rig);
}

/* A change of DPS that the IRS does not carry out is not shown to the guest. */
static void test_dps_fails(void **state)
{
	static const enum vgicv5_soft_fault faults[] = {VGICV5_SOFT_FAULT_DROP, VGICV5_SOFT_FAULT_STALL};
	unsigned int i, nth;
	struct rig_vm vm;
	struct rig rig;

	(void)state;
	for (i = 0; i < 2; i++) {
		/* A selection that is dropped does no harm: the VPE is still selected from when it was made. */
		for (nth = i ? 1 : 2; nth <= 2; nth++) {
			rig_up(&rig, &rig_kinds[0]);
			rig_vm_up(&rig, &vm);
			vgicv5_soft_arm_fault(rig.soft, faults[i], nth);
			set_dps(&vm, 0, true);
			assert_int_equal(read32(&vm, GICV5_IRS_PE_CR0), 0);
			vgicv5_soft_arm_fault(rig.soft, VGICV5_SOFT_FAULT_NONE, 0);
			set_dps(&vm, 0, true);
			assert_int_equal(read32(&vm, GICV5_IRS_PE_CR0), 1);
			assert_int_equal(vgicv5_vm_destroy(&vm.vm), VGICV5_OK);
			rig_down(&rig);
		}
	}
}

/* ---- IRSEN ---- */

static void test_irsen(void **state)
{
	static const uint32_t ids[] = {0, 1, 2};
	struct vgicv5_vm_config config = rig_vm_config(32);
	struct rig_vm vm;
	struct rig rig;
	unsigned int i;

	(void)state;
	rig_up(&rig, &rig_kinds[0]);
	rig_vm_init(&rig, &vm, &config, ids, 3);
	assert_int_equal(vgicv5_vm_start(&vm.vm), VGICV5_OK);
	assert_int_equal(vgicv5_vcpu_load(&vm.vcpu[1]), VGICV5_OK);
	assert_true(GICV5_GET(ICH_CONTEXTR_EL2_IRICHPPIDIS, vgicv5_read_ICH_CONTEXTR_EL2()));
	for (i = 0; i < 3; i++)
		(void)hal_host_take_kick(&vm.vcpu[i]);
	write32(&vm, GICV5_IRS_CR0, 1);
	assert_int_equal(read32(&vm, GICV5_IRS_CR0), 3);
	for (i = 0; i < 3; i++)
		assert_true(hal_host_take_kick(&vm.vcpu[i]));
	write32(&vm, GICV5_IRS_CR0, 1);
	for (i = 0; i < 3; i++)
		assert_false(hal_host_take_kick(&vm.vcpu[i]));
	assert_int_equal(vgicv5_vcpu_enter(&vm.vcpu[1]), VGICV5_OK);
	assert_false(GICV5_GET(ICH_CONTEXTR_EL2_IRICHPPIDIS, vgicv5_read_ICH_CONTEXTR_EL2()));
	vgicv5_vcpu_exit(&vm.vcpu[1]);
	write32(&vm, GICV5_IRS_CR0, 0);
	assert_int_equal(vgicv5_vcpu_enter(&vm.vcpu[1]), VGICV5_OK);
	assert_true(GICV5_GET(ICH_CONTEXTR_EL2_IRICHPPIDIS, vgicv5_read_ICH_CONTEXTR_EL2()));
	vgicv5_vcpu_exit(&vm.vcpu[1]);
	vgicv5_vcpu_put(&vm.vcpu[1], VGICV5_PUT_PREEMPTED);
	assert_int_equal(vgicv5_vm_destroy(&vm.vm), VGICV5_OK);
	rig_down(&rig);
}

/* ---- SPIs ---- */

static struct vgicv5_soft_interrupt spi(struct rig *rig, struct rig_vm *vm, uint32_t id)
{
	struct vgicv5_soft_interrupt now;

	assert_true(rig_inspect(rig, &vm->vm, GICV5_TYPE_SPI, id, &now));
	return now;
}

static void set_level(struct rig_vm *vm, uint32_t id, bool level)
{
	write32(vm, GICV5_IRS_SPI_SELR, id);
	write32(vm, GICV5_IRS_SPI_CFGR, level);
	assert_int_equal(read32(vm, GICV5_IRS_SPI_CFGR), level);
}

/* R_KBPXL, R_DMTFM */
static void test_spi_trigger_mode(void **state)
{
	struct rig_vm vm;
	struct rig rig;

	(void)state;
	rig_up(&rig, &rig_kinds[0]);
	rig_vm_up(&rig, &vm);
	assert_int_equal(vgicv5_vcpu_load(&vm.vcpu[0]), VGICV5_OK);
	/* To level with the line high: pending, and handled as level. */
	assert_int_equal(vgicv5_inject_spi(&vm.vm, 7, true), VGICV5_OK);
	vgicv5_hyp_pend(vm.vm.vm_id, GICV5_INTID(GICV5_TYPE_SPI, 7), false);
	set_level(&vm, 7, true);
	assert_true(spi(&rig, &vm, 7).pending);
	assert_true(spi(&rig, &vm, 7).level);
	assert_false(spi(&rig, &vm, 8).level);
	/* Resampling brings back what was lost; of an edge SPI, nothing. */
	vgicv5_hyp_pend(vm.vm.vm_id, GICV5_INTID(GICV5_TYPE_SPI, 7), false);
	write32(&vm, GICV5_IRS_SPI_RESAMPLER, 7);
	assert_true(spi(&rig, &vm, 7).pending);
	/* To edge with the line high: not pending. */
	set_level(&vm, 7, false);
	assert_false(spi(&rig, &vm, 7).pending);
	assert_false(spi(&rig, &vm, 7).level);
	write32(&vm, GICV5_IRS_SPI_RESAMPLER, 7);
	assert_false(spi(&rig, &vm, 7).pending);
	/* To level with the line low: not pending. */
	assert_int_equal(vgicv5_inject_spi(&vm.vm, 7, false), VGICV5_OK);
	vgicv5_hyp_pend(vm.vm.vm_id, GICV5_INTID(GICV5_TYPE_SPI, 7), true);
	set_level(&vm, 7, true);
	assert_false(spi(&rig, &vm, 7).pending);
	/* To edge with the line low: what is pending stays. */
	vgicv5_hyp_pend(vm.vm.vm_id, GICV5_INTID(GICV5_TYPE_SPI, 7), true);
	set_level(&vm, 7, false);
	assert_true(spi(&rig, &vm, 7).pending);
	/* Numbers that do not exist. */
	write32(&vm, GICV5_IRS_SPI_RESAMPLER, 32);
	write32(&vm, GICV5_IRS_SPI_RESAMPLER, 0xffffff);
	vgicv5_vcpu_put(&vm.vcpu[0], VGICV5_PUT_PREEMPTED);
	assert_int_equal(vgicv5_vm_destroy(&vm.vm), VGICV5_OK);
	rig_down(&rig);
}

/* A register frame of one VM says nothing about another. */
static void test_vms_apart(void **state)
{
	struct rig_vm a, b;
	struct rig rig;

	(void)state;
	rig_up(&rig, &rig_kinds[1]);
	rig_vm_up(&rig, &a);
	rig_vm_up(&rig, &b);
	set_level(&a, 3, true);
	write32(&a, GICV5_IRS_CR0, 1);
	write32(&a, GICV5_IRS_CR1, 0x1234);
	write32(&b, GICV5_IRS_SPI_SELR, 3);
	assert_int_equal(read32(&b, GICV5_IRS_SPI_CFGR), 0);
	assert_int_equal(read32(&b, GICV5_IRS_CR0), 2);
	assert_int_equal(read32(&b, GICV5_IRS_CR1), 0);
	assert_int_equal(vgicv5_inject_spi(&a.vm, 3, true), VGICV5_OK);
	assert_true(spi(&rig, &a, 3).pending);
	assert_false(spi(&rig, &b, 3).pending);
	assert_int_equal(vgicv5_vm_destroy(&a.vm), VGICV5_OK);
	assert_int_equal(vgicv5_vm_destroy(&b.vm), VGICV5_OK);
	rig_down(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_register), cmocka_unit_test(test_nothing_elsewhere),
		cmocka_unit_test(test_not_started),    cmocka_unit_test(test_identification),
		cmocka_unit_test(test_status),	       cmocka_unit_test(test_pes),
		cmocka_unit_test(test_one_n_doorbell), cmocka_unit_test(test_dps_fails),
		cmocka_unit_test(test_irsen),	       cmocka_unit_test(test_spi_trigger_mode),
		cmocka_unit_test(test_vms_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
