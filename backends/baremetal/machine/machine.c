// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "machine.h"

#include "../guest/regs.h"
#include "../host/trace.h"
#include "../lib/region.h"
#include "../lib/string.h"
#include "../vm.h"
#include "gicv2.h"
#include "wires.h"

#include <vgicv5/arch/insn.h>
#include <vgicv5/arch/intid.h>
#include <vgicv5/arch/irs.h>
#include <vgicv5_soft/soft.h>
#include <vgicv5_soft/word.h>

#define IRS_NATIVE_PA 0x08010000u /* where QEMU's virt board has it */
#define SOFT_LPI_ID_BITS 16
#define MAX_MESSAGES 10
#define ISR_I BIT(7)
#define WORD_READ BIT(21)

bool machine_native;

static struct vgicv5_soft *soft;
static shell_lock_t soft_lock;
static uint64_t signalled[SHELL_MAX_CPUS]; /* an SGI is under way */

static const struct vgicv5_soft_access at_el2 = {.el = 2, .imo = true};
static const struct vgicv5_soft_access at_el1 = {.el = 1, .imo = true};

/* ---- What the software GICv5 asks for ---- */

static void *model_alloc(void *ctx, size_t bytes)
{
	(void)ctx;
	return shell_alloc(bytes, 16);
}

static void model_free(void *ctx, void *memory, size_t bytes)
{
	(void)ctx;
	shell_free(memory, bytes);
}

static bool is_ram(uint64_t pa, size_t bytes)
{
	return pa >= shell_boot.ram_base && pa + bytes <= shell_boot.ram_base + shell_boot.ram_bytes;
}

static bool model_read(void *ctx, uint64_t pa, void *to, size_t bytes)
{
	(void)ctx;
	if (!is_ram(pa, bytes))
		return false;
	memcpy(to, (const void *)(uintptr_t)pa, bytes);
	return true;
}

static bool model_write(void *ctx, uint64_t pa, const void *from, size_t bytes)
{
	(void)ctx;
	if (!is_ram(pa, bytes))
		return false;
	memcpy((void *)(uintptr_t)pa, from, bytes);
	return true;
}

static void model_lock(void *ctx)
{
	(void)ctx;
	shell_lock(&soft_lock);
}

static void model_unlock(void *ctx)
{
	(void)ctx;
	shell_unlock(&soft_lock);
}

/* This CPU looks at its signals before it enters a guest or waits; another one has to be told. */
static void model_signal(void *ctx, unsigned int pe)
{
	(void)ctx;
	if (pe == this_cpu()->index || !__atomic_load_n(&shell_cpus[pe].online, __ATOMIC_RELAXED))
		return;
	if (!__atomic_exchange_n(&signalled[pe], 1, __ATOMIC_SEQ_CST))
		gicv2_signal(pe);
}

static void model_violation(void *ctx, const char *rule, const char *text)
{
	static unsigned int messages;

	(void)ctx;
	/* Guests can cause them as well. Serialised by the model's lock. */
	if (messages++ < MAX_MESSAGES)
		con_printf("[gicv5 checker] %s %s\n", rule, text);
}

static const struct vgicv5_soft_ops model_ops = {
	.alloc = model_alloc,
	.free = model_free,
	.mem_read = model_read,
	.mem_write = model_write,
	.lock = model_lock,
	.unlock = model_unlock,
	.signal = model_signal,
	.violation = model_violation,
};

static void soft_init(void)
{
	struct vgicv5_soft_config config;
	const char *error;

	vgicv5_soft_default_config(&config, shell_boot.cpu_count);
	config.ops = &model_ops;
	config.lpi_id_bits = (uint8_t)shell_option("gic_lpi_bits", SOFT_LPI_ID_BITS);
	config.ist_levels = shell_option("gic_ist_levels", config.ist_levels);
	config.istmd = shell_option("gic_istmd", config.istmd);
	error = vgicv5_soft_create(&soft, &config);
	if (error)
		shell_panic("software GICv5: %s", error);
	wires_init(soft);
}

/* ---- The machine ---- */

