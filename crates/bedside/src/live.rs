//! The board of now, kept from look to look: a look reads what was committed since the one before, and works out anew what that
//! changed or what the clock has reached. It equals [`board`](crate::board) of the whole ward (`tests/live.rs`).

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use clinical::{
    Actor, Episode, EpisodeId, EpisodeState, Instant, PatientId, Presence, SeenAction, SeenCall, fold,
};
use vault::{Changes, Follower, Vault, VaultError, Ward};

use crate::alarm::{by_episode, calls_by_episode, units};
use crate::board::Board;
use crate::local_time::today;
use crate::placed::{Placed, placed};
use crate::queue::queue;
use crate::tile::{alarms_of, by_patient, due, is_on_a_tile, sort, tile};

/// The board of now, and the ward it is of.
#[derive(Debug)]
pub struct LiveBoard {
    follower: Follower,
    /// Whom it is shown to.
    me: Actor,
    ward: Arc<Ward>,
    board: Arc<Board>,
    people: HashMap<PatientId, Kept>,
    /// One for each episode of the ward.
    states: Vec<Folded>,
    /// When it was last worked out; `None` where the next look has to begin from nothing.
    looked: Option<Instant>,
    /// The day it was then, where the station stands.
    day: (i16, i8, i8),
}

/// What is kept of a person on the board.
#[derive(Debug)]
struct Kept {
    placed: Placed,
    /// When the clock alone can change the tile next.
    due: Instant,
}

/// What the actions on an episode added up to.
#[derive(Debug)]
struct Folded {
    state: EpisodeState,
    /// Over, and the clock changes nothing about it any more.
    settled: bool,
}

impl LiveBoard {
    /// A board for this person, who has not looked yet, over the cache that is followed.
    pub fn new(follower: Follower, me: Actor) -> LiveBoard {
        LiveBoard {
            follower,
            me,
            ward: Arc::default(),
            board: Arc::default(),
            people: HashMap::new(),
            states: Vec::new(),
            looked: None,
            day: (0, 0, 0),
        }
    }

    /// Brings ward and board up to `now`.
    ///
    /// # Errors
    /// Of the cache; the next look begins from nothing.
    pub fn look(&mut self, vault: &Vault, now: Instant) -> Result<(), VaultError> {
        let mut changes = self.follower.changes();
        let before = self.looked.take();
        if before.is_none() {
            changes = Changes::EVERYTHING;
        }
        if changes.everything {
            // It goes before the next one comes: there is no need for two.
            self.ward = Arc::default();
        }
        let ward = Arc::make_mut(&mut self.ward);
        let patients = vault.read(|reader| reader.refresh(ward, &changes))?;
        self.work_out(&changes, &patients, before, now);
        self.looked = Some(now);
        Ok(())
    }

    /// From the next look on it says what is this person's.
    pub fn shown_to(&mut self, me: Actor) {
        self.me = me;
        self.forget();
    }

    /// Lets the next look begin from nothing.
    pub fn forget(&mut self) {
        self.looked = None;
    }

    /// The ward as the last look read it.
    pub fn ward(&self) -> &Arc<Ward> {
        &self.ward
    }

    /// The board of the last look.
    pub fn board(&self) -> &Arc<Board> {
        &self.board
    }

    fn work_out(
        &mut self,
        changes: &Changes,
        patients: &BTreeSet<PatientId>,
        before: Option<Instant>,
        now: Instant,
    ) {
        let (ward, day) = (self.ward.clone(), today(now));
        // Of a clock that was put back nothing is known: what was waited for may be to come again.
        let put_back = before.is_some_and(|before| now < before);
        let all = changes.everything || put_back || day != self.day;
        self.day = day;
        if changes.everything {
            self.people = placed(&ward)
                .into_iter()
                .map(|placed| (ward.persons[placed.person].id.clone(), Kept { placed, due: now }))
                .collect();
        }
        let anew = changes.everything || changes.alarms || put_back;
        let (moved, touched) = if anew { self.fold_all(&ward, now) } else { self.fold_open(&ward, now) };
        let wanted = |(id, kept): (&PatientId, &Kept)| {
            (all || kept.due <= now || patients.contains(id) || touched.contains(id)).then(|| id.clone())
        };
        let wanted: HashSet<PatientId> = self.people.iter().filter_map(wanted).collect();
        if changes.everything || !wanted.is_empty() {
            self.draw(&ward, &wanted, now);
        }
        if moved {
            let mut queue = queue(&ward, each(&ward, &self.states), &self.board.tiles);
            queue.iter_mut().for_each(|item| item.line.shown_to(&self.me));
            if self.board.queue != queue {
                Arc::make_mut(&mut self.board).queue = queue;
            }
        }
    }

