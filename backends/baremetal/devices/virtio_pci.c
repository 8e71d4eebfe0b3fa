/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "virtio_pci.h"

#include <string.h>

#define VENDOR 0x1af4u
#define DEVICE_BASE 0x1040u /* plus the virtio device ID */
#define REVISION 1
#define NO_VECTOR 0xffffu
#define PAGE 0x1000u
#define NOTIFY_STRIDE 4u

/* clang-format off */
enum virtio_page {
	PAGE_COMMON, PAGE_ISR, PAGE_DEVICE, PAGE_NOTIFY, PAGE_TABLE, PAGE_PENDING,
};

enum virtio_status {
	STATUS_DRIVER_OK = 4, STATUS_FEATURES_OK = 8, STATUS_NEEDS_RESET = 0x40,
};

enum virtio_isr { ISR_QUEUE = 1, ISR_CONFIG = 2 };

/* Common configuration: 4.1.4.3. */
enum common_register {
	COMMON_DEVICE_FEATURE_SELECT = 0x00, COMMON_DEVICE_FEATURE = 0x04, COMMON_DRIVER_FEATURE_SELECT = 0x08,
	COMMON_DRIVER_FEATURE = 0x0c, COMMON_CONFIG_VECTOR = 0x10, COMMON_QUEUES = 0x12, COMMON_STATUS = 0x14,
	COMMON_GENERATION = 0x15, COMMON_QUEUE_SELECT = 0x16, COMMON_QUEUE_SIZE = 0x18, COMMON_QUEUE_VECTOR = 0x1a,
	COMMON_QUEUE_ENABLE = 0x1c, COMMON_QUEUE_NOTIFY = 0x1e, COMMON_QUEUE_DESC = 0x20, COMMON_QUEUE_DRIVER = 0x28,
	COMMON_QUEUE_DEVICE = 0x30, COMMON_BYTES = 0x38,
};

/* Capabilities: PCI 3.0, appendix H, and virtio 4.1.4. */
enum capability {
	CAP_VENDOR = 0x09, CAP_MSIX = 0x11,
	CAP_COMMON = 1, CAP_NOTIFY = 2, CAP_ISR = 3, CAP_DEVICE = 4, CAP_ACCESS = 5,
	MSIX_CONTROL = 2, MSIX_ENABLE = 0x8000, MSIX_MASK = 0x4000,
	ACCESS_BAR = 4, ACCESS_OFFSET = 8, ACCESS_LENGTH = 12, ACCESS_DATA = 16,
};
/* clang-format on */

#define FEATURE_VERSION_1 ((uint64_t)1 << 32)

/* ---- Interrupts ---- */

static bool is_master(const struct virtio_pci *virtio)
{
	return virtio->state->config[PCI_COMMAND] & PCI_COMMAND_MASTER;
}

static uint32_t msix_control(const struct virtio_pci *virtio)
{
	return pci_get(virtio->state->config, virtio->msix_at + MSIX_CONTROL, 2);
}

static bool msix_open(const struct virtio_pci *virtio)
{
	return is_master(virtio) && (msix_control(virtio) & (MSIX_ENABLE | MSIX_MASK)) == MSIX_ENABLE;
}

static void msix_check(struct virtio_pci *virtio)
{
	if (msix_open(virtio))
		msix_flush(&virtio->state->msix, virtio->send, virtio->memory.ctx);
}

/* Without MSI-X there is the ISR status alone, which a driver may poll. */
static void interrupt(struct virtio_pci *virtio, uint16_t vector, uint8_t isr)
{
	virtio->state->isr |= isr;
	if (msix_control(virtio) & MSIX_ENABLE && vector < virtio->device.vectors)
		msix_notify(&virtio->state->msix, vector, msix_open(virtio), virtio->send,
			    virtio->memory.ctx);
}

/* ---- Queues ---- */

/* 2.1.2: told by a change of the configuration, if the driver has come that far. */
static void need_reset(struct virtio_pci *virtio)
{
	struct virtio_pci_state *state = virtio->state;

	state->status |= STATUS_NEEDS_RESET;
	if (state->status & STATUS_DRIVER_OK)
		interrupt(virtio, state->config_vector, ISR_CONFIG);
}

