# SPDX-License-Identifier: GPL-2.0-only
"""The places in KVM where libvgicv5 is called; doxygen/kvm.md says why each is there."""
import dataclasses

KVM = "arch/arm64/kvm"


@dataclasses.dataclass(frozen=True)
class Hook:
    """In file `path`, `before` becomes `after`."""

    path: str
    before: str
    after: str


def insert_before(path, anchor, text):
    """A hook that puts lines in front of others."""
    return Hook(path, anchor, text + anchor)


def insert_after(path, anchor, text):
    """A hook that puts lines behind others."""
    return Hook(path, anchor, anchor + text)


HOOKS = [
    # ---- Build ----
    insert_before(f"{KVM}/Kconfig", "endif # KVM\n", 'source "arch/arm64/kvm/vgicv5/Kconfig"\n\n'),
    insert_after(f"{KVM}/Makefile", "obj-$(CONFIG_KVM) += hyp/\n", "obj-$(CONFIG_KVM_VGICV5) += vgicv5/\n"),
    insert_before(
        f"{KVM}/Makefile",
        "always-y := hyp_constants.h",
        "ifdef CONFIG_KVM_VGICV5\nkvm-y := $(filter-out vgic/vgic-v5.o,$(kvm-y))\nendif\n\n",
    ),
    # ---- Objects ----
    insert_after(
        "include/kvm/arm_vgic.h",
        "#define KVM_IRQCHIP_NUM_PINS	(1020 - 32)\n",
        "#ifdef CONFIG_KVM_VGICV5\n#undef KVM_IRQCHIP_NUM_PINS\n#define KVM_IRQCHIP_NUM_PINS	1024\n#endif\n",
    ),
    insert_after("include/kvm/arm_vgic.h", "struct vgic_v5_vm {\n", "	struct vgicv5_kvm *lib;\n	struct vgicv5_kvm_its_device *itss;\n"),
    insert_before(
        "include/kvm/arm_vgic.h", "	/* Cache guest priority bits */\n", "	struct vgicv5_kvm_vcpu *vgicv5;\n\n"
    ),
    insert_before(
        "include/kvm/arm_vgic.h", "#endif /* __KVM_ARM_VGIC_H */\n", "#include <kvm/arm_vgicv5.h>\n\n"
    ),
    # ---- Userspace interface, as in Linux 7.4 ----
    insert_after(
        "arch/arm64/include/uapi/asm/kvm.h",
        "#define KVM_VGIC_V3_ITS_SIZE		(2 * SZ_64K)\n",
        "\n/* Supported VGICv5 address types  */\n"
        "#define KVM_VGIC_V5_ADDR_TYPE_IRS	6\n"
        "\n"
        "#define KVM_VGIC_V5_IRS_SIZE		(2 * SZ_64K)\n"
        "\n"
        "/* Not in Linux 7.4 */\n"
        "#define KVM_VGIC_V5_ADDR_TYPE_ITS	0x5635\n"
        "#define KVM_VGIC_V5_ITS_SIZE		(2 * SZ_64K)\n"
        "#define KVM_VGIC_V5_ITS_DEVICEID_BITS	0\n"
        "#define KVM_VGIC_V5_ITS_EVENTID_BITS	1\n",
    ),
    insert_after(
        "arch/arm64/include/uapi/asm/kvm.h",
        "#define KVM_DEV_ARM_VGIC_GRP_MAINT_IRQ  9\n",
        "#define KVM_DEV_ARM_VGIC_GRP_IRS_REGS	10\n#define KVM_DEV_ARM_VGIC_GRP_IST	11\n"
        "\n"
        "struct kvm_vgic_v5_ist {\n"
        "	__u64 spi_ist_addr;\n"
        "	__u64 spi_ist_size;\n"
        "	__u64 lpi_ist_addr;\n"
        "	__u64 lpi_ist_size;\n"
        "};\n"
        "\n"
        "#define KVM_DEV_ARM_VGIC_GRP_STATE	0x5635\n"
        "#define KVM_DEV_ARM_VGIC_GRP_ITS_WIDTHS	0x5636\n"
        "\n"
        "struct kvm_vgic_v5_state {\n"
        "	__u64 addr;\n"
        "	__u64 size;\n"
        "};\n"
        "\n",
    ),
    insert_before(
        "include/uapi/linux/kvm.h",
        "\n	KVM_DEV_TYPE_MAX,\n",
        "	KVM_DEV_TYPE_ARM_VGIC_V5_ITS,\n"
        "#define KVM_DEV_TYPE_ARM_VGIC_V5_ITS	KVM_DEV_TYPE_ARM_VGIC_V5_ITS\n",
    ),
    # ---- Life cycle ----
    insert_after(
        f"{KVM}/vgic/vgic-init.c",
        "	dist->ready = false;\n	dist->initialized = false;\n",
        "	kvm_vgicv5_destroy(kvm);\n",
    ),
    Hook(
        f"{KVM}/vgic/vgic-init.c",
        "	ret = kvm_vgic_setup_default_irq_routing(kvm);\n	if (ret)\n		return ret;\n",
        "	ret = kvm_vgic_setup_default_irq_routing(kvm);\n"
        "	if (ret) {\n		kvm_vgicv5_destroy(kvm);\n		return ret;\n	}\n",
    ),
    insert_before(
        f"{KVM}/vgic/vgic-init.c",
        "	smp_store_release(&dist->ready, true);\n",
        "	ret = kvm_vgicv5_register_iodev(kvm);\n	if (ret)\n		goto out_slots;\n\n",
    ),
    insert_before(
        f"{KVM}/vgic/vgic-init.c",
        "	kvm_vgic_global_state.maint_irq = gic_kvm_info->maint_irq;\n",
        "	if (!ret)\n		kvm_vgicv5_transport_init();\n\n",
    ),
    # ---- Injection ----
    insert_before(
        f"{KVM}/vgic/vgic.c",
        "	if (irq_is_private(kvm, intid))\n		irq = vgic_get_vcpu_irq(vcpu, intid);\n",
        "	if (vgic_is_v5(kvm) && !irq_is_private(kvm, intid))\n"
        "		return kvm_vgicv5_inject_spi(kvm, intid, level);\n\n",
    ),
    insert_before(
        f"{KVM}/vgic/vgic-irqfd.c",
        "	if (!vgic_valid_spi(kvm, spi_id))\n",
        "	if (vgic_is_v5(kvm))\n		spi_id = vgic_v5_make_spi(e->irqchip.pin);\n\n",
    ),
    Hook(
        f"{KVM}/vgic/vgic-irqfd.c",
        "		if ((e->irqchip.pin >= KVM_IRQCHIP_NUM_PINS) ||\n",
        "		if ((e->irqchip.pin >= (vgic_is_v5(kvm) ? KVM_IRQCHIP_NUM_PINS : 1020 - 32)) ||\n",
    ),
    # ---- MSIs ----
    insert_before(
        f"{KVM}/vgic/vgic-irqfd.c",
        "	if (!vgic_has_its(kvm))\n		return -ENODEV;\n",
        "	if (vgic_is_v5(kvm))\n		return kvm_vgicv5_set_msi(kvm, e, level);\n\n",
    ),
    insert_before(
        f"{KVM}/vgic/vgic-irqfd.c",
        "		if (!vgic_has_its(kvm))\n			break;\n",
        "		if (vgic_is_v5(kvm))\n			return kvm_vgicv5_set_msi_inatomic(kvm, e);\n\n",
    ),
    # ---- End of interrupt ----
    Hook(
        "include/linux/kvm_host.h",
        "#ifdef CONFIG_KVM_IOAPIC\nvoid kvm_arch_post_irq_ack_notifier_list_update(struct kvm *kvm);\n",
        "#if defined(CONFIG_KVM_IOAPIC) || defined(CONFIG_KVM_VGICV5)\n"
        "void kvm_arch_post_irq_ack_notifier_list_update(struct kvm *kvm);\n",
    ),
    # ---- Running ----
    Hook(
        f"{KVM}/arm.c",
        "		if (ret <= 0 || kvm_vcpu_exit_request(vcpu, &ret)) {\n",
        "		if (ret <= 0 || kvm_vcpu_exit_request(vcpu, &ret) || !kvm_vgicv5_enter(vcpu)) {\n",
    ),
    insert_before(f"{KVM}/reset.c", "	/* Reset timer */\n", "	kvm_vgicv5_reset(vcpu);\n\n"),
    # ---- Test transport ----
    insert_after(
        f"{KVM}/handle_exit.c",
        "	vcpu->stat.hvc_exit_stat++;\n",
        "\n	if (kvm_vgicv5_handle_hvc(vcpu))\n		return 1;\n",
    ),
    Hook(
        f"{KVM}/arch_timer.c",
        "	if (vgic_is_v5(vcpu->kvm)) {\n		struct timer_map map;\n",
        "	if (kvm_vgicv5_dvi(vcpu->kvm)) {\n		struct timer_map map;\n",
    ),
    Hook(
        f"{KVM}/arch_timer.c",
        "	phys_active |= vgic_is_v5(vcpu->kvm);\n",
        "	phys_active |= kvm_vgicv5_dvi(vcpu->kvm);\n",
    ),
    Hook(
        f"{KVM}/vgic/vgic.h",
        "	return kvm_vgic_global_state.type == VGIC_V5;\n",
        "	return kvm_vgic_global_state.type == VGIC_V5 || kvm_vgicv5_transport();\n",
    ),
    # ---- Each CPU, whenever KVM has brought it up ----
    insert_after(
        f"{KVM}/vgic/vgic-init.c", "	BUG_ON(preemptible());\n", "\n	kvm_vgicv5_init_cpu();\n"
    ),
    # ---- Traps ----
    Hook(
        f"{KVM}/sys_regs.c",
        "	{ SYS_DESC(SYS_ICC_IDR0_EL1), access_gicv5_idr0 },\n"
        "	{ SYS_DESC(SYS_ICC_IAFFIDR_EL1), access_gicv5_iaffid },\n"
        "	{ SYS_DESC(SYS_ICC_PPI_ENABLER0_EL1), access_gicv5_ppi_enabler },\n"
        "	{ SYS_DESC(SYS_ICC_PPI_ENABLER1_EL1), access_gicv5_ppi_enabler },\n",
        "	{ SYS_DESC(SYS_ICC_PPI_HMR0_EL1), kvm_vgicv5_access(undef_access) },\n"
        "	{ SYS_DESC(SYS_ICC_PPI_HMR1_EL1), kvm_vgicv5_access(undef_access) },\n"
        "	{ SYS_DESC(SYS_ICC_IDR0_EL1), kvm_vgicv5_access(access_gicv5_idr0) },\n"
        "	{ SYS_DESC(SYS_ICC_IAFFIDR_EL1), kvm_vgicv5_access(access_gicv5_iaffid) },\n"
        "	{ SYS_DESC(SYS_ICC_PPI_ENABLER0_EL1), kvm_vgicv5_access(access_gicv5_ppi_enabler) },\n"
        "	{ SYS_DESC(SYS_ICC_PPI_ENABLER1_EL1), kvm_vgicv5_access(access_gicv5_ppi_enabler) },\n",
    ),
    insert_before(
        f"{KVM}/sys_regs.c",
        "	SYS_INSN(AT_S1E2R, handle_at_s1e2),\n",
        "	{ SYS_DESC(GICV5_OP_GIC_CDDI), kvm_vgicv5_access(undef_access) },\n\n",
    ),
    insert_after(
        f"{KVM}/config.c", "		__compute_fgt(vcpu, ICH_HFGITR_EL2);\n", "		kvm_vgicv5_compute_fgt(vcpu);\n"
    ),
    # ---- nVHE ----
    Hook(
        f"{KVM}/hyp/nvhe/switch.c",
        "	if (vgic_is_v5(kern_hyp_va(vcpu->kvm))) {\n		__vgic_v5_save_state(",
        "	if (kvm_vgicv5_nvhe_exit(vcpu))\n		return;\n\n"
        "	if (kvm_vgicv5_dvi(kern_hyp_va(vcpu->kvm))) {\n		__vgic_v5_save_state(",
    ),
    Hook(
        f"{KVM}/hyp/nvhe/switch.c",
        "	if (vgic_is_v5(kern_hyp_va(vcpu->kvm))) {\n		__vgic_v5_restore_state(",
        "	if (kvm_vgicv5_nvhe_enter(vcpu))\n		return;\n\n"
        "	if (kvm_vgicv5_dvi(kern_hyp_va(vcpu->kvm))) {\n		__vgic_v5_restore_state(",
    ),
    insert_before(
        f"{KVM}/hyp/nvhe/switch.c",
        "/* Save VGICv3 state on non-VHE systems */\n",
        '#include "../../vgicv5/nvhe/switch.h"\n\n',
    ),
    insert_before(
        f"{KVM}/hyp/nvhe/hyp-main.c",
        "typedef void (*hcall_t)(struct kvm_cpu_context *);\n",
        '#include "../../vgicv5/nvhe/hypercalls.h"\n\n',
    ),
    insert_after(
        f"{KVM}/hyp/nvhe/hyp-main.c",
        "	HANDLE_FUNC(__vgic_v5_restore_vmcr_apr),\n",
        "	KVM_VGICV5_HYPERCALLS(HANDLE_FUNC)\n",
    ),
    insert_after(
        "arch/arm64/include/asm/kvm_asm.h",
        "	__KVM_HOST_SMCCC_FUNC___vgic_v5_restore_vmcr_apr,\n",
        "#ifdef CONFIG_KVM_VGICV5_NATIVE\n"
        "	__KVM_HOST_SMCCC_FUNC___vgicv5_load,\n"
        "	__KVM_HOST_SMCCC_FUNC___vgicv5_save,\n"
        "	__KVM_HOST_SMCCC_FUNC___vgicv5_leave,\n"
        "	__KVM_HOST_SMCCC_FUNC___vgicv5_resume,\n"
        "	__KVM_HOST_SMCCC_FUNC___vgicv5_read,\n"
        "	__KVM_HOST_SMCCC_FUNC___vgicv5_write,\n"
        "#endif\n",
    ),
    insert_after(
        f"{KVM}/hyp/nvhe/Makefile",
        "hyp-obj-y += ../../../kernel/smccc-call.o\n",
        "hyp-obj-$(CONFIG_KVM_VGICV5_NATIVE) += ../../vgicv5/core/hyp/switch.o\n"
        "ccflags-$(CONFIG_KVM_VGICV5_NATIVE) += -I $(src)/../../vgicv5/include -I $(src)/../../vgicv5/port\n",
    ),
    # ---- The physical GICv5 ----
    insert_before(
        "drivers/irqchip/irq-gic-v5-irs.c",
        "void gicv5_irs_syncr(void)\n",
        "void __iomem *gicv5_irs_first(bool *coherent)\n"
        "{\n"
        "	struct gicv5_irs_chip_data *irs_data;\n"
        "\n"
        "	irs_data = list_first_entry_or_null(&irs_nodes, struct gicv5_irs_chip_data, entry);\n"
        "	if (!irs_data)\n"
        "		return NULL;\n"
        "	*coherent = !(irs_data->flags & IRS_FLAGS_NON_COHERENT);\n"
        "	return irs_data->irs_base;\n"
        "}\n"
        "\n",
    ),
    insert_after(
        "include/linux/irqchip/arm-gic-v5.h",
        "void gicv5_irs_syncr(void);\n",
        "void __iomem *gicv5_irs_first(bool *coherent);\n",
    ),
]
