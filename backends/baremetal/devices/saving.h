/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief Saving and restoring at the monitor's command: done when the CPU that runs the monitor has no vCPU loaded.
 */
#ifndef SHELL_SAVING_H
#define SHELL_SAVING_H

#include <vgicv5_types.h>

enum saving_what { SAVING_SAVE, SAVING_RESTORE };

/**
 * Starts it for VM `index`; what became of it is printed before monitor_done() is called.
 * @return false: not started; the reason is on the console.
 */
bool saving_start(enum saving_what what, unsigned int index, const char *file);

#endif
