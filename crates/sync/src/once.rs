//! Syncs that somebody asks for and that end: the command line, waves somebody looks at, simulated time.

use std::collections::HashSet;

use clinical::consent::Label;
use clinical::{Body, DAY_MS, Fact, Instant, Measure, PatientId, PlaceId, Source, Unreadable, measures};
use fhir::{FoundPeople, Sought, format_instant};

use crate::engine::Engine;
use crate::pages::{Gathered, Pages, Tell};
use crate::progress::{SyncError, SyncProgress};

impl Engine {
    /// Everything once: the whole first sync or what is left of it, what changed, and the outbox.
    ///
    /// # Errors
    /// Of the server or the cache; what was committed before is kept.
    pub async fn sync_once(&self) -> Result<SyncProgress, SyncError> {
        let (server, _) = self.client.check().await?;
        self.load_scope().await?;
        let mut puller = self.puller();
        let events = self.events.clone();
        let mut tell = |event| {
            // Nobody has to listen.
            let _ = events.send(event);
        };
        if self.client.is_in_clear() {
            puller.note(
                "what is read and sent goes over the network in clear: this server is asked by http"
                    .to_owned(),
            );
        }
        puller.load().await?;
        let had_some = puller.has_read();
        puller.census(&mut tell).await?;
        let steps = puller.backfill(&server, &mut tell).await;
        if had_some {
            // What is open since the last time must not keep from being read what is not.
            puller.changes(&server, &mut tell).await?;
        } else {
            steps?;
        }
        puller.deletions(&server, &mut tell).await?;
        self.flush().await?;
        // A server that does not keep such words is no fault of the sync.
        if let Err(error) = self.share_record().await {
            puller.note(format!("records were not heard or told of: {error}"));
        }
        if let Err(error) = self.share_settings().await {
            puller.note(format!("settings of units were not heard or told: {error}"));
        }
        loop {
            match self.send_audit_events(&server).await {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) => {
                    puller.note(format!("the log was not told as AuditEvents: {error}"));
                    break;
                }
            }
        }
        Ok(puller.progress())
    }

    /// The waves of one patient and time, for somebody who looks at them. `codes` as a search takes them.
    ///
    /// # Errors
    /// As [`Engine::sync_once`].
    pub async fn fetch_waves(
        &self,
        patient: &PatientId,
        codes: &str,
        from: Instant,
        to: Instant,
    ) -> Result<SyncProgress, SyncError> {
        let mut puller = self.puller().of(None);
        let (from, to) = (format_instant(from), format_instant(to));
        let query = format!("Observation?patient={patient}&code={codes}&date=ge{from}&date=lt{to}&_count=60");
        puller.everything(&query).await?;
        Ok(puller.progress())
    }

    /// Looks for anybody on the server, wherever they are; nothing of it is kept.
    ///
    /// # Errors
    /// Of the server.
    pub async fn find_people(&self, sought: &Sought) -> Result<FoundPeople, SyncError> {
        Ok(self.client.find_people(sought).await?)
    }

    /// What the server holds of somebody now: who and where they are, the newest of what was measured, their alarms and their
    /// consents. Nothing of it is kept.
    ///
    /// # Errors
    /// Of the server, where it gives nothing at all.
    pub async fn read_once(&self, patient: &PatientId) -> Result<ReadOnce, SyncError> {
        let mut pages = self.puller().of(None).pages;
        let mut read = ReadOnce {
            facts: pages.gather(&[format!("Patient?_id={patient}")]).await?,
            ..ReadOnce::default()
        };
        // What was filed under a record that was merged into this one is about the same person: their refusal, too.
        let mut records = vec![patient.clone()];
        for n in 0..RECORDS {
            let Some(record) = records.get(n).cloned() else { break };
            if n > 0 {
                read.add("Patient", pages.gather_all(&[format!("Patient?_id={record}")]).await)?;
            }
            for replaced in read.replaced_by(&record) {
                if !records.contains(&replaced) {
                    records.push(replaced);
                }
            }
        }
        for kind in ["Consent", "Encounter", "Device", "Flag", "DetectedIssue", "Communication"] {
            for record in &records {
                let query = format!("{kind}?patient={record}&_count=200");
                read.add(kind, pages.gather_all(&[query]).await)?;
            }
        }
        for record in &records {
            self.newest_once(&mut pages, &mut read, record).await?;
        }
        let mut known: HashSet<PlaceId> = HashSet::new();
        for _ in 0..LEVELS {
            let wanted: Vec<PlaceId> = read.places().filter(|place| known.insert(place.clone())).collect();
            if wanted.is_empty() {
                break;
            }
            for place in wanted {
                read.add("Location", pages.gather_all(&[format!("Location?_id={place}")]).await)?;
            }
        }
        Ok(read)
    }

    /// The newest of what was measured, as it is filed under one record.
    async fn newest_once(
        &self,
        pages: &mut Pages,
        read: &mut ReadOnce,
        record: &PatientId,
    ) -> Result<(), SyncError> {
        let newest = format!("Observation?patient={record}&_sort=-date&_count={NEWEST}");
        let went = match pages.first(&newest).await {
            // A server that does not sort gives a day instead.
            Err(SyncError::Fhir(error)) if error.is_refusal() => {
                let since = format_instant((self.now)() - DAY_MS);
                let day = format!("Observation?patient={record}&date=ge{since}&_count=200");
                pages.gather_all(&[day]).await
            }
            went => went,
        };
        read.add("Observation", went)?;
        // Where one thing is measured every few minutes, the newest of all are of it alone.
        let others = read.codes_of_others();
        if !others.is_empty() {
            let others = others.join(",");
            let query = format!("Observation?patient={record}&code={others}&_sort=-date&_count={NEWEST}");
            read.add("Observation", pages.first(&query).await)?;
        }
        Ok(())
    }

    /// Only what changed since the cursors, and the outbox: for simulated time, where no backfill is wanted.
    ///
    /// # Errors
    /// As [`Engine::sync_once`].
    pub async fn sync_changes(&self) -> Result<SyncProgress, SyncError> {
        let (server, _) = self.client.check().await?;
        self.load_scope().await?;
        let mut puller = self.puller();
        let events = self.events.clone();
        let tell: Tell<'_> = &mut |event| drop(events.send(event));
        puller.census(tell).await?;
        if puller.has_newcomers() {
            puller.first_ward(&server, tell).await?;
        }
        puller.changes(&server, tell).await?;
        self.flush().await?;
        Ok(puller.progress())
    }

    /// Only what the board needs and one day of values: for the bench.
    ///
    /// # Errors
    /// As [`Engine::sync_once`].
    pub async fn sync_first_day(&self) -> Result<SyncProgress, SyncError> {
        let (server, _) = self.client.check().await?;
        self.load_scope().await?;
        let mut puller = self.puller();
        puller.census(&mut |_| {}).await?;
        puller.first_ward(&server, &mut |_| {}).await?;
        Ok(puller.progress())
    }
}

