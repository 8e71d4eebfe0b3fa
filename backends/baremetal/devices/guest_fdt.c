/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "guest_fdt.h"

#include "board.h"
#include "pl011.h"

#include <libfdt.h>
#include <vgicv5/arch/intid.h>

/*
 * libfdt's writer remembers its first failure (an unfinished tree refuses every later call), so the results are
 * collected in one place and looked at once.
 */
struct writer {
	void *blob;
	int error;
};

enum phandle { PHANDLE_CLOCK = 1, PHANDLE_INTC, PHANDLE_MSI, PHANDLE_IWB, PHANDLE_CPU };

static void collect(struct writer *w, int error)
{
	if (!w->error)
		w->error = error;
}

static void begin(struct writer *w, const char *name)
{
	collect(w, fdt_begin_node(w->blob, name));
}

/* A node whose name ends in its address. `stem` is at most 24 characters. */
static void begin_at(struct writer *w, const char *stem, uint64_t address)
{
	static const char digits[] = "0123456789abcdef";
	char name[48];
	unsigned int n = 0;
	int shift = 60;

	while (*stem && n < 24)
		name[n++] = *stem++;
	name[n++] = '@';
	while (shift && !(address >> shift))
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		name[n++] = digits[(address >> shift) & 0xf];
	name[n] = '\0';
	begin(w, name);
}

static void end(struct writer *w)
{
	collect(w, fdt_end_node(w->blob));
}

static void flag(struct writer *w, const char *name)
{
	collect(w, fdt_property(w->blob, name, "", 0));
}

static void text(struct writer *w, const char *name, const char *value)
{
	collect(w, fdt_property(w->blob, name, value, (int)strlen(value) + 1));
}

/* A list of strings: `value` is a string literal with embedded NULs. */
#define texts(w, name, value) collect(w, fdt_property((w)->blob, name, value, sizeof(value)))

static void cell(struct writer *w, const char *name, uint32_t value)
{
	collect(w, fdt_property_u32(w->blob, name, value));
}

/* Up to 16 cells. */
static void cells(struct writer *w, const char *name, const uint32_t *values, uint32_t count)
{
	fdt32_t raw[16];
	uint32_t i;

	for (i = 0; i < count && i < 16; i++)
		raw[i] = cpu_to_fdt32(values[i]);
	collect(w, fdt_property(w->blob, name, raw, (int)(i * sizeof(raw[0]))));
}

static void size_cells(struct writer *w, uint32_t address, uint32_t size)
{
	cell(w, "#address-cells", address);
	cell(w, "#size-cells", size);
}

static void reg(struct writer *w, uint64_t base, uint64_t size)
{
	uint32_t values[] = {(uint32_t)(base >> 32), (uint32_t)base, (uint32_t)(size >> 32), (uint32_t)size};

	cells(w, "reg", values, 4);
}

static void spi(struct writer *w, uint32_t number, uint32_t flags)
{
	uint32_t values[] = {BOARD_DT_SPI, number, flags};

	cells(w, "interrupts", values, 3);
}

static void clocks(struct writer *w, uint32_t count)
{
	uint32_t values[] = {PHANDLE_CLOCK, PHANDLE_CLOCK};

	cells(w, "clocks", values, count);
}

