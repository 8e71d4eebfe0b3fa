/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a VM's file in debugfs says, read while its vCPUs run and sleep: somebody who has nothing else must see from it
 * why a guest hangs. Here: vCPU 5 sleeps, has an interrupt pending and enabled, and its priority mask is in the way.
 */
#include "guest.h"
#include "host.h"

#define READS 200
#define HANG_MS 120000

enum { ASK_RAISE = 1, READY };

/* ---- Guest ---- */

static void guest_hangs(void)
{
	guest_cpu_open();
	guest_ppi_enable(GICV5_PPI_SW);
	vgicv5_write_ICC_PCR_EL1(0);
	GUEST_SYNC(ASK_RAISE);
	for (;;)
		wfi();
}

static void guest_works(void)
{
	guest_cpu_open();
	irs_enable();
	guest_lpis((uint32_t)GICV5_GET(IRS_IDR2_MIN_LPI_ID_BITS, irs_read(GICV5_IRS_IDR2)), 0x80000);
	guest_lpi(0, 0);
	GUEST_ASSERT(guest_spi(1, true, 0));
	GUEST_SYNC(READY);
	for (;;)
		guest_pend(LPI(0));
}

static void guest(void)
{
	if (guest_get_vcpuid())
		guest_hangs();
	guest_works();
}

/* ---- Host ---- */

static void *run(void *vcpu)
{
	vcpu_run(vcpu);
	TEST_FAIL("a vCPU has ended");
	return NULL;
}

static void must_have(const char *dump, const char *start, const char *text)
{
	const char *line = dump_line(dump, start);
	char found[256] = "";

	TEST_ASSERT(line, "no line begins with '%s' in:\n%s", start, dump);
	snprintf(found, sizeof(found), "%.*s", (int)strcspn(line, "\n"), line);
	TEST_ASSERT(strstr(found, text), "'%s' is not in the line '%s' of:\n%s", text, found, dump);
}

/* Whatever the vCPUs are at. */
static void check_always(const char *dump)
{
	must_have(dump, "GICv5 host:", "coherent IRS");
	must_have(dump, "  VM IDs in use:", " 0");
	must_have(dump, "  software GICv5:", "bytes");
	must_have(dump, "VM ID", "started vCPUs 2 SPIs 32");
	must_have(dump, "  virtual IRS", "enabled");
	must_have(dump, "  SPIs with trigger level:", " 1");
	must_have(dump, "  SPIs asserted:", " 1");
	must_have(dump, "vCPU VM 0 VPE 0", "");
	must_have(dump, "vCPU VM 0 VPE 5", "");
	must_have(dump, "KVM vCPU 0:", "doorbell is interrupt");
	must_have(dump, "KVM vCPU 5:", "doorbell is interrupt");
}

static unsigned int lines_with(const char *dump, const char *text)
{
	unsigned int count = 0;

	while ((dump = strstr(dump, text))) {
		count++;
		dump++;
	}
	return count;
}

/* Each thing once: a dump that repeats itself is too long to be read. */
static void check_once(const char *dump)
{
	EXPECT((int)lines_with(dump, "GICv5 host:"), 1);
	EXPECT((int)lines_with(dump, "vCPU VM 0 VPE 5"), 1);
	EXPECT((int)lines_with(dump, "PPI 3 "), 1);
}

static char *wait_for_sleep(struct machine *m)
{
	unsigned int ms;
	char *dump;

	for (ms = 0; ms < HANG_MS; ms++) {
		dump = machine_dump(m);
		if (dump_line(dump, "KVM vCPU 5: sleeps in WFI"))
			return dump;
		free(dump);
		usleep(1000);
	}
	TEST_FAIL("the vCPU does not go to sleep");
	return NULL;
}

static void check_hang(struct machine *m)
{
	char *dump = wait_for_sleep(m);
	const char *vcpu = dump_line(dump, "vCPU VM 0 VPE 5");

	printf("%s", dump);
	TEST_ASSERT(vcpu, "no dump of the vCPU");
	must_have(vcpu, "vCPU VM 0 VPE 5", "not loaded, nothing to run for");
	must_have(vcpu, "  active priorities:", "lets through priorities below 1");
	must_have(vcpu, "  PPI 3 SW:", "edge priority 16 enabled pending");
	check_once(dump);
	free(dump);
}

int main(void)
{
	static const uint32_t ids[] = {0, 5};
	struct machine m;
	unsigned int i;
	char *dump;

	test_disable_default_vgic();
	machine_make(&m, 2, ids, guest, 0);
	EXPECT((int)machine_sync(&m, 0), READY);
	EXPECT((int)machine_sync(&m, 1), ASK_RAISE);
	sw_ppi_line(&m, 5, true);
	spi_line(&m, 1, true);
	for (i = 0; i < 2; i++)
		TEST_ASSERT(!pthread_create(&m.thread[i], NULL, run, m.vcpu[i]), "pthread_create");
	for (i = 0; i < READS; i++) {
		dump = machine_dump(&m);
		check_always(dump);
		free(dump);
	}
	check_hang(&m);
	printf("dumps: passed\n");
	/* Its vCPUs go with the process. */
	return 0;
}
