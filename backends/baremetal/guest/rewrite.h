/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Replacing GICv5 instructions in pages that are about to be executed.
 */
#ifndef SHELL_REWRITE_H
#define SHELL_REWRITE_H

#include "../shell.h"

struct shell_vm;

/** What happened to a page. */
enum rewrite_result { REWRITE_DONE, REWRITE_NOT_RAM, REWRITE_NO_MEMORY };

/** The guest wants to execute a page that is data: it becomes code. */
enum rewrite_result rewrite_for_fetch(struct shell_vm *vm, uint64_t ipa);

/** The guest wants to write a page that is code: it becomes data, with its own words again. */
enum rewrite_result rewrite_for_store(struct shell_vm *vm, uint64_t ipa);

/**
 * Around one instruction that writes the page it is in, at most `bytes` from `ipa` on: writable and executable before
 * it, looked at after it.
 */
enum rewrite_result rewrite_step_begin(struct shell_vm *vm, uint64_t ipa, unsigned int bytes);
enum rewrite_result rewrite_step_end(struct shell_vm *vm, uint64_t ipa);

/**
 * Gives all code pages the guest's own words, and the replaced ones again. No vCPU runs, and nobody else writes to the
 * RAM in between.
 */
void rewrite_hide(struct shell_vm *vm);
void rewrite_show(struct shell_vm *vm);

/** Forgets all: the RAM is about to be written anew. */
void rewrite_reset(struct shell_vm *vm);

#endif
