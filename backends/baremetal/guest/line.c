// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Level lines of the machine that belong to a VM. The machine's interrupt stays active from its acknowledge until the
 * guest deactivates its own: in between there is nothing to be seen and nothing to be masked. A line that is high then
 * makes the machine's interrupt pending again, which begins it all anew.
 */
#include "guest.h"

#include <vgicv5/eoi.h>

static void asserted(void *ctx, unsigned int spi)
{
	shell_inject_spi(ctx, spi, true);
}

void vm_deactivated(struct vgicv5_vm *gic, uint32_t spi)
{
	struct shell_vm *vm = vm_of_gic(gic);

	count(&vm->counters.line_ends);
	shell_inject_spi(vm, spi, false);
	shell_host_spi_end(spi);
}

int shell_line_assign(struct shell_vm *vm, unsigned int spi)
{
	return shell_host_spi_hold(spi, asserted, vm);
}

void shell_line_reset(struct shell_vm *vm, unsigned int spi)
{
	/* What an earlier life of the VM did not come to deactivate. A VM that is off cannot register. */
	shell_host_spi_end(spi);
	vgicv5_eoi_register(&vm->gic, spi);
}
