/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The frame of a state that is read: header, sections, their order, checksum. Nothing is believed before it
 * is checked.
 */
#include "state.h"

#define END_BYTES (VGICV5_STATE_SECTION_BYTES + STATE_END_BYTES)

struct vgicv5_vits *vgicv5_state_vits_of(const struct vgicv5_vm *vm, const uint8_t *body)
{
	struct vgicv5_vits *vits = vm->vits;

	while (vits && vits->config.base != state_get64(body + STATE_ITS_BASE))
		vits = vits->next;
	return vits;
}

struct vgicv5_viwb *vgicv5_state_viwb_of(const struct vgicv5_vm *vm, const uint8_t *body)
{
	struct vgicv5_viwb *viwb = vm->viwbs;

	while (viwb && (viwb->config.vits->config.base != state_get64(body + STATE_IWB_ITS) ||
			viwb->config.device_id != state_get32(body + STATE_IWB_DEVICE)))
		viwb = viwb->next;
	return viwb;
}

/* ---- Sections ---- */

static void read_section(const struct state_in *in, size_t at, struct state_section *section)
{
	const uint8_t *p = in->state + at;

	section->type = state_get32(p);
	section->flags = state_get32(p + 4);
	section->bytes = (size_t)state_get64(p + 8);
	section->body = p + VGICV5_STATE_SECTION_BYTES;
}

bool vgicv5_state_next_section(const struct state_in *in, size_t *at, struct state_section *section)
{
	if (!*at)
		*at = VGICV5_STATE_HEADER_BYTES;
	read_section(in, *at, section);
	*at += VGICV5_STATE_SECTION_BYTES + section->bytes;
	return section->type != VGICV5_STATE_END;
}

bool vgicv5_state_next_of(const struct state_in *in, uint32_t type, size_t *at, struct state_section *section)
{
	while (vgicv5_state_next_section(in, at, section))
		if (section->type == type)
			return true;
	return false;
}

/* Of sections that there may be several of; one number, or two. */
static bool key_ascends(const struct state_section *last, const struct state_section *section)
{
	uint64_t old, new;

	switch (section->type) {
	case VGICV5_STATE_VCPU:
		return state_get32(last->body) < state_get32(section->body);
	case VGICV5_STATE_ITS:
		return state_get64(last->body) < state_get64(section->body);
	case VGICV5_STATE_IWB:
		old = state_get64(last->body);
		new = state_get64(section->body);
		if (old != new)
			return old < new;
		return state_get32(last->body + STATE_IWB_DEVICE) <
		       state_get32(section->body + STATE_IWB_DEVICE);
	default:
		return false;
	}
}

static bool known(const struct state_section *section)
{
	return section->type >= VGICV5_STATE_VM && section->type <= VGICV5_STATE_LPI;
}

/* The least that a section has: what tells whom it is for, and fields of fixed size. */
static bool large_enough(const struct state_section *section)
{
	static const uint8_t exact[] = {
		[VGICV5_STATE_VM] = STATE_VM_BYTES,
		[VGICV5_STATE_VIRS] = STATE_VIRS_BYTES,
		[VGICV5_STATE_VCPU] = STATE_VCPU_BYTES,
		[VGICV5_STATE_ITS] = STATE_ITS_BYTES,
		[VGICV5_STATE_LPI] = 0,
	};

	switch (section->type) {
	case VGICV5_STATE_IWB:
		return section->bytes >= STATE_IWB_WORDS;
	case VGICV5_STATE_SPI:
	case VGICV5_STATE_LPI:
		return section->bytes >= STATE_ENTRIES_REST;
	case VGICV5_STATE_LPI_L2:
		return true;
	default:
		return section->bytes == exact[section->type];
	}
}

static int take_section(struct state_in *in, const struct state_section *last,
			const struct state_section *section)
{
	if (section->flags & ~(uint32_t)VGICV5_STATE_REQUIRED)
		return VGICV5_INVALID;
	if (!known(section))
		return section->flags & VGICV5_STATE_REQUIRED ? VGICV5_UNSUPPORTED : VGICV5_OK;
	if (!(section->flags & VGICV5_STATE_REQUIRED) || !large_enough(section))
		return VGICV5_INVALID;
	if (section->type < last->type || (section->type == last->type && !key_ascends(last, section)))
		return VGICV5_INVALID;
	in->only[section->type] = *section;
	return VGICV5_OK;
}

/* END is where it belongs; the sections before it have to end there. */
static int take_sections(struct state_in *in)
{
	struct state_section section, last = {.type = 0};
	size_t at = VGICV5_STATE_HEADER_BYTES;
	size_t end = in->bytes - END_BYTES;
	int error = VGICV5_OK;

	while (!error && at < end) {
		if (end - at < VGICV5_STATE_SECTION_BYTES)
			return VGICV5_INVALID;
		read_section(in, at, &section);
		at += VGICV5_STATE_SECTION_BYTES;
		if (state_get64(in->state + at - 8) > end - at || section.bytes % 8 ||
		    section.type == VGICV5_STATE_END)
			return VGICV5_INVALID;
		at += section.bytes;
		error = take_section(in, &last, &section);
		if (known(&section))
			last = section;
	}
	return error;
}

/* ---- Frame ---- */

static bool checksum_is_right(const uint8_t *state, size_t bytes)
{
	uint32_t a = 1, b = 0;
	size_t i;

	for (i = 0; i < bytes - STATE_END_BYTES; i += 4) {
		a += state_get32(state + i);
		b += a;
	}
	return state_get32(state + i) == a && state_get32(state + i + 4) == b;
}

static int check_header(const uint8_t *state, size_t bytes)
{
	static const uint8_t magic[] = VGICV5_STATE_MAGIC;

	if (bytes < VGICV5_STATE_HEADER_BYTES + END_BYTES || bytes % 8 ||
	    state_get64(state) != state_get64(magic))
		return VGICV5_INVALID;
	if (state_get32(state + STATE_HEADER_VERSION) != VGICV5_STATE_VERSION)
		return VGICV5_UNSUPPORTED;
	if (state_get32(state + STATE_HEADER_BYTES) != VGICV5_STATE_HEADER_BYTES ||
	    state_get64(state + STATE_HEADER_TOTAL) != bytes || state_get64(state + STATE_HEADER_RESERVED))
		return VGICV5_INVALID;
	return VGICV5_OK;
}

static bool end_is_right(const struct state_in *in)
{
	struct state_section end;

	read_section(in, in->bytes - END_BYTES, &end);
	return end.type == VGICV5_STATE_END && end.flags == VGICV5_STATE_REQUIRED &&
	       state_get64(end.body - 8) == STATE_END_BYTES && checksum_is_right(in->state, in->bytes);
}

int vgicv5_state_open(const void *state, size_t bytes, struct state_in *in)
{
	int error;

	*in = (struct state_in){.state = state, .bytes = bytes};
	error = check_header(in->state, bytes);
	if (error)
		return error;
	if (!end_is_right(in))
		return VGICV5_INVALID;
	error = take_sections(in);
	if (!error && (!in->only[VGICV5_STATE_VM].body || !in->only[VGICV5_STATE_VIRS].body))
		error = VGICV5_INVALID;
	return error;
}
