"""test_rule_set_1.py - the market of the first rule set is what it was.

Usage:  test_rule_set_1.py FOLDER LINGNAN
Method: every FOLDER/x.script, replayed under rule set 1, must print x.expected to the byte; the
        last line is the digest of the state. The expected files were written by the program of the
        time before rule set 2 (which did not know the keys `rules` and `work` of the first line),
        so they are never made anew: a difference means that old journals no longer replay.
Prints: TAP, one case for each script.
"""

import os
import sys

sys.dont_write_bytecode = True
from test_scripts import check


def main(folder, lingnan):
    names = sorted(name[:-7] for name in os.listdir(folder) if name.endswith(".script"))
    print(f"1..{len(names)}")
    failed = 0
    for number, name in enumerate(names, 1):
        path = os.path.join(folder, name)
        with open(path + ".expected", encoding="ascii") as file:
            expected = file.read()
        wrong = check([lingnan, "replay", "-"], path + ".script", expected)
        with open(path + ".script", encoding="ascii") as file:
            if not file.readline().startswith("capacity rules=1 work=4294967295"):
                wrong.append("the first line does not choose rule set 1")
        if not expected.splitlines()[-1].startswith("digest seq="):
            wrong.append("the last line is no digest")
        failed += bool(wrong)
        print(f"{'not ok' if wrong else 'ok'} {number} - {name}")
        for line in wrong:
            print(f"# {line}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
