"""test_tally.py - the closing line of `run test` counts what happened, and never invents success.

Usage:  test_tally.py ROOT
Method: tests/tally.py is given logs as meson writes them, and its line and its counts are compared.
Prints: TAP.
"""

import json
import os
import subprocess
import sys
import tempfile

# (what is tried, log entries or None for no log, status of meson, expected counts)
CASES = [
    ("cases of TAP programs", [("OK", "1..2\nok 1 - a\nok 2 - b\n")], 0, (2, 0)),
    ("a program without TAP", [("OK", "hello\n")], 0, (1, 0)),
    ("a failed case", [("FAIL", "1..2\nok 1 - a\nnot ok 2 - b\n")], 1, (1, 1)),
    ("a crash after a good case", [("FAIL", "1..2\nok 1 - a\n")], 1, (1, 1)),
    ("a program that could not run", [("ERROR", "")], 1, (0, 1)),
    ("a program that hung", [("TIMEOUT", "ok 1 - a\n")], 1, (1, 1)),
    ("a skipped case is no success", [("OK", "1..2\nok 1 - a # SKIP why\nok 2 - b\n")], 0, (1, 0)),
    ("a case skipped by cmocka", [("OK", "1..2\nnot ok 1 # SKIP a\nok 2 - b\n")], 0, (1, 0)),
    ("only skipped", [("SKIP", "")], 0, (0, 1)),
    ("nothing ran", [], 0, (0, 1)),
    ("no log at all", None, 125, (0, 1)),
    ("cut short", [("OK", "ok 1 - a\n")], 124, (1, 1)),
    ("a not ok in a program that exits 0", [("OK", "not ok 1 - a\n")], 0, (0, 1)),
]


def tally(program, folder, entries, status):
    log, counts = os.path.join(folder, "log.json"), os.path.join(folder, "counts")
    if entries is not None:
        with open(log, "w", encoding="utf-8") as file:
            for result, output in entries:
                entry = {"name": "t", "result": result, "stdout": output, "returncode": 0}
                file.write(json.dumps(entry) + "\n")
    run = subprocess.run([sys.executable, program, log, str(status), counts], check=True,
                         capture_output=True, text=True)
    with open(counts, encoding="utf-8") as file:
        passed, failed = (int(word) for word in file.read().split())
    return (passed, failed), run.stdout


def main(arguments):
    if len(arguments) != 1:
        sys.exit(__doc__)
    program = os.path.join(arguments[0], "tests", "tally.py")
    failures = 0
    print(f"1..{len(CASES)}")
    for number, (title, entries, status, expected) in enumerate(CASES, start=1):
        with tempfile.TemporaryDirectory() as folder:
            counts, line = tally(program, folder, entries, status)
        holds = counts == expected and line.startswith("%d passed, %d failed" % expected)
        failures += 0 if holds else 1
        print(f"{'ok' if holds else 'not ok'} {number} - {title}")
        if not holds:
            print(f"# expected {expected}, got {counts}: {line!r}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
