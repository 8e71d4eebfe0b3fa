// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Doorbells of the POSIX port: a domain for each VM, and the handler of their host LPIs.
 */
#include <stdlib.h>

#include <vgicv5/port.h>

#include "host_internal.h"

struct doorbell {
	struct vgicv5_vcpu *vcpu; /* NULL: not requested */
	hal_host_fired_fn fired;
	uint32_t lpi;
	unsigned int pe;
};

struct domain {
	struct domain *next;
	const struct vgicv5_vm *vm;
	unsigned int count;
	struct doorbell doorbells[];
};

/* Held while a handler runs, as destruction must wait for handlers. Handlers call no doorbell function. */
static pthread_mutex_t domains_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct domain *domains;

static struct domain *find_domain(const struct vgicv5_vm *vm)
{
	struct domain *domain;

	for (domain = domains; domain; domain = domain->next)
		if (domain->vm == vm)
			return domain;
	return NULL;
}

int vgicv5_port_doorbells_create(struct vgicv5_vm *vm, unsigned int count)
{
	struct domain *domain;

	hal_host_may_sleep(hal_host_self(), "vgicv5_port_doorbells_create()");
	if (hal_host_strikes(HAL_HOST_FAULT_DOORBELLS_CREATE))
		return VGICV5_NO_MEMORY;
	domain = calloc(1, sizeof(*domain) + count * sizeof(domain->doorbells[0]));
	if (!domain)
		return VGICV5_NO_MEMORY;
	domain->vm = vm;
	domain->count = count;
	pthread_mutex_lock(&domains_mutex);
	if (find_domain(vm))
		hal_host_die("a VM's doorbell domain was made twice");
	domain->next = domains;
	domains = domain;
	pthread_mutex_unlock(&domains_mutex);
	return 0;
}

static void release_domain(struct domain *domain)
{
	void *ctx;
	const struct hal_host_bus *bus = hal_host_bus(&ctx);
	unsigned int i;

	for (i = 0; i < domain->count; i++)
		if (domain->doorbells[i].vcpu)
			bus->lpi_release(ctx, domain->doorbells[i].lpi);
	free(domain);
}

void vgicv5_port_doorbells_destroy(struct vgicv5_vm *vm)
{
	struct domain **link;
	struct domain *domain;

	hal_host_may_sleep(hal_host_self(), "vgicv5_port_doorbells_destroy()");
	pthread_mutex_lock(&domains_mutex);
	for (link = &domains; *link && (*link)->vm != vm; link = &(*link)->next)
		;
	domain = *link;
	if (domain) {
		*link = domain->next;
		release_domain(domain);
	}
	pthread_mutex_unlock(&domains_mutex);
}

int hal_host_doorbell_request(struct vgicv5_vm *vm, unsigned int index, struct vgicv5_vcpu *vcpu,
			      hal_host_fired_fn fired, uint32_t *lpi)
{
	struct hal_host_thread *self = hal_host_self();
	void *ctx;
	const struct hal_host_bus *bus = hal_host_bus(&ctx);
	struct domain *domain;
	int result = VGICV5_NO_ID;

	hal_host_may_sleep(self, "vgicv5_port_doorbell_request()");
	HAL_HOST_COUNT(self, doorbell_requests);
	if (hal_host_strikes(HAL_HOST_FAULT_DOORBELL_REQUEST))
		return VGICV5_NO_ID;
	pthread_mutex_lock(&domains_mutex);
	domain = find_domain(vm);
	if (!domain || index >= domain->count || domain->doorbells[index].vcpu)
		hal_host_die("doorbell %u requested twice, or outside of its domain", index);
	if (bus->lpi_take(ctx, self->pe, lpi)) {
		domain->doorbells[index].vcpu = vcpu;
		domain->doorbells[index].fired = fired;
		domain->doorbells[index].lpi = *lpi;
		domain->doorbells[index].pe = self->pe;
		result = 0;
	}
	pthread_mutex_unlock(&domains_mutex);
	return result;
}

void vgicv5_port_doorbell_steer(struct vgicv5_vm *vm, unsigned int index)
{
	struct hal_host_thread *self = hal_host_self();
	void *ctx;
	const struct hal_host_bus *bus = hal_host_bus(&ctx);
	struct domain *domain;

	HAL_HOST_COUNT(self, doorbell_steers);
	pthread_mutex_lock(&domains_mutex);
	domain = find_domain(vm);
	if (domain && index < domain->count && domain->doorbells[index].vcpu &&
	    domain->doorbells[index].pe != self->pe) {
		bus->lpi_steer(ctx, domain->doorbells[index].lpi, self->pe);
		domain->doorbells[index].pe = self->pe;
	}
	pthread_mutex_unlock(&domains_mutex);
}

/* Under domains_mutex. */
static const struct doorbell *find_doorbell(uint32_t lpi)
{
	const struct domain *domain;
	unsigned int i;

	for (domain = domains; domain; domain = domain->next)
		for (i = 0; i < domain->count; i++)
			if (domain->doorbells[i].vcpu && domain->doorbells[i].lpi == lpi)
				return &domain->doorbells[i];
	return NULL;
}

bool hal_host_doorbell(uint32_t lpi)
{
	const struct doorbell *doorbell;

	pthread_mutex_lock(&domains_mutex);
	doorbell = find_doorbell(lpi);
	if (doorbell)
		doorbell->fired(doorbell->vcpu);
	pthread_mutex_unlock(&domains_mutex);
	return doorbell != NULL;
}

void hal_host_reset_doorbells(void)
{
	struct domain *domain;

	while ((domain = domains)) {
		domains = domain->next;
		free(domain);
	}
}
