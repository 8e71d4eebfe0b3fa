/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Level SPIs. Apart from injection, so that those of edges do not carry the weight of the loop.
 */
#include <vgicv5/arch/intid.h>

#include "assign.h"
#include "bitmap.h"
#include "inject.h"
#include "irs_cmd.h"

/*
 * Two CPUs may change one line at the same time, and their VDPENDs may then take effect in the other order than
 * their changes of the bitmap: an instruction's effect comes in finite time, no more (R_XCLJC). So each waits for its
 * own effect and looks again. Whichever effect is last, its CPU looked at the line after it, and put right what
 * it saw. A turn more means that another call has changed the line meanwhile: lock-free, and with nobody else
 * there it is one turn.
 *
 * The line of an assigned SPI is a wire, of which the IRS knows. It may become one, or be one no more, meanwhile: so
 * that is looked at as the line is.
 */
void vgicv5_spi_follow_line(struct vgicv5_vm *vm, uint32_t spi)
{
	bool assigned, asserted;

	do {
		assigned = vgicv5_assigned(vm, spi);
		asserted = vgicv5_bitmap_test(vm->spi_line, spi);
		if (assigned) {
			vgicv5_irs_resample_spi(vm->host, spi);
		} else {
			vgicv5_inject_pend(vm, GICV5_INTID(GICV5_TYPE_SPI, spi), asserted);
			vgicv5_gsb_SYS();
		}
	} while (vgicv5_assigned(vm, spi) != assigned || vgicv5_bitmap_test(vm->spi_line, spi) != asserted);
}
