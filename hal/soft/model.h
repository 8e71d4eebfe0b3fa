/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The objects inside the software GICv5, and what its files know of each other.
 *
 * Everything below is protected by the one lock of the embedder, but for pe.signals, which is read without it.
 * Functions of this header are called with the lock held. An interrupt lives in an IST; while it is pending,
 * enabled and inactive it hangs in exactly one queue: that of the PE or VPE it is routed to. From the queues
 * and the PPIs of a PE its highest priority pending interrupts follow in constant time.
 */
#ifndef VGICV5_SOFT_MODEL_H
#define VGICV5_SOFT_MODEL_H

#include <vgicv5/arch/insn.h>
#include <vgicv5/arch/intid.h>
#include <vgicv5/arch/irs.h>
#include <vgicv5/arch/sysreg.h>
#include <vgicv5/arch/tables.h>
#include <vgicv5_soft/soft.h>

#define VSOFT_PPI_WORDS (GICV5_PPI_COUNT / 64)
#define VSOFT_PRIORITIES GICV5_PRIORITY_LEVELS

struct vsoft_its;
struct vsoft_iwb;
struct vsoft_queue;
struct vsoft_vm;

/** What the model remembers of one LPI or SPI outside its ISTE. */
struct vsoft_node {
	struct vsoft_node *next; /* circular; NULL when in no queue */
	struct vsoft_node *prev;
	struct vsoft_queue *home;
	uint32_t id;
	uint32_t seen; /* the ISTE as the IRS last saw it, for the checker */
	uint32_t bell; /* 1 + (VM << 16 | VPE) whose doorbell this LPI is */
	uint8_t priority;
	bool pending;
	bool seen_valid;
};

/** Whose interrupts hang in a queue. */
enum vsoft_owner {
	VSOFT_OWNER_PE,
	VSOFT_OWNER_ONE_N, /* physical 1ofN interrupts */
	VSOFT_OWNER_VPE,
	VSOFT_OWNER_VM_ONE_N,
	VSOFT_OWNER_NOBODY, /* routed to an IAFFID or VPE that does not exist */
};

enum vsoft_list { VSOFT_LPIS, VSOFT_SPIS, VSOFT_LISTS };

/** The deliverable interrupts of one target, by priority. */
struct vsoft_queue {
	uint8_t owner; /* enum vsoft_owner */
	uint16_t pe;
	struct vsoft_vm *vm;
	struct vsoft_vpe *vpe;
	uint32_t filled[VSOFT_LISTS]; /* bit n: list n is not empty */
	struct vsoft_node *head[VSOFT_LISTS][VSOFT_PRIORITIES];
};

#define VSOFT_LEAF_BITS 7
#define VSOFT_BRANCH_BITS 8

struct vsoft_leaf {
	struct vsoft_node nodes[1 << VSOFT_LEAF_BITS];
};

struct vsoft_branch {
	struct vsoft_leaf *leaves[1 << VSOFT_BRANCH_BITS];
};

/** An Interrupt State Table: physical LPIs, virtual LPIs, virtual SPIs, and the SPIs inside the IRSs. */
struct vsoft_ist {
	struct vsoft_vm *vm; /* NULL: physical */
	uint8_t list;	     /* enum vsoft_list */
	bool valid;
	bool internal; /* physical SPIs: no memory */
	bool two_level;
	bool scan; /* a node could not be allocated: some Pending bits are in memory only */
	uint8_t id_bits;
	uint8_t istsz;	  /* log2 of entry size - 2 */
	uint8_t l2sz;	  /* log2 of table size = 12 + 2 * l2sz */
	uint8_t l2_shift; /* index bits of an L2 table */
	uint64_t base;
	uint64_t *l1; /* L1 entries as last seen; NULL: read memory each time */
	struct vsoft_branch **root;
};

/** A highest priority pending interrupt. intid is 0 if there is none. */
struct vsoft_hppi {
	uint32_t intid;
	uint8_t priority;
};

/** The PPIs of one domain of one PE. */
struct vsoft_ppis {
	uint64_t enabled[VSOFT_PPI_WORDS];
	uint64_t pending[VSOFT_PPI_WORDS];
	uint64_t active[VSOFT_PPI_WORDS];
	uint8_t priority[GICV5_PPI_COUNT];
};

