//! The limits of one patient: what holds now, who set it and why, and what the unit watches otherwise.

use clinical::{
    Instant, LIMITED, Limits, Measure, PatientId, Preset, SetLimit, Shown, UnitLimits, limit_history,
    limits_at, presets,
};
use vault::{Reader, VaultError};

/// The limits of one measure of one patient.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasureLimits {
    /// Of what.
    pub measure: Measure,
    /// What holds now.
    pub now: Limits,
    /// Whether somebody set it for this patient.
    pub set: Option<SetLimit>,
    /// The unit in which the patient's values of it are shown.
    pub shown: Shown,
}

/// What the limits editor shows.
#[derive(Clone, Debug, PartialEq)]
pub struct PatientLimits {
    /// Every measure that has limits.
    pub measures: Vec<MeasureLimits>,
    /// Every change, newest first.
    pub history: Vec<SetLimit>,
    /// The unit's presets.
    pub presets: Vec<Preset>,
}

/// What the unit of a patient watches where nobody set anything else; the site's for who lies on none.
///
/// # Errors
/// Of the cache.
pub fn unit_limits(reader: &Reader, patient: &PatientId) -> Result<UnitLimits, VaultError> {
    let unit = reader.unit_of(patient)?.unwrap_or_default();
    Ok(reader.site()?.policy(&unit).limits.clone())
}

/// The limits of a patient at `now`, with who set them and why.
///
/// # Errors
/// Of the cache.
pub fn patient_limits(
    reader: &Reader,
    patient: &PatientId,
    now: Instant,
) -> Result<PatientLimits, VaultError> {
    let (usual, actions) = (unit_limits(reader, patient)?, reader.actions_about(patient)?);
    let mut history = limit_history(patient, &actions);
    let (site, series) = (reader.site()?, reader.series_of(patient)?);
    // Of whom it was never measured, a limit reads as it does of everybody else here.
    let of_all = reader.units_sent(Measure::Glucose)?;
    let shown = |measure: Measure| {
        let own: Vec<&str> =
            series.iter().filter(|s| s.measure() == Some(measure)).map(|s| s.unit.as_str()).collect();
        let of_all =
            of_all.iter().map(String::as_str).filter(|_| measure == Measure::Glucose && own.is_empty());
        Shown::at(&site, measure, own.iter().copied().chain(of_all))
    };
    let measures = LIMITED
        .into_iter()
        .filter_map(|measure| {
            let set = history.iter().rfind(|s| s.change.measure == measure).cloned();
            let holds = |s: &SetLimit| s.change.limits.is_some() && s.until().is_none_or(|until| now < until);
            Some(MeasureLimits {
                measure,
                now: limits_at(&history, &usual, measure, now)?,
                set: set.filter(holds),
                shown: shown(measure),
            })
        })
        .collect();
    history.reverse();
    Ok(PatientLimits { measures, history, presets: presets(&usual, &reader.actions_of_unit()?) })
}
