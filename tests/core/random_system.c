// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "random_wires.h"

#define LPI_ID_BITS 14
#define EVERY_INTERRUPT 200 /* steps between comparisons of all configurations */

struct random_run run;

uint32_t random_pick(uint32_t below)
{
	run.random = run.random * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(run.random >> 33) % below;
}

static unsigned int number_of(const struct world_vcpu *v)
{
	return (unsigned int)(v - v->vm->vcpus);
}

static struct oracle_vm *oracle_of(const struct world_vm *vm)
{
	return &run.oracles[vm - run.world.vms];
}

static struct oracle_vcpu *oracle_vcpu(const struct world_vcpu *v)
{
	return &oracle_of(v->vm)->vcpus[number_of(v)];
}

/*
 * ---- The embedder's timer: its line is the hardware's while the vCPU is loaded, and told to the core
 * otherwise ----
 */

static bool timer_line(const struct world_vcpu *v)
{
	return oracle_vcpu(v)->ppis[ORACLE_CNTV].pending;
}

static void show_timer(struct world_vcpu *v)
{
	if (v->pe != WORLD_NO_PE)
		vgicv5_soft_set_ppi(run.world.soft, v->pe, GICV5_PPI_CNTV, timer_line(v));
	else
		vgicv5_inject_ppi(&v->vcpu, GICV5_PPI_CNTV, timer_line(v));
}

static void hide_timer(unsigned int pe)
{
	vgicv5_soft_set_ppi(run.world.soft, pe, GICV5_PPI_CNTV, false);
}

static void preempt(struct world_vcpu *v)
{
	unsigned int pe = v->pe;

	world_preempt(v);
	hide_timer(pe);
	show_timer(v);
}

static void load(struct world_vcpu *v)
{
	unsigned int pe = random_pick(RANDOM_PES);

	if (run.world.on_pe[pe])
		preempt(run.world.on_pe[pe]);
	world_load(v, pe);
	show_timer(v);
}

/* ---- What hosts and devices do ---- */

static void do_wfi(struct world_vcpu *v)
{
	unsigned int pe = v->pe;
	bool must_run = oracle_takes(oracle_of(v->vm), number_of(v)) != ORACLE_NOTHING;
	bool sleeps;

	run.doing = "WFI";
	vgicv5_inject_ppi(&v->vcpu, GICV5_PPI_CNTV, timer_line(v));
	sleeps = world_wfi(v);
	REQUIRE(sleeps != must_run, "VM %u vCPU %u %s\n", (unsigned int)(v->vm - run.world.vms), number_of(v),
		must_run ? "sleeps over an interrupt" : "does not sleep with nothing to take");
	if (sleeps)
		hide_timer(pe);
}

static void do_migrate(struct world_vcpu *v)
{
	run.doing = "migrate";
	preempt(v);
	load(v);
}

static void do_spi_line(struct world_vm *vm)
{
	unsigned int spi = random_pick(ORACLE_SPIS);
	bool asserted = random_pick(2);

	run.doing = "SPI line";
	if (random_wire_is_of(vm, spi)) {
		random_wire_and_software(vm, spi, asserted);
		return;
	}
	REQUIRE(vgicv5_inject_spi(&vm->vm, spi, asserted) == VGICV5_OK, "refused\n");
	oracle_spi_line(oracle_of(vm), spi, asserted);
}

static void do_msi(struct world_vm *vm)
{
	struct oracle_vm *o = oracle_of(vm);
	unsigned int i = random_pick(ORACLE_LPIS);
	int error = vgicv5_inject_lpi(&vm->vm, o->lpi_ids[i]);

	run.doing = "MSI";
	REQUIRE(error == (o->has_lpis ? VGICV5_OK : VGICV5_INVALID), "error %d\n", error);
	if (o->has_lpis)
		o->lpis[i].pending = true;
}

static void do_ppi_line(struct world_vm *vm)
{
	struct world_vcpu *v = &vm->vcpus[random_pick(vm->vcpu_count)];
	unsigned int i = random_pick(ORACLE_PPIS);
	struct oracle_interrupt *ppi = &oracle_vcpu(v)->ppis[i];
	bool asserted = random_pick(2);

	run.doing = "PPI line";
	if (ppi->level)
		ppi->pending = asserted;
	else
		ppi->pending |= asserted;
	if (i == ORACLE_CNTV)
		show_timer(v);
	else
		REQUIRE(vgicv5_inject_ppi(&v->vcpu, oracle_ppi_numbers[i], asserted) == VGICV5_OK,
			"refused\n");
}

