/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The software GICv5: what an embedder calls.
 *
 * One object models a whole GICv5 system: the CPU interfaces of all PEs (physical Non-secure domain and virtual
 * domain) and the IRSs behind them. It is freestanding C. It never sees a host: memory, locking, allocation and
 * the interrupt signals towards the PEs go through the callbacks of struct vgicv5_soft_ops.
 *
 * The embedder feeds it with system register accesses and GIC instructions (vgicv5_soft_sys()), accesses to IRS
 * frames (vgicv5_soft_mmio_read(), vgicv5_soft_mmio_write()) and wires (vgicv5_soft_set_ppi(),
 * vgicv5_soft_set_spi()), and asks for the signals of a PE with vgicv5_soft_signals().
 *
 * Every function may be called from any context and from several threads at once if the ops give a lock; none
 * sleeps. Callbacks must not call back into the model, but for ops.signal, which may.
 */
#ifndef VGICV5_SOFT_SOFT_H
#define VGICV5_SOFT_SOFT_H

#include <vgicv5_types.h>

#define VGICV5_SOFT_MAX_PES 512
#define VGICV5_SOFT_MAX_IRSS 8
#define VGICV5_SOFT_MAX_ITSS 8
#define VGICV5_SOFT_MAX_IWBS 8

struct vgicv5_soft;

/** What the model needs of its surroundings. `ctx` is vgicv5_soft_config.ctx. */
struct vgicv5_soft_ops {
	/** Zeroed memory for the model's own use, aligned for any object, or NULL. Any function but signals() may ask. */
	void *(*alloc)(void *ctx, size_t bytes);
	/** Gives back what alloc returned; `bytes` as at the call of alloc. */
	void (*free)(void *ctx, void *memory, size_t bytes);
	/** Physical memory as the IRS's bus sees it; false: no memory there. `bytes` is at most 4096. */
	bool (*mem_read)(void *ctx, uint64_t pa, void *to, size_t bytes);
	bool (*mem_write)(void *ctx, uint64_t pa, const void *from, size_t bytes);
	/** One lock around the whole state, taken for a bounded time. Both NULL: the caller serialises. */
	void (*lock)(void *ctx);
	void (*unlock)(void *ctx);
	/** The signals of `pe` may have changed. Called without the lock. May be NULL. */
	void (*signal)(void *ctx, unsigned int pe);
	/**
	 * The checker's voice: software broke `rule` (the architecture's name, or "" where none is known).
	 * Called with the lock held. May be NULL.
	 */
	void (*violation)(void *ctx, const char *rule, const char *text);
};

/** One IRS: a run of PEs and a run of SPIs. PEs and SPIs of all IRSs must not overlap. */
struct vgicv5_soft_irs_config {
	uint16_t first_pe;
	uint16_t pe_count; /**< may be 0 */
	uint32_t spi_base;
	uint32_t spi_count;
};

/** One ITS. Its MSIs become physical LPIs, or virtual LPIs of a VM, of the IRS it is attached to. */
struct vgicv5_soft_its_config {
	uint8_t irs;		/**< the IRS it is attached to, where errors of its events are recorded */
	uint8_t device_id_bits; /**< ITS_IDR1.DEVICEID_BITS, at most 32 */
	uint8_t event_id_bits;	/**< ITS_IDR2.EVENTID_BITS, 1 to 16 */
	bool dt_levels;		/**< two-level device tables */
	bool itt_levels;	/**< two-level interrupt translation tables */
	uint8_t l2sz;		/**< bit mask of supported L2 sizes: 1 = 4K, 2 = 16K, 4 = 64K */
	bool swe;		/**< software error reports */
};

/** One IWB: its wires are events of one device of one ITS; the EventID is the number of the wire. */
struct vgicv5_soft_iwb_config {
	uint8_t its;
	uint16_t iw_range; /**< IWB_IDR0.IW_RANGE, at most 2047: (iw_range + 1) * 32 wires */
	uint32_t device_id;
};

/**
 * Everything the implementation may choose, in the encoding of the ID registers where they have one.
 * vgicv5_soft_default_config() fills in a plain, complete machine.
 */
