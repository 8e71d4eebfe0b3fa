// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Exceptions of the shell itself, and its end. */
#include "../guest/guest.h"
#include "../machine/machine.h"
#include "semihost.h"

static void dump_regs(const struct guest_regs *regs)
{
	unsigned int i;

	for (i = 0; i < 31; i++)
		con_printf("  x%-2u %016lx%s", i, regs->x[i], i % 4 == 3 ? "\n" : "");
	con_printf("\n  pc  %016lx  pstate %lx\n", regs->pc, regs->pstate);
}

void shell_panic(const char *format, ...)
{
	const struct shell_cpu *cpu = this_cpu();
	va_list args;

	con_puts("\n[shell] PANIC: ");
	va_start(args, format);
	con_vprintf(format, args);
	va_end(args);
	con_printf("\n[shell] on CPU %u\n", cpu->index);
	if (cpu->current) {
		con_printf("[shell] guest %s vcpu%u:\n", cpu->current->vm->name, cpu->current->index);
		dump_regs(&cpu->current->regs);
	}
	for (;;)
		__asm__ volatile("wfi");
}

/* From the vectors. */
void el2_exception(unsigned int kind, struct guest_regs *regs);
void el2_exception(unsigned int kind, struct guest_regs *regs)
{
	uint64_t esr = READ_SYSREG(esr_el2);

	if (kind == EXIT_SYNC && (semihost_exception(regs, esr) || machine_exception(regs, esr)))
		return;
	dump_regs(regs);
	shell_panic("exception %u at EL2: ESR %lx FAR %lx", kind, esr, READ_SYSREG(far_el2));
}
