//! CSV of Abbott LibreView: one row a record, each kind of record in its own column, on the clock of the reader or the telephone.
//!
//! The columns stand where they stand in every language (English, German and Spanish files were seen); the unit stands at the end of their
//! names. Before them stand lines with the person's name, which are not read. How a date is written differs from country to country: it is
//! found in the dates themselves, and never guessed.

use jiff::civil::{Date, DateTime, Time};

use super::clarity::in_this_century;
use super::collect::{Row, facts, is_whole};
use super::given::{DayOrder, Given};
use super::kind::FileKind;
use super::lines::{Line, lines};
use super::number::{Tells, level};
use super::portion::Portion;
use super::reading::{MassOrMoles, Where, device_id};
use super::records::whose;

const KIND: FileKind = FileKind::LibreView;

/// Where columns stand.
const DEVICE: usize = 0;
const SERIAL: usize = 1;
const TIME: usize = 2;
const RECORD: usize = 3;
const HISTORIC: usize = 4;
const SCAN: usize = 5;

/// What a header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Layout {
    separator: u8,
    columns: usize,
    unit: MassOrMoles,
    /// Where the strip's glucose stands.
    strip: Option<usize>,
}

impl Layout {
    /// Of a row, where it is a header: its fifth and its sixth column end with the same unit of glucose.
    fn of(line: &Line) -> Option<Layout> {
        if !["/dL", "/dl", "ol/L", "ol/l"].iter().any(|unit| line.raw.contains(unit)) {
            return None;
        }
        let separator = line.separator();
        let fields = line.fields(separator);
        let unit_of = |name: &String| MassOrMoles::of(name.rsplit(' ').next()?);
        let unit = unit_of(fields.get(HISTORIC)?)?;
        if unit_of(fields.get(SCAN)?) != Some(unit) || !fields[RECORD].chars().any(char::is_alphabetic) {
            return None;
        }
        // Ketones stand in mmol/L too, behind it.
        let strip = (SCAN + 1..fields.len()).find(|n| unit_of(&fields[*n]) == Some(unit));
        Some(Layout { separator, columns: fields.len(), unit, strip })
    }
}

/// Whether a text begins as such a file.
pub(crate) fn is_it(head: &str) -> bool {
    lines(head).iter().take(5).any(|line| Layout::of(line).is_some())
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
    let lines = lines(text);
    let headers: Vec<Option<Layout>> = lines.iter().map(Layout::of).collect();
    let dates = match order_of_dates(&lines, &headers, given.dates) {
        Ok(dates) => dates,
        Err(reason) => {
            read.refuse(KIND, 1, reason, "");
            return read;
        }
    };
    let (mut layout, mut rows): (Option<Layout>, Vec<Row>) = Default::default();
    let mut before: Option<Vec<String>> = None;
    for (n, line) in lines.iter().enumerate() {
        if headers[n].is_some() {
            (layout, before) = (headers[n], None);
            if !line.is_ended {
                read.refuse(KIND, line.number, "the file ends within its header", "");
            }
            continue;
        }
        let is_preface = headers[n..].iter().take(4).any(Option::is_some);
        let Some(layout) = layout else { continue };
        let fields = line.fields(layout.separator);
        let has_record = fields.get(RECORD).is_some_and(|kind| kind.parse::<u8>().is_ok());
        if is_preface && !has_record {
            continue;
        }
        if !is_whole(KIND, line, (&fields, before.as_deref()), layout.columns, &mut read) {
            continue;
        }
        match row(line, &fields, layout, dates) {
            Ok(Some(row)) => {
                rows.push(row);
                before = Some(fields);
            }
            Ok(None) => read.leave_out(record_name(&fields)),
            Err(reason) => read.refuse(KIND, line.number, reason, line.raw),
        }
    }
    if layout.is_none() {
        read.refuse(KIND, 1, "it has no header of LibreView", "");
    }
    facts(KIND, &rows, &patient, given, &mut read);
    read
}

fn record_name(fields: &[String]) -> &'static str {
    match fields.get(RECORD).map(String::as_str) {
        Some("3") => "ketone",
        Some("4") => "insulin",
        Some("5") => "food",
        Some("6") => "note or change of the clock",
        _ => "another kind of record",
    }
}

fn row<'a>(
    line: &Line<'a>,
    fields: &[String],
    layout: Layout,
    dates: Option<DayOrder>,
) -> Result<Option<Row<'a>>, &'static str> {
    let field = |n: usize| fields.get(n).map(String::as_str).unwrap_or_default();
    if fields.len() <= SCAN {
        return Err("it has fewer columns than the header");
    }
    if fields.len() > layout.columns {
        return Err("it has more columns than the header: a decimal comma may be taken for a separator");
    }
    let (sequence, place, value) = match field(RECORD) {
        "0" => (0, Where::Tissue, field(HISTORIC)),
        "1" => (1, Where::Tissue, field(SCAN)),
        "2" => (2, Where::Blood, layout.strip.map(field).ok_or("its column is not in the header")?),
        other if other.parse::<u8>().is_ok() => return Ok(None),
        _ => return Err("it has no kind of record"),
    };
    let wall = time(field(TIME), dates)?;
    let level = level(value, layout.unit, Tells::LIBRE)?;
    let (name, serial) = (field(DEVICE), field(SERIAL));
    Ok(Some(Row {
        line: line.number,
        raw: line.raw,
        device: device_id("libre", if serial.is_empty() { name } else { serial }),
        name: format!("{name} glucose sensor {serial}").trim().to_owned(),
        place,
        sequence,
        unit: layout.unit,
        level,
        wall,
        counter: None,
    }))
}

