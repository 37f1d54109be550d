//! Doses of a cache as records of pens, as far as they tell.
//!
//! Its pen is the device that it names; one without is part of no pen's story, so that nothing is told of its primings. A cached dose has
//! no number of its pen; what came twice under one business identifier is one there already. The way it came by is the system of its
//! identifier.

use smol_str::SmolStr;

use crate::Dose;

use super::{InsulinKind, PenRecord};

/// Heparin is counted in units, too: only what is insulin by its name is taken, in units, and more than nothing.
pub fn records_of(doses: &[Dose]) -> Vec<PenRecord> {
    doses.iter().filter_map(record_of).collect()
}

fn record_of(dose: &Dose) -> Option<PenRecord> {
    let kind = InsulinKind::of_name(&dose.what);
    let amount = dose.amount.as_ref().filter(|amount| amount.unit == "[iU]" || amount.unit == "U")?;
    if kind == InsulinKind::Unknown && !dose.what.to_lowercase().contains("insulin") {
        return None;
    }
    let system =
        dose.identity.as_deref().and_then(|identity| identity.rsplit_once('|')).map(|(system, _)| system);
    let record = PenRecord {
        id: dose.id.clone(),
        source: SmolStr::new(system.unwrap_or_default()),
        pen: dose.device.clone(),
        sequence: None,
        at: dose.at,
        units: amount.value.to_f64(),
        kind,
    };
    record.is_amount().then_some(record)
}

#[cfg(test)]
mod tests {
    use super::super::{PrimingRule, shots};
    use super::*;
    use crate::{Amount, Decimal, Instant, MINUTE_MS};

    fn dose(id: &str, what: &str, tenths: i64, unit: &str, identity: Option<&str>) -> Dose {
        Dose {
            id: id.into(),
            patient: "p".into(),
            what: what.into(),
            amount: Some(Amount { value: Decimal { mantissa: tenths, scale: 1 }, unit: unit.into() }),
            at: Instant(MINUTE_MS),
            identity: identity.map(Into::into),
            device: None,
        }
    }

    #[test]
    fn only_insulin_in_units_is_a_record_of_a_pen() {
        let found = records_of(&[
            dose("a", "Rapid insulin", 45, "[iU]", Some("http://app|1")),
            dose("b", "Insulin glargine", 200, "[iU]", None),
            dose("c", "Insulin isophane", 100, "[iU]", None),
            dose("d", "Heparin", 50_000, "[iU]", None),
            dose("e", "Insulin aspart", 40, "mL", None),
            dose("f", "Insulin aspart", 0, "[iU]", None),
            Dose { amount: None, ..dose("g", "Insulin aspart", 0, "[iU]", None) },
        ]);
        let told: Vec<_> =
            found.iter().map(|r| (r.id.as_str(), r.units, r.kind, r.source.as_str())).collect();
        let wanted = [
            ("a", 4.5, InsulinKind::Rapid, "http://app"),
            ("b", 20.0, InsulinKind::Long, ""),
            ("c", 10.0, InsulinKind::Unknown, ""),
        ];
        assert_eq!(told, wanted);
    }

    #[test]
    fn a_pen_that_is_named_has_its_primings_told_and_one_that_is_not_has_none() {
        let of = |id, tenths, minutes: i64, pen: Option<&str>| Dose {
            at: Instant(minutes * MINUTE_MS),
            device: pen.map(Into::into),
            ..dose(id, "Rapid insulin", tenths, "[iU]", None)
        };
        let told = |pen| {
            let found = shots(&records_of(&[of("a", 20, 1, pen), of("b", 60, 2, pen)]), PrimingRule::USUAL);
            found.iter().map(super::super::Shot::counts).collect::<Vec<_>>()
        };
        assert_eq!(told(Some("pen")), [false, true]);
        assert_eq!(told(None), [true, true]);
    }

    #[test]
    fn one_dose_under_the_identifiers_of_two_ways_is_one() {
        let of = |id, identity| dose(id, "Rapid insulin", 60, "[iU]", identity);
        let one = |doses: &[Dose]| shots(&records_of(doses), PrimingRule::USUAL).len();
        assert_eq!(one(&[of("a", Some("http://app|1")), of("b", Some("http://pen|7"))]), 1);
        assert_eq!(one(&[of("a", Some("http://app|1")), of("b", Some("http://app|2"))]), 2);
        assert_eq!(one(&[of("a", None), of("b", None)]), 2, "of one way, or nobody knows of which");
    }
}
