/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Tier 0 for measurements: the POSIX port with traces off, as a product has them.
 */
#ifndef BENCH_PORT_H
#define BENCH_PORT_H

#include "../../hal/host/vgicv5_port.h"

#undef VGICV5_TRACE

#endif
