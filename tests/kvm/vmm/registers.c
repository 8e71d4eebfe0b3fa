/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A vCPU's registers, between KVM and the file of a saved VM.
 */
#include "vmm.h"

#include <errno.h>
#include <linux/kvm.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#define CORE(member) (KVM_REG_ARM64 | KVM_REG_ARM_CORE | offsetof(struct kvm_regs, member) / 4)
#define CORE_U64(member) (CORE(member) | KVM_REG_SIZE_U64)
#define CORE_U32(member) (CORE(member) | KVM_REG_SIZE_U32)
#define SYS(op0, op1, crn, crm, op2) ARM64_SYS_REG(op0, op1, crn, crm, op2)
#define MIDR SYS(3, 0, 0, 0, 0)
#define CTR SYS(3, 3, 0, 0, 1)
#define TIMER_CONTROL 3u /* without the status */

/* ---- One register ---- */

static int access_register(int fd, unsigned long request, uint64_t id, void *value)
{
	struct kvm_one_reg reg = {.id = id, .addr = (uintptr_t)value};

	return ioctl(fd, request, &reg);
}

static void must(int result, const char *what, uint64_t id)
{
	char text[64];

	if (!result)
		return;
	snprintf(text, sizeof(text), "%s %#llx", what, (unsigned long long)id);
	die(text);
}

static void get(int fd, uint64_t id, void *value)
{
	must(access_register(fd, KVM_GET_ONE_REG, id, value), "KVM_GET_ONE_REG", id);
}

static void set(int fd, uint64_t id, const void *value)
{
	must(access_register(fd, KVM_SET_ONE_REG, id, (void *)(uintptr_t)value), "KVM_SET_ONE_REG", id);
}

static uint64_t get_u64(int fd, uint64_t id)
{
	uint64_t value = 0;

	get(fd, id, &value);
	return value;
}

/* ---- Which register is which ---- */

/* Where a register of 64 bits lies in the file's struct. MPIDR_EL1 is the reader's own. */
struct place {
	uint64_t id;
	size_t offset;
};

#define PLACE(id, member)                                \
	{                                                \
		id, offsetof(struct vmfile_vcpu, member) \
	}

static const struct place places[] = {
	PLACE(CORE_U64(regs.pc), pc),
	PLACE(CORE_U64(regs.pstate), pstate),
	PLACE(CORE_U64(regs.sp), sys.sp_el0),
	PLACE(CORE_U64(sp_el1), sys.sp_el1),
	PLACE(CORE_U64(elr_el1), sys.elr_el1),
	PLACE(CORE_U64(spsr[KVM_SPSR_EL1]), sys.spsr_el1),
	PLACE(SYS(3, 0, 1, 0, 0), sys.sctlr_el1),
	PLACE(SYS(3, 0, 1, 0, 2), sys.cpacr_el1),
	PLACE(SYS(3, 0, 2, 0, 0), sys.ttbr0_el1),
	PLACE(SYS(3, 0, 2, 0, 1), sys.ttbr1_el1),
	PLACE(SYS(3, 0, 2, 0, 2), sys.tcr_el1),
	PLACE(SYS(3, 0, 10, 2, 0), sys.mair_el1),
	PLACE(SYS(3, 0, 10, 3, 0), sys.amair_el1),
	PLACE(SYS(3, 0, 5, 2, 0), sys.esr_el1),
	PLACE(SYS(3, 0, 6, 0, 0), sys.far_el1),
	PLACE(SYS(3, 0, 5, 1, 0), sys.afsr0_el1),
	PLACE(SYS(3, 0, 5, 1, 1), sys.afsr1_el1),
	PLACE(SYS(3, 0, 7, 4, 0), sys.par_el1),
	PLACE(SYS(3, 0, 12, 0, 0), sys.vbar_el1),
	PLACE(SYS(3, 3, 13, 0, 2), sys.tpidr_el0),
	PLACE(SYS(3, 3, 13, 0, 3), sys.tpidrro_el0),
	PLACE(SYS(3, 0, 13, 0, 4), sys.tpidr_el1),
	PLACE(SYS(3, 0, 13, 0, 1), sys.contextidr_el1),
	PLACE(SYS(3, 0, 14, 1, 0), sys.cntkctl_el1),
	PLACE(SYS(3, 2, 0, 0, 0), sys.csselr_el1),
	PLACE(KVM_REG_ARM_TIMER_CVAL, timers[VMFILE_CNTV].cval),
	PLACE(KVM_REG_ARM_TIMER_CTL, timers[VMFILE_CNTV].ctl),
	PLACE(KVM_REG_ARM_PTIMER_CVAL, timers[VMFILE_CNTP].cval),
	PLACE(KVM_REG_ARM_PTIMER_CTL, timers[VMFILE_CNTP].ctl),
};

