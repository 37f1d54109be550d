//! Whether an act may be done, and what it does.

use clinical::consent::Glass;
use clinical::{Actor, PatientId, Site, setting_key};

use super::act::{Act, Response};
use super::facts::Recorded;
use super::words::words;
use crate::console::Console;
use crate::error::ConsoleError;
use crate::site_lock::suggested;
use crate::staff_change::StaffChange;

/// What an act does to the station.
pub(crate) enum Effect {
    /// Facts for every station: kept, queued and logged in one transaction each.
    Facts(Vec<Recorded>),
    /// A refused action is due again.
    Due(String),
    /// A refused action leaves the queue, and why.
    ByHand(String, String),
    /// A setting of the site, checked.
    Setting(String, String),
    /// A setting of the site is given back.
    Unset(String),
    /// Who works here, checked.
    Staff(StaffChange),
    /// A glass is broken, in this sitting.
    Glass(Glass, u32),
    /// The glass over a patient is whole again.
    GlassEnds(PatientId),
}

impl Console {
    /// Whether this person may do this, as far as it depends on who they are, whatever their role.
    ///
    /// # Errors
    /// With the refusal, as the person reads it.
    pub(crate) fn is_theirs(&self, who: &Actor, act: &Act) -> Result<(), ConsoleError> {
        match act {
            Act::Alarm { episode, response: Response::Release } => {
                let owner = self.alarm_state(episode)?.owner;
                if owner.is_some_and(|(owner, _)| owner.is(who)) {
                    Ok(())
                } else {
                    Err(ConsoleError::NotYours)
                }
            }
            Act::SavePreset { name, .. } => self.may_save_preset(who, name),
            Act::SetSite { key, .. } | Act::UnsetSite { key }
                if self.vault.read(|reader| reader.is_locked(&setting_key(key)))? =>
            {
                Err(ConsoleError::SetBySite(key.clone()))
            }
            _ => Ok(()),
        }
    }

    /// What an act would do; nothing is changed yet.
    ///
    /// # Errors
    /// Where something is missing or not known here, in words for the person.
    pub(crate) fn prepare(&self, who: &Actor, act: Act) -> Result<Effect, ConsoleError> {
        let one = |fact: Recorded| Effect::Facts(vec![fact]);
        let effect = match act {
            Act::Alarm { episode, response } => one(self.alarm_fact(who, &episode, response)?),
            Act::SetLimits { patient, changes } => Effect::Facts(self.limit_facts(who, &patient, &changes)?),
            Act::SavePreset { name, limits } => one(self.preset_fact(who, &name, limits)?),
            Act::Annotate { patient, at, text } => one(self.note_fact(who, &patient, at, &text)?),
            Act::LogCall { patient, reached, words, look_again } => {
                one(self.call_fact(who, &patient, (reached, &words), look_again)?)
            }
            Act::Shift { takes_over: true } => Effect::Facts(self.taking_over_facts(who, None)?),
            Act::Shift { takes_over: false } => one(self.shift_fact(who, false, None)),
            Act::TakeOver { from } => Effect::Facts(self.taking_over_facts(who, Some(&from))?),
            Act::Retry(action) => Effect::Due(action.to_string()),
            Act::CarryOnByHand { action, words: why } => {
                Effect::ByHand(action.to_string(), words(&why).map_err(|_| ConsoleError::NoReason)?)
            }
            Act::SetSite { key, value } => {
                let key = setting_key(&key);
                self.vault.read(|reader| reader.site())?.set(&key, &value)?;
                Effect::Setting(key, value)
            }
            Act::BreakGlass { patient, reason, words } => {
                let (glass, sitting) = self.glass(who, patient, (reason, &words))?;
                Effect::Glass(glass, sitting)
            }
            Act::EndGlass { patient } => Effect::GlassEnds(patient),
            Act::UnsetSite { key } => {
                let key = setting_key(&key);
                Site::named(&key)?;
                match self.vault.read(|reader| suggested(reader, &key))? {
                    Some(value) => Effect::Setting(key, value),
                    None => Effect::Unset(key),
                }
            }
            Act::Staff(change) => {
                let known = self.vault.read(|reader| reader.member(change.id()))?;
                let change = change.checked(known.as_ref())?;
                if let StaffChange::Badge(id, badge) = &change {
                    let holder = self.vault.read(|reader| reader.member_of_badge(&badge.0))?;
                    if holder.is_some_and(|member| member.id != *id) {
                        return Err(ConsoleError::OthersBadge);
                    }
                }
                Effect::Staff(change)
            }
        };
        match effect {
            // Nobody acts in the past: what is seen there is not what is.
            Effect::Facts(_) if self.past().is_some() => Err(ConsoleError::Past),
            effect => Ok(effect),
        }
    }
}
