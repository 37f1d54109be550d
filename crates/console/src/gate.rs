//! The one gate: what a person does, and what a person takes out, passes here and nowhere else.
//!
//! An act: may this person do it? Then the entry in the station's log, the journal and the outbox (one transaction, durable when it
//! returns), then whoever waits is woken: the sender and the page. A disclosure: why, then the entry in the log, then it goes. A refusal
//! is logged as well.

use clinical::{Action, Actor, Call, Episode, MINUTE_MS, PatientId, Right};
use fhir::{communication, communication_request};
use vault::{EntryKind, NewEntry, Who};

use crate::acts::{Act, Effect, Recorded, words};
use crate::console::Console;
use crate::error::ConsoleError;

/// Through which face somebody asked; the log tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Face {
    Window,
    CommandLine,
}

/// How something leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Printer,
    /// By the ending of its name.
    File(&'static str),
    /// Shown by a command, to a terminal or a script.
    Shown,
}

/// Something on its way out of the station.
pub(crate) struct Leaving<'a> {
    /// In one word: no patient and no ward.
    pub what: &'static str,
    pub way: Way,
    pub face: Face,
    pub about: Option<&'a PatientId>,
    /// Whoever takes paper or a file along says why.
    pub why: Option<&'a str>,
}

impl Leaving<'_> {
    /// What somebody needs who takes it along; nothing for what is only looked at.
    fn right(&self) -> Option<Right> {
        match (self.way, self.what) {
            // It names who looked for whom: nobody takes it along who may not read it.
            (_, "log" | "record") => Some(Right::ReadLog),
            (Way::Printer, _) => Some(Right::Print),
            (Way::File(_), _) => Some(Right::Export),
            (Way::Shown, _) => None,
        }
    }

    /// The entry in the log.
    ///
    /// # Errors
    /// Where a reason is wanted and none was given.
    fn entry(&self) -> Result<String, ConsoleError> {
        let why = self.why.map(words).transpose().map_err(|_| ConsoleError::NoWhy)?;
        let way = match self.way {
            Way::Printer => "to the printer".to_owned(),
            Way::File(ending) => format!("saved as {ending}"),
            Way::Shown => "shown".to_owned(),
        };
        let on = if self.face == Face::CommandLine { " on the command line" } else { "" };
        match why {
            Some(why) => Ok(format!("{} {way}{on}: {why}", self.what)),
            None if self.way == Way::Shown => Ok(format!("{} {way}{on}", self.what)),
            None => Err(ConsoleError::NoWhy),
        }
    }
}

/// The entry of the log of something that was taken in, by what came of it.
pub(crate) type Entry = Box<dyn FnOnce(&str) -> NewEntry + Send>;

/// Something on its way into the station by another way than from its server.
pub(crate) struct Coming<'a> {
    /// In words: no patient, and no name of a file.
    pub what: &'static str,
    pub face: Face,
    pub about: Option<&'a PatientId>,
    /// Whoever takes something in says why.
    pub why: &'a str,
}

impl Console {
    /// Does what the person at this station asks for. Durable when this returns; the actions that came of it, oldest first.
    ///
    /// # Errors
    /// Where it is refused, nobody is here, something is missing or not known, or the cache cannot record it; nothing was done then.
    pub fn act(&self, act: Act) -> Result<Vec<Action>, ConsoleError> {
        self.act_as(&self.somebody_here()?, act)
    }

    /// The same of what was asked for in a sitting: in another's name it is not done.
    ///
    /// # Errors
    /// As [`Console::act`], and where that sitting is over.
    pub fn act_in(&self, sitting: u32, act: Act) -> Result<Vec<Action>, ConsoleError> {
        self.act_as(&self.who_sits(sitting)?, act)
    }

    /// Whether this person may do this: by their role, and by whose it is. Who acts in no role is who a station was started for, or who
    /// runs a command, and may all that it takes no role for: everything.
    ///
    /// # Errors
    /// With the refusal, as the person reads it.
    pub fn may(&self, who: &Actor, act: &Act) -> Result<(), ConsoleError> {
        self.may_in_role(who, act.right())?;
        self.is_theirs(who, act)
    }

