// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Locks of the POSIX port: pthread mutexes that know their owner and the library's lock order.
 */
#include "host_internal.h"

static uintptr_t owner_of(const struct hal_host_mutex *m)
{
	return __atomic_load_n(&m->owner, __ATOMIC_RELAXED);
}

static void take(struct hal_host_mutex *m, const struct hal_host_thread *self)
{
	if (owner_of(m) == (uintptr_t)self)
		hal_host_die("lock taken twice by one thread");
	if (pthread_mutex_lock(&m->mutex))
		hal_host_die("pthread_mutex_lock failed: lock not initialised?");
	__atomic_store_n(&m->owner, (uintptr_t)self, __ATOMIC_RELAXED);
}

static void give(struct hal_host_mutex *m, const struct hal_host_thread *self)
{
	if (owner_of(m) != (uintptr_t)self)
		hal_host_die("unlock by a thread that does not hold the lock");
	__atomic_store_n(&m->owner, 0, __ATOMIC_RELAXED);
	pthread_mutex_unlock(&m->mutex);
}

void hal_host_mutex_init(struct hal_host_mutex *m)
{
	pthread_mutex_init(&m->mutex, NULL);
	__atomic_store_n(&m->owner, 0, __ATOMIC_RELAXED);
}

void hal_host_lock(struct hal_host_mutex *m)
{
	struct hal_host_thread *self = hal_host_self();

	if (self->locks)
		hal_host_die("a lock was taken under a lock: locks are leaves");
	HAL_HOST_COUNT(self, locks);
	take(m, self);
	self->locks++;
}

void hal_host_unlock(struct hal_host_mutex *m)
{
	struct hal_host_thread *self = hal_host_self();

	give(m, self);
	self->locks--;
}

void hal_host_mutex_lock(struct hal_host_mutex *m)
{
	struct hal_host_thread *self = hal_host_self();

	hal_host_may_sleep(self, "vgicv5_mutex_lock()");
	HAL_HOST_COUNT(self, mutexes);
	take(m, self);
}

void hal_host_mutex_unlock(struct hal_host_mutex *m)
{
	give(m, hal_host_self());
}

void hal_host_assert_held(const struct hal_host_mutex *m)
{
	if (owner_of(m) != (uintptr_t)hal_host_self())
		hal_host_die("a lock that should be held is not");
}
