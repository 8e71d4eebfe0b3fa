/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a state says, held against the VM and the host that it is to be restored into. All of it is checked
 * before anything is changed: a state may come from anybody.
 */
#include "state.h"

#include <vgicv5/arch/intid.h>
#include <vgicv5/arch/irs.h>
#include <vgicv5/arch/its.h>
#include <vgicv5/arch/iwb.h>

#include "sysreg.h"
#include "virs.h"
#include "vits.h"

int vgicv5_state_refuse(const struct vgicv5_vm *vm, const char *why, int error)
{
	vgicv5_info("VM %u: state refused: %s: %s", vm->vm_id, why, vgicv5_strerror(error));
	return error;
}

/* ---- What the guest was shown ---- */

static int check_idr0(const struct vgicv5_vm *vm, uint32_t value)
{
	uint64_t known = GICV5_MASK(IRS_IDR0_SETLPI) | GICV5_MASK(IRS_IDR0_ONE_N) |
			 GICV5_MASK(IRS_IDR0_PA_RANGE) | GICV5_MASK(IRS_IDR0_INT_DOM);

	if (value & ~known || GICV5_GET(IRS_IDR0_INT_DOM, value) != GICV5_DOMAIN_NS ||
	    GICV5_GET(IRS_IDR0_PA_RANGE, value) > 7)
		return VGICV5_INVALID;
	return GICV5_GET(IRS_IDR0_ONE_N, value) && !vm->host->caps.virt_one_n ? VGICV5_UNSUPPORTED
									      : VGICV5_OK;
}

static int check_idr1(const struct vgicv5_vm *vm, uint32_t value)
{
	uint64_t known = GICV5_MASK(IRS_IDR1_PRI_BITS) | GICV5_MASK(IRS_IDR1_IAFFID_BITS) |
			 GICV5_MASK(IRS_IDR1_PE_CNT);

	if (value & ~known || GICV5_GET(IRS_IDR1_IAFFID_BITS, value) != vm->vpe_id_bits - 1u ||
	    GICV5_GET(IRS_IDR1_PE_CNT, value) != vm->vcpu_count || GICV5_GET(IRS_IDR1_PRI_BITS, value) > 4)
		return VGICV5_INVALID;
	return GICV5_GET(IRS_IDR1_PRI_BITS, value) >= vm->host->caps.pri_bits ? VGICV5_UNSUPPORTED
									      : VGICV5_OK;
}

static int check_idr2(const struct vgicv5_vm *vm, uint32_t value)
{
	uint64_t known = GICV5_MASK(IRS_IDR2_IST_L2SZ) | GICV5_MASK(IRS_IDR2_IST_LEVELS) |
			 GICV5_MASK(IRS_IDR2_MIN_LPI_ID_BITS) | GICV5_MASK(IRS_IDR2_LPI) |
			 GICV5_MASK(IRS_IDR2_ID_BITS);
	uint64_t bits = GICV5_GET(IRS_IDR2_ID_BITS, value);
	uint64_t least = GICV5_GET(IRS_IDR2_MIN_LPI_ID_BITS, value);

	if (value & ~known || !GICV5_GET(IRS_IDR2_LPI, value) || bits < least || bits > 24)
		return VGICV5_INVALID;
	return bits > vm->config.max_lpi_id_bits ? VGICV5_UNSUPPORTED : VGICV5_OK;
}

int vgicv5_state_check_idr(const struct vgicv5_vm *vm, unsigned int n, uint32_t value)
{
	switch (n) {
	case 0:
		return check_idr0(vm, value);
	case 1:
		return check_idr1(vm, value);
	default:
		return check_idr2(vm, value);
	}
}

/* ID_BITS is the only field that may differ between CPUs. */
static int check_icc_idr0(const struct vgicv5_vm *vm, uint32_t value)
{
	uint64_t here = vgicv5_sysreg_idr0(vm);

	if ((value ^ here) & ~GICV5_MASK(ICC_IDR0_EL1_ID_BITS) || GICV5_GET(ICC_IDR0_EL1_ID_BITS, value) > 1)
		return VGICV5_INVALID;
	return GICV5_GET(ICC_IDR0_EL1_ID_BITS, value) > GICV5_GET(ICC_IDR0_EL1_ID_BITS, here)
		       ? VGICV5_UNSUPPORTED
		       : VGICV5_OK;
}

