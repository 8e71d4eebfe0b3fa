// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * States that must not be restored, one wrong thing at a time: each is refused with the error that is
 * promised, and the VM is as it was, which its own saved state shows. Numbers here are those of
 * doxygen/state.md, not the library's.
 */
#include <string.h>

#include "state_guest.h"

#define HEADER 32
#define SECTION 16
#define END 24

enum { T_VM = 1, T_VIRS, T_VCPU, T_ITS, T_IWB, T_SPI, T_LPI_L2, T_LPI, T_END = 255 };

static struct sg sg;
static struct sg_saved good;
static struct sg_saved bad;
static struct sg_saved fresh;
static struct sg_saved now;

static uint32_t get32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void put32(uint8_t *p, uint32_t value)
{
	p[0] = (uint8_t)value;
	p[1] = (uint8_t)(value >> 8);
	p[2] = (uint8_t)(value >> 16);
	p[3] = (uint8_t)(value >> 24);
}

/* Size and checksum, so that it is what is in it that counts. */
static void finish(struct sg_saved *s)
{
	uint32_t a = 1, b = 0;
	size_t i;

	put32(s->bytes + 16, (uint32_t)s->size);
	for (i = 0; i < s->size - 8; i += 4) {
		a += get32(s->bytes + i);
		b += a;
	}
	put32(s->bytes + i, a);
	put32(s->bytes + i + 4, b);
}

/* Where the `which`th section of a type begins. */
static size_t find(const struct sg_saved *s, uint32_t type, unsigned int which)
{
	size_t at = HEADER;

	while (get32(s->bytes + at) != type || which--) {
		if (get32(s->bytes + at) == T_END)
			fail_msg("no section %u", type);
		at += SECTION + get32(s->bytes + at + 8);
	}
	return at;
}

static void insert(struct sg_saved *s, size_t at, size_t bytes)
{
	assert_true(s->size + bytes <= SG_MOST);
	memmove(s->bytes + at + bytes, s->bytes + at, s->size - at);
	memset(s->bytes + at, 0, bytes);
	s->size += bytes;
}

static void cut(struct sg_saved *s, size_t at, size_t bytes)
{
	memmove(s->bytes + at, s->bytes + at + bytes, s->size - at - bytes);
	s->size -= bytes;
}

static size_t whole(const struct sg_saved *s, size_t at)
{
	return SECTION + get32(s->bytes + at + 8);
}

/* ---- One attempt ---- */

static void attempt_raw(const char *what, size_t bytes, int expected)
{
	int error = vgicv5_state_restore(&sg.vm->vm, bad.bytes, bytes);

	if (error != expected)
		fail_msg("%s: %s, expected: %s", what, vgicv5_strerror(error), vgicv5_strerror(expected));
	assert_int_equal(vgicv5_state_check(&sg.vm->vm, bad.bytes, bytes), expected);
	assert_null(sg.vm->vm.lpi_ist.table);
	sg_save(&sg, &now);
	if (now.size != fresh.size || memcmp(now.bytes, fresh.bytes, now.size))
		fail_msg("%s: the VM has changed", what);
}

static void attempt(const char *what, int expected)
{
	finish(&bad);
	attempt_raw(what, bad.size, expected);
}

static void up(void)
{
	sg_make(&sg, &world_hosts[0], &good);
	sg_up(&sg, &world_hosts[1]);
	sg_save(&sg, &fresh);
}

/* The good one is still taken by the same VM. */
static void down(void)
{
	assert_int_equal(vgicv5_state_restore(&sg.vm->vm, good.bytes, good.size), VGICV5_OK);
	sg_save(&sg, &now);
	sg_same_bytes(&good, &now);
	sg_down(&sg);
}

/* ---- Fields ---- */

struct field {
	const char *what;
	uint32_t type;
	unsigned int which;
	uint32_t offset; /* in the body */
	uint32_t flip;
	int expected;
};

