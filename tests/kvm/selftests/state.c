/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Save and restore through the device: what each group takes, and what is refused with which errno. After each refusal the
 * whole state must be, byte by byte, what it was.
 */
#include "gicstate.h"

#include <vgicv5/arch/irs.h>
#include <vgicv5/arch/sysreg.h>
#include <vgicv5/arch/tables.h>

#define BAD_POINTER ((void *)8)

/* Without the component's identification at the end of the frame. */
#define IRS_REGISTERS 52

static void guest_done(void)
{
	GUEST_DONE();
}

/* ---- IRS_REGS (scenario 3) ---- */

static void irs_before_init(void)
{
	struct machine m;
	uint64_t value = 0;

	machine_bare(&m, 1, guest_done);
	EXPECT(attr_get(&m, GRP_IRS, GICV5_IRS_IDR0, &value), EBUSY);
	EXPECT(attr_set(&m, GRP_IRS, GICV5_IRS_IDR0, &value), EBUSY);
	EXPECT(attr_get(&m, GRP_SYSREGS, sysreg_attr(0, GICV5_ICC_PCR_EL1), &value), EBUSY);
	EXPECT(attr_set(&m, GRP_SYSREGS, sysreg_attr(0, GICV5_ICC_PCR_EL1), &value), EBUSY);
	EXPECT(give_whole(&m, &value, 8), EBUSY);
	machine_free(&m);
}

static void irs_round_trip(struct machine *m)
{
	unsigned int i, count = 0;
	uint64_t value;

	for (i = 0; i < irs_frame_count; i++) {
		if (__kvm_has_device_attr(m->gic, GRP_IRS, irs_frame[i])) {
			TEST_ASSERT(errno == ENXIO, "register %#x: errno %d", irs_frame[i], errno);
			REFUSED(m, attr_get(m, GRP_IRS, irs_frame[i], &value), ENXIO);
			continue;
		}
		count++;
		value = get_irs(m, irs_frame[i]);
		EXPECT(set_irs(m, irs_frame[i], value), 0);
		TEST_ASSERT(get_irs(m, irs_frame[i]) == value, "register %#x is another one", irs_frame[i]);
	}
	TEST_ASSERT(count == IRS_REGISTERS, "%u registers", count);
}

static void irs_bad_places(struct machine *m)
{
	uint64_t value = 0;

	REFUSED(m, attr_get(m, GRP_IRS, 0x10000, &value), ENXIO);
	REFUSED(m, attr_set(m, GRP_IRS, 0x10000, &value), ENXIO);
	REFUSED(m, attr_get(m, GRP_IRS, (uint64_t)1 << 32, &value), ENXIO);
	REFUSED(m, attr_set(m, GRP_IRS, (uint64_t)1 << 32, &value), ENXIO);
	REFUSED(m, attr_get(m, GRP_IRS, GICV5_IRS_IDR0 + 1, &value), EINVAL);
	REFUSED(m, attr_set(m, GRP_IRS, GICV5_IRS_IST_BASER + 2, &value), EINVAL);
	/* The upper half of a register of 64 bits is no register. */
	REFUSED(m, attr_set(m, GRP_IRS, GICV5_IRS_IST_BASER + 4, &value), ENXIO);
	REFUSED(m, attr_get(m, GRP_IRS, GICV5_IRS_IDR0, NULL), EFAULT);
	REFUSED(m, attr_set(m, GRP_IRS, GICV5_IRS_IDR0, NULL), EFAULT);
	REFUSED(m, attr_get(m, GRP_IRS, GICV5_IRS_IDR0, BAD_POINTER), EFAULT);
}

