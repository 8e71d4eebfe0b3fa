// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The host: what is made of the ID registers, the VM table on every kind of host, refusals and failures.
 */
#include "rig.h"

/* ---- Probing ---- */

static void check_caps(const struct rig *rig)
{
	static const uint8_t pa_bits[] = {GICV5_PA_RANGE_BITS};
	const struct vgicv5_soft_config *config = &rig->config;
	const struct vgicv5_caps *caps = &rig->host.caps;

	assert_int_equal(caps->pa_bits, pa_bits[config->pa_range]);
	assert_int_equal(caps->pri_bits, config->pri_bits);
	assert_int_equal(caps->lpi_id_bits,
			 !config->cpu_id_bits && config->lpi_id_bits > 16 ? 16 : config->lpi_id_bits);
	assert_int_equal(caps->min_lpi_id_bits, config->min_lpi_id_bits);
	assert_int_equal(caps->ist_levels, config->ist_levels);
	assert_int_equal(caps->istmd, config->istmd);
	if (config->istmd)
		assert_int_equal(caps->istmd_sz, config->istmd_sz);
	if (config->ist_levels) {
		assert_int_equal(caps->ist_l2sz_mask, config->ist_l2sz);
		assert_true(config->ist_l2sz >> caps->ist_l2sz == 1);
	}
	assert_int_equal(caps->vm_id_bits, config->vm_id_bits);
	assert_int_equal(caps->vpe_id_bits, config->vpe_id_bits);
	assert_int_equal(caps->vmd_bytes, config->vmd ? 1 << config->vmd_sz : 0);
	assert_int_equal(caps->vped_bytes, 1 << config->vped_sz);
	assert_int_equal(caps->vmt_levels, config->vmt_levels);
	assert_int_equal(caps->virt_one_n, config->virt_one_n);
	assert_int_equal(caps->setlpi, config->setlpi);
	assert_int_equal(caps->max_vms, 1 << config->vm_id_bits);
	assert_int_equal(caps->max_vpes,
			 config->vpe_id_bits >= 9 ? VGICV5_MAX_VPES : 1 << config->vpe_id_bits);
	assert_int_equal(caps->ppi_implemented[0], config->ppi_implemented[0]);
	assert_int_equal(caps->ppi_implemented[1], config->ppi_implemented[1]);
	assert_true(caps->ppi_edge[0] & (uint64_t)1 << GICV5_PPI_SW);
	assert_false(caps->ppi_edge[0] & (uint64_t)1 << GICV5_PPI_CNTV);
}

static void check_vmt_register(const struct rig *rig)
{
	const volatile uint8_t *frame = rig->irs[0].config_frame;
	uint32_t cfgr = vgicv5_mmio_read32(frame + GICV5_IRS_VMT_CFGR);
	bool two_level = rig->config.vmt_levels && rig->config.vm_id_bits > 7;

	assert_true(GICV5_GET(IRS_VMT_BASER_VALID, vgicv5_mmio_read64(frame + GICV5_IRS_VMT_BASER)));
	assert_int_equal(GICV5_GET(IRS_VMT_CFGR_STRUCTURE, cfgr), two_level);
	assert_int_equal(GICV5_GET(IRS_VMT_CFGR_VM_ID_BITS, cfgr), rig->config.vm_id_bits);
}

static void test_kinds(void **state)
{
	unsigned int i;
	struct rig rig;

	(void)state;
	for (i = 0; i < rig_kind_count; i++) {
		rig_up(&rig, &rig_kinds[i]);
		check_caps(&rig);
		check_vmt_register(&rig);
		assert_int_equal(vgicv5_host_fini(&rig.host), VGICV5_OK);
		assert_int_equal(vgicv5_host_fini(&rig.host), VGICV5_OK);
		assert_int_equal(rig_held(&rig), 0);
		/* Gone without a trace: it can be had again. */
		assert_int_equal(vgicv5_host_init(&rig.host, &rig.host_config), VGICV5_OK);
		rig_down(&rig);
	}
}

/* The PPI enables of EL2 are what they were. */
static void test_probe_is_quiet(void **state)
{
	uint64_t some = (uint64_t)1 << GICV5_PPI_SW;
	struct rig rig;

	(void)state;
	rig_machine(&rig, &rig_kinds[0]);
	vgicv5_write_ICH_PPI_ENABLER0_EL2(some);
	assert_int_equal(vgicv5_host_init(&rig.host, &rig.host_config), VGICV5_OK);
	assert_int_equal(vgicv5_read_ICH_PPI_ENABLER0_EL2(), some);
	rig_down(&rig);
}

