// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Ticket locks. Interrupts are always masked while the shell runs, so nothing is saved. */
#include "../shell.h"

void shell_lock(shell_lock_t *lock)
{
	uint32_t ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_RELAXED);

	while (__atomic_load_n(&lock->owner, __ATOMIC_ACQUIRE) != ticket)
		__asm__ volatile("yield" : : : "memory");
}

void shell_unlock(shell_lock_t *lock)
{
	__atomic_store_n(&lock->owner, lock->owner + 1, __ATOMIC_RELEASE);
}
