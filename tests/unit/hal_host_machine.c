// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The machine of the POSIX port: a software GICv5 behind it, memory, frames, doorbell LPIs. The library's part
 * is played by the test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <vgicv5/arch/intid.h>
#include <vgicv5/arch/irs.h>
#include <vgicv5/port.h>
#include <vgicv5_host_machine.h>

#define PES 3
#define LPI_ROUNDS 100

static struct hal_host_machine *machine;
static struct vgicv5_pcpu pcpus[PES];
static struct vgicv5_vm vm;
static struct vgicv5_vcpu vcpus[2];
static uint64_t fired[2];

void vgicv5_doorbell_fired(struct vgicv5_vcpu *vcpu)
{
	vgicv5_fetch_add(&fired[vcpu - vcpus], 1);
	vgicv5_port_kick(vcpu);
}

static int make_machine(void **state)
{
	struct vgicv5_soft_config config;
	const char *wrong;

	(void)state;
	hal_host_reset();
	memset(fired, 0, sizeof(fired));
	vgicv5_soft_default_config(&config, PES);
	wrong = hal_host_machine_create(&machine, &config, 0);
	if (wrong)
		print_message("%s\n", wrong);
	if (wrong)
		return -1;
	hal_host_machine_bind(machine);
	hal_host_set_pe(1, &pcpus[1]);
	return 0;
}

static int end_machine(void **state)
{
	(void)state;
	hal_host_machine_destroy(machine);
	hal_host_reset();
	return 0;
}

/* ---- Accesses ---- */

static void registers_are_of_the_pe(void **state)
{
	(void)state;
	assert_int_equal(vgicv5_read_ICC_IAFFIDR_EL1(), 1);
	vgicv5_write_ICH_APR_EL2(0x10);
	hal_host_set_pe(2, &pcpus[2]);
	assert_int_equal(vgicv5_read_ICC_IAFFIDR_EL1(), 2);
	assert_int_equal(vgicv5_read_ICH_APR_EL2(), 0);
	assert_ptr_equal(vgicv5_this_pcpu(), &pcpus[2]);
	hal_host_set_pe(1, &pcpus[1]);
	assert_int_equal(vgicv5_read_ICH_APR_EL2(), 0x10);
}

static void frames_are_the_irs(void **state)
{
	volatile uint8_t *irs = hal_host_machine_irs(machine, 0);
	uint32_t devarch = vgicv5_mmio_read32(irs + GICV5_IRS_DEVARCH);

	(void)state;
	assert_int_equal(GICV5_GET(IRS_DEVARCH_ARCHID, devarch), GICV5_DEVARCH_ARCHID_IRS);
	assert_int_equal(GICV5_GET(IRS_IDR1_PE_CNT, vgicv5_mmio_read32(irs + GICV5_IRS_IDR1)), PES);
	vgicv5_mmio_write64(irs + GICV5_IRS_VPE_SELR, 0x8000000100000002);
	assert_true(vgicv5_mmio_read64(irs + GICV5_IRS_VPE_SELR) != 0);
	/* The physical side is booted. */
	assert_int_equal(GICV5_GET(IRS_CR0_IRSEN, vgicv5_mmio_read32(irs + GICV5_IRS_CR0)), 1);
	assert_int_equal(GICV5_GET(IRS_IST_BASER_VALID, vgicv5_mmio_read64(irs + GICV5_IRS_IST_BASER)), 1);
	assert_int_equal(GICV5_GET(ICC_CR0_EL1_EN, vgicv5_read_ICC_CR0_EL1()), 1);
}

static void library_accesses_alone_are_counted(void **state)
{
	struct hal_host_counts counts;
	uint32_t lpi;

	(void)state;
	hal_host_counts_clear();
	assert_int_equal(vgicv5_port_doorbells_create(&vm, 1), 0);
	assert_int_equal(vgicv5_port_doorbell_request(&vm, 0, &vcpus[0], &lpi), 0);
	vgicv5_port_doorbells_destroy(&vm);
	hal_host_counts(&counts);
	assert_int_equal(counts.instructions, 0);
	assert_int_equal(counts.mmio_writes, 0);
	assert_int_equal(counts.doorbell_requests, 1);
}

