/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * itss [NAME]: the device of virtual ITSs, its addresses, widths and registers: what is taken, and what is refused with
 * which errno. What is refused changes nothing.
 */
#include <sys/resource.h>
#include <vgicv5/arch/its.h>

#include "its.h"

#define UNSET (~(uint64_t)0)
#define BAD_POINTER ((void *)8)
#define GRP_ADDR KVM_DEV_ARM_VGIC_GRP_ADDR
#define GRP_WIDTHS KVM_DEV_ARM_VGIC_GRP_ITS_WIDTHS
#define ADDR_ITS KVM_VGIC_V5_ADDR_TYPE_ITS
#define WIDTH_DEVICE KVM_VGIC_V5_ITS_DEVICEID_BITS
#define WIDTH_EVENT KVM_VGIC_V5_ITS_EVENTID_BITS

static void never_run(void)
{
	GUEST_FAIL("runs");
}

/* ---- The device ---- */

struct its_state {
	uint64_t address;
	uint64_t bits[2]; /* as wide as the other: no padding */
};

static struct its_state look(int its)
{
	struct its_state state = {0};

	EXPECT(its_attr_get(its, GRP_ADDR, ADDR_ITS, &state.address), 0);
	EXPECT(its_attr_get(its, GRP_WIDTHS, WIDTH_DEVICE, &state.bits[0]), 0);
	EXPECT(its_attr_get(its, GRP_WIDTHS, WIDTH_EVENT, &state.bits[1]), 0);
	return state;
}

/* A call that must be refused, and changes nothing. */
#define REFUSED(its, call, error)                                                                    \
	do {                                                                                         \
		struct its_state before_ = look(its), after_;                                        \
                                                                                                     \
		EXPECT(call, error);                                                                 \
		after_ = look(its);                                                                  \
		TEST_ASSERT(!memcmp(&before_, &after_, sizeof(after_)), #call " changes something"); \
	} while (0)

static int set_address(int its, uint64_t address)
{
	return its_attr_set(its, GRP_ADDR, ADDR_ITS, &address);
}

static int set_width(int its, uint64_t which, uint32_t bits)
{
	return its_attr_set(its, GRP_WIDTHS, which, &bits);
}

static int set_irs(struct machine *m, uint64_t address)
{
	return attr_set(m, GRP_ADDR, KVM_VGIC_V5_ADDR_TYPE_IRS, &address);
}

static int init(struct machine *m)
{
	return attr_set(m, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, NULL);
}

static void creation(void)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = vm_create_with_one_vcpu(&vcpu, never_run);
	struct machine m = {.vm = vm};
	unsigned int i;

	/* Without a GICv5 there is nothing that an ITS could belong to. */
	EXPECT(__kvm_test_create_device(vm, KVM_DEV_TYPE_ARM_VGIC_V5_ITS) ? errno : 0, 0);
	EXPECT(its_create(&m), -ENODEV);
	EXPECT(vm_check_cap(vm, KVM_CAP_MSI_DEVID), 0);
	kvm_vm_free(vm);

	machine_bare(&m, 1, never_run);
	EXPECT(vm_check_cap(m.vm, KVM_CAP_SIGNAL_MSI), 1);
	for (i = 0; i < 32; i++)
		TEST_ASSERT(its_create(&m) >= 0, "ITS %u", i);
	EXPECT(its_create(&m), -ENOSPC);
	EXPECT(vm_check_cap(m.vm, KVM_CAP_MSI_DEVID), 1);
	machine_free(&m);

	machine_make(&m, 1, NULL, never_run, 0);
	EXPECT(its_create(&m), -EBUSY);
	EXPECT(vm_check_cap(m.vm, KVM_CAP_MSI_DEVID), 0);
	EXPECT(signal_event(&m, 0, 0, 0), -ENODEV);
	machine_free(&m);
}

