//! Files that are taken in: looked at first, then through the gate, in one transaction with the entry that tells of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bedside::local_time;
use clinical::{Actor, Body, Fact, Instant, PatientId, Person, Right, Unreadable};
use connectors::{DayOrder, FhirPage, FileIn, FileKind, Given, Named, Portion, Remark, open_file};
use jiff::tz::TimeZone;
use vault::{Brought, Ingested, Next, PageCommit};

use crate::console::Console;
use crate::gate::{Coming, Face, Leaving, Way};
use crate::view::{Failure, Import, ImportProblem, Imported, Iso};

/// As many rows are named one by one.
const NAMED: usize = 200;
/// A station whose screens are open takes no longer file: nothing else is written while one is taken in, and alarms wait for nothing.
const LONGEST_BESIDE_ALARMS: u64 = 4 << 20;
/// A file whose next piece does not come for so long is given up, and nothing of it is taken: whoever writes alarms waits for it.
const PATIENCE: Duration = Duration::from_secs(5);
/// Pieces that are read ahead of those that are written.
const AHEAD: usize = 2;

/// What a file says, as far as it was read.
#[derive(Default)]
struct Tally {
    report: Imported,
    from: Option<Instant>,
    to: Option<Instant>,
    units: BTreeSet<String>,
    devices: BTreeMap<String, String>,
    patients: BTreeSet<PatientId>,
}

/// A file that was opened, and whoever keeps count.
struct Opened {
    file: Box<dyn FileIn>,
    first: Portion,
    tally: Arc<Mutex<Tally>>,
    /// Who may be told of, where the file names people of this server.
    known: Option<BTreeSet<PatientId>>,
    now: Instant,
}

impl Console {
    /// What taking a file in would do. Nothing is changed; that somebody looked is in the log.
    ///
    /// # Errors
    /// Where it may not be looked at, is none that can be read, or does not say enough.
    pub(crate) fn import_preview(&self, who: &Actor, asked: &Import) -> Result<Imported, Failure> {
        self.may_look(who, Right::Import)?;
        let opened = self.opened(asked)?;
        let (tally, patient) = (opened.tally.clone(), asked.patient.as_deref().map(PatientId::from));
        let face = Face::CommandLine;
        let leaving =
            Leaving { what: "import preview", way: Way::Shown, face, about: patient.as_ref(), why: None };
        let done = self.disclose(who, &leaving, || {
            let pieces = opened.read();
            Ok(self.vault.rehearse_file(move || pieces.recv_timeout(PATIENCE).unwrap_or(Next::Lost))?)
        })?;
        Ok(lock(&tally).finish(&done, true))
    }

    /// Takes a file in: all that can be read of it, with its entry in the log, or nothing.
    ///
    /// # Errors
    /// As [`Console::import_preview`], where no reason is given, or where it names somebody else than the patient's record.
    pub(crate) fn import(&self, who: &Actor, asked: &Import, why: &str) -> Result<Imported, Failure> {
        // Before anything is read: who may not is refused for whatever it is.
        if let Err(refusal) = self.may_look(who, Right::Import) {
            return Err(refusal.into());
        }
        let opened = self.opened(asked)?;
        let (tally, patient) = (opened.tally.clone(), asked.patient.as_deref().map(PatientId::from));
        let what = opened.file.kind().name();
        if !asked.other_name && lock(&tally).report.notes.iter().any(|note| note == OTHER_NAME) {
            return Err(Failure::failed(format!(
                "{OTHER_NAME}. Nothing was taken in; if it is theirs all the same, say so (--other-name)"
            )));
        }
        let coming = Coming { what, face: Face::CommandLine, about: patient.as_ref(), why };
        let done = self.admit(who, &coming, |entry| {
            let (pieces, counted) = (opened.read(), tally.clone());
            let entry = move |done: &Ingested| entry(&lock(&counted).words(done));
            Ok(self.vault.bring_file(move || pieces.recv_timeout(PATIENCE).unwrap_or(Next::Lost), entry)?)
        })?;
        Ok(lock(&tally).finish(&done, false))
    }