static void lower_inputs(struct world_vm *vm)
{
	unsigned int v;
	unsigned int i;

	for (v = 0; v < vm->vcpu_count; v++)
		for (i = 0; i < ORACLE_PPIS; i++)
			if (i != ORACLE_SW)
				vgicv5_inject_ppi(&vm->vcpus[v].vcpu, oracle_ppi_numbers[i], false);
	for (i = 0; i < ORACLE_SPIS; i++)
		vgicv5_inject_spi(&vm->vm, i, false);
}

static void boot(struct world_vm *vm);

static void do_restart(struct world_vm *vm)
{
	unsigned int i;

	run.doing = "restart of a VM";
	for (i = 0; i < vm->vcpu_count; i++) {
		if (vm->vcpus[i].pe != WORLD_NO_PE)
			preempt(&vm->vcpus[i]);
		vm->vcpus[i].idle = false;
	}
	lower_inputs(vm);
	REQUIRE(vgicv5_vm_destroy(&vm->vm) == VGICV5_OK, "destroy failed\n");
	for (i = 0; i < vm->vcpu_count; i++)
		vgicv5_vcpu_reset(&vm->vcpus[i].vcpu);
	REQUIRE(vgicv5_vm_start(&vm->vm) == VGICV5_OK, "start failed\n");
	random_wires_returned(vm);
	oracle_reset(oracle_of(vm));
	if (random_pick(4))
		boot(vm);
}

/* ---- What guests do ---- */

static uint32_t some_intid(struct world_vm *vm)
{
	return random_pick(2) ? SPI(random_pick(ORACLE_SPIS))
			      : LPI(oracle_of(vm)->lpi_ids[random_pick(ORACLE_LPIS)]);
}

static void do_configure(struct world_vcpu *v)
{
	uint32_t intid = some_intid(v->vm);
	struct oracle_interrupt *o = oracle_find(oracle_of(v->vm), number_of(v), intid);
	struct oracle_interrupt unreachable;
	uint8_t priority = (uint8_t)random_pick(GICV5_PRIORITY_LEVELS);
	uint16_t iaffid = (uint16_t)random_pick(v->vm->vcpu_count);
	bool pending = random_pick(2);

	o = o ? o : &unreachable;
	switch (random_pick(5)) {
	case 0:
		run.doing = "GIC CDPRI";
		guest_gic(v, GICV5_GIC_CDPRI, intid | GICV5_PUT(CDPRI_PRIORITY, priority));
		o->priority = priority;
		break;
	case 1:
		run.doing = "GIC CDAFF";
		guest_gic(v, GICV5_GIC_CDAFF, intid | GICV5_PUT(CDAFF_IAFFID, iaffid));
		o->iaffid = iaffid;
		break;
	case 2:
		run.doing = "GIC CDDIS";
		guest_gic(v, GICV5_GIC_CDDIS, intid);
		o->enabled = false;
		break;
	case 3:
		run.doing = "GIC CDPEND";
		guest_pend(v, intid, pending);
		o->pending = pending;
		break;
	default:
		run.doing = "GIC CDEN";
		guest_gic(v, GICV5_GIC_CDEN, intid);
		o->enabled = true;
		break;
	}
}

static void do_acknowledge(struct world_vcpu *v)
{
	struct oracle_vm *o = oracle_of(v->vm);
	unsigned int priority = oracle_takes(o, number_of(v));
	uint64_t intid = guest_cdia(v);

	run.doing = "GICR CDIA";
	REQUIRE(GICV5_GET(CDIA_VALID, intid) == (priority != ORACLE_NOTHING),
		"got 0x%llx, priority %u expected\n", (unsigned long long)intid, priority);
	if (!intid)
		return;
	REQUIRE(oracle_candidate(o, number_of(v), (uint32_t)intid), "0x%llx is not for this vCPU\n",
		(unsigned long long)intid);
	REQUIRE(oracle_find(o, number_of(v), (uint32_t)intid)->priority == priority,
		"0x%llx is not the best\n", (unsigned long long)intid);
	oracle_acknowledge(o, number_of(v), (uint32_t)intid);
}

