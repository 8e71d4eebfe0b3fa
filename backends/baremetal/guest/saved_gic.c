// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The interrupt controller's section: the library's own format, unchanged. */
#include "saved.h"

void *saved_gic_take(struct shell_vm *vm, size_t *bytes, const char **wrong)
{
	(void)vm;
	*bytes = 0;
	*wrong = "the interrupt controller cannot be saved yet";
	return NULL;
}

const char *saved_gic_give(struct shell_vm *vm, const void *state, size_t bytes)
{
	(void)vm;
	(void)state;
	(void)bytes;
	return "the interrupt controller cannot be restored yet";
}
