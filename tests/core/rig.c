// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "rig.h"

#include <stdio.h>
#include <string.h>

/* ---- Kinds of hosts ---- */

static void plain(struct vgicv5_soft_config *config)
{
	(void)config;
}

static void incoherent(struct vgicv5_soft_config *config)
{
	config->coherent = false;
}

/* As little as the architecture lets an IRS have. */
static void least(struct vgicv5_soft_config *config)
{
	config->vmt_levels = false;
	config->vm_id_bits = 5;
	config->vmd = false;
	config->vped_sz = 3;
	config->vpe_id_bits = 3;
	config->ist_levels = false;
	config->ist_l2sz = 0;
	config->istmd = false;
	config->lpi_id_bits = 14;
	config->min_lpi_id_bits = 5;
	config->virt_one_n = false;
	config->one_n = false;
	config->cpu_id_bits = 0;
}

static void metadata(struct vgicv5_soft_config *config)
{
	config->istmd = true;
	config->istmd_sz = 12;
	config->ist_levels = true;
	config->ist_l2sz = 1;
	config->vmd = true;
	config->vmd_sz = 12;
	config->vped_sz = 12;
	config->coherent = false;
}

static void large_l2(struct vgicv5_soft_config *config)
{
	config->istmd = true;
	config->istmd_sz = 6;
	config->ist_levels = true;
	config->ist_l2sz = 4;
	config->virt_one_n = false;
	config->ppi_implemented[1] = ~(uint64_t)0;
}

static void medium_l2(struct vgicv5_soft_config *config)
{
	config->ist_l2sz = 3;
	config->istmd = true;
	config->istmd_sz = 16;
	config->vm_id_bits = 8;
	config->coherent = false;
}

static void three_irss(struct vgicv5_soft_config *config)
{
	config->irs_count = 3;
	config->irs[0] = (struct vgicv5_soft_irs_config){.first_pe = 0, .pe_count = 2, .spi_count = 64};
	config->irs[1] = (struct vgicv5_soft_irs_config){
		.first_pe = 2, .pe_count = 2, .spi_base = 64, .spi_count = 64};
	config->irs[2] = (struct vgicv5_soft_irs_config){.first_pe = 4, .spi_base = 128, .spi_count = 128};
	config->coherent = false;
}

const struct rig_kind rig_kinds[] = {
	{"plain", plain},	{"incoherent", incoherent}, {"least", least},	      {"metadata", metadata},
	{"large_l2", large_l2}, {"three_irss", three_irss}, {"medium_l2", medium_l2},
};
const unsigned int rig_kind_count = sizeof(rig_kinds) / sizeof(rig_kinds[0]);

/* ---- Registers that say something else than the machine's ---- */

static struct {
	const volatile uint8_t *address;
	uint32_t value;
} overrides[4];
static unsigned int override_count;
static const struct hal_host_bus *machine_bus;
static struct hal_host_bus overriding_bus;

#include "host_internal.h"

static uint64_t read_overridden(void *ctx, const volatile void *address, unsigned int bytes)
{
	unsigned int i;

	for (i = 0; i < override_count; i++)
		if (overrides[i].address == address)
			return overrides[i].value;
	return machine_bus->mmio_read(ctx, address, bytes);
}

void rig_override(struct rig *rig, unsigned int irs, uint32_t offset, uint32_t value)
{
	void *ctx;

	assert_true(override_count < sizeof(overrides) / sizeof(overrides[0]));
	overrides[override_count].address = (volatile uint8_t *)rig->irs[irs].config_frame + offset;
	overrides[override_count++].value = value;
	if (override_count > 1)
		return;
	machine_bus = hal_host_bus(&ctx);
	overriding_bus = *machine_bus;
	overriding_bus.mmio_read = read_overridden;
	hal_host_bind(&overriding_bus, ctx);
}

/* ---- Machine and host ---- */

void rig_machine(struct rig *rig, const struct rig_kind *kind)
{
	const char *wrong;
	unsigned int i;

	*rig = (struct rig){.kind = kind, .outstanding = hal_host_outstanding()};
	vgicv5_soft_default_config(&rig->config, HAL_HOST_MACHINE_PES);
	kind->change(&rig->config);
	wrong = hal_host_machine_create(&rig->machine, &rig->config, 0);
	if (wrong)
		fail_msg("%s: %s", kind->name, wrong);
	hal_host_machine_bind(rig->machine);
	rig->soft = hal_host_machine_soft(rig->machine);
	hal_host_set_pe(0, &rig->pcpu[0]);
	for (i = 0; i < rig->config.irs_count; i++)
		rig->irs[i].config_frame = hal_host_machine_irs(rig->machine, i);
	rig->host_config = (struct vgicv5_host_config){
		.irs = rig->irs,
		.irs_count = rig->config.irs_count,
		.coherent = rig->config.coherent,
	};
	override_count = 0;
}

