#!/usr/bin/env python3
"""The figures of continuous glucose monitoring once more, in another language and by other ways.

Written from the texts of the consensus (Danne 2017, Battelino 2019 and 2023), Bergenstal 2018, Klonoff 2023, Service 1970 and
Molnar 1972, and from the rules in docs/glucose.md where these are silent. It knows nothing of the Rust beside it.

    second.py SERIES

A series is a text of lines: `zone NAME`, `from MS`, `to MS`, and `reading MS VALUE UNIT MARK`, moments in milliseconds since 1970
UTC, marks plain, LO, HI, warm-up, calibration, error. The answer is a text of lines, a key and its values; `-` is nothing.
"""

import math
import statistics
import sys
from bisect import bisect_right
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from itertools import groupby
from zoneinfo import ZoneInfo

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
MG_DL_PER_MMOL_L = 18.01559


def read(path):
    zone, start, end, rows = None, None, None, []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            words = line.split()
            if not words:
                continue
            if words[0] == "zone":
                zone = ZoneInfo(words[1])
            elif words[0] == "from":
                start = int(words[1])
            elif words[0] == "to":
                end = int(words[1])
            else:
                value = float(words[2])
                if words[3] == "mmol/L":
                    value *= MG_DL_PER_MMOL_L
                rows.append((int(words[1]), value, words[4]))
    return zone, start, end, rows


def wall(zone, ms):
    """What the clock on the wall shows: milliseconds since it showed 1970-01-01T00:00."""
    utc = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(milliseconds=ms)
    shown = utc.astimezone(zone).replace(tzinfo=None) - datetime(1970, 1, 1)
    return shown // timedelta(milliseconds=1)


