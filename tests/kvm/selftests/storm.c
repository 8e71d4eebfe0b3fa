/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * storm ROUNDS SEED: processes with VMs that are killed at any moment, two at a time: while they create, initialise,
 * run, sleep, have interrupts injected by lines and eventfds, end; and meanwhile somebody reads their dumps. Afterwards
 * the kernel must have what it had before: interrupts, domains, memory; the first VM IDs and LPIs are free.
 */
#include <dirent.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "counts.h"
#include "guest.h"
#include "host.h"

#define PROCESSES 2
/* A process that runs is killed after at most so many steps. */
#define STEPS 12
/* So many times the rounds that were asked for, at most. */
#define MOST 10

/* What a process is at, and up to how many microseconds after it has begun with that it is killed. */
enum phase { CREATE, INIT, RUN, END, PHASES };
static const struct {
	const char *name;
	uint32_t delay;
} phases[PHASES] = {{"creates", 40000}, {"initialises", 8000}, {"runs", 3000}, {"ends", 8000}};

/* Of a process, for the others. */
struct progress {
	uint32_t steps;
	uint32_t phase;
};

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
		if (i % 8 == 7)
			GUEST_SYNC(1);
	}
}

/* ---- A process ---- */

static volatile struct progress *mine;

static void enter(enum phase phase)
{
	__atomic_store_n(&mine->phase, phase, __ATOMIC_RELEASE);
}

