// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * States that may come from anybody, restored into a fresh VM: taken or refused, and a VM that refused one is as it was.
 * An input is the number of a host, the number of a VM's shape (tests/state-reader/shapes.h) and a state. The kept ones
 * are states that the library wrote; mutations know sections and put size and checksum right, or not.
 *
 * `fuzz_state --make FOLDER` writes those valid states anew, `fuzz_state --judge FILE...` says what becomes of inputs, and
 * `fuzz_state --sweep FOLDER` changes each word of some states and writes those that are taken nevertheless.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "shapes.h"

#define HEADER VGICV5_STATE_HEADER_BYTES
#define SECTION VGICV5_STATE_SECTION_BYTES
#define TOTAL_AT 16u /* u64 size of the whole state in the header */
#define MOST_BYTES ((size_t)1 << 20)
#define USE_EVERY 8u /* of what a sweep takes: worlds take time */

static struct state_vm vm;
static uint8_t before[MOST_BYTES], after[MOST_BYTES];

/* ---- One input ---- */

static size_t save(uint8_t *to)
{
	size_t bytes;

	CHECK(vgicv5_state_save(&vm.vm->vm, to, MOST_BYTES, &bytes) == VGICV5_OK);
	CHECK(bytes <= MOST_BYTES);
	return bytes;
}

static bool is_refusal(int error)
{
	return error == VGICV5_INVALID || error == VGICV5_UNSUPPORTED || error == VGICV5_LIMIT;
}

/* What was taken is saved, and goes the same way once more; whatever the guest then does hurts nobody else. */
static void use_taken(unsigned int kind, unsigned int shape)
{
	size_t first = save(before);
	unsigned int i;

	state_down(&vm);
	state_up(&vm, kind, shape);
	CHECK(vgicv5_state_restore(&vm.vm->vm, before, first) == VGICV5_OK);
	CHECK(save(after) == first && !memcmp(before, after, first));
	for (i = 0; i < vm.vm->vcpu_count; i++) {
		CHECK(vgicv5_vcpu_runnable(&vm.vm->vcpus[i].vcpu));
		world_load(&vm.vm->vcpus[i], i);
		guest_take(&vm.vm->vcpus[i]);
	}
	for (i = 0; i < vm.vm->vcpu_count; i++)
		world_preempt(&vm.vm->vcpus[i]);
	world_take_interrupts(&vm.world);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned int kind, shape;
	uint8_t *state;
	size_t bytes;
	int checked, restored;

	if (size < 2)
		return 0;
	kind = data[0] % world_host_count;
	shape = data[1] % STATE_SHAPES;
	/* Of exactly that size, and at an odd address: no alignment is asked for. */
	state = malloc(size - 1);
	CHECK(state);
	memcpy(state + 1, data + 2, size - 2);
	state_up(&vm, kind, shape);
	bytes = save(before);
	checked = vgicv5_state_check(&vm.vm->vm, state + 1, size - 2);
	restored = vgicv5_state_restore(&vm.vm->vm, state + 1, size - 2);
	CHECK(checked == restored);
	if (restored) {
		CHECK(is_refusal(restored));
		CHECK(save(after) == bytes && !memcmp(before, after, bytes));
	} else {
		use_taken(kind, shape);
	}
	state_down(&vm);
	free(state);
	return 0;
}

/* ---- Mutations ---- */

