//! What a commit changed in the cache, and what has changed on the ward since somebody last looked.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use clinical::{EpisodeId, Instant, PatientId};

/// What a commit changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ingested {
    /// Values taken in; one that was there already is not counted.
    pub samples: usize,
    /// Resources put into quarantine.
    pub quarantined: usize,
    /// Values dated ahead of the clock: kept, and newest of nothing.
    pub ahead: usize,
    /// Patients something changed for.
    pub patients: BTreeSet<PatientId>,
    /// Whether patients, beds, stays or devices changed.
    pub ward_changed: bool,
    /// Whether episodes or actions changed.
    pub alerts_changed: bool,
    /// Alarms that are on and that this station did not know before, with the server's time of each where it sent one.
    pub raised: Vec<(EpisodeId, Option<Instant>)>,
}

impl Ingested {
    /// What this changed, and what another did.
    pub fn add(&mut self, other: Ingested) {
        self.samples += other.samples;
        self.quarantined += other.quarantined;
        self.ahead += other.ahead;
        self.patients.extend(other.patients);
        self.ward_changed |= other.ward_changed;
        self.alerts_changed |= other.alerts_changed;
        self.raised.extend(other.raised);
    }
}

/// What changed on the ward.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Who lies where, what the site has set, or it is not known what: everything is to be read anew.
    pub everything: bool,
    /// Episodes, or what people did.
    pub alarms: bool,
    /// Patients with other newest values, by the record these were sent for.
    pub patients: BTreeSet<PatientId>,
}

impl Changes {
    /// Nothing is known yet.
    pub const EVERYTHING: Changes = Changes { everything: true, alarms: true, patients: BTreeSet::new() };
    /// Episodes, or what people did.
    pub(crate) const ALARMS: Changes = Changes { everything: false, alarms: true, patients: BTreeSet::new() };
    /// Nothing that a ward is made of.
    pub(crate) const NONE: Changes = Changes { everything: false, alarms: false, patients: BTreeSet::new() };

    /// What a page changed.
    pub(crate) fn of(done: &Ingested) -> Changes {
        Changes {
            everything: done.ward_changed,
            alarms: done.alerts_changed,
            patients: done.patients.clone(),
        }
    }

    fn add(&mut self, other: &Changes) {
        self.everything |= other.everything;
        self.alarms |= other.alarms;
        self.patients.extend(other.patients.iter().cloned());
        if self.everything {
            *self = Changes::EVERYTHING;
        }
    }
}

/// Somebody who looks again and again, and reads what changed in between alone.
#[derive(Debug)]
pub struct Follower {
    changed: Arc<Mutex<Changes>>,
    /// Another process writes: what it changes is not known here.
    blind: bool,
}

impl Follower {
    /// What changed since this was last asked; at first it is everything.
    ///
    /// Ask first and read then: what is committed between the two is read now, and told of with the next look.
    pub fn changes(&self) -> Changes {
        let next = if self.blind { Changes::EVERYTHING } else { Changes::NONE };
        std::mem::replace(&mut lock(&self.changed), next)
    }
}

/// All who follow one cache.
#[derive(Default)]
pub(crate) struct Followers(Mutex<Vec<Weak<Mutex<Changes>>>>);

impl Followers {
    pub(crate) fn follow(&self, blind: bool) -> Follower {
        let changed = Arc::new(Mutex::new(Changes::EVERYTHING));
        lock(&self.0).push(Arc::downgrade(&changed));
        Follower { changed, blind }
    }

    pub(crate) fn tell(&self, changes: &Changes) {
        lock(&self.0).retain(|follower| {
            let there = follower.upgrade();
            if let Some(changed) = &there {
                lock(changed).add(changes);
            }
            there.is_some()
        });
    }
}

