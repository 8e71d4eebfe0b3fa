/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief GIC instructions: who may execute them, which domain they act on, what they do.
 */
#include "model.h"

#define OP1_LO 11
#define OP1_MASK (7u << OP1_LO)
#define OP1_CD 0u
#define OP1_VD 4u
#define OP1_LD 6u

/* One operation on the state of an LPI or SPI. */
typedef uint32_t iste_change(const struct vgicv5_soft *gic, uint32_t iste, uint64_t operand);

static uint32_t set_field(uint32_t iste, uint64_t mask, uint64_t value)
{
	return (uint32_t)((iste & ~mask) | value);
}

static uint32_t op_en(const struct vgicv5_soft *gic, uint32_t iste, uint64_t operand)
{
	(void)gic;
	(void)operand;
	return iste | (uint32_t)GICV5_MASK(L2_ISTE_ENABLE);
}

static uint32_t op_dis(const struct vgicv5_soft *gic, uint32_t iste, uint64_t operand)
{
	(void)gic;
	(void)operand;
	return iste & (uint32_t)~GICV5_MASK(L2_ISTE_ENABLE);
}

static uint32_t op_pri(const struct vgicv5_soft *gic, uint32_t iste, uint64_t operand)
{
	/* Unimplemented low-order bits of a priority are ignored. */
	uint64_t implemented = 0x1fu & (0x1fu << (5 - gic->config.pri_bits));

	return set_field(iste, GICV5_MASK(L2_ISTE_PRIORITY),
			 GICV5_PUT(L2_ISTE_PRIORITY, GICV5_GET(CDPRI_PRIORITY, operand) & implemented));
}

static uint32_t op_aff(const struct vgicv5_soft *gic, uint32_t iste, uint64_t operand)
{
	(void)gic;
	iste = set_field(iste, GICV5_MASK(L2_ISTE_IRM),
			 GICV5_PUT(L2_ISTE_IRM, GICV5_GET(CDAFF_IRM, operand)));
	return set_field(iste, GICV5_MASK(L2_ISTE_IAFFID),
			 GICV5_PUT(L2_ISTE_IAFFID, GICV5_GET(CDAFF_IAFFID, operand)));
}

static uint32_t op_pend(const struct vgicv5_soft *gic, uint32_t iste, uint64_t operand)
{
	(void)gic;
	return set_field(iste, GICV5_MASK(L2_ISTE_PENDING),
			 GICV5_PUT(L2_ISTE_PENDING, GICV5_GET(CDPEND_PENDING, operand)));
}

static uint32_t op_di(const struct vgicv5_soft *gic, uint32_t iste, uint64_t operand)
{
	(void)gic;
	(void)operand;
	return iste & (uint32_t)~GICV5_MASK(L2_ISTE_ACTIVE);
}

static uint32_t op_hm(const struct vgicv5_soft *gic, uint32_t iste, uint64_t operand)
{
	(void)gic;
	return set_field(iste, GICV5_MASK(L2_ISTE_HM), GICV5_PUT(L2_ISTE_HM, GICV5_GET(CDHM_HM, operand)));
}

/* The instructions with an operand, by the encoding of their CD form; `trap`: bit of ICH_HFGITR_EL2. */
static const struct operation {
	uint16_t encoding;
	uint8_t trap;
	iste_change *change; /* NULL: reads the configuration */
} operations[] = {
	{GICV5_GIC_CDEN, GICV5_ICH_HFGITR_EL2_GICCDEN_LO, op_en},
	{GICV5_GIC_CDDIS, GICV5_ICH_HFGITR_EL2_GICCDDIS_LO, op_dis},
	{GICV5_GIC_CDPRI, GICV5_ICH_HFGITR_EL2_GICCDPRI_LO, op_pri},
	{GICV5_GIC_CDAFF, GICV5_ICH_HFGITR_EL2_GICCDAFF_LO, op_aff},
	{GICV5_GIC_CDPEND, GICV5_ICH_HFGITR_EL2_GICCDPEND_LO, op_pend},
	{GICV5_GIC_CDRCFG, GICV5_ICH_HFGITR_EL2_GICCDRCFG_LO, NULL},
	{GICV5_GIC_CDDI, GICV5_ICH_HFGITR_EL2_GICCDDI_LO, op_di},
	{GICV5_GIC_CDHM, GICV5_ICH_HFGITR_EL2_GICCDHM_LO, op_hm},
};