/* The second frame of an IRS makes LPIs pending. */
static void setlpi_frame(void **state)
{
	volatile uint8_t *irs = hal_host_machine_irs(machine, 0);
	struct vgicv5_soft_interrupt interrupt;

	(void)state;
	vgicv5_mmio_write32(irs + GICV5_FRAME_SIZE + GICV5_IRS_SETLPIR, 77);
	assert_true(vgicv5_soft_inspect(hal_host_machine_soft(machine), VGICV5_SOFT_PHYSICAL,
					GICV5_INTID(GICV5_TYPE_LPI, 77), &interrupt));
	assert_true(interrupt.pending);
}

/* ---- Memory ---- */

static void memory_has_addresses(void **state)
{
	uint8_t *first = vgicv5_port_alloc(100, 64);
	uint8_t *second = vgicv5_port_alloc(8192, 8192);

	(void)state;
	assert_non_null(first);
	assert_non_null(second);
	assert_int_equal(vgicv5_port_phys(second) % 8192, 0);
	assert_ptr_equal(hal_host_machine_memory(machine, vgicv5_port_phys(first)), first);
	assert_int_equal(vgicv5_port_phys(second + 100), vgicv5_port_phys(second) + 100);
	assert_null(hal_host_machine_memory(machine, 0));
	first[0] = 1;
	vgicv5_port_free(first, 100);
	first = vgicv5_port_alloc(100, 64);
	assert_int_equal(first[0], 0);
	vgicv5_port_free(first, 100);
	vgicv5_port_free(second, 8192);
	assert_int_equal(hal_host_outstanding(), 0);
}

/* Blocks of many sizes, freed in another order, do not overlap and can all be had again. */
static void memory_is_reused(void **state)
{
	uint8_t *block[64];
	unsigned int round, i;

	(void)state;
	for (round = 0; round < 20; round++) {
		for (i = 0; i < 64; i++) {
			block[i] = vgicv5_port_alloc((size_t)64 << i % 14, (size_t)64 << i % 14);
			assert_non_null(block[i]);
			memset(block[i], (int)i, (size_t)64 << i % 14);
		}
		for (i = 0; i < 64; i++) {
			unsigned int n = i * 29 % 64;

			assert_int_equal(block[n][0], n);
			assert_int_equal(block[n][((size_t)64 << n % 14) - 1], n);
			vgicv5_port_free(block[n], (size_t)64 << n % 14);
		}
	}
	assert_null(vgicv5_port_alloc(HAL_HOST_MACHINE_MEMORY, 64));
}

static void free_of_irs_memory_is_noticed(void **state)
{
	volatile uint8_t *irs = hal_host_machine_irs(machine, 0);
	uint64_t *vmt = vgicv5_port_alloc(4096, 4096);
	uint32_t id_bits = 4;

	(void)state;
	vgicv5_mmio_write32(irs + GICV5_IRS_VMT_CFGR, (uint32_t)GICV5_PUT(IRS_VMT_CFGR_VM_ID_BITS, id_bits));
	vgicv5_mmio_write64(irs + GICV5_IRS_VMT_BASER,
			    vgicv5_port_phys(vmt) | GICV5_MASK(IRS_VMT_BASER_VALID));
	while (!GICV5_GET(IRS_VMT_STATUSR_IDLE, vgicv5_mmio_read32(irs + GICV5_IRS_VMT_STATUSR)))
		;
	assert_int_equal(hal_host_machine_violations(machine), 0);
	vgicv5_port_free(vmt, 4096);
	assert_int_equal(hal_host_machine_violations(machine), 1);
	assert_true(strlen(hal_host_machine_last_violation(machine)) > 2);
}

/* ---- Doorbells ---- */

static void pend(uint32_t lpi)
{
	vgicv5_gic_CDPEND(GICV5_INTID(GICV5_TYPE_LPI, lpi) | GICV5_MASK(CDPEND_PENDING));
}

