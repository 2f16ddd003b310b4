"""naive_flow_primary.py - random auctions, agreements, busts, permits, strips and retirement.

Used by naive_flow.py: `command(flow)` is one line for a script of any kind; `auctions(flow_class,
seed, commands)` a whole script in which these lines are most of all. Like naive_flow.py it does not
follow the market; it remembers names and lets both markets say what became of them.
"""

import re

REGIMES = ["custom", "custom", "custom", "GD-2013", "GD-2014", "GD-2015", "GD-2016",
           "GD-entrusted", "EU", "UK", "CA", "eco-lot"]
UNDER = ["cancel-all", "partial-at-reserve", "partial-at-lowest-bid"]
TIES = ["time", "time", "pro-rata", "seeded-random"]
UNSOLD = ["reserve", "cancel", "next-n", "next-n"]


def date(day):
    return f"2026-{1 + day // 28:02d}-{1 + day % 28:02d}"


def seed_text(flow):
    return "".join("0123456789abcdef"[flow.rng.randrange(16)] for _ in range(64))


def memory(flow):
    """What this file remembers of a script: it lives in the script's own object."""
    if not hasattr(flow, "deals"):
        flow.deals = {"open": [], "blocks": [], "serial": 0, "strips": 0, "gone": set()}
    return flow.deals


# Auctions


def auction(flow):
    """A new auction, now and then with all its further terms and a seed."""
    deals = memory(flow)
    deals["serial"] += 1
    name, instrument = f"P{deals['serial']}", flow.pick(flow.instruments)
    lot = flow.lot[instrument]
    seller = flow.pick(flow.people) if flow.chance(45) else "reserve"
    words = [f"auction {name} {instrument} regime={flow.pick(REGIMES)} seller={seller}",
             f"offer={lot * flow.pick([10, 40, 100, 35, 35, 37])}",
             f"reserve={max(1, flow.ref[instrument, flow.zones[0]] * flow.pick([7, 9, 10]) // 10)}",
             f"lot={lot * flow.pick([1, 1, 1, 1, 5])}"]
    for key, values, percent in (("floor_min", [1, lot, 5 * lot], 80),
                                 ("share_ppm", [200000, 500000, 1000000], 70),
                                 ("deposit_ppm", [0, 50000, 333333, 1000000], 70),
                                 ("undersubscribed", UNDER, 60), ("tie", TIES, 60),
                                 ("unsold", UNSOLD, 40 if seller == "reserve" else 90)):
        if flow.chance(percent):
            words.append(f"{key}={flow.pick(values)}")
    if seller != "reserve" and flow.chance(95):
        words = [word for word in words if not word.startswith("unsold")]
        words.append(f"unsold={flow.pick(UNSOLD[:2])}")
    deals["open"].append(name)
    del deals["open"][:-4]
    lines = [" ".join(words)]
    if flow.chance(50):
        lines.append(auction_terms(flow, name, lot))
    if flow.chance(60):
        lines.append(f"seed commit={seed_text(flow)} auction={name}")
    if seller != "reserve":
        lines += [bundle(flow, name, instrument) for _ in range(flow.rng.randrange(3))]
    return lines