/* Where IRSs differ, what all of them can do counts. */
static void test_irss_differ(void **state)
{
	struct rig rig;

	(void)state;
	rig_machine(&rig, &rig_kinds[5]);
	rig_override(&rig, 1, GICV5_IRS_IDR1, (uint32_t)GICV5_PUT(IRS_IDR1_PRI_BITS, 2));
	rig_override(&rig, 2, GICV5_IRS_IDR3, (uint32_t)GICV5_PUT(IRS_IDR3_VM_ID_BITS, 4));
	rig_override(&rig, 2, GICV5_IRS_IDR4,
		     (uint32_t)(GICV5_PUT(IRS_IDR4_VPE_ID_BITS, 2) | GICV5_PUT(IRS_IDR4_VPED_SZ, 12)));
	rig_override(&rig, 1, GICV5_IRS_IDR2,
		     (uint32_t)(GICV5_MASK(IRS_IDR2_LPI) | GICV5_PUT(IRS_IDR2_ID_BITS, 15) |
				GICV5_PUT(IRS_IDR2_MIN_LPI_ID_BITS, 15) | GICV5_MASK(IRS_IDR2_ISTMD) |
				GICV5_PUT(IRS_IDR2_ISTMD_SZ, 11)));
	assert_int_equal(vgicv5_host_init(&rig.host, &rig.host_config), VGICV5_OK);
	assert_int_equal(rig.host.caps.pri_bits, 3);
	assert_int_equal(rig.host.caps.max_vms, 16);
	assert_int_equal(rig.host.caps.max_vpes, 4);
	assert_int_equal(rig.host.caps.vped_bytes, 4096);
	assert_int_equal(rig.host.caps.lpi_id_bits, 15);
	assert_int_equal(rig.host.caps.min_lpi_id_bits, 15);
	assert_false(rig.host.caps.ist_levels);
	assert_true(rig.host.caps.istmd);
	assert_int_equal(rig.host.caps.istmd_sz, 11);
	rig_down(&rig);
}

/* ---- Refusals ---- */

static void refuse(uint32_t offset, uint32_t value, int expected)
{
	struct rig rig;

	rig_machine(&rig, &rig_kinds[0]);
	rig_override(&rig, 0, offset, value);
	assert_int_equal(vgicv5_host_init(&rig.host, &rig.host_config), expected);
	assert_int_equal(rig_held(&rig), 0);
	rig_abandon(&rig);
}

static void test_refusals(void **state)
{
	uint32_t lpis = (uint32_t)(GICV5_MASK(IRS_IDR2_LPI) | GICV5_PUT(IRS_IDR2_ID_BITS, 16));
	uint32_t virt = (uint32_t)GICV5_MASK(IRS_IDR0_VIRT);

	(void)state;
	refuse(GICV5_IRS_DEVARCH, 0, VGICV5_INVALID);
	refuse(GICV5_IRS_AIDR, (uint32_t)GICV5_PUT(IRS_AIDR_COMPONENT, GICV5_COMPONENT_ITS), VGICV5_INVALID);
	refuse(GICV5_IRS_AIDR, (uint32_t)GICV5_PUT(IRS_AIDR_ARCHMAJORREV, 1), VGICV5_INVALID);
	refuse(GICV5_IRS_IDR0, 0, VGICV5_UNSUPPORTED);
	refuse(GICV5_IRS_IDR0, virt | (uint32_t)GICV5_PUT(IRS_IDR0_PA_RANGE, 8), VGICV5_UNSUPPORTED);
	refuse(GICV5_IRS_IDR2, lpis & ~(uint32_t)GICV5_MASK(IRS_IDR2_LPI), VGICV5_UNSUPPORTED);
	refuse(GICV5_IRS_IDR2,
	       (uint32_t)(GICV5_MASK(IRS_IDR2_LPI) | GICV5_PUT(IRS_IDR2_ID_BITS, 10) |
			  GICV5_PUT(IRS_IDR2_MIN_LPI_ID_BITS, 11)),
	       VGICV5_UNSUPPORTED);
	refuse(GICV5_IRS_IDR3, 0, VGICV5_UNSUPPORTED);
	refuse(GICV5_IRS_IDR3,
	       (uint32_t)(GICV5_PUT(IRS_IDR3_VM_ID_BITS, 8) | GICV5_MASK(IRS_IDR3_VMD) |
			  GICV5_PUT(IRS_IDR3_VMD_SZ, 13)),
	       VGICV5_UNSUPPORTED);
	refuse(GICV5_IRS_IDR4, (uint32_t)GICV5_PUT(IRS_IDR4_VPE_ID_BITS, 4), VGICV5_UNSUPPORTED);
	refuse(GICV5_IRS_IDR4,
	       (uint32_t)(GICV5_PUT(IRS_IDR4_VPE_ID_BITS, 4) | GICV5_PUT(IRS_IDR4_VPED_SZ, 63)),
	       VGICV5_UNSUPPORTED);
	refuse(GICV5_IRS_IDR4, (uint32_t)GICV5_PUT(IRS_IDR4_VPED_SZ, 8), VGICV5_UNSUPPORTED);
}

