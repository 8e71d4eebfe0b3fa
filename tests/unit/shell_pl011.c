/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The shell's PL011: what a guest's driver sees of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pl011.h"

enum {
	DR = 0x00,
	FR = 0x18,
	LCR_H = 0x2c,
	CR = 0x30,
	IFLS = 0x34,
	IMSC = 0x38,
	RIS = 0x3c,
	MIS = 0x40,
	ICR = 0x44
};
enum { RXFE = 0x10, RXFF = 0x40, TXFE = 0x80, TXFF = 0x20 };
enum { RX = 0x10, TX = 0x20, RT = 0x40, OE = 0x400 };

static struct {
	char sent[64];
	unsigned int sent_count;
	bool line;
	unsigned int edges;
} seen;

static void transmit(void *ctx, uint8_t c)
{
	assert_ptr_equal(ctx, &seen);
	seen.sent[seen.sent_count++ % sizeof(seen.sent)] = (char)c;
}

static void interrupt(void *ctx, bool asserted)
{
	assert_ptr_equal(ctx, &seen);
	assert_int_not_equal(asserted, seen.line);
	seen.line = asserted;
	seen.edges++;
}

static const struct pl011_ops ops = {.transmit = transmit, .interrupt = interrupt};
static struct pl011 uart;

static int setup(void **state)
{
	(void)state;
	memset(&seen, 0, sizeof(seen));
	pl011_init(&uart, &ops, &seen);
	return 0;
}

static void receive(const char *text)
{
	while (*text)
		assert_true(pl011_receive(&uart, (uint8_t)*text++));
}

static void reset_values(void **state)
{
	static const uint8_t ids[] = {0x11, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1};
	unsigned int i;

	(void)state;
	assert_int_equal(pl011_read(&uart, CR), 0x300);
	assert_int_equal(pl011_read(&uart, IFLS), 0x12);
	assert_int_equal(pl011_read(&uart, FR), RXFE | TXFE);
	assert_int_equal(pl011_read(&uart, RIS), 0);
	for (i = 0; i < 8; i++)
		assert_int_equal(pl011_read(&uart, 0xfe0 + 4 * i), ids[i]);
	assert_int_equal(pl011_read(&uart, 0xfe1), 0);
	assert_int_equal(pl011_read(&uart, 0xffd), 0);
	assert_int_equal(pl011_read(&uart, 0xfdc), 0);
}

static void what_is_written_is_sent(void **state)
{
	(void)state;
	pl011_write(&uart, DR, 'o');
	pl011_write(&uart, DR, 'k' | 0xf00);
	assert_int_equal(seen.sent_count, 2);
	assert_memory_equal(seen.sent, "ok", 2);
	assert_int_equal(pl011_read(&uart, FR) & (TXFE | TXFF), TXFE);
}

static void transmit_interrupt_is_masked_latched_and_cleared(void **state)
{
	(void)state;
	pl011_write(&uart, DR, 'x');
	assert_int_equal(pl011_read(&uart, RIS), TX);
	assert_int_equal(pl011_read(&uart, MIS), 0);
	assert_false(seen.line);
	pl011_write(&uart, IMSC, TX);
	assert_int_equal(pl011_read(&uart, MIS), TX);
	assert_true(seen.line);
	pl011_write(&uart, ICR, TX);
	assert_false(seen.line);
	pl011_write(&uart, DR, 'x');
	assert_true(seen.line);
	pl011_write(&uart, IMSC, 0);
	assert_false(seen.line);
}

static void line_follows_the_receive_fifo(void **state)
{
	(void)state;
	pl011_write(&uart, LCR_H, 0x70);
	pl011_write(&uart, IMSC, RX | RT);
	receive("ab");
	assert_true(seen.line);
	assert_int_equal(pl011_read(&uart, MIS), RT);
	assert_int_equal(pl011_read(&uart, FR) & RXFE, 0);
	assert_int_equal(pl011_read(&uart, DR), 'a');
	assert_true(seen.line);
	assert_int_equal(pl011_read(&uart, DR), 'b');
	assert_false(seen.line);
	assert_int_equal(pl011_read(&uart, FR) & RXFE, RXFE);
	assert_int_equal(pl011_read(&uart, DR), 0);
	assert_int_equal(seen.edges, 2);
}

static void trigger_level_is_of_ifls(void **state)
{
	static const uint8_t levels[] = {2, 4, 8, 12, 14};
	unsigned int i, n;

	(void)state;
	for (i = 0; i < 5; i++) {
		setup(NULL);
		pl011_write(&uart, LCR_H, 0x10);
		pl011_write(&uart, IFLS, i << 3);
		for (n = 1; n <= 16; n++) {
			receive("x");
			assert_int_equal((pl011_read(&uart, RIS) & RX) != 0, n >= levels[i]);
		}
		for (n = 15; n; n--) {
			pl011_read(&uart, DR);
			assert_int_equal((pl011_read(&uart, RIS) & RX) != 0, n >= levels[i]);
		}
	}
}

static void without_fifos_each_character_counts(void **state)
{
	(void)state;
	receive("x");
	assert_int_equal(pl011_read(&uart, RIS), RX | RT);
	assert_int_equal(pl011_read(&uart, FR) & RXFF, RXFF);
	pl011_write(&uart, LCR_H, 0x10);
	assert_int_equal(pl011_read(&uart, RIS), RT);
	assert_int_equal(pl011_read(&uart, FR) & RXFF, 0);
}

