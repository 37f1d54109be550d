//! The board as data, for IT staff and for downtime: who lies where, with the values as they were sent.

use std::collections::BTreeMap;

use bedside::{Board, Tile, board};
use clinical::{Acvpu, Comparator, Instant, Measure, PatientId};
use serde::Serialize;
use serde_json::value::RawValue;
use vault::{SeriesValue, Ward};

use super::form::Iso;
use super::score::Score;
use super::withheld::Withheld;

/// One person on the board.
#[derive(Clone, Debug, Serialize)]
pub struct WardEntry {
    /// Logical id of the Patient.
    pub patient_id: String,
    /// Family and given name.
    pub name: String,
    /// Medical record number.
    pub mrn: String,
    /// Whether the patient has died.
    pub deceased: bool,
    /// The ward; nothing at home.
    pub ward: Option<String>,
    /// The bed as it is shown.
    pub bed: String,
    /// The newest value of each code.
    pub vitals: BTreeMap<String, WardValue>,
    /// The score.
    pub news2: Score,
    /// Alarms that somebody may want to act on.
    pub alerts: Vec<OpenAlarm>,
    /// Nothing has come lately that speaks of now.
    pub stale: bool,
    /// Since when.
    pub stale_since: Option<Iso>,
    /// What is withheld from who asks.
    pub withheld: Option<Withheld>,
}

/// A value as it was sent.
#[derive(Clone, Debug, Serialize)]
pub struct WardValue {
    /// The digits as they came in (a float would lose a trailing zero), or the word of a level of consciousness.
    pub value: Box<RawValue>,
    /// `<`, `<=`, `>=` or `>` where the value is only a bound; else nothing.
    pub comparator: Option<&'static str>,
    /// UCUM.
    pub unit: String,
    /// When it was true of the patient.
    pub taken_at: Iso,
    /// `Type/id` it came in.
    pub source: String,
    /// Outside the plausible range.
    pub artefact: bool,
}

/// An alarm of a person on the board.
#[derive(Clone, Debug, Serialize)]
pub struct OpenAlarm {
    /// The episode.
    pub episode_id: String,
    /// Its priority.
    pub priority: &'static str,
    /// Its text.
    pub text: String,
    /// When it began.
    pub onset: Iso,
    /// When its condition ended.
    pub ended: Option<Iso>,
    /// Where it stands.
    pub state: &'static str,
    /// Who has it.
    pub owner: Option<String>,
}

/// What stands on the board of a ward at a moment, the worst first.
pub fn ward(ward: &Ward, at: Instant) -> Vec<WardEntry> {
    let board = board(ward, at);
    let mut values: BTreeMap<&PatientId, Vec<&SeriesValue>> = BTreeMap::new();
    for value in ward.values.iter().filter(|value| ward.sight.held_value(value, at).is_none()) {
        values.entry(&value.series.patient).or_default().push(value);
    }
    let own = |patient: &PatientId| values.get(patient).map_or(&[][..], Vec::as_slice);
    board.tiles.iter().map(|tile| entry(tile, &board, own(&tile.patient))).collect()
}

fn entry(tile: &Tile, board: &Board, values: &[&SeriesValue]) -> WardEntry {
    let names = [tile.family.as_str(), tile.given.as_str()];
    WardEntry {
        patient_id: (&tile.patient).into(),
        name: names.into_iter().filter(|n| !n.is_empty()).collect::<Vec<_>>().join(", "),
        mrn: tile.mrn.clone(),
        deceased: tile.deceased,
        ward: (!tile.ward.is_empty()).then(|| tile.ward.clone()),
        bed: tile.bed.clone(),
        vitals: vitals(values),
        news2: Score::from(&tile.news),
        alerts: alerts(board, &tile.patient),
        stale: tile.stale_since.is_some(),
        stale_since: tile.stale_since.map(Iso),
        withheld: Withheld::some(&tile.withheld),
    }
}

fn alerts(board: &Board, patient: &PatientId) -> Vec<OpenAlarm> {
    let of_patient = board.queue.iter().filter(|item| item.patient.as_ref() == Some(patient));
    of_patient
        .map(|item| OpenAlarm {
            episode_id: (&item.line.episode).into(),
            priority: item.line.priority.code(),
            text: item.line.text.clone(),
            onset: Iso(item.line.onset),
            ended: item.ended.map(Iso),
            state: item.line.presence.code(),
            owner: item.line.owner.as_ref().map(|(who, _)| who.name.to_string()),
        })
        .collect()
}

/// The newest value of each code; of two devices with one code the newer speaks.
fn vitals(values: &[&SeriesValue]) -> BTreeMap<String, WardValue> {
    let mut newest: BTreeMap<&str, &SeriesValue> = BTreeMap::new();
    for value in values {
        let known = newest.entry(&value.series.code).or_insert(value);
        if (!value.artefact, value.taken_at) > (!known.artefact, known.taken_at) {
            *known = value;
        }
    }
    let shown = newest.into_iter().map(|(code, v)| {
        let value = WardValue {
            value: as_sent(v),
            comparator: v.comparator.map(Comparator::code),
            unit: v.series.unit.clone(),
            taken_at: Iso(v.taken_at),
            source: v.source.clone(),
            artefact: v.artefact,
        };
        (code.to_owned(), value)
    });
    shown.collect()
}

fn as_sent(v: &SeriesValue) -> Box<RawValue> {
    let level = (v.series.measure() == Some(Measure::Consciousness))
        .then(|| Acvpu::from_value(v.value.to_f64()))
        .flatten();
    let text = level.map_or_else(|| v.value.to_string(), |level| format!("\"{}\"", level.word()));
    RawValue::from_string(text).unwrap_or_else(|_| RawValue::NULL.to_owned())
}
