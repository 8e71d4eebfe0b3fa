// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Accesses, barriers, locks and allocations, counted by the port; and bytes.
 */
#include "bench.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <vgicv5/arch/irs.h>

static const struct bench_size small = {.ppis = 4, .vcpus = 2, .lpi_id_bits = 16};

static void bench_print(const char *name, uint64_t value)
{
	printf("%s %" PRIu64 "\n", name, value);
}

static uint64_t bench_sysregs(const struct hal_host_counts *counts)
{
	return counts->sysreg_reads + counts->sysreg_writes;
}

static void bench_round_trip(struct vgicv5_vcpu *vcpu)
{
	bench_check(vgicv5_vcpu_enter(vcpu), "vgicv5_vcpu_enter");
	vgicv5_vcpu_exit(vcpu);
}

static void bench_count_round_trips(struct vgicv5_vcpu *vcpu)
{
	struct hal_host_counts counts;

	bench_check(vgicv5_vcpu_load(vcpu), "vgicv5_vcpu_load");
	bench_guest_cpu(vcpu);
	bench_round_trip(vcpu);
	hal_host_counts_clear();
	bench_round_trip(vcpu);
	hal_host_counts(&counts);
	bench_print("sysreg.roundtrip.unchanged", bench_sysregs(&counts));
	bench_print("barrier.roundtrip.dsb", counts.dsb_sts + counts.dsb_sys);
	bench_print("barrier.roundtrip.isb", counts.isbs);
	hal_host_counts_clear();
	bench_check(vgicv5_inject_ppi(vcpu, GICV5_PPI_SW, true), "vgicv5_inject_ppi");
	bench_round_trip(vcpu);
	hal_host_counts(&counts);
	bench_print("sysreg.roundtrip.one_ppi", bench_sysregs(&counts));
	bench_print("barrier.roundtrip", counts.dsb_sts + counts.dsb_sys + counts.isbs);
	bench_print("lock.roundtrip", counts.locks + counts.mutexes);
}

/* From the exit of one vCPU to the entry of another: all that it takes to change the guest. */
static void bench_count_switch(const char *name, struct vgicv5_vcpu *from, struct vgicv5_vcpu *to,
			       enum vgicv5_put_reason reason)
{
	struct hal_host_counts counts;

	bench_check(vgicv5_vcpu_load(from), "vgicv5_vcpu_load");
	bench_check(vgicv5_vcpu_enter(from), "vgicv5_vcpu_enter");
	hal_host_counts_clear();
	vgicv5_vcpu_exit(from);
	vgicv5_vcpu_put(from, reason);
	bench_check(vgicv5_vcpu_load(to), "vgicv5_vcpu_load");
	bench_check(vgicv5_vcpu_enter(to), "vgicv5_vcpu_enter");
	hal_host_counts(&counts);
	bench_print(name, bench_sysregs(&counts));
	vgicv5_vcpu_exit(to);
	vgicv5_vcpu_put(to, VGICV5_PUT_PREEMPTED);
}

static void bench_count_injections(struct bench_vm *vm)
{
	struct hal_host_counts counts;

	hal_host_counts_clear();
	bench_check(vgicv5_inject_lpi(&vm->vm, 5), "vgicv5_inject_lpi");
	bench_check(vgicv5_inject_spi(&vm->vm, 5, true), "vgicv5_inject_spi");
	bench_check(vgicv5_inject_ppi(&vm->vcpus[0], GICV5_PPI_SW, true), "vgicv5_inject_ppi");
	hal_host_counts(&counts);
	bench_print("lock.inject", counts.locks + counts.mutexes);
	bench_print("vdpend.inject", counts.insns[HAL_HOST_GIC_VDPEND]);
}

static uint64_t bench_msi_reads(struct bench *bench)
{
	struct hal_host_counts counts;

	hal_host_counts_clear();
	bench_check(vgicv5_inject_msi(&bench->vits, BENCH_DEVICE, BENCH_EVENT), "vgicv5_inject_msi");
	hal_host_counts(&counts);
	if (counts.locks + counts.mutexes + counts.allocs) {
		fprintf(stderr, "bench: an MSI took a lock or memory\n");
		exit(2);
	}
	return counts.guest_reads;
}