/* `field` of the register, with another value in it. */
#define WITH(m, reg, field, value) \
	((get_irs(m, GICV5_##reg) & ~GICV5_MASK(reg##_##field)) | GICV5_PUT(reg##_##field, value))

static void irs_bad_values(struct machine *m)
{
	uint64_t bits = GICV5_GET(IRS_IDR2_ID_BITS, get_irs(m, GICV5_IRS_IDR2));

	REFUSED(m, set_irs(m, GICV5_IRS_IDR0, WITH(m, IRS_IDR0, INT_DOM, 0)), EINVAL);
	REFUSED(m, set_irs(m, GICV5_IRS_IDR0, WITH(m, IRS_IDR0, VIRT, 1)), EINVAL);
	REFUSED(m, set_irs(m, GICV5_IRS_IDR1, WITH(m, IRS_IDR1, IAFFID_BITS, 15)), EINVAL);
	REFUSED(m, set_irs(m, GICV5_IRS_IDR1, WITH(m, IRS_IDR1, PRI_BITS, 7)), EINVAL);
	REFUSED(m, set_irs(m, GICV5_IRS_IDR2, WITH(m, IRS_IDR2, LPI, 0)), EINVAL);
	REFUSED(m, set_irs(m, GICV5_IRS_IDR2, WITH(m, IRS_IDR2, ISTMD, 1)), EINVAL);
	REFUSED(m, set_irs(m, GICV5_IRS_IDR2, WITH(m, IRS_IDR2, ID_BITS, 31)), EINVAL);
	REFUSED(m, set_irs(m, GICV5_IRS_IDR2, WITH(m, IRS_IDR2, MIN_LPI_ID_BITS, bits + 1)), EINVAL);
	REFUSED(m, set_irs(m, GICV5_IRS_IDR5, 64), EINVAL);
	REFUSED(m, set_irs(m, GICV5_IRS_IDR6, 64), EINVAL);
	REFUSED(m, set_irs(m, GICV5_IRS_IDR7, 64), EINVAL);
}

static void irs_regs(void)
{
	const uint64_t baser = 0x80000 | GICV5_MASK(IRS_IST_BASER_VALID);
	struct machine m;

	irs_before_init();
	machine_make(&m, 2, NULL, guest_done, 0);
	irs_round_trip(&m);
	irs_bad_places(&m);
	irs_bad_values(&m);
	TEST_ASSERT(get_irs(&m, GICV5_IRS_CR0) & GICV5_MASK(IRS_CR0_IDLE), "CR0");
	TEST_ASSERT(get_irs(&m, GICV5_IRS_SPI_STATUSR) & GICV5_MASK(IRS_SPI_STATUSR_IDLE), "SPI_STATUSR");
	TEST_ASSERT(get_irs(&m, GICV5_IRS_PE_STATUSR) & GICV5_MASK(IRS_PE_STATUSR_IDLE), "PE_STATUSR");
	TEST_ASSERT(get_irs(&m, GICV5_IRS_IST_STATUSR) & GICV5_MASK(IRS_IST_STATUSR_IDLE), "IST_STATUSR");
	EXPECT(set_irs(&m, GICV5_IRS_CR0, 1), 0);
	TEST_ASSERT(get_irs(&m, GICV5_IRS_CR0) & GICV5_MASK(IRS_CR0_IRSEN), "CR0 is not set");
	EXPECT(set_irs(&m, GICV5_IRS_IST_BASER, baser), 0);
	TEST_ASSERT(get_irs(&m, GICV5_IRS_IST_BASER) == baser, "IST_BASER is not what was set");
	EXPECT(set_irs(&m, GICV5_IRS_IST_BASER, 0), 0);
	/* Afterwards it can be looked at only. */
	TEST_ASSERT(!machine_sync(&m, 0), "the guest is not done");
	REFUSED(&m, set_irs(&m, GICV5_IRS_CR0, 0), EBUSY);
	TEST_ASSERT(get_irs(&m, GICV5_IRS_CR0) & GICV5_MASK(IRS_CR0_IRSEN), "CR0 is another one");
	machine_free(&m);
}

/* An LPI table that was announced must come before the VM runs. */
static void announced(void)
{
	struct machine m;

	machine_make(&m, 1, NULL, guest_done, 0);
	EXPECT(set_irs(&m, GICV5_IRS_IST_CFGR, GICV5_PUT(IRS_IST_CFGR_LPI_ID_BITS, 14)), 0);
	EXPECT(set_irs(&m, GICV5_IRS_IST_BASER, 0x80000 | GICV5_MASK(IRS_IST_BASER_VALID)), 0);
	EXPECT(__vcpu_run(m.vcpu[0]) ? errno : 0, EINVAL);
	machine_free(&m);
}

/* ---- CPU_SYSREGS (scenario 6) ---- */

static void cpu_sysregs(void)
{
	const uint32_t unknown = GICV5_ENC(3, 0, 0, 0, 0), clears = GICV5_ICC_PPI_CPENDR0_EL1;
	uint64_t value = 0;
	struct machine m;
	unsigned int i;

	machine_make(&m, 4, NULL, guest_done, 0);
	for (i = 0; i < SYSREGS; i++)
		EXPECT(__kvm_has_device_attr(m.gic, GRP_SYSREGS, sysreg_attr(1, sysregs[i])), 0);
	EXPECT(__kvm_has_device_attr(m.gic, GRP_SYSREGS, sysreg_attr(0, unknown)) ? errno : 0, ENXIO);
	EXPECT(__kvm_has_device_attr(m.gic, GRP_SYSREGS, sysreg_attr(0, clears)) ? errno : 0, ENXIO);
	REFUSED(&m, attr_get(&m, GRP_SYSREGS, sysreg_attr(0, unknown), &value), ENOENT);
	REFUSED(&m, attr_set(&m, GRP_SYSREGS, sysreg_attr(0, unknown), &value), ENOENT);
	REFUSED(&m, attr_set(&m, GRP_SYSREGS, sysreg_attr(0, clears), &value), ENOENT);
	REFUSED(&m, attr_get(&m, GRP_SYSREGS, sysreg_attr(4, sysregs[0]), &value), EINVAL);
	REFUSED(&m, attr_set(&m, GRP_SYSREGS, sysreg_attr(4, sysregs[0]), &value), EINVAL);
	REFUSED(&m, attr_get(&m, GRP_SYSREGS, sysreg_attr(0, sysregs[0]), NULL), EFAULT);
	REFUSED(&m, attr_set(&m, GRP_SYSREGS, sysreg_attr(0, sysregs[0]), NULL), EFAULT);
	set_distinct(&m);
	check_distinct(&m);
	/* Everything is set, not added: what was there goes. */
	set_distinct(&m);
	check_distinct(&m);
	EXPECT(set_sysreg(&m, 2, GICV5_ICC_PPI_SACTIVER0_EL1, 0), 0);
	TEST_ASSERT(!get_sysreg(&m, 2, GICV5_ICC_PPI_SACTIVER0_EL1), "SACTIVER cannot be cleared");
	TEST_ASSERT(!machine_sync(&m, 3), "the guest is not done");
	REFUSED(&m, set_sysreg(&m, 0, GICV5_ICC_PCR_EL1, 0), EBUSY);
	machine_free(&m);
}

/* ---- IST (scenario 4) ---- */

static void ist_bad_buffers(struct machine *m, struct tables *t)
{
	struct kvm_vgic_v5_ist bad = t->ist;

	REFUSED(m, attr_get(m, GRP_IST, 1, &bad), ENXIO);
	REFUSED(m, attr_set(m, GRP_IST, 1, &bad), ENXIO);
	REFUSED(m, attr_get(m, GRP_IST, 0, NULL), EINVAL);
	REFUSED(m, attr_set(m, GRP_IST, 0, NULL), EINVAL);
	REFUSED(m, attr_get(m, GRP_IST, 0, BAD_POINTER), EFAULT);
	REFUSED(m, attr_set(m, GRP_IST, 0, BAD_POINTER), EFAULT);
	bad.spi_ist_addr = (uintptr_t)BAD_POINTER;
	REFUSED(m, get_ist(m, &bad), EFAULT);
	REFUSED(m, set_ist(m, &bad), EFAULT);
	bad.spi_ist_addr = 0;
	REFUSED(m, get_ist(m, &bad), EINVAL);
	REFUSED(m, set_ist(m, &bad), EINVAL);
	bad = t->ist;
	bad.spi_ist_size -= 4;
	REFUSED(m, get_ist(m, &bad), EINVAL);
	REFUSED(m, set_ist(m, &bad), EINVAL);
	bad.spi_ist_size += 8;
	REFUSED(m, get_ist(m, &bad), EINVAL);
	REFUSED(m, set_ist(m, &bad), EINVAL);
	bad.spi_ist_size = 0;
	REFUSED(m, get_ist(m, &bad), EINVAL);
	/* There is no LPI table. */
	bad = t->ist;
	bad.lpi_ist_addr = bad.spi_ist_addr;
	bad.lpi_ist_size = 4 << 14;
	REFUSED(m, get_ist(m, &bad), EINVAL);
	REFUSED(m, set_ist(m, &bad), EINVAL);
}

static void ist_attributes(void)
{
	struct tables t = make_tables(32, 0);
	struct machine m;

	machine_bare(&m, 1, guest_done);
	EXPECT(get_ist(&m, &t.ist), EBUSY);
	EXPECT(set_ist(&m, &t.ist), EBUSY);
	machine_free(&m);

	machine_make(&m, 1, NULL, guest_done, 0);
	EXPECT(__kvm_has_device_attr(m.gic, GRP_IST, 0), 0);
	EXPECT(__kvm_has_device_attr(m.gic, GRP_IST, 1) ? errno : 0, ENXIO);
	ist_bad_buffers(&m, &t);
	/* Entries that cannot be: a reserved bit, the affinity of a PE that there is not. */
	t.spi[5] = 1u << 6;
	REFUSED(&m, set_ist(&m, &t.ist), EINVAL);
	t.spi[5] = (uint32_t)GICV5_PUT(L2_ISTE_IAFFID, 1);
	REFUSED(&m, set_ist(&m, &t.ist), EINVAL);
	t.spi[5] = 0;
	EXPECT(get_ist(&m, &t.ist), 0);
	EXPECT(set_ist(&m, &t.ist), 0);
	TEST_ASSERT(!machine_sync(&m, 0), "the guest is not done");
	EXPECT(get_ist(&m, &t.ist), 0);
	REFUSED(&m, set_ist(&m, &t.ist), EBUSY);
	machine_free(&m);
	free_tables(&t);
}

/* ---- STATE ---- */

static void whole_attribute(void)
{
	struct kvm_vgic_v5_state state;
	struct whole whole;
	struct machine m;

	machine_make(&m, 2, NULL, guest_done, 64);
	whole = take_whole(&m);
	EXPECT(__kvm_has_device_attr(m.gic, GRP_STATE, 0), 0);
	EXPECT(__kvm_has_device_attr(m.gic, GRP_STATE, 1) ? errno : 0, ENXIO);
	REFUSED(&m, attr_get(&m, GRP_STATE, 1, &state), ENXIO);
	REFUSED(&m, attr_set(&m, GRP_STATE, 1, &state), ENXIO);
	REFUSED(&m, attr_get(&m, GRP_STATE, 0, NULL), EFAULT);
	REFUSED(&m, attr_set(&m, GRP_STATE, 0, NULL), EFAULT);
	state = (struct kvm_vgic_v5_state){(uintptr_t)whole.data, whole.bytes - 1};
	REFUSED(&m, attr_get(&m, GRP_STATE, 0, &state), ENOSPC);
	TEST_ASSERT(state.size == whole.bytes, "the size that is needed is not said");
	state.addr = (uintptr_t)BAD_POINTER;
	REFUSED(&m, attr_get(&m, GRP_STATE, 0, &state), EFAULT);
	REFUSED(&m, attr_set(&m, GRP_STATE, 0, &state), EFAULT);
	REFUSED(&m, give_whole(&m, whole.data, 0), EINVAL);
	REFUSED(&m, give_whole(&m, NULL, whole.bytes), EINVAL);
	REFUSED(&m, give_whole(&m, whole.data, ~(uint64_t)0), EINVAL);
	REFUSED(&m, give_whole(&m, whole.data, whole.bytes - 8), EINVAL);
	whole.data[1] ^= (uint64_t)1 << 1;
	REFUSED(&m, give_whole(&m, whole.data, whole.bytes), EOPNOTSUPP);
	whole.data[1] ^= (uint64_t)1 << 1;
	whole.data[9] ^= 1;
	REFUSED(&m, give_whole(&m, whole.data, whole.bytes), EINVAL);
	whole.data[9] ^= 1;
	EXPECT(give_whole(&m, whole.data, whole.bytes), 0);
	TEST_ASSERT(!machine_sync(&m, 0), "the guest is not done");
	REFUSED(&m, give_whole(&m, whole.data, whole.bytes), EBUSY);
	free(whole.data);
	machine_free(&m);

	/* Another shape. */
	machine_make(&m, 2, NULL, guest_done, 32);
	whole = take_whole(&m);
	machine_free(&m);
	machine_make(&m, 3, NULL, guest_done, 32);
	REFUSED(&m, give_whole(&m, whole.data, whole.bytes), EINVAL);
	machine_free(&m);
	free(whole.data);
}

int main(void)
{
	static const struct {
		const char *name;
		void (*test)(void);
	} tests[] = {
		{"IRS_REGS", irs_regs},	 {"LPI table announced", announced}, {"CPU_SYSREGS", cpu_sysregs},
		{"IST", ist_attributes}, {"STATE", whole_attribute},
	};
	unsigned int i;

	test_disable_default_vgic();
	for (i = 0; i < ARRAY_SIZE(tests); i++) {
		printf("state: %s\n", tests[i].name);
		fflush(stdout);
		tests[i].test();
	}
	printf("state: all %u passed\n", i);
	return 0;
}
