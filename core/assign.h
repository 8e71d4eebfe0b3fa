/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Assigned wires: what the virtual IRS, ends of interrupts and the life cycle have to do for them. */
#ifndef VGICV5_CORE_ASSIGN_H
#define VGICV5_CORE_ASSIGN_H

#include <vgicv5/assign.h>

#include "bitmap.h"

static inline bool vgicv5_assign_test(const uint64_t *bitmap, uint32_t spi)
{
	return bitmap && vgicv5_bitmap_test(bitmap, spi);
}

/* For an SPI below spi_count. */
static inline bool vgicv5_assigned(const struct vgicv5_vm *vm, uint32_t spi)
{
	return vgicv5_assign_test(VGICV5_LOAD_ACQUIRE(&vm->assign.assigned), spi);
}

/* It is assigned or about to be: when it becomes pending is not known to software. */
static inline bool vgicv5_assign_claimed(const struct vgicv5_vm *vm, uint32_t spi)
{
	return vgicv5_assign_test(VGICV5_LOAD_ACQUIRE(&vm->assign.claimed), spi);
}

/* The trigger mode of an assigned wire follows the guest's; vm->mutex is held. Otherwise the guest's may not change. */
int vgicv5_assign_set_mode(struct vgicv5_vm *vm, uint32_t spi, bool level);

/* Before the IRS is asked to let go of the VM: a wire must not drive whoever gets its VM ID. vm->mutex is held. */
int vgicv5_assign_return_all(struct vgicv5_vm *vm);
void vgicv5_assign_release(struct vgicv5_vm *vm);

bool vgicv5_assign_any(const struct vgicv5_vm *vm);

#endif