static int check_ppis(const struct vgicv5_vm *vm, const uint8_t *body)
{
	const struct vgicv5_caps *caps = &vm->host->caps;
	unsigned int w;

	for (w = 0; w < 2; w++) {
		uint64_t visible = state_get64(body + STATE_VM_VISIBLE + 8 * w);
		uint64_t edge = state_get64(body + STATE_VM_EDGE + 8 * w);

		if (edge & ~visible)
			return VGICV5_INVALID;
		if (visible & ~caps->ppi_implemented[w])
			return VGICV5_UNSUPPORTED;
		if (visible != vm->config.ppi_visible[w])
			return VGICV5_INVALID;
		if (edge != (caps->ppi_edge[w] & visible))
			return VGICV5_UNSUPPORTED;
	}
	return VGICV5_OK;
}

static int check_vm(const struct vgicv5_vm *vm, const struct state_in *in)
{
	const uint8_t *body = in->only[VGICV5_STATE_VM].body;
	int error = VGICV5_OK;
	unsigned int n;

	for (n = 0; n < 3 && !error; n++)
		error = vgicv5_state_check_idr(vm, n, state_get32(body + STATE_VM_IDR + 4 * n));
	if (!error)
		error = check_icc_idr0(vm, state_get32(body + STATE_VM_ICC_IDR0));
	if (error)
		return vgicv5_state_refuse(vm, "identification registers", error);
	if (state_get32(body + STATE_VM_SPIS) != vm->config.spi_count ||
	    state_get32(body + STATE_VM_VCPUS) != vm->vcpu_count)
		return vgicv5_state_refuse(vm, "number of SPIs or vCPUs", VGICV5_INVALID);
	error = check_ppis(vm, body);
	return error ? vgicv5_state_refuse(vm, "PPIs", error) : VGICV5_OK;
}

static uint32_t shown_idr(const struct state_in *in, unsigned int n)
{
	return state_get32(in->only[VGICV5_STATE_VM].body + STATE_VM_IDR + 4 * n);
}

/* ---- Virtual IRS ---- */

static bool virs_is_good(const struct state_in *in, const uint8_t *body, const struct vgicv5_ist_shape *shape)
{
	uint64_t baser = state_get64(body + STATE_VIRS_BASER);
	bool valid = GICV5_GET(IRS_IST_BASER_VALID, baser);

	if (baser & ~VIRS_BASER_MASK || state_get32(body + STATE_VIRS_CFGR) & ~VIRS_CFGR_MASK ||
	    state_get32(body + STATE_VIRS_CR0) & ~GICV5_MASK(IRS_CR0_IRSEN) ||
	    state_get32(body + STATE_VIRS_CR1) & ~VIRS_CR1_MASK ||
	    state_get32(body + STATE_VIRS_SPI_SELR) & ~GICV5_MASK(IRS_SPI_SELR_ID) ||
	    state_get32(body + STATE_VIRS_PE_SELR) & ~GICV5_MASK(IRS_PE_SELR_IAFFID) ||
	    state_get32(body + STATE_VIRS_RESERVED))
		return false;
	if (valid && !vgicv5_virs_shape_offered(shown_idr(in, 2), shape))
		return false;
	return !in->only[VGICV5_STATE_LPI].body == !valid &&
	       !in->only[VGICV5_STATE_LPI_L2].body == !(valid && shape->two_level);
}

static int check_virs(const struct vgicv5_vm *vm, const struct state_in *in)
{
	const uint8_t *body = in->only[VGICV5_STATE_VIRS].body;
	struct vgicv5_ist_shape shape;

	vgicv5_virs_guest_shape(state_get32(body + STATE_VIRS_CFGR), shown_idr(in, 2), &shape);
	if (virs_is_good(in, body, &shape))
		return VGICV5_OK;
	return vgicv5_state_refuse(vm, "virtual IRS", VGICV5_INVALID);
}

