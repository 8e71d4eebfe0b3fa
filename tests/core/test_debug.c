// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Dumps say what is so, in words; and change nothing. */
#include "recorder.h"

#include <stdio.h>
#include <string.h>

#include <vgicv5/debug.h>

#include "text.h"

static struct vgicv5_vcpu *const a = &rec.vcpu[0][0];

static char printed[16384];
static struct vgicv5_irs irss[2];

static void print(void *ctx, const char *line)
{
	assert_ptr_equal(ctx, printed);
	assert_true(strlen(line) < VGICV5_TEXT_SIZE);
	strcat(printed, line);
	strcat(printed, "\n");
}

static void expect(const char *text)
{
	if (!strstr(printed, text))
		fail_msg("no \"%s\" in:\n%s", text, printed);
}

static void expect_not(const char *text)
{
	if (strstr(printed, text))
		fail_msg("\"%s\" in:\n%s", text, printed);
}

static void dump_vcpu(void)
{
	printed[0] = '\0';
	vgicv5_dump_vcpu(a, print, printed);
}

static void dump_interrupt(uint32_t intid)
{
	printed[0] = '\0';
	vgicv5_dump_interrupt(&rec.vm[0], a, intid, print, printed);
}

static void vcpu_that_waits(void **state)
{
	(void)state;
	a->hyp.vmcr = vmcr(true, 15);
	a->hyp.apr = 1u << 9 | 1u << 12;
	a->hyp.enable[0] = PPI_BIT(3) | PPI_BIT(30);
	a->hyp.active[0] = PPI_BIT(30);
	saved_priority(a, 3, 11);
	assert_int_equal(vgicv5_inject_ppi(a, 3, true), 0);
	dump_vcpu();
	expect("vCPU VM 5 VPE 3 not loaded, nothing to run for\n");
	expect("active priorities: 9 12 ; lets through priorities below 9\n");
	expect("PPI 3 SW: edge priority 11 enabled pending\n");
	expect("PPI 30 CNTP: level priority 0 enabled active\n");
	expect("ICH_VMCR_EL2=0x78000001: VPMR=0xf EN=0x1\n");
	expect_not("PPI 23");
	saved_priority(a, 3, 8);
	vgicv5_doorbell_fired(a);
	dump_vcpu();
	expect("not loaded, runnable\n");
	expect("requested 0 received 1 fired");
}

static void loaded_vcpu_is_read_from_the_registers(void **state)
{
	(void)state;
	assert_int_equal(vgicv5_vcpu_load(a), 0);
	guest_opens(31, PPI_BIT(27));
	set_reg(GICV5_ICH_APR_EL2, 1);
	set_reg(GICV5_ICH_PPI_PENDR0_EL2, PPI_BIT(3));
	forget();
	dump_vcpu();
	expect("loaded on this CPU\n");
	expect("active priorities: 0 ; lets nothing through\n");
	expect("PPI 3 SW: edge priority 0 disabled pending\n");
	expect("PPI 27 CNTV: direct injection priority 0 enabled\n");
	assert_int_equal(a->hyp.apr, 0);
	assert_int_equal(a->hyp.pend[0], 0);
	on_pe(1);
	dump_vcpu();
	expect("loaded on another CPU");
}

static void vm_and_host(void **state)
{
	(void)state;
	rec.spi_level[0][0] = 0xe1;
	rec.spi_line[0][1] = 1;
	rec.vm[0].lpi_ist =
		(struct vgicv5_ist){.table = &rec, .valid = true, .id_bits = 14, .istsz = 1, .total = 131072};
	printed[0] = '\0';
	vgicv5_dump_vm(&rec.vm[0], print, printed);
	expect("VM ID 5 started vCPUs 2 SPIs 96\n");
	expect("virtual IRS enabled");
	expect("LPI table: valid ID bits 14 bytes per entry 8 bytes 131072\n");
	expect("SPI table: none\n");
	expect("SPIs with trigger level: 0 5-7\n");
	expect("SPIs asserted: 64\n");
	expect("VPE 17");
	vgicv5_vm_kill(&rec.vm[0], "test");
	printed[0] = '\0';
	vgicv5_dump_vm(&rec.vm[0], print, printed);
	expect("started DEAD");
	rec.host.irs = irss;
	rec.host.irs_count = 2;
	irss[1].unsettled = 0xff; /* as after vgicv5_host_init(): not a fault */
	printed[0] = '\0';
	vgicv5_dump_host(&rec.host, print, printed);
	expect("IRS that is not coherent VM table of bytes");
	expect("PPIs implemented: 3 23 26-28 30 70-72\n");
	expect("of these Edge: 3 71-72\n");
}

