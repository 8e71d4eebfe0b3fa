/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Files of the development host, by Arm semihosting: HLT #0xF000 at EL2.
 *
 * QEMU offers it with `-semihosting-config enable=on,target=native`. Elsewhere the HLT is undefined; the exception is
 * survived and taken for the answer that there is no semihosting. All functions: any context; calls take as long as
 * the host needs.
 */
#ifndef SHELL_SEMIHOST_H
#define SHELL_SEMIHOST_H

#include "../guest/regs.h"

struct shell_file {
	uint64_t handle;
};

/** Whether somebody carries out the calls. */
bool semihost_present(void);

/** Opens a file to be read, or makes an empty one. @return NULL or why not. */
const char *file_open(struct shell_file *file, const char *name);
const char *file_create(struct shell_file *file, const char *name);

/** All of the bytes, from the current place on. @return false: fewer. */
bool file_read(struct shell_file *file, void *to, size_t bytes);
bool file_write(struct shell_file *file, const void *from, size_t bytes);

bool file_seek(struct shell_file *file, uint64_t offset);

/** @return false: not known. */
bool file_bytes(struct shell_file *file, uint64_t *bytes);

/** @return false: what was written may be lost. */
bool file_close(struct shell_file *file);
void file_remove(const char *name);

/** An exception at EL2: whether it is the HLT that nobody listens to. Then it has been dealt with. */
bool semihost_exception(struct guest_regs *regs, uint64_t esr);

#endif
