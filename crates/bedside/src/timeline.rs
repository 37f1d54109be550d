//! What happened to an alarm: raised, what people did, what is due, ended.

use clinical::{EpisodeId, Instant, SmolStr, Verb, fold};
use vault::{Reader, VaultError};

use crate::alarm::units;

/// Something that happened to an episode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelineEntry {
    /// `raised`, `renewed`, a verb's code, or `ended`.
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
    for call in state.escalations.into_iter().filter(|call| call.by.is_none()) {
        // The clock made it due; nobody was called.
        let due = plain(Verb::Escalate.code(), "Due", Some("Nobody had taken it"), call.at);
        out.push(TimelineEntry { note: Some(call.role), ..due });
    }
    if let Some(renewed) = found.renewed {
        let why = if renewed.after.is_some() { "Its condition came back" } else { "Its severity was raised" };
        out.push(plain("renewed", "New once more", Some(why), renewed.at));
    }
    out.extend(found.ended.map(|at| plain("ended", "Condition ended", None, at)));
    out.sort_by_key(|entry| entry.at);
    Ok(Some(out))
}
