// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The interrupt controller's section: the library's own format, unchanged. */
#include "saved.h"

#include <vgicv5/state.h>

#define ATTEMPTS 100u /* interrupts of other CPUs' devices may arrive meanwhile */

static int take(struct shell_vm *vm, void **state, size_t *bytes)
{
	int error = vgicv5_state_size(&vm->gic, bytes);

	*state = NULL;
	if (error)
		return error;
	*state = shell_alloc(*bytes, 16);
	if (!*state)
		return VGICV5_NO_MEMORY;
	error = vgicv5_state_save(&vm->gic, *state, *bytes, NULL);
	if (error)
		shell_free(*state, *bytes);
	return error;
}

void *saved_gic_take(struct shell_vm *vm, size_t *bytes, const char **wrong)
{
	unsigned int attempt = 0;
	void *state;
	int error;

	do
		error = take(vm, &state, bytes);
	while ((error == VGICV5_BUSY || error == VGICV5_LIMIT) && ++attempt < ATTEMPTS);
	*wrong = error ? vgicv5_strerror(error) : NULL;
	return error ? NULL : state;
}

const char *saved_gic_give(struct shell_vm *vm, const void *state, size_t bytes)
{
	int error = vgicv5_state_restore(&vm->gic, state, bytes);

	switch (error) {
	case 0:
		return NULL;
	case VGICV5_INVALID:
		return "its interrupt controller's state is damaged, or of a VM of another shape";
	case VGICV5_UNSUPPORTED:
		return "this machine's interrupt controller cannot do what its guest was shown";
	default:
		return vgicv5_strerror(error);
	}
}
