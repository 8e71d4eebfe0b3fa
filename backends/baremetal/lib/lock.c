// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Interrupts are always masked while the shell runs, so nothing is saved. Whoever finds the lock free has it: where
 * the CPUs are threads of an emulator, the next in a fair line is often one that does not run.
 */
#include "../shell.h"

void shell_lock(shell_lock_t *lock)
{
	while (__atomic_exchange_n(&lock->held, 1, __ATOMIC_ACQUIRE))
		while (__atomic_load_n(&lock->held, __ATOMIC_RELAXED))
			__asm__ volatile("yield" : : : "memory");
}

void shell_unlock(shell_lock_t *lock)
{
	__atomic_store_n(&lock->held, 0, __ATOMIC_RELEASE);
}
