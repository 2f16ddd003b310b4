"""test_compare.py - the engine against the naive market on random scripts, line by line.

Usage:  test_compare.py NAIVE LINGNAN FOLDER [FIRST_SEED [SEEDS]]
Method: every seed gives one script of naive_flow.py, naive_flow_rules.py or naive_flow_primary.py;
        `LINGNAN replay` and NAIVE must print the same lines and end with the same status. 220 000
        commands a run (fewer only if TEST_SECONDS is below its 600), 10 million with
        LINGNAN_TEST_FULL=1. At a difference the script is written to FOLDER, shrunk by leaving out
        whatever leaves a difference, and printed with the first line that differs.
Prints: TAP, one case for each batch of seeds.
"""

import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import naive_flow  # noqa: E402  (the folder must be known first)
import naive_flow_primary  # noqa: E402
import naive_flow_rules  # noqa: E402

COMMANDS = 2000  # of one script, beside setting up
BATCH = 10
# Of every five seeds one is all call auctions, one keeps to the rules of set 1, one is mostly
# auctions and agreements.
WRITERS = [naive_flow.calls, naive_flow.flow, naive_flow_rules.flow, naive_flow_rules.flow,
           lambda seed, commands: naive_flow_primary.auctions(naive_flow_rules.Rules, seed,
                                                              commands)]
SEEDS = 110
SEEDS_FULL = 5000
SHRINK_RUNS = 600


def run(command, lines):
    text = "\n".join(lines) + "\n"
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    printed = done.stdout
    if " work=" in lines[0]:  # the steps of long commands take numbers; the naive market has none
        printed = re.sub(r" seq=\d+", "", printed)
    return printed.splitlines(), done.returncode, done.stderr.strip()


def difference(programs, lines):
    """None, or (line number, what the naive market printed, what the engine printed)."""
    naive, engine = (run(program, lines) for program in programs)
    for at in range(max(len(naive[0]), len(engine[0]))):
        left = naive[0][at] if at < len(naive[0]) else "(end)"
        right = engine[0][at] if at < len(engine[0]) else "(end)"
        if left != right:
            return at + 1, left, right
    if naive[1] != engine[1]:
        return 0, f"status {naive[1]} {naive[2]}", f"status {engine[1]} {engine[2]}"
    return None


def kind(found):
    """What must stay while shrinking: the first words on both sides."""
    return tuple(text.split(" ")[0] for text in found[1:])


def shrink(programs, lines):
    """Leaves out ever smaller pieces while a difference of the same kind stays."""
    wanted = kind(difference(programs, lines))
    runs, size = 0, max(1, len(lines) // 2)
    while size >= 1 and runs < SHRINK_RUNS:
        at, removed = 0, False
        while at < len(lines) and runs < SHRINK_RUNS:
            shorter = lines[:at] + lines[at + size:]
            found = difference(programs, shorter)
            runs += 1
            if found and kind(found) == wanted:
                lines, removed = shorter, True
            else:
                at += size
        if size == 1 and not removed:
            break
        size = max(1, size // 2) if size > 1 or removed else 0
    return lines


def report(programs, folder, seed, lines):
    path = os.path.join(folder, f"compare-{seed}.script")
    with open(path, "w", encoding="ascii") as file:
        file.write("\n".join(lines) + "\n")
    print(f"# seed {seed}, whole script: {path}")
    found = difference(programs, lines)
    end = found[0] and len(lines)
    small = shrink(programs, lines[:end] if end else lines)
    at, naive, engine = difference(programs, small)
    print(f"# output line {at}\n#   naive:  {naive}\n#   engine: {engine}\n# minimal script:")
    for line in small:
        print(f"#   {line}")


def batch(programs, folder, seeds):
    for seed in seeds:
        write = WRITERS[seed % len(WRITERS)]
        lines = write(seed, COMMANDS)
        if difference(programs, lines):
            report(programs, folder, seed, lines)
            return False
    return True


def seeds_of_run():
    if os.environ.get("LINGNAN_TEST_FULL") == "1":
        return SEEDS_FULL
    seconds = int(os.environ.get("TEST_SECONDS", "600"))
    return max(BATCH, SEEDS * min(seconds, 600) // 600)


def main(naive, lingnan, folder, first="1", count=None):
    seeds = int(count) if count else seeds_of_run()
    programs = [[naive], [lingnan, "replay", "-"]]
    starts = range(int(first), int(first) + seeds, BATCH)
    print(f"1..{len(starts)}")
    failed = 0
    for number, start in enumerate(starts, 1):
        last = min(start + BATCH, int(first) + seeds)
        good = batch(programs, folder, range(start, last))
        failed += not good
        print(f"{'ok' if good else 'not ok'} {number} - seeds {start}..{last - 1}, "
              f"{(last - start) * COMMANDS} commands", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