def auction_terms(flow, name, lot):
    words = [f"auction-terms {name}"]
    for key, values, percent in (
            ("containment", [lot * 20, lot * 5, lot * 5, 0, 3], 45),
            ("trigger", [max(1, ref * times // 50) for ref in list(flow.ref.values())[:2]
                         for times in (45, 48, 51)], 60),
            ("entry_deposit", [0, 100, 5000, 10**12], 30), ("agency", flow.people, 30),
            ("agency_ppm", [100000, 33333, 0, 100001], 30), ("instalments", [1, 2, 3, 12, 13], 25),
            ("revocable", [0, 1, 1], 50), ("announced", [1, 1, 0], 25)):
        if flow.chance(percent):
            words.append(f"{key}={flow.pick(values)}")
    if flow.chance(35):
        words.append(f"pay_until={date(max(0, flow.day + flow.rng.randrange(-1, 3)))}")
    return " ".join(words)


def bundle(flow, name, instrument):
    return (f"bundle {name} {flow.pick(flow.people)} "
            f"qty={flow.lot[instrument] * flow.pick([1, 2, 5, 10])}")


def bid_figures(flow):
    instrument = flow.pick(flow.instruments)
    quantity = flow.lot[instrument] * (1 + flow.rng.randrange(flow.pick([6, 10, 40])))
    if flow.chance(30):
        quantity = flow.lot[instrument] * flow.pick([5, 10, 20, 1000])
    price = flow.price(instrument)
    if flow.chance(60):  # ties
        ref = flow.ref[instrument, flow.zones[0]]
        price = max(1, (ref + ref * flow.pick([0, 1, 2, 5]) // 50) // flow.tick[instrument]
                    * flow.tick[instrument])
    return f"qty={quantity} price={price}"


def on_auction(flow):
    """One line about an auction that was opened lately."""
    name = flow.pick(memory(flow)["open"])
    person = flow.pick(flow.people)
    kind = flow.rng.randrange(100)
    if kind < 50:
        line = f"bid {name} {person} {bid_figures(flow)}"
        return line + (f" as={flow.pick([person, person, 'operator'])}" if flow.chance(6) else "")
    if kind < 58:
        return f"rebid {name} {person} n={1 + flow.rng.randrange(3)} {bid_figures(flow)}"
    if kind < 63:
        return f"withdraw {name} {person} n={1 + flow.rng.randrange(3)}"
    if kind < 72:
        return f"register {name} {person}"
    if kind < 78:
        return f"stage {name} {flow.pick(['registration', 'open', 'open', 'closed'])}"
    if kind < 82:
        return f"seed {flow.pick(['commit', 'reveal', 'reveal'])}={seed_text(flow)} auction={name}"
    if kind < 84:
        return auction_terms(flow, name, flow.lot[flow.instruments[0]])
    if kind < 85:
        return bundle(flow, name, flow.pick(flow.instruments))
    if kind < 95:
        return f"clear {name}"
    if kind < 98:
        return f"settle {name}"
    return f"auctions {name}" if flow.chance(70) else "auctions"


def scene(flow):
    """One auction from its opening to its end, with many bids."""
    lines = auction(flow)
    name = memory(flow)["open"][-1]
    lines += [f"stage {name} open"] if flow.chance(60) else [f"stage {name} registration"]
    lines += [f"register {name} {person}" for person in flow.people if flow.chance(60)]
    lines.append(f"stage {name} open")
    for _ in range(3 + flow.rng.randrange(20)):
        lines.append(f"bid {name} {flow.pick(flow.people)} {bid_figures(flow)}")
        if flow.chance(15):
            lines.append(f"rebid {name} {flow.pick(flow.people)} n={1 + flow.rng.randrange(3)} "
                         f"{bid_figures(flow)}")
        if flow.chance(8):
            lines.append(f"withdraw {name} {flow.pick(flow.people)} n={1 + flow.rng.randrange(2)}")
        if flow.chance(15):
            lines.append(standing(flow))
    if flow.chance(80):
        lines.append(f"seed reveal={seed_text(flow)} auction={name}")
    lines += [f"auctions {name}", f"clear {name}", f"auctions {name}"]
    if flow.chance(50):
        lines.append(f"settle {name}")
    return lines


def standing(flow):
    instrument = flow.pick(flow.instruments)
    quantity = flow.lot[instrument] * flow.pick([0, 3, 7, 20, 40])
    return (f"standing {flow.pick(flow.people)} {instrument} qty={quantity} "
            f"price={flow.price(instrument)}")


# Agreements, busts, permits


def block(flow):
    """One side, both, or the second side of an agreement; now and then with other figures."""
    deals = memory(flow)
    if deals["blocks"] and flow.chance(45):
        name, seller, buyer, rest = flow.pick(deals["blocks"])
        if flow.chance(10):
            rest = rest.replace("qty=", "qty=1")
        who = flow.pick([seller, buyer, buyer, seller, "system", flow.pick(flow.people)])
        return f"block {name} {seller} {buyer} {rest} as={who}"
    deals["serial"] += 1
    seller, buyer = flow.pick(flow.people), flow.pick(flow.people)
    instrument = flow.pick(flow.instruments)
    zone = flow.zones[int(seller[1:]) % len(flow.zones)]
    quantity = flow.lot[instrument] * flow.pick([1, 6, 12, 30, 60, 60, 120, 40, 100])
    price = flow.ref[instrument, zone] * flow.pick([9, 10, 10, 10, 11, 13]) // 10
    price = price // flow.tick[instrument] * flow.tick[instrument]
    rest = f"{instrument} qty={quantity} price={price}"
    name = f"K{deals['serial']}"
    deals["blocks"].append((name, seller, buyer, rest))
    del deals["blocks"][:-5]
    who = flow.pick(["", "", f" as={seller}", f" as={buyer}", " as=operator"])
    return f"block {name} {seller} {buyer} {rest}{who}"


def trade_number(flow):
    """Nobody counts the trades here: the lines so far say about how many there may be."""
    top = max(3, len(flow.lines) // flow.pick([100, 70, 50, 30, 20]))
    return max(0, top - flow.rng.randrange(min(top, 25)))


def bust(flow):
    deals = memory(flow)
    n = trade_number(flow)
    if deals.get("busts") and flow.chance(50):
        n = flow.pick(deals["busts"])
    deals.setdefault("busts", []).append(n)
    del deals["busts"][:-6]
    who = flow.pick(["", " as=operator.1", " as=operator.2", " as=operator.2", " as=operator"])
    return f"bust n={n} cause={flow.pick(['fat-finger', 'error'])}{who}"


def permit(flow):
    n = trade_number(flow)
    return f"permit n={n} decision={flow.pick(['delivered', 'refused'])}"


# Strips and retirement


def strip(flow):
    """A strip over two instruments, tradable at once; it joins the script's instruments."""
    deals = memory(flow)
    plain = [name for name in flow.instruments if not name.startswith("S")]
    if len(plain) < 2 or deals["strips"] >= 2:
        return []
    legs = flow.rng.sample(plain, 2)
    deals["strips"] += 1
    name = f"S{deals['strips']}"
    lines = [f"strip {name} legs={legs[0]},{legs[1]}"]
    flow.instruments.append(name)
    flow.lot[name], flow.tick[name] = flow.lot[legs[0]], flow.tick[legs[0]]
    flow.phase[name] = "closed"
    for zone in flow.zones:
        flow.ref[name, zone] = flow.ref[legs[0], zone]
        lines.append(f"ref {name} {zone} price={flow.ref[name, zone]}")
    for source in flow.zones:
        for target in flow.zones:
            if source != target:
                lines.append(f"link {name} {source} {target} "
                             f"ratio={flow.pick(['1/1', '6/5', '2/1'])} "
                             f"levy_ppm={flow.pick([0, 30000])}")
    flow.phase[name] = "continuous"
    return lines + [f"phase {name} continuous"]


def retire(flow):
    name = flow.pick(flow.instruments)
    if len(flow.instruments) > 2 and flow.chance(50):
        flow.instruments.remove(name)
    return f"retire {name}"


def odd(flow):
    """What is refused, or read over, and must leave no trace."""
    return flow.pick(["steps auto", "step", "rules 2", "rules 3", "rules 1", "blocks", "auctions",
                      "settle P1", "clear P1", "permit n=1 decision=refused", "bust n=1 cause=x"])


def command(flow):
    """A list of lines: mostly one, sometimes a whole scene."""
    kind = flow.rng.randrange(100)
    if kind < 6:
        return scene(flow)
    if kind < 12 or not memory(flow)["open"]:
        return auction(flow)
    if kind < 45:
        return [on_auction(flow)]
    if kind < 55:
        return [standing(flow)]
    if kind < 74:
        return [block(flow)]
    if kind < 84:
        return [bust(flow)]
    if kind < 88:
        return [permit(flow)]
    if kind < 91:
        return strip(flow)
    if kind < 92:
        return [retire(flow)] if flow.chance(30) else ["auctions"]
    return [odd(flow)]


def conditional(flow, name):
    """Makes an instrument conditional while it is closed."""
    flow.say(f"phase {name} closed")
    flow.say(f"terms {name} methods=agreement,listing,auction conditional=1 "
             f"deadline_days={flow.rng.randrange(4)}")
    flow.say(f"phase {name} continuous")
    flow.phase[name] = "continuous"


def deals_of(flow_class):
    """The class of a script whose instruments suit these lines: few families, one lot, low block
    thresholds, quiet days."""

    class Deals(flow_class):
        def setup(self):
            self.family = self.pick(["eco", "eco", "eco", "water", "carbon"])
            self.one_lot = self.pick([1, 1, 3, 10])
            super().setup()

        def instrument(self, name):
            self.lot[name], self.tick[name] = self.one_lot, self.pick([1, 1, 5])
            self.phase[name] = "continuous"
            ref = self.pick([40, 500, 2375, 5000])
            self.say(f"instrument {name} family={self.family} lot={self.one_lot} ref={ref} "
                     f"tick={self.tick[name]} band_ppm={self.pick([100000, 300000, 1000000])} "
                     f"fee_ppm={self.pick([0, 1000, 333333])} t_plus={self.rng.randrange(3)} "
                     f"stp={self.pick(['allow', 'allow', 'cancel-incoming', 'cancel-resting'])} "
                     f"block_from={self.one_lot * self.pick([0, 0, 30])} phase=continuous")
            for zone in self.zones:
                self.ref[name, zone] = ref
            for source in self.zones:
                for target in self.zones:
                    if source != target and self.chance(85):
                        self.say(f"link {name} {source} {target} "
                                 f"ratio={self.pick(['1/1', '1/1', '6/5', '2/1'])} "
                                 f"levy_ppm={self.pick([0, 30000, 250000])}")
            if self.chance(40):
                self.limit(name)

    return Deals


def auctions(flow_class, seed, commands):
    """The lines of a script in which most is auctions and agreements."""
    flow = deals_of(flow_class)(seed)
    flow.setup()
    flow.say(f"day {date(1)}")
    for name in flow.instruments:
        if flow.chance(20):
            conditional(flow, name)
        elif flow.chance(40):
            flow.say(f"terms {name} auction_fee_ppm={flow.pick([0, 2000, 333333])} "
                     f"block_fee_ppm={flow.pick([0, 1000, 999999])}")
    while len(flow.lines) < commands:
        lines = command(flow) if flow.chance(55) else [flow.command()]
        for line in lines:
            flow.say(line)
    for name in flow.instruments:
        flow.say(f"fund {name}")
        for person in flow.people:
            flow.say(f"account {person} {name}")
    flow.say("auctions")
    flow.say("reconcile")
    # All of it is newer than rule set 1. A stop of a strip runs in the middle of its kin's turns,
    # which the naive market does not model.
    return [line.replace(" rules=1", "") for line in flow.lines
            if not re.match(r"order \S+ \S+ S\d+ .* type=stop", line)]
