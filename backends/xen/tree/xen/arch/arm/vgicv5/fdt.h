/* SPDX-License-Identifier: GPL-2.0-only */
/* What the two files of device trees share. Results as those of libfdt. */
#ifndef __VGIC_V5_FDT_H__
#define __VGIC_V5_FDT_H__

#include <xen/types.h>

struct domain;
struct dt_device_node;

/* ---- fdt.c ---- */

/* Begins a node that is named after its address, with one frame as "reg". */
int vgic_v5_begin_frame(void *fdt, const char *name, uint64_t base);
/* Cells and ranges of a node whose children are in its own address space. */
int vgic_v5_add_cells(void *fdt);

/* ---- fdt_its.c ---- */

/*
 * What a domain's node says of ITS and IWB, as CDF flags. False: it cannot be
 * had, and it has been said why.
 */
bool vgic_v5_read_its_config(const struct dt_device_node *node,
                             uint8_t version, unsigned int *flags);
/* Nothing if the domain has none. */
int vgic_v5_add_its(void *fdt, const struct domain *d);
int vgic_v5_add_iwb(void *fdt, const struct domain *d);

#endif

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
