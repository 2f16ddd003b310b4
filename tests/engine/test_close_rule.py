"""test_close_rule.py - what it costs to move the close, and that docs/close-rule.md says so.

Usage:  test_close_rule.py LINGNAN PAGE       compares the tables of the page
        test_close_rule.py LINGNAN --print    prints the tables
Method: every row of a table is one market script run by `LINGNAN replay`: twenty days of honest
        trading, then a day on which somebody trades for the sake of the close. The same trades run
        on two instruments, one with the weighted rule and one with GD-2019; the plain VWAP is what
        `prices` shows beside the close. Cost is read from the accounts.
Prints: TAP, one case for each table.
"""

import re
import subprocess
import sys

REF = 5000  # fen, of both instruments on the first day
HISTORY_DAYS = 20
FEE_PPM = 2000
RULES = {"W": "weighted", "G": "GD-2019"}
TABLE = re.compile(r"<!-- table (\w+) -->\n(.*?)<!-- end -->", re.DOTALL)


class Market:
    """A script being written; orders get names by number. Every trade happens on W and on G."""

    def __init__(self, usual):
        self.orders = 0
        self.day = 0
        self.lines = ["zone GBA"]
        for name, rule in RULES.items():
            self.lines += [f"instrument {name} ref={REF} t_plus=1 fee_ppm={FEE_PPM} block_from=0",
                           f"terms {name} close={rule}", f"phase {name} continuous"]
        for who in ("farm", "shop", "fox", "crow"):
            self.lines += [f"participant {who} zone=GBA", f"deposit {who} cash=1000000000000"]
            self.lines += [f"issue {who} {name} qty=10000000" for name in RULES]
        self.next_day()
        for _ in range(HISTORY_DAYS):
            self.trade("farm", "shop", usual, REF)
            self.next_day()

    def next_day(self):
        self.day += 1
        date = f"2026-{self.day // 28 + 1:02}-{self.day % 28 + 1:02}"
        self.lines += [f"day {date}", f"time {date}T10:00:00"]

    def order(self, who, side, qty, price):
        for name in RULES:
            self.orders += 1
            self.lines.append(f"order {name}{self.orders} {who} {name} {side} "
                              f"qty={qty} price={price}")

    def trade(self, seller, buyer, qty, price):
        if qty > 0:
            self.order(seller, "sell", qty, price)
            self.order(buyer, "buy", qty, price)

    def look(self):
        self.lines += [f"prices {name}" for name in RULES]
        self.lines += [f"account {who} W" for who in ("fox", "crow")]

    def close(self):
        self.lines += [f"phase {name} closing" for name in RULES]
        self.look()


def figures(line):
    return {key: int(value) for key, value in re.findall(r"(\w+)=(\d+)\b", line)}


def answers(lingnan, market):
    """The looks of the run: [{"W": prices, "G": prices, "cash": fen of the two traders}]."""
    done = subprocess.run([lingnan, "replay", "-"], input="\n".join(market.lines) + "\n",
                          capture_output=True, text=True, check=True)
    looks = []
    for line in done.stdout.splitlines():
        if line.startswith("rejected"):
            raise ValueError(line)
        if line.startswith("prices instrument=W"):
            looks.append({"W": figures(line), "cash": 0})
        elif line.startswith("prices instrument=G"):
            looks[-1]["G"] = figures(line)
        elif line.startswith("account"):
            looks[-1]["cash"] += figures(line)["cash"]
    return looks


def moved(price):
    return f"{(price - REF) / REF * 100:+.2f} %"


def row(cells):
    return "| " + " | ".join(str(cell) for cell in cells) + " |\n"


def table(head, rows):
    return row(head) + row(["---"] * len(head)) + "".join(row(cells) for cells in rows)


def table_friends(lingnan):
    """Two traders who are one in secret trade with each other at the upper edge of the band."""
    rows = []
    for usual, honest, name in ((14000, 14000, "normal day, market of 14 000 a day"),
                                (14000, 300, "thin day, market of 14 000 a day"),
                                (300, 300, "thin market, 300 a day"),
                                (300, 0, "nobody else trades, market of 300 a day")):
        for units in (1, 100, 101, 1000, 10000):
            market = Market(usual)
            market.trade("farm", "shop", honest, REF)
            market.look()
            market.trade("fox", "crow", units, REF * 11 // 10)
            market.close()
            before, after = answers(lingnan, market)
            fees = (before["cash"] - after["cash"]) // len(RULES)
            rows.append([name, units, units * REF * 11 // 10, fees, moved(after["W"]["close"]),
                         moved(after["G"]["close"]), moved(after["W"]["vwap"])])
            name = ""
    return table(["day", "units", "fen turned over", "fees paid, fen", "weighted", "GD-2019",
                  "VWAP"], rows)


def table_book(lingnan):
    """One trader buys the honest asks up to the edge of the band: 500 units at each price."""
    rows = []
    for usual, honest in ((14000, 14000), (300, 300)):
        for levels in (1, 3, 6):
            market = Market(usual)
            market.trade("farm", "shop", honest, REF)
            for step in range(6):
                market.order("farm", "sell", 500, REF + step * REF // 50)
            market.look()
            market.order("fox", "buy", 500 * levels, REF + (levels - 1) * REF // 50)
            market.close()
            before, after = answers(lingnan, market)
            paid = (before["cash"] - after["cash"]) // len(RULES)
            rows.append([f"{usual} a day", 500 * levels, paid, paid - 500 * levels * REF,
                         moved(after["W"]["close"]), moved(after["G"]["close"]),
                         moved(after["W"]["vwap"])])
    return table(["market", "units", "fen needed", "lost if sold again at 5000", "weighted",
                  "GD-2019", "VWAP"], rows)


def table_days(lingnan):
    """The two friends do it five days running, each day at the edge of that day's band."""
    rows = []
    for usual in (14000, 300):
        for units in (101, 1000):
            market = Market(usual)
            shown = []
            for _ in range(5):
                market.look()
                prices = answers(lingnan, market)[-1]
                for name in RULES:
                    high = prices[name]["band_high"]
                    market.lines += [f"order F{name}{market.day} fox {name} sell qty={units} "
                                     f"price={high}",
                                     f"order C{name}{market.day} crow {name} buy qty={units} "
                                     f"price={high}"]
                market.next_day()
                market.look()
                prices = answers(lingnan, market)[-1]
                shown.append([moved(prices[name]["ref"]) for name in RULES])
            for at, rule in enumerate(RULES.values()):
                rows.append([f"{usual} a day", units, rule] + [day[at] for day in shown])
    return table(["market", "units a day", "rule", "day 1", "day 2", "day 3", "day 4", "day 5"],
                 rows)


TABLES = {"friends": table_friends, "book": table_book, "days": table_days}


def main(lingnan, page):
    if page == "--print":
        for name, make in TABLES.items():
            print(f"<!-- table {name} -->\n{make(lingnan)}<!-- end -->\n")
        return 0
    with open(page, encoding="utf-8") as file:
        written = dict(TABLE.findall(file.read()))
    failed = 0
    print(f"1..{len(TABLES)}")
    for number, (name, make) in enumerate(TABLES.items(), 1):
        is_same = written.get(name) == make(lingnan)
        failed += not is_same
        print(f"{'ok' if is_same else 'not ok'} {number} - the table {name} is what the rules give")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