    /// Opens a file and reads its first piece.
    fn opened(&self, asked: &Import) -> Result<Opened, Failure> {
        let refused = |why: String| Failure::failed(format!("{why}; nothing was taken in"));
        let zone = match asked.zone.as_deref() {
            None => local_time::zone(),
            Some(name) => TimeZone::get(name).map_err(|_| {
                refused(format!("--zone: \"{name}\" is no zone; write it like Europe/Berlin"))
            })?,
        };
        let dates = match asked.dates.as_deref() {
            None => None,
            Some("day-first") => Some(DayOrder::DayFirst),
            Some("month-first") => Some(DayOrder::MonthFirst),
            Some(_) => return Err(refused("--dates: day-first or month-first".into())),
        };
        let patient = asked.patient.as_deref().map(PatientId::from);
        let person = match &patient {
            None => None,
            Some(id) => {
                let persons = self.vault.read(|reader| Ok(reader.ward()?.persons))?;
                let found = persons.into_iter().find(|person| person.id == *id);
                Some(found.ok_or_else(|| refused("--patient: this station knows nobody of that id".into()))?)
            }
        };
        let path = &asked.file;
        let unreadable =
            |why: &dyn std::fmt::Display| refused(format!("{} cannot be read ({why})", path.display()));
        let source = File::open(path).map_err(|why| unreadable(&why))?;
        let about = source.metadata().map_err(|why| unreadable(&why))?;
        if !about.is_file() {
            return Err(unreadable(&"it is no file"));
        }
        if self.engine().is_some() && about.len() > LONGEST_BESIDE_ALARMS {
            return Err(refused(format!(
                "a window holds this cache, and a file of more than {} MiB would keep its alarms waiting: close the window first",
                LONGEST_BESIDE_ALARMS >> 20
            )));
        }
        let zone_name = zone.iana_name().unwrap_or("the station's own").to_owned();
        let given = Given { patient: patient.clone(), zone, dates, read_at: self.now(), fhir };
        // What is written into it meanwhile is not of it: a file that grows would have no end.
        let mut file = open_file(Box::new(source.take(about.len())), given)
            .map_err(|why| refused(format!("{}: {why}", path.display())))?;
        let kind = file.kind();
        if kind.needs_patient() && patient.is_none() {
            return Err(refused(format!(
                "a {} does not say whose it is: name them (--patient ID)",
                kind.name()
            )));
        }
        let is_of_this_server = patient.is_none()
            && matches!(kind, FileKind::FhirBundle | FileKind::FhirNdjson | FileKind::Hl7v2);
        let known =
            if is_of_this_server { Some(self.vault.read(|reader| reader.persons_known())?) } else { None };
        let first = file.next().unwrap_or_default();
        let mut tally = Tally::default();
        tally.report.kind = kind.word().to_owned();
        tally.report.name = kind.name().to_owned();
        tally.report.zone = (kind.is_in_wall_time() || kind == FileKind::Hl7v2).then_some(zone_name);
        if let (Some(named), Some(person)) = (&first.named, &person)
            && differs(named, person)
        {
            tally.report.notes.push(OTHER_NAME.to_owned());
        }
        let now = self.now();
        Ok(Opened { file, first, tally: Arc::new(Mutex::new(tally)), known, now })
    }
}

/// What of a piece goes to the quarantine: so many of a file as are named one by one, for what the server sent stands there as well. Two
/// files are two, whatever line of theirs was bad.
fn kept_of(remarks: Vec<Remark>, now: Instant, held: &mut usize) -> Vec<Unreadable> {
    let room = NAMED.saturating_sub(*held);
    let kept: Vec<Unreadable> = remarks
        .into_iter()
        .take(room)
        .map(|remark| {
            let Unreadable { reference, reason, body } = remark.held;
            let reference = match reference.strip_prefix("File/") {
                Some(of) => format!("File/{}-{of}", now.0),
                None => reference,
            };
            Unreadable { reference, reason, body }
        })
        .collect();
    *held += kept.len();
    kept
}

/// A Bundle in a file, as one of the server's is read. Nothing is known of the server it is of: only relative references lead to its
/// resources.
fn fhir(bytes: &[u8]) -> Result<FhirPage, String> {
    let fhir::Page { facts, labels, unreadable, left_out, .. } =
        fhir::read_page(bytes).map_err(|why| why.to_string())?;
    Ok(FhirPage { facts, labels, unreadable, left_out })
}