static void *run(void *argument)
{
	struct ucall call;

	for (;;) {
		vcpu_run(argument);
		if (get_ucall(argument, &call) == UCALL_ABORT)
			REPORT_GUEST_ASSERT(call);
		__atomic_fetch_add(&mine->steps, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

static void inject(struct machine *m)
{
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
}

static void create(struct machine *m, unsigned int vcpus)
{
	uint64_t irs = IRS_BASE;
	unsigned int i;

	enter(CREATE);
	*m = (struct machine){.vcpus = vcpus};
	/* The kernel walks the whole of a guest's address space when it goes: not 52 bits of it. */
	m->vm = __vm_create(VM_SHAPE(VM_MODE_P40V48_4K), vcpus, 0);
	m->gic = kvm_create_device(m->vm, KVM_DEV_TYPE_ARM_VGIC_V5);
	for (i = 0; i < vcpus; i++)
		m->vcpu[i] = vm_vcpu_add(m->vm, i * 3, guest_storm);
	EXPECT(attr_set(m, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V5_ADDR_TYPE_IRS, &irs), 0);
	enter(INIT);
	EXPECT(attr_set(m, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, NULL), 0);
	enter(RUN);
	virt_map(m->vm, IRS_BASE, IRS_BASE, KVM_VGIC_V5_IRS_SIZE / m->vm->page_size);
	vm_init_descriptor_tables(m->vm);
	vm_install_exception_handler(m->vm, VECTOR_IRQ_CURRENT, guest_irq);
	for (i = 0; i < vcpus; i++)
		vcpu_init_descriptor_tables(m->vcpu[i]);
	*SHARED(m, guest_hook) = timer_off;
}

static void process(enum phase aim, unsigned int vcpus)
{
	struct machine m;
	unsigned int i;

	while (aim == END) {
		create(&m, vcpus);
		enter(END);
		machine_free(&m);
	}
	create(&m, vcpus);
	for (i = 0; i < m.vcpus; i++)
		TEST_ASSERT(!pthread_create(&m.thread[i], NULL, run, m.vcpu[i]), "pthread_create");
	inject(&m);
}

/* ---- The parent ---- */

struct child {
	pid_t pid;
	enum phase aim;
	uint32_t steps;
	volatile struct progress *progress;
};

static uint32_t killed[PHASES];

static void begin(struct child *child)
{
	unsigned int vcpus = 1 + below(4);

	*child->progress = (struct progress){0};
	child->aim = below(PHASES);
	child->steps = child->aim == RUN ? below(STEPS) : 0;
	fflush(stdout);
	child->pid = fork();
	TEST_ASSERT(child->pid >= 0, "fork");
	if (!child->pid) {
		counts_join();
		mine = child->progress;
		process(child->aim, vcpus);
		exit(1);
	}
}

static bool is_there(const struct child *child)
{
	return __atomic_load_n(&child->progress->phase, __ATOMIC_ACQUIRE) >= child->aim &&
	       child->progress->steps >= child->steps;
}

/* In the middle of what it is at. */
static void end(struct child *child)
{
	int status = 0;

	while (!is_there(child) && !waitpid(child->pid, &status, WNOHANG))
		usleep(100);
	usleep(below(phases[child->aim].delay));
	TEST_ASSERT(!kill(child->pid, SIGKILL), "a process has ended by itself, status %x", status);
	TEST_ASSERT(waitpid(child->pid, &status, 0) == child->pid, "waitpid");
	TEST_ASSERT(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "a process has ended with status %x",
		    status);
	killed[child->progress->phase]++;
}

static bool each_phase(void)
{
	uint32_t i = 0;

	while (i < PHASES && killed[i])
		i++;
	return i == PHASES;
}

/* On a busy machine some are hit rarely: more than `count` then, so that there is one in each phase. */
static void rounds(uint32_t count)
{
	struct child child[PROCESSES];
	uint32_t i, last;

	for (i = 0; i < PROCESSES; i++)
		child[i].progress = mmap(NULL, sizeof(struct progress), PROT_READ | PROT_WRITE,
					 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (i = 0; i < count || (!each_phase() && i < count * MOST); i++) {
		if (i >= PROCESSES)
			end(&child[i % PROCESSES]);
		begin(&child[i % PROCESSES]);
		if (i % 20 == 19)
			printf("storm: round %u\n", i + 1);
	}
	for (last = i + PROCESSES; i < last; i++)
		end(&child[i % PROCESSES]);
	for (i = 0; i < PHASES; i++) {
		printf("storm: killed while it %s: %u\n", phases[i].name, killed[i]);
		TEST_ASSERT(killed[i], "no process was killed while it %s", phases[i].name);
	}
}

/* ---- Somebody who reads the dumps of all VMs, again and again ---- */

static uint32_t read_dump(const char *folder)
{
	char path[384], text[4096];
	size_t bytes, all = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/sys/kernel/debug/kvm/%s/vgicv5", folder);
	file = fopen(path, "r");
	/* VMs come and go at any time. */
	if (!file)
		return 0;
	while ((bytes = fread(text, 1, sizeof(text), file)))
		all += bytes;
	fclose(file);
	return all > 0;
}

static pid_t start_reader(volatile uint32_t *dumps)
{
	pid_t pid = fork();
	struct dirent *entry;
	DIR *folder;

	TEST_ASSERT(pid >= 0, "fork");
	while (!pid) {
		folder = opendir("/sys/kernel/debug/kvm");
		TEST_ASSERT(folder, "debugfs");
		while ((entry = readdir(folder)))
			*dumps += read_dump(entry->d_name);
		closedir(folder);
		usleep(10000);
	}
	return pid;
}

/* ---- Numbers that must be free again ---- */

/* The VM ID and the doorbells' LPIs that a VM gets now, as the lowest free ones are taken; and what tables it has alone. */
static char *numbers(void)
{
	char *dump, *line, *result = calloc(1, 4096);
	struct machine m;

	machine_make(&m, 4, NULL, guest_storm, 0);
	dump = machine_dump(&m);
	for (line = strtok(dump, "\n"); line; line = strtok(NULL, "\n"))
		if (strstr(line, "VM IDs in use") || strstr(line, "doorbell LPI") ||
		    strstr(line, "tables of the host"))
			strcat(strcat(result, line), "\n");
	free(dump);
	machine_free(&m);
	TEST_ASSERT(strlen(result) > 100, "the dump does not tell VM IDs and LPIs");
	return result;
}

int main(int argc, char **argv)
{
	uint32_t count = argc > 1 ? (uint32_t)atol(argv[1]) : 200;
	volatile uint32_t *dumps;
	struct traces memory;
	struct counts before;
	char *first, *last;
	pid_t reader;

	TEST_ASSERT(count >= PROCESSES, "at least %u rounds", PROCESSES);
	random_state = argc > 2 ? (uint64_t)atol(argv[2]) : 1;
	printf("storm: %u rounds, seed %lu\n", count, random_state);
	test_disable_default_vgic();
	first = numbers();
	dumps = mmap(NULL, sizeof(*dumps), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	counts_take(&before);
	traces_take(&memory);
	reader = start_reader(dumps);
	rounds(count);
	kill(reader, SIGKILL);
	waitpid(reader, NULL, 0);
	printf("storm: %u dumps were read\n", *dumps);
	TEST_ASSERT(*dumps, "no dump was read");
	counts_must_be(&before, &memory, "after the storm");
	last = numbers();
	printf("%s", last);
	TEST_ASSERT(!strcmp(first, last),
		    "other VM IDs, LPIs or bytes of tables than before, which were:\n%s", first);
	printf("storm: end\n");
	return 0;
}