static const struct operation *find_operation(unsigned int encoding)
{
	unsigned int i;

	for (i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
		if (operations[i].encoding == (encoding & ~OP1_MASK))
			return &operations[i];
	}
	return NULL;
}

/* The table that an operand names; NULL: nothing that these instructions can reach. */
static struct vsoft_ist *find_ist(struct vgicv5_soft *gic, struct vsoft_vm *vm, bool virtual,
				  uint64_t operand)
{
	struct vsoft_ist *ists = gic->ist;

	if (virtual) {
		if (!vm)
			return NULL; /* no resident VPE */
		ists = vm->ist;
	}
	if (!gic->config.cpu_id_bits && GICV5_GET(INSN_ID, operand) >> 16)
		return NULL;
	switch (GICV5_GET(INSN_TYPE, operand)) {
	case GICV5_TYPE_LPI:
		return &ists[VSOFT_LPIS];
	case GICV5_TYPE_SPI:
		return &ists[VSOFT_SPIS];
	default:
		return NULL;
	}
}

static void read_config(struct vgicv5_soft *gic, struct vsoft_pe *pe, struct vsoft_ist *ist, uint32_t id)
{
	uint32_t iste;

	pe->icsr_unsynced = true;
	if (!ist || !vsoft_iste_load(gic, ist, id, &iste)) {
		pe->icsr = GICV5_MASK(ICC_ICSR_EL1_F);
		return;
	}
	pe->icsr = GICV5_PUT(ICC_ICSR_EL1_IAFFID, GICV5_GET(L2_ISTE_IAFFID, iste)) |
		   GICV5_PUT(ICC_ICSR_EL1_PRIORITY, GICV5_GET(L2_ISTE_PRIORITY, iste)) |
		   GICV5_PUT(ICC_ICSR_EL1_HM, GICV5_GET(L2_ISTE_HM, iste)) |
		   GICV5_PUT(ICC_ICSR_EL1_ACTIVE, GICV5_GET(L2_ISTE_ACTIVE, iste)) |
		   GICV5_PUT(ICC_ICSR_EL1_IRM, GICV5_GET(L2_ISTE_IRM, iste)) |
		   GICV5_PUT(ICC_ICSR_EL1_PENDING, GICV5_GET(L2_ISTE_PENDING, iste)) |
		   GICV5_PUT(ICC_ICSR_EL1_ENABLED, GICV5_GET(L2_ISTE_ENABLE, iste));
}

/* Where 1ofN does not exist, an AFF that asks for it is ignored whole. */
static bool refused(const struct vgicv5_soft *gic, const struct operation *op, bool virtual, uint64_t operand)
{
	if (op->encoding != GICV5_GIC_CDAFF || !GICV5_GET(CDAFF_IRM, operand))
		return false;
	return virtual ? !gic->config.virt_one_n : !gic->config.one_n;
}

static void apply(struct vgicv5_soft *gic, const struct operation *op, struct vsoft_ist *ist, bool virtual,
		  uint64_t operand)
{
	uint32_t id = (uint32_t)GICV5_GET(INSN_ID, operand);
	uint32_t iste, changed;

	if (!ist || refused(gic, op, virtual, operand) || !vsoft_iste_load(gic, ist, id, &iste))
		return; /* no effect on unreachable interrupts */
	if (op->encoding == GICV5_GIC_CDDI)
		gic->counters.deactivates++;
	changed = op->change(gic, iste, operand);
	if (changed != iste)
		vsoft_iste_store(gic, ist, id, changed);
}

