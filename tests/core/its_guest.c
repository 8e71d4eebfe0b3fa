// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "its_guest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <vgicv5/hyp.h>
#include <vgicv5/port.h>

unsigned char its_memory[ITS_MEMORY];

const struct its_shape its_shapes[] = {
	{"linear", false, false, 0, 2},
	{"DT in two levels, 4K", true, false, 0, 3},
	{"ITT in two levels, 4K", false, true, 0, 3},
	{"two levels, 4K", true, true, 0, 4},
	{"two levels, 16K", true, true, 1, 4},
	{"two levels, 64K", true, true, 2, 4},
};
const unsigned int its_shape_count = sizeof(its_shapes) / sizeof(its_shapes[0]);

uint64_t its_load(uint64_t gpa)
{
	uint64_t entry = 0;
	unsigned int i;

	for (i = 8; i-- > 0;)
		entry = entry << 8 | its_memory[gpa - ITS_GPA + i];
	return entry;
}

/* Through the port, so that another thread sees all of it or nothing. */
void its_store(uint64_t gpa, uint64_t entry)
{
	unsigned char bytes[8];
	unsigned int i;

	for (i = 0; i < 8; i++)
		bytes[i] = (unsigned char)(entry >> 8 * i);
	assert_int_equal(vgicv5_port_guest_write(NULL, gpa, bytes, sizeof(bytes)), VGICV5_OK);
}

static uint64_t make_table(struct its_guest *g, unsigned int bits)
{
	uint64_t bytes = 8ull << bits;
	uint64_t gpa = (g->next + bytes - 1) & ~(bytes - 1);

	g->next = gpa + bytes;
	assert_true(g->next <= ITS_GPA + ITS_MEMORY);
	return gpa;
}

/* The L2 entry of `id` in a table of `bits` ID bits. */
static uint64_t entry_of(struct its_guest *g, uint64_t base, bool two_level, unsigned int bits, uint32_t id)
{
	unsigned int index = 9 + 2 * g->shape->l2sz;
	unsigned int span = bits < index ? bits : index;
	uint64_t l1;

	if (!two_level)
		return base + 8ull * id;
	l1 = base + 8ull * (id >> index);
	if (!its_load(l1))
		its_store(l1, (uint64_t)span << 60 | make_table(g, span) | 1);
	return (its_load(l1) & 0xfffffffffffff8u) + 8ull * (id & ((1u << index) - 1));
}

static uint64_t make_top(struct its_guest *g, bool two_level, unsigned int bits)
{
	unsigned int index = 9 + 2 * g->shape->l2sz;

	return make_table(g, !two_level ? bits : bits > index ? bits - index : 0);
}

uint64_t its_dte(struct its_guest *g, uint32_t device)
{
	return entry_of(g, g->vits.regs.dt_baser, g->shape->dt_two_level, ITS_DEVICE_BITS, device);
}

uint64_t its_itte(struct its_guest *g, uint32_t device, uint32_t event)
{
	uint64_t dte = its_dte(g, device);
	uint64_t two_level = g->shape->itt_two_level;

	if (!its_load(dte))
		its_store(dte, (uint64_t)ITS_EVENT_BITS << 59 | two_level << 58 |
				       make_top(g, two_level, ITS_EVENT_BITS) |
				       (uint64_t)g->shape->l2sz << 1 | 1);
	return entry_of(g, its_load(dte) & 0xfffffffffffff8u, two_level, ITS_EVENT_BITS, event);
}

uint64_t its_entry(uint32_t lpi)
{
	return 1ull << 31 | lpi;
}

void its_map(struct its_guest *g, uint32_t device, uint32_t event, uint32_t lpi)
{
	its_store(its_itte(g, device, event), its_entry(lpi));
}