static void a_cleared_receive_interrupt_comes_back_with_the_next_character(void **state)
{
	(void)state;
	pl011_write(&uart, LCR_H, 0x10);
	pl011_write(&uart, IMSC, RT);
	receive("a");
	pl011_write(&uart, ICR, RT);
	assert_false(seen.line);
	receive("b");
	assert_true(seen.line);
}

static void the_queue_is_long_but_not_endless(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < PL011_QUEUE; i++)
		assert_true(pl011_receive(&uart, (uint8_t)i));
	assert_int_equal(pl011_read(&uart, RIS) & OE, 0);
	assert_false(pl011_receive(&uart, 'x'));
	assert_int_equal(pl011_read(&uart, RIS) & OE, OE);
	for (i = 0; i < PL011_QUEUE; i++)
		assert_int_equal(pl011_read(&uart, DR), i & 0xff);
	assert_int_equal(pl011_read(&uart, FR) & RXFE, RXFE);
	pl011_write(&uart, ICR, OE);
	assert_int_equal(pl011_read(&uart, RIS) & OE, 0);
}

static void loopback_returns_what_is_sent(void **state)
{
	(void)state;
	pl011_write(&uart, CR, 0x380);
	pl011_write(&uart, DR, 'l');
	assert_int_equal(seen.sent_count, 0);
	assert_int_equal(pl011_read(&uart, DR), 'l');
}

/* A guest may access whatever it likes: nothing outside the registers changes anything. */
static void other_offsets_do_nothing(void **state)
{
	struct pl011 before = uart;
	uint32_t offset;

	(void)state;
	for (offset = 0x49; offset < PL011_SIZE; offset++) {
		pl011_write(&uart, offset, 0xffffffff);
		if (offset < 0xfe0)
			assert_int_equal(pl011_read(&uart, offset), 0);
	}
	assert_memory_equal(&uart, &before, sizeof(uart));
}

/* Queue, registers and line are another UART's after it was saved and restored. */
static void goes_on_where_it_was_saved(void **state)
{
	static struct vmfile_uart saved, again;
	uint32_t ris;

	(void)state;
	pl011_write(&uart, LCR_H, 0x70);
	pl011_write(&uart, IMSC, RX | RT);
	pl011_write(&uart, IFLS, 0x08);
	receive("hello");
	assert_int_equal(pl011_read(&uart, DR), 'h');
	ris = pl011_read(&uart, RIS);
	pl011_save(&uart, &saved);
	assert_null(vmfile_check_uart(&saved));
	setup(NULL);
	pl011_restore(&uart, &saved);
	assert_true(seen.line);
	assert_int_equal(pl011_read(&uart, RIS), ris);
	assert_int_equal(pl011_read(&uart, LCR_H), 0x70);
	assert_int_equal(pl011_read(&uart, IMSC), RX | RT);
	assert_int_equal(pl011_read(&uart, IFLS), 0x08);
	pl011_save(&uart, &again);
	assert_memory_equal(&saved, &again, sizeof(saved));
	assert_int_equal(pl011_read(&uart, DR), 'e');
	assert_int_equal(pl011_read(&uart, DR), 'l');
	assert_int_equal(pl011_read(&uart, DR), 'l');
	assert_int_equal(pl011_read(&uart, DR), 'o');
	assert_false(seen.line);
}

static void odd_saved_states_are_refused(void **state)
{
	static struct vmfile_uart saved;

	(void)state;
	pl011_save(&uart, &saved);
	assert_null(vmfile_check_uart(&saved));
	saved.queued = PL011_QUEUE + 1;
	assert_non_null(vmfile_check_uart(&saved));
	saved.queued = PL011_QUEUE;
	assert_null(vmfile_check_uart(&saved));
	saved.regs.imsc = 0x800;
	assert_non_null(vmfile_check_uart(&saved));
	saved.regs.imsc = 0;
	saved.regs.cr = 1 << 3;
	assert_non_null(vmfile_check_uart(&saved));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(reset_values, setup),
		cmocka_unit_test_setup(what_is_written_is_sent, setup),
		cmocka_unit_test_setup(transmit_interrupt_is_masked_latched_and_cleared, setup),
		cmocka_unit_test_setup(line_follows_the_receive_fifo, setup),
		cmocka_unit_test_setup(trigger_level_is_of_ifls, setup),
		cmocka_unit_test_setup(without_fifos_each_character_counts, setup),
		cmocka_unit_test_setup(a_cleared_receive_interrupt_comes_back_with_the_next_character, setup),
		cmocka_unit_test_setup(the_queue_is_long_but_not_endless, setup),
		cmocka_unit_test_setup(loopback_returns_what_is_sent, setup),
		cmocka_unit_test_setup(other_offsets_do_nothing, setup),
		cmocka_unit_test_setup(goes_on_where_it_was_saved, setup),
		cmocka_unit_test_setup(odd_saved_states_are_refused, setup),
	};

	return cmocka_run_group_tests_name("pl011", tests, NULL, NULL);
}
