/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The payload's list of cases.
 */
#include "payload.h"

void payload_main(void)
{
	log_line("payload: begin");
	cases_irs();
	cases_cpu();
	cases_ppi();
	cases_shared();
	cases_wire();
	cases_lpi();
	cases_ipi();
	cases_random();
	log_line("payload: end after %u lines", log_lines());
}