static void do_drop(struct world_vcpu *v)
{
	run.doing = "GIC CDEOI";
	guest_gic(v, GICV5_GIC_CDEOI, 0);
	oracle_drop(oracle_of(v->vm), number_of(v));
}

/* Mostly something that is active, otherwise all would be so before long. */
static uint32_t intid_to_deactivate(struct world_vcpu *v)
{
	struct oracle_vm *o = oracle_of(v->vm);
	unsigned int start = random_pick(ORACLE_SPIS);
	unsigned int i;

	for (i = 0; i < ORACLE_PPIS; i++)
		if (oracle_vcpu(v)->ppis[i].active && random_pick(2))
			return PPI(oracle_ppi_numbers[i]);
	for (i = 0; i < ORACLE_SPIS; i++)
		if (o->spis[(start + i) % ORACLE_SPIS].active && random_pick(2))
			return SPI((start + i) % ORACLE_SPIS);
	for (i = 0; i < ORACLE_LPIS; i++)
		if (o->lpis[(start + i) % ORACLE_LPIS].active && random_pick(2))
			return LPI(o->lpi_ids[(start + i) % ORACLE_LPIS]);
	return random_pick(3) ? some_intid(v->vm) : PPI(oracle_ppi_numbers[random_pick(ORACLE_PPIS)]);
}

static void do_deactivate(struct world_vcpu *v)
{
	uint32_t intid = intid_to_deactivate(v);
	struct oracle_interrupt *o = oracle_find(oracle_of(v->vm), number_of(v), intid);

	run.doing = "GIC CDDI";
	guest_gic(v, GICV5_GIC_CDDI, intid);
	if (o)
		o->active = false;
}

static void do_cpu(struct world_vcpu *v)
{
	struct oracle_vcpu *o = oracle_vcpu(v);

	if (random_pick(3)) {
		run.doing = "ICC_PCR";
		o->pcr = (uint8_t)(random_pick(2) ? GICV5_PRIORITY_LOWEST
						  : random_pick(GICV5_PRIORITY_LEVELS));
		guest_write(v, GICV5_ICC_PCR_EL1, GICV5_PUT(ICC_PCR_EL1_PRIORITY, o->pcr));
	} else {
		run.doing = "ICC_CR0";
		o->en = random_pick(4) != 0;
		guest_write(v, GICV5_ICC_CR0_EL1, GICV5_PUT(ICC_CR0_EL1_EN, o->en));
	}
}

static void do_ppi_priority(struct world_vcpu *v)
{
	unsigned int i = random_pick(ORACLE_PPIS);
	unsigned int number = oracle_ppi_numbers[i];
	unsigned int encoding = (unsigned int)GICV5_ICC_PPI_PRIORITYR0_EL1 + number / 8;
	uint64_t field = (uint64_t)0xff << 8 * (number % 8);
	uint8_t priority = (uint8_t)random_pick(GICV5_PRIORITY_LEVELS);

	run.doing = "ICC_PPI_PRIORITYR";
	guest_write(v, encoding, (guest_read(v, encoding) & ~field) | (uint64_t)priority << 8 * (number % 8));
	oracle_vcpu(v)->ppis[i].priority = priority;
}

static void do_ppi_state(struct world_vcpu *v)
{
	uint64_t bits =
		(uint64_t)random_pick(0x7fffffff) << 32 | random_pick(0x7fffffff) << 1 | random_pick(2);
	struct oracle_interrupt *ppis = oracle_vcpu(v)->ppis;
	static const unsigned int encodings[] = {GICV5_ICC_PPI_ENABLER0_EL1, GICV5_ICC_PPI_SPENDR0_EL1,
						 GICV5_ICC_PPI_CPENDR0_EL1, GICV5_ICC_PPI_SACTIVER0_EL1,
						 GICV5_ICC_PPI_CACTIVER0_EL1};
	unsigned int what = random_pick(5);
	unsigned int i;

	/*
	 * All bits are written, also of PPIs that are hidden: they must not come to light here or in
	 * another VM.
	 */
	run.doing = "ICC_PPI_ENABLER, PENDR or ACTIVER";
	guest_write(v, encodings[what], bits);
	for (i = 0; i < ORACLE_PPIS; i++) {
		bool bit = bits >> oracle_ppi_numbers[i] & 1;

		if (what == 0)
			ppis[i].enabled = bit;
		else if (bit && what <= 2 && !ppis[i].level)
			ppis[i].pending = what == 1;
		else if (bit && what > 2)
			ppis[i].active = what == 3;
	}
}

