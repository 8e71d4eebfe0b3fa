/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The name that libfdt includes. */
#include "../string.h"
