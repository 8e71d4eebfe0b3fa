/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Whole VMs on the software GICv5, for scenario tests.
 *
 * A world is a machine, a host and some VMs. A guest is code that uses what a guest can: register accesses and GIC
 * instructions at EL1, and its IRS frame. The hypervisor around it is the shortest that keeps the rules: one vCPU on
 * a PE at a time, enter before and exit after each thing that the guest does, doorbells taken when the test says so.
 */
#ifndef TESTS_CORE_WORLD_H
#define TESTS_CORE_WORLD_H

#include <vgicv5/arch/insn.h>
#include <vgicv5/arch/intid.h>
#include <vgicv5/arch/irs.h>
#include <vgicv5_host_machine.h>

#define WORLD_MAX_PES 8
#define WORLD_MAX_VMS 4
#define WORLD_MAX_VCPUS 8
#define WORLD_GUEST_MEMORY ((size_t)64 << 10)
#define WORLD_GUEST_IST 0x40000000u /* where guests say their LPI table is */
#define WORLD_NO_PE 0xffffffffu

/* PPIs that the guests of a world see. The timers are directly injected. */
#define WORLD_PPIS \
	(1ull << GICV5_PPI_SW | 1ull << GICV5_PPI_PMU | 1ull << GICV5_PPI_CNTV | 1ull << GICV5_PPI_CNTP)
#define WORLD_DVI (1ull << GICV5_PPI_CNTV)

struct world_vcpu {
	struct vgicv5_vcpu vcpu;
	struct world_vm *vm;
	unsigned int pe;    /* on which it is loaded, or WORLD_NO_PE */
	unsigned int traps; /* of this vCPU's guest, so far */
	bool idle;	    /* it waits for an interrupt: only a kick and a reason to run end that */
};

struct world_vm {
	struct vgicv5_vm vm;
	struct world *world;
	struct world_vcpu vcpus[WORLD_MAX_VCPUS];
	unsigned int vcpu_count;
};

struct world {
	struct hal_host_machine *machine;
	struct vgicv5_soft *soft;
	struct vgicv5_host host;
	struct vgicv5_pcpu pcpus[WORLD_MAX_PES];
	struct world_vcpu *on_pe[WORLD_MAX_PES];
	struct world_vm vms[WORLD_MAX_VMS];
	unsigned int pe_count;
	unsigned int vm_count;
	size_t outstanding; /* bytes that were lost before this world began, by a test that failed */
};

/* One kind of host. */
struct world_host {
	const char *name;
	void (*adjust)(struct vgicv5_soft_config *config);
};

/* The matrix of hosts: every choice of an implementation that the core has to cope with. */
extern const struct world_host world_hosts[];
extern const unsigned int world_host_count;

/* Machine, host and PEs. Fails the test if anything does. */
void world_create(struct world *world, const struct world_host *kind, unsigned int pe_count);

/* Destroys VMs and host; fails the test if something leaked or the checker of the software GICv5 spoke. */
void world_destroy(struct world *world);

/* A started VM; `vpe_ids` NULL: 0 to count - 1. */
struct world_vm *world_add_vm(struct world *world, const struct vgicv5_vm_config *config, unsigned int count,
			      const uint32_t *vpe_ids);
struct vgicv5_vm_config world_vm_config(uint32_t spi_count);

/* ---- The hypervisor ---- */

void world_load(struct world_vcpu *v, unsigned int pe);
void world_preempt(struct world_vcpu *v);
/* The guest executed WFI: put for idle. @return whether it may sleep; otherwise it has been loaded again. */
bool world_wfi(struct world_vcpu *v);
/* Takes physical interrupts on all PEs, as their handlers would. @return how many doorbells there were. */
unsigned int world_take_interrupts(struct world *world);
/* A sleeping vCPU was kicked since last asked, and has a reason to run. */
bool world_woken(struct world_vcpu *v);

/* ---- The guest ---- */

uint64_t guest_read(struct world_vcpu *v, unsigned int encoding);
void guest_write(struct world_vcpu *v, unsigned int encoding, uint64_t value);
void guest_gic(struct world_vcpu *v, unsigned int encoding, uint64_t operand);
/* Acknowledge. @return INTID with the valid bit, or 0. */
uint64_t guest_cdia(struct world_vcpu *v);
bool guest_irq(struct world_vcpu *v);
/* GIC CDRCFG and ICC_ICSR_EL1. */
uint64_t guest_config(struct world_vcpu *v, uint32_t intid);

uint64_t guest_mmio_read(struct world_vcpu *v, uint32_t offset, unsigned int bytes);
void guest_mmio_write(struct world_vcpu *v, uint32_t offset, unsigned int bytes, uint64_t value);

/* What an OS does at boot: IRS on, an LPI table of that many ID bits (0: none), interrupts on at lowest mask. */
void guest_boot_irs(struct world_vcpu *v, unsigned int lpi_id_bits);
void guest_boot_cpu(struct world_vcpu *v);
void guest_make_lpis(struct world_vcpu *v, unsigned int lpi_id_bits);

/* Priority, target and enable of an LPI or SPI. */
void guest_set_up(struct world_vcpu *v, uint32_t intid, unsigned int priority, uint32_t vpe);
void guest_pend(struct world_vcpu *v, uint32_t intid, bool pending);
void guest_trigger_mode(struct world_vcpu *v, uint32_t spi, enum gicv5_hm mode);
/* Takes one interrupt whole: acknowledge, drop, deactivate. @return its INTID, or 0. */
uint32_t guest_take(struct world_vcpu *v);

#define SPI(n) GICV5_INTID(GICV5_TYPE_SPI, (n))
#define LPI(n) GICV5_INTID(GICV5_TYPE_LPI, (n))
#define PPI(n) GICV5_INTID(GICV5_TYPE_PPI, (n))

#endif