static void objects_in_trouble(void **state)
{
	uint64_t vm_ids[2] = {1, 1};

	(void)state;
	rec.host.coherent = true;
	rec.host.irs = irss;
	rec.host.irs_count = 2;
	irss[1].silent = 1;
	rec.host.vm_ids = vm_ids;
	rec.host.caps.max_vms = 128;
	rec.host.caps.istmd = true;
	printed[0] = '\0';
	vgicv5_dump_host(&rec.host, print, printed);
	expect("coherent IRS (does not answer any more)");
	expect("IST metadata");
	expect("VM IDs in use: 0 64\n");
	rec.vm[0].state = VGICV5_VM_POISONED;
	rec.vm[0].virs.irsen = false;
	printed[0] = '\0';
	vgicv5_dump_vm(&rec.vm[0], print, printed);
	expect("VM ID 5 poisoned");
	expect("virtual IRS disabled");
	expect("SPIs asserted: none\n");
	rec.vm[0].state = VGICV5_VM_EMPTY;
	rec.vm[0].spi_level = NULL;
	rec.vm[0].spi_line = NULL;
	rec.vm[0].vcpus = NULL;
	printed[0] = '\0';
	vgicv5_dump_vm(&rec.vm[0], print, printed);
	expect("VM not started");
	expect_not("asserted");
	dump_interrupt(GICV5_INTID(GICV5_TYPE_SPI, 5));
	expect_not("line");
}

static void interrupt_asked_of_the_irs(void **state)
{
	const uint32_t spi = GICV5_INTID(GICV5_TYPE_SPI, 5);
	uint64_t icsr = GICV5_PUT(ICC_ICSR_EL1_IAFFID, 17) | GICV5_PUT(ICC_ICSR_EL1_PRIORITY, 6) |
			GICV5_PUT(ICC_ICSR_EL1_HM, 1) | GICV5_PUT(ICC_ICSR_EL1_ACTIVE, 1) |
			GICV5_PUT(ICC_ICSR_EL1_ENABLED, 1);

	(void)state;
	rec.spi_line[0][0] = 1u << 5;
	dump_interrupt(spi);
	expect("SPI 5 of VM 5: only the IRS knows its state");
	expect("; trigger edge, line high\n");
	assert_int_equal(logged(GICV5_GIC_VDRCFG, false), 0);
	assert_int_equal(vgicv5_vcpu_load(a), 0);
	set_reg(GICV5_ICC_ICSR_EL1, icsr);
	forget();
	dump_interrupt(spi);
	expect("SPI 5 of VM 5: level priority 6 enabled active for VPE 17; trigger edge, line high\n");
	/* Instruction, ISB, register. */
	assert_int_equal(rec.log[0].value, spi);
	assert_int_equal(rec.log[1].encoding, 0);
	assert_int_equal(rec.log[2].encoding, GICV5_ICC_ICSR_EL1);
	set_reg(GICV5_ICC_ICSR_EL1, GICV5_PUT(ICC_ICSR_EL1_IRM, 1) | GICV5_PUT(ICC_ICSR_EL1_PENDING, 1));
	dump_interrupt(GICV5_INTID(GICV5_TYPE_LPI, 8192));
	expect("LPI 8192 of VM 5: edge priority 0 disabled pending for any VPE\n");
	set_reg(GICV5_ICC_ICSR_EL1, 1);
	dump_interrupt(GICV5_INTID(GICV5_TYPE_LPI, 8192));
	expect("unreachable");
}

static void private_and_wrong_interrupts(void **state)
{
	(void)state;
	assert_int_equal(vgicv5_inject_ppi(a, 23, true), 0);
	dump_interrupt(GICV5_INTID(GICV5_TYPE_PPI, 23));
	expect("PPI 23 PMU: level priority 0 disabled asserted\n");
	dump_interrupt(GICV5_INTID(GICV5_TYPE_PPI, 27));
	expect("PPI 27 CNTV: direct injection");
	vgicv5_dump_interrupt(&rec.vm[1], &rec.vcpu[1][0], GICV5_INTID(GICV5_TYPE_PPI, PPI_HIGH_LEVEL), print,
			      printed);
	expect("PPI 70: level");
	dump_interrupt(GICV5_INTID(GICV5_TYPE_PPI, 26));
	expect("does not have");
	dump_interrupt(GICV5_INTID(GICV5_TYPE_PPI, 500));
	expect("does not have");
	vgicv5_dump_interrupt(&rec.vm[0], NULL, GICV5_INTID(GICV5_TYPE_PPI, 23), print, printed);
	dump_interrupt(5);
	expect("INTID of no type");
}

