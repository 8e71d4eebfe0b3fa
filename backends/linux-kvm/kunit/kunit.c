// SPDX-License-Identifier: GPL-2.0-only
/*
 * Self-test, at boot, on the software GICv5: what of the glue needs no guest. VMs here have no memory and no process;
 * of KVM's own vCPU there is only what a kick looks at.
 */
#include <kunit/test.h>

/* First: the kernel's own header of GICv5 has macros of the same names. */
#include <vgicv5/arch/irs.h>

#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irq_work.h>
#include <linux/kernel_stat.h>
#include <linux/slab.h>
#include <linux/smp.h>

#include <vgicv5/arch/insn.h>
#include <vgicv5/arch/intid.h>
#include <vgicv5/port.h>

#include "glue/glue.h"
#include "transport/transport.h"

#define VCPUS 3
#define SPIS 32
#define CYCLES 1000
#define HANG_MS 20000

static const u32 ids[VCPUS] = {0, 5, 17};

struct machine {
	struct vgicv5_kvm lib;
	struct vgicv5_kvm_vcpu vcpus[VCPUS];
	struct vgicv5_kvm_vcpu *table[VCPUS];
	struct kvm_vcpu *kvm_vcpus[VCPUS];
	struct kvm *kvm;
};

static struct machine *make(struct kunit *test)
{
	struct vgicv5_vm_config config = {.spi_count = SPIS, .ppi_visible = {BIT(GICV5_PPI_SW)}};
	struct machine *m = kunit_kzalloc(test, sizeof(*m), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, m);
	KUNIT_ASSERT_NOT_NULL(test, vgicv5_kvm_lpi_domain);
	m->kvm = kunit_kzalloc(test, sizeof(*m->kvm), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, m->kvm);
	m->lib.kvm = m->kvm;
	m->lib.vcpus = m->table;
	m->lib.nr_vcpus = VCPUS;
	KUNIT_ASSERT_EQ(test, vgicv5_vm_init(&m->lib.vm, &vgicv5_kvm_host, &config), 0);
	for (i = 0; i < VCPUS; i++) {
		m->kvm_vcpus[i] = kunit_kzalloc(test, sizeof(*m->kvm_vcpus[i]), GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, m->kvm_vcpus[i]);
		rcuwait_init(&m->kvm_vcpus[i]->wait);
		m->kvm_vcpus[i]->kvm = m->kvm;
		m->vcpus[i].kvm_vcpu = m->kvm_vcpus[i];
		m->table[i] = &m->vcpus[i];
		KUNIT_ASSERT_EQ(test, vgicv5_vcpu_init(&m->vcpus[i].vcpu, &m->lib.vm, ids[i]), 0);
	}
	KUNIT_ASSERT_EQ(test, vgicv5_vm_start(&m->lib.vm), 0);
	return m;
}

static bool wait_for(const u64 *counter, u64 value)
{
	unsigned int ms;

	for (ms = 0; READ_ONCE(*counter) < value && ms < HANG_MS; ms++)
		usleep_range(1000, 1100);
	return READ_ONCE(*counter) == value;
}

/* ---- The domain ---- */

static void check_entry(struct kunit *test, struct machine *m, unsigned int i)
{
	struct irq_data *data = irq_get_irq_data(m->vcpus[i].doorbell);
	unsigned int j;

	KUNIT_ASSERT_NOT_NULL(test, data);
	KUNIT_EXPECT_PTR_EQ(test, data->domain, m->lib.domain);
	KUNIT_EXPECT_EQ(test, data->hwirq, i);
	KUNIT_ASSERT_NOT_NULL(test, data->parent_data);
	KUNIT_EXPECT_PTR_EQ(test, data->parent_data->domain, vgicv5_kvm_lpi_domain);
	KUNIT_EXPECT_EQ(test, data->parent_data->hwirq, m->vcpus[i].vcpu.doorbell_lpi);
	for (j = 0; j < i; j++)
		KUNIT_EXPECT_NE(test, m->vcpus[i].vcpu.doorbell_lpi, m->vcpus[j].vcpu.doorbell_lpi);
}

