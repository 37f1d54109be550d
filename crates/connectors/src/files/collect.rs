//! Readings of a file in wall time, put together: each placed by its clock, and what stands twice taken once.

use std::collections::{BTreeMap, HashSet};

use clinical::{DeviceId, PatientId, SmolStr};
use jiff::civil::DateTime;

use super::given::Given;
use super::kind::FileKind;
use super::lines::Line;
use super::portion::Portion;
use super::reading::{Level, MassOrMoles, Reading, Where, device_fact};
use super::wall::{Shown, place};

/// A row that holds a reading.
pub(crate) struct Row<'a> {
    pub line: u64,
    pub raw: &'a str,
    pub device: DeviceId,
    /// As the device is shown.
    pub name: String,
    pub place: Where,
    /// Rows of one sequence stand in the order of their times.
    pub sequence: u8,
    pub unit: MassOrMoles,
    pub level: Level,
    pub wall: DateTime,
    pub counter: Option<(String, i64)>,
}

/// Facts of the rows, in their order.
pub(crate) fn facts(kind: FileKind, rows: &[Row], patient: &PatientId, given: &Given, into: &mut Portion) {
    let mut sequences: BTreeMap<(&str, u8), Vec<usize>> = BTreeMap::new();
    for (n, row) in rows.iter().enumerate() {
        sequences.entry((row.device.as_str(), row.sequence)).or_default().push(n);
    }
    let mut placed = vec![None; rows.len()];
    for members in sequences.values() {
        let shown: Vec<Shown> = members
            .iter()
            .map(|n| {
                let row = &rows[*n];
                let counter = row.counter.as_ref().map(|(whose, count)| (whose.as_str(), *count));
                Shown { wall: row.wall, counter }
            })
            .collect();
        for (n, found) in members.iter().zip(place(&shown, &given.zone)) {
            placed[*n] = Some(found);
        }
    }
    let (mut devices, mut seen) = (HashSet::new(), HashSet::<SmolStr>::new());
    for (row, placed) in rows.iter().zip(placed) {
        let Some(placed) = placed else { continue };
        if devices.insert(&row.device) {
            into.facts.push(device_fact(&row.device, &row.name, patient, given));
        }
        // By the clock on the wall: a file that is read again in its right zone says the same readings at other moments.
        let (wall, pass, value) =
            (row.wall.to_string(), placed.pass.to_string(), row.level.value.to_string());
        let sign = row.level.comparator.map_or("", clinical::Comparator::code);
        let count = row.counter.as_ref().map(|(_, count)| count.to_string()).unwrap_or_default();
        let reading = Reading {
            kind,
            device: &row.device,
            place: row.place,
            unit: row.unit,
            level: row.level,
            at: placed.at,
            key: &[&wall, &pass, &count, sign, &value],
        };
        let fact = reading.fact(patient, given);
        if !seen.insert(fact.source.reference.clone()) {
            into.repeats += 1;
            continue;
        }
        if let Some(mark) = placed.mark {
            into.remark(row.line, true, fact.source.reference.to_string(), mark.to_owned(), row.raw);
        }
        into.facts.push(fact);
    }
}

/// Whether a row can be read: the last one of a file that does not end with a line end is, where it has all columns, and its last one is
/// what the last one of the row before is. Else it is refused; that others may be missing is said.
pub(crate) fn is_whole(
    kind: FileKind,
    line: &Line,
    (fields, before): (&[String], Option<&[String]>),
    columns: usize,
    read: &mut Portion,
) -> bool {
    if line.is_ended {
        return true;
    }
    let is_whole = fields.len() == columns && before.is_some_and(|before| before.last() == fields.last());
    if is_whole {
        let words = "the file has no line end behind this row: others may be missing";
        let name = format!("File/{}-{}", kind.word(), line.number);
        read.remark(line.number, true, name, words.to_owned(), line.raw);
    } else {
        read.refuse(kind, line.number, "the file ends within this row, which is not read", line.raw);
    }
    is_whole
}
