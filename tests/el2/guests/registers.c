/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief A guest that holds values in all its registers, others on each CPU and in each round, and looks whether they
 * stay what they are while it is saved and restored. It has no end.
 */
#include "../../guest/aarch64/platform.h"

#define SPINS 8000000u
#define LINE_EVERY 8u
#define FP_ENABLED ((uint64_t)3 << 20)

struct held {
	uint64_t x[32]; /* x1 to x30; the last two are not used */
	uint64_t v[64];
	uint64_t fpsr;
	uint64_t fpcr;
	uint64_t nzcv;
};

void hold(struct held *held, uint64_t spins);

/* X(register, bits of it that can be written) */
#define SYSTEM_REGISTERS(X)           \
	X(tpidr_el0, ~(uint64_t)0)    \
	X(tpidrro_el0, ~(uint64_t)0)  \
	X(contextidr_el1, 0xffffffff) \
	X(far_el1, ~(uint64_t)0)      \
	X(elr_el1, ~(uint64_t)0)      \
	X(esr_el1, 0xffffffff)        \
	X(spsr_el1, 0xf00003c5)       \
	X(sp_el0, ~(uint64_t)0)       \
	X(mair_el1, ~(uint64_t)0)     \
	X(ttbr1_el1, 0xffffffffffe0)  \
	X(csselr_el1, 0x3)            \
	X(cntkctl_el1, 0x3)           \
	X(cntv_cval_el0, ~(uint64_t)0)

#define COUNT_ONE(name, mask) +1
#define SYSTEM_COUNT (0 SYSTEM_REGISTERS(COUNT_ONE))

static uint32_t rounds[CPUS], failed;

/* Each CPU its own sequence. */
static uint64_t next(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return *state ^ *state >> 29;
}

static void write_system(uint64_t *values, uint64_t *state)
{
	unsigned int i = 0;

#define WRITE(name, mask)                                         \
	values[i] = next(state) & (mask);                         \
	__asm__ volatile("msr " #name ", %0" : : "r"(values[i])); \
	i++;
	SYSTEM_REGISTERS(WRITE)
#undef WRITE
	platform_isb();
}

static void wrong(const char *name, uint64_t is, uint64_t should)
{
	__atomic_fetch_add(&failed, 1, __ATOMIC_SEQ_CST);
	log_line("registers: FAIL %s is %x%x and should be %x%x", name, (uint32_t)(is >> 32), (uint32_t)is,
		 (uint32_t)(should >> 32), (uint32_t)should);
}

static void check_system(const uint64_t *values)
{
	unsigned int i = 0;
	uint64_t is;

#define CHECK(name, mask)                              \
	__asm__ volatile("mrs %0, " #name : "=r"(is)); \
	if ((is & (mask)) != values[i])                \
		wrong(#name, is &(mask), values[i]);   \
	i++;
	SYSTEM_REGISTERS(CHECK)
#undef CHECK
}

static void choose(struct held *held, uint64_t *state)
{
	unsigned int i;

	for (i = 0; i < 30; i++)
		held->x[i] = next(state);
	held->x[30] = held->x[31] = 0;
	for (i = 0; i < 64; i++)
		held->v[i] = next(state);
	held->fpsr = next(state) & 0x0800009f;
	held->fpcr = next(state) & 0x07c00000;
	held->nzcv = next(state) & 0xf0000000;
}

static void compare(const struct held *is, const struct held *should)
{
	const uint64_t *a = (const uint64_t *)is;
	const uint64_t *b = (const uint64_t *)should;
	unsigned int i;

	for (i = 0; i < sizeof(*is) / sizeof(*a); i++)
		if (a[i] != b[i])
			wrong(i < 32 ? "x" : i < 96 ? "v" : "flags", a[i], b[i]);
}

static void one_round(uint64_t *state)
{
	uint64_t system[SYSTEM_COUNT];
	struct held is, should;

	choose(&should, state);
	is = should;
	write_system(system, state);
	hold(&is, SPINS);
	check_system(system);
	compare(&is, &should);
}

static void run(void *argument)
{
	unsigned int cpu = platform_cpu();
	uint64_t state = cpu + 1;
	uint64_t cpacr;

	(void)argument;
	__asm__ volatile("mrs %0, cpacr_el1" : "=r"(cpacr));
	__asm__ volatile("msr cpacr_el1, %0\n\tisb" : : "r"(cpacr | FP_ENABLED));
	for (;;) {
		one_round(&state);
		__atomic_fetch_add(&rounds[cpu], 1, __ATOMIC_SEQ_CST);
		if (cpu == 0 && rounds[0] % LINE_EVERY == 0)
			log_line("registers: %u and %u rounds, %u failed", rounds[0], rounds[1], failed);
	}
}

void payload_main(void)
{
	log_line("registers: begin");
	platform_begin_on_other_cpu(run, NULL);
	run(NULL);
}
