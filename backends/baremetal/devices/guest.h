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
 * in ascending order.
 * @return whether it worked; the reason is on the console.
 */
bool guest_create(const struct bundle *bundle, unsigned int index);

/** The VM of that index or NULL. */
struct shell_vm *guest_vm(unsigned int index);

#endif
