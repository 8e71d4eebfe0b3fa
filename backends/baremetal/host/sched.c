// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "sched.h"

#include "../guest/guest.h"
#include "../machine/machine.h"
#include "gic.h"
#include "timer.h"
#include "trace.h"

/*
 * Short, because guests queue for their spinlocks: when more vCPUs than CPUs want one, each hand-over takes a round
 * through the run queue.
 */
#define SLICE_US 1000
#define GRACE_US 250
#define SPIN_SLICE_US 150
#define SPIN_BYTES 256u
#define LEAVE_US 10000000 /* how long vCPUs may take to leave their CPUs */
#define NO_CPU (-1)

static shell_lock_t lock;
static struct shell_vcpu *head;
static struct shell_vcpu *tail;

/* ---- Under the lock ---- */

static void enqueue(struct shell_vcpu *vcpu)
{
	vcpu->next = NULL;
	if (tail)
		tail->next = vcpu;
	else
		__atomic_store_n(&head, vcpu, __ATOMIC_RELAXED);
	tail = vcpu;
	vcpu->queued = true;
}

static void dequeue(struct shell_vcpu *vcpu)
{
	struct shell_vcpu *before = NULL;
	struct shell_vcpu *at;

	if (!vcpu->queued)
		return;
	for (at = head; at != vcpu; at = at->next)
		before = at;
	if (before)
		before->next = vcpu->next;
	else
		__atomic_store_n(&head, vcpu->next, __ATOMIC_RELAXED);
	if (tail == vcpu)
		tail = before;
	vcpu->queued = false;
}

static void remove_sleeper(struct shell_vcpu *vcpu)
{
	struct shell_vcpu **link;

	if (vcpu->sleeper_cpu == NO_CPU)
		return;
	for (link = &shell_cpus[vcpu->sleeper_cpu].sleepers; *link != vcpu; link = &(*link)->next_sleeper)
		;
	*link = vcpu->next_sleeper;
	vcpu->sleeper_cpu = NO_CPU;
}

static void add_sleeper(struct shell_vcpu *vcpu)
{
	struct shell_cpu *cpu = this_cpu();

	if (vcpu->wake_at == TIMER_NEVER)
		return;
	vcpu->next_sleeper = cpu->sleepers;
	cpu->sleepers = vcpu;
	vcpu->sleeper_cpu = (int)cpu->index;
}

static uint64_t next_wake(const struct shell_cpu *cpu)
{
	const struct shell_vcpu *sleeper;
	uint64_t when = TIMER_NEVER;

	for (sleeper = cpu->sleepers; sleeper; sleeper = sleeper->next_sleeper)
		if (sleeper->wake_at < when)
			when = sleeper->wake_at;
	return when;
}

/* An idle CPU, best the one where the vCPU ran last; otherwise that one, which has to share its time from now on. */
static int cpu_for(const struct shell_vcpu *vcpu)
{
	unsigned int i;
	int last = vcpu->last_cpu == NO_CPU ? 0 : vcpu->last_cpu;

	if (shell_cpus[last].idle)
		return last;
	for (i = 0; i < shell_boot.cpu_count; i++)
		if (shell_cpus[i].idle)
			return (int)i;
	return last;
}

/* @return the CPU to kick when the lock has been left, or NO_CPU. */
static int make_ready(struct shell_vcpu *vcpu)
{
	int cpu;

	remove_sleeper(vcpu);
	vcpu->state = VCPU_READY;
	if (vcpu->vm->paused) {
		vcpu->held = true;
		return NO_CPU;
	}
	enqueue(vcpu);
	cpu = cpu_for(vcpu);
	shell_cpus[cpu].idle = 0;
	return cpu == (int)this_cpu()->index ? NO_CPU : cpu;
}

static void kick_cpu(int cpu)
{
	if (cpu != NO_CPU && cpu != (int)this_cpu()->index)
		gic_kick((unsigned int)cpu);
}

/* ---- Changes of state ---- */

bool sched_turn_on_at(struct shell_vcpu *vcpu, uint64_t pc, uint64_t x0)
{
	int cpu = NO_CPU;
	bool on = false;

	shell_lock(&lock);
	if (vcpu->state == VCPU_OFF && vcpu->vm->state == SHELL_VM_RUNNING) {
		vcpu_reset(vcpu, pc, x0);
		cpu = make_ready(vcpu);
		on = true;
	}
	shell_unlock(&lock);
	kick_cpu(cpu);
	return on;
}