struct vgicv5_soft_config {
	const struct vgicv5_soft_ops *ops;
	void *ctx;

	unsigned int pe_count;	/**< 1 to VGICV5_SOFT_MAX_PES; IAFFID = PE number */
	unsigned int irs_count; /**< 1 to VGICV5_SOFT_MAX_IRSS */
	struct vgicv5_soft_irs_config irs[VGICV5_SOFT_MAX_IRSS];

	unsigned int its_count; /**< 0 to VGICV5_SOFT_MAX_ITSS */
	struct vgicv5_soft_its_config its[VGICV5_SOFT_MAX_ITSS];
	unsigned int iwb_count; /**< 0 to VGICV5_SOFT_MAX_IWBS */
	struct vgicv5_soft_iwb_config iwb[VGICV5_SOFT_MAX_IWBS];

	uint32_t spi_range;	     /**< IRS_IDR5: SPI IDs of the system */
	uint64_t ppi_implemented[2]; /**< one bit per PPI; word 1 = 0: a machine with 64 PPIs */
	uint8_t cpu_id_bits;	     /**< ICC_IDR0_EL1.ID_BITS: 0 = 16 bits, 1 = 24 bits */
	uint8_t pa_range;	     /**< IRS_IDR0.PA_RANGE */
	uint8_t pri_bits;	     /**< 1 to 5, of the IRS */
	uint8_t iaffid_bits;	     /**< 1 to 16 */
	bool lpi;		     /**< physical LPIs */
	uint8_t lpi_id_bits;	     /**< IRS_IDR2.ID_BITS, at most 24 */
	uint8_t min_lpi_id_bits;
	bool ist_levels;
	uint8_t ist_l2sz; /**< bit mask of supported L2 sizes: 1 = 4K, 2 = 16K, 4 = 64K */
	bool istmd;
	uint8_t istmd_sz;
	bool one_n;
	bool setlpi;
	bool swe;
	bool virt;
	bool virt_one_n;
	bool vmd;	 /**< VM descriptors needed */
	uint8_t vmd_sz;	 /**< log2 of bytes */
	uint8_t vped_sz; /**< log2 of bytes */
	bool vmt_levels;
	uint8_t vm_id_bits;  /**< 1 to 16 */
	uint8_t vpe_id_bits; /**< 1 to 15, as the field of IRS_IDR4 can say */
	bool coherent;	     /**< false: table memory is seen as of its last cache maintenance */
};

/** Who makes an access: the PE's state at that moment. */
struct vgicv5_soft_access {
	uint8_t el; /**< 0 to 3 */
	bool imo;   /**< HCR_EL2.IMO, effective; used at EL1 and for the virtual signals */
	bool nv;    /**< HCR_EL2.NV */
	bool nmi;   /**< SCTLR_ELx.NMI of the EL that takes the interrupt */
};

/** What became of an access. */
enum vgicv5_soft_result {
	VGICV5_SOFT_DONE = 0,
	VGICV5_SOFT_UNDEFINED, /**< exception with EC 0 at the EL of the access */
	VGICV5_SOFT_TRAPPED,   /**< exception to EL2 with EC 0x18 */
};

/** Interrupt signals of a PE. */
enum vgicv5_soft_signal {
	VGICV5_SOFT_IRQ = 1,	  /**< physical IRQ of the current domain */
	VGICV5_SOFT_IRQ_NMI = 2,  /**< set in addition to IRQ: with superpriority; only if access.nmi */
	VGICV5_SOFT_VIRQ = 4,	  /**< virtual IRQ to EL1; only if access.imo */
	VGICV5_SOFT_VIRQ_NMI = 8, /**< set in addition to VIRQ: with superpriority; only if access.nmi */
};

enum vgicv5_soft_frame { VGICV5_SOFT_CONFIG_FRAME, VGICV5_SOFT_SETLPI_FRAME };

/**
 * Fills `config` with one IRS, `pe_count` PEs, 64 PPIs, 256 SPIs, everything supported and coherent; no ITS
 * and no IWB.
 */
