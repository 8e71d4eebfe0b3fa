/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * @file
 * @brief The machine that guests see: the map of QEMU's virt board with a GICv5.
 */
#ifndef SHELL_BOARD_H
#define SHELL_BOARD_H

#define BOARD_FRAME_SIZE 0x10000u /* of the GICv5 */
#define BOARD_IRS_BASE 0x08010000u
#define BOARD_ITS_BASE 0x08080000u /* config frame; the translate frame follows */
#define BOARD_IWB_BASE 0x080c0000u
#define BOARD_IWB_DEVICE 0x100u /* DeviceID at the ITS; below are the functions of the PCI bus */
#define BOARD_IWB_WIRES 32u
#define BOARD_UART_BASE 0x09000000u
#define BOARD_UART_SPI 1u
#define BOARD_LOOP_BASE 0x09040000u /* a second UART, whose output is its input */
#define BOARD_LOOP_WIRE 4u	    /* of the IWB; level */
#define BOARD_VIRTIO_BASE 0x0a000000u
#define BOARD_VIRTIO_STRIDE 0x200u
#define BOARD_VIRTIO_COUNT 32u
#define BOARD_VIRTIO_SPI 16u	     /* of the first transport; level */
#define BOARD_PCI_WINDOW 0x10000000u /* where BARs are */
#define BOARD_PCI_WINDOW_BYTES 0x2eff0000u
#define BOARD_PCI_ECAM 0x3f000000u
#define BOARD_PCI_ECAM_BYTES 0x100000u /* one bus */
#define BOARD_RAM_BASE 0x40000000u
#define BOARD_SPI_COUNT 256u

/* First cell of an interrupt specifier of the GICv5 device tree binding, and flags. */
#define BOARD_DT_PPI 1u
#define BOARD_DT_SPI 3u
#define BOARD_DT_PCI_MEMORY32 0x02000000u /* of an address on the PCI bus */
#define BOARD_DT_LEVEL 4u

#endif
