/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The POSIX port, in which a scheduler (schedule.h) decides at each single copy, atomic access and lock who goes on. At
 * registers, instructions and frames it decides in the bus.
 */
#ifndef TESTS_STRESS_POINTS_PORT_H
#define TESTS_STRESS_POINTS_PORT_H

#include "../../../hal/host/vgicv5_port.h"

void schedule_point(void);
void schedule_acquire(const struct hal_host_mutex *m);

#undef VGICV5_READ_ONCE
#undef VGICV5_WRITE_ONCE
#undef VGICV5_LOAD_ACQUIRE
#undef VGICV5_STORE_RELEASE
#define VGICV5_READ_ONCE(x) (schedule_point(), __atomic_load_n(&(x), __ATOMIC_RELAXED))
#define VGICV5_WRITE_ONCE(x, v) (schedule_point(), __atomic_store_n(&(x), (v), __ATOMIC_RELAXED))
#define VGICV5_LOAD_ACQUIRE(p) (schedule_point(), __atomic_load_n((p), __ATOMIC_ACQUIRE))
#define VGICV5_STORE_RELEASE(p, v) (schedule_point(), __atomic_store_n((p), (v), __ATOMIC_RELEASE))

/* A macro's own name in it is the function that it hides. */
#define vgicv5_fetch_or(p, v) (schedule_point(), vgicv5_fetch_or((p), (v)))
#define vgicv5_fetch_andnot(p, v) (schedule_point(), vgicv5_fetch_andnot((p), (v)))
#define vgicv5_exchange(p, v) (schedule_point(), vgicv5_exchange((p), (v)))
#define vgicv5_fetch_add(p, v) (schedule_point(), vgicv5_fetch_add((p), (v)))
#define vgicv5_compare_exchange(p, e, d) (schedule_point(), vgicv5_compare_exchange((p), (e), (d)))
#define vgicv5_lock(l) (schedule_acquire(&(l)->m), vgicv5_lock(l))
#define vgicv5_mutex_lock(l) (schedule_acquire(&(l)->m), vgicv5_mutex_lock(l))

#endif