void vgicv5_soft_default_config(struct vgicv5_soft_config *config, unsigned int pe_count);

/**
 * Makes a GICv5. On success `*gic` is the object and NULL is returned; otherwise nothing is left behind and the
 * result says in one sentence which field of the configuration is wrong, or that memory ran out.
 */
const char *vgicv5_soft_create(struct vgicv5_soft **gic, const struct vgicv5_soft_config *config);

/** Gives all memory back. No other call may be under way. `gic` may be NULL. */
void vgicv5_soft_destroy(struct vgicv5_soft *gic);

/** Architectural reset of the whole system; tables are forgotten, not written. */
void vgicv5_soft_reset(struct vgicv5_soft *gic);

/**
 * A system register access or a GIC instruction.
 * @param encoding GICV5_ENC() form: op0 = 3 registers, op0 = 1 instructions.
 * @param read     MRS or SYSL; otherwise MSR or SYS.
 * @param value    in: what is written (operand); out: what is read.
 * A barrier (GSB) is a SYS whose value is ignored.
 */
enum vgicv5_soft_result vgicv5_soft_sys(struct vgicv5_soft *gic, unsigned int pe,
					const struct vgicv5_soft_access *access, unsigned int encoding,
					bool read, uint64_t *value);

/** An ISB or exception return on `pe`: context synchronisation, which the checker looks for. */
void vgicv5_soft_context_sync(struct vgicv5_soft *gic, unsigned int pe);

/**
 * An access to a frame of IRS `irs`. `bytes` is 1, 2, 4 or 8; `offset` below GICV5_FRAME_SIZE. Accesses that the
 * architecture does not define (unaligned, narrow) read as zero and write nothing.
 */
uint64_t vgicv5_soft_mmio_read(struct vgicv5_soft *gic, unsigned int irs, enum vgicv5_soft_frame frame,
			       uint32_t offset, unsigned int bytes);
void vgicv5_soft_mmio_write(struct vgicv5_soft *gic, unsigned int irs, enum vgicv5_soft_frame frame,
			    uint32_t offset, unsigned int bytes, uint64_t value);

/** An access to the CONFIG frame of an ITS; as vgicv5_soft_mmio_read(). */
uint64_t vgicv5_soft_its_read(struct vgicv5_soft *gic, unsigned int its, uint32_t offset, unsigned int bytes);
void vgicv5_soft_its_write(struct vgicv5_soft *gic, unsigned int its, uint32_t offset, unsigned int bytes,
			   uint64_t value);

/**
 * A write by device `device_id` to a translate frame of an ITS. Only ITS_TRANSLATER does something: there is no
 * Realm domain for ITS_RL_TRANSLATER. Reads of a translate frame are zero and need no call.
 */
void vgicv5_soft_its_translate(struct vgicv5_soft *gic, unsigned int its, uint32_t device_id, uint32_t offset,
			       unsigned int bytes, uint64_t value);

/** An MSI: device `device_id` writes `event_id` to ITS_TRANSLATER. */
void vgicv5_soft_msi(struct vgicv5_soft *gic, unsigned int its, uint32_t device_id, uint32_t event_id);

/** An access to the CONFIG frame of an IWB; as vgicv5_soft_mmio_read(). */
uint64_t vgicv5_soft_iwb_read(struct vgicv5_soft *gic, unsigned int iwb, uint32_t offset, unsigned int bytes);
void vgicv5_soft_iwb_write(struct vgicv5_soft *gic, unsigned int iwb, uint32_t offset, unsigned int bytes,
			   uint64_t value);

/** The level of a wire of an IWB. Wires that do not exist are ignored. */
void vgicv5_soft_set_wire(struct vgicv5_soft *gic, unsigned int iwb, unsigned int wire, bool asserted);

/** The level of a PPI's input. Numbers that are not implemented are ignored. */
void vgicv5_soft_set_ppi(struct vgicv5_soft *gic, unsigned int pe, unsigned int ppi, bool asserted);