static uint32_t get32(const uint8_t *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static void put64(uint8_t *at, uint64_t value)
{
	unsigned int i;

	for (i = 0; i < 8; i++)
		at[i] = (uint8_t)(value >> 8 * i);
}

/* doxygen/state.md, section END. */
static uint64_t checksum(const uint8_t *state, size_t bytes)
{
	uint32_t a = 1, b = 0;
	size_t i;

	for (i = 0; i + 4 <= bytes; i += 4) {
		a += get32(state + i);
		b += a;
	}
	return (uint64_t)b << 32 | a;
}

/* Size and checksum as they must be, so that the rest is looked at. */
static void put_right(uint8_t *state, size_t bytes)
{
	if (bytes % 8 || bytes < HEADER + SECTION + 8)
		return;
	put64(state + TOTAL_AT, bytes);
	put64(state + bytes - 8, checksum(state, bytes - 8));
}

/* Where a random one of the sections begins. */
static size_t some_section(const uint8_t *state, size_t bytes, unsigned int random)
{
	size_t starts[64];
	size_t at = HEADER;
	unsigned int count = 0;

	while (count < 64 && bytes >= SECTION && at <= bytes - SECTION) {
		starts[count++] = at;
		at += SECTION + (size_t)get32(state + at + 8);
	}
	return count ? starts[random % count] : 0;
}

/* A 32-bit field of a section becomes something that fields like to be. */
static void change_field(uint8_t *state, size_t bytes, unsigned int random)
{
	static const uint32_t values[] = {0,	  1,	   2,	       3,	   4,	       8,
					  16,	  31,	   32,	       63,	   64,	       0xff,
					  0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffff8, 0xffffffff};
	size_t at = some_section(state, bytes, random);
	size_t fields = (bytes - at) / 4;
	uint32_t value = values[random / 64 % (sizeof(values) / sizeof(values[0]))];
	unsigned int i;

	if (!at || !fields)
		return;
	at += 4 * (random / 4096 % (fields < 16 ? fields : 16));
	if (random & 1 << 20)
		value = get32(state + at) ^ 1u << (random >> 21 & 31);
	for (i = 0; i < 4; i++)
		state[at + i] = (uint8_t)(value >> 8 * i);
}

/* A section twice, or out of its place, or gone. */
static size_t move_section(uint8_t *state, size_t bytes, size_t room, unsigned int random)
{
	size_t from = some_section(state, bytes, random);
	size_t to = some_section(state, bytes, random / 64);
	size_t length;

	if (!from || !to)
		return bytes;
	length = SECTION + (size_t)get32(state + from + 8);
	if (length > bytes - from)
		return bytes;
	if (random & 1 << 12 && bytes + length <= room && length <= sizeof(before)) {
		memcpy(before, state + from, length);
		memmove(state + to + length, state + to, bytes - to);
		memcpy(state + to, before, length);
		return bytes + length;
	}
	memmove(state + from, state + from + length, bytes - from - length);
	return bytes - length;
}

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t room);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned int seed);

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned int seed)
{
	unsigned int random = seed * 2654435761u;

	if (size < 2 || seed % 8 == 0)
		return LLVMFuzzerMutate(data, size, room);
	/* The same state elsewhere. */
	if (seed % 16 == 3) {
		data[0] = (uint8_t)(random % world_host_count);
		data[1] = (uint8_t)(seed & 64 ? data[1] : random / 64 % STATE_SHAPES);
		return size;
	}
	switch (seed % 4) {
	case 0:
		size = 2 + move_section(data + 2, size - 2, room - 2, random);
		break;
	case 1:
		size = 2 + LLVMFuzzerMutate(data + 2, size - 2, room - 2);
		break;
	default:
		change_field(data + 2, size - 2, random);
		break;
	}
	if (seed % 16 != 1)
		put_right(data + 2, size - 2);
	return size;
}

/* ---- Valid states ---- */

static void make_one(const char *folder, unsigned int kind, unsigned int shape)
{
	char path[512];
	size_t bytes;
	FILE *file;

	state_up(&vm, kind, shape);
	state_use(&vm, kind * STATE_SHAPES + shape);
	bytes = save(before);
	state_down(&vm);
	snprintf(path, sizeof(path), "%s/host%u-shape%u", folder, kind, shape);
	file = fopen(path, "wb");
	CHECK(file && fputc((int)kind, file) >= 0 && fputc((int)shape, file) >= 0);
	CHECK(fwrite(before, 1, bytes, file) == bytes && !fclose(file));
}

static void make_all(const char *folder)
{
	unsigned int kind, shape;

	for (kind = 0; kind < world_host_count; kind++)
		for (shape = 0; shape < STATE_SHAPES; shape++)
			make_one(folder, kind, shape);
}