static void test_no_irs(void **state)
{
	static const struct vgicv5_irs_desc no_frame = {NULL};
	struct rig rig;

	(void)state;
	rig_machine(&rig, &rig_kinds[0]);
	rig.host_config.irs_count = 0;
	assert_int_equal(vgicv5_host_init(&rig.host, &rig.host_config), VGICV5_INVALID);
	rig.host_config.irs_count = 1;
	rig.host_config.irs = NULL;
	assert_int_equal(vgicv5_host_init(&rig.host, &rig.host_config), VGICV5_INVALID);
	rig.host_config.irs = &no_frame;
	assert_int_equal(vgicv5_host_init(&rig.host, &rig.host_config), VGICV5_INVALID);
	rig_abandon(&rig);
}

static void test_taken(void **state)
{
	struct vgicv5_host second;
	struct rig rig;

	(void)state;
	rig_up(&rig, &rig_kinds[0]);
	assert_int_equal(vgicv5_host_init(&second, &rig.host_config), VGICV5_BUSY);
	check_vmt_register(&rig);
	rig_down(&rig);
}

/* Memory that the IRS cannot address is not used. */
static void test_small_address_space(void **state)
{
	struct rig rig;

	(void)state;
	rig_machine(&rig, &rig_kinds[0]);
	rig_override(&rig, 0, GICV5_IRS_IDR0, (uint32_t)GICV5_MASK(IRS_IDR0_VIRT));
	rig.host.caps.pa_bits = 0;
	assert_int_equal(vgicv5_host_init(&rig.host, &rig.host_config), VGICV5_OK);
	assert_int_equal(rig.host.caps.pa_bits, 32);
	rig.host.caps.pa_bits = 31; /* the machine's memory begins at 2 GiB */
	{
		struct vgicv5_vm_config config = rig_vm_config(32);
		const uint32_t id = 0;
		struct rig_vm vm;

		rig_vm_init(&rig, &vm, &config, &id, 1);
		assert_int_equal(vgicv5_vm_start(&vm.vm), VGICV5_NO_MEMORY);
	}
	rig_down(&rig);
}

/* ---- Failures ---- */

static void test_out_of_memory(void **state)
{
	unsigned int i, nth;
	struct rig rig;
	int error;

	(void)state;
	for (i = 0; i < rig_kind_count; i++) {
		rig_machine(&rig, &rig_kinds[i]);
		for (nth = 1;; nth++) {
			hal_host_fail(HAL_HOST_FAULT_ALLOC, nth);
			error = vgicv5_host_init(&rig.host, &rig.host_config);
			if (!hal_host_failed(HAL_HOST_FAULT_ALLOC))
				break;
			assert_int_equal(error, VGICV5_NO_MEMORY);
			assert_int_equal(rig_held(&rig), 0);
		}
		hal_host_fail(HAL_HOST_FAULT_ALLOC, 0);
		assert_true(nth > 1);
		assert_int_equal(error, VGICV5_OK);
		rig_down(&rig);
	}
}

static void command_fails(const struct rig_kind *kind, enum vgicv5_soft_fault fault)
{
	struct rig rig;
	int error;

	rig_machine(&rig, kind);
	vgicv5_soft_arm_fault(rig.soft, fault, 1);
	error = vgicv5_host_init(&rig.host, &rig.host_config);
	if (fault == VGICV5_SOFT_FAULT_DROP) {
		assert_int_equal(error, VGICV5_REFUSED);
		assert_int_equal(rig_held(&rig), 0);
	} else {
		assert_int_equal(error, VGICV5_TIMEOUT);
		assert_true(rig_held(&rig) > 0);
		assert_true(rig.host.irs->silent);
		assert_int_equal(vgicv5_host_fini(&rig.host), VGICV5_TIMEOUT);
	}
	vgicv5_soft_arm_fault(rig.soft, VGICV5_SOFT_FAULT_NONE, 0);
	rig_down(&rig); /* when the IRS has come to, what was kept is given back */
}

