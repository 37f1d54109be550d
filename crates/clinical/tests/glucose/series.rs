//! Series of glucose: made from a seed, kept as a text, or read from a recording; and what our figures of them are, line by line.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::fs;
use std::path::Path;

use clinical::glucose::{Agp, End, Figures, GlucoseEpisode, Level, Mark, Reading, TargetSet, Trace};
use clinical::{DAY_MS, HOUR_MS, Instant, MINUTE_MS, TimeRange, WallClock};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

const MARKS: [(&str, Mark); 6] = [
    ("plain", Mark::Plain),
    ("LO", Mark::Low),
    ("HI", Mark::High),
    ("warm-up", Mark::WarmUp),
    ("calibration", Mark::Calibration),
    ("error", Mark::Artefact),
];

/// As it was sent.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    at: i64,
    value: f64,
    unit: &'static str,
    mark: Mark,
}

/// Readings of a person in a zone over a period.
#[derive(Clone, Debug)]
pub(crate) struct Series {
    zone: String,
    period: TimeRange,
    rows: Vec<Row>,
}

impl Series {
    pub(crate) fn read(text: &str) -> Series {
        let (mut zone, mut from, mut to, mut rows) = (String::new(), 0, 0, Vec::new());
        for line in text.lines() {
            match line.split(' ').collect::<Vec<_>>()[..] {
                ["zone", name] => zone = name.to_owned(),
                ["from", ms] => from = ms.parse().unwrap(),
                ["to", ms] => to = ms.parse().unwrap(),
                ["reading", at, value, unit, mark] => rows.push(Row {
                    at: at.parse().unwrap(),
                    value: value.parse().unwrap(),
                    unit: if unit == "mmol/L" { "mmol/L" } else { "mg/dL" },
                    mark: MARKS.iter().find(|(word, _)| *word == mark).unwrap().1,
                }),
                _ => panic!("no line of a series: {line}"),
            }
        }
        Series { zone, period: TimeRange::of_ms(from, to).unwrap(), rows }
    }

    /// The people of a recording: `id`, `time` by the clock on the wall, `gl` in mg/dL. From the first midnight to the last.
    pub(crate) fn recorded(file: &Path, zone: &str) -> Vec<Series> {
        let text = fs::read_to_string(file).unwrap();
        let place = TimeZone::get(zone).unwrap();
        let mut people: BTreeMap<String, Vec<(DateTime, f64)>> = BTreeMap::new();
        for line in text.lines().skip(1) {
            let fields: Vec<&str> = line.split(',').collect();
            let Ok(value) = fields[2].parse::<f64>() else { continue };
            people.entry(fields[0].to_owned()).or_default().push((fields[1].parse().unwrap(), value));
        }
        let ms = |time: DateTime| place.to_timestamp(time).unwrap().as_millisecond();
        let one = |rows: Vec<(DateTime, f64)>| {
            let first = rows.iter().map(|(time, _)| time.date()).min().unwrap();
            let last = rows.iter().map(|(time, _)| time.date()).max().unwrap();
            let midnight = |date: jiff::civil::Date| ms(date.to_datetime(jiff::civil::Time::midnight()));
            let row = |(time, value)| Row { at: ms(time), value, unit: "mg/dL", mark: Mark::Plain };
            Series {
                zone: zone.to_owned(),
                period: TimeRange::of_ms(midnight(first), midnight(last.tomorrow().unwrap())).unwrap(),
                rows: rows.into_iter().map(row).collect(),
            }
        };
        people.into_values().map(one).collect()
    }

    fn clock(&self) -> WallClock {
        let zone = TimeZone::get(&self.zone).unwrap();
        let stamp = |at: Instant| Timestamp::from_millisecond(at.0).unwrap();
        let ahead = |offset: jiff::tz::Offset| i64::from(offset.seconds()) * 1000;
        let around = self.period.widened(3 * DAY_MS);
        let changes =
            zone.following(stamp(around.from())).take_while(|change| change.timestamp() < stamp(around.to()));
        let changes =
            changes.map(|change| (Instant(change.timestamp().as_millisecond()), ahead(change.offset())));
        WallClock::new(ahead(zone.to_offset(stamp(around.from()))), changes.collect::<Vec<_>>())
    }

