/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "host.h"

#include "guest.h"

void machine_bare(struct machine *m, unsigned int vcpus, void *code)
{
	unsigned int i;

	*m = (struct machine){.vcpus = vcpus};
	/* Room for at least one that comes later. */
	m->vm = __vm_create(VM_SHAPE_DEFAULT, vcpus ? vcpus : MAX_VCPUS, 0);
	m->gic = kvm_create_device(m->vm, KVM_DEV_TYPE_ARM_VGIC_V5);
	for (i = 0; i < vcpus; i++)
		m->vcpu[i] = vm_vcpu_add(m->vm, i, code);
}

void machine_init(struct machine *m, uint32_t spis)
{
	uint64_t irs = IRS_BASE;
	unsigned int i;

	EXPECT(attr_set(m, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V5_ADDR_TYPE_IRS, &irs), 0);
	if (spis)
		EXPECT(attr_set(m, KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0, &spis), 0);
	EXPECT(attr_set(m, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, NULL), 0);
	virt_map(m->vm, IRS_BASE, IRS_BASE, KVM_VGIC_V5_IRS_SIZE / m->vm->page_size);
	vm_init_descriptor_tables(m->vm);
	vm_install_exception_handler(m->vm, VECTOR_IRQ_CURRENT, guest_irq);
	for (i = 0; i < m->vcpus; i++)
		vcpu_init_descriptor_tables(m->vcpu[i]);
}

void machine_make(struct machine *m, unsigned int vcpus, const uint32_t *ids, void *code, uint32_t spis)
{
	unsigned int i;

	machine_bare(m, ids ? 0 : vcpus, code);
	m->vcpus = vcpus;
	for (i = 0; ids && i < vcpus; i++)
		m->vcpu[i] = vm_vcpu_add(m->vm, ids[i], code);
	machine_init(m, spis);
}

void machine_free(struct machine *m)
{
	close(m->gic);
	kvm_vm_free(m->vm);
}

static uint64_t run_until_call(struct kvm_vcpu *vcpu)
{
	struct ucall call;

	for (;;) {
		vcpu_run(vcpu);
		switch (get_ucall(vcpu, &call)) {
		case UCALL_SYNC:
			return call.args[1];
		case UCALL_PRINTF:
			REPORT_GUEST_PRINTF(call);
			break;
		case UCALL_ABORT:
			REPORT_GUEST_ASSERT(call);
			break;
		case UCALL_DONE:
			return 0;
		default:
			TEST_FAIL("exit %u of vCPU %u", vcpu->run->exit_reason, vcpu->id);
		}
	}
}

uint64_t machine_sync(struct machine *m, unsigned int vcpu)
{
	return run_until_call(m->vcpu[vcpu]);
}

static void *run_to_end(void *argument)
{
	while (run_until_call(argument))
		;
	return NULL;
}

void machine_start(struct machine *m)
{
	unsigned int i;

	for (i = 0; i < m->vcpus; i++)
		TEST_ASSERT(!pthread_create(&m->thread[i], NULL, run_to_end, m->vcpu[i]), "pthread_create");
}

void machine_join(struct machine *m)
{
	unsigned int i;

	for (i = 0; i < m->vcpus; i++)
		pthread_join(m->thread[i], NULL);
}

int attr_set(struct machine *m, uint32_t group, uint64_t attr, const void *data)
{
	return __kvm_device_attr_set(m->gic, group, attr, (void *)(uintptr_t)data) ? errno : 0;
}

int attr_get(struct machine *m, uint32_t group, uint64_t attr, void *data)
{
	return __kvm_device_attr_get(m->gic, group, attr, data) ? errno : 0;
}

int line(struct machine *m, unsigned int type, unsigned int vcpu, unsigned int number, bool level)
{
	return _kvm_irq_line(m->vm, type << KVM_ARM_IRQ_TYPE_SHIFT | vcpu << KVM_ARM_IRQ_VCPU_SHIFT | number,
			     level)
		       ? errno
		       : 0;
}

void spi_line(struct machine *m, unsigned int spi, bool level)
{
	EXPECT(line(m, KVM_ARM_IRQ_TYPE_SPI, 0, spi, level), 0);
}

void sw_ppi_line(struct machine *m, unsigned int vcpu, bool level)
{
	EXPECT(line(m, KVM_ARM_IRQ_TYPE_PPI, vcpu, GICV5_PPI_SW, level), 0);
}

char *machine_dump(struct machine *m)
{
	size_t size = 1 << 20;
	char *text = calloc(1, size);
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "/sys/kernel/debug/kvm/%d-%d/vgicv5", getpid(), m->vm->fd);
	file = fopen(path, "r");
	TEST_ASSERT(file && text, "%s cannot be read", path);
	TEST_ASSERT(fread(text, 1, size - 1, file) > 0, "%s is empty", path);
	fclose(file);
	return text;
}

const char *dump_line(const char *dump, const char *start)
{
	const char *line;

	for (line = dump; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, start, strlen(start)))
			return line;
	}
	return NULL;
}
