/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What emulated devices do to a guest's memory by themselves. */
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
