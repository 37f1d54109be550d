//! Who is here: the places of the units, the stays there, the lists of the programmes. Where somebody came or went, the cache
//! learns all of it in one transaction, so that no bed ever holds two.

use std::collections::{BTreeMap, BTreeSet};

use clinical::{Body, Fact, Instant, MINUTE_MS, PatientId, Programme, Unreadable};
use fhir::{FhirError, Whose};
use serde_json::Value;
use vault::Member;

use crate::pages::{Gathered, Tell};
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
        // What a round before left that ended in an error.
        self.pages.unread();
        let mut facts = self.places(&scoped, now).await?;
        let went = self.stays(&scoped, now).await;
        let stays = self.said("units", "Encounter", went)?;
        self.programmes(&scoped, now).await?;

        let mut aside = self.pages.unread();
        let by_unit: Option<BTreeSet<PatientId>> = stays.as_ref().map(|stays| {
            let found = stays.iter().filter_map(|fact| lies_here(&scoped, fact));
            found.map(|stay| stay.patient.clone()).chain(self.stay_unread(&scoped, &aside)).collect()
        });
        self.say_unread(&aside, now);
        let strangers = self.strangers(&scoped).await?;
        let (rows, arrived, left) = compare(&scoped, by_unit.as_ref(), &strangers, now);
        // Whoever is not found any more: discharged, moved, or the stay is gone.
        let gone: Vec<PatientId> = left.iter().cloned().collect();
        let (mut gone_facts, mut labels) = (Vec::new(), Vec::new());
        if !gone.is_empty() {
            let asked: Vec<String> = self
                .ask("Encounter", "Encounter?_count=500", &gone)
                .into_iter()
                .map(|part| part.query)
                .collect();
            let went = self.pages.look(&asked).await;
            gone_facts = self.said("those who left", "Encounter", went)?.unwrap_or_default();
            // Their record may have been merged into another, which is the one that is here.
            let asked: Vec<String> =
                self.ask("Patient", "Patient?_count=500", &gone).into_iter().map(|part| part.query).collect();
            let went = self.pages.gather_all(&asked).await;
            let records = self.said("records of those who left", "Patient", went)?.unwrap_or_default();
            gone_facts.extend(records.facts);
            labels = records.labels;
            aside.extend(records.unreadable);
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
        aside.extend(self.pages.unread());
        let unreadable = self.pages.not_aside(aside);
        self.pages.take_in(Gathered { facts, labels, unreadable }, cursors, tell).await?;

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

    /// Who was here and stays so, because a stay that may be theirs cannot be read: that they left is not known.
    fn stay_unread(&self, scoped: &Scoped, unread: &[Unreadable]) -> Vec<PatientId> {
        let known = scoped.known();
        let here = known.members.iter().filter(|(_, member)| member.by_unit && member.left.is_none());
        let stays = unread.iter().filter(|one| one.reference.starts_with("Encounter/"));
        let whose: Vec<Whose> = stays.map(|one| self.pages.client().whose(one)).collect();
        let stays = |id: &PatientId| whose.iter().any(|whose| whose.may_be(id));
        here.map(|(id, _)| id.clone()).filter(stays).collect()
    }

    /// Says that stays of this station's units cannot be read, for as long as that is so.
    fn say_unread(&mut self, unread: &[Unreadable], now: Instant) {
        let search = "stays that cannot be read";
        match unread.iter().filter(|one| one.reference.starts_with("Encounter/")).count() {
            0 => self.open().read(search),
            n => {
                let why = format!("{n} cannot be read, see Quarantine; who was there is still shown");
                self.open().add(search, "Encounter", why, now);
            }
        }
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
        let mut lists: Vec<(Programme, OnList)> = Vec::new();
        for programme in scoped.scope.programmes.clone() {
            let went = self.pages.client().get_json(programme.as_str()).await.map_err(SyncError::Fhir);
            let went = match went {
                Err(SyncError::Fhir(FhirError::NotFound | FhirError::Gone)) => {
                    let error = SyncError::NoSuchUnit(programme.to_string());
                    if scoped.scope.units.is_empty() && scoped.scope.programmes.len() == 1 {
                        return Err(error);
                    }
                    self.open().add(programme.as_str(), "Group", error.to_string(), now);
                    lists.push((programme, OnList::default()));
                    continue;
                }
                went => went,
            };
            let mut on_list = OnList::default();
            if let Some(list) = self.said(programme.as_str(), "Group", went)? {
                let client = self.pages.client().clone();
                on_list = read_list(&programme, &list, |reference| client.patient_in(reference), now);
                if let Some(why) = on_list.missing.take() {
                    self.open().add(programme.as_str(), "Group", why, now);
                }
            }
            lists.push((programme, on_list));
        }
        let mut known = scoped.known();
        let before = known.of_programmes.clone();
        for (programme, on_list) in lists {
            if on_list.is_whole {
                known.on_lists.insert(programme, on_list.people);
            } else {
                // Of a list that was not given, who was on it stays.
                known.on_lists.entry(programme).or_insert_with(|| before.clone()).extend(on_list.people);
            }
        }
        known.of_programmes = known.on_lists.values().flatten().cloned().collect();
        known.programmes_at = Some(now);
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

/// Who stands on the list of a programme; the default is of one that was not given.
#[derive(Default)]
struct OnList {
    people: BTreeSet<PatientId>,
    /// Whether nobody else is on it; where that is not known, who was on it stays.
    is_whole: bool,
    /// Who or what is left out of it.
    missing: Option<String>,
}

/// Who stands on the list of a programme now. `patient` tells the patient of this server that a reference names.
fn read_list(
    programme: &Programme,
    list: &Value,
    patient: impl Fn(&str) -> Option<PatientId>,
    now: Instant,
) -> OnList {
    let (entries, reference) =
        if programme.is_group() { (&list["member"], "entity") } else { (&list["entry"], "item") };
    let status = list["status"].as_str();
    let is_in_force = list["active"] != false && !matches!(status, Some("retired" | "entered-in-error"));
    let is_over = |entry: &Value| {
        let end = entry["period"]["end"].as_str().and_then(fhir::parse_end);
        entry["inactive"] == true || entry["deleted"] == true || end.is_some_and(|end| end <= now)
    };
    let (mut people, mut nobody) = (BTreeSet::new(), 0);
    for entry in entries.as_array().into_iter().flatten().filter(|entry| !is_over(entry)) {
        let named = entry[reference]["reference"].as_str();
        match named.and_then(&patient) {
            Some(id) => drop(people.insert(id)),
            // A device or a colleague on the list is no patient.
            None if named.is_some_and(|named| !named.contains("Patient/")) => {}
            None => nobody += 1,
        }
    }
    let missing = match (is_in_force, nobody) {
        (true, 0) => None,
        (true, nobody) => Some(format!("{nobody} on it are not named as patients of this server")),
        (false, _) => Some("it is not in force on the server; who is on it is still shown".to_owned()),
    };
    // Where nobody is, the server may call itself by another name than it is called here.
    OnList { is_whole: nobody == 0 || !people.is_empty(), people, missing }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn who_is_on_a_list_is_told_by_whose_server_the_reference_is_of_and_one_that_is_not_in_force_says_so() {
        let now = fhir::parse_instant("2026-03-14T09:00:00Z").unwrap();
        let here = |reference: &str| {
            let own = reference.rsplit_once("http://here/").map_or(reference, |(_, own)| own);
            own.strip_prefix("Patient/").map(PatientId::from)
        };
        let programmes = clinical::Scope::from_words("Group/g List/l").unwrap().programmes;
        let [group, list] = programmes.as_slice() else { panic!() };
        let member = |reference: &str| json!({ "entity": { "reference": reference } });
        let until = |end: &str| json!({ "entity": { "reference": "Patient/a" }, "period": { "end": end } });
        for (programme, body, people, (is_whole, is_said)) in [
            (
                group,
                json!({ "member": [member("Patient/a"), member("http://here/Patient/b")] }),
                vec!["a", "b"],
                (true, false),
            ),
            (group, json!({ "member": [member("Patient/a"), member("Device/d")] }), vec!["a"], (true, false)),
            (
                group,
                json!({ "member": [member("Patient/a"), member("http://other/Patient/b")] }),
                vec!["a"],
                (true, true),
            ),
            (
                group,
                json!({ "member": [{ "entity": { "identifier": { "value": "7" } } }] }),
                vec![],
                (false, true),
            ),
            (group, json!({ "active": false, "member": [member("Patient/a")] }), vec!["a"], (true, true)),
            // What ends with a day holds all of it.
            (group, json!({ "member": [until("2026-03-14")] }), vec!["a"], (true, false)),
            (group, json!({ "member": [until("2026-03-13")] }), vec![], (true, false)),
            (group, json!({}), vec![], (true, false)),
            (
                list,
                json!({ "status": "current", "entry": [{ "item": { "reference": "Patient/a" } }] }),
                vec!["a"],
                (true, false),
            ),
            (
                list,
                json!({ "status": "entered-in-error", "entry": [{ "item": { "reference": "Patient/a" } }] }),
                vec!["a"],
                (true, true),
            ),
            (
                list,
                json!({ "entry": [{ "deleted": true, "item": { "reference": "Patient/a" } }] }),
                vec![],
                (true, false),
            ),
        ] {
            let found = read_list(programme, &body, here, now);
            assert_eq!(
                found.people,
                people.into_iter().map(PatientId::from).collect::<BTreeSet<_>>(),
                "{body}"
            );
            assert_eq!((found.is_whole, found.missing.is_some()), (is_whole, is_said), "{body}");
        }
    }
}