void rig_up(struct rig *rig, const struct rig_kind *kind)
{
	rig_machine(rig, kind);
	assert_int_equal(vgicv5_host_init(&rig->host, &rig->host_config), VGICV5_OK);
	vgicv5_pcpu_init(&rig->host, &rig->pcpu[0]);
}

void rig_check_silent(const struct rig *rig)
{
	if (hal_host_machine_violations(rig->machine))
		fail_msg("%s: %u violations, the last: %s", rig->kind->name,
			 hal_host_machine_violations(rig->machine),
			 hal_host_machine_last_violation(rig->machine));
}

void rig_abandon(struct rig *rig)
{
	rig_check_silent(rig);
	hal_host_bind(NULL, NULL);
	hal_host_machine_destroy(rig->machine);
	rig->machine = NULL;
}

void rig_down(struct rig *rig)
{
	assert_int_equal(vgicv5_host_fini(&rig->host), VGICV5_OK);
	assert_int_equal(rig_held(rig), 0);
	assert_int_equal(hal_host_machine_lpis(rig->machine), 0);
	rig_abandon(rig);
}

size_t rig_held(const struct rig *rig)
{
	return hal_host_outstanding() - rig->outstanding;
}

/* ---- VMs ---- */

struct vgicv5_vm_config rig_vm_config(uint32_t spi_count)
{
	return (struct vgicv5_vm_config){
		.spi_count = spi_count,
		.ppi_visible = {(uint64_t)1 << GICV5_PPI_SW | (uint64_t)1 << GICV5_PPI_CNTV},
		.ppi_dvi = {(uint64_t)1 << GICV5_PPI_CNTV},
	};
}

void rig_vm_init(struct rig *rig, struct rig_vm *vm, const struct vgicv5_vm_config *config,
		 const uint32_t *vpe_ids, unsigned int count)
{
	unsigned int i;

	assert_true(count <= RIG_VCPUS);
	assert_int_equal(vgicv5_vm_init(&vm->vm, &rig->host, config), VGICV5_OK);
	for (i = 0; i < count; i++)
		assert_int_equal(vgicv5_vcpu_init(&vm->vcpu[i], &vm->vm, vpe_ids[i]), VGICV5_OK);
}

void rig_vm_up(struct rig *rig, struct rig_vm *vm)
{
	struct vgicv5_vm_config config = rig_vm_config(32);
	const uint32_t vpe_id = 0;

	rig_vm_init(rig, vm, &config, &vpe_id, 1);
	assert_int_equal(vgicv5_vm_start(&vm->vm), VGICV5_OK);
}

bool rig_inspect(struct rig *rig, const struct vgicv5_vm *vm, unsigned int type, uint32_t id,
		 struct vgicv5_soft_interrupt *state)
{
	struct vgicv5_soft_interrupt unused;

	return vgicv5_soft_inspect(rig->soft, vm->vm_id, GICV5_INTID(type, id), state ? state : &unused);
}

uint64_t rig_doorbell(struct rig *rig, const struct vgicv5_vcpu *vcpu, bool *dps)
{
	volatile uint8_t *frame = rig->irs[0].config_frame;

	vgicv5_mmio_write64(frame + GICV5_IRS_VPE_SELR,
			    GICV5_MASK(IRS_VPE_SELR_S) | GICV5_PUT(IRS_VPE_SELR_VM_ID, vcpu->vm->vm_id) |
				    GICV5_PUT(IRS_VPE_SELR_VPE_ID, vcpu->vpe_id));
	while (!GICV5_GET(IRS_VPE_STATUSR_IDLE, vgicv5_mmio_read32(frame + GICV5_IRS_VPE_STATUSR)))
		;
	assert_true(GICV5_GET(IRS_VPE_STATUSR_V, vgicv5_mmio_read32(frame + GICV5_IRS_VPE_STATUSR)));
	if (dps)
		*dps = GICV5_GET(IRS_VPE_CR0_DPS, vgicv5_mmio_read32(frame + GICV5_IRS_VPE_CR0));
	return vgicv5_mmio_read64(frame + GICV5_IRS_VPE_DBR);
}

uint64_t rig_vm_doorbell(struct rig *rig, const struct vgicv5_vm *vm)
{
	volatile uint8_t *frame = rig->irs[0].config_frame;

	vgicv5_mmio_write32(frame + GICV5_IRS_VM_SELR, vm->vm_id);
	assert_true(GICV5_GET(IRS_VM_STATUSR_V, vgicv5_mmio_read32(frame + GICV5_IRS_VM_STATUSR)));
	return vgicv5_mmio_read64(frame + GICV5_IRS_VM_DBR);
}