const OTHER_NAME: &str = "this file names somebody else than the record of this patient does";

/// Whether a file names somebody else, as far as both say it.
fn differs(named: &Named, person: &Person) -> bool {
    let born = named.born.as_ref().zip(person.birth_date.as_ref());
    is_other_name([&named.family, &named.given], [&person.family, &person.given])
        || born.is_some_and(|(file, record)| !file.starts_with(record.as_str()))
}

/// Whether these are the names of two people. Capitals and the order of names do not matter, and whoever is written shorter is written the
/// same. One name of several is no name: a sister has the family's, too.
fn is_other_name(file: [&str; 2], record: [&str; 2]) -> bool {
    let words = |texts: [&str; 2]| -> BTreeSet<String> {
        let words = texts.iter().flat_map(|text| text.split(|c: char| !c.is_alphanumeric()));
        words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
    };
    let (file, record) = (words(file), words(record));
    !file.is_subset(&record) && !record.is_subset(&file)
}

fn lock(tally: &Mutex<Tally>) -> MutexGuard<'_, Tally> {
    tally.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Opened {
    /// Reads it on a thread of its own, some pieces ahead.
    fn read(self) -> Receiver<Next> {
        let (send, pieces) = sync_channel(AHEAD);
        // Where no thread can be had, whoever waits is told that it does not come.
        let _ = std::thread::Builder::new().name("file-reader".into()).spawn(move || self.send(&send));
        pieces
    }

    fn send(mut self, send: &SyncSender<Next>) {
        let (mut piece, mut held) = (Some(std::mem::take(&mut self.first)), 0);
        while let Some(portion) = piece {
            let portion = lock(&self.tally).count(portion, self.known.as_ref());
            let clock = Some(self.now);
            let page = PageCommit {
                facts: portion.facts,
                unreadable: kept_of(portion.remarks, self.now, &mut held),
                labels: portion.labels,
                received: self.now,
                clock,
                ..PageCommit::default()
            };
            let brought = Brought { page, if_unknown: portion.if_unknown };
            if send.send(Next::Piece(Box::new(brought))).is_err() {
                return;
            }
            piece = self.file.next();
        }
        let _ = send.send(Next::End);
    }
}

impl Tally {
    /// Counts a piece; gives what of it is taken.
    fn count(&mut self, mut portion: Portion, known: Option<&BTreeSet<PatientId>>) -> Portion {
        if let Some(known) = known {
            let before = portion.facts.len();
            portion.facts.retain(|fact| whose(fact).is_none_or(|patient| known.contains(patient)));
            let unknown = (before - portion.facts.len()) as u64;
            if unknown > 0 {
                self.report.refused += unknown;
                let words = "it is about somebody whom this station does not know: name the patient, where it is another server's file";
                self.problem(None, false, words);
            }
        }
        for remark in &mut portion.remarks {
            self.report.refused += u64::from(!remark.is_kept);
            self.report.marked += u64::from(remark.is_kept);
            let line = (remark.line > 0).then_some(remark.line);
            self.problem(line, remark.is_kept, &remark.held.reason);
            // What a file says of an alarm or a consent is nothing that stands for one.
            let reference = &mut remark.held.reference;
            if !reference.starts_with("File/") && !reference.starts_with("Observation/") {
                *reference = format!("File/{reference}");
            }
        }
        for (name, times) in &portion.left_out {
            *self.report.left_out.entry(name.to_string()).or_default() += *times as u64;
        }
        self.report.read += portion.repeats as u64;
        self.report.notes.append(&mut portion.notes);
        portion.facts.iter().for_each(|fact| self.fact(fact));
        portion
    }

    fn problem(&mut self, line: Option<u64>, kept: bool, reason: &str) {
        let problem = ImportProblem { line, kept, reason: reason.to_owned() };
        if line.is_none() && self.report.problems.contains(&problem) {
            return;
        }
        if self.report.problems.len() < NAMED {
            self.report.problems.push(problem);
        } else {
            self.report.more_problems += 1;
        }
    }

