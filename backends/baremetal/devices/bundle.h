/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The bundle: kernel, initial ramdisk and configuration of the guests, as tools/bundle writes it.
 *
 * Nothing in a bundle is believed: offsets and sizes are checked when it is opened. All functions: any context.
 */
#ifndef SHELL_BUNDLE_H
#define SHELL_BUNDLE_H

#include <vgicv5_types.h>

#define BUNDLE_MAX_PAYLOADS 16

/** An opened bundle; points into the memory it was opened in. */
struct bundle {
	const uint8_t *base;
	size_t bytes;
	uint32_t count;
};

/** @return NULL, or what is wrong with it. */
const char *bundle_open(struct bundle *bundle, const void *memory, size_t bytes);

/** The first payload of a kind, with its size in `*bytes`. NULL and 0 when there is none. */
const void *bundle_find(const struct bundle *bundle, const char *kind, size_t *bytes);

/**
 * The value of the first line `key=value` of the configuration, cut to `size` - 1 characters.
 * @return whether there is such a line; `value` is an empty string if not.
 */
bool bundle_text(const struct bundle *bundle, const char *key, char *value, size_t size);

/** The same as a decimal number; `fallback` when there is no such line, or its value is no number up to 10^18. */
uint64_t bundle_number(const struct bundle *bundle, const char *key, uint64_t fallback);

#endif
