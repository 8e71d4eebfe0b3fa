/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Texts of errors. */
#include <vgicv5/error.h>

#define VGICV5_ERROR_TEXT(name, value, text) \
	case VGICV5_##name:                  \
		return text;

const char *vgicv5_strerror(int error)
{
	switch ((enum vgicv5_error)error) {
		VGICV5_ERRORS(VGICV5_ERROR_TEXT)
	}
	return "unknown error";
}
