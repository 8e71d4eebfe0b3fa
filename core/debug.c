/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Dumps: for somebody who looks at a guest that hangs, and has nothing but this.
 */
#include <vgicv5/arch/intid.h>
#include <vgicv5/arch/names.h>
#include <vgicv5/debug.h>
#include <vgicv5/hyp.h>

#include "bitmap.h"
#include "priority.h"
#include "text.h"

struct dump {
	vgicv5_print_fn print;
	void *ctx;
	struct vgicv5_text text;
};

static void start_line(struct dump *dump, const char *s)
{
	vgicv5_text_clear(&dump->text);
	vgicv5_text_string(&dump->text, s);
}

static void end_line(struct dump *dump)
{
	dump->print(dump->ctx, dump->text.line);
}

static void bitmap_line(struct dump *dump, const char *name, const uint64_t *bitmap, uint32_t count)
{
	start_line(dump, name);
	vgicv5_text_bits(&dump->text, bitmap, count);
	end_line(dump);
}

/* One register: its value and what the fields mean. */
static void register_line(struct dump *dump, const char *name, uint64_t value)
{
	char fields[VGICV5_TEXT_SIZE];

	start_line(dump, "  ");
	vgicv5_text_string(&dump->text, name);
	vgicv5_text_string(&dump->text, "=");
	vgicv5_text_hex(&dump->text, value);
	vgicv5_text_string(&dump->text, ": ");
	gicv5_describe(fields, sizeof(fields), name, value);
	vgicv5_text_string(&dump->text, fields);
	end_line(dump);
}

/* ---- Host ---- */

static void host_limits(struct dump *dump, const struct vgicv5_caps *caps)
{
	start_line(dump, "  at most");
	vgicv5_text_named_dec(&dump->text, "VMs", caps->max_vms);
	vgicv5_text_named_dec(&dump->text, "VPEs per VM", caps->max_vpes);
	vgicv5_text_named_dec(&dump->text, "LPI ID bits", caps->lpi_id_bits);
	vgicv5_text_named_dec(&dump->text, "not less than", caps->min_lpi_id_bits);
	vgicv5_text_named_dec(&dump->text, "priority bits", caps->pri_bits);
	end_line(dump);
	start_line(dump, "  IRS:");
	vgicv5_text_named_dec(&dump->text, "VMD bytes", caps->vmd_bytes);
	vgicv5_text_named_dec(&dump->text, "VPED bytes", caps->vped_bytes);
	vgicv5_text_flag(&dump->text, "two-level VMT", caps->vmt_levels);
	vgicv5_text_flag(&dump->text, "two-level IST", caps->ist_levels);
	vgicv5_text_flag(&dump->text, "IST metadata", caps->istmd);
	vgicv5_text_flag(&dump->text, "virtual 1ofN", caps->virt_one_n);
	vgicv5_text_flag(&dump->text, "SETLPI", caps->setlpi);
	end_line(dump);
}

static bool any_silent(const struct vgicv5_host *host)
{
	unsigned int i;

	for (i = 0; i < host->irs_count; i++)
		if (host->irs[i].silent)
			return true;
	return false;
}

void vgicv5_dump_host(const struct vgicv5_host *host, vgicv5_print_fn print, void *ctx)
{
	struct dump dump = {.print = print, .ctx = ctx};

	start_line(&dump, "GICv5 host:");
	vgicv5_text_string(&dump.text, host->coherent ? " coherent IRS" : " IRS that is not coherent");
	vgicv5_text_flag(&dump.text, "(does not answer any more)", any_silent(host));
	vgicv5_text_named_hex(&dump.text, "VM table of bytes", host->vmt_bytes);
	end_line(&dump);
	host_limits(&dump, &host->caps);
	bitmap_line(&dump, "  PPIs implemented:", host->caps.ppi_implemented, GICV5_PPI_COUNT);
	bitmap_line(&dump, "  of these Edge:", host->caps.ppi_edge, GICV5_PPI_COUNT);
	if (host->vm_ids)
		bitmap_line(&dump, "  VM IDs in use:", host->vm_ids, host->caps.max_vms);
}

/* ---- vCPU ---- */

#define PPI_NAME(name, number) \
	case number:           \
		return " " #name;

