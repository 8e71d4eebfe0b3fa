// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Whole VMs doing what guests do, on every kind of host of the matrix. The scenarios of the kernel's own vgic_v5
 * selftest that need no saved state are among them: sparse vCPU IDs, PPIs, SPIs, LPIs, limits of creation.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "world.h"

#define PES 4
#define LPI_ID_BITS 14

static struct world world;

static const struct world_host *kind_of(void **state)
{
	return *state;
}

static struct world_vm *start(void **state, uint32_t spis, unsigned int vcpus)
{
	struct vgicv5_vm_config config = world_vm_config(spis);

	world_create(&world, kind_of(state), PES);
	return world_add_vm(&world, &config, vcpus, NULL);
}

/* Scenario 7: vCPUs 17 and 3; each reads its own ID as IAFFID, and the IRS knows these two and no other. */
static void sparse_vpe_ids(void **state)
{
	static const uint32_t ids[] = {17, 3};
	struct vgicv5_vm_config config = world_vm_config(32);
	struct world_vm *vm;
	unsigned int i;

	world_create(&world, kind_of(state), PES);
	vm = world_add_vm(&world, &config, 2, ids);
	for (i = 0; i < 2; i++) {
		world_load(&vm->vcpus[i], i);
		assert_int_equal(guest_read(&vm->vcpus[i], GICV5_ICC_IAFFIDR_EL1), ids[i]);
	}
	for (i = 0; i < 20; i++) {
		guest_mmio_write(&vm->vcpus[0], GICV5_IRS_PE_SELR, 4, i);
		assert_int_equal(
			GICV5_GET(IRS_PE_STATUSR_V, guest_mmio_read(&vm->vcpus[0], GICV5_IRS_PE_STATUSR, 4)),
			i == 17 || i == 3);
	}
	guest_boot_irs(&vm->vcpus[0], 0);
	guest_boot_cpu(&vm->vcpus[1]);
	guest_set_up(&vm->vcpus[0], SPI(4), 8, 3);
	assert_int_equal(vgicv5_inject_spi(&vm->vm, 4, true), VGICV5_OK);
	assert_int_equal(guest_take(&vm->vcpus[1]), SPI(4));
	world_destroy(&world);
}

static void enable_ppi(struct world_vcpu *v, unsigned int ppi, unsigned int priority)
{
	unsigned int shift = 8 * (ppi % 8);
	uint64_t priorities = guest_read(v, (unsigned int)GICV5_ICC_PPI_PRIORITYR0_EL1 + ppi / 8);

	priorities = (priorities & ~((uint64_t)0xff << shift)) | (uint64_t)priority << shift;
	guest_write(v, (unsigned int)GICV5_ICC_PPI_PRIORITYR0_EL1 + ppi / 8, priorities);
	guest_write(v, GICV5_ICC_PPI_ENABLER0_EL1, guest_read(v, GICV5_ICC_PPI_ENABLER0_EL1) | 1ull << ppi);
}

/* Scenario 8: SW_PPI twice from outside; WFI in the handler does not sleep while it is pending again. */
static void software_ppi(void **state)
{
	struct world_vm *vm = start(state, 32, 1);
	struct world_vcpu *v = &vm->vcpus[0];
	uint64_t intid;

	world_load(v, 1);
	guest_boot_cpu(v);
	enable_ppi(v, GICV5_PPI_SW, 4);
	assert_false(guest_irq(v));
	assert_int_equal(vgicv5_inject_ppi(&v->vcpu, GICV5_PPI_SW, true), VGICV5_OK);
	assert_true(guest_irq(v));
	intid = guest_cdia(v);
	assert_int_equal(GICV5_GET(CDIA_VALID, intid), 1);
	assert_int_equal((uint32_t)intid, PPI(GICV5_PPI_SW));
	/* Active and pending again: nothing for this guest to take, so it sleeps. */
	assert_int_equal(vgicv5_inject_ppi(&v->vcpu, GICV5_PPI_SW, true), VGICV5_OK);
	assert_false(guest_irq(v));
	assert_true(world_wfi(v));
	world_load(v, 2);
	guest_gic(v, GICV5_GIC_CDDI, intid);
	/* Deactivated but its priority is still active: it cannot preempt itself. */
	assert_true(world_wfi(v));
	world_load(v, 1);
	guest_gic(v, GICV5_GIC_CDEOI, 0);
	assert_false(world_wfi(v));
	assert_int_equal(guest_take(v), PPI(GICV5_PPI_SW));
	assert_int_equal(guest_take(v), 0);
	world_destroy(&world);
}

