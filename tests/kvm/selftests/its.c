/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "its.h"

#include <time.h>
#include <vgicv5/arch/its.h>
#include <vgicv5/arch/tables.h>

#define HANG_SECONDS 240

/* Tables lie at multiples of their sizes. */
struct its_tables {
	uint64_t devices[2 * ITS_DEVICES];
	uint64_t events[ITS_DEVICES][ITS_EVENTS];
};

static volatile struct its_tables tables[ITSS] __attribute__((aligned(4096)));
static volatile uint64_t tables_at; /* guest-physical */

volatile uint32_t lpis_taken[8][LPIS];

/* ---- Host ---- */

int its_create(struct machine *m)
{
	int fd = __kvm_create_device(m->vm, KVM_DEV_TYPE_ARM_VGIC_V5_ITS);

	return fd < 0 ? -errno : fd;
}

int its_attr_set(int its, uint32_t group, uint64_t attr, const void *data)
{
	return __kvm_device_attr_set(its, group, attr, (void *)(uintptr_t)data) ? errno : 0;
}

int its_attr_get(int its, uint32_t group, uint64_t attr, void *data)
{
	return __kvm_device_attr_get(its, group, attr, data) ? errno : 0;
}

void machine_with_itss(struct machine *m, unsigned int vcpus, void *code)
{
	unsigned int i;

	machine_bare(m, vcpus, code);
	for (i = 0; i < ITSS; i++) {
		uint64_t base = ITS_BASE(i);
		int its = its_create(m);

		TEST_ASSERT(its >= 0, "no ITS: errno %d", -its);
		EXPECT(its_attr_set(its, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V5_ADDR_TYPE_ITS, &base), 0);
		close(its);
	}
	machine_init(m, 0);
	for (i = 0; i < ITSS; i++)
		virt_map(m->vm, ITS_BASE(i), ITS_BASE(i), KVM_VGIC_V5_ITS_SIZE / m->vm->page_size);
	*SHARED(m, tables_at) = addr_gva2gpa(m->vm, (gva_t)tables);
	*SHARED(m, guest_hook) = its_count;
}

int signal_raw(struct machine *m, const struct kvm_msi *msi)
{
	int result = __vm_ioctl(m->vm, KVM_SIGNAL_MSI, (struct kvm_msi *)(uintptr_t)msi);

	return result < 0 ? -errno : result;
}

int signal_msi(struct machine *m, uint64_t address, uint32_t device, uint32_t event)
{
	struct kvm_msi msi = {
		.address_lo = (uint32_t)address,
		.address_hi = (uint32_t)(address >> 32),
		.data = event,
		.flags = KVM_MSI_VALID_DEVID,
		.devid = device,
	};

	return signal_raw(m, &msi);
}

int signal_event(struct machine *m, unsigned int its, uint32_t device, uint32_t event)
{
	return signal_msi(m, ITS_TRANSLATER_AT(its), device, event);
}

struct kvm_irq_routing_entry msi_route(uint32_t gsi, unsigned int its, uint32_t device, uint32_t event)
{
	return (struct kvm_irq_routing_entry){
		.gsi = gsi,
		.type = KVM_IRQ_ROUTING_MSI,
		.flags = KVM_MSI_VALID_DEVID,
		.u.msi = {.address_lo = ITS_TRANSLATER_AT(its), .data = event, .devid = device},
	};
}

struct kvm_irq_routing_entry pin_route(uint32_t gsi, uint32_t pin)
{
	return (struct kvm_irq_routing_entry){
		.gsi = gsi,
		.type = KVM_IRQ_ROUTING_IRQCHIP,
		.u.irqchip.pin = pin,
	};
}

int set_routes(struct machine *m, const struct kvm_irq_routing_entry *routes, unsigned int count)
{
	struct kvm_irq_routing *table = calloc(1, sizeof(*table) + count * sizeof(*routes));
	int result;

	TEST_ASSERT(table, "calloc");
	table->nr = count;
	memcpy(table->entries, routes, count * sizeof(*routes));
	result = __vm_ioctl(m->vm, KVM_SET_GSI_ROUTING, table) ? errno : 0;
	free(table);
	return result;
}

void wait_for(const volatile uint32_t *counter, uint32_t count, const char *what)
{
	time_t end = time(NULL) + HANG_SECONDS;

	while (*counter < count) {
		TEST_ASSERT(time(NULL) < end, "%s: %u of %u", what, *counter, count);
		sched_yield();
	}
}

/* ---- Guest ---- */

