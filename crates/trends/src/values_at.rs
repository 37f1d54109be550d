//! What each panel shows at one moment: the values under a crosshair.

use clinical::{Comparator, Conversion, Instant, Measure, PatientId, Shown};
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
    let (devices, site) = (reader.devices()?, reader.site()?);
    let newest = |measures: &[Measure]| {
        values
            .iter()
            .filter(|v| !v.artefact && v.series.measure().is_some_and(|m| measures.contains(&m)))
            .max_by_key(|v| v.taken_at)
    };
    let text = |value: &SeriesValue, shown: Shown| {
        let conversion = shown.conversion(&value.series.unit).unwrap_or(Conversion::SAME);
        let digits = usize::from(shown.digits);
        let sign = value.comparator.map_or("", Comparator::code);
        format!("{sign}{:.digits$}", conversion.apply(value.value.to_f64()))
    };
    let shown_by_panel = PANELS.iter().filter_map(|kind| {
        let found = newest(kind.measures)?;
        let shown = Shown::at(&site, kind.measures[0], [found.series.unit.as_str()]);
        let mut words = text(found, shown);
        let low = newest(&[Measure::DiastolicBp, Measure::ArterialDiastolic]);
        if kind.key == "bp"
            && let Some(low) = low.filter(|low| low.taken_at == found.taken_at)
        {
            words = format!("{words}/{}", text(low, Shown::of(Measure::DiastolicBp, [])));
        }
        Some(ValueAt {
            key: kind.key,
            text: words,
            unit: shown.word(),
            taken_at: found.taken_at,
            device: devices
                .iter()
                .find(|d| Some(&d.id) == found.series.device.as_ref())
                .map(|d| d.name.clone()),
        })
    });
    Ok(shown_by_panel.collect())
}