void machine_init(void)
{
	machine_native =
		bits(READ_SYSREG(S3_0_C0_C4_2), GICV5_ID_AA64PFR2_GCIE_LO + 3, GICV5_ID_AA64PFR2_GCIE_LO);
	con_printf("[shell] GICv5: %s\n",
		   machine_native ? "the CPU has it (FEAT_GCIE)" : "emulated; the CPU has no FEAT_GCIE");
	if (!machine_native)
		soft_init();
}

void machine_cpu_init(void)
{
	if (!machine_native)
		wires_cpu_init();
}

volatile void *machine_irs(void)
{
	return (volatile void *)(uintptr_t)(machine_native ? IRS_NATIVE_PA : IRS_HOLE_VA);
}

bool machine_irq_pending(void)
{
	unsigned int cpu = this_cpu()->index;

	if (machine_native)
		return READ_SYSREG(isr_el1) & ISR_I;
	if (READ_SYSREG(isr_el1) & ISR_I) {
		/* After the acknowledge, before the look at the signals: a sender that saw the mark relies on it. */
		if (wires_poll())
			__atomic_store_n(&signalled[cpu], 0, __ATOMIC_SEQ_CST);
	}
	return vgicv5_soft_signals(soft, cpu, &at_el2) & VGICV5_SOFT_IRQ;
}

void machine_wait(void)
{
	if (machine_irq_pending())
		return;
	__asm__ volatile("dsb sy\n\twfi" : : : "memory");
}

void machine_wire(unsigned int spi, bool level)
{
	if (!machine_native)
		wires_enable(spi, level);
}

/* Which of a guest's instructions are worth an event. */
static void trace_guest(unsigned int encoding, uint64_t value)
{
	const struct vgicv5_vcpu *vcpu = this_cpu()->gic.loaded;
	unsigned int vm = vcpu->vm->vm_id;

	switch (encoding) {
	case GICV5_GIC_CDIA:
		SHELL_TRACE(guest_acknowledge, vm, (uint32_t)value, vcpu->vpe_id);
		break;
	case GICV5_GIC_CDEOI:
		SHELL_TRACE(guest_drop, vm, vgicv5_read_ICH_APR_EL2(), vcpu->vpe_id);
		break;
	case GICV5_GIC_CDDI:
		SHELL_TRACE(guest_deactivate, vm, (uint32_t)value, vcpu->vpe_id);
		break;
	case GICV5_GIC_CDPEND:
		SHELL_TRACE(guest_pend, vm, (uint32_t)value, vcpu->vpe_id);
		break;
	}
}

/* A virtual interrupt is about to be taken. */
static void trace_virq(void)
{
	const struct vgicv5_vcpu *vcpu = this_cpu()->gic.loaded;

	SHELL_TRACE(virq, vcpu->vm->vm_id, (uint32_t)vgicv5_read_ICH_HPPIR_EL2(), vcpu->vpe_id);
}

/* A guest's GICv5 instruction. @return false: the hypervisor proper has to see it. */
static bool guest_gic_hvc(struct guest_regs *regs)
{
	uint64_t esr = regs->esr;
	struct vgicv5_word_access access;
	uint64_t value;

	if (ESR_EC(esr) != EC_HVC64 || !(ESR_ISS(esr) & VGICV5_HVC_MARK))
		return false;
	vgicv5_hvc_access(ESR_ISS(esr) & 0xffff, &access);
	value = get_reg(regs, access.rt);
	/* Before others can see the effect of what is written, after what is read is known. */
	if (shell_trace_on && !access.read)
		trace_guest(access.encoding, value);
	if (vgicv5_soft_sys(soft, this_cpu()->index, &at_el1, access.encoding, access.read, &value) !=
	    VGICV5_SOFT_DONE)
		return false;
	if (shell_trace_on && access.read)
		trace_guest(access.encoding, value);
	if (access.read)
		set_reg(regs, access.rt, value);
	return true;
}

static unsigned int enter(struct guest_regs *regs, uint64_t hcr)
{
	unsigned int kind;

	WRITE_SYSREG(hcr_el2, hcr);
	kind = guest_enter(regs);
	regs->esr = READ_SYSREG(esr_el2);
	regs->far = READ_SYSREG(far_el2);
	regs->hpfar = READ_SYSREG(hpfar_el2);
	return kind;
}