/** The level of an SPI's wire. */
void vgicv5_soft_set_spi(struct vgicv5_soft *gic, uint32_t spi, bool asserted);

/** OR of enum vgicv5_soft_signal. Constant time, takes no lock. */
unsigned int vgicv5_soft_signals(const struct vgicv5_soft *gic, unsigned int pe,
				 const struct vgicv5_soft_access *access);

/* ---- Looking inside: dumps, tests, the monitor ---- */

#define VGICV5_SOFT_PHYSICAL 0xffffffffu /* "no VM" for vgicv5_soft_inspect() */

/** State of one interrupt. */
struct vgicv5_soft_interrupt {
	uint16_t iaffid;
	uint8_t priority;
	bool irm;
	bool enabled;
	bool level;
	bool active;
	bool pending;
};

/** Reads an LPI or SPI of the physical domain or of a VM; false: unreachable. */
bool vgicv5_soft_inspect(struct vgicv5_soft *gic, uint32_t vm, uint32_t intid,
			 struct vgicv5_soft_interrupt *state);

/** The VPE resident on `pe`; false: none. */
bool vgicv5_soft_resident(struct vgicv5_soft *gic, unsigned int pe, uint16_t *vm, uint16_t *vpe);

/** Counters since creation or the last vgicv5_soft_clear_counters(). X(name). */
#define VGICV5_SOFT_COUNTERS(X) \
	X(sysreg_reads)         \
	X(sysreg_writes)        \
	X(instructions)         \
	X(mmio_reads)           \
	X(mmio_writes)          \
	X(commands)             \
	X(events)               \
	X(acknowledges)         \
	X(deactivates)          \
	X(residency_changes)    \
	X(doorbells_requested)  \
	X(doorbells_rung)       \
	X(steps)                \
	X(violations)           \
	X(failed_allocations)   \
	X(table_scans)          \
	X(its_events)           \
	X(its_table_reads)

#define VGICV5_SOFT_COUNTER_MEMBER(name) uint64_t name;
struct vgicv5_soft_counters {
	VGICV5_SOFT_COUNTERS(VGICV5_SOFT_COUNTER_MEMBER)
};

/**
 * `steps`: loop iterations and table accesses, the measure of the model's own cost. `table_scans`: searches of a
 * whole IST for a pending interrupt, made only for tables during whose life an allocation failed. `its_events`:
 * MSIs and wires at an ITS, translated or not; `its_table_reads`: table entries that it had to read from memory.
 */
void vgicv5_soft_counters(struct vgicv5_soft *gic, struct vgicv5_soft_counters *counters);
void vgicv5_soft_clear_counters(struct vgicv5_soft *gic);

/* ---- Knobs for tests ---- */

enum vgicv5_soft_fault {
	VGICV5_SOFT_FAULT_NONE,
	VGICV5_SOFT_FAULT_DROP,	 /**< the n-th command has no effect, but reports IDLE */
	VGICV5_SOFT_FAULT_STALL, /**< the n-th command has no effect, and its group never reports IDLE again */
	VGICV5_SOFT_FAULT_LATE, /**< the n-th command has its effect, but its group never reports IDLE again */
	VGICV5_SOFT_FAULT_RESIDENCY, /**< the n-th request for residency fails (F = 1) */
};

/** Arms one fault: `nth` = 1 is the next. STALL and LATE last until VGICV5_SOFT_FAULT_NONE is armed. */
void vgicv5_soft_arm_fault(struct vgicv5_soft *gic, enum vgicv5_soft_fault fault, unsigned int nth);

/** Every command needs that many reads of its status register before it reports IDLE and has its effect. */
void vgicv5_soft_set_delay(struct vgicv5_soft *gic, unsigned int polls);

/** Software is about to free or reuse memory: a violation if the IRS may still use any of it. */
void vgicv5_soft_check_free(struct vgicv5_soft *gic, uint64_t pa, uint64_t bytes);

/** Software has cleaned and invalidated a range to the point of coherency. */
void vgicv5_soft_cache_maintained(struct vgicv5_soft *gic, uint64_t pa, uint64_t bytes);

#endif
