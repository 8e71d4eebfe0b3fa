/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A host with two VMs of a given size, on the machine with the software GICv5 inside.
 *
 * All functions here are named bench_*, and what is measured are the core's own: see run.
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <vgicv5/arch/intid.h>
#include <vgicv5/eoi.h>
#include <vgicv5/hyp.h>
#include <vgicv5/state.h>
#include <vgicv5/vits.h>
#include <vgicv5_host_machine.h>

/* A size at which everything is measured. */
struct bench_size {
	unsigned int ppis; /* visible: 4, 64 or 128 */
	unsigned int vcpus;
	unsigned int lpi_id_bits;
};

struct bench_vm {
	struct vgicv5_vm vm;
	struct vgicv5_vcpu *vcpus;
};

struct bench {
	struct bench_size size;
	struct hal_host_machine *machine;
	struct vgicv5_host host;
	struct vgicv5_pcpu pcpu[2];
	struct bench_vm vm[2];	 /* 0: of that size; 1: one vCPU, all PPIs */
	struct vgicv5_vits vits; /* of vm[0] */
};

/* What the guest of vm[0] has mapped in its ITS: tables of two levels, or linear ones. */
#define BENCH_DEVICE 5
#define BENCH_EVENT 3
#define BENCH_LPI 7

/* Exits with a message if anything goes wrong; so do all functions here. */
void bench_up(struct bench *bench, const struct bench_size *size);
void bench_down(struct bench *bench);
void bench_check(int error, const char *what);

/* The guest of a vCPU makes its LPI table valid and enables its IRS. Two-level: all of it is mapped. */
void bench_guest_irs(struct bench_vm *vm, unsigned int lpi_id_bits, bool two_level);

/* The guest of the loaded vCPU opens its mask and enables all PPIs that it sees. */
void bench_guest_cpu(struct vgicv5_vcpu *vcpu);

/* The guest of vm[0] enables its ITS with tables of one or two levels; nothing of them is cached. */
void bench_guest_its(struct bench *bench, bool two_level);

/*
 * A VM of that size, as bench_up() makes it without LPIs, is given a state in which all LPIs are
 * configured; nothing of it is loaded. Where to save it, of bench_state_bytes() or more, is the caller's.
 */
void bench_configure_lpis(struct bench *bench, unsigned int lpi_id_bits);
size_t bench_state_bytes(const struct bench *bench);
size_t bench_save(struct bench *bench, void *state, size_t bytes);

/* The parts. Each prints `name value` lines, or, under callgrind, leaves a dump for each name. */
void bench_counts(void);
void bench_bytes(void);
void bench_insns(void);

#endif