static const char *ppi_name(unsigned int ppi)
{
	switch (ppi) {
		GICV5_PPIS(PPI_NAME)
	default:
		return "";
	}
}

/* What the registers hold if the vCPU is loaded here, otherwise what was saved. @return whether it is the former. */
static bool current_state(const struct vgicv5_vcpu *vcpu, struct vgicv5_hyp *state)
{
	const struct vgicv5_pcpu *pcpu = vgicv5_this_pcpu();

	*state = vcpu->hyp;
	if (!pcpu || pcpu->loaded != vcpu)
		return false;
	vgicv5_hyp_save(state);
	return true;
}

static void ppi_line(struct dump *dump, const struct vgicv5_vcpu *vcpu, const struct vgicv5_hyp *state,
		     unsigned int ppi)
{
	struct vgicv5_text *text = &dump->text;
	unsigned int group = ppi / 8;

	start_line(dump, "  PPI ");
	vgicv5_text_dec(text, ppi);
	vgicv5_text_string(text, ppi_name(ppi));
	vgicv5_text_string(text, ":");
	if (vgicv5_bitmap_test(state->dvi, ppi))
		vgicv5_text_string(text, " direct injection");
	else
		vgicv5_text_string(text, vgicv5_bitmap_test(state->edge, ppi) ? " edge" : " level");
	vgicv5_text_named_dec(text, "priority", state->priority[group] >> (8 * (ppi % 8)) & 0x1f);
	vgicv5_text_string(text, vgicv5_bitmap_test(state->enable, ppi) ? " enabled" : " disabled");
	vgicv5_text_flag(text, "pending",
			 vgicv5_bitmap_test(state->pend, ppi) || vgicv5_bitmap_test(vcpu->latch, ppi));
	vgicv5_text_flag(text, "asserted", vgicv5_bitmap_test(vcpu->line, ppi));
	vgicv5_text_flag(text, "active", vgicv5_bitmap_test(state->active, ppi));
	end_line(dump);
}

/* Invisible PPIs are not there; visible ones in their reset state say nothing. */
static bool ppi_interesting(const struct vgicv5_vcpu *vcpu, const struct vgicv5_hyp *state, unsigned int ppi)
{
	return vgicv5_bitmap_test(state->visible, ppi) &&
	       (vgicv5_bitmap_test(state->enable, ppi) || vgicv5_bitmap_test(state->active, ppi) ||
		vgicv5_bitmap_test(state->pend, ppi) || vgicv5_bitmap_test(vcpu->latch, ppi) ||
		vgicv5_bitmap_test(vcpu->line, ppi));
}

static void vcpu_headline(struct dump *dump, const struct vgicv5_vcpu *vcpu, bool here)
{
	struct vgicv5_text *text = &dump->text;

	start_line(dump, "vCPU");
	vgicv5_text_named_dec(text, "VM", vcpu->vm->vm_id);
	vgicv5_text_named_dec(text, "VPE", vcpu->vpe_id);
	if (VGICV5_READ_ONCE(vcpu->resident))
		vgicv5_text_string(text,
				   here ? " loaded on this CPU"
					: " loaded on another CPU; below is its state when it was loaded");
	else
		vgicv5_text_string(text, vgicv5_vcpu_runnable(vcpu) ? " not loaded, runnable"
								    : " not loaded, nothing to run for");
	end_line(dump);
	start_line(dump, "  doorbell");
	vgicv5_text_named_dec(text, "LPI", vcpu->doorbell_lpi);
	vgicv5_text_named_dec(text, "requested", vcpu->doorbells_requested);
	vgicv5_text_named_dec(text, "received", vcpu->doorbells_received);
	vgicv5_text_flag(text, "fired", VGICV5_READ_ONCE(vcpu->doorbell_fired) != 0);
	vgicv5_text_flag(text, "reload wanted", VGICV5_READ_ONCE(vcpu->reload) != 0);
	end_line(dump);
}

static void priority_line(struct dump *dump, const struct vgicv5_hyp *state)
{
	unsigned int mask = vgicv5_priority_mask(state->vmcr, state->apr);

	start_line(dump, "  active priorities:");
	vgicv5_text_bits(&dump->text, &state->apr, GICV5_PRIORITY_LEVELS);
	if (mask)
		vgicv5_text_named_dec(&dump->text, "; lets through priorities below", mask);
	else
		vgicv5_text_string(&dump->text, " ; lets nothing through");
	end_line(dump);
}

