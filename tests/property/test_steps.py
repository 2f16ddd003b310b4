"""test_steps.py - a command in bounded steps is the same command (decision 14.1).

Method: the same script with a bound of 1, 2 and 7 units of work and without one prints the same
        lines (but for the sequence numbers, which count the steps) and ends in the same looks.
"""

import re

from hypothesis import given, strategies as st

from market import LOOKS, lot_of, orders, run, scripts, setups

UNBOUNDED = "work=4294967295"


def without_numbers(printed):
    return [[re.sub(r" seq=\d+", "", line) for line in lines] for lines in printed]


def same_for_every_bound(lines):
    whole = without_numbers(run(lines + LOOKS, UNBOUNDED))
    for work in (1, 2, 7):
        assert without_numbers(run(lines + LOOKS, f"work={work}")) == whole


@given(scripts())
def test_steps_equal_one_command(script):
    """Any mixture of commands."""
    same_for_every_bound(script[0] + script[1])


@given(st.data())
def test_long_commands_in_steps(data):
    """Commands that are long: a call over many orders, mass cancel, the change of day, stops."""
    setup = data.draw(setups("call"))
    lot = lot_of(setup)
    lines = [data.draw(orders(number, ["limit", "gtc", "iceberg", "stop", "stop-limit"], lot))
             for number in range(data.draw(st.integers(5, 25)))]
    ends = data.draw(st.lists(st.sampled_from(["uncross X", "phase X continuous", "day 2026-02-01",
                                               "cancel-all - X", "cancel-all p1", "period 2027",
                                               "retire X", "day 2026-02-02", "phase X call",
                                               "limit X EWN GBA lo=-9 hi=9"]),
                              min_size=1, max_size=5))
    same_for_every_bound(setup + lines + ends)


@given(st.data())
def test_auctions_in_steps(data):
    """Clearing, settling and standing bids of an auction."""
    setup = data.draw(setups())
    lines = [f"auction A X regime=custom offer={data.draw(st.integers(1, 40))} reserve=90 lot=1 "
             f"tie={data.draw(st.sampled_from(['time', 'pro-rata']))} "
             f"undersubscribed={data.draw(st.sampled_from(['cancel-all', 'partial-at-reserve']))} "
             f"deposit_ppm={data.draw(st.sampled_from([1000000, 50000]))}"]
    if data.draw(st.booleans()):
        lines.append("auction-terms A pay_until=2026-03-01 entry_deposit=5")
        lines += [f"register A p{person}" for person in range(6)]
    for _ in range(data.draw(st.integers(0, 15))):
        lines.append(f"bid A p{data.draw(st.integers(0, 5))} qty={data.draw(st.integers(1, 20))} "
                     f"price={data.draw(st.integers(85, 110))}")
    same_for_every_bound(setup + lines + ["clear A", "day 2026-03-01", "day 2026-03-02"])
