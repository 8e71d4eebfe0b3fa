/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "monitor.h"

#include "../shell.h"
#include "commands.h"
#include "console.h"

#define LINE 240
#define AHEAD 1024

/* The terminal's interrupt comes to one CPU, and what waits on that CPU runs with interrupts masked. */
static struct {
	bool active;
	bool waits; /* for a command to be done; what is typed meanwhile is kept */
	unsigned int length;
	char line[LINE];
	unsigned int ahead_count;
	uint8_t ahead[AHEAD];
} monitor;

bool monitor_active(void)
{
	return monitor.active;
}

static void prompt(void)
{
	monitor.length = 0;
	con_puts("monitor> ");
}

void monitor_open(void)
{
	console_hold(true);
	monitor.active = true;
	con_puts("\nMonitor: 'help' lists the commands, an empty line goes back to the guest.\n");
	prompt();
}

static void close_monitor(void)
{
	monitor.active = false;
	console_hold(false);
}

static void run_line(void)
{
	enum command_result result = COMMAND_LEAVE;

	con_puts("\n");
	monitor.line[monitor.length] = '\0';
	if (monitor.length)
		result = command_run(monitor.line);
	monitor.waits = result == COMMAND_WAIT;
	if (result == COMMAND_LEAVE)
		close_monitor();
	else if (result == COMMAND_STAY)
		prompt();
}

void monitor_done(void)
{
	unsigned int i, count = monitor.ahead_count;

	monitor.waits = false;
	prompt();
	monitor.ahead_count = 0;
	/* A command among them may wait again: the rest is kept again, which is never more than there was. */
	for (i = 0; i < count; i++)
		console_typed(monitor.ahead[i]);
}

void monitor_input(uint8_t c)
{
	if (monitor.waits) {
		if (monitor.ahead_count < AHEAD)
			monitor.ahead[monitor.ahead_count++] = c;
		return;
	}
	switch (c) {
	case '\r':
	case '\n':
		run_line();
		break;
	case CONSOLE_ESCAPE:
		con_puts("\n");
		close_monitor();
		break;
	case 0x08:
	case 0x7f:
		if (monitor.length) {
			monitor.length--;
			con_puts("\b \b");
		}
		break;
	default:
		if (c >= ' ' && c < 0x7f && monitor.length + 1 < LINE) {
			monitor.line[monitor.length++] = (char)c;
			con_putc((char)c);
		}
	}
}