/** The CPU interface of one domain of one PE. */
struct vsoft_cpuif {
	struct vsoft_ppis ppis;
	uint32_t apr;
	uint8_t pcr;
	bool enabled;
	struct vsoft_hppi hppi; /* of sufficient priority */
};

struct vsoft_pe {
	uint16_t number;
	uint8_t irs;
	bool dps;
	uint32_t signals; /* VSOFT_SIGNAL_*; written atomically */
	struct vsoft_cpuif physical;
	struct vsoft_cpuif virtual;
	uint64_t line[VSOFT_PPI_WORDS];
	uint64_t dvi[VSOFT_PPI_WORDS];
	uint64_t icsr;
	uint64_t hfg[3]; /* HFGRTR, HFGWTR, HFGITR */
	uint64_t contextr;
	bool virtual_enabled; /* ICH_VCTLR_EL2.EN */
	bool icsr_unsynced;
	bool contextr_unsynced;
	struct vsoft_vpe *resident;
	struct vsoft_queue queue;
};

#define VSOFT_SIGNAL_PHYSICAL 1u
#define VSOFT_SIGNAL_PHYSICAL_SUPER 2u
#define VSOFT_SIGNAL_VIRTUAL 4u
#define VSOFT_SIGNAL_VIRTUAL_SUPER 8u

struct vsoft_spi {
	uint32_t iste;
	bool exists;
	bool level_trigger; /* IRS_SPI_CFGR.TM */
	bool line;
	bool to_vm; /* IRS_SPI_VMR */
	uint16_t vm;
	struct vsoft_node node;
};

struct vsoft_vpe {
	struct vsoft_vm *vm;
	uint16_t id;
	uint64_t entry; /* VPETE as the IRS last saw it */
	bool dps;
	bool doorbell_valid;
	bool doorbell_requested;
	uint8_t doorbell_mask;
	uint32_t doorbell_lpi;
	struct vsoft_pe *pe;		 /* where resident */
	struct vsoft_vpe *next_resident; /* of the same VM */
	struct vsoft_queue queue;
};

struct vsoft_vm {
	uint16_t id;
	uint8_t vpe_id_bits;
	bool doorbell_enabled; /* IRS_VM_DBR */
	uint16_t doorbell_vpe;
	uint64_t entry_pa;
	uint64_t entry[4]; /* L2_VMTE as the IRS last saw it */
	uint64_t changes;  /* of the state of its LPIs and SPIs */
	uint64_t saved;	   /* value of changes at the last save; 0: none */
	struct vsoft_ist ist[VSOFT_LISTS];
	struct vsoft_vpe **vpes;
	struct vsoft_vpe *residents;
	struct vsoft_vpe *one_n_vpe; /* takes the 1ofN interrupts */
	struct vsoft_queue one_n;
	struct vsoft_queue nobody;
};

#define VSOFT_VM_BLOCK_BITS GICV5_L2_VMT_INDEX_BITS
#define VSOFT_VM_BLOCKS (1 << (16 - VSOFT_VM_BLOCK_BITS))

/** The VMs of one L2 VM table. */
struct vsoft_vm_block {
	uint64_t entry; /* L1_VMTE as last seen, 0: not valid */
	struct vsoft_vm *vms[1 << VSOFT_VM_BLOCK_BITS];
};

/** Register groups of an IRS, each with an IDLE bit. */
enum vsoft_group {
	VSOFT_GROUP_CR0,
	VSOFT_GROUP_SYNC,
	VSOFT_GROUP_SPI,
	VSOFT_GROUP_PE,
	VSOFT_GROUP_IST,
	VSOFT_GROUP_VMT,
	VSOFT_GROUP_VPE,
	VSOFT_GROUP_VM,
	VSOFT_GROUP_SAVE,
	VSOFT_GROUPS,
	VSOFT_GROUP_NONE = VSOFT_GROUPS,
};

#define VSOFT_IRS_REG_ID(name, offset, width, access) VSOFT_##name,
enum vsoft_irs_reg { GICV5_IRS_REGS(VSOFT_IRS_REG_ID) VSOFT_IRS_REG_COUNT };

