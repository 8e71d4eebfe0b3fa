// SPDX-License-Identifier: GPL-2.0-only
/* The GICv5 of the machine. */
#include "glue.h"

#include <linux/irqchip/arm-vgic-info.h>

#ifdef CONFIG_KVM_VGICV5_TRANSPORT
/* The software GICv5 takes its place, but nobody has tried that beside a real one. */
int vgic_v5_probe(const struct gic_kvm_info *info)
{
	kvm_err("built with the test transport of libvgicv5: not for a host with GICv5\n");
	return -ENODEV;
}
#endif
