//! The figures of 500 people over a fortnight at five minutes: `cargo bench -p clinical --bench glucose`.
//!
//! It fails where they take more than two seconds on one core.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::hint::black_box;
use std::time::{Duration, Instant as Timer};

use clinical::glucose::{Agp, Figures, Reading, Trace};
use clinical::{DAY_MS, HOUR_MS, Instant, MINUTE_MS, TimeRange, WallClock};

const PEOPLE: u32 = 500;
const READINGS: u32 = 14 * 288;
const LIMIT: Duration = Duration::from_secs(2);

/// Three meals a day and a sensor's noise, different for each person.
fn person(seed: u32, period: TimeRange) -> Vec<Reading> {
    let mut noise = seed.wrapping_mul(2_654_435_761) | 1;
    let one = |n: u32| {
        noise ^= noise << 13;
        noise ^= noise >> 17;
        noise ^= noise << 5;
        let meals = (f64::from(n) / 288.0 * 3.0 * std::f64::consts::TAU).sin() * 75.0;
        let mg_dl = 135.0 + meals + f64::from(noise % 50) - 25.0;
        Reading::plain(period.from() + i64::from(n) * 5 * MINUTE_MS, mg_dl)
    };
    (0..READINGS).map(one).collect()
}

fn main() {
    let period = TimeRange::starting(Instant(1_774_047_600_000), 14 * DAY_MS);
    // Over a change of the clock.
    let clock = WallClock::new(HOUR_MS, [(period.from() + 7 * DAY_MS, 2 * HOUR_MS)]);
    let people: Vec<Vec<Reading>> = (0..PEOPLE).map(|seed| person(seed, period)).collect();
    let begun = Timer::now();
    let (mut lows, mut n) = (0, 0);
    for readings in &people {
        let figures = Figures::of(&Trace::of(readings, period, &clock, None));
        lows += figures.hypos.len();
        n += figures.n;
        assert!(figures.mage_mg_dl.is_some());
    }
    let figures = begun.elapsed();
    let begun = Timer::now();
    for readings in &people {
        black_box(Agp::of(&Trace::of(readings, period, &clock, None), 15));
    }
    let profiles = begun.elapsed();
    println!(
        "figures of {PEOPLE} people, {n} readings, {lows} lows: {figures:?}; their profiles: {profiles:?}"
    );
    assert!(figures < LIMIT, "{figures:?} is more than {LIMIT:?}");
}
