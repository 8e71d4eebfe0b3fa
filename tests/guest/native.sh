#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Runs the payload on QEMU's own GICv5 and on the software GICv5, and compares the logs.
# usage: native.sh IMAGE HOST-PROGRAM FOLDER-FOR-LOGS
set -eu

image=$1
program=$2
logs=$3
here=$(cd "$(dirname "$0")" && pwd)

status=0
qemu=$("$here/../../tools/fetch" qemu) || status=$?
if [ "$status" -ne 0 ]; then
	[ "$status" -ne 77 ] || echo "SKIPPED: QEMU 11.1 is not in the cache and there is no network to fetch it"
	exit "$status"
fi
mkdir -p "$logs"
# One thread: the two CPUs wait for each other all the time, which takes long if the host has no CPU to spare.
timeout 600 "$qemu" -M virt,gic-version=x-5 -cpu max -smp 2 -m 512 -nographic -accel tcg,thread=single \
	-kernel "$image" </dev/null >"$logs/qemu.log" 2>"$logs/qemu.err" || {
	echo "QEMU ended with status $?"
	tail -n 5 "$logs/qemu.err"
	tail -n 5 "$logs/qemu.log"
	exit 1
}
"$program" >"$logs/soft.log" 2>"$logs/soft.err"
# The payload breaks two rules on purpose: the checker must see these and no others.
sort -u "$logs/soft.err" >"$logs/violations"
diff "$here/violations.txt" "$logs/violations" || {
	echo "the checker of the software GICv5 says something else than violations.txt"
	exit 1
}
exec python3 "$here/compare.py" "$logs/qemu.log" "$logs/soft.log" "$here/differences.txt"
