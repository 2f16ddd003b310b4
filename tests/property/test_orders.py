"""test_orders.py - properties of orders, books and money, one small market at a time.

Method: hypothesis draws scripts; the market runs them with every invariant checked after every
        command (engine_check); the rule is worked out again here, in a few lines of its own.
"""

from fractions import Fraction

from hypothesis import assume, given, strategies as st

from market import LOOKS, apart, commands, found, lot_of, Market, orders, rows, run, scripts, setups


@given(scripts())
def test_money_and_units_are_conserved(script):
    """market.md 12, 1: after every command nothing is lost, and no balance is negative."""
    setup, trading = script
    printed = run(setup + [line for command in trading for line in (command, "reconcile")])
    for row in found(printed, "units") + found(printed, "money"):
        assert row["difference"] == 0
        assert all(value >= 0 for value in row.values() if isinstance(value, int))


@given(scripts())
def test_no_executable_orders_rest(script):
    """market.md 12, 2: in CONTINUOUS the own books are never crossed."""
    setup, trading = script
    printed = run(setup + [line for command in trading for line in (command, "book X")])
    phase = "continuous"
    for command, book in zip(printed[len(setup)::2], printed[len(setup) + 1::2]):
        phase = ([phase] + [row["to"] for row in found([command], "phase")])[-1]
        for zone in ("EWN", "GBA"):
            level = [row for row in found([book], "level") if row["zone"] == zone]
            bids = [row["price"] for row in level if row["side"] == "bid"]
            asks = [row["price"] for row in level if row["side"] == "ask"]
            if phase == "continuous" and bids and asks:
                assert max(bids) < min(asks)


def fills_by_rule(lines):
    """Price-time priority over one zone, by two sorted lists: (maker, taker, units, price)."""
    resting, fills = {"buy": [], "sell": []}, []
    for line in lines:
        _, name, _, _, side, *keys = line.split()
        quantity, price = (int(key.split("=")[1]) for key in keys[:2])
        other = resting["sell" if side == "buy" else "buy"]
        while quantity and other:
            best = other[0]
            if best[0] > price if side == "buy" else best[0] < price:
                break
            units = min(quantity, best[2])
            fills.append((best[1], name, units, best[0]))
            quantity, best[2] = quantity - units, best[2] - units
            if best[2] == 0:
                other.pop(0)
        if quantity:
            resting[side].append([price, name, quantity])
            resting[side].sort(key=lambda row: -row[0] if side == "buy" else row[0])
    return fills


@given(st.data())
def test_price_time_priority(data):
    """Best price first, then first come, first served; trades at the resting price."""
    setup = data.draw(setups(zones=1, stps=["allow"], fees=[0]))
    lines = [data.draw(orders(number, lot=lot_of(setup)))
             for number in range(data.draw(st.integers(2, 25)))]
    printed = run(setup + lines)
    accepted = [line for line, told in zip(lines, printed[len(setup):])
                if told[0].startswith("accepted")]
    trades = [(row["maker"], row["taker"], row["received"], row["seller_price"])
              for row in found(printed, "trade")]
    assert trades == fills_by_rule(accepted)


@given(scripts(), st.data())
def test_refused_command_changes_nothing(script, data):
    """A no leaves everything as it was; only the sequence has moved on."""
    setup, trading = script
    last = data.draw(commands(len(trading), lot_of(setup)))
    printed = run(setup + trading + LOOKS + [last] + LOOKS)
    told = printed[len(setup) + len(trading) + len(LOOKS)]
    assume(told and told[0].startswith("rejected"))
    assert len(told) == 1
    assert printed[-len(LOOKS):] == printed[-2 * len(LOOKS) - 1:-len(LOOKS) - 1]


@given(scripts(longest=12), st.data())
def test_repeat_gets_the_first_answer(script, data):
    """market.md 12, 4: the same (lane, id) again prints the first line and changes nothing."""
    setup, trading = script
    last = data.draw(commands(len(trading), lot_of(setup))) + " lane=1 id=7"
    printed = run(setup + trading + [last] + LOOKS + [last] + LOOKS)
    at = len(setup) + len(trading)
    first, again = printed[at], printed[at + 1 + len(LOOKS)]
    assert again in ([f"{line} repeat=1" for line in first[:1]], [])
    if first and first[0].split()[0] in ("accepted", "rejected", "cancelled", "replaced"):
        assert again
    assert printed[at + 1:at + 1 + len(LOOKS)] == printed[-len(LOOKS):]