void vgicv5_dump_vcpu(const struct vgicv5_vcpu *vcpu, vgicv5_print_fn print, void *ctx)
{
	struct dump dump = {.print = print, .ctx = ctx};
	struct vgicv5_hyp state;
	bool here = current_state(vcpu, &state);
	unsigned int ppi;

	vcpu_headline(&dump, vcpu, here);
	register_line(&dump, "ICH_CONTEXTR_EL2", state.contextr);
	register_line(&dump, "ICH_VMCR_EL2", state.vmcr);
	register_line(&dump, "ICC_ICSR_EL1", state.icsr);
	priority_line(&dump, &state);
	for (ppi = 0; ppi < GICV5_PPI_COUNT; ppi++)
		if (ppi_interesting(vcpu, &state, ppi))
			ppi_line(&dump, vcpu, &state, ppi);
}

/* ---- VM ---- */

static const char *vm_state_name(const struct vgicv5_vm *vm)
{
	switch (vm->state) {
	case VGICV5_VM_EMPTY:
		return "not started";
	case VGICV5_VM_STARTED:
		return "started";
	case VGICV5_VM_POISONED:
		return "poisoned: its memory and VM ID are kept, as the IRS may still use them";
	}
	return "in an unknown state";
}

static void ist_line(struct dump *dump, const char *name, const struct vgicv5_ist *ist)
{
	struct vgicv5_text *text = &dump->text;

	start_line(dump, name);
	if (!ist->table) {
		vgicv5_text_string(text, " none");
	} else {
		vgicv5_text_flag(text, "valid", ist->valid);
		vgicv5_text_named_dec(text, "ID bits", ist->id_bits);
		vgicv5_text_named_dec(text, "bytes per entry", 4u << ist->istsz);
		vgicv5_text_named_dec(text, "bytes", ist->total);
		vgicv5_text_flag(text, "two-level", ist->two_level);
	}
	end_line(dump);
}

static void virs_lines(struct dump *dump, const struct vgicv5_virs *virs)
{
	start_line(dump, "  virtual IRS");
	vgicv5_text_string(&dump->text, virs->irsen ? " enabled" : " disabled");
	vgicv5_text_named_hex(&dump->text, "SPI_SELR", virs->spi_selr);
	vgicv5_text_named_hex(&dump->text, "PE_SELR", virs->pe_selr);
	end_line(dump);
	register_line(dump, "IRS_IST_BASER", virs->ist_baser);
	register_line(dump, "IRS_IST_CFGR", virs->ist_cfgr);
}

void vgicv5_dump_vm(const struct vgicv5_vm *vm, vgicv5_print_fn print, void *ctx)
{
	struct dump dump = {.print = print, .ctx = ctx};
	const struct vgicv5_vcpu *vcpu;

	start_line(&dump, "VM");
	if (vm->state != VGICV5_VM_EMPTY)
		vgicv5_text_named_dec(&dump.text, "ID", vm->vm_id);
	vgicv5_text_flag(&dump.text, vm_state_name(vm), true);
	vgicv5_text_flag(&dump.text, "DEAD", vgicv5_vm_is_dead(vm));
	vgicv5_text_named_dec(&dump.text, "vCPUs", vm->vcpu_count);
	vgicv5_text_named_dec(&dump.text, "SPIs", vm->config.spi_count);
	end_line(&dump);
	virs_lines(&dump, &vm->virs);
	ist_line(&dump, "  LPI table:", &vm->lpi_ist);
	ist_line(&dump, "  SPI table:", &vm->spi_ist);
	if (vm->spi_level)
		bitmap_line(&dump, "  SPIs with trigger level:", vm->spi_level, vm->config.spi_count);
	if (vm->spi_line)
		bitmap_line(&dump, "  SPIs asserted:", vm->spi_line, vm->config.spi_count);
	if (vm->assign.assigned)
		bitmap_line(&dump, "  SPIs assigned:", vm->assign.assigned, vm->config.spi_count);
	for (vcpu = vm->vcpus; vcpu; vcpu = vcpu->next)
		vgicv5_dump_vcpu(vcpu, print, ctx);
}

