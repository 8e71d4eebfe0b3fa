// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "semihost.h"

#include "../arch/sysreg.h"
#include "../lib/string.h"

/* Operations and their parameter blocks: Arm's "Semihosting for AArch32 and AArch64". */
enum semihost_operation {
	SYS_OPEN = 0x01,
	SYS_CLOSE = 0x02,
	SYS_WRITE = 0x05,
	SYS_READ = 0x06,
	SYS_SEEK = 0x0a,
	SYS_FLEN = 0x0c,
	SYS_REMOVE = 0x0e,
	SYS_ERRNO = 0x13,
};

#define MODE_READ 1u  /* "rb" */
#define MODE_WRITE 5u /* "wb" */
#define FAILED (~(uint64_t)0)
/* The calls transfer less than their counts can say; and interrupts wait meanwhile. */
#define MAX_TRANSFER ((size_t)1 << 20)

uint64_t semihost_call(uint64_t operation, const void *block);
extern const char semihost_hlt[];

static bool absent;

bool semihost_exception(struct guest_regs *regs, uint64_t esr)
{
	if (ESR_EC(esr) != EC_UNKNOWN || regs->pc != (uintptr_t)semihost_hlt)
		return false;
	absent = true;
	regs->x[0] = FAILED;
	regs->pc += 4;
	return true;
}

bool semihost_present(void)
{
	const uint64_t none = 0;

	if (!absent)
		semihost_call(SYS_ERRNO, &none);
	return !absent;
}

static const char *open_as(struct shell_file *file, const char *name, uint64_t mode)
{
	const uint64_t block[] = {(uintptr_t)name, mode, strlen(name)};

	if (!semihost_present())
		return "files need semihosting: start QEMU with -semihosting-config enable=on,target=native";
	file->handle = semihost_call(SYS_OPEN, block);
	if (file->handle == FAILED)
		return mode == MODE_READ ? "the file cannot be opened" : "the file cannot be made";
	return NULL;
}

const char *file_open(struct shell_file *file, const char *name)
{
	return open_as(file, name, MODE_READ);
}

const char *file_create(struct shell_file *file, const char *name)
{
	return open_as(file, name, MODE_WRITE);
}

/* Both calls answer with the number of bytes that they did not transfer. */
static bool transfer(struct shell_file *file, uint64_t operation, uintptr_t memory, size_t bytes)
{
	uint64_t block[] = {file->handle, memory, 0};

	for (; bytes; bytes -= block[2], block[1] += block[2]) {
		block[2] = bytes < MAX_TRANSFER ? bytes : MAX_TRANSFER;
		if (semihost_call(operation, block))
			return false;
	}
	return true;
}

bool file_read(struct shell_file *file, void *to, size_t bytes)
{
	return transfer(file, SYS_READ, (uintptr_t)to, bytes);
}

bool file_write(struct shell_file *file, const void *from, size_t bytes)
{
	return transfer(file, SYS_WRITE, (uintptr_t)from, bytes);
}

bool file_seek(struct shell_file *file, uint64_t offset)
{
	const uint64_t block[] = {file->handle, offset};

	return !semihost_call(SYS_SEEK, block);
}

bool file_bytes(struct shell_file *file, uint64_t *bytes)
{
	const uint64_t block[] = {file->handle};

	*bytes = semihost_call(SYS_FLEN, block);
	return *bytes != FAILED;
}

bool file_close(struct shell_file *file)
{
	const uint64_t block[] = {file->handle};

	return !semihost_call(SYS_CLOSE, block);
}

void file_remove(const char *name)
{
	const uint64_t block[] = {(uintptr_t)name, strlen(name)};

	semihost_call(SYS_REMOVE, block);
}
