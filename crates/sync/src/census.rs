//! Who is here: the places of the units, the stays there, the lists of the programmes. Where somebody came or went, the cache
//! learns all of it in one transaction, so that no bed ever holds two.

use std::collections::{BTreeMap, BTreeSet};

use clinical::{Body, Fact, Instant, MINUTE_MS, PatientId, Programme};
use fhir::FhirError;
use serde_json::Value;
use vault::Member;

use crate::pages::Tell;
use crate::places::lies_here;
use crate::progress::SyncError;
use crate::pull::Puller;
use crate::scope::{Known, Scoped};

/// The lists of programmes are asked for so often: milliseconds.
const PROGRAMMES_EVERY: i64 = MINUTE_MS;

impl Puller {
    /// Looks who is here. Whether somebody is to be read from the beginning.
    ///
    /// # Errors
    /// Where the server is not in reach, it has none of the units and programmes, or of the cache. What is refused is said, and what
    /// was known of it stands.
    pub(crate) async fn census(&mut self, tell: Tell<'_>) -> Result<bool, SyncError> {
        let Some(scoped) = self.scoped() else { return Ok(false) };
        let now = self.pages.now();
        let mut facts = self.places(&scoped, now).await?;
        let went = self.stays(&scoped, now).await;
        let stays = self.said("units", "Encounter", went)?;
        self.programmes(&scoped, now).await?;

        let by_unit: Option<BTreeSet<PatientId>> = stays.as_ref().map(|stays| {
            stays
                .iter()
                .filter_map(|fact| lies_here(&scoped, fact))
                .map(|stay| stay.patient.clone())
                .collect()
        });
        let strangers = self.strangers(&scoped).await?;
        let (rows, arrived, left) = compare(&scoped, by_unit.as_ref(), &strangers, now);
        // Whoever is not found any more: discharged, moved, or the stay is gone.
        let gone: Vec<PatientId> = left.iter().cloned().collect();
        let mut gone_facts = Vec::new();
        if !gone.is_empty() {
            let asked: Vec<String> = self
                .ask("Encounter", "Encounter?_count=500", &gone)
                .into_iter()
                .map(|part| part.query)
                .collect();
            let went = self.pages.gather(&asked).await;
            gone_facts = self.said("those who left", "Encounter", went)?.unwrap_or_default();
            // Their record may have been merged into another, which is the one that is here.
            let asked: Vec<String> =
                self.ask("Patient", "Patient?_count=500", &gone).into_iter().map(|part| part.query).collect();
            let went = self.pages.gather(&asked).await;
            gone_facts.extend(self.said("records of those who left", "Patient", went)?.unwrap_or_default());
        }
        let is_member = |id: &PatientId| rows.contains_key(id) || scoped.known().members.contains_key(id);
        let of_here = |fact: &Fact| match &fact.body {
            Body::Stay(stay) => is_member(&stay.patient),
            Body::Person(person) => is_member(&person.id),
            _ => false,
        };
        facts.extend(gone_facts.into_iter().chain(stays.into_iter().flatten()).filter(of_here));
        let mut cursors: Vec<(String, String)> =
            rows.iter().map(|(patient, member)| member.cursor(patient)).collect();
        cursors.extend(arrived.iter().map(|patient| vault::read_by(patient, std::iter::empty())));
        self.pages.take_in(facts, cursors, tell).await?;

        scoped.begin_anew(&arrived);
        {
            let mut known = scoped.known();
            let again: Vec<PatientId> = arrived
                .iter()
                .filter(|id| strangers.contains(*id) || known.members.contains_key(*id))
                .cloned()
                .collect();
            known.returned.extend(again);
        }
        let members: BTreeSet<PatientId> = {
            let mut known = scoped.known();
            known.members.extend(rows);
            known
                .members
                .iter()
                .filter(|(_, member)| member.left.is_none())
                .map(|(id, _)| id.clone())
                .collect()
        };
        let asked = self.on_cache(move |vault| vault.read(|reader| reader.records_with(&members))).await?;
        let is_new = {
            let mut known = scoped.known();
            let is_new = asked.iter().any(|id| !known.asked.contains(id));
            known.asked = asked;
            is_new
        };
        self.check_lists(&scoped).await?;
        Ok(is_new || !arrived.is_empty())
    }

    /// Once in a session: a server that takes a list for one id gives nothing for any, and says nothing of it.
    async fn check_lists(&mut self, scoped: &Scoped) -> Result<(), SyncError> {
        let is_known = |known: &Known| known.takes_lists || known.lists_checked || known.rung >= 2;
        if is_known(&scoped.known()) {
            return Ok(());
        }
        let here = self.on_cache(|vault| vault.read(|reader| reader.persons_known())).await?;
        let two: Vec<PatientId> = scoped.asked().into_iter().filter(|id| here.contains(id)).take(2).collect();
        let [one, other] = two.as_slice() else { return Ok(()) };
        scoped.known().lists_checked = true;
        let went = self.pages.gather(&[format!("Patient?_count=5&_id={one},{other}")]).await;
        let found = match went {
            // What is refused is found out where it is asked for.
            Err(SyncError::Fhir(error)) if error.is_of_one_search() => return Ok(()),
            went => Some(went?),
        };
        if found.is_some_and(|found| found.is_empty())
            && !self.pages.gather(&[format!("Patient?_count=5&_id={one}")]).await?.is_empty()
        {
            self.takes_no_lists(scoped);
        }
        Ok(())
    }

