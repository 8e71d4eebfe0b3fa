// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "writer.h"

#define LONGEST_RUN ((uint64_t)4 << 20)

static void copy_text(char *to, const char *from, unsigned int size)
{
	unsigned int i;

	for (i = 0; i + 1 < size && from[i]; i++)
		to[i] = from[i];
}

static struct vmfile_section *section(struct vmfile_writer *writer)
{
	return &writer->front->sections[writer->front->header.sections - 1];
}

void vmfile_begin(struct vmfile_writer *writer, const char *kind, uint32_t index)
{
	struct vmfile_section *new;

	if (writer->front->header.sections == VMFILE_SECTIONS) {
		writer->wrong = "it has too many devices";
		return;
	}
	writer->front->header.sections++;
	new = section(writer);
	copy_text(new->kind, kind, sizeof(new->kind));
	new->index = index;
	new->offset = sizeof(*writer->front) + writer->bytes;
}

void vmfile_add(struct vmfile_writer *writer, const void *data, size_t bytes)
{
	if (writer->wrong)
		return;
	if (!writer->write(writer->ctx, data, bytes)) {
		writer->wrong = "the file cannot be written";
		return;
	}
	section(writer)->bytes += bytes;
	section(writer)->checksum = vmfile_checksum(section(writer)->checksum, data, bytes);
	writer->bytes += bytes;
}

void vmfile_add_section(struct vmfile_writer *writer, const char *kind, uint32_t index, const void *data,
			size_t bytes)
{
	vmfile_begin(writer, kind, index);
	vmfile_add(writer, data, bytes);
}

/* ---- Memory ---- */

static bool is_zero(const uint64_t *page)
{
	uint64_t any = 0;
	unsigned int i;

	for (i = 0; i < VMFILE_PAGE / 8 && !any; i += 8)
		any = page[i] | page[i + 1] | page[i + 2] | page[i + 3] | page[i + 4] | page[i + 5] |
		      page[i + 6] | page[i + 7];
	return !any;
}

struct memory {
	vmfile_page_fn page;
	void *ctx;
	uint64_t bytes;
};

static const void *page_at(const struct memory *memory, uint64_t offset)
{
	return memory->page ? memory->page(memory->ctx, offset) : (const char *)memory->ctx + offset;
}

/* Bytes from `at` on whose pages are all zeroes, or all not. */
static uint64_t alike(const struct memory *memory, uint64_t at, bool zero)
{
	uint64_t end = at;

	while (end < memory->bytes && end - at < LONGEST_RUN && is_zero(page_at(memory, end)) == zero)
		end += VMFILE_PAGE;
	return end - at;
}

static void add_run(struct vmfile_writer *writer, const struct memory *memory, const struct vmfile_run *run)
{
	size_t piece = memory->page ? VMFILE_PAGE : (size_t)run->bytes;
	uint64_t done;

	vmfile_add(writer, run, sizeof(*run));
	for (done = 0; done < run->bytes && !writer->wrong; done += piece)
		vmfile_add(writer, page_at(memory, run->offset + done), piece);
}

void vmfile_add_memory(struct vmfile_writer *writer, const char *kind, uint32_t index, uint64_t bytes,
		       vmfile_page_fn page, void *ctx)
{
	const struct memory memory = {page, ctx, bytes};
	const struct vmfile_memory head = {bytes, 0};
	struct vmfile_run run = {0, 0};

	vmfile_begin(writer, kind, index);
	vmfile_add(writer, &head, sizeof(head));
	while (run.offset < bytes && !writer->wrong) {
		run.offset += alike(&memory, run.offset, true);
		run.bytes = alike(&memory, run.offset, false);
		if (run.bytes)
			add_run(writer, &memory, &run);
		run.offset += run.bytes;
	}
}

/* ---- The end ---- */

const char *vmfile_finish(struct vmfile_writer *writer, const char *name, uint32_t vcpus, uint64_t ram_bytes)
{
	struct vmfile_header *header = &writer->front->header;
	unsigned int i;

	for (i = 0; i < sizeof(header->magic); i++)
		header->magic[i] = VMFILE_MAGIC[i];
	header->version = VMFILE_VERSION;
	header->file_bytes = sizeof(*writer->front) + writer->bytes;
	copy_text(header->name, name, sizeof(header->name));
	header->vcpus = vcpus;
	header->ram_bytes = ram_bytes;
	header->checksum = vmfile_front_checksum(writer->front);
	return writer->wrong;
}
