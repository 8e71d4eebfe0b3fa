/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "guest.h"

#include "board.h"
#include "console.h"
#include "guest_fdt.h"
#include "layout.h"
#include "pci_host.h"
#include "uart.h"
#include "virtio.h"

#include <string.h>

#define MIB 0x100000u

struct guest {
	struct shell_vm *vm;
	unsigned int index;
	bool plain; /* board.h */
	const struct bundle *bundle;
	struct uart uart; /* the console */
	struct uart loop;
	struct pci_host pci;
	uint32_t virtio;
	unsigned int starts;
	char name[8];
	char bootargs[1024];
};

static struct guest guests[SHELL_MAX_VMS];

/* ---- UARTs ---- */

static void uart_transmit(void *ctx, uint8_t c)
{
	struct guest *guest = ctx;

	console_output(guest->index, c);
}

static void uart_interrupt(void *ctx, bool asserted)
{
	struct guest *guest = ctx;

	shell_inject_spi(guest->vm, BOARD_UART_SPI, asserted);
}

static const struct pl011_ops uart_ops = {.transmit = uart_transmit, .interrupt = uart_interrupt};

static void typed(void *ctx, uint8_t c)
{
	struct guest *guest = ctx;

	uart_receive(&guest->uart, c);
}

/* Under the UART's lock already. */
static void loop_transmit(void *ctx, uint8_t c)
{
	struct guest *guest = ctx;

	pl011_receive(&guest->loop.pl011, c);
}

static void loop_interrupt(void *ctx, bool asserted)
{
	struct guest *guest = ctx;

	shell_inject_wire(guest->vm, BOARD_LOOP_WIRE, asserted);
}

static const struct pl011_ops loop_ops = {.transmit = loop_transmit, .interrupt = loop_interrupt};

static bool add_uarts(struct guest *guest)
{
	int error = uart_add(&guest->uart, guest->vm, BOARD_UART_BASE, VMFILE_UART);

	if (!error && !guest->plain)
		error = uart_add(&guest->loop, guest->vm, BOARD_LOOP_BASE, "loop");
	if (error)
		con_printf("%s: no room for its UARTs\n", guest->name);
	return !error;
}

/* ---- Saving ---- */

static void line_save(void *ctx, void *state)
{
	const struct guest *guest = ctx;

	console_save(guest->index, state);
}

static const char *line_check(void *ctx, const void *state)
{
	(void)ctx;
	return vmfile_check_line(state);
}

static void line_restore(void *ctx, const void *state)
{
	const struct guest *guest = ctx;

	console_resume(guest->index, state);
}

static bool register_line(struct guest *guest)
{
	const struct shell_saved_device line = {
		.name = VMFILE_LINE,
		.bytes = sizeof(struct vmfile_line),
		.save = line_save,
		.check = line_check,
		.restore = line_restore,
		.ctx = guest,
	};

	return !shell_saved_device_register(guest->vm, &line);
}

/* ---- Start ---- */

/* What there is for this VM alone, or else for all of them. */
static const void *find_payload(const struct guest *guest, const char *kind, size_t *bytes)
{
	char own[16];
	const void *payload;

	shell_snprintf(own, sizeof(own), "%s.%u", kind, guest->index);
	payload = bundle_find(guest->bundle, own, bytes);
	return payload ? payload : bundle_find(guest->bundle, kind, bytes);
}

static void reset(struct shell_vm *vm, void *ctx)
{
	struct guest *guest = ctx;

	console_restart(guest->index);
	virtio_reset(vm, guest->virtio);
	uart_reset(&guest->uart);
	if (guest->plain)
		return;
	uart_reset(&guest->loop);
	pci_host_reset(&guest->pci);
}

/* Different for each VM and each start, unless the configuration wants the same every time. */
static uint64_t choose_seed(const struct guest *guest)
{
	uint64_t seed = bundle_number(guest->bundle, "seed", 0);

	return seed ? seed : shell_clock_us() << 16 | guest->starts << 4 | (guest->index + 1);
}

static int load_fdt(struct guest *guest, const struct guest_layout *layout)
{
	struct guest_fdt fdt = {
		.cpus = shell_vm_vcpu_count(guest->vm),
		.ram_base = BOARD_RAM_BASE,
		.ram_size = shell_vm_ram_bytes(guest->vm),
		.bootargs = guest->bootargs,
		.virtio = guest->virtio,
		.plain = guest->plain,
		.seed = choose_seed(guest),
	};
	void *blob = shell_alloc(GUEST_FDT_SIZE, 8);
	int error = VGICV5_NO_MEMORY;

	if (layout->initrd_end != layout->initrd) {
		fdt.initrd_start = layout->initrd;
		fdt.initrd_end = layout->initrd_end;
	}
	if (blob)
		error = guest_fdt_make(blob, GUEST_FDT_SIZE, &fdt);
	if (!error)
		error = shell_guest_write(guest->vm, layout->fdt, blob, GUEST_FDT_SIZE);
	shell_free(blob, GUEST_FDT_SIZE);
	con_printf("%s: seed %llu\n", guest->name, (unsigned long long)fdt.seed);
	return error;
}