/** A command on its way, while busy. */
struct vsoft_command {
	bool busy;
	bool stuck;
	bool dropped;
	uint16_t reg; /* of the frame: enum vsoft_irs_reg, or the ITS's or IWB's own number */
	unsigned int polls;
	uint64_t value;
};

struct vsoft_irs {
	uint8_t number;
	bool enabled;
	bool vpe_selected; /* IRS_VPE_STATUSR.V */
	bool vm_selected;
	bool save_quiesced;
	uint32_t cr1;
	uint32_t spi_sel;
	uint16_t pe_sel;
	uint16_t vm_sel;
	uint64_t vpe_sel;
	uint64_t vpe_dbr; /* sampled at selection */
	uint64_t save;
	uint64_t latch[VSOFT_IRS_REG_COUNT]; /* halves of 64-bit registers written so far */
	uint64_t swerr_status;
	uint64_t swerr_syndrome[2];
	struct vsoft_command command[VSOFT_GROUPS];
};

/** A page of table memory in the non-coherent mode. */
struct vsoft_page {
	struct vsoft_page *next;
	uint64_t pa;
	uint64_t known;	     /* bit n: line n was maintained or written by the IRS */
	uint64_t written;    /* bit n: the IRS has written line n since */
	uint8_t cpu[4096];   /* what the CPUs had at the last maintenance */
	uint8_t point[4096]; /* what the IRS sees: the point of coherency */
};

#define VSOFT_PAGE_HASH 256
#define VSOFT_BELLS 8

struct vgicv5_soft {
	struct vgicv5_soft_config config;
	struct vgicv5_soft_ops ops;
	struct vgicv5_soft_counters counters;
	struct vsoft_pe *pes;
	struct vsoft_spi *spis;
	struct vsoft_irs irs[VGICV5_SOFT_MAX_IRSS];
	struct vsoft_its *itss; /* its.h */
	struct vsoft_iwb *iwbs;
	struct vsoft_ist ist[VSOFT_LISTS]; /* physical */
	struct vsoft_queue one_n;
	struct vsoft_queue nobody;
	struct vsoft_pe *one_n_pe;
	uint64_t ist_baser;
	uint32_t ist_cfgr;
	uint64_t vmt_baser;
	uint32_t vmt_cfgr;
	bool vmt_two_level;
	uint8_t vmt_id_bits;
	struct vsoft_vm_block *vm_blocks[VSOFT_VM_BLOCKS];
	/* Doorbells that ring when the call under way is done: this keeps ringing out of the recursion. */
	uint32_t bells[VSOFT_BELLS];
	unsigned int bell_count;
	unsigned int current_irs; /* where software errors of the call under way are recorded */
	uint32_t signalled[VGICV5_SOFT_MAX_PES / 32]; /* PEs whose signals changed in this call */
	enum vgicv5_soft_fault fault;
	unsigned int fault_in;
	unsigned int delay;
	bool sync_seen; /* the embedder reports context synchronization */
	struct vsoft_page *pages[VSOFT_PAGE_HASH];
};

/* ---- soft.c ---- */
void *vsoft_alloc(struct vgicv5_soft *gic, size_t bytes);
void vsoft_free(struct vgicv5_soft *gic, void *memory, size_t bytes);
/** Every public function that looks at the state: enter, work, leave. Leaving rings doorbells and signals PEs. */
void vsoft_enter(struct vgicv5_soft *gic);
void vsoft_leave(struct vgicv5_soft *gic);

static inline void vsoft_zero(void *memory, size_t bytes)
{
	volatile uint8_t *p = memory;

	while (bytes--)
		*p++ = 0;
}

static inline void vsoft_copy(void *to, const void *from, size_t bytes)
{
	volatile uint8_t *t = to;
	const uint8_t *f = from;

	while (bytes--)
		*t++ = *f++;
}

static inline void vsoft_step(struct vgicv5_soft *gic)
{
	gic->counters.steps++;
}

