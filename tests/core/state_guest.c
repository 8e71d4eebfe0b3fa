// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "state_guest.h"

#include <string.h>

#include <vgicv5/arch/its.h>
#include <vgicv5/arch/iwb.h>
#include <vgicv5/port.h>

#define ITS_BASE(n) (0x3000000u + 0x40000u * (n))
#define TABLE_BYTES 0x4000u
#define IWB_DEVICE 0x55
#define SLOTS 40

const uint32_t sg_vpe_ids[SG_VCPUS] = {17, 3, 9};
unsigned int sg_deactivations;

static uint64_t tables[4 * TABLE_BYTES / 8];

/* ---- The VM ---- */

static void deactivated(struct vgicv5_vm *vm, uint32_t spi)
{
	(void)vm;
	(void)spi;
	sg_deactivations++;
}

void sg_configure(struct sg *sg)
{
	struct vgicv5_vm_config config = world_vm_config(SG_SPIS);
	struct vgicv5_viwb_config iwb = {
		.vits = &sg->vits[1], .device_id = IWB_DEVICE, .wire_count = SG_WIRES};
	struct world_vm *vm = &sg->world.vms[sg->world.vm_count++];
	unsigned int i;

	config.deactivated = deactivated;
	config.max_lpi_id_bits = SG_MAX_LPI_BITS;
	if (sg->all_ppis)
		config.ppi_visible[1] = SG_HIGH_PPIS;
	sg->vm = vm;
	vm->world = &sg->world;
	vm->vcpu_count = SG_VCPUS;
	assert_int_equal(vgicv5_vm_init(&vm->vm, &sg->world.host, &config), VGICV5_OK);
	for (i = 0; i < SG_VCPUS; i++) {
		vm->vcpus[i].vm = vm;
		vm->vcpus[i].pe = WORLD_NO_PE;
		assert_int_equal(vgicv5_vcpu_init(&vm->vcpus[i].vcpu, &vm->vm, sg_vpe_ids[i]), VGICV5_OK);
	}
	for (i = 0; i < SG_ITSS; i++) {
		/* In another order than that of their addresses. */
		struct vgicv5_vits_config its = {.base = ITS_BASE(SG_ITSS - 1 - i),
						 .its_id = (uint16_t)(0x71 + i),
						 .device_id_bits = (uint8_t)(10 + i),
						 .event_id_bits = (uint8_t)(8 + i)};

		assert_int_equal(vgicv5_vits_init(&sg->vits[i], &vm->vm, &its), VGICV5_OK);
	}
	assert_int_equal(vgicv5_viwb_init(&sg->viwb, &iwb), VGICV5_OK);
	iwb.wire_count = 32;
	iwb.device_id = IWB_DEVICE - 1;
	iwb.iwben = true;
	assert_int_equal(vgicv5_viwb_init(&sg->others[0], &iwb), VGICV5_OK);
	iwb.vits = &sg->vits[0];
	iwb.device_id = IWB_DEVICE + 1;
	assert_int_equal(vgicv5_viwb_init(&sg->others[1], &iwb), VGICV5_OK);
}

void sg_start(struct sg *sg)
{
	assert_int_equal(vgicv5_vm_start(&sg->vm->vm), VGICV5_OK);
}

void sg_up(struct sg *sg, const struct world_host *kind)
{
	bool all_ppis = sg->all_ppis;

	memset(sg, 0, sizeof(*sg));
	sg->all_ppis = all_ppis;
	world_create(&sg->world, kind, SG_VCPUS);
	hal_host_guest_memory_add(NULL, SG_TABLES, tables, sizeof(tables));
	sg_configure(sg);
	sg_start(sg);
}

void sg_down(struct sg *sg)
{
	world_destroy(&sg->world);
}

/* ---- Different values ---- */

static uint32_t next_different = 1;

/* Never the same in one fill, but for what the mask leaves of it. */
static uint64_t different(uint64_t mask)
{
	next_different = next_different * 1103515245u + 12345u;
	return ((uint64_t)next_different << 32 | (next_different ^ 0x5a5a1234u)) & mask;
}