static int load(struct shell_vm *vm, void *ctx, uint64_t *pc, uint64_t *x0)
{
	struct guest *guest = ctx;
	size_t kernel_bytes, initrd_bytes;
	const void *kernel = find_payload(guest, "kernel", &kernel_bytes);
	const void *initrd = find_payload(guest, "initrd", &initrd_bytes);
	struct guest_layout layout;
	const char *wrong;

	wrong = guest_layout_make(&layout, kernel, kernel_bytes, initrd_bytes, BOARD_RAM_BASE,
				  shell_vm_ram_bytes(vm));
	if (!wrong && (shell_guest_write(vm, layout.kernel, kernel, kernel_bytes) ||
		       shell_guest_write(vm, layout.initrd, initrd, initrd_bytes)))
		wrong = "its memory cannot be written";
	if (!wrong && load_fdt(guest, &layout))
		wrong = "its device tree cannot be made";
	if (wrong) {
		con_printf("%s: not started: %s\n", guest->name, wrong);
		return VGICV5_INVALID;
	}
	guest->starts++;
	*pc = layout.kernel;
	*x0 = layout.fdt;
	return 0;
}

/* ---- Creation ---- */

/* What all VMs get, then what is for this one alone. */
static void read_bootargs(struct guest *guest)
{
	char key[] = "append.0";
	size_t n;

	bundle_text(guest->bundle, "append", guest->bootargs, sizeof(guest->bootargs));
	n = strlen(guest->bootargs);
	key[7] = (char)('0' + guest->index);
	if (n + 2 < sizeof(guest->bootargs)) {
		guest->bootargs[n] = ' ';
		bundle_text(guest->bundle, key, guest->bootargs + n + 1, sizeof(guest->bootargs) - n - 1);
	}
}

static bool add_pci(struct guest *guest)
{
	size_t bytes;
	const void *disk = find_payload(guest, "disk", &bytes);
	int error = pci_host_create(&guest->pci, guest->vm, disk, bytes);

	if (error)
		con_printf("%s: no disk of its own: %s\n", guest->name, vgicv5_strerror(error));
	return !error;
}

static bool add_devices(struct guest *guest)
{
	if (!add_uarts(guest) || (!guest->plain && !add_pci(guest)))
		return false;
	if (guest->index == 0 && !guest->plain)
		guest->virtio = virtio_pass_through(guest->vm);
	return register_line(guest);
}

static bool create(struct guest *guest, const struct shell_saved *like)
{
	struct shell_vm_config config = {
		.name = guest->name,
		.vcpus = like->vcpus,
		.ram_bytes = like->ram_bytes,
		.plain = like->plain,
		.identity = guest->index == 0,
		.load = load,
		.reset = reset,
		.ctx = guest,
	};

	guest->plain = like->plain;
	guest->uart = (struct uart){.ops = &uart_ops, .ctx = guest};
	guest->loop = (struct uart){.ops = &loop_ops, .ctx = guest};
	uart_reset(&guest->uart);
	uart_reset(&guest->loop);
	guest->vm = shell_vm_create(&config);
	if (guest->vm && shell_vm_index(guest->vm) == guest->index && add_devices(guest))
		return true;
	if (guest->vm)
		shell_vm_destroy(guest->vm);
	guest->vm = NULL;
	return false;
}

static bool is_plain(const struct bundle *bundle)
{
	char board[8];

	return bundle_text(bundle, "board", board, sizeof(board)) && !strcmp(board, "plain");
}

bool guest_create(const struct bundle *bundle, unsigned int index, const struct shell_saved *like)
{
	struct guest *guest = &guests[index];
	struct shell_saved configured = {
		.vcpus = (unsigned int)bundle_number(bundle, "cpus", 1),
		.ram_bytes = bundle_number(bundle, "mem", 512) * MIB,
		.plain = is_plain(bundle),
	};

	guest->index = index;
	guest->bundle = bundle;
	shell_snprintf(guest->name, sizeof(guest->name), "vm%u", index);
	read_bootargs(guest);
	console_attach(index, guest->name, typed, guest);
	return create(guest, like ? like : &configured);
}

const char *guest_restore(const struct bundle *bundle, unsigned int index, const char *name)
{
	struct guest *guest = &guests[index];
	struct shell_saved saved;
	const char *wrong = shell_saved_look(name, &saved);

	if (wrong)
		return wrong;
	if (guest->vm && (shell_vm_vcpu_count(guest->vm) != saved.vcpus ||
			  shell_vm_ram_bytes(guest->vm) != saved.ram_bytes || guest->plain != saved.plain)) {
		if (guest->virtio || shell_vm_destroy(guest->vm))
			return "the VM in its place is not off, or has devices of the machine";
		guest->vm = NULL;
	}
	if (!guest->vm && !(guest->bundle ? create(guest, &saved) : guest_create(bundle, index, &saved)))
		return "there is no room for a VM like it";
	return shell_vm_restore(guest->vm, name);
}

struct shell_vm *guest_vm(unsigned int index)
{
	return index < SHELL_MAX_VMS ? guests[index].vm : NULL;
}
