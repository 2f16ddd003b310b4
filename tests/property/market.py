"""market.py - what the property tests share: the market through its C library, and strategies.

Every example runs in a process of its own, because a broken invariant ends in an assert: the
property then fails with `Died` and hypothesis shrinks the script.
"""

import ctypes
import os
import pickle

from hypothesis import HealthCheck, settings, strategies as st

OUT_BYTES = 1 << 20
CAPACITY = ("capacity zones=3 instruments=6 participants=32 orders=64 names=256 levels=512 "
            "positions=128 auctions=16 bids=128 lanes=8 lane_window=16 extras=32 trades=256 "
            "locks=32 cities=4 rows=16")

if os.environ.get("LINGNAN_TEST_FULL") == "1":
    EXAMPLES = 5000
else:
    EXAMPLES = max(10, 120 * min(600, int(os.environ.get("TEST_SECONDS", "600"))) // 600)

settings.register_profile("market", max_examples=EXAMPLES, deadline=None, database=None,
                          derandomize=True,
                          suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large,
                                                 HealthCheck.filter_too_much])
settings.load_profile("market")


class Died(Exception):
    """The market stopped itself: an invariant of engine_check or an assert did not hold."""


class Unreadable(Exception):
    """A line the script form does not know: the test itself is wrong."""


class Market:
    """The library in this very process; use run() from a test."""

    def __init__(self, more=""):
        self.library = ctypes.CDLL(os.environ["LINGNAN_PROPERTY_LIBRARY"])
        self.library.market_export.restype = ctypes.c_char_p
        self.out = ctypes.create_string_buffer(OUT_BYTES)
        self.open(f"{CAPACITY} {more}".strip())

    def open(self, capacity):
        if not self.library.market_open(capacity.encode()):
            raise Unreadable(capacity)

    def line(self, text, steps_manual=0):
        """What one line prints, line by line."""
        if self.library.market_line(text.encode(), steps_manual, self.out,
                                    ctypes.c_size_t(OUT_BYTES)):
            raise Unreadable(text)
        return self.out.value.decode().splitlines()

    def lines(self, texts):
        return [self.line(text) for text in texts]

    def digest(self):
        out = (ctypes.c_uint64 * 2)()
        self.library.market_digest(out)
        return tuple(out)

    def export(self):
        return self.library.market_export().decode().splitlines()


