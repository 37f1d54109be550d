//! Records made for the tests of this room.

use proptest::prelude::*;

use crate::{Instant, MINUTE_MS};

use super::{InsulinKind, PenRecord};

/// 2026-03-02T00:00Z, a Monday.
pub(super) const START: Instant = Instant(1_772_409_600_000);

/// A record so many minutes after the start; its id is made of what it is.
pub(super) fn record(source: &str, pen: &str, minutes: i64, units: f64, kind: InsulinKind) -> PenRecord {
    PenRecord {
        id: format!("{source}-{pen}-{minutes}-{units}").into(),
        source: source.into(),
        pen: (!pen.is_empty()).then(|| pen.into()),
        sequence: None,
        at: START + minutes * MINUTE_MS,
        units,
        kind,
    }
}

/// Of the fast pen, by one app.
pub(super) fn rapid(minutes: i64, units: f64) -> PenRecord {
    record("app", "fast", minutes, units, InsulinKind::Rapid)
}

/// Of the slow pen, by one app.
pub(super) fn long(minutes: i64, units: f64) -> PenRecord {
    record("app", "slow", minutes, units, InsulinKind::Long)
}

/// A record with the pen's own number.
pub(super) fn numbered(mut record: PenRecord, sequence: &str) -> PenRecord {
    record.id = format!("{}-{sequence}", record.id).into();
    record.sequence = Some(sequence.into());
    record
}

/// Records of two ways and two pens over three days, each with an id of its own.
pub(super) fn any_records() -> impl Strategy<Value = Vec<PenRecord>> {
    let one = (0usize..2, 0usize..3, 0i64..3 * 24 * 60, 1u8..40, 0usize..3, proptest::option::of(0u8..30));
    proptest::collection::vec(one, 0..40).prop_map(|rows| {
        let one =
            |(n, (source, pen, minutes, halves, kind, sequence)): (usize, (_, _, _, _, _, Option<u8>))| {
                let kinds = [InsulinKind::Rapid, InsulinKind::Long, InsulinKind::Unknown];
                let (sources, pens) = (["app", "file"], ["fast", "slow", ""]);
                let mut made =
                    record(sources[source], pens[pen], minutes, f64::from(halves) / 2.0, kinds[kind]);
                made.id = format!("r{n}").into();
                made.sequence = sequence.map(|number| number.to_string().into());
                made
            };
        rows.into_iter().enumerate().map(one).collect()
    })
}