static void take_doorbells(uint32_t lpi[2])
{
	assert_int_equal(vgicv5_port_doorbells_create(&vm, 2), 0);
	assert_int_equal(vgicv5_port_doorbell_request(&vm, 0, &vcpus[0], &lpi[0]), 0);
	assert_int_equal(vgicv5_port_doorbell_request(&vm, 1, &vcpus[1], &lpi[1]), 0);
	assert_int_equal(hal_host_machine_lpis(machine), 2);
}

static void doorbell_is_an_interrupt(void **state)
{
	uint32_t lpi[2];

	(void)state;
	take_doorbells(lpi);
	assert_false(hal_host_machine_interrupted(machine, 1));
	pend(lpi[1]);
	assert_true(hal_host_machine_interrupted(machine, 1));
	assert_false(hal_host_machine_interrupted(machine, 0));
	assert_int_equal(fired[1], 0);
	assert_int_equal(hal_host_machine_interrupts(machine, 1), 1);
	assert_int_equal(fired[0], 0);
	assert_int_equal(fired[1], 1);
	/* Deactivated: it can ring again. */
	pend(lpi[1]);
	assert_int_equal(hal_host_machine_interrupts(machine, 1), 1);
	assert_int_equal(fired[1], 2);
	vgicv5_port_doorbells_destroy(&vm);
	assert_int_equal(hal_host_machine_lpis(machine), 0);
	pend(lpi[1]);
	assert_int_equal(hal_host_machine_interrupts(machine, 1), 0);
	assert_int_equal(fired[1], 2);
}

static void doorbell_is_steered(void **state)
{
	struct vgicv5_soft_interrupt interrupt;
	uint32_t lpi[2];

	(void)state;
	take_doorbells(lpi);
	hal_host_set_pe(2, &pcpus[2]);
	vgicv5_port_doorbell_steer(&vm, 0);
	assert_true(vgicv5_soft_inspect(hal_host_machine_soft(machine), VGICV5_SOFT_PHYSICAL,
					GICV5_INTID(GICV5_TYPE_LPI, lpi[0]), &interrupt));
	assert_int_equal(interrupt.iaffid, 2);
	pend(lpi[0]);
	pend(lpi[1]);
	assert_int_equal(hal_host_machine_interrupts(machine, 2), 1);
	assert_int_equal(hal_host_machine_interrupts(machine, 1), 1);
	vgicv5_port_doorbells_destroy(&vm);
}

/* The LPI's next owner must not hear of it. */
static void doorbell_pending_at_destruction_is_lost(void **state)
{
	struct vgicv5_soft_interrupt interrupt;
	uint32_t lpi[2];

	(void)state;
	take_doorbells(lpi);
	pend(lpi[0]);
	vgicv5_port_doorbells_destroy(&vm);
	assert_false(hal_host_machine_interrupted(machine, 1));
	assert_true(vgicv5_soft_inspect(hal_host_machine_soft(machine), VGICV5_SOFT_PHYSICAL,
					GICV5_INTID(GICV5_TYPE_LPI, lpi[0]), &interrupt));
	assert_false(interrupt.enabled);
	assert_false(interrupt.pending);
}

static void thread_takes_interrupts(void **state)
{
	uint32_t lpi[2];
	unsigned int i;

	(void)state;
	take_doorbells(lpi);
	pend(lpi[0]); /* before the thread begins */
	hal_host_machine_start_interrupts(machine);
	hal_host_wait_kick(&vcpus[0]);
	for (i = 0; i < LPI_ROUNDS; i++) {
		pend(lpi[1]);
		hal_host_wait_kick(&vcpus[1]);
	}
	hal_host_machine_stop_interrupts(machine);
	assert_int_equal(fired[0], 1);
	assert_int_equal(fired[1], LPI_ROUNDS);
	vgicv5_port_doorbells_destroy(&vm);
}

/* ---- Guest ---- */

