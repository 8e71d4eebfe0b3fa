// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "recorder.h"

#include <stdlib.h>
#include <string.h>

struct recorder rec;

static void record(unsigned int encoding, bool read, uint64_t value)
{
	struct hal_host_counts counts;

	assert_true(rec.log_count < sizeof(rec.log) / sizeof(rec.log[0]));
	hal_host_thread_counts(&counts);
	rec.log[rec.log_count++] = (struct access){encoding, read, value, counts.dsb_sts};
}

static uint64_t contextr_written(uint64_t value)
{
	if (!GICV5_GET(ICH_CONTEXTR_EL2_V, value) && rec.on_leave)
		rec.on_leave();
	return rec.refuse ? value | GICV5_MASK(ICH_CONTEXTR_EL2_F) : value;
}

static uint64_t sys(void *ctx, unsigned int pe, unsigned int encoding, bool read, uint64_t value)
{
	(void)ctx;
	if (read)
		value = rec.regs[pe][encoding];
	record(encoding, read, value);
	if (!read && encoding == GICV5_GIC_VDPEND && rec.on_vdpend)
		rec.on_vdpend(value);
	if (!read && encoding == GICV5_ICH_CONTEXTR_EL2)
		value = contextr_written(value);
	if (!read)
		rec.regs[pe][encoding] = value;
	return value;
}

static void isb(void *ctx, unsigned int pe)
{
	(void)ctx;
	(void)pe;
	record(0, false, 0);
}

static uint64_t mmio_read(void *ctx, const volatile void *address, unsigned int bytes)
{
	(void)ctx;
	(void)address;
	fail_msg("access of %u bytes to an IRS frame", bytes);
	return 0;
}

static void mmio_write(void *ctx, volatile void *address, unsigned int bytes, uint64_t value)
{
	(void)value;
	mmio_read(ctx, address, bytes);
}

static void *no_alloc(void *ctx, size_t bytes, size_t align)
{
	(void)ctx;
	(void)align;
	fail_msg("allocation of %zu bytes", bytes);
	return NULL;
}

static void no_free(void *ctx, void *memory, size_t bytes)
{
	(void)ctx;
	(void)memory;
	fail_msg("free of %zu bytes", bytes);
}

static uint64_t phys(void *ctx, const void *memory)
{
	(void)ctx;
	return (uintptr_t)memory;
}

static void maintained(void *ctx, const void *start, size_t bytes)
{
	(void)ctx;
	(void)start;
	(void)bytes;
}

static bool lpi_take(void *ctx, unsigned int pe, uint32_t *lpi)
{
	static uint32_t next;

	(void)ctx;
	(void)pe;
	*lpi = next++;
	return true;
}

static void lpi_release(void *ctx, uint32_t lpi)
{
	(void)ctx;
	(void)lpi;
}

static void lpi_steer(void *ctx, uint32_t lpi, unsigned int pe)
{
	(void)ctx;
	(void)lpi;
	(void)pe;
}

static const struct hal_host_bus bus = {
	.sys = sys,
	.isb = isb,
	.mmio_read = mmio_read,
	.mmio_write = mmio_write,
	.alloc = no_alloc,
	.free = no_free,
	.phys = phys,
	.cache_maintained = maintained,
	.lpi_take = lpi_take,
	.lpi_release = lpi_release,
	.lpi_steer = lpi_steer,
};

/* Half of what vgicv5_vm_start() does: the half without an IRS. */
static void start(unsigned int vm)
{
	unsigned int i;
	struct vgicv5_vcpu *vcpu;

	assert_int_equal(vgicv5_port_doorbells_create(&rec.vm[vm], VPES), 0);
	for (i = 0; i < VPES; i++) {
		vcpu = &rec.vcpu[vm][i];
		assert_int_equal(vgicv5_vcpu_init(vcpu, &rec.vm[vm], 3 + 14 * i), 0);
		assert_int_equal(
			vgicv5_port_doorbell_request(&rec.vm[vm], vcpu->index, vcpu, &vcpu->doorbell_lpi), 0);
	}
	rec.vm[vm].vm_id = (uint16_t)(5 + vm);
	rec.vm[vm].serial = 1 + vm;
	rec.vm[vm].spi_level = rec.spi_level[vm];
	rec.vm[vm].spi_line = rec.spi_line[vm];
	rec.vm[vm].virs.irsen = true;
	rec.vm[vm].state = VGICV5_VM_STARTED;
}