    /// Folds the actions on every episode. The episodes may be others than before: the alarms of whoever had or has one that is
    /// live may have changed.
    fn fold_all(&mut self, ward: &Ward, now: Instant) -> (bool, HashSet<PatientId>) {
        let actions = by_episode(ward.actions.iter());
        let (units, calls) = (units(ward), calls_by_episode(ward));
        let folded = |episode: &Episode| {
            folded(ward, &units, episode, actions.get(&episode.id), calls.get(&episode.id), now)
        };
        self.states = ward.episodes.iter().map(folded).collect();
        let had =
            self.board.tiles.iter().filter(|tile| tile.alarm.is_some()).map(|tile| tile.patient.clone());
        let live = each(ward, &self.states).filter(|(_, state)| is_on_a_tile(state.presence));
        (true, had.chain(live.filter_map(|(episode, _)| episode.patient.clone())).collect())
    }

    /// Folds the actions on the episodes that the clock can still change; whether it changed any, and whose.
    fn fold_open(&mut self, ward: &Ward, now: Instant) -> (bool, HashSet<PatientId>) {
        let (mut moved, mut touched) = (false, HashSet::new());
        let open = || ward.episodes.iter().zip(&self.states).filter(|(_, known)| !known.settled);
        let open: HashSet<&EpisodeId> = open().map(|(episode, _)| &episode.id).collect();
        if open.is_empty() {
            return (moved, touched);
        }
        let about_open = |id: Option<&EpisodeId>| id.is_some_and(|id| open.contains(id));
        let actions = by_episode(ward.actions.iter().filter(|seen| about_open(seen.action.about.episode())));
        let (units, calls) = (units(ward), calls_by_episode(ward));
        for (episode, known) in ward.episodes.iter().zip(&mut self.states).filter(|(_, known)| !known.settled)
        {
            let fresh = folded(ward, &units, episode, actions.get(&episode.id), calls.get(&episode.id), now);
            if fresh.state != known.state {
                moved = true;
                touched.extend(episode.patient.clone());
            }
            *known = fresh;
        }
        (moved, touched)
    }

    /// Works out the tiles of these people. A tile that comes out as it was stays the one it was.
    fn draw(&mut self, ward: &Ward, wanted: &HashSet<PatientId>, now: Instant) {
        let values = by_patient(ward.values.iter().filter(|value| wanted.contains(&value.series.patient)));
        let wants = |episode: &Episode| episode.patient.as_ref().is_some_and(|id| wanted.contains(id));
        let mut alarms = alarms_of(each(ward, &self.states).filter(|(episode, _)| wants(episode)));
        let mut tiles = self.board.tiles.clone();
        tiles.retain(|known| self.people.contains_key(&known.patient));
        let mut fresh = HashMap::new();
        for (id, kept) in self.people.iter_mut().filter(|(id, _)| wanted.contains(*id)) {
            let own = values.get(id).map_or(&[][..], Vec::as_slice);
            let alarms = alarms.remove(id).unwrap_or_default();
            let mut tile = tile(ward, &ward.persons[kept.placed.person], &kept.placed, own, alarms, now);
            tile.shown_to(&self.me);
            kept.due = due(ward, id, own, now);
            fresh.insert(id, tile);
        }
        for known in &mut tiles {
            if let Some(tile) = fresh.remove(&known.patient).filter(|tile| **known != *tile) {
                *known = Arc::new(tile);
            }
        }
        tiles.extend(fresh.into_values().map(Arc::new));
        sort(&mut tiles);
        let same = tiles.len() == self.board.tiles.len()
            && tiles.iter().zip(&self.board.tiles).all(|(a, b)| Arc::ptr_eq(a, b));
        if !same {
            Arc::make_mut(&mut self.board).tiles = tiles;
        }
    }
}

/// Every episode with its state.
fn each<'a>(ward: &'a Ward, states: &'a [Folded]) -> impl Iterator<Item = (&'a Episode, &'a EpisodeState)> {
    ward.episodes.iter().zip(states.iter().map(|folded| &folded.state))
}

fn folded(
    ward: &Ward,
    units: &HashMap<&PatientId, &str>,
    episode: &Episode,
    actions: Option<&Vec<SeenAction>>,
    calls: Option<&Vec<&SeenCall>>,
    now: Instant,
) -> Folded {
    let unit = episode.patient.as_ref().and_then(|id| units.get(id)).copied().unwrap_or_default();
    let own = actions.map_or(&[][..], Vec::as_slice);
    let calls = calls.map_or(&[][..], Vec::as_slice);
    let state = fold(episode, own, now, ward.site.policy(unit)).with_calls(episode, calls, ward.takes_calls);
    // What is closed and was over by now depends on its facts alone.
    let settled = state.presence == Presence::Closed && episode.ended.is_some_and(|at| at <= now);
    Folded { state, settled }
}