void sched_kick(struct shell_vcpu *vcpu)
{
	int cpu = NO_CPU;

	shell_lock(&lock);
	if (vcpu->state == VCPU_BLOCKED) {
		count(&vcpu->vm->counters.wakeups);
		cpu = make_ready(vcpu);
		SHELL_TRACE(wake, vcpu->vm->gic.vm_id, vcpu->index, (uint64_t)vcpu->last_cpu);
	} else if (vcpu->state == VCPU_RUNNING) {
		vcpu->kicked = true;
		cpu = vcpu->cpu;
	}
	shell_unlock(&lock);
	kick_cpu(cpu);
}

void sched_leave(struct shell_vcpu *vcpu, enum vcpu_leave why)
{
	int cpu = NO_CPU;

	shell_lock(&lock);
	vcpu->cpu = NO_CPU;
	if (why == LEAVE_OFF || vcpu->vm->state != SHELL_VM_RUNNING) {
		vcpu->state = VCPU_OFF;
	} else if (why == LEAVE_PREEMPTED || vcpu->kicked || vgicv5_vcpu_runnable(&vcpu->gic)) {
		cpu = make_ready(vcpu);
	} else {
		vcpu->state = VCPU_BLOCKED;
		add_sleeper(vcpu);
	}
	vcpu->kicked = false;
	shell_unlock(&lock);
	kick_cpu(cpu);
}

void sched_stop(struct shell_vm *vm)
{
	struct shell_vcpu *vcpu;
	uint32_t cpus = 0;
	unsigned int i;

	shell_lock(&lock);
	for (i = 0; i < vm->config.vcpus; i++) {
		vcpu = vm->vcpus[i];
		if (vcpu->state == VCPU_RUNNING) {
			cpus |= 1u << vcpu->cpu;
			continue;
		}
		dequeue(vcpu);
		remove_sleeper(vcpu);
		vcpu->held = false;
		vcpu->state = VCPU_OFF;
	}
	shell_unlock(&lock);
	for (i = 0; i < SHELL_MAX_CPUS; i++)
		if (cpus & 1u << i)
			kick_cpu((int)i);
	__atomic_store_n(&this_cpu()->resched, 1, __ATOMIC_RELAXED);
}

void sched_hold(struct shell_vm *vm)
{
	struct shell_vcpu *vcpu;
	uint32_t cpus = 0;
	unsigned int i;

	shell_lock(&lock);
	vm->paused = true;
	for (i = 0; i < vm->config.vcpus; i++) {
		vcpu = vm->vcpus[i];
		if (vcpu->state == VCPU_RUNNING)
			cpus |= 1u << vcpu->cpu;
		vcpu->held |= vcpu->queued;
		dequeue(vcpu);
	}
	shell_unlock(&lock);
	for (i = 0; i < SHELL_MAX_CPUS; i++)
		if (cpus & 1u << i)
			kick_cpu((int)i);
}

void sched_release(struct shell_vm *vm)
{
	struct shell_vcpu *vcpu;
	uint32_t cpus = 0;
	unsigned int i;
	int cpu;

	shell_lock(&lock);
	vm->paused = false;
	for (i = 0; i < vm->config.vcpus; i++) {
		vcpu = vm->vcpus[i];
		if (!vcpu->held)
			continue;
		vcpu->held = false;
		cpu = make_ready(vcpu);
		if (cpu != NO_CPU)
			cpus |= 1u << cpu;
	}
	shell_unlock(&lock);
	for (i = 0; i < SHELL_MAX_CPUS; i++)
		if (cpus & 1u << i)
			kick_cpu((int)i);
}

void sched_wake_all(struct shell_vm *vm)
{
	unsigned int i;

	shell_lock(&lock);
	for (i = 0; i < vm->config.vcpus; i++)
		if (vm->vcpus[i]->state == VCPU_BLOCKED)
			make_ready(vm->vcpus[i]);
	shell_unlock(&lock);
}

void sched_turn_on_held(struct shell_vcpu *vcpu)
{
	shell_lock(&lock);
	make_ready(vcpu);
	shell_unlock(&lock);
}

bool sched_is_quiet(struct shell_vm *vm)
{
	bool quiet = true;
	unsigned int i;

	shell_lock(&lock);
	for (i = 0; i < vm->config.vcpus; i++)
		quiet &= vm->vcpus[i]->state != VCPU_RUNNING;
	shell_unlock(&lock);
	return quiet;
}

bool sched_wait_quiet(struct shell_vm *vm)
{
	uint64_t end = shell_clock_us() + LEAVE_US;

	while (!sched_is_quiet(vm))
		if (shell_clock_us() > end)
			return false;
	return true;
}

/* ---- The loop ---- */

bool sched_others_wait(void)
{
	return __atomic_load_n(&head, __ATOMIC_RELAXED);
}

