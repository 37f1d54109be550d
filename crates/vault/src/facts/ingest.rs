//! Takes a page of facts and its cursor in one transaction. This file keeps the ward; `series` keeps the values.

use clinical::consent::{Consent, Label};
use clinical::{
    About, Action, ActionId, ActorId, Body, Device, Dose, Episode, Fact, Flag, Instant, PatientId, Person,
    Place, PlaceId, Role, SmolStr, Source, Stay, Unreadable,
};
use rusqlite::{Connection, OptionalExtension, ToSql, Transaction, params};

use crate::changes::{Changes, Ingested};
use crate::codec::{PATIENT, about_text, id, known_id, patient_text, some_id};
use crate::error::VaultError;
use crate::facts::calls::{say_call, unsay_call};
use crate::facts::codes::{place_code, stay_code};
use crate::facts::consents::{hold_back, say_consent};
use crate::facts::contacts::say_contacts;
use crate::facts::labels::PageLabels;
use crate::facts::makes::say_make;
use crate::facts::merge::say_merges;
use crate::facts::quarantine::{set_aside, take_out};
use crate::facts::renewed::{Before, renew};
use crate::series::restated::Said;
use crate::series::write::{Reading, Values};
use crate::store::first_sync::is_step;
use crate::store::history::{say, unsay};
use crate::store::said::{State, keep_state, known_state};
use crate::store::scope::is_member;
use crate::store::sources::Sources;
use crate::store::vault::Vault;

/// A page on its way into the cache.
#[derive(Debug, Default)]
pub struct PageCommit {
    /// What it said.
    pub facts: Vec<Fact>,
    /// What could not be read.
    pub unreadable: Vec<Unreadable>,
    /// Resources that could be read and are about nobody here: what could not be read of them before is nothing of this station's.
    pub others: Vec<SmolStr>,
    /// The security labels of those that have some, by the source of what they said.
    pub labels: Vec<(Source, Vec<Label>)>,
    /// Cursors to move with it, as (name, value).
    pub cursors: Vec<(String, String)>,
    /// When it reached this station.
    pub received: Instant,
    /// The later of this station's clock and the server's: what is dated ahead of it is no newest value. Nothing is where there is
    /// none.
    pub clock: Option<Instant>,
    /// It comes from the first reading of a whole history, which gives each resource once: nothing is looked for that it could
    /// replace. What changes meanwhile is read by the search for changes.
    pub is_first: bool,
}

impl Vault {
    /// Commits a page: all of it with its cursors, or nothing.
    ///
    /// # Errors
    /// Of the database; nothing of the page was taken then.
    pub fn commit(&self, page: PageCommit) -> Result<Ingested, VaultError> {
        let facts = page.facts.len();
        let sources = self.sources();
        let work = move |connection: &mut Connection| {
            let done = commit(connection, &page, &sources);
            if done.is_err() {
                // Chunks that were made in it are not there, and their rows are given to others.
                sources.forget_all();
            }
            done
        };
        self.write_page(facts, work, Changes::of)
    }
}

fn commit(connection: &mut Connection, page: &PageCommit, sources: &Sources) -> Result<Ingested, VaultError> {
    let transaction = connection.transaction()?;
    let done = take_page(&transaction, page, sources)?;
    transaction.commit()?;
    Ok(done)
}

/// Takes a page into an open transaction.
pub(crate) fn take_page(
    transaction: &Transaction,
    page: &PageCommit,
    sources: &Sources,
) -> Result<Ingested, VaultError> {
    let reading = Reading { received: page.received, clock: page.clock, is_first: page.is_first, sources };
    let mut done = take_in_by(transaction, reading, &page.facts, &page.labels)?;
    set_aside(transaction, &page.unreadable, page.received)?;
    let is_kept = |reference: &str| page.facts.iter().any(|fact| fact.source.reference == reference);
    done.ward_changed |= hold_back(transaction, page.received, &page.unreadable, is_kept)?;
    done.quarantined = page.unreadable.len();
    page.others.iter().try_for_each(|reference| take_out(transaction, reference))?;
    // What a step of the first sync has read to its end is looked at with other eyes: who has no stay now has none.
    done.ward_changed |= page.cursors.iter().any(|(name, _)| is_step(name) || is_member(name));
    for (kind, value) in &page.cursors {
        transaction.prepare_cached("INSERT OR REPLACE INTO cursor VALUES (?, ?)")?.execute([kind, value])?;
    }
    Ok(done)
}

