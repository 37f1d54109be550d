//! What the page reads and says about one patient beside the board: limits, presets, notes, values at a moment.

use clinical::{LimitChange, Limits, Measure, SetLimit};
use console::{Annotation, PatientLimits, ValueAt};
use serde::{Deserialize, Serialize};
use specta::Type;

/// The limits of one measure; `low` or `high` null where there is none.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LimitWire {
    /// LOINC.
    code: &'static str,
    label: &'static str,
    unit: &'static str,
    low: Option<f64>,
    high: Option<f64>,
    /// Whether somebody set it for this patient; else it is the unit's.
    own: bool,
    until: Option<i64>,
}

/// One change of a limit.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LimitChangeWire {
    label: &'static str,
    low: Option<f64>,
    high: Option<f64>,
    /// The measure was given back to the unit.
    default: bool,
    by: String,
    role: String,
    reason: String,
    at: i64,
    until: Option<i64>,
}

/// Limits under a name.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PresetWire {
    name: String,
    /// Empty for the unit's own.
    owner: String,
    limits: Vec<BoundsWire>,
}

/// A low and a high bound of one measure, both ways.
#[derive(Clone, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BoundsWire {
    /// LOINC.
    code: String,
    low: Option<f64>,
    high: Option<f64>,
}

impl BoundsWire {
    pub(crate) fn read(&self) -> Option<(Measure, Limits)> {
        Some((Measure::from_loinc(&self.code)?, Limits { low: self.low, high: self.high }))
    }
}

/// What the limits editor shows.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LimitsWire {
    measures: Vec<LimitWire>,
    history: Vec<LimitChangeWire>,
    presets: Vec<PresetWire>,
}

impl From<PatientLimits> for LimitsWire {
    fn from(found: PatientLimits) -> LimitsWire {
        let code = |m: Measure| m.spec().loinc.first().copied().unwrap_or_default();
        LimitsWire {
            measures: found
                .measures
                .iter()
                .map(|m| LimitWire {
                    code: code(m.measure),
                    label: m.measure.spec().label,
                    unit: m.measure.spec().unit,
                    low: m.now.low,
                    high: m.now.high,
                    own: m.set.is_some(),
                    until: m.set.as_ref().and_then(SetLimit::until).map(|at| at.0),
                })
                .collect(),
            history: found
                .history
                .iter()
                .map(|set| LimitChangeWire {
                    label: set.change.measure.spec().label,
                    low: set.change.limits.and_then(|l| l.low),
                    high: set.change.limits.and_then(|l| l.high),
                    default: set.change.limits.is_none(),
                    by: set.by.name.to_string(),
                    role: set.change.role.clone(),
                    reason: set.change.reason.clone(),
                    at: set.at.0,
                    until: set.until().map(|at| at.0),
                })
                .collect(),
            presets: found
                .presets
                .into_iter()
                .map(|p| PresetWire {
                    name: p.name,
                    owner: p.owner.map_or_else(String::new, |owner| owner.name.into()),
                    limits: p
                        .limits
                        .iter()
                        .map(|(m, l)| BoundsWire { code: code(*m).to_owned(), low: l.low, high: l.high })
                        .collect(),
                })
                .collect(),
        }
    }
}

/// A change as the page asks for it.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SetLimitWire {
    /// The bounds, both null to give the measure back to the unit.
    bounds: BoundsWire,
    default: bool,
    hours: Option<u32>,
    role: String,
    reason: String,
}

impl SetLimitWire {
    pub(crate) fn read(self) -> Option<LimitChange> {
        let (measure, limits) = self.bounds.read()?;
        let limits = (!self.default).then_some(limits);
        Some(LimitChange { measure, limits, hours: self.hours, role: self.role, reason: self.reason })
    }
}

/// A note at a moment.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AnnotationWire {
    at: i64,
    text: String,
    by: String,
    sent: bool,
}

impl From<Annotation> for AnnotationWire {
    fn from(note: Annotation) -> AnnotationWire {
        AnnotationWire { at: note.at.0, text: note.text, by: note.by.into(), sent: note.sent }
    }
}

/// What a panel shows under the crosshair.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ValueAtWire {
    key: &'static str,
    text: String,
    unit: &'static str,
    taken_at: i64,
    device: Option<String>,
}

impl From<ValueAt> for ValueAtWire {
    fn from(value: ValueAt) -> ValueAtWire {
        ValueAtWire {
            key: value.key,
            text: value.text,
            unit: value.unit,
            taken_at: value.taken_at.0,
            device: value.device,
        }
    }
}