#define FLIP(what, type, which, offset, flip)                   \
	{                                                       \
		what, type, which, offset, flip, VGICV5_INVALID \
	}
#define LACKS(what, type, which, offset, flip)                      \
	{                                                           \
		what, type, which, offset, flip, VGICV5_UNSUPPORTED \
	}

static const struct field fields[] = {
	FLIP("IDR0.INT_DOM", T_VM, 0, 0, 2),
	FLIP("IDR0.PA_RANGE", T_VM, 0, 0, 13 << 2),
	FLIP("IDR0.VIRT", T_VM, 0, 0, 1 << 6),
	FLIP("IDR0.VIRT_ONE_N", T_VM, 0, 0, 1 << 8),
	FLIP("IDR0.SWE", T_VM, 0, 0, 1 << 12),
	FLIP("IDR0.IRSID", T_VM, 0, 0, 1 << 16),
	FLIP("IDR1.PE_CNT", T_VM, 0, 4, 1),
	FLIP("IDR1.IAFFID_BITS", T_VM, 0, 4, 1 << 16),
	FLIP("IDR1.PRI_BITS 5", T_VM, 0, 4, 1 << 20),
	FLIP("IDR1 reserved", T_VM, 0, 4, 1 << 23),
	FLIP("IDR2.LPI", T_VM, 0, 8, 1 << 5),
	FLIP("IDR2.MIN_LPI_ID_BITS 15, ID_BITS 0", T_VM, 0, 8, 1 << 6 | 16),
	FLIP("IDR2.ISTMD", T_VM, 0, 8, 1 << 14),
	FLIP("IDR2 reserved", T_VM, 0, 8, 1u << 31),
	FLIP("ICC_IDR0.ID_BITS 2", T_VM, 0, 12, 3),
	FLIP("ICC_IDR0.PRI_BITS", T_VM, 0, 12, 1 << 4),
	FLIP("ICC_IDR0.GCIE_LEGACY", T_VM, 0, 12, 1 << 8),
	FLIP("SPIs", T_VM, 0, 16, 1),
	FLIP("vCPUs", T_VM, 0, 20, 1),
	FLIP("visible PPI 4", T_VM, 0, 24, 1 << 4),
	LACKS("visible PPI 64", T_VM, 0, 32, 1),
	LACKS("Edge PPI 27", T_VM, 0, 40, 1 << 27),
	LACKS("Edge PPI 3", T_VM, 0, 40, 1 << 3),
	FLIP("Edge PPI that is hidden", T_VM, 0, 40, 1 << 5),
	FLIP("BASER reserved", T_VIRS, 0, 0, 2),
	FLIP("BASER.ADDR too high", T_VIRS, 0, 4, 1 << 24),
	FLIP("BASER.VALID without, and LPIs", T_VIRS, 0, 0, 1),
	FLIP("CFGR reserved", T_VIRS, 0, 8, 1 << 9),
	FLIP("CFGR.STRUCTURE other than the sections", T_VIRS, 0, 8, 1 << 16),
	FLIP("CFGR.L2SZ 3", T_VIRS, 0, 8, 3 << 5),
	FLIP("CFGR.LPI_ID_BITS other than LPI's", T_VIRS, 0, 8, 1),
	FLIP("CR0.IDLE", T_VIRS, 0, 12, 2),
	FLIP("CR1 reserved", T_VIRS, 0, 16, 1 << 16),
	FLIP("SPI_SELR", T_VIRS, 0, 20, 1 << 24),
	FLIP("PE_SELR", T_VIRS, 0, 24, 1 << 16),
	FLIP("VIRS reserved", T_VIRS, 0, 28, 1),
	FLIP("a VPE that does not exist", T_VCPU, 1, 0, 1),
	FLIP("a VPE twice", T_VCPU, 1, 0, 9 ^ 3),
	FLIP("VPEs in another order", T_VCPU, 0, 0, 3 ^ 17),
	FLIP("vCPU flags", T_VCPU, 2, 4, 2),
	FLIP("VMCR reserved", T_VCPU, 0, 8, 2),
	FLIP("VMCR reserved, high", T_VCPU, 0, 12, 1),
	FLIP("APR has 32 bits", T_VCPU, 0, 20, 1),
	FLIP("ICSR reserved", T_VCPU, 2, 24, 1 << 6),
	FLIP("ICSR reserved, high", T_VCPU, 2, 28, 1 << 16),
	FLIP("hidden PPI enabled", T_VCPU, 0, 32, 1),
	FLIP("hidden PPI enabled, 64 up", T_VCPU, 0, 40, 1),
	FLIP("hidden PPI active", T_VCPU, 0, 48, 1),
	FLIP("hidden PPI latched", T_VCPU, 0, 64, 1),
	FLIP("Level PPI latched", T_VCPU, 0, 64, 1 << 23),
	FLIP("line of a hidden PPI", T_VCPU, 0, 80, 1),
	FLIP("line of an Edge PPI", T_VCPU, 0, 80, 1 << 3),
	FLIP("priority of a hidden PPI", T_VCPU, 0, 96, 1),
	FLIP("priority 32", T_VCPU, 0, 96, 1u << 29),
	FLIP("address of an ITS", T_ITS, 1, 0, 0x80000),
	FLIP("ITSID", T_ITS, 0, 8, 1),
	FLIP("DeviceID bits", T_ITS, 0, 12, 1),
	FLIP("EventID bits", T_ITS, 1, 12, 1 << 8),
	FLIP("ITS widths reserved", T_ITS, 1, 12, 1 << 16),
	FLIP("DT_BASER reserved", T_ITS, 0, 16, 1),
	FLIP("DT_BASER too high", T_ITS, 0, 20, 1u << 31),
	FLIP("DT_CFGR reserved", T_ITS, 0, 24, 1 << 8),
	FLIP("ITS_CR0.IDLE", T_ITS, 0, 28, 2),
	FLIP("ITS_CR1 reserved", T_ITS, 0, 32, 1 << 8),
	FLIP("ITS reserved", T_ITS, 0, 52, 1),
	FLIP("READ_EVENT_DATAR reserved", T_ITS, 0, 56, 1 << 24),
	FLIP("SWERR_STATUSR reserved", T_ITS, 0, 64, 1 << 4),
	FLIP("SYNDROMER1 reserved", T_ITS, 1, 80, 1),
	FLIP("ITS of an IWB", T_IWB, 1, 0, 0x40000),
	FLIP("DeviceID of an IWB", T_IWB, 1, 8, 1),
	FLIP("wires", T_IWB, 1, 12, 32),
	FLIP("IWB_CR0.IDLE", T_IWB, 1, 16, 2),
	FLIP("IWB reserved", T_IWB, 1, 20, 1),
	FLIP("LPI of a wire too high", T_IWB, 1, 24 + 32, 1 << 24),
	FLIP("an IWB twice", T_IWB, 1, 8, 0x55 ^ 0x54),
	FLIP("two more modes due", T_IWB, 1, 24 + 24 + 4, 0x60000000),
	FLIP("number in SPI", T_SPI, 0, 0, 1),
	FLIP("flags of SPI", T_SPI, 0, 4, 2),
	FLIP("mode of an SPI that is not there", T_SPI, 0, 8 + 8, 1 << 6),
	FLIP("line of an SPI that is not there", T_SPI, 0, 8 + 16 + 8, 1 << 6),
	FLIP("in flight, and not registered", T_SPI, 0, 8 + 48, 1),
	FLIP("withdrawn, and not in flight", T_SPI, 0, 8 + 64, 1 << 30),
	FLIP("run longer than the section", T_SPI, 0, 8 + 80 + 4, 1 << 20),
	FLIP("SPI reserved bit 5", T_SPI, 0, 8 + 80 + 8, 1 << 5),
	FLIP("SPI reserved bit 8", T_SPI, 0, 8 + 80 + 12, 1 << 8),
	FLIP("SPI for no VPE", T_SPI, 0, 8 + 80 + 8, 4 << 16),
	FLIP("ID bits in LPI", T_LPI, 0, 0, 1),
	FLIP("flags of LPI", T_LPI, 0, 4, 4),
	FLIP("LPI reserved bit 7", T_LPI, 0, 8 + 8, 1 << 7),
	FLIP("LPI for no VPE", T_LPI, 0, 8 + 8, 1u << 31),
	FLIP("an LPI beyond the table", T_LPI, 0, 8, 1 << 14),
	FLIP("an LPI twice", T_LPI, 0, 8 + 8 + 16, 100 ^ 3),
	FLIP("a run of no LPIs", T_LPI, 0, 8 + 8 + 16 + 4, 1),
	FLIP("an empty run of L2 tables", T_LPI_L2, 0, 4, 1),
	FLIP("an L2 table twice", T_LPI_L2, 0, 8, 5),
	FLIP("an L2 table beyond the table", T_LPI_L2, 0, 16, 1 << 5),
	FLIP("LPI_L2 in another order", T_LPI_L2, 0, 0, 8),
};

