#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Runs a libFuzzer target over its kept corpus and then over a fixed number of new inputs. What it finds is in
# WORK-FOLDER/new until the next run, which begins with the kept corpus again: with the same inputs, and no more of them.
# usage: run.sh PROGRAM CORPUS WORK-FOLDER RUNS MAX-LEN
set -eu

program=$1
corpus=$2
work=$3
runs=$4
max_len=$5

rm -rf "$work/new"
mkdir -p "$work/new"
count=$(find "$corpus" -type f | wc -l)
[ "$count" -gt 0 ] || { echo "the corpus $corpus is empty"; exit 1; }
[ "$count" -le "$runs" ] || {
	echo "$count inputs are kept and only $runs runs allowed: merge them (libFuzzer's -merge=1), or raise RUNS in CMakeLists.txt"
	exit 1
}
echo "$count kept inputs:"
"$program" -runs=0 -timeout=20 "$corpus" 2>&1 | tail -n 2
# New finds go to the first folder, so that the kept corpus stays as it is. Inputs that crash are kept in $work.
"$program" -seed=1 -runs="$runs" -max_len="$max_len" -timeout=20 -print_final_stats=1 \
	-artifact_prefix="$work/" "$work/new" "$corpus" >"$work/log" 2>&1 || {
	echo "failed; the input that does it is in $work:"
	grep -A 40 -E 'ERROR|runtime error|ALARM' "$work/log" | head -n 60 || tail -n 40 "$work/log"
	ls "$work"
	exit 1
}
tail -n 6 "$work/log"
