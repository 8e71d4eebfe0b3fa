/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * CTRL_INIT in which the n-th allocation fails, for every n: it fails with ENOMEM and leaves nothing behind, or it has
 * done without; and the same VM can be initialised afterwards, and runs.
 */
#include "counts.h"
#include "guest.h"
#include "host.h"

#define FAULTS "/sys/kernel/debug/"
/* Guests run after so many of the failures. */
#define RUN_EVERY 16

/* Those that may sleep fail, too. */
static void set_up_faults(void)
{
	kernel_put(FAULTS "failslab/ignore-gfp-wait", "N");
	kernel_put(FAULTS "failslab/verbose", "0");
	kernel_put(FAULTS "fail_page_alloc/ignore-gfp-wait", "N");
	kernel_put(FAULTS "fail_page_alloc/min-order", "0");
	kernel_put(FAULTS "fail_page_alloc/verbose", "0");
}

/* CTRL_INIT. @return whether there was an n-th allocation. */
static bool init_failing(struct machine *m, unsigned int n, int *error)
{
	int fd = open("/proc/thread-self/fail-nth", O_RDWR);
	char text[16];
	ssize_t bytes;

	TEST_ASSERT(fd >= 0, "this kernel injects no faults");
	snprintf(text, sizeof(text), "%u", n);
	TEST_ASSERT(write(fd, text, strlen(text)) > 0, "fail-nth");
	*error = attr_set(m, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, NULL);
	bytes = pread(fd, text, sizeof(text) - 1, 0);
	TEST_ASSERT(bytes > 0, "fail-nth");
	text[bytes] = 0;
	TEST_ASSERT(write(fd, "0", 1) == 1, "fail-nth");
	close(fd);
	return !atol(text);
}

static void guest(void)
{
	guest_cpu_open();
	guest_ppi_enable(GICV5_PPI_SW);
	GUEST_SYNC(1);
	guest_sleep_until(&taken[guest_get_vcpuid()].ppi[GICV5_PPI_SW], 1);
	GUEST_DONE();
}

static void run_it(struct machine *m)
{
	machine_init(m, 0);
	EXPECT((int)machine_sync(m, 0), 1);
	sw_ppi_line(m, m->vcpu[0]->id, true);
	EXPECT((int)machine_sync(m, 0), 0);
}

/* The kernel walks the whole of a guest's address space when it goes: not 52 bits of it. */
static void create(struct machine *m)
{
	unsigned int i;

	*m = (struct machine){.vcpus = 3};
	m->vm = __vm_create(VM_SHAPE(VM_MODE_P40V48_4K), m->vcpus, 0);
	m->gic = kvm_create_device(m->vm, KVM_DEV_TYPE_ARM_VGIC_V5);
	for (i = 0; i < m->vcpus; i++)
		m->vcpu[i] = vm_vcpu_add(m->vm, i, guest);
}

/* @return whether there was an n-th allocation. */
static bool once(unsigned int n, unsigned int *failed)
{
	struct counts before, after;
	struct machine m;
	bool injected;
	int error;

	create(&m);
	counts_take(&before);
	injected = init_failing(&m, n, &error);
	if (error) {
		++*failed;
		TEST_ASSERT(injected && error == ENOMEM, "CTRL_INIT without allocation %u fails with %d", n,
			    error);
		counts_take(&after);
		TEST_ASSERT(after.interrupts == before.interrupts && after.domains == before.domains,
			    "allocation %u failed, and there are %ld interrupts and %ld domains more", n,
			    after.interrupts - before.interrupts, after.domains - before.domains);
		if (n % RUN_EVERY == 0)
			run_it(&m);
		else
			EXPECT(attr_set(&m, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, NULL), 0);
	}
	machine_free(&m);
	return injected;
}

static void every_n(void)
{
	unsigned int n, failed = 0;

	for (n = 1; once(n, &failed); n++)
		if (n % 20 == 0)
			printf("failures: allocation %u\n", n);
	printf("failures: %u allocations, CTRL_INIT failed %u times\n", n - 1, failed);
	TEST_ASSERT(failed > 20, "hardly any allocation has failed");
}

/*
 * A VM that nothing fails in. @return the bytes of tables that the library has then. The first one makes what Linux keeps.
 */
static long whole_vm(void)
{
	struct machine m;
	const char *line;
	char *dump;
	long bytes;

	create(&m);
	run_it(&m);
	dump = machine_dump(&m);
	line = dump_line(dump, "KVM: tables");
	TEST_ASSERT(line && sscanf(line, "%*[^0-9]%ld", &bytes) == 1, "no bytes of tables in:\n%s", dump);
	free(dump);
	machine_free(&m);
	return bytes;
}

int main(void)
{
	struct traces memory;
	struct counts before;
	long bytes;

	test_disable_default_vgic();
	counts_join();
	set_up_faults();
	bytes = whole_vm();
	counts_take(&before);
	traces_take(&memory);
	every_n();
	counts_must_be(&before, &memory, "after the failures");
	TEST_ASSERT(whole_vm() == bytes, "a VM's tables are not the same %ld bytes as before", bytes);
	printf("failures: passed\n");
	return 0;
}
