# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What the payload says as a guest of the EL2 shell, for comparisons with other hypervisors."""
import os
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def shell_log(folder, shell, image):
    """Runs `image`, the payload, on two CPUs of `shell`, the shell's image. Path of the log, which is in `folder`."""
    path = os.path.join(folder, "shell.log")
    command = [os.path.join(TOP, "tools", "demo"), "--batch", "--payload", image, "--cpus", "2", "--cpu",
               "cortex-a57", "--shell", shell]
    with open(path, "w", encoding="utf-8") as f:
        if subprocess.run(command, check=False, stdout=f, stderr=f,
                          env={**os.environ, "VGICV5_DEMO_DIR": folder}).returncode:
            sys.exit(f"the EL2 shell did not run it: see {path}")
    return path
