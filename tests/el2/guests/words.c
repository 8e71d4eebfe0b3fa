/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief A guest whose data looks like GICv5 instructions, and that changes its code: what is data must never
 * change, and what is executed must be what was written last.
 */
#include "../../guest/aarch64/platform.h"
#include "code.h"

#define ROUNDS 300u
#define SEED 5u
#define SLOT 16u	    /* word of a page that is changed */
#define OTHER_FUNCTION 512u /* word of a page where another CPU executes */

/* What an access to the interrupt controller looks like where there is none: the shell's own HVCs. */
#define HVC_MARK 0x8000u

struct page {
	uint32_t words[PAGE_WORDS];
} __attribute__((aligned(PAGE)));

typedef uint64_t (*function)(volatile uint32_t *at, uint64_t value);

/* Code, data, code: what is executed has data on both sides, and the other way round. */
static struct page before, middle, after, expected;
static uint32_t copy[SYSTEM_WORDS] __attribute__((aligned(PAGE)));
static unsigned int passed, failed;

static void check(const char *what, bool good, unsigned int detail)
{
	if (good) {
		passed++;
	} else {
		failed++;
		log_line("words: FAIL %s (%x)", what, detail);
	}
}

/* Through the optimizer's back: what is in memory. */
static uint32_t get(const uint32_t *word)
{
	return *(const volatile uint32_t *)word;
}

static void put(uint32_t *word, uint32_t value)
{
	*(volatile uint32_t *)word = value;
}

static uint64_t call(const uint32_t *code, volatile uint32_t *at, uint64_t value)
{
	uint64_t result = ((function)(uintptr_t)code)(at, value);

	return result;
}

/* ---- Data only ---- */

static void check_all(const char *what, const uint32_t *words)
{
	uint32_t i;

	for (i = 0; i < SYSTEM_WORDS && get(&words[i]) == word_system(i); i++)
		;
	check(what, i == SYSTEM_WORDS, i);
}

static void data_stays(void)
{
	uint64_t pa;
	uint32_t *words = platform_tables(&pa);
	uint32_t i;

	_Static_assert(SYSTEM_WORDS * sizeof(uint32_t) == TABLES_SIZE, "all words fill the tables");
	for (i = 0; i < SYSTEM_WORDS; i++)
		put(&words[i], word_system(i));
	check_all("data as written", words);
	put(&before.words[0], WORD_RET);
	put(&after.words[0], WORD_RET);
	for (i = 0; i < PAGE_WORDS; i++)
		put(&middle.words[i], words[i * (SYSTEM_WORDS / PAGE_WORDS)]);
	code_sync(&before, PAGE);
	code_sync(&after, PAGE);
	(void)call(before.words, NULL, 0);
	(void)call(after.words, NULL, 0);
	for (i = 0; i < PAGE_WORDS; i++)
		if (get(&middle.words[i]) != word_system(i * (SYSTEM_WORDS / PAGE_WORDS)))
			break;
	check("data between two pages of code", i == PAGE_WORDS, i);
	for (i = 0; i < SYSTEM_WORDS; i++)
		put(&copy[i], words[i]);
	check_all("data after code was executed", words);
	check_all("copied data", copy);
}

/* ---- Pages that are code, and data, and code ---- */

/* Instructions of GICv5, HVCs as the shell makes them, and anything. */
static uint32_t some_word(void)
{
	static const uint16_t own[] = {OWN_ENCODINGS};

	switch (random_below(5)) {
	case 0:
		return word_hvc(HVC_MARK | random_below(HVC_MARK));
	case 1:
		return random_below(0xffffffffu);
	case 2:
	case 3:
		return word_access(own[random_below(COUNT(own))], random_below(2), random_below(32));
	default:
		return word_system(random_below(SYSTEM_WORDS));
	}
}

static void set(unsigned int i, uint32_t word)
{
	put(&middle.words[i], word);
	expected.words[i] = word;
}