int recorder_setup(void **state)
{
	const struct vgicv5_vm_config few = {
		.spi_count = SPIS,
		.ppi_visible = {1ull << 3 | 1ull << 23 | 1ull << 27 | 1ull << 30, 0},
		.ppi_dvi = {1ull << 27, 0},
	};
	const struct vgicv5_vm_config all = {.spi_count = SPIS, .ppi_visible = {~0ull, ~0ull}};
	unsigned int pe;

	(void)state;
	hal_host_reset();
	memset(&rec, 0, sizeof(rec));
	hal_host_bind(&bus, NULL);
	rec.host.caps.ppi_implemented[0] = PPIS_LOW;
	rec.host.caps.ppi_implemented[1] = PPIS_HIGH;
	rec.host.caps.ppi_edge[0] = 1ull << GICV5_PPI_SW;
	rec.host.caps.ppi_edge[1] = PPI_BIT(PPI_HIGH_EDGE) | PPI_BIT(PPI_HIGH_EDGE2);
	rec.host.caps.max_vpes = 512;
	rec.host.caps.lpi_id_bits = 16;
	assert_int_equal(vgicv5_vm_init(&rec.vm[0], &rec.host, &few), 0);
	assert_int_equal(vgicv5_vm_init(&rec.vm[1], &rec.host, &all), 0);
	start(0);
	start(1);
	for (pe = PES; pe-- > 0;) {
		on_pe(pe);
		vgicv5_pcpu_init(&rec.host, &rec.pcpu[pe]);
	}
	forget();
	return 0;
}

void on_pe(unsigned int pe)
{
	hal_host_set_pe(pe, &rec.pcpu[pe]);
}

uint64_t reg(unsigned int encoding)
{
	return rec.regs[hal_host_pe()][encoding];
}

void set_reg(unsigned int encoding, uint64_t value)
{
	rec.regs[hal_host_pe()][encoding] = value;
}

void forget(void)
{
	unsigned int vm;
	unsigned int vpe;

	rec.log_count = 0;
	hal_host_counts_clear();
	for (vm = 0; vm < VMS; vm++)
		for (vpe = 0; vpe < VPES; vpe++)
			hal_host_take_kick(&rec.vcpu[vm][vpe]);
}

unsigned int logged(unsigned int encoding, bool read)
{
	unsigned int count = 0;
	unsigned int i;

	for (i = 0; i < rec.log_count; i++)
		count += rec.log[i].encoding == encoding && rec.log[i].read == read;
	return count;
}

const struct access *last(unsigned int encoding, bool read)
{
	unsigned int i;

	for (i = rec.log_count; i-- > 0;)
		if (rec.log[i].encoding == encoding && rec.log[i].read == read)
			return &rec.log[i];
	fail_msg("no access to %#x in the log", encoding);
	abort();
}

uint64_t vmcr(bool en, unsigned int vpmr)
{
	return GICV5_PUT(ICH_VMCR_EL2_EN, en) | GICV5_PUT(ICH_VMCR_EL2_VPMR, vpmr);
}

void guest_opens(unsigned int pcr, uint64_t enable0)
{
	struct vgicv5_vcpu *vcpu = rec.pcpu[hal_host_pe()].loaded;

	set_reg(GICV5_ICH_VMCR_EL2, vmcr(true, pcr));
	set_reg(GICV5_ICH_PPI_ENABLER0_EL2, enable0);
	vcpu->hyp.enable[0] = enable0;
}

void saved_priority(struct vgicv5_vcpu *vcpu, unsigned int ppi, unsigned int priority)
{
	unsigned int shift = 8 * (ppi % 8);

	vcpu->hyp.priority[ppi / 8] &= ~(0x1full << shift);
	vcpu->hyp.priority[ppi / 8] |= (uint64_t)priority << shift;
}