/* ---- vCPUs ---- */

static bool vcpu_registers_are_good(const struct state_in *in, const uint8_t *body)
{
	uint32_t dps = state_get32(body + STATE_VCPU_FLAGS);

	return !(state_get64(body + STATE_VCPU_VMCR) & ~STATE_VMCR_MASK) &&
	       !(state_get64(body + STATE_VCPU_APR) >> GICV5_PRIORITY_LEVELS) &&
	       !(state_get64(body + STATE_VCPU_ICSR) & ~STATE_ICSR_MASK) && dps <= 1 &&
	       (dps || GICV5_GET(IRS_IDR0_ONE_N, shown_idr(in, 0)));
}

static bool ppis_are_good(const struct vgicv5_vcpu *vcpu, const uint8_t *body, unsigned int w)
{
	uint64_t visible = vcpu->hyp.visible[w];
	uint64_t edge = vcpu->vm->host->caps.ppi_edge[w];

	return !(state_get64(body + STATE_VCPU_ENABLE + 8 * w) & ~visible) &&
	       !(state_get64(body + STATE_VCPU_ACTIVE + 8 * w) & ~visible) &&
	       !(state_get64(body + STATE_VCPU_LATCH + 8 * w) & ~(visible & edge)) &&
	       !(state_get64(body + STATE_VCPU_LINE + 8 * w) & ~(visible & ~edge));
}

/* `vcpu` NULL: there are more of them than vCPUs. */
static int check_vcpu(const struct vgicv5_vcpu *vcpu, const struct state_in *in, const uint8_t *body)
{
	unsigned int i;

	if (!vcpu || vcpu->vpe_id != state_get32(body + STATE_VCPU_ID) ||
	    !vcpu_registers_are_good(in, body) || !ppis_are_good(vcpu, body, 0) ||
	    !ppis_are_good(vcpu, body, 1))
		return VGICV5_INVALID;
	for (i = 0; i < VGICV5_PPI_GROUPS; i++)
		if (state_get64(body + STATE_VCPU_PRIORITY + 8 * i) &
		    ~vgicv5_state_priority_mask(vcpu->hyp.visible[i / 8], i))
			return VGICV5_INVALID;
	/* An edge that hardware shall inject here cannot be latched. */
	for (i = 0; i < 2; i++)
		if (state_get64(body + STATE_VCPU_LATCH + 8 * i) & ~vcpu->hyp.edge[i])
			return VGICV5_UNSUPPORTED;
	return VGICV5_OK;
}

static int check_vcpus(const struct vgicv5_vm *vm, const struct state_in *in)
{
	const struct vgicv5_vcpu *vcpu = vm->vcpus;
	struct state_section section;
	size_t at = 0;
	int error = VGICV5_OK;

	/* Both are in order of the VPE ID. */
	while (!error && vgicv5_state_next_of(in, VGICV5_STATE_VCPU, &at, &section)) {
		error = check_vcpu(vcpu, in, section.body);
		vcpu = error ? NULL : vcpu->next;
	}
	if (!error && vcpu)
		error = VGICV5_INVALID;
	return error ? vgicv5_state_refuse(vm, "vCPUs", error) : VGICV5_OK;
}

/* ---- ITSs and IWBs ---- */

#define READ_EVENT_MASK                                                                   \
	(GICV5_MASK(ITS_READ_EVENT_DATAR_VIRT) | GICV5_MASK(ITS_READ_EVENT_DATAR_VM_ID) | \
	 GICV5_MASK(ITS_READ_EVENT_DATAR_VALID) | GICV5_MASK(ITS_READ_EVENT_DATAR_LPI_ID))

static bool its_is_ours(const struct vgicv5_vits *vits, const uint8_t *body)
{
	return vits && state_get32(body + STATE_ITS_ID) == vits->config.its_id &&
	       state_get32(body + STATE_ITS_WIDTHS) ==
		       (vits->config.device_id_bits | (uint32_t)vits->config.event_id_bits << 8);
}

