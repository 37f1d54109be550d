//! A person's glucose as it is drawn: percentiles by time of day, and each day by itself.

use charts::{DayMark, Days, MarkShape, Profile, ProfileAxis, ProfileBin};
use clinical::glucose::{Agp, DayRow, Goal, TargetSet, Trace};
use clinical::insulin::{InsulinKind, Shot};
use clinical::{DAY_MS, MINUTE_MS, Shown, WallClock};

/// Minutes of a bin of the profile: four an hour.
const BIN_MINUTES: u16 = 15;
/// The axis reaches from here to there at least, and further in steps of fifty, in mg/dL.
const LEAST: (f64, f64) = (40.0, 300.0);
const STEP: f64 = 50.0;

/// The profile of a period, in the unit that is shown.
pub fn glucose_profile(trace: &Trace, set: TargetSet, shown: &Shown) -> Profile {
    let found = Agp::of(trace, BIN_MINUTES);
    let bins = found.bins.iter().filter_map(|bin| {
        let values = bin.mg_dl?.map(|value| shown.from_own(value));
        Some(ProfileBin { from: bin.from_minute, to: bin.from_minute + BIN_MINUTES, values })
    });
    let values = found.bins.iter().filter_map(|bin| bin.mg_dl).flatten();
    Profile { bins: bins.collect(), axis: axis(values, set, shown) }
}

/// Every day of a period, `columns` of them in a row; a line breaks where the sensor was silent and where the clock was put back.
pub fn glucose_days(trace: &Trace, rows: &[DayRow], set: TargetSet, shown: &Shown, columns: u32) -> Days {
    let clock = trace.clock();
    let mut days: Vec<Vec<Vec<(f64, f64)>>> = vec![Vec::new(); rows.len()];
    let mut last: Option<(usize, clinical::Instant, f64)> = None;
    for reading in trace.readings() {
        let date = clock.date(reading.at);
        let Ok(n) = rows.binary_search_by_key(&date, |row| row.day.date) else { continue };
        let minute = clock.shows(reading.at).rem_euclid(DAY_MS) as f64 / MINUTE_MS as f64;
        let goes_on = last
            .is_some_and(|(day, at, before)| day == n && minute >= before && !trace.is_gap(at, reading.at));
        if !goes_on {
            days[n].push(Vec::new());
        }
        if let Some(run) = days[n].last_mut() {
            run.push((minute, shown.from_own(reading.mg_dl)));
        }
        last = Some((n, reading.at, minute));
    }
    let values = trace.readings().iter().map(|reading| reading.mg_dl);
    Days { days, marks: Vec::new(), columns, axis: axis(values, set, shown) }
}

/// The doses of each day at its foot: bolus, basal, and those of which it is not known. What went into the air stands nowhere.
pub fn dose_marks<'a>(
    shots: impl IntoIterator<Item = &'a Shot>,
    rows: &[DayRow],
    clock: &WallClock,
) -> Vec<Vec<DayMark>> {
    let mut marks = vec![Vec::new(); rows.len()];
    for shot in shots.into_iter().filter(|shot| shot.counts()) {
        let date = clock.date(shot.at());
        let Ok(n) = rows.binary_search_by_key(&date, |row| row.day.date) else { continue };
        let shape = match shot.kind() {
            InsulinKind::Rapid => MarkShape::Diamond,
            InsulinKind::Long => MarkShape::Square,
            InsulinKind::Unknown => MarkShape::Hollow,
        };
        if let Some(marks) = marks.get_mut(n) {
            let minute = clock.time_of_day(shot.at()) as f64 / MINUTE_MS as f64;
            marks.push(DayMark { minute, shape });
        }
    }
    marks
}

/// The axis that has room for these values, with the goals' limits on it; all in mg/dL.
fn axis(values: impl Iterator<Item = f64>, set: TargetSet, shown: &Shown) -> ProfileAxis {
    let (low, high) = values.fold(LEAST, |(low, high), value| (low.min(value), high.max(value)));
    let range = ((low / STEP).floor() * STEP, (high / STEP).ceil() * STEP);
    let range = (if low < LEAST.0 { range.0 } else { LEAST.0 }, range.1);
    let goals = set.targets().goals;
    let target = target(goals);
    let bounds = goals.iter().filter_map(|goal| match *goal {
        Goal::Below(limit, _) if limit != target.0 => Some(limit),
        Goal::Above(limit, _) if limit != target.1 => Some(limit),
        _ => None,
    });
    let own = |value: f64| shown.from_own(value);
    ProfileAxis {
        range: (own(range.0), own(range.1)),
        target: (own(target.0), own(target.1)),
        bounds: bounds.map(own).collect(),
    }
}

/// The range that is aimed at, in mg/dL.
pub(crate) fn target(goals: &[Goal]) -> (f64, f64) {
    let range = goals.iter().find_map(|goal| match *goal {
        Goal::InRange(low, high, _) => Some((low, high)),
        _ => None,
    });
    range.unwrap_or(LEAST)
}

