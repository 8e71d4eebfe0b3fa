// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Everything that a hostile guest can reach, driven by bytes: frames of its IRS at any offset and width, every GIC
 * instruction and register at EL1, traps with any encoding, tables in its memory, ITS, IWB, WFI, while its host injects,
 * preempts and moves it, its devices send MSIs and move wires, wires of the host are assigned to it, and somebody listens
 * to the end of its interrupts. At worst that guest is hurt: another VM beside it keeps working, the checker of the
 * software GICv5 is silent about what the host did, nothing leaks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <vgicv5/arch/its.h>
#include <vgicv5/arch/iwb.h>
#include <vgicv5/assign.h>
#include <vgicv5/eoi.h>
#include <vgicv5/viwb.h>

#include "check.h"
#include "world.h"

#define PES 3
#define VCPUS 2
#define MAX_STEPS 2000
#define SPIS 40
#define ITS_BASE 0x3000000u
#define ITS_TABLES 0x50000000u
#define IWB_DEVICE 3u
#define WIRES 64u

static struct world world;
static unsigned char lpi_table[WORLD_GUEST_MEMORY];
static uint64_t its_tables[WORLD_GUEST_MEMORY / 8];
static struct vgicv5_vits vits;
static struct vgicv5_viwb viwb;

struct input {
	const uint8_t *data;
	size_t left;
};

static uint64_t take(struct input *in, unsigned int bytes)
{
	uint64_t value = 0;

	while (bytes-- && in->left) {
		value = value << 8 | *in->data++;
		in->left--;
	}
	return value;
}

/* Mostly what exists, so that the interesting states are reached. */
static uint32_t take_offset(struct input *in)
{
	static const uint16_t registers[] = {
		GICV5_IRS_CR0,		 GICV5_IRS_IST_CFGR,	GICV5_IRS_IST_BASER,  GICV5_IRS_SPI_SELR,
		GICV5_IRS_SPI_CFGR,	 GICV5_IRS_MAP_L2_ISTR, GICV5_IRS_PE_SELR,    GICV5_IRS_PE_CR0,
		GICV5_IRS_SPI_RESAMPLER, GICV5_IRS_SYNCR,	GICV5_IRS_VMAP_VISTR, GICV5_IRS_SPI_VMR};
	unsigned int choice = (unsigned int)take(in, 1);

	if (choice < 200)
		return registers[choice % (sizeof(registers) / sizeof(registers[0]))] +
		       (choice >= 160 ? 4 : 0);
	return (uint32_t)take(in, 3) % VGICV5_VIRS_SIZE;
}

static void on_its_pe(struct world_vcpu *v)
{
	hal_host_set_pe(v->pe, &world.pcpus[v->pe]);
}

/* As often a number that something may have as any number at all. */
static uint64_t take_value(struct input *in)
{
	return take(in, 1) & 1 ? take(in, 2) & 0x7ff : take(in, 8);
}

static void frame_access(struct world_vcpu *v, struct input *in)
{
	uint32_t offset = take_offset(in);
	unsigned int bytes = 1u << (take(in, 1) & 3);

	on_its_pe(v);
	if (take(in, 1) & 1)
		vgicv5_virs_read(&v->vcpu, offset, bytes);
	else
		vgicv5_virs_write(&v->vcpu, offset, bytes, take_value(in));
}

/* Whatever instruction or register, as the PE would do it. */
static void system_access(struct world_vcpu *v, struct input *in)
{
	unsigned int bits = (unsigned int)take(in, 2);
	bool read = bits & 1;
	unsigned int encoding =
		GICV5_ENC(bits & 2 ? 3u : 1u, bits >> 2 & 1, 12u, bits >> 3 & 15, bits >> 7 & 7);
	uint64_t value = take(in, 6);

	on_its_pe(v);
	if (vgicv5_vcpu_enter(&v->vcpu))
		return;
	vgicv5_soft_context_sync(world.soft, v->pe);
	if (hal_host_machine_guest(world.machine, v->pe, encoding, read, &value) != VGICV5_SOFT_TRAPPED)
		encoding = 0;
	vgicv5_soft_context_sync(world.soft, v->pe);
	vgicv5_vcpu_exit(&v->vcpu);
	if (encoding)
		vgicv5_vcpu_trap(&v->vcpu, encoding, read, &value);
}