/* A few of each L2 table that is there, first and last among them. */
uint32_t sg_lpi(unsigned int i)
{
	static const uint32_t blocks[] = {0, 5, 15};
	static const uint32_t offsets[] = {0, 1, 2, 3, 100, 511, 1022, 1023};

	return blocks[i % 3] << 10 | offsets[i / 3];
}

static void make_lpis(struct world_vcpu *v)
{
	uint64_t idr2 = guest_mmio_read(v, GICV5_IRS_IDR2, 4);
	uint64_t baser = WORLD_GUEST_IST | GICV5_MASK(IRS_IST_BASER_VALID);
	uint64_t cfgr = GICV5_PUT(IRS_IST_CFGR_LPI_ID_BITS, SG_LPI_BITS);
	unsigned int block;
	uint64_t l1[16] = {0};

	if (!GICV5_GET(IRS_IDR2_IST_LEVELS, idr2) || !(GICV5_GET(IRS_IDR2_IST_L2SZ, idr2) & 1)) {
		guest_make_lpis(v, SG_LPI_BITS);
		return;
	}
	l1[5] = 1;
	assert_int_equal(vgicv5_port_guest_write(&v->vm->vm, WORLD_GUEST_IST, l1, sizeof(l1)), VGICV5_OK);
	cfgr |= GICV5_MASK(IRS_IST_CFGR_STRUCTURE);
	guest_mmio_write(v, GICV5_IRS_IST_CFGR, 4, cfgr);
	guest_mmio_write(v, GICV5_IRS_IST_BASER, 8, baser);
	assert_int_equal(guest_mmio_read(v, GICV5_IRS_IST_BASER, 8), baser);
	for (block = 0; block <= 15; block += 15)
		guest_mmio_write(v, GICV5_IRS_MAP_L2_ISTR, 4, block << 10 | 7);
}

static void set_up(struct world_vcpu *v, uint32_t intid, unsigned int n)
{
	guest_gic(v, GICV5_GIC_CDPRI, intid | GICV5_PUT(CDPRI_PRIORITY, (n * 7 + 3) % 32));
	guest_gic(v, GICV5_GIC_CDAFF, intid | GICV5_PUT(CDAFF_IAFFID, sg_vpe_ids[n % SG_VCPUS]));
	guest_gic(v, GICV5_GIC_CDHM, intid | GICV5_PUT(CDHM_HM, n % 4 == 1));
	if (n % 5)
		guest_gic(v, GICV5_GIC_CDEN, intid);
	if (n % 3 == 0)
		guest_pend(v, intid, true);
}

static void fill_shared(struct sg *sg, struct world_vcpu *v)
{
	unsigned int i;

	for (i = 0; i < SG_SPIS; i++) {
		guest_mmio_write(v, GICV5_IRS_SPI_SELR, 4, i);
		guest_mmio_write(v, GICV5_IRS_SPI_CFGR, 4, i % 6 == 2);
		/* SPI 69 stays as after reset. */
		if (i < SG_SPIS - 1)
			set_up(v, SPI(i), i);
	}
	for (i = 0; i < SG_LPIS; i++)
		set_up(v, LPI(sg_lpi(i)), i + 50);
	for (i = 0; i < SG_SPIS; i += 4)
		assert_int_equal(vgicv5_inject_spi(&sg->vm->vm, i, i % 8 == 0), VGICV5_OK);
	/* One PE stays out of 1ofN selection. */
	guest_mmio_write(v, GICV5_IRS_PE_SELR, 4, sg_vpe_ids[1]);
	guest_mmio_write(v, GICV5_IRS_PE_CR0, 4, 1);
	guest_mmio_write(v, GICV5_IRS_CR1, 4, different(0xffff) | 1);
	guest_mmio_write(v, GICV5_IRS_SPI_SELR, 4, 0x2b);
	guest_mmio_write(v, GICV5_IRS_PE_SELR, 4, 9);
}

