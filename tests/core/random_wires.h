/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef TESTS_CORE_RANDOM_WIRES_H
#define TESTS_CORE_RANDOM_WIRES_H

#include "random_system.h"

/* One wire changes, or is given to the VM or taken back. */
void random_wire_step(struct world_vm *vm);

bool random_wire_is_of(const struct world_vm *vm, unsigned int spi);

/* Software injects although the wire is assigned. */
void random_wire_and_software(struct world_vm *vm, unsigned int spi, bool asserted);

/* How often wires were assigned, over all seeds. */
unsigned int random_wire_assignments(void);

/* A VM has ended; all is new; the VMs go on with another host, where nothing is assigned. */
void random_wires_returned(const struct world_vm *vm);
void random_wires_forget(void);
void random_wires_moved(void);

#endif
