//! What a session knows of the units and programmes that its station is of: the places, the people, by which steps of the first
//! sync each was read, and how the server takes lists of them. Shared by all who pull.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use clinical::{About, Body, EpisodeId, Fact, Instant, PatientId, PlaceId, Programme, Scope};
use tokio::sync::Notify;
use vault::{Member, Vault, below, read_by};

use crate::beats::Beats;
use crate::parts::{Part, Way, parts};
use crate::progress::SyncError;
use crate::task::on_vault;

/// Units, programmes and people of one session.
pub(crate) struct Scoped {
    pub scope: Scope,
    known: Mutex<Known>,
    /// Somebody is to be read from the beginning.
    pub newcomers: Notify,
    /// Resources that came and are about nobody here.
    others: AtomicU64,
}

/// What is known of them.
#[derive(Default)]
pub(crate) struct Known {
    /// The units and all that is part of them.
    pub here: HashSet<PlaceId>,
    /// When the places, and the lists of the programmes, were asked for last.
    pub places_at: Option<Instant>,
    pub programmes_at: Option<Instant>,
    /// Everybody on the lists of the programmes.
    pub of_programmes: BTreeSet<PatientId>,
    /// The same by their lists, as far as these were read in this session.
    pub on_lists: BTreeMap<Programme, BTreeSet<PatientId>>,
    pub members: BTreeMap<PatientId, Member>,
    /// The records to ask for: those of all who belong.
    pub asked: BTreeSet<PatientId>,
    /// Who came again: something of theirs may still be here.
    pub returned: BTreeSet<PatientId>,
    read: BTreeMap<PatientId, BTreeSet<String>>,
    ways: HashMap<&'static str, Way>,
    /// How many of the ways to ask for stays are known to give none.
    pub rung: usize,
    /// A list gave something: this server takes them.
    pub takes_lists: bool,
    /// Whether it was looked up if it does.
    pub lists_checked: bool,
    /// When other ways to ask were tried in vain.
    pub tried_at: Option<Instant>,
}

impl Scoped {
    /// As the cache knows it; `None` where it is of its whole server.
    pub(crate) async fn load(vault: &Arc<Vault>, beats: &Beats) -> Result<Option<Arc<Scoped>>, SyncError> {
        on_vault(vault, beats, |vault| {
            vault.read(|reader| {
                let Some(scope) = reader.scope()? else { return Ok(None) };
                let members = reader.members()?;
                let of_programmes =
                    members.iter().filter(|(_, member)| member.by_programme && member.left.is_none());
                let of_programmes = of_programmes.map(|(id, _)| id.clone()).collect();
                let returned = members.keys().cloned().collect();
                let present = members.iter().filter(|(_, member)| member.left.is_none());
                let asked = reader.records_with(&present.map(|(id, _)| id.clone()).collect())?;
                let here = below(&scope.units, &reader.ward()?.places);
                let read = reader.members_read()?;
                let known = Known { here, of_programmes, members, asked, returned, read, ..Known::default() };
                Ok(Some(Arc::new(Scoped {
                    scope,
                    known: Mutex::new(known),
                    newcomers: Notify::new(),
                    others: AtomicU64::new(0),
                })))
            })
        })
        .await
    }

    /// A poisoned lock holds maps that are whole after every step.
    pub(crate) fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whose records are to be asked for.
    pub(crate) fn asked(&self) -> Vec<PatientId> {
        self.known().asked.iter().cloned().collect()
    }

    /// Who is still to be read by a step of the first sync.
    pub(crate) fn lacking(&self, step: &str) -> Vec<PatientId> {
        let known = self.known();
        let is_read = |id: &&PatientId| known.read.get(*id).is_some_and(|steps| steps.contains(step));
        known.asked.iter().filter(|id| !is_read(id)).cloned().collect()
    }

    /// These people were read by these steps; gives the cursors that keep it.
    pub(crate) fn were_read(&self, people: &[PatientId], steps: &[&str]) -> Vec<(String, String)> {
        let mut known = self.known();
        let mut cursors = Vec::new();
        for id in people {
            let read = known.read.entry(id.clone()).or_default();
            read.extend(steps.iter().map(|step| (*step).to_owned()));
            cursors.push(read_by(id, read.iter().map(String::as_str)));
        }
        cursors
    }