static void fill_cpu(struct world_vcpu *v, unsigned int n)
{
	unsigned int i;

	guest_boot_cpu(v);
	for (i = 0; i < 8; i++)
		guest_write(v, (unsigned int)GICV5_ICC_PPI_PRIORITYR0_EL1 + i, different(~0ull));
	guest_write(v, GICV5_ICC_PPI_ENABLER0_EL1,
		    n == 1 ? WORLD_PPIS & ~(1ull << GICV5_PPI_PMU) : WORLD_PPIS);
	guest_write(v, GICV5_ICC_PPI_SACTIVER0_EL1, n == 2 ? 1ull << GICV5_PPI_CNTP : 1ull << GICV5_PPI_CNTV);
	assert_int_equal(vgicv5_inject_ppi(&v->vcpu, GICV5_PPI_SW, n != 1), VGICV5_OK);
	assert_int_equal(vgicv5_inject_ppi(&v->vcpu, GICV5_PPI_PMU, n == 1), VGICV5_OK);
	assert_int_equal(vgicv5_inject_ppi(&v->vcpu, GICV5_PPI_CNTP, n == 0), VGICV5_OK);
	/* Some active interrupts and priorities; then a mask that keeps the rest out on one of them. */
	guest_cdia(v);
	if (n == 1)
		guest_cdia(v);
	guest_write(v, GICV5_ICC_PCR_EL1, GICV5_PUT(ICC_PCR_EL1_PRIORITY, 29 + n));
	guest_gic(v, GICV5_GIC_CDRCFG, SPI(20 + n));
	guest_read(v, GICV5_ICC_ICSR_EL1);
}

static const struct {
	uint32_t offset;
	unsigned int bytes;
	uint64_t mask;
} its_regs[] = {
	{GICV5_ITS_CR1, 4, 0xff},
	{GICV5_ITS_DT_CFGR, 4, 0x10000 | 9},
	{GICV5_ITS_DIDR, 8, 0xffffffff},
	{GICV5_ITS_EIDR, 4, 0xffff},
	{GICV5_ITS_GEN_EVENT_DIDR, 8, 0xffffffff},
	{GICV5_ITS_GEN_EVENT_EIDR, 4, 0xffff},
	{GICV5_ITS_DT_BASER, 8, 0},
	{GICV5_ITS_CR0, 4, 0},
	{GICV5_ITS_READ_EVENT_DATAR, 8, 0},
	{GICV5_ITS_SWERR_STATUSR, 8, 0},
	{GICV5_ITS_SWERR_SYNDROMER0, 8, 0},
	{GICV5_ITS_SWERR_SYNDROMER1, 8, 0},
	{GICV5_ITS_IDR0, 4, 0},
	{GICV5_ITS_IDR1, 4, 0},
	{GICV5_ITS_IDR2, 4, 0},
};

/* Linear tables: device 5 n + 1, events 0 to 63, LPI i for event i. */
static void fill_its(struct sg *sg, unsigned int n)
{
	struct vgicv5_vits *vits = &sg->vits[n];
	uint64_t *dt = tables + n * 2 * TABLE_BYTES / 8;
	uint64_t base = SG_TABLES + n * 2 * TABLE_BYTES;
	unsigned int i;

	dt[n ? IWB_DEVICE : 1] = 8ull << 59 | (base + TABLE_BYTES) | 1;
	for (i = 0; i < SG_LPIS; i++)
		dt[TABLE_BYTES / 8 + i] = 1u << 31 | sg_lpi(i);
	vgicv5_vits_write(vits, GICV5_ITS_DT_CFGR, 4, 10);
	vgicv5_vits_write(vits, GICV5_ITS_DT_BASER, 8, base);
	vgicv5_vits_write(vits, GICV5_ITS_CR0, 4, 1);
	/* An entry that is read, an event that is lost: in the second table walk of ITS 1 none. */
	vgicv5_vits_write(vits, GICV5_ITS_DIDR, 8, n ? IWB_DEVICE : 1);
	vgicv5_vits_write(vits, GICV5_ITS_EIDR, 4, 4 + n);
	vgicv5_vits_write(vits, GICV5_ITS_READ_EVENTR, 4, 1u << 31);
	assert_int_equal(vgicv5_inject_msi(vits, 600 + n, 3 + n), VGICV5_INVALID);
	for (i = 0; i < sizeof(its_regs) / sizeof(its_regs[0]); i++)
		if (its_regs[i].mask && its_regs[i].offset != GICV5_ITS_DT_CFGR)
			vgicv5_vits_write(vits, its_regs[i].offset, its_regs[i].bytes,
					  different(its_regs[i].mask));
}

