// SPDX-License-Identifier: GPL-2.0-only
/* The file vgicv5 of a VM in debugfs: the library's dumps, and what KVM knows of the same vCPUs. */
#include "glue.h"

#include <linux/debugfs.h>
#include <linux/seq_file.h>

#include <vgicv5/debug.h>

static void print_line(void *ctx, const char *line)
{
	seq_printf(ctx, "%s\n", line);
}

static const char *whereabouts(struct kvm_vcpu *vcpu)
{
	if (kvm_arm_vcpu_stopped(vcpu))
		return "powered off";
	if (vcpu_get_flag(vcpu, IN_WFI))
		return "sleeps in WFI";
	switch (READ_ONCE(vcpu->mode)) {
	case IN_GUEST_MODE:
		return "in the guest";
	case EXITING_GUEST_MODE:
		return "leaves the guest";
	default:
		return "outside the guest";
	}
}

static void show_vcpu(struct seq_file *file, const struct vgicv5_kvm_vcpu *lib)
{
	struct kvm_vcpu *vcpu = lib->kvm_vcpu;

	seq_printf(file, "KVM vCPU %d: %s, CPU %d, requests %llx, doorbell is interrupt %u of Linux%s\n",
		   vcpu->vcpu_id, whereabouts(vcpu), READ_ONCE(vcpu->cpu), READ_ONCE(vcpu->requests),
		   lib->doorbell, READ_ONCE(vcpu->kvm->vm_dead) ? ", the VM is dead" : "");
	seq_printf(file, "  trapped deactivations: %lu\n", READ_ONCE(lib->deactivations));
}

static int vgicv5_show(struct seq_file *file, void *unused)
{
	struct kvm *kvm = file->private;
	struct vgicv5_kvm *lib;
	unsigned int i;

	guard(mutex)(&kvm->arch.config_lock);
	/* A vCPU's dump tells whether it is loaded on this CPU. */
	guard(preempt)();
	vgicv5_dump_host(&vgicv5_kvm_host, print_line, file);
	seq_printf(file, "KVM: tables of the host and of all VMs: %ld bytes\n", vgicv5_kvm_table_bytes());
	vgicv5_transport_dump(file);
	lib = vgicv5_kvm_of(kvm);
	if (!lib)
		return 0;
	vgicv5_dump_vm(&lib->vm, print_line, file);
	for (i = 0; i < lib->nr_vcpus; i++)
		show_vcpu(file, lib->vcpus[i]);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(vgicv5);

void vgicv5_kvm_debugfs_init(struct kvm *kvm)
{
	struct dentry *there = debugfs_lookup("vgicv5", kvm->debugfs_dentry);

	if (there)
		dput(there);
	else
		debugfs_create_file("vgicv5", 0444, kvm->debugfs_dentry, kvm, &vgicv5_fops);
}