/* @return what virtq_take() said last; VIRTQ_CHAIN: all that may be done at once was. */
static enum virtq_result process(struct virtio_pci *virtio, struct virtq_state *queue, unsigned int *taken)
{
	enum virtq_result result = VIRTQ_CHAIN;
	struct virtq_chain chain;
	uint32_t written;

	while (*taken < queue->size || !*taken) {
		result = virtq_take(queue, &virtio->memory, &chain);
		if (result != VIRTQ_CHAIN)
			break;
		if (!virtio->device.process(virtio->device.ctx, &chain, &virtio->memory, &written) ||
		    !virtq_give(queue, &virtio->memory, &chain, written))
			return VIRTQ_BROKEN;
		++*taken;
	}
	return result;
}

/*
 * What is added meanwhile by other CPUs is notified once more, for a driver is never asked not to. So it is enough to
 * look at as many buffers as there can be.
 */
static void notify(struct virtio_pci *virtio, uint32_t index)
{
	struct virtio_pci_state *state = virtio->state;
	struct virtq_state *queue;
	unsigned int taken = 0;

	if (index >= virtio->device.queues || !is_master(virtio))
		return;
	queue = &state->queue[index];
	if (!queue->enabled || (state->status & (STATUS_DRIVER_OK | STATUS_NEEDS_RESET)) != STATUS_DRIVER_OK)
		return;
	if (process(virtio, queue, &taken) == VIRTQ_BROKEN)
		need_reset(virtio);
	if (taken && virtq_wants_interrupt(queue, &virtio->memory))
		interrupt(virtio, queue->vector, ISR_QUEUE);
}

/* ---- Common configuration ---- */

static void reset(struct virtio_pci *virtio)
{
	struct virtio_pci_state *state = virtio->state;
	unsigned int i;

	memset(state->queue, 0, sizeof(state->queue));
	for (i = 0; i < VIRTIO_MAX_QUEUES; i++) {
		state->queue[i].size = VIRTQ_MAX_SIZE;
		state->queue[i].vector = NO_VECTOR;
	}
	state->driver_features = 0;
	state->device_feature_select = state->driver_feature_select = 0;
	state->config_vector = NO_VECTOR;
	state->queue_select = 0;
	state->status = state->isr = 0;
	state->msix.pending = 0;
}

/* The queue that is selected, or NULL. */
static struct virtq_state *selected(const struct virtio_pci *virtio)
{
	uint16_t index = virtio->state->queue_select;

	return index < virtio->device.queues ? &virtio->state->queue[index] : NULL;
}

static uint32_t feature_word(uint64_t features, uint32_t select)
{
	return select < 2 ? (uint32_t)(features >> 32 * select) : 0;
}

/* As it would lie in memory, so that an access of any width reads what is there. A queue that is not there is 0. */
static void common_image(const struct virtio_pci *virtio, uint8_t *image)
{
	const struct virtio_pci_state *state = virtio->state;
	const struct virtq_state *queue = selected(virtio);

	memset(image, 0, COMMON_BYTES);
	pci_put(image, COMMON_DEVICE_FEATURE_SELECT, 4, state->device_feature_select);
	pci_put(image, COMMON_DEVICE_FEATURE, 4,
		feature_word(virtio->device.features, state->device_feature_select));
	pci_put(image, COMMON_DRIVER_FEATURE_SELECT, 4, state->driver_feature_select);
	pci_put(image, COMMON_DRIVER_FEATURE, 4,
		feature_word(state->driver_features, state->driver_feature_select));
	pci_put(image, COMMON_CONFIG_VECTOR, 2, state->config_vector);
	pci_put(image, COMMON_QUEUES, 2, virtio->device.queues);
	pci_put(image, COMMON_STATUS, 1, state->status);
	pci_put(image, COMMON_QUEUE_SELECT, 2, state->queue_select);
	if (!queue)
		return;
	pci_put(image, COMMON_QUEUE_SIZE, 2, queue->size);
	pci_put(image, COMMON_QUEUE_VECTOR, 2, queue->vector);
	pci_put(image, COMMON_QUEUE_ENABLE, 2, queue->enabled);
	pci_put(image, COMMON_QUEUE_NOTIFY, 2, state->queue_select);
	memcpy(image + COMMON_QUEUE_DESC, &queue->desc, 8);
	memcpy(image + COMMON_QUEUE_DRIVER, &queue->avail, 8);
	memcpy(image + COMMON_QUEUE_DEVICE, &queue->used, 8);
}