static void test_fields(void **state)
{
	unsigned int i;

	(void)state;
	up();
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		const struct field *f = &fields[i];
		uint8_t *word;

		bad = good;
		word = bad.bytes + find(&bad, f->type, f->which) + SECTION + f->offset;
		put32(word, get32(word) ^ f->flip);
		attempt(f->what, f->expected);
	}
	down();
}

/* What the host lacks: another host is needed for each. */
static void test_host_lacks(void **state)
{
	(void)state;
	up();
	/* As if it had been shown: 1ofN where there is none. */
	bad = good;
	sg.world.host.caps.virt_one_n = false;
	attempt("1ofN", VGICV5_UNSUPPORTED);
	sg.world.host.caps.virt_one_n = true;
	sg.world.host.caps.pri_bits = 4;
	attempt("priority bits", VGICV5_UNSUPPORTED);
	sg.world.host.caps.pri_bits = 5;
	sg.vm->vm.config.max_lpi_id_bits = SG_MAX_LPI_BITS - 1;
	attempt("LPI ID bits", VGICV5_UNSUPPORTED);
	sg.vm->vm.config.max_lpi_id_bits = SG_MAX_LPI_BITS;
	sg.world.host.caps.ppi_implemented[0] &= ~(1ull << GICV5_PPI_PMU);
	attempt("a PPI", VGICV5_UNSUPPORTED);
	sg.world.host.caps.ppi_implemented[0] |= 1ull << GICV5_PPI_PMU;
	down();
}

