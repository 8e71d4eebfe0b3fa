/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * storm ROUNDS SEED: processes with VMs that are killed at any moment, two at a time: while they create, initialise,
 * run, sleep, have interrupts injected by lines and eventfds. Afterwards the kernel must have no more interrupts
 * requested and not less memory than in the beginning.
 */
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "guest.h"
#include "host.h"

#define PROCESSES 2
/* Steps of a process that it may be killed after: the first ones are those of creation. */
#define STEPS 40
/* Rounds until caches of the kernel are full. */
#define WARM_UP 20
#define LEAK_A_ROUND 4096

static uint64_t random_state;

static uint32_t below(uint32_t limit)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(random_state >> 33) % limit;
}

/* ---- The guest: it never ends ---- */

static volatile uint32_t lpis_ready;

static void timer_off(uint32_t intid)
{
	if (intid != PPI(GICV5_PPI_CNTV))
		return;
	write_sysreg(0, cntv_ctl_el0);
	isb();
}

static void set_up(void)
{
	unsigned int i;

	irs_enable();
	guest_lpis((uint32_t)GICV5_GET(IRS_IDR2_MIN_LPI_ID_BITS, irs_read(GICV5_IRS_IDR2)), 0x80000);
	for (i = 0; i < MAX_VCPUS; i++)
		guest_lpi(i, i);
	for (i = 0; i < 4; i++)
		GUEST_ASSERT(guest_spi(i, i & 1, 0));
	lpis_ready = 1;
}

static void guest_storm(void)
{
	uint32_t me = guest_get_vcpuid();
	uint32_t i;

	guest_cpu_open();
	guest_ppi_enable(GICV5_PPI_SW);
	guest_ppi_enable(GICV5_PPI_CNTV);
	if (!me)
		set_up();
	while (!lpis_ready)
		cpu_relax();
	for (i = 0;; i++) {
		guest_pend(LPI(i % MAX_VCPUS));
		write_sysreg(i % 16 * 1000, cntv_tval_el0);
		write_sysreg(1, cntv_ctl_el0);
		isb();
		wfi();
		local_irq_enable();
		isb();
		local_irq_disable();
		if (i % 32 == 31)
			GUEST_SYNC(1);
	}
}

/* ---- A process ---- */

static volatile uint32_t *steps;

static void step(void)
{
	__atomic_fetch_add(steps, 1, __ATOMIC_RELAXED);
}

static void *run(void *argument)
{
	struct ucall call;

	for (;;) {
		vcpu_run(argument);
		if (get_ucall(argument, &call) == UCALL_ABORT)
			REPORT_GUEST_ASSERT(call);
		step();
	}
	return NULL;
}

static void *inject(void *argument)
{
	struct machine *m = argument;
	int event = kvm_new_eventfd();
	unsigned int i;

	kvm_assign_irqfd(m->vm, 2, event);
	for (i = 0;; i++) {
		spi_line(m, i % 4, i & 4);
		sw_ppi_line(m, m->vcpu[i % m->vcpus]->id, i & 8);
		TEST_ASSERT(!eventfd_write(event, 1), "eventfd");
		if (i % 256 == 255) {
			kvm_deassign_irqfd(m->vm, 2, event);
			kvm_assign_irqfd(m->vm, 2, event);
		}
	}
	return NULL;
}

static void create(struct machine *m, unsigned int vcpus)
{
	uint64_t irs = IRS_BASE;
	unsigned int i;

	*m = (struct machine){.vcpus = vcpus};
	/* The kernel walks the whole of a guest's address space when it goes: not 52 bits of it. */
	m->vm = __vm_create(VM_SHAPE(VM_MODE_P40V48_4K), vcpus, 0);
	step();
	m->gic = kvm_create_device(m->vm, KVM_DEV_TYPE_ARM_VGIC_V5);
	step();
	for (i = 0; i < vcpus; i++) {
		m->vcpu[i] = vm_vcpu_add(m->vm, i * 3, guest_storm);
		step();
	}
	EXPECT(attr_set(m, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V5_ADDR_TYPE_IRS, &irs), 0);
	step();
	EXPECT(attr_set(m, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, NULL), 0);
	step();
	virt_map(m->vm, IRS_BASE, IRS_BASE, KVM_VGIC_V5_IRS_SIZE / m->vm->page_size);
	vm_init_descriptor_tables(m->vm);
	vm_install_exception_handler(m->vm, VECTOR_IRQ_CURRENT, guest_irq);
	for (i = 0; i < vcpus; i++)
		vcpu_init_descriptor_tables(m->vcpu[i]);
	*SHARED(m, guest_hook) = timer_off;
}