/* ---- check.c ---- */
void vsoft_violation(struct vgicv5_soft *gic, const char *rule, const char *text);
/** Is somebody listening to the checker? Checks that cost memory accesses are made only then. */
static inline bool vsoft_checking(const struct vgicv5_soft *gic)
{
	return gic->ops.violation != NULL;
}

/* ---- memory.c: the IRS's view of memory; little-endian ---- */
bool vsoft_read(struct vgicv5_soft *gic, uint64_t pa, void *to, size_t bytes);
bool vsoft_write(struct vgicv5_soft *gic, uint64_t pa, const void *from, size_t bytes);
bool vsoft_read32(struct vgicv5_soft *gic, uint64_t pa, uint32_t *value);
bool vsoft_write32(struct vgicv5_soft *gic, uint64_t pa, uint32_t value);
bool vsoft_read64(struct vgicv5_soft *gic, uint64_t pa, uint64_t *value);
bool vsoft_write64(struct vgicv5_soft *gic, uint64_t pa, uint64_t value);
void vsoft_forget_memory(struct vgicv5_soft *gic);

/* ---- queue.c ---- */
void vsoft_queue_init(struct vsoft_queue *queue, enum vsoft_owner owner);
void vsoft_queue_add(struct vsoft_queue *queue, enum vsoft_list list, struct vsoft_node *node,
		     uint8_t priority);
void vsoft_queue_remove(enum vsoft_list list, struct vsoft_node *node);
/** The better of `best` and the first interrupt of the queue. At equal priority `best`, then LPIs, then SPIs. */
void vsoft_queue_best(struct vgicv5_soft *gic, const struct vsoft_queue *queue, struct vsoft_hppi *best);
void vsoft_better(struct vsoft_hppi *best, uint32_t intid, uint8_t priority);
/** The queue's contents have changed: recompute the one PE or VPE that cares. */
void vsoft_queue_changed(struct vgicv5_soft *gic, struct vsoft_queue *queue);

/* ---- node.c ---- */
struct vsoft_node *vsoft_node_find(struct vgicv5_soft *gic, struct vsoft_ist *ist, uint32_t id, bool create);
void vsoft_nodes_free(struct vgicv5_soft *gic, struct vsoft_ist *ist);
/** Calls `visit` for all nodes there are. */
void vsoft_nodes_visit(struct vgicv5_soft *gic, struct vsoft_ist *ist,
		       void (*visit)(struct vgicv5_soft *gic, struct vsoft_ist *ist,
				     struct vsoft_node *node));

/* ---- ist.c: tables ---- */
struct vsoft_ist_layout {
	uint64_t base;
	uint8_t id_bits;
	uint8_t istsz;
	uint8_t l2sz;
	bool two_level;
};
/** Reads the table and makes it valid. False: the layout is not possible or memory ran out. */
bool vsoft_ist_make_valid(struct vgicv5_soft *gic, struct vsoft_ist *ist,
			  const struct vsoft_ist_layout *layout);
/** Writes all state back and forgets the table. */
void vsoft_ist_make_invalid(struct vgicv5_soft *gic, struct vsoft_ist *ist);
/** Forgets the table and leaves memory alone. */
void vsoft_ist_forget(struct vgicv5_soft *gic, struct vsoft_ist *ist);
void vsoft_ist_save(struct vgicv5_soft *gic, struct vsoft_ist *ist);
/** IRS_MAP_L2_ISTR and IRS_VMAP_L2_VISTR. */
void vsoft_ist_map_l2(struct vgicv5_soft *gic, struct vsoft_irs *irs, struct vsoft_ist *ist, uint32_t id);
uint8_t vsoft_ist_size_bits(const struct vsoft_ist *ist);
/** Whether two pieces of memory have a byte in common. */
static inline bool vsoft_overlap(uint64_t a, uint64_t a_bytes, uint64_t b, uint64_t b_bytes)
{
	return b_bytes && a < b + b_bytes && b < a + a_bytes;
}

bool vsoft_ist_owns(struct vgicv5_soft *gic, const struct vsoft_ist *ist, uint64_t pa, uint64_t bytes);
uint8_t vsoft_ist_min_istsz(const struct vgicv5_soft *gic, uint8_t id_bits);

