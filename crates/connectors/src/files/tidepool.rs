//! JSON of Tidepool: records of all kinds, of which those of glucose are read (`cbg` of a sensor, `smbg` of a drop of blood). Their times
//! are moments; their values stand in mmol/L with all digits of a division.

use std::borrow::Cow;

use clinical::{Comparator, Decimal, Instant};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::given::Given;
use super::items::Item;
use super::kind::FileKind;
use super::portion::Portion;
use super::reading::{Level, MassOrMoles, Reading, Where};
use super::records::{Records, Sensors, whose};
use crate::text::clean;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    time: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    units: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    value: Option<&'a RawValue>,
    #[serde(borrow, default)]
    device_id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    annotations: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Annotation<'a> {
    #[serde(borrow, default)]
    code: Cow<'a, str>,
    #[serde(borrow, default)]
    value: Option<Cow<'a, str>>,
}

/// What is known of its records.
pub(crate) struct Tidepool {
    given: Given,
    sensors: Sensors,
}

impl Tidepool {
    pub(crate) fn new(given: Given) -> Tidepool {
        Tidepool { given, sensors: Sensors::of("tidepool") }
    }
}

impl Records for Tidepool {
    const KIND: FileKind = FileKind::Tidepool;

    fn take(&mut self, _: &Item, text: &str, piece: &mut Portion) -> Result<(), &'static str> {
        let record: Record =
            serde_json::from_str(text).map_err(|_| "it is no JSON, or no record of Tidepool")?;
        let place = match record.kind.as_ref() {
            "cbg" => Where::Tissue,
            "smbg" => Where::Blood,
            other => {
                piece.leave_out(clean(other, 40));
                return Ok(());
            }
        };
        let patient = whose(&self.given)?;
        let time = record.time.as_deref().ok_or("it has no time")?;
        let stamp: jiff::Timestamp = time.parse().map_err(|_| "its time cannot be read")?;
        let unit = MassOrMoles::of(record.units.as_deref().ok_or("it has no unit")?)
            .ok_or("its unit is none of glucose")?;
        let digits = record.value.ok_or("it has no value")?.get();
        let (value, quality) = Decimal::sent(digits).map_err(|_| "its value is no number")?;
        if value.mantissa <= 0 {
            return Err("its value is no level of glucose");
        }
        let name = record.device_id.as_deref().unwrap_or_default();
        let device = self.sensors.id(name, &patient, &self.given, piece);
        let own = record.id.as_deref().unwrap_or_default();
        let level = Level { value, comparator: beyond(&record), quality };
        let at = Instant(stamp.as_millisecond());
        let (kind, key) = (Tidepool::KIND, &[own, time, digits]);
        let reading = Reading { kind, device: &device, place, unit, level, at, key };
        piece.facts.push(reading.fact(&patient, &self.given));
        Ok(())
    }
}

/// On which side of its value the level lies, where the sensor could tell no more.
fn beyond(record: &Record) -> Option<Comparator> {
    let annotations: Vec<Annotation> = serde_json::from_str(record.annotations?.get()).ok()?;
    annotations.iter().filter(|note| note.code == "bg/out-of-range").find_map(|note| {
        match note.value.as_deref() {
            Some("low") => Some(Comparator::Below),
            Some("high") => Some(Comparator::Above),
            _ => None,
        }
    })
}
