/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "commands.h"

#include "../host/gic.h"
#include "../host/trace.h"
#include "console.h"
#include "guest.h"
#include "load.h"
#include "saving.h"
#include "text.h"

#include <vgicv5/arch/intid.h>
#include <vgicv5/debug.h>
#include <vgicv5/port.h>

#define MAX_WORDS 6
#define HOLD_US 100000 /* how long vCPUs may take to leave their CPUs */

/* A command line: words and the numbers in them. */
struct words {
	unsigned int count;
	const char *word[MAX_WORDS];
};

/* The number that is word `i`; `fallback` where the line is shorter or it is no number. */
static uint64_t number(const struct words *words, unsigned int i, uint64_t fallback)
{
	uint64_t value;

	return i < words->count && text_number(words->word[i], &value) ? value : fallback;
}

/* The VM that word 1 names, or the one that has the terminal. */
static struct shell_vm *named_vm(const struct words *words)
{
	struct shell_vm *vm = shell_vm_get((unsigned int)number(words, 1, console_selected()));

	if (!vm)
		con_printf("there is no such VM\n");
	return vm;
}

static void print(void *ctx, const char *line)
{
	(void)ctx;
	con_printf("  %s\n", line);
}

/* ---- Looking ---- */

static const char *state_name(const struct shell_vm *vm)
{
	static const char *const names[] = {
		[SHELL_VM_OFF] = "off", [SHELL_VM_RUNNING] = "running", [SHELL_VM_STOPPING] = "stopping"};

	return shell_vm_paused(vm) ? "paused" : names[shell_vm_state(vm)];
}

static void list_vcpu(struct shell_vcpu *vcpu, unsigned int index)
{
	int cpu = shell_vcpu_cpu(vcpu);

	con_printf("    vcpu%u %-8s", index, shell_vcpu_state_name(vcpu));
	if (cpu >= 0)
		con_printf(" on cpu%d", cpu);
	con_printf("  pc %llx\n", (unsigned long long)shell_vcpu_pc(vcpu));
}

static enum command_result cmd_vms(const struct words *words)
{
	unsigned int i, v;

	(void)words;
	for (i = 0; i < SHELL_MAX_VMS; i++) {
		struct shell_vm *vm = shell_vm_get(i);

		if (!vm)
			continue;
		con_printf("  %u %s: %s, %llu MiB%s\n", i, shell_vm_name(vm), state_name(vm),
			   (unsigned long long)(shell_vm_ram_bytes(vm) >> 20),
			   i == console_selected() ? ", has the terminal" : "");
		for (v = 0; v < shell_vm_vcpu_count(vm); v++)
			list_vcpu(shell_vm_vcpu(vm, v), v);
	}
	return COMMAND_STAY;
}

static enum command_result cmd_host(const struct words *words)
{
	(void)words;
	vgicv5_dump_host(&shell_host, print, NULL);
	return COMMAND_STAY;
}

static enum command_result cmd_vm(const struct words *words)
{
	struct shell_vm *vm = named_vm(words);

	if (vm)
		vgicv5_dump_vm(shell_vm_gic(vm), print, NULL);
	return COMMAND_STAY;
}

static struct vgicv5_vcpu *named_vcpu(struct shell_vm *vm, const struct words *words, unsigned int i)
{
	uint64_t index = number(words, i, 0);

	if (index < shell_vm_vcpu_count(vm))
		return shell_vcpu_gic(shell_vm_vcpu(vm, (unsigned int)index));
	con_printf("there is no such vCPU\n");
	return NULL;
}

static enum command_result cmd_vcpu(const struct words *words)
{
	struct shell_vm *vm = named_vm(words);
	struct vgicv5_vcpu *vcpu = vm ? named_vcpu(vm, words, 2) : NULL;

	if (vcpu)
		vgicv5_dump_vcpu(vcpu, print, NULL);
	return COMMAND_STAY;
}

/* ppi, spi or lpi and a number, as an INTID of the architecture. */
static bool named_interrupt(const struct words *words, uint32_t *intid)
{
	uint64_t id = number(words, 3, 0x1000000);
	enum gicv5_type type;

	if (words->count < 4 || id >= 0x1000000)
		return false;
	if (!strcmp(words->word[2], "ppi"))
		type = GICV5_TYPE_PPI;
	else if (!strcmp(words->word[2], "spi"))
		type = GICV5_TYPE_SPI;
	else if (!strcmp(words->word[2], "lpi"))
		type = GICV5_TYPE_LPI;
	else
		return false;
	*intid = GICV5_INTID(type, id);
	return true;
}

static bool any_running(struct shell_vm *vm)
{
	unsigned int i;

	for (i = 0; i < shell_vm_vcpu_count(vm); i++)
		if (shell_vcpu_cpu(shell_vm_vcpu(vm, i)) >= 0)
			return true;
	return false;
}