static void fill(void)
{
	unsigned int i;

	for (i = 0; i < PAGE_WORDS; i++)
		set(i, some_word());
}

/* Only after a store to the page: what was executed since may look different (the shell's documentation says so). */
static void compare(const char *what)
{
	unsigned int i;

	for (i = 0; i < PAGE_WORDS && get(&middle.words[i]) == expected.words[i]; i++)
		;
	check(what, i == PAGE_WORDS, i);
}

/* An instruction that leaves a known value in x0: of GICv5 or not. */
static uint32_t value_word(uint64_t *value)
{
	uint32_t any = random_below(0x10000);

	if (any & 1) {
		*value = any;
		return word_mov(0, any);
	}
	*value = any >> 1 & 0x1f;
	platform_write(GICV5_ICC_PCR_EL1, *value);
	return word_access(GICV5_ICC_PCR_EL1, true, 0);
}

struct run {
	uint64_t result;
};

static void run_slot(void *argument)
{
	struct run *run = argument;

	platform_isb();
	run->result = call(&middle.words[SLOT], NULL, 0);
}

static void execute_write_execute(void)
{
	unsigned int round;
	uint64_t value;

	fill();
	for (round = 0; round < ROUNDS; round++) {
		struct run run;
		unsigned int cpu = round % CPUS;
		unsigned int word = SLOT + 2 + random_below(PAGE_WORDS - SLOT - 2);

		/* The interrupt controller's registers belong to a CPU: the value is of the one that executes. */
		set(SLOT, cpu ? word_mov(0, (uint32_t)(value = random_below(0x10000))) : value_word(&value));
		set(SLOT + 1, WORD_RET);
		code_sync(&middle, PAGE);
		platform_on_cpu(cpu, run_slot, &run);
		check("what was written is executed", run.result == value, round);
		set(word, some_word());
		compare("a page of code that was written to");
	}
}

/* ---- Stores to the page that they are in ---- */

/* Stores of 4, 2, 1, 8 and 2 * 8 bytes of x1 to x0; the mask says what of a word at x0 is written. */
static const struct {
	uint32_t word;
	uint32_t mask;
	bool both;
} stores[] = {
	{0xb9000001u, 0xffffffffu, false}, /* str w1, [x0] */
	{0x79000001u, 0x0000ffffu, false}, /* strh w1, [x0] */
	{0x39000001u, 0x000000ffu, false}, /* strb w1, [x0] */
	{0x39000c01u, 0xff000000u, false}, /* strb w1, [x0, #3] */
	{0xf9000001u, 0xffffffffu, true},  /* str x1, [x0] */
	{0xb8004401u, 0xffffffffu, false}, /* str w1, [x0], #4 */
};

static void store_into_own_page(void)
{
	unsigned int round;

	for (round = 0; round < ROUNDS; round++) {
		unsigned int form = random_below(COUNT(stores));
		unsigned int slot = SLOT + 2 * (1 + random_below((PAGE_WORDS - SLOT) / 2 - 1));
		uint64_t value = (uint64_t)some_word() << 32 | some_word();
		uint32_t mask = stores[form].mask;
		uint32_t shift = mask == 0xff000000u ? 24 : 0;

		fill();
		set(0, stores[form].word);
		set(1, WORD_RET);
		code_sync(&middle, PAGE);
		(void)call(middle.words, &middle.words[slot], value);
		expected.words[slot] = (expected.words[slot] & ~mask) | ((uint32_t)value << shift & mask);
		if (stores[form].both)
			expected.words[slot + 1] = (uint32_t)(value >> 32);
		set(SLOT, some_word());
		compare("a store to the page that it is in");
	}
}

