#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Lists the skipped tests of a ctest run with their reasons.

Usage: skipped.py JUNIT-FILE
A test that skips prints "SKIPPED: <reason>". Exit status 1 if a reason is missing or does not begin with "no network".
"""
import re
import sys
import xml.etree.ElementTree as xml


def reason_of(case):
    output = case.findtext("system-out") or ""
    found = re.findall(r"^SKIPPED: *(.+)$", output, re.MULTILINE)
    return found[-1].strip() if found else None


def main():
    try:
        suite = xml.parse(sys.argv[1]).getroot()
    except (OSError, xml.ParseError) as error:
        print(f"no result of ctest: {error}")
        return 1
    skipped = [case for case in suite.iter("testcase") if case.find("skipped") is not None]
    bad = 0
    print(f"\nskipped: {len(skipped) or 'nothing'}")
    for case in skipped:
        reason = reason_of(case)
        accepted = bool(reason) and reason.startswith("no network")
        bad += not accepted
        print(f"  {case.get('name')}: {reason or 'no reason given'}{'' if accepted else '  <- not accepted'}")
    print()
    return 1 if bad else 0


sys.exit(main())
