// SPDX-License-Identifier: GPL-2.0-only
/* The software GICv5: what it needs of the kernel, and tier 0 of the port on it. */
#include "transport.h"

#include <linux/cpu.h>
#include <linux/genalloc.h>
#include <linux/irq_work.h>
#include <linux/kvm_host.h>
#include <linux/memblock.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>

#include <vgicv5_soft/port_access.h>

/* The model allocates under its lock, a raw one, where the slab allocator must not be called. */
#define POOL_BYTES SZ_16M
#define POOL_ORDER 6

#define LPI_ID_BITS 16
#define MAX_VPE_ID_BITS 9

struct vgicv5_soft *vgicv5_transport_soft;

const struct vgicv5_soft_access vgicv5_transport_el1 = {.el = 1, .imo = true};
static const struct vgicv5_soft_access at_el2 = {.el = 2, .imo = true};

static struct gen_pool *pool;
static void *pool_memory;

/* ---- What the model asks for ---- */

static DEFINE_RAW_SPINLOCK(soft_lock);
static unsigned long soft_flags; /* of the lock's holder */

static void model_lock(void *ctx)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&soft_lock, flags);
	soft_flags = flags;
}

static void model_unlock(void *ctx)
{
	unsigned long flags = soft_flags;

	raw_spin_unlock_irqrestore(&soft_lock, flags);
}

static void *model_alloc(void *ctx, size_t bytes)
{
	void *memory = (void *)gen_pool_alloc(pool, bytes);

	if (memory)
		memset(memory, 0, bytes);
	return memory;
}

static void model_free(void *ctx, void *memory, size_t bytes)
{
	gen_pool_free(pool, (unsigned long)memory, bytes);
}

/* Table memory is the library's, in the linear map. */
static bool model_read(void *ctx, uint64_t pa, void *to, size_t bytes)
{
	if (!pfn_is_map_memory(PHYS_PFN(pa)) || !pfn_is_map_memory(PHYS_PFN(pa + bytes - 1)))
		return false;
	memcpy(to, phys_to_virt(pa), bytes);
	return true;
}

static bool model_write(void *ctx, uint64_t pa, const void *from, size_t bytes)
{
	if (!pfn_is_map_memory(PHYS_PFN(pa)) || !pfn_is_map_memory(PHYS_PFN(pa + bytes - 1)))
		return false;
	memcpy(phys_to_virt(pa), from, bytes);
	return true;
}

static void take_signals(struct irq_work *work)
{
	vgicv5_transport_take_irqs();
}

static DEFINE_PER_CPU(struct irq_work, signal_work) = IRQ_WORK_INIT_HARD(take_signals);

/*
 * Another CPU has to be told, for it may run a guest. This one does not run a guest now, and looks at the virtual
 * signals before it does; if the thread moves to another CPU at this moment, it is told in vain.
 */
static void model_signal(void *ctx, unsigned int pe)
{
	unsigned int signals = vgicv5_soft_signals(vgicv5_transport_soft, pe, &at_el2);

	if (!cpu_online(pe) || (pe == raw_smp_processor_id() && !(signals & VGICV5_SOFT_IRQ)))
		return;
	irq_work_queue_on(per_cpu_ptr(&signal_work, pe), pe);
}

static void model_violation(void *ctx, const char *rule, const char *text)
{
	static DEFINE_RATELIMIT_STATE(limit, DEFAULT_RATELIMIT_INTERVAL, DEFAULT_RATELIMIT_BURST);

	/* Guests can cause them as well. Under the model's lock: the console is for later. */
	if (__ratelimit(&limit))
		printk_deferred(KERN_INFO "kvm: GICv5 checker: %s %s\n", rule, text);
}

static const struct vgicv5_soft_ops model_ops = {
	.alloc = model_alloc,
	.free = model_free,
	.mem_read = model_read,
	.mem_write = model_write,
	.lock = model_lock,
	.unlock = model_unlock,
	.signal = model_signal,
	.violation = model_violation,
};

/* ---- Making it ---- */

static int make_pool(void)
{
	pool_memory = vzalloc(POOL_BYTES);
	pool = gen_pool_create(POOL_ORDER, NUMA_NO_NODE);
	if (!pool || !pool_memory || gen_pool_add(pool, (unsigned long)pool_memory, POOL_BYTES, NUMA_NO_NODE))
		return -ENOMEM;
	return 0;
}

void vgicv5_transport_unmake(void)
{
	vgicv5_soft_destroy(vgicv5_transport_soft);
	vgicv5_transport_soft = NULL;
	if (pool)
		gen_pool_destroy(pool);
	pool = NULL;
	vfree(pool_memory);
	pool_memory = NULL;
}

int vgicv5_transport_make(void)
{
	struct vgicv5_soft_config config;
	const char *error;
	int ret = make_pool();

	if (!ret) {
		vgicv5_soft_default_config(&config, nr_cpu_ids);
		config.ops = &model_ops;
		config.lpi_id_bits = LPI_ID_BITS;
		config.vpe_id_bits = MAX_VPE_ID_BITS;
		error = vgicv5_soft_create(&vgicv5_transport_soft, &config);
		if (!error)
			return 0;
		kvm_err("software GICv5: %s\n", error);
		ret = -ENOMEM;
	}
	vgicv5_transport_unmake();
	return ret;
}

bool vgicv5_transport_irq_pending(void)
{
	return vgicv5_soft_signals(vgicv5_transport_soft, smp_processor_id(), &at_el2) & VGICV5_SOFT_IRQ;
}

size_t vgicv5_transport_memory(void)
{
	return gen_pool_size(pool) - gen_pool_avail(pool);
}

/* ---- Tier 0 of the port ---- */

static uint64_t access(unsigned int encoding, bool read, uint64_t value)
{
	unsigned int cpu = get_cpu();

	WARN_ONCE(vgicv5_soft_sys(vgicv5_transport_soft, cpu, &at_el2, encoding, read, &value) !=
			  VGICV5_SOFT_DONE,
		  "software GICv5: no register or instruction %x at EL2\n", encoding);
	put_cpu();
	return value;
}

uint64_t vgicv5_soft_here_read(unsigned int encoding)
{
	return access(encoding, true, 0);
}

void vgicv5_soft_here_write(unsigned int encoding, uint64_t value)
{
	access(encoding, false, value);
}

/* Never dereferenced. The first page, as NULL means "no IRS". */
#define FRAME_ADDRESS PAGE_SIZE

volatile void *vgicv5_transport_irs(void)
{
	return (volatile void *)FRAME_ADDRESS;
}

static uint32_t frame_offset(const volatile void *address)
{
	return (uint32_t)((unsigned long)address - FRAME_ADDRESS);
}

uint64_t vgicv5_soft_here_mmio_read(const volatile void *address, unsigned int bytes)
{
	return vgicv5_soft_mmio_read(vgicv5_transport_soft, 0, VGICV5_SOFT_CONFIG_FRAME,
				     frame_offset(address), bytes);
}

void vgicv5_soft_here_mmio_write(volatile void *address, unsigned int bytes, uint64_t value)
{
	vgicv5_soft_mmio_write(vgicv5_transport_soft, 0, VGICV5_SOFT_CONFIG_FRAME, frame_offset(address),
			       bytes, value);
}