/* ---- reach.c ---- */

/** Whether a command that has not ended may come to use that memory. */
bool vsoft_command_reaches(struct vgicv5_soft *gic, const struct vsoft_command *command, uint64_t pa,
			   uint64_t bytes);

/* ---- iste.c: one interrupt of a table ---- */
/** Where the entry is; false: unreachable. */
bool vsoft_iste_address(struct vgicv5_soft *gic, struct vsoft_ist *ist, uint32_t id, uint64_t *pa);
/** The whole state in the form of an L2_ISTE; false: unreachable. */
bool vsoft_iste_load(struct vgicv5_soft *gic, struct vsoft_ist *ist, uint32_t id, uint32_t *iste);
/** Sets the whole state and recomputes whoever is affected. */
void vsoft_iste_store(struct vgicv5_soft *gic, struct vsoft_ist *ist, uint32_t id, uint32_t iste);
/** Hangs an interrupt whose state is already in place into the queue where it belongs now. */
void vsoft_iste_requeue(struct vgicv5_soft *gic, struct vsoft_ist *ist, struct vsoft_node *node,
			uint32_t iste);
/** Recomputes whoever an interrupt of this table could be routed to. */
void vsoft_ist_targets_changed(struct vgicv5_soft *gic, const struct vsoft_ist *ist);
/** For tables with `scan` set: the interrupts whose Pending bit is in memory, routed to this queue. */
void vsoft_ist_scan(struct vgicv5_soft *gic, struct vsoft_ist *ist, const struct vsoft_queue *queue,
		    struct vsoft_hppi *best);

/* ---- event.c ---- */
enum vsoft_event { VSOFT_SET_EDGE, VSOFT_SET_LEVEL, VSOFT_CLEAR };
/** An event at the IRS; false: the interrupt is unreachable. */
bool vsoft_event(struct vgicv5_soft *gic, struct vsoft_ist *ist, uint32_t id, enum vsoft_event event);

/* ---- cpuif.c ---- */
/** Recomputes HPPIs and signals of a PE. */
void vsoft_pe_update(struct vgicv5_soft *gic, struct vsoft_pe *pe);
void vsoft_one_n_update(struct vgicv5_soft *gic);
uint64_t vsoft_acknowledge(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, bool nmi,
			   bool nmi_enabled);
void vsoft_priority_drop(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual);
uint8_t vsoft_running_priority(uint32_t apr);

/* ---- ppi.c ---- */
void vsoft_ppi_best(struct vgicv5_soft *gic, const struct vsoft_pe *pe, bool virtual,
		    struct vsoft_hppi *best);
uint64_t vsoft_ppi_handling(const struct vgicv5_soft *gic, unsigned int word);
uint64_t vsoft_ppi_pending(const struct vsoft_pe *pe, bool virtual, unsigned int word);
void vsoft_ppi_write_pending(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int word,
			     uint64_t bits, bool set);
void vsoft_ppi_acknowledge(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int ppi);
void vsoft_ppi_deactivate(struct vgicv5_soft *gic, struct vsoft_pe *pe, bool virtual, unsigned int ppi);

/* ---- sysreg.c, insn.c ---- */
enum vgicv5_soft_result vsoft_sysreg(struct vgicv5_soft *gic, struct vsoft_pe *pe,
				     const struct vgicv5_soft_access *access, unsigned int encoding,
				     bool read, uint64_t *value);
enum vgicv5_soft_result vsoft_insn(struct vgicv5_soft *gic, struct vsoft_pe *pe,
				   const struct vgicv5_soft_access *access, unsigned int encoding, bool read,
				   uint64_t *value);
static inline bool vsoft_is_virtual(const struct vgicv5_soft_access *access)
{
	return access->el == 1 && access->imo; /* D_NSTKG; V3 is always 0 here */
}