/// Takes facts into an open transaction.
pub(crate) fn take_in(
    transaction: &Transaction,
    received: Instant,
    facts: &[Fact],
) -> Result<Ingested, VaultError> {
    let sources = Sources::default();
    let reading = Reading { received, clock: None, is_first: false, sources: &sources };
    take_in_by(transaction, reading, facts, &[])
}

fn take_in_by(
    transaction: &Transaction,
    reading: Reading,
    facts: &[Fact],
    labels: &[(Source, Vec<Label>)],
) -> Result<Ingested, VaultError> {
    let mut intake = Intake::new(transaction, reading, labels);
    for fact in facts {
        intake.fact(fact)?;
    }
    intake.finish()
}

/// One page being taken in.
struct Intake<'a> {
    transaction: &'a Transaction<'a>,
    received: Instant,
    values: Values<'a>,
    labels: PageLabels<'a>,
    done: Ingested,
}

impl<'a> Intake<'a> {
    fn new(
        transaction: &'a Transaction<'a>,
        reading: Reading<'a>,
        labels: &'a [(Source, Vec<Label>)],
    ) -> Intake<'a> {
        let (values, labels) = (Values::new(transaction, reading), PageLabels::new(transaction, labels));
        Intake { transaction, received: reading.received, values, labels, done: Ingested::default() }
    }

    fn finish(self) -> Result<Ingested, VaultError> {
        let mut done = self.values.finish()?;
        done.add(self.done);
        Ok(done)
    }

    fn say(&self, table: &str, id: &str, values: &[&dyn ToSql]) -> Result<bool, VaultError> {
        say(self.transaction, self.received, table, id, values)
    }

    fn fact(&mut self, fact: &'a Fact) -> Result<(), VaultError> {
        let source = &fact.source;
        let state = State::new(source, fact.updated_at);
        let mut is_judged = false;
        let is_value = source.reference.starts_with("Observation/");
        if !is_value || self.values.any_corrected()? {
            let known = known_state(self.transaction, &source.reference)?;
            if known.is_some_and(|known| state.is_behind(known)) {
                return Ok(());
            }
            is_judged = known.is_some();
            // A state that was known before the one that cannot be read does not make that one readable.
            if !is_value && known != Some(state) {
                take_out(self.transaction, &source.reference)?;
            }
        }
        // Nearly every value is said once: of those nothing is kept.
        if !is_value || matches!(fact.body, Body::Deleted) {
            self.keep_state(source, state)?;
        }
        self.keep_labels(fact)?;
        match &fact.body {
            Body::Person(person) => self.person(person),
            Body::Place(place) => self.place(place),
            Body::Stay(stay) => self.stay(stay),
            Body::Device(device) => self.device(device),
            Body::Dose(dose) => self.dose(dose),
            Body::Flag(flag) => self.flag(flag),
            Body::Consent(consent) => self.consent(consent),
            Body::Episode(episode) => self.episode(episode, fact.updated_at),
            Body::Action(action) => self.action(action, source, fact.updated_at),
            Body::Withdrawn(id) => self.withdrawn(id),
            Body::Call(call) => {
                self.done.alerts_changed |=
                    say_call(self.transaction, call, source, fact.updated_at, self.received)?;
                Ok(())
            }
            Body::Deleted => {
                // Entered in error: the version that said so, so that an earlier one that comes late stays away.
                if let Some(number) = source.version.parse::<i64>().ok().filter(|n| *n > 1) {
                    self.values.note_version(&source.reference, number)?;
                }
                self.deleted(&source.reference)
            }
            Body::Samples(samples) => {
                let said = Said::Samples(samples);
                if self.values.take_place(source, state, &said, is_judged)? {
                    if let Some(first) = samples.first() {
                        self.keep_value_labels(source, &first.patient, first.taken_at)?;
                    }
                    samples.iter().try_for_each(|sample| self.values.sample(sample, source))?;
                }
                Ok(())
            }
            Body::Segments(segments) => {
                let said = Said::Segments(segments);
                if self.values.take_place(source, state, &said, is_judged)? {
                    if let Some(first) = segments.first() {
                        self.keep_value_labels(source, &first.patient, first.start)?;
                    }
                    segments.iter().try_for_each(|segment| self.values.segment(segment, source))?;
                }
                Ok(())
            }
        }
    }

    /// An alarm that this station found over is over whatever the server says of its beginning, and is not looked up by its state.
    fn keep_state(&mut self, source: &Source, state: State) -> Result<(), VaultError> {
        if state.at.is_some() || state.number.is_some() {
            keep_state(self.transaction, &source.reference, state)?;
        }
        self.values.note_corrected(source);
        Ok(())
    }

    /// The labels of a value. Whoever looks at its patient looks again.
    fn keep_value_labels(
        &mut self,
        source: &Source,
        patient: &PatientId,
        at: Instant,
    ) -> Result<(), VaultError> {
        if self.labels.keep(source, patient, at)? {
            self.done.patients.insert(patient.clone());
        }
        Ok(())
    }

    /// The labels of what is no value. Of these there are few: the ward is looked at anew.
    fn keep_labels(&mut self, fact: &Fact) -> Result<(), VaultError> {
        let changed = match &fact.body {
            Body::Dose(dose) => self.labels.keep(&fact.source, &dose.patient, dose.at)?,
            Body::Flag(flag) => self.labels.keep(&fact.source, &flag.patient, flag.since)?,
            // They are of how somebody is reached: that somebody is here is never withheld.
            Body::Person(person) if person.contacts.is_some() => {
                self.labels.keep(&fact.source, &person.id, Instant(i64::MAX))?
            }
            Body::Episode(Episode { patient: Some(patient), onset, .. }) => {
                self.labels.keep(&fact.source, patient, *onset)?
            }
            Body::Action(Action { id, about: About::Patient(patient), at, .. }) => {
                self.labels.keep_as(&format!("Communication/{id}"), &fact.source, patient, *at)?
            }
            Body::Deleted => self.labels.forget(&fact.source.reference)?,
            _ => false,
        };
        self.done.ward_changed |= changed;
        Ok(())
    }

    /// What a consent says changes what is shown of everything of its patient.
    fn consent(&mut self, consent: &Consent) -> Result<(), VaultError> {
        if say_consent(self.transaction, self.received, consent)? {
            self.done.ward_changed = true;
            self.done.patients.insert(consent.patient.clone());
        }
        Ok(())
    }

    fn person(&mut self, person: &Person) -> Result<(), VaultError> {
        let sex = person.sex as i64;
        // One column: the second bit says that somebody has died. Caches from before there was one hold the first alone.
        let active = i64::from(person.active) | i64::from(person.deceased) << 1;
        let p = person;
        let merged = say_merges(self.transaction, self.received, p)?;
        let is_reached_otherwise = say_contacts(self.transaction, self.received, p)?;
        if self.say("person", p.id.as_str(), &[&p.mrn, &p.family, &p.given, &p.birth_date, &sex, &active])?
            || merged
            || is_reached_otherwise
        {
            self.done.ward_changed = true;
            self.done.patients.insert(person.id.clone());
        }
        Ok(())
    }

    fn place(&mut self, place: &Place) -> Result<(), VaultError> {
        let part_of = place.part_of.as_ref().map(PlaceId::as_str);
        self.done.ward_changed |=
            self.say("place", place.id.as_str(), &[&place.name, &place_code(place.kind), &part_of])?;
        Ok(())
    }

    fn stay(&mut self, stay: &Stay) -> Result<(), VaultError> {
        // Ids hold no spaces.
        let places: Vec<&str> = stay.places.iter().map(PlaceId::as_str).collect();
        let places = (!places.is_empty()).then(|| places.join(" "));
        if self.say("stay", stay.id.as_str(), &[&stay.patient.as_str(), &places, &stay_code(stay)])? {
            self.done.ward_changed = true;
            self.done.patients.insert(stay.patient.clone());
        }
        Ok(())
    }

    fn device(&mut self, device: &Device) -> Result<(), VaultError> {
        let patient = device.patient.as_ref().map(PatientId::as_str);
        self.done.ward_changed |= say_make(self.transaction, self.received, device)?;
        self.done.ward_changed |=
            self.say("device", device.id.as_str(), &[&patient, &device.name, &device.active])?;
        Ok(())
    }

    fn dose(&mut self, dose: &Dose) -> Result<(), VaultError> {
        let amount = dose.amount.as_ref();
        let unit = amount.map(|amount| amount.unit.as_str());
        let (mantissa, scale) = (amount.map(|a| a.value.mantissa), amount.map(|a| a.value.scale));
        let patient = dose.patient.as_str();
        let source = format!("MedicationAdministration/{}", dose.id);
        self.transaction.prepare_cached("DELETE FROM identity WHERE source = ?")?.execute([&source])?;
        if let Some(identity) = &dose.identity {
            let mut keep = self.transaction.prepare_cached("INSERT INTO identity VALUES (?, ?)")?;
            keep.execute([&source, identity])?;
        }
        let is_other_pen = self.given_by(dose)?;
        let is_new = self.say(
            "dose",
            dose.id.as_str(),
            &[&patient, &dose.what, &mantissa, &scale, &unit, &dose.at.0],
        )?;
        self.done.samples += usize::from(is_new);
        if is_new || is_other_pen {
            self.done.patients.insert(dose.patient.clone());
        }
        Ok(())
    }

    /// What gave a dose; whether that is another than before.
    fn given_by(&self, dose: &Dose) -> Result<bool, VaultError> {
        let id = dose.id.as_str();
        let changed = match &dose.device {
            Some(device) => self
                .transaction
                .prepare_cached(
                    "INSERT INTO given_by VALUES (?1, ?2) ON CONFLICT DO UPDATE SET device = ?2 WHERE device <> ?2",
                )?
                .execute([id, device.as_str()])?,
            None => self.transaction.prepare_cached("DELETE FROM given_by WHERE id = ?")?.execute([id])?,
        };
        Ok(changed > 0)
    }

    fn flag(&mut self, flag: &Flag) -> Result<(), VaultError> {
        let (codes, ends) = (flag.codes.join(" "), flag.until.map(|t| t.0));
        let patient = flag.patient.as_str();
        if self.say("flag", flag.id.as_str(), &[&patient, &codes, &flag.by, &flag.since.0, &ends])? {
            self.done.ward_changed = true;
            self.done.patients.insert(flag.patient.clone());
        }
        Ok(())
    }

    fn episode(&mut self, e: &Episode, stamped: Option<Instant>) -> Result<(), VaultError> {
        let known: Option<Before> = self
            .transaction
            .prepare_cached("SELECT priority, ended FROM episode WHERE id = ?")?
            .query_row([e.id.as_str()], |row| Ok(Before { priority: row.get(0)?, ended: row.get(1)? }))
            .optional()?;
        // What a console found over stays over: the server's word of its beginning may be read after that.
        if e.own_rule().is_some() && e.ended.is_none() && known.is_some_and(|before| before.ended.is_some()) {
            return Ok(());
        }
        let measure = e.measure.and_then(|m| m.spec().loinc.first().or(m.spec().mdc.first()));
        let (priority, ended) = (e.priority as i64, e.ended.map(|t| t.0));
        let patient = patient_text(e.patient.as_ref());
        if self.say(
            "episode",
            e.id.as_str(),
            &[&patient, &priority, &e.text, &measure, &e.onset.0, &ended],
        )? {
            self.done.alerts_changed = true;
            self.done.patients.extend(e.patient.clone());
            let is_renewed = known.is_some_and(|before| before.is_less_than(e));
            if let Some(before) = known.filter(|_| is_renewed) {
                renew(self.transaction, e, before.ended, stamped, self.received)?;
            }
            if (known.is_none() || is_renewed) && e.ended.is_none() {
                self.done.raised.push((e.id.clone(), stamped));
            }
        }
        Ok(())
    }

    fn action(
        &mut self,
        action: &Action,
        source: &Source,
        accepted: Option<Instant>,
    ) -> Result<(), VaultError> {
        let accepted = accepted.unwrap_or(self.received).0;
        let changed = self
            .transaction
            .prepare_cached(
                // A cache from before schema 6 holds the name alone of what others said more about.
                "INSERT INTO action (id, episode, verb, by, at, note, source, accepted_at, received, by_id, by_role, to_id)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) ON CONFLICT (id) DO UPDATE SET
                 source = ?7, accepted_at = ?8, by_id = coalesce(by_id, ?10), by_role = coalesce(by_role, ?11),
                 to_id = coalesce(to_id, ?12)
                 WHERE source IS NOT ?7 OR accepted_at IS NOT ?8 OR by_id IS NOT coalesce(by_id, ?10)",
            )?
            .execute(params![
                action.id.as_str(),
                about_text(&action.about),
                action.verb.code(),
                action.by.name.as_str(),
                action.at.0,
                action.note,
                source.reference.as_str(),
                accepted,
                self.received.0,
                known_id(&action.by.id),
                action.by.role.as_ref().map(Role::as_str),
                action.to.as_ref().map(ActorId::as_str)
            ])?;
        self.done.alerts_changed |= changed > 0;
        // Seen on the server: an earlier try arrived although its answer did not.
        self.transaction
            .prepare_cached("DELETE FROM outbox WHERE action = ?")?
            .execute([action.id.as_str()])?;
        Ok(())
    }

    /// Takes back what was said by mistake. An alarm that was taken by nobody else is nobody's again.
    fn withdrawn(&mut self, id: &ActionId) -> Result<(), VaultError> {
        let gone = self
            .transaction
            .prepare_cached("DELETE FROM action WHERE id = ? RETURNING episode")?
            .query_row([id.as_str()], |row| row.get::<_, String>(0))
            .optional()?;
        if let Some(about) = gone {
            self.transaction
                .prepare_cached(
                    "INSERT OR IGNORE INTO untaken SELECT e.id FROM episode e WHERE e.id = ?1 AND e.priority = 3 AND NOT EXISTS
                     (SELECT 1 FROM action a WHERE a.episode = e.id AND a.verb IN ('take', 'handled', 'hand-to') AND NOT EXISTS
                      (SELECT 1 FROM renewed r WHERE r.id = e.id AND r.at >= coalesce(a.accepted_at, a.at)))",
                )?
                .execute([&about])?;
            self.done.alerts_changed = true;
            self.done.patients.extend(about.strip_prefix(PATIENT).map(PatientId::from));
        }
        self.transaction.prepare_cached("DELETE FROM outbox WHERE action = ?")?.execute([id.as_str()])?;
        Ok(())
    }

    /// What a deleted Communication said is taken back.
    fn unsay_acts(&mut self, reference: &str) -> Result<(), VaultError> {
        let acts: Vec<ActionId> = self
            .transaction
            .prepare_cached("SELECT id FROM action WHERE source = ?")?
            .query_map([reference], |row| id(row, 0))?
            .collect::<Result<_, _>>()?;
        acts.iter().try_for_each(|act| self.withdrawn(act))
    }

    fn deleted(&mut self, reference: &str) -> Result<(), VaultError> {
        let (kind, id) = reference.split_once('/').unwrap_or((reference, ""));
        let table = match kind {
            "Patient" => "person",
            "Location" => "place",
            "Encounter" => "stay",
            "Device" => "device",
            "MedicationAdministration" => "dose",
            "DetectedIssue" => "episode",
            "Flag" => "flag",
            "Consent" => "consent",
            "Observation" => return self.values.deleted(reference),
            "Communication" => return self.unsay_acts(reference),
            "CommunicationRequest" => {
                self.done.alerts_changed |= unsay_call(self.transaction, reference, self.received)?;
                return Ok(());
            }
            _ => return Ok(()),
        };
        if !matches!(table, "person" | "place") {
            let whose = self
                .transaction
                .prepare_cached(&format!("SELECT patient FROM {table} WHERE id = ?"))?
                .query_row([id], |row| some_id(row, 0))
                .optional()?;
            self.done.patients.extend(whose.flatten());
        }
        let gone = unsay(self.transaction, self.received, table, id)?;
        let _with_it = match table {
            "person" => unsay(self.transaction, self.received, "contact", id)?,
            "device" => unsay(self.transaction, self.received, "make", id)?,
            _ => 0,
        };
        if table == "episode" {
            self.transaction.prepare_cached("DELETE FROM renewed WHERE id = ?")?.execute([id])?;
        }
        if gone > 0 {
            self.done.ward_changed = true;
            self.done.alerts_changed |= table == "episode";
        }
        Ok(())
    }
}
