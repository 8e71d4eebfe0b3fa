/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vpl011 in the form of the file, which is a PL011's. The registers that it
 * has not are kept beside it and have no effect: it is always enabled and has
 * FIFOs.
 */
#define XEN_WANT_FLEX_CONSOLE_RING 1

#include <xen/lib.h>
#include <xen/sched.h>

#include <asm/pl011-uart.h>
#include <asm/vgic.h>
#include <asm/vpl011.h>

#include "saved.h"

#define INTERRUPTS  (RTI | TXI | RXI)
#define ENABLED     (RXE | TXE | UARTEN)
#define EIGHT_BITS  (3U << 5)
/* What Xen prints of a domain in one piece. */
#define PIECE       (SBSA_UART_OUT_BUF_SIZE - 2)

void vgic_v5_uart_regs_init(struct vmfile_uart_regs *regs)
{
    *regs = (struct vmfile_uart_regs){
        .lcr_h = FEN | EIGHT_BITS,
        .cr = ENABLED,
    };
}

/* X(offset, register, bits that it has) */
#define OTHER_REGS(X)     \
    X(0x20, ilpr, 0xff)   \
    X(0x24, ibrd, 0xffff) \
    X(0x28, fbrd, 0x3f)   \
    X(0x2c, lcr_h, 0xff)  \
    X(0x30, cr, 0xff87)   \
    X(0x34, ifls, 0x3f)   \
    X(0x48, dmacr, 7)

bool vgic_v5_uart_read(const struct domain *d, unsigned int offset,
                       register_t *r)
{
    if ( !vgic_is_v5(d) )
        return false;

    switch ( offset )
    {
#define READ(at, name, bits)                  \
    case at:                                  \
        *r = d->arch.vgic.v5->uart.name;      \
        return true;
    OTHER_REGS(READ)
#undef READ
    default:
        return false;
    }
}

bool vgic_v5_uart_write(struct domain *d, unsigned int offset, register_t r)
{
    if ( !vgic_is_v5(d) )
        return false;

    switch ( offset )
    {
#define WRITE(at, name, bits)                   \
    case at:                                    \
        d->arch.vgic.v5->uart.name = r & bits;  \
        return true;
    OTHER_REGS(WRITE)
#undef WRITE
    default:
        return false;
    }
}

static XENCONS_RING_IDX waiting(const struct vpl011_xen_backend *xen)
{
    return xencons_queued(xen->in_prod, xen->in_cons, sizeof(xen->in));
}

void vgic_v5_uart_to_file(struct domain *d, struct vmfile_uart *uart,
                          struct vmfile_line *line)
{
    const struct vpl011_xen_backend *xen = d->arch.vpl011.backend.xen;
    XENCONS_RING_IDX i;
    unsigned long flags;

    memset(uart, 0, sizeof(*uart));
    memset(line, 0, sizeof(*line));
    VPL011_LOCK(d, flags);
    uart->regs = d->arch.vgic.v5->uart;
    uart->regs.imsc = d->arch.vpl011.uartimsc & INTERRUPTS;
    uart->regs.ris = d->arch.vpl011.uartris & INTERRUPTS;
    uart->queued = waiting(xen);
    for ( i = 0; i < uart->queued; i++ )
        uart->queue[i] = xen->in[xencons_mask(xen->in_cons + i,
                                              sizeof(xen->in))];
    line->length = xen->out_prod;
    memcpy(line->text, xen->out, line->length);
    VPL011_UNLOCK(d, flags);
}

const char *vgic_v5_uart_check(const struct vmfile_uart *uart,
                               const struct vmfile_line *line)
{
    const char *wrong = vmfile_check_uart(uart);

    if ( wrong )
        return wrong;
    if ( uart->queued > SBSA_UART_FIFO_SIZE )
        return "more characters wait to be read than vpl011 can hold";

    return vmfile_check_line(line);
}

/* All but the last piece of a long line has to be shown now. */
static unsigned int show_line(const struct domain *d,
                              const struct vmfile_line *line)
{
    unsigned int done;

    for ( done = 0; line->length - done >= PIECE; done += PIECE )
        printk("DOM%u: %.*s\n", d->domain_id, PIECE, line->text + done);

    return done;
}

void vgic_v5_uart_from_file(struct domain *d, const struct vmfile_uart *uart,
                            const struct vmfile_line *line)
{
    struct vpl011 *vpl011 = &d->arch.vpl011;
    struct vpl011_xen_backend *xen = vpl011->backend.xen;
    unsigned int shown = show_line(d, line);
    unsigned long flags;

    VPL011_LOCK(d, flags);
    d->arch.vgic.v5->uart = uart->regs;
    vpl011->uartimsc = uart->regs.imsc & INTERRUPTS;
    vpl011->uartris = uart->regs.ris & (INTERRUPTS & ~(RXI | RTI));
    vpl011->uartfr = TXFE | (uart->queued ? 0 : RXFE);
    xen->in_cons = 0;
    xen->in_prod = uart->queued;
    memcpy(xen->in, uart->queue, uart->queued);
    /* As when they come in: here the FIFO may be another one. */
    if ( uart->queued )
        vpl011->uartris |= RTI;
    if ( uart->queued >= sizeof(xen->in) / 2 )
        vpl011->uartris |= RXI;
    if ( uart->queued == sizeof(xen->in) )
        vpl011->uartfr |= RXFF;
    xen->out_prod = line->length - shown;
    memcpy(xen->out, line->text + shown, xen->out_prod);
    vgic_inject_irq(d, NULL, vpl011->virq,
                    vpl011->uartris & vpl011->uartimsc);
    VPL011_UNLOCK(d, flags);
}

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
