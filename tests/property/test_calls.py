"""test_calls.py - properties of call auctions: what is shown is what happens.

Method: orders are entered in CALL; the look `indicative` is compared with the uncross that follows.
"""

from hypothesis import given, strategies as st

from market import found, lot_of, orders, run, setups


@st.composite
def books(draw, stps=None):
    """A market in CALL with its orders."""
    setup = draw(setups("call", stps=stps))
    lot = lot_of(setup)
    count = draw(st.integers(1, 16))
    return setup + [draw(orders(number, ["limit", "limit", "iceberg"], lot, spread=8))
                    for number in range(count)]


@given(books(), st.sampled_from(["uncross X", "phase X continuous"]))
def test_indicative_equals_uncross(lines, how):
    """11.3: per zone the price and volume shown are those of the call."""
    printed = run(lines + ["indicative X", how])
    shown, called = ([(row["zone"], row["price"], row["volume"]) for row in found([told], word)]
                     for told, word in ((printed[-2], "indicative"), (printed[-1], "auction")))
    assert called[:len(shown)] == shown


@given(books())
def test_indicative_changes_nothing(lines):
    """11.3: looking twice sees the same, and the book stays."""
    printed = run(lines + ["book X", "indicative X", "book X", "indicative X"])
    assert printed[-4] == printed[-2] and printed[-3] == printed[-1]


@given(books())
def test_call_fills_add_up(lines):
    """6.9: in each zone what is bought and not sold came over a link, at the price of the call;
    nobody pays more, or gets less, than his limit."""
    printed = run(lines + ["uncross X"])
    limit = {line.split()[1]: int(line.split("price=")[1].split()[0]) for line in lines
             if line.startswith("order")}
    side = {line.split()[1]: line.split()[4] for line in lines if line.startswith("order")}
    net = {"EWN": 0, "GBA": 0}
    for row in found([printed[-1]], "auction-fill"):
        buys = side[row["order"]] == "buy"
        net[row["zone"]] += row["qty"] if buys else -row["qty"]
        assert row["price"] <= limit[row["order"]] if buys else row["price"] >= limit[row["order"]]
    for row in found([printed[-1]], "auction-flow"):
        net[row["to"]] -= row["received"]
        net[row["from"]] += row["delivered"]
        assert row["fund"] >= 0
    assert net == {"EWN": 0, "GBA": 0}


@given(books(stps=["allow"]))
def test_call_leaves_nothing_executable(lines):
    """6.9: behind a call no bid of a zone reaches an ask of it."""
    printed = run(lines + ["uncross X", "book X"])
    for zone in ("EWN", "GBA"):
        level = [row for row in found([printed[-1]], "level") if row["zone"] == zone]
        bids = [row["price"] for row in level if row["side"] == "bid"]
        asks = [row["price"] for row in level if row["side"] == "ask"]
        assert not bids or not asks or max(bids) < min(asks)