/*
 * A kernel that is where it was at the end of its last slice waits for a lock, in all likelihood. Whoever holds it gets
 * a CPU sooner if the slices of those that wait are short. (QEMU 7.2 does not trap WFE.)
 */
static void look_for_spinning(struct shell_vcpu *vcpu)
{
	uint64_t moved = vcpu->regs.pc - vcpu->slice_pc + SPIN_BYTES;

	vcpu->spinning = (vcpu->regs.pstate & PSTATE_MODE) != PSTATE_EL0T && moved < 2 * SPIN_BYTES;
	vcpu->slice_pc = vcpu->regs.pc;
}

/* A guest that masks its interrupts may hold a lock that others want: it gets a little longer, once. */
static bool slice_is_over(struct shell_cpu *cpu, struct shell_vcpu *vcpu)
{
	uint64_t now = timer_now();

	if (now < cpu->slice_end)
		return false;
	if (cpu->grace || !(vcpu->regs.pstate & PSTATE_I)) {
		look_for_spinning(vcpu);
		return true;
	}
	cpu->grace = true;
	cpu->slice_end = now + timer_from_us(GRACE_US);
	return false;
}

bool sched_must_leave(struct shell_vcpu *vcpu)
{
	struct shell_cpu *cpu = this_cpu();
	bool others = sched_others_wait();
	uint64_t when, wake;

	if (__atomic_load_n(&cpu->resched, __ATOMIC_RELAXED) || vcpu->vm->paused ||
	    vcpu->vm->state != SHELL_VM_RUNNING || (others && slice_is_over(cpu, vcpu)))
		return true;
	when = others ? cpu->slice_end : TIMER_NEVER;
	if (cpu->sleepers) {
		shell_lock(&lock);
		wake = next_wake(cpu);
		shell_unlock(&lock);
		if (wake < when)
			when = wake;
	}
	timer_set(when);
	return false;
}

static struct shell_vcpu *take(void)
{
	struct shell_cpu *cpu = this_cpu();
	struct shell_vcpu *vcpu;

	shell_lock(&lock);
	vcpu = head;
	if (vcpu) {
		dequeue(vcpu);
		vcpu->state = VCPU_RUNNING;
		vcpu->cpu = (int)cpu->index;
		if (vcpu->last_cpu != vcpu->cpu && vcpu->last_cpu != NO_CPU)
			count(&vcpu->vm->counters.migrations);
		vcpu->last_cpu = vcpu->cpu;
	}
	cpu->idle = !vcpu;
	if (!vcpu)
		timer_set(next_wake(cpu));
	shell_unlock(&lock);
	return vcpu;
}

void sched_timer(void)
{
	struct shell_cpu *cpu = this_cpu();
	struct shell_vcpu *sleeper;
	uint64_t now = timer_now();
	uint64_t when;

	for (;;) {
		shell_lock(&lock);
		for (sleeper = cpu->sleepers; sleeper && sleeper->wake_at > now;
		     sleeper = sleeper->next_sleeper)
			;
		if (sleeper)
			remove_sleeper(sleeper);
		shell_unlock(&lock);
		if (!sleeper)
			return;
		when = vcpu_timers_wake(sleeper);
		/* If the guest masks that timer's interrupt, the other timer may still wake it. */
		shell_lock(&lock);
		if (sleeper->state == VCPU_BLOCKED && sleeper->sleeper_cpu == NO_CPU) {
			sleeper->wake_at = when;
			add_sleeper(sleeper);
		}
		shell_unlock(&lock);
	}
}

bool shell_defer(shell_job_fn job, void *ctx)
{
	struct shell_cpu *cpu = this_cpu();

	if (cpu->job)
		return false;
	cpu->job_ctx = ctx;
	cpu->job = job;
	/* The vCPU that is loaded here leaves. */
	__atomic_store_n(&cpu->resched, 1, __ATOMIC_RELAXED);
	return true;
}

void sched_run_job(void)
{
	struct shell_cpu *cpu = this_cpu();
	shell_job_fn job = cpu->job;

	if (!job)
		return;
	cpu->job = NULL;
	job(cpu->job_ctx);
}

void sched_loop(void)
{
	struct shell_cpu *cpu = this_cpu();
	struct shell_vcpu *vcpu;

	for (;;) {
		__atomic_store_n(&cpu->resched, 0, __ATOMIC_RELAXED);
		gic_irqs();
		sched_run_job();
		vm_finish_stops();
		vcpu = take();
		if (!vcpu) {
			machine_wait();
			continue;
		}
		cpu->grace = false;
		cpu->slice_end = timer_now() + timer_from_us(vcpu->spinning ? SPIN_SLICE_US : SLICE_US);
		vcpu_run(vcpu);
	}
}