/* Memory is bounded by who runs this host; and an edge that is latched cannot be where hardware shall inject it. */
static void test_embedder_differs(void **state)
{
	uint64_t edge;

	(void)state;
	up();
	bad = good;
	sg.vm->vm.config.max_lpi_bytes = 4096;
	assert_int_equal(vgicv5_state_restore(&sg.vm->vm, bad.bytes, bad.size), VGICV5_LIMIT);
	assert_null(sg.vm->vm.lpi_ist.table);
	assert_null(sg.vm->vm.virs.l2_valid);
	sg.vm->vm.config.max_lpi_bytes = 1 << 20;
	edge = sg.vm->vcpus[0].vcpu.hyp.edge[0];
	sg.vm->vcpus[0].vcpu.hyp.edge[0] = 0;
	attempt("an edge under direct injection", VGICV5_UNSUPPORTED);
	sg.vm->vcpus[0].vcpu.hyp.edge[0] = edge;
	down();
}

/* Registrations need somebody who is told. */
static void test_nobody_is_told(void **state)
{
	uint64_t *registered;

	(void)state;
	up();
	bad = good;
	registered = sg.vm->vm.eoi.registered;
	sg.vm->vm.eoi.registered = NULL;
	sg.vm->vm.eoi.in_flight = NULL;
	sg.vm->vm.eoi.withdrawn = NULL;
	attempt("end of interrupt", VGICV5_UNSUPPORTED);
	sg.vm->vm.eoi.registered = registered;
	sg.vm->vm.eoi.in_flight = registered + 2;
	sg.vm->vm.eoi.withdrawn = registered + 6;
	down();
}