def midnight(zone, number):
    """The moment at which day `number` since 1970-01-01 begins."""
    local = datetime(1970, 1, 1, tzinfo=zone) + timedelta(days=number)
    return (local.astimezone(timezone.utc) - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(milliseconds=1)


class Readings:
    """Those that count: moment, value, and -1 or +1 where the sensor could only say that it is less or more."""

    def __init__(self, start, end, rows):
        side = {"plain": 0, "LO": -1, "HI": 1}
        bounds = {}
        for at, value, mark in rows:
            if start <= at < end and mark in side and math.isfinite(value) and value > 0:
                # What two ways bring of one reading is one; a bound is more than a number.
                bounds.setdefault((at, value), []).append(side[mark])
        self.rows = sorted((at, value, max(sides, key=lambda s: (s != 0, s))) for (at, value), sides in bounds.items())
        self.at = [row[0] for row in self.rows]
        apart = sorted(b - a for a, b in zip(self.at, self.at[1:]) if b > a)
        median = apart[len(apart) // 2] if apart else 5 * MINUTE
        self.step = min(max((median + MINUTE // 2) // MINUTE, 1), 15) * MINUTE

    def is_below(self, row, limit):
        return row[1] < limit or (row[1] == limit and row[2] < 0)

    def is_above(self, row, limit):
        return row[1] > limit or (row[1] == limit and row[2] > 0)

    def lasting(self, first, last):
        """How long the readings from one to another stand for, each for a step; clocks waver by less than half of one."""
        return (math.floor(Fraction(last - first, self.step) + Fraction(1, 2)) + 1) * self.step

    def stretches(self):
        """Cut where a quarter of an hour or more is unknown."""
        cut, stretch = [], []
        for row in self.rows:
            if stretch and self.lasting(stretch[-1][0], row[0]) - 2 * self.step >= 15 * MINUTE:
                cut.append(stretch)
                stretch = []
            stretch.append(row)
        return cut + [stretch] if stretch else cut


def active(readings, times, length):
    """The share of `length` that readings stand for; what lies within half a step of the one before adds nothing."""
    counted, last = 0, None
    for at in times:
        if last is None or at - last >= readings.step // 2:
            counted, last = counted + 1, at
    return min(100.0, 100.0 * counted * readings.step / length)


def episodes(readings, outside, far, extended):
    found = []
    for stretch in readings.stretches():
        runs = [(key, list(group)) for key, group in groupby(stretch, key=outside)]
        long = [readings.lasting(group[0][0], group[-1][0]) >= 15 * MINUTE for _, group in runs]
        n = 0
        while n < len(runs):
            if not (runs[n][0] and long[n]):
                n += 1
                continue
            begin, rows, pending, end = runs[n][1][0][0], [], [], None
            while n < len(runs):
                is_out, group = runs[n]
                if is_out:
                    rows, pending = rows + pending + group, []
                elif long[n]:
                    end = group[0][0]
                    break
                else:
                    pending = group
                n += 1
            if end is None:
                end = rows[-1][0] + readings.step
            level = 2 if longest(readings, rows, far) >= 15 * MINUTE else 1
            found.append((begin, end, level, int(extended(rows)), rows))
    return found


def longest(readings, rows, has):
    runs = [list(group) for key, group in groupby(rows, key=has) if key]
    return max((readings.lasting(run[0][0], run[-1][0]) for run in runs), default=0)


def mage(readings, sd):
    """Turns first, then the lesser swings are taken out, the least at a time, until each is more than a deviation."""
    swings = []
    stretch = []
    for row in readings.rows + [None]:
        if row is None or (stretch and row[0] - stretch[-1][0] > 3 * HOUR):
            swings += swings_of([value for _, value, _ in stretch], sd)
            stretch = []
        if row is not None:
            stretch.append(row)
    if not swings:
        return None
    same = [abs(swing) for swing in swings if (swing > 0) == (swings[0] > 0)]
    return sum(same) / len(same)


def swings_of(values, sd):
    turns = [value for value, _ in groupby(values)]
    turns = [
        value
        for n, value in enumerate(turns)
        if n in (0, len(turns) - 1) or (value - turns[n - 1]) * (turns[n + 1] - value) < 0
    ]
    while len(turns) > 1:
        sizes = [abs(b - a) for a, b in zip(turns, turns[1:])]
        least = min(range(len(sizes)), key=sizes.__getitem__)
        if sizes[least] > sd:
            break
        if least == 0:
            del turns[0]
        elif least == len(sizes) - 1:
            del turns[-1]
        else:
            del turns[least : least + 2]
    return [b - a for a, b in zip(turns, turns[1:])]


def modd(readings, zone):
    shown = sorted(((wall(zone, at), n) for n, at in enumerate(readings.at)))
    times = [at for at, _ in shown]
    off = []
    for at, n in shown:
        wanted = at - DAY
        place = bisect_right(times, wanted)
        near = [(abs(times[m] - wanted), m) for m in (place - 1, place) if 0 <= m < len(times)]
        distance, m = min(near, default=(DAY, 0))
        if distance * 2 < readings.step:
            off.append(abs(readings.rows[n][1] - readings.rows[shown[m][1]][1]))
    return sum(off) / len(off) if off else None


def percentiles(values):
    if not values:
        return [None] * 5
    if len(values) == 1:
        return values * 5
    cuts = statistics.quantiles(values, n=20, method="inclusive")
    return [cuts[0], cuts[4], cuts[9], cuts[14], cuts[18]]


def main():
    zone, start, end, rows = read(sys.argv[1])
    readings = Readings(start, end, rows)
    values = [row[1] for row in readings.rows]
    n = len(values)
    say = lambda key, *words: print(key, *("-" if word is None else word for word in words))

    def share(has, of=None):
        of = readings.rows if of is None else of
        return 100.0 * sum(1 for row in of if has(row)) / len(of) if of else None

    below = lambda limit: lambda row: readings.is_below(row, limit)
    above = lambda limit: lambda row: readings.is_above(row, limit)
    within = lambda low, high: lambda row: not readings.is_below(row, low) and not readings.is_above(row, high)

    say("n", n)
    say("step_ms", readings.step)
    active_percent = active(readings, readings.at, end - start)
    say("active_percent", active_percent)
    mean = statistics.fmean(values) if n else None
    sd = statistics.stdev(values) if n > 1 else None
    say("mean_mg_dl", mean)
    say("sd_mg_dl", sd)
    say("cv_percent", None if sd is None else 100 * sd / mean)
    say("gmi_percent", None if mean is None else 3.31 + 0.02392 * mean)
    say("tir_percent", share(within(70, 180)))
    say("titr_percent", share(within(70, 140)))
    say("pregnancy_percent", share(within(63, 140)))
    for limit in (70, 54):
        say(f"below_{limit}_percent", share(below(limit)))
    for limit in (180, 250):
        say(f"above_{limit}_percent", share(above(limit)))
    if n:
        lows = share(below(54)) + 0.8 * (share(below(70)) - share(below(54)))
        highs = share(above(250)) + 0.5 * (share(above(180)) - share(above(250)))
        say("gri", min(100.0, 3.0 * lows + 1.6 * highs))
    else:
        say("gri", None)
    say("mage_mg_dl", None if sd is None else mage(readings, sd))
    say("modd_mg_dl", modd(readings, zone))

    def long_low(rows):
        return longest(readings, rows, below(70)) >= 120 * MINUTE

    def long_high(rows):
        far = [row[0] for row in rows if readings.is_above(row, 250)]
        return any(
            sum(readings.step for other in far if at <= other and readings.lasting(at, other) <= 120 * MINUTE) >= 90 * MINUTE
            for at in far
        )

    hypos = episodes(readings, below(70), below(54), long_low)
    hypers = episodes(readings, above(180), above(250), long_high)
    for key, found, worst in (("hypo", hypos, min), ("hyper", hypers, max)):
        say(f"{key}_episodes", len(found))
        for begin, stop, level, is_extended, inside in found:
            say(key, begin, stop, level, is_extended, worst(row[1] for row in inside))

    shown = [wall(zone, at) for at in readings.at]
    first, last = wall(zone, start) // DAY, wall(zone, end - 1) // DAY
    for number in range(first, last + 1):
        begins, ends = midnight(zone, number), midnight(zone, number + 1)
        if begins == ends:
            continue
        mine = [row for row, at in zip(readings.rows, shown) if at // DAY == number]
        asked = min(ends, end) - max(begins, start)
        date = (datetime(1970, 1, 1) + timedelta(days=number)).date().isoformat()
        say(
            "day",
            date,
            (ends - begins) / HOUR,
            asked,
            len(mine),
            active(readings, [row[0] for row in mine], asked),
            statistics.fmean([row[1] for row in mine]) if mine else None,
            share(within(70, 180), mine),
            sum(1 for low in hypos if wall(zone, low[0]) // DAY == number),
            sum(1 for high in hypers if wall(zone, high[0]) // DAY == number),
        )
    for bin in range(96):
        inside = [value for value, at in zip(values, shown) if at % DAY // (15 * MINUTE) == bin]
        say("agp", bin * 15, len(inside), *percentiles(inside))
    fortnight = max(wall(zone, end) - wall(zone, start), end - start) >= 14 * DAY
    say("too_little", int(not fortnight), int(active_percent <= 70))


main()
