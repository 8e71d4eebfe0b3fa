// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "string.h"

/* Bytes until all pointers are aligned, or all of them if they never are. */
static size_t unaligned_head(uintptr_t a, uintptr_t b, size_t bytes)
{
	size_t head = (size_t)(-a & 7);

	if ((a ^ b) & 7 || head > bytes)
		return bytes;
	return head;
}

void *memcpy(void *to, const void *from, size_t bytes)
{
	uint8_t *d = to;
	const uint8_t *s = from;
	size_t head = unaligned_head((uintptr_t)to, (uintptr_t)from, bytes);

	bytes -= head;
	while (head--)
		*d++ = *s++;
	for (; bytes >= 64; bytes -= 64, d += 64, s += 64)
		__asm__ volatile("ldp x9, x10, [%1]\n\t"
				 "ldp x11, x12, [%1, #16]\n\t"
				 "stp x9, x10, [%0]\n\t"
				 "stp x11, x12, [%0, #16]\n\t"
				 "ldp x9, x10, [%1, #32]\n\t"
				 "ldp x11, x12, [%1, #48]\n\t"
				 "stp x9, x10, [%0, #32]\n\t"
				 "stp x11, x12, [%0, #48]"
				 :
				 : "r"(d), "r"(s)
				 : "x9", "x10", "x11", "x12", "memory");
	while (bytes--)
		*d++ = *s++;
	return to;
}

void *memmove(void *to, const void *from, size_t bytes)
{
	uint8_t *d = to;
	const uint8_t *s = from;

	if (d <= s || d >= s + bytes)
		return memcpy(to, from, bytes);
	while (bytes--)
		d[bytes] = s[bytes];
	return to;
}

void *memset(void *to, int value, size_t bytes)
{
	uint8_t *d = to;
	uint64_t pattern = (uint8_t)value * 0x0101010101010101u;
	size_t head = unaligned_head((uintptr_t)to, (uintptr_t)to, bytes);

	bytes -= head;
	while (head--)
		*d++ = (uint8_t)value;
	for (; bytes >= 64; bytes -= 64, d += 64)
		__asm__ volatile("stp %1, %1, [%0]\n\t"
				 "stp %1, %1, [%0, #16]\n\t"
				 "stp %1, %1, [%0, #32]\n\t"
				 "stp %1, %1, [%0, #48]"
				 :
				 : "r"(d), "r"(pattern)
				 : "memory");
	while (bytes--)
		*d++ = (uint8_t)value;
	return to;
}

int memcmp(const void *a, const void *b, size_t bytes)
{
	const uint8_t *p = a;
	const uint8_t *q = b;

	for (; bytes; bytes--, p++, q++)
		if (*p != *q)
			return *p - *q;
	return 0;
}

void *memchr(const void *in, int value, size_t bytes)
{
	const uint8_t *p = in;

	for (; bytes; bytes--, p++)
		if (*p == (uint8_t)value)
			return (void *)(uintptr_t)p;
	return NULL;
}

size_t strlen(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

size_t strnlen(const char *s, size_t limit)
{
	size_t n = 0;

	while (n < limit && s[n])
		n++;
	return n;
}

int strncmp(const char *a, const char *b, size_t limit)
{
	for (; limit; limit--, a++, b++) {
		if (*a != *b)
			return (uint8_t)*a - (uint8_t)*b;
		if (!*a)
			break;
	}
	return 0;
}

int strcmp(const char *a, const char *b)
{
	return strncmp(a, b, (size_t)-1);
}

char *strrchr(const char *s, int c)
{
	const char *found = NULL;

	for (;; s++) {
		if (*s == (char)c)
			found = s;
		if (!*s)
			return (char *)(uintptr_t)found;
	}
}
