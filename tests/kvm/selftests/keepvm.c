/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A VM that is there as long as the machine is up. With the first VM Linux patches its scheduler, so that KVM hears of
 * switches, and with the last one back; QEMU before 8.1 may translate for one CPU what another is just patching. Then a
 * vCPU was once switched in that had never been switched out.
 */
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

int main(void)
{
	int kvm = open("/dev/kvm", O_RDWR);

	if (kvm < 0 || ioctl(kvm, KVM_CREATE_VM, 0) < 0) {
		perror("keepvm");
		return 1;
	}
	for (;;)
		pause();
}