/// The three numbers of a date, and the clock behind it.
fn parts(text: &str) -> Option<([&str; 3], &str)> {
    let (date, clock) = text.split_once([' ', 'T'])?;
    let mut numbers = date.split(['-', '/', '.']);
    let found = [numbers.next()?, numbers.next()?, numbers.next()?];
    let are_digits = found.iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    (numbers.next().is_none() && are_digits).then_some((found, clock))
}

/// Whether days or months come first, by the dates of all rows; nothing where the year does.
fn order_of_dates(
    lines: &[Line],
    headers: &[Option<Layout>],
    told: Option<DayOrder>,
) -> Result<Option<DayOrder>, &'static str> {
    let (mut layout, mut any, mut day_first, mut month_first) = (None, false, false, false);
    for (line, header) in lines.iter().zip(headers) {
        layout = header.or(layout);
        let Some(Layout { separator, .. }) = layout else { continue };
        let fields = line.fields(separator);
        let Some(([first, second, third], _)) = fields.get(TIME).and_then(|text| parts(text)) else {
            continue;
        };
        if first.len() == 4 || third.len() != 4 {
            continue;
        }
        any = true;
        let over_twelve = |part: &str| part.parse::<u8>().is_ok_and(|number| number > 12);
        day_first |= over_twelve(first);
        month_first |= over_twelve(second);
    }
    match (any, told, day_first, month_first) {
        (false, ..) => Ok(None),
        (_, _, true, true) => Err("its dates begin with the day in some rows and with the month in others"),
        (_, Some(DayOrder::MonthFirst), true, _) => Err("its dates begin with the day"),
        (_, Some(DayOrder::DayFirst), _, true) => Err("its dates begin with the month"),
        (_, _, true, false) => Ok(Some(DayOrder::DayFirst)),
        (_, _, false, true) => Ok(Some(DayOrder::MonthFirst)),
        (_, Some(told), false, false) => Ok(Some(told)),
        (_, None, false, false) => {
            Err("its dates do not show whether the day or the month comes first: say which (--dates)")
        }
    }
}

fn time(text: &str, dates: Option<DayOrder>) -> Result<DateTime, &'static str> {
    const WRONG: &str = "its time cannot be read";
    let ([first, second, third], clock) = parts(text).ok_or(WRONG)?;
    let (year, month, day) = match (first.len(), dates) {
        (4, _) => (first, second, third),
        (_, Some(DayOrder::DayFirst)) => (third, second, first),
        (_, Some(DayOrder::MonthFirst)) => (third, first, second),
        (_, None) => return Err(WRONG),
    };
    let date = Date::new(
        year.parse().map_err(|_| WRONG)?,
        month.parse().map_err(|_| WRONG)?,
        day.parse().map_err(|_| WRONG)?,
    );
    in_this_century(date.map_err(|_| "no calendar has its date")?.to_datetime(of_day(clock).ok_or(WRONG)?))
}

/// `23:05`, `23:05:10` or `11:05 PM`.
fn of_day(text: &str) -> Option<Time> {
    let text = text.trim().to_uppercase();
    let (digits, half) = match text.split_once(char::is_whitespace) {
        Some((digits, half)) => (digits, Some(half.trim().replace('.', ""))),
        None => (text.as_str(), None),
    };
    let mut parts = digits.split(':').map(|part| part.parse::<i8>().ok());
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = match parts.next() {
        Some(second) => second?,
        None => 0,
    };
    let hour = match half.as_deref() {
        None => hour,
        Some("AM") if (1..=12).contains(&hour) => hour % 12,
        Some("PM") if (1..=12).contains(&hour) => hour % 12 + 12,
        Some(_) => return None,
    };
    parts.next().is_none().then(|| Time::new(hour, minute, second, 0).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_of_twelve_hours_and_one_of_twenty_four_are_read() {
        for (text, wanted) in [
            ("23:05", Some("23:05:00")),
            ("12:00 AM", Some("00:00:00")),
            ("12:30 PM", Some("12:30:00")),
            ("1:05 p.m.", Some("13:05:00")),
            ("08:09:10", Some("08:09:10")),
            ("13:00 PM", None),
            ("24:00", None),
            ("5", None),
            ("1:2:3:4", None),
        ] {
            assert_eq!(of_day(text).map(|t| t.to_string()).as_deref(), wanted, "{text}");
        }
    }
}
