// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The hypervisor of a world: creation, scheduling by hand, and destruction with all its checks.
 */
#include "world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static unsigned char guest_memory[WORLD_GUEST_MEMORY];

static void plain(struct vgicv5_soft_config *config)
{
	(void)config;
}

static void linear_only(struct vgicv5_soft_config *config)
{
	config->ist_levels = false;
	config->vmt_levels = false;
	config->vm_id_bits = 4;
}

static void small_entries_metadata(struct vgicv5_soft_config *config)
{
	config->istmd = true;
	config->istmd_sz = 17;
	config->ist_l2sz = 1;
}

static void large_entries_metadata(struct vgicv5_soft_config *config)
{
	config->istmd = true;
	config->istmd_sz = 6;
	config->ist_l2sz = 4;
	config->vmd = true;
	config->vmd_sz = 9;
	config->vped_sz = 11;
}

static void non_coherent(struct vgicv5_soft_config *config)
{
	config->coherent = false;
	config->vmd = true;
	config->vmd_sz = 3;
	config->vped_sz = 3;
}

static void wide(struct vgicv5_soft_config *config)
{
	config->ppi_implemented[1] = ~(uint64_t)0;
	config->one_n = true;
	config->virt_one_n = true;
	config->setlpi = true;
}

static void three_irss(struct vgicv5_soft_config *config)
{
	unsigned int i;

	config->irs_count = 3;
	for (i = 0; i < 3; i++) {
		config->irs[i].first_pe = (uint16_t)(i * config->pe_count / 3);
		config->irs[i].pe_count =
			(uint16_t)((i + 1) * config->pe_count / 3 - i * config->pe_count / 3);
		config->irs[i].spi_base = i * 64;
		config->irs[i].spi_count = 64;
	}
	config->spi_range = 192;
}

const struct world_host world_hosts[] = {
	{"plain", plain},
	{"linear tables only", linear_only},
	{"8-byte ISTEs", small_entries_metadata},
	{"16-byte ISTEs, descriptors", large_entries_metadata},
	{"non-coherent", non_coherent},
	{"128 PPIs, 1ofN", wide},
	{"three IRSs", three_irss},
};
const unsigned int world_host_count = sizeof(world_hosts) / sizeof(world_hosts[0]);

static void init_host(struct world *world, const struct vgicv5_soft_config *soft)
{
	struct vgicv5_irs_desc irs[VGICV5_SOFT_MAX_IRSS];
	struct vgicv5_host_config config = {
		.irs = irs, .irs_count = soft->irs_count, .coherent = soft->coherent};
	unsigned int i;

	for (i = 0; i < soft->irs_count; i++)
		irs[i].config_frame = hal_host_machine_irs(world->machine, i);
	hal_host_set_pe(0, &world->pcpus[0]);
	assert_int_equal(vgicv5_host_init(&world->host, &config), VGICV5_OK);
	for (i = 0; i < world->pe_count; i++) {
		hal_host_set_pe(i, &world->pcpus[i]);
		vgicv5_pcpu_init(&world->host, &world->pcpus[i]);
	}
}

void world_create(struct world *world, const struct world_host *kind, unsigned int pe_count)
{
	struct vgicv5_soft_config soft;
	const char *wrong;

	memset(world, 0, sizeof(*world));
	hal_host_reset();
	world->pe_count = pe_count;
	world->outstanding = hal_host_outstanding();
	vgicv5_soft_default_config(&soft, pe_count);
	kind->adjust(&soft);
	wrong = hal_host_machine_create(&world->machine, &soft, 0);
	if (wrong)
		fail_msg("%s: %s", kind->name, wrong);
	hal_host_machine_bind(world->machine);
	hal_host_guest_memory_add(NULL, WORLD_GUEST_IST, guest_memory, sizeof(guest_memory));
	world->soft = hal_host_machine_soft(world->machine);
	init_host(world, &soft);
}

void world_destroy(struct world *world)
{
	unsigned int i;

	for (i = 0; i < world->pe_count; i++)
		if (world->on_pe[i])
			world_preempt(world->on_pe[i]);
	for (i = 0; i < world->vm_count; i++)
		assert_int_equal(vgicv5_vm_destroy(&world->vms[i].vm), VGICV5_OK);
	assert_int_equal(vgicv5_host_fini(&world->host), VGICV5_OK);
	assert_int_equal(hal_host_outstanding(), world->outstanding);
	assert_int_equal(hal_host_machine_lpis(world->machine), 0);
	if (hal_host_machine_violations(world->machine))
		fail_msg("the checker: %s", hal_host_machine_last_violation(world->machine));
	hal_host_machine_destroy(world->machine);
	hal_host_reset();
}

