/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "gicstate.h"

#include <vgicv5/arch/irs.h>
#include <vgicv5/arch/sysreg.h>

/* ---- The registers that there are ---- */

#define OFFSET(name, offset, width, access) (offset),
const uint32_t irs_frame[] = {GICV5_IRS_REGS(OFFSET)};
const unsigned int irs_frame_count = ARRAY_SIZE(irs_frame);

const uint32_t sysregs[SYSREGS] = {
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

/* The PPIs that a guest sees. */
#define PPIS (BIT_ULL(GICV5_PPI_SW) | BIT_ULL(GICV5_PPI_CNTV) | BIT_ULL(GICV5_PPI_CNTP))

uint64_t sysreg_attr(unsigned int vcpu, uint32_t encoding)
{
	return (uint64_t)vcpu << 32 | encoding;
}

uint64_t get_irs(struct machine *m, uint32_t offset)
{
	uint64_t value = ~(uint64_t)0;

	EXPECT(attr_get(m, GRP_IRS, offset, &value), 0);
	return value;
}

int set_irs(struct machine *m, uint32_t offset, uint64_t value)
{
	return attr_set(m, GRP_IRS, offset, &value);
}

uint64_t get_sysreg(struct machine *m, unsigned int vcpu, uint32_t encoding)
{
	uint64_t value = ~(uint64_t)0;

	EXPECT(attr_get(m, GRP_SYSREGS, sysreg_attr(vcpu, encoding), &value), 0);
	return value;
}

int set_sysreg(struct machine *m, unsigned int vcpu, uint32_t encoding, uint64_t value)
{
	return attr_set(m, GRP_SYSREGS, sysreg_attr(vcpu, encoding), &value);
}

/* ---- The whole ---- */

struct whole take_whole(struct machine *m)
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

int give_whole(struct machine *m, const void *data, uint64_t bytes)
{
	struct kvm_vgic_v5_state state = {.addr = (uintptr_t)data, .size = bytes};

	return attr_set(m, GRP_STATE, 0, &state);
}

bool is_same(struct whole a, struct whole b)
{
	bool same = a.bytes == b.bytes && !memcmp(a.data, b.data, a.bytes);

	free(a.data);
	free(b.data);
	return same;
}

/* ---- Tables ---- */

struct tables make_tables(uint64_t spis, uint64_t lpis)
{
	struct tables tables = {.spi = calloc(spis + 1, 4), .lpi = lpis ? calloc(lpis, 4) : NULL};

	tables.ist =
		(struct kvm_vgic_v5_ist){(uintptr_t)tables.spi, 4 * spis, (uintptr_t)tables.lpi, 4 * lpis};
	return tables;
}

void free_tables(struct tables *tables)
{
	free(tables->spi);
	free(tables->lpi);
}

int get_ist(struct machine *m, const struct kvm_vgic_v5_ist *ist)
{
	struct kvm_vgic_v5_ist copy = *ist;

	return attr_get(m, GRP_IST, 0, &copy);
}

int set_ist(struct machine *m, const struct kvm_vgic_v5_ist *ist)
{
	return attr_set(m, GRP_IST, 0, ist);
}

/* ---- Values that differ ---- */

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

void set_distinct(struct machine *m)
{
	unsigned int vcpu, i;

	for (vcpu = 0; vcpu < m->vcpus; vcpu++)
		for (i = 0; i < SYSREGS; i++)
			EXPECT(set_sysreg(m, vcpu, sysregs[i], distinct(vcpu, i, false)), 0);
}

void check_distinct(struct machine *m)
{
	unsigned int vcpu, i;
	uint64_t value;

	for (vcpu = 0; vcpu < m->vcpus; vcpu++)
		for (i = 0; i < SYSREGS; i++) {
			value = get_sysreg(m, vcpu, sysregs[i]);
			TEST_ASSERT(value == distinct(vcpu, i, true), "vCPU %u, register %u: %lx, not %lx",
				    vcpu, i, value, distinct(vcpu, i, true));
		}
}
