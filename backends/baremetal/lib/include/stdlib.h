/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* libfdt includes it; the parts built here use the number parser at most. */
#ifndef SHELL_STDLIB_H
#define SHELL_STDLIB_H

unsigned long strtoul(const char *text, char **end, int base);

#endif