/* ---- vmt.c: the VM table ---- */
struct vsoft_vm *vsoft_vm(const struct vgicv5_soft *gic, uint32_t vm);
void vsoft_vmt_baser(struct vgicv5_soft *gic, struct vsoft_irs *irs, uint64_t value);
void vsoft_vmap_l2_vmt(struct vgicv5_soft *gic, struct vsoft_irs *irs, uint64_t value);
/** Makes all VMs invalid; `write_back`: with all state written to memory. */
void vsoft_vmt_drop(struct vgicv5_soft *gic, bool write_back);
/** log2 of the bytes of the linear VM table or of its L1 table. */
uint8_t vsoft_vmt_size_bits(bool two_level, uint8_t vm_id_bits);
struct vsoft_vm_block *vsoft_vm_block_get(struct vgicv5_soft *gic, uint32_t vm);
/** Where the L2_VMTE of a VM is; false: nowhere. */
bool vsoft_vmte_address(struct vgicv5_soft *gic, struct vsoft_vm_block *block, uint32_t vm, uint64_t *pa);
/** Does the VM table have room for this VM? Otherwise the command is refused. */
bool vsoft_vm_possible(struct vgicv5_soft *gic, uint32_t vm);

/* ---- vm.c: VMs ---- */
void vsoft_vmap_vm(struct vgicv5_soft *gic, struct vsoft_irs *irs, uint64_t value);
void vsoft_vmap_vist(struct vgicv5_soft *gic, struct vsoft_irs *irs, uint64_t value);
void vsoft_vmap_l2_vist(struct vgicv5_soft *gic, struct vsoft_irs *irs, uint64_t value);
void vsoft_save_vm(struct vgicv5_soft *gic, struct vsoft_irs *irs, uint64_t value);
void vsoft_vm_drop(struct vgicv5_soft *gic, struct vsoft_vm *vm, bool write_back);
/** Has software changed the L2_VMTE of a valid VM? */
void vsoft_vmte_compare(struct vgicv5_soft *gic, struct vsoft_vm *vm);

/* ---- vpet.c: VPE tables and descriptors ---- */
void vsoft_vmap_vpe(struct vgicv5_soft *gic, struct vsoft_irs *irs, uint64_t value);
void vsoft_vpes_drop(struct vgicv5_soft *gic, struct vsoft_vm *vm, bool write_back);
bool vsoft_descriptor_claim(struct vgicv5_soft *gic, uint64_t pa, uint8_t size_bits, uint64_t mark);
void vsoft_descriptor_compare(struct vgicv5_soft *gic, uint64_t pa, uint64_t mark);

/* ---- vpe.c ---- */
struct vsoft_vpe *vsoft_vpe(const struct vsoft_vm *vm, uint32_t vpe);
void vsoft_vpe_free(struct vgicv5_soft *gic, struct vsoft_vpe *vpe);
void vsoft_vpe_best(struct vgicv5_soft *gic, const struct vsoft_vpe *vpe, struct vsoft_hppi *best);
void vsoft_vpe_changed(struct vgicv5_soft *gic, struct vsoft_vpe *vpe);
void vsoft_vm_one_n_update(struct vgicv5_soft *gic, struct vsoft_vm *vm);
void vsoft_contextr_write(struct vgicv5_soft *gic, struct vsoft_pe *pe, uint64_t value);
void vsoft_doorbell_check(struct vgicv5_soft *gic, struct vsoft_vpe *vpe);

/* ---- vpe_regs.c: IRS_VPE_* and IRS_VM_* ---- */
void vsoft_vpe_select(struct vgicv5_soft *gic, struct vsoft_irs *irs, uint64_t value);
void vsoft_vpe_dbr_write(struct vgicv5_soft *gic, struct vsoft_irs *irs, uint64_t value);
void vsoft_vpe_cr0_write(struct vgicv5_soft *gic, struct vsoft_irs *irs, uint64_t value);
void vsoft_vm_select(struct vgicv5_soft *gic, struct vsoft_irs *irs, uint64_t value);
void vsoft_vm_dbr_write(struct vgicv5_soft *gic, struct vsoft_irs *irs, uint64_t value);
struct vsoft_vpe *vsoft_selected_vpe(const struct vgicv5_soft *gic, const struct vsoft_irs *irs);
struct vsoft_vm *vsoft_selected_vm(const struct vgicv5_soft *gic, const struct vsoft_irs *irs);
uint64_t vsoft_vpe_dbr_read(struct vgicv5_soft *gic, struct vsoft_irs *irs);
uint64_t vsoft_vpe_hppir_read(struct vgicv5_soft *gic, struct vsoft_irs *irs);
uint64_t vsoft_vpe_cr0_read(struct vgicv5_soft *gic, struct vsoft_irs *irs);
uint64_t vsoft_vm_dbr_read(struct vgicv5_soft *gic, struct vsoft_irs *irs);

