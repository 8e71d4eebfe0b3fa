/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Configuration space of one emulated PCI function: type 0 header, one memory BAR, capabilities.
 */
#ifndef SHELL_PCI_H
#define SHELL_PCI_H

#include <vgicv5_types.h>

#define PCI_CONFIG_SIZE 256u

/* clang-format off */
/** Offsets (PCI 3.0, section 6.1) and bits that the shell's devices use. */
enum pci_register {
	PCI_VENDOR_ID = 0x00, PCI_DEVICE_ID = 0x02, PCI_COMMAND = 0x04, PCI_STATUS = 0x06, PCI_REVISION = 0x08,
	PCI_CLASS = 0x09, PCI_CACHE_LINE = 0x0c, PCI_BAR0 = 0x10, PCI_SUBSYSTEM_VENDOR = 0x2c, PCI_SUBSYSTEM = 0x2e,
	PCI_CAPABILITIES = 0x34, PCI_INTERRUPT_LINE = 0x3c, PCI_FIRST_CAPABILITY = 0x40,
};

enum pci_bits {
	PCI_COMMAND_MEMORY = 1 << 1, PCI_COMMAND_MASTER = 1 << 2, PCI_COMMAND_NO_INTX = 1 << 10,
	PCI_STATUS_CAPABILITIES = 1 << 4,
};
/* clang-format on */

/** What a function is. */
struct pci_identity {
	uint16_t vendor;
	uint16_t device;
	uint16_t subsystem_vendor;
	uint16_t subsystem;
	uint32_t class; /**< 24 bits */
	uint8_t revision;
	uint32_t bar_bytes; /**< of BAR 0, a power of two */
};

/** One function. The state is `config`; what the guest may write of it is fixed after pci_init(). */
struct pci_function {
	uint8_t *config; /**< PCI_CONFIG_SIZE bytes of the owner */
	uint8_t writable[PCI_CONFIG_SIZE];
	uint8_t last_capability;
	uint8_t next_free;
};

/** State after reset, without capabilities. */
void pci_init(struct pci_function *function, uint8_t *config, const struct pci_identity *identity);

/** Appends a capability, whose two first bytes this fills in. @return where it is; there is room for what we have. */
uint8_t pci_add_capability(struct pci_function *function, uint8_t id, const void *body, uint8_t bytes);

/** The guest may write these bits of a byte. */
void pci_let_write(struct pci_function *function, uint8_t offset, uint8_t mask);

/** Little-endian values of 1, 2 or 4 bytes anywhere in the space. */
uint32_t pci_get(const uint8_t *config, unsigned int offset, unsigned int bytes);
void pci_put(uint8_t *config, unsigned int offset, unsigned int bytes, uint32_t value);

/** A guest's write: only the bits that it may write change. offset + bytes is at most PCI_CONFIG_SIZE. */
void pci_guest_write(struct pci_function *function, unsigned int offset, unsigned int bytes, uint32_t value);

#endif