static bool its_is_good(const uint8_t *body)
{
	return !(state_get64(body + STATE_ITS_DT_BASER) & ~GICV5_MASK(ITS_DT_BASER_ADDR)) &&
	       !(state_get32(body + STATE_ITS_DT_CFGR) & ~VITS_DT_CFGR_MASK) &&
	       !(state_get32(body + STATE_ITS_CR0) & ~GICV5_MASK(ITS_CR0_ITSEN)) &&
	       !(state_get32(body + STATE_ITS_CR1) & ~VITS_CR1_MASK) &&
	       !state_get32(body + STATE_ITS_RESERVED) &&
	       !(state_get64(body + STATE_ITS_READ_DATA) & ~READ_EVENT_MASK) &&
	       !(state_get64(body + STATE_ITS_SWERR_STATUS) & ~VITS_SWERR_MASK) &&
	       !(state_get64(body + STATE_ITS_SYNDROME + 8) & ~GICV5_MASK(ITS_SWERR_SYNDROMER1_ADDR));
}

static int check_itss(const struct vgicv5_vm *vm, const struct state_in *in)
{
	const struct vgicv5_vits *vits;
	struct state_section section;
	uint32_t count = 0;
	size_t at = 0;

	for (vits = vm->vits; vits; vits = vits->next)
		count++;
	for (; vgicv5_state_next_of(in, VGICV5_STATE_ITS, &at, &section); count--)
		if (!its_is_ours(vgicv5_state_vits_of(vm, section.body), section.body) ||
		    !its_is_good(section.body))
			return vgicv5_state_refuse(vm, "an ITS", VGICV5_INVALID);
	return count ? vgicv5_state_refuse(vm, "number of ITSs", VGICV5_INVALID) : VGICV5_OK;
}

static uint32_t bits_in(uint32_t word)
{
	uint32_t count = 0;

	for (; word; word &= word - 1)
		count++;
	return count;
}

static bool iwb_is_good(const struct vgicv5_viwb *viwb, const struct state_section *section)
{
	uint32_t words = viwb->config.wire_count / 32, due = 0, i;
	const uint8_t *body = section->body;
	uint64_t fixed = STATE_IWB_WORDS + 16ull * words;

	if (state_get32(body + STATE_IWB_WIRES) != viwb->config.wire_count || section->bytes < fixed ||
	    state_get32(body + STATE_IWB_CR0) & ~GICV5_MASK(IWB_CR0_IWBEN) ||
	    state_get32(body + STATE_IWB_RESERVED))
		return false;
	for (i = 0; i < words; i++)
		due += bits_in(state_get32(body + STATE_IWB_WORDS + 12 * words + 4 * i));
	if (section->bytes != state_round8(fixed + 4ull * due))
		return false;
	for (i = 0; i < due; i++)
		if (state_get32(body + fixed + 4 * i) & ~GICV5_MASK(INTID_ID))
			return false;
	return due % 2 == 0 || !state_get32(body + fixed + 4 * due);
}

static int check_iwbs(const struct vgicv5_vm *vm, const struct state_in *in)
{
	const struct vgicv5_viwb *viwb;
	struct state_section section;
	uint32_t count = 0;
	size_t at = 0;

	for (viwb = vm->viwbs; viwb; viwb = viwb->next)
		count++;
	for (; vgicv5_state_next_of(in, VGICV5_STATE_IWB, &at, &section); count--) {
		viwb = vgicv5_state_viwb_of(vm, section.body);
		if (!viwb || !iwb_is_good(viwb, &section))
			return vgicv5_state_refuse(vm, "an IWB", VGICV5_INVALID);
	}
	return count ? vgicv5_state_refuse(vm, "number of IWBs", VGICV5_INVALID) : VGICV5_OK;
}

/* ---- SPIs and LPIs ---- */

static uint64_t spi_word(const uint8_t *body, uint32_t words, uint32_t bitmap, uint32_t w)
{
	return state_get64(body + STATE_ENTRIES_REST + 8 * (bitmap * words + w));
}

/*
 * In the order of the section: trigger mode, line, registered, in flight, withdrawn; each of the last three
 * in the one before.
 */