    /// The lists of the programmes.
    async fn programmes(&mut self, scoped: &Scoped, now: Instant) -> Result<(), SyncError> {
        let at = scoped.known().programmes_at;
        if scoped.scope.programmes.is_empty()
            || at.is_some_and(|at| (0..PROGRAMMES_EVERY).contains(&now.ms_since(at)))
        {
            return Ok(());
        }
        let (mut people, mut is_whole) = (BTreeSet::new(), true);
        for programme in scoped.scope.programmes.clone() {
            let went = self.pages.client().get_json(programme.as_str()).await.map_err(SyncError::Fhir);
            let went = match went {
                Err(SyncError::Fhir(FhirError::NotFound | FhirError::Gone)) => {
                    is_whole = false;
                    let error = SyncError::NoSuchUnit(programme.to_string());
                    if scoped.scope.units.is_empty() && scoped.scope.programmes.len() == 1 {
                        return Err(error);
                    }
                    self.open().add(programme.as_str(), "Group", error.to_string(), now);
                    continue;
                }
                went => went,
            };
            let base = self.pages.client().base().as_str().to_owned();
            match self.said(programme.as_str(), "Group", went)? {
                Some(list) => people.extend(people_of(&programme, &list, &base, now)),
                None => is_whole = false,
            }
        }
        let mut known = scoped.known();
        if is_whole {
            known.of_programmes = people;
            known.programmes_at = Some(now);
        } else {
            // Of a list that was not given, who was on it stays.
            known.of_programmes.extend(people);
        }
        Ok(())
    }

    /// Who is in the cache and was never found to belong: from before it was bound.
    async fn strangers(&mut self, scoped: &Scoped) -> Result<BTreeSet<PatientId>, SyncError> {
        let all = self.on_cache(|vault| vault.read(|reader| reader.people())).await?;
        let known = scoped.known();
        Ok(all
            .into_iter()
            .filter(|id| !known.members.contains_key(id) && !known.asked.contains(id))
            .collect())
    }
}

type Rows = BTreeMap<PatientId, Member>;

/// What changed of who belongs: the rows to write, who came, and who left.
fn compare(
    scoped: &Scoped,
    by_unit: Option<&BTreeSet<PatientId>>,
    strangers: &BTreeSet<PatientId>,
    now: Instant,
) -> (Rows, BTreeSet<PatientId>, BTreeSet<PatientId>) {
    let known = scoped.known();
    let (mut rows, mut arrived, mut left) = (Rows::new(), BTreeSet::new(), BTreeSet::new());
    let present = |id: &PatientId| known.members.get(id).is_some_and(|member| member.left.is_none());
    let in_unit = |id: &PatientId| match by_unit {
        Some(by_unit) => by_unit.contains(id),
        // It is not known who is there now: who was, is.
        None => known.members.get(id).is_some_and(|member| member.by_unit && member.left.is_none()),
    };
    let everybody: BTreeSet<&PatientId> =
        by_unit.into_iter().flatten().chain(&known.of_programmes).chain(known.members.keys()).collect();
    for id in everybody {
        let (unit, programme) = (in_unit(id), known.of_programmes.contains(id));
        match (present(id), unit || programme) {
            (false, true) => {
                arrived.insert(id.clone());
                let member = Member { by_unit: unit, by_programme: programme, since: now, left: None };
                rows.insert(id.clone(), member);
            }
            (true, false) => {
                left.insert(id.clone());
                if let Some(member) = known.members.get(id) {
                    rows.insert(id.clone(), Member { left: Some(now), ..member.clone() });
                }
            }
            (true, true) => {
                if let Some(member) = known.members.get(id)
                    && (member.by_unit, member.by_programme) != (unit, programme)
                {
                    let member = Member { by_unit: unit, by_programme: programme, ..member.clone() };
                    rows.insert(id.clone(), member);
                }
            }
            (false, false) => {}
        }
    }
    for id in strangers {
        let member = Member { by_unit: false, by_programme: false, since: now, left: Some(now) };
        rows.entry(id.clone()).or_insert(member);
    }
    (rows, arrived, left)
}

/// Who stands on the list of a programme now.
fn people_of(programme: &Programme, list: &Value, base: &str, now: Instant) -> Vec<PatientId> {
    let (entries, reference) =
        if programme.is_group() { (&list["member"], "entity") } else { (&list["entry"], "item") };
    let is_over = |entry: &Value| {
        let end = entry["period"]["end"].as_str().and_then(fhir::parse_instant);
        entry["inactive"] == true || entry["deleted"] == true || end.is_some_and(|end| end <= now)
    };
    let id = |entry: &Value| {
        let reference = entry[reference]["reference"].as_str()?;
        let relative = reference.strip_prefix(base).unwrap_or(reference);
        let id = relative.strip_prefix("Patient/")?.split('/').next()?;
        Some(PatientId::from(id))
    };
    let all = entries.as_array().into_iter().flatten();
    all.filter(|entry| !is_over(entry)).filter_map(id).collect()
}