/* Features that were not offered, or too few of them: FEATURES_OK does not stay set (3.1.1). */
static void write_status(struct virtio_pci *virtio, uint8_t value)
{
	struct virtio_pci_state *state = virtio->state;
	uint64_t features = state->driver_features;

	if (!value) {
		reset(virtio);
		return;
	}
	if (features & ~virtio->device.features || !(features & FEATURE_VERSION_1))
		value &= (uint8_t)~STATUS_FEATURES_OK;
	if (!((value | state->status) & STATUS_FEATURES_OK))
		value &= (uint8_t)~STATUS_DRIVER_OK;
	/* Bits are set by the driver one by one, and cleared all at once. */
	state->status |= value & (uint8_t)~STATUS_NEEDS_RESET;
}

static uint16_t checked_vector(const struct virtio_pci *virtio, uint64_t value)
{
	return value < virtio->device.vectors ? (uint16_t)value : NO_VECTOR;
}

static void write_features(struct virtio_pci *virtio, uint32_t value)
{
	struct virtio_pci_state *state = virtio->state;
	unsigned int shift = 32 * state->driver_feature_select;

	if (state->driver_feature_select > 1 || state->status & STATUS_FEATURES_OK)
		return;
	state->driver_features &= ~((uint64_t)0xffffffff << shift);
	state->driver_features |= (uint64_t)value << shift;
}

static void write_queue(struct virtio_pci *virtio, struct virtq_state *queue, uint32_t offset, uint32_t value)
{
	switch (offset) {
	case COMMON_QUEUE_SIZE:
		if (value && value <= VIRTQ_MAX_SIZE && !(value & (value - 1)) && !queue->enabled)
			queue->size = (uint16_t)value;
		break;
	case COMMON_QUEUE_VECTOR:
		queue->vector = checked_vector(virtio, value);
		break;
	case COMMON_QUEUE_ENABLE:
		/* A driver cannot take it back (4.1.4.3.2). */
		if (value == 1)
			queue->enabled = 1;
		break;
	}
}

static void write_common16(struct virtio_pci *virtio, uint32_t offset, uint16_t value)
{
	if (offset == COMMON_CONFIG_VECTOR)
		virtio->state->config_vector = checked_vector(virtio, value);
	else if (offset == COMMON_QUEUE_SELECT)
		virtio->state->queue_select = value;
	else if (selected(virtio))
		write_queue(virtio, selected(virtio), offset, value);
}

static void write_half(uint64_t *value, bool upper, uint32_t half)
{
	*value = upper ? (uint64_t)half << 32 | (uint32_t)*value : (*value >> 32 << 32) | half;
}

static void write_address(struct virtio_pci *virtio, uint32_t offset, uint32_t value)
{
	struct virtq_state *queue = selected(virtio);

	if (!queue || queue->enabled)
		return;
	switch (offset & ~4u) {
	case COMMON_QUEUE_DESC:
		write_half(&queue->desc, offset & 4, value);
		break;
	case COMMON_QUEUE_DRIVER:
		write_half(&queue->avail, offset & 4, value);
		break;
	case COMMON_QUEUE_DEVICE:
		write_half(&queue->used, offset & 4, value);
		break;
	}
}

static void write_common32(struct virtio_pci *virtio, uint32_t offset, uint32_t value)
{
	switch (offset) {
	case COMMON_DEVICE_FEATURE_SELECT:
		virtio->state->device_feature_select = value;
		break;
	case COMMON_DRIVER_FEATURE_SELECT:
		virtio->state->driver_feature_select = value;
		break;
	case COMMON_DRIVER_FEATURE:
		write_features(virtio, value);
		break;
	default:
		write_address(virtio, offset, value);
		break;
	}
}

/* Each register at its own width, 64-bit ones in halves as well (4.1.3.1); other writes do nothing. */
static void write_common(struct virtio_pci *virtio, uint32_t offset, unsigned int bytes, uint64_t value)
{
	if (bytes == 1 && offset == COMMON_STATUS) {
		write_status(virtio, (uint8_t)value);
	} else if (bytes == 2 && offset % 2 == 0) {
		write_common16(virtio, offset, (uint16_t)value);
	} else if (bytes == 4 && offset % 4 == 0) {
		write_common32(virtio, offset, (uint32_t)value);
	} else if (bytes == 8 && offset % 8 == 0) {
		write_address(virtio, offset, (uint32_t)value);
		write_address(virtio, offset + 4, (uint32_t)(value >> 32));
	}
}