unsigned int machine_run(struct guest_regs *regs, uint64_t hcr, struct shell_counters *counters)
{
	unsigned int cpu = this_cpu()->index;
	unsigned int signals, kind;

	if (machine_native)
		return enter(regs, hcr);
	for (;;) {
		wires_resample_ppis();
		signals = vgicv5_soft_signals(soft, cpu, &at_el1);
		if (signals & VGICV5_SOFT_IRQ)
			return EXIT_IRQ;
		if (signals & VGICV5_SOFT_VIRQ && shell_trace_on)
			trace_virq();
		kind = enter(regs, hcr | (signals & VGICV5_SOFT_VIRQ ? HCR_VI : 0));
		wires_resample_ppis();
		if (kind == EXIT_IRQ) {
			if (machine_irq_pending())
				return EXIT_IRQ;
			counters->exits_wire++;
		} else if (kind != EXIT_SYNC || !guest_gic_hvc(regs)) {
			return kind;
		} else {
			counters->gic_emulated++;
		}
	}
}

/* ---- The hypervisor's own accesses ---- */

static void before_deactivate(uint64_t operand)
{
	if (GICV5_GET(INSN_TYPE, operand) == GICV5_TYPE_PPI)
		wires_resample_ppis();
	else if (GICV5_GET(INSN_TYPE, operand) == GICV5_TYPE_SPI)
		wires_resample_spi((unsigned int)GICV5_GET(INSN_ID, operand));
}

static bool own_instruction(struct guest_regs *regs)
{
	uint32_t word = *(const uint32_t *)(uintptr_t)regs->pc;
	unsigned int encoding = (unsigned int)bits(word, 20, 5);
	unsigned int rt = word & 0x1f;
	bool read = word & WORD_READ;
	uint64_t value = get_reg(regs, rt);

	if (word >> 22 != 0xd5000000u >> 22)
		return false;
	if (encoding == GICV5_GIC_CDDI)
		before_deactivate(value);
	if (vgicv5_soft_sys(soft, this_cpu()->index, &at_el2, encoding, read, &value) != VGICV5_SOFT_DONE)
		return false;
	if (read)
		set_reg(regs, rt, value);
	regs->pc += 4;
	return true;
}

/* LDR or STR of 32 or 64 bits with an immediate offset: all that hal/aarch64 uses on frames. */
#define WORD_LDST_MASK 0xbf800000u
#define WORD_LDST 0xb9000000u
#define WORD_LDST_64 BIT(30)
#define WORD_LDST_LOAD BIT(22)

static bool own_frame_access(struct guest_regs *regs, uint64_t address)
{
	uint32_t word = *(const uint32_t *)(uintptr_t)regs->pc;
	unsigned int bytes = word & WORD_LDST_64 ? 8 : 4;
	uint64_t offset = address - IRS_HOLE_VA;
	enum vgicv5_soft_frame frame =
		offset < GICV5_FRAME_SIZE ? VGICV5_SOFT_CONFIG_FRAME : VGICV5_SOFT_SETLPI_FRAME;

	if (address < IRS_HOLE_VA || offset >= 2 * GICV5_FRAME_SIZE || (word & WORD_LDST_MASK) != WORD_LDST)
		return false;
	offset %= GICV5_FRAME_SIZE;
	if (word & WORD_LDST_LOAD)
		set_reg(regs, word & 0x1f, vgicv5_soft_mmio_read(soft, 0, frame, (uint32_t)offset, bytes));
	else
		vgicv5_soft_mmio_write(soft, 0, frame, (uint32_t)offset, bytes, get_reg(regs, word & 0x1f));
	regs->pc += 4;
	return true;
}

bool machine_exception(struct guest_regs *regs, uint64_t esr)
{
	if (machine_native || !soft)
		return false;
	if (ESR_EC(esr) == EC_UNKNOWN)
		return own_instruction(regs);
	if (ESR_EC(esr) == EC_DABT_SAME)
		return own_frame_access(regs, READ_SYSREG(far_el2));
	return false;
}
