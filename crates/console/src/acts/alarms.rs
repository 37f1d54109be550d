//! What a person does about an alarm, and what of it still waits for the server.

use std::collections::HashMap;

use bedside::states;
use clinical::{About, Action, ActionId, ActorId, EpisodeId, EpisodeState, HANDLED_REASONS, Verb};

use super::words::words;
use crate::console::Console;
use crate::error::ConsoleError;

/// An action that the server does not have yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// What was done.
    pub action: Action,
    /// Why the server refused it, where it did.
    pub parked: Option<String>,
}

impl Console {
    /// This person owns the response. Durable when this returns.
    ///
    /// # Errors
    /// Where the episode is not known, or the cache cannot record it; then nothing was recorded.
    pub fn take(&self, episode: &EpisodeId) -> Result<Action, ConsoleError> {
        self.record(episode, Verb::Take, None)
    }

    /// Handled, with a reason of [`HANDLED_REASONS`] and perhaps a few words.
    ///
    /// # Errors
    /// Where there is no reason, the episode is not known, or the cache cannot record it.
    pub fn handled(&self, episode: &EpisodeId, reason: &str, words: &str) -> Result<Action, ConsoleError> {
        if !HANDLED_REASONS.contains(&reason) || (reason == "Other" && words.trim().is_empty()) {
            return Err(ConsoleError::NoReason);
        }
        let words = words.trim();
        let note = if words.is_empty() { reason.to_owned() } else { format!("{reason}: {words}") };
        self.record(episode, Verb::Handled, Some(note))
    }

    /// Pauses the sound of this alarm alone; it ends by itself.
    ///
    /// # Errors
    /// As [`Console::take`].
    pub fn pause_sound(&self, episode: &EpisodeId) -> Result<Action, ConsoleError> {
        self.record(episode, Verb::AudioPause, None)
    }

    /// Lets go of an alarm this person owns; it is anybody's again, and sounds.
    ///
    /// # Errors
    /// Where somebody else owns it, or as [`Console::take`].
    pub fn release(&self, episode: &EpisodeId) -> Result<Action, ConsoleError> {
        if self.state(episode)?.owner.is_none_or(|(who, _)| !who.is(self.user())) {
            return Err(ConsoleError::NotYours);
        }
        self.record(episode, Verb::Release, None)
    }

    /// Gives an alarm to somebody else, by name: to the one person of that name who ever acted, as far as this station knows,
    /// else to the name, until somebody who bears it takes the alarm.
    ///
    /// # Errors
    /// Where no name is given, or as [`Console::take`].
    pub fn hand_to(&self, episode: &EpisodeId, name: &str) -> Result<Action, ConsoleError> {
        let name = words(name)?.split_whitespace().collect::<Vec<_>>().join(" ");
        let to = match self.vault.read(|reader| reader.people_named(&name))?.as_slice() {
            [only] => Some(only.id.clone()),
            _ => None,
        };
        self.record_to(episode, Verb::HandTo, Some(name), to)
    }

    /// Adds a few words.
    ///
    /// # Errors
    /// Where there are none, or as [`Console::take`].
    pub fn note(&self, episode: &EpisodeId, text: &str) -> Result<Action, ConsoleError> {
        self.record(episode, Verb::Note, Some(words(text)?))
    }

    /// Calls the next role of the unit's chain now.
    ///
    /// # Errors
    /// As [`Console::take`].
    pub fn escalate(&self, episode: &EpisodeId) -> Result<Action, ConsoleError> {
        self.record(episode, Verb::Escalate, None)
    }

    fn state(&self, episode: &EpisodeId) -> Result<EpisodeState, ConsoleError> {
        let ward = self.vault.read(|reader| reader.ward())?;
        let found = states(&ward, self.now()).into_iter().find(|(e, _)| e.id == *episode);
        Ok(found.ok_or(ConsoleError::NoEpisode)?.1)
    }

    fn record(&self, episode: &EpisodeId, verb: Verb, note: Option<String>) -> Result<Action, ConsoleError> {
        self.record_to(episode, verb, note, None)
    }

    fn record_to(
        &self,
        episode: &EpisodeId,
        verb: Verb,
        note: Option<String>,
        to: Option<ActorId>,
    ) -> Result<Action, ConsoleError> {
        let found = self.vault.read(|reader| reader.episodes())?;
        let found = found.into_iter().find(|e| e.id == *episode).ok_or(ConsoleError::NoEpisode)?;
        let action = Action { to, ..self.action(About::Episode(found.id), verb, note) };
        self.record_fact(action, found.patient.as_ref())
    }

    /// Actions that the server does not have yet, oldest first.
    ///
    /// # Errors
    /// Of the cache.
    pub fn waiting(&self) -> Result<Vec<Waiting>, ConsoleError> {
        Ok(self.vault.read(|reader| {
            let ids = reader.waiting()?;
            if ids.is_empty() {
                return Ok(Vec::new());
            }
            let parked = reader.parked()?;
            let mut actions: HashMap<ActionId, Action> =
                reader.actions_unsent()?.into_iter().map(|s| (s.action.id.clone(), s.action)).collect();
            let waiting = ids.into_iter().filter_map(|id| {
                let reason = parked.iter().find(|p| p.action == id).map(|p| p.reason.clone());
                actions.remove(id.as_str()).map(|action| Waiting { action, parked: reason })
            });
            Ok(waiting.collect())
        })?)
    }

    /// Tries an action again that the server refused.
    ///
    /// # Errors
    /// Of the cache.
    pub fn retry(&self, action: &str) -> Result<(), ConsoleError> {
        self.vault.unpark(action.to_owned())?;
        if let Some(engine) = &self.engine {
            engine.action_recorded();
        }
        Ok(())
    }

    /// Takes a refused action out of the queue: this person carries it on by other means and says which.
    ///
    /// # Errors
    /// Where no words are given, or of the cache.
    pub fn carry_on_by_hand(&self, action: &str, words: &str) -> Result<(), ConsoleError> {
        if words.trim().is_empty() {
            return Err(ConsoleError::NoReason);
        }
        let why = words.trim().to_owned();
        Ok(self.vault.carry_on_by_hand(action.to_owned(), self.user().name.to_string(), why, self.now())?)
    }
}
