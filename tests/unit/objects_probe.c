// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * One function for each accessor of hal/aarch64, so that objects.py can look at what it became.
 */
#include <vgicv5_port.h>

#define READ(name)                           \
	uint64_t probe_mrs_##name(void);     \
	uint64_t probe_mrs_##name(void)      \
	{                                    \
		return vgicv5_read_##name(); \
	}
#define WRITE(name)                        \
	void probe_msr_##name(uint64_t v); \
	void probe_msr_##name(uint64_t v)  \
	{                                  \
		vgicv5_write_##name(v);    \
	}
#define ACCESS_RO(name) READ(name)
#define ACCESS_RW(name) READ(name) WRITE(name)
#define SYSREG(name, op0, op1, crn, crm, op2, access) ACCESS_##access(name)
#define GIC(name, op1, crm, op2)           \
	void probe_sys_##name(uint64_t v); \
	void probe_sys_##name(uint64_t v)  \
	{                                  \
		vgicv5_gic_##name(v);      \
	}
#define EOI(name, op1, crm, op2)     \
	void probe_xzr_##name(void); \
	void probe_xzr_##name(void)  \
	{                            \
		vgicv5_gic_##name(); \
	}
#define ACK(name, op1, crm, op2)             \
	uint64_t probe_sysl_##name(void);    \
	uint64_t probe_sysl_##name(void)     \
	{                                    \
		return vgicv5_gicr_##name(); \
	}
#define GSB(name, op1, crm, op2)     \
	void probe_gsb_##name(void); \
	void probe_gsb_##name(void)  \
	{                            \
		vgicv5_gsb_##name(); \
	}

GICV5_SYSREGS_ICC(SYSREG)
GICV5_SYSREGS_ICH(SYSREG)
GICV5_INSNS_CD(GIC)
GICV5_INSNS_VD(GIC)
GICV5_INSNS_EOI(EOI)
GICV5_INSNS_ACK(ACK)
GICV5_INSNS_GSB(GSB)

/* The frame accessors: [xN] and nothing else, also where an offset could be folded in. */
uint32_t probe_mmio_read32(const volatile uint8_t *frame, uint32_t offset);
uint32_t probe_mmio_read32(const volatile uint8_t *frame, uint32_t offset)
{
	return vgicv5_mmio_read32(frame + offset) + vgicv5_mmio_read32(frame + 0x80);
}

uint64_t probe_mmio_read64(const volatile uint8_t *frame, uint32_t offset);
uint64_t probe_mmio_read64(const volatile uint8_t *frame, uint32_t offset)
{
	return vgicv5_mmio_read64(frame + offset) + vgicv5_mmio_read64(frame + 0x80);
}

void probe_mmio_write32(volatile uint8_t *frame, uint32_t offset, uint32_t value);
void probe_mmio_write32(volatile uint8_t *frame, uint32_t offset, uint32_t value)
{
	vgicv5_mmio_write32(frame + offset, value);
	vgicv5_mmio_write32(frame + 0x80, 0);
}

void probe_mmio_write64(volatile uint8_t *frame, uint32_t offset, uint64_t value);
void probe_mmio_write64(volatile uint8_t *frame, uint32_t offset, uint64_t value)
{
	vgicv5_mmio_write64(frame + offset, value);
	vgicv5_mmio_write64(frame + 0x80, 0);
}

/* An atomic and then a plain load: a barrier must be between them. */
uint64_t probe_order_fetch_or(uint64_t *p, const uint64_t *q);
uint64_t probe_order_fetch_or(uint64_t *p, const uint64_t *q)
{
	return vgicv5_fetch_or(p, 1) + VGICV5_READ_ONCE(*q);
}

uint64_t probe_order_exchange(uint64_t *p, const uint64_t *q);
uint64_t probe_order_exchange(uint64_t *p, const uint64_t *q)
{
	return vgicv5_exchange(p, 1) + VGICV5_READ_ONCE(*q);
}
