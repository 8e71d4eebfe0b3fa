/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files by Arm semihosting: HLT #0xf000 at EL2, which QEMU carries out when
 * it is started with -semihosting-config enable=on,target=native. Elsewhere
 * it is an undefined instruction, and Xen stops: whoever asks for a file by
 * the command line knows where he is.
 */
#include <xen/lib.h>
#include <xen/string.h>

#include "saved.h"

/* Operations: Arm's "Semihosting for AArch32 and AArch64". */
#define SYS_OPEN    0x01
#define SYS_CLOSE   0x02
#define SYS_WRITE   0x05
#define SYS_SEEK    0x0a

#define MODE_WRITE  5 /* "wb" */
#define FAILED      (~0UL)

static unsigned long call(unsigned long operation, const void *block)
{
    register unsigned long x0 asm ( "x0" ) = operation;
    register const void *x1 asm ( "x1" ) = block;

    asm volatile ( "hlt #0xf000" : "+r" (x0) : "r" (x1) : "memory" );

    return x0;
}

const char *vgic_v5_file_create(uint64_t *handle, const char *name)
{
    const uint64_t block[] = { (unsigned long)name, MODE_WRITE, strlen(name) };

    *handle = call(SYS_OPEN, block);

    return *handle == FAILED ? "the file cannot be made" : NULL;
}

/* The answer is the number of bytes that were not written. */
bool vgic_v5_file_write(uint64_t handle, const void *data, size_t bytes)
{
    const uint64_t block[] = { handle, (unsigned long)data, bytes };

    return !call(SYS_WRITE, block);
}

bool vgic_v5_file_rewind(uint64_t handle)
{
    const uint64_t block[] = { handle, 0 };

    return !call(SYS_SEEK, block);
}

bool vgic_v5_file_close(uint64_t handle)
{
    const uint64_t block[] = { handle };

    return !call(SYS_CLOSE, block);
}

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