/* ---- One interrupt ---- */

/* The guest's own ICSR is in vcpu->hyp between exit and enter, so the register may be used here. */
static void irs_state(struct dump *dump, uint32_t intid)
{
	struct vgicv5_text *text = &dump->text;
	uint64_t icsr;

	vgicv5_gic_VDRCFG(intid);
	/* The instruction writes ICC_ICSR_EL1 indirectly. */
	vgicv5_isb();
	icsr = vgicv5_read_ICC_ICSR_EL1();
	if (GICV5_GET(ICC_ICSR_EL1_F, icsr)) {
		vgicv5_text_string(text, " unreachable: outside the table, or the table is not valid");
		return;
	}
	vgicv5_text_string(text, GICV5_GET(ICC_ICSR_EL1_HM, icsr) ? " level" : " edge");
	vgicv5_text_named_dec(text, "priority", GICV5_GET(ICC_ICSR_EL1_PRIORITY, icsr));
	vgicv5_text_string(text, GICV5_GET(ICC_ICSR_EL1_ENABLED, icsr) ? " enabled" : " disabled");
	vgicv5_text_flag(text, "pending", GICV5_GET(ICC_ICSR_EL1_PENDING, icsr));
	vgicv5_text_flag(text, "active", GICV5_GET(ICC_ICSR_EL1_ACTIVE, icsr));
	if (GICV5_GET(ICC_ICSR_EL1_IRM, icsr))
		vgicv5_text_string(text, " for any VPE");
	else
		vgicv5_text_named_dec(text, "for VPE", GICV5_GET(ICC_ICSR_EL1_IAFFID, icsr));
}

static void shared_interrupt(struct dump *dump, const struct vgicv5_vm *vm, uint32_t intid)
{
	const struct vgicv5_pcpu *pcpu = vgicv5_this_pcpu();
	bool spi = GICV5_GET(INTID_TYPE, intid) == GICV5_TYPE_SPI;
	uint32_t id = (uint32_t)GICV5_GET(INTID_ID, intid);

	start_line(dump, spi ? "SPI " : "LPI ");
	vgicv5_text_dec(&dump->text, id);
	vgicv5_text_named_dec(&dump->text, "of VM", vm->vm_id);
	vgicv5_text_string(&dump->text, ":");
	if (pcpu && pcpu->loaded && pcpu->loaded->vm == vm)
		irs_state(dump, intid);
	else
		vgicv5_text_string(&dump->text,
				   " only the IRS knows its state: no vCPU of the VM is loaded here");
	if (spi && vm->spi_line && id < vm->config.spi_count) {
		vgicv5_text_string(&dump->text, "; trigger");
		vgicv5_text_string(&dump->text, vgicv5_bitmap_test(vm->spi_level, id) ? " level" : " edge");
		vgicv5_text_string(&dump->text, ", line");
		vgicv5_text_string(&dump->text, vgicv5_bitmap_test(vm->spi_line, id) ? " high" : " low");
	}
	end_line(dump);
}

static void private_interrupt(struct dump *dump, const struct vgicv5_vcpu *vcpu, uint32_t ppi)
{
	struct vgicv5_hyp state;

	if (!vcpu || ppi >= GICV5_PPI_COUNT || !vgicv5_bitmap_test(vcpu->hyp.visible, ppi)) {
		dump->print(dump->ctx, "PPI that this vCPU does not have");
		return;
	}
	current_state(vcpu, &state);
	ppi_line(dump, vcpu, &state, ppi);
}

void vgicv5_dump_interrupt(struct vgicv5_vm *vm, struct vgicv5_vcpu *vcpu, uint32_t intid,
			   vgicv5_print_fn print, void *ctx)
{
	struct dump dump = {.print = print, .ctx = ctx};

	switch (GICV5_GET(INTID_TYPE, intid)) {
	case GICV5_TYPE_PPI:
		private_interrupt(&dump, vcpu, (uint32_t)GICV5_GET(INTID_ID, intid));
		break;
	case GICV5_TYPE_LPI:
	case GICV5_TYPE_SPI:
		shared_interrupt(&dump, vm, intid);
		break;
	default:
		print(ctx, "INTID of no type");
	}
}
