//! Every figure of a period.

use std::fmt;

use crate::{DAY_MS, TimeRange};

use super::{
    DayRow, GlucoseEpisode, LeftOut, SensorGap, Shares, Spread, Suspicion, Trace, compression, days,
    episodes, gaps, mage, modd,
};

/// How many days a report needs (Battelino 2019, table 2).
pub const ENOUGH_DAYS: f64 = 14.0;
/// More of them than this, in percent, has to be covered by readings.
pub const ENOUGH_ACTIVE_PERCENT: f64 = 70.0;

/// Every figure of a period. What no reading tells is nothing, never zero; nothing is rounded.
#[derive(Clone, Debug, PartialEq)]
pub struct Figures {
    /// Over which time; its last moment belongs to the next one.
    pub period: TimeRange,
    /// Milliseconds from one reading of the sensor to its next.
    pub step_ms: i64,
    /// How many readings count.
    pub n: usize,
    /// How many do not, and why.
    pub left_out: LeftOut,
    /// How many said no more than that they were below what the sensor can tell, and above it.
    pub beyond_sensor: (usize, usize),
    /// How much of the period readings stand for.
    pub active_percent: f64,
    /// On how many days of the calendar there is a reading.
    pub days_worn: usize,
    /// Mean, deviation, variation, management indicator.
    pub spread: Spread,
    /// Time in range and its siblings, and the risk index.
    pub shares: Shares,
    /// Mean amplitude of glycemic excursions.
    pub mage_mg_dl: Option<f64>,
    /// Mean of daily differences.
    pub modd_mg_dl: Option<f64>,
    /// Lows, in order.
    pub hypos: Vec<GlucoseEpisode>,
    /// Highs, in order.
    pub hypers: Vec<GlucoseEpisode>,
    /// When no reading came.
    pub gaps: Vec<SensorGap>,
    /// Lows that may be pressure on the sensor. They count as lows all the same.
    pub suspected_compression: Vec<Suspicion>,
    /// One row for each day of the calendar.
    pub days: Vec<DayRow>,
    /// What is missing before the figures stand for the person's glucose; nothing where it is enough.
    pub too_little: Option<TooLittle>,
}

/// What is missing before figures stand for a person's glucose (Battelino 2019: 14 days, more than 70 % of them).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TooLittle {
    /// How many days the period has, where they are less than [`ENOUGH_DAYS`].
    pub days: Option<f64>,
    /// How much of it readings stand for, where that is no more than [`ENOUGH_ACTIVE_PERCENT`].
    pub active_percent: Option<f64>,
}

impl Figures {
    /// The figures of a trace.
    pub fn of(trace: &Trace) -> Figures {
        let (mut spread, mut shares) = (Spread::default(), Shares::default());
        for reading in trace.readings() {
            spread.add(reading.mg_dl);
            shares.add(reading);
        }
        let hypos = episodes::hypos(trace);
        let hypers = episodes::hypers(trace);
        let days = days::days(trace, &hypos, &hypers);
        let times = trace.readings().iter().map(|reading| reading.at);
        let active_percent = trace.active_percent(times, trace.period.length());
        Figures {
            period: trace.period,
            step_ms: trace.step_ms,
            n: trace.readings().len(),
            left_out: trace.left_out,
            beyond_sensor: (trace.low, trace.high),
            active_percent,
            days_worn: days.iter().filter(|row| row.spread.n() > 0).count(),
            spread,
            shares,
            mage_mg_dl: spread.sd_mg_dl().and_then(|sd| mage::mage(trace, sd)),
            modd_mg_dl: modd::modd(trace),
            suspected_compression: compression::suspicions(trace, &hypos),
            gaps: gaps::gaps(trace),
            hypos,
            hypers,
            days,
            too_little: TooLittle::of(trace, active_percent),
        }
    }
}

impl TooLittle {
    pub(crate) fn of(trace: &Trace, active_percent: f64) -> Option<TooLittle> {
        // By the clock on the wall or by the time that passed: a fortnight with a day of 23 hours is one, and so is one with a day of 25.
        let shown_ms = trace.clock.shows(trace.period.to()) - trace.clock.shows(trace.period.from());
        let days = shown_ms.max(trace.period.length()) as f64 / DAY_MS as f64;
        let found = TooLittle {
            days: (days < ENOUGH_DAYS).then_some(days),
            active_percent: (active_percent <= ENOUGH_ACTIVE_PERCENT).then_some(active_percent),
        };
        (found.days.is_some() || found.active_percent.is_some()).then_some(found)
    }
}

