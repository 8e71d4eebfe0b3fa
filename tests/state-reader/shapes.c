// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "shapes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <vgicv5/arch/its.h>
#include <vgicv5/port.h>

#define ITS_BASE 0x3000000u
#define IWB_DEVICE 5u
#define IWB_WIRES 64u
#define IWB_WENABLER 0x2000u /* of the first wires */
#define IWB_WTMR 0x4000u
#define IWB_CR0 0x80u
#define LPI_BITS 14u
#define L2_ENTRIES 1024u /* of an L2 table of 4 KiB */

static const struct shape {
	unsigned int vcpus;
	uint32_t vpe_ids[3];
	uint32_t spis;
	bool its;
	bool iwb;
	bool lpis;
	bool two_level;
} shapes[STATE_SHAPES] = {
	{1, {0}, 0, false, false, false, false},
	{2, {0, 5}, 70, true, false, true, false},
	{3, {1, 2, 9}, 40, true, true, true, true},
	{2, {0, 1}, 256, false, false, true, true},
};

/* ---- Making ---- */

static void deactivated(struct vgicv5_vm *vm, uint32_t spi)
{
	(void)vm;
	(void)spi;
}

static void add_its(struct state_vm *s, const struct shape *shape)
{
	const struct vgicv5_vits_config its = {
		.base = ITS_BASE, .device_id_bits = 8, .event_id_bits = 8, .its_id = 3};
	const struct vgicv5_viwb_config iwb = {
		.vits = &s->vits, .device_id = IWB_DEVICE, .wire_count = IWB_WIRES};

	if (shape->its)
		assert_int_equal(vgicv5_vits_init(&s->vits, &s->vm->vm, &its), VGICV5_OK);
	if (shape->iwb)
		assert_int_equal(vgicv5_viwb_init(&s->viwb, &iwb), VGICV5_OK);
}

void state_up(struct state_vm *s, unsigned int kind, unsigned int number)
{
	const struct shape *shape = &shapes[number];
	struct vgicv5_vm_config config = world_vm_config(shape->spis);
	unsigned int i;

	s->shape = number;
	world_create(&s->world, &world_hosts[kind], STATE_PES);
	config.deactivated = deactivated;
	s->vm = &s->world.vms[s->world.vm_count++];
	s->vm->world = &s->world;
	s->vm->vcpu_count = shape->vcpus;
	assert_int_equal(vgicv5_vm_init(&s->vm->vm, &s->world.host, &config), VGICV5_OK);
	for (i = 0; i < shape->vcpus; i++) {
		s->vm->vcpus[i].vm = s->vm;
		s->vm->vcpus[i].pe = WORLD_NO_PE;
		assert_int_equal(vgicv5_vcpu_init(&s->vm->vcpus[i].vcpu, &s->vm->vm, shape->vpe_ids[i]),
				 VGICV5_OK);
	}
	add_its(s, shape);
	assert_int_equal(vgicv5_vm_start(&s->vm->vm), VGICV5_OK);
}

void state_down(struct state_vm *s)
{
	world_destroy(&s->world);
}

/* ---- Using ---- */

static uint32_t below(struct state_vm *s, uint32_t limit)
{
	s->random = s->random * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(s->random >> 33) % limit;
}

static bool chance(struct state_vm *s)
{
	return below(s, 2);
}

static uint32_t some_vpe(struct state_vm *s)
{
	return s->vm->vcpus[below(s, s->vm->vcpu_count)].vcpu.vpe_id;
}

/* Two levels: every second L2 table is made valid. */
static void make_two_level_table(struct world_vcpu *v)
{
	uint64_t table = WORLD_GUEST_IST;
	uint64_t entry;
	uint32_t i;

	guest_make_lpis(v, 1);
	guest_mmio_write(v, GICV5_IRS_IST_BASER, 8, 0);
	for (i = 0; i < (1u << LPI_BITS) / L2_ENTRIES; i++) {
		entry = table + 0x1000;
		assert_int_equal(vgicv5_port_guest_write(&v->vm->vm, table + 8 * i, &entry, sizeof(entry)),
				 VGICV5_OK);
	}
	guest_mmio_write(v, GICV5_IRS_IST_CFGR, 4,
			 GICV5_PUT(IRS_IST_CFGR_LPI_ID_BITS, LPI_BITS) |
				 GICV5_PUT(IRS_IST_CFGR_STRUCTURE, 1));
	guest_mmio_write(v, GICV5_IRS_IST_BASER, 8, table | GICV5_MASK(IRS_IST_BASER_VALID));
	for (i = 0; i < 1u << LPI_BITS; i += 2 * L2_ENTRIES)
		guest_mmio_write(v, GICV5_IRS_MAP_L2_ISTR, 4, i);
}

