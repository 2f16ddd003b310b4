"""test_scripts.py - market scripts with the events they must print.

Usage:  test_scripts.py SCRIPTS NAIVE LINGNAN
Method: every SCRIPTS/x.script is run by `LINGNAN replay` and by the naive market; standard output
        must be x.expected to the byte, the status 0 or what a line `# status: N` says. The expected
        files were worked out from the rules, not taken from either program.
Prints: TAP, two cases for each script.
"""

import difflib
import os
import re
import subprocess
import sys


def expected_status(script):
    found = re.search(r"^# status: (\d+)$", script, re.MULTILINE)
    return int(found.group(1)) if found else 0


def check(command, script_path, expected):
    """Returns the lines that say what is wrong; none if all is as expected."""
    with open(script_path, encoding="ascii") as file:
        script = file.read()
    run = subprocess.run(command, input=script, capture_output=True, text=True, check=False)
    wrong = list(difflib.unified_diff(expected.splitlines(), run.stdout.splitlines(), "expected",
                                      "printed", lineterm="", n=2))
    status = expected_status(script)
    if run.returncode != status:
        wrong.append(f"status {run.returncode}, expected {status}; {run.stderr.strip()}")
    if status == 2 and not re.match(r"error line=\d+ column=\d+ reason=", run.stderr):
        wrong.append(f"no error line on standard error: {run.stderr.strip()}")
    return wrong


def main(folder, naive, lingnan):
    programs = [("naive", [naive]), ("replay", [lingnan, "replay", "-"])]
    names = sorted(name[:-7] for name in os.listdir(folder) if name.endswith(".script"))
    print(f"1..{len(names) * len(programs)}")
    number = failed = 0
    for name in names:
        path = os.path.join(folder, name)
        with open(path + ".expected", encoding="ascii") as file:
            expected = file.read()
        for label, command in programs:
            number += 1
            wrong = check(command, path + ".script", expected)
            failed += bool(wrong)
            print(f"{'not ok' if wrong else 'ok'} {number} - {name} ({label})")
            for line in wrong:
                print(f"# {line}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