def apart(play, *arguments):
    """play(*arguments) in a process of its own; what it returns, or Died, or its exception."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        errors = os.open(os.devnull, os.O_WRONLY)
        os.dup2(errors, 2)
        try:
            answer = (True, play(*arguments))
        except Exception as error:  # pylint: disable=broad-except
            answer = (False, repr(error))
        with os.fdopen(writer, "wb") as pipe:
            pickle.dump(answer, pipe)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    if status != 0 or not told:
        raise Died(f"status {status}")
    good, answer = pickle.loads(told)
    if not good:
        raise Unreadable(answer)
    return answer


def _lines(texts, more):
    return Market(more).lines(texts)


def run(texts, more=""):
    """What every line of a script prints."""
    return apart(_lines, texts, more)


def rows(text):
    """`trade n=1 from=EWN` as ("trade", {"n": 1, "from": "EWN"})."""
    word, *pairs = text.split()
    return word, {key: int(value) if value.lstrip("-").isdigit() else value
                  for key, value in (pair.split("=", 1) for pair in pairs)}


def found(printed, word):
    """The rows of one kind in what a script printed (a list of lists of lines)."""
    return [rows(line)[1] for lines in printed for line in lines if line.split()[0] == word]


# A small market: two zones, one instrument, six people

PEOPLE = [("p0", "EWN"), ("p1", "GBA"), ("p2", "EWN"), ("p3", "GBA"), ("p4", "EWN"), ("p5", "GBA")]
LOOKS = ["book X", "book X zone=EWN local=1", "book X zone=GBA local=1", "fund X", "prices X",
         "balance X EWN GBA", "reconcile", "gates X", "holders X", "show-terms X", "blocks",
         "auctions"] + [f"{look} {name}{tail}" for name, _ in PEOPLE
                        for look, tail in (("account", " X"), ("orders", ""))]
RATIOS = ["1/1", "6/5", "2/1", "21/20", "3/2"]
LEVIES = [0, 30000, 1, 250000, 1000000]


@st.composite
def setups(draw, phase="continuous", zones=2, stps=None, fees=(0, 2000, 333333)):
    """The lines that build the market; shrinks towards one zone-like links and no fee."""
    stp = draw(st.sampled_from(stps or ["allow", "cancel-incoming", "cancel-resting", "cancel-both",
                                        "decrement"]))
    lines = [f"zone {zone}" for zone in ["EWN", "GBA"][:zones]]
    lines.append(f"instrument X family=carbon lot={draw(st.sampled_from([1, 1, 3, 10]))} tick=1 "
                 f"ref=100 band_ppm=500000 t_plus={draw(st.sampled_from([0, 1]))} "
                 f"fee_ppm={draw(st.sampled_from(list(fees)))} stp={stp} block_from=0 "
                 f"phase={phase}")
    if zones == 2:
        for source, target in (("EWN", "GBA"), ("GBA", "EWN")):
            if draw(st.booleans()):
                lines.append(f"link X {source} {target} ratio={draw(st.sampled_from(RATIOS))} "
                             f"levy_ppm={draw(st.sampled_from(LEVIES))}")
        if draw(st.booleans()):
            low, high = draw(st.integers(0, 40)), draw(st.integers(0, 40))
            lines.append(f"limit X EWN GBA lo={-low} hi={high}")
    for at, (name, zone) in enumerate(PEOPLE):
        group = " group=g" if at >= 4 else ""
        lines.append(f"participant {name} zone={zone if zones == 2 else 'EWN'}{group}")
        lines.append(f"deposit {name} cash={draw(st.sampled_from([1000000, 20000]))}")
        lines.append(f"issue {name} X qty=600")
    return lines


def lot_of(setup):
    return next(rows(line.replace("instrument X", "instrument"))[1]["lot"] for line in setup
                if line.startswith("instrument X"))


@st.composite
def orders(draw, number, kinds=("limit",), lot=1, who=6, spread=12):
    """One `order` line with that number in its name."""
    person = draw(st.integers(0, who - 1))
    side = draw(st.sampled_from(["buy", "sell"]))
    quantity = lot * draw(st.integers(1, 30))
    price = 100 + draw(st.integers(-spread, spread))
    kind = draw(st.sampled_from(list(kinds)))
    stop = 100 + draw(st.integers(-spread, spread))
    tail = {"limit": f"price={price}", "ioc": f"price={price} tif=ioc",
            "fok": f"price={price} tif=fok", "market": "type=market",
            "gtc": f"price={price} tif=gtc", "post": f"price={price} post=1",
            "iceberg": f"price={price} display={lot * draw(st.integers(1, 5))}",
            "minimum": f"price={price} min={lot * draw(st.integers(1, 10))}",
            "stop": f"type=stop stop={stop}",
            "stop-limit": f"type=stop-limit stop={stop} price={price}"}[kind]
    return f"order O{number} p{person} X {side} qty={quantity} {tail}"


KINDS = ["limit", "limit", "limit", "ioc", "fok", "market", "gtc", "post", "iceberg", "minimum",
         "stop", "stop-limit"]


@st.composite
def commands(draw, number, lot=1):
    """Any one line of trading, operating or the trading day."""
    kind = draw(st.integers(0, 19))
    name = f"O{draw(st.integers(0, max(0, number - 1)))}"
    person = draw(st.integers(0, 5))
    if kind < 12:
        return draw(orders(number, KINDS, lot))
    if kind == 12:
        return f"cancel {name}"
    if kind == 13:
        return (f"replace {name} qty={lot * draw(st.integers(1, 40))} "
                f"price={100 + draw(st.integers(-12, 12))}")
    if kind == 14:
        return f"click K{number} p{person} {name} qty={lot * draw(st.integers(1, 12))}"
    if kind == 15:
        return (f"block B{number} p{person} p{draw(st.integers(0, 5))} X "
                f"qty={lot * draw(st.integers(1, 60))} price={100 + draw(st.integers(-20, 20))}")
    if kind == 16:
        return f"bust n={draw(st.integers(1, 9))}"
    if kind == 17:
        return draw(st.sampled_from(["phase X call", "phase X continuous", "phase X halt",
                                     "phase X break", "uncross X", "phase X closing",
                                     "phase X settlement", "phase X closed"]))
    if kind == 18:
        return draw(st.sampled_from([f"day 2026-01-{1 + min(27, number):02d}", "cancel-all - X",
                                     f"cancel-all p{person}", f"status p{person} active=0",
                                     "terms X dynamic_ppm=50000", f"period {2026 + number}"]))
    low, high = draw(st.integers(0, 40)), draw(st.integers(0, 40))
    return draw(st.sampled_from([f"limit X EWN GBA lo={-low} hi={high}",
                                 f"link X EWN GBA ratio={RATIOS[low % 5]} "
                                 f"levy_ppm={LEVIES[high % 5]}",
                                 f"gate X GBA closed=1 allow={high}",
                                 f"position-limit X group=g units={600 + high}"]))


@st.composite
def scripts(draw, phase="continuous", longest=25):
    """(setting up, trading): two lists of lines."""
    setup = draw(setups(phase))
    lot = lot_of(setup)
    count = draw(st.integers(1, longest))
    return setup, [draw(commands(number, lot)) for number in range(count)]