/* Pauses the VM until none of its vCPUs is on a CPU. @return false: one does not leave. */
static bool hold(struct shell_vm *vm)
{
	uint64_t start = shell_clock_us();

	shell_vm_pause(vm, true);
	while (any_running(vm))
		if (shell_clock_us() - start > HOLD_US)
			return false;
	return true;
}

/*
 * The IRS is asked through a vCPU that is loaded here. Where none of this VM is, one is for a moment; it goes back
 * as an idle one would, and is woken if something came for it meanwhile.
 */
static void dump_interrupt(struct shell_vm *vm, struct vgicv5_vcpu *vcpu, uint32_t intid)
{
	const struct vgicv5_vcpu *loaded = vgicv5_this_pcpu()->loaded;
	bool was_paused = shell_vm_paused(vm);
	bool load = !loaded && shell_vm_state(vm) == SHELL_VM_RUNNING;

	if (load)
		load = hold(vm) && !vgicv5_vcpu_load(vcpu);
	vgicv5_dump_interrupt(shell_vm_gic(vm), vcpu, intid, print, NULL);
	if (load) {
		vgicv5_vcpu_put(vcpu, VGICV5_PUT_IDLE);
		if (vgicv5_vcpu_runnable(vcpu))
			vgicv5_port_kick(vcpu);
	}
	if (!loaded)
		shell_vm_pause(vm, was_paused);
}

static enum command_result cmd_irq(const struct words *words)
{
	struct shell_vm *vm = named_vm(words);
	struct vgicv5_vcpu *vcpu = vm ? named_vcpu(vm, words, 4) : NULL;
	uint32_t intid;

	if (!vcpu)
		return COMMAND_STAY;
	if (named_interrupt(words, &intid))
		dump_interrupt(vm, vcpu, intid);
	else
		con_printf("usage: irq VM ppi|spi|lpi NUMBER [VCPU]\n");
	return COMMAND_STAY;
}

/* One name and value per line, so that programs can read it as well. */
static void print_counters(struct shell_vm *vm)
{
	const struct shell_counters *counters = shell_vm_counters(vm);
	uint64_t requested = 0, fired = 0;
	unsigned int i;

#define PRINT_COUNTER(name) con_printf("  %-20s %llu\n", #name, (unsigned long long)counters->name);
	SHELL_VM_COUNTERS(PRINT_COUNTER)
#undef PRINT_COUNTER
	for (i = 0; i < shell_vm_vcpu_count(vm); i++) {
		const struct vgicv5_vcpu *vcpu = shell_vcpu_gic(shell_vm_vcpu(vm, i));

		requested += vcpu->doorbells_requested;
		fired += vcpu->doorbells_received;
	}
	con_printf("  %-20s %llu\n", "doorbells_requested", (unsigned long long)requested);
	con_printf("  %-20s %llu\n", "doorbells_fired", (unsigned long long)fired);
}

static unsigned int vm_ids_used(void)
{
	unsigned int used = 0;
	uint32_t id;

	for (id = 0; id < shell_host.caps.max_vms; id++)
		used += (unsigned int)(shell_host.vm_ids[id / 64] >> id % 64 & 1);
	return used;
}

static enum command_result cmd_counters(const struct words *words)
{
	struct shell_vm *vm = named_vm(words);

	if (!vm)
		return COMMAND_STAY;
	con_printf("  clock_us             %llu\n", (unsigned long long)shell_clock_us());
	print_counters(vm);
	con_printf("  %-20s %llu\n", "heap_bytes", (unsigned long long)shell_heap_used());
	con_printf("  %-20s %llu\n", "pool_bytes", (unsigned long long)shell_pool_used());
	con_printf("  %-20s %u\n", "host_lpis", gic_lpis_used());
	con_printf("  %-20s %u\n", "vm_ids", vm_ids_used());
	return COMMAND_STAY;
}

/* ---- Acting ---- */

static enum command_result cmd_console(const struct words *words)
{
	if (console_select((unsigned int)number(words, 1, console_selected())))
		return COMMAND_LEAVE;
	con_printf("there is no such VM\n");
	return COMMAND_STAY;
}

static enum command_result cmd_pause(const struct words *words)
{
	struct shell_vm *vm = named_vm(words);

	if (vm)
		shell_vm_pause(vm, true);
	return COMMAND_STAY;
}

static enum command_result cmd_resume(const struct words *words)
{
	struct shell_vm *vm = named_vm(words);

	if (vm)
		shell_vm_pause(vm, false);
	return COMMAND_STAY;
}

static enum command_result cmd_kill(const struct words *words)
{
	struct shell_vm *vm = named_vm(words);

	if (!vm)
		return COMMAND_STAY;
	/* The last VM may be started again: the machine stays on. */
	shell_keep_running = true;
	shell_vm_stop(vm, SHELL_AFTER_OFF);
	return COMMAND_STAY;
}