/* ---- Frame ---- */

static void test_every_byte_counts(void **state)
{
	size_t i;

	(void)state;
	up();
	for (i = 0; i < good.size; i++) {
		int expected = i >= 8 && i < 12 ? VGICV5_UNSUPPORTED : VGICV5_INVALID;

		bad = good;
		bad.bytes[i] ^= (uint8_t)(1 << i % 8);
		if (vgicv5_state_check(&sg.vm->vm, bad.bytes, bad.size) != expected)
			fail_msg("byte %zu", i);
	}
	down();
}

static void test_cut_off(void **state)
{
	size_t size;

	(void)state;
	up();
	bad = good;
	for (size = 0; size < good.size; size++)
		if (vgicv5_state_check(&sg.vm->vm, bad.bytes, size) != VGICV5_INVALID)
			fail_msg("%zu of %zu bytes", size, good.size);
	attempt_raw("one byte more", good.size + 1, VGICV5_INVALID);
	attempt_raw("eight bytes more", good.size + 8, VGICV5_INVALID);
	/* With the right size and sum, but in the middle of sections. */
	for (size = HEADER + END; size < good.size; size += 8) {
		bad = good;
		cut(&bad, size - END, good.size - size);
		attempt("cut out", VGICV5_INVALID);
	}
	down();
}

static void test_header(void **state)
{
	(void)state;
	up();
	bad = good;
	put32(bad.bytes + 8, 0);
	attempt("version 0", VGICV5_UNSUPPORTED);
	put32(bad.bytes + 8, 2);
	attempt("version 2", VGICV5_UNSUPPORTED);
	put32(bad.bytes + 8, 1);
	put32(bad.bytes + 12, 40);
	attempt("header of 40 bytes", VGICV5_INVALID);
	put32(bad.bytes + 12, 32);
	put32(bad.bytes + 28, 1);
	attempt("reserved", VGICV5_INVALID);
	put32(bad.bytes + 28, 0);
	put32(bad.bytes + 20, 1);
	attempt("4 GiB larger", VGICV5_INVALID);
	down();
}

static void put_section(size_t at, uint32_t type, uint32_t flags, uint32_t bytes)
{
	insert(&bad, at, SECTION + bytes);
	put32(bad.bytes + at, type);
	put32(bad.bytes + at + 4, flags);
	put32(bad.bytes + at + 8, bytes);
}

static void test_unknown_sections(void **state)
{
	static const uint32_t places[] = {T_VM, T_VIRS, T_VCPU, T_ITS, T_IWB, T_SPI, T_LPI_L2, T_LPI, T_END};
	unsigned int i;

	(void)state;
	up();
	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		bad = good;
		put_section(find(&bad, places[i], 0), 1000 + i, 0, 8 * i);
		put_section(find(&bad, places[i], 0), 9, 0, 0);
		put_section(find(&bad, places[i], 0), 0, 0, 8);
		finish(&bad);
		assert_int_equal(vgicv5_state_check(&sg.vm->vm, bad.bytes, bad.size), VGICV5_OK);
		bad = good;
		put_section(find(&bad, places[i], 0), 1000 + i, 1, 8);
		attempt("unknown and required", VGICV5_UNSUPPORTED);
		put32(bad.bytes + find(&bad, 1000 + i, 0) + 4, 2);
		attempt("reserved flag", VGICV5_INVALID);
	}
	bad = good;
	put_section(find(&bad, T_SPI, 0), 77, 0, 4);
	attempt("size not a multiple of 8", VGICV5_INVALID);
	down();
}