impl fmt::Display for TooLittle {
    /// As it stands beside the figures: `7.0 of 14 days; 62.5 % of the time has readings, more than 70 % is needed`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(days) = self.days {
            write!(f, "{} of {ENOUGH_DAYS} days", cut(days))?;
        }
        if self.days.is_some() && self.active_percent.is_some() {
            f.write_str("; ")?;
        }
        if let Some(active) = self.active_percent {
            write!(
                f,
                "{} % of the time has readings, more than {ENOUGH_ACTIVE_PERCENT} % is needed",
                cut(active)
            )?;
        }
        Ok(())
    }
}

/// Tenths, never rounded up to what was not reached.
fn cut(value: f64) -> f64 {
    (value * 10.0).floor() / 10.0
}

#[cfg(test)]
mod tests {
    use super::super::made::{START, every, figures, period};
    use super::super::{Mark, Reading};
    use super::*;
    use crate::wall_clock::tests::{at, clock_of};
    use crate::{Conversion, MINUTE_MS, Measure, WallClock};
    use proptest::prelude::*;

    #[test]
    fn a_fortnight_of_readings_is_enough_and_what_is_missing_is_said() {
        let whole = figures(5, &[120.0; 4032]);
        assert_eq!((whole.too_little, whole.active_percent, whole.days_worn), (None, 100.0, 14));
        let said = |n: usize| figures(5, &vec![120.0; n]).too_little.map(|t| t.to_string());
        assert_eq!(said(2823), None, "more than 70 %");
        // 70 % of 4,032 is 2,822.4.
        assert_eq!(said(2822).unwrap(), "69.9 % of the time has readings, more than 70 % is needed");
        assert_eq!(said(0).unwrap(), "0 % of the time has readings, more than 70 % is needed");
        let week = Trace::of(&every(5, &[120.0; 2016]), period(7), &WallClock::UTC, None);
        assert_eq!(Figures::of(&week).too_little.unwrap().to_string(), "7 of 14 days");
    }

    #[test]
    fn a_fortnight_in_which_the_clock_was_put_forward_is_one() {
        let berlin = clock_of("Europe/Berlin", "2026-01-01T00:00Z", "2026-12-31T00:00Z");
        let period = TimeRange::new(at("2026-03-21T23:00Z"), at("2026-04-04T22:00Z")).unwrap();
        let n = period.length() / (5 * MINUTE_MS);
        let readings: Vec<_> =
            (0..n).map(|n| Reading::plain(period.from() + n * 5 * MINUTE_MS, 100.0)).collect();
        let found = Figures::of(&Trace::of(&readings, period, &berlin, None));
        assert_eq!((found.too_little, found.days.len(), found.active_percent), (None, 14, 100.0));
    }

    #[test]
    fn fourteen_days_of_time_over_the_autumn_change_are_a_fortnight() {
        let berlin = clock_of("Europe/Berlin", "2026-01-01T00:00Z", "2026-12-31T00:00Z");
        let to = at("2026-11-01T17:00Z");
        let period = TimeRange::new(to - 14 * DAY_MS, to).unwrap();
        let readings: Vec<_> =
            (0..4032).map(|n| Reading::plain(period.from() + n * 5 * MINUTE_MS, 100.0)).collect();
        assert_eq!(Figures::of(&Trace::of(&readings, period, &berlin, None)).too_little, None);
        let short = TimeRange::new(period.from() + DAY_MS, to).unwrap();
        assert!(Figures::of(&Trace::of(&readings, short, &berlin, None)).too_little.is_some());
    }

    #[test]
    fn of_no_reading_nothing_is_told() {
        let found = figures(5, &[]);
        assert_eq!((found.n, found.active_percent, found.days_worn), (0, 0.0, 0));
        assert_eq!(
            (found.spread.mean_mg_dl(), found.shares.gri(), found.mage_mg_dl, found.modd_mg_dl),
            (None, None, None, None)
        );
        assert_eq!((found.days.len(), found.gaps.len()), (14, 1));
    }

    #[test]
    fn a_second_way_for_the_same_readings_makes_nobody_more_active() {
        let mut readings = every(5, &[120.0; 2016]);
        let shifted: Vec<_> = readings.iter().map(|r| Reading { at: r.at + 20_000, ..*r }).collect();
        readings.extend(shifted);
        let trace = Trace::of(&readings, period(14), &WallClock::UTC, Some(5 * MINUTE_MS));
        assert_eq!(Figures::of(&trace).active_percent, 50.0);
    }

