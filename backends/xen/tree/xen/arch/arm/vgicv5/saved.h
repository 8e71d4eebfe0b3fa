/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whole domains in files, for tests: what the files of it share. The format
 * is the library's (vmfile.h), which other hypervisors read and write, too.
 */
#ifndef __VGIC_V5_SAVED_H__
#define __VGIC_V5_SAVED_H__

#include "private.h"

/* Wherever a text is returned: NULL if all is well, or what is wrong. */

/* ---- saved_cpu.c ---- */

/* What a domain is shown of this host's CPU. */
void vgic_v5_cpu_here(struct vmfile_cpu *cpu);

void vgic_v5_vcpu_to_file(const struct vcpu *v, struct vmfile_vcpu *to);

/*
 * v has never run. Its GICv5 has been restored; `later`: how far the physical
 * count has gone on since it was saved.
 */
void vgic_v5_vcpu_from_file(struct vcpu *v, const struct vmfile_vcpu *from,
                            uint64_t later);

/* ---- saved_uart.c: vpl011 with Xen as its backend ---- */

/* As Linux leaves an SBSA UART, which a domain of Xen finds. */
void vgic_v5_uart_regs_init(struct vmfile_uart_regs *regs);

void vgic_v5_uart_to_file(struct domain *d, struct vmfile_uart *uart,
                          struct vmfile_line *line);
const char *vgic_v5_uart_check(const struct vmfile_uart *uart,
                               const struct vmfile_line *line);
/* Drives its line. */
void vgic_v5_uart_from_file(struct domain *d, const struct vmfile_uart *uart,
                            const struct vmfile_line *line);

/* ---- semihost.c: files of the machine that QEMU runs on ---- */

/* An empty file. It must be closed. */
const char *vgic_v5_file_create(uint64_t *handle, const char *name);
bool vgic_v5_file_write(uint64_t handle, const void *data, size_t bytes);
bool vgic_v5_file_rewind(uint64_t handle);
bool vgic_v5_file_close(uint64_t handle);

#endif

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