static void do_irs(struct world_vcpu *v)
{
	struct oracle_vm *o = oracle_of(v->vm);
	unsigned int spi = random_pick(ORACLE_SPIS);
	bool level = random_pick(2);

	switch (random_pick(8)) {
	case 0:
		run.doing = "IRS_CR0";
		o->irsen = random_pick(4) != 0;
		run.irsen_moved = true;
		guest_mmio_write(v, GICV5_IRS_CR0, 4, GICV5_PUT(IRS_CR0_IRSEN, o->irsen));
		break;
	case 1:
		run.doing = "IRS_IST_BASER";
		if (o->has_lpis)
			guest_mmio_write(v, GICV5_IRS_IST_BASER, 8, 0);
		oracle_drop_lpis(o);
		guest_make_lpis(v, LPI_ID_BITS);
		o->has_lpis = true;
		break;
	default:
		run.doing = "IRS_SPI_CFGR and GIC CDHM";
		guest_trigger_mode(v, spi, level ? GICV5_HM_LEVEL : GICV5_HM_EDGE);
		oracle_trigger_mode(o, spi, level);
		break;
	}
}

static void guest_step(struct world_vcpu *v)
{
	/* Weights: the sum is the bound of the draw. */
	static const struct {
		void (*act)(struct world_vcpu *v);
		unsigned int weight;
	} acts[] = {{do_configure, 30}, {do_acknowledge, 20}, {do_drop, 18},	    {do_deactivate, 18},
		    {do_cpu, 6},	{do_ppi_state, 6},    {do_ppi_priority, 4}, {do_irs, 4},
		    {do_wfi, 10},	{do_migrate, 4}};
	unsigned int draw = random_pick(120);
	unsigned int i;

	for (i = 0; draw >= acts[i].weight; i++)
		draw -= acts[i].weight;
	acts[i].act(v);
}

static void host_step(struct world_vm *vm)
{
	unsigned int draw = random_pick(100);

	if (draw < 30)
		do_spi_line(vm);
	else if (draw < 45)
		random_wire_step(vm);
	else if (draw < 65)
		do_msi(vm);
	else if (draw < 99)
		do_ppi_line(vm);
	else
		do_restart(vm);
}

/* ---- Guests that are up, so that random steps meet interrupts that can be taken ---- */

static void boot_vcpu(struct world_vcpu *v)
{
	load(v);
	guest_boot_cpu(v);
	oracle_vcpu(v)->en = true;
	oracle_vcpu(v)->pcr = GICV5_PRIORITY_LOWEST;
	guest_write(v, GICV5_ICC_PPI_ENABLER0_EL1, WORLD_PPIS);
	oracle_vcpu(v)->ppis[ORACLE_SW].enabled = true;
	oracle_vcpu(v)->ppis[ORACLE_PMU].enabled = true;
	oracle_vcpu(v)->ppis[ORACLE_CNTV].enabled = true;
	oracle_vcpu(v)->ppis[ORACLE_CNTP].enabled = true;
}

static void boot_interrupt(struct world_vcpu *v, struct oracle_interrupt *o, uint32_t intid)
{
	o->priority = (uint8_t)random_pick(GICV5_PRIORITY_LEVELS);
	o->iaffid = (uint16_t)random_pick(v->vm->vcpu_count);
	o->enabled = true;
	guest_set_up(v, intid, o->priority, o->iaffid);
}