void its_count(uint32_t intid)
{
	uint32_t id = (uint32_t)GICV5_GET(INTID_ID, intid);

	if (GICV5_GET(INTID_TYPE, intid) != GICV5_TYPE_LPI)
		return;
	GUEST_ASSERT(id < LPIS);
	lpis_taken[guest_get_vcpuid()][id]++;
}

static volatile void *its_at(unsigned int its, uint32_t offset)
{
	return (volatile void *)(uintptr_t)(ITS_BASE(its) + offset);
}

uint32_t its_read(unsigned int its, uint32_t offset)
{
	return vgicv5_mmio_read32(its_at(its, offset));
}

static uint64_t address_of(const volatile void *entry)
{
	return tables_at + (uint64_t)((uintptr_t)entry - (uintptr_t)tables);
}

static void publish(void)
{
	vgicv5_dsb_sy();
}

void its_enable(unsigned int its, bool enable)
{
	vgicv5_mmio_write32(its_at(its, GICV5_ITS_CR0), (uint32_t)GICV5_PUT(ITS_CR0_ITSEN, enable));
	while (!GICV5_GET(ITS_CR0_IDLE, its_read(its, GICV5_ITS_CR0)))
		;
}

static void open_one(unsigned int its)
{
	uint32_t i;

	for (i = 0; i < ITS_DEVICES; i++)
		tables[its].devices[i] = GICV5_PUT(L2_DTE_EVENT_ID_BITS, ITS_EVENT_BITS) |
					 GICV5_ADDR(L2_DTE_ITT_ADDR, address_of(tables[its].events[i])) |
					 GICV5_MASK(L2_DTE_VALID);
	publish();
	vgicv5_mmio_write64(its_at(its, GICV5_ITS_DT_BASER), address_of(tables[its].devices));
	vgicv5_mmio_write32(its_at(its, GICV5_ITS_DT_CFGR),
			    (uint32_t)GICV5_PUT(ITS_DT_CFGR_DEVICEID_BITS, ITS_DEVICE_BITS));
	its_enable(its, true);
}

void its_open_all(void)
{
	uint32_t least = (uint32_t)GICV5_GET(IRS_IDR2_MIN_LPI_ID_BITS, irs_read(GICV5_IRS_IDR2));
	unsigned int i;

	irs_enable();
	guest_lpis(least > LPI_BITS ? least : LPI_BITS, 0x80000);
	for (i = 0; i < ITSS; i++)
		open_one(i);
}

void its_set_event(unsigned int its, uint32_t device, uint32_t event, uint32_t lpi)
{
	tables[its].events[device][event] =
		lpi < LPIS ? GICV5_MASK(L2_ITTE_VALID) | GICV5_PUT(L2_ITTE_LPI_ID, lpi) : 0;
	publish();
}

static void wait_and_sync(unsigned int its, uint32_t device)
{
	while (!GICV5_GET(ITS_STATUSR_IDLE, its_read(its, GICV5_ITS_STATUSR)))
		;
	vgicv5_mmio_write64(its_at(its, GICV5_ITS_SYNCR), GICV5_MASK(ITS_SYNCR_SYNC) | device);
	while (!GICV5_GET(ITS_SYNC_STATUSR_IDLE, its_read(its, GICV5_ITS_SYNC_STATUSR)))
		;
}

void its_invalidate_event(unsigned int its, uint32_t device, uint32_t event)
{
	vgicv5_mmio_write64(its_at(its, GICV5_ITS_DIDR), device);
	vgicv5_mmio_write32(its_at(its, GICV5_ITS_EIDR), event);
	vgicv5_mmio_write32(its_at(its, GICV5_ITS_INV_EVENTR), (uint32_t)GICV5_MASK(ITS_INV_EVENTR_I));
	wait_and_sync(its, device);
}

void its_invalidate_device(unsigned int its, uint32_t device)
{
	vgicv5_mmio_write64(its_at(its, GICV5_ITS_DIDR), device);
	vgicv5_mmio_write32(its_at(its, GICV5_ITS_INV_DEVICER),
			    (uint32_t)(GICV5_MASK(ITS_INV_DEVICER_I) |
				       GICV5_PUT(ITS_INV_DEVICER_EVENTID_BITS, ITS_EVENT_BITS)));
	wait_and_sync(its, device);
}

void guest_take_until(const volatile uint32_t *end)
{
	while (!*end) {
		wfi();
		local_irq_enable();
		vgicv5_isb();
		local_irq_disable();
	}
}