    /// Readings of a person, with holes, in tenths of a millimole.
    fn series() -> impl Strategy<Value = Vec<(i64, u32)>> {
        proptest::collection::vec((0i64..1200, 20u32..250), 0..400)
    }

    fn read(series: &[(i64, u32)]) -> Vec<Reading> {
        let one = |(n, tenths): &(i64, u32)| {
            Reading::in_unit(START + n * 5 * MINUTE_MS, f64::from(*tenths) / 10.0, "mmol/L", Mark::Plain)
                .unwrap()
        };
        series.iter().map(one).collect()
    }

    proptest! {
        #[test]
        fn the_order_in_which_readings_come_changes_nothing(series in series(), turn in 0usize..400) {
            let mut readings = read(&series);
            let of = |readings: &[Reading]| Figures::of(&Trace::of(readings, period(5), &WallClock::UTC, None));
            let found = of(&readings);
            if !readings.is_empty() {
                let turn = turn % readings.len();
                readings.rotate_left(turn);
            }
            prop_assert_eq!(&of(&readings), &found);
            readings.reverse();
            prop_assert_eq!(&of(&readings), &found);
        }

        #[test]
        fn doubled_samples_count_once(series in series(), again in 0usize..400) {
            let mut readings = read(&series);
            let of = |readings: &[Reading]| Figures::of(&Trace::of(readings, period(5), &WallClock::UTC, None));
            let found = of(&readings);
            let again: Vec<_> = readings.iter().take(again).copied().collect();
            readings.extend(again);
            let doubled = of(&readings);
            let was = found.left_out;
            prop_assert_eq!(Figures { left_out: was, ..doubled }, found);
        }

        #[test]
        fn figures_hold_together(series in proptest::collection::btree_map(0i64..1200, 20u32..250, 0..900)) {
            let readings = read(&series.into_iter().collect::<Vec<_>>());
            let found = Figures::of(&Trace::of(&readings, period(5), &WallClock::UTC, Some(5 * MINUTE_MS)));
            prop_assert_eq!(found.n, found.shares.n());
            prop_assert_eq!(found.n, found.days.iter().map(|row| row.spread.n()).sum::<usize>());
            prop_assert_eq!(found.hypos.len(), found.days.iter().map(|row| row.hypos).sum::<usize>());
            prop_assert!((0.0..=100.0).contains(&found.active_percent));
            prop_assert!(found.shares.gri().is_none_or(|gri| (0.0..=100.0).contains(&gri)));
            for episodes in [&found.hypos, &found.hypers] {
                prop_assert!(episodes.iter().all(|e| e.length_ms() >= 15 * MINUTE_MS));
                prop_assert!(episodes.windows(2).all(|pair| pair[0].to <= pair[1].from));
            }
            if let (Some(mage), Some(sd)) = (found.mage_mg_dl, found.spread.sd_mg_dl()) {
                prop_assert!(mage > sd);
            }
        }

        #[test]
        fn a_period_is_readings_and_gaps(series in series()) {
            let found = Figures::of(&Trace::of(&read(&series), period(5), &WallClock::UTC, Some(5 * MINUTE_MS)));
            let silent: i64 = found.gaps.iter().map(|gap| gap.range.length()).sum();
            let active = found.active_percent / 100.0 * found.period.length() as f64;
            let all = found.period.length() as f64;
            // Holes of less than a quarter of an hour are neither.
            prop_assert!(active + silent as f64 <= all + 1.0);
        }

        #[test]
        fn the_unit_of_the_sensor_changes_no_share(tenths in proptest::collection::vec(20u32..250, 1..200)) {
            let factor = Conversion::to_own(Measure::Glucose, "mmol/L").unwrap();
            let by_mass: Vec<f64> = tenths.iter().map(|t| factor.apply(f64::from(*t) / 10.0)).collect();
            let by_amount: Vec<_> = tenths.iter().enumerate().map(|(n, t)| (i64::try_from(n).unwrap(), *t)).collect();
            let one = figures(5, &by_mass);
            let other = Figures::of(&Trace::of(&read(&by_amount), period(14), &WallClock::UTC, Some(5 * MINUTE_MS)));
            prop_assert_eq!(one, other);
        }
    }
}