/// Observations of one look.
const NEWEST: usize = 100;
/// Blood pressures come under the code of the whole (LOINC, MDC).
const PRESSURE_PANELS: [&str; 5] = ["85354-9", "55284-4", "35094-2", "150020", "150016"];
/// Records of one person.
const RECORDS: usize = 8;
/// Places above a bed.
const LEVELS: usize = 8;

/// What a look for once found.
#[derive(Clone, Debug, Default)]
pub struct ReadOnce {
    /// As the server holds it.
    pub facts: Vec<Fact>,
    /// The security labels of those that have some.
    pub labels: Vec<(Source, Vec<Label>)>,
    /// What could not be read: a Consent among it withholds.
    pub unreadable: Vec<Unreadable>,
    /// Kinds that it refused, or of which something could not be read: that there is none is not known of these.
    pub unread: Vec<&'static str>,
}

fn measured(fact: &Fact) -> Vec<Measure> {
    match &fact.body {
        Body::Samples(samples) => samples.iter().filter_map(|sample| sample.code.measure()).collect(),
        Body::Segments(segments) => segments.iter().filter_map(|segment| segment.code.measure()).collect(),
        _ => Vec::new(),
    }
}

impl ReadOnce {
    fn add(&mut self, kind: &'static str, went: Result<Gathered, SyncError>) -> Result<(), SyncError> {
        match went {
            Ok(found) => {
                if !found.unreadable.is_empty() {
                    self.is_unread(kind);
                }
                self.facts.extend(found.facts);
                self.labels.extend(found.labels);
                self.unreadable.extend(found.unreadable);
            }
            Err(SyncError::Fhir(error)) if error.is_of_one_search() => self.is_unread(kind),
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn is_unread(&mut self, kind: &'static str) {
        if !self.unread.contains(&kind) {
            self.unread.push(kind);
        }
    }

    /// The records that were merged into this one.
    fn replaced_by(&self, patient: &PatientId) -> Vec<PatientId> {
        let persons = self.facts.iter().filter_map(|fact| match &fact.body {
            Body::Person(person) if person.id == *patient => Some(person),
            _ => None,
        });
        persons.flat_map(|person| person.replaces.clone()).collect()
    }

    /// The record that this one was merged into.
    pub fn merged_into(&self, patient: &PatientId) -> Option<PatientId> {
        self.facts.iter().find_map(|fact| match &fact.body {
            Body::Person(person) if person.id == *patient => person.replaced_by.clone(),
            _ => None,
        })
    }

    /// The codes of everything that could be measured and is not among what was read.
    fn codes_of_others(&self) -> Vec<&'static str> {
        let read: HashSet<_> = self.facts.iter().flat_map(measured).collect();
        let others = measures().iter().filter(|row| !read.contains(&row.measure));
        let mut codes: Vec<_> = others.flat_map(|row| row.loinc.iter().chain(row.mdc)).copied().collect();
        if !read.contains(&Measure::SystolicBp) {
            codes.extend(PRESSURE_PANELS);
        }
        codes
    }

    /// Where they lie, and what that is part of.
    fn places(&self) -> impl Iterator<Item = PlaceId> {
        self.facts.iter().flat_map(|fact| match &fact.body {
            Body::Stay(stay) if stay.in_progress => stay.places.clone(),
            Body::Place(place) => place.part_of.clone().into_iter().collect(),
            _ => Vec::new(),
        })
    }
}
