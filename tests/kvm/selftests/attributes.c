/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The device's attributes and KVM's calls around it: what is taken, and what is refused with which errno. After each
 * refusal everything that can be read must be as before.
 */
#include <sys/mman.h>

#include "guest.h"
#include "host.h"

#define GRP_ADDR KVM_DEV_ARM_VGIC_GRP_ADDR
#define GRP_NR_IRQS KVM_DEV_ARM_VGIC_GRP_NR_IRQS
#define GRP_CTRL KVM_DEV_ARM_VGIC_GRP_CTRL
#define CTRL_INIT KVM_DEV_ARM_VGIC_CTRL_INIT
#define ADDR_IRS KVM_VGIC_V5_ADDR_TYPE_IRS
#define BAD_POINTER ((void *)8)
#define UNSET (~(uint64_t)0)

static void guest_code(void)
{
	GUEST_DONE();
}

static void never_run(void)
{
	GUEST_FAIL("runs");
}

struct state {
	uint64_t address;
	uint64_t ppis[2];
	uint64_t spis; /* as wide as the others: no padding, it is compared as a whole */
};

static struct state look(struct machine *m)
{
	struct state state = {0};

	EXPECT(attr_get(m, GRP_ADDR, ADDR_IRS, &state.address), 0);
	EXPECT(attr_get(m, GRP_NR_IRQS, 0, &state.spis), 0);
	/* Only after init: that it says something else before is looked at elsewhere. */
	(void)attr_get(m, GRP_CTRL, KVM_DEV_ARM_VGIC_USERSPACE_PPIS, state.ppis);
	return state;
}