static void odd_trap(struct world_vcpu *v, struct input *in)
{
	unsigned int encoding = (unsigned int)take(in, 2);
	uint64_t value = take(in, 8);

	on_its_pe(v);
	vgicv5_vcpu_trap(&v->vcpu, encoding, take(in, 1) & 1, &value);
}

static void host_event(struct world_vm *vm, struct input *in)
{
	uint32_t number = (uint32_t)take(in, 2);
	bool asserted = take(in, 1) & 1;

	hal_host_set_pe(0, &world.pcpus[0]);
	switch (number & 3) {
	case 0:
		vgicv5_inject_spi(&vm->vm, number >> 2, asserted);
		break;
	case 1:
		vgicv5_inject_lpi(&vm->vm, number >> 2);
		break;
	default:
		vgicv5_inject_ppi(&vm->vcpus[number >> 2 & 1].vcpu, number >> 3 & 255, asserted);
		break;
	}
}

static void schedule(struct world_vcpu *v, struct input *in)
{
	unsigned int pe = (unsigned int)take(in, 1) % PES;

	if (v->pe == WORLD_NO_PE) {
		if (!world.on_pe[pe])
			world_load(v, pe);
	} else if (pe & 1) {
		world_preempt(v);
	} else {
		world_wfi(v);
	}
}

/* ---- MSIs, wires, ends of interrupts ---- */

/* A host ITS that takes every other event. */
static int map_host(void *ctx, struct vgicv5_vm *vm, uint32_t device, uint32_t event, uint32_t lpi)
{
	(void)ctx;
	CHECK(lpi < vm->lpi_count && device < 1u << 16);
	return event & 1 ? VGICV5_BUSY : VGICV5_OK;
}

static void unmap_host(void *ctx, struct vgicv5_vm *vm, const struct vgicv5_vits_scope *scope)
{
	(void)ctx;
	(void)vm;
	CHECK(scope->first_device <= scope->last_device && scope->first_event <= scope->last_event);
}

static const struct vgicv5_vits_direct_ops host_its = {.map = map_host, .unmap = unmap_host};

static void deactivated(struct vgicv5_vm *vm, uint32_t spi)
{
	CHECK(spi < SPIS);
	vgicv5_inject_spi(vm, spi, false);
}

/* Before the first start of a VM only; here it has been started already. */
static void add_its(struct world_vm *vm)
{
	static const struct vgicv5_vits_config config = {
		.base = ITS_BASE, .device_id_bits = 16, .event_id_bits = 12, .direct = &host_its};
	static const struct vgicv5_viwb_config iwb = {
		.vits = &vits, .device_id = IWB_DEVICE, .wire_count = WIRES, .iwben = true};

	CHECK(vgicv5_vm_destroy(&vm->vm) == VGICV5_OK);
	CHECK(vgicv5_vits_init(&vits, &vm->vm, &config) == VGICV5_OK);
	CHECK(vgicv5_viwb_init(&viwb, &iwb) == VGICV5_OK);
	CHECK(vgicv5_vm_start(&vm->vm) == VGICV5_OK);
}

static uint32_t take_its_offset(struct input *in)
{
	static const uint16_t registers[] = {GICV5_ITS_CR0,
					     GICV5_ITS_DT_BASER,
					     GICV5_ITS_DT_CFGR,
					     GICV5_ITS_DIDR,
					     GICV5_ITS_EIDR,
					     GICV5_ITS_INV_EVENTR,
					     GICV5_ITS_INV_DEVICER,
					     GICV5_ITS_READ_EVENTR,
					     GICV5_ITS_SYNCR,
					     GICV5_ITS_GEN_EVENT_DIDR,
					     GICV5_ITS_GEN_EVENT_EIDR,
					     GICV5_ITS_GEN_EVENTR,
					     GICV5_ITS_SWERR_STATUSR};
	unsigned int choice = (unsigned int)take(in, 1);

	if (choice < 240)
		return registers[choice % (sizeof(registers) / sizeof(registers[0]))];
	return (uint32_t)take(in, 3) % VGICV5_VITS_SIZE;
}

