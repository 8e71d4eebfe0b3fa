/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "monitor.h"

#include "../shell.h"
#include "commands.h"
#include "console.h"

#define LINE 80

static struct {
	bool active;
	unsigned int length;
	char line[LINE];
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
	con_puts("\n");
	monitor.line[monitor.length] = '\0';
	if (!monitor.length || command_run(monitor.line) == COMMAND_LEAVE)
		close_monitor();
	else
		prompt();
}

void monitor_input(uint8_t c)
{
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