/* Scenario 5: what the VM does not show cannot be injected, enabled or seen. */
static void hidden_ppis(void **state)
{
	struct world_vm *vm = start(state, 32, 1);
	struct world_vcpu *v = &vm->vcpus[0];

	assert_int_equal(vgicv5_inject_ppi(&v->vcpu, GICV5_PPI_CNTHP, true), VGICV5_INVALID);
	assert_int_equal(vgicv5_inject_ppi(&v->vcpu, 64, true), VGICV5_INVALID);
	assert_int_equal(vgicv5_inject_ppi(&v->vcpu, GICV5_PPI_COUNT, true), VGICV5_INVALID);
	world_load(v, 0);
	guest_write(v, GICV5_ICC_PPI_ENABLER0_EL1, ~(uint64_t)0);
	assert_int_equal(guest_read(v, GICV5_ICC_PPI_ENABLER0_EL1), WORLD_PPIS);
	assert_int_equal(guest_read(v, GICV5_ICC_PPI_HMR0_EL1), WORLD_PPIS & ~(1ull << GICV5_PPI_SW));
	assert_int_equal(guest_read(v, GICV5_ICC_PPI_HMR1_EL1), 0);
	world_destroy(&world);
}

/* Scenario 9: numbers, edges that fall before they are taken, levels that are withdrawn. */
static void spis(void **state)
{
	struct world_vm *vm = start(state, 1024, 1);
	struct world_vcpu *v = &vm->vcpus[0];

	assert_int_equal(vgicv5_inject_spi(&vm->vm, 1024, true), VGICV5_INVALID);
	world_load(v, 0);
	guest_boot_irs(v, 0);
	guest_boot_cpu(v);
	guest_set_up(v, SPI(0), 8, 0);
	guest_set_up(v, SPI(1023), 8, 0);
	vgicv5_inject_spi(&vm->vm, 0, true);
	assert_int_equal(guest_take(v), SPI(0));
	vgicv5_inject_spi(&vm->vm, 1023, true);
	assert_int_equal(guest_take(v), SPI(1023));
	vgicv5_inject_spi(&vm->vm, 1023, false);
	vgicv5_inject_spi(&vm->vm, 1023, true);
	vgicv5_inject_spi(&vm->vm, 1023, false);
	assert_int_equal(guest_take(v), SPI(1023));
	assert_int_equal(guest_take(v), 0);
	guest_set_up(v, SPI(2), 8, 0);
	guest_trigger_mode(v, 2, GICV5_HM_LEVEL);
	vgicv5_inject_spi(&vm->vm, 2, true);
	assert_int_equal(guest_take(v), SPI(2));
	/* Still asserted, so it comes again; once low, it does not. */
	assert_int_equal(guest_take(v), SPI(2));
	vgicv5_inject_spi(&vm->vm, 2, false);
	assert_int_equal(guest_take(v), 0);
	world_destroy(&world);
}

/* Scenario 9, its waiting: the doorbell ends WFI, and the vCPU may run elsewhere afterwards. */
static void doorbell_wakes(void **state)
{
	struct world_vm *vm = start(state, 32, 1);
	struct world_vcpu *v = &vm->vcpus[0];
	unsigned int i;

	world_load(v, 0);
	guest_boot_irs(v, 0);
	guest_boot_cpu(v);
	guest_set_up(v, SPI(1), 8, 0);
	guest_set_up(v, SPI(3), 20, 0);
	guest_write(v, GICV5_ICC_PCR_EL1, 10);
	for (i = 0; i < 8; i++) {
		assert_true(world_wfi(v));
		/* Masked: no doorbell for what the guest could not take. */
		vgicv5_inject_spi(&vm->vm, 3, true);
		assert_int_equal(world_take_interrupts(&world), 0);
		assert_false(world_woken(v));
		vgicv5_inject_spi(&vm->vm, 1, true);
		assert_int_equal(world_take_interrupts(&world), 1);
		assert_true(world_woken(v));
		world_load(v, (i + 1) % PES);
		assert_int_equal(guest_take(v), SPI(1));
		assert_int_equal(guest_take(v), 0);
	}
	assert_int_equal(v->vcpu.doorbells_requested, 8);
	assert_int_equal(v->vcpu.doorbells_received, 8);
	/* Preempted, not idle: nobody asks for a doorbell. */
	world_preempt(v);
	vgicv5_inject_spi(&vm->vm, 1, true);
	assert_int_equal(world_take_interrupts(&world), 0);
	world_load(v, 0);
	assert_int_equal(guest_take(v), SPI(1));
	world_destroy(&world);
}

