// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vgicv5/arch/irs.h>
#include <vgicv5/arch/its.h>
#include <vgicv5/arch/tables.h>

#define MEMORY ((size_t)128 << 20)
#define GUEST_IST 0x40000000ull
#define L1_ENTRIES_MAX 1024
#define GUEST_ITS 0x50000000ull
#define ITS_TABLE 0x1000 /* bytes between the tables of its guest */
#define ITS_DEVICE_BITS 10
#define ITS_EVENT_BITS 10
#define ITS_SPAN 9

void bench_check(int error, const char *what)
{
	if (!error)
		return;
	fprintf(stderr, "bench: %s: %s\n", what, vgicv5_strerror(error));
	exit(2);
}

/* The four that every guest has, in three priority registers; or everything. */
static void bench_visible(unsigned int ppis, uint64_t visible[2])
{
	visible[0] = ppis == 4 ? 1ull << GICV5_PPI_SW | 1ull << GICV5_PPI_PMU | 1ull << GICV5_PPI_CNTV |
					 1ull << GICV5_PPI_CNTP
			       : ~0ull;
	visible[1] = ppis == 128 ? ~0ull : 0;
}

static void bench_machine(struct bench *bench)
{
	struct vgicv5_soft_config config;
	const char *wrong;

	vgicv5_soft_default_config(&config, 2);
	config.min_lpi_id_bits = 10;
	/* A host has what its guests see and the timers of EL2, which are in the same priority register. */
	bench_visible(bench->size.ppis, config.ppi_implemented);
	config.ppi_implemented[0] |= 1ull << GICV5_PPI_CNTHP | 1ull << GICV5_PPI_CNTHV;
	wrong = hal_host_machine_create(&bench->machine, &config, MEMORY);
	if (wrong) {
		fprintf(stderr, "bench: %s\n", wrong);
		exit(2);
	}
	hal_host_machine_bind(bench->machine);
}

static void bench_deactivated(struct vgicv5_vm *vm, uint32_t spi)
{
	bench_check(vgicv5_inject_spi(vm, spi, false), "vgicv5_inject_spi");
}

static void bench_vm_up(struct bench *bench, struct bench_vm *vm, const struct vgicv5_vm_config *config,
			unsigned int vcpus)
{
	const struct vgicv5_vits_config its = {.base = 0};
	unsigned int i;

	vm->vcpus = calloc(vcpus, sizeof(*vm->vcpus));
	if (!vm->vcpus)
		exit(2);
	bench_check(vgicv5_vm_init(&vm->vm, &bench->host, config), "vgicv5_vm_init");
	for (i = 0; i < vcpus; i++)
		bench_check(vgicv5_vcpu_init(&vm->vcpus[i], &vm->vm, i), "vgicv5_vcpu_init");
	if (vm == &bench->vm[0])
		bench_check(vgicv5_vits_init(&bench->vits, &vm->vm, &its), "vgicv5_vits_init");
	bench_check(vgicv5_vm_start(&vm->vm), "vgicv5_vm_start");
}

void bench_up(struct bench *bench, const struct bench_size *size)
{
	struct vgicv5_irs_desc irs;
	struct vgicv5_host_config host_config = {.irs = &irs, .irs_count = 1, .coherent = true};
	struct vgicv5_vm_config config = {
		.spi_count = 32, .max_lpi_bytes = MEMORY, .deactivated = bench_deactivated};
	unsigned int pe;

	memset(bench, 0, sizeof(*bench));
	bench->size = *size;
	bench_machine(bench);
	irs.config_frame = hal_host_machine_irs(bench->machine, 0);
	hal_host_set_pe(0, &bench->pcpu[0]);
	bench_check(vgicv5_host_init(&bench->host, &host_config), "vgicv5_host_init");
	for (pe = 2; pe-- > 0;) {
		hal_host_set_pe(pe, &bench->pcpu[pe]);
		vgicv5_pcpu_init(&bench->host, &bench->pcpu[pe]);
	}
	bench_visible(size->ppis, config.ppi_visible);
	config.ppi_dvi[0] = 1ull << GICV5_PPI_CNTV;
	bench_vm_up(bench, &bench->vm[0], &config, size->vcpus);
	config.ppi_visible[0] = ~0ull;
	config.ppi_visible[1] = ~0ull;
	bench_vm_up(bench, &bench->vm[1], &config, 1);
	if (size->lpi_id_bits)
		bench_guest_irs(&bench->vm[0], size->lpi_id_bits, false);
}

void bench_down(struct bench *bench)
{
	unsigned int i;

	if (hal_host_machine_violations(bench->machine)) {
		fprintf(stderr, "bench: %s\n", hal_host_machine_last_violation(bench->machine));
		exit(2);
	}
	for (i = 0; i < 2; i++) {
		bench_check(vgicv5_vm_destroy(&bench->vm[i].vm), "vgicv5_vm_destroy");
		free(bench->vm[i].vcpus);
	}
	bench_check(vgicv5_host_fini(&bench->host), "vgicv5_host_fini");
	hal_host_machine_destroy(bench->machine);
}

