#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The payload, saved, killed and restored in its course, says the same as when it is left alone.

Usage: savedpayload.py FOLDER SHELL-IMAGE PAYLOAD-IMAGE TIMES [SEED]
"""
import os
import random
import sys
import time

from savedmachine import BEGIN, Log, SavingMachine, payload_alone
from savedfile import Saved


def start(folder, label, shell, payload, *options):
    return SavingMachine(os.path.join(folder, label), "--shell", shell, "--payload", payload, "--cpus", "2", "--cpu",
                         "cortex-a57", "--mem", "128", *options)


def interrupted(folder, shell, payload, times, generator, wanted):
    name = os.path.join(folder, "payload.vm")
    machine = start(folder, "saved", shell, payload, "--save", name)
    machine.until(BEGIN)
    log = Log(machine, wanted)
    for done in range(times):
        time.sleep(generator.random() * 0.3)
        machine.pause(0)
        wrong = machine.save(0, name)
        if wrong:
            if not log.ended():
                machine.fail(f"vm0 is not saved: {wrong}")
            return done
        machine.guest_line = lambda line: None
        machine.kill(0)
        machine.must_restore(0, name)
        machine.guest_line = log.line
    while not log.ended():
        log.line(machine.until(".*").string)
    machine.off()
    return times


def check_words(name, payload):
    """In the file the guest's code is its own, without the shell's HVCs (0xd4000002, bit 15 of the immediate set)."""
    with open(name, "rb") as f:
        ram = Saved(f.read()).memory("ram")
    with open(payload, "rb") as f:
        image = f.read()
    start = ram.find(image[:64])
    if start < 0:
        sys.exit(f"{name}: the payload is not in the saved memory")
    replaced = 0
    for at in range(0, len(image) // 4 * 4, 4):
        own, saved = (int.from_bytes(data[at + base:at + base + 4], "little") for data, base in ((image, 0), (ram, start)))
        replaced += own != saved and saved & 0xFFF0001F == 0xD4100002
    if replaced:
        sys.exit(f"{name}: {replaced} words are the shell's and not the guest's")


def main():
    folder, shell, payload, times = *sys.argv[1:4], int(sys.argv[4])
    seed = int(sys.argv[5]) if len(sys.argv) > 5 else random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}", flush=True)
    os.makedirs(folder, exist_ok=True)
    wanted = payload_alone(start(folder, "alone", shell, payload))
    done = interrupted(folder, shell, payload, times, random.Random(seed), wanted)
    check_words(os.path.join(folder, "payload.vm"), payload)
    if done < times:
        sys.exit(f"the payload was at its end after {done} of {times} restores")
    print(f"{len(wanted)} lines are the same with {done} restores in between")


main()
