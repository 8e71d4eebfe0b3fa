/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where a state is written to, number by number, and its checksum. */
#include "state.h"

static void start(struct state_out *out, uint8_t *to, size_t bytes)
{
	out->start = to;
	out->at = to;
	out->end = to + bytes;
	out->flushed = 0;
	out->a = 1;
	out->b = 0;
	out->error = VGICV5_OK;
}

void vgicv5_state_to_buffer(struct state_out *out, void *buffer, size_t bytes)
{
	start(out, buffer, bytes);
	out->stream = false;
}

void vgicv5_state_to_stream(struct state_out *out, vgicv5_state_write_fn write, void *ctx)
{
	start(out, out->window, sizeof(out->window));
	out->stream = true;
	out->write = write;
	out->ctx = ctx;
}

uint64_t vgicv5_state_written(const struct state_out *out)
{
	return out->flushed + (uint64_t)(out->at - out->start);
}

void vgicv5_state_flush(struct state_out *out)
{
	size_t bytes = (size_t)(out->at - out->start);

	if (!out->stream || out->error || !bytes)
		return;
	if (out->write)
		out->error = out->write(out->ctx, out->start, bytes);
	out->flushed += bytes;
	out->at = out->start;
}

/* A buffer that was large enough is full: what is saved has grown meanwhile. */
size_t vgicv5_state_room(struct state_out *out)
{
	if (out->end - out->at < 4)
		vgicv5_state_flush(out);
	if (!out->error && out->end - out->at < 4)
		out->error = VGICV5_BUSY;
	return out->error ? 0 : (size_t)(out->end - out->at) / 4;
}

void vgicv5_state_put32(struct state_out *out, uint32_t value)
{
	if (!vgicv5_state_room(out))
		return;
	state_set32(out->at, value);
	out->at += 4;
	out->a += value;
	out->b += out->a;
}

void vgicv5_state_put64(struct state_out *out, uint64_t value)
{
	vgicv5_state_put32(out, (uint32_t)value);
	vgicv5_state_put32(out, (uint32_t)(value >> 32));
}

void vgicv5_state_put_section(struct state_out *out, uint32_t type, uint64_t bytes)
{
	vgicv5_state_put32(out, type);
	vgicv5_state_put32(out, VGICV5_STATE_REQUIRED);
	vgicv5_state_put64(out, bytes);
}