struct vgicv5_vm_config world_vm_config(uint32_t spi_count)
{
	return (struct vgicv5_vm_config){
		.spi_count = spi_count, .ppi_visible = {WORLD_PPIS, 0}, .ppi_dvi = {WORLD_DVI, 0}};
}

struct world_vm *world_add_vm(struct world *world, const struct vgicv5_vm_config *config, unsigned int count,
			      const uint32_t *vpe_ids)
{
	struct world_vm *vm = &world->vms[world->vm_count++];
	unsigned int i;

	assert_in_range(count, 1, WORLD_MAX_VCPUS);
	vm->world = world;
	vm->vcpu_count = count;
	assert_int_equal(vgicv5_vm_init(&vm->vm, &world->host, config), VGICV5_OK);
	for (i = 0; i < count; i++) {
		vm->vcpus[i].vm = vm;
		vm->vcpus[i].pe = WORLD_NO_PE;
		assert_int_equal(vgicv5_vcpu_init(&vm->vcpus[i].vcpu, &vm->vm, vpe_ids ? vpe_ids[i] : i),
				 VGICV5_OK);
	}
	assert_int_equal(vgicv5_vm_start(&vm->vm), VGICV5_OK);
	return vm;
}

/* ---- Scheduling ---- */

static void be_on(const struct world_vcpu *v)
{
	assert_int_not_equal(v->pe, WORLD_NO_PE);
	hal_host_set_pe(v->pe, &v->vm->world->pcpus[v->pe]);
}

void world_load(struct world_vcpu *v, unsigned int pe)
{
	struct world *world = v->vm->world;

	assert_int_equal(v->pe, WORLD_NO_PE);
	assert_null(world->on_pe[pe]);
	hal_host_set_pe(pe, &world->pcpus[pe]);
	assert_int_equal(vgicv5_vcpu_load(&v->vcpu), VGICV5_OK);
	v->pe = pe;
	v->idle = false;
	world->on_pe[pe] = v;
}

static void put(struct world_vcpu *v, enum vgicv5_put_reason reason)
{
	be_on(v);
	vgicv5_vcpu_put(&v->vcpu, reason);
	v->vm->world->on_pe[v->pe] = NULL;
	v->pe = WORLD_NO_PE;
}

void world_preempt(struct world_vcpu *v)
{
	put(v, VGICV5_PUT_PREEMPTED);
}

bool world_wfi(struct world_vcpu *v)
{
	unsigned int pe = v->pe;

	hal_host_take_kick(&v->vcpu);
	put(v, VGICV5_PUT_IDLE);
	/* A doorbell for what is pending already rings at once. */
	world_take_interrupts(v->vm->world);
	hal_host_set_pe(pe, &v->vm->world->pcpus[pe]);
	if (vgicv5_vcpu_runnable(&v->vcpu)) {
		world_load(v, pe);
		return false;
	}
	v->idle = true;
	return true;
}

unsigned int world_take_interrupts(struct world *world)
{
	unsigned int doorbells = 0;
	unsigned int i;

	for (i = 0; i < world->pe_count; i++)
		doorbells += hal_host_machine_interrupts(world->machine, i);
	return doorbells;
}

bool world_woken(struct world_vcpu *v)
{
	return hal_host_take_kick(&v->vcpu) && vgicv5_vcpu_runnable(&v->vcpu);
}

/* ---- The guest ---- */

static uint64_t guest_sys(struct world_vcpu *v, unsigned int encoding, bool read, uint64_t value)
{
	struct world *world = v->vm->world;
	enum vgicv5_soft_result result;

	be_on(v);
	assert_int_equal(vgicv5_vcpu_enter(&v->vcpu), VGICV5_OK);
	vgicv5_soft_context_sync(world->soft, v->pe);
	result = hal_host_machine_guest(world->machine, v->pe, encoding, read, &value);
	vgicv5_soft_context_sync(world->soft, v->pe);
	vgicv5_vcpu_exit(&v->vcpu);
	v->traps += result == VGICV5_SOFT_TRAPPED;
	if (result == VGICV5_SOFT_TRAPPED)
		assert_int_equal(vgicv5_vcpu_trap(&v->vcpu, encoding, read, &value), VGICV5_TRAP_DONE);
	else
		assert_int_equal(result, VGICV5_SOFT_DONE);
	return value;
}

uint64_t guest_read(struct world_vcpu *v, unsigned int encoding)
{
	return guest_sys(v, encoding, true, 0);
}

void guest_write(struct world_vcpu *v, unsigned int encoding, uint64_t value)
{
	guest_sys(v, encoding, false, value);
}

void guest_gic(struct world_vcpu *v, unsigned int encoding, uint64_t operand)
{
	guest_sys(v, encoding, false, operand);
}