/* Scenario 10: two vCPUs send each other LPIs; neither exits for it. The table's address cannot move while valid. */
static void lpi_ping_pong(void **state)
{
	struct world_vm *vm = start(state, 32, 2);
	struct world_vcpu *a = &vm->vcpus[0];
	struct world_vcpu *b = &vm->vcpus[1];
	uint64_t baser;
	unsigned int i;

	world_load(a, 0);
	world_load(b, 3);
	guest_boot_irs(a, LPI_ID_BITS);
	guest_boot_cpu(a);
	guest_boot_cpu(b);
	baser = guest_mmio_read(a, GICV5_IRS_IST_BASER, 8);
	guest_mmio_write(b, GICV5_IRS_IST_BASER, 8, baser + 0x10000);
	assert_int_equal(guest_mmio_read(a, GICV5_IRS_IST_BASER, 8), baser);
	guest_set_up(a, LPI(0), 8, 1);
	guest_set_up(a, LPI(1), 8, 0);
	for (i = 0; i < 4; i++) {
		guest_pend(a, LPI(0), true);
		assert_int_equal(guest_take(b), LPI(0));
		guest_pend(b, LPI(1), true);
		assert_int_equal(guest_take(a), LPI(1));
	}
	assert_int_equal(guest_take(a), 0);
	assert_int_equal(vgicv5_inject_lpi(&vm->vm, 1u << LPI_ID_BITS), VGICV5_INVALID);
	assert_int_equal(vgicv5_inject_lpi(&vm->vm, (1u << LPI_ID_BITS) - 1), VGICV5_OK);
	world_destroy(&world);
}

/* An IPI to a vCPU that sleeps on no CPU rings its doorbell. */
static void ipi_to_sleeper(void **state)
{
	struct world_vm *vm = start(state, 32, 2);
	struct world_vcpu *a = &vm->vcpus[0];
	struct world_vcpu *b = &vm->vcpus[1];

	world_load(a, 0);
	guest_boot_irs(a, LPI_ID_BITS);
	guest_boot_cpu(a);
	guest_set_up(a, LPI(7), 8, 1);
	world_load(b, 1);
	guest_boot_cpu(b);
	assert_true(world_wfi(b));
	guest_pend(a, LPI(7), true);
	assert_int_equal(world_take_interrupts(&world), 1);
	assert_true(world_woken(b));
	world_load(b, 2);
	assert_int_equal(guest_take(b), LPI(7));
	world_destroy(&world);
}

/* The guest drops its LPI table and makes another: nothing of the first is left. */
static void lpi_table_replaced(void **state)
{
	struct world_vm *vm = start(state, 32, 1);
	struct world_vcpu *v = &vm->vcpus[0];
	unsigned int i;

	world_load(v, 0);
	guest_boot_irs(v, LPI_ID_BITS);
	guest_boot_cpu(v);
	for (i = 0; i < 3; i++) {
		guest_set_up(v, LPI(5), 8, 0);
		guest_pend(v, LPI(5), true);
		guest_mmio_write(v, GICV5_IRS_IST_BASER, 8, 0);
		assert_false(guest_mmio_read(v, GICV5_IRS_IST_BASER, 8) & GICV5_MASK(IRS_IST_BASER_VALID));
		assert_int_equal(guest_take(v), 0);
		assert_int_equal(vgicv5_inject_lpi(&vm->vm, 5), VGICV5_INVALID);
		assert_int_equal(guest_config(v, LPI(5)), GICV5_MASK(ICC_ICSR_EL1_F));
		guest_make_lpis(v, LPI_ID_BITS);
		assert_int_equal(guest_config(v, LPI(5)) &
					 (GICV5_MASK(ICC_ICSR_EL1_F) | GICV5_MASK(ICC_ICSR_EL1_PENDING)),
				 0);
	}
	world_destroy(&world);
}

/* IRSEN = 0 keeps LPIs and SPIs from every vCPU, not only the one that wrote it, and PPIs go on. */
static void irsen_acts_on_all(void **state)
{
	struct world_vm *vm = start(state, 32, 2);
	struct world_vcpu *a = &vm->vcpus[0];
	struct world_vcpu *b = &vm->vcpus[1];

	world_load(a, 0);
	world_load(b, 1);
	guest_boot_irs(a, 0);
	guest_boot_cpu(b);
	enable_ppi(b, GICV5_PPI_SW, 4);
	guest_set_up(a, SPI(6), 2, 1);
	vgicv5_inject_spi(&vm->vm, 6, true);
	assert_true(guest_irq(b));
	guest_mmio_write(a, GICV5_IRS_CR0, 4, 0);
	assert_true(hal_host_take_kick(&b->vcpu));
	assert_false(guest_irq(b));
	vgicv5_inject_ppi(&b->vcpu, GICV5_PPI_SW, true);
	assert_int_equal(guest_take(b), PPI(GICV5_PPI_SW));
	assert_true(world_wfi(b));
	/* Enabling wakes who sleeps, as no doorbell was asked for. */
	guest_mmio_write(a, GICV5_IRS_CR0, 4, GICV5_MASK(IRS_CR0_IRSEN));
	assert_true(world_woken(b));
	world_load(b, 2);
	assert_int_equal(guest_take(b), SPI(6));
	world_destroy(&world);
}

