/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Virtual interrupt state tables: memory, and handing it to the IRS. May sleep; the VM's mutex is held. */
#ifndef VGICV5_CORE_IST_H
#define VGICV5_CORE_IST_H

#include <vgicv5/vm.h>

/* Shape of a table. `istsz` is raised to what the hardware requires. */
struct vgicv5_ist_shape {
	uint8_t id_bits;
	uint8_t istsz;
	uint8_t l2sz; /* enum gicv5_l2sz, with two_level */
	bool two_level;
};

/* The shape for a space of 2^id_bits interrupts that are all reachable at once. */
void vgicv5_ist_flat_shape(const struct vgicv5_caps *caps, unsigned int id_bits,
			   struct vgicv5_ist_shape *shape);

/* IDs covered by one L2 table of that shape, as a power of two. */
unsigned int vgicv5_ist_index_bits(unsigned int istsz, unsigned int l2sz);

/* Makes the table, without L2 tables. VGICV5_NO_MEMORY; VGICV5_LIMIT: it takes more than `limit` bytes. */
int vgicv5_ist_create(struct vgicv5_vm *vm, struct vgicv5_ist *ist, const struct vgicv5_ist_shape *shape,
		      size_t limit);

/*
 * Makes the L2 tables of the IDs from `id`, 2^`bits` of them, those that are missing. If the IST is valid, as seen by
 * the IRS with IRS_VMAP_L2_VISTR. Nothing to do for a linear table.
 * VGICV5_NO_MEMORY, VGICV5_LIMIT, and as for commands (irs_cmd.h), VGICV5_REFUSED: part of them may be there.
 */
int vgicv5_ist_map(struct vgicv5_vm *vm, struct vgicv5_ist *ist, unsigned int type, uint32_t id,
		   unsigned int bits, size_t limit);

/* The same for `count` IDs. */
int vgicv5_ist_map_range(struct vgicv5_vm *vm, struct vgicv5_ist *ist, unsigned int type, uint32_t id,
			 uint32_t count, size_t limit);

/* Hands the table to the IRS, or takes it back. As for commands, VGICV5_REFUSED: it is as it was before. */
int vgicv5_ist_make_valid(struct vgicv5_vm *vm, struct vgicv5_ist *ist, unsigned int type);
int vgicv5_ist_make_invalid(struct vgicv5_vm *vm, struct vgicv5_ist *ist, unsigned int type);

/* Frees everything; the IRS must not own it. Does nothing on an empty one. */
void vgicv5_ist_free(struct vgicv5_ist *ist);

#endif
