// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "../shell.h"
#include "string.h"

struct out {
	char *to;
	size_t size;
	size_t length; /* of all that was asked for */
};

struct spec {
	unsigned int width;
	bool left;
	bool zero;
	unsigned int longs;
};

static void put(struct out *out, char c)
{
	if (out->length + 1 < out->size)
		out->to[out->length] = c;
	out->length++;
}

static void put_padded(struct out *out, const struct spec *spec, const char *text, size_t length)
{
	size_t pad = spec->width > length ? spec->width - length : 0;

	if (!spec->left)
		for (; pad; pad--)
			put(out, spec->zero ? '0' : ' ');
	while (length--)
		put(out, *text++);
	for (; pad; pad--)
		put(out, ' ');
}

static void put_number(struct out *out, const struct spec *spec, uint64_t value, unsigned int base,
		       bool minus)
{
	static const char digits[] = "0123456789abcdef";
	char text[24];
	size_t at = sizeof(text);

	do {
		text[--at] = digits[value % base];
		value /= base;
	} while (value);
	if (minus)
		text[--at] = '-';
	put_padded(out, spec, text + at, sizeof(text) - at);
}

static const char *parse_spec(const char *format, struct spec *spec)
{
	memset(spec, 0, sizeof(*spec));
	for (;; format++) {
		if (*format == '-')
			spec->left = true;
		else if (*format == '0')
			spec->zero = true;
		else
			break;
	}
	for (; *format >= '0' && *format <= '9'; format++)
		spec->width = spec->width * 10 + (unsigned int)(*format - '0');
	for (; *format == 'l' || *format == 'z'; format++)
		spec->longs++;
	return format;
}

static void put_text(struct out *out, const struct spec *spec, const char *text)
{
	if (!text)
		text = "(null)";
	put_padded(out, spec, text, strlen(text));
}

int shell_vsnprintf(char *to, size_t size, const char *format, va_list args)
{
	struct out out = {to, size, 0};
	struct spec spec;
	int64_t number;
	char c;

	for (; *format; format++) {
		if (*format != '%') {
			put(&out, *format);
			continue;
		}
		format = parse_spec(format + 1, &spec);
		switch (*format) {
		case 's':
			put_text(&out, &spec, va_arg(args, const char *));
			break;
		case 'c':
			c = (char)va_arg(args, int);
			put_padded(&out, &spec, &c, 1);
			break;
		case 'd':
			number = spec.longs ? va_arg(args, int64_t) : va_arg(args, int);
			put_number(&out, &spec, number < 0 ? -(uint64_t)number : (uint64_t)number, 10,
				   number < 0);
			break;
		case 'u':
		case 'x':
			put_number(&out, &spec, spec.longs ? va_arg(args, uint64_t) : va_arg(args, uint32_t),
				   *format == 'u' ? 10 : 16, false);
			break;
		case 'p':
			put_number(&out, &spec, (uintptr_t)va_arg(args, void *), 16, false);
			break;
		case '\0':
			format--;
			break;
		default:
			put(&out, *format);
		}
	}
	if (size)
		to[out.length < size ? out.length : size - 1] = '\0';
	return (int)out.length;
}

int shell_snprintf(char *to, size_t size, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = shell_vsnprintf(to, size, format, args);
	va_end(args);
	return length;
}