static void domain(struct kunit *test)
{
	struct machine *m = make(test);
	unsigned int virqs[VCPUS];
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, m->lib.domain);
	KUNIT_EXPECT_PTR_EQ(test, m->lib.domain->parent, vgicv5_kvm_lpi_domain);
	KUNIT_EXPECT_EQ(test, m->lib.nr_doorbells, VCPUS);
	for (i = 0; i < VCPUS; i++) {
		check_entry(test, m, i);
		virqs[i] = m->vcpus[i].doorbell;
	}
	KUNIT_EXPECT_EQ(test, vgicv5_vm_destroy(&m->lib.vm), 0);
	KUNIT_EXPECT_NULL(test, m->lib.domain);
	for (i = 0; i < VCPUS; i++)
		KUNIT_EXPECT_NULL(test, irq_get_irq_data(virqs[i]));
	/* Once more: nothing. */
	KUNIT_EXPECT_EQ(test, vgicv5_vm_destroy(&m->lib.vm), 0);
}

/* ---- Doorbells ---- */

static void ring(struct kunit *test, struct vgicv5_kvm_vcpu *vcpu)
{
	u64 before = READ_ONCE(vcpu->vcpu.doorbells_received);

	kvm_clear_request(KVM_REQ_IRQ_PENDING, vcpu->kvm_vcpu);
	KUNIT_EXPECT_EQ(test, irq_set_irqchip_state(vcpu->doorbell, IRQCHIP_STATE_PENDING, true), 0);
	KUNIT_EXPECT_TRUE(test, wait_for(&vcpu->vcpu.doorbells_received, before + 1));
	KUNIT_EXPECT_TRUE(test, kvm_test_request(KVM_REQ_IRQ_PENDING, vcpu->kvm_vcpu));
}

static void doorbell(struct kunit *test)
{
	struct machine *m = make(test);
	unsigned int i;

	for (i = 0; i < VCPUS; i++)
		ring(test, &m->vcpus[i]);
	for (i = 0; i < VCPUS; i++)
		KUNIT_EXPECT_EQ(test, m->vcpus[i].vcpu.doorbells_received, 1);
	/* Disabled, it waits. */
	disable_irq(m->vcpus[1].doorbell);
	irq_set_irqchip_state(m->vcpus[1].doorbell, IRQCHIP_STATE_PENDING, true);
	ring(test, &m->vcpus[0]);
	KUNIT_EXPECT_EQ(test, m->vcpus[1].vcpu.doorbells_received, 1);
	enable_irq(m->vcpus[1].doorbell);
	KUNIT_EXPECT_TRUE(test, wait_for(&m->vcpus[1].vcpu.doorbells_received, 2));
	KUNIT_EXPECT_EQ(test, vgicv5_vm_destroy(&m->lib.vm), 0);
}

static void steer_here(void *machine)
{
	struct machine *m = machine;

	vgicv5_port_doorbell_steer(&m->lib.vm, 1);
}

static void affinity(struct kunit *test)
{
	struct machine *m = make(test);
	unsigned int virq = m->vcpus[1].doorbell;
	unsigned int cpu, before;

	for_each_online_cpu(cpu)
	{
		smp_call_function_single(cpu, steer_here, m, true);
		KUNIT_EXPECT_TRUE(test,
				  cpumask_equal(irq_get_effective_affinity_mask(virq), cpumask_of(cpu)));
		before = kstat_irqs_cpu(virq, cpu);
		ring(test, &m->vcpus[1]);
		KUNIT_EXPECT_EQ(test, kstat_irqs_cpu(virq, cpu), before + 1);
	}
	KUNIT_EXPECT_EQ(test, vgicv5_vm_destroy(&m->lib.vm), 0);
}

/* ---- Injection from hard interrupts, and what it wakes ---- */

struct injection {
	struct irq_work work;
	struct machine *m;
	int spi;
	int ppi;
};

static void inject(struct irq_work *work)
{
	struct injection *in = container_of(work, struct injection, work);

	in->spi = vgicv5_inject_spi(&in->m->lib.vm, 3, true);
	in->ppi = vgicv5_inject_ppi(&in->m->vcpus[2].vcpu, GICV5_PPI_SW, true);
}

static void as_guest(unsigned int encoding, u64 value)
{
	vgicv5_soft_sys(vgicv5_transport_soft, smp_processor_id(), &vgicv5_transport_el1, encoding, false,
			&value);
}

/* vCPU 0 waits for SPI 3. Interrupts off. */
static void go_idle(struct machine *m)
{
	u64 intid = GICV5_INTID(GICV5_TYPE_SPI, 3);

	as_guest(GICV5_ICC_PCR_EL1, GICV5_PRIORITY_LOWEST);
	as_guest(GICV5_ICC_CR0_EL1, GICV5_PUT(ICC_CR0_EL1_EN, 1));
	as_guest(GICV5_GIC_CDPRI, intid | GICV5_PUT(CDPRI_PRIORITY, 1));
	as_guest(GICV5_GIC_CDAFF, intid | GICV5_PUT(CDAFF_IAFFID, ids[0]));
	as_guest(GICV5_GIC_CDEN, intid);
	vgicv5_vcpu_put(&m->vcpus[0].vcpu, VGICV5_PUT_IDLE);
}

