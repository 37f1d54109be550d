//! The places of the units, and the stays there: how a server is asked for them, and in which other way where it refuses.

use std::collections::{BTreeSet, HashSet};

use clinical::{Body, Fact, Instant, MINUTE_MS, Place, PlaceId, Stay};
use fhir::FhirError;

use crate::parts::lists;
use crate::progress::SyncError;
use crate::pull::Puller;
use crate::scope::Scoped;

/// Beds and rooms are asked for so often: milliseconds.
const PLACES_EVERY: i64 = 5 * MINUTE_MS;
/// A unit that seems empty is asked for in other ways so often.
const EMPTY_EVERY: i64 = 5 * MINUTE_MS;
/// Levels below and above a unit.
const LEVELS: usize = 8;
/// Room for ids in one address.
const ROOM: usize = 1_400;

/// The ways to ask for the stays of places, best first: whether places are named in lists, and whether statuses are.
const RUNGS: [(bool, bool); 4] = [(true, true), (true, false), (false, true), (false, false)];
/// The statuses of a stay that goes on, as `fhir` reads them. What is refused of the first is refused of all.
const GOES_ON: [&str; 5] = ["in-progress", "arrived", "triaged", "onleave", "unknown"];

impl Puller {
    /// What is refused is said, and stands as it was known; nothing then.
    pub(crate) fn said<T>(
        &mut self,
        search: &str,
        kind: &str,
        went: Result<T, SyncError>,
    ) -> Result<Option<T>, SyncError> {
        match went {
            Ok(got) => {
                self.open().read(search);
                Ok(Some(got))
            }
            Err(SyncError::Fhir(error)) if error.is_of_one_search() => {
                self.open().add(search, kind, error.of_a_search(), self.pages.now());
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// The units, what is above them for their names, and all that is part of them.
    pub(crate) async fn places(&mut self, scoped: &Scoped, now: Instant) -> Result<Vec<Fact>, SyncError> {
        let at = scoped.known().places_at;
        if scoped.scope.units.is_empty() || at.is_some_and(|at| (0..PLACES_EVERY).contains(&now.ms_since(at)))
        {
            return Ok(Vec::new());
        }
        let went = self.units(scoped).await;
        let Some((mut facts, found)) = self.said("the units", "Location", went)? else {
            return Ok(Vec::new());
        };
        let unknown: Vec<String> = scoped
            .scope
            .units
            .iter()
            .filter(|unit| !found.contains(*unit))
            .map(|u| format!("Location/{u}"))
            .collect();
        if !unknown.is_empty() {
            let error = SyncError::NoSuchUnit(unknown.join(", "));
            // Who was found there before goes on being asked for.
            if found.is_empty() && scoped.scope.programmes.is_empty() && scoped.asked().is_empty() {
                return Err(error);
            }
            self.open().add("units that are none", "Location", error.to_string(), now);
        } else {
            self.open().read("units that are none");
        }
        let went = self.all_below(scoped, found).await;
        let Some((below, here)) = self.said("the beds", "Location", went)? else { return Ok(facts) };
        facts.extend(below);
        // A bed that cannot be read is there all the same, and so is who lies in it.
        let is_unread = self.pages.has_unread("Location");
        let mut known = scoped.known();
        if unknown.is_empty() && !is_unread {
            known.here = here;
        } else {
            known.here.extend(here);
        }
        drop(known);
        let search = "places that cannot be read";
        if is_unread {
            let why = "some cannot be read, see Quarantine; those that were known before stand";
            self.open().add(search, "Location", why.to_owned(), now);
        } else {
            self.open().read(search);
        }
        let mut known = scoped.known();
        known.places_at = Some(now);
        Ok(facts)
    }

    async fn units(&mut self, scoped: &Scoped) -> Result<(Vec<Fact>, HashSet<PlaceId>), SyncError> {
        let units: Vec<String> = scoped.scope.units.iter().map(String::from).collect();
        let mut facts = self.listed(scoped, "Location?_count=500&_id=", &units, false).await?;
        let wanted: HashSet<&PlaceId> = scoped.scope.units.iter().collect();
        facts.retain(|fact| place_of(fact).is_some_and(|(id, _)| wanted.contains(id)));
        let found_in = |facts: &[Fact]| -> HashSet<PlaceId> {
            facts.iter().filter_map(place_of).map(|(id, _)| id.clone()).collect()
        };
        let mut found = found_in(&facts);
        // A server that takes a list for one id has none of them.
        for unit in scoped.scope.units.iter().filter(|_| units.len() > 1) {
            if !found.contains(unit) {
                let one = self.pages.look(&[format!("Location?_count=5&_id={unit}")]).await?;
                if found.is_empty() && !one.is_empty() {
                    self.takes_no_lists(scoped);
                }
                facts.extend(one.into_iter().filter(|fact| place_of(fact).is_some_and(|(id, _)| id == unit)));
                found = found_in(&facts);
            }
        }
        // Whose ward a bed or a room is of.
        let mut above: BTreeSet<String> = parents(&facts, &found);
        for _ in 0..LEVELS {
            if above.is_empty() {
                break;
            }
            let ids: Vec<String> = above.into_iter().collect();
            let more = self.listed(scoped, "Location?_count=500&_id=", &ids, false).await?;
            let known: HashSet<PlaceId> =
                facts.iter().chain(&more).filter_map(place_of).map(|(id, _)| id.clone()).collect();
            above = parents(&more, &known);
            facts.extend(more);
        }
        Ok((facts, found))
    }

    /// Level by level; where a server does not take that, of all its places.
    async fn all_below(
        &mut self,
        scoped: &Scoped,
        units: HashSet<PlaceId>,
    ) -> Result<(Vec<Fact>, HashSet<PlaceId>), SyncError> {
        let (mut facts, mut here) = (Vec::new(), units.clone());
        let mut level: Vec<String> = units.iter().map(String::from).collect();
        level.sort();
        let mut with_children: Option<String> = None;
        for _ in 0..LEVELS {
            let went = self.listed(scoped, "Location?_count=500&partof=", &level, true).await;
            let mut found = match went {
                Err(SyncError::Fhir(error)) if error.is_refusal() => {
                    self.pages.progress.note(
                        "Location: this server refuses partof; all its places are read instead".to_owned(),
                    );
                    let all = self.pages.look(&["Location?_count=500".to_owned()]).await?;
                    let place = |fact: &Fact| match &fact.body {
                        Body::Place(place) => Some(place.clone()),
                        _ => None,
                    };
                    let places: Vec<Place> = all.iter().filter_map(place).collect();
                    let units: Vec<PlaceId> = units.into_iter().collect();
                    let here = vault::below(&units, &places);
                    let kept =
                        all.into_iter().filter(|f| place_of(f).is_some_and(|(id, _)| here.contains(id)));
                    return Ok((kept.collect(), here));
                }
                other => other?,
            };
            // A server that takes a list for one id gives nothing for any list.
            if let (true, [_, _, ..], Some(known)) = (found.is_empty(), level.as_slice(), &with_children)
                && !scoped.known().takes_lists
            {
                let list = vec![known.clone(), level[0].clone()];
                if self.listed(scoped, "Location?_count=500&partof=", &list, true).await?.is_empty() {
                    self.takes_no_lists(scoped);
                    found = self.listed(scoped, "Location?_count=500&partof=", &level, true).await?;
                }
            }
            let above: HashSet<&str> = level.iter().map(String::as_str).collect();
            found.retain(|fact| {
                place_of(fact).is_some_and(|(id, part_of)| {
                    part_of.is_some_and(|at| above.contains(at.as_str())) && !here.contains(id)
                })
            });
            if found.is_empty() {
                break;
            }
            with_children = place_of(&found[0]).and_then(|(_, above)| above).map(String::from);
            level = found.iter().filter_map(place_of).map(|(id, _)| String::from(id)).collect();
            here.extend(level.iter().map(|id| PlaceId::from(id.as_str())));
            facts.extend(found);
        }
        Ok((facts, here))
    }

    /// All that a search gives for these ids, in lists or one by one.
    async fn listed(
        &mut self,
        scoped: &Scoped,
        query: &str,
        ids: &[String],
        is_about_lists: bool,
    ) -> Result<Vec<Fact>, SyncError> {
        let one_by_one = scoped.known().rung >= 2;
        let asked = |one_by_one| -> Vec<String> {
            lists(ids, ROOM, one_by_one)
                .into_iter()
                .map(|list| format!("{query}{}", list.join(",")))
                .collect()
        };
        match self.pages.look(&asked(one_by_one)).await {
            Err(SyncError::Fhir(error)) if error.is_refusal() && !one_by_one && ids.len() > 1 => {
                let found = self.pages.look(&asked(true)).await?;
                self.takes_no_lists(scoped);
                Ok(found)
            }
            Ok(found) => {
                if is_about_lists && !one_by_one && ids.len() > 1 && !found.is_empty() {
                    scoped.known().takes_lists = true;
                }
                Ok(found)
            }
            error => error,
        }
    }

    pub(crate) fn takes_no_lists(&mut self, scoped: &Scoped) {
        let mut known = scoped.known();
        known.rung = known.rung.max(2);
        drop(known);
        self.pages
            .progress
            .note("this server takes no lists; it is asked for one after the other".to_owned());
    }

    /// The stays that go on at these places, of all statuses at once or of one after the other. A status that is refused alone is said.
    async fn stays_of(
        &mut self,
        places: &[String],
        at_once: bool,
        now: Instant,
    ) -> Result<Vec<Fact>, SyncError> {
        let all = [GOES_ON.join(",")];
        let statuses: Vec<&str> =
            if at_once { all.iter().map(String::as_str).collect() } else { GOES_ON.to_vec() };
        let mut found = Vec::new();
        for (n, status) in statuses.into_iter().enumerate() {
            let of_place = |place: &String| format!("Encounter?_count=500&location={place}&status={status}");
            let asked: Vec<String> = places.iter().map(of_place).collect();
            let search = format!("stays with the status {status}");
            match self.pages.look(&asked).await {
                Err(SyncError::Fhir(error)) if n > 0 && error.is_refusal() => {
                    self.open().add(&search, "Encounter", format!("{search}: {}", error.of_a_search()), now);
                }
                went => {
                    found.extend(went?);
                    self.open().read(&search);
                }
            }
        }
        Ok(found)
    }

    /// The stays at the places, in the best way that the server takes.
    pub(crate) async fn stays(&mut self, scoped: &Scoped, now: Instant) -> Result<Vec<Fact>, SyncError> {
        let (mut places, first, tried) = {
            let known = scoped.known();
            let places: Vec<String> = known.here.iter().map(String::from).collect();
            (places, known.rung, known.tried_at)
        };
        places.sort();
        if places.is_empty() {
            return Ok(Vec::new());
        }
        let may_try = tried.is_none_or(|at| !(0..EMPTY_EVERY).contains(&now.ms_since(at)));
        let (mut refused, mut is_answered): (Option<FhirError>, bool) = (None, false);
        for (rung, (in_lists, at_once)) in RUNGS.iter().enumerate().skip(first) {
            let of_places: Vec<String> =
                lists(&places, ROOM, !in_lists).into_iter().map(|list| list.join(",")).collect();
            match self.stays_of(&of_places, *at_once, now).await {
                Err(SyncError::Fhir(error)) if error.is_refusal() => refused = Some(error),
                Err(error) => return Err(error),
                Ok(found) => {
                    let is_of_use = found.iter().any(|fact| lies_here(scoped, fact).is_some());
                    let is_proven = rung == first && scoped.known().takes_lists;
                    if !is_of_use && (is_proven || !may_try) {
                        return Ok(found);
                    }
                    if is_of_use {
                        if rung > first {
                            self.pages.progress.note(format!(
                                "Encounter: this server is asked for stays with {} and {}",
                                if *in_lists { "lists of places" } else { "one place after the other" },
                                if *at_once { "all statuses" } else { "one status after the other" }
                            ));
                        }
                        let mut known = scoped.known();
                        known.rung = rung;
                        known.takes_lists |= *in_lists && places.len() > 1;
                        return Ok(found);
                    }
                    is_answered = true;
                }
            }
        }
        scoped.known().tried_at = Some(now);
        match refused {
            // Every way that was taken found nobody.
            _ if is_answered => Ok(Vec::new()),
            Some(error) => Err(error.into()),
            None => Ok(Vec::new()),
        }
    }
}

/// A stay that goes on at one of the places.
pub(crate) fn lies_here<'a>(scoped: &Scoped, fact: &'a Fact) -> Option<&'a Stay> {
    match &fact.body {
        Body::Stay(stay) if stay.in_progress => {
            let known = scoped.known();
            stay.places.iter().any(|place| known.here.contains(place)).then_some(stay)
        }
        _ => None,
    }
}

fn place_of(fact: &Fact) -> Option<(&PlaceId, Option<&PlaceId>)> {
    match &fact.body {
        Body::Place(place) => Some((&place.id, place.part_of.as_ref())),
        _ => None,
    }
}

/// What these places are part of, as far as it is not known.
fn parents(facts: &[Fact], known: &HashSet<PlaceId>) -> BTreeSet<String> {
    let above = facts.iter().filter_map(place_of).filter_map(|(_, above)| above);
    above.filter(|id| !known.contains(*id)).map(String::from).collect()
}
