/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory of the software GICv5, which may ask for some with interrupts off:
 * Xen's allocators refuse that. Powers of two, each with a list of free
 * blocks, out of one piece that is taken at boot and never given back.
 */
#include <xen/errno.h>
#include <xen/lib.h>
#include <xen/mm.h>

#include "transport.h"

#define POOL_ORDER  12 /* 16 MiB */
#define MIN_SHIFT   6
#define SHIFTS      20

struct block {
    struct block *next;
};

static struct block *free_blocks[SHIFTS];
static uint8_t *unused;
static size_t unused_bytes;
static size_t given_bytes;

int vgic_v5_pool_init(void)
{
    unused = alloc_xenheap_pages(POOL_ORDER, 0);
    if ( !unused )
        return -ENOMEM;

    unused_bytes = PAGE_SIZE << POOL_ORDER;

    return 0;
}

/* SHIFTS: too large. */
static unsigned int class_of(size_t bytes)
{
    unsigned int n = 0;

    while ( n < SHIFTS && (1UL << (MIN_SHIFT + n)) < bytes )
        n++;

    return n;
}

static void *take_unused(size_t bytes)
{
    void *block = unused;

    if ( bytes > unused_bytes )
        return NULL;

    unused += bytes;
    unused_bytes -= bytes;

    return block;
}

void *vgic_v5_pool_alloc(size_t bytes)
{
    unsigned int n = class_of(bytes);
    struct block *block;

    if ( n == SHIFTS )
        return NULL;

    block = free_blocks[n];
    if ( block )
        free_blocks[n] = block->next;
    else
        block = take_unused(1UL << (MIN_SHIFT + n));

    if ( !block )
        return NULL;

    given_bytes += 1UL << (MIN_SHIFT + n);

    return memset(block, 0, bytes);
}

void vgic_v5_pool_free(void *memory, size_t bytes)
{
    struct block *block = memory;
    unsigned int n = class_of(bytes);

    if ( !block )
        return;

    block->next = free_blocks[n];
    free_blocks[n] = block;
    given_bytes -= 1UL << (MIN_SHIFT + n);
}

size_t vgic_v5_pool_in_use(void)
{
    return given_bytes;
}

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