    pub(crate) fn trace(&self) -> Trace {
        let read = |row: &Row| Reading::in_unit(Instant(row.at), row.value, row.unit, row.mark).unwrap();
        let readings: Vec<Reading> = self.rows.iter().map(read).collect();
        Trace::of(&readings, self.period, &self.clock(), None)
    }

    /// Our figures, as `second.py` writes them.
    pub(crate) fn said(&self) -> String {
        let trace = self.trace();
        let figures = Figures::of(&trace);
        let (spread, shares) = (&figures.spread, &figures.shares);
        let share = |count| shares.percent(count);
        let pregnancy = TargetSet::Pregnancy.judge(&trace)[0].percent;
        let mut text = format!(
            "n {}\nstep_ms {}\nactive_percent {}\n",
            figures.n, figures.step_ms, figures.active_percent
        );
        for (key, value) in [
            ("mean_mg_dl", spread.mean_mg_dl()),
            ("sd_mg_dl", spread.sd_mg_dl()),
            ("cv_percent", spread.cv_percent()),
            ("gmi_percent", spread.gmi_percent()),
            ("tir_percent", share(shares.in_range())),
            ("titr_percent", share(shares.tight)),
            ("pregnancy_percent", pregnancy),
            ("below_70_percent", share(shares.below_70())),
            ("below_54_percent", share(shares.very_low)),
            ("above_180_percent", share(shares.above_180())),
            ("above_250_percent", share(shares.very_high)),
            ("gri", shares.gri()),
            ("mage_mg_dl", figures.mage_mg_dl),
            ("modd_mg_dl", figures.modd_mg_dl),
        ] {
            writeln!(text, "{key} {}", word(value)).unwrap();
        }
        episodes(&mut text, "hypo", &figures.hypos);
        episodes(&mut text, "hyper", &figures.hypers);
        for row in &figures.days {
            let hours = row.day.length_ms as f64 / HOUR_MS as f64;
            let (mean, tir) =
                (word(row.spread.mean_mg_dl()), word(row.shares.percent(row.shares.in_range())));
            writeln!(
                text,
                "day {} {hours} {} {} {} {mean} {tir} {} {}",
                row.day.date,
                row.day.asked_ms,
                row.spread.n(),
                row.active_percent,
                row.hypos,
                row.hypers
            )
            .unwrap();
        }
        for bin in Agp::of(&trace, 15).bins {
            let values = bin.mg_dl.map_or([None; 5], |values| values.map(Some)).map(word).join(" ");
            writeln!(text, "agp {} {} {values}", bin.from_minute, bin.n).unwrap();
        }
        let missing = figures.too_little;
        let (days, active) = (missing.and_then(|t| t.days), missing.and_then(|t| t.active_percent));
        writeln!(text, "too_little {} {}", u8::from(days.is_some()), u8::from(active.is_some())).unwrap();
        text
    }
}

fn word(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

fn episodes(text: &mut String, key: &str, found: &[GlucoseEpisode]) {
    writeln!(text, "{key}_episodes {}", found.len()).unwrap();
    for episode in found {
        let level = if episode.level == Level::Two { 2 } else { 1 };
        assert!(episode.end != End::Open || episode.to >= episode.from);
        writeln!(
            text,
            "{key} {} {} {level} {} {}",
            episode.from.0,
            episode.to.0,
            u8::from(episode.is_extended),
            episode.worst_mg_dl
        )
        .unwrap();
    }
}

impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = self.period.ms();
        writeln!(f, "zone {}\nfrom {from}\nto {to}", self.zone)?;
        for row in &self.rows {
            let mark = MARKS.iter().find(|(_, mark)| *mark == row.mark).unwrap().0;
            writeln!(f, "reading {} {} {} {mark}", row.at, row.value, row.unit)?;
        }
        Ok(())
    }
}

/// Numbers from a seed (SplitMix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 to below `n`.
    fn below(&mut self, n: u64) -> i64 {
        i64::try_from(self.next() % n).unwrap()
    }

    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// Where it is, when it begins by the clock on the wall: over changes of the clock, in zones of half an hour, over a missing midnight.
