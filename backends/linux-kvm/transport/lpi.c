// SPDX-License-Identifier: GPL-2.0-only
/*
 * The physical side of the software GICv5: its LPIs as a domain of Linux interrupts, as the driver of a real one has.
 */
/* First: the kernel's own header of GICv5 has macros of the same names. */
#include <vgicv5/arch/irs.h>

#include "transport.h"

#include <linux/idr.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/slab.h>

#include <vgicv5/arch/intid.h>
#include <vgicv5_port.h>

#include "glue/glue.h"

#define LPI_PRIORITY 16

static struct irq_domain *lpi_domain;
static DEFINE_IDA(lpi_ida);
static unsigned int lpi_count;

static uint64_t operand(const struct irq_data *data)
{
	return GICV5_INTID(GICV5_TYPE_LPI, data->hwirq);
}

/* ---- The chip ---- */

static void lpi_mask(struct irq_data *data)
{
	vgicv5_gic_CDDIS(operand(data));
	vgicv5_gsb_SYS();
}

static void lpi_unmask(struct irq_data *data)
{
	vgicv5_gic_CDEN(operand(data));
	vgicv5_gsb_SYS();
}

static void lpi_eoi(struct irq_data *data)
{
	vgicv5_gic_CDDI(operand(data));
}

static int lpi_set_affinity(struct irq_data *data, const struct cpumask *mask, bool force)
{
	unsigned int cpu = force ? cpumask_first(mask) : cpumask_any_and(mask, cpu_online_mask);

	if (cpu >= nr_cpu_ids)
		return -EINVAL;
	vgicv5_gic_CDAFF(operand(data) | GICV5_PUT(CDAFF_IAFFID, cpu));
	vgicv5_gsb_SYS();
	irq_data_update_effective_affinity(data, cpumask_of(cpu));
	return IRQ_SET_MASK_OK_DONE;
}

static int lpi_set_state(struct irq_data *data, enum irqchip_irq_state which, bool value)
{
	if (which != IRQCHIP_STATE_PENDING)
		return -EINVAL;
	vgicv5_gic_CDPEND(operand(data) | GICV5_PUT(CDPEND_PENDING, value));
	vgicv5_gsb_SYS();
	return 0;
}

static int lpi_get_state(struct irq_data *data, enum irqchip_irq_state which, bool *value)
{
	struct vgicv5_soft_interrupt state;

	if (!vgicv5_soft_inspect(vgicv5_transport_soft, VGICV5_SOFT_PHYSICAL, operand(data), &state))
		return -EINVAL;
	switch (which) {
	case IRQCHIP_STATE_PENDING:
		*value = state.pending;
		return 0;
	case IRQCHIP_STATE_ACTIVE:
		*value = state.active;
		return 0;
	default:
		return -EINVAL;
	}
}

static int lpi_retrigger(struct irq_data *data)
{
	return !lpi_set_state(data, IRQCHIP_STATE_PENDING, true);
}

static const struct irq_chip lpi_chip = {
	.name = "softGICv5-LPI",
	.irq_mask = lpi_mask,
	.irq_unmask = lpi_unmask,
	.irq_eoi = lpi_eoi,
	.irq_set_affinity = lpi_set_affinity,
	.irq_retrigger = lpi_retrigger,
	.irq_set_irqchip_state = lpi_set_state,
	.irq_get_irqchip_state = lpi_get_state,
	.flags = IRQCHIP_SKIP_SET_WAKE | IRQCHIP_MASK_ON_SUSPEND,
};

/* ---- The domain ---- */

static void lpi_domain_free(struct irq_domain *domain, unsigned int virq, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		struct irq_data *data = irq_domain_get_irq_data(domain, virq + i);

		lpi_mask(data);
		lpi_set_state(data, IRQCHIP_STATE_PENDING, false);
		ida_free(&lpi_ida, data->hwirq);
		irq_set_handler(virq + i, NULL);
		irq_domain_reset_irq_data(data);
	}
}

static void lpi_reset(struct irq_data *data)
{
	lpi_mask(data);
	lpi_set_state(data, IRQCHIP_STATE_PENDING, false);
	vgicv5_gic_CDPRI(operand(data) | GICV5_PUT(CDPRI_PRIORITY, LPI_PRIORITY));
	vgicv5_gic_CDHM(operand(data) | GICV5_PUT(CDHM_HM, GICV5_HM_EDGE));
	lpi_set_affinity(data, cpu_online_mask, false);
}

