//! JSON of Tidepool: records of all kinds, of which those of glucose are read (`cbg` of a sensor, `smbg` of a drop of blood). Their times
//! are moments; their values stand in mmol/L with all digits of a division.

use clinical::{Comparator, Decimal, Instant};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::HashSet;

use super::given::Given;
use super::items::{Item, Items, State};
use super::kind::FileKind;
use super::portion::{FileIn, PIECE, Portion};
use super::reading::{Level, MassOrMoles, Reading, Where, device_fact, device_id};
use crate::text::clean;

const KIND: FileKind = FileKind::Tidepool;

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

/// A file that is read record by record.
pub(crate) struct Tidepool {
    pub items: Items,
    pub given: Given,
    pub devices: HashSet<String>,
    pub is_over: bool,
}

impl FileIn for Tidepool {
    fn kind(&self) -> FileKind {
        KIND
    }

    fn next(&mut self) -> Option<Portion> {
        if self.is_over {
            return None;
        }
        let mut piece = Portion::default();
        while piece.facts.len() + piece.remarks.len() < PIECE {
            let Some(item) = self.items.next() else {
                self.is_over = true;
                ends(&self.items, KIND, &mut piece);
                break;
            };
            self.take(&item, &mut piece);
        }
        Some(piece)
    }
}

/// What is to be said at the end of a file.
pub(crate) fn ends(items: &Items, kind: FileKind, piece: &mut Portion) {
    if items.has_failed() {
        piece.refuse(kind, 0, "the file could not be read to its end", "");
    } else if items.is_open() {
        piece.refuse(kind, 0, "its list of records has no end: some of them may be missing", "");
    }
}

/// Why a record is none, by how it ended.
pub(crate) fn ended(state: State) -> Option<&'static str> {
    match state {
        State::Whole => None,
        State::Broken => Some("it is no JSON"),
        State::Cut => Some("the file ends within this record, which is not read"),
        State::TooLong => Some("it is longer than any record of such a file"),
    }
}

impl Tidepool {
    fn take(&mut self, item: &Item, piece: &mut Portion) {
        let text = String::from_utf8_lossy(&item.bytes);
        if let Some(reason) = ended(item.state) {
            return piece.refuse(KIND, item.line, reason, &text);
        }
        let record: Record = match serde_json::from_str(&text) {
            Ok(record) => record,
            Err(_) => return piece.refuse(KIND, item.line, "it is no JSON, or no record of Tidepool", &text),
        };
        let place = match record.kind.as_ref() {
            "cbg" => Where::Tissue,
            "smbg" => Where::Blood,
            other => return piece.leave_out(clean(other, 40)),
        };
        if let Err(reason) = self.reading(&record, place, piece) {
            piece.refuse(KIND, item.line, reason, &text);
        }
    }

    fn reading(&mut self, record: &Record, place: Where, piece: &mut Portion) -> Result<(), &'static str> {
        let patient = self.given.patient.clone().ok_or("it does not say whose it is: name the patient")?;
        let time = record.time.as_deref().ok_or("it has no time")?;
        let stamp: jiff::Timestamp = time.parse().map_err(|_| "its time cannot be read")?;
        let unit = MassOrMoles::of(record.units.as_deref().ok_or("it has no unit")?)
            .ok_or("its unit is none of glucose")?;
        let digits = record.value.ok_or("it has no value")?.get();
        let (value, quality) = Decimal::sent(digits).map_err(|_| "its value is no number")?;
        if value.mantissa <= 0 {
            return Err("its value is no level of glucose");
        }
        let comparator = beyond(record);
        let name = record.device_id.as_deref().unwrap_or_default();
        let device = device_id("tidepool", name);
        if self.devices.insert(name.to_owned()) {
            piece.facts.push(device_fact(&device, &format!("{name} glucose"), &patient, &self.given));
        }
        let own = record.id.as_deref().unwrap_or_default();
        let level = Level { value, comparator, quality };
        let at = Instant(stamp.as_millisecond());
        let reading =
            Reading { kind: KIND, device: &device, place, unit, level, at, key: &[own, time, digits] };
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
