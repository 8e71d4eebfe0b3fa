/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The monitor: commands on the terminal, behind the escape key.
 */
#ifndef SHELL_MONITOR_H
#define SHELL_MONITOR_H

#include <vgicv5_types.h>

/** Whether what is typed belongs to the monitor. Called, like the next two, by the console's input only. */
bool monitor_active(void);

/** The escape key was typed: takes the terminal and prompts. */
void monitor_open(void);

/** A character for the command line; the end of a line runs the command. */
void monitor_input(uint8_t c);

/** The command that said COMMAND_WAIT is done. On the CPU that it was run on. */
void monitor_done(void);

#endif