uint64_t guest_cdia(struct world_vcpu *v)
{
	uint64_t intid = guest_sys(v, GICV5_GIC_CDIA, true, 0);

	guest_gic(v, GICV5_GSB_ACK, 0);
	return intid;
}

bool guest_irq(struct world_vcpu *v)
{
	bool irq;

	be_on(v);
	assert_int_equal(vgicv5_vcpu_enter(&v->vcpu), VGICV5_OK);
	irq = hal_host_machine_guest_irq(v->vm->world->machine, v->pe);
	vgicv5_vcpu_exit(&v->vcpu);
	return irq;
}

uint64_t guest_config(struct world_vcpu *v, uint32_t intid)
{
	guest_gic(v, GICV5_GIC_CDRCFG, intid);
	return guest_read(v, GICV5_ICC_ICSR_EL1);
}

uint64_t guest_mmio_read(struct world_vcpu *v, uint32_t offset, unsigned int bytes)
{
	be_on(v);
	return vgicv5_virs_read(&v->vcpu, offset, bytes);
}

void guest_mmio_write(struct world_vcpu *v, uint32_t offset, unsigned int bytes, uint64_t value)
{
	be_on(v);
	vgicv5_virs_write(&v->vcpu, offset, bytes, value);
}

void guest_make_lpis(struct world_vcpu *v, unsigned int lpi_id_bits)
{
	uint64_t baser = GICV5_ADDR(IRS_IST_BASER_ADDR, WORLD_GUEST_IST) | GICV5_MASK(IRS_IST_BASER_VALID);

	memset(guest_memory, 0, sizeof(guest_memory));
	guest_mmio_write(v, GICV5_IRS_IST_CFGR, 4, GICV5_PUT(IRS_IST_CFGR_LPI_ID_BITS, lpi_id_bits));
	guest_mmio_write(v, GICV5_IRS_IST_BASER, 8, baser);
	assert_int_equal(guest_mmio_read(v, GICV5_IRS_IST_BASER, 8), baser);
	assert_true(guest_mmio_read(v, GICV5_IRS_IST_STATUSR, 4) & GICV5_MASK(IRS_IST_STATUSR_IDLE));
}

void guest_boot_irs(struct world_vcpu *v, unsigned int lpi_id_bits)
{
	if (lpi_id_bits)
		guest_make_lpis(v, lpi_id_bits);
	guest_mmio_write(v, GICV5_IRS_CR0, 4, GICV5_MASK(IRS_CR0_IRSEN));
	assert_int_equal(guest_mmio_read(v, GICV5_IRS_CR0, 4),
			 GICV5_MASK(IRS_CR0_IRSEN) | GICV5_MASK(IRS_CR0_IDLE));
}

void guest_boot_cpu(struct world_vcpu *v)
{
	guest_write(v, GICV5_ICC_PCR_EL1, GICV5_PUT(ICC_PCR_EL1_PRIORITY, GICV5_PRIORITY_LOWEST));
	guest_write(v, GICV5_ICC_CR0_EL1, GICV5_MASK(ICC_CR0_EL1_EN));
}

void guest_set_up(struct world_vcpu *v, uint32_t intid, unsigned int priority, uint32_t vpe)
{
	guest_gic(v, GICV5_GIC_CDPRI, intid | GICV5_PUT(CDPRI_PRIORITY, priority));
	guest_gic(v, GICV5_GIC_CDAFF, intid | GICV5_PUT(CDAFF_IAFFID, vpe));
	guest_gic(v, GICV5_GIC_CDEN, intid);
	guest_gic(v, GICV5_GSB_SYS, 0);
}

void guest_pend(struct world_vcpu *v, uint32_t intid, bool pending)
{
	guest_gic(v, GICV5_GIC_CDPEND, intid | GICV5_PUT(CDPEND_PENDING, pending));
}

void guest_trigger_mode(struct world_vcpu *v, uint32_t spi, enum gicv5_hm mode)
{
	guest_mmio_write(v, GICV5_IRS_SPI_SELR, 4, spi);
	assert_true(guest_mmio_read(v, GICV5_IRS_SPI_STATUSR, 4) & GICV5_MASK(IRS_SPI_STATUSR_V));
	guest_mmio_write(v, GICV5_IRS_SPI_CFGR, 4, mode);
	guest_gic(v, GICV5_GIC_CDHM, SPI(spi) | GICV5_PUT(CDHM_HM, mode));
}

uint32_t guest_take(struct world_vcpu *v)
{
	uint64_t intid = guest_cdia(v);

	if (!GICV5_GET(CDIA_VALID, intid))
		return 0;
	guest_gic(v, GICV5_GIC_CDEOI, 0);
	guest_gic(v, GICV5_GIC_CDDI, intid);
	return (uint32_t)intid;
}
