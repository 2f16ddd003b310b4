"""naive_flow_rules.py - random market scripts of rule set 2: every order type and attribute, terms,
gates, limits, cities, quotas, interruptions, closes, the calendar, tranches, rents.

Usage:  naive_flow_rules.py SEED COMMANDS > SCRIPT
Built on naive_flow.py, and as it does: small numbers so that things happen, no look at the market.
"""

import datetime
import sys

import naive_flow

CITIES = ["C1", "C2", "C3"]
TYPES = ["covered", "new-entrant", "voluntary", "investor"]
FIRST_DAY = datetime.datetime(2026, 1, 1)
BASES = ["sandbox", "sandbox", "sandbox", "approved-exchange", "CN-permitted"]
METHODS = ["agreement,listing,auction,call,continuous", "listing,call", "agreement,listing,auction",
           "continuous", "call,continuous", "listing,continuous", "call"]


class Rules(naive_flow.Flow):
    """One script being written. `mood` says what this script has much of."""

    bands = [50000, 100000, 100000, 100000, 300000, 300000, 1000000, 1000000]

    def __init__(self, seed):
        super().__init__(seed)
        self.mood = self.pick(["orders", "stops", "terms", "limits", "calls", "days"])
        self.clock = FIRST_DAY + datetime.timedelta(hours=9, minutes=31)
        self.seeded = {}
        self.first_set = False  # begins with rule set 1
        self.stopped = []  # participants

    # Setting up

    def capacities(self):
        work = f" work={self.pick([1, 2, 3, 7, 50])}" if self.chance(25) else ""
        if self.chance(10):
            self.first_set = True
            work += " rules=1"
        return work + (" locks=4" if self.chance(10) else "")

    def describe(self, words):
        city = f" city={self.pick(CITIES)}" if self.chance(60) else ""
        return city if "type=" in words else f"{city} type={self.pick(TYPES)}"

    def setup(self):
        super().setup()
        self.say(f"time {self.clock.isoformat()}")
        for name in self.instruments:
            if self.chance(70 if self.mood in ("orders", "stops") else 30):
                self.say(f"terms {name} dynamic_ppm={self.pick([0, 20000, 50000, 100000, 300000])}")
            if self.mood == "limits" or self.chance(20):
                self.say(self.gate(name))
                self.say(self.holding(name))
        for city in CITIES:
            if self.chance(30):
                self.say(f"city {city} zone={self.pick(self.zones)}")

    def date(self, low, high):
        day = max(1, self.day + self.rng.randrange(low, high))
        return f"2026-{1 + day // 28:02d}-{1 + day % 28:02d}"

    # Trading

    def lots(self, name, most):
        return self.lot[name] * (1 + self.rng.randrange(most))

    def order(self):
        name, person = self.order_name(self.pick(self.people))
        instrument = self.pick(self.instruments)
        words = [f"order {name} {person} {instrument} {self.pick(['buy', 'sell'])}",
                 f"qty={self.quantity(instrument)}"]
        kind = self.rng.randrange(1000)
        stops = 450 if self.mood == "stops" else 150
        if kind < 50:
            words.append("type=market")
        elif kind < 50 + stops // 2:
            words.append(f"type=stop stop={self.price(instrument, person)}{self.gtc()}")
        else:
            words.append(f"price={self.price(instrument, person)}")
            if kind < 50 + stops:
                words.append(f"type=stop-limit stop={self.price(instrument, person)}{self.gtc()}")
                if self.chance(20):
                    words.append(f"display={self.lots(instrument, 8)}")
            else:
                words.append(self.attribute(instrument, self.rng.randrange(100)))
        if self.chance(3):
            words.append(self.pick(["post=1", "display=5", "min=5", "tif=ioc", "stop=37",
                                    "until=2026-02-01", "display=1000000", "min=-1"]))
        if self.chance(2):
            words.append(f"as={self.pick([person, person, 'operator', 'regulator'])}")
        self.orders.append((name, person, instrument))
        del self.orders[:-naive_flow.NAMES_KEPT]
        return self.keys_once(" ".join(words))

    @staticmethod
    def keys_once(line):
        """The line without a second word of the same key."""
        seen, kept = set(), []
        for word in line.split():
            key = word.split("=")[0] if "=" in word else None
            if key not in seen or key is None:
                kept.append(word)
            seen.add(key)
        return " ".join(kept)

    def gtc(self):
        if not self.chance(50):
            return ""
        return " tif=gtc" + (f" until={self.date(-1, 4)}" if self.chance(40) else "")

    def attribute(self, name, kind):
        """What makes a limit order special; nothing for the most of them."""
        if kind < 20:
            return f"display={self.lots(name, 6)}{self.gtc()}"
        if kind < 28:
            return f"post=1{self.gtc()}"
        if kind < 36:
            return f"min={self.lots(name, 15)}" + (" tif=ioc" if self.chance(40) else "")
        if kind < 42:
            return "tif=ioc"
        if kind < 50:
            return "tif=fok"
        return self.gtc().strip()

    def click(self):
        name, _ = self.known()
        instrument = self.pick(self.instruments)
        self.serial += 1
        quantity = self.lot[instrument] * self.pick([1, 2, 5, 6, 10, 12, 20, 21])
        where = f" instrument={instrument}" if self.chance(10) else ""
        person = self.pick(self.people)
        self.orders.append((f"K{self.serial}", person, instrument))
        return f"click K{self.serial} {person} {name} qty={quantity}{where}"

    def crowd(self):
        """Orders of one kind on one instrument, then takers of all kinds: long chains of fills."""
        name = self.pick(self.instruments)
        kind = self.pick(["iceberg", "stop", "plain"])
        for _ in range(4 + self.rng.randrange(8)):
            person, side = self.pick(self.people), self.pick(["buy", "sell"])
            words = f"qty={self.quantity(name)} price={self.price(name, person)}"
            if kind == "iceberg":
                words += f" display={self.lots(name, 5)}"
            elif kind == "stop":
                words += f" type=stop-limit stop={self.price(name, person)}"
                if self.chance(50):
                    words = f"qty={self.lots(name, 20)} type=stop stop={self.price(name, person)}"
            self.enter(person, name, side, words + self.gtc())
        for _ in range(2 + self.rng.randrange(5)):
            person = self.pick(self.people)
            words = f"qty={self.lots(name, 60)} price={self.price(name, person)} "
            words += self.pick(["tif=fok", "tif=ioc", f"min={self.lots(name, 30)}", "", ""])
            self.enter(person, name, self.pick(["buy", "sell"]), words)

    def enter(self, person, name, side, words):
        self.serial += 1
        self.orders.append((f"O{self.serial}", person, name))
        self.say(f"order O{self.serial} {person} {name} {side} {words}".strip())

    def clicks(self):
        """An order, and somebody who takes a part of it."""
        name, person = self.pick(self.instruments), self.pick(self.people)
        words = f"qty={self.lots(name, 40)} price={self.price(name, person)}"
        if self.chance(40):
            words += f" display={self.lots(name, 6)}"
        self.enter(person, name, self.pick(["buy", "sell"]), words)
        made = self.serial
        for _ in range(1 + self.rng.randrange(3)):
            self.serial += 1
            quantity = self.lot[name] * self.pick([1, 2, 3, 5, 6, 10, 12, 20])
            taker = self.pick(self.people)
            self.orders.append((f"K{self.serial}", taker, name))
            self.say(f"click K{self.serial} {taker} O{made} qty={quantity}")

    # The rules

    def gate(self, name):
        kind = self.pick(["", " kind=block", " kind=ratio", " kind=new-projects"])
        where = f" city={self.pick(CITIES)}" if self.chance(50) else ""
        zone = "" if where else f" {self.pick(self.zones)}"
        closed = 0 if self.chance(30) else 1
        allow = self.lot[name] * self.pick([0, 10, 50, 200, 200, 500])
        return f"gate {name}{zone}{where} closed={closed} allow={allow}{kind}"

    def holding(self, name):
        whose = self.pick(["group=g1", "group=p0", "type=investor", "type=covered", "group=p2"])
        figure = self.pick([f"units={self.lot[name] * self.pick([0, 40, 510, 5050])}",
                            f"ppm={self.pick([0, 10000, 100000, 300000])}",
                            f"units={self.lot[name] * 600} ppm=100000", ""])
        later = f" from={self.date(-1, 3)}" if self.chance(30) else ""
        return f"position-limit {name} {whose} {figure}{later}".replace("  ", " ")

    def people_rules(self):
        kind, person = self.rng.randrange(8), self.pick(self.people)
        if kind == 0:
            self.stopped.append(person)
            return f"status {person} active=0"
        if kind == 1:
            whose = "-" if self.chance(20) else person
            return (f"quota {whose} open_orders={self.pick([0, 0, 0, 4, 8])} "
                    f"rate={self.pick([0, 0, 0, 1, 3, 10])}")
        if kind == 2:
            until = f" until={self.date(0, 4)}" if self.chance(60) else ""
            return f"discount {person} ppm={self.pick([0, 100000, 500000, 1000000])}{until}"
        if kind < 5:
            words = f"city {self.pick(CITIES)}"
            if self.chance(80):
                words += f" zone={self.pick(self.zones)}"
            if self.chance(40):
                words += f" instrument={self.pick(self.instruments)}"
            if self.chance(60):
                words += f" from={self.date(0, 4)}"
            return words + (f" investors={self.rng.randrange(2)}" if self.chance(10) else "")
        name = self.pick(self.instruments)
        return self.gate(name) if self.chance(50) else self.holding(name)

    def terms_of(self, name, closed):
        """Some keys of terms; those that need it only while the phase is closed."""
        words = [f"terms {name}"]
        free = [f"dynamic_ppm={self.pick([0, 0, 20000, 50000, 100000])}",
                f"fee_ppm={self.pick([0, 1000, 2000, 333333])}",
                f"live_rent={self.pick([0, 1, 1])}",
                f"holders_max={self.pick([0, 0, 5, 12, 30])}", f"investors={self.pick([0, 1, 1])}",
                f"close_floor={self.pick([1, 10, 100, 1000])}", "approval=GD-7"]
        tight = [f"t_plus={self.rng.randrange(6)}", f"close={self.pick(['weighted', 'GD-2019'])}",
                 f"methods={self.pick(METHODS[:1] * 12 + METHODS)}",
                 f"basis={self.pick(BASES)}"]
        words += self.rng.sample(free, 1 + self.rng.randrange(2))
        if closed:
            words += self.rng.sample(tight, 1 + self.rng.randrange(2))
        return " ".join(words)

    def terms_scene(self):
        """Closes an instrument, changes its terms, opens it again."""
        name = self.pick(self.instruments)
        if not self.chance(40):
            return self.terms_of(name, self.chance(10))
        if self.phase[name] in ("continuous", "call"):
            self.say(f"phase {name} closed")
            self.say(self.terms_of(name, True))
            self.phase[name] = "closed"
        target = self.pick(["call", "continuous", "continuous"])
        self.phase[name] = target
        return f"phase {name} {target}"

    def tranche(self):
        name, lot = self.pick(self.instruments), 0
        if len(self.zones) < 2:
            return f"prices {name}"
        source, target = self.rng.sample(self.zones, 2)
        lot = self.lot[name]
        low, high = self.pick([0, 7, 20, 60, 90]), self.pick([0, 5, 12, 40, 100])
        return (f"tranche {name} {source} {target} lo={-low * lot} hi={high * lot} "
                f"from={self.date(-1, 4)}")

    def seed(self):
        name = self.pick(self.instruments)
        kind = "reveal" if self.seeded.get(name) else "commit"
        if self.chance(10):
            kind = self.pick(["reveal", "commit"])
        self.seeded[name] = kind == "commit"
        return f"seed {kind}={self.rng.randrange(16):x}{'0123456789abcde' * 4}fff instrument={name}"

    # The day

    def new_day(self):
        if self.chance(20):
            kind = self.pick(["holiday", "session", "session", "business"])
            return f"calendar {self.date(0, 4)} kind={kind}"
        if self.chance(50):
            self.closing()
        line = super().new_day()
        moment = FIRST_DAY + datetime.timedelta(days=40 * self.day, hours=9, minutes=31,
                                                seconds=self.pick([0, 30, 55]))
        if moment > self.clock:
            self.clock = moment
            self.say(f"time {self.clock.isoformat()}")
        return line

    def closing(self):
        """The end of a day: closing price, settlement, sometimes the way back to trading."""
        name = self.pick(self.instruments)
        if self.phase[name] != "continuous":
            return
        for target in ["closing", "settlement", "closed", self.pick(["call", "continuous"])]:
            self.say(f"phase {name} {target}")
            self.phase[name] = target
            if self.chance(10):
                return
            if self.chance(20):
                self.say(f"prices {name}")

    def look(self):
        name = self.pick(self.instruments)
        if self.chance(40):
            return super().look()
        return self.pick([f"prices {name}", f"indicative {name}", f"gates {name}",
                          f"holders {name} ppm={self.pick([0, 10000, 200000])}",
                          f"show-terms {name}", f"orders {self.pick(self.people)}"])

    def pass_time(self):
        step = self.pick([1, 1, 20, 70]) * 1000 + self.rng.randrange(1000)
        if self.chance(70):
            step = self.rng.randrange(1, 400)
        self.clock += datetime.timedelta(milliseconds=step)
        self.say(f"time +{step}ms")

    def command(self):
        if self.first_set and self.chance(1):
            self.first_set = False
            return "rules 2"
        if self.chance(15):
            self.pass_time()
        if self.stopped and self.chance(10):
            return f"status {self.stopped.pop()} active=1"
        if self.chance(1):
            self.pick([self.crowd, self.crowd, self.clicks])()
        if self.chance(3):  # an interruption or a refused move: back to trading
            name = self.pick(self.instruments)
            if self.phase[name] == "continuous":
                return f"phase {name} continuous"
        mood = {"terms": (120, 40), "limits": (40, 150), "calls": (30, 30), "days": (40, 40)}
        terms, people = mood.get(self.mood, (25, 30))
        kind = self.rng.randrange(1000)
        table = [(terms, self.terms_scene), (people, self.people_rules), (30, self.click),
                 (15, self.tranche), (4, self.seed),
                 (40 if self.mood == "days" else 8, self.new_day),
                 (90 if self.mood == "calls" else 10, self.indicative), (30, self.look)]
        for share, write in table:
            if kind < share:
                return self.protect(write())
            kind -= share
        return super().command()

    def indicative(self):
        """A call, with looks at what it would do."""
        name = self.pick(self.instruments)
        self.burst()
        return f"indicative {name}"


def flow(seed, commands):
    """The lines of one script."""
    script = Rules(seed)
    script.setup()
    for _ in range(commands):
        if script.rng.randrange(60) == 0:
            script.burst()
        script.say(script.command())
    for name in script.instruments:
        for look in ("book", "fund", "prices", "gates", "holders", "show-terms"):
            script.say(f"{look} {name}")
        for person in script.people:
            script.say(f"account {person} {name}")
    for person in script.people:
        script.say(f"orders {person}")
    script.say("reconcile")
    if any(" rules=1" in line for line in script.lines[:1]):  # its last price outlives the day
        return [line for line in script.lines if not line.startswith("prices ")]
    return script.lines


if __name__ == "__main__":
    print("\n".join(flow(int(sys.argv[1]), int(sys.argv[2]))))
