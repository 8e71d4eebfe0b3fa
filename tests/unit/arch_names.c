/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * include/vgicv5/arch/names.h: names, descriptions of values, A64 words.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <vgicv5/arch/names.h>

static void encodings_have_their_names(void **state)
{
	(void)state;
	assert_string_equal(gicv5_encoding_name(GICV5_ICH_VMCR_EL2), "ICH_VMCR_EL2");
	assert_string_equal(gicv5_encoding_name(GICV5_ICC_SRE_EL1), "ICC_SRE_EL1");
	assert_string_equal(gicv5_encoding_name(GICV5_GIC_VDPEND), "GIC VDPEND");
	assert_string_equal(gicv5_encoding_name(GICV5_GIC_CDEOI), "GIC CDEOI");
	assert_string_equal(gicv5_encoding_name(GICV5_GIC_CDNMIA), "GICR CDNMIA");
	assert_string_equal(gicv5_encoding_name(GICV5_GSB_ACK), "GSB ACK");
	assert_null(gicv5_encoding_name(GICV5_ENC(3, 0, 0, 0, 0)));
	assert_null(gicv5_encoding_name(GICV5_GIC_CDNMIA + 1));
}

static void offsets_have_their_names(void **state)
{
	(void)state;
	assert_string_equal(gicv5_irs_reg_name(GICV5_IRS_CR0), "IRS_CR0");
	assert_string_equal(gicv5_its_reg_name(GICV5_ITS_CR0), "ITS_CR0");
	assert_string_equal(gicv5_iwb_reg_name(GICV5_IWB_CR0), "IWB_CR0");
	assert_null(gicv5_irs_reg_name(GICV5_IRS_VMT_BASER + 4));
	assert_null(gicv5_its_reg_name(0xf000));
	assert_null(gicv5_iwb_reg_name(GICV5_IWB_WENABLER));
}

static void values_are_described_by_field(void **state)
{
	uint64_t contextr = GICV5_PUT(ICH_CONTEXTR_EL2_V, 1) | GICV5_PUT(ICH_CONTEXTR_EL2_DBPM, 17) |
			    GICV5_PUT(ICH_CONTEXTR_EL2_VPE, 0xabc) | GICV5_PUT(ICH_CONTEXTR_EL2_VM, 7);
	char text[128];
	size_t length;

	(void)state;
	length = gicv5_describe(text, sizeof(text), "ICH_CONTEXTR_EL2", contextr);
	assert_int_equal(length, strlen(text));
	assert_string_equal(text, "V=0x1 F=0x0 IRICHPPIDIS=0x0 DB=0x0 DBPM=0x11 VPE=0xabc VM=0x7");
	gicv5_describe(text, sizeof(text), "VDPEND",
		       GICV5_PUT(VDPEND_VM, 3) | GICV5_PUT(VDPEND_ID, 0x123456));
	assert_string_equal(text, "PENDING=0x0 VM=0x3 TYPE=0x0 ID=0x123456");
}

static void bits_outside_all_fields_are_shown(void **state)
{
	char text[64];

	(void)state;
	gicv5_describe(text, sizeof(text), "ICH_VCTLR_EL2", 0x8000000000000001);
	assert_string_equal(text, "V3=0x0 EN=0x1 other=0x8000000000000000");
}

static void a_value_without_fields_is_a_number(void **state)
{
	char text[64];

	(void)state;
	gicv5_describe(text, sizeof(text), "ICH_PPI_ENABLER0_EL2", 0xffffffffffffffff);
	assert_string_equal(text, "0xffffffffffffffff");
	gicv5_describe(text, sizeof(text), "ICH_PPI_ENABLER0_EL2", 0);
	assert_string_equal(text, "0x0");
}

static void a_description_never_overflows(void **state)
{
	char text[64];
	size_t size, length;

	(void)state;
	for (size = 1; size <= 40; size++) {
		memset(text, '#', sizeof(text));
		length = gicv5_describe(text, size, "ICH_VCTLR_EL2", ~(uint64_t)0);
		assert_int_equal(length, strlen(text));
		assert_true(strlen(text) < size);
		assert_int_equal(text[size], '#');
		assert_memory_equal(text, "V3=0x1 EN=0x1 other=0xfffffffffffffffc", strlen(text));
	}
	assert_int_equal(strlen(text), 38);
}

static void words_survive_encode_and_decode(void **state)
{
	struct gicv5_a64 in, out = {0};
	unsigned int rt;

	(void)state;
	for (rt = 0; rt < 32; rt++) {
		in = (struct gicv5_a64){.encoding = GICV5_ICC_ICSR_EL1, .read = rt & 1, .rt = rt};
		assert_true(gicv5_a64_decode(gicv5_a64_encode(&in), &out));
		assert_int_equal(out.encoding, in.encoding);
		assert_int_equal(out.read, in.read);
		assert_int_equal(out.rt, rt);
	}
}

static void other_instructions_are_refused(void **state)
{
	/* nop, dsb sy, msr daifset #15, ret, ldr x0 [x1], bits above the system class */
	static const uint32_t words[] = {0xd503201f, 0xd5033f9f, 0xd5034fdf,
					 0xd65f03c0, 0xf9400020, 0x953a0000};
	struct gicv5_a64 insn = {.rt = 77};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		assert_false(gicv5_a64_decode(words[i], &insn));
	assert_int_equal(insn.rt, 77);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(encodings_have_their_names),
		cmocka_unit_test(offsets_have_their_names),
		cmocka_unit_test(values_are_described_by_field),
		cmocka_unit_test(bits_outside_all_fields_are_shown),
		cmocka_unit_test(a_value_without_fields_is_a_number),
		cmocka_unit_test(a_description_never_overflows),
		cmocka_unit_test(words_survive_encode_and_decode),
		cmocka_unit_test(other_instructions_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