void its_up(struct its_guest *g, const struct its_shape *shape, const struct vgicv5_vits_direct_ops *direct)
{
	const struct vgicv5_vits_config config = {.base = ITS_BASE,
						  .device_id_bits = ITS_DEVICE_BITS + 2,
						  .event_id_bits = ITS_EVENT_BITS + 1,
						  .its_id = 5,
						  .direct = direct,
						  .direct_ctx = g};
	const struct vgicv5_viwb_config iwb = {
		.vits = &g->vits, .device_id = ITS_IWB_DEVICE, .wire_count = ITS_WIRES};
	struct vgicv5_vm_config vm_config = world_vm_config(32);
	struct world_vm *vm = &g->world.vms[0];

	memset(its_memory, 0, sizeof(its_memory));
	memset(g, 0, sizeof(*g));
	g->shape = shape;
	g->next = ITS_GPA;
	world_create(&g->world, &world_hosts[0], 3);
	hal_host_guest_memory_add(NULL, ITS_GPA, its_memory, sizeof(its_memory));
	g->vm = world_add_vm(&g->world, &vm_config, 2, NULL);
	assert_int_equal(vgicv5_vits_init(&g->vits, &vm->vm, &config), VGICV5_STATE);
	assert_int_equal(vgicv5_vm_destroy(&vm->vm), VGICV5_OK);
	assert_int_equal(vgicv5_vits_init(&g->vits, &vm->vm, &config), VGICV5_OK);
	assert_int_equal(vgicv5_viwb_init(&g->viwb, &iwb), VGICV5_OK);
	assert_int_equal(vgicv5_vm_start(&vm->vm), VGICV5_OK);
	world_load(&g->vm->vcpus[0], 0);
	guest_boot_irs(&g->vm->vcpus[0], ITS_LPI_BITS);
	its_write(g, 0xc0, make_top(g, shape->dt_two_level, ITS_DEVICE_BITS));
	its_write(g, 0xd0, (uint32_t)shape->dt_two_level << 16 | shape->l2sz << 6 | ITS_DEVICE_BITS);
	its_write(g, 0x80, 1);
	assert_int_equal(its_read(g, 0x80), 3);
}

void its_down(struct its_guest *g)
{
	world_destroy(&g->world);
}

static unsigned int width(uint32_t offset)
{
	static const uint32_t wide[] = {0xc0, 0x100, 0x118, 0x140, 0x180, 0x240, 0x248, 0x250};
	unsigned int i;

	for (i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
		if (wide[i] == offset)
			return 8;
	return 4;
}

uint64_t its_read(struct its_guest *g, uint32_t offset)
{
	return vgicv5_vits_read(&g->vits, offset, width(offset));
}

void its_write(struct its_guest *g, uint32_t offset, uint64_t value)
{
	vgicv5_vits_write(&g->vits, offset, width(offset), value);
}

void its_invalidate_event(struct its_guest *g, uint32_t device, uint32_t event, uint32_t command)
{
	its_write(g, 0x100, device);
	its_write(g, 0x108, event);
	its_write(g, 0x10c, 1u << 31 | command);
	assert_int_equal(its_read(g, 0x120), 1);
}

void its_invalidate_device(struct its_guest *g, uint32_t device, uint32_t command)
{
	its_write(g, 0x100, device);
	its_write(g, 0x110, 1u << 31 | command);
	assert_int_equal(its_read(g, 0x120), 1);
}

uint32_t its_iwb_read(struct its_guest *g, uint32_t offset)
{
	return (uint32_t)vgicv5_viwb_read(&g->viwb, offset, 4);
}

void its_iwb_write(struct its_guest *g, uint32_t offset, uint32_t value)
{
	vgicv5_viwb_write(&g->viwb, offset, 4, value);
}

bool its_take(struct its_guest *g, uint32_t lpi)
{
	struct vgicv5_soft_interrupt state;

	if (!vgicv5_soft_inspect(g->world.soft, g->vm->vm.vm_id, LPI(lpi), &state) || !state.pending)
		return false;
	vgicv5_hyp_pend(g->vm->vm.vm_id, LPI(lpi), false);
	return true;
}

unsigned int its_guest_reads(void)
{
	static _Thread_local uint64_t last;
	struct hal_host_counts counts;
	uint64_t before = last;

	hal_host_thread_counts(&counts);
	last = counts.guest_reads;
	return (unsigned int)(last - before);
}

unsigned int its_locks(void)
{
	static _Thread_local uint64_t last;
	struct hal_host_counts counts;
	uint64_t before = last;

	hal_host_thread_counts(&counts);
	last = counts.locks + counts.mutexes;
	return (unsigned int)(last - before);
}
