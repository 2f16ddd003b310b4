"""test_slates.py - calls of several instruments that are suspended at once (engine/slate.h).

Method: seven instruments, more than there are slates, get calls, limits and orders with a bound of
        a few units of work and STEPs in between, so that some calls wait for the slates of others.
        What was not FROZEN is played again without a bound: every instrument must print the same
        lines in the same order. Cash and units are ample, so the instruments do not touch.
"""

import re

from hypothesis import given, strategies as st

from market import Market, apart

NAMES = [f"I{number}" for number in range(7)]
STEPS_MAX = 20000


def setup():
    lines = ["zone EWN", "zone GBA"]
    for name in NAMES:
        lines += [f"instrument {name} family=carbon ref=100 band_ppm=500000 t_plus=0 fee_ppm=1000 "
                  "phase=call", f"link {name} EWN GBA ratio=6/5 levy_ppm=30000",
                  f"link {name} GBA EWN ratio=1/1", f"limit {name} EWN GBA lo=-20 hi=20"]
    for number, zone in enumerate(["EWN", "GBA", "EWN", "GBA"]):
        group = " group=g" if number >= 2 else ""
        lines += [f"participant p{number} zone={zone}{group}",
                  f"deposit p{number} cash=1000000000"]
        lines += [f"issue p{number} {name} qty=100000" for name in NAMES]
    return lines


@st.composite
def trading(draw):
    """Lines of all instruments, mixed; None: a STEP."""
    lines = []
    for number in range(draw(st.integers(10, 60))):
        name = draw(st.sampled_from(NAMES))
        kind = draw(st.integers(0, 9))
        if kind < 5:
            side = draw(st.sampled_from(["buy", "sell"]))
            lines.append(f"order O{number} p{draw(st.integers(0, 3))} {name} {side} "
                         f"qty={draw(st.integers(1, 30))} price={draw(st.integers(80, 120))}")
        elif kind == 5:
            high = draw(st.integers(0, 60))
            lines.append(f"limit {name} EWN GBA lo={-high} hi={high}")
        elif kind == 6:
            lines.append(f"phase {name} {draw(st.sampled_from(['continuous', 'call']))}")
        elif kind == 7:
            lines += [f"uncross {each}" for each in NAMES]
        else:
            lines += [None] * draw(st.integers(1, 4))
    return lines


def by_instrument(printed):
    """The lines of each instrument in order; an order's line belongs to whom its name says."""
    told = {}
    for owner, lines in printed:
        for line in lines:
            found = re.search(r"instrument=(\S+)", line)
            line = re.sub(r" (seq|n)=\d+", "", line)
            told.setdefault(found.group(1) if found else owner, []).append(line)
    return told


def owner_of(line, owners):
    words = line.split()
    if words[0] == "order":
        owners[words[1]] = words[3]
        return words[3]
    return words[1]


def suspended(lines, work):
    """Plays them with a bound; returns what was taken and what each instrument printed."""
    market, owners, taken, printed = Market(f"work={work}"), {}, [], []
    market.lines(setup())

    def say(owner, told):
        for line in told:  # a line of a step belongs to the order or instrument it names
            found = re.search(r"order=(\S+)", line)
            printed.append((owners.get(found.group(1), owner) if found else owner, [line]))

    def steps(most):
        for _ in range(most):
            told = market.line("step", 1)
            if told == ["rejected command=step reason=WRONG_STATE"]:
                return True
            say("step", told)
        return False

    for line in lines:
        if line is None:
            steps(1)
            continue
        owner = owner_of(line, owners)
        told = market.line(line, 1)
        if told and told[0].endswith("reason=FROZEN"):
            continue
        taken.append(line)
        say(owner, told)
    assert steps(STEPS_MAX)
    return taken, by_instrument(printed)


def at_once(lines):
    market, owners, printed = Market("work=4294967295"), {}, []
    market.lines(setup())
    for line in lines:
        owner = owner_of(line, owners)
        for told in market.line(line):
            found = re.search(r"order=(\S+)", told)
            printed.append((owners.get(found.group(1), owner) if found else owner, [told]))
    return by_instrument(printed)


@given(trading(), st.sampled_from([1, 2, 5, 17]))
def test_suspended_calls_do_not_meet(lines, work):
    """No call changes what another one says, however they take turns."""
    taken, told = apart(suspended, lines, work)
    assert told == apart(at_once, taken)