static void execute(struct vgicv5_soft *gic, struct vsoft_pe *pe, const struct operation *op, bool virtual,
		    bool vd_form, uint64_t operand)
{
	struct vsoft_vm *vm = pe->resident ? pe->resident->vm : NULL;
	struct vsoft_ist *ist;

	if (vd_form && op->encoding == GICV5_GIC_CDPEND) {
		/* VDPEND has its own layout: the VM is named, and PENDING is elsewhere. */
		vm = vsoft_vm(gic, (uint32_t)GICV5_GET(VDPEND_VM, operand));
		operand = GICV5_ADDR(INSN_TYPE, operand) | GICV5_ADDR(INSN_ID, operand) |
			  GICV5_PUT(CDPEND_PENDING, GICV5_GET(VDPEND_PENDING, operand));
	}
	if (op->encoding == GICV5_GIC_CDDI && GICV5_GET(INSN_TYPE, operand) == GICV5_TYPE_PPI && !vd_form) {
		gic->counters.deactivates++;
		vsoft_ppi_deactivate(gic, pe, virtual, (unsigned int)GICV5_GET(INSN_ID, operand));
		return;
	}
	ist = find_ist(gic, vm, virtual, operand);
	if (op->change)
		apply(gic, op, ist, virtual, operand);
	else
		read_config(gic, pe, ist, (uint32_t)GICV5_GET(INSN_ID, operand));
}

static bool trapped(const struct vsoft_pe *pe, const struct vgicv5_soft_access *access, unsigned int bit)
{
	return access->el == 1 && !(pe->hfg[2] >> bit & 1); /* negative polarity */
}

/* Instructions without an operand. Result: VGICV5_SOFT_UNDEFINED also for what is none of them. */
static enum vgicv5_soft_result special(struct vgicv5_soft *gic, struct vsoft_pe *pe,
				       const struct vgicv5_soft_access *access, unsigned int encoding,
				       bool read, uint64_t *value)
{
	bool ack = encoding == GICV5_GIC_CDIA || encoding == GICV5_GIC_CDNMIA;
	unsigned int trap = GICV5_ICH_HFGITR_EL2_GICCDEOI_LO;
	bool virtual = vsoft_is_virtual(access);

	if (read != ack)
		return VGICV5_SOFT_UNDEFINED;
	if (encoding == GICV5_GSB_SYS || encoding == GICV5_GSB_ACK)
		return VGICV5_SOFT_DONE;
	if (!ack && encoding != GICV5_GIC_CDEOI)
		return VGICV5_SOFT_UNDEFINED;
	if (encoding == GICV5_GIC_CDIA)
		trap = GICV5_ICH_HFGITR_EL2_GICRCDIA_LO;
	else if (encoding == GICV5_GIC_CDNMIA)
		trap = GICV5_ICH_HFGITR_EL2_GICRCDNMIA_LO;
	if (trapped(pe, access, trap))
		return VGICV5_SOFT_TRAPPED;
	if (ack)
		*value = vsoft_acknowledge(gic, pe, virtual, encoding == GICV5_GIC_CDNMIA, access->nmi);
	else
		vsoft_priority_drop(gic, pe, virtual);
	return VGICV5_SOFT_DONE;
}

enum vgicv5_soft_result vsoft_insn(struct vgicv5_soft *gic, struct vsoft_pe *pe,
				   const struct vgicv5_soft_access *access, unsigned int encoding, bool read,
				   uint64_t *value)
{
	const struct operation *op = find_operation(encoding);
	unsigned int op1 = (encoding & OP1_MASK) >> OP1_LO;

	if (access->el == 0)
		return VGICV5_SOFT_UNDEFINED;
	if (!op)
		return special(gic, pe, access, encoding, read, value);
	if (read)
		return VGICV5_SOFT_UNDEFINED;
	switch (op1) {
	case OP1_CD:
		if (trapped(pe, access, op->trap))
			return VGICV5_SOFT_TRAPPED;
		execute(gic, pe, op, vsoft_is_virtual(access), false, *value);
		return VGICV5_SOFT_DONE;
	case OP1_VD:
		if (access->el == 1)
			return access->nv ? VGICV5_SOFT_TRAPPED : VGICV5_SOFT_UNDEFINED;
		execute(gic, pe, op, true, true, *value);
		return VGICV5_SOFT_DONE;
	case OP1_LD:
		if (access->el < 3)
			return VGICV5_SOFT_UNDEFINED;
		execute(gic, pe, op, false, false, *value);
		return VGICV5_SOFT_DONE;
	default:
		return VGICV5_SOFT_UNDEFINED;
	}
}