static int lpi_domain_alloc(struct irq_domain *domain, unsigned int virq, unsigned int count, void *arg)
{
	unsigned int i;
	int lpi;

	for (i = 0; i < count; i++) {
		lpi = ida_alloc_max(&lpi_ida, lpi_count - 1, GFP_KERNEL);
		if (lpi < 0) {
			lpi_domain_free(domain, virq, i);
			return lpi;
		}
		irq_domain_set_info(domain, virq + i, lpi, &lpi_chip, NULL, handle_fasteoi_irq, NULL, NULL);
		irqd_set_single_target(irq_get_irq_data(virq + i));
		lpi_reset(irq_domain_get_irq_data(domain, virq + i));
	}
	return 0;
}

static const struct irq_domain_ops lpi_domain_ops = {
	.alloc = lpi_domain_alloc,
	.free = lpi_domain_free,
};

/* ---- Bringing the IRS up ---- */

static volatile u8 *irs(unsigned int offset)
{
	return (volatile u8 *)vgicv5_transport_irs() + offset;
}

/* A linear table; the model completes each command before it returns. */
static int make_lpi_table(void)
{
	uint32_t idr2 = vgicv5_mmio_read32(irs(GICV5_IRS_IDR2));
	unsigned int id_bits = GICV5_GET(IRS_IDR2_MIN_LPI_ID_BITS, idr2);
	unsigned int istsz = 0;
	size_t bytes;
	void *table;

	if (GICV5_GET(IRS_IDR2_ISTMD, idr2))
		istsz = id_bits < GICV5_GET(IRS_IDR2_ISTMD_SZ, idr2) ? 1 : 2;
	bytes = max_t(size_t, (size_t)4 << (id_bits + istsz), 64);
	table = alloc_pages_exact(bytes, GFP_KERNEL | __GFP_ZERO);
	if (!table)
		return -ENOMEM;
	vgicv5_mmio_write32(irs(GICV5_IRS_IST_CFGR), GICV5_PUT(IRS_IST_CFGR_ISTSZ, istsz) |
							     GICV5_PUT(IRS_IST_CFGR_LPI_ID_BITS, id_bits));
	vgicv5_mmio_write64(irs(GICV5_IRS_IST_BASER),
			    virt_to_phys(table) | GICV5_PUT(IRS_IST_BASER_VALID, 1));
	lpi_count = 1u << id_bits;
	return 0;
}

struct irq_domain *vgicv5_transport_lpi_domain(void)
{
	struct fwnode_handle *fwnode;

	if (make_lpi_table())
		return NULL;
	vgicv5_mmio_write32(irs(GICV5_IRS_CR0), GICV5_PUT(IRS_CR0_IRSEN, 1));
	fwnode = irq_domain_alloc_named_fwnode("softGICv5-LPI");
	if (!fwnode)
		return NULL;
	lpi_domain = irq_domain_create_tree(fwnode, &lpi_domain_ops, NULL);
	if (!lpi_domain)
		irq_domain_free_fwnode(fwnode);
	return lpi_domain;
}

void vgicv5_transport_init_cpu(void)
{
	vgicv5_write_ICC_PCR_EL1(GICV5_PRIORITY_LOWEST);
	vgicv5_write_ICC_CR0_EL1(vgicv5_read_ICC_CR0_EL1() | GICV5_PUT(ICC_CR0_EL1_EN, 1));
}

void vgicv5_transport_take_irqs(void)
{
	uint64_t intid;

	while (vgicv5_transport_irq_pending()) {
		intid = vgicv5_gicr_CDIA();
		if (!GICV5_GET(CDIA_VALID, intid))
			continue;
		vgicv5_gsb_ACK();
		vgicv5_gic_CDEOI();
		if (generic_handle_domain_irq(lpi_domain, GICV5_GET(CDIA_ID, intid))) {
			kvm_err("software GICv5: interrupt %llx of nobody\n", intid);
			vgicv5_gic_CDDI(intid);
		}
	}
}
