/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief MSI-X table and pending bits of an emulated PCI function (PCI 3.0, section 6.8.2).
 */
#ifndef SHELL_MSIX_H
#define SHELL_MSIX_H

#include <vgicv5_types.h>

#define MSIX_MAX_VECTORS 16u
#define MSIX_ENTRY_BYTES 16u
#define MSIX_ENTRY_MASKED 1u /* in `control` */

/** State of the table: plain data. */
struct msix_state {
	struct msix_entry {
		uint64_t address;
		uint32_t data;
		uint32_t control;
	} entry[MSIX_MAX_VECTORS];
	uint32_t pending; /**< a bit for each vector */
	uint32_t zero;
};

/** Sends a message. */
typedef void (*msix_send_fn)(void *ctx, uint64_t address, uint32_t data);

/** State after reset: all vectors masked. */
void msix_reset(struct msix_state *msix);

/** A guest's access to the table or the pending bits; `bytes` is 4 or 8, others read 0 and write nothing. */
uint64_t msix_read_table(const struct msix_state *msix, uint32_t offset, unsigned int bytes);
void msix_write_table(struct msix_state *msix, uint32_t offset, unsigned int bytes, uint64_t value);
uint64_t msix_read_pending(const struct msix_state *msix, uint32_t offset);

/** Sends a vector below MSIX_MAX_VECTORS, or leaves it pending if it is masked or not `open` (the function's own mask). */
void msix_notify(struct msix_state *msix, unsigned int vector, bool open, msix_send_fn send, void *ctx);

/** Sends what is pending and masked no more. After a write of the guest to the table, or when `open` has become true. */
void msix_flush(struct msix_state *msix, msix_send_fn send, void *ctx);

#endif