static uint64_t next_random(uint64_t *state)
{
	/* splitmix64: every seed, small ones too, gives well mixed words. */
	uint64_t z = (*state += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static void write_seeds(struct writer *w, uint64_t seed)
{
	uint64_t rng[4];
	unsigned int i;

	collect(w, fdt_property_u64(w->blob, "kaslr-seed", next_random(&seed)));
	for (i = 0; i < 4; i++)
		rng[i] = next_random(&seed);
	collect(w, fdt_property(w->blob, "rng-seed", rng, sizeof(rng)));
}

static void write_chosen(struct writer *w, const struct guest_fdt *guest)
{
	begin(w, "chosen");
	text(w, "stdout-path", "/pl011@9000000");
	if (guest->bootargs)
		text(w, "bootargs", guest->bootargs);
	if (guest->initrd_end) {
		collect(w, fdt_property_u64(w->blob, "linux,initrd-start", guest->initrd_start));
		collect(w, fdt_property_u64(w->blob, "linux,initrd-end", guest->initrd_end));
	}
	if (guest->seed)
		write_seeds(w, guest->seed);
	end(w);
}

static void write_cpus(struct writer *w, uint32_t count)
{
	uint32_t i;

	begin(w, "cpus");
	size_cells(w, 1, 0);
	for (i = 0; i < count; i++) {
		begin_at(w, "cpu", i);
		text(w, "device_type", "cpu");
		text(w, "compatible", "arm,armv8");
		text(w, "enable-method", "psci");
		cell(w, "reg", i);
		cell(w, "phandle", PHANDLE_CPU + i);
		end(w);
	}
	end(w);
}

static void write_psci(struct writer *w)
{
	begin(w, "psci");
	texts(w, "compatible", "arm,psci-1.0\0arm,psci-0.2");
	text(w, "method", "hvc");
	end(w);
}

static void write_timer(struct writer *w)
{
	static const uint32_t ppis[] = {GICV5_PPI_CNTPS, GICV5_PPI_CNTP, GICV5_PPI_CNTV, GICV5_PPI_CNTHP,
					GICV5_PPI_CNTHV};
	uint32_t values[15];
	unsigned int i;

	for (i = 0; i < 5; i++) {
		values[3 * i] = BOARD_DT_PPI;
		values[3 * i + 1] = ppis[i];
		values[3 * i + 2] = BOARD_DT_LEVEL;
	}
	begin(w, "timer");
	texts(w, "compatible", "arm,armv8-timer\0arm,armv7-timer");
	cells(w, "interrupts", values, 15);
	flag(w, "always-on");
	end(w);
}

/* The node of the translate frame is what a device's MSIs go to. */
static void write_its(struct writer *w)
{
	begin_at(w, "its", BOARD_ITS_BASE);
	text(w, "compatible", "arm,gic-v5-its");
	text(w, "reg-names", "ns-config");
	reg(w, BOARD_ITS_BASE, BOARD_FRAME_SIZE);
	size_cells(w, 2, 2);
	flag(w, "ranges");
	begin_at(w, "msi-controller", BOARD_ITS_BASE + BOARD_FRAME_SIZE);
	text(w, "reg-names", "ns-translate");
	reg(w, BOARD_ITS_BASE + BOARD_FRAME_SIZE, BOARD_FRAME_SIZE);
	cell(w, "#msi-cells", 1);
	flag(w, "msi-controller");
	cell(w, "phandle", PHANDLE_MSI);
	end(w);
	end(w);
}

static void write_irs(struct writer *w, const struct guest_fdt *guest)
{
	static const uint32_t frames[] = {
		0, BOARD_IRS_BASE,   0, BOARD_FRAME_SIZE, 0, BOARD_IRS_BASE + BOARD_FRAME_SIZE,
		0, BOARD_FRAME_SIZE,
	};
	uint32_t cpus = guest->cpus;
	uint32_t i;
	void *value;

	begin_at(w, "irs", BOARD_IRS_BASE);
	text(w, "compatible", "arm,gic-v5-irs");
	if (guest->plain)
		text(w, "reg-names", "ns-config");
	else
		texts(w, "reg-names", "ns-config\0ns-setlpi");
	cells(w, "reg", frames, guest->plain ? 4 : 8);
	size_cells(w, 2, 2);
	flag(w, "ranges");
	collect(w, fdt_property_placeholder(w->blob, "cpus", (int)(cpus * sizeof(fdt32_t)), &value));
	for (i = 0; i < cpus && !w->error; i++)
		((fdt32_t *)value)[i] = cpu_to_fdt32(PHANDLE_CPU + i);
	collect(w, fdt_property_placeholder(w->blob, "arm,iaffids", (int)(cpus * sizeof(fdt16_t)), &value));
	for (i = 0; i < cpus && !w->error; i++)
		((fdt16_t *)value)[i] = cpu_to_fdt16((uint16_t)i);
	if (!guest->plain)
		write_its(w);
	end(w);
}

static void write_intc(struct writer *w, const struct guest_fdt *guest)
{
	begin(w, "intc");
	text(w, "compatible", "arm,gic-v5");
	flag(w, "interrupt-controller");
	cell(w, "#interrupt-cells", 3);
	size_cells(w, 2, 2);
	flag(w, "ranges");
	cell(w, "phandle", PHANDLE_INTC);
	write_irs(w, guest);
	end(w);
}

/* An interrupt of it is a wire and flags. */
static void write_iwb(struct writer *w)
{
	static const uint32_t msis[] = {PHANDLE_MSI, BOARD_IWB_DEVICE};

	begin_at(w, "iwb", BOARD_IWB_BASE);
	text(w, "compatible", "arm,gic-v5-iwb");
	reg(w, BOARD_IWB_BASE, BOARD_FRAME_SIZE);
	flag(w, "interrupt-controller");
	cell(w, "#address-cells", 0);
	cell(w, "#interrupt-cells", 2);
	cells(w, "msi-parent", msis, 2);
	cell(w, "phandle", PHANDLE_IWB);
	end(w);
}

static void write_clock(struct writer *w)
{
	begin(w, "apb-pclk");
	text(w, "compatible", "fixed-clock");
	text(w, "clock-output-names", "clk24mhz");
	cell(w, "clock-frequency", 24000000);
	cell(w, "#clock-cells", 0);
	cell(w, "phandle", PHANDLE_CLOCK);
	end(w);
}

static void begin_uart(struct writer *w, uint64_t base)
{
	begin_at(w, "pl011", base);
	texts(w, "compatible", "arm,pl011\0arm,primecell");
	texts(w, "clock-names", "uartclk\0apb_pclk");
	clocks(w, 2);
	reg(w, base, PL011_SIZE);
}

static void write_uart(struct writer *w)
{
	begin_uart(w, BOARD_UART_BASE);
	spi(w, BOARD_UART_SPI, BOARD_DT_LEVEL);
	end(w);
}

/* The one whose interrupt is a wire of the IWB. */
static void write_loop(struct writer *w)
{
	static const uint32_t wire[] = {PHANDLE_IWB, BOARD_LOOP_WIRE, BOARD_DT_LEVEL};

	begin_uart(w, BOARD_LOOP_BASE);
	cells(w, "interrupts-extended", wire, 3);
	end(w);
}

static void write_virtio(struct writer *w, uint32_t present)
{
	uint32_t i;

	for (i = 0; i < BOARD_VIRTIO_COUNT; i++) {
		uint64_t base = BOARD_VIRTIO_BASE + i * BOARD_VIRTIO_STRIDE;

		if (!(present >> i & 1))
			continue;
		begin_at(w, "virtio_mmio", base);
		text(w, "compatible", "virtio,mmio");
		flag(w, "dma-coherent");
		spi(w, BOARD_VIRTIO_SPI + i, BOARD_DT_LEVEL);
		reg(w, base, BOARD_VIRTIO_STRIDE);
		end(w);
	}
}

/* No I/O ports and no INTx: a function's MSIs go to the ITS with its requester ID as DeviceID. */
static void write_pci(struct writer *w)
{
	static const uint32_t window[] = {BOARD_DT_PCI_MEMORY32, 0, BOARD_PCI_WINDOW,	   0,
					  BOARD_PCI_WINDOW,	 0, BOARD_PCI_WINDOW_BYTES};
	static const uint32_t buses[] = {0, 0};
	static const uint32_t msis[] = {0, PHANDLE_MSI, 0, BOARD_IWB_DEVICE};

	begin_at(w, "pcie", BOARD_PCI_ECAM);
	text(w, "compatible", "pci-host-ecam-generic");
	text(w, "device_type", "pci");
	reg(w, BOARD_PCI_ECAM, BOARD_PCI_ECAM_BYTES);
	size_cells(w, 3, 2);
	cells(w, "ranges", window, 7);
	cells(w, "bus-range", buses, 2);
	cell(w, "linux,pci-domain", 0);
	cells(w, "msi-map", msis, 4);
	flag(w, "dma-coherent");
	end(w);
}

static void write_memory(struct writer *w, const struct guest_fdt *guest)
{
	begin_at(w, "memory", guest->ram_base);
	text(w, "device_type", "memory");
	reg(w, guest->ram_base, guest->ram_size);
	end(w);
}

int guest_fdt_make(void *blob, uint32_t size, const struct guest_fdt *guest)
{
	struct writer w = {.blob = blob};

	collect(&w, fdt_create(blob, (int)size));
	collect(&w, fdt_finish_reservemap(blob));
	begin(&w, "");
	text(&w, "compatible", "linux,dummy-virt");
	text(&w, "model", "linux,dummy-virt");
	size_cells(&w, 2, 2);
	cell(&w, "interrupt-parent", PHANDLE_INTC);
	flag(&w, "dma-coherent");
	write_chosen(&w, guest);
	write_memory(&w, guest);
	write_cpus(&w, guest->cpus);
	write_psci(&w);
	write_timer(&w);
	write_intc(&w, guest);
	write_clock(&w);
	write_uart(&w);
	write_virtio(&w, guest->virtio);
	if (!guest->plain) {
		write_iwb(&w);
		write_loop(&w);
		write_pci(&w);
	}
	end(&w);
	collect(&w, fdt_finish(blob));
	return w.error;
}