/* ---- spi.c ---- */
struct vsoft_spi *vsoft_selected_spi(struct vgicv5_soft *gic, const struct vsoft_irs *irs);
void vsoft_spi_cfgr_write(struct vgicv5_soft *gic, struct vsoft_irs *irs, uint64_t value);
void vsoft_spi_vmr_write(struct vgicv5_soft *gic, struct vsoft_irs *irs, uint64_t value);
void vsoft_spi_resample(struct vgicv5_soft *gic, struct vsoft_irs *irs, uint64_t value);
uint64_t vsoft_spi_vmr_read(struct vgicv5_soft *gic, struct vsoft_irs *irs);
uint64_t vsoft_spi_cfgr_read(struct vgicv5_soft *gic, struct vsoft_irs *irs);

/* ---- irs_cmd.c: commands and their protocol; irs_regs.c: what the registers do ---- */
typedef void vsoft_irs_write(struct vgicv5_soft *gic, struct vsoft_irs *irs, uint64_t value);
typedef uint64_t vsoft_irs_read(struct vgicv5_soft *gic, struct vsoft_irs *irs);
/** What the untouched half of a 64-bit register counts as when the other one is written. */
enum vsoft_base {
	VSOFT_BASE_ZERO,
	VSOFT_BASE_READ,  /* what the register reads as */
	VSOFT_BASE_LATCH, /* what was last written to it: registers that hold a command */
};

/** One register of the CONFIG frame. */
struct vsoft_irs_reg_info {
	vsoft_irs_read *read;
	vsoft_irs_write *write;
	uint8_t width;
	uint8_t group;	/* enum vsoft_group of its writes */
	uint8_t base;	/* enum vsoft_base */
	uint64_t start; /* a write is a command if it sets one of these bits; 0: always */
};
extern const struct vsoft_irs_reg_info vsoft_irs_regs[VSOFT_IRS_REG_COUNT];
void vsoft_command_start(struct vgicv5_soft *gic, struct vsoft_irs *irs, enum vsoft_group group,
			 unsigned int reg, uint64_t value);
/**
 * The same for any frame. Begin: a register that starts a command is written; step: a status register is read,
 * the result is IDLE. `*due`: the command is to have its effect now.
 */
void vsoft_command_begin(struct vgicv5_soft *gic, struct vsoft_command *command, unsigned int reg,
			 uint64_t value, bool *due);
bool vsoft_command_step(struct vsoft_command *command, bool *due);
/** A read of a status register: gives IDLE and moves delayed commands on. */
bool vsoft_command_poll(struct vgicv5_soft *gic, struct vsoft_irs *irs, enum vsoft_group group);

/** Software errors (IRS_SWERR_*). The first three codes are known, the others are this model's own (IMP_EC). */
enum vsoft_error {
	VSOFT_ERROR_L1_ISTE_UPDATE = 0,
	VSOFT_ERROR_L1_ISTE_READ = 1,
	VSOFT_ERROR_L2_ISTE = 2,
	VSOFT_ERROR_OWN = 0x80,
	VSOFT_ERROR_VM_TABLE = VSOFT_ERROR_OWN,
	VSOFT_ERROR_PRECONDITION,
	VSOFT_ERROR_NO_MEMORY,
};
/** Records a software error at the IRS of the call under way. */
void vsoft_ist_error(struct vgicv5_soft *gic, enum vsoft_error error, const struct vsoft_ist *ist,
		     uint32_t id, uint64_t address);
void vsoft_vm_error(struct vgicv5_soft *gic, enum vsoft_error error, uint32_t vm, uint64_t address);
/** A command whose precondition fails: a violation and a software error. */
void vsoft_refuse(struct vgicv5_soft *gic, uint32_t vm, const char *text);

#endif
