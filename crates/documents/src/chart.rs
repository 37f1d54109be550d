//! One patient's trends as a figure for a file: what range, which panels, whose they are.

use bedside::annotations;
use bedside::local_time::{local, zone};
use charts::{Event, EventKind, FIGURE_EDGES, FIGURE_HEAD, Figure, Row, TimeStep, time_ticks};
use clinical::consent::Glass;
use clinical::{DAY_MS, Dose, Instant, PatientId, TimeRange};
use trends::{DeviceChange, ReadPanel, all_panels, theme};
use vault::Reader;

use crate::error::DocumentError;
use crate::page_writer::headed;

/// A moment in full.
pub(crate) const STAMP: &str = "%a %d %b %Y %H:%M";

/// What part of whose trends goes into a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartRequest {
    /// Logical id of the Patient.
    pub patient: PatientId,
    /// First moment; `None` is a day before the last.
    pub from: Option<Instant>,
    /// Last moment; `None` is the newest value of the patient.
    pub to: Option<Instant>,
    /// On a light ground.
    pub light: bool,
    /// Draws every sample, for comparison.
    pub every_sample: bool,
}

/// The range of a request: what it names, else the day that ends with the newest value.
///
/// # Errors
/// Where the cache does not know the patient, or the range ends before it begins.
pub fn chart_range(reader: &Reader, request: &ChartRequest) -> Result<TimeRange, DocumentError> {
    let newest = reader.newest_at(&request.patient)?;
    let known = newest.is_some() || reader.ward()?.persons.iter().any(|p| p.id == request.patient);
    if !known {
        return Err(DocumentError::NoPatient);
    }
    let to = request.to.or(newest).unwrap_or(Instant(0));
    let from = request.from.unwrap_or(to - DAY_MS);
    let range = TimeRange::new(from, to).map_err(|_| DocumentError::NoRange)?;
    if range.is_moment() { Err(DocumentError::NoRange) } else { Ok(range) }
}

/// The figure of a patient's trends. Panels without a value in the range are left out, unless none has one.
///
/// # Errors
/// Of the cache, or as [`chart_range`].
pub fn chart(reader: &Reader, request: &ChartRequest, width: u32) -> Result<Figure, DocumentError> {
    let range = chart_range(reader, request)?;
    let panels = all_panels(reader, &request.patient, range, request.light)?;
    let is_empty = |panel: &charts::Panel| match &panel.content {
        charts::Content::Line { times, .. } => times.is_empty(),
        charts::Content::Outline { outline, .. } => outline.runs.is_empty(),
        charts::Content::DenseBars(bars) => bars.columns.is_empty(),
        charts::Content::Dots(dots) => dots.is_empty(),
        charts::Content::Bars(bars) => bars.is_empty(),
        charts::Content::Steps(steps) => steps.is_empty(),
    };
    let nothing = panels.iter().all(|l| is_empty(&l.panel));
    let changes = device_changes(reader, &panels, range)?;
    let rows = panels
        .into_iter()
        .filter(|l| nothing || !is_empty(&l.panel))
        .map(|l| Row {
            label: l.kind.label.to_owned(),
            unit: l.unit.to_owned(),
            theme: theme(l.kind, request.light),
            panel: charts::Panel { every_sample: request.every_sample, ..l.panel },
        })
        .collect();
    let most = (width / 110).clamp(2, 14) as usize;
    let step = TimeStep::of(range.length(), most);
    let days = range.length() > DAY_MS;
    let word = |t: i64| match step {
        TimeStep::Years(_) => local(Instant(t), "%Y"),
        TimeStep::Months(_) => local(Instant(t), "%b %Y"),
        TimeStep::Days(_) => local(Instant(t), "%d %b"),
        TimeStep::Hours(_) | TimeStep::Minutes(_) => {
            let time = local(Instant(t), "%H:%M");
            if days && time == "00:00" { local(Instant(t), "%d %b") } else { time }
        }
    };
    let ticks = time_ticks(range.ms(), step, &zone());
    let withheld = withheld_words(reader, &request.patient, range)?;
    Ok(Figure {
        from: range.from().0,
        to: range.to().0,
        title: title(reader, &request.patient, range, width)?
            .into_iter()
            .chain(glass_words(reader, &request.patient))
            .chain(withheld)
            .collect(),
        rows,
        time_ticks: ticks.into_iter().map(|t| (t, word(t))).collect(),
        events: events(reader, &request.patient, range, changes)?,
    })
}

