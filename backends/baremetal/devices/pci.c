/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "pci.h"

#include <string.h>

uint32_t pci_get(const uint8_t *config, unsigned int offset, unsigned int bytes)
{
	uint32_t value = 0;
	unsigned int i;

	for (i = bytes; i; i--)
		value = value << 8 | config[offset + i - 1];
	return value;
}

void pci_put(uint8_t *config, unsigned int offset, unsigned int bytes, uint32_t value)
{
	unsigned int i;

	for (i = 0; i < bytes; i++)
		config[offset + i] = (uint8_t)(value >> 8 * i);
}

void pci_let_write(struct pci_function *function, uint8_t offset, uint8_t mask)
{
	function->writable[offset] |= mask;
}

static void let_write(struct pci_function *function, uint8_t offset, uint8_t bytes, uint32_t mask)
{
	pci_put(function->writable, offset, bytes, mask);
}

void pci_init(struct pci_function *function, uint8_t *config, const struct pci_identity *identity)
{
	*function = (struct pci_function){.config = config, .next_free = PCI_FIRST_CAPABILITY};
	memset(config, 0, PCI_CONFIG_SIZE);
	pci_put(config, PCI_VENDOR_ID, 2, identity->vendor);
	pci_put(config, PCI_DEVICE_ID, 2, identity->device);
	pci_put(config, PCI_REVISION, 1, identity->revision);
	pci_put(config, PCI_CLASS, 3, identity->class);
	pci_put(config, PCI_SUBSYSTEM_VENDOR, 2, identity->subsystem_vendor);
	pci_put(config, PCI_SUBSYSTEM, 2, identity->subsystem);
	let_write(function, PCI_COMMAND, 2, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_NO_INTX);
	let_write(function, PCI_CACHE_LINE, 1, 0xff);
	let_write(function, PCI_BAR0, 4, ~(identity->bar_bytes - 1));
	let_write(function, PCI_INTERRUPT_LINE, 1, 0xff);
}

uint8_t pci_add_capability(struct pci_function *function, uint8_t id, const void *body, uint8_t bytes)
{
	uint8_t at = function->next_free;
	uint8_t link =
		function->last_capability ? (uint8_t)(function->last_capability + 1) : PCI_CAPABILITIES;

	memcpy(function->config + at, body, bytes);
	function->config[at] = id;
	function->config[at + 1] = 0;
	function->config[link] = at;
	function->config[PCI_STATUS] |= PCI_STATUS_CAPABILITIES;
	function->last_capability = at;
	function->next_free = (uint8_t)((at + bytes + 3) & ~3);
	return at;
}

void pci_guest_write(struct pci_function *function, unsigned int offset, unsigned int bytes, uint32_t value)
{
	unsigned int i;

	for (i = 0; i < bytes; i++) {
		uint8_t mask = function->writable[offset + i];
		uint8_t *byte = &function->config[offset + i];

		*byte = (uint8_t)((*byte & ~mask) | (value >> 8 * i & mask));
	}
}