static void bench_count_msis(struct bench *bench)
{
	bench_guest_its(bench, false);
	bench_print("guestread.msi_miss.linear", bench_msi_reads(bench));
	bench_guest_its(bench, true);
	bench_print("guestread.msi_miss", bench_msi_reads(bench));
	bench_print("guestread.msi_hit", bench_msi_reads(bench));
}

/* What the guest of a loaded vCPU executes; @return whether it trapped. */
static bool bench_guest_gic(struct bench *bench, struct vgicv5_vcpu *vcpu, unsigned int encoding,
			    uint64_t *value)
{
	enum vgicv5_soft_result result;

	bench_check(vgicv5_vcpu_enter(vcpu), "vgicv5_vcpu_enter");
	vgicv5_soft_context_sync(hal_host_machine_soft(bench->machine), 0);
	result = hal_host_machine_guest(bench->machine, 0, encoding, encoding == GICV5_GIC_CDIA, value);
	vgicv5_soft_context_sync(hal_host_machine_soft(bench->machine), 0);
	vgicv5_vcpu_exit(vcpu);
	if (result == VGICV5_SOFT_TRAPPED)
		(void)vgicv5_vcpu_trap(vcpu, encoding, false, value);
	return result == VGICV5_SOFT_TRAPPED;
}

/* A guest's whole handling of one level interrupt. */
static unsigned int bench_level_irq(struct bench *bench, struct vgicv5_vcpu *vcpu, uint32_t spi)
{
	uint64_t intid = GICV5_INTID(GICV5_TYPE_SPI, spi);
	uint64_t value = intid;
	unsigned int exits = 0;

	vgicv5_virs_write(vcpu, GICV5_IRS_SPI_SELR, 4, spi);
	vgicv5_virs_write(vcpu, GICV5_IRS_SPI_CFGR, 4, GICV5_HM_LEVEL);
	exits += bench_guest_gic(bench, vcpu, GICV5_GIC_CDEN, &value);
	value = intid | GICV5_PUT(CDAFF_IAFFID, vcpu->vpe_id);
	exits += bench_guest_gic(bench, vcpu, GICV5_GIC_CDAFF, &value);
	bench_check(vgicv5_inject_spi(&bench->vm[0].vm, spi, true), "vgicv5_inject_spi");
	bench_round_trip(vcpu);
	exits += bench_guest_gic(bench, vcpu, GICV5_GIC_CDIA, &value);
	if ((uint32_t)value != intid) {
		fprintf(stderr, "bench: acknowledged 0x%" PRIx64 "\n", value);
		exit(2);
	}
	exits += bench_guest_gic(bench, vcpu, GICV5_GIC_CDEOI, &value);
	value = intid;
	exits += bench_guest_gic(bench, vcpu, GICV5_GIC_CDDI, &value);
	bench_check(vgicv5_inject_spi(&bench->vm[0].vm, spi, false), "vgicv5_inject_spi");
	return exits;
}

static void bench_count_exits(struct bench *bench, struct vgicv5_vcpu *vcpu)
{
	bench_check(vgicv5_vcpu_load(vcpu), "vgicv5_vcpu_load");
	bench_guest_cpu(vcpu);
	bench_check(vgicv5_eoi_register(&bench->vm[0].vm, 9), "vgicv5_eoi_register");
	bench_print("exits.level_irq_unregistered", bench_level_irq(bench, vcpu, 8));
	bench_print("exits.level_irq_registered", bench_level_irq(bench, vcpu, 9));
	bench_print("exits.level_irq_unregistered.after", bench_level_irq(bench, vcpu, 10));
	vgicv5_vcpu_put(vcpu, VGICV5_PUT_PREEMPTED);
}