/* ---- BAR 0 ---- */

static uint64_t read_image(const void *image, uint32_t size, uint32_t offset, unsigned int bytes)
{
	uint64_t value = 0;

	if (offset < size)
		memcpy(&value, (const uint8_t *)image + offset,
		       bytes < size - offset ? bytes : size - offset);
	return value;
}

static uint8_t read_isr(struct virtio_pci *virtio)
{
	uint8_t isr = virtio->state->isr;

	virtio->state->isr = 0;
	return isr;
}

uint64_t virtio_pci_bar_read(struct virtio_pci *virtio, uint32_t offset, unsigned int bytes)
{
	uint8_t image[COMMON_BYTES];
	uint32_t at = offset % PAGE;

	switch (offset / PAGE) {
	case PAGE_COMMON:
		common_image(virtio, image);
		return read_image(image, COMMON_BYTES, at, bytes);
	case PAGE_ISR:
		return at ? 0 : read_isr(virtio);
	case PAGE_DEVICE:
		return read_image(virtio->device.config, virtio->device.config_bytes, at, bytes);
	case PAGE_TABLE:
		return at / MSIX_ENTRY_BYTES < virtio->device.vectors
			       ? msix_read_table(&virtio->state->msix, at, bytes)
			       : 0;
	case PAGE_PENDING:
		return msix_read_pending(&virtio->state->msix, at);
	default:
		return 0;
	}
}

void virtio_pci_bar_write(struct virtio_pci *virtio, uint32_t offset, unsigned int bytes, uint64_t value)
{
	uint32_t at = offset % PAGE;

	switch (offset / PAGE) {
	case PAGE_COMMON:
		write_common(virtio, at, bytes, value);
		break;
	case PAGE_NOTIFY:
		if (at % NOTIFY_STRIDE == 0)
			notify(virtio, at / NOTIFY_STRIDE);
		break;
	case PAGE_TABLE:
		if (at / MSIX_ENTRY_BYTES < virtio->device.vectors)
			msix_write_table(&virtio->state->msix, at, bytes, value);
		msix_check(virtio);
		break;
	}
}

/* ---- Configuration space ---- */

static uint8_t add_region(struct virtio_pci *virtio, uint8_t type, unsigned int page, uint32_t length)
{
	uint8_t body[20] = {0};
	uint8_t bytes = type == CAP_NOTIFY || type == CAP_ACCESS ? 20 : 16;

	body[2] = bytes;
	body[3] = type;
	pci_put(body, ACCESS_OFFSET, 4, page * PAGE);
	pci_put(body, ACCESS_LENGTH, 4, length);
	if (type == CAP_NOTIFY)
		pci_put(body, 16, 4, NOTIFY_STRIDE);
	return pci_add_capability(&virtio->function, CAP_VENDOR, body, bytes);
}

/* A window through configuration space, for a driver that cannot reach the BAR. */
static void add_access(struct virtio_pci *virtio)
{
	uint8_t at = add_region(virtio, CAP_ACCESS, 0, 0);
	uint8_t i;

	virtio->access_at = at;
	pci_let_write(&virtio->function, (uint8_t)(at + ACCESS_BAR), 0xff);
	for (i = 0; i < 8; i++)
		pci_let_write(&virtio->function, (uint8_t)(at + ACCESS_OFFSET + i), 0xff);
}

static void add_msix(struct virtio_pci *virtio)
{
	uint8_t body[12] = {0};

	pci_put(body, MSIX_CONTROL, 2, virtio->device.vectors - 1u);
	pci_put(body, 4, 4, PAGE_TABLE * PAGE);
	pci_put(body, 8, 4, PAGE_PENDING * PAGE);
	virtio->msix_at = pci_add_capability(&virtio->function, CAP_MSIX, body, sizeof(body));
	pci_let_write(&virtio->function, (uint8_t)(virtio->msix_at + MSIX_CONTROL + 1),
		      (MSIX_ENABLE | MSIX_MASK) >> 8);
}