static void fini_fails(const struct rig_kind *kind, enum vgicv5_soft_fault fault)
{
	struct rig rig;

	rig_up(&rig, kind);
	vgicv5_soft_arm_fault(rig.soft, fault, 1);
	assert_int_equal(vgicv5_host_fini(&rig.host),
			 fault == VGICV5_SOFT_FAULT_DROP ? VGICV5_REFUSED : VGICV5_TIMEOUT);
	assert_true(rig_held(&rig) > 0);
	vgicv5_soft_arm_fault(rig.soft, VGICV5_SOFT_FAULT_NONE, 0);
	rig_down(&rig);
}

static void test_command_fails(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < rig_kind_count; i++) {
		command_fails(&rig_kinds[i], VGICV5_SOFT_FAULT_DROP);
		command_fails(&rig_kinds[i], VGICV5_SOFT_FAULT_STALL);
		command_fails(&rig_kinds[i], VGICV5_SOFT_FAULT_LATE);
		fini_fails(&rig_kinds[i], VGICV5_SOFT_FAULT_DROP);
		fini_fails(&rig_kinds[i], VGICV5_SOFT_FAULT_STALL);
		fini_fails(&rig_kinds[i], VGICV5_SOFT_FAULT_LATE);
	}
}

/* Whoever used the IRS before may have left a command running: it is waited for, and nothing is given to the IRS. */
static void test_busy_before(void **state)
{
	struct rig rig;

	(void)state;
	rig_machine(&rig, &rig_kinds[0]);
	vgicv5_soft_arm_fault(rig.soft, VGICV5_SOFT_FAULT_STALL, 1);
	vgicv5_mmio_write64((volatile uint8_t *)rig.irs[0].config_frame + GICV5_IRS_VMT_BASER, 0);
	assert_int_equal(vgicv5_host_init(&rig.host, &rig.host_config), VGICV5_TIMEOUT);
	assert_int_equal(rig_held(&rig), 0);
	vgicv5_soft_arm_fault(rig.soft, VGICV5_SOFT_FAULT_NONE, 0);
	vgicv5_soft_set_delay(rig.soft, 20);
	vgicv5_mmio_write64((volatile uint8_t *)rig.irs[0].config_frame + GICV5_IRS_VMT_BASER, 0);
	assert_int_equal(vgicv5_host_init(&rig.host, &rig.host_config), VGICV5_OK);
	rig_down(&rig);
}

/* The time that the embedder gives is the time that is waited. */
static void test_timeout(void **state)
{
	struct hal_host_counts before, after;
	struct rig rig;

	(void)state;
	rig_machine(&rig, &rig_kinds[0]);
	rig.host_config.command_timeout_us = 500;
	vgicv5_soft_arm_fault(rig.soft, VGICV5_SOFT_FAULT_STALL, 1);
	hal_host_counts(&before);
	assert_int_equal(vgicv5_host_init(&rig.host, &rig.host_config), VGICV5_TIMEOUT);
	hal_host_counts(&after);
	/* Two waits, the second to see whether the table can be had back; the clock goes 10 us a look. */
	assert_in_range(after.clock_reads - before.clock_reads, 100, 110);
	vgicv5_soft_arm_fault(rig.soft, VGICV5_SOFT_FAULT_NONE, 0);
	rig_down(&rig);
}

static void test_errors_have_texts(void **state)
{
	int i, j;

	(void)state;
	for (i = VGICV5_OK; i >= VGICV5_FAULT; i--)
		for (j = i - 1; j >= VGICV5_FAULT - 1; j--)
			assert_string_not_equal(vgicv5_strerror(i), vgicv5_strerror(j));
	assert_string_equal(vgicv5_strerror(-1000), vgicv5_strerror(1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_probe_is_quiet),
		cmocka_unit_test(test_irss_differ),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_no_irs),
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_small_address_space),
		cmocka_unit_test(test_out_of_memory),
		cmocka_unit_test(test_command_fails),
		cmocka_unit_test(test_busy_before),
		cmocka_unit_test(test_timeout),
		cmocka_unit_test(test_errors_have_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
