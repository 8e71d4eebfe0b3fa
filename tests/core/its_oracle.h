/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief What an event of a device is, by a walk of the guest's tables that shares nothing with the library's.
 */
#ifndef TESTS_CORE_ITS_ORACLE_H
#define TESTS_CORE_ITS_ORACLE_H

#include "its_guest.h"

#define ITS_MAX_READS 4
#define ITS_ORACLE_MEMORY ((uint64_t)256 << 10) /* of its_memory, from ITS_GPA on; all else cannot be read */
#define ITS_ADDRESS 0x00fffffffffffff8ull

enum its_entry_kind { ITS_L1, ITS_DTE, ITS_ITTE };

/* Registers and widths. */
struct its_tables {
	uint64_t baser;
	uint32_t cfgr;
	unsigned int device_id_bits;
	unsigned int event_id_bits;
	uint32_t lpis;
};

/* What a walk of the library was given to read. */
struct its_reads {
	uint64_t gpa[ITS_MAX_READS];
	uint64_t value[ITS_MAX_READS];
	bool fault[ITS_MAX_READS];
	unsigned int count;
};

struct its_oracle {
	enum vgicv5_vits_swerr error;
	bool quiet;
	uint64_t itte;
	unsigned int reads;
	uint64_t path[ITS_MAX_READS];
	enum its_entry_kind kind[ITS_MAX_READS];
};

bool its_in_memory(uint64_t gpa);

/* `log` NULL: by memory as it is; otherwise by the log, and the test fails if that has not the same reads. */
void its_ask(struct its_oracle *o, const struct its_tables *tables, const struct its_reads *log,
	     uint32_t device, uint32_t event);

#endif
