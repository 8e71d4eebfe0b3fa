/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The monitor's commands.
 */
#ifndef SHELL_COMMANDS_H
#define SHELL_COMMANDS_H

/** What the monitor does after a command. */
enum command_result { COMMAND_STAY, COMMAND_LEAVE, COMMAND_WAIT /* for monitor_done() */ };

/** Runs one line, which is taken apart in place. Called by the monitor only. */
enum command_result command_run(char *line);

#endif