#[cfg(test)]
mod tests {
    use clinical::glucose::{Figures, Reading};
    use clinical::{HOUR_MS, Instant, Measure, TimeRange, WallClock};

    use super::*;

    const START: Instant = Instant(1_772_409_600_000);

    fn trace(values: impl IntoIterator<Item = (i64, f64)>, days: i64) -> Trace {
        let readings: Vec<_> =
            values.into_iter().map(|(n, v)| Reading::plain(START + n * 5 * MINUTE_MS, v)).collect();
        Trace::of(&readings, TimeRange::starting(START, days * DAY_MS), &WallClock::UTC, Some(5 * MINUTE_MS))
    }

    #[test]
    fn the_axis_has_room_for_every_value_and_the_limits_of_the_goals() {
        let shown = Shown::of(Measure::Glucose, []);
        let of = |value: f64, set| glucose_profile(&trace([(0, value)], 1), set, &shown).axis;
        let axis = of(120.0, TargetSet::Standard);
        assert_eq!((axis.range, axis.target), ((40.0, 300.0), (70.0, 180.0)));
        assert_eq!(axis.bounds, [54.0, 250.0]);
        assert_eq!(of(401.0, TargetSet::Standard).range, (40.0, 450.0));
        assert_eq!(of(31.0, TargetSet::Standard).range, (0.0, 300.0));
        assert_eq!(of(120.0, TargetSet::Pregnancy).target, (63.0, 140.0));
        assert_eq!(of(120.0, TargetSet::Pregnancy).bounds, [54.0]);
        let millimoles = Shown::of(Measure::Glucose, ["mmol/L"]);
        let axis = glucose_profile(&trace([(0, 180.1559)], 1), TargetSet::Standard, &millimoles);
        assert!((axis.bins[0].values[2] - 10.0).abs() < 1e-9 && (axis.axis.range.1 - 16.65).abs() < 0.01);
    }

    #[test]
    fn each_reading_stands_in_its_day_and_a_silence_breaks_the_line() {
        // A day and a half; from 06:00 to 07:00 of the first nothing came, and one reading is missing at noon.
        let missing = |n: &i64| !(72..84).contains(n) && *n != 144;
        let trace = trace((0..432).filter(missing).map(|n| (n, 100.0)), 2);
        let rows = Figures::of(&trace).days;
        let days = glucose_days(&trace, &rows, TargetSet::Standard, &Shown::of(Measure::Glucose, []), 7);
        let runs: Vec<Vec<usize>> = days.days.iter().map(|day| day.iter().map(Vec::len).collect()).collect();
        assert_eq!(runs, [vec![72, 203], vec![144]]);
        assert_eq!(days.days[0][1][0], (420.0, 100.0));
        let all: usize = runs.iter().flatten().sum();
        assert_eq!(all, trace.readings().len(), "none is lost");
    }

    #[test]
    fn each_dose_stands_in_its_day_as_what_it_is_and_none_that_went_into_the_air() {
        use clinical::insulin::{PenRecord, PrimingRule, shots};
        let trace = trace((0..432).map(|n| (n, 100.0)), 2);
        let rows = Figures::of(&trace).days;
        let record = |hour: i64, units, kind| PenRecord {
            id: format!("{hour}-{units}").into(),
            source: "app".into(),
            pen: Some("pen".into()),
            sequence: None,
            at: START + hour * HOUR_MS + if units == 2.0 { 0 } else { MINUTE_MS },
            units,
            kind,
        };
        let records = [
            record(7, 2.0, InsulinKind::Rapid),
            record(7, 6.0, InsulinKind::Rapid),
            record(22, 14.0, InsulinKind::Long),
            record(30, 5.0, InsulinKind::Unknown),
            record(-5, 5.0, InsulinKind::Rapid),
        ];
        let found = dose_marks(&shots(&records, PrimingRule::USUAL), &rows, &WallClock::UTC);
        let told: Vec<Vec<_>> =
            found.iter().map(|day| day.iter().map(|m| (m.minute, m.shape)).collect()).collect();
        let first = vec![(421.0, MarkShape::Diamond), (1321.0, MarkShape::Square)];
        assert_eq!(told, [first, vec![(361.0, MarkShape::Hollow)]]);
    }

    #[test]
    fn the_hour_that_is_there_twice_goes_back_by_itself() {
        let berlin = WallClock::new(2 * HOUR_MS, [(START + HOUR_MS, HOUR_MS)]);
        let readings: Vec<_> = (0..36).map(|n| Reading::plain(START + n * 5 * MINUTE_MS, 100.0)).collect();
        let trace = Trace::of(&readings, TimeRange::starting(START, 3 * HOUR_MS), &berlin, None);
        let rows = Figures::of(&trace).days;
        let days = glucose_days(&trace, &rows, TargetSet::Standard, &Shown::of(Measure::Glucose, []), 7);
        let runs: Vec<_> = days.days[0].iter().map(Vec::len).collect();
        assert_eq!(runs, [12, 24], "one line to the change of the clock, one from it");
    }
}
