/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The payload's log and its pseudo-random numbers.
 */
#include "payload.h"

#include <stdarg.h>

static unsigned int lines;
static uint64_t random_state;

static void put_string(const char *s)
{
	while (*s)
		platform_put(*s++);
}

static void put_number(uint64_t value, unsigned int base)
{
	char digits[20];
	unsigned int n = 0;

	do {
		digits[n++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	while (n)
		platform_put(digits[--n]);
}

static void put_argument(char kind, va_list *arguments)
{
	switch (kind) {
	case 'u':
		put_number(va_arg(*arguments, unsigned int), 10);
		break;
	case 'x':
		put_number(va_arg(*arguments, unsigned int), 16);
		break;
	case 's':
		put_string(va_arg(*arguments, const char *));
		break;
	default:
		platform_put('?');
		break;
	}
}

void log_line(const char *format, ...)
{
	va_list arguments;
	const char *c;

	va_start(arguments, format);
	for (c = format; *c; c++) {
		if (*c != '%') {
			platform_put(*c);
		} else if (c[1] == 'l' && c[2] == 'l' && c[3] == 'x') {
			put_number(va_arg(arguments, unsigned long long), 16);
			c += 3;
		} else {
			put_argument(*++c, &arguments);
		}
	}
	va_end(arguments);
	platform_put('\n');
	lines++;
}

void log_block(const char *name, unsigned int number)
{
	log_line("block: %s %u", name, number);
}

unsigned int log_lines(void)
{
	return lines;
}

void random_seed(uint64_t seed)
{
	random_state = seed * 0x9e3779b97f4a7c15u + 1;
}

uint32_t random_below(uint32_t limit)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((random_state >> 33) % limit);
}
