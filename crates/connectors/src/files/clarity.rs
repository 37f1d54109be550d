//! CSV of Dexcom Clarity: one row an event, in the order of time, on the clock of the person's telephone or receiver.
//!
//! Columns stand where they stand in every language; which row is a reading says its event type `EGV`, and never a number of rows to be
//! skipped. Names and the day of birth of the person stand in its first rows.

use jiff::civil::DateTime;

use super::collect::{Row, facts, is_whole};
use super::given::Given;
use super::kind::FileKind;
use super::lines::{Line, lines};
use super::number::{Tells, level};
use super::portion::{Named, Portion};
use super::reading::{MassOrMoles, Where, device_id};
use super::records::whose;

const KIND: FileKind = FileKind::Clarity;

/// Where columns stand.
const TIME: usize = 1;
const EVENT: usize = 2;
const PERSON: usize = 4;
const DEVICE: usize = 6;
const VALUE: usize = 7;
const COUNT: usize = 12;
const TRANSMITTER: usize = 13;

/// What a header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Layout {
    separator: u8,
    columns: usize,
    unit: MassOrMoles,
}

impl Layout {
    /// Of a row, where it is a header: its second column tells how times are written (`hh:mm:ss`), its eighth a unit of glucose.
    fn of(line: &Line) -> Option<Layout> {
        if !line.raw.contains("hh:mm:ss") {
            return None;
        }
        let separator = line.separator();
        let fields = line.fields(separator);
        let is_time = fields.get(TIME)?.contains("hh:mm:ss") && fields.len() > COUNT;
        let value = fields.get(VALUE)?.trim_end();
        let unit = value.strip_suffix(')').and_then(|text| text.rsplit_once('(')).map(|(_, unit)| unit)?;
        let unit = MassOrMoles::of(unit)?;
        is_time.then_some(Layout { separator, columns: fields.len(), unit })
    }
}

/// Whether a text begins as such a file.
pub(crate) fn is_it(head: &str) -> bool {
    lines(head).iter().take(3).any(|line| Layout::of(line).is_some())
}

/// Reads a whole file.
pub(crate) fn read(text: &str, given: &Given) -> Portion {
    let mut read = Portion::default();
    let patient = match whose(given) {
        Ok(patient) => patient,
        Err(reason) => {
            read.refuse(KIND, 1, reason, "");
            return read;
        }
    };
    let (mut layout, mut rows, mut named): (Option<Layout>, Vec<Row>, Named) = Default::default();
    let mut before: Option<Vec<String>> = None;
    for line in &lines(text) {
        if let Some(header) = Layout::of(line) {
            (layout, before) = (Some(header), None);
            if !line.is_ended {
                read.refuse(KIND, line.number, "the file ends within its header", "");
            }
            continue;
        }
        let Some(layout) = layout else {
            read.refuse(KIND, line.number, "it stands before the header", line.raw);
            continue;
        };
        let fields = line.fields(layout.separator);
        if !is_whole(KIND, line, (&fields, before.as_deref()), layout.columns, &mut read) {
            continue;
        }
        match row(line, &fields, layout, &mut named) {
            Ok(Some(row)) => {
                rows.push(row);
                before = Some(fields);
            }
            Ok(None) if fields.get(EVENT).is_some_and(|event| is_about_the_person(event)) => {}
            Ok(None) => read.leave_out(event_name(&fields)),
            Err(reason) => read.refuse(KIND, line.number, reason, line.raw),
        }
    }
    if layout.is_none() {
        read.refuse(KIND, 1, "it has no header of Clarity", "");
    }
    read.named = (named != Named::default()).then_some(named);
    facts(KIND, &rows, &patient, given, &mut read);
    read
}

fn is_about_the_person(event: &str) -> bool {
    matches!(
        event,
        "FirstName" | "LastName" | "DateOfBirth" | "PatientIdentifier" | "Device" | "Sensor" | "Alert"
    )
}

/// An event's name in the words of the program where it has them: anything else could be somebody's.
fn event_name(fields: &[String]) -> String {
    let known = ["Calibration", "Carbs", "Insulin", "Exercise", "Health", "Note", "Notes", "Alert"];
    let event = fields.get(EVENT).map(String::as_str).unwrap_or_default();
    known.iter().find(|name| **name == event).map_or("another event", |name| name).to_owned()
}

fn row<'a>(
    line: &Line<'a>,
    fields: &[String],
    layout: Layout,
    named: &mut Named,
) -> Result<Option<Row<'a>>, &'static str> {
    let field = |n: usize| fields.get(n).map(String::as_str).unwrap_or_default();
    match field(EVENT) {
        "EGV" => {}
        "FirstName" => named.given = field(PERSON).to_owned(),
        "LastName" => named.family = field(PERSON).to_owned(),
        "DateOfBirth" => named.born = Some(field(PERSON).to_owned()).filter(|text| !text.is_empty()),
        "" if fields.len() < layout.columns => return Err("it has fewer columns than the header"),
        _ => return Ok(None),
    }
    if field(EVENT) != "EGV" {
        return Ok(None);
    }
    if fields.len() <= VALUE + 1 {
        return Err("it has fewer columns than the header");
    }
    if fields.len() > layout.columns {
        return Err("it has more columns than the header: a decimal comma may be taken for a separator");
    }
    let wall = time(field(TIME))?;
    let level = level(field(VALUE), layout.unit, Tells::DEXCOM)?;
    let (transmitter, source) = (field(TRANSMITTER), field(DEVICE));
    let device = device_id("dexcom", if transmitter.is_empty() { source } else { transmitter });
    let whose = if transmitter.is_empty() { source } else { transmitter };
    let counter = field(COUNT).parse::<i64>().ok().map(|count| (whose.to_owned(), count));
    Ok(Some(Row {
        line: line.number,
        raw: line.raw,
        device,
        name: format!("Dexcom glucose sensor {source} {transmitter}").trim().to_owned(),
        place: Where::Tissue,
        sequence: 0,
        unit: layout.unit,
        level,
        wall,
        counter,
    }))
}

/// `2026-03-01T12:00:00`, or with a space; seconds may be missing where a spreadsheet has been at it.
fn time(text: &str) -> Result<DateTime, &'static str> {
    let wall: DateTime = text.replacen(' ', "T", 1).parse().map_err(|_| "its time cannot be read")?;
    // What reads it takes a zone too, and leaves it out.
    if text.len() > 19 || text.contains(['Z', '+', '[']) {
        return Err("its time cannot be read");
    }
    in_this_century(wall)
}

/// A clock that was never set counts from its own beginning.
pub(crate) fn in_this_century(wall: DateTime) -> Result<DateTime, &'static str> {
    if (2000..2100).contains(&wall.year()) {
        Ok(wall)
    } else {
        Err("its date is of a clock that was not set")
    }
}