const PLACES: [(&str, &str); 8] = [
    ("Europe/Berlin", "2026-03-22T00:00"),
    ("Europe/Berlin", "2026-10-18T00:00"),
    ("America/New_York", "2026-10-30T13:20"),
    ("Asia/Kolkata", "2026-05-01T00:00"),
    ("Australia/Lord_Howe", "2026-04-01T00:00"),
    ("Asia/Kathmandu", "2026-05-01T07:35"),
    ("Africa/Cairo", "2026-04-20T00:00"),
    ("UTC", "2026-06-01T00:00"),
];

/// A person made from a seed: with meals and lows, a sensor of 1, 5, 10 or 15 minutes whose clock wavers, in one of the units, with
/// gaps, warm-up, calibrations, errors, LO and HI, doubled samples, and in whatever order.
pub(crate) fn made(seed: u64) -> Series {
    let minutes = [5, 15, 1, 10][usize::try_from(seed / 8 % 4).unwrap()];
    let days = if minutes == 1 { 2 } else { 2 + i64::try_from(seed % 15).unwrap() };
    series(seed, days, minutes)
}

/// The series that lie beside the test.
pub(crate) fn kept() -> Vec<(&'static str, Series)> {
    vec![
        ("a-day-of-23-hours-in-mmol", series(1000, 9, 15)),
        ("a-day-of-25-hours", series(1001, 9, 15)),
        ("from-noon-in-new-york", series(1002, 4, 10)),
        ("half-an-hour-zone", series(1003, 3, 5)),
        ("a-clock-changed-by-half-an-hour", series(1004, 5, 10)),
        ("a-midnight-that-is-missing", series(1006, 6, 15)),
    ]
}

fn series(seed: u64, days: i64, minutes: i64) -> Series {
    let mut dice = Dice(seed);
    let (name, begins) = PLACES[usize::try_from(seed % 8).unwrap()];
    let zone = TimeZone::get(name).unwrap();
    let from: DateTime = begins.parse().unwrap();
    let to = from.checked_add(jiff::Span::new().days(days)).unwrap();
    let ms = |time: DateTime| zone.to_timestamp(time).unwrap().as_millisecond();
    let (from, to) = (ms(from), ms(to));
    let is_mmol = (seed / 2).is_multiple_of(2);
    let step = minutes * MINUTE_MS;
    let (mut glucose, mut aim, mut rows, mut gap_until, mut warm_until) = (130.0, 130.0, Vec::new(), 0, 0);
    // A step before and after: what does not belong to the period.
    for n in -1..=(to - from) / step {
        let wobble = if seed.is_multiple_of(3) { dice.below(16_000) - 8_000 } else { 0 };
        let at = from + n * step + wobble;
        // Every few hours a meal or a dose.
        if dice.below(u64::try_from(3 * 60 / minutes).unwrap().max(2)) == 0 {
            aim = [48.0, 62.0, 66.0, 110.0, 150.0, 190.0, 240.0, 330.0]
                [usize::try_from(dice.below(8)).unwrap()];
        }
        glucose += (aim - glucose) * (minutes as f64 / 40.0).min(0.8) + (dice.unit() - 0.5) * 9.0;
        if at < gap_until {
            continue;
        }
        match dice.below(400) {
            0 => gap_until = at + dice.below(5) * step + dice.below(2) * 4 * HOUR_MS,
            1 => warm_until = at + HOUR_MS,
            _ => {}
        }
        let (value, mut mark) = match glucose {
            low if low < 45.0 => (45.0, Mark::Low),
            high if high > 320.0 => (320.0, Mark::High),
            between => (between, Mark::Plain),
        };
        if at < warm_until {
            mark = Mark::WarmUp;
        }
        let (value, unit) =
            if is_mmol { ((value / 1.801_559).round() / 10.0, "mmol/L") } else { (value.round(), "mg/dL") };
        rows.push(Row { at, value, unit, mark });
        match dice.below(150) {
            0 => rows.push(Row { at: at + 1000, value, unit, mark: Mark::Calibration }),
            1 => rows.push(Row { at: at + 2000, value: 0.0, unit, mark: Mark::Artefact }),
            2 => rows.push(Row { at, value, unit, mark }),
            3 => rows.push(Row { at, value, unit, mark: Mark::Plain }),
            _ => {}
        }
    }
    // The first half comes late.
    let late = rows.len() / 2;
    rows.rotate_left(late);
    Series { zone: name.to_owned(), period: TimeRange::of_ms(from, to).unwrap(), rows }
}
