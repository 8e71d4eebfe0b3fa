/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Save and restore through the device: the groups CPU_SYSREGS, IRS_REGS and IST, and STATE, which has everything. After
 * each refusal the whole state must be, byte by byte, what it was.
 */
#include "guest.h"
#include "host.h"

#include <vgicv5/arch/irs.h>
#include <vgicv5/arch/tables.h>
#include <vgicv5/arch/sysreg.h>

#define GRP_SYSREGS KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS
#define GRP_IRS KVM_DEV_ARM_VGIC_GRP_IRS_REGS
#define GRP_IST KVM_DEV_ARM_VGIC_GRP_IST
#define GRP_STATE KVM_DEV_ARM_VGIC_GRP_STATE
#define BAD_POINTER ((void *)8)

/* ---- The registers that there are ---- */

#define OFFSET(name, offset, width, access) (offset),
static const uint32_t irs_frame[] = {GICV5_IRS_REGS(OFFSET)};

/* Without the component's identification at the end of the frame. */
#define IRS_REGISTERS 52

static const uint32_t sysregs[] = {
	GICV5_ICC_ICSR_EL1,
	GICV5_ICC_PPI_ENABLER0_EL1,
	GICV5_ICC_PPI_ENABLER1_EL1,
	GICV5_ICC_PPI_SACTIVER0_EL1,
	GICV5_ICC_PPI_SACTIVER1_EL1,
	GICV5_ICC_PPI_SPENDR0_EL1,
	GICV5_ICC_PPI_SPENDR1_EL1,
	GICV5_ICC_PPI_PRIORITYR0_EL1,
	GICV5_ICC_PPI_PRIORITYR1_EL1,
	GICV5_ICC_PPI_PRIORITYR2_EL1,
	GICV5_ICC_PPI_PRIORITYR3_EL1,
	GICV5_ICC_PPI_PRIORITYR4_EL1,
	GICV5_ICC_PPI_PRIORITYR5_EL1,
	GICV5_ICC_PPI_PRIORITYR6_EL1,
	GICV5_ICC_PPI_PRIORITYR7_EL1,
	GICV5_ICC_PPI_PRIORITYR8_EL1,
	GICV5_ICC_PPI_PRIORITYR9_EL1,
	GICV5_ICC_PPI_PRIORITYR10_EL1,
	GICV5_ICC_PPI_PRIORITYR11_EL1,
	GICV5_ICC_PPI_PRIORITYR12_EL1,
	GICV5_ICC_PPI_PRIORITYR13_EL1,
	GICV5_ICC_PPI_PRIORITYR14_EL1,
	GICV5_ICC_PPI_PRIORITYR15_EL1,
	GICV5_ICC_APR_EL1,
	GICV5_ICC_CR0_EL1,
	GICV5_ICC_PCR_EL1,
};

_Static_assert(ARRAY_SIZE(sysregs) == 26, "as Linux 7.4 has them");

/* The PPIs that a guest sees. */
#define PPIS (BIT_ULL(GICV5_PPI_SW) | BIT_ULL(GICV5_PPI_CNTV) | BIT_ULL(GICV5_PPI_CNTP))

static uint64_t sysreg_attr(unsigned int vcpu, uint32_t encoding)
{
	return (uint64_t)vcpu << 32 | encoding;
}

static uint64_t get_irs(struct machine *m, uint32_t offset)
{
	uint64_t value = ~(uint64_t)0;

	EXPECT(attr_get(m, GRP_IRS, offset, &value), 0);
	return value;
}

static int set_irs(struct machine *m, uint32_t offset, uint64_t value)
{
	return attr_set(m, GRP_IRS, offset, &value);
}

static uint64_t get_sysreg(struct machine *m, unsigned int vcpu, uint32_t encoding)
{
	uint64_t value = ~(uint64_t)0;

	EXPECT(attr_get(m, GRP_SYSREGS, sysreg_attr(vcpu, encoding), &value), 0);
	return value;
}

static int set_sysreg(struct machine *m, unsigned int vcpu, uint32_t encoding, uint64_t value)
{
	return attr_set(m, GRP_SYSREGS, sysreg_attr(vcpu, encoding), &value);
}

/* ---- The whole ---- */

struct whole {
	uint64_t *data;
	uint64_t bytes;
};

static struct whole take_whole(struct machine *m)
{
	struct kvm_vgic_v5_state state = {0};
	struct whole whole;