/* What a guest may hold in its CPU interface; V is different for each vCPU and register. */
#define CPU_STATE(X)                                                                         \
	X(GICV5_ICC_PCR_EL1, v & 0x1f)                                                       \
	X(GICV5_ICC_APR_EL1, 1u << (v & 0x1f) | 1)                                           \
	X(GICV5_ICC_PPI_ENABLER0_EL1, WORLD_PPIS & ~(1ull << (v & 0x1f)))                    \
	X(GICV5_ICC_PPI_SACTIVER0_EL1, v & 1 ? 1ull << GICV5_PPI_SW : 1ull << GICV5_PPI_PMU) \
	X(GICV5_ICC_PPI_SPENDR0_EL1, v & 1 ? 1ull << GICV5_PPI_SW : 0)                       \
	X(GICV5_ICC_PPI_PRIORITYR0_EL1, (uint64_t)(v & 0x1f) << 24)                          \
	X(GICV5_ICC_PPI_PRIORITYR2_EL1, (uint64_t)((v + 1) & 0x1f) << 56)                    \
	X(GICV5_ICC_PPI_PRIORITYR3_EL1, (uint64_t)((v + 2) & 0x1f) << 24)

#define WRITE_STATE(encoding, value) guest_write(&vm->vcpus[i], encoding, value);
#define READ_STATE(encoding, value) assert_int_equal(guest_read(&vm->vcpus[i], encoding), value);

/* Scenario 6 as far as a guest can see it: every register keeps its value over put and load, on any PE. */
static void cpu_state_survives(void **state)
{
	struct world_vm *vm = start(state, 32, 4);
	unsigned int round;
	unsigned int v;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		v = 5 * i + 7;
		world_load(&vm->vcpus[i], i);
		CPU_STATE(WRITE_STATE)
		world_preempt(&vm->vcpus[i]);
	}
	for (round = 0; round < 3; round++) {
		for (i = 0; i < 4; i++) {
			v = 5 * i + 7;
			world_load(&vm->vcpus[i], (i + round) % PES);
			CPU_STATE(READ_STATE)
			world_preempt(&vm->vcpus[i]);
		}
	}
	world_destroy(&world);
}

/* The hardware's timer line reaches the vCPU that is loaded, and only it. */
static void direct_injection(void **state)
{
	struct world_vm *vm = start(state, 32, 2);
	struct world_vcpu *a = &vm->vcpus[0];
	struct world_vcpu *b = &vm->vcpus[1];

	world_load(a, 0);
	world_load(b, 1);
	guest_boot_cpu(a);
	guest_boot_cpu(b);
	enable_ppi(a, GICV5_PPI_CNTV, 8);
	enable_ppi(b, GICV5_PPI_CNTV, 8);
	vgicv5_soft_set_ppi(world.soft, 0, GICV5_PPI_CNTV, true);
	assert_true(guest_irq(a));
	assert_false(guest_irq(b));
	vgicv5_soft_set_ppi(world.soft, 0, GICV5_PPI_CNTV, false);
	assert_false(guest_irq(a));
	/* While it sleeps, the line is what the embedder says of it. */
	assert_true(world_wfi(a));
	assert_int_equal(vgicv5_inject_ppi(&a->vcpu, GICV5_PPI_CNTV, true), VGICV5_OK);
	assert_true(world_woken(a));
	world_load(a, 2);
	assert_false(guest_irq(a));
	world_destroy(&world);
}