static uint32_t take_iwb_offset(struct input *in)
{
	static const uint16_t registers[] = {GICV5_IWB_CR0,	 GICV5_IWB_WRESAMPLER,
					     GICV5_IWB_WENABLER, GICV5_IWB_WENABLER + 4,
					     GICV5_IWB_WTMR,	 GICV5_IWB_WTMR + 4};
	unsigned int choice = (unsigned int)take(in, 1);

	if (choice < 240)
		return registers[choice % (sizeof(registers) / sizeof(registers[0]))];
	return (uint32_t)take(in, 3) % VGICV5_VIWB_SIZE;
}

/* What a driver would write: a table of it, flags, and whatever. */
static uint64_t take_entry(struct input *in)
{
	unsigned int how = (unsigned int)take(in, 1);

	switch (how & 3) {
	case 0: /* L1 entry or DTE, of tables in the first pages */
		return (uint64_t)(how >> 4) << 60 | (ITS_TABLES + (take(in, 1) & 15) * 0x1000u) |
		       (how >> 2 & 1);
	case 1:
		return (uint64_t)12 << 59 | (uint64_t)(how >> 3 & 1) << 58 |
		       (ITS_TABLES + (take(in, 1) & 15) * 0x1000u) | (how >> 4 & 7) << 1 | 1;
	case 2:
		return 1ull << 31 | (take(in, 2) & 0x3fff);
	default:
		return take(in, 8);
	}
}

static uint64_t take_its_value(struct input *in)
{
	unsigned int how = (unsigned int)take(in, 1);

	switch (how & 3) {
	case 0:
		return how >> 2;
	case 1:
		return 1ull << 31 | how >> 2;
	case 2:
		return ITS_TABLES + (how >> 2) * 0x1000u;
	default:
		return take(in, 8);
	}
}

static void its_access(struct input *in)
{
	uint32_t offset = take_its_offset(in);
	unsigned int bytes = (unsigned int)take(in, 1);

	if (bytes & 4)
		vgicv5_vits_read(&vits, offset, 1u << (bytes & 3));
	else
		vgicv5_vits_write(&vits, offset, 1u << (bytes & 3), take_its_value(in));
}

static void iwb_access(struct input *in)
{
	uint32_t offset = take_iwb_offset(in);
	unsigned int bytes = (unsigned int)take(in, 1);

	if (bytes & 4)
		vgicv5_viwb_read(&viwb, offset, bytes & 8 ? 1u << (bytes & 3) : 4);
	else
		vgicv5_viwb_write(&viwb, offset, bytes & 8 ? 1u << (bytes & 3) : 4, take_value(in));
}

static void device_event(struct world_vm *vm, struct input *in)
{
	uint32_t device = (uint32_t)take(in, 1), event = (uint32_t)take(in, 1);

	switch (take(in, 1) & 7) {
	case 0:
		vgicv5_inject_msi_at(&vm->vm, ITS_BASE + GICV5_FRAME_SIZE + (device & 8), device >> 4, event);
		break;
	case 1:
		vgicv5_inject_msi_cached(&vits, device & 15, event & 15);
		break;
	case 2:
		vgicv5_vits_map_direct(&vits, device & 15, event & 15);
		break;
	case 3:
		vgicv5_inject_setlpi(&vm->vm, device << 8 | event);
		break;
	case 4:
		vgicv5_inject_msi(&vits, (uint32_t)take(in, 4), (uint32_t)take(in, 4));
		break;
	default:
		vgicv5_inject_msi(&vits, device & 15, event & 15);
		break;
	}
}

/* A wire of the host, whoever it drives. */
static void host_wire(struct world_vm *vm, uint32_t spi, unsigned int how)
{
	switch (how & 6) {
	case 0:
		(void)vgicv5_spi_assign(&vm->vm, spi);
		break;
	case 2:
		(void)vgicv5_spi_unassign(&vm->vm, spi);
		break;
	default:
		vgicv5_soft_set_spi(world.soft, spi, how & 1);
		break;
	}
}

