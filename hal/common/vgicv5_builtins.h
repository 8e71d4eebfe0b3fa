/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Single copies and atomics out of the builtins of GCC and Clang.
 *
 * A port whose host has no primitives of its own includes this. Build it with -mno-outline-atomics on AArch64, or
 * each atomic becomes a call into libgcc.
 */
#ifndef VGICV5_BUILTINS_H
#define VGICV5_BUILTINS_H

#include <vgicv5_types.h>

#define VGICV5_READ_ONCE(x) __atomic_load_n(&(x), __ATOMIC_RELAXED)
#define VGICV5_WRITE_ONCE(x, v) __atomic_store_n(&(x), (v), __ATOMIC_RELAXED)
#define VGICV5_LOAD_ACQUIRE(p) __atomic_load_n((p), __ATOMIC_ACQUIRE)
#define VGICV5_STORE_RELEASE(p, v) __atomic_store_n((p), (v), __ATOMIC_RELEASE)

/*
 * A sequentially consistent read-modify-write on AArch64 lets a later plain load pass its store (LDAXR/STLXR), and
 * "set a bit, then look whether the vCPU runs" needs exactly that order. On x86 the locked instruction is enough,
 * and the thread sanitizer knows no fences.
 */
static inline void vgicv5_order_atomic(void)
{
#if !defined(__x86_64__)
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
#endif
}

static inline uint64_t vgicv5_fetch_or(uint64_t *p, uint64_t v)
{
	uint64_t old = __atomic_fetch_or(p, v, __ATOMIC_SEQ_CST);

	vgicv5_order_atomic();
	return old;
}

static inline uint64_t vgicv5_fetch_andnot(uint64_t *p, uint64_t v)
{
	uint64_t old = __atomic_fetch_and(p, ~v, __ATOMIC_SEQ_CST);

	vgicv5_order_atomic();
	return old;
}

static inline uint64_t vgicv5_exchange(uint64_t *p, uint64_t v)
{
	uint64_t old = __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST);

	vgicv5_order_atomic();
	return old;
}

static inline uint64_t vgicv5_fetch_add(uint64_t *p, uint64_t v)
{
	uint64_t old = __atomic_fetch_add(p, v, __ATOMIC_SEQ_CST);

	vgicv5_order_atomic();
	return old;
}

static inline bool vgicv5_compare_exchange(uint64_t *p, uint64_t expected, uint64_t desired)
{
	bool done =
		__atomic_compare_exchange_n(p, &expected, desired, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);

	vgicv5_order_atomic();
	return done;
}

#endif