static void hard_irq(struct kunit *test)
{
	struct machine *m = make(test);
	struct injection in = {.work = IRQ_WORK_INIT_HARD(inject), .m = m, .spi = -1, .ppi = -1};
	struct vgicv5_vcpu *vcpu = &m->vcpus[0].vcpu;
	unsigned long flags;
	int loaded, entered;

	vgicv5_virs_write(vcpu, GICV5_IRS_CR0, 4, GICV5_PUT(IRS_CR0_IRSEN, 1));
	local_irq_save(flags);
	loaded = vgicv5_vcpu_load(vcpu);
	entered = vgicv5_vcpu_enter(vcpu);
	vgicv5_vcpu_exit(vcpu);
	go_idle(m);
	local_irq_restore(flags);
	KUNIT_ASSERT_EQ(test, loaded, 0);
	KUNIT_ASSERT_EQ(test, entered, 0);
	KUNIT_EXPECT_FALSE(test, vgicv5_vcpu_runnable(vcpu));
	KUNIT_EXPECT_EQ(test, vcpu->doorbells_requested, 1);
	irq_work_queue(&in.work);
	irq_work_sync(&in.work);
	KUNIT_EXPECT_EQ(test, in.spi, 0);
	KUNIT_EXPECT_EQ(test, in.ppi, 0);
	KUNIT_EXPECT_TRUE(test, wait_for(&vcpu->doorbells_received, 1));
	KUNIT_EXPECT_TRUE(test, vgicv5_vcpu_runnable(vcpu));
	/* It does not ring twice for one request. */
	vgicv5_inject_spi(&m->lib.vm, 3, true);
	ring(test, &m->vcpus[1]);
	KUNIT_EXPECT_EQ(test, vcpu->doorbells_received, 1);
	KUNIT_EXPECT_EQ(test, vgicv5_vm_destroy(&m->lib.vm), 0);
}

/* ---- Life cycle ---- */

static void life_cycle(struct kunit *test)
{
	struct machine *m = make(test);
	size_t memory = 0;
	u32 lpi = 0;
	unsigned int i;

	KUNIT_ASSERT_EQ(test, vgicv5_vm_destroy(&m->lib.vm), 0);
	for (i = 0; i < CYCLES; i++) {
		KUNIT_ASSERT_EQ(test, vgicv5_vm_start(&m->lib.vm), 0);
		/* Something pending in the VM, and a doorbell under way. */
		vgicv5_inject_spi(&m->lib.vm, i % SPIS, true);
		irq_set_irqchip_state(m->vcpus[i % VCPUS].doorbell, IRQCHIP_STATE_PENDING, true);
		/* The same LPIs and VM IDs come back, or they would run out one day. */
		if (!i)
			lpi = m->vcpus[0].vcpu.doorbell_lpi;
		KUNIT_ASSERT_EQ(test, m->vcpus[0].vcpu.doorbell_lpi, lpi);
		KUNIT_ASSERT_EQ(test, vgicv5_vm_destroy(&m->lib.vm), 0);
		/* What the model keeps for ever, such as the nodes of LPIs, is there after a few. */
		if (i == 10)
			memory = vgicv5_transport_memory();
	}
	KUNIT_EXPECT_EQ(test, vgicv5_transport_memory(), memory);
}

/* ---- The devices ---- */

/* As if the type of the ITSs were somebody else's: that of the VGIC must be free again. */
static void devices(struct kunit *test)
{
	kvm_unregister_device_ops(KVM_DEV_TYPE_ARM_VGIC_V5);
	KUNIT_EXPECT_EQ(test, vgicv5_kvm_register_devices(), -EEXIST);
	KUNIT_EXPECT_EQ(test, kvm_register_device_ops(&vgicv5_kvm_device_ops, KVM_DEV_TYPE_ARM_VGIC_V5), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(domain),
	KUNIT_CASE(doorbell),
	KUNIT_CASE(affinity),
	KUNIT_CASE(hard_irq),
	KUNIT_CASE(devices),
	KUNIT_CASE_SLOW(life_cycle),
	{},
};

static struct kunit_suite suite = {
	.name = "vgicv5",
	.test_cases = cases,
};
kunit_test_suite(suite);
