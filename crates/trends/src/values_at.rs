//! What each panel shows at one moment: the values under a crosshair.

use clinical::{Instant, Measure, PatientId};
use fhir::to_unit;
use vault::{Reader, SeriesValue, VaultError};

use crate::panel::PANELS;

/// What a panel shows at one moment: the newest value at or before it.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueAt {
    /// Key of the panel.
    pub key: &'static str,
    /// As shown, without its unit.
    pub text: String,
    /// As shown.
    pub unit: &'static str,
    /// When it was taken.
    pub taken_at: Instant,
    /// Name of the device that sent it, where one is known.
    pub device: Option<String>,
}

/// The values under a crosshair. `reader` looks from that moment.
///
/// # Errors
/// Of the cache.
pub fn values_at(reader: &Reader, patient: &PatientId) -> Result<Vec<ValueAt>, VaultError> {
    let values = reader.latest(Some(patient))?;
    let devices = reader.devices()?;
    let newest = |measures: &[Measure]| {
        values
            .iter()
            .filter(|v| !v.artefact && v.series.measure().is_some_and(|m| measures.contains(&m)))
            .max_by_key(|v| v.taken_at)
    };
    let shown = |value: &SeriesValue, molar: bool, digits: usize| {
        let (factor, offset) =
            value.series.measure().and_then(|m| to_unit(m, &value.series.unit).ok()).unwrap_or((1.0, 0.0));
        let number = if molar { value.value.to_f64() } else { value.value.to_f64() * factor + offset };
        format!("{number:.digits$}")
    };
    let shown_by_panel = PANELS.iter().filter_map(|kind| {
        let found = newest(kind.measures)?;
        let molar = kind.key == "glucose" && found.series.unit == "mmol/L";
        let unit = if molar { "mmol/L" } else { kind.unit };
        let mut text = shown(found, molar, usize::from(kind.digits(unit)));
        let low = newest(&[Measure::DiastolicBp, Measure::ArterialDiastolic]);
        if kind.key == "bp"
            && let Some(low) = low.filter(|low| low.taken_at == found.taken_at)
        {
            text = format!("{text}/{}", shown(low, false, 0));
        }
        Some(ValueAt {
            key: kind.key,
            text,
            unit,
            taken_at: found.taken_at,
            device: devices
                .iter()
                .find(|d| Some(&d.id) == found.series.device.as_ref())
                .map(|d| d.name.clone()),
        })
    });
    Ok(shown_by_panel.collect())
}
