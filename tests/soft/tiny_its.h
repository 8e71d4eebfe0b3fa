/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief A second ITS and IWB, as small as possible: it remembers nothing and walks the tables at each event.
 */
#ifndef TINY_ITS_H
#define TINY_ITS_H

#include <stdbool.h>
#include <stdint.h>

#define TINY_LPIS 48
#define TINY_SPACES 2 /* physical, VM 1 */

struct tiny_lpi {
	bool pending;
	bool level;
};

struct tiny_its {
	const uint8_t *memory; /* of all tables */
	uint64_t base;
	uint64_t bytes;
	unsigned int device_bits; /* of the ITS */
	unsigned int event_bits;
	bool enabled;
	uint64_t dt;
	unsigned int dt_bits;
	bool dt_two_level;
	unsigned int dt_l2sz;
	uint32_t lpi_limit[TINY_SPACES];
	struct tiny_lpi lpis[TINY_SPACES][TINY_LPIS];
	uint64_t status; /* ITS_SWERR_* */
	uint64_t syndrome[2];
	uint32_t iwb_device;
	bool iwb_enabled;
	uint64_t wires_enabled;
	uint64_t wires_level;
	uint64_t wires_line;
};

/** Where the entries of an event are; 0: nowhere. `error`: what is wrong, 0: nothing. */
struct tiny_path {
	uint64_t l1_dte, dte, l1_itte, itte;
	uint64_t dte_value, itte_value;
	uint64_t last;
	unsigned int error;
};

uint64_t tiny_its_read64(const struct tiny_its *t, uint64_t pa);
struct tiny_path tiny_its_walk(const struct tiny_its *t, uint32_t device, uint32_t event);
void tiny_its_msi(struct tiny_its *t, uint32_t device, uint32_t event);
/** What ITS_READ_EVENT_DATAR reads. */
uint64_t tiny_its_data(const struct tiny_its *t, uint32_t device, uint32_t event);
void tiny_iwb_wire(struct tiny_its *t, unsigned int wire, bool asserted);
void tiny_iwb_wires_enable(struct tiny_its *t, unsigned int word, uint32_t value);
void tiny_iwb_enable(struct tiny_its *t, bool on);
void tiny_iwb_resample(struct tiny_its *t, unsigned int wire);

#endif