    /// These people are read from the beginning.
    pub(crate) fn begin_anew(&self, people: &BTreeSet<PatientId>) {
        let mut known = self.known();
        known.read.retain(|id, _| !people.contains(id));
    }

    /// How people are named in a search of this kind. What one kind refuses in lists, no other is asked for in lists.
    pub(crate) fn way(&self, kind: &str) -> Way {
        let known = self.known();
        let no_lists = known.rung >= 2 || known.ways.values().any(|way| way.is_one_by_one());
        let usual = if no_lists { Way::One } else { Way::List };
        known.ways.get(kind).copied().unwrap_or(usual)
    }

    /// They are named so from now on.
    pub(crate) fn takes(&self, kind: &'static str, way: Way) {
        self.known().ways.insert(kind, way);
    }

    /// The parts of a search for these people.
    pub(crate) fn parts(
        &self,
        kind: &str,
        query: &str,
        people: &[PatientId],
        way: Way,
        base: usize,
    ) -> Vec<Part> {
        parts(kind, query, people, way, base)
    }

    /// What of these facts is about somebody or something here. `is_known` says whether an alarm is; where there is none, what was
    /// done about any alarm counts, as of a search that asked for these people alone.
    pub(crate) fn of_here(
        &self,
        facts: Vec<Fact>,
        is_known: Option<&dyn Fn(&EpisodeId) -> bool>,
    ) -> Vec<Fact> {
        let (known, came) = (self.known(), facts.len());
        let on_page: HashSet<EpisodeId> = facts
            .iter()
            .filter_map(|fact| match &fact.body {
                Body::Episode(e) if e.patient.as_ref().is_none_or(|id| known.asked.contains(id)) => {
                    Some(e.id.clone())
                }
                _ => None,
            })
            .collect();
        let is_alarm_here =
            |id: &EpisodeId| is_known.is_none_or(|is_known| on_page.contains(id) || is_known(id));
        let asked = |id: &PatientId| known.asked.contains(id);
        let kept: Vec<Fact> = facts
            .into_iter()
            .filter(|fact| match &fact.body {
                Body::Person(p) => asked(&p.id) || p.replaced_by.iter().chain(&p.replaces).any(asked),
                Body::Place(p) => {
                    known.here.contains(&p.id) || p.part_of.as_ref().is_some_and(|at| known.here.contains(at))
                }
                Body::Stay(stay) => asked(&stay.patient),
                // One that was taken off names nobody.
                Body::Device(device) => device.patient.as_ref().is_none_or(asked),
                Body::Samples(all) => all.first().is_none_or(|sample| asked(&sample.patient)),
                Body::Segments(all) => all.first().is_none_or(|segment| asked(&segment.patient)),
                // Who is not named may be anybody.
                Body::Episode(episode) => episode.patient.as_ref().is_none_or(asked),
                Body::Action(action) => match &action.about {
                    About::Episode(id) => is_alarm_here(id),
                    About::Patient(id) => asked(id),
                    About::Unit => true,
                },
                Body::Call(call) => is_alarm_here(&call.episode),
                Body::Dose(dose) => asked(&dose.patient),
                Body::Flag(flag) => asked(&flag.patient),
                Body::Consent(consent) => asked(&consent.patient),
                Body::Withdrawn(_) | Body::Deleted => true,
            })
            .collect();
        self.others.fetch_add((came - kept.len()) as u64, Ordering::Relaxed);
        kept
    }

    /// Whether a fact says that somebody is in a unit now who was not before.
    pub(crate) fn is_arrival(&self, fact: &Fact) -> bool {
        let known = self.known();
        matches!(&fact.body, Body::Stay(stay) if stay.in_progress
            && !known.asked.contains(&stay.patient)
            && stay.places.iter().any(|place| known.here.contains(place)))
    }

    /// The smallest question that names a unit or a programme: whether the server is there.
    pub(crate) fn sign(&self) -> Option<String> {
        let unit = self.scope.units.first().map(|unit| format!("Location?_count=1&_elements=id&_id={unit}"));
        unit.or_else(|| self.scope.programmes.first().map(ToString::to_string))
    }

    /// How many resources came and were about nobody here.
    pub(crate) fn others(&self) -> u64 {
        self.others.load(Ordering::Relaxed)
    }
}
