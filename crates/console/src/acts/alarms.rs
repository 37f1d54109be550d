//! What becomes of an act about an alarm, and what of it still waits for the server.

use std::collections::HashMap;

use bedside::states;
use clinical::{About, Action, ActionId, Actor, Episode, EpisodeId, EpisodeState, HANDLED_REASONS, Verb};
use vault::{Kind, View};

use super::act::Response;
use super::facts::Recorded;
use super::words::words;
use crate::console::Console;
use crate::error::ConsoleError;

/// Something that the server does not have yet.
#[derive(Clone, Debug, PartialEq)]
pub enum Waiting {
    /// What somebody did.
    Act {
        /// What was done.
        action: Action,
        /// Why the server refused it, where it did.
        parked: Option<String>,
    },
    /// Alarms of this station's own rules that the server refused, as one: no other station is told of them.
    OwnAlarms {
        /// The newest's, by which all of them are tried again.
        key: ActionId,
        /// The newest.
        newest: Episode,
        /// How many there are.
        count: usize,
        /// Why the newest was refused.
        reason: String,
    },
}

/// A reason of the list, and perhaps a few words.
fn reason(reason: &str, words: &str) -> Result<String, ConsoleError> {
    let words = words.trim();
    if !HANDLED_REASONS.contains(&reason) || (reason == "Other" && words.is_empty()) {
        return Err(ConsoleError::NoReason);
    }
    Ok(if words.is_empty() { reason.to_owned() } else { format!("{reason}: {words}") })
}

impl Console {
    /// The fact that an act about an alarm is.
    pub(super) fn alarm_fact(
        &self,
        who: &Actor,
        episode: &EpisodeId,
        response: Response,
    ) -> Result<Recorded, ConsoleError> {
        let (verb, note, to) = match response {
            Response::Take => (Verb::Take, None, None),
            Response::TakeOver => (Verb::HandTo, Some(who.name.to_string()), Some(who.id.clone())),
            Response::PauseSound => (Verb::AudioPause, None, None),
            Response::Handled { reason: given, words } => {
                (Verb::Handled, Some(reason(&given, &words)?), None)
            }
            Response::Release => (Verb::Release, None, None),
            Response::HandTo(name) => {
                let name = words(&name)?.split_whitespace().collect::<Vec<_>>().join(" ");
                let to = match self.vault.read(|reader| reader.people_named(&name))?.as_slice() {
                    [only] => Some(only.id.clone()),
                    _ => None,
                };
                (Verb::HandTo, Some(name), to)
            }
            Response::Note(text) => (Verb::Note, Some(words(&text)?), None),
            Response::Escalate => (Verb::Escalate, None, None),
        };
        let found = self.vault.read(|reader| reader.episodes())?;
        let found = found.into_iter().find(|e| e.id == *episode).ok_or(ConsoleError::NoEpisode)?;
        let action = Action { to, ..self.action(who, About::Episode(found.id), verb, note) };
        Ok(Recorded { action, patient: found.patient })
    }

    /// Where an alarm stands now.
    pub(super) fn alarm_state(&self, episode: &EpisodeId) -> Result<EpisodeState, ConsoleError> {
        let ward = self.vault.read(|reader| reader.ward())?;
        let found = states(&ward, self.now()).into_iter().find(|(e, _)| e.id == *episode);
        Ok(found.ok_or(ConsoleError::NoEpisode)?.1)
    }

    /// What the server does not have yet: what people did, oldest first, and what it refused of this station's own alarms.
    ///
    /// # Errors
    /// Of the cache.
    pub fn waiting(&self) -> Result<Vec<Waiting>, ConsoleError> {
        // Words that a consent withholds from who is here are withheld while they wait, too.
        Ok(self.read_for(View::NOW, &self.looker_here()?, |reader| {
            let ids = reader.waiting()?;
            if ids.is_empty() {
                return Ok(Vec::new());
            }
            let parked = reader.parked()?;
            let mut actions: HashMap<ActionId, Action> =
                reader.actions_unsent()?.into_iter().map(|s| (s.action.id.clone(), s.action)).collect();
            let acts = ids.into_iter().filter_map(|id| {
                let reason = parked.iter().find(|p| p.action == id).map(|p| p.reason.clone());
                actions.remove(id.as_str()).map(|action| Waiting::Act { action, parked: reason })
            });
            let mut waiting: Vec<Waiting> = acts.collect();
            let own = || parked.iter().filter(|row| row.kind == Kind::DetectedIssue);
            if let Some(row) = own().next_back()
                && let Some(newest) = reader.episode(&row.lane.as_str().into())?
            {
                waiting.push(Waiting::OwnAlarms {
                    key: row.action.as_str().into(),
                    newest,
                    count: own().count(),
                    reason: row.reason.clone(),
                });
            }
            Ok(waiting)
        })?)
    }
}