#define PLACES (sizeof(places) / sizeof(places[0]))

static uint64_t *member_at(struct vmfile_vcpu *vcpu, size_t offset)
{
	return (uint64_t *)(void *)((char *)vcpu + offset);
}

static uint64_t id_of_x(unsigned int n)
{
	return CORE_U64(regs.regs[0]) + 2 * n;
}

static uint64_t id_of_v(unsigned int n)
{
	return (CORE(fp_regs.vregs[0]) | KVM_REG_SIZE_U128) + 4 * n;
}

/* ---- What the file has no place for ---- */

/*
 * Linux writes these at its start: debug registers are not moved, and these two do nothing without the others. Any other
 * register that a guest has changed would be missing after the move.
 */
static const uint64_t without_meaning[] = {
	SYS(2, 0, 1, 1, 4), /* OSLSR_EL1 */
	SYS(2, 0, 0, 2, 2), /* MDSCR_EL1 */
	KVM_REG_ARM_TIMER_CNT,
	KVM_REG_ARM_PTIMER_CNT,
};

static bool is_saved(uint64_t id)
{
	size_t i;

	for (i = 0; i < PLACES; i++)
		if (places[i].id == id)
			return true;
	for (i = 0; i < sizeof(without_meaning) / sizeof(without_meaning[0]); i++)
		if (without_meaning[i] == id)
			return true;
	return false;
}

/* op0 = 3, CRn = 0: nothing that a guest writes. KVM itself changes those of AArch32 when there is none. */
static bool is_idreg(uint64_t id)
{
	return (id & SYS(3, 0, 15, 0, 0)) == SYS(3, 0, 0, 0, 0);
}

static bool is_other(uint64_t id)
{
	return (id & KVM_REG_ARM_COPROC_MASK) == KVM_REG_ARM64_SYSREG &&
	       (id & KVM_REG_SIZE_MASK) == KVM_REG_SIZE_U64 && !is_idreg(id) && !is_saved(id);
}

static struct kvm_reg_list *registers_of(int fd)
{
	struct kvm_reg_list none = {.n = 0}, *list;

	if (!ioctl(fd, KVM_GET_REG_LIST, &none) || errno != E2BIG)
		die("KVM_GET_REG_LIST");
	list = calloc(1, sizeof(*list) + none.n * sizeof(list->reg[0]));
	if (!list)
		die("memory");
	list->n = none.n;
	if (ioctl(fd, KVM_GET_REG_LIST, list))
		die("KVM_GET_REG_LIST");
	return list;
}

void registers_remember(struct vmm_cpu *cpu)
{
	struct kvm_reg_list *list = registers_of(cpu->fd);
	uint64_t i;

	cpu->other = calloc(list->n, sizeof(*cpu->other));
	if (!cpu->other)
		die("memory");
	for (i = 0; i < list->n; i++)
		if (is_other(list->reg[i]))
			cpu->other[cpu->others++] = (struct vmm_register){
				.id = list->reg[i], .value = get_u64(cpu->fd, list->reg[i])};
	free(list);
}

uint64_t registers_changed(const struct vmm_cpu *cpu)
{
	size_t i;

	for (i = 0; i < cpu->others; i++)
		if (get_u64(cpu->fd, cpu->other[i].id) != cpu->other[i].value)
			return cpu->other[i].id;
	return 0;
}

/* ---- A vCPU ---- */

static uint32_t mp_state(int fd)
{
	struct kvm_mp_state state;

	if (ioctl(fd, KVM_GET_MP_STATE, &state))
		die("KVM_GET_MP_STATE");
	return state.mp_state;
}

void registers_take(const struct vmm_cpu *cpu, struct vmfile_vcpu *to)
{
	unsigned int i;

	memset(to, 0, sizeof(*to));
	to->on = mp_state(cpu->fd) != KVM_MP_STATE_STOPPED;
	for (i = 0; i < 31; i++)
		get(cpu->fd, id_of_x(i), &to->x[i]);
	for (i = 0; i < PLACES; i++)
		get(cpu->fd, places[i].id, member_at(to, places[i].offset));
	to->timers[VMFILE_CNTV].ctl &= TIMER_CONTROL;
	to->timers[VMFILE_CNTP].ctl &= TIMER_CONTROL;
	to->sys.vmpidr_el2 = get_u64(cpu->fd, SYS(3, 0, 0, 0, 5));
	for (i = 0; i < 32; i++)
		get(cpu->fd, id_of_v(i), &to->fp.v[2 * i]);
	get(cpu->fd, CORE_U32(fp_regs.fpsr), &to->fp.fpsr);
	get(cpu->fd, CORE_U32(fp_regs.fpcr), &to->fp.fpcr);
}

