// SPDX-License-Identifier: GPL-2.0-only
/*
 * The timers of a vCPU. Where GICv5 hardware has them wired to the vCPU's PPIs, the library has to be told of them
 * only when the vCPU goes to sleep. Otherwise (test transport) they are sampled after each exit, and the host's
 * interrupt of a timer is kept active while its output is high: it would interrupt the host for ever.
 */
#include "glue.h"

#include <linux/interrupt.h>

#include <kvm/arm_arch_timer.h>

/* @return whether the output has changed since the last look; `*level` is what it is. */
static bool sample(struct kvm_vcpu *vcpu, struct arch_timer_context *timer, bool *level)
{
	struct vgicv5_kvm_vcpu *lib = vgicv5_kvm_vcpu_of(vcpu);
	struct vgic_irq *irq = vgic_get_vcpu_irq(vcpu, timer_irq(timer));
	bool changed = false;

	*level = false;
	scoped_guard(raw_spinlock_irqsave, &irq->irq_lock)
	{
		/* Not before the vCPU's first run. */
		if (irq->ops && irq->ops->get_input_level) {
			*level = irq->ops->get_input_level(irq->intid);
			changed = irq->line_level != *level;
			irq->line_level = *level;
			vgicv5_inject_ppi(&lib->vcpu, vgic_v5_get_hwirq_id(irq->intid), *level);
		}
	}
	vgic_put_irq(vcpu->kvm, irq);
	return changed;
}

void vgicv5_kvm_sample_timers(struct kvm_vcpu *vcpu)
{
	bool level;

	sample(vcpu, vcpu_vtimer(vcpu), &level);
	sample(vcpu, vcpu_ptimer(vcpu), &level);
}

static void sync(struct kvm_vcpu *vcpu, struct arch_timer_context *timer)
{
	bool level;

	if (sample(vcpu, timer, &level))
		WARN_ON_ONCE(irq_set_irqchip_state(timer->host_timer_irq, IRQCHIP_STATE_ACTIVE, level));
}

void vgicv5_kvm_sync_timers(struct kvm_vcpu *vcpu)
{
	struct timer_map map;

	get_timer_map(vcpu, &map);
	sync(vcpu, map.direct_vtimer);
	if (map.direct_ptimer)
		sync(vcpu, map.direct_ptimer);
}