/* str w1, [x0]; made visible; what was stored; ret. */
static void patch_itself(void)
{
	static const uint32_t patch[] = {0xb9000001u, 0xd50b7b20u, 0xd5033b9fu,
					 0xd50b7520u, 0xd5033b9fu, 0xd5033fdfu};
	unsigned int round, i;
	uint64_t value, result;

	fill();
	for (i = 0; i < COUNT(patch); i++)
		set(i, patch[i]);
	set(i + 1, WORD_RET);
	code_sync(&middle, PAGE);
	for (round = 0; round < ROUNDS; round++) {
		uint32_t word = value_word(&value);

		result = call(middle.words, &middle.words[i], word);
		check("code that patches itself", result == value, round);
		expected.words[i] = word;
	}
	set(SLOT, some_word());
	compare("code that has patched itself");
}

/* ---- Two CPUs ---- */

static uint32_t stop;
static struct run other;

static void run_until_stopped(void *argument)
{
	struct run *run = argument;

	platform_write(GICV5_ICC_PCR_EL1, 11);
	while (!*(volatile uint32_t *)&stop)
		if (call(&middle.words[OTHER_FUNCTION], NULL, 0) != 11)
			run->result++;
}

/* What the other CPU executes does not change; around it everything does. */
static void write_beside_code(void)
{
	unsigned int i;

	fill();
	set(OTHER_FUNCTION, word_access(GICV5_ICC_PCR_EL1, true, 0));
	set(OTHER_FUNCTION + 1, WORD_RET);
	code_sync(&middle, PAGE);
	other.result = 0;
	stop = 0;
	platform_begin_on_other_cpu(run_until_stopped, &other);
	for (i = 0; i < 10 * ROUNDS; i++) {
		unsigned int word = random_below(PAGE_WORDS);

		if (word != OTHER_FUNCTION && word != OTHER_FUNCTION + 1)
			set(word, some_word());
	}
	*(volatile uint32_t *)&stop = 1;
	platform_end_on_other_cpu();
	check("code while its page is written", !other.result, (unsigned int)other.result);
	set(SLOT, some_word());
	compare("a page that was executed and written at once");
}

/* Memory that nothing else uses, behind the image; the VM has twice as much. */
#define SPARE 0x44000000u
#define SPARE_END 0x47000000u
#define BLOCK 0x200000u

static uint64_t *read_at;

static void read_until_stopped(void *argument)
{
	struct run *run = argument;

	while (!*(volatile uint32_t *)&stop)
		run->result += *(const volatile uint64_t *)*(uint64_t *const volatile *)&read_at != 0;
}

/* The first code in a block of memory: another CPU that reads elsewhere in the block must not notice. */
static void read_beside_first_code(void)
{
	uint64_t block;

	other.result = 0;
	stop = 0;
	read_at = (uint64_t *)(uintptr_t)SPARE;
	platform_begin_on_other_cpu(read_until_stopped, &other);
	for (block = SPARE; block < SPARE_END; block += BLOCK) {
		uint32_t *code = (uint32_t *)(uintptr_t)(block + BLOCK / 2);

		*(uint64_t *volatile *)&read_at = (uint64_t *)(uintptr_t)block;
		put(code, WORD_RET);
		code_sync(code, 16);
		(void)call(code, NULL, 0);
	}
	*(volatile uint32_t *)&stop = 1;
	platform_end_on_other_cpu();
	check("memory beside the first code of a block", !other.result, (unsigned int)other.result);
}

static void no_faults(const char *where)
{
	unsigned int i;

	for (i = 0; i < CPUS; i++) {
		check(where, !platform_faults[i], platform_faults[i]);
		platform_faults[i] = 0;
	}
}

void payload_main(void)
{
	log_line("words: seed %u", SEED);
	random_seed(SEED);
	data_stays();
	no_faults("faults while data was written");
	execute_write_execute();
	no_faults("faults of code that was written");
	store_into_own_page();
	no_faults("faults of stores to their own page");
	patch_itself();
	no_faults("faults of code that patches itself");
	write_beside_code();
	no_faults("faults on two CPUs");
	read_beside_first_code();
	no_faults("faults beside the first code of a block");
	log_line("words: end, %u passed, %u failed", passed, failed);
}