    fn may_in_role(&self, who: &Actor, right: Right) -> Result<(), ConsoleError> {
        match &who.role {
            Some(role) => Ok(right.check(Some(role))?),
            None => Ok(()),
        }
    }

    /// Whether this person may look at something that not everybody may; a refusal is in the log.
    ///
    /// # Errors
    /// With the refusal, as the person reads it.
    pub(crate) fn may_look(&self, who: &Actor, right: Right) -> Result<(), ConsoleError> {
        let refused = self.may_in_role(who, right);
        if refused.is_err() {
            self.log_as(EntryKind::Refusal, who, format!("refused: {}", right.word()), None)?;
        }
        refused
    }

    /// As [`Console::act`], for somebody who is not the one at the window.
    ///
    /// # Errors
    /// As [`Console::act`].
    pub fn act_as(&self, who: &Actor, act: Act) -> Result<Vec<Action>, ConsoleError> {
        if let Err(refusal) = self.may(who, &act) {
            if refusal.is_refusal() {
                let entry =
                    NewEntry::new(EntryKind::Refusal, self.now(), who, format!("refused: {}", act.word()));
                self.vault.audit(entry.about(act.about()).of(act.patient()))?;
            }
            return Err(refusal);
        }
        let done = match self.prepare(who, act)? {
            Effect::Facts(facts) => self.record(facts)?,
            Effect::Due(action) => {
                self.log_as(EntryKind::Act, who, "tried again".to_owned(), Some(action.clone()))?;
                self.vault.unpark(action)?;
                Vec::new()
            }
            Effect::ByHand(action, why) => {
                self.vault.carry_on_by_hand(action, Who::from(who), why, self.now())?;
                Vec::new()
            }
            Effect::Setting(key, value) => {
                self.change_setting(who, key, Some(value))?;
                Vec::new()
            }
            Effect::Unset(key) => {
                self.change_setting(who, key, None)?;
                Vec::new()
            }
            Effect::Staff(change) => {
                self.change_staff(who, change)?;
                self.settles();
                Vec::new()
            }
            Effect::Glass(glass, sitting) => {
                // No record, no data.
                let what = format!("broke the glass for {} min: {glass}", glass.lasts_ms() / MINUTE_MS);
                self.log_of(EntryKind::BreakGlass, who, what, Some(&glass.patient))
                    .map_err(|why| ConsoleError::GlassNotRecorded(why.to_string()))?;
                self.glass_breaks(who, glass, sitting)?;
                Vec::new()
            }
            Effect::GlassEnds(patient) => {
                self.glass_ends(who, &patient)?;
                Vec::new()
            }
        };
        self.wake();
        Ok(done)
    }

    /// What is of one unit all its stations have alike; what is of the whole site is this station's, or the site file's.
    fn change_setting(&self, who: &Actor, key: String, value: Option<String>) -> Result<(), ConsoleError> {
        let (by, now) = (Who::from(who), self.now());
        match value {
            value if key.contains('@') => {
                self.vault.set_for_unit(key, value, by, self.station().name.clone(), now)?;
                if let Some(engine) = &self.engine {
                    engine.setting_changed();
                }
            }
            Some(value) => self.vault.set_site(key, value, by, now)?,
            None => self.vault.unset_site(key, by, now)?,
        }
        self.settles();
        Ok(())
    }

    fn record(&self, facts: Vec<Recorded>) -> Result<Vec<Action>, ConsoleError> {
        let (station, offset) = (self.station().name.clone(), self.link().clock_offset_ms);
        let done: Vec<Action> = facts.iter().map(|fact| fact.action.clone()).collect();
        let with_body = |fact: Recorded| {
            let body = communication(&fact.action, fact.patient.as_ref(), &station, offset).to_string();
            (fact.action, body)
        };
        self.vault.record_actions(facts.into_iter().map(with_body).collect())?;
        Ok(done)
    }

