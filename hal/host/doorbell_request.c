// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The one reference from the POSIX port to the library. Apart from all else, so that a program that makes no VM links
 * whatever the order of the archives.
 */
#include <vgicv5/port.h>

#include "host_internal.h"

int vgicv5_port_doorbell_request(struct vgicv5_vm *vm, unsigned int index, struct vgicv5_vcpu *vcpu,
				 uint32_t *lpi)
{
	return hal_host_doorbell_request(vm, index, vcpu, vgicv5_doorbell_fired, lpi);
}