static void boot(struct state_vm *s)
{
	const struct shape *shape = &shapes[s->shape];
	struct world_vcpu *v = &s->vm->vcpus[0];

	if (shape->lpis && shape->two_level)
		make_two_level_table(v);
	guest_boot_irs(v, shape->lpis && !shape->two_level ? LPI_BITS : 0);
}

static void use_ppis(struct state_vm *s, struct world_vcpu *v)
{
	guest_write(v, GICV5_ICC_PPI_PRIORITYR3_EL1,
		    (uint64_t)below(s, 32) << 24 | (uint64_t)below(s, 32) << 48);
	guest_write(v, GICV5_ICC_PPI_ENABLER0_EL1, chance(s) ? WORLD_PPIS : 1ull << GICV5_PPI_SW);
	vgicv5_inject_ppi(&v->vcpu, GICV5_PPI_SW, chance(s));
	vgicv5_inject_ppi(&v->vcpu, GICV5_PPI_PMU, chance(s));
}

static void use_interrupt(struct state_vm *s, struct world_vcpu *v, uint32_t intid)
{
	guest_set_up(v, intid, below(s, 32), some_vpe(s));
	if (chance(s))
		guest_pend(v, intid, true);
}

static void use_spis(struct state_vm *s, struct world_vcpu *v)
{
	uint32_t count = shapes[s->shape].spis;
	uint32_t i, spi;

	for (i = 0; count && i < 12; i++) {
		spi = i < 2 ? i * (count - 1) : below(s, count);
		guest_trigger_mode(v, spi, chance(s) ? GICV5_HM_LEVEL : GICV5_HM_EDGE);
		use_interrupt(s, v, SPI(spi));
		vgicv5_inject_spi(&s->vm->vm, spi, chance(s));
		if (chance(s))
			vgicv5_eoi_register(&s->vm->vm, spi);
	}
}

static void use_lpis(struct state_vm *s, struct world_vcpu *v)
{
	uint32_t table = chance(s) ? 0 : 2 * L2_ENTRIES;
	uint32_t i;

	for (i = 0; shapes[s->shape].lpis && i < 12; i++)
		use_interrupt(s, v, LPI(table + (i < 4 ? i : below(s, L2_ENTRIES))));
}

static void use_its(struct state_vm *s)
{
	const struct shape *shape = &shapes[s->shape];

	if (shape->its) {
		vgicv5_vits_write(&s->vits, GICV5_ITS_DT_BASER, 8, 0x41000000);
		vgicv5_vits_write(&s->vits, GICV5_ITS_DT_CFGR, 4, 8);
		vgicv5_vits_write(&s->vits, GICV5_ITS_CR0, 4, chance(s));
		/* Nothing is mapped: the error is recorded. */
		vgicv5_inject_msi(&s->vits, below(s, 256), 7);
	}
	if (shape->iwb) {
		vgicv5_viwb_write(&s->viwb, IWB_WTMR, 4, below(s, 1u << 31));
		vgicv5_viwb_write(&s->viwb, IWB_WENABLER, 4, below(s, 1u << 31));
		vgicv5_viwb_write(&s->viwb, IWB_CR0, 4, chance(s));
		vgicv5_viwb_set_wire(&s->viwb, below(s, IWB_WIRES), true);
	}
}

/* Takes what is there, and leaves some of it active. */
static void take_some(struct state_vm *s, struct world_vcpu *v)
{
	uint64_t intid;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		intid = guest_cdia(v);
		if (intid && chance(s)) {
			guest_gic(v, GICV5_GIC_CDEOI, 0);
			guest_gic(v, GICV5_GIC_CDDI, intid);
		}
	}
}

void state_use(struct state_vm *s, uint64_t seed)
{
	struct world_vcpu *v;
	unsigned int i;

	s->random = seed;
	for (i = 0; i < s->vm->vcpu_count; i++) {
		v = &s->vm->vcpus[i];
		world_load(v, i);
		if (i == 0)
			boot(s);
		guest_boot_cpu(v);
		use_ppis(s, v);
	}
	v = &s->vm->vcpus[0];
	use_spis(s, v);
	use_lpis(s, v);
	use_its(s);
	for (i = 0; i < s->vm->vcpu_count; i++)
		take_some(s, &s->vm->vcpus[i]);
	for (i = 0; i < s->vm->vcpu_count; i++)
		world_preempt(&s->vm->vcpus[i]);
	world_take_interrupts(&s->world);
}