void virtio_pci_init(struct virtio_pci *virtio, struct virtio_pci_state *state,
		     const struct virtio_device *device, const struct virtq_memory *memory, msix_send_fn send)
{
	const struct pci_identity identity = {
		.vendor = VENDOR,
		.device = (uint16_t)(DEVICE_BASE + device->type),
		.subsystem_vendor = VENDOR,
		.subsystem = (uint16_t)(DEVICE_BASE + device->type),
		.class = device->class,
		.revision = REVISION,
		.bar_bytes = VIRTIO_BAR_BYTES,
	};

	memset(state, 0, sizeof(*state));
	*virtio = (struct virtio_pci){.state = state, .device = *device, .memory = *memory, .send = send};
	pci_init(&virtio->function, state->config, &identity);
	add_region(virtio, CAP_COMMON, PAGE_COMMON, COMMON_BYTES);
	add_region(virtio, CAP_NOTIFY, PAGE_NOTIFY, device->queues * NOTIFY_STRIDE);
	add_region(virtio, CAP_ISR, PAGE_ISR, 1);
	add_region(virtio, CAP_DEVICE, PAGE_DEVICE, device->config_bytes);
	add_access(virtio);
	add_msix(virtio);
	msix_reset(&state->msix);
	reset(virtio);
}

bool virtio_pci_bar(const struct virtio_pci *virtio, uint64_t *base)
{
	*base = pci_get(virtio->state->config, PCI_BAR0, 4) & ~(VIRTIO_BAR_BYTES - 1);
	return virtio->state->config[PCI_COMMAND] & PCI_COMMAND_MEMORY;
}

/* What the window shows: an access to BAR 0 of a width that there is, at a multiple of it. */
static bool window(const struct virtio_pci *virtio, uint32_t *offset, uint32_t *bytes)
{
	const uint8_t *capability = virtio->state->config + virtio->access_at;

	*offset = pci_get(capability, ACCESS_OFFSET, 4);
	*bytes = pci_get(capability, ACCESS_LENGTH, 4);
	return !capability[ACCESS_BAR] && (*bytes == 1 || *bytes == 2 || *bytes == 4) &&
	       *offset % *bytes == 0 && *offset < VIRTIO_BAR_BYTES;
}

uint32_t virtio_pci_config_read(struct virtio_pci *virtio, unsigned int offset, unsigned int bytes)
{
	uint8_t *config = virtio->state->config;
	uint32_t at, length;

	if (offset == virtio->access_at + (unsigned int)ACCESS_DATA && window(virtio, &at, &length))
		pci_put(config, offset, 4, (uint32_t)virtio_pci_bar_read(virtio, at, length));
	return pci_get(config, offset, bytes);
}

void virtio_pci_config_write(struct virtio_pci *virtio, unsigned int offset, unsigned int bytes,
			     uint32_t value)
{
	uint32_t at, length;

	if (offset == virtio->access_at + (unsigned int)ACCESS_DATA) {
		if (window(virtio, &at, &length))
			virtio_pci_bar_write(virtio, at, length, value);
		return;
	}
	pci_guest_write(&virtio->function, offset, bytes, value);
	msix_check(virtio);
}

/* ---- Saved states ---- */

static bool queue_is_good(const struct virtio_pci *virtio, const struct virtq_state *queue)
{
	return queue->size && queue->size <= VIRTQ_MAX_SIZE && !(queue->size & (queue->size - 1)) &&
	       queue->enabled <= 1 && !queue->zero[0] && !queue->zero[1] && !queue->zero[2] &&
	       (queue->vector == NO_VECTOR || queue->vector < virtio->device.vectors);
}

bool virtio_pci_state_is_good(const struct virtio_pci *virtio, const struct virtio_pci_state *state)
{
	unsigned int i;

	for (i = 0; i < PCI_CONFIG_SIZE; i++)
		if ((state->config[i] ^ virtio->state->config[i]) & ~virtio->function.writable[i] &&
		    i - virtio->access_at - ACCESS_DATA >= 4)
			return false;
	for (i = 0; i < VIRTIO_MAX_QUEUES; i++)
		if (!queue_is_good(virtio, &state->queue[i]))
			return false;
	for (i = 0; i < MSIX_MAX_VECTORS; i++)
		if (state->msix.entry[i].control & ~MSIX_ENTRY_MASKED || state->msix.entry[i].address & 3)
			return false;
	return !(state->msix.pending >> virtio->device.vectors) && !state->msix.zero &&
	       (state->config_vector == NO_VECTOR || state->config_vector < virtio->device.vectors) &&
	       !state->zero[0] && !state->zero[1];
}