static void fill_iwb(struct sg *sg)
{
	unsigned int i;

	vgicv5_viwb_write(&sg->viwb, GICV5_IWB_CR0, 4, 1);
	for (i = 0; i < SG_WIRES / 32; i++) {
		vgicv5_viwb_write(&sg->viwb, GICV5_IWB_WTMR + 4 * i, 4, i ? 0x00f0ff03 : 0x0000f00c);
		vgicv5_viwb_write(&sg->viwb, GICV5_IWB_WENABLER + 4 * i, 4, i ? 0x12340003 : 0x000000ff);
	}
	for (i = 0; i < 2; i++) {
		vgicv5_viwb_write(&sg->others[i], GICV5_IWB_WTMR, 4, 0x111u << i);
		vgicv5_viwb_write(&sg->others[i], GICV5_IWB_WENABLER, 4, 0x2020u << i);
		assert_int_equal(vgicv5_viwb_set_wire(&sg->others[i], 1 + i, true), VGICV5_OK);
	}
	/* With nobody loaded, handling modes stay due. */
	for (i = 0; i < SG_WIRES; i += 3)
		assert_int_equal(vgicv5_viwb_set_wire(&sg->viwb, i, true), VGICV5_OK);
}

void sg_fill(struct sg *sg)
{
	struct world_vcpu *v = sg->vm->vcpus;
	struct vgicv5_vm *vm = &sg->vm->vm;
	unsigned int i;

	next_different = 1;
	world_load(&v[0], 0);
	make_lpis(&v[0]);
	guest_boot_irs(&v[0], 0);
	fill_shared(sg, &v[0]);
	world_preempt(&v[0]);
	for (i = 0; i < SG_VCPUS; i++) {
		world_load(&v[i], i);
		fill_cpu(&v[i], i);
		world_preempt(&v[i]);
	}
	for (i = 0; i < SG_ITSS; i++)
		fill_its(sg, i);
	fill_iwb(sg);
	for (i = 30; i < 36; i += 2)
		assert_int_equal(vgicv5_eoi_register(vm, i), VGICV5_OK);
	assert_int_equal(vgicv5_inject_spi(vm, 32, true), VGICV5_OK);
	assert_int_equal(vgicv5_inject_spi(vm, 34, true), VGICV5_OK);
	assert_int_equal(vgicv5_inject_spi(vm, 32, false), VGICV5_OK);
}

/* ---- Views ---- */

static void note(struct sg_view *view, const char *name, uint32_t number, uint64_t value)
{
	assert_true(view->count < SG_VIEW);
	view->items[view->count].name = name;
	view->items[view->count].number = number;
	view->items[view->count++].value = value;
}

