// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * gicv5-rewrite IN OUT: see usage. IN and OUT may be the same file; OUT comes into being at the end, or not at all.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rewrite.h"

static const char usage[] =
	"usage: gicv5-rewrite [-q] IN OUT\n"
	"\n"
	"Rewrites a program for EL1 (an ELF file, or an arm64 Image with a PE header) so that it runs on a CPU without\n"
	"GICv5, under a hypervisor with libvgicv5's test transport: each GICv5 instruction and register access becomes an\n"
	"HVC that says the same. Only code sections are changed. Prints a line for each change: offset in the file, place,\n"
	"old word, new instruction; then the counts (-q: only those). Look at the list: a constant in a code section that\n"
	"happens to be a GICv5 word is changed too, unless a mapping symbol says that it is data.\n"
	"\n"
	"Status: 0; 1 when IN is refused or a file cannot be used, and then there is no new OUT; 2 for wrong usage.\n";

static int fail(const char *path, const char *why)
{
	fprintf(stderr, "gicv5-rewrite: %s: %s\n", path, why);
	return 1;
}

/* The bytes of a file, or NULL with errno. */
static uint8_t *read_file(const char *path, size_t *size, mode_t *mode)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes = NULL;
	struct stat status;

	if (!file)
		return NULL;
	if (!fstat(fileno(file), &status) && S_ISREG(status.st_mode)) {
		*size = (size_t)status.st_size;
		*mode = status.st_mode & 0777;
		bytes = malloc(*size + 1);
		if (bytes && fread(bytes, 1, *size, file) != *size) {
			free(bytes);
			bytes = NULL;
			errno = EIO;
		}
	} else {
		errno = EINVAL;
	}
	fclose(file);
	return bytes;
}

static bool write_to(int descriptor, mode_t mode, const uint8_t *bytes, size_t size)
{
	FILE *file = fdopen(descriptor, "wb");
	bool good;

	if (!file) {
		close(descriptor);
		return false;
	}
	good = fwrite(bytes, 1, size, file) == size;
	good = !fchmod(descriptor, mode) && good;
	return !fclose(file) && good;
}

/* Under another name first, so that there is never half an OUT. */
static bool write_file(const char *path, mode_t mode, const uint8_t *bytes, size_t size)
{
	char *name;
	int descriptor;
	bool good;

	if (asprintf(&name, "%s.XXXXXX", path) < 0)
		return false;
	descriptor = mkstemp(name);
	good = descriptor >= 0 && write_to(descriptor, mode, bytes, size) && !rename(name, path);
	if (!good && descriptor >= 0)
		unlink(name);
	free(name);
	return good;
}

static int run(bool quiet, const char *in, const char *out)
{
	struct rewrite rewrite = {.list = quiet ? NULL : stdout};
	size_t size;
	mode_t mode;
	uint8_t *bytes = read_file(in, &size, &mode);
	int status = 0;

	if (!bytes)
		return fail(in, strerror(errno));
	if (!rewrite_bytes(&rewrite, bytes, size))
		status = fail(in, rewrite.error);
	else if (!write_file(out, mode, bytes, size))
		status = fail(out, strerror(errno));
	else
		printf("%zu words rewritten, %zu left as data, %zu HVCs of this kind were there before\n",
		       rewrite.changed, rewrite.data, rewrite.marked);
	free(bytes);
	return status;
}

int main(int argc, char **argv)
{
	bool quiet = argc == 4 && !strcmp(argv[1], "-q");

	if (argc != 3 + quiet || (argv[1][0] == '-' && !quiet)) {
		fputs(usage, stderr);
		return 2;
	}
	return run(quiet, argv[argc - 2], argv[argc - 1]);
}
