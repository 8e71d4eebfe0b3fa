/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief ITSs of the tests: devices of KVM on the host's side, tables and registers on the guest's.
 */
#ifndef ITS_H
#define ITS_H

#include "guest.h"
#include "host.h"

#define ITSS 2
#define ITS_BASE(n) (0x08100000u + (n)*KVM_VGIC_V5_ITS_SIZE)
#define ITS_TRANSLATER_AT(n) (ITS_BASE(n) + SZ_64K)

/** Of each ITS. The guest's tables are linear. */
#define ITS_DEVICE_BITS 3
#define ITS_EVENT_BITS 4
#define ITS_DEVICES (1u << ITS_DEVICE_BITS)
#define ITS_EVENTS (1u << ITS_EVENT_BITS)

/** LPIs of guests that its_open_all() has been called by. */
#define LPI_BITS 6
#define LPIS (1u << LPI_BITS)

/* ---- Host ---- */

/** A device, not configured; the errno as a negative number. */
int its_create(struct machine *m);
int its_attr_set(int its, uint32_t group, uint64_t attr, const void *data);
int its_attr_get(int its, uint32_t group, uint64_t attr, void *data);

/** machine_make() with ITSS ITSs, which the guest can reach. */
void machine_with_itss(struct machine *m, unsigned int vcpus, void *code);

/** KVM_SIGNAL_MSI: what it returns, or the errno as a negative number. */
int signal_msi(struct machine *m, uint64_t address, uint32_t device, uint32_t event);
int signal_raw(struct machine *m, const struct kvm_msi *msi);

/** The same for an ITS and its device and event. */
int signal_event(struct machine *m, unsigned int its, uint32_t device, uint32_t event);

/** A route from a GSI to an event; KVM_SET_GSI_ROUTING with `count` of them: 0 or an errno. */
struct kvm_irq_routing_entry msi_route(uint32_t gsi, unsigned int its, uint32_t device, uint32_t event);
struct kvm_irq_routing_entry pin_route(uint32_t gsi, uint32_t pin);
int set_routes(struct machine *m, const struct kvm_irq_routing_entry *routes, unsigned int count);

/** Waits until a counter of the guest is at least `count`; a test that waits for more than minutes has failed. */
void wait_for(const volatile uint32_t *counter, uint32_t count, const char *what);

/* ---- Guest ---- */

/** How often each vCPU took each LPI: its_count() is for guest_hook. */
extern volatile uint32_t lpis_taken[8][LPIS];
void its_count(uint32_t intid);

/** The IRS enabled, LPIs 0 to LPIS - 1, all ITSs enabled with devices that have no event mapped. */
void its_open_all(void);

/** What the table says of an event; `lpi` LPIS or above: nothing. Only the table. */
void its_set_event(unsigned int its, uint32_t device, uint32_t event, uint32_t lpi);

/** Forgets an event, or a whole device; returns when nothing that was before is under way. */
void its_invalidate_event(unsigned int its, uint32_t device, uint32_t event);
void its_invalidate_device(unsigned int its, uint32_t device);

/** On and off. */
void its_enable(unsigned int its, bool enable);

uint32_t its_read(unsigned int its, uint32_t offset);

/** Takes interrupts until `*end`, which somebody sets and then raises SW_PPI. */
void guest_take_until(const volatile uint32_t *end);

#endif
