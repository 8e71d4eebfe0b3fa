/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Injection of SPIs and LPIs.
 */
#ifndef VGICV5_CORE_INJECT_H
#define VGICV5_CORE_INJECT_H

#include <vgicv5/vm.h>

/*
 * Makes the pending state of a level SPI that of its line; for an SPI below spi_count of a started VM. Any context,
 * no lock, also several at once for the same SPI.
 */
void vgicv5_spi_follow_line(struct vgicv5_vm *vm, uint32_t spi);

#endif