static enum command_result cmd_restart(const struct words *words)
{
	struct shell_vm *vm = named_vm(words);

	if (!vm)
		return COMMAND_STAY;
	if (shell_vm_state(vm) == SHELL_VM_OFF) {
		int error = shell_vm_boot(vm);

		if (error)
			con_printf("not started: %s\n", vgicv5_strerror(error));
	} else {
		shell_vm_stop(vm, SHELL_AFTER_REBOOT);
	}
	return COMMAND_STAY;
}

/* ---- Saving ---- */

/* A VM's number if the line has one, and then the name of a file if it has one. @return false: no file. */
static bool named_file(const struct words *words, unsigned int *vm, const char **file)
{
	static char usual[LOAD_FILE];

	*vm = words->count > 2 ? (unsigned int)number(words, 1, SHELL_MAX_VMS) : console_selected();
	*file = words->count >= 2 ? words->word[words->count - 1] : usual;
	if (words->count == 1 && bundle_text(load_bundle(), "save", usual, sizeof(usual)))
		return true;
	if (words->count >= 2 && words->count <= 3 && *vm < SHELL_MAX_VMS)
		return true;
	con_printf("usage: %s [[VM] FILE]\n", words->word[0]);
	return false;
}

static enum command_result cmd_save(const struct words *words)
{
	unsigned int vm;
	const char *file;

	if (!named_file(words, &vm, &file))
		return COMMAND_STAY;
	return saving_start(SAVING_SAVE, vm, file) ? COMMAND_WAIT : COMMAND_STAY;
}

static enum command_result cmd_restore(const struct words *words)
{
	unsigned int vm;
	const char *file;

	if (!named_file(words, &vm, &file))
		return COMMAND_STAY;
	return saving_start(SAVING_RESTORE, vm, file) ? COMMAND_WAIT : COMMAND_STAY;
}

static enum command_result cmd_trace(const struct words *words)
{
	if (words->count >= 2 && !strcmp(words->word[1], "on"))
		shell_trace_on = 1;
	else if (words->count >= 2 && !strcmp(words->word[1], "off"))
		shell_trace_on = 0;
	else
		shell_trace_show((unsigned int)number(words, 1, 64));
	return COMMAND_STAY;
}

static enum command_result cmd_off(const struct words *words)
{
	(void)words;
	shell_power_off();
}

/* ---- The table ---- */

static enum command_result cmd_help(const struct words *words);

static const struct command {
	const char *name;
	const char *arguments;
	const char *meaning;
	enum command_result (*run)(const struct words *words);
} commands[] = {
	{"help", "", "this list; VM is the one with the terminal if left out", cmd_help},
	{"vms", "", "VMs and their vCPUs", cmd_vms},
	{"host", "", "dump what VMs have of the machine's interrupt controller", cmd_host},
	{"vm", "[VM]", "dump a VM's virtual interrupt controller", cmd_vm},
	{"vcpu", "VM VCPU", "dump a vCPU's interrupt state", cmd_vcpu},
	{"irq", "VM ppi|spi|lpi N [VCPU]", "dump one interrupt", cmd_irq},
	{"counters", "[VM]", "exits by cause, injections, doorbells, memory", cmd_counters},
	{"console", "VM", "give the terminal to a VM", cmd_console},
	{"pause", "[VM]", "stop its vCPUs for a while", cmd_pause},
	{"resume", "[VM]", "let them run again", cmd_resume},
	{"kill", "[VM]", "stop a VM", cmd_kill},
	{"restart", "[VM]", "start it again from the beginning", cmd_restart},
	{"save", "[[VM] FILE]", "write a running VM to a file of the host; it goes on", cmd_save},
	{"restore", "[[VM] FILE]", "start a VM that is off, or new, from such a file", cmd_restore},
	{"trace", "on|off|[COUNT]", "follow interrupts, show the last events", cmd_trace},
	{"off", "", "power the machine off", cmd_off},
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static enum command_result cmd_help(const struct words *words)
{
	unsigned int i;

	(void)words;
	for (i = 0; i < COMMANDS; i++)
		con_printf("  %-9s%-24s%s\n", commands[i].name, commands[i].arguments, commands[i].meaning);
	return COMMAND_STAY;
}

static void split(char *line, struct words *words)
{
	words->count = 0;
	while (words->count < MAX_WORDS) {
		while (*line == ' ')
			*line++ = '\0';
		if (!*line)
			return;
		words->word[words->count++] = line;
		while (*line && *line != ' ')
			line++;
	}
}

enum command_result command_run(char *line)
{
	struct words words;
	unsigned int i;

	split(line, &words);
	if (!words.count)
		return COMMAND_LEAVE;
	for (i = 0; i < COMMANDS; i++)
		if (!strcmp(words.word[0], commands[i].name))
			return commands[i].run(&words);
	con_printf("unknown: %s ('help' lists the commands)\n", words.word[0]);
	return COMMAND_STAY;
}
