/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief A VM in the file that it is saved to (../../vmfile/vmfile.h).
 */
#ifndef SHELL_SAVED_H
#define SHELL_SAVED_H

#include "guest.h"

/* ---- saved_vcpu.c ---- */

void saved_vcpu_take(struct vmfile_vcpu *to, const struct shell_vcpu *vcpu);

/** `later`: how far the physical counter has gone on since. The vCPU stays off. */
void saved_vcpu_give(struct shell_vcpu *vcpu, const struct vmfile_vcpu *from, uint64_t later);

/* ---- saved_gic.c: the library's state of the interrupt controller ---- */

/**
 * Memory from shell_alloc() with the state of a VM none of whose vCPUs is loaded.
 * @return NULL: not done, and why is in *wrong.
 */
void *saved_gic_take(struct shell_vm *vm, size_t *bytes, const char **wrong);

/** @return NULL, or why the VM, which has been started and not run, cannot take it over. */
const char *saved_gic_give(struct shell_vm *vm, const void *state, size_t bytes);

#endif
