"""test_real_auctions.py - the 20 real primary auctions of Guangdong, as published.

Usage:  test_real_auctions.py CSV LINGNAN [PROGRAM]...
Method: single bids were never published. For each auction bids are made that agree with everything
        that was: offer, reserve, number of bidders and winners, volume, highest and lowest bid, and
        whoever won stands at or above the published price. The programs (`LINGNAN replay -`, and
        any other that reads a script on standard input) clear them under the regime in force that
        day; price, units sold, state and number of winners must be those published, and the rest of
        the money must be where it was.
Prints: TAP, one case for each auction and program, and one for the sums over all of them.
"""

import csv
import subprocess
import sys

LEAST = 1000  # tonnes, the least bid from 2015 on


def read(path):
    with open(path, encoding="ascii") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return [{key: int(value) if value.isdigit() and key != "notice_id" else value
                 for key, value in row.items()} for row in rows]


def parts(total, count):
    """`total` in `count` parts as equal as can be."""
    return [total // count + (i < total % count) for i in range(count)]


def between(high, low, count):
    """`count` prices from high to low, both of them in it."""
    return [high - (high - low) * i // max(1, count - 1) for i in range(count)]


def bids_of(row):
    """(quantity, price) in order of entry."""
    if row["status"] != "CLEARED":  # all bids are filled, or none
        count = row["winners"] or row["participants"]
        return list(zip(parts(row["bid_volume_t"], count),
                        between(row["highest_fen"], row["lowest_fen"], count)))
    rest = row["bid_volume_t"] - row["offered_t"]
    losers = row["participants"] - row["winners"] if row["participants"] else min(1, rest)
    won = list(zip(parts(row["offered_t"], row["winners"]),
                   between(row["highest_fen"], row["clearing_fen"], row["winners"])))
    if losers == 0:
        return won
    below = between(max(row["lowest_fen"], row["clearing_fen"] - 1), row["lowest_fen"], losers)
    lost = list(zip(parts(rest, losers), below if losers > 1 else [row["lowest_fen"]]))
    # At the clearing price time decides: who lost there came later. Others may have come first.
    early = [bid for bid in lost if bid[1] < row["clearing_fen"]]
    return early + won + [bid for bid in lost if bid[1] == row["clearing_fen"]]


def agrees(row, bids):
    """Do the bids tell the story that was published?"""
    quantities, prices = [bid[0] for bid in bids], [bid[1] for bid in bids]
    assert sum(quantities) == row["bid_volume_t"]
    assert max(prices) == row["highest_fen"] and min(prices) == row["lowest_fen"]
    assert row["participants"] in (0, len(bids)) and row["winners"] <= len(bids)
    if row["regime"] in ("GD-2015", "GD-2016"):
        assert min(quantities) >= LEAST and max(quantities) <= row["offered_t"] // 2


def script_of(row, bids):
    lines = ["zone GBA", "instrument GDEA family=carbon t_plus=0"]
    for number, (quantity, price) in enumerate(bids):
        lines.append(f"participant p{number} zone=GBA")
        lines.append(f"deposit p{number} cash={quantity * price}")
    lines.append(f"auction A GDEA regime={row['regime']} seller=reserve offer={row['offered_t']} "
                 f"reserve={row['reserve_fen']}")
    for number, (quantity, price) in enumerate(bids):
        lines.append(f"bid A p{number} qty={quantity} price={price}")
    return "\n".join(lines + ["clear A", "reconcile"]) + "\n"


def words(line):
    return dict(word.split("=", 1) for word in line.split()[1:])


def check(program, row):
    """What is wrong; None if the outcome is the published one."""
    bids = bids_of(row)
    agrees(row, bids)
    run = subprocess.run(program, input=script_of(row, bids), capture_output=True, text=True,
                         check=False)
    lines = run.stdout.splitlines()
    rejected = [line for line in lines if line.startswith("rejected")]
    cleared = [words(line) for line in lines if line.startswith("cleared")]
    awards = [line for line in lines if line.startswith("award")]
    money = [words(line) for line in lines if line.startswith("money")]
    if run.returncode or rejected or len(cleared) != 1 or len(money) != 1:
        return f"status {run.returncode} {run.stderr.strip()} {rejected[:1]}"
    found = (int(cleared[0]["price"]), int(cleared[0]["sold"]), cleared[0]["state"], len(awards),
             int(money[0]["treasury"]))
    wanted = (row["clearing_fen"], row["sold_t"], row["status"], row["winners"],
              row["clearing_fen"] * row["sold_t"])
    return None if found == wanted else f"published {wanted}, cleared {found}"


def main(path, *commands):
    rows = read(path)
    programs = [[commands[0], "replay", "-"]] + [[command] for command in commands[1:]]
    print(f"1..{len(rows) * len(programs) + 1}")
    number = failed = 0
    for row in rows:
        for program in programs:
            number += 1
            wrong = check(program, row)
            failed += wrong is not None
            print(f"{'not ok' if wrong else 'ok'} {number} - {row['date']} {row['regime']} "
                  f"{row['status']}")
            if wrong:
                print(f"# {wrong}")
    states = [row["status"] for row in rows]
    whole = len(rows) == 20 and states.count("FAILED") == 2
    print(f"{'ok' if whole else 'not ok'} {number + 1} - twenty auctions, two of them failed")
    return 1 if failed or not whole else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
