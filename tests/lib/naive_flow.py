"""naive_flow.py - seeded random market scripts: small books, tight caps, valid and invalid.

Usage:  naive_flow.py SEED COMMANDS > SCRIPT
The same seed gives the same script for ever (only random.Random's integers are used). The writer
does not follow the market: it remembers what it named and lets both engines say what became of it.
Quantities and caps stay small, because the naive call tries every flow.
"""

import random
import sys

RATIOS = ["1/1", "1/1", "1/1", "1/1", "6/5", "6/5", "21/20", "12/10", "3/2", "2/1",
          "1000/999", "1000/1"]
LEVIES = [0, 0, 0, 0, 30000, 30000, 30000, 1, 250000, 1000000]
PHASES = ["closed", "call", "no-cancel", "continuous", "break", "halt", "closing", "settlement"]
STPS = ["cancel-incoming", "allow", "cancel-resting", "cancel-both", "decrement"]
FAMILIES = ["carbon", "eco", "energy", "water", "air", "effluent"]
NAMES_KEPT = 30
# Moves of phase the market takes, and the one that leads back to trading.
MOVES = {"closed": ["call", "continuous"], "call": ["no-cancel", "continuous", "halt", "closed"],
         "no-cancel": ["continuous", "halt"],
         "continuous": ["call", "break", "halt", "closing", "closed"],
         "break": ["continuous", "call", "halt", "closing"], "halt": ["call", "closing"],
         "closing": ["settlement"], "settlement": ["closed"]}
BACK = {"closed": "continuous", "call": "continuous", "no-cancel": "continuous",
        "continuous": "call", "break": "continuous", "halt": "call", "closing": "settlement",
        "settlement": "closed"}
ZONES = ["EWN", "GBA", "SEA"]