static void addresses(void)
{
	struct machine m;
	uint64_t limit;
	int its, other;

	machine_bare(&m, 1, never_run);
	limit = (uint64_t)1 << m.vm->pa_bits;
	its = its_create(&m);
	other = its_create(&m);
	TEST_ASSERT(look(its).address == UNSET, "the address is not all ones before it is set");
	REFUSED(its, its_attr_set(its, GRP_ADDR, 77, &limit), ENXIO);
	REFUSED(its, its_attr_set(its, GRP_ADDR, KVM_VGIC_V5_ADDR_TYPE_IRS, &limit), ENXIO);
	REFUSED(its, its_attr_get(its, 77, 0, &limit), ENXIO);
	REFUSED(its, set_address(its, ITS_BASE(0) + 0x1000), EINVAL);
	REFUSED(its, set_address(its, limit), E2BIG);
	REFUSED(its, set_address(its, limit - SZ_64K), E2BIG);
	REFUSED(its, its_attr_set(its, GRP_ADDR, ADDR_ITS, BAD_POINTER), EFAULT);
	REFUSED(its, its_attr_get(its, GRP_ADDR, ADDR_ITS, BAD_POINTER), EFAULT);
	/* On top of another's frames, whoever comes first. */
	EXPECT(set_irs(&m, IRS_BASE), 0);
	REFUSED(its, set_address(its, IRS_BASE), EINVAL);
	REFUSED(its, set_address(its, IRS_BASE + SZ_64K), EINVAL);
	REFUSED(its, set_address(its, IRS_BASE - SZ_64K), EINVAL);
	REFUSED(its, init(&m), ENXIO);
	EXPECT(set_address(its, IRS_BASE + KVM_VGIC_V5_IRS_SIZE), 0);
	REFUSED(its, set_address(its, ITS_BASE(0)), EEXIST);
	REFUSED(other, set_address(other, IRS_BASE + KVM_VGIC_V5_IRS_SIZE + SZ_64K), EINVAL);
	/* CTRL_INIT wants to know of all of them. */
	REFUSED(other, init(&m), ENXIO);
	EXPECT(set_address(other, limit - KVM_VGIC_V5_ITS_SIZE), 0);
	EXPECT(init(&m), 0);
	REFUSED(other, set_address(other, ITS_BASE(0)), EEXIST);
	machine_free(&m);

	machine_bare(&m, 1, never_run);
	its = its_create(&m);
	EXPECT(set_address(its, ITS_BASE(0)), 0);
	REFUSED(its, set_irs(&m, ITS_BASE(0) + SZ_64K), EINVAL);
	EXPECT(set_irs(&m, IRS_BASE), 0);
	machine_free(&m);
}