void bench_counts(void)
{
	struct hal_host_counts before;
	struct hal_host_counts after;
	struct bench_size wide = {.ppis = 64, .vcpus = 2, .lpi_id_bits = 16};
	struct bench bench;
	struct vgicv5_vcpu *vcpus;

	bench_up(&bench, &small);
	vcpus = bench.vm[0].vcpus;
	hal_host_counts_clear();
	hal_host_counts(&before);
	bench_count_round_trips(&vcpus[0]);
	vgicv5_vcpu_put(&vcpus[0], VGICV5_PUT_PREEMPTED);
	bench_count_switch("sysreg.switch", &vcpus[0], &vcpus[1], VGICV5_PUT_PREEMPTED);
	bench_count_switch("sysreg.switch.idle", &vcpus[0], &vcpus[1], VGICV5_PUT_IDLE);
	bench_count_switch("sysreg.switch.other_vm", &bench.vm[1].vcpus[0], &vcpus[0], VGICV5_PUT_PREEMPTED);
	hal_host_counts_clear();
	bench_count_injections(&bench.vm[0]);
	bench_count_msis(&bench);
	bench_count_exits(&bench, &vcpus[1]);
	hal_host_counts(&after);
	bench_print("alloc.after_creation", after.allocs);
	bench_down(&bench);
	bench_up(&bench, &wide);
	vcpus = bench.vm[0].vcpus;
	bench_count_switch("sysreg.switch.64_ppis", &vcpus[0], &vcpus[1], VGICV5_PUT_PREEMPTED);
	bench_down(&bench);
}

/* ---- Bytes ---- */

static size_t bench_ist_bytes(const struct vgicv5_ist *ist)
{
	return ist->table ? ist->bytes + ist->l2_count * ist->l2_bytes : 0;
}

/* What the hardware's own tables of a VM take. */
static size_t bench_hardware_bytes(const struct bench *bench, const struct bench_vm *vm)
{
	const struct vgicv5_caps *caps = &bench->host.caps;

	return caps->vmd_bytes + vm->vm.vpet_bytes + (size_t)vm->vm.vcpu_count * caps->vped_bytes +
	       bench_ist_bytes(&vm->vm.spi_ist) + bench_ist_bytes(&vm->vm.lpi_ist);
}

/* What VM 0 takes beside its hardware tables and the embedded objects. */
static size_t bench_extra_bytes(unsigned int vcpus, unsigned int lpi_id_bits)
{
	const struct bench_size size = {.ppis = 4, .vcpus = vcpus};
	struct bench bench;
	size_t extra;

	bench_up(&bench, &size);
	if (lpi_id_bits)
		bench_guest_irs(&bench.vm[0], lpi_id_bits, true);
	extra = hal_host_outstanding() - bench_hardware_bytes(&bench, &bench.vm[0]);
	bench_check(vgicv5_vm_destroy(&bench.vm[0].vm), "vgicv5_vm_destroy");
	extra -= hal_host_outstanding();
	bench_down(&bench);
	return extra;
}

/* Of a VM with one vCPU and 32 SPIs. */
static size_t bench_saved_bytes(unsigned int lpi_id_bits)
{
	const struct bench_size size = {.ppis = 4, .vcpus = 1};
	struct bench bench;
	size_t bytes, saved;
	void *state;

	bench_up(&bench, &size);
	if (lpi_id_bits)
		bench_configure_lpis(&bench, lpi_id_bits);
	bytes = bench_state_bytes(&bench);
	state = malloc(bytes);
	if (!state)
		exit(2);
	saved = bench_save(&bench, state, bytes);
	free(state);
	bench_down(&bench);
	return saved;
}

#define VCPUS_BITS 9
#define LPI_BITS 20

void bench_bytes(void)
{
	size_t one = bench_extra_bytes(1, 0);
	size_t many = bench_extra_bytes(1u << VCPUS_BITS, 0);
	size_t lpis = bench_extra_bytes(1, LPI_BITS);

	bench_print("bytes.vm", sizeof(struct vgicv5_vm) + one);
	bench_print("bytes.vcpu", sizeof(struct vgicv5_vcpu) + ((many - one) >> VCPUS_BITS));
	bench_print("bytes.msi_cache_entry", sizeof(struct vgicv5_vits_entry));
	bench_print("bytes.vits", sizeof(struct vgicv5_vits));
	bench_print("bytes.lpi", (lpis - one) >> LPI_BITS);
	bench_print("bytes.lpi_table.1M", lpis - one);
	bench_print("bytes.state_header", bench_saved_bytes(0));
	bench_print("bytes.state_per_lpi", (bench_saved_bytes(LPI_BITS) - bench_saved_bytes(0)) >> LPI_BITS);
}