class Flow:
    """One script being written."""

    bands = [100000, 300000, 1000000]  # of an instrument, ppm

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.lines = []
        self.orders = []  # (name as written, participant, instrument)
        self.serial = 0
        self.day = 1
        self.year = 2026
        self.lanes = {}  # (lane, as) -> next id
        self.sent = []  # lines with a lane, to be sent again
        self.auctions = 0
        self.phase = {}

    def pick(self, choices):
        return choices[self.rng.randrange(len(choices))]

    def chance(self, percent):
        return self.rng.randrange(100) < percent

    def say(self, line):
        self.lines.append(line)

    # What a further set of rules adds to the setting up

    def capacities(self):
        return " rules=1"

    def describe(self, words):
        """More words of a `participant` line that has these already."""
        return words[:0]

    # Setting up

    def setup(self):
        rng = self.rng
        small = " orders=15" if self.chance(10) else ""
        self.say(f"capacity lane_window={self.pick([4, 8, 16])}{small}{self.capacities()}")
        self.zones = ZONES[:self.pick([2, 2, 2, 2, 2, 1, 3, 3])]
        for zone in self.zones:
            self.say(f"zone {zone}")
        self.instruments = [f"X{i}" for i in range(1 + rng.randrange(3))]
        self.lot, self.tick, self.ref = {}, {}, {}
        for name in self.instruments:
            self.instrument(name)
        self.people = [f"p{i}" for i in range(6 + rng.randrange(9))]
        for i, name in enumerate(self.people):
            group = f" group=g{rng.randrange(3)}" if self.chance(25) else ""
            group += " type=reserve" if self.chance(5) else ""
            group += self.describe(group)
            self.say(f"participant {name} zone={self.zones[i % len(self.zones)]}{group}")
            self.say(f"deposit {name} cash="
                     f"{self.pick([50000, 10000000, 10000000, 900000000, 4 * 10**17])}")
            for instrument in self.instruments:
                self.say(f"issue {name} {instrument} "
                         f"qty={self.lot[instrument] * self.pick([30, 500, 5000])}")

    def instrument(self, name):
        rng = self.rng
        family = self.pick(FAMILIES)
        huge = self.chance(8)  # numbers near the bounds of price, lot and money
        lot = 1000000 if huge else self.pick([None, None, 1, 3, 10])
        self.lot[name] = lot or (10 if family in ("air", "effluent") else 1)
        self.tick[name] = self.pick([1, 1, 1, 5])
        self.phase[name] = self.pick(["continuous", "continuous", "continuous", "call"])
        ref = self.pick([2**36 - 1, 6 * 10**10, 10**9] if huge else [37, 500, 2375, 5000])
        words = [f"instrument {name} family={family} ref={ref}"]
        words.append(f"tick={self.tick[name]} lot={self.lot[name]}" if lot else
                     f"tick={self.tick[name]}")
        words.append(f"band_ppm={self.pick(self.bands)}")
        if self.chance(70):
            words.append(f"fee_ppm={self.pick([0, 1000, 2000, 333333, 999999])}")
        if self.chance(80):
            words.append(f"t_plus={rng.randrange(2)}")
        if self.chance(80):
            words.append(f"stp={self.pick(STPS)}")
        if huge or self.chance(10):
            words.append(f"block_from={0 if huge else 30 * self.lot[name]}")
        self.say(" ".join(words + [f"phase={self.phase[name]}"]))
        for zone in self.zones:
            self.ref[name, zone] = ref
            if self.chance(60 if zone == "GBA" else 10):
                self.ref[name, zone] = ref + ref // self.pick([5, 5, 20])
                self.say(f"ref {name} {zone} price={self.ref[name, zone]}")
        for source in self.zones:
            for target in self.zones:
                if source != target and self.chance(80):
                    self.link(name, source, target)
        self.limit(name)

    def link(self, name, source, target):
        self.say(f"link {name} {source} {target} ratio={self.pick(RATIOS)} "
                 f"levy_ppm={self.pick(LEVIES)}")

    def limit(self, name):
        if len(self.zones) < 2:
            return
        source, target = self.rng.sample(self.zones, 2)
        lot = self.lot[name]
        low, high = self.pick([0, 7, 20, 60, 90]), self.pick([0, 5, 12, 40, 100])
        self.say(f"limit {name} {source} {target} lo={-low * lot} hi={high * lot}")

    # Trading

    def quantity(self, name):
        lots = self.pick([1, 2, 3, 5, 6, 10, 12, 20, 25, 40])
        if self.chance(50):
            lots = 1 + self.rng.randrange(30)
        if self.chance(2):
            return self.pick([0, 10**15, 10**15 + 1, self.lot[name] * lots + 1, 100000])
        return self.lot[name] * lots

    def price(self, name, person=None):
        """Around the reference of the person's own zone, or sometimes of any zone."""
        zone = self.pick(self.zones)
        if person and self.chance(90):
            zone = self.zones[int(person[1:]) % len(self.zones)]
        ref = self.ref[name, zone]
        spread = max(3, ref // self.pick([8, 15, 40]))
        price = ref + self.rng.randrange(-spread, spread + 1)
        if self.chance(4):
            price = self.pick([0, 1, ref * 2, ref // 2, 2**36, ref + ref // 10])
        if self.chance(3):
            return price
        return price // self.tick[name] * self.tick[name]

    def order_name(self, person):
        if self.orders and self.chance(5):
            name, owner, _ = self.pick(self.orders)
            if "/" not in name and self.chance(30):
                owner = person  # the same bare id for another participant
            elif "/" in name and self.chance(30):
                name = name.split("/")[1]  # the same id, now written bare
            return name, owner
        self.serial += 1
        if self.chance(15):
            return f"{person}/Q{self.rng.randrange(200)}", person
        return f"O{self.serial}", person

    def order(self):
        name, person = self.order_name(self.pick(self.people))
        instrument = self.pick(self.instruments)
        words = [f"order {name} {person} {instrument} {self.pick(['buy', 'sell'])}",
                 f"qty={self.quantity(instrument)}"]
        kind = self.rng.randrange(100)
        if kind < 6:
            words.append("type=market")
            if self.chance(20):
                words.append("tif=fok")
        else:
            words.append(f"price={self.price(instrument, person)}")
            if kind < 12:
                words.append("tif=ioc")
            elif kind < 18:
                words.append("tif=fok")
            elif kind < 34:
                words.append("tif=gtc")
                if self.chance(50):
                    day = max(1, self.day + self.rng.randrange(-1, 4))
                    words.append(f"until=2026-{1 + day // 28:02d}-{1 + day % 28:02d}")
            elif kind < 35:
                words.append(self.pick(["display=1", "min=1", "post=1"]))
        if self.chance(3):
            words.append(f"as={self.pick([person, person, 'operator', 'regulator'])}")
        self.orders.append((name, person, instrument))
        del self.orders[:-NAMES_KEPT]
        return " ".join(words)

    def known(self):
        """An order's name: mostly one of the last ones, sometimes one that never was."""
        if not self.orders or self.chance(2):
            return "NOBODY", self.instruments[0]
        name, _, instrument = self.pick(self.orders)
        return name, instrument

    def cancel(self):
        line = f"cancel {self.known()[0]}"
        return line + (f" as={self.pick(self.people)}" if self.chance(4) else "")

    def replace(self):
        name, instrument = self.known()
        line = f"replace {name} qty={self.quantity(instrument)}"
        return line + (f" price={self.price(instrument)}" if self.chance(70) else "")

    def cancel_all(self):
        who = "-" if self.chance(20) else self.pick(self.people)
        return f"cancel-all {who}" + (f" {self.pick(self.instruments)}" if self.chance(50) else "")

    def session(self, name=None):
        """A move of phase: mostly towards continuous trading."""
        if name is None:
            name = self.pick(self.instruments)
        target = BACK[self.phase[name]]
        if self.chance(30):
            target = self.pick(MOVES[self.phase[name]])
        if self.chance(5):
            target = self.pick(PHASES)
        if target in MOVES[self.phase[name]]:
            self.phase[name] = target
        return f"phase {name} {target}"

    def new_day(self):
        self.day += self.rng.randrange(0, 3) if self.chance(90) else -1
        self.day = max(self.day, 1)
        return f"day 2026-{1 + self.day // 28:02d}-{1 + self.day % 28:02d}"

    def operator(self):
        kind = self.rng.randrange(20)
        name = self.pick(self.instruments)
        if kind < 6:
            return f"deposit {self.pick(self.people)} cash={self.pick([0, 1000, 200000, 5000000])}"
        if kind < 12:
            return f"issue {self.pick(self.people)} {name} qty={self.pick([0, 10, 300])}"
        zone = self.pick(self.zones)
        if kind < 14:
            return f"ref {name} {zone} price={self.ref[name, zone]}"
        if kind < 15:
            day = max(1, self.day + self.rng.randrange(-1, 3))
            return (f"member {self.pick(self.people)} {name} zone={zone} "
                    f"from=2026-{1 + day // 28:02d}-{1 + day % 28:02d}")
        if kind < 18:
            return f"uncross {name}"
        self.year += self.rng.randrange(2)
        return f"period {self.year}"

    def terms(self):
        name = self.pick(self.instruments)
        if len(self.zones) > 1 and self.chance(35):
            source, target = self.rng.sample(self.zones, 2)
            closed = " allowed=0" if self.chance(20) else ""
            return (f"link {name} {source} {target} ratio={self.pick(RATIOS)} "
                    f"levy_ppm={self.pick(LEVIES)}{closed}")
        self.limit(name)
        return self.lines.pop() if len(self.zones) > 1 else f"uncross {name}"

    def primary(self):
        kind = self.rng.randrange(10)
        name = self.pick(self.instruments)
        lot = self.lot[name]
        if kind < 2 or self.auctions == 0:
            self.auctions += 1
            seller = self.pick(self.people) if self.chance(40) else "reserve"
            return (f"auction A{self.auctions} {name} regime={self.pick(['GD-2013', 'custom'])} "
                    f"seller={seller} offer={100 * lot} reserve={self.ref[name, self.zones[0]]} "
                    f"lot={lot} floor_min={self.pick([1, 5])} "
                    f"share_ppm={self.pick([500000, 1000000])} "
                    f"deposit_ppm={self.pick([1000000, 1000000, 50000])} undersubscribed="
                    f"{self.pick(['cancel-all', 'partial-at-reserve', 'partial-at-lowest-bid'])} "
                    f"tie={self.pick(['time', 'pro-rata'])}")
        target = f"A{max(1, self.auctions - self.rng.randrange(2))}"
        if kind < 8:
            quantity = lot * (1 + self.rng.randrange(60))
            return (f"bid {target} {self.pick(self.people)} qty={quantity} "
                    f"price={self.price(name)}")
        return f"clear {target}"

    def look(self):
        name = self.pick(self.instruments)
        zone = f" zone={self.pick(self.zones)}" if self.chance(70) else ""
        looks = [f"book {name}{zone}", f"book {name} zone={self.pick(self.zones)} local=1",
                 f"account {self.pick(self.people)} {name}", f"orders {self.pick(self.people)}",
                 f"fund {name}", "reconcile", f"reconcile {name}"]
        if len(self.zones) > 1:
            source, target = self.rng.sample(self.zones, 2)
            looks.append(f"balance {name} {source} {target}")
        return self.pick(looks)

    def burst(self):
        """A short scene on one instrument: a call with crossing orders, or room that comes late."""
        name = self.pick(self.instruments)
        if self.phase[name] != "continuous" or len(self.zones) < 2:
            return
        source, target = self.rng.sample(self.zones, 2)
        call = self.chance(50)
        if call:
            self.say(f"phase {name} call")
        else:
            self.say(f"limit {name} {source} {target} lo=0 hi=0")
        for _ in range(6 + self.rng.randrange(12)):
            number = self.serial = self.serial + 1
            person = self.pick(self.people)
            self.orders.append((f"O{number}", person, name))
            self.say(f"order O{number} {person} {name} {self.pick(['buy', 'sell'])} "
                     f"qty={self.quantity(name)} price={self.price(name, person)}")
        if call and self.chance(30):
            self.say(f"uncross {name}")
        if call:
            self.say(f"phase {name} continuous")
        else:
            room = self.lot[name] * self.rng.randrange(60)
            self.say(f"limit {name} {source} {target} lo={-room} hi={room}")
        self.say(f"book {name}")

    def command(self):
        kind = self.rng.randrange(1000)
        for name in self.instruments:
            if self.phase[name] != "continuous" and self.chance(3 if "call" == self.phase[name]
                                                                else 15):
                return self.session(name)
        table = [(560, self.order), (720, self.cancel), (810, self.replace), (814, self.cancel_all),
                 (828, self.session), (832, self.new_day), (870, self.operator), (925, self.terms),
                 (945, self.primary)]
        for below, write in table:
            if kind < below:
                return self.protect(write())
        return self.look()

    def protect(self, line):
        """Some commands carry a lane and an id; some of those are sent again, or misused."""
        if self.sent and self.chance(2):
            return self.pick(self.sent)
        if not self.chance(8) or " as=" in line:
            return line
        lane = 1 + self.rng.randrange(3)
        self.lanes[lane] = self.lanes.get(lane, 0) + 1 + self.rng.randrange(2)
        number = self.lanes[lane]
        if self.chance(5):
            number = max(1, number - self.rng.randrange(12))
        line = f"{line} lane={lane} id={number}"
        if not line.startswith("click") and (
                "/" in line or not line.startswith(("order", "cancel ", "replace"))):
            self.sent.append(line)
            del self.sent[:-12]
        return line


def flow(seed, commands):
    """The lines of one script."""
    script = Flow(seed)
    script.setup()
    for _ in range(commands):
        if script.rng.randrange(150) == 0:
            script.burst()
        script.say(script.command())
    for name in script.instruments:
        script.say(f"book {name}")
        script.say(f"fund {name}")
        for person in script.people:
            script.say(f"account {person} {name}")
    script.say("reconcile")
    return script.lines


def calls(seed, commands):
    """The lines of a script of call auctions only, with many ties: GBA's prices lie about where the
    map of the link takes those of EWN, so that whole ranges of flows are equilibria."""
    script = Flow(seed)
    pick, below = script.pick, script.rng.randrange
    lot, ref = pick([1, 1, 2, 10]), pick([20, 400, 5000])
    ratio, times = pick([("1/1", 1), ("1/1", 1), ("2/1", 2), ("6/5", 6 / 5), ("3/2", 3 / 2)])
    base = [ref, round(ref * times) + pick([0, 0, 1, 3])]
    for zone in ZONES[:2]:
        script.say(f"zone {zone}")
    script.say(f"instrument X family=carbon lot={lot} ref={ref} band_ppm="
               f"{pick([100000, 300000, 1000000])} t_plus=0 fee_ppm=0 stp=allow phase=call")
    script.say(f"ref X GBA price={base[1] + pick([0, 0, 0, 1, ref // 5])}")
    script.say(f"ref X EWN price={ref - pick([0, 0, ref // 20])}")
    for i in range(4):
        script.say(f"participant p{i} zone={ZONES[i % 2]}")
        script.say(f"deposit p{i} cash={4 * 10**17}")
        script.say(f"issue p{i} X qty={10**9}")
    while len(script.lines) < commands:
        room = pick([1, 3, 10, 30, 100, 300]) * lot
        script.year += 1
        script.say(f"period {script.year}")
        script.say(f"limit X EWN GBA lo={-pick([0, room])} hi={room}")
        usual = script.chance(75)
        script.say(f"link X EWN GBA ratio={ratio if usual else pick(RATIOS)} "
                   f"levy_ppm={0 if usual else pick(LEVIES)} allowed={pick([0, 1, 1, 1])}")
        script.say(f"link X GBA EWN ratio={pick(RATIOS)} levy_ppm=0 allowed={below(2)}")
        spread, size = pick([0, 1, 1, 2, 5, ref // 10]), pick([1, 4, 20, 20])
        for _ in range(1 + below(16)):
            script.serial += 1
            person = below(4)
            price = base[person % 2] + below(2 * spread + 1) - spread
            script.say(f"order O{script.serial} p{person} X {pick(['buy', 'sell'])} "
                       f"qty={lot * (1 + below(size))} price={price}")
        script.say("uncross X")
        script.say("book X")
        script.say("cancel-all - X")
    script.say("reconcile")
    return script.lines


if __name__ == "__main__":
    print("\n".join(flow(int(sys.argv[1]), int(sys.argv[2]))))
