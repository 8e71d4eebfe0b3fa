/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Errors of the library. Each backend maps them to its own errno.
 */
#ifndef VGICV5_ERROR_H
#define VGICV5_ERROR_H

/* clang-format off */
/** X(name, value, what it says to a person). */
#define VGICV5_ERRORS(X)                                                                   \
	X(OK, 0, "success")                                                                \
	X(INVALID, -1, "an argument is out of range or inconsistent")                      \
	X(NO_MEMORY, -2, "the port could not provide memory")                              \
	X(NO_ID, -3, "no VM ID, VPE ID or doorbell interrupt is free")                     \
	X(UNSUPPORTED, -4, "the hardware lacks something that this needs")                 \
	X(BUSY, -5, "somebody else owns it, or it is in use")                              \
	X(STATE, -6, "the object is not in a state that allows this")                      \
	X(TIMEOUT, -7, "the IRS did not answer in time; what it may still use is kept")    \
	X(REFUSED, -8, "the IRS did not carry out the command")                            \
	X(DEAD, -9, "the VM has failed and can only be destroyed")                         \
	X(LIMIT, -10, "the limit that the embedder set for this VM is reached")            \
	X(FAULT, -11, "guest memory could not be accessed")
/* clang-format on */

#define VGICV5_ERROR_CONSTANT(name, value, text) VGICV5_##name = (value),
enum vgicv5_error { VGICV5_ERRORS(VGICV5_ERROR_CONSTANT) };

/** The text of an error, for logs. Never NULL. Any context. */
const char *vgicv5_strerror(int error);

#endif
