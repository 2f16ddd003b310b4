"""test_auctions.py - sealed bids at one price, against sorting (market.md 5, decision 12).

Method: the winners, the price and the money are worked out again by sorting the valid bids.
"""

from fractions import Fraction

from hypothesis import given, strategies as st

from market import found, run

PEOPLE = [f"p{i}" for i in range(6)]
SETUP = ["zone EWN", "instrument X family=eco lot=1 ref=100 band_ppm=1000000 t_plus=0 fee_ppm=0 "
         "phase=continuous"] + [line for name in PEOPLE for line in
                                (f"participant {name} zone=EWN", f"deposit {name} cash=1000000")]
BIDS = st.lists(st.tuples(st.sampled_from(PEOPLE), st.integers(1, 30), st.integers(85, 105)),
                max_size=20)
UNDER = st.sampled_from(["cancel-all", "partial-at-reserve", "partial-at-lowest-bid"])


def winners(offer, reserve, under, tie, bids):
    """(state, price, {bid number: units}) by sorting."""
    ranked = sorted((n for n, bid in enumerate(bids) if bid[2] >= reserve),
                    key=lambda n: (-bids[n][2], n))
    asked = sum(bids[n][1] for n in ranked)
    if asked == 0 or (asked < offer and under == "cancel-all"):
        return "FAILED", 0, {}
    won, left, price = {}, offer, 0
    for n in ranked:
        if left > 0:
            won[n] = min(left, bids[n][1])
            left, price = left - won[n], bids[n][2]
    if tie == "pro-rata" and asked >= offer:
        level = [n for n in ranked if bids[n][2] == price]
        units = offer - sum(bids[n][1] for n in ranked if bids[n][2] > price)
        share = {n: Fraction(units * bids[n][1], sum(bids[m][1] for m in level)) for n in level}
        won.update({n: int(share[n]) for n in level})
        rest = units - sum(int(share[n]) for n in level)
        for n in sorted(level, key=lambda n: (int(share[n]) - share[n], n))[:rest]:
            won[n] += 1
    if asked < offer and under == "partial-at-reserve":
        price = reserve
    won = {n: units for n, units in won.items() if units}
    return "CLEARED" if asked >= offer else "PARTIAL", price, won


@given(st.integers(1, 120), st.integers(88, 100), UNDER, st.sampled_from(["time", "pro-rata"]),
       BIDS)
def test_awards_equal_sorting(offer, reserve, under, tie, bids):
    """Price, state and every award; winners pay price x units and get them."""
    lines = [f"auction A X offer={offer} reserve={reserve} undersubscribed={under} tie={tie}"]
    lines += [f"bid A {who} qty={quantity} price={price}" for who, quantity, price in bids]
    looks = [f"account {name} X" for name in PEOPLE]
    printed = run(SETUP + lines + ["clear A"] + looks + ["reconcile"])
    taken = [bid for bid, told in zip(bids, printed[len(SETUP) + 1:]) if not told]
    state, price, won = winners(offer, reserve, under, tie, taken)
    cleared = found(printed, "cleared")[0]
    sold = sum(won.values())
    assert (cleared["state"], cleared["price"], cleared["sold"]) == (state, price, sold)
    order = sorted(won, key=lambda n: (-taken[n][2], n))
    assert [(row["participant"], row["qty"], row["price"]) for row in found(printed, "award")] == [
        (taken[n][0], won[n], price) for n in order]
    for name, row in zip(PEOPLE, found(printed, "account")):
        units = sum(won[n] for n in won if taken[n][0] == name)
        assert row["free"] == units
        assert row["cash"] == 1000000 - units * price and row["cash_held"] == 0


@given(st.integers(1, 60), BIDS, BIDS)
def test_withdrawn_bids_leave_nothing(offer, bids, more):
    """An auction with bids that were withdrawn is the auction without them."""
    opening = [f"auction A X offer={offer} reserve=90", "auction-terms A revocable=1"]
    plain, extra, asked, number = [], [], {}, {}
    for at in range(max(len(bids), len(more))):
        for who, quantity, price in bids[at:at + 1]:
            if asked.get(who, 0) + quantity <= offer:  # else POSITION_LIMIT
                plain.append(f"bid A {who} qty={quantity} price={price}")
                extra.append(plain[-1])
                asked[who] = asked.get(who, 0) + quantity
                number[who] = number.get(who, 0) + 1
        for who, _, price in more[at:at + 1]:
            if asked.get(who, 0) < offer:
                number[who] = number.get(who, 0) + 1
                extra += [f"bid A {who} qty=1 price={price}", f"withdraw A {who} n={number[who]}"]
    assert run(SETUP + opening + plain + ["clear A", "reconcile"])[-2:] == run(
        SETUP + opening + extra + ["clear A", "reconcile"])[-2:]


@given(st.integers(1, 60), BIDS, st.lists(st.integers(1, 40), min_size=1, max_size=3),
       st.integers(0, 100000))
def test_bundled_proceeds_add_up(offer, bids, lots, agency):
    """12.9: what winners pay is what the owners and the agency get, to the fen."""
    owners = [f"o{i}" for i in range(len(lots) + 1)]
    setup = [line for name in owners for line in (f"participant {name} zone=EWN",
                                                  f"issue {name} X qty=100")]
    lines = [f"auction A X seller=o0 offer={offer} reserve=90 undersubscribed=partial-at-reserve",
             "participant broker zone=EWN",
             f"auction-terms A agency=broker agency_ppm={agency}"]
    lines += [f"bundle A {name} qty={quantity}" for name, quantity in zip(owners[1:], lots)]
    lines += [f"bid A {who} qty={quantity} price={price}" for who, quantity, price in bids]
    looks = [f"account {name} X" for name in owners + ["broker"]]
    printed = run(SETUP + setup + lines + ["clear A"] + looks + ["reconcile"])
    sold = sum(row["qty"] * row["price"] for row in found(printed, "award"))
    accounts = found(printed, "account")
    assert sum(row["cash"] for row in accounts) == sold
    assert accounts[-1]["cash"] <= sold * agency // 1000000
    cleared = found(printed, "cleared")[0]
    assert sum(row["free"] for row in accounts) == 100 * len(owners) - cleared["sold"]


@given(st.integers(1, 40), st.integers(1, 40), st.integers(90, 105), st.integers(90, 105))
def test_standing_bid_is_behind_real_ones(offer, quantity, standing, price):
    """12.10: at one price the real bid wins first; the standing bid keeps what it did not win."""
    quantity = min(quantity, offer)  # nobody may bid for more than the offer
    lines = [f"standing p1 X qty={quantity} price={standing}",
             f"auction A X offer={offer} reserve=90", f"bid A p0 qty={quantity} price={price}",
             "clear A", "account p1 X"]
    printed = run(SETUP + lines)
    if found(printed, "cleared")[0]["state"] == "FAILED":
        assert 2 * quantity < offer
        return
    won = {row["participant"]: row["qty"] for row in found(printed, "award")}
    ranked = ["p0", "p1"] if price >= standing else ["p1", "p0"]
    assert won.get(ranked[0], 0) == min(offer, quantity)
    assert won.get(ranked[1], 0) == min(offer - min(offer, quantity), quantity)
    account = found(printed, "account")[0]
    assert account["cash_held"] == (quantity - won.get("p1", 0)) * standing