/* What the library says of an input, for tests/state-reader/agree.py. */
static void judge(const char *path)
{
	size_t size;
	FILE *file = fopen(path, "rb");

	CHECK(file);
	size = fread(after, 1, sizeof(after), file);
	fclose(file);
	CHECK(size >= 2);
	state_up(&vm, after[0] % world_host_count, after[1] % STATE_SHAPES);
	printf("%d %s\n", vgicv5_state_check(&vm.vm->vm, after + 2, size - 2), path);
	state_down(&vm);
}

/* ---- Every word of a state ---- */

static unsigned int taken_count, refused_count;

static void write_taken(const char *folder, unsigned int shape, const uint8_t *state, size_t bytes)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/taken%u", folder, taken_count++);
	file = fopen(path, "wb");
	CHECK(file && fputc(0, file) >= 0 && fputc((int)shape, file) >= 0);
	CHECK(fwrite(state, 1, bytes, file) == bytes && !fclose(file));
}

/* One changed state against a fresh VM; `fresh` is what that one saves. @return whether it was taken. */
static bool try_changed(const uint8_t *state, size_t bytes, const uint8_t *fresh, size_t fresh_bytes)
{
	uint8_t *copy = malloc(bytes);
	int checked, restored;

	CHECK(copy);
	memcpy(copy, state, bytes);
	checked = vgicv5_state_check(&vm.vm->vm, copy, bytes);
	restored = vgicv5_state_restore(&vm.vm->vm, copy, bytes);
	free(copy);
	CHECK(checked == restored);
	if (!restored)
		return true;
	refused_count++;
	CHECK(is_refusal(restored));
	CHECK(save(after) == fresh_bytes && !memcmp(fresh, after, fresh_bytes));
	return false;
}

/* Each 32-bit word of the state gets some other values, with a checksum that is right. */
static void sweep_shape(const char *folder, unsigned int shape)
{
	static uint8_t state[MOST_BYTES], fresh[MOST_BYTES];
	size_t bytes, fresh_bytes, at;
	unsigned int i, k;

	state_up(&vm, 0, shape);
	state_use(&vm, shape);
	bytes = save(state);
	state_down(&vm);
	state_up(&vm, 0, shape);
	fresh_bytes = save(fresh);
	for (at = 0; at < bytes - 8; at += 4) {
		uint32_t old = get32(state + at);
		const uint32_t values[] = {0,	    0xffffffff,	      old + 1,	  old + 64,   old - 1,
					   old ^ 2, old ^ 0x80000000, old ^ 0x20, old ^ 0x10, old ^ 0x70000};

		for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
			for (k = 0; k < 4; k++)
				state[at + k] = (uint8_t)(values[i] >> 8 * k);
			put_right(state, bytes);
			if (try_changed(state, bytes, fresh, fresh_bytes)) {
				if (taken_count % USE_EVERY == 0)
					use_taken(0, shape);
				write_taken(folder, shape, state, bytes);
				state_down(&vm);
				state_up(&vm, 0, shape);
			}
		}
		for (k = 0; k < 4; k++)
			state[at + k] = (uint8_t)(old >> 8 * k);
	}
	state_down(&vm);
}

static void sweep(const char *folder)
{
	unsigned int shape;

	for (shape = 0; shape < STATE_SHAPES; shape++)
		sweep_shape(folder, shape);
	printf("%u taken, %u refused\n", taken_count, refused_count);
	CHECK(taken_count && refused_count);
}

int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	int i;

	if (*argc == 3 && !strcmp((*argv)[1], "--make")) {
		make_all((*argv)[2]);
		exit(0);
	}
	if (*argc == 3 && !strcmp((*argv)[1], "--sweep")) {
		sweep((*argv)[2]);
		exit(0);
	}
	if (*argc < 3 || strcmp((*argv)[1], "--judge"))
		return 0;
	for (i = 2; i < *argc; i++)
		judge((*argv)[i]);
	exit(0);
}
