/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VGICV5_TYPES_H
#define VGICV5_TYPES_H

#include <xen/stdbool.h>
#include <xen/types.h>

#endif