/* Two VMs with the same numbers and one PE between them: neither sees anything of the other. */
static void vms_are_apart(void **state)
{
	struct vgicv5_vm_config config = world_vm_config(32);
	struct world_vm *first = start(state, 32, 1);
	struct world_vm *second = world_add_vm(&world, &config, 1, NULL);
	struct world_vcpu *a = &first->vcpus[0];
	struct world_vcpu *b = &second->vcpus[0];

	world_load(a, 0);
	guest_boot_irs(a, LPI_ID_BITS);
	guest_boot_cpu(a);
	guest_set_up(a, SPI(1), 8, 0);
	guest_set_up(a, LPI(1), 9, 0);
	enable_ppi(a, GICV5_PPI_SW, 10);
	vgicv5_inject_spi(&first->vm, 1, true);
	vgicv5_inject_lpi(&first->vm, 1);
	vgicv5_inject_ppi(&a->vcpu, GICV5_PPI_SW, true);
	assert_int_equal((uint32_t)guest_cdia(a), SPI(1));
	/* Also what a guest writes to PPIs that are hidden from it stays its own. */
	guest_write(a, GICV5_ICC_PPI_SACTIVER1_EL1, ~(uint64_t)0);
	guest_write(a, GICV5_ICC_PPI_PRIORITYR5_EL1, ~(uint64_t)0);
	guest_write(a, GICV5_ICC_PPI_PRIORITYR12_EL1, ~(uint64_t)0);
	world_preempt(a);
	world_load(b, 0);
	guest_boot_irs(b, LPI_ID_BITS);
	guest_boot_cpu(b);
	assert_int_equal(guest_read(b, GICV5_ICC_APR_EL1), 0);
	assert_int_equal(guest_read(b, GICV5_ICC_PPI_ENABLER0_EL1), 0);
	assert_int_equal(guest_read(b, GICV5_ICC_PPI_SPENDR0_EL1), 0);
	assert_int_equal(guest_read(b, GICV5_ICC_PPI_PRIORITYR0_EL1), 0);
	assert_int_equal(guest_read(b, GICV5_ICC_PPI_SACTIVER1_EL1), 0);
	assert_int_equal(guest_read(b, GICV5_ICC_PPI_PRIORITYR5_EL1), 0);
	assert_int_equal(guest_read(b, GICV5_ICC_PPI_PRIORITYR12_EL1), 0);
	guest_set_up(b, SPI(1), 8, 0);
	guest_set_up(b, LPI(1), 9, 0);
	assert_int_equal(guest_take(b), 0);
	world_preempt(b);
	world_load(a, 0);
	guest_gic(a, GICV5_GIC_CDEOI, 0);
	guest_gic(a, GICV5_GIC_CDDI, SPI(1));
	assert_int_equal(guest_take(a), LPI(1));
	assert_int_equal(guest_take(a), PPI(GICV5_PPI_SW));
	world_destroy(&world);
}

/* Residency that the IRS refuses: the entry fails, the VM is dead, its neighbour is not. */
static void refused_residency(void **state)
{
	struct vgicv5_vm_config config = world_vm_config(32);
	struct world_vm *vm = start(state, 32, 1);
	struct world_vm *other = world_add_vm(&world, &config, 1, NULL);

	hal_host_set_pe(0, &world.pcpus[0]);
	vgicv5_soft_arm_fault(world.soft, VGICV5_SOFT_FAULT_RESIDENCY, 1);
	assert_int_equal(vgicv5_vcpu_load(&vm->vcpus[0].vcpu), VGICV5_REFUSED);
	assert_true(vgicv5_vm_is_dead(&vm->vm));
	assert_null(world.pcpus[0].loaded);
	assert_int_equal(vgicv5_vcpu_load(&vm->vcpus[0].vcpu), VGICV5_DEAD);
	assert_int_equal(vgicv5_inject_spi(&vm->vm, 0, true), VGICV5_DEAD);
	world_load(&other->vcpus[0], 0);
	guest_boot_cpu(&other->vcpus[0]);
	world_destroy(&world);
}

#define ON_ALL_HOSTS(X)       \
	X(sparse_vpe_ids)     \
	X(software_ppi)       \
	X(hidden_ppis)        \
	X(spis)               \
	X(doorbell_wakes)     \
	X(lpi_ping_pong)      \
	X(ipi_to_sleeper)     \
	X(lpi_table_replaced) \
	X(irsen_acts_on_all)  \
	X(cpu_state_survives) \
	X(direct_injection)   \
	X(vms_are_apart)      \
	X(refused_residency)

#define SCENARIO(function) {#function, function, NULL, NULL, NULL},

int main(void)
{
	struct CMUnitTest tests[] = {ON_ALL_HOSTS(SCENARIO)};
	unsigned int i;
	unsigned int j;
	int failed = 0;

	for (i = 0; i < world_host_count; i++) {
		for (j = 0; j < sizeof(tests) / sizeof(tests[0]); j++)
			tests[j].initial_state = (void *)(uintptr_t)&world_hosts[i];
		failed += cmocka_run_group_tests_name(world_hosts[i].name, tests, NULL, NULL);
	}
	return failed;
}
