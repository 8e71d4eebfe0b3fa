/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "bundle.h"

#include "text.h"

struct bundle_header {
	char magic[8];
	uint32_t count;
	uint32_t zero;
};

struct bundle_record {
	char kind[16];
	uint64_t offset;
	uint64_t bytes;
};

static const struct bundle_record *records(const struct bundle *bundle)
{
	return (const struct bundle_record *)(bundle->base + sizeof(struct bundle_header));
}

static bool record_fits(const struct bundle *bundle, const struct bundle_record *record)
{
	return record->offset <= bundle->bytes && record->bytes <= bundle->bytes - record->offset;
}

const char *bundle_open(struct bundle *bundle, const void *memory, size_t bytes)
{
	const struct bundle_header *header = memory;
	uint32_t i;

	if (!memory || bytes < sizeof(*header))
		return "there is none";
	if (memcmp(header->magic, "VGICV5B1", sizeof(header->magic)))
		return "it does not begin with VGICV5B1";
	*bundle = (struct bundle){.base = memory, .bytes = bytes, .count = header->count};
	if (header->count > BUNDLE_MAX_PAYLOADS ||
	    bytes < sizeof(*header) + header->count * sizeof(struct bundle_record))
		return "its table of payloads is too long";
	for (i = 0; i < bundle->count; i++)
		if (!record_fits(bundle, &records(bundle)[i]))
			return "a payload lies outside of it";
	return NULL;
}

const void *bundle_find(const struct bundle *bundle, const char *kind, size_t *bytes)
{
	uint32_t i;

	for (i = 0; i < bundle->count; i++) {
		const struct bundle_record *record = &records(bundle)[i];

		if (text_is(record->kind, sizeof(record->kind), kind)) {
			*bytes = record->bytes;
			return bundle->base + record->offset;
		}
	}
	*bytes = 0;
	return NULL;
}

static const char *line_end(const char *from, const char *end)
{
	while (from < end && *from != '\n' && *from != '\0')
		from++;
	return from;
}

bool bundle_text(const struct bundle *bundle, const char *key, char *value, size_t size)
{
	size_t bytes, n = 0, key_length = strlen(key);
	const char *line = bundle_find(bundle, "config", &bytes);
	const char *end = line ? line + bytes : NULL;

	while (line < end) {
		const char *next = line_end(line, end);

		if ((size_t)(next - line) > key_length && !memcmp(line, key, key_length) &&
		    line[key_length] == '=') {
			for (line += key_length + 1; line < next && n + 1 < size; line++)
				value[n++] = *line;
			value[n] = '\0';
			return true;
		}
		line = next + 1;
	}
	value[0] = '\0';
	return false;
}

uint64_t bundle_number(const struct bundle *bundle, const char *key, uint64_t fallback)
{
	char value[32];
	uint64_t number;

	if (!bundle_text(bundle, key, value, sizeof(value)) || !text_number(value, &number))
		return fallback;
	return number;
}
