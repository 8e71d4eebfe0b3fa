/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief One terminal for the consoles of all VMs and for the monitor.
 *
 * Either one console has the terminal and the others keep the last of their output until they get it (the way for a
 * person), or all print whole lines with their VM's name before them (the way for a log).
 */
#ifndef SHELL_CONSOLE_H
#define SHELL_CONSOLE_H

#include "../../vmfile/vmfile.h"

#define CONSOLE_ESCAPE 0x1d /* Ctrl-] */

/** Receives what is typed for a VM's console. */
typedef void (*console_input_fn)(void *ctx, uint8_t c);

/** Takes the machine's UART interrupt. `lines`: whole lines of all VMs. Called once. */
void console_init(bool lines);

/** The VM of that number has a console now; `name` stays. */
void console_attach(unsigned int vm, const char *name, console_input_fn input, void *ctx);

/** A character of a VM's output. Any context but the console's own callbacks. */
void console_output(unsigned int vm, uint8_t c);

/** The VM starts anew: a line that it left unfinished ends here. Context as console_output(). */
void console_restart(unsigned int vm);

/** The line that a VM has not finished yet; none but in lines mode. */
void console_save(unsigned int vm, struct vmfile_line *saved);

/** Takes over a line of at most VMFILE_LINE_BYTES - 1 characters after console_restart(). */
void console_resume(unsigned int vm, const struct vmfile_line *saved);

/** Gives the terminal to a VM's console. @return false: it has none. */
bool console_select(unsigned int vm);

/** The VM that has the terminal. */
unsigned int console_selected(void);

/** A character was typed: it goes to the monitor or to the VM that has the terminal. From the terminal's interrupt. */
void console_typed(uint8_t c);

/** Gives the terminal to the monitor, and back to the VM that had it. */
void console_hold(bool held);

#endif
