//! Somebody in a bed, and a value of theirs, for boards that are made by hand.

use clinical::{Care, Decimal, Instant, Person, Sex, Stay};
use vault::{SeriesInfo, SeriesValue};

pub(crate) fn person() -> Person {
    Person {
        id: "p".into(),
        mrn: "1".into(),
        family: "Adeyemi".into(),
        given: "Ruth".into(),
        birth_date: Some("1955-03-14".into()),
        sex: Sex::Female,
        active: true,
        deceased: false,
        replaced_by: None,
        replaces: Vec::new(),
        contacts: None,
    }
}

pub(crate) fn stay(bed: &str) -> Stay {
    Stay {
        id: "s".into(),
        patient: "p".into(),
        places: vec![bed.into()],
        in_progress: true,
        care: Care::Hospital,
    }
}

/// Of a device, or charted by hand.
pub(crate) fn value(
    code: &str,
    unit: &str,
    device: Option<&str>,
    number: i64,
    taken_at: Instant,
) -> SeriesValue {
    SeriesValue {
        series: SeriesInfo {
            id: 1,
            patient: "p".into(),
            device: device.map(Into::into),
            code: code.into(),
            mdc: false,
            unit: unit.into(),
            streamed: false,
        },
        value: Decimal::whole(number),
        taken_at,
        artefact: false,
        good: None,
        comparator: None,
        source: "Observation/o".into(),
    }
}