static void boot(struct world_vm *vm)
{
	struct oracle_vm *o = oracle_of(vm);
	struct world_vcpu *v = &vm->vcpus[0];
	unsigned int i;

	for (i = vm->vcpu_count; i-- > 1;) {
		boot_vcpu(&vm->vcpus[i]);
		preempt(&vm->vcpus[i]);
	}
	boot_vcpu(v);
	guest_boot_irs(v, LPI_ID_BITS);
	o->irsen = true;
	o->has_lpis = true;
	for (i = 0; i < ORACLE_SPIS; i++)
		boot_interrupt(v, &o->spis[i], SPI(i));
	for (i = 0; i < ORACLE_LPIS; i++)
		boot_interrupt(v, &o->lpis[i], LPI(o->lpi_ids[i]));
}

/* ---- Comparison ---- */

static void check_loaded(struct world_vcpu *v)
{
	struct oracle_vm *o = oracle_of(v->vm);
	unsigned int priority = oracle_takes(o, number_of(v));
	uint64_t hppi = guest_read(v, GICV5_ICC_HPPIR_EL1);
	uint32_t intid = (uint32_t)hppi;

	REQUIRE(GICV5_GET(ICC_HPPIR_EL1_HPPIV, hppi) == (priority != ORACLE_NOTHING),
		"VM %u vCPU %u: HPPIR 0x%llx, the oracle expects priority 0x%x\n",
		(unsigned int)(v->vm - run.world.vms), number_of(v), (unsigned long long)hppi, priority);
	REQUIRE(guest_irq(v) == (priority != ORACLE_NOTHING), "IRQ and HPPIR differ\n");
	if (hppi)
		REQUIRE(oracle_candidate(o, number_of(v), intid) &&
				oracle_find(o, number_of(v), intid)->priority == priority,
			"VM %u vCPU %u: 0x%x is presented, priority 0x%x is expected\n",
			(unsigned int)(v->vm - run.world.vms), number_of(v), intid, priority);
}

static void check_sleeper(struct world_vcpu *v)
{
	bool must_run = oracle_takes(oracle_of(v->vm), number_of(v)) != ORACLE_NOTHING;
	bool kicked = hal_host_take_kick(&v->vcpu);
	bool woken = kicked && vgicv5_vcpu_runnable(&v->vcpu);

	REQUIRE(!kicked || woken || run.irsen_moved, "VM %u vCPU %u is kicked for nothing\n",
		(unsigned int)(v->vm - run.world.vms), number_of(v));
	REQUIRE(woken || !must_run, "VM %u vCPU %u is not woken\n", (unsigned int)(v->vm - run.world.vms),
		number_of(v));
	REQUIRE(!woken || must_run || run.irsen_moved, "VM %u vCPU %u is woken for nothing\n",
		(unsigned int)(v->vm - run.world.vms), number_of(v));
	if (woken)
		v->idle = false;
}

static void check_configuration(struct world_vcpu *v, uint32_t intid)
{
	const struct oracle_interrupt *o = oracle_find(oracle_of(v->vm), number_of(v), intid);
	uint64_t icsr = guest_config(v, intid);
	uint64_t expected;

	if (!o) {
		REQUIRE(icsr == GICV5_MASK(ICC_ICSR_EL1_F), "0x%x is reachable\n", intid);
		return;
	}
	expected = GICV5_PUT(ICC_ICSR_EL1_IAFFID, o->iaffid) | GICV5_PUT(ICC_ICSR_EL1_PRIORITY, o->priority) |
		   GICV5_PUT(ICC_ICSR_EL1_ACTIVE, o->active) | GICV5_PUT(ICC_ICSR_EL1_PENDING, o->pending) |
		   GICV5_PUT(ICC_ICSR_EL1_ENABLED, o->enabled);
	REQUIRE((icsr & ~GICV5_MASK(ICC_ICSR_EL1_HM)) == expected, "0x%x: ICSR 0x%llx, expected 0x%llx\n",
		intid, (unsigned long long)icsr, (unsigned long long)expected);
}

static void check_configurations(struct world_vcpu *v)
{
	unsigned int i;

	for (i = 0; i < ORACLE_SPIS; i++)
		check_configuration(v, SPI(i));
	for (i = 0; i < ORACLE_LPIS; i++)
		check_configuration(v, LPI(oracle_of(v->vm)->lpi_ids[i]));
}

