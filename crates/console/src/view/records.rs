//! What the page reads and says about one patient beside the board: limits, presets, notes, values at a moment.

use clinical::{Measure, Shown};
use serde::{Deserialize, Serialize};
use specta::Type;

/// The limits of one measure; `low` or `high` null where there is none.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Limit {
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
pub struct LimitChange {
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
pub struct Preset {
    name: String,
    /// Empty for the unit's own.
    owner: String,
    limits: Vec<Bounds>,
}

/// A low and a high bound of one measure as they are shown and typed, both ways.
#[derive(Clone, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Bounds {
    /// LOINC.
    code: String,
    /// The unit they are in, as shown: a number that is read in another is off by eighteen times.
    unit: String,
    low: Option<f64>,
    high: Option<f64>,
}

impl Bounds {
    /// As the domain names it; nothing where this measure has no limits, or is never shown in this unit.
    pub fn read(&self) -> Option<(Measure, clinical::Limits)> {
        let measure = Measure::from_loinc(&self.code)?;
        let shown = Shown::in_word(measure, &self.unit)?;
        let own = |side: Option<f64>| side.map(|value| shown.typed(value));
        Some((measure, clinical::Limits { low: own(self.low), high: own(self.high) }))
    }
}

/// What the limits editor shows.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Limits {
    measures: Vec<Limit>,
    history: Vec<LimitChange>,
    presets: Vec<Preset>,
}

impl From<bedside::PatientLimits> for Limits {
    fn from(found: bedside::PatientLimits) -> Limits {
        let code = |m: Measure| m.spec().loinc.first().copied().unwrap_or_default();
        let known: Vec<(Measure, Shown)> = found.measures.iter().map(|m| (m.measure, m.shown)).collect();
        let shown = |measure: Measure| {
            let here = known.iter().find(|(of, _)| *of == measure).map(|(_, shown)| *shown);
            here.unwrap_or_else(|| Shown::of(measure, []))
        };
        let bound = |measure: Measure, side: Option<f64>| side.map(|value| shown(measure).bound(value));
        Limits {
            measures: found
                .measures
                .iter()
                .map(|m| Limit {
                    code: code(m.measure),
                    label: m.measure.spec().label,
                    unit: m.shown.word(),
                    low: bound(m.measure, m.now.low),
                    high: bound(m.measure, m.now.high),
                    own: m.set.is_some(),
                    until: m.set.as_ref().and_then(clinical::SetLimit::until).map(|at| at.0),
                })
                .collect(),
            history: found
                .history
                .iter()
                .map(|set| LimitChange {
                    label: set.change.measure.spec().label,
                    low: bound(set.change.measure, set.change.limits.and_then(|l| l.low)),
                    high: bound(set.change.measure, set.change.limits.and_then(|l| l.high)),
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
                .map(|p| Preset {
                    name: p.name,
                    owner: p.owner.map_or_else(String::new, |owner| owner.name.into()),
                    limits: p
                        .limits
                        .iter()
                        .map(|(m, l)| Bounds {
                            code: code(*m).to_owned(),
                            unit: shown(*m).word().to_owned(),
                            low: bound(*m, l.low),
                            high: bound(*m, l.high),
                        })
                        .collect(),
                })
                .collect(),
        }
    }
}

/// A change as the page asks for it.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SetLimit {
    /// The bounds, both null to give the measure back to the unit.
    bounds: Bounds,
    default: bool,
    hours: Option<u32>,
    role: String,
    reason: String,
}

impl SetLimit {
    /// As the domain names it; nothing where this measure has no limits.
    pub fn read(self) -> Option<clinical::LimitChange> {
        let (measure, limits) = self.bounds.read()?;
        let limits = (!self.default).then_some(limits);
        Some(clinical::LimitChange {
            measure,
            limits,
            hours: self.hours,
            role: self.role,
            reason: self.reason,
        })
    }
}

/// A note at a moment.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Annotation {
    at: i64,
    text: String,
    by: String,
    sent: bool,
}

impl From<bedside::Annotation> for Annotation {
    fn from(note: bedside::Annotation) -> Annotation {
        Annotation { at: note.at.0, text: note.text, by: note.by.into(), sent: note.sent }
    }
}

/// What a panel shows under the crosshair.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ValueAt {
    key: &'static str,
    text: String,
    unit: &'static str,
    taken_at: i64,
    device: Option<String>,
}

impl From<trends::ValueAt> for ValueAt {
    fn from(value: trends::ValueAt) -> ValueAt {
        ValueAt {
            key: value.key,
            text: value.text,
            unit: value.unit,
            taken_at: value.taken_at.0,
            device: value.device,
        }
    }
}