    fn fact(&mut self, fact: &Fact) {
        if let Some(patient) = whose(fact)
            && !self.patients.contains(patient)
        {
            self.patients.insert(patient.clone());
        }
        match &fact.body {
            Body::Samples(samples) => {
                for sample in samples {
                    self.value(&sample.unit, sample.taken_at, sample.taken_at, 1);
                }
            }
            Body::Segments(segments) => {
                for segment in segments {
                    let n = segment.mantissas.len();
                    self.value(&segment.unit, segment.start, segment.time_of(n), n as u64);
                }
            }
            Body::Dose(dose) => {
                let unit = dose.amount.as_ref().map(|amount| amount.unit.as_str()).unwrap_or_default();
                self.value(unit, dose.at, dose.at, 1);
            }
            Body::Device(device) => {
                self.devices.insert(device.id.to_string(), device.name.clone());
            }
            _ => {}
        }
    }

    fn value(&mut self, unit: &str, from: Instant, to: Instant, values: u64) {
        self.report.read += values;
        if !unit.is_empty() && !self.units.contains(unit) {
            self.units.insert(unit.to_owned());
        }
        self.from = Some(self.from.map_or(from, |known| known.min(from)));
        self.to = Some(self.to.map_or(to, |known| known.max(to)));
    }

    /// What came of it, for the log.
    fn words(&self, done: &Ingested) -> String {
        let report = &self.report;
        let already = report.read.saturating_sub(done.samples as u64);
        format!("{} values added, {already} here already, {} rows refused", done.samples, report.refused)
    }

    fn finish(&self, done: &Ingested, dry_run: bool) -> Imported {
        let written = |at: Option<Instant>| at.map(|at| Iso(at).to_string());
        let mut devices: Vec<String> = self.devices.values().cloned().collect();
        devices.sort();
        let mut report = Imported {
            dry_run,
            added: done.samples as u64,
            already: self.report.read.saturating_sub(done.samples as u64),
            ahead: done.ahead as u64,
            from: written(self.from),
            to: written(self.to),
            units: self.units.iter().cloned().collect(),
            devices,
            patients: self.patients.len() as u64,
            ..self.report.clone()
        };
        if report.ahead > 0 {
            report.notes.push("some values are dated ahead of this station's clock: look at the zone and at the order of dates".into());
        }
        report
    }
}

/// Whom a fact is about.
fn whose(fact: &Fact) -> Option<&PatientId> {
    match &fact.body {
        Body::Samples(samples) => samples.first().map(|sample| &sample.patient),
        Body::Segments(segments) => segments.first().map(|segment| &segment.patient),
        Body::Dose(dose) => Some(&dose.patient),
        Body::Device(device) => device.patient.as_ref(),
        Body::Person(person) => Some(&person.id),
        Body::Stay(stay) => Some(&stay.patient),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_file_takes_no_others_place_in_the_quarantine() {
        let bad = |n: usize| Remark {
            line: n as u64,
            is_kept: false,
            held: Unreadable {
                reference: format!("File/clarity-{n}"),
                reason: "its value is no number".into(),
                body: "row".into(),
            },
        };
        let (mut held, mut kept) = (0, Vec::new());
        for piece in 0..30 {
            kept.extend(kept_of((0..100).map(|n| bad(piece * 100 + n)).collect(), Instant(5), &mut held));
        }
        assert_eq!((kept.len(), held), (NAMED, NAMED), "the rest is counted");
        let other = kept_of(vec![bad(17)], Instant(6), &mut 0);
        assert!(kept.iter().all(|one| one.reference != other[0].reference), "another file's line 17");
    }

    #[test]
    fn a_name_is_another_unless_the_shorter_one_is_all_in_the_longer() {
        for (file, record, is_other) in [
            (["Schmidt", "Anna"], ["Schmidt", "Bernd"], true),
            (["Schmidt", "Anna"], ["Weber", "Anna"], true),
            (["Schmidt", "Anna"], ["Weber", "Bernd"], true),
            (["SCHMIDT", "anna"], ["Schmidt", "Anna"], false),
            (["Anna", "Schmidt"], ["Schmidt", "Anna Maria"], false),
            (["Schmidt-Weber", "Anna"], ["Schmidt", "Anna"], false),
            (["", "Anna"], ["Schmidt", "Anna"], false),
            (["", ""], ["Schmidt", "Anna"], false),
            (["Schmidt", "Anna"], ["", ""], false),
        ] {
            assert_eq!(is_other_name(file, record), is_other, "{file:?} {record:?}");
        }
    }
}
