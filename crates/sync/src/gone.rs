//! What was deleted, where nobody but the people of units and programmes may be asked for: a history tells of everybody. Instead what
//! stands on the board is asked for by its id, and what a server does not give any more is gone.

use std::collections::HashSet;

use clinical::{Body, Fact, PatientId, Source};
use fhir::FhirError;
use vault::Vault;

use crate::pages::{Gathered, Tell};
use crate::parts::lists;
use crate::progress::SyncError;
use crate::pull::Puller;

/// Ids of one address, beside those of their people.
const ROOM: usize = 700;

impl Puller {
    /// Looks whether the alarms that are on, the flags, the devices and the consents are still there.
    ///
    /// # Errors
    /// Where the server is not in reach, or of the cache.
    pub(crate) async fn gone(&mut self, tell: Tell<'_>) -> Result<(), SyncError> {
        let Some(scoped) = self.scoped() else { return Ok(()) };
        let read = |vault: &Vault| vault.read(|reader| Ok((reader.ward()?, reader.consents()?)));
        let (ward, consents) = self.on_cache(read).await?;
        let asked: HashSet<PatientId> = scoped.asked().into_iter().collect();
        let of = |patient: Option<&PatientId>| patient.filter(|id| asked.contains(*id)).cloned();
        let alarms = ward.episodes.iter().filter(|e| e.ended.is_none() && e.own_rule().is_none());
        let on_board: [(&'static str, Vec<(String, PatientId)>); 4] = [
            (
                "DetectedIssue",
                alarms.filter_map(|e| Some((e.id.to_string(), of(e.patient.as_ref())?))).collect(),
            ),
            (
                "Flag",
                ward.flags.iter().filter_map(|f| Some((f.id.to_string(), of(Some(&f.patient))?))).collect(),
            ),
            (
                "Consent",
                consents.iter().filter_map(|c| Some((c.id.to_string(), of(Some(&c.patient))?))).collect(),
            ),
            (
                "Device",
                ward.devices
                    .iter()
                    .filter_map(|d| Some((d.id.to_string(), of(d.patient.as_ref())?)))
                    .collect(),
            ),
        ];
        for (kind, known) in on_board {
            let search = format!("{kind} by id");
            match self.missing(kind, &known).await {
                Ok(missing) => {
                    self.open().read(&search);
                    let facts: Vec<Fact> = missing.into_iter().map(|id| deleted(kind, &id)).collect();
                    if !facts.is_empty() {
                        self.pages
                            .take_in(Gathered { facts, ..Gathered::default() }, Vec::new(), tell)
                            .await?;
                    }
                }
                Err(SyncError::Fhir(error)) if error.is_of_one_search() => {
                    self.open().add(&search, &search, error.of_a_search(), self.pages.now());
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Which of these the server does not give any more.
    async fn missing(&mut self, kind: &str, known: &[(String, PatientId)]) -> Result<Vec<String>, SyncError> {
        let ids: Vec<String> = known.iter().map(|(id, _)| id.clone()).collect();
        let mut missing = Vec::new();
        let one_by_one = self.scoped().is_some_and(|scoped| scoped.way(kind).is_one_by_one());
        let mut from = 0;
        for list in lists(&ids, ROOM, one_by_one) {
            let mut people: Vec<PatientId> =
                known[from..from + list.len()].iter().map(|(_, patient)| patient.clone()).collect();
            from += list.len();
            people.sort();
            people.dedup();
            let query = format!("{kind}?_count=500&_id={}", list.join(","));
            let asked = self.ask(kind, &query, &people);
            let queries: Vec<String> = asked.into_iter().map(|part| part.query).collect();
            let found: HashSet<String> = self
                .pages
                .gather(&queries)
                .await?
                .into_iter()
                .map(|fact| fact.source.reference.to_string())
                .collect();
            for id in list.iter().filter(|id| !found.contains(&format!("{kind}/{id}"))) {
                // Only its own word that it is gone makes an alarm go.
                match self.pages.client().get_json(&format!("{kind}/{id}")).await {
                    Err(FhirError::NotFound | FhirError::Gone) => missing.push(id.clone()),
                    Ok(_) => {}
                    Err(error) if error.is_of_one_search() => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Ok(missing)
    }
}

fn deleted(kind: &str, id: &str) -> Fact {
    let source = Source { reference: format!("{kind}/{id}").into(), version: Default::default() };
    Fact { source, updated_at: None, body: Body::Deleted }
}