/// How much of a range is withheld, in words; nothing where all of it is shown.
pub(crate) fn withheld_words(
    reader: &Reader,
    patient: &PatientId,
    range: TimeRange,
) -> Result<Option<String>, DocumentError> {
    let withheld = reader.withheld_in(patient, range)?;
    Ok((!withheld.is_empty()).then(|| withheld.to_string()))
}

/// That somebody broke the glass to see what is on it, and why; nothing where nobody did.
pub(crate) fn glass_words(reader: &Reader, patient: &PatientId) -> Option<String> {
    reader.glass_over(patient).map(Glass::seen_by)
}

/// Whose trends these are: a picture without a name is mistaken for another's.
fn title(
    reader: &Reader,
    patient: &PatientId,
    range: TimeRange,
    width: u32,
) -> Result<Vec<String>, DocumentError> {
    let persons = reader.ward()?.persons;
    let Some(person) = persons.into_iter().find(|p| p.id == *patient) else { return Ok(Vec::new()) };
    let name = [person.family, person.given].into_iter().filter(|n| !n.is_empty()).collect::<Vec<_>>();
    let mrn = if person.mrn.is_empty() { "none" } else { &person.mrn };
    let born = person.birth_date.as_deref().unwrap_or("not known");
    let rest = format!(" · MRN {mrn} · born {born}");
    Ok(vec![
        headed(&name.join(", "), &rest, FIGURE_HEAD, width as f32 - FIGURE_EDGES),
        format!("{} to {}", local(range.from(), STAMP), local(range.to(), STAMP)),
    ])
}

/// Where values begin to come from another device, oldest first, and in which panels.
pub(crate) fn device_changes(
    reader: &Reader,
    panels: &[ReadPanel],
    range: TimeRange,
) -> Result<Vec<(Instant, String)>, DocumentError> {
    let mut found: Vec<(&DeviceChange, &str)> = panels
        .iter()
        .flat_map(|read| read.device_changes.iter().map(|change| (change, read.kind.label)))
        .filter(|(change, _)| range.contains(change.at))
        .collect();
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let devices = reader.devices()?;
    found.sort_by_key(|(change, _)| (change.at, &change.device));
    let of_one = found.chunk_by(|(a, _), (b, _)| a == b);
    let words = |of: &[(&DeviceChange, &str)]| {
        let panels: Vec<&str> = of.iter().map(|(_, label)| *label).collect();
        (of[0].0.at, format!("{}: {}", panels.join(", "), of[0].0.words(&devices)))
    };
    Ok(of_one.map(words).collect())
}

fn events(
    reader: &Reader,
    patient: &PatientId,
    range: TimeRange,
    changes: Vec<(Instant, String)>,
) -> Result<Vec<Event>, DocumentError> {
    let mut found: Vec<Event> = reader
        .episodes_since(range.from())?
        .into_iter()
        .filter(|e| e.patient.as_ref() == Some(patient) && range.contains(e.onset))
        .map(|e| Event { t: e.onset.0, kind: EventKind::Alarm, text: e.text })
        .collect();
    for dose in reader.doses(patient, range.from())?.into_iter().filter(|d| d.at <= range.to()) {
        found.push(Event { t: dose.at.0, kind: EventKind::Dose, text: dose_words(&dose) });
    }
    let notes = annotations(patient, &reader.actions_about(patient)?);
    for note in notes.into_iter().filter(|n| range.contains(n.at)) {
        let text = format!("{} – {}", note.text, note.by);
        found.push(Event { t: note.at.0, kind: EventKind::Note, text });
    }
    found.extend(changes.into_iter().map(|(at, text)| Event { t: at.0, kind: EventKind::Device, text }));
    found.sort_by_key(|e| e.t);
    Ok(found)
}

/// `Insulin lispro 4 U`.
pub(crate) fn dose_words(dose: &Dose) -> String {
    match &dose.amount {
        Some(amount) => format!("{} {amount}", dose.what),
        None => dose.what.clone(),
    }
}