void bench_guest_irs(struct bench_vm *vm, unsigned int lpi_id_bits, bool two_level)
{
	static uint64_t l1[L1_ENTRIES_MAX];
	struct vgicv5_vcpu *vcpu = &vm->vcpus[0];
	unsigned int i;

	for (i = 0; i < L1_ENTRIES_MAX; i++)
		l1[i] = GICV5_MASK(L1_ISTE_VALID);
	hal_host_guest_memory_add(&vm->vm, GUEST_IST, l1, sizeof(l1));
	vgicv5_virs_write(vcpu, GICV5_IRS_IST_CFGR, 4,
			  GICV5_PUT(IRS_IST_CFGR_STRUCTURE, two_level) |
				  GICV5_PUT(IRS_IST_CFGR_L2SZ, GICV5_L2SZ_64K) |
				  GICV5_PUT(IRS_IST_CFGR_LPI_ID_BITS, lpi_id_bits));
	vgicv5_virs_write(vcpu, GICV5_IRS_IST_BASER, 8, GUEST_IST | GICV5_MASK(IRS_IST_BASER_VALID));
	vgicv5_virs_write(vcpu, GICV5_IRS_CR0, 4, GICV5_MASK(IRS_CR0_IRSEN));
	if (!vm->vm.lpi_ist.valid || vm->vm.lpi_ist.id_bits != lpi_id_bits) {
		fprintf(stderr, "bench: no LPI table of %u ID bits\n", lpi_id_bits);
		exit(2);
	}
}

/* Table n is at GUEST_ITS + n * ITS_TABLE: 0 and 1 are the device tables, 2 and 3 the ITTs. */
void bench_guest_its(struct bench *bench, bool two_level)
{
	static uint64_t tables[4][ITS_TABLE / 8];
	unsigned int l2 = two_level ? 1 : 0;

	hal_host_guest_memory_add(&bench->vm[0].vm, GUEST_ITS, tables, sizeof(tables));
	memset(tables, 0, sizeof(tables));
	tables[0][0] = (uint64_t)ITS_SPAN << 60 | (GUEST_ITS + ITS_TABLE) | 1;
	tables[l2][BENCH_DEVICE] =
		(uint64_t)ITS_EVENT_BITS << 59 | (uint64_t)two_level << 58 | (GUEST_ITS + 2 * ITS_TABLE) | 1;
	tables[2][0] = (uint64_t)ITS_SPAN << 60 | (GUEST_ITS + 3 * ITS_TABLE) | 1;
	tables[2 + l2][BENCH_EVENT] = 1ull << 31 | BENCH_LPI;
	vgicv5_vits_write(&bench->vits, GICV5_ITS_CR0, 4, 0);
	vgicv5_vits_write(&bench->vits, GICV5_ITS_DT_BASER, 8, GUEST_ITS);
	vgicv5_vits_write(&bench->vits, GICV5_ITS_DT_CFGR, 4,
			  GICV5_PUT(ITS_DT_CFGR_STRUCTURE, two_level) |
				  GICV5_PUT(ITS_DT_CFGR_DEVICEID_BITS, ITS_DEVICE_BITS));
	vgicv5_vits_write(&bench->vits, GICV5_ITS_CR0, 4, 1);
	vgicv5_vits_write(&bench->vits, GICV5_ITS_DIDR, 8, BENCH_DEVICE);
	vgicv5_vits_write(&bench->vits, GICV5_ITS_EIDR, 4, BENCH_EVENT);
}

void bench_guest_cpu(struct vgicv5_vcpu *vcpu)
{
	uint64_t all = ~0ull;

	vgicv5_write_ICH_VMCR_EL2(GICV5_PUT(ICH_VMCR_EL2_EN, 1) |
				  GICV5_PUT(ICH_VMCR_EL2_VPMR, GICV5_PRIORITY_LOWEST));
	if (vgicv5_vcpu_trap(vcpu, GICV5_ICC_PPI_ENABLER0_EL1, false, &all) != VGICV5_TRAP_DONE ||
	    vgicv5_vcpu_trap(vcpu, GICV5_ICC_PPI_ENABLER1_EL1, false, &all) != VGICV5_TRAP_DONE)
		exit(2);
}

/* ---- States ---- */

void bench_configure_lpis(struct bench *bench, unsigned int lpi_id_bits)
{
	struct vgicv5_vm *vm = &bench->vm[0].vm;
	struct vgicv5_state_ists ists;
	size_t i;

	bench_check(vgicv5_state_set_irs(vm, GICV5_IRS_IST_CFGR, lpi_id_bits), "vgicv5_state_set_irs");
	bench_check(vgicv5_state_set_irs(vm, GICV5_IRS_IST_BASER, GUEST_IST | 1), "vgicv5_state_set_irs");
	bench_check(vgicv5_state_ist_sizes(vm, &ists), "vgicv5_state_ist_sizes");
	ists.spi = calloc(1, ists.spi_bytes);
	ists.lpi = calloc(1, ists.lpi_bytes);
	if (!ists.spi || !ists.lpi)
		exit(2);
	for (i = 0; i < ists.lpi_bytes; i += 4)
		((unsigned char *)ists.lpi)[i] = GICV5_MASK(L2_ISTE_ENABLE);
	bench_check(vgicv5_state_set_ists(vm, &ists), "vgicv5_state_set_ists");
	free(ists.spi);
	free(ists.lpi);
}

size_t bench_state_bytes(const struct bench *bench)
{
	return vgicv5_state_bound(&bench->vm[0].vm);
}

size_t bench_save(struct bench *bench, void *state, size_t bytes)
{
	size_t saved = 0;

	bench_check(vgicv5_state_save(&bench->vm[0].vm, state, bytes, &saved), "vgicv5_state_save");
	return saved;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "counts"))
		bench_counts();
	else if (argc == 2 && !strcmp(argv[1], "bytes"))
		bench_bytes();
	else if (argc == 2 && !strcmp(argv[1], "insns"))
		bench_insns();
	else
		return fprintf(stderr, "usage: %s counts | bytes | insns\n", argv[0]), 2;
	return 0;
}
