//! Entries of Nightscout as JSON, from its API or from the database, and readings as Dexcom's Share gives them to bridges.
//!
//! A reading is in mg/dL, whatever the site shows. Bridges take its time from different clocks: where an entry tells several, the one that
//! Nightscout goes by is taken, and one that differs is said.

use std::borrow::Cow;

use clinical::{Comparator, Decimal, Instant, MINUTE_MS, Quality};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::given::Given;
use super::items::Item;
use super::kind::FileKind;
use super::portion::Portion;
use super::reading::{Level, MassOrMoles, Reading, Where};
use super::records::{Records, Sensors, whose};
use super::shifted::Sources;
use crate::text::clean;

/// Numbers up to this one are codes for errors of a sensor.
const LAST_CODE: i64 = 12;
/// A level below what a sensor tells.
const LOW: i64 = 39;
/// Clocks of one entry that differ by less are one.
const CLOCKS_DIFFER: i64 = 10 * MINUTE_MS;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    #[serde(rename = "type", borrow, default)]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    sgv: Option<&'a RawValue>,
    #[serde(borrow, default)]
    mbg: Option<&'a RawValue>,
    /// As Share calls it.
    #[serde(rename = "Value", borrow, default)]
    value: Option<&'a RawValue>,
    #[serde(borrow, default)]
    date: Option<&'a RawValue>,
    #[serde(borrow, default)]
    date_string: Option<&'a RawValue>,
    #[serde(rename = "WT", borrow, default)]
    wt: Option<&'a RawValue>,
    #[serde(rename = "ST", borrow, default)]
    st: Option<&'a RawValue>,
    #[serde(rename = "DT", borrow, default)]
    dt: Option<&'a RawValue>,
    #[serde(borrow, default)]
    units: Option<&'a RawValue>,
    #[serde(borrow, default)]
    device: Option<&'a RawValue>,
}

/// What is known of its entries.
pub(crate) struct Nightscout {
    given: Given,
    sensors: Sensors,
    sources: Sources,
}

impl Nightscout {
    pub(crate) fn new(given: Given) -> Nightscout {
        Nightscout { given, sensors: Sensors::of("nightscout"), sources: Sources::default() }
    }
}

impl Records for Nightscout {
    const KIND: FileKind = FileKind::Nightscout;

    fn take(&mut self, item: &Item, text: &str, piece: &mut Portion) -> Result<(), &'static str> {
        let entry: Entry =
            serde_json::from_str(text).map_err(|_| "it is no JSON, or no entry of Nightscout")?;
        let (place, value) = match (entry.kind.as_deref(), entry.sgv.or(entry.value), entry.mbg) {
            (Some("sgv") | None, Some(value), _) => (Where::Tissue, value),
            (Some("mbg") | None, _, Some(value)) => (Where::Blood, value),
            (Some("sgv" | "mbg"), ..) => return Err("it has no value"),
            (Some(other), ..) => {
                piece.leave_out(clean(other, 40));
                return Ok(());
            }
            (None, ..) => {
                piece.leave_out("an entry that is no reading");
                return Ok(());
            }
        };
        let patient = whose(&self.given)?;
        let Some((level, unit)) = level(value, entry.units, place)? else {
            piece.leave_out("code of a sensor's error");
            return Ok(());
        };
        let (at, mark) = moment(&entry)?;
        let name = text_of(entry.device).unwrap_or_default();
        let device = self.sensors.id(&name, &patient, &self.given, piece);
        let (time, digits) = (at.0.to_string(), level.value.to_string());
        let key = [time.as_str(), digits.as_str(), level.comparator.map_or("", Comparator::code)];
        let kind = Nightscout::KIND;
        let reading = Reading { kind, device: &device, place, unit, level, at, key: &key };
        let fact = reading.fact(&patient, &self.given);
        if place == Where::Tissue && unit == MassOrMoles::Mass {
            self.sources.saw(&name, at.0, level.value.to_f64());
        }
        if let Some(mark) = mark {
            piece.remark(item.line, true, fact.source.reference.to_string(), mark, text);
        }
        piece.facts.push(fact);
        Ok(())
    }

    fn notes(&mut self) -> Vec<String> {
        self.sources.notes()
    }
}

/// A JSON text or number as it stands, without quotes.
fn text_of(raw: Option<&RawValue>) -> Option<Cow<'_, str>> {
    let raw = raw?.get().trim();
    match raw.as_bytes().first()? {
        b'"' => serde_json::from_str::<String>(raw).ok().map(Cow::Owned),
        b'{' | b'[' | b'n' | b't' | b'f' => None,
        _ => Some(Cow::Borrowed(raw)),
    }
}

