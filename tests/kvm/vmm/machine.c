/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * VM, memory, interrupt controller and vCPUs.
 */
#include "vmm.h"

#include <devices/board.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

static int call(int fd, unsigned long request, void *argument, const char *what)
{
	int result = ioctl(fd, request, argument);

	if (result < 0)
		die(what);
	return result;
}

static int call_value(int fd, unsigned long request, unsigned long value, const char *what)
{
	return call(fd, request, (void *)value, what);
}

static void set_attribute(struct vmm *vmm, uint32_t group, uint64_t attribute, void *data, const char *what)
{
	struct kvm_device_attr attr = {.group = group, .attr = attribute, .addr = (uintptr_t)data};

	call(vmm->gic, KVM_SET_DEVICE_ATTR, &attr, what);
}

static void create_ram(struct vmm *vmm)
{
	struct kvm_userspace_memory_region region = {.guest_phys_addr = BOARD_RAM_BASE,
						     .memory_size = vmm->ram_size};

	vmm->ram = mmap(NULL, vmm->ram_size, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (vmm->ram == MAP_FAILED)
		die("no memory for the guest's RAM");
	region.userspace_addr = (uintptr_t)vmm->ram;
	call(vmm->fd, KVM_SET_USER_MEMORY_REGION, &region, "KVM_SET_USER_MEMORY_REGION");
}

static void create_cpu(struct vmm *vmm, unsigned int index)
{
	struct vmm_cpu *cpu = &vmm->cpu[index];
	struct kvm_vcpu_init init = {0};
	int bytes = call_value(vmm->kvm, KVM_GET_VCPU_MMAP_SIZE, 0, "KVM_GET_VCPU_MMAP_SIZE");

	cpu->vmm = vmm;
	cpu->index = index;
	cpu->fd = call_value(vmm->fd, KVM_CREATE_VCPU, index, "KVM_CREATE_VCPU");
	call(vmm->fd, KVM_ARM_PREFERRED_TARGET, &init, "KVM_ARM_PREFERRED_TARGET");
	init.features[0] |= 1u << KVM_ARM_VCPU_PSCI_0_2;
	if (index)
		init.features[0] |= 1u << KVM_ARM_VCPU_POWER_OFF;
	call(cpu->fd, KVM_ARM_VCPU_INIT, &init, "KVM_ARM_VCPU_INIT");
	cpu->run = mmap(NULL, (size_t)bytes, PROT_READ | PROT_WRITE, MAP_SHARED, cpu->fd, 0);
	if (cpu->run == MAP_FAILED)
		die("mmap of a vCPU");
}

void vmm_create(struct vmm *vmm)
{
	struct kvm_create_device device = {.type = KVM_DEV_TYPE_ARM_VGIC_V5};
	struct kvm_enable_cap id_registers = {.cap = KVM_CAP_ARM_WRITABLE_IMP_ID_REGS};
	struct vmfile_cpu model;
	unsigned int i;

	vmm->kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (vmm->kvm < 0)
		die("/dev/kvm");
	vmm->fd = call_value(vmm->kvm, KVM_CREATE_VM, 0, "KVM_CREATE_VM");
	/* A guest that comes from elsewhere goes on to see the CPU that it was started on. */
	call(vmm->fd, KVM_ENABLE_CAP, &id_registers, "KVM_CAP_ARM_WRITABLE_IMP_ID_REGS");
	create_ram(vmm);
	call(vmm->fd, KVM_CREATE_DEVICE, &device, "KVM has no GICv5 for guests: KVM_CREATE_DEVICE");
	vmm->gic = (int)device.fd;
	for (i = 0; i < vmm->cpus; i++)
		create_cpu(vmm, i);
	registers_firmware(&vmm->cpu[0]);
	registers_portable(&vmm->cpu[0], &model);
	for (i = 0; i < vmm->cpus; i++)
		registers_show(&vmm->cpu[i], &model);
}

static void create_its(struct vmm *vmm)
{
	struct kvm_create_device device = {.type = KVM_DEV_TYPE_ARM_VGIC_V5_ITS};
	uint64_t base = BOARD_ITS_BASE;
	struct kvm_device_attr address = {.group = KVM_DEV_ARM_VGIC_GRP_ADDR,
					  .attr = KVM_VGIC_V5_ADDR_TYPE_ITS,
					  .addr = (uintptr_t)&base};

	call(vmm->fd, KVM_CREATE_DEVICE, &device, "KVM has no ITS for guests: KVM_CREATE_DEVICE");
	call((int)device.fd, KVM_SET_DEVICE_ATTR, &address, "address of the ITS");
}

void vmm_ready(struct vmm *vmm)
{
	uint64_t irs = BOARD_IRS_BASE;
	unsigned int i;

	set_attribute(vmm, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V5_ADDR_TYPE_IRS, &irs, "address of the IRS");
	set_attribute(vmm, KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0, &vmm->spis, "number of SPIs");
	if (vmm->its)
		create_its(vmm);
	set_attribute(vmm, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, NULL, "init of the GICv5");
	for (i = 0; i < vmm->cpus; i++)
		registers_remember(&vmm->cpu[i]);
}

/* ---- The interrupt controller's state ---- */

static int access_state(struct vmm *vmm, unsigned long request, struct kvm_vgic_v5_state *state)
{
	struct kvm_device_attr attr = {.group = KVM_DEV_ARM_VGIC_GRP_STATE, .addr = (uintptr_t)state};

	return ioctl(vmm->gic, request, &attr);
}

void *vmm_gic_state(struct vmm *vmm, size_t *bytes)
{
	struct kvm_vgic_v5_state state = {0};
	void *buffer = NULL;

	/* Its size first. What devices inject in between may make it larger. */
	do {
		if (access_state(vmm, KVM_GET_DEVICE_ATTR, &state) && errno != ENOSPC)
			die("state of the GICv5");
		buffer = realloc(buffer, state.size);
		if (!buffer)
			die("memory");
		state.addr = (uintptr_t)buffer;
	} while (access_state(vmm, KVM_GET_DEVICE_ATTR, &state));
	*bytes = state.size;
	return buffer;
}

const char *vmm_set_gic_state(struct vmm *vmm, const void *data, size_t bytes)
{
	struct kvm_vgic_v5_state state = {.addr = (uintptr_t)data, .size = bytes};

	if (!access_state(vmm, KVM_SET_DEVICE_ATTR, &state))
		return NULL;
	if (errno == EINVAL)
		return "its interrupt controller's state is damaged, or of a VM of another shape";
	if (errno == EOPNOTSUPP)
		return "this machine's interrupt controller cannot do what its guest was shown";
	die("restore of the GICv5");
}

void vmm_wire(struct vmm *vmm, unsigned int spi, bool level)
{
	struct kvm_irq_level line = {
		.irq = (uint32_t)KVM_ARM_IRQ_TYPE_SPI << KVM_ARM_IRQ_TYPE_SHIFT | spi,
		.level = level,
	};

	call(vmm->fd, KVM_IRQ_LINE, &line, "KVM_IRQ_LINE");
}

void vmm_message(struct vmm *vmm, uint32_t word)
{
	struct kvm_msi msi = {
		.address_lo = BOARD_ITS_BASE + BOARD_FRAME_SIZE,
		.data = word & 0xffff,
		.flags = KVM_MSI_VALID_DEVID,
		.devid = word >> 16,
	};

	errno = 0;
	if (call(vmm->fd, KVM_SIGNAL_MSI, &msi, "KVM_SIGNAL_MSI") != 1)
		die("an MSI that the guest's ITS blocks");
}