static void look_cpu(struct world_vcpu *v, struct sg_view *view)
{
	static const unsigned int encodings[] = {
		GICV5_ICC_ICSR_EL1,	    GICV5_ICC_CR0_EL1,		 GICV5_ICC_PCR_EL1,
		GICV5_ICC_APR_EL1,	    GICV5_ICC_HAPR_EL1,		 GICV5_ICC_PPI_ENABLER0_EL1,
		GICV5_ICC_PPI_ENABLER1_EL1, GICV5_ICC_PPI_SACTIVER0_EL1, GICV5_ICC_PPI_SACTIVER1_EL1,
		GICV5_ICC_PPI_SPENDR0_EL1,  GICV5_ICC_PPI_SPENDR1_EL1,	 GICV5_ICC_HPPIR_EL1,
		GICV5_ICC_IDR0_EL1,	    GICV5_ICC_IAFFIDR_EL1,	 GICV5_ICC_PPI_HMR0_EL1,
	};
	unsigned int i, n;

	for (i = 0; i < sizeof(encodings) / sizeof(encodings[0]); i++)
		note(view, "register", encodings[i], guest_read(v, encodings[i]));
	/* Of PPIs that are shown. */
	for (n = 0; n < 64; n++)
		if (WORLD_PPIS >> n & 1)
			note(view, "priority of PPI", n,
			     guest_read(v, (unsigned int)GICV5_ICC_PPI_PRIORITYR0_EL1 + n / 8) >>
					     8 * (n % 8) &
				     0xff);
	note(view, "lines", 0, v->vcpu.line[0]);
	note(view, "IRQ", 0, guest_irq(v));
}

static void look_irs(struct world_vcpu *v, struct sg_view *view)
{
	unsigned int i;

	for (i = 0; i < 0x400; i += 4)
		note(view, "IRS at", i, guest_mmio_read(v, i, 4));
	for (i = 0; i < SG_SPIS; i++) {
		guest_mmio_write(v, GICV5_IRS_SPI_SELR, 4, i);
		note(view, "trigger mode of SPI", i, guest_mmio_read(v, GICV5_IRS_SPI_CFGR, 4));
		note(view, "SPI", i, guest_config(v, SPI(i)));
	}
	for (i = 0; i < SG_LPIS; i++)
		note(view, "LPI", sg_lpi(i), guest_config(v, LPI(sg_lpi(i))));
	for (i = 0; i < SG_VCPUS; i++) {
		guest_mmio_write(v, GICV5_IRS_PE_SELR, 4, sg_vpe_ids[i]);
		note(view, "PE", i, guest_mmio_read(v, GICV5_IRS_PE_CR0, 4));
	}
}

static void look_bridges(struct sg *sg, struct sg_view *view)
{
	unsigned int i, n;

	for (n = 0; n < SG_ITSS; n++)
		for (i = 0; i < sizeof(its_regs) / sizeof(its_regs[0]); i++)
			note(view, n ? "ITS 1 at" : "ITS 0 at", its_regs[i].offset,
			     vgicv5_vits_read(&sg->vits[n], its_regs[i].offset, its_regs[i].bytes));
	for (i = 0; i < 2; i++) {
		note(view, "IWB", 1 + i, vgicv5_viwb_read(&sg->others[i], GICV5_IWB_CR0, 4));
		note(view, "enabled wires", 100 + i, vgicv5_viwb_read(&sg->others[i], GICV5_IWB_WENABLER, 4));
		note(view, "modes of wires", 100 + i, vgicv5_viwb_read(&sg->others[i], GICV5_IWB_WTMR, 4));
		note(view, "asserted wires", 100 + i, sg->others[i].wires[0].line);
	}
	note(view, "IWB", 0, vgicv5_viwb_read(&sg->viwb, GICV5_IWB_CR0, 4));
	for (i = 0; i < SG_WIRES / 32; i++) {
		note(view, "enabled wires", i, vgicv5_viwb_read(&sg->viwb, GICV5_IWB_WENABLER + 4 * i, 4));
		note(view, "modes of wires", i, vgicv5_viwb_read(&sg->viwb, GICV5_IWB_WTMR + 4 * i, 4));
		note(view, "asserted wires", i, sg->viwb.wires[i].line);
	}
}

static void look_lines(struct sg *sg, struct sg_view *view)
{
	struct vgicv5_vm *vm = &sg->vm->vm;
	unsigned int i;

	for (i = 0; i < (SG_SPIS + 63) / 64; i++) {
		note(view, "lines of SPIs", i, vm->spi_line[i]);
		note(view, "registered", i, vm->eoi.registered[i]);
		note(view, "in flight", i, vm->eoi.in_flight[i]);
		note(view, "withdrawn", i, vm->eoi.withdrawn[i]);
	}
	note(view, "in flight", 64, vm->eoi.count);
}

