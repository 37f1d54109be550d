//! What happened to an alarm: raised, what people did, what is due, ended.

use clinical::{CallState, EpisodeId, Instant, MINUTE_MS, SmolStr, fold};
use vault::{Reader, VaultError};

use crate::alarm::units;
use crate::local_time::local;

/// Something that happened to an episode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelineEntry {
    /// `raised`, `renewed`, a verb's code, `call` where a role fell due, or `ended`.
    pub what: &'static str,
    /// When.
    pub at: Instant,
    /// In words: `Taken`.
    pub words: &'static str,
    /// Who, as shown, or in a few words what did it where it was no person.
    pub by: Option<SmolStr>,
    /// Reason or note.
    pub note: Option<String>,
    /// Whether the server has it.
    pub sent: bool,
}

/// A role that fell due, and what became of its call.
fn called(
    role: &str,
    due: Instant,
    made: Option<Instant>,
    call: &CallState,
    by: Option<SmolStr>,
) -> TimelineEntry {
    let mut note = role.to_owned();
    if let CallState::NotSent(why) = call {
        note = format!("{note}: {why}");
    }
    if let Some(made) = made.filter(|made| made.ms_since(due) >= MINUTE_MS) {
        note = format!("{note}, made {}", local(made, "%H:%M"));
    }
    TimelineEntry {
        what: "call",
        words: call.done(),
        at: due,
        by: Some(by.unwrap_or_else(|| "Nobody had taken it".into())),
        note: Some(note),
        sent: *call != CallState::Waiting,
    }
}

/// What happened to an episode, oldest first; nothing where it is not known here.
///
/// # Errors
/// Of the cache.
pub fn timeline(
    reader: &Reader,
    episode: &EpisodeId,
    now: Instant,
) -> Result<Option<Vec<TimelineEntry>>, VaultError> {
    let Some(found) = reader.episode(episode)? else { return Ok(None) };
    let plain = |what, words, by: Option<&str>, at| TimelineEntry {
        what,
        words,
        at,
        by: by.map(SmolStr::new),
        note: None,
        sent: true,
    };
    let source = if found.own_rule().is_some() { "Found by this console’s rules" } else { "Gateway alarm" };
    let mut out = vec![plain("raised", "Raised", Some(source), found.onset)];
    let actions = reader.actions_on(episode)?;
    for seen in actions.clone() {
        let action = seen.action;
        out.push(TimelineEntry {
            what: action.verb.code(),
            words: action.verb.done(),
            at: action.at,
            by: Some(action.by.name),
            note: action.note,
            sent: seen.accepted_at.is_some(),
        });
    }
    let ward = reader.ward()?;
    let unit = found.patient.as_ref().and_then(|id| units(&ward).get(id).copied()).unwrap_or_default();
    let state = fold(&found, &actions, now, ward.site.policy(unit));
    let calls = reader.calls_on(episode)?;
    let state = state.with_calls(&found, &calls.iter().collect::<Vec<_>>(), ward.takes_calls);
    let mut told: Vec<SmolStr> = Vec::new();
    for due in &state.escalations {
        let id = due.call_id(&found);
        let made = calls.iter().find(|seen| seen.call.id == id).map(|seen| seen.call.made);
        out.push(called(&due.role, due.at, made, &due.call, due.by.as_ref().map(|who| who.name.clone())));
        told.push(id);
    }
    // Of a time before it was new once more, or of a chain that was set otherwise then.
    for seen in calls.iter().filter(|seen| !told.contains(&seen.call.id)) {
        let state = CallState::of(seen);
        out.push(called(&seen.call.role, seen.call.due, Some(seen.call.made), &state, None));
    }
    if let Some(renewed) = found.renewed {
        let why = if renewed.after.is_some() { "Its condition came back" } else { "Its severity was raised" };
        out.push(plain("renewed", "New once more", Some(why), renewed.at));
    }
    out.extend(found.ended.map(|at| plain("ended", "Condition ended", None, at)));
    out.sort_by_key(|entry| entry.at);
    Ok(Some(out))
}
