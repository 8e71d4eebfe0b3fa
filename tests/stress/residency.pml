/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How a vCPU goes to sleep and is woken: vgicv5_vcpu_put() with VGICV5_PUT_IDLE, the doorbell handler, and
 * vgicv5_inject_ppi() for a PPI under direct injection, which kicks only a vCPU that is not resident.
 *
 * A vCPU on CPU 0 takes SPIS interrupts through the IRS and PPIS through injection, and sleeps between them. A
 * wake-up that is lost leaves it asleep: spin reports an invalid end state. Without any of these the model has none:
 *
 *   NO_BARRIER    put without the store barrier before the CONTEXTR write
 *   WRONG_ORDER   put clears its flags after the CONTEXTR write
 *   EARLY_LOOK    injection looks at `resident` before it sets the line
 *   NO_RECHECK    the caller of put does not look at vgicv5_vcpu_runnable() before it blocks
 *
 * CPU 0's plain stores go through a buffer that drains in any order at any time (process `drain`), as stores on
 * AArch64 may; system register writes overtake them. Atomic accesses and barriers wait until it is empty. What others
 * store goes to memory at once: they use atomic accesses or are ordered by vgicv5_port_kick().
 */
#define SPIS 2
#define PPIS 1

bit fired;	  /* vgicv5_vcpu.doorbell_fired */
bit resident;	  /* vgicv5_vcpu.resident */
bit line;	  /* vgicv5_vcpu.line, one PPI */
bit fired_0;	  /* CPU 0 has a store of 0 to `fired` in its buffer */
bit resident_0;

bit pending;	  /* IRS: an SPI for the VPE */
bit irs_resident; /* ICH_CONTEXTR_EL2.V as the IRS sees it */
bit requested;	  /* doorbell requested */
bit ringing;	  /* doorbell LPI on its way to CPU 1 */

bit blocked;	  /* the host's scheduler */
bit woken;

byte spis_taken;
byte ppis_taken;
bit done;

inline barrier()
{
	(!fired_0 && !resident_0)
}

active proctype drain()
{
	do
	:: atomic { fired_0 -> fired = 0; fired_0 = 0 }
	:: atomic { resident_0 -> resident = 0; resident_0 = 0 }
	:: atomic { done && !fired_0 && !resident_0 -> break }
	od
}

inline clear_flags()
{
	fired_0 = 1;
	resident_0 = 1
}

inline write_contextr()
{
	atomic {
		irs_resident = 0;
		requested = 1
	}
}

inline load()
{
	barrier();
	resident = 1;
	atomic {
		irs_resident = 1;
		/* Whether this cancels a request is not known. */
		if
		:: requested = 0
		:: skip
		fi
	}
}

inline guest()
{
	if
	:: atomic { pending -> pending = 0; spis_taken++ }
	:: skip
	fi;
	if
	:: atomic { line -> line = 0; ppis_taken++ }
	:: skip
	fi
}

inline put_idle()
{
#ifdef WRONG_ORDER
	write_contextr();
	clear_flags();
	barrier()
#else
	clear_flags();
#ifndef NO_BARRIER
	barrier();
#endif
	write_contextr()
#endif
}

#define RUNNABLE ((fired && !fired_0) || line)

/* As every scheduler does it: say that it blocks, look again, sleep until woken. */
inline block()
{
	blocked = 1;
	barrier();
#ifdef NO_RECHECK
	(woken);
#else
	do
	:: RUNNABLE -> break
	:: !RUNNABLE -> (woken); woken = 0
	od;
#endif
	blocked = 0;
	woken = 0
}

inline kick()
{
	atomic {
		if
		:: blocked -> woken = 1
		:: else
		fi
	}
}

active proctype cpu0()
{
	do
	:: spis_taken == SPIS && ppis_taken == PPIS -> break
	:: else ->
		load();
		guest();
		if
		:: spis_taken == SPIS && ppis_taken == PPIS -> break
		:: else
		fi;
		put_idle();
		block()
	od;
	done = 1
}

/* The IRS: at most one doorbell per request. */
active proctype irs()
{
	do
	:: atomic { pending && requested && !irs_resident && !ringing -> requested = 0; ringing = 1 }
	:: done -> break
	od
}

/* CPU 1 handles doorbells: vgicv5_doorbell_fired(). */
active proctype cpu1()
{
	do
	:: atomic { ringing -> ringing = 0 }
		fired = 1;
		kick()
	:: done -> break
	od
}

active proctype device()
{
	byte sent;

	do
	:: sent < SPIS -> atomic { !pending -> pending = 1; sent++ }
	:: else -> break
	od
}

/* CPU 2: vgicv5_inject_ppi(). */
active proctype injector()
{
	bit was_resident;
	byte sent;

	do
	:: sent < PPIS ->
		sent++;
#ifdef EARLY_LOOK
		was_resident = resident;
		line = 1;
#else
		line = 1;
		was_resident = resident;
#endif
		if
		:: !was_resident -> kick()
		:: else
		fi
	:: else -> break
	od
}