void registers_give(const struct vmm_cpu *cpu, const struct vmfile_vcpu *from, uint64_t later)
{
	struct kvm_mp_state state = {.mp_state = from->on ? KVM_MP_STATE_RUNNABLE : KVM_MP_STATE_STOPPED};
	struct vmfile_vcpu vcpu = *from;
	unsigned int i;

	if (ioctl(cpu->fd, KVM_SET_MP_STATE, &state))
		die("KVM_SET_MP_STATE");
	if (!from->on)
		return;
	/* The physical counter cannot be moved: its timer fires when as much time has passed. */
	vcpu.timers[VMFILE_CNTP].cval += later;
	for (i = 0; i < 31; i++)
		set(cpu->fd, id_of_x(i), &vcpu.x[i]);
	for (i = 0; i < PLACES; i++)
		set(cpu->fd, places[i].id, member_at(&vcpu, places[i].offset));
	for (i = 0; i < 32; i++)
		set(cpu->fd, id_of_v(i), &vcpu.fp.v[2 * i]);
	set(cpu->fd, CORE_U32(fp_regs.fpsr), &vcpu.fp.fpsr);
	set(cpu->fd, CORE_U32(fp_regs.fpcr), &vcpu.fp.fpcr);
}

void registers_start(const struct vmm_cpu *cpu, uint64_t pc, uint64_t x0)
{
	set(cpu->fd, CORE_U64(regs.pc), &pc);
	set(cpu->fd, id_of_x(0), &x0);
}

/* ---- Clocks ---- */

void registers_clocks(const struct vmm_cpu *cpu, uint64_t *virtual_count, uint64_t *physical_count)
{
	*virtual_count = get_u64(cpu->fd, KVM_REG_ARM_TIMER_CNT);
	*physical_count = get_u64(cpu->fd, KVM_REG_ARM_PTIMER_CNT);
}

/* Of the whole VM. */
void registers_set_clock(const struct vmm_cpu *cpu, uint64_t virtual_count)
{
	set(cpu->fd, KVM_REG_ARM_TIMER_CNT, &virtual_count);
}

/* ---- What the guest sees of the CPU ---- */

static uint64_t id_of_idreg(unsigned int i)
{
	return KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM64_SYSREG | vmfile_idregs[i].encoding;
}

void registers_model(const struct vmm_cpu *cpu, struct vmfile_cpu *model)
{
	unsigned int i;

	model->midr = get_u64(cpu->fd, MIDR);
	model->ctr = get_u64(cpu->fd, CTR);
	/* KVM's guests read these two in the hardware, as this program does. */
	__asm__("mrs %0, dczid_el0" : "=r"(model->dczid));
	__asm__("mrs %0, cntfrq_el0" : "=r"(model->frequency));
	for (i = 0; i < VMFILE_IDREGS; i++)
		model->idregs[i] = get_u64(cpu->fd, id_of_idreg(i));
	vmfile_cpu_filter(model);
}

void registers_portable(const struct vmm_cpu *cpu, struct vmfile_cpu *model)
{
	registers_model(cpu, model);
	/* PFR0.CSV3: KVM says so of any CPU that Linux knows to be safe; others go by what the CPU itself says. */
	model->idregs[0] &= ~((uint64_t)0xf << 60);
}

/* KVM does not let go of some fields that no guest needs: then only those that count are set. */
static void show_idreg(int fd, unsigned int i, uint64_t value)
{
	uint64_t keep = vmfile_idregs[i].keep;
	uint64_t own = get_u64(fd, id_of_idreg(i));

	if (!access_register(fd, KVM_SET_ONE_REG, id_of_idreg(i), &value))
		return;
	value = (value & keep) | (own & ~keep);
	set(fd, id_of_idreg(i), &value);
}

void registers_show(const struct vmm_cpu *cpu, const struct vmfile_cpu *model)
{
	unsigned int i;

	if (get_u64(cpu->fd, MIDR) != model->midr)
		set(cpu->fd, MIDR, &model->midr);
	if (get_u64(cpu->fd, CTR) != model->ctr)
		set(cpu->fd, CTR, &model->ctr);
	for (i = 0; i < VMFILE_IDREGS; i++)
		show_idreg(cpu->fd, i, model->idregs[i]);
}

/* PSCI is all that the plain board's firmware is. */
void registers_firmware(const struct vmm_cpu *cpu)
{
	static const uint64_t services[] = {KVM_REG_ARM_STD_BMAP, KVM_REG_ARM_STD_HYP_BMAP,
					    KVM_REG_ARM_VENDOR_HYP_BMAP, KVM_REG_ARM_VENDOR_HYP_BMAP_2};
	const uint64_t none = 0, psci = 0x10001;
	unsigned int i;

	for (i = 0; i < sizeof(services) / sizeof(services[0]); i++)
		set(cpu->fd, services[i], &none);
	set(cpu->fd, KVM_REG_ARM_PSCI_VERSION, &psci);
}
