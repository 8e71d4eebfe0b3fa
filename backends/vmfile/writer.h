/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Writes the file of a saved VM (vmfile.h) section by section. Allocates nothing; context: that of `write`.
 */
#ifndef VGICV5_VMFILE_WRITER_H
#define VGICV5_VMFILE_WRITER_H

#include "vmfile.h"

/** The caller sets the first three members and zeroes the front. */
struct vmfile_writer {
	bool (*write)(void *ctx, const void *data,
		      size_t bytes); /**< in order, behind the front. false: failed */
	void *ctx;
	struct vmfile_front *front;
	const char *wrong; /**< NULL, or the first thing that went wrong, for the caller to set, too: then
				nothing is written any more */
	uint64_t bytes;	   /**< of the sections so far */
};

/** A page of memory at an offset. Asked for more than once; the memory must not change. */
typedef const void *(*vmfile_page_fn)(void *ctx, uint64_t offset);

/** What is added from here on belongs to this section. */
void vmfile_begin(struct vmfile_writer *writer, const char *kind, uint32_t index);

/** Sizes add up to a multiple of 8; each but the last of a section is one. */
void vmfile_add(struct vmfile_writer *writer, const void *data, size_t bytes);

/** A whole section that is not memory: begin and add. */
void vmfile_add_section(struct vmfile_writer *writer, const char *kind, uint32_t index, const void *data,
			size_t bytes);

/**
 * A whole section of memory: pages that are all zeroes are left out. `page` NULL: `ctx` is the memory itself, in one
 * piece and aligned to 8.
 */
void vmfile_add_memory(struct vmfile_writer *writer, const char *kind, uint32_t index, uint64_t bytes,
		       vmfile_page_fn page, void *ctx);

/**
 * Completes the front, which the caller then writes to the beginning of the file. `name`: of the VM, at most 15
 * characters.
 * @return NULL, or what went wrong: then there is no file.
 */
const char *vmfile_finish(struct vmfile_writer *writer, const char *name, uint32_t vcpus, uint64_t ram_bytes);

#endif
