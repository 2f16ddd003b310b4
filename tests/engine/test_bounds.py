"""test_bounds.py - long commands in steps give the lines of uninterrupted ones.

Usage:  test_bounds.py SCRIPTS LINGNAN [FIRST_SEED [SEEDS]]
Method: `LINGNAN replay` runs each SCRIPTS/x.script and random scripts of rule set 2 with a bound of
        1, 2, 7 and 64 units of work a command, giving the steps itself, and with no bound. All must
        print the same, apart from sequence numbers (steps take some) and digests.
Prints: TAP, one case for the scripts, one for each batch of seeds.
"""

import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import naive_flow_rules  # noqa: E402  (the folder must be known first)

NO_BOUND = 4294967295
BOUNDS = (1, 2, 7, 64)
COMMANDS = 500  # of one random script
SEEDS = 20
BATCH = 5
SECONDS_MAX = 120  # of one run; only ends one that goes round for ever


def bounded(lines, work):
    """The script with that bound; None if it cannot have one: its own bound or steps, no set 2."""
    text = "\n".join(lines)
    if re.search(r"^(steps|step|rules)\b|^capacity.*\b(work|rules)=", text, re.MULTILINE):
        return None
    if lines[0].startswith("capacity"):
        return [f"{lines[0]} work={work}"] + lines[1:]
    return [f"capacity work={work}"] + lines


def printed(lingnan, lines):
    try:
        done = subprocess.run([lingnan, "replay", "-"], input="\n".join(lines) + "\n", text=True,
                              capture_output=True, check=False, timeout=SECONDS_MAX)
    except subprocess.TimeoutExpired:
        return ["(goes round for ever)"]
    kept = [line for line in done.stdout.splitlines() if not line.startswith("digest")]
    return [re.sub(r" seq=\d+", "", line) for line in kept]


def complaint(lingnan, lines):
    """What differs first, or None."""
    plain = bounded(lines, NO_BOUND)
    if plain is None:
        return None
    whole = printed(lingnan, plain)
    for work in BOUNDS:
        steps = printed(lingnan, bounded(lines, work))
        for at in range(max(len(whole), len(steps))):
            left = whole[at] if at < len(whole) else "(end)"
            right = steps[at] if at < len(steps) else "(end)"
            if left != right:
                return f"work={work} line {at + 1}: {right}, without bound: {left}"
    return None


def check_scripts(lingnan, folder):
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".script"):
            continue
        with open(os.path.join(folder, name), encoding="ascii") as file:
            lines = file.read().splitlines()
        found = complaint(lingnan, lines)
        if found:
            print(f"# {name}: {found}")
            return False
    return True


def without_bound(lines):
    """A random script may bring a bound of its own."""
    first = re.sub(r" work=\d+", "", lines[0])
    return ([] if first == "capacity" else [first]) + lines[1:]


def check_seeds(lingnan, seeds):
    for seed in seeds:
        lines = without_bound(naive_flow_rules.flow(seed, COMMANDS))
        found = complaint(lingnan, lines)
        if found:
            print(f"# seed {seed}: {found}")
            return False
    return True


def main(folder, lingnan, first="1", count=None):
    seconds = min(int(os.environ.get("TEST_SECONDS", "600")), 600)
    seeds = int(count) if count else max(BATCH, SEEDS * seconds // 600)
    starts = range(int(first), int(first) + seeds, BATCH)
    print(f"1..{1 + len(starts)}")
    failed = not check_scripts(lingnan, folder)
    print(f"{'not ok' if failed else 'ok'} 1 - every script")
    for number, start in enumerate(starts, 2):
        last = min(start + BATCH, int(first) + seeds)
        is_same = check_seeds(lingnan, range(start, last))
        failed |= not is_same
        print(f"{'ok' if is_same else 'not ok'} {number} - seeds {start}..{last - 1}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
