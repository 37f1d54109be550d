//! The rules of insulin on real recordings: six people with type 1 diabetes (D1NAMO), some days each.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use clinical::insulin::{
    ActionCurve, InsulinKind, LikeSize, PenRecord, PrimingRule, Shot, daily_totals, double_doses, on_board,
    shots,
};
use clinical::{DAY_MS, HOUR_MS, Instant, MINUTE_MS, TimeRange, WallClock};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// The doses of a file, with the day that the file names; times are as the clock on the wall showed them.
fn doses(text: &str) -> Vec<(String, PenRecord)> {
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let column = |name: &str| names.iter().position(|known| *known == name).unwrap();
    let kinds = [("fast_insulin", InsulinKind::Rapid), ("slow_insulin", InsulinKind::Long)];
    let mut found = Vec::new();
    for line in lines {
        let cells: Vec<&str> = line.split(',').collect();
        let time: DateTime = cells[column("time")].parse().unwrap();
        let at = Instant(TimeZone::UTC.to_timestamp(time).unwrap().as_millisecond());
        for (name, kind) in kinds {
            let units: f64 = cells[column(name)].parse().unwrap_or_default();
            if units > 0.0 {
                let record = PenRecord {
                    id: format!("{name}-{}", at.0).into(),
                    source: "file".into(),
                    pen: Some(name.into()),
                    sequence: None,
                    at,
                    units,
                    kind,
                };
                found.push((time.date().to_string(), record));
            }
        }
    }
    found
}

#[test]
fn the_totals_of_real_people_are_the_sums_of_their_files_and_nothing_was_given_twice() {
    let data = Path::new("../../../shared/data/home");
    if !data.is_dir() {
        println!("skipped: the recordings are not beside this checkout (../shared/data)");
        return;
    }
    let mut counted = 0;
    for n in 1..=6 {
        let doses = doses(&fs::read_to_string(data.join(format!("person-{n}.csv"))).unwrap());
        let mut wanted: BTreeMap<String, f64> = BTreeMap::new();
        for (day, record) in &doses {
            *wanted.entry(day.clone()).or_default() += record.units;
        }
        let records: Vec<_> = doses.into_iter().map(|(_, record)| record).collect();
        counted += records.len();
        let found: Vec<Shot> = shots(&records, PrimingRule::USUAL);
        assert!(
            found.iter().all(|shot| shot.counts() && shot.again.is_empty()),
            "doses that people wrote down"
        );
        assert!(double_doses(&found, LikeSize::USUAL).is_empty());
        let (first, last) = (found[0].at(), found[found.len() - 1].at());
        let range = TimeRange::new(first - DAY_MS, last + DAY_MS).unwrap();
        let days = daily_totals(&found, range, &WallClock::UTC);
        let told: BTreeMap<_, _> = days.iter().map(|day| (day.day.date.to_string(), day.total())).collect();
        for (day, units) in &told {
            assert!((units - wanted.get(day).copied().unwrap_or_default()).abs() < 1e-9, "{day}");
        }
        assert!(wanted.keys().all(|day| told.contains_key(day)));
        // Six hours after the last dose nothing works, and just after a dose nearly all of it does.
        let curve = ActionCurve::new(6 * HOUR_MS, 75 * MINUTE_MS).unwrap();
        assert_eq!(on_board(&found, last + 6 * HOUR_MS, curve).units, 0.0);
        let rapid = found.iter().find(|shot| shot.kind() == InsulinKind::Rapid).unwrap();
        let just_after = on_board(&found, rapid.at() + MINUTE_MS, curve).units;
        assert!(just_after > 0.99 * rapid.units() && just_after <= rapid.units());
    }
    assert_eq!(counted, 58);
}
