"""tally.py - counts the test cases of one `meson test` run and shows what failed.

Usage:  tally.py TESTLOG STATUS COUNTS
Reads:  TESTLOG, meson's testlog.json: one JSON object per line and test program.
Needs:  STATUS, the exit status of `meson test`, to notice a run that was cut short.
Prints: "N passed, N failed", then the output of each failed program.
Writes: "N N" as one more line of COUNTS.

A program that speaks TAP counts one per case; any other program counts as one case. A run in which
nothing was tested counts as one failure, because `meson test` without a match exits 0.
"""

import json
import re
import sys

OK = re.compile(r"^ok\b(?!.*# SKIP)", re.MULTILINE | re.IGNORECASE)
SKIPPED = re.compile(r"^(not )?ok\b.*# SKIP", re.MULTILINE | re.IGNORECASE)  # cmocka: not ok
NOT_OK = re.compile(r"^not ok\b(?!.*# SKIP)", re.MULTILINE | re.IGNORECASE)
OUTPUT_HEAD = 80  # lines shown of a long output, at its beginning
OUTPUT_TAIL = 120  # and at its end


def count_program(entry):
    """Returns (passed, failed, skipped) of one test program."""
    output = entry.get("stdout") or ""
    passed, failed = len(OK.findall(output)), len(NOT_OK.findall(output))
    skipped = len(SKIPPED.findall(output))
    if entry["result"] == "SKIP":
        return passed, failed, max(skipped, 1)
    if entry["result"] not in ("OK", "EXPECTEDFAIL"):
        return passed, max(failed, 1), skipped
    if passed + failed + skipped == 0:
        passed = 1
    return passed, failed, skipped


def read_log(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as log:
            return [json.loads(line) for line in log if line.strip()]
    except OSError:
        return []


def show(entry):
    text = (entry.get("stdout") or "") + (entry.get("stderr") or "")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("ok ")]
    print(f"--- {entry['name']}: {entry['result']}, status {entry.get('returncode')}")
    if len(lines) > OUTPUT_HEAD + OUTPUT_TAIL:
        left_out = len(lines) - OUTPUT_HEAD - OUTPUT_TAIL
        lines[OUTPUT_HEAD:-OUTPUT_TAIL] = [f"({left_out} lines left out)"]
    for line in lines:
        print("    " + line)


def main(arguments):
    if len(arguments) != 3:
        sys.exit("usage: tally.py TESTLOG STATUS COUNTS")
    entries = read_log(arguments[0])
    rows = [count_program(entry) for entry in entries]
    passed = sum(row[0] for row in rows)
    failed = sum(row[1] for row in rows)
    skipped = sum(row[2] for row in rows)
    cut_short = arguments[1] != "0" and failed == 0
    if passed + failed == 0 or cut_short:
        failed += 1
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    if not entries:
        print("    no test ran")
    elif cut_short:
        print(f"    the run ended early with status {arguments[1]}")
    for entry, row in zip(entries, rows):
        if row[1] > 0:
            show(entry)
    with open(arguments[2], "a", encoding="utf-8") as counts:
        counts.write(f"{passed} {failed}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