static void wire_event(struct world_vm *vm, struct input *in)
{
	uint32_t wire = (uint32_t)take(in, 1);
	unsigned int how = (unsigned int)take(in, 1);

	if (how & 0x80)
		host_wire(vm, wire, how);
	else if ((how & 6) == 0)
		vgicv5_viwb_set_wire_cached(&viwb, wire, how & 1);
	else if ((how & 6) == 2)
		(void)(how & 1 ? vgicv5_eoi_register(&vm->vm, wire) : vgicv5_eoi_unregister(&vm->vm, wire));
	else
		vgicv5_viwb_set_wire(&viwb, wire % (WIRES + 2), how & 1);
}

static void msi_step(struct world_vm *vm, struct world_vcpu *v, struct input *in)
{
	unsigned int what = (unsigned int)take(in, 1);
	uint32_t slot;

	on_its_pe(v);
	switch (what & 7) {
	case 0:
	case 1:
		its_access(in);
		break;
	case 2:
	case 3:
		slot = (uint32_t)(take(in, 1) & 15) * 512 + (uint32_t)take(in, 1) % 32;
		its_tables[slot] = take_entry(in);
		break;
	case 4:
		iwb_access(in);
		break;
	case 5:
		wire_event(vm, in);
		break;
	default:
		device_event(vm, in);
		break;
	}
}

static void step(struct world_vm *vm, struct input *in)
{
	unsigned int what = (unsigned int)take(in, 1);
	struct world_vcpu *v = &vm->vcpus[what & 1];

	what >>= 1;
	if (what >= 112 && v->pe != WORLD_NO_PE)
		msi_step(vm, v, in);
	else if (what % 8 == 7 || v->pe == WORLD_NO_PE)
		schedule(v, in);
	else if (what % 8 == 6)
		host_event(vm, in);
	else if (what % 8 == 5)
		odd_trap(v, in);
	else if (what % 8 >= 3)
		system_access(v, in);
	else
		frame_access(v, in);
	world_take_interrupts(&world);
}

/* The neighbour: it must go on whatever the other guest does. */
static void use_neighbour(struct world_vcpu *v)
{
	world_load(v, PES - 1);
	guest_boot_irs(v, 0);
	guest_boot_cpu(v);
	guest_set_up(v, SPI(1), 8, 0);
	CHECK(vgicv5_inject_spi(&v->vm->vm, 1, true) == VGICV5_OK);
	CHECK(guest_take(v) == SPI(1));
	CHECK(guest_take(v) == 0);
	world_preempt(v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	struct vgicv5_vm_config config = world_vm_config(SPIS);
	struct world_vm *guest;
	struct world_vm *neighbour;
	unsigned int i;

	world_create(&world, &world_hosts[take(&in, 1) % world_host_count], PES);
	for (i = 0; i < sizeof(lpi_table); i += 8)
		lpi_table[i] =
			(unsigned char)(i % 24 == 0 && size & 1); /* L1 entries that the guest filled in */
	hal_host_guest_memory_clear();
	hal_host_guest_memory_add(NULL, WORLD_GUEST_IST, lpi_table, sizeof(lpi_table));
	memset(its_tables, 0, sizeof(its_tables));
	hal_host_guest_memory_add(NULL, ITS_TABLES, its_tables, sizeof(its_tables));
	config.deactivated = deactivated;
	guest = world_add_vm(&world, &config, VCPUS, NULL);
	add_its(guest);
	neighbour = world_add_vm(&world, &config, 1, NULL);
	world_load(&guest->vcpus[0], 0);
	for (i = 0; i < MAX_STEPS && in.left; i++)
		step(guest, &in);
	for (i = 0; i < VCPUS; i++)
		if (guest->vcpus[i].pe != WORLD_NO_PE)
			world_preempt(&guest->vcpus[i]);
	use_neighbour(&neighbour->vcpus[0]);
	CHECK(!hal_host_machine_violations(world.machine) ||
	      !fprintf(stderr, "%s\n", hal_host_machine_last_violation(world.machine)));
	world_destroy(&world);
	return 0;
}
