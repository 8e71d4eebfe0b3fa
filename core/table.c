/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Allocation of memory that the IRS reads and writes. */
#include "table.h"

void *vgicv5_table_alloc(const struct vgicv5_host *host, size_t bytes)
{
	size_t align = (size_t)1 << vgicv5_log2_up(bytes);
	void *table;

	if (align < VGICV5_TABLE_ALIGN)
		align = VGICV5_TABLE_ALIGN;
	table = vgicv5_port_alloc(bytes, align);
	if (!table)
		return NULL;
	if ((vgicv5_port_phys(table) + bytes - 1) >> host->caps.pa_bits) {
		vgicv5_error("memory at 0x%llx is beyond the %u address bits of the IRS",
			     (unsigned long long)vgicv5_port_phys(table), host->caps.pa_bits);
		vgicv5_port_free(table, bytes);
		return NULL;
	}
	vgicv5_table_publish(host, table, bytes);
	return table;
}
