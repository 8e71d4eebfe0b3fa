/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "msix.h"

void msix_reset(struct msix_state *msix)
{
	unsigned int i;

	*msix = (struct msix_state){.pending = 0};
	for (i = 0; i < MSIX_MAX_VECTORS; i++)
		msix->entry[i].control = MSIX_ENTRY_MASKED;
}

static uint32_t read_word(const struct msix_entry *entry, unsigned int word)
{
	switch (word) {
	case 0:
		return (uint32_t)entry->address;
	case 1:
		return (uint32_t)(entry->address >> 32);
	case 2:
		return entry->data;
	default:
		return entry->control;
	}
}

/* Messages are 32 bits to an aligned address: the lowest address bits cannot be written. */
static void write_word(struct msix_entry *entry, unsigned int word, uint32_t value)
{
	switch (word) {
	case 0:
		entry->address = (entry->address >> 32 << 32) | (value & ~3u);
		break;
	case 1:
		entry->address = (uint64_t)value << 32 | (uint32_t)entry->address;
		break;
	case 2:
		entry->data = value;
		break;
	default:
		entry->control = value & MSIX_ENTRY_MASKED;
		break;
	}
}

static bool is_access(uint32_t offset, unsigned int bytes)
{
	return (bytes == 4 || bytes == 8) && !(offset % bytes) &&
	       offset / MSIX_ENTRY_BYTES < MSIX_MAX_VECTORS;
}

uint64_t msix_read_table(const struct msix_state *msix, uint32_t offset, unsigned int bytes)
{
	const struct msix_entry *entry = &msix->entry[offset / MSIX_ENTRY_BYTES % MSIX_MAX_VECTORS];
	unsigned int word = offset % MSIX_ENTRY_BYTES / 4;

	if (!is_access(offset, bytes))
		return 0;
	if (bytes == 4)
		return read_word(entry, word);
	return read_word(entry, word) | (uint64_t)read_word(entry, word + 1) << 32;
}

void msix_write_table(struct msix_state *msix, uint32_t offset, unsigned int bytes, uint64_t value)
{
	struct msix_entry *entry = &msix->entry[offset / MSIX_ENTRY_BYTES % MSIX_MAX_VECTORS];
	unsigned int word = offset % MSIX_ENTRY_BYTES / 4;

	if (!is_access(offset, bytes))
		return;
	write_word(entry, word, (uint32_t)value);
	if (bytes == 8)
		write_word(entry, word + 1, (uint32_t)(value >> 32));
}

uint64_t msix_read_pending(const struct msix_state *msix, uint32_t offset)
{
	return offset == 0 ? msix->pending : 0;
}

void msix_flush(struct msix_state *msix, msix_send_fn send, void *ctx)
{
	unsigned int i;

	for (i = 0; msix->pending && i < MSIX_MAX_VECTORS; i++) {
		if (!(msix->pending >> i & 1) || msix->entry[i].control & MSIX_ENTRY_MASKED)
			continue;
		msix->pending &= ~(1u << i);
		send(ctx, msix->entry[i].address, msix->entry[i].data);
	}
}

void msix_notify(struct msix_state *msix, unsigned int vector, bool open, msix_send_fn send, void *ctx)
{
	msix->pending |= 1u << vector;
	if (open)
		msix_flush(msix, send, ctx);
}
