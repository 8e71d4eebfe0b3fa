// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The other side of a port: where a hypervisor calls the library. An example to be read with the porting guide; it
 * compiles, and what is called my_* is yours.
 */
#include <vgicv5/vcpu.h>

#define MY_CPUS 8
#define MY_MAX_VCPUS 8
#define MY_GUEST_IRS 0x2f000000ull /* where the guest sees its IRS, VGICV5_VIRS_SIZE bytes */

//! [objects]
static struct vgicv5_host my_host;
/* vgicv5_this_pcpu() returns the element of the CPU it runs on. */
static struct vgicv5_pcpu my_pcpus[MY_CPUS];

struct my_vcpu {
	struct vgicv5_vcpu gic; /* first: struct vgicv5_vcpu * and struct my_vcpu * are the same address */
	uint64_t blocked;	/* sleeps, or is about to */
	uint64_t in_guest;
	unsigned int cpu;
	uint64_t x[31];
};

struct my_vm {
	struct vgicv5_vm gic;
	struct my_vcpu vcpus[MY_MAX_VCPUS];
};
//! [objects]

enum my_exit { MY_EXIT_INTERRUPT, MY_EXIT_WFI, MY_EXIT_SYSREG, MY_EXIT_ABORT };

/* Your hypervisor. */
volatile void *my_map_device(uint64_t pa, size_t bytes);
unsigned int my_this_cpu(void);
void my_interrupts_off(void);
void my_interrupts_on(void);
bool my_must_reschedule(void);
enum my_exit my_enter_guest(struct my_vcpu *vcpu, uint64_t *esr, uint64_t *ipa);
void my_skip_instruction(struct my_vcpu *vcpu);
void my_inject_undefined(struct my_vcpu *vcpu);
void my_other_abort(struct my_vcpu *vcpu, uint64_t esr, uint64_t ipa);
void my_sleep_while(const uint64_t *flag);
void my_wake(struct my_vcpu *vcpu);
void my_send_ipi(unsigned int cpu);

int my_gic_init(uint64_t irs_pa);
void my_gic_init_cpu(void);
int my_vm_create(struct my_vm *vm, unsigned int vcpus);
int my_vcpu_run(struct my_vcpu *vcpu);
void my_kick(struct my_vcpu *vcpu);

//! [init]
int my_gic_init(uint64_t irs_pa)
{
	const struct vgicv5_irs_desc irs = {.config_frame = my_map_device(irs_pa, 0x10000)};
	const struct vgicv5_host_config config = {.irs = &irs, .irs_count = 1, .coherent = true};

	return vgicv5_host_init(&my_host, &config);
}

/* On each CPU, with interrupts off. */
void my_gic_init_cpu(void)
{
	vgicv5_pcpu_init(&my_host, &my_pcpus[my_this_cpu()]);
}
//! [init]

//! [create]
int my_vm_create(struct my_vm *vm, unsigned int vcpus)
{
	const struct vgicv5_vm_config config = {
		.spi_count = 64,
		.ppi_visible = {1ull << 3 | 1ull << 23 | 1ull << 27 | 1ull << 30, 0},
		.ppi_dvi = {1ull << 27 | 1ull << 30, 0}, /* the timers' own lines, while a vCPU is loaded */
	};
	unsigned int i;
	int error = vgicv5_vm_init(&vm->gic, &my_host, &config);

	for (i = 0; !error && i < vcpus; i++)
		error = vgicv5_vcpu_init(&vm->vcpus[i].gic, &vm->gic, i);
	if (!error)
		error = vgicv5_vm_start(&vm->gic);
	if (error)
		vgicv5_vm_destroy(&vm->gic); /* safe in every state */
	return error;
}
//! [create]

