/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * hostfile: copies files between this machine and the one that QEMU runs on, by Arm semihosting: HLT #0xF000, which QEMU
 * carries out at EL0 with -semihosting-config enable=on,target=native,userspace=on.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] = "usage: hostfile get HOST-FILE FILE\n"
			    "       hostfile put FILE HOST-FILE\n";

/* Operations and modes of Arm's "Semihosting for AArch32 and AArch64". */
enum { SYS_OPEN = 0x01, SYS_CLOSE = 0x02, SYS_WRITE = 0x05, SYS_READ = 0x06, SYS_FLEN = 0x0c };
enum { MODE_READ = 1, MODE_WRITE = 5 };

static uint64_t buffer[1 << 17];

static uint64_t semihost(uint64_t operation, uint64_t a, uint64_t b, uint64_t c)
{
	const uint64_t block[] = {a, b, c};
	register uint64_t x0 __asm__("x0") = operation;
	register const uint64_t *x1 __asm__("x1") = block;

	__asm__ volatile("hlt #0xf000" : "+r"(x0) : "r"(x1) : "memory");
	return x0;
}

static uint64_t open_host(const char *name, uint64_t mode)
{
	uint64_t handle = semihost(SYS_OPEN, (uintptr_t)name, mode, strlen(name));

	if (handle == UINT64_MAX) {
		fprintf(stderr, "hostfile: %s cannot be opened\n", name);
		exit(1);
	}
	return handle;
}

static FILE *open_here(const char *name, const char *mode)
{
	FILE *file = fopen(name, mode);

	if (!file) {
		perror(name);
		exit(1);
	}
	return file;
}

static void failed(const char *name)
{
	fprintf(stderr, "hostfile: %s cannot be copied\n", name);
	exit(1);
}

static void get(const char *from, const char *to)
{
	uint64_t handle = open_host(from, MODE_READ), left = semihost(SYS_FLEN, handle, 0, 0);
	FILE *file = open_here(to, "wb");
	size_t part;

	for (; left; left -= part) {
		part = left < sizeof(buffer) ? left : sizeof(buffer);
		if (semihost(SYS_READ, handle, (uintptr_t)buffer, part) ||
		    fwrite(buffer, 1, part, file) != part)
			failed(from);
	}
	if (fclose(file) || semihost(SYS_CLOSE, handle, 0, 0))
		failed(from);
}

static void put(const char *from, const char *to)
{
	uint64_t handle = open_host(to, MODE_WRITE);
	FILE *file = open_here(from, "rb");
	size_t part;

	while ((part = fread(buffer, 1, sizeof(buffer), file)) > 0)
		if (semihost(SYS_WRITE, handle, (uintptr_t)buffer, part))
			failed(from);
	if (ferror(file) || semihost(SYS_CLOSE, handle, 0, 0))
		failed(from);
	fclose(file);
}

int main(int argc, char **argv)
{
	/* QEMU accesses only what is there: each page must have been touched. */
	memset(buffer, 1, sizeof(buffer));
	if (argc == 4 && !strcmp(argv[1], "get")) {
		get(argv[2], argv[3]);
		return 0;
	}
	if (argc == 4 && !strcmp(argv[1], "put")) {
		put(argv[2], argv[3]);
		return 0;
	}
	fputs(usage, stderr);
	return 2;
}
