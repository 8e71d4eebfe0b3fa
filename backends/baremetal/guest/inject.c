// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Interrupts that devices make: lines of SPIs, wires of the IWB, MSIs. */
#include "guest.h"

#include "../devices/board.h"

#include <vgicv5/arch/irs.h>

/* Counted before the look at the state: finish_stop() waits for it after the state has changed. */
static bool begin(struct shell_vm *vm, uint64_t *counter)
{
	bool running;

	__atomic_fetch_add(&vm->injecting, 1, __ATOMIC_SEQ_CST);
	running = __atomic_load_n(&vm->state, __ATOMIC_SEQ_CST) == SHELL_VM_RUNNING;
	if (running)
		count(counter);
	return running;
}

static void end(struct shell_vm *vm)
{
	__atomic_fetch_sub(&vm->injecting, 1, __ATOMIC_SEQ_CST);
}

void shell_inject_spi(struct shell_vm *vm, unsigned int spi, bool asserted)
{
	if (begin(vm, &vm->counters.injected_spi))
		vgicv5_inject_spi(&vm->gic, spi, asserted);
	end(vm);
}

void shell_inject_wire(struct shell_vm *vm, unsigned int wire, bool asserted)
{
	if (begin(vm, &vm->counters.injected_wire))
		vgicv5_viwb_set_wire(&vm->iwb, wire, asserted);
	end(vm);
}

/* To the register of the SETLPI frame, or else to an ITS. */
static void message(struct shell_vm *vm, uint64_t address, uint32_t device_id, uint32_t data)
{
	if (address == BOARD_IRS_BASE + GICV5_FRAME_SIZE + GICV5_IRS_SETLPIR)
		vgicv5_inject_setlpi(&vm->gic, data);
	else
		vgicv5_inject_msi_at(&vm->gic, address, device_id, data);
}

void shell_inject_msi(struct shell_vm *vm, uint64_t address, uint32_t device_id, uint32_t data)
{
	if (begin(vm, &vm->counters.injected_msi))
		message(vm, address, device_id, data);
	end(vm);
}

/* ---- Registers of the IWB ---- */

static uint64_t iwb_read(void *ctx, uint32_t offset, unsigned int bytes)
{
	return vgicv5_viwb_read(ctx, offset, bytes);
}

static void iwb_write(void *ctx, uint32_t offset, unsigned int bytes, uint64_t value)
{
	vgicv5_viwb_write(ctx, offset, bytes, value);
}

int vm_add_iwb(struct shell_vm *vm)
{
	static const struct shell_mmio_ops registers = {.read = iwb_read, .write = iwb_write};
	const struct vgicv5_viwb_config config = {
		.vits = &vm->its,
		.device_id = BOARD_IWB_DEVICE,
		.wire_count = BOARD_IWB_WIRES,
		.iwben = true,
	};
	int error = vgicv5_viwb_init(&vm->iwb, &config);

	return error ? error
		     : shell_mmio_register(vm, BOARD_IWB_BASE, VGICV5_VIWB_SIZE, &registers, &vm->iwb);
}
