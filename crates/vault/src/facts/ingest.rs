//! Takes a page of facts and its cursor in one transaction. This file keeps the ward; `series` keeps the values.

use std::collections::{BTreeSet, HashMap, HashSet};

use clinical::{
    Action, Body, Code, Device, Dose, Episode, Fact, Flag, Instant, Person, Place, SmolStr, Source, Stay,
    Unreadable,
};
use rusqlite::{Connection, OptionalExtension, ToSql, Transaction, params};

use crate::error::VaultError;
use crate::series::sealed::Sealed;
use crate::series::write::Newest;
use crate::store::schema::columns;
use crate::store::vault::Vault;

/// A page on its way into the cache.
#[derive(Debug, Default)]
pub struct PageCommit {
    /// What it said.
    pub facts: Vec<Fact>,
    /// What could not be read.
    pub unreadable: Vec<Unreadable>,
    /// Cursors to move with it, as (name, value).
    pub cursors: Vec<(String, String)>,
    /// When it reached this station.
    pub received: Instant,
}

/// What a commit changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ingested {
    /// Values taken in; one that was there already is not counted.
    pub samples: usize,
    /// Resources put into quarantine.
    pub quarantined: usize,
    /// Patients something changed for.
    pub patients: BTreeSet<String>,
    /// Whether patients, beds, stays or devices changed.
    pub ward_changed: bool,
    /// Whether episodes or actions changed.
    pub alerts_changed: bool,
    /// Alarms that are on and that this station did not know before, with the server's time of each where it sent one.
    pub raised: Vec<(String, Option<Instant>)>,
}

impl Vault {
    /// Commits a page: all of it with its cursors, or nothing.
    ///
    /// # Errors
    /// Of the database; nothing of the page was taken then.
    pub fn commit(&self, page: PageCommit) -> Result<Ingested, VaultError> {
        self.write_page(page.facts.len(), move |connection| commit(connection, page))
    }
}

fn commit(connection: &mut Connection, page: PageCommit) -> Result<Ingested, VaultError> {
    let transaction = connection.transaction()?;
    let mut done = take_in(&transaction, page.received, &page.facts)?;
    for item in &page.unreadable {
        transaction
            .prepare_cached("INSERT OR REPLACE INTO quarantine VALUES (?, ?, ?, ?)")?
            .execute(params![item.reference, item.reason, item.body, page.received.0])?;
    }
    done.quarantined = page.unreadable.len();
    for (kind, value) in &page.cursors {
        transaction.prepare_cached("INSERT OR REPLACE INTO cursor VALUES (?, ?)")?.execute([kind, value])?;
    }
    transaction.commit()?;
    Ok(done)
}

/// Takes facts into an open transaction.
pub(crate) fn take_in(
    transaction: &Transaction,
    received: Instant,
    facts: &[Fact],
) -> Result<Ingested, VaultError> {
    let mut intake = Intake::new(transaction, received);
    for fact in facts {
        intake.fact(fact)?;
    }
    intake.seal_full()?;
    intake.write_latest()?;
    Ok(intake.done)
}

/// One page being taken in.
pub(crate) struct Intake<'a> {
    pub(crate) transaction: &'a Transaction<'a>,
    pub(crate) received: Instant,
    pub(crate) series: HashMap<(SmolStr, Option<SmolStr>, Code, SmolStr), i64>,
    /// Series whose hot tail grew by this page.
    pub(crate) hot: HashSet<i64>,
    /// Sealed chunks of the series this page touches, opened as far as it needed them.
    pub(crate) sealed: HashMap<i64, Vec<Sealed>>,
    /// The newest values of the page, until they are written.
    pub(crate) newest: HashMap<i64, Newest>,
    pub(crate) done: Ingested,
}