@given(scripts(), st.data())
def test_fok_leaves_nothing(script, data):
    """A fill-or-kill order fills whole or changes nothing at all."""
    setup, trading = script
    line = data.draw(orders(len(trading), ["fok"], lot_of(setup)))
    name = line.split()[1]
    printed = run(setup + trading + LOOKS + [line, "orders p0"] + LOOKS)
    told = printed[len(setup) + len(trading) + len(LOOKS)]
    assume(told[0].startswith("accepted"))
    side = "received" if " buy " in line else "delivered"
    filled = sum(row[side] for row in found([told], "trade") if row["taker"] == name)
    quantity = rows("order " + line.split()[5])[1]["qty"]
    assert filled in (0, quantity)
    if filled == 0:
        assert told[1:] == [f"cancelled order={name} left={quantity} reason=FOK"]
        assert printed[-len(LOOKS):] == printed[-2 * len(LOOKS) - 2:-len(LOOKS) - 2]


def ask_map(ask, ratio, levy):
    """E of market.md 6.2, exactly."""
    return -(-Fraction(ask) * ratio * (1000000 + levy) // 1000000)


def bid_map(bid, ratio, levy):
    """F of market.md 6.2, exactly."""
    return Fraction(bid) * 1000000 // (ratio * (1000000 + levy))


@given(st.integers(60, 140), st.integers(60, 140), st.sampled_from(["1/1", "6/5", "21/20", "9/7"]),
       st.integers(0, 300000), st.booleans())
def test_maps_of_price(ask, bid, ratio, levy, buyer_comes):
    """6.2: E(a) <= b exactly when a <= F(b), and an ask and a bid meet exactly then; the resting
    order's price is the one that is mapped."""
    exact = Fraction(*(int(part) for part in ratio.split("/")))
    setup = ["zone EWN", "zone GBA", "instrument X ref=100 band_ppm=1000000 t_plus=0 fee_ppm=0 "
             "block_from=0 phase=continuous", f"link X EWN GBA ratio={ratio} levy_ppm={levy}",
             "participant s zone=EWN", "participant b zone=GBA", "issue s X qty=5000",
             "deposit b cash=1000000"]
    lines = [f"order S s X sell qty={10 * exact.numerator} price={ask}",
             f"order B b X buy qty={10 * exact.denominator} price={bid}"]
    printed = run(setup + (lines if buyer_comes else lines[::-1]))
    trades = found(printed, "trade")
    assert (ask_map(ask, exact, levy) <= bid) == (ask <= bid_map(bid, exact, levy))
    assert bool(trades) == (ask_map(ask, exact, levy) <= bid)
    if trades and buyer_comes:
        assert (trades[0]["buyer_price"], trades[0]["seller_price"]) == (
            ask_map(ask, exact, levy), ask)
    elif trades:
        assert (trades[0]["buyer_price"], trades[0]["seller_price"]) == (
            bid, bid_map(bid, exact, levy))


@given(scripts())
def test_every_trade_adds_up(script):
    """6.3, 6.4: both legs are whole lots, what is paid is got or goes to the fund, never less."""
    setup, trading = script
    lot = lot_of(setup)
    for row in found(run(setup + trading), "trade"):
        assert row["received"] % lot == 0 and row["delivered"] % lot == 0
        assert row["received"] <= row["delivered"]
        assert row["pays"] == row["buyer_price"] * row["received"]
        assert row["gets"] == row["seller_price"] * row["delivered"]
        assert row["pays"] - row["gets"] == row["fund"] >= 0
        if row["from"] == row["to"]:
            assert row["fund"] == 0 and row["received"] == row["delivered"]


def replayed(texts):
    """Digests of a market, and of another one that is fed the first one's export."""
    first = Market()
    first.lines(texts)
    digest, (capacity, _, *exported) = first.digest(), first.export()
    clock = ""
    second = Market()
    second.open(capacity)
    for line in exported:
        clock = line if line.startswith("time ") else clock
        second.line(line, 1)
    return digest, second.digest()


@given(scripts())
def test_export_replays_to_the_same_digest(script):
    """market.md 12, 5: the commands as a script give the identical state."""
    first, second = apart(replayed, script[0] + script[1])
    assert first == second