/* Each section in turn: missing, twice, at another place, one word shorter and longer, optional. */
static void test_sections(void **state)
{
	unsigned int i, count = 0;
	size_t at;

	(void)state;
	up();
	for (at = HEADER; get32(good.bytes + at) != T_END; at += whole(&good, at))
		count++;
	at = HEADER;
	for (i = 0; i < count; i++, at += whole(&good, at)) {
		size_t bytes = whole(&good, at), next = at + bytes;

		bad = good;
		cut(&bad, at, bytes);
		attempt("section missing", VGICV5_INVALID);
		bad = good;
		insert(&bad, next, bytes);
		memcpy(bad.bytes + next, good.bytes + at, bytes);
		attempt("section twice", VGICV5_INVALID);
		bad = good;
		put32(bad.bytes + at + 4, 0);
		attempt("section optional", VGICV5_INVALID);
		bad = good;
		insert(&bad, next, 8);
		put32(bad.bytes + at + 8, (uint32_t)(bytes - SECTION + 8));
		/* Eight zero bytes are a run of none. */
		attempt("section longer", VGICV5_INVALID);
		bad = good;
		cut(&bad, next - 8, 8);
		put32(bad.bytes + at + 8, (uint32_t)(bytes - SECTION - 8));
		/* An L2 table less is no mistake. */
		if (get32(good.bytes + at) != T_LPI_L2)
			attempt("section shorter", VGICV5_INVALID);
		if (i + 1 == count)
			break;
		bad = good;
		memcpy(bad.bytes + at, good.bytes + next, whole(&good, next));
		memcpy(bad.bytes + at + whole(&good, next), good.bytes + at, bytes);
		attempt("sections in another order", VGICV5_INVALID);
	}
	down();
}

/* ---- Strays ---- */

/* A guest may route to a PE that does not exist; what it said goes with it. */
static void test_strays(void **state)
{
	struct world_vcpu *v;
	uint32_t config;

	(void)state;
	sg_up(&sg, &world_hosts[0]);
	v = &sg.vm->vcpus[0];
	world_load(v, 0);
	guest_boot_irs(v, SG_LPI_BITS);
	guest_set_up(v, SPI(6), 9, 12345);
	guest_set_up(v, LPI(100), 10, 16);
	config = (uint32_t)(guest_config(v, SPI(6)) >> 32);
	assert_int_equal(config, 12345);
	world_preempt(v);
	sg_save(&sg, &good);
	sg_down(&sg);
	sg_up(&sg, &world_hosts[1]);
	sg_save(&sg, &fresh);
	bad = good;
	put32(bad.bytes + find(&bad, T_SPI, 0) + SECTION + 4, 0);
	attempt("stray SPI, not announced", VGICV5_INVALID);
	bad = good;
	put32(bad.bytes + find(&bad, T_LPI, 0) + SECTION + 4, 0);
	attempt("stray LPI, not announced", VGICV5_INVALID);
	assert_int_equal(vgicv5_state_restore(&sg.vm->vm, good.bytes, good.size), VGICV5_OK);
	v = &sg.vm->vcpus[0];
	world_load(v, 0);
	assert_int_equal(guest_config(v, SPI(6)) >> 32, 12345);
	assert_int_equal(guest_config(v, LPI(100)) >> 32, 16);
	world_preempt(v);
	sg_down(&sg);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_host_lacks),
		cmocka_unit_test(test_embedder_differs),
		cmocka_unit_test(test_nobody_is_told),
		cmocka_unit_test(test_every_byte_counts),
		cmocka_unit_test(test_cut_off),
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_unknown_sections),
		cmocka_unit_test(test_sections),
		cmocka_unit_test(test_strays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