/// A poisoned lock holds sets that are whole after every step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use clinical::{
        About, Action, Actor, Body, Code, Decimal, Fact, Person, Quality, Sample, Sex, Source, Verb,
    };

    use record::EntryKind;

    use super::*;
    use crate::entries::entry::NewEntry;
    use crate::facts::ingest::PageCommit;
    use crate::keys::key::Key;
    use crate::store::vault::Vault;

    fn commit(vault: &Vault, reference: &str, version: &str, body: Body) {
        let source = Source { reference: reference.into(), version: version.into() };
        let facts = vec![Fact { source, updated_at: None, body }];
        vault.commit(PageCommit { facts, received: Instant(1), ..Default::default() }).unwrap();
    }

    fn value(patient: &str, value: i64) -> Body {
        Body::Samples(vec![Sample {
            comparator: None,
            patient: patient.into(),
            device: None,
            code: Code::Loinc("8310-5".into()),
            value: Decimal::whole(value),
            unit: "Cel".into(),
            taken_at: Instant(value),
            quality: Quality::Good,
        }])
    }

    fn of(patients: &[&str]) -> Changes {
        Changes { patients: patients.iter().map(|id| PatientId::from(*id)).collect(), ..Changes::NONE }
    }

    #[test]
    fn whoever_looks_again_is_told_of_what_changed_since_then_and_of_no_more() {
        let folder = tempfile::tempdir().unwrap();
        let key = Key::random().unwrap();
        let vault = Vault::open(folder.path(), key.clone()).unwrap();
        let (first, second) = (vault.follow(), vault.follow());
        assert_eq!(first.changes(), Changes::EVERYTHING, "of what was before nothing is known");
        assert_eq!(first.changes(), Changes::NONE);

        commit(&vault, "Observation/1", "1", value("p", 37));
        commit(&vault, "Observation/2", "1", value("q", 38));
        assert_eq!(first.changes(), of(&["p", "q"]));
        // The same again says nothing new; a value that is corrected to another patient changes both.
        commit(&vault, "Observation/2", "1", value("q", 38));
        assert_eq!(first.changes(), Changes::NONE);
        commit(&vault, "Observation/2", "2", value("p", 39));
        assert_eq!(first.changes(), of(&["p", "q"]));
        commit(&vault, "Observation/1", "2", Body::Deleted);
        assert_eq!(first.changes(), of(&["p"]));

        let action = Action {
            id: "a".into(),
            about: About::Episode("e".into()),
            verb: Verb::Take,
            by: Actor::named("N. Okafor"),
            at: Instant(1),
            note: None,
            to: None,
        };
        vault.record_action(action, "{}".into()).unwrap();
        assert_eq!(first.changes(), Changes::ALARMS);
        vault.postpone("a".into(), Instant(2)).unwrap();
        let looked = NewEntry::new(EntryKind::Search, Instant(2), "IT", "looked");
        vault.audit(looked).unwrap();
        assert_eq!(first.changes(), Changes::NONE);
        vault.sent("a".into(), Instant(2)).unwrap();
        assert_eq!(first.changes(), Changes::ALARMS);

        let person = Person {
            id: "p".into(),
            mrn: String::new(),
            family: String::new(),
            given: String::new(),
            birth_date: None,
            sex: Sex::Unknown,
            active: true,
            deceased: false,
            replaced_by: None,
            replaces: Vec::new(),
            contacts: None,
        };
        commit(&vault, "Patient/p", "1", Body::Person(person));
        assert_eq!(first.changes(), Changes::EVERYTHING);
        vault.set_site("alarm.pause".into(), "60".into(), "IT".into(), Instant(3)).unwrap();
        assert_eq!(first.changes(), Changes::EVERYTHING);
        assert_eq!(second.changes(), Changes::EVERYTHING, "each is told for itself");

        let beside = Vault::open_to_read(folder.path(), key).unwrap().follow();
        assert_eq!(beside.changes(), Changes::EVERYTHING);
        assert_eq!(beside.changes(), Changes::EVERYTHING, "what the window writes is not known beside it");
    }
}
