/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The IRS's bus: table memory, coherent with the caches of the CPUs or not.
 *
 * In the non-coherent mode each page of table memory that software has ever maintained, or that the IRS has
 * written, has two copies here. `point` is the point of coherency, all that the IRS sees. `cpu` is what the CPUs
 * had when they last maintained the line: comparing it with what they have now tells a dirty line.
 */
#include "model.h"

#define LINE_SIZE 64u
#define MEMORY_PAGE 4096u

static struct vsoft_page **page_slot(struct vgicv5_soft *gic, uint64_t pa)
{
	struct vsoft_page **slot = &gic->pages[(pa / MEMORY_PAGE) % VSOFT_PAGE_HASH];

	while (*slot && (*slot)->pa != pa) {
		vsoft_step(gic);
		slot = &(*slot)->next;
	}
	return slot;
}

static struct vsoft_page *page_get(struct vgicv5_soft *gic, uint64_t pa)
{
	struct vsoft_page **slot = page_slot(gic, pa);

	if (!*slot) {
		*slot = vsoft_alloc(gic, sizeof(**slot));
		if (*slot)
			(*slot)->pa = pa;
	}
	return *slot;
}

/* A line that the caches never gave up: the IRS sees what memory held before, here an unlikely pattern. */
static void unknown_line(struct vgicv5_soft *gic, struct vsoft_page *page, unsigned int line)
{
	unsigned int i;

	vsoft_violation(gic, "",
			"the IRS reads table memory that was never cleaned to the point of coherency");
	for (i = 0; i < LINE_SIZE; i++)
		page->point[line * LINE_SIZE + i] = 0xa5;
	page->known |= (uint64_t)1 << line;
	(void)gic->ops.mem_read(gic->config.ctx, page->pa + line * LINE_SIZE, page->cpu + line * LINE_SIZE,
				LINE_SIZE);
}

static struct vsoft_page *page_with_line(struct vgicv5_soft *gic, uint64_t pa)
{
	struct vsoft_page *page = page_get(gic, pa & ~(uint64_t)(MEMORY_PAGE - 1));
	unsigned int line = (unsigned int)(pa % MEMORY_PAGE / LINE_SIZE);

	if (page && !(page->known >> line & 1))
		unknown_line(gic, page, line);
	return page;
}

static size_t to_line_end(uint64_t pa, size_t bytes)
{
	size_t room = (size_t)(LINE_SIZE - pa % LINE_SIZE);

	return bytes < room ? bytes : room;
}

static bool point_read(struct vgicv5_soft *gic, uint64_t pa, uint8_t *to, size_t bytes)
{
	while (bytes) {
		size_t n = to_line_end(pa, bytes);
		struct vsoft_page *page;

		/* Is there memory at all? */
		if (!gic->ops.mem_read(gic->config.ctx, pa, to, n))
			return false;
		page = page_with_line(gic, pa);
		if (page)
			vsoft_copy(to, page->point + pa % MEMORY_PAGE, n);
		pa += n;
		to += n;
		bytes -= n;
	}
	return true;
}

static bool point_write(struct vgicv5_soft *gic, uint64_t pa, const uint8_t *from, size_t bytes)
{
	uint8_t probe;

	while (bytes) {
		size_t n = to_line_end(pa, bytes);
		struct vsoft_page *page;

		if (!gic->ops.mem_read(gic->config.ctx, pa, &probe, 1))
			return false;
		page = page_with_line(gic, pa);
		if (!page)
			return gic->ops.mem_write(gic->config.ctx, pa, from, bytes);
		vsoft_copy(page->point + pa % MEMORY_PAGE, from, n);
		page->written |= (uint64_t)1 << (pa % MEMORY_PAGE / LINE_SIZE);
		pa += n;
		from += n;
		bytes -= n;
	}
	return true;
}

/* The IRS drives no address beyond IRS_IDR0.PA_RANGE. */
static bool in_range(const struct vgicv5_soft *gic, uint64_t pa, size_t bytes)
{
	static const uint8_t address_bits[] = {GICV5_PA_RANGE_BITS};

	return !((pa + bytes - 1) >> address_bits[gic->config.pa_range]);
}

bool vsoft_read(struct vgicv5_soft *gic, uint64_t pa, void *to, size_t bytes)
{
	vsoft_step(gic);
	if (!in_range(gic, pa, bytes))
		return false;
	if (gic->config.coherent)
		return gic->ops.mem_read(gic->config.ctx, pa, to, bytes);
	return point_read(gic, pa, to, bytes);
}