void sg_look(struct sg *sg, struct sg_view *view)
{
	unsigned int i;

	view->count = 0;
	look_lines(sg, view);
	look_bridges(sg, view);
	for (i = 0; i < SG_VCPUS; i++) {
		world_load(&sg->vm->vcpus[i], i);
		look_cpu(&sg->vm->vcpus[i], view);
		if (!i)
			look_irs(&sg->vm->vcpus[i], view);
		world_preempt(&sg->vm->vcpus[i]);
	}
}

/* The timer's line is the hardware's, which is low everywhere. */
static void drain_vcpu(struct world_vcpu *v, struct sg_view *view)
{
	unsigned int i;

	for (i = 0; i < 32; i++)
		guest_gic(v, GICV5_GIC_CDEOI, 0);
	guest_write(v, GICV5_ICC_PCR_EL1, GICV5_PRIORITY_LOWEST);
	for (i = 0; i < SLOTS; i++) {
		uint64_t intid = guest_cdia(v);

		note(view, "taken", i, intid);
		guest_gic(v, GICV5_GIC_CDEOI, 0);
		/* Every second one is deactivated at once: levels come again. */
		if (i % 2)
			guest_gic(v, GICV5_GIC_CDDI, intid);
	}
}

void sg_drain(struct sg *sg, struct sg_view *view)
{
	unsigned int i;

	view->count = 0;
	sg_deactivations = 0;
	for (i = 0; i < SG_VCPUS; i++)
		world_load(&sg->vm->vcpus[i], i);
	for (i = 0; i < SG_VCPUS; i++)
		drain_vcpu(&sg->vm->vcpus[i], view);
	note(view, "deactivations heard", 0, sg_deactivations);
	/* The next events that are lost: what has been recorded of the first stays. */
	for (i = 0; i < SG_ITSS; i++) {
		assert_int_equal(vgicv5_inject_msi(&sg->vits[i], 700 + i, 1), VGICV5_INVALID);
		note(view, "lost", i, vgicv5_vits_read(&sg->vits[i], GICV5_ITS_SWERR_STATUSR, 8));
		note(view, "lost first", i, vgicv5_vits_read(&sg->vits[i], GICV5_ITS_SWERR_SYNDROMER0, 8));
	}
	for (i = 0; i < SG_VCPUS; i++)
		world_preempt(&sg->vm->vcpus[i]);
}

void sg_same(const struct sg_view *a, const struct sg_view *b)
{
	unsigned int i;

	assert_int_equal(a->count, b->count);
	for (i = 0; i < a->count; i++)
		if (a->items[i].value != b->items[i].value)
			fail_msg("%s 0x%x: 0x%llx, and 0x%llx after the restore", a->items[i].name,
				 a->items[i].number, (unsigned long long)a->items[i].value,
				 (unsigned long long)b->items[i].value);
}

/* ---- States ---- */

void sg_save(struct sg *sg, struct sg_saved *saved)
{
	assert_int_equal(vgicv5_state_save(&sg->vm->vm, saved->bytes, SG_MOST, &saved->size), VGICV5_OK);
}

void sg_make(struct sg *sg, const struct world_host *kind, struct sg_saved *saved)
{
	sg_up(sg, kind);
	sg_fill(sg);
	sg_save(sg, saved);
	sg_down(sg);
}

void sg_same_bytes(const struct sg_saved *a, const struct sg_saved *b)
{
	size_t i;

	assert_int_equal(a->size, b->size);
	for (i = 0; i < a->size; i++)
		if (a->bytes[i] != b->bytes[i])
			fail_msg("byte %zu of %zu: 0x%02x, and 0x%02x when saved again", i, a->size,
				 a->bytes[i], b->bytes[i]);
}
