/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Cases on the CPU interface itself: identity, enable, mask, active priorities, undefined accesses.
 */
#include "payload.h"

static void identity(void *unused)
{
	(void)unused;
	log_line("cpu: iaffid=%u", (unsigned int)platform_read(GICV5_ICC_IAFFIDR_EL1));
	log_line("id: idr0=%llx hmr0=%llx hmr1=%llx", (unsigned long long)platform_read(GICV5_ICC_IDR0_EL1),
		 (unsigned long long)platform_read(GICV5_ICC_PPI_HMR0_EL1),
		 (unsigned long long)platform_read(GICV5_ICC_PPI_HMR1_EL1));
	log_line("cpu: en at start=%u",
		 (unsigned int)GICV5_GET(ICC_CR0_EL1_EN, platform_read(GICV5_ICC_CR0_EL1)));
	platform_write(GICV5_ICC_CR0_EL1, GICV5_MASK(ICC_CR0_EL1_LINK));
	/* As every driver does; QEMU 11.1 presents a PPI that does not exist until a PPI register is written. */
	platform_write(GICV5_ICC_PPI_ENABLER0_EL1, 0);
	platform_write(GICV5_ICC_PPI_ENABLER1_EL1, 0);
	log_line("cpu: cr0=%llx", (unsigned long long)platform_read(GICV5_ICC_CR0_EL1));
}

static void masks(void)
{
	static const unsigned int values[] = {0, 1, 15, 30, 31};
	unsigned int i;

	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		platform_write(GICV5_ICC_PCR_EL1, values[i]);
		log_line("cpu: pcr %u reads %u", values[i], (unsigned int)platform_read(GICV5_ICC_PCR_EL1));
	}
	cpu_open(31);
	log_line("cpu: cr0 open=%llx", (unsigned long long)platform_read(GICV5_ICC_CR0_EL1));
	cpu_close();
	log_line("cpu: cr0 closed=%llx", (unsigned long long)platform_read(GICV5_ICC_CR0_EL1));
}

/* CDEOI clears the highest active priority and nothing else. */
static void active_priorities(void)
{
	platform_write(GICV5_ICC_APR_EL1, 0xffffffff);
	log_line("cpu: apr all=%x", (unsigned int)platform_read(GICV5_ICC_APR_EL1));
	platform_write(GICV5_ICC_APR_EL1, 0x80010104);
	gic_eoi();
	log_line("cpu: apr after eoi=%x", (unsigned int)platform_read(GICV5_ICC_APR_EL1));
	gic_eoi();
	gic_eoi();
	log_line("cpu: apr after three=%x", (unsigned int)platform_read(GICV5_ICC_APR_EL1));
	gic_eoi();
	gic_eoi();
	log_line("cpu: apr after five=%x", (unsigned int)platform_read(GICV5_ICC_APR_EL1));
}

static void nothing_pending(void)
{
	cpu_open(31);
	show_cpu("cpu: nothing pending");
	log_line("cpu: ack=%llx nmi=%llx", (unsigned long long)gic_acknowledge(),
		 (unsigned long long)gic_acknowledge_nmi());
	cpu_close();
}

static void undefined_read(const char *name, unsigned int encoding)
{
	uint64_t value = platform_read(encoding);

	if (platform_faulted())
		log_line("undefined: %s faults", name);
	else
		log_line("undefined: %s reads %llx", name, (unsigned long long)value);
}

static void undefined_instruction(const char *name, unsigned int encoding)
{
	platform_gic(encoding, LPI(1));
	log_line("undefined: %s %s", name, platform_faulted() ? "faults" : "executes");
}

/* EL1 reaches neither the hypervisor's registers nor the virtual or logical domain's instructions. */
static void undefined(void)
{
	(void)platform_faulted();
	undefined_read("ICH_APR_EL2", GICV5_ICH_APR_EL2);
	undefined_read("ICH_CONTEXTR_EL2", GICV5_ICH_CONTEXTR_EL2);
	undefined_read("ICC_PCR_EL3", GICV5_ICC_PCR_EL3);
	undefined_read("ICC_HAPR_EL1", GICV5_ICC_HAPR_EL1);
	undefined_instruction("VDEN", GICV5_GIC_VDEN);
	undefined_instruction("VDPEND", GICV5_GIC_VDPEND);
	undefined_instruction("LDDI", GICV5_GIC_LDDI);
}

void cases_cpu(void)
{
	log_block("cpu", 0);
	identity(0);
	platform_on_cpu(1, identity, 0);
	masks();
	active_priorities();
	nothing_pending();
	undefined();
}