bool vsoft_write(struct vgicv5_soft *gic, uint64_t pa, const void *from, size_t bytes)
{
	vsoft_step(gic);
	if (!in_range(gic, pa, bytes))
		return false;
	if (gic->config.coherent)
		return gic->ops.mem_write(gic->config.ctx, pa, from, bytes);
	return point_write(gic, pa, from, bytes);
}

static uint64_t from_le(const uint8_t *bytes, unsigned int n)
{
	uint64_t value = 0;

	while (n--)
		value = value << 8 | bytes[n];
	return value;
}

static void to_le(uint8_t *bytes, unsigned int n, uint64_t value)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		bytes[i] = (uint8_t)(value >> 8 * i);
}

bool vsoft_read32(struct vgicv5_soft *gic, uint64_t pa, uint32_t *value)
{
	uint8_t bytes[4];

	if (!vsoft_read(gic, pa, bytes, sizeof(bytes)))
		return false;
	*value = (uint32_t)from_le(bytes, sizeof(bytes));
	return true;
}

bool vsoft_write32(struct vgicv5_soft *gic, uint64_t pa, uint32_t value)
{
	uint8_t bytes[4];

	to_le(bytes, sizeof(bytes), value);
	return vsoft_write(gic, pa, bytes, sizeof(bytes));
}

bool vsoft_read64(struct vgicv5_soft *gic, uint64_t pa, uint64_t *value)
{
	uint8_t bytes[8];

	if (!vsoft_read(gic, pa, bytes, sizeof(bytes)))
		return false;
	*value = from_le(bytes, sizeof(bytes));
	return true;
}

bool vsoft_write64(struct vgicv5_soft *gic, uint64_t pa, uint64_t value)
{
	uint8_t bytes[8];

	to_le(bytes, sizeof(bytes), value);
	return vsoft_write(gic, pa, bytes, sizeof(bytes));
}

static bool same(const uint8_t *a, const uint8_t *b, size_t bytes)
{
	size_t i;

	for (i = 0; i < bytes; i++) {
		if (a[i] != b[i])
			return false;
	}
	return true;
}

/* Clean and invalidate of one line: a dirty line of the CPUs wins, otherwise they come to see the IRS's writes. */
static void maintain_line(struct vgicv5_soft *gic, uint64_t pa)
{
	unsigned int line = (unsigned int)(pa % MEMORY_PAGE / LINE_SIZE);
	uint64_t bit = (uint64_t)1 << line;
	uint8_t now[LINE_SIZE];
	struct vsoft_page *page;
	uint8_t *point, *cpu;

	if (!gic->ops.mem_read(gic->config.ctx, pa, now, LINE_SIZE))
		return;
	page = page_get(gic, pa & ~(uint64_t)(MEMORY_PAGE - 1));
	if (!page)
		return;
	point = page->point + line * LINE_SIZE;
	cpu = page->cpu + line * LINE_SIZE;
	if (!(page->known & bit) || !same(now, cpu, LINE_SIZE)) {
		if (page->written & bit && !same(point, cpu, LINE_SIZE))
			vsoft_violation(gic, "",
					"a dirty line of the caches overwrites what the IRS has written");
		vsoft_copy(point, now, LINE_SIZE);
	} else if (!same(point, now, LINE_SIZE)) {
		(void)gic->ops.mem_write(gic->config.ctx, pa, point, LINE_SIZE);
	}
	vsoft_copy(cpu, point, LINE_SIZE);
	page->known |= bit;
	page->written &= ~bit;
}

void vgicv5_soft_cache_maintained(struct vgicv5_soft *gic, uint64_t pa, uint64_t bytes)
{
	uint64_t last = pa + bytes - 1;

	if (gic->config.coherent || !bytes || last < pa)
		return;
	vsoft_enter(gic);
	pa &= ~(uint64_t)(LINE_SIZE - 1);
	maintain_line(gic, pa);
	/* Compared by distance: the last line of all has no address above it. */
	while (last - pa >= LINE_SIZE) {
		pa += LINE_SIZE;
		maintain_line(gic, pa);
	}
	vsoft_leave(gic);
}

void vsoft_forget_memory(struct vgicv5_soft *gic)
{
	unsigned int i;

	for (i = 0; i < VSOFT_PAGE_HASH; i++) {
		while (gic->pages[i]) {
			struct vsoft_page *page = gic->pages[i];

			gic->pages[i] = page->next;
			vsoft_free(gic, page, sizeof(*page));
		}
	}
}
