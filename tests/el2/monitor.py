#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The monitor's commands, on two VMs that run the payload.

Usage: monitor.py FOLDER SHELL-IMAGE PAYLOAD-IMAGE
"""
import re
import sys

from shellmachine import Machine


def expect(machine, command, *patterns):
    """Each pattern must match a line of the answer, in that order."""
    answer = machine.ask(command)
    rest = iter(answer)
    for pattern in patterns:
        if not any(re.search(pattern, line) for line in rest):
            machine.fail(f"'{command}' does not say {pattern!r}: {answer}")
    return answer


def main():
    folder, shell, payload = sys.argv[1:4]
    machine = Machine(folder, "--shell", shell, "--payload", payload, "--cpus", "2", "--vms", "2")
    machine.wait_for(r"\[vm[01]\] block: ")
    expect(machine, "pause 0")
    expect(machine, "pause 1")
    expect(machine, "vms", r"^0 vm0: paused, 512 MiB, has the terminal", "vcpu0", "vcpu1", r"^1 vm1: paused")
    before = machine.counters(1)
    expect(machine, "vm 1", r"^VM ID \d+ started vCPUs 2 SPIs 256", "IRS_IST_BASER", "VPE 0 ", "VPE 1 ")
    expect(machine, "vcpu 1 1", r"VPE 1 ", "ICH_VMCR_EL2")
    expect(machine, "irq 1 ppi 27 0", r"^PPI 27 CNTV")
    # The state comes from the IRS, though none of the VM's vCPUs is on a CPU.
    expect(machine, "irq 1 spi 1", r"^SPI 1 of VM \d+: .* for VPE \d+; trigger")
    if machine.counters(1)["exits"] != before["exits"]:
        machine.fail("a paused VM runs")
    if machine.state(1) != "paused":
        machine.fail("'irq' has ended the pause")
    machine.kill(0)
    expect(machine, "resume 1")
    meanwhile = []
    machine.ask("restart 0", meanwhile.append)
    if not any("[vm0] payload: begin" in line for line in meanwhile):
        machine.wait_for(r"\[vm0\] payload: begin")
    done = {machine.wait_for(r"\[(vm\d)\] payload: end")[1] for _ in range(2)}
    if done != {"vm0", "vm1"}:
        machine.fail(f"not both VMs came to their end: {done}")
    machine.off()
    print("the monitor's commands do what they say")


main()
