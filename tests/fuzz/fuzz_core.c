// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Everything that a hostile guest can reach, driven by bytes: frames of its IRS at any offset and width, every GIC
 * instruction and register at EL1, traps with any encoding, tables in its memory, WFI, while its host injects, preempts and
 * moves it. At worst that guest is hurt: another VM beside it keeps working, the checker of the software GICv5 is
 * silent about what the host did, nothing leaks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "world.h"

#define PES 3
#define VCPUS 2
#define MAX_STEPS 2000

/* cmocka's assertions end here when no test of its own runs. */
#define CHECK(cond)                                                                \
	do {                                                                       \
		if (!(cond)) {                                                     \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #cond); \
			abort();                                                   \
		}                                                                  \
	} while (0)

static struct world world;
static unsigned char lpi_table[WORLD_GUEST_MEMORY];

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

static void step(struct world_vm *vm, struct input *in)
{
	unsigned int what = (unsigned int)take(in, 1);
	struct world_vcpu *v = &vm->vcpus[what & 1];

	what >>= 1;
	if (what % 8 == 7 || v->pe == WORLD_NO_PE)
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
	struct vgicv5_vm_config config = world_vm_config(40);
	struct world_vm *guest;
	struct world_vm *neighbour;
	unsigned int i;

	world_create(&world, &world_hosts[take(&in, 1) % world_host_count], PES);
	for (i = 0; i < sizeof(lpi_table); i += 8)
		lpi_table[i] =
			(unsigned char)(i % 24 == 0 && size & 1); /* L1 entries that the guest filled in */
	hal_host_guest_memory_clear();
	hal_host_guest_memory_add(NULL, WORLD_GUEST_IST, lpi_table, sizeof(lpi_table));
	guest = world_add_vm(&world, &config, VCPUS, NULL);
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
