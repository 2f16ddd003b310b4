"""test_rules_page.py - docs/rules.md names every rule's keys, reasons and tests, and truly.

Usage:  test_rules_page.py ROOT
Method: the tables of the page are compared with the files of tests, with the script's verb table
        (proto/script_tables.c) and with the list of reasons (engine/reason.h). The same check is
        first shown a page with one fault of each kind.
Prints: TAP, one case for each kind of fault and one for the project's page.
"""

import os
import re
import sys

SCRIPTS = "tests/engine/scripts"
# Given by the wire, the gateway and the disk, not by a rule of the market.
NOT_A_RULE = {"NONE", "MALFORMED", "BUSY", "JOURNAL_FULL"}
COLUMNS = ["rule", "verb and keys", "reasons", "source", "test"]


def read(*parts):
    with open(os.path.join(*parts), encoding="utf-8") as file:
        return file.read()


def rows_of(page):
    """The cells of every table row below a heading row, as (line, cells)."""
    rows = []
    for line, text in enumerate(page.splitlines(), 1):
        cells = [cell.strip() for cell in text.strip().strip("|").split("|")]
        if text.startswith("|") and cells != COLUMNS and not set(text) <= set("|- "):
            rows.append((line, cells))
    return rows


def slots_of(tables):
    """{verb: keys} of commands and looks, from the tables that drive reading and printing."""
    lists = {}
    for name, body in re.findall(r"struct slot (\w+_slots)\[\] = \{(.*?)\};", tables, re.DOTALL):
        lists[name] = set(re.findall(r'\("(\w+)", [\w\s,]*?\b(?:NEEDED_)?KEY\b', body))
    verbs = re.findall(r'\b(?:COMMAND|LOOK)\("([\w-]+)",\s*\w+,\s*(\w+)', tables)
    return {verb: lists.get(name, set()) for verb, name in verbs}


def tests_of(root):
    """{name as the page writes it: text in which its reasons are found}."""
    tests = {}
    for folder, _, names in os.walk(os.path.join(root, "tests")):
        for name in names:
            if re.fullmatch(r"test_\w+\.(c|py)", name):
                tests[name] = read(folder, name)
    for name in os.listdir(os.path.join(root, SCRIPTS)):
        if name.endswith(".script"):
            tests[name[:-7]] = read(root, SCRIPTS, name[:-7] + ".expected")
    return tests


def check_row(line, cells, tests, reasons):
    if len(cells) != len(COLUMNS):
        return [f"line {line}: {len(cells)} cells"]
    wrong = []
    named = re.findall(r"`([^`]+)`", cells[4])
    if not named or not cells[3]:
        wrong.append(f"line {line}: a rule without test or source")
    wrong += [f"line {line}: no test {name}" for name in named if name not in tests]
    for reason in cells[2].split():
        if reason not in reasons:
            wrong.append(f"line {line}: {reason} is no reason")
        elif not any(re.search(rf"\b(?:REASON_)?{reason}\b", tests.get(name, ""))
                     for name in named):
            wrong.append(f"line {line}: {reason} is in none of its tests")
    return wrong


def check(page, tests, slots, reasons):
    """Returns the faults of the page."""
    wrong, named, spoken, keys = [], set(), set(), {}
    for line, cells in rows_of(page):
        wrong += check_row(line, cells, tests, reasons)
        named |= set(re.findall(r"`([^`]+)`", cells[-1]))
        spoken |= set(cells[2].split()) if len(cells) == len(COLUMNS) else set()
        for words in re.findall(r"`([^`]+)`", cells[1] if len(cells) > 1 else ""):
            verb, *given = words.split()
            keys.setdefault(verb, set()).update(word.rstrip("=") for word in given)
    scripts = {name for name in tests if "." not in name}
    wrong += [f"the script {name} is not named" for name in sorted(scripts - named)]
    wrong += [f"the reason {reason} is not named"
              for reason in sorted(reasons - spoken - NOT_A_RULE)]
    for verb, known in sorted(slots.items()):
        if verb not in keys:
            wrong.append(f"the verb {verb} is not named")
        wrong += [f"{verb} {key}= is not named" for key in sorted(known - keys.get(verb, set()))]
        wrong += [f"{verb} knows no {key}=" for key in sorted(keys.get(verb, set()) - known)]
    if re.search(r"\bplanned\b", page, re.IGNORECASE):
        wrong.append("something is called planned")
    return wrong


SAMPLE_TESTS = {"limit": "rejected order=A reason=LOT", "test_x.c": "REASON_TICK"}
SAMPLE_SLOTS = {"order": {"qty", "price"}}
SAMPLE = "| a rule | `order qty= price=` | LOT TICK | 4 | `limit`, `test_x.c` |\n"
FAULTS = [
    ("a good page", SAMPLE, []),
    ("an unknown test", SAMPLE + "| b | `order` | | 4 | `fok` |\n", ["no test fok"]),
    ("no test", SAMPLE + "| b | `order` | | 4 | |\n", ["without test"]),
    ("a script is missing", SAMPLE.replace("`limit`, ", "").replace("LOT ", ""),
     ["the script limit", "the reason LOT"]),
    ("a reason its tests do not give", SAMPLE.replace("`limit`, ", ""),
     ["LOT is in none", "limit"]),
    ("an unknown reason", SAMPLE.replace("LOT", "LOT BAD"), ["BAD is no reason"]),
    ("a key is missing", SAMPLE.replace("price=", ""), ["order price= is not"]),
    ("a key too many", SAMPLE.replace("price=", "price= to="), ["order knows no to="]),
    ("a verb is missing", SAMPLE.replace("`order qty= price=`", ""),
     ["the verb order", "qty", "price"]),
    ("something planned", SAMPLE + "\nPlanned.\n", ["planned"]),
]


def main(root):
    print(f"1..{len(FAULTS) + 1}")
    failed = 0
    for number, (title, page, expected) in enumerate(FAULTS, 1):
        found = check(page, SAMPLE_TESTS, SAMPLE_SLOTS, {"LOT", "TICK"})
        good = len(found) == len(expected) and all(
            any(words in fault for fault in found) for words in expected)
        failed += not good
        print(f"{'ok' if good else 'not ok'} {number} - {title}")
        for fault in [] if good else found:
            print(f"# {fault}")
    reasons = set(re.findall(r"X\(\d+,\s+(\w+),", read(root, "engine/reason.h")))
    wrong = check(read(root, "docs/rules.md"), tests_of(root),
                  slots_of(read(root, "proto/script_tables.c")), reasons)
    print(f"{'not ok' if wrong else 'ok'} {len(FAULTS) + 1} - docs/rules.md")
    for fault in wrong:
        print(f"# {fault}")
    return 1 if wrong or failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