    /// Records a call of the next role, which nobody clicked: who asked for it, or this station, is in the log with it. Whether it
    /// is new.
    ///
    /// # Errors
    /// Of the cache; then nothing was recorded.
    pub(crate) fn record_call(
        &self,
        call: Call,
        episode: &Episode,
        by: Option<&Actor>,
    ) -> Result<bool, ConsoleError> {
        let offset = self.link().clock_offset_ms;
        let body = communication_request(&call, episode, by, &self.station().name, offset).to_string();
        let who = by.map_or_else(Who::station, Who::from);
        Ok(self.vault.record_call(call, body, who)?)
    }

    /// Lets something out: it is made, then who, what and why are in the log, then it is given. What could not be made left
    /// nothing, and is not logged.
    ///
    /// # Errors
    /// Where no reason is given where one is wanted, it cannot be made, or the log cannot be written; then nothing leaves.
    pub(crate) fn disclose<T>(
        &self,
        who: &Actor,
        leaving: &Leaving<'_>,
        make: impl FnOnce() -> Result<T, ConsoleError>,
    ) -> Result<T, ConsoleError> {
        let mut entry = leaving.entry()?;
        if let (Face::Window, Some(patient)) = (leaving.face, leaving.about)
            && let Some(glass) = self.here().glass_over(who, patient, self.now())
        {
            entry += &format!("; {}", glass.seen_by());
        }
        if let Some(right) = leaving.right()
            && let Err(refusal) = self.may_in_role(who, right)
        {
            let what = format!("refused: {} of {}", right.word(), leaving.what);
            self.log_of(EntryKind::Refusal, who, what, leaving.about)?;
            return Err(refusal);
        }
        let made = make()?;
        self.log_of(EntryKind::Disclosure, who, entry, leaving.about)?;
        Ok(made)
    }

    /// Lets something in: `take` is given the entry of the log, to be completed by what came of it and written in the transaction that
    /// takes it in. One is not there without the other.
    ///
    /// # Errors
    /// Where it may not be done by this person, which is in the log, no reason is given, or it cannot be taken in; then nothing was.
    pub(crate) fn admit<T>(
        &self,
        who: &Actor,
        coming: &Coming<'_>,
        take: impl FnOnce(Entry) -> Result<T, ConsoleError>,
    ) -> Result<T, ConsoleError> {
        if let Err(refusal) = self.may_in_role(who, Right::Import) {
            let what = format!("refused: {} of {}", Right::Import.word(), coming.what);
            self.log_of(EntryKind::Refusal, who, what, coming.about)?;
            return Err(refusal);
        }
        let why = words(coming.why).map_err(|_| ConsoleError::NoWhyIn)?;
        let on = if coming.face == Face::CommandLine { " on the command line" } else { "" };
        let (what, at, who, about) =
            (format!("{} taken in{on}", coming.what), self.now(), Who::from(who), coming.about.cloned());
        let entry = move |came: &str| {
            NewEntry::new(EntryKind::Act, at, who, format!("{what}, {came}: {why}")).of(about.as_ref())
        };
        let taken = take(Box::new(entry))?;
        self.wake();
        Ok(taken)
    }

    /// Into the log of this station, about an alarm, a setting or nothing in particular.
    pub(crate) fn log_as(
        &self,
        kind: EntryKind,
        who: &Actor,
        what: String,
        about: Option<String>,
    ) -> Result<(), ConsoleError> {
        Ok(self.vault.audit(NewEntry::new(kind, self.now(), who, what).about(about))?)
    }

    /// The same about a patient.
    pub(crate) fn log_of(
        &self,
        kind: EntryKind,
        who: &Actor,
        what: String,
        patient: Option<&PatientId>,
    ) -> Result<(), ConsoleError> {
        Ok(self.vault.audit(NewEntry::new(kind, self.now(), who, what).of(patient))?)
    }
}