//! [traps]
/* EC 0x18. The syndrome has op0, op2, op1, CRn, Rt, CRm and the direction. */
static void my_sysreg(struct my_vcpu *vcpu, uint64_t esr)
{
	unsigned int encoding = GICV5_ENC((unsigned int)(esr >> 20 & 3), (unsigned int)(esr >> 14 & 7),
					  (unsigned int)(esr >> 10 & 15), (unsigned int)(esr >> 1 & 15),
					  (unsigned int)(esr >> 17 & 7));
	unsigned int rt = (unsigned int)(esr >> 5 & 31);
	bool read = esr & 1;
	uint64_t value = rt == 31 ? 0 : vcpu->x[rt];

	if (vgicv5_vcpu_trap(&vcpu->gic, encoding, read, &value) == VGICV5_TRAP_UNDEFINED) {
		my_inject_undefined(vcpu);
		return;
	}
	if (read && rt != 31)
		vcpu->x[rt] = value;
	my_skip_instruction(vcpu);
}

/* EC 0x24, ISV = 1. May sleep: interrupts on. */
static void my_abort(struct my_vcpu *vcpu, uint64_t esr, uint64_t ipa)
{
	uint32_t offset = (uint32_t)(ipa - MY_GUEST_IRS);
	unsigned int bytes = 1u << (esr >> 22 & 3);
	unsigned int rt = (unsigned int)(esr >> 16 & 31);

	if (ipa < MY_GUEST_IRS || ipa >= MY_GUEST_IRS + VGICV5_VIRS_SIZE) {
		my_other_abort(vcpu, esr, ipa);
		return;
	}
	if (esr >> 6 & 1)
		vgicv5_virs_write(&vcpu->gic, offset, bytes, rt == 31 ? 0 : vcpu->x[rt]);
	else if (rt != 31)
		vcpu->x[rt] = vgicv5_virs_read(&vcpu->gic, offset, bytes);
	my_skip_instruction(vcpu);
}
//! [traps]

//! [run]
static int my_run_once(struct my_vcpu *vcpu, enum my_exit *why)
{
	uint64_t esr = 0;
	uint64_t ipa = 0;
	int error;

	/* Said before the last look at what was injected, which enter takes; then my_kick() is not lost. */
	vgicv5_exchange(&vcpu->in_guest, 1);
	error = vgicv5_vcpu_enter(&vcpu->gic);
	if (!error) {
		*why = my_enter_guest(vcpu, &esr, &ipa);
		vgicv5_vcpu_exit(&vcpu->gic);
	}
	VGICV5_WRITE_ONCE(vcpu->in_guest, 0);
	if (error)
		return error;
	if (*why == MY_EXIT_SYSREG)
		my_sysreg(vcpu, esr);
	my_interrupts_on(); /* and the host's interrupts are taken here */
	if (*why == MY_EXIT_ABORT)
		my_abort(vcpu, esr, ipa);
	my_interrupts_off();
	return 0;
}

/* Until the host wants the CPU back or the VM has died. This vCPU stays on this CPU meanwhile. */
int my_vcpu_run(struct my_vcpu *vcpu)
{
	enum my_exit why = MY_EXIT_INTERRUPT;
	int error;

	my_interrupts_off();
	vcpu->cpu = my_this_cpu();
	error = vgicv5_vcpu_load(&vcpu->gic);
	while (!error && why != MY_EXIT_WFI && !my_must_reschedule())
		error = my_run_once(vcpu, &why);
	vgicv5_vcpu_put(&vcpu->gic, why == MY_EXIT_WFI ? VGICV5_PUT_IDLE : VGICV5_PUT_PREEMPTED);
	my_interrupts_on();
	if (why == MY_EXIT_WFI && !error) {
		vgicv5_exchange(&vcpu->blocked, 1); /* first say so, then look */
		if (vgicv5_vcpu_runnable(&vcpu->gic))
			VGICV5_WRITE_ONCE(vcpu->blocked, 0);
		my_sleep_while(&vcpu->blocked);
	}
	return error;
}
//! [run]

//! [kick]
/* What vgicv5_port_kick() comes to. The exchange is fully ordered: it looks after all that the caller stored. */
void my_kick(struct my_vcpu *vcpu)
{
	if (vgicv5_exchange(&vcpu->blocked, 0))
		my_wake(vcpu);
	else if (VGICV5_READ_ONCE(vcpu->in_guest))
		my_send_ipi(VGICV5_READ_ONCE(vcpu->cpu));
}
//! [kick]