static void guest_is_at_el1(void **state)
{
	uint64_t value = 7;

	(void)state;
	vgicv5_write_ICH_VCTLR_EL2(GICV5_MASK(ICH_VCTLR_EL2_EN));
	vgicv5_write_ICH_HFGRTR_EL2(GICV5_HFGRTR_ALL);
	vgicv5_write_ICH_HFGWTR_EL2(GICV5_HFGWTR_ALL & ~GICV5_MASK(ICH_HFGWTR_EL2_ICC_CR0));
	assert_int_equal(hal_host_machine_guest(machine, 1, GICV5_ICC_PCR_EL1, false, &value),
			 VGICV5_SOFT_DONE);
	assert_int_equal(GICV5_GET(ICH_VMCR_EL2_VPMR, vgicv5_read_ICH_VMCR_EL2()), 7);
	assert_int_equal(hal_host_machine_guest(machine, 1, GICV5_ICC_CR0_EL1, false, &value),
			 VGICV5_SOFT_TRAPPED);
	assert_int_equal(hal_host_machine_guest(machine, 1, GICV5_ICH_APR_EL2, true, &value),
			 VGICV5_SOFT_UNDEFINED);
	assert_false(hal_host_machine_guest_irq(machine, 1));
	vgicv5_write_ICH_PPI_ENABLER0_EL2(1 << GICV5_PPI_SW);
	vgicv5_write_ICH_PPI_PENDR0_EL2(1 << GICV5_PPI_SW);
	vgicv5_write_ICH_VMCR_EL2(GICV5_MASK(ICH_VMCR_EL2_VPMR) | GICV5_MASK(ICH_VMCR_EL2_EN));
	assert_true(hal_host_machine_guest_irq(machine, 1));
	assert_false(hal_host_machine_guest_irq(machine, 0));
}

/* ---- Bad machines ---- */

static void bad_machines_say_why(void **state)
{
	struct hal_host_machine *none = (void *)1;
	struct vgicv5_soft_config config;

	(void)state;
	vgicv5_soft_default_config(&config, 1);
	config.irs_count = 0;
	assert_non_null(hal_host_machine_create(&none, &config, 0));
	assert_null(none);
	vgicv5_soft_default_config(&config, 1);
	assert_non_null(hal_host_machine_create(&none, &config, 100));
	assert_non_null(hal_host_machine_create(&none, &config, 0x10000));
	assert_null(none);
}

/* A machine without physical LPIs boots, and has no doorbell to give. */
static void machine_without_lpis(void **state)
{
	struct vgicv5_soft_config config;
	struct hal_host_machine *other;
	uint32_t lpi;

	(void)state;
	vgicv5_soft_default_config(&config, 1);
	config.lpi = false;
	assert_null(hal_host_machine_create(&other, &config, 0));
	hal_host_machine_bind(other);
	hal_host_set_pe(0, &pcpus[0]);
	assert_int_equal(vgicv5_port_doorbells_create(&vm, 1), 0);
	assert_int_equal(vgicv5_port_doorbell_request(&vm, 0, &vcpus[0], &lpi), VGICV5_NO_ID);
	vgicv5_port_doorbells_destroy(&vm);
	hal_host_machine_destroy(other);
}

#define MACHINE_TEST(test) cmocka_unit_test_setup_teardown(test, make_machine, end_machine)

int main(void)
{
	const struct CMUnitTest tests[] = {
		MACHINE_TEST(registers_are_of_the_pe),
		MACHINE_TEST(frames_are_the_irs),
		MACHINE_TEST(setlpi_frame),
		MACHINE_TEST(library_accesses_alone_are_counted),
		MACHINE_TEST(memory_has_addresses),
		MACHINE_TEST(memory_is_reused),
		MACHINE_TEST(free_of_irs_memory_is_noticed),
		MACHINE_TEST(doorbell_is_an_interrupt),
		MACHINE_TEST(doorbell_is_steered),
		MACHINE_TEST(doorbell_pending_at_destruction_is_lost),
		MACHINE_TEST(thread_takes_interrupts),
		MACHINE_TEST(guest_is_at_el1),
		cmocka_unit_test(bad_machines_say_why),
		cmocka_unit_test(machine_without_lpis),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
