//! Episodes of low and high glucose, as the consensus counts them.
//!
//! An episode begins with 15 consecutive minutes beyond 70 or 180 mg/dL and ends with 15 consecutive minutes back within. It is of
//! level 2 where 15 consecutive minutes of it were beyond 54 or 250 (Danne 2017; Battelino 2023, panel 2). A reading stands for the
//! step of its sensor: three in a row at five minutes are 15 minutes. Where so many readings are missing that 15 minutes are unknown,
//! nobody knows whether it went on: the episode ends there, and what comes after is an episode by itself or none.

use crate::{HOUR_MS, Instant, MINUTE_MS};

use super::shares::{HIGH, LOW, VERY_HIGH, VERY_LOW};
use super::trace::QUARTER_MS;
use super::{Reading, Trace};

/// An extended low: so long below 70 without a break (Battelino 2023; the consensus of 2017 said below 54).
const EXTENDED_LOW_MS: i64 = 2 * HOUR_MS;
/// An extended high: above 250 for 90 minutes taken together of any two hours (Battelino 2023).
const EXTENDED_HIGH_MS: i64 = 90 * MINUTE_MS;
const EXTENDED_HIGH_OF_MS: i64 = 2 * HOUR_MS;

/// How far beyond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Below 70 or above 180.
    One,
    /// Below 54 or above 250 for 15 consecutive minutes.
    Two,
}

/// How an episode ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum End {
    /// With 15 minutes back within.
    Within,
    /// With the readings: what came then is unknown.
    Gap,
    /// It had not ended as the period did.
    Open,
}

/// One episode.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GlucoseEpisode {
    /// Its first reading beyond the limit.
    pub from: Instant,
    /// The first reading of those back within; else a step after the last one beyond.
    pub to: Instant,
    /// How far beyond.
    pub level: Level,
    /// Whether it is an extended one.
    pub is_extended: bool,
    /// The lowest of a low, the highest of a high, in mg/dL.
    pub worst_mg_dl: f64,
    /// How it ended.
    pub end: End,
}

impl GlucoseEpisode {
    /// Milliseconds from its beginning to its end.
    pub fn length_ms(&self) -> i64 {
        self.to.ms_since(self.from)
    }
}

/// On which side.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Low,
    High,
}

/// Lows, in order.
pub(crate) fn hypos(trace: &Trace) -> Vec<GlucoseEpisode> {
    episodes(trace, Kind::Low)
}

/// Highs, in order.
pub(crate) fn hypers(trace: &Trace) -> Vec<GlucoseEpisode> {
    episodes(trace, Kind::High)
}

fn episodes(trace: &Trace, kind: Kind) -> Vec<GlucoseEpisode> {
    let mut found = Vec::new();
    for stretch in trace.readings().chunk_by(|a, b| !trace.is_gap(a.at, b.at)) {
        let is_last = stretch.last() == trace.readings().last();
        in_stretch(trace, kind, stretch, is_last, &mut found);
    }
    found
}

/// The episodes of readings without a gap.
fn in_stretch(
    trace: &Trace,
    kind: Kind,
    stretch: &[Reading],
    is_last: bool,
    found: &mut Vec<GlucoseEpisode>,
) {
    let is_long =
        |first: usize, last: usize| trace.stands_for_ms(stretch[first].at, stretch[last].at) >= QUARTER_MS;
    // The first reading of the episode, and of those in a row that lie beyond or within just now.
    let (mut begun, mut beyond, mut within) = (None, None, None);
    for (n, reading) in stretch.iter().enumerate() {
        if kind.is_beyond(reading) {
            within = None;
            let first = *beyond.get_or_insert(n);
            if begun.is_none() && is_long(first, n) {
                begun = Some(first);
            }
        } else {
            beyond = None;
            let first = *within.get_or_insert(n);
            if let Some(start) = begun.filter(|_| is_long(first, n)) {
                found.push(kind.episode(trace, &stretch[start..first], stretch[first].at, End::Within));
                begun = None;
            }
        }
    }
    if let Some(start) = begun {
        let episode = &stretch[start..within.unwrap_or(stretch.len())];
        let end = episode.last().map_or(Instant(0), |last| last.at + trace.step_ms);
        let is_open = is_last && !trace.is_gap(stretch[stretch.len() - 1].at, trace.period.to());
        found.push(kind.episode(trace, episode, end, if is_open { End::Open } else { End::Gap }));
    }
}

