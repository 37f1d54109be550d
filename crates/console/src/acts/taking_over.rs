//! Taking over: whose alarms come along, and how they do.

use std::collections::HashMap;

use bedside::states;
use clinical::{About, Action, Actor, ActorId, DAY_MS, EpisodeId, Instant, PatientId, Presence, Verb};

use super::facts::Recorded;
use crate::console::Console;
use crate::error::ConsoleError;

/// Somebody from whom alarms can be taken over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaver {
    /// Who.
    pub who: Actor,
    /// How many alarms that are still on they own.
    pub alarms: usize,
    /// When they said that they leave, where that was the last that they said of it.
    pub left: Option<Instant>,
}

impl Console {
    /// Everybody else who owns an alarm that is on, or who left within a day and has not come back; who left first.
    ///
    /// # Errors
    /// Of the cache.
    pub fn leavers(&self) -> Result<Vec<Leaver>, ConsoleError> {
        let me = self.user();
        let mut found: HashMap<ActorId, Leaver> = HashMap::new();
        for (_, _, owner) in self.owned()? {
            let leaver = |who: Actor| Leaver { who, alarms: 0, left: None };
            found.entry(owner.id.clone()).or_insert_with(|| leaver(owner)).alarms += 1;
        }
        for (who, left) in self.last_shifts()? {
            match found.get_mut(&who.id) {
                Some(leaver) => leaver.left = left,
                None if left.is_some() => drop(found.insert(who.id.clone(), Leaver { who, alarms: 0, left })),
                None => {}
            }
        }
        let mut found: Vec<Leaver> = found.into_values().filter(|leaver| !leaver.who.is(&me)).collect();
        found.sort_by(|a, b| {
            let key = |leaver: &Leaver| (leaver.left.is_none(), leaver.alarms == 0, leaver.who.name.clone());
            key(a).cmp(&key(b))
        });
        Ok(found)
    }

    /// Each alarm that is on and that somebody owns: which, whose it is, and who owns it.
    fn owned(&self) -> Result<Vec<(EpisodeId, Option<PatientId>, Actor)>, ConsoleError> {
        let ward = self.vault.read(|reader| reader.ward())?;
        let owned = states(&ward, self.now()).into_iter().filter_map(|(episode, state)| {
            let owner = state.owner.filter(|_| state.presence == Presence::Owned)?.0;
            Some((episode.id.clone(), episode.patient.clone(), owner))
        });
        Ok(owned.collect())
    }

    /// What each person said last of coming and going within a day: when they left, where they did.
    fn last_shifts(&self) -> Result<Vec<(Actor, Option<Instant>)>, ConsoleError> {
        let since = self.now() - DAY_MS;
        let mut last: HashMap<ActorId, (Actor, Instant, bool)> = HashMap::new();
        for seen in self.vault.read(|reader| reader.actions_since(since))? {
            let Action { verb: Verb::Shift, by, at, note, .. } = seen.action else { continue };
            let leaves = note.as_deref() == Some("leaves");
            let known = last.get(&by.id).is_some_and(|(_, known, _)| *known > at);
            if !known {
                last.insert(by.id.clone(), (by, at, leaves));
            }
        }
        Ok(last.into_values().map(|(who, at, leaves)| (who, leaves.then_some(at))).collect())
    }

    /// The facts that a taking over is: that this person does, and for each alarm of the other that is on that it is theirs now.
    pub(super) fn taking_over_facts(
        &self,
        who: &Actor,
        from: Option<&ActorId>,
    ) -> Result<Vec<Recorded>, ConsoleError> {
        let Some(from) = from else { return Ok(vec![self.shift_fact(who, true, None)]) };
        let owned = self.owned()?;
        let leaver = self.leavers()?.into_iter().find(|leaver| leaver.who.id == *from);
        let leaver = leaver.ok_or(ConsoleError::NothingToTake)?.who;
        let mut facts = vec![self.shift_fact(who, true, Some(&leaver))];
        let theirs = owned.into_iter().filter(|(_, _, owner)| owner.id == *from);
        facts.extend(theirs.map(|(episode, patient, _)| self.to_me(who, episode, patient)));
        Ok(facts)
    }

    /// An alarm that somebody else owns is this person's from now on: what its owner could have done by giving it to them.
    fn to_me(&self, who: &Actor, episode: EpisodeId, patient: Option<PatientId>) -> Recorded {
        let action = self.action(who, About::Episode(episode), Verb::HandTo, Some(who.name.to_string()));
        Recorded { action: Action { to: Some(who.id.clone()), ..action }, patient }
    }
}