/// Nothing for a code that stands for an error.
fn level(
    value: &RawValue,
    units: Option<&RawValue>,
    place: Where,
) -> Result<Option<(Level, MassOrMoles)>, &'static str> {
    let digits = text_of(Some(value)).ok_or("its value is no number")?;
    let (value, quality) = Decimal::sent(digits.trim()).map_err(|_| "its value is no number")?;
    let number = value.to_f64();
    let is_in_moles = text_of(units).is_some_and(|unit| unit.to_lowercase().starts_with("mmol"));
    if number <= 0.0 {
        return Ok(None);
    }
    let plain = Level { value, comparator: None, quality };
    match place {
        // Such a level of blood is in mmol/L, or nobody's.
        _ if is_in_moles && number < 40.0 => Ok(Some((plain, MassOrMoles::Moles))),
        Where::Tissue if number <= LAST_CODE as f64 && number.fract() == 0.0 => Ok(None),
        _ if number < 20.0 => Err("its value is no level in mg/dL, and it names no other unit"),
        Where::Tissue if value == Decimal::whole(LOW) => {
            let level = Level {
                value: Decimal::whole(LOW + 1),
                comparator: Some(Comparator::Below),
                quality: Quality::Good,
            };
            Ok(Some((level, MassOrMoles::Mass)))
        }
        _ => Ok(Some((plain, MassOrMoles::Mass))),
    }
}

/// `1772366400000`, `"/Date(1772366400000)/"`, `"Date(1772366400000+0100)"`, `{"$numberLong": ".."}`, `{"$date": ..}`, or as ISO 8601 has it
/// with an offset.
fn instant(raw: &RawValue) -> Option<Instant> {
    #[derive(Deserialize)]
    struct Extended<'a> {
        #[serde(rename = "$numberLong", alias = "$date", borrow)]
        inner: &'a RawValue,
    }
    if raw.get().trim_start().starts_with('{') {
        return instant(serde_json::from_str::<Extended>(raw.get()).ok()?.inner);
    }
    let text = text_of(Some(raw))?;
    let text = text.trim().trim_matches('/');
    if let Some(inner) = text.strip_prefix("Date(").and_then(|rest| rest.strip_suffix(')')) {
        // What stands behind the number is for show: it is a moment already.
        let end = inner
            .char_indices()
            .skip(1)
            .find(|(_, c)| matches!(c, '+' | '-'))
            .map_or(inner.len(), |(at, _)| at);
        return milliseconds(&inner[..end]);
    }
    milliseconds(text).or_else(|| {
        let stamp: jiff::Timestamp = text.parse().ok()?;
        Some(Instant(stamp.as_millisecond()))
    })
}

fn milliseconds(text: &str) -> Option<Instant> {
    let whole = match text.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|b| b.is_ascii_digit()) => whole,
        Some(_) => return None,
        None => text,
    };
    let is_number = (12..=13).contains(&whole.len()) && whole.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| whole.parse().ok().map(Instant))?
}

/// When it was, with what is not sure about it.
fn moment(entry: &Entry) -> Result<(Instant, Option<String>), &'static str> {
    let told: Vec<Instant> = [entry.date, entry.wt, entry.st, entry.dt, entry.date_string]
        .into_iter()
        .flatten()
        .filter_map(instant)
        .collect();
    let first = told.first().copied().ok_or("it has no time that can be read")?;
    let apart = told.iter().map(|other| other.ms_since(first).abs()).max().unwrap_or_default();
    let minutes = (apart + MINUTE_MS / 2) / MINUTE_MS;
    let mark = (apart > CLOCKS_DIFFER).then(|| {
        format!("its times differ by {minutes} minutes; it is kept as of the one that Nightscout goes by")
    });
    Ok((first, mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_in_each_way_that_bridges_write_it() {
        let of = |text: &str| instant(serde_json::from_str::<&RawValue>(text).unwrap()).map(|at| at.0);
        for text in [
            "1772366400000",
            "1772366400000.0",
            r#""1772366400000""#,
            r#""/Date(1772366400000)/""#,
            r#""Date(1772366400000)""#,
            r#""/Date(1772366400000+0100)/""#,
            r#""/Date(1772366400000-0700)/""#,
            r#"{"$numberLong":"1772366400000"}"#,
            r#"{"$date":"2026-03-01T12:00:00Z"}"#,
            r#""2026-03-01T13:00:00.000+0100""#,
            r#""2026-03-01T12:00:00.000Z""#,
        ] {
            assert_eq!(of(text), Some(1_772_366_400_000), "{text}");
        }
        for text in [r#""2026-03-01T12:00:00""#, "12", r#""Date(x)""#, "null", "true", r#""""#, "{}", "[1]"] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
