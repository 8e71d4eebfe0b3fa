/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief A VM as the bundle describes it: the virt board's devices around a struct shell_vm.
 */
#ifndef SHELL_GUEST_H
#define SHELL_GUEST_H

#include "../vm.h"
#include "bundle.h"

/**
 * Creates VM `index` with its UART and, for VM 0, the machine's virtio devices; it is off. Called once for an index,
 * in ascending order. It is like the bundle says, or like `like`.
 * @return whether it worked; the reason is on the console.
 */
bool guest_create(const struct bundle *bundle, unsigned int index, const struct shell_saved *like);

/**
 * Starts VM `index`, which must be off, from a file. It is made or made anew if it is not as the file wants it.
 * No vCPU is loaded on this CPU.
 * @return NULL, or why it could not be done.
 */
const char *guest_restore(const struct bundle *bundle, unsigned int index, const char *name);

/** The VM of that index or NULL. */
struct shell_vm *guest_vm(unsigned int index);

#endif
