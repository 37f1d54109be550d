//! Episodes as JSON: who knew what, and when.

use std::collections::HashMap;

use clinical::{EpisodeId, Instant, PatientId, Presence, Priority, SeenAction, Sound, fold};
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
    let beds: HashMap<PatientId, String> =
        board(&ward, moment).tiles.into_iter().map(|tile| (tile.patient, tile.bed)).collect();
    let mut actions: HashMap<&EpisodeId, Vec<SeenAction>> = HashMap::new();
    for seen in &done {
        if let Some(episode) = seen.action.about.episode() {
            actions.entry(episode).or_default().push(seen.clone());
        }
    }
    all.reverse();
    let units = units(&ward);
    let list = all.iter().map(|episode| {
        let own = actions.get(&episode.id).map_or(&[][..], Vec::as_slice);
        let unit = episode.patient.as_ref().and_then(|id| units.get(id)).copied().unwrap_or_default();
        let state = fold(episode, own, moment, ward.site.policy(unit));
        let actions = own.iter().map(|seen| {
            json!({
                "id": seen.action.id.as_str(),
                "verb": seen.action.verb.code(),
                "by": seen.action.by.name.as_str(),
                "by_id": seen.action.by.id.as_str(),
                "at": format_instant(seen.action.at),
                "note": seen.action.note,
                "sent_to_server": seen.accepted_at.is_some(),
            })
        });
        json!({
            "episode_id": episode.id.as_str(),
            "patient_id": episode.patient.as_ref().map(PatientId::as_str),
            "bed": episode.patient.as_ref().and_then(|id| beds.get(id)),
            "priority": priority_word(episode.priority),
            "text": episode.text,
            "onset": format_instant(episode.onset),
            "ended": episode.ended.map(format_instant),
            "state": state_word(state.presence),
            "owner": state.owner.as_ref().map(|(who, _)| who.name.as_str()),
            "owner_id": state.owner.as_ref().map(|(who, _)| who.id.as_str()),
            "also_took": state.also_took.iter().map(|who| who.name.as_str()).collect::<Vec<_>>(),
            "order_uncertain": state.order_uncertain,
            "sound": sound_word(state.sound),
            "escalated_to": state.escalation.as_ref().map(|e| e.role.clone()),
            "reminders": state.reminders,
            "actions": actions.collect::<Vec<_>>(),
        })
    });
    Ok(Value::Array(list.collect()))
}
