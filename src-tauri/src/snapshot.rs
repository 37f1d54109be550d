//! The board as JSON, for IT staff and for downtime.

use std::collections::BTreeMap;

use clinical::{Acvpu, Instant, Measure, PatientId};
use console::{AlarmLine, Board, board};
use fhir::format_instant;
use serde_json::{Value, json};
use vault::{SeriesValue, Vault, View};

use crate::alerts::state_word;
use crate::error::AppError;

/// What stands on the board of a view, as a list of people.
pub(crate) fn ward(vault: &Vault, view: View, now: Instant) -> Result<Value, AppError> {
    let ward = vault.read_as(view, |reader| reader.ward())?;
    let board = board(&ward, view.at.min(now));
    let mut values: BTreeMap<&PatientId, Vec<&SeriesValue>> = BTreeMap::new();
    for value in &ward.values {
        values.entry(&value.series.patient).or_default().push(value);
    }
    let people = board.tiles.iter().map(|tile| {
        let name = [tile.family.as_str(), tile.given.as_str()]
            .into_iter()
            .filter(|n| !n.is_empty())
            .collect::<Vec<_>>()
            .join(", ");
        let news = &tile.news;
        json!({
            "patient_id": tile.patient.as_str(),
            "name": name,
            "mrn": tile.mrn,
            "ward": if tile.ward.is_empty() { Value::Null } else { json!(tile.ward) },
            "bed": tile.bed,
            "vitals": vitals(values.get(&tile.patient).map_or(&[], Vec::as_slice)),
            "news2": {
                "total": news.total,
                "partial": news.partial,
                "missing": news.missing.iter().map(|p| p.key()).collect::<Vec<_>>(),
                "band": news.band.map(|b| b.key()),
                "not_for": news.not_for,
                "scale_two": news.scale_two.as_ref().map(|s| json!({ "by": s.by, "at": format_instant(s.at) })),
            },
            "alerts": alerts(&board, &tile.patient),
            "stale": tile.stale_since.is_some(),
            "stale_since": tile.stale_since.map(format_instant),
        })
    });
    Ok(Value::Array(people.collect()))
}

fn alerts(board: &Board, patient: &PatientId) -> Vec<Value> {
    let state = |line: &AlarmLine| state_word(line.presence);
    board
        .queue
        .iter()
        .filter(|item| item.patient.as_ref() == Some(patient))
        .map(|item| {
            let line = &item.line;
            json!({
                "episode_id": line.episode.as_str(),
                "priority": match crate::tile_wire::priority(line.priority) { "med" => "medium", "tech" => "technical", other => other },
                "text": line.text,
                "onset": format_instant(line.onset),
                "ended": item.ended.map(format_instant),
                "state": state(line),
                "owner": line.owner.as_ref().map(|(who, _)| who.name.as_str()),
            })
        })
        .collect()
}

/// The newest value of each code; of two devices with one code the newer speaks.
fn vitals(values: &[&SeriesValue]) -> Value {
    let mut newest: BTreeMap<&str, &SeriesValue> = BTreeMap::new();
    for value in values {
        let known = newest.entry(&value.series.code).or_insert(value);
        if (!value.artefact, value.taken_at) > (!known.artefact, known.taken_at) {
            *known = value;
        }
    }
    let shown = newest.into_iter().map(|(code, v)| {
        let level = (v.series.measure() == Some(Measure::Consciousness))
            .then(|| Acvpu::ALL.get(v.value.mantissa as usize))
            .flatten();
        // The digits go out as they came in; a float would lose the trailing zero.
        let number = || serde_json::from_str::<Value>(&v.value.to_string()).unwrap_or(Value::Null);
        let value = level.map_or_else(number, |level| json!(level.word()));
        (
            code.to_owned(),
            json!({
                "value": value,
                "unit": v.series.unit,
                "taken_at": format_instant(v.taken_at),
                "source": v.source,
                "artefact": v.artefact,
            }),
        )
    });
    Value::Object(shown.collect())
}