void random_check(void)
{
	unsigned int vm;
	unsigned int v;

	world_take_interrupts(&run.world);
	for (vm = 0; vm < run.world.vm_count; vm++)
		for (v = 0; v < run.world.vms[vm].vcpu_count; v++) {
			struct world_vcpu *vcpu = &run.world.vms[vm].vcpus[v];

			if (vcpu->idle)
				check_sleeper(vcpu);
			else if (vcpu->pe != WORLD_NO_PE)
				check_loaded(vcpu);
			if (vcpu->pe != WORLD_NO_PE && run.step % EVERY_INTERRUPT == 0)
				check_configurations(vcpu);
		}
	REQUIRE(!hal_host_machine_violations(run.world.machine), "the checker: %s\n",
		hal_host_machine_last_violation(run.world.machine));
}

void random_step(void)
{
	struct world_vm *vm = &run.world.vms[random_pick(run.world.vm_count)];
	struct world_vcpu *v = &vm->vcpus[random_pick(vm->vcpu_count)];

	run.irsen_moved = false;
	if (random_pick(4) == 0) {
		host_step(vm);
	} else if (v->pe != WORLD_NO_PE) {
		guest_step(v);
	} else if (!v->idle) {
		run.doing = "load";
		load(v);
	}
	random_check();
}

/* ---- Runs ---- */

void random_create(const struct world_host *kind)
{
	struct vgicv5_vm_config config = world_vm_config(ORACLE_SPIS);
	unsigned int vm;

	world_create(&run.world, kind, RANDOM_PES);
	for (vm = 0; vm < RANDOM_VMS; vm++)
		world_add_vm(&run.world, &config, 1 + (vm + run.seed) % 3, NULL);
}

static void boot_vms(void)
{
	unsigned int vm;
	unsigned int i;

	for (vm = 0; vm < RANDOM_VMS; vm++) {
		/* Spread over the table: first and last, and neighbours. */
		for (i = 0; i < ORACLE_LPIS; i++)
			run.oracles[vm].lpi_ids[i] = i < 4 ? i : (i * 1489u) % (1u << LPI_ID_BITS);
		run.oracles[vm].lpi_ids[ORACLE_LPIS - 1] = (1u << LPI_ID_BITS) - 1;
		oracle_reset(&run.oracles[vm]);
		if (random_pick(4))
			boot(&run.world.vms[vm]);
	}
}

void random_stop(void)
{
	unsigned int pe;

	for (pe = 0; pe < RANDOM_PES; pe++)
		if (run.world.on_pe[pe])
			preempt(run.world.on_pe[pe]);
}

/* Each vCPU in turn is loaded and looked at. */
void random_check_all(void)
{
	unsigned int vm;
	unsigned int v;

	for (vm = 0; vm < RANDOM_VMS; vm++)
		for (v = 0; v < run.world.vms[vm].vcpu_count; v++) {
			struct world_vcpu *vcpu = &run.world.vms[vm].vcpus[v];

			load(vcpu);
			check_loaded(vcpu);
			check_configurations(vcpu);
			preempt(vcpu);
		}
}

static void random_run_seed(unsigned int steps, void (*before_step)(void))
{
	run.random = run.seed;
	run.step = 0;
	run.doing = "start";
	random_wires_forget();
	random_create(&world_hosts[run.seed % world_host_count]);
	boot_vms();
	for (run.step = 0; run.step < steps; run.step++) {
		if (before_step)
			before_step();
		random_step();
	}
	world_destroy(&run.world);
}

void random_seeds(const struct random_range *range, void (*before_step)(void))
{
	for (run.seed = range->first; run.seed < range->first + range->count; run.seed++)
		random_run_seed(range->steps, before_step);
	print_message("seeds %u to %u, %u steps each; wires assigned %u times\n", range->first, run.seed - 1,
		      range->steps, random_wire_assignments());
}

void random_arguments(struct random_range *range, int argc, char **argv)
{
	if (argc > 1)
		range->first = (unsigned int)strtoul(argv[1], NULL, 0);
	if (argc > 2)
		range->count = (unsigned int)strtoul(argv[2], NULL, 0);
	if (argc > 3)
		range->steps = (unsigned int)strtoul(argv[3], NULL, 0);
}