impl Kind {
    fn is_beyond(self, reading: &Reading) -> bool {
        match self {
            Kind::Low => reading.compared() < LOW,
            Kind::High => reading.compared() > HIGH,
        }
    }

    fn is_far_beyond(self, reading: &Reading) -> bool {
        match self {
            Kind::Low => reading.compared() < VERY_LOW,
            Kind::High => reading.compared() > VERY_HIGH,
        }
    }

    fn episode(self, trace: &Trace, readings: &[Reading], to: Instant, end: End) -> GlucoseEpisode {
        let from = readings.first().map_or(to, |first| first.at);
        let far = longest_ms(trace, readings, |reading| self.is_far_beyond(reading));
        let values = readings.iter().map(|reading| reading.mg_dl);
        let (worst_mg_dl, is_extended) = match self {
            Kind::Low => (
                values.fold(f64::INFINITY, f64::min),
                longest_ms(trace, readings, |reading| self.is_beyond(reading)) >= EXTENDED_LOW_MS,
            ),
            Kind::High => (values.fold(f64::NEG_INFINITY, f64::max), is_extended_high(trace, readings)),
        };
        let level = if far >= QUARTER_MS { Level::Two } else { Level::One };
        GlucoseEpisode { from, to, level, is_extended, worst_mg_dl, end }
    }
}

/// How long the longest row of readings stands for that all have a property.
fn longest_ms(trace: &Trace, readings: &[Reading], has: impl Fn(&Reading) -> bool) -> i64 {
    let rows = readings.chunk_by(|a, b| has(a) && has(b)).filter(|row| has(&row[0]));
    rows.map(|row| trace.stands_for_ms(row[0].at, row[row.len() - 1].at)).max().unwrap_or(0)
}

fn is_extended_high(trace: &Trace, readings: &[Reading]) -> bool {
    let far: Vec<Instant> = readings
        .iter()
        .filter(|reading| Kind::High.is_far_beyond(reading))
        .map(|reading| reading.at)
        .collect();
    let needed =
        usize::try_from((EXTENDED_HIGH_MS + trace.step_ms - 1) / trace.step_ms).unwrap_or(usize::MAX);
    far.windows(needed.max(1))
        .any(|row| trace.stands_for_ms(row[0], row[row.len() - 1]) <= EXTENDED_HIGH_OF_MS)
}

#[cfg(test)]
mod tests {
    use super::super::made::{START, every, figures, period};
    use super::*;
    use crate::WallClock;

    fn lows(minutes: i64, values: &[f64]) -> Vec<GlucoseEpisode> {
        figures(minutes, values).hypos
    }

    fn row(parts: &[(usize, f64)]) -> Vec<f64> {
        parts.iter().flat_map(|(n, value)| vec![*value; *n]).collect()
    }

    fn after(minutes: i64) -> Instant {
        START + minutes * MINUTE_MS
    }

    #[test]
    fn three_low_readings_in_a_row_at_five_minutes_are_an_episode_and_two_are_none() {
        let three = lows(5, &row(&[(6, 100.0), (3, 65.0), (6, 100.0)]));
        assert_eq!(three.len(), 1);
        let found = three[0];
        assert_eq!((found.from, found.to, found.length_ms()), (after(30), after(45), QUARTER_MS));
        assert_eq!((found.level, found.end, found.worst_mg_dl), (Level::One, End::Within, 65.0));
        assert_eq!(lows(5, &row(&[(6, 100.0), (2, 65.0), (6, 100.0)])), []);
        assert_eq!(lows(5, &row(&[(6, 100.0), (3, 70.0), (6, 100.0)])), [], "70 is in range");
    }

    #[test]
    fn ten_minutes_back_within_do_not_end_it_and_fifteen_do() {
        let once = lows(5, &row(&[(4, 65.0), (2, 75.0), (3, 60.0), (6, 100.0)]));
        assert_eq!((once.len(), once[0].to, once[0].worst_mg_dl), (1, after(45), 60.0));
        assert_eq!(lows(5, &row(&[(4, 65.0), (3, 75.0), (3, 60.0), (6, 100.0)])).len(), 2);
    }

