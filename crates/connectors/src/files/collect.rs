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

/// Whether the last row of a file that does not end with a line end is whole: it has all columns, and its last one is what the last
/// one of the row before is.
pub(crate) fn is_whole(fields: &[String], before: Option<&[String]>, columns: usize) -> bool {
    fields.len() == columns && before.is_some_and(|before| before.last() == fields.last())
}

/// A row that is whole and the last, and has no line end.
pub(crate) fn not_ended(kind: FileKind, line: &Line, read: &mut Portion) {
    let words = "the file has no line end behind this row: others may be missing";
    read.remark(
        line.number,
        true,
        format!("File/{}-{}", kind.word(), line.number),
        words.to_owned(),
        line.raw,
    );
}
