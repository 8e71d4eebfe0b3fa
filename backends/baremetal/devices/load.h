/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief What the guests of the bundle were made of.
 */
#ifndef SHELL_LOAD_H
#define SHELL_LOAD_H

#include "bundle.h"

#define LOAD_FILE 200 /* the longest name of a file, with its end */

/** The bundle, once shell_load_guests() has opened it. */
const struct bundle *load_bundle(void);

#endif