    #[test]
    fn one_low_reading_of_a_sensor_of_fifteen_minutes_is_an_episode() {
        assert_eq!(lows(15, &row(&[(2, 100.0), (1, 65.0), (1, 100.0), (1, 65.0), (2, 100.0)])).len(), 2);
        assert_eq!(lows(10, &row(&[(2, 100.0), (1, 65.0), (2, 100.0)])).len(), 0);
        assert_eq!(lows(1, &row(&[(2, 100.0), (14, 65.0), (20, 100.0)])).len(), 0);
        assert_eq!(lows(1, &row(&[(2, 100.0), (15, 65.0), (20, 100.0)])).len(), 1);
    }

    #[test]
    fn a_clock_that_wavers_by_seconds_loses_no_episode() {
        let mut readings = every(5, &row(&[(6, 100.0), (3, 65.0), (6, 100.0)]));
        for (n, reading) in readings.iter_mut().enumerate() {
            reading.at = reading.at - i64::try_from(n).unwrap() * 1000;
        }
        let trace = Trace::of(&readings, period(1).widened(HOUR_MS), &WallClock::UTC, None);
        assert_eq!(hypos(&trace).len(), 1);
    }

    #[test]
    fn an_episode_is_as_bad_as_fifteen_minutes_of_it() {
        for (far, level) in [(2, Level::One), (3, Level::Two)] {
            let found = lows(5, &row(&[(3, 65.0), (far, 50.0), (3, 65.0), (6, 100.0)]));
            assert_eq!((found.len(), found[0].level), (1, level));
        }
        let broken = lows(5, &row(&[(3, 65.0), (2, 50.0), (1, 54.0), (2, 50.0), (6, 100.0)]));
        assert_eq!(broken[0].level, Level::One, "54 is not below 54");
    }

    #[test]
    fn two_hours_without_a_break_are_an_extended_low() {
        let extended = |values: &[(usize, f64)]| lows(5, &row(values))[0].is_extended;
        assert!(!extended(&[(23, 65.0), (6, 100.0)]));
        assert!(extended(&[(24, 65.0), (6, 100.0)]));
        assert!(!extended(&[(23, 65.0), (1, 71.0), (20, 65.0), (6, 100.0)]));
    }

    #[test]
    fn ninety_minutes_of_two_hours_are_an_extended_high() {
        let high = |values: &[(usize, f64)]| figures(5, &row(values)).hypers[0];
        let found = high(&[(9, 260.0), (6, 240.0), (9, 270.0), (6, 150.0)]);
        assert!(found.is_extended && found.level == Level::Two && found.worst_mg_dl == 270.0);
        assert!(!high(&[(9, 260.0), (7, 240.0), (9, 260.0), (6, 150.0)]).is_extended);
        assert!(!high(&[(17, 260.0), (6, 150.0)]).is_extended);
        assert_eq!(high(&[(3, 181.0), (6, 180.0)]).level, Level::One);
    }

    #[test]
    fn nothing_is_known_of_a_gap_and_no_episode_goes_over_it() {
        let without = |missing: std::ops::Range<usize>, values: &[(usize, f64)]| {
            let readings: Vec<_> = every(5, &row(values))
                .into_iter()
                .enumerate()
                .filter(|(n, _)| !missing.contains(n))
                .map(|(_, reading)| reading)
                .collect();
            hypos(&Trace::of(&readings, period(1), &WallClock::UTC, Some(5 * MINUTE_MS)))
        };
        let whole = [(20, 65.0), (6, 100.0)];
        assert_eq!(without(8..10, &whole).len(), 1, "ten minutes are missing");
        let cut = without(8..11, &whole);
        assert_eq!(cut.iter().map(|e| e.end).collect::<Vec<_>>(), [End::Gap, End::Within]);
        assert_eq!((cut[0].to, cut[1].from), (after(40), after(55)));
        assert_eq!(without(2..18, &whole).len(), 0, "ten minutes before and ten after");
    }

    #[test]
    fn an_episode_that_goes_on_as_the_period_ends_is_open() {
        let values = row(&[(6, 100.0), (6, 65.0)]);
        let of = |to: i64| {
            let range = crate::TimeRange::new(START, after(to)).unwrap();
            hypos(&Trace::of(&every(5, &values), range, &WallClock::UTC, None))[0]
        };
        assert_eq!((of(60).end, of(60).to), (End::Open, after(60)));
        assert_eq!(of(24 * 60).end, End::Gap);
    }
}