	EXPECT(attr_get(m, GRP_STATE, 0, &state), 0);
	whole.bytes = state.size;
	whole.data = calloc(1, whole.bytes);
	state.addr = (uintptr_t)whole.data;
	EXPECT(attr_get(m, GRP_STATE, 0, &state), 0);
	TEST_ASSERT(state.size == whole.bytes, "the size of the state is another one");
	return whole;
}

static int give_whole(struct machine *m, const void *data, uint64_t bytes)
{
	struct kvm_vgic_v5_state state = {.addr = (uintptr_t)data, .size = bytes};

	return attr_set(m, GRP_STATE, 0, &state);
}

static bool is_same(struct whole a, struct whole b)
{
	bool same = a.bytes == b.bytes && !memcmp(a.data, b.data, a.bytes);

	free(a.data);
	free(b.data);
	return same;
}

/* A call that must be refused, and changes nothing. */
#define REFUSED(m, call, error)                                                           \
	do {                                                                              \
		struct whole before_ = take_whole(m);                                     \
                                                                                          \
		EXPECT(call, error);                                                      \
		TEST_ASSERT(is_same(before_, take_whole(m)), #call " changes something"); \
	} while (0)

/* ---- Tables ---- */

struct tables {
	uint32_t *spi;
	uint32_t *lpi;
	struct kvm_vgic_v5_ist ist;
};

static struct tables make_tables(uint64_t spis, uint64_t lpis)
{
	struct tables tables = {.spi = calloc(spis + 1, 4), .lpi = lpis ? calloc(lpis, 4) : NULL};

	tables.ist =
		(struct kvm_vgic_v5_ist){(uintptr_t)tables.spi, 4 * spis, (uintptr_t)tables.lpi, 4 * lpis};
	return tables;
}

static void free_tables(struct tables *tables)
{
	free(tables->spi);
	free(tables->lpi);
}

static int get_ist(struct machine *m, const struct kvm_vgic_v5_ist *ist)
{
	struct kvm_vgic_v5_ist copy = *ist;

	return attr_get(m, GRP_IST, 0, &copy);
}

static int set_ist(struct machine *m, const struct kvm_vgic_v5_ist *ist)
{
	return attr_set(m, GRP_IST, 0, ist);
}

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

	for (i = 0; i < ARRAY_SIZE(irs_frame); i++) {
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

/* Different in each vCPU and register; as it reads afterwards. */
static uint64_t distinct(unsigned int vcpu, unsigned int i, bool reads)
{
	uint64_t value = (0x0102030405060708u * (vcpu + 3)) ^ (0x1111111111111111u * i);
	unsigned int group = sysregs[i] - GICV5_ICC_PPI_PRIORITYR0_EL1, ppi;
	uint64_t seen = 0;

	switch (sysregs[i]) {
	case GICV5_ICC_ICSR_EL1:
		return GICV5_PUT(ICC_ICSR_EL1_PRIORITY, vcpu + 1) | GICV5_PUT(ICC_ICSR_EL1_IAFFID, vcpu + 7);
	case GICV5_ICC_APR_EL1:
		return BIT_ULL(vcpu + 2);
	case GICV5_ICC_PCR_EL1:
		return GICV5_PUT(ICC_PCR_EL1_PRIORITY, vcpu + 11);
	case GICV5_ICC_CR0_EL1:
		value = GICV5_PUT(ICC_CR0_EL1_EN, vcpu & 1);
		return reads ? value | GICV5_MASK(ICC_CR0_EL1_LINK) | GICV5_MASK(ICC_CR0_EL1_LINK_IDLE)
			     : value;
	case GICV5_ICC_PPI_ENABLER0_EL1:
	case GICV5_ICC_PPI_SACTIVER0_EL1:
	case GICV5_ICC_PPI_SPENDR0_EL1:
		/* One of the three that there are, another one in each vCPU and register. */
		ppi = (unsigned int[]){GICV5_PPI_SW, GICV5_PPI_CNTV, GICV5_PPI_CNTP}[(vcpu + i / 2) % 3];
		return reads ? BIT_ULL(ppi) : BIT_ULL(ppi) | ~(uint64_t)PPIS;
	case GICV5_ICC_PPI_ENABLER1_EL1:
	case GICV5_ICC_PPI_SACTIVER1_EL1:
	case GICV5_ICC_PPI_SPENDR1_EL1:
		return reads ? 0 : value;
	}
	for (ppi = 8 * group; ppi < 8 * group + 8 && ppi < 64; ppi++)
		if (PPIS & BIT_ULL(ppi))
			seen |= (uint64_t)0x1f << 8 * (ppi % 8);
	return reads ? value & seen : value;
}

static void set_distinct(struct machine *m)
{
	unsigned int vcpu, i;

	for (vcpu = 0; vcpu < m->vcpus; vcpu++)
		for (i = 0; i < ARRAY_SIZE(sysregs); i++)
			EXPECT(set_sysreg(m, vcpu, sysregs[i], distinct(vcpu, i, false)), 0);
}

static void check_distinct(struct machine *m)
{
	unsigned int vcpu, i;
	uint64_t value;

	for (vcpu = 0; vcpu < m->vcpus; vcpu++)
		for (i = 0; i < ARRAY_SIZE(sysregs); i++) {
			value = get_sysreg(m, vcpu, sysregs[i]);
			TEST_ASSERT(value == distinct(vcpu, i, true), "vCPU %u, register %u: %lx, not %lx",
				    vcpu, i, value, distinct(vcpu, i, true));
		}
}

static void cpu_sysregs(void)
{
	const uint32_t unknown = GICV5_ENC(3, 0, 0, 0, 0), clears = GICV5_ICC_PPI_CPENDR0_EL1;
	uint64_t value = 0;
	struct machine m;
	unsigned int i;

	machine_make(&m, 4, NULL, guest_done, 0);
	for (i = 0; i < ARRAY_SIZE(sysregs); i++)
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

/* ---- From one VM to another ---- */

static void copy_irs(struct machine *from, struct machine *to)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(irs_frame); i++)
		if (!__kvm_has_device_attr(from->gic, GRP_IRS, irs_frame[i]))
			EXPECT(set_irs(to, irs_frame[i], get_irs(from, irs_frame[i])), 0);
}

static void copy_sysregs(struct machine *from, struct machine *to)
{
	unsigned int vcpu, i;

	for (vcpu = 0; vcpu < from->vcpus; vcpu++)
		for (i = 0; i < ARRAY_SIZE(sysregs); i++)
			EXPECT(set_sysreg(to, vcpu, sysregs[i], get_sysreg(from, vcpu, sysregs[i])), 0);
}

/* Different in each interrupt, of `vcpus` vCPUs. SPIs have no pending state here: their lines are low. */
static uint32_t entry(unsigned int id, unsigned int vcpus, bool spi)
{
	return (uint32_t)(GICV5_PUT(L2_ISTE_IAFFID, id % vcpus) | GICV5_PUT(L2_ISTE_PRIORITY, id * 7 % 32) |
			  GICV5_PUT(L2_ISTE_ENABLE, id / 3 % 2) | GICV5_PUT(L2_ISTE_HM, spi && id % 5 == 1) |
			  GICV5_PUT(L2_ISTE_ACTIVE, id % 11 == 4) | GICV5_PUT(L2_ISTE_PENDING, id % 13 == 6));
}

#define LPI_BITS 14

static void give_distinct(struct machine *m, struct tables *t, unsigned int spis)
{
	unsigned int i;

	for (i = 0; i < spis; i++)
		t->spi[i] = entry(i, m->vcpus, true);
	for (i = 0; i < 1u << LPI_BITS; i++)
		t->lpi[i] = entry(i, m->vcpus, false);
	EXPECT(set_irs(m, GICV5_IRS_IST_CFGR, GICV5_PUT(IRS_IST_CFGR_LPI_ID_BITS, LPI_BITS)), 0);
	EXPECT(set_irs(m, GICV5_IRS_IST_BASER, 0x80000 | GICV5_MASK(IRS_IST_BASER_VALID)), 0);
	EXPECT(set_ist(m, &t->ist), 0);
	set_distinct(m);
}

static void check_tables(struct machine *m, struct tables *wanted, unsigned int spis)
{
	struct tables t = make_tables(spis, 1 << LPI_BITS);
	unsigned int i;

	EXPECT(get_ist(m, &t.ist), 0);
	for (i = 0; i < spis; i++)
		TEST_ASSERT(t.spi[i] == wanted->spi[i], "SPI %u: %x, not %x", i, t.spi[i], wanted->spi[i]);
	for (i = 0; i < 1u << LPI_BITS; i++)
		TEST_ASSERT(t.lpi[i] == wanted->lpi[i], "LPI %u: %x, not %x", i, t.lpi[i], wanted->lpi[i]);
	free_tables(&t);
}

/* By the groups, then as a whole: every register and interrupt is its own. */
static void all_distinct(void)
{
	struct tables t = make_tables(96, 1 << LPI_BITS);
	struct machine a, b;
	struct whole whole;

	machine_make(&a, 4, NULL, guest_done, 96);
	give_distinct(&a, &t, 96);
	check_tables(&a, &t, 96);
	check_distinct(&a);

	machine_make(&b, 4, NULL, guest_done, 96);
	copy_irs(&a, &b);
	copy_sysregs(&a, &b);
	EXPECT(set_ist(&b, &t.ist), 0);
	check_tables(&b, &t, 96);
	check_distinct(&b);
	TEST_ASSERT(is_same(take_whole(&a), take_whole(&b)), "the groups leave something out");
	machine_free(&b);

	machine_make(&b, 4, NULL, guest_done, 96);
	whole = take_whole(&a);
	EXPECT(give_whole(&b, whole.data, whole.bytes), 0);
	check_tables(&b, &t, 96);
	check_distinct(&b);
	TEST_ASSERT(is_same(whole, take_whole(&b)), "saved again it is another state");
	machine_free(&b);
	machine_free(&a);
	free_tables(&t);
}

/* ---- Pending interrupts go along (scenario 11) ---- */

enum { ASK_SAVE = 1, ASK_SPI3 };

#define MASKS_SPI1 0x0cu /* as a priority mask: SPI 0 passes, SPI 1 does not */

static void priority(uint32_t intid, unsigned int value)
{
	vgicv5_gic_CDPRI(intid | GICV5_PUT(CDPRI_PRIORITY, value));
	vgicv5_gsb_SYS();
}

static void set_up_spis(void)
{
	unsigned int i;

	for (i = 0; i < 4; i++)
		GUEST_ASSERT(guest_spi(i, false, 0));
	priority(SPI(0), 0x08);
	priority(SPI(1), 0x10);
	guest_spi_disable(2);
	for (i = 0; i < 3; i++)
		guest_pend(SPI(i));
}

static void set_up_lpis(void)
{
	uint32_t least = (uint32_t)GICV5_GET(IRS_IDR2_MIN_LPI_ID_BITS, irs_read(GICV5_IRS_IDR2));

	guest_lpis(least > 5 ? least : 5, 0x80000);
	guest_lpi(0, 1);
	guest_lpi(1, 1);
	guest_pend(LPI(0));
}

static void guest_before(void)
{
	guest_cpu_open();
	if (!guest_get_vcpuid()) {
		irs_enable();
		set_up_spis();
		set_up_lpis();
		vgicv5_write_ICC_PCR_EL1(GICV5_PUT(ICC_PCR_EL1_PRIORITY, MASKS_SPI1));
		vgicv5_isb();
	}
	GUEST_SYNC(ASK_SAVE);
	GUEST_FAIL("the source runs on");
}

static void spis_after(volatile struct taken *mine)
{
	guest_sleep_until(&mine->spi[0], 1);
	GUEST_ASSERT_EQ(mine->spi[1], 0);
	vgicv5_write_ICC_PCR_EL1(GICV5_MASK(ICC_PCR_EL1_PRIORITY));
	vgicv5_isb();
	guest_sleep_until(&mine->spi[1], 1);
	GUEST_ASSERT_EQ(mine->spi[2], 0);
	vgicv5_gic_CDEN(SPI(2));
	vgicv5_gsb_SYS();
	guest_sleep_until(&mine->spi[2], 1);
	GUEST_ASSERT_EQ(mine->spi[3], 0);
	GUEST_SYNC(ASK_SPI3);
	guest_sleep_until(&mine->spi[3], 1);
	GUEST_ASSERT_EQ(mine->spi[0] + mine->spi[1] + mine->spi[2] + mine->spi[3], 4);
}

/* Nothing is set up here: all comes from what was saved. */
static void guest_after(void)
{
	volatile struct taken *mine = &taken[guest_get_vcpuid()];

	if (!guest_get_vcpuid()) {
		spis_after(mine);
	} else {
		guest_sleep_until(&mine->lpi[0], 1);
		guest_pend(LPI(1));
		guest_sleep_until(&mine->lpi[1], 1);
		GUEST_ASSERT_EQ(mine->lpi[0], 1);
	}
	GUEST_DONE();
}

static void run_after(struct machine *m)
{
	TEST_ASSERT(machine_sync(m, 0) == ASK_SPI3, "the guest does not ask");
	spi_line(m, 3, true);
	spi_line(m, 3, false);
	TEST_ASSERT(!machine_sync(m, 0), "vCPU 0 is not done");
	TEST_ASSERT(!machine_sync(m, 1), "vCPU 1 is not done");
}

static unsigned int lpi_bits(struct machine *m)
{
	return (unsigned int)GICV5_GET(IRS_IST_CFGR_LPI_ID_BITS, get_irs(m, GICV5_IRS_IST_CFGR));
}

static void bad_lpi_sizes(struct machine *m, const struct tables *t,
			  int (*access)(struct machine *m, const struct kvm_vgic_v5_ist *ist))
{
	struct kvm_vgic_v5_ist bad = t->ist;

	bad.lpi_ist_addr = 0;
	bad.lpi_ist_size = 0;
	EXPECT(access(m, &bad), EINVAL);
	bad = t->ist;
	bad.lpi_ist_size -= 4;
	EXPECT(access(m, &bad), EINVAL);
	bad.lpi_ist_addr = 0;
	EXPECT(access(m, &bad), EINVAL);
}

/* Before the tables come the registers may still be changed. */
static void move_ist(struct machine *from, struct machine *to, struct tables *t)
{
	uint64_t baser = get_irs(from, GICV5_IRS_IST_BASER), cfgr = get_irs(from, GICV5_IRS_IST_CFGR);

	EXPECT(set_ist(to, &t->ist), EINVAL);
	copy_irs(from, to);
	EXPECT(set_irs(to, GICV5_IRS_IST_BASER, baser + 0x100000), 0);
	EXPECT(set_irs(to, GICV5_IRS_IST_CFGR, GICV5_PUT(IRS_IST_CFGR_LPI_ID_BITS, lpi_bits(from) + 1)), 0);
	EXPECT(set_irs(to, GICV5_IRS_IST_CFGR, cfgr), 0);
	EXPECT(set_irs(to, GICV5_IRS_IST_BASER, baser), 0);
	copy_sysregs(from, to);
	bad_lpi_sizes(to, t, set_ist);
	EXPECT(set_ist(to, &t->ist), 0);
	REFUSED(to, set_irs(to, GICV5_IRS_IST_BASER, baser + 0x100000), EINVAL);
	REFUSED(to, set_irs(to, GICV5_IRS_IST_BASER, 0), EINVAL);
	REFUSED(to, set_irs(to, GICV5_IRS_IST_CFGR, cfgr + 1), EINVAL);
	REFUSED(to, set_ist(to, &t->ist), EBUSY);
	EXPECT(set_irs(to, GICV5_IRS_IST_BASER, baser), 0);
	EXPECT(set_irs(to, GICV5_IRS_IST_CFGR, cfgr), 0);
}

static void make_source(struct machine *m)
{
	machine_make(m, 2, NULL, guest_before, 0);
	TEST_ASSERT(machine_sync(m, 1) == ASK_SAVE, "vCPU 1 does not ask");
	TEST_ASSERT(machine_sync(m, 0) == ASK_SAVE, "vCPU 0 does not ask");
}

static void pending_by_groups(void)
{
	struct machine a, b;
	struct tables t, again;
	uint64_t lpis;

	make_source(&a);
	lpis = (uint64_t)1 << lpi_bits(&a);
	t = make_tables(32, lpis);
	again = make_tables(32, lpis);
	bad_lpi_sizes(&a, &t, get_ist);
	EXPECT(get_ist(&a, &t.ist), 0);
	machine_make(&b, 2, NULL, guest_after, 0);
	move_ist(&a, &b, &t);
	EXPECT(get_ist(&b, &again.ist), 0);
	TEST_ASSERT(!memcmp(t.spi, again.spi, 4 * 32) && !memcmp(t.lpi, again.lpi, 4 * lpis),
		    "saved again the tables are others");
	machine_free(&a);
	run_after(&b);
	machine_free(&b);
	free_tables(&t);
	free_tables(&again);
}

static void pending_as_a_whole(void)
{
	struct machine a, b;
	struct whole whole;

	make_source(&a);
	whole = take_whole(&a);
	machine_make(&b, 2, NULL, guest_after, 0);
	EXPECT(give_whole(&b, whole.data, whole.bytes), 0);
	TEST_ASSERT(is_same(whole, take_whole(&b)), "saved again it is another state");
	machine_free(&a);
	run_after(&b);
	machine_free(&b);
}

int main(void)
{
	static const struct {
		const char *name;
		void (*test)(void);
	} tests[] = {
		{"IRS_REGS", irs_regs},
		{"LPI table announced", announced},
		{"CPU_SYSREGS", cpu_sysregs},
		{"IST", ist_attributes},
		{"STATE", whole_attribute},
		{"all distinct", all_distinct},
		{"pending, by groups", pending_by_groups},
		{"pending, as a whole", pending_as_a_whole},
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