/* A device for which there is no file descriptor is destroyed at once: there is no trace of it afterwards. */
static void no_descriptor(void)
{
	struct rlimit limit, none;
	struct machine m;
	uint64_t id;
	int its[3], i;

	machine_bare(&m, 1, never_run);
	its[0] = its_create(&m);
	EXPECT(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = (struct rlimit){.rlim_cur = (rlim_t)its[0] + 1, .rlim_max = limit.rlim_max};
	EXPECT(setrlimit(RLIMIT_NOFILE, &none), 0);
	EXPECT(its_create(&m), -EMFILE);
	EXPECT(setrlimit(RLIMIT_NOFILE, &limit), 0);
	for (i = 1; i < 3; i++)
		its[i] = its_create(&m);
	for (i = 0; i < 3; i++)
		EXPECT(set_address(its[i], ITS_BASE(i)), 0);
	machine_init(&m, 0);
	for (i = 0; i < 3; i++) {
		EXPECT(its_attr_get(its[i], KVM_DEV_ARM_VGIC_GRP_ITS_REGS, GICV5_ITS_IDR0, &id), 0);
		EXPECT((int)GICV5_GET(ITS_IDR0_ITSID, id), i);
	}
	machine_free(&m);
}

/* What the guest is shown. */
static void guest_widths(void)
{
	GUEST_ASSERT_EQ(GICV5_GET(ITS_IDR1_DEVICEID_BITS, its_read(0, GICV5_ITS_IDR1)), 32);
	GUEST_ASSERT_EQ(GICV5_GET(ITS_IDR2_EVENTID_BITS, its_read(0, GICV5_ITS_IDR2)), 5);
	GUEST_ASSERT_EQ(GICV5_GET(ITS_IDR0_ITSID, its_read(0, GICV5_ITS_IDR0)), 0);
	GUEST_DONE();
}

static void widths(void)
{
	struct machine m;
	uint32_t value = 8;
	int its;

	machine_bare(&m, 1, guest_widths);
	its = its_create(&m);
	TEST_ASSERT(look(its).bits[0] == 16 && look(its).bits[1] == 16, "the default widths are not 16");
	REFUSED(its, set_width(its, WIDTH_DEVICE, 0), EINVAL);
	REFUSED(its, set_width(its, WIDTH_DEVICE, 33), EINVAL);
	REFUSED(its, set_width(its, WIDTH_EVENT, 0), EINVAL);
	REFUSED(its, set_width(its, WIDTH_EVENT, 17), EINVAL);
	REFUSED(its, set_width(its, 2, 8), ENXIO);
	REFUSED(its, its_attr_get(its, GRP_WIDTHS, 2, &value), ENXIO);
	REFUSED(its, its_attr_set(its, GRP_WIDTHS, WIDTH_EVENT, BAD_POINTER), EFAULT);
	REFUSED(its, its_attr_get(its, GRP_WIDTHS, WIDTH_EVENT, BAD_POINTER), EFAULT);
	REFUSED(its, __kvm_has_device_attr(its, GRP_WIDTHS, 2) ? errno : 0, ENXIO);
	EXPECT(__kvm_has_device_attr(its, GRP_WIDTHS, WIDTH_EVENT), 0);
	EXPECT(__kvm_has_device_attr(its, GRP_ADDR, ADDR_ITS), 0);
	EXPECT(set_width(its, WIDTH_DEVICE, 32), 0);
	EXPECT(set_width(its, WIDTH_EVENT, 5), 0);
	EXPECT(set_address(its, ITS_BASE(0)), 0);
	machine_init(&m, 0);
	REFUSED(its, set_width(its, WIDTH_EVENT, 6), EBUSY);
	virt_map(m.vm, ITS_BASE(0), ITS_BASE(0), KVM_VGIC_V5_ITS_SIZE / m.vm->page_size);
	EXPECT(machine_sync(&m, 0), 0);
	machine_free(&m);
}

/* ---- Registers by the device's group ---- */

#define GRP_REGS KVM_DEV_ARM_VGIC_GRP_ITS_REGS
#define REGISTERS 29u

static int only_its(struct machine *m)
{
	int its;

	machine_bare(m, 1, guest_widths);
	its = its_create(m);
	EXPECT(set_width(its, WIDTH_DEVICE, 32), 0);
	EXPECT(set_width(its, WIDTH_EVENT, 5), 0);
	EXPECT(set_address(its, ITS_BASE(0)), 0);
	return its;
}

static int set_reg(int its, uint32_t offset, uint64_t value)
{
	return its_attr_set(its, GRP_REGS, offset, &value);
}

static uint64_t get_reg(int its, uint32_t offset)
{
	uint64_t value;

	EXPECT(its_attr_get(its, GRP_REGS, offset, &value), 0);
	return value;
}

static void round_trips(int its)
{
	unsigned int count = 0;
	uint32_t offset;

	for (offset = 0; offset < SZ_64K; offset += 4) {
		uint64_t value;

		if (__kvm_has_device_attr(its, GRP_REGS, offset))
			continue;
		value = get_reg(its, offset);
		EXPECT(set_reg(its, offset, value), 0);
		TEST_ASSERT(get_reg(its, offset) == value, "register %x changes", offset);
		count++;
	}
	EXPECT((int)count, (int)REGISTERS);
}

static void registers(void)
{
	struct machine m;
	uint64_t value = 0;
	int its = only_its(&m);

	REFUSED(its, its_attr_get(its, GRP_REGS, GICV5_ITS_CR0, &value), EBUSY);
	REFUSED(its, set_reg(its, GICV5_ITS_CR0, 1), EBUSY);
	machine_init(&m, 0);
	virt_map(m.vm, ITS_BASE(0), ITS_BASE(0), KVM_VGIC_V5_ITS_SIZE / m.vm->page_size);
	round_trips(its);
	EXPECT(set_reg(its, SZ_64K, 0), ENXIO);
	EXPECT(its_attr_get(its, GRP_REGS, (uint64_t)1 << 32, &value), ENXIO);
	EXPECT(set_reg(its, GICV5_ITS_DT_BASER + 4, 0), ENXIO);
	EXPECT(set_reg(its, GICV5_ITS_CR0 + 2, 0), EINVAL);
	EXPECT(its_attr_set(its, GRP_REGS, GICV5_ITS_CR0, BAD_POINTER), EFAULT);
	EXPECT(its_attr_get(its, GRP_REGS, GICV5_ITS_CR0, BAD_POINTER), EFAULT);
	EXPECT(set_reg(its, GICV5_ITS_IDR1, get_reg(its, GICV5_ITS_IDR1) ^ 1), EINVAL);
	EXPECT(set_reg(its, GICV5_ITS_IDR2, get_reg(its, GICV5_ITS_IDR2) ^ 1), EINVAL);
	EXPECT(set_reg(its, GICV5_ITS_DT_BASER, 0x12345000), 0);
	EXPECT(set_reg(its, GICV5_ITS_SWERR_SYNDROMER0, 0x123456789), 0);
	EXPECT(set_reg(its, GICV5_ITS_CR0, 1), 0);
	EXPECT(set_reg(its, GICV5_ITS_DT_BASER, 0), EINVAL);
	TEST_ASSERT(get_reg(its, GICV5_ITS_DT_BASER) == 0x12345000, "a refused table is taken");
	TEST_ASSERT(get_reg(its, GICV5_ITS_SWERR_SYNDROMER0) == 0x123456789, "a syndrome is lost");
	TEST_ASSERT(get_reg(its, GICV5_ITS_CR0) == 3, "the ITS is not enabled");
	EXPECT(machine_sync(&m, 0), 0);
	EXPECT(set_reg(its, GICV5_ITS_CR0, 0), EBUSY);
	TEST_ASSERT(get_reg(its, GICV5_ITS_CR0) == 3, "a refused register is set");
	machine_free(&m);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*test)(void);
	} tests[] = {
		{"creation", creation}, {"addresses", addresses}, {"no-descriptor", no_descriptor},
		{"widths", widths},	{"registers", registers},
	};
	unsigned int i, run = 0;

	test_disable_default_vgic();
	for (i = 0; i < ARRAY_SIZE(tests); i++) {
		if (argc > 1 && strcmp(argv[1], tests[i].name))
			continue;
		printf("itss: %s\n", tests[i].name);
		fflush(stdout);
		tests[i].test();
		run++;
	}
	printf("itss: all %u passed\n", run);
	return !run;
}