static int check_spi_bitmaps(const struct vgicv5_vm *vm, const uint8_t *body)
{
	uint32_t words = state_words(vm->config.spi_count), w, i;
	uint64_t registered = 0;

	for (w = 0; w < words; w++) {
		uint64_t there = ~(uint64_t)0;

		if (w == words - 1 && vm->config.spi_count % 64)
			there = ((uint64_t)1 << vm->config.spi_count % 64) - 1;
		for (i = 0; i < STATE_SPI_BITMAPS; i++) {
			if (spi_word(body, words, i, w) & ~there)
				return VGICV5_INVALID;
			if (i >= 2)
				there = spi_word(body, words, i, w);
		}
		registered |= spi_word(body, words, 2, w);
	}
	return registered && !vm->eoi.registered ? VGICV5_UNSUPPORTED : VGICV5_OK;
}

static int check_entries(const struct vgicv5_vm *vm, const struct state_in *in,
			 const struct state_section *section, uint32_t count)
{
	uint32_t flags = state_get32(section->body + STATE_ENTRIES_FLAGS);
	struct state_rules rules = {
		.count = count,
		.one_n = GICV5_GET(IRS_IDR0_ONE_N, shown_idr(in, 0)),
		.stray = flags & STATE_STRAY,
	};

	if (flags & ~(uint32_t)STATE_STRAY)
		return VGICV5_INVALID;
	return vgicv5_state_check_runs(vm, &rules, vgicv5_state_runs_in(vm, section));
}

static int check_spis(const struct vgicv5_vm *vm, const struct state_in *in)
{
	const struct state_section *section = &in->only[VGICV5_STATE_SPI];
	uint32_t count = vm->config.spi_count;
	int error = VGICV5_INVALID;

	if (!section->body && !count)
		return VGICV5_OK;
	if (section->body && count && state_get32(section->body + STATE_ENTRIES_NUMBER) == count &&
	    section->bytes >= STATE_ENTRIES_REST + 8 * STATE_SPI_BITMAPS * state_words(count))
		error = check_spi_bitmaps(vm, section->body);
	if (!error)
		error = check_entries(vm, in, section, count);
	return error ? vgicv5_state_refuse(vm, "SPIs", error) : VGICV5_OK;
}

static bool l2_is_good(const struct state_section *section, uint32_t count)
{
	uint64_t end = 0;
	size_t i;

	for (i = 0; i < section->bytes; i += 8) {
		uint32_t first = state_get32(section->body + i);
		uint32_t n = state_get32(section->body + i + 4);

		if (!n || (i && first <= end) || (uint64_t)first + n > count)
			return false;
		end = (uint64_t)first + n;
	}
	return true;
}

/* That the sections are there has been checked. */
static int check_lpis(const struct vgicv5_vm *vm, const struct state_in *in)
{
	const struct state_section *section = &in->only[VGICV5_STATE_LPI];
	const struct state_section *l2 = &in->only[VGICV5_STATE_LPI_L2];
	struct vgicv5_ist_shape shape;
	int error = VGICV5_INVALID;

	if (!section->body)
		return VGICV5_OK;
	vgicv5_virs_guest_shape(state_get32(in->only[VGICV5_STATE_VIRS].body + STATE_VIRS_CFGR),
				shown_idr(in, 2), &shape);
	if (state_get32(section->body + STATE_ENTRIES_NUMBER) == shape.id_bits &&
	    (!l2->body || l2_is_good(l2, vgicv5_virs_l2_count(&shape))))
		error = check_entries(vm, in, section, (uint32_t)1 << shape.id_bits);
	return error ? vgicv5_state_refuse(vm, "LPIs", error) : VGICV5_OK;
}

/* Who is there is checked before what refers to it. */
int vgicv5_state_check_all(const struct vgicv5_vm *vm, const struct state_in *in)
{
	static int (*const checks[])(const struct vgicv5_vm *vm, const struct state_in *in) = {
		check_vm, check_virs, check_vcpus, check_itss, check_iwbs, check_spis, check_lpis,
	};
	int error = VGICV5_OK;
	unsigned int i;

	for (i = 0; i < sizeof(checks) / sizeof(checks[0]) && !error; i++)
		error = checks[i](vm, in);
	return error;
}