struct seen {
	unsigned int count;
	struct {
		unsigned int point;
		uint32_t vm;
		uint64_t a;
		uint64_t b;
	} at[16];
};

static void see(void *ctx, unsigned int point, uint32_t vm, uint64_t first, uint64_t second)
{
	struct seen *seen = ctx;

	assert_true(seen->count < sizeof(seen->at) / sizeof(seen->at[0]));
	seen->at[seen->count].point = point;
	seen->at[seen->count].vm = vm;
	seen->at[seen->count].a = first;
	seen->at[seen->count++].b = second;
}

static void expect_trace(const struct seen *seen, unsigned int n, unsigned int point, uint64_t first,
			 uint64_t second)
{
	assert_true(n < seen->count);
	assert_int_equal(seen->at[n].point, point);
	assert_int_equal(seen->at[n].vm, 5);
	assert_int_equal(seen->at[n].a, first);
	assert_int_equal(seen->at[n].b, second);
}

static void an_interrupt_can_be_followed(void **state)
{
	const uint32_t sw = GICV5_INTID(GICV5_TYPE_PPI, GICV5_PPI_SW);
	struct seen seen = {.count = 0};

	(void)state;
	hal_host_on_trace(see, &seen);
	assert_int_equal(vgicv5_inject_spi(&rec.vm[0], 9, true), 0);
	assert_int_equal(vgicv5_vcpu_load(a), 0);
	assert_int_equal(vgicv5_inject_ppi(a, GICV5_PPI_SW, true), 0);
	assert_int_equal(vgicv5_vcpu_enter(a), 0);
	vgicv5_vcpu_exit(a);
	guest_opens(8, 0);
	vgicv5_vcpu_put(a, VGICV5_PUT_IDLE);
	vgicv5_doorbell_fired(a);
	rec.refuse = true;
	assert_int_equal(vgicv5_vcpu_load(a), VGICV5_REFUSED);
	hal_host_on_trace(NULL, NULL);
	expect_trace(&seen, 0, VGICV5_TRACE_inject, GICV5_INTID(GICV5_TYPE_SPI, 9), 1);
	expect_trace(&seen, 1, VGICV5_TRACE_load, 3, a->hyp.contextr);
	expect_trace(&seen, 2, VGICV5_TRACE_inject, sw, 1);
	expect_trace(&seen, 3, VGICV5_TRACE_entry, 3, VGICV5_DIRTY_PEND);
	expect_trace(&seen, 4, VGICV5_TRACE_exit, 3, 0);
	expect_trace(&seen, 5, VGICV5_TRACE_doorbell_requested, 3, 8);
	expect_trace(&seen, 6, VGICV5_TRACE_put, 3, VGICV5_PUT_IDLE);
	expect_trace(&seen, 7, VGICV5_TRACE_doorbell_fired, 3, a->doorbell_lpi);
	expect_trace(&seen, 8, VGICV5_TRACE_residency_fault, 3, a->hyp.contextr);
	assert_int_equal(seen.count, 9);
}

static void text_is_cut_and_numbers_are_whole(void **state)
{
	struct vgicv5_text text;
	unsigned int i;

	(void)state;
	vgicv5_text_clear(&text);
	vgicv5_text_dec(&text, ~0ull);
	vgicv5_text_string(&text, " ");
	vgicv5_text_hex(&text, ~0ull);
	vgicv5_text_string(&text, " ");
	vgicv5_text_dec(&text, 0);
	assert_string_equal(text.line, "18446744073709551615 0xffffffffffffffff 0");
	for (i = 0; i < 2 * VGICV5_TEXT_SIZE; i++)
		vgicv5_text_string(&text, "x");
	assert_int_equal(strlen(text.line), VGICV5_TEXT_SIZE - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(vcpu_that_waits, recorder_setup),
		cmocka_unit_test_setup(loaded_vcpu_is_read_from_the_registers, recorder_setup),
		cmocka_unit_test_setup(vm_and_host, recorder_setup),
		cmocka_unit_test_setup(objects_in_trouble, recorder_setup),
		cmocka_unit_test_setup(interrupt_asked_of_the_irs, recorder_setup),
		cmocka_unit_test_setup(private_and_wrong_interrupts, recorder_setup),
		cmocka_unit_test_setup(an_interrupt_can_be_followed, recorder_setup),
		cmocka_unit_test(text_is_cut_and_numbers_are_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
