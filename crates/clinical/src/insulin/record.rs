//! One record of a pen, as it came.

use smol_str::SmolStr;

use crate::{DeviceId, DoseId, Instant};

/// How soon an insulin works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum InsulinKind {
    /// For meals and corrections: hours.
    Rapid,
    /// For the background: most of a day or longer.
    Long,
    /// Not told, mixed, or one whose name is not in the table.
    Unknown,
}

/// The names that tell a kind, in lower case: the substances of ATC A10AB04 to 06 and A10AE04 to 07, and the brands that pens say. Human
/// (regular), intermediate and mixed insulins are neither: what they do is not told by either rule here.
const NAMES: [(&str, InsulinKind); 28] = [
    ("aspart", InsulinKind::Rapid),
    ("lispro", InsulinKind::Rapid),
    ("glulisine", InsulinKind::Rapid),
    ("novorapid", InsulinKind::Rapid),
    ("novolog", InsulinKind::Rapid),
    ("fiasp", InsulinKind::Rapid),
    ("humalog", InsulinKind::Rapid),
    ("lyumjev", InsulinKind::Rapid),
    ("admelog", InsulinKind::Rapid),
    ("apidra", InsulinKind::Rapid),
    ("trurapi", InsulinKind::Rapid),
    ("kirsty", InsulinKind::Rapid),
    ("rapid", InsulinKind::Rapid),
    ("bolus", InsulinKind::Rapid),
    ("glargine", InsulinKind::Long),
    ("detemir", InsulinKind::Long),
    ("degludec", InsulinKind::Long),
    ("icodec", InsulinKind::Long),
    ("lantus", InsulinKind::Long),
    ("toujeo", InsulinKind::Long),
    ("basaglar", InsulinKind::Long),
    ("abasaglar", InsulinKind::Long),
    ("semglee", InsulinKind::Long),
    ("levemir", InsulinKind::Long),
    ("tresiba", InsulinKind::Long),
    ("awiqli", InsulinKind::Long),
    ("basal", InsulinKind::Long),
    ("long", InsulinKind::Long),
];

/// Words of insulins that are two kinds in one.
const MIXED: [&str; 7] = ["mix", "mixed", "protamine", "novomix", "ryzodeg", "isophane", "nph"];

impl InsulinKind {
    /// The kind that a name tells; [`InsulinKind::Unknown`] where it names none, both, or a mixture.
    pub fn of_name(name: &str) -> InsulinKind {
        let name = name.to_lowercase();
        let words = || name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        if words().any(|word| MIXED.contains(&word)) {
            return InsulinKind::Unknown;
        }
        let mut found = None;
        for kind in words().filter_map(|word| NAMES.iter().find(|(known, _)| *known == word)).map(|row| row.1)
        {
            if found.is_some_and(|found| found != kind) {
                return InsulinKind::Unknown;
            }
            found = Some(kind);
        }
        found.unwrap_or(InsulinKind::Unknown)
    }

    /// Whether two records can be of one insulin.
    pub(crate) fn may_be(self, other: InsulinKind) -> bool {
        self == other || self == InsulinKind::Unknown || other == InsulinKind::Unknown
    }
}

/// What a pen recorded, as one way brought it.
#[derive(Clone, Debug, PartialEq)]
pub struct PenRecord {
    /// The record.
    pub id: DoseId,
    /// The way it came by: an app, a gateway, a file.
    pub source: SmolStr,
    /// The pen, where it is named.
    pub pen: Option<DeviceId>,
    /// The pen's own number of it, where it has one.
    pub sequence: Option<SmolStr>,
    /// When.
    pub at: Instant,
    /// How much, in units of insulin (UCUM `[iU]`).
    pub units: f64,
    /// Of which insulin.
    pub kind: InsulinKind,
}

/// Pens count in tenths of a unit at the finest.
const SAME_UNITS: f64 = 0.05;

impl PenRecord {
    /// Whether its amount is the same as another.
    pub(crate) fn is_of(&self, units: f64) -> bool {
        (self.units - units).abs() < SAME_UNITS
    }

    /// Whether its amount is one that a pen can give.
    pub(crate) fn is_amount(&self) -> bool {
        self.units.is_finite() && self.units > 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_insulin_is_told_by_its_name_and_a_mixture_is_neither() {
        for (name, wanted) in [
            ("Insulin aspart 100 U/mL", InsulinKind::Rapid),
            ("NovoRapid FlexPen", InsulinKind::Rapid),
            ("Rapid insulin", InsulinKind::Rapid),
            ("insulin glargine", InsulinKind::Long),
            ("TRESIBA U-200", InsulinKind::Long),
            ("Long-acting insulin", InsulinKind::Long),
            ("NovoMix 30", InsulinKind::Unknown),
            ("Humalog Mix 25", InsulinKind::Unknown),
            ("insulin degludec/insulin aspart", InsulinKind::Unknown),
            ("Actrapid Penfill", InsulinKind::Unknown),
            ("Insulin", InsulinKind::Unknown),
            ("", InsulinKind::Unknown),
        ] {
            assert_eq!(InsulinKind::of_name(name), wanted, "{name}");
        }
    }
}
