/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Transport of an emulated virtio device over PCI (virtio 1.2, section 4.1; no legacy interface, no INTx).
 *
 * BAR 0 holds a page each of common configuration, ISR status, device configuration, notification, MSI-X table and
 * MSI-X pending bits. Buffers are processed within the write that notifies, at most as many as the queue has entries.
 * A driver that cannot be understood sets DEVICE_NEEDS_RESET: nothing more is read or written until it resets the
 * device.
 */
#ifndef SHELL_VIRTIO_PCI_H
#define SHELL_VIRTIO_PCI_H

#include "msix.h"
#include "pci.h"
#include "virtq.h"

#define VIRTIO_MAX_QUEUES 8u
#define VIRTIO_BAR_BYTES 0x8000u

/** The state of a device: plain data. Any content of it is safe. */
struct virtio_pci_state {
	uint8_t config[PCI_CONFIG_SIZE];
	struct msix_state msix;
	struct virtq_state queue[VIRTIO_MAX_QUEUES];
	uint64_t driver_features;
	uint32_t device_feature_select;
	uint32_t driver_feature_select;
	uint16_t config_vector;
	uint16_t queue_select;
	uint8_t status;
	uint8_t isr;
	uint8_t zero[2];
};

/** What kind of device it is. */
struct virtio_device {
	uint16_t type; /**< virtio device ID */
	uint16_t queues;
	uint16_t vectors; /**< MSI-X table */
	uint32_t class;	  /**< PCI class, 24 bits */
	uint64_t features;
	const void *config; /**< read only device configuration */
	uint32_t config_bytes;
	/**
	 * Processes a buffer. @return whether it could be understood; then `*written` bytes were written to it from
	 * its beginning on.
	 */
	bool (*process)(void *ctx, const struct virtq_chain *chain, const struct virtq_memory *memory,
			uint32_t *written);
	void *ctx;
};

/** One device. The caller serialises all calls. */
struct virtio_pci {
	struct virtio_pci_state *state; /**< of the owner */
	struct virtio_device device;
	struct virtq_memory memory;
	msix_send_fn send; /**< an MSI of this function; with memory.ctx */
	struct pci_function function;
	uint8_t msix_at; /**< where the capabilities are */
	uint8_t access_at;
};

/** State after power-up. */
void virtio_pci_init(struct virtio_pci *virtio, struct virtio_pci_state *state,
		     const struct virtio_device *device, const struct virtq_memory *memory,
		     msix_send_fn send);

/** Whether a saved state is one of this device: what a guest cannot change is the same, all else is in range. */
bool virtio_pci_state_is_good(const struct virtio_pci *virtio, const struct virtio_pci_state *state);

/** A guest's access to configuration space: `offset` + `bytes` at most PCI_CONFIG_SIZE, `bytes` 1, 2 or 4. */
uint32_t virtio_pci_config_read(struct virtio_pci *virtio, unsigned int offset, unsigned int bytes);
void virtio_pci_config_write(struct virtio_pci *virtio, unsigned int offset, unsigned int bytes,
			     uint32_t value);

/** Where BAR 0 is now. @return false: memory accesses are off. */
bool virtio_pci_bar(const struct virtio_pci *virtio, uint64_t *base);

/** A guest's access to BAR 0: `offset` is below VIRTIO_BAR_BYTES, `bytes` 1, 2, 4 or 8. */
uint64_t virtio_pci_bar_read(struct virtio_pci *virtio, uint32_t offset, unsigned int bytes);
void virtio_pci_bar_write(struct virtio_pci *virtio, uint32_t offset, unsigned int bytes, uint64_t value);

#endif
