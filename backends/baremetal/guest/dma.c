/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What emulated devices do to a guest by themselves: memory accesses and MSIs. */
#include "guest.h"

/* Code has other words than the guest wrote; what a device writes must not be "put right" at the next store. */
static bool is_code(struct shell_vm *vm, uint64_t page)
{
	enum stage2_use use = STAGE2_DATA;
	uint64_t pa;

	shell_lock(&vm->stage2.lock);
	stage2_look(&vm->stage2, page, &pa, &use);
	shell_unlock(&vm->stage2.lock);
	return use == STAGE2_CODE || use == STAGE2_READ;
}

void *shell_dma_pointer(struct shell_vm *vm, uint64_t ipa, uint64_t bytes, bool write)
{
	void *at = shell_guest_pointer(vm, ipa, bytes);
	uint64_t page = ipa & ~(uint64_t)(PAGE_BYTES - 1);

	if (!at || !write)
		return at;
	for (; page < ipa + bytes; page += PAGE_BYTES)
		if (is_code(vm, page) && rewrite_for_store(vm, page) != REWRITE_DONE)
			return NULL;
	return at;
}

void shell_inject_msi(struct shell_vm *vm, uint64_t address, uint32_t device_id, uint32_t data)
{
	/* As in shell_inject_spi(). */
	__atomic_fetch_add(&vm->injecting, 1, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&vm->state, __ATOMIC_SEQ_CST) == SHELL_VM_RUNNING) {
		count(&vm->counters.injected_msi);
		vgicv5_inject_msi_at(&vm->gic, address, device_id, data);
	}
	__atomic_fetch_sub(&vm->injecting, 1, __ATOMIC_SEQ_CST);
}
