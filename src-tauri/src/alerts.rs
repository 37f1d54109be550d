//! Episodes as JSON: who knew what, and when.

use std::collections::HashMap;

use clinical::{Instant, Presence, Priority, SeenAction, Sound, fold};
use console::{board, units};
use fhir::format_instant;
use serde_json::{Value, json};
use vault::{Vault, View};

use crate::error::AppError;

pub(crate) fn state_word(presence: Presence) -> &'static str {
    match presence {
        Presence::Active => "active",
        Presence::Owned => "owned",
        Presence::Latched => "latched",
        Presence::Handled => "handled",
        Presence::Closed => "closed",
    }
}

pub(crate) fn sound_word(sound: Sound) -> &'static str {
    match sound {
        Sound::On => "on",
        Sound::Paused(_) => "paused",
        Sound::Off => "off",
    }
}

fn priority_word(priority: Priority) -> &'static str {
    match priority {
        Priority::High => "high",
        Priority::Medium => "medium",
        Priority::Low => "low",
        Priority::Technical => "technical",
    }
}

/// Every episode of a view, the newest first.
pub(crate) fn episodes(vault: &Vault, view: View, now: Instant) -> Result<Value, AppError> {
    let (ward, mut all, done) = vault.read_as(view, |reader| {
        Ok((reader.ward()?, reader.episodes_since(Instant(i64::MIN))?, reader.actions()?))
    })?;
    let moment = view.at.min(now);
    let beds: HashMap<String, String> =
        board(&ward, moment).tiles.into_iter().map(|tile| (tile.patient, tile.bed)).collect();
    let mut actions: HashMap<&str, Vec<SeenAction>> = HashMap::new();
    for seen in &done {
        actions.entry(&seen.action.episode).or_default().push(seen.clone());
    }
    all.reverse();
    let units = units(&ward);
    let list = all.iter().map(|episode| {
        let own = actions.get(episode.id.as_str()).map_or(&[][..], Vec::as_slice);
        let unit = units.get(episode.patient.as_str()).copied().unwrap_or_default();
        let state = fold(episode, own, moment, ward.site.policy(unit));
        let actions = own.iter().map(|seen| {
            json!({
                "id": seen.action.id,
                "verb": seen.action.verb.code(),
                "by": seen.action.by,
                "at": format_instant(seen.action.at),
                "note": seen.action.note,
                "sent_to_server": seen.accepted_at.is_some(),
            })
        });
        json!({
            "episode_id": episode.id,
            "patient_id": if episode.patient.is_empty() { Value::Null } else { json!(episode.patient) },
            "bed": beds.get(&episode.patient),
            "priority": priority_word(episode.priority),
            "text": episode.text,
            "onset": format_instant(episode.onset),
            "ended": episode.ended.map(format_instant),
            "state": state_word(state.presence),
            "owner": state.owner.map(|(who, _)| who),
            "also_took": state.also_took,
            "order_uncertain": state.order_uncertain,
            "sound": sound_word(state.sound),
            "escalated_to": state.escalation.as_ref().map(|e| e.role.clone()),
            "reminders": state.reminders,
            "actions": actions.collect::<Vec<_>>(),
        })
    });
    Ok(Value::Array(list.collect()))
}