impl<'a> Intake<'a> {
    fn new(transaction: &'a Transaction<'a>, received: Instant) -> Intake<'a> {
        Intake {
            transaction,
            received,
            series: HashMap::new(),
            hot: HashSet::new(),
            sealed: HashMap::new(),
            newest: HashMap::new(),
            done: Ingested::default(),
        }
    }

    fn fact(&mut self, fact: &Fact) -> Result<(), VaultError> {
        let source = &fact.source;
        match &fact.body {
            Body::Person(person) => self.person(person),
            Body::Place(place) => self.place(place),
            Body::Stay(stay) => self.stay(stay),
            Body::Device(device) => self.device(device),
            Body::Dose(dose) => self.dose(dose),
            Body::Flag(flag) => self.flag(flag),
            Body::Episode(episode) => self.episode(episode, fact.updated_at),
            Body::Action(action) => self.action(action, source, fact.updated_at),
            Body::Deleted => {
                // Entered in error: the version that said so, so that an earlier one that comes late stays away.
                if let Some(number) = source.version.parse::<i64>().ok().filter(|n| *n > 1) {
                    self.note_version(&source.reference, number)?;
                }
                self.deleted(&source.reference)
            }
            Body::Samples(samples) => {
                let patients = samples.iter().map(|s| s.patient.as_str());
                if !self.is_newest_version(source, patients)? {
                    return Ok(());
                }
                samples.iter().try_for_each(|sample| self.sample(sample, source))
            }
            Body::Segments(segments) => {
                let patients = segments.iter().map(|s| s.patient.as_str());
                if !self.is_newest_version(source, patients)? {
                    return Ok(());
                }
                segments.iter().try_for_each(|segment| self.segment(segment, source))
            }
        }
    }

    /// Writes a row of one of the tables with a history, in the order of its columns, and tells whether it says anything new.
    /// What it said before goes to the table's history.
    pub(crate) fn say(&mut self, table: &str, id: &str, values: &[&dyn ToSql]) -> Result<bool, VaultError> {
        let columns = columns(table);
        let names: Vec<&str> = columns.split(", ").collect();
        let sets = |prefix: &str| names.iter().map(|n| format!("{prefix}{n}")).collect::<Vec<_>>().join(", ");
        let assign = names.iter().map(|n| format!("{n} = excluded.{n}")).collect::<Vec<_>>().join(", ");
        let sql = format!(
            "INSERT INTO {table} (id, {columns}, received) VALUES (?, {}, ?) ON CONFLICT (id) DO UPDATE SET {assign},
             received = excluded.received WHERE ({}) IS NOT ({})",
            vec!["?"; names.len()].join(", "),
            sets(&format!("{table}.")),
            sets("excluded."),
        );
        let mut all: Vec<&dyn ToSql> = vec![&id];
        all.extend(values);
        all.push(&self.received.0);
        Ok(self.transaction.prepare_cached(&sql)?.execute(all.as_slice())? > 0)
    }

    fn person(&mut self, person: &Person) -> Result<(), VaultError> {
        let sex = person.sex as i64;
        let p = person;
        let merged = self.merges(p)?;
        if self.say("person", &p.id, &[&p.mrn, &p.family, &p.given, &p.birth_date, &sex, &p.active])?
            || merged
        {
            self.done.ward_changed = true;
            self.done.patients.insert(person.id.clone());
        }
        Ok(())
    }

    fn place(&mut self, place: &Place) -> Result<(), VaultError> {
        self.done.ward_changed |=
            self.say("place", &place.id, &[&place.name, &place.is_bed, &place.part_of])?;
        Ok(())
    }

    fn stay(&mut self, stay: &Stay) -> Result<(), VaultError> {
        if self.say("stay", &stay.id, &[&stay.patient, &stay.place, &stay.in_progress])? {
            self.done.ward_changed = true;
            self.done.patients.insert(stay.patient.clone());
        }
        Ok(())
    }

    fn device(&mut self, device: &Device) -> Result<(), VaultError> {
        self.done.ward_changed |=
            self.say("device", &device.id, &[&device.patient, &device.name, &device.active])?;
        Ok(())
    }

    fn dose(&mut self, dose: &Dose) -> Result<(), VaultError> {
        let (value, unit) = dose.amount.as_ref().map_or((None, None), |(v, u)| (Some(v), Some(u)));
        let (mantissa, scale) = (value.map(|v| v.mantissa), value.map(|v| v.scale));
        if self.say("dose", &dose.id, &[&dose.patient, &dose.what, &mantissa, &scale, &unit, &dose.at.0])? {
            self.done.samples += 1;
            self.done.patients.insert(dose.patient.clone());
        }
        Ok(())
    }

    fn flag(&mut self, flag: &Flag) -> Result<(), VaultError> {
        let (codes, ends) = (flag.codes.join(" "), flag.until.map(|t| t.0));
        if self.say("flag", &flag.id, &[&flag.patient, &codes, &flag.by, &flag.since.0, &ends])? {
            self.done.ward_changed = true;
            self.done.patients.insert(flag.patient.clone());
        }
        Ok(())
    }

    fn episode(&mut self, e: &Episode, stamped: Option<Instant>) -> Result<(), VaultError> {
        let known: Option<Option<i64>> = self
            .transaction
            .prepare_cached("SELECT ended FROM episode WHERE id = ?")?
            .query_row([&e.id], |row| row.get(0))
            .optional()?;
        // What a console found over stays over: the server's word of its beginning may be read after that.
        if e.own_rule().is_some() && e.ended.is_none() && known.flatten().is_some() {
            return Ok(());
        }
        let measure = e.measure.and_then(|m| m.spec().loinc.first().or(m.spec().mdc.first()));
        let (priority, ended) = (e.priority as i64, e.ended.map(|t| t.0));
        if self.say("episode", &e.id, &[&e.patient, &priority, &e.text, &measure, &e.onset.0, &ended])? {
            self.done.alerts_changed = true;
            self.done.patients.insert(e.patient.clone());
            if known.is_none() && e.ended.is_none() {
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
                "INSERT INTO action (id, episode, verb, by, at, note, source, accepted_at, received)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (id) DO UPDATE SET source = ?7, accepted_at = ?8
                 WHERE source IS NOT ?7 OR accepted_at IS NOT ?8",
            )?
            .execute(params![
                action.id,
                action.episode,
                action.verb.code(),
                action.by,
                action.at.0,
                action.note,
                source.reference.as_str(),
                accepted,
                self.received.0
            ])?;
        self.done.alerts_changed |= changed > 0;
        // Seen on the server: an earlier try arrived although its answer did not.
        self.transaction.prepare_cached("DELETE FROM outbox WHERE action = ?")?.execute([&action.id])?;
        Ok(())
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
            "Observation" => return self.values_deleted(reference),
            _ => return Ok(()),
        };
        let gone = self.unsay(table, id)?;
        if gone > 0 {
            self.done.ward_changed = true;
            self.done.alerts_changed |= table == "episode";
        }
        Ok(())
    }
}