static void process(uint32_t kind)
{
	struct machine m;
	pthread_t thread;
	unsigned int i;

	/* Some only come and go. */
	while (kind % 4 == 0) {
		create(&m, 1 + kind / 4 % 3);
		machine_free(&m);
	}
	create(&m, 1 + kind / 4 % 4);
	for (i = 0; i < m.vcpus; i++)
		TEST_ASSERT(!pthread_create(&m.thread[i], NULL, run, m.vcpu[i]), "pthread_create");
	TEST_ASSERT(!pthread_create(&thread, NULL, inject, &m), "pthread_create");
	pthread_join(thread, NULL);
}

/* ---- The parent ---- */

struct child {
	pid_t pid;
	uint32_t until;
	volatile uint32_t *steps;
};

static void begin(struct child *child)
{
	uint32_t kind = below(1000);

	*child->steps = 0;
	child->until = below(STEPS);
	fflush(stdout);
	child->pid = fork();
	TEST_ASSERT(child->pid >= 0, "fork");
	if (!child->pid) {
		steps = child->steps;
		process(kind);
		exit(1);
	}
}

/* At its step, and then a little later: in the middle of the next one. */
static void end(struct child *child)
{
	uint32_t spin = below(2000);
	int status = 0;

	while (*child->steps < child->until && !waitpid(child->pid, &status, WNOHANG))
		sched_yield();
	while (spin--)
		__asm__ volatile("" : : : "memory");
	TEST_ASSERT(!kill(child->pid, SIGKILL), "a process has ended by itself, status %x", status);
	TEST_ASSERT(waitpid(child->pid, &status, 0) == child->pid, "waitpid");
	TEST_ASSERT(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "a process has ended with status %x",
		    status);
}

/* The number behind a word in a file, or with NULL its lines. */
static long look_up(const char *path, const char *word)
{
	FILE *file = fopen(path, "r");
	char text[512];
	long found = 0;

	TEST_ASSERT(file, "%s cannot be read", path);
	while (fgets(text, sizeof(text), file)) {
		if (!word)
			found++;
		else if (!strncmp(text, word, strlen(word)))
			found = atol(text + strlen(word));
	}
	fclose(file);
	return found;
}

static long free_memory(void)
{
	FILE *file = fopen("/proc/sys/vm/drop_caches", "w");

	if (file) {
		fputs("3\n", file);
		fclose(file);
	}
	return look_up("/proc/meminfo", "MemFree:");
}

int main(int argc, char **argv)
{
	uint32_t rounds = argc > 1 ? (uint32_t)atol(argv[1]) : 200;
	struct child child[PROCESSES];
	long interrupts, memory = 0;
	uint32_t i;

	random_state = argc > 2 ? (uint64_t)atol(argv[2]) : 1;
	printf("storm: %u rounds, seed %lu\n", rounds, random_state);
	test_disable_default_vgic();
	interrupts = look_up("/proc/interrupts", NULL);
	for (i = 0; i < PROCESSES; i++)
		child[i].steps = mmap(NULL, sizeof(uint32_t), PROT_READ | PROT_WRITE,
				      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (i = 0; i < rounds + PROCESSES; i++) {
		struct child *one = &child[i % PROCESSES];

		if (i >= PROCESSES)
			end(one);
		if (i == WARM_UP)
			memory = free_memory();
		if (i < rounds)
			begin(one);
		if (i % 20 == 19)
			printf("storm: round %u\n", i + 1);
	}
	memory -= free_memory();
	printf("storm: %ld KiB less memory\n", memory);
	TEST_ASSERT(memory * 1024 < (long)rounds * LEAK_A_ROUND, "memory is lost: %ld KiB in %u rounds",
		    memory, rounds);
	TEST_ASSERT(look_up("/proc/interrupts", NULL) == interrupts, "there are more interrupts than before");
	printf("storm: end\n");
	return 0;
}
