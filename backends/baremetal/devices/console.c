/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "console.h"

#include "../vm.h"
#include "monitor.h"

#define HOST_UART_SPI 1
#define HISTORY 2048 /* a power of two */

/* One per VM. In lines mode `history` holds the line that is not complete yet. */
struct console {
	const char *name;
	console_input_fn input;
	void *ctx;
	uint32_t written; /* runs freely */
	uint32_t shown;	  /* of `written`: what has been on the terminal */
	char history[HISTORY];
};

static struct {
	shell_lock_t lock; /* all of the consoles' output; taken inside a UART's lock */
	struct console vms[SHELL_MAX_VMS];
	unsigned int attached;
	unsigned int selected;
	bool lines;
	bool held; /* by the monitor */
} con;

static void print_line(struct console *console)
{
	console->history[console->written] = '\0';
	if (con.attached > 1)
		con_printf("[%s] %s\n", console->name, console->history);
	else
		con_printf("%s\n", console->history);
	console->written = 0;
}

static void collect_line(struct console *console, char c)
{
	if (c == '\r')
		return;
	if (c != '\n')
		console->history[console->written++] = c;
	if (c == '\n' || console->written == VMFILE_LINE_BYTES)
		print_line(console);
}

void console_restart(unsigned int vm)
{
	struct console *console = &con.vms[vm];

	shell_lock(&con.lock);
	if (con.lines && console->written)
		print_line(console);
	shell_unlock(&con.lock);
}

void console_save(unsigned int vm, struct vmfile_line *saved)
{
	const struct console *console = &con.vms[vm];
	uint32_t i;

	shell_lock(&con.lock);
	if (con.lines)
		saved->length = console->written;
	for (i = 0; i < saved->length; i++)
		saved->text[i] = console->history[i];
	shell_unlock(&con.lock);
}

void console_resume(unsigned int vm, const struct vmfile_line *saved)
{
	uint32_t i;

	shell_lock(&con.lock);
	for (i = 0; con.lines && i < saved->length; i++)
		collect_line(&con.vms[vm], saved->text[i]);
	shell_unlock(&con.lock);
}

void console_output(unsigned int vm, uint8_t c)
{
	struct console *console = &con.vms[vm];

	shell_lock(&con.lock);
	if (con.lines) {
		collect_line(console, (char)c);
	} else {
		console->history[console->written++ % HISTORY] = (char)c;
		if (vm == con.selected && !con.held) {
			con_putc((char)c);
			console->shown = console->written;
		}
	}
	shell_unlock(&con.lock);
}

/* What was not on the terminal yet; if too much, from the first whole line that is still there. */
static void replay(struct console *console)
{
	uint32_t from = console->shown;

	if (console->written - from > HISTORY)
		for (from = console->written - HISTORY; from != console->written; from++)
			if (console->history[from % HISTORY] == '\n')
				break;
	for (; from != console->written; from++)
		con_putc(console->history[from % HISTORY]);
	console->shown = from;
}

bool console_select(unsigned int vm)
{
	if (vm >= SHELL_MAX_VMS || !con.vms[vm].input)
		return false;
	con.selected = vm;
	return true;
}

unsigned int console_selected(void)
{
	return con.selected;
}

void console_hold(bool held)
{
	shell_lock(&con.lock);
	con.held = held;
	if (!held && !con.lines) {
		con_printf("--- console of %s ---\n", con.vms[con.selected].name);
		replay(&con.vms[con.selected]);
	}
	shell_unlock(&con.lock);
}

void console_attach(unsigned int vm, const char *name, console_input_fn input, void *ctx)
{
	con.vms[vm].name = name;
	con.vms[vm].input = input;
	con.vms[vm].ctx = ctx;
	con.attached++;
}

void console_typed(uint8_t c)
{
	struct console *console = &con.vms[con.selected];

	if (monitor_active())
		monitor_input(c);
	else if (c == CONSOLE_ESCAPE)
		monitor_open();
	else if (console->input)
		console->input(console->ctx, c);
}

/* One at a time, so that what only input touches needs no lock. */
static void host_uart_interrupt(void *ctx, unsigned int spi)
{
	int c;

	(void)ctx;
	(void)spi;
	while ((c = con_getc()) >= 0)
		console_typed((uint8_t)c);
}

void console_init(bool lines)
{
	con.lines = lines;
	if (shell_host_spi_claim(HOST_UART_SPI, true, host_uart_interrupt, NULL))
		con_printf("console: the machine's UART has no interrupt: nothing can be typed\n");
}