/* A call that must be refused, and changes nothing. */
#define REFUSED(m, call, error)                                                                      \
	do {                                                                                         \
		struct state before_ = look(m), after_;                                              \
                                                                                                     \
		EXPECT(call, error);                                                                 \
		after_ = look(m);                                                                    \
		TEST_ASSERT(!memcmp(&before_, &after_, sizeof(after_)), #call " changes something"); \
	} while (0)

static int set_address(struct machine *m, uint64_t address)
{
	return attr_set(m, GRP_ADDR, ADDR_IRS, &address);
}

static int set_spis(struct machine *m, uint32_t spis)
{
	return attr_set(m, GRP_NR_IRQS, 0, &spis);
}

static int init(struct machine *m)
{
	return attr_set(m, GRP_CTRL, CTRL_INIT, NULL);
}

static int run(struct machine *m)
{
	return __vcpu_run(m->vcpu[0]) ? errno : 0;
}

static void device(void)
{
	struct kvm_vcpu *vcpu;
	struct machine m;
	struct kvm_vm *vm = vm_create_with_one_vcpu(&vcpu, guest_code);

	EXPECT(__kvm_test_create_device(vm, 0) ? errno : 0, ENODEV);
	EXPECT(__kvm_test_create_device(vm, KVM_DEV_TYPE_ARM_VGIC_V5) ? errno : 0, 0);
	vcpu_run(vcpu);
	EXPECT(__kvm_create_device(vm, KVM_DEV_TYPE_ARM_VGIC_V5) < 0 ? errno : 0, EBUSY);
	kvm_vm_free(vm);

	machine_bare(&m, 1, guest_code);
	REFUSED(&m, __kvm_create_device(m.vm, KVM_DEV_TYPE_ARM_VGIC_V5) < 0 ? errno : 0, EEXIST);
	REFUSED(&m, __kvm_create_device(m.vm, KVM_DEV_TYPE_ARM_VGIC_V3) < 0 ? errno : 0, EEXIST);
	machine_free(&m);
}

static void address(void)
{
	struct machine m;
	uint64_t limit, end;

	machine_bare(&m, 1, never_run);
	limit = (uint64_t)1 << m.vm->pa_bits;
	end = limit - KVM_VGIC_V5_IRS_SIZE;
	TEST_ASSERT(look(&m).address == UNSET, "the address is not all ones before it is set");
	REFUSED(&m, attr_set(&m, GRP_ADDR, 77, &limit), ENXIO);
	REFUSED(&m, attr_get(&m, GRP_ADDR, 77, &limit), ENXIO);
	REFUSED(&m, __kvm_has_device_attr(m.gic, GRP_ADDR, 77) ? errno : 0, ENXIO);
	EXPECT(__kvm_has_device_attr(m.gic, GRP_ADDR, ADDR_IRS), 0);
	REFUSED(&m, set_address(&m, 0x08001000), EINVAL);
	REFUSED(&m, set_address(&m, 1), EINVAL);
	REFUSED(&m, set_address(&m, limit), E2BIG);
	REFUSED(&m, set_address(&m, end + 0x10000), E2BIG);
	REFUSED(&m, set_address(&m, (uint64_t)1 << 63), E2BIG);
	REFUSED(&m, set_address(&m, UNSET & ~(uint64_t)0xffff), EINVAL);
	REFUSED(&m, attr_set(&m, GRP_ADDR, ADDR_IRS, BAD_POINTER), EFAULT);
	REFUSED(&m, attr_get(&m, GRP_ADDR, ADDR_IRS, BAD_POINTER), EFAULT);
	EXPECT(set_address(&m, 0), 0);
	TEST_ASSERT(look(&m).address == 0, "the address is not what was set");
	REFUSED(&m, set_address(&m, 0), EEXIST);
	REFUSED(&m, set_address(&m, 0x08000000), EEXIST);
	machine_free(&m);

	machine_bare(&m, 1, never_run);
	EXPECT(set_address(&m, end), 0);
	machine_free(&m);
}

static void run_too_early(void)
{
	struct machine m;

	machine_bare(&m, 1, never_run);
	EXPECT(init(&m), 0);
	EXPECT(run(&m), ENXIO);
	machine_free(&m);

	machine_bare(&m, 1, never_run);
	EXPECT(set_address(&m, IRS_BASE), 0);
	EXPECT(run(&m), EBUSY);
	machine_free(&m);
}

static void spis(void)
{
	static const uint32_t bad[] = {0, 1, 31, 33, 48, 1056, 1025, 0xffffffe0, 0xffffffff};
	struct machine m;
	unsigned int i;

	machine_bare(&m, 1, never_run);
	TEST_ASSERT(look(&m).spis == 0, "there are SPIs before there are any");
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		REFUSED(&m, set_spis(&m, bad[i]), EINVAL);
	REFUSED(&m, attr_set(&m, GRP_NR_IRQS, 0, BAD_POINTER), EFAULT);
	REFUSED(&m, attr_get(&m, GRP_NR_IRQS, 0, BAD_POINTER), EFAULT);
	EXPECT(set_spis(&m, 1024), 0);
	TEST_ASSERT(look(&m).spis == 1024, "the number of SPIs is not what was set");
	REFUSED(&m, set_spis(&m, 1024), EBUSY);
	REFUSED(&m, set_spis(&m, 64), EBUSY);
	EXPECT(init(&m), 0);
	REFUSED(&m, set_spis(&m, 1024), EBUSY);
	machine_free(&m);

	machine_bare(&m, 1, never_run);
	EXPECT(init(&m), 0);
	TEST_ASSERT(look(&m).spis == 32, "the default is not 32 SPIs");
	REFUSED(&m, set_spis(&m, 64), EBUSY);
	REFUSED(&m, set_spis(&m, 32), EBUSY);
	machine_free(&m);
}

static void userspace_ppis(void)
{
	uint64_t ppis[2] = {UNSET, UNSET};
	struct machine m;

	machine_bare(&m, 1, never_run);
	EXPECT(init(&m), 0);
	EXPECT(attr_get(&m, GRP_CTRL, KVM_DEV_ARM_VGIC_USERSPACE_PPIS, ppis), 0);
	TEST_ASSERT(ppis[0] == BIT_ULL(GICV5_PPI_SW) && !ppis[1], "userspace has PPIs %lx %lx", ppis[1],
		    ppis[0]);
	REFUSED(&m, attr_set(&m, GRP_CTRL, KVM_DEV_ARM_VGIC_USERSPACE_PPIS, ppis), ENXIO);
	REFUSED(&m, attr_get(&m, GRP_CTRL, KVM_DEV_ARM_VGIC_USERSPACE_PPIS, BAD_POINTER), EFAULT);
	machine_free(&m);
}

static void control(void)
{
	struct machine m;
	uint64_t value = 0;

	machine_bare(&m, 0, never_run);
	REFUSED(&m, init(&m), ENODEV);
	m.vcpu[0] = vm_vcpu_add(m.vm, 0, never_run);
	m.vcpus = 1;
	REFUSED(&m, attr_set(&m, GRP_CTRL, 77, &value), ENXIO);
	REFUSED(&m, attr_get(&m, GRP_CTRL, CTRL_INIT, &value), ENXIO);
	REFUSED(&m, attr_set(&m, 77, 0, &value), ENXIO);
	REFUSED(&m, attr_get(&m, 77, 0, &value), ENXIO);
	REFUSED(&m, attr_set(&m, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES, &value),
		ENXIO);
	REFUSED(&m, attr_set(&m, KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO, 0, &value), ENXIO);
	/* What failed for want of a vCPU can be had now. */
	EXPECT(init(&m), 0);
	machine_free(&m);
}

/* Before init there is no GIC to inject into; afterwards there are limits. */
static void lines(void)
{
	struct machine m;
	unsigned int i;

	machine_make(&m, 2, NULL, never_run, 64);
	for (i = 0; i < 64; i++)
		if (i != GICV5_PPI_SW)
			REFUSED(&m, line(&m, KVM_ARM_IRQ_TYPE_PPI, 0, i, true), EINVAL);
	REFUSED(&m, line(&m, KVM_ARM_IRQ_TYPE_PPI, 0, 64, true), EINVAL);
	REFUSED(&m, line(&m, KVM_ARM_IRQ_TYPE_PPI, 0, 0xffff, true), EINVAL);
	REFUSED(&m, line(&m, KVM_ARM_IRQ_TYPE_PPI, 2, GICV5_PPI_SW, true), EINVAL);
	REFUSED(&m, line(&m, KVM_ARM_IRQ_TYPE_SPI, 0, 64, true), EINVAL);
	REFUSED(&m, line(&m, KVM_ARM_IRQ_TYPE_SPI, 0, 0xffff, true), EINVAL);
	REFUSED(&m, line(&m, KVM_ARM_IRQ_TYPE_CPU, 0, 0, true), ENXIO);
	REFUSED(&m, line(&m, 3, 0, 0, true), EINVAL);
	sw_ppi_line(&m, 1, true);
	sw_ppi_line(&m, 1, true);
	sw_ppi_line(&m, 1, false);
	spi_line(&m, 63, true);
	spi_line(&m, 63, false);
	machine_free(&m);
}

static int signal_msi(struct machine *m)
{
	struct kvm_msi msi = {.address_lo = IRS_BASE, .data = 1};

	return __vm_ioctl(m->vm, KVM_SIGNAL_MSI, &msi) < 0 ? errno : 0;
}

static void no_msis(void)
{
	struct machine m;

	machine_make(&m, 1, NULL, never_run, 0);
	REFUSED(&m, signal_msi(&m), ENODEV);
	machine_free(&m);
}

static int add_vcpu(struct machine *m, unsigned long id)
{
	int fd = ioctl(m->vm->fd, KVM_CREATE_VCPU, id);

	if (fd >= 0)
		close(fd);
	return fd < 0 ? errno : 0;
}

static void vcpu_ids(void)
{
	struct machine m;

	machine_bare(&m, 1, never_run);
	REFUSED(&m, add_vcpu(&m, 512), EINVAL);
	REFUSED(&m, add_vcpu(&m, 0), EEXIST);
	machine_free(&m);
}

int main(void)
{
	static const struct {
		const char *name;
		void (*test)(void);
	} tests[] = {
		{"device", device},
		{"address", address},
		{"run too early", run_too_early},
		{"SPIs", spis},
		{"PPIs of userspace", userspace_ppis},
		{"control", control},
		{"lines", lines},
		{"MSIs", no_msis},
		{"vCPU ids", vcpu_ids},
	};
	unsigned int i;

	test_disable_default_vgic();
	for (i = 0; i < ARRAY_SIZE(tests); i++) {
		printf("attributes: %s\n", tests[i].name);
		fflush(stdout);
		tests[i].test();
	}
	printf("attributes: all %u passed\n", i);
	return 0;
}
